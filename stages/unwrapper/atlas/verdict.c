/*
 * When all triangles are positive, the number of triangles over a point off the border is the
 * sum of the winding numbers of the border loops about it. If the loops are simple and disjoint
 * and exactly one is positive, that number is at most one: nothing overlaps. So only the border
 * has to be tested for crossings (the degree argument; Lipman 2014 puts it so for maps). Holes
 * inside the outer loop, and a genus of zero, follow and need no test.
 *
 * Candidate pairs come from a sweep over the axis on which the border's edges are shorter.
 */
#include "stages/unwrapper/atlas/verdict.h"

#include "stages/unwrapper/atlas/sort.h"

/* Box tests allowed, per border edge and at least. */
#define TESTS_PER_EDGE 400
#define TESTS_MIN 40000

static bool in_box(struct uvp_point2 a, struct uvp_point2 b, struct uvp_point2 p)
{
    return (a.x < b.x ? a.x <= p.x && p.x <= b.x : b.x <= p.x && p.x <= a.x) &&
           (a.y < b.y ? a.y <= p.y && p.y <= b.y : b.y <= p.y && p.y <= a.y);
}

static int sign(int64_t value)
{
    return (value > 0) - (value < 0);
}

bool uvp_segments_meet(struct uvp_point2 a, struct uvp_point2 b, struct uvp_point2 c,
                       struct uvp_point2 d)
{
    const int o1 = sign(uvp_orient(a, b, c));
    const int o2 = sign(uvp_orient(a, b, d));
    const int o3 = sign(uvp_orient(c, d, a));
    const int o4 = sign(uvp_orient(c, d, b));

    if (o1 * o2 < 0 && o3 * o4 < 0) {
        return true;
    }
    return (o1 == 0 && in_box(a, b, c)) || (o2 == 0 && in_box(a, b, d)) ||
           (o3 == 0 && in_box(c, d, a)) || (o4 == 0 && in_box(c, d, b));
}

bool uvp_segments_fold(struct uvp_point2 v, struct uvp_point2 p, struct uvp_point2 r)
{
    const int64_t along = ((int64_t)p.x - v.x) * ((int64_t)r.x - v.x) +
                          ((int64_t)p.y - v.y) * ((int64_t)r.y - v.y);

    return uvp_orient(v, p, r) == 0 && along >= 0;
}

static bool edges_clash(const struct uvp_flat *flat, uint32_t e, uint32_t f)
{
    const uint32_t a = flat->border[2 * e];
    const uint32_t b = flat->border[2 * e + 1];
    const uint32_t c = flat->border[2 * f];
    const uint32_t d = flat->border[2 * f + 1];
    const struct uvp_point2 *const at = flat->at;

    if (b == c && a == d) {
        return true;
    }
    if (b == c) {
        return uvp_segments_fold(at[b], at[a], at[d]);
    }
    if (a == d) {
        return uvp_segments_fold(at[a], at[b], at[c]);
    }
    return uvp_segments_meet(at[a], at[b], at[c], at[d]);
}

static bool all_positive(const struct uvp_flat *flat)
{
    for (uint32_t t = 0; t < flat->triangle_count; t++) {
        const uint32_t *const c = flat->corner + 3 * (size_t)t;
        if (uvp_orient(flat->at[c[0]], flat->at[c[1]], flat->at[c[2]]) <= 0) {
            return false;
        }
    }
    return true;
}

/* next[v]: where the border goes from v. False when it goes two ways, or nowhere. */
static bool follow_border(const struct uvp_flat *flat, uint32_t *next)
{
    for (uint32_t v = 0; v < flat->vertex_count; v++) {
        next[v] = UVP_NONE;
    }
    for (uint32_t e = 0; e < flat->border_count; e++) {
        uint32_t *const on = &next[flat->border[2 * e]];
        const struct uvp_point2 p = flat->at[flat->border[2 * e]];
        const struct uvp_point2 q = flat->at[flat->border[2 * e + 1]];
        if (*on != UVP_NONE || (p.x == q.x && p.y == q.y)) {
            return false;
        }
        *on = flat->border[2 * e + 1];
    }
    for (uint32_t e = 0; e < flat->border_count; e++) {
        if (next[flat->border[2 * e + 1]] == UVP_NONE) {
            return false;
        }
    }
    return true;
}

/* Sign of the area a loop runs around; marks its vertices as done. */
static int loop_sign(const struct uvp_flat *flat, uint32_t *next, uint32_t start)
{
    const struct uvp_point2 origin = flat->at[start];
    int64_t high = 0;
    int64_t low = 0;
    uint32_t v = start;

    do {
        const uint32_t w = next[v];
        const int64_t part = uvp_orient(origin, flat->at[v], flat->at[w]);
        /* 2^32 edges of 2^50 each: the sum is kept in two words */
        high += part >> 32;
        low += part & 0xffffffff;
        next[v] = UVP_NONE;
        v = w;
    } while (v != start);
    high += low >> 32;
    return high != 0 ? sign(high) : (low & 0xffffffff) != 0;
}

static uint32_t count_positive_loops(const struct uvp_flat *flat, uint32_t *next)
{
    uint32_t positive = 0;

    for (uint32_t e = 0; e < flat->border_count; e++) {
        const uint32_t v = flat->border[2 * e];
        if (next[v] != UVP_NONE) {
            positive += loop_sign(flat, next, v) > 0;
        }
    }
    return positive;
}

