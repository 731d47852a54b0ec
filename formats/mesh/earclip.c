/*
 * Ear clipping (G. Meisters, "Polygons have ears", 1975) on the polygon seen along the axis its
 * normal (M. Newell's sum) is closest to: leaving a coordinate out rounds nothing, so corners
 * on a line stay on it.
 *
 * An ear is a corner that turns left and whose triangle, edges included, holds no corner that
 * does not turn left. Counting edges in means that the cut never runs through another corner,
 * so a simple polygon stays simple to the end. In a simple polygon a corner that turns left
 * does so for good; hence the grid of the others only ever loses items.
 *
 * Corners wait in a queue. One whose neighbour was cut off goes to its end before it is looked
 * at, so that a round takes every other corner: that halves the polygon each round and keeps
 * triangles fat, where taking the first ear each time would make a fan of slivers. A corner
 * that is no ear leaves the queue until its neighbours change. When the queue runs dry all
 * corners left are asked again, for what blocked them may be gone.
 */
#include "formats/mesh/earclip.h"

#include <math.h>
#include <string.h>

#define WORK_BASE UINT64_C(4000000)
#define WORK_PER_CORNER UINT64_C(500)
#define WORK_PER_POLL UINT64_C(100000)
#define GRID_SIDE_MAX 1024

#define MARK_QUEUED 1u
#define MARK_TOUCHED 2u

enum state { STATE_CONVEX = 0, STATE_BLOCKER, STATE_GONE };

enum uvp_code uvp_earclip_init(struct uvp_earclip *earclip, uint32_t corners_max,
                               struct uvp_arena *arena, struct uvp_error *err)
{
    const size_t count = corners_max;
    struct uvp_earclip_grid *const grid = &earclip->grid;

    memset(earclip, 0, sizeof *earclip);
    if (count == 0) {
        return UVP_OK;
    }
    earclip->x = UVP_ARENA_ARRAY(arena, double, count);
    earclip->y = UVP_ARENA_ARRAY(arena, double, count);
    earclip->next = UVP_ARENA_ARRAY(arena, uint32_t, count);
    earclip->previous = UVP_ARENA_ARRAY(arena, uint32_t, count);
    earclip->state = UVP_ARENA_ARRAY(arena, unsigned char, count);
    earclip->mark = UVP_ARENA_ARRAY(arena, unsigned char, count);
    earclip->queue = UVP_ARENA_ARRAY(arena, uint32_t, count);
    grid->start = UVP_ARENA_ARRAY(arena, uint32_t, count + 1);
    grid->count = UVP_ARENA_ARRAY(arena, uint32_t, count + 1);
    grid->items = UVP_ARENA_ARRAY(arena, uint32_t, count);
    if (earclip->x == NULL || earclip->y == NULL || earclip->next == NULL ||
        earclip->previous == NULL || earclip->state == NULL || earclip->mark == NULL ||
        earclip->queue == NULL || grid->start == NULL || grid->count == NULL ||
        grid->items == NULL) {
        return uvp_fail_memory(err, 42 * count);
    }
    return UVP_OK;
}

/* ---- the plane ---- */

static void find_normal(const float *positions, const uint32_t *vertex, uint32_t corners,
                        double normal[3])
{
    const float *const origin = positions + (size_t)3 * vertex[0];
    double before[3] = {0, 0, 0}; /* relative to corner 0: far from 0 nothing cancels badly */

    normal[0] = normal[1] = normal[2] = 0;
    for (uint32_t i = 1; i < corners; i++) {
        const float *const at = positions + (size_t)3 * vertex[i];
        const double now[3] = {(double)at[0] - (double)origin[0],
                               (double)at[1] - (double)origin[1],
                               (double)at[2] - (double)origin[2]};
        normal[0] += before[1] * now[2] - before[2] * now[1];
        normal[1] += before[2] * now[0] - before[0] * now[2];
        normal[2] += before[0] * now[1] - before[1] * now[0];
        memcpy(before, now, sizeof now);
    }
}

