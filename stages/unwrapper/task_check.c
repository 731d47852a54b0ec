/* The exact verdict on the UVs that are there. */
#include "stages/unwrapper/judge.h"
#include "stages/unwrapper/work.h"

enum uvp_code uvp_task_check(struct uvp_work *work, struct uvp_error *err)
{
    struct uvp_member *const member = work->member;
    const struct uvp_settings *const settings = work->settings;
    struct uvp_atlases_tools tools;

    UVP_TRY(uvp_work_decode(work, err));
    tools = uvp_work_tools(work);
    UVP_TRY(uvp_atlases_check(&work->atlases, &work->model, &tools, err));
    if (work->atlases.made == 0) {
        member->status = UVP_MEMBER_BARE;
        return UVP_OK;
    }
    member->verdict = work->atlases.verdict;
    member->triangles = work->atlases.triangles;
    member->status = (uvp_judge_faults(&member->verdict) & ~settings->allowed) == 0
                         ? UVP_MEMBER_VALID
                         : UVP_MEMBER_INVALID;
    return UVP_OK;
}
