/*
 * Which two half-edges are one edge of the surface. Two that meet in opposite directions are;
 * where more meet, the pair that bends least goes first, so that sheets that touch along an
 * edge stay whole. Faces given several times count their copies: a pair of equal rank is
 * preferred, which keeps the copies apart as sheets. Long lists are matched by angle about the
 * edge, as brackets, in k log k.
 */
#include "stages/unwrapper/atlas/sort.h"
#include "stages/unwrapper/atlas/topology.h"

#define MANY 48
#define PAIRS_ROOM (MANY * MANY / 2)

struct fan { /* the half-edges of one edge */
    struct uvp_atlas_work *work;
    uint32_t *half_edge;
    uint32_t *rank; /* copies of the same face seen before */
    uint32_t count;
    uint32_t along_from; /* the point the first half-edge starts at */
    uint32_t room;       /* of the arrays; those of items: at least PAIRS_ROOM */
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
};

static enum uvp_code make_room(struct uvp_atlas_work *work, struct fan *fan, uint32_t count)
{
    const size_t pairs = count < PAIRS_ROOM ? PAIRS_ROOM : count;

    UVP_TAKE(work, fan->half_edge, count);
    UVP_TAKE(work, fan->rank, count);
    UVP_TAKE(work, fan->items, pairs);
    UVP_TAKE(work, fan->spare, pairs);
    fan->room = count;
    return UVP_OK;
}

static bool is_along(const struct uvp_topology *topology, const struct fan *fan, uint32_t h)
{
    return topology->vertex[h] == fan->along_from;
}

static uint32_t apex(const struct uvp_topology *topology, uint32_t h)
{
    return topology->vertex[uvp_edge_prev(h)];
}

static bool may_pair(const struct uvp_topology *topology, uint32_t h, uint32_t g)
{
    return uvp_unit_of(topology, h / 3) != uvp_unit_of(topology, g / 3);
}

static void pair(struct uvp_topology *topology, uint32_t h, uint32_t g)
{
    topology->opposite[h] = g;
    topology->opposite[g] = h;
}

static void rank_copies(const struct uvp_topology *topology, struct fan *fan)
{
    for (uint32_t i = 0; i < fan->count; i++) {
        const uint32_t h = fan->half_edge[i];
        fan->rank[i] = 0;
        for (uint32_t j = 0; j < i; j++) {
            const uint32_t g = fan->half_edge[j];
            fan->rank[i] += apex(topology, g) == apex(topology, h) &&
                            topology->vertex[g] == topology->vertex[h];
        }
    }
}

/* How much the surface bends from h to g, 0 ... 200000, and the difference of ranks below. */
static uint64_t pair_key(const struct uvp_topology *topology, const struct fan *fan, uint32_t i,
                         uint32_t j)
{
    const double cosine = uvp_vec3_dot(uvp_normal_of(topology, fan->half_edge[i] / 3),
                                       uvp_normal_of(topology, fan->half_edge[j] / 3));
    const double bend = 1e5 * (1 - cosine) + 0.5;
    const uint32_t apart =
        fan->rank[i] > fan->rank[j] ? fan->rank[i] - fan->rank[j] : fan->rank[j] - fan->rank[i];

    return (uint64_t)(bend > 0 ? bend : 0) << 32 | apart;
}

/* The pairs listed in items, best first, as long as both are free. */
static void pair_greedily(struct uvp_topology *topology, struct fan *fan, uint32_t candidates)
{
    uvp_sort_items(fan->items, fan->spare, candidates);
    for (uint32_t c = 0; c < candidates; c++) {
        const uint32_t h = fan->half_edge[fan->items[c].value >> 16];
        const uint32_t g = fan->half_edge[fan->items[c].value & 0xffff];
        if (topology->opposite[h] == UVP_NONE && topology->opposite[g] == UVP_NONE) {
            pair(topology, h, g);
        }
    }
}

