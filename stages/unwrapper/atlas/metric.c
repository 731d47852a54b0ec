/*
 * Rest shapes and what a layout costs against them, triangle by triangle.
 *
 * The symmetric Dirichlet energy of a map with singular values s1, s2 is the mean of s^2 and
 * 1/s^2; it is 1 for an isometry and grows without bound as a triangle closes (Smith, Schaefer
 * 2015). Far from the goal its slope says little, and the pull towards the nearest rotation of
 * as-rigid-as-possible parameterization (Liu, Zhang, Xu, Gotsman, Gortler 2008) is better; at
 * the goal both agree to second order.
 *
 * Triangles thinner than a small part of the mean edge are taken for that thick: slivers carry
 * no shape worth fighting for.
 */
#include <string.h>

#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/solver.h"

#define FLOOR 1e-5    /* of the mean edge */
#define LOAN_STEP 16U /* bytes: what is lent stays aligned for anything */
#define SAMPLE 64U
#define BLOCK 1024U /* triangles between two polls */

/* ---- rest shapes ---- */

/* A power of two near 1 / mean edge, by a sample of them. */
static void find_unit(struct uvp_solver *solver)
{
    const struct uvp_topology *const topology = solver->topology;
    const struct uvp_patch *const patch = solver->patch;
    const uint32_t stride = patch->triangle_count / SAMPLE + 1;
    double sum = 0;
    uint32_t count = 0;
    int exponent;

    for (uint32_t i = 0; i < patch->triangle_count; i += stride, count++) {
        const uint32_t *const v = topology->vertex + 3 * (size_t)patch->triangle[i];
        for (uint32_t k = 0; k < 3; k++) {
            const double length = uvp_vec3_length(uvp_vec3_sub(
                uvp_point_of(topology, v[(k + 1) % 3]), uvp_point_of(topology, v[k])));
            sum += isfinite(length) ? length / 3 : 0;
        }
    }
    (void)frexp(sum / count, &exponent);
    solver->unit = sum > 0 && isfinite(sum) ? ldexp(1, -exponent) : 1;
}

/* From edges of the triangle in the solver's unit. */
static struct uvp_metric metric_of(struct uvp_vec3 ab, struct uvp_vec3 ac)
{
    const struct uvp_vec3 normal = uvp_vec3_cross(ab, ac);
    const double length = sqrt(uvp_vec3_dot(ab, ab));
    const double twice = sqrt(uvp_vec3_dot(normal, normal)); /* the area */
    const double height = twice / length;

    if (length > FLOOR && height > FLOOR) {
        const double inverse = 1 / twice;
        return (struct uvp_metric){(float)(height * inverse),
                                   (float)(-uvp_vec3_dot(ab, ac) * height * inverse * inverse),
                                   (float)(length * inverse), 0};
    }
    {
        const struct uvp_rest rest = uvp_rest_of((struct uvp_vec3){0, 0, 0}, ab, ac);
        const double x1 = fmax(rest.x1, FLOOR);
        const double x2 = isfinite(rest.x2) ? rest.x2 : 0;
        const double y2 = fmax(rest.y2, FLOOR);
        return (struct uvp_metric){(float)(1 / x1), (float)(-x2 / (x1 * y2)), (float)(1 / y2),
                                   0};
    }
}

/* From one point to another, in the solver's unit. */
static struct uvp_vec3 way(const struct uvp_solver *solver, uint32_t from, uint32_t to)
{
    return uvp_vec3_scale(
        uvp_vec3_sub(uvp_point_of(solver->topology, to), uvp_point_of(solver->topology, from)),
        solver->unit);
}

enum uvp_code uvp_solver_take(struct uvp_solver *solver, size_t count, size_t each,
                              void **array)
{
    for (int i = 0; i < UVP_LOANS; i++) {
        struct uvp_loan *const loan = &solver->loan[i];
        const size_t bytes = (count * each + LOAN_STEP - 1) / LOAN_STEP * LOAN_STEP;
        if (loan->data != NULL && loan->bytes >= bytes) {
            *array = loan->data;
            loan->data += bytes;
            loan->bytes -= bytes;
            return UVP_OK;
        }
    }
    *array = uvp_arena_take(solver->work->scratch, count, each);
    return *array != NULL ? UVP_OK : uvp_fail_memory(solver->work->err, count * each);
}

