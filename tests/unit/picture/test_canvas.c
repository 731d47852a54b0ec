/* Blending keeps to the picture and to premultiplied alpha. */
#include "stages/unwrapper/picture/canvas.h"
#include "tests/unit/picture/picture_bench.h"

static void frames_are_filled_and_outlined_inside_the_picture(void **state)
{
    struct uvp_canvas canvas;
    struct bench bench;
    int dark = 0;

    (void)state;
    bench_open(&bench);
    assert_int_equal(
        uvp_canvas_init(&canvas, 10, 8, uvp_colour_of(0xffffff), false, &bench.arena, NULL),
        UVP_OK);
    uvp_canvas_fill(&canvas, (struct uvp_frame){-3, -3, 5, 4}, uvp_colour_of(0), 256);
    uvp_canvas_outline(&canvas, (struct uvp_frame){4, 3, 20, 20}, 1, uvp_colour_of(0), 256);
    for (int i = 0; i < 80; i++) {
        dark += canvas.pixels[4 * i] == 0 ? 1 : 0;
        assert_int_equal(canvas.pixels[4 * i + 3], 255);
    }
    assert_int_equal(dark, 2 * 1 + 6 + 4);
    bench_close(&bench);
}

static void half_over_clear_is_half(void **state)
{
    struct uvp_canvas canvas;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(
        uvp_canvas_init(&canvas, 1, 1, uvp_colour_of(0xffffff), true, &bench.arena, NULL),
        UVP_OK);
    uvp_canvas_blend(&canvas, 0, 0, uvp_colour_of(0xff8040), 128);
    assert_memory_equal(canvas.pixels, "\x80\x40\x20\x80", 4);
    uvp_canvas_blend(&canvas, 0, 0, uvp_colour_of(0xff8040), 256);
    assert_memory_equal(canvas.pixels, "\xff\x80\x40\xff", 4);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_filled_and_outlined_inside_the_picture),
        cmocka_unit_test(half_over_clear_is_half),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