static void pair_by_bend(struct uvp_topology *topology, struct fan *fan)
{
    uint32_t candidates = 0;

    rank_copies(topology, fan);
    for (uint32_t i = 0; i < fan->count; i++) {
        for (uint32_t j = 0; j < fan->count; j++) {
            if (is_along(topology, fan, fan->half_edge[i]) &&
                !is_along(topology, fan, fan->half_edge[j]) &&
                may_pair(topology, fan->half_edge[i], fan->half_edge[j])) {
                fan->items[candidates].key = pair_key(topology, fan, i, j);
                fan->items[candidates++].value = i << 16 | j;
            }
        }
    }
    pair_greedily(topology, fan, candidates);
}

/* 0 ... 2^31 for a full turn about the edge; grows with the angle, needs no arc functions. */
static uint64_t turn_key(const struct uvp_vec3 to, struct uvp_vec3 u, struct uvp_vec3 v)
{
    const double x = uvp_vec3_dot(to, u);
    const double y = uvp_vec3_dot(to, v);
    const double sum = fabs(x) + fabs(y);
    double turn;

    if (!(sum > 0)) {
        return 0;
    }
    turn = y >= 0 ? 1 - x / sum : 3 + x / sum;
    return (uint64_t)(turn * (double)(1 << 29));
}

static enum uvp_code rank_sorted_copies(const struct uvp_topology *topology, struct fan *fan)
{
    for (uint32_t i = 0; i < fan->count; i++) {
        const uint32_t h = fan->half_edge[i];
        const uint64_t along = is_along(topology, fan, h);
        fan->items[i] = (struct uvp_sort_item){(uint64_t)apex(topology, h) << 1 | along, i};
        UVP_TRY(uvp_work_count(fan->work, 4));
    }
    UVP_TRY(uvp_sort_polled(fan->work, fan->items, fan->spare, fan->count));
    for (uint32_t i = 0; i < fan->count; i++) {
        const bool copy = i != 0 && fan->items[i].key == fan->items[i - 1].key;
        fan->rank[fan->items[i].value] = copy ? fan->rank[fan->items[i - 1].value] + 1 : 0;
        UVP_TRY(uvp_work_count(fan->work, 4));
    }
    return UVP_OK;
}

static enum uvp_code pair_by_angle(struct uvp_topology *topology, struct fan *fan)
{
    const uint32_t first = fan->half_edge[0];
    const struct uvp_vec3 from = uvp_point_of(topology, topology->vertex[first]);
    const struct uvp_vec3 to = uvp_point_of(topology, topology->vertex[uvp_edge_next(first)]);
    struct uvp_vec3 u;
    struct uvp_vec3 v;
    uint32_t depth = 0;

    UVP_TRY(rank_sorted_copies(topology, fan));
    uvp_vec3_frame(uvp_vec3_unit(uvp_vec3_sub(to, from)), &u, &v);
    for (uint32_t i = 0; i < fan->count; i++) {
        const uint32_t h = fan->half_edge[i];
        const struct uvp_vec3 away =
            uvp_vec3_sub(uvp_point_of(topology, apex(topology, h)), from);
        const uint64_t rank = fan->rank[i] < (1U << 30) ? fan->rank[i] : (1U << 30) - 1;
        fan->items[i].key =
            turn_key(away, u, v) << 31 | rank << 1 | !is_along(topology, fan, h);
        fan->items[i].value = h;
        UVP_TRY(uvp_work_count(fan->work, 10));
    }
    UVP_TRY(uvp_sort_polled(fan->work, fan->items, fan->spare, fan->count));
    for (uint32_t i = 0; i < 2 * fan->count; i++) { /* twice around: the circle has no start */
        const uint32_t h = fan->items[i % fan->count].value;
        UVP_TRY(uvp_work_count(fan->work, 2));
        if (topology->opposite[h] != UVP_NONE) {
            continue;
        }
        if (!is_along(topology, fan, h)) {
            if (i < fan->count) {
                fan->spare[depth++].value = h;
            }
        } else if (depth > 0 && may_pair(topology, h, fan->spare[depth - 1].value)) {
            pair(topology, h, fan->spare[--depth].value);
        }
    }
    return UVP_OK;
}

