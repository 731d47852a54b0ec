/*
 * Edge functions in whole numbers: a sample on an edge that two triangles share belongs to
 * exactly one of them, so surfaces have neither cracks nor doubled samples.
 */
#include "stages/unwrapper/picture/zbuffer.h"

#include <math.h>
#include <string.h>

#define WORK_PER_POLL (UINT64_C(1) << 20)
#define SQUARE (UVP_ZBUFFER_SAMPLES * UVP_ZBUFFER_SAMPLES)
#define LINE_BIAS 1.002F

enum uvp_code uvp_zbuffer_init(struct uvp_zbuffer *zbuffer, int32_t width, int32_t rows,
                               struct uvp_arena *arena, struct uvp_stop *stop,
                               struct uvp_error *err)
{
    const size_t samples = (size_t)width * (size_t)rows * SQUARE;

    memset(zbuffer, 0, sizeof *zbuffer);
    zbuffer->width = width * UVP_ZBUFFER_SAMPLES;
    zbuffer->rows = rows * UVP_ZBUFFER_SAMPLES;
    zbuffer->stop = stop;
    zbuffer->near = UVP_ARENA_ARRAY(arena, float, samples);
    zbuffer->colour = UVP_ARENA_ARRAY(arena, uint32_t, samples);
    return zbuffer->near == NULL || zbuffer->colour == NULL ? uvp_fail_memory(err, 8 * samples)
                                                            : UVP_OK;
}

void uvp_zbuffer_begin(struct uvp_zbuffer *zbuffer, int32_t top)
{
    const size_t samples = (size_t)zbuffer->width * (size_t)zbuffer->rows;

    zbuffer->top = top * UVP_ZBUFFER_SAMPLES;
    memset(zbuffer->near, 0, samples * sizeof *zbuffer->near);
}

static enum uvp_code count_work(struct uvp_zbuffer *zbuffer, uint64_t samples,
                                struct uvp_error *err)
{
    zbuffer->work += samples;
    if (zbuffer->work < WORK_PER_POLL) {
        return UVP_OK;
    }
    zbuffer->work = 0;
    return uvp_stop_poll(zbuffer->stop, err);
}

/* ---- triangles ---- */

/* Marked in the lowest bit of `near`, so that lines that cross darken nothing twice. */
static bool is_marked(float near)
{
    uint32_t bits;

    memcpy(&bits, &near, sizeof bits);
    return (bits & 1) != 0;
}

static float marked(float near, bool mark)
{
    uint32_t bits;

    memcpy(&bits, &near, sizeof bits);
    bits = (bits & ~UINT32_C(1)) | (mark ? 1 : 0);
    memcpy(&near, &bits, sizeof near);
    return near;
}

/* value(x, y) = start + x * right + y * down, in samples; 0 or more is inside. */
struct edge {
    int64_t right;
    int64_t down;
    int64_t start;
};

/* An edge belongs to the triangle that has it going up, or level to the right. */
static struct edge edge_of(const int32_t a[2], const int32_t b[2])
{
    const int64_t dx = (int64_t)b[0] - a[0];
    const int64_t dy = (int64_t)b[1] - a[1];
    const int64_t half = UVP_ZBUFFER_UNIT / 2;
    const bool owns = dy < 0 || (dy == 0 && dx > 0);
    const struct edge edge = {
        .right = -dy * UVP_ZBUFFER_UNIT,
        .down = dx * UVP_ZBUFFER_UNIT,
        .start = dx * (half - a[1]) - dy * (half - a[0]) - (owns ? 0 : 1),
    };

    return edge;
}

struct setup {
    struct edge edges[3]; /* edge k lies against corner k */
    int corner[3];        /* in the order that makes the area positive */
    float part_of_area;   /* 1 / area */
    int32_t low[2];       /* samples */
    int32_t high[2];
};

static int32_t sample_floor(int32_t at)
{
    return at >= 0 ? at / UVP_ZBUFFER_UNIT : -((-at + UVP_ZBUFFER_UNIT - 1) / UVP_ZBUFFER_UNIT);
}

static bool set_up(const struct uvp_zbuffer *zbuffer, const struct uvp_ztriangle *triangle,
                   struct setup *setup)
{
    const int32_t(*const at)[2] = triangle->at;
    const int64_t area = ((int64_t)at[1][0] - at[0][0]) * ((int64_t)at[2][1] - at[0][1]) -
                         ((int64_t)at[1][1] - at[0][1]) * ((int64_t)at[2][0] - at[0][0]);
    const int32_t first[2] = {0, zbuffer->top};
    const int32_t last[2] = {zbuffer->width - 1, zbuffer->top + zbuffer->rows - 1};

