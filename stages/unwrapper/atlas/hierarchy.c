/*
 * Hierarchical face clustering (Garland, Willmott, Heckbert 2001) on a graph of regions, with
 * sums that tell what a union would be.
 *
 * The energy of a region laid flat is predicted from its Gaussian curvature K. A conformal map
 * of a disk of even curvature has the scale factor e^u with u = K (r/R)^2 / (4 pi), whose
 * variance over the disk is (K / (4 pi))^2 / 12, and the symmetric Dirichlet energy is twice
 * that above 1. Long regions do better, but rings do not, and sums cannot tell them apart.
 *
 * Curvature that is spread unevenly costs as well, though it may sum to nothing: a bump in a
 * hollow. Every join adds a term for the difference of its two parts, as the coefficients of a
 * Haar wavelet do. UNEVEN was chosen by eye, from predicted and final energies of some hundred
 * charts; it is no fit.
 *
 * What changes from one point to the next is finer than facets. Neighbours of the other sign
 * end a point's reach after a few triangles, so it costs about its curvature squared, there:
 * of 1600 charts of eleven coarse or noisy meshes, the middle half of those that could be laid
 * flat had 0.06 to 0.13 times the mean of that; with 0.1 of it in the prediction 94 of 100 that
 * could not are told beforehand, without it 30. It is a limit and no cost: as a cost it led to
 * more seams.
 *
 * Every border is in one heap, with its present cost. After a join all borders of the union
 * change; where there are many, only those that came along are told, the others when they come
 * up, a few times each: a hub stays cheap.
 */
#include "stages/unwrapper/atlas/hierarchy.h"

#define PI 3.141592653589793

#define THIN_DEVIATION 0.5 /* what a thin region may do to its union, whatever the limit */

#define MANY_BORDERS 64
#define LATE_MAX 4 /* then a border's old cost is good enough */

#define OUTLINE_WEIGHT 0.4
/* Longer outlines against the area pack badly, and flat layouts overlap themselves. */
#define OUTLINE_MAX 5
#define OUTLINE_HALF 15.0 /* perimeter^2 / (4 pi area) at which half the weight is reached */
#define DEVIATION_WEIGHT 0.5
#define ENERGY_WEIGHT 0.3 /* of a union at the limit */
#define UNEVEN 0.004
#define SPIKE 0.1

#define NOT_IN_HEAP UINT32_MAX

/* A region as it came, for exact cones. Those that are one now form a ring. */
struct leaf {
    struct uvp_vec3 axis;
    double cosine;
    uint32_t next;
    uint32_t members; /* of the ring, when this one stands for it */
    uint32_t exact;   /* members when the cone was last measured */
};

struct joiner {
    struct uvp_atlas_work *work;
    const struct uvp_join_limits *limits;
    struct uvp_graph *graph;
    uint32_t *heap; /* borders */
    uint32_t heap_count;
    uint32_t *place; /* of each border in the heap */
    float *cost;     /* of each border */
    uint8_t *late;   /* how often each came up with an old cost */
    struct leaf *leaf;
    struct uvp_lineage *lineage;
};

/* ---- what a union would be ---- */

/* Cosine of the sum of the angles whose cosines are given; -1 when it passes a half turn. */
static double cosine_of_sum(double a, double b)
{
    const double sines = (1 - a * a) * (1 - b * b);

    if (a + b <= 0) {
        return -1;
    }
    return a * b - (sines > 0 ? sqrt(sines) : 0);
}

static double joined_cosine(const struct uvp_region *a, const struct uvp_region *b,
                            struct uvp_vec3 axis)
{
    const double to_a = uvp_vec3_dot(axis, uvp_vec3_unit(a->normal));
    const double to_b = uvp_vec3_dot(axis, uvp_vec3_unit(b->normal));

    return fmin(cosine_of_sum(to_a, a->cosine), cosine_of_sum(to_b, b->cosine));
}

/* What the curvature costs that is spread evenly over a region. */
static double even_energy(const struct uvp_region *region)
{
    const double scale = region->bend / (4 * PI);

    return scale * scale / 6;
}

/* Energy of a region above an isometry's. */
static double energy_of(const struct uvp_region *region)
{
    return region->area > 0 ? even_energy(region) + region->warp / region->area : 0;
}

/* The same, and what single points cost. */
static double rough_energy(const struct uvp_region *region)
{
    return region->area > 0 ? energy_of(region) + SPIKE * region->spike / region->area : 0;
}

/*
 * The smaller of two readings: by what lies inside, which is exact on sharp-edged parts, and by
 * what borders share as well, in which noise cancels.
 */
static double find_uneven(const struct uvp_region *a, const struct uvp_region *b, double half)
{
    const double area = a->area + b->area;
    const double inside = (a->bend + half) * b->area - (b->bend + half) * a->area;
    const double shared = a->share * b->area - b->share * a->area;
    const double least = fmin(inside * inside, shared * shared);

    return area > 0 ? UNEVEN * least / area : 0;
}

