/*
 * A cell is drawn when the chart's border touches it or its centre lies inside (even-odd), so
 * the chart never leaves its cells. The ring is a disc on the least distance between cells.
 */
#include "stages/unwrapper/atlas/raster.h"

#include <string.h>

#define EDGE 1e-6 /* cells: covers the rounding of the drawing itself */
#define OCTAVES 12
#define LOOSE_LEAST 2.0 /* cells: charts of that mean width are drawn loosely */
#define LOOSE_MORE 0.15 /* cells more than the gap */

/* What is being drawn. */
struct drawing {
    const struct uvp_canvas *canvas;
    uint32_t edges;
    int32_t width;
    int32_t height;
    uint32_t words;
};

static enum uvp_code take_cells(struct uvp_atlas_work *work, size_t words,
                                struct uvp_cells *cells)
{
    *cells = (struct uvp_cells){.bits = NULL};
    UVP_TAKE(work, cells->bits, words);
    return UVP_OK;
}

enum uvp_code uvp_raster_canvas(struct uvp_atlas_work *work, int32_t cells, struct uvp_gap gap,
                                uint32_t edges_max, struct uvp_canvas *canvas)
{
    /* turning goes by squares of 64 cells */
    const size_t words = (size_t)(cells / 64 + 2) * (size_t)(cells / 64 + 2) * 64;

    *canvas = (struct uvp_canvas){.gap = gap, .cells = cells, .room = (uint32_t)words};
    UVP_TAKE(work, canvas->point, 2 * (size_t)edges_max);
    UVP_TAKE(work, canvas->inside, words);
    UVP_TAKE(work, canvas->row_first, (size_t)cells + 66);
    UVP_TAKE(work, canvas->runs, words);
    UVP_TRY(take_cells(work, words, &canvas->touched));
    UVP_TRY(take_cells(work, words, &canvas->ring));
    UVP_TRY(take_cells(work, words, &canvas->turned_touched));
    UVP_TRY(take_cells(work, words, &canvas->turned_ring));
    return UVP_OK;
}

/* ---- cells ---- */

static void open_cells(struct uvp_cells *cells, int32_t width, int32_t height)
{
    cells->width = width;
    cells->height = height;
    cells->words = (uint32_t)(width + 63) / 64;
}

static void clear_cells(const struct uvp_cells *cells)
{
    memset(cells->bits, 0, (size_t)cells->words * (size_t)cells->height * sizeof *cells->bits);
}

static int32_t clamp_cell(double value, int32_t count)
{
    const int32_t cell = value > 0 ? (int32_t)value : 0;

    return cell < count ? cell : count - 1;
}

/* Cells to draw into: shifted by `shift`, and every edge made thicker by `reach` all around. */
struct band {
    const struct uvp_cells *cells;
    double shift;
    double reach;
};

/* Sets the cells of a row that [from, to], made longer by the margin, touches. */
static void set_span(const struct uvp_cells *cells, int32_t row, double from, double to)
{
    const int32_t first = clamp_cell(ceil(from - 1), cells->width);
    const int32_t last = to < 0 ? -1 : clamp_cell(to, cells->width);

    if (first <= last) {
        uvp_row_set(cells->bits + (size_t)row * cells->words, first, last);
    }
}

/* All cells the edge touches, or a square of the band's reach moved along it; with a negative
 * reach the cells are smaller by that on all sides. */
