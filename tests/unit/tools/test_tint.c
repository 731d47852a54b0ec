#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tools/uvpipe/tint.h"

static int clear(void **state)
{
    static const char *const names[] = {
        "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "LC_ALL", "LC_CTYPE", "LANG"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)unsetenv(names[i]);
    }
    (void)setenv("TERM", "xterm", 1);
    return 0;
}

static void assert_wanted(const char *name, const char *value, enum uvp_color color,
                          bool terminal, bool expected)
{
    (void)setenv(name, value, 1);
    assert_int_equal(uvp_tint_wanted(color, terminal), expected);
    (void)unsetenv(name);
    (void)setenv("TERM", "xterm", 1);
}

static void the_first_that_applies_decides(void **state)
{
    (void)state;
    assert_true(uvp_tint_wanted(UVP_COLOR_AUTO, true));
    assert_false(uvp_tint_wanted(UVP_COLOR_AUTO, false));
    assert_true(uvp_tint_wanted(UVP_COLOR_ALWAYS, false));
    assert_false(uvp_tint_wanted(UVP_COLOR_NEVER, true));
    assert_wanted("NO_COLOR", "1", UVP_COLOR_AUTO, true, false);
    assert_wanted("NO_COLOR", "", UVP_COLOR_AUTO, true, true);
    assert_wanted("NO_COLOR", "1", UVP_COLOR_ALWAYS, true, true);
    assert_wanted("CLICOLOR_FORCE", "1", UVP_COLOR_AUTO, false, true);
    assert_wanted("CLICOLOR_FORCE", "0", UVP_COLOR_AUTO, false, false);
    assert_wanted("CLICOLOR_FORCE", "1", UVP_COLOR_NEVER, true, false);
    assert_wanted("CLICOLOR", "0", UVP_COLOR_AUTO, true, false);
    assert_wanted("CLICOLOR", "1", UVP_COLOR_AUTO, false, false);
    assert_wanted("TERM", "dumb", UVP_COLOR_AUTO, true, false);
    assert_wanted("TERM", "", UVP_COLOR_AUTO, true, false);
    (void)setenv("NO_COLOR", "1", 1);
    assert_wanted("CLICOLOR_FORCE", "1", UVP_COLOR_AUTO, true, false);
}

static void the_locale_is_the_first_that_is_set(void **state)
{
    (void)state;
    assert_string_equal(uvp_tint_locale(), "C");
    (void)setenv("LANG", "de_DE.UTF-8", 1);
    assert_string_equal(uvp_tint_locale(), "de_DE.UTF-8");
    (void)setenv("LC_CTYPE", "POSIX", 1);
    assert_string_equal(uvp_tint_locale(), "POSIX");
    (void)setenv("LC_ALL", "", 1);
    assert_string_equal(uvp_tint_locale(), "POSIX");
    (void)setenv("LC_ALL", "en_US.utf8", 1);
    assert_string_equal(uvp_tint_locale(), "en_US.utf8");
}

static void names_of_locales_promise(void **state)
{
    (void)state;
    assert_true(uvp_tint_names_utf8("en_US.UTF-8"));
    assert_true(uvp_tint_names_utf8("C.utf8"));
    assert_true(uvp_tint_names_utf8("de_DE.utf-8@euro"));
    assert_false(uvp_tint_names_utf8("C"));
    assert_false(uvp_tint_names_utf8("en_US"));
    assert_false(uvp_tint_names_utf8("de_DE.ISO-8859-1"));
    assert_false(uvp_tint_names_utf8("de_DE.UTF-81"));
}

static void nothing_without_colour(void **state)
{
    (void)state;
    for (int tint = UVP_TINT_PLAIN; tint <= UVP_TINT_BAR; tint++) {
        assert_string_equal(uvp_tint_begin(false, (enum uvp_tint)tint), "");
        assert_string_equal(uvp_tint_end(false, (enum uvp_tint)tint), "");
    }
    assert_string_equal(uvp_tint_begin(true, UVP_TINT_PLAIN), "");
    assert_string_equal(uvp_tint_end(true, UVP_TINT_PLAIN), "");
    assert_string_equal(uvp_tint_begin(true, UVP_TINT_GOOD), "\033[32m");
    assert_string_equal(uvp_tint_end(true, UVP_TINT_GOOD), "\033[0m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_first_that_applies_decides, clear),
        cmocka_unit_test_setup(the_locale_is_the_first_that_is_set, clear),
        cmocka_unit_test(names_of_locales_promise),
        cmocka_unit_test(nothing_without_colour),
    };
    return cmocka_run_group_tests(tests, clear, NULL);
}
