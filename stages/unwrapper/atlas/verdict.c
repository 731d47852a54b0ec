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

#include <string.h>

#include "stages/unwrapper/atlas/sort.h"

/* Box tests allowed, per border edge and at least. */
#define TESTS_PER_EDGE 400
#define TESTS_MIN 40000

#define PAIRS_MAX 8 /* a border edge: where buckets are fuller on average, all is sorted */

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
    int o3;
    int o4;

    if (o1 * o2 > 0) {
        return false;
    }
    o3 = sign(uvp_orient(c, d, a));
    o4 = sign(uvp_orient(c, d, b));
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

/* A border edge's ends: along the sweep's axis, and across it. */
struct span {
    int32_t low;
    int32_t high;
    int32_t side_low;
    int32_t side_high;
    uint32_t edge;
};

struct sweep {
    const struct uvp_flat *flat;
    struct span *span; /* by their low ends, equal ones by edge */
    uint64_t tests;    /* still allowed */
    struct uvp_clash *clash;
    uint32_t max;
    uint32_t count;
};

static struct span span_of(const struct uvp_flat *flat, uint32_t e)
{
    const struct uvp_point2 p = flat->at[flat->border[2 * e]];
    const struct uvp_point2 q = flat->at[flat->border[2 * e + 1]];

    return (struct span){p.x < q.x ? p.x : q.x, p.x < q.x ? q.x : p.x, p.y < q.y ? p.y : q.y,
                         p.y < q.y ? q.y : p.y, e};
}

static struct span turned(struct span span)
{
    return (struct span){span.side_low, span.side_high, span.low, span.high, span.edge};
}

/* All spans along the axis on which they are shorter. */
static void make_spans(const struct uvp_flat *flat, struct span *span)
{
    int64_t wide = 0;
    int64_t high = 0;

    for (uint32_t e = 0; e < flat->border_count; e++) {
        span[e] = span_of(flat, e);
        wide += (int64_t)span[e].high - span[e].low;
        high += (int64_t)span[e].side_high - span[e].side_low;
    }
    for (uint32_t e = 0; e < flat->border_count && high < wide; e++) {
        span[e] = turned(span[e]);
    }
}

/* ---- the order of the sweep ---- */

struct buckets {
    int32_t base;
    uint32_t shift;
    uint32_t count; /* a power of two */
    uint32_t *end;
};

static uint32_t bucket_of(const struct buckets *buckets, const struct span *span)
{
    return (uint32_t)((int64_t)span->low - buckets->base) >> buckets->shift;
}

/* About as many buckets as spans; `end` of each but the last becomes the first of the next. */
static enum uvp_code fill_buckets(struct uvp_atlas_work *work, const struct span *span,
                                  uint32_t count, struct buckets *buckets)
{
    int32_t low = span[0].low;
    int32_t high = span[0].low;

    for (uint32_t i = 1; i < count; i++) {
        low = span[i].low < low ? span[i].low : low;
        high = span[i].low > high ? span[i].low : high;
    }
    *buckets = (struct buckets){.base = low, .count = 1};
    while (buckets->count < count) {
        buckets->count *= 2;
    }
    while ((uint32_t)((int64_t)high - low) >> buckets->shift >= buckets->count) {
        buckets->shift++;
    }
    UVP_TAKE(work, buckets->end, (size_t)buckets->count + 1);
    memset(buckets->end, 0, ((size_t)buckets->count + 1) * sizeof *buckets->end);
    for (uint32_t i = 0; i < count; i++) {
        buckets->end[bucket_of(buckets, &span[i]) + 1]++;
    }
    return UVP_OK;
}

/* Sorts `from` into `to` by buckets, and each of those by insertion. False: too uneven. */
static bool sort_by_buckets(const struct buckets *buckets, const struct span *from,
                            struct span *to, uint32_t count)
{
    uint64_t pairs = 0;

    for (uint32_t b = 1; b <= buckets->count; b++) {
        const uint64_t here = buckets->end[b];
        pairs += here * here;
        buckets->end[b] += buckets->end[b - 1];
    }
    if (pairs > PAIRS_MAX * (uint64_t)count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        to[buckets->end[bucket_of(buckets, &from[i])]++] = from[i];
    }
    for (uint32_t i = 1; i < count; i++) {
        if (to[i].low < to[i - 1].low) {
            const struct span span = to[i];
            uint32_t j = i;
            for (; j > 0 && to[j - 1].low > span.low; j--) {
                to[j] = to[j - 1];
            }
            to[j] = span;
        }
    }
    return true;
}

static enum uvp_code sort_by_items(struct uvp_atlas_work *work, const struct span *from,
                                   struct span *to, uint32_t count)
{
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;

    UVP_TAKE(work, items, count);
    UVP_TAKE(work, spare, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (struct uvp_sort_item){(uint64_t)((int64_t)from[i].low - INT32_MIN), i};
    }
    UVP_TRY(uvp_sort_polled(work, items, spare, count));
    for (uint32_t i = 0; i < count; i++) {
        to[i] = from[items[i].value];
    }
    return UVP_OK;
}

static enum uvp_code order_spans(struct uvp_atlas_work *work, const struct uvp_flat *flat,
                                 struct span **spans)
{
    const uint32_t count = flat->border_count;
    struct buckets buckets;
    struct span *span;

    UVP_TAKE(work, *spans, count);
    UVP_TAKE(work, span, count);
    if (count == 0) {
        return UVP_OK;
    }
    make_spans(flat, span);
    UVP_TRY(fill_buckets(work, span, count, &buckets));
    if (!sort_by_buckets(&buckets, span, *spans, count)) {
        UVP_TRY(sort_by_items(work, span, *spans, count));
    }
    return uvp_work_count(work, 10 * count);
}

/* ---- the sweep ---- */

static void report(struct sweep *sweep, uint32_t a, uint32_t b)
{
    sweep->clash[sweep->count++] = (struct uvp_clash){a, b};
}

/* Tests edge i of the sorted spans against those that begin before it ends. */
static void look_ahead(struct sweep *sweep, uint32_t i)
{
    const struct span own = sweep->span[i];
    const uint32_t left = sweep->flat->border_count - i - 1;
    const struct span *span = sweep->span + i + 1;
    const struct span *const end = span + (sweep->tests < left ? sweep->tests : left);

    for (; span < end && span->low <= own.high; span++) {
        if (span->side_low <= own.side_high && own.side_low <= span->side_high &&
            edges_clash(sweep->flat, own.edge, span->edge)) {
            report(sweep, own.edge, span->edge);
            if (sweep->count == sweep->max) {
                return;
            }
        }
    }
    sweep->tests -= (uint64_t)(span - (sweep->span + i + 1));
    if (sweep->tests == 0) {
        report(sweep, own.edge, own.edge);
    }
}

static enum uvp_code find_clashes(struct uvp_atlas_work *work, struct sweep *sweep)
{
    const uint32_t count = sweep->flat->border_count;

    UVP_TRY(order_spans(work, sweep->flat, &sweep->span));
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