static enum uvp_code pair_fan(struct uvp_topology *topology, struct fan *fan)
{
    fan->along_from = topology->vertex[fan->half_edge[0]];
    if (fan->count == 2) {
        const uint32_t h = fan->half_edge[0];
        const uint32_t g = fan->half_edge[1];
        if (topology->vertex[h] != topology->vertex[g] && may_pair(topology, h, g)) {
            pair(topology, h, g);
        }
    } else if (fan->count > 2 && fan->count <= MANY) {
        pair_by_bend(topology, fan);
    } else if (fan->count > MANY) {
        return pair_by_angle(topology, fan);
    }
    return UVP_OK;
}

/* ---- whatever the direction ---- */

/* From the edge into the face of its i-th half-edge, square to the edge. */
static struct uvp_vec3 inwards(const struct uvp_topology *topology, const struct fan *fan,
                               uint32_t i)
{
    const uint32_t h = fan->half_edge[i];
    const struct uvp_vec3 from = uvp_point_of(topology, topology->vertex[h]);
    const struct uvp_vec3 along = uvp_vec3_unit(
        uvp_vec3_sub(uvp_point_of(topology, topology->vertex[uvp_edge_next(h)]), from));
    const struct uvp_vec3 away = uvp_vec3_sub(uvp_point_of(topology, apex(topology, h)), from);

    return uvp_vec3_unit(uvp_vec3_sub(away, uvp_vec3_scale(along, uvp_vec3_dot(away, along))));
}

/* Bend first, then whether the directions agree, then ranks. */
static uint64_t loose_key(const struct uvp_topology *topology, const struct fan *fan,
                          struct uvp_vec3 in_i, struct uvp_vec3 in_j, uint32_t i, uint32_t j)
{
    const double bend = 1e5 * (1 + uvp_vec3_dot(in_i, in_j)) + 0.5;
    const uint64_t same = is_along(topology, fan, fan->half_edge[i]) ==
                          is_along(topology, fan, fan->half_edge[j]);
    const uint32_t apart =
        fan->rank[i] > fan->rank[j] ? fan->rank[i] - fan->rank[j] : fan->rank[j] - fan->rank[i];

    return (uint64_t)(bend > 0 ? bend : 0) << 32 | same << 31 | apart;
}

/*
 * Copies of a face are never paired: two sides of a sheet would be turned for nothing. Very
 * many faces at an edge stay open: there is no telling who continues whom.
 */
static void pair_loosely(struct uvp_topology *topology, struct fan *fan)
{
    struct uvp_vec3 in[MANY];
    uint32_t candidates = 0;

    if (fan->count > MANY) {
        return;
    }
    fan->along_from = topology->vertex[fan->half_edge[0]];
    rank_copies(topology, fan);
    for (uint32_t i = 0; i < fan->count; i++) {
        in[i] = inwards(topology, fan, i);
        for (uint32_t j = 0; j < i; j++) {
            const uint32_t h = fan->half_edge[i];
            const uint32_t g = fan->half_edge[j];
            if (may_pair(topology, h, g) && apex(topology, h) != apex(topology, g)) {
                fan->items[candidates].key = loose_key(topology, fan, in[i], in[j], i, j);
                fan->items[candidates++].value = i << 16 | j;
            }
        }
    }
    pair_greedily(topology, fan, candidates);
}

/* ---- all edges ---- */

static bool is_open(const struct uvp_topology *topology, uint32_t h)
{
    return !topology->dead[h / 3] && topology->opposite[h] == UVP_NONE;
}

static uint32_t low_end(const struct uvp_topology *topology, uint32_t h)
{
    const uint32_t a = topology->vertex[h];
    const uint32_t b = topology->vertex[uvp_edge_next(h)];

    return a < b ? a : b;
}

