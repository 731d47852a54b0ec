#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/closing.h"

static struct uvp_figures usual(void)
{
    struct uvp_figures figures;

    memset(&figures, 0, sizeof figures);
    figures.progress.members_read = 126;
    figures.progress.members_by_status[UVP_MEMBER_UNWRAPPED] = 117;
    figures.progress.members_by_status[UVP_MEMBER_FAILED] = 3;
    figures.progress.members_by_status[UVP_MEMBER_PASSED] = 6;
    figures.meshes = 120;
    figures.wall_ns = 8770 * UVP_NS_PER_MS;
    figures.cpu_ns = 16100 * UVP_NS_PER_MS;
    figures.mean_ns = 134 * UVP_NS_PER_MS;
    figures.p95_ns = 457 * UVP_NS_PER_MS;
    figures.bytes_a_second = 13400000;
    figures.triangles_a_second = 364000;
    figures.speed_up = 1.84;
    figures.peak_bytes = 154000000;
    figures.step_ns[UVP_STEP_DECODE] = 1;
    figures.step_ns[UVP_STEP_SEGMENT] = 90;
    figures.step_ns[UVP_STEP_FLATTEN] = 410;
    figures.step_ns[UVP_STEP_MERGE] = 309;
    figures.step_ns[UVP_STEP_PACK] = 180;
    figures.step_ns[UVP_STEP_ENCODE] = 10;
    return figures;
}

static void figures_stand_in_columns(void **state)
{
    const struct uvp_figures figures = usual();
    char text[UVP_CLOSING_BYTES];

    (void)state;
    uvp_closing_text(text, &figures, false);
    assert_string_equal(
        text, "126 members   117 unwrapped   3 failed   6 passed through\n"
              "        time      8.77 s wall    16.1 s CPU     speed-up 1.84  peak 154 MB\n"
              "        rate      13.4 MB/s      13.7 meshes/s  364k triangles/s\n"
              "        a mesh    134 ms mean    457 ms at most for 95 in 100\n"
              "        spent on  flatten 41%    merge 31%      pack 18%       segment 9%\n");
}

static void what_was_not_there_is_not_told(void **state)
{
    struct uvp_figures figures;
    char text[UVP_CLOSING_BYTES];

    (void)state;
    memset(&figures, 0, sizeof figures);
    figures.progress.members_read = 1;
    figures.progress.members_by_status[UVP_MEMBER_PASSED] = 1;
    figures.progress.warnings = 1;
    uvp_closing_text(text, &figures, false);
    assert_string_equal(text, "1 member   0 failed   1 passed through   1 warning\n"
                              "        time      0 us wall      0 us CPU       speed-up 0.00  "
                              "peak 0 B\n");
}

static void colours_tell_good_from_bad(void **state)
{
    struct uvp_figures figures = usual();
    char text[UVP_CLOSING_BYTES];

    (void)state;
    figures.progress.dropped = 2;
    uvp_closing_text(text, &figures, true);
    assert_non_null(strstr(text, "\033[32m117 unwrapped\033[0m"));
    assert_non_null(strstr(text, "\033[1;31m3 failed\033[0m (2 dropped)"));
    figures.progress.members_by_status[UVP_MEMBER_FAILED] = 0;
    uvp_closing_text(text, &figures, true);
    assert_non_null(strstr(text, "\033[2m0 failed\033[0m"));
}

/* The largest figures there are: all of it fits, and ends as a line. */
static void it_always_fits(void **state)
{
    struct uvp_figures figures;
    char text[UVP_CLOSING_BYTES];

    (void)state;
    memset(&figures, 0xff, sizeof figures);
    figures.bytes_a_second = 1e19;
    figures.triangles_a_second = 1e300;
    figures.speed_up = 1e9;
    for (int i = 0; i < UVP_STEP_COUNT; i++) {
        figures.step_ns[i] = UINT64_MAX / 16;
    }
    uvp_closing_text(text, &figures, true);
    assert_true(strlen(text) < UVP_CLOSING_BYTES - 200);
    assert_int_equal(text[strlen(text) - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_stand_in_columns),
        cmocka_unit_test(what_was_not_there_is_not_told),
        cmocka_unit_test(colours_tell_good_from_bad),
        cmocka_unit_test(it_always_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
