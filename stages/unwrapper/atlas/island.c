/*
 * Half-edges are listed by the lower UV of their ends; within a list, those with the same other
 * UV and the same two points are one edge. Directions do not matter: a triangle that is folded
 * over belongs to the chart it is folded onto.
 */
#include "stages/unwrapper/atlas/island.h"

#include "pipeline/base/joined.h"
#include "stages/unwrapper/atlas/topology.h"

#define FEW 16

struct finder {
    struct uvp_atlas_work *work;
    const struct uvp_uv_mesh *mesh;
    uint32_t *point_of; /* of each vertex */
    uint32_t *start;    /* of each UV's list */
    uint32_t *item;     /* half-edges */
    uint32_t *root;
};

struct edge {
    uint32_t other_uv;
    uint32_t point; /* at the lower UV */
    uint32_t other_point;
};

static uint32_t point_at(const struct finder *finder, uint32_t h)
{
    const struct uvp_atlas_input *const input = finder->mesh->input;

    return finder->point_of[input->corner_vertex[input->triangles[h]]];
}

static struct edge edge_of(const struct finder *finder, uint32_t h)
{
    const uint32_t next = uvp_edge_next(h);
    const uint32_t a = uvp_uv_of(finder->mesh, h);
    const uint32_t b = uvp_uv_of(finder->mesh, next);

    return a < b ? (struct edge){b, point_at(finder, h), point_at(finder, next)}
                 : (struct edge){a, point_at(finder, next), point_at(finder, h)};
}

static int compare(const struct finder *finder, uint32_t h, uint32_t g)
{
    const struct edge a = edge_of(finder, h);
    const struct edge b = edge_of(finder, g);

    if (a.other_uv != b.other_uv) {
        return a.other_uv < b.other_uv ? -1 : 1;
    }
    if (a.point != b.point) {
        return a.point < b.point ? -1 : 1;
    }
    if (a.other_point != b.other_point) {
        return a.other_point < b.other_point ? -1 : 1;
    }
    return 0;
}

/* ---- joining ---- */

static void join(const struct finder *finder, uint32_t h, uint32_t g)
{
    uvp_joined_join(finder->root, h / 3, g / 3);
}

static void join_few(const struct finder *finder, const uint32_t *item, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (compare(finder, item[i], item[j]) == 0) {
                join(finder, item[i], item[j]);
                break;
            }
        }
    }
}

static void sift(const struct finder *finder, uint32_t *heap, uint32_t at, uint32_t count)
{
    const uint32_t item = heap[at];

    for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        child += child + 1 < count && compare(finder, heap[child], heap[child + 1]) < 0;
        if (compare(finder, item, heap[child]) >= 0) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

static enum uvp_code join_many(const struct finder *finder, uint32_t *item, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;) {
        sift(finder, item, i, count);
        UVP_TRY(uvp_work_count(finder->work, 100));
    }
    for (uint32_t i = count; i-- > 1;) {
        const uint32_t top = item[0];
        item[0] = item[i];
        item[i] = top;
        sift(finder, item, 0, i);
        UVP_TRY(uvp_work_count(finder->work, 500));
    }
    for (uint32_t i = 1; i < count; i++) {
        if (compare(finder, item[i], item[i - 1]) == 0) {
            join(finder, item[i], item[i - 1]);
        }
        UVP_TRY(uvp_work_count(finder->work, 20));
    }
    return UVP_OK;
}

/* ---- */

static uint32_t lower_uv(const struct finder *finder, uint32_t h)
{
    const uint32_t a = uvp_uv_of(finder->mesh, h);
    const uint32_t b = uvp_uv_of(finder->mesh, uvp_edge_next(h));

    return a < b ? a : b;
}

static enum uvp_code list_edges(const struct finder *finder)
{
    const struct uvp_uv_mesh *const mesh = finder->mesh;
    const uint32_t half_edges = 3 * mesh->input->triangle_count;

    for (uint32_t h = 0; h < half_edges; h++) {
        if (mesh->sign[h / 3] != 0) {
            finder->start[lower_uv(finder, h)]++;
        }
        UVP_TRY(uvp_work_count(finder->work, 2));
    }
    for (uint32_t uv = 1; uv <= mesh->uv_count; uv++) {
        finder->start[uv] += finder->start[uv - 1];
        UVP_TRY(uvp_work_count(finder->work, 1));
    }
    for (uint32_t h = half_edges; h-- > 0;) {
        if (mesh->sign[h / 3] != 0) {
            finder->item[--finder->start[lower_uv(finder, h)]] = h;
        }
        UVP_TRY(uvp_work_count(finder->work, 2));
    }
    return UVP_OK;
}

static enum uvp_code join_edges(const struct finder *finder)
{
    for (uint32_t uv = 0; uv < finder->mesh->uv_count; uv++) {
        const uint32_t count = finder->start[uv + 1] - finder->start[uv];
        uint32_t *const item = finder->item + finder->start[uv];
        if (count <= FEW) {
            join_few(finder, item, count);
        } else {
            UVP_TRY(join_many(finder, item, count));
        }
        UVP_TRY(uvp_work_count(finder->work, 1 + 20 * count));
    }
    return UVP_OK;
}

static enum uvp_code find(struct finder *finder, struct uvp_islands *islands)
{
    const struct uvp_uv_mesh *const mesh = finder->mesh;
    const uint32_t triangles = mesh->input->triangle_count;
    uint32_t points;

    UVP_TAKE(finder->work, finder->point_of, mesh->input->vertex_count);
    UVP_TRY(uvp_weld_vertices(finder->work, finder->point_of, &points));
    finder->start = uvp_arena_take_zeroed(finder->work->scratch, (size_t)mesh->uv_count + 1,
                                          sizeof *finder->start);
    if (finder->start == NULL) {
        return uvp_fail_memory(finder->work->err, mesh->uv_count * sizeof *finder->start);
    }
    UVP_TAKE(finder->work, finder->item, 3 * (size_t)triangles);
    for (uint32_t t = 0; t < triangles; t++) {
        finder->root[t] = t;
    }
    UVP_TRY(list_edges(finder));
    UVP_TRY(join_edges(finder));
    islands->count = 0;
    for (uint32_t t = 0; t < triangles; t++) {
        islands->count += mesh->sign[t] != 0 && finder->root[t] == t;
        finder->root[t] = mesh->sign[t] != 0 ? uvp_joined_root(finder->root, t) : UVP_NONE;
        UVP_TRY(uvp_work_count(finder->work, 2));
    }
    return UVP_OK;
}

enum uvp_code uvp_island_find(struct uvp_atlas_work *work, const struct uvp_uv_mesh *mesh,
                              struct uvp_islands *islands)
{
    struct finder finder = {.work = work, .mesh = mesh};
    struct uvp_arena_mark mark;

    UVP_TAKE(work, islands->root, mesh->input->triangle_count);
    finder.root = islands->root;
    mark = uvp_arena_mark(work->scratch);
    UVP_TRY(find(&finder, islands));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
