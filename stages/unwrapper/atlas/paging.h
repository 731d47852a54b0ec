/*
 * paging.h -- charts onto several pages, or onto pages at a density that is given
 *
 * Use:     uvp_paging_make with a tray whose cells and directions were chosen, and the best
 *          packing known so far.
 */
#ifndef UVP_ATLAS_PAGING_H
#define UVP_ATLAS_PAGING_H

#include "stages/unwrapper/atlas/pack.h"
#include "stages/unwrapper/atlas/tray.h"

/*
 * Replaces the packing if one is found that is larger, or as large on fewer pages. `guess`: a
 * scale at which the charts may fit on as many pages as are allowed. `cells`: of a page's side.
 */
UVP_MUST_USE enum uvp_code uvp_paging_make(struct uvp_tray *tray, struct uvp_demand demand,
                                           double guess, int32_t cells,
                                           struct uvp_packing *packing);

#endif
