/*
 * Vertices of turned triangles go to the mean of their neighbours, then those around them too.
 */
#include <string.h>

#include "stages/unwrapper/atlas/solver.h"

#define SWEEPS 40
#define LEAST_AREA 1e-3 /* of a triangle's own: below that it counts as turned */

static bool is_turned(const struct uvp_solver *solver, uint32_t t)
{
    const uint32_t *const corner = solver->patch->corner + 3 * (size_t)t;
    const struct uvp_vec2 *const uv = solver->patch->uv;
    const struct uvp_vec2 p = uv[corner[0]];
    const struct uvp_vec2 q = uv[corner[1]];
    const struct uvp_vec2 r = uv[corner[2]];
    const double det = (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);

    return !(det * (double)solver->metric[t].xx * (double)solver->metric[t].yy > LEAST_AREA);
}

static uint32_t mark_turned(const struct uvp_solver *solver, uint8_t *marked)
{
    uint32_t turned = 0;

    for (uint32_t i = 0; i < solver->patch->triangle_count; i++) {
        if (is_turned(solver, i)) {
            turned++;
            for (uint32_t k = 0; k < 3; k++) {
                marked[solver->patch->corner[3 * i + k]] = 1;
            }
        }
    }
    return turned;
}

static void spread_marks(const struct uvp_solver *solver, uint8_t *marked)
{
    const struct uvp_sparse *const matrix = &solver->matrix;

    for (uint32_t v = 0; v < matrix->count; v++) {
        for (uint32_t i = matrix->start[v]; marked[v] == 1 && i < matrix->start[v + 1]; i++) {
            marked[matrix->column[i]] |= 2;
        }
    }
    for (uint32_t v = 0; v < matrix->count; v++) {
        marked[v] = marked[v] != 0;
    }
}

static void move_marked(const struct uvp_solver *solver, const uint8_t *marked)
{
    const struct uvp_sparse *const matrix = &solver->matrix;
    struct uvp_vec2 *const uv = solver->patch->uv;

    for (uint32_t v = 0; v < matrix->count; v++) {
        struct uvp_vec2 sum = {0, 0};
        double weight = 0;
        for (uint32_t i = matrix->start[v]; marked[v] && i < matrix->start[v + 1]; i++) {
            const struct uvp_vec2 p = uv[matrix->column[i]];
            sum = (struct uvp_vec2){sum.x + p.x, sum.y + p.y};
            weight += 1;
        }
        if (weight > 0) {
            uv[v] = (struct uvp_vec2){sum.x / weight, sum.y / weight};
        }
    }
}

enum uvp_code uvp_untangle_run(struct uvp_solver *solver)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(solver->work->scratch);
    const uint32_t count = solver->patch->triangle_count;
    uint8_t *marked;
    uint32_t turned;

    UVP_TAKE(solver->work, marked, solver->patch->vertex_count);
    memset(marked, 0, solver->patch->vertex_count);
    turned = mark_turned(solver, marked);
    for (int sweep = 0; sweep < SWEEPS && turned > 0; sweep++) {
        if (turned > 8 && turned > count / 8) {
            break;
        }
        if (sweep % 8 == 0) {
            spread_marks(solver, marked);
        }
        move_marked(solver, marked);
        UVP_TRY(uvp_work_count(solver->work, 4 * count));
        turned = mark_turned(solver, marked);
        UVP_TRY(uvp_work_count(solver->work, 4 * count));
    }
    uvp_arena_rewind(solver->work->scratch, mark);
    return UVP_OK;
}
