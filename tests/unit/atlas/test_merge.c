/*
 * Charts that join: what can be one chart becomes one, what cannot stays, and the store is in
 * order after it.
 */
#include "tests/unit/atlas/atlas_scene.h"

#include <math.h>

#include "tests/support/crew_threads.h"

static void merge(struct uvp_scene *scene)
{
    assert_int_equal(uvp_merge_make(&scene->work, &scene->topology, &scene->charts), UVP_OK);
    uvp_scene_check(scene);
}

static double energy_of(struct uvp_scene *scene)
{
    double area = 0;
    double sum = 0;

    for (uint32_t c = 0; c < scene->charts.count; c++) {
        const struct uvp_chart *const chart = &scene->charts.chart[c];
        struct uvp_patch patch = {.triangle_count = chart->triangle_count,
                                  .vertex_count = chart->slot_count,
                                  .triangle = scene->charts.triangle + chart->first_triangle};
        struct uvp_distortion distortion;
        double own = 0;
        patch.corner = uvp_scene_take(scene, 3 * (size_t)chart->triangle_count, 4);
        patch.uv = uvp_scene_take(scene, chart->slot_count, sizeof *patch.uv);
        for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
            const uint32_t h = 3 * patch.triangle[i / 3] + i % 3;
            const struct uvp_point2 p = scene->charts.slot[scene->charts.corner[h]];
            patch.corner[i] = scene->charts.corner[h] - chart->first_slot;
            patch.uv[patch.corner[i]] = (struct uvp_vec2){p.x * chart->step, p.y * chart->step};
        }
        assert_int_equal(uvp_solve_measure(&scene->work, &scene->topology, &patch, &distortion),
                         UVP_OK);
        for (uint32_t i = 0; i < chart->triangle_count; i++) {
            own += uvp_area_of(&scene->topology, patch.triangle[i]);
        }
        sum += distortion.energy * own;
        area += own;
    }
    return sum / area;
}

/* Every triangle of a plane is a chart at first, and at last all are one, in their size. */
static void test_plane_comes_together(void **state)
{
    struct uvp_scene scene;

    (void)state;
    uvp_scene_begin(&scene);
    scene.plan.merge_work = 1000;
    uvp_test_mesh_plane(&scene.mesh, 12, 9, false);
    uvp_scene_ready(&scene);
    uvp_scene_flatten(&scene, 1);
    assert_int_equal(scene.charts.count, 216);
    uvp_scene_check(&scene);
    merge(&scene);
    assert_int_equal(scene.charts.count, 1);
    assert_true(energy_of(&scene) < 1 + 1e-6);
    uvp_scene_end(&scene);
}

/* A tube of four strips becomes one chart, cut along one line. */
static void test_tube_is_unrolled(void **state)
{
    struct uvp_scene scene;

    (void)state;
    uvp_scene_begin(&scene);
    scene.plan.merge_work = 1000;
    for (uint32_t k = 0; k <= 48; k++) {
        for (uint32_t i = 0; i <= 6; i++) {
            const double angle = 6.283185307179586 * (k % 48) / 48;
            (void)uvp_test_mesh_vertex(&scene.mesh, cos(angle), sin(angle), 0.25 * i);
        }
    }
    for (uint32_t k = 0; k < 48; k++) {
        for (uint32_t i = 0; i < 6; i++) {
            const uint32_t v = 7 * k + i;
            uvp_test_mesh_triangle(&scene.mesh, v, v + 7, v + 8);
            uvp_test_mesh_triangle(&scene.mesh, v, v + 8, v + 1);
        }
    }
    uvp_scene_ready(&scene);
    uvp_scene_flatten(&scene, 12 * 12);
    uvp_scene_check(&scene);
    assert_int_equal(scene.charts.count, 4);
    merge(&scene);
    assert_in_range(scene.charts.count, 1, 2); /* a page's side is as long as a chart may be */
    assert_true(energy_of(&scene) < 1.002);
    uvp_scene_end(&scene);
}

/*
 * Two halves of a cone meet in a chain from the rim over the apex to the rim. As a whole it
 * cannot be joined, for angles are missing at the apex: one half of it is, and a slit is left.
 */
