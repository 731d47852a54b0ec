/* Cells are parted by a fifth of their side, which is far more than float32 rounds away even
 * with ten million of them. */
#include "stages/unwrapper/made_uvs.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/shapes/wave.h"

#define CELL_RADIUS 0.4

/* Corner k of n on a circle about the middle of its cell, against the clock. */
static void put_corner(float *uv, double x, double y, double side, uint32_t k, uint32_t n)
{
    const double angle = UVP_WAVE_TURN * k / n;

    uv[0] = (float)((x + 0.5 + CELL_RADIUS * uvp_cosine(angle)) * side);
    uv[1] = (float)((y + 0.5 + CELL_RADIUS * uvp_sine(angle)) * side);
}

/* Polygon p in cell p of a square of cells, or all in the one that fills the page. */
static void fill_cells(const struct uvp_mesh *mesh, bool one, float *uv)
{
    uint32_t side = 1;

    while (!one && (uint64_t)side * side < mesh->polygon_count) {
        side++;
    }
    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        const uint32_t from = mesh->corner_start[p];
        const uint32_t corners = mesh->corner_start[p + 1] - from;
        const uint32_t cell = one ? 0 : p;

        for (uint32_t k = 0; k < corners; k++) {
            put_corner(uv + 2 * ((size_t)from + k), cell % side, cell / side, 1.0 / side, k,
                       corners);
        }
    }
}

/* From above, the longer side of the box filling the page; what is no number goes to 0. */
static void fill_planar(const struct uvp_mesh *mesh, float *uv)
{
    double low[2] = {(double)INFINITY, (double)INFINITY};
    double side = 0;

    for (size_t k = 0; k < 2; k++) {
        double high = -(double)INFINITY;

        for (uint32_t v = 0; v < mesh->vertex_count; v++) {
            const double at = (double)mesh->positions[3 * (size_t)v + k];
            low[k] = isfinite(at) && at < low[k] ? at : low[k];
            high = isfinite(at) && at > high ? at : high;
        }
        side = high - low[k] > side ? high - low[k] : side;
    }
    for (uint32_t v = 0; v < mesh->vertex_count; v++) {
        for (size_t k = 0; k < 2; k++) {
            const double at = ((double)mesh->positions[3 * (size_t)v + k] - low[k]) / side;
            uv[2 * (size_t)v + k] = isfinite(at) ? (float)at : 0.0F;
        }
    }
}

static enum uvp_code fill_corners(const struct uvp_mesh *mesh, bool one,
                                  struct uvp_arena *arena, struct uvp_mesh_uvs *uvs,
                                  struct uvp_error *err)
{
    const uint32_t corners = mesh->corner_start[mesh->polygon_count];
    float *const uv = uvp_arena_take(arena, corners, 2 * sizeof *uv);
    uint32_t *const numbers = UVP_ARENA_ARRAY(arena, uint32_t, corners);

    if (uv == NULL || numbers == NULL) {
        return uvp_fail_memory(err, corners * 2 * sizeof *uv);
    }
    fill_cells(mesh, one, uv);
    for (uint32_t c = 0; c < corners; c++) {
        numbers[c] = c;
    }
    *uvs = (struct uvp_mesh_uvs){.uv = uv, .uv_count = corners, .corner_uv = numbers};
    return UVP_OK;
}

enum uvp_code uvp_made_uvs_fill(enum uvp_made_uvs kind, const struct uvp_mesh *mesh,
                                struct uvp_arena *arena, struct uvp_mesh_uvs *uvs,
                                struct uvp_error *err)
{
    float *uv;

    memset(uvs, 0, sizeof *uvs);
    if (kind == UVP_MADE_BARE || mesh->polygon_count == 0) {
        return UVP_OK;
    }
    if (kind != UVP_MADE_PLANAR) {
        return fill_corners(mesh, kind == UVP_MADE_OVERLAPPING, arena, uvs, err);
    }
    uv = uvp_arena_take(arena, mesh->vertex_count, 2 * sizeof *uv);
    if (uv == NULL) {
        return uvp_fail_memory(err, mesh->vertex_count * 2 * sizeof *uv);
    }
    fill_planar(mesh, uv);
    *uvs = (struct uvp_mesh_uvs){
        .uv = uv, .uv_count = mesh->vertex_count, .corner_uv = mesh->corner_vertex};
    return UVP_OK;
}
