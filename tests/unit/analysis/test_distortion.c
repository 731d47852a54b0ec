/* Maps whose singular values are known. */
#include "tests/unit/analysis/analysis_bench.h"

/* A unit square of two triangles in the plane. */
static void add_square(struct uvp_measured *m, double x, double width, double height)
{
    const uint32_t a = uvp_test_mesh_vertex(&m->mesh, x, 0, 0);
    const uint32_t b = uvp_test_mesh_vertex(&m->mesh, x + width, 0, 0);
    const uint32_t c = uvp_test_mesh_vertex(&m->mesh, x + width, height, 0);
    const uint32_t d = uvp_test_mesh_vertex(&m->mesh, x, height, 0);

    uvp_test_mesh_triangle(&m->mesh, a, b, c);
    uvp_test_mesh_triangle(&m->mesh, a, c, d);
}

static void expect_isometry(const struct uvp_measured *m)
{
    static const char *const ones[] = {
        "stretch.max",    "stretch.mean",     "stretch.plain_mean", "stretch.min",
        "stretch.p50",    "stretch.p90",      "stretch.p95",        "stretch.p99",
        "stretch.l2",     "stretch.linf",     "stretch.linf_p99",   "symdir.mean",
        "symdir.p50",     "symdir.p99",       "area.ratio_min",     "area.ratio_mean",
        "area.ratio_max", "edge_stretch.max", "edge_stretch.mean"};
    static const char *const zeros[] = {
        "angle.max_radians", "angle.mean_radians", "angle.max_degrees", "angle.mean_degrees",
        "area.log2_mean",    "area.log2_p99",      "density.spread"};

    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++) {
        uvp_expect(m, ones[i], 1, UVP_NEAR);
    }
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
        uvp_expect(m, zeros[i], 0, 1e-7);
    }
}

static void map_scaled(const float *at, uint32_t triangle, float *uv)
{
    (void)triangle;
    uv[0] = at[0] / 64;
    uv[1] = at[1] / 64;
}

static void test_similar(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    uvp_test_mesh_plane(&m.mesh, 16, 8, true);
    uvp_measured_map(&m, map_scaled);
    uvp_measure(&m);
    expect_isometry(&m);
    uvp_expect(&m, "surface_area", 128, UVP_NEAR);
    uvp_expect(&m, "uv_area", 1 / 32.0, UVP_NEAR);
    uvp_expect(&m, "packing.rectangle", 1, UVP_NEAR);
    uvp_expect(&m, "density.mean_texels_per_unit", 16, UVP_NEAR);
    uvp_measured_end(&m);
}

/* The grid rolled up: still the same shape, to what float32 positions say of it. */
static void map_unrolled(const float *at, uint32_t triangle, float *uv)
{
    const double turn = atan2((double)at[1], (double)at[0]) / (2 * 3.14159265358979323846);

    (void)triangle;
    uv[0] = (float)(turn < 0 ? turn + 1 : turn);
    uv[1] = at[2];
}

