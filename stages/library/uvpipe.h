/*
 * uvpipe.h -- UV atlases for meshes in memory: the public face of libuvpipe
 *
 * Why:     a program that has a mesh gets a valid UV atlas for it from one call, without files,
 *          pipes or other processes.
 * Use:     fill a struct uvp_geometry over your arrays; uvp_unwrap; read the result through the
 *          uvp_unwrapped_* functions; uvp_unwrapped_destroy. uvp_judge says whether UVs of any
 *          origin are valid. uvp_file_unwrap does it to a whole mesh file in memory.
 * Structs: every struct that you fill begins with `struct_bytes`, which you set to its sizeof;
 *          all other fields may be zero, and zero is the default. So a program built against an
 *          older header runs with a newer library, which reads only what it was given.
 *              struct uvp_unwrap_options options = {.struct_bytes = sizeof options};
 *          in C, and in C++ before 20
 *              uvp_unwrap_options options = {}; options.struct_bytes = sizeof options;
 * Owner:   what you pass in stays yours, is only read, and only during the call. What a call
 *          makes is yours to destroy. Texts that are returned live as long as the program.
 * Errors:  a call that can fail returns a code and, where `err` is not NULL, fills it. Results
 *          are written on UVP_OK only. Nothing is printed, no signal is handled, no global
 * state is kept, and the program is never ended. Threads: any call may be made from any thread
 * at the same time, on objects that are not shared. One object is used by one thread at a time,
 * but for uvp_cancel_raise. Order:   the same input and options give the same bits, on any
 * machine, in any thread.
 */
#ifndef UVPIPE_H
#define UVPIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The build and the shared library's name are made from these three lines. */
#define UVP_VERSION_MAJOR 0
#define UVP_VERSION_MINOR 1
#define UVP_VERSION_PATCH 0

#if defined(__GNUC__)
#    define UVP_API __attribute__((visibility("default")))
#    ifndef UVP_MUST_USE
#        define UVP_MUST_USE __attribute__((warn_unused_result))
#    endif
#else
#    define UVP_API
#    ifndef UVP_MUST_USE
#        define UVP_MUST_USE
#    endif
#endif

/* ---- version ---- */

/* Of the library that runs, which may be newer than this header: "0.1.0". Never NULL. */
UVP_API const char *uvp_version_text(void);

/* The same as a number that grows: major * 65536 + minor * 256 + patch. */
UVP_API uint32_t uvp_version_number(void);

/* ---- errors ---- */

/* The library's own sources have these two from elsewhere; a test holds both to be the same. */
#ifndef UVP_PIPELINE_BASE_STATUS_H

/* Numbers never change; new ones may follow. */
enum uvp_code {
    UVP_OK = 0,
    UVP_END,         /* nothing more will come; not a failure */
    UVP_NO_MEMORY,   /* the system has no more memory, or limits.memory_bytes is used up */
    UVP_LIMIT,       /* another limit was reached: of time, of size */
    UVP_IO,          /* the system refused a read or a write */
    UVP_BAD_DATA,    /* the input contradicts itself */
    UVP_UNSUPPORTED, /* well formed, but nothing that is done here */
    UVP_DEGENERATE,  /* no face has area: there is nothing to lay out */
    UVP_CANCELLED,   /* uvp_cancel_raise was called */
    UVP_USAGE,       /* an argument or option cannot be what it is */
    UVP_BUG,         /* the library is wrong; please report it */
    UVP_CODE_COUNT
};

struct uvp_error {
    enum uvp_code code;
    int sys;        /* errno, or 0 */
    uint64_t at;    /* line, byte, corner or face, as the text says */
    char text[160]; /* one line in English, ended by a NUL, without a newline */
};

#endif

/* A short name that never changes, such as "bad-data". "unknown" for what is no code. */
UVP_API const char *uvp_code_word(enum uvp_code code);

/* A line for people: "the input contradicts itself". */
UVP_API const char *uvp_code_text(enum uvp_code code);

/* ---- limits ---- */

/*
 * A flag that ends calls under way.
 *
 * Threads: uvp_cancel_raise from any thread and from a signal handler, at any time between
 *          create and destroy; destroy when no call uses it any more.
 */
struct uvp_cancel;

