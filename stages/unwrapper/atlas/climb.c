/*
 * A change of the order is kept while the area left over at a side just below the best does not
 * grow, and what did not fit moves forward ("squeaky wheel", Joslin, Clements 1999).
 */
#include "stages/unwrapper/atlas/climb.h"

#include <string.h>

#include "stages/unwrapper/atlas/sort.h"

#define FIRST_FILL 0.88 /* side of the first try against the largest */
#define FAILS_MAX 12
#define LEAST_SIDE 8
#define FIRST_MORE 2
#define FORCE_PERCENT 30 /* of the changes: one chart in a direction by chance */
#define LIFT_PERCENT 30
#define FEW 80 /* charts: they move further in the order */
#define FEW_FAR 8

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

static uint32_t draw_random(struct uvp_climb *climb)
{
    climb->random ^= climb->random << 13;
    climb->random ^= climb->random >> 17;
    climb->random ^= climb->random << 5;
    return climb->random;
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

static void sort_order(struct uvp_climb *climb, enum order_kind kind, uint32_t *order)
{
    const uint32_t count = climb->tray->charts->count;

    for (uint32_t c = 0; c < count; c++) {
        const double key = order_key(&climb->tray->outlines->outline[c], kind);
        climb->items[c] = (struct uvp_sort_item){uvp_sort_key_of(-key), c};
    }
    uvp_sort_items(climb->items, climb->spare, count);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = climb->items[i].value;
    }
}

static void copy_order(const struct uvp_climb *climb, uint32_t *to, const uint32_t *from)
{
    memcpy(to, from, climb->tray->charts->count * sizeof *to);
}

static void copy_layout(const struct uvp_climb *climb, struct uvp_layout *to,
                        const struct uvp_layout *from)
{
    uint32_t *const order = to->order;
    struct uvp_place *const place = to->place;
    uint8_t *const forced = to->forced;

    copy_order(climb, order, from->order);
    memcpy(place, from->place, climb->tray->charts->count * sizeof *place);
    memcpy(forced, from->forced, climb->tray->charts->count);
    *to = *from;
    to->order = order;
    to->place = place;
    to->forced = forced;
}

/* Moves the chart at `from` up to `to`. */
static void move_up(uint32_t *order, uint32_t from, uint32_t to)
{
    const uint32_t c = order[from];

    memmove(order + to + 1, order + to, (from - to) * sizeof *order);
    order[to] = c;
}

static void perturb(struct uvp_climb *climb)
{
    const uint32_t count = climb->tray->charts->count;
    uint32_t *const order = climb->now.order;
    const uint32_t changes = 1 + draw_random(climb) % 3;
    const uint32_t most = count / 2 < FEW_FAR ? count / 2 : FEW_FAR;
    const uint32_t range = count < FEW ? most : count / 10;

    for (uint32_t n = 0; n < changes; n++) {
        const uint32_t i = draw_random(climb) % count;
        uint32_t j = i + 1 + draw_random(climb) % (range + 1);
        j = j < count ? j : count - 1;
        if (draw_random(climb) & 1) {
            const uint32_t swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        } else {
            move_up(order, j, i);
        }
    }
    if (draw_random(climb) % 100 < FORCE_PERCENT) {
        const uint32_t c = order[draw_random(climb) % count];
        const bool any = draw_random(climb) % 3 == 0;
        const uint32_t direction =
            any ? UVP_ANY_DIRECTION : draw_random(climb) % climb->tray->directions[c];
        climb->now.forced[c] = (uint8_t)direction;
    }
    if (draw_random(climb) % 100 < LIFT_PERCENT) {
        climb->now.lift = lifts[draw_random(climb) & 3];
    }
}

/* The order to go on from: that of the base, with what did not fit moved forward. */
static void move_left_forward(struct uvp_climb *climb)
{
    const struct uvp_layout *const base = &climb->base;

    copy_order(climb, climb->order, base->order);
    for (uint32_t i = 1; i < base->laid; i++) {
        if (base->place[base->order[i]].direction < 0) {
            const uint32_t back = 1 + draw_random(climb) % (i / 2 + 1);
            move_up(climb->order, i, i > back ? i - back : 0);
        }
    }
}