static void test_cylinder(void **state)
{
    enum { AROUND = 64 };
    struct uvp_measured m;
    double side;

    (void)state;
    uvp_measured_begin(&m);
    for (uint32_t i = 0; i < AROUND; i++) {
        const double turn = 2 * 3.14159265358979323846 * i / AROUND;
        const double next = 2 * 3.14159265358979323846 * ((i + 1) % AROUND) / AROUND;
        const uint32_t a = uvp_test_mesh_vertex(&m.mesh, cos(turn), sin(turn), 0);
        const uint32_t b = uvp_test_mesh_vertex(&m.mesh, cos(next), sin(next), 0);
        const uint32_t c = uvp_test_mesh_vertex(&m.mesh, cos(next), sin(next), 0.5);
        const uint32_t d = uvp_test_mesh_vertex(&m.mesh, cos(turn), sin(turn), 0.5);
        uvp_test_mesh_triangle(&m.mesh, a, b, c);
        uvp_test_mesh_triangle(&m.mesh, a, c, d);
    }
    uvp_measured_map(&m, map_unrolled);
    for (uint32_t i = 0; i < m.uv_count; i++) { /* the last column ends at 1, not at 0 */
        if (i / 6 == AROUND - 1 && m.uv[2 * i] < 0.5F) {
            m.uv[2 * i] = 1;
        }
    }
    uvp_measure(&m);
    side = 2 * sin(3.14159265358979323846 / AROUND) * AROUND; /* of the polygon, in all */
    uvp_expect(&m, "stretch.max", side, 1e-5);
    uvp_expect(&m, "stretch.min", side, 1e-5);
    uvp_expect(&m, "surface_area", side / 2, 1e-6);
    uvp_expect(&m, "islands.count", 1, 0);
    uvp_expect(&m, "seams.edges", 1, 0);
    uvp_expect(&m, "seams.length", 0.5, UVP_NEAR);
    uvp_expect(&m, "seams.relative", 0.5 / sqrt(side / 2), 1e-6);
    uvp_expect(&m, "seams.chains", 1, 0);
    uvp_measured_end(&m);
}

/* u as it is, v halved: s1 = 1, s2 = 1/2 everywhere. */
static void map_half(const float *at, uint32_t triangle, float *uv)
{
    (void)triangle;
    uv[0] = at[0] / 2;
    uv[1] = at[1] / 4;
}

static void test_squeezed(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    add_square(&m, 0, 1, 1);
    uvp_measured_map(&m, map_half);
    uvp_measure(&m);
    uvp_expect(&m, "stretch.max", 2, UVP_NEAR);
    uvp_expect(&m, "stretch.mean", 2, UVP_NEAR);
    uvp_expect(&m, "stretch.l2", sqrt(0.625 * 2), UVP_NEAR);
    uvp_expect(&m, "stretch.linf", sqrt(2), UVP_NEAR);
    uvp_expect(&m, "symdir.mean", 1.25, UVP_NEAR);
    uvp_expect(&m, "area.log2_mean", 0, UVP_NEAR);
    uvp_expect(&m, "angle.max_radians", 0.7853981633974483 - atan(0.5), UVP_NEAR);
    uvp_expect(&m, "angle.max_degrees", 45 - 26.565051177077989, UVP_NEAR);
    /* corners of 90, 45 and 45 become 90, 26.57 and 63.43 */
    uvp_expect(&m, "angle.mean_degrees", 2 * (45 - 26.565051177077989) / 3, UVP_NEAR);
    /* lengths 1/2, 1/4 and sqrt(5)/4 of sqrt(2); two, two and one edges of them */
    uvp_expect(&m, "edge_stretch.max", 0.5 / (sqrt(5) / 4 / sqrt(2)), UVP_NEAR);
    uvp_measured_end(&m);
}

/* A shear by one: singular values are the golden ratio and its inverse. */
static void map_sheared(const float *at, uint32_t triangle, float *uv)
{
    (void)triangle;
    uv[0] = (at[0] + at[1]) / 4;
    uv[1] = at[1] / 4;
}

static void test_sheared(void **state)
{
    const double golden = (1 + sqrt(5)) / 2;
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    add_square(&m, 0, 1, 1);
    uvp_measured_map(&m, map_sheared);
    uvp_measure(&m);
    uvp_expect(&m, "stretch.max", golden * golden, UVP_NEAR);
    uvp_expect(&m, "stretch.l2", sqrt(1.5), UVP_NEAR);
    uvp_expect(&m, "stretch.linf", golden, UVP_NEAR);
    uvp_expect(&m, "symdir.mean", 1.5, UVP_NEAR);
    uvp_expect(&m, "area.ratio_max", 1, UVP_NEAR);
    /* 45 and 90 degrees become atan(1/2) and 45 */
    uvp_expect(&m, "angle.max_degrees", 45, 1e-7);
    uvp_measured_end(&m);
}

