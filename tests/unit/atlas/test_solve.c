/*
 * Patches whose best layout is known: plane, rolled sheets, layouts that disagree.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>
#include <stdlib.h>

#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/solve.h"
#include "stages/unwrapper/atlas/topology.h"

/* A mesh as one patch, ready to be laid flat. */
struct scene {
    struct uvp_bench bench;
    struct uvp_test_mesh mesh;
    struct uvp_atlas_input input;
    struct uvp_plan plan;
    struct uvp_atlas_work work;
    struct uvp_topology topology;
    struct uvp_pieces pieces;
    struct uvp_patch patch;
    uint32_t *list;
    struct uvp_distortion distortion;
};

static void *take(struct scene *scene, size_t count, size_t bytes)
{
    void *const array = uvp_arena_take(&scene->bench.scratch, count, bytes);

    assert_non_null(array);
    return array;
}

static void begin(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    uvp_bench_init(&scene->bench);
    uvp_test_mesh_init(&scene->mesh);
    uvp_plan_make(NULL, &scene->plan);
}

/* The whole mesh becomes the patch. */
static void ready(struct scene *scene)
{
    const uint32_t count = scene->mesh.triangle_count;

    scene->input = uvp_mesh_input(&scene->mesh);
    scene->work = (struct uvp_atlas_work){.input = &scene->input,
                                          .plan = &scene->plan,
                                          .keep = &scene->bench.keep,
                                          .scratch = &scene->bench.scratch,
                                          .stop = &scene->bench.stop,
                                          .err = &scene->bench.err};
    assert_int_equal(uvp_topology_make(&scene->work, &scene->topology), UVP_OK);
    scene->list = take(scene, count, sizeof *scene->list);
    scene->pieces.label = take(scene, count, sizeof *scene->pieces.label);
    scene->pieces.local = take(scene, count, sizeof *scene->pieces.local);
    for (uint32_t t = 0; t < count; t++) {
        scene->list[t] = t;
        scene->pieces.label[t] = UVP_NONE;
    }
    assert_int_equal(uvp_patch_make(&scene->work, &scene->topology, &scene->pieces, 0,
                                    scene->list, count, &scene->patch),
                     UVP_OK);
}

static void solve_within(struct scene *scene, enum uvp_solve_start start,
                         struct uvp_vec2 *shape, double energy_max)
{
    const struct uvp_solve_ask ask = {.start = start, .shape = shape, .energy_max = energy_max};

    assert_int_equal(uvp_solve_patch(&scene->work, &scene->topology, &ask, &scene->patch,
                                     &scene->distortion),
                     UVP_OK);
}

static void solve(struct scene *scene, enum uvp_solve_start start, struct uvp_vec2 *shape)
{
    solve_within(scene, start, shape, 1.006);
}

static void end(struct scene *scene)
{
    uvp_test_mesh_release(&scene->mesh);
    uvp_bench_release(&scene->bench);
}

/* A grid of nx by ny squares, each point given by `place`. */
static void add_sheet(struct uvp_test_mesh *mesh, uint32_t nx, uint32_t ny,
                      void (*place)(double u, double v, double out[3]))
{
    const uint32_t first = mesh->vertex_count;

    for (uint32_t y = 0; y <= ny; y++) {
        for (uint32_t x = 0; x <= nx; x++) {
            double p[3];
            place((double)x / nx, (double)y / ny, p);
            (void)uvp_test_mesh_vertex(mesh, p[0], p[1], p[2]);
        }
    }
    for (uint32_t y = 0; y < ny; y++) {
        for (uint32_t x = 0; x < nx; x++) {
            const uint32_t a = first + y * (nx + 1) + x;
            const uint32_t d = a + nx + 1;
            uvp_test_mesh_triangle(mesh, a, a + 1, d + 1);
            uvp_test_mesh_triangle(mesh, a, d + 1, d);
        }
    }
}

static void place_flat(double u, double v, double out[3])
{
    out[0] = 2 * u;
    out[1] = v;
    out[2] = 0;
}

static void place_arch(double u, double v, double out[3])
{
    out[0] = sin(2 * (u - 0.5));
    out[1] = v;
    out[2] = cos(2 * (u - 0.5));
}

/* The layout of a flat mesh, each side of the line up its middle turned by `angle`. */
static struct uvp_vec2 *make_shapes(struct scene *scene, double angle)
{
    const struct uvp_topology *const topology = &scene->topology;
    struct uvp_vec2 *const shape =
        take(scene, 3 * (size_t)topology->triangle_count, sizeof *shape);
    double middle = 0;

