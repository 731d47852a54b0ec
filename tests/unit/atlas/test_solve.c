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

static void solve(struct scene *scene, enum uvp_solve_start start, const struct uvp_vec2 *shape)
{
    const struct uvp_solve_ask ask = {.start = start, .shape = shape, .energy_max = HUGE_VAL};

    assert_int_equal(uvp_solve_patch(&scene->work, &scene->topology, &ask, &scene->patch,
                                     &scene->distortion),
                     UVP_OK);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes_that_agree_stay),
        cmocka_unit_test(test_shapes_that_disagree_are_stitched),
        cmocka_unit_test(test_an_arch_comes_out_flat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
