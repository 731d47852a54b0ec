/*
 * gltf.h -- what the files of the glTF format share: the file as tables
 *
 * Why:     container, tables, rows of accessors, the model and the encoder are files of their
 *          own; registry.c sees uvp_format_gltf.
 * Use:     uvp_gltf_open, then what is asked for is read on demand: what nobody uses is not
 *          judged.
 * Owner:   everything lies in the arena and borrows the member's bytes and its siblings'.
 * Threads: confined.
 * Limits:  what accessors make of the same bytes together is bounded by uvp_gltf_spend.
 */
#ifndef UVP_FORMATS_MESH_GLTF_H
#define UVP_FORMATS_MESH_GLTF_H

#include "formats/mesh/format.h"
#include "formats/mesh/json.h"

#define UVP_GLTF_NONE UINT32_MAX
#define UVP_GLTF_BUDGET_FACTOR 64 /* bytes read of accessors for each byte there is */

enum uvp_gltf_component {
    UVP_GLTF_I8 = 5120,
    UVP_GLTF_U8 = 5121,
    UVP_GLTF_I16 = 5122,
    UVP_GLTF_U16 = 5123,
    UVP_GLTF_U32 = 5125,
    UVP_GLTF_FLOAT = 5126,
};

enum uvp_gltf_mode {
    UVP_GLTF_TRIANGLES = 4,
    UVP_GLTF_STRIP = 5,
    UVP_GLTF_FAN = 6,
    UVP_GLTF_MODE_LAST = 6,
};

struct uvp_gltf_buffer {
    uint32_t token;
    uint32_t uri;   /* token; UVP_JSON_NONE: it is the binary chunk, or nowhere */
    uint64_t bytes; /* declared */
    struct uvp_span data;
    bool is_read;
    bool is_resolved; /* `data` is there */
};

struct uvp_gltf_view {
    uint32_t token;
    uint32_t buffer;
    uint32_t stride; /* 0: none given */
    uint32_t packed; /* token of the meshopt extension; UVP_JSON_NONE */
    uint64_t offset;
    uint64_t bytes;
    struct uvp_span data;
    uint32_t uses;       /* the encoder's: by whom ever, */
    uint32_t grown_uses; /* and by accessors that get more rows in it; */
    uint32_t domain;     /* whose they are, */
    uint32_t row;        /* and bytes from one row to the next */
    bool is_mixed;       /* it cannot grow as it is */
    bool is_done;
    bool is_read;
    bool is_resolved;
};

struct uvp_gltf_accessor {
    uint32_t token;
    uint32_t view; /* UVP_GLTF_NONE: zeros */
    uint64_t offset;
    uint32_t count;
    uint32_t component; /* enum uvp_gltf_component */
    uint32_t width;     /* components of one element */
    uint32_t size;      /* bytes of one element, padding of matrix columns included */
    uint32_t sparse;    /* token; UVP_JSON_NONE */
    bool normalized;
    bool is_read;
    bool has_rows;
    bool is_unpacked;          /* its rows are not in the file as they are */
    const unsigned char *rows; /* NULL: zeros */
    size_t stride;
    uint32_t uses;          /* the encoder's: by whom ever, */
    uint32_t touched_uses;  /* by primitives that get UVs, as an attribute that stays, */
    uint32_t replaced_uses; /* and as one that goes; */
    uint32_t domain;        /* what shares vertices and gets UVs, */
    uint32_t moved_to;      /* and the accessor that is used instead of this one */
    bool is_done;
    uint32_t group;       /* the last mesh of the model that uses it as positions ... */
    uint32_t group_base;  /* ... its first vertex there ... */
    uint32_t group_count; /* ... and how many meshes do */
    uint32_t *row_group;  /* of each row likewise, when several do; else NULL */
    uint32_t *row_vertex;
};

/* An accessor named by an attribute or a morph target. */
struct uvp_gltf_attribute {
    uint32_t value; /* token of the accessor's number */
    uint32_t accessor;
    bool is_target;
};

