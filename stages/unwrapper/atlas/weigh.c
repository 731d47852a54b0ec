/*
 * Lines in eight directions at nine places are weighed by the boxes on both sides (compare
 * Limper, Vining, Sheffer 2018), necks by the hulls.
 */
#include "stages/unwrapper/atlas/weigh.h"

#include <math.h>

#define DIRECTIONS 8
#define SLABS 10
#define MIDDLE_FROM 4 /* pages: such a chart is halved first */

#define HALF_ROOT 0.70710678118654752
#define COSINE_EIGHTH 0.92387953251128674
#define SINE_EIGHTH 0.38268343236508977

static const double direction_cosine[DIRECTIONS] = {
    1, 0, HALF_ROOT, -HALF_ROOT, COSINE_EIGHTH, SINE_EIGHTH, -SINE_EIGHTH, -COSINE_EIGHTH};
static const double direction_sine[DIRECTIONS] = {
    0, 1, HALF_ROOT, HALF_ROOT, SINE_EIGHTH, COSINE_EIGHTH, COSINE_EIGHTH, SINE_EIGHTH};

/* What lies between two lines next to each other, and the length of the line below it. */
struct slab {
    double low;
    double high;
    double length;
    uint32_t crossings; /* of that line */
};

static void add_point(struct slab *slab, double v)
{
    slab->low = v < slab->low ? v : slab->low;
    slab->high = v > slab->high ? v : slab->high;
}

static struct uvp_vec2 turned(struct uvp_vec2 p, double cosine, double sine)
{
    return (struct uvp_vec2){cosine * p.x + sine * p.y, cosine * p.y - sine * p.x};
}

/* The signed heights at which the border crosses a line add up to the line's length inside. */
static void add_edge(struct slab *slabs, double from, double thick, struct uvp_vec2 p,
                     struct uvp_vec2 q)
{
    const int32_t a = (int32_t)fmin(SLABS - 1, fmax(0, (p.x - from) / thick));
    const int32_t b = (int32_t)fmin(SLABS - 1, fmax(0, (q.x - from) / thick));

    add_point(&slabs[a], p.y);
    for (int32_t k = (a < b ? a : b) + 1; k <= (a < b ? b : a); k++) {
        const double v = p.y + (q.y - p.y) * ((from + k * thick - p.x) / (q.x - p.x));
        add_point(&slabs[k - 1], v);
        add_point(&slabs[k], v);
        slabs[k].length += a < b ? -v : v;
        slabs[k].crossings++;
    }
}

/* Fills the slabs of one direction; returns their thickness, 0 when there is nothing to cut. */
static double fill_slabs(const struct uvp_fitter *fitter, uint32_t c, double cosine,
                         double sine, struct slab *slabs, double *from)
{
    const struct uvp_piece *const piece = &fitter->piece[c];
    const double step = fitter->charts->chart[c].step;
    double low = HUGE_VAL;
    double high = -HUGE_VAL;

    for (uint32_t i = 0; i < 2 * piece->outline.count; i += 2) {
        const struct uvp_vec2 p = turned(
            uvp_outline_point(&piece->outline, step, fitter->charts->slot[piece->border[i]]),
            cosine, sine);
        low = p.x < low ? p.x : low;
        high = p.x > high ? p.x : high;
    }
    for (uint32_t k = 0; k < SLABS; k++) {
        slabs[k] = (struct slab){.low = HUGE_VAL, .high = -HUGE_VAL};
    }
    *from = low;
    if (!(high > low)) {
        return 0;
    }
    for (uint32_t i = 0; i < 2 * piece->outline.count; i += 2) {
        const struct uvp_point2 *const slot = fitter->charts->slot;
        add_edge(slabs, low, (high - low) / SLABS,
                 turned(uvp_outline_point(&piece->outline, step, slot[piece->border[i]]),
                        cosine, sine),
                 turned(uvp_outline_point(&piece->outline, step, slot[piece->border[i + 1]]),
                        cosine, sine));
    }
    return (high - low) / SLABS;
}

