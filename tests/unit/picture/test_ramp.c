/* Maps are even, and values lie on them where the ticks say. */
#include "stages/unwrapper/picture/ramp.h"
#include "tests/unit/picture/picture_bench.h"

static double light_of(struct uvp_colour colour)
{
    return 0.2126 * pow(colour.r / 255.0, 2.2) + 0.7152 * pow(colour.g / 255.0, 2.2) +
           0.0722 * pow(colour.b / 255.0, 2.2);
}

static void one_sided_maps_get_darker_all_the_way(void **state)
{
    (void)state;
    for (int i = 1; i <= 100; i++) {
        const float before = (float)(i - 1) / 100;
        const float at = (float)i / 100;
        assert_true(light_of(uvp_ramp_colour(UVP_PICTURE_STRETCH, at)) <
                    light_of(uvp_ramp_colour(UVP_PICTURE_STRETCH, before)) + 1e-3);
    }
}

static void the_middle_of_area_is_lightest(void **state)
{
    (void)state;
    for (int i = 1; i <= 50; i++) {
        const float off = (float)i / 100;
        const double middle = light_of(uvp_ramp_colour(UVP_PICTURE_AREA, 0.5F));
        assert_true(light_of(uvp_ramp_colour(UVP_PICTURE_AREA, 0.5F + off)) < middle);
        assert_true(light_of(uvp_ramp_colour(UVP_PICTURE_AREA, 0.5F - off)) < middle);
    }
}

/* "1.25", "1/4", "2+": as a number. */
static double number_of(const char *text)
{
    const char *const slash = strchr(text, '/');

    return slash != NULL ? strtod(text, NULL) / strtod(slash + 1, NULL) : strtod(text, NULL);
}

static void values_lie_at_their_ticks(void **state)
{
    (void)state;
    assert_null(uvp_ramp_scale(UVP_PICTURE_CHARTS));
    for (int c = UVP_PICTURE_STRETCH; c <= UVP_PICTURE_AREA; c++) {
        const enum uvp_picture_colour colour = (enum uvp_picture_colour)c;
        const struct uvp_ramp_scale *const scale = uvp_ramp_scale(colour);
        for (int i = 0; i < UVP_RAMP_TICKS; i++) {
            const float value = (float)number_of(scale->ticks[i].text);
            assert_true(fabsf(uvp_ramp_place(colour, value) - scale->ticks[i].at) < 1e-6F);
        }
    }
}

static void any_value_has_a_place(void **state)
{
    const float odd[] = {NAN, INFINITY, -INFINITY, -1, 0, 1e-30F, 1e30F};

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        for (int c = UVP_PICTURE_STRETCH; c <= UVP_PICTURE_AREA; c++) {
            const float place = uvp_ramp_place((enum uvp_picture_colour)c, odd[i]);
            assert_true(place >= 0 && place <= 1);
            (void)uvp_ramp_colour((enum uvp_picture_colour)c, place);
        }
    }
    assert_true(uvp_ramp_place(UVP_PICTURE_STRETCH, INFINITY) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sided_maps_get_darker_all_the_way),
        cmocka_unit_test(the_middle_of_area_is_lightest),
        cmocka_unit_test(values_lie_at_their_ticks),
        cmocka_unit_test(any_value_has_a_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
