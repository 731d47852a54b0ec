/*
 * Several pages, as UDIM tiles, and densities that are given.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>
#include <stdlib.h>

static double draw(uint32_t *random, double least, double most)
{
    return least + (most - least) * (uvp_test_random(random) % 10000) / 10000;
}

/* Quads of random sizes, apart from each other: every one is a chart. */
static void add_quads(struct uvp_test_mesh *mesh, uint32_t count, double least, double most)
{
    uint32_t random = 7;

    for (uint32_t i = 0; i < count; i++) {
        const double w = draw(&random, least, most);
        const double h = draw(&random, least, most);
        const double x = 3.0 * most * (i % 50);
        const double y = 3.0 * most * (i / 50);
        uint32_t vertex[4];
        vertex[0] = uvp_test_mesh_vertex(mesh, x, y, 0);
        vertex[1] = uvp_test_mesh_vertex(mesh, x + w, y, 0);
        vertex[2] = uvp_test_mesh_vertex(mesh, x + w, y + h, 0);
        vertex[3] = uvp_test_mesh_vertex(mesh, x, y + h, 0);
        uvp_test_mesh_polygon(mesh, vertex, 4);
    }
}

static double distance(const float *p, const float *q)
{
    const double dx = (double)p[0] - (double)q[0];
    const double dy = (double)p[1] - (double)q[1];

    return sqrt(dx * dx + dy * dy);
}

struct seen {
    uint32_t pages;
    double efficiency;
    bool density_reached;
};

/* Every promise of a result on pages; `scale`: UV length of one unit, 0: not known. */
static struct seen check(const struct uvp_test_mesh *mesh,
                         const struct uvp_atlas_options *options, double scale)
{
    const struct uvp_atlas_input input = uvp_mesh_input(mesh);
    const double half = (double)options->padding_texels / options->resolution_texels / 2;
    struct uvp_atlas_verdict verdict;
    struct uvp_atlas_result result;
    struct uvp_bench bench;
    struct seen seen;

    uvp_bench_init(&bench);
    if (uvp_bench_make(&bench, mesh, options, &result) != UVP_OK) {
        fail_msg("%s", bench.err.text);
    }
    assert_int_equal(
        uvp_atlas_verify(&input, &result, &bench.scratch, &bench.stop, &verdict, &bench.err),
        UVP_OK);
    assert_int_equal(verdict.flipped, 0);
    assert_int_equal(verdict.overlapping, 0);
    assert_int_equal(verdict.outside, 0);
    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        const float *uv[3];
        double x = 0;
        double y = 0;
        for (uint32_t k = 0; k < 3; k++) {
            uv[k] = result.uv + 2 * (size_t)result.corner_uv[mesh->triangles[3 * t + k]];
            x += (double)uv[k][0] / 3;
            y += (double)uv[k][1] / 3;
        }
        assert_true(floor(y) * 10 + floor(x) < result.page_count && x < 10);
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t a = mesh->corner_vertex[mesh->triangles[3 * t + k]];
            const uint32_t b = mesh->corner_vertex[mesh->triangles[3 * t + (k + 1) % 3]];
            const float *const p = mesh->positions + 3 * (size_t)a;
            const float *const q = mesh->positions + 3 * (size_t)b;
            const double length = distance(p, q);
            assert_true((double)uv[k][0] >= floor(x) + half &&
                        (double)uv[k][0] <= floor(x) + 1 - half);
            assert_true((double)uv[k][1] >= floor(y) + half &&
                        (double)uv[k][1] <= floor(y) + 1 - half);
            assert_true(scale <= 0 || fabs(distance(uv[k], uv[(k + 1) % 3]) - length * scale) <
                                          1e-3 * length * scale);
        }
    }
    seen = (struct seen){result.page_count, result.stats.packing_efficiency,
                         result.stats.density_reached};
    uvp_bench_release(&bench);
    return seen;
}

static void test_pages_are_filled(void **state)
{
    static const uint32_t pages[] = {1, 2, 3, 11, 40};
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    add_quads(&mesh, 400, 1, 3);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        const struct uvp_atlas_options options = {
            .resolution_texels = 512, .padding_texels = 2, .pages = pages[i]};
        const struct seen seen = check(&mesh, &options, 0);
        assert_true(seen.pages <= pages[i]);
        assert_true(pages[i] > 11 || seen.pages == pages[i]);
        assert_true(seen.efficiency > 0.45);
        assert_false(seen.density_reached);
    }
    uvp_test_mesh_release(&mesh);
}

static void test_density_is_kept(void **state)
{
    static const float densities[] = {2, 8, 20, 64, 150};
    struct uvp_test_mesh mesh;
    uint32_t last = 1;

    (void)state;
    uvp_test_mesh_init(&mesh);
    add_quads(&mesh, 300, 1, 3);
    for (size_t i = 0; i < sizeof densities / sizeof *densities; i++) {
        const struct uvp_atlas_options options = {.resolution_texels = 512,
                                                  .padding_texels = 2,
                                                  .texels_per_unit = densities[i],
                                                  .pages = UVP_ATLAS_PAGES_AUTO};
        const struct seen seen = check(&mesh, &options, (double)densities[i] / 512);
        assert_true(seen.density_reached);
        assert_true(seen.pages >= last);
        last = seen.pages;
    }
    assert_true(last > 20);
    uvp_test_mesh_release(&mesh);
}

