/*
 * Masks stay as they are and the page shrinks: charts are drawn once, at a size for which the
 * page is a little under the largest side allowed, and then every try is one square page of a
 * whole number of cells. A side that works gives the next, smaller one; a side that fails says
 * by the area left over how much larger the next must be. After that the order of the charts is
 * searched.
 *
 * A gap of `gap.cells` is the gap asked for as long as the side is at most `side_max`. Work is
 * counted in word operations, so that the result does not depend on the machine.
 */
#include "stages/unwrapper/atlas/pack.h"

#include "stages/unwrapper/atlas/climb.h"
#include "stages/unwrapper/atlas/jostle.h"
#include "stages/unwrapper/atlas/paging.h"
#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/squeeze.h"

#define SHELVES_FROM 4000 /* charts */
#define FIRST_FILL 0.88   /* side of the first try against the largest */
#define CELLS_A_CHART 24  /* along a side of a chart: finer gains nothing, */
#define CELLS_LOOSE 16    /* and even less when charts are moved afterwards */
#define CELLS_FEW 256     /* at least so fine, if there are steps for it */
#define CELLS_STARTS 128  /* and for several starts */
#define CELLS_LEAST 6
#define FEW 30        /* charts */
#define FEW_LAYOUTS 8 /* times the layouts of more charts */
#define BRACKET_TRIES 3
#define DRAWINGS_MAX 24
#define RING_CELLS 1.0
#define SEEDS_MAX 16
#define FIRST_SEED 12345
#define NS_LEAST 100000
#define STEPS_MOST 2e9
#define PAGES_MOST 1000 /* ten times a hundred tiles */
#define HALF_ROOT 0.70710678118654752
#define SEARCH_FEW 0.7   /* of the steps, where few charts are moved apart afterwards, */
#define SEARCH_PART 0.62 /* and where more are, */
#define JOSTLE_PART 0.60 /* which takes so many */
#define STRICT_PART 0.42 /* and this at least is left if that came to nothing, */
#define MOST_PART 1.3    /* or what of this was not used */
#define SQUEEZE_PART 0.3 /* of the steps */

/* What a mask takes with some layouts, in cells of 1/128, 1/256 ... of the page; without and
 * with hints. */
static const double mask_steps[2][4] = {{7000, 13000, 30000, 80000}, {4000, 6000, 9000, 22000}};

struct packer {
    struct uvp_atlas_work *work;
    const struct uvp_outlines *outlines;
    struct uvp_packing *packing;
    struct uvp_demand demand;
    double pages; /* that will be used, nearly */
    struct uvp_tray tray;
    struct uvp_climb climb;
    double box_area;
    bool loose; /* a layout that is only nearly right will do: charts are moved apart */
};

/* ---- scale ---- */

/* Between two charts lies the gap and what the cells add to it, about one of them. */
static double ring_area(const struct packer *packer, int32_t cells)
{
    return packer->outlines->perimeter * (packer->packing->gap + RING_CELLS / cells) / 2;
}

/* Page sides a length at which the charts and half of what is between them fill as much of the
 * pages as charts of this shape will. */
static double fill_scale(const struct packer *packer, int32_t cells)
{
    const double density = fmin(0.8, 0.5 + 0.4 * packer->outlines->area / packer->box_area);
    const double area = packer->outlines->area;
    const double ring = ring_area(packer, cells);

    return (sqrt(ring * ring + 4 * area * density * packer->pages) - ring) / (2 * area);
}

static double limit_scale(const struct packer *packer, double scale)
{
    const struct uvp_outlines *const outlines = packer->outlines;

    for (uint32_t c = 0; c < outlines->count; c++) {
        const struct uvp_outline *const outline = &outlines->outline[c];
        double need = fmax(outline->width, outline->height);
        if (packer->tray.directions[c] > 4) {
            need = fmin(need, HALF_ROOT * (outline->width + outline->height));
        }
        scale = fmin(scale, (1 - packer->packing->gap) / need);
    }
    return scale;
}

