/*
 * Hierarchical face clustering (Garland, Willmott, Heckbert 2001) with the L2,1 normal error of
 * variational shape approximation (Cohen-Steiner, Alliez, Desbrun 2004), which adds up: the
 * error of a cluster is its area less the length of its summed normals. To it comes a term for
 * the length of the outline against the area, and a cone about all normals as a limit, so that
 * projection turns few triangles or none.
 *
 * The work is bounded without regard to degrees: merging goes in rounds of rising cost. In a
 * round every edge is in one heap and looked at a fixed number of times; after it the edges are
 * relabelled and joined. Cones grow by a bound within a round and are measured anew between.
 */
#include "stages/unwrapper/atlas/segment.h"

#include <stdbool.h>

#include "stages/unwrapper/atlas/sort.h"

#define LOOKS_PER_ROUND 4

#define DEVIATION_MAX 0.35
#define CONE_MIN 0.1 /* cosine of the widest cone */
#define OUTLINE_WEIGHT 0.4
#define OUTLINE_HALF 15.0 /* perimeter^2 / (4 pi area) at which half the weight is reached */

/* 4 pi */
#define FOUR_PI 12.566370614359172

static const double round_limits[] = {0.045, 0.06, 0.08, 0.11, 0.15, 0.2,
                                      0.26,  0.33, 0.42, 0.55, 0.8,  0.8};

struct cluster {
    struct uvp_vec3 normal; /* summed, weighted by area */
    struct uvp_vec3 axis;   /* of the cone */
    double cosine;          /* of the cone's half angle */
    double area;
    double outline;
    uint32_t parent; /* itself: a root */
    uint32_t version;
};

struct edge {
    uint32_t a;
    uint32_t b;
    double length;
};

struct entry {
    double cost;
    uint32_t edge;
    uint32_t version; /* of both clusters together when the cost was computed */
};

struct segmenter {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_vec3 *smooth; /* normals of triangles */
    struct cluster *cluster; /* one a unit */
    struct edge *edge;
    uint32_t edge_count;
    uint8_t *looks;
    struct entry *heap;
    uint32_t heap_count;
    struct edge *old; /* shares memory with the heap: only one is in use */
};

/* ---- normals ---- */

static enum uvp_code smooth_once(struct uvp_atlas_work *work,
                                 const struct uvp_topology *topology,
                                 const struct uvp_vec3 *from, struct uvp_vec3 *to)
{
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        struct uvp_vec3 sum = uvp_vec3_scale(from[t], uvp_area_of(topology, t));
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t g = topology->opposite[3 * t + k];
            double alike;
            if (g == UVP_NONE) {
                continue;
            }
            alike = uvp_vec3_dot(from[t], from[g / 3]);
            if (alike > 0) { /* sharp edges stay sharp */
                sum = uvp_vec3_add(
                    sum,
                    uvp_vec3_scale(from[g / 3], alike * alike * uvp_area_of(topology, g / 3)));
            }
        }
        sum = uvp_vec3_unit(sum);
        to[t] = uvp_vec3_dot(sum, sum) > 0 ? sum : from[t];
        UVP_TRY(uvp_work_count(work, 20));
    }
    return UVP_OK;
}

static enum uvp_code smooth_normals(struct segmenter *segmenter)
{
    struct uvp_atlas_work *const work = segmenter->work;
    const struct uvp_topology *const topology = segmenter->topology;
    struct uvp_arena_mark mark;
    struct uvp_vec3 *other;

    UVP_TAKE(work, segmenter->smooth, topology->triangle_count);
    mark = uvp_arena_mark(work->scratch);
    UVP_TAKE(work, other, topology->triangle_count);
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        segmenter->smooth[t] = uvp_normal_of(topology, t);
        UVP_TRY(uvp_work_count(work, 2));
    }
    UVP_TRY(smooth_once(work, topology, segmenter->smooth, other));
    UVP_TRY(smooth_once(work, topology, other, segmenter->smooth));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

/* ---- clusters ---- */

static uint32_t find_root(struct segmenter *segmenter, uint32_t u)
{
    struct cluster *const cluster = segmenter->cluster;

    while (cluster[u].parent != u) {
        cluster[u].parent = cluster[cluster[u].parent].parent;
        u = cluster[u].parent;
    }
    return u;
}

