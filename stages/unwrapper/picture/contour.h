/*
 * contour.h -- the edges where charts end, as closed loops
 *
 * Why:     a chart of ten thousand triangles is one short path in an SVG.
 * Owner:   everything lies in the arena given. Threads: confined.
 */
#ifndef UVP_PICTURE_CONTOUR_H
#define UVP_PICTURE_CONTOUR_H

#include "stages/unwrapper/picture/parts.h"

struct uvp_contour {
    uint32_t *edge; /* as parts.border: chart by chart, loop by loop, in the order of a walk */
    bool *begins;   /* of each edge: it is the first of its loop */
    uint32_t count;
};

/*
 * Every border edge is in exactly one loop. Where triangles are turned against their neighbours
 * a loop may end elsewhere than it began.
 */
UVP_MUST_USE enum uvp_code uvp_contour_walk(const struct uvp_parts *parts,
                                            struct uvp_arena *arena, struct uvp_stop *stop,
                                            struct uvp_contour *contour, struct uvp_error *err);

#endif
