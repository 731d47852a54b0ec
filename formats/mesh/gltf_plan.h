/*
 * gltf_plan.h -- what becomes of a glTF file: edits of its JSON, and new bytes at its end
 *
 * Why:     which vertices are split, which tables change, and how it is put together are files
 *          of their own.
 * Owner:   everything lies in the arena of the encoder.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_MESH_GLTF_PLAN_H
#define UVP_FORMATS_MESH_GLTF_PLAN_H

#include "formats/mesh/gltf.h"
#include "formats/mesh/json_edit.h"
#include "formats/mesh/split.h"

/*
 * Primitives that get UVs and share accessors: their vertices are split together, for a row
 * that is added is added to all.
 */
struct uvp_gltf_domain {
    uint32_t first; /* primitive; the others by `next` */
    uint32_t last;
    uint32_t vertex_count; /* before */
    uint32_t corner_count;
    uint32_t *corner_row; /* of each corner the vertex before */
    struct uvp_split split;
    float *uv; /* 2 each; v up */
    bool is_u16;
    bool is_one_group; /* all of one atlas */
    uint32_t accessor; /* the new one that holds the UVs */
};

enum uvp_gltf_blob_kind {
    UVP_GLTF_BLOB_ROWS, /* rows that are there, and copies of some behind them */
    UVP_GLTF_BLOB_UVS,
    UVP_GLTF_BLOB_INDICES,
    UVP_GLTF_BLOB_PICKED, /* some of the rows: values of a sparse accessor */
};

/* New bytes, written when their place is known. */
struct uvp_gltf_blob {
    enum uvp_gltf_blob_kind kind;
    const struct uvp_gltf_domain *domain;
    uint64_t offset; /* from where the new bytes begin */
    uint64_t bytes;
    struct uvp_span rows; /* from the first row on; the last one may be short */
    size_t from_stride;
    size_t row_bytes;
    size_t to_stride;        /* of indices their size */
    const uint32_t *corners; /* indices, or numbers of rows that are picked */
    uint32_t corner_count;
    uint32_t view;   /* number of the view that has them */
    bool is_moved;   /* it was there before, and had other bytes */
    uint32_t stride; /* to be said; 0: none */
    uint32_t target; /* of a new view; 0: none */
};

/* Bytes of the binary chunk that nothing refers to any more. */
struct uvp_gltf_hole {
    uint64_t from;
    uint64_t to;
    uint64_t before; /* bytes of all holes in front of this one */
};

struct uvp_gltf_plan {
    struct uvp_gltf *gltf;
    const struct uvp_mesh_uvs *uvs;
    const struct uvp_mesh_options *options;
    struct uvp_arena *arena;
    struct uvp_gltf_domain *domains;
    uint32_t domain_count;
    struct uvp_json_edits edits;
    struct uvp_json_text new_accessors;
    struct uvp_json_text new_views;
    uint32_t new_accessor_count;
    uint32_t new_view_count;
    struct uvp_gltf_blob *blobs;
    uint32_t blob_count;
    uint32_t blob_room;
    struct uvp_gltf_hole *holes;
    uint32_t hole_count;
    uint32_t buffer; /* that takes the new bytes */
    uint64_t base;   /* where they begin there */
    uint64_t bytes;  /* of them */
    bool is_new_buffer;
};

/* ---- gltf_split.c ---- */

/* Which primitives get UVs, in which set, and how their vertices are split. */
UVP_MUST_USE enum uvp_code uvp_gltf_plan_splits(struct uvp_gltf_plan *plan,
                                                struct uvp_error *err);

/* Whether the attribute is one that the new UVs take the place of. */
bool uvp_gltf_is_replaced(const struct uvp_gltf_plan *plan,
                          const struct uvp_gltf_primitive *primitive,
                          const struct uvp_gltf_attribute *attribute);

static inline bool uvp_gltf_is_touched(const struct uvp_gltf_plan *plan,
                                       const struct uvp_gltf_primitive *primitive)
{
    return primitive->group != UVP_GLTF_NONE && plan->uvs[primitive->group].uv != NULL;
}

/* "TEXCOORD_n". */
#define UVP_GLTF_SET_BYTES 32
void uvp_gltf_name_set(uint32_t set, char name[UVP_GLTF_SET_BYTES]);

