#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "pipeline/base/buf.h"

static void test_append_grows(void **state)
{
    struct uvp_mem mem;
    struct uvp_buf buf;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&buf, &mem, 0);
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(uvp_buf_append(&buf, "abc", 3, NULL), UVP_OK);
    }
    assert_int_equal(uvp_buf_append(&buf, NULL, 0, NULL), UVP_OK);
    assert_int_equal(buf.bytes, 30000);
    assert_memory_equal(buf.data + 29997, "abc", 3);
    assert_true(uvp_span_equal(uvp_buf_span(&buf), uvp_span_of(buf.data, 30000)));
    assert_true(mem.calls < 10);
    uvp_buf_reset(&buf);
    assert_int_equal(buf.bytes, 0);
    assert_true(mem.used_bytes > 0);
    uvp_buf_release(&buf);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_ceiling(void **state)
{
    struct uvp_mem mem;
    struct uvp_buf buf;
    struct uvp_error err = {0};

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&buf, &mem, 10000);
    assert_int_equal(uvp_buf_reserve(&buf, 9000, NULL), UVP_OK);
    buf.bytes = 9000;
    assert_true(buf.capacity <= 10000);
    assert_int_equal(uvp_buf_reserve(&buf, 1001, &err), UVP_LIMIT);
    assert_int_equal(err.code, UVP_LIMIT);
    assert_int_equal(uvp_buf_reserve(&buf, SIZE_MAX, NULL), UVP_LIMIT);
    assert_int_equal(uvp_buf_reserve(&buf, 1000, NULL), UVP_OK);
    assert_int_equal(buf.bytes, 9000);
    uvp_buf_release(&buf);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_exact(void **state)
{
    struct uvp_mem mem;
    struct uvp_buf buf;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&buf, &mem, 0);
    assert_int_equal(uvp_buf_reserve_exact(&buf, 7, NULL), UVP_OK);
    assert_int_equal(buf.capacity, 7);
    assert_int_equal(uvp_buf_reserve_exact(&buf, 3, NULL), UVP_OK);
    assert_int_equal(buf.capacity, 7);
    uvp_buf_release(&buf);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_failure_keeps_contents(void **state)
{
    struct uvp_mem mem;
    struct uvp_buf buf;
    struct uvp_error err = {0};

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&buf, &mem, 0);
    assert_int_equal(uvp_buf_append(&buf, "keep", 5, NULL), UVP_OK);
    mem.fail_at_call = mem.calls + 1;
    assert_int_equal(uvp_buf_reserve(&buf, 100000, &err), UVP_NO_MEMORY);
    assert_int_equal(uvp_buf_reserve_exact(&buf, 100000, NULL), UVP_NO_MEMORY);
    assert_string_equal((const char *)buf.data, "keep");
    uvp_buf_release(&buf);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_move(void **state)
{
    struct uvp_mem mem;
    struct uvp_buf from;
    struct uvp_buf to;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&from, &mem, 0);
    uvp_buf_init(&to, &mem, 0);
    assert_int_equal(uvp_buf_append(&from, "new", 4, NULL), UVP_OK);
    assert_int_equal(uvp_buf_append(&to, "old", 4, NULL), UVP_OK);
    uvp_buf_move(&to, &from);
    assert_string_equal((const char *)to.data, "new");
    assert_null(from.data);
    assert_int_equal(from.bytes, 0);
    uvp_buf_release(&from);
    uvp_buf_release(&to);
    assert_int_equal(mem.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append_grows), cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_exact),        cmocka_unit_test(test_failure_keeps_contents),
        cmocka_unit_test(test_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
