/*
 * Drawn in bands of rows, so that a large picture needs no more than its pixels: cover of all
 * triangles of the band, then what of it is hatched, then lines.
 */
#include "stages/unwrapper/picture/layout.h"

#include <math.h>
#include <stdio.h>

#include "stages/unwrapper/picture/fill.h"
#include "stages/unwrapper/picture/lettering.h"
#include "stages/unwrapper/picture/palette.h"
#include "stages/unwrapper/picture/stroke.h"

#define BAND_BYTES ((size_t)32 << 20)
#define TRIANGLES_PER_POLL UINT32_C(16384)
#define ROWS_PER_POLL 64
#define PANELS_MOST 64
#define GRID_LINES 8   /* parts of a tile */
#define MARGIN_PART 28 /* of the frame */
#define LINE_PART 620.0F
#define LINE_LEAST 0.3F
#define INK_SHARE 0.16F /* of a panel may be lines */
#define LINE_COVER 220
#define HATCH_PART 72
#define SUBSAMPLES 4
#define TILES_A_ROW 10 /* UDIM */
#define TILE_ROWS_MOST 100
#define NUMBERED_TILE_LEAST 60
#define NUMBER_SIZE 8.0F
#define NUMBER_COVER 150

/* ---- where everything is ---- */

struct range {
    double low[2];
    double high[2];
};

static void add_to_range(struct range *range, const struct uvp_subject *subject)
{
    for (uint32_t t = 0; t < subject->mesh->triangle_count; t++) {
        if (subject->parts.chart[t] == UVP_PARTS_NONE) {
            continue;
        }
        for (int k = 0; k < 3; k++) {
            const float *const uv = uvp_parts_uv(subject->mesh, t, k);
            for (int axis = 0; axis < 2; axis++) {
                range->low[axis] = fmin(range->low[axis], (double)uv[axis]);
                range->high[axis] = fmax(range->high[axis], (double)uv[axis]);
            }
        }
    }
}

/* The tiles from low to high, those about the first page where they are too many. */
static void choose_tiles(double low, double high, int32_t *first, int32_t *count)
{
    const double half = UVP_LAYOUT_TILES_MOST / 2;
    double from = floor(low);
    double to = ceil(high);

    if (!(to - from <= UVP_LAYOUT_TILES_MOST)) {
        from = fmax(from, -half);
        to = fmin(to, half);
    }
    if (!(to > from) || fabs(from) > 1e6) { /* all of it far away: its near end */
        from = fabs(low) < 1e6 ? floor(low) : 0;
        to = from + 1;
    }
    *first = (int32_t)from;
    *count = (int32_t)(to - from);
}

static int32_t fitting_tile(const struct uvp_layout *layout, int32_t across, int32_t down)
{
    const int32_t wide = (layout->frame.width - (across - 1) * layout->gap) / across;
    const int32_t high = (layout->frame.height - (down - 1) * layout->gap) / down;
    const int32_t by_width = wide / layout->columns;
    const int32_t by_height = high / layout->rows;

    return by_width < by_height ? by_width : by_height;
}

/* As many panels in a row as leaves them largest. */
static void choose_grid(struct uvp_layout *layout, uint32_t panels)
{
    layout->tile = 0;
    for (int32_t across = 1; across <= (int32_t)panels; across++) {
        const int32_t down = ((int32_t)panels + across - 1) / across;
        const int32_t tile = fitting_tile(layout, across, down);

        if (tile > layout->tile) {
            layout->tile = tile;
            layout->panels_across = across;
            layout->panels_down = down;
        }
    }
    if (layout->tile == 0) {
        layout->tile = 1;
        layout->panels_across = 1;
        layout->panels_down = (int32_t)panels;
    }
}

void uvp_layout_fit(const struct uvp_subjects *subjects, struct uvp_frame frame,
                    struct uvp_layout *layout)
{
    const uint32_t panels = subjects->mapped < PANELS_MOST ? subjects->mapped : PANELS_MOST;
    const int32_t margin = frame.width / MARGIN_PART;
    struct range range = {{0, 0}, {1, 1}};

