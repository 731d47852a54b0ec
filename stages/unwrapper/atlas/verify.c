/*
 * The verdict of someone who was not there: it looks only at the input and the UVs handed out,
 * and tests all pairs of triangles whose boxes meet, with exact predicates.
 *
 * Candidates come from a tree of boxes over the triangles, sorted along a space-filling curve:
 * neighbours in the list are near each other, so a balanced tree over the list has small boxes.
 */
#include "stages/unwrapper/atlas/atlas_internal.h"
#include "stages/unwrapper/atlas/sort.h"
#include "stages/unwrapper/atlas/topology.h"
#include "stages/unwrapper/atlas/verdict.h"

/* Pairs of boxes looked at, per triangle and at least; and overlaps counted at most. */
#define LOOKS_PER_TRIANGLE 4000
#define LOOKS_MIN 100000000
#define OVERLAPS_MAX 1000000

struct box {
    struct uvp_point2 low;
    struct uvp_point2 high;
};

struct shape { /* counterclockwise, with area */
    struct uvp_point2 at[3];
};

struct verifier {
    struct uvp_atlas_work *work;
    const struct uvp_atlas_result *result;
    struct uvp_atlas_verdict *verdict;
    struct shape *shape;
    uint32_t count;
    uint32_t leaves;  /* a power of two */
    struct box *node; /* a heap: children of i are 2i and 2i + 1; leaves at the end */
    uint64_t looks;
};

/* The UV on the lattice; false when it is not finite, not in the page, or not on the lattice.
 */
static bool read_uv(const struct verifier *verifier, uint32_t corner, struct uvp_point2 *at)
{
    const uint32_t index = verifier->result->corner_uv[corner];
    double x;
    double y;

    *at = (struct uvp_point2){0, 0};
    if (index >= verifier->result->uv_count) {
        return false;
    }
    x = (double)verifier->result->uv[2 * (size_t)index] * UVP_LATTICE;
    y = (double)verifier->result->uv[2 * (size_t)index + 1] * UVP_LATTICE;
    if (!(x >= 0 && x <= UVP_LATTICE && y >= 0 && y <= UVP_LATTICE)) {
        return false;
    }
    *at = (struct uvp_point2){(int32_t)x, (int32_t)y};
    return (double)at->x == x && (double)at->y == y;
}

static bool has_area(const struct verifier *verifier, uint32_t t)
{
    const struct uvp_atlas_input *const input = verifier->work->input;
    uint32_t vertex[3];

    for (uint32_t k = 0; k < 3; k++) {
        vertex[k] = input->corner_vertex[input->triangles[3 * (size_t)t + k]];
    }
    return uvp_topology_has_area(input->positions, vertex);
}

static void read_triangle(struct verifier *verifier, uint32_t t)
{
    const uint32_t *const corners = verifier->work->input->triangles + 3 * (size_t)t;
    struct shape shape;
    bool good = true;
    int64_t area;

    for (int k = 0; k < 3; k++) {
        good = read_uv(verifier, corners[k], &shape.at[k]) && good;
    }
    if (!good) {
        verifier->verdict->outside++;
        return;
    }
    area = uvp_orient(shape.at[0], shape.at[1], shape.at[2]);
    if (area < 0 || (area == 0 && has_area(verifier, t))) {
        verifier->verdict->flipped++;
    }
    if (area < 0) {
        const struct uvp_point2 swap = shape.at[1];
        shape.at[1] = shape.at[2];
        shape.at[2] = swap;
    }
    if (area != 0) {
        verifier->shape[verifier->count++] = shape;
    }
}

/* Bits of x and y in turn: near numbers are near points. */
static uint64_t curve_key(const struct shape *shape)
{
    const uint64_t x = (uint64_t)(shape->at[0].x + shape->at[1].x + shape->at[2].x) / 3;
    const uint64_t y = (uint64_t)(shape->at[0].y + shape->at[1].y + shape->at[2].y) / 3;
    uint64_t key = 0;

    for (unsigned bit = 0; bit < 25; bit++) {
        key |= (x >> bit & 1) << (2 * bit) | (y >> bit & 1) << (2 * bit + 1);
    }
    return key;
}

static enum uvp_code sort_shapes(struct verifier *verifier)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(verifier->work->scratch);
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    struct shape *copy;

    UVP_TAKE(verifier->work, items, verifier->count);
    UVP_TAKE(verifier->work, spare, verifier->count);
    UVP_TAKE(verifier->work, copy, verifier->count);
    for (uint32_t i = 0; i < verifier->count; i++) {
        items[i] = (struct uvp_sort_item){curve_key(&verifier->shape[i]), i};
        copy[i] = verifier->shape[i];
        UVP_TRY(uvp_work_count(verifier->work, 20));
    }
    UVP_TRY(uvp_sort_polled(verifier->work, items, spare, verifier->count));
    for (uint32_t i = 0; i < verifier->count; i++) {
        verifier->shape[i] = copy[items[i].value];
    }
    uvp_arena_rewind(verifier->work->scratch, mark);
    return uvp_stop_poll(verifier->work->stop, verifier->work->err);
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static struct box joined(struct box a, struct box b)
{
    return (struct box){{smaller(a.low.x, b.low.x), smaller(a.low.y, b.low.y)},
                        {larger(a.high.x, b.high.x), larger(a.high.y, b.high.y)}};
}

static struct box box_of(const struct shape *shape)
{
    struct box box = {shape->at[0], shape->at[0]};

    box = joined(box, (struct box){shape->at[1], shape->at[1]});
    return joined(box, (struct box){shape->at[2], shape->at[2]});
}

