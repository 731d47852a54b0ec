/*
 * Nested dissection by coordinates (George 1973), then L D L^T row by row along the elimination
 * tree (Liu 1990; Davis 2005 gives the compact up-looking form). A layout in the plane gives
 * good separators for nothing: cut at the mean of the longer axis, and take the vertices of one
 * side that see the other.
 */
#include "stages/unwrapper/atlas/sparse.h"

#define LEAF_COUNT 12
#define DEPTH_MAX 48

/* ---- ordering ---- */

struct range {
    uint32_t first; /* in `order`, and the places to fill */
    uint32_t count;
    uint32_t depth;
};

struct dissector {
    struct uvp_sparse *sparse;
    const struct uvp_vec2 *at;
    uint8_t *side; /* of each vertex in the range: 0 low, 1 high, 2 separator, 3 elsewhere */
    uint32_t *spare;
};

static double middle(const struct dissector *dissector, const struct range *range, bool *by_y)
{
    const uint32_t *const list = dissector->sparse->order + range->first;
    struct uvp_vec2 low = dissector->at[list[0]];
    struct uvp_vec2 high = low;
    struct uvp_vec2 sum = {0, 0};

    for (uint32_t i = 0; i < range->count; i++) {
        const struct uvp_vec2 p = dissector->at[list[i]];
        low = (struct uvp_vec2){fmin(low.x, p.x), fmin(low.y, p.y)};
        high = (struct uvp_vec2){fmax(high.x, p.x), fmax(high.y, p.y)};
        sum = (struct uvp_vec2){sum.x + p.x, sum.y + p.y};
    }
    *by_y = high.y - low.y > high.x - low.x;
    return (*by_y ? sum.y : sum.x) / range->count;
}

static bool sees_high(const struct dissector *dissector, uint32_t v)
{
    const struct uvp_sparse *const sparse = dissector->sparse;

    for (uint32_t i = sparse->start[v]; i < sparse->start[v + 1]; i++) {
        if (dissector->side[sparse->column[i]] == 1) {
            return true;
        }
    }
    return false;
}

/* Reorders the range into low, high, separator; gives the sizes of the first two. */
static enum uvp_code dissect(struct uvp_atlas_work *work, const struct dissector *dissector,
                             const struct range *range, uint32_t size[2])
{
    uint32_t *const list = dissector->sparse->order + range->first;
    uint32_t to[3] = {0, 0, 0};
    uint32_t count[3] = {0, 0, 0};
    bool by_y = false;
    const double cut = middle(dissector, range, &by_y);

    UVP_TRY(uvp_work_count(work, 4 * range->count));
    for (uint32_t i = 0; i < range->count; i++) {
        const struct uvp_vec2 p = dissector->at[list[i]];
        dissector->side[list[i]] = (by_y ? p.y : p.x) > cut;
    }
    for (uint32_t i = 0; i < range->count; i++) {
        if (dissector->side[list[i]] == 0 && sees_high(dissector, list[i])) {
            dissector->side[list[i]] = 2;
        }
        count[dissector->side[list[i]]]++;
        dissector->spare[i] = list[i];
        UVP_TRY(uvp_work_count(work, 12));
    }
    to[1] = count[0];
    to[2] = count[0] + count[1];
    for (uint32_t i = 0; i < range->count; i++) {
        const uint32_t v = dissector->spare[i];
        list[to[dissector->side[v]]++] = v;
        dissector->side[v] = 3;
    }
    size[0] = count[0];
    size[1] = count[1];
    return uvp_work_count(work, 4 * range->count);
}

