#include "tools/uvpipe/grades.h"

#include <math.h>

static const double stretch_limits[] = {1.3, 1.5, 2};
static const double coverage_limits[] = {0.75, 0.60, 0.50};
static const double angle_limits[] = {0.1, 0.2, 0.5};

const char *uvp_grade_name(enum uvp_grade grade)
{
    static const char *const names[] = {"excellent", "good", "acceptable", "poor", "-"};

    return names[grade];
}

static enum uvp_grade grade_of(double value, const double limits[3], bool down)
{
    if (isnan(value)) {
        return UVP_GRADE_NONE;
    }
    for (int i = 0; i < 3; i++) {
        if (down ? value < limits[i] : value > limits[i]) {
            return (enum uvp_grade)i;
        }
    }
    return UVP_GRADE_POOR;
}

static enum uvp_grade worse(enum uvp_grade a, enum uvp_grade b)
{
    return a > b ? a : b;
}

static bool is_invalid(const struct uvp_analysis *is)
{
    return is->verdict_flipped > 0 || is->verdict_collapsed > 0 ||
           is->verdict_overlapping > 0 || is->verdict_outside > 0 || is->verdict_unmapped > 0;
}

struct uvp_grades uvp_grades_of(const struct uvp_analysis *analysis)
{
    struct uvp_grades grades = {
        .stretch = grade_of(analysis->stretch_p95, stretch_limits, true),
        .coverage = grade_of(analysis->coverage, coverage_limits, false),
        .angle = grade_of(analysis->angle_mean_radians, angle_limits, true),
    };

    grades.overall = worse(grades.stretch, worse(grades.coverage, grades.angle));
    if (is_invalid(analysis)) {
        grades.overall = UVP_GRADE_POOR;
    }
    return grades;
}
