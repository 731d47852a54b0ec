#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "pipeline/base/mem.h"

static void test_alignment_and_zero(void **state)
{
    struct uvp_mem mem;
    struct uvp_arena arena;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_arena_init(&arena, &mem, 0);
    for (size_t i = 0; i < 200; i++) {
        unsigned char *const data = uvp_arena_take_zeroed(&arena, i, 3);

        assert_non_null(data);
        assert_int_equal((uintptr_t)data % 64, 0);
        for (size_t k = 0; k < i * 3; k++) {
            assert_int_equal(data[k], 0);
        }
        memset(data, 0xff, i * 3);
    }
    uvp_arena_release(&arena);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_ceiling_and_overflow(void **state)
{
    struct uvp_mem mem;
    struct uvp_arena arena;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_arena_init(&arena, &mem, 1024);
    assert_non_null(uvp_arena_take(&arena, 1000, 1)); /* takes 1024 */
    assert_null(uvp_arena_take(&arena, 1, 1));
    assert_null(uvp_arena_take(&arena, SIZE_MAX, 2));
    assert_null(uvp_arena_take(&arena, SIZE_MAX - 8, 1));
    uvp_arena_reset(&arena, SIZE_MAX);
    assert_null(uvp_arena_take(&arena, 1025, 1));
    assert_non_null(uvp_arena_take(&arena, 1024, 1));
    uvp_arena_release(&arena);
    assert_int_equal(mem.used_bytes, 0);
}

/* A round that needed many chunks gets one chunk next time, and then none. */
static void test_warm_arena_allocates_nothing(void **state)
{
    struct uvp_mem mem;
    struct uvp_arena arena;
    uint64_t calls = 0;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_arena_init(&arena, &mem, 0);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 50; i++) {
            assert_non_null(uvp_arena_take(&arena, 20000, 1));
        }
        if (round == 2) {
            calls = mem.calls;
        }
        uvp_arena_reset(&arena, (size_t)64 << 20);
    }
    assert_int_equal(mem.calls, calls);
    uvp_arena_reset(&arena, 0);
    assert_int_equal(mem.used_bytes, 0);
    uvp_arena_release(&arena);
}

static void test_marks_nest(void **state)
{
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_arena_mark outer;
    struct uvp_arena_mark inner;
    char *kept;
    void *first;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_arena_init(&arena, &mem, 0);
    outer = uvp_arena_mark(&arena); /* of nothing */
    kept = uvp_arena_copy_text(&arena, "kept", 4);
    assert_string_equal(kept, "kept");
    inner = uvp_arena_mark(&arena);
    first = uvp_arena_take(&arena, 1 << 20, 1);
    for (int i = 0; i < 100; i++) {
        const uint64_t calls = mem.calls;

        uvp_arena_rewind(&arena, inner);
        assert_ptr_equal(uvp_arena_take(&arena, 1 << 20, 1), first);
        assert_int_equal(mem.calls, calls);
    }
    uvp_arena_rewind(&arena, inner);
    assert_string_equal(kept, "kept");
    uvp_arena_rewind(&arena, outer);
    assert_int_equal(arena.used_bytes, 0);
    assert_ptr_equal(uvp_arena_take(&arena, 1, 1), kept);
    uvp_arena_release(&arena);
    assert_int_equal(mem.used_bytes, 0);
}

/* A step with one larger array than the step before: the two are never held together. */
static void test_chunks_too_small_are_given_back(void **state)
{
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_arena_mark mark;
    const size_t step = (size_t)1 << 20;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_arena_init(&arena, &mem, 0);
    assert_non_null(uvp_arena_take(&arena, 1, 1));
    mark = uvp_arena_mark(&arena);
    for (size_t i = 1; i <= 10; i++) {
        assert_non_null(uvp_arena_take(&arena, i * step, 1));
        uvp_arena_rewind(&arena, mark);
    }
    assert_true(mem.peak_bytes < 12 * step);
    assert_non_null(uvp_arena_take(&arena, step, 1));
    assert_true(mem.used_bytes < 12 * step);
    uvp_arena_release(&arena);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_every_allocation_fails(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 8; n++) {
        struct uvp_mem mem;
        struct uvp_arena arena;
        size_t taken = 0;

        uvp_mem_init(&mem, 0);
        mem.fail_at_call = n;
        uvp_arena_init(&arena, &mem, 0);
        while (taken < 64 && uvp_arena_take(&arena, 100000, 1) != NULL) {
            taken++;
        }
        assert_true(n == 1 ? taken == 0 : taken > 0);
        uvp_arena_reset(&arena, SIZE_MAX);
        uvp_arena_release(&arena);
        assert_int_equal(mem.used_bytes, 0);
    }
}

/* Near a limit an arena takes what is needed rather than a whole chunk. */
static void test_small_limit(void **state)
{
    struct uvp_mem mem;
    struct uvp_arena arena;

    (void)state;
    uvp_mem_init(&mem, 4096);
    uvp_arena_init(&arena, &mem, 0);
    assert_non_null(uvp_arena_take(&arena, 1000, 1));
    assert_null(uvp_arena_take(&arena, 8000, 1));
    uvp_arena_release(&arena);
    assert_int_equal(mem.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alignment_and_zero),
        cmocka_unit_test(test_ceiling_and_overflow),
        cmocka_unit_test(test_warm_arena_allocates_nothing),
        cmocka_unit_test(test_marks_nest),
        cmocka_unit_test(test_chunks_too_small_are_given_back),
        cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_small_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