static enum uvp_code build_tree(struct verifier *verifier)
{
    const struct box nothing = {{INT32_MAX, INT32_MAX}, {INT32_MIN, INT32_MIN}};

    verifier->leaves = 1;
    while (verifier->leaves < verifier->count) {
        verifier->leaves *= 2;
    }
    UVP_TAKE(verifier->work, verifier->node, 2 * (size_t)verifier->leaves);
    for (uint32_t i = 0; i < verifier->leaves; i++) {
        verifier->node[verifier->leaves + i] =
            i < verifier->count ? box_of(&verifier->shape[i]) : nothing;
    }
    for (uint32_t i = verifier->leaves; i-- > 1;) {
        verifier->node[i] = joined(verifier->node[2 * i], verifier->node[2 * i + 1]);
    }
    return uvp_stop_poll(verifier->work->stop, verifier->work->err);
}

/* Interiors meet, unless a side of one has all of the other on its outer side or on it. */
static bool has_separating_side(const struct shape *a, const struct shape *b)
{
    for (int k = 0; k < 3; k++) {
        const struct uvp_point2 p = a->at[k];
        const struct uvp_point2 q = a->at[(k + 1) % 3];
        if (uvp_orient(p, q, b->at[0]) <= 0 && uvp_orient(p, q, b->at[1]) <= 0 &&
            uvp_orient(p, q, b->at[2]) <= 0) {
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

/* Tests triangle i against all later ones whose boxes meet its own. */
static bool test_later(struct verifier *verifier, uint32_t i)
{
    const struct box box = box_of(&verifier->shape[i]);
    uint32_t stack[64];
    uint32_t depth = 0;

    stack[depth++] = 1;
    while (depth > 0) {
        const uint32_t n = stack[--depth];
        if (verifier->looks-- == 0) {
            verifier->looks = 1;
            return false;
        }
        if (!boxes_meet(&box, &verifier->node[n])) {
            continue;
        }
        if (n < verifier->leaves) {
            stack[depth++] = 2 * n;
            stack[depth++] = 2 * n + 1;
        } else if (n - verifier->leaves > i &&
                   !has_separating_side(&verifier->shape[i],
                                        &verifier->shape[n - verifier->leaves]) &&
                   !has_separating_side(&verifier->shape[n - verifier->leaves],
                                        &verifier->shape[i])) {
            verifier->verdict->overlapping++;
        }
    }
    return true;
}

static enum uvp_code count_overlaps(struct verifier *verifier)
{
    for (uint32_t i = 0; i < verifier->count; i++) {
        const uint64_t before = verifier->looks;
        if (verifier->verdict->overlapping >= OVERLAPS_MAX) {
            return UVP_OK;
        }
        if (!test_later(verifier, i)) {
            return uvp_fail(verifier->work->err, UVP_LIMIT, 0,
                            "too many UV triangles lie across each other to tell");
        }
        UVP_TRY(uvp_work_count(verifier->work, (uint32_t)(before - verifier->looks) * 2));
    }
    return UVP_OK;
}

static enum uvp_code verify(struct verifier *verifier)
{
    const struct uvp_atlas_input *const input = verifier->work->input;

    UVP_TAKE(verifier->work, verifier->shape, input->triangle_count);
    for (uint32_t t = 0; t < input->triangle_count; t++) {
        read_triangle(verifier, t);
        UVP_TRY(uvp_work_count(verifier->work, 10));
    }
    UVP_TRY(sort_shapes(verifier));
    UVP_TRY(build_tree(verifier));
    return count_overlaps(verifier);
}

enum uvp_code uvp_atlas_verify(const struct uvp_atlas_input *input,
                               const struct uvp_atlas_result *result, struct uvp_arena *scratch,
                               struct uvp_stop *stop, struct uvp_atlas_verdict *verdict,
                               struct uvp_error *err)
{
    struct uvp_atlas_verdict found = {0};
    struct uvp_atlas_work work = {.input = input, .scratch = scratch, .stop = stop, .err = err};
    struct verifier verifier = {
        .work = &work,
        .result = result,
        .verdict = &found,
        .looks = LOOKS_MIN + LOOKS_PER_TRIANGLE * (uint64_t)input->triangle_count,
    };

    UVP_TRY(uvp_stop_poll(stop, err));
    UVP_TRY(verify(&verifier));
    *verdict = found;
    return UVP_OK;
}

static float snapped(float value)
{
    const double at = (double)value * UVP_LATTICE;

    if (!(at >= 0 && at <= UVP_LATTICE)) {
        return value;
    }
    return (float)((double)(int32_t)at / UVP_LATTICE);
}

enum uvp_code uvp_atlas_check(const struct uvp_atlas_input *input,
                              const struct uvp_atlas_uvs *uvs, struct uvp_arena *scratch,
                              struct uvp_stop *stop, struct uvp_atlas_verdict *verdict,
                              struct uvp_error *err)
{
    struct uvp_atlas_result result = {.uv_count = uvs->uv_count, .corner_uv = uvs->corner_uv};
    float *const uv = uvp_arena_take(scratch, 2 * (size_t)uvs->uv_count, sizeof *uv);

    if (uv == NULL) {
        return uvp_fail_memory(err, 2 * (size_t)uvs->uv_count * sizeof *uv);
    }
    for (size_t i = 0; i < 2 * (size_t)uvs->uv_count; i++) {
        uv[i] = snapped(uvs->uv[i]);
    }
    result.uv = uv;
    return uvp_atlas_verify(input, &result, scratch, stop, verdict, err);
}
