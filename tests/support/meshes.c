#include "tests/support/meshes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TURN 6.283185307179586

static void *grow(void *data, uint32_t *room, uint32_t needed, size_t each)
{
    if (needed > *room) {
        *room = needed + needed / 2 + 64;
        data = realloc(data, *room * each);
        if (data == NULL) {
            abort();
        }
    }
    return data;
}

void uvp_test_mesh_init(struct uvp_test_mesh *mesh)
{
    memset(mesh, 0, sizeof *mesh);
}

void uvp_test_mesh_release(struct uvp_test_mesh *mesh)
{
    free(mesh->positions);
    free(mesh->corner_vertex);
    free(mesh->triangles);
    free(mesh->polygon);
    memset(mesh, 0, sizeof *mesh);
}

uint32_t uvp_test_mesh_vertex(struct uvp_test_mesh *mesh, double x, double y, double z)
{
    float *p;

    mesh->positions = grow(mesh->positions, &mesh->vertex_room, mesh->vertex_count + 1,
                           3 * sizeof *mesh->positions);
    p = mesh->positions + 3 * (size_t)mesh->vertex_count;
    p[0] = (float)x;
    p[1] = (float)y;
    p[2] = (float)z;
    return mesh->vertex_count++;
}

static uint32_t add_corner(struct uvp_test_mesh *mesh, uint32_t vertex)
{
    mesh->corner_vertex = grow(mesh->corner_vertex, &mesh->corner_room, mesh->corner_count + 1,
                               sizeof *mesh->corner_vertex);
    mesh->corner_vertex[mesh->corner_count] = vertex;
    return mesh->corner_count++;
}

static void add_corners(struct uvp_test_mesh *mesh, uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t room = mesh->triangle_room;
    uint32_t *t;

    mesh->polygon = grow(mesh->polygon, &room, mesh->triangle_count + 1, sizeof *mesh->polygon);
    mesh->triangles = grow(mesh->triangles, &mesh->triangle_room, mesh->triangle_count + 1,
                           3 * sizeof *mesh->triangles);
    t = mesh->triangles + 3 * (size_t)mesh->triangle_count;
    t[0] = a;
    t[1] = b;
    t[2] = c;
    mesh->polygon[mesh->triangle_count++] = mesh->polygon_count;
}

void uvp_test_mesh_triangle(struct uvp_test_mesh *mesh, uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t first = add_corner(mesh, a);

    (void)add_corner(mesh, b);
    (void)add_corner(mesh, c);
    add_corners(mesh, first, first + 1, first + 2);
    mesh->polygon_count++;
}

void uvp_test_mesh_cut_polygon(struct uvp_test_mesh *mesh, const uint32_t *vertex,
                               uint32_t count, const uint32_t *triangles)
{
    const uint32_t first = mesh->corner_count;

    for (uint32_t i = 0; i < count; i++) {
        (void)add_corner(mesh, vertex[i]);
    }
    for (uint32_t i = 0; i + 2 < count; i++) {
        add_corners(mesh, first + triangles[3 * i], first + triangles[3 * i + 1],
                    first + triangles[3 * i + 2]);
    }
    mesh->polygon_count++;
}

void uvp_test_mesh_polygon(struct uvp_test_mesh *mesh, const uint32_t *vertex, uint32_t count)
{
    const uint32_t first = mesh->corner_count;

    for (uint32_t i = 0; i < count; i++) {
        (void)add_corner(mesh, vertex[i]);
    }
    for (uint32_t i = 1; i + 1 < count; i++) {
        add_corners(mesh, first, first + i, first + i + 1);
    }
    mesh->polygon_count++;
}

static void add_quad(struct uvp_test_mesh *mesh, uint32_t a, uint32_t b, uint32_t c, uint32_t d,
                     bool quads)
{
    const uint32_t vertex[4] = {a, b, c, d};

    if (quads) {
        uvp_test_mesh_polygon(mesh, vertex, 4);
        return;
    }
    uvp_test_mesh_triangle(mesh, a, b, c);
    uvp_test_mesh_triangle(mesh, a, c, d);
}

