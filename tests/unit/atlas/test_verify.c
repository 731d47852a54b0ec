/*
 * The outside judge must see every fault: good layouts are spoiled one way at a time.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>

struct layout {
    struct uvp_bench bench;
    struct uvp_test_mesh mesh;
    float uv[64];
    uint32_t corner_uv[64];
    struct uvp_atlas_result result;
};

/* Two triangles apart, each with UVs of its own. */
static void setup(struct layout *layout)
{
    static const float uv[] = {0.125F, 0.125F, 0.25F, 0.125F, 0.125F, 0.25F,
                               0.5F,   0.5F,   0.75F, 0.5F,   0.5F,   0.75F};

    memset(layout, 0, sizeof *layout);
    uvp_bench_init(&layout->bench);
    uvp_test_mesh_init(&layout->mesh);
    for (uint32_t i = 0; i < 6; i++) {
        (void)uvp_test_mesh_vertex(&layout->mesh, i % 3 == 1, i % 3 == 2, i / 3);
        layout->corner_uv[i] = i;
    }
    uvp_test_mesh_triangle(&layout->mesh, 0, 1, 2);
    uvp_test_mesh_triangle(&layout->mesh, 3, 4, 5);
    memcpy(layout->uv, uv, sizeof uv);
    layout->result.uv = layout->uv;
    layout->result.uv_count = 6;
    layout->result.corner_uv = layout->corner_uv;
}

static struct uvp_atlas_verdict verdict_of(struct layout *layout)
{
    const struct uvp_atlas_input input = uvp_mesh_input(&layout->mesh);
    struct uvp_atlas_verdict verdict = {.flipped = 9, .overlapping = 9, .outside = 9};

    assert_int_equal(uvp_atlas_verify(&input, &layout->result, &layout->bench.scratch,
                                      &layout->bench.stop, &verdict, &layout->bench.err),
                     UVP_OK);
    return verdict;
}

static void expect(struct layout *layout, uint64_t flipped, uint64_t overlapping,
                   uint64_t outside)
{
    const struct uvp_atlas_verdict verdict = verdict_of(layout);

    assert_int_equal(verdict.flipped, flipped);
    assert_int_equal(verdict.overlapping, overlapping);
    assert_int_equal(verdict.outside, outside);
    uvp_test_mesh_release(&layout->mesh);
    uvp_bench_release(&layout->bench);
}

static void test_good_layout(void **state)
{
    struct layout layout;

    (void)state;
    setup(&layout);
    expect(&layout, 0, 0, 0);
}

static void test_flips(void **state)
{
    struct layout layout;

    (void)state;
    setup(&layout);
    layout.corner_uv[0] = 1;
    layout.corner_uv[1] = 0;
    expect(&layout, 1, 0, 0);
    setup(&layout);
    layout.corner_uv[1] = 0; /* no UV area, but area on the surface */
    expect(&layout, 1, 0, 0);
    setup(&layout);
    layout.corner_uv[1] = 0;
    layout.mesh.corner_vertex[1] = 0; /* nor there: allowed */
    expect(&layout, 0, 0, 0);
}

static void test_overlaps(void **state)
{
    struct layout layout;

    (void)state;
    setup(&layout);
    for (int i = 0; i < 3; i++) {
        layout.corner_uv[i] = 3 + (uint32_t)i;
    }
    expect(&layout, 0, 1, 0);
    setup(&layout);
    layout.uv[0] = 0.53125F; /* one within the other */
    layout.uv[1] = 0.53125F;
    layout.uv[2] = 0.5625F;
    layout.uv[3] = 0.53125F;
    layout.uv[4] = 0.53125F;
    layout.uv[5] = 0.5625F;
    expect(&layout, 0, 1, 0);
    setup(&layout);
    layout.uv[4] = 0.5F; /* over an edge by one step of the lattice */
    layout.uv[5] = 0.5F + 1.0F / 8388608;
    expect(&layout, 0, 0, 0); /* touches at a point of the edge only */
    setup(&layout);
    layout.uv[4] = 0.5F + 1.0F / 8388608;
    layout.uv[5] = 0.5F + 1.0F / 8388608;
    expect(&layout, 0, 1, 0);
}

