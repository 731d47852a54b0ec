/*
 * From cheap to dear. Moved together as they are, their borders tell how much of the page they
 * would take, and whether the joint border crosses itself: then so will a better layout's (one
 * in ten would still succeed). Then the seam is bent closed; between planes and along folds of
 * developables a rigid motion is all it takes. If the energy is far off then, the pair is given
 * up before a solve is paid for.
 */
#include "stages/unwrapper/atlas/pair.h"

#include "stages/unwrapper/atlas/blend.h"
#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/plan.h"

/* Of a chart, over the square root of the mesh's area: about the side of the page it goes on.
 */
#define LENGTH_MAX 1.3
#define LENGTH_MIN 1e-290 /* so that nothing is divided by zero */
#define SPRAWL_MAX 0.5    /* of box, for each square root of the mesh's area of seam */
#define MISFIT_NONE 1e-4  /* up to this one layout is moved, and nothing bent */
#define EXCESS_NONE 3e-4
#define EXCESS_SPOILT 5e-5
#define EXCESS_HOPELESS 10    /* times the allowed one, after bending: a tenth succeeds */
#define EXCESS_MOST 30        /* for who has time */
#define BURDEN_DOUBLE 30000.0 /* triangles that cost twice as much each as few do */
#define OVERHEAD 16           /* triangles: what a trial costs apart from its own */
#define REACH 0.5             /* of bending, in times the seam's length */
#define BENT_COST 4           /* a trial that only bends costs a part of one that solves, ... */
#define LOOK_COST 10          /* ... and one whose border crosses itself at once less */

double uvp_pair_burden(uint32_t triangles)
{
    return triangles * (1 + sqrt(triangles / BURDEN_DOUBLE)) + OVERHEAD;
}

bool uvp_pair_is_good(const struct uvp_atlas_work *work, const struct uvp_pair *pair)
{
    return pair->trial.distortion.energy <= pair->energy_max &&
           pair->trial.distortion.stretched <= work->plan->stretch_part;
}

/* Whether the page would have to give more for the box than the seam is worth. */
static bool is_sprawling(const struct uvp_pair *pair)
{
    return pair->box.length > LENGTH_MAX * pair->side ||
           pair->box.area - pair->boxes > SPRAWL_MAX * pair->side * pair->bond.length;
}

/* Rounds the border alone to a lattice of its own. */
static void snap_border(const struct uvp_vec2 *point, struct uvp_patch *patch)
{
    struct uvp_vec2 low = point[0];
    struct uvp_vec2 high = point[0];
    double scale;

    for (uint32_t e = 1; e < patch->border_count; e++) {
        low.x = point[e].x < low.x ? point[e].x : low.x;
        low.y = point[e].y < low.y ? point[e].y : low.y;
        high.x = point[e].x > high.x ? point[e].x : high.x;
        high.y = point[e].y > high.y ? point[e].y : high.y;
    }
    scale = (UVP_LATTICE - 2) / fmax(fmax(high.x - low.x, high.y - low.y), LENGTH_MIN);
    for (uint32_t e = 0; e < patch->border_count; e++) {
        patch->at[patch->border[2 * (size_t)e]] =
            (struct uvp_point2){(int32_t)((point[e].x - low.x) * scale + 0.5),
                                (int32_t)((point[e].y - low.y) * scale + 0.5)};
    }
}

/* Whether the couple sprawls, or its border crosses itself. The inside is in the same box. */
static enum uvp_code look_ahead(struct uvp_atlas_work *work, const struct uvp_couple *couple,
                                struct uvp_pair *pair, bool *crossed)
{
    struct uvp_patch patch = couple->patch;
    const struct uvp_flat flat = uvp_flatten_flat(&patch);
    struct uvp_clash clash;
    struct uvp_vec2 *point;
    uint32_t clashes = 0;

