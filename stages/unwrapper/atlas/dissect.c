/*
 * Nested dissection by coordinates (George 1973): a layout in the plane gives good separators
 * for nothing. Cut across the longer axis at the mean, and take the vertices of one side that
 * see the other. What is left below LEAF_MAX vertices is ordered by least degree, exactly, its
 * separators seen as neighbours that stay: the graph of up to 64 vertices is a word a vertex,
 * and elimination is an OR of words.
 */
#include "stages/unwrapper/atlas/dissect.h"

#include <string.h>

#define LEAF_MAX 56
#define DEPTH_MAX 48
#define WORD 64

enum side { LOW, HIGH, LOW_SEES, HIGH_SEES, ELSEWHERE };

struct range {
    uint32_t first; /* in `order`, and the places to fill */
    uint32_t count;
    uint32_t depth;
};

struct dissector {
    const struct uvp_graph *graph;
    uint32_t *order;
    uint8_t *side; /* of each vertex in the range; else ELSEWHERE */
    uint32_t *spare;
    uint32_t *local; /* of each vertex: its place in the leaf at work, or UVP_NONE */
};

/* ---- leaves ---- */

struct leaf {
    uint64_t next[WORD]; /* neighbours of each, not eliminated */
    uint64_t with[WORD]; /* those to be ordered, by degree */
    uint8_t degree[WORD];
    uint32_t vertex[WORD];
    uint32_t count; /* to be ordered; more follow that stay */
    uint32_t all;
};

static uint32_t bits_of(uint64_t word)
{
    word -= (word >> 1) & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (uint32_t)((word * UINT64_C(0x0101010101010101)) >> 56);
}

static uint32_t lowest_of(uint64_t word)
{
    return (uint32_t)__builtin_ctzll(word);
}

static void load_leaf(const struct dissector *dissector, const struct range *range,
                      struct leaf *leaf)
{
    const struct uvp_graph *const graph = dissector->graph;

    leaf->count = range->count;
    leaf->all = range->count;
    for (uint32_t i = 0; i < range->count; i++) {
        leaf->vertex[i] = dissector->order[range->first + i];
        leaf->next[i] = 0;
        dissector->local[leaf->vertex[i]] = i;
    }
    for (uint32_t i = 0; i < leaf->count; i++) {
        const uint32_t v = leaf->vertex[i];
        for (uint32_t p = graph->start[v]; p < graph->start[v + 1]; p++) {
            const uint32_t u = graph->column[p];
            if (u == v || (dissector->local[u] == UVP_NONE && leaf->all == WORD)) {
                continue;
            }
            if (dissector->local[u] == UVP_NONE) {
                leaf->vertex[leaf->all] = u;
                leaf->next[leaf->all] = 0;
                dissector->local[u] = leaf->all++;
            }
            leaf->next[i] |= UINT64_C(1) << dissector->local[u];
            leaf->next[dissector->local[u]] |= UINT64_C(1) << i;
        }
    }
    memset(leaf->with, 0, sizeof leaf->with);
    for (uint32_t i = 0; i < leaf->all; i++) {
        dissector->local[leaf->vertex[i]] = UVP_NONE;
        leaf->degree[i] = (uint8_t)bits_of(leaf->next[i]);
        leaf->with[leaf->degree[i]] |= (uint64_t)(i < leaf->count) << i;
    }
}

/* Joins the neighbours of v, which leaves. */
static void eliminate(struct leaf *leaf, uint32_t v)
{
    const uint64_t clique = leaf->next[v];

    for (uint64_t rest = clique; rest != 0; rest &= rest - 1) {
        const uint32_t u = lowest_of(rest);
        const uint64_t self = UINT64_C(1) << u;
        const uint64_t next = (leaf->next[u] | clique) & ~(UINT64_C(1) << v | self);
        const uint32_t degree = bits_of(next);
        leaf->with[leaf->degree[u]] &= ~self;
        leaf->with[degree] |= u < leaf->count ? self : 0;
        leaf->next[u] = next;
        leaf->degree[u] = (uint8_t)degree;
    }
}

static void order_leaf(const struct dissector *dissector, const struct range *range)
{
    struct leaf leaf;
    uint32_t degree = 0;

    load_leaf(dissector, range, &leaf);
    for (uint32_t k = 0; k < range->count; k++) {
        uint32_t v;
        while (leaf.with[degree] == 0) {
            degree++;
        }
        v = lowest_of(leaf.with[degree]);
        leaf.with[degree] &= leaf.with[degree] - 1;
        dissector->order[range->first + k] = leaf.vertex[v];
        eliminate(&leaf, v);
        degree -= degree > 0; /* nobody lost more than one neighbour */
    }
}

