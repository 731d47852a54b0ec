/* Every glyph is well formed and its own; widths add up. */
#include "stages/unwrapper/picture/lettering.h"
#include "tests/unit/picture/picture_bench.h"

static void glyphs_are_pairs_of_digits(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        const char *const strokes = uvp_glyph_strokes((unsigned char)byte);
        size_t digits = 0;

        for (const char *at = strokes; *at != '\0'; at++) {
            if (*at == ' ') {
                assert_int_equal(digits % 2, 0);
                continue;
            }
            assert_in_range(*at, '0', digits % 2 == 0 ? '4' : '8');
            digits++;
        }
        assert_int_equal(digits % 2, 0);
        assert_true(digits > 0 || byte == ' ');
        assert_in_range(uvp_glyph_advance((unsigned char)byte), 2, 6);
    }
}

static void no_two_letters_are_alike(void **state)
{
    (void)state;
    for (unsigned char a = '!'; a <= '~'; a++) {
        for (unsigned char b = '!'; b < a; b++) {
            const bool may = (a == 'O' && b == '0');
            assert_true(may || strcmp(uvp_glyph_strokes(a), uvp_glyph_strokes(b)) != 0);
        }
    }
    assert_string_equal(uvp_glyph_strokes(0x80), uvp_glyph_strokes(0x07)); /* a box */
}

static void texts_fit_where_they_should(void **state)
{
    const struct uvp_span text = uvp_span_of_text("chair.obj 12,756");
    const float width = uvp_lettering_width(text, 12);

    (void)state;
    assert_int_equal(uvp_lettering_fitting(text, 12, width + 1), text.bytes);
    assert_int_equal(uvp_lettering_fitting(text, 12, width - 1), text.bytes - 1);
    assert_int_equal(uvp_lettering_fitting(text, 12, 0), 0);
    assert_true(uvp_lettering_width(text, 24) > width * 1.99F);
}

static void strokes_are_drawn_where_the_text_stands(void **state)
{
    struct uvp_lettering lettering = {uvp_span_of_text("H"), 10, 30, 18};
    struct uvp_stroke_mask mask;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_stroke_init(&mask, 64, 64, &bench.arena, NULL), UVP_OK);
    uvp_stroke_begin(&mask, 0);
    uvp_lettering_add(&mask, &lettering);
    assert_true(mask.cover[20 * 64 + 10] > 100);   /* the left stem */
    assert_true(mask.cover[20 * 64 + 21] > 100);   /* the right one: 4 cells of 3 pixels */
    assert_int_equal(mask.cover[16 * 64 + 16], 0); /* between them */
    assert_int_equal(mask.cover[40 * 64 + 10], 0); /* below */
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glyphs_are_pairs_of_digits),
        cmocka_unit_test(no_two_letters_are_alike),
        cmocka_unit_test(texts_fit_where_they_should),
        cmocka_unit_test(strokes_are_drawn_where_the_text_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