    if (area == 0) {
        return false;
    }
    for (int axis = 0; axis < 2; axis++) {
        int32_t low = at[0][axis];
        int32_t high = at[0][axis];
        for (int k = 1; k < 3; k++) {
            low = at[k][axis] < low ? at[k][axis] : low;
            high = at[k][axis] > high ? at[k][axis] : high;
        }
        low = sample_floor(low);
        high = sample_floor(high);
        setup->low[axis] = low < first[axis] ? first[axis] : low;
        setup->high[axis] = high > last[axis] ? last[axis] : high;
        if (setup->low[axis] > setup->high[axis]) {
            return false;
        }
    }
    setup->corner[0] = 0;
    setup->corner[1] = area > 0 ? 1 : 2;
    setup->corner[2] = area > 0 ? 2 : 1;
    for (int k = 0; k < 3; k++) {
        setup->edges[k] =
            edge_of(at[setup->corner[(k + 1) % 3]], at[setup->corner[(k + 2) % 3]]);
    }
    setup->part_of_area = 1 / (float)(area > 0 ? area : -area);
    return true;
}

static void put_sample(struct uvp_zbuffer *zbuffer, const struct uvp_ztriangle *triangle,
                       const struct setup *setup, const int64_t value[3], size_t i)
{
    float part[3];
    float near = 0;

    for (int k = 0; k < 3; k++) {
        const int corner = setup->corner[k];
        part[corner] = (float)value[k] * setup->part_of_area * triangle->near[corner];
        near += part[corner];
    }
    if (!(marked(near, false) > zbuffer->near[i])) {
        return;
    }
    for (int k = 0; k < 3; k++) {
        part[k] /= near;
    }
    zbuffer->near[i] = marked(near, false);
    zbuffer->colour[i] = triangle->shade(triangle->ctx, part);
}

static void fill_row(struct uvp_zbuffer *zbuffer, const struct uvp_ztriangle *triangle,
                     const struct setup *setup, int32_t y)
{
    const struct edge *const edges = setup->edges;
    const size_t row = (size_t)(y - zbuffer->top) * (size_t)zbuffer->width;
    int64_t value[3];
    bool was_inside = false;

    for (int k = 0; k < 3; k++) {
        value[k] = edges[k].start + setup->low[0] * edges[k].right + y * edges[k].down;
    }
    for (int32_t x = setup->low[0]; x <= setup->high[0]; x++) {
        if ((value[0] | value[1] | value[2]) >= 0) {
            put_sample(zbuffer, triangle, setup, value, row + (size_t)x);
            was_inside = true;
        } else if (was_inside) {
            return;
        }
        for (int k = 0; k < 3; k++) {
            value[k] += edges[k].right;
        }
    }
}

enum uvp_code uvp_zbuffer_triangle(struct uvp_zbuffer *zbuffer,
                                   const struct uvp_ztriangle *triangle, struct uvp_error *err)
{
    struct setup setup;

    if (!set_up(zbuffer, triangle, &setup)) {
        return UVP_OK;
    }
    for (int32_t y = setup.low[1]; y <= setup.high[1]; y++) {
        fill_row(zbuffer, triangle, &setup, y);
        UVP_TRY(count_work(zbuffer, (uint64_t)(setup.high[0] - setup.low[0] + 1), err));
    }
    return UVP_OK;
}

/* ---- lines ---- */

static uint32_t mix(uint32_t a, uint32_t b, uint32_t share)
{
    const struct uvp_colour mixed = uvp_colour_mix(uvp_colour_of(a), uvp_colour_of(b), share);

    return (uint32_t)mixed.r << 16 | (uint32_t)mixed.g << 8 | mixed.b;
}

static void put_line_sample(struct uvp_zbuffer *zbuffer, const struct uvp_zline *line, float x,
                            float y, size_t i)
{
    const float along[2] = {line->at[1][0] - line->at[0][0], line->at[1][1] - line->at[0][1]};
    const float square = along[0] * along[0] + along[1] * along[1];
    const float to[2] = {x - line->at[0][0], y - line->at[0][1]};
    float share = square > 0 ? (to[0] * along[0] + to[1] * along[1]) / square : 0;
    float off[2];
    float near;

    share = share < 0 ? 0 : share > 1 ? 1 : share;
    off[0] = to[0] - share * along[0];
    off[1] = to[1] - share * along[1];
    near = line->near[0] + share * (line->near[1] - line->near[0]);
    if (4 * (off[0] * off[0] + off[1] * off[1]) > line->thick * line->thick ||
        !(zbuffer->near[i] > 0) || near * LINE_BIAS < zbuffer->near[i] ||
        is_marked(zbuffer->near[i])) {
        return;
    }
    zbuffer->colour[i] = mix(zbuffer->colour[i], line->colour, line->cover);
    zbuffer->near[i] = marked(zbuffer->near[i], true);
}

