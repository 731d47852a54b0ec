/* Short spellings of float32: they read back, and are no longer than those found by trying. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "formats/mesh/shortest.h"

static float of_bits(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static void check(uint32_t bits)
{
    unsigned char text[UVP_SHORTEST_BYTES + 1];
    unsigned char plain[UVP_SHORTEST_BYTES + 1];
    unsigned char *const end = uvp_shortest_write(text, of_bits(bits));
    unsigned char *const plain_end = uvp_text_write_float(plain, of_bits(bits));
    float back;
    uint32_t back_bits;

    assert_true(end - text <= UVP_TEXT_FLOAT_BYTES);
    assert_ptr_equal(uvp_text_read_float(text, end, &back), end);
    memcpy(&back_bits, &back, sizeof back_bits);
    if (back_bits != bits && (bits & 0x7fffffff) <= 0x7f800000) {
        fail_msg("%08x: %.*s", bits, (int)(end - text), (const char *)text);
    }
    if (end - text > plain_end - plain) {
        fail_msg("%08x: %.*s, not %.*s", bits, (int)(end - text), (const char *)text,
                 (int)(plain_end - plain), (const char *)plain);
    }
}

static void expect(float value, const char *wanted)
{
    unsigned char text[UVP_SHORTEST_BYTES];
    unsigned char *const end = uvp_shortest_write(text, value);

    assert_int_equal(end - text, strlen(wanted));
    assert_memory_equal(text, wanted, strlen(wanted));
}

static void known_numbers(void **state)
{
    (void)state;
    expect(0.0f, "0");
    expect(-0.0f, "-0");
    expect(1.0f, "1");
    expect(-1.5f, "-1.5");
    expect(0.1f, "0.1");
    expect(0.00001f, "0.00001");
    expect(0.000001f, "1e-6");
    expect(123456792.0f, "123456790");
    expect(100.0f, "100");
    expect(16777216.0f, "16777216");
    expect(3.4028235e38f, "34028235e31");
    expect(1.1754944e-38f, "11754944e-45");
    expect(1e-45f, "1e-45");
    expect(3.1415927f, "3.1415927");
}

static void borders_of_all_powers(void **state)
{
    (void)state;
    for (uint32_t exponent = 0; exponent <= 255; exponent++) {
        for (uint32_t k = 0; k < 16; k++) {
            check(exponent << 23 | k);
            check(((exponent << 23) | 0x7fffff) - k);
            check((exponent << 23 | k * 0x71c71) | 0x80000000);
        }
    }
}

static void any_numbers(void **state)
{
    const uint32_t count = getenv("UVP_TEST_ALL") != NULL ? 100000000 : 300000;
    uint64_t random = 1;

    (void)state;
    for (uint32_t i = 0; i < count; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        check((uint32_t)(random >> 32));
    }
}

/* As coordinates are: few decimals, which must come out as they were. */
static void decimals_of_files(void **state)
{
    (void)state;
    for (int i = -200000; i <= 200000; i += 7) {
        uint32_t bits;
        const float value = (float)((double)i / 1000.0);
        memcpy(&bits, &value, sizeof bits);
        check(bits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_numbers),
        cmocka_unit_test(borders_of_all_powers),
        cmocka_unit_test(any_numbers),
        cmocka_unit_test(decimals_of_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
