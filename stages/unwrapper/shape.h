/*
 * shape.h -- a mesh and its UVs as flat arrays, for those who look at what was made
 *
 * Owner:   all is borrowed from the member's arena.
 * Threads: read-only.
 */
#ifndef UVP_STAGES_UNWRAPPER_SHAPE_H
#define UVP_STAGES_UNWRAPPER_SHAPE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uvp_shape {
    const float *positions;        /* 3 a vertex; may hold NaN and infinity */
    const uint32_t *corner_vertex; /* all in range */
    const uint32_t *triangles; /* 3 * triangle_count corners; NULL: there is nothing to see */
    uint32_t triangle_count;
    const float *uv; /* 2 * uv_count; may hold anything */
    uint32_t uv_count;
    const uint32_t *corner_uv; /* a corner's; one that is no index: it has none */
};

static inline bool uvp_shape_finite3(const float *p)
{
    return isfinite(p[0]) && isfinite(p[1]) && isfinite(p[2]);
}

/* Vertex and UV of corner `k` of triangle `t`; false when it has none, or not finite ones. */
static inline bool uvp_shape_corner(const struct uvp_shape *shape, uint32_t t, int k,
                                    uint32_t *vertex, uint32_t *uv)
{
    const uint32_t corner = shape->triangles[3 * (size_t)t + (size_t)k];

    *vertex = shape->corner_vertex[corner];
    *uv = shape->corner_uv[corner];
    return *uv < shape->uv_count && isfinite(shape->uv[2 * (size_t)*uv]) &&
           isfinite(shape->uv[2 * (size_t)*uv + 1]) &&
           uvp_shape_finite3(shape->positions + 3 * (size_t)*vertex);
}

#endif
