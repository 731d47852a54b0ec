/*
 * march.h -- the surface where a function of space is zero
 *
 * Use:     fill a struct uvp_field; uvp_march_field into a draft.
 * Order:   a function of field and cells alone.
 * Threads: confined.
 * Limits:  the box is [-1, 1] along every axis; what would leave it is closed there.
 */
#ifndef UVP_SHAPES_MARCH_H
#define UVP_SHAPES_MARCH_H

#include "stages/unwrapper/shapes/draft.h"

#define UVP_FIELD_BALLS 20
#define UVP_FIELD_CELLS_MOST 4000

/* What a field knows of one coordinate: worked out once for each plane of the grid. */
struct uvp_field_axis {
    double at;
    double sine;
    double cosine;
};

struct uvp_field {
    void (*prepare)(const struct uvp_field *field, int axis, struct uvp_field_axis *out);
    /* Positive inside. */
    double (*value)(const struct uvp_field *field, const struct uvp_field_axis *x,
                    const struct uvp_field_axis *y, const struct uvp_field_axis *z);
    double ball[UVP_FIELD_BALLS][4]; /* centre and radius */
    double phase[3];
    uint64_t seed;
};

/* Adds the surface, on a grid of so many cells along each axis. */
void uvp_march_field(const struct uvp_field *field, uint32_t cells, struct uvp_draft *draft);

#endif