static void test_too_few_pages_lower_the_density(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    add_quads(&mesh, 300, 1, 3);
    for (uint32_t pages = 1; pages < 4; pages++) {
        const struct uvp_atlas_options options = {.resolution_texels = 512,
                                                  .padding_texels = 2,
                                                  .texels_per_unit = 100,
                                                  .pages = pages};
        const struct seen seen = check(&mesh, &options, 0);
        assert_false(seen.density_reached);
        assert_int_equal(seen.pages, pages);
        assert_true(seen.efficiency > 0.5);
    }
    uvp_test_mesh_release(&mesh);
}

/* Polygons are not cut: one that is longer than a page keeps the density from being reached. */
static void test_too_long_for_the_density(void **state)
{
    const struct uvp_atlas_options options = {.resolution_texels = 256,
                                              .padding_texels = 1,
                                              .texels_per_unit = 100,
                                              .pages = UVP_ATLAS_PAGES_AUTO};
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    add_quads(&mesh, 5, 1, 10);
    assert_false(check(&mesh, &options, 0).density_reached);
    uvp_test_mesh_release(&mesh);
}

static bool in_all(uint32_t x, uint32_t y, uint32_t wide)
{
    (void)x, (void)y, (void)wide;
    return true;
}

static bool in_ragged(uint32_t x, uint32_t y, uint32_t wide)
{
    return ((y * wide + x) * 2654435761U >> 7) % 97 <= 75;
}

/* Charts that are longer than a page at the density are cut until they are not. */
static void test_long_charts_are_cut(void **state)
{
    static const uint32_t sizes[][2] = {{40, 40}, {200, 3}, {60, 20}, {1, 120}};
    static const float densities[] = {7, 30, 100};

    (void)state;
    for (size_t i = 0; i < 8 * sizeof sizes / sizeof *sizes; i++) {
        const uint32_t *const size = sizes[i / 8];
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_cells(&mesh, size[0], size[1], i % 2 == 1,
                            i / 2 % 2 == 1 ? in_ragged : in_all);
        for (size_t d = 0; d < sizeof densities / sizeof *densities; d++) {
            const struct uvp_atlas_options options = {.resolution_texels = 256,
                                                      .padding_texels = 1,
                                                      .texels_per_unit = densities[d],
                                                      .pages = UVP_ATLAS_PAGES_AUTO};
            assert_true(check(&mesh, &options, (double)densities[d] / 256).density_reached);
        }
        uvp_test_mesh_release(&mesh);
    }
}

/* One page has room for them, but not for their length. */
static void test_long_charts_are_cut_for_one_page(void **state)
{
    struct uvp_atlas_options options = {
        .resolution_texels = 512, .padding_texels = 1, .texels_per_unit = 8};
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cells(&mesh, 80, 20, true, in_all);
    assert_true(check(&mesh, &options, 8.0 / 512).density_reached);
    options.whole_charts = true;
    assert_false(check(&mesh, &options, 0).density_reached);
    options.pages = UVP_ATLAS_PAGES_AUTO;
    assert_false(check(&mesh, &options, 0).density_reached);
    uvp_test_mesh_release(&mesh);
}

/* Without a density a chart that alone limits the scale of several pages is cut, too. */
static void test_long_chart_on_pages(void **state)
{
    struct uvp_atlas_options options = {
        .resolution_texels = 512, .padding_texels = 1, .pages = 4};
    struct uvp_test_mesh mesh;
    double whole;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cells(&mesh, 160, 20, true, in_all);
    add_quads(&mesh, 100, 2, 8);
    options.whole_charts = true;
    whole = check(&mesh, &options, 0).efficiency;
    options.whole_charts = false;
    assert_true(check(&mesh, &options, 0).efficiency > whole + 0.05);
    uvp_test_mesh_release(&mesh);
}

static void test_no_memory_for_cuts(void **state)
{
    const struct uvp_atlas_options options = {.resolution_texels = 256,
                                              .padding_texels = 1,
                                              .texels_per_unit = 20,
                                              .pages = UVP_ATLAS_PAGES_AUTO};
    struct uvp_test_mesh mesh;
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cells(&mesh, 60, 4, true, in_ragged);
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

static void test_crowds_on_pages(void **state)
{
    const struct uvp_atlas_options fitted = {
        .resolution_texels = 1024, .padding_texels = 2, .pages = 7};
    const struct uvp_atlas_options fixed = {.resolution_texels = 256,
                                            .padding_texels = 1,
                                            .texels_per_unit = 8,
                                            .pages = UVP_ATLAS_PAGES_AUTO};
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    add_quads(&mesh, 6000, 1, 2);
    assert_true(check(&mesh, &fitted, 0).efficiency > 0.4);
    assert_true(check(&mesh, &fixed, 8.0 / 256).density_reached);
    uvp_test_mesh_release(&mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_are_filled),
        cmocka_unit_test(test_density_is_kept),
        cmocka_unit_test(test_too_few_pages_lower_the_density),
        cmocka_unit_test(test_too_long_for_the_density),
        cmocka_unit_test(test_long_charts_are_cut),
        cmocka_unit_test(test_long_charts_are_cut_for_one_page),
        cmocka_unit_test(test_long_chart_on_pages),
        cmocka_unit_test(test_no_memory_for_cuts),
        cmocka_unit_test(test_crowds_on_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
