/*
 * Two layers of packing: first in large cells, which tells the scale and a good order, then in
 * cells as small as the budget of steps allows.
 *
 * Masks stay as they are and the page shrinks: charts are drawn once, at a size for which the
 * page is a little under the largest side allowed, and then every try is one square page of a
 * whole number of cells. A side that works gives the next, smaller one; a side that fails says
 * by the area left over how much larger the next must be. After that the order of the charts is
 * searched at a side just below the best: a change is kept while the area left over does not
 * grow, and what did not fit moves forward ("squeaky wheel", Joslin, Clements 1999).
 *
 * A gap of `gap.cells` is the gap asked for as long as the side is at most `side_max`. Work is
 * counted in word operations, so that the result does not depend on the machine.
 */
#include "stages/unwrapper/atlas/pack.h"

#include <string.h>

#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/raster.h"
#include "stages/unwrapper/atlas/sort.h"

#define SHELVES_FROM 4000 /* charts */
#define FINE_FROM 1200    /* charts: more of them get smaller cells */
#define COARSE_CELLS 512
#define FINE_CELLS 1024
#define LEAST_CELLS 64
#define CELLS_A_CHART 3 /* along a side of a chart: with fewer the raster is no use */
#define LAYOUTS_WANTED 4
#define LAYOUTS_LEAST 3
#define HINT_FROM 600
#define HINT_FINDS 4
#define HINT_LAYOUTS 4 /* when what is left of the steps is for fewer: hints as well */
#define HINT_LEAST 100 /* charts */

#define DIRECTIONS 8
#define BIG_PART 0.25 /* of the square root of the area: such charts try 8 directions */

#define DENSITY 0.74
#define DENSITY_FEW 0.62
#define FIRST_FILL 0.95 /* side of the first try against the largest */
#define DRAWINGS_MAX 24
#define FAILS_MAX 12
#define STEPS_LEAST 60000
#define STEPS_PER_TRIANGLE 1000
#define STEPS_MORE 6 /* for every triangle up to so many: small meshes come in crowds */
#define MORE_UNTIL 1500
#define STEPS_PER_CHART 12000
#define STEPS_MOST 300000000
#define STEPS_CLIMB_MOST 12000000
#define STEPS_PER_MASK 800
#define FIRST_STEPS_PART 4 /* the first layer's steps against all */
#define RING_CELLS 1.0
#define LEFT_FAR 0.04 /* part of the area left over for which a larger page is no cure */

#define HALF_ROOT 0.70710678118654752

static const double direction_cosine[DIRECTIONS] = {
    1, 0, -1, 0, HALF_ROOT, -HALF_ROOT, -HALF_ROOT, HALF_ROOT};
static const double direction_sine[DIRECTIONS] = {0,         1,         0,          -1,
                                                  HALF_ROOT, HALF_ROOT, -HALF_ROOT, -HALF_ROOT};

static const double lifts[4] = {0.75, 1, 0.5, 1};

enum order_kind {
    BY_BOX,
    BY_PERIMETER,
    BY_AREA,
    BY_SHORT,
    BY_SUM,
    BY_LONG,
    BY_DIAGONAL,
    ORDER_KINDS
};

struct place {
    int32_t x; /* of the mask's ring */
    int32_t y;
    int32_t direction; /* -1: not placed */
};

/* An order of the charts, and the weight of a chart's height against its lower edge. */
struct plan {
    uint32_t *order;
    double lift;
};

struct packer {
    struct uvp_atlas_work *work;
    const struct uvp_charts *charts;
    const struct uvp_outlines *outlines;
    struct uvp_packing *packing;
    struct uvp_canvas canvas;
    struct uvp_page page;
    struct uvp_mask *mask; /* DIRECTIONS a chart */
    uint8_t *directions;   /* of each chart */
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    struct place *place;
    struct place *best_place;
    struct plan plan; /* being tried */
    struct plan good; /* where the search stands */
    struct plan best; /* of best_place */
    uint32_t *left;   /* places in the order that did not fit */
    uint32_t left_count;
    struct uvp_gap gap;
    int32_t side_max;
    int32_t best_side;    /* 0: nothing fitted yet */
    double cells;         /* a length */
    double layer_scale;   /* of the best in this layer's cells */
    double left_area;     /* of the last try of a drawing */
    uint64_t slowest;     /* steps of a layout of this layer */
    uint64_t steps_max;   /* to begin another layout */
    uint64_t steps_limit; /* to go on with one */
    uint32_t random;
    bool hints;
};