struct uvp_gltf_primitive {
    uint32_t token;
    uint32_t mesh;
    uint32_t mode;
    uint32_t attributes; /* token of the object */
    uint32_t indices;    /* accessor; UVP_GLTF_NONE */
    uint32_t material;
    uint32_t first_attribute;
    uint32_t attribute_count; /* those of morph targets included */
    uint32_t position;        /* accessors; UVP_GLTF_NONE */
    uint32_t texcoord;        /* of the set that is asked for */
    uint32_t vertex_count;
    uint32_t corner_count;  /* of its triangles */
    uint32_t group;         /* mesh of the model; UVP_GLTF_NONE: left as it is */
    uint32_t first_corner;  /* in that mesh */
    uint32_t set;           /* the encoder's: number of the UVs it gets, */
    uint32_t domain;        /* what it shares vertices with, */
    uint32_t domain_corner; /* its first corner there */
    uint32_t next;          /* and the next primitive there */
    bool has_tangent;
    bool has_draco;
    bool is_packed; /* by Draco, and nowhere else */
    bool is_usable; /* triangles that can be read */
};

struct uvp_gltf {
    struct uvp_span file;
    const struct uvp_siblings *siblings;
    struct uvp_arena *arena;
    struct uvp_stop *stop;
    bool is_glb;
    size_t json_at; /* of the JSON text in the file */
    size_t bin_at;  /* of the binary chunk's contents; 0: none */
    size_t bin_bytes;
    size_t end; /* of the GLB, by its header; more may follow */
    struct uvp_json json;
    uint32_t accessors_token; /* arrays; UVP_JSON_NONE */
    uint32_t views_token;
    uint32_t buffers_token;
    uint32_t meshes_token;
    uint32_t materials_token;
    uint32_t required_token; /* extensionsRequired */
    uint32_t used_token;     /* extensionsUsed */
    struct uvp_gltf_accessor *accessors;
    struct uvp_gltf_view *views;
    struct uvp_gltf_buffer *buffers;
    struct uvp_gltf_primitive *primitives;
    struct uvp_gltf_attribute *attributes;
    uint32_t accessor_count;
    uint32_t view_count;
    uint32_t buffer_count;
    uint32_t primitive_count;
    uint32_t attribute_count;
    uint32_t mesh_count;
    uint32_t vertices_most;
    uint32_t corners_most;
    uint64_t budget; /* bytes that may still be read of accessors */
    uint32_t siblings_read;
    const char *left_why; /* why primitives are left as they are; NULL: none is */
};

extern const struct uvp_format uvp_format_gltf;

/* ---- gltf_container.c: bytes of the file and of its buffers ---- */

bool uvp_gltf_is_glb(struct uvp_span bytes);

/* Finds the chunks; fills file, json_at, bin_at, end. */
UVP_MUST_USE enum uvp_code uvp_gltf_find_chunks(struct uvp_gltf *gltf, struct uvp_span *text,
                                                struct uvp_error *err);

/* The bytes of a buffer: chunk, data URI or sibling. */
UVP_MUST_USE enum uvp_code uvp_gltf_resolve_buffer(struct uvp_gltf *gltf, uint32_t number,
                                                   struct uvp_error *err);

#define UVP_GLTF_NEEDS_MOST 64 /* siblings of one file */

/* Names of files that buffers are in, each once. */
UVP_MUST_USE enum uvp_code uvp_gltf_list_siblings(struct uvp_gltf *gltf, struct uvp_span **list,
                                                  uint32_t *count, struct uvp_error *err);
bool uvp_gltf_is_listed(const struct uvp_span *names, uint32_t count, struct uvp_span name);

/* See struct uvp_format. */
UVP_MUST_USE enum uvp_code uvp_gltf_list_needs(struct uvp_span bytes, struct uvp_arena *arena,
                                               struct uvp_stop *stop, struct uvp_span **names,
                                               uint32_t *count, struct uvp_error *err);

/* ---- gltf_document.c: the JSON as tables ---- */

UVP_MUST_USE enum uvp_code uvp_gltf_open(const struct uvp_mesh_source *source,
                                         struct uvp_arena *arena, struct uvp_stop *stop,
                                         struct uvp_gltf *gltf, struct uvp_error *err);

/* A member that is looked for. */
struct uvp_gltf_field {
    const char *key;
    uint32_t *token; /* UVP_JSON_NONE when it is not there */
};

void uvp_gltf_find_fields(const struct uvp_json *json, uint32_t object,
                          const struct uvp_gltf_field *fields, uint32_t count);

/* A failure of the file at a token, as "what number: text". */
enum uvp_code uvp_gltf_fail(const struct uvp_gltf *gltf, uint32_t token, enum uvp_code code,
                            const char *what, uint32_t number, const char *text,
                            struct uvp_error *err);

