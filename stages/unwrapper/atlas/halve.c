/*
 * Halving: two fronts grow from the two ends of the piece along its principal axis, so both
 * halves are connected. A step costs its length, and more across a bend: the fronts meet in
 * folds. The nearer front moves, unless it has run away from the other. When one half is
 * starved because everything hangs on one polygon, that polygon goes alone and the rest falls
 * into components.
 */
#include <string.h>

#include "stages/unwrapper/atlas/flatten.h"

#define STARVED 16 /* a half below 1/16 of the whole counts as starved */
#define HUB_TRIANGLES 8
#define AXIS_STEPS 12
#define BEND_COST 4.0
#define LEAD 4 /* triangles a front may have beyond twice the other's */

/* Sides whose components are still to be told apart; there are never as many triangles. */
#define FIRST_SIDE (UVP_NONE - 3)

struct splitter {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_pieces *pieces;
    uint32_t *triangles;
    uint32_t count;
    uint32_t *side;  /* part of each place in the list, UVP_NONE: not yet */
    uint32_t *queue; /* places */
};

static uint32_t unit_at(const struct splitter *splitter, uint32_t place)
{
    return uvp_unit_of(splitter->topology, splitter->triangles[place]);
}

static struct uvp_vec3 centre_of(const struct splitter *splitter, uint32_t place)
{
    const uint32_t *const v =
        splitter->topology->vertex + 3 * (size_t)splitter->triangles[place];
    const struct uvp_vec3 a = uvp_point_of(splitter->topology, v[0]);
    const struct uvp_vec3 b = uvp_point_of(splitter->topology, v[1]);
    const struct uvp_vec3 c = uvp_point_of(splitter->topology, v[2]);

    return uvp_vec3_scale(uvp_vec3_add(uvp_vec3_add(a, b), c), 1.0 / 3);
}

/* Direction in which the piece is longest: power iteration on the centres' covariance. */
static struct uvp_vec3 principal_axis(const struct splitter *splitter)
{
    struct uvp_vec3 mean = {0, 0, 0};
    struct uvp_vec3 row[3] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    struct uvp_vec3 axis = {1, 0.9, 0.8};

    for (uint32_t i = 0; i < splitter->count; i++) {
        mean = uvp_vec3_add(mean, centre_of(splitter, i));
    }
    mean = uvp_vec3_scale(mean, 1.0 / splitter->count);
    for (uint32_t i = 0; i < splitter->count; i++) {
        const struct uvp_vec3 d = uvp_vec3_sub(centre_of(splitter, i), mean);
        row[0] = uvp_vec3_add(row[0], uvp_vec3_scale(d, d.x));
        row[1] = uvp_vec3_add(row[1], uvp_vec3_scale(d, d.y));
        row[2] = uvp_vec3_add(row[2], uvp_vec3_scale(d, d.z));
    }
    for (int i = 0; i < AXIS_STEPS; i++) {
        const struct uvp_vec3 next = uvp_vec3_unit(
            (struct uvp_vec3){uvp_vec3_dot(row[0], axis), uvp_vec3_dot(row[1], axis),
                              uvp_vec3_dot(row[2], axis)});
        axis = uvp_vec3_dot(next, next) > 0 ? next : axis;
    }
    return axis;
}

/* The places at both ends of the axis, not of one unit. */
static void find_ends(const struct splitter *splitter, struct uvp_vec3 axis, uint32_t *low,
                      uint32_t *high)
{
    double least = HUGE_VAL;
    double most = -HUGE_VAL;

    *low = 0;
    *high = UVP_NONE;
    for (uint32_t i = 0; i < splitter->count; i++) {
        const double at = uvp_vec3_dot(centre_of(splitter, i), axis);
        if (at < least) {
            least = at;
            *low = i;
        }
    }
    for (uint32_t i = 0; i < splitter->count; i++) {
        const double at = uvp_vec3_dot(centre_of(splitter, i), axis);
        if (unit_at(splitter, i) != unit_at(splitter, *low) && at > most) {
            most = at;
            *high = i;
        }
    }
}