    UVP_TAKE(work, point, patch.border_count);
    for (uint32_t e = 0; e < patch.border_count; e++) {
        point[e] = patch.uv[patch.border[2 * (size_t)e]];
    }
    pair->box = uvp_box_of(point, patch.border_count);
    pair->unfit = is_sprawling(pair);
    *crossed = false;
    if (!pair->unfit) {
        snap_border(point, &patch);
        UVP_TRY(uvp_verdict_clashes(work, &flat, &clash, 1, &clashes));
        *crossed = clashes > 0;
        pair->unfit = *crossed;
    }
    return uvp_work_count(work, 8 * patch.border_count);
}

/* Snaps and judges; keeps what is valid. */
static enum uvp_code judge(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                           struct uvp_pair *pair, struct uvp_patch *patch)
{
    bool valid = false;

    uvp_patch_snap(open->topology, patch);
    UVP_TRY(uvp_flatten_check(work, patch, &valid));
    if (valid) {
        UVP_TRY(uvp_flatten_clears(work, patch, &valid));
    }
    if (valid) {
        uvp_trial_keep(&pair->trial, patch);
    }
    return UVP_OK;
}

/* Whether two charts that were nearly isometric have lost that: a solve may do better. */
static bool is_spoilt(const struct uvp_pair *pair)
{
    return pair->excess < EXCESS_NONE &&
           pair->trial.distortion.energy - 1 > pair->excess + EXCESS_SPOILT;
}

/* Bends the seam closed; `*hopeless` when a solve would not make it good either. */
static enum uvp_code try_bent(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                              struct uvp_couple *couple, struct uvp_pair *pair, bool *hopeless)
{
    const struct uvp_plan *const plan = work->plan;
    struct uvp_distortion *const distortion = &pair->trial.distortion;

    pair->cost = couple->patch.triangle_count / BENT_COST + 1;
    if (pair->bond.misfit > MISFIT_NONE) {
        UVP_TRY(uvp_blend_seam(work, couple, REACH * pair->bond.length));
    }
    UVP_TRY(uvp_solve_measure(work, open->topology, &couple->patch, distortion));
    *hopeless = isfinite(distortion->energy) &&
                distortion->energy - 1 > (plan->merge_patient ? EXCESS_MOST : EXCESS_HOPELESS) *
                                             (pair->energy_max - 1);
    return uvp_pair_is_good(work, pair) && !is_spoilt(pair)
               ? judge(work, open, pair, &couple->patch)
               : UVP_OK;
}

static enum uvp_code try_solved(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                                struct uvp_couple *couple, struct uvp_pair *pair)
{
    struct uvp_solve_ask ask = {.start = UVP_SOLVE_SHAPES, .energy_max = pair->energy_max};
    struct uvp_vec2 *shape;

    pair->cost = (uint32_t)uvp_pair_burden(couple->patch.triangle_count);
    UVP_TRY(uvp_couple_shapes(work, couple, &shape));
    ask.shape = shape;
    UVP_TRY(
        uvp_solve_patch(work, open->topology, &ask, &couple->patch, &pair->trial.distortion));
    return uvp_pair_is_good(work, pair) ? judge(work, open, pair, &couple->patch) : UVP_OK;
}

enum uvp_code uvp_pair_try(struct uvp_atlas_work *work, struct uvp_open_charts *open,
                           struct uvp_pair *pair)
{
    const uint32_t a = pair->trial.target;
    const uint32_t b = pair->trial.other[0];
    struct uvp_couple couple;
    bool crossed = false;
    bool hopeless = false;

    pair->cost =
        (open->charts->chart[a].triangle_count + open->charts->chart[b].triangle_count) /
            LOOK_COST +
        1;
    UVP_TRY(uvp_couple_make(work, open, a, b, &pair->bond, &couple));
    UVP_TRY(look_ahead(work, &couple, pair, &crossed));
    if (pair->unfit && (!crossed || !work->plan->merge_patient)) {
        return UVP_OK;
    }
    UVP_TRY(uvp_couple_fill(work, &couple, pair->trial.kept.list));
    UVP_TRY(try_bent(work, open, &couple, pair, &hopeless));
    return pair->trial.done || hopeless ? UVP_OK : try_solved(work, open, &couple, pair);
}