/* An index at `token` into an array of `count`; UVP_GLTF_NONE when there is no token. */
UVP_MUST_USE enum uvp_code uvp_gltf_index(const struct uvp_gltf *gltf, uint32_t token,
                                          uint32_t count, uint32_t *number,
                                          struct uvp_error *err);

/* A whole number, or `otherwise` when there is no token. */
UVP_MUST_USE enum uvp_code uvp_gltf_number(const struct uvp_gltf *gltf, uint32_t token,
                                           uint64_t most, uint64_t otherwise, uint64_t *number,
                                           struct uvp_error *err);

/* Takes `bytes` from what may be read in all. */
UVP_MUST_USE enum uvp_code uvp_gltf_spend(struct uvp_gltf *gltf, uint64_t bytes,
                                          struct uvp_error *err);

/* Refuses an object with an extension that is required and not among `known`. */
UVP_MUST_USE enum uvp_code uvp_gltf_check_extensions(const struct uvp_gltf *gltf,
                                                     uint32_t object, const char *const *known,
                                                     uint32_t known_count,
                                                     struct uvp_error *err);

/* ---- gltf_accessor.c: rows ---- */

UVP_MUST_USE enum uvp_code uvp_gltf_read_view(struct uvp_gltf *gltf, uint32_t number,
                                              struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_gltf_read_accessor(struct uvp_gltf *gltf, uint32_t number,
                                                  struct uvp_error *err);
/* Makes `rows` and `stride` valid, sparse values put in. */
UVP_MUST_USE enum uvp_code uvp_gltf_resolve_rows(struct uvp_gltf *gltf, uint32_t number,
                                                 struct uvp_error *err);
/* The first `width` components of a row as floats; all rows of three. */
void uvp_gltf_read_row(const struct uvp_gltf_accessor *accessor, uint32_t row, uint32_t width,
                       float *to);
UVP_MUST_USE enum uvp_code uvp_gltf_read_floats(const struct uvp_gltf *gltf,
                                                const struct uvp_gltf_accessor *accessor,
                                                float *to, struct uvp_error *err);
/* The numbers of an index accessor, each less than `vertices`. */
UVP_MUST_USE enum uvp_code uvp_gltf_read_indices(struct uvp_gltf *gltf, uint32_t number,
                                                 uint32_t vertices, uint32_t *to,
                                                 struct uvp_error *err);

/* The bytes of a view. */
UVP_MUST_USE enum uvp_code uvp_gltf_resolve_view(struct uvp_gltf *gltf, uint32_t number,
                                                 struct uvp_span *data, struct uvp_error *err);

/* ---- gltf_draco.c ---- */

bool uvp_gltf_reads_draco(void);
/* Makes the rows of a primitive's accessors. */
UVP_MUST_USE enum uvp_code uvp_gltf_unpack_primitive(struct uvp_gltf *gltf,
                                                     const struct uvp_gltf_primitive *primitive,
                                                     struct uvp_error *err);

/* ---- gltf_meshopt.c ---- */

/* The bytes of a view that is packed by EXT_ or KHR_meshopt_compression. */
UVP_MUST_USE enum uvp_code uvp_gltf_unpack(struct uvp_gltf *gltf, struct uvp_gltf_view *view,
                                           uint32_t number, struct uvp_error *err);

/* ---- gltf_primitive.c: the primitives, and their triangles ---- */

UVP_MUST_USE enum uvp_code uvp_gltf_read_primitives(struct uvp_gltf *gltf, uint32_t texcoord,
                                                    struct uvp_error *err);
/* Rows of the triangles' corners; `to` has room for corner_count and two more. */
UVP_MUST_USE enum uvp_code uvp_gltf_read_corners(struct uvp_gltf *gltf,
                                                 const struct uvp_gltf_primitive *primitive,
                                                 uint32_t *to, struct uvp_error *err);

/* ---- gltf_model.c ---- */

UVP_MUST_USE enum uvp_code uvp_gltf_make_model(struct uvp_gltf *gltf,
                                               const struct uvp_mesh_options *options,
                                               struct uvp_model *model, struct uvp_error *err);

/* ---- gltf_encode.c ---- */

UVP_MUST_USE enum uvp_code uvp_gltf_encode(const struct uvp_mesh_source *source,
                                           const struct uvp_model *model,
                                           const struct uvp_mesh_uvs *uvs,
                                           const struct uvp_mesh_options *options,
                                           struct uvp_arena *arena, struct uvp_stop *stop,
                                           struct uvp_product *product, struct uvp_error *err);

#endif
