/*
 * trials.h -- several sets of options tried on each mesh, and which of them was best
 *
 * Shape:   the facts of a record with UVP_TASK_OPTIMIZE: a struct uvp_trials_head, then `count`
 *          struct uvp_trial, in the order of the settings' options.
 * Threads: plain data; the settings are read-only while the line runs.
 */
#ifndef UVP_STAGES_TRIALS_H
#define UVP_STAGES_TRIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/status.h"
#include "stages/unwrapper/analysis/analysis.h"
#include "stages/unwrapper/atlas/atlas.h"

/* A summand of the score: weight * figure. */
struct uvp_trial_weight {
    uint32_t figure; /* place in uvp_figures */
    double weight;
};

/* What is to be tried. Zero: nothing. */
struct uvp_trial_plan {
    const struct uvp_atlas_options *options;
    uint32_t count;
    const struct uvp_trial_weight *weights;
    uint32_t weight_count;
    unsigned parts; /* uvp_analysis_part bits that the weights need */
};

struct uvp_trial {
    enum uvp_code code; /* UVP_OK, or why there is no score */
    double score;       /* less is better; NaN when a figure is not there */
    struct uvp_analysis figures;
};

struct uvp_trials_head {
    uint32_t count;
    uint32_t best; /* the earliest of the least score; count: none */
};

#endif