static struct uvp_region unite(const struct uvp_region *a, const struct uvp_region *b,
                               const struct uvp_border *border)
{
    struct uvp_region region = *a;

    region.normal = uvp_vec3_add(a->normal, b->normal);
    region.area += b->area;
    region.outline = fmax(a->outline + b->outline - 2 * (double)border->length, 0);
    region.bend += b->bend + (double)border->bend;
    region.share += b->share;
    region.spike += b->spike + (double)border->spike;
    region.warp += b->warp + find_uneven(a, b, (double)border->bend / 2);
    region.triangles += b->triangles;
    return region;
}

static double thinness(const struct uvp_region *region)
{
    return region->outline > 0 ? 2 * region->area / region->outline : HUGE_VAL;
}

/* 1 for a disk, more for anything else. */
static double shape_of(const struct uvp_region *region)
{
    return region->area > 0 ? region->outline * region->outline / (4 * PI * region->area) : 0;
}

static bool is_allowed(const struct joiner *joiner, const struct uvp_region *a,
                       const struct uvp_region *b, const struct uvp_region *both,
                       double deviation)
{
    const struct uvp_join_limits *const limits = joiner->limits;

    if (!(rough_energy(both) <= limits->energy)) {
        return false;
    }
    if (fmin(thinness(a), thinness(b)) < limits->thin &&
        uvp_vec3_dot(a->normal, b->normal) > 0 && deviation <= THIN_DEVIATION &&
        joined_cosine(a, b, uvp_vec3_unit(both->normal)) >= limits->thin_cosine) {
        return true;
    }
    return shape_of(both) <= fmax(OUTLINE_MAX, fmax(shape_of(a), shape_of(b))) &&
           deviation <= limits->deviation &&
           joined_cosine(a, b, uvp_vec3_unit(both->normal)) >= limits->cosine;
}

/* Infinite when the two must not be joined. */
static double find_cost(const struct joiner *joiner, uint32_t border)
{
    const struct uvp_border *const own = &joiner->graph->border[border];
    const struct uvp_region *const a = &joiner->graph->region[own->region[0]];
    const struct uvp_region *const b = &joiner->graph->region[own->region[1]];
    const struct uvp_region both = unite(a, b, own);
    const double square = both.outline * both.outline;
    double deviation;

    if (both.triangles > joiner->limits->triangles) {
        return HUGE_VAL;
    }
    if (!(both.area > 0)) { /* too small beside the rest of the mesh to say anything */
        return 1;
    }
    deviation = fmax(1 - uvp_vec3_length(both.normal) / both.area, 0);
    if (!is_allowed(joiner, a, b, &both, deviation)) {
        return HUGE_VAL;
    }
    return DEVIATION_WEIGHT * deviation +
           ENERGY_WEIGHT * energy_of(&both) / joiner->limits->energy +
           OUTLINE_WEIGHT * square / (square + OUTLINE_HALF * 4 * PI * both.area);
}

/* ---- the heap ---- */

static bool comes_before(const struct joiner *joiner, uint32_t a, uint32_t b)
{
    return joiner->cost[a] < joiner->cost[b] || (joiner->cost[a] == joiner->cost[b] && a < b);
}

static void put(const struct joiner *joiner, uint32_t at, uint32_t border)
{
    joiner->heap[at] = border;
    joiner->place[border] = at;
}

