/* Equal keys get equal numbers, in the order of the keys, whatever the input. */
#include "stages/unwrapper/picture/rank.h"
#include "tests/unit/picture/picture_bench.h"

#define COUNT 5000

static void rows_are_sorted_and_stay_in_order(void **state)
{
    static struct uvp_rank_row rows[COUNT];
    struct bench bench;
    uint32_t random = 1;

    (void)state;
    bench_open(&bench);
    for (uint32_t i = 0; i < COUNT; i++) {
        rows[i].key = (uint64_t)(next_random(&random) % 97) << (next_random(&random) % 3 * 20);
        rows[i].item = i;
    }
    assert_int_equal(uvp_rank_sort(rows, COUNT, &bench.arena, &bench.stop, NULL), UVP_OK);
    for (uint32_t i = 1; i < COUNT; i++) {
        assert_true(rows[i - 1].key <= rows[i].key);
        assert_true(rows[i - 1].key != rows[i].key || rows[i - 1].item < rows[i].item);
    }
    bench_close(&bench);
}

static void numbers_count_different_keys(void **state)
{
    struct uvp_rank_row rows[] = {{UINT64_MAX, 0}, {7, 1}, {0, 2}, {7, 3}, {UINT64_MAX, 4}};
    uint32_t rank[5];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_rank_number(rows, 5, rank, &bench.arena, &bench.stop, NULL), UVP_OK);
    assert_memory_equal(rank, ((uint32_t[]){2, 1, 0, 1, 2}), sizeof rank);
    assert_int_equal(uvp_rank_number(rows, 0, rank, &bench.arena, &bench.stop, NULL), UVP_OK);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted_and_stay_in_order),
        cmocka_unit_test(numbers_count_different_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
