/*
 * Boxes lie on their long side, sorted by height, row upon row; the scale is found by bisection
 * in real numbers, so the gap is exact. With thousands of small charts this beats any raster
 * and costs next to nothing.
 */
#include "stages/unwrapper/atlas/pack.h"
#include "stages/unwrapper/atlas/sort.h"

#define BISECTIONS 50

struct shelf {
    const struct uvp_outlines *outlines;
    struct uvp_packing *packing;
    struct uvp_sort_item *order;
    uint32_t pages_most;
};

static double long_side(const struct uvp_outline *outline)
{
    return fmax(outline->width, outline->height);
}

static double short_side(const struct uvp_outline *outline)
{
    return fmin(outline->width, outline->height);
}

static struct uvp_spot spot_at(const struct shelf *shelf, const struct uvp_outline *outline,
                               double x, double y, uint32_t page)
{
    const double half = shelf->packing->gap / 2;

    if (outline->width >= outline->height) {
        return (struct uvp_spot){1, 0, x + half, y + half, page};
    }
    /* a quarter turn to the left: (p.x, p.y) -> (-p.y, p.x), moved right by the height */
    return (struct uvp_spot){0, 1, x + half + outline->height * shelf->packing->scale, y + half,
                             page};
}

/* Lays the rows at the packing's scale; false when they leave the page. */
static bool lay_rows(const struct shelf *shelf, bool keep)
{
    const double gap = shelf->packing->gap;
    const double scale = shelf->packing->scale;
    double row = 0;
    double x = 0;
    double y = 0;
    uint32_t page = 0;

    for (uint32_t i = 0; i < shelf->outlines->count; i++) {
        const uint32_t c = shelf->order[i].value;
        const struct uvp_outline *const outline = &shelf->outlines->outline[c];
        const double width = long_side(outline) * scale + gap;
        const double height = short_side(outline) * scale + gap;
        if (i == 0 || x + width > 1) {
            y += row;
            x = 0;
            row = height;
        }
        if (y > 0 && y + height > 1) {
            page++;
            y = 0;
        }
        if (x + width > 1 || y + height > 1 || page == shelf->pages_most) {
            return false;
        }
        if (keep) {
            shelf->packing->spot[c] = spot_at(shelf, outline, x, y, page);
        }
        x += width;
    }
    shelf->packing->page_count = page + 1;
    return true;
}

enum uvp_code uvp_shelf_pack(struct uvp_atlas_work *work, const struct uvp_outlines *outlines,
                             struct uvp_demand demand, struct uvp_packing *packing)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct shelf shelf = {outlines, packing, NULL, demand.pages_most};
    struct uvp_sort_item *spare;
    double low = 0;
    double high = fmin(demand.scale_most, sqrt(demand.pages_most / outlines->area));

    UVP_TAKE(work, shelf.order, outlines->count);
    UVP_TAKE(work, spare, outlines->count);
    for (uint32_t c = 0; c < outlines->count; c++) {
        shelf.order[c].key = uvp_sort_key_of(-short_side(&outlines->outline[c]));
        shelf.order[c].value = c;
    }
    uvp_sort_items(shelf.order, spare, outlines->count);
    packing->scale = high;
    if (lay_rows(&shelf, false)) {
        low = high;
    }
    for (int i = 0; i < BISECTIONS && low < high; i++) {
        packing->scale = (low + high) / 2;
        if (lay_rows(&shelf, false)) {
            low = packing->scale;
        } else {
            high = packing->scale;
        }
        UVP_TRY(uvp_work_count(work, 4 * outlines->count));
    }
    packing->scale = low;
    if (!lay_rows(&shelf, true)) {
        return uvp_fail(work->err, UVP_BUG, 0, "%u charts do not fit on shelves",
                        outlines->count);
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
