/*
 * Vertex clustering after Rossignac and Borrel (1993), with the chart as part of the cell: what
 * lies on two sides of a seam never melts. A cluster is shown by the first of its corners, so
 * that place and UV belong together. One table serves all ways: only the key of a corner
 * differs. A grid that gives too much is left as soon as it has, so that the passes together
 * cost little more than the last one.
 *
 * Charts are what hangs together by shared UVs: of what the engine makes exactly its charts; of
 * UVs from elsewhere, two that touch in UV may count as one.
 */
#include "stages/unwrapper/thin.h"

#include <string.h>

#include "pipeline/base/joined.h"

#define TRIANGLES_PER_POLL 65536U
#define FIRST_GRID 256U
#define LAST_GRID 12U
#define NOBODY UINT32_MAX

struct slot {
    uint64_t key;
    uint32_t point; /* NOBODY: free */
};

struct thinner {
    const struct uvp_shape *shape;
    struct uvp_thin *thin;
    struct uvp_stop *stop;
    uint32_t most;
    uint32_t *chart; /* of each UV: first the forest, then the root's */
    struct slot *slots;
    uint32_t slot_mask;
    uint32_t grid;   /* cells a side; 0: each corner is its own */
    uint32_t stride; /* every n-th triangle */
    double low[3];   /* of the box of finite corners */
    double cells;    /* a unit of length */
};

/* ---- charts ---- */

static bool read_triangle(const struct uvp_shape *shape, uint32_t t, uint32_t *vertex,
                          uint32_t *uv)
{
    return uvp_shape_corner(shape, t, 0, &vertex[0], &uv[0]) &&
           uvp_shape_corner(shape, t, 1, &vertex[1], &uv[1]) &&
           uvp_shape_corner(shape, t, 2, &vertex[2], &uv[2]);
}

static void widen_box(const struct thinner *thinner, uint32_t vertex, double *low, double *high)
{
    for (int axis = 0; axis < 3; axis++) {
        const double at = (double)thinner->shape->positions[3 * (size_t)vertex + (size_t)axis];

        low[axis] = fmin(low[axis], at);
        high[axis] = fmax(high[axis], at);
    }
}

/* Charts and the box, in one walk. */
static enum uvp_code look_around(struct thinner *thinner, double *size, struct uvp_error *err)
{
    const struct uvp_shape *const shape = thinner->shape;
    double high[3] = {-(double)INFINITY, -(double)INFINITY, -(double)INFINITY};
    uint32_t vertex[3];
    uint32_t uv[3];

    for (int axis = 0; axis < 3; axis++) {
        thinner->low[axis] = (double)INFINITY;
    }
    for (uint32_t i = 0; i < shape->uv_count; i++) {
        thinner->chart[i] = i;
    }
    for (uint32_t t = 0; t < shape->triangle_count; t++) {
        if (t % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(thinner->stop, err));
        }
        if (read_triangle(shape, t, vertex, uv)) {
            uvp_joined_join(thinner->chart, uv[0], uv[1]);
            uvp_joined_join(thinner->chart, uv[0], uv[2]);
            for (int k = 0; k < 3; k++) {
                widen_box(thinner, vertex[k], thinner->low, high);
            }
        }
    }
    *size = fmax(high[0] - thinner->low[0],
                 fmax(high[1] - thinner->low[1], high[2] - thinner->low[2]));
    return UVP_OK;
}

/* ---- points ---- */

static uint64_t key_of(const struct thinner *thinner, uint32_t vertex, uint32_t uv)
{
    const float *const at = thinner->shape->positions + 3 * (size_t)vertex;
    uint64_t cell = 0;

    if (thinner->grid == 0) {
        return (uint64_t)uv << 32 | vertex;
    }
    for (int axis = 0; axis < 3; axis++) {
        const double place = ((double)at[axis] - thinner->low[axis]) * thinner->cells;
        const uint32_t step = place < thinner->grid ? (uint32_t)place : thinner->grid - 1;

        cell = cell << 10 | step;
    }
    return (uint64_t)uvp_joined_root(thinner->chart, uv) << 32 | cell;
}

static uint64_t mix(uint64_t key)
{
    key ^= key >> 31;
    key *= 0x9e3779b97f4a7c15U;
    key ^= key >> 29;
    key *= 0xbf58476d1ce4e5b9U;
    return key ^ key >> 32;
}

