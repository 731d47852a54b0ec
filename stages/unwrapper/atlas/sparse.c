/*
 * L D L^T row by row along the elimination tree (Liu 1990), in the order of dissect.c. Columns
 * that go on with the same rows, four at most, are a block: a row that has one of them has all,
 * so rows are found and reckoned block by block. How many entries each column will have is told
 * by the leaves of the rows' subtrees, without any row being walked (Gilbert, Ng, Peyton 1994);
 * the tree is put in postorder, which lets blocks grow.
 *
 * L is kept in single precision: it only has to point downhill, and its error at the smooth
 * end, where a Laplacian is weakest, stays some 1e-5.
 */
#include "stages/unwrapper/atlas/sparse.h"

#include "pipeline/base/joined.h"
#include "stages/unwrapper/atlas/dissect.h"

#define WIDTH_MAX 4U
#define SPARES 4
#define ZEROS_PART 0.25 /* of a block's entries */

/* ---- the tree ---- */

struct tree {
    uint32_t *place;  /* of each row of the matrix: when it is eliminated */
    uint32_t *parent; /* of each column: the row of its first entry, or UVP_NONE */
    uint32_t *count;  /* entries of each column */
    uint32_t *split;  /* where each row's later neighbours begin */
    uint32_t *spare[SPARES];
};

/* Puts what is eliminated before a row first in it. Which that is is anybody's guess: no jumps.
 */
static enum uvp_code split_rows(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                                const struct tree *tree)
{
    for (uint32_t row = 0; row < sparse->count; row++) {
        const uint32_t end = sparse->start[row + 1];
        const uint32_t own = tree->place[row];
        uint32_t split = sparse->start[row];
        for (uint32_t p = split; p < end; p++) {
            const uint32_t column = sparse->column[p];
            const float value = sparse->value[p];
            sparse->column[p] = sparse->column[split];
            sparse->value[p] = sparse->value[split];
            sparse->column[split] = column;
            sparse->value[split] = value;
            split += tree->place[column] < own;
        }
        tree->split[row] = split;
        UVP_TRY(uvp_work_count(work, 20));
    }
    return UVP_OK;
}

static enum uvp_code find_parents(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                                  const struct tree *tree)
{
    uint32_t *const ancestor = tree->spare[0];

    for (uint32_t k = 0; k < sparse->count; k++) {
        const uint32_t row = sparse->order[k];
        uint32_t steps = 10;
        tree->parent[k] = UVP_NONE;
        ancestor[k] = UVP_NONE;
        for (uint32_t p = sparse->start[row]; p < tree->split[row]; p++) {
            uint32_t i = tree->place[sparse->column[p]];
            while (i < k) {
                const uint32_t next = ancestor[i];
                ancestor[i] = k;
                if (next == UVP_NONE) {
                    tree->parent[i] = k;
                }
                i = next;
                steps++;
            }
        }
        UVP_TRY(uvp_work_count(work, steps));
    }
    return UVP_OK;
}

/* Numbers of all columns such that each comes right after the last of its children. */
static void number_columns(const struct uvp_sparse *sparse, const struct tree *tree,
                           uint32_t *number)
{
    uint32_t *const child = tree->spare[1];
    uint32_t *const sister = tree->spare[2];
    uint32_t next = 0;

    for (uint32_t k = 0; k < sparse->count; k++) {
        child[k] = UVP_NONE;
    }
    for (uint32_t k = sparse->count; k-- > 0;) {
        if (tree->parent[k] != UVP_NONE) {
            sister[k] = child[tree->parent[k]];
            child[tree->parent[k]] = k;
        }
    }
    for (uint32_t root = 0; root < sparse->count; root++) {
        uint32_t at = root;
        if (tree->parent[root] != UVP_NONE) {
            continue;
        }
        for (;;) {
            while (child[at] != UVP_NONE) {
                const uint32_t down = child[at];
                child[at] = sister[down];
                at = down;
            }
            number[at] = next++;
            if (at == root) {
                break;
            }
            at = tree->parent[at];
        }
    }
}

