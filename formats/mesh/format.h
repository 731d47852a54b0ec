/*
 * format.h -- what a mesh format provides, and the registry of all of them
 *
 * Why:     bytes <-> mesh, one file a format; formats.def is the only list.
 * Owner:   a decoded mesh lives in the arena given, and borrows `bytes` for its encoder.
 * Threads: confined; formats hold no state.
 */
#ifndef UVP_FORMATS_MESH_FORMAT_H
#define UVP_FORMATS_MESH_FORMAT_H

#include <stdbool.h>

#include "formats/mesh/mesh.h"
#include "pipeline/base/buf.h"
#include "pipeline/base/span.h"

enum uvp_existing {
    UVP_EXISTING_SKIP = 0, /* meshes that have UVs are left as they are */
    UVP_EXISTING_REPLACE,
    UVP_EXISTING_ADD, /* as one more set, where the format has several */
};

enum uvp_ply_uv {
    UVP_PLY_VERTEX = 0, /* s, t of the vertices, split where charts meet */
    UVP_PLY_WEDGE,      /* list property texcoord of the faces */
};

/* What becomes of a file whose format has no room for UVs. */
enum uvp_roomless {
    UVP_ROOMLESS_BESIDE = 0, /* it stays, and a file that has them follows it */
    UVP_ROOMLESS_REPLACE,    /* a file that has them takes its place */
    UVP_ROOMLESS_PASS,       /* it is left alone */
    UVP_ROOMLESS_STOFF,      /* OFF only: UVs as columns of the same file */
};

/* The format of the file that follows or takes the place. */
enum uvp_companion {
    UVP_COMPANION_OBJ = 0,
    UVP_COMPANION_PLY,
    UVP_COMPANION_GLB,
};

enum uvp_uv_type {
    UVP_UV_FLOAT = 0,
    UVP_UV_U16, /* normalised; glTF only */
};

/* What of a glTF file shares an atlas. */
enum uvp_gltf_atlas {
    UVP_GLTF_BY_MESH = 0,
    UVP_GLTF_BY_PRIMITIVE,
    UVP_GLTF_BY_FILE,
};

/* How files are read and written; zero means the default. */
struct uvp_mesh_options {
    uint32_t polygon_corners; /* most in one polygon; default 2^20 */
    uint32_t corners;         /* most in all; default 2^31 - 1 */
    uint32_t vertices;        /* likewise */
    bool wants_uvs;           /* old_uv and corner_uv; then they are judged as vertices are */
    bool wants_groups;        /* polygon_group */
    enum uvp_existing existing;
    enum uvp_ply_uv ply_uv;
    enum uvp_roomless stl; /* and formats of other programs, which become GLB */
    enum uvp_companion stl_to;
    enum uvp_roomless off;
    uint32_t texcoord; /* glTF: number of the set that is read and written */
    enum uvp_uv_type uv_type;
    enum uvp_gltf_atlas gltf_atlas;
};

#define UVP_MESH_COUNT_MOST ((UINT32_C(1) << 31) - 1) /* of vertices, corners, polygons */

/* The options (NULL: all defaults) with every limit filled in. */
struct uvp_mesh_options uvp_mesh_options_filled(const struct uvp_mesh_options *options);

/* Files that lie beside a member in its archive: buffers of a glTF. */
struct uvp_siblings {
    void *ctx;
    /*
     * `name` is relative to the member's folder, with '/' between its parts. The bytes live as
     * long as the member is worked on.
     *
     * Returns: UVP_OK
     *          UVP_UNSUPPORTED  it is not there, not within reach, or would lie outside
     *          UVP_NO_MEMORY, UVP_CANCELLED
     */
    enum uvp_code (*find)(void *ctx, struct uvp_span name, struct uvp_span *bytes,
                          struct uvp_error *err);
};

/* A member to be decoded. Nothing outside of `bytes` is read, by vectors either. */
struct uvp_mesh_source {
    struct uvp_span bytes;
    const struct uvp_siblings *siblings; /* NULL: none can be had */
    struct uvp_span name; /* of the member in its folder; empty: no file can be beside it */
};

#define UVP_PRODUCT_SUFFIX_BYTES 16

