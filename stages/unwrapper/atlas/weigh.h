/*
 * weigh.h -- where a chart might be cut, by its border alone
 *
 * Use:     uvp_weigh_cuts for a chart; then try the cuts on its triangles, best first.
 */
#ifndef UVP_ATLAS_WEIGH_H
#define UVP_ATLAS_WEIGH_H

#include "stages/unwrapper/atlas/fitter.h"
#include "stages/unwrapper/atlas/neck.h"

struct uvp_fit_cut {
    struct uvp_line line;
    struct uvp_neck neck; /* of length 0: the cut is the line */
    double saves;         /* area, less what the cut's length is worth */
};

/* The best lines, one a direction, best first, up to `most`; returns how many. */
uint32_t uvp_weigh_lines(const struct uvp_fitter *fitter, uint32_t chart, uint32_t most,
                         struct uvp_fit_cut *best);

/* The best necks, up to `most`; returns how many. */
uint32_t uvp_weigh_necks(const struct uvp_fitter *fitter, uint32_t chart, uint32_t most,
                         struct uvp_fit_cut *best);

#endif
