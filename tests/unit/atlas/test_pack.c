/*
 * Packing as seen from outside: gaps measured between charts, borders, fill; and the page's
 * search against looking at every place.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>
#include <stdlib.h>

#include "stages/unwrapper/atlas/raster.h"

/* n rectangles, apart in space and not parallel: a chart each. */
static void make_rectangles(struct uvp_test_mesh *mesh, uint32_t n, double longest)
{
    uint32_t random = 17;

    for (uint32_t i = 0; i < n; i++) {
        const double w = 1 + uvp_test_random(&random) % 100 * longest / 100;
        const double h = 1 + uvp_test_random(&random) % 100 / 50.0;
        const double z = 3.0 * i;
        const uint32_t vertex[4] = {
            uvp_test_mesh_vertex(mesh, 0, 0, z), uvp_test_mesh_vertex(mesh, w, 0, z),
            uvp_test_mesh_vertex(mesh, w, h, z), uvp_test_mesh_vertex(mesh, 0, h, z)};
        uvp_test_mesh_polygon(mesh, vertex, 4);
    }
}

static double distance_to_edge(const float *p, const float *a, const float *b)
{
    const double dx = (double)b[0] - (double)a[0];
    const double dy = (double)b[1] - (double)a[1];
    const double px = (double)p[0] - (double)a[0];
    const double py = (double)p[1] - (double)a[1];
    const double along = fmin(1, fmax(0, (px * dx + py * dy) / (dx * dx + dy * dy)));

    return hypot(px - along * dx, py - along * dy);
}

/* Least distance between the edges of different charts. */
static double least_gap(const struct uvp_test_mesh *mesh, const struct uvp_atlas_result *result)
{
    double least = 1;

    for (uint32_t s = 0; s < mesh->triangle_count; s++) {
        for (uint32_t t = 0; t < mesh->triangle_count; t++) {
            for (uint32_t i = 0;
                 i < 9 && result->triangle_chart[s] != result->triangle_chart[t]; i++) {
                const uint32_t *const c = mesh->triangles + 3 * (size_t)t;
                const uint32_t p = result->corner_uv[mesh->triangles[3 * s + i / 3]];
                const uint32_t a = result->corner_uv[c[i % 3]];
                const uint32_t b = result->corner_uv[c[(i + 1) % 3]];
                least = fmin(least, distance_to_edge(result->uv + 2 * (size_t)p,
                                                     result->uv + 2 * (size_t)a,
                                                     result->uv + 2 * (size_t)b));
            }
        }
    }
    return least;
}

static void check_gap(uint32_t n, double longest, struct uvp_atlas_options options,
                      double least_fill)
{
    const double gap = (double)options.padding_texels / options.resolution_texels;
    struct uvp_atlas_result result;
    struct uvp_test_mesh mesh;
    struct uvp_bench bench;

    uvp_test_mesh_init(&mesh);
    make_rectangles(&mesh, n, longest);
    uvp_bench_init(&bench);
    assert_int_equal(uvp_bench_make(&bench, &mesh, &options, &result), UVP_OK);
    uvp_check_result(&bench, &mesh, &result);
    assert_int_equal(result.stats.charts, n);
    assert_true(n == 1 || least_gap(&mesh, &result) >= gap);
    for (size_t i = 0; i < 2 * (size_t)result.uv_count; i++) {
        assert_true((double)result.uv[i] >= gap / 2 && (double)result.uv[i] <= 1 - gap / 2);
    }
    assert_true(result.stats.packing_efficiency >= least_fill);
    assert_true(result.stats.stretch_max < 1.01);
    uvp_bench_release(&bench);
    uvp_test_mesh_release(&mesh);
}

static void test_gaps_are_kept(void **state)
{
    (void)state;
    check_gap(1, 3, (struct uvp_atlas_options){.resolution_texels = 1024, .padding_texels = 2},
              0.25);
    check_gap(2, 3, (struct uvp_atlas_options){.resolution_texels = 1024, .padding_texels = 2},
              0.25);
    check_gap(30, 3, (struct uvp_atlas_options){.resolution_texels = 1024, .padding_texels = 2},
              0.6);
    check_gap(30, 3, (struct uvp_atlas_options){.resolution_texels = 512, .padding_texels = 8},
              0.3);
    check_gap(30, 3, (struct uvp_atlas_options){.resolution_texels = 4096, .padding_texels = 1},
              0.6);
    check_gap(30, 60,
              (struct uvp_atlas_options){.resolution_texels = 1024, .padding_texels = 2}, 0.5);
    check_gap(300, 3,
              (struct uvp_atlas_options){.resolution_texels = 1024, .padding_texels = 2}, 0.5);
    check_gap(100, 3,
              (struct uvp_atlas_options){.resolution_texels = 256, .padding_texels = 3.5F},
              0.2);
    for (uint32_t n = 3; n < 12; n++) {
        check_gap(n, 9,
                  (struct uvp_atlas_options){.resolution_texels = 1024, .padding_texels = 2},
                  0.25);
        check_gap(n, 3,
                  (struct uvp_atlas_options){.resolution_texels = 4096, .padding_texels = 0.3F},
                  0.25);
        check_gap(n, 3,
                  (struct uvp_atlas_options){.resolution_texels = 300, .padding_texels = 1.3F},
                  0.25);
    }
}

