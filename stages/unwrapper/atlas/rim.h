/*
 * rim.h -- the borders of charts while they join
 *
 * Why:     whether two charts could lie side by side is seen on their borders, which are short;
 *          walking their triangles would cost more than most other looks at a pair.
 * Use:     uvp_rims_make once; uvp_rims_add for edges that become border.
 * Owner:   arrays live in the scratch arena.
 * Threads: tasks with charts of their own may walk them at the same time.
 */
#ifndef UVP_ATLAS_RIM_H
#define UVP_ATLAS_RIM_H

#include "stages/unwrapper/atlas/charts.h"

struct uvp_rims {
    uint32_t *half;  /* border edges, as half-edges */
    uint32_t *next;  /* of each edge, in the list of its chart */
    uint32_t *first; /* of each chart */
    uint32_t *last;
    uint32_t *length; /* of each chart: edges in its list */
    uint32_t count;
    uint32_t room; /* for edges */
};

/* From then on open->rims are these, and charts that join join them. */
UVP_MUST_USE enum uvp_code uvp_rims_make(struct uvp_atlas_work *work,
                                         struct uvp_open_charts *open, struct uvp_rims *rims);

/* Half-edge h is on the border of chart c by now; there must be room. */
void uvp_rims_add(struct uvp_rims *rims, uint32_t c, uint32_t h);

/* Chart b has become part of chart a. */
void uvp_rims_join(struct uvp_rims *rims, uint32_t a, uint32_t b);

/*
 * The edge of chart c after `e`, or its first when `e` is UVP_NONE. Those that are not on
 * its border by now leave the list for good.
 */
uint32_t uvp_rims_next(const struct uvp_open_charts *open, uint32_t c, uint32_t e);

#endif