static void test_outside(void **state)
{
    static const float bad[] = {-1e-7F, 1.0000001F, NAN, INFINITY, -INFINITY, 1e-8F, 7};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct layout layout;
        setup(&layout);
        layout.uv[3] = bad[i];
        expect(&layout, 0, 0, 1);
    }
    {
        struct layout layout;
        setup(&layout);
        layout.corner_uv[4] = 6; /* no such UV */
        expect(&layout, 0, 0, 1);
    }
}

static void test_failures(void **state)
{
    struct layout layout;
    struct uvp_atlas_verdict verdict;
    enum uvp_code code = UVP_OK;

    (void)state;
    setup(&layout);
    layout.bench.stop.stop_at_poll = 1;
    {
        const struct uvp_atlas_input input = uvp_mesh_input(&layout.mesh);
        assert_int_equal(uvp_atlas_verify(&input, &layout.result, &layout.bench.scratch,
                                          &layout.bench.stop, &verdict, &layout.bench.err),
                         UVP_CANCELLED);
        layout.bench.stop.stop_at_poll = 0;
        layout.bench.mem.fail_at_call = 1;
        uvp_arena_release(&layout.bench.scratch);
        code = uvp_atlas_verify(&input, &layout.result, &layout.bench.scratch,
                                &layout.bench.stop, &verdict, &layout.bench.err);
        assert_int_equal(code, UVP_NO_MEMORY);
    }
    layout.bench.mem.fail_at_call = 0;
    expect(&layout, 0, 0, 0);
}

/* Counts against looking at all pairs. */
static void test_counts_all_pairs(void **state)
{
    struct layout layout;
    uint32_t random = 3;

    (void)state;
    for (int round = 0; round < 200; round++) {
        static float uv[2 * 180];
        static uint32_t corner_uv[180];
        struct uvp_atlas_verdict verdict;
        uint64_t pairs = 0;
        setup(&layout);
        uvp_test_mesh_release(&layout.mesh);
        (void)uvp_test_mesh_vertex(&layout.mesh, 0, 0, 0);
        for (uint32_t t = 0; t < 60; t++) {
            uvp_test_mesh_triangle(&layout.mesh, 0, 0, 0);
            for (uint32_t k = 0; k < 3; k++) {
                corner_uv[3 * t + k] = 3 * t + k;
                uv[6 * t + 2 * k] = (float)(uvp_test_random(&random) % 16) / 16;
                uv[6 * t + 2 * k + 1] = (float)(uvp_test_random(&random) % 16) / 16;
            }
        }
        layout.result =
            (struct uvp_atlas_result){.uv = uv, .uv_count = 180, .corner_uv = corner_uv};
        verdict = verdict_of(&layout);
        for (uint32_t s = 0; s < 60; s++) {
            for (uint32_t t = 0; t < s; t++) {
                struct uvp_atlas_verdict two;
                layout.mesh.triangle_count = 2;
                layout.mesh.triangles[0] = 3 * s;
                layout.mesh.triangles[1] = 3 * s + 1;
                layout.mesh.triangles[2] = 3 * s + 2;
                layout.mesh.triangles[3] = 3 * t;
                layout.mesh.triangles[4] = 3 * t + 1;
                layout.mesh.triangles[5] = 3 * t + 2;
                two = verdict_of(&layout);
                pairs += two.overlapping;
            }
            uvp_arena_reset(&layout.bench.scratch, SIZE_MAX);
        }
        assert_int_equal(verdict.overlapping, pairs);
        uvp_test_mesh_release(&layout.mesh);
        uvp_bench_release(&layout.bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_layout), cmocka_unit_test(test_flips),
        cmocka_unit_test(test_overlaps),    cmocka_unit_test(test_outside),
        cmocka_unit_test(test_failures),    cmocka_unit_test(test_counts_all_pairs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
