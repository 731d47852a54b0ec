/*
 * A line moves over the spots in order; the edges it crosses are kept from bottom to top
 * (Shamos, Hoey 1976). Between two of them the winding number must be 0 or 1, so directions
 * alternate; an edge's direction tells the number above it. At a spot, the edges that end
 * there or pass through it leave and those that begin there or go on come in, by angle. Edges
 * that become neighbours are tested for a crossing ahead: where two cross, one of the four
 * sides is covered twice.
 *
 * Touching is no crossing. An edge with a spot in its inside goes on as it is: no new
 * coordinates, so all tests are on input numbers and exact. Through a spot pass at most two
 * edges, on one line and in opposite directions, or something is covered twice: hence n log n.
 *
 * The edges crossed are a treap by place, and a list: most spots replace one edge by another,
 * which needs no search.
 */
#include "stages/unwrapper/atlas/sweep.h"

struct node {
    uint32_t edge;
    uint32_t up;
    uint32_t left;
    uint32_t right;
    uint32_t before; /* the next below and above; free nodes: the next free */
    uint32_t after;
};

struct sweeper {
    struct uvp_atlas_work *work;
    const struct uvp_border *border;
    struct node *node;
    uint32_t root;
    uint32_t free;
    uint32_t *node_of;    /* of each edge on the line */
    uint32_t *ends_first; /* spot_count + 1 */
    uint32_t *ends;       /* edges by their high spot */
    uint32_t *fresh;      /* edges above and at the spot, after it */
    uint32_t next_edge;   /* edges are sorted by their low spot */
};

static const struct uvp_border_edge *edge_of(const struct sweeper *sweeper, uint32_t n)
{
    return &sweeper->border->edge[sweeper->node[n].edge];
}

/* 1: the spot is above the edge of node n; 0: on its line. */
static int side_of(const struct sweeper *sweeper, uint32_t n, uint32_t spot)
{
    const struct uvp_border_edge *const edge = edge_of(sweeper, n);
    const struct uvp_spot *const at = sweeper->border->spot;

    return uvp_exact_turn(at[edge->low], at[edge->high], at[spot]);
}

/* ---- the line: a treap that is also a list ---- */

static uint32_t rank_of(uint32_t n)
{
    n = (n ^ n >> 16) * 0x85ebca6bU;
    n = (n ^ n >> 13) * 0xc2b2ae35U;
    return n ^ n >> 16;
}

/* Puts `to` where `from` hangs. */
static void hang(struct sweeper *sweeper, uint32_t from, uint32_t to)
{
    const uint32_t up = sweeper->node[from].up;

    if (up == UVP_NONE) {
        sweeper->root = to;
    } else if (sweeper->node[up].left == from) {
        sweeper->node[up].left = to;
    } else {
        sweeper->node[up].right = to;
    }
    if (to != UVP_NONE) {
        sweeper->node[to].up = up;
    }
}

/* Lifts node n above its parent. */
static void lift(struct sweeper *sweeper, uint32_t n)
{
    struct node *const node = sweeper->node;
    const uint32_t up = node[n].up;
    const bool is_left = node[up].left == n;
    const uint32_t inner = is_left ? node[n].right : node[n].left;

    hang(sweeper, up, n);
    if (is_left) {
        node[up].left = inner;
        node[n].right = up;
    } else {
        node[up].right = inner;
        node[n].left = up;
    }
    node[up].up = n;
    if (inner != UVP_NONE) {
        node[inner].up = up;
    }
}

static void link_list(struct sweeper *sweeper, uint32_t before, uint32_t after)
{
    if (before != UVP_NONE) {
        sweeper->node[before].after = after;
    }
    if (after != UVP_NONE) {
        sweeper->node[after].before = before;
    }
}

/* A new node between two neighbours of the list, each of them or none. */
static uint32_t insert_node(struct sweeper *sweeper, uint32_t below, uint32_t above)
{
    struct node *const node = sweeper->node;
    const uint32_t n = sweeper->free;

    sweeper->free = node[n].after;
    node[n] = (struct node){UVP_NONE, UVP_NONE, UVP_NONE, UVP_NONE, below, above};
    link_list(sweeper, below, n);
    link_list(sweeper, n, above);
    if (below == UVP_NONE && above == UVP_NONE) {
        sweeper->root = n;
        return n;
    }
    /* of two neighbours, one has no child on the other's side */
    if (below != UVP_NONE && node[below].right == UVP_NONE) {
        node[below].right = n;
        node[n].up = below;
    } else {
        node[above].left = n;
        node[n].up = above;
    }
    while (node[n].up != UVP_NONE && rank_of(node[n].up) > rank_of(n)) {
        lift(sweeper, n);
    }
    return n;
}

