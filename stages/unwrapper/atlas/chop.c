/*
 * Polygons go to one side of the line or the other by their middle; then those that share more
 * border with the other side change over, which shortens the cut, and pieces that are too small
 * do, too. Where a part would touch itself in a corner, all that lies about the corner goes to
 * one side. All this is repeated a few times, and a line that does not come to rest is no cut.
 */
#include "stages/unwrapper/atlas/chop.h"

#include <string.h>

#define SMOOTHINGS 3
#define ROUNDS_MAX 6

enum uvp_code uvp_chop_init(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                            const struct uvp_charts *charts, uint32_t triangles_max,
                            struct uvp_chop *chop)
{
    *chop = (struct uvp_chop){.work = work, .topology = topology, .charts = charts};
    UVP_TAKE(work, chop->local, topology->triangle_count);
    UVP_TAKE(work, chop->side, triangles_max);
    UVP_TAKE(work, chop->part, triangles_max);
    UVP_TAKE(work, chop->stack, triangles_max);
    UVP_TAKE(work, chop->area, triangles_max);
    UVP_TAKE(work, chop->bad, 3 * (size_t)triangles_max);
    return UVP_OK;
}

static const struct uvp_chart *chart_of(const struct uvp_chop *chop)
{
    return &chop->charts->chart[chop->chart];
}

static const uint32_t *list_of(const struct uvp_chop *chop)
{
    return chop->charts->triangle + chart_of(chop)->first_triangle;
}

/*
 * The place in the chart's list of the triangle across half-edge h, or UVP_NONE. A chart may
 * have seams inside, where two of its triangles have different slots: there is no way across.
 */
static uint32_t across(const struct uvp_chop *chop, uint32_t h)
{
    const uint32_t g = uvp_charts_across(chop->topology, chop->charts, h);

    return g != UVP_NONE && chop->charts->chart_of[g / 3] == chop->chart ? chop->local[g / 3]
                                                                         : UVP_NONE;
}

static struct uvp_point2 at_corner(const struct uvp_chop *chop, uint32_t h)
{
    return chop->charts->slot[chop->charts->corner[h]];
}

static double edge_length(const struct uvp_chop *chop, uint32_t h)
{
    const struct uvp_point2 p = at_corner(chop, h);
    const struct uvp_point2 q = at_corner(chop, uvp_edge_next(h));
    const double dx = (double)q.x - p.x;
    const double dy = (double)q.y - p.y;

    return sqrt(dx * dx + dy * dy);
}

/* Places i ... end - 1 of the list are one unit. */
static uint32_t unit_end(const struct uvp_chop *chop, uint32_t i)
{
    const uint32_t *const list = list_of(chop);
    const uint32_t unit = uvp_unit_of(chop->topology, list[i]);
    uint32_t end = i + 1;

    while (end < chart_of(chop)->triangle_count &&
           uvp_unit_of(chop->topology, list[end]) == unit) {
        end++;
    }
    return end;
}

static void set_sides(struct uvp_chop *chop, struct uvp_line line)
{
    const uint32_t count = chart_of(chop)->triangle_count;
    uint32_t end;

    for (uint32_t i = 0; i < count; i = end) {
        double sum = 0;
        end = unit_end(chop, i);
        for (uint32_t j = i; j < end; j++) {
            for (uint32_t h = 3 * list_of(chop)[j]; h < 3 * list_of(chop)[j] + 3; h++) {
                const struct uvp_point2 p = at_corner(chop, h);
                sum += line.cosine * p.x + line.sine * p.y - line.offset;
            }
        }
        memset(chop->side + i, sum < 0 ? 0 : 1, end - i);
    }
}