    for (uint32_t i = 0; i < subjects->count; i++) {
        add_to_range(&range, &subjects->all[i]);
    }
    layout->frame = (struct uvp_frame){frame.left + margin, frame.top + margin,
                                       frame.width - 2 * margin, frame.height - 2 * margin};
    layout->gap = margin / 2;
    choose_tiles(range.low[0], range.high[0], &layout->first_column, &layout->columns);
    choose_tiles(range.low[1], range.high[1], &layout->first_row, &layout->rows);
    choose_grid(layout, panels);
}

struct uvp_frame uvp_layout_panel(const struct uvp_layout *layout, uint32_t i)
{
    const int32_t width = layout->columns * layout->tile;
    const int32_t height = layout->rows * layout->tile;
    const int32_t all_wide =
        layout->panels_across * width + (layout->panels_across - 1) * layout->gap;
    const int32_t all_high =
        layout->panels_down * height + (layout->panels_down - 1) * layout->gap;
    const int32_t column = (int32_t)i % layout->panels_across;
    const int32_t row = (int32_t)i / layout->panels_across;
    const struct uvp_frame panel = {
        layout->frame.left + (layout->frame.width - all_wide) / 2 +
            column * (width + layout->gap),
        layout->frame.top + (layout->frame.height - all_high) / 2 +
            row * (height + layout->gap),
        width,
        height,
    };

    return panel;
}

bool uvp_layout_number(const struct uvp_layout *layout, int32_t column, int32_t row,
                       char out[UVP_LAYOUT_NUMBER_BYTES])
{
    const int32_t u = layout->first_column + column;
    const int32_t v = layout->first_row + row;

    if (layout->columns * layout->rows == 1 || u < 0 || u >= TILES_A_ROW || v < 0 ||
        v > TILE_ROWS_MOST || layout->tile < NUMBERED_TILE_LEAST) {
        return false;
    }
    (void)snprintf(out, UVP_LAYOUT_NUMBER_BYTES, "%u",
                   1001U + (unsigned)u + TILES_A_ROW * (unsigned)v);
    return true;
}

bool uvp_layout_shows(const struct uvp_layout *layout, const struct uvp_subject *subject,
                      uint32_t t)
{
    if (subject->parts.chart[t] == UVP_PARTS_NONE) {
        return false;
    }
    for (int k = 0; k < 3; k++) {
        const float *const uv = uvp_parts_uv(subject->mesh, t, k);
        const double u = (double)uv[0] - layout->first_column;
        const double v = (double)uv[1] - layout->first_row;

        if (u < -1 || u > layout->columns + 1 || v < -1 || v > layout->rows + 1) {
            return false;
        }
    }
    return true;
}

void uvp_layout_place(const struct uvp_layout *layout, const float uv[2], double at[2])
{
    at[0] = ((double)uv[0] - layout->first_column) * layout->tile;
    at[1] = (layout->rows - ((double)uv[1] - layout->first_row)) * layout->tile;
}

float uvp_layout_thickness(const struct uvp_layout *layout, const struct uvp_subject *subject)
{
    const float side = (float)(layout->frame.width + 2 * layout->gap);
    const float usual = fmaxf(side / LINE_PART, 1.0F);
    const struct uvp_frame panel = uvp_layout_panel(layout, 0);
    double length = 0;
    float fitting;

    for (uint32_t i = 0; i < subject->parts.border_count; i++) {
        const uint32_t t = subject->parts.border[i] / 3;
        const int k = (int)(subject->parts.border[i] % 3);
        const float *const a = uvp_parts_uv(subject->mesh, t, k);
        const float *const b = uvp_parts_uv(subject->mesh, t, (k + 1) % 3);

        if (uvp_layout_shows(layout, subject, t)) {
            const double u = ((double)b[0] - (double)a[0]) * layout->tile;
            const double v = ((double)b[1] - (double)a[1]) * layout->tile;
            length += sqrt(u * u + v * v);
        }
    }
    fitting = (float)((double)INK_SHARE * panel.width * panel.height / fmax(length, 1));
    return fitting < LINE_LEAST ? LINE_LEAST : fitting < usual ? fitting : usual;
}

/* ---- the empty page ---- */

