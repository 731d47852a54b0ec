/*
 * The cover of a pixel is told by the distance of its middle from the line: all of it inside,
 * none half a pixel beyond the border. Only square roots, which round the same everywhere.
 */
#include "stages/unwrapper/picture/stroke.h"

#include <math.h>
#include <string.h>

enum uvp_code uvp_stroke_init(struct uvp_stroke_mask *mask, int32_t width, int32_t rows,
                              struct uvp_arena *arena, struct uvp_error *err)
{
    mask->width = width;
    mask->rows = rows;
    mask->top = 0;
    mask->cover = uvp_arena_take_zeroed(arena, (size_t)width * (size_t)rows, 1);
    return mask->cover == NULL ? uvp_fail_memory(err, (size_t)width * (size_t)rows) : UVP_OK;
}

void uvp_stroke_begin(struct uvp_stroke_mask *mask, int32_t top)
{
    mask->top = top;
    memset(mask->cover, 0, (size_t)mask->width * (size_t)mask->rows);
}

static float distance(const float a[2], const float b[2], float x, float y)
{
    const float along[2] = {b[0] - a[0], b[1] - a[1]};
    const float square = along[0] * along[0] + along[1] * along[1];
    const float to[2] = {x - a[0], y - a[1]};
    float share = square > 0 ? (to[0] * along[0] + to[1] * along[1]) / square : 0;
    float off[2];

    share = share < 0 ? 0 : share > 1 ? 1 : share;
    off[0] = to[0] - share * along[0];
    off[1] = to[1] - share * along[1];
    return sqrtf(off[0] * off[0] + off[1] * off[1]);
}

static int32_t clamped_floor(float value, int32_t low, int32_t high)
{
    if (!(value > (float)low)) {
        return low;
    }
    return value >= (float)high ? high : (int32_t)value;
}

/* The columns a row can meet the line in: of the part of it that is near the row. */
static void find_columns(const float a[2], const float b[2], float y, float reach,
                         float columns[2])
{
    const float *const low = a[1] <= b[1] ? a : b;
    const float *const high = a[1] <= b[1] ? b : a;
    const float height = high[1] - low[1];
    float from = low[0];
    float to = high[0];

    if (height > 1) {
        const float slope = (high[0] - low[0]) / height;
        from = y - reach > low[1] ? low[0] + (y - reach - low[1]) * slope : from;
        to = y + reach < high[1] ? low[0] + (y + reach - low[1]) * slope : to;
    }
    columns[0] = (from < to ? from : to) - reach - 1;
    columns[1] = (from < to ? to : from) + reach + 1;
}

static void add_row(struct uvp_stroke_mask *mask, const float a[2], const float b[2],
                    float reach, int32_t row)
{
    uint8_t *const cover = mask->cover + (size_t)(row - mask->top) * (size_t)mask->width;
    const float y = (float)row + 0.5F;
    float columns[2];
    int32_t last;

    find_columns(a, b, y, reach, columns);
    if (columns[1] < 0 || columns[0] > (float)mask->width) {
        return;
    }
    last = clamped_floor(columns[1], 0, mask->width - 1);
    for (int32_t x = clamped_floor(columns[0], 0, mask->width - 1); x <= last; x++) {
        const float inside = reach - distance(a, b, (float)x + 0.5F, y);
        const int32_t part = inside >= 1 ? 255 : inside <= 0 ? 0 : (int32_t)(inside * 255.0F);
        cover[x] = part > cover[x] ? (uint8_t)part : cover[x];
    }
}

void uvp_stroke_add(struct uvp_stroke_mask *mask, const float a[2], const float b[2],
                    float thick)
{
    const float reach = thick / 2 + 0.5F;
    const float low = (a[1] < b[1] ? a[1] : b[1]) - reach;
    const float high = (a[1] < b[1] ? b[1] : a[1]) + reach;
    const int32_t past = mask->top + mask->rows;
    int32_t last;

    if (!(high >= (float)mask->top) || !(low < (float)past)) {
        return;
    }
    last = clamped_floor(high, mask->top, past - 1);
    for (int32_t row = clamped_floor(low, mask->top, past - 1); row <= last; row++) {
        add_row(mask, a, b, reach, row);
    }
}

void uvp_stroke_lay(const struct uvp_stroke_mask *mask, struct uvp_canvas *canvas, int32_t left,
                    int32_t top, struct uvp_colour colour, uint32_t cover)
{
    const uint8_t *at = mask->cover;

    for (int32_t y = mask->top; y < mask->top + mask->rows; y++) {
        for (int32_t x = 0; x < mask->width; x++, at++) {
            if (*at != 0) {
                uvp_canvas_blend(canvas, left + x, top + y, colour,
                                 ((uint32_t)*at + (*at >> 7)) * cover / 256);
            }
        }
    }
}
