/* Equal UVs are one, whatever line of the file they stand in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stages/unwrapper/uv_weld.h"

#define NONE UVP_MESH_NO_UV

struct bench {
    struct uvp_mem mem;
    struct uvp_arena keep;
    struct uvp_arena scratch;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_mesh mesh;
    uint32_t corner_start[2];
    const uint32_t *corner_uv;
};

static void bench_open(struct bench *bench, const float *uv, uint32_t uv_count,
                       const uint32_t *corner_uv, uint32_t corners)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->keep, &bench->mem, 0);
    uvp_arena_init(&bench->scratch, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    bench->corner_start[1] = corners;
    bench->mesh.corner_start = bench->corner_start;
    bench->mesh.polygon_count = 1;
    bench->mesh.old_uv = uv;
    bench->mesh.old_uv_count = uv_count;
    bench->mesh.corner_uv = corner_uv;
}

static enum uvp_code weld(struct bench *bench)
{
    return uvp_uv_weld(&bench->mesh, &bench->keep, &bench->scratch, &bench->stop,
                       &bench->corner_uv, &bench->err);
}

static void bench_close(struct bench *bench)
{
    uvp_arena_release(&bench->keep);
    uvp_arena_release(&bench->scratch);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static void equals_are_the_first(void **state)
{
    const float uv[] = {0.5F, 1,   -0.0F, 2,   0.5F, 1,     0,    2,    1,
                        0.5F, NAN, 0,     NAN, 0,    1e30F, -1.0, 0.0F, INFINITY};
    const uint32_t corners[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, NONE, 2};
    const uint32_t wanted[] = {0, 1, 0, 1, 4, NONE, NONE, 7, NONE, NONE, 0};
    struct bench bench;

    (void)state;
    bench_open(&bench, uv, 9, corners, 11);
    assert_int_equal(weld(&bench), UVP_OK);
    assert_memory_equal(bench.corner_uv, wanted, sizeof wanted);
    bench_close(&bench);
}

static void no_uvs_are_none(void **state)
{
    const uint32_t corners[] = {NONE, NONE, NONE};
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL, 0, NULL, 3);
    assert_int_equal(weld(&bench), UVP_OK);
    assert_null(bench.corner_uv);
    bench.mesh.corner_uv = corners;
    assert_int_equal(weld(&bench), UVP_OK);
    assert_null(bench.corner_uv);
    bench_close(&bench);
}

/* Many, of few values, against the plain way. */
static void many_agree_with_the_plain_way(void **state)
{
    enum { COUNT = 3000 };
    static float uv[2 * COUNT];
    static uint32_t corners[COUNT];
    uint32_t random = 1;
    struct bench bench;

    (void)state;
    for (uint32_t i = 0; i < 2 * COUNT; i++) {
        random = random * 1664525U + 1013904223U;
        uv[i] = (float)((int)(random >> 27) - 16) * (i % 3 == 0 ? 1.0F : 1e-7F);
        corners[i / 2] = i / 2;
    }
    bench_open(&bench, uv, COUNT, corners, COUNT);
    assert_int_equal(weld(&bench), UVP_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t first = 0;
        while (uv[2 * first] != uv[2 * i] || uv[2 * first + 1] != uv[2 * i + 1]) {
            first++;
        }
        assert_int_equal(bench.corner_uv[i], first);
    }
    bench_close(&bench);
}

static void memory_and_stops(void **state)
{
    enum { COUNT = 20000 };
    float *const uv = calloc(2 * COUNT, sizeof *uv);
    uint32_t *const corners = calloc(COUNT, sizeof *corners);
    enum uvp_code code = UVP_NO_MEMORY;
    uint64_t n = 0;
    struct bench bench;

    (void)state;
    assert_non_null(uv);
    assert_non_null(corners);
    while (code == UVP_NO_MEMORY) {
        bench_open(&bench, uv, COUNT, corners, COUNT);
        bench.mem.fail_at_call = ++n;
        code = weld(&bench);
        assert_true(code == UVP_OK || bench.corner_uv == NULL);
        bench_close(&bench);
    }
    assert_int_equal(code, UVP_OK);
    assert_true(n >= 4);
    code = UVP_CANCELLED;
    for (n = 1; code == UVP_CANCELLED; n++) {
        bench_open(&bench, uv, COUNT, corners, COUNT);
        bench.stop.stop_at_poll = n;
        code = weld(&bench);
        bench_close(&bench);
    }
    assert_int_equal(code, UVP_OK);
    assert_true(n >= 8);
    free(uv);
    free(corners);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_are_the_first),
        cmocka_unit_test(no_uvs_are_none),
        cmocka_unit_test(many_agree_with_the_plain_way),
        cmocka_unit_test(memory_and_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
