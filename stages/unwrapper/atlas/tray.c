/*
 * Every chart goes to the place, among those of its directions, where its lower edge and a part
 * of its height are least together; lowest first, then leftmost.
 *
 * A layout that begins like one that is known need not be searched again: the charts in common
 * are put where they were. That holds for a smaller page, too, as long as they lie inside it,
 * because a smaller page has no places that a larger one has not.
 */
#include "stages/unwrapper/atlas/tray.h"

#include <string.h>

#define HINT_FINDS 4
#define BIG_PART 0.25 /* of the square root of the area: such charts get more directions */
#define TINY_PART 0.03
#define CROWD_FROM 300 /* charts */
#define CROWD_PART 2.0

#define HALF_ROOT 0.70710678118654752
#define COSINE_EIGHTH 0.92387953251128674
#define SINE_EIGHTH 0.38268343236508977

static const struct uvp_axis axes[UVP_TRAY_DIRECTIONS / 4] = {
    {1, 0},
    {HALF_ROOT, HALF_ROOT},
    {COSINE_EIGHTH, SINE_EIGHTH},
    {SINE_EIGHTH, COSINE_EIGHTH},
};

/* ---- masks ---- */

uint64_t uvp_tray_choose(struct uvp_tray *tray, uint32_t big, unsigned fewer)
{
    const double unit = sqrt(tray->outlines->area);
    /* in a crowd only those above the average get more than two */
    const double tiny = tray->charts->count > CROWD_FROM
                            ? CROWD_PART / sqrt((double)tray->charts->count)
                            : TINY_PART;
    uint64_t masks = 0;

    for (uint32_t c = 0; c < tray->charts->count; c++) {
        const struct uvp_outline *const outline = &tray->outlines->outline[c];
        const double length = fmax(outline->width, outline->height);
        uint32_t directions = length > BIG_PART * unit ? big : length > tiny * unit ? 4 : 2;
        directions >>= fewer;
        tray->directions[c] = (uint8_t)(directions > 1 ? directions : 1);
        tray->mask_first[c] = (uint32_t)masks;
        masks += tray->directions[c];
    }
    return masks;
}

enum uvp_code uvp_tray_take(struct uvp_tray *tray, int32_t cells, double gap)
{
    const uint64_t steps = tray->page.steps;
    const int32_t pad = (int32_t)ceil(cells * gap);
    double across = (cells - 2 * pad) / (1 - gap);
    uint32_t edges_max = 0;

    /* a gap of a little more than whole cells would cost one cell more */
    if (across * gap > 1 && across * gap - floor(across * gap) < 0.1) {
        across = floor(across * gap) / gap;
    }
    tray->gap.cells = across * gap;
    tray->gap.pad = (int32_t)ceil(tray->gap.cells - 1e-9);
    tray->side_max = (int32_t)(across * (1 - gap) + 1e-9);
    for (uint32_t c = 0; c < tray->charts->count; c++) {
        const uint32_t edges = tray->outlines->outline[c].count;
        edges_max = edges > edges_max ? edges : edges_max;
    }
    UVP_TRY(uvp_raster_canvas(tray->work, tray->side_max + 2 * tray->gap.pad + 4, tray->gap,
                              edges_max, &tray->canvas));
    tray->canvas.loose = tray->loose;
    UVP_TRY(uvp_page_take(tray->work, tray->side_max + 2 * tray->gap.pad, &tray->page));
    tray->page.steps = steps;
    return UVP_OK;
}

enum uvp_code uvp_tray_draw(struct uvp_tray *tray)
{
    const uint64_t before = tray->canvas.steps;

    for (uint32_t c = 0; c < tray->charts->count; c++) {
        struct uvp_mask *const masks = tray->mask + tray->mask_first[c];
        const uint32_t first = tray->only != NULL ? tray->only[c] : 0;
        const uint32_t end = tray->only != NULL ? first + 1u : tray->directions[c];
        if (tray->only != NULL) {
            memset(masks, 0, tray->directions[c] * sizeof *masks);
        }
        for (uint32_t d = first; d < end; d++) {
            if (d % 4 == 0 || d == first) {
                UVP_TRY(uvp_raster_draw(tray->work, &tray->canvas, tray->charts, tray->outlines,
                                        c, tray->cells, axes[d / 4]));
            }
            UVP_TRY(uvp_raster_keep(tray->work, &tray->canvas, &tray->page, d % 4, &masks[d]));
        }
    }
    tray->page.steps += tray->canvas.steps - before;
    return UVP_OK;
}

/* ---- hints ---- */

/* For crowds of small charts: rows below which charts of a size no longer fit. */
struct hints {
    int32_t row[32];
    int32_t found[32][HINT_FINDS];
    uint32_t finds[32];
};

static uint32_t size_class(const struct uvp_mask *mask)
{
    const int32_t least = mask->width < mask->height ? mask->width : mask->height;

    return 31 - (uint32_t)__builtin_clz((unsigned)(least * least) | 1);
}

static void learn(struct hints *hints, const struct uvp_mask *mask, int32_t y)
{
    const uint32_t k = size_class(mask);
    int32_t lowest = y;

    hints->found[k][hints->finds[k]++ % HINT_FINDS] = y;
    if (hints->finds[k] < HINT_FINDS) {
        return;
    }
    for (int i = 0; i < HINT_FINDS; i++) {
        lowest = hints->found[k][i] < lowest ? hints->found[k][i] : lowest;
    }
    lowest -= mask->width < mask->height ? mask->width : mask->height;
    hints->row[k] = lowest > hints->row[k] ? lowest : hints->row[k];
}

