/*
 * A cell is drawn when the chart's border touches it or its centre lies inside (even-odd), so
 * the chart never leaves its cells. The ring is a disc on the least distance between cells.
 */
#include "stages/unwrapper/atlas/raster.h"

#include <string.h>

#include "stages/unwrapper/atlas/sort.h"

#define EDGE 1e-6 /* cells: covers the rounding of the drawing itself */
#define NARROW_CELLS 1.5

struct drawing {
    const struct uvp_canvas *canvas;
    const struct uvp_charts *charts;
    const struct uvp_outlines *outlines;
    const struct uvp_outline *outline;
    double step;
    double cosine;
    double sine;
    double x;
    double y;
    int32_t width;
    int32_t height;
    uint32_t words;
};

enum uvp_code uvp_raster_canvas(struct uvp_atlas_work *work, int32_t cells,
                                struct uvp_canvas *canvas)
{
    const size_t words = (size_t)(cells / 64 + 2) * (size_t)(cells + 1);

    *canvas = (struct uvp_canvas){.room = (uint32_t)words, .cells = cells};
    UVP_TAKE(work, canvas->touched, words);
    UVP_TAKE(work, canvas->inside, words);
    UVP_TAKE(work, canvas->ring, words);
    UVP_TAKE(work, canvas->runs, words);
    UVP_TAKE(work, canvas->items, words);
    UVP_TAKE(work, canvas->spare, words);
    return UVP_OK;
}

static void set_span(uint64_t *row, int32_t from, int32_t to)
{
    const int32_t first = from >> 6;
    const int32_t last = to >> 6;
    const uint64_t low = ~UINT64_C(0) << (from & 63);
    const uint64_t high = ~UINT64_C(0) >> (63 - (to & 63));

    if (first == last) {
        row[first] |= low & high;
        return;
    }
    row[first] |= low;
    for (int32_t i = first + 1; i < last; i++) {
        row[i] = ~UINT64_C(0);
    }
    row[last] |= high;
}

static struct uvp_vec2 drawn_point(const struct drawing *drawing, uint32_t slot)
{
    const struct uvp_vec2 p =
        uvp_outline_point(drawing->outline, drawing->step, drawing->charts->slot[slot]);

    return (struct uvp_vec2){drawing->cosine * p.x - drawing->sine * p.y + drawing->x,
                             drawing->sine * p.x + drawing->cosine * p.y + drawing->y};
}

static int32_t clamp_cell(double value, int32_t count)
{
    const int32_t cell = value > 0 ? (int32_t)value : 0;

    return cell < count ? cell : count - 1;
}

/* Cells to draw into: shifted by `shift`, and every edge made thicker by `reach` all around. */
struct band {
    uint64_t *bits;
    double shift;
    double reach;
    int32_t width;
    int32_t height;
    uint32_t words;
};

/* All cells the edge touches, or a square of the band's reach moved along it. */
static void draw_edge(const struct band *band, struct uvp_vec2 p, struct uvp_vec2 q)
{
    const struct uvp_vec2 low = p.y <= q.y ? p : q;
    const struct uvp_vec2 high = p.y <= q.y ? q : p;
    const double slope = high.y > low.y ? (high.x - low.x) / (high.y - low.y) : 0;
    const double margin = band->reach + EDGE;
    const int32_t first = clamp_cell(low.y + band->shift - margin, band->height);
    const int32_t last = clamp_cell(high.y + band->shift + margin, band->height);

    for (int32_t row = first; row <= last; row++) {
        const double bottom = row - band->shift - margin;
        const double top = row + 1 - band->shift + margin;
        double from = bottom <= low.y ? low.x : low.x + (bottom - low.y) * slope;
        double to = top >= high.y ? high.x : low.x + (top - low.y) * slope;
        if (from > to) {
            const double swap = from;
            from = to;
            to = swap;
        }
        set_span(band->bits + (size_t)row * band->words,
                 clamp_cell(from + band->shift - margin, band->width),
                 clamp_cell(to + band->shift + margin, band->width));
    }
}

