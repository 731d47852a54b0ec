/*
 * Layouts are kept as whole lattice steps, not as doubles: what was judged is what is kept, in
 * half the memory.
 */
#include "stages/unwrapper/atlas/charts.h"

#include <string.h>

#include "stages/unwrapper/atlas/keep.h"
#include "stages/unwrapper/atlas/rim.h"

enum uvp_code uvp_charts_take(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              struct uvp_charts *charts)
{
    const size_t live = topology->live_triangles;

    charts->count = 0;
    charts->slot_count = 0;
    charts->chart = NULL;
    charts->page = NULL;
    charts->chart_room = 0;
    charts->slot_room = 3 * topology->live_triangles;
    UVP_TAKE(work, charts->triangle, live);
    UVP_TAKE(work, charts->chart_of, topology->triangle_count);
    UVP_TAKE(work, charts->corner, 3 * (size_t)topology->triangle_count);
    UVP_TAKE(work, charts->slot, 3 * live);
    memset(charts->chart_of, 0xff, topology->triangle_count * sizeof *charts->chart_of);
    memset(charts->corner, 0xff, 3 * (size_t)topology->triangle_count * sizeof *charts->corner);
    return uvp_stop_poll(work->stop, work->err);
}

static enum uvp_code take_from_keep(struct uvp_atlas_work *work, size_t count, size_t each,
                                    const void *old, size_t old_count, void **array)
{
    *array = uvp_arena_take(work->keep, count, each);
    if (*array == NULL) {
        return uvp_fail_memory(work->err, count * each);
    }
    if (old_count > 0) {
        memcpy(*array, old, old_count * each);
    }
    return UVP_OK;
}

enum uvp_code uvp_charts_reserve(struct uvp_atlas_work *work, struct uvp_charts *charts,
                                 uint32_t chart_count, uint32_t slot_count)
{
    void *array;

    if (chart_count > charts->chart_room) {
        UVP_TRY(take_from_keep(work, chart_count, sizeof *charts->chart, charts->chart,
                               charts->count, &array));
        charts->chart = array;
        charts->chart_room = chart_count;
    }
    if (slot_count > charts->slot_room) {
        UVP_TRY(take_from_keep(work, slot_count, sizeof *charts->slot, charts->slot,
                               charts->slot_count, &array));
        charts->slot = array;
        UVP_TRY(take_from_keep(work, slot_count, sizeof *charts->page, NULL, 0, &array));
        charts->page = array;
        charts->slot_room = slot_count;
    }
    return UVP_OK;
}

/* Flattening had room for three slots a triangle; a third of that is what most meshes need. */
enum uvp_code uvp_charts_settle(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology, struct uvp_charts *charts)
{
    const uint32_t half = 3 * topology->live_triangles / 2;
    void *array;

    charts->chart_room = 0; /* they lie where they cannot stay */
    UVP_TRY(uvp_charts_reserve(work, charts, charts->count + charts->count / 8 + 8, 0));
    if (charts->slot_count <= half) {
        charts->page = charts->slot + half;
        charts->slot_room = half;
        return UVP_OK;
    }
    UVP_TRY(take_from_keep(work, charts->slot_room, sizeof *charts->page, NULL, 0, &array));
    charts->page = array;
    return UVP_OK;
}

enum uvp_code uvp_charts_hard(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              uint8_t **cut)
{
    *cut = NULL;
    if (!work->plan->seam_groups && !(work->plan->seam_cosine > -2) &&
        !uvp_keep_is_wanted(work)) {
        return UVP_OK;
    }
    UVP_TAKE(work, *cut, topology->triangle_count);
    memset(*cut, 0, topology->triangle_count);
    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        const uint32_t g = topology->opposite[h];
        if (g != UVP_NONE && uvp_unit_of(topology, h / 3) != uvp_unit_of(topology, g / 3) &&
            uvp_seam_is_hard(work, topology, h)) {
            (*cut)[h / 3] = (uint8_t)((*cut)[h / 3] | 1U << h % 3);
        }
        UVP_TRY(uvp_work_count(work, 4));
    }
    return UVP_OK;
}

void uvp_charts_store(struct uvp_charts *charts, uint32_t first, const struct uvp_patch *patch)
{
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        uint32_t *const corner = charts->corner + 3 * (size_t)patch->triangle[i];
        for (uint32_t k = 0; k < 3; k++) {
            corner[k] = first + patch->corner[3 * (size_t)i + k];
        }
    }
    memcpy(charts->slot + first, patch->at, patch->vertex_count * sizeof *patch->at);
}

void uvp_charts_load(const struct uvp_charts *charts, double step, struct uvp_patch *patch)
{
    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        const uint32_t t = patch->triangle[i / 3];
        patch->at[patch->corner[i]] = charts->slot[charts->corner[3 * (size_t)t + i % 3]];
    }
    patch->step = step;
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        patch->uv[v] = (struct uvp_vec2){patch->at[v].x * step, patch->at[v].y * step};
    }
}

void uvp_charts_move(struct uvp_charts *charts, uint32_t c, uint32_t first)
{
    struct uvp_chart *const chart = &charts->chart[c];

    for (uint32_t i = 0; i < chart->triangle_count; i++) {
        const uint32_t t = charts->triangle[chart->first_triangle + i];
        charts->chart_of[t] = c;
        for (uint32_t k = 0; k < 3; k++) {
            charts->corner[3 * (size_t)t + k] -= chart->first_slot - first;
        }
    }
    memmove(charts->slot + first, charts->slot + chart->first_slot,
            chart->slot_count * sizeof *charts->slot);
    chart->first_slot = first;
}

