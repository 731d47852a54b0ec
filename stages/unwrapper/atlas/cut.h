/*
 * cut.h -- a layout whose parts overlap, cut where the cut is shortest
 *
 * Why:     little is wrong with such a chart but its connectivity; what stays together keeps
 *          its layout, and no part has to be laid out anew.
 */
#ifndef UVP_ATLAS_CUT_H
#define UVP_ATLAS_CUT_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/patch.h"

/*
 * Sides 0 and 1 for each triangle, so that overlapping lobes lie on different ones and the seam
 * between is short; units are not divided. `*found` is false when nothing overlaps, or when it
 * would take too much work.
 */
UVP_MUST_USE enum uvp_code uvp_cut_lobes(struct uvp_atlas_work *work,
                                         const struct uvp_topology *topology,
                                         const struct uvp_pieces *pieces,
                                         const struct uvp_patch *patch, uint32_t *side,
                                         bool *found);

#endif