static double edge_length(const struct uvp_topology *topology, uint32_t h)
{
    return uvp_vec3_length(
        uvp_vec3_sub(uvp_point_of(topology, topology->vertex[h]),
                     uvp_point_of(topology, topology->vertex[uvp_edge_next(h)])));
}

static void add_triangle(struct segmenter *segmenter, uint32_t t)
{
    const struct uvp_topology *const topology = segmenter->topology;
    struct cluster *const cluster = &segmenter->cluster[uvp_unit_of(topology, t)];

    cluster->area += uvp_area_of(topology, t);
    cluster->normal = uvp_vec3_add(
        cluster->normal, uvp_vec3_scale(segmenter->smooth[t], uvp_area_of(topology, t)));
    for (uint32_t h = 3 * t; h < 3 * t + 3; h++) {
        const uint32_t g = topology->opposite[h];
        if (g == UVP_NONE || uvp_unit_of(topology, g / 3) != uvp_unit_of(topology, t)) {
            cluster->outline += edge_length(topology, h);
        }
    }
}

/* Cones of all roots, exactly. */
static enum uvp_code measure_cones(struct segmenter *segmenter)
{
    const struct uvp_topology *const topology = segmenter->topology;

    for (uint32_t u = 0; u < topology->unit_count; u++) {
        struct cluster *const cluster = &segmenter->cluster[u];
        if (cluster->parent == u) {
            cluster->axis = uvp_vec3_unit(cluster->normal);
            cluster->cosine = 1;
        }
        UVP_TRY(uvp_work_count(segmenter->work, 8));
    }
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        if (!uvp_is_dead(topology, t)) {
            const uint32_t root = find_root(segmenter, uvp_unit_of(topology, t));
            struct cluster *const cluster = &segmenter->cluster[root];
            const double cosine = uvp_vec3_dot(cluster->axis, segmenter->smooth[t]);
            cluster->cosine = cosine < cluster->cosine ? cosine : cluster->cosine;
        }
        UVP_TRY(uvp_work_count(segmenter->work, 20));
    }
    return UVP_OK;
}

static enum uvp_code make_clusters(struct segmenter *segmenter)
{
    const struct uvp_topology *const topology = segmenter->topology;

    UVP_TAKE(segmenter->work, segmenter->cluster, topology->unit_count);
    for (uint32_t u = 0; u < topology->unit_count; u++) {
        segmenter->cluster[u] = (struct cluster){.parent = u, .cosine = 1};
        UVP_TRY(
            uvp_work_count(segmenter->work, 8)); /* the first touch of this memory is slow */
    }
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        if (!uvp_is_dead(topology, t)) {
            add_triangle(segmenter, t);
            UVP_TRY(uvp_work_count(segmenter->work, 40));
        }
    }
    return UVP_OK;
}

static enum uvp_code take_heap(struct segmenter *segmenter, uint32_t count)
{
    const size_t each =
        sizeof(struct entry) > sizeof(struct edge) ? sizeof(struct entry) : sizeof(struct edge);
    void *const memory = uvp_arena_take(segmenter->work->scratch, count, each);

    if (memory == NULL) {
        return uvp_fail_memory(segmenter->work->err, count * each);
    }
    segmenter->heap = memory;
    segmenter->old = memory;
    return UVP_OK;
}

static enum uvp_code make_edges(struct segmenter *segmenter)
{
    const struct uvp_topology *const topology = segmenter->topology;
    uint32_t count = 0;

    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        const uint32_t g = topology->opposite[h];
        count += g != UVP_NONE && h < g &&
                 uvp_unit_of(topology, h / 3) != uvp_unit_of(topology, g / 3) &&
                 !uvp_is_dead(topology, h / 3) && !uvp_is_dead(topology, g / 3);
        UVP_TRY(uvp_work_count(segmenter->work, 2));
    }
    UVP_TAKE(segmenter->work, segmenter->edge, count);
    UVP_TAKE(segmenter->work, segmenter->looks, count);
    UVP_TRY(take_heap(segmenter, count));
    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        const uint32_t g = topology->opposite[h];
        if (g != UVP_NONE && h < g &&
            uvp_unit_of(topology, h / 3) != uvp_unit_of(topology, g / 3) &&
            !uvp_is_dead(topology, h / 3) && !uvp_is_dead(topology, g / 3)) {
            segmenter->edge[segmenter->edge_count++] =
                (struct edge){uvp_unit_of(topology, h / 3), uvp_unit_of(topology, g / 3),
                              edge_length(topology, h)};
        }
        UVP_TRY(uvp_work_count(segmenter->work, 6));
    }
    return UVP_OK;
}

