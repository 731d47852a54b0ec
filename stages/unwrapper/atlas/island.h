/*
 * island.h -- the charts that UVs make, whoever made them
 *
 * Why:     what is turned over can only be told against the rest of its chart.
 */
#ifndef UVP_ATLAS_ISLAND_H
#define UVP_ATLAS_ISLAND_H

#include "stages/unwrapper/atlas/border.h"

struct uvp_islands {
    uint32_t count;
    uint32_t *root; /* of each triangle: a triangle of the same chart; UVP_NONE: no sign */
};

/* Triangles are of one chart when they share an edge on the surface and in UV. In scratch. */
UVP_MUST_USE enum uvp_code uvp_island_find(struct uvp_atlas_work *work,
                                           const struct uvp_uv_mesh *mesh,
                                           struct uvp_islands *islands);

#endif
