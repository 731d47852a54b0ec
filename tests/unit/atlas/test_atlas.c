/*
 * The whole engine on meshes whose answer is known, on hostile ones, and with everything that
 * can fail made to fail.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>
#include <stdlib.h>

static struct uvp_test_mesh mesh_of(void (*make)(struct uvp_test_mesh *mesh))
{
    struct uvp_test_mesh mesh;

    uvp_test_mesh_init(&mesh);
    make(&mesh);
    return mesh;
}

static void test_plane_is_one_isometric_chart(void **state)
{
    (void)state;
    for (int quads = 0; quads < 2; quads++) {
        struct uvp_test_mesh mesh;
        struct uvp_atlas_stats stats;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_plane(&mesh, 12, 9, quads != 0);
        stats = uvp_check_atlas(&mesh, NULL);
        assert_int_equal(stats.charts, 1);
        assert_int_equal(stats.triangles, 216);
        assert_int_equal(stats.degenerate_triangles, 0);
        assert_true(fabs(stats.stretch_max - 1) < 1e-3);
        assert_true(fabs(stats.stretch_mean - 1) < 1e-4);
        assert_true(stats.seam_length < 1e-9);
        assert_true(stats.packing_efficiency > 0.7);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_cube_has_at_most_six_charts(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_stats stats;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cube(&mesh, 0, 0, 0);
    stats = uvp_check_atlas(&mesh, NULL);
    assert_in_range(stats.charts, 1, 6);
    assert_true(fabs(stats.stretch_mean - 1) < 1e-3);
    uvp_test_mesh_release(&mesh);
}

static void test_curved_shapes_keep_their_metric(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_stats stats;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cylinder(&mesh, 40, 8);
    stats = uvp_check_atlas(&mesh, NULL);
    assert_in_range(stats.charts, 1, 8);
    assert_true(stats.stretch_mean < 1.01);
    uvp_test_mesh_release(&mesh);
    uvp_test_mesh_sphere(&mesh, 32, 16);
    stats = uvp_check_atlas(&mesh, NULL);
    assert_in_range(stats.charts, 2, 24);
    assert_true(stats.stretch_mean < 1.05);
    uvp_test_mesh_release(&mesh);
    uvp_test_mesh_torus(&mesh, 40, 20);
    stats = uvp_check_atlas(&mesh, NULL);
    assert_in_range(stats.charts, 2, 40);
    assert_true(stats.stretch_mean < 1.05);
    uvp_test_mesh_release(&mesh);
}

static void test_shapes_without_orientation(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_moebius(&mesh, 24);
    (void)uvp_check_atlas(&mesh, NULL);
    uvp_test_mesh_release(&mesh);
}

static void test_two_cubes_on_one_edge(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_stats stats;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cube(&mesh, 0, 0, 0);
    uvp_test_mesh_cube(&mesh, 1, 1, 0);
    stats = uvp_check_atlas(&mesh, NULL);
    assert_in_range(stats.charts, 2, 12);
    uvp_test_mesh_release(&mesh);
}

static void test_mesh_given_twice_is_two_equal_sheets(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 6, 6, false);
    uvp_test_mesh_plane(&mesh, 6, 6, false);
    assert_int_equal(uvp_check_atlas(&mesh, NULL).charts, 2);
    uvp_test_mesh_release(&mesh);
}

/* So many triangles about one point that looking at pairs of them is out of the question. */
static void test_flat_star_of_1e5_faces(void **state)
{
    struct uvp_atlas_result result;
    struct uvp_test_mesh mesh;
    struct uvp_bench bench;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_star(&mesh, 100000, 0);
    uvp_bench_init(&bench);
    assert_int_equal(uvp_bench_make(&bench, &mesh, NULL, &result), UVP_OK);
    assert_int_equal(result.stats.charts, 1);
    assert_true(result.stats.stretch_mean < 1.001);
    uvp_bench_release(&bench);
    uvp_test_mesh_release(&mesh);
}

