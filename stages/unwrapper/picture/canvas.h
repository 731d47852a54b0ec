/*
 * canvas.h -- a picture of pixels: red, green, blue, alpha, each of eight bits, premultiplied
 *
 * Owner:   the pixels lie in the arena given.
 * Threads: confined.
 */
#ifndef UVP_PICTURE_CANVAS_H
#define UVP_PICTURE_CANVAS_H

#include <stddef.h>

#include "pipeline/base/mem.h"
#include "stages/unwrapper/picture/colour.h"

struct uvp_canvas {
    uint8_t *pixels; /* 4 * width * height, row by row from the top */
    uint32_t width;
    uint32_t height;
};

/* A part of a canvas, in pixels. */
struct uvp_frame {
    int32_t left;
    int32_t top;
    int32_t width;
    int32_t height;
};

/* All pixels `colour`, or, when `is_clear`, transparent. */
UVP_MUST_USE enum uvp_code uvp_canvas_init(struct uvp_canvas *canvas, uint32_t width,
                                           uint32_t height, struct uvp_colour colour,
                                           bool is_clear, struct uvp_arena *arena,
                                           struct uvp_error *err);

/* Lays a colour over a pixel; `cover` is its part of 256. Outside: nothing happens. */
static inline void uvp_canvas_blend(struct uvp_canvas *canvas, int32_t x, int32_t y,
                                    struct uvp_colour colour, uint32_t cover)
{
    uint8_t *at;

    if (x < 0 || y < 0 || (uint32_t)x >= canvas->width || (uint32_t)y >= canvas->height) {
        return;
    }
    at = canvas->pixels + 4 * ((size_t)y * canvas->width + (size_t)x);
    at[0] = uvp_colour_mix_channel(at[0], colour.r, cover);
    at[1] = uvp_colour_mix_channel(at[1], colour.g, cover);
    at[2] = uvp_colour_mix_channel(at[2], colour.b, cover);
    at[3] = uvp_colour_mix_channel(at[3], 255, cover);
}

/* Lays a colour over all pixels of a frame. */
void uvp_canvas_fill(struct uvp_canvas *canvas, struct uvp_frame frame,
                     struct uvp_colour colour, uint32_t cover);

/* The border of a frame, inside of it, `pixels` thick. */
void uvp_canvas_outline(struct uvp_canvas *canvas, struct uvp_frame frame, int32_t pixels,
                        struct uvp_colour colour, uint32_t cover);

#endif
