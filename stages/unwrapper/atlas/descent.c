/*
 * Three steps, each only when needed.
 * Untangling: vertices of turned triangles go to the mean of their neighbours.
 * Descent: the local/global step of as-rigid-as-possible parameterization (Liu, Zhang, Xu,
 * Gotsman, Gortler 2008) is taken as a direction only. The step along it stops short of the
 * first triangle that would turn (Smith, Schaefer 2015) and is halved until the symmetric
 * Dirichlet energy falls; that energy grows without bound as a triangle closes.
 * Triangles thinner than a small part of the mean edge get that as height: slivers carry no
 * shape worth fighting for.
 */
#include "stages/unwrapper/atlas/descent.h"

#include <string.h>

#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/sparse.h"

#define GOOD_ENOUGH 1.0015
#define ITERATIONS 8
#define LEAST_GAIN 5e-4
#define EDGE_FLOOR 2e-4   /* of the mean edge ... */
#define HEIGHT_FLOOR 0.02 /* ... and of the mean height: what a sliver is lifted to at most */
#define SWEEPS 40
#define WEIGHT_MIN 0.005
#define WEIGHT_MAX 25.0
#define GAIN_KEPT 0.7 /* part of an iteration's gain that the next one hardly exceeds */

struct descent {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_patch *patch;
    const struct uvp_solve_ask *ask;
    struct uvp_rest *rest;
    struct uvp_sparse matrix;
    struct uvp_vec2 *goal;
    struct uvp_vec2 *trial;
};

struct jacobian {
    double a; /* du/dx */
    double b; /* du/dy */
    double c; /* dv/dx */
    double d; /* dv/dy */
};

static struct jacobian jacobian_of(const struct descent *descent, const struct uvp_vec2 *uv,
                                   uint32_t t)
{
    const uint32_t *const corner = descent->patch->corner + 3 * (size_t)t;
    const struct uvp_rest rest = descent->rest[t];
    const struct uvp_vec2 p = uv[corner[0]];
    const struct uvp_vec2 q = uv[corner[1]];
    const struct uvp_vec2 r = uv[corner[2]];
    const double a = (q.x - p.x) / rest.x1;
    const double c = (q.y - p.y) / rest.x1;

    return (struct jacobian){a, (r.x - p.x - a * rest.x2) / rest.y2, c,
                             (r.y - p.y - c * rest.x2) / rest.y2};
}

static enum uvp_code make_rest(struct descent *descent)
{
    const struct uvp_topology *const topology = descent->topology;
    const struct uvp_patch *const patch = descent->patch;

    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t *const v = topology->vertex + 3 * (size_t)patch->triangle[i];
        descent->rest[i] =
            uvp_rest_of(uvp_point_of(topology, v[0]), uvp_point_of(topology, v[1]),
                        uvp_point_of(topology, v[2]));
        UVP_TRY(uvp_work_count(descent->work, 4));
    }
    return UVP_OK;
}

/* Lifts slivers to the floor; not where slivers are all there is. */
static enum uvp_code lift_rest(struct descent *descent)
{
    const uint32_t count = descent->patch->triangle_count;
    double edges = 0;
    double heights = 0;
    double least;

    for (uint32_t i = 0; i < count; i++) {
        edges += isfinite(descent->rest[i].x1) ? descent->rest[i].x1 : 0;
        heights += isfinite(descent->rest[i].y2) ? descent->rest[i].y2 : 0;
    }
    least = fmin(EDGE_FLOOR * edges, HEIGHT_FLOOR * heights) / count;
    for (uint32_t i = 0; i < count; i++) {
        struct uvp_rest *const rest = &descent->rest[i];
        rest->x1 = fmax(rest->x1, least);
        rest->y2 = fmax(rest->y2, least);
        rest->x2 = isfinite(rest->x2) ? rest->x2 : 0;
        UVP_TRY(uvp_work_count(descent->work, 4));
    }
    return UVP_OK;
}

