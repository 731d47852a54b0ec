/*
 * Faces that are turned against their neighbours cannot be joined with them. Here edges are
 * paired whatever their directions, and a walk over each component tells which units would have
 * to turn for all to agree with the first; most of them keep their winding. Where the walk
 * meets a contradiction (a Moebius band), the edge simply stays open later.
 *
 * The pairs made here are only for the walk: the real ones are made afterwards.
 */
#include <string.h>

#include "stages/unwrapper/atlas/topology.h"

enum turn { UNSEEN, KEPT, TURNED };

struct walker {
    struct uvp_atlas_work *work;
    struct uvp_topology *topology;
    uint8_t *turn; /* of each unit */
    uint32_t *queue;
    uint32_t queued;
};

/* Takes the unseen neighbours of a unit along: those that agree with it, or those against. */
static enum uvp_code visit(struct walker *walker, uint32_t unit, bool against)
{
    const struct uvp_topology *const topology = walker->topology;
    const uint32_t first = uvp_unit_first(topology, unit);
    const uint32_t end = uvp_unit_first(topology, unit + 1);

    for (uint32_t h = 3 * first; h < 3 * end; h++) {
        const uint32_t g = topology->opposite[h];
        UVP_TRY(uvp_work_count(walker->work, 4));
        if (g == UVP_NONE || walker->turn[uvp_unit_of(topology, g / 3)] != UNSEEN ||
            (topology->vertex[h] == topology->vertex[g]) != against) {
            continue;
        }
        const bool turned = (walker->turn[unit] == TURNED) != against;
        walker->turn[uvp_unit_of(topology, g / 3)] = turned ? TURNED : KEPT;
        walker->queue[walker->queued++] = uvp_unit_of(topology, g / 3);
    }
    return UVP_OK;
}

/*
 * Walks the component of a unit. Neighbours that agree go first, so that nothing is turned that
 * hangs together as it is: a Moebius band keeps all its faces.
 */
static enum uvp_code walk(struct walker *walker, uint32_t start)
{
    uint32_t agreed = 0;

    walker->turn[start] = KEPT;
    walker->queue[0] = start;
    walker->queued = 1;
    for (uint32_t i = 0; i < walker->queued; i++) {
        for (; agreed < walker->queued; agreed++) {
            UVP_TRY(visit(walker, walker->queue[agreed], false));
        }
        UVP_TRY(visit(walker, walker->queue[i], true));
    }
    return UVP_OK;
}

/* In the component just walked, the winding of more triangles wins; else the first unit's. */
static enum uvp_code keep_most(struct walker *walker)
{
    uint64_t triangles[2] = {0, 0};

    for (uint32_t i = 0; i < walker->queued; i++) {
        const uint32_t unit = walker->queue[i];
        triangles[walker->turn[unit] == TURNED] +=
            uvp_unit_first(walker->topology, unit + 1) - uvp_unit_first(walker->topology, unit);
        UVP_TRY(uvp_work_count(walker->work, 2));
    }
    for (uint32_t i = 0; triangles[1] > triangles[0] && i < walker->queued; i++) {
        uint8_t *const turn = &walker->turn[walker->queue[i]];
        *turn = *turn == TURNED ? KEPT : TURNED;
        UVP_TRY(uvp_work_count(walker->work, 1));
    }
    return UVP_OK;
}

static void turn_triangle(struct uvp_topology *topology, uint32_t t)
{
    uint32_t *const vertex = topology->vertex + 3 * (size_t)t;
    float *const face = topology->face + 4 * (size_t)t;
    const uint32_t swap = vertex[1];

    vertex[1] = vertex[2];
    vertex[2] = swap;
    for (int k = 0; k < 3; k++) {
        face[k] = -face[k];
    }
    topology->turned[t] = 1;
    topology->turned_triangles++;
}

static enum uvp_code turn_units(struct uvp_atlas_work *work, struct uvp_topology *topology,
                                const uint8_t *turn)
{
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        topology->turned[t] = 0;
        if (turn[uvp_unit_of(topology, t)] == TURNED) {
            turn_triangle(topology, t);
        }
        UVP_TRY(uvp_work_count(work, 2));
    }
    return UVP_OK;
}

enum uvp_code uvp_winding_fix(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    struct walker walker = {.work = work, .topology = topology};
    struct uvp_arena_mark mark;

    UVP_TRY(uvp_pairing_loose(work, topology));
    UVP_TAKE(work, topology->turned, topology->triangle_count);
    mark = uvp_arena_mark(work->scratch);
    UVP_TAKE(work, walker.turn, topology->unit_count);
    UVP_TAKE(work, walker.queue, topology->unit_count);
    memset(walker.turn, UNSEEN, topology->unit_count);
    for (uint32_t u = 0; u < topology->unit_count; u++) {
        if (walker.turn[u] == UNSEEN) {
            UVP_TRY(walk(&walker, u));
            UVP_TRY(keep_most(&walker));
        }
        UVP_TRY(uvp_work_count(work, 1));
    }
    UVP_TRY(turn_units(work, topology, walker.turn));
    uvp_arena_rewind(work->scratch, mark);
    if (topology->turned_triangles == 0) {
        topology->turned = NULL;
    }
    return UVP_OK;
}
