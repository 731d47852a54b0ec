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
#include "stages/unwrapper/atlas/plan.h"

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
    uint32_t *mark;  /* while the graph is made, see below */
    uint32_t *group; /* the facet that it joins: itself, or one that joins itself */
    uint32_t *next;  /* of the same group */
    uint32_t joined; /* in this round */
    /* the graph, from the second round on */
    uint32_t *first; /* count + 1 */
    struct link *link;
    struct link *other; /* for the next graph */
    uint32_t links;     /* half-edges that one may cross, then entries of `link` */
};

/* A facet that looks for the neighbour it joins most cheaply. */
struct chooser {
    struct facet own;
    float alike; /* the limit's square times that of the own normal */
    uint32_t room;
    float cost;
    uint32_t best;
};

static inline struct chooser chooser_of(const struct grower *grower, uint32_t i)
{
    const struct facet *const own = &grower->facet[i];

    return (struct chooser){
        *own, ALIKE_SQUARE * uvp_dot3(own->normal, own->normal),
        own->triangles < grower->triangles_max ? grower->triangles_max - own->triangles : 0,
        HUGE_VALF, UVP_NONE};
}

/* Whether a neighbour is better is anybody's guess: no jumps. */
static inline void consider(struct chooser *chooser, const struct facet *facet, uint32_t number,
                            float shared)
{
    const struct facet *const own = &chooser->own;
    const float normal[3] = {own->normal[0] + facet->normal[0],
                             own->normal[1] + facet->normal[1],
                             own->normal[2] + facet->normal[2]};
    const float area = own->area + facet->area;
    const float outline = own->outline + facet->outline - 2 * shared;
    const float square = outline * outline;
    const float deviation = area > 0 ? 1 - sqrtf(uvp_dot3(normal, normal)) / area : 0;
    const float dot = uvp_dot3(own->normal, facet->normal);
    const float cost =
        deviation + OUTLINE_WEIGHT * square / (square + OUTLINE_HALF * FOUR_PI * area);
    const unsigned allowed =
        !(deviation > DEVIATION_MAX) & (dot >= 0) &
        (dot * dot >= chooser->alike * uvp_dot3(facet->normal, facet->normal)) &
        (facet->triangles <= chooser->room);
    const bool better = (allowed & (cost < chooser->cost)) != 0;

    chooser->cost = better ? cost : chooser->cost;
    chooser->best = better ? number : chooser->best;
}

/* ---- the first round looks at the mesh itself ---- */

static uint32_t first_of(const struct grower *grower, uint32_t unit)
{
    return uvp_unit_first(grower->topology, grower->base + unit);
}

static void add_triangle(const struct grower *grower, uint32_t t, struct facet *facet)
{
    const struct uvp_surface *const surface = grower->surface;
    const float area = grower->topology->face[4 * (size_t)t + 3];

    for (uint32_t k = 0; k < 3; k++) {
        const size_t h = 3 * (size_t)t + k;
        facet->normal[k] += area * surface->normal[h];
        if (surface->beyond[h] != UVP_SURFACE_INSIDE) {
            facet->outline += surface->length[h];
        }
    }
    facet->area += area;
    facet->triangles++;
}

static enum uvp_code start(struct grower *grower)
{
    grower->count = grower->units;
    for (uint32_t u = 0; u < grower->units; u++) {
        const uint32_t end = first_of(grower, u + 1);
        struct facet facet = {{0, 0, 0}, 0, 0, 0};
        for (uint32_t t = first_of(grower, u); t < end; t++) {
            if (!uvp_is_dead(grower->topology, t)) {
                add_triangle(grower, t, &facet);
            }
        }
        grower->facet[u] = facet;
        grower->label[u] = facet.triangles > 0 ? u : UVP_NONE;
        grower->live += facet.triangles;
        if (u % BLOCK == 0) {
            UVP_TRY(uvp_work_count(grower->work, 25 * BLOCK));
        }
    }
    return UVP_OK;
}

/* The unit across a half-edge where facets may join, counted from the block's first. */
static inline uint32_t unit_across(const struct grower *grower, uint32_t h)
{
    const uint32_t beyond = grower->surface->beyond[h];
    const uint32_t unit = beyond - grower->base;

    /* what is hard or none is beyond any unit */
    return unit < grower->units ? unit : UVP_NONE;
}

