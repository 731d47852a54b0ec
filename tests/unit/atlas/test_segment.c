/*
 * Segments alone: every live unit has one, each is connected and keeps to seams and sizes, and
 * surfaces whose parts are known come out in that many.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <stdlib.h>

#include "stages/unwrapper/atlas/segment.h"
#include "stages/unwrapper/atlas/topology.h"

struct cut {
    struct uvp_bench bench;
    struct uvp_atlas_input input;
    struct uvp_plan plan;
    struct uvp_atlas_work work;
    struct uvp_topology topology;
    struct uvp_segments segments;
};

static enum uvp_code run(struct cut *cut, const struct uvp_test_mesh *mesh,
                         const struct uvp_atlas_options *options, const uint32_t *groups)
{
    cut->input = uvp_mesh_input(mesh);
    cut->input.triangle_group = groups;
    uvp_plan_make(options, &cut->plan);
    cut->work = (struct uvp_atlas_work){.input = &cut->input,
                                        .plan = &cut->plan,
                                        .keep = &cut->bench.keep,
                                        .scratch = &cut->bench.scratch,
                                        .stop = &cut->bench.stop,
                                        .err = &cut->bench.err};
    UVP_TRY(uvp_topology_make(&cut->work, &cut->topology));
    return uvp_segment_make(&cut->work, &cut->topology, &cut->segments);
}

static uint32_t segment_of(const struct cut *cut, uint32_t t)
{
    return cut->segments.chart[uvp_unit_of(&cut->topology, t)];
}

/* Walks over live triangles of one segment; gives how many there were. */
static uint32_t flood(const struct cut *cut, uint32_t start, uint8_t *seen, uint32_t *stack)
{
    uint32_t depth = 1;
    uint32_t count = 0;

    stack[0] = start;
    seen[start] = 1;
    while (depth > 0) {
        const uint32_t t = stack[--depth];
        count++;
        for (uint32_t h = 3 * t; h < 3 * t + 3; h++) {
            const uint32_t g = cut->topology.opposite[h];
            if (g != UVP_NONE && !seen[g / 3] && !uvp_is_dead(&cut->topology, g / 3) &&
                segment_of(cut, g / 3) == segment_of(cut, t)) {
                seen[g / 3] = 1;
                stack[depth++] = g / 3;
            }
        }
    }
    return count;
}

/* Numbers rise by first unit, nobody is left out, and every segment is one piece. */
static void check(const struct cut *cut)
{
    const uint32_t count = cut->topology.triangle_count;
    uint8_t *const seen = calloc(count, 1);
    uint32_t *const stack = calloc(count, sizeof *stack);
    uint32_t next = 0;

    assert_non_null(seen);
    assert_non_null(stack);
    for (uint32_t u = 0; u < cut->topology.unit_count; u++) {
        const uint32_t chart = cut->segments.chart[u];
        assert_true(chart == UVP_NONE || chart <= next);
        next += chart == next;
    }
    assert_int_equal(next, cut->segments.count);
    next = 0;
    for (uint32_t t = 0; t < count; t++) {
        if (uvp_is_dead(&cut->topology, t)) {
            continue;
        }
        assert_true(segment_of(cut, t) < cut->segments.count);
        if (!seen[t]) {
            assert_true(flood(cut, t, seen, stack) <= cut->plan.chart_triangles_max);
            next++;
        }
    }
    assert_int_equal(next, cut->segments.count);
    free(seen);
    free(stack);
}

static uint32_t count_segments(const struct uvp_test_mesh *mesh,
                               const struct uvp_atlas_options *options, const uint32_t *groups)
{
    struct cut cut = {0};
    uint32_t count;

    uvp_bench_init(&cut.bench);
    assert_int_equal(run(&cut, mesh, options, groups), UVP_OK);
    check(&cut);
    count = cut.segments.count;
    uvp_bench_release(&cut.bench);
    return count;
}

static void test_known_surfaces(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 40, 30, false);
    assert_int_equal(count_segments(&mesh, NULL, NULL), 1);
    uvp_test_mesh_plane(&mesh, 12, 30, true);
    assert_int_equal(count_segments(&mesh, NULL, NULL), 2);
    uvp_test_mesh_release(&mesh);

    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cylinder(&mesh, 64, 40);
    assert_in_range(count_segments(&mesh, NULL, NULL), 1, 4);
    uvp_test_mesh_release(&mesh);

    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_sphere(&mesh, 60, 40);
    assert_in_range(count_segments(&mesh, NULL, NULL), 4, 12);
    uvp_test_mesh_release(&mesh);
}