static void remove_node(struct sweeper *sweeper, uint32_t n)
{
    struct node *const node = sweeper->node;

    while (node[n].left != UVP_NONE && node[n].right != UVP_NONE) {
        const uint32_t left = node[n].left;
        const uint32_t right = node[n].right;
        lift(sweeper, rank_of(left) < rank_of(right) ? left : right);
    }
    hang(sweeper, n, node[n].left != UVP_NONE ? node[n].left : node[n].right);
    if (node[n].before != UVP_NONE) {
        node[node[n].before].after = node[n].after;
    }
    if (node[n].after != UVP_NONE) {
        node[node[n].after].before = node[n].before;
    }
    node[n].after = sweeper->free;
    sweeper->free = n;
}

/* ---- one spot ---- */

struct group { /* the nodes whose edges have the spot, and their neighbours */
    uint32_t first;
    uint32_t last;
    uint32_t below;
    uint32_t above;
};

/* Any node whose edge has the spot; else the neighbours of the place. */
static void search(const struct sweeper *sweeper, uint32_t spot, struct group *group)
{
    uint32_t n = sweeper->root;

    *group = (struct group){UVP_NONE, UVP_NONE, UVP_NONE, UVP_NONE};
    while (n != UVP_NONE) {
        const int side = side_of(sweeper, n, spot);
        if (side == 0) {
            group->first = n;
            return;
        }
        if (side > 0) {
            group->below = n;
            n = sweeper->node[n].right;
        } else {
            group->above = n;
            n = sweeper->node[n].left;
        }
    }
}

static void find_group(const struct sweeper *sweeper, uint32_t spot, struct group *group)
{
    const struct node *const node = sweeper->node;
    const uint32_t end = sweeper->ends_first[spot];

    if (end < sweeper->ends_first[spot + 1]) {
        group->first = sweeper->node_of[sweeper->ends[end]];
    } else {
        search(sweeper, spot, group);
        if (group->first == UVP_NONE) {
            return;
        }
    }
    group->last = group->first;
    group->below = node[group->first].before;
    group->above = node[group->last].after;
    while (group->below != UVP_NONE && side_of(sweeper, group->below, spot) == 0) {
        group->first = group->below;
        group->below = node[group->first].before;
    }
    while (group->above != UVP_NONE && side_of(sweeper, group->above, spot) == 0) {
        group->last = group->above;
        group->above = node[group->last].after;
    }
}

/* Whether edge a leaves the spot below edge b; of two on one line, first what closes. */
static bool leaves_below(const struct sweeper *sweeper, uint32_t spot, uint32_t a, uint32_t b)
{
    const struct uvp_border_edge *const edge = sweeper->border->edge;
    const struct uvp_spot *const at = sweeper->border->spot;
    const int turn = uvp_exact_turn(at[spot], at[edge[a].high], at[edge[b].high]);

    return turn != 0 ? turn > 0 : edge[a].gain < edge[b].gain;
}

static void sift(const struct sweeper *sweeper, uint32_t spot, uint32_t at, uint32_t count)
{
    uint32_t *const heap = sweeper->fresh;
    const uint32_t edge = heap[at];

    for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && leaves_below(sweeper, spot, heap[child], heap[child + 1])) {
            child++;
        }
        if (!leaves_below(sweeper, spot, edge, heap[child])) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = edge;
}

/* By heap: in place, and k log k for a spot with very many edges. */
static enum uvp_code sort_fresh(const struct sweeper *sweeper, uint32_t spot, uint32_t count)
{
    uint32_t *const heap = sweeper->fresh;

    for (uint32_t i = count / 2; i-- > 0;) {
        sift(sweeper, spot, i, count);
        UVP_TRY(uvp_work_count(sweeper->work, 50));
    }
    for (uint32_t i = count; i-- > 1;) {
        const uint32_t top = heap[0];
        heap[0] = heap[i];
        heap[i] = top;
        sift(sweeper, spot, 0, i);
        UVP_TRY(uvp_work_count(sweeper->work, 50));
    }
    return UVP_OK;
}

/* Lists the edges that go on from the spot; not sorted. */
static uint32_t list_fresh(struct sweeper *sweeper, uint32_t spot, const struct group *group)
{
    const struct uvp_border *const border = sweeper->border;
    uint32_t count = 0;

    for (uint32_t n = group->first; n != UVP_NONE; n = sweeper->node[n].after) {
        if (edge_of(sweeper, n)->high != spot) {
            sweeper->fresh[count++] = sweeper->node[n].edge;
        }
        if (n == group->last) {
            break;
        }
    }
    while (sweeper->next_edge < border->edge_count &&
           border->edge[sweeper->next_edge].low == spot) {
        sweeper->fresh[count++] = sweeper->next_edge++;
    }
    return count;
}

/* Whether the winding number stays 0 or 1 from the neighbour below to the one above. */
static bool winds_once(const struct sweeper *sweeper, const struct group *group, uint32_t count)
{
    int32_t winding = group->below != UVP_NONE && edge_of(sweeper, group->below)->gain > 0;
    const int32_t above = group->above != UVP_NONE && edge_of(sweeper, group->above)->gain < 0;

    for (uint32_t i = 0; i < count; i++) {
        winding += sweeper->border->edge[sweeper->fresh[i]].gain;
        if (winding < 0 || winding > 1) {
            return false;
        }
    }
    return winding == above;
}

