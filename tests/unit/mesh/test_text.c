#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/text.h"

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = (*state += UINT64_C(0x9e3779b97f4a7c15));

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Our reading of a whole text, which must end where strtof ends. */
static float read_text(const char *text)
{
    const unsigned char *const begin = (const unsigned char *)text;
    float value = -12345.0f;
    const unsigned char *const after = uvp_text_read_float(begin, begin + strlen(text), &value);

    assert_non_null(after);
    assert_int_equal(after - begin, strlen(text));
    return value;
}

static void check_against_library(const char *text)
{
    const uint32_t ours = bits_of(read_text(text));
    const uint32_t theirs = bits_of(strtof(text, NULL));

    if (ours != theirs) {
        fail_msg("%s: read as %08x, should be %08x", text, ours, theirs);
    }
}

static void reads_every_spelling(void **state)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "+1",
        ".5",
        "5.",
        "-.5",
        "1e-05",
        "1E+004",
        "1e0",
        "0e999999999999999999999",
        "000000000000000000000000000001.5",
        "0.00000000000000000000000000000000000000000000000000015e40",
        "1e38",
        "3.4028234663852886e38",
        "3.4028235677973366e38",
        "3.40282356779733661637539395458142568447e38",
        "3.40282356779733661637539395458142568448e38",
        "1e39",
        "1e999999999999999999999999",
        "1e-999999999999999999999999",
        "1.17549435e-38",
        "1.1754942807573643e-38",
        "1.4e-45",
        "7.0064923216240853546186479164495e-46",
        "7.0064923216240853546186479164496e-46",
        "7.0064923216240861e-46",
        "7e-46",
        "1e-46",
        "1e-65",
        "99999999999999999999e-66",
        "16777216",
        "16777217",
        "16777218",
        "16777219",
        "16777217.0000000000000000000000000000000000000000000000000000000000000000001",
        "16777216.9999999999999999999999999999999999999999999999999999999999999999999",
        "8388608.5",
        "8388609.5",
        "18446744073709551615",
        "18446744073709551616",
        "9999999999999999999",
        "10000000000000000000",
        "123456789012345678901234567890",
        "6.123234e-17",
        "-4.37114e-08",
        "0.000000059604644775390625",
        "inf",
        "-INF",
        "infinity",
        "nan",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_against_library(texts[i]);
    }
}

static void reads_names_of_old_libraries(void **state)
{
    (void)state;
    assert_true(isnan(read_text("-1.#IND")));
    assert_true(isnan(read_text("1.#QNAN0")));
    assert_true(isinf(read_text("1.#INF00")));
    assert_true(read_text("-1.#INF") < 0.0f);
    assert_true(isnan(read_text("nan(ind)")));
    assert_true(isnan(read_text("-nan(0x7f)")));
}

