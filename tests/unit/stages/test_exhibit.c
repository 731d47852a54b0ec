/* What is shown of a mesh: stretch, fewer triangles, bytes that can be read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "stages/bar.h"
#include "stages/unwrapper/exhibit.h"
#include "stages/unwrapper/heat.h"
#include "stages/unwrapper/thin.h"

#define MOST_CORNERS (6 * 400 * 400)

/* A grid of n * n squares; UVs are shared, or every triangle has its own. */
struct bench {
    struct uvp_mem mem;
    struct uvp_arena scratch;
    struct uvp_stop stop;
    struct uvp_buf out;
    struct uvp_shape shape;
    float *positions;
    float *uv;
    uint32_t *vertex;
    uint32_t *triangles;
    uint32_t *corner_uv;
};

static void begin(struct bench *bench, uint32_t n, bool soup)
{
    const uint32_t side = n + 1;
    uint32_t c = 0;

    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->scratch, &bench->mem, 0);
    uvp_buf_init(&bench->out, &bench->mem, 0);
    assert_int_equal(uvp_stop_init(&bench->stop, false, NULL), UVP_OK);
    bench->positions = malloc(sizeof(float) * 3 * side * side);
    bench->uv = malloc(sizeof(float) * 2 * MOST_CORNERS);
    bench->vertex = malloc(sizeof(uint32_t) * MOST_CORNERS);
    bench->triangles = malloc(sizeof(uint32_t) * MOST_CORNERS);
    bench->corner_uv = malloc(sizeof(uint32_t) * MOST_CORNERS);
    for (uint32_t i = 0; i < side * side; i++) {
        const float x = (float)(i % side) / (float)n;
        const float y = (float)(i / side) / (float)n;
        const float p[3] = {10 * x, 10 * y, 0};

        memcpy(bench->positions + 3 * (size_t)i, p, sizeof p);
        bench->uv[2 * (size_t)i] = x;
        bench->uv[2 * (size_t)i + 1] = y;
    }
    for (uint32_t q = 0; q < n * n; q++) {
        const uint32_t at = q / n * side + q % n;
        const uint32_t corners[6] = {at, at + 1, at + side, at + 1, at + side + 1, at + side};

        for (int k = 0; k < 6; k++, c++) {
            bench->vertex[c] = corners[k];
            bench->triangles[c] = c;
            bench->corner_uv[c] = soup ? c : corners[k];
            if (soup) {
                bench->uv[2 * (size_t)c] = bench->positions[3 * (size_t)corners[k]] / 10;
                bench->uv[2 * (size_t)c + 1] =
                    bench->positions[3 * (size_t)corners[k] + 1] / 10;
            }
        }
    }
    bench->shape = (struct uvp_shape){
        .positions = bench->positions,
        .corner_vertex = bench->vertex,
        .triangles = bench->triangles,
        .triangle_count = c / 3,
        .uv = bench->uv,
        .uv_count = soup ? c : side * side,
        .corner_uv = bench->corner_uv,
    };
}

static void end(struct bench *bench)
{
    uvp_arena_release(&bench->scratch);
    uvp_buf_release(&bench->out);
    uvp_stop_release(&bench->stop);
    assert_int_equal(bench->mem.used_bytes, 0);
    free(bench->positions);
    free(bench->uv);
    free(bench->vertex);
    free(bench->triangles);
    free(bench->corner_uv);
}

/* ---- heat ---- */

static double percentile_of(struct bench *bench, double part)
{
    struct uvp_heat heat;
    double scale;

    uvp_heat_init(&heat);
    assert_int_equal(uvp_heat_add(&heat, &bench->shape, &bench->stop, &scale, NULL), UVP_OK);
    return uvp_heat_percentile(&heat, part);
}