static void renumber(const struct uvp_sparse *sparse, const struct tree *tree)
{
    uint32_t *const number = tree->spare[0];
    uint32_t *const order = tree->spare[1];
    uint32_t *const parent = tree->spare[2];

    number_columns(sparse, tree, number);
    for (uint32_t k = 0; k < sparse->count; k++) {
        order[number[k]] = sparse->order[k];
        parent[number[k]] = tree->parent[k] == UVP_NONE ? UVP_NONE : number[tree->parent[k]];
    }
    for (uint32_t k = 0; k < sparse->count; k++) {
        sparse->order[k] = order[k];
        tree->place[order[k]] = k;
        tree->parent[k] = parent[k];
    }
}

/* The last of i's ancestors that were joined to it. */
/*
 * Row i of L has the columns on the ways from its entries in the matrix up to i: a subtree. A
 * column gets an entry where such a subtree has a leaf, and passes it on to its parent; where
 * two ways meet, one is taken away.
 */
static enum uvp_code count_entries(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                                   const struct tree *tree)
{
    uint32_t *const first = tree->spare[0];  /* descendant of each column */
    uint32_t *const after = tree->spare[1];  /* of each row: 1 + `first` of its last leaf */
    uint32_t *const leaf = tree->spare[2];   /* of each row: its last one */
    uint32_t *const joined = tree->spare[3]; /* to the column itself, or an ancestor */
    uint32_t *const count = tree->count;     /* sums of differences: modulo 2^32 */

    for (uint32_t k = 0; k < sparse->count; k++) {
        first[k] = k;
        after[k] = 0;
        joined[k] = k;
        count[k] = 0;
    }
    for (uint32_t k = 0; k < sparse->count; k++) {
        const uint32_t row = sparse->order[k];
        const uint32_t parent = tree->parent[k];
        for (uint32_t p = tree->split[row]; p < sparse->start[row + 1]; p++) {
            const uint32_t i = tree->place[sparse->column[p]];
            if (i != k && first[k] >= after[i]) {
                count[k]++;
                if (after[i] != 0) {
                    count[uvp_joined_root(joined, leaf[i])]--;
                }
                after[i] = first[k] + 1;
                leaf[i] = k;
            }
        }
        count[k] -= first[k] != k; /* the children's entries in the column's own row */
        if (parent != UVP_NONE) {
            first[parent] = first[k] < first[parent] ? first[k] : first[parent];
            joined[k] = parent;
            count[parent] += count[k];
        }
        UVP_TRY(uvp_work_count(work, 20));
    }
    return UVP_OK;
}

/* Whether L has not too many entries and takes not too many steps. */
static bool is_small(const struct uvp_sparse *sparse, const struct tree *tree,
                     uint64_t entries_max, uint64_t steps_max)
{
    uint64_t entries = 0;
    uint64_t steps = 0;

    for (uint32_t k = 0; k < sparse->count; k++) {
        const uint64_t count = tree->count[k];
        entries += count;
        steps += count * (count + 1) / 2;
    }
    return entries <= entries_max && steps <= steps_max;
}

/* ---- blocks ---- */

struct size {
    uint32_t rows;
    uint32_t entries;
};

/*
 * Where the block that starts at a column ends. A parent has all rows of its child but its own,
 * and perhaps more: these are zeros of the child, and few are welcome.
 */
static uint32_t end_of(const struct uvp_sparse *sparse, const struct tree *tree, uint32_t first)
{
    uint32_t end = first + 1;
    uint32_t entries = tree->count[first];

    while (end < sparse->count && end - first < WIDTH_MAX && tree->parent[end - 1] == end) {
        const uint32_t width = end - first + 1;
        const uint32_t all = width * (width - 1) / 2 + width * tree->count[end];
        entries += tree->count[end];
        if (all - entries > ZEROS_PART * all) {
            break;
        }
        end++;
    }
    return end;
}