static void stops_after_the_number(void **state)
{
    static const struct {
        const char *text;
        int used; /* -1: no number */
    } rows[] = {
        {"1e", 1},      {"1e+", 1},   {"1.5.5", 3}, {"1,5", 1},  {"", -1},    {"-", -1},
        {".", -1},      {"+.e1", -1}, {"e5", -1},   {"x", -1},   {"nan(", 3}, {"na", -1},
        {"infinit", 3}, {"1.#x", 2},  {"1#2", 1},   {"--1", -1}, {"1.#", 2},  {"nan(a-b)", 3},
        {"0x10", 1},    {"1d5", 1},   {"5.e3x", 4}, {"1-1", 1},  {"1/2", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const unsigned char *const begin = (const unsigned char *)rows[i].text;
        float value;
        const unsigned char *const after =
            uvp_text_read_float(begin, begin + strlen(rows[i].text), &value);
        if (after == NULL) {
            assert_int_equal(rows[i].used, -1);
        } else {
            assert_int_equal(after - begin, rows[i].used);
        }
    }
}

/* Never looks at `end`: the byte there would make another number. */
static void respects_the_end(void **state)
{
    const char *const text = "-12.75e+3";
    static const float values[] = {0, -1, -12, -12, -12.7f, -12.75f, -12.75f, -12.75f, -12750};

    (void)state;
    for (size_t i = 1; i <= strlen(text); i++) {
        const unsigned char *const begin = (const unsigned char *)text;
        float value = 0;
        if (i == 1) {
            assert_null(uvp_text_read_float(begin, begin + i, &value));
            continue;
        }
        assert_non_null(uvp_text_read_float(begin, begin + i, &value));
        assert_true(value == values[i - 1]);
    }
}

static void reads_like_the_library_at_random(void **state)
{
    uint64_t random = 1;

    (void)state;
    for (int i = 0; i < 300000; i++) {
        char text[64];
        const uint64_t a = next_random(&random);
        const uint64_t b = next_random(&random);
        const int exponent = (int)(b % 120) - 70;
        if (i % 4 == 0) {
            snprintf(text, sizeof text, "%.*f", (int)(b % 9), (double)(int64_t)a / 1e16);
        } else if (i % 4 == 1) {
            snprintf(text, sizeof text, "%llue%d", (unsigned long long)(a >> (b >> 58)),
                     exponent);
        } else if (i % 4 == 2) {
            snprintf(text, sizeof text, "%.*g", 1 + (int)(b % 20),
                     (double)float_of((uint32_t)a & 0x7f7fffff));
        } else {
            snprintf(text, sizeof text, "%llu.%llue%d", (unsigned long long)a,
                     (unsigned long long)b, exponent);
        }
        check_against_library(text);
    }
}

/* Middles between neighbours, exactly, a bit below and a bit above: the hardest there are. */
static void rounds_middles_to_even(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[256];
        uint32_t bits = (uint32_t)next_random(&random) & 0x7fffffff;
        double middle;
        size_t length;
        if (i % 8 == 0) {
            bits &= 0x007fffff; /* below the least normal one */
        }
        if (bits >= 0x7f7fffff) {
            continue;
        }
        middle = ((double)float_of(bits) + (double)float_of(bits + 1)) / 2;
        snprintf(text, sizeof text, "%.160g", middle); /* all digits there are */
        check_against_library(text);
        if (strchr(text, 'e') == NULL && strchr(text, '.') != NULL) {
            length = strlen(text);
            snprintf(text + length, sizeof text - length, "000001");
            check_against_library(text);
            text[length - 1]--; /* the last digit of a middle is 5 */
            check_against_library(text);
        }
    }
}

/* More digits than the exact comparison keeps: "something follows" must count, and count once.
 */
static void far_digits_decide(void **state)
{
    static const struct {
        const char *start;
        float even; /* when nothing follows */
        float beyond;
    } rows[] = {
        {"16777217.", 16777216.0f, 16777218.0f},
        {"16777219.", 16777220.0f, 16777220.0f},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t zeros = 90; zeros < 400; zeros += 7) {
            char text[512];
            const size_t start = strlen(rows[i].start);
            memcpy(text, rows[i].start, start);
            memset(text + start, '0', zeros);
            text[start + zeros] = '\0';
            assert_true(read_text(text) == rows[i].even);
            check_against_library(text);
            memcpy(text + start + zeros, "1", 2);
            assert_true(read_text(text) == rows[i].beyond);
            check_against_library(text);
            memcpy(text + start + zeros, "1e-30", 6);
            check_against_library(text);
        }
    }
}

