/*
 * Triangles that overlap are found on a grid, exactly. What is connected among them is a lobe;
 * of two lobes that lie on each other the smaller is a source, the larger a sink. The seam of
 * least length between sources and sinks is a minimum cut of the dual graph, whose capacities
 * are the lengths of the edges, as whole numbers; the flow is Dinic's (1970). The
 * graph is planar but for handles, and its terminals are many: levels stay few.
 */
#include "stages/unwrapper/atlas/cut.h"

#include <string.h>

#include "pipeline/base/joined.h"
#include "stages/unwrapper/atlas/verdict.h"

#define PAIRS_PER_TRIANGLE 1
#define PAIRS_MIN 64
#define TESTS_PER_TRIANGLE 200
#define TESTS_MIN 20000
#define ENTRIES_PER_TRIANGLE 12

#define CAPACITY_LONGEST (INT32_C(1) << 20) /* of the longest edge */
#define CAPACITY_INNER (INT32_C(1) << 28)   /* of a polygon's diagonals: they are never cut */
#define FLOW_STEPS_PER_TRIANGLE 100
#define FLOW_STEPS_MIN 10000

enum role { ROLE_NONE, ROLE_SOURCE, ROLE_SINK };

struct box {
    int32_t low_x;
    int32_t low_y;
    int32_t high_x;
    int32_t high_y;
};

struct pair {
    uint32_t a;
    uint32_t b;
};

struct cutter {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    const struct uvp_pieces *pieces;
    const struct uvp_patch *patch;
    struct box *box; /* of each triangle */
    struct pair *pair;
    uint32_t pairs;
    uint32_t pairs_max;
    uint32_t *twin; /* of each corner's edge: the one across, counted in the patch */
    uint32_t *lobe; /* of each triangle: root of its lobe, UVP_NONE: overlaps nothing */
    uint8_t *role;  /* of each triangle */
};

/* ---- overlaps ---- */

static void corners_of(const struct uvp_patch *patch, uint32_t t, struct uvp_point2 p[3])
{
    for (uint32_t k = 0; k < 3; k++) {
        p[k] = patch->at[patch->corner[3 * (size_t)t + k]];
    }
}

static struct box box_of(const struct uvp_patch *patch, uint32_t t)
{
    struct uvp_point2 p[3];
    struct box box;

    corners_of(patch, t, p);
    box = (struct box){p[0].x, p[0].y, p[0].x, p[0].y};
    for (int k = 1; k < 3; k++) {
        box.low_x = p[k].x < box.low_x ? p[k].x : box.low_x;
        box.low_y = p[k].y < box.low_y ? p[k].y : box.low_y;
        box.high_x = p[k].x > box.high_x ? p[k].x : box.high_x;
        box.high_y = p[k].y > box.high_y ? p[k].y : box.high_y;
    }
    return box;
}

/* Whether an edge of a has all of b on its other side; both are positive. */
static bool is_parted(const struct uvp_point2 a[3], const struct uvp_point2 b[3])
{
    for (int k = 0; k < 3; k++) {
        const struct uvp_point2 p = a[k];
        const struct uvp_point2 q = a[(k + 1) % 3];
        if (uvp_orient(p, q, b[0]) <= 0 && uvp_orient(p, q, b[1]) <= 0 &&
            uvp_orient(p, q, b[2]) <= 0) {
            return true;
        }
    }
    return false;
}

static enum uvp_code find_boxes(struct cutter *cutter)
{
    UVP_TAKE(cutter->work, cutter->box, cutter->patch->triangle_count);
    for (uint32_t t = 0; t < cutter->patch->triangle_count; t++) {
        cutter->box[t] = box_of(cutter->patch, t);
    }
    return uvp_work_count(cutter->work, 8 * cutter->patch->triangle_count);
}

static bool overlap(const struct uvp_patch *patch, uint32_t s, uint32_t t)
{
    struct uvp_point2 a[3];
    struct uvp_point2 b[3];

    corners_of(patch, s, a);
    corners_of(patch, t, b);
    return !is_parted(a, b) && !is_parted(b, a);
}

