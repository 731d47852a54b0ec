/*
 * An ear moves without anything being laid out. Either it fills a notch: then its vertices are
 * the other chart's already. Or it turns over onto a longer edge, rigidly, and stays apart from
 * what else lies beside it.
 */
#include "stages/unwrapper/atlas/ear.h"

#include <math.h>

#include "stages/unwrapper/atlas/seam.h"
#include "stages/unwrapper/atlas/solve.h"
#include "stages/unwrapper/atlas/verdict.h"

#define LEFT_LEAST 2    /* triangles of a chart that loses some; crumbs find a place later */
#define LONGER 1.01     /* than the edge that held it, at least */
#define ENERGY_MAX 1.02 /* of a polygon that moves, unless it was worse before */

static bool is_cut(const struct uvp_open_charts *open, uint32_t h)
{
    return (open->pieces.cut[h / 3] >> h % 3 & 1) != 0;
}

uint32_t uvp_ear_beyond(const struct uvp_open_charts *open, uint32_t h)
{
    const uint32_t g = open->topology->opposite[h];

    return g == UVP_NONE || is_cut(open, h) ? UVP_NONE : uvp_pieces_label(&open->pieces, g / 3);
}

uint32_t uvp_ear_vertex(const struct uvp_ear *ear, uint32_t slot)
{
    uint32_t i = 0;

    while (i < ear->vertices && ear->slot[i] != slot) {
        i++;
    }
    return i;
}

/* Adds a half-edge of the polygon's border; false when it makes it no ear. */
static bool add_edge(const struct uvp_open_charts *open, struct uvp_ear *ear, uint32_t h)
{
    const bool own = uvp_ear_beyond(open, h) == ear->from;

    if (own ? ear->own != UVP_NONE : ear->edges == UVP_EAR_EDGES - 1) {
        return false;
    }
    if (own) {
        ear->own = h;
    } else {
        ear->edge[ear->edges++] = h;
    }
    ear->slot[ear->vertices++] = open->charts->corner[h];
    return true;
}

bool uvp_ear_find(const struct uvp_open_charts *open, uint32_t t, struct uvp_ear *ear)
{
    const struct uvp_topology *const topology = open->topology;
    const uint32_t unit = uvp_unit_of(topology, t);

    ear->first = uvp_unit_first(topology, unit);
    ear->count = uvp_unit_first(topology, unit + 1) - ear->first;
    ear->from = open->charts->chart_of[t];
    ear->own = UVP_NONE;
    ear->edges = 0;
    ear->vertices = 0;
    if (open->charts->chart[ear->from].triangle_count < ear->count + LEFT_LEAST) {
        return false;
    }
    for (uint32_t h = 3 * ear->first; h < 3 * (ear->first + ear->count); h++) {
        const uint32_t g = topology->opposite[h];
        const bool inside = g != UVP_NONE && uvp_unit_of(topology, g / 3) == unit;
        if (uvp_is_dead(topology, h / 3) || (!inside && !add_edge(open, ear, h))) {
            return false;
        }
    }
    return ear->own != UVP_NONE && ear->edges + 2 >= ear->count;
}

/* The vertex of the ear at `from` is slot `to` of the other chart; false if it is another one,
 * too. */
static bool put_slot(const struct uvp_open_charts *open, struct uvp_ear *ear, uint32_t from,
                     uint32_t to)
{
    const uint32_t i = uvp_ear_vertex(ear, from);

    if (ear->into[i] != UVP_NONE) {
        return ear->into[i] == to;
    }
    ear->into[i] = to;
    ear->at[i] = open->charts->slot[to];
    return true;
}

/* Joins edge i of the ear to the other chart. */
static bool join_edge(const struct uvp_open_charts *open, struct uvp_ear *ear, uint32_t i)
{
    const uint32_t *const corner = open->charts->corner;
    const uint32_t h = ear->edge[i];
    const uint32_t g = open->topology->opposite[h];

    ear->joined[i] = true;
    return put_slot(open, ear, corner[h], corner[uvp_edge_next(g)]) &&
           put_slot(open, ear, corner[uvp_edge_next(h)], corner[g]);
}

static void part_all(struct uvp_ear *ear)
{
    for (uint32_t i = 0; i < ear->vertices; i++) {
        ear->into[i] = UVP_NONE;
        ear->joined[i] = false;
    }
}

