/*
 * A single polygon: unfolded along its diagonals if that is valid, which keeps all lengths;
 * else projected; else drawn as a terrain.
 *
 * The terrain: take a border edge as the ground. Walk the other border vertices from its right
 * end to its left one and give them falling x. The triangle on an edge puts its third vertex
 * higher than both ends; then the two other edges carry the triangles behind them. Every
 * triangle lies above its edge and within its span of x, so all are positive and none overlap,
 * whatever the gaps and rises. That needs only that the dual graph is a tree.
 */
#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/sort.h"

#define OWN_LEAST 8

struct polygon_walk {
    const struct uvp_topology *topology;
    const struct uvp_pieces *pieces;
    struct uvp_patch *patch;
    uint32_t *stack; /* half-edges of the mesh to cross or build on */
    uint32_t depth;
};

static uint32_t vertex_at(const struct polygon_walk *walk, uint32_t h)
{
    return walk->patch->corner[3 * walk->pieces->local[h / 3] + h % 3];
}

static struct uvp_vec3 point_at(const struct polygon_walk *walk, uint32_t h)
{
    return uvp_point_of(walk->topology, walk->topology->vertex[h]);
}

/* ---- unfolding ---- */

/* Puts the third vertex of h's triangle in its place beside the edge of h, already placed. */
static void unfold_on(const struct polygon_walk *walk, uint32_t h)
{
    const struct uvp_vec2 a = walk->patch->uv[vertex_at(walk, h)];
    const struct uvp_vec2 b = walk->patch->uv[vertex_at(walk, uvp_edge_next(h))];
    const struct uvp_rest rest = uvp_rest_of(
        point_at(walk, h), point_at(walk, uvp_edge_next(h)), point_at(walk, uvp_edge_prev(h)));
    const double dx = (b.x - a.x) / rest.x1;
    const double dy = (b.y - a.y) / rest.x1;

    walk->patch->uv[vertex_at(walk, uvp_edge_prev(h))] =
        (struct uvp_vec2){a.x + dx * rest.x2 - dy * rest.y2, a.y + dy * rest.x2 + dx * rest.y2};
}

static void push_across(struct polygon_walk *walk, uint32_t h)
{
    const uint32_t g = uvp_pieces_across(walk->topology, walk->pieces, h);

    if (g != UVP_NONE) {
        walk->stack[walk->depth++] = g;
    }
}

static void unfold(struct polygon_walk *walk)
{
    const uint32_t first = 3 * walk->patch->triangle[0];
    const double length = uvp_vec3_length(
        uvp_vec3_sub(point_at(walk, first), point_at(walk, uvp_edge_next(first))));

    walk->patch->uv[vertex_at(walk, first)] = (struct uvp_vec2){0, 0};
    walk->patch->uv[vertex_at(walk, uvp_edge_next(first))] = (struct uvp_vec2){length, 0};
    unfold_on(walk, first);
    push_across(walk, first);
    push_across(walk, uvp_edge_next(first));
    push_across(walk, uvp_edge_prev(first));
    while (walk->depth > 0) {
        const uint32_t h = walk->stack[--walk->depth];
        unfold_on(walk, h);
        push_across(walk, uvp_edge_next(h));
        push_across(walk, uvp_edge_prev(h));
    }
}

/* ---- terrain ---- */

static int32_t rounded(double value, int32_t least)
{
    if (!(value > (double)least)) {
        return least;
    }
    return value < (double)UVP_LATTICE ? (int32_t)(value + 0.5) : UVP_LATTICE;
}

/* The longest border edge, as a half-edge of the mesh. */
static uint32_t find_ground(const struct polygon_walk *walk)
{
    double longest = -1;
    uint32_t ground = 3 * walk->patch->triangle[0];

    for (uint32_t i = 0; i < 3 * walk->patch->triangle_count; i++) {
        const uint32_t h = 3 * walk->patch->triangle[i / 3] + i % 3;
        const double length =
            uvp_vec3_length(uvp_vec3_sub(point_at(walk, h), point_at(walk, uvp_edge_next(h))));
        if (uvp_pieces_across(walk->topology, walk->pieces, h) == UVP_NONE &&
            length > longest) {
            longest = length;
            ground = h;
        }
    }
    return ground;
}

static double border_length(const struct polygon_walk *walk)
{
    const struct uvp_patch *const patch = walk->patch;
    double sum = 0;

    for (uint32_t e = 0; e < patch->border_count; e++) {
        sum += uvp_vec3_length(
            uvp_vec3_sub(uvp_point_of(walk->topology, patch->point[patch->border[2 * e]]),
                         uvp_point_of(walk->topology, patch->point[patch->border[2 * e + 1]])));
    }
    return sum;
}

/* Spreads the border from the ground's right end to its left over x; returns the whole width.
 */