static void test_stars(void **state)
{
    static const uint32_t count[] = {2000, 20000, 7};
    static const double height[] = {0, 0.5, 2};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_star(&mesh, count[i], height[i]);
        (void)uvp_check_atlas(&mesh, NULL);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_soups(void **state)
{
    static const uint32_t sizes[][2] = {{1, 3},    {5, 5},      {60, 8},
                                        {400, 12}, {2000, 400}, {5000, 60}};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (uint32_t seed = 1; seed < 4; seed++) {
            struct uvp_test_mesh mesh;
            struct uvp_bench bench;
            struct uvp_atlas_result result;
            enum uvp_code code;
            uvp_test_mesh_init(&mesh);
            uvp_test_mesh_soup(&mesh, sizes[i][0], sizes[i][1], seed);
            uvp_bench_init(&bench);
            code = uvp_bench_make(&bench, &mesh, NULL, &result);
            assert_true(code == UVP_OK || (code == UVP_DEGENERATE && sizes[i][0] < 10));
            if (code == UVP_OK) {
                uvp_check_result(&bench, &mesh, &result);
            }
            uvp_bench_release(&bench);
            uvp_test_mesh_release(&mesh);
        }
    }
}

static void test_coordinates_of_any_size(void **state)
{
    static const double scale[] = {1e30, 1e-30, 1e-42, 3e37};

    (void)state;
    for (size_t i = 0; i < sizeof scale / sizeof *scale; i++) {
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_sphere(&mesh, 12, 6);
        uvp_test_mesh_scale(&mesh, scale[i], 0);
        (void)uvp_check_atlas(&mesh, NULL);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_far_from_the_origin(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_sphere(&mesh, 24, 12);
    uvp_test_mesh_scale(&mesh, 100, 1e7);
    (void)uvp_check_atlas(&mesh, NULL);
    uvp_test_mesh_release(&mesh);
}

static void test_tiny_beside_huge(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_test_mesh small;
    uint32_t first;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_init(&small);
    uvp_test_mesh_sphere(&mesh, 12, 6);
    uvp_test_mesh_scale(&mesh, 1e30, 0);
    uvp_test_mesh_sphere(&small, 12, 6);
    uvp_test_mesh_scale(&small, 1e-30, 0);
    first = mesh.vertex_count;
    for (uint32_t v = 0; v < small.vertex_count; v++) {
        const float *const p = small.positions + 3 * (size_t)v;
        (void)uvp_test_mesh_vertex(&mesh, (double)p[0], (double)p[1], (double)p[2]);
    }
    for (uint32_t t = 0; t < small.triangle_count; t++) {
        uvp_test_mesh_triangle(&mesh, first + small.corner_vertex[3 * t],
                               first + small.corner_vertex[3 * t + 1],
                               first + small.corner_vertex[3 * t + 2]);
    }
    (void)uvp_check_atlas(&mesh, NULL);
    uvp_test_mesh_release(&mesh);
    uvp_test_mesh_release(&small);
}

static void test_faces_without_area_ride_along(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_stats stats;
    uint32_t middle;
    uint32_t alone;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 4, 4, false);
    middle = uvp_test_mesh_vertex(&mesh, 0.5, 0, 0);
    alone = uvp_test_mesh_vertex(&mesh, 9, 9, 9);
    uvp_test_mesh_triangle(&mesh, 0, 0, 1);
    uvp_test_mesh_triangle(&mesh, 3, 3, 3);
    uvp_test_mesh_triangle(&mesh, 0, middle, 1);
    uvp_test_mesh_triangle(&mesh, alone, alone, alone);
    (void)uvp_test_mesh_vertex(&mesh, (double)NAN, 0, 0);
    uvp_test_mesh_triangle(&mesh, 0, mesh.vertex_count - 1, 7);
    (void)uvp_test_mesh_vertex(&mesh, (double)INFINITY, 0, 0);
    uvp_test_mesh_triangle(&mesh, 2, 8, mesh.vertex_count - 1);
    stats = uvp_check_atlas(&mesh, NULL);
    assert_int_equal(stats.degenerate_triangles, 6);
    assert_int_equal(stats.charts, 1);
    uvp_test_mesh_release(&mesh);
}

static void test_slivers(void **state)
{
    struct uvp_test_mesh mesh;
    uint32_t random = 77;

    (void)state;
    uvp_test_mesh_init(&mesh);
    for (uint32_t i = 0; i < 300; i++) {
        const double thin = 1e-5 * (1 + uvp_test_random(&random) % 100 / 10.0);
        const uint32_t a = uvp_test_mesh_vertex(&mesh, i, 0, i % 7);
        const uint32_t b = uvp_test_mesh_vertex(&mesh, i + 1.0, 3, i % 5);
        const uint32_t c =
            uvp_test_mesh_vertex(&mesh, i + 0.5, 1.5 + thin, (i % 7 + i % 5) / 2.0);
        uvp_test_mesh_triangle(&mesh, a, b, c);
    }
    (void)uvp_check_atlas(&mesh, NULL);
    uvp_test_mesh_release(&mesh);
}

static void test_polygons(void **state)
{
    struct uvp_test_mesh mesh;
    uint32_t vertex[1000];
    uint32_t random = 5;

    (void)state;
    uvp_test_mesh_init(&mesh);
    /* a concave pentagon cut well */
    for (int i = 0; i < 5; i++) {
        static const double at[5][2] = {{0, 0}, {4, 0}, {4, 4}, {2, 1}, {0, 4}};
        vertex[i] = uvp_test_mesh_vertex(&mesh, at[i][0], at[i][1], 0);
    }
    uvp_test_mesh_cut_polygon(&mesh, vertex, 5, (const uint32_t[]){0, 3, 4, 0, 1, 3, 1, 2, 3});
    /* cut badly: a fan from a corner that does not see all others */
    uvp_test_mesh_polygon(&mesh, vertex, 5);
    assert_in_range(uvp_check_atlas(&mesh, NULL).charts, 1, 2);
    /* a polygon that visits a vertex twice, and an edge, too */
    vertex[5] = vertex[1];
    vertex[6] = uvp_test_mesh_vertex(&mesh, 6, 1, 3);
    vertex[7] = vertex[0];
    uvp_test_mesh_polygon(&mesh, vertex, 8);
    (void)uvp_check_atlas(&mesh, NULL);
    /* a thousand corners, anywhere */
    for (uint32_t i = 0; i < 1000; i++) {
        vertex[i] = uvp_test_mesh_vertex(&mesh, uvp_test_random(&random) % 100,
                                         uvp_test_random(&random) % 100,
                                         uvp_test_random(&random) % 100);
    }
    uvp_test_mesh_polygon(&mesh, vertex, 1000);
    (void)uvp_check_atlas(&mesh, NULL);
    uvp_test_mesh_release(&mesh);
}

static void test_polygon_ears_without_area(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_stats stats;
    uint32_t vertex[5];

    (void)state;
    uvp_test_mesh_init(&mesh);
    for (int i = 0; i < 5; i++) {
        static const double at[5][2] = {{0, 0}, {1, 0}, {2, 0}, {2, 2}, {0, 2}};
        vertex[i] = uvp_test_mesh_vertex(&mesh, at[i][0], at[i][1], 0);
    }
    uvp_test_mesh_cut_polygon(&mesh, vertex, 5, (const uint32_t[]){0, 1, 2, 0, 2, 3, 0, 3, 4});
    stats = uvp_check_atlas(&mesh, NULL);
    assert_int_equal(stats.charts, 1);
    assert_int_equal(stats.degenerate_triangles, 1);
    uvp_test_mesh_release(&mesh);
}

static void test_polygon_soup(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed < 12; seed++) {
        struct uvp_test_mesh mesh;
        uint32_t random = seed;
        uvp_test_mesh_init(&mesh);
        for (uint32_t i = 0; i < 40; i++) {
            const uint32_t wide = seed % 3 == 0 ? 3 : 1000;
            (void)uvp_test_mesh_vertex(&mesh, uvp_test_random(&random) % wide,
                                       uvp_test_random(&random) % wide,
                                       uvp_test_random(&random) % wide);
        }
        for (uint32_t i = 0; i < 100; i++) {
            const uint32_t count = 3 + uvp_test_random(&random) % 9;
            uint32_t vertex[12];
            for (uint32_t k = 0; k < count; k++) {
                vertex[k] = uvp_test_random(&random) % 40;
            }
            uvp_test_mesh_polygon(&mesh, vertex, count);
        }
        (void)uvp_check_atlas(&mesh, NULL);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_corners_of_a_vertex_share_a_uv(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_bench bench;
    struct uvp_atlas_result result;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 5, 5, true);
    uvp_bench_init(&bench);
    assert_int_equal(uvp_bench_make(&bench, &mesh, NULL, &result), UVP_OK);
    assert_int_equal(result.uv_count, 36);
    for (uint32_t c = 0; c < mesh.corner_count; c++) {
        for (uint32_t d = 0; d < c; d++) {
            assert_int_equal(mesh.corner_vertex[c] == mesh.corner_vertex[d],
                             result.corner_uv[c] == result.corner_uv[d]);
        }
    }
    uvp_bench_release(&bench);
    uvp_test_mesh_release(&mesh);
}

static void expect_refusal(const struct uvp_test_mesh *mesh, enum uvp_code code)
{
    struct uvp_atlas_result result = {0};
    struct uvp_bench bench;

    uvp_bench_init(&bench);
    assert_int_equal(uvp_bench_make(&bench, mesh, NULL, &result), code);
    assert_null(result.uv);
    assert_true(bench.err.text[0] != '\0');
    uvp_bench_release(&bench);
}

static void test_bad_input_is_refused(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 2, 2, true);
    mesh.corner_vertex[5] = 9;
    expect_refusal(&mesh, UVP_BAD_DATA);
    mesh.corner_vertex[5] = 0;
    mesh.triangles[4] = mesh.corner_count;
    expect_refusal(&mesh, UVP_BAD_DATA);
    mesh.triangles[4] = 7; /* of the next polygon */
    expect_refusal(&mesh, UVP_BAD_DATA);
    mesh.triangles[4] = 1; /* the polygon's triangles cover each other */
    expect_refusal(&mesh, UVP_BAD_DATA);
    mesh.triangles[4] = 2;
    mesh.polygon[2] = 0;
    mesh.polygon[1] = 1;
    expect_refusal(&mesh, UVP_BAD_DATA);
    mesh.triangle_count = 0;
    expect_refusal(&mesh, UVP_DEGENERATE);
    uvp_test_mesh_release(&mesh);
    uvp_test_mesh_vertex(&mesh, 0, 0, 0);
    uvp_test_mesh_triangle(&mesh, 0, 0, 0);
    expect_refusal(&mesh, UVP_DEGENERATE);
    uvp_test_mesh_release(&mesh);
}