/* n flat stars each at a height of its own. */
static void make_stars(struct uvp_test_mesh *mesh, uint32_t n, uint32_t seed)
{
    uint32_t random = seed;

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t around = 3 + uvp_test_random(&random) % 20;
        const double size = 0.2 + uvp_test_random(&random) % 1000 / 400.0;
        const double wide = 0.2 + uvp_test_random(&random) % 100 / 50.0;
        const uint32_t centre = uvp_test_mesh_vertex(mesh, 0, 0, 3.0 * i);
        uint32_t vertex[23];
        for (uint32_t k = 0; k < around; k++) {
            const double angle = 6.283185307179586 * k / around;
            const double radius = size * (0.3 + uvp_test_random(&random) % 100 / 100.0);
            vertex[k] = uvp_test_mesh_vertex(mesh, radius * wide * cos(angle),
                                             radius * sin(angle), 3.0 * i);
        }
        for (uint32_t k = 0; k < around; k++) {
            uvp_test_mesh_triangle(mesh, centre, vertex[k], vertex[(k + 1) % around]);
        }
    }
}

/* Packs stars; asserts the gap and the promises, and gives the efficiency. */
static double pack_stars(uint32_t n, uint32_t seed, struct uvp_atlas_options options)
{
    const double gap = (double)options.padding_texels / options.resolution_texels;
    struct uvp_atlas_result result;
    struct uvp_test_mesh mesh;
    struct uvp_bench bench;
    double efficiency;

    uvp_test_mesh_init(&mesh);
    make_stars(&mesh, n, seed);
    uvp_bench_init(&bench);
    assert_int_equal(uvp_bench_make(&bench, &mesh, &options, &result), UVP_OK);
    uvp_check_result(&bench, &mesh, &result);
    assert_true(!options.whole_charts || result.stats.charts == n);
    assert_true(n == 1 || least_gap(&mesh, &result) >= gap);
    for (size_t i = 0; i < 2 * (size_t)result.uv_count; i++) {
        assert_true((double)result.uv[i] >= gap / 2 && (double)result.uv[i] <= 1 - gap / 2);
    }
    efficiency = result.stats.packing_efficiency;
    uvp_bench_release(&bench);
    uvp_test_mesh_release(&mesh);
    return efficiency;
}

static void test_polygons_keep_their_distance(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed < 60; seed++) {
        const struct uvp_atlas_options options = {
            .preset = (enum uvp_atlas_preset)(seed % UVP_ATLAS_PRESET_COUNT),
            .resolution_texels = 64U << seed % 7,
            .padding_texels = 0.3F * (float)(1 + seed % 13),
            .whole_charts = seed % 2 == 0,
        };
        (void)pack_stars(1 + seed % 29, seed, options);
    }
    (void)pack_stars(150, 99,
                     (struct uvp_atlas_options){.resolution_texels = 512, .padding_texels = 2});
}

/* More effort is not lost; the same effort gives the same. */
static void test_effort(void **state)
{
    struct uvp_atlas_options options = {.resolution_texels = 1024, .padding_texels = 2};
    double once = 0;
    double more = 0;

    (void)state;
    for (uint32_t seed = 1; seed < 6; seed++) {
        const double first = pack_stars(25, seed, options);
        assert_true(first == pack_stars(25, seed, options));
        once += first;
        options.pack_effort = 20;
        more += pack_stars(25, seed, options);
        options.pack_effort = 0;
    }
    assert_true(more > once + 0.02);
}

static void test_crowds_share_the_page(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_stats stats;

    (void)state;
    uvp_test_mesh_init(&mesh);
    make_rectangles(&mesh, 20000, 3);
    stats = uvp_check_atlas(
        &mesh, &(struct uvp_atlas_options){.resolution_texels = 1024, .padding_texels = 8});
    assert_int_equal(stats.charts, 20000);
    assert_true(stats.packing_efficiency > 0.1);
    uvp_test_mesh_release(&mesh);
}

/* ---- the page ---- */

struct test_mask {
    struct uvp_mask mask;
    struct uvp_run runs[32];
    uint32_t row_first[16];
};

static uint32_t draw_below(uint32_t *random, uint32_t below)
{
    return uvp_test_random(random) % below;
}