static void sift_up(const struct joiner *joiner, uint32_t at, uint32_t border)
{
    while (at > 0 && comes_before(joiner, border, joiner->heap[(at - 1) / 2])) {
        put(joiner, at, joiner->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(joiner, at, border);
}

static void sift_down(const struct joiner *joiner, uint32_t at, uint32_t border)
{
    for (uint32_t child = 2 * at + 1; child < joiner->heap_count; child = 2 * at + 1) {
        if (child + 1 < joiner->heap_count &&
            comes_before(joiner, joiner->heap[child + 1], joiner->heap[child])) {
            child++;
        }
        if (!comes_before(joiner, joiner->heap[child], border)) {
            break;
        }
        put(joiner, at, joiner->heap[child]);
        at = child;
    }
    put(joiner, at, border);
}

static void take_from_heap(void *ctx, uint32_t border)
{
    struct joiner *const joiner = ctx;
    const uint32_t at = joiner->place[border];
    uint32_t last;

    if (at == NOT_IN_HEAP) {
        return;
    }
    joiner->place[border] = NOT_IN_HEAP;
    last = joiner->heap[--joiner->heap_count];
    if (last == border) {
        return;
    }
    if (at > 0 && comes_before(joiner, last, joiner->heap[(at - 1) / 2])) {
        sift_up(joiner, at, last);
    } else {
        sift_down(joiner, at, last);
    }
}

/* Brings the border's place in the heap in line with its cost now. */
static void update(struct joiner *joiner, uint32_t border)
{
    const float old = joiner->cost[border];
    const double cost = find_cost(joiner, border);

    if (cost >= HUGE_VAL) {
        take_from_heap(joiner, border);
        return;
    }
    joiner->cost[border] = (float)cost;
    if (joiner->place[border] == NOT_IN_HEAP) {
        sift_up(joiner, joiner->heap_count++, border);
    } else if (joiner->cost[border] < old) {
        sift_up(joiner, joiner->place[border], border);
    } else {
        sift_down(joiner, joiner->place[border], border);
    }
}

/* ---- joining ---- */

/* The first `count` borders of a region's list. */
static void update_borders(struct joiner *joiner, uint32_t region, uint32_t count)
{
    uint32_t at = joiner->graph->region[region].head;

    for (; count > 0 && at != UVP_NONE; count--) {
        update(joiner, at / 2);
        at = joiner->graph->border[at / 2].next[at % 2];
    }
}

/*
 * A cone that grew join by join is too wide. It is measured again whenever the region has half
 * as many members more: each is looked at a logarithmic number of times.
 */
static void measure_cone(const struct joiner *joiner, uint32_t region)
{
    struct leaf *const own = &joiner->leaf[region];
    struct uvp_region *const whole = &joiner->graph->region[region];
    const struct uvp_vec3 axis = uvp_vec3_unit(whole->normal);
    double cosine = 1;
    uint32_t at = region;

    if (own->members < own->exact + own->exact / 2 + 1) {
        return;
    }
    do {
        const struct leaf *const leaf = &joiner->leaf[at];
        cosine = fmin(cosine, cosine_of_sum(uvp_vec3_dot(axis, leaf->axis), leaf->cosine));
        at = leaf->next;
    } while (at != region);
    whole->cosine = cosine;
    own->exact = own->members;
}

static void join_rings(const struct joiner *joiner, uint32_t to, uint32_t from)
{
    struct leaf *const kept = &joiner->leaf[to];
    struct leaf *const gone = &joiner->leaf[from];
    const uint32_t after = kept->next;

    kept->next = gone->next;
    gone->next = after;
    kept->members += gone->members;
}

static enum uvp_code join(struct joiner *joiner, uint32_t border)
{
    struct uvp_graph *const graph = joiner->graph;
    const uint32_t *const pair = graph->border[border].region;
    const bool turn = graph->region[pair[1]].borders > graph->region[pair[0]].borders;
    const uint32_t to = pair[turn];
    const uint32_t from = pair[!turn];
    struct uvp_region *const kept = &graph->region[to];
    struct uvp_region both = unite(kept, &graph->region[from], &graph->border[border]);
    const uint32_t moved = graph->region[from].borders;
    uint32_t count;

    both.cosine = joined_cosine(kept, &graph->region[from], uvp_vec3_unit(both.normal));
    uvp_graph_join(graph, border, to, from, take_from_heap, joiner);
    both.borders = kept->borders;
    both.head = kept->head;
    both.parent = kept->parent;
    *kept = both;
    join_rings(joiner, to, from);
    uvp_lineage_join(joiner->lineage, to, from);
    measure_cone(joiner, to);
    count = both.borders <= MANY_BORDERS ? both.borders : moved;
    update_borders(joiner, to, count);
    return uvp_work_count(joiner->work, 100 * (count + moved));
}

static enum uvp_code start(struct joiner *joiner)
{
    struct uvp_graph *const graph = joiner->graph;

    UVP_TAKE(joiner->work, joiner->heap, graph->border_count);
    UVP_TAKE(joiner->work, joiner->place, graph->border_count);
    UVP_TAKE(joiner->work, joiner->cost, graph->border_count);
    UVP_TAKE(joiner->work, joiner->late, graph->border_count);
    UVP_TAKE(joiner->work, joiner->leaf, graph->count);
    for (uint32_t r = 0; r < graph->count; r++) {
        joiner->leaf[r] = (struct leaf){uvp_vec3_unit(graph->region[r].normal),
                                        graph->region[r].cosine, r, 1, 1};
        UVP_TRY(uvp_work_count(joiner->work, 20));
    }
    for (uint32_t b = 0; b < graph->border_count; b++) {
        joiner->place[b] = NOT_IN_HEAP;
        joiner->cost[b] = 0;
        joiner->late[b] = 0;
        update(joiner, b);
        UVP_TRY(uvp_work_count(joiner->work, 100));
    }
    return UVP_OK;
}

enum uvp_code uvp_hierarchy_join(struct uvp_atlas_work *work,
                                 const struct uvp_join_limits *limits, struct uvp_graph *graph,
                                 struct uvp_lineage *lineage)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct joiner joiner = {.work = work, .limits = limits, .graph = graph, .lineage = lineage};

    UVP_TRY(start(&joiner));
    while (joiner.heap_count > 0) {
        const uint32_t border = joiner.heap[0];
        const float known = joiner.cost[border];
        update(&joiner, border);
        UVP_TRY(uvp_work_count(work, 50));
        if (joiner.place[border] == NOT_IN_HEAP) {
            continue;
        }
        if (joiner.cost[border] > known && joiner.late[border] < LATE_MAX) {
            joiner.late[border]++; /* it was not told of a join; now it is */
            continue;
        }
        take_from_heap(&joiner, border);
        UVP_TRY(join(&joiner, border));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
