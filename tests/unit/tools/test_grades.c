/* Grades at their limits, and what makes a layout poor whatever its figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tools/uvpipe/grades.h"

static struct uvp_analysis good(void)
{
    struct uvp_analysis is;

    memset(&is, 0, sizeof is);
    is.stretch_p95 = 1.1;
    is.coverage = 0.8;
    is.angle_mean_radians = 0.05;
    return is;
}

static void test_limits(void **state)
{
    static const double stretch[] = {1.29, 1.3, 1.5, 2};
    static const double coverage[] = {0.76, 0.75, 0.6, 0.5};
    static const double angle[] = {0.09, 0.1, 0.2, 0.5};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct uvp_analysis is = good();
        is.stretch_p95 = stretch[i];
        assert_int_equal(uvp_grades_of(&is).stretch, i);
        assert_int_equal(uvp_grades_of(&is).overall, i);
        is = good();
        is.coverage = coverage[i];
        assert_int_equal(uvp_grades_of(&is).coverage, i);
        assert_int_equal(uvp_grades_of(&is).overall, i);
        is = good();
        is.angle_mean_radians = angle[i];
        assert_int_equal(uvp_grades_of(&is).angle, i);
        assert_int_equal(uvp_grades_of(&is).overall, i);
    }
}

static void test_invalid(void **state)
{
    struct uvp_analysis is = good();

    (void)state;
    is.verdict_mirrored = 5; /* harms nothing */
    assert_int_equal(uvp_grades_of(&is).overall, UVP_GRADE_EXCELLENT);
    is.verdict_overlapping = 1;
    assert_int_equal(uvp_grades_of(&is).overall, UVP_GRADE_POOR);
    is = good();
    is.verdict_unmapped = 1;
    assert_int_equal(uvp_grades_of(&is).overall, UVP_GRADE_POOR);
    is.stretch_p95 = (double)NAN;
    assert_int_equal(uvp_grades_of(&is).stretch, UVP_GRADE_NONE);
    assert_int_equal(uvp_grades_of(&is).overall, UVP_GRADE_POOR);
    is.verdict_unmapped = 0;
    assert_int_equal(uvp_grades_of(&is).overall, UVP_GRADE_NONE);
    assert_string_equal(uvp_grade_name(UVP_GRADE_NONE), "-");
    assert_string_equal(uvp_grade_name(UVP_GRADE_ACCEPTABLE), "acceptable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
