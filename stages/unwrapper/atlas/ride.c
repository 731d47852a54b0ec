/*
 * A polygon of dead triangles rides on one edge of a live neighbour if it has one: every corner
 * takes the UV of one end or the other, so all its triangles are flat whatever their shape.
 * Without a neighbour it rides on a single UV. The dead ears of a living polygon lie folded on
 * their diagonal: the tip takes the UV of the nearer end.
 */
#include "stages/unwrapper/atlas/ride.h"

#include <stdbool.h>
#include <string.h>

#include "stages/unwrapper/atlas/pack.h"
#include "stages/unwrapper/atlas/sort.h"

struct rider {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    const struct uvp_charts *charts;
    uint32_t *corner_uv;
    uint32_t *triangle_chart;
    uint32_t *point_uv; /* some UV at each point, or UVP_NONE */
    /* edges of dead triangles, sorted by their ends; value: number among them, mesh order */
    struct uvp_sort_item *edge;
    uint32_t edge_count;
    uint32_t *host;   /* by that number: a live half-edge between the same points, or none */
    uint8_t *touched; /* points of dead triangles */
};

#define TAKE_KEPT(work, pointer, count)                                                        \
    do {                                                                                       \
        (pointer) = uvp_arena_take((work)->keep, (count), sizeof *(pointer));                  \
        if ((pointer) == NULL) {                                                               \
            return uvp_fail_memory((work)->err, (size_t)(count) * sizeof *(pointer));          \
        }                                                                                      \
    } while (0)

static uint32_t corner_of(const struct rider *rider, uint32_t h)
{
    return uvp_corner_of(rider->work, rider->topology, h);
}

static uint32_t *uv_at(const struct rider *rider, uint32_t h)
{
    return &rider->corner_uv[corner_of(rider, h)];
}

/* UVs of the charts' slots in use, chart by chart; corners of live triangles. */
static enum uvp_code number_uvs(struct rider *rider, struct uvp_atlas_result *result)
{
    const struct uvp_charts *const charts = rider->charts;
    uint32_t count = 0;
    uint32_t *uv_of;
    float *uv;

    UVP_TAKE(rider->work, uv_of, charts->slot_count);
    for (uint32_t c = 0; c < charts->count; c++) {
        for (uint32_t v = 0; v < charts->chart[c].slot_count; v++) {
            uv_of[charts->chart[c].first_slot + v] = count++;
        }
        UVP_TRY(uvp_work_count(rider->work, 2 * charts->chart[c].slot_count + 4));
    }
    TAKE_KEPT(rider->work, uv, 2 * (size_t)count);
    for (uint32_t c = 0; c < charts->count; c++) {
        const struct uvp_chart *const chart = &charts->chart[c];
        const float column = (float)(chart->page % UVP_TILES_ACROSS);
        const float row = (float)(chart->page / UVP_TILES_ACROSS);
        const float steps = (float)charts->page_lattice;
        for (uint32_t v = chart->first_slot; v < chart->first_slot + chart->slot_count; v++) {
            uv[2 * (size_t)uv_of[v]] = column + (float)charts->page[v].x / steps;
            uv[2 * (size_t)uv_of[v] + 1] = row + (float)charts->page[v].y / steps;
        }
        UVP_TRY(uvp_work_count(rider->work, 2 * chart->slot_count + 4));
    }
    for (uint32_t h = 0; h < 3 * rider->topology->triangle_count; h++) {
        if (!rider->topology->dead[h / 3]) {
            *uv_at(rider, h) = uv_of[charts->corner[h]];
            rider->point_uv[rider->topology->vertex[h]] = uv_of[charts->corner[h]];
            rider->triangle_chart[h / 3] = charts->chart_of[h / 3];
        }
        UVP_TRY(uvp_work_count(rider->work, 4));
    }
    result->uv = uv;
    result->uv_count = count;
    return UVP_OK;
}

