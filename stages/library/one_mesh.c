/*
 * uvp_unwrap: one mesh of the caller through the engine. The engine's arrays lie among much
 * that is no longer needed, so the result is a copy, and the rest is given back.
 */
#include <string.h>

#include "stages/library/geometry.h"
#include "stages/unwrapper/judge.h"
#include "stages/unwrapper/mesh_view.h"

struct uvp_unwrapped {
    struct uvp_mem mem; /* what the arrays are from; has the limit of the call */
    struct uvp_arena hold;
    float *uvs;
    uint32_t uv_count;
    uint32_t *corner_uv;
    uint32_t *corner_vertex; /* for the split form */
    uint32_t corner_count;
    uint32_t *face_chart;
    uint32_t face_count;
    uint32_t *split_vertex; /* NULL until it was asked for */
    uint32_t *split_uv;
    uint32_t *split_corner;
    uint32_t split_count;
    struct uvp_unwrap_stats stats;
};

/* ---- what is kept of the engine's work ---- */

static enum uvp_code copy(struct uvp_arena *hold, const void *from, size_t count, size_t each,
                          void *to, struct uvp_error *err)
{
    void *const array = uvp_arena_take(hold, count, each);

    if (array == NULL) {
        return uvp_fail_memory(err, count * each);
    }
    if (count != 0) {
        memcpy(array, from, count * each);
    }
    memcpy(to, &array, sizeof array);
    return UVP_OK;
}

static enum uvp_code copy_charts(struct uvp_unwrapped *to, const struct uvp_mesh_view *view,
                                 const struct uvp_atlas_result *result, struct uvp_error *err)
{
    const struct uvp_mesh_triangles *const triangles = &view->triangles;

    to->face_count = view->mesh->polygon_count;
    to->face_chart = UVP_ARENA_ARRAY(&to->hold, uint32_t, to->face_count);
    if (to->face_chart == NULL) {
        return uvp_fail_memory(err, (size_t)4 * to->face_count);
    }
    memset(to->face_chart, 0xff, (size_t)4 * to->face_count); /* UVP_NO_CHART */
    for (uint32_t t = 0; t < triangles->count; t++) {
        const uint32_t face = triangles->polygon != NULL ? triangles->polygon[t] : t;
        to->face_chart[face] = result->triangle_chart[t];
    }
    return UVP_OK;
}

static enum uvp_code keep_result(struct uvp_unwrapped *to, const struct uvp_mesh_view *view,
                                 const struct uvp_atlas_result *result, struct uvp_error *err)
{
    to->uv_count = result->uv_count;
    to->corner_count = view->input.corner_count;
    UVP_TRY(copy(&to->hold, result->uv, result->uv_count, 2 * sizeof(float), &to->uvs, err));
    UVP_TRY(copy(&to->hold, result->corner_uv, to->corner_count, 4, &to->corner_uv, err));
    UVP_TRY(copy(&to->hold, view->input.corner_vertex, to->corner_count, 4, &to->corner_vertex,
                 err));
    UVP_TRY(copy_charts(to, view, result, err));
    uvp_call_tell_stats(&result->stats, result->page_count, &to->stats);
    return UVP_OK;
}

/* ---- the call ---- */

static void begin_step(void *ctx, enum uvp_atlas_step step)
{
    (void)ctx;
    (void)step;
}

static enum uvp_code make(struct uvp_unwrapped *to, const struct uvp_geometry *geometry,
                          const struct uvp_atlas_options *options, struct uvp_call *call,
                          struct uvp_error *err)
{
    struct uvp_atlas_verdict verdict;
    struct uvp_atlas_result result;
    struct uvp_mesh_view view;
    struct uvp_mesh mesh;

    UVP_TRY(uvp_geometry_lend(geometry, call, &mesh, err));
    UVP_TRY(uvp_mesh_view_lend(&mesh, &call->keep, &call->scratch, &call->stop, &view, err));
    UVP_TRY(uvp_atlas_make(&view.input, options, &call->keep, &call->scratch, NULL, &call->stop,
                           begin_step, NULL, &result, err));
    UVP_TRY(uvp_judge_result(&view.input, &result, &call->scratch, &call->stop, &verdict, err));
    return keep_result(to, &view, &result, err);
}

enum uvp_code uvp_unwrap(const struct uvp_geometry *geometry,
                         const struct uvp_unwrap_options *options,
                         const struct uvp_limits *limits, struct uvp_unwrapped **unwrapped,
                         struct uvp_error *err)
{
    struct uvp_atlas_options atlas;
    struct uvp_unwrapped *made;
    struct uvp_call call;
    enum uvp_code code;

    uvp_error_clear(err);
    UVP_TRY(uvp_call_atlas_options(options, &atlas, err));
    made = uvp_call_take_object(sizeof *made);
    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    code = uvp_call_begin(&call, limits, &made->mem, err);
    uvp_arena_init(&made->hold, &made->mem, 0);
    if (code == UVP_OK) {
        code = make(made, geometry, &atlas, &call, err);
    }
    uvp_call_end(&call);
    if (code != UVP_OK) {
        uvp_unwrapped_destroy(made);
        return code;
    }
    *unwrapped = made;
    return UVP_OK;
}

