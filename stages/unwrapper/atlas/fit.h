/*
 * fit.h -- charts cut so that they pack better
 *
 * Why:     one long or sprawling chart decides how much of the page stays empty.
 * Limits:  a bounded number of cuts, along edges of the mesh; UVs within a part stay as they
 * are.
 */
#ifndef UVP_ATLAS_FIT_H
#define UVP_ATLAS_FIT_H

#include "stages/unwrapper/atlas/outline.h"

/* `outlines`: those of the charts when none had to be cut, so that nobody needs to make them
 * again; otherwise none. */
UVP_MUST_USE enum uvp_code uvp_fit_charts(struct uvp_atlas_work *work,
                                          const struct uvp_topology *topology,
                                          struct uvp_charts *charts,
                                          struct uvp_outlines *outlines);

#endif