/* Spots from a layout, if its scale is better than what there is: the page is stretched to what
 * the charts really take, at most `side` cells. */
static bool set_spots(const struct packer *packer, const struct uvp_place *place, int32_t side,
                      struct uvp_packing *packing)
{
    const double border = packing->gap / 2;
    struct uvp_vec2 low = {HUGE_VAL, HUGE_VAL};
    double extent = 0;
    double side_of_cell;

    for (uint32_t c = 0; c < packer->outlines->count; c++) {
        const struct uvp_mask *const mask = uvp_tray_mask(&packer->tray, c, place[c].direction);
        low.x = fmin(low.x, place[c].x + mask->left);
        low.y = fmin(low.y, place[c].y + mask->bottom);
    }
    for (uint32_t c = 0; c < packer->outlines->count; c++) {
        const struct uvp_mask *const mask = uvp_tray_mask(&packer->tray, c, place[c].direction);
        extent = fmax(extent, place[c].x + mask->right - low.x);
        extent = fmax(extent, place[c].y + mask->top - low.y);
    }
    extent = fmin(extent, side);
    side_of_cell = (1 - 2 * border) / extent;
    if (packer->tray.cells * side_of_cell <= packing->scale) {
        return false;
    }
    packing->scale = packer->tray.cells * side_of_cell;
    packing->page_count = 1;
    for (uint32_t c = 0; c < packer->outlines->count; c++) {
        const struct uvp_mask *const mask = uvp_tray_mask(&packer->tray, c, place[c].direction);
        packing->spot[c] = (struct uvp_spot){
            mask->cosine, mask->sine, border + (place[c].x + mask->x - low.x) * side_of_cell,
            border + (place[c].y + mask->y - low.y) * side_of_cell, 0};
    }
    return true;
}

/* ---- layers ---- */

/* Draws the charts smaller and smaller until they fit. */
static enum uvp_code find_drawing(struct packer *packer)
{
    struct uvp_tray *const tray = &packer->tray;

    /* anything that fits is worth more than the steps that were planned */
    for (int drawing = 0; drawing < DRAWINGS_MAX && tray->page.steps < 2 * tray->steps_limit;
         drawing++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(packer->work->scratch);
        uvp_climb_forget(&packer->climb);
        UVP_TRY(uvp_tray_draw(tray));
        UVP_TRY(uvp_climb_bracket(&packer->climb, BRACKET_TRIES));
        if (packer->climb.best_side != 0) {
            return UVP_OK;
        }
        uvp_arena_rewind(packer->work->scratch, mark);
        tray->cells *=
            fmin(0.98, fmax(0.8, 1 - 0.6 * packer->climb.left_first / packer->outlines->area));
    }
    return UVP_OK;
}

/* Searches as often as effort is asked for, each time with other random numbers. */
static enum uvp_code search(struct packer *packer)
{
    const uint32_t seeds = packer->work->plan->pack_effort < SEEDS_MAX
                               ? packer->work->plan->pack_effort
                               : SEEDS_MAX;
    const uint64_t limit = packer->tray.steps_limit;
    const uint64_t now = packer->tray.page.steps;

    for (uint32_t seed = 0; seed < seeds && now < limit; seed++) {
        packer->climb.random = FIRST_SEED + seed;
        packer->climb.steps_max = now + (limit - now) / seeds * (seed + 1);
        UVP_TRY(uvp_climb_search(&packer->climb));
    }
    return UVP_OK;
}

/* The finest cells in which one drawing and a few layouts are worth what they cost. */
static int32_t finer_cells(const struct packer *packer, int32_t cells)
{
    const double steps = SQUEEZE_PART * (double)packer->tray.steps_limit;
    int32_t finer = 0;

    for (uint32_t k = 0; k < 4; k++) {
        if (128 << k > cells &&
            packer->outlines->count * mask_steps[packer->tray.hints][k] < steps) {
            finer = 128 << k;
        }
    }
    return finer;
}

