/*
 * Regions are lists of leaves. A join puts one list behind the other and notes its number where
 * they meet, so every region that ever was stays a range, and the highest number inside is the
 * join that made it: a Cartesian tree (Vuillemin 1980), which needs no nodes. A walk over the
 * numbers with a stack meets every node of it.
 */
#include "stages/unwrapper/atlas/lineage.h"

#include <string.h>

#include "stages/unwrapper/atlas/surface.h"

#define UNITS_PER_LEAF 4 /* meshes with smaller facets have no lineage */
#define ROOM_LEAST 64
#define UNEVEN 8 /* neither side gets less than this part */
#define BLOCK 1024U

enum uvp_code uvp_lineage_take(struct uvp_atlas_work *work, uint32_t units,
                               struct uvp_lineage *lineage)
{
    *lineage = (struct uvp_lineage){.room = units / UNITS_PER_LEAF + ROOM_LEAST};
    UVP_TAKE(work, lineage->place, units);
    UVP_TAKE(work, lineage->height, lineage->room);
    return UVP_OK;
}

enum uvp_code uvp_lineage_start(struct uvp_atlas_work *work, uint32_t units,
                                const uint32_t *label, uint32_t count,
                                struct uvp_lineage *lineage)
{
    if (count > lineage->room) {
        return UVP_OK;
    }
    lineage->count = count;
    UVP_TAKE(work, lineage->next, count);
    UVP_TAKE(work, lineage->rise, count);
    UVP_TAKE(work, lineage->head, count);
    UVP_TAKE(work, lineage->last, count);
    for (uint32_t i = 0; i < count; i++) {
        lineage->next[i] = UVP_NONE;
        lineage->rise[i] = UINT32_MAX;
        lineage->head[i] = i;
        lineage->last[i] = i;
    }
    memcpy(lineage->place, label, units * sizeof *label);
    return uvp_work_count(work, units / 4 + 4 * count);
}

void uvp_lineage_join(struct uvp_lineage *lineage, uint32_t to, uint32_t from)
{
    if (lineage->count > 0) {
        lineage->next[lineage->last[to]] = lineage->head[from];
        lineage->rise[lineage->last[to]] = lineage->joins++;
        lineage->last[to] = lineage->last[from];
    }
}

enum uvp_code uvp_lineage_renumber(struct uvp_atlas_work *work, const uint32_t *number,
                                   uint32_t count, struct uvp_lineage *lineage)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    uint32_t *head;
    uint32_t *last;

    if (lineage->count == 0) {
        return UVP_OK;
    }
    UVP_TAKE(work, head, count);
    UVP_TAKE(work, last, count);
    memcpy(head, lineage->head, count * sizeof *head);
    memcpy(last, lineage->last, count * sizeof *last);
    for (uint32_t r = 0; r < count; r++) {
        if (number[r] != UVP_NONE) {
            lineage->head[number[r]] = head[r];
            lineage->last[number[r]] = last[r];
        }
    }
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 6 * count);
}

struct adopter {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    const uint32_t *label;
    uint32_t *place;
    uint32_t *queue; /* units whose neighbours may be strays */
    uint32_t tail;
};

/* Gives the unit's leaf to the strays beside it. */
static void hand_on(struct adopter *adopter, uint32_t unit)
{
    const struct uvp_topology *const topology = adopter->topology;
    const uint32_t end = 3 * uvp_unit_first(topology, unit + 1);

    for (uint32_t h = 3 * uvp_unit_first(topology, unit); h < end; h++) {
        const uint32_t g =
            uvp_is_dead(topology, h / 3) ? UVP_NONE : uvp_surface_across(topology, h);
        const uint32_t to = g == UVP_NONE ? unit : uvp_unit_of(topology, g / 3);
        if (adopter->place[to] == UVP_NONE && adopter->label[to] == adopter->label[unit]) {
            adopter->place[to] = adopter->place[unit];
            adopter->queue[adopter->tail++] = to;
        }
    }
}

/* Leaves of units that are not where their leaf is are forgotten. */
static enum uvp_code find_strays(struct adopter *adopter, const struct uvp_lineage *lineage,
                                 uint32_t count, uint32_t *strays)
{
    uint32_t *region;

    *strays = 0;
    UVP_TAKE(adopter->work, region, lineage->count);
    memset(region, 0xff, lineage->count * sizeof *region);
    for (uint32_t r = 0; r < count; r++) {
        for (uint32_t i = lineage->head[r]; i != UVP_NONE; i = lineage->next[i]) {
            region[i] = r;
        }
    }
    for (uint32_t u = 0; u < adopter->topology->unit_count; u++) {
        if (adopter->label[u] != UVP_NONE && region[adopter->place[u]] != adopter->label[u]) {
            adopter->place[u] = UVP_NONE;
            ++*strays;
        }
        if (u % BLOCK == 0) {
            UVP_TRY(uvp_work_count(adopter->work, 6 * BLOCK));
        }
    }
    return uvp_work_count(adopter->work, 10 * lineage->count);
}

