/* A mesh from one side and from three. */
#include "stages/unwrapper/picture/scene.h"
#include "tests/unit/picture/picture_bench.h"

static uint32_t drawn_in(const struct uvp_canvas *canvas, struct uvp_frame frame)
{
    uint32_t drawn = 0;

    for (int32_t y = frame.top; y < frame.top + frame.height; y++) {
        for (int32_t x = frame.left; x < frame.left + frame.width; x++) {
            drawn += canvas->pixels[4 * ((size_t)y * canvas->width + (size_t)x)] != 255;
        }
    }
    return drawn;
}

static void draw(struct bench *bench, struct uvp_picture_options *options,
                 struct uvp_canvas *canvas)
{
    const struct uvp_picture_mesh mesh = square_mesh();
    const struct uvp_frame frame = {0, 0, 160, 160};
    struct uvp_subjects subjects;

    options->checker = 8;
    assert_int_equal(
        uvp_subjects_make(&mesh, 1, options, &bench->arena, &bench->stop, &subjects, NULL),
        UVP_OK);
    assert_int_equal(
        uvp_canvas_init(canvas, 160, 160, uvp_colour_of(0xffffff), false, &bench->arena, NULL),
        UVP_OK);
    assert_int_equal(
        uvp_scene_draw(&subjects, frame, canvas, &bench->arena, &bench->stop, NULL), UVP_OK);
}

static void every_view_shows_something(void **state)
{
    struct uvp_picture_options options = {.side = 160, .views = 3};
    struct uvp_canvas canvas;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    draw(&bench, &options, &canvas);
    assert_true(drawn_in(&canvas, (struct uvp_frame){0, 0, 160, 100}) > 1000);
    assert_true(drawn_in(&canvas, (struct uvp_frame){0, 100, 80, 60}) > 300);
    assert_true(drawn_in(&canvas, (struct uvp_frame){80, 100, 80, 60}) > 300);
    options.views = 1;
    draw(&bench, &options, &canvas);
    assert_true(drawn_in(&canvas, (struct uvp_frame){0, 0, 160, 160}) > 5000);
    bench_close(&bench);
}

static void seams_can_be_left_out(void **state)
{
    struct uvp_picture_options options = {.side = 160, .views = 1};
    struct uvp_canvas with;
    struct uvp_canvas without;
    struct bench bench;
    int differing = 0;

    (void)state;
    bench_open(&bench);
    draw(&bench, &options, &with);
    options.no_seams = true;
    draw(&bench, &options, &without);
    for (size_t i = 0; i < 4 * 160 * 160; i++) {
        differing += with.pixels[i] != without.pixels[i];
    }
    assert_true(differing > 200);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_view_shows_something),
        cmocka_unit_test(seams_can_be_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
