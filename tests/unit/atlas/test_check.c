/*
 * The check of UVs that somebody else made: what is counted as what, and that it is exact for
 * any float32, and never gives up.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>
#include <stdlib.h>

#include "stages/unwrapper/atlas/exact.h"

struct layout {
    struct uvp_test_mesh mesh;
    struct uvp_bench bench;
    float *uv;
    uint32_t uv_count;
    uint32_t *corner_uv;
};

/* UVs are x and y of the vertices, times a scale. */
static void start(struct layout *layout, double scale)
{
    uvp_bench_init(&layout->bench);
    layout->uv_count = layout->mesh.vertex_count;
    layout->uv = malloc(2 * layout->uv_count * sizeof *layout->uv + 1);
    layout->corner_uv = malloc(layout->mesh.corner_count * sizeof *layout->corner_uv);
    for (uint32_t v = 0; v < layout->uv_count; v++) {
        for (uint32_t k = 0; k < 2; k++) {
            const double at = (double)layout->mesh.positions[3 * v + k] * scale;
            layout->uv[2 * v + k] = (float)at;
        }
    }
    memcpy(layout->corner_uv, layout->mesh.corner_vertex,
           layout->mesh.corner_count * sizeof *layout->corner_uv);
}

static void end(struct layout *layout)
{
    free(layout->uv);
    free(layout->corner_uv);
    uvp_test_mesh_release(&layout->mesh);
    uvp_bench_release(&layout->bench);
}

static enum uvp_code run(struct layout *layout, struct uvp_atlas_verdict *verdict)
{
    const struct uvp_atlas_input input = uvp_mesh_input(&layout->mesh);
    const struct uvp_atlas_uvs uvs = {layout->uv, layout->uv_count, layout->corner_uv};

    return uvp_atlas_check(&input, &uvs, &layout->bench.scratch, &layout->bench.stop, verdict,
                           &layout->bench.err);
}

static void expect(struct layout *layout, struct uvp_atlas_verdict wanted)
{
    struct uvp_atlas_verdict verdict;

    assert_int_equal(run(layout, &verdict), UVP_OK);
    assert_int_equal(verdict.flipped, wanted.flipped);
    assert_int_equal(verdict.collapsed, wanted.collapsed);
    assert_int_equal(verdict.mirrored, wanted.mirrored);
    assert_int_equal(verdict.outside, wanted.outside);
    assert_int_equal(verdict.off_lattice, wanted.off_lattice);
    assert_int_equal(verdict.unmapped, wanted.unmapped);
    assert_int_equal(verdict.overlapping, wanted.overlapping);
    assert_int_equal(verdict.overlapping_more, wanted.overlapping_more);
    assert_int_equal(verdict.charts, wanted.charts);
}

static void start_plane(struct layout *layout)
{
    uvp_test_mesh_init(&layout->mesh);
    uvp_test_mesh_plane(&layout->mesh, 4, 4, false);
    start(layout, 0.125);
}

static void test_good_and_mirrored(void **state)
{
    struct layout layout;

    (void)state;
    start_plane(&layout);
    expect(&layout, (struct uvp_atlas_verdict){.charts = 1});
    for (uint32_t i = 0; i < layout.uv_count; i++) {
        layout.uv[2 * i] = 1 - layout.uv[2 * i];
    }
    expect(&layout, (struct uvp_atlas_verdict){.charts = 1, .mirrored = 32});
    end(&layout);
}

static void test_folds(void **state)
{
    struct uvp_atlas_verdict verdict;
    struct layout layout;

    (void)state;
    start_plane(&layout);
    layout.uv[2 * 12] = 0.4375F; /* the middle vertex, over two of its six triangles */
    assert_int_equal(run(&layout, &verdict), UVP_OK);
    assert_int_equal(verdict.flipped, 2);
    assert_int_equal(verdict.mirrored, 0);
    assert_true(verdict.overlapping > 2);
    end(&layout);
    uvp_test_mesh_init(&layout.mesh);
    uvp_test_mesh_plane(&layout.mesh, 1, 1, false);
    start(&layout, 0.5);
    memcpy(layout.uv + 2 * 2, layout.uv + 2 * 1,
           2 * sizeof *layout.uv); /* one onto the other */
    expect(&layout, (struct uvp_atlas_verdict){.charts = 1, .flipped = 1, .overlapping = 1});
    end(&layout);
}

