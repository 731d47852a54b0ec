/*
 * distort.h -- how far the map of each triangle is from a mere scaling
 *
 * Threads: confined.
 */
#ifndef UVP_PICTURE_DISTORT_H
#define UVP_PICTURE_DISTORT_H

#include "stages/unwrapper/picture/parts.h"

struct uvp_distort {
    float *value; /* of each triangle; NaN: it has no UVs */
    float worst;  /* of all but those without area in 3D or UV */
    float mean;   /* weighted by area in 3D */
};

/*
 * `colour` is STRETCH, ANGLE or AREA. Owner: the values lie in `arena`.
 */
UVP_MUST_USE enum uvp_code uvp_distort_measure(const struct uvp_parts *parts,
                                               enum uvp_picture_colour colour,
                                               struct uvp_arena *arena, struct uvp_stop *stop,
                                               struct uvp_distort *distort,
                                               struct uvp_error *err);

#endif