    for (uint32_t i = 0; i < topology->point_count; i++) {
        middle += uvp_point_of(topology, i).x / topology->point_count;
    }
    for (uint32_t i = 0; i < 3 * topology->triangle_count; i++) {
        const struct uvp_vec3 p = uvp_point_of(topology, topology->vertex[i]);
        double side = -middle;
        for (uint32_t k = 0; k < 3; k++) {
            side += uvp_point_of(topology, topology->vertex[i / 3 * 3 + k]).x / 3;
        }
        const double turn = side < 0 ? angle : -angle;
        shape[i] = (struct uvp_vec2){cos(turn) * (p.x - middle) - sin(turn) * p.y,
                                     sin(turn) * (p.x - middle) + cos(turn) * p.y};
    }
    return shape;
}

static void test_shapes_that_agree_stay(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    add_sheet(&scene.mesh, 20, 10, place_flat);
    ready(&scene);
    solve(&scene, UVP_SOLVE_SHAPES, make_shapes(&scene, 0));
    assert_true(scene.distortion.energy < 1 + 1e-6);
    assert_true(scene.distortion.stretched == 0);
    end(&scene);
}

/* Halves that gape and overlap by up to 24 degrees: corners' means alone fold the seam. */
static void test_shapes_that_disagree_are_stitched(void **state)
{
    (void)state;
    for (int degrees = -12; degrees <= 12; degrees += 4) {
        struct scene scene;
        begin(&scene);
        add_sheet(&scene.mesh, 60, 30, place_flat);
        ready(&scene);
        solve(&scene, UVP_SOLVE_SHAPES, make_shapes(&scene, degrees * 3.14159 / 180));
        assert_true(scene.distortion.energy < 1.006);
        end(&scene);
    }
}

/* A tube slit lengthways. */
static void place_tube(double u, double v, double out[3])
{
    const double angle = 350.0 / 180 * 3.14159265 * u;

    out[0] = cos(angle);
    out[1] = sin(angle);
    out[2] = 3 * v;
}

/* A cone without its tip, slit. */
static void place_cone(double u, double v, double out[3])
{
    const double angle = 340.0 / 180 * 3.14159265 * u;
    const double radius = 0.2 + v;

    out[0] = radius * cos(angle);
    out[1] = radius * sin(angle);
    out[2] = 1.5 * v;
}

/* A strip that winds about the axis two and a half times: a projection folds it all. */
static void place_spiral(double u, double v, double out[3])
{
    const double angle = 5 * 3.14159265 * u;

    out[0] = cos(angle);
    out[1] = sin(angle);
    out[2] = 2 * u + 0.3 * v;
}

/* Rolled up without touching itself. */
static void place_scroll(double u, double v, double out[3])
{
    const double angle = 6 * 3.14159265 * u;
    const double radius = 1 + u;

    out[0] = radius * cos(angle);
    out[1] = radius * sin(angle);
    out[2] = 3 * v;
}

/* Three quarters of a torus' outer half: curved, so never an isometry. */
static void place_bow(double u, double v, double out[3])
{
    const double angle = 1.5 * 3.14159265 * u;
    const double across = 2 * (v - 0.5);

    out[0] = (3 + cos(across)) * cos(angle);
    out[1] = (3 + cos(across)) * sin(angle);
    out[2] = sin(across);
}

static double energy_of(uint32_t nx, uint32_t ny,
                        void (*place)(double u, double v, double out[3]))
{
    struct scene scene;
    double energy;

    begin(&scene);
    add_sheet(&scene.mesh, nx, ny, place);
    ready(&scene);
    solve(&scene, UVP_SOLVE_FRESH, NULL);
    energy = scene.distortion.energy;
    end(&scene);
    return energy;
}

static void test_what_unrolls_comes_out_flat(void **state)
{
    (void)state;
    assert_true(energy_of(60, 20, place_tube) < 1.0005);
    assert_true(energy_of(60, 20, place_cone) < 1.0005);
    assert_true(energy_of(120, 4, place_spiral) < 1.001);
    assert_true(energy_of(150, 10, place_scroll) < 1.0005);
    assert_true(energy_of(90, 20, place_bow) < 1.05);
}

/* A ring with two borders: a washer that is bent up, and a band that is a tube. */
static void add_ring(struct uvp_test_mesh *mesh, uint32_t around, uint32_t up, double lean,
                     double height)
{
    for (uint32_t y = 0; y <= up; y++) {
        for (uint32_t x = 0; x < around; x++) {
            const double angle = 2 * 3.14159265 * x / around;
            const double v = (double)y / up;
            (void)uvp_test_mesh_vertex(mesh, (1 + lean * v) * cos(angle),
                                       (1 + lean * v) * sin(angle), height * v);
        }
    }
    for (uint32_t i = 0; i < around * up; i++) {
        const uint32_t a = i;
        const uint32_t b = i / around * around + (i + 1) % around;
        uvp_test_mesh_triangle(mesh, a, b, b + around);
        uvp_test_mesh_triangle(mesh, a, b + around, a + around);
    }
}

