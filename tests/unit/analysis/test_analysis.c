/*
 * The whole: what is not finite, missing or flat; memory that fails and stops at every poll;
 * the table of figures, and how those of several meshes become one.
 */
#include "tests/unit/analysis/analysis_bench.h"

static void map_scaled(const float *at, uint32_t triangle, float *uv)
{
    (void)triangle;
    uv[0] = at[0] / 8;
    uv[1] = at[1] / 8;
}

static void begin_plane(struct uvp_measured *m)
{
    uvp_measured_begin(m);
    uvp_test_mesh_plane(&m->mesh, 8, 8, false);
    uvp_measured_map(m, map_scaled);
}

static void test_what_is_missing(void **state)
{
    struct uvp_measured m;

    (void)state;
    begin_plane(&m);
    m.corner_uv[0] = UINT32_MAX;         /* triangle 0 has no UV at a corner */
    m.corner_uv[4] = m.uv_count;         /* nor has 1 */
    m.uv[2 * m.corner_uv[9]] = NAN;      /* 3 */
    m.mesh.positions[3 * 80] = INFINITY; /* the last vertex: one triangle or two */
    uvp_measure(&m);
    uvp_expect(&m, "triangles", 128, 0);
    uvp_expect(&m, "skipped.unmapped", 2, 0);
    assert_true(m.is.skipped_nonfinite == 2 || m.is.skipped_nonfinite == 3);
    uvp_expect(&m, "stretch.max", 1, UVP_NEAR);
    uvp_expect(&m, "bounds.max_u", 1, 0);
    uvp_measured_end(&m);
}

static void test_bounds(void **state)
{
    struct uvp_measured m;

    (void)state;
    begin_plane(&m);
    for (uint32_t i = 0; i < m.uv_count; i++) {
        m.uv[2 * i] = m.uv[2 * i] * 4 - 1;
    }
    uvp_measure(&m);
    uvp_expect(&m, "bounds.min_u", -1, 0);
    uvp_expect(&m, "bounds.max_u", 3, 0);
    uvp_expect(&m, "bounds.outside", 9 * 6, 0); /* columns but those at 0, 0.5 and 1 */
    uvp_expect(&m, "stretch.max", 4, UVP_NEAR);
    uvp_measured_end(&m);
}

static void test_collapsed(void **state)
{
    struct uvp_measured m;

    (void)state;
    begin_plane(&m);
    for (uint32_t k = 0; k < 3; k++) {
        m.uv[2 * m.mesh.triangles[k]] = 0.5F;
    }
    uvp_measure(&m);
    uvp_expect(&m, "skipped.collapsed", 1, 0);
    uvp_expect(&m, "verdict.collapsed", 1, 0);
    uvp_expect(&m, "stretch.max", 1, UVP_NEAR);
    uvp_measured_end(&m);
}

static void test_bad_indices(void **state)
{
    struct uvp_measured m;

    (void)state;
    begin_plane(&m);
    m.mesh.triangles[5] = m.mesh.corner_count;
    assert_int_equal(uvp_measured_try(&m), UVP_BAD_DATA);
    m.mesh.triangles[5] = 5;
    m.mesh.corner_vertex[5] = m.mesh.vertex_count;
    assert_int_equal(uvp_measured_try(&m), UVP_BAD_DATA);
    uvp_measured_end(&m);
}

/* Positions and UVs that hold anything at all. */
static void test_anything(void **state)
{
    uint32_t random = 3;

    (void)state;
    for (int run = 0; run < 60; run++) {
        struct uvp_measured m;
        uvp_measured_begin(&m);
        uvp_test_mesh_soup(&m.mesh, 50, 20, (uint32_t)run + 1);
        uvp_measured_map(&m, uvp_map_flat);
        for (uint32_t i = 0; i < 30; i++) {
            const uint32_t bits = uvp_test_random(&random);
            memcpy(&m.mesh.positions[uvp_test_random(&random) % 60], &bits, sizeof bits);
            memcpy(&m.uv[uvp_test_random(&random) % (2 * m.uv_count)], &bits, sizeof bits);
        }
        m.options.islands = true;
        uvp_measure(&m);
        uvp_measured_end(&m);
    }
}

