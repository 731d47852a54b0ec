/*
 * chop.h -- one chart cut along a line, on the edges nearest to it
 *
 * Why:     the packer asks for cuts by where they should run; parts must still be charts: whole
 *          polygons, connected over edges, and never touching themselves in a corner.
 * Use:     init once; uvp_chop_parts for a line, or uvp_chop_across for a piece of one; then
 *          read `part` and `count`.
 */
#ifndef UVP_ATLAS_CHOP_H
#define UVP_ATLAS_CHOP_H

#include "stages/unwrapper/atlas/atlas_internal.h"
#include "stages/unwrapper/atlas/sort.h"

/* Points p of the chart's lattice with cosine x + sine y < offset lie on one side. */
struct uvp_line {
    double cosine;
    double sine;
    double offset;
};

struct uvp_chop {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    const struct uvp_charts *charts;
    uint32_t *local; /* of each triangle of the mesh: its place in the chart's list */
    uint32_t chart;
    uint32_t *near; /* 3 a triangle of the chart: places across its edges, or UVP_NONE */
    uint8_t *side;  /* of each triangle of the chart */
    uint32_t *part; /* of each triangle of the chart */
    uint32_t *stack;
    uint8_t *bad;   /* slots of the chart in which a part touches itself */
    double *area;   /* of each part */
    uint32_t count; /* parts; less than 2: this line does not cut the chart */
};

/* Arrays for charts of up to so many triangles. */
UVP_MUST_USE enum uvp_code uvp_chop_init(struct uvp_atlas_work *work,
                                         const struct uvp_topology *topology,
                                         const struct uvp_charts *charts,
                                         uint32_t triangles_max, struct uvp_chop *chop);

/* Parts smaller than `least` of the chart's area join their neighbours. */
UVP_MUST_USE enum uvp_code uvp_chop_parts(struct uvp_chop *chop, uint32_t chart,
                                          struct uvp_line line, double least);

/* The same along the straight way from one point of the border to another, and no further. */
UVP_MUST_USE enum uvp_code uvp_chop_across(struct uvp_chop *chop, uint32_t chart,
                                           struct uvp_point2 from, struct uvp_point2 to,
                                           double least);

/* Every polygon is a part. */
void uvp_chop_units(struct uvp_chop *chop, uint32_t chart);

/*
 * Makes a chart of each part: the first keeps the number, the others come last, where there is
 * room for them. They share the slots. `spare`: room for the chart's triangles.
 */
void uvp_chop_apply(const struct uvp_chop *chop, struct uvp_charts *charts, uint32_t *spare);

#endif
