/*
 * Nudging: a triangle closed by rounding is opened by moving one of its vertices a few steps;
 * the smallest move that leaves all triangles around the vertex positive. A chart that resists
 * is halved, and so is the half that still fails; what fails then falls into its polygons, and
 * those are drawn anew with room for the lattice, more at every round: so the rounds end.
 */
#include "stages/unwrapper/atlas/place.h"

#include <string.h>

#include "stages/unwrapper/atlas/charts.h"
#include "stages/unwrapper/atlas/chop.h"
#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/verdict.h"

/* Least extent of a chart in lattice steps: 1/16 texel of a page of 1024. */
#define EXTENT_MIN 1024.0
#define EXTENT_MIN_TILED 64.0 /* on the coarser lattice of several pages */
#define FILL_GUESS 0.35
#define NUDGE_REACH 6
#define LEAST_STEPS 16
#define PATIENT_ROUNDS 2
#define HALVE_ROUNDS 3 /* in which charts are halved */
#define HALVINGS 5     /* of a chart, one after the other */
#define PARTS_A_CHART 24
#define LEAST_PART 0.02 /* of a chart that is halved */
#define GRAIN                                                                                  \
    3 /* lattice steps, doubled every round; well below the rises of a redrawn chart */

struct placer {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_charts *charts;
    const struct uvp_packing *packing;
    struct uvp_pieces pieces;
    int32_t least;
    uint8_t *fate; /* of each chart: enum fate */
    uint32_t room; /* for charts */
    struct uvp_chop chop;
    uint32_t *spare; /* triangles */
    uint32_t *owner; /* of each slot: the chart that used it last */
    uint32_t *now;   /* and where that chart has it */
};

enum fate {
    STAYS,
    FAILED, /* falls into its polygons, or is redrawn */
    PARTED  /* valid; shares its slots with other parts */
};

/* One chart with vertices counted from its first slot. */
struct local {
    struct uvp_flat flat;
    uint32_t *corner;
    uint32_t *start; /* triangles about each vertex */
    uint32_t *about;
};

/* ---- preparing ---- */

static double extent_of(const struct uvp_charts *charts, const struct uvp_chart *chart)
{
    const struct uvp_point2 *const slot = charts->slot + chart->first_slot;
    struct uvp_point2 low = slot[0];
    struct uvp_point2 high = slot[0];

    for (uint32_t v = 1; v < chart->slot_count; v++) {
        low.x = slot[v].x < low.x ? slot[v].x : low.x;
        low.y = slot[v].y < low.y ? slot[v].y : low.y;
        high.x = slot[v].x > high.x ? slot[v].x : high.x;
        high.y = slot[v].y > high.y ? slot[v].y : high.y;
    }
    return fmax((double)high.x - low.x, (double)high.y - low.y);
}

enum uvp_code uvp_place_prepare(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology, struct uvp_charts *charts)
{
    const struct uvp_demand demand = uvp_pack_demand(work, topology->scale);
    const double steps = demand.pages_most > 1
                             ? EXTENT_MIN_TILED / uvp_page_lattice(demand.pages_most)
                             : EXTENT_MIN / UVP_LATTICE;
    double area = 0;
    double side;
    double least;

    for (uint32_t i = 0; i < topology->live_triangles; i++) {
        area += uvp_area_of(topology, charts->triangle[i]);
    }
    /* a page is as large as the density says, or larger if not all fit on those allowed */
    side = fmax(1 / demand.scale_most, sqrt(area / FILL_GUESS / demand.pages_most));
    least = steps * side;
    for (uint32_t c = 0; c < charts->count; c++) {
        struct uvp_chart *const chart = &charts->chart[c];
        const double extent = extent_of(charts, chart);
        if (extent * chart->step < least) {
            chart->step = least / extent;
        }
        UVP_TRY(uvp_work_count(work, chart->slot_count));
    }
    return UVP_OK;
}

/* ---- rounding ---- */