/* Mean energy over the patch; infinite when a triangle is turned or flat. */
static enum uvp_code find_energy(const struct descent *descent, const struct uvp_vec2 *uv,
                                 double *energy)
{
    double area = 0;
    double sum = 0;

    *energy = HUGE_VAL;
    for (uint32_t i = 0; i < descent->patch->triangle_count; i++) {
        const struct jacobian j = jacobian_of(descent, uv, i);
        const double weight = uvp_area_of(descent->topology, descent->patch->triangle[i]);
        const double det = j.a * j.d - j.b * j.c;
        const double squares = j.a * j.a + j.b * j.b + j.c * j.c + j.d * j.d;
        if (!(det > 0)) {
            return UVP_OK;
        }
        sum += weight * (squares + squares / (det * det));
        area += weight;
        UVP_TRY(uvp_work_count(descent->work, 4));
    }
    sum = area > 0 ? sum / (4 * area) : 1;
    *energy = isfinite(sum) ? sum : HUGE_VAL;
    return UVP_OK;
}

/* ---- the graph ---- */

static void add_entry(struct uvp_sparse *matrix, uint32_t *fill, uint32_t a, uint32_t b,
                      double weight)
{
    matrix->column[fill[a]] = b;
    matrix->value[fill[a]++] = -weight;
    matrix->diagonal[a] += weight;
}

static double weight_of(const struct uvp_rest *rest, uint32_t k)
{
    /* cotangent at the corner across from edge k, of (0,0), (x1,0), (x2,y2) */
    const double dot[3] = {(rest->x2 - rest->x1) * rest->x2 + rest->y2 * rest->y2,
                           rest->x1 * rest->x2, rest->x1 * (rest->x1 - rest->x2)};
    const double weight = dot[k] / (rest->x1 * rest->y2) / 2;

    return !(weight > WEIGHT_MIN) ? WEIGHT_MIN : weight < WEIGHT_MAX ? weight : WEIGHT_MAX;
}

static enum uvp_code make_matrix(struct descent *descent)
{
    const struct uvp_patch *const patch = descent->patch;
    struct uvp_sparse *const matrix = &descent->matrix;
    uint32_t *fill;
    uint32_t sum = 0;

    matrix->count = patch->vertex_count;
    UVP_TAKE(descent->work, matrix->start, (size_t)matrix->count + 1);
    UVP_TAKE(descent->work, fill, matrix->count);
    UVP_TAKE(descent->work, matrix->column, 6 * (size_t)patch->triangle_count);
    UVP_TAKE(descent->work, matrix->value, 6 * (size_t)patch->triangle_count);
    memset(fill, 0, matrix->count * sizeof *fill);
    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        fill[patch->corner[i]] += 2;
    }
    for (uint32_t v = 0; v < matrix->count; v++) {
        matrix->start[v] = sum;
        sum += fill[v];
        fill[v] = matrix->start[v];
        matrix->diagonal[v] = 0;
    }
    matrix->start[matrix->count] = sum;
    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        const uint32_t a = patch->corner[i];
        const uint32_t b = patch->corner[uvp_edge_next(i)];
        const double weight = weight_of(&descent->rest[i / 3], i % 3);
        add_entry(matrix, fill, a, b, weight);
        add_entry(matrix, fill, b, a, weight);
        UVP_TRY(uvp_work_count(descent->work, 4));
    }
    return UVP_OK;
}

/* ---- untangling ---- */

static bool is_turned(const struct descent *descent, uint32_t t)
{
    const struct jacobian j = jacobian_of(descent, descent->patch->uv, t);

    return !(j.a * j.d - j.b * j.c > 1e-3);
}

static uint32_t mark_turned(const struct descent *descent, uint8_t *marked)
{
    uint32_t turned = 0;

    for (uint32_t i = 0; i < descent->patch->triangle_count; i++) {
        if (is_turned(descent, i)) {
            turned++;
            for (uint32_t k = 0; k < 3; k++) {
                marked[descent->patch->corner[3 * i + k]] = 1;
            }
        }
    }
    return turned;
}

static void spread_marks(const struct descent *descent, uint8_t *marked)
{
    const struct uvp_sparse *const matrix = &descent->matrix;

    for (uint32_t v = 0; v < matrix->count; v++) {
        for (uint32_t i = matrix->start[v]; marked[v] == 1 && i < matrix->start[v + 1]; i++) {
            marked[matrix->column[i]] |= 2;
        }
    }
    for (uint32_t v = 0; v < matrix->count; v++) {
        marked[v] = marked[v] != 0;
    }
}

