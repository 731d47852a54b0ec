/* What is there: how much, and whether it has UVs. */
#include "stages/unwrapper/work.h"

/* A polygon of n corners is n - 2 triangles, whatever its shape. */
enum uvp_code uvp_task_list(struct uvp_work *work, struct uvp_error *err)
{
    struct uvp_member *const member = work->member;

    UVP_TRY(uvp_work_decode(work, err));
    for (uint32_t m = 0; m < work->model.mesh_count; m++) {
        const struct uvp_mesh *const mesh = &work->model.meshes[m];

        for (uint32_t p = 0; p < mesh->polygon_count; p++) {
            const uint32_t corners = mesh->corner_start[p + 1] - mesh->corner_start[p];
            member->triangles += corners < 3 ? 0 : corners - 2;
        }
    }
    member->status = UVP_MEMBER_LISTED;
    return UVP_OK;
}
