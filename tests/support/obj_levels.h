/*
 * obj_levels.h -- one OBJ file read at every level: the results must be the same
 *
 * Why:     the reader of single bytes defines what a file means; tests and the fuzz target hold
 *          the others to it.
 */
#ifndef UVP_TESTS_OBJ_LEVELS_H
#define UVP_TESTS_OBJ_LEVELS_H

#include <stdbool.h>
#include <string.h>

#include "formats/mesh/obj.h"

struct obj_level {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_model model;
    enum uvp_code code;
};

static inline void obj_level_read(struct obj_level *read, enum uvp_text_level level,
                                  struct uvp_span bytes, const struct uvp_mesh_options *options)
{
    const struct uvp_mesh_source source = {.bytes = bytes};

    memset(read, 0, sizeof *read);
    uvp_mem_init(&read->mem, 0);
    uvp_arena_init(&read->arena, &read->mem, 0);
    uvp_stop_init_child(&read->stop, NULL, 0, NULL);
    read->code = uvp_obj_decode(level, &source, options, &read->arena, &read->stop,
                                &read->model, &read->err);
}

static inline bool obj_level_arrays_equal(const void *a, const void *b, size_t bytes)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return bytes == 0 || memcmp(a, b, bytes) == 0;
}

static inline bool obj_level_meshes_equal(const struct uvp_mesh *a, const struct uvp_mesh *b)
{
    const size_t corners = a->corner_start[a->polygon_count];

    return a->vertex_count == b->vertex_count && a->polygon_count == b->polygon_count &&
           obj_level_arrays_equal(a->corner_start, b->corner_start,
                                  4 * ((size_t)a->polygon_count + 1)) &&
           obj_level_arrays_equal(a->positions, b->positions, (size_t)12 * a->vertex_count) &&
           obj_level_arrays_equal(a->corner_vertex, b->corner_vertex, 4 * corners) &&
           a->has_uvs == b->has_uvs && a->old_uv_count == b->old_uv_count &&
           obj_level_arrays_equal(a->old_uv, b->old_uv, (size_t)8 * a->old_uv_count) &&
           obj_level_arrays_equal(a->corner_uv, b->corner_uv, 4 * corners) &&
           obj_level_arrays_equal(a->polygon_group, b->polygon_group,
                                  (size_t)4 * a->polygon_count);
}

static inline bool obj_level_notes_equal(const struct uvp_obj_notes *a,
                                         const struct uvp_obj_notes *b)
{
    return a->first_edit == b->first_edit && a->uvs == b->uvs &&
           a->uvs_before == b->uvs_before && a->referrals == b->referrals &&
           a->eol_bytes == b->eol_bytes && memcmp(a->eol, b->eol, a->eol_bytes) == 0;
}

static inline bool obj_level_results_equal(const struct obj_level *a, const struct obj_level *b)
{
    if (a->code != b->code) {
        return false;
    }
    if (a->code != UVP_OK) {
        return a->err.at == b->err.at && strcmp(a->err.text, b->err.text) == 0;
    }
    return obj_level_meshes_equal(a->model.meshes, b->model.meshes) &&
           obj_level_notes_equal(a->model.format_private, b->model.format_private);
}

/* Whether all levels that this processor has come to the same. */
static inline bool obj_levels_agree(struct uvp_span bytes,
                                    const struct uvp_mesh_options *options)
{
    struct obj_level slow;
    bool agree = true;

    obj_level_read(&slow, UVP_TEXT_BYTES, bytes, options);
    for (int level = UVP_TEXT_SSE2; level <= (int)uvp_text_level_best(); level++) {
        struct obj_level quick;
        obj_level_read(&quick, (enum uvp_text_level)level, bytes, options);
        agree = agree && obj_level_results_equal(&slow, &quick);
        uvp_arena_release(&quick.arena);
    }
    uvp_arena_release(&slow.arena);
    return agree;
}

/* Reads and writes anew at one level; false when either fails. */
static inline bool obj_level_write(struct obj_level *read, enum uvp_text_level level,
                                   struct uvp_span bytes, const struct uvp_mesh_uvs *uvs,
                                   struct uvp_buf *out)
{
    const struct uvp_mesh_source source = {.bytes = bytes};
    struct uvp_product product = {.body = out};

    obj_level_read(read, level, bytes, NULL);
    uvp_buf_init(out, &read->mem, 0);
    return read->code == UVP_OK &&
           uvp_obj_encode_by(level, &source, &read->model, uvs, NULL, &read->arena, &read->stop,
                             &product, &read->err) == UVP_OK;
}

static inline void obj_level_close(struct obj_level *read, struct uvp_buf *out)
{
    uvp_buf_release(out);
    uvp_arena_release(&read->arena);
}

/* Whether all levels write the same file; `bytes` is one that can be read. */
static inline bool obj_levels_write_the_same(struct uvp_span bytes,
                                             const struct uvp_mesh_uvs *uvs)
{
    struct obj_level slow;
    struct uvp_buf expected;
    bool same = obj_level_write(&slow, UVP_TEXT_BYTES, bytes, uvs, &expected);

    for (int level = UVP_TEXT_SSE2; same && level <= (int)uvp_text_level_best(); level++) {
        struct obj_level quick;
        struct uvp_buf found;
        same = obj_level_write(&quick, (enum uvp_text_level)level, bytes, uvs, &found) &&
               uvp_span_equal(uvp_buf_span(&expected), uvp_buf_span(&found));
        obj_level_close(&quick, &found);
    }
    obj_level_close(&slow, &expected);
    return same;
}

#endif