static int64_t spread_x(const struct polygon_walk *walk, const uint32_t *next, uint32_t ground,
                        double step, int32_t least)
{
    const struct uvp_patch *const patch = walk->patch;
    const uint32_t left = vertex_at(walk, ground);
    const uint32_t right = vertex_at(walk, uvp_edge_next(ground));
    const struct uvp_vec3 along = uvp_vec3_unit(
        uvp_vec3_sub(point_at(walk, uvp_edge_next(ground)), point_at(walk, ground)));
    int64_t x = 0;

    patch->at[right].x = 0;
    for (uint32_t v = right; v != left; v = next[v]) {
        const struct uvp_vec3 on =
            uvp_vec3_sub(uvp_point_of(walk->topology, patch->point[v]),
                         uvp_point_of(walk->topology, patch->point[next[v]]));
        x += rounded(uvp_vec3_dot(on, along) / step, least);
        if (x > UVP_LATTICE - 2) {
            return x;
        }
        patch->at[next[v]].x = (int32_t)x;
    }
    return x;
}

static int64_t raise_y(struct polygon_walk *walk, uint32_t ground, double step, int32_t least)
{
    struct uvp_point2 *const at = walk->patch->at;
    int64_t highest = 0;

    at[vertex_at(walk, ground)].y = 0;
    at[vertex_at(walk, uvp_edge_next(ground))].y = 0;
    walk->stack[walk->depth++] = ground;
    while (walk->depth > 0) {
        const uint32_t h = walk->stack[--walk->depth];
        const int32_t a = at[vertex_at(walk, h)].y;
        const int32_t b = at[vertex_at(walk, uvp_edge_next(h))].y;
        const struct uvp_rest rest =
            uvp_rest_of(point_at(walk, h), point_at(walk, uvp_edge_next(h)),
                        point_at(walk, uvp_edge_prev(h)));
        const int64_t y = (int64_t)(a > b ? a : b) + rounded(rest.y2 / step, least);
        if (y > UVP_LATTICE - 2) {
            return y;
        }
        highest = y > highest ? y : highest;
        at[vertex_at(walk, uvp_edge_prev(h))].y = (int32_t)y;
        push_across(walk, uvp_edge_next(h));
        push_across(walk, uvp_edge_prev(h));
    }
    return highest;
}

enum uvp_code uvp_single_terrain(struct uvp_atlas_work *work,
                                 const struct uvp_topology *topology,
                                 const struct uvp_pieces *pieces, struct uvp_patch *patch,
                                 double step, int32_t least)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct polygon_walk walk = {topology, pieces, patch, NULL, 0};
    uint32_t ground;
    uint32_t *next;
    int64_t size = UVP_LATTICE;

    UVP_TAKE(work, walk.stack, (size_t)patch->triangle_count + 2);
    UVP_TAKE(work, next, patch->vertex_count);
    for (uint32_t e = 0; e < patch->border_count; e++) {
        next[patch->border[2 * e]] = patch->border[2 * e + 1];
    }
    ground = find_ground(&walk);
    /* a huge edge beside tiny ones: begin with a step that has room for it */
    step = fmax(step, border_length(&walk) / (UVP_LATTICE / 4));
    for (int tries = 0; tries < 64 && size > UVP_LATTICE - 2; tries++) {
        int64_t height;
        walk.depth = 0;
        patch->step = step;
        size = spread_x(&walk, next, ground, step, least);
        height = raise_y(&walk, ground, step, least);
        size = height > size ? height : size;
        step *= 2;
    }
    if (size > UVP_LATTICE - 2) {
        return uvp_fail(work->err, UVP_UNSUPPORTED, patch->triangle[0],
                        "a polygon with %u corners is too large", patch->vertex_count);
    }
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        /* from left to right, as laid out from right to left */
        patch->at[v].x = (int32_t)(size - patch->at[v].x);
    }
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 8 * patch->triangle_count);
}

static bool is_finite(const struct uvp_patch *patch)
{
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        if (!isfinite(patch->uv[v].x) || !isfinite(patch->uv[v].y)) {
            return false;
        }
    }
    return true;
}

static enum uvp_code check_uv(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              struct uvp_patch *patch, bool *valid)
{
    *valid = false;
    if (!is_finite(patch)) {
        return UVP_OK;
    }
    uvp_patch_snap(topology, patch);
    return uvp_flatten_check(work, patch, valid);
}

enum uvp_code uvp_single_lay(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                             const struct uvp_pieces *pieces, struct uvp_patch *patch)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct polygon_walk walk = {topology, pieces, patch, NULL, 0};
    double area = 0;
    bool valid = false;

    UVP_TAKE(work, walk.stack, (size_t)patch->triangle_count + 2);
    unfold(&walk);
    UVP_TRY(check_uv(work, topology, patch, &valid));
    if (!valid && patch->triangle_count > 1) {
        uvp_project_patch(topology, patch);
        UVP_TRY(check_uv(work, topology, patch, &valid));
    }
    if (!valid) {
        for (uint32_t i = 0; i < patch->triangle_count; i++) {
            area += uvp_area_of(topology, patch->triangle[i]);
        }
        UVP_TRY(uvp_single_terrain(work, topology, pieces, patch, sqrt(area) * 2 / UVP_LATTICE,
                                   OWN_LEAST));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