/* Units that share more with the other side go there. */
static bool smooth(struct uvp_chop *chop)
{
    const uint32_t count = chart_of(chop)->triangle_count;
    bool changed = false;
    uint32_t end;

    for (uint32_t i = 0; i < count; i = end) {
        const uint8_t side = chop->side[i];
        double same = 0;
        double other = 0;
        end = unit_end(chop, i);
        for (uint32_t j = i; j < end; j++) {
            for (uint32_t h = 3 * list_of(chop)[j]; h < 3 * list_of(chop)[j] + 3; h++) {
                const uint32_t k = across(chop, h);
                if (k == UVP_NONE || (k >= i && k < end)) {
                    continue;
                }
                if (chop->side[k] == side) {
                    same += edge_length(chop, h);
                } else {
                    other += edge_length(chop, h);
                }
            }
        }
        if (other > same) {
            memset(chop->side + i, !side, end - i);
            changed = true;
        }
    }
    return changed;
}

static double area_of(const struct uvp_chop *chop, uint32_t t)
{
    const struct uvp_point2 a = at_corner(chop, 3 * t);
    const struct uvp_point2 b = at_corner(chop, 3 * t + 1);
    const struct uvp_point2 c = at_corner(chop, 3 * t + 2);

    return (((double)b.x - a.x) * ((double)c.y - a.y) -
            ((double)b.y - a.y) * ((double)c.x - a.x)) /
           2;
}

/* Numbers what is connected over edges on one side; gives the areas. */
static void find_parts(struct uvp_chop *chop)
{
    const uint32_t count = chart_of(chop)->triangle_count;

    memset(chop->part, 0xff, count * sizeof *chop->part);
    chop->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t depth = 0;
        if (chop->part[i] != UVP_NONE) {
            continue;
        }
        chop->area[chop->count] = 0;
        chop->part[i] = chop->count;
        chop->stack[depth++] = i;
        while (depth > 0) {
            const uint32_t j = chop->stack[--depth];
            const uint32_t t = list_of(chop)[j];
            chop->area[chop->count] += area_of(chop, t);
            for (uint32_t h = 3 * t; h < 3 * t + 3; h++) {
                const uint32_t k = across(chop, h);
                if (k != UVP_NONE && chop->part[k] == UVP_NONE &&
                    chop->side[k] == chop->side[i]) {
                    chop->part[k] = chop->count;
                    chop->stack[depth++] = k;
                }
            }
        }
        chop->count++;
    }
}

/* Parts that are too small change over. */
static bool drown_small(struct uvp_chop *chop, double least)
{
    const uint32_t count = chart_of(chop)->triangle_count;
    bool changed = false;
    double area = 0;

    for (uint32_t p = 0; p < chop->count; p++) {
        area += chop->area[p];
    }
    for (uint32_t i = 0; i < count; i++) {
        if (chop->area[chop->part[i]] < least * area) {
            chop->side[i] = !chop->side[i];
            changed = true;
        }
    }
    return changed;
}

/* ---- corners ---- */

static bool is_cut(const struct uvp_chop *chop, uint32_t i, uint32_t h)
{
    const uint32_t k = across(chop, h);

    return k != UVP_NONE && chop->part[k] != chop->part[i];
}

/*
 * Marks the slots of the cut in which a part has more than one way on along its border; tells
 * whether there are any.
 */
static enum uvp_code find_bad(struct uvp_chop *chop, bool *found)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(chop->work->scratch);
    const struct uvp_chart *const chart = chart_of(chop);
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    uint32_t count = 0;

    *found = false;
    memset(chop->bad, 0, chart->slot_count);
    for (uint32_t i = 0; i < chart->triangle_count; i++) {
        const uint32_t t = list_of(chop)[i];
        for (uint32_t h = 3 * t; h < 3 * t + 3; h++) {
            if (is_cut(chop, i, h)) {
                chop->bad[chop->charts->corner[h] - chart->first_slot] = 1;
                chop->bad[chop->charts->corner[uvp_edge_next(h)] - chart->first_slot] = 1;
            }
        }
    }
    UVP_TAKE(chop->work, items, 3 * (size_t)chart->triangle_count);
    UVP_TAKE(chop->work, spare, 3 * (size_t)chart->triangle_count);
    for (uint32_t i = 0; i < chart->triangle_count; i++) {
        const uint32_t t = list_of(chop)[i];
        for (uint32_t h = 3 * t; h < 3 * t + 3; h++) {
            const uint32_t v = chop->charts->corner[h] - chart->first_slot;
            if (chop->bad[v] && (across(chop, h) == UVP_NONE || is_cut(chop, i, h))) {
                items[count++] = (struct uvp_sort_item){(uint64_t)v << 32 | chop->part[i], 0};
            }
        }
    }
    memset(chop->bad, 0, chart->slot_count);
    uvp_sort_items(items, spare, count);
    for (uint32_t i = 1; i < count; i++) {
        if (items[i].key == items[i - 1].key) {
            chop->bad[items[i].key >> 32] = 1;
            *found = true;
        }
    }
    uvp_arena_rewind(chop->work->scratch, mark);
    return uvp_work_count(chop->work, 12 * chart->triangle_count);
}

