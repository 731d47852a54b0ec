/*
 * relax.h -- borders of regions made shorter and moved to where normals part
 */
#ifndef UVP_ATLAS_RELAX_H
#define UVP_ATLAS_RELAX_H

#include "stages/unwrapper/atlas/surface.h"

/*
 * Changes the labels of units on borders; regions stay connected. `axis` holds three floats a
 * region, of unit length: its mean normal.
 */
UVP_MUST_USE enum uvp_code uvp_relax_borders(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             const struct uvp_surface *surface,
                                             const float *axis, uint32_t *label);

#endif
