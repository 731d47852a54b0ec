/*
 * charts.h -- the store of charts: patches in, patches out
 *
 * Why:     flattening, attaching crumbs, merging and placing all keep layouts in the same
 *          arrays, and none should know how.
 * Owner:   arrays live in the scratch arena from uvp_charts_take on; those that grow later in
 *          the `keep` arena, so that they outlive marks.
 */
#ifndef UVP_ATLAS_CHARTS_H
#define UVP_ATLAS_CHARTS_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/patch.h"

/*
 * Arrays for flattening: slots for three a triangle, no page; no triangle has a chart yet. The
 * charts themselves are the caller's business until uvp_charts_settle.
 */
UVP_MUST_USE enum uvp_code uvp_charts_take(struct uvp_atlas_work *work,
                                           const struct uvp_topology *topology,
                                           struct uvp_charts *charts);

/* Flattening is over: charts move to an array of their own, and pages get room. */
UVP_MUST_USE enum uvp_code uvp_charts_settle(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             struct uvp_charts *charts);

/* Room for so many charts and slots; what is there stays. Pointers into the arrays are void. */
UVP_MUST_USE enum uvp_code uvp_charts_reserve(struct uvp_atlas_work *work,
                                              struct uvp_charts *charts, uint32_t chart_count,
                                              uint32_t slot_count);

/*
 * cut: an array with the edges that may be in no chart, or NULL when there are none. Where old
 * charts are kept it is empty: they have their own seams.
 */
UVP_MUST_USE enum uvp_code uvp_charts_hard(struct uvp_atlas_work *work,
                                           const struct uvp_topology *topology, uint8_t **cut);

/* Writes the patch's lattice layout from slot `first` on, and its corners. */
void uvp_charts_store(struct uvp_charts *charts, uint32_t first, const struct uvp_patch *patch);

/* The reverse: `at`, and uv = at * step, of a patch whose triangles were stored. */
void uvp_charts_load(const struct uvp_charts *charts, double step, struct uvp_patch *patch);

/* Moves chart c's slots to `first`, not behind where they are, and names it at its triangles.
 */
void uvp_charts_move(struct uvp_charts *charts, uint32_t c, uint32_t first);

/*
 * Charts while they join: a chart's triangles are a list, so that joining costs nothing, and a
 * chart without triangles is gone. charts->triangle is of no meaning meanwhile, and
 * first_triangle of a chart is a triangle.
 */
struct uvp_open_charts {
    const struct uvp_topology *topology;
    struct uvp_charts *charts;
    struct uvp_pieces pieces; /* labels are charts->chart_of */
    uint32_t *next;           /* of each triangle, in its chart's list */
    uint32_t *last;           /* of each chart */
    struct uvp_rims *rims;    /* rim.h: join as charts do; NULL: nobody wants them */
    uint32_t slots_max;
};

UVP_MUST_USE enum uvp_code uvp_charts_open(struct uvp_atlas_work *work,
                                           const struct uvp_topology *topology,
                                           struct uvp_charts *charts,
                                           struct uvp_open_charts *open);

/* Writes chart c's triangles. */
void uvp_charts_list(const struct uvp_open_charts *open, uint32_t c, uint32_t *list);

/*
 * The charts become part of chart a, with the patch's layout for all of them: its triangles are
 * a's, then the others' in order, and it has no more vertices than they have slots.
 */
void uvp_charts_join(struct uvp_open_charts *open, uint32_t a, const uint32_t *other,
                     uint32_t others, const struct uvp_patch *patch);

/* Leaves charts as uvp_flatten_make does: numbers, triangles and slots without gaps. */
UVP_MUST_USE enum uvp_code uvp_charts_close(struct uvp_atlas_work *work,
                                            struct uvp_open_charts *open);

#endif
