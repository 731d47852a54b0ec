/* The words below a picture. */
#include "stages/unwrapper/picture/legend.h"
#include "tests/unit/picture/picture_bench.h"

static void words_tell_what_is_there(void **state)
{
    struct uvp_picture_options options = {.colour = UVP_PICTURE_STRETCH};
    struct uvp_subjects subjects = {.options = &options};
    char words[UVP_LEGEND_WORDS_BYTES];

    (void)state;
    subjects.triangles = 1;
    uvp_legend_words(&subjects, words);
    assert_string_equal(words, "1 triangle");
    subjects.triangles = 12345678;
    subjects.charts = 1001;
    subjects.turned = 7;
    subjects.mean = 1.004F;
    subjects.worst = 1e30F;
    uvp_legend_words(&subjects, words);
    assert_string_equal(words, "12,345,678 triangles, 1,001 charts, 7 flipped, stretch mean "
                               "1.00, most huge");
    options.colour = UVP_PICTURE_CHARTS;
    subjects.turned = 0;
    subjects.charts = 1;
    uvp_legend_words(&subjects, words);
    assert_string_equal(words, "12,345,678 triangles, 1 chart");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_tell_what_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