static void test_closed_surfaces_are_cut(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cube(&mesh, 0, 0, 0);
    assert_in_range(count_segments(&mesh, NULL, NULL), 2, 6);
    uvp_test_mesh_torus(&mesh, 60, 40);
    assert_in_range(count_segments(&mesh, NULL, NULL), 6, 40);
    uvp_test_mesh_moebius(&mesh, 50);
    (void)count_segments(&mesh, NULL, NULL);
    uvp_test_mesh_release(&mesh);
}

static void test_triangles_have_a_limit(void **state)
{
    const struct uvp_atlas_options options = {.max_chart_triangles = 7};
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 30, 30, false);
    assert_true(count_segments(&mesh, &options, NULL) >= 1800 / 7);
    uvp_test_mesh_release(&mesh);
}

static void test_groups_are_seams(void **state)
{
    const struct uvp_atlas_options options = {.seam_groups = true};
    struct uvp_test_mesh mesh;
    struct cut cut = {0};
    uint32_t *groups;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 30, 30, false);
    groups = calloc(mesh.triangle_count, sizeof *groups);
    assert_non_null(groups);
    for (uint32_t t = 0; t < mesh.triangle_count; t++) {
        groups[t] = t < mesh.triangle_count / 2 ? 5 : 9;
    }
    assert_int_equal(count_segments(&mesh, NULL, groups), 1);
    uvp_bench_init(&cut.bench);
    assert_int_equal(run(&cut, &mesh, &options, groups), UVP_OK);
    check(&cut);
    assert_int_equal(cut.segments.count, 2);
    for (uint32_t h = 0; h < 3 * mesh.triangle_count; h++) {
        const uint32_t g = cut.topology.opposite[h];
        if (g != UVP_NONE) {
            const bool hard = groups[h / 3] != groups[g / 3];
            assert_true(uvp_seam_is_hard(&cut.work, &cut.topology, h) == hard);
            assert_true(!hard || segment_of(&cut, h / 3) != segment_of(&cut, g / 3));
        }
    }
    uvp_bench_release(&cut.bench);
    free(groups);
    uvp_test_mesh_release(&mesh);
}

static void test_sharp_edges_are_seams(void **state)
{
    struct uvp_test_mesh mesh;
    struct cut cut = {0};

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cube(&mesh, 0, 0, 0);
    uvp_bench_init(&cut.bench);
    assert_int_equal(run(&cut, &mesh, NULL, NULL), UVP_OK);
    cut.plan.seam_cosine = 0.5;
    assert_int_equal(uvp_segment_make(&cut.work, &cut.topology, &cut.segments), UVP_OK);
    check(&cut);
    assert_int_equal(cut.segments.count, 6);
    uvp_bench_release(&cut.bench);
    uvp_test_mesh_release(&mesh);
}

/* A hub with very many neighbours: a fan, and a face that touches them all. */
static void test_hubs_stay_cheap(void **state)
{
    enum { LEAVES = 60000 };
    struct uvp_test_mesh mesh;
    uint32_t *const rim = calloc(LEAVES, sizeof *rim);

    (void)state;
    assert_non_null(rim);
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_star(&mesh, LEAVES, 0.5);
    (void)count_segments(&mesh, NULL, NULL);
    uvp_test_mesh_release(&mesh);

    uvp_test_mesh_init(&mesh); /* slivers all, but flat together */
    uvp_test_mesh_star(&mesh, LEAVES / 8, 0);
    assert_int_equal(count_segments(&mesh, NULL, NULL), 1);
    uvp_test_mesh_release(&mesh);

    uvp_test_mesh_init(&mesh);
    for (uint32_t i = 0; i < LEAVES; i++) { /* convex: a parabola, in floats a coarse one */
        const double x = (double)i / LEAVES;
        rim[i] = uvp_test_mesh_vertex(&mesh, x, x * x, 0);
    }
    uvp_test_mesh_polygon(&mesh, rim, LEAVES);
    for (uint32_t i = 0; i + 1 < LEAVES; i++) {
        const double x = (double)i / LEAVES;
        uvp_test_mesh_triangle(&mesh, rim[i + 1], rim[i],
                               uvp_test_mesh_vertex(&mesh, x, x * x - 0.1, 1));
    }
    (void)count_segments(&mesh, NULL, NULL);
    uvp_test_mesh_release(&mesh);
    free(rim);
}

static void test_soups_of_all_sizes(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed < 60; seed++) {
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_soup(&mesh, 3 + 11 * seed, 4 + 2 * seed, seed);
        uvp_test_mesh_scale(&mesh, seed % 3 == 0 ? 1e-25 : seed % 3 == 1 ? 1e25 : 1, 0);
        (void)count_segments(&mesh, NULL, NULL);
        uvp_test_mesh_release(&mesh);
    }
}

