/*
 * Boundary first flattening (Sawhney, Crane 2017), with the outer border in its own lengths,
 * which of all conformal maps stretches areas least. Curvature is driven out of the inside onto
 * the border; that tells how the border bends in the plane; the inside follows harmonically.
 * Inner borders become loops that turn once, their own bends spread along them.
 */
#include <string.h>

#include "stages/unwrapper/atlas/disk.h"
#include "stages/unwrapper/atlas/trig.h"

#define FLAT 0.5 /* radians of curvature that a developable patch may have */

/* Angle defects: 2 pi, or pi on a border, less the angles about each vertex. */
static enum uvp_code find_curvature(const struct uvp_solver *solver, double *curvature)
{
    const struct uvp_patch *const patch = solver->patch;

    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        curvature[v] = 2 * UVP_PI;
    }
    for (uint32_t i = 0; i < patch->border_count; i++) {
        curvature[patch->border[2 * i]] = UVP_PI;
    }
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const struct uvp_metric metric = solver->metric[i];
        const double x1 = 1 / (double)metric.xx;
        const double y2 = 1 / (double)metric.yy;
        const double x2 = -(double)metric.xy * x1 * y2;
        const double first = uvp_angle_of(x2, y2);
        const double second = uvp_angle_of(x1 - x2, y2);
        curvature[patch->corner[3 * i]] -= first;
        curvature[patch->corner[3 * i + 1]] -= second;
        curvature[patch->corner[3 * i + 2]] -= UVP_PI - first - second;
        UVP_TRY(uvp_work_count(solver->work, 16));
    }
    return UVP_OK;
}

enum uvp_code uvp_disk_unrolls(const struct uvp_solver *solver, bool *unrolls)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(solver->work->scratch);
    const struct uvp_patch *const patch = solver->patch;
    double *curvature;
    double sum = 0;

    UVP_TAKE(solver->work, curvature, patch->vertex_count);
    UVP_TRY(find_curvature(solver, curvature));
    for (uint32_t i = 0; i < patch->border_count; i++) {
        curvature[patch->border[2 * i]] = 0;
    }
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        sum += fabs(curvature[v]);
    }
    *unrolls = sum < FLAT;
    uvp_arena_rewind(solver->work->scratch, mark);
    return UVP_OK;
}

/* What must flow out of each vertex to leave the inside flat and every hole turning once. */
static void find_sources(const struct uvp_disk *disk, const double *curvature)
{
    const struct uvp_loops *const loops = &disk->loops;

    memset(disk->at, 0, disk->matrix.count * sizeof *disk->at);
    for (uint32_t v = 0; v < disk->solver->patch->vertex_count; v++) {
        disk->at[v].x = -curvature[v];
    }
    for (uint32_t loop = 0; loop < loops->count; loop++) {
        const uint32_t first = loops->start[loop];
        const uint32_t end = loops->start[loop + 1];
        double bend = 2 * UVP_PI;
        for (uint32_t i = first; i < end; i++) {
            bend += curvature[loops->vertex[i]];
        }
        for (uint32_t i = first; i < end; i++) {
            disk->at[loops->vertex[i]].x = loop == loops->outer ? 0 : -bend / (end - first);
        }
    }
}

/* Adds to the outer border's curvature what arrives there of the inside's. */
static void collect_bends(const struct uvp_disk *disk, double *curvature)
{
    const struct uvp_loops *const loops = &disk->loops;
    const struct uvp_sparse *const matrix = &disk->matrix;

    for (uint32_t i = loops->start[loops->outer]; i < loops->start[loops->outer + 1]; i++) {
        const uint32_t v = loops->vertex[i];
        for (uint32_t p = matrix->start[v]; p < matrix->start[v + 1]; p++) {
            const uint32_t u = matrix->column[p];
            const bool held = u < disk->solver->patch->vertex_count && disk->held[u];
            curvature[v] += held ? 0 : (double)matrix->value[p] * disk->at[u].x;
        }
    }
}

struct sums {
    double x;
    double y;
    double xx;
    double xy;
    double yy;
};

/* Directions of the border's edges to at[]; the sums over them by length. */
static struct sums walk_border(const struct uvp_disk *disk, const double *curvature)
{
    const struct uvp_loops *const loops = &disk->loops;
    const uint32_t first = loops->start[loops->outer];
    const uint32_t end = loops->start[loops->outer + 1];
    struct sums sums = {0, 0, 0, 0, 0};
    double total = 0;
    double angle = 0;

    for (uint32_t i = first; i < end; i++) {
        total += curvature[loops->vertex[i]];
    }
    for (uint32_t i = first; i < end; i++) {
        const double missing = (2 * UVP_PI - total) / (end - first);
        const double length = loops->length[i];
        struct uvp_turn turn;
        angle += curvature[loops->vertex[i]] + missing;
        turn = uvp_turn_by(angle);
        disk->at[loops->vertex[i]] = (struct uvp_vec2){turn.cosine, turn.sine};
        sums.x += length * turn.cosine;
        sums.y += length * turn.sine;
        sums.xx += length * turn.cosine * turn.cosine;
        sums.xy += length * turn.cosine * turn.sine;
        sums.yy += length * turn.sine * turn.sine;
    }
    return sums;
}

/* Lays the border's edges end to end, lengthened and shortened a little so that they close. */
static bool close_border(const struct uvp_disk *disk, const struct sums *sums)
{
    const struct uvp_loops *const loops = &disk->loops;
    const double det = sums->xx * sums->yy - sums->xy * sums->xy;
    const double fx = (sums->yy * sums->x - sums->xy * sums->y) / det;
    const double fy = (sums->xx * sums->y - sums->xy * sums->x) / det;
    struct uvp_vec2 at = {0, 0};

    if (!(det > 0) || !isfinite(fx) || !isfinite(fy)) {
        return false;
    }
    for (uint32_t i = loops->start[loops->outer]; i < loops->start[loops->outer + 1]; i++) {
        struct uvp_vec2 *const place = &disk->at[loops->vertex[i]];
        const struct uvp_vec2 way = *place;
        const double length = loops->length[i] * (1 - fx * way.x - fy * way.y);
        *place = at;
        at = (struct uvp_vec2){at.x + length * way.x, at.y + length * way.y};
    }
    return true;
}

enum uvp_code uvp_disk_conformal(const struct uvp_disk *disk)
{
    struct uvp_patch *const patch = disk->solver->patch;
    const struct uvp_arena_mark mark = uvp_arena_mark(disk->solver->work->scratch);
    double *curvature;
    struct sums sums;

    UVP_TAKE(disk->solver->work, curvature, patch->vertex_count);
    UVP_TRY(find_curvature(disk->solver, curvature));
    find_sources(disk, curvature);
    UVP_TRY(uvp_disk_extend(disk));
    collect_bends(disk, curvature);
    memset(disk->at, 0, disk->matrix.count * sizeof *disk->at);
    sums = walk_border(disk, curvature);
    if (close_border(disk, &sums)) {
        UVP_TRY(uvp_disk_extend(disk));
        memcpy(patch->uv, disk->at, patch->vertex_count * sizeof *patch->uv);
    }
    uvp_arena_rewind(disk->solver->work->scratch, mark);
    return UVP_OK;
}