/* ---- trying ---- */

static enum uvp_code lay_out(struct uvp_climb *climb, int32_t width, int32_t height,
                             double enough)
{
    const uint64_t before = climb->tray->page.steps;
    uint64_t took;

    climb->now.width = width;
    climb->now.height = height;
    climb->tray->page.steps += 500; /* even an empty try counts */
    UVP_TRY(uvp_tray_lay(climb->tray, &climb->base, enough, &climb->now));
    took = climb->tray->page.steps - before;
    climb->slowest = took > climb->slowest ? took : climb->slowest;
    return UVP_OK;
}

static int32_t smaller_side(int32_t side, int32_t top)
{
    const int32_t next = (int32_t)sqrt((double)side * top);

    return next < side ? next : side - 1;
}

static bool is_out_of_steps(const struct uvp_climb *climb)
{
    return climb->tray->page.steps > climb->tray->steps_limit;
}

static void keep_best(struct uvp_climb *climb)
{
    const struct uvp_layout *const now = &climb->now;

    copy_layout(climb, &climb->best, now);
    copy_layout(climb, &climb->base, now);
    climb->best_side = now->width > now->top ? now->width : now->top;
}

/* The width to try after one that was too narrow up to `failed`; 0: enough is known. */
static int32_t next_width(const struct uvp_climb *climb, int32_t failed)
{
    const struct uvp_layout *const now = &climb->now;
    int32_t next;

    if (climb->best_side == 0) {
        if (now->width == climb->tray->side_max) {
            return 0;
        }
        /* one step on the way to the largest, no more */
        next = (int32_t)(now->width * (1.04 + 0.5 * now->left / climb->tray->outlines->area));
        return failed == climb->first_width && next < climb->tray->side_max
                   ? next
                   : climb->tray->side_max;
    }
    next = now->left_count == 0 ? (int32_t)sqrt((double)now->width * now->top) : failed;
    if (next <= failed || next >= climb->best_side) {
        next = (failed + climb->best_side) / 2;
    }
    return next > failed ? next : 0;
}

/*
 * Pages are as high as can be and as wide as is hoped for: so the first try tells a side that
 * works, even if it is not the hoped one.
 */
enum uvp_code uvp_climb_bracket(struct uvp_climb *climb, uint32_t tries)
{
    const uint64_t limit = climb->tray->steps_limit;
    int32_t width = (int32_t)(FIRST_FILL * climb->tray->side_max);
    int32_t failed = 0;

    climb->first_width = width;
    copy_order(climb, climb->now.order, climb->best.order);
    climb->now.lift = climb->best.lift;
    for (uint32_t i = 0; i < tries + 8 && width > LEAST_SIDE; i++) {
        const bool first = climb->best_side == 0;
        /* the first try that works may take more than was planned: it is worth most */
        climb->tray->steps_limit = first ? limit * FIRST_MORE : limit;
        UVP_TRY(lay_out(climb, width, first ? climb->tray->side_max : climb->best_side - 1,
                        first ? climb->tray->outlines->area : 0));
        climb->left_first = climb->now.left;
        if (climb->now.left_count == 0) {
            keep_best(climb);
        }
        climb->tray->steps_limit = limit;
        if (is_out_of_steps(climb)) {
            return UVP_OK;
        }
        if (climb->now.left_count != 0 || climb->now.top > width) {
            failed = width;
        }
        if (i + 1 >= tries && climb->best_side != 0) {
            return UVP_OK;
        }
        width = next_width(climb, failed);
    }
    return UVP_OK;
}

/* A layout fitted: shrink with the same order until it fails. */
static enum uvp_code shrink(struct uvp_climb *climb)
{
    while (climb->now.left_count == 0 && climb->side > LEAST_SIDE) {
        keep_best(climb);
        climb->side = smaller_side(climb->side, climb->now.top);
        UVP_TRY(lay_out(climb, climb->side, climb->side, HUGE_VAL));
    }
    climb->left = climb->now.left;
    climb->fails = 0;
    copy_layout(climb, &climb->base, &climb->now);
    move_left_forward(climb);
    return UVP_OK;
}

