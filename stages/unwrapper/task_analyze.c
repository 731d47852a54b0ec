/*
 * The UVs that are there, measured; or, of meshes without, those that would be made.
 *
 * Meshes of a file share nothing but the file: each has its own page, and the figures of the
 * file are their sum, their worst or their mean, as figures.def says.
 */
#include <string.h>

#include "stages/unwrapper/analysis/analysis.h"
#include "stages/unwrapper/mesh_view.h"
#include "stages/unwrapper/work.h"

struct measuring {
    struct uvp_work *work;
    struct uvp_atlases_tools tools;
    struct uvp_analysis_facts facts;
};

/* UVs made for a mesh that has none. */
static enum uvp_code make_uvs(struct measuring *measuring, const struct uvp_mesh_view *view,
                              struct uvp_atlas_uvs *uvs, struct uvp_error *err)
{
    const struct uvp_atlases_tools *const tools = &measuring->tools;
    struct uvp_atlas_result atlas;

    UVP_TRY(
        uvp_atlas_make(&view->input, &tools->settings->atlas, tools->keep, tools->scratch,
                       uvp_crew_adapter_lend(tools->crew, tools->path, view->triangles.count),
                       tools->stop, tools->begin_step, tools->ctx, &atlas, err));
    *uvs = (struct uvp_atlas_uvs){
        .uv = atlas.uv, .uv_count = atlas.uv_count, .corner_uv = atlas.corner_uv};
    measuring->facts.made++;
    return UVP_OK;
}

static enum uvp_code add_islands(struct measuring *measuring, uint32_t m,
                                 const struct uvp_island_table *islands, struct uvp_error *err)
{
    for (uint32_t i = 0; i < islands->count; i++) {
        islands->row[i].mesh = m;
    }
    measuring->facts.island_count += islands->count;
    return uvp_buf_append(&measuring->work->member->facts, islands->row,
                          islands->count * sizeof *islands->row, err);
}

/* UVs as they came, not welded: what is not finite is told apart from what is missing. */
static enum uvp_code measure_one(struct measuring *measuring, uint32_t m, struct uvp_error *err)
{
    const struct uvp_atlases_tools *const tools = &measuring->tools;
    const struct uvp_mesh *const mesh = &measuring->work->model.meshes[m];
    struct uvp_atlas_uvs uvs = {mesh->old_uv, mesh->old_uv_count, mesh->corner_uv};
    struct uvp_island_table islands = {NULL, 0};
    struct uvp_analysis figures;
    struct uvp_mesh_view view;

    UVP_TRY(uvp_mesh_view_lend(mesh, tools->keep, tools->scratch, tools->stop, &view, err));
    if (!mesh->has_uvs) {
        UVP_TRY(make_uvs(measuring, &view, &uvs, err));
    }
    measuring->work->atlases.shapes[m] = uvp_mesh_view_shape(&view, &uvs);
    tools->begin_step(tools->ctx, UVP_ATLAS_VERIFY);
    UVP_TRY(uvp_analysis_make(&view.input, &uvs, &tools->settings->analysis, tools->keep,
                              tools->scratch, tools->stop, &figures, &islands, err));
    uvp_analysis_join(&measuring->facts.figures, &figures, measuring->facts.meshes);
    measuring->facts.meshes++;
    measuring->work->member->triangles += view.triangles.count;
    return add_islands(measuring, m, &islands, err);
}

/* The facts go before the islands that were added while they were gathered. */
static enum uvp_code measure_all(struct measuring *measuring, struct uvp_error *err)
{
    const struct uvp_model *const model = &measuring->work->model;
    struct uvp_buf *const out = &measuring->work->member->facts;
    enum uvp_code code = UVP_OK;

    uvp_buf_reset(out);
    UVP_TRY(uvp_buf_append(out, &measuring->facts, sizeof measuring->facts, err));
    for (uint32_t m = 0; m < model->mesh_count; m++) {
        if (model->meshes[m].has_uvs || measuring->tools.settings->unwrap_missing) {
            code = measure_one(measuring, m, err);
            if (code == UVP_DEGENERATE && model->mesh_count > 1) {
                uvp_error_clear(err);
                continue; /* nothing to make UVs for; the others may have area */
            }
            UVP_TRY(code);
        }
    }
    memcpy(out->data, &measuring->facts, sizeof measuring->facts);
    return measuring->facts.meshes == 0 ? code : UVP_OK;
}

enum uvp_code uvp_task_analyze(struct uvp_work *work, struct uvp_error *err)
{
    struct uvp_member *const member = work->member;
    struct measuring measuring = {.work = work};

    UVP_TRY(uvp_work_decode(work, err));
    measuring.tools = uvp_work_tools(work);
    UVP_TRY(uvp_atlases_begin(&work->atlases, &work->model, measuring.tools.keep, err));
    UVP_TRY(measure_all(&measuring, err));
    if (measuring.facts.meshes == 0) {
        uvp_buf_reset(&member->facts);
        member->status = UVP_MEMBER_BARE;
        return UVP_OK;
    }
    member->verdict.charts = (uint32_t)measuring.facts.figures.islands_count;
    member->status = UVP_MEMBER_ANALYZED;
    return UVP_OK;
}