static uint32_t unit_start(const struct splitter *splitter, uint32_t place)
{
    while (place > 0 && unit_at(splitter, place - 1) == unit_at(splitter, place)) {
        place--;
    }
    return place;
}

/* Gives the whole unit at `place` to `side`; returns where its places end. */
static uint32_t claim(const struct splitter *splitter, uint32_t place, uint32_t side)
{
    uint32_t at = unit_start(splitter, place);
    const uint32_t unit = unit_at(splitter, at);

    for (; at < splitter->count && unit_at(splitter, at) == unit; at++) {
        splitter->side[at] = side;
    }
    return at;
}

/* A way to a triangle not yet claimed. Heaps order ways by length, ties by place. */
struct way {
    double length;
    uint32_t place;
};

struct front {
    struct way *heap;
    uint32_t ways;
    uint32_t claimed;
    uint32_t side;
};

static bool is_before(struct way a, struct way b)
{
    return a.length < b.length || (a.length == b.length && a.place < b.place);
}

static void push_way(struct front *front, struct way way)
{
    uint32_t at = front->ways++;

    while (at > 0 && is_before(way, front->heap[(at - 1) / 2])) {
        front->heap[at] = front->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    front->heap[at] = way;
}

static struct way pop_way(struct front *front)
{
    const struct way top = front->heap[0];
    const struct way last = front->heap[--front->ways];
    uint32_t at = 0;

    for (uint32_t child = 1; child < front->ways; child = 2 * at + 1) {
        child +=
            child + 1 < front->ways && is_before(front->heap[child + 1], front->heap[child]);
        if (!is_before(front->heap[child], last)) {
            break;
        }
        front->heap[at] = front->heap[child];
        at = child;
    }
    front->heap[at] = last;
    return top;
}

static double cost_of(const struct splitter *splitter, uint32_t p, uint32_t q)
{
    const double length =
        uvp_vec3_length(uvp_vec3_sub(centre_of(splitter, p), centre_of(splitter, q)));
    const double cosine =
        uvp_vec3_dot(uvp_normal_of(splitter->topology, splitter->triangles[p]),
                     uvp_normal_of(splitter->topology, splitter->triangles[q]));

    return length * (1 + BEND_COST * (1 - cosine));
}

/* Claims the unit at the way's end, and finds the ways on from there. */
static void claim_on(const struct splitter *splitter, struct front *front, struct way way)
{
    const uint32_t start = unit_start(splitter, way.place);
    const uint32_t end = claim(splitter, way.place, front->side);

    for (uint32_t i = start; i < end; i++) {
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t g = uvp_pieces_across(splitter->topology, splitter->pieces,
                                                 3 * splitter->triangles[i] + k);
            const uint32_t to = g != UVP_NONE ? splitter->pieces->local[g / 3] : 0;
            if (g != UVP_NONE && splitter->side[to] == UVP_NONE) {
                push_way(front, (struct way){way.length + cost_of(splitter, i, to), to});
            }
        }
    }
    front->claimed += end - start;
}

/* Drops ways to what was claimed meanwhile; false when none is left. */
static bool has_way(const struct splitter *splitter, struct front *front)
{
    while (front->ways > 0 && splitter->side[front->heap[0].place] != UVP_NONE) {
        (void)pop_way(front);
    }
    return front->ways > 0;
}

/* Whether front a moves, not b; both have ways. */
static bool is_next(const struct front *a, const struct front *b)
{
    if (a->claimed > 2 * b->claimed + LEAD) {
        return false;
    }
    if (b->claimed > 2 * a->claimed + LEAD) {
        return true;
    }
    return a->heap[0].length <= b->heap[0].length;
}

