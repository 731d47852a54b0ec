/*
 * solver.h -- a patch while it is being laid flat, as the files of the solver share it
 *
 * Why:     rest shapes, weights and factor are made once and serve every rung of the ladder.
 * Owner:   arrays live in the scratch arena after the caller's mark.
 * Units:   inside the solver a length of 1 is about the patch's mean edge: patch->uv is scaled
 *          by uvp_solver_begin and scaled back by uvp_solver_end, by a power of two.
 */
#ifndef UVP_ATLAS_SOLVER_H
#define UVP_ATLAS_SOLVER_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/solve.h"
#include "stages/unwrapper/atlas/sparse.h"

#define UVP_SOLVE_TANGLED 20 /* an energy that another first layout may beat */

/*
 * A triangle in its own plane is (0, 0), (x1, 0), (x2, y2). The edges e1, e2 of its layout make
 * the map's columns e1 * xx and e1 * xy + e2 * yy.
 */
struct uvp_metric {
    float xx;   /* 1 / x1 */
    float xy;   /* -x2 / (x1 y2) */
    float yy;   /* 1 / y2 */
    float area; /* of the triangle in space: what its distortion weighs */
};

/* Memory of others that do not need it for now. */
struct uvp_loan {
    unsigned char *data;
    size_t bytes;
};

#define UVP_LOANS 4

struct uvp_solver {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_patch *patch;
    const struct uvp_solve_ask *ask;
    double unit; /* lengths in the solver are lengths in space times this */
    double area; /* all triangles' */
    double room; /* energy above 1 that a good chart may have: the scale of what matters */
    struct uvp_metric *metric;
    struct uvp_sparse matrix;        /* the Laplacian, positive weights */
    bool factored;                   /* see uvp_laplace_factor */
    struct uvp_loan loan[UVP_LOANS]; /* the ask's; the matrix's two, when only its factor
                                        counts; a step's that was gone */
};

/* metric.c: `count` items of `each` bytes, from the loans if one has room, or the arena. */
UVP_MUST_USE enum uvp_code uvp_solver_take(struct uvp_solver *solver, size_t count, size_t each,
                                           void **array);

/* metric.c */
UVP_MUST_USE enum uvp_code uvp_solver_begin(struct uvp_solver *solver);
void uvp_solver_end(struct uvp_solver *solver);

/* metric.c: the mean energy of a layout, HUGE_VAL when a triangle is turned. */
UVP_MUST_USE enum uvp_code uvp_metric_energy(const struct uvp_solver *solver,
                                             const struct uvp_vec2 *uv, double *energy);

/*
 * metric.c: the same, and the derivative of the energy's sum, which is not complete when the
 * energy is infinite.
 */
UVP_MUST_USE enum uvp_code uvp_metric_pull(const struct uvp_solver *solver,
                                           const struct uvp_vec2 *uv, double *energy,
                                           struct uvp_vec2 *gradient);

/*
 * metric.c: the same energy, and the forces towards each triangle's nearest rotation, which are
 * bounded and complete whatever the layout. `*distance` is the mean square distance from
 * rotations: about the energy less 1 where that is small.
 */
UVP_MUST_USE enum uvp_code uvp_metric_pull_rigid(const struct uvp_solver *solver,
                                                 const struct uvp_vec2 *uv, double *energy,
                                                 double *distance, struct uvp_vec2 *gradient);

/* metric.c: forces towards the ask's shapes, of their full strength. */
UVP_MUST_USE enum uvp_code uvp_metric_pull_shapes(const struct uvp_solver *solver,
                                                  const struct uvp_vec2 *uv,
                                                  struct uvp_vec2 *gradient);

/* metric.c: how far the layout can go along `step` before a triangle closes. */
UVP_MUST_USE enum uvp_code uvp_metric_longest(const struct uvp_solver *solver,
                                              const struct uvp_vec2 *uv,
                                              const struct uvp_vec2 *step, double *longest);

/* laplace.c: takes and fills the matrix. */
UVP_MUST_USE enum uvp_code uvp_laplace_make(struct uvp_solver *solver);

/* laplace.c: fills it again, after uvp_descent_lower made other use of its memory. */
UVP_MUST_USE enum uvp_code uvp_laplace_fill(struct uvp_solver *solver);

/* laplace.c: factors it, a vertex pinned; `factored` stays false when that is too much work. */
UVP_MUST_USE enum uvp_code uvp_laplace_factor(struct uvp_solver *solver);

/* laplace.c: any matrix of about the patch's size; `*done` is false when it is too much work.
 */
UVP_MUST_USE enum uvp_code uvp_laplace_factor_any(const struct uvp_solver *solver,
                                                  struct uvp_sparse *matrix,
                                                  const struct uvp_vec2 *at, bool *done);

/* untangle.c: moves vertices of turned triangles to the mean of their neighbours. */
UVP_MUST_USE enum uvp_code uvp_untangle_run(struct uvp_solver *solver);

/*
 * unfold.c: steps towards rotations that may pass through turned triangles, until there are
 * none or the patch is too curved for the energy asked for. Needs the factor.
 */
UVP_MUST_USE enum uvp_code uvp_unfold_run(struct uvp_solver *solver, uint32_t least_steps,
                                          double *energy, bool *hopeless);

/* descent.c: from a layout without turned triangles; needs the factor, and spoils the matrix.
 */
UVP_MUST_USE enum uvp_code uvp_descent_lower(struct uvp_solver *solver, uint32_t iterations,
                                             double *energy);

#endif
