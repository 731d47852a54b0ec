/*
 * Charts that are long or sprawling are cut so that they pack better, and what comes of it is
 * as valid as any chart.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>
#include <stdlib.h>

static struct uvp_atlas_stats make_flat(struct uvp_test_mesh *mesh, bool whole)
{
    const struct uvp_atlas_options options = {.whole_charts = whole};

    return uvp_check_atlas(mesh, &options);
}

static bool in_row(uint32_t x, uint32_t y, uint32_t side)
{
    return y < side / 20 && x < side;
}

static bool in_angle(uint32_t x, uint32_t y, uint32_t side)
{
    const uint32_t thick = side / 8;

    return x < thick || y < thick;
}

static bool in_frame(uint32_t x, uint32_t y, uint32_t side)
{
    const uint32_t thick = side / 8;

    return x < thick || y < thick || x >= side - thick || y >= side - thick;
}

static bool in_comb(uint32_t x, uint32_t y, uint32_t side)
{
    return y < side / 10 || x / (side / 10) % 2 == 0;
}

static bool in_noise(uint32_t x, uint32_t y, uint32_t side)
{
    return (x * 2654435761U + y * 40503U * side) % 97 < 70;
}

/* Two squares, joined by a strip. */
static bool in_dumbbell(uint32_t x, uint32_t y, uint32_t side)
{
    const uint32_t third = side / 3;
    const bool joint = 2 * y >= side - 4 && 2 * y < side + 4;

    return joint || ((x < third || x >= side - third) && y < 2 * third);
}

static void check_shape(bool (*is_in)(uint32_t x, uint32_t y, uint32_t side), bool quads,
                        double gain)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_stats whole;
    struct uvp_atlas_stats cut;

    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cells(&mesh, 40, 40, quads, is_in);
    whole = make_flat(&mesh, true);
    cut = make_flat(&mesh, false);
    assert_true(cut.packing_efficiency >= whole.packing_efficiency + gain);
    assert_true(cut.charts <= whole.charts + 4 * 5);
    if (gain > 0) {
        assert_true(cut.charts > whole.charts);
        assert_true(cut.seam_length > whole.seam_length);
    }
    assert_true(cut.stretch_max < 1.001);
    uvp_test_mesh_release(&mesh);
}

static void test_long_and_sprawling_charts_are_cut(void **state)
{
    (void)state;
    for (int quads = 0; quads < 2; quads++) {
        check_shape(in_row, quads != 0, 0.2);
        check_shape(in_angle, quads != 0, 0.1);
        check_shape(in_frame, quads != 0, 0.1);
        check_shape(in_dumbbell, quads != 0, 0.1);
        check_shape(in_comb, quads != 0, -0.05);
    }
}

/* Full of holes and corners where cells meet in a point: parts must not touch themselves. */
static void test_ragged_charts_stay_valid(void **state)
{
    (void)state;
    check_shape(in_noise, false, -0.1);
    check_shape(in_noise, true, -0.1);
}

static void test_square_stays_whole(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 30, 30, false);
    assert_int_equal(make_flat(&mesh, false).charts, 1);
    uvp_test_mesh_release(&mesh);
}

static void test_no_memory(void **state)
{
    const struct uvp_atlas_options options = {.preset = UVP_ATLAS_BALANCED};
    struct uvp_test_mesh mesh;
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cells(&mesh, 20, 20, true, in_angle);
    for (uint64_t n = 1; code != UVP_OK; n++) {
        struct uvp_atlas_result result;
        struct uvp_bench bench;
        uvp_bench_init(&bench);
        bench.mem.fail_at_call = n;
        code = uvp_bench_make(&bench, &mesh, &options, &result);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        uvp_bench_release(&bench);
    }
    uvp_test_mesh_release(&mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_and_sprawling_charts_are_cut),
        cmocka_unit_test(test_ragged_charts_stay_valid),
        cmocka_unit_test(test_square_stays_whole),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
