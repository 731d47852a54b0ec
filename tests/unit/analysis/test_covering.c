/* Overlaps and gaps whose sizes are known; and those of many triangles by trying all pairs. */
#include "tests/unit/analysis/analysis_bench.h"

/* On the surface all lie apart: `z` is a row of its own. */
static void add_triangle(struct uvp_measured *m, const double uv[6])
{
    const uint32_t t = m->mesh.triangle_count;
    uint32_t v[3];

    for (int k = 0; k < 3; k++) {
        v[k] = uvp_test_mesh_vertex(&m->mesh, uv[2 * k], uv[2 * k + 1], 10.0 * t);
    }
    uvp_test_mesh_triangle(&m->mesh, v[0], v[1], v[2]);
}

static void measure(struct uvp_measured *m)
{
    uvp_measured_map(m, uvp_map_flat);
    uvp_measure(m);
}

static void test_known_area(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    add_triangle(&m, (const double[]){0, 0, 0.5, 0, 0, 0.5});
    add_triangle(&m, (const double[]){0.25, 0, 0.75, 0, 0.25, 0.5});
    measure(&m);
    uvp_expect(&m, "overlap.pairs", 1, 0);
    uvp_expect(&m, "overlap.between_islands", 1, 0);
    uvp_expect(&m, "overlap.same_island", 0, 0);
    uvp_expect(&m, "overlap.area", 0.25 * 0.25 / 2 / 0.25, UVP_NEAR);
    uvp_expect(&m, "overlap.complete", 1, 0);
    uvp_expect(&m, "gap.min_texels", 0, 0);
    uvp_expect(&m, "gap.islands_below_1", 2, 0);
    uvp_measured_end(&m);
}

static void test_gap(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    add_triangle(&m, (const double[]){0, 0, 0.5, 0, 0, 0.5});
    add_triangle(&m, (const double[]){0.5029296875, 0, 0.75, 0, 0.5029296875, 0.5});
    measure(&m);
    uvp_expect(&m, "gap.min_texels", 3, 1e-9);
    uvp_expect(&m, "gap.islands_below_2", 0, 0);
    uvp_expect(&m, "overlap.pairs", 0, 0);
    m.options.resolution_texels = 512;
    measure(&m);
    uvp_expect(&m, "gap.min_texels", 1.5, 1e-9);
    uvp_expect(&m, "gap.islands_below_1", 0, 0);
    uvp_expect(&m, "gap.islands_below_2", 2, 0);
    m.options.resolution_texels = 256;
    measure(&m);
    uvp_expect(&m, "gap.islands_below_1", 2, 0);
    uvp_measured_end(&m);
}

/* Sharing a corner or an edge is no overlap. */
static void test_touching(void **state)
{
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    add_triangle(&m, (const double[]){0, 0, 0.5, 0, 0, 0.5});
    add_triangle(&m, (const double[]){0.5, 0, 0.5, 0.5, 0, 0.5});
    add_triangle(&m, (const double[]){0.5, 0.5, 1, 0.5, 0.5, 1});
    measure(&m);
    uvp_expect(&m, "overlap.pairs", 0, 0);
    uvp_expect(&m, "verdict.overlapping", 0, 0);
    uvp_expect(&m, "gap.min_texels", 0, 0);
    uvp_measured_end(&m);
}

/* The same figures when the verdict is not asked for: all pairs that are near are tried. */
static void test_without_the_verdict(void **state)
{
    struct uvp_measured with;
    struct uvp_measured without;

    (void)state;
    uvp_measured_begin(&with);
    uvp_measured_begin(&without);
    uvp_test_mesh_plane(&with.mesh, 20, 20, false);
    uvp_test_mesh_plane(&without.mesh, 20, 20, false);
    without.options.parts = UVP_ANALYSIS_OVERLAP;
    measure(&with);
    measure(&without);
    uvp_expect(&with, "overlap.pairs", 0, 0);
    uvp_expect(&without, "overlap.pairs", 0, 0);
    uvp_expect(&without, "verdict.overlapping", (double)NAN, 0);
    uvp_expect(&without, "coverage", (double)NAN, 0);
    uvp_expect(&without, "islands.count", 1, 0);
    uvp_measured_end(&with);
    uvp_measured_end(&without);
}

/* ---- many ---- */

static double turn(const double *a, const double *b, const double *c)
{
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/* Whether some side of a has all of b on its right. */
static bool parted(const double *a, const double *b)
{
    for (int k = 0; k < 3; k++) {
        const double *const p = a + 2 * k;
        const double *const q = a + 2 * ((k + 1) % 3);
        if (turn(p, q, b) <= 1e-6 && turn(p, q, b + 2) <= 1e-6 && turn(p, q, b + 4) <= 1e-6) {
            return true;
        }
    }
    return false;
}

static void test_many(void **state)
{
    enum { COUNT = 400 };
    static double at[COUNT][6];
    struct uvp_measured m;
    uint32_t random = 11;
    double pairs = 0;

    (void)state;
    uvp_measured_begin(&m);
    for (int i = 0; i < COUNT; i++) {
        do {
            for (int k = 0; k < 6; k++) {
                const double centre = (i * (k % 2 == 0 ? 37 : 59) % 97) / 97.0;
                at[i][k] = (double)(float)(centre + (uvp_test_random(&random) % 1000) / 8000.0);
            }
        } while (turn(at[i], at[i] + 2, at[i] + 4) < 1e-3);
        add_triangle(&m, at[i]);
        for (int j = 0; j < i; j++) {
            pairs += !parted(at[i], at[j]) && !parted(at[j], at[i]);
        }
    }
    measure(&m);
    assert_true(pairs > 200);
    uvp_expect(&m, "overlap.pairs", pairs, pairs / 30); /* slivers count by their area */
    uvp_expect(&m, "islands.count", COUNT, 0);
    uvp_measured_end(&m);
}

/* All on one spot: more pairs than are counted, in bounded time. */
static void test_too_many(void **state)
{
    enum { COUNT = 3000 };
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    for (int i = 0; i < COUNT; i++) {
        add_triangle(&m, (const double[]){0, 0, 1, 0, 0, 1});
    }
    measure(&m);
    uvp_expect(&m, "overlap.complete", 0, 0);
    assert_true(m.is.overlap_pairs >= 1000000);
    assert_true(m.is.overlap_pairs < 1100000);
    uvp_measured_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_area), cmocka_unit_test(test_gap),
        cmocka_unit_test(test_touching),   cmocka_unit_test(test_without_the_verdict),
        cmocka_unit_test(test_many),       cmocka_unit_test(test_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