static enum uvp_code lay_squeezed(struct packer *packer)
{
    static const struct uvp_slope slopes[] = {{1, 1}, {0.3, 1}, {1, 0.3}};
    struct uvp_tray *const tray = &packer->tray;
    struct uvp_place *const place = packer->climb.now.place;

    /* a few cells less than the page, for rounding */
    tray->cells = packer->packing->scale * (tray->side_max - 3) / (1 - packer->packing->gap);
    UVP_TRY(uvp_tray_draw(tray));
    for (size_t i = 0; i < sizeof slopes / sizeof *slopes; i++) {
        bool fits = false;
        UVP_TRY(uvp_squeeze_lay(tray, packer->packing, slopes[i], place, &fits));
        if (fits) {
            (void)set_spots(packer, place, tray->side_max, packer->packing);
        }
    }
    return UVP_OK;
}

/* The best layout once more in smaller cells, every chart in the direction that it has. */
static enum uvp_code squeeze(struct packer *packer, int32_t cells)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(packer->work->scratch);
    struct uvp_tray *const tray = &packer->tray;
    const int32_t finer = finer_cells(packer, cells);
    uint8_t *only;

    if (finer == 0) {
        return UVP_OK;
    }
    UVP_TAKE(packer->work, only, packer->outlines->count);
    for (uint32_t c = 0; c < packer->outlines->count; c++) {
        only[c] = (uint8_t)packer->climb.best.place[c].direction;
    }
    tray->only = only;
    UVP_TRY(uvp_tray_take(tray, finer, packer->packing->gap));
    UVP_TRY(lay_squeezed(packer));
    tray->only = NULL;
    uvp_arena_rewind(packer->work->scratch, mark);
    return UVP_OK;
}

/* Draws the charts in these cells, and finds some layout. */
static enum uvp_code begin_cells(struct packer *packer, int32_t cells)
{
    const double gap = packer->packing->gap;
    struct uvp_tray *const tray = &packer->tray;

    UVP_TRY(uvp_tray_take(tray, cells, gap));
    uvp_climb_forget(&packer->climb);
    tray->cells = FIRST_FILL * tray->side_max / (1 - gap) *
                  limit_scale(packer, fill_scale(packer, cells));
    return find_drawing(packer);
}

/* A layout that is only nearly right, pushed into shape. */
static enum uvp_code pack_loosely(struct packer *packer, int32_t cells, bool *done)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(packer->work->scratch);
    struct uvp_tray *const tray = &packer->tray;
    const double steps = (double)tray->steps_limit;
    struct uvp_packing draft = {.gap = packer->packing->gap};
    uint64_t used;
    bool set = false;

    UVP_TAKE(packer->work, draft.spot, packer->outlines->count);
    const struct uvp_arena_mark drawn = uvp_arena_mark(packer->work->scratch);
    tray->loose = true;
    tray->steps_limit =
        (uint64_t)((packer->outlines->count < FEW ? SEARCH_FEW : SEARCH_PART) * steps);
    UVP_TRY(begin_cells(packer, cells));
    if (packer->climb.best_side != 0) {
        UVP_TRY(search(packer));
        set = set_spots(packer, packer->climb.best.place, packer->climb.best_side, &draft);
    }
    uvp_arena_rewind(packer->work->scratch, drawn);
    used = tray->page.steps;
    if (set) {
        uint64_t jostle_steps = (uint64_t)(JOSTLE_PART * steps);
        UVP_TRY(uvp_jostle_make(packer->work, tray->charts, packer->outlines, &draft,
                                &jostle_steps, packer->packing, done));
        used += jostle_steps;
    }
    tray->loose = false;
    tray->steps_limit = (uint64_t)fmax(STRICT_PART * steps, MOST_PART * steps - (double)used);
    tray->page.steps = 0;
    uvp_arena_rewind(packer->work->scratch, mark);
    return UVP_OK;
}

static enum uvp_code pack_raster(struct packer *packer, int32_t cells)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(packer->work->scratch);

    UVP_TRY(begin_cells(packer, cells));
    if (packer->climb.best_side != 0) {
        UVP_TRY(search(packer));
        if (set_spots(packer, packer->climb.best.place, packer->climb.best_side,
                      packer->packing)) {
            UVP_TRY(squeeze(packer, cells));
        }
    }
    uvp_arena_rewind(packer->work->scratch, mark);
    return UVP_OK;
}

