/*
 * raster.h -- charts as runs of cells, and a page of cells that knows where a chart fits
 *
 * Why:     the packer asks one question very often: the lowest, then leftmost free place.
 * Use:     uvp_raster_mask for each chart and direction; the page is cleared for every try.
 * Limits:  a page of up to UVP_PAGE_CELLS on a side; a chart that is larger gets no mask.
 */
#ifndef UVP_ATLAS_RASTER_H
#define UVP_ATLAS_RASTER_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/outline.h"

#define UVP_PAGE_CELLS 1152
#define UVP_PAGE_LEVELS 11

struct uvp_run {
    uint16_t row;
    uint16_t from;
    uint16_t to; /* inclusive */
};

/* A chart in one direction. Cells it touches go to the page; those and a ring of `pad` are
 * tested, so that the gap is kept from one side only. */
struct uvp_mask {
    int32_t width; /* cells touched; 0: larger than a page */
    int32_t height;
    int32_t across; /* width with the ring */
    uint32_t touched_count;
    uint32_t test_count;
    struct uvp_run *touched;
    struct uvp_run *test; /* longest first */
    double cosine;        /* direction of the chart's box */
    double sine;
    double x; /* of the box's frame within the mask, cells */
    double y;
    double left; /* extent of the chart within the mask, cells */
    double right;
    double bottom;
    double top;
};

/* The least distance between charts, and the same in whole cells, rounded up. */
struct uvp_gap {
    double cells;
    int32_t pad; /* the ring's width in a mask */
};

/* Memory for drawing, reused by all masks. */
struct uvp_canvas {
    uint64_t *touched;
    uint64_t *inside;
    uint64_t *ring;
    struct uvp_run *runs;
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    uint32_t room;  /* items and runs */
    int32_t cells;  /* a mask with its ring is smaller than that */
    uint64_t steps; /* work done, for budgets */
};

UVP_MUST_USE enum uvp_code uvp_raster_canvas(struct uvp_atlas_work *work, int32_t cells,
                                             struct uvp_canvas *canvas);

/* Draws the chart, `cells` cells a length, turned by (cosine, sine). */
UVP_MUST_USE enum uvp_code
uvp_raster_mask(struct uvp_atlas_work *work, struct uvp_canvas *canvas,
                const struct uvp_charts *charts, const struct uvp_outlines *outlines,
                uint32_t chart, double cells, const struct uvp_gap *gap, struct uvp_mask *mask);

/* The mask of the opposite direction. */
UVP_MUST_USE enum uvp_code uvp_raster_opposite(struct uvp_atlas_work *work,
                                               struct uvp_canvas *canvas,
                                               const struct uvp_gap *gap,
                                               const struct uvp_mask *from,
                                               struct uvp_mask *mask);

struct uvp_page {
    int32_t side; /* in use; cells beyond count as taken */
    int32_t room;
    uint32_t words;
    uint32_t stride;
    uint32_t levels;
    uint64_t *bits;   /* level k, bit x of a row: any of the cells x ... x + 2^k - 1 is taken */
    int32_t *longest; /* free run of each row */
    uint64_t steps;   /* work done, for budgets */
};

UVP_MUST_USE enum uvp_code uvp_page_take(struct uvp_atlas_work *work, int32_t room,
                                         struct uvp_page *page);
void uvp_page_clear(struct uvp_page *page, int32_t side);

/* The lowest, then leftmost place of the mask with its ring; y at most `limit`. */
bool uvp_page_find(struct uvp_page *page, const struct uvp_mask *mask, int32_t first,
                   int32_t limit, int32_t *x, int32_t *y);

/* Takes the cells of a mask whose ring lies at (x, y). */
void uvp_page_put(struct uvp_page *page, const struct uvp_mask *mask, int32_t pad, int32_t x,
                  int32_t y);

#endif