static void test_what_is_missing_or_out(void **state)
{
    struct layout layout;

    (void)state;
    start_plane(&layout);
    layout.corner_uv[0] = UINT32_MAX;
    layout.corner_uv[3] = layout.uv_count;
    expect(&layout, (struct uvp_atlas_verdict){.charts = 1, .unmapped = 2});
    end(&layout);
    start_plane(&layout);
    layout.uv[0] = NAN; /* of two triangles */
    expect(&layout, (struct uvp_atlas_verdict){.charts = 1, .outside = 2, .off_lattice = 1});
    layout.uv[0] = -0.125F;
    expect(&layout, (struct uvp_atlas_verdict){.charts = 1, .outside = 2});
    layout.uv[0] = 1e-9F;
    expect(&layout, (struct uvp_atlas_verdict){.charts = 1, .off_lattice = 1});
    end(&layout);
    start_plane(&layout);
    memcpy(layout.uv + 2 * 5, layout.uv, 2 * sizeof *layout.uv); /* an edge of two shrinks */
    {
        struct uvp_atlas_verdict verdict;
        assert_int_equal(run(&layout, &verdict), UVP_OK);
        assert_int_equal(verdict.collapsed, 1);
    }
    end(&layout);
}

static void test_bad_indices(void **state)
{
    struct uvp_atlas_verdict verdict;
    struct layout layout;

    (void)state;
    start_plane(&layout);
    layout.mesh.corner_vertex[7] = layout.mesh.vertex_count;
    assert_int_equal(run(&layout, &verdict), UVP_BAD_DATA);
    layout.mesh.corner_vertex[7] = 0;
    layout.mesh.triangles[5] = layout.mesh.corner_count;
    assert_int_equal(run(&layout, &verdict), UVP_BAD_DATA);
    end(&layout);
}

/* All sides of a cube on the same square, as games like it: six charts, all covering others. */
static void test_stacked_charts(void **state)
{
    static const uint32_t side[6][4] = {{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4},
                                        {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}};
    struct layout layout;

    (void)state;
    uvp_test_mesh_init(&layout.mesh);
    for (int i = 0; i < 8; i++) {
        (void)uvp_test_mesh_vertex(&layout.mesh, i & 1, i >> 1 & 1, i >> 2);
    }
    for (int i = 0; i < 6; i++) {
        uvp_test_mesh_polygon(&layout.mesh, side[i], 4);
    }
    start(&layout, 0);
    for (uint32_t c = 0; c < layout.mesh.corner_count; c++) {
        layout.corner_uv[c] = c % 4;
    }
    memcpy(layout.uv, (const float[]){0, 0, 1, 0, 1, 1, 0, 1}, 8 * sizeof(float));
    expect(&layout, (struct uvp_atlas_verdict){.charts = 6, .overlapping = 2 * 15});
    end(&layout);
}

/* A UV for every corner, though they are equal: still one chart, nothing covered. */
static void test_uvs_of_their_own(void **state)
{
    struct layout layout;
    float *uv;

    (void)state;
    start_plane(&layout);
    uv = malloc(2 * layout.mesh.corner_count * sizeof *uv);
    for (uint32_t c = 0; c < layout.mesh.corner_count; c++) {
        memcpy(uv + 2 * c, layout.uv + 2 * layout.corner_uv[c], 2 * sizeof *uv);
        layout.corner_uv[c] = c;
    }
    free(layout.uv);
    layout.uv = uv;
    layout.uv_count = layout.mesh.corner_count;
    expect(&layout, (struct uvp_atlas_verdict){.charts = 1});
    end(&layout);
}

/* ---- exactness ---- */

static void test_turns_are_exact(void **state)
{
    uint32_t random = 99;

    (void)state;
    for (int round = 0; round < 200000; round++) {
        /* points on a line of integers, moved by a step that float32 can hardly tell */
        const int32_t k = (int32_t)(uvp_test_random(&random) % 1000);
        const int32_t dx = (int32_t)(uvp_test_random(&random) % 8000) - 4000;
        const int32_t dy = (int32_t)(uvp_test_random(&random) % 8000) - 4000;
        const int32_t nudge = (int32_t)(uvp_test_random(&random) % 3) - 1;
        const int64_t c[2] = {(int64_t)k * dx, (int64_t)k * dy + nudge};
        const int64_t want = (int64_t)dx * c[1] - (int64_t)dy * c[0];
        const int scale = (int)(uvp_test_random(&random) % 200) - 100;
        const struct uvp_spot p = {0, 0};
        const struct uvp_spot q = {ldexpf((float)dx, scale), ldexpf((float)dy, scale)};
        const struct uvp_spot r = {ldexpf((float)c[0], scale), ldexpf((float)c[1], scale)};
        const int sign = (want > 0) - (want < 0);
        assert_int_equal(uvp_exact_turn(p, q, r), sign);
        assert_int_equal(uvp_exact_turn(q, r, p), sign);
        assert_int_equal(uvp_exact_turn(r, q, p), -sign);
        assert_int_equal(uvp_exact_turn_slow(p, q, r), sign);
    }
    {
        /* tiny beside huge: no double holds the differences */
        const struct uvp_spot tiny = {1e-38F, 2e-38F};
        const struct uvp_spot huge = {1e38F, 2e38F};
        const struct uvp_spot near_tiny = {1e-38F, 1.9999999e-38F};
        const struct uvp_spot one = {1, 1};
        assert_int_equal(uvp_exact_turn(tiny, huge, one), -1);
        assert_int_equal(uvp_exact_turn((struct uvp_spot){0, 0}, near_tiny, tiny), 1);
        assert_int_equal(uvp_exact_turn((struct uvp_spot){0, 0}, tiny, near_tiny), -1);
        assert_int_equal(uvp_exact_turn(huge, huge, tiny), 0);
    }
}