/* One run in most rows, two in some. */
static void make_mask(struct uvp_atlas_work *work, const struct uvp_page *page,
                      struct test_mask *test, uint32_t *random)
{
    const uint32_t width = 1 + draw_below(random, 70);
    const int32_t height = 1 + (int32_t)draw_below(random, 12);
    struct uvp_mask *const mask = &test->mask;
    uint32_t count = 0;

    *mask = (struct uvp_mask){.width = (int32_t)width, .height = height};
    for (int32_t row = 0; row < height; row++) {
        const uint32_t a = row == 0 ? 0 : draw_below(random, width);
        const uint32_t b = row == 0 ? width - 1 : draw_below(random, width);
        const uint32_t from = a < b ? a : b;
        const uint32_t to = a < b ? b : a;
        const bool parted = to - from > 8 && draw_below(random, 3) == 0;
        test->row_first[row] = count;
        test->runs[count++] =
            (struct uvp_run){(uint16_t)row, (uint16_t)from, (uint16_t)(parted ? from + 2 : to)};
        if (parted) {
            test->runs[count++] =
                (struct uvp_run){(uint16_t)row, (uint16_t)(to - 3), (uint16_t)to};
        }
    }
    test->row_first[height] = count;
    mask->across = (int32_t)width;
    mask->touched = test->runs;
    mask->touched_count = count;
    assert_int_equal(uvp_raster_probes(work, page, test->runs, test->row_first, height, mask),
                     UVP_OK);
}

static bool is_free(const uint8_t *taken, int32_t side, const struct uvp_mask *mask, int32_t x,
                    int32_t y)
{
    for (uint32_t i = 0; i < mask->touched_count; i++) {
        for (int32_t k = mask->touched[i].from; k <= mask->touched[i].to; k++) {
            if (taken[(y + mask->touched[i].row) * side + x + k]) {
                return false;
            }
        }
    }
    return true;
}

static bool find_slowly(const uint8_t *taken, int32_t side, const struct uvp_mask *mask,
                        int32_t first, int32_t last, int32_t *x, int32_t *y)
{
    for (*y = 0; *y + mask->height <= side; ++*y) {
        for (*x = first; *x + mask->width <= side && *x <= last; ++*x) {
            if (is_free(taken, side, mask, *x, *y)) {
                return true;
            }
        }
    }
    return false;
}

static void test_page_finds_lowest_leftmost(void **state)
{
    static const int32_t sides[] = {40, 64, 100, 128, 200};
    uint32_t random = 8;

    (void)state;
    for (size_t s = 0; s < sizeof sides / sizeof *sides; s++) {
        const int32_t side = sides[s];
        uint8_t *const taken = calloc((size_t)side, (size_t)side);
        struct uvp_bench bench;
        struct uvp_atlas_work work;
        struct uvp_page page;
        assert_non_null(taken);
        uvp_bench_init(&bench);
        work = (struct uvp_atlas_work){
            .scratch = &bench.scratch, .stop = &bench.stop, .err = &bench.err};
        assert_int_equal(uvp_page_take(&work, side + 7, &page), UVP_OK);
        uvp_page_clear(&page, side, side);
        for (int n = 0; n < 200; n++) {
            struct test_mask test;
            const struct uvp_mask *const mask = &test.mask;
            int32_t x = -1;
            int32_t y = -1;
            int32_t slow_x;
            int32_t slow_y;
            const bool window = n % 3 == 2;
            const int32_t first = window ? (int32_t)draw_below(&random, (uint32_t)side) : 0;
            const int32_t last = window ? first + (int32_t)draw_below(&random, 9) : side;
            bool found;
            make_mask(&work, &page, &test, &random);
            uvp_page_window(&page, first, last);
            found = uvp_page_find(&page, mask, 0, side - mask->height, &x, &y);
            assert_int_equal(found,
                             find_slowly(taken, side, mask, first, last, &slow_x, &slow_y));
            if (!found) {
                continue;
            }
            assert_int_equal(x, slow_x);
            assert_int_equal(y, slow_y);
            uvp_page_mark(&page, mask, 0, x, y);
            uvp_page_settle(&page, y, y + mask->height);
            for (uint32_t i = 0; i < mask->touched_count; i++) {
                const struct uvp_run run = test.runs[i];
                memset(taken + (y + run.row) * side + x + run.from, 1,
                       (size_t)(run.to - run.from + 1));
            }
        }
        uvp_bench_release(&bench);
        free(taken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaps_are_kept),
        cmocka_unit_test(test_polygons_keep_their_distance),
        cmocka_unit_test(test_effort),
        cmocka_unit_test(test_crowds_share_the_page),
        cmocka_unit_test(test_page_finds_lowest_leftmost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