static void test_padding_is_kept(void **state)
{
    static const struct uvp_atlas_options options[] = {
        {.resolution_texels = 512, .padding_texels = 4},
        {.resolution_texels = 1024, .padding_texels = 0.5F},
        {.resolution_texels = 64, .padding_texels = 8},
        {.resolution_texels = 1, .padding_texels = 2},
        {.resolution_texels = 4096, .padding_texels = 16},
        {.resolution_texels = 1024, .padding_texels = (float)-1},
        {.resolution_texels = 16, .padding_texels = 1000}};

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_torus(&mesh, 24, 12);
        (void)uvp_check_atlas(&mesh, &options[i]);
        uvp_test_mesh_release(&mesh);
    }
}

static void make_small(struct uvp_test_mesh *mesh)
{
    uvp_test_mesh_torus(mesh, 10, 6);
    uvp_test_mesh_plane(mesh, 2, 2, true);
    uvp_test_mesh_soup(mesh, 20, 8, 3);
}

static void test_every_allocation_may_fail(void **state)
{
    struct uvp_test_mesh mesh = mesh_of(make_small);
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    for (uint64_t n = 1; code != UVP_OK; n++) {
        struct uvp_atlas_result result = {0};
        struct uvp_bench bench;
        uvp_bench_init(&bench);
        bench.mem.fail_at_call = n;
        code = uvp_bench_make(&bench, &mesh, NULL, &result);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        assert_true((result.uv != NULL) == (code == UVP_OK));
        uvp_bench_release(&bench);
        assert_true(n < 1000);
    }
    uvp_test_mesh_release(&mesh);
}

