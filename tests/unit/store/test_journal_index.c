/* As a table of everything that was put. */
#include "tests/unit/store/store_kit.h"

#include "stages/store/journal_index.h"

static void finds_the_last_place(void **state)
{
    struct uvp_journal_index index;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_journal_index_init(&index, &mem);
    for (uint32_t i = 0; i < 3000; i++) {
        const struct uvp_journal_place place = {kit_key(i % 1000), i + 1, i};

        assert_int_equal(uvp_journal_index_put(&index, &place, NULL), UVP_OK);
    }
    assert_int_equal(index.count, 1000);
    for (uint32_t i = 0; i < 2000; i++) {
        const struct uvp_store_key key = kit_key(i);
        const struct uvp_journal_place *const place = uvp_journal_index_find(&index, &key);

        assert_true((place != NULL) == (i < 1000));
        assert_true(place == NULL || place->at == 2000 + i + 1);
    }
    uvp_journal_index_release(&index);
    assert_int_equal(mem.used_bytes, 0);
}

static void keeps_what_it_has_without_memory(void **state)
{
    struct uvp_journal_index index;
    struct uvp_mem mem;
    uint32_t put = 0;

    (void)state;
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = 3;
    uvp_journal_index_init(&index, &mem);
    for (uint32_t i = 0; i < 500; i++) {
        const struct uvp_journal_place place = {kit_key(i), i + 1, i};

        put += uvp_journal_index_put(&index, &place, NULL) == UVP_OK ? 1 : 0;
    }
    assert_int_equal(index.count, put);
    assert_true(put >= 32 && put < 500);
    for (uint32_t i = 0; i < put; i++) {
        const struct uvp_store_key key = kit_key(i);

        assert_non_null(uvp_journal_index_find(&index, &key));
    }
    uvp_journal_index_release(&index);
    assert_int_equal(mem.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_last_place),
        cmocka_unit_test(keeps_what_it_has_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
