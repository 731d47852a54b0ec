#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <string.h>

#include "tools/uvpipe/escape.h"
#include "tools/uvpipe/width.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define WIDE "\xe4\xb8\xad" /* a Chinese character: two columns */
#define ACUTE "\xcc\x81"    /* combining: none */
#define SMILE "\xf0\x9f\x98\x80"

static int set_locale(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") != NULL ? 0 : -1;
}

static void columns_are_counted(void **state)
{
    (void)state;
    assert_int_equal(uvp_width_of(""), 0);
    assert_int_equal(uvp_width_of("chair.obj"), 9);
    assert_int_equal(uvp_width_of(WIDE WIDE), 4);
    assert_int_equal(uvp_width_of("e" ACUTE "e"), 2);
    assert_int_equal(uvp_width_of(SMILE), 2);
    assert_int_equal(uvp_width_of("\xff\xfe"), 2);
    assert_int_equal(uvp_width_of("\xe2\x98\x80\xef\xb8\x8f"), 2); /* a sun, asked to be wide */
}

static void assert_cut(const char *text, unsigned columns, bool utf8, const char *expected)
{
    char out[256];
    const size_t bytes = uvp_width_cut(out, sizeof out, text, columns, utf8);

    assert_string_equal(out, expected);
    assert_int_equal(bytes, strlen(expected));
}

static void the_middle_is_cut(void **state)
{
    (void)state;
    assert_cut("chair.obj", 9, true, "chair.obj");
    assert_cut("chair.obj", 8, true, "ch" ELLIPSIS "r.obj");
    assert_cut("chair.obj", 8, false, "ch...obj");
    assert_cut("chair.obj", 1, true, ELLIPSIS);
    assert_cut("chair.obj", 0, true, "");
    assert_cut("chair.obj", 2, false, "..");
    assert_cut("chair.obj", 1, false, ".");
    assert_cut(WIDE ".obj", 6, false, "?.obj");
}

static void wide_characters_are_not_halved(void **state)
{
    (void)state;
    assert_cut(WIDE WIDE WIDE WIDE, 7, true, WIDE ELLIPSIS WIDE WIDE);
    assert_cut(WIDE WIDE WIDE WIDE, 6, true, WIDE ELLIPSIS WIDE);
    assert_cut("abe" ACUTE "fghij", 6, true, "ab" ELLIPSIS "hij");
    assert_cut("ae" ACUTE "bcdefgh", 6, true, "ae" ACUTE ELLIPSIS "fgh");
}

/* Whatever the text: never wider, always whole characters. */
static void every_cut_fits(void **state)
{
    static const char *const pieces[] = {"a", WIDE, ("e" ACUTE), SMILE, "/", "\\x1b", ".obj"};
    uint32_t seed = 7;

    (void)state;
    for (int run = 0; run < 3000; run++) {
        char text[160] = "";
        char out[512];
        const unsigned columns = (unsigned)run % 40;

        while (strlen(text) < 100) {
            seed = seed * 1664525 + 1013904223;
            strncat(text, pieces[(seed >> 16) % 7], 8);
        }
        const size_t bytes = uvp_width_cut(out, sizeof out, text, columns, true);
        assert_int_equal(bytes, strlen(out));
        assert_true(uvp_width_of(out) <= columns);
        assert_true(strcmp(out, text) == 0 || columns < 2 || uvp_width_of(out) + 3 >= columns);
        assert_true(uvp_utf8_is_valid(out, strlen(out)));
        (void)uvp_width_cut(out, sizeof out, text, columns, false);
        assert_true(strlen(out) <= columns);
        for (const char *at = out; *at != '\0'; at++) {
            assert_in_range(*at, 0x20, 0x7e);
        }
    }
}

static void little_room_is_kept_to(void **state)
{
    char out[8];

    (void)state;
    memset(out, 'x', sizeof out);
    (void)uvp_width_cut(out, 4, "abcdefgh", 8, true);
    assert_string_equal(out, "abc");
    assert_int_equal(out[4], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_counted),
        cmocka_unit_test(the_middle_is_cut),
        cmocka_unit_test(wide_characters_are_not_halved),
        cmocka_unit_test(every_cut_fits),
        cmocka_unit_test(little_room_is_kept_to),
    };
    return cmocka_run_group_tests(tests, set_locale, NULL);
}
