/*
 * Meshes made to hurt: the promises of atlas.h hold, in bounded time, and everything that can
 * fail fails cleanly, with every option.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>

#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/topology.h"

#define PI 3.14159265358979323846

static const struct uvp_atlas_options options_of[] = {
    {.preset = UVP_ATLAS_BALANCED},
    {.preset = UVP_ATLAS_FAST},
    {.preset = UVP_ATLAS_BEST},
    {.fix_winding = true},
    {.max_chart_triangles = 7},
    {.seam_degrees = 30, .pages = 3},
    {.max_stretch = 1.01F, .padding_texels = 9, .pages = UVP_ATLAS_PAGES_AUTO},
};

#define OPTIONS (sizeof options_of / sizeof *options_of)

static struct uvp_atlas_options some_options(uint32_t *random)
{
    return options_of[uvp_test_random(random) % OPTIONS];
}

/* Pages move UVs: of those the verdict speaks, not the unit square. */
static void check_promises(const struct uvp_test_mesh *mesh,
                           const struct uvp_atlas_options *options)
{
    const struct uvp_atlas_input input = uvp_mesh_input(mesh);
    struct uvp_atlas_verdict verdict;
    struct uvp_atlas_result result;
    struct uvp_bench bench;
    enum uvp_code code;

    uvp_bench_init(&bench);
    code = uvp_bench_make(&bench, mesh, options, &result);
    if (code != UVP_OK && code != UVP_DEGENERATE) {
        fail_msg("%s", bench.err.text);
    }
    if (code == UVP_OK) {
        assert_int_equal(uvp_atlas_verify(&input, &result, &bench.scratch, &bench.stop,
                                          &verdict, &bench.err),
                         UVP_OK);
        assert_int_equal(verdict.flipped + verdict.overlapping + verdict.outside, 0);
        assert_true(isfinite(result.stats.stretch_mean));
        assert_true(result.stats.stretch_mean > 0.999);
        assert_true(isfinite(result.stats.seam_length));
        assert_true(bench.mem.peak_bytes <= uvp_atlas_memory_bound(mesh->vertex_count,
                                                                   mesh->corner_count,
                                                                   mesh->triangle_count));
    }
    uvp_bench_release(&bench);
}

static void test_soups_with_every_option(void **state)
{
    uint32_t random = 2026;

    (void)state;
    for (uint32_t i = 0; i < 60; i++) {
        struct uvp_test_mesh mesh;
        const uint32_t count = 1 + uvp_test_random(&random) % 150;
        const uint32_t vertices = 4 + uvp_test_random(&random) % 40;
        const struct uvp_atlas_options options = some_options(&random);
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_soup(&mesh, count, vertices, i + 1);
        check_promises(&mesh, &options);
        uvp_test_mesh_release(&mesh);
    }
}