static void move_marked(const struct descent *descent, const uint8_t *marked)
{
    const struct uvp_sparse *const matrix = &descent->matrix;
    struct uvp_vec2 *const uv = descent->patch->uv;

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

/* Tries to undo turned triangles; the layout is free of them when it returns true. */
static enum uvp_code untangle(struct descent *descent, bool *untangled)
{
    uint32_t turned;
    uint8_t *marked;
    double energy;

    *untangled = false;
    UVP_TAKE(descent->work, marked, descent->patch->vertex_count);
    memset(marked, 0, descent->patch->vertex_count);
    turned = mark_turned(descent, marked);
    if (turned > 8 && turned > descent->patch->triangle_count / 8) {
        return UVP_OK;
    }
    for (int sweep = 0; sweep < SWEEPS && turned > 0; sweep++) {
        if (sweep % 8 == 0) {
            spread_marks(descent, marked);
        }
        move_marked(descent, marked);
        UVP_TRY(uvp_work_count(descent->work, 4 * descent->patch->triangle_count));
        turned = mark_turned(descent, marked);
        UVP_TRY(uvp_work_count(descent->work, 4 * descent->patch->triangle_count));
    }
    UVP_TRY(find_energy(descent, descent->patch->uv, &energy));
    *untangled = isfinite(energy);
    return UVP_OK;
}

/* ---- descent ---- */

static void add_edge(const struct descent *descent, uint32_t t, uint32_t k,
                     struct uvp_vec2 edge)
{
    const double weight = weight_of(&descent->rest[t], k);
    const uint32_t *const corner = descent->patch->corner + 3 * (size_t)t;
    struct uvp_vec2 *const from = &descent->goal[corner[k]];
    struct uvp_vec2 *const to = &descent->goal[corner[(k + 1) % 3]];

    from->x -= weight * edge.x;
    from->y -= weight * edge.y;
    to->x += weight * edge.x;
    to->y += weight * edge.y;
}

/* The layout that fits every triangle's best rotation best. */
static enum uvp_code find_goal(const struct descent *descent)
{
    const struct uvp_patch *const patch = descent->patch;

    memset(descent->goal, 0, patch->vertex_count * sizeof *descent->goal);
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const struct jacobian j = jacobian_of(descent, patch->uv, i);
        const struct uvp_rest rest = descent->rest[i];
        const double size = sqrt((j.a + j.d) * (j.a + j.d) + (j.c - j.b) * (j.c - j.b));
        const double cosine = size > 0 ? (j.a + j.d) / size : 1;
        const double sine = size > 0 ? (j.c - j.b) / size : 0;
        const struct uvp_vec2 p = {cosine * rest.x1, sine * rest.x1};
        const struct uvp_vec2 q = {cosine * rest.x2 - sine * rest.y2,
                                   sine * rest.x2 + cosine * rest.y2};
        add_edge(descent, i, 0, p);
        add_edge(descent, i, 1, (struct uvp_vec2){q.x - p.x, q.y - p.y});
        add_edge(descent, i, 2, (struct uvp_vec2){-q.x, -q.y});
        UVP_TRY(uvp_work_count(descent->work, 12));
    }
    /* the pinned vertex keeps its place: see make_descent */
    descent->goal[0].x += patch->uv[0].x * descent->matrix.diagonal[0] / 2;
    descent->goal[0].y += patch->uv[0].y * descent->matrix.diagonal[0] / 2;
    return uvp_sparse_solve(descent->work, &descent->matrix, descent->goal);
}

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

/* How far the layout can go towards the goal before a triangle closes. */
static enum uvp_code find_longest_step(const struct descent *descent, double *longest)
{
    const struct uvp_patch *const patch = descent->patch;
    double step = HUGE_VAL;

    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t *const corner = patch->corner + 3 * (size_t)i;
        struct uvp_vec2 e[2];
        struct uvp_vec2 d[2];
        for (int k = 0; k < 2; k++) {
            const uint32_t from = corner[0];
            const uint32_t to = corner[k + 1];
            e[k] = (struct uvp_vec2){patch->uv[to].x - patch->uv[from].x,
                                     patch->uv[to].y - patch->uv[from].y};
            d[k] = (struct uvp_vec2){descent->goal[to].x - descent->goal[from].x - e[k].x,
                                     descent->goal[to].y - descent->goal[from].y - e[k].y};
        }
        step = fmin(step, first_root(d[0].x * d[1].y - d[0].y * d[1].x,
                                     e[0].x * d[1].y - e[0].y * d[1].x + d[0].x * e[1].y -
                                         d[0].y * e[1].x,
                                     e[0].x * e[1].y - e[0].y * e[1].x));
        UVP_TRY(uvp_work_count(descent->work, 6));
    }
    *longest = step;
    return UVP_OK;
}