static uint32_t draw_random(struct packer *packer)
{
    packer->random ^= packer->random << 13;
    packer->random ^= packer->random >> 17;
    packer->random ^= packer->random << 5;
    return packer->random;
}

/* ---- masks ---- */

static enum uvp_code draw_masks(struct packer *packer)
{
    const uint64_t before = packer->canvas.steps;

    for (uint32_t c = 0; c < packer->charts->count; c++) {
        for (uint32_t d = 0; d < packer->directions[c]; d++) {
            struct uvp_mask *const mask = &packer->mask[(size_t)c * DIRECTIONS + d];
            if (d & 2) {
                UVP_TRY(uvp_raster_opposite(packer->work, &packer->canvas, &packer->gap,
                                            mask - 2, mask));
                continue;
            }
            mask->cosine = direction_cosine[d];
            mask->sine = direction_sine[d];
            UVP_TRY(uvp_raster_mask(packer->work, &packer->canvas, packer->charts,
                                    packer->outlines, c, packer->cells, &packer->gap, mask));
        }
    }
    packer->page.steps += packer->canvas.steps - before;
    return UVP_OK;
}

/* ---- one layout ---- */

/* For crowds of small charts: rows below which charts of a size no longer fit are skipped. */
struct hints {
    int32_t row[32];
    int32_t found[32][HINT_FINDS];
    uint32_t finds[32];
};

static uint32_t size_class(const struct uvp_mask *mask)
{
    const int32_t least = mask->width < mask->height ? mask->width : mask->height;

    return 31 - (uint32_t)__builtin_clz((unsigned)(least * least) | 1);
}

static void learn(struct hints *hints, const struct uvp_mask *mask, int32_t y)
{
    const uint32_t k = size_class(mask);
    int32_t lowest = y;

    hints->found[k][hints->finds[k]++ % HINT_FINDS] = y;
    if (hints->finds[k] < HINT_FINDS) {
        return;
    }
    for (int i = 0; i < HINT_FINDS; i++) {
        lowest = hints->found[k][i] < lowest ? hints->found[k][i] : lowest;
    }
    lowest -= mask->width < mask->height ? mask->width : mask->height;
    hints->row[k] = lowest > hints->row[k] ? lowest : hints->row[k];
}

/* The direction and place with the least weighted top. */
static struct place find_place(struct packer *packer, uint32_t c, struct hints *hints)
{
    const struct uvp_mask *const masks = packer->mask + (size_t)c * DIRECTIONS;
    struct place best = {0, 0, -1};
    double best_score = 0;

    for (int32_t d = 0; d < packer->directions[c]; d++) {
        const struct uvp_mask *const mask = &masks[d];
        int32_t limit = packer->page.side - (mask->height + 2 * packer->gap.pad);
        struct place here = {0, 0, d};
        if (mask->width == 0 || mask->width + 2 * packer->gap.pad > packer->page.side) {
            continue;
        }
        if (best.direction >= 0) {
            const int32_t lower =
                (int32_t)ceil(best_score - packer->plan.lift * mask->height) - 1;
            limit = lower < limit ? lower : limit;
        }
        if (uvp_page_find(&packer->page, mask, packer->hints ? hints->row[size_class(mask)] : 0,
                          limit, &here.x, &here.y)) {
            best = here;
            best_score = here.y + packer->plan.lift * mask->height;
        }
    }
    return best;
}

