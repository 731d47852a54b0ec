/*
 * keep.h -- the charts that the input's own UVs make
 *
 * Why:     whoever has drawn seams by hand wants them kept, and only the layout repaired.
 * Use:     when uvp_keep_is_wanted: uvp_keep_segments instead of segmentation; flattening asks
 *          for cuts and layouts; nothing is merged.
 */
#ifndef UVP_ATLAS_KEEP_H
#define UVP_ATLAS_KEEP_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/patch.h"
#include "stages/unwrapper/atlas/segment.h"

bool uvp_keep_is_wanted(const struct uvp_atlas_work *work);

/* Connected sets of units joined in UV; what has no UVs is joined as the mesh is. */
UVP_MUST_USE enum uvp_code uvp_keep_segments(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             struct uvp_segments *segments);

/* Adds the edges that are seams in UV to the cuts. */
UVP_MUST_USE enum uvp_code uvp_keep_cut(struct uvp_atlas_work *work,
                                        const struct uvp_topology *topology, uint8_t *cut);

/*
 * Sets patch->uv to the old layout, turned over if it is mirrored, in the size of the patch's
 * area. False when a corner has no UV, or the layout no area.
 */
bool uvp_keep_layout(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                     struct uvp_patch *patch);

#endif