/* The line, given in the box's frame, on the chart's lattice. */
static struct uvp_line on_lattice(const struct uvp_outline *outline, double step, double cosine,
                                  double sine, double offset)
{
    /* x = (cosine X + sine Y) step - low_x and y = (cosine Y - sine X) step - low_y */
    return (struct uvp_line){
        cosine * outline->cosine - sine * outline->sine,
        cosine * outline->sine + sine * outline->cosine,
        (offset + cosine * outline->low_x + sine * outline->low_y) / step,
    };
}

/*
 * Cost of what lies in slabs first ... end - 1: that of one box or, when the line may part it
 * in many, of something between the box and the area.
 */
static double side_cost(const struct uvp_fitter *fitter, const struct slab *slabs,
                        int32_t first, int32_t end, double thick, bool many)
{
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    double area = 0;
    double cost;

    for (int32_t k = first; k < end; k++) {
        const double next = k + 1 < SLABS ? fabs(slabs[k + 1].length) : 0;
        low = fmin(low, slabs[k].low);
        high = fmax(high, slabs[k].high);
        area += thick * (fabs(slabs[k].length) + next) / 2;
    }
    cost = uvp_fitter_cost(fitter, (end - first) * thick, high - low);
    return many ? (cost + area) / 2 : cost;
}

static bool is_huge(const struct uvp_fitter *fitter, uint32_t c)
{
    const struct uvp_outline *const outline = &fitter->piece[c].outline;

    return fitter->page > 0 &&
           uvp_fitter_tiles(fitter, outline->width, outline->height) > MIDDLE_FROM;
}

/* The best line of one direction. */
static struct uvp_fit_cut weigh_direction(const struct uvp_fitter *fitter, uint32_t c,
                                          double cosine, double sine)
{
    struct uvp_fit_cut best = {.saves = -HUGE_VAL};
    struct slab slabs[SLABS];
    double from;
    const double thick = fill_slabs(fitter, c, cosine, sine, slabs, &from);
    const double whole = uvp_piece_cost(fitter, c);
    /* what will be cut many times is halved, or the work would not be bounded */
    const int32_t first = is_huge(fitter, c) ? SLABS / 2 - 1 : 1;

    for (int32_t k = first; k <= SLABS - first && thick > 0; k++) {
        const bool many = slabs[k].crossings > 2;
        const double saves = whole - side_cost(fitter, slabs, 0, k, thick, many) -
                             side_cost(fitter, slabs, k, SLABS, thick, many) -
                             fitter->seam_cost * fitter->unit * fabs(slabs[k].length);
        if (saves > best.saves) {
            best.saves = saves;
            best.line = on_lattice(&fitter->piece[c].outline, fitter->charts->chart[c].step,
                                   cosine, sine, from + k * thick);
        }
    }
    return best;
}

uint32_t uvp_weigh_lines(const struct uvp_fitter *fitter, uint32_t chart, uint32_t most,
                         struct uvp_fit_cut *best)
{
    uint32_t count = 0;

    for (uint32_t d = 0; d < DIRECTIONS; d++) {
        const struct uvp_fit_cut cut =
            weigh_direction(fitter, chart, direction_cosine[d], direction_sine[d]);
        uint32_t at = count < most ? count++ : most;
        for (; at > 0 && cut.saves > best[at - 1].saves; at--) {
            if (at < most) {
                best[at] = best[at - 1];
            }
        }
        if (at < most) {
            best[at] = cut;
        }
    }
    return count;
}

uint32_t uvp_weigh_necks(const struct uvp_fitter *fitter, uint32_t chart, uint32_t most,
                         struct uvp_fit_cut *best)
{
    const struct uvp_piece *const piece = &fitter->piece[chart];
    const double step = fitter->charts->chart[chart].step;
    const double price = fitter->seam_cost * fitter->unit / step;
    struct uvp_neck necks[UVP_FIT_TRIES_MOST];
    const uint32_t count = uvp_neck_find(
        fitter->charts->slot, piece->border, piece->outline.count, price, fitter->next,
        most < UVP_FIT_TRIES_MOST ? most : UVP_FIT_TRIES_MOST, necks);

    for (uint32_t i = 0; i < count; i++) {
        best[i] = (struct uvp_fit_cut){.neck = necks[i],
                                       .saves = (necks[i].saved - price * necks[i].length) *
                                                step * step};
    }
    return count;
}
