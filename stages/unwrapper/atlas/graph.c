/*
 * Borders are found by a hash table of region pairs, so that joining two regions never searches
 * a third one's list: a region may have a hundred thousand borders.
 */
#include "stages/unwrapper/atlas/graph.h"

#include <string.h>

#define BLOCK 1024U

struct maker {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    const struct uvp_surface *surface;
    const uint32_t *label;
    struct uvp_graph *graph;
    uint16_t *crossings; /* half-edges on borders at each point */
    uint32_t *inside;    /* a region at each point: the only one, where nothing crosses */
    float *spike;        /* curvature squared of each point inside a region */
    uint8_t *border;     /* of each triangle: a bit an edge */
};

/* ---- the table ---- */

static uint32_t home_of(const struct uvp_graph *graph, uint32_t a, uint32_t b)
{
    const uint32_t low = a < b ? a : b;
    const uint32_t high = a < b ? b : a;
    uint64_t key = ((uint64_t)high << 32 | low) * UINT64_C(0x9E3779B97F4A7C15);

    key ^= key >> 29;
    key *= UINT64_C(0xBF58476D1CE4E5B9);
    return (uint32_t)(key >> 32) & graph->mask;
}

/* Where the border of a and b is in the table, or the free place where it would be. */
static uint32_t place_of(const struct uvp_graph *graph, uint32_t a, uint32_t b)
{
    uint32_t at = home_of(graph, a, b);

    while (graph->slot[at] != UVP_NONE) {
        const uint32_t *const region = graph->border[graph->slot[at]].region;
        if ((region[0] == a && region[1] == b) || (region[0] == b && region[1] == a)) {
            break;
        }
        at = (at + 1) & graph->mask;
    }
    return at;
}

uint32_t uvp_graph_find(const struct uvp_graph *graph, uint32_t a, uint32_t b)
{
    return graph->slot[place_of(graph, a, b)];
}

/* Takes a border out; those behind it move up to where a search would have found them. */
static void take_out(struct uvp_graph *graph, uint32_t border)
{
    const uint32_t *const region = graph->border[border].region;
    uint32_t hole = place_of(graph, region[0], region[1]);
    uint32_t at = hole;

    for (;;) {
        uint32_t home;
        at = (at + 1) & graph->mask;
        if (graph->slot[at] == UVP_NONE) {
            break;
        }
        home = home_of(graph, graph->border[graph->slot[at]].region[0],
                       graph->border[graph->slot[at]].region[1]);
        if (((at - home) & graph->mask) >= ((at - hole) & graph->mask)) {
            graph->slot[hole] = graph->slot[at];
            hole = at;
        }
    }
    graph->slot[hole] = UVP_NONE;
}

/* ---- the lists ---- */

static void push(struct uvp_graph *graph, uint32_t border, uint32_t side)
{
    struct uvp_border *const own = &graph->border[border];
    struct uvp_region *const region = &graph->region[own->region[side]];
    const uint32_t self = 2 * border + side;

    own->prev[side] = UVP_NONE;
    own->next[side] = region->head;
    if (region->head != UVP_NONE) {
        graph->border[region->head / 2].prev[region->head % 2] = self;
    }
    region->head = self;
    region->borders++;
}

static void unlink_side(struct uvp_graph *graph, uint32_t border, uint32_t side)
{
    const struct uvp_border *const own = &graph->border[border];
    struct uvp_region *const region = &graph->region[own->region[side]];
    const uint32_t next = own->next[side];
    const uint32_t prev = own->prev[side];

    if (next != UVP_NONE) {
        graph->border[next / 2].prev[next % 2] = prev;
    }
    if (prev != UVP_NONE) {
        graph->border[prev / 2].next[prev % 2] = next;
    } else {
        region->head = next;
    }
    region->borders--;
}

static void end_border(struct uvp_graph *graph, uint32_t border)
{
    take_out(graph, border);
    unlink_side(graph, border, 0);
    unlink_side(graph, border, 1);
    graph->border[border].region[0] = UVP_NONE;
    graph->border[border].region[1] = UVP_NONE;
}

void uvp_graph_join(struct uvp_graph *graph, uint32_t border, uint32_t to, uint32_t from,
                    void (*gone)(void *ctx, uint32_t border), void *ctx)
{
    end_border(graph, border);
    while (graph->region[from].head != UVP_NONE) {
        const uint32_t entry = graph->region[from].head;
        const uint32_t side = entry % 2;
        struct uvp_border *const moved = &graph->border[entry / 2];
        const uint32_t third = moved->region[1 - side];
        const uint32_t same = uvp_graph_find(graph, to, third);
        if (same != UVP_NONE) {
            graph->border[same].length += moved->length;
            graph->border[same].bend += moved->bend;
            graph->border[same].spike += moved->spike;
            end_border(graph, entry / 2);
            gone(ctx, entry / 2);
            continue;
        }
        take_out(graph, entry / 2);
        unlink_side(graph, entry / 2, side);
        moved->region[side] = to;
        push(graph, entry / 2, side);
        graph->slot[place_of(graph, to, third)] = entry / 2;
    }
    graph->region[from].parent = to;
}