/* A grid of square cells over the patch; a triangle is in all cells that its box touches. */
struct grid {
    int32_t cell;
    uint32_t columns;
    uint32_t rows;
    uint32_t *start;
    uint32_t *entry;
};

struct cells {
    uint32_t left;
    uint32_t right;
    uint32_t bottom;
    uint32_t top;
};

static struct cells cells_of(const struct grid *grid, const struct box *box)
{
    return (struct cells){
        (uint32_t)(box->low_x / grid->cell), (uint32_t)(box->high_x / grid->cell),
        (uint32_t)(box->low_y / grid->cell), (uint32_t)(box->high_y / grid->cell)};
}

static uint64_t count_entries(const struct cutter *cutter, const struct grid *grid)
{
    uint64_t count = 0;

    for (uint32_t t = 0; t < cutter->patch->triangle_count; t++) {
        const struct cells cells = cells_of(grid, &cutter->box[t]);
        count += (uint64_t)(cells.right - cells.left + 1) * (cells.top - cells.bottom + 1);
    }
    return count;
}

static uint32_t cells_across(int32_t size, int32_t cell)
{
    return (uint32_t)(size / cell) + 1;
}

/* A cell size with which neither cells nor entries are too many. */
static enum uvp_code size_grid(struct cutter *cutter, struct grid *grid, uint64_t *entries)
{
    const uint64_t most = (uint64_t)ENTRIES_PER_TRIANGLE * cutter->patch->triangle_count + 64;
    double sum = 0;
    struct box whole = {0, 0, 0, 0};

    for (uint32_t t = 0; t < cutter->patch->triangle_count; t++) {
        const struct box box = cutter->box[t];
        sum += (double)box.high_x - box.low_x + box.high_y - box.low_y;
        whole.high_x = box.high_x > whole.high_x ? box.high_x : whole.high_x;
        whole.high_y = box.high_y > whole.high_y ? box.high_y : whole.high_y;
    }
    grid->cell = (int32_t)(sum / 2 / cutter->patch->triangle_count) + 1;
    for (;; grid->cell *= 2) {
        grid->columns = cells_across(whole.high_x, grid->cell);
        grid->rows = cells_across(whole.high_y, grid->cell);
        *entries = count_entries(cutter, grid);
        UVP_TRY(uvp_work_count(cutter->work, 8 * cutter->patch->triangle_count));
        if ((uint64_t)grid->columns * grid->rows <= most && *entries <= most) {
            return UVP_OK;
        }
        if (grid->cell > UVP_LATTICE) {
            return UVP_OK;
        }
    }
}

static void walk_cells(const struct cutter *cutter, struct grid *grid, bool fill)
{
    for (uint32_t t = cutter->patch->triangle_count; t-- > 0;) {
        const struct cells cells = cells_of(grid, &cutter->box[t]);
        for (uint32_t y = cells.bottom; y <= cells.top; y++) {
            for (uint32_t x = cells.left; x <= cells.right; x++) {
                uint32_t *const start = &grid->start[y * grid->columns + x];
                if (fill) {
                    grid->entry[--*start] = t;
                } else {
                    ++*start;
                }
            }
        }
    }
}

static enum uvp_code make_grid(struct cutter *cutter, struct grid *grid)
{
    uint64_t entries = 0;
    size_t cells;
    uint32_t sum = 0;

    UVP_TRY(size_grid(cutter, grid, &entries));
    cells = (size_t)grid->columns * grid->rows;
    UVP_TAKE(cutter->work, grid->start, cells + 1);
    UVP_TAKE(cutter->work, grid->entry, (size_t)entries);
    memset(grid->start, 0, (cells + 1) * sizeof *grid->start);
    walk_cells(cutter, grid, false);
    for (size_t c = 0; c < cells; c++) {
        sum += grid->start[c];
        grid->start[c] = sum;
    }
    grid->start[cells] = sum;
    walk_cells(cutter, grid, true);
    return uvp_work_count(cutter->work, (uint32_t)entries);
}