/* ---- budgets ---- */

/* Steps for a mesh: of about half a nanosecond each. */
static uint64_t count_steps(const struct uvp_atlas_work *work, uint32_t charts, uint32_t round)
{
    /* up to so many triangles, nanoseconds each: small meshes come in crowds */
    static const struct {
        double to;
        double ns[UVP_ATLAS_PRESET_COUNT];
    } rates[] = {{5000, {700, 187.5, 3500}},
                 {10000, {150, 37.5, 3000}},
                 {60000, {180, 50, 3000}},
                 {200000, {100, 25, 2000}},
                 {HUGE_VAL, {30, 7.5, 300}}};
    static const double presets[UVP_ATLAS_PRESET_COUNT] = {
        [UVP_ATLAS_BALANCED] = 1, [UVP_ATLAS_FAST] = 0.25, [UVP_ATLAS_BEST] = 7};
    static const double ns_a_chart[UVP_ATLAS_PRESET_COUNT] = {
        [UVP_ATLAS_BALANCED] = 5000, [UVP_ATLAS_FAST] = 1000, [UVP_ATLAS_BEST] = 1500};
    const enum uvp_atlas_preset preset = work->plan->preset;
    const double triangles = work->input->triangle_count;
    double from = 0;
    double ns = (NS_LEAST + ns_a_chart[preset] * charts) * presets[preset];

    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        const double to = fmin(rates[i].to, triangles);
        ns += fmax(0, to - from) * rates[i].ns[preset];
        from = to;
    }
    ns *= work->plan->pack_effort;
    return (uint64_t)fmin(2 * ns, STEPS_MOST) >> 2 * round;
}

/* Cells along the page, and directions of the charts, so that there are steps for some layouts;
 * 0: the raster is no use. */
static int32_t choose_cells(struct packer *packer)
{
    const bool best = packer->work->plan->preset == UVP_ATLAS_BEST;
    const uint32_t most = best || packer->outlines->count < FEW ? 16 : 8;
    const double side = sqrt(packer->outlines->count / packer->pages);
    const double fine = packer->loose ? CELLS_LOOSE : CELLS_A_CHART;
    const double finest = fmax(best ? CELLS_STARTS : CELLS_FEW, (best ? 2 : 1) * fine * side);
    /* of few charts many orders are worth more than small cells, or directions */
    double layouts = !best && packer->outlines->count < FEW ? FEW_LAYOUTS : 1;
    const double steps = (packer->loose && packer->tray.hints ? SEARCH_PART : 1) *
                         (double)packer->tray.steps_limit;

    for (unsigned fewer = 0; fewer < 5; fewer++, layouts = fmax(1, layouts / 2)) {
        const double masks =
            (double)uvp_tray_choose(&packer->tray, most, fewer < 2 ? fewer : 2);
        int32_t cells = 0;
        for (unsigned k = 0; k < 4; k++) {
            if (masks * layouts * mask_steps[packer->tray.hints][k] < steps) {
                cells = 128 << k;
            }
            if (128 << k >= finest) {
                break;
            }
        }
        if (cells >= CELLS_LEAST * side) {
            return cells;
        }
    }
    return 0;
}

/* So that there are steps for a layout of the masks as they were chosen. */
static int32_t coarser_cells(const struct packer *packer, int32_t cells)
{
    const uint32_t last = packer->outlines->count - 1;
    const double masks = (double)packer->tray.mask_first[last] + packer->tray.directions[last];
    int32_t coarser = 128;

    for (unsigned k = 0; k < 4 && 128 << k <= cells; k++) {
        if (masks * mask_steps[packer->tray.hints][k] < (double)packer->tray.steps_limit) {
            coarser = 128 << k;
        }
    }
    return coarser;
}

