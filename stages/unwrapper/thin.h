/*
 * thin.h -- few enough triangles to show of a mesh, each with its chart
 *
 * Why:     a mesh of ten million triangles is to be looked at, too, in a file one can open.
 * Shape:   corners are split where UVs are, so that a point has one place on the surface and
 *          one in UV. A mesh that is small enough is whole. Of others the vertices of a chart
 *          that lie in one cell of a grid become one of them, with a grid as fine as the limit
 *          allows; where even a coarse grid leaves too many (a soup of triangles, each a
 *          chart), every n-th triangle is taken as it is.
 * Owner:   the result lies in `scratch`.
 * Threads: confined. The same mesh gives the same result.
 * Limits:  triangles without UVs, or with coordinates that are not finite, are left out.
 */
#ifndef UVP_STAGES_UNWRAPPER_THIN_H
#define UVP_STAGES_UNWRAPPER_THIN_H

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"
#include "stages/unwrapper/shape.h"

enum uvp_thin_kind { UVP_THIN_WHOLE, UVP_THIN_CLUSTERED, UVP_THIN_SAMPLED };

struct uvp_thin {
    enum uvp_thin_kind kind;
    uint32_t point_count;
    uint32_t *point_vertex; /* where it lies on the surface ... */
    uint32_t *point_uv;     /* ... and in UV */
    uint32_t *point_chart;  /* from 0, in the order of first use */
    uint32_t chart_count;   /* of those shown */
    uint32_t triangle_count;
    uint32_t *triangles; /* 3 points each, numbered in the order of first use */
    uint32_t *source;    /* the triangle it was */
};

/* `most`: triangles, at least 1. UVP_OK, UVP_NO_MEMORY; UVP_CANCELLED, UVP_LIMIT from `stop`.
 */
UVP_MUST_USE enum uvp_code uvp_thin_make(const struct uvp_shape *shape, uint32_t most,
                                         struct uvp_arena *scratch, struct uvp_stop *stop,
                                         struct uvp_thin *thin, struct uvp_error *err);

#endif