static void forget_sides(const struct splitter *splitter)
{
    for (uint32_t i = 0; i < splitter->count; i++) {
        splitter->side[i] = UVP_NONE;
    }
}

/* Sides 0 and 1, UVP_NONE where neither front came; gives the size of the smaller. */
static enum uvp_code grow_halves(const struct splitter *splitter, uint32_t *smaller,
                                 uint32_t *claimed)
{
    struct front a = {.side = 0};
    struct front b = {.side = 1};
    uint32_t end_a;
    uint32_t end_b;

    UVP_TAKE(splitter->work, a.heap, 3 * (size_t)splitter->count + 1);
    UVP_TAKE(splitter->work, b.heap, 3 * (size_t)splitter->count + 1);
    find_ends(splitter, principal_axis(splitter), &end_a, &end_b);
    UVP_TRY(uvp_work_count(splitter->work, 24 * splitter->count));
    forget_sides(splitter);
    (void)claim(splitter, end_b, 1); /* so that the first claim does not see it as a way */
    claim_on(splitter, &a, (struct way){0, end_a});
    claim_on(splitter, &b, (struct way){0, end_b});
    for (;;) {
        const bool more_a = has_way(splitter, &a);
        const bool more_b = has_way(splitter, &b);
        struct front *front = more_a ? &a : &b;
        if (!more_a && !more_b) {
            break;
        }
        if (more_a && more_b) {
            front = is_next(&a, &b) ? &a : &b;
        }
        claim_on(splitter, front, pop_way(front));
        UVP_TRY(uvp_work_count(splitter->work, 60));
    }
    *smaller = a.claimed < b.claimed ? a.claimed : b.claimed;
    *claimed = a.claimed + b.claimed;
    return UVP_OK;
}

/* A place of the unit with most triangles, so with most neighbours; UVP_NONE: none is large. */
static uint32_t find_hub(const struct splitter *splitter)
{
    uint32_t best = UVP_NONE;
    uint32_t most = HUB_TRIANGLES;

    for (uint32_t i = 0; i < splitter->count;) {
        const uint32_t start = i;
        while (i < splitter->count && unit_at(splitter, i) == unit_at(splitter, start)) {
            i++;
        }
        if (i - start > most) {
            most = i - start;
            best = start;
        }
    }
    return best;
}

/* Gives the component of `place` among those on `from` the side `to`. */
static enum uvp_code flood(const struct splitter *splitter, uint32_t place, uint32_t from,
                           uint32_t to)
{
    uint32_t head = 0;
    uint32_t tail = 0;

    splitter->queue[tail++] = place;
    splitter->side[place] = to;
    while (head < tail) {
        const uint32_t t = splitter->triangles[splitter->queue[head++]];
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t g =
                uvp_pieces_across(splitter->topology, splitter->pieces, 3 * t + k);
            const uint32_t beside = g != UVP_NONE ? splitter->pieces->local[g / 3] : 0;
            if (g != UVP_NONE && splitter->side[beside] == from) {
                splitter->side[beside] = to;
                splitter->queue[tail++] = beside;
            }
        }
        UVP_TRY(uvp_work_count(splitter->work, 12));
    }
    return UVP_OK;
}

/* Sides, told by FIRST_SIDE + 0 ... 2, become one side a component; gives their number. */
static enum uvp_code part_components(const struct splitter *splitter, uint32_t *count)
{
    uint32_t sides = 0;

    for (uint32_t i = 0; i < splitter->count; i++) {
        if (splitter->side[i] >= FIRST_SIDE) {
            UVP_TRY(flood(splitter, i, splitter->side[i], sides));
            sides++;
        }
    }
    *count = sides;
    return UVP_OK;
}

/* Sides are components without the hub, and the hub itself. */
static enum uvp_code take_hub_out(const struct splitter *splitter, uint32_t hub,
                                  uint32_t *count)
{
    for (uint32_t i = 0; i < splitter->count; i++) {
        splitter->side[i] = FIRST_SIDE;
    }
    (void)claim(splitter, hub, FIRST_SIDE + 1);
    return part_components(splitter, count);
}

