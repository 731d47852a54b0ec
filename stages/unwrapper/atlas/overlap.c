/*
 * Candidates come from a tree of boxes over the triangles, sorted along a space-filling curve:
 * neighbours in the list are near each other, so a balanced tree over the list has small boxes.
 */
#include "stages/unwrapper/atlas/overlap.h"

#include "stages/unwrapper/atlas/sort.h"

/* Boxes looked at, per triangle and at least; and overlaps counted at most. */
#define LOOKS_PER_TRIANGLE 1000
#define LOOKS_MIN 10000000
#define PAIRS_MAX 1000000

#define CURVE_BITS 16U

struct box {
    struct uvp_spot low;
    struct uvp_spot high;
};

struct counter {
    struct uvp_atlas_work *work;
    struct uvp_shape *shape;
    uint32_t count;
    uint32_t leaves;  /* a power of two */
    struct box *node; /* a heap: children of i are 2i and 2i + 1; leaves at the end */
    uint64_t looks;
    uint64_t pairs;
};

static float smaller(float a, float b)
{
    return a < b ? a : b;
}

static float larger(float a, float b)
{
    return a > b ? a : b;
}

static struct box joined(struct box a, struct box b)
{
    return (struct box){{smaller(a.low.x, b.low.x), smaller(a.low.y, b.low.y)},
                        {larger(a.high.x, b.high.x), larger(a.high.y, b.high.y)}};
}

static struct box box_of(const struct uvp_shape *shape)
{
    struct box box = {shape->at[0], shape->at[0]};

    box = joined(box, (struct box){shape->at[1], shape->at[1]});
    return joined(box, (struct box){shape->at[2], shape->at[2]});
}

/* 0 ... 2^16 - 1 along one axis of the whole. */
static uint32_t place_of(float low, float high, double from, double scale)
{
    const double place = (((double)low + (double)high) / 2 - from) * scale;

    return place > 0 ? (uint32_t)place : 0;
}

/* Bits of x and y in turn: near numbers are near points. */
static uint64_t curve_key(const struct uvp_shape *shape, const struct box *whole)
{
    const struct box box = box_of(shape);
    const double side = fmax((double)whole->high.x - (double)whole->low.x,
                             (double)whole->high.y - (double)whole->low.y);
    const double scale = ((1U << CURVE_BITS) - 1) / side;
    const uint64_t x = place_of(box.low.x, box.high.x, (double)whole->low.x, scale);
    const uint64_t y = place_of(box.low.y, box.high.y, (double)whole->low.y, scale);
    uint64_t key = 0;

    for (unsigned bit = 0; bit < CURVE_BITS; bit++) {
        key |= (x >> bit & 1) << (2 * bit) | (y >> bit & 1) << (2 * bit + 1);
    }
    return key;
}

static enum uvp_code sort_shapes(struct counter *counter)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(counter->work->scratch);
    struct box whole = {counter->shape[0].at[0], counter->shape[0].at[0]};
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    struct uvp_shape *copy;

    UVP_TAKE(counter->work, items, counter->count);
    UVP_TAKE(counter->work, spare, counter->count);
    UVP_TAKE(counter->work, copy, counter->count);
    for (uint32_t i = 0; i < counter->count; i++) {
        whole = joined(whole, box_of(&counter->shape[i]));
    }
    for (uint32_t i = 0; i < counter->count; i++) {
        items[i] = (struct uvp_sort_item){curve_key(&counter->shape[i], &whole), i};
        copy[i] = counter->shape[i];
        UVP_TRY(uvp_work_count(counter->work, 40));
    }
    UVP_TRY(uvp_sort_polled(counter->work, items, spare, counter->count));
    for (uint32_t i = 0; i < counter->count; i++) {
        counter->shape[i] = copy[items[i].value];
    }
    uvp_arena_rewind(counter->work->scratch, mark);
    return uvp_stop_poll(counter->work->stop, counter->work->err);
}

static enum uvp_code build_tree(struct counter *counter)
{
    const struct box nothing = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};

    counter->leaves = 1;
    while (counter->leaves < counter->count) {
        counter->leaves *= 2;
    }
    UVP_TAKE(counter->work, counter->node, 2 * (size_t)counter->leaves);
    for (uint32_t i = 0; i < counter->leaves; i++) {
        counter->node[counter->leaves + i] =
            i < counter->count ? box_of(&counter->shape[i]) : nothing;
        UVP_TRY(uvp_work_count(counter->work, 10));
    }
    for (uint32_t i = counter->leaves; i-- > 1;) {
        counter->node[i] = joined(counter->node[2 * i], counter->node[2 * i + 1]);
        UVP_TRY(uvp_work_count(counter->work, 10));
    }
    return UVP_OK;
}

/* Interiors meet, unless a side of one has all of the other on its outer side or on it. */
static bool has_separating_side(const struct uvp_shape *a, const struct uvp_shape *b)
{
    for (int k = 0; k < 3; k++) {
        const struct uvp_spot p = a->at[k];
        const struct uvp_spot q = a->at[(k + 1) % 3];
        if (uvp_exact_turn(p, q, b->at[0]) <= 0 && uvp_exact_turn(p, q, b->at[1]) <= 0 &&
            uvp_exact_turn(p, q, b->at[2]) <= 0) {
            return true;
        }
    }
    return false;
}

static bool boxes_meet(const struct box *a, const struct box *b)
{
    return a->low.x < b->high.x && b->low.x < a->high.x && a->low.y < b->high.y &&
           b->low.y < a->high.y;
}

/* Tests triangle i against all later ones whose boxes meet its own; false: out of looks. */
static bool test_later(struct counter *counter, uint32_t i)
{
    const struct box box = box_of(&counter->shape[i]);
    uint32_t stack[64];
    uint32_t depth = 0;

    stack[depth++] = 1;
    while (depth > 0) {
        const uint32_t n = stack[--depth];
        if (counter->looks == 0) {
            return false;
        }
        counter->looks--;
        if (!boxes_meet(&box, &counter->node[n])) {
            continue;
        }
        if (n < counter->leaves) {
            stack[depth++] = 2 * n;
            stack[depth++] = 2 * n + 1;
        } else if (n - counter->leaves > i) {
            const struct uvp_shape *const other = &counter->shape[n - counter->leaves];
            counter->pairs += !has_separating_side(&counter->shape[i], other) &&
                              !has_separating_side(other, &counter->shape[i]);
        }
    }
    return true;
}

static enum uvp_code count_pairs(struct counter *counter, bool *more)
{
    for (uint32_t i = 0; i < counter->count; i++) {
        const uint64_t before = counter->looks;
        if (counter->pairs >= PAIRS_MAX || !test_later(counter, i)) {
            *more = true;
            return UVP_OK;
        }
        UVP_TRY(uvp_work_count(counter->work, (uint32_t)(before - counter->looks) * 4));
    }
    return UVP_OK;
}

enum uvp_code uvp_overlap_count(struct uvp_atlas_work *work, struct uvp_shape *shapes,
                                uint32_t count, uint64_t *pairs, bool *more)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct counter counter = {
        .work = work,
        .shape = shapes,
        .count = count,
        .looks = LOOKS_MIN + LOOKS_PER_TRIANGLE * (uint64_t)count,
    };

    *more = false;
    *pairs = 0;
    if (count == 0) {
        return UVP_OK;
    }
    UVP_TRY(sort_shapes(&counter));
    UVP_TRY(build_tree(&counter));
    UVP_TRY(count_pairs(&counter, more));
    *pairs = counter.pairs;
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
