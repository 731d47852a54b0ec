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
    UVP_TAKE(work, chop->near, 3 * (size_t)triangles_max);
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
static uint32_t find_across(const struct uvp_chop *chop, uint32_t h)
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

/* Whether anything across the edges of places first ... end - 1 lies on the other side. */
static bool is_at_cut(const struct uvp_chop *chop, uint32_t first, uint32_t end)
{
    for (uint32_t e = 3 * first; e < 3 * end; e++) {
        if (chop->near[e] != UVP_NONE && chop->side[chop->near[e]] != chop->side[first]) {
            return true;
        }
    }
    return false;
}

/* Whether places first ... end - 1, a unit, share more with the other side. */
static bool is_pulled(const struct uvp_chop *chop, uint32_t first, uint32_t end)
{
    double pull = 0;

    for (uint32_t e = 3 * first; e < 3 * end; e++) {
        const uint32_t k = chop->near[e];
        if (k != UVP_NONE && (k < first || k >= end)) {
            const double length = edge_length(chop, 3 * list_of(chop)[e / 3] + e % 3);
            pull += chop->side[k] == chop->side[first] ? -length : length;
        }
    }
    return pull > 0;
}

/* Units that share more with the other side go there. */
static bool smooth(struct uvp_chop *chop)
{
    const uint32_t count = chart_of(chop)->triangle_count;
    bool changed = false;
    uint32_t end;

    for (uint32_t i = 0; i < count; i = end) {
        end = unit_end(chop, i);
        if (is_at_cut(chop, i, end) && is_pulled(chop, i, end)) {
            memset(chop->side + i, !chop->side[i], end - i);
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

/* A piece of a line; of a whole line, everything. */
struct span {
    double cosine; /* of its direction */
    double sine;
    double low;
    double high;
};

/* Whether the line runs within its span where it crosses half-edge h. */
static bool is_within(const struct uvp_chop *chop, const struct span *span, uint32_t h)
{
    const struct uvp_point2 p = at_corner(chop, h);
    const struct uvp_point2 q = at_corner(chop, uvp_edge_next(h));
    const double a = span->cosine * p.x + span->sine * p.y;
    const double b = span->cosine * q.x + span->sine * q.y;

    return fmin(a, b) <= span->high && fmax(a, b) >= span->low;
}

/* Numbers what is connected over edges on one side, or around the end of the span when there is
 * one; gives the areas. */
static void find_parts(struct uvp_chop *chop, const struct span *span)
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
            for (uint32_t e = 0; e < 3; e++) {
                const uint32_t k = chop->near[3 * j + e];
                if (k != UVP_NONE && chop->part[k] == UVP_NONE &&
                    (chop->side[k] == chop->side[j] ||
                     (span != NULL && !is_within(chop, span, 3 * t + e)))) {
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

/* Edge e % 3 of place e / 3. */
static bool is_cut(const struct uvp_chop *chop, uint32_t e)
{
    const uint32_t k = chop->near[e];

    return k != UVP_NONE && chop->part[k] != chop->part[e / 3];
}

/* The slot that edge e starts in. */
static uint32_t slot_at(const struct uvp_chop *chop, uint32_t e)
{
    return chop->charts->corner[3 * list_of(chop)[e / 3] + e % 3] - chart_of(chop)->first_slot;
}

/* Marks the slots of the cut; gives how many edges of the parts' borders start there. */
static uint32_t mark_cut(struct uvp_chop *chop)
{
    const struct uvp_chart *const chart = chart_of(chop);
    uint32_t count = 0;

    memset(chop->bad, 0, chart->slot_count);
    for (uint32_t e = 0; e < 3 * chart->triangle_count; e++) {
        if (is_cut(chop, e)) {
            chop->bad[slot_at(chop, e)] = 1;
            chop->bad[slot_at(chop, uvp_edge_next(e))] = 1;
        }
    }
    for (uint32_t e = 0; e < 3 * chart->triangle_count; e++) {
        count += (chop->near[e] == UVP_NONE || is_cut(chop, e)) && chop->bad[slot_at(chop, e)];
    }
    return count;
}

/*
 * Marks the slots of the cut in which a part has more than one way on along its border; tells
 * whether there are any.
 */
static enum uvp_code find_bad(struct uvp_chop *chop, bool *found)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(chop->work->scratch);
    const struct uvp_chart *const chart = chart_of(chop);
    const uint32_t most = mark_cut(chop);
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    uint32_t count = 0;

    *found = false;
    UVP_TAKE(chop->work, items, most);
    UVP_TAKE(chop->work, spare, most);
    for (uint32_t e = 0; e < 3 * chart->triangle_count; e++) {
        if ((chop->near[e] == UVP_NONE || is_cut(chop, e)) && chop->bad[slot_at(chop, e)]) {
            items[count++] =
                (struct uvp_sort_item){(uint64_t)slot_at(chop, e) << 32 | chop->part[e / 3], 0};
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

static void begin(struct uvp_chop *chop, uint32_t chart, struct uvp_line line)
{
    chop->chart = chart;
    for (uint32_t i = 0; i < chart_of(chop)->triangle_count; i++) {
        chop->local[list_of(chop)[i]] = i;
    }
    for (uint32_t e = 0; e < 3 * chart_of(chop)->triangle_count; e++) {
        chop->near[e] = find_across(chop, 3 * list_of(chop)[e / 3] + e % 3);
    }
    set_sides(chop, line);
}

/* Straightens the cut, and mends it until all parts are charts. */
static enum uvp_code settle(struct uvp_chop *chop, double least)
{
    const uint32_t count = chart_of(chop)->triangle_count;

    for (int i = 0; i < SMOOTHINGS && smooth(chop); i++) {
        UVP_TRY(uvp_work_count(chop->work, 10 * count));
    }
    for (uint32_t round = 0; round < ROUNDS_MAX; round++) {
        bool bad = false;
        find_parts(chop, NULL);
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

enum uvp_code uvp_chop_parts(struct uvp_chop *chop, uint32_t chart, struct uvp_line line,
                             double least)
{
    begin(chop, chart, line);
    return settle(chop, least);
}

/* One side is the smallest part that is large enough, the other all else. */
static bool choose_part(struct uvp_chop *chop, double least)
{
    uint32_t smallest = UVP_NONE;
    double area = 0;

    for (uint32_t p = 0; p < chop->count; p++) {
        area += chop->area[p];
    }
    for (uint32_t p = 0; p < chop->count; p++) {
        if (chop->area[p] >= least * area &&
            (smallest == UVP_NONE || chop->area[p] < chop->area[smallest])) {
            smallest = p;
        }
    }
    for (uint32_t i = 0; i < chart_of(chop)->triangle_count; i++) {
        chop->side[i] = chop->part[i] == smallest;
    }
    return chop->count > 1 && smallest != UVP_NONE;
}

enum uvp_code uvp_chop_across(struct uvp_chop *chop, uint32_t chart, struct uvp_point2 from,
                              struct uvp_point2 to, double least)
{
    const double dx = (double)to.x - from.x;
    const double dy = (double)to.y - from.y;
    const double length = sqrt(dx * dx + dy * dy);
    const struct span span = {dx / length, dy / length, (dx * from.x + dy * from.y) / length,
                              (dx * to.x + dy * to.y) / length};

    chop->count = 0;
    if (!(length > 0)) {
        return UVP_OK;
    }
    begin(
        chop, chart,
        (struct uvp_line){-span.sine, span.cosine, span.cosine * from.y - span.sine * from.x});
    find_parts(chop, &span);
    UVP_TRY(uvp_work_count(chop->work, 20 * chart_of(chop)->triangle_count));
    if (!choose_part(chop, least)) {
        chop->count = 0;
        return UVP_OK;
    }
    return settle(chop, least);
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
