/*
 * A patch with one border is a disk; others become one when each inner border is closed by a
 * vertex and a fan. Positive weights and a convex outer border then give a layout without
 * turned triangles (Tutte 1963; Floater 1997).
 */
#include "stages/unwrapper/atlas/disk.h"

#include <string.h>

#include "stages/unwrapper/atlas/trig.h"

#define FILL_WEIGHT 0.5
#define WEIGHT_LEAST 0.02 /* very uneven weights crowd the triangles at one side */
#define WEIGHT_MOST 50.0
#define HOLD 1e9 /* what keeps a vertex in its place, against weights of about 1 */

static double clamped(double weight)
{
    return fmin(fmax(weight, WEIGHT_LEAST), WEIGHT_MOST);
}

static uint32_t loop_count(const struct uvp_loops *loops, uint32_t loop)
{
    return loops->start[loop + 1] - loops->start[loop];
}

/* Rows of the solver's matrix, with room for the fill's edges. */
static void copy_rows(const struct uvp_disk *disk, struct uvp_sparse *matrix, uint32_t *extra)
{
    const struct uvp_sparse *const from = &disk->solver->matrix;
    uint32_t sum = 0;

    for (uint32_t v = 0; v < from->count; v++) {
        matrix->start[v] = sum;
        matrix->diagonal[v] = 0;
        for (uint32_t p = from->start[v]; p < from->start[v + 1]; p++) {
            const double weight = clamped(-(double)from->value[p]);
            if (from->column[p] != v) {
                matrix->column[sum] = from->column[p];
                matrix->value[sum++] = -(float)weight;
                matrix->diagonal[v] += (double)(float)weight;
            }
        }
        if (extra[v] != UVP_NONE) {
            matrix->column[sum] = extra[v];
            matrix->value[sum++] = -(float)FILL_WEIGHT;
            matrix->diagonal[v] += FILL_WEIGHT;
        }
        matrix->diagonal[v] += disk->held[v] ? HOLD : 0;
    }
    matrix->start[from->count] = sum;
}

static void fill_holes(const struct uvp_disk *disk, struct uvp_sparse *matrix)
{
    const struct uvp_loops *const loops = &disk->loops;
    uint32_t row = disk->solver->matrix.count;
    uint32_t sum = matrix->start[row];

    for (uint32_t loop = 0; loop < loops->count; loop++) {
        if (loop == loops->outer) {
            continue;
        }
        matrix->start[row] = sum;
        matrix->diagonal[row++] = FILL_WEIGHT * loop_count(loops, loop);
        for (uint32_t i = loops->start[loop]; i < loops->start[loop + 1]; i++) {
            matrix->column[sum] = loops->vertex[i];
            matrix->value[sum++] = -(float)FILL_WEIGHT;
        }
    }
    matrix->start[row] = sum;
}

static enum uvp_code make_matrix(struct uvp_disk *disk)
{
    struct uvp_atlas_work *const work = disk->solver->work;
    const struct uvp_loops *const loops = &disk->loops;
    const uint32_t vertices = disk->solver->matrix.count;
    struct uvp_sparse *const matrix = &disk->matrix;
    const size_t entries =
        (size_t)disk->solver->matrix.start[vertices] + 2 * (size_t)loops->start[loops->count];
    uint32_t *extra;
    uint32_t row = vertices;

    matrix->count = vertices + loops->count - 1;
    UVP_TAKE(work, matrix->start, (size_t)matrix->count + 1);
    UVP_TAKE(work, matrix->column, entries);
    UVP_TAKE(work, matrix->value, entries);
    UVP_TAKE(work, matrix->diagonal, matrix->count);
    UVP_TAKE(work, extra, vertices);
    memset(extra, 0xFF, vertices * sizeof *extra);
    for (uint32_t loop = 0; loop < loops->count; loop++) {
        for (uint32_t i = loops->start[loop]; i < loops->start[loop + 1]; i++) {
            if (loop == loops->outer) {
                disk->held[loops->vertex[i]] = true;
            } else {
                extra[loops->vertex[i]] = row;
            }
        }
        row += loop != loops->outer;
    }
    copy_rows(disk, matrix, extra);
    fill_holes(disk, matrix);
    return uvp_work_count(work, 4 * (uint32_t)entries);
}

/* Coordinates for the order of elimination: the layout as it is, holes at their first vertex.
 */
static void place_rows(const struct uvp_disk *disk)
{
    const struct uvp_patch *const patch = disk->solver->patch;
    uint32_t row = patch->vertex_count;

    memcpy(disk->at, patch->uv, patch->vertex_count * sizeof *disk->at);
    for (uint32_t loop = 0; loop < disk->loops.count; loop++) {
        if (loop != disk->loops.outer) {
            disk->at[row++] = patch->uv[disk->loops.vertex[disk->loops.start[loop]]];
        }
    }
}

enum uvp_code uvp_disk_begin(struct uvp_solver *solver, struct uvp_disk *disk)
{
    struct uvp_atlas_work *const work = solver->work;

    *disk = (struct uvp_disk){.solver = solver};
    UVP_TRY(uvp_loops_find(solver, &disk->loops));
    if (!disk->loops.planar) {
        return UVP_OK;
    }
    UVP_TAKE(work, disk->held, solver->patch->vertex_count);
    memset(disk->held, 0, solver->patch->vertex_count * sizeof *disk->held);
    UVP_TRY(make_matrix(disk));
    UVP_TAKE(work, disk->at, disk->matrix.count);
    UVP_TAKE(work, disk->spare, disk->matrix.count);
    place_rows(disk);
    return uvp_laplace_factor_any(solver, &disk->matrix, disk->at, &disk->ready);
}

enum uvp_code uvp_disk_extend(const struct uvp_disk *disk)
{
    const struct uvp_loops *const loops = &disk->loops;

    for (uint32_t i = loops->start[loops->outer]; i < loops->start[loops->outer + 1]; i++) {
        struct uvp_vec2 *const at = &disk->at[loops->vertex[i]];
        *at = (struct uvp_vec2){at->x * HOLD, at->y * HOLD};
    }
    return uvp_sparse_solve(disk->solver->work, &disk->matrix, disk->at, disk->spare);
}

enum uvp_code uvp_disk_round(const struct uvp_disk *disk)
{
    const struct uvp_loops *const loops = &disk->loops;
    struct uvp_patch *const patch = disk->solver->patch;
    const uint32_t first = loops->start[loops->outer];
    const uint32_t end = loops->start[loops->outer + 1];
    const double radius = sqrt(disk->solver->area / UVP_PI);
    double around = 0;
    double along = 0;

    memset(disk->at, 0, disk->matrix.count * sizeof *disk->at);
    for (uint32_t i = first; i < end; i++) {
        around += loops->length[i];
    }
    for (uint32_t i = first; i < end; i++) {
        const struct uvp_turn turn = uvp_turn_by(2 * UVP_PI * along / around);
        disk->at[loops->vertex[i]] =
            (struct uvp_vec2){radius * turn.cosine, radius * turn.sine};
        along += loops->length[i];
    }
    UVP_TRY(uvp_disk_extend(disk));
    memcpy(patch->uv, disk->at, patch->vertex_count * sizeof *patch->uv);
    return UVP_OK;
}