static void step_back(struct uvp_climb *climb)
{
    climb->fails = 0;
    climb->left = HUGE_VAL;
    copy_layout(climb, &climb->base, &climb->best);
    copy_order(climb, climb->order, climb->best.order);
    if (climb->side < climb->best_side - 1) {
        climb->side = (climb->side + climb->best_side) / 2;
    }
}

static enum uvp_code climb_once(struct uvp_climb *climb)
{
    const bool fresh = climb->kinds < ORDER_KINDS;
    const struct uvp_layout *const now = &climb->now;

    if (fresh) {
        climb->now.lift = lifts[climb->kinds & 3];
        sort_order(climb, (enum order_kind)climb->kinds++, climb->now.order);
        memset(climb->now.forced, UVP_ANY_DIRECTION, climb->tray->charts->count);
    } else {
        climb->now.lift = climb->base.lift;
        copy_order(climb, climb->now.order, climb->order);
        memcpy(climb->now.forced, climb->base.forced, climb->tray->charts->count);
        perturb(climb);
    }
    UVP_TRY(lay_out(climb, climb->side, climb->side, climb->left * 1.0001));
    if (now->left_count == 0) {
        return shrink(climb);
    }
    if (now->left < climb->left || (now->left <= climb->left && !fresh)) {
        climb->fails = now->left < climb->left ? 0 : climb->fails;
        climb->left = now->left;
        copy_layout(climb, &climb->base, now);
        move_left_forward(climb);
    } else if (++climb->fails > FAILS_MAX) {
        step_back(climb);
    }
    return UVP_OK;
}

enum uvp_code uvp_climb_search(struct uvp_climb *climb)
{
    climb->side = climb->best_side - 1;
    climb->left = HUGE_VAL;
    climb->fails = 0;
    climb->kinds = 1;
    copy_layout(climb, &climb->base, &climb->best);
    copy_order(climb, climb->order, climb->best.order);
    while (climb->tray->page.steps < climb->steps_max && climb->side > LEAST_SIDE) {
        UVP_TRY(climb_once(climb));
    }
    return UVP_OK;
}

/* ---- memory ---- */

static enum uvp_code take_layout(struct uvp_climb *climb, struct uvp_layout *layout)
{
    struct uvp_atlas_work *const work = climb->tray->work;
    const uint32_t count = climb->tray->charts->count;

    *layout = (struct uvp_layout){.count = count, .lift = lifts[0]};
    UVP_TAKE(work, layout->order, count);
    UVP_TAKE(work, layout->place, count);
    UVP_TAKE(work, layout->forced, count);
    memset(layout->forced, UVP_ANY_DIRECTION, count);
    for (uint32_t c = 0; c < count; c++) {
        layout->place[c] = (struct uvp_place){0, 0, -1};
    }
    return UVP_OK;
}

enum uvp_code uvp_climb_take(struct uvp_climb *climb, struct uvp_tray *tray, uint32_t seed)
{
    struct uvp_atlas_work *const work = tray->work;
    const uint32_t count = tray->charts->count;

    *climb = (struct uvp_climb){.tray = tray, .random = seed};
    UVP_TAKE(work, climb->items, count);
    UVP_TAKE(work, climb->spare, count);
    UVP_TAKE(work, climb->order, count);
    UVP_TRY(take_layout(climb, &climb->now));
    UVP_TRY(take_layout(climb, &climb->base));
    UVP_TRY(take_layout(climb, &climb->best));
    sort_order(climb, BY_BOX, climb->best.order);
    copy_order(climb, climb->base.order, climb->best.order);
    return UVP_OK;
}

void uvp_climb_forget(struct uvp_climb *climb)
{
    climb->base.laid = 0;
    climb->best_side = 0;
    climb->slowest = 0;
}
