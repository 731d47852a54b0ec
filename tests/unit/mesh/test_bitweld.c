/* Corners to vertices: by the table, by sorting, and against a comparison of all with all. */
#include "formats/mesh/bitweld.h"

#include "tests/unit/mesh/product_bench.h"

#define CORNERS 3000

static void fill(uint32_t *bits, uint32_t corners, uint32_t kinds, uint64_t seed)
{
    for (uint32_t i = 0; i < 3 * corners; i++) {
        bits[i] = next_random(&seed) % kinds * 0x01234567u;
    }
}

/* By first appearance, in the plainest way. */
static uint32_t weld_plainly(const uint32_t *bits, uint32_t corners, uint32_t *vertex)
{
    uint32_t *const firsts = malloc(sizeof *firsts * corners);
    uint32_t count = 0;

    assert_non_null(firsts);
    for (uint32_t c = 0; c < corners; c++) {
        uint32_t v = 0;
        while (v < count &&
               memcmp(bits + 3 * (size_t)firsts[v], bits + 3 * (size_t)c, 12) != 0) {
            v++;
        }
        if (v == count) {
            firsts[count++] = c;
        }
        vertex[c] = v;
    }
    free(firsts);
    return count;
}

static void check_weld(uint32_t kinds, uint64_t probes, uint32_t step)
{
    static uint32_t bits[3 * CORNERS];
    static uint32_t vertex[CORNERS];
    static uint32_t wanted[CORNERS];
    struct uvp_bitweld weld;
    struct bench bench;

    bench_open(&bench);
    fill(bits, CORNERS, kinds, kinds);
    assert_int_equal(uvp_bitweld_init(&weld, &bench.arena, CORNERS, 10, &bench.err), UVP_OK);
    weld.probes_left = probes;
    for (uint32_t c = 0; c < CORNERS; c += step) {
        const uint32_t now = CORNERS - c < step ? CORNERS - c : step;
        assert_int_equal(
            uvp_bitweld_add(&weld, bits + 3 * (size_t)c, now, vertex + c, &bench.err), UVP_OK);
    }
    assert_int_equal(uvp_bitweld_finish(&weld, vertex, &bench.stop, &bench.err), UVP_OK);
    assert_int_equal(weld.gave_up, probes < 4);
    assert_int_equal(weld.vertex_count, weld_plainly(bits, CORNERS, wanted));
    assert_memory_equal(vertex, wanted, sizeof wanted);
    for (uint32_t c = 0; c < CORNERS; c++) {
        assert_memory_equal(weld.positions + 3 * (size_t)vertex[c], bits + 3 * (size_t)c, 12);
    }
    bench_close(&bench);
}

static void as_if_all_were_compared(void **state)
{
    (void)state;
    check_weld(1, 100000, 7);
    check_weld(4, 100000, 64);
    check_weld(10, 100000, 3000);
    check_weld(1000, 100000, 65);
}

static void a_table_given_up_changes_nothing(void **state)
{
    (void)state;
    check_weld(10, 0, 64);
    check_weld(10, 1, 9);
    check_weld(12, 3, 3000);
    check_weld(1000, 0, 100);
}

static void minus_zero_is_zero(void **state)
{
    static const uint32_t bits[12] = {0,          0, 0x80000000, 0x80000000, 0, 0,
                                      0x7fc00000, 1, 2,          0x7fc00001, 1, 2};
    uint32_t vertex[4];
    struct uvp_bitweld weld;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_bitweld_init(&weld, &bench.arena, 4, 4, &bench.err), UVP_OK);
    assert_int_equal(uvp_bitweld_add(&weld, bits, 4, vertex, &bench.err), UVP_OK);
    assert_int_equal(vertex[0], 0);
    assert_int_equal(vertex[1], 0);
    assert_int_equal(vertex[2], 1);
    assert_int_equal(vertex[3], 2);
    assert_int_equal(uvp_bitweld_add(&weld, bits, 1, vertex, &bench.err), UVP_BUG);
    bench_close(&bench);
}

static void memory_runs_out(void **state)
{
    static uint32_t bits[3 * CORNERS];
    static uint32_t vertex[CORNERS];
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    fill(bits, CORNERS, 1000, 5);
    for (uint64_t n = 1; code == UVP_NO_MEMORY; n++) {
        struct uvp_bitweld weld;
        struct bench bench;
        bench_open(&bench);
        bench.mem.fail_at_call = n;
        code = uvp_bitweld_init(&weld, &bench.arena, CORNERS, 4, &bench.err);
        if (code == UVP_OK) {
            weld.probes_left = n % 2 == 0 ? 0 : 10000;
            code = uvp_bitweld_add(&weld, bits, CORNERS, vertex, &bench.err);
        }
        if (code == UVP_OK) {
            code = uvp_bitweld_finish(&weld, vertex, &bench.stop, &bench.err);
        }
        bench_close(&bench);
        assert_true(n < 100);
    }
    assert_int_equal(code, UVP_OK);
}

static void the_sort_is_stopped(void **state)
{
    static uint32_t bits[3 * CORNERS];
    static uint32_t vertex[CORNERS];

    (void)state;
    fill(bits, CORNERS, 1000, 5);
    for (uint64_t n = 1; n < 10; n++) {
        struct uvp_bitweld weld;
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(uvp_bitweld_init(&weld, &bench.arena, CORNERS, 4, &bench.err), UVP_OK);
        weld.probes_left = 0;
        assert_int_equal(uvp_bitweld_add(&weld, bits, CORNERS, vertex, &bench.err), UVP_OK);
        bench.stop.stop_at_poll = n;
        assert_int_equal(uvp_bitweld_finish(&weld, vertex, &bench.stop, &bench.err),
                         UVP_CANCELLED);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_if_all_were_compared),
        cmocka_unit_test(a_table_given_up_changes_nothing),
        cmocka_unit_test(minus_zero_is_zero),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(the_sort_is_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