static void test_flat_is_not_stretched(void **state)
{
    struct bench bench;
    struct uvp_heat heat;
    double scale = 0;

    (void)state;
    begin(&bench, 10, false);
    uvp_heat_init(&heat);
    assert_true(uvp_heat_percentile(&heat, 0.99) == 0);
    assert_int_equal(uvp_heat_add(&heat, &bench.shape, &bench.stop, &scale, NULL), UVP_OK);
    assert_float_equal(heat.area, 100, 1e-3);
    assert_float_equal(heat.uv_area, 1, 1e-5);
    assert_float_equal(scale, 0.1, 1e-5);
    assert_float_equal(uvp_heat_of(&bench.shape, scale, 0), 1, 1e-5);
    assert_float_equal(uvp_heat_percentile(&heat, 0.99), 1, 0.002);
    end(&bench);
}

/* UVs of half the width: a texel is twice as wide as it is high, by sqrt 2 after scaling. */
static void test_squeezed(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench, 10, false);
    for (uint32_t i = 0; i < bench.shape.uv_count; i++) {
        bench.uv[2 * (size_t)i] /= 2;
    }
    assert_float_equal(percentile_of(&bench, 0.99), 1.41421356, 0.003);
    end(&bench);
}

/* One triangle in 200 is without UV area: below 99 %, above 99.9 %. */
static void test_percentile_leaves_slivers_out(void **state)
{
    struct bench bench;
    double scale;
    struct uvp_heat heat;

    (void)state;
    begin(&bench, 10, true);
    for (int k = 0; k < 6; k++) {
        bench.uv[k] = 0.25F;
    }
    assert_true(percentile_of(&bench, 0.99) < 1.1);
    assert_true(percentile_of(&bench, 0.999) > 1000);
    uvp_heat_init(&heat);
    assert_int_equal(uvp_heat_add(&heat, &bench.shape, &bench.stop, &scale, NULL), UVP_OK);
    assert_true(isinf(uvp_heat_of(&bench.shape, scale, 0)));
    end(&bench);
}

/* ---- thin ---- */

static void thin(struct bench *bench, uint32_t most, struct uvp_thin *thin)
{
    assert_int_equal(
        uvp_thin_make(&bench->shape, most, &bench->scratch, &bench->stop, thin, NULL), UVP_OK);
    assert_true(thin->triangle_count <= most);
    for (uint32_t i = 0; i < thin->point_count; i++) {
        assert_true(thin->point_uv[i] < bench->shape.uv_count);
        assert_true(thin->point_chart[i] < thin->chart_count);
    }
    for (size_t i = 0; i < 3 * (size_t)thin->triangle_count; i++) {
        assert_true(thin->triangles[i] < thin->point_count);
        /* a triangle does not reach from one chart into another */
        assert_int_equal(thin->point_chart[thin->triangles[i]],
                         thin->point_chart[thin->triangles[i / 3 * 3]]);
    }
}

static void test_small_ones_are_whole(void **state)
{
    struct uvp_thin shown;
    struct bench bench;

    (void)state;
    begin(&bench, 10, false);
    thin(&bench, 200, &shown);
    assert_int_equal(shown.kind, UVP_THIN_WHOLE);
    assert_int_equal(shown.triangle_count, 200);
    assert_int_equal(shown.point_count, 121);
    assert_int_equal(shown.chart_count, 1);
    for (uint32_t t = 0; t < 200; t++) {
        assert_int_equal(shown.source[t], t);
    }
    end(&bench);
    begin(&bench, 10, true);
    thin(&bench, 1000, &shown);
    assert_int_equal(shown.triangle_count, 200);
    assert_int_equal(shown.point_count, 600);
    assert_int_equal(shown.chart_count, 200);
    end(&bench);
}

static void test_large_ones_are_clustered(void **state)
{
    struct uvp_thin shown;
    struct bench bench;

    (void)state;
    begin(&bench, 300, false);
    thin(&bench, 5000, &shown);
    assert_int_equal(shown.kind, UVP_THIN_CLUSTERED);
    assert_in_range(shown.triangle_count, 1000, 5000);
    assert_int_equal(shown.chart_count, 1);
    end(&bench);
}

