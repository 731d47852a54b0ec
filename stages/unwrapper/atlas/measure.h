/*
 * measure.h -- figures about a finished layout
 */
#ifndef UVP_ATLAS_MEASURE_H
#define UVP_ATLAS_MEASURE_H

#include "stages/unwrapper/atlas/atlas_internal.h"

/* Fills all of `stats` but the times. */
void uvp_measure_layout(const struct uvp_topology *topology, const struct uvp_charts *charts,
                        struct uvp_atlas_stats *stats);

#endif
