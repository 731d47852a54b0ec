/*
 * A polygon's triangles must stay together, whatever its shape: so its inner diagonals are
 * paired first, by corner and not by position, and its triangles must form a disk with a tree
 * as dual graph. That is what makes a valid layout of any single polygon possible (single.c).
 */
#include "stages/unwrapper/atlas/sort.h"
#include "stages/unwrapper/atlas/topology.h"

struct polygon {
    uint32_t first;
    uint32_t count;
    struct uvp_sort_item *items; /* 3 * count */
    struct uvp_sort_item *spare;
};

static enum uvp_code fail_polygon(struct uvp_atlas_work *work, uint32_t triangle)
{
    return uvp_fail(work->err, UVP_BAD_DATA, triangle,
                    "the triangles from %u on are no triangulation of their polygon", triangle);
}

/* Pairs half-edges with the same two corners in opposite directions; counts the pairs. */
static enum uvp_code pair_diagonals(struct uvp_atlas_work *work, struct uvp_topology *topology,
                                    struct polygon *polygon, uint32_t *count)
{
    const uint32_t half_edges = 3 * polygon->count;
    struct uvp_sort_item *const items = polygon->items;
    uint32_t pairs = 0;

    for (uint32_t i = 0; i < half_edges; i++) {
        const uint32_t h = 3 * polygon->first + i;
        const uint32_t a = uvp_corner_of(work, topology, h);
        const uint32_t b = uvp_corner_of(work, topology, uvp_edge_next(h));
        items[i].key = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
        items[i].value = h;
    }
    UVP_TRY(uvp_sort_polled(work, items, polygon->spare, half_edges));
    for (uint32_t i = 1; i < half_edges; i++) {
        const uint32_t h = items[i - 1].value;
        const uint32_t g = items[i].value;
        if (items[i].key == items[i - 1].key &&
            uvp_corner_of(work, topology, h) != uvp_corner_of(work, topology, g)) {
            topology->opposite[h] = g;
            topology->opposite[g] = h;
            pairs++;
            i++;
        }
    }
    *count = pairs;
    return uvp_work_count(work, 8 * half_edges);
}

static enum uvp_code count_corners(struct uvp_atlas_work *work, struct polygon *polygon,
                                   uint32_t *count)
{
    const uint32_t half_edges = 3 * polygon->count;
    uint32_t distinct = 1;

    for (uint32_t i = 0; i < half_edges; i++) {
        polygon->items[i].key = work->input->triangles[3 * (size_t)polygon->first + i];
    }
    UVP_TRY(uvp_sort_polled(work, polygon->items, polygon->spare, half_edges));
    for (uint32_t i = 1; i < half_edges; i++) {
        distinct += polygon->items[i].key != polygon->items[i - 1].key;
    }
    *count = distinct;
    return uvp_work_count(work, 8 * half_edges);
}

/* Triangles reached from the first one over diagonals; items serve as the stack. */
static uint32_t count_reached(const struct uvp_topology *topology, struct polygon *polygon)
{
    struct uvp_sort_item *const stack = polygon->items;
    uint32_t reached = 0;
    uint32_t depth = 0;

    /* the dual graph has one edge fewer than nodes: a walk that never turns back ends */
    stack[depth++] = (struct uvp_sort_item){UVP_NONE, polygon->first};
    while (depth > 0 && reached < polygon->count) {
        const struct uvp_sort_item top = stack[--depth];
        reached++;
        for (uint32_t k = 0; k < 3 && depth < 3 * polygon->count; k++) {
            const uint32_t g = topology->opposite[3 * top.value + k];
            if (g != UVP_NONE && g / 3 != top.key) {
                stack[depth++] = (struct uvp_sort_item){top.value, g / 3};
            }
        }
    }
    return reached;
}

static uint32_t live_neighbours(const struct uvp_topology *topology, uint32_t t)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t g = topology->opposite[3 * t + k];
        count += g != UVP_NONE && !topology->dead[g / 3];
    }
    return count;
}

/*
 * In a polygon only ears may be dead: the tip of an ear belongs to no other triangle and can be
 * put on the end of its diagonal. A triangle without area between others must get area.
 */
static void keep_dead_ears(struct uvp_topology *topology, struct polygon *polygon)
{
    uint32_t depth = 0;

    for (uint32_t i = 0; i < polygon->count; i++) {
        polygon->items[i].key = topology->dead[polygon->first + i];
        topology->dead[polygon->first + i] = 0;
    }
    for (uint32_t i = 0; i < polygon->count; i++) {
        polygon->spare[depth++].value = polygon->first + i;
        while (depth > 0) {
            const uint32_t t = polygon->spare[--depth].value;
            if (topology->dead[t] || !polygon->items[t - polygon->first].key ||
                live_neighbours(topology, t) > 1) {
                continue;
            }
            topology->dead[t] = 1;
            for (uint32_t k = 0; k < 3; k++) {
                const uint32_t g = topology->opposite[3 * t + k];
                if (g != UVP_NONE && !topology->dead[g / 3]) {
                    polygon->spare[depth++].value = g / 3;
                }
            }
        }
    }
}

