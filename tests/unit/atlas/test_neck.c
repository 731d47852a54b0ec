/*
 * Necks are found where a chart is narrow, and nowhere else; cuts along them take nothing apart
 * beyond their ends.
 */
#include "tests/unit/atlas/atlas_scene.h"

#include <math.h>

#include "stages/unwrapper/atlas/fitter.h"
#include "stages/unwrapper/atlas/neck.h"
#include "stages/unwrapper/atlas/segment.h"

#define POINTS_MOST 64
#define PRICE 20.0

/* The necks of a polygon. */
static uint32_t find_necks(const int32_t (*corner)[2], uint32_t count, struct uvp_neck *necks)
{
    struct uvp_point2 slot[POINTS_MOST * 8];
    uint32_t border[POINTS_MOST * 16];
    uint32_t next[POINTS_MOST * 8];
    uint32_t slots = 0;

    /* eight edges a side, last first: the order is not to matter */
    for (uint32_t i = 0; i < count; i++) {
        const int32_t *const p = corner[i];
        const int32_t *const q = corner[(i + 1) % count];
        for (int32_t k = 0; k < 8; k++) {
            slot[slots++] =
                (struct uvp_point2){p[0] + (q[0] - p[0]) * k / 8, p[1] + (q[1] - p[1]) * k / 8};
        }
    }
    for (uint32_t i = 0; i < slots; i++) {
        border[2 * i] = slots - 1 - i;
        border[2 * i + 1] = (slots - i) % slots;
    }
    return uvp_neck_find(slot, border, slots, PRICE, next, 2, necks);
}

static void test_dumbbell(void **state)
{
    static const int32_t corner[][2] = {{0, 0},      {800, 0},   {800, 360},  {1600, 360},
                                        {1600, 0},   {2400, 0},  {2400, 800}, {1600, 800},
                                        {1600, 440}, {800, 440}, {800, 800},  {0, 800}};
    struct uvp_neck necks[2];

    (void)state;
    assert_int_not_equal(find_necks(corner, 12, necks), 0);
    assert_true(necks[0].from.x >= 700 && necks[0].from.x <= 1700);
    assert_true(necks[0].to.x >= 700 && necks[0].to.x <= 1700);
    assert_true(necks[0].length < 160);
    assert_true(necks[0].saved > 250000);
}

/* What there is to cut in a square saves nothing of its hull. */
static void test_square(void **state)
{
    static const int32_t corner[][2] = {{0, 0}, {800, 0}, {800, 800}, {0, 800}};
    struct uvp_neck necks[2];
    const uint32_t count = find_necks(corner, 4, necks);

    (void)state;
    for (uint32_t i = 0; i < count; i++) {
        assert_true(necks[i].saved < 6400);
    }
}

/* Turned inside out, or without area: nothing to cut, and no harm. */
static void test_no_area(void **state)
{
    static const int32_t flat[][2] = {{0, 0}, {80, 0}, {160, 0}, {80, 0}};
    static const int32_t turned[][2] = {{0, 0}, {0, 800}, {800, 800}, {800, 0}};
    struct uvp_neck necks[2];

    (void)state;
    assert_int_equal(find_necks(flat, 4, necks), 0);
    assert_int_equal(find_necks(turned, 4, necks), 0);
}

/* A comb with four teeth, all on one line. */
static bool in_comb(uint32_t x, uint32_t y, uint32_t side)
{
    return y < side / 4 || x / (side / 8) % 2 == 0;
}

/* The line would part all teeth from the comb; the neck of one parts that tooth only. */
static void test_only_between_its_ends(void **state)
{
    struct uvp_scene scene;
    struct uvp_fitter fitter;
    struct uvp_outlines outlines;
    struct uvp_neck necks[1];

    (void)state;
    uvp_scene_begin(&scene);
    uvp_test_mesh_cells(&scene.mesh, 32, 32, true, in_comb);
    uvp_scene_ready(&scene);
    assert_int_equal(uvp_segment_make(&scene.work, &scene.topology, &scene.segments), UVP_OK);
    assert_int_equal(
        uvp_flatten_make(&scene.work, &scene.topology, &scene.segments, &scene.charts), UVP_OK);
    assert_int_equal(uvp_merge_make(&scene.work, &scene.topology, &scene.charts), UVP_OK);
    assert_int_equal(scene.charts.count, 1);
    assert_int_equal(uvp_outline_make(&scene.work, &scene.topology, &scene.charts, &outlines),
                     UVP_OK);
    fitter = (struct uvp_fitter){.work = &scene.work,
                                 .topology = &scene.topology,
                                 .charts = &scene.charts,
                                 .cuts_max = 4};
    assert_int_equal(uvp_fitter_take(&fitter, &outlines), UVP_OK);
    assert_int_equal(uvp_neck_find(scene.charts.slot, outlines.border,
                                   outlines.outline[0].count, PRICE, fitter.next, 1, necks),
                     1);
    assert_int_equal(uvp_chop_across(&fitter.chop, 0, necks[0].from, necks[0].to, 0.01),
                     UVP_OK);
    assert_int_equal(fitter.chop.count, 2);
    assert_int_equal(uvp_fitter_part(&fitter, 0), UVP_OK);
    assert_int_equal(scene.charts.count, 2);
    assert_true(fmin(fitter.piece[0].outline.area, fitter.piece[1].outline.area) <
                0.25 * outlines.area);
    uvp_scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dumbbell),
        cmocka_unit_test(test_square),
        cmocka_unit_test(test_no_area),
        cmocka_unit_test(test_only_between_its_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
