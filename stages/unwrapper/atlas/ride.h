/*
 * ride.h -- slots to UVs, and a place for every corner that has none
 *
 * Why:     triangles without area still need finite UVs that neither turn nor cover anything.
 *          They get no UV area at all: their corners ride on points that exist.
 */
#ifndef UVP_ATLAS_RIDE_H
#define UVP_ATLAS_RIDE_H

#include "stages/unwrapper/atlas/atlas_internal.h"

/* Fills uv, uv_count, corner_uv and triangle_chart of the result, in the keep arena. */
UVP_MUST_USE enum uvp_code uvp_ride_make(struct uvp_atlas_work *work,
                                         const struct uvp_topology *topology,
                                         const struct uvp_charts *charts,
                                         struct uvp_atlas_result *result);

#endif