static enum uvp_code order_rows(struct uvp_atlas_work *work, struct uvp_sparse *sparse,
                                const struct uvp_vec2 *at)
{
    struct dissector dissector = {sparse, at, NULL, NULL};
    struct range stack[2 * DEPTH_MAX + 2];
    uint32_t depth = 0;

    UVP_TAKE(work, dissector.side, sparse->count);
    UVP_TAKE(work, dissector.spare, sparse->count);
    for (uint32_t v = 0; v < sparse->count; v++) {
        sparse->order[v] = v;
        dissector.side[v] = 3;
    }
    stack[depth++] = (struct range){0, sparse->count, 0};
    while (depth > 0) {
        const struct range range = stack[--depth];
        uint32_t size[2];
        if (range.count <= LEAF_COUNT || range.depth >= DEPTH_MAX) {
            continue;
        }
        UVP_TRY(dissect(work, &dissector, &range, size));
        stack[depth++] = (struct range){range.first, size[0], range.depth + 1};
        stack[depth++] = (struct range){range.first + size[0], size[1], range.depth + 1};
    }
    for (uint32_t i = 0; i < sparse->count; i++) {
        sparse->place[sparse->order[i]] = i;
    }
    return UVP_OK;
}

/* ---- factor ---- */

struct tree {
    uint32_t *parent;
    uint32_t *seen;  /* row that last came by */
    uint32_t *fill;  /* entries of each column so far */
    uint32_t *stack; /* pattern of a row */
};

/* Column counts of L; `*fits`: it has not too many entries and takes not too many steps. */
static enum uvp_code count_columns(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                                   struct tree *tree, uint64_t entries_max, uint64_t steps_max,
                                   bool *fits)
{
    uint64_t entries = 0;
    uint64_t steps = 0;

    *fits = false;
    for (uint32_t k = 0; k < sparse->count; k++) {
        const uint32_t row = sparse->order[k];
        const uint64_t before = entries;
        tree->parent[k] = UVP_NONE;
        tree->seen[k] = k;
        tree->fill[k] = 0;
        for (uint32_t p = sparse->start[row]; p < sparse->start[row + 1]; p++) {
            uint32_t i = sparse->place[sparse->column[p]];
            for (; i < k && tree->seen[i] != k; i = tree->parent[i]) {
                tree->parent[i] = tree->parent[i] == UVP_NONE ? k : tree->parent[i];
                steps += ++tree->fill[i];
                entries++;
                tree->seen[i] = k;
            }
        }
        if (entries > entries_max || steps > steps_max) {
            return UVP_OK;
        }
        UVP_TRY(uvp_work_count(work, 10 + 2 * (uint32_t)(entries - before)));
    }
    *fits = true;
    return UVP_OK;
}

/* Row k of L: its pattern to the end of the stack in elimination order; returns where. */
static uint32_t gather_row(const struct uvp_sparse *sparse, struct tree *tree, uint32_t k)
{
    const uint32_t row = sparse->order[k];
    uint32_t top = sparse->count;

    tree->seen[k] = k;
    for (uint32_t p = sparse->start[row]; p < sparse->start[row + 1]; p++) {
        uint32_t i = sparse->place[sparse->column[p]];
        uint32_t length = 0;
        if (i > k) {
            continue;
        }
        sparse->work[i] += sparse->value[p];
        for (; tree->seen[i] != k; i = tree->parent[i]) {
            tree->stack[length++] = i;
            tree->seen[i] = k;
        }
        while (length > 0) {
            tree->stack[--top] = tree->stack[--length];
        }
    }
    return top;
}

/* `*steps` grows by the entries looked at. */
static bool factor_row(const struct uvp_sparse *sparse, struct tree *tree, uint32_t k,
                       uint32_t *steps)
{
    double pivot = sparse->diagonal[sparse->order[k]];

    for (uint32_t top = gather_row(sparse, tree, k); top < sparse->count; top++) {
        const uint32_t i = tree->stack[top];
        const uint32_t end = sparse->low_start[i] + tree->fill[i];
        const double y = sparse->work[i];
        const double low = y / sparse->pivot[i];
        sparse->work[i] = 0;
        for (uint32_t p = sparse->low_start[i]; p < end; p++) {
            sparse->work[sparse->low_row[p]] -= sparse->low_value[p] * y;
        }
        pivot -= low * y;
        *steps += 4 + end - sparse->low_start[i];
        sparse->low_row[end] = k;
        sparse->low_value[end] = low;
        tree->fill[i]++;
    }
    sparse->work[k] = 0;
    sparse->pivot[k] = pivot;
    return pivot > 0 && isfinite(pivot);
}

