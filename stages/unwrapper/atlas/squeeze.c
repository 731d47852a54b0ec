/*
 * Every chart takes the lowest, then leftmost place in a window about where it was: it may go
 * down and left as far as others have made room, but hardly up or right, so the layout stays
 * what it is.
 */
#include "stages/unwrapper/atlas/squeeze.h"

#include "stages/unwrapper/atlas/sort.h"

#define REACH 0.006 /* of the page, down and left */
#define BACK 2      /* cells up and right, for rounding */

struct squeeze {
    struct uvp_tray *tray;
    const struct uvp_packing *packing;
    double cells; /* of a page's side without its border */
};

/* Where the chart's mask lies, in cells. */
static struct uvp_vec2 start_of(const struct squeeze *squeeze, uint32_t c)
{
    const struct uvp_packing *const packing = squeeze->packing;
    const struct uvp_mask *const mask = uvp_tray_mask(squeeze->tray, c, squeeze->tray->only[c]);
    const double border = packing->gap / 2;
    const double part = squeeze->cells / (1 - 2 * border);

    return (struct uvp_vec2){(packing->spot[c].x - border) * part - mask->x,
                             (packing->spot[c].y - border) * part - mask->y};
}

static bool find_place(const struct squeeze *squeeze, uint32_t c, struct uvp_place *place)
{
    struct uvp_tray *const tray = squeeze->tray;
    const int32_t direction = tray->only[c];
    const struct uvp_mask *const mask = uvp_tray_mask(tray, c, direction);
    const struct uvp_vec2 start = start_of(squeeze, c);
    const int32_t reach = (int32_t)(REACH * squeeze->cells);
    const int32_t x = (int32_t)fmax(0, start.x + 0.5);
    const int32_t y = (int32_t)fmax(0, start.y + 0.5);
    const int32_t top = tray->page.height - (mask->height + 2 * tray->gap.pad);

    *place = (struct uvp_place){0, 0, direction};
    if (mask->width == 0) {
        return false;
    }
    uvp_page_window(&tray->page, x > reach ? x - reach : 0, x + BACK);
    return uvp_page_find(&tray->page, mask, y > reach ? y - reach : 0,
                         y + BACK < top ? y + BACK : top, &place->x, &place->y);
}

static enum uvp_code sort_charts(const struct squeeze *squeeze, struct uvp_slope slope,
                                 struct uvp_sort_item **items)
{
    struct uvp_atlas_work *const work = squeeze->tray->work;
    const uint32_t count = squeeze->tray->charts->count;
    struct uvp_sort_item *spare;

    UVP_TAKE(work, *items, count);
    UVP_TAKE(work, spare, count);
    for (uint32_t c = 0; c < count; c++) {
        const struct uvp_vec2 start = start_of(squeeze, c);
        (*items)[c] =
            (struct uvp_sort_item){uvp_sort_key_of(slope.x * start.x + slope.y * start.y), c};
    }
    uvp_sort_items(*items, spare, count);
    return UVP_OK;
}

enum uvp_code uvp_squeeze_lay(struct uvp_tray *tray, const struct uvp_packing *packing,
                              struct uvp_slope slope, struct uvp_place *place, bool *fits)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(tray->work->scratch);
    const int32_t pad = tray->gap.pad;
    struct squeeze squeeze = {tray, packing, tray->cells / packing->scale * (1 - packing->gap)};
    struct uvp_sort_item *items;

    UVP_TRY(sort_charts(&squeeze, slope, &items));
    uvp_page_clear(&tray->page, tray->side_max + 2 * pad, tray->side_max + 2 * pad);
    *fits = true;
    for (uint32_t i = 0; i < tray->charts->count && *fits; i++) {
        const uint32_t c = items[i].value;
        const uint64_t before = tray->page.steps;
        *fits = find_place(&squeeze, c, &place[c]);
        if (*fits) {
            const struct uvp_mask *const mask = uvp_tray_mask(tray, c, place[c].direction);
            uvp_page_mark(&tray->page, mask, pad, place[c].x, place[c].y);
            uvp_page_settle(&tray->page, place[c].y + pad, place[c].y + pad + mask->height);
        }
        UVP_TRY(uvp_work_count(tray->work, (uint32_t)(tray->page.steps - before) / 4));
    }
    uvp_arena_rewind(tray->work->scratch, mark);
    return UVP_OK;
}
