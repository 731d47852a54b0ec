/*
 * What a chart wastes is, for the most part, its smallest box less its area. The chart that
 * wastes most is cut where the boxes of the parts and the cut's length together are least
 * (compare Limper, Vining, Sheffer 2018): lines in eight directions at nine places are weighed
 * by the border alone, the best few are tried on the triangles. A cut stays only if the real
 * boxes of its parts save enough for the seam it adds.
 */
#include "stages/unwrapper/atlas/fit.h"

#include <string.h>

#include "stages/unwrapper/atlas/charts.h"
#include "stages/unwrapper/atlas/chop.h"
#include "stages/unwrapper/atlas/outline.h"
#include "stages/unwrapper/atlas/plan.h"

#define DIRECTIONS 8
#define SLABS 10
#define TRIES 2
#define SEAM_COST 0.25  /* area that a cut of length 1 must save, the area being 1 */
#define WANTED 0.01     /* and what any cut must save */
#define LEAST_PART 0.04 /* of a chart's area */
#define LONG_PART 0.8   /* of the square root of the area: longer boxes hinder the others */
#define FILL_OF_BOXES 1.12
#define FILL_OF_FEW 0.45
#define CHARTS_A_CUT 12 /* many charts get some cuts more */
#define CUTS_MORE 12
#define HOLLOW 0.5   /* part of its box below which a chart may need two cuts at once */
#define PARTS_MOST 6 /* of one cut */

#define HALF_ROOT 0.70710678118654752
#define COSINE_EIGHTH 0.92387953251128674
#define SINE_EIGHTH 0.38268343236508977

static const double direction_cosine[DIRECTIONS] = {
    1, 0, HALF_ROOT, -HALF_ROOT, COSINE_EIGHTH, SINE_EIGHTH, -SINE_EIGHTH, -COSINE_EIGHTH};
static const double direction_sine[DIRECTIONS] = {
    0, 1, HALF_ROOT, HALF_ROOT, SINE_EIGHTH, COSINE_EIGHTH, COSINE_EIGHTH, SINE_EIGHTH};

/* A chart with its border, which it may share with nobody. */
struct piece {
    struct uvp_outline outline;
    const uint32_t *border;
    bool done; /* no cut helps */
};

struct fitter {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_charts *charts;
    struct piece *piece; /* of each chart */
    struct uvp_chop chop;
    uint32_t cuts_max;
    uint32_t *spare; /* triangles */
    double area;     /* of all charts */
    double unit;     /* its square root */
};

struct cut {
    struct uvp_line line;
    double score; /* area of the boxes and of what the cut is worth */
};

/* Area that a box takes; more if it is long against the page. */
static double cost_of(const struct fitter *fitter, double width, double height)
{
    const double beyond = fmax(width, height) - LONG_PART * fitter->unit;

    return width * height + (beyond > 0 ? beyond * fitter->unit : 0);
}

static double piece_cost(const struct fitter *fitter, const struct piece *piece)
{
    return cost_of(fitter, piece->outline.width, piece->outline.height);
}

/* ---- weighing lines ---- */

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
static double fill_slabs(const struct fitter *fitter, uint32_t c, double cosine, double sine,
                         struct slab *slabs, double *from)
{
    const struct piece *const piece = &fitter->piece[c];
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
static double side_cost(const struct fitter *fitter, const struct slab *slabs, int32_t first,
                        int32_t end, double thick, bool many)
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
    cost = cost_of(fitter, (end - first) * thick, high - low);
    return many ? (cost + area) / 2 : cost;
}

/* The best line of one direction. */
static struct cut weigh_direction(const struct fitter *fitter, uint32_t c, double cosine,
                                  double sine)
{
    struct cut best = {.score = HUGE_VAL};
    struct slab slabs[SLABS];
    double from;
    const double thick = fill_slabs(fitter, c, cosine, sine, slabs, &from);

    for (int32_t k = 1; k < SLABS && thick > 0; k++) {
        const bool many = slabs[k].crossings > 2;
        const double score = side_cost(fitter, slabs, 0, k, thick, many) +
                             side_cost(fitter, slabs, k, SLABS, thick, many) +
                             SEAM_COST * fitter->unit * fabs(slabs[k].length);
        if (score < best.score) {
            best.score = score;
            best.line = on_lattice(&fitter->piece[c].outline, fitter->charts->chart[c].step,
                                   cosine, sine, from + k * thick);
        }
    }
    return best;
}