/* Lays out in the plan's order; gives the area left over, at most a bit over `enough`. */
static enum uvp_code lay_out(struct packer *packer, int32_t side, double enough, double *left,
                             int32_t *top)
{
    struct hints hints;

    memset(&hints, 0, sizeof hints);
    uvp_page_clear(&packer->page, side + 2 * packer->gap.pad);
    packer->left_count = 0;
    *left = 0;
    *top = 0;
    for (uint32_t i = 0; i < packer->charts->count && *left <= enough; i++) {
        const uint32_t c = packer->plan.order[i];
        if (packer->page.steps > packer->steps_limit) {
            *left = HUGE_VAL;
            packer->left[packer->left_count++] = i;
            return UVP_OK;
        }
        const uint64_t before = packer->page.steps;
        const struct place place = find_place(packer, c, &hints);
        packer->place[c] = place;
        if (place.direction < 0) {
            *left += packer->outlines->outline[c].area;
            packer->left[packer->left_count++] = i;
        } else {
            const struct uvp_mask *const mask =
                &packer->mask[(size_t)c * DIRECTIONS + (size_t)place.direction];
            uvp_page_put(&packer->page, mask, packer->gap.pad, place.x, place.y);
            *top = place.y + mask->height > *top ? place.y + mask->height : *top;
            if (packer->hints) {
                learn(&hints, mask, place.y);
            }
        }
        UVP_TRY(uvp_work_count(packer->work, (uint32_t)(packer->page.steps - before) / 4));
    }
    return UVP_OK;
}

/* ---- orders ---- */

static double order_key(const struct uvp_outline *outline, enum order_kind kind)
{
    const double w = outline->width;
    const double h = outline->height;

    switch (kind) {
    case BY_PERIMETER:
        return outline->perimeter;
    case BY_AREA:
        return outline->area;
    case BY_SHORT:
        return fmin(w, h);
    case BY_SUM:
        return w + h;
    case BY_LONG:
        return fmax(w, h);
    case BY_DIAGONAL:
        return w * w + h * h;
    case BY_BOX:
    case ORDER_KINDS:
        break;
    }
    return w * h;
}

static void sort_order(struct packer *packer, enum order_kind kind, uint32_t *order)
{
    const uint32_t count = packer->charts->count;

    for (uint32_t c = 0; c < count; c++) {
        const double key = order_key(&packer->outlines->outline[c], kind);
        packer->items[c] = (struct uvp_sort_item){uvp_sort_key_of(-key), c};
    }
    uvp_sort_items(packer->items, packer->spare, count);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = packer->items[i].value;
    }
}

static void copy_plan(const struct packer *packer, struct plan *to, const struct plan *from)
{
    memcpy(to->order, from->order, packer->charts->count * sizeof *to->order);
    to->lift = from->lift;
}

/* Moves the chart at `from` up to `to`. */
static void move_up(uint32_t *order, uint32_t from, uint32_t to)
{
    const uint32_t c = order[from];

    memmove(order + to + 1, order + to, (from - to) * sizeof *order);
    order[to] = c;
}

static void perturb(struct packer *packer)
{
    const uint32_t count = packer->charts->count;
    uint32_t *const order = packer->plan.order;
    const uint32_t changes = 1 + draw_random(packer) % 3;

    for (uint32_t n = 0; n < changes; n++) {
        const uint32_t i = draw_random(packer) % count;
        uint32_t j = i + 1 + draw_random(packer) % (count / 10 + 1);
        j = j < count ? j : count - 1;
        if (draw_random(packer) & 1) {
            const uint32_t swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        } else {
            move_up(order, j, i);
        }
    }
    if (draw_random(packer) % 100 < 30) {
        packer->plan.lift = lifts[draw_random(packer) & 3];
    }
}

static void move_left_forward(struct packer *packer)
{
    for (uint32_t n = 0; n < packer->left_count; n++) {
        const uint32_t i = packer->left[n];
        const uint32_t back = 1 + draw_random(packer) % (i / 2 + 1);
        if (i > 0) {
            move_up(packer->good.order, i, i > back ? i - back : 0);
        }
    }
}

/* ---- search ---- */

static void keep_best(struct packer *packer, int32_t side)
{
    packer->best_side = side;
    memcpy(packer->best_place, packer->place,
           packer->charts->count * sizeof *packer->best_place);
    copy_plan(packer, &packer->best, &packer->plan);
}

