/*
 * criteria.h -- conditions that figures must meet: "stretch.max<1.5,coverage>0.6"
 *
 * Why:     a build should end with a failure when a mesh is not good enough, and say by how
 *          much.
 * Form:    conditions parted by commas; each a name, one of < <= > >= == !=, and a number.
 *          Names are those of figures (figures.def), of each mesh; with mean., min., max. or
 *          sum. before them, of all meshes together. Blanks do not matter.
 * Owner:   texts are borrowed from what was parsed.
 * Threads: pure functions.
 */
#ifndef UVP_TOOLS_CRITERIA_H
#define UVP_TOOLS_CRITERIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/status.h"
#include "stages/unwrapper/analysis/analysis.h"

#define UVP_CRITERIA_MAX 32 /* most conditions */

enum uvp_criterion_scope {
    UVP_CRITERION_EACH, /* every mesh */
    UVP_CRITERION_MEAN,
    UVP_CRITERION_MIN,
    UVP_CRITERION_MAX,
    UVP_CRITERION_SUM,
};

enum uvp_criterion_relation {
    UVP_CRITERION_LESS,
    UVP_CRITERION_AT_MOST,
    UVP_CRITERION_MORE,
    UVP_CRITERION_AT_LEAST,
    UVP_CRITERION_EQUAL,
    UVP_CRITERION_OTHER,
};

struct uvp_criterion {
    enum uvp_criterion_scope scope;
    enum uvp_criterion_relation relation;
    const struct uvp_figure *figure;
    double limit;
    const char *text; /* as it was written */
    size_t bytes;
};

struct uvp_criteria {
    struct uvp_criterion term[UVP_CRITERIA_MAX];
    uint32_t count;
};

/*
 * Adds the conditions to those that are there.
 *
 * Returns: UVP_OK
 *          UVP_USAGE  the text says what is wrong, and which names are near
 */
UVP_MUST_USE enum uvp_code uvp_criteria_parse(struct uvp_criteria *gate, const char *text,
                                              struct uvp_error *err);

/* False when it is not met, and when there is no such value (NaN). */
bool uvp_criterion_holds(const struct uvp_criterion *term, double value);

/* ---- all meshes together ---- */

#define UVP_CRITERIA_FIGURES 128 /* room for those there are */

struct uvp_figure_sum {
    uint64_t count; /* of meshes that have the figure */
    double sum;
    double least;
    double most;
};

struct uvp_figure_sums {
    struct uvp_figure_sum figure[UVP_CRITERIA_FIGURES];
    uint64_t meshes;
};

/* The sums are zeroed to begin with. */
void uvp_figure_sums_add(struct uvp_figure_sums *sums, const struct uvp_analysis *analysis);

/* What the condition is about: of this mesh, or of all of them. NaN: there is none. */
double uvp_criterion_value(const struct uvp_criterion *term,
                           const struct uvp_analysis *analysis);
double uvp_criterion_value_of_all(const struct uvp_criterion *term,
                                  const struct uvp_figure_sums *sums);

#endif
