/*
 * box.h -- about the smallest box around points
 *
 * Why:     what a layout takes of the page is more like its box than its area.
 */
#ifndef UVP_ATLAS_BOX_H
#define UVP_ATLAS_BOX_H

#include "stages/unwrapper/atlas/patch.h"

struct uvp_box {
    double length; /* of the longer side */
    double area;
};

/* The smallest of four turns. */
struct uvp_box uvp_box_of(const struct uvp_vec2 *point, uint32_t count);

#endif