static void takes_linear_time_on_long_numbers(void **state)
{
    const size_t bytes = (size_t)4 << 20;
    unsigned char *const text = malloc(bytes);
    float value;

    (void)state;
    assert_non_null(text);
    memset(text, '9', bytes);
    assert_ptr_equal(uvp_text_read_float(text, text + bytes, &value), text + bytes);
    assert_true(isinf(value));
    text[1] = '.';
    assert_ptr_equal(uvp_text_read_float(text, text + bytes, &value), text + bytes);
    assert_true(value == 10.0f);
    memset(text, '0', bytes);
    text[1] = '.';
    text[bytes - 8] = '1';
    memcpy(text + bytes - 7, "e419430", 7);
    assert_ptr_equal(uvp_text_read_float(text, text + bytes, &value), text + bytes);
    assert_true(value == 0.0f);
    memcpy(text + bytes - 7, "e4194296", 7); /* ends in e419429: still too small */
    assert_non_null(uvp_text_read_float(text, text + bytes, &value));
    assert_true(value == 0.0f);
    text[3] = '1'; /* 0.01000...1e419429 */
    assert_non_null(uvp_text_read_float(text, text + bytes, &value));
    assert_true(isinf(value));
    free(text);
}

static void reads_integers(void **state)
{
    static const struct {
        const char *text;
        int used;
        int64_t value;
    } rows[] = {
        {"12/3", 2, 12},
        {"-7", 2, -7},
        {"+7", 2, 7},
        {"000000000000000000000000000042", 30, 42},
        {"99999999999999999999999999", 26, INT64_C(1000000000000000000)},
        {"-99999999999999999999999999", 27, -INT64_C(1000000000000000000)},
        {"4294967297 ", 10, INT64_C(4294967297)},
        {"", -1, 0},
        {"-", -1, 0},
        {"/", -1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const unsigned char *const begin = (const unsigned char *)rows[i].text;
        int64_t value = 0;
        const unsigned char *const after =
            uvp_text_read_integer(begin, begin + strlen(rows[i].text), &value);
        assert_int_equal(after == NULL ? -1 : after - begin, rows[i].used);
        assert_int_equal(value, rows[i].value);
    }
}

static void writes_counts(void **state)
{
    uint64_t value = 1;

    (void)state;
    for (int i = 0; i < 20; i++, value *= 10) {
        const uint64_t near[] = {value - 1, value, value + 1};
        for (int k = 0; k < 3; k++) {
            char ours[32];
            char theirs[32];
            *uvp_text_write_count((unsigned char *)ours, near[k]) = '\0';
            snprintf(theirs, sizeof theirs, "%llu", (unsigned long long)near[k]);
            assert_string_equal(ours, theirs);
        }
    }
}

static void check_unit(uint32_t steps)
{
    const float value = (float)steps / 16777216.0f;
    char text[UVP_TEXT_UNIT_BYTES + 1];
    unsigned char *const end = uvp_text_write_unit((unsigned char *)text, value);
    const size_t bytes = (size_t)(end - (unsigned char *)text);
    float ours;

    assert_true(bytes <= uvp_text_unit_bound(value));
    assert_true(bytes <= UVP_TEXT_UNIT_BYTES);
    *end = '\0';
    ours = read_text(text);
    if (strtof(text, NULL) != value || (float)strtod(text, NULL) != value || ours != value ||
        strchr(text, 'e') != NULL) {
        fail_msg("%u / 2^24 is written as %s", steps, text);
    }
}

/* Both of a pair must come out as each does alone. */
static void uvs_are_written_as_units(void **state)
{
    uint64_t random = 17;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        float uv[2];
        char pair[UVP_TEXT_UV_BYTES + 1];
        char alone[UVP_TEXT_UV_BYTES + 1];
        unsigned char *to = (unsigned char *)alone;
        for (int k = 0; k < 2; k++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            uv[k] =
                (float)((random >> 40) >> (random >> 36) % (i % 3 == 0 ? 24 : 5)) / 16777216.0f;
        }
        uv[i % 2] = i % 50 == 0 ? 1.0f : i % 50 == 1 ? 3.0f + uv[1] : uv[i % 2];
        to = uvp_text_write_unit(to, uv[0]);
        *to++ = ' ';
        *uvp_text_write_unit(to, uv[1]) = '\0';
        *uvp_text_write_uv((unsigned char *)pair, uv[0], uv[1]) = '\0';
        assert_string_equal(pair, alone);
    }
}