static uint64_t edge_key(const struct uvp_topology *topology, uint32_t h)
{
    const uint32_t a = topology->vertex[h];
    const uint32_t b = topology->vertex[uvp_edge_next(h)];

    return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static enum uvp_code list_dead_edges(struct rider *rider)
{
    const struct uvp_topology *const topology = rider->topology;
    struct uvp_sort_item *spare;
    size_t room = 0;

    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        room += 3 * (size_t)topology->dead[t];
    }
    UVP_TAKE(rider->work, rider->edge, room);
    UVP_TAKE(rider->work, spare, room);
    UVP_TAKE(rider->work, rider->host, room);
    UVP_TAKE(rider->work, rider->touched, topology->point_count);
    memset(rider->touched, 0, topology->point_count);
    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        if (topology->dead[h / 3]) {
            const uint32_t number = rider->edge_count++;
            rider->edge[number] = (struct uvp_sort_item){edge_key(topology, h), number};
            rider->host[number] = UVP_NONE;
            rider->touched[topology->vertex[h]] = 1;
        }
        UVP_TRY(uvp_work_count(rider->work, 2));
    }
    return uvp_sort_polled(rider->work, rider->edge, spare, rider->edge_count);
}

/* Offers the live half-edge h to the dead edges between the same points. */
static void offer_host(const struct rider *rider, uint32_t h)
{
    const uint64_t key = edge_key(rider->topology, h);
    uint32_t low = 0;
    uint32_t high = rider->edge_count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (rider->edge[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    /* once offered, the whole run has its host: no run is walked twice */
    if (low < rider->edge_count && rider->host[rider->edge[low].value] != UVP_NONE) {
        return;
    }
    for (; low < rider->edge_count && rider->edge[low].key == key; low++) {
        rider->host[rider->edge[low].value] = h;
    }
}

static enum uvp_code find_hosts(struct rider *rider)
{
    const struct uvp_topology *const topology = rider->topology;

    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        const uint32_t next = uvp_edge_next(h);
        if (!topology->dead[h / 3] && rider->touched[topology->vertex[h]] &&
            rider->touched[topology->vertex[next]]) {
            offer_host(rider, h);
            UVP_TRY(uvp_work_count(rider->work, 20));
        }
    }
    return UVP_OK;
}

/* All corners of a dead unit onto the ends of the host edge, or onto one UV. `number`: of its
 * first half-edge among those of dead triangles. */
static void seat_unit(const struct rider *rider, uint32_t first, uint32_t end, uint32_t number)
{
    const struct uvp_topology *const topology = rider->topology;
    uint32_t host = UVP_NONE;
    uint32_t only = UVP_NONE;

    for (uint32_t h = 3 * first; h < 3 * end && host == UVP_NONE; h++) {
        host = rider->host[number + (h - 3 * first)];
        only = only == UVP_NONE ? rider->point_uv[topology->vertex[h]] : only;
    }
    for (uint32_t h = 3 * first; h < 3 * end; h++) {
        if (host == UVP_NONE) {
            *uv_at(rider, h) = only == UVP_NONE ? 0 : only;
        } else {
            const bool at_start = topology->vertex[h] == topology->vertex[host];
            *uv_at(rider, h) = *uv_at(rider, at_start ? host : uvp_edge_next(host));
        }
        rider->triangle_chart[h / 3] = host == UVP_NONE ? 0 : rider->charts->chart_of[host / 3];
    }
}

static double distance(const struct rider *rider, uint32_t h, uint32_t g)
{
    return uvp_vec3_length(
        uvp_vec3_sub(uvp_point_of(rider->topology, rider->topology->vertex[h]),
                     uvp_point_of(rider->topology, rider->topology->vertex[g])));
}

/* Folds the dead triangles behind half-edge h, whose ends have UVs, onto those; a tree. */
static void fold_ears(const struct rider *rider, uint32_t h, uint32_t *stack)
{
    const struct uvp_topology *const topology = rider->topology;
    uint32_t depth = 0;

    stack[depth++] = h;
    while (depth > 0) {
        const uint32_t g = topology->opposite[stack[--depth]];
        if (g == UVP_NONE || !topology->dead[g / 3] ||
            *uv_at(rider, uvp_edge_prev(g)) != UVP_NONE) {
            continue;
        }
        const uint32_t tip = uvp_edge_prev(g);
        const uint32_t end = uvp_edge_next(g);
        *uv_at(rider, tip) =
            *uv_at(rider, distance(rider, tip, g) <= distance(rider, tip, end) ? g : end);
        rider->triangle_chart[g / 3] = rider->triangle_chart[h / 3];
        stack[depth++] = end;
        stack[depth++] = tip;
    }
}

static enum uvp_code seat_dead(struct rider *rider)
{
    const struct uvp_topology *const topology = rider->topology;
    uint32_t dead = 0; /* triangles before the unit */
    uint32_t *stack;

    UVP_TAKE(rider->work, stack, rider->edge_count + 2);
    for (uint32_t u = 0; u < topology->unit_count; u++) {
        const uint32_t first = uvp_unit_first(topology, u);
        const uint32_t end = uvp_unit_first(topology, u + 1);
        uint32_t here = 0;
        for (uint32_t t = first; t < end; t++) {
            here += topology->dead[t];
        }
        const bool living = here < end - first;
        if (!living) {
            seat_unit(rider, first, end, 3 * dead);
        }
        dead += here;
        for (uint32_t h = 3 * first; living && end - first > 1 && h < 3 * end; h++) {
            if (!topology->dead[h / 3]) {
                fold_ears(rider, h, stack);
            }
        }
        UVP_TRY(uvp_work_count(rider->work, end - first));
    }
    return UVP_OK;
}

/* Corners that no triangle names. */
static void seat_rest(const struct rider *rider)
{
    const struct uvp_atlas_input *const input = rider->work->input;

    for (uint32_t c = 0; c < input->corner_count; c++) {
        if (rider->corner_uv[c] == UVP_NONE) {
            rider->corner_uv[c] = 0;
        }
    }
}

/* What was turned inside comes out mirrored: the caller is told. */
static enum uvp_code keep_turned(struct uvp_atlas_work *work,
                                 const struct uvp_topology *topology,
                                 struct uvp_atlas_result *result)
{
    uint8_t *turned;

    if (topology->turned == NULL) {
        return UVP_OK;
    }
    TAKE_KEPT(work, turned, topology->triangle_count);
    memcpy(turned, topology->turned, topology->triangle_count);
    result->triangle_turned = turned;
    return UVP_OK;
}

enum uvp_code uvp_ride_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                            const struct uvp_charts *charts, struct uvp_atlas_result *result)
{
    struct rider rider = {.work = work, .topology = topology, .charts = charts};

    TAKE_KEPT(work, rider.corner_uv, work->input->corner_count);
    TAKE_KEPT(work, rider.triangle_chart, topology->triangle_count);
    UVP_TAKE(work, rider.point_uv, topology->point_count);
    for (uint32_t c = 0; c < work->input->corner_count; c++) {
        rider.corner_uv[c] = UVP_NONE;
    }
    for (uint32_t p = 0; p < topology->point_count; p++) {
        rider.point_uv[p] = UVP_NONE;
    }
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    UVP_TRY(number_uvs(&rider, result));
    if (topology->live_triangles != topology->triangle_count) {
        UVP_TRY(list_dead_edges(&rider));
        UVP_TRY(find_hosts(&rider));
        UVP_TRY(seat_dead(&rider));
    }
    seat_rest(&rider);
    UVP_TRY(keep_turned(work, topology, result));
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    result->corner_uv = rider.corner_uv;
    result->triangle_chart = rider.triangle_chart;
    return UVP_OK;
}