/* ---- cost ---- */

/* Cosine of the sum of the angles whose cosines are given; -1 when it passes a half turn. */
static double cosine_of_sum(double a, double b)
{
    const double sines = (1 - a * a) * (1 - b * b);

    if (a + b <= 0) {
        return -1;
    }
    return a * b - (sines > 0 ? sqrt(sines) : 0);
}

static double joined_cosine(const struct cluster *a, const struct cluster *b,
                            struct uvp_vec3 axis)
{
    return fmin(cosine_of_sum(uvp_vec3_dot(axis, a->axis), a->cosine),
                cosine_of_sum(uvp_vec3_dot(axis, b->axis), b->cosine));
}

/* Cost of joining two clusters; infinite when they must not be joined. */
static double join_cost(const struct cluster *a, const struct cluster *b, double shared)
{
    const struct uvp_vec3 normal = uvp_vec3_add(a->normal, b->normal);
    const double area = a->area + b->area;
    const double length = uvp_vec3_length(normal);
    const double deviation = 1 - length / area;
    const double outline = a->outline + b->outline - 2 * shared;
    const double shape = outline * outline / (FOUR_PI * area);

    if (!(area > 0) || !(length > 0) || deviation > DEVIATION_MAX ||
        joined_cosine(a, b, uvp_vec3_scale(normal, 1 / length)) < CONE_MIN) {
        return HUGE_VAL;
    }
    return fmax(deviation, 0) + OUTLINE_WEIGHT * shape / (shape + OUTLINE_HALF);
}

static void join(struct segmenter *segmenter, uint32_t a, uint32_t b, double shared)
{
    const uint32_t root = a < b ? a : b;
    struct cluster *const to = &segmenter->cluster[root];
    struct cluster *const from = &segmenter->cluster[a < b ? b : a];
    const struct uvp_vec3 normal = uvp_vec3_add(to->normal, from->normal);
    const struct uvp_vec3 axis = uvp_vec3_unit(normal);

    to->cosine = joined_cosine(to, from, axis);
    to->axis = axis;
    to->normal = normal;
    to->area += from->area;
    to->outline = fmax(to->outline + from->outline - 2 * shared, 0);
    to->version += from->version + 1;
    from->parent = root;
}

/* ---- the heap of a round ---- */

static bool comes_before(const struct entry *a, const struct entry *b)
{
    return a->cost < b->cost || (a->cost == b->cost && a->edge < b->edge);
}