/* Whether (x, y) is the first cell that both boxes touch: a pair is looked at only there. */
static bool meet_first(const struct grid *grid, const struct box *a, const struct box *b,
                       uint32_t x, uint32_t y)
{
    const int32_t low_x = a->low_x > b->low_x ? a->low_x : b->low_x;
    const int32_t low_y = a->low_y > b->low_y ? a->low_y : b->low_y;

    return a->low_x < b->high_x && b->low_x < a->high_x && a->low_y < b->high_y &&
           b->low_y < a->high_y && (uint32_t)(low_x / grid->cell) == x &&
           (uint32_t)(low_y / grid->cell) == y;
}

/* Tests the triangles of one cell, while tests are left. */
static enum uvp_code search_cell(struct cutter *cutter, const struct grid *grid, uint32_t x,
                                 uint32_t y, uint64_t *tests)
{
    const uint32_t *const start = &grid->start[y * grid->columns + x];

    for (uint32_t i = start[0]; i < start[1] && *tests > 0; i++) {
        const struct box *const a = &cutter->box[grid->entry[i]];
        for (uint32_t j = i + 1; j < start[1]; j++) {
            const struct box *const b = &cutter->box[grid->entry[j]];
            if (cutter->pairs < cutter->pairs_max && meet_first(grid, a, b, x, y) &&
                overlap(cutter->patch, grid->entry[i], grid->entry[j])) {
                cutter->pair[cutter->pairs++] = (struct pair){grid->entry[i], grid->entry[j]};
            }
        }
        *tests -= start[1] - i < *tests ? start[1] - i : *tests;
        UVP_TRY(uvp_work_count(cutter->work, 4 * (start[1] - i)));
    }
    return uvp_work_count(cutter->work, 1);
}

/* Lists overlapping pairs, up to the bounds. */
static enum uvp_code find_pairs(struct cutter *cutter)
{
    uint64_t tests = TESTS_MIN + (uint64_t)TESTS_PER_TRIANGLE * cutter->patch->triangle_count;
    struct grid grid = {0};

    cutter->pairs_max = PAIRS_MIN + PAIRS_PER_TRIANGLE * cutter->patch->triangle_count;
    UVP_TAKE(cutter->work, cutter->pair, cutter->pairs_max);
    UVP_TRY(find_boxes(cutter));
    UVP_TRY(make_grid(cutter, &grid));
    for (uint32_t y = 0; y < grid.rows; y++) {
        for (uint32_t x = 0; x < grid.columns; x++) {
            UVP_TRY(search_cell(cutter, &grid, x, y, &tests));
            if (tests == 0 || cutter->pairs == cutter->pairs_max) {
                return UVP_OK;
            }
        }
    }
    return UVP_OK;
}

/* ---- lobes ---- */

static enum uvp_code find_twins(struct cutter *cutter)
{
    const struct uvp_patch *const patch = cutter->patch;

    UVP_TAKE(cutter->work, cutter->twin, 3 * (size_t)patch->triangle_count);
    for (uint32_t t = 0; t < patch->triangle_count; t++) {
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t g =
                uvp_pieces_across(cutter->topology, cutter->pieces, 3 * patch->triangle[t] + k);
            cutter->twin[3 * t + k] =
                g == UVP_NONE ? UVP_NONE : 3 * cutter->pieces->local[g / 3] + g % 3;
        }
    }
    return uvp_work_count(cutter->work, 12 * patch->triangle_count);
}

static uint32_t across(const struct cutter *cutter, uint32_t half)
{
    return cutter->twin[half];
}

