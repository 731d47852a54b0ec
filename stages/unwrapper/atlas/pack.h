/*
 * pack.h -- charts onto a square page
 *
 * Why:     one scale for all charts, rotation and translation only, and never less than the
 *          gap between two charts or half of it to the page's side.
 * Order:   shelf.c can always place everything; pack.c packs closer, on a raster, if it can;
 *          paging.c does on several pages, or at a density that is given.
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
    uint32_t page;
};

struct uvp_packing {
    double scale; /* page sides per length */
    double gap;   /* asked for, page sides; smaller than work->gap for very many charts */
    struct uvp_spot *spot; /* one a chart */
    uint32_t page_count;
    bool density_reached; /* that was asked for */
};

/* What is asked of a packing. */
struct uvp_demand {
    double scale_most;   /* fixed density; infinite: as large as fits */
    uint32_t pages_most; /* at least 1 */
};

/* Fills packing->spot (taken by the callee) and the scale. `round` counts the calls for one
 * mesh: each spends a quarter of what the one before did. */
UVP_MUST_USE enum uvp_code uvp_pack_make(struct uvp_atlas_work *work,
                                         const struct uvp_charts *charts,
                                         const struct uvp_outlines *outlines, uint32_t round,
                                         struct uvp_packing *packing);

struct uvp_demand uvp_pack_demand(const struct uvp_atlas_work *work, double mesh_unit);

/* The gap that so many charts keep, in page sides. */
double uvp_pack_gap(const struct uvp_atlas_work *work, uint32_t charts, uint32_t pages);

/* shelf.c: rows of boxes; exact, and possible for any set of charts. */
UVP_MUST_USE enum uvp_code uvp_shelf_pack(struct uvp_atlas_work *work,
                                          const struct uvp_outlines *outlines,
                                          struct uvp_demand demand,
                                          struct uvp_packing *packing);

/* UDIM tiles: page p lies at (p % 10, p / 10). */
#define UVP_TILES_ACROSS 10

/* Steps of the lattice along a page: so many that float32 holds them exactly on every tile. */
static inline int32_t uvp_page_lattice(uint32_t pages)
{
    const uint32_t rows = (pages + UVP_TILES_ACROSS - 1) / UVP_TILES_ACROSS;
    const uint32_t across = pages < UVP_TILES_ACROSS ? pages : UVP_TILES_ACROSS;
    const uint32_t most = rows > across ? rows : across;
    int32_t steps = UVP_LATTICE;

    for (uint32_t tiles = 1; tiles < most; tiles *= 2) {
        steps /= 2;
    }
    return steps;
}

/* Chart c's slot on the page, in page sides. */
static inline struct uvp_vec2 uvp_packing_point(const struct uvp_packing *packing,
                                                const struct uvp_spot *spot, struct uvp_vec2 p)
{
    return (struct uvp_vec2){(spot->cosine * p.x - spot->sine * p.y) * packing->scale + spot->x,
                             (spot->sine * p.x + spot->cosine * p.y) * packing->scale +
                                 spot->y};
}

#endif
