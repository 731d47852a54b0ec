/*
 * tray.h -- the masks of all charts, and one layout of them on a square page
 *
 * Why:     masks stay as they are and the page shrinks: what is tried is an order of the charts
 *          and the side of the page.
 * Use:     uvp_tray_take for a size of cells, uvp_tray_draw for a scale, uvp_tray_lay for every
 *          try.
 */
#ifndef UVP_ATLAS_TRAY_H
#define UVP_ATLAS_TRAY_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/raster.h"

#define UVP_TRAY_DIRECTIONS 16
#define UVP_ANY_DIRECTION 0xff

struct uvp_place {
    int32_t x; /* of the mask's ring */
    int32_t y;
    int32_t direction; /* -1: not placed */
};

/* An order of the charts, and what came of it. */
struct uvp_layout {
    uint32_t *order;
    uint32_t count;  /* of charts in it */
    uint8_t *forced; /* of each chart: its direction, or UVP_ANY_DIRECTION; NULL: all any */
    double lift;     /* weight of a chart's height against its lower edge */
    int32_t width;   /* of the page */
    int32_t height;
    uint32_t laid;           /* how many of the order were looked at */
    struct uvp_place *place; /* of each chart */
    uint32_t left_count;     /* that found no place */
    double left;             /* their area */
    int32_t top;
};

struct uvp_tray {
    struct uvp_atlas_work *work;
    const struct uvp_charts *charts;
    const struct uvp_outlines *outlines;
    struct uvp_gap gap;
    struct uvp_canvas canvas;
    struct uvp_page page;
    uint8_t *directions;  /* of each chart: 1, 2, 4, 8 or 16 */
    uint32_t *mask_first; /* of each chart */
    const uint8_t *only;  /* the only direction of each chart that is drawn; NULL: all are */
    struct uvp_mask *mask;
    int32_t side_max;
    double cells;         /* a length */
    uint64_t steps_limit; /* to go on with a layout */
    bool loose;           /* masks are near enough to move charts apart afterwards */
    bool hints;           /* rows where charts of a size no longer fit are skipped */
};

/* Chooses how many directions each chart gets; `fewer` halvings. Returns their sum. */
uint64_t uvp_tray_choose(struct uvp_tray *tray, uint32_t big, unsigned fewer);

/* Memory for a page of `cells` cells on a side, with a gap of this part of the page. */
UVP_MUST_USE enum uvp_code uvp_tray_take(struct uvp_tray *tray, int32_t cells, double gap);

/* Draws all charts, tray->cells cells a length. */
UVP_MUST_USE enum uvp_code uvp_tray_draw(struct uvp_tray *tray);

/*
 * Lays the charts out in the layout's order, on its page, until the area left over is more than
 * `enough` or the steps are used up: then `left` is infinite. What an order has in common with
 * `known` (NULL allowed) is taken from there.
 */
UVP_MUST_USE enum uvp_code uvp_tray_lay(struct uvp_tray *tray, const struct uvp_layout *known,
                                        double enough, struct uvp_layout *layout);

static inline const struct uvp_mask *uvp_tray_mask(const struct uvp_tray *tray, uint32_t chart,
                                                   int32_t direction)
{
    return &tray->mask[tray->mask_first[chart] + (uint32_t)direction];
}

#endif
