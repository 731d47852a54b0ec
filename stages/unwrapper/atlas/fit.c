/*
 * What a chart wastes is, for the most part, its smallest box less its area. The chart that
 * wastes most is cut where the boxes of the parts and the cut's length together are least
 * (compare Limper, Vining, Sheffer 2018): lines in eight directions at nine places are weighed
 * by the border alone, the best few are tried on the triangles. A cut stays only if the real
 * boxes of its parts save enough for the seam it adds.
 *
 * Where the scale is known before (a density, or several pages to fill), charts longer than a
 * page are cut whatever that saves, until their boxes need no more pages.
 */
#include "stages/unwrapper/atlas/fit.h"

#include <string.h>

#include "stages/unwrapper/atlas/charts.h"
#include "stages/unwrapper/atlas/chop.h"
#include "stages/unwrapper/atlas/outline.h"
#include "stages/unwrapper/atlas/pack.h"
#include "stages/unwrapper/atlas/plan.h"

#define DIRECTIONS 8
#define SLABS 10
#define TRIES 2
#define SEAM_SHARE 2.6       /* times the area: what cuts as long as all seams must save */
#define SEAM_COST_LEAST 0.14 /* but at least this for a length of the area's root */
#define NEED 0.5             /* of both will do where less of the page would be filled than */
#define FILL_LEAST 0.4
#define WANTED 0.01     /* and what any cut must save */
#define LEAST_PART 0.04 /* of a chart's area */
#define LONG_PART 0.8   /* of the square root of the area: longer boxes hinder the others */
#define FILL_OF_BOXES 1.12
#define FILL_OF_FEW 0.45
#define CHARTS_A_CUT 12 /* many charts get some cuts more */
#define CUTS_MORE 12
#define HOLLOW 0.5        /* part of its box below which a chart may need two cuts at once */
#define PARTS_MOST 6      /* of one cut */
#define TILE 0.98         /* of a page: what parts of long charts aim at */
#define MIDDLE_FROM 4     /* pages: such a chart is halved first */
#define TRIM_FILL 0.85    /* of the pages, at most, for a density to be worth cuts */
#define TRIMMED_FILL 0.45 /* that charts cut to the size of the page reach */
#define FIT_FILL 0.7      /* that charts on several pages reach */
#define FIT_LONGER 1.1    /* than a page at that, to be cut */
#define TRIM_MARGIN 0.05
#define TRIMS_MOST 50000

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
    uint32_t *spare;  /* triangles */
    double area;      /* of all charts */
    double unit;      /* its square root */
    double page;      /* a page's side, when charts are cut to its size; otherwise 0 */
    uint32_t room;    /* for charts */
    double seam_cost; /* area that a cut of length 1 must save, the area being 1 */
};

struct cut {
    struct uvp_line line;
    double score; /* area of the boxes and of what the cut is worth */
};

/* How many pages are needed to hold a box, cut into tiles. */
static double tiles_of(const struct fitter *fitter, double width, double height)
{
    const double tile = TILE * fitter->page;

    return fmax(1, ceil(width / tile)) * fmax(1, ceil(height / tile));
}