enum uvp_code uvp_charts_open(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              struct uvp_charts *charts, struct uvp_open_charts *open)
{
    *open = (struct uvp_open_charts){.topology = topology,
                                     .charts = charts,
                                     .pieces = {.label = charts->chart_of},
                                     .slots_max = charts->slot_room};
    UVP_TRY(uvp_charts_hard(work, topology, &open->pieces.cut));
    if (open->pieces.cut == NULL) {
        UVP_TAKE(work, open->pieces.cut, topology->triangle_count);
        memset(open->pieces.cut, 0, topology->triangle_count);
    }
    UVP_TAKE(work, open->pieces.local, topology->triangle_count);
    UVP_TAKE(work, open->next, topology->triangle_count);
    UVP_TAKE(work, open->last, charts->count);
    for (uint32_t c = 0; c < charts->count; c++) {
        struct uvp_chart *const chart = &charts->chart[c];
        const uint32_t *const list = charts->triangle + chart->first_triangle;
        for (uint32_t i = 0; i < chart->triangle_count; i++) {
            open->next[list[i]] = i + 1 < chart->triangle_count ? list[i + 1] : UVP_NONE;
        }
        open->last[c] = list[chart->triangle_count - 1];
        chart->first_triangle = list[0];
        UVP_TRY(uvp_work_count(work, 2 * chart->triangle_count));
    }
    return UVP_OK;
}

void uvp_charts_list(const struct uvp_open_charts *open, uint32_t c, uint32_t *list)
{
    const struct uvp_chart *const chart = &open->charts->chart[c];
    uint32_t t = chart->first_triangle;

    for (uint32_t i = 0; i < chart->triangle_count; i++) {
        list[i] = t;
        t = open->next[t];
    }
}

/* Moves all slots together, into the spare array. */
static void close_slots(struct uvp_open_charts *open)
{
    struct uvp_charts *const charts = open->charts;
    struct uvp_point2 *const old = charts->slot;
    uint32_t count = 0;

    for (uint32_t c = 0; c < charts->count; c++) {
        struct uvp_chart *const chart = &charts->chart[c];
        uint32_t t = chart->first_triangle;
        if (chart->slot_count == 0) {
            continue;
        }
        for (; t != UVP_NONE; t = open->next[t]) {
            for (uint32_t k = 0; k < 3; k++) {
                uint32_t *const corner = &charts->corner[3 * (size_t)t + k];
                *corner = *corner - chart->first_slot + count;
            }
        }
        memcpy(charts->page + count, old + chart->first_slot, chart->slot_count * sizeof *old);
        chart->first_slot = count;
        count += chart->slot_count;
    }
    charts->slot_count = count;
    charts->slot = charts->page;
    charts->page = old;
}

/* Adds the triangles of chart b to the end of chart a's list; b is gone. */
static void append_list(struct uvp_open_charts *open, uint32_t a, uint32_t b)
{
    struct uvp_chart *const one = &open->charts->chart[a];
    struct uvp_chart *const other = &open->charts->chart[b];

    for (uint32_t t = other->first_triangle; t != UVP_NONE; t = open->next[t]) {
        open->charts->chart_of[t] = a;
    }
    open->next[open->last[a]] = other->first_triangle;
    open->last[a] = open->last[b];
    one->triangle_count += other->triangle_count;
    other->triangle_count = 0;
    other->slot_count = 0;
}

void uvp_charts_join(struct uvp_open_charts *open, uint32_t a, const uint32_t *other,
                     uint32_t others, const struct uvp_patch *patch)
{
    struct uvp_charts *const charts = open->charts;
    struct uvp_chart *const chart = &charts->chart[a];

    for (uint32_t i = 0; i < others; i++) {
        append_list(open, a, other[i]);
        if (open->rims != NULL) {
            uvp_rims_join(open->rims, a, other[i]);
        }
    }
    chart->slot_count = 0; /* what they had is free now: so there is room */
    if (patch->vertex_count > open->slots_max - charts->slot_count) {
        close_slots(open);
    }
    chart->first_slot = charts->slot_count;
    chart->slot_count = patch->vertex_count;
    chart->step = patch->step;
    uvp_charts_store(charts, chart->first_slot, patch);
    charts->slot_count += patch->vertex_count;
}

enum uvp_code uvp_charts_close(struct uvp_atlas_work *work, struct uvp_open_charts *open)
{
    struct uvp_charts *const charts = open->charts;
    uint32_t count = 0;
    uint32_t first = 0;

    close_slots(open);
    for (uint32_t c = 0; c < charts->count; c++) {
        struct uvp_chart chart = charts->chart[c];
        uint32_t t = chart.first_triangle;
        if (chart.triangle_count == 0) {
            continue;
        }
        chart.first_triangle = first;
        for (; t != UVP_NONE; t = open->next[t]) {
            charts->triangle[first++] = t;
            charts->chart_of[t] = count;
        }
        charts->chart[count++] = chart;
        UVP_TRY(uvp_work_count(work, 8 * chart.triangle_count));
    }
    charts->count = count;
    return UVP_OK;
}