/* The same layout, crossed by one step of float32, at many scales and places. */
static void test_crossings_by_one_step(void **state)
{
    static const double scale[] = {0.7, 1e-6, 1e-30, 1e30, 1e37};

    (void)state;
    for (size_t i = 0; i < sizeof scale / sizeof *scale; i++) {
        for (int step = -1; step <= 1; step++) {
            struct layout layout;
            struct uvp_atlas_verdict verdict;
            const float far = (float)scale[i];
            uvp_test_mesh_init(&layout.mesh);
            (void)uvp_test_mesh_vertex(&layout.mesh, 0, 0, 0);
            (void)uvp_test_mesh_vertex(&layout.mesh, 1, 0, 0);
            (void)uvp_test_mesh_vertex(&layout.mesh, 0, 1, 0);
            for (uint32_t t = 0; t < 2; t++) {
                uvp_test_mesh_triangle(&layout.mesh, 0, 1, 2);
            }
            start(&layout, 0);
            free(layout.uv);
            layout.uv_count = 6;
            layout.uv = calloc(12, sizeof *layout.uv);
            for (uint32_t c = 0; c < 6; c++) {
                layout.corner_uv[c] = c;
            }
            /* the second stands on the long side of the first, whose middle it touches */
            memcpy(layout.uv, (const float[]){0, 0, far, 0, 0, far}, 6 * sizeof(float));
            memcpy(layout.uv + 6, (const float[]){far / 2, far / 2, far, far / 2, far, far},
                   6 * sizeof(float));
            if (step != 0) {
                layout.uv[6] = nextafterf(layout.uv[6], step < 0 ? 0 : far);
            }
            assert_int_equal(run(&layout, &verdict), UVP_OK);
            assert_int_equal(verdict.overlapping, step < 0);
            end(&layout);
        }
    }
}

/* ---- never gives up ---- */

/* Slivers about one point whose boxes all meet: a fan over `turns` full turns. */
static void start_fan(struct layout *layout, uint32_t count, double turns)
{
    uvp_test_mesh_init(&layout->mesh);
    (void)uvp_test_mesh_vertex(&layout->mesh, 0, 0, 0);
    for (uint32_t i = 0; i <= count; i++) {
        const double a = 6.283185307179586 * turns * i / count;
        (void)uvp_test_mesh_vertex(&layout->mesh, cos(a), sin(a), 0);
    }
    for (uint32_t i = 0; i < count; i++) {
        uvp_test_mesh_triangle(&layout->mesh, 0, 1 + i, 2 + i);
    }
    start(layout, 1);
}

static void test_fans_of_slivers(void **state)
{
    struct uvp_atlas_verdict verdict;
    struct layout layout;

    (void)state;
    start_fan(&layout, 100000, 0.99);
    assert_int_equal(run(&layout, &verdict), UVP_OK);
    assert_int_equal(verdict.overlapping, 0);
    assert_int_equal(verdict.flipped, 0);
    assert_int_equal(verdict.charts, 1);
    end(&layout);
    start_fan(&layout, 30000, 1.5); /* half of it twice: far too many boxes for all pairs */
    assert_int_equal(run(&layout, &verdict), UVP_OK);
    assert_true(verdict.overlapping > 0);
    assert_int_equal(verdict.flipped, 0);
    end(&layout);
}

