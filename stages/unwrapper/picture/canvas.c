#include "stages/unwrapper/picture/canvas.h"

#include <string.h>

enum uvp_code uvp_canvas_init(struct uvp_canvas *canvas, uint32_t width, uint32_t height,
                              struct uvp_colour colour, bool is_clear, struct uvp_arena *arena,
                              struct uvp_error *err)
{
    const size_t count = (size_t)width * height;
    const uint8_t pixel[4] = {is_clear ? 0 : colour.r, is_clear ? 0 : colour.g,
                              is_clear ? 0 : colour.b, is_clear ? 0 : 255};

    canvas->width = width;
    canvas->height = height;
    canvas->pixels = uvp_arena_take(arena, count, 4);
    if (canvas->pixels == NULL) {
        return uvp_fail_memory(err, 4 * count);
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(canvas->pixels + 4 * i, pixel, 4);
    }
    return UVP_OK;
}

void uvp_canvas_fill(struct uvp_canvas *canvas, struct uvp_frame frame,
                     struct uvp_colour colour, uint32_t cover)
{
    for (int32_t y = frame.top; y < frame.top + frame.height; y++) {
        for (int32_t x = frame.left; x < frame.left + frame.width; x++) {
            uvp_canvas_blend(canvas, x, y, colour, cover);
        }
    }
}

void uvp_canvas_outline(struct uvp_canvas *canvas, struct uvp_frame frame, int32_t pixels,
                        struct uvp_colour colour, uint32_t cover)
{
    const struct uvp_frame sides[4] = {
        {frame.left, frame.top, frame.width, pixels},
        {frame.left, frame.top + frame.height - pixels, frame.width, pixels},
        {frame.left, frame.top + pixels, pixels, frame.height - 2 * pixels},
        {frame.left + frame.width - pixels, frame.top + pixels, pixels,
         frame.height - 2 * pixels},
    };

    for (int i = 0; i < 4; i++) {
        uvp_canvas_fill(canvas, sides[i], colour, cover);
    }
}
