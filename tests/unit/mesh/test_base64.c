/* Base64: all lengths there and back, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/mesh/base64.h"

static void test_there_and_back(void **state)
{
    unsigned char bytes[256];
    unsigned char text[400];
    unsigned char again[400];

    (void)state;
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * 151);
    }
    for (size_t count = 0; count <= sizeof bytes; count++) {
        size_t got = 0;
        unsigned char *end = uvp_base64_write(text, uvp_span_of(bytes, count));
        assert_int_equal((size_t)(end - text), uvp_base64_text_bytes(count));
        assert_true(uvp_base64_room((size_t)(end - text)) <= sizeof again);
        assert_true(uvp_base64_read(uvp_span_of(text, (size_t)(end - text)), again, &got));
        assert_int_equal(got, count);
        assert_memory_equal(again, bytes, count);
        while (end > text && end[-1] == '=') {
            end--;
        }
        assert_true(uvp_base64_read(uvp_span_of(text, (size_t)(end - text)), again, &got));
        assert_int_equal(got, count);
    }
}

static void test_known(void **state)
{
    unsigned char text[8];

    (void)state;
    assert_ptr_equal(uvp_base64_write(text, uvp_span_of_text("foob")), text + 8);
    assert_memory_equal(text, "Zm9vYg==", 8);
}

static void test_bad(void **state)
{
    static const char *const rows[] = {
        "Z",      "Zm9vY", "Zm9v=", "Zm9vYg=",  "Z===", "====",     "Zm 9",
        "Zm9v\n", "Zm-_",  "Zh==",  "Zm9vYh==", "=m9v", "Zm9v====",
    };
    unsigned char to[32];
    size_t bytes;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (uvp_base64_read(uvp_span_of_text(rows[i]), to, &bytes)) {
            fail_msg("taken: %s", rows[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