/* The same bits again, whatever memory was used for before. */
static void test_same_again(void **state)
{
    struct uvp_analysis first;
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    uvp_test_mesh_soup(&m.mesh, 3000, 900, 5);
    uvp_measured_map(&m, uvp_map_flat);
    uvp_measure(&m);
    first = m.is;
    for (int i = 0; i < 3; i++) {
        uvp_measure(&m);
        assert_memory_equal(&first, &m.is, sizeof first);
    }
    uvp_measured_end(&m);
}

static void test_memory_and_stops(void **state)
{
    struct uvp_measured m;
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    begin_plane(&m);
    for (uint64_t call = 1; code != UVP_OK; call++) {
        uvp_arena_release(&m.keep);
        uvp_arena_release(&m.scratch);
        m.mem.calls = 0;
        m.mem.fail_at_call = call;
        code = uvp_measured_try(&m);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
    }
    m.mem.fail_at_call = 0;
    code = UVP_CANCELLED;
    for (uint64_t poll = 1; code != UVP_OK; poll++) {
        m.stop.polls = 0;
        m.stop.stop_at_poll = poll;
        code = uvp_measured_try(&m);
        assert_true(code == UVP_OK || code == UVP_CANCELLED);
        assert_true(poll > 5 || code == UVP_CANCELLED);
    }
    uvp_measured_end(&m);
}

/* ---- the table ---- */

static void test_table(void **state)
{
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    (void)state;
    assert_int_equal(count * sizeof(double), sizeof(struct uvp_analysis));
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(table[i].offset, i * sizeof(double));
        assert_ptr_equal(uvp_figure_find(table[i].name, strlen(table[i].name)), &table[i]);
        assert_true(strlen(table[i].meaning) > 3);
    }
    assert_null(uvp_figure_find("stretch", 7));
    assert_null(uvp_figure_find("stretch.max", 10));
    assert_null(uvp_figure_find("", 0));
}

static void test_join(void **state)
{
    struct uvp_analysis sum;
    struct uvp_measured a;
    struct uvp_measured b;

    (void)state;
    begin_plane(&a);
    begin_plane(&b);
    uvp_test_mesh_scale(&b.mesh, 2, 0);
    for (uint32_t i = 0; i < b.uv_count; i++) {
        b.uv[2 * i] /= 2;
    }
    uvp_measure(&a);
    uvp_measure(&b);
    memset(&sum, 0, sizeof sum);
    uvp_analysis_join(&sum, &a.is, 0);
    assert_memory_equal(&sum, &a.is, sizeof sum);
    uvp_analysis_join(&sum, &b.is, 1);
    a.is = sum;
    uvp_expect(&a, "triangles", 256, 0);
    uvp_expect(&a, "surface_area", 64 + 256, UVP_NEAR);
    uvp_expect(&a, "stretch.max", 2, UVP_NEAR);
    uvp_expect(&a, "stretch.min", 1, UVP_NEAR);
    uvp_expect(&a, "stretch.mean", (64 + 2 * 256) / 320.0, UVP_NEAR);
    uvp_expect(&a, "coverage", 0.75, UVP_NEAR);
    uvp_expect(&a, "boundary.length", 32 + 64, UVP_NEAR);
    uvp_expect(&a, "boundary.relative", 96 / sqrt(320), UVP_NEAR);
    uvp_expect(&a, "overlap.complete", 1, 0);
    /* one that could not be measured changes no mean */
    b.is.stretch_mean = (double)NAN;
    uvp_analysis_join(&a.is, &b.is, 2);
    uvp_expect(&a, "stretch.mean", (64 + 2 * 256) / 320.0, UVP_NEAR);
    uvp_expect(&a, "coverage", (0.75 * 2 + 0.5) / 3, UVP_NEAR);
    uvp_measured_end(&a);
    uvp_measured_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_collapsed),
        cmocka_unit_test(test_bad_indices),
        cmocka_unit_test(test_anything),
        cmocka_unit_test(test_same_again),
        cmocka_unit_test(test_memory_and_stops),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_join),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
