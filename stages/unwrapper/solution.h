/*
 * solution.h -- an atlas for one mesh, judged
 *
 * Threads: confined; others may help, through tools->crew.
 */
#ifndef UVP_STAGES_UNWRAPPER_SOLUTION_H
#define UVP_STAGES_UNWRAPPER_SOLUTION_H

#include "stages/store/found.h"
#include "stages/unwrapper/atlases.h"

struct uvp_solution {
    struct uvp_atlas_result atlas; /* triangle_chart is NULL when it was found */
    struct uvp_atlas_verdict verdict;
    enum uvp_found found;
};

/*
 * By the engine.
 *
 * Owner:   the result lies in tools->keep.
 * Returns: what uvp_atlas_make and uvp_judge_result return
 */
UVP_MUST_USE enum uvp_code uvp_solution_make(const struct uvp_atlas_input *input,
                                             const struct uvp_atlases_tools *tools,
                                             struct uvp_solution *solution,
                                             struct uvp_error *err);

#endif
