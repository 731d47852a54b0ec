/*
 * segment.h -- charts from faces, by merging from the bottom up
 */
#ifndef UVP_ATLAS_SEGMENT_H
#define UVP_ATLAS_SEGMENT_H

#include "stages/unwrapper/atlas/atlas_internal.h"

/* One chart number a unit, 0 ... count - 1 by first unit; UVP_NONE for units all dead. */
struct uvp_segments {
    uint32_t *chart; /* of each unit */
    uint32_t count;
};

UVP_MUST_USE enum uvp_code uvp_segment_make(struct uvp_atlas_work *work,
                                            const struct uvp_topology *topology,
                                            struct uvp_segments *segments);

#endif
