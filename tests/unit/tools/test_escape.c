#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/uvpipe/escape.h"

static void check(const char *text, size_t bytes, const char *expected)
{
    char out[256];
    const size_t length = uvp_escape(out, sizeof out, text, bytes);

    assert_string_equal(out, expected);
    assert_int_equal(length, strlen(expected));
}

static void printable_text_stays(void **state)
{
    (void)state;
    check("", 0, "");
    check("models/chair.obj", 16, "models/chair.obj");
    check("Stühle/\xe6\xa4\x85\xe5\xad\x90.obj", 18, "Stühle/\xe6\xa4\x85\xe5\xad\x90.obj");
    check("\xf0\x9f\xaa\x91", 4, "\xf0\x9f\xaa\x91");
}

static void controls_become_hex(void **state)
{
    (void)state;
    check("a\x1b[2Jb\n", 7, "a\\x1b[2Jb\\x0a");
    check("\x7f\0", 2, "\\x7f\\x00");
    check("\xc2\x9b", 2, "\\xc2\\x9b");          /* C1: a terminal's control sequence too */
    check("\xe2\x80\xae", 3, "\\xe2\\x80\\xae"); /* turns the direction around */
}

static void broken_utf8_becomes_hex(void **state)
{
    (void)state;
    check("\xff\xfe", 2, "\\xff\\xfe");
    check("\xc3", 1, "\\xc3");
    check("\xc0\xaf", 2, "\\xc0\\xaf");                   /* overlong '/' */
    check("\xe0\x80\xaf", 3, "\\xe0\\x80\\xaf");          /* overlong */
    check("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");          /* surrogate */
    check("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
    check("\xe6\xa4"
          "a",
          3, "\\xe6\\xa4a");
}

static void json_keeps_controls(void **state)
{
    char out[64];

    (void)state;
    (void)uvp_escape_invalid(out, sizeof out, "a\nb\xff", 4);
    assert_string_equal(out, "a\nb\\xff");
}

static void what_does_not_fit_is_cut_visibly(void **state)
{
    static const char text[] = "abcdef\xff\xe6\xa4\x85ghi";

    (void)state;
    for (size_t room = 4; room < 40; room++) {
        char out[64];
        memset(out, 'Z', sizeof out);
        const size_t length = uvp_escape(out, room, text, sizeof text - 1);
        assert_true(length < room);
        assert_int_equal(out[length], '\0');
        assert_int_equal(out[room], 'Z');
        if (room <= strlen("abcdef\\xff\xe6\xa4\x85ghi")) {
            assert_string_equal(out + length - 3, "...");
        }
        assert_true(uvp_utf8_is_valid(out, length));
    }
}

static void validity(void **state)
{
    (void)state;
    assert_true(uvp_utf8_is_valid("", 0));
    assert_true(uvp_utf8_is_valid("a\x01\xc3\xbc", 4));
    assert_false(uvp_utf8_is_valid("a\xc3", 2));
    assert_false(uvp_utf8_is_valid("\x80", 1));
}

static void base16(void **state)
{
    char out[16];

    (void)state;
    uvp_base16(out, "\x00\xff\x1a", 3);
    assert_string_equal(out, "00ff1a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printable_text_stays),
        cmocka_unit_test(controls_become_hex),
        cmocka_unit_test(broken_utf8_becomes_hex),
        cmocka_unit_test(json_keeps_controls),
        cmocka_unit_test(what_does_not_fit_is_cut_visibly),
        cmocka_unit_test(validity),
        cmocka_unit_test(base16),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
