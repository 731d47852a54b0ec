/*
 * A vertex of a patch is one fan of corners, so every border vertex has one edge in and one
 * out.
 */
#include "stages/unwrapper/atlas/loops.h"

static double edge_length(const struct uvp_solver *solver, uint32_t a, uint32_t b)
{
    const struct uvp_topology *const topology = solver->topology;
    const uint32_t *const point = solver->patch->point;

    return solver->unit * uvp_vec3_length(uvp_vec3_sub(uvp_point_of(topology, point[b]),
                                                       uvp_point_of(topology, point[a])));
}

static bool is_planar(const struct uvp_patch *patch, uint32_t loops)
{
    const int64_t edges = (3 * (int64_t)patch->triangle_count + patch->border_count) / 2;

    return loops > 0 &&
           (int64_t)patch->vertex_count - edges + patch->triangle_count == 2 - (int64_t)loops;
}

enum uvp_code uvp_loops_find(const struct uvp_solver *solver, struct uvp_loops *loops)
{
    const struct uvp_patch *const patch = solver->patch;
    const uint32_t edges = patch->border_count;
    double longest = -1;
    uint32_t *next;
    uint32_t sum = 0;

    *loops = (struct uvp_loops){0};
    UVP_TAKE(solver->work, loops->start, (size_t)edges + 1);
    UVP_TAKE(solver->work, loops->vertex, edges);
    UVP_TAKE(solver->work, loops->length, edges);
    UVP_TAKE(solver->work, next, patch->vertex_count);
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        next[v] = UVP_NONE;
    }
    for (uint32_t i = 0; i < edges; i++) {
        next[patch->border[2 * i]] = patch->border[2 * i + 1];
    }
    for (uint32_t i = 0; i < edges; i++) {
        double length = 0;
        uint32_t v = patch->border[2 * i];
        loops->start[loops->count] = sum;
        while (next[v] != UVP_NONE) {
            const uint32_t u = next[v];
            loops->vertex[sum] = v;
            loops->length[sum] = edge_length(solver, v, u);
            length += loops->length[sum++];
            next[v] = UVP_NONE;
            v = u;
        }
        if (length > longest && sum > loops->start[loops->count]) {
            longest = length;
            loops->outer = loops->count;
        }
        loops->count += sum > loops->start[loops->count];
    }
    loops->start[loops->count] = sum;
    loops->planar = is_planar(patch, loops->count);
    return uvp_work_count(solver->work, 4 * edges);
}