/* ---- layouts ---- */

/* What is known of a layout while it is made. */
struct laying {
    struct uvp_tray *tray;
    struct uvp_layout *layout;
    const struct uvp_layout *known;
    struct hints hints;
};

static bool is_inside(const struct laying *laying, uint32_t c, struct uvp_place place)
{
    const struct uvp_mask *const mask = uvp_tray_mask(laying->tray, c, place.direction);

    return place.x + mask->width <= laying->layout->width &&
           place.y + mask->height <= laying->layout->height;
}

/* How many charts will go where they are in the layout that is known. */
static uint32_t count_common(const struct laying *laying)
{
    const struct uvp_layout *const layout = laying->layout;
    const struct uvp_layout *const known = laying->known;
    uint32_t count = 0;

    if (known == NULL || known->lift < layout->lift || known->lift > layout->lift ||
        known->width < layout->width || known->height < layout->height) {
        return 0;
    }
    while (count < known->laid && known->order[count] == layout->order[count]) {
        const uint32_t c = layout->order[count];
        if (layout->forced[c] != known->forced[c]) {
            break;
        }
        if (known->place[c].direction >= 0 && !is_inside(laying, c, known->place[c])) {
            break;
        }
        count++;
    }
    return count;
}

static bool may_take(const struct uvp_layout *layout, uint32_t c, int32_t direction)
{
    return layout->forced == NULL || layout->forced[c] == UVP_ANY_DIRECTION ||
           layout->forced[c] == direction;
}

/* The direction and place with the least weighted top. */
static struct uvp_place find_place(struct laying *laying, uint32_t c)
{
    struct uvp_tray *const tray = laying->tray;
    const double lift = laying->layout->lift;
    const int32_t directions = tray->directions[c];
    /* the direction it had tells most, and the others need only be better */
    const int32_t favourite = laying->known != NULL && laying->known->place[c].direction > 0
                                  ? laying->known->place[c].direction
                                  : 0;
    struct uvp_place best = {0, 0, -1};
    double best_score = 0;

    for (int32_t i = 0; i < directions; i++) {
        const int32_t d = i == 0 ? favourite : i <= favourite ? i - 1 : i;
        const struct uvp_mask *const mask = uvp_tray_mask(tray, c, d);
        int32_t limit = tray->page.height - (mask->height + 2 * tray->gap.pad);
        struct uvp_place here = {0, 0, d};
        if (mask->width == 0 || !may_take(laying->layout, c, d)) {
            continue;
        }
        if (best.direction >= 0) {
            const int32_t lower = (int32_t)ceil(best_score - lift * mask->height) - 1;
            limit = lower < limit ? lower : limit;
        }
        if (uvp_page_find(&tray->page, mask,
                          tray->hints ? laying->hints.row[size_class(mask)] : 0, limit, &here.x,
                          &here.y)) {
            best = here;
            best_score = here.y + lift * mask->height;
        }
    }
    return best;
}

/* Notes where chart c goes, and takes its cells; the page is to be settled. */
static void note_place(struct laying *laying, uint32_t c, struct uvp_place place)
{
    struct uvp_tray *const tray = laying->tray;
    struct uvp_layout *const layout = laying->layout;

    layout->place[c] = place;
    if (place.direction < 0) {
        layout->left += tray->outlines->outline[c].area;
        layout->left_count++;
        return;
    }
    const struct uvp_mask *const mask = uvp_tray_mask(tray, c, place.direction);
    uvp_page_mark(&tray->page, mask, tray->gap.pad, place.x, place.y);
    layout->top = place.y + mask->height > layout->top ? place.y + mask->height : layout->top;
    if (tray->hints) {
        learn(&laying->hints, mask, place.y);
    }
}

static void begin_layout(struct laying *laying)
{
    struct uvp_tray *const tray = laying->tray;
    struct uvp_layout *const layout = laying->layout;
    const uint32_t common = count_common(laying);

    uvp_page_clear(&tray->page, layout->width + 2 * tray->gap.pad,
                   layout->height + 2 * tray->gap.pad);
    layout->left_count = 0;
    layout->left = 0;
    layout->top = 0;
    for (uint32_t i = 0; i < common; i++) {
        note_place(laying, layout->order[i], laying->known->place[layout->order[i]]);
    }
    uvp_page_settle(&tray->page, tray->gap.pad, tray->gap.pad + layout->top);
    layout->laid = common;
}

enum uvp_code uvp_tray_lay(struct uvp_tray *tray, const struct uvp_layout *known, double enough,
                           struct uvp_layout *layout)
{
    struct laying laying = {.tray = tray, .layout = layout, .known = known};
    const int32_t pad = tray->gap.pad;

    begin_layout(&laying);
    while (layout->laid < layout->count && layout->left <= enough) {
        const uint32_t c = layout->order[layout->laid];
        const uint64_t before = tray->page.steps;
        if (before > tray->steps_limit) {
            layout->left = HUGE_VAL;
            layout->left_count++;
            return UVP_OK;
        }
        const struct uvp_place place = find_place(&laying, c);
        note_place(&laying, c, place);
        if (place.direction >= 0) {
            const struct uvp_mask *const mask = uvp_tray_mask(tray, c, place.direction);
            uvp_page_settle(&tray->page, place.y + pad, place.y + pad + mask->height);
        }
        layout->laid++;
        UVP_TRY(uvp_work_count(tray->work, (uint32_t)(tray->page.steps - before) / 4));
    }
    return UVP_OK;
}