/* Flips the bit at every crossing of the border with the line through the cells' centres. */
static void draw_crossings(const struct drawing *drawing, struct uvp_vec2 p, struct uvp_vec2 q)
{
    const struct uvp_vec2 low = p.y <= q.y ? p : q;
    const struct uvp_vec2 high = p.y <= q.y ? q : p;
    const int32_t first = (int32_t)ceil(low.y - 0.5);
    const int32_t end = (int32_t)ceil(high.y - 0.5);
    double slope;

    if (end <= first) {
        return;
    }
    slope = (high.x - low.x) / (high.y - low.y);
    for (int32_t row = first < 0 ? 0 : first; row < end && row < drawing->height; row++) {
        const double at = low.x + (row + 0.5 - low.y) * slope + 0.5;
        const int32_t x = at > 0 ? (int32_t)at : 0;
        if (x < drawing->width) {
            drawing->canvas->inside[(size_t)row * drawing->words + (uint32_t)(x >> 6)] ^=
                UINT64_C(1) << (x & 63);
        }
    }
}

/* Running parity of the crossings, cut at the mask's width, into the touched cells. */
static void fill_row(const struct drawing *drawing, int32_t row)
{
    const uint64_t *const inside = drawing->canvas->inside + (size_t)row * drawing->words;
    uint64_t *const touched = drawing->canvas->touched + (size_t)row * drawing->words;
    uint64_t carry = 0;

    for (uint32_t i = 0; i < drawing->words; i++) {
        uint64_t bits = inside[i];
        const int32_t beyond = drawing->width - (int32_t)(64 * i);
        for (unsigned shift = 1; shift < 64; shift *= 2) {
            bits ^= bits << shift;
        }
        bits ^= carry;
        carry = bits >> 63 ? ~UINT64_C(0) : 0;
        if (beyond < 64) {
            bits &= beyond <= 0 ? 0 : ~UINT64_C(0) >> (64 - beyond);
        }
        touched[i] |= bits;
    }
}

static enum uvp_code draw_chart(struct uvp_atlas_work *work, const struct drawing *drawing)
{
    const size_t bytes = (size_t)drawing->words * (size_t)drawing->height * sizeof(uint64_t);
    const struct band band = {
        drawing->canvas->touched, 0, 0, drawing->width, drawing->height, drawing->words};
    const uint32_t *const border =
        drawing->outlines->border + 2 * (size_t)drawing->outline->first;

    memset(drawing->canvas->touched, 0, bytes);
    memset(drawing->canvas->inside, 0, bytes);
    for (uint32_t e = 0; e < drawing->outline->count; e++) {
        const struct uvp_vec2 p = drawn_point(drawing, border[2 * e]);
        const struct uvp_vec2 q = drawn_point(drawing, border[2 * e + 1]);
        draw_edge(&band, p, q);
        draw_crossings(drawing, p, q);
        UVP_TRY(uvp_work_count(work, 20));
    }
    for (int32_t row = 0; row < drawing->height; row++) {
        fill_row(drawing, row);
    }
    return UVP_OK;
}

/* First set bit at or after `x`, or `width`; `flip` is all ones to look for clear bits. */
static int32_t next_bit(const uint64_t *row, int32_t x, int32_t width, uint64_t flip)
{
    while (x < width) {
        const uint64_t bits = (row[x >> 6] ^ flip) >> (x & 63);
        if (bits != 0) {
            x += __builtin_ctzll(bits);
            return x < width ? x : width;
        }
        x = (x | 63) + 1;
    }
    return width;
}

/* Lists at most `room` runs; returns how many there are. */
static uint32_t list_runs(const uint64_t *bits, uint32_t words, int32_t width, int32_t height,
                          struct uvp_run *runs, uint32_t room)
{
    uint32_t count = 0;

    for (int32_t row = 0; row < height; row++) {
        const uint64_t *const line = bits + (size_t)row * words;
        for (int32_t x = next_bit(line, 0, width, 0); x < width;) {
            const int32_t end = next_bit(line, x, width, ~UINT64_C(0));
            if (count < room) {
                runs[count] = (struct uvp_run){(uint16_t)row, (uint16_t)x, (uint16_t)(end - 1)};
            }
            count++;
            x = next_bit(line, end, width, 0);
        }
    }
    return count;
}

static enum uvp_code keep_runs(struct uvp_atlas_work *work, const struct uvp_canvas *canvas,
                               const uint64_t *bits, uint32_t words, int32_t width,
                               int32_t height, struct uvp_run **runs, uint32_t *count)
{
    *count = list_runs(bits, words, width, height, canvas->runs, canvas->room);
    UVP_TAKE(work, *runs, *count);
    if (*count <= canvas->room) {
        memcpy(*runs, canvas->runs, *count * sizeof **runs);
    } else {
        (void)list_runs(bits, words, width, height, *runs, *count);
    }
    return UVP_OK;
}