static void blend(const struct descent *descent, double step)
{
    const struct uvp_vec2 *const uv = descent->patch->uv;

    for (uint32_t v = 0; v < descent->patch->vertex_count; v++) {
        descent->trial[v] = (struct uvp_vec2){uv[v].x + step * (descent->goal[v].x - uv[v].x),
                                              uv[v].y + step * (descent->goal[v].y - uv[v].y)};
    }
}

/* One step downwards; the energy stays when no step helps. */
static enum uvp_code improve(const struct descent *descent, double *energy)
{
    double step = 0;

    UVP_TRY(find_goal(descent));
    UVP_TRY(find_longest_step(descent, &step));
    step = fmin(1, 0.8 * step);
    for (int tries = 0; tries < 6; tries++, step /= 2) {
        double now;
        blend(descent, step);
        UVP_TRY(find_energy(descent, descent->trial, &now));
        if (now < *energy) {
            memcpy(descent->patch->uv, descent->trial,
                   descent->patch->vertex_count * sizeof *descent->trial);
            *energy = now;
            return UVP_OK;
        }
    }
    return UVP_OK;
}

/* `*done` is false when the patch would need too large a factor. */
static enum uvp_code factor(struct descent *descent, bool *done)
{
    /* in entries and steps of the factor; a patch beyond them is kept or split as it is */
    const uint64_t vertices = descent->patch->vertex_count;
    const uint64_t wanted = 100000 + 10 * (uint64_t)descent->topology->triangle_count;
    const uint64_t entries = wanted < INT32_MAX ? wanted : INT32_MAX;

    descent->matrix.diagonal[0] *= 1.5; /* pins a vertex: the rest is free to float */
    UVP_TRY(uvp_sparse_factor(descent->work, &descent->matrix, descent->patch->uv, entries,
                              4000 * vertices + 1000000, done));
    descent->matrix.diagonal[0] /= 1.5;
    return UVP_OK;
}

/* Whether even a long tail of falling gains would not bring the energy to what is asked. */
static bool is_hopeless(const struct descent *descent, double energy, double gain)
{
    return energy - gain * GAIN_KEPT / (1 - GAIN_KEPT) > descent->ask->energy_max;
}

static enum uvp_code descend(struct descent *descent, double *energy)
{
    for (int i = 0; i < ITERATIONS; i++) {
        const double before = *energy;
        UVP_TRY(improve(descent, energy));
        if (!(before - *energy > LEAST_GAIN * *energy) ||
            (i > 0 && is_hopeless(descent, *energy, before - *energy))) {
            break;
        }
    }
    return UVP_OK;
}

/* ---- stitching ---- */

/* Each vertex at the mean of where its triangles would have it. */
static void average_shapes(const struct descent *descent)
{
    struct uvp_patch *const patch = descent->patch;
    double *const times = descent->matrix.diagonal; /* filled later */

    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        patch->uv[v] = (struct uvp_vec2){0, 0};
        times[v] = 0;
    }
    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        struct uvp_vec2 *const uv = &patch->uv[patch->corner[i]];
        const struct uvp_vec2 p = descent->ask->shape[i];
        *uv = (struct uvp_vec2){uv->x + p.x, uv->y + p.y};
        times[patch->corner[i]] += 1;
    }
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        patch->uv[v] = (struct uvp_vec2){patch->uv[v].x / times[v], patch->uv[v].y / times[v]};
    }
}

/*
 * The layout whose edges fit those of the shapes best: a Poisson system, as gradients of meshes
 * are stitched (Yu, Zhou, Xu, Shi, Bao, Guo, Shum 2004). Neighbours that disagree share the
 * misfit over the whole patch, where a mean of corners would fold the triangles along the seam.
 */