static int32_t to_lattice(double value, int32_t lattice)
{
    const double scaled = value * lattice + 0.5;

    if (!(scaled > 0)) {
        return 0;
    }
    return scaled < (double)lattice ? (int32_t)scaled : lattice;
}

static void round_chart(const struct placer *placer, const struct uvp_outline *outline,
                        uint32_t c)
{
    struct uvp_chart *const chart = &placer->charts->chart[c];
    const int32_t lattice = placer->charts->page_lattice;

    chart->page = placer->packing->spot[c].page;
    for (uint32_t v = chart->first_slot; v < chart->first_slot + chart->slot_count; v++) {
        const struct uvp_vec2 p =
            uvp_packing_point(placer->packing, &placer->packing->spot[c],
                              uvp_outline_point(outline, chart->step, placer->charts->slot[v]));
        placer->charts->page[v] =
            (struct uvp_point2){to_lattice(p.x, lattice), to_lattice(p.y, lattice)};
    }
}

/* ---- judging and nudging ---- */

/* `edges`: of the border, two slots each. */
static enum uvp_code make_local(struct placer *placer, const struct uvp_chart *chart,
                                const uint32_t *edges, uint32_t count, struct local *local)
{
    uint32_t *border;

    UVP_TAKE(placer->work, local->corner, 3 * (size_t)chart->triangle_count);
    UVP_TAKE(placer->work, border, 2 * (size_t)count);
    for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
        const uint32_t t = placer->charts->triangle[chart->first_triangle + i / 3];
        local->corner[i] = placer->charts->corner[3 * t + i % 3] - chart->first_slot;
    }
    for (uint32_t i = 0; i < 2 * count; i++) {
        border[i] = edges[i] - chart->first_slot;
    }
    local->flat = (struct uvp_flat){
        .triangle_count = chart->triangle_count,
        .vertex_count = chart->slot_count,
        .border_count = count,
        .corner = local->corner,
        .border = border,
        .at = placer->charts->page + chart->first_slot,
    };
    return UVP_OK;
}

static enum uvp_code list_about(struct placer *placer, struct local *local)
{
    const struct uvp_flat *const flat = &local->flat;

    UVP_TAKE(placer->work, local->start, (size_t)flat->vertex_count + 1);
    UVP_TAKE(placer->work, local->about, 3 * (size_t)flat->triangle_count);
    memset(local->start, 0, ((size_t)flat->vertex_count + 1) * sizeof *local->start);
    for (uint32_t i = 0; i < 3 * flat->triangle_count; i++) {
        local->start[flat->corner[i]]++;
    }
    for (uint32_t v = 0; v < flat->vertex_count; v++) {
        local->start[v + 1] += local->start[v];
    }
    for (uint32_t i = 3 * flat->triangle_count; i-- > 0;) {
        local->about[--local->start[flat->corner[i]]] = i / 3;
    }
    return UVP_OK;
}

static int64_t area_of(const struct local *local, uint32_t t)
{
    const uint32_t *const c = local->flat.corner + 3 * (size_t)t;

    return uvp_orient(local->flat.at[c[0]], local->flat.at[c[1]], local->flat.at[c[2]]);
}

/* With v moved from `home`: t is open, and nothing about v was closed. */
static bool opens(const struct local *local, struct uvp_point2 *at, uint32_t v,
                  struct uvp_point2 home, uint32_t t)
{
    const struct uvp_point2 moved = at[v];

    if (area_of(local, t) <= 0) {
        return false;
    }
    for (uint32_t i = local->start[v]; i < local->start[v + 1]; i++) {
        const uint32_t other = local->about[i];
        bool was_open;
        if (area_of(local, other) > 0) {
            continue;
        }
        at[v] = home;
        was_open = area_of(local, other) > 0;
        at[v] = moved;
        if (was_open) {
            return false;
        }
    }
    return true;
}

