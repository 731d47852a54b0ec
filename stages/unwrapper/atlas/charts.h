/*
 * charts.h -- the store of charts: patches in, patches out
 *
 * Why:     flattening, attaching crumbs, merging and placing all keep layouts in the same
 *          arrays, and none should know how.
 * Owner:   arrays live in the scratch arena from uvp_charts_take on.
 */
#ifndef UVP_ATLAS_CHARTS_H
#define UVP_ATLAS_CHARTS_H

#include "stages/unwrapper/atlas/patch.h"

/* Room for all charts there can be; no triangle has one yet. */
UVP_MUST_USE enum uvp_code uvp_charts_take(struct uvp_atlas_work *work,
                                           const struct uvp_topology *topology,
                                           struct uvp_charts *charts);

/* Writes the patch's lattice layout from slot `first` on, and its corners. */
void uvp_charts_store(struct uvp_charts *charts, uint32_t first, const struct uvp_patch *patch);

/* The reverse: `at`, and uv = at * step, of a patch whose triangles were stored. */
void uvp_charts_load(const struct uvp_charts *charts, double step, struct uvp_patch *patch);

/* Moves chart c's slots to `first`, not behind where they are, and names it at its triangles.
 */
void uvp_charts_move(struct uvp_charts *charts, uint32_t c, uint32_t first);

#endif