/* The slot of a key: its own, or a free one. The table is never more than half full. */
static struct slot *find_slot(const struct thinner *thinner, uint64_t key)
{
    uint32_t at = (uint32_t)mix(key) & thinner->slot_mask;

    while (thinner->slots[at].point != NOBODY && thinner->slots[at].key != key) {
        at = (at + 1) & thinner->slot_mask;
    }
    return &thinner->slots[at];
}

static uint32_t point_of(struct thinner *thinner, uint32_t vertex, uint32_t uv)
{
    struct uvp_thin *const thin = thinner->thin;
    const uint64_t key = key_of(thinner, vertex, uv);
    struct slot *const slot = find_slot(thinner, key);

    if (slot->point == NOBODY) {
        slot->key = key;
        slot->point = thin->point_count++;
        thin->point_vertex[slot->point] = vertex;
        thin->point_uv[slot->point] = uv;
    }
    return slot->point;
}

/* A triangle that has lost a side is none; its points may stay, unused. */
static void add_triangle(struct thinner *thinner, uint32_t t, const uint32_t *vertex,
                         const uint32_t *uv)
{
    struct uvp_thin *const thin = thinner->thin;
    uint32_t *const to = thin->triangles + 3 * (size_t)thin->triangle_count;

    for (int k = 0; k < 3; k++) {
        to[k] = point_of(thinner, vertex[k], uv[k]);
    }
    if (thinner->grid != 0 && (to[0] == to[1] || to[1] == to[2] || to[0] == to[2])) {
        return;
    }
    thin->source[thin->triangle_count++] = t;
}

/* False when there are too many. */
static enum uvp_code walk(struct thinner *thinner, bool *fits, struct uvp_error *err)
{
    const struct uvp_shape *const shape = thinner->shape;
    struct uvp_thin *const thin = thinner->thin;
    const uint32_t most_points = 3 * thinner->most - 3;
    uint32_t vertex[3];
    uint32_t uv[3];

    thin->point_count = 0;
    thin->triangle_count = 0;
    for (uint32_t i = 0; i <= thinner->slot_mask; i++) {
        thinner->slots[i].point = NOBODY;
    }
    *fits = false;
    for (uint32_t t = 0; t < shape->triangle_count; t += thinner->stride) {
        if (t / thinner->stride % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(thinner->stop, err));
        }
        if (!read_triangle(shape, t, vertex, uv)) {
            continue;
        }
        if (thin->triangle_count == thinner->most || thin->point_count > most_points) {
            return UVP_OK;
        }
        add_triangle(thinner, t, vertex, uv);
    }
    *fits = true;
    return UVP_OK;
}

/* ---- the end: points in the order of use, charts by number ---- */

/* Numbers points anew as the triangles name them; those that none names go. */
static enum uvp_code settle_points(struct thinner *thinner, struct uvp_arena *scratch,
                                   struct uvp_error *err)
{
    struct uvp_thin *const thin = thinner->thin;
    const uint32_t before = thin->point_count;
    uint32_t *const number = UVP_ARENA_ARRAY(scratch, uint32_t, before + 1);
    uint32_t *const vertex = UVP_ARENA_ARRAY(scratch, uint32_t, before + 1);
    uint32_t *const uv = UVP_ARENA_ARRAY(scratch, uint32_t, before + 1);
    uint32_t count = 0;

    if (number == NULL || vertex == NULL || uv == NULL) {
        return uvp_fail_memory(err, (size_t)12 * before);
    }
    memset(number, 0xff, sizeof *number * before);
    for (size_t i = 0; i < 3 * (size_t)thin->triangle_count; i++) {
        const uint32_t point = thin->triangles[i];

        if (number[point] == NOBODY) {
            vertex[count] = thin->point_vertex[point];
            uv[count] = thin->point_uv[point];
            number[point] = count++;
        }
        thin->triangles[i] = number[point];
    }
    thin->point_vertex = vertex;
    thin->point_uv = uv;
    thin->point_count = count;
    return UVP_OK;
}

