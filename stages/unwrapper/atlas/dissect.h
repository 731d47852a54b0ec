/*
 * dissect.h -- an order of elimination that keeps the factor of a patch's graph sparse
 *
 * Why:     the fill of a factor is what solving costs, and the order decides it.
 * Limits:  linear work a level, and the depth is bounded.
 */
#ifndef UVP_ATLAS_DISSECT_H
#define UVP_ATLAS_DISSECT_H

#include "stages/unwrapper/atlas/patch.h"

/* The graph: neighbours of vertex v are column[start[v] .. start[v + 1]); repeats do no harm.
 */
struct uvp_graph {
    uint32_t count;
    const uint32_t *start;
    const uint32_t *column;
    const struct uvp_vec2 *at; /* where the vertices lie, more or less */
};

/* Fills order[] with the vertices, first eliminated first. */
UVP_MUST_USE enum uvp_code uvp_dissect_order(struct uvp_atlas_work *work,
                                             const struct uvp_graph *graph, uint32_t *order);

#endif