/* Returns: UVP_OK, UVP_NO_MEMORY */
UVP_API UVP_MUST_USE enum uvp_code uvp_cancel_create(struct uvp_cancel **cancel,
                                                     struct uvp_error *err);

/* Calls that were given `cancel`, now or later, return UVP_CANCELLED, within some 20 ms of
 * work. It cannot be taken back. */
UVP_API void uvp_cancel_raise(struct uvp_cancel *cancel);

/* NULL allowed. */
UVP_API void uvp_cancel_destroy(struct uvp_cancel *cancel);

/* What one call may use. NULL in a call, or zero in a field: no limit. */
struct uvp_limits {
    size_t struct_bytes;
    size_t memory_bytes;             /* at once, the result included; then UVP_NO_MEMORY */
    uint64_t timeout_ms;             /* from the start of the call; then UVP_LIMIT */
    const struct uvp_cancel *cancel; /* then UVP_CANCELLED */
};

/* ---- geometry ---- */

enum uvp_position_type {
    UVP_POSITION_FLOAT = 0,
    UVP_POSITION_DOUBLE, /* worked on as float: what float cannot hold is moved to the origin
                            first */
};

enum uvp_index_type {
    UVP_INDEX_UINT32 = 0,
    UVP_INDEX_UINT16,
};

/*
 * A view of the caller's mesh: faces made of corners, each of which names a vertex. Faces are
 * triangles, or polygons of any size, which are triangulated the same way every time.
 *
 * Owner:   all arrays stay the caller's. Floats without gaps and 32-bit indices are not copied.
 * Limits:  fewer than 2^31 vertices, corners and faces. Positions may be NaN or infinite: their
 *          faces get UVs, but no area.
 */
struct uvp_geometry {
    size_t struct_bytes;
    const void *positions; /* x, y, z of each vertex */
    enum uvp_position_type position_type;
    size_t position_stride_bytes; /* from vertex to vertex; 0: there are no gaps */
    uint32_t vertex_count;
    const void *indices; /* the vertex of each corner; NULL: corner c is vertex c */
    enum uvp_index_type index_type;
    uint32_t corner_count;
    const uint32_t *face_corners;   /* corners of each face; NULL: three each */
    uint32_t face_count;            /* with face_corners; else 0, or corner_count / 3 */
    const uint32_t *face_materials; /* a number of each face, for seam_materials; NULL: none */
    /* UVs that are there already: for uvp_judge and keep_charts. NULL: none. */
    const float *uvs;           /* u, v; v grows upwards */
    size_t uv_stride_bytes;     /* 0: there are no gaps */
    uint32_t uv_count;          /* with uv_indices; else 0, or corner_count */
    const uint32_t *uv_indices; /* the UV of each corner, UVP_NO_UV: it has none; NULL: corner c
                                   has UV c */
};

#define UVP_NO_UV UINT32_MAX
#define UVP_NO_CHART UINT32_MAX
#define UVP_PAGES_AUTO UINT32_MAX

/* ---- unwrapping ---- */

enum uvp_preset {
    UVP_PRESET_BALANCED = 0,
    UVP_PRESET_FAST, /* half of the time, more charts and longer seams */
    UVP_PRESET_BEST, /* two to three times the time, fuller pages */
};

struct uvp_unwrap_options {
    size_t struct_bytes;
    enum uvp_preset preset;
    uint32_t resolution_texels; /* side of the square page, 16 to 65536; default 1024 */
    float padding_texels;  /* least gap between charts, half of it to the border; default 2;
                              below 0: none, charts may touch */
    float max_stretch;     /* 1.001 to 100: how many times longer than in the mesh a length may
                              come out against the rest, for all but a hundredth of the surface;
                              default 1.25 */
    float texels_per_unit; /* a fixed density, in texels for a unit of length; default: what
                              fills the pages */
    uint32_t pages;        /* most pages, 1 to 1000, or UVP_PAGES_AUTO; default 1 */
    uint32_t pack_effort;  /* work for packing, in times the preset's, 1 to 1000; default 1 */
    uint32_t max_chart_triangles; /* no larger charts; default: no limit */
    float
        seam_degrees; /* edges bent by this or more are seams; above 0, to 180; default: none */
    bool seam_materials; /* edges between two face_materials are seams */
    bool whole_charts;   /* no chart is cut only to fill the page better */
    bool keep_charts;    /* the charts of `uvs` stay: repaired where they must, packed anew */
    bool fix_winding;    /* faces turned against their neighbours are unwrapped with them, as if
                            they were not: their UVs come out mirrored */
};