/* Quads between the rows of a grid of vertices; `wrap_x` joins the last column to the first. */
static void add_grid(struct uvp_test_mesh *mesh, uint32_t first, uint32_t columns,
                     uint32_t rows, bool wrap_x, bool wrap_y, bool quads)
{
    for (uint32_t y = 0; y + !wrap_y < rows; y++) {
        for (uint32_t x = 0; x + !wrap_x < columns; x++) {
            const uint32_t x1 = (x + 1) % columns;
            const uint32_t y1 = (y + 1) % rows;
            add_quad(mesh, first + y * columns + x, first + y * columns + x1,
                     first + y1 * columns + x1, first + y1 * columns + x, quads);
        }
    }
}

void uvp_test_mesh_plane(struct uvp_test_mesh *mesh, uint32_t nx, uint32_t ny, bool quads)
{
    const uint32_t first = mesh->vertex_count;

    for (uint32_t y = 0; y <= ny; y++) {
        for (uint32_t x = 0; x <= nx; x++) {
            (void)uvp_test_mesh_vertex(mesh, x, y, 0);
        }
    }
    add_grid(mesh, first, nx + 1, ny + 1, false, false, quads);
}

void uvp_test_mesh_cells(struct uvp_test_mesh *mesh, uint32_t nx, uint32_t ny, bool quads,
                         bool (*is_in)(uint32_t x, uint32_t y, uint32_t nx))
{
    const uint32_t first = mesh->vertex_count;

    for (uint32_t i = 0; i < (nx + 1) * (ny + 1); i++) {
        (void)uvp_test_mesh_vertex(mesh, i % (nx + 1), i / (nx + 1), 0);
    }
    for (uint32_t i = 0; i < nx * ny; i++) {
        const uint32_t at = first + i / nx * (nx + 1) + i % nx;
        const uint32_t corners[4] = {at, at + 1, at + nx + 2, at + nx + 1};
        if (!is_in(i % nx, i / nx, nx)) {
            continue;
        }
        if (quads) {
            uvp_test_mesh_polygon(mesh, corners, 4);
        } else {
            uvp_test_mesh_triangle(mesh, corners[0], corners[1], corners[2]);
            uvp_test_mesh_triangle(mesh, corners[0], corners[2], corners[3]);
        }
    }
}

void uvp_test_mesh_cube(struct uvp_test_mesh *mesh, double x, double y, double z)
{
    static const uint32_t side[6][4] = {{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4},
                                        {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}};
    const uint32_t first = mesh->vertex_count;

    for (int i = 0; i < 8; i++) {
        (void)uvp_test_mesh_vertex(mesh, x + (i & 1), y + (i >> 1 & 1), z + (i >> 2));
    }
    for (int i = 0; i < 6; i++) {
        add_quad(mesh, first + side[i][0], first + side[i][1], first + side[i][2],
                 first + side[i][3], false);
    }
}

void uvp_test_mesh_cylinder(struct uvp_test_mesh *mesh, uint32_t around, uint32_t up)
{
    const uint32_t first = mesh->vertex_count;

    for (uint32_t y = 0; y <= up; y++) {
        for (uint32_t x = 0; x < around; x++) {
            const double angle = TURN * x / around;
            (void)uvp_test_mesh_vertex(mesh, cos(angle), sin(angle), (double)y / up);
        }
    }
    add_grid(mesh, first, around, up + 1, true, false, false);
}