/* A torus of thin triangles: sides of 1 and heights down to what counts as area. */
static void test_slivers(void **state)
{
    static const double thin[] = {1e-2, 1e-4, 3e-6};

    (void)state;
    for (size_t i = 0; i < sizeof thin / sizeof *thin; i++) {
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_torus(&mesh, 24, 10);
        for (uint32_t v = 0; v < mesh.vertex_count; v++) {
            mesh.positions[3 * v] *= (float)thin[i];
        }
        check_promises(&mesh, &options_of[i]);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_coordinates_out_of_the_ordinary(void **state)
{
    static const struct {
        double scale;
        double move;
    } cases[] = {{1e-30, 0}, {1e30, 0},  {1, 1e7},        {1e-6, 1},
                 {1e37, 0},  {1e-44, 0}, {1e30, -1.5e38}, {0.001, 1e7}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_torus(&mesh, 20, 12);
        uvp_test_mesh_cube(&mesh, 3, 3, 3);
        uvp_test_mesh_scale(&mesh, cases[i].scale, cases[i].move);
        check_promises(&mesh, &options_of[i % OPTIONS]);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_numbers_that_are_none(void **state)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY, 3.4e38F, -3.4e38F, 1e-45F};
    uint32_t random = 3;

    (void)state;
    for (uint32_t i = 0; i < 30; i++) {
        const struct uvp_atlas_options options = some_options(&random);
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_torus(&mesh, 12, 8);
        uvp_test_mesh_plane(&mesh, 4, 4, true);
        for (uint32_t k = 0; k < i; k++) {
            mesh.positions[uvp_test_random(&random) % (3 * mesh.vertex_count)] =
                bad[uvp_test_random(&random) % 6];
        }
        check_promises(&mesh, &options);
        uvp_test_mesh_release(&mesh);
    }
}

/* ---- crowds about one thing ---- */

static void test_star_of_1e5_faces(void **state)
{
    static const double height[] = {0, 0.3};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_star(&mesh, i == 0 ? 100000 : 20000, height[i]);
        check_promises(&mesh, NULL);
        uvp_test_mesh_release(&mesh);
    }
}

#define SIDES 10000

/* A polygon of many sides, and a face on each of them that stands up. */
static void test_hub_with_thousands_of_neighbours(void **state)
{
    static uint32_t ring[SIDES];
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    for (uint32_t i = 0; i < SIDES; i++) {
        const double a = 2 * PI * i / SIDES;
        ring[i] = uvp_test_mesh_vertex(&mesh, 1000 * cos(a), 1000 * sin(a), 0);
    }
    uvp_test_mesh_polygon(&mesh, ring, SIDES);
    for (uint32_t i = 0; i < SIDES; i++) {
        const double a = 2 * PI * (i + 0.5) / SIDES;
        const double out = i % 2 == 0 ? 1000 : 1000.5;
        const uint32_t tip = uvp_test_mesh_vertex(&mesh, out * cos(a), out * sin(a), 0.5);
        uvp_test_mesh_triangle(&mesh, ring[(i + 1) % SIDES], ring[i], tip);
    }
    check_promises(&mesh, NULL);
    uvp_test_mesh_release(&mesh);
}

static void make_fan(struct uvp_test_mesh *mesh, uint32_t count)
{
    uvp_test_mesh_init(mesh);
    (void)uvp_test_mesh_vertex(mesh, 0, 0, 0);
    (void)uvp_test_mesh_vertex(mesh, 0, 0, 1);
    for (uint32_t i = 0; i < count; i++) {
        const double a = 2 * PI * i / count;
        const uint32_t v = uvp_test_mesh_vertex(mesh, cos(a), sin(a), 0.5);
        uvp_test_mesh_triangle(mesh, i % 3 == 0, i % 3 != 0, v);
    }
}

static void test_a_fan_on_one_edge(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    make_fan(&mesh, 3000);
    check_promises(&mesh, &options_of[3]);
    uvp_test_mesh_release(&mesh);
}

/* One edge with 10^6 faces is still asked at short intervals whether to go on. */
static void test_a_fan_of_1e6_faces_polls(void **state)
{
    const uint32_t faces = 1000000;
    struct uvp_atlas_work work;
    struct uvp_topology topology = {0};
    struct uvp_atlas_input input;
    struct uvp_test_mesh mesh;
    struct uvp_bench bench;

    (void)state;
    make_fan(&mesh, faces);
    input = uvp_mesh_input(&mesh);
    uvp_bench_init(&bench);
    work = (struct uvp_atlas_work){
        .input = &input, .scratch = &bench.scratch, .stop = &bench.stop, .err = &bench.err};
    assert_int_equal(uvp_topology_make(&work, &topology), UVP_OK);
    assert_true(bench.stop.polls > faces / 4000);
    uvp_bench_release(&bench);
    uvp_test_mesh_release(&mesh);
}

/* ---- everything that can fail ---- */

struct fragile {
    struct uvp_test_mesh mesh;
    uint32_t group[400];
    float old_uv[2 * 400];
    uint32_t old_corner_uv[1000];
};

/* With groups, old UVs, some of them bad, and windings that do not agree. */
static void make_fragile(struct fragile *fragile)
{
    struct uvp_test_mesh *const mesh = &fragile->mesh;
    uint32_t random = 8;

    uvp_test_mesh_init(mesh);
    uvp_test_mesh_torus(mesh, 8, 5);
    uvp_test_mesh_plane(mesh, 2, 2, true);
    uvp_test_mesh_soup(mesh, 12, 6, 3);
    assert_true(mesh->triangle_count <= 400 && mesh->vertex_count <= 400 &&
                mesh->corner_count <= 1000);
    for (uint32_t t = 0; t < 30; t++) {
        uint32_t *const v = mesh->corner_vertex + 3 * (size_t)t;
        const uint32_t swap = v[0];
        v[0] = t % 3 == 0 ? v[1] : v[0];
        v[1] = t % 3 == 0 ? swap : v[1];
    }
    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        fragile->group[t] = mesh->polygon[t] / 20;
    }
    for (uint32_t v = 0; v < 2 * mesh->vertex_count; v++) {
        fragile->old_uv[v] = mesh->positions[3 * (v / 2) + v % 2] / 8;
    }
    for (uint32_t c = 0; c < mesh->corner_count; c++) {
        fragile->old_corner_uv[c] =
            uvp_test_random(&random) % 20 == 0 ? UINT32_MAX : mesh->corner_vertex[c];
    }
}

static struct uvp_atlas_input fragile_input(const struct fragile *fragile)
{
    struct uvp_atlas_input input = uvp_mesh_input(&fragile->mesh);

