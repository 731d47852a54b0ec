/*
 * place.h -- packed charts onto the page's lattice, and the verdict on what is handed out
 *
 * Why:     rounding to the lattice at the final scale can close a thin triangle that was open
 * on the chart's own lattice: only the final numbers count.
 */
#ifndef UVP_ATLAS_PLACE_H
#define UVP_ATLAS_PLACE_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/pack.h"

/* Makes charts that will be too small for the lattice larger, before the first packing. */
UVP_MUST_USE enum uvp_code uvp_place_prepare(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             struct uvp_charts *charts);

/*
 * Rounds to charts->page and judges every chart; what fails is nudged, and if that does not
 * help taken apart or laid out anew. `*again`: charts have changed and must be packed again.
 * `round` counts the calls: each is more forceful.
 */
UVP_MUST_USE enum uvp_code uvp_place_charts(struct uvp_atlas_work *work,
                                            const struct uvp_topology *topology,
                                            const struct uvp_outlines *outlines,
                                            const struct uvp_packing *packing, uint32_t round,
                                            struct uvp_charts *charts, bool *again);

#endif