/* Replaces the shelves' packing if the raster's is better. */
static enum uvp_code improve(struct uvp_atlas_work *work, const struct uvp_charts *charts,
                             const struct uvp_outlines *outlines, struct uvp_demand demand,
                             uint32_t round, struct uvp_packing *packing)
{
    static const uint32_t hints_from[UVP_ATLAS_PRESET_COUNT] = {
        [UVP_ATLAS_BALANCED] = 120, [UVP_ATLAS_FAST] = 60, [UVP_ATLAS_BEST] = 1000};
    const uint32_t last = outlines->count - 1;
    struct packer packer = {
        .work = work,
        .outlines = outlines,
        .packing = packing,
        .demand = demand,
        .pages = fmin(demand.pages_most, packing->page_count),
        .loose = outlines->count > 1 && demand.pages_most == 1 &&
                 demand.scale_most >= HUGE_VAL && work->plan->preset != UVP_ATLAS_FAST,
        .tray = {.work = work,
                 .charts = charts,
                 .outlines = outlines,
                 .steps_limit = count_steps(work, outlines->count, round),
                 .hints = outlines->count > hints_from[work->plan->preset]},
    };
    bool done = false;
    int32_t cells;

    for (uint32_t c = 0; c < outlines->count; c++) {
        packer.box_area += outlines->outline[c].width * outlines->outline[c].height;
    }
    UVP_TAKE(work, packer.tray.directions, outlines->count);
    UVP_TAKE(work, packer.tray.mask_first, outlines->count);
    cells = choose_cells(&packer);
    if (cells == 0) {
        return UVP_OK;
    }
    UVP_TAKE(work, packer.tray.mask,
             (size_t)packer.tray.mask_first[last] + packer.tray.directions[last]);
    if (demand.pages_most > 1 || demand.scale_most < HUGE_VAL) {
        return uvp_paging_make(&packer.tray, demand,
                               limit_scale(&packer, fill_scale(&packer, cells)), cells,
                               packing);
    }
    UVP_TRY(uvp_climb_take(&packer.climb, &packer.tray, FIRST_SEED));
    if (packer.loose) {
        UVP_TRY(pack_loosely(&packer, cells, &done));
        cells = coarser_cells(&packer, cells);
    }
    return done ? UVP_OK : pack_raster(&packer, cells);
}

struct uvp_demand uvp_pack_demand(const struct uvp_atlas_work *work, double mesh_unit)
{
    const struct uvp_plan *const plan = work->plan;
    const bool fixed = plan->texels_per_unit > 0;
    /* without a density one page is always enough */
    const uint32_t most = plan->pages_max != UVP_ATLAS_PAGES_AUTO ? plan->pages_max
                          : fixed                                 ? PAGES_MOST
                                                                  : 1;
    return (struct uvp_demand){fixed ? plan->texels_per_unit / (plan->resolution * mesh_unit)
                                     : HUGE_VAL,
                               most < PAGES_MOST ? most : PAGES_MOST};
}

double uvp_pack_gap(const struct uvp_atlas_work *work, uint32_t charts, uint32_t pages)
{
    /* with very many charts the gaps alone would fill the page: they get at most a quarter */
    return fmin(work->plan->gap, 0.5 / (1 + sqrt((double)charts / pages)));
}

enum uvp_code uvp_pack_make(struct uvp_atlas_work *work, const struct uvp_charts *charts,
                            const struct uvp_outlines *outlines, uint32_t round,
                            struct uvp_packing *packing)
{
    const struct uvp_demand demand = uvp_pack_demand(work, outlines->mesh_unit);

    packing->gap = uvp_pack_gap(work, outlines->count, demand.pages_most);
    UVP_TAKE(work, packing->spot, outlines->count);
    UVP_TRY(uvp_shelf_pack(work, outlines, demand, packing));
    if (charts->count <= SHELVES_FROM) {
        const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
        UVP_TRY(improve(work, charts, outlines, demand, round, packing));
        uvp_arena_rewind(work->scratch, mark);
    }
    packing->density_reached = packing->scale >= demand.scale_most * (1 - 1e-9);
    return UVP_OK;
}
