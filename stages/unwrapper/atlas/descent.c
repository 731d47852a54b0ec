/*
 * Descent on the symmetric Dirichlet energy, preconditioned by the Laplacian, whose one factor
 * serves all steps (Kovalsky, Galun, Lipman 2016). Far from the goal the step is the
 * local/global one of as-rigid-as-possible parameterization; near it, differences of earlier
 * steps bend the Laplacian towards the true curvature (L-BFGS; Nocedal 1980; Liu, Bouaziz,
 * Kavan 2017). A step that turns a triangle is shortened to less than the one that would close
 * the first (Smith, Schaefer 2015), one that does not gain is shortened by a parabola.
 */
#include "stages/unwrapper/atlas/solver.h"

#define MEMORY 2 /* steps remembered */
#define TRIES 6
#define NEAR 1.005       /* energy below which its own slope leads; */
#define NEAR_LATER 1.1   /* after ... */
#define FIRST_STEPS 3    /* ... that many steps, which open what is nearly closed */
#define ARMIJO 1e-4      /* least part of the promised gain */
#define SAFE_PART 0.8    /* of the way to the first closed triangle */
#define FINE 0.03        /* of the room: an energy above 1 that needs no further gain */
#define LEAST_GAIN 0.016 /* of the room, that a step must have ... */
#define LEAST_PART 0.05  /* ... and of what is above 1; */
#define IDLE_MAX 2       /* so many without are the end */
#define CLOSE 0.5        /* above the energy asked for, in parts of its distance from 1: */
#define CLOSE_PART 0.1   /* there a tenth of such gains will do */
#define GAIN_KEPT 0.85   /* part of a step's gain that the next one hardly exceeds */

enum pull {
    PULL_RIGID,  /* towards the nearest rotations: bounded, whatever the layout */
    PULL_ENERGY, /* down the energy: exact, for layouts near the goal */
};

struct point2f {
    float x;
    float y;
};

struct descent {
    struct uvp_solver *solver;
    uint32_t count;
    uint32_t steps;
    struct uvp_vec2 *gradient;
    struct uvp_vec2 *next_gradient;
    struct uvp_vec2 *step;
    double length;  /* of the step that patch->uv has gone */
    enum pull pull; /* of `gradient` */
    /* the last steps and what they changed in the gradient, newest first */
    struct point2f *moved[MEMORY];
    struct point2f *bent[MEMORY];
    double inverse[MEMORY]; /* 1 / (moved . bent) */
    uint32_t remembered;
};

static double dot(const struct uvp_vec2 *a, const struct uvp_vec2 *b, uint32_t count)
{
    double x = 0;
    double y = 0;

    for (uint32_t v = 0; v < count; v++) {
        x += a[v].x * b[v].x;
        y += a[v].y * b[v].y;
    }
    return x + y;
}

static double dot_memory(const struct point2f *a, const struct uvp_vec2 *b, uint32_t count)
{
    double x = 0;
    double y = 0;

    for (uint32_t v = 0; v < count; v++) {
        x += (double)a[v].x * b[v].x;
        y += (double)a[v].y * b[v].y;
    }
    return x + y;
}

static void add_memory(const struct point2f *a, double scale, struct uvp_vec2 *b,
                       uint32_t count)
{
    for (uint32_t v = 0; v < count; v++) {
        b[v].x += scale * (double)a[v].x;
        b[v].y += scale * (double)a[v].y;
    }
}

/* The step against the gradient; the two loops of Nocedal's recursion about the solve. */
static enum uvp_code find_step(struct descent *descent)
{
    const uint32_t count = descent->count;
    struct uvp_vec2 *const step = descent->step;
    double scale[MEMORY];

    for (uint32_t v = 0; v < count; v++) {
        step[v] = (struct uvp_vec2){-descent->gradient[v].x / 2, -descent->gradient[v].y / 2};
    }
    for (uint32_t i = 0; i < descent->remembered; i++) {
        scale[i] = descent->inverse[i] * 2 * dot_memory(descent->moved[i], step, count);
        add_memory(descent->bent[i], -scale[i] / 2, step, count);
    }
    UVP_TRY(uvp_sparse_solve(descent->solver->work, &descent->solver->matrix, step,
                             descent->next_gradient));
    for (uint32_t i = descent->remembered; i-- > 0;) {
        const double back = descent->inverse[i] * dot_memory(descent->bent[i], step, count);
        add_memory(descent->moved[i], scale[i] - back, step, count);
    }
    return uvp_work_count(descent->solver->work, 4 * (1 + 4 * descent->remembered) * count);
}

