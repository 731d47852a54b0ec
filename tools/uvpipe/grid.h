/*
 * grid.h -- what `optimize` tries: every combination of some values of some options, and what
 *           of the outcome counts
 *
 * Use:     fill with --grid and --metric; make, once all options are known; read `plan`.
 * Owner:   everything lies in the arena given, and borrows the texts of the options.
 * Threads: confined; read-only while the line runs.
 */
#ifndef UVP_TOOLS_GRID_H
#define UVP_TOOLS_GRID_H

#include "stages/trials.h"
#include "tools/uvpipe/options.h"

#define UVP_GRID_AXES 16
#define UVP_GRID_TRIALS 4096

/* One option, and the values it is tried with. */
struct uvp_grid_axis {
    const struct uvp_option *row;
    const char **values;
    uint32_t count;
};

struct uvp_grid {
    struct uvp_grid_axis axes[UVP_GRID_AXES];
    uint32_t axis_count;
    struct uvp_trial_plan plan; /* trial 0: the options as they are */
};

/*
 * Reads the axes, "NAME=VALUE,VALUE", "NAME=VALUE|VALUE" where values hold commas, or
 * "NAME=FIRST:LAST:STEP", and the metric, "FIGURE=WEIGHT,...", where a figure alone counts as 1
 * or -1, whichever makes its better values less; and makes the plan. No axes: the usual ones.
 *
 * Returns: UVP_OK
 *          UVP_USAGE      the text says what is wrong
 *          UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_grid_make(struct uvp_grid *grid,
                                         const struct uvp_options *options,
                                         struct uvp_arena *arena, struct uvp_error *err);

/* The value of an axis in a trial above 0; NULL in trial 0. */
const char *uvp_grid_value(const struct uvp_grid *grid, uint32_t trial, uint32_t axis);

/* "max-stretch 1.5, pack-effort 4"; "as given" for trial 0. Cut where it is too long. */
void uvp_grid_describe(const struct uvp_grid *grid, uint32_t trial, char *out, size_t room);

#endif