/* Slivers that share nothing but one spot, each of them a chart; then two change places. */
static void test_crown_of_slivers(void **state)
{
    const uint32_t count = 50000;
    struct uvp_atlas_verdict verdict;
    struct layout layout;

    (void)state;
    uvp_test_mesh_init(&layout.mesh);
    (void)uvp_test_mesh_vertex(&layout.mesh, 0, 0, 0);
    for (uint32_t i = 0; i < 2 * count; i++) {
        const double a = 6.283185307179586 * i / (2 * count);
        (void)uvp_test_mesh_vertex(&layout.mesh, cos(a), sin(a), i % 3);
    }
    for (uint32_t i = 0; i < count; i++) {
        uvp_test_mesh_triangle(&layout.mesh, 0, 1 + 2 * i, 2 + 2 * i);
    }
    start(&layout, 1);
    assert_int_equal(run(&layout, &verdict), UVP_OK);
    assert_int_equal(verdict.overlapping, 0);
    assert_int_equal(verdict.charts, count);
    assert_true(layout.bench.stop.polls > 100);
    memcpy(layout.uv + 2 * 100, layout.uv + 2 * 102, 2 * sizeof *layout.uv);
    assert_int_equal(run(&layout, &verdict), UVP_OK);
    assert_in_range(verdict.overlapping, 1, 2);
    end(&layout);
}

/* Slivers across each other, thousands: each pair covers. */
static void test_hedgehog(void **state)
{
    struct uvp_atlas_verdict verdict;
    struct layout layout;
    const uint32_t count = 6000;

    (void)state;
    uvp_test_mesh_init(&layout.mesh);
    for (uint32_t i = 0; i < count; i++) {
        const double a = 3.141592653589793 * i / count;
        const uint32_t v = uvp_test_mesh_vertex(&layout.mesh, cos(a), sin(a), 0);
        (void)uvp_test_mesh_vertex(&layout.mesh, -cos(a), -sin(a), 0);
        (void)uvp_test_mesh_vertex(&layout.mesh, -cos(a + 1e-4), -sin(a + 1e-4), 0);
        uvp_test_mesh_triangle(&layout.mesh, v, v + 1, v + 2);
    }
    start(&layout, 1);
    assert_int_equal(run(&layout, &verdict), UVP_OK);
    assert_true(verdict.overlapping_more);
    assert_true(verdict.overlapping > 100000);
    end(&layout);
}

/* ---- failures ---- */

static void start_random(struct layout *layout)
{
    uint32_t random = 17;

    uvp_test_mesh_init(&layout->mesh);
    uvp_test_mesh_plane(&layout->mesh, 12, 12, false);
    start(layout, 0.05);
    for (uint32_t i = 0; i < 40; i++) {
        layout->corner_uv[uvp_test_random(&random) % layout->mesh.corner_count] =
            uvp_test_random(&random) % layout->uv_count;
    }
}

static void test_every_failure(void **state)
{
    struct uvp_atlas_verdict wanted;
    enum uvp_code code = UVP_NO_MEMORY;
    struct layout layout;

    (void)state;
    start_random(&layout);
    assert_int_equal(run(&layout, &wanted), UVP_OK);
    assert_true(wanted.overlapping > 0);
    for (uint64_t n = 1; code != UVP_OK; n++) {
        struct uvp_atlas_verdict verdict;
        uvp_arena_release(&layout.bench.scratch);
        layout.bench.mem.fail_at_call = layout.bench.mem.calls + n;
        code = run(&layout, &verdict);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        assert_true(n < 100);
    }
    layout.bench.mem.fail_at_call = 0;
    code = UVP_CANCELLED;
    for (uint64_t n = 1; code != UVP_OK; n++) {
        struct uvp_atlas_verdict verdict;
        layout.bench.stop.stop_at_poll = layout.bench.stop.polls + n;
        code = run(&layout, &verdict);
        assert_true(code == UVP_OK || code == UVP_CANCELLED);
        if (code == UVP_OK) {
            assert_memory_equal(&verdict, &wanted, sizeof verdict);
        }
        assert_true(n < 1000);
    }
    end(&layout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_and_mirrored),
        cmocka_unit_test(test_folds),
        cmocka_unit_test(test_what_is_missing_or_out),
        cmocka_unit_test(test_bad_indices),
        cmocka_unit_test(test_stacked_charts),
        cmocka_unit_test(test_uvs_of_their_own),
        cmocka_unit_test(test_turns_are_exact),
        cmocka_unit_test(test_crossings_by_one_step),
        cmocka_unit_test(test_fans_of_slivers),
        cmocka_unit_test(test_crown_of_slivers),
        cmocka_unit_test(test_hedgehog),
        cmocka_unit_test(test_every_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