/* start[p] ... start[p + 1]: half-edges whose lower point is p. */
static enum uvp_code list_by_point(struct uvp_atlas_work *work,
                                   const struct uvp_topology *topology, uint32_t *start,
                                   uint32_t *list, uint32_t *longest)
{
    const uint32_t half_edges = 3 * topology->triangle_count;
    uint32_t sum = 0;

    *longest = 0;
    for (uint32_t h = 0; h < half_edges; h++) {
        if (is_open(topology, h)) {
            start[low_end(topology, h)]++;
        }
        UVP_TRY(uvp_work_count(work, 4));
    }
    for (uint32_t p = 0; p < topology->point_count; p++) {
        const uint32_t here = start[p];
        *longest = here > *longest ? here : *longest;
        sum += here;
        start[p] = sum;
    }
    start[topology->point_count] = sum;
    for (uint32_t h = half_edges; h-- > 0;) {
        if (is_open(topology, h)) {
            list[--start[low_end(topology, h)]] = h;
        }
        UVP_TRY(uvp_work_count(work, 4));
    }
    return UVP_OK;
}

/* The half-edges of one point, to be sorted by their other ends. */
struct about {
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    uint32_t point;
    uint32_t count;
};

/* Gathers the half-edges of one edge, from item i on. */
static enum uvp_code gather_fan(struct uvp_atlas_work *work, const struct about *about,
                                uint32_t i, struct fan *fan)
{
    uint32_t end = i + 1;

    while (end < about->count && about->items[end].key == about->items[i].key) {
        end++;
    }
    fan->count = end - i;
    if (fan->count > fan->room) {
        UVP_TRY(make_room(work, fan, fan->count));
    }
    for (uint32_t k = 0; k < fan->count; k++) {
        fan->half_edge[k] = about->items[i + k].value;
    }
    return uvp_work_count(work, 8 * fan->count);
}

static enum uvp_code pair_at_point(struct uvp_atlas_work *work, struct uvp_topology *topology,
                                   const uint32_t *list, const struct about *about,
                                   struct fan *fan, bool loose)
{
    for (uint32_t i = 0; i < about->count; i++) {
        const uint32_t a = topology->vertex[list[i]];
        const uint32_t b = topology->vertex[uvp_edge_next(list[i])];
        about->items[i] = (struct uvp_sort_item){a == about->point ? b : a, list[i]};
    }
    UVP_TRY(uvp_sort_polled(work, about->items, about->spare, about->count));
    for (uint32_t i = 0; i < about->count; i += fan->count) {
        UVP_TRY(gather_fan(work, about, i, fan));
        if (loose) {
            pair_loosely(topology, fan);
        } else {
            UVP_TRY(pair_fan(topology, fan));
        }
    }
    return UVP_OK;
}

static enum uvp_code pair_all(struct uvp_atlas_work *work, struct uvp_topology *topology,
                              bool loose)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct fan fan = {.work = work};
    struct about about;
    uint32_t *start;
    uint32_t *list;
    uint32_t longest;

    UVP_TAKE(work, start, (size_t)topology->point_count + 1);
    UVP_TAKE(work, list, 3 * (size_t)topology->triangle_count);
    for (uint32_t p = 0; p <= topology->point_count; p++) {
        start[p] = 0;
    }
    UVP_TRY(list_by_point(work, topology, start, list, &longest));
    UVP_TAKE(work, about.items, longest);
    UVP_TAKE(work, about.spare, longest);
    UVP_TRY(make_room(work, &fan, MANY));
    for (about.point = 0; about.point < topology->point_count; about.point++) {
        const uint32_t first = start[about.point];
        about.count = start[about.point + 1] - first;
        UVP_TRY(pair_at_point(work, topology, list + first, &about, &fan, loose));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

enum uvp_code uvp_pairing_make(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    return pair_all(work, topology, false);
}

enum uvp_code uvp_pairing_loose(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    return pair_all(work, topology, true);
}