/* Joins neighbours that both overlap something. */
static void join_lobes(struct cutter *cutter)
{
    uint32_t *const lobe = cutter->lobe;

    memset(lobe, 0xff, cutter->patch->triangle_count * sizeof *lobe);
    for (uint32_t i = 0; i < cutter->pairs; i++) {
        lobe[cutter->pair[i].a] = cutter->pair[i].a;
        lobe[cutter->pair[i].b] = cutter->pair[i].b;
    }
    for (uint32_t half = 0; half < 3 * cutter->patch->triangle_count; half++) {
        const uint32_t other = lobe[half / 3] != UVP_NONE ? across(cutter, half) : UVP_NONE;
        if (other != UVP_NONE && lobe[other / 3] != UVP_NONE) {
            uvp_joined_join(lobe, half / 3, other / 3);
        }
    }
    for (uint32_t t = 0; t < cutter->patch->triangle_count; t++) {
        lobe[t] = lobe[t] != UVP_NONE ? uvp_joined_root(lobe, t) : UVP_NONE;
    }
}

/* Source and sink for the two lobes of a pair, the smaller a source; two-colours in order. */
static void give_roles(uint8_t *role, const uint32_t *size, uint32_t a, uint32_t b)
{
    if (role[a] == ROLE_NONE && role[b] == ROLE_NONE) {
        const bool a_first = size[a] < size[b] || (size[a] == size[b] && a < b);
        role[a] = a_first ? ROLE_SOURCE : ROLE_SINK;
        role[b] = a_first ? ROLE_SINK : ROLE_SOURCE;
    } else if (role[a] == ROLE_NONE) {
        role[a] = role[b] == ROLE_SOURCE ? ROLE_SINK : ROLE_SOURCE;
    } else if (role[b] == ROLE_NONE) {
        role[b] = role[a] == ROLE_SOURCE ? ROLE_SINK : ROLE_SOURCE;
    }
}

/* Roles of triangles; false when there is no pair of two units. */
static enum uvp_code choose_roles(struct cutter *cutter, bool *chosen)
{
    const uint32_t count = cutter->patch->triangle_count;
    uint32_t *size;
    uint8_t *role;

    *chosen = false;
    UVP_TAKE(cutter->work, size, count);
    UVP_TAKE(cutter->work, role, count);
    memset(size, 0, count * sizeof *size);
    memset(role, ROLE_NONE, count);
    memset(cutter->role, ROLE_NONE, count);
    for (uint32_t t = 0; t < count; t++) {
        if (cutter->lobe[t] != UVP_NONE) {
            size[cutter->lobe[t]]++;
        }
    }
    for (uint32_t i = 0; i < cutter->pairs; i++) {
        const uint32_t a = cutter->lobe[cutter->pair[i].a];
        const uint32_t b = cutter->lobe[cutter->pair[i].b];
        if (a != b) {
            give_roles(role, size, a, b);
            *chosen = true;
        }
    }
    for (uint32_t t = 0; t < count; t++) {
        cutter->role[t] = cutter->lobe[t] != UVP_NONE ? role[cutter->lobe[t]] : ROLE_NONE;
    }
    if (!*chosen && cutter->pairs > 0) { /* one lobe that overlaps itself */
        cutter->role[cutter->pair[0].a] = ROLE_SOURCE;
        cutter->role[cutter->pair[0].b] = ROLE_SINK;
        *chosen = true;
    }
    return uvp_work_count(cutter->work, 8 * count);
}

/* ---- the flow ---- */

struct flow {
    const struct cutter *cutter;
    int32_t *left;   /* capacity left on each half-edge, out of its triangle */
    uint32_t *level; /* of each triangle, from the sources; UVP_NONE: not reached */
    uint8_t *next;   /* the edge of each triangle to try next */
    uint32_t *queue;
    uint64_t steps; /* still allowed */
};

/* In the layout, which is nearly as long as the mesh's. */
static double edge_length(const struct cutter *cutter, uint32_t half)
{
    const struct uvp_patch *const patch = cutter->patch;
    const struct uvp_point2 p = patch->at[patch->corner[half]];
    const struct uvp_point2 q = patch->at[patch->corner[uvp_edge_next(half)]];
    const double x = (double)p.x - q.x;
    const double y = (double)p.y - q.y;

    return sqrt(x * x + y * y);
}

