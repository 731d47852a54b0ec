#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "pipeline/base/status.h"

static void test_first_failure_stays(void **state)
{
    struct uvp_error err = {0};

    (void)state;
    assert_int_equal(uvp_fail(&err, UVP_BAD_DATA, 7, "index %d", 9), UVP_BAD_DATA);
    assert_int_equal(uvp_fail(&err, UVP_IO, 8, "later"), UVP_IO);
    assert_int_equal(err.code, UVP_BAD_DATA);
    assert_int_equal(err.at, 7);
    assert_string_equal(err.text, "index 9");
    uvp_error_clear(&err);
    assert_int_equal(err.code, UVP_OK);
    uvp_error_clear(NULL);
    assert_int_equal(uvp_fail(NULL, UVP_IO, 0, "nobody listens"), UVP_IO);
}

static void test_system_text(void **state)
{
    struct uvp_error err = {0};

    (void)state;
    assert_int_equal(uvp_fail_sys(&err, UVP_IO, ENOENT, 0, "cannot open"), UVP_IO);
    assert_int_equal(err.sys, ENOENT);
    assert_string_equal(err.text, "cannot open: No such file or directory");
    uvp_error_clear(&err);
    (void)uvp_fail_sys(&err, UVP_IO, 99999, 0, "odd");
    assert_true(strncmp(err.text, "odd: ", 5) == 0 && strlen(err.text) > 5);
}

static void test_long_text_is_cut(void **state)
{
    struct uvp_error err = {0};
    char text[400];

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    (void)uvp_fail_sys(&err, UVP_IO, ENOENT, 0, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < UVP_CODE_COUNT; i++) {
        assert_true(strlen(uvp_code_name((enum uvp_code)i)) > 0);
        assert_string_not_equal(uvp_code_name((enum uvp_code)i), "unknown");
    }
    assert_string_equal(uvp_code_name(UVP_BAD_DATA), "bad-data");
    assert_string_equal(uvp_code_name((enum uvp_code)UVP_CODE_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_failure_stays),
        cmocka_unit_test(test_system_text),
        cmocka_unit_test(test_long_text_is_cut),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