static uint32_t width_of(const struct uvp_sparse *sparse, uint32_t b)
{
    return sparse->block[b + 1].first - sparse->block[b].first;
}

static uint32_t count_blocks(const struct uvp_sparse *sparse, const struct tree *tree)
{
    uint32_t blocks = 0;

    for (uint32_t k = 0; k < sparse->count; k = end_of(sparse, tree, k)) {
        blocks++;
    }
    return blocks;
}

/*
 * Places for blocks. One that was ended by its width goes on in the next, whose rows end its
 * own: they are listed once.
 */
static void place_blocks(const struct uvp_sparse *sparse, const struct tree *tree,
                         struct size *size)
{
    struct uvp_sparse_block *const block = sparse->block;

    *size = (struct size){0, 0};
    for (uint32_t k = 0, b = 0; b < sparse->blocks; b++) {
        const uint32_t first = k;
        const uint32_t end = end_of(sparse, tree, first);
        const uint32_t width = end - first;
        const bool shared = first > 0 && tree->parent[first - 1] == first &&
                            tree->count[first - 1] == width + tree->count[end - 1];
        k = end;
        block[b].first = first;
        block[b].row_start = shared ? block[b - 1].row_start + width : size->rows;
        block[b].low_start = size->entries;
        block[b].rows = 0;
        block[b].next = tree->parent[k - 1]; /* a column yet */
        size->rows += shared ? 0 : tree->count[k - 1];
        size->entries += width * (width - 1) / 2 + width * tree->count[k - 1];
    }
    block[sparse->blocks].first = sparse->count;
}

/* The block of each column. */
static void name_blocks(const struct uvp_sparse *sparse, uint32_t *block_of)
{
    struct uvp_sparse_block *const block = sparse->block;

    for (uint32_t b = 0; b < sparse->blocks; b++) {
        for (uint32_t k = block[b].first; k < block[b + 1].first; k++) {
            block_of[k] = b;
        }
    }
    for (uint32_t b = 0; b < sparse->blocks; b++) {
        block[b].next = block[b].next == UVP_NONE ? UVP_NONE : block_of[block[b].next];
    }
}

/* ---- factor ---- */

struct factor {
    const struct uvp_sparse *sparse;
    const uint32_t *place;
    const uint32_t *split;
    const uint32_t *block_of; /* of each column */
    uint32_t *seen;           /* by each block: the last row */
    uint32_t *stack;          /* blocks of a row */
    double *work;             /* one row, dense */
};

/* Row k: its blocks to the end of the stack in order of elimination; returns where. */
static uint32_t gather_row(const struct factor *factor, uint32_t k)
{
    const struct uvp_sparse *const sparse = factor->sparse;
    const uint32_t row = sparse->order[k];
    uint32_t top = sparse->blocks;

    factor->seen[factor->block_of[k]] = k;
    for (uint32_t p = sparse->start[row]; p < factor->split[row]; p++) {
        const uint32_t i = factor->place[sparse->column[p]];
        uint32_t length = 0;
        factor->work[i] += (double)sparse->value[p];
        for (uint32_t b = factor->block_of[i]; factor->seen[b] != k;
             b = sparse->block[b].next) {
            factor->stack[length++] = b;
            factor->seen[b] = k;
        }
        while (length > 0) {
            factor->stack[--top] = factor->stack[--length];
        }
    }
    return top;
}

static inline double dot(const float *low, const double *y, uint32_t width)
{
    double sum = (double)low[0] * y[0];

    if (width > 1) {
        sum += (double)low[1] * y[1];
    }
    if (width == 3) {
        sum += (double)low[2] * y[2];
    } else if (width == 4) {
        sum += (double)low[2] * y[2] + (double)low[3] * y[3];
    }
    return sum;
}