static void draw_edge(const struct band *band, struct uvp_vec2 p, struct uvp_vec2 q)
{
    const struct uvp_cells *const cells = band->cells;
    const struct uvp_vec2 low = p.y <= q.y ? p : q;
    const struct uvp_vec2 high = p.y <= q.y ? q : p;
    const double margin = band->reach + EDGE;
    const int32_t first = clamp_cell(ceil(low.y + band->shift - margin - 1), cells->height);
    const int32_t last = clamp_cell(high.y + band->shift + margin, cells->height);
    double slope;

    if (first == last) {
        set_span(cells, first, fmin(p.x, q.x) + band->shift - margin,
                 fmax(p.x, q.x) + band->shift + margin);
        return;
    }
    slope = high.y > low.y ? (high.x - low.x) / (high.y - low.y) : 0;
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
        set_span(cells, row, from + band->shift - margin, to + band->shift + margin);
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
    uint64_t *const touched = drawing->canvas->touched.bits + (size_t)row * drawing->words;
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

static enum uvp_code draw_chart(struct uvp_atlas_work *work, const struct drawing *drawing,
                                double reach)
{
    const struct uvp_canvas *const canvas = drawing->canvas;
    const struct band band = {&canvas->touched, 0, reach};

    clear_cells(&canvas->touched);
    memset(canvas->inside, 0,
           (size_t)drawing->words * (size_t)drawing->height * sizeof *canvas->inside);
    for (uint32_t e = 0; e < drawing->edges; e++) {
        draw_edge(&band, canvas->point[2 * e], canvas->point[2 * e + 1]);
        draw_crossings(drawing, canvas->point[2 * e], canvas->point[2 * e + 1]);
        UVP_TRY(uvp_work_count(work, 20));
    }
    for (int32_t row = 0; row < drawing->height; row++) {
        fill_row(drawing, row);
    }
    return UVP_OK;
}

/* ---- runs ---- */

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

/* Lists at most `room` runs, and the first of each row; returns how many there are. */
static uint32_t list_runs(const struct uvp_cells *cells, bool over, struct uvp_run *runs,
                          uint32_t *row_first, uint32_t room)
{
    uint32_t count = 0;

    for (int32_t row = 0; row < cells->height; row++) {
        const int32_t at = over ? cells->height - 1 - row : row;
        const uint64_t *const line = cells->bits + (size_t)at * cells->words;
        row_first[row] = count;
        for (int32_t x = next_bit(line, 0, cells->width, 0); x < cells->width;) {
            const int32_t end = next_bit(line, x, cells->width, ~UINT64_C(0));
            if (count < room) {
                runs[count].row = (uint16_t)row;
                runs[count].from = (uint16_t)(over ? cells->width - end : x);
                runs[count].to = (uint16_t)((over ? cells->width - x : end) - 1);
            }
            count++;
            x = next_bit(line, end, cells->width, 0);
        }
    }
    row_first[cells->height] = count;
    return count;
}

/* Runs of the cells, turned over if asked; in the canvas's memory, or in more if need be. */
static enum uvp_code take_runs(struct uvp_atlas_work *work, const struct uvp_canvas *canvas,
                               const struct uvp_cells *cells, bool over, struct uvp_run **runs,
                               uint32_t *count)
{
    *runs = canvas->runs;
    *count = list_runs(cells, over, *runs, canvas->row_first, canvas->room);
    if (*count > canvas->room) {
        UVP_TAKE(work, *runs, *count);
        (void)list_runs(cells, over, *runs, canvas->row_first, *count);
    }
    return UVP_OK;
}

/* ---- the ring ---- */

/* to |= from, moved right by `shift`. */
static void shift_row(const uint64_t *from, uint32_t from_words, uint64_t *to,
                      uint32_t to_words, uint32_t shift)
{
    const uint32_t skip = shift >> 6;
    const uint32_t bits = shift & 63;

    for (uint32_t i = 0; i < from_words; i++) {
        to[i + skip] |= from[i] << bits;
        if (i + skip + 1 < to_words) {
            to[i + skip + 1] |= from[i] >> 1 >> (63 - bits);
        }
    }
}

/* Moves a disc over the cells: near enough when the gap is wide against a cell. */
static enum uvp_code draw_wide_ring(struct uvp_atlas_work *work,
                                    const struct uvp_canvas *canvas)
{
    const struct uvp_gap *const gap = &canvas->gap;
    struct uvp_run *runs;
    uint32_t count;

    UVP_TRY(take_runs(work, canvas, &canvas->touched, false, &runs, &count));
    for (int32_t dy = -gap->pad; dy <= gap->pad; dy++) {
        const double away = dy > 1 ? dy - 1 : dy < -1 ? -dy - 1 : 0;
        const double square = gap->cells * gap->cells - away * away;
        const int32_t half = square > 0 ? (int32_t)ceil(sqrt(square) - 1e-12) : -1;
        for (uint32_t i = 0; half >= 0 && i < count; i++) {
            uvp_row_set(canvas->ring.bits +
                            (size_t)(runs[i].row + gap->pad + dy) * canvas->ring.words,
                        runs[i].from + gap->pad - half, runs[i].to + gap->pad + half);
        }
        UVP_TRY(uvp_work_count(work, 4 * count));
    }
    return UVP_OK;
}

/* Moves a square along the border: for gaps of parts of a cell. */
static enum uvp_code draw_narrow_ring(struct uvp_atlas_work *work,
                                      const struct drawing *drawing, double reach)
{
    const struct uvp_canvas *const canvas = drawing->canvas;
    const struct uvp_cells *const from = &canvas->touched;
    const struct uvp_cells *const to = &canvas->ring;
    const struct band band = {to, canvas->gap.pad, reach};

    for (int32_t row = 0; row < from->height; row++) {
        shift_row(from->bits + (size_t)row * from->words, from->words,
                  to->bits + (size_t)(row + canvas->gap.pad) * to->words, to->words,
                  (uint32_t)canvas->gap.pad);
    }
    for (uint32_t e = 0; e < drawing->edges; e++) {
        draw_edge(&band, canvas->point[2 * e], canvas->point[2 * e + 1]);
        UVP_TRY(uvp_work_count(work, 20));
    }
    return UVP_OK;
}

static enum uvp_code draw_ring(struct uvp_atlas_work *work, const struct drawing *drawing)
{
    const struct uvp_canvas *const canvas = drawing->canvas;

    clear_cells(&canvas->ring);
    if (canvas->gap.cells < 1) {
        return draw_narrow_ring(work, drawing, canvas->gap.cells);
    }
    return draw_wide_ring(work, canvas);
}

/* ---- drawing ---- */

/*
 * Cells whose centres lie inside or close by, so that cells of two charts are as far apart as
 * the charts, give or take half a cell. A thick chart has such cells: its area is at most its
 * perimeter times the radius of the largest disc in it.
 */
static enum uvp_code draw_loosely(struct uvp_atlas_work *work, const struct drawing *drawing)
{
    const struct uvp_canvas *const canvas = drawing->canvas;
    const double apart = canvas->gap.cells + LOOSE_MORE;
    const double own = fmin(0.5, apart / 2);

    UVP_TRY(draw_chart(work, drawing, own - 0.5));
    clear_cells(&canvas->ring);
    return draw_narrow_ring(work, drawing, apart - own - 0.5);
}

/* The border in cells, moved to the corner of the mask; false: larger than a page. */
static bool fit_drawing(struct uvp_canvas *canvas, uint32_t edges)
{
    struct uvp_mask *const mask = &canvas->drawn;
    const int32_t most = canvas->cells - 2 * canvas->gap.pad - 2;
    struct uvp_vec2 low = {HUGE_VAL, HUGE_VAL};
    struct uvp_vec2 high = {-HUGE_VAL, -HUGE_VAL};

    for (uint32_t i = 0; i < 2 * edges; i++) {
        const struct uvp_vec2 p = canvas->point[i];
        low.x = p.x < low.x ? p.x : low.x;
        low.y = p.y < low.y ? p.y : low.y;
        high.x = p.x > high.x ? p.x : high.x;
        high.y = p.y > high.y ? p.y : high.y;
    }
    mask->width = 0;
    if (!(high.x - low.x < most) || !(high.y - low.y < most)) {
        return false;
    }
    mask->x = EDGE - low.x;
    mask->y = EDGE - low.y;
    mask->width = (int32_t)(high.x - low.x + 2 * EDGE) + 1;
    mask->height = (int32_t)(high.y - low.y + 2 * EDGE) + 1;
    mask->left = EDGE;
    mask->bottom = EDGE;
    mask->right = high.x - low.x + EDGE;
    mask->top = high.y - low.y + EDGE;
    for (uint32_t i = 0; i < 2 * edges; i++) {
        canvas->point[i].x += mask->x;
        canvas->point[i].y += mask->y;
    }
    return true;
}

enum uvp_code uvp_raster_draw(struct uvp_atlas_work *work, struct uvp_canvas *canvas,
                              const struct uvp_charts *charts,
                              const struct uvp_outlines *outlines, uint32_t chart, double cells,
                              struct uvp_axis axis)
{
    const struct uvp_outline *const outline = &outlines->outline[chart];
    const uint32_t *const border = outlines->border + 2 * (size_t)outline->first;
    const int32_t pad = canvas->gap.pad;
    struct uvp_mask *const mask = &canvas->drawn;

    for (uint32_t i = 0; i < 2 * outline->count; i++) {
        const struct uvp_vec2 p =
            uvp_outline_point(outline, charts->chart[chart].step, charts->slot[border[i]]);
        canvas->point[i] = (struct uvp_vec2){(axis.cosine * p.x - axis.sine * p.y) * cells,
                                             (axis.sine * p.x + axis.cosine * p.y) * cells};
    }
    canvas->turned = false;
    *mask = (struct uvp_mask){.cosine = axis.cosine, .sine = axis.sine};
    canvas->steps += 200 + 200 * outline->count;
    UVP_TRY(uvp_work_count(work, 30 * outline->count));
    if (!fit_drawing(canvas, outline->count)) {
        return UVP_OK;
    }
    open_cells(&canvas->touched, mask->width, mask->height);
    open_cells(&canvas->ring, mask->width + 2 * pad, mask->height + 2 * pad);
    const struct drawing drawing = {
        .canvas = canvas,
        .edges = outline->count,
        .width = mask->width,
        .height = mask->height,
        .words = canvas->touched.words,
    };
    if (canvas->loose && 2 * outline->area * cells >= LOOSE_LEAST * outline->perimeter) {
        return draw_loosely(work, &drawing);
    }
    UVP_TRY(draw_chart(work, &drawing, 0));
    return draw_ring(work, &drawing);
}

/* ---- turning ---- */

/* Sixty-four rows of sixty-four bits, rows become columns (Hacker's Delight, 7-3). */
static void transpose(uint64_t *block)
{
    uint64_t mask = UINT64_C(0xffffffff);

    for (uint32_t by = 32; by != 0; by /= 2, mask ^= mask << by) {
        for (uint32_t row = 0; row < 64; row = ((row | by) + 1) & ~by) {
            const uint64_t swap = (block[row] >> by ^ block[row | by]) & mask;
            block[row] ^= swap << by;
            block[row | by] ^= swap;
        }
    }
}

/* A quarter turn to the left: the cell (x, y) goes to (height - 1 - y, x). */
static void turn_cells(const struct uvp_cells *from, struct uvp_cells *to)
{
    open_cells(to, from->height, from->width);
    for (uint32_t column = 0; column < to->words; column++) {
        for (uint32_t word = 0; word < from->words; word++) {
            uint64_t block[64];
            for (int32_t i = 0; i < 64; i++) {
                const int32_t row = from->height - 1 - (int32_t)(64 * column) - i;
                block[i] = row >= 0 ? from->bits[(size_t)row * from->words + word] : 0;
            }
            transpose(block);
            for (int32_t i = 0; i < 64 && (int32_t)(64 * word) + i < to->height; i++) {
                to->bits[(size_t)(64 * word + (uint32_t)i) * to->words + column] = block[i];
            }
        }
    }
}

/* ---- probes ---- */

static uint32_t octave_of(uint32_t length)
{
    return 31 - (uint32_t)__builtin_clz(length);
}

static uint32_t run_length(struct uvp_run run)
{
    return (uint32_t)run.to - run.from + 1;
}

/* The widest run of each row tells the bands: rows about the widest that are nearly as wide. */
static void find_bands(const struct uvp_run *runs, const uint32_t *row_first, int32_t rows,
                       struct uvp_mask *mask)
{
    static const double parts[UVP_MASK_BANDS] = {0.85, 0.55, 0.25};
    int32_t first = 0;
    int32_t end = 1;
    int32_t least = 0;

    for (int32_t row = 0; row < rows; row++) {
        for (uint32_t i = row_first[row]; i < row_first[row + 1]; i++) {
            if ((int32_t)run_length(runs[i]) > least) {
                least = (int32_t)run_length(runs[i]);
                first = row;
            }
        }
    }
    end = first + 1;
    for (uint32_t b = 0; b < UVP_MASK_BANDS; b++) {
        const int32_t wanted = (int32_t)ceil(parts[b] * (b == 0 ? least : mask->band[0].least));
        for (int32_t side = 0; side < 2; side++) {
            for (;;) {
                const int32_t row = side == 0 ? first - 1 : end;
                int32_t widest = 0;
                if (row < 0 || row >= rows) {
                    break;
                }
                for (uint32_t i = row_first[row]; i < row_first[row + 1]; i++) {
                    const int32_t length = (int32_t)run_length(runs[i]);
                    widest = length > widest ? length : widest;
                }
                if (widest < wanted) {
                    break;
                }
                least = widest < least ? widest : least;
                first -= side == 0;
                end += side == 1;
            }
        }
        mask->band[b] = (struct uvp_band){first, end - 1, least};
    }
}

/* A run's probe, and one for the cells that it leaves. */
struct sorter {
    const struct uvp_page *page;
    uint32_t start[OCTAVES + 1]; /* where the probes of each octave go, longest first */
};

static void count_probes(struct sorter *sorter, const struct uvp_run *runs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t octave = octave_of(run_length(runs[i]));
        const uint32_t rest = run_length(runs[i]) - (1U << octave);
        sorter->start[OCTAVES - 1 - octave + 1]++;
        if (rest != 0) {
            sorter->start[OCTAVES - 1 - octave_of(rest) + 1]++;
        }
    }
    for (uint32_t k = 1; k <= OCTAVES; k++) {
        sorter->start[k] += sorter->start[k - 1];
    }
}