    input.triangle_group = fragile->group;
    input.old_uv = fragile->old_uv;
    input.old_corner_uv = fragile->old_corner_uv;
    input.old_uv_count = fragile->mesh.vertex_count;
    return input;
}

static const struct uvp_atlas_options fragile_options[] = {
    {.preset = UVP_ATLAS_FAST, .fix_winding = true},
    {.preset = UVP_ATLAS_FAST, .keep_charts = true},
    {.preset = UVP_ATLAS_FAST, .seam_groups = true, .seam_degrees = 40, .pages = 2},
    {.preset = UVP_ATLAS_BEST, .max_chart_triangles = 20, .fix_winding = true},
};

static enum uvp_code make_atlas(struct uvp_bench *bench, const struct fragile *fragile,
                                const struct uvp_atlas_options *options,
                                struct uvp_atlas_result *result)
{
    const struct uvp_atlas_input input = fragile_input(fragile);

    return uvp_atlas_make(&input, options, &bench->keep, &bench->scratch, NULL, &bench->stop,
                          NULL, NULL, result, &bench->err);
}

static void test_every_allocation_may_fail(void **state)
{
    struct fragile fragile;

    (void)state;
    make_fragile(&fragile);
    for (size_t i = 0; i < sizeof fragile_options / sizeof *fragile_options; i++) {
        enum uvp_code code = UVP_NO_MEMORY;
        for (uint64_t n = 1; code != UVP_OK; n++) {
            struct uvp_atlas_result result = {0};
            struct uvp_bench bench;
            uvp_bench_init(&bench);
            bench.mem.fail_at_call = n;
            code = make_atlas(&bench, &fragile, &fragile_options[i], &result);
            assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
            assert_true((result.uv != NULL) == (code == UVP_OK));
            uvp_bench_release(&bench);
            assert_true(n < 2000);
        }
    }
    uvp_test_mesh_release(&fragile.mesh);
}

static void test_every_poll_may_stop(void **state)
{
    struct fragile fragile;

    (void)state;
    make_fragile(&fragile);
    for (size_t i = 0; i < sizeof fragile_options / sizeof *fragile_options; i++) {
        enum uvp_code code = UVP_CANCELLED;
        uint64_t n = 0;
        while (code != UVP_OK) {
            struct uvp_atlas_result result = {0};
            struct uvp_bench bench;
            uvp_bench_init(&bench);
            n += 1 + n / 50; /* all of the first, then wider: there may be thousands */
            bench.stop.stop_at_poll = n;
            code = make_atlas(&bench, &fragile, &fragile_options[i], &result);
            assert_true(code == UVP_OK || code == UVP_CANCELLED);
            assert_true((result.uv != NULL) == (code == UVP_OK));
            uvp_bench_release(&bench);
            assert_true(n < 1000000);
        }
    }
    uvp_test_mesh_release(&fragile.mesh);
}

static void test_fragile_mesh_is_valid(void **state)
{
    struct fragile fragile;

    (void)state;
    make_fragile(&fragile);
    for (size_t i = 0; i < sizeof fragile_options / sizeof *fragile_options; i++) {
        const struct uvp_atlas_input input = fragile_input(&fragile);
        struct uvp_atlas_verdict verdict;
        struct uvp_atlas_result result;
        struct uvp_bench bench;
        uvp_bench_init(&bench);
        assert_int_equal(make_atlas(&bench, &fragile, &fragile_options[i], &result), UVP_OK);
        assert_int_equal(uvp_atlas_verify(&input, &result, &bench.scratch, &bench.stop,
                                          &verdict, &bench.err),
                         UVP_OK);
        assert_int_equal(verdict.flipped + verdict.overlapping + verdict.outside, 0);
        if (fragile_options[i].fix_winding) {
            assert_true(result.stats.turned_triangles >= 8);
            assert_non_null(result.triangle_turned);
        } else {
            assert_int_equal(result.stats.turned_triangles, 0);
            assert_null(result.triangle_turned);
        }
        uvp_bench_release(&bench);
    }
    uvp_test_mesh_release(&fragile.mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_soups_with_every_option),
        cmocka_unit_test(test_slivers),
        cmocka_unit_test(test_coordinates_out_of_the_ordinary),
        cmocka_unit_test(test_numbers_that_are_none),
        cmocka_unit_test(test_star_of_1e5_faces),
        cmocka_unit_test(test_hub_with_thousands_of_neighbours),
        cmocka_unit_test(test_a_fan_on_one_edge),
        cmocka_unit_test(test_a_fan_of_1e6_faces_polls),
        cmocka_unit_test(test_fragile_mesh_is_valid),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_every_poll_may_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
