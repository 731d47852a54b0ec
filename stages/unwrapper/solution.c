#include "stages/unwrapper/solution.h"

#include "stages/unwrapper/judge.h"

enum uvp_code uvp_solution_make(const struct uvp_atlas_input *input,
                                const struct uvp_atlases_tools *tools,
                                struct uvp_solution *solution, struct uvp_error *err)
{
    solution->found = UVP_FOUND_NOT;
    UVP_TRY(
        uvp_atlas_make(input, &tools->settings->atlas, tools->keep, tools->scratch,
                       uvp_crew_adapter_lend(tools->crew, tools->path, input->triangle_count),
                       tools->stop, tools->begin_step, tools->ctx, &solution->atlas, err));
    tools->begin_step(tools->ctx, UVP_ATLAS_VERIFY);
    return uvp_judge_result(input, &solution->atlas, tools->scratch, tools->stop,
                            &solution->verdict, err);
}
