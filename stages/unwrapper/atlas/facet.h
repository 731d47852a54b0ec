/*
 * facet.h -- the surface in small compact patches of some twenty triangles
 *
 * Why:     the exact merging that follows has a queue; on facets it costs a tenth.
 */
#ifndef UVP_ATLAS_FACET_H
#define UVP_ATLAS_FACET_H

#include "stages/unwrapper/atlas/surface.h"

/*
 * label[u]: facet of unit u, numbered by first unit, or UVP_NONE when all its triangles are
 * dead. Facets are connected, and cross no hard seam.
 */
UVP_MUST_USE enum uvp_code uvp_facet_make(struct uvp_atlas_work *work,
                                          const struct uvp_topology *topology,
                                          const struct uvp_surface *surface, uint32_t *label,
                                          uint32_t *count);

#endif
