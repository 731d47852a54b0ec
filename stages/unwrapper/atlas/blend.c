/*
 * The way that the seam's vertices have to go is spread over each side in order of distance:
 * a vertex takes the mean of those before it. A few sweeps smooth it, and it fades with the
 * square of what is left of the reach. That is close to the harmonic way, which would cost a
 * solve, and strains the layout about twice as much.
 */
#include "stages/unwrapper/atlas/blend.h"

#include <string.h>

#define SWEEPS 4

#define DISTANCE_NEW -1.0
#define DISTANCE_QUEUED -2.0

struct blend {
    struct uvp_atlas_work *work;
    const struct uvp_couple *couple;
    struct uvp_patch *patch;
    uint32_t *start; /* corners about each vertex */
    uint32_t *about;
    struct uvp_vec2 *way; /* of each vertex */
    double *distance;     /* from the seam, along edges */
    uint32_t *queue;
    uint32_t seeds; /* of the queue: vertices of the seam */
    uint32_t queued;
};

static enum uvp_code list_about(struct blend *blend)
{
    const struct uvp_patch *const patch = blend->patch;

    UVP_TAKE(blend->work, blend->start, (size_t)patch->vertex_count + 1);
    UVP_TAKE(blend->work, blend->about, 3 * (size_t)patch->triangle_count);
    memset(blend->start, 0, ((size_t)patch->vertex_count + 1) * sizeof *blend->start);
    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        blend->start[patch->corner[i]]++;
    }
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        blend->start[v + 1] += blend->start[v];
    }
    for (uint32_t i = 3 * patch->triangle_count; i-- > 0;) {
        blend->about[--blend->start[patch->corner[i]]] = i;
    }
    return uvp_work_count(blend->work, 8 * patch->triangle_count);
}

/* Seam vertices with the way they went on this side: half the gap. */
static void seed(struct blend *blend, double half)
{
    const struct uvp_couple *const couple = blend->couple;

    for (uint32_t v = 0; v < blend->patch->vertex_count; v++) {
        blend->distance[v] = DISTANCE_NEW;
    }
    for (uint32_t i = 0; i < couple->joints; i++) {
        const struct uvp_couple_joint *const joint = &couple->joint[i];
        blend->distance[joint->vertex] = 0;
        blend->way[joint->vertex] = (struct uvp_vec2){half * joint->gap.x, half * joint->gap.y};
        blend->queue[i] = joint->vertex;
    }
    blend->seeds = couple->joints;
    blend->queued = couple->joints;
}

/* The vertex after corner i in its triangle: around a vertex these are all its neighbours, but
 * for one at the border. */
static uint32_t neighbour_at(const struct blend *blend, uint32_t i)
{
    return blend->patch->corner[uvp_edge_next(blend->about[i])];
}

static void queue_neighbours(struct blend *blend, uint32_t v, enum uvp_couple_side side)
{
    for (uint32_t i = blend->start[v]; i < blend->start[v + 1]; i++) {
        const uint32_t u = neighbour_at(blend, i);
        if (blend->couple->side[u] == side && blend->distance[u] == DISTANCE_NEW) {
            blend->distance[u] = DISTANCE_QUEUED;
            blend->queue[blend->queued++] = u;
        }
    }
}

/* The least distance over neighbours that have one. */
static double find_distance(const struct blend *blend, uint32_t v)
{
    const struct uvp_vec2 *const uv = blend->patch->uv;
    double least = HUGE_VAL;

    for (uint32_t i = blend->start[v]; i < blend->start[v + 1]; i++) {
        const uint32_t u = neighbour_at(blend, i);
        const double dx = uv[u].x - uv[v].x;
        const double dy = uv[u].y - uv[v].y;
        if (blend->distance[u] >= 0) {
            least = fmin(least, blend->distance[u] + sqrt(dx * dx + dy * dy));
        }
    }
    return least;
}

/* The mean way of v's neighbours that have one. */
static void follow_neighbours(struct blend *blend, uint32_t v)
{
    struct uvp_vec2 sum = {0, 0};
    double count = 0;

    for (uint32_t i = blend->start[v]; i < blend->start[v + 1]; i++) {
        const uint32_t u = neighbour_at(blend, i);
        if (blend->distance[u] >= 0) {
            sum = (struct uvp_vec2){sum.x + blend->way[u].x, sum.y + blend->way[u].y};
            count += 1;
        }
    }
    if (count > 0) {
        blend->way[v] = (struct uvp_vec2){sum.x / count, sum.y / count};
    }
}

static enum uvp_code spread(struct blend *blend, enum uvp_couple_side side, double reach)
{
    for (uint32_t head = 0; head < blend->queued; head++) {
        const uint32_t v = blend->queue[head];
        if (head >= blend->seeds) {
            blend->way[v] = (struct uvp_vec2){0, 0};
            follow_neighbours(blend, v);
            blend->distance[v] = find_distance(blend, v);
        }
        if (blend->distance[v] < reach) {
            queue_neighbours(blend, v, side);
        }
        UVP_TRY(uvp_work_count(blend->work, 30));
    }
    return UVP_OK;
}

static enum uvp_code smooth(struct blend *blend)
{
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (uint32_t i = blend->seeds; i < blend->queued; i++) {
            const uint32_t back = blend->queued - 1 - (i - blend->seeds);
            follow_neighbours(blend, blend->queue[sweep % 2 != 0 ? back : i]);
            UVP_TRY(uvp_work_count(blend->work, 20));
        }
    }
    return UVP_OK;
}

static void go(struct blend *blend, double reach)
{
    for (uint32_t i = blend->seeds; i < blend->queued; i++) {
        const uint32_t v = blend->queue[i];
        const double left = fmax(1 - blend->distance[v] / reach, 0);
        struct uvp_vec2 *const at = &blend->patch->uv[v];
        at->x += left * left * blend->way[v].x;
        at->y += left * left * blend->way[v].y;
    }
}

enum uvp_code uvp_blend_seam(struct uvp_atlas_work *work, struct uvp_couple *couple,
                             double reach)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct uvp_patch *const patch = &couple->patch;
    struct blend blend = {.work = work, .couple = couple, .patch = patch};

    UVP_TAKE(work, blend.way, patch->vertex_count);
    UVP_TAKE(work, blend.distance, patch->vertex_count);
    UVP_TAKE(work, blend.queue, patch->vertex_count);
    UVP_TRY(list_about(&blend));
    for (int second = 0; second < 2; second++) {
        seed(&blend, second ? -0.5 : 0.5);
        UVP_TRY(spread(&blend, second ? UVP_COUPLE_SECOND : UVP_COUPLE_FIRST, reach));
        UVP_TRY(smooth(&blend));
        go(&blend, reach);
    }
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 4 * patch->triangle_count);
}
