/* Numbers in their shortest form, whatever the locale. */
#include "stages/unwrapper/picture/svg_text.h"
#include "tests/unit/picture/picture_bench.h"

#include <locale.h>

static void numbers_are_short(void **state)
{
    static const struct {
        int64_t hundredths;
        const char *text;
    } cases[] = {{0, "0"},          {100, "1"},     {5, ".05"},          {-5, "-.05"},
                 {50, ".5"},        {-150, "-1.5"}, {123456, "1234.56"}, {-100000, "-1000"},
                 {1638400, "16384"}};
    struct bench bench;

    (void)state;
    (void)setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is there, a comma would show */
    bench_open(&bench);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct uvp_svg_text text = {.out = &bench.out};
        uvp_buf_reset(&bench.out);
        uvp_svg_add_number(&text, cases[i].hundredths);
        assert_int_equal(bench.out.bytes, strlen(cases[i].text));
        assert_memory_equal(bench.out.data, cases[i].text, bench.out.bytes);
    }
    bench_close(&bench);
    (void)setlocale(LC_ALL, "C");
}

static void the_first_failure_stays(void **state)
{
    struct bench bench;
    struct uvp_svg_text text;

    (void)state;
    bench_open(&bench);
    bench.out.ceiling_bytes = 8;
    text = (struct uvp_svg_text){.out = &bench.out, .err = &bench.err};
    uvp_svg_add(&text, "1234567");
    uvp_svg_add_colour(&text, uvp_colour_of(0x0080ff));
    assert_int_equal(text.code, UVP_LIMIT);
    uvp_svg_add(&text, "8"); /* would fit */
    assert_int_equal(bench.out.bytes, 7);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(the_first_failure_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