static int32_t smaller_side(int32_t side, int32_t top)
{
    const int32_t next = (int32_t)sqrt((double)side * top);

    return next < side ? next : side - 1;
}

static bool wants_hints(const struct packer *packer)
{
    return packer->charts->count > HINT_LEAST &&
           packer->slowest > (packer->steps_limit - packer->page.steps) / HINT_LAYOUTS;
}

/* Finds a side that works with the plan, and then smaller ones; false: not even side_max. */
static enum uvp_code bracket(struct packer *packer, double total, uint32_t tries, bool *fits)
{
    int32_t side = (int32_t)(FIRST_FILL * packer->side_max);
    int32_t failed = 0;

    *fits = false;
    for (uint32_t i = 0; i < tries + 8; i++) {
        double left;
        int32_t top;
        int32_t next;
        const uint64_t before = packer->page.steps;
        UVP_TRY(lay_out(packer, side, *fits ? 0 : total, &left, &top));
        packer->left_area = left;
        if (packer->page.steps > packer->steps_limit) {
            return UVP_OK;
        }
        packer->slowest = packer->page.steps - before > packer->slowest
                              ? packer->page.steps - before
                              : packer->slowest;
        packer->hints = packer->hints || wants_hints(packer);
        if (packer->left_count == 0) {
            keep_best(packer, side);
            *fits = true;
            next = smaller_side(side, top);
            next = next <= failed ? (failed + side) / 2 : next;
            if (next <= failed || i >= tries) {
                return UVP_OK;
            }
        } else {
            failed = side;
            if (*fits && i >= tries) {
                return UVP_OK;
            }
            if (!*fits && (side == packer->side_max || left > LEFT_FAR * total)) {
                return UVP_OK;
            }
            next = *fits ? (failed + packer->best_side) / 2
                         : (int32_t)(side * (1.003 + 0.5 * left / total)) + 1;
            next = next > packer->side_max ? packer->side_max : next;
            if (next <= failed) {
                return UVP_OK;
            }
        }
        side = next;
    }
    return UVP_OK;
}

struct climb {
    int32_t side;
    double left; /* of the plan in `good` */
    uint32_t fails;
    uint32_t kinds;
};

/* A layout fitted: shrink with the same plan until it fails. */
static enum uvp_code shrink(struct packer *packer, struct climb *climb, int32_t top)
{
    for (;;) {
        double left;
        keep_best(packer, climb->side);
        climb->side = smaller_side(climb->side, top);
        UVP_TRY(lay_out(packer, climb->side, HUGE_VAL, &left, &top));
        if (packer->left_count != 0) {
            climb->left = left;
            climb->fails = 0;
            copy_plan(packer, &packer->good, &packer->best);
            move_left_forward(packer);
            return UVP_OK;
        }
    }
}

static void step_back(struct packer *packer, struct climb *climb)
{
    climb->fails = 0;
    climb->left = HUGE_VAL;
    copy_plan(packer, &packer->good, &packer->best);
    if (climb->side < packer->best_side - 1) {
        climb->side = (climb->side + packer->best_side) / 2;
    }
}

static enum uvp_code climb_once(struct packer *packer, struct climb *climb)
{
    const bool fresh = climb->kinds < ORDER_KINDS;
    double left;
    int32_t top;

    if (fresh) {
        packer->plan.lift = lifts[climb->kinds & 3];
        sort_order(packer, (enum order_kind)climb->kinds++, packer->plan.order);
    } else {
        copy_plan(packer, &packer->plan, &packer->good);
        perturb(packer);
    }
    UVP_TRY(lay_out(packer, climb->side, climb->left * 1.0001, &left, &top));
    if (packer->left_count == 0) {
        return shrink(packer, climb, top);
    }
    if (left < climb->left || (left <= climb->left && !fresh)) {
        climb->fails = left < climb->left ? 0 : climb->fails;
        climb->left = left;
        copy_plan(packer, &packer->good, &packer->plan);
        move_left_forward(packer);
    } else if (++climb->fails > FAILS_MAX) {
        step_back(packer, climb);
    }
    return UVP_OK;
}

