/*
 * What a chart wastes is, for the most part, its smallest box less its area. The chart that
 * wastes most is cut first: across its necks (neck.h), or along a line where the boxes of the
 * parts and the cut's length together are least. A cut stays only if the real boxes of its
 * parts save enough for the seam it adds.
 */
#include "stages/unwrapper/atlas/fit.h"

#include <math.h>

#include "stages/unwrapper/atlas/pack.h"
#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/trim.h"
#include "stages/unwrapper/atlas/weigh.h"

#define NECKS 2
#define LINES 2
#define WANTED 0.0004       /* of all area: what a neck must save */
#define LINE_WANTED 0.01    /* and a line, which keeps that promise less often */
#define SEAM_COST_LEAST 0.1 /* for a length of the area's root, where there are no seams */
#define NEED 0.5 /* of the price will do where less of the page would be filled than */
#define FILL_LEAST 0.4
#define FILL_OF_BOXES 1.12
#define FILL_OF_FEW 0.45
#define CHARTS_A_CUT 12 /* many charts get some cuts more */
#define CUTS_MORE 12
#define HOLLOW 0.5        /* part of its box below which a chart may need two cuts at once */
#define TRIM_FILL 0.85    /* of the pages, at most, for a density to be worth cuts */
#define TRIMMED_FILL 0.45 /* that charts cut to the size of the page reach */
#define FIT_FILL 0.7      /* that charts on several pages reach */
#define TRIM_MARGIN 0.05

/* What chart c and those from `first` on cost, and the cuts between them. */
static double cost_of_parts(const struct uvp_fitter *fitter, uint32_t c, uint32_t first,
                            double perimeter)
{
    double cost = uvp_piece_cost(fitter, c);
    double seam = fitter->piece[c].outline.perimeter - perimeter;

    for (uint32_t part = first; part < fitter->charts->count; part++) {
        cost += uvp_piece_cost(fitter, part);
        seam += fitter->piece[part].outline.perimeter;
    }
    return cost + fitter->seam_cost * fitter->unit * seam / 2;
}

static enum uvp_code cut_chart(struct uvp_fitter *fitter, uint32_t c, uint32_t depth,
                               bool *kept);

/* Rings and combs need two cuts before any saves something: the parts are cut once more. */
static enum uvp_code cut_parts(struct uvp_fitter *fitter, uint32_t c, uint32_t first)
{
    const uint32_t end = fitter->charts->count;

    for (uint32_t p = 0; p < end - first + 1; p++) {
        bool kept = false;
        UVP_TRY(cut_chart(fitter, p == 0 ? c : first + p - 1, 1, &kept));
    }
    return UVP_OK;
}

static enum uvp_code find_parts(struct uvp_fitter *fitter, uint32_t c,
                                const struct uvp_fit_cut *cut)
{
    const struct uvp_neck *const neck = &cut->neck;

    return neck->length > 0
               ? uvp_chop_across(&fitter->chop, c, neck->from, neck->to, UVP_LEAST_PART)
               : uvp_chop_parts(&fitter->chop, c, cut->line, UVP_LEAST_PART);
}

/* Makes the cut, and keeps it if it saves what is wanted. */
static enum uvp_code try_cut(struct uvp_fitter *fitter, uint32_t c,
                             const struct uvp_fit_cut *cut, uint32_t depth, bool *kept)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(fitter->work->scratch);
    const struct uvp_chart whole = fitter->charts->chart[c];
    const uint32_t count = fitter->charts->count;
    const struct uvp_piece was = fitter->piece[c];
    const double had = uvp_piece_cost(fitter, c);
    const double most = had - WANTED * fitter->area;
    double cost;

    *kept = false;
    UVP_TRY(find_parts(fitter, c, cut));
    if (fitter->chop.count < 2 || fitter->chop.count > UVP_PARTS_MOST) {
        return UVP_OK;
    }
    UVP_TRY(uvp_fitter_part(fitter, c));
    cost = cost_of_parts(fitter, c, count, was.outline.perimeter);
    if (cost >= most && depth == 0 && was.outline.area < HOLLOW * had) {
        UVP_TRY(cut_parts(fitter, c, count));
        cost = cost_of_parts(fitter, c, count, was.outline.perimeter);
    }
    *kept = cost < most;
    if (!*kept) {
        uvp_fitter_join(fitter, c, whole, was, count);
        uvp_arena_rewind(fitter->work->scratch, mark);
    }
    return UVP_OK;
}