/* Fills x and y; false when the polygon has no plane. */
static bool project(struct uvp_earclip *earclip, const float *positions, const uint32_t *vertex,
                    uint32_t corners)
{
    double normal[3];
    int axis = 0;
    int x_axis;
    int y_axis;

    find_normal(positions, vertex, corners, normal);
    if (!isfinite(normal[0]) || !isfinite(normal[1]) || !isfinite(normal[2])) {
        return false;
    }
    axis = fabs(normal[1]) > fabs(normal[axis]) ? 1 : axis;
    axis = fabs(normal[2]) > fabs(normal[axis]) ? 2 : axis;
    if (normal[axis] == 0.0) {
        return false;
    }
    x_axis = (axis + 1) % 3;
    y_axis = (axis + 2) % 3;
    if (normal[axis] < 0.0) {
        x_axis = (axis + 2) % 3;
        y_axis = (axis + 1) % 3;
    }
    for (uint32_t i = 0; i < corners; i++) {
        const float *const at = positions + (size_t)3 * vertex[i];
        earclip->x[i] = (double)at[x_axis];
        earclip->y[i] = (double)at[y_axis];
    }
    return true;
}

/* Twice the area of the triangle: positive when it turns left. */
static double turn(const struct uvp_earclip *earclip, uint32_t a, uint32_t b, uint32_t c)
{
    const double *const x = earclip->x;
    const double *const y = earclip->y;

    return (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]);
}

/* All corners turn left. Going round more than once means crossing itself: nothing is promised.
 */
static bool is_convex(const struct uvp_earclip *earclip, uint32_t corners)
{
    for (uint32_t i = 0; i < corners; i++) {
        const uint32_t b = i + 1 < corners ? i + 1 : i + 1 - corners;
        const uint32_t c = i + 2 < corners ? i + 2 : i + 2 - corners;
        if (!(turn(earclip, i, b, c) > 0.0)) {
            return false;
        }
    }
    return true;
}

/* ---- the grid ---- */

static uint32_t clamp_cell(double at, uint32_t side)
{
    if (!(at > 0.0)) {
        return 0;
    }
    return at >= (double)side ? side - 1 : (uint32_t)at;
}

static uint32_t cell_x(const struct uvp_earclip_grid *grid, double x)
{
    return clamp_cell((x - grid->x) * grid->x_scale, grid->side);
}

static uint32_t cell_y(const struct uvp_earclip_grid *grid, double y)
{
    return clamp_cell((y - grid->y) * grid->y_scale, grid->side);
}

static uint32_t cell_of(const struct uvp_earclip *earclip, uint32_t corner)
{
    const struct uvp_earclip_grid *const grid = &earclip->grid;

    return cell_y(grid, earclip->y[corner]) * grid->side + cell_x(grid, earclip->x[corner]);
}

static double span_scale(double low, double high, uint32_t side)
{
    const double scale = (double)side / (high - low);

    return high > low && isfinite(scale) ? scale : 0.0;
}

static void place_grid(struct uvp_earclip *earclip, uint32_t start)
{
    struct uvp_earclip_grid *const grid = &earclip->grid;
    double x_high = earclip->x[start];
    double y_high = earclip->y[start];
    uint32_t corner = start;

    grid->x = x_high;
    grid->y = y_high;
    do {
        grid->x = fmin(grid->x, earclip->x[corner]);
        grid->y = fmin(grid->y, earclip->y[corner]);
        x_high = fmax(x_high, earclip->x[corner]);
        y_high = fmax(y_high, earclip->y[corner]);
        corner = earclip->next[corner];
    } while (corner != start);
    grid->side = (uint32_t)sqrt((double)earclip->blockers);
    grid->side = grid->side < 1 ? 1 : grid->side;
    grid->side = grid->side > GRID_SIDE_MAX ? GRID_SIDE_MAX : grid->side;
    grid->x_scale = span_scale(grid->x, x_high, grid->side);
    grid->y_scale = span_scale(grid->y, y_high, grid->side);
}