/* A finished atlas. Threads: reading is free for all; destroy is last. */
struct uvp_unwrapped;

struct uvp_unwrap_stats {
    size_t struct_bytes;           /* set by you; the rest is filled */
    uint32_t triangles;            /* that the faces were cut into */
    uint32_t degenerate_triangles; /* without area: their UVs do no harm */
    uint32_t turned_triangles;     /* by fix_winding */
    uint32_t charts;
    uint32_t pages;
    double stretch_max;        /* Sander's L-infinity stretch over the charts; 1 is none */
    double stretch_mean;       /* Sander's L2 stretch, weighted by area; 1 is none */
    double packing_efficiency; /* area of the charts over area of the pages, 0 to 1 */
    double seam_length;        /* length of the cut edges over the root of the area */
    bool density_reached;      /* texels_per_unit was kept; false when it was not asked for */
};

/*
 * Makes an atlas: every corner gets a finite UV inside the unit square, no two triangles
 * overlap, none is turned over, charts keep their distance. It is judged exactly before it is
 * handed out.
 *
 * Units:   on page p all UVs are moved by p % 10 in u and p / 10 in v, as UDIM tiles are.
 * Threads: works in the calling thread alone.
 * Returns: UVP_OK
 *          UVP_USAGE       the text names the field and what it may be
 *          UVP_BAD_DATA    an index is out of range, or counts do not add up; `at` says where
 *          UVP_DEGENERATE  no face has area
 *          UVP_NO_MEMORY; UVP_LIMIT, UVP_CANCELLED as `limits` says
 */
UVP_API UVP_MUST_USE enum uvp_code uvp_unwrap(const struct uvp_geometry *geometry,
                                              const struct uvp_unwrap_options *options,
                                              const struct uvp_limits *limits,
                                              struct uvp_unwrapped **unwrapped,
                                              struct uvp_error *err);

/* 2 * *uv_count floats: the different UVs; v grows upwards. Owner: the atlas. */
UVP_API const float *uvp_unwrapped_uvs(const struct uvp_unwrapped *unwrapped,
                                       uint32_t *uv_count);

/* Which UV each corner has: one number below uv_count a corner. Corners of one vertex on one
 * spot of one chart share a number. Owner: the atlas. */
UVP_API const uint32_t *uvp_unwrapped_uv_indices(const struct uvp_unwrapped *unwrapped,
                                                 uint32_t *corner_count);

/* The chart of each face, UVP_NO_CHART for one of fewer than 3 corners. Owner: the atlas. */
UVP_API const uint32_t *uvp_unwrapped_face_charts(const struct uvp_unwrapped *unwrapped,
                                                  uint32_t *face_count);

/*
 * Writes u, v of every corner to uvs + corner * stride_bytes (0: without gaps), for buffers
 * that hold corners one by one.
 */
UVP_API void uvp_unwrapped_write_corners(const struct uvp_unwrapped *unwrapped, void *uvs,
                                         size_t stride_bytes);

/*
 * The mesh as graphics libraries want it, with one UV a vertex: vertex i of the new mesh is
 * vertex *vertex_sources[i] of yours and has UV *vertex_uvs[i], and corner c is new vertex
 * *corner_vertices[c]. New vertices follow the corners: the first corner's is 0.
 *
 * Owner:   the arrays are the atlas', made at the first call and kept.
 * Threads: not while another thread reads the same atlas.
 * Returns: UVP_OK, UVP_NO_MEMORY
 */
UVP_API UVP_MUST_USE enum uvp_code
uvp_unwrapped_split(struct uvp_unwrapped *unwrapped, uint32_t *new_vertex_count,
                    const uint32_t **vertex_sources, const uint32_t **vertex_uvs,
                    const uint32_t **corner_vertices, struct uvp_error *err);

/* Fills what `stats->struct_bytes` has room for. */
UVP_API void uvp_unwrapped_stats(const struct uvp_unwrapped *unwrapped,
                                 struct uvp_unwrap_stats *stats);

/* NULL allowed. */
UVP_API void uvp_unwrapped_destroy(struct uvp_unwrapped *unwrapped);