static void set_capacities(struct flow *flow)
{
    const struct cutter *const cutter = flow->cutter;
    const struct uvp_topology *const topology = cutter->topology;
    const struct uvp_patch *const patch = cutter->patch;
    double longest = 1;

    for (uint32_t half = 0; half < 3 * patch->triangle_count; half++) {
        if (across(cutter, half) > half) {
            longest = fmax(longest, edge_length(cutter, half));
        }
    }
    for (uint32_t half = 0; half < 3 * patch->triangle_count; half++) {
        const uint32_t other = across(cutter, half);
        if (other == UVP_NONE) {
            flow->left[half] = 0;
        } else if (half < other) {
            const bool inner = uvp_unit_of(topology, patch->triangle[half / 3]) ==
                               uvp_unit_of(topology, patch->triangle[other / 3]);
            const double part = fmin(edge_length(cutter, half) / longest, 1);
            flow->left[half] = inner ? CAPACITY_INNER : 1 + (int32_t)(part * CAPACITY_LONGEST);
            flow->left[other] = flow->left[half];
        }
    }
}

/* Levels from the sources; whether a sink has one. */
static bool find_levels(struct flow *flow)
{
    const struct cutter *const cutter = flow->cutter;
    const uint32_t count = cutter->patch->triangle_count;
    uint32_t head = 0;
    uint32_t tail = 0;
    bool reached = false;

    for (uint32_t t = 0; t < count; t++) {
        flow->next[t] = 0;
        flow->level[t] = UVP_NONE;
        if (cutter->role[t] == ROLE_SOURCE) {
            flow->level[t] = 0;
            flow->queue[tail++] = t;
        }
    }
    while (head < tail) {
        const uint32_t t = flow->queue[head++];
        reached = reached || cutter->role[t] == ROLE_SINK;
        for (uint32_t half = 3 * t; half < 3 * t + 3; half++) {
            const uint32_t other = flow->left[half] > 0 ? across(cutter, half) : UVP_NONE;
            if (other != UVP_NONE && flow->level[other / 3] == UVP_NONE) {
                flow->level[other / 3] = flow->level[t] + 1;
                flow->queue[tail++] = other / 3;
            }
        }
    }
    return reached;
}

/* Sends along the path what its narrowest edge takes; returns the place of that edge. */
static uint32_t send(struct flow *flow, const uint32_t *path, uint32_t length)
{
    uint32_t narrowest = 0;
    int32_t amount;

    for (uint32_t i = 1; i < length; i++) {
        narrowest = flow->left[path[i]] < flow->left[path[narrowest]] ? i : narrowest;
    }
    amount = flow->left[path[narrowest]];
    for (uint32_t i = 0; i < length; i++) {
        flow->left[path[i]] -= amount;
        flow->left[across(flow->cutter, path[i])] += amount;
    }
    return narrowest;
}

/* Next half-edge from t to a triangle one level up, or UVP_NONE. */
static uint32_t step_up(struct flow *flow, uint32_t t)
{
    for (; flow->next[t] < 3; flow->next[t]++) {
        const uint32_t half = 3 * t + flow->next[t];
        const uint32_t other = flow->left[half] > 0 ? across(flow->cutter, half) : UVP_NONE;
        if (other != UVP_NONE && flow->level[other / 3] == flow->level[t] + 1) {
            return half;
        }
    }
    return UVP_NONE;
}

/* Sends from one source all that the levels let through. `path` shares the queue's array. */
static enum uvp_code drain(struct flow *flow, uint32_t source)
{
    uint32_t *const path = flow->queue;
    uint32_t length = 0;
    uint32_t t = source;