static void test_half_of_a_seam_is_joined(void **state)
{
    struct uvp_scene scene;
    uint32_t apex;

    (void)state;
    uvp_scene_begin(&scene);
    scene.plan.merge_work = 1000;
    for (uint32_t k = 0; k < 48; k++) {
        const double angle = 6.283185307179586 * k / 48;
        (void)uvp_test_mesh_vertex(&scene.mesh, cos(angle), sin(angle), 0);
    }
    apex = uvp_test_mesh_vertex(&scene.mesh, 0, 0, 0.5);
    for (uint32_t k = 0; k < 48; k++) {
        uvp_test_mesh_triangle(&scene.mesh, k, (k + 1) % 48, apex);
    }
    uvp_scene_ready(&scene);
    uvp_scene_flatten(&scene, 24);
    uvp_scene_check(&scene);
    assert_int_equal(scene.charts.count, 2);
    merge(&scene);
    assert_int_equal(scene.charts.count, 1);
    assert_int_equal(scene.charts.slot_count, 50); /* one of the rim's is there twice */
    assert_true(energy_of(&scene) < 1 + 1e-6);
    uvp_scene_end(&scene);
}

/* A block with a slit of so many lattice steps. */
static bool slit_clears(struct uvp_scene *scene, int32_t gap)
{
    struct uvp_point2 at[] = {{0, 0},
                              {1000000, 0},
                              {1000000, 400000},
                              {200000, 400000},
                              {200000, 400000 + gap},
                              {1000000, 400000 + gap},
                              {1000000, 1000000},
                              {0, 1000000}};
    uint32_t border[] = {0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 0};
    const struct uvp_patch patch = {
        .vertex_count = 8, .border_count = 8, .border = border, .at = at, .step = 1};
    bool clears = false;

    assert_int_equal(uvp_flatten_clears(&scene->work, &patch, &clears), UVP_OK);
    return clears;
}

static void test_narrow_slits_are_refused(void **state)
{
    struct uvp_scene scene;

    (void)state;
    uvp_scene_begin(&scene);
    uvp_test_mesh_cube(&scene.mesh, 0, 0, 0);
    uvp_scene_ready(&scene);
    for (int32_t gap = 0; gap <= 40; gap++) {
        assert_false(slit_clears(&scene, gap));
    }
    for (int32_t gap = 200; gap <= 250; gap++) {
        assert_true(slit_clears(&scene, gap));
    }
    uvp_scene_end(&scene);
}

/* A closed surface must keep a seam. */
static void test_cube_stays_open(void **state)
{
    struct uvp_scene scene;

    (void)state;
    uvp_scene_begin(&scene);
    scene.plan.merge_work = 1000;
    uvp_test_mesh_cube(&scene.mesh, 0, 0, 0);
    uvp_scene_ready(&scene);
    uvp_scene_flatten(&scene, 1);
    merge(&scene);
    assert_in_range(scene.charts.count, 1, 6);
    assert_true(energy_of(&scene) < 1 + 1e-6);
    uvp_scene_end(&scene);
}

static void test_hard_seams_stay(void **state)
{
    struct uvp_scene scene;

    (void)state;
    uvp_scene_begin(&scene);
    scene.plan.merge_work = 1000;
    scene.plan.seam_cosine = 0.5;
    uvp_test_mesh_cube(&scene.mesh, 0, 0, 0);
    uvp_scene_ready(&scene);
    uvp_scene_flatten(&scene, 1);
    merge(&scene);
    assert_int_equal(scene.charts.count, 6);
    uvp_scene_end(&scene);
}

static void test_bounds_are_kept(void **state)
{
    static const struct {
        double mesh_energy;
        double merge_work;
        uint32_t triangles_max;
    } bounds[] = {
        {1.0025, 1, UINT32_MAX}, {1.0005, 4, UINT32_MAX}, {1.02, 4, UINT32_MAX}, {1.01, 4, 40}};

    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        struct uvp_scene scene;
        double before;
        uvp_scene_begin(&scene);
        scene.plan.mesh_energy = bounds[i].mesh_energy;
        scene.plan.merge_work = bounds[i].merge_work;
        scene.plan.chart_triangles_max = bounds[i].triangles_max;
        uvp_test_mesh_sphere(&scene.mesh, 48, 24);
        uvp_scene_ready(&scene);
        uvp_scene_flatten(&scene, 1);
        before = energy_of(&scene);
        merge(&scene);
        assert_true(scene.charts.count < scene.topology.live_triangles / 8);
        assert_true(energy_of(&scene) < fmax(before, bounds[i].mesh_energy) + 2e-3);
        for (uint32_t c = 0; c < scene.charts.count; c++) {
            assert_true(scene.charts.chart[c].triangle_count <= bounds[i].triangles_max);
        }
        uvp_scene_end(&scene);
    }
}