bool uvp_ear_fill(const struct uvp_open_charts *open, struct uvp_ear *ear)
{
    double gain = -uvp_edge_length(open->topology, ear->own);
    bool good = ear->edges > 1;

    part_all(ear);
    ear->to = uvp_ear_beyond(open, ear->edge[0]);
    for (uint32_t i = 0; i < ear->edges && good; i++) {
        good = ear->to != UVP_NONE && uvp_ear_beyond(open, ear->edge[i]) == ear->to &&
               join_edge(open, ear, i);
        gain += uvp_edge_length(open->topology, ear->edge[i]);
    }
    return good && gain > 0;
}

/* Vertices that are new to the other chart, by a rigid motion; false if its lattice ends. */
static bool place_rest(const struct uvp_open_charts *open, struct uvp_ear *ear, uint32_t edge)
{
    const struct uvp_charts *const charts = open->charts;
    const double step = charts->chart[ear->to].step;
    const uint32_t g = open->topology->opposite[ear->edge[edge]];
    struct uvp_bond bond;

    uvp_seams_fit(open, &g, 1, &bond);
    for (uint32_t i = 0; i < ear->vertices; i++) {
        const struct uvp_point2 p = charts->slot[ear->slot[i]];
        const double own = charts->chart[ear->from].step;
        const struct uvp_vec2 at =
            uvp_bond_move(&bond, (struct uvp_vec2){p.x * own, p.y * own});
        if (ear->into[i] != UVP_NONE) {
            continue;
        }
        if (!(at.x >= 0 && at.x < step * UVP_LATTICE && at.y >= 0 &&
              at.y < step * UVP_LATTICE)) {
            return false;
        }
        ear->at[i] = (struct uvp_point2){(int32_t)(at.x / step), (int32_t)(at.y / step)};
    }
    return true;
}

bool uvp_ear_turn(const struct uvp_open_charts *open, struct uvp_ear *ear)
{
    double longest = uvp_edge_length(open->topology, ear->own) * LONGER;
    uint32_t best = UVP_NONE;

    for (uint32_t i = 0; i < ear->edges; i++) {
        const double length = uvp_edge_length(open->topology, ear->edge[i]);
        if (length > longest && uvp_ear_beyond(open, ear->edge[i]) != UVP_NONE) {
            longest = length;
            best = i;
        }
    }
    if (best == UVP_NONE) {
        return false;
    }
    part_all(ear);
    ear->to = uvp_ear_beyond(open, ear->edge[best]);
    return join_edge(open, ear, best) && place_rest(open, ear, best);
}

/* How the polygon lies, or would lie. */
static enum uvp_code measure(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                             const struct uvp_ear *ear, bool moved,
                             struct uvp_distortion *distortion)
{
    const struct uvp_charts *const charts = open->charts;
    const double step = charts->chart[moved ? ear->to : ear->from].step;
    uint32_t triangle[UVP_EAR_EDGES];
    uint32_t corner[3 * UVP_EAR_EDGES];
    struct uvp_vec2 uv[UVP_EAR_EDGES];
    const struct uvp_patch patch = {.triangle_count = ear->count,
                                    .vertex_count = ear->vertices,
                                    .triangle = triangle,
                                    .corner = corner,
                                    .uv = uv};

    for (uint32_t i = 0; i < ear->vertices; i++) {
        const struct uvp_point2 p = moved ? ear->at[i] : charts->slot[ear->slot[i]];
        uv[i] = (struct uvp_vec2){p.x * step, p.y * step};
    }
    for (uint32_t i = 0; i < 3 * ear->count; i++) {
        triangle[i / 3] = ear->first + i / 3;
        corner[i] = uvp_ear_vertex(ear, charts->corner[3 * ear->first + i]);
    }
    return uvp_solve_measure(work, open->topology, &patch, distortion);
}

enum uvp_code uvp_ear_judge(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                            const struct uvp_ear *ear, bool *good)
{
    const uint32_t *const corner = open->charts->corner + 3 * (size_t)ear->first;
    struct uvp_distortion before;
    struct uvp_distortion after;

    *good = true;
    for (uint32_t i = 0; i < ear->count && *good; i++) {
        *good = uvp_orient(ear->at[uvp_ear_vertex(ear, corner[3 * i])],
                           ear->at[uvp_ear_vertex(ear, corner[3 * i + 1])],
                           ear->at[uvp_ear_vertex(ear, corner[3 * i + 2])]) > 0;
    }
    if (!*good) {
        return UVP_OK;
    }
    UVP_TRY(measure(work, open, ear, true, &after));
    if (after.energy <= ENERGY_MAX && after.stretched <= 0) {
        return UVP_OK;
    }
    UVP_TRY(measure(work, open, ear, false, &before));
    *good = after.energy <= before.energy && after.stretched <= before.stretched;
    return UVP_OK;
}
