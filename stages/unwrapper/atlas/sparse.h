/*
 * sparse.h -- symmetric positive systems on the graph of a patch
 *
 * Why:     every global method solves a Laplacian; one factor serves all its right-hand sides.
 * Use:     fill a struct uvp_sparse with the matrix, factor, solve as often as wanted.
 * Owner:   arrays live in the scratch arena after the caller's mark.
 */
#ifndef UVP_ATLAS_SPARSE_H
#define UVP_ATLAS_SPARSE_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/patch.h"

/*
 * Some columns of the factor L that have the same rows. Their own rows come first, as a
 * triangle, then the others, each with a value a column.
 */
struct uvp_sparse_block {
    uint32_t first;     /* column */
    uint32_t row_start; /* its rows below its own, which the block before may share ... */
    uint32_t rows;      /* ... and their number so far */
    uint32_t low_start; /* of its values */
    uint32_t next;      /* block of the first row below */
};

struct uvp_sparse {
    uint32_t count;
    uint32_t *start;  /* count + 1: rows of the part off the diagonal, both triangles */
    uint32_t *column; /* an index may come twice in a row: the values add up; factoring may
                         change the order within a row */
    float *value;
    double *diagonal;
    /* filled by uvp_sparse_factor */
    uint32_t *order; /* row eliminated at each place */
    float *inverse;  /* 1 / pivot */
    uint32_t blocks;
    struct uvp_sparse_block *block; /* blocks + 1 */
    uint32_t *low_row;
    float *low_value;
};

/*
 * Orders by dissecting `at` and factors. `*done` is false when that would take more than the
 * limits, or when the matrix is not positive.
 */
UVP_MUST_USE enum uvp_code uvp_sparse_factor(struct uvp_atlas_work *work,
                                             struct uvp_sparse *sparse,
                                             const struct uvp_vec2 *at, uint64_t entries_max,
                                             uint64_t steps_max, bool *done);

/*
 * Replaces both coordinates of b by the solution, good to some five digits. `spare` is room for
 * as many.
 */
UVP_MUST_USE enum uvp_code uvp_sparse_solve(struct uvp_atlas_work *work,
                                            const struct uvp_sparse *sparse, struct uvp_vec2 *b,
                                            struct uvp_vec2 *spare);

#endif