/* Sorts the blockers left into cells; at most as many cells as blockers. */
static void build_grid(struct uvp_earclip *earclip, uint32_t start)
{
    struct uvp_earclip_grid *const grid = &earclip->grid;
    uint32_t corner = start;
    uint32_t cells;

    place_grid(earclip, start);
    cells = grid->side * grid->side;
    memset(grid->count, 0, (size_t)cells * sizeof *grid->count);
    do {
        if (earclip->state[corner] == STATE_BLOCKER) {
            grid->count[cell_of(earclip, corner)]++;
        }
        corner = earclip->next[corner];
    } while (corner != start);
    grid->start[0] = 0;
    for (uint32_t cell = 0; cell < cells; cell++) {
        grid->start[cell + 1] = grid->start[cell] + grid->count[cell];
    }
    grid->filled = grid->start[cells];
    memset(grid->count, 0, (size_t)cells * sizeof *grid->count);
    do {
        if (earclip->state[corner] == STATE_BLOCKER) {
            const uint32_t cell = cell_of(earclip, corner);
            grid->items[grid->start[cell] + grid->count[cell]++] = corner;
        }
        corner = earclip->next[corner];
    } while (corner != start);
    earclip->work += earclip->left;
}

/* ---- ears ---- */

static bool same_place(const struct uvp_earclip *earclip, uint32_t a, uint32_t b)
{
    return earclip->x[a] == earclip->x[b] && earclip->y[a] == earclip->y[b];
}

static bool blocks(const struct uvp_earclip *earclip, uint32_t a, uint32_t b, uint32_t c,
                   uint32_t corner)
{
    return turn(earclip, a, b, corner) >= 0.0 && turn(earclip, b, c, corner) >= 0.0 &&
           turn(earclip, c, a, corner) >= 0.0 && !same_place(earclip, corner, a) &&
           !same_place(earclip, corner, b) && !same_place(earclip, corner, c);
}

/* Looks through one cell, and forgets the items that block no more. */
static bool cell_blocks(struct uvp_earclip *earclip, uint32_t cell, uint32_t a, uint32_t b,
                        uint32_t c)
{
    struct uvp_earclip_grid *const grid = &earclip->grid;
    uint32_t *const items = grid->items + grid->start[cell];
    uint32_t i = 0;

    earclip->work += grid->count[cell] + 1;
    while (i < grid->count[cell]) {
        const uint32_t corner = items[i];
        if (earclip->state[corner] != STATE_BLOCKER) {
            items[i] = items[--grid->count[cell]];
            continue;
        }
        if (blocks(earclip, a, b, c, corner)) {
            return true;
        }
        i++;
    }
    return false;
}

static double least(double a, double b, double c)
{
    return fmin(a, fmin(b, c));
}

static double most(double a, double b, double c)
{
    return fmax(a, fmax(b, c));
}

static bool is_blocked(struct uvp_earclip *earclip, uint32_t a, uint32_t b, uint32_t c)
{
    const struct uvp_earclip_grid *const grid = &earclip->grid;
    const double *const x = earclip->x;
    const double *const y = earclip->y;
    const uint32_t x_first = cell_x(grid, least(x[a], x[b], x[c]));
    const uint32_t x_last = cell_x(grid, most(x[a], x[b], x[c]));
    const uint32_t y_first = cell_y(grid, least(y[a], y[b], y[c]));
    const uint32_t y_last = cell_y(grid, most(y[a], y[b], y[c]));

    for (uint32_t row = y_first; row <= y_last; row++) {
        for (uint32_t column = x_first; column <= x_last; column++) {
            if (cell_blocks(earclip, row * grid->side + column, a, b, c)) {
                return true;
            }
        }
    }
    return false;
}

