/*
 * The parts of a chart share its slots until all cuts are made: so a cut that saves too little
 * is taken back by writing the chart's number to its triangles again.
 */
#include "stages/unwrapper/atlas/fitter.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/atlas/charts.h"

#define LONG_PART 0.8 /* of the square root of the area: longer boxes hinder the others */
#define TILE 0.98     /* of a page: what parts of long charts aim at */
#define TRIMS_MOST 50000
#define PARTS_A_CUT 3 /* hardly any cut makes so many */

double uvp_fitter_tiles(const struct uvp_fitter *fitter, double width, double height)
{
    const double tile = TILE * fitter->page;

    return fmax(1, ceil(width / tile)) * fmax(1, ceil(height / tile));
}

double uvp_fitter_cost(const struct uvp_fitter *fitter, double width, double height)
{
    const double beyond = fmax(width, height) - LONG_PART * fitter->unit;
    const double cost = width * height + (beyond > 0 ? beyond * fitter->unit : 0);

    if (fitter->page > 0) {
        return cost + 2 * uvp_fitter_tiles(fitter, width, height) * fitter->page * fitter->page;
    }
    return cost;
}

/* ---- pieces ---- */

/* Charts that there may be at most. */
static uint32_t count_room(const struct uvp_fitter *fitter, const struct uvp_outlines *outlines)
{
    double tiles = PARTS_A_CUT * fitter->cuts_max + UVP_PARTS_MOST * UVP_PARTS_MOST;

    for (uint32_t c = 0; c < outlines->count && fitter->page > 0; c++) {
        const struct uvp_outline *const outline = &outlines->outline[c];
        const double here = uvp_fitter_tiles(fitter, outline->width, outline->height);
        tiles += here > 1 ? 16 * here : 0;
    }
    return fitter->charts->count +
           (uint32_t)fmin(fmin(tiles, TRIMS_MOST), fitter->topology->triangle_count);
}

enum uvp_code uvp_fitter_take(struct uvp_fitter *fitter, const struct uvp_outlines *outlines)
{
    uint32_t longest = 0;

    fitter->room = count_room(fitter, outlines);
    UVP_TRY(uvp_charts_reserve(fitter->work, fitter->charts, fitter->room, 0));
    UVP_TAKE(fitter->work, fitter->piece, fitter->room);
    for (uint32_t c = 0; c < outlines->count; c++) {
        const uint32_t triangles = fitter->charts->chart[c].triangle_count;
        fitter->piece[c] = (struct uvp_piece){
            outlines->outline[c], outlines->border + 2 * (size_t)outlines->outline[c].first,
            false};
        longest = triangles > longest ? triangles : longest;
    }
    UVP_TAKE(fitter->work, fitter->spare, longest);
    UVP_TAKE(fitter->work, fitter->next, fitter->charts->slot_count);
    return uvp_chop_init(fitter->work, fitter->topology, fitter->charts, longest,
                         &fitter->chop);
}

enum uvp_code uvp_fitter_part(struct uvp_fitter *fitter, uint32_t c)
{
    const uint32_t first = fitter->charts->count;

    uvp_chop_apply(&fitter->chop, fitter->charts, fitter->spare);
    for (uint32_t p = 0; p < fitter->charts->count - first + 1; p++) {
        const uint32_t part = p == 0 ? c : first + p - 1;
        uint32_t *border;
        UVP_TRY(uvp_outline_chart(fitter->work, fitter->topology, fitter->charts, part,
                                  &fitter->piece[part].outline, &border));
        fitter->piece[part].border = border;
        fitter->piece[part].done = false;
    }
    return UVP_OK;
}

void uvp_fitter_join(struct uvp_fitter *fitter, uint32_t c, struct uvp_chart whole,
                     struct uvp_piece was, uint32_t count)
{
    struct uvp_charts *const charts = fitter->charts;

    charts->count = count;
    charts->chart[c] = whole;
    for (uint32_t i = 0; i < whole.triangle_count; i++) {
        charts->chart_of[charts->triangle[whole.first_triangle + i]] = c;
    }
    fitter->piece[c] = was;
}

/* ---- slots ---- */

/* How many slots there are when every chart has its own; spoils `owner`. */
static enum uvp_code count_slots(struct uvp_fitter *fitter, uint32_t *owner, uint32_t *count)
{
    const struct uvp_charts *const charts = fitter->charts;

    *count = 0;
    memset(owner, 0xff, charts->slot_count * sizeof *owner);
    for (uint32_t c = 0; c < charts->count; c++) {
        const struct uvp_chart *const chart = &charts->chart[c];
        for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
            const uint32_t t = charts->triangle[chart->first_triangle + i / 3];
            const uint32_t slot = charts->corner[3 * t + i % 3];
            *count += owner[slot] != c;
            owner[slot] = c;
        }
        UVP_TRY(uvp_work_count(fitter->work, 2 * chart->triangle_count));
    }
    return UVP_OK;
}

enum uvp_code uvp_fitter_own_slots(struct uvp_fitter *fitter)
{
    struct uvp_charts *const charts = fitter->charts;
    struct uvp_point2 *old;
    uint32_t *owner; /* of each old slot: the chart that used it last */
    uint32_t *now;   /* and where that chart has it */
    uint32_t count = 0;

    UVP_TAKE(fitter->work, owner, charts->slot_count);
    UVP_TAKE(fitter->work, now, charts->slot_count);
    UVP_TRY(count_slots(fitter, owner, &count));
    UVP_TRY(uvp_charts_reserve(fitter->work, charts, 0, count));
    old = charts->slot;
    count = 0;
    memset(owner, 0xff, charts->slot_count * sizeof *owner);
    for (uint32_t c = 0; c < charts->count; c++) {
        struct uvp_chart *const chart = &charts->chart[c];
        chart->first_slot = count;
        for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
            const uint32_t t = charts->triangle[chart->first_triangle + i / 3];
            uint32_t *const corner = &charts->corner[3 * t + i % 3];
            if (owner[*corner] != c) {
                owner[*corner] = c;
                now[*corner] = count;
                charts->page[count++] = old[*corner];
            }
            *corner = now[*corner];
        }
        chart->slot_count = count - chart->first_slot;
        UVP_TRY(uvp_work_count(fitter->work, 4 * chart->triangle_count));
    }
    charts->slot_count = count;
    charts->slot = charts->page;
    charts->page = old;
    return UVP_OK;
}