/* Triangles of a size beside which others vanish in float. */
static void test_sizes_far_apart(void **state)
{
    const struct uvp_atlas_options options = {.max_chart_triangles = 5};
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 6, 6, false);
    uvp_test_mesh_scale(&mesh, 1e-22, 0);
    uvp_test_mesh_plane(&mesh, 6, 6, true);
    assert_int_equal(count_segments(&mesh, NULL, NULL), 2);
    assert_true(count_segments(&mesh, &options, NULL) >= 144 / 5);
    uvp_test_mesh_release(&mesh);
}

/* A mesh comes out the same whatever its unit of length. */
static void test_scale_is_of_no_meaning(void **state)
{
    static const double scales[] = {1e-37, 1e-20, 1, 1e20, 1e36};
    uint32_t first = 0;

    (void)state;
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        struct uvp_test_mesh mesh;
        uint32_t count;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_plane(&mesh, 20, 20, false);
        uvp_test_mesh_torus(&mesh, 48, 32);
        uvp_test_mesh_scale(&mesh, scales[i], 0);
        count = count_segments(&mesh, NULL, NULL);
        first = i == 0 ? count : first;
        assert_in_range(count, first - 2, first + 2); /* floats round a little differently */
        uvp_test_mesh_release(&mesh);
    }
}

static void test_same_again(void **state)
{
    struct uvp_test_mesh mesh;
    struct cut first = {0};
    struct cut second = {0};

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_torus(&mesh, 80, 50);
    uvp_bench_init(&first.bench);
    uvp_bench_init(&second.bench);
    assert_int_equal(run(&first, &mesh, NULL, NULL), UVP_OK);
    assert_non_null(uvp_arena_take(&second.bench.scratch, 1U << 16, 1)); /* other memory */
    assert_int_equal(run(&second, &mesh, NULL, NULL), UVP_OK);
    assert_memory_equal(first.segments.chart, second.segments.chart,
                        first.topology.unit_count * sizeof *first.segments.chart);
    uvp_bench_release(&first.bench);
    uvp_bench_release(&second.bench);
    uvp_test_mesh_release(&mesh);
}

static void test_out_of_memory_anywhere(void **state)
{
    struct uvp_test_mesh mesh;
    uint64_t calls = 0;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_torus(&mesh, 40, 30);
    for (uint64_t n = 1; calls == 0; n++) {
        struct cut cut = {0};
        enum uvp_code code;
        uvp_bench_init(&cut.bench);
        cut.bench.mem.fail_at_call = n;
        code = run(&cut, &mesh, NULL, NULL);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        calls = code == UVP_OK ? n : 0;
        uvp_bench_release(&cut.bench);
    }
    assert_true(calls > 1);
    uvp_test_mesh_release(&mesh);
}

static void test_stops_at_any_poll(void **state)
{
    struct uvp_test_mesh mesh;
    bool done = false;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_sphere(&mesh, 120, 80);
    for (uint64_t n = 1; !done; n++) {
        struct cut cut = {0};
        enum uvp_code code;
        uvp_bench_init(&cut.bench);
        cut.bench.stop.stop_at_poll = n;
        code = run(&cut, &mesh, NULL, NULL);
        assert_true(code == UVP_OK || code == UVP_CANCELLED);
        done = code == UVP_OK;
        assert_true(!done || n > 10);
        uvp_bench_release(&cut.bench);
    }
    uvp_test_mesh_release(&mesh);
}

/* What the step holds at its highest beside the topology. */
static void test_memory_is_small(void **state)
{
    struct uvp_test_mesh mesh;
    struct cut cut = {0};
    struct uvp_arena alone;
    struct uvp_arena *old;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_sphere(&mesh, 300, 200);
    uvp_bench_init(&cut.bench);
    assert_int_equal(run(&cut, &mesh, NULL, NULL), UVP_OK);
    uvp_arena_init(&alone, &cut.bench.mem, 0);
    old = cut.work.scratch;
    cut.work.scratch = &alone;
    assert_int_equal(uvp_segment_make(&cut.work, &cut.topology, &cut.segments), UVP_OK);
    cut.work.scratch = old;
    assert_true(alone.held_bytes < (size_t)126 * mesh.triangle_count);
    uvp_arena_release(&alone);
    uvp_bench_release(&cut.bench);
    uvp_test_mesh_release(&mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_surfaces),
        cmocka_unit_test(test_closed_surfaces_are_cut),
        cmocka_unit_test(test_triangles_have_a_limit),
        cmocka_unit_test(test_groups_are_seams),
        cmocka_unit_test(test_sharp_edges_are_seams),
        cmocka_unit_test(test_hubs_stay_cheap),
        cmocka_unit_test(test_soups_of_all_sizes),
        cmocka_unit_test(test_sizes_far_apart),
        cmocka_unit_test(test_scale_is_of_no_meaning),
        cmocka_unit_test(test_same_again),
        cmocka_unit_test(test_out_of_memory_anywhere),
        cmocka_unit_test(test_stops_at_any_poll),
        cmocka_unit_test(test_memory_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