/* Moves one vertex by the smallest step, in growing squares, that opens t. */
static bool nudge_vertex(const struct local *local, struct uvp_point2 *at, uint32_t v,
                         uint32_t t, int32_t lattice)
{
    const struct uvp_point2 home = at[v];

    for (int32_t reach = 1; reach <= NUDGE_REACH; reach++) {
        for (int32_t i = 0; i < (2 * reach + 1) * (2 * reach + 1); i++) {
            const int32_t dx = i % (2 * reach + 1) - reach;
            const int32_t dy = i / (2 * reach + 1) - reach;
            const bool on_ring = dx == reach || dx == -reach || dy == reach || dy == -reach;
            at[v] = (struct uvp_point2){home.x + dx, home.y + dy};
            if (on_ring && at[v].x >= 0 && at[v].y >= 0 && at[v].x <= lattice &&
                at[v].y <= lattice && opens(local, at, v, home, t)) {
                return true;
            }
        }
    }
    at[v] = home;
    return false;
}

static enum uvp_code nudge(struct placer *placer, struct uvp_chart *chart, struct local *local)
{
    struct uvp_point2 *const at = placer->charts->page + chart->first_slot;

    UVP_TRY(list_about(placer, local));
    for (uint32_t t = 0; t < chart->triangle_count; t++) {
        const uint32_t *const c = local->flat.corner + 3 * (size_t)t;
        uint32_t about = 0;
        for (uint32_t k = 0; k < 3 && area_of(local, t) <= 0; k++) {
            /* hubs would make this quadratic: they stay where they are */
            about = local->start[c[k] + 1] - local->start[c[k]];
            if (about <= 64 && nudge_vertex(local, at, c[k], t, placer->charts->page_lattice)) {
                break;
            }
        }
        UVP_TRY(uvp_work_count(placer->work, 4 + 100 * about));
        if (area_of(local, t) <= 0) {
            return UVP_OK;
        }
    }
    return UVP_OK;
}

static const uint32_t *border_of(const struct uvp_outlines *outlines, uint32_t c)
{
    return outlines->border + 2 * (size_t)outlines->outline[c].first;
}

static enum uvp_code judge(struct placer *placer, const uint32_t *edges, uint32_t count,
                           uint32_t c, bool *valid)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(placer->work->scratch);
    struct uvp_chart *const chart = &placer->charts->chart[c];
    enum uvp_verdict verdict;
    struct local local;

    UVP_TRY(make_local(placer, chart, edges, count, &local));
    UVP_TRY(uvp_verdict_find(placer->work, &local.flat, &verdict));
    if (verdict == UVP_VERDICT_TURNED) {
        UVP_TRY(nudge(placer, chart, &local));
        UVP_TRY(uvp_verdict_find(placer->work, &local.flat, &verdict));
    }
    *valid = verdict == UVP_VERDICT_VALID;
    uvp_arena_rewind(placer->work->scratch, mark);
    return UVP_OK;
}

/* ---- drawing anew ---- */

/*
 * Charts that failed change their slots, and may need more of them; all are written anew, one
 * behind the other, into the page's array, which then becomes the slots': together they never
 * need more than three a triangle.
 */

/* Draws the chart's only unit with room for the lattice. */
static enum uvp_code redraw(struct placer *placer, uint32_t c)
{
    const uint32_t first_slot = placer->charts->slot_count;
    const struct uvp_arena_mark mark = uvp_arena_mark(placer->work->scratch);
    struct uvp_charts *const charts = placer->charts;
    struct uvp_chart *const chart = &charts->chart[c];
    const uint32_t *const list = charts->triangle + chart->first_triangle;
    struct uvp_patch patch;