static enum uvp_code climb(struct packer *packer)
{
    struct climb climb = {.side = packer->best_side - 1, .left = HUGE_VAL, .kinds = 1};

    copy_plan(packer, &packer->good, &packer->best);
    while (packer->page.steps < packer->steps_max && climb.side > 8) {
        packer->page.steps += 1000; /* even an empty try counts */
        UVP_TRY(climb_once(packer, &climb));
    }
    return UVP_OK;
}

/* ---- scale ---- */

/* Between two charts lies the gap and what the cells add to it, about one of them. */
static double ring_area(const struct packer *packer, int32_t cells)
{
    return packer->outlines->perimeter * (packer->packing->gap + RING_CELLS / cells) / 2;
}

/* Page sides a length at which the charts and half of what is between them fill so much. */
static double fill_scale(const struct packer *packer, int32_t cells, double density)
{
    const double area = packer->outlines->area;
    const double ring = ring_area(packer, cells);

    return (sqrt(ring * ring + 4 * area * density) - ring) / (2 * area);
}

static double filled(const struct packer *packer, int32_t cells, double scale)
{
    return packer->outlines->area * scale * scale + ring_area(packer, cells) * scale;
}

static double limit_scale(const struct packer *packer, double scale)
{
    const struct uvp_outlines *const outlines = packer->outlines;

    for (uint32_t c = 0; c < outlines->count; c++) {
        const struct uvp_outline *const outline = &outlines->outline[c];
        double need = fmax(outline->width, outline->height);
        if (packer->directions[c] == DIRECTIONS) {
            need = fmin(need, HALF_ROOT * (outline->width + outline->height));
        }
        scale = fmin(scale, (1 - packer->packing->gap) / need);
    }
    return scale;
}

static const struct uvp_mask *placed_mask(const struct packer *packer, uint32_t c)
{
    return &packer->mask[(size_t)c * DIRECTIONS + (size_t)packer->best_place[c].direction];
}

/* Spots from the best layout, if its scale is better than what there is: the page is stretched
 * to what the charts really take. */
static void set_spots(struct packer *packer)
{
    struct uvp_packing *const packing = packer->packing;
    const double border = packing->gap / 2;
    struct uvp_vec2 low = {HUGE_VAL, HUGE_VAL};
    double extent = 0;
    double side_of_cell;

    for (uint32_t c = 0; c < packer->charts->count; c++) {
        const struct uvp_mask *const mask = placed_mask(packer, c);
        low.x = fmin(low.x, packer->best_place[c].x + mask->left);
        low.y = fmin(low.y, packer->best_place[c].y + mask->bottom);
    }
    for (uint32_t c = 0; c < packer->charts->count; c++) {
        const struct uvp_mask *const mask = placed_mask(packer, c);
        extent = fmax(extent, packer->best_place[c].x + mask->right - low.x);
        extent = fmax(extent, packer->best_place[c].y + mask->top - low.y);
    }
    extent = fmin(extent, packer->best_side);
    side_of_cell = (1 - 2 * border) / extent;
    packer->layer_scale = packer->cells * side_of_cell;
    if (packer->layer_scale <= packing->scale) {
        return;
    }
    packing->scale = packer->layer_scale;
    for (uint32_t c = 0; c < packer->charts->count; c++) {
        const struct place at = packer->best_place[c];
        const struct uvp_mask *const mask = placed_mask(packer, c);
        packing->spot[c] = (struct uvp_spot){mask->cosine, mask->sine,
                                             border + (at.x + mask->x - low.x) * side_of_cell,
                                             border + (at.y + mask->y - low.y) * side_of_cell};
    }
}

/* ---- layers ---- */

/* `fewer` halvings of the eight directions of large charts and the four of others. */
static uint64_t choose_directions(struct packer *packer, unsigned fewer)
{
    const double big = BIG_PART * sqrt(packer->outlines->area);
    uint64_t masks = 0;

    for (uint32_t c = 0; c < packer->charts->count; c++) {
        const struct uvp_outline *const outline = &packer->outlines->outline[c];
        packer->directions[c] =
            (uint8_t)((fmax(outline->width, outline->height) > big ? DIRECTIONS
                                                                   : DIRECTIONS / 2) >>
                      fewer);
        masks += packer->directions[c];
    }
    return masks;
}

