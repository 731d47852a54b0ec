/*
 * Sweeps over all border edges: where the polygon behind one is an ear and may move, it does.
 * Seams only get shorter by it, so that comes to an end. New border edges must keep clear of
 * the chart's others; the chart that loses an ear does not mind.
 */
#include "stages/unwrapper/atlas/trade.h"

#include <string.h>

#include "stages/unwrapper/atlas/ear.h"
#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/rim.h"
#include "stages/unwrapper/atlas/verdict.h"

#define SWEEPS_MAX 8 /* over all seams */
#define CLEAR 96     /* lattice steps to other border edges */
#define LOOKS 20     /* at border edges, in times the mesh's triangles */

struct trader {
    struct uvp_atlas_work *work;
    struct uvp_open_charts *open;
    uint64_t looks;   /* still allowed */
    uint8_t *touched; /* charts */
    uint32_t moves;
    uint32_t gathered; /* slots */
};

/* ---- keeping clear ---- */

struct edge {
    uint32_t slot[2];
    struct uvp_point2 at[2];
};

/* Whether p is less than CLEAR steps from the edge. */
static bool is_near(struct uvp_point2 p, const struct edge *edge)
{
    const double x = (double)edge->at[1].x - edge->at[0].x;
    const double y = (double)edge->at[1].y - edge->at[0].y;
    const double px = (double)p.x - edge->at[0].x;
    const double py = (double)p.y - edge->at[0].y;
    const double along = fmin(fmax((px * x + py * y) / (x * x + y * y), 0), 1);
    const double dx = px - along * x;
    const double dy = py - along * y;

    return !(dx * dx + dy * dy >= (double)CLEAR * CLEAR);
}

static bool is_apart(const struct edge *a, const struct edge *b)
{
    const struct uvp_point2 *const p = a->at;
    const struct uvp_point2 *const q = b->at;

    return (p[0].x < p[1].x ? p[1].x : p[0].x) + CLEAR < (q[0].x < q[1].x ? q[0].x : q[1].x) ||
           (q[0].x < q[1].x ? q[1].x : q[0].x) + CLEAR < (p[0].x < p[1].x ? p[0].x : p[1].x) ||
           (p[0].y < p[1].y ? p[1].y : p[0].y) + CLEAR < (q[0].y < q[1].y ? q[0].y : q[1].y) ||
           (q[0].y < q[1].y ? q[1].y : q[0].y) + CLEAR < (p[0].y < p[1].y ? p[0].y : p[1].y);
}

static bool is_clear(const struct edge *a, const struct edge *b)
{
    if (is_apart(a, b)) {
        return true;
    }
    for (int k = 0; k < 2; k++) {
        const bool a_shared = a->slot[k] == b->slot[0] || a->slot[k] == b->slot[1];
        const bool b_shared = b->slot[k] == a->slot[0] || b->slot[k] == a->slot[1];
        if ((!a_shared && is_near(a->at[k], b)) || (!b_shared && is_near(b->at[k], a))) {
            return false;
        }
    }
    return a->slot[1] == b->slot[0] || a->slot[0] == b->slot[1] ||
           !uvp_segments_meet(a->at[0], a->at[1], b->at[0], b->at[1]);
}

static struct edge edge_of(const struct trader *trader, uint32_t h)
{
    const struct uvp_charts *const charts = trader->open->charts;
    const uint32_t from = charts->corner[h];
    const uint32_t to = charts->corner[uvp_edge_next(h)];

    return (struct edge){{from, to}, {charts->slot[from], charts->slot[to]}};
}

/* The ear's half-edge h as it would be; new slots are like no other. */
static struct edge edge_to_be(const struct trader *trader, const struct uvp_ear *ear,
                              uint32_t h)
{
    const uint32_t *const corner = trader->open->charts->corner;
    const uint32_t i = uvp_ear_vertex(ear, corner[h]);
    const uint32_t j = uvp_ear_vertex(ear, corner[uvp_edge_next(h)]);

    return (struct edge){{ear->into[i] == UVP_NONE ? UVP_NONE - i : ear->into[i],
                          ear->into[j] == UVP_NONE ? UVP_NONE - j : ear->into[j]},
                         {ear->at[i], ear->at[j]}};
}

/* The border edges that the ear would bring. */
static uint32_t list_new(const struct trader *trader, const struct uvp_ear *ear,
                         struct edge *edge)
{
    uint32_t count = 0;

    edge[count++] = edge_to_be(trader, ear, ear->own);
    for (uint32_t i = 0; i < ear->edges; i++) {
        if (!ear->joined[i]) {
            edge[count++] = edge_to_be(trader, ear, ear->edge[i]);
        }
    }
    return count;
}

/* Whether half-edge h of the other chart is one that the ear is joined to. */
static bool is_joined(const struct uvp_open_charts *open, const struct uvp_ear *ear, uint32_t h)
{
    for (uint32_t i = 0; i < ear->edges; i++) {
        if (ear->joined[i] && open->topology->opposite[h] == ear->edge[i]) {
            return true;
        }
    }
    return false;
}