/* The best lines, one a direction, best first; returns how many. */
static uint32_t weigh_lines(const struct fitter *fitter, uint32_t c, struct cut *best)
{
    uint32_t count = 0;

    for (uint32_t d = 0; d < DIRECTIONS; d++) {
        const struct cut cut =
            weigh_direction(fitter, c, direction_cosine[d], direction_sine[d]);
        uint32_t at = count < TRIES ? count++ : TRIES;
        for (; at > 0 && cut.score < best[at - 1].score; at--) {
            if (at < TRIES) {
                best[at] = best[at - 1];
            }
        }
        if (at < TRIES) {
            best[at] = cut;
        }
    }
    return count;
}

/* ---- cutting ---- */

/* Makes a chart of each part: the first keeps the number, the others come last. */
static void part_chart(struct fitter *fitter, uint32_t c)
{
    struct uvp_charts *const charts = fitter->charts;
    const struct uvp_chop *const chop = &fitter->chop;
    const struct uvp_chart whole = charts->chart[c];
    uint32_t *const list = charts->triangle + whole.first_triangle;
    uint32_t at = 0;

    memcpy(fitter->spare, list, whole.triangle_count * sizeof *list);
    for (uint32_t p = 0; p < chop->count; p++) {
        const uint32_t to = p == 0 ? c : charts->count++;
        const uint32_t first = at;
        for (uint32_t i = 0; i < whole.triangle_count; i++) {
            if (chop->part[i] == p) {
                list[at++] = fitter->spare[i];
                charts->chart_of[fitter->spare[i]] = to;
            }
        }
        charts->chart[to] = whole;
        charts->chart[to].first_triangle = whole.first_triangle + first;
        charts->chart[to].triangle_count = at - first;
    }
}

static void join_parts(struct fitter *fitter, uint32_t c, struct uvp_chart whole,
                       uint32_t count)
{
    struct uvp_charts *const charts = fitter->charts;

    charts->count = count;
    charts->chart[c] = whole;
    for (uint32_t i = 0; i < whole.triangle_count; i++) {
        charts->chart_of[charts->triangle[whole.first_triangle + i]] = c;
    }
}

static enum uvp_code outline_parts(struct fitter *fitter, uint32_t c, uint32_t first)
{
    for (uint32_t p = 0; p < fitter->charts->count - first + 1; p++) {
        const uint32_t part = p == 0 ? c : first + p - 1;
        uint32_t *border;
        UVP_TRY(uvp_outline_chart(fitter->work, fitter->topology, fitter->charts, part,
                                  &fitter->piece[part].outline, &border));
        fitter->piece[part].border = border;
        fitter->piece[part].done = false;
    }
    return UVP_OK;
}

/* What chart c and those from `first` on cost, and the cuts between them. */
static double cost_of_parts(const struct fitter *fitter, uint32_t c, uint32_t first,
                            double perimeter)
{
    double cost = piece_cost(fitter, &fitter->piece[c]);
    double seam = fitter->piece[c].outline.perimeter - perimeter;

    for (uint32_t part = first; part < fitter->charts->count; part++) {
        cost += piece_cost(fitter, &fitter->piece[part]);
        seam += fitter->piece[part].outline.perimeter;
    }
    return cost + SEAM_COST * fitter->unit * seam / 2;
}

static enum uvp_code cut_chart(struct fitter *fitter, uint32_t c, uint32_t depth, bool *kept);

/* Rings and combs need two cuts before any saves something: the parts are cut once more. */
static enum uvp_code cut_parts(struct fitter *fitter, uint32_t c, uint32_t first)
{
    const uint32_t end = fitter->charts->count;

    for (uint32_t p = 0; p < end - first + 1; p++) {
        bool kept = false;
        UVP_TRY(cut_chart(fitter, p == 0 ? c : first + p - 1, 1, &kept));
    }
    return UVP_OK;
}

