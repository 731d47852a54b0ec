/*
 * The same mesh with one set of options after the other; the score says which was best. The
 * layouts are not kept: where the best one is to be written it is made once more, which costs
 * less than holding all of them, and gives the same bits.
 */
#include <math.h>
#include <string.h>

#include "stages/trials.h"
#include "stages/unwrapper/judge.h"
#include "stages/unwrapper/mesh_view.h"
#include "stages/unwrapper/work.h"

struct trying {
    struct uvp_work *work;
    const struct uvp_trial_plan *plan;
    const struct uvp_mesh_view *views;
    uint32_t view_count;
};

static enum uvp_code try_mesh(const struct trying *trying,
                              const struct uvp_atlas_options *options,
                              const struct uvp_mesh_view *view, struct uvp_analysis *figures,
                              struct uvp_error *err)
{
    struct uvp_unwrapper *const unwrapper = trying->work->unwrapper;
    struct uvp_arena *const keep = &unwrapper->keep;
    struct uvp_arena *const scratch = &unwrapper->scratch;
    struct uvp_stop *const stop = &trying->work->stop;
    const struct uvp_atlases_tools tools = uvp_work_tools(trying->work);
    struct uvp_analysis_options measured = {.parts = trying->plan->parts,
                                            .resolution_texels = options->resolution_texels};
    struct uvp_atlas_verdict verdict;
    struct uvp_atlas_result atlas;
    struct uvp_atlas_uvs uvs;

    UVP_TRY(uvp_atlas_make(
        &view->input, options, keep, scratch,
        uvp_crew_adapter_lend(&unwrapper->crew, tools.path, view->input.triangle_count), stop,
        tools.begin_step, tools.ctx, &atlas, err));
    tools.begin_step(tools.ctx, UVP_ATLAS_VERIFY);
    UVP_TRY(uvp_judge_result(&view->input, &atlas, scratch, stop, &verdict, err));
    uvs = (struct uvp_atlas_uvs){atlas.uv, atlas.uv_count, atlas.corner_uv};
    measured.verdict = &verdict;
    return uvp_analysis_make(&view->input, &uvs, &measured, keep, scratch, stop, figures, NULL,
                             err);
}

/* A mesh without area has no atlas: the others of the file may have. */
static enum uvp_code try_meshes(const struct trying *trying,
                                const struct uvp_atlas_options *options,
                                struct uvp_analysis *figures, struct uvp_error *err)
{
    struct uvp_arena *const keep = &trying->work->unwrapper->keep;
    enum uvp_code code = UVP_OK;
    uint32_t made = 0;

    for (uint32_t m = 0; m < trying->view_count; m++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(keep);
        struct uvp_analysis next;

        code = try_mesh(trying, options, &trying->views[m], &next, err);
        uvp_arena_rewind(keep, mark);
        if (code == UVP_DEGENERATE) {
            continue;
        }
        UVP_TRY(code);
        if (made == 0) {
            *figures = next;
        } else {
            uvp_analysis_join(figures, &next, made);
        }
        made++;
    }
    return made == 0 ? code : UVP_OK;
}

static double score_of(const struct uvp_trial_plan *plan, const struct uvp_analysis *figures)
{
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);
    double score = 0;

    for (uint32_t i = 0; i < plan->weight_count; i++) {
        const struct uvp_trial_weight *const weight = &plan->weights[i];
        score += weight->weight * uvp_figure_of(figures, &table[weight->figure]);
    }
    return score;
}

/* What stops the member stops all; what only this set of options cannot do is told of it. */
static bool ends_member(enum uvp_code code)
{
    return code != UVP_OK && code != UVP_BUG && code != UVP_DEGENERATE;
}

static enum uvp_code try_all(const struct trying *trying, struct uvp_trial *trials,
                             struct uvp_trials_head *head, struct uvp_error *err)
{
    head->count = trying->plan->count;
    head->best = head->count;
    for (uint32_t i = 0; i < head->count; i++) {
        struct uvp_trial *const trial = &trials[i];
        struct uvp_error failure = {0};

        memset(trial, 0, sizeof *trial);
        trial->score = (double)NAN;
        trial->code = try_meshes(trying, &trying->plan->options[i], &trial->figures, &failure);
        if (ends_member(trial->code)) {
            *err = failure;
            return trial->code;
        }
        if (trial->code == UVP_DEGENERATE && i + 1 == head->count &&
            head->best == head->count) {
            *err = failure;
            return trial->code;
        }
        if (trial->code != UVP_OK) {
            continue;
        }
        trial->score = score_of(trying->plan, &trial->figures);
        if (isfinite(trial->score) &&
            (head->best == head->count || trial->score < trials[head->best].score)) {
            head->best = i;
        }
    }
    return UVP_OK;
}

/* Meshes that are to be worked on, as the stream would choose them. */
static enum uvp_code lend_views(struct uvp_work *work, struct trying *trying,
                                struct uvp_error *err)
{
    struct uvp_unwrapper *const unwrapper = work->unwrapper;
    struct uvp_mesh_view *const views =
        UVP_ARENA_ARRAY(&unwrapper->keep, struct uvp_mesh_view, work->model.mesh_count);

    if (views == NULL) {
        return uvp_fail_memory(err, sizeof *views * work->model.mesh_count);
    }
    trying->views = views;
    for (uint32_t m = 0; m < work->model.mesh_count; m++) {
        const struct uvp_mesh *const mesh = &work->model.meshes[m];

        if (mesh->has_uvs && uvp_settings_leave_mapped(work->settings)) {
            continue;
        }
        UVP_TRY(uvp_mesh_view_lend(mesh, &unwrapper->keep, &unwrapper->scratch, &work->stop,
                                   &views[trying->view_count], err));
        work->member->triangles += views[trying->view_count].input.triangle_count;
        trying->view_count++;
    }
    return trying->view_count != 0 ? UVP_OK
                                   : uvp_fail(err, UVP_UNSUPPORTED, 0, "already has UVs");
}

enum uvp_code uvp_task_optimize(struct uvp_work *work, struct uvp_error *err)
{
    const struct uvp_settings *const settings = work->settings;
    struct uvp_buf *const facts = &work->member->facts;
    struct trying trying = {.work = work, .plan = &settings->trials};
    const size_t bytes = sizeof(struct uvp_trials_head) +
                         sizeof(struct uvp_trial) * (size_t)settings->trials.count;
    struct uvp_trials_head *head;

    UVP_TRY(uvp_work_decode(work, err));
    UVP_TRY(lend_views(work, &trying, err));
    UVP_TRY(uvp_buf_reserve_exact(facts, bytes, err));
    head = (void *)facts->data;
    UVP_TRY(try_all(&trying, (void *)(facts->data + sizeof *head), head, err));
    facts->bytes = bytes;
    if (head->best == head->count || !uvp_settings_write(settings)) {
        work->member->status = UVP_MEMBER_LISTED;
        return UVP_OK;
    }
    work->own = *settings;
    work->own.atlas = settings->trials.options[head->best];
    work->settings = &work->own;
    return uvp_work_unwrap(work, err);
}