/* Whether the border edges that the ear would bring keep clear of the others. */
static enum uvp_code find_clear(struct trader *trader, const struct uvp_ear *ear, bool *clear)
{
    const struct uvp_open_charts *const open = trader->open;
    struct edge edge[UVP_EAR_EDGES];
    const uint32_t count = list_new(trader, ear, edge);

    *clear = true;
    for (uint32_t e = uvp_rims_next(open, ear->to, UVP_NONE); e != UVP_NONE && *clear;
         e = uvp_rims_next(open, ear->to, e)) {
        const uint32_t h = trader->open->rims->half[e];
        const struct edge other = edge_of(trader, h);
        for (uint32_t i = 0; i < count && *clear; i++) {
            *clear = is_clear(&edge[i], &other) || is_joined(open, ear, h);
        }
        trader->looks -= trader->looks > 0;
        UVP_TRY(uvp_work_count(trader->work, 2));
    }
    return UVP_OK;
}

/* ---- moving ---- */

static void set_cut(const struct uvp_open_charts *open, uint32_t h)
{
    open->pieces.cut[h / 3] |= (uint8_t)(1U << h % 3);
}

/* Edges that are not joined are border, also where the other chart lies beyond them. */
static void bring_border(struct trader *trader, const struct uvp_ear *ear)
{
    const struct uvp_open_charts *const open = trader->open;

    uvp_rims_add(trader->open->rims, ear->to, ear->own);
    uvp_rims_add(trader->open->rims, ear->from, open->topology->opposite[ear->own]);
    for (uint32_t i = 0; i < ear->edges; i++) {
        if (ear->joined[i]) {
            continue;
        }
        if (uvp_ear_beyond(open, ear->edge[i]) == ear->to) {
            set_cut(open, ear->edge[i]);
            set_cut(open, open->topology->opposite[ear->edge[i]]);
        }
        uvp_rims_add(trader->open->rims, ear->to, ear->edge[i]);
    }
}

static void move(struct trader *trader, struct uvp_ear *ear)
{
    struct uvp_open_charts *const open = trader->open;
    struct uvp_charts *const charts = open->charts;

    bring_border(trader, ear);
    for (uint32_t i = 0; i < ear->vertices; i++) {
        if (ear->into[i] == UVP_NONE) {
            ear->into[i] = charts->slot_count++;
            charts->slot[ear->into[i]] = ear->at[i];
        }
    }
    for (uint32_t i = 3 * ear->first; i < 3 * (ear->first + ear->count); i++) {
        charts->corner[i] = ear->into[uvp_ear_vertex(ear, charts->corner[i])];
    }
    for (uint32_t t = ear->first; t < ear->first + ear->count; t++) {
        uvp_pieces_give(&open->pieces, t, ear->to);
    }
    charts->chart[ear->from].triangle_count -= ear->count;
    charts->chart[ear->to].triangle_count += ear->count;
    trader->touched[ear->from] = 1;
    trader->touched[ear->to] = 1;
    trader->moves++;
}

/* Moves the ear if it may. */
static enum uvp_code try_move(struct trader *trader, struct uvp_ear *ear, bool *moved)
{
    const struct uvp_charts *const charts = trader->open->charts;
    bool good = charts->chart[ear->to].triangle_count + ear->count <=
                    trader->work->plan->chart_triangles_max &&
                trader->open->slots_max - charts->slot_count >= ear->vertices &&
                trader->open->rims->room - trader->open->rims->count > ear->edges;

    if (good) {
        UVP_TRY(uvp_ear_judge(trader->work, trader->open, ear, &good));
    }
    if (good) {
        UVP_TRY(find_clear(trader, ear, &good));
    }
    if (good) {
        move(trader, ear);
    }
    *moved = good;
    return UVP_OK;
}

static enum uvp_code try_polygon(struct trader *trader, uint32_t t)
{
    struct uvp_ear ear;
    bool moved = false;

    if (!uvp_ear_find(trader->open, t, &ear)) {
        return UVP_OK;
    }
    if (uvp_ear_fill(trader->open, &ear)) {
        UVP_TRY(try_move(trader, &ear, &moved));
    }
    if (!moved && uvp_ear_turn(trader->open, &ear)) {
        UVP_TRY(try_move(trader, &ear, &moved));
    }
    return UVP_OK;
}

static enum uvp_code sweep(struct trader *trader)
{
    const struct uvp_open_charts *const open = trader->open;

