/*
 * Rounds of mutual choice (Boruvka 1926, with a cost that changes as clusters grow): everyone
 * chooses the neighbour it joins most cheaply, pairs that chose each other join, and those left
 * over may follow their choice into a pair. Then the graph is made anew from the old one, list
 * by list, with a mark at each neighbour instead of any sorting.
 *
 * The cost is the L2,1 error of variational shape approximation (Cohen-Steiner, Alliez, Desbrun
 * 2004), area less the length of the summed normals, and a term for outline against area.
 *
 * The number of rounds is fixed, so a hub that can take two of its neighbours a round costs no
 * more than anything else; what is left of it is for the next step's queue.
 *
 * A large mesh falls into blocks of consecutive units, each a task: no facet crosses from one
 * to the next. What a block needs fits in a cache, so this is faster alone, too. It is done
 * where the order of the units follows the surface, so that few edges lie between blocks; how
 * many hands there are does not matter.
 */
#include "stages/unwrapper/atlas/facet.h"

#include <stdbool.h>
#include <string.h>

#include "stages/unwrapper/atlas/crew.h"
#include "stages/unwrapper/atlas/segment.h"

#define BLOCK 1024U

#define ROUNDS_MAX 8
#define TRIANGLES_PER_FACET 20 /* on average: then the rounds end */
#define TRIANGLES_MAX 80
#define FEW 10        /* a round that joined less than this part was the last */
#define MEMBERS_MAX 4 /* of a group that joins in one round */

#define BLOCK_UNITS 32768U
#define CROSSING_PART 20 /* of the edges, at most, lie between blocks */
#define SAMPLE_STEP 16

#define DEVIATION_MAX 0.12F
/* Cosine of the widest angle that facets join over: a narrow wall hardly shows in sums. */
#define ALIKE 0.7F
#define ALIKE_SQUARE (ALIKE * ALIKE)
#define OUTLINE_WEIGHT 0.4F
#define OUTLINE_HALF 15.0F /* perimeter^2 / (4 pi area) at which half the weight is reached */
#define FOUR_PI 12.5663706F

struct facet {
    float normal[3]; /* summed, weighted by area */
    float area;
    float outline;
    uint32_t triangles;
};

struct link {
    uint32_t to;
    float length;
};

struct grower {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    const struct uvp_surface *surface;
    uint32_t base;   /* the block's first unit; units are counted from it */
    uint32_t units;  /* in the block */
    uint32_t live;   /* triangles */
    uint32_t *label; /* of each unit of the block */
    uint32_t triangles_max;
    uint32_t count;
    struct facet *facet;
    uint32_t *best;  /* neighbour chosen; UVP_NONE: nobody */
    float *cost;     /* of joining it; while the graph is made: marks */
    uint32_t *group; /* the facet that it joins: itself, or one that joins itself */
    uint32_t *next;  /* of the same group */
    uint32_t joined; /* in this round */
    /* the graph, from the second round on */
    uint32_t *first; /* count + 1 */
    struct link *link;
    struct link *other; /* for the next graph */
    uint32_t links;     /* half-edges that one may cross, then entries of `link` */
};

/* Whether the angle between two directions is below the limit. */
static bool are_alike(const float *a, const float *b)
{
    const float dot = uvp_dot3(a, b);

    return dot >= 0 && dot * dot >= ALIKE_SQUARE * uvp_dot3(a, a) * uvp_dot3(b, b);
}

static float join_cost(const struct facet *a, const struct facet *b, float shared)
{
    const float normal[3] = {a->normal[0] + b->normal[0], a->normal[1] + b->normal[1],
                             a->normal[2] + b->normal[2]};
    const float area = a->area + b->area;
    const float outline = a->outline + b->outline - 2 * shared;
    const float square = outline * outline;
    const float deviation = area > 0 ? 1 - sqrtf(uvp_dot3(normal, normal)) / area : 0;

    if (deviation > DEVIATION_MAX || !are_alike(a->normal, b->normal)) {
        return HUGE_VALF;
    }
    return deviation + OUTLINE_WEIGHT * square / (square + OUTLINE_HALF * FOUR_PI * area);
}

static void consider(struct grower *grower, uint32_t a, uint32_t b, float shared)
{
    const struct facet *const first = &grower->facet[a];
    const struct facet *const second = &grower->facet[b];
    const float cost = join_cost(first, second, shared);

    if (cost < grower->cost[a] &&
        first->triangles + second->triangles <= grower->triangles_max) {
        grower->cost[a] = cost;
        grower->best[a] = b;
    }
}

/* ---- the first round looks at the mesh itself ---- */