static int32_t clamped_floor(float value, int32_t low, int32_t high)
{
    if (!(value > (float)low)) {
        return low;
    }
    return value >= (float)high ? high : (int32_t)value;
}

/* The samples of a row that may be near enough: those of the part of the line that is. */
static void find_columns(const struct uvp_zline *line, float y, float columns[2])
{
    const int lower = line->at[0][1] <= line->at[1][1] ? 0 : 1;
    const float *const a = line->at[lower];
    const float *const b = line->at[1 - lower];
    const float height = b[1] - a[1];
    const float reach = line->thick / 2 + 1;
    float from = a[0];
    float to = b[0];

    if (height > 1) {
        const float slope = (b[0] - a[0]) / height;
        from = y - reach > a[1] ? a[0] + (y - reach - a[1]) * slope : from;
        to = y + reach < b[1] ? a[0] + (y + reach - a[1]) * slope : to;
    }
    columns[0] = (from < to ? from : to) - reach;
    columns[1] = (from < to ? to : from) + reach;
}

enum uvp_code uvp_zbuffer_line(struct uvp_zbuffer *zbuffer, const struct uvp_zline *line,
                               struct uvp_error *err)
{
    const float reach = line->thick / 2 + 1;
    const float low = fminf(line->at[0][1], line->at[1][1]) - reach;
    const float high = fmaxf(line->at[0][1], line->at[1][1]) + reach;
    const int32_t past = zbuffer->top + zbuffer->rows;
    int32_t last;

    if (!(high >= (float)zbuffer->top) || !(low < (float)past)) {
        return UVP_OK;
    }
    last = clamped_floor(high, zbuffer->top, past - 1);
    for (int32_t y = clamped_floor(low, zbuffer->top, past - 1); y <= last; y++) {
        const size_t row = (size_t)(y - zbuffer->top) * (size_t)zbuffer->width;
        float columns[2];
        int32_t x;
        int32_t right;

        find_columns(line, (float)y + 0.5F, columns);
        if (columns[1] < 0 || columns[0] > (float)zbuffer->width) {
            continue;
        }
        x = clamped_floor(columns[0], 0, zbuffer->width - 1);
        right = clamped_floor(columns[1], 0, zbuffer->width - 1);
        UVP_TRY(count_work(zbuffer, (uint64_t)(right - x + 1), err));
        for (; x <= right; x++) {
            put_line_sample(zbuffer, line, (float)x + 0.5F, (float)y + 0.5F, row + (size_t)x);
        }
    }
    return UVP_OK;
}

/* ---- into pixels ---- */

static void resolve_pixel(const struct uvp_zbuffer *zbuffer, size_t first, uint32_t sum[4])
{
    memset(sum, 0, 4 * sizeof sum[0]);
    for (size_t y = 0; y < UVP_ZBUFFER_SAMPLES; y++) {
        for (size_t x = 0; x < UVP_ZBUFFER_SAMPLES; x++) {
            const size_t i = first + y * (size_t)zbuffer->width + x;

            if (zbuffer->near[i] > 0) {
                sum[0] += zbuffer->colour[i] >> 16 & 255;
                sum[1] += zbuffer->colour[i] >> 8 & 255;
                sum[2] += zbuffer->colour[i] & 255;
                sum[3]++;
            }
        }
    }
}

void uvp_zbuffer_resolve(const struct uvp_zbuffer *zbuffer, struct uvp_canvas *canvas,
                         int32_t left, int32_t top)
{
    const int32_t columns = zbuffer->width / UVP_ZBUFFER_SAMPLES;
    const int32_t rows = zbuffer->rows / UVP_ZBUFFER_SAMPLES;
    const int32_t first_row = zbuffer->top / UVP_ZBUFFER_SAMPLES;

    for (int32_t y = 0; y < rows; y++) {
        for (int32_t x = 0; x < columns; x++) {
            uint32_t sum[4];

            resolve_pixel(zbuffer,
                          (size_t)y * UVP_ZBUFFER_SAMPLES * (size_t)zbuffer->width +
                              (size_t)x * UVP_ZBUFFER_SAMPLES,
                          sum);
            if (sum[3] != 0) {
                const struct uvp_colour mean = {(uint8_t)((sum[0] + sum[3] / 2) / sum[3]),
                                                (uint8_t)((sum[1] + sum[3] / 2) / sum[3]),
                                                (uint8_t)((sum[2] + sum[3] / 2) / sum[3])};
                uvp_canvas_blend(canvas, left + x, top + first_row + y, mean,
                                 sum[3] * 256 / SQUARE);
            }
        }
    }
}