/* A repeated corner, or the tip of a path that runs back on itself: its triangle is empty. */
static bool is_spike(const struct uvp_earclip *earclip, uint32_t a, uint32_t b, uint32_t c)
{
    const double *const x = earclip->x;
    const double *const y = earclip->y;

    return turn(earclip, a, b, c) == 0.0 &&
           (x[a] - x[b]) * (x[c] - x[b]) + (y[a] - y[b]) * (y[c] - y[b]) >= 0.0;
}

static void classify(struct uvp_earclip *earclip, uint32_t corner)
{
    const bool convex =
        turn(earclip, earclip->previous[corner], corner, earclip->next[corner]) > 0.0;

    if (earclip->state[corner] == STATE_BLOCKER && convex) {
        earclip->state[corner] = STATE_CONVEX;
        earclip->blockers--;
    }
}

static void put_triangle(struct uvp_earclip *earclip, uint32_t a, uint32_t b, uint32_t c)
{
    earclip->to[0] = earclip->first + a;
    earclip->to[1] = earclip->first + b;
    earclip->to[2] = earclip->first + c;
    earclip->to += 3;
}

/* ---- the queue ---- */

static void queue_put(struct uvp_earclip *earclip, uint32_t corner)
{
    uint32_t place = earclip->queue_first + earclip->queue_count;

    if ((earclip->mark[corner] & MARK_QUEUED) != 0) {
        return;
    }
    place -= place >= earclip->corners ? earclip->corners : 0;
    earclip->queue[place] = corner;
    earclip->queue_count++;
    earclip->mark[corner] |= MARK_QUEUED;
}

static uint32_t queue_take(struct uvp_earclip *earclip)
{
    const uint32_t corner = earclip->queue[earclip->queue_first];

    earclip->queue_first++;
    earclip->queue_first -= earclip->queue_first == earclip->corners ? earclip->corners : 0;
    earclip->queue_count--;
    earclip->mark[corner] &= (unsigned char)~MARK_QUEUED;
    return corner;
}

static void queue_put_ring(struct uvp_earclip *earclip, uint32_t start)
{
    uint32_t corner = start;

    do {
        earclip->mark[corner] = 0;
        queue_put(earclip, corner);
        corner = earclip->next[corner];
    } while (corner != start);
    earclip->work += earclip->left;
}

/* Its shape changed: it is worth a look, but after those that wait. */
static void touch(struct uvp_earclip *earclip, uint32_t corner)
{
    classify(earclip, corner);
    if ((earclip->mark[corner] & MARK_QUEUED) != 0) {
        earclip->mark[corner] |= MARK_TOUCHED;
    }
    queue_put(earclip, corner);
}

/* ---- cuts ---- */

/* Cuts the corner off and takes it out of the ring. */
static void clip(struct uvp_earclip *earclip, uint32_t corner)
{
    const uint32_t a = earclip->previous[corner];
    const uint32_t c = earclip->next[corner];

    put_triangle(earclip, a, corner, c);
    earclip->next[a] = c;
    earclip->previous[c] = a;
    earclip->blockers -= earclip->state[corner] == STATE_BLOCKER;
    earclip->state[corner] = STATE_GONE;
    earclip->left--;
    touch(earclip, a);
    touch(earclip, c);
}

static bool is_ear(struct uvp_earclip *earclip, uint32_t corner)
{
    const uint32_t a = earclip->previous[corner];
    const uint32_t c = earclip->next[corner];

    earclip->work++;
    if (is_spike(earclip, a, corner, c)) {
        return true;
    }
    return turn(earclip, a, corner, c) > 0.0 && !is_blocked(earclip, a, corner, c);
}

/* No ear anywhere: the polygon crosses itself. Some corner must go; best one that turns left.
 */
static uint32_t choose_any(struct uvp_earclip *earclip, uint32_t start)
{
    uint32_t corner = start;

    do {
        if (turn(earclip, earclip->previous[corner], corner, earclip->next[corner]) > 0.0) {
            return corner;
        }
        earclip->work++;
        corner = earclip->next[corner];
    } while (corner != start);
    return start;
}