/* Cuts along the line, and keeps it if it saves what is wanted. */
static enum uvp_code try_line(struct fitter *fitter, uint32_t c, struct uvp_line line,
                              uint32_t depth, bool *kept)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(fitter->work->scratch);
    const struct uvp_chart whole = fitter->charts->chart[c];
    const uint32_t count = fitter->charts->count;
    const struct piece was = fitter->piece[c];
    const double most = piece_cost(fitter, &was) - WANTED * fitter->area;
    double cost;

    *kept = false;
    UVP_TRY(uvp_chop_parts(&fitter->chop, c, line, LEAST_PART));
    if (fitter->chop.count < 2 || fitter->chop.count > PARTS_MOST) {
        return UVP_OK;
    }
    part_chart(fitter, c);
    UVP_TRY(outline_parts(fitter, c, count));
    cost = cost_of_parts(fitter, c, count, was.outline.perimeter);
    if (cost >= most && depth == 0 && was.outline.area < HOLLOW * piece_cost(fitter, &was)) {
        UVP_TRY(cut_parts(fitter, c, count));
        cost = cost_of_parts(fitter, c, count, was.outline.perimeter);
    }
    *kept = cost < most;
    if (!*kept) {
        join_parts(fitter, c, whole, count);
        fitter->piece[c] = was;
        uvp_arena_rewind(fitter->work->scratch, mark);
    }
    return UVP_OK;
}

/* `depth` 1: of a chart that was just cut. */
static enum uvp_code cut_chart(struct fitter *fitter, uint32_t c, uint32_t depth, bool *kept)
{
    struct cut best[TRIES];
    const uint32_t count = weigh_lines(fitter, c, best);

    *kept = false;
    for (uint32_t i = 0; i < count && !*kept; i++) {
        if (best[i].score + WANTED * fitter->area < piece_cost(fitter, &fitter->piece[c])) {
            UVP_TRY(try_line(fitter, c, best[i].line, depth, kept));
        }
    }
    return uvp_work_count(fitter->work, 100 * fitter->piece[c].outline.count);
}

/* The chart that wastes most; UVP_NONE: none wastes enough. */
static uint32_t find_worst(const struct fitter *fitter)
{
    double most = WANTED * fitter->area;
    uint32_t worst = UVP_NONE;

    for (uint32_t c = 0; c < fitter->charts->count; c++) {
        const struct piece *const piece = &fitter->piece[c];
        const double waste = piece_cost(fitter, piece) - piece->outline.area;
        if (!piece->done && waste > most) {
            most = waste;
            worst = c;
        }
    }
    return worst;
}

/* ---- slots ---- */

/* How many slots there are when every chart has its own; spoils `owner`. */
static enum uvp_code count_slots(struct fitter *fitter, uint32_t *owner, uint32_t *count)
{
    const struct uvp_charts *const charts = fitter->charts;

    *count = 0;
    memset(owner, 0xff, charts->slot_count * sizeof *owner);
    for (uint32_t c = 0; c < charts->count; c++) {
        const struct uvp_chart *const chart = &charts->chart[c];
        for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
            const uint32_t t = charts->triangle[chart->first_triangle + i / 3];
            const uint32_t slot = charts->corner[3 * t + i % 3];
            *count += owner[slot] != c;
            owner[slot] = c;
        }
        UVP_TRY(uvp_work_count(fitter->work, 2 * chart->triangle_count));
    }
    return UVP_OK;
}

/* Parts share the slots of their chart: every chart gets slots of its own again. */
static enum uvp_code own_slots(struct fitter *fitter)
{
    struct uvp_charts *const charts = fitter->charts;
    struct uvp_point2 *old;
    uint32_t *owner; /* of each old slot: the chart that used it last */
    uint32_t *now;   /* and where that chart has it */
    uint32_t count = 0;

