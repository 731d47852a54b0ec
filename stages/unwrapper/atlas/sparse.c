/*
 * L D L^T row by row along the elimination tree (Liu 1990; Davis 2005 gives the compact
 * up-looking form), in the order of dissect.c. Neighbouring columns often go on with the same
 * rows; up to four of them are then taken at once, which needs no search: a parent has all
 * later rows of its child, so equal counts mean equal rows.
 *
 * L is kept in single precision: it only has to point downhill, and its error at the smooth
 * end, where a Laplacian is weakest, stays some 1e-5.
 */
#include "stages/unwrapper/atlas/sparse.h"

#include "stages/unwrapper/atlas/dissect.h"

/* ---- the tree ---- */

struct tree {
    uint32_t *parent;
    uint32_t *seen;  /* row that last came by */
    uint32_t *fill;  /* entries of each column so far */
    uint32_t *stack; /* pattern of a row */
    double *work;    /* one row, dense */
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

/* ---- factor ---- */

/* Row k of L: its pattern to the end of the stack in elimination order; returns where. */
static uint32_t gather_row(const struct uvp_sparse *sparse, struct tree *tree, uint32_t k)
{
    const uint32_t row = sparse->order[k];
    uint32_t top = sparse->count;

    tree->seen[k] = k;
    for (uint32_t p = sparse->start[row]; p < sparse->start[row + 1]; p++) {
        uint32_t i = sparse->place[sparse->column[p]];
        uint32_t length = 0;
        if (i >= k) {
            continue;
        }
        tree->work[i] += (double)sparse->value[p];
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

/* How many columns from i on, four at most, are next in the row's pattern and go on alike. */
static uint32_t count_alike(const struct tree *tree, const uint32_t *next, uint32_t room)
{
    uint32_t alike = 1;

    while (alike < 4 && alike < room && tree->parent[next[alike - 1]] == next[0] + alike &&
           next[alike] == next[0] + alike &&
           tree->fill[next[alike]] + alike == tree->fill[next[0]]) {
        alike++;
    }
    return alike;
}

/* Takes columns i ... i + alike - 1, solved for y, out of the rest of the row. */
static void take_out(const struct uvp_sparse *sparse, const struct tree *tree, uint32_t i,
                     uint32_t alike, const double y[4])
{
    const uint32_t last = i + alike - 1;
    const uint32_t count = tree->fill[last];
    const uint32_t *const row = sparse->low_row + sparse->row_start[last];
    const float *const a = sparse->low_value + sparse->low_start[i] + alike - 1;
    const float *const b = sparse->low_value + sparse->low_start[last];
    double *const work = tree->work;

    if (alike == 1) {
        for (uint32_t p = 0; p < count; p++) {
            work[row[p]] -= (double)b[p] * y[0];
        }
    } else if (alike == 2) {
        for (uint32_t p = 0; p < count; p++) {
            work[row[p]] -= (double)a[p] * y[0] + (double)b[p] * y[1];
        }
    } else if (alike == 3) {
        const float *const c = sparse->low_value + sparse->low_start[i + 1] + 1;
        for (uint32_t p = 0; p < count; p++) {
            work[row[p]] -= (double)a[p] * y[0] + (double)c[p] * y[1] + (double)b[p] * y[2];
        }
    } else {
        const float *const c = sparse->low_value + sparse->low_start[i + 1] + 2;
        const float *const d = sparse->low_value + sparse->low_start[i + 2] + 1;
        for (uint32_t p = 0; p < count; p++) {
            work[row[p]] -= ((double)a[p] * y[0] + (double)c[p] * y[1]) +
                            ((double)d[p] * y[2] + (double)b[p] * y[3]);
        }
    }
}

/* `*steps` grows by the entries looked at. */
static bool factor_row(const struct uvp_sparse *sparse, struct tree *tree, uint32_t k,
                       uint32_t *steps)
{
    double pivot = sparse->diagonal[sparse->order[k]];
    uint32_t top = gather_row(sparse, tree, k);

    while (top < sparse->count) {
        const uint32_t i = tree->stack[top];
        const uint32_t alike = count_alike(tree, tree->stack + top, sparse->count - top);
        double y[4];
        for (uint32_t j = 0; j < alike; j++) {
            const uint32_t column = i + j;
            y[j] = tree->work[column];
            tree->work[column] = 0;
            /* the first entries of each column are the columns after it */
            for (uint32_t l = 0; l + j + 1 < alike; l++) {
                tree->work[column + 1 + l] -=
                    (double)sparse->low_value[sparse->low_start[column] + l] * y[j];
            }
        }
        take_out(sparse, tree, i, alike, y);
        *steps += 4 + alike * (1 + tree->fill[i]);
        for (uint32_t j = 0; j < alike; j++) {
            const uint32_t column = i + j;
            const uint32_t end = tree->fill[column]++;
            const double low = y[j] * sparse->inverse[column];
            pivot -= low * y[j];
            sparse->low_row[sparse->row_start[column] + end] = k;
            sparse->low_value[sparse->low_start[column] + end] = (float)low;
        }
        top += alike;
    }
    tree->work[k] = 0;
    sparse->inverse[k] = 1 / pivot;
    return pivot > 0 && isfinite(sparse->inverse[k]);
}

/*
 * Places for the columns of L. One that goes on like its parent, which is next, shares the
 * parent's list of rows: its own is that with the parent in front.
 */
static enum uvp_code place_columns(struct uvp_atlas_work *work, struct uvp_sparse *sparse,
                                   const struct tree *tree)
{
    uint32_t rows = 0;
    uint32_t sum = 0;

    for (uint32_t k = 0; k < sparse->count; k++) {
        const bool shared =
            k > 0 && tree->parent[k - 1] == k && tree->fill[k - 1] == tree->fill[k] + 1;
        sparse->low_start[k] = sum;
        sum += tree->fill[k];
        sparse->row_start[k] = shared ? sparse->row_start[k - 1] + 1 : rows;
        rows += shared ? 0 : tree->fill[k];
    }
    sparse->low_start[sparse->count] = sum;
    return uvp_work_count(work, 4 * sparse->count);
}

static uint32_t count_rows(const struct uvp_sparse *sparse)
{
    const uint32_t last = sparse->count - 1;
    uint32_t most = 0;

    for (uint32_t k = 0; k <= last; k++) {
        const uint32_t end =
            sparse->row_start[k] + sparse->low_start[k + 1] - sparse->low_start[k];
        most = end > most ? end : most;
    }
    return most;
}

/* The pattern of L, without its values; what that takes is given back. */
static enum uvp_code plan_factor(struct uvp_atlas_work *work, struct uvp_sparse *sparse,
                                 uint64_t entries_max, uint64_t steps_max, bool *fits)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct tree tree = {.parent = sparse->parent};

    UVP_TAKE(work, tree.seen, sparse->count);
    UVP_TAKE(work, tree.fill, sparse->count);
    UVP_TRY(count_columns(work, sparse, &tree, entries_max, steps_max, fits));
    if (*fits) {
        UVP_TRY(place_columns(work, sparse, &tree));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

static enum uvp_code factor_rows(struct uvp_atlas_work *work, struct uvp_sparse *sparse,
                                 bool *done)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct tree tree = {.parent = sparse->parent};
    bool positive = true;

    UVP_TAKE(work, tree.seen, sparse->count);
    UVP_TAKE(work, tree.fill, sparse->count);
    UVP_TAKE(work, tree.stack, sparse->count);
    UVP_TAKE(work, tree.work, sparse->count);
    for (uint32_t k = 0; k < sparse->count; k++) {
        tree.fill[k] = 0;
        tree.seen[k] = UVP_NONE;
        tree.work[k] = 0;
    }
    for (uint32_t k = 0; k < sparse->count && positive; k++) {
        uint32_t steps = 10;
        positive = factor_row(sparse, &tree, k, &steps);
        UVP_TRY(uvp_work_count(work, steps));
    }
    uvp_arena_rewind(work->scratch, mark);
    *done = positive;
    return UVP_OK;
}

enum uvp_code uvp_sparse_factor(struct uvp_atlas_work *work, struct uvp_sparse *sparse,
                                const struct uvp_vec2 *at, uint64_t entries_max,
                                uint64_t steps_max, bool *done)
{
    const struct uvp_graph graph = {sparse->count, sparse->start, sparse->column, at};
    bool fits = false;

    *done = false;
    UVP_TAKE(work, sparse->order, sparse->count);
    UVP_TAKE(work, sparse->place, sparse->count);
    UVP_TAKE(work, sparse->low_start, (size_t)sparse->count + 1);
    UVP_TAKE(work, sparse->row_start, sparse->count);
    UVP_TAKE(work, sparse->parent, sparse->count);
    UVP_TAKE(work, sparse->inverse, sparse->count);
    UVP_TRY(uvp_dissect_order(work, &graph, sparse->order));
    for (uint32_t i = 0; i < sparse->count; i++) {
        sparse->place[sparse->order[i]] = i;
    }
    UVP_TRY(plan_factor(work, sparse, entries_max, steps_max, &fits));
    if (!fits) {
        return UVP_OK;
    }
    UVP_TAKE(work, sparse->low_row, count_rows(sparse));
    UVP_TAKE(work, sparse->low_value, sparse->low_start[sparse->count]);
    return factor_rows(work, sparse, done);
}

/* ---- solve ---- */

/* Whether column k + 1 has the rows of column k but its own. */
static bool is_pair(const struct uvp_sparse *sparse, uint32_t k)
{
    const uint32_t *const start = sparse->low_start;

    return k + 1 < sparse->count &&
           start[k + 1] - start[k] == start[k + 2] - start[k + 1] + 1 &&
           sparse->low_row[sparse->row_start[k]] == k + 1;
}

static enum uvp_code solve_down(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                                struct uvp_vec2 *b)
{
    uint32_t k = 0;

    while (k < sparse->count) {
        const uint32_t first = sparse->low_start[k];
        const uint32_t *row = sparse->low_row + sparse->row_start[k];
        const float *one = sparse->low_value + first;
        uint32_t count = sparse->low_start[k + 1] - first;
        const struct uvp_vec2 x = b[k];
        if (is_pair(sparse, k)) {
            const float *const two = one + count;
            const double near = (double)one[0];
            const struct uvp_vec2 y = {b[k + 1].x - near * x.x, b[k + 1].y - near * x.y};
            b[k + 1] = y;
            row++;
            one++;
            count--;
            for (uint32_t p = 0; p < count; p++) {
                struct uvp_vec2 *const to = &b[row[p]];
                to->x -= (double)one[p] * x.x + (double)two[p] * y.x;
                to->y -= (double)one[p] * x.y + (double)two[p] * y.y;
            }
            k += 2;
        } else {
            for (uint32_t p = 0; p < count; p++) {
                struct uvp_vec2 *const to = &b[row[p]];
                to->x -= (double)one[p] * x.x;
                to->y -= (double)one[p] * x.y;
            }
            k++;
        }
        UVP_TRY(uvp_work_count(work, 4 + 2 * count));
    }
    return UVP_OK;
}

static enum uvp_code solve_up(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                              struct uvp_vec2 *b)
{
    for (uint32_t k = sparse->count; k-- > 0;) {
        const uint32_t first = sparse->low_start[k];
        const uint32_t count = sparse->low_start[k + 1] - first;
        const uint32_t *const row = sparse->low_row + sparse->row_start[k];
        const float *const value = sparse->low_value + first;
        struct uvp_vec2 x = {b[k].x * sparse->inverse[k], b[k].y * sparse->inverse[k]};
        for (uint32_t p = 0; p < count; p++) {
            x.x -= (double)value[p] * b[row[p]].x;
            x.y -= (double)value[p] * b[row[p]].y;
        }
        b[k] = x;
        UVP_TRY(uvp_work_count(work, 4 + 2 * count));
    }
    return UVP_OK;
}

enum uvp_code uvp_sparse_solve(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                               struct uvp_vec2 *b, struct uvp_vec2 *spare)
{
    for (uint32_t k = 0; k < sparse->count; k++) {
        spare[k] = b[sparse->order[k]];
    }
    UVP_TRY(solve_down(work, sparse, spare));
    UVP_TRY(solve_up(work, sparse, spare));
    for (uint32_t k = 0; k < sparse->count; k++) {
        b[sparse->order[k]] = spare[k];
    }
    return UVP_OK;
}