/* What becomes of a member: itself anew, a second member, or both. */
struct uvp_product {
    struct uvp_buf *body; /* the member anew, when `rewritten`; empty at the start */
    struct uvp_buf *side; /* a new member's bytes, when side_suffix is not "" */
    bool rewritten;       /* else the member's own bytes go on */
    bool dropped;         /* they do not: the new member takes its place */
    char side_suffix[UVP_PRODUCT_SUFFIX_BYTES]; /* its path: the member's and this */
    const char *note; /* worth telling, in one line; static or in the arena; NULL: nothing */
};

enum uvp_probe {
    UVP_PROBE_NO = 0,
    UVP_PROBE_MAYBE, /* the suffix says so */
    UVP_PROBE_YES,   /* the bytes say so */
};

struct uvp_format {
    const char *name;            /* "obj" */
    const char *const *suffixes; /* ".obj", NULL-terminated, lower case */
    bool has_sets;               /* of UVs, so that one can be added */
    bool has_u16;                /* UVs may be written as normalised 16 bit integers */
    /* Judges by the first bytes (up to 64 KiB, `whole` when that is all there is). */
    enum uvp_probe (*probe)(struct uvp_span head, bool whole);
    /*
     * `options` may be NULL. Array sizes follow from bytes that are there, never from numbers
     * in them.
     *
     * Owner:   the model lies in the arena and borrows the source's bytes.
     * Returns: UVP_OK
     *          UVP_BAD_DATA     err->at is the line or byte, as the text says
     *          UVP_UNSUPPORTED  well formed, but nothing that we unwrap: the text says why
     *          UVP_LIMIT, UVP_CANCELLED, UVP_NO_MEMORY
     */
    enum uvp_code (*decode)(const struct uvp_mesh_source *source,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_model *model,
                            struct uvp_error *err);
    /*
     * Makes the member anew with uvs[i] for mesh i of the model: the input bytes patched, all
     * else bit for bit. The ceilings of the product's buffers bound its size. What it needs
     * besides is from the arena.
     *
     * Returns: UVP_OK, UVP_UNSUPPORTED, UVP_LIMIT, UVP_CANCELLED, UVP_NO_MEMORY
     */
    enum uvp_code (*encode)(const struct uvp_mesh_source *source, const struct uvp_model *model,
                            const struct uvp_mesh_uvs *uvs,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_product *product,
                            struct uvp_error *err);
    /*
     * The siblings that decode will ask for, each name once, as `find` takes them; what cannot
     * be a sibling is not named. NULL: this format never needs any. Cheap beside decode; a file
     * it cannot make sense of needs none.
     *
     * Owner:   *names and its texts lie in the arena.
     * Returns: UVP_OK, UVP_NO_MEMORY, UVP_CANCELLED
     */
    enum uvp_code (*needs)(struct uvp_span bytes, struct uvp_arena *arena,
                           struct uvp_stop *stop, struct uvp_span **names, uint32_t *count,
                           struct uvp_error *err);
    /* Bytes of memory decoding and encoding may need besides the input, from its size. */
    size_t (*cost_bound)(size_t bytes);
};

/* All formats, NULL-terminated, in the order of formats.def. */
const struct uvp_format *const *uvp_formats(void);

/* By suffix of the path, any case; NULL when none has it. Cheap. */
const struct uvp_format *uvp_format_by_path(const char *path, size_t path_bytes);

/* Why nothing comes of a path that no format is found by, as a reason in reports: what the
 * suffix is known for elsewhere, "FBX: ...", or "not a mesh format". Cheap. */
const char *uvp_format_why_not(const char *path, size_t path_bytes);

/* A name without a suffix: only its bytes can tell what it is. */
bool uvp_format_is_unnamed(const char *path, size_t path_bytes);

#define UVP_FORMAT_HEAD_BYTES                                                                  \
    ((size_t)64 << 10) /* what a kind is told by; more is not looked at */

/*
 * By path and first bytes: the suffix proposes, the bytes decide; a file that has one format's
 * suffix and is surely another is that other. NULL when it is not a mesh that we read; *reason
 * (never NULL then) says why, for the report.
 */
const struct uvp_format *uvp_format_find(const char *path, size_t path_bytes,
                                         struct uvp_span head, bool whole, const char **reason);

#endif
