/* Lines: as thick as asked, smooth at their borders, no darker where they cross. */
#include "stages/unwrapper/picture/stroke.h"
#include "tests/unit/picture/picture_bench.h"

#define SIDE 64

static uint32_t sum_of(const struct uvp_stroke_mask *mask)
{
    uint32_t sum = 0;

    for (int i = 0; i < mask->width * mask->rows; i++) {
        sum += mask->cover[i];
    }
    return sum;
}

static void a_line_covers_length_times_thickness(void **state)
{
    const float ends[][4] = {
        {10, 32, 50, 32}, {10, 10, 50, 50}, {32, 10, 32.5F, 50}, {12, 50, 51, 13}};
    struct uvp_stroke_mask mask;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_stroke_init(&mask, SIDE, SIDE, &bench.arena, NULL), UVP_OK);
    for (size_t i = 0; i < 4; i++) {
        const double length =
            hypot((double)(ends[i][2] - ends[i][0]), (double)(ends[i][3] - ends[i][1]));
        uvp_stroke_begin(&mask, 0);
        uvp_stroke_add(&mask, ends[i], ends[i] + 2, 3);
        assert_true(fabs(sum_of(&mask) / 255.0 - (3 * length + 7.07)) < 0.06 * length);
        uvp_stroke_add(&mask, ends[i] + 2, ends[i], 3); /* once more: nothing changes */
        assert_true(fabs(sum_of(&mask) / 255.0 - (3 * length + 7.07)) < 0.06 * length);
    }
    bench_close(&bench);
}

static void bands_are_parts_of_the_whole(void **state)
{
    const float a[2] = {-20, -3};
    const float b[2] = {80, 61};
    struct uvp_stroke_mask whole;
    struct uvp_stroke_mask band;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_stroke_init(&whole, SIDE, SIDE, &bench.arena, NULL), UVP_OK);
    assert_int_equal(uvp_stroke_init(&band, SIDE, 16, &bench.arena, NULL), UVP_OK);
    uvp_stroke_begin(&whole, 0);
    uvp_stroke_add(&whole, a, b, 1.5F);
    assert_true(sum_of(&whole) > 0);
    for (int32_t top = 0; top < SIDE; top += 16) {
        uvp_stroke_begin(&band, top);
        uvp_stroke_add(&band, a, b, 1.5F);
        assert_memory_equal(band.cover, whole.cover + (size_t)top * SIDE, 16 * SIDE);
    }
    bench_close(&bench);
}

static void what_lies_outside_is_left_out(void **state)
{
    struct uvp_stroke_mask mask;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_stroke_init(&mask, SIDE, SIDE, &bench.arena, NULL), UVP_OK);
    uvp_stroke_begin(&mask, 0);
    uvp_stroke_add(&mask, (float[]){-500, -500}, (float[]){-400, 900}, 2);
    uvp_stroke_add(&mask, (float[]){500, -500}, (float[]){1e9F, 900}, 2);
    uvp_stroke_add(&mask, (float[]){NAN, 5}, (float[]){5, NAN}, 2);
    assert_int_equal(sum_of(&mask), 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_covers_length_times_thickness),
        cmocka_unit_test(bands_are_parts_of_the_whole),
        cmocka_unit_test(what_lies_outside_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