static int32_t finest_cells(const struct packer *packer)
{
    return packer->charts->count > FINE_FROM ? FINE_CELLS : COARSE_CELLS;
}

/* What a few layouts in cells of this size will take, nearly. */
static uint64_t guess_steps(uint64_t masks, uint64_t cells)
{
    return masks * (STEPS_PER_MASK + LAYOUTS_WANTED * 2 * cells * cells / 64) +
           LAYOUTS_WANTED * cells * cells / 64 * UVP_PAGE_LEVELS;
}

/* Cells along the page of the first layer; 0: the raster is no use. */
static int32_t first_cells(struct packer *packer)
{
    const double least = CELLS_A_CHART * sqrt((double)packer->charts->count);
    const uint64_t steps = packer->steps_limit;
    uint64_t masks = choose_directions(packer, 0);
    int32_t cells = LEAST_CELLS;

    while (cells <= least) {
        cells *= 2;
    }
    if (guess_steps(masks, (uint64_t)cells) > steps) {
        masks = choose_directions(packer, 1);
    }
    if (cells > finest_cells(packer) || guess_steps(masks, (uint64_t)cells) > steps) {
        return 0;
    }
    while (2 * cells < finest_cells(packer) &&
           guess_steps(masks, 2 * (uint64_t)cells) < steps / FIRST_STEPS_PART) {
        cells *= 2;
    }
    return cells;
}

/* Cells of the next layer, from what a layout took in this one; 0: no steps for one. */
static int32_t next_cells(const struct packer *packer, int32_t now)
{
    for (int32_t cells = finest_cells(packer); cells > now; cells /= 2) {
        const uint64_t finer = (uint64_t)(cells / now);
        const uint64_t more = packer->hints ? finer + finer / 2 : finer * finer;
        if (packer->page.steps + LAYOUTS_LEAST * packer->slowest * more < packer->steps_limit) {
            return cells;
        }
    }
    return 0;
}

static enum uvp_code take_layer(struct packer *packer, int32_t cells)
{
    const double gap = packer->packing->gap;
    const uint64_t steps = packer->page.steps;
    int32_t room;

    double across = cells;

    /* a gap of a little more than whole cells would cost one cell more */
    if (cells * gap > 1 && cells * gap - floor(cells * gap) < 0.1) {
        across = floor(cells * gap) / gap;
    }
    packer->gap.cells = across * gap;
    packer->gap.pad = (int32_t)ceil(packer->gap.cells - 1e-9);
    packer->side_max = (int32_t)(across * (1 - gap));
    packer->best_side = 0;
    packer->slowest = 0;
    packer->hints = packer->charts->count > HINT_FROM;
    room = packer->side_max + 2 * packer->gap.pad;
    UVP_TRY(uvp_raster_canvas(packer->work, room + 4, &packer->canvas));
    UVP_TRY(uvp_page_take(packer->work, room, &packer->page));
    packer->page.steps = steps;
    return UVP_OK;
}

static enum uvp_code take_arrays(struct packer *packer)
{
    struct uvp_atlas_work *const work = packer->work;
    const size_t count = packer->charts->count;

    UVP_TAKE(work, packer->mask, count * DIRECTIONS);
    UVP_TAKE(work, packer->directions, count);
    UVP_TAKE(work, packer->items, count);
    UVP_TAKE(work, packer->spare, count);
    UVP_TAKE(work, packer->place, count);
    UVP_TAKE(work, packer->best_place, count);
    UVP_TAKE(work, packer->plan.order, count);
    UVP_TAKE(work, packer->good.order, count);
    UVP_TAKE(work, packer->best.order, count);
    UVP_TAKE(work, packer->left, count);
    return UVP_OK;
}