uint32_t uvp_graph_root(struct uvp_graph *graph, uint32_t r)
{
    struct uvp_region *const region = graph->region;

    while (region[r].parent != r) {
        region[r].parent = region[region[r].parent].parent;
        r = region[r].parent;
    }
    return r;
}

/* ---- making ---- */

/* The region across when that is another one, or UVP_NONE. */
static uint32_t region_across(const struct maker *maker, uint32_t h, uint32_t own)
{
    const uint32_t unit = uvp_surface_unit(maker->surface, h);
    const uint32_t label = unit == UVP_NONE ? own : maker->label[unit];

    return label == own ? UVP_NONE : label;
}

static enum uvp_code start_regions(const struct maker *maker)
{
    for (uint32_t r = 0; r < maker->graph->count; r++) {
        maker->graph->region[r] =
            (struct uvp_region){.cosine = HUGE_VAL, .parent = r, .head = UVP_NONE};
    }
    for (uint32_t p = 0; p < maker->topology->point_count; p++) {
        maker->crossings[p] = 0;
        maker->inside[p] = UVP_NONE;
    }
    return uvp_stop_poll(maker->work->stop, maker->work->err);
}

static void count_crossing(const struct maker *maker, uint32_t point)
{
    const uint32_t count = maker->crossings[point];

    maker->crossings[point] = (uint16_t)(count + (count < UINT16_MAX));
}

static uint32_t add_triangle(const struct maker *maker, uint32_t t)
{
    const struct uvp_topology *const topology = maker->topology;
    const float *const normal = maker->surface->normal + 3 * (size_t)t;
    const double area = (double)topology->face[4 * (size_t)t + 3];
    const uint32_t label = maker->label[uvp_unit_of(topology, t)];
    struct uvp_region *const region = &maker->graph->region[label];
    uint32_t crossings = 0;

    region->normal.x += area * (double)normal[0];
    region->normal.y += area * (double)normal[1];
    region->normal.z += area * (double)normal[2];
    region->area += area;
    region->triangles++;
    maker->border[t] = 0;
    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t h = 3 * t + k;
        const uint32_t other = region_across(maker, h, label);
        maker->inside[topology->vertex[h]] = label;
        if (other != UVP_NONE) {
            maker->border[t] |= (uint8_t)(1U << k);
            count_crossing(maker, topology->vertex[h]);
            count_crossing(maker, topology->vertex[uvp_edge_next(h)]);
            crossings++;
        }
        if (other != UVP_NONE || topology->opposite[h] == UVP_NONE) {
            region->outline += (double)maker->surface->length[h];
        }
    }
    return crossings;
}

/* Sums of all regions, and the number of half-edges on borders. */
static enum uvp_code add_triangles(const struct maker *maker, uint32_t *crossings)
{
    *crossings = 0;
    for (uint32_t t = 0; t < maker->topology->triangle_count; t++) {
        if (!uvp_is_dead(maker->topology, t)) {
            *crossings += add_triangle(maker, t);
        }
        if (t % BLOCK == 0) {
            UVP_TRY(uvp_work_count(maker->work, 25 * BLOCK));
        }
    }
    return UVP_OK;
}

static enum uvp_code take_table(const struct maker *maker, uint32_t crossings)
{
    struct uvp_graph *const graph = maker->graph;
    uint32_t size = 64;

    while (size / 3 < crossings / 4) { /* at most two thirds full */
        size *= 2;
    }
    graph->mask = size - 1;
    UVP_TAKE(maker->work, graph->slot, size);
    UVP_TAKE(maker->work, graph->border, crossings / 2);
    memset(graph->slot, 0xff, size * sizeof *graph->slot);
    return UVP_OK;
}

static uint32_t border_of(struct uvp_graph *graph, uint32_t a, uint32_t b)
{
    const uint32_t at = place_of(graph, a, b);

    if (graph->slot[at] == UVP_NONE) {
        graph->slot[at] = graph->border_count;
        graph->border[graph->border_count] = (struct uvp_border){.region = {a, b}};
        push(graph, graph->border_count, 0);
        push(graph, graph->border_count, 1);
        graph->border_count++;
    }
    return graph->slot[at];
}

/* The half-edges on borders at a point share its curvature. */
static float bend_of(const struct maker *maker, uint32_t point)
{
    return maker->surface->defect[point] / (float)maker->crossings[point];
}

