/*
 * jostle.h -- charts pushed closer together: all move and turn a little at once
 *
 * Why:     a layout in cells and a few directions leaves gaps that no chart of it can use.
 * Use:     uvp_jostle_make on a draft for one page; the packing is replaced if that is better.
 */
#ifndef UVP_ATLAS_JOSTLE_H
#define UVP_ATLAS_JOSTLE_H

#include "stages/unwrapper/atlas/pack.h"

/*
 * Charts of the draft may overlap a little. Takes about `*steps` of half a nanosecond at most,
 * and tells how many it took. *valid: a layout was found, better or not.
 */
UVP_MUST_USE enum uvp_code uvp_jostle_make(struct uvp_atlas_work *work,
                                           const struct uvp_charts *charts,
                                           const struct uvp_outlines *outlines,
                                           const struct uvp_packing *draft, uint64_t *steps,
                                           struct uvp_packing *packing, bool *valid);

#endif
