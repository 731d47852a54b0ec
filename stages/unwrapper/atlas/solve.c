/*
 * The order of attempts, and the figures of a layout.
 */
#include "stages/unwrapper/atlas/solve.h"

#include <string.h>

#include "stages/unwrapper/atlas/disk.h"
#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/solver.h"

#define GOOD_ENOUGH 0.25 /* of the room: a layout that needs no descent */
#define FOLDED 2         /* ... and one whose flattest triangles want opening first */
#define ROOM_LEAST 1e-6
#define ROOM_MOST 0.006 /* looser bounds are about the mean: single stretched parts fail */
#define ITERATIONS 24
#define BLOCK 1024U         /* triangles between two polls */
#define LEAST_SQUARE 1e-250 /* of twice a triangle's area: below, products lose digits */

/* Singular values of the map from a triangle in space to its layout. */
struct stretch {
    double squares; /* sum of their squares */
    double square;  /* of their product */
    double inverse; /* sum of the squares of their inverses */
    bool positive;
};

/*
 * Without a frame in the triangle's plane: the first fundamental forms of triangle and layout
 * tell all. Where the triangle's has no digits left, its rest shape does.
 */
static inline struct stretch stretch_of(struct uvp_vec3 ab, struct uvp_vec3 ac,
                                        struct uvp_vec2 pq, struct uvp_vec2 pr)
{
    const struct uvp_vec3 normal = uvp_vec3_cross(ab, ac);
    const double square = uvp_vec3_dot(normal, normal);
    const double area = pq.x * pr.y - pq.y * pr.x;
    const double sum = (pq.x * pq.x + pq.y * pq.y) * uvp_vec3_dot(ac, ac) -
                       2 * (pq.x * pr.x + pq.y * pr.y) * uvp_vec3_dot(ab, ac) +
                       (pr.x * pr.x + pr.y * pr.y) * uvp_vec3_dot(ab, ab);

    if (square > LEAST_SQUARE) {
        const double inverse = 1 / square;
        return (struct stretch){sum * inverse, area * area * inverse, sum / (area * area),
                                area > 0};
    }
    {
        const struct uvp_rest rest = uvp_rest_of((struct uvp_vec3){0, 0, 0}, ab, ac);
        const double a = pq.x / rest.x1;
        const double d = pq.y / rest.x1;
        const double b = (pr.x - a * rest.x2) / rest.y2;
        const double e = (pr.y - d * rest.x2) / rest.y2;
        const double squares = a * a + b * b + d * d + e * e;
        const double det = a * e - b * d;
        return (struct stretch){squares, det * det, squares / (det * det), det > 0};
    }
}

static inline struct stretch triangle_stretch(const struct uvp_topology *topology,
                                              const struct uvp_patch *patch, uint32_t i)
{
    const uint32_t *const v = topology->vertex + 3 * (size_t)patch->triangle[i];
    const uint32_t *const c = patch->corner + 3 * (size_t)i;
    const struct uvp_vec3 a = uvp_point_of(topology, v[0]);
    const struct uvp_vec2 p = patch->uv[c[0]];
    const struct uvp_vec2 q = patch->uv[c[1]];
    const struct uvp_vec2 r = patch->uv[c[2]];

    return stretch_of(uvp_vec3_sub(uvp_point_of(topology, v[1]), a),
                      uvp_vec3_sub(uvp_point_of(topology, v[2]), a),
                      (struct uvp_vec2){q.x - p.x, q.y - p.y},
                      (struct uvp_vec2){r.x - p.x, r.y - p.y});
}

enum uvp_code uvp_solve_measure(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology,
                                const struct uvp_patch *patch,
                                struct uvp_distortion *distortion)
{
    /* stretch is 1 / the smaller singular value: its square must not fall below this */
    const double least = 1 / (work->plan->stretch_max * work->plan->stretch_max);
    double area = 0;
    double energy = 0;
    double stretched = 0;

    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const struct stretch s = triangle_stretch(topology, patch, i);
        const double weight = uvp_area_of(topology, patch->triangle[i]);
        /* the characteristic polynomial at `least`, and on which side of its vertex that is */
        const bool between = least * least - s.squares * least + s.square < 0;
        if (!s.positive) {
            *distortion = (struct uvp_distortion){HUGE_VAL, 1};
            return UVP_OK;
        }
        energy += weight * (s.squares + s.inverse);
        area += weight;
        stretched += between || 2 * least > s.squares ? weight : 0;
        if (i % BLOCK == BLOCK - 1) {
            UVP_TRY(uvp_work_count(work, 8 * BLOCK));
        }
    }
    energy = area > 0 ? energy / (4 * area) : 1;
    *distortion = (struct uvp_distortion){isfinite(energy) ? energy : HUGE_VAL,
                                          area > 0 ? stretched / area : 0};
    return UVP_OK;
}