/* Draws the charts smaller and smaller until they fit. */
static enum uvp_code find_drawing(struct packer *packer, bool *fits)
{
    const uint32_t tries = packer->charts->count > HINT_FROM ? 4 : 3;

    *fits = false;
    for (int drawing = 0;
         drawing < DRAWINGS_MAX && !*fits && packer->page.steps < packer->steps_limit;
         drawing++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(packer->work->scratch);
        UVP_TRY(draw_masks(packer));
        UVP_TRY(bracket(packer, packer->outlines->area, tries, fits));
        if (!*fits) {
            uvp_arena_rewind(packer->work->scratch, mark);
            packer->cells *=
                fmin(0.98, fmax(0.8, 1 - 0.6 * packer->left_area / packer->outlines->area));
        }
    }
    return UVP_OK;
}

/* One layer; then, when it is to be the last, a search for as long as there are steps. */
static enum uvp_code pack_layer(struct packer *packer, int32_t cells, double *density,
                                int32_t *next)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(packer->work->scratch);
    const double scale = limit_scale(packer, fill_scale(packer, cells, *density));
    bool fits = false;

    UVP_TRY(take_layer(packer, cells));
    packer->cells = FIRST_FILL * packer->side_max / (1 - packer->packing->gap) * scale;
    UVP_TRY(find_drawing(packer, &fits));
    *next = next_cells(packer, cells);
    if (fits) {
        if (*next == 0) {
            UVP_TRY(climb(packer));
        }
        set_spots(packer);
        copy_plan(packer, &packer->plan, &packer->best);
        *density = filled(packer, cells, packer->layer_scale);
    }
    uvp_arena_rewind(packer->work->scratch, mark);
    return UVP_OK;
}

static enum uvp_code pack_raster(struct packer *packer)
{
    double density = packer->charts->count < 8 ? DENSITY_FEW : DENSITY;
    int32_t cells = first_cells(packer);

    sort_order(packer, BY_BOX, packer->plan.order);
    packer->plan.lift = lifts[0];
    while (cells != 0) {
        UVP_TRY(pack_layer(packer, cells, &density, &cells));
    }
    return UVP_OK;
}

/* Replaces the shelves' packing if the raster's is better. */
static enum uvp_code improve(struct uvp_atlas_work *work, const struct uvp_charts *charts,
                             const struct uvp_outlines *outlines, uint32_t round,
                             struct uvp_packing *packing)
{
    const uint64_t triangles = work->input->triangle_count;
    const uint64_t more = triangles < MORE_UNTIL ? triangles : MORE_UNTIL;
    const uint64_t steps = STEPS_LEAST + (STEPS_PER_TRIANGLE + STEPS_MORE * more) * triangles +
                           STEPS_PER_CHART * (uint64_t)charts->count;
    struct packer packer = {
        .work = work,
        .charts = charts,
        .outlines = outlines,
        .packing = packing,
        .steps_limit = (steps < STEPS_MOST ? steps : STEPS_MOST) >> 2 * round,
        .random = 12345,
    };

    packer.steps_max =
        packer.steps_limit < STEPS_CLIMB_MOST ? packer.steps_limit : STEPS_CLIMB_MOST;
    if (charts->count == 1) {
        packer.steps_max = 0; /* there is no order to search */
    }
    UVP_TRY(take_arrays(&packer));
    return pack_raster(&packer);
}

enum uvp_code uvp_pack_make(struct uvp_atlas_work *work, const struct uvp_charts *charts,
                            const struct uvp_outlines *outlines, uint32_t round,
                            struct uvp_packing *packing)
{
    /* with very many charts the gaps alone would fill the page: they get at most a quarter */
    const double most = 0.5 / (1 + sqrt((double)outlines->count));
    struct uvp_arena_mark mark;

    packing->gap = fmin(work->plan->gap, most);
    UVP_TAKE(work, packing->spot, outlines->count);
    UVP_TRY(uvp_shelf_pack(work, outlines, packing));
    if (charts->count > SHELVES_FROM) {
        return UVP_OK;
    }
    mark = uvp_arena_mark(work->scratch);
    UVP_TRY(improve(work, charts, outlines, round, packing));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
