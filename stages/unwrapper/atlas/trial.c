/*
 * Labels are the charts' numbers, so a trial takes over the labels of the charts it would join,
 * and gives them back when it comes to nothing.
 */
#include "stages/unwrapper/atlas/trial.h"

#include <string.h>

enum uvp_code uvp_trial_take(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                             struct uvp_trial *trial)
{
    const struct uvp_chart *const chart = open->charts->chart;
    struct uvp_trial_kept *const kept = &trial->kept;
    uint32_t slots = chart[trial->target].slot_count;

    *kept = (struct uvp_trial_kept){.triangle_count = chart[trial->target].triangle_count};
    for (uint32_t i = 0; i < trial->others; i++) {
        kept->triangle_count += chart[trial->other[i]].triangle_count;
        slots += chart[trial->other[i]].slot_count;
    }
    UVP_TAKE(work, kept->list, kept->triangle_count);
    UVP_TAKE(work, kept->corner, 3 * (size_t)kept->triangle_count);
    UVP_TAKE(work, kept->at, slots);
    return UVP_OK;
}

enum uvp_code uvp_trial_gather(struct uvp_atlas_work *work, struct uvp_open_charts *open,
                               struct uvp_trial *trial, struct uvp_patch *patch)
{
    const struct uvp_chart *const chart = open->charts->chart;
    uint32_t count = chart[trial->target].triangle_count;

    uvp_charts_list(open, trial->target, trial->kept.list);
    for (uint32_t i = 0; i < trial->others; i++) {
        uvp_charts_list(open, trial->other[i], trial->kept.list + count);
        count += chart[trial->other[i]].triangle_count;
    }
    trial->kept.triangle_count = count;
    UVP_TRY(uvp_work_count(work, 2 * count));
    return uvp_patch_make(work, open->topology, &open->pieces, trial->target, trial->kept.list,
                          count, patch);
}

void uvp_trial_restore(struct uvp_open_charts *open, uint32_t c)
{
    const struct uvp_chart *const chart = &open->charts->chart[c];

    for (uint32_t t = chart->first_triangle; t != UVP_NONE; t = open->next[t]) {
        uvp_pieces_give(&open->pieces, t, c);
    }
}

void uvp_trial_keep(struct uvp_trial *trial, const struct uvp_patch *patch)
{
    struct uvp_trial_kept *const kept = &trial->kept;

    memcpy(kept->corner, patch->corner,
           3 * (size_t)patch->triangle_count * sizeof *kept->corner);
    memcpy(kept->at, patch->at, patch->vertex_count * sizeof *kept->at);
    kept->vertex_count = patch->vertex_count;
    kept->step = patch->step;
    trial->done = true;
}

void uvp_trial_apply(struct uvp_open_charts *open, const struct uvp_trial *trial)
{
    const struct uvp_trial_kept *const kept = &trial->kept;
    const struct uvp_patch patch = {.triangle_count = kept->triangle_count,
                                    .vertex_count = kept->vertex_count,
                                    .triangle = kept->list,
                                    .corner = kept->corner,
                                    .at = kept->at,
                                    .step = kept->step};

    uvp_charts_join(open, trial->target, trial->other, trial->others, &patch);
}