/* ---- gltf_uses.c ---- */

/* Who refers to which accessor and view. */
void uvp_gltf_count_uses(struct uvp_gltf_plan *plan);

/* ---- gltf_grow.c ---- */

/* Accessors whose vertices were split, and their views. */
UVP_MUST_USE enum uvp_code uvp_gltf_grow_accessors(struct uvp_gltf_plan *plan,
                                                   struct uvp_error *err);
/* The accessor of a domain's UVs. */
UVP_MUST_USE enum uvp_code uvp_gltf_add_uvs(struct uvp_gltf_plan *plan,
                                            struct uvp_gltf_domain *domain,
                                            struct uvp_error *err);
/* Indices of a primitive, when they change; *number is the accessor that has them then, or
 * UVP_GLTF_NONE. */
UVP_MUST_USE enum uvp_code uvp_gltf_plan_indices(struct uvp_gltf_plan *plan,
                                                 const struct uvp_gltf_primitive *primitive,
                                                 uint32_t *number, struct uvp_error *err);

/*
 * New bytes for a view without rows: the one that is there (`number`), when nothing else refers
 * to it, or a new one, whose number takes the place.
 */
UVP_MUST_USE enum uvp_code uvp_gltf_give_view(struct uvp_gltf_plan *plan,
                                              struct uvp_gltf_blob blob, uint32_t target,
                                              uint32_t *number, struct uvp_error *err);

/* ---- gltf_sparse.c ---- */

/* Whether the accessor is zeros but for a few rows, and can stay so. */
static inline bool uvp_gltf_stays_sparse(const struct uvp_gltf_accessor *accessor)
{
    return accessor->view == UVP_GLTF_NONE && accessor->sparse != UVP_JSON_NONE;
}

/* Its rows, copies included, that are not zeros. */
UVP_MUST_USE enum uvp_code uvp_gltf_grow_sparse(struct uvp_gltf_plan *plan,
                                                const struct uvp_gltf_accessor *accessor,
                                                struct uvp_error *err);

/* ---- gltf_edit.c ---- */

/* Edits of primitives, arrays and lists of extensions; all new bytes are known after it. */
UVP_MUST_USE enum uvp_code uvp_gltf_plan_edits(struct uvp_gltf_plan *plan,
                                               struct uvp_error *err);
/* The buffer that takes the new bytes; `uri` for a new one, else empty. */
UVP_MUST_USE enum uvp_code uvp_gltf_plan_root(struct uvp_gltf_plan *plan, struct uvp_span uri,
                                              struct uvp_error *err);

/* ---- gltf_blob.c ---- */

/* Appends a blob, aligned to four bytes. */
UVP_MUST_USE enum uvp_code uvp_gltf_add_blob(struct uvp_gltf_plan *plan,
                                             struct uvp_gltf_blob blob, struct uvp_error *err);
/* Writes all of them: plan->bytes from `to` on. */
UVP_MUST_USE enum uvp_code uvp_gltf_write_blobs(const struct uvp_gltf_plan *plan,
                                                unsigned char *to, struct uvp_error *err);

/* ---- gltf_place.c ---- */

/* Finds what the binary chunk need no longer hold, and so where the new bytes begin. */
UVP_MUST_USE enum uvp_code uvp_gltf_plan_places(struct uvp_gltf_plan *plan,
                                                struct uvp_error *err);
/* Copies the chunk without its holes; returns the place behind it. */
unsigned char *uvp_gltf_write_kept(const struct uvp_gltf_plan *plan, unsigned char *to);

/* ---- gltf_view.c ---- */

/* Edits of the views that moved, the texts of new ones, and offsets behind holes. */
UVP_MUST_USE enum uvp_code uvp_gltf_plan_views(struct uvp_gltf_plan *plan,
                                               struct uvp_error *err);

/* ---- gltf_note.c ---- */

/* What will look wrong because UVs were replaced, or that packing is gone; NULL: nothing. */
UVP_MUST_USE enum uvp_code uvp_gltf_find_note(const struct uvp_gltf_plan *plan,
                                              const char **note, struct uvp_error *err);

#endif
