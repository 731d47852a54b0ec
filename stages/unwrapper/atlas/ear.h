/*
 * ear.h -- a polygon that a single edge holds to its chart, and where else it could be
 *
 * Why:     seams get shorter when polygons on them change sides, and that needs no solve.
 * Use:     find, then fill or turn, then judge; what is said there is the caller's to do.
 */
#ifndef UVP_ATLAS_EAR_H
#define UVP_ATLAS_EAR_H

#include "stages/unwrapper/atlas/charts.h"

#define UVP_EAR_EDGES 16 /* of a polygon: larger ones stay where they are */

/* A polygon that one edge holds to its chart, and how it would lie in another one. */
struct uvp_ear {
    uint32_t first; /* triangle */
    uint32_t count;
    uint32_t from; /* its chart */
    uint32_t to;
    uint32_t own; /* half-edge that joins it to its chart */
    uint32_t edges;
    uint32_t edge[UVP_EAR_EDGES]; /* the other half-edges */
    uint32_t vertices;
    uint32_t slot[UVP_EAR_EDGES];        /* where it is */
    uint32_t into[UVP_EAR_EDGES];        /* where it would be; UVP_NONE: a new slot */
    struct uvp_point2 at[UVP_EAR_EDGES]; /* on the other chart's lattice */
    bool joined[UVP_EAR_EDGES];          /* of the edges: to the other chart */
};

/* The chart that half-edge h could be joined to, or UVP_NONE. */
uint32_t uvp_ear_beyond(const struct uvp_open_charts *open, uint32_t h);

/* The vertex with that slot in its chart. */
uint32_t uvp_ear_vertex(const struct uvp_ear *ear, uint32_t slot);

/* Whether the polygon of triangle t is one, and its chart would miss it little. */
bool uvp_ear_find(const struct uvp_open_charts *open, uint32_t t, struct uvp_ear *ear);

/* Into a notch of a neighbour that it fills: all edges are joined, and no vertex is new. */
bool uvp_ear_fill(const struct uvp_open_charts *open, struct uvp_ear *ear);

/* Onto the longest of its other edges, if that is longer than the one that holds it. */
bool uvp_ear_turn(const struct uvp_open_charts *open, struct uvp_ear *ear);

/* Whether all of its triangles would be positive, and not much stretched. */
UVP_MUST_USE enum uvp_code uvp_ear_judge(struct uvp_atlas_work *work,
                                         const struct uvp_open_charts *open,
                                         const struct uvp_ear *ear, bool *good);

#endif
