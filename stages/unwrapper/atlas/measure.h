/*
 * measure.h -- figures about a finished layout
 */
#ifndef UVP_ATLAS_MEASURE_H
#define UVP_ATLAS_MEASURE_H

#include "stages/unwrapper/atlas/atlas_internal.h"

/* Fills all of `stats` but the times. */
UVP_MUST_USE enum uvp_code uvp_measure_layout(struct uvp_atlas_work *work,
                                              const struct uvp_topology *topology,
                                              const struct uvp_charts *charts,
                                              struct uvp_atlas_stats *stats);

#endif