    while (flow->steps > 0) {
        const uint32_t half = flow->cutter->role[t] == ROLE_SINK ? UVP_NONE : step_up(flow, t);
        flow->steps--;
        if (flow->cutter->role[t] == ROLE_SINK) {
            flow->steps -= length < flow->steps ? length : flow->steps;
            length = send(flow, path, length);
            t = path[length] / 3;
        } else if (half != UVP_NONE) {
            path[length++] = half;
            t = across(flow->cutter, half) / 3;
        } else if (length == 0) {
            return UVP_OK;
        } else {
            t = path[--length] / 3;
            flow->next[t]++;
        }
        UVP_TRY(uvp_work_count(flow->cutter->work, 4));
    }
    return UVP_OK;
}

/* True when the flow is the largest; levels then tell the sources' side. */
static enum uvp_code run_flow(struct cutter *cutter, struct flow *flow, bool *done)
{
    const uint32_t count = cutter->patch->triangle_count;

    UVP_TAKE(cutter->work, flow->left, 3 * (size_t)count);
    UVP_TAKE(cutter->work, flow->level, count);
    UVP_TAKE(cutter->work, flow->next, count);
    UVP_TAKE(cutter->work, flow->queue, count);
    flow->steps = FLOW_STEPS_MIN + (uint64_t)FLOW_STEPS_PER_TRIANGLE * count;
    set_capacities(flow);
    *done = false;
    while (flow->steps > 0) {
        if (!find_levels(flow)) {
            *done = true;
            return UVP_OK;
        }
        for (uint32_t t = 0; t < count; t++) {
            if (cutter->role[t] == ROLE_SOURCE) {
                UVP_TRY(drain(flow, t));
            }
        }
        flow->steps -= 8 * (uint64_t)count < flow->steps ? 8 * (uint64_t)count : flow->steps;
        UVP_TRY(uvp_work_count(cutter->work, 8 * count));
    }
    return UVP_OK;
}

/* Whether all triangles of a unit are on one side, and both sides hold some. */
static bool is_fair(const struct cutter *cutter, const uint32_t *side)
{
    const struct uvp_patch *const patch = cutter->patch;
    const struct uvp_topology *const topology = cutter->topology;
    uint32_t ones = side[0];

    for (uint32_t t = 1; t < patch->triangle_count; t++) {
        ones += side[t];
        if (uvp_unit_of(topology, patch->triangle[t]) ==
                uvp_unit_of(topology, patch->triangle[t - 1]) &&
            side[t] != side[t - 1]) {
            return false;
        }
    }
    return ones > 0 && ones < patch->triangle_count;
}

static enum uvp_code find_cut(struct cutter *cutter, uint32_t *side, bool *found)
{
    struct flow flow = {.cutter = cutter};
    bool done = false;

    *found = false;
    UVP_TAKE(cutter->work, cutter->lobe, cutter->patch->triangle_count);
    UVP_TAKE(cutter->work, cutter->role, cutter->patch->triangle_count);
    UVP_TRY(find_pairs(cutter));
    if (cutter->pairs == 0 || cutter->pairs == cutter->pairs_max) {
        return UVP_OK; /* nothing to cut, or too tangled for one cut to help */
    }
    UVP_TRY(find_twins(cutter));
    join_lobes(cutter);
    UVP_TRY(choose_roles(cutter, &done));
    if (!done) {
        return UVP_OK;
    }
    UVP_TRY(run_flow(cutter, &flow, &done));
    for (uint32_t t = 0; done && t < cutter->patch->triangle_count; t++) {
        side[t] = flow.level[t] == UVP_NONE;
    }
    *found = done && is_fair(cutter, side);
    return UVP_OK;
}

enum uvp_code uvp_cut_lobes(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                            const struct uvp_pieces *pieces, const struct uvp_patch *patch,
                            uint32_t *side, bool *found)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct cutter cutter = {
        .work = work, .topology = topology, .pieces = pieces, .patch = patch};

    UVP_TRY(find_cut(&cutter, side, found));
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 8 * patch->triangle_count);
}
