/*
 * topology.h -- from the caller's arrays to points, units and pairs of half-edges
 *
 * Why:     the rest of the engine never sees a bad index, a NaN or a non-manifold edge.
 * Order:   check, weld, measure, winding, polygons, pairing.
 */
#ifndef UVP_ATLAS_TOPOLOGY_H
#define UVP_ATLAS_TOPOLOGY_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/atlas_internal.h"

/*
 * Returns: UVP_OK
 *          UVP_BAD_DATA    an index is out of range, a corner belongs to two polygons, or the
 *                          triangles of a polygon are no triangulation of it
 *          UVP_DEGENERATE  no triangle has area
 *          UVP_NO_MEMORY, UVP_LIMIT, UVP_CANCELLED
 */
UVP_MUST_USE enum uvp_code uvp_topology_make(struct uvp_atlas_work *work,
                                             struct uvp_topology *topology);

/*
 * Whether a triangle can have UV area: finite, and its height over 2^-20 of its longest edge
 * (below that float32 input carries no shape).
 */
bool uvp_topology_has_area(const float *positions, const uint32_t vertex[3]);

/* What atlas.h asks of indices and polygon numbers. */
UVP_MUST_USE enum uvp_code uvp_topology_check_input(struct uvp_atlas_work *work);

/* weld.c: number of the distinct position of each vertex, by first appearance; exact. */
UVP_MUST_USE enum uvp_code uvp_weld_vertices(struct uvp_atlas_work *work, uint32_t *point_of,
                                             uint32_t *point_count);

/* The same for any numbers. */
struct uvp_weld_set {
    const float *values; /* count * width */
    uint32_t width;      /* 2 or 3 */
    uint32_t count;
};

UVP_MUST_USE enum uvp_code uvp_weld_set(struct uvp_atlas_work *work,
                                        const struct uvp_weld_set *set, uint32_t *point_of,
                                        uint32_t *point_count);

/* The same by sorting: slower, but as fast whatever the numbers. */
UVP_MUST_USE enum uvp_code uvp_weld_sorted(struct uvp_atlas_work *work,
                                           const struct uvp_weld_set *set, uint32_t *point_of,
                                           uint32_t *point_count);

/* polygon_disk.c: numbers the units. */
UVP_MUST_USE enum uvp_code uvp_polygon_number(struct uvp_atlas_work *work,
                                              struct uvp_topology *topology);

/* polygon_disk.c: inner diagonals of units, and which dead triangles may stay dead. */
UVP_MUST_USE enum uvp_code uvp_polygon_pair(struct uvp_atlas_work *work,
                                            struct uvp_topology *topology);

/* winding.c: turns the units that are turned against most of their neighbours. */
UVP_MUST_USE enum uvp_code uvp_winding_fix(struct uvp_atlas_work *work,
                                           struct uvp_topology *topology);

/* pairing.c: as uvp_pairing_make, whatever the directions; for winding.c alone. */
UVP_MUST_USE enum uvp_code uvp_pairing_loose(struct uvp_atlas_work *work,
                                             struct uvp_topology *topology);

/* pairing.c: half-edges of different units that meet at an edge. */
UVP_MUST_USE enum uvp_code uvp_pairing_make(struct uvp_atlas_work *work,
                                            struct uvp_topology *topology);

#endif
