/*
 * Meshes of a file share nothing but the file: each has its own page, and what is told of the
 * file is their sum, their worst, or their mean by area.
 */
#include "stages/unwrapper/atlases.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/judge.h"
#include "stages/unwrapper/mesh_view.h"
#include "stages/unwrapper/solution.h"

#define U16_STEPS 65535.0F
#define UVS_PER_POLL 65536U

/* ---- what is told ---- */

static double area_of(const struct uvp_mesh_view *view)
{
    double twice = 0;

    for (uint32_t t = 0; t < view->triangles.count; t++) {
        const uint32_t *const corner = view->triangles.corners + 3 * (size_t)t;
        double p[3][3];
        double n[3];
        double square;

        for (int k = 0; k < 3; k++) {
            const float *const from =
                view->mesh->positions + 3 * (size_t)view->mesh->corner_vertex[corner[k]];
            for (int axis = 0; axis < 3; axis++) {
                p[k][axis] = (double)from[axis] - (k == 0 ? 0 : p[0][axis]);
            }
        }
        for (int axis = 0; axis < 3; axis++) {
            const int a = (axis + 1) % 3;
            const int b = (axis + 2) % 3;
            n[axis] = p[1][a] * p[2][b] - p[1][b] * p[2][a];
        }
        square = n[0] * n[0] + n[1] * n[1] + n[2] * n[2];
        twice += isfinite(square) ? sqrt(square) : 0;
    }
    return twice / 2;
}

static double mean(double so_far, double weight, double next, double next_weight)
{
    const double sum = weight + next_weight;

    return sum > 0 ? (so_far * weight + next * next_weight) / sum : next;
}

/* Seam lengths are told over the square root of the area: lengths add up, roots do not. */
static double add_seams(double so_far, double area, double next, double next_area)
{
    const double sum = area + next_area;

    return sum > 0 ? (so_far * sqrt(area) + next * sqrt(next_area)) / sqrt(sum) : 0;
}

static void add_stats(struct uvp_atlases *atlases, const struct uvp_atlas_stats *next,
                      double area)
{
    struct uvp_atlas_stats *const sum = &atlases->stats;
    const double before = atlases->area;

    sum->triangles += next->triangles;
    sum->degenerate_triangles += next->degenerate_triangles;
    sum->turned_triangles += next->turned_triangles;
    sum->charts += next->charts;
    sum->single_triangle_charts += next->single_triangle_charts;
    sum->stretch_max = fmax(sum->stretch_max, next->stretch_max);
    sum->stretch_mean = mean(sum->stretch_mean, before, next->stretch_mean, area);
    sum->packing_efficiency =
        mean(sum->packing_efficiency, atlases->made, next->packing_efficiency, 1);
    sum->density_reached =
        (atlases->made == 0 || sum->density_reached) && next->density_reached;
    sum->seam_length = add_seams(sum->seam_length, before, next->seam_length, area);
    for (int step = 0; step < UVP_ATLAS_STEP_COUNT; step++) {
        sum->step_ns[step] += next->step_ns[step];
    }
    atlases->area += area;
}

static void add_verdict(struct uvp_atlas_verdict *sum, const struct uvp_atlas_verdict *next)
{
    sum->flipped += next->flipped;
    sum->collapsed += next->collapsed;
    sum->mirrored += next->mirrored;
    sum->outside += next->outside;
    sum->off_lattice += next->off_lattice;
    sum->unmapped += next->unmapped;
    sum->overlapping += next->overlapping;
    sum->overlapping_more = sum->overlapping_more || next->overlapping_more;
    sum->charts += next->charts;
}

/* ---- 16 bits ---- */

static float to_u16(float value)
{
    return floorf(value * U16_STEPS + 0.5F) / U16_STEPS;
}

/*
 * The same layout on the coarser lattice, when it stays free of flips and overlaps there.
 * *uvs is left alone when it does not.
 */
static enum uvp_code quantise(const struct uvp_mesh_view *view,
                              const struct uvp_atlas_result *result,
                              const struct uvp_atlases_tools *tools, struct uvp_mesh_uvs *uvs,
                              bool *refused, struct uvp_error *err)
{
    float *const coarse = UVP_ARENA_ARRAY(tools->keep, float, 2 * (size_t)result->uv_count);
    const struct uvp_atlas_uvs judged = {coarse, result->uv_count, result->corner_uv};
    struct uvp_atlas_verdict verdict;

    if (coarse == NULL) {
        return uvp_fail_memory(err, (size_t)8 * result->uv_count);
    }
    for (size_t i = 0; i < (size_t)2 * result->uv_count; i++) {
        if (i % UVS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(tools->stop, err));
        }
        coarse[i] = to_u16(result->uv[i]);
    }
    UVP_TRY(uvp_atlas_check(&view->input, &judged, tools->scratch, tools->stop, &verdict, err));
    if (result->page_count > 1 || uvp_judge_faults(&verdict) != 0) {
        *refused = true;
        return UVP_OK;
    }
    uvs->uv = coarse;
    uvs->is_u16 = true;
    return UVP_OK;
}

/* ---- one mesh ---- */