/* Takes a block's columns, solved for y, out of the rest of the row. */
static inline void take_rows(const uint32_t *row, uint32_t count, const float *low,
                             const double *y, uint32_t width, double *work)
{
    for (uint32_t p = 0; p < count; p++) {
        work[row[p]] -= dot(low + (size_t)width * p, y, width);
    }
}

/* Solves the first `width` columns of a block, whose own rows lie in `low`, for y. */
static inline void solve_own(const float *low, uint32_t width, double *y)
{
    for (uint32_t r = 1; r < width; r++) {
        y[r] -= dot(low, y, r);
        low += r;
    }
}

/* One more row of a block, of y over the pivots; returns what that takes off the row's own. */
static inline double put_row(const float *inverse, const double *y, uint32_t width, float *low)
{
    double sum = 0;

    for (uint32_t j = 0; j < width; j++) {
        const double value = y[j] * (double)inverse[j];
        low[j] = (float)value;
        sum += value * y[j];
    }
    return sum;
}

static inline double take_block(const struct factor *factor, struct uvp_sparse_block *block,
                                uint32_t width, uint32_t k)
{
    const struct uvp_sparse *const sparse = factor->sparse;
    uint32_t *const row = sparse->low_row + block->row_start;
    float *const own = sparse->low_value + block->low_start;
    float *const low = own + width * (width - 1) / 2;
    double *const from = factor->work + block->first;
    const uint32_t count = block->rows++;
    double y[WIDTH_MAX];

    for (uint32_t j = 0; j < width; j++) {
        y[j] = from[j];
        from[j] = 0;
    }
    solve_own(own, width, y);
    take_rows(row, count, low, y, width, factor->work);
    row[count] = k;
    return put_row(sparse->inverse + block->first, y, width, low + (size_t)width * count);
}

/* What block b takes off the pivot of row k. */
static double take_out(const struct factor *factor, uint32_t b, uint32_t k)
{
    struct uvp_sparse_block *const block = &factor->sparse->block[b];

    switch (width_of(factor->sparse, b)) {
    case 1:
        return take_block(factor, block, 1, k);
    case 2:
        return take_block(factor, block, 2, k);
    case 3:
        return take_block(factor, block, 3, k);
    default:
        return take_block(factor, block, 4, k);
    }
}

/* The columns of k's own block that come before it. */
static double take_own(const struct factor *factor, uint32_t k)
{
    const struct uvp_sparse *const sparse = factor->sparse;
    const struct uvp_sparse_block *const block = &sparse->block[factor->block_of[k]];
    const uint32_t width = k - block->first;
    float *const own = sparse->low_value + block->low_start;
    double *const y = factor->work + block->first;
    double taken;

    if (width == 0) {
        return 0;
    }
    solve_own(own, width, y);
    taken = put_row(sparse->inverse + block->first, y, width, own + width * (width - 1) / 2);
    for (uint32_t j = 0; j < width; j++) {
        y[j] = 0;
    }
    return taken;
}

/* `*steps` grows by about the entries looked at. */
static bool factor_row(const struct factor *factor, uint32_t k, uint32_t *steps)
{
    const struct uvp_sparse *const sparse = factor->sparse;
    double pivot = sparse->diagonal[sparse->order[k]];

    for (uint32_t top = gather_row(factor, k); top < sparse->blocks; top++) {
        pivot -= take_out(factor, factor->stack[top], k);
        *steps += 4 + 3 * sparse->block[factor->stack[top]].rows;
    }
    pivot -= take_own(factor, k);
    sparse->inverse[k] = (float)(1 / pivot);
    return pivot > 0 && isfinite(sparse->inverse[k]);
}

static enum uvp_code factor_rows(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                                 const struct tree *tree, bool *done)
{
    /* the tree is of no more use */
    struct factor factor = {
        .sparse = sparse, .place = tree->count, .split = tree->split, .block_of = tree->parent};

