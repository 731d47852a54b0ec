/*
 * stroke.h -- lines with round ends, smooth at their borders
 *
 * Why:     lines are collected in a mask, where the most cover wins, and laid over the picture
 *          at once: where many meet nothing is darker than where there is one.
 * Use:     init for a frame; begin at a row; add lines; lay the mask over a canvas.
 * Units:   points in pixels of the frame, y down; pixel (0, 0) has its middle at (0.5, 0.5).
 * Owner:   the mask lies in the arena given. Threads: confined.
 */
#ifndef UVP_PICTURE_STROKE_H
#define UVP_PICTURE_STROKE_H

#include "stages/unwrapper/picture/canvas.h"

struct uvp_stroke_mask {
    int32_t width;
    int32_t top;
    int32_t rows;
    uint8_t *cover; /* width * rows; 255 is all of a pixel */
};

UVP_MUST_USE enum uvp_code uvp_stroke_init(struct uvp_stroke_mask *mask, int32_t width,
                                           int32_t rows, struct uvp_arena *arena,
                                           struct uvp_error *err);
void uvp_stroke_begin(struct uvp_stroke_mask *mask, int32_t top);

/* From a to b, `thick` pixels across. What lies outside is left out. */
void uvp_stroke_add(struct uvp_stroke_mask *mask, const float a[2], const float b[2],
                    float thick);

/* Lays it over the canvas, with its frame's corner at (left, top); `cover` is its part of 256.
 */
void uvp_stroke_lay(const struct uvp_stroke_mask *mask, struct uvp_canvas *canvas, int32_t left,
                    int32_t top, struct uvp_colour colour, uint32_t cover);

#endif
