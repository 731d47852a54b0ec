#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/uvpipe/values.h"

static void counts_are_read_to_the_last_character(void **state)
{
    static const char *const wrong[] = {"",    " 1",   "1 ", "+1", "-1",
                                        "1.0", "0x10", "1e", "a",  "18446744073709551616"};
    uint64_t value = 7;

    (void)state;
    assert_true(uvp_value_count("0", &value));
    assert_int_equal(value, 0);
    assert_true(uvp_value_count("18446744073709551615", &value));
    assert_true(value == UINT64_MAX);
    value = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(uvp_value_count(wrong[i], &value));
        assert_int_equal(value, 7);
    }
}

static void integers_may_be_negative(void **state)
{
    int64_t value = 0;

    (void)state;
    assert_true(uvp_value_integer("-7", &value));
    assert_int_equal(value, -7);
    assert_true(uvp_value_integer("9223372036854775807", &value));
    assert_true(value == INT64_MAX);
    assert_false(uvp_value_integer("9223372036854775808", &value));
    assert_false(uvp_value_integer("--1", &value));
    assert_false(uvp_value_integer("-", &value));
    assert_false(uvp_value_integer("", &value));
}

static void sizes_have_binary_units(void **state)
{
    static const char *const wrong[] = {"",     "M",   "1 M",  "1.5M",      "1KB",
                                        "1MBi", "-1M", "1M1M", "16777216T", "1E"};
    uint64_t bytes = 0;

    (void)state;
    assert_true(uvp_value_size("4096", &bytes));
    assert_int_equal(bytes, 4096);
    assert_true(uvp_value_size("512M", &bytes));
    assert_int_equal(bytes, 512 << 20);
    assert_true(uvp_value_size("3k", &bytes));
    assert_int_equal(bytes, 3072);
    assert_true(uvp_value_size("2GiB", &bytes));
    assert_true(bytes == UINT64_C(2) << 30);
    assert_true(uvp_value_size("16777215T", &bytes));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(uvp_value_size(wrong[i], &bytes));
    }
}

static void durations_are_seconds_or_have_a_unit(void **state)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } right[] = {
        {"0", 0},
        {"30", UINT64_C(30000000000)},
        {"500ms", 500000000},
        {"10s", UINT64_C(10000000000)},
        {"2m", UINT64_C(120000000000)},
        {"1h", UINT64_C(3600000000000)},
        {"1.5s", 1500000000},
        {"0.25h", UINT64_C(900000000000)},
        {"1.5ms", 1500000},
        {"0.000000001", 1},
    };
    static const char *const wrong[] = {"",    "s",   "1 s",        "1.s",          ".5",
                                        "1S",  "1,5", "-1s",        "0.0000000001", "1s1s",
                                        "1us", "inf", "5124095577h"};
    uint64_t ns = 0;

    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        assert_true(uvp_value_duration(right[i].text, &ns));
        assert_true(ns == right[i].ns);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(uvp_value_duration(wrong[i], &ns));
    }
}

static void decimals_have_six_digits_behind_the_dot(void **state)
{
    uint64_t millionths = 0;

    (void)state;
    assert_true(uvp_value_decimal("2", &millionths));
    assert_int_equal(millionths, 2000000);
    assert_true(uvp_value_decimal("0.5", &millionths));
    assert_int_equal(millionths, 500000);
    assert_true(uvp_value_decimal("0.000001", &millionths));
    assert_int_equal(millionths, 1);
    assert_false(uvp_value_decimal("0.0000001", &millionths));
    assert_false(uvp_value_decimal("1.", &millionths));
    assert_false(uvp_value_decimal("1.5x", &millionths));
    assert_false(uvp_value_decimal("18446744073710", &millionths));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_read_to_the_last_character),
        cmocka_unit_test(integers_may_be_negative),
        cmocka_unit_test(sizes_have_binary_units),
        cmocka_unit_test(durations_are_seconds_or_have_a_unit),
        cmocka_unit_test(decimals_have_six_digits_behind_the_dot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