/* ---- the ladder ---- */

/*
 * Each vertex at the mean of where its triangles would have it, then moved so that the edges
 * fit those of the shapes best: a Poisson system, as gradients of meshes are stitched (Yu,
 * Zhou, Xu, Shi, Bao, Guo, Shum 2004). Neighbours that disagree share the misfit over the whole
 * patch, where the means alone would fold the triangles along the seam.
 */
static enum uvp_code average_shapes(struct uvp_solver *solver)
{
    struct uvp_patch *const patch = solver->patch;
    const struct uvp_arena_mark mark = uvp_arena_mark(solver->work->scratch);
    uint32_t *times;

    UVP_TAKE(solver->work, times, patch->vertex_count);
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        patch->uv[v] = (struct uvp_vec2){0, 0};
        times[v] = 0;
    }
    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        struct uvp_vec2 *const uv = &patch->uv[patch->corner[i]];
        const struct uvp_vec2 p = solver->ask->shape[i];
        *uv = (struct uvp_vec2){uv->x + p.x, uv->y + p.y};
        times[patch->corner[i]]++;
    }
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        const double scale = solver->unit / times[v];
        patch->uv[v] = (struct uvp_vec2){patch->uv[v].x * scale, patch->uv[v].y * scale};
    }
    uvp_arena_rewind(solver->work->scratch, mark);
    return uvp_work_count(solver->work, 8 * patch->triangle_count);
}

/* Shapes are read before there is a factor, whose matrix takes over their memory. */
static enum uvp_code stitch_shapes(struct uvp_solver *solver)
{
    struct uvp_patch *const patch = solver->patch;
    const size_t bytes = patch->vertex_count * sizeof(struct uvp_vec2);
    struct uvp_loan before;
    struct uvp_vec2 *step;
    void *spare;

    UVP_TRY(average_shapes(solver));
    UVP_TAKE(solver->work, step, patch->vertex_count);
    UVP_TRY(uvp_metric_pull_shapes(solver, patch->uv, step));
    solver->loan[0] =
        (struct uvp_loan){(unsigned char *)solver->ask->shape,
                          3 * (size_t)patch->triangle_count * sizeof *solver->ask->shape};
    UVP_TRY(uvp_laplace_make(solver));
    UVP_TRY(uvp_laplace_factor(solver));
    if (!solver->factored) {
        return UVP_OK;
    }
    before = solver->loan[0];
    UVP_TRY(uvp_solver_take(solver, patch->vertex_count, sizeof(struct uvp_vec2), &spare));
    UVP_TRY(uvp_sparse_solve(solver->work, &solver->matrix, step, spare));
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        patch->uv[v].x -= step[v].x / 2;
        patch->uv[v].y -= step[v].y / 2;
    }
    solver->loan[0] = before;
    solver->loan[3] = (struct uvp_loan){(unsigned char *)step, bytes};
    return UVP_OK;
}

/* Opens what is turned or nearly closed, if that is little. */
static enum uvp_code open_folds(struct uvp_solver *solver, double *energy)
{
    UVP_TRY(uvp_metric_energy(solver, solver->patch->uv, energy));
    if (!(*energy < FOLDED)) {
        UVP_TRY(uvp_untangle_run(solver));
        UVP_TRY(uvp_metric_energy(solver, solver->patch->uv, energy));
    }
    return UVP_OK;
}

/* First layouts that do not come from projection. */
static enum uvp_code start_over(struct uvp_solver *solver, double *energy)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(solver->work->scratch);
    struct uvp_disk disk;

    UVP_TRY(uvp_disk_begin(solver, &disk));
    if (disk.ready) {
        UVP_TRY(uvp_disk_conformal(&disk));
        UVP_TRY(open_folds(solver, energy));
    }
    if (disk.ready && !(*energy < UVP_SOLVE_TANGLED)) {
        UVP_TRY(uvp_disk_round(&disk));
        UVP_TRY(uvp_metric_energy(solver, solver->patch->uv, energy));
    }
    uvp_arena_rewind(solver->work->scratch, mark);
    return UVP_OK;
}