/* Remembers the step taken. */
static void remember(struct descent *descent)
{
    const double length = descent->length;
    struct point2f *const moved = descent->moved[MEMORY - 1];
    struct point2f *const bent = descent->bent[MEMORY - 1];
    double product = 0;

    for (uint32_t v = 0; v < descent->count; v++) {
        moved[v].x = (float)(length * descent->step[v].x);
        moved[v].y = (float)(length * descent->step[v].y);
        bent[v].x = (float)(descent->next_gradient[v].x - descent->gradient[v].x);
        bent[v].y = (float)(descent->next_gradient[v].y - descent->gradient[v].y);
        product += (double)moved[v].x * (double)bent[v].x;
        product += (double)moved[v].y * (double)bent[v].y;
    }
    if (!(product > 0) || !isfinite(1 / product)) {
        descent->remembered = 0;
        return;
    }
    for (uint32_t i = MEMORY - 1; i > 0; i--) {
        descent->moved[i] = descent->moved[i - 1];
        descent->bent[i] = descent->bent[i - 1];
        descent->inverse[i] = descent->inverse[i - 1];
    }
    descent->moved[0] = moved;
    descent->bent[0] = bent;
    descent->inverse[0] = 1 / product;
    descent->remembered += descent->remembered < MEMORY;
}

static enum uvp_code find_pull(const struct descent *descent, const struct uvp_vec2 *uv,
                               enum pull pull, double *energy, struct uvp_vec2 *gradient)
{
    double distance;

    return pull == PULL_ENERGY
               ? uvp_metric_pull(descent->solver, uv, energy, gradient)
               : uvp_metric_pull_rigid(descent->solver, uv, energy, &distance, gradient);
}

static void accept(struct descent *descent, enum pull pull)
{
    struct uvp_vec2 *const gradient = descent->gradient;

    if (pull == PULL_ENERGY && descent->pull == PULL_ENERGY) {
        remember(descent);
    } else {
        descent->remembered = 0;
    }
    descent->gradient = descent->next_gradient;
    descent->next_gradient = gradient;
    descent->pull = pull;
}

/* The next length to try after one that gained too little, or turned a triangle. */
static enum uvp_code shorten(const struct descent *descent, double before, double slope,
                             double now, bool *measured, double *length)
{
    double longest = HUGE_VAL;
    double best = *length / 2;

    if (!isfinite(now) && !*measured) {
        UVP_TRY(uvp_metric_longest(descent->solver, descent->solver->patch->uv, descent->step,
                                   &longest));
        *measured = true;
    } else if (isfinite(now) && slope < 0) {
        best = -slope * *length * *length / (2 * (now - before - slope * *length));
        best = fmin(fmax(best, *length / 10), *length / 2);
    }
    *length = isfinite(longest) ? fmin(SAFE_PART * longest, *length) : best;
    return UVP_OK;
}

static enum pull pull_at(double energy, uint32_t steps)
{
    return energy > (steps < FIRST_STEPS ? NEAR : NEAR_LATER) ? PULL_RIGID : PULL_ENERGY;
}

/* Takes patch->uv along the step to `length` of it. */
static void go_to(struct descent *descent, double length)
{
    const double further = length - descent->length;
    struct uvp_vec2 *const uv = descent->solver->patch->uv;

    for (uint32_t v = 0; v < descent->count; v++) {
        uv[v].x += further * descent->step[v].x;
        uv[v].y += further * descent->step[v].y;
    }
    descent->length = length;
}

/* One step downwards. The energy stays when no length helps. */
static enum uvp_code improve(struct descent *descent, double *energy)
{
    struct uvp_solver *const solver = descent->solver;
    const enum pull pull = pull_at(*energy, ++descent->steps);
    const bool exact = descent->pull == PULL_ENERGY;
    bool measured = false;
    double length = 1;
    double slope;

    UVP_TRY(find_step(descent));
    descent->length = 0;
    slope = exact ? dot(descent->gradient, descent->step, descent->count) / solver->area : 0;
    for (int tries = 0; tries < TRIES && slope <= 0; tries++) {
        double now;
        go_to(descent, length);
        UVP_TRY(find_pull(descent, solver->patch->uv, pull, &now, descent->next_gradient));
        if (now < *energy + ARMIJO * slope * length) {
            accept(descent, pull);
            *energy = now;
            return UVP_OK;
        }
        if (!isfinite(now) && !measured) {
            go_to(descent, 0); /* the longest step is measured from where it began */
        }
        UVP_TRY(shorten(descent, *energy, slope, now, &measured, &length));
    }
    go_to(descent, 0);
    return UVP_OK;
}