static void draw_tile(struct uvp_canvas *canvas, struct uvp_frame tile, int32_t line,
                      bool is_clear)
{
    if (!is_clear) {
        uvp_canvas_fill(canvas, tile, uvp_colour_of(UVP_PAGE), 256);
    }
    for (int32_t i = 1; i < GRID_LINES && tile.width >= 16 * GRID_LINES; i++) {
        const int32_t at = tile.width * i / GRID_LINES;
        const struct uvp_frame down = {tile.left + at, tile.top, line, tile.height};
        const struct uvp_frame across = {tile.left, tile.top + at, tile.width, line};
        const uint32_t cover = i == GRID_LINES / 2 ? 256 : 150;

        uvp_canvas_fill(canvas, down, uvp_colour_of(UVP_PAGE_GRID), cover);
        uvp_canvas_fill(canvas, across, uvp_colour_of(UVP_PAGE_GRID), cover);
    }
    uvp_canvas_outline(canvas, tile, line, uvp_colour_of(UVP_PAGE_EDGE), 256);
}

static void draw_page(const struct uvp_layout *layout, struct uvp_frame panel,
                      struct uvp_canvas *canvas, bool is_clear)
{
    const int32_t line = layout->frame.width >= 1800 ? layout->frame.width / 900 : 1;

    for (int32_t row = 0; row < layout->rows; row++) {
        for (int32_t column = 0; column < layout->columns; column++) {
            const struct uvp_frame tile = {panel.left + column * layout->tile,
                                           panel.top + row * layout->tile, layout->tile,
                                           layout->tile};
            draw_tile(canvas, tile, line, is_clear);
        }
    }
}

/* At the lower left of each tile, where there are several. */
static enum uvp_code draw_numbers(const struct uvp_layout *layout, struct uvp_frame panel,
                                  struct uvp_canvas *canvas, struct uvp_arena *scratch,
                                  struct uvp_error *err)
{
    const float size = fmaxf((float)layout->tile / 28, NUMBER_SIZE);
    struct uvp_lettering lettering = {.left = size, .base = 2 * size, .size = size};
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    struct uvp_stroke_mask mask;
    char number[UVP_LAYOUT_NUMBER_BYTES];

    UVP_TRY(uvp_stroke_init(&mask, (int32_t)(6 * size), (int32_t)(3 * size), scratch, err));
    for (int32_t i = 0; i < layout->rows * layout->columns; i++) {
        const int32_t row = i / layout->columns;
        const int32_t column = i % layout->columns;

        if (uvp_layout_number(layout, column, row, number)) {
            lettering.text = uvp_span_of_text(number);
            uvp_stroke_begin(&mask, 0);
            uvp_lettering_add(&mask, &lettering);
            uvp_stroke_lay(&mask, canvas, panel.left + column * layout->tile,
                           panel.top + (layout->rows - row) * layout->tile - mask.rows,
                           uvp_colour_of(UVP_INK), NUMBER_COVER);
        }
    }
    uvp_arena_rewind(scratch, mark);
    return UVP_OK;
}

/* ---- charts ---- */

/* One panel at work. */
struct drawing {
    const struct uvp_layout *layout;
    const struct uvp_subject *subject;
    const struct uvp_picture_options *options;
    struct uvp_frame panel;
    struct uvp_canvas *canvas;
    struct uvp_fill fill;
    struct uvp_stroke_mask mask;
    struct uvp_stop *stop;
};

static void aim(const struct drawing *drawing, uint32_t t, struct uvp_fill_triangle *triangle)
{
    for (int k = 0; k < 3; k++) {
        double at[2];

        uvp_layout_place(drawing->layout, uvp_parts_uv(drawing->subject->mesh, t, k), at);
        triangle->at[k][0] = (int32_t)floor(at[0] * UVP_FILL_UNIT + 0.5);
        triangle->at[k][1] = (int32_t)floor(at[1] * UVP_FILL_UNIT + 0.5);
    }
}

static bool meets_band(const struct drawing *drawing, const struct uvp_fill_triangle *triangle)
{
    const int32_t top = drawing->fill.top * UVP_FILL_UNIT;
    const int32_t bottom = top + drawing->fill.rows * UVP_FILL_UNIT;
    const int32_t y[3] = {triangle->at[0][1], triangle->at[1][1], triangle->at[2][1]};

    return (y[0] > top || y[1] > top || y[2] > top) &&
           (y[0] < bottom || y[1] < bottom || y[2] < bottom);
}

static enum uvp_code fill_band(struct drawing *drawing, struct uvp_error *err)
{
    struct uvp_fill_triangle triangle;