/* Set UVP_TEST_ALL to go through all of them: some seconds. */
static void unit_text_gives_back_the_bits(void **state)
{
    const uint32_t stride = getenv("UVP_TEST_ALL") == NULL ? 37 : 1;

    (void)state;
    for (uint32_t steps = 0; steps <= (1u << 24); steps += stride) {
        check_unit(steps);
    }
    for (uint32_t steps = 0; steps < 5000; steps++) {
        check_unit(steps);
        check_unit((1u << 24) - steps);
    }
    for (int bit = 0; bit <= 24; bit++) {
        check_unit(1u << bit);
        check_unit((1u << bit) - 1);
    }
}

static void unit_text_is_short(void **state)
{
    static const struct {
        float value;
        const char *text;
    } rows[] = {
        {0.0f, "0"},     {1.0f, "1"},         {0.5f, "0.5"},
        {0.25f, "0.25"}, {0.0625f, "0.0625"}, {0.1f, "0.1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[UVP_TEXT_UNIT_BYTES + 1];
        *uvp_text_write_unit((unsigned char *)text, rows[i].value) = '\0';
        assert_string_equal(text, rows[i].text);
    }
}

static void any_float_gives_back_its_bits(void **state)
{
    uint64_t random = 3;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint32_t bits = (uint32_t)next_random(&random);
        char text[UVP_TEXT_FLOAT_BYTES + 1];
        unsigned char *end;
        if (i % 3 == 0) {
            bits = (bits & 0x807fffff) | (0x70u + (bits >> 23) % 0x1a) << 23;
        } else if (i % 3 == 1) {
            bits &= 0xff800000; /* powers of two: the gap below is half the gap above */
        }
        if ((bits & 0x7f800000) == 0x7f800000) {
            continue;
        }
        end = uvp_text_write_float((unsigned char *)text, float_of(bits));
        assert_true(end - (unsigned char *)text <= UVP_TEXT_FLOAT_BYTES);
        *end = '\0';
        assert_int_equal(bits_of(strtof(text, NULL)), bits);
        assert_int_equal(bits_of(read_text(text)), bits);
        assert_true(strlen(text) <= uvp_text_unit_bound(float_of(bits)) ||
                    !(float_of(bits) >= 0 && float_of(bits) <= 1));
    }
}

static void floats_are_written_short(void **state)
{
    static const struct {
        float value;
        const char *text;
    } rows[] = {
        {0.1f, "0.1"},         {-2.5f, "-2.5"},
        {100.0f, "100"},       {1e10f, "1e10"},
        {1e-20f, "1e-20"},     {123456.0f, "123456"},
        {-0.0f, "-0"},         {0.0001f, "0.0001"},
        {3.14159f, "3.14159"}, {16777216.0f, "16777216"},
        {INFINITY, "inf"},     {-INFINITY, "-inf"},
        {NAN, "nan"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[UVP_TEXT_FLOAT_BYTES + 1];
        *uvp_text_write_float((unsigned char *)text, rows[i].value) = '\0';
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uvs_are_written_as_units),
        cmocka_unit_test(reads_every_spelling),
        cmocka_unit_test(reads_names_of_old_libraries),
        cmocka_unit_test(stops_after_the_number),
        cmocka_unit_test(respects_the_end),
        cmocka_unit_test(reads_like_the_library_at_random),
        cmocka_unit_test(rounds_middles_to_even),
        cmocka_unit_test(far_digits_decide),
        cmocka_unit_test(takes_linear_time_on_long_numbers),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(writes_counts),
        cmocka_unit_test(unit_text_gives_back_the_bits),
        cmocka_unit_test(unit_text_is_short),
        cmocka_unit_test(any_float_gives_back_its_bits),
        cmocka_unit_test(floats_are_written_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