static double ring_energy(double lean, double height)
{
    struct scene scene;
    double energy;

    begin(&scene);
    add_ring(&scene.mesh, 40, 8, lean, height);
    ready(&scene);
    solve_within(&scene, UVP_SOLVE_FRESH, NULL, HUGE_VAL);
    energy = scene.distortion.energy;
    end(&scene);
    return energy;
}

static void test_rings_are_laid_out(void **state)
{
    (void)state;
    assert_true(ring_energy(1, 0) < 1.0001);
    assert_true(ring_energy(1, 0.3) < 1.01);
    assert_true(isfinite(ring_energy(0, 0.3)));
    assert_true(isfinite(ring_energy(0, 2)));
    assert_true(isfinite(ring_energy(-0.2, 2)));
}

static void test_a_closed_mesh_has_no_layout(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    uvp_test_mesh_sphere(&scene.mesh, 12, 8);
    ready(&scene);
    solve(&scene, UVP_SOLVE_FRESH, NULL);
    assert_true(!isfinite(scene.distortion.energy));
    end(&scene);
}

static void test_an_arch_comes_out_flat(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    add_sheet(&scene.mesh, 40, 20, place_arch);
    ready(&scene);
    solve(&scene, UVP_SOLVE_FRESH, NULL);
    assert_true(scene.distortion.energy < 1.001);
    end(&scene);
}

/* ---- hard meshes ---- */

static void test_a_star_of_many_triangles(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    uvp_test_mesh_star(&scene.mesh, 100000, 0.001);
    ready(&scene);
    solve(&scene, UVP_SOLVE_FRESH, NULL);
    assert_true(!isnan(scene.distortion.energy));
    end(&scene);
}

/* A bent strip of triangles from round to a hundred times longer than wide. */
static void place_sliver(double u, double v, double out[3])
{
    out[0] = u * u * u * u * 3;
    out[1] = 0.01 * v;
    out[2] = 0.3 * sin(3 * out[0]);
}

static void test_slivers_and_sizes(void **state)
{
    static const double scales[] = {1e-30, 1, 1e30};

    (void)state;
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        struct scene scene;
        begin(&scene);
        add_sheet(&scene.mesh, 60, 4, place_sliver);
        uvp_test_mesh_scale(&scene.mesh, scales[i], 0);
        ready(&scene);
        solve(&scene, UVP_SOLVE_FRESH, NULL);
        assert_true(scene.distortion.energy < 1.01);
        end(&scene);
    }
}

/* Triangles among few points, paired as they come: anything but a disk. */
static void test_soups_end(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 30; seed++) {
        struct scene scene;
        begin(&scene);
        uvp_test_mesh_soup(&scene.mesh, 40, 12, seed);
        ready(&scene);
        solve(&scene, UVP_SOLVE_FRESH, NULL);
        assert_true(!isnan(scene.distortion.energy));
        for (uint32_t v = 0; v < scene.patch.vertex_count; v++) {
            assert_true(isfinite(scene.patch.uv[v].x) && isfinite(scene.patch.uv[v].y));
        }
        end(&scene);
    }
}

static void test_every_failure_of_memory_is_told(void **state)
{
    static void (*const places[])(double u, double v, double out[3]) = {place_tube, place_cone,
                                                                        place_spiral};

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        bool done = false;
        for (size_t n = 1; !done && n < 200; n++) {
            const struct uvp_solve_ask ask = {.start = UVP_SOLVE_FRESH, .energy_max = 1.006};
            struct uvp_distortion distortion;
            struct uvp_arena arena;
            struct scene scene;
            enum uvp_code code;
            begin(&scene);
            add_sheet(&scene.mesh, 50, 6, places[i]);
            ready(&scene);
            uvp_arena_init(&arena, &scene.bench.mem, 0);
            scene.work.scratch = &arena;
            scene.bench.mem.fail_at_call = scene.bench.mem.calls + n;
            code =
                uvp_solve_patch(&scene.work, &scene.topology, &ask, &scene.patch, &distortion);
            assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
            done = code == UVP_OK;
            scene.bench.mem.fail_at_call = 0;
            uvp_arena_release(&arena);
            end(&scene);
        }
        assert_true(done);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes_that_agree_stay),
        cmocka_unit_test(test_shapes_that_disagree_are_stitched),
        cmocka_unit_test(test_an_arch_comes_out_flat),
        cmocka_unit_test(test_what_unrolls_comes_out_flat),
        cmocka_unit_test(test_rings_are_laid_out),
        cmocka_unit_test(test_a_closed_mesh_has_no_layout),
        cmocka_unit_test(test_a_star_of_many_triangles),
        cmocka_unit_test(test_slivers_and_sizes),
        cmocka_unit_test(test_soups_end),
        cmocka_unit_test(test_every_failure_of_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
