/* Numbers of maps whose stretch is known. */
#include "stages/unwrapper/picture/distort.h"
#include "tests/unit/picture/picture_bench.h"

static struct uvp_distort measure(struct bench *bench, const struct uvp_picture_mesh *mesh,
                                  enum uvp_picture_colour colour)
{
    struct uvp_distort distort;
    struct uvp_parts parts;

    assert_int_equal(uvp_parts_find(mesh, &bench->arena, &bench->stop, &parts, NULL), UVP_OK);
    assert_int_equal(
        uvp_distort_measure(&parts, colour, &bench->arena, &bench->stop, &distort, &bench->err),
        UVP_OK);
    return distort;
}

static void near(float value, double wanted)
{
    assert_true(fabs((double)value - wanted) < 1e-5 * wanted);
}

static void a_scaling_is_no_stretch(void **state)
{
    const struct uvp_picture_mesh mesh = square_mesh();
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (int i = UVP_PICTURE_STRETCH; i <= UVP_PICTURE_AREA; i++) {
        const struct uvp_distort distort = measure(&bench, &mesh, (enum uvp_picture_colour)i);
        near(distort.value[0], 1);
        near(distort.value[1], 1);
        near(distort.worst, 1);
        near(distort.mean, 1);
    }
    bench_close(&bench);
}

/* Twice as wide as high: singular values are as 2 to 1, the area is kept. */
static void a_squeeze_is_what_it_is(void **state)
{
    static const float uv[] = {0, 0, 0.8F, 0, 0.8F, 0.4F, 0, 0, 0.8F, 0.4F, 0, 0.4F};
    const struct uvp_picture_mesh mesh = square_with(uv);
    struct bench bench;

    (void)state;
    bench_open(&bench);
    near(measure(&bench, &mesh, UVP_PICTURE_ANGLE).value[0], 2);
    near(measure(&bench, &mesh, UVP_PICTURE_STRETCH).value[1], sqrt(2));
    near(measure(&bench, &mesh, UVP_PICTURE_AREA).value[0], 1);
    bench_close(&bench);
}

/* One triangle has four times the other's area in UV: densities are as 4 to 1. */
static void density_is_against_the_whole(void **state)
{
    static const float uv[] = {0, 0, 0.8F, 0, 0.8F, 0.8F, 0.5F, 0.5F, 0.9F, 0.9F, 0.5F, 0.9F};
    const struct uvp_picture_mesh mesh = square_with(uv);
    struct uvp_distort distort;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    distort = measure(&bench, &mesh, UVP_PICTURE_AREA);
    near(distort.value[0], 1.6);
    near(distort.value[1], 0.4);
    near(distort.mean, 1);
    distort = measure(&bench, &mesh, UVP_PICTURE_STRETCH);
    near(distort.value[1], 1 / sqrt(0.4));
    bench_close(&bench);
}

static void what_has_no_area_is_no_number(void **state)
{
    static const float uv[] = {0, 0, 0.8F, 0, 0.8F, 0.8F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F};
    const struct uvp_picture_mesh mesh = square_with(uv);
    struct uvp_distort distort;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    distort = measure(&bench, &mesh, UVP_PICTURE_STRETCH);
    assert_true(isfinite(distort.value[1]) == 0);
    assert_true(isfinite(distort.worst) != 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scaling_is_no_stretch),
        cmocka_unit_test(a_squeeze_is_what_it_is),
        cmocka_unit_test(density_is_against_the_whole),
        cmocka_unit_test(what_has_no_area_is_no_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