/* ---- cuts ---- */

static double middle(const struct dissector *dissector, const struct range *range, bool *by_y)
{
    const uint32_t *const list = dissector->order + range->first;
    struct uvp_vec2 low = dissector->graph->at[list[0]];
    struct uvp_vec2 high = low;
    struct uvp_vec2 sum = {0, 0};

    for (uint32_t i = 0; i < range->count; i++) {
        const struct uvp_vec2 p = dissector->graph->at[list[i]];
        low.x = p.x < low.x ? p.x : low.x;
        low.y = p.y < low.y ? p.y : low.y;
        high.x = p.x > high.x ? p.x : high.x;
        high.y = p.y > high.y ? p.y : high.y;
        sum = (struct uvp_vec2){sum.x + p.x, sum.y + p.y};
    }
    *by_y = high.y - low.y > high.x - low.x;
    return (*by_y ? sum.y : sum.x) / range->count;
}

/* Marks those of both sides that see the other; gives the side with fewer of them. */
static enum side mark_seeing(const struct dissector *dissector, const struct range *range)
{
    const struct uvp_graph *const graph = dissector->graph;
    const uint32_t *const list = dissector->order + range->first;
    uint8_t *const side = dissector->side;
    uint32_t seeing[2] = {0, 0};

    for (uint32_t i = 0; i < range->count; i++) {
        const uint32_t v = list[i];
        bool sees = false;
        if (side[v] != LOW) {
            continue;
        }
        for (uint32_t p = graph->start[v]; p < graph->start[v + 1]; p++) {
            const uint32_t u = graph->column[p];
            if (side[u] == HIGH) {
                side[u] = HIGH_SEES;
                seeing[1]++;
            }
            sees = sees || side[u] == HIGH_SEES;
        }
        if (sees) {
            side[v] = LOW_SEES;
            seeing[0]++;
        }
    }
    return seeing[1] < seeing[0] ? HIGH_SEES : LOW_SEES;
}

/* Reorders the range into low, high, separator; gives the sizes of the first two. */
static enum uvp_code dissect(struct uvp_atlas_work *work, const struct dissector *dissector,
                             const struct range *range, uint32_t size[2])
{
    uint32_t *const list = dissector->order + range->first;
    uint8_t *const side = dissector->side;
    bool by_y = false;
    const double cut = middle(dissector, range, &by_y);
    enum side separator;
    uint32_t low = 0;
    uint32_t high = 0;
    uint32_t apart = 0;

    for (uint32_t i = 0; i < range->count; i++) {
        const struct uvp_vec2 p = dissector->graph->at[list[i]];
        side[list[i]] = (by_y ? p.y : p.x) > cut ? HIGH : LOW;
    }
    separator = mark_seeing(dissector, range);
    for (uint32_t i = 0; i < range->count; i++) {
        const uint32_t v = list[i];
        const uint8_t s = side[v];
        side[v] = ELSEWHERE;
        if (s == separator) {
            dissector->spare[range->count - ++apart] = v;
        } else if (s == LOW || s == LOW_SEES) {
            list[low++] = v;
        } else {
            dissector->spare[high++] = v;
        }
    }
    for (uint32_t i = 0; i < high + apart; i++) {
        list[low + i] = dissector->spare[i < high ? i : range->count - 1 - (i - high)];
    }
    size[0] = low;
    size[1] = high;
    return uvp_work_count(work, 20 * range->count);
}

enum uvp_code uvp_dissect_order(struct uvp_atlas_work *work, const struct uvp_graph *graph,
                                uint32_t *order)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct dissector dissector = {.graph = graph, .order = order};
    struct range stack[2 * DEPTH_MAX + 2];
    uint32_t depth = 0;

    UVP_TAKE(work, dissector.side, graph->count);
    UVP_TAKE(work, dissector.spare, graph->count);
    UVP_TAKE(work, dissector.local, graph->count);
    for (uint32_t v = 0; v < graph->count; v++) {
        order[v] = v;
        dissector.side[v] = ELSEWHERE;
        dissector.local[v] = UVP_NONE;
    }
    stack[depth++] = (struct range){0, graph->count, 0};
    while (depth > 0) {
        const struct range range = stack[--depth];
        uint32_t size[2];
        if (range.count <= LEAF_MAX) {
            order_leaf(&dissector, &range);
            UVP_TRY(uvp_work_count(work, 40 * range.count));
            continue;
        }
        if (range.depth >= DEPTH_MAX) {
            continue;
        }
        UVP_TRY(dissect(work, &dissector, &range, size));
        stack[depth++] = (struct range){range.first, size[0], range.depth + 1};
        stack[depth++] = (struct range){range.first + size[0], size[1], range.depth + 1};
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