/* Who allows more stretch gets fewer seams, not only higher bounds. */
static void test_stretch_saves_seams(void **state)
{
    static const float stretch[] = {1.1F, 1.25F, 2};
    uint32_t charts = UINT32_MAX;

    (void)state;
    for (size_t i = 0; i < sizeof stretch / sizeof *stretch; i++) {
        const struct uvp_atlas_options options = {.max_stretch = stretch[i]};
        struct uvp_scene scene;
        uvp_scene_begin(&scene);
        uvp_plan_make(&options, &scene.plan);
        scene.plan.merge_work = 100;
        uvp_test_mesh_sphere(&scene.mesh, 60, 30);
        uvp_scene_ready(&scene);
        uvp_scene_flatten(&scene, 7);
        merge(&scene);
        assert_true(scene.charts.count < charts);
        charts = scene.charts.count;
        uvp_scene_end(&scene);
    }
}

/* Without work allowed only crumbs move. */
static void test_crumbs_find_a_neighbour(void **state)
{
    struct uvp_scene scene;
    uint32_t singles = 0;

    (void)state;
    uvp_scene_begin(&scene);
    scene.plan.merge_work = 0;
    uvp_test_mesh_torus(&scene.mesh, 40, 24);
    uvp_scene_ready(&scene);
    uvp_scene_flatten(&scene, 1);
    merge(&scene);
    for (uint32_t c = 0; c < scene.charts.count; c++) {
        singles += scene.charts.chart[c].triangle_count == 1;
    }
    assert_true(singles < scene.topology.live_triangles / 50);
    uvp_scene_end(&scene);
}

/* The charts of a bumpy sheet with so many hands. */
static void merge_with_hands(uint32_t hands, struct uvp_scene *scene)
{
    struct uvp_test_crew crew;

    uvp_scene_begin(scene);
    uvp_test_mesh_sphere(&scene->mesh, 60, 30);
    uvp_scene_ready(scene);
    uvp_test_crew_init(&crew, hands, &scene->bench.mem);
    scene->work.crew = hands > 1 ? &crew.crew : NULL;
    uvp_scene_flatten(scene, 7);
    merge(scene);
    scene->work.crew = NULL;
    uvp_test_crew_release(&crew);
}

static void test_hands_change_nothing(void **state)
{
    struct uvp_scene alone;

    (void)state;
    merge_with_hands(1, &alone);
    for (uint32_t hands = 2; hands <= 5; hands++) {
        struct uvp_scene many;
        merge_with_hands(hands, &many);
        assert_int_equal(many.charts.count, alone.charts.count);
        assert_int_equal(many.charts.slot_count, alone.charts.slot_count);
        assert_memory_equal(many.charts.slot, alone.charts.slot,
                            alone.charts.slot_count * sizeof *alone.charts.slot);
        assert_memory_equal(many.charts.corner, alone.charts.corner,
                            3 * (size_t)alone.topology.triangle_count * 4);
        assert_memory_equal(many.charts.triangle, alone.charts.triangle,
                            (size_t)alone.topology.live_triangles * 4);
        uvp_scene_end(&many);
    }
    uvp_scene_end(&alone);
}

static void test_without_memory(void **state)
{
    (void)state;
    for (size_t spare = 0;; spare += 3000) {
        struct uvp_scene scene;
        enum uvp_code code;
        uvp_scene_begin(&scene);
        uvp_test_mesh_torus(&scene.mesh, 12, 8);
        uvp_scene_ready(&scene);
        uvp_scene_flatten(&scene, 1);
        scene.bench.scratch.ceiling_bytes = scene.bench.scratch.used_bytes + spare;
        code = uvp_merge_make(&scene.work, &scene.topology, &scene.charts);
        uvp_scene_end(&scene);
        if (code == UVP_OK) {
            break;
        }
        assert_true(code == UVP_NO_MEMORY || code == UVP_LIMIT);
    }
}

/* ---- charts that are there already ---- */

struct drawn {
    struct uvp_scene scene;
    float uv[2 * 4096];
    uint32_t corner_uv[4096];
};

typedef void (*draw)(double x, double y, uint32_t island, float uv[2]);

