/* Islands, seams, boundaries and which way islands lie. */
#include "tests/unit/analysis/analysis_bench.h"

/* A cube of twelve triangles, in six squares of 3 x 2 with gaps of 1/32. */
static void map_cube(const float *at, uint32_t triangle, float *uv)
{
    const uint32_t side = triangle / 2;
    const float column = (float)(side % 3) * 0.28125F;
    const float row = (float)(side / 3) * 0.28125F;

    /* coordinates of the cube are 0 and 1: the two that the side does not share */
    uv[0] = column + 0.25F * (side < 2 ? at[0] : side < 4 ? at[1] : at[2]);
    uv[1] = row + 0.25F * (side < 2 ? at[1] : side < 4 ? at[2] : at[0]);
}

static void add_cube(struct uvp_measured *m)
{
    static const uint32_t side[6][4] = {{4, 3, 2, 1}, {5, 6, 7, 8}, {1, 4, 8, 5},
                                        {2, 3, 7, 6}, {1, 2, 6, 5}, {4, 3, 7, 8}};
    uint32_t v[9] = {0};

    for (uint32_t i = 0; i < 8; i++) {
        v[i + 1] = uvp_test_mesh_vertex(&m->mesh, i % 4 == 1 || i % 4 == 2, i % 4 / 2, i / 4);
    }
    for (uint32_t i = 0; i < 6; i++) {
        uvp_test_mesh_triangle(&m->mesh, v[side[i][0]], v[side[i][1]], v[side[i][2]]);
        uvp_test_mesh_triangle(&m->mesh, v[side[i][0]], v[side[i][2]], v[side[i][3]]);
    }
}

static void test_cube(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    add_cube(&m);
    uvp_measured_map(&m, map_cube);
    m.options.islands = true;
    uvp_measure(&m);
    uvp_expect(&m, "islands.count", 6, 0);
    uvp_expect(&m, "islands.largest", 2, 0);
    uvp_expect(&m, "islands.single_triangle", 0, 0);
    uvp_expect(&m, "stretch.max", 1, UVP_NEAR);
    uvp_expect(&m, "surface_area", 6, UVP_NEAR);
    uvp_expect(&m, "packing.square", 0.375, UVP_NEAR);
    uvp_expect(&m, "packing.rectangle", 0.375 / (0.8125 * 0.53125), UVP_NEAR);
    uvp_expect(&m, "coverage", 0.375, UVP_NEAR);
    uvp_expect(&m, "seams.edges", 12, 0);
    uvp_expect(&m, "seams.length", 12, UVP_NEAR);
    uvp_expect(&m, "seams.relative", 12 / sqrt(6), UVP_NEAR);
    uvp_expect(&m, "seams.chains", 12, 0); /* three meet at every corner */
    uvp_expect(&m, "boundary.length", 0, 0);
    uvp_expect(&m, "gap.min_texels", 8, 0); /* 32, but it is looked for up to 8 */
    uvp_expect(&m, "verdict.overlapping", 0, 0);
    uvp_expect(&m, "overlap.pairs", 0, 0);
    assert_int_equal(m.islands.count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(m.islands.row[i].triangles, 2);
        assert_true(fabs(m.islands.row[i].surface_area - 1) < UVP_NEAR);
        assert_true(fabs(m.islands.row[i].uv_area - 1 / 16.0) < UVP_NEAR);
        assert_true(fabs(m.islands.row[i].stretch_max - 1) < UVP_NEAR);
        assert_true(fabs(m.islands.row[i].bounds[2] - m.islands.row[i].bounds[0] - 0.25) <
                    UVP_NEAR);
    }
    m.options.gap_max_texels = 50;
    uvp_measure(&m);
    uvp_expect(&m, "gap.min_texels", 32, 1e-6);
    uvp_measured_end(&m);
}

/* The right half of a plane of 4 x 2 cells is moved away. */
static void map_halves(const float *at, uint32_t triangle, float *uv)
{
    const bool right = triangle / 2 % 4 >= 2;

    uv[0] = at[0] / 8 + (right ? 0.25F : 0);
    uv[1] = at[1] / 8;
}

static void test_one_cut(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    uvp_test_mesh_plane(&m.mesh, 4, 2, false);
    uvp_measured_map(&m, map_halves);
    uvp_measure(&m);
    uvp_expect(&m, "islands.count", 2, 0);
    uvp_expect(&m, "seams.edges", 2, 0);
    uvp_expect(&m, "seams.chains", 1, 0);
    uvp_expect(&m, "seams.length", 2, UVP_NEAR);
    uvp_expect(&m, "boundary.length", 12, UVP_NEAR);
    uvp_expect(&m, "boundary.relative", 12 / sqrt(8), UVP_NEAR);
    uvp_expect(&m, "flipped.negative", 0, 0);
    uvp_measured_end(&m);
}

