/* What is written is what another reader of PNG sees. */
#include "stages/unwrapper/picture/png_file.h"
#include "tests/unit/picture/picture_bench.h"

#include <png.h>

static void read_back(struct bench *bench, unsigned format, uint8_t *pixels)
{
    png_image image;

    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    assert_true(png_image_begin_read_from_memory(&image, bench->out.data, bench->out.bytes));
    image.format = format;
    assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
}

static void opaque_pixels_come_back(void **state)
{
    uint8_t pixels[5 * 3 * 3];
    struct uvp_canvas canvas;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(
        uvp_canvas_init(&canvas, 5, 3, uvp_colour_of(0x102030), false, &bench.arena, NULL),
        UVP_OK);
    uvp_canvas_blend(&canvas, 4, 2, uvp_colour_of(0xff8000), 256);
    uvp_canvas_blend(&canvas, 0, 1, uvp_colour_of(0xffffff), 128);
    assert_int_equal(uvp_png_write(&canvas, false, &bench.out, NULL), UVP_OK);
    read_back(&bench, PNG_FORMAT_RGB, pixels);
    assert_memory_equal(pixels, "\x10\x20\x30\x10\x20\x30", 6);
    assert_memory_equal(pixels + 3 * 14, "\xff\x80\x00", 3);
    assert_memory_equal(pixels + 3 * 5, "\x88\x90\x98", 3);
    bench_close(&bench);
}

static void clear_pixels_keep_their_colour(void **state)
{
    uint8_t pixels[2 * 2 * 4];
    struct uvp_canvas canvas;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(
        uvp_canvas_init(&canvas, 2, 2, uvp_colour_of(0xffffff), true, &bench.arena, NULL),
        UVP_OK);
    uvp_canvas_blend(&canvas, 1, 0, uvp_colour_of(0xc86432), 256);
    uvp_canvas_blend(&canvas, 0, 1, uvp_colour_of(0xc86432), 128);
    assert_int_equal(uvp_png_write(&canvas, true, &bench.out, NULL), UVP_OK);
    read_back(&bench, PNG_FORMAT_RGBA, pixels);
    assert_memory_equal(pixels, "\0\0\0\0", 4);
    assert_memory_equal(pixels + 4, "\xc8\x64\x32\xff", 4);
    assert_int_equal(pixels[11], 128);
    assert_in_range(pixels[8], 0xc7, 0xc9);
    assert_in_range(pixels[10], 0x31, 0x33);
    bench_close(&bench);
}

static void a_ceiling_is_kept(void **state)
{
    struct uvp_canvas canvas;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    bench.out.ceiling_bytes = 100;
    assert_int_equal(
        uvp_canvas_init(&canvas, 100, 100, uvp_colour_of(0), false, &bench.arena, NULL),
        UVP_OK);
    assert_int_equal(uvp_png_write(&canvas, false, &bench.out, &bench.err), UVP_LIMIT);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opaque_pixels_come_back),
        cmocka_unit_test(clear_pixels_keep_their_colour),
        cmocka_unit_test(a_ceiling_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
