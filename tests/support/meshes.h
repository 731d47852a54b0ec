/*
 * meshes.h -- small meshes made in code, for tests
 *
 * Use:     init, add or a generator, then hand the arrays on; release.
 * Owner:   the mesh owns its arrays. Running out of memory ends the test program.
 */
#ifndef UVP_TESTS_SUPPORT_MESHES_H
#define UVP_TESTS_SUPPORT_MESHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uvp_test_mesh {
    float *positions; /* 3 a vertex */
    uint32_t vertex_count;
    uint32_t vertex_room;
    uint32_t *corner_vertex;
    uint32_t corner_count;
    uint32_t corner_room;
    uint32_t *triangles; /* 3 corners each */
    uint32_t triangle_count;
    uint32_t triangle_room;
    uint32_t *polygon; /* of each triangle */
    uint32_t polygon_count;
};

void uvp_test_mesh_init(struct uvp_test_mesh *mesh);
void uvp_test_mesh_release(struct uvp_test_mesh *mesh);

uint32_t uvp_test_mesh_vertex(struct uvp_test_mesh *mesh, double x, double y, double z);
void uvp_test_mesh_triangle(struct uvp_test_mesh *mesh, uint32_t a, uint32_t b, uint32_t c);

/* A polygon with a corner for each of the vertices, cut as a fan from the first one. */
void uvp_test_mesh_polygon(struct uvp_test_mesh *mesh, const uint32_t *vertex, uint32_t count);

/* As above, cut as told: `triangles` holds 3 * (count - 2) places in `vertex`. */
void uvp_test_mesh_cut_polygon(struct uvp_test_mesh *mesh, const uint32_t *vertex,
                               uint32_t count, const uint32_t *triangles);

/* Generators add to the mesh. */
void uvp_test_mesh_plane(struct uvp_test_mesh *mesh, uint32_t nx, uint32_t ny, bool quads);
/* The cells of such a plane for which `is_in` is true. */
void uvp_test_mesh_cells(struct uvp_test_mesh *mesh, uint32_t nx, uint32_t ny, bool quads,
                         bool (*is_in)(uint32_t x, uint32_t y, uint32_t nx));
void uvp_test_mesh_cube(struct uvp_test_mesh *mesh, double x, double y, double z);
void uvp_test_mesh_cylinder(struct uvp_test_mesh *mesh, uint32_t around, uint32_t up);
void uvp_test_mesh_sphere(struct uvp_test_mesh *mesh, uint32_t around, uint32_t up);
void uvp_test_mesh_torus(struct uvp_test_mesh *mesh, uint32_t around, uint32_t across);
/* A band of n quads whose ends are joined after half a turn. */
void uvp_test_mesh_moebius(struct uvp_test_mesh *mesh, uint32_t n);
/* n triangles about one vertex, wavy by `height`. */
void uvp_test_mesh_star(struct uvp_test_mesh *mesh, uint32_t n, double height);
/* n triangles among n vertices, at random. */
void uvp_test_mesh_soup(struct uvp_test_mesh *mesh, uint32_t n, uint32_t vertices,
                        uint32_t seed);

void uvp_test_mesh_scale(struct uvp_test_mesh *mesh, double scale, double move);

/* The next of a row of random numbers; *state must not be 0. */
uint32_t uvp_test_random(uint32_t *state);

#endif