static void put_probes(struct sorter *sorter, struct uvp_run run, struct uvp_probe *probe)
{
    const uint32_t octave = octave_of(run_length(run));
    const uint32_t rest = run_length(run) - (1U << octave);

    probe[sorter->start[OCTAVES - 1 - octave]++] =
        uvp_page_probe(sorter->page, octave, run.row, run.from);
    if (rest != 0) {
        probe[sorter->start[OCTAVES - 1 - octave_of(rest)]++] =
            uvp_page_probe(sorter->page, octave, run.row, run.from + rest);
    }
}

/* Long runs fail soonest; rows of like length in an order that jumps over the whole height. */
enum uvp_code uvp_raster_probes(struct uvp_atlas_work *work, const struct uvp_page *page,
                                const struct uvp_run *runs, const uint32_t *row_first,
                                int32_t rows, struct uvp_mask *mask)
{
    struct sorter sorter = {.page = page};
    uint32_t span = 1;
    uint32_t row = 0;

    while (span < (uint32_t)rows) {
        span *= 2;
    }
    count_probes(&sorter, runs, row_first[rows]);
    mask->probe_count = sorter.start[OCTAVES];
    UVP_TAKE(work, mask->probe, mask->probe_count);
    for (uint32_t n = 0; n < span; n++) {
        uint32_t bit = span / 2;
        if (row < (uint32_t)rows) {
            for (uint32_t i = row_first[row]; i < row_first[row + 1]; i++) {
                put_probes(&sorter, runs[i], mask->probe);
            }
        }
        /* counts with the bits in reverse */
        for (; (row & bit) != 0; bit /= 2) {
            row ^= bit;
        }
        row |= bit;
    }
    find_bands(runs, row_first, rows, mask);
    return UVP_OK;
}

