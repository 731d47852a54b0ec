/*
 * sweep.h -- does a closed border of directed edges wind twice around anything?
 *
 * Why:     triangles that are all positive cover a point as often as their border winds around
 *          it. So the border alone tells whether any two of them overlap.
 * Limits:  n log n, whatever the border: it ends at the first place that is covered twice.
 */
#ifndef UVP_ATLAS_SWEEP_H
#define UVP_ATLAS_SWEEP_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/atlas_internal.h"
#include "stages/unwrapper/atlas/exact.h"

struct uvp_border_edge {
    uint32_t low; /* spots; low < high */
    uint32_t high;
    int32_t gain; /* 1: runs from low to high, the inside above it; -1: the other way */
};

struct uvp_border {
    const struct uvp_spot *spot; /* distinct, by x, then by y */
    uint32_t spot_count;
    const struct uvp_border_edge *edge; /* sorted by low */
    uint32_t edge_count;
};

/*
 * *twice: whether the border winds other than 0 or 1 times around any area. Edges may touch
 * and lie on each other.
 */
UVP_MUST_USE enum uvp_code uvp_sweep_find(struct uvp_atlas_work *work,
                                          const struct uvp_border *border, bool *twice);

#endif
