/*
 * First fit, largest first, page after page: what finds no place on a page is tried on the
 * next. With a density that is given there is one try on whole pages. If the charts do not fit,
 * or none is given, the pages shrink and grow together, as a single page does when one is
 * packed, until the smallest side is known on which all charts fit on the pages allowed.
 */
#include "stages/unwrapper/atlas/paging.h"

#include <string.h>

#include "stages/unwrapper/atlas/sort.h"

#define DRAWINGS_MAX 12
#define TRIES 7
#define FIRST_FILL 0.88 /* side of the first try against the largest */
#define LIFT 0.75

struct paging {
    struct uvp_tray *tray;
    struct uvp_demand demand;
    struct uvp_packing *packing;
    uint32_t *order; /* largest first */
    struct uvp_layout layout;
    uint32_t *page; /* of each chart */
    uint32_t pages;
};

static enum uvp_code take_arrays(struct paging *paging)
{
    struct uvp_atlas_work *const work = paging->tray->work;
    const uint32_t count = paging->tray->charts->count;
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;

    UVP_TAKE(work, items, count);
    UVP_TAKE(work, spare, count);
    UVP_TAKE(work, paging->order, count);
    UVP_TAKE(work, paging->page, count);
    UVP_TAKE(work, paging->layout.order, count);
    UVP_TAKE(work, paging->layout.place, count);
    for (uint32_t c = 0; c < count; c++) {
        const struct uvp_outline *const outline = &paging->tray->outlines->outline[c];
        items[c] =
            (struct uvp_sort_item){uvp_sort_key_of(-outline->width * outline->height), c};
    }
    uvp_sort_items(items, spare, count);
    for (uint32_t i = 0; i < count; i++) {
        paging->order[i] = items[i].value;
    }
    return UVP_OK;
}

static bool is_out_of_steps(const struct paging *paging)
{
    return paging->tray->page.steps > paging->tray->steps_limit;
}

/* Lays all charts on pages of this side, if they fit on so many as are allowed. */
static enum uvp_code lay_pages(struct paging *paging, int32_t side, bool *fits)
{
    struct uvp_layout *const layout = &paging->layout;
    const uint32_t count = paging->tray->charts->count;

    *fits = false;
    layout->lift = LIFT;
    layout->width = side;
    layout->height = side;
    layout->count = count;
    memcpy(layout->order, paging->order, count * sizeof *layout->order);
    for (paging->pages = 0; paging->pages < paging->demand.pages_most && layout->count != 0;
         paging->pages++) {
        uint32_t left = 0;
        UVP_TRY(uvp_tray_lay(paging->tray, NULL, HUGE_VAL, layout));
        if (is_out_of_steps(paging) || layout->left_count == layout->count) {
            return UVP_OK;
        }
        for (uint32_t i = 0; i < layout->count; i++) {
            const uint32_t c = layout->order[i];
            paging->page[c] = paging->pages;
            if (layout->place[c].direction < 0) {
                layout->order[left++] = c;
            }
        }
        layout->count = left;
    }
    *fits = layout->count == 0;
    return UVP_OK;
}

/* Spots of what was laid out on pages of this side, if they are better than what there is. */
static void set_spots(struct paging *paging, int32_t side)
{
    const struct uvp_tray *const tray = paging->tray;
    struct uvp_packing *const packing = paging->packing;
    const double border = packing->gap / 2;
    const double scale = tray->cells * (1 - 2 * border) / side;
    const double part = scale / tray->cells;
    const bool smaller = scale < packing->scale * (1 - 1e-9);
    const bool larger = scale > packing->scale * (1 + 1e-9);

    if (scale > paging->demand.scale_most * (1 + 1e-9) || smaller ||
        (!larger && paging->pages >= packing->page_count)) {
        return;
    }
    packing->scale = scale;
    packing->page_count = paging->pages;
    for (uint32_t c = 0; c < tray->charts->count; c++) {
        const struct uvp_place at = paging->layout.place[c];
        const struct uvp_mask *const mask = uvp_tray_mask(tray, c, at.direction);
        packing->spot[c] =
            (struct uvp_spot){mask->cosine, mask->sine, border + (at.x + mask->x) * part,
                              border + (at.y + mask->y) * part, paging->page[c]};
    }
}

/* Whole pages at the density that is given. */
static enum uvp_code keep_density(struct paging *paging, bool *fits)
{
    struct uvp_tray *const tray = paging->tray;
    const struct uvp_arena_mark mark = uvp_arena_mark(tray->work->scratch);

    tray->cells = paging->demand.scale_most * tray->side_max / (1 - paging->packing->gap);
    UVP_TRY(uvp_tray_draw(tray));
    UVP_TRY(lay_pages(paging, tray->side_max, fits));
    if (*fits) {
        set_spots(paging, tray->side_max);
        paging->packing->scale = fmin(paging->packing->scale, paging->demand.scale_most);
    }
    uvp_arena_rewind(tray->work->scratch, mark);
    return UVP_OK;
}

/* The smallest side on which the charts as drawn fit on all pages; 0: not even the largest. */
static enum uvp_code find_side(struct paging *paging, int32_t *best)
{
    const int32_t side_max = paging->tray->side_max;
    int32_t side = (int32_t)(FIRST_FILL * side_max);
    int32_t failed = 0;

    *best = 0;
    for (int i = 0; i < TRIES && !is_out_of_steps(paging); i++) {
        bool fits = false;
        UVP_TRY(lay_pages(paging, side, &fits));
        if (fits) {
            set_spots(paging, side);
            *best = side;
            side = failed == 0 ? (int32_t)(side * 0.97) : (failed + side) / 2;
        } else {
            failed = side;
            side = *best == 0 ? (int32_t)(side * 1.05) : (side + *best) / 2;
            side = side < side_max ? side : side_max;
        }
        if (side <= failed || side == *best || side < 8) {
            return UVP_OK;
        }
    }
    return UVP_OK;
}

static enum uvp_code fill_pages(struct paging *paging, double scale)
{
    struct uvp_tray *const tray = paging->tray;
    int32_t best = 0;

    tray->cells = FIRST_FILL * tray->side_max / (1 - paging->packing->gap) * scale;
    for (int i = 0; i < DRAWINGS_MAX && best == 0 && !is_out_of_steps(paging); i++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(tray->work->scratch);
        UVP_TRY(uvp_tray_draw(tray));
        UVP_TRY(find_side(paging, &best));
        uvp_arena_rewind(tray->work->scratch, mark);
        tray->cells *= 0.9;
    }
    return UVP_OK;
}

enum uvp_code uvp_paging_make(struct uvp_tray *tray, struct uvp_demand demand, double guess,
                              int32_t cells, struct uvp_packing *packing)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(tray->work->scratch);
    struct paging paging = {.tray = tray, .demand = demand, .packing = packing};
    bool fits = false;

    UVP_TRY(take_arrays(&paging));
    UVP_TRY(uvp_tray_take(tray, cells, packing->gap));
    if (demand.scale_most < HUGE_VAL) {
        UVP_TRY(keep_density(&paging, &fits));
    }
    if (!fits) {
        UVP_TRY(fill_pages(&paging, fmin(guess, demand.scale_most)));
    }
    uvp_arena_rewind(tray->work->scratch, mark);
    return UVP_OK;
}
