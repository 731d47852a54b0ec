/*
 * ramp.h -- numbers as colours
 *
 * Why:     a map whose lightness falls evenly can be read without the legend, and in grey.
 * Threads: pure functions.
 */
#ifndef UVP_PICTURE_RAMP_H
#define UVP_PICTURE_RAMP_H

#include <stdbool.h>

#include "stages/unwrapper/picture/colour.h"
#include "stages/unwrapper/picture/picture.h"

#define UVP_RAMP_TICKS 5

struct uvp_ramp_tick {
    float at;         /* on the map, 0 to 1 */
    const char *text; /* ASCII */
};

/* How a kind of number is shown. */
struct uvp_ramp_scale {
    const char *name; /* of the number, as in the legend */
    struct uvp_ramp_tick ticks[UVP_RAMP_TICKS];
};

/* NULL: the colour stands for no number. */
const struct uvp_ramp_scale *uvp_ramp_scale(enum uvp_picture_colour colour);

/* Where a value lies on the map: 0 to 1. What is not a number lies at its end. */
float uvp_ramp_place(enum uvp_picture_colour colour, float value);

/* The colour at a place of the map. */
struct uvp_colour uvp_ramp_colour(enum uvp_picture_colour colour, float place);

#endif