enum uvp_code uvp_solver_begin(struct uvp_solver *solver)
{
    struct uvp_patch *const patch = solver->patch;
    void *rest;

    solver->loan[0] = (struct uvp_loan){solver->ask->lent, solver->ask->lent_bytes};
    UVP_TRY(uvp_solver_take(solver, patch->triangle_count, sizeof *solver->metric, &rest));
    solver->metric = rest;
    find_unit(solver);
    solver->area = 0;
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t t = patch->triangle[i];
        const uint32_t *const v = solver->topology->vertex + 3 * (size_t)t;
        struct uvp_metric *const metric = &solver->metric[i];
        *metric = metric_of(way(solver, v[0], v[1]), way(solver, v[0], v[2]));
        metric->area = (float)(uvp_area_of(solver->topology, t) * solver->unit * solver->unit);
        solver->area += (double)metric->area;
        UVP_TRY(uvp_work_count(solver->work, 8));
    }
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        patch->uv[v].x *= solver->unit;
        patch->uv[v].y *= solver->unit;
    }
    return UVP_OK;
}

void uvp_solver_end(struct uvp_solver *solver)
{
    struct uvp_patch *const patch = solver->patch;

    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        patch->uv[v].x /= solver->unit;
        patch->uv[v].y /= solver->unit;
    }
}

/* ---- passes ---- */

struct map {
    double a; /* du/dx */
    double b; /* du/dy */
    double c; /* dv/dx */
    double d; /* dv/dy */
};

static inline struct map map_of(const struct uvp_metric *metric, struct uvp_vec2 p,
                                struct uvp_vec2 q, struct uvp_vec2 r)
{
    const double xx = (double)metric->xx;
    const double xy = (double)metric->xy;
    const double yy = (double)metric->yy;
    const struct uvp_vec2 e1 = {q.x - p.x, q.y - p.y};
    const struct uvp_vec2 e2 = {r.x - p.x, r.y - p.y};

    return (struct map){e1.x * xx, e1.x * xy + e2.x * yy, e1.y * xx, e1.y * xy + e2.y * yy};
}

/* Adds the force of a triangle whose energy grows by `pull` with its map. */
static inline void add_force(const struct uvp_metric *metric, struct map pull,
                             const uint32_t *corner, struct uvp_vec2 *gradient)
{
    const double xx = (double)metric->xx;
    const double xy = (double)metric->xy;
    const double yy = (double)metric->yy;
    const struct uvp_vec2 f1 = {pull.a * xx + pull.b * xy, pull.c * xx + pull.d * xy};
    const struct uvp_vec2 f2 = {pull.b * yy, pull.d * yy};
    struct uvp_vec2 *const p = &gradient[corner[0]];
    struct uvp_vec2 *const q = &gradient[corner[1]];
    struct uvp_vec2 *const r = &gradient[corner[2]];

    p->x -= f1.x + f2.x;
    p->y -= f1.y + f2.y;
    q->x += f1.x;
    q->y += f1.y;
    r->x += f2.x;
    r->y += f2.y;
}

/*
 * Returns the energy of triangles [from, to), or infinity as soon as one is turned. Where sums
 * and differences of products stand side by side gcc 12 fuses them on machines that can, even
 * when told not to (-ffp-contract=off): hence the negated factors.
 */
static double pull_energy(const struct uvp_solver *solver, const struct uvp_vec2 *uv,
                          uint32_t from, uint32_t to, struct uvp_vec2 *gradient)
{
    double sum = 0;

    for (uint32_t i = from; i < to; i++) {
        const uint32_t *const corner = solver->patch->corner + 3 * (size_t)i;
        const struct uvp_metric *const metric = &solver->metric[i];
        const struct map m = map_of(metric, uv[corner[0]], uv[corner[1]], uv[corner[2]]);
        const double det = m.a * m.d - m.b * m.c;
        const double squares = m.a * m.a + m.b * m.b + m.c * m.c + m.d * m.d;
        const double inverse = 1 / det;
        const double second = squares * inverse * inverse;
        const double area = (double)metric->area;
        const double f1 = 0.5 * area * (1 + inverse * inverse);
        const double f2 = 0.5 * area * second * inverse;
        const double minus = -f2; /* see above: sums only */
        if (!(det > 0)) {
            return HUGE_VAL;
        }
        sum += area * (squares + second);
        add_force(metric,
                  (struct map){f1 * m.a + minus * m.d, f1 * m.b + f2 * m.c, f1 * m.c + f2 * m.b,
                               f1 * m.d + minus * m.a},
                  corner, gradient);
    }
    return sum;
}