static enum uvp_code make_one(struct uvp_atlases *atlases, uint32_t m,
                              const struct uvp_atlases_tools *tools, struct uvp_error *err)
{
    const struct uvp_settings *const settings = tools->settings;
    struct uvp_mesh_uvs *const uvs = &atlases->uvs[m];
    struct uvp_solution solution;
    const struct uvp_atlas_result *const atlas = &solution.atlas;
    struct uvp_mesh_view view;

    UVP_TRY(uvp_mesh_view_lend(&atlases->model->meshes[m], tools->keep, tools->scratch,
                               tools->stop, &view, err));
    UVP_TRY((tools->solve != NULL ? tools->solve : uvp_solution_make)(&view.input, tools,
                                                                      &solution, err));
    *uvs = (struct uvp_mesh_uvs){
        .uv = atlas->uv, .uv_count = atlas->uv_count, .corner_uv = atlas->corner_uv};
    if (tools->has_u16 && settings->mesh.uv_type == UVP_UV_U16) {
        UVP_TRY(quantise(&view, atlas, tools, uvs, &atlases->u16_refused, err));
    }
    atlases->shapes[m] = uvp_mesh_view_shape(
        &view, &(struct uvp_atlas_uvs){uvs->uv, uvs->uv_count, uvs->corner_uv});
    add_stats(atlases, &atlas->stats, atlases->model->mesh_count > 1 ? area_of(&view) : 1);
    add_verdict(&atlases->verdict, &solution.verdict);
    atlases->pages = atlas->page_count > atlases->pages ? atlas->page_count : atlases->pages;
    atlases->triangles += view.triangles.count;
    atlases->found[solution.found]++;
    atlases->made++;
    return UVP_OK;
}

static enum uvp_code check_one(struct uvp_atlases *atlases, uint32_t m,
                               const struct uvp_atlases_tools *tools, struct uvp_error *err)
{
    const struct uvp_mesh *const mesh = &atlases->model->meshes[m];
    struct uvp_atlas_verdict verdict;
    struct uvp_atlas_uvs uvs;
    struct uvp_mesh_view view;

    UVP_TRY(uvp_mesh_view_lend(mesh, tools->keep, tools->scratch, tools->stop, &view, err));
    uvs = uvp_mesh_view_old_uvs(&view);
    tools->begin_step(tools->ctx, UVP_ATLAS_VERIFY);
    UVP_TRY(uvp_atlas_check(&view.input, &uvs, tools->scratch, tools->stop, &verdict, err));
    if (tools->settings->atlas.pages > 1) {
        verdict.outside = uvp_judge_off_pages(&view.input, &uvs, tools->settings->atlas.pages);
    }
    atlases->shapes[m] = uvp_mesh_view_shape(&view, &uvs);
    add_verdict(&atlases->verdict, &verdict);
    atlases->triangles += view.triangles.count;
    atlases->made++;
    return UVP_OK;
}

/* ---- all of them ---- */

enum uvp_code uvp_atlases_begin(struct uvp_atlases *atlases, const struct uvp_model *model,
                                struct uvp_arena *keep, struct uvp_error *err)
{
    memset(atlases, 0, sizeof *atlases);
    atlases->model = model;
    atlases->shapes = UVP_ARENA_ARRAY(keep, struct uvp_shape, model->mesh_count);
    atlases->uvs = UVP_ARENA_ARRAY(keep, struct uvp_mesh_uvs, model->mesh_count);
    if (atlases->shapes == NULL || atlases->uvs == NULL) {
        return uvp_fail_memory(err, sizeof *atlases->uvs * model->mesh_count);
    }
    memset(atlases->shapes, 0, sizeof *atlases->shapes * model->mesh_count);
    memset(atlases->uvs, 0, sizeof *atlases->uvs * model->mesh_count);
    return UVP_OK;
}

enum uvp_code uvp_atlases_make(struct uvp_atlases *atlases, const struct uvp_model *model,
                               const struct uvp_atlases_tools *tools, struct uvp_error *err)
{
    enum uvp_code code = UVP_OK;

    UVP_TRY(uvp_atlases_begin(atlases, model, tools->keep, err));
    for (uint32_t m = 0; m < model->mesh_count; m++) {
        if (model->meshes[m].has_uvs && uvp_settings_leave_mapped(tools->settings)) {
            atlases->left++;
            continue;
        }
        code = make_one(atlases, m, tools, err);
        if (code == UVP_DEGENERATE && model->mesh_count > 1) {
            continue; /* the others may have area */
        }
        UVP_TRY(code);
    }
    if (atlases->made == 0 && code == UVP_DEGENERATE) {
        return code;
    }
    return atlases->made != 0 ? UVP_OK : uvp_fail(err, UVP_UNSUPPORTED, 0, "already has UVs");
}

enum uvp_code uvp_atlases_check(struct uvp_atlases *atlases, const struct uvp_model *model,
                                const struct uvp_atlases_tools *tools, struct uvp_error *err)
{
    UVP_TRY(uvp_atlases_begin(atlases, model, tools->keep, err));
    for (uint32_t m = 0; m < model->mesh_count; m++) {
        if (model->meshes[m].has_uvs) {
            UVP_TRY(check_one(atlases, m, tools, err));
        }
    }
    return UVP_OK;
}