/* The first of these cuts that saves what it should. */
static enum uvp_code try_cuts(struct uvp_fitter *fitter, uint32_t c,
                              const struct uvp_fit_cut *cuts, uint32_t count, double wanted,
                              uint32_t depth, bool *kept)
{
    for (uint32_t i = 0; i < count && !*kept; i++) {
        if (cuts[i].saves > wanted * fitter->area) {
            UVP_TRY(try_cut(fitter, c, &cuts[i], depth, kept));
        }
    }
    return UVP_OK;
}

/* `depth` 1: of a chart that was just cut. */
static enum uvp_code cut_chart(struct uvp_fitter *fitter, uint32_t c, uint32_t depth,
                               bool *kept)
{
    struct uvp_fit_cut best[NECKS > LINES ? NECKS : LINES];
    const uint32_t edges = fitter->piece[c].outline.count;
    uint32_t count;

    *kept = false;
    if (depth == 0) {
        count = uvp_weigh_necks(fitter, c, NECKS, best);
        UVP_TRY(try_cuts(fitter, c, best, count, WANTED, depth, kept));
    }
    if (!*kept) {
        count = uvp_weigh_lines(fitter, c, LINES, best);
        UVP_TRY(try_cuts(fitter, c, best, count, LINE_WANTED, depth, kept));
    }
    return uvp_work_count(fitter->work, 100 * edges);
}

/* The chart that wastes most; UVP_NONE: none wastes enough. */
static uint32_t find_worst(const struct uvp_fitter *fitter)
{
    double most = WANTED * fitter->area;
    uint32_t worst = UVP_NONE;

    for (uint32_t c = 0; c < fitter->charts->count; c++) {
        const struct uvp_piece *const piece = &fitter->piece[c];
        const double waste = uvp_piece_cost(fitter, c) - piece->outline.area;
        if (!piece->done && waste > most) {
            most = waste;
            worst = c;
        }
    }
    return worst;
}

/* Charts are cut to pages on which a unit of length has this scale. */
static void set_page(struct uvp_fitter *fitter, double scale, uint32_t pages)
{
    const double gap = uvp_pack_gap(fitter->work, fitter->charts->count, pages);

    fitter->page = (1 - gap) / scale;
    fitter->unit = fitter->page;
}

static void forget_page(struct uvp_fitter *fitter)
{
    fitter->page = 0;
    fitter->unit = sqrt(fitter->area);
}

/* ---- all charts ---- */

/*
 * The part of the page that the charts will fill, from figures of some dozens of meshes: less
 * when their boxes are empty, or long, or when a few charts make up most of the area.
 */
static double predict_fill(const struct uvp_fitter *fitter)
{
    double cost = 0;
    double squares = 0;
    double longest = 0;

    for (uint32_t c = 0; c < fitter->charts->count; c++) {
        const struct uvp_outline *const outline = &fitter->piece[c].outline;
        cost += uvp_piece_cost(fitter, c);
        squares += outline->area * outline->area;
        longest = fmax(longest, fmax(outline->width, outline->height));
    }
    if (fitter->charts->count == 1) {
        return fitter->area / (longest * longest);
    }
    return FILL_OF_BOXES * fitter->area / cost -
           FILL_OF_FEW * squares / (fitter->area * fitter->area);
}

