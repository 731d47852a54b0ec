/*
 * Polygons that change sides: seams get shorter, charts stay valid, and what must not move does
 * not.
 */
#include "tests/unit/atlas/atlas_scene.h"

#include <math.h>

#include "stages/unwrapper/atlas/rim.h"
#include "stages/unwrapper/atlas/trade.h"

static void open_charts(struct uvp_scene *scene, struct uvp_open_charts *open,
                        struct uvp_rims *rims)
{
    assert_int_equal(uvp_charts_open(&scene->work, &scene->topology, &scene->charts, open),
                     UVP_OK);
    assert_int_equal(uvp_rims_make(&scene->work, open, rims), UVP_OK);
}

static void trade(struct uvp_scene *scene)
{
    struct uvp_open_charts open;
    struct uvp_rims rims;

    open_charts(scene, &open, &rims);
    assert_int_equal(uvp_trade_polygons(&scene->work, &open), UVP_OK);
    assert_int_equal(uvp_charts_close(&scene->work, &open), UVP_OK);
    uvp_scene_check(scene);
}

static double seam_of(const struct uvp_scene *scene)
{
    double sum = 0;

    for (uint32_t h = 0; h < 3 * scene->topology.triangle_count; h++) {
        if (scene->topology.opposite[h] != UVP_NONE &&
            uvp_charts_across(&scene->topology, &scene->charts, h) == UVP_NONE) {
            sum += uvp_edge_length(&scene->topology, h) / 2;
        }
    }
    return sum;
}

static uint32_t largest_of(const struct uvp_scene *scene)
{
    uint32_t most = 0;

    for (uint32_t c = 0; c < scene->charts.count; c++) {
        const uint32_t count = scene->charts.chart[c].triangle_count;
        most = count > most ? count : most;
    }
    return most;
}

/* A plane whose upper and lower half are parted along a row of teeth. */
static void begin_teeth(struct uvp_scene *scene, bool quads)
{
    uvp_scene_begin(scene);
    uvp_test_mesh_plane(&scene->mesh, 16, 8, quads);
    uvp_scene_ready(scene);
    scene->segments.chart =
        uvp_scene_take(scene, scene->topology.unit_count, sizeof *scene->segments.chart);
    scene->segments.count = 2;
    for (uint32_t u = 0; u < scene->topology.unit_count; u++) {
        const uint32_t square = quads ? u : u / 2;
        const uint32_t row = square / 16;
        const bool tooth = quads ? square % 2 == 0 : u % 2 == 1;
        scene->segments.chart[u] = row > 4 || (row == 4 && tooth);
    }
    assert_int_equal(
        uvp_flatten_make(&scene->work, &scene->topology, &scene->segments, &scene->charts),
        UVP_OK);
    assert_int_equal(scene->charts.count, 2);
}

static void test_teeth_are_filed(void **state)
{
    (void)state;
    for (int quads = 0; quads < 2; quads++) {
        struct uvp_scene scene;
        double before;
        begin_teeth(&scene, quads != 0);
        before = seam_of(&scene);
        trade(&scene);
        assert_int_equal(scene.charts.count, 2);
        assert_true(seam_of(&scene) < 0.72 * before);
        uvp_scene_end(&scene);
    }
}

static void test_hard_seams_and_limits_stay(void **state)
{
    struct uvp_scene scene;
    struct uvp_open_charts open;
    struct uvp_rims rims;
    double before;

    (void)state;
    begin_teeth(&scene, false);
    before = seam_of(&scene);
    scene.plan.chart_triangles_max = largest_of(&scene);
    trade(&scene);
    assert_true(largest_of(&scene) <= scene.plan.chart_triangles_max);
    uvp_scene_end(&scene);
    begin_teeth(&scene, false);
    open_charts(&scene, &open, &rims);
    memset(open.pieces.cut, 7, scene.topology.triangle_count);
    assert_int_equal(uvp_trade_polygons(&scene.work, &open), UVP_OK);
    assert_int_equal(uvp_charts_close(&scene.work, &open), UVP_OK);
    assert_true(fabs(seam_of(&scene) - before) < 1e-9);
    uvp_scene_end(&scene);
}

/* Curved charts of any shape: seams never get longer, and no chart is lost. */
static void test_curved_charts_stay_valid(void **state)
{
    (void)state;
    for (uint32_t run = 10; run < 60; run += 7) {
        struct uvp_scene scene;
        double before;
        uint32_t charts;
        uvp_scene_begin(&scene);
        uvp_test_mesh_torus(&scene.mesh, 30, 17);
        uvp_scene_ready(&scene);
        uvp_scene_flatten(&scene, run);
        before = seam_of(&scene);
        charts = scene.charts.count;
        trade(&scene);
        assert_int_equal(scene.charts.count, charts);
        assert_true(seam_of(&scene) <= before + 1e-9);
        uvp_scene_end(&scene);
    }
}

static void test_without_memory(void **state)
{
    (void)state;
    for (size_t spare = 0;; spare += 2000) {
        struct uvp_scene scene;
        struct uvp_open_charts open;
        struct uvp_rims rims;
        enum uvp_code code;
        begin_teeth(&scene, false);
        scene.bench.scratch.ceiling_bytes = scene.bench.scratch.used_bytes + spare;
        code = uvp_charts_open(&scene.work, &scene.topology, &scene.charts, &open);
        if (code == UVP_OK) {
            code = uvp_rims_make(&scene.work, &open, &rims);
        }
        if (code == UVP_OK) {
            code = uvp_trade_polygons(&scene.work, &open);
        }
        uvp_scene_end(&scene);
        if (code == UVP_OK) {
            break;
        }
        assert_true(code == UVP_NO_MEMORY || code == UVP_LIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_teeth_are_filed),
        cmocka_unit_test(test_hard_seams_and_limits_stay),
        cmocka_unit_test(test_curved_charts_stay_valid),
        cmocka_unit_test(test_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
