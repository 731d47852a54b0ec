/*
 * raster.h -- charts drawn as masks of cells
 *
 * Why:     a chart is drawn once for four directions: turning cells is cheaper than drawing.
 * Use:     uvp_raster_draw for a chart and an axis; then uvp_raster_keep for each quarter turn.
 * Limits:  a chart that is larger than a page gets no mask.
 */
#ifndef UVP_ATLAS_RASTER_H
#define UVP_ATLAS_RASTER_H

#include "stages/unwrapper/atlas/outline.h"
#include "stages/unwrapper/atlas/page.h"

/* The least distance between charts, and the same in whole cells, rounded up. */
struct uvp_gap {
    double cells;
    int32_t pad; /* the ring's width in a mask */
};

/* Bits in rows of words. */
struct uvp_cells {
    uint64_t *bits;
    int32_t width;
    int32_t height;
    uint32_t words;
};

/* Memory for drawing, reused by all masks, and what was drawn last. */
struct uvp_canvas {
    struct uvp_gap gap;
    int32_t cells;          /* a mask with its ring is smaller than that */
    uint32_t room;          /* runs */
    struct uvp_vec2 *point; /* of the border, two an edge */
    uint64_t *inside;
    struct uvp_run *runs;
    uint32_t *row_first; /* run of each row */
    uint64_t steps;      /* work done, for budgets */
    bool loose;          /* masks are near enough; else the chart never leaves its cells */

    struct uvp_cells touched; /* as drawn */
    struct uvp_cells ring;
    struct uvp_cells turned_touched; /* and a quarter turn to the left */
    struct uvp_cells turned_ring;
    struct uvp_mask drawn; /* where the chart lies in the cells; width 0: too large */
    bool turned;           /* those cells are up to date */
};

UVP_MUST_USE enum uvp_code uvp_raster_canvas(struct uvp_atlas_work *work, int32_t cells,
                                             struct uvp_gap gap, uint32_t edges_max,
                                             struct uvp_canvas *canvas);

/* A direction in which charts are drawn. */
struct uvp_axis {
    double cosine;
    double sine;
};

/* Draws the chart, `cells` cells a length, turned by `axis`. */
UVP_MUST_USE enum uvp_code uvp_raster_draw(struct uvp_atlas_work *work,
                                           struct uvp_canvas *canvas,
                                           const struct uvp_charts *charts,
                                           const struct uvp_outlines *outlines, uint32_t chart,
                                           double cells, struct uvp_axis axis);

/* The mask of what was drawn, turned to the left by so many quarters, for this page. */
UVP_MUST_USE enum uvp_code uvp_raster_keep(struct uvp_atlas_work *work,
                                           struct uvp_canvas *canvas,
                                           const struct uvp_page *page, uint32_t quarters,
                                           struct uvp_mask *mask);

/* The probes and bands of a mask from runs in order of rows; `row_first`: of each and the end.
 */
UVP_MUST_USE enum uvp_code uvp_raster_probes(struct uvp_atlas_work *work,
                                             const struct uvp_page *page,
                                             const struct uvp_run *runs,
                                             const uint32_t *row_first, int32_t rows,
                                             struct uvp_mask *mask);

#endif