    for (uint32_t t = 0; t < drawing->subject->mesh->triangle_count; t++) {
        if (t % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(drawing->stop, err));
        }
        if (!uvp_layout_shows(drawing->layout, drawing->subject, t)) {
            continue;
        }
        aim(drawing, t, &triangle);
        if (meets_band(drawing, &triangle)) {
            triangle.colour = uvp_subject_colour(drawing->subject, drawing->options, t);
            triangle.turned = drawing->subject->parts.turned[t] != 0;
            uvp_fill_add(&drawing->fill, &triangle);
        }
    }
    return UVP_OK;
}

static uint32_t share_of(int64_t part)
{
    const int64_t share = (part * 256 + UVP_FILL_FULL / 2) / UVP_FILL_FULL;

    return share < 0 ? 0 : share > 256 ? 256 : (uint32_t)share;
}

/* The mean of the texture over a pixel of the page. */
static struct uvp_colour mean_of_checker(const struct drawing *drawing, int32_t x, int32_t y)
{
    const double step = 1.0 / (SUBSAMPLES * (double)drawing->layout->tile);
    const double u = (double)x / drawing->layout->tile + drawing->layout->first_column;
    const double v =
        drawing->layout->rows - (double)y / drawing->layout->tile + drawing->layout->first_row;
    uint32_t sum[3] = {0, 0, 0};
    struct uvp_colour mean;

    for (int i = 0; i < SUBSAMPLES * SUBSAMPLES; i++) {
        const struct uvp_colour colour =
            uvp_checker_colour(u + (i % SUBSAMPLES + 0.5) * step,
                               v - (i / SUBSAMPLES + 0.5) * step, drawing->options->checker);
        sum[0] += colour.r;
        sum[1] += colour.g;
        sum[2] += colour.b;
    }
    mean.r = (uint8_t)(sum[0] / (SUBSAMPLES * SUBSAMPLES));
    mean.g = (uint8_t)(sum[1] / (SUBSAMPLES * SUBSAMPLES));
    mean.b = (uint8_t)(sum[2] / (SUBSAMPLES * SUBSAMPLES));
    return mean;
}

static struct uvp_colour colour_of_cell(const struct drawing *drawing,
                                        const struct uvp_fill_cell *cell, int32_t x, int32_t y)
{
    const int64_t half = cell->cover / 2;
    struct uvp_colour colour;

    if (drawing->options->colour == UVP_PICTURE_CHECKER) {
        return mean_of_checker(drawing, x, y);
    }
    colour.r = (uint8_t)((cell->red + half) / cell->cover);
    colour.g = (uint8_t)((cell->green + half) / cell->cover);
    colour.b = (uint8_t)((cell->blue + half) / cell->cover);
    return colour;
}

/* Stripes from the lower left to the upper right, smooth at their borders: part of 256. */
static uint32_t hatch(const struct drawing *drawing, int32_t x, int32_t y)
{
    const int32_t part = drawing->layout->frame.width / HATCH_PART;
    const int32_t period = part < 6 ? 6 : part;
    const int32_t off = 2 * ((x + y) % period) - period; /* from the middle, in halves */
    const int32_t inside = period / 2 - (off < 0 ? -off : off);

    return inside >= 1 ? 256 : inside <= -1 ? 0 : (uint32_t)(inside + 1) * 128;
}

/* What is covered more than once, and what is turned. */
static uint32_t trouble_of(const struct uvp_fill_cell *cell)
{
    const uint32_t over = share_of(2 * (cell->cover - UVP_FILL_FULL));
    const uint32_t turned = share_of(cell->turned);

    return over > turned ? over : turned;
}

static void compose_row(const struct drawing *drawing, int32_t row)
{
    const struct uvp_fill *const fill = &drawing->fill;
    const struct uvp_fill_cell *cell =
        fill->cells + (size_t)(row - fill->top) * (size_t)fill->width;

    for (int32_t x = 0; x < fill->width; x++, cell++) {
        const int32_t left = drawing->panel.left + x;
        const int32_t top = drawing->panel.top + row;
        uint32_t trouble;

        if (cell->cover <= 0) {
            continue;
        }
        uvp_canvas_blend(drawing->canvas, left, top, colour_of_cell(drawing, cell, x, row),
                         share_of(cell->cover));
        trouble = trouble_of(cell);
        if (trouble != 0) {
            uvp_canvas_blend(drawing->canvas, left, top, uvp_colour_of(UVP_WARNING),
                             trouble * hatch(drawing, x, row) / 256 * 7 / 8 + trouble / 8);
        }
    }
}