/* A lid of 3 x 3 cells with its middle one elsewhere: the seam is a ring. */
static void map_lid(const float *at, uint32_t triangle, float *uv)
{
    uv[0] = at[0] / 8 + (triangle / 2 == 4 ? 0.5F : 0);
    uv[1] = at[1] / 8;
}

static void test_ring(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    uvp_test_mesh_plane(&m.mesh, 3, 3, false);
    uvp_measured_map(&m, map_lid);
    uvp_measure(&m);
    uvp_expect(&m, "seams.edges", 4, 0);
    uvp_expect(&m, "seams.chains", 1, 0);
    uvp_expect(&m, "islands.count", 2, 0);
    uvp_measured_end(&m);
}

static void map_mirrored(const float *at, uint32_t triangle, float *uv)
{
    (void)triangle;
    uv[0] = 1 - at[0] / 8;
    uv[1] = at[1] / 8;
}

static void test_turns(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    uvp_test_mesh_plane(&m.mesh, 4, 2, false);
    uvp_measured_map(&m, map_mirrored);
    uvp_measure(&m);
    uvp_expect(&m, "islands.mirrored", 1, 0);
    uvp_expect(&m, "flipped.in_island", 0, 0);
    uvp_expect(&m, "flipped.negative", 16, 0);
    uvp_expect(&m, "stretch.max", 1, UVP_NEAR);
    uvp_expect(&m, "verdict.mirrored", 16, 0);
    uvp_measured_end(&m);
}

/* Three triangles at an edge: two in one bundle, one apart; and all three apart. */
static void test_edge_of_three(void **state)
{
    struct uvp_measured m;
    uint32_t a;
    uint32_t b;

    (void)state;
    uvp_measured_begin(&m);
    a = uvp_test_mesh_vertex(&m.mesh, 0, 0, 0);
    b = uvp_test_mesh_vertex(&m.mesh, 0, 1, 0);
    for (int i = 0; i < 3; i++) {
        uvp_test_mesh_triangle(&m.mesh, a, b,
                               uvp_test_mesh_vertex(&m.mesh, i == 0 ? -1 : i, 0.5, i));
    }
    uvp_measured_map(&m, uvp_map_flat);
    uvp_measure(&m);
    uvp_expect(&m, "islands.count", 1, 0);
    uvp_expect(&m, "seams.edges", 0, 0);
    m.uv[2 * 6] = m.uv[2 * 7] = 0.25F; /* the third triangle leaves */
    uvp_measure(&m);
    uvp_expect(&m, "islands.count", 2, 0);
    uvp_expect(&m, "seams.edges", 1, 0);
    m.uv[2 * 3] = m.uv[2 * 4] = 0.5F; /* the second one, too */
    uvp_measure(&m);
    uvp_expect(&m, "islands.count", 3, 0);
    uvp_expect(&m, "seams.edges", 2, 0);
    uvp_expect(&m, "seams.length", 2, UVP_NEAR);
    uvp_expect(&m, "seams.chains", 1, 0);
    uvp_measured_end(&m);
}

/* A fan so full that its edges are sorted by the heap, and bundles of hundreds. */
static void test_many_at_one_edge(void **state)
{
    enum { COUNT = 300 };
    struct uvp_measured m;
    uint32_t a;
    uint32_t b;

    (void)state;
    uvp_measured_begin(&m);
    a = uvp_test_mesh_vertex(&m.mesh, 0, 0, 0);
    b = uvp_test_mesh_vertex(&m.mesh, 0, 1, 0);
    for (int i = 0; i < COUNT; i++) {
        uvp_test_mesh_triangle(&m.mesh, a, b, uvp_test_mesh_vertex(&m.mesh, 1, 0.5, i));
    }
    uvp_measured_map(&m, uvp_map_flat);
    for (uint32_t t = 0; t < COUNT; t++) { /* three kinds in turn */
        m.uv[6 * (size_t)t] = (float)(t % 3) / 4;
    }
    uvp_measure(&m);
    uvp_expect(&m, "islands.count", 3, 0);
    uvp_expect(&m, "seams.edges", 2, 0);
    uvp_expect(&m, "topology.nonmanifold_edges", 1, 0);
    uvp_measured_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cube),          cmocka_unit_test(test_one_cut),
        cmocka_unit_test(test_ring),          cmocka_unit_test(test_turns),
        cmocka_unit_test(test_edge_of_three), cmocka_unit_test(test_many_at_one_edge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