/* The ends of border edge e: along the sweep's axis, and across it. */
struct span {
    int32_t low;
    int32_t high;
    int32_t side_low;
    int32_t side_high;
};

static struct span span_of(const struct uvp_flat *flat, uint32_t e, bool by_y)
{
    const struct uvp_point2 p = flat->at[flat->border[2 * e]];
    const struct uvp_point2 q = flat->at[flat->border[2 * e + 1]];
    const struct uvp_point2 low = {p.x < q.x ? p.x : q.x, p.y < q.y ? p.y : q.y};
    const struct uvp_point2 high = {p.x < q.x ? q.x : p.x, p.y < q.y ? q.y : p.y};

    return by_y ? (struct span){low.y, high.y, low.x, high.x}
                : (struct span){low.x, high.x, low.y, high.y};
}

static bool shorter_on_y(const struct uvp_flat *flat)
{
    int64_t wide = 0;
    int64_t high = 0;

    for (uint32_t e = 0; e < flat->border_count; e++) {
        const struct span span = span_of(flat, e, false);
        wide += (int64_t)span.high - span.low;
        high += (int64_t)span.side_high - span.side_low;
    }
    return high < wide;
}

struct sweep {
    const struct uvp_flat *flat;
    const struct span *span; /* by their low ends */
    const struct uvp_sort_item *item;
    uint64_t tests; /* still allowed */
    struct uvp_clash *clash;
    uint32_t max;
    uint32_t count;
};

/* Tests edge i of the sorted spans against those that begin before it ends. */
static void look_ahead(struct sweep *sweep, uint32_t i)
{
    const struct span *const span = sweep->span;

    for (uint32_t j = i + 1; j < sweep->flat->border_count && span[j].low <= span[i].high &&
                             sweep->count < sweep->max;
         j++) {
        const struct uvp_clash pair = {sweep->item[i].value, sweep->item[j].value};
        if (sweep->tests == 0) {
            sweep->clash[sweep->count++] = (struct uvp_clash){pair.a, pair.a};
            return;
        }
        sweep->tests--;
        if (span[j].side_low <= span[i].side_high && span[i].side_low <= span[j].side_high &&
            edges_clash(sweep->flat, pair.a, pair.b)) {
            sweep->clash[sweep->count++] = pair;
        }
    }
}

static enum uvp_code find_clashes(struct uvp_atlas_work *work, struct sweep *sweep)
{
    const struct uvp_flat *const flat = sweep->flat;
    const uint32_t count = flat->border_count;
    const bool by_y = shorter_on_y(flat);
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    struct span *spans;

    UVP_TAKE(work, items, count);
    UVP_TAKE(work, spare, count);
    UVP_TAKE(work, spans, count);
    for (uint32_t e = 0; e < count; e++) {
        items[e] = (struct uvp_sort_item){(uint64_t)(int64_t)span_of(flat, e, by_y).low, e};
    }
    uvp_sort_items(items, spare, count);
    for (uint32_t i = 0; i < count; i++) {
        spans[i] = span_of(flat, items[i].value, by_y);
    }
    sweep->span = spans;
    sweep->item = items;
    sweep->tests = TESTS_MIN + (uint64_t)TESTS_PER_EDGE * count;
    for (uint32_t i = 0; i < count && sweep->count < sweep->max && sweep->tests > 0; i++) {
        const uint64_t before = sweep->tests;
        look_ahead(sweep, i);
        UVP_TRY(uvp_work_count(work, (uint32_t)(before - sweep->tests) + 1));
    }
    return UVP_OK;
}

enum uvp_code uvp_verdict_clashes(struct uvp_atlas_work *work, const struct uvp_flat *flat,
                                  struct uvp_clash *clash, uint32_t max, uint32_t *count)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct sweep sweep = {.flat = flat, .clash = clash, .max = max};

    UVP_TRY(find_clashes(work, &sweep));
    *count = sweep.count;
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

static enum uvp_code find_in_scratch(struct uvp_atlas_work *work, const struct uvp_flat *flat,
                                     enum uvp_verdict *verdict)
{
    struct uvp_clash clash;
    uint32_t clashes = 0;
    uint32_t *next;

    if (!all_positive(flat)) {
        *verdict = UVP_VERDICT_TURNED;
        return UVP_OK;
    }
    UVP_TAKE(work, next, flat->vertex_count);
    if (!follow_border(flat, next)) {
        *verdict = UVP_VERDICT_PINCHED;
        return UVP_OK;
    }
    UVP_TRY(uvp_verdict_clashes(work, flat, &clash, 1, &clashes));
    if (clashes > 0) {
        *verdict = UVP_VERDICT_CROSSED;
        return UVP_OK;
    }
    *verdict = count_positive_loops(flat, next) == 1 ? UVP_VERDICT_VALID : UVP_VERDICT_WOUND;
    return UVP_OK;
}

enum uvp_code uvp_verdict_find(struct uvp_atlas_work *work, const struct uvp_flat *flat,
                               enum uvp_verdict *verdict)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);

    UVP_TRY(find_in_scratch(work, flat, verdict));
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 4 * flat->triangle_count);
}