/* The nodes of the group take the fresh edges; what is missing is added, the rest removed. */
static void replace_group(struct sweeper *sweeper, struct group *group, uint32_t count)
{
    uint32_t n = group->first;
    uint32_t last = group->below;
    bool more = n != UVP_NONE;

    group->first = UVP_NONE;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t after = more ? sweeper->node[n].after : UVP_NONE;
        const bool was_last = more && n == group->last;
        const uint32_t here = more ? n : insert_node(sweeper, last, group->above);
        sweeper->node[here].edge = sweeper->fresh[i];
        sweeper->node_of[sweeper->fresh[i]] = here;
        group->first = i == 0 ? here : group->first;
        last = here;
        more = more && !was_last;
        n = after;
    }
    while (more) {
        const uint32_t after = sweeper->node[n].after;
        more = n != group->last;
        remove_node(sweeper, n);
        n = after;
    }
    group->last = last;
}

/* Neighbours on the line: do they cross ahead? */
static bool cross_ahead(const struct sweeper *sweeper, uint32_t below, uint32_t above)
{
    uint32_t low_end;
    uint32_t high_end;

    if (below == UVP_NONE || above == UVP_NONE) {
        return false;
    }
    low_end = edge_of(sweeper, below)->high;
    high_end = edge_of(sweeper, above)->high;
    if (low_end < high_end) {
        return side_of(sweeper, above, low_end) > 0;
    }
    return high_end < low_end && side_of(sweeper, below, high_end) < 0;
}

/* Whether the line meets no edge that begins or ends here: the edges cancelled. */
static bool is_bare(const struct sweeper *sweeper, uint32_t spot)
{
    const struct uvp_border *const border = sweeper->border;

    return sweeper->ends_first[spot] == sweeper->ends_first[spot + 1] &&
           (sweeper->next_edge == border->edge_count ||
            border->edge[sweeper->next_edge].low != spot);
}

/* Moves the line over a spot. */
static enum uvp_code pass_spot(struct sweeper *sweeper, uint32_t spot, bool *twice)
{
    struct group group;
    uint32_t count;

    if (is_bare(sweeper, spot)) {
        return UVP_OK;
    }
    find_group(sweeper, spot, &group);
    count = list_fresh(sweeper, spot, &group);
    UVP_TRY(sort_fresh(sweeper, spot, count));
    if (!winds_once(sweeper, &group, count)) {
        *twice = true;
        return UVP_OK;
    }
    replace_group(sweeper, &group, count);
    *twice = count == 0 ? cross_ahead(sweeper, group.below, group.above)
                        : cross_ahead(sweeper, group.below, group.first) ||
                              cross_ahead(sweeper, group.last, group.above);
    return UVP_OK;
}

/* ---- */

static enum uvp_code list_ends(struct uvp_atlas_work *work, struct sweeper *sweeper)
{
    const struct uvp_border *const border = sweeper->border;
    uint32_t *const first = sweeper->ends_first;

    for (uint32_t s = 0; s <= border->spot_count; s++) {
        first[s] = 0;
    }
    for (uint32_t e = 0; e < border->edge_count; e++) {
        first[border->edge[e].high]++;
        UVP_TRY(uvp_work_count(work, 1));
    }
    for (uint32_t s = 1; s <= border->spot_count; s++) {
        first[s] += first[s - 1];
    }
    for (uint32_t e = border->edge_count; e-- > 0;) {
        sweeper->ends[--first[border->edge[e].high]] = e;
        UVP_TRY(uvp_work_count(work, 1));
    }
    return uvp_stop_poll(work->stop, work->err);
}

static enum uvp_code take_arrays(struct uvp_atlas_work *work, struct sweeper *sweeper)
{
    const size_t edges = sweeper->border->edge_count;

    UVP_TAKE(work, sweeper->node, edges + 1);
    UVP_TAKE(work, sweeper->node_of, edges);
    UVP_TAKE(work, sweeper->ends_first, (size_t)sweeper->border->spot_count + 1);
    UVP_TAKE(work, sweeper->ends, edges);
    UVP_TAKE(work, sweeper->fresh, edges);
    for (uint32_t n = 0; n <= edges; n++) {
        sweeper->node[n].after = n + 1;
    }
    return uvp_stop_poll(work->stop, work->err);
}

enum uvp_code uvp_sweep_find(struct uvp_atlas_work *work, const struct uvp_border *border,
                             bool *twice)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct sweeper sweeper = {.work = work, .border = border, .root = UVP_NONE};

    *twice = false;
    UVP_TRY(take_arrays(work, &sweeper));
    UVP_TRY(list_ends(work, &sweeper));
    for (uint32_t s = 0; s < border->spot_count && !*twice; s++) {
        const uint32_t before = sweeper.next_edge;
        UVP_TRY(pass_spot(&sweeper, s, twice));
        UVP_TRY(uvp_work_count(work, 40 + 40 * (sweeper.next_edge - before)));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