void uvp_test_mesh_sphere(struct uvp_test_mesh *mesh, uint32_t around, uint32_t up)
{
    const uint32_t first = mesh->vertex_count;
    uint32_t south;
    uint32_t north;

    for (uint32_t y = 1; y < up; y++) {
        for (uint32_t x = 0; x < around; x++) {
            const double angle = TURN * x / around;
            const double rise = TURN / 2 * y / up;
            (void)uvp_test_mesh_vertex(mesh, sin(rise) * cos(angle), sin(rise) * sin(angle),
                                       -cos(rise));
        }
    }
    add_grid(mesh, first, around, up - 1, true, false, false);
    south = uvp_test_mesh_vertex(mesh, 0, 0, -1);
    north = uvp_test_mesh_vertex(mesh, 0, 0, 1);
    for (uint32_t x = 0; x < around; x++) {
        const uint32_t next = (x + 1) % around;
        uvp_test_mesh_triangle(mesh, south, first + next, first + x);
        uvp_test_mesh_triangle(mesh, north, first + (up - 2) * around + x,
                               first + (up - 2) * around + next);
    }
}

void uvp_test_mesh_torus(struct uvp_test_mesh *mesh, uint32_t around, uint32_t across)
{
    const uint32_t first = mesh->vertex_count;

    for (uint32_t y = 0; y < across; y++) {
        for (uint32_t x = 0; x < around; x++) {
            const double a = TURN * x / around;
            const double b = TURN * y / across;
            (void)uvp_test_mesh_vertex(mesh, (2 + cos(b)) * cos(a), (2 + cos(b)) * sin(a),
                                       sin(b));
        }
    }
    add_grid(mesh, first, around, across, true, true, false);
}

void uvp_test_mesh_moebius(struct uvp_test_mesh *mesh, uint32_t n)
{
    const uint32_t first = mesh->vertex_count;

    for (uint32_t i = 0; i < n; i++) {
        const double a = TURN * i / n;
        for (int side = -1; side <= 1; side += 2) {
            const double r = 2 + side * 0.5 * cos(a / 2);
            (void)uvp_test_mesh_vertex(mesh, r * cos(a), r * sin(a), side * 0.5 * sin(a / 2));
        }
    }
    for (uint32_t i = 0; i + 1 < n; i++) {
        const uint32_t a = first + 2 * i;
        add_quad(mesh, a, a + 2, a + 3, a + 1, false);
    }
    add_quad(mesh, first + 2 * n - 2, first + 1, first, first + 2 * n - 1, false);
}

void uvp_test_mesh_star(struct uvp_test_mesh *mesh, uint32_t n, double height)
{
    const uint32_t hub = uvp_test_mesh_vertex(mesh, 0, 0, 0);

    for (uint32_t i = 0; i < n; i++) {
        const double a = TURN * i / n;
        (void)uvp_test_mesh_vertex(mesh, cos(a), sin(a), i & 1 ? height : -height);
    }
    for (uint32_t i = 0; i < n; i++) {
        uvp_test_mesh_triangle(mesh, hub, hub + 1 + i, hub + 1 + (i + 1) % n);
    }
}

uint32_t uvp_test_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static double random_unit(uint32_t *state)
{
    return uvp_test_random(state) / 4294967296.0;
}

void uvp_test_mesh_soup(struct uvp_test_mesh *mesh, uint32_t n, uint32_t vertices,
                        uint32_t seed)
{
    const uint32_t first = mesh->vertex_count;
    uint32_t state = seed;

    for (uint32_t i = 0; i < vertices; i++) {
        const double x = random_unit(&state);
        const double y = random_unit(&state);
        (void)uvp_test_mesh_vertex(mesh, x, y, random_unit(&state));
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t a = first + uvp_test_random(&state) % vertices;
        const uint32_t b = first + uvp_test_random(&state) % vertices;
        uvp_test_mesh_triangle(mesh, a, b, first + uvp_test_random(&state) % vertices);
    }
}

void uvp_test_mesh_scale(struct uvp_test_mesh *mesh, double scale, double move)
{
    for (size_t i = 0; i < 3 * (size_t)mesh->vertex_count; i++) {
        mesh->positions[i] = (float)((double)mesh->positions[i] * scale + move);
    }
}