    UVP_TRY(uvp_patch_make(placer->work, placer->topology, &placer->pieces, c, list,
                           chart->triangle_count, &patch));
    UVP_TRY(uvp_single_terrain(placer->work, placer->topology, &placer->pieces, &patch,
                               1 / (placer->packing->scale * placer->charts->page_lattice),
                               placer->least));
    chart->first_slot = first_slot;
    chart->slot_count = patch.vertex_count;
    chart->step = patch.step;
    for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
        charts->corner[3 * list[i / 3] + i % 3] = first_slot + patch.corner[i];
    }
    memcpy(charts->page + first_slot, patch.at, patch.vertex_count * sizeof *patch.at);
    charts->slot_count += patch.vertex_count;
    uvp_arena_rewind(placer->work->scratch, mark);
    return UVP_OK;
}

static uint32_t unit_length(const struct placer *placer, uint32_t first, uint32_t end)
{
    const uint32_t *const list = placer->charts->triangle;
    uint32_t at = first;

    while (at < end && uvp_unit_of(placer->topology, list[at]) ==
                           uvp_unit_of(placer->topology, list[first])) {
        at++;
    }
    return at - first;
}

static bool is_single(const struct placer *placer, uint32_t c)
{
    const struct uvp_chart *const chart = &placer->charts->chart[c];

    return unit_length(placer, chart->first_triangle,
                       chart->first_triangle + chart->triangle_count) == chart->triangle_count;
}

/* Makes every unit of the chart a chart of its own: the first keeps its number. */
static enum uvp_code take_apart(struct placer *placer, uint32_t c)
{
    struct uvp_charts *const charts = placer->charts;
    const struct uvp_chart whole = charts->chart[c];
    const uint32_t end = whole.first_triangle + whole.triangle_count;
    const uint32_t others = charts->count;
    uint32_t to = c;

    /* all labels first: a patch must not see triangles that are still to leave */
    for (uint32_t first = whole.first_triangle; first < end;) {
        const uint32_t length = unit_length(placer, first, end);
        charts->chart[to] =
            (struct uvp_chart){.first_triangle = first, .triangle_count = length};
        for (uint32_t i = first; i < first + length; i++) {
            charts->chart_of[charts->triangle[i]] = to;
        }
        first += length;
        to = first < end ? charts->count++ : to;
    }
    UVP_TRY(redraw(placer, c));
    for (uint32_t i = others; i < charts->count; i++) {
        UVP_TRY(redraw(placer, i));
    }
    return UVP_OK;
}

/* ---- halving ---- */

/* The line across the middle of the chart's box. */
static struct uvp_line middle_of(const struct uvp_outline *outline, double step)
{
    if (outline->width >= outline->height) {
        return (struct uvp_line){outline->cosine, outline->sine,
                                 (outline->low_x + outline->width / 2) / step};
    }
    return (struct uvp_line){-outline->sine, outline->cosine,
                             (outline->low_y + outline->height / 2) / step};
}

/* Judges chart c where it lies; the outline is of use if it fails. */
static enum uvp_code judge_part(struct placer *placer, uint32_t c, struct uvp_outline *outline)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(placer->work->scratch);
    bool valid = false;
    uint32_t *border;

    UVP_TRY(
        uvp_outline_chart(placer->work, placer->topology, placer->charts, c, outline, &border));
    UVP_TRY(judge(placer, border, outline->count, c, &valid));
    placer->fate[c] = valid ? PARTED : FAILED;
    uvp_arena_rewind(placer->work->scratch, mark);
    return UVP_OK;
}

/* Halves chart c, which failed, and whatever of it fails again. */
static enum uvp_code halve(struct placer *placer, uint32_t c, struct uvp_outline outline,
                           uint32_t depth)
{
    const uint32_t first = placer->charts->count;
    struct uvp_outline part;

    UVP_TRY(uvp_chop_parts(&placer->chop, c, middle_of(&outline, placer->charts->chart[c].step),
                           LEAST_PART));
    if (placer->chop.count < 2 || placer->chop.count - 1 > placer->room - first) {
        return UVP_OK;
    }
    uvp_chop_apply(&placer->chop, placer->charts, placer->spare);
    const uint32_t end = placer->charts->count;
    for (uint32_t i = first - 1; i < end; i++) {
        const uint32_t p = i < first ? c : i;
        UVP_TRY(judge_part(placer, p, &part));
        if (placer->fate[p] == FAILED && depth + 1 < HALVINGS) {
            UVP_TRY(halve(placer, p, part, depth + 1));
        }
    }
    return UVP_OK;
}