static void make_ring(struct uvp_earclip *earclip, uint32_t corners)
{
    earclip->left = corners;
    earclip->blockers = 0;
    for (uint32_t i = 0; i < corners; i++) {
        earclip->next[i] = i + 1 < corners ? i + 1 : 0;
        earclip->previous[i] = i > 0 ? i - 1 : corners - 1;
    }
    for (uint32_t i = 0; i < corners; i++) {
        const bool convex = turn(earclip, earclip->previous[i], i, earclip->next[i]) > 0.0;
        earclip->state[i] = convex ? STATE_CONVEX : STATE_BLOCKER;
        earclip->blockers += !convex;
    }
}

/* Triangles from one corner to all others, whatever their shape. */
static void cut_fan(struct uvp_earclip *earclip, uint32_t corners)
{
    for (uint32_t i = 2; i < corners; i++) {
        put_triangle(earclip, 0, i - 1, i);
    }
}

static void finish_in_order(struct uvp_earclip *earclip, uint32_t corner)
{
    while (earclip->left > 2) {
        const uint32_t next = earclip->next[corner];
        clip(earclip, corner);
        corner = next;
    }
}

static enum uvp_code poll(struct uvp_earclip *earclip, struct uvp_stop *stop,
                          struct uvp_error *err)
{
    if (earclip->work < earclip->next_poll) {
        return UVP_OK;
    }
    earclip->next_poll = earclip->work + WORK_PER_POLL;
    return uvp_stop_poll(stop, err);
}

/* The next corner to look at; `any` is one that is left. False when all were no ears. */
static bool next_corner(struct uvp_earclip *earclip, uint32_t any, bool *asked_all,
                        uint32_t *corner)
{
    while (earclip->queue_count > 0) {
        *corner = queue_take(earclip);
        if (earclip->state[*corner] == STATE_GONE) {
            continue;
        }
        if ((earclip->mark[*corner] & MARK_TOUCHED) == 0) {
            return true;
        }
        earclip->mark[*corner] = 0;
        queue_put(earclip, *corner);
    }
    if (*asked_all) {
        return false;
    }
    *asked_all = true;
    queue_put_ring(earclip, any);
    *corner = queue_take(earclip);
    return true;
}

static enum uvp_code clip_all(struct uvp_earclip *earclip, struct uvp_stop *stop,
                              struct uvp_error *err)
{
    uint32_t any = 0;       /* a corner that is left */
    bool asked_all = false; /* since the last ear */

    build_grid(earclip, any);
    queue_put_ring(earclip, any);
    while (earclip->left > 3 && earclip->work <= earclip->work_limit) {
        uint32_t corner;
        UVP_TRY(poll(earclip, stop, err));
        if (earclip->blockers < earclip->grid.filled / 4) {
            build_grid(earclip, any);
        }
        if (!next_corner(earclip, any, &asked_all, &corner)) {
            corner = choose_any(earclip, any);
        } else if (!is_ear(earclip, corner)) {
            continue;
        }
        any = earclip->next[corner];
        asked_all = false;
        clip(earclip, corner);
    }
    finish_in_order(earclip, any);
    return UVP_OK;
}

enum uvp_code uvp_earclip_cut(struct uvp_earclip *earclip, const float *positions,
                              const uint32_t *vertex, uint32_t first, uint32_t corners,
                              struct uvp_stop *stop, uint32_t *to, struct uvp_error *err)
{
    earclip->to = to;
    earclip->first = first;
    earclip->work = 0;
    earclip->work_limit = WORK_BASE + WORK_PER_CORNER * corners;
    earclip->next_poll = WORK_PER_POLL;
    earclip->corners = corners;
    earclip->queue_first = 0;
    earclip->queue_count = 0;
    if (!project(earclip, positions, vertex, corners) || is_convex(earclip, corners)) {
        cut_fan(earclip, corners);
        return UVP_OK;
    }
    make_ring(earclip, corners);
    return clip_all(earclip, stop, err);
}