/* The first square at scale 1, the second, as large, at half of that. */
static void map_two_scales(const float *at, uint32_t triangle, float *uv)
{
    const float scale = triangle < 2 ? 0.25F : 0.125F;

    uv[0] = at[0] * scale;
    uv[1] = at[1] * scale;
}

static void test_two_scales(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    add_square(&m, 0, 1, 1);
    add_square(&m, 5, 1, 1);
    uvp_measured_map(&m, map_two_scales);
    m.options.islands = true;
    uvp_measure(&m);
    uvp_expect(&m, "stretch.max", 1, UVP_NEAR);
    /* 1/s is 4 and 8; scale of areas sqrt((1/16 + 1/64) / 2) */
    uvp_expect(&m, "stretch.l2", sqrt((16 + 64) / 2.0) * sqrt(5 / 64.0 / 2), UVP_NEAR);
    uvp_expect(&m, "stretch.linf", 8 * sqrt(5 / 64.0 / 2), UVP_NEAR);
    /* best scale makes them sqrt(2) and 1 / sqrt(2) */
    uvp_expect(&m, "symdir.mean", 1.25, UVP_NEAR);
    /* the median is the lower one of two: at half of the area */
    uvp_expect(&m, "area.ratio_min", 1, UVP_NEAR);
    uvp_expect(&m, "area.ratio_max", 4, UVP_NEAR);
    uvp_expect(&m, "area.ratio_mean", 2.5, UVP_NEAR);
    uvp_expect(&m, "area.log2_mean", 1, UVP_NEAR);
    uvp_expect(&m, "area.log2_p99", 2, UVP_NEAR);
    uvp_expect(&m, "density.mean_texels_per_unit", 1024 * 0.1875, UVP_NEAR);
    uvp_expect(&m, "density.spread", 1 / 3.0, UVP_NEAR);
    assert_int_equal(m.islands.count, 2);
    assert_true(fabs(m.islands.row[1].uv_area - 1 / 64.0) < UVP_NEAR);
    assert_true(fabs(m.islands.row[1].stretch_mean - 1) < UVP_NEAR);
    uvp_measured_end(&m);
}

/* Nine tenths of the area at 1, the rest at 2. */
static void map_percentiles(const float *at, uint32_t triangle, float *uv)
{
    uv[0] = at[0] / 32;
    uv[1] = at[1] / (triangle < 2 ? 32.0F : 64.0F);
}

static void test_percentiles(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    add_square(&m, 0, 9, 1);
    add_square(&m, 16, 1, 1);
    uvp_measured_map(&m, map_percentiles);
    uvp_measure(&m);
    uvp_expect(&m, "stretch.p50", 1, UVP_NEAR);
    uvp_expect(&m, "stretch.p90", 1, UVP_NEAR);
    uvp_expect(&m, "stretch.p95", 2, UVP_NEAR);
    uvp_expect(&m, "stretch.p99", 2, UVP_NEAR);
    uvp_expect(&m, "stretch.mean", 1.1, UVP_NEAR);
    uvp_expect(&m, "stretch.plain_mean", 1.5, UVP_NEAR);
    uvp_measured_end(&m);
}

static void test_nothing_to_measure(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    uvp_measured_map(&m, uvp_map_flat);
    uvp_measure(&m);
    uvp_expect(&m, "stretch.max", (double)NAN, 0);
    uvp_expect(&m, "coverage", 0, 0);
    uvp_expect(&m, "bounds.min_u", (double)NAN, 0);
    uvp_expect(&m, "topology.euler", 0, 0);
    add_square(&m, 0, 0, 1);
    uvp_measured_map(&m, uvp_map_flat);
    uvp_measure(&m);
    uvp_expect(&m, "stretch.max", (double)NAN, 0);
    uvp_expect(&m, "skipped.degenerate", 2, 0);
    uvp_measured_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_similar),
        cmocka_unit_test(test_cylinder),
        cmocka_unit_test(test_squeezed),
        cmocka_unit_test(test_sheared),
        cmocka_unit_test(test_two_scales),
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_nothing_to_measure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
