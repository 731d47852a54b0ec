#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "stages/unwrapper/atlas/sort.h"
#include "tests/support/meshes.h"

static void check_sorted(uint32_t count, uint64_t mask, uint32_t seed)
{
    struct uvp_sort_item *const items = calloc(count + 1, sizeof *items);
    struct uvp_sort_item *const spare = calloc(count + 1, sizeof *spare);
    uint64_t sum = 0;

    assert_non_null(items);
    assert_non_null(spare);
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t high = uvp_test_random(&seed);
        items[i].key = (high << 32 | uvp_test_random(&seed)) & mask;
        items[i].value = i;
    }
    uvp_sort_items(items, spare, count);
    for (uint32_t i = 0; i < count; i++) {
        sum += items[i].value;
        assert_true(i == 0 || items[i - 1].key < items[i].key ||
                    (items[i - 1].key == items[i].key && items[i - 1].value < items[i].value));
    }
    assert_int_equal(sum, (uint64_t)count * (count - (count > 0)) / 2);
    free(items);
    free(spare);
}

static void test_sorts_stably(void **state)
{
    static const uint32_t counts[] = {0, 1, 2, 47, 48, 49, 1000, 70000};
    static const uint64_t masks[] = {0, 1, 0xff00, ~UINT64_C(0), UINT64_C(0xff000000000000f0)};

    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (size_t m = 0; m < sizeof masks / sizeof *masks; m++) {
            check_sorted(counts[c], masks[m], 1 + (uint32_t)c);
        }
    }
}

static void test_keys_order_as_doubles(void **state)
{
    static const double values[] = {-HUGE_VAL, -1e300, -2, -1,    -1e-300, 0,
                                    1e-300,    1,      2,  1e300, HUGE_VAL};

    (void)state;
    for (size_t i = 1; i < sizeof values / sizeof *values; i++) {
        assert_true(uvp_sort_key_of(values[i - 1]) < uvp_sort_key_of(values[i]));
    }
    assert_int_equal(uvp_sort_key_of(-0.0), uvp_sort_key_of(0.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorts_stably),
        cmocka_unit_test(test_keys_order_as_doubles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