/* Moves a disc over the cells: near enough when the gap is wide against a cell. */
static void draw_wide_ring(const struct uvp_mask *mask, const struct uvp_gap *gap,
                           const struct band *band)
{
    for (int32_t dy = -gap->pad; dy <= gap->pad; dy++) {
        const double away = dy > 1 ? dy - 1 : dy < -1 ? -dy - 1 : 0;
        const double square = gap->cells * gap->cells - away * away;
        const int32_t half = square > 0 ? (int32_t)ceil(sqrt(square) - 1e-12) : -1;
        for (uint32_t i = 0; half >= 0 && i < mask->touched_count; i++) {
            const struct uvp_run run = mask->touched[i];
            set_span(band->bits + (size_t)(run.row + gap->pad + dy) * band->words,
                     run.from + gap->pad - half, run.to + gap->pad + half);
        }
    }
}

/* Moves a square along the border: for gaps of parts of a cell. */
static enum uvp_code draw_narrow_ring(struct uvp_atlas_work *work,
                                      const struct drawing *drawing,
                                      const struct uvp_mask *mask, const struct uvp_gap *gap,
                                      const struct band *band)
{
    const uint32_t *const border =
        drawing->outlines->border + 2 * (size_t)drawing->outline->first;

    for (uint32_t i = 0; i < mask->touched_count; i++) {
        const struct uvp_run run = mask->touched[i];
        set_span(band->bits + (size_t)(run.row + gap->pad) * band->words, run.from + gap->pad,
                 run.to + gap->pad);
    }
    for (uint32_t e = 0; e < drawing->outline->count; e++) {
        draw_edge(band, drawn_point(drawing, border[2 * e]),
                  drawn_point(drawing, border[2 * e + 1]));
        UVP_TRY(uvp_work_count(work, 20));
    }
    return UVP_OK;
}

static enum uvp_code draw_ring(struct uvp_atlas_work *work, const struct drawing *drawing,
                               const struct uvp_mask *mask, const struct uvp_gap *gap,
                               uint32_t words)
{
    const struct band band = {
        .bits = drawing->canvas->ring,
        .shift = gap->pad,
        .reach = gap->cells,
        .width = mask->width + 2 * gap->pad,
        .height = mask->height + 2 * gap->pad,
        .words = words,
    };

    memset(band.bits, 0, (size_t)words * (size_t)band.height * sizeof *band.bits);
    if (gap->cells < NARROW_CELLS) {
        return draw_narrow_ring(work, drawing, mask, gap, &band);
    }
    draw_wide_ring(mask, gap, &band);
    return UVP_OK;
}

static uint32_t reversed_bits(uint32_t v)
{
    uint32_t out = 0;

    for (int i = 0; i < 16; i++) {
        out = out << 1 | (v >> i & 1);
    }
    return out;
}

/* Long runs fail soonest; rows of like length in an order that jumps over the whole height. */
static void sort_runs(const struct uvp_canvas *canvas, struct uvp_mask *mask)
{
    struct uvp_sort_item *const items = canvas->items;
    struct uvp_run *const copy = canvas->runs;

    if (mask->test_count > canvas->room) {
        return;
    }
    for (uint32_t i = 0; i < mask->test_count; i++) {
        const struct uvp_run run = mask->test[i];
        const uint64_t octave = (uint64_t)__builtin_clz((unsigned)(run.to - run.from + 1)) & 31;
        items[i].key = octave << 16 | reversed_bits(run.row);
        items[i].value = i;
        copy[i] = run;
    }
    uvp_sort_items(items, canvas->spare, mask->test_count);
    for (uint32_t i = 0; i < mask->test_count; i++) {
        mask->test[i] = copy[items[i].value];
    }
}

