#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "pipeline/base/mem.h"

static void test_counts(void **state)
{
    struct uvp_mem mem;
    void *a;
    void *b;

    (void)state;
    uvp_mem_init(&mem, 0);
    a = uvp_mem_take(&mem, 100);
    b = uvp_mem_take_zeroed(&mem, 50);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(mem.used_bytes, 150);
    assert_int_equal(((unsigned char *)b)[49], 0);
    uvp_mem_give(&mem, a, 100);
    assert_int_equal(mem.used_bytes, 50);
    assert_int_equal(mem.peak_bytes, 150);
    assert_int_equal(mem.calls, 2);
    uvp_mem_give(&mem, b, 50);
    uvp_mem_give(&mem, NULL, 1000);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_limit(void **state)
{
    struct uvp_mem mem;
    void *a;

    (void)state;
    uvp_mem_init(&mem, 100);
    a = uvp_mem_take(&mem, 60);
    assert_non_null(a);
    assert_null(uvp_mem_take(&mem, 41));
    assert_null(uvp_mem_take_zeroed(&mem, SIZE_MAX));
    assert_int_equal(mem.used_bytes, 60);
    uvp_mem_give(&mem, a, 60);
    a = uvp_mem_take(&mem, 100);
    assert_non_null(a);
    uvp_mem_give(&mem, a, 100);
}

static void test_failing_call(void **state)
{
    struct uvp_mem mem;
    void *a;

    (void)state;
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = 2;
    a = uvp_mem_take(&mem, 8);
    assert_non_null(a);
    assert_null(uvp_mem_take(&mem, 8));
    assert_null(uvp_mem_take_zeroed(&mem, 8));
    assert_null(uvp_mem_resize(&mem, a, 8, 16));
    assert_int_equal(mem.used_bytes, 8);
    uvp_mem_give(&mem, a, 8);
}

static void test_resize_keeps_contents(void **state)
{
    struct uvp_mem mem;
    char *a;

    (void)state;
    uvp_mem_init(&mem, 0);
    a = uvp_mem_resize(&mem, NULL, 0, 4);
    assert_non_null(a);
    memcpy(a, "abc", 4);
    a = uvp_mem_resize(&mem, a, 4, 4000);
    assert_non_null(a);
    assert_string_equal(a, "abc");
    assert_int_equal(mem.used_bytes, 4000);
    uvp_mem_give(&mem, a, 4000);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_checked_sizes(void **state)
{
    size_t bytes = 0;

    (void)state;
    assert_true(uvp_size_multiply(10, 20, &bytes));
    assert_int_equal(bytes, 200);
    assert_false(uvp_size_multiply(SIZE_MAX / 2, 3, &bytes));
    assert_true(uvp_size_add(10, 20, &bytes));
    assert_int_equal(bytes, 30);
    assert_false(uvp_size_add(SIZE_MAX, 1, &bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_failing_call),  cmocka_unit_test(test_resize_keeps_contents),
        cmocka_unit_test(test_checked_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
