/*
 * descent.h -- lowers the distortion of a layout without turning triangles
 */
#ifndef UVP_ATLAS_DESCENT_H
#define UVP_ATLAS_DESCENT_H

#include "stages/unwrapper/atlas/solve.h"

/*
 * Stitches the triangles' own shapes together when the ask brings some, untangles the layout in
 * patch->uv if it can, improves it if that pays, and gives up early when the energy asked for
 * is out of reach. The layout is free of turned triangles when `*energy` is finite.
 */
UVP_MUST_USE enum uvp_code uvp_descent_solve(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             const struct uvp_solve_ask *ask,
                                             struct uvp_patch *patch, double *energy);

/*
 * Untangles the layout in patch->uv if it can, improves it if that pays, and gives its mean
 * symmetric Dirichlet energy against the mesh, divided by 4: 1 for an isometry, infinite when
 * a triangle is turned.
 */
UVP_MUST_USE enum uvp_code uvp_descent_run(struct uvp_atlas_work *work,
                                           const struct uvp_topology *topology,
                                           struct uvp_patch *patch, double *distortion);

#endif
