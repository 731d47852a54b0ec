/*
 * squeeze.h -- a layout that is known, closed up in finer cells
 *
 * Why:     coarse cells leave up to a cell more than the gap between any two charts.
 * Use:     uvp_squeeze_lay on a tray whose cells are finer than those of the packing, with one
 *          direction drawn a chart.
 */
#ifndef UVP_ATLAS_SQUEEZE_H
#define UVP_ATLAS_SQUEEZE_H

#include "stages/unwrapper/atlas/pack.h"
#include "stages/unwrapper/atlas/tray.h"

/* What the charts are sorted by: the sum of both, weighted, of their lower left corners. */
struct uvp_slope {
    double x;
    double y;
};

/*
 * Charts go down and left from where the spots have them, in the order of the slope. *fits:
 * all found a place; `place` then holds it.
 */
UVP_MUST_USE enum uvp_code uvp_squeeze_lay(struct uvp_tray *tray,
                                           const struct uvp_packing *packing,
                                           struct uvp_slope slope, struct uvp_place *place,
                                           bool *fits);

#endif
