/*
 * trial.h -- some charts as one patch, to see whether they can be one chart
 *
 * Why:     attaching crumbs and merging differ in how they lay the patch out, and in nothing
 *          else.
 * Use:     take (by the caller), then in a task: gather, lay out, keep or restore; afterwards
 *          apply what was kept, in an order that does not depend on the tasks'.
 * Threads: trials may run at the same time when they have no chart in common.
 */
#ifndef UVP_ATLAS_TRIAL_H
#define UVP_ATLAS_TRIAL_H

#include "stages/unwrapper/atlas/charts.h"
#include "stages/unwrapper/atlas/solve.h"

/* A layout of the joint chart. */
struct uvp_trial_kept {
    uint32_t *list; /* of triangles */
    uint32_t triangle_count;
    uint32_t *corner;
    struct uvp_point2 *at;
    uint32_t vertex_count;
    double step;
};

struct uvp_trial {
    uint32_t target;
    const uint32_t *other; /* charts that may become part of the target */
    uint32_t others;
    struct uvp_trial_kept kept;
    struct uvp_distortion distortion;
    bool done;
};

/* Arrays for what may be kept, of these charts or of fewer. */
UVP_MUST_USE enum uvp_code uvp_trial_take(struct uvp_atlas_work *work,
                                          const struct uvp_open_charts *open,
                                          struct uvp_trial *trial);

/*
 * The joint patch: the target's triangles, then the others' in order, all labelled as the
 * target's. Its border runs along the cuts in open->pieces.
 */
UVP_MUST_USE enum uvp_code uvp_trial_gather(struct uvp_atlas_work *work,
                                            struct uvp_open_charts *open,
                                            struct uvp_trial *trial, struct uvp_patch *patch);

/* Triangles of chart c are no longer labelled as others'. */
void uvp_trial_restore(struct uvp_open_charts *open, uint32_t c);

/* The patch's lattice layout is what becomes of the charts. */
void uvp_trial_keep(struct uvp_trial *trial, const struct uvp_patch *patch);

/* Makes one chart of them. */
void uvp_trial_apply(struct uvp_open_charts *open, const struct uvp_trial *trial);

#endif