/* From a projection with turned triangles to a layout without. */
static enum uvp_code unfold(struct uvp_solver *solver, double *energy)
{
    bool hopeless;

    UVP_TRY(uvp_unfold_run(solver, 0, energy, &hopeless));
    if (!(*energy < UVP_SOLVE_TANGLED) && !hopeless) {
        UVP_TRY(open_folds(solver, energy));
    }
    return !(*energy < UVP_SOLVE_TANGLED) && !hopeless ? start_over(solver, energy) : UVP_OK;
}

/* A second way to a patch that could come out flat and did not: descent unrolls slowly. */
static enum uvp_code unroll(struct uvp_solver *solver, double *energy)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(solver->work->scratch);
    struct uvp_patch *const patch = solver->patch;
    struct uvp_vec2 *before;
    double now = HUGE_VAL;
    bool unrolls;

    UVP_TRY(uvp_disk_unrolls(solver, &unrolls));
    if (!unrolls) {
        return UVP_OK;
    }
    UVP_TAKE(solver->work, before, patch->vertex_count);
    memcpy(before, patch->uv, patch->vertex_count * sizeof *before);
    UVP_TRY(uvp_laplace_fill(solver));
    UVP_TRY(start_over(solver, &now));
    if (now < UVP_SOLVE_TANGLED) {
        UVP_TRY(uvp_descent_lower(solver, ITERATIONS, &now));
    }
    if (now < *energy) {
        *energy = now;
    } else {
        memcpy(patch->uv, before, patch->vertex_count * sizeof *before);
    }
    uvp_arena_rewind(solver->work->scratch, mark);
    return UVP_OK;
}

static enum uvp_code climb_shapes(struct uvp_solver *solver)
{
    double energy;

    UVP_TRY(stitch_shapes(solver));
    UVP_TRY(open_folds(solver, &energy));
    return solver->factored && isfinite(energy) && energy > 1 + GOOD_ENOUGH * solver->room
               ? uvp_descent_lower(solver, ITERATIONS, &energy)
               : UVP_OK;
}

static enum uvp_code climb(struct uvp_solver *solver)
{
    const bool fresh = solver->ask->start == UVP_SOLVE_FRESH;
    double energy;

    UVP_TRY(uvp_metric_energy(solver, solver->patch->uv, &energy));
    if (energy < 1 + GOOD_ENOUGH * solver->room) {
        return UVP_OK;
    }
    UVP_TRY(uvp_laplace_make(solver));
    UVP_TRY(uvp_laplace_factor(solver));
    if (!solver->factored) {
        return UVP_OK;
    }
    if (fresh && !(energy < UVP_SOLVE_TANGLED)) {
        UVP_TRY(unfold(solver, &energy));
    }
    if (!isfinite(energy)) {
        return UVP_OK;
    }
    UVP_TRY(uvp_descent_lower(solver, ITERATIONS, &energy));
    return fresh && energy > solver->ask->energy_max ? unroll(solver, &energy) : UVP_OK;
}

enum uvp_code uvp_solve_patch(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              const struct uvp_solve_ask *ask, struct uvp_patch *patch,
                              struct uvp_distortion *distortion)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    const double most = fmin(ask->energy_max, work->plan->chart_energy);
    struct uvp_solver solver = {.work = work,
                                .topology = topology,
                                .patch = patch,
                                .ask = ask,
                                .room = fmin(fmax(most - 1, ROOM_LEAST), ROOM_MOST)};

    if (ask->start == UVP_SOLVE_FRESH) {
        uvp_project_patch(topology, patch);
    }
    UVP_TRY(uvp_solver_begin(&solver));
    UVP_TRY(ask->start == UVP_SOLVE_SHAPES ? climb_shapes(&solver) : climb(&solver));
    uvp_solver_end(&solver);
    uvp_arena_rewind(work->scratch, mark);
    UVP_TRY(uvp_work_count(work, 10 * patch->triangle_count));
    return uvp_solve_measure(work, topology, patch, distortion);
}