/* Area that a box takes; more if it is long against the page. */
static double cost_of(const struct fitter *fitter, double width, double height)
{
    const double beyond = fmax(width, height) - LONG_PART * fitter->unit;
    const double cost = width * height + (beyond > 0 ? beyond * fitter->unit : 0);

    if (fitter->page > 0) {
        return cost + 2 * tiles_of(fitter, width, height) * fitter->page * fitter->page;
    }
    return cost;
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

static bool is_huge(const struct fitter *fitter, uint32_t c)
{
    const struct uvp_outline *const outline = &fitter->piece[c].outline;

    return fitter->page > 0 && tiles_of(fitter, outline->width, outline->height) > MIDDLE_FROM;
}

/* The best line of one direction. */
static struct cut weigh_direction(const struct fitter *fitter, uint32_t c, double cosine,
                                  double sine)
{
    struct cut best = {.score = HUGE_VAL};
    struct slab slabs[SLABS];
    double from;
    const double thick = fill_slabs(fitter, c, cosine, sine, slabs, &from);
    /* what will be cut many times is halved, or the work would not be bounded */
    const int32_t first = is_huge(fitter, c) ? SLABS / 2 - 1 : 1;

    for (int32_t k = first; k <= SLABS - first && thick > 0; k++) {
        const bool many = slabs[k].crossings > 2;
        const double score = side_cost(fitter, slabs, 0, k, thick, many) +
                             side_cost(fitter, slabs, k, SLABS, thick, many) +
                             fitter->seam_cost * fitter->unit * fabs(slabs[k].length);
        if (score < best.score) {
            best.score = score;
            best.line = on_lattice(&fitter->piece[c].outline, fitter->charts->chart[c].step,
                                   cosine, sine, from + k * thick);
        }
    }
    return best;
}

/* The best lines, one a direction, best first, up to `most`; returns how many. */
static uint32_t weigh_lines(const struct fitter *fitter, uint32_t c, uint32_t most,
                            struct cut *best)
{
    uint32_t count = 0;

    for (uint32_t d = 0; d < DIRECTIONS; d++) {
        const struct cut cut =
            weigh_direction(fitter, c, direction_cosine[d], direction_sine[d]);
        uint32_t at = count < most ? count++ : most;
        for (; at > 0 && cut.score < best[at - 1].score; at--) {
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

/* ---- cutting ---- */

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
    return cost + fitter->seam_cost * fitter->unit * seam / 2;
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
    uvp_chop_apply(&fitter->chop, fitter->charts, fitter->spare);
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
    const uint32_t count = weigh_lines(fitter, c, TRIES, best);

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

/* ---- charts longer than a page ---- */

static bool is_too_long(const struct fitter *fitter, uint32_t c)
{
    const struct piece *const piece = &fitter->piece[c];

    return !piece->done && fmax(piece->outline.width, piece->outline.height) > fitter->page;
}

/* Takes the parts that the chop found, if there is room for them. */
static enum uvp_code take_parts(struct fitter *fitter, uint32_t c, bool *kept)
{
    const uint32_t count = fitter->charts->count;

    *kept = fitter->chop.count > 1 && fitter->chop.count - 1 <= fitter->room - count;
    if (*kept) {
        uvp_chop_apply(&fitter->chop, fitter->charts, fitter->spare);
        UVP_TRY(outline_parts(fitter, c, count));
    }
    return UVP_OK;
}

/* Whatever the cut costs; where no line will do the chart falls into its polygons. */
static enum uvp_code trim_chart(struct fitter *fitter, uint32_t c)
{
    struct cut best[DIRECTIONS];
    const uint32_t count = weigh_lines(fitter, c, DIRECTIONS, best);
    bool kept = false;

    for (uint32_t i = 0; i < 2 * count && !kept; i++) {
        const bool strict = i < count;
        if (best[i % count].score >= HUGE_VAL) {
            continue;
        }
        UVP_TRY(
            uvp_chop_parts(&fitter->chop, c, best[i % count].line, strict ? LEAST_PART : 0));
        if (!strict || fitter->chop.count <= PARTS_MOST) {
            UVP_TRY(take_parts(fitter, c, &kept));
        }
    }
    if (!kept) {
        uvp_chop_units(&fitter->chop, c);
        UVP_TRY(take_parts(fitter, c, &kept));
    }
    fitter->piece[c].done = !kept;
    return uvp_work_count(fitter->work, 400 * fitter->piece[c].outline.count);
}

/* Every chart, until it fits on a page. */
static enum uvp_code trim_all(struct fitter *fitter)
{
    for (uint32_t c = 0; c < fitter->charts->count; c++) {
        while (is_too_long(fitter, c)) {
            UVP_TRY(trim_chart(fitter, c));
        }
    }
    return UVP_OK;
}

/* The longest charts, while there are cuts: they limit the scale of all others. */
static enum uvp_code trim_longest(struct fitter *fitter)
{
    for (uint32_t cuts = 0; cuts < fitter->cuts_max; cuts++) {
        uint32_t longest = UVP_NONE;
        double most = FIT_LONGER * fitter->page;
        for (uint32_t c = 0; c < fitter->charts->count; c++) {
            const struct uvp_outline *const outline = &fitter->piece[c].outline;
            const double length = fmax(outline->width, outline->height);
            if (length > most && !fitter->piece[c].done) {
                longest = c;
                most = length;
            }
        }
        if (longest == UVP_NONE) {
            break;
        }
        UVP_TRY(trim_chart(fitter, longest));
    }
    return UVP_OK;
}

/* Charts are cut to pages on which a unit of length has this scale. */
static void set_page(struct fitter *fitter, double scale, uint32_t pages)
{
    const double gap = uvp_pack_gap(fitter->work, fitter->charts->count, pages);

    fitter->page = (1 - gap) / scale;
    fitter->unit = fitter->page;
}

static void forget_page(struct fitter *fitter)
{
    fitter->page = 0;
    fitter->unit = sqrt(fitter->area);
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

/* Charts that there may be at most. */
static uint32_t count_room(const struct fitter *fitter, const struct uvp_outlines *outlines)
{
    double tiles = (fitter->cuts_max + 1) * PARTS_MOST * PARTS_MOST;

    for (uint32_t c = 0; c < outlines->count && fitter->page > 0; c++) {
        const struct uvp_outline *const outline = &outlines->outline[c];
        const double here = tiles_of(fitter, outline->width, outline->height);
        tiles += here > 1 ? 16 * here : 0;
    }
    return fitter->charts->count +
           (uint32_t)fmin(fmin(tiles, TRIMS_MOST), fitter->topology->triangle_count);
}

static enum uvp_code take_pieces(struct fitter *fitter, const struct uvp_outlines *outlines)
{
    uint32_t longest = 0;

    fitter->room = count_room(fitter, outlines);
    UVP_TRY(uvp_charts_reserve(fitter->work, fitter->charts, fitter->room, 0));
    UVP_TAKE(fitter->work, fitter->piece, fitter->room);
    for (uint32_t c = 0; c < outlines->count; c++) {
        const uint32_t triangles = fitter->charts->chart[c].triangle_count;
        fitter->piece[c] =
            (struct piece){outlines->outline[c],
                           outlines->border + 2 * (size_t)outlines->outline[c].first, false};
        longest = triangles > longest ? triangles : longest;
    }
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
    const uint32_t looks_max = 4 * fitter->cuts_max;

    for (uint32_t looks = 0; fitter->cuts_max != 0 && looks < looks_max; looks++) {
        const uint32_t worst = find_worst(fitter);
        bool kept = false;
        if (worst == UVP_NONE) {
            break;
        }
        UVP_TRY(cut_chart(fitter, worst, 0, &kept));
        fitter->piece[worst].done = !kept;
        fitter->cuts_max -= kept;
    }
    return UVP_OK;
}

/* What would still leave most of the page empty may cost more seam. */
static enum uvp_code cut_by_need(struct fitter *fitter)
{
    UVP_TRY(cut_worst(fitter));
    if (predict_fill(fitter) >= FILL_LEAST) {
        return UVP_OK;
    }
    fitter->seam_cost *= NEED;
    for (uint32_t c = 0; c < fitter->charts->count; c++) {
        fitter->piece[c].done = false;
    }
    return cut_worst(fitter);
}

/* One page: if charts pack badly, and no density is given that they would reach all the same.
 */
static bool are_cuts_wanted(const struct fitter *fitter, struct uvp_demand demand)
{
    const double needed = fitter->area * demand.scale_most * demand.scale_most;
    double fill;

    if (demand.pages_most > 1 || find_worst(fitter) == UVP_NONE) {
        return false;
    }
    fill = predict_fill(fitter);
    return fill < fitter->work->plan->cut_below && needed > fill - TRIM_MARGIN;
}

static enum uvp_code cut_charts(struct fitter *fitter, const struct uvp_outlines *outlines)
{
    const struct uvp_demand demand = uvp_pack_demand(fitter->work, outlines->mesh_unit);
    const uint32_t pages = demand.pages_most;
    const double unit = sqrt(pages / outlines->area);
    const bool fixed = demand.scale_most < HUGE_VAL;
    const bool dense = demand.scale_most <= sqrt(TRIM_FILL) * unit;
    const double fill = fixed ? TRIMMED_FILL : FIT_FILL;

    fitter->area = outlines->area;
    /* borders are counted twice where they are seams */
    fitter->seam_cost =
        fmax(SEAM_COST_LEAST, SEAM_SHARE * 2 * sqrt(outlines->area) / outlines->perimeter);
    if (dense || pages > 1) {
        set_page(fitter, dense ? demand.scale_most : sqrt(fill) * unit, pages);
        UVP_TRY(take_pieces(fitter, outlines));
        UVP_TRY(fixed ? trim_all(fitter) : trim_longest(fitter));
        forget_page(fitter);
    } else {
        forget_page(fitter);
        UVP_TRY(take_pieces(fitter, outlines));
    }
    return are_cuts_wanted(fitter, demand) ? cut_by_need(fitter) : UVP_OK;
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

    if (work->plan->cuts_max == 0 || count == 0) {
        return UVP_OK;
    }
    UVP_TRY(uvp_outline_make(work, topology, charts, &outlines));
    UVP_TRY(cut_charts(&fitter, &outlines));
    if (charts->count != count) {
        UVP_TRY(own_slots(&fitter));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