static uint32_t unit_of(const struct grower *grower, uint32_t t)
{
    return uvp_unit_of(grower->topology, t) - grower->base;
}

static uint32_t first_of(const struct grower *grower, uint32_t unit)
{
    return uvp_unit_first(grower->topology, grower->base + unit);
}

static void add_triangle(struct grower *grower, uint32_t t)
{
    const struct uvp_topology *const topology = grower->topology;
    const uint32_t unit = unit_of(grower, t);
    const float area = topology->face[4 * (size_t)t + 3];
    struct facet *const facet = &grower->facet[unit];

    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t g = topology->opposite[3 * t + k];
        facet->normal[k] += area * grower->surface->normal[3 * (size_t)t + k];
        if (g == UVP_NONE || unit_of(grower, g / 3) != unit) {
            facet->outline += grower->surface->length[3 * (size_t)t + k];
        }
    }
    facet->area += area;
    facet->triangles++;
    grower->live++;
    grower->label[unit] = unit;
}

static enum uvp_code start(struct grower *grower)
{
    const struct uvp_topology *const topology = grower->topology;

    grower->count = grower->units;
    for (uint32_t u = 0; u < grower->units; u++) {
        grower->facet[u] = (struct facet){{0, 0, 0}, 0, 0, 0};
        grower->label[u] = UVP_NONE;
    }
    UVP_TRY(uvp_stop_poll(grower->work->stop, grower->work->err));
    for (uint32_t t = first_of(grower, 0); t < first_of(grower, grower->units); t++) {
        if (!uvp_is_dead(topology, t)) {
            add_triangle(grower, t);
        }
        if (t % BLOCK == 0) {
            UVP_TRY(uvp_work_count(grower->work, 15 * BLOCK));
        }
    }
    return UVP_OK;
}

static void forget_choices(struct grower *grower)
{
    for (uint32_t i = 0; i < grower->count; i++) {
        grower->best[i] = UVP_NONE;
        grower->cost[i] = HUGE_VALF;
    }
}

/* The half-edge across when facets may join there. */
static uint32_t open_across(const struct grower *grower, uint32_t h)
{
    const uint32_t g = uvp_surface_across(grower->topology, h);

    return g == UVP_NONE || unit_of(grower, g / 3) >= grower->units ||
                   uvp_seam_is_hard(grower->work, grower->topology, h)
               ? UVP_NONE
               : g;
}

static enum uvp_code choose_units(struct grower *grower)
{
    const struct uvp_topology *const topology = grower->topology;

    forget_choices(grower);
    for (uint32_t t = first_of(grower, 0); t < first_of(grower, grower->units); t++) {
        for (uint32_t h = 3 * t; h < 3 * t + 3 && !uvp_is_dead(topology, t); h++) {
            const uint32_t g = open_across(grower, h);
            if (g != UVP_NONE) {
                grower->links++;
                consider(grower, unit_of(grower, t), unit_of(grower, g / 3),
                         grower->surface->length[h]);
            }
        }
        if (t % BLOCK == 0) {
            UVP_TRY(uvp_work_count(grower->work, 30 * BLOCK));
        }
    }
    return UVP_OK;
}

static enum uvp_code choose_facets(struct grower *grower)
{
    forget_choices(grower);
    for (uint32_t i = 0; i < grower->count; i++) {
        for (uint32_t l = grower->first[i]; l < grower->first[i + 1]; l++) {
            consider(grower, i, grower->link[l].to, grower->link[l].length);
        }
        UVP_TRY(uvp_work_count(grower->work, 8 * (grower->first[i + 1] - grower->first[i])));
    }
    return UVP_OK;
}

/* ---- joining ---- */

/* `next` is a ring, so two groups join by swapping two links. */
static void join(struct grower *grower, uint32_t root, uint32_t i)
{
    struct facet *const to = &grower->facet[root];
    const struct facet *const from = &grower->facet[i];
    const uint32_t after = grower->next[root];

    for (int k = 0; k < 3; k++) {
        to->normal[k] += from->normal[k];
    }
    to->area += from->area;
    to->outline += from->outline;
    to->triangles += from->triangles;
    grower->group[i] = root;
    grower->next[root] = grower->next[i];
    grower->next[i] = after;
    grower->joined++;
}

static void join_pairs(struct grower *grower)
{
    for (uint32_t i = 0; i < grower->count; i++) {
        grower->group[i] = i;
        grower->next[i] = i;
    }
    for (uint32_t i = 0; i < grower->count; i++) {
        const uint32_t best = grower->best[i];
        if (best != UVP_NONE && i < best && grower->best[best] == i) {
            join(grower, i, best);
        }
    }
}