static enum uvp_code take_halving(struct placer *placer, uint32_t failed, uint32_t longest)
{
    struct uvp_charts *const charts = placer->charts;

    placer->room = charts->count + failed * PARTS_A_CHART;
    UVP_TRY(uvp_charts_reserve(placer->work, charts, placer->room, 0));
    UVP_TAKE(placer->work, placer->spare, longest);
    UVP_TAKE(placer->work, placer->owner, charts->slot_count);
    UVP_TAKE(placer->work, placer->now, charts->slot_count);
    memset(placer->owner, 0xff, charts->slot_count * sizeof *placer->owner);
    return uvp_chop_init(placer->work, placer->topology, charts, longest, &placer->chop);
}

/* Halves the charts of more than one polygon that failed. */
static enum uvp_code halve_failed(struct placer *placer, const struct uvp_outlines *outlines)
{
    struct uvp_charts *const charts = placer->charts;
    const uint32_t count = charts->count;
    uint32_t failed = 0;
    uint32_t longest = 0;
    uint8_t *fate;

    for (uint32_t c = 0; c < count; c++) {
        if (placer->fate[c] == FAILED && !is_single(placer, c)) {
            const uint32_t triangles = charts->chart[c].triangle_count;
            longest = triangles > longest ? triangles : longest;
            failed++;
        }
    }
    if (failed == 0) {
        return UVP_OK;
    }
    UVP_TRY(take_halving(placer, failed, longest));
    UVP_TAKE(placer->work, fate, placer->room);
    memcpy(fate, placer->fate, count);
    placer->fate = fate;
    for (uint32_t c = 0; c < count; c++) {
        if (fate[c] == FAILED && !is_single(placer, c)) {
            UVP_TRY(halve(placer, c, outlines->outline[c], 0));
        }
    }
    return UVP_OK;
}

/* ---- writing anew ---- */

/* Gives the chart slots of its own. */
static void part_slots(struct placer *placer, uint32_t c)
{
    struct uvp_charts *const charts = placer->charts;
    struct uvp_chart *const chart = &charts->chart[c];
    const uint32_t first = charts->slot_count;

    for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
        const uint32_t t = charts->triangle[chart->first_triangle + i / 3];
        uint32_t *const corner = &charts->corner[3 * t + i % 3];
        if (placer->owner[*corner] != c) {
            placer->owner[*corner] = c;
            placer->now[*corner] = charts->slot_count;
            charts->page[charts->slot_count++] = charts->slot[*corner];
        }
        *corner = placer->now[*corner];
    }
    chart->first_slot = first;
    chart->slot_count = charts->slot_count - first;
}

static void move_slots(struct uvp_charts *charts, struct uvp_chart *chart)
{
    const uint32_t first = charts->slot_count;

    for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
        const uint32_t t = charts->triangle[chart->first_triangle + i / 3];
        charts->corner[3 * t + i % 3] += first - chart->first_slot;
    }
    memcpy(charts->page + first, charts->slot + chart->first_slot,
           chart->slot_count * sizeof *charts->page);
    chart->first_slot = first;
    charts->slot_count += chart->slot_count;
}

/* Room for the charts and slots that there will be at most. */
static enum uvp_code reserve(struct placer *placer)
{
    const struct uvp_charts *const charts = placer->charts;
    uint32_t slots = 0;
    uint32_t count = charts->count;

    for (uint32_t c = 0; c < charts->count; c++) {
        const struct uvp_chart *const chart = &charts->chart[c];
        slots += placer->fate[c] == STAYS ? chart->slot_count : 3 * chart->triangle_count;
        count += placer->fate[c] == FAILED ? chart->triangle_count - 1 : 0;
    }
    return uvp_charts_reserve(placer->work, placer->charts, count, slots);
}

