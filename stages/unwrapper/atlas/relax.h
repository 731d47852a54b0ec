/*
 * relax.h -- borders of regions made shorter and moved to where normals part
 */
#ifndef UVP_ATLAS_RELAX_H
#define UVP_ATLAS_RELAX_H

#include "stages/unwrapper/atlas/surface.h"

struct uvp_relax_region {
    float axis[3]; /* mean normal, of unit length */
    uint32_t triangles;
};

/*
 * Changes the labels of units on borders; regions stay connected, and get no more than
 * plan->chart_triangles_max triangles.
 */
UVP_MUST_USE enum uvp_code uvp_relax_borders(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             const struct uvp_surface *surface,
                                             struct uvp_relax_region *region, uint32_t *label);

#endif