    name_blocks(sparse, tree->parent);
    UVP_TAKE(work, factor.seen, sparse->blocks);
    UVP_TAKE(work, factor.stack, sparse->blocks);
    UVP_TAKE(work, factor.work, sparse->count);
    for (uint32_t b = 0; b < sparse->blocks; b++) {
        factor.seen[b] = UVP_NONE;
    }
    for (uint32_t k = 0; k < sparse->count; k++) {
        tree->count[sparse->order[k]] = k;
        factor.work[k] = 0;
    }
    *done = true;
    for (uint32_t k = 0; k < sparse->count && *done; k++) {
        uint32_t steps = 10;
        *done = factor_row(&factor, k, &steps);
        UVP_TRY(uvp_work_count(work, steps));
    }
    return UVP_OK;
}

/* ---- all of it ---- */

/* The tree, by numbers that are in postorder, and the entries of its columns. */
static enum uvp_code plan_columns(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                                  struct tree *tree)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);

    UVP_TAKE(work, tree->place, sparse->count);
    for (int i = 0; i < SPARES; i++) {
        UVP_TAKE(work, tree->spare[i], sparse->count);
    }
    for (uint32_t i = 0; i < sparse->count; i++) {
        tree->place[sparse->order[i]] = i;
    }
    UVP_TRY(split_rows(work, sparse, tree));
    UVP_TRY(find_parents(work, sparse, tree));
    renumber(sparse, tree);
    UVP_TRY(uvp_work_count(work, 20 * sparse->count));
    UVP_TRY(count_entries(work, sparse, tree));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

static enum uvp_code plan_blocks(struct uvp_atlas_work *work, struct uvp_sparse *sparse,
                                 const struct tree *tree)
{
    struct size size;

    sparse->blocks = count_blocks(sparse, tree);
    UVP_TAKE(work, sparse->block, (size_t)sparse->blocks + 1);
    place_blocks(sparse, tree, &size);
    UVP_TAKE(work, sparse->low_row, size.rows);
    UVP_TAKE(work, sparse->low_value, size.entries);
    return uvp_work_count(work, 10 * sparse->count);
}

