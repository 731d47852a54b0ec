/*
 * As-rigid-as-possible steps (Liu, Zhang, Xu, Gotsman, Gortler 2008) that nobody shortens: from
 * a folded projection they unroll strips, tubes and cones in a few steps, because a turned
 * triangle too is pulled towards its nearest rotation, and its neighbours pull it over.
 */
#include "stages/unwrapper/atlas/solver.h"

#define STEPS_MAX 12
#define GAIN_KEPT 0.85 /* part of a step's gain that the next one hardly exceeds */
#define EXCESS 1.3     /* the distance is not quite the energy less 1 */

static bool is_hopeless(const struct uvp_solver *solver, double distance, double gain)
{
    return distance - gain * GAIN_KEPT / (1 - GAIN_KEPT) >
           EXCESS * (solver->ask->energy_max - 1);
}

enum uvp_code uvp_unfold_run(struct uvp_solver *solver, uint32_t least_steps, double *energy,
                             bool *hopeless)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(solver->work->scratch);
    struct uvp_vec2 *const uv = solver->patch->uv;
    double before = HUGE_VAL;
    struct uvp_vec2 *step;
    struct uvp_vec2 *spare;

    *hopeless = false;
    UVP_TAKE(solver->work, step, solver->patch->vertex_count);
    UVP_TAKE(solver->work, spare, solver->patch->vertex_count);
    for (uint32_t steps = 0; steps <= STEPS_MAX; steps++) {
        double distance;
        UVP_TRY(uvp_metric_pull_rigid(solver, uv, energy, &distance, step));
        *hopeless = steps > 2 && is_hopeless(solver, distance, before - distance);
        if (*hopeless || steps == STEPS_MAX ||
            (steps >= least_steps && *energy < UVP_SOLVE_TANGLED)) {
            break;
        }
        before = distance;
        UVP_TRY(uvp_sparse_solve(solver->work, &solver->matrix, step, spare));
        for (uint32_t v = 0; v < solver->patch->vertex_count; v++) {
            uv[v].x -= step[v].x / 2;
            uv[v].y -= step[v].y / 2;
        }
    }
    uvp_arena_rewind(solver->work->scratch, mark);
    return UVP_OK;
}
