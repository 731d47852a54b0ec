/*
 * Two triangles are joined in UV when both ends of their edge have the same UV in both, by
 * value: files name one UV by many numbers. A polygon is never taken apart.
 */
#include "stages/unwrapper/atlas/keep.h"

#include <string.h>

bool uvp_keep_is_wanted(const struct uvp_atlas_work *work)
{
    return work->plan->keep_charts && work->input->old_uv != NULL &&
           work->input->old_corner_uv != NULL;
}

/* The old UV where half-edge h starts; false: there is none that is finite. */
static bool old_uv_of(const struct uvp_atlas_work *work, const struct uvp_topology *topology,
                      uint32_t h, struct uvp_vec2 *uv)
{
    const uint32_t index = work->input->old_corner_uv[uvp_corner_of(work, topology, h)];
    const float *const at = work->input->old_uv + 2 * (size_t)index;

    if (index >= work->input->old_uv_count) {
        return false;
    }
    *uv = (struct uvp_vec2){(double)at[0], (double)at[1]};
    return isfinite(uv->x) && isfinite(uv->y);
}

static bool has_uv(const struct uvp_atlas_work *work, const struct uvp_topology *topology,
                   uint32_t t)
{
    struct uvp_vec2 uv;

    return old_uv_of(work, topology, 3 * t, &uv) && old_uv_of(work, topology, 3 * t + 1, &uv) &&
           old_uv_of(work, topology, 3 * t + 2, &uv);
}

static bool is_same(const struct uvp_atlas_work *work, const struct uvp_topology *topology,
                    uint32_t h, uint32_t g)
{
    struct uvp_vec2 p;
    struct uvp_vec2 q;

    return old_uv_of(work, topology, h, &p) && old_uv_of(work, topology, g, &q) && p.x == q.x &&
           p.y == q.y;
}

/* Whether charts go on across the paired half-edge h. */
static bool is_joined(const struct uvp_atlas_work *work, const struct uvp_topology *topology,
                      uint32_t h)
{
    const uint32_t g = topology->opposite[h];
    const bool there = has_uv(work, topology, h / 3);

    if (uvp_unit_of(topology, h / 3) == uvp_unit_of(topology, g / 3)) {
        return true;
    }
    if (there != has_uv(work, topology, g / 3)) {
        return false;
    }
    return there ? is_same(work, topology, h, uvp_edge_next(g)) &&
                       is_same(work, topology, uvp_edge_next(h), g)
                 : !uvp_seam_is_hard(work, topology, h);
}

enum uvp_code uvp_keep_cut(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                           uint8_t *cut)
{
    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        if (topology->opposite[h] != UVP_NONE && !is_joined(work, topology, h)) {
            cut[h / 3] = (uint8_t)(cut[h / 3] | 1U << h % 3);
        }
        UVP_TRY(uvp_work_count(work, 12));
    }
    return UVP_OK;
}

/* Gives the unit's component the number; `stack` has room for all units. */
static enum uvp_code flood(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                           struct uvp_segments *segments, uint32_t *stack, uint32_t unit)
{
    uint32_t depth = 0;

    segments->chart[unit] = segments->count;
    stack[depth++] = unit;
    while (depth > 0) {
        const uint32_t u = stack[--depth];
        const uint32_t end = 3 * uvp_unit_first(topology, u + 1);
        for (uint32_t h = 3 * uvp_unit_first(topology, u); h < end; h++) {
            const uint32_t g = topology->opposite[h];
            const uint32_t other = g != UVP_NONE ? uvp_unit_of(topology, g / 3) : u;
            if (segments->chart[other] == UVP_NONE && !uvp_is_dead(topology, g / 3) &&
                is_joined(work, topology, h)) {
                segments->chart[other] = segments->count;
                stack[depth++] = other;
            }
            UVP_TRY(uvp_work_count(work, 12));
        }
    }
    segments->count++;
    return UVP_OK;
}

static bool is_live(const struct uvp_topology *topology, uint32_t unit)
{
    for (uint32_t t = uvp_unit_first(topology, unit); t < uvp_unit_first(topology, unit + 1);
         t++) {
        if (!uvp_is_dead(topology, t)) {
            return true;
        }
    }
    return false;
}

enum uvp_code uvp_keep_segments(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology,
                                struct uvp_segments *segments)
{
    struct uvp_arena_mark mark;
    uint32_t *stack;

    *segments = (struct uvp_segments){0};
    UVP_TAKE(work, segments->chart, topology->unit_count);
    mark = uvp_arena_mark(work->scratch);
    UVP_TAKE(work, stack, topology->unit_count);
    memset(segments->chart, 0xff, topology->unit_count * sizeof *segments->chart);
    for (uint32_t u = 0; u < topology->unit_count; u++) {
        if (segments->chart[u] == UVP_NONE && is_live(topology, u)) {
            UVP_TRY(flood(work, topology, segments, stack, u));
        }
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

/* Twice the area that the patch has in UV, turned triangles taken off. */
static double uv_area(const struct uvp_patch *patch)
{
    double twice = 0;

    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t *const c = patch->corner + 3 * (size_t)i;
        const struct uvp_vec2 p = patch->uv[c[0]];
        const struct uvp_vec2 q = patch->uv[c[1]];
        const struct uvp_vec2 r = patch->uv[c[2]];
        twice += (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    }
    return twice;
}

bool uvp_keep_layout(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                     struct uvp_patch *patch)
{
    struct uvp_vec2 origin;
    double area = 0;
    double scale;
    double size;

    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        if (!old_uv_of(work, topology, 3 * patch->triangle[i / 3] + i % 3,
                       &patch->uv[patch->corner[i]])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        area += uvp_area_of(topology, patch->triangle[i]);
    }
    scale = uv_area(patch) / 2;
    if (!(scale * scale > 0) || !isfinite(scale * scale)) {
        return false;
    }
    origin = patch->uv[0];
    size = sqrt(area / fabs(scale));
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        const double x = (patch->uv[v].x - origin.x) * size;
        patch->uv[v] =
            (struct uvp_vec2){scale > 0 ? x : -x, (patch->uv[v].y - origin.y) * size};
    }
    return true;
}