static enum uvp_code rewrite(struct placer *placer)
{
    struct uvp_charts *const charts = placer->charts;
    const uint32_t count = charts->count;
    struct uvp_point2 *old;

    UVP_TRY(reserve(placer));
    old = charts->slot;
    UVP_TAKE(placer->work, placer->pieces.local, placer->topology->triangle_count);
    charts->slot_count = 0;
    for (uint32_t c = 0; c < count; c++) {
        if (placer->fate[c] == STAYS) {
            move_slots(charts, &charts->chart[c]);
        } else if (placer->fate[c] == PARTED) {
            part_slots(placer, c);
        } else if (is_single(placer, c)) {
            UVP_TRY(redraw(placer, c));
        } else {
            UVP_TRY(take_apart(placer, c));
        }
    }
    charts->slot = charts->page;
    charts->page = old;
    return UVP_OK;
}

/* Whether the chart is still valid on a lattice `grain` times as coarse. */
static enum uvp_code judge_coarsely(struct placer *placer, const struct uvp_outlines *outlines,
                                    uint32_t c, int32_t grain, bool *valid)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(placer->work->scratch);
    const struct uvp_chart *const chart = &placer->charts->chart[c];
    struct uvp_point2 *at;
    enum uvp_verdict verdict;
    struct local local;

    UVP_TRY(
        make_local(placer, chart, border_of(outlines, c), outlines->outline[c].count, &local));
    UVP_TAKE(placer->work, at, chart->slot_count);
    for (uint32_t v = 0; v < chart->slot_count; v++) {
        at[v].x = (local.flat.at[v].x + grain / 2) / grain;
        at[v].y = (local.flat.at[v].y + grain / 2) / grain;
    }
    local.flat.at = at;
    UVP_TRY(uvp_verdict_find(placer->work, &local.flat, &verdict));
    *valid = verdict == UVP_VERDICT_VALID;
    uvp_arena_rewind(placer->work->scratch, mark);
    return UVP_OK;
}

/*
 * Every packing turns the charts anew, so those that are valid by luck would fail one after the
 * other, each in a round of its own. They join the ones that did fail: polygons at once, for
 * they only change their shape, and charts that would fall apart after some rounds.
 */
static enum uvp_code fail_frail(struct placer *placer, const struct uvp_outlines *outlines,
                                uint32_t round)
{
    for (uint32_t c = 0; c < placer->charts->count; c++) {
        bool valid = true;
        if (placer->fate[c] == STAYS && (is_single(placer, c) || round >= PATIENT_ROUNDS)) {
            UVP_TRY(judge_coarsely(placer, outlines, c, GRAIN << round, &valid));
            placer->fate[c] = valid ? STAYS : FAILED;
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_place_charts(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                               const struct uvp_outlines *outlines,
                               const struct uvp_packing *packing, uint32_t round,
                               struct uvp_charts *charts, bool *again)
{
    struct placer placer = {.work = work,
                            .topology = topology,
                            .charts = charts,
                            .packing = packing,
                            .pieces = {charts->chart_of, NULL, NULL},
                            .least = LEAST_STEPS << round};

    *again = false;
    charts->page_count = packing->page_count;
    charts->page_lattice = uvp_page_lattice(packing->page_count);
    UVP_TAKE(work, placer.fate, charts->count);
    for (uint32_t c = 0; c < charts->count; c++) {
        bool valid = false;
        round_chart(&placer, &outlines->outline[c], c);
        UVP_TRY(judge(&placer, border_of(outlines, c), outlines->outline[c].count, c, &valid));
        placer.fate[c] = valid ? STAYS : FAILED;
        *again = *again || !valid;
    }
    if (!*again) {
        return UVP_OK;
    }
    UVP_TRY(fail_frail(&placer, outlines, round));
    if (round < HALVE_ROUNDS) {
        UVP_TRY(halve_failed(&placer, outlines));
    }
    return rewrite(&placer);
}
