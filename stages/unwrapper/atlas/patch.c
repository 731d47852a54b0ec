/*
 * A vertex of a patch is a fan of corners: walking around the point from corner to corner, over
 * paired half-edges, never finds a corner twice, so every corner is visited once.
 */
#include "stages/unwrapper/atlas/patch.h"

struct builder {
    const struct uvp_topology *topology;
    const struct uvp_pieces *pieces;
    struct uvp_patch *patch;
};

static uint32_t *corner_at(const struct builder *builder, uint32_t h)
{
    return &builder->patch->corner[3 * builder->pieces->local[h / 3] + h % 3];
}

/* Gives the vertex to every corner of h's fan. */
static void mark_fan(const struct builder *builder, uint32_t h, uint32_t vertex)
{
    uint32_t at = h;

    while (at != UVP_NONE && *corner_at(builder, at) == UVP_NONE) {
        *corner_at(builder, at) = vertex;
        at = uvp_pieces_across(builder->topology, builder->pieces, uvp_edge_prev(at));
    }
    at = uvp_pieces_across(builder->topology, builder->pieces, h);
    while (at != UVP_NONE && *corner_at(builder, uvp_edge_next(at)) == UVP_NONE) {
        at = uvp_edge_next(at);
        *corner_at(builder, at) = vertex;
        at = uvp_pieces_across(builder->topology, builder->pieces, at);
    }
}

static void number_vertices(const struct builder *builder)
{
    struct uvp_patch *const patch = builder->patch;

    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        const uint32_t h = 3 * patch->triangle[i / 3] + i % 3;
        if (patch->corner[i] == UVP_NONE) {
            patch->point[patch->vertex_count] = builder->topology->vertex[h];
            mark_fan(builder, h, patch->vertex_count++);
        }
    }
}

static uint32_t count_borders(const struct builder *builder)
{
    const struct uvp_patch *const patch = builder->patch;
    uint32_t count = 0;

    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        const uint32_t h = 3 * patch->triangle[i / 3] + i % 3;
        count += uvp_pieces_across(builder->topology, builder->pieces, h) == UVP_NONE;
    }
    return count;
}

static void list_borders(const struct builder *builder)
{
    struct uvp_patch *const patch = builder->patch;
    uint32_t count = 0;

    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        const uint32_t h = 3 * patch->triangle[i / 3] + i % 3;
        if (uvp_pieces_across(builder->topology, builder->pieces, h) == UVP_NONE) {
            patch->border[2 * count] = patch->corner[i];
            patch->border[2 * count + 1] = patch->corner[uvp_edge_next(i)];
            count++;
        }
    }
}

enum uvp_code uvp_patch_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                             struct uvp_pieces *pieces, uint32_t label,
                             const uint32_t *triangles, uint32_t count, struct uvp_patch *patch)
{
    const struct builder builder = {topology, pieces, patch};

    *patch = (struct uvp_patch){.triangle = triangles, .triangle_count = count};
    for (uint32_t i = 0; i < count; i++) {
        uvp_pieces_give(pieces, triangles[i], label);
        pieces->local[triangles[i]] = i;
    }
    UVP_TAKE(work, patch->corner, 3 * (size_t)count);
    UVP_TAKE(work, patch->point, 3 * (size_t)count);
    for (size_t i = 0; i < 3 * (size_t)count; i++) {
        patch->corner[i] = UVP_NONE;
    }
    number_vertices(&builder);
    patch->border_count = count_borders(&builder);
    UVP_TAKE(work, patch->border, 2 * (size_t)patch->border_count);
    list_borders(&builder);
    UVP_TAKE(work, patch->uv, patch->vertex_count);
    UVP_TAKE(work, patch->at, patch->vertex_count);
    return uvp_work_count(work, 8 * count);
}

void uvp_patch_snap(const struct uvp_topology *topology, struct uvp_patch *patch)
{
    struct uvp_vec2 low = patch->uv[0];
    struct uvp_vec2 high = patch->uv[0];
    double area = 0;
    double size;

    for (uint32_t v = 1; v < patch->vertex_count; v++) {
        const struct uvp_vec2 p = patch->uv[v];
        low = (struct uvp_vec2){fmin(low.x, p.x), fmin(low.y, p.y)};
        high = (struct uvp_vec2){fmax(high.x, p.x), fmax(high.y, p.y)};
    }
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        area += uvp_area_of(topology, patch->triangle[i]);
    }
    size = fmax(1.7 * sqrt(area), fmax(high.x - low.x, high.y - low.y));
    patch->step = size / (UVP_LATTICE - 2);
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        const double x = (patch->uv[v].x - low.x) / patch->step + 0.5;
        const double y = (patch->uv[v].y - low.y) / patch->step + 0.5;
        patch->at[v] = (struct uvp_point2){(int32_t)x, (int32_t)y};
    }
}
