/*
 * overlap.h -- the pairs of triangles that cover each other
 *
 * Why:     once something is known to overlap, people want to know how much.
 * Limits:  counts as far as a number of looks in proportion to the triangles allows.
 */
#ifndef UVP_ATLAS_OVERLAP_H
#define UVP_ATLAS_OVERLAP_H

#include "stages/unwrapper/atlas/atlas_internal.h"
#include "stages/unwrapper/atlas/exact.h"

struct uvp_shape { /* counterclockwise, with area */
    struct uvp_spot at[3];
};

/* Reorders the shapes. *more: there may be pairs that were not looked at. */
UVP_MUST_USE enum uvp_code uvp_overlap_count(struct uvp_atlas_work *work,
                                             struct uvp_shape *shapes, uint32_t count,
                                             uint64_t *pairs, bool *more);

#endif