/* Whether even a long tail of falling gains would not bring the energy to what is asked. */
static bool is_hopeless(const struct descent *descent, double energy, double gain)
{
    return energy - gain * GAIN_KEPT / (1 - GAIN_KEPT) > descent->solver->ask->energy_max;
}

/* Close above what is asked every bit is worth having. */
static bool is_close(const struct descent *descent, double energy)
{
    const double most = descent->solver->ask->energy_max;

    return energy > most && energy - most < CLOSE * (most - 1);
}

static bool is_small(const struct descent *descent, double energy, double gain)
{
    const double part = is_close(descent, energy) ? CLOSE_PART : 1;

    return !(gain > LEAST_GAIN * descent->solver->room * part &&
             gain > LEAST_PART * part * (energy - 1));
}

/* After `idle` steps in a row that gained little, the last from exact slopes or not. */
static bool is_over(const struct descent *descent, uint32_t idle, bool exact, double energy,
                    double gain)
{
    if (idle == 0) {
        return descent->steps >= FIRST_STEPS && is_hopeless(descent, energy, gain);
    }
    return idle == IDLE_MAX || (exact && energy <= descent->solver->ask->energy_max);
}

static enum uvp_code descend(struct descent *descent, uint32_t iterations, double *energy)
{
    struct uvp_solver *const solver = descent->solver;
    uint32_t idle = 0;

    descent->pull = pull_at(*energy, 0);
    UVP_TRY(find_pull(descent, solver->patch->uv, descent->pull, energy, descent->gradient));
    for (uint32_t i = 0; i < iterations; i++) {
        const double before = *energy;
        const bool exact = descent->pull == PULL_ENERGY;
        if (*energy <= 1 + FINE * solver->room || !isfinite(before)) {
            break;
        }
        UVP_TRY(improve(descent, energy));
        idle = is_small(descent, *energy, before - *energy) ? idle + 1 : 0;
        if (is_over(descent, idle, exact, *energy, before - *energy)) {
            break;
        }
        if (idle > 0) {
            /* memory may mislead, and rotations may hold what is nearly closed */
            descent->remembered = 0;
            descent->steps = FIRST_STEPS;
        }
    }
    return UVP_OK;
}

/* Most of it in the matrix's memory: only the factor is of use now. */
static enum uvp_code take_memory(struct descent *descent)
{
    struct uvp_solver *const solver = descent->solver;
    const size_t entries = solver->matrix.start[solver->matrix.count];
    void *array[3 + 2 * MEMORY];

    solver->loan[1] = (struct uvp_loan){(unsigned char *)solver->matrix.column,
                                        entries * sizeof *solver->matrix.column};
    solver->loan[2] = (struct uvp_loan){(unsigned char *)solver->matrix.value,
                                        entries * sizeof *solver->matrix.value};
    for (int i = 0; i < 3 + 2 * MEMORY; i++) {
        UVP_TRY(uvp_solver_take(solver, descent->count,
                                i < 3 ? sizeof(struct uvp_vec2) : sizeof(struct point2f),
                                &array[i]));
    }
    descent->gradient = array[0];
    descent->next_gradient = array[1];
    descent->step = array[2];
    for (int i = 0; i < MEMORY; i++) {
        descent->moved[i] = array[3 + 2 * i];
        descent->bent[i] = array[4 + 2 * i];
    }
    return UVP_OK;
}

enum uvp_code uvp_descent_lower(struct uvp_solver *solver, uint32_t iterations, double *energy)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(solver->work->scratch);
    const struct uvp_loan before = solver->loan[0];
    struct descent descent = {.solver = solver, .count = solver->patch->vertex_count};

    UVP_TRY(take_memory(&descent));
    UVP_TRY(descend(&descent, iterations, energy));
    solver->loan[0] = before;
    solver->loan[1] = (struct uvp_loan){NULL, 0};
    solver->loan[2] = (struct uvp_loan){NULL, 0};
    uvp_arena_rewind(solver->work->scratch, mark);
    return UVP_OK;
}