static enum uvp_code number_charts(struct thinner *thinner, struct uvp_arena *scratch,
                                   struct uvp_error *err)
{
    struct uvp_thin *const thin = thinner->thin;
    const uint32_t uv_count = thinner->shape->uv_count;
    uint32_t *const number = UVP_ARENA_ARRAY(scratch, uint32_t, (size_t)uv_count + 1);

    thin->point_chart = UVP_ARENA_ARRAY(scratch, uint32_t, (size_t)thin->point_count + 1);
    if (number == NULL || thin->point_chart == NULL) {
        return uvp_fail_memory(err, (size_t)4 * uv_count);
    }
    memset(number, 0xff, sizeof *number * uv_count);
    thin->chart_count = 0;
    for (uint32_t i = 0; i < thin->point_count; i++) {
        const uint32_t root = uvp_joined_root(thinner->chart, thin->point_uv[i]);

        if (number[root] == NOBODY) {
            number[root] = thin->chart_count++;
        }
        thin->point_chart[i] = number[root];
    }
    return UVP_OK;
}

static enum uvp_code make_room(struct thinner *thinner, struct uvp_arena *scratch,
                               struct uvp_error *err)
{
    struct uvp_thin *const thin = thinner->thin;
    const size_t points = 3 * (size_t)thinner->most + 3;
    size_t slots = 16;

    while (slots < 2 * points) {
        slots *= 2;
    }
    thinner->slot_mask = (uint32_t)(slots - 1);
    thinner->slots = UVP_ARENA_ARRAY(scratch, struct slot, slots);
    thinner->chart = UVP_ARENA_ARRAY(scratch, uint32_t, (size_t)thinner->shape->uv_count + 1);
    thin->point_vertex = UVP_ARENA_ARRAY(scratch, uint32_t, points);
    thin->point_uv = UVP_ARENA_ARRAY(scratch, uint32_t, points);
    thin->triangles = UVP_ARENA_ARRAY(scratch, uint32_t, points);
    thin->source = UVP_ARENA_ARRAY(scratch, uint32_t, thinner->most + (size_t)1);
    if (thinner->slots == NULL || thinner->chart == NULL || thin->point_vertex == NULL ||
        thin->point_uv == NULL || thin->triangles == NULL || thin->source == NULL) {
        return uvp_fail_memory(err, slots * sizeof *thinner->slots);
    }
    return UVP_OK;
}

/* Whole, or on finer and then coarser grids, or every n-th. */
static enum uvp_code choose(struct thinner *thinner, double size, struct uvp_error *err)
{
    const uint32_t count = thinner->shape->triangle_count;
    struct uvp_thin *const thin = thinner->thin;
    bool fits = false;

    if (count <= thinner->most) {
        thin->kind = UVP_THIN_WHOLE;
        return walk(thinner, &fits, err);
    }
    thin->kind = UVP_THIN_CLUSTERED;
    for (uint32_t grid = FIRST_GRID; size > 0 && grid >= LAST_GRID; grid = grid * 3 / 4) {
        thinner->grid = grid;
        thinner->cells = grid / size;
        UVP_TRY(walk(thinner, &fits, err));
        if (fits && thin->triangle_count >= thinner->most / 16) {
            return UVP_OK;
        }
        if (fits) {
            break; /* hardly anything is left: no surface, but crumbs */
        }
    }
    thin->kind = UVP_THIN_SAMPLED;
    thinner->grid = 0;
    thinner->stride = (count + thinner->most - 1) / thinner->most;
    return walk(thinner, &fits, err);
}

enum uvp_code uvp_thin_make(const struct uvp_shape *shape, uint32_t most,
                            struct uvp_arena *scratch, struct uvp_stop *stop,
                            struct uvp_thin *thin, struct uvp_error *err)
{
    struct thinner thinner = {
        .shape = shape,
        .thin = thin,
        .stop = stop,
        .most = shape->triangle_count < most ? shape->triangle_count + 1 : most,
        .stride = 1,
    };
    double size = 0;

    memset(thin, 0, sizeof *thin);
    UVP_TRY(make_room(&thinner, scratch, err));
    UVP_TRY(look_around(&thinner, &size, err));
    UVP_TRY(choose(&thinner, size, err));
    UVP_TRY(settle_points(&thinner, scratch, err));
    return number_charts(&thinner, scratch, err);
}
