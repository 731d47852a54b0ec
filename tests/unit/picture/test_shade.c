/* Light: from above, of the colour of what it falls on, whichever way round triangles are. */
#include "stages/unwrapper/picture/shade.h"
#include "tests/unit/picture/picture_bench.h"

static uint32_t light_on(const struct uvp_shade *light, const float normal[3], bool is_back)
{
    struct uvp_shade_triangle triangle = {.light = light, .is_back = is_back};
    const float part[3] = {0.2F, 0.3F, 0.5F};

    for (int k = 0; k < 3; k++) {
        memcpy(triangle.normal[k], normal, sizeof triangle.normal[k]);
    }
    uvp_shade_albedo(uvp_colour_of(0xc08040), triangle.albedo);
    return uvp_shade_sample(&triangle, part);
}

static void light_comes_from_above(void **state)
{
    const struct uvp_ball ball = {{0, 0, 0}, 1};
    const struct uvp_picture_options options = {.side = 64};
    struct uvp_camera camera;
    struct uvp_shade light;
    uint32_t above;
    uint32_t below;

    (void)state;
    uvp_camera_turn(&camera, &ball, 0, &options);
    uvp_shade_set_up(&light, &camera);
    above = light_on(&light, (float[]){0, 1, 0}, false);
    below = light_on(&light, (float[]){0, -1, 0}, false);
    assert_true((above >> 16) > (below >> 16) + 40);
    assert_true((above >> 16) > (above & 255)); /* it keeps its hue */
    assert_true((below >> 16) > (below & 255));
    /* from behind the normal counts the other way around */
    assert_true((light_on(&light, (float[]){0, -1, 0}, true) >> 16) > (below >> 16));
}

static void no_normal_is_no_crash(void **state)
{
    const struct uvp_ball ball = {{0, 0, 0}, 1};
    const struct uvp_picture_options options = {.side = 64};
    struct uvp_camera camera;
    struct uvp_shade light;

    (void)state;
    uvp_camera_turn(&camera, &ball, 1, &options);
    uvp_shade_set_up(&light, &camera);
    assert_true(light_on(&light, (float[]){0, 0, 0}, false) <= 0xffffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_comes_from_above),
        cmocka_unit_test(no_normal_is_no_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
