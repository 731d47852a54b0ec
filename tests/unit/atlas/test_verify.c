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

static void test_turned_triangles_are_negative(void **state)
{
    static const uint8_t turned[2] = {0, 1};
    struct layout layout;

    (void)state;
    setup(&layout);
    layout.result.triangle_turned = turned;
    expect(&layout, 1, 0, 0);
    setup(&layout);
    layout.result.triangle_turned = turned;
    layout.corner_uv[3] = 4;
    layout.corner_uv[4] = 3;
    expect(&layout, 0, 0, 0);
}

static void test_pages(void **state)
{
    static const struct {
        uint32_t pages;
        int x;
        int y;
        uint64_t outside;
    } cases[] = {{1, 1, 0, 1},  {2, 1, 0, 0},    {2, 2, 0, 1},    {2, 0, 1, 1},   {10, 9, 0, 0},
                 {11, 0, 1, 0}, {11, 1, 1, 1},   {20, 9, 1, 0},   {20, 10, 0, 1}, {20, 0, 2, 1},
                 {5, -1, 0, 1}, {300, 3, 29, 0}, {300, 3, 30, 1}, {0, 0, 0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct layout layout;
        setup(&layout);
        layout.result.page_count = cases[i].pages;
        for (int c = 3; c < 6; c++) {
            layout.uv[2 * c] += (float)cases[i].x;
            layout.uv[2 * c + 1] += (float)cases[i].y;
        }
        expect(&layout, 0, 0, cases[i].outside);
    }
    {
        struct layout layout; /* from one page into the next */
        setup(&layout);
        layout.result.page_count = 2;
        layout.uv[2 * 4] = 1.125F;
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

/* ---- against looking at all pairs ---- */

#define SOUP 60

struct soup {
    struct uvp_test_mesh mesh;
    struct uvp_bench bench;
    uint32_t count;
    float uv[6 * SOUP];
    uint32_t corner_uv[3 * SOUP];
};

static void start_soup(struct soup *soup)
{
    memset(soup, 0, sizeof *soup);
    uvp_bench_init(&soup->bench);
    uvp_test_mesh_init(&soup->mesh);
    (void)uvp_test_mesh_vertex(&soup->mesh, 0, 0, 0);
    for (uint32_t i = 0; i < 3 * SOUP; i++) {
        soup->corner_uv[i] = i;
    }
    for (uint32_t t = 0; t < SOUP; t++) {
        uvp_test_mesh_triangle(&soup->mesh, 0, 0, 0);
    }
}

static void end_soup(struct soup *soup)
{
    uvp_test_mesh_release(&soup->mesh);
    uvp_bench_release(&soup->bench);
}

static int64_t turn(const float *a, const float *b, const float *c)
{
    const double unit = 1 << 24; /* all numbers of these tests are multiples of 2^-24 */
    const int64_t ax = (int64_t)((double)a[0] * unit);
    const int64_t ay = (int64_t)((double)a[1] * unit);

    return ((int64_t)((double)b[0] * unit) - ax) * ((int64_t)((double)c[1] * unit) - ay) -
           ((int64_t)((double)b[1] * unit) - ay) * ((int64_t)((double)c[0] * unit) - ax);
}

static bool is_apart(const float *s, const float *t)
{
    const int way = turn(s, s + 2, s + 4) > 0 ? 1 : -1;

    for (int k = 0; k < 3; k++) {
        const float *const p = s + 2 * k;
        const float *const q = s + 2 * ((k + 1) % 3);
        if (way * turn(p, q, t) <= 0 && way * turn(p, q, t + 2) <= 0 &&
            way * turn(p, q, t + 4) <= 0) {
            return true;
        }
    }
    return false;
}

static uint64_t count_pairs(const struct soup *soup)
{
    uint64_t pairs = 0;

    for (uint32_t i = 0; i < soup->count; i++) {
        const float *const s = soup->uv + 6 * (size_t)i;
        for (uint32_t j = 0; j < i; j++) {
            const float *const t = soup->uv + 6 * (size_t)j;
            pairs += turn(s, s + 2, s + 4) != 0 && turn(t, t + 2, t + 4) != 0 &&
                     !is_apart(s, t) && !is_apart(t, s);
        }
    }
    return pairs;
}

static uint64_t judge_soup(struct soup *soup)
{
    struct uvp_atlas_input input;
    struct uvp_atlas_verdict verdict;
    const struct uvp_atlas_result result = {
        .uv = soup->uv, .uv_count = 3 * SOUP, .corner_uv = soup->corner_uv};

    soup->mesh.triangle_count = soup->count;
    input = uvp_mesh_input(&soup->mesh);
    soup->mesh.triangle_count = SOUP;
    assert_int_equal(uvp_atlas_verify(&input, &result, &soup->bench.scratch, &soup->bench.stop,
                                      &verdict, &soup->bench.err),
                     UVP_OK);
    assert_false(verdict.overlapping_more);
    assert_int_equal(verdict.outside, 0);
    return verdict.overlapping;
}

/* Few triangles on few points: touching, in line, one on another, in every way. */
static void test_counts_all_pairs(void **state)
{
    static const struct {
        uint32_t rounds;
        uint32_t most;
        uint32_t grid;
    } kinds[] = {{20000, 3, 3}, {20000, 4, 4}, {20000, 6, 6}, {5000, 12, 16}, {200, 60, 16}};
    uint64_t clean = 0;
    uint32_t random = 3;
    struct soup soup;

    (void)state;
    start_soup(&soup);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (uint32_t round = 0; round < kinds[k].rounds; round++) {
            uint64_t pairs;
            soup.count = 2 + uvp_test_random(&random) % (kinds[k].most - 1);
            for (uint32_t i = 0; i < 6 * soup.count; i++) {
                soup.uv[i] = (float)(uvp_test_random(&random) % kinds[k].grid) / 16;
            }
            pairs = count_pairs(&soup);
            clean += pairs == 0;
            if (judge_soup(&soup) != pairs) {
                fail_msg("kind %zu round %u: not %u pairs", k, round, (unsigned)pairs);
            }
        }
    }
    assert_true(clean > 10000);
    end_soup(&soup);
}

/* Pieces of a triangulated square, moved, turned and partly one on another. */
static void test_counts_pairs_of_fitting_pieces(void **state)
{
    uint32_t random = 11;
    uint64_t clean = 0;
    struct soup soup;

    (void)state;
    start_soup(&soup);
    for (uint32_t round = 0; round < 20000; round++) {
        uint64_t pairs;
        soup.count = 0;
        for (uint32_t cell = 0; cell < 9; cell++) {
            static const int corner[2][2][6] = {{{0, 0, 1, 0, 1, 1}, {0, 0, 1, 1, 0, 1}},
                                                {{0, 0, 1, 0, 0, 1}, {1, 0, 1, 1, 0, 1}}};
            const uint32_t way = uvp_test_random(&random) % 2;
            for (uint32_t half = 0; half < 2; half++) {
                const uint32_t fate = uvp_test_random(&random) % 16;
                const uint32_t turned = uvp_test_random(&random) % 4 == 0;
                float *const to = soup.uv + 6 * (size_t)soup.count;
                if (fate < 4) {
                    continue;
                }
                for (uint32_t i = 0; i < 6; i++) {
                    const uint32_t from = turned ? (i + 2) % 4 + (i >= 4 ? 2 : 0) : i;
                    const uint32_t at = i % 2 == 0 ? cell % 3 : cell / 3;
                    to[i] = (float)(at + (uint32_t)corner[way][half][i >= 4 ? i : from]) / 4;
                }
                if (fate == 4) {
                    to[uvp_test_random(&random) % 6] += 0.125F;
                }
                soup.count++;
            }
        }
        pairs = count_pairs(&soup);
        clean += pairs == 0;
        assert_int_equal(judge_soup(&soup), pairs);
    }
    assert_in_range(clean, 2000, 19000);
    end_soup(&soup);
}

/* A sheet whose triangles share their UVs, some of which are moved: edges cancel by index. */
static void test_counts_pairs_of_a_crumpled_sheet(void **state)
{
    uint32_t random = 23;
    uint64_t clean = 0;
    struct soup soup;

    (void)state;
    start_soup(&soup);
    for (uint32_t round = 0; round < 20000; round++) {
        float shared[32];
        float uv[6 * SOUP];
        uint64_t pairs;
        for (uint32_t v = 0; v < 16; v++) {
            shared[2 * v] = (float)(13 + 2 * (v % 4)) / 32;
            shared[2 * v + 1] = (float)(13 + 2 * (v / 4)) / 32;
        }
        for (uint32_t i = uvp_test_random(&random) % 5; i > 0; i--) {
            const uint32_t step = uvp_test_random(&random) % 7;
            shared[uvp_test_random(&random) % 32] += ((float)step - 3) / 32;
        }
        soup.count = 18;
        for (uint32_t t = 0; t < 18; t++) {
            const uint32_t at = t / 2 % 3 + t / 6 * 4;
            const uint32_t corner[2][3] = {{at, at + 1, at + 5}, {at, at + 5, at + 4}};
            for (uint32_t k = 0; k < 3; k++) {
                soup.corner_uv[3 * t + k] = corner[t % 2][k];
                memcpy(uv + 6 * t + 2 * k, shared + 2 * (size_t)corner[t % 2][k],
                       2 * sizeof *uv);
            }
        }
        memcpy(soup.uv, uv, sizeof uv);
        pairs = count_pairs(&soup);
        memcpy(soup.uv, shared, sizeof shared);
        clean += pairs == 0;
        assert_int_equal(judge_soup(&soup), pairs);
    }
    assert_in_range(clean, 4000, 16000);
    end_soup(&soup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_layout),
        cmocka_unit_test(test_flips),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_turned_triangles_are_negative),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_counts_all_pairs),
        cmocka_unit_test(test_counts_pairs_of_fitting_pieces),
        cmocka_unit_test(test_counts_pairs_of_a_crumpled_sheet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