    for (uint32_t e = 0; e < trader->open->rims->count && trader->looks > 0; e++) {
        const uint32_t t = trader->open->rims->half[e] / 3;
        const uint32_t g = open->topology->opposite[trader->open->rims->half[e]];
        if (g != UVP_NONE && open->charts->chart_of[g / 3] != UVP_NONE &&
            open->charts->chart_of[g / 3] != open->charts->chart_of[t]) {
            UVP_TRY(try_polygon(trader, t));
        }
        UVP_TRY(uvp_work_count(trader->work, 10));
    }
    return UVP_OK;
}

/* ---- tidying up ---- */

/* Lists of triangles, in the order of their numbers. */
static enum uvp_code list_triangles(struct trader *trader)
{
    struct uvp_open_charts *const open = trader->open;
    struct uvp_chart *const chart = open->charts->chart;

    for (uint32_t c = 0; c < open->charts->count; c++) {
        if (trader->touched[c]) {
            chart[c].first_triangle = UVP_NONE;
        }
    }
    for (uint32_t t = 0; t < open->topology->triangle_count; t++) {
        const uint32_t c = open->charts->chart_of[t];
        if (c != UVP_NONE && trader->touched[c]) {
            if (chart[c].first_triangle == UVP_NONE) {
                chart[c].first_triangle = t;
            } else {
                open->next[open->last[c]] = t;
            }
            open->last[c] = t;
            open->next[t] = UVP_NONE;
        }
        UVP_TRY(uvp_work_count(trader->work, 2));
    }
    return UVP_OK;
}

/* The slots of touched charts, those that are in use, go to a place of their own. */
static enum uvp_code gather_slots(struct trader *trader, uint32_t c, uint32_t *place)
{
    const struct uvp_open_charts *const open = trader->open;
    struct uvp_charts *const charts = open->charts;
    struct uvp_chart *const chart = &charts->chart[c];

    chart->first_slot = trader->gathered;
    for (uint32_t t = chart->first_triangle; t != UVP_NONE; t = open->next[t]) {
        for (uint32_t k = 0; k < 3; k++) {
            uint32_t *const corner = &charts->corner[3 * t + k];
            if (place[*corner] == UVP_NONE) {
                place[*corner] = trader->gathered;
                charts->page[trader->gathered++] = charts->slot[*corner];
            }
            *corner = place[*corner];
        }
    }
    chart->slot_count = trader->gathered - chart->first_slot;
    return uvp_work_count(trader->work, 8 * chart->triangle_count);
}

static void keep_slots(struct trader *trader, uint32_t c)
{
    const struct uvp_open_charts *const open = trader->open;
    struct uvp_charts *const charts = open->charts;
    struct uvp_chart *const chart = &charts->chart[c];

    for (uint32_t t = chart->first_triangle; t != UVP_NONE; t = open->next[t]) {
        for (uint32_t k = 0; k < 3; k++) {
            uint32_t *const corner = &charts->corner[3 * t + k];
            *corner = *corner - chart->first_slot + trader->gathered;
        }
    }
    memcpy(charts->page + trader->gathered, charts->slot + chart->first_slot,
           chart->slot_count * sizeof *charts->slot);
    chart->first_slot = trader->gathered;
    trader->gathered += chart->slot_count;
}

/* All slots move together, into the spare array. */
static enum uvp_code settle_slots(struct trader *trader)
{
    struct uvp_charts *const charts = trader->open->charts;
    struct uvp_point2 *const old = charts->slot;
    uint32_t *place;

    UVP_TAKE(trader->work, place, charts->slot_count);
    memset(place, 0xff, charts->slot_count * sizeof *place);
    for (uint32_t c = 0; c < charts->count; c++) {
        if (trader->touched[c]) {
            UVP_TRY(gather_slots(trader, c, place));
        } else if (charts->chart[c].triangle_count > 0) {
            keep_slots(trader, c);
            UVP_TRY(uvp_work_count(trader->work, 4 * charts->chart[c].triangle_count));
        }
    }
    charts->slot = charts->page;
    charts->page = old;
    charts->slot_count = trader->gathered;
    return UVP_OK;
}

static enum uvp_code trade(struct trader *trader)
{
    struct uvp_open_charts *const open = trader->open;
    uint32_t before = UVP_NONE; /* so that there is a first sweep */

    UVP_TAKE(trader->work, trader->touched, open->charts->count);
    memset(trader->touched, 0, open->charts->count);
    for (int sweeps = 0; sweeps < SWEEPS_MAX && trader->moves - before > trader->moves / 16;
         sweeps++) {
        before = trader->moves;
        UVP_TRY(sweep(trader));
    }
    if (trader->moves == 0) {
        return UVP_OK;
    }
    UVP_TRY(list_triangles(trader));
    return settle_slots(trader);
}

enum uvp_code uvp_trade_polygons(struct uvp_atlas_work *work, struct uvp_open_charts *open)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct trader trader = {
        .work = work, .open = open, .looks = LOOKS * (uint64_t)open->topology->live_triangles};
    const enum uvp_code code = trade(&trader);

    uvp_arena_rewind(work->scratch, mark);
    return code;
}