static enum uvp_code draw_lines(struct drawing *drawing, float thick, struct uvp_error *err)
{
    const struct uvp_subject *const subject = drawing->subject;

    for (uint32_t i = 0; i < subject->parts.border_count; i++) {
        const uint32_t t = subject->parts.border[i] / 3;
        const int k = (int)(subject->parts.border[i] % 3);
        double from[2];
        double to[2];

        if (i % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(drawing->stop, err));
        }
        if (uvp_layout_shows(drawing->layout, subject, t)) {
            uvp_layout_place(drawing->layout, uvp_parts_uv(subject->mesh, t, k), from);
            uvp_layout_place(drawing->layout, uvp_parts_uv(subject->mesh, t, (k + 1) % 3), to);
            uvp_stroke_add(&drawing->mask, (const float[2]){(float)from[0], (float)from[1]},
                           (const float[2]){(float)to[0], (float)to[1]}, thick);
        }
    }
    uvp_stroke_lay(&drawing->mask, drawing->canvas, drawing->panel.left, drawing->panel.top,
                   uvp_colour_of(UVP_INK), LINE_COVER);
    return UVP_OK;
}

static enum uvp_code draw_band(struct drawing *drawing, int32_t top, float thick,
                               struct uvp_error *err)
{
    const int32_t rest = drawing->panel.height - top;
    const int32_t rows = drawing->fill.rows;

    drawing->fill.rows = rows < rest ? rows : rest;
    drawing->mask.rows = drawing->fill.rows;
    uvp_fill_begin(&drawing->fill, top);
    uvp_stroke_begin(&drawing->mask, top);
    UVP_TRY(fill_band(drawing, err));
    for (int32_t row = top; row < top + drawing->fill.rows; row++) {
        if (row % ROWS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(drawing->stop, err));
        }
        compose_row(drawing, row);
    }
    if (!drawing->options->no_seams) {
        UVP_TRY(draw_lines(drawing, thick, err));
    }
    drawing->fill.rows = rows;
    return UVP_OK;
}

static enum uvp_code draw_panel(struct drawing *drawing, struct uvp_error *err)
{
    const float thick = uvp_layout_thickness(drawing->layout, drawing->subject);

    draw_page(drawing->layout, drawing->panel, drawing->canvas, drawing->options->is_clear);
    for (int32_t top = 0; top < drawing->panel.height; top += drawing->fill.rows) {
        UVP_TRY(draw_band(drawing, top, thick, err));
    }
    return UVP_OK;
}

static int32_t band_rows(struct uvp_frame panel)
{
    const size_t each = (size_t)panel.width * sizeof(struct uvp_fill_cell);
    const size_t rows = BAND_BYTES / each;

    return rows < 1 ? 1 : rows > (size_t)panel.height ? panel.height : (int32_t)rows;
}

enum uvp_code uvp_layout_draw(const struct uvp_layout *layout,
                              const struct uvp_subjects *subjects, struct uvp_canvas *canvas,
                              struct uvp_arena *scratch, struct uvp_stop *stop,
                              struct uvp_error *err)
{
    struct drawing drawing = {
        .layout = layout, .options = subjects->options, .canvas = canvas, .stop = stop};
    const struct uvp_frame first = uvp_layout_panel(layout, 0);
    uint32_t panel = 0;

    UVP_TRY(uvp_fill_init(&drawing.fill, first.width, band_rows(first), scratch, err));
    UVP_TRY(uvp_stroke_init(&drawing.mask, first.width, band_rows(first), scratch, err));
    for (uint32_t i = 0; i < subjects->count && panel < PANELS_MOST; i++) {
        if (subjects->all[i].parts.chart_count != 0) {
            drawing.subject = &subjects->all[i];
            drawing.panel = uvp_layout_panel(layout, panel++);
            UVP_TRY(draw_panel(&drawing, err));
            if (!subjects->options->no_text) {
                UVP_TRY(draw_numbers(layout, drawing.panel, canvas, scratch, err));
            }
        }
    }
    return UVP_OK;
}
