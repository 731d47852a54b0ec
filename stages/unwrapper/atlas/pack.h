/*
 * pack.h -- charts onto a square page
 *
 * Why:     one scale for all charts, rotation and translation only, and never less than the
 *          gap between two charts or half of it to the page's side.
 * Order:   shelf.c can always place everything; pack.c packs closer, on a raster, if it can.
 */
#ifndef UVP_ATLAS_PACK_H
#define UVP_ATLAS_PACK_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/outline.h"

/* Where a chart goes: its box frame, turned by (cosine, sine), scaled, moved. Page side = 1. */
struct uvp_spot {
    double cosine;
    double sine;
    double x;
    double y;
};

struct uvp_packing {
    double scale; /* page sides per length */
    double gap;   /* asked for, page sides; smaller than work->gap for very many charts */
    struct uvp_spot *spot; /* one a chart */
};

/* Fills packing->spot (taken by the callee) and the scale. `round` counts the calls for one
 * mesh: each spends a quarter of what the one before did. */
UVP_MUST_USE enum uvp_code uvp_pack_make(struct uvp_atlas_work *work,
                                         const struct uvp_charts *charts,
                                         const struct uvp_outlines *outlines, uint32_t round,
                                         struct uvp_packing *packing);

/* shelf.c: rows of boxes; exact, and possible for any set of charts. */
UVP_MUST_USE enum uvp_code uvp_shelf_pack(struct uvp_atlas_work *work,
                                          const struct uvp_outlines *outlines,
                                          struct uvp_packing *packing);

/* Chart c's slot on the page, in page sides. */
static inline struct uvp_vec2 uvp_packing_point(const struct uvp_packing *packing,
                                                const struct uvp_spot *spot, struct uvp_vec2 p)
{
    return (struct uvp_vec2){(spot->cosine * p.x - spot->sine * p.y) * packing->scale + spot->x,
                             (spot->sine * p.x + spot->cosine * p.y) * packing->scale +
                                 spot->y};
}

#endif