/* All units about a bad slot go to one side. */
static void mend_bad(struct uvp_chop *chop, uint8_t side)
{
    const struct uvp_chart *const chart = chart_of(chop);
    uint32_t end;

    for (uint32_t i = 0; i < chart->triangle_count; i = end) {
        bool bad = false;
        end = unit_end(chop, i);
        for (uint32_t j = i; j < end && !bad; j++) {
            for (uint32_t h = 3 * list_of(chop)[j]; h < 3 * list_of(chop)[j] + 3; h++) {
                bad = bad || chop->bad[chop->charts->corner[h] - chart->first_slot];
            }
        }
        if (bad) {
            memset(chop->side + i, side, end - i);
        }
    }
}

enum uvp_code uvp_chop_parts(struct uvp_chop *chop, uint32_t chart, struct uvp_line line,
                             double least)
{
    uint32_t count;

    chop->chart = chart;
    count = chart_of(chop)->triangle_count;
    for (uint32_t i = 0; i < count; i++) {
        chop->local[list_of(chop)[i]] = i;
    }
    set_sides(chop, line);
    for (int i = 0; i < SMOOTHINGS && smooth(chop); i++) {
        UVP_TRY(uvp_work_count(chop->work, 10 * count));
    }
    for (uint32_t round = 0; round < ROUNDS_MAX; round++) {
        bool bad = false;
        find_parts(chop);
        UVP_TRY(uvp_work_count(chop->work, 20 * count));
        if (drown_small(chop, least)) {
            continue;
        }
        if (chop->count < 2) {
            return UVP_OK;
        }
        UVP_TRY(find_bad(chop, &bad));
        if (!bad) {
            return UVP_OK;
        }
        mend_bad(chop, round & 1);
    }
    chop->count = 0;
    return UVP_OK;
}

void uvp_chop_units(struct uvp_chop *chop, uint32_t chart)
{
    uint32_t end;

    chop->chart = chart;
    chop->count = 0;
    for (uint32_t i = 0; i < chart_of(chop)->triangle_count; i = end) {
        end = unit_end(chop, i);
        for (uint32_t j = i; j < end; j++) {
            chop->part[j] = chop->count;
        }
        chop->count++;
    }
}

void uvp_chop_apply(const struct uvp_chop *chop, struct uvp_charts *charts, uint32_t *spare)
{
    const struct uvp_chart whole = charts->chart[chop->chart];
    uint32_t *const list = charts->triangle + whole.first_triangle;
    uint32_t at = 0;

    memcpy(spare, list, whole.triangle_count * sizeof *list);
    for (uint32_t p = 0; p < chop->count; p++) {
        const uint32_t to = p == 0 ? chop->chart : charts->count++;
        const uint32_t first = at;
        for (uint32_t i = 0; i < whole.triangle_count; i++) {
            if (chop->part[i] == p) {
                list[at++] = spare[i];
                charts->chart_of[spare[i]] = to;
            }
        }
        charts->chart[to] = whole;
        charts->chart[to].first_triangle = whole.first_triangle + first;
        charts->chart[to].triangle_count = at - first;
    }
}
