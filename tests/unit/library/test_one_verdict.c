/* uvp_judge over UVs that are right, and wrong in each way it tells of. */
#include <math.h>

#include "tests/unit/library/shared_mesh.h"

/* Two triangles that share an edge, and a UV for each of the corners. */
static const float positions[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0};
static const uint32_t indices[] = {0, 1, 2, 0, 2, 3};
static const float good[] = {0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1};

static struct uvp_geometry square(const float *uvs)
{
    const struct uvp_geometry geometry = {.struct_bytes = sizeof geometry,
                                          .positions = positions,
                                          .vertex_count = 4,
                                          .indices = indices,
                                          .corner_count = 6,
                                          .uvs = uvs};

    return geometry;
}

static void test_valid(void **state)
{
    const struct uvp_geometry geometry = square(good);
    const struct uvp_judgement judgement = judge_well(&geometry, 0);

    (void)state;
    assert_true(judgement.valid);
    assert_int_equal(judgement.triangles, 2);
    assert_int_equal(judgement.charts, 1);
    assert_int_equal(judgement.flipped + judgement.collapsed + judgement.mirrored +
                         judgement.outside + judgement.unmapped + judgement.overlapping,
                     0);
}

static void test_each_fault(void **state)
{
    static const float mirrored[] = {1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1};
    static const float overlapping[] = {0, 0, 1, 0, 1, 1, 0, 0, 1, 0.5F, 1, 1};
    static const float outside[] = {1, 0, 2, 0, 2, 1, 1, 0, 2, 1, 1, 1};
    static const float collapsed[] = {0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0};
    static const uint32_t gaps[] = {0, 1, 2, 3, 4, UVP_NO_UV};
    struct uvp_geometry geometry = square(mirrored);
    struct uvp_judgement judgement = judge_well(&geometry, 1);
    float broken[12];

    (void)state;
    assert_int_equal(judgement.mirrored, 2);
    assert_true(judgement.valid);
    geometry = square(overlapping);
    judgement = judge_well(&geometry, 1);
    assert_int_equal(judgement.overlapping, 1);
    assert_false(judgement.valid);
    geometry = square(outside);
    judgement = judge_well(&geometry, 1);
    assert_int_equal(judgement.outside, 2);
    assert_false(judgement.valid);
    assert_true(judge_well(&geometry, 2).valid);
    assert_true(judge_well(&geometry, UVP_PAGES_AUTO).valid);
    geometry = square(collapsed);
    judgement = judge_well(&geometry, 1);
    assert_int_equal(judgement.collapsed, 1);
    assert_false(judgement.valid);
    geometry = square(good);
    geometry.uv_indices = gaps;
    geometry.uv_count = 6;
    judgement = judge_well(&geometry, 1);
    assert_int_equal(judgement.unmapped, 1);
    assert_false(judgement.valid);
    memcpy(broken, good, sizeof broken);
    broken[3] = NAN;
    geometry = square(broken);
    assert_int_equal(judge_well(&geometry, 1).unmapped, 1);
}

static void test_strides(void **state)
{
    struct {
        float uv[2];
        unsigned char colour[3];
    } corner[6];
    struct uvp_geometry geometry = square(corner[0].uv);

    (void)state;
    memset(corner, 0, sizeof corner);
    for (int c = 0; c < 6; c++) {
        memcpy(corner[c].uv, good + 2 * (size_t)c, sizeof corner[c].uv);
    }
    geometry.uv_stride_bytes = sizeof corner[0];
    assert_true(judge_well(&geometry, 1).valid);
}

static void test_refused(void **state)
{
    const struct uvp_geometry bare = square(NULL);
    const struct uvp_geometry geometry = square(good);
    struct uvp_judge_options options = {.struct_bytes = sizeof options, .pages = 1001};
    struct uvp_judgement judgement = {.struct_bytes = sizeof judgement};
    struct uvp_error err;

    (void)state;
    assert_int_equal(uvp_judge(&bare, NULL, NULL, &judgement, &err), UVP_USAGE);
    assert_int_equal(uvp_judge(&geometry, &options, NULL, &judgement, &err), UVP_USAGE);
    judgement.struct_bytes = 0;
    assert_int_equal(uvp_judge(&geometry, NULL, NULL, &judgement, &err), UVP_USAGE);
    assert_non_null(strstr(err.text, "judgement.struct_bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_each_fault),
        cmocka_unit_test(test_strides),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