enum uvp_code uvp_lineage_adopt(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology, const uint32_t *label,
                                uint32_t count, struct uvp_lineage *lineage)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct adopter adopter = {work, topology, label, lineage->place, NULL, 0};
    uint32_t strays;

    if (lineage->count == 0) {
        return UVP_OK;
    }
    UVP_TRY(find_strays(&adopter, lineage, count, &strays));
    UVP_TAKE(work, adopter.queue, strays);
    for (uint32_t u = 0; u < topology->unit_count && adopter.tail < strays; u++) {
        if (label[u] != UVP_NONE && adopter.place[u] != UVP_NONE) {
            hand_on(&adopter, u);
        }
        UVP_TRY(uvp_work_count(work, 25));
    }
    for (uint32_t head = 0; head < adopter.tail; head++) {
        hand_on(&adopter, adopter.queue[head]);
        UVP_TRY(uvp_work_count(work, 25));
    }
    for (uint32_t u = 0; u < topology->unit_count && adopter.tail < strays; u++) {
        if (label[u] != UVP_NONE && adopter.place[u] == UVP_NONE) {
            adopter.place[u] = lineage->head[label[u]]; /* all its region came from elsewhere */
            adopter.tail++;
        }
    }
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, topology->unit_count);
}

enum uvp_code uvp_lineage_finish(struct uvp_atlas_work *work, uint32_t units, uint32_t count,
                                 struct uvp_lineage *lineage)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    uint32_t *order;
    uint32_t at = 0;

    if (lineage->count == 0) {
        return UVP_OK;
    }
    UVP_TAKE(work, order, lineage->count);
    for (uint32_t r = 0; r < count; r++) {
        for (uint32_t i = lineage->head[r]; i != UVP_NONE; i = lineage->next[i]) {
            lineage->height[at] = lineage->rise[i];
            order[i] = at++;
        }
    }
    for (uint32_t u = 0; u < units; u++) {
        if (lineage->place[u] != UVP_NONE) {
            lineage->place[u] = order[lineage->place[u]];
        }
        if (u % BLOCK == 0) {
            UVP_TRY(uvp_work_count(work, 6 * BLOCK));
        }
    }
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 6 * lineage->count);
}

/* ---- dividing ---- */

static uint32_t place_of(const struct uvp_topology *topology, const struct uvp_lineage *lineage,
                         uint32_t t)
{
    return lineage->place[uvp_unit_of(topology, t)];
}

/* A region that once was, while the walk has not come to its end. */
struct opened {
    uint32_t height;
    uint32_t first;
};

/* The best region so far: places `first` ... `last`. */
struct choice {
    const uint32_t *before; /* of each place, and one more: triangles at places before it */
    uint32_t most;
    uint32_t first;
    uint32_t last;
    uint32_t triangles;
};

static void consider(struct choice *choice, uint32_t first, uint32_t last)
{
    const uint32_t triangles = choice->before[last + 1] - choice->before[first];

    if (triangles <= choice->most && triangles > choice->triangles) {
        choice->first = first;
        choice->last = last;
        choice->triangles = triangles;
    }
}

/* Every region within `count` places is considered; height[p] lies between p and p + 1. */
static enum uvp_code walk(struct uvp_atlas_work *work, const uint32_t *height, uint32_t count,
                          struct choice *choice)
{
    struct opened *stack;
    uint32_t depth = 0;

    UVP_TAKE(work, stack, count);
    for (uint32_t p = 0; p < count; p++) {
        const uint32_t above = p + 1 < count ? height[p] : UINT32_MAX;
        uint32_t first = p;
        consider(choice, p, p);
        while (depth > 0 && stack[depth - 1].height < above) {
            first = stack[--depth].first;
            consider(choice, first, p);
        }
        stack[depth++] = (struct opened){above, first};
    }
    return uvp_work_count(work, 20 * count);
}

/* Range of the places that the triangles have. */
static enum uvp_code find_range(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology,
                                const struct uvp_lineage *lineage, const uint32_t *triangles,
                                uint32_t count, uint32_t *low, uint32_t *high)
{
    *low = UVP_NONE;
    *high = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t place = place_of(topology, lineage, triangles[i]);
        *low = place < *low ? place : *low;
        *high = place > *high ? place : *high;
    }
    return uvp_work_count(work, 4 * count);
}

enum uvp_code uvp_lineage_sides(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology,
                                const struct uvp_lineage *lineage, const uint32_t *triangles,
                                uint32_t count, uint32_t *side, bool *found)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct choice choice = {.most = count - count / UNEVEN};
    uint32_t *before;
    uint32_t low;
    uint32_t high;

    *found = false;
    if (lineage->count == 0) {
        return UVP_OK;
    }
    UVP_TRY(find_range(work, topology, lineage, triangles, count, &low, &high));
    if (low >= high || high - low > count) { /* few triangles left of many leaves */
        return UVP_OK;
    }
    UVP_TAKE(work, before, high - low + 2);
    memset(before, 0, (high - low + 2) * sizeof *before);
    for (uint32_t i = 0; i < count; i++) {
        before[place_of(topology, lineage, triangles[i]) - low + 1]++;
    }
    for (uint32_t p = 0; p <= high - low; p++) {
        before[p + 1] += before[p];
    }
    choice.before = before;
    UVP_TRY(walk(work, lineage->height + low, high - low + 1, &choice));
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t place = place_of(topology, lineage, triangles[i]) - low;
        side[i] = place >= choice.first && place <= choice.last;
    }
    *found = choice.triangles > 0 && choice.triangles >= count / UNEVEN;
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 8 * count);
}