static uint32_t count_members(const struct grower *grower, uint32_t i)
{
    uint32_t count = 1;

    for (uint32_t m = grower->next[i]; m != i; m = grower->next[m]) {
        count++;
    }
    return count;
}

/* Those whose choice chose another follow it, where that costs little more than a pair does. */
static void join_followers(struct grower *grower)
{
    for (uint32_t i = 0; i < grower->count; i++) {
        const uint32_t best = grower->best[i];
        uint32_t root;
        if (best == UVP_NONE || grower->next[i] != i || grower->next[best] == best) {
            continue;
        }
        root = grower->group[best];
        if (count_members(grower, root) < MEMBERS_MAX &&
            grower->facet[root].triangles + grower->facet[i].triangles <=
                grower->triangles_max) {
            join(grower, root, i);
        }
    }
}

/* ---- the next graph ---- */

/* Numbers the groups by first member, moves their sums down, and gives `best` the numbers. */
static uint32_t number_groups(struct grower *grower)
{
    uint32_t *const number = grower->best;
    uint32_t count = 0;

    memset(number, 0xff, grower->count * sizeof *number);
    for (uint32_t i = 0; i < grower->count; i++) {
        const uint32_t root = grower->group[i];
        if (number[root] == UVP_NONE && grower->facet[root].triangles != 0) {
            number[root] = count;
            /* no slot below i is waited for any more */
            grower->facet[count++] = grower->facet[root];
        }
        number[i] = number[root];
    }
    return count;
}

struct linker {
    struct grower *grower;
    uint32_t *first;
    struct link *link;
    uint32_t *mark; /* of each group: where its link is, if that is in the present list */
    uint32_t count; /* of links */
};

static void add_link(struct linker *linker, uint32_t from, uint32_t to, float length)
{
    const uint32_t at = linker->mark[to];

    if (to == from) {
        linker->grower->facet[from].outline -= length;
    } else if (at >= linker->first[from] && at < linker->count && linker->link[at].to == to) {
        linker->link[at].length += length;
    } else {
        linker->mark[to] = linker->count;
        linker->link[linker->count++] = (struct link){to, length};
    }
}

static enum uvp_code link_unit(struct linker *linker, uint32_t unit, uint32_t from)
{
    const struct grower *const grower = linker->grower;
    const uint32_t end = 3 * first_of(grower, unit + 1);

    for (uint32_t h = 3 * first_of(grower, unit); h < end; h++) {
        const uint32_t g =
            uvp_is_dead(grower->topology, h / 3) ? UVP_NONE : open_across(grower, h);
        if (g != UVP_NONE) {
            add_link(linker, from, grower->best[unit_of(grower, g / 3)],
                     grower->surface->length[h]);
        }
        UVP_TRY(uvp_work_count(grower->work, 6));
    }
    return UVP_OK;
}

static enum uvp_code link_facet(struct linker *linker, uint32_t facet, uint32_t from)
{
    const struct grower *const grower = linker->grower;

    for (uint32_t l = grower->first[facet]; l < grower->first[facet + 1]; l++) {
        add_link(linker, from, grower->best[grower->link[l].to], grower->link[l].length);
    }
    return uvp_work_count(grower->work, 8 * (grower->first[facet + 1] - grower->first[facet]));
}

/* One list a group, from the lists of its members; `of_units`: from the mesh. */
static enum uvp_code link_groups(struct linker *linker, bool of_units)
{
    struct grower *const grower = linker->grower;
    uint32_t from = 0;

    for (uint32_t i = 0; i < grower->count; i++) {
        uint32_t member = i;
        if (grower->best[i] != from) {
            continue; /* listed with an earlier member, or all dead */
        }
        linker->first[from] = linker->count;
        do {
            UVP_TRY(of_units ? link_unit(linker, member, from)
                             : link_facet(linker, member, from));
            member = grower->next[member];
        } while (member != i);
        from++;
    }
    linker->first[from] = linker->count;
    return UVP_OK;
}

static enum uvp_code make_graph(struct grower *grower, bool of_units)
{
    const uint32_t count = number_groups(grower);
    struct linker linker = {grower, grower->group, grower->other, NULL, 0};
    struct link *const old = grower->link;

    if (linker.link == NULL) { /* every one that joined took at least one edge with it */
        UVP_TAKE(grower->work, linker.link, grower->links - 2 * grower->joined);
    }
    /* groups are told by their numbers now; the costs are of no more use */
    linker.mark = (uint32_t *)(void *)grower->cost;
    memset(linker.mark, 0, count * sizeof *linker.mark);
    UVP_TRY(link_groups(&linker, of_units));
    for (uint32_t u = 0; u < grower->units; u++) {
        if (grower->label[u] != UVP_NONE) {
            grower->label[u] = grower->best[grower->label[u]];
        }
    }
    grower->group = grower->first;
    grower->first = linker.first;
    grower->link = linker.link;
    grower->links = linker.count;
    grower->other = old;
    grower->count = count;
    return uvp_work_count(grower->work, 4 * grower->units);
}

