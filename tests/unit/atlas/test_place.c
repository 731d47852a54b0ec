/*
 * Charts that rounding to the page's lattice can close: they have to be found and redrawn
 * before the rounds run out.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>
#include <string.h>

static double draw(uint32_t *random, double span)
{
    return (uvp_test_random(random) % 100000 / 100000.0 - 0.5) * span;
}

/* A cone as one polygon, cut open along an edge: flat, the cut is as narrow as the cone is low.
 */
static void add_cone(struct uvp_test_mesh *mesh, uint32_t around, double height)
{
    const double x = 4.0 * mesh->polygon_count;
    uint32_t vertex[16];

    vertex[0] = uvp_test_mesh_vertex(mesh, x, 0, height);
    for (uint32_t k = 0; k < around; k++) {
        const double angle = 6.283185307179586 * k / around;
        vertex[1 + k] = uvp_test_mesh_vertex(mesh, x + cos(angle), sin(angle), 0);
    }
    vertex[1 + around] = vertex[1];
    uvp_test_mesh_polygon(mesh, vertex, around + 2);
}

static void test_slits(void **state)
{
    struct uvp_test_mesh mesh;
    uint32_t random = 3;

    (void)state;
    uvp_test_mesh_init(&mesh);
    for (uint32_t i = 0; i < 3000; i++) {
        add_cone(&mesh, 5 + i % 9, 0.05 * draw(&random, 1));
    }
    /* one large chart, so that the others are small on the lattice */
    uvp_test_mesh_plane(&mesh, 1, 1, true);
    for (uint32_t v = mesh.vertex_count - 4; v < mesh.vertex_count; v++) {
        mesh.positions[3 * v] *= 600;
        mesh.positions[3 * v + 1] *= 600;
        mesh.positions[3 * v + 2] = 50;
    }
    (void)uvp_check_atlas(&mesh, NULL);
    uvp_test_mesh_release(&mesh);
}

#define DISKS 60
#define RINGS 6
#define AROUND 24

/* A disk of many triangles, cut open from its middle to its rim by a slit as wide as told. */
static void add_slit_disk(struct uvp_test_mesh *mesh, double x, double turn, double width)
{
    uint32_t last[AROUND + 1];
    uint32_t here[AROUND + 1];
    const uint32_t middle = uvp_test_mesh_vertex(mesh, x, 0, 0);

    for (uint32_t r = 1; r <= RINGS; r++) {
        for (uint32_t k = 0; k <= AROUND; k++) {
            const double angle = turn + (6.283185307179586 - width / r) * k / AROUND;
            here[k] = uvp_test_mesh_vertex(mesh, x + r * cos(angle), r * sin(angle), 0);
        }
        for (uint32_t k = 0; k < AROUND; k++) {
            if (r == 1) {
                uvp_test_mesh_triangle(mesh, middle, here[k], here[k + 1]);
            } else {
                uvp_test_mesh_triangle(mesh, last[k], here[k], here[k + 1]);
                uvp_test_mesh_triangle(mesh, last[k], here[k + 1], last[k + 1]);
            }
        }
        memcpy(last, here, sizeof last);
    }
}

/* Slits that rounding closes: the disks are divided, but do not fall into their triangles. */
static void test_slit_disks_are_halved(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_stats stats;
    uint32_t random = 3;

    (void)state;
    uvp_test_mesh_init(&mesh);
    for (uint32_t i = 0; i < DISKS; i++) {
        add_slit_disk(&mesh, 20.0 * i, draw(&random, 6), 1e-5 + fabs(draw(&random, 2e-4)));
    }
    /* one large chart, so that the others are small on the lattice */
    uvp_test_mesh_plane(&mesh, 1, 1, true);
    for (uint32_t v = mesh.vertex_count - 4; v < mesh.vertex_count; v++) {
        mesh.positions[3 * v] *= 9000;
        mesh.positions[3 * v + 1] *= 9000;
        mesh.positions[3 * v + 2] = 50;
    }
    stats = uvp_check_atlas(&mesh, NULL);
    assert_true(stats.charts > DISKS + 1);
    assert_true(stats.charts < 8 * DISKS);
    uvp_test_mesh_release(&mesh);
}

/* A ring whose triangles are stretched until they are as thin as the lattice. */
static void test_thin_triangles(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 6; kind++) {
        struct uvp_test_mesh mesh;
        uint32_t random = 5 + kind;
        uvp_test_mesh_init(&mesh);
        if (kind % 2 == 0) {
            uvp_test_mesh_torus(&mesh, 90, 40);
        } else {
            uvp_test_mesh_sphere(&mesh, 90, 40);
        }
        for (uint32_t v = 0; v < mesh.vertex_count; v++) {
            const double shake = draw(&random, 0.05);
            mesh.positions[3 * v] += (float)shake;
            mesh.positions[3 * v + 1] *= 5e4F * (float)(1 + kind);
        }
        (void)uvp_check_atlas(&mesh, NULL);
        uvp_test_mesh_release(&mesh);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slits),
        cmocka_unit_test(test_slit_disks_are_halved),
        cmocka_unit_test(test_thin_triangles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
