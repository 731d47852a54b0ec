/* An atlas that breaks a promise is a bug, and is told as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stages/unwrapper/judge.h"

/* A square of two triangles, and UVs for it. */
static const float positions[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0};
static const uint32_t corner_vertex[] = {0, 1, 2, 0, 2, 3};
static const uint32_t triangles[] = {0, 1, 2, 3, 4, 5};

static const struct uvp_atlas_input input = {
    .positions = positions,
    .vertex_count = 4,
    .corner_vertex = corner_vertex,
    .corner_count = 6,
    .triangles = triangles,
    .triangle_count = 2,
};

struct bench {
    struct uvp_mem mem;
    struct uvp_arena scratch;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_atlas_verdict verdict;
};

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->scratch, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
}

static void bench_close(struct bench *bench)
{
    uvp_arena_release(&bench->scratch);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static enum uvp_code judge(struct bench *bench, const float *uv, const uint32_t *corner_uv)
{
    static const uint32_t chart[2] = {0, 0};
    const struct uvp_atlas_result result = {
        .uv = uv,
        .uv_count = 4,
        .corner_uv = corner_uv,
        .triangle_chart = chart,
        .page_count = 1,
    };

    return uvp_judge_result(&input, &result, &bench->scratch, &bench->stop, &bench->verdict,
                            &bench->err);
}

static const float square[] = {0.25F, 0.25F, 0.5F, 0.25F, 0.5F, 0.5F, 0.25F, 0.5F};

static void a_square_is_valid(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(judge(&bench, square, corner_vertex), UVP_OK);
    assert_int_equal(bench.verdict.flipped, 0);
    assert_int_equal(bench.verdict.overlapping, 0);
    assert_int_equal(bench.verdict.outside, 0);
    bench_close(&bench);
}

static void what_is_broken_is_a_bug(void **state)
{
    static const float folded[] = {0.25F, 0.25F, 0.5F, 0.25F, 0.5F, 0.5F, 0.5F, 0.125F};
    static const float outside[] = {0.25F, 0.25F, 1.5F, 0.25F, 1.5F, 0.5F, 0.25F, 0.5F};
    static const uint32_t twice[] = {0, 1, 2, 0, 1, 2};
    static const struct {
        const float *uv;
        const uint32_t *corner_uv;
        const char *says;
    } rows[] = {
        {folded, corner_vertex, "1 flipped"},
        {outside, corner_vertex, "2 outside"},
        {square, twice, "1 overlapping"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(judge(&bench, rows[i].uv, rows[i].corner_uv), UVP_BUG);
        if (strstr(bench.err.text, rows[i].says) == NULL) {
            fail_msg("row %zu: %s", i, bench.err.text);
        }
        assert_non_null(strstr(bench.err.text, "please report this mesh"));
        bench_close(&bench);
    }
}

static void faults_have_a_bit_and_a_name_each(void **state)
{
    struct uvp_atlas_verdict verdict;

    (void)state;
    memset(&verdict, 0, sizeof verdict);
    verdict.off_lattice = 7; /* UVs of any origin need no lattice */
    assert_int_equal(uvp_judge_faults(&verdict), 0);
    verdict.flipped = 1;
    verdict.outside = 1;
    assert_int_equal(uvp_judge_faults(&verdict), UVP_FAULT_FLIPPED | UVP_FAULT_OUTSIDE);
    verdict.collapsed = verdict.mirrored = verdict.overlapping = verdict.unmapped = 1;
    assert_int_equal(uvp_judge_faults(&verdict), 63);
    assert_string_equal(uvp_fault_name(0), "flipped");
    assert_string_equal(uvp_fault_name(5), "unmapped");
    assert_null(uvp_fault_name(6));
}

static void pages_hold_their_borders(void **state)
{
    static const struct {
        float uv[6];
        uint32_t pages;
        bool off;
    } rows[] = {
        {{0, 0, 1, 0, 1, 1}, 1, false},
        {{0, 0, 1, 0, 1, 1.0001F}, 1, true},
        {{1, 1, 1, 1, 1, 1}, 1, false},
        {{-0.001F, 0, 1, 0, 1, 1}, 1, true},
        {{1, 0, 2, 0, 2, 1}, 1, true},
        {{1, 0, 2, 0, 2, 1}, 2, false},
        {{0.5F, 0, 1.5F, 0, 1, 1}, 2, true}, /* across two */
        {{9, 0, 10, 0, 10, 1}, 10, false},
        {{10.5F, 0, 10.6F, 0, 10.7F, 1}, UVP_ATLAS_PAGES_AUTO, true},
        {{0.1F, 1.1F, 0.2F, 1.2F, 0.3F, 1.9F}, 10, true},
        {{0.1F, 1.1F, 0.2F, 1.2F, 0.3F, 1.9F}, 11, false},
        {{3.5F, 70.5F, 3.6F, 70.5F, 3.5F, 70.6F}, UVP_ATLAS_PAGES_AUTO, false},
        {{3.5F, -1, 3.6F, -0.5F, 3.5F, -0.2F}, UVP_ATLAS_PAGES_AUTO, true},
        {{1e30F, 0, 1e30F, 0, 1e30F, 1}, UVP_ATLAS_PAGES_AUTO, true},
    };
    static const uint32_t corners[6] = {0, 1, 2, 0, 1, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct uvp_atlas_uvs uvs = {rows[i].uv, 3, corners};
        /* the second triangle is not mapped: never counted here */
        if (uvp_judge_off_pages(&input, &uvs, rows[i].pages) != (rows[i].off ? 1 : 0)) {
            fail_msg("row %zu", i);
        }
    }
}

static void memory_and_stops_are_no_verdict(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    bench.mem.fail_at_call = 1;
    assert_int_equal(judge(&bench, square, corner_vertex), UVP_NO_MEMORY);
    bench_close(&bench);
    bench_open(&bench);
    bench.stop.stop_at_poll = 1;
    assert_int_equal(judge(&bench, square, corner_vertex), UVP_CANCELLED);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_square_is_valid),
        cmocka_unit_test(what_is_broken_is_a_bug),
        cmocka_unit_test(faults_have_a_bit_and_a_name_each),
        cmocka_unit_test(pages_hold_their_borders),
        cmocka_unit_test(memory_and_stops_are_no_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