static void choose_unit(struct grower *grower, uint32_t u)
{
    const uint32_t end = 3 * first_of(grower, u + 1);
    struct chooser chooser = chooser_of(grower, u);

    for (uint32_t h = 3 * first_of(grower, u); h < end; h++) {
        const uint32_t other = unit_across(grower, h);
        if (other != UVP_NONE) {
            grower->links++;
            consider(&chooser, &grower->facet[other], other, grower->surface->length[h]);
        }
    }
    grower->best[u] = chooser.best;
}

static enum uvp_code choose_units(struct grower *grower)
{
    for (uint32_t u = 0; u < grower->units; u++) {
        choose_unit(grower, u);
        if (u % BLOCK == 0) {
            UVP_TRY(uvp_work_count(grower->work, 30 * BLOCK));
        }
    }
    return UVP_OK;
}

static enum uvp_code choose_facets(struct grower *grower)
{
    for (uint32_t i = 0; i < grower->count; i++) {
        const uint32_t end = grower->first[i + 1];
        struct chooser chooser = chooser_of(grower, i);
        for (uint32_t l = grower->first[i]; l < end; l++) {
            const struct link *const link = &grower->link[l];
            consider(&chooser, &grower->facet[link->to], link->to, link->length);
        }
        grower->best[i] = chooser.best;
        UVP_TRY(uvp_work_count(grower->work, 8 * (end - grower->first[i])));
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
    float outline;  /* of the present group */
};

/*
 * Adds to the link that is there, or makes one; inside a group it is none, and shortens the
 * outline. Which it is is anybody's guess, so there are no jumps: what is not counted is
 * written over.
 */
static inline void add_link(struct linker *linker, uint32_t from, uint32_t to, float length)
{
    const uint32_t at = linker->mark[to];
    const unsigned self = to == from;
    const unsigned known = (self ^ 1) & (at >= linker->first[from]) & (at < linker->count) &
                           (linker->link[at].to == to);
    const uint32_t place = known ? at : linker->count;
    struct link *const link = &linker->link[place];

    linker->outline -= self ? length : 0;
    link->length = (known ? link->length : 0) + length;
    link->to = to;
    linker->mark[to] = place;
    linker->count += (known | self) ^ 1;
}

static void link_unit(struct linker *linker, uint32_t unit, uint32_t from)
{
    const struct grower *const grower = linker->grower;
    const uint32_t end = 3 * first_of(grower, unit + 1);

    for (uint32_t h = 3 * first_of(grower, unit); h < end; h++) {
        const uint32_t other = unit_across(grower, h);
        if (other != UVP_NONE) {
            add_link(linker, from, grower->best[other], grower->surface->length[h]);
        }
    }
}

static void link_facet(struct linker *linker, uint32_t facet, uint32_t from)
{
    const struct grower *const grower = linker->grower;
    const uint32_t end = grower->first[facet + 1];

    for (uint32_t l = grower->first[facet]; l < end; l++) {
        const struct link *const link = &grower->link[l];
        add_link(linker, from, grower->best[link->to], link->length);
    }
}

/* The list of a group, from the lists of its members; `of_units`: from the mesh. */
static enum uvp_code link_group(struct linker *linker, uint32_t first, uint32_t from,
                                bool of_units)
{
    struct grower *const grower = linker->grower;
    const uint32_t before = linker->count;
    uint32_t member = first;

    linker->first[from] = linker->count;
    linker->outline = grower->facet[from].outline;
    do {
        if (of_units) {
            link_unit(linker, member, from);
        } else {
            link_facet(linker, member, from);
        }
        member = grower->next[member];
    } while (member != first);
    grower->facet[from].outline = linker->outline;
    return uvp_work_count(grower->work, 30 + 20 * (linker->count - before));
}

static enum uvp_code link_groups(struct linker *linker, bool of_units)
{
    const struct grower *const grower = linker->grower;
    uint32_t from = 0;

    for (uint32_t i = 0; i < grower->count; i++) {
        if (grower->best[i] == from) { /* else listed with an earlier member, or all dead */
            UVP_TRY(link_group(linker, i, from, of_units));
            from++;
        }
    }
    linker->first[from] = linker->count;
    return UVP_OK;
}

static enum uvp_code make_graph(struct grower *grower, bool of_units)
{
    const uint32_t count = number_groups(grower);
    struct linker linker = {
        .grower = grower, .first = grower->group, .link = grower->other, .mark = grower->mark};
    struct link *const old = grower->link;

    if (linker.link == NULL) {
        /* every one that joined took at least one edge with it; and one to write over */
        UVP_TAKE(grower->work, linker.link, grower->links - 2 * grower->joined + 1);
    }
    linker.link[0] = (struct link){UVP_NONE, 0};
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
    UVP_TAKE(grower->work, grower->mark, units);
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
