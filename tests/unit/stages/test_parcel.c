/* Parcels are filled, emptied and used again without losing or leaking anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/parcel.h"

static void test_pieces_in_order(void **state)
{
    struct uvp_mem mem;
    struct uvp_shelf shelf;
    struct uvp_parcel *parcel;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_shelf_init(&shelf, &mem);
    parcel = uvp_parcel_take(&shelf, 3);
    assert_non_null(parcel);
    assert_true(uvp_parcel_is_empty(parcel));
    for (uint32_t i = 0; i < 100; i++) {
        struct uvp_piece *const piece = uvp_parcel_add(parcel, UVP_PIECE_PASSED);
        assert_non_null(piece);
        piece->seq = i;
    }
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(parcel->pieces[i]->seq, i);
    }
    assert_int_equal(parcel->lane, 3);
    uvp_parcel_give(&shelf, parcel);
    uvp_shelf_release(&shelf);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

static void test_reuse_takes_no_memory(void **state)
{
    struct uvp_mem mem;
    struct uvp_shelf shelf;
    uint64_t calls = 0;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_shelf_init(&shelf, &mem);
    for (int round = 0; round < 20; round++) {
        struct uvp_parcel *const parcel = uvp_parcel_take(&shelf, 0);
        assert_non_null(parcel);
        for (int i = 0; i < 10; i++) {
            assert_non_null(uvp_parcel_add(parcel, UVP_PIECE_RAW));
            assert_non_null(uvp_parcel_add_member(parcel, UVP_PIECE_BEGIN));
        }
        uvp_parcel_give(&shelf, parcel);
        calls = round == 1 ? atomic_load(&mem.calls) : calls;
    }
    assert_int_equal(atomic_load(&mem.calls), calls);
    uvp_shelf_release(&shelf);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

static void test_filled_member_changes_places(void **state)
{
    struct uvp_mem mem;
    struct uvp_shelf shelf;
    struct uvp_parcel *parcel;
    struct uvp_member *spare;
    struct uvp_member *first;
    struct uvp_piece *piece;
    struct uvp_error err = {0};

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_shelf_init(&shelf, &mem);
    parcel = uvp_parcel_take(&shelf, 0);
    spare = uvp_member_create(&mem);
    assert_non_null(parcel);
    assert_non_null(spare);
    first = spare;
    assert_int_equal(uvp_entry_set_path(&spare->entry, "x.obj", 5, &err), UVP_OK);
    piece = uvp_parcel_add_filled(parcel, &spare);
    assert_non_null(piece);
    assert_ptr_equal(piece->member, first);
    assert_ptr_not_equal(spare, first);
    assert_string_equal(piece->member->entry.path, "x.obj");
    assert_int_equal(parcel->member_count, 1);
    uvp_parcel_drop_last(parcel);
    assert_int_equal(parcel->member_count, 0);
    assert_true(uvp_parcel_is_empty(parcel));
    uvp_member_destroy(spare);
    uvp_parcel_give(&shelf, parcel);
    uvp_shelf_release(&shelf);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

static void test_big_outputs_are_not_kept(void **state)
{
    struct uvp_mem mem;
    struct uvp_shelf shelf;
    struct uvp_parcel *parcel;
    struct uvp_piece *piece;
    struct uvp_error err = {0};

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_shelf_init(&shelf, &mem);
    parcel = uvp_parcel_take(&shelf, 0);
    piece = uvp_parcel_add_member(parcel, UVP_PIECE_MEMBER);
    assert_non_null(piece);
    assert_int_equal(uvp_buf_reserve_exact(&piece->member->out, 10 << 20, &err), UVP_OK);
    assert_true(uvp_parcel_held_bytes(parcel) >= (size_t)10 << 20);
    uvp_parcel_give(&shelf, parcel);
    assert_true(atomic_load(&mem.used_bytes) < (size_t)1 << 20);
    uvp_shelf_release(&shelf);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

/* Every allocation refused in turn: NULL is given, and nothing leaks. */
static void test_no_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 40; n++) {
        struct uvp_mem mem;
        struct uvp_shelf shelf;
        struct uvp_parcel *parcel;

        uvp_mem_init(&mem, 0);
        mem.fail_at_call = n;
        uvp_shelf_init(&shelf, &mem);
        parcel = uvp_parcel_take(&shelf, 0);
        for (int i = 0; parcel != NULL && i < 5; i++) {
            (void)uvp_parcel_add(parcel, UVP_PIECE_RAW);
            (void)uvp_parcel_add_member(parcel, UVP_PIECE_MEMBER);
        }
        if (parcel != NULL) {
            uvp_parcel_give(&shelf, parcel);
        }
        uvp_shelf_release(&shelf);
        assert_int_equal(atomic_load(&mem.used_bytes), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_in_order),
        cmocka_unit_test(test_reuse_takes_no_memory),
        cmocka_unit_test(test_filled_member_changes_places),
        cmocka_unit_test(test_big_outputs_are_not_kept),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