static void test_every_byte_limit_may_be_hit(void **state)
{
    struct uvp_test_mesh mesh = mesh_of(make_small);
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    for (size_t ceiling = 1000; code != UVP_OK; ceiling += 30000) {
        struct uvp_atlas_result result = {0};
        struct uvp_bench bench;
        uvp_bench_init(&bench);
        bench.scratch.ceiling_bytes = ceiling;
        code = uvp_bench_make(&bench, &mesh, NULL, &result);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        uvp_bench_release(&bench);
        assert_true(ceiling < (size_t)1 << 30);
    }
    uvp_test_mesh_release(&mesh);
}

static void test_every_poll_may_stop(void **state)
{
    struct uvp_test_mesh mesh = mesh_of(make_small);
    enum uvp_code code = UVP_CANCELLED;
    uint64_t n = 0;

    (void)state;
    while (code != UVP_OK) {
        struct uvp_atlas_result result = {0};
        struct uvp_bench bench;
        uvp_bench_init(&bench);
        bench.stop.stop_at_poll = ++n;
        code = uvp_bench_make(&bench, &mesh, NULL, &result);
        assert_true(code == UVP_OK || code == UVP_CANCELLED);
        assert_true((result.uv != NULL) == (code == UVP_OK));
        uvp_bench_release(&bench);
        assert_true(n < 10000);
    }
    assert_true(n > 10);
    uvp_test_mesh_release(&mesh);
}