    UVP_TAKE(fitter->work, owner, charts->slot_count);
    UVP_TAKE(fitter->work, now, charts->slot_count);
    UVP_TRY(count_slots(fitter, owner, &count));
    UVP_TRY(uvp_charts_reserve(fitter->work, charts, 0, count));
    old = charts->slot;
    count = 0;
    memset(owner, 0xff, charts->slot_count * sizeof *owner);
    for (uint32_t c = 0; c < charts->count; c++) {
        struct uvp_chart *const chart = &charts->chart[c];
        chart->first_slot = count;
        for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
            const uint32_t t = charts->triangle[chart->first_triangle + i / 3];
            uint32_t *const corner = &charts->corner[3 * t + i % 3];
            if (owner[*corner] != c) {
                owner[*corner] = c;
                now[*corner] = count;
                charts->page[count++] = old[*corner];
            }
            *corner = now[*corner];
        }
        chart->slot_count = count - chart->first_slot;
        UVP_TRY(uvp_work_count(fitter->work, 4 * chart->triangle_count));
    }
    charts->slot_count = count;
    charts->slot = charts->page;
    charts->page = old;
    return UVP_OK;
}

/* ---- all charts ---- */

static enum uvp_code take_pieces(struct fitter *fitter, const struct uvp_outlines *outlines)
{
    const uint32_t room =
        fitter->charts->count + (fitter->cuts_max + 1) * PARTS_MOST * PARTS_MOST;
    uint32_t longest = 0;

    UVP_TRY(uvp_charts_reserve(fitter->work, fitter->charts, room, 0));
    UVP_TAKE(fitter->work, fitter->piece, room);
    for (uint32_t c = 0; c < outlines->count; c++) {
        const uint32_t triangles = fitter->charts->chart[c].triangle_count;
        fitter->piece[c] =
            (struct piece){outlines->outline[c],
                           outlines->border + 2 * (size_t)outlines->outline[c].first, false};
        longest = triangles > longest ? triangles : longest;
    }
    fitter->area = outlines->area;
    fitter->unit = sqrt(outlines->area);
    UVP_TAKE(fitter->work, fitter->spare, longest);
    return uvp_chop_init(fitter->work, fitter->topology, fitter->charts, longest,
                         &fitter->chop);
}

/*
 * The part of the page that the charts will fill, from figures of some dozens of meshes: less
 * when their boxes are empty, or long, or when a few charts make up most of the area.
 */
static double predict_fill(const struct fitter *fitter)
{
    double cost = 0;
    double squares = 0;
    double longest = 0;

    for (uint32_t c = 0; c < fitter->charts->count; c++) {
        const struct uvp_outline *const outline = &fitter->piece[c].outline;
        cost += piece_cost(fitter, &fitter->piece[c]);
        squares += outline->area * outline->area;
        longest = fmax(longest, fmax(outline->width, outline->height));
    }
    if (fitter->charts->count == 1) {
        return fitter->area / (longest * longest);
    }
    return FILL_OF_BOXES * fitter->area / cost -
           FILL_OF_FEW * squares / (fitter->area * fitter->area);
}

static enum uvp_code cut_worst(struct fitter *fitter)
{
    uint32_t cuts = 0;

    for (uint32_t looks = 0; cuts < fitter->cuts_max && looks < 4 * fitter->cuts_max; looks++) {
        const uint32_t worst = find_worst(fitter);
        bool kept = false;
        if (worst == UVP_NONE) {
            break;
        }
        UVP_TRY(cut_chart(fitter, worst, 0, &kept));
        fitter->piece[worst].done = !kept;
        cuts += kept;
    }
    return UVP_OK;
}

enum uvp_code uvp_fit_charts(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                             struct uvp_charts *charts)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    const uint32_t count = charts->count;
    const uint32_t more = count / CHARTS_A_CUT;
    struct fitter fitter = {
        .work = work,
        .topology = topology,
        .charts = charts,
        .cuts_max = work->plan->cuts_max + (more < CUTS_MORE ? more : CUTS_MORE),
    };
    struct uvp_outlines outlines;
    bool badly = false;

    /* with several pages, or at a density, no chart decides for the others */
    if (work->plan->cuts_max == 0 || work->plan->pages_max > 1 ||
        work->plan->texels_per_unit > 0) {
        return UVP_OK;
    }
    UVP_TRY(uvp_outline_make(work, topology, charts, &outlines));
    UVP_TRY(take_pieces(&fitter, &outlines));
    if (find_worst(&fitter) != UVP_NONE) {
        badly = predict_fill(&fitter) < work->plan->cut_below;
    }
    if (badly) {
        UVP_TRY(cut_worst(&fitter));
    }
    if (charts->count != count) {
        UVP_TRY(own_slots(&fitter));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