/* The same towards rotations; complete even when the energy is infinite. */
static double pull_rigid(const struct uvp_solver *solver, const struct uvp_vec2 *uv,
                         uint32_t from, uint32_t to, double *distance,
                         struct uvp_vec2 *gradient)
{
    double apart = 0;
    double sum = 0;

    for (uint32_t i = from; i < to; i++) {
        const uint32_t *const corner = solver->patch->corner + 3 * (size_t)i;
        const struct uvp_metric *const metric = &solver->metric[i];
        const struct map m = map_of(metric, uv[corner[0]], uv[corner[1]], uv[corner[2]]);
        const double det = m.a * m.d - m.b * m.c;
        const double squares = m.a * m.a + m.b * m.b + m.c * m.c + m.d * m.d;
        const double size = sqrt((m.a + m.d) * (m.a + m.d) + (m.c - m.b) * (m.c - m.b));
        const double cosine = size > 0 ? -(m.a + m.d) / size : -1; /* negated, as above */
        const double sine = size > 0 ? (m.c - m.b) / size : 0;
        const double minus = -sine;
        const double area = (double)metric->area;
        const double twice = 2 * area;
        sum += det > 0 ? area * (squares + squares / (det * det)) : HUGE_VAL;
        apart += area * (squares - 2 * size + 2);
        add_force(metric,
                  (struct map){twice * (m.a + cosine), twice * (m.b + sine),
                               twice * (m.c + minus), twice * (m.d + cosine)},
                  corner, gradient);
    }
    *distance += apart;
    return sum;
}

static double mean_energy(const struct uvp_solver *solver, double sum)
{
    const double mean = solver->area > 0 ? sum / (4 * solver->area) : 1;

    return isfinite(mean) ? mean : HUGE_VAL;
}

/* Energy of triangles [from, to) alone; infinity as soon as one is turned. */
static double sum_energy(const struct uvp_solver *solver, const struct uvp_vec2 *uv,
                         uint32_t from, uint32_t to)
{
    double sum = 0;

    for (uint32_t i = from; i < to; i++) {
        const uint32_t *const corner = solver->patch->corner + 3 * (size_t)i;
        const struct uvp_metric *const metric = &solver->metric[i];
        const struct map m = map_of(metric, uv[corner[0]], uv[corner[1]], uv[corner[2]]);
        const double det = m.a * m.d - m.b * m.c;
        const double squares = m.a * m.a + m.b * m.b + m.c * m.c + m.d * m.d;
        if (!(det > 0)) {
            return HUGE_VAL;
        }
        sum += (double)metric->area * (squares + squares / (det * det));
    }
    return sum;
}

enum uvp_code uvp_metric_energy(const struct uvp_solver *solver, const struct uvp_vec2 *uv,
                                double *energy)
{
    const uint32_t count = solver->patch->triangle_count;
    double sum = 0;

    *energy = HUGE_VAL;
    for (uint32_t i = 0; i < count; i += BLOCK) {
        const uint32_t end = count - i < BLOCK ? count : i + BLOCK;
        sum += sum_energy(solver, uv, i, end);
        if (!isfinite(sum)) {
            return UVP_OK;
        }
        UVP_TRY(uvp_work_count(solver->work, 4 * (end - i)));
    }
    *energy = mean_energy(solver, sum);
    return UVP_OK;
}

enum uvp_code uvp_metric_pull(const struct uvp_solver *solver, const struct uvp_vec2 *uv,
                              double *energy, struct uvp_vec2 *gradient)
{
    const uint32_t count = solver->patch->triangle_count;
    double sum = 0;

    *energy = HUGE_VAL;
    memset(gradient, 0, solver->patch->vertex_count * sizeof *gradient);
    for (uint32_t i = 0; i < count; i += BLOCK) {
        const uint32_t end = count - i < BLOCK ? count : i + BLOCK;
        sum += pull_energy(solver, uv, i, end, gradient);
        if (!isfinite(sum)) {
            return UVP_OK;
        }
        UVP_TRY(uvp_work_count(solver->work, 8 * (end - i)));
    }
    *energy = mean_energy(solver, sum);
    return UVP_OK;
}

