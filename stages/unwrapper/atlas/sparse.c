/*
 * L D L^T row by row along the elimination tree (Liu 1990; Davis 2005 gives the compact
 * up-looking form), in the order of dissect.c.
 */
#include "stages/unwrapper/atlas/sparse.h"

#include "stages/unwrapper/atlas/dissect.h"

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
        sparse->work[i] += (double)sparse->value[p];
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
    UVP_TRY(uvp_dissect_order(
        work, &(struct uvp_graph){sparse->count, sparse->start, sparse->column, at},
        sparse->order));
    for (uint32_t i = 0; i < sparse->count; i++) {
        sparse->place[sparse->order[i]] = i;
    }
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
