/*
 * descent.h -- lowers the distortion of a layout without turning triangles
 */
#ifndef UVP_ATLAS_DESCENT_H
#define UVP_ATLAS_DESCENT_H

#include "stages/unwrapper/atlas/patch.h"

/*
 * Untangles the layout in patch->uv if it can, improves it if that pays, and gives its mean
 * symmetric Dirichlet energy against the mesh, divided by 4: 1 for an isometry, infinite when
 * a triangle is turned.
 */
UVP_MUST_USE enum uvp_code uvp_descent_run(struct uvp_atlas_work *work,
                                           const struct uvp_topology *topology,
                                           struct uvp_patch *patch, double *distortion);

#endif