/* For another cut, and a cut of each of its parts. */
static bool has_room(const struct uvp_fitter *fitter)
{
    const uint32_t most = UVP_PARTS_MOST * UVP_PARTS_MOST;

    return fitter->room - fitter->charts->count >= most ||
           fitter->room >= fitter->topology->triangle_count;
}

static enum uvp_code cut_worst(struct uvp_fitter *fitter)
{
    const uint32_t looks_max = 4 * fitter->cuts_max;

    for (uint32_t looks = 0; fitter->cuts_max != 0 && looks < looks_max; looks++) {
        const uint32_t worst = find_worst(fitter);
        bool kept = false;
        if (worst == UVP_NONE || !has_room(fitter)) {
            break;
        }
        UVP_TRY(cut_chart(fitter, worst, 0, &kept));
        fitter->piece[worst].done = !kept;
        fitter->cuts_max -= kept;
    }
    return UVP_OK;
}

/* What would still leave most of the page empty may cost more seam. */
static enum uvp_code cut_by_need(struct uvp_fitter *fitter)
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
static bool are_cuts_wanted(const struct uvp_fitter *fitter, struct uvp_demand demand)
{
    const double needed = fitter->area * demand.scale_most * demand.scale_most;
    double fill;

    if (demand.pages_most > 1 || find_worst(fitter) == UVP_NONE) {
        return false;
    }
    fill = predict_fill(fitter);
    return fill < fitter->work->plan->cut_below && needed > fill - TRIM_MARGIN;
}

static enum uvp_code cut_charts(struct uvp_fitter *fitter, const struct uvp_outlines *outlines)
{
    const struct uvp_demand demand = uvp_pack_demand(fitter->work, outlines->mesh_unit);
    const uint32_t pages = demand.pages_most;
    const double unit = sqrt(pages / outlines->area);
    const bool fixed = demand.scale_most < HUGE_VAL;
    const bool dense = demand.scale_most <= sqrt(TRIM_FILL) * unit;
    const double fill = fixed ? TRIMMED_FILL : FIT_FILL;

    fitter->area = outlines->area;
    /* borders are counted twice where they are seams */
    fitter->seam_cost = fmax(SEAM_COST_LEAST, fitter->work->plan->cut_price * 2 *
                                                  sqrt(outlines->area) / outlines->perimeter);
    if (dense || pages > 1) {
        set_page(fitter, dense ? demand.scale_most : sqrt(fill) * unit, pages);
        UVP_TRY(uvp_fitter_take(fitter, outlines));
        UVP_TRY(fixed ? uvp_trim_all(fitter) : uvp_trim_longest(fitter));
        forget_page(fitter);
    } else {
        forget_page(fitter);
        UVP_TRY(uvp_fitter_take(fitter, outlines));
    }
    return are_cuts_wanted(fitter, demand) ? cut_by_need(fitter) : UVP_OK;
}

enum uvp_code uvp_fit_charts(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                             struct uvp_charts *charts, struct uvp_outlines *outlines)
{
    const struct uvp_arena_mark before = uvp_arena_mark(work->scratch);
    const uint32_t count = charts->count;
    const uint32_t more = count / CHARTS_A_CUT;
    struct uvp_arena_mark mark;
    struct uvp_fitter fitter = {
        .work = work,
        .topology = topology,
        .charts = charts,
        .cuts_max = work->plan->cuts_max + (more < CUTS_MORE ? more : CUTS_MORE),
    };

    *outlines = (struct uvp_outlines){0};
    if (work->plan->cuts_max == 0 || count == 0) {
        return UVP_OK;
    }
    UVP_TRY(uvp_outline_make(work, topology, charts, outlines));
    mark = uvp_arena_mark(work->scratch);
    UVP_TRY(cut_charts(&fitter, outlines));
    if (charts->count != count) {
        UVP_TRY(uvp_fitter_own_slots(&fitter));
        *outlines = (struct uvp_outlines){0};
        mark = before;
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