static void test_soup_is_sampled(void **state)
{
    struct uvp_thin shown;
    struct bench bench;

    (void)state;
    begin(&bench, 300, true);
    thin(&bench, 5000, &shown);
    assert_int_equal(shown.kind, UVP_THIN_SAMPLED);
    assert_in_range(shown.triangle_count, 4000, 5000);
    assert_int_equal(shown.chart_count, shown.triangle_count);
    end(&bench);
}

static void test_what_cannot_be_shown_is_left_out(void **state)
{
    struct uvp_thin shown;
    struct bench bench;

    (void)state;
    begin(&bench, 10, true);
    bench.corner_uv[0] = UINT32_MAX;
    bench.uv[2 * 4] = (float)NAN;
    bench.positions[3 * (size_t)bench.vertex[7]] = (float)INFINITY;
    thin(&bench, 1000, &shown);
    assert_in_range(shown.triangle_count, 190, 198);
    for (uint32_t i = 0; i < shown.point_count; i++) {
        assert_true(uvp_shape_finite3(bench.positions + 3 * (size_t)shown.point_vertex[i]));
    }
    end(&bench);
}

/* ---- bytes ---- */

struct reader {
    const unsigned char *at;
    const unsigned char *end;
};

static uint32_t read_number(struct reader *reader)
{
    uint32_t number = 0;

    for (unsigned shift = 0;; shift += 7) {
        assert_true(reader->at < reader->end && shift < 35);
        number |= (uint32_t)(*reader->at & 0x7f) << shift;
        if ((*reader->at++ & 0x80) == 0) {
            return number;
        }
    }
}

static int32_t read_difference(struct reader *reader)
{
    const uint32_t folded = read_number(reader);

    return (folded & 1) != 0 ? -(int32_t)(folded / 2) - 1 : (int32_t)(folded / 2);
}

static float read_float(struct reader *reader)
{
    float value;

    assert_true(reader->end - reader->at >= 4);
    memcpy(&value, reader->at, 4);
    reader->at += 4;
    return value;
}

static void test_bytes_read_back(void **state)
{
    const struct uvp_exhibit_origin origin = {.mesh = 2, .mesh_count = 5, .heat_scale = 0.1};
    struct bench bench;
    struct reader reader;
    int32_t point[6] = {0};
    uint32_t seen = 0;

    (void)state;
    begin(&bench, 10, false);
    assert_int_equal(uvp_exhibit_make(&bench.shape, &origin, 1000, &bench.scratch, &bench.stop,
                                      &bench.out, NULL),
                     UVP_OK);
    reader = (struct reader){bench.out.data, bench.out.data + bench.out.bytes};
    assert_int_equal(*reader.at++, UVP_EXHIBIT_VERSION);
    assert_int_equal(*reader.at++, UVP_THIN_WHOLE);
    assert_int_equal(read_number(&reader), 2);
    assert_int_equal(read_number(&reader), 5);
    assert_int_equal(read_number(&reader), 200);
    assert_int_equal(read_number(&reader), 200);
    assert_int_equal(read_number(&reader), 121);
    assert_int_equal(read_number(&reader), 1);
    for (int i = 0; i < 3; i++) {
        assert_float_equal(read_float(&reader), 0, 0);
    }
    assert_float_equal(read_float(&reader), 10, 0);
    assert_float_equal(read_float(&reader), 0, 0);
    assert_float_equal(read_float(&reader), 0, 0);
    assert_float_equal(read_float(&reader), 1, 0);
    for (uint32_t i = 0; i < 121; i++) {
        for (int k = 0; k < 6; k++) {
            point[k] += read_difference(&reader);
        }
        assert_int_equal(point[5], 0);
        assert_int_equal(point[2], 0);
        assert_in_range(point[0] - point[3] + 1, 0, 2); /* place and UV are alike here */
        assert_in_range(point[1] - point[4] + 1, 0, 2);
    }
    for (int i = 0; i < 600; i++) {
        const uint32_t back = read_number(&reader);

        assert_true(back <= seen);
        seen += back == 0 ? 1 : 0;
    }
    assert_int_equal(seen, 121);
    for (int t = 0; t < 200; t++) {
        assert_int_equal(*reader.at++, 51); /* stretch 1 */
    }
    assert_ptr_equal(reader.at, reader.end);
    end(&bench);
}