static uint32_t take_all_apart(const struct splitter *splitter)
{
    uint32_t sides = 0;

    for (uint32_t i = 0; i < splitter->count;) {
        i = claim(splitter, i, sides++);
    }
    return sides;
}

/* Brings the sides in order in the list; stable, so units stay together. */
static enum uvp_code sort_sides(struct splitter *splitter, uint32_t label, uint32_t sides,
                                uint32_t *part)
{
    uint32_t *start;
    uint32_t sum = 0;

    UVP_TAKE(splitter->work, start, sides);
    memset(part, 0, sides * sizeof *part);
    for (uint32_t i = 0; i < splitter->count; i++) {
        part[splitter->side[i]]++;
    }
    for (uint32_t s = 0; s < sides; s++) {
        start[s] = sum;
        sum += part[s];
    }
    UVP_TRY(uvp_work_count(splitter->work, 4 * splitter->count));
    memcpy(splitter->queue, splitter->triangles, splitter->count * sizeof *splitter->queue);
    for (uint32_t i = 0; i < splitter->count; i++) {
        splitter->triangles[start[splitter->side[i]]++] = splitter->queue[i];
    }
    for (uint32_t i = 0, s = 0; i < splitter->count; i++) {
        s += i == start[s];
        uvp_pieces_give(splitter->pieces, splitter->triangles[i], label + start[s] - part[s]);
    }
    return UVP_OK;
}

enum uvp_code uvp_split_sides(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              struct uvp_pieces *pieces, uint32_t label, uint32_t *triangles,
                              uint32_t count, uint32_t *side, uint32_t *part,
                              uint32_t *part_count)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct splitter splitter = {work, topology, pieces, triangles, count, side, NULL};

    UVP_TAKE(work, splitter.queue, count);
    for (uint32_t i = 0; i < count; i++) {
        side[i] += FIRST_SIDE;
    }
    UVP_TRY(part_components(&splitter, part_count));
    UVP_TRY(sort_sides(&splitter, label, *part_count, part));
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 8 * count);
}

/* A piece that was not connected: what the fronts did not reach falls into components. */
static enum uvp_code part_rest(const struct splitter *splitter, uint32_t *count)
{
    for (uint32_t i = 0; i < splitter->count; i++) {
        splitter->side[i] =
            FIRST_SIDE + (splitter->side[i] == UVP_NONE ? 2 : splitter->side[i]);
    }
    return part_components(splitter, count);
}

static enum uvp_code halve(const struct splitter *splitter, uint32_t *count)
{
    uint32_t smaller = 0;
    uint32_t claimed = 0;
    uint32_t hub = UVP_NONE;

    UVP_TRY(grow_halves(splitter, &smaller, &claimed));
    if (claimed < splitter->count) {
        return part_rest(splitter, count);
    }
    if (smaller < splitter->count / STARVED) {
        hub = find_hub(splitter);
    }
    *count = 2;
    return hub != UVP_NONE ? take_hub_out(splitter, hub, count) : UVP_OK;
}

enum uvp_code uvp_split_piece(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              struct uvp_pieces *pieces, uint32_t label, uint32_t *triangles,
                              uint32_t count, bool shatter, uint32_t *part,
                              uint32_t *part_count)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct splitter splitter = {work, topology, pieces, triangles, count, NULL, NULL};

    UVP_TAKE(work, splitter.side, count);
    UVP_TAKE(work, splitter.queue, count);
    if (shatter) {
        *part_count = take_all_apart(&splitter);
    } else {
        UVP_TRY(halve(&splitter, part_count));
    }
    UVP_TRY(sort_sides(&splitter, label, *part_count, part));
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 8 * count);
}
