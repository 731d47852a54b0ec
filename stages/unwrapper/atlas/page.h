/*
 * page.h -- a page of cells that knows where a chart fits
 *
 * Why:     the packer asks one question very often: the lowest, then leftmost free place.
 * Use:     take, once for all charts drawn in cells of one size; clear for every try.
 * Limits:  up to UVP_PAGE_CELLS on a side.
 */
#ifndef UVP_ATLAS_PAGE_H
#define UVP_ATLAS_PAGE_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/atlas_internal.h"

#define UVP_PAGE_CELLS 1152
#define UVP_PAGE_LEVELS 11
#define UVP_MASK_BANDS 3

struct uvp_run {
    uint16_t row;
    uint16_t from;
    uint16_t to; /* inclusive */
};

/* The cells x ... x + 2^k - 1 of a row, seen from place 0 of a page: where level k has them. */
struct uvp_probe {
    uint32_t word;
    uint32_t shift;
};

/* All rows first ... last of a mask have a run of at least `least` cells. */
struct uvp_band {
    int32_t first;
    int32_t last;
    int32_t least;
};

/* A chart in one direction. Cells it touches go to the page; those and a ring of the gap's
 * width are tested, so that the gap is kept from one side only. */
struct uvp_mask {
    int32_t width; /* cells touched; 0: larger than a page */
    int32_t height;
    int32_t across; /* width with the ring */
    uint32_t touched_count;
    uint32_t probe_count;
    struct uvp_run *touched;
    struct uvp_probe *probe; /* all cells with the ring, those that fail soonest first */
    struct uvp_band band[UVP_MASK_BANDS];
    double cosine; /* direction of the chart's box */
    double sine;
    double x; /* of the box's frame within the mask, cells */
    double y;
    double left; /* extent of the chart within the mask, cells */
    double right;
    double bottom;
    double top;
};

struct uvp_page {
    int32_t width; /* in use */
    int32_t height;
    int32_t room;
    int32_t first_place; /* x of places that are looked at */
    int32_t last_place;
    uint32_t words;
    uint32_t levels;
    uint64_t *bits;   /* level k, bit x of a row: any of the cells x ... x + 2^k - 1 is taken */
    int16_t *longest; /* free run of each row; -1: to be found */
    int16_t *longest_at; /* where it begins */
    uint64_t steps;      /* work done, for budgets: about half a nanosecond each */
};

UVP_MUST_USE enum uvp_code uvp_page_take(struct uvp_atlas_work *work, int32_t room,
                                         struct uvp_page *page);
void uvp_page_clear(struct uvp_page *page, int32_t width, int32_t height);

/* Only places with such x are looked for, until the page is cleared. */
void uvp_page_window(struct uvp_page *page, int32_t first, int32_t last);

/* The lowest, then leftmost place of the mask with its ring; y from `first` to `limit`. */
bool uvp_page_find(struct uvp_page *page, const struct uvp_mask *mask, int32_t first,
                   int32_t limit, int32_t *x, int32_t *y);

/* Takes the cells of a mask whose ring lies at (x, y). The page must be settled in the rows
 * that changed before the next search. */
void uvp_page_mark(struct uvp_page *page, const struct uvp_mask *mask, int32_t pad, int32_t x,
                   int32_t y);
void uvp_page_settle(struct uvp_page *page, int32_t first, int32_t end);

/* Where a run of 2^level cells is found. */
static inline struct uvp_probe uvp_page_probe(const struct uvp_page *page, uint32_t level,
                                              uint32_t row, uint32_t from)
{
    return (struct uvp_probe){(level * (uint32_t)page->room + row) * page->words + (from >> 6),
                              from & 63};
}

/* Sets the bits from ... to of a row of cells. */
static inline void uvp_row_set(uint64_t *row, int32_t from, int32_t to)
{
    const int32_t first = from >> 6;
    const int32_t last = to >> 6;
    const uint64_t low = ~UINT64_C(0) << (from & 63);
    const uint64_t high = ~UINT64_C(0) >> (63 - (to & 63));

    if (first == last) {
        row[first] |= low & high;
        return;
    }
    row[first] |= low;
    for (int32_t i = first + 1; i < last; i++) {
        row[i] = ~UINT64_C(0);
    }
    row[last] |= high;
}

#endif