/* A plane of 8 by 4 squares, drawn as two islands of 4 by 4. */
static void begin_drawn(struct drawn *drawn, draw way)
{
    const struct uvp_test_mesh *const mesh = &drawn->scene.mesh;

    uvp_scene_begin(&drawn->scene);
    uvp_test_mesh_plane(&drawn->scene.mesh, 8, 4, false);
    uvp_scene_ready(&drawn->scene);
    assert_true(mesh->corner_count <= 4096);
    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        double middle = 0;
        double widest = 0;
        for (uint32_t v = 0; v < mesh->vertex_count; v++) {
            widest = fmax(widest, (double)mesh->positions[3 * v]);
        }
        for (uint32_t k = 0; k < 3; k++) {
            middle +=
                (double)mesh->positions[3 * mesh->corner_vertex[mesh->triangles[3 * t + k]]];
        }
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t corner = mesh->triangles[3 * t + k];
            const float *const p = mesh->positions + 3 * mesh->corner_vertex[corner];
            way((double)p[0] / widest * 8, (double)p[1] / widest * 8, middle / 3 > widest / 2,
                &drawn->uv[2 * corner]);
            drawn->corner_uv[corner] = corner;
        }
    }
    drawn->scene.input.old_uv = drawn->uv;
    drawn->scene.input.old_corner_uv = drawn->corner_uv;
    drawn->scene.input.old_uv_count = mesh->corner_count;
    drawn->scene.plan.keep_charts = true;
}

static void flatten_drawn(struct drawn *drawn)
{
    struct uvp_scene *const scene = &drawn->scene;

    assert_true(uvp_keep_is_wanted(&scene->work));
    assert_int_equal(uvp_keep_segments(&scene->work, &scene->topology, &scene->segments),
                     UVP_OK);
    assert_int_equal(
        uvp_flatten_make(&scene->work, &scene->topology, &scene->segments, &scene->charts),
        UVP_OK);
    uvp_scene_check(scene);
}

/* Twice as wide as high, one of them mirrored. */
static void draw_stretched(double x, double y, uint32_t island, float uv[2])
{
    uv[0] = (float)(island != 0 ? 20 - 2 * x : 2 * x);
    uv[1] = (float)y;
}

/* The left island is folded over itself, the right one has no area. */
static void draw_badly(double x, double y, uint32_t island, float uv[2])
{
    uv[0] = (float)(island != 0 ? 50 : x < 2 ? x : 4 - x);
    uv[1] = (float)y;
}

static void draw_nowhere(double x, double y, uint32_t island, float uv[2])
{
    uv[0] = island != 0 ? NAN : (float)x;
    uv[1] = (float)y;
}

static void test_drawn_charts_are_kept(void **state)
{
    struct drawn drawn;

    (void)state;
    begin_drawn(&drawn, draw_stretched);
    flatten_drawn(&drawn);
    assert_int_equal(drawn.scene.charts.count, 2);
    /* widths against heights are as drawn: (1/4)(2 + 1/2 + 2 + 1/2), at the same area */
    assert_true(fabs(energy_of(&drawn.scene) - 1.25) < 1e-3);
    uvp_scene_end(&drawn.scene);
}

static void test_bad_charts_are_repaired(void **state)
{
    struct drawn drawn;

    (void)state;
    begin_drawn(&drawn, draw_badly);
    flatten_drawn(&drawn);
    assert_int_equal(drawn.scene.charts.count, 2);
    assert_true(energy_of(&drawn.scene) < 1 + 1e-6);
    uvp_scene_end(&drawn.scene);
    begin_drawn(&drawn, draw_nowhere);
    flatten_drawn(&drawn);
    assert_int_equal(drawn.scene.charts.count, 2);
    uvp_scene_end(&drawn.scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane_comes_together),
        cmocka_unit_test(test_tube_is_unrolled),
        cmocka_unit_test(test_half_of_a_seam_is_joined),
        cmocka_unit_test(test_narrow_slits_are_refused),
        cmocka_unit_test(test_cube_stays_open),
        cmocka_unit_test(test_hard_seams_stay),
        cmocka_unit_test(test_bounds_are_kept),
        cmocka_unit_test(test_stretch_saves_seams),
        cmocka_unit_test(test_crumbs_find_a_neighbour),
        cmocka_unit_test(test_hands_change_nothing),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_drawn_charts_are_kept),
        cmocka_unit_test(test_bad_charts_are_repaired),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
