/*
 * geometry.h -- the caller's arrays as a mesh of ours
 *
 * Why:     nothing behind this believes an index or a count; here all of them are looked at.
 * Owner:   arrays that have our shape are lent, others are made in the call's `keep`.
 * Threads: confined.
 */
#ifndef UVP_STAGES_LIBRARY_GEOMETRY_H
#define UVP_STAGES_LIBRARY_GEOMETRY_H

#include "formats/mesh/format.h"
#include "stages/library/call.h"

/*
 * Returns: UVP_OK
 *          UVP_USAGE     an array is missing, a stride is too short, a type is none
 *          UVP_BAD_DATA  an index is out of range, counts do not add up; err->at says where
 *          UVP_LIMIT     more than we count
 *          UVP_NO_MEMORY; UVP_LIMIT, UVP_CANCELLED from the call's stop
 */
UVP_MUST_USE enum uvp_code uvp_geometry_lend(const struct uvp_geometry *geometry,
                                             struct uvp_call *call, struct uvp_mesh *mesh,
                                             struct uvp_error *err);

#endif
