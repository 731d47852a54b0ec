/*
 * merge.h -- fewer charts: crumbs are attached, neighbours are merged
 *
 * Why:     flattening keeps a strict bound on every chart; where the bound leaves room, seams
 *          are given back, most length for the least work first.
 * Limits:  plan->merge_work bounds the triangles that are laid out for nothing; the mean energy
 *          of the mesh stays below plan->mesh_energy if it was.
 */
#ifndef UVP_ATLAS_MERGE_H
#define UVP_ATLAS_MERGE_H

#include "stages/unwrapper/atlas/seam.h"
#include "stages/unwrapper/atlas/trial.h"

/* The charts as a whole: crumbs, merging, trading of polygons, crumbs again. */
UVP_MUST_USE enum uvp_code uvp_merge_make(struct uvp_atlas_work *work,
                                          const struct uvp_topology *topology,
                                          struct uvp_charts *charts);

/* crumb.c: charts of few triangles, or of an area of a few texels, join a neighbour. */
UVP_MUST_USE enum uvp_code uvp_crumb_attach(struct uvp_atlas_work *work,
                                            struct uvp_open_charts *open);

/* merge.c: trial merging. */
UVP_MUST_USE enum uvp_code uvp_merge_charts(struct uvp_atlas_work *work,
                                            struct uvp_open_charts *open);

#endif
