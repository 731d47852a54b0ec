#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "formats/archive/blocks.h"
#include "formats/archive/window.h"

static struct uvp_block_pool *make_pool(struct uvp_mem *mem, uint32_t keep)
{
    struct uvp_block_pool *pool = NULL;

    uvp_mem_init(mem, 0);
    assert_int_equal(uvp_block_pool_create(mem, keep, &pool, NULL), UVP_OK);
    return pool;
}

static struct uvp_block *take(struct uvp_block_pool *pool, size_t capacity)
{
    struct uvp_block *block = NULL;

    assert_int_equal(uvp_block_take(pool, capacity, &block, NULL), UVP_OK);
    assert_int_equal(block->capacity, capacity);
    assert_int_equal((uintptr_t)block->data % 64, 0);
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(block->data[capacity + i], 0);
    }
    memset(block->data, 0x5a, capacity);
    return block;
}

static void full_blocks_are_used_again(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *const pool = make_pool(&mem, 1);
    struct uvp_block *const a = take(pool, UVP_BLOCK_BYTES);
    struct uvp_block *const b = take(pool, UVP_BLOCK_BYTES);
    const uint64_t calls = atomic_load(&mem.calls);

    (void)state;
    uvp_block_drop(a);
    uvp_block_drop(b); /* one too many to keep */
    uvp_block_drop(take(pool, UVP_BLOCK_BYTES));
    assert_int_equal(atomic_load(&mem.calls), calls);
    uvp_block_drop(take(pool, 512)); /* another size is never kept */
    assert_int_equal(atomic_load(&mem.calls), calls + 1);
    uvp_block_pool_release(pool);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

static void the_pool_lives_as_long_as_its_blocks(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *const pool = make_pool(&mem, 4);
    struct uvp_block *const block = take(pool, UVP_BLOCK_BYTES);

    (void)state;
    uvp_block_hold(block);
    uvp_block_pool_release(pool);
    uvp_block_drop(block);
    assert_int_not_equal(atomic_load(&mem.used_bytes), 0);
    uvp_block_drop(block);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
    uvp_block_drop(NULL);
    uvp_block_pool_release(NULL);
}

static void refuses_what_cannot_be(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *const pool = make_pool(&mem, 1);
    struct uvp_block *block = NULL;
    struct uvp_error err = {0};

    (void)state;
    assert_int_equal(uvp_block_take(pool, SIZE_MAX, &block, &err), UVP_LIMIT);
    mem.fail_at_call = 1;
    assert_int_equal(uvp_block_take(pool, 512, &block, NULL), UVP_NO_MEMORY);
    assert_null(block);
    mem.fail_at_call = 0;
    uvp_block_pool_release(pool);
    mem.fail_at_call = 1;
    assert_int_equal(uvp_block_pool_create(&mem, 1, &(struct uvp_block_pool *){NULL}, NULL),
                     UVP_NO_MEMORY);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

static void number_block(struct uvp_block *block, unsigned first)
{
    for (size_t i = 0; i < block->capacity; i++) {
        block->data[i] = (unsigned char)(first + i);
    }
}

static void slices_join_copy_and_show(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *const pool = make_pool(&mem, 0);
    struct uvp_block *const a = take(pool, 100);
    struct uvp_block *const b = take(pool, 100);
    struct uvp_slices slices;
    unsigned char copy[150];
    struct uvp_span view;

    (void)state;
    number_block(a, 0);
    number_block(b, 100);
    uvp_slices_init(&slices, &mem);
    assert_int_equal(uvp_slices_add(&slices, a, 10, 40, NULL), UVP_OK);
    assert_int_equal(uvp_slices_add(&slices, a, 50, 50, NULL), UVP_OK);
    assert_int_equal(uvp_slices_add(&slices, a, 50, 0, NULL), UVP_OK);
    assert_int_equal(slices.count, 1);
    assert_int_equal(uvp_slices_add(&slices, b, 0, 100, NULL), UVP_OK);
    assert_int_equal(slices.count, 2);
    assert_int_equal(slices.bytes, 190);
    uvp_slices_copy(&slices, 20, copy, sizeof copy);
    for (size_t i = 0; i < sizeof copy; i++) {
        assert_int_equal(copy[i], 30 + i);
    }
    view = uvp_slices_view(&slices, 0, 90);
    assert_ptr_equal(view.data, a->data + 10);
    assert_null(uvp_slices_view(&slices, 0, 91).data);
    assert_null(uvp_slices_view(&slices, 150, 41).data);
    assert_null(uvp_slices_view(&slices, 191, 1).data);
    assert_ptr_equal(uvp_slices_view(&slices, 90, 100).data, b->data);
    uvp_block_drop(a);
    uvp_block_drop(b);
    assert_int_equal(slices.items[0].block->data[10], 10);
    uvp_slices_release(&slices);
    uvp_block_pool_release(pool);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

static void many_slices_move_and_join(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *const pool = make_pool(&mem, 0);
    struct uvp_block *const block = take(pool, 1000);
    struct uvp_slices from;
    struct uvp_slices to;
    unsigned char byte;

    (void)state;
    number_block(block, 0);
    uvp_slices_init(&from, &mem);
    uvp_slices_init(&to, &mem);
    assert_int_equal(uvp_slices_add(&to, block, 0, 2, NULL), UVP_OK);
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(uvp_slices_add(&from, block, 2 + 2 * i, 1, NULL), UVP_OK);
    }
    assert_int_equal(uvp_slices_move(&to, &from, NULL), UVP_OK);
    assert_int_equal(from.count, 0);
    assert_int_equal(from.bytes, 0);
    assert_int_equal(to.count, 40); /* the first joined */
    assert_int_equal(to.bytes, 42);
    uvp_slices_copy(&to, 41, &byte, 1);
    assert_int_equal(byte, 80);
    assert_int_equal(uvp_slices_move(&to, &from, NULL), UVP_OK);
    mem.fail_at_call = atomic_load(&mem.calls) + 1;
    for (size_t i = 0; i < 40; i++) {
        if (uvp_slices_add(&from, block, 3 * i, 1, NULL) != UVP_OK) {
            assert_int_equal(from.count, UVP_SLICES_INLINE);
        }
    }
    uvp_slices_release(&from);
    uvp_slices_release(&to);
    uvp_block_drop(block);
    uvp_block_pool_release(pool);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

/* ---- the window ---- */

static void a_window_gives_ranges_and_forgets(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *const pool = make_pool(&mem, 0);
    struct uvp_window window;
    struct uvp_slices shown;
    unsigned char bytes[256];

    (void)state;
    uvp_window_init(&window, &mem);
    uvp_slices_init(&shown, &mem);
    for (unsigned round = 0; round < 500; round++) {
        struct uvp_block *const block = take(pool, 10);
        const struct uvp_slice first = {block, 0, 4};
        const struct uvp_slice second = {block, 4, 6};

        number_block(block, round * 10);
        uvp_block_hold(block);
        assert_int_equal(uvp_window_push(&window, &first, NULL), UVP_OK);
        assert_int_equal(uvp_window_push(&window, &second, NULL), UVP_OK);
        if (window.end - window.begin > 100) {
            const uint64_t from = window.begin + round % 7;

            uvp_window_copy(&window, from, bytes, 90);
            assert_int_equal(uvp_window_show(&window, from, from + 90, &shown, NULL), UVP_OK);
            assert_int_equal(shown.bytes, 90);
            for (size_t i = 0; i < 90; i++) {
                unsigned char byte;

                uvp_slices_copy(&shown, i, &byte, 1);
                assert_int_equal(byte, (unsigned char)(from + i));
                assert_int_equal(bytes[i], byte);
            }
            assert_int_equal(uvp_window_piece(&window, from).data[0], (unsigned char)from);
            uvp_slices_reset(&shown);
            uvp_window_forget(&window, from + round % 13);
        }
    }
    assert_int_equal(uvp_window_piece(&window, window.end).bytes, 0);
    uvp_slices_release(&shown);
    uvp_window_release(&window);
    uvp_block_pool_release(pool);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

static void showing_is_all_or_nothing(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *const pool = make_pool(&mem, 0);
    struct uvp_window window;
    struct uvp_slices shown;

    (void)state;
    uvp_window_init(&window, &mem);
    uvp_slices_init(&shown, &mem);
    for (unsigned i = 0; i < 8; i++) {
        const struct uvp_slice slice = {take(pool, 10), 0, 10};

        assert_int_equal(uvp_window_push(&window, &slice, NULL), UVP_OK);
    }
    assert_int_equal(uvp_window_show(&window, 0, 5, &shown, NULL), UVP_OK);
    mem.fail_at_call = atomic_load(&mem.calls) + 1;
    assert_int_equal(uvp_window_show(&window, 5, 80, &shown, NULL), UVP_NO_MEMORY);
    assert_int_equal(shown.bytes, 5);
    assert_int_equal(shown.count, 1);
    assert_int_equal(shown.items[0].bytes, 5);
    mem.fail_at_call = 0;
    assert_int_equal(uvp_window_show(&window, 5, 80, &shown, NULL), UVP_OK);
    assert_int_equal(shown.bytes, 80);
    uvp_slices_release(&shown);
    uvp_window_release(&window);
    uvp_block_pool_release(pool);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

/* ---- threads ---- */

static void *churn(void *ctx)
{
    struct uvp_block_pool *const pool = ctx;

    for (unsigned i = 0; i < 2000; i++) {
        struct uvp_block *block = NULL;

        if (uvp_block_take(pool, UVP_BLOCK_BYTES, &block, NULL) == UVP_OK) {
            block->data[0]++;
            uvp_block_hold(block);
            uvp_block_drop(block);
            uvp_block_drop(block);
        }
    }
    return NULL;
}

static void threads_share_a_pool(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *const pool = make_pool(&mem, 3);
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, churn, pool), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    uvp_block_pool_release(pool);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_blocks_are_used_again),
        cmocka_unit_test(the_pool_lives_as_long_as_its_blocks),
        cmocka_unit_test(refuses_what_cannot_be),
        cmocka_unit_test(slices_join_copy_and_show),
        cmocka_unit_test(many_slices_move_and_join),
        cmocka_unit_test(a_window_gives_ranges_and_forgets),
        cmocka_unit_test(showing_is_all_or_nothing),
        cmocka_unit_test(threads_share_a_pool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
