/* What was not asked for longest goes first, and the limit holds. */
#include "tests/unit/store/store_kit.h"

#include "stages/store/memory_store.h"

#define LIMIT ((size_t)64 << 10)
#define TABLE ((size_t)8 << 10) /* what the store itself takes, at most */
#define VALUE 1000

static struct uvp_store open_store(struct uvp_mem *mem)
{
    struct uvp_store store;

    uvp_mem_init(mem, 0);
    assert_int_equal(uvp_memory_store_create(mem, LIMIT, &store, NULL), UVP_OK);
    return store;
}

static void finds_what_was_added(void **state)
{
    const struct uvp_store_key key = kit_key(1);
    struct uvp_mem mem;
    struct uvp_store store = open_store(&mem);

    (void)state;
    assert_false(kit_has(&store, 1, VALUE));
    kit_add(&store, 1, VALUE);
    kit_add(&store, 1, VALUE);
    kit_add(&store, 2, 1);
    assert_true(kit_has(&store, 1, VALUE));
    assert_true(kit_has(&store, 2, 1));
    store.forget(store.ctx, &key);
    store.forget(store.ctx, &key);
    assert_false(kit_has(&store, 1, VALUE));
    store.destroy(store.ctx);
    assert_int_equal(mem.used_bytes, 0);
}

static void one_that_is_too_long_is_none(void **state)
{
    const struct uvp_store_key key = kit_key(1);
    struct uvp_buf value;
    struct uvp_mem mem;
    struct uvp_store store = open_store(&mem);

    (void)state;
    uvp_buf_init(&value, &mem, 0);
    kit_add(&store, 1, VALUE);
    assert_false(store.find(store.ctx, &key, VALUE - 1, &value));
    assert_true(store.find(store.ctx, &key, VALUE, &value));
    uvp_buf_release(&value);
    kit_add(&store, 2, LIMIT / 2);
    assert_false(kit_has(&store, 2, LIMIT / 2));
    store.destroy(store.ctx);
    assert_int_equal(mem.used_bytes, 0);
}

static void the_least_used_goes_first(void **state)
{
    const uint32_t fits = (uint32_t)(LIMIT / (VALUE + 80));
    struct uvp_mem mem;
    struct uvp_store store = open_store(&mem);

    (void)state;
    for (uint32_t i = 0; i < fits; i++) {
        kit_add(&store, i, VALUE);
    }
    assert_true(kit_has(&store, 0, VALUE)); /* used: no longer the oldest */
    for (uint32_t i = 0; i < 10; i++) {
        kit_add(&store, fits + i, VALUE);
    }
    assert_true(kit_has(&store, 0, VALUE));
    assert_false(kit_has(&store, 1, VALUE));
    assert_true(kit_has(&store, fits + 9, VALUE));
    for (uint32_t i = 0; i < 5000; i++) {
        kit_add(&store, i * 7, 1 + i % 3000);
        assert_true(mem.used_bytes <= LIMIT + TABLE);
    }
    store.destroy(store.ctx);
    assert_int_equal(mem.used_bytes, 0);
}

static void survives_without_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 12; n++) {
        struct uvp_store store;
        struct uvp_mem mem;

        uvp_mem_init(&mem, 0);
        mem.fail_at_call = n;
        if (uvp_memory_store_create(&mem, LIMIT, &store, NULL) == UVP_OK) {
            for (uint32_t i = 0; i < 8; i++) {
                kit_add(&store, i, VALUE);
                (void)kit_has(&store, i, VALUE);
            }
            store.destroy(store.ctx);
        }
        assert_int_equal(mem.used_bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_added),
        cmocka_unit_test(one_that_is_too_long_is_none),
        cmocka_unit_test(the_least_used_goes_first),
        cmocka_unit_test(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