enum uvp_code uvp_metric_pull_rigid(const struct uvp_solver *solver, const struct uvp_vec2 *uv,
                                    double *energy, double *distance, struct uvp_vec2 *gradient)
{
    const uint32_t count = solver->patch->triangle_count;
    double apart = 0;
    double sum = 0;

    memset(gradient, 0, solver->patch->vertex_count * sizeof *gradient);
    for (uint32_t i = 0; i < count; i += BLOCK) {
        const uint32_t end = count - i < BLOCK ? count : i + BLOCK;
        sum += pull_rigid(solver, uv, i, end, &apart, gradient);
        UVP_TRY(uvp_work_count(solver->work, 10 * (end - i)));
    }
    *energy = mean_energy(solver, sum);
    *distance = solver->area > 0 ? apart / solver->area : 0;
    return UVP_OK;
}

enum uvp_code uvp_metric_pull_shapes(const struct uvp_solver *solver, const struct uvp_vec2 *uv,
                                     struct uvp_vec2 *gradient)
{
    const struct uvp_patch *const patch = solver->patch;
    const double unit = solver->unit;

    memset(gradient, 0, patch->vertex_count * sizeof *gradient);
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t *const corner = patch->corner + 3 * (size_t)i;
        const struct uvp_vec2 *const shape = solver->ask->shape + 3 * (size_t)i;
        const struct uvp_metric *const metric = &solver->metric[i];
        const double twice = 2 * (double)metric->area;
        const struct map m = map_of(metric, uv[corner[0]], uv[corner[1]], uv[corner[2]]);
        const struct map s = map_of(metric, shape[0], shape[1], shape[2]);
        add_force(metric,
                  (struct map){twice * (m.a - unit * s.a), twice * (m.b - unit * s.b),
                               twice * (m.c - unit * s.c), twice * (m.d - unit * s.d)},
                  corner, gradient);
        UVP_TRY(uvp_work_count(solver->work, 8));
    }
    return UVP_OK;
}

/* ---- steps ---- */

/* Smallest s > 0 with a s^2 + b s + c = 0, where c > 0; infinite when there is none. */
static double first_root(double a, double b, double c)
{
    const double square = b * b - 4 * a * c;
    double root;

    if (!(square >= 0)) {
        return HUGE_VAL;
    }
    root = b > 0 ? -b - sqrt(square) : -b + sqrt(square);
    if (b <= 0) { /* root > 0 in the numerator: 2c / root is the smaller one */
        return root > 0 ? 2 * c / root : HUGE_VAL;
    }
    return a < 0 ? root / (2 * a) : HUGE_VAL;
}

static double cross(struct uvp_vec2 a, struct uvp_vec2 b)
{
    return a.x * b.y - a.y * b.x;
}

static struct uvp_vec2 between(const struct uvp_vec2 *at, uint32_t from, uint32_t to)
{
    return (struct uvp_vec2){at[to].x - at[from].x, at[to].y - at[from].y};
}

enum uvp_code uvp_metric_longest(const struct uvp_solver *solver, const struct uvp_vec2 *uv,
                                 const struct uvp_vec2 *step, double *longest)
{
    const struct uvp_patch *const patch = solver->patch;
    double least = HUGE_VAL;

    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t *const corner = patch->corner + 3 * (size_t)i;
        const struct uvp_vec2 e1 = between(uv, corner[0], corner[1]);
        const struct uvp_vec2 e2 = between(uv, corner[0], corner[2]);
        const struct uvp_vec2 d1 = between(step, corner[0], corner[1]);
        const struct uvp_vec2 d2 = between(step, corner[0], corner[2]);
        const double root =
            first_root(cross(d1, d2), cross(e1, d2) + cross(d1, e2), cross(e1, e2));
        least = root < least ? root : least;
        UVP_TRY(uvp_work_count(solver->work, 6));
    }
    *longest = least;
    return UVP_OK;
}