enum uvp_code uvp_sparse_factor(struct uvp_atlas_work *work, struct uvp_sparse *sparse,
                                const struct uvp_vec2 *at, uint64_t entries_max,
                                uint64_t steps_max, bool *done)
{
    const struct uvp_graph graph = {sparse->count, sparse->start, sparse->column, at};
    struct uvp_arena_mark mark;
    struct tree tree;

    *done = false;
    UVP_TAKE(work, sparse->order, sparse->count);
    UVP_TAKE(work, sparse->inverse, sparse->count);
    UVP_TAKE(work, tree.parent, sparse->count);
    UVP_TAKE(work, tree.count, sparse->count);
    UVP_TAKE(work, tree.split, sparse->count);
    UVP_TRY(uvp_dissect_order(work, &graph, sparse->order));
    UVP_TRY(plan_columns(work, sparse, &tree));
    if (!is_small(sparse, &tree, entries_max, steps_max)) {
        return UVP_OK;
    }
    UVP_TRY(plan_blocks(work, sparse, &tree));
    mark = uvp_arena_mark(work->scratch);
    UVP_TRY(factor_rows(work, sparse, &tree, done));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

/* ---- solve ---- */

static inline struct uvp_vec2 dot2(const float *low, const struct uvp_vec2 *x, uint32_t width)
{
    struct uvp_vec2 sum = {(double)low[0] * x[0].x, (double)low[0] * x[0].y};

    for (uint32_t j = 1; j < width; j++) {
        sum.x += (double)low[j] * x[j].x;
        sum.y += (double)low[j] * x[j].y;
    }
    return sum;
}

/* Takes a block's columns, solved for x, out of the rest. */
static inline void move_down(const uint32_t *row, uint32_t count, const float *low,
                             const struct uvp_vec2 *x, uint32_t width, struct uvp_vec2 *b)
{
    for (uint32_t p = 0; p < count; p++) {
        const struct uvp_vec2 part = dot2(low + (size_t)width * p, x, width);
        b[row[p]].x -= part.x;
        b[row[p]].y -= part.y;
    }
}

/* Takes the rest, which is solved, out of a block's columns. */
static inline void move_up(const uint32_t *row, uint32_t count, const float *low,
                           const struct uvp_vec2 *b, uint32_t width, struct uvp_vec2 *x)
{
    for (uint32_t p = 0; p < count; p++) {
        const struct uvp_vec2 at = b[row[p]];
        for (uint32_t j = 0; j < width; j++) {
            x[j].x -= (double)low[width * (size_t)p + j] * at.x;
            x[j].y -= (double)low[width * (size_t)p + j] * at.y;
        }
    }
}

static inline void solve_block_down(const struct uvp_sparse *sparse,
                                    const struct uvp_sparse_block *block, uint32_t width,
                                    struct uvp_vec2 *b)
{
    const float *low = sparse->low_value + block->low_start;
    struct uvp_vec2 x[WIDTH_MAX];

    x[0] = b[block->first];
    for (uint32_t r = 1; r < width; r++) {
        const struct uvp_vec2 part = dot2(low, x, r);
        x[r].x = b[block->first + r].x - part.x;
        x[r].y = b[block->first + r].y - part.y;
        b[block->first + r] = x[r];
        low += r;
    }
    move_down(sparse->low_row + block->row_start, block->rows, low, x, width, b);
}

static inline void solve_block_up(const struct uvp_sparse *sparse,
                                  const struct uvp_sparse_block *block, uint32_t width,
                                  struct uvp_vec2 *b)
{
    const float *const own = sparse->low_value + block->low_start;
    struct uvp_vec2 x[WIDTH_MAX];

    for (uint32_t j = 0; j < width; j++) {
        const double inverse = (double)sparse->inverse[block->first + j];
        x[j].x = b[block->first + j].x * inverse;
        x[j].y = b[block->first + j].y * inverse;
    }
    move_up(sparse->low_row + block->row_start, block->rows, own + width * (width - 1) / 2, b,
            width, x);
    for (uint32_t r = width; r-- > 0;) {
        for (uint32_t j = 0; j < r; j++) {
            x[j].x -= (double)own[r * (r - 1) / 2 + j] * x[r].x;
            x[j].y -= (double)own[r * (r - 1) / 2 + j] * x[r].y;
        }
        b[block->first + r] = x[r];
    }
}

static enum uvp_code solve_down(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                                struct uvp_vec2 *b)
{
    for (uint32_t i = 0; i < sparse->blocks; i++) {
        const struct uvp_sparse_block *const block = &sparse->block[i];
        switch (width_of(sparse, i)) {
        case 1:
            solve_block_down(sparse, block, 1, b);
            break;
        case 2:
            solve_block_down(sparse, block, 2, b);
            break;
        case 3:
            solve_block_down(sparse, block, 3, b);
            break;
        default:
            solve_block_down(sparse, block, 4, b);
        }
        UVP_TRY(uvp_work_count(work, 8 + 5 * block->rows));
    }
    return UVP_OK;
}

static enum uvp_code solve_up(struct uvp_atlas_work *work, const struct uvp_sparse *sparse,
                              struct uvp_vec2 *b)
{
    for (uint32_t i = sparse->blocks; i-- > 0;) {
        const struct uvp_sparse_block *const block = &sparse->block[i];
        switch (width_of(sparse, i)) {
        case 1:
            solve_block_up(sparse, block, 1, b);
            break;
        case 2:
            solve_block_up(sparse, block, 2, b);
            break;
        case 3:
            solve_block_up(sparse, block, 3, b);
            break;
        default:
            solve_block_up(sparse, block, 4, b);
        }
        UVP_TRY(uvp_work_count(work, 8 + 5 * block->rows));
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
