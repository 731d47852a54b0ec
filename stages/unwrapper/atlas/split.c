/*
 * Halving: two fronts grow over the mesh from two far ends, the smaller one first, so both
 * halves are connected. When one half is starved because everything hangs on one polygon, that
 * polygon goes alone and the rest falls into components.
 */
#include <string.h>

#include "stages/unwrapper/atlas/flatten.h"

#define STARVED 16 /* a half below 1/16 of the whole counts as starved */
#define HUB_TRIANGLES 8

struct splitter {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_pieces *pieces;
    uint32_t *triangles;
    uint32_t count;
    uint32_t *side;  /* part of each place in the list, UVP_NONE: not yet */
    uint32_t *queue; /* places; two queues share it from both ends */
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

/* The place farthest from p, in no unit but `not_unit`'s others. */
static uint32_t farthest(const struct splitter *splitter, struct uvp_vec3 p, uint32_t not_unit)
{
    uint32_t best = UVP_NONE;
    double most = -1;

    for (uint32_t i = 0; i < splitter->count; i++) {
        const struct uvp_vec3 d = uvp_vec3_sub(centre_of(splitter, i), p);
        if (unit_at(splitter, i) != not_unit && uvp_vec3_dot(d, d) > most) {
            most = uvp_vec3_dot(d, d);
            best = i;
        }
    }
    return best;
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

struct front {
    uint32_t head;
    uint32_t tail;
    uint32_t claimed;
    uint32_t side;
    bool backwards; /* its queue runs from the end of the shared array */
};

static uint32_t *queue_at(const struct splitter *splitter, const struct front *front,
                          uint32_t i)
{
    return &splitter->queue[front->backwards ? splitter->count - 1 - i : i];
}

static void front_claim(const struct splitter *splitter, struct front *front, uint32_t place)
{
    const uint32_t start = unit_start(splitter, place);
    const uint32_t end = claim(splitter, place, front->side);

    for (uint32_t i = start; i < end; i++) {
        *queue_at(splitter, front, front->tail++) = i;
    }
    front->claimed += end - start;
}

/* Claims what lies beside the next triangle in the front's queue. */
static void front_step(const struct splitter *splitter, struct front *front)
{
    const uint32_t place = *queue_at(splitter, front, front->head++);
    const uint32_t t = splitter->triangles[place];

    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t g = uvp_pieces_across(splitter->topology, splitter->pieces, 3 * t + k);
        if (g != UVP_NONE && splitter->side[splitter->pieces->local[g / 3]] == UVP_NONE) {
            front_claim(splitter, front, splitter->pieces->local[g / 3]);
        }
    }
}

static void forget_sides(const struct splitter *splitter)
{
    for (uint32_t i = 0; i < splitter->count; i++) {
        splitter->side[i] = UVP_NONE;
    }
}

/* Sides 0 and 1; gives the size of the smaller. */
static enum uvp_code grow_halves(const struct splitter *splitter, uint32_t *smaller)
{
    struct front a = {.side = 0};
    struct front b = {.side = 1, .backwards = true};
    uint32_t end_a;
    uint32_t end_b;

    end_a = farthest(splitter, centre_of(splitter, 0), UVP_NONE);
    UVP_TRY(uvp_work_count(splitter->work, 8 * splitter->count));
    end_b = farthest(splitter, centre_of(splitter, end_a), unit_at(splitter, end_a));
    UVP_TRY(uvp_work_count(splitter->work, 8 * splitter->count));
    forget_sides(splitter);
    front_claim(splitter, &a, end_a);
    front_claim(splitter, &b, end_b);
    while (a.head < a.tail || b.head < b.tail) {
        const bool take_a = b.head == b.tail || (a.head < a.tail && a.claimed <= b.claimed);
        front_step(splitter, take_a ? &a : &b);
        UVP_TRY(uvp_work_count(splitter->work, 12));
    }
    *smaller = a.claimed < b.claimed ? a.claimed : b.claimed;
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

/* Sides are components without the hub, the hub itself is side 0; gives their number. */
static enum uvp_code take_hub_out(const struct splitter *splitter, uint32_t hub,
                                  uint32_t *count)
{
    uint32_t sides = 1;

    forget_sides(splitter);
    (void)claim(splitter, hub, 0);
    for (uint32_t i = 0; i < splitter->count; i++) {
        struct front front = {.side = sides};
        if (splitter->side[i] != UVP_NONE) {
            continue;
        }
        front_claim(splitter, &front, i);
        while (front.head < front.tail) {
            front_step(splitter, &front);
            UVP_TRY(uvp_work_count(splitter->work, 12));
        }
        sides++;
    }
    *count = sides;
    return UVP_OK;
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
        splitter->pieces->label[splitter->triangles[i]] = label + start[s] - part[s];
    }
    return UVP_OK;
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
        uint32_t smaller = 0;
        uint32_t hub = UVP_NONE;
        UVP_TRY(grow_halves(&splitter, &smaller));
        if (smaller < count / STARVED) {
            hub = find_hub(&splitter);
        }
        *part_count = 2;
        if (hub != UVP_NONE) {
            UVP_TRY(take_hub_out(&splitter, hub, part_count));
        }
    }
    UVP_TRY(sort_sides(&splitter, label, *part_count, part));
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 8 * count);
}