static void test_size_of_a_large_one(void **state)
{
    const struct uvp_exhibit_origin origin = {.mesh_count = 1, .heat_scale = 0.1};
    struct bench bench;

    (void)state;
    begin(&bench, 400, false);
    assert_int_equal(uvp_exhibit_make(&bench.shape, &origin, UVP_EXHIBIT_TRIANGLES,
                                      &bench.scratch, &bench.stop, &bench.out, NULL),
                     UVP_OK);
    assert_in_range(bench.out.bytes, 50000, 750000); /* in base64 below 1 MB */
    end(&bench);
    begin(&bench, 170, true); /* the largest that is whole, and nothing shared */
    assert_int_equal(uvp_exhibit_make(&bench.shape, &origin, UVP_EXHIBIT_TRIANGLES,
                                      &bench.scratch, &bench.stop, &bench.out, NULL),
                     UVP_OK);
    assert_in_range(bench.out.bytes, 50000, 2000000);
    end(&bench);
}

static void test_nothing_to_show(void **state)
{
    const struct uvp_exhibit_origin origin = {.mesh_count = 1};
    struct bench bench;

    (void)state;
    begin(&bench, 1, false);
    bench.shape.triangle_count = 0;
    assert_int_equal(uvp_exhibit_make(&bench.shape, &origin, 1000, &bench.scratch, &bench.stop,
                                      &bench.out, NULL),
                     UVP_OK);
    uvp_buf_reset(&bench.out);
    bench.shape.triangle_count = 2;
    bench.corner_uv[0] = 99;
    bench.corner_uv[3] = 99;
    assert_int_equal(uvp_exhibit_make(&bench.shape, &origin, 1, &bench.scratch, &bench.stop,
                                      &bench.out, NULL),
                     UVP_OK);
    end(&bench);
}

static void test_memory_may_be_out(void **state)
{
    const struct uvp_exhibit_origin origin = {.mesh_count = 1};
    struct bench bench;
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    for (uint64_t n = 1; code != UVP_OK; n++) {
        begin(&bench, 40, false);
        bench.mem.fail_at_call = n;
        code = uvp_exhibit_make(&bench.shape, &origin, 500, &bench.scratch, &bench.stop,
                                &bench.out, NULL);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        end(&bench);
    }
}

/* ---- the bar ---- */

static void test_bar(void **state)
{
    struct uvp_bar bar;

    (void)state;
    uvp_bar_lower(&bar);
    assert_true(uvp_bar_admits(&bar, 0, 7));
    uvp_bar_raise(&bar, 2.5, 10);
    assert_true(uvp_bar_admits(&bar, 2.6, 99));
    assert_false(uvp_bar_admits(&bar, 2.4, 1));
    assert_true(uvp_bar_admits(&bar, 2.5, 9));
    assert_false(uvp_bar_admits(&bar, 2.5, 10));
    assert_false(uvp_bar_admits(&bar, 2.5, 11));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flat_is_not_stretched),
        cmocka_unit_test(test_squeezed),
        cmocka_unit_test(test_percentile_leaves_slivers_out),
        cmocka_unit_test(test_small_ones_are_whole),
        cmocka_unit_test(test_large_ones_are_clustered),
        cmocka_unit_test(test_soup_is_sampled),
        cmocka_unit_test(test_what_cannot_be_shown_is_left_out),
        cmocka_unit_test(test_bytes_read_back),
        cmocka_unit_test(test_size_of_a_large_one),
        cmocka_unit_test(test_nothing_to_show),
        cmocka_unit_test(test_memory_may_be_out),
        cmocka_unit_test(test_bar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
