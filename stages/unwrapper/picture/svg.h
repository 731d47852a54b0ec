/*
 * svg.h -- a layout as an SVG: a path a chart, small enough to be opened
 *
 * Why:     shapes stay sharp at any size, and other programs can take them apart.
 * Limits:  triangles that overlap show through one another; they are not hatched.
 * Threads: confined.
 */
#ifndef UVP_PICTURE_SVG_H
#define UVP_PICTURE_SVG_H

#include "pipeline/base/buf.h"
#include "stages/unwrapper/picture/layout.h"

struct uvp_svg {
    const struct uvp_subjects *subjects;
    struct uvp_span title;
    uint32_t height; /* with the strip below the page */
    float letter;    /* height of a capital */
    struct uvp_colour background;
    struct uvp_colour ink;
};

/* Returns: UVP_OK, UVP_NO_MEMORY, UVP_LIMIT, UVP_CANCELLED */
UVP_MUST_USE enum uvp_code uvp_svg_write(const struct uvp_svg *svg,
                                         const struct uvp_layout *layout,
                                         struct uvp_arena *scratch, struct uvp_stop *stop,
                                         struct uvp_buf *out, struct uvp_error *err);

#endif
