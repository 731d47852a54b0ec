/*
 * The score of a file is that of all its meshes together; what is shown is the one of them that
 * is stretched most (or the largest, when that is asked for).
 */
#include "stages/unwrapper/showcase.h"

#include <math.h>

#include "stages/unwrapper/exhibit.h"
#include "stages/unwrapper/heat.h"

#define PART 0.99
#define MOST_SCORE 1e15    /* infinite stretch is no more than that */
#define INVALID_SCORE 1e18 /* what is wrong comes before what is only bad */
#define EXHIBIT_CEILING ((size_t)8 << 20)

struct look {
    struct uvp_heat heat;
    double scale; /* of the mesh to be shown */
    double worst; /* its rank among the meshes of the file */
    uint32_t mesh;
    bool found;
};

/* The mesh of a file that is shown: by its own stretch, or its size. */
static double rank_of_mesh(const struct uvp_settings *settings, const struct uvp_heat *heat,
                           const struct uvp_shape *shape)
{
    return settings->show_by == UVP_WORST_STRETCH ? uvp_heat_percentile(heat, PART)
                                                  : shape->triangle_count;
}

static void add_bins(struct uvp_heat *sum, const struct uvp_heat *one)
{
    sum->area += one->area;
    sum->uv_area += one->uv_area;
    for (uint32_t i = 0; i < UVP_HEAT_BINS; i++) {
        sum->bins[i] += one->bins[i];
    }
}

static enum uvp_code look_at_meshes(struct uvp_work *work, struct look *look,
                                    struct uvp_error *err)
{
    const struct uvp_settings *const settings = work->settings;

    for (uint32_t m = 0; m < work->model.mesh_count; m++) {
        const struct uvp_shape *const shape = &work->atlases.shapes[m];
        struct uvp_heat heat;
        double scale = 0;
        double rank;

        if (shape->triangles == NULL) {
            continue;
        }
        uvp_heat_init(&heat);
        UVP_TRY(uvp_heat_add(&heat, shape, &work->stop, &scale, err));
        add_bins(&look->heat, &heat);
        rank = rank_of_mesh(settings, &heat, shape);
        if (!look->found || rank > look->worst) {
            look->found = true;
            look->worst = rank;
            look->mesh = m;
            look->scale = scale;
        }
    }
    return UVP_OK;
}

static double empty_part(const struct uvp_member *member, const struct look *look)
{
    const double filled = member->status == UVP_MEMBER_UNWRAPPED
                              ? member->atlas.packing_efficiency
                              : look->heat.uv_area;

    return filled < 1 ? 1 - filled : 0;
}

static double score_of(const struct uvp_settings *settings, const struct uvp_member *member,
                       const struct look *look)
{
    const bool made = member->status == UVP_MEMBER_UNWRAPPED;
    double score = 0;

    switch (settings->show_by) {
    case UVP_WORST_STRETCH:
        score = member->stretch_p99;
        break;
    case UVP_WORST_CHARTS:
        score = made ? member->atlas.charts : member->verdict.charts;
        break;
    case UVP_WORST_PACKING:
        score = empty_part(member, look);
        break;
    case UVP_WORST_TIME:
        score = (double)member->wall_ns;
        break;
    case UVP_WORST_TRIANGLES:
        score = made ? member->atlas.triangles : member->triangles;
        break;
    }
    score = score < MOST_SCORE ? score : MOST_SCORE;
    return member->status == UVP_MEMBER_INVALID ? INVALID_SCORE + score : score;
}

static void show(struct uvp_work *work, const struct look *look)
{
    struct uvp_member *const member = work->member;
    const struct uvp_exhibit_origin origin = {
        .mesh = look->mesh, .mesh_count = work->model.mesh_count, .heat_scale = look->scale};

    member->exhibit.ceiling_bytes = EXHIBIT_CEILING;
    if (uvp_exhibit_make(&work->atlases.shapes[look->mesh], &origin, UVP_EXHIBIT_TRIANGLES,
                         &work->unwrapper->scratch, &work->stop, &member->exhibit,
                         NULL) != UVP_OK) {
        uvp_buf_reset(&member->exhibit);
    }
}

static bool has_uvs(const struct uvp_work *work)
{
    const enum uvp_member_status status = work->member->status;

    return work->atlases.shapes != NULL &&
           (status == UVP_MEMBER_UNWRAPPED || status == UVP_MEMBER_VALID ||
            status == UVP_MEMBER_INVALID || status == UVP_MEMBER_ANALYZED);
}

void uvp_showcase_member(struct uvp_work *work)
{
    struct uvp_shared *const shared = work->unwrapper->shared;
    struct uvp_member *const member = work->member;
    struct look look = {.found = false};

    if (!shared->settings->show || !has_uvs(work)) {
        return;
    }
    uvp_desk_step(work->unwrapper->desk, "show");
    if (look_at_meshes(work, &look, NULL) != UVP_OK || !look.found) {
        return;
    }
    member->stretch_p99 = uvp_heat_percentile(&look.heat, PART);
    member->score = score_of(shared->settings, member, &look);
    if (shared->settings->show_most > 0 &&
        uvp_bar_admits(&shared->bar, member->score, member->seq)) {
        show(work, &look);
    }
}
