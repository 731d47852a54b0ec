/*
 * The law under test: what is flushed, taken and left for the trailer is the whole input, and
 * either every member was given or there is a failure that says where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/archive_run.h"

/* ---- archives ---- */

static void passes_every_dialect_byte_for_byte(void **state)
{
    static const size_t slices[] = {512, 1000, 1 << 20, 77};

    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        for (unsigned round = 0; round < 12; round++) {
            struct test_bytes archive = {0};
            struct run run = {.take_each = round % 4,
                              .pass_each = round % 3,
                              .keep_metadata = round % 2 == 1};

            test_make_some(test_dialects[d], round * 77 + d, 20 + round, 30000, &archive);
            test_run_bytes(&run, uvp_span_of(archive.data, archive.bytes), slices[round / 3],
                           0);
            test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
            assert_int_equal(run.members, 20 + round);
            assert_int_equal(run.warnings, 0);
            test_bytes_release(&run.out);
            test_bytes_release(&archive);
        }
    }
}

static void long_bodies_pass_in_bounded_memory(void **state)
{
    struct test_bytes archive = {0};
    struct run run = {.pass_each = 1};
    struct test_member members[2] = {
        {.path = "long",
         .type = AE_IFREG,
         .data = test_noise(),
         .bytes = TEST_NOISE_BYTES,
         .mode = 0644},
        {.path = "short", .type = AE_IFREG, .data = test_noise(), .bytes = 5, .mode = 0644}};

    (void)state;
    test_archive_make("ustar", members, 2, &archive);
    test_run_bytes(&run, uvp_span_of(archive.data, archive.bytes), 64 << 10, 0);
    test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
    assert_true(atomic_load(&run.mem.peak_bytes) < (size_t)2 << 20);
    test_bytes_release(&run.out);
    test_bytes_release(&archive);
}

static void a_cut_is_a_failure_with_its_offset(void **state)
{
    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        struct test_bytes archive = {0};
        size_t end;

        test_make_some(test_dialects[d], 3 + d, 6, 900, &archive);
        end = archive.bytes;
        for (size_t cut = 1; cut < end; cut++) {
            struct run run = {.take_each = (unsigned)(cut % 3),
                              .pass_each = (unsigned)(cut % 2)};
            const struct uvp_span bytes = uvp_span_of(archive.data, cut);

            test_run_bytes(&run, bytes, cut % 2 == 0 ? 512 : 1 << 20, 0);
            test_assert_prefix(&run, bytes);
            if (run.code == UVP_OK) {
                assert_int_equal(run.members, 6);
                assert_int_equal(run.out.bytes, cut);
            } else {
                assert_int_equal(run.code, UVP_BAD_DATA);
                assert_int_equal(run.err.code, UVP_BAD_DATA);
                assert_true(run.err.at <= cut);
                assert_int_equal(run.out.bytes, cut);
            }
            test_bytes_release(&run.out);
        }
        test_bytes_release(&archive);
    }
}

static void flipped_bits_lose_nothing(void **state)
{
    uint64_t seed = 99;

    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        const char *const dialect = test_dialects[round % test_dialect_count];
        struct test_bytes archive = {0};
        struct run run = {.take_each = round % 3, .pass_each = round % 2};

        test_make_some(dialect, round, 5, 1200, &archive);
        for (unsigned i = 0; i <= round % 4; i++) {
            archive.data[test_random(&seed) % archive.bytes] ^=
                (unsigned char)(1U << test_random(&seed) % 8);
        }
        test_run_bytes(&run, uvp_span_of(archive.data, archive.bytes), 1024, 0);
        test_assert_prefix(&run, uvp_span_of(archive.data, archive.bytes));
        if (run.code == UVP_OK) {
            assert_int_equal(run.out.bytes, archive.bytes);
        } else {
            assert_int_equal(run.code, UVP_BAD_DATA);
        }
        test_bytes_release(&run.out);
        test_bytes_release(&archive);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t d = 0; d < 2; d++) {
        struct test_bytes archive = {0};
        enum uvp_code code = UVP_NO_MEMORY;
        uint64_t n = 1;

        test_make_some(d == 0 ? "pax" : "newc", 5, 24, 3000, &archive);
        for (; code == UVP_NO_MEMORY; n++) {
            struct run run = {.take_each = 2, .keep_metadata = n % 2 == 0};

            test_run_bytes(&run, uvp_span_of(archive.data, archive.bytes), 512, n);
            code = run.code;
            assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
            test_assert_prefix(&run, uvp_span_of(archive.data, archive.bytes));
            test_bytes_release(&run.out);
        }
        assert_true(n > 20);
        test_bytes_release(&archive);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_every_dialect_byte_for_byte),
        cmocka_unit_test(long_bodies_pass_in_bounded_memory),
        cmocka_unit_test(a_cut_is_a_failure_with_its_offset),
        cmocka_unit_test(flipped_bits_lose_nothing),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