/* Moves the drawing to the corner of its mask, and measures it. */
static bool fit_drawing(struct drawing *drawing, int32_t pad, struct uvp_mask *mask)
{
    const uint32_t *const border =
        drawing->outlines->border + 2 * (size_t)drawing->outline->first;
    struct uvp_vec2 low = {HUGE_VAL, HUGE_VAL};
    struct uvp_vec2 high = {-HUGE_VAL, -HUGE_VAL};

    for (uint32_t e = 0; e < drawing->outline->count; e++) {
        const struct uvp_vec2 p = drawn_point(drawing, border[2 * e]);
        low = (struct uvp_vec2){fmin(low.x, p.x), fmin(low.y, p.y)};
        high = (struct uvp_vec2){fmax(high.x, p.x), fmax(high.y, p.y)};
    }
    if (!(high.x - low.x < drawing->canvas->cells - 2 * pad - 2) ||
        !(high.y - low.y < drawing->canvas->cells - 2 * pad - 2)) {
        return false;
    }
    drawing->x = EDGE - low.x;
    drawing->y = EDGE - low.y;
    drawing->width = (int32_t)(high.x - low.x + 2 * EDGE) + 1;
    drawing->height = (int32_t)(high.y - low.y + 2 * EDGE) + 1;
    drawing->words = (uint32_t)(drawing->width + 63) / 64;
    mask->x = drawing->x;
    mask->y = drawing->y;
    mask->left = EDGE;
    mask->bottom = EDGE;
    mask->right = high.x - low.x + EDGE;
    mask->top = high.y - low.y + EDGE;
    return true;
}

static void turn_runs(const struct uvp_run *from, uint32_t count, int32_t width, int32_t height,
                      struct uvp_run *runs)
{
    for (uint32_t i = 0; i < count; i++) {
        runs[i] = (struct uvp_run){(uint16_t)(height - 1 - from[i].row),
                                   (uint16_t)(width - 1 - from[i].to),
                                   (uint16_t)(width - 1 - from[i].from)};
    }
}

static enum uvp_code count_drawing(struct uvp_atlas_work *work, struct uvp_canvas *canvas,
                                   const struct uvp_mask *mask, uint32_t steps)
{
    steps += 400 + 8 * (uint32_t)mask->height + 8 * mask->test_count;
    canvas->steps += steps;
    return uvp_work_count(work, steps);
}

enum uvp_code uvp_raster_mask(struct uvp_atlas_work *work, struct uvp_canvas *canvas,
                              const struct uvp_charts *charts,
                              const struct uvp_outlines *outlines, uint32_t chart, double cells,
                              const struct uvp_gap *gap, struct uvp_mask *mask)
{
    struct drawing drawing = {
        .canvas = canvas,
        .charts = charts,
        .outlines = outlines,
        .outline = &outlines->outline[chart],
        .step = charts->chart[chart].step,
        .cosine = mask->cosine * cells,
        .sine = mask->sine * cells,
    };
    uint32_t ring_words;

    mask->width = 0;
    if (!fit_drawing(&drawing, gap->pad, mask)) {
        return UVP_OK;
    }
    mask->width = drawing.width;
    mask->height = drawing.height;
    mask->across = drawing.width + 2 * gap->pad;
    ring_words = (uint32_t)(drawing.width + 2 * gap->pad + 63) / 64;
    UVP_TRY(draw_chart(work, &drawing));
    UVP_TRY(keep_runs(work, canvas, canvas->touched, drawing.words, drawing.width,
                      drawing.height, &mask->touched, &mask->touched_count));
    UVP_TRY(draw_ring(work, &drawing, mask, gap, ring_words));
    UVP_TRY(keep_runs(work, canvas, canvas->ring, ring_words, drawing.width + 2 * gap->pad,
                      drawing.height + 2 * gap->pad, &mask->test, &mask->test_count));
    sort_runs(canvas, mask);
    return count_drawing(work, canvas, mask, 40 * drawing.outline->count);
}

/* The mask turned over: rows from top to bottom and runs from right to left. */
enum uvp_code uvp_raster_opposite(struct uvp_atlas_work *work, struct uvp_canvas *canvas,
                                  const struct uvp_gap *gap, const struct uvp_mask *from,
                                  struct uvp_mask *mask)
{
    *mask = (struct uvp_mask){
        .width = from->width,
        .height = from->height,
        .across = from->across,
        .touched_count = from->touched_count,
        .test_count = from->test_count,
        .cosine = -from->cosine,
        .sine = -from->sine,
        .x = from->width - from->x,
        .y = from->height - from->y,
        .left = from->width - from->right,
        .right = from->width - from->left,
        .bottom = from->height - from->top,
        .top = from->height - from->bottom,
    };
    if (mask->width == 0) {
        return UVP_OK;
    }
    UVP_TAKE(work, mask->touched, mask->touched_count);
    UVP_TAKE(work, mask->test, mask->test_count);
    turn_runs(from->touched, mask->touched_count, mask->width, mask->height, mask->touched);
    turn_runs(from->test, mask->test_count, mask->width + 2 * gap->pad,
              mask->height + 2 * gap->pad, mask->test);
    return count_drawing(work, canvas, mask, 0);
}