static enum uvp_code factor_rows(struct uvp_atlas_work *work, struct uvp_sparse *sparse,
                                 struct tree *tree, bool *done)
{
    uint32_t sum = 0;

    for (uint32_t k = 0; k < sparse->count; k++) {
        sparse->low_start[k] = sum;
        sum += tree->fill[k];
        tree->fill[k] = 0;
        tree->seen[k] = UVP_NONE;
        sparse->work[k] = 0;
    }
    sparse->low_start[sparse->count] = sum;
    UVP_TAKE(work, sparse->low_row, sum);
    UVP_TAKE(work, sparse->low_value, sum);
    for (uint32_t k = 0; k < sparse->count; k++) {
        uint32_t steps = 10;
        if (!factor_row(sparse, tree, k, &steps)) {
            return UVP_OK;
        }
        UVP_TRY(uvp_work_count(work, steps));
    }
    *done = true;
    return UVP_OK;
}

enum uvp_code uvp_sparse_factor(struct uvp_atlas_work *work, struct uvp_sparse *sparse,
                                const struct uvp_vec2 *at, uint64_t entries_max,
                                uint64_t steps_max, bool *done)
{
    struct tree tree;
    bool fits = false;

    *done = false;
    UVP_TAKE(work, sparse->order, sparse->count);
    UVP_TAKE(work, sparse->place, sparse->count);
    UVP_TAKE(work, sparse->low_start, (size_t)sparse->count + 1);
    UVP_TAKE(work, sparse->pivot, sparse->count);
    UVP_TAKE(work, sparse->work, sparse->count);
    UVP_TAKE(work, tree.parent, sparse->count);
    UVP_TAKE(work, tree.seen, sparse->count);
    UVP_TAKE(work, tree.fill, sparse->count);
    UVP_TAKE(work, tree.stack, sparse->count);
    UVP_TRY(order_rows(work, sparse, at));
    UVP_TRY(count_columns(work, sparse, &tree, entries_max, steps_max, &fits));
    if (!fits) {
        return UVP_OK;
    }
    return factor_rows(work, sparse, &tree, done);
}

enum uvp_code uvp_sparse_solve(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                               struct uvp_vec2 *b)
{
    for (uint32_t k = 0; k < sparse->count; k++) {
        const struct uvp_vec2 x = b[sparse->order[k]];
        for (uint32_t p = sparse->low_start[k]; p < sparse->low_start[k + 1]; p++) {
            struct uvp_vec2 *const to = &b[sparse->order[sparse->low_row[p]]];
            to->x -= sparse->low_value[p] * x.x;
            to->y -= sparse->low_value[p] * x.y;
        }
        UVP_TRY(
            uvp_work_count(work, 4 + 2 * (sparse->low_start[k + 1] - sparse->low_start[k])));
    }
    for (uint32_t k = sparse->count; k-- > 0;) {
        struct uvp_vec2 *const at = &b[sparse->order[k]];
        struct uvp_vec2 x = {at->x / sparse->pivot[k], at->y / sparse->pivot[k]};
        for (uint32_t p = sparse->low_start[k]; p < sparse->low_start[k + 1]; p++) {
            const struct uvp_vec2 y = b[sparse->order[sparse->low_row[p]]];
            x.x -= sparse->low_value[p] * y.x;
            x.y -= sparse->low_value[p] * y.y;
        }
        *at = x;
        UVP_TRY(
            uvp_work_count(work, 4 + 2 * (sparse->low_start[k + 1] - sparse->low_start[k])));
    }
    return UVP_OK;
}
