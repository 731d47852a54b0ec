/*
 * What is needed to compare a mesh with another: the comparing is done where both are known.
 */
#include <string.h>

#include "stages/unwrapper/analysis/analysis.h"
#include "stages/unwrapper/mesh_view.h"
#include "stages/unwrapper/surface_print.h"
#include "stages/unwrapper/work.h"

/* The figures of all meshes of the file that have UVs, as `analyze` tells them. */
static enum uvp_code measure(struct uvp_work *work, const struct uvp_mesh_view *views,
                             struct uvp_analysis *figures, struct uvp_error *err)
{
    struct uvp_unwrapper *const unwrapper = work->unwrapper;
    uint32_t measured = 0;

    memset(figures, 0, sizeof *figures);
    for (uint32_t m = 0; m < work->model.mesh_count; m++) {
        const struct uvp_mesh *const mesh = &work->model.meshes[m];
        const struct uvp_atlas_uvs uvs = {mesh->old_uv, mesh->old_uv_count, mesh->corner_uv};
        struct uvp_analysis next;

        if (!mesh->has_uvs) {
            continue;
        }
        UVP_TRY(uvp_analysis_make(&views[m].input, &uvs, &work->settings->analysis,
                                  &unwrapper->keep, &unwrapper->scratch, &work->stop, &next,
                                  NULL, err));
        uvp_analysis_join(figures, &next, measured);
        measured++;
    }
    return UVP_OK;
}

enum uvp_code uvp_task_compare(struct uvp_work *work, struct uvp_error *err)
{
    struct uvp_unwrapper *const unwrapper = work->unwrapper;
    struct uvp_member *const member = work->member;
    struct uvp_analysis figures;
    struct uvp_mesh_view *views;

    UVP_TRY(uvp_work_decode(work, err));
    uvp_work_begin_step(work, UVP_STEP_VERIFY);
    views = UVP_ARENA_ARRAY(&unwrapper->keep, struct uvp_mesh_view, work->model.mesh_count);
    if (views == NULL) {
        return uvp_fail_memory(err, sizeof *views * work->model.mesh_count);
    }
    for (uint32_t m = 0; m < work->model.mesh_count; m++) {
        UVP_TRY(uvp_mesh_view_lend(&work->model.meshes[m], &unwrapper->keep,
                                   &unwrapper->scratch, &work->stop, &views[m], err));
        member->triangles += views[m].input.triangle_count;
    }
    UVP_TRY(measure(work, views, &figures, err));
    UVP_TRY(uvp_surface_print_make(views, work->model.mesh_count, &figures, &unwrapper->scratch,
                                   &work->stop, &member->facts, err));
    member->status = UVP_MEMBER_LISTED;
    return UVP_OK;
}
