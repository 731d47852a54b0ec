/* Options of render: each sets its field, and what is nothing is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/uvpipe/options_render.h"

static struct uvp_picture_options set(enum uvp_code (*setter)(struct uvp_options *,
                                                              const char *, struct uvp_error *),
                                      const char *value, enum uvp_code wanted)
{
    struct uvp_options options;
    struct uvp_error err = {0};

    memset(&options, 0, sizeof options);
    assert_int_equal(setter(&options, value, &err), wanted);
    assert_int_equal(err.code, wanted);
    return options.settings.picture;
}

static void values_reach_the_picture(void **state)
{
    struct uvp_picture_options picture;

    (void)state;
    assert_int_equal(set(uvp_option_what, "layout", UVP_OK).what, UVP_PICTURE_LAYOUT);
    assert_int_equal(set(uvp_option_what, "layout,mesh", UVP_OK).what, UVP_PICTURE_BOTH);
    assert_int_equal(set(uvp_option_size, "16384", UVP_OK).side, 16384);
    assert_int_equal(set(uvp_option_turn, "270", UVP_OK).turn, 3);
    assert_int_equal(set(uvp_option_views, "1", UVP_OK).views, 1);
    assert_true(set(uvp_option_up, "z", UVP_OK).z_is_up);
    assert_int_equal(set(uvp_option_checker, "4096", UVP_OK).checker, 4096);
    picture = set(uvp_option_background, "#1aF09b", UVP_OK);
    assert_memory_equal(picture.background, "\x1a\xf0\x9b", 3);
    assert_true(picture.has_background && !picture.is_clear);
    assert_true(set(uvp_option_background, "none", UVP_OK).is_clear);
    picture = set(uvp_option_hide, "text,seams", UVP_OK);
    assert_true(picture.no_text && picture.no_seams);
    for (int i = 0; i < UVP_PICTURE_COLOUR_COUNT; i++) {
        const enum uvp_picture_colour colour = (enum uvp_picture_colour)i;
        assert_string_equal(uvp_colour_words[i], uvp_picture_colour_name(colour));
        assert_int_equal(set(uvp_option_colour, uvp_colour_words[i], UVP_OK).colour, colour);
    }
}

static void what_is_nothing_is_refused(void **state)
{
    (void)state;
    (void)set(uvp_option_what, "all", UVP_USAGE);
    (void)set(uvp_option_size, "63", UVP_USAGE);
    (void)set(uvp_option_size, "16385", UVP_USAGE);
    (void)set(uvp_option_checker, "0", UVP_USAGE);
    (void)set(uvp_option_background, "", UVP_USAGE);
    (void)set(uvp_option_background, "12345", UVP_USAGE);
    (void)set(uvp_option_background, "1234567", UVP_USAGE);
    (void)set(uvp_option_background, "#12345g", UVP_USAGE);
    (void)set(uvp_option_hide, "seams,", UVP_USAGE);
    (void)set(uvp_option_hide, "", UVP_USAGE);
}

static void options_are_judged_together(void **state)
{
    struct uvp_options options;
    struct uvp_error err = {0};

    (void)state;
    memset(&options, 0, sizeof options);
    options.command = UVP_COMMAND_RENDER;
    options.settings.output = "a.svg";
    uvp_options_settle_render(&options);
    assert_true(options.settings.picture.is_svg);
    assert_int_equal(uvp_options_check_render(&options, &err), UVP_OK);
    options.settings.picture.what = UVP_PICTURE_BOTH;
    assert_int_equal(uvp_options_check_render(&options, &err), UVP_USAGE);
    options.settings.picture = (struct uvp_picture_options){.side = 11585};
    assert_int_equal(uvp_options_check_render(&options, &err), UVP_OK);
    options.settings.picture.side = 11586;
    assert_int_equal(uvp_options_check_render(&options, &err), UVP_USAGE);
    options.settings.picture.what = UVP_PICTURE_MESH;
    options.settings.picture.side = 16384;
    assert_int_equal(uvp_options_check_render(&options, &err), UVP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_reach_the_picture),
        cmocka_unit_test(what_is_nothing_is_refused),
        cmocka_unit_test(options_are_judged_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
