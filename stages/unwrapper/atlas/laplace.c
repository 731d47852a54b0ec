/*
 * The Laplacian of a patch by cotangents (Pinkall, Polthier 1993), kept positive. Its rows list
 * the edges once: of the two half-edges of an inner edge one leaves the vertex and the other
 * arrives, and they are found in the vertex's own triangles.
 */
#include <string.h>

#include "stages/unwrapper/atlas/solver.h"

#define WEIGHT_MIN 0.005
#define WEIGHT_MAX 5000.0

static float clamped(double weight)
{
    return (float)(!(weight > WEIGHT_MIN) ? WEIGHT_MIN
                   : weight < WEIGHT_MAX  ? weight
                                          : WEIGHT_MAX);
}

/* Half the cotangent across from each half-edge, from the gradients of the corners' hats. */
static enum uvp_code weigh_edges(const struct uvp_solver *solver, float *weight)
{
    for (uint32_t i = 0; i < solver->patch->triangle_count; i++) {
        const double xx = (double)solver->metric[i].xx;
        const double xy = (double)solver->metric[i].xy;
        const double yy = (double)solver->metric[i].yy;
        const double half = 0.5 / xx;
        weight[3 * i] = clamped((xx * xx + xy * (xy + yy)) * half / yy);
        weight[3 * i + 1] = clamped(-xy * half);
        weight[3 * i + 2] = clamped((xy + yy) * half);
        UVP_TRY(uvp_work_count(solver->work, 8));
    }
    return UVP_OK;
}

/* Half-edges by the vertex they leave, and room for the border edge that arrives. */
static enum uvp_code list_edges(struct uvp_solver *solver, uint32_t *fill)
{
    const struct uvp_patch *const patch = solver->patch;
    struct uvp_sparse *const matrix = &solver->matrix;
    const uint32_t half_edges = 3 * patch->triangle_count;
    uint32_t sum = 0;

    memset(fill, 0, matrix->count * sizeof *fill);
    for (uint32_t i = 0; i < half_edges; i++) {
        fill[patch->corner[i]]++;
    }
    for (uint32_t i = 0; i < patch->border_count; i++) {
        fill[patch->border[2 * i + 1]]++;
    }
    for (uint32_t v = 0; v < matrix->count; v++) {
        matrix->start[v] = sum;
        sum += fill[v];
        fill[v] = matrix->start[v];
    }
    matrix->start[matrix->count] = sum;
    for (uint32_t i = 0; i < half_edges; i++) {
        matrix->column[fill[patch->corner[i]]++] = i;
    }
    return uvp_work_count(solver->work, 4 * half_edges);
}

/* Row v from the half-edges that are listed in it up to `end`; place[] is older than the row.
 */
static void make_row(struct uvp_solver *solver, const float *weight, uint32_t v, uint32_t end,
                     uint32_t *place)
{
    const uint32_t *const corner = solver->patch->corner;
    struct uvp_sparse *const matrix = &solver->matrix;
    const uint32_t first = matrix->start[v];
    uint32_t last = end;
    double sum = 0;

    for (uint32_t p = first; p < end; p++) {
        const uint32_t i = matrix->column[p];
        place[corner[uvp_edge_next(i)]] = p;
        matrix->value[p] = weight[i];
    }
    for (uint32_t p = first; p < end; p++) {
        const uint32_t before = uvp_edge_prev(matrix->column[p]);
        const uint32_t u = corner[before];
        if (place[u] < first || place[u] >= last) {
            place[u] = last;
            matrix->column[last] = u;
            matrix->value[last++] = 0;
        }
        matrix->value[place[u]] += weight[before];
    }
    for (uint32_t p = first; p < end; p++) {
        matrix->column[p] = corner[uvp_edge_next(matrix->column[p])];
    }
    /* a border edge that another edge of the same ends made needless */
    for (uint32_t p = last; p < matrix->start[v + 1]; p++) {
        matrix->column[p] = v;
        matrix->value[p] = 0;
    }
    for (uint32_t p = first; p < last; p++) {
        sum += (double)matrix->value[p];
        matrix->value[p] = -matrix->value[p];
    }
    matrix->diagonal[v] = sum;
}

enum uvp_code uvp_laplace_fill(struct uvp_solver *solver)
{
    const struct uvp_patch *const patch = solver->patch;
    struct uvp_sparse *const matrix = &solver->matrix;
    const struct uvp_arena_mark mark = uvp_arena_mark(solver->work->scratch);
    uint32_t *fill;
    uint32_t *place;
    float *weight;

    UVP_TAKE(solver->work, fill, matrix->count);
    UVP_TAKE(solver->work, place, matrix->count);
    UVP_TAKE(solver->work, weight, 3 * (size_t)patch->triangle_count);
    UVP_TRY(weigh_edges(solver, weight));
    UVP_TRY(list_edges(solver, fill));
    for (uint32_t v = 0; v < matrix->count; v++) {
        place[v] = UVP_NONE;
    }
    for (uint32_t v = 0; v < matrix->count; v++) {
        make_row(solver, weight, v, fill[v], place);
        UVP_TRY(uvp_work_count(solver->work, 8 * (fill[v] - matrix->start[v])));
    }
    uvp_arena_rewind(solver->work->scratch, mark);
    return UVP_OK;
}

enum uvp_code uvp_laplace_make(struct uvp_solver *solver)
{
    const struct uvp_patch *const patch = solver->patch;
    struct uvp_sparse *const matrix = &solver->matrix;
    const size_t entries = 3 * (size_t)patch->triangle_count + patch->border_count;
    void *start;
    void *column;
    void *value;
    void *diagonal;

    matrix->count = patch->vertex_count;
    UVP_TRY(uvp_solver_take(solver, matrix->count, sizeof *matrix->diagonal, &diagonal));
    UVP_TRY(uvp_solver_take(solver, entries, sizeof *matrix->value, &value));
    UVP_TRY(uvp_solver_take(solver, entries, sizeof *matrix->column, &column));
    UVP_TRY(uvp_solver_take(solver, (size_t)matrix->count + 1, sizeof *matrix->start, &start));
    matrix->diagonal = diagonal;
    matrix->value = value;
    matrix->column = column;
    matrix->start = start;
    return uvp_laplace_fill(solver);
}

enum uvp_code uvp_laplace_factor_any(const struct uvp_solver *solver, struct uvp_sparse *matrix,
                                     const struct uvp_vec2 *at, bool *done)
{
    /* in entries and steps of the factor; a patch beyond them is kept or split as it is */
    const uint64_t wanted = 100000 + 16 * (uint64_t)solver->topology->triangle_count;
    const uint64_t entries = wanted < INT32_MAX ? wanted : INT32_MAX;

    return uvp_sparse_factor(solver->work, matrix, at, entries,
                             4000 * (uint64_t)matrix->count + 1000000, done);
}

enum uvp_code uvp_laplace_factor(struct uvp_solver *solver)
{
    double *const pinned = &solver->matrix.diagonal[0];
    const double before = *pinned;

    *pinned *= 1.5; /* the rest is free to float */
    UVP_TRY(
        uvp_laplace_factor_any(solver, &solver->matrix, solver->patch->uv, &solver->factored));
    *pinned = before;
    return UVP_OK;
}
