/*
 * grades.h -- a word for figures: excellent, good, acceptable, poor
 *
 * Why:     who looks at a hundred meshes wants to see the few that need a second look.
 * Threads: pure functions.
 */
#ifndef UVP_TOOLS_GRADES_H
#define UVP_TOOLS_GRADES_H

#include "stages/unwrapper/analysis/analysis.h"

enum uvp_grade {
    UVP_GRADE_EXCELLENT,
    UVP_GRADE_GOOD,
    UVP_GRADE_ACCEPTABLE,
    UVP_GRADE_POOR,
    UVP_GRADE_NONE, /* there is nothing to be graded */
};

struct uvp_grades {
    enum uvp_grade stretch;  /* of stretch.p95: below 1.3, 1.5, 2 */
    enum uvp_grade coverage; /* above 0.75, 0.60, 0.50 */
    enum uvp_grade angle;    /* of angle.mean_radians: below 0.1, 0.2, 0.5 */
    /* the worst of these; poor when triangles overlap, are flipped, collapsed or unmapped, or
     * lie outside of the page */
    enum uvp_grade overall;
};

struct uvp_grades uvp_grades_of(const struct uvp_analysis *analysis);

/* "excellent", ..., "-". */
const char *uvp_grade_name(enum uvp_grade grade);

#endif