static void heap_push(struct segmenter *segmenter, struct entry entry)
{
    struct entry *const heap = segmenter->heap;
    uint32_t at = segmenter->heap_count++;

    while (at > 0 && comes_before(&entry, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = entry;
}

static struct entry heap_pop(struct segmenter *segmenter)
{
    struct entry *const heap = segmenter->heap;
    const struct entry top = heap[0];
    const struct entry last = heap[--segmenter->heap_count];
    const uint32_t count = segmenter->heap_count;
    uint32_t at = 0;

    for (uint32_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && comes_before(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (!comes_before(&heap[child], &last)) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return top;
}

/* Puts an edge into the heap when it is cheap enough now, up to a fixed number of times. */
static void consider(struct segmenter *segmenter, uint32_t e, double limit)
{
    const uint32_t a = find_root(segmenter, segmenter->edge[e].a);
    const uint32_t b = find_root(segmenter, segmenter->edge[e].b);
    const struct cluster *const first = &segmenter->cluster[a];
    const struct cluster *const second = &segmenter->cluster[b];
    double cost;

    if (a == b || segmenter->looks[e] >= LOOKS_PER_ROUND) {
        return;
    }
    segmenter->looks[e]++;
    cost = join_cost(first, second, segmenter->edge[e].length);
    if (cost <= limit) {
        heap_push(segmenter, (struct entry){cost, e, first->version + second->version});
    }
}

static enum uvp_code run_heap(struct segmenter *segmenter, double limit, uint32_t *joined)
{
    *joined = 0;
    while (segmenter->heap_count > 0) {
        const struct entry entry = heap_pop(segmenter);
        const struct edge *const edge = &segmenter->edge[entry.edge];
        const uint32_t a = find_root(segmenter, edge->a);
        const uint32_t b = find_root(segmenter, edge->b);

        UVP_TRY(uvp_work_count(segmenter->work, 60));
        if (a == b) { /* joined over another edge: this one became inner */
            segmenter->cluster[a].outline =
                fmax(segmenter->cluster[a].outline - 2 * edge->length, 0);
            segmenter->looks[entry.edge] = UINT8_MAX;
        } else if (segmenter->cluster[a].version + segmenter->cluster[b].version !=
                   entry.version) {
            consider(segmenter, entry.edge, limit);
        } else {
            join(segmenter, a, b, edge->length);
            segmenter->looks[entry.edge] = UINT8_MAX;
            ++*joined;
        }
    }
    return UVP_OK;
}

/* Moves the edges to the roots, drops inner ones, and joins those between the same two. */
static enum uvp_code relabel_edges(struct segmenter *segmenter)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(segmenter->work->scratch);
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    struct edge *const old = segmenter->old;
    uint32_t count = 0;
    uint32_t kept = 0;

    UVP_TAKE(segmenter->work, items, segmenter->edge_count);
    UVP_TAKE(segmenter->work, spare, segmenter->edge_count);
    for (uint32_t e = 0; e < segmenter->edge_count; e++) {
        const struct edge edge = segmenter->edge[e];
        const uint32_t a = find_root(segmenter, edge.a);
        const uint32_t b = find_root(segmenter, edge.b);
        if (a != b) {
            old[count] =
                a < b ? (struct edge){a, b, edge.length} : (struct edge){b, a, edge.length};
            items[count] =
                (struct uvp_sort_item){(uint64_t)old[count].a << 32 | old[count].b, count};
            count++;
        } else if (segmenter->looks[e] != UINT8_MAX) {
            segmenter->cluster[a].outline =
                fmax(segmenter->cluster[a].outline - 2 * edge.length, 0);
        }
        UVP_TRY(uvp_work_count(segmenter->work, 20));
    }
    UVP_TRY(uvp_sort_polled(segmenter->work, items, spare, count));
    for (uint32_t i = 0; i < count; i++) {
        UVP_TRY(uvp_work_count(segmenter->work, 8));
        if (i != 0 && items[i].key == items[i - 1].key) {
            segmenter->edge[kept - 1].length += old[items[i].value].length;
        } else {
            segmenter->edge[kept++] = old[items[i].value];
        }
    }
    segmenter->edge_count = kept;
    uvp_arena_rewind(segmenter->work->scratch, mark);
    return uvp_stop_poll(segmenter->work->stop, segmenter->work->err);
}

static enum uvp_code run_round(struct segmenter *segmenter, double limit)
{
    uint32_t joined = 0;

    segmenter->heap_count = 0;
    for (uint32_t e = 0; e < segmenter->edge_count; e++) {
        segmenter->looks[e] = 0;
        consider(segmenter, e, limit);
        UVP_TRY(uvp_work_count(segmenter->work, 20));
    }
    UVP_TRY(run_heap(segmenter, limit, &joined));
    if (joined == 0) {
        return UVP_OK;
    }
    UVP_TRY(relabel_edges(segmenter));
    return measure_cones(segmenter);
}

static void number_charts(struct segmenter *segmenter, struct uvp_segments *segments)
{
    const struct uvp_topology *const topology = segmenter->topology;

    for (uint32_t u = 0; u < topology->unit_count; u++) {
        segments->chart[u] = UVP_NONE;
    }
    segments->count = 0;
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        if (!uvp_is_dead(topology, t)) {
            const uint32_t root = find_root(segmenter, uvp_unit_of(topology, t));
            if (segments->chart[root] == UVP_NONE) {
                segments->chart[root] = segments->count++;
            }
            segments->chart[uvp_unit_of(topology, t)] = segments->chart[root];
        }
    }
}

enum uvp_code uvp_segment_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                               struct uvp_segments *segments)
{
    struct segmenter segmenter = {.work = work, .topology = topology};
    struct uvp_arena_mark mark;

    UVP_TAKE(work, segments->chart, topology->unit_count);
    mark = uvp_arena_mark(work->scratch);
    UVP_TRY(smooth_normals(&segmenter));
    UVP_TRY(make_clusters(&segmenter));
    UVP_TRY(make_edges(&segmenter));
    UVP_TRY(measure_cones(&segmenter));
    for (size_t r = 0; r < sizeof round_limits / sizeof *round_limits; r++) {
        UVP_TRY(run_round(&segmenter, round_limits[r]));
    }
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    number_charts(&segmenter, segments);
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