static enum uvp_code take_memory(struct grower *grower)
{
    const size_t units = grower->units;

    UVP_TAKE(grower->work, grower->facet, units);
    UVP_TAKE(grower->work, grower->best, units);
    UVP_TAKE(grower->work, grower->cost, units);
    UVP_TAKE(grower->work, grower->group, units + 1);
    UVP_TAKE(grower->work, grower->next, units);
    UVP_TAKE(grower->work, grower->first, units + 1);
    return UVP_OK;
}

/* One round; `joined` stays 0 when nobody wanted anybody. */
static enum uvp_code run_round(struct grower *grower, bool of_units)
{
    UVP_TRY(of_units ? choose_units(grower) : choose_facets(grower));
    grower->joined = 0;
    join_pairs(grower);
    join_followers(grower);
    UVP_TRY(uvp_work_count(grower->work, 10 * grower->count));
    return make_graph(grower, of_units);
}

/* ---- blocks ---- */

struct blocks {
    const struct uvp_topology *topology;
    const struct uvp_surface *surface;
    uint32_t *label;
    uint32_t count;
    uint32_t *facets; /* of each block */
};

static uint32_t base_of(const struct blocks *blocks, uint32_t block)
{
    return (uint32_t)((uint64_t)blocks->topology->unit_count * block / blocks->count);
}

static uint32_t block_of(const struct blocks *blocks, uint32_t t)
{
    const uint64_t unit = uvp_unit_of(blocks->topology, t);

    return (uint32_t)(unit * blocks->count / blocks->topology->unit_count);
}

/* How many blocks there are: one when too many edges would lie between them. */
static void count_blocks(struct blocks *blocks)
{
    const struct uvp_topology *const topology = blocks->topology;
    uint32_t inside = 0;
    uint32_t between = 0;

    blocks->count = topology->unit_count / BLOCK_UNITS;
    for (uint32_t h = 0; h < 3 * topology->triangle_count && blocks->count > 1;
         h += SAMPLE_STEP) {
        const uint32_t g = topology->opposite[h];
        if (g != UVP_NONE) {
            const bool same = block_of(blocks, g / 3) == block_of(blocks, h / 3);
            inside += same;
            between += !same;
        }
    }
    if (blocks->count < 2 || between > inside / CROSSING_PART) {
        blocks->count = 1;
    }
}

static enum uvp_code grow_block(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    const struct blocks *const blocks = arg;
    const uint32_t most = work->plan->chart_triangles_max;
    const uint32_t base = base_of(blocks, i);
    struct grower grower = {.work = work,
                            .topology = blocks->topology,
                            .surface = blocks->surface,
                            .base = base,
                            .units = base_of(blocks, i + 1) - base,
                            .label = blocks->label + base,
                            .triangles_max = most < TRIANGLES_MAX ? most : TRIANGLES_MAX};

    UVP_TRY(take_memory(&grower));
    UVP_TRY(start(&grower));
    for (int r = 0; r < ROUNDS_MAX; r++) {
        UVP_TRY(run_round(&grower, r == 0));
        if (grower.joined <= grower.count / FEW ||
            grower.count <= grower.live / TRIANGLES_PER_FACET) {
            break;
        }
    }
    blocks->facets[i] = grower.count;
    return UVP_OK;
}

/* Numbers facets over all blocks; returns how many there are. */
static uint32_t number_facets(const struct blocks *blocks)
{
    uint32_t before = 0;

    for (uint32_t i = 0; i < blocks->count; i++) {
        for (uint32_t u = base_of(blocks, i); u < base_of(blocks, i + 1) && before != 0; u++) {
            if (blocks->label[u] != UVP_NONE) {
                blocks->label[u] += before;
            }
        }
        before += blocks->facets[i];
    }
    return before;
}

enum uvp_code uvp_facet_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                             const struct uvp_surface *surface, uint32_t *label,
                             uint32_t *count)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct blocks blocks = {.topology = topology, .surface = surface, .label = label};

    count_blocks(&blocks);
    UVP_TAKE(work, blocks.facets, blocks.count);
    UVP_TRY(uvp_crew_run(work, blocks.count, grow_block, &blocks));
    *count = number_facets(&blocks);
    uvp_arena_rewind(work->scratch, mark);
    return uvp_stop_poll(work->stop, work->err);
}
