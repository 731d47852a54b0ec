/*
 * Polygons to triangles. Triangles and convex quads are done on the spot; the rest goes to
 * earclip.c, one polygon at a time, with memory for the largest.
 */
#include "formats/mesh/earclip.h"

#define POLYGONS_PER_POLL UINT32_C(4096)

struct shape {
    uint32_t triangles;
    uint32_t largest; /* corners of the largest polygon beyond quads */
    bool all_triangles;
};

static uint32_t polygon_corners(const struct uvp_mesh *mesh, uint32_t polygon)
{
    return mesh->corner_start[polygon + 1] - mesh->corner_start[polygon];
}

static enum uvp_code measure(const struct uvp_mesh *mesh, struct shape *shape,
                             struct uvp_error *err)
{
    uint64_t triangles = 0;

    shape->largest = 0;
    shape->all_triangles = true;
    for (uint32_t polygon = 0; polygon < mesh->polygon_count; polygon++) {
        const uint32_t corners = polygon_corners(mesh, polygon);
        triangles += corners < 3 ? 0 : corners - 2;
        shape->all_triangles = shape->all_triangles && corners == 3;
        shape->largest = corners > 4 && corners > shape->largest ? corners : shape->largest;
    }
    if (triangles > UINT32_MAX / 3) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u triangles", UINT32_MAX / 3);
    }
    shape->triangles = (uint32_t)triangles;
    return UVP_OK;
}

static void put_triangle(uint32_t *to, uint32_t a, uint32_t b, uint32_t c)
{
    to[0] = a;
    to[1] = b;
    to[2] = c;
}

static void subtract(const float *a, const float *b, double out[3])
{
    for (int i = 0; i < 3; i++) {
        out[i] = (double)a[i] - (double)b[i];
    }
}

static void cross(const double a[3], const double b[3], double out[3])
{
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

/* Of the triangle, along `normal`. */
static double area_along(const float *a, const float *b, const float *c, const double normal[3])
{
    double ab[3];
    double ac[3];
    double out[3];

    subtract(b, a, ab);
    subtract(c, a, ac);
    cross(ab, ac, out);
    return out[0] * normal[0] + out[1] * normal[1] + out[2] * normal[2];
}

/* Cut from corner 0 to 2, unless only the other cut gives two triangles of the right side. */
static void cut_quad(const struct uvp_mesh *mesh, uint32_t first, uint32_t *to)
{
    const float *corner[4];
    double diagonals[2][3];
    double normal[3];
    uint32_t turn = 0;

    for (uint32_t i = 0; i < 4; i++) {
        corner[i] = mesh->positions + (size_t)3 * mesh->corner_vertex[first + i];
    }
    subtract(corner[2], corner[0], diagonals[0]);
    subtract(corner[3], corner[1], diagonals[1]);
    cross(diagonals[0], diagonals[1], normal);
    if (!(area_along(corner[0], corner[1], corner[2], normal) > 0.0 &&
          area_along(corner[0], corner[2], corner[3], normal) > 0.0) &&
        area_along(corner[1], corner[2], corner[3], normal) > 0.0 &&
        area_along(corner[1], corner[3], corner[0], normal) > 0.0) {
        turn = 1;
    }
    put_triangle(to, first + turn, first + turn + 1, first + turn + 2);
    put_triangle(to + 3, first + turn, first + turn + 2, first + (turn + 3) % 4);
}

static enum uvp_code cut_polygon(const struct uvp_mesh *mesh, uint32_t polygon,
                                 struct uvp_earclip *earclip, struct uvp_stop *stop,
                                 uint32_t *to, struct uvp_error *err)
{
    const uint32_t first = mesh->corner_start[polygon];
    const uint32_t corners = polygon_corners(mesh, polygon);

    if (corners == 3) {
        put_triangle(to, first, first + 1, first + 2);
        return UVP_OK;
    }
    if (corners == 4) {
        cut_quad(mesh, first, to);
        return UVP_OK;
    }
    return uvp_earclip_cut(earclip, mesh->positions, mesh->corner_vertex + first, first,
                           corners, stop, to, err);
}

static enum uvp_code cut_all(const struct uvp_mesh *mesh, const struct shape *shape,
                             struct uvp_arena *scratch, struct uvp_stop *stop,
                             uint32_t *corners, uint32_t *polygon_of, struct uvp_error *err)
{
    struct uvp_earclip earclip;
    uint32_t triangle = 0;

    UVP_TRY(uvp_earclip_init(&earclip, shape->largest, scratch, err));
    for (uint32_t polygon = 0; polygon < mesh->polygon_count; polygon++) {
        const uint32_t count = polygon_corners(mesh, polygon);
        if (polygon % POLYGONS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
        if (count < 3) {
            continue;
        }
        UVP_TRY(
            cut_polygon(mesh, polygon, &earclip, stop, corners + (size_t)3 * triangle, err));
        for (uint32_t i = 2; i < count; i++) {
            if (polygon_of != NULL) {
                polygon_of[triangle] = polygon;
            }
            triangle++;
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_mesh_triangulate(const struct uvp_mesh *mesh, struct uvp_arena *keep,
                                   struct uvp_arena *scratch, struct uvp_stop *stop,
                                   struct uvp_mesh_triangles *triangles, struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    struct shape shape = {0, 0, false};
    uint32_t *corners;
    uint32_t *polygon_of = NULL;
    enum uvp_code code;

    UVP_TRY(measure(mesh, &shape, err));
    corners = UVP_ARENA_ARRAY(keep, uint32_t, (size_t)3 * shape.triangles);
    if (corners == NULL) {
        return uvp_fail_memory(err, (size_t)12 * shape.triangles);
    }
    if (!shape.all_triangles) {
        polygon_of = UVP_ARENA_ARRAY(keep, uint32_t, shape.triangles);
        if (polygon_of == NULL) {
            return uvp_fail_memory(err, (size_t)4 * shape.triangles);
        }
    }
    code = cut_all(mesh, &shape, scratch, stop, corners, polygon_of, err);
    if (scratch != keep) {
        uvp_arena_rewind(scratch, mark);
    }
    if (code != UVP_OK) {
        return code;
    }
    triangles->corners = corners;
    triangles->count = shape.triangles;
    triangles->polygon = polygon_of;
    return UVP_OK;
}
