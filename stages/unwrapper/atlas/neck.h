/*
 * neck.h -- where a chart is narrow
 *
 * Why:     a cut costs its length, and one across a neck is short for what it takes apart.
 * Use:     uvp_neck_find on the border of a chart.
 * Limits:  looks at some dozens of points of the outer border; holes are not looked at.
 */
#ifndef UVP_ATLAS_NECK_H
#define UVP_ATLAS_NECK_H

#include "stages/unwrapper/atlas/atlas_internal.h"

/* A straight way across, from border to border. */
struct uvp_neck {
    struct uvp_point2 from; /* on the chart's lattice */
    struct uvp_point2 to;
    double length; /* in lattice steps */
    double saved;  /* area of the chart's hull less those of its parts, square steps */
};

/*
 * The necks that promise most when a length of one step costs `price` square steps, best first;
 * returns how many, up to `most`. border: 2 slots an edge, in any order; next: room for a
 * number a slot.
 */
uint32_t uvp_neck_find(const struct uvp_point2 *slot, const uint32_t *border, uint32_t edges,
                       double price, uint32_t *next, uint32_t most, struct uvp_neck *necks);

#endif