/* Where the chart lies in the cells, a quarter turn further. */
static void turn_frame(struct uvp_mask *mask)
{
    const struct uvp_mask was = *mask;

    mask->width = was.height;
    mask->height = was.width;
    mask->cosine = -was.sine;
    mask->sine = was.cosine;
    mask->x = was.height - was.y;
    mask->y = was.x;
    mask->left = was.height - was.top;
    mask->right = was.height - was.bottom;
    mask->bottom = was.left;
    mask->top = was.right;
}

enum uvp_code uvp_raster_keep(struct uvp_atlas_work *work, struct uvp_canvas *canvas,
                              const struct uvp_page *page, uint32_t quarters,
                              struct uvp_mask *mask)
{
    const bool turned = (quarters & 1) != 0;
    const bool over = (quarters & 2) != 0;
    struct uvp_run *runs;
    uint32_t count;

    *mask = canvas->drawn;
    for (uint32_t i = 0; i < quarters; i++) {
        turn_frame(mask);
    }
    if (mask->width == 0) {
        return UVP_OK;
    }
    if (turned && !canvas->turned) {
        turn_cells(&canvas->touched, &canvas->turned_touched);
        turn_cells(&canvas->ring, &canvas->turned_ring);
        canvas->turned = true;
    }
    mask->across = mask->width + 2 * canvas->gap.pad;
    UVP_TRY(take_runs(work, canvas, turned ? &canvas->turned_touched : &canvas->touched, over,
                      &runs, &mask->touched_count));
    UVP_TAKE(work, mask->touched, mask->touched_count);
    memcpy(mask->touched, runs, mask->touched_count * sizeof *runs);
    UVP_TRY(take_runs(work, canvas, turned ? &canvas->turned_ring : &canvas->ring, over, &runs,
                      &count));
    UVP_TRY(uvp_raster_probes(work, page, runs, canvas->row_first,
                              mask->height + 2 * canvas->gap.pad, mask));
    canvas->steps += 400 + 20 * (uint64_t)mask->height + 20 * (uint64_t)count;
    return uvp_work_count(work, 400 + 16 * (uint32_t)mask->height + 16 * count);
}