static void test_same_bits_every_time(void **state)
{
    struct uvp_test_mesh mesh = mesh_of(make_small);
    struct uvp_atlas_result first;
    struct uvp_atlas_result second;
    struct uvp_bench one;
    struct uvp_bench two;

    (void)state;
    uvp_bench_init(&one);
    uvp_bench_init(&two);
    /* dirty memory must not matter */
    memset(uvp_arena_take(&two.scratch, 1 << 22, 1), 0xa5, 1 << 22);
    uvp_arena_reset(&two.scratch, SIZE_MAX);
    assert_int_equal(uvp_bench_make(&one, &mesh, NULL, &first), UVP_OK);
    assert_int_equal(uvp_bench_make(&two, &mesh, NULL, &second), UVP_OK);
    assert_int_equal(first.uv_count, second.uv_count);
    assert_memory_equal(first.uv, second.uv, 2 * first.uv_count * sizeof *first.uv);
    assert_memory_equal(first.corner_uv, second.corner_uv,
                        mesh.corner_count * sizeof *first.corner_uv);
    uvp_bench_release(&one);
    uvp_bench_release(&two);
    uvp_test_mesh_release(&mesh);
}

struct seen {
    uint32_t times[UVP_ATLAS_STEP_COUNT];
    enum uvp_atlas_step last;
};

static void see_step(void *ctx, enum uvp_atlas_step step)
{
    struct seen *const seen = ctx;

    seen->times[step]++;
    seen->last = step;
}

static void test_steps_are_told(void **state)
{
    struct uvp_test_mesh mesh = mesh_of(make_small);
    const struct uvp_atlas_input input = uvp_mesh_input(&mesh);
    struct seen seen = {{0}, UVP_ATLAS_TOPOLOGY};
    struct uvp_atlas_result result;
    struct uvp_bench bench;

    (void)state;
    uvp_bench_init(&bench);
    assert_int_equal(uvp_atlas_make(&input, NULL, &bench.keep, &bench.scratch, NULL,
                                    &bench.stop, see_step, &seen, &result, &bench.err),
                     UVP_OK);
    for (int s = 0; s < UVP_ATLAS_STEP_COUNT; s++) {
        assert_true(seen.times[s] >= 1);
        assert_string_not_equal(uvp_atlas_step_name((enum uvp_atlas_step)s), "unknown");
    }
    assert_int_equal(seen.last, UVP_ATLAS_VERIFY);
    assert_string_equal(uvp_atlas_step_name(UVP_ATLAS_STEP_COUNT), "unknown");
    uvp_bench_release(&bench);
    uvp_test_mesh_release(&mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane_is_one_isometric_chart),
        cmocka_unit_test(test_cube_has_at_most_six_charts),
        cmocka_unit_test(test_curved_shapes_keep_their_metric),
        cmocka_unit_test(test_shapes_without_orientation),
        cmocka_unit_test(test_two_cubes_on_one_edge),
        cmocka_unit_test(test_mesh_given_twice_is_two_equal_sheets),
        cmocka_unit_test(test_flat_star_of_1e5_faces),
        cmocka_unit_test(test_stars),
        cmocka_unit_test(test_soups),
        cmocka_unit_test(test_coordinates_of_any_size),
        cmocka_unit_test(test_far_from_the_origin),
        cmocka_unit_test(test_tiny_beside_huge),
        cmocka_unit_test(test_faces_without_area_ride_along),
        cmocka_unit_test(test_slivers),
        cmocka_unit_test(test_polygons),
        cmocka_unit_test(test_polygon_ears_without_area),
        cmocka_unit_test(test_polygon_soup),
        cmocka_unit_test(test_corners_of_a_vertex_share_a_uv),
        cmocka_unit_test(test_bad_input_is_refused),
        cmocka_unit_test(test_padding_is_kept),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_every_byte_limit_may_be_hit),
        cmocka_unit_test(test_every_poll_may_stop),
        cmocka_unit_test(test_same_bits_every_time),
        cmocka_unit_test(test_steps_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