void uvp_unwrapped_destroy(struct uvp_unwrapped *unwrapped)
{
    if (unwrapped != NULL) {
        uvp_arena_release(&unwrapped->hold);
        uvp_call_give_object(unwrapped, sizeof *unwrapped);
    }
}

/* ---- reading it ---- */

const float *uvp_unwrapped_uvs(const struct uvp_unwrapped *unwrapped, uint32_t *uv_count)
{
    *uv_count = unwrapped->uv_count;
    return unwrapped->uvs;
}

const uint32_t *uvp_unwrapped_uv_indices(const struct uvp_unwrapped *unwrapped,
                                         uint32_t *corner_count)
{
    *corner_count = unwrapped->corner_count;
    return unwrapped->corner_uv;
}

const uint32_t *uvp_unwrapped_face_charts(const struct uvp_unwrapped *unwrapped,
                                          uint32_t *face_count)
{
    *face_count = unwrapped->face_count;
    return unwrapped->face_chart;
}

void uvp_unwrapped_write_corners(const struct uvp_unwrapped *unwrapped, void *uvs,
                                 size_t stride_bytes)
{
    const size_t item_bytes = 2 * sizeof(float);
    const size_t stride = stride_bytes != 0 ? stride_bytes : item_bytes;

    for (uint32_t c = 0; c < unwrapped->corner_count; c++) {
        memcpy((unsigned char *)uvs + c * stride,
               unwrapped->uvs + 2 * (size_t)unwrapped->corner_uv[c], item_bytes);
    }
}

void uvp_unwrapped_stats(const struct uvp_unwrapped *unwrapped, struct uvp_unwrap_stats *stats)
{
    uvp_call_fill(stats, &unwrapped->stats, sizeof unwrapped->stats);
}

/* ---- one UV a vertex ---- */

/*
 * Pairs of vertex and UV that have a number. A table with open ends, half empty at most: a
 * vertex may have as many UVs as corners, so that lists from each vertex would grow long.
 */
struct pairs {
    uint32_t *slots; /* one more than the number; 0: empty */
    size_t mask;
};

static size_t first_slot(const struct pairs *pairs, uint32_t vertex, uint32_t uv)
{
    const uint64_t mixed = (((uint64_t)vertex << 32) | uv) *
                           UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio */

    return (size_t)(mixed >> 32) & pairs->mask;
}

static uint32_t number_pair(struct uvp_unwrapped *made, struct pairs *pairs, uint32_t vertex,
                            uint32_t uv)
{
    size_t slot = first_slot(pairs, vertex, uv);

    while (pairs->slots[slot] != 0) {
        const uint32_t at = pairs->slots[slot] - 1;
        if (made->split_vertex[at] == vertex && made->split_uv[at] == uv) {
            return at;
        }
        slot = (slot + 1) & pairs->mask;
    }
    made->split_vertex[made->split_count] = vertex;
    made->split_uv[made->split_count] = uv;
    pairs->slots[slot] = ++made->split_count;
    return made->split_count - 1;
}

static enum uvp_code split(struct uvp_unwrapped *made, struct uvp_error *err)
{
    const size_t corners = made->corner_count;
    uint32_t *const corner = UVP_ARENA_ARRAY(&made->hold, uint32_t, corners);
    struct pairs pairs = {.mask = 1};
    struct uvp_arena_mark mark;

    while (pairs.mask < 2 * corners) {
        pairs.mask = 2 * pairs.mask + 1;
    }
    made->split_vertex = UVP_ARENA_ARRAY(&made->hold, uint32_t, corners);
    made->split_uv = UVP_ARENA_ARRAY(&made->hold, uint32_t, corners);
    mark = uvp_arena_mark(&made->hold);
    pairs.slots = uvp_arena_take_zeroed(&made->hold, pairs.mask + 1, sizeof *pairs.slots);
    if (corner == NULL || made->split_vertex == NULL || made->split_uv == NULL ||
        pairs.slots == NULL) {
        return uvp_fail_memory(err, 4 * (3 * corners + pairs.mask + 1));
    }
    made->split_count = 0;
    for (size_t c = 0; c < corners; c++) {
        corner[c] = number_pair(made, &pairs, made->corner_vertex[c], made->corner_uv[c]);
    }
    uvp_arena_rewind(&made->hold, mark);
    made->split_corner = corner;
    return UVP_OK;
}

enum uvp_code uvp_unwrapped_split(struct uvp_unwrapped *unwrapped, uint32_t *new_vertex_count,
                                  const uint32_t **vertex_sources, const uint32_t **vertex_uvs,
                                  const uint32_t **corner_vertices, struct uvp_error *err)
{
    uvp_error_clear(err);
    if (unwrapped->split_corner == NULL) {
        const struct uvp_arena_mark mark = uvp_arena_mark(&unwrapped->hold);
        const enum uvp_code code = split(unwrapped, err);

        if (code != UVP_OK) {
            uvp_arena_rewind(&unwrapped->hold, mark);
            return code;
        }
    }
    *new_vertex_count = unwrapped->split_count;
    *vertex_sources = unwrapped->split_vertex;
    *vertex_uvs = unwrapped->split_uv;
    *corner_vertices = unwrapped->split_corner;
    return UVP_OK;
}
