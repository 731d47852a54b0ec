/*
 * fill.h -- how much of each pixel a triangle covers, exactly
 *
 * Why:     what triangles cover together is the sum of what each covers: neighbours leave no
 *          crack between them and darken nothing, overlaps show as more than all of a pixel.
 * Use:     init for a frame; add triangles; read `cells`.
 * Units:   points in 1/256 pixel of the frame, y down; UVP_FILL_FULL is all of a pixel.
 * Owner:   the cells lie in the arena given. Threads: confined.
 */
#ifndef UVP_PICTURE_FILL_H
#define UVP_PICTURE_FILL_H

#include "pipeline/base/mem.h"
#include "stages/unwrapper/picture/colour.h"

#define UVP_FILL_UNIT 256
#define UVP_FILL_FULL (2 * UVP_FILL_UNIT * UVP_FILL_UNIT)

struct uvp_fill_cell {
    int64_t cover; /* of all triangles together */
    int64_t red;   /* cover times colour, summed */
    int64_t green;
    int64_t blue;
    int64_t turned; /* cover of those that are marked */
};

/* Rows `top` up to, not including, `top + rows` of a frame that is `width` wide. */
struct uvp_fill {
    int32_t width;
    int32_t top;
    int32_t rows;
    struct uvp_fill_cell *cells; /* width * rows */
    int32_t *across;             /* of one triangle in one row: change of cover ... */
    int32_t *along;              /* ... and what of it lies in the pixel itself */
};

struct uvp_fill_triangle {
    int32_t at[3][2]; /* x, y; each coordinate less than 2^26 in size */
    struct uvp_colour colour;
    bool turned;
};

UVP_MUST_USE enum uvp_code uvp_fill_init(struct uvp_fill *fill, int32_t width, int32_t rows,
                                         struct uvp_arena *arena, struct uvp_error *err);
/* Empties it, to begin at another row. */
void uvp_fill_begin(struct uvp_fill *fill, int32_t top);

/* In either direction around; what lies outside of the rows or the frame is left out. */
void uvp_fill_add(struct uvp_fill *fill, const struct uvp_fill_triangle *triangle);

#endif