/* A triangle left alive without area of its own looks where its polygon looks. */
static void lend_normals(struct uvp_topology *topology, const struct polygon *polygon)
{
    struct uvp_vec3 sum = {0, 0, 0};

    for (uint32_t t = polygon->first; t < polygon->first + polygon->count; t++) {
        sum = uvp_vec3_add(
            sum, uvp_vec3_scale(uvp_normal_of(topology, t), uvp_area_of(topology, t)));
    }
    sum = uvp_vec3_unit(sum);
    for (uint32_t t = polygon->first; t < polygon->first + polygon->count; t++) {
        if (polygon->items[t - polygon->first].key && !topology->dead[t]) {
            topology->face[4 * (size_t)t] = (float)sum.x;
            topology->face[4 * (size_t)t + 1] = (float)sum.y;
            topology->face[4 * (size_t)t + 2] = (float)sum.z;
        }
    }
}

static enum uvp_code treat_polygon(struct uvp_atlas_work *work, struct uvp_topology *topology,
                                   struct polygon *polygon)
{
    uint32_t pairs = 0;
    uint32_t corners = 0;

    UVP_TRY(pair_diagonals(work, topology, polygon, &pairs));
    UVP_TRY(count_corners(work, polygon, &corners));
    if (pairs != polygon->count - 1 || corners != polygon->count + 2 ||
        count_reached(topology, polygon) != polygon->count) {
        return fail_polygon(work, polygon->first);
    }
    UVP_TRY(uvp_work_count(work, 8 * polygon->count));
    keep_dead_ears(topology, polygon);
    UVP_TRY(uvp_work_count(work, 8 * polygon->count));
    lend_normals(topology, polygon);
    return uvp_work_count(work, 8 * polygon->count);
}

static uint32_t count_units(const struct uvp_atlas_input *input)
{
    const uint32_t *const polygon = input->triangle_polygon;
    uint32_t units = input->triangle_count != 0;

    for (uint32_t t = 1; t < input->triangle_count; t++) {
        units += polygon == NULL || polygon[t] != polygon[t - 1];
    }
    return units;
}

enum uvp_code uvp_polygon_number(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    const uint32_t *const polygon = work->input->triangle_polygon;
    uint32_t units = 0;

    topology->unit_count = count_units(work->input);
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    if (topology->unit_count == topology->triangle_count) {
        return UVP_OK;
    }
    UVP_TAKE(work, topology->unit, topology->triangle_count);
    UVP_TAKE(work, topology->unit_first, (size_t)topology->unit_count + 1);
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        if (t == 0 || polygon[t] != polygon[t - 1]) {
            topology->unit_first[units++] = t;
        }
        topology->unit[t] = units - 1;
        UVP_TRY(uvp_work_count(work, 1));
    }
    topology->unit_first[units] = topology->triangle_count;
    return UVP_OK;
}

static uint32_t largest_unit(const struct uvp_topology *topology)
{
    uint32_t largest = 1;

    for (uint32_t u = 0; topology->unit_first != NULL && u < topology->unit_count; u++) {
        const uint32_t count = topology->unit_first[u + 1] - topology->unit_first[u];
        largest = count > largest ? count : largest;
    }
    return largest;
}

/* Corner 3 t + k of triangle t, as of plain triangles: nothing can be shared. */
static bool is_in_order(const struct uvp_atlas_input *input)
{
    uint32_t h = 0;

    while (h < 3 * input->triangle_count && input->triangles[h] == h) {
        h++;
    }
    return h == 3 * input->triangle_count;
}

/* A corner is of one polygon only: else two charts would fight for its UV. */
static enum uvp_code check_corner_owners(struct uvp_atlas_work *work,
                                         const struct uvp_topology *topology)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    uint32_t *owner;

    if (is_in_order(work->input)) {
        return UVP_OK;
    }
    UVP_TAKE(work, owner, work->input->corner_count);
    for (uint32_t c = 0; c < work->input->corner_count; c++) {
        owner[c] = UVP_NONE;
    }
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        const uint32_t unit = uvp_unit_of(topology, h / 3);
        uint32_t *const at = &owner[work->input->triangles[h]];
        if (*at != UVP_NONE && *at != unit) {
            return uvp_fail(work->err, UVP_BAD_DATA, h / 3,
                            "corner %u of triangle %u belongs to another polygon",
                            work->input->triangles[h], h / 3);
        }
        *at = unit;
        UVP_TRY(uvp_work_count(work, 4));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

enum uvp_code uvp_polygon_pair(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    const uint32_t largest = largest_unit(topology);
    struct uvp_arena_mark mark;
    struct polygon polygon;

    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    UVP_TRY(check_corner_owners(work, topology));
    if (largest == 1) {
        return UVP_OK;
    }
    mark = uvp_arena_mark(work->scratch);
    UVP_TAKE(work, polygon.items, 3 * (size_t)largest);
    UVP_TAKE(work, polygon.spare, 3 * (size_t)largest);
    for (uint32_t u = 0; u < topology->unit_count; u++) {
        polygon.first = topology->unit_first[u];
        polygon.count = topology->unit_first[u + 1] - polygon.first;
        if (polygon.count > 1) {
            UVP_TRY(treat_polygon(work, topology, &polygon));
        }
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
