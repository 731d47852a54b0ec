/* Surfaces whose topology is known. */
#include "tests/unit/analysis/analysis_bench.h"

struct wanted {
    int vertices;
    int edges;
    int faces;
    int boundary_edges;
    int loops;
    int components;
    int closed;
    int one_sided;
    int genus;
    int bad_edges;
    int bad_vertices;
};

static void expect(struct uvp_measured *m, struct wanted wanted)
{
    m->options.parts = UVP_ANALYSIS_TOPOLOGY;
    uvp_measured_map(m, uvp_map_flat);
    uvp_measure(m);
    uvp_expect(m, "topology.vertices", wanted.vertices, 0);
    uvp_expect(m, "topology.edges", wanted.edges, 0);
    uvp_expect(m, "topology.faces", wanted.faces, 0);
    uvp_expect(m, "topology.euler", wanted.vertices - wanted.edges + wanted.faces, 0);
    uvp_expect(m, "topology.boundary_edges", wanted.boundary_edges, 0);
    uvp_expect(m, "topology.boundary_loops", wanted.loops, 0);
    uvp_expect(m, "topology.components", wanted.components, 0);
    uvp_expect(m, "topology.closed_components", wanted.closed, 0);
    uvp_expect(m, "topology.nonorientable_components", wanted.one_sided, 0);
    uvp_expect(m, "topology.genus", wanted.genus, 0);
    uvp_expect(m, "topology.nonmanifold_edges", wanted.bad_edges, 0);
    uvp_expect(m, "topology.nonmanifold_vertices", wanted.bad_vertices, 0);
    uvp_expect(m, "stretch.max", (double)NAN, 0); /* not asked for */
    uvp_measured_end(m);
}

static void test_plane_and_cylinder(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    uvp_test_mesh_plane(&m.mesh, 4, 3, false);
    expect(&m, (struct wanted){20, 43, 24, 14, 1, 1, 0, 0, 0, 0, 0});
    uvp_measured_begin(&m);
    uvp_test_mesh_cylinder(&m.mesh, 8, 3);
    expect(&m, (struct wanted){32, 80, 48, 16, 2, 1, 0, 0, 0, 0, 0});
}

static void test_closed(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    uvp_test_mesh_cube(&m.mesh, 0, 0, 0);
    expect(&m, (struct wanted){8, 18, 12, 0, 0, 1, 1, 0, 0, 0, 0});
    uvp_measured_begin(&m);
    uvp_test_mesh_torus(&m.mesh, 12, 8);
    expect(&m, (struct wanted){96, 288, 192, 0, 0, 1, 1, 0, 1, 0, 0});
    uvp_measured_begin(&m); /* two tori and a cube */
    uvp_test_mesh_torus(&m.mesh, 12, 8);
    uvp_test_mesh_cube(&m.mesh, 50, 0, 0);
    uvp_test_mesh_scale(&m.mesh, 1, 200);
    uvp_test_mesh_torus(&m.mesh, 9, 8);
    expect(&m, (struct wanted){96 + 8 + 72, 288 + 18 + 216, 192 + 12 + 144, 0, 0, 3, 3, 0, 2, 0,
                               0});
}

static void test_one_sided(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    uvp_test_mesh_moebius(&m.mesh, 9);
    expect(&m, (struct wanted){18, 36, 18, 18, 1, 1, 0, 1, 0, 0, 0});
}

/* A projective plane of six vertices: every pair of them is an edge. */
static void test_projective_plane(void **state)
{
    static const uint32_t face[10][3] = {{0, 1, 2}, {0, 2, 3}, {0, 3, 4}, {0, 4, 5}, {0, 5, 1},
                                         {1, 2, 4}, {2, 3, 5}, {3, 4, 1}, {4, 5, 2}, {5, 1, 3}};
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    for (uint32_t i = 0; i < 6; i++) {
        const uint32_t square = i * i;
        (void)uvp_test_mesh_vertex(&m.mesh, i, square, i * square);
    }
    for (uint32_t t = 0; t < 10; t++) {
        uvp_test_mesh_triangle(&m.mesh, face[t][0], face[t][1], face[t][2]);
    }
    expect(&m, (struct wanted){6, 15, 10, 0, 0, 1, 1, 1, 0, 0, 0});
}

static void test_not_manifold(void **state)
{
    struct uvp_measured m;
    uint32_t v[7];

    (void)state;
    uvp_measured_begin(&m); /* five triangles at one edge */
    v[0] = uvp_test_mesh_vertex(&m.mesh, 0, 0, 0);
    v[1] = uvp_test_mesh_vertex(&m.mesh, 0, 0, 1);
    for (uint32_t i = 0; i < 5; i++) {
        uvp_test_mesh_triangle(&m.mesh, v[0], v[1],
                               uvp_test_mesh_vertex(&m.mesh, i + 1, i * i, 0));
    }
    expect(&m, (struct wanted){7, 11, 5, 10, 5, 1, 0, 0, 0, 1, 0});
    uvp_measured_begin(&m); /* two triangles at one vertex */
    for (uint32_t i = 0; i < 5; i++) {
        v[i] = uvp_test_mesh_vertex(&m.mesh, i, i * i, 0);
    }
    uvp_test_mesh_triangle(&m.mesh, v[0], v[1], v[2]);
    uvp_test_mesh_triangle(&m.mesh, v[2], v[3], v[4]);
    expect(&m, (struct wanted){5, 6, 2, 6, 2, 2, 0, 0, 0, 0, 1});
}

/* What is not finite or has a corner twice is no face; equal positions are one vertex. */
static void test_what_is_no_face(void **state)
{
    struct uvp_measured m;
    uint32_t v[4];

    (void)state;
    uvp_measured_begin(&m);
    v[0] = uvp_test_mesh_vertex(&m.mesh, 0, 0, 0);
    v[1] = uvp_test_mesh_vertex(&m.mesh, 1, 0, 0);
    v[2] = uvp_test_mesh_vertex(&m.mesh, 0, 1, 0);
    v[3] = uvp_test_mesh_vertex(&m.mesh, (double)NAN, 1, 0);
    uvp_test_mesh_triangle(&m.mesh, v[0], v[1], v[2]);
    uvp_test_mesh_triangle(&m.mesh, v[0], v[1], v[3]);
    uvp_test_mesh_triangle(&m.mesh, v[0], v[0], v[2]);
    uvp_test_mesh_triangle(&m.mesh, uvp_test_mesh_vertex(&m.mesh, -0.0, 0, 0), v[2],
                           uvp_test_mesh_vertex(&m.mesh, -1, 0, 0));
    expect(&m, (struct wanted){4, 5, 2, 4, 1, 1, 0, 0, 0, 0, 0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane_and_cylinder), cmocka_unit_test(test_closed),
        cmocka_unit_test(test_one_sided),          cmocka_unit_test(test_projective_plane),
        cmocka_unit_test(test_not_manifold),       cmocka_unit_test(test_what_is_no_face),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