static enum uvp_code stitch_shapes(struct descent *descent)
{
    const struct uvp_patch *const patch = descent->patch;
    const struct uvp_vec2 *const shape = descent->ask->shape;

    memset(descent->goal, 0, patch->vertex_count * sizeof *descent->goal);
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        for (uint32_t k = 0; k < 3; k++) {
            const struct uvp_vec2 from = shape[3 * i + k];
            const struct uvp_vec2 to = shape[3 * i + (k + 1) % 3];
            add_edge(descent, i, k, (struct uvp_vec2){to.x - from.x, to.y - from.y});
        }
        UVP_TRY(uvp_work_count(descent->work, 12));
    }
    descent->goal[0].x += patch->uv[0].x * descent->matrix.diagonal[0] / 2;
    descent->goal[0].y += patch->uv[0].y * descent->matrix.diagonal[0] / 2;
    UVP_TRY(uvp_sparse_solve(descent->work, &descent->matrix, descent->goal));
    memcpy(patch->uv, descent->goal, patch->vertex_count * sizeof *patch->uv);
    return UVP_OK;
}

/* ---- the steps ---- */

static enum uvp_code run_shapes(struct descent *descent, double *energy)
{
    const uint32_t vertices = descent->patch->vertex_count;
    bool factored = false;
    bool untangled = true;

    UVP_TRY(lift_rest(descent));
    UVP_TAKE(descent->work, descent->goal, vertices);
    UVP_TAKE(descent->work, descent->trial, vertices);
    UVP_TAKE(descent->work, descent->matrix.diagonal, vertices);
    average_shapes(descent);
    UVP_TRY(make_matrix(descent));
    UVP_TRY(factor(descent, &factored));
    if (factored) {
        UVP_TRY(stitch_shapes(descent));
    }
    UVP_TRY(find_energy(descent, descent->patch->uv, energy));
    if (!isfinite(*energy)) {
        UVP_TRY(untangle(descent, &untangled));
        UVP_TRY(find_energy(descent, descent->patch->uv, energy));
    }
    return untangled && factored ? descend(descent, energy) : UVP_OK;
}

static enum uvp_code run_layout(struct descent *descent, double *energy)
{
    bool factored = false;
    bool untangled = true;

    UVP_TRY(find_energy(descent, descent->patch->uv, energy));
    if (*energy < GOOD_ENOUGH) {
        return UVP_OK;
    }
    UVP_TRY(lift_rest(descent));
    UVP_TRY(find_energy(descent, descent->patch->uv, energy));
    UVP_TAKE(descent->work, descent->matrix.diagonal, descent->patch->vertex_count);
    UVP_TRY(make_matrix(descent));
    if (!isfinite(*energy)) {
        UVP_TRY(untangle(descent, &untangled));
    }
    if (!untangled) {
        return UVP_OK;
    }
    UVP_TAKE(descent->work, descent->goal, descent->patch->vertex_count);
    UVP_TAKE(descent->work, descent->trial, descent->patch->vertex_count);
    UVP_TRY(find_energy(descent, descent->patch->uv, energy));
    UVP_TRY(factor(descent, &factored));
    return factored ? descend(descent, energy) : UVP_OK;
}

enum uvp_code uvp_descent_solve(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology,
                                const struct uvp_solve_ask *ask, struct uvp_patch *patch,
                                double *energy)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct descent descent = {.work = work, .topology = topology, .ask = ask, .patch = patch};

    UVP_TAKE(work, descent.rest, patch->triangle_count);
    UVP_TRY(make_rest(&descent));
    if (ask->start == UVP_SOLVE_SHAPES) {
        UVP_TRY(run_shapes(&descent, energy));
    } else {
        UVP_TRY(run_layout(&descent, energy));
    }
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 10 * patch->triangle_count);
}

enum uvp_code uvp_descent_run(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              struct uvp_patch *patch, double *distortion)
{
    const struct uvp_solve_ask ask = {.start = UVP_SOLVE_LAYOUT, .energy_max = HUGE_VAL};

    return uvp_descent_solve(work, topology, &ask, patch, distortion);
}