/* What a half-edge on a border has of it: as if all triangles there, six, were like its own. */
static float spike_of(const struct maker *maker, uint32_t h, uint32_t point)
{
    const float defect = maker->surface->defect[point];
    const float area = maker->topology->face[4 * (size_t)(h / 3) + 3];

    return 2 * defect * defect * area / (float)maker->crossings[point];
}

static void add_crossing(const struct maker *maker, uint32_t h, uint32_t own, uint32_t other)
{
    const struct uvp_topology *const topology = maker->topology;
    const uint32_t from = topology->vertex[h];
    const uint32_t to = topology->vertex[uvp_edge_next(h)];
    const float bend = bend_of(maker, from) + bend_of(maker, to);
    struct uvp_border *const border =
        &maker->graph->border[border_of(maker->graph, own, other)];

    border->length += maker->surface->length[h] / 2;
    border->bend += bend;
    border->spike += spike_of(maker, h, from) + spike_of(maker, h, to);
    /* the half-edge from the other side brings as much again */
    maker->graph->region[own].share += (double)bend;
}

static void widen_cone(const struct maker *maker, uint32_t t, struct uvp_region *region)
{
    const float *const n = maker->surface->normal + 3 * (size_t)t;
    const struct uvp_vec3 normal = {(double)n[0], (double)n[1], (double)n[2]};

    region->cosine = fmin(region->cosine, uvp_vec3_dot(normal, region->normal));
}

/* The triangle's part of what its corners inside the region are worth. */
static void add_spikes(const struct maker *maker, uint32_t t, struct uvp_region *region)
{
    const uint32_t *const vertex = maker->topology->vertex + 3 * (size_t)t;
    const float squares =
        maker->spike[vertex[0]] + maker->spike[vertex[1]] + maker->spike[vertex[2]];

    region->spike += (double)(squares * maker->topology->face[4 * (size_t)t + 3] / 3);
}

/* Curvature of the points that lie inside a region. */
static enum uvp_code add_points(const struct maker *maker)
{
    struct uvp_region *const region = maker->graph->region;

    for (uint32_t p = 0; p < maker->topology->point_count; p++) {
        const uint32_t r = maker->inside[p];
        const float defect = maker->surface->defect[p];
        const bool inside = r != UVP_NONE && maker->crossings[p] == 0;
        if (inside) {
            region[r].bend += (double)defect;
            region[r].share += (double)defect;
        }
        maker->spike[p] = inside ? defect * defect : 0;
        if (p % BLOCK == 0) {
            UVP_TRY(uvp_work_count(maker->work, 6 * BLOCK));
        }
    }
    return UVP_OK;
}

static enum uvp_code finish_cones(const struct maker *maker)
{
    for (uint32_t r = 0; r < maker->graph->count; r++) {
        struct uvp_region *const region = &maker->graph->region[r];
        const double length = uvp_vec3_length(region->normal);
        region->cosine = length > 0 ? region->cosine / length : 1;
        UVP_TRY(uvp_work_count(maker->work, 8));
    }
    return UVP_OK;
}

static enum uvp_code add_borders(const struct maker *maker)
{
    const struct uvp_topology *const topology = maker->topology;

    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        struct uvp_region *region;
        uint32_t own;
        if (t % BLOCK == 0) {
            UVP_TRY(uvp_work_count(maker->work, 30 * BLOCK));
        }
        if (uvp_is_dead(topology, t)) {
            continue;
        }
        own = maker->label[uvp_unit_of(topology, t)];
        region = &maker->graph->region[own];
        widen_cone(maker, t, region);
        add_spikes(maker, t, region);
        for (uint32_t k = 0; k < 3 && maker->border[t] != 0; k++) {
            const uint32_t h = 3 * t + k;
            if ((maker->border[t] >> k & 1) != 0 && !uvp_surface_is_hard(maker->surface, h)) {
                add_crossing(maker, h, own, region_across(maker, h, own));
            }
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_graph_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                             const struct uvp_surface *surface, const uint32_t *label,
                             uint32_t count, struct uvp_graph *graph)
{
    struct maker maker = {
        .work = work, .topology = topology, .surface = surface, .label = label, .graph = graph};
    uint32_t crossings;

    *graph = (struct uvp_graph){.count = count};
    UVP_TAKE(work, graph->region, count);
    UVP_TAKE(work, maker.crossings, topology->point_count);
    UVP_TAKE(work, maker.inside, topology->point_count);
    UVP_TAKE(work, maker.spike, topology->point_count);
    UVP_TAKE(work, maker.border, topology->triangle_count);
    UVP_TRY(start_regions(&maker));
    UVP_TRY(add_triangles(&maker, &crossings));
    UVP_TRY(take_table(&maker, crossings));
    UVP_TRY(add_points(&maker));
    UVP_TRY(add_borders(&maker));
    return finish_cones(&maker);
}
