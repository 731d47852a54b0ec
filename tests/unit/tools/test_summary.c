#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/uvpipe/summary.h"

static void add(struct uvp_summary *summary, enum uvp_member_status status, uint64_t ns)
{
    struct uvp_record record;

    memset(&record, 0, sizeof record);
    record.status = status;
    record.wall_ns = ns;
    record.atlas.charts = 3;
    uvp_summary_add(summary, &record);
}

static void nothing_is_zero(void **state)
{
    static const struct uvp_progress progress;
    struct uvp_figures figures;
    struct uvp_summary summary;

    (void)state;
    uvp_summary_init(&summary);
    uvp_summary_figures(&summary, &progress, 0, 0, 0, &figures);
    assert_int_equal(figures.mean_ns, 0);
    assert_int_equal(figures.p95_ns, 0);
    assert_true(figures.speed_up <= 0.0);
}

static void percentile_is_at_most_a_bucket_too_high(void **state)
{
    struct uvp_summary summary;

    (void)state;
    for (uint64_t scale = 1; scale < UINT64_C(1) << 56; scale *= 7) {
        uvp_summary_init(&summary);
        for (uint64_t i = 1; i <= 100; i++) {
            add(&summary, UVP_MEMBER_UNWRAPPED, i * scale);
        }
        const uint64_t p95 = uvp_summary_percentile(&summary, 95);
        assert_true(p95 >= 95 * scale);
        assert_true(p95 <= 95 * scale + 95 * scale / 32 + 1);
        assert_true(uvp_summary_percentile(&summary, 100) >= 100 * scale);
    }
}

static void extremes_have_a_bucket(void **state)
{
    struct uvp_summary summary;

    (void)state;
    uvp_summary_init(&summary);
    add(&summary, UVP_MEMBER_FAILED, UINT64_MAX);
    assert_true(uvp_summary_percentile(&summary, 95) == UINT64_MAX);
    uvp_summary_init(&summary);
    add(&summary, UVP_MEMBER_FAILED, 0);
    assert_true(uvp_summary_percentile(&summary, 95) == 0);
}

static void passed_members_are_no_meshes(void **state)
{
    struct uvp_summary summary;

    (void)state;
    uvp_summary_init(&summary);
    add(&summary, UVP_MEMBER_PASSED, 1000);
    add(&summary, UVP_MEMBER_UNWRAPPED, 10);
    add(&summary, UVP_MEMBER_FAILED, 20);
    assert_int_equal(summary.meshes, 2);
    assert_int_equal(summary.mesh_ns, 30);
    assert_int_equal(summary.charts, 3);
}

static void figures_are_rates(void **state)
{
    struct uvp_progress progress;
    struct uvp_figures figures;
    struct uvp_summary summary;

    (void)state;
    memset(&progress, 0, sizeof progress);
    progress.bytes_in = 1000;
    progress.triangles = 50;
    progress.mesh_ns = 4000000000U;
    uvp_summary_init(&summary);
    add(&summary, UVP_MEMBER_UNWRAPPED, 1000);
    add(&summary, UVP_MEMBER_UNWRAPPED, 3000);
    uvp_summary_figures(&summary, &progress, 2000000000U, 7, 9, &figures);
    assert_int_equal(figures.mean_ns, 2000);
    assert_int_equal((int)(figures.bytes_a_second + 0.5), 500);
    assert_int_equal((int)(figures.triangles_a_second + 0.5), 25);
    assert_int_equal((int)(figures.speed_up * 10 + 0.5), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_zero),
        cmocka_unit_test(percentile_is_at_most_a_bucket_too_high),
        cmocka_unit_test(extremes_have_a_bucket),
        cmocka_unit_test(passed_members_are_no_meshes),
        cmocka_unit_test(figures_are_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