/* ---- judging ---- */

struct uvp_judge_options {
    size_t struct_bytes;
    uint32_t pages; /* UVs may lie on so many UDIM tiles, 1 to 1000, or UVP_PAGES_AUTO: on any;
                       default 1 */
};

struct uvp_judgement {
    size_t struct_bytes; /* set by you; the rest is filled */
    bool valid;          /* all counts below are 0, but for `mirrored` */
    uint32_t triangles;  /* that the faces were cut into */
    uint32_t charts;     /* pieces of triangles that share edges in UV */
    uint64_t flipped;    /* triangles turned against the rest of their chart */
    uint64_t collapsed;  /* triangles with area that have none in UV */
    uint64_t mirrored;   /* triangles of charts that are turned as a whole */
    uint64_t outside;    /* triangles that do not lie on a page */
    uint64_t unmapped;   /* triangles with a corner that has no UV, or one that is not finite */
    uint64_t overlapping;  /* pairs of triangles that cover each other; touching is allowed */
    bool overlapping_more; /* there are at least so many: not all were counted */
};

/*
 * The exact verdict on `geometry->uvs`, whoever made them: the numbers are judged as they are,
 * without a tolerance.
 *
 * Returns: UVP_OK        *judgement is filled, whatever the verdict
 *          UVP_USAGE, UVP_BAD_DATA, UVP_NO_MEMORY, UVP_LIMIT, UVP_CANCELLED as for uvp_unwrap
 */
UVP_API UVP_MUST_USE enum uvp_code uvp_judge(const struct uvp_geometry *geometry,
                                             const struct uvp_judge_options *options,
                                             const struct uvp_limits *limits,
                                             struct uvp_judgement *judgement,
                                             struct uvp_error *err);

/* ---- mesh files in memory ---- */

enum uvp_file_existing {
    UVP_FILE_SKIP = 0, /* a mesh that has UVs stays as it is; a file of such alone gives
                          UVP_UNSUPPORTED */
    UVP_FILE_REPLACE,  /* it gets new ones */
};

struct uvp_file_options {
    size_t struct_bytes;
    const struct uvp_unwrap_options *unwrap; /* NULL: all defaults */
    enum uvp_file_existing existing;
    bool ply_wedge; /* PLY: UVs go to the faces, and no vertex is copied */
};

/* A mesh file that has UVs. */
struct uvp_unwrapped_file;

/*
 * Reads a mesh file (OBJ, PLY, STL, OFF, GLB, self-contained glTF), unwraps every mesh in it
 * and writes it anew: all else in it stays, bit for bit. `name` is its file name, of which the
 * suffix counts; NULL: the bytes alone must tell. Files that have no room for UVs (STL, OFF)
 * come out as OBJ.
 *
 * Limits:  files beside it (the .bin of a .gltf) are not read.
 * Returns: UVP_OK
 *          UVP_UNSUPPORTED  no mesh file, or nothing in it to be unwrapped; the text says why
 *          UVP_BAD_DATA     it breaks its format; `at` is the line or byte, as the text says
 *          UVP_USAGE, UVP_DEGENERATE, UVP_NO_MEMORY, UVP_LIMIT, UVP_CANCELLED as for uvp_unwrap
 */
UVP_API UVP_MUST_USE enum uvp_code
uvp_file_unwrap(const void *data, size_t data_bytes, const char *name,
                const struct uvp_file_options *options, const struct uvp_limits *limits,
                struct uvp_unwrapped_file **file, struct uvp_error *err);

/* The new file's bytes. Owner: the file. */
UVP_API const void *uvp_unwrapped_file_data(const struct uvp_unwrapped_file *file,
                                            size_t *data_bytes);

/* What its name has behind the old name: "" when its format stayed, else such as ".obj". */
UVP_API const char *uvp_unwrapped_file_suffix(const struct uvp_unwrapped_file *file);

/* Sums, worst and means over its meshes. */
UVP_API void uvp_unwrapped_file_stats(const struct uvp_unwrapped_file *file,
                                      struct uvp_unwrap_stats *stats);

/* NULL allowed. */
UVP_API void uvp_unwrapped_file_destroy(struct uvp_unwrapped_file *file);

#ifdef __cplusplus
}
#endif

#endif
