/*
 * hierarchy.h -- joins regions, cheapest border first, while the union can still be laid flat
 */
#ifndef UVP_ATLAS_HIERARCHY_H
#define UVP_ATLAS_HIERARCHY_H

#include "stages/unwrapper/atlas/graph.h"
#include "stages/unwrapper/atlas/lineage.h"

/* What a union must keep to. */
struct uvp_join_limits {
    double energy;      /* predicted symmetric Dirichlet energy above an isometry's */
    double cosine;      /* of the cone that holds all normals */
    double deviation;   /* 1 - length of the summed normals over area */
    double thin;        /* narrower regions may join beyond cone and deviation; 0: none */
    double thin_cosine; /* ... but not beyond this cone */
    uint32_t triangles;
};

/* `warp` of the regions must be set. Afterwards uvp_graph_root tells what became of each
 * region,
 * and `lineage` has been told of all joins. */
UVP_MUST_USE enum uvp_code uvp_hierarchy_join(struct uvp_atlas_work *work,
                                              const struct uvp_join_limits *limits,
                                              struct uvp_graph *graph,
                                              struct uvp_lineage *lineage);

#endif
