/*
 * Tars and cpios no writer makes on purpose: made by hand, read without losing a byte.
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

#include "formats/archive/tar_header.h"
#include "tests/support/archive_run.h"

/* ---- oddities, by hand ---- */

static void run_odd(struct run *run, const struct test_bytes *archive)
{
    test_run_bytes(run, uvp_span_of(archive->data, archive->bytes), 512, 0);
}

static void a_damaged_header_is_stepped_over_once_told(void **state)
{
    struct test_bytes archive = {0};
    struct run run = {.take_each = 1};

    (void)state;
    test_tar_add(&archive, '0', "a", test_noise(), 1000);
    test_tar_add(&archive, '0', "b", test_noise(), 5000);
    archive.data[512 + 1024 + 3] ^= 1;
    test_tar_add(&archive, '0', "c", test_noise(), 1000);
    test_tar_end(&archive);
    run_odd(&run, &archive);
    test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
    assert_int_equal(run.members, 2);
    assert_int_equal(run.warnings, 1);
    assert_string_equal(run.last_path, "c");
    test_bytes_release(&run.out);
    test_bytes_release(&archive);
}

static void archives_one_after_the_other_are_one(void **state)
{
    struct test_bytes archive = {0};
    struct run run = {.take_each = 1};

    (void)state;
    test_tar_add(&archive, '0', "a", test_noise(), 1000);
    test_tar_end(&archive);
    test_tar_add(&archive, '0', "b", test_noise(), 5000);
    test_tar_end(&archive);
    run_odd(&run, &archive);
    test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
    assert_int_equal(run.members, 2);
    assert_int_equal(run.entry.head_bytes, 512); /* the zeros between are no part of it */
    test_bytes_release(&run.out);
    test_bytes_release(&archive);
}

static void the_end_mark_must_be_there(void **state)
{
    static const unsigned char zeros[1024];

    (void)state;
    for (size_t extra = 0; extra <= 1024; extra += 256) {
        struct test_bytes archive = {0};
        struct run run = {.take_each = 0};

        test_tar_add(&archive, '0', "a", test_noise(), 1000);
        test_bytes_add(&archive, zeros, extra);
        run_odd(&run, &archive);
        assert_int_equal(run.members, 1);
        assert_int_equal(run.out.bytes, archive.bytes);
        assert_int_equal(run.code, extra >= 512 ? UVP_OK : UVP_BAD_DATA);
        test_bytes_release(&run.out);
        test_bytes_release(&archive);
    }
}

static void garbage_behind_the_end_is_told_and_kept(void **state)
{
    (void)state;
    for (size_t extra = 1; extra < 6000; extra += 271) {
        struct test_bytes archive = {0};
        struct run run = {.take_each = 1};

        test_tar_add(&archive, '0', "a", test_noise(), 1000);
        test_tar_end(&archive);
        test_bytes_add(&archive, test_noise(), extra);
        run_odd(&run, &archive);
        test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
        assert_int_equal(run.members, 1);
        assert_true(run.warnings == 1 || run.warnings == 2);
        test_bytes_release(&run.out);
        test_bytes_release(&archive);
    }
}

static void many_zeros_behind_the_end_cost_no_memory(void **state)
{
    struct test_bytes archive = {0};
    struct run run = {.take_each = 0};
    unsigned char *const zeros = calloc(1, (size_t)32 << 20);

    (void)state;
    assert_non_null(zeros);
    test_tar_add(&archive, '0', "a", test_noise(), 1000);
    test_bytes_add(&archive, zeros, (size_t)32 << 20);
    free(zeros);
    test_run_bytes(&run, uvp_span_of(archive.data, archive.bytes), 1 << 20, 0);
    test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
    assert_true(atomic_load(&run.mem.peak_bytes) < (size_t)6 << 20);
    test_bytes_release(&run.out);
    test_bytes_release(&archive);
}

static void an_empty_archive_has_no_members(void **state)
{
    struct test_bytes archive = {0};
    struct run run = {.take_each = 0};

    (void)state;
    test_tar_end(&archive);
    run_odd(&run, &archive);
    test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
    assert_int_equal(run.members, 0);
    test_bytes_release(&run.out);
    test_bytes_release(&archive);
}

static void a_size_that_no_file_has_is_a_cut(void **state)
{
    struct test_bytes archive = {0};

    (void)state;
    test_tar_add_header(&archive, '0', "huge", UINT64_C(077777777777));
    test_bytes_add(&archive, test_noise(), 5000);
    for (unsigned each = 0; each < 3; each++) {
        struct run run = {.take_each = each == 1, .pass_each = each == 2};

        run_odd(&run, &archive);
        assert_int_equal(run.code, UVP_BAD_DATA);
        assert_int_equal(run.err.at, archive.bytes);
        assert_int_equal(run.members, 1);
        assert_int_equal(run.out.bytes, archive.bytes);
        test_bytes_release(&run.out);
    }
    test_bytes_release(&archive);
}

static void what_cannot_be_replaced_says_why(void **state)
{
    struct test_bytes archive = {0};
    struct test_member members[4] = {
        {.path = "file", .type = AE_IFREG, .data = test_noise(), .bytes = 10, .mode = 0644},
        {.path = "link", .type = AE_IFREG, .target = "file", .mode = 0644},
        {.path = "folder", .type = AE_IFDIR, .mode = 0755},
        {.path = "empty", .type = AE_IFREG, .data = test_noise(), .bytes = 0, .mode = 0644}};
    struct run run = {.take_each = 1};

    (void)state;
    test_archive_make("gnutar", members, 4, &archive);
    run_odd(&run, &archive);
    test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
    assert_int_equal(run.members, 4);
    test_bytes_release(&run.out);
    test_bytes_release(&archive);
}

static void sniffs_what_it_reads(void **state)
{
    enum uvp_container container;

    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        struct test_bytes archive = {0};

        test_make_some(test_dialects[d], 1, 3, 100, &archive);
        assert_true(uvp_tar_sniff(uvp_span_of(archive.data, archive.bytes), &container));
        assert_int_equal(container, test_dialect_is_tar(test_dialects[d]) ? UVP_CONTAINER_TAR
                                                                          : UVP_CONTAINER_CPIO);
        test_bytes_release(&archive);
    }
    assert_false(uvp_tar_sniff(uvp_span_of(test_noise(), 2048), &container));
    assert_false(uvp_tar_sniff(uvp_span_of_text("v 0 0 0\n"), &container));
}

/* ---- reading decoded ---- */

static void reads_bodies_for_other_containers(void **state)
{
    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        struct test_bytes archive = {0};
        struct test_bytes body = {0};
        struct test_member members[2] = {
            {.path = "mesh.obj",
             .type = AE_IFREG,
             .data = test_noise(),
             .bytes = 2500000,
             .mode = 0644,
             .mtime = 5},
            {.path = "b", .type = AE_IFREG, .data = test_noise(), .bytes = 3, .mode = 0600}};
        struct uvp_mem mem;
        struct uvp_block_pool *pool = NULL;
        struct uvp_stream *stream = NULL;
        struct uvp_input *input = NULL;
        struct uvp_input_options options = {.mem = &mem, .keep_metadata = true};
        struct uvp_span head;
        struct uvp_header header;
        struct uvp_entry entry;
        struct uvp_slices raw;
        uint64_t at = 0;
        bool more = true;

        test_archive_make(test_dialects[d], members, 2, &archive);
        uvp_mem_init(&mem, 0);
        assert_int_equal(uvp_block_pool_create(&mem, 2, &pool, NULL), UVP_OK);
        options.pool = pool;
        assert_int_equal(uvp_memory_stream_open(uvp_span_of(archive.data, archive.bytes), 70000,
                                                pool, &mem, &stream, NULL),
                         UVP_OK);
        assert_int_equal(uvp_stream_peek(stream, &head, NULL), UVP_OK);
        assert_int_equal(uvp_tar_input_open(stream, head, &options, &input, NULL), UVP_OK);
        uvp_slices_init(&raw, &mem);
        uvp_entry_init(&entry, &mem);
        assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
        assert_int_equal(uvp_input_announce(input, &entry, NULL), UVP_OK);
        assert_string_equal(entry.path, "mesh.obj");
        assert_int_equal(entry.size_bytes, 2500000);
        assert_non_null(entry.metadata);
        while (more) {
            assert_int_equal(uvp_input_read(input, &raw, &more, NULL), UVP_OK);
            for (uint32_t i = 0; i < raw.count; i++) {
                const struct uvp_span span = uvp_slice_span(&raw.items[i]);
                test_bytes_add(&body, span.data, span.bytes);
            }
            uvp_slices_reset(&raw);
            assert_int_equal(uvp_input_flush(input, &raw, &at, NULL), UVP_OK);
            uvp_slices_reset(&raw);
        }
        assert_int_equal(body.bytes, 2500000);
        assert_memory_equal(body.data, test_noise(), body.bytes);
        assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
        assert_string_equal(header.path, "b");
        uvp_slices_release(&raw);
        uvp_entry_release(&entry);
        uvp_input_close(input);
        uvp_block_pool_release(pool);
        assert_int_equal(atomic_load(&mem.used_bytes), 0);
        test_bytes_release(&body);
        test_bytes_release(&archive);
    }
}

/* ---- more oddities ---- */

static void cpio_bytes_behind_the_end_are_kept_and_told(void **state)
{
    (void)state;
    for (int second = 0; second < 2; second++) {
        struct test_bytes archive = {0};
        struct run run = {.take_each = 1};
        static const unsigned char zeros[3000];

        test_make_some("newc", 1, 3, 900, &archive);
        test_bytes_add(&archive, zeros, sizeof zeros);
        if (second != 0) {
            test_make_some("newc", 2, 3, 900, &archive); /* as an initramfs has them */
        }
        run_odd(&run, &archive);
        test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
        assert_int_equal(run.members, 3);
        assert_int_equal(run.warnings, second);
        test_bytes_release(&run.out);
        test_bytes_release(&archive);
    }
}

static void names_are_bytes(void **state)
{
    static const char *const names[] = {"caf\xc3\xa9.obj", "caf\xe9.obj", "a\nb\033.obj",
                                        "../../etc/mesh.obj", "/mesh.obj"};
    static const char *const dialects[] = {"ustar", "gnutar", "pax", "newc"};

    (void)state;
    for (size_t d = 0; d < 4; d++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            const struct test_member member = {.path = names[i],
                                               .type = AE_IFREG,
                                               .data = test_noise(),
                                               .bytes = 9,
                                               .mode = 0644};
            struct test_bytes archive = {0};
            struct run run = {.take_each = 1};

            test_archive_make(dialects[d], &member, 1, &archive);
            run_odd(&run, &archive);
            test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
            assert_string_equal(run.last_path, names[i]);
            test_bytes_release(&run.out);
            test_bytes_release(&archive);
        }
    }
}

static void a_file_named_like_a_folder_loses_nothing(void **state)
{
    struct test_bytes archive = {0};
    struct run run = {.take_each = 1};

    (void)state;
    test_tar_add(&archive, '0', "folder/", test_noise(), 1500);
    test_tar_add(&archive, '0', "mesh", test_noise(), 10);
    test_tar_end(&archive);
    run_odd(&run, &archive);
    test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
    assert_string_equal(run.last_path, "mesh");
    test_bytes_release(&run.out);
    test_bytes_release(&archive);
}

/* An old GNU sparse file of 10000 bytes: 512 at 1024, the rest is holes. */
static void add_sparse(struct test_bytes *out)
{
    unsigned char *block;
    unsigned sum = 0;
    const size_t at = out->bytes;

    test_tar_add(out, 'S', "sparse", test_noise(), 512);
    block = out->data + at;
    memcpy(block + 257, "ustar  ", 8);
    memcpy(block + 386, "00000002000", 12);
    memcpy(block + 398, "00000001000", 12);
    memcpy(block + 483, "00000023420", 12);
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++) {
        sum += block[i];
    }
    (void)snprintf((char *)block + 148, 8, "%06o", sum);
}

static void sparse_files_are_dense_to_others(void **state)
{
    struct test_bytes archive = {0};
    struct run run = {.take_each = 1};
    struct test_bytes body = {0};
    struct uvp_mem mem;
    struct uvp_block_pool *pool = NULL;
    struct uvp_stream *stream = NULL;
    struct uvp_input *input = NULL;
    struct uvp_input_options options = {.mem = &mem};
    struct uvp_header header;
    struct uvp_slices raw;
    bool more = true;

    (void)state;
    add_sparse(&archive);
    test_tar_end(&archive);
    run_odd(&run, &archive);
    test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_block_pool_create(&mem, 2, &pool, NULL), UVP_OK);
    options.pool = pool;
    assert_int_equal(uvp_memory_stream_open(uvp_span_of(archive.data, archive.bytes), 512, pool,
                                            &mem, &stream, NULL),
                     UVP_OK);
    assert_int_equal(
        uvp_tar_input_open(stream, uvp_span_of(archive.data, 512), &options, &input, NULL),
        UVP_OK);
    uvp_slices_init(&raw, &mem);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    assert_int_equal(header.size_bytes, 10000);
    assert_false(header.replaceable);
    for (unsigned round = 0; more && round < 100; round++) {
        assert_int_equal(uvp_input_read(input, &raw, &more, NULL), UVP_OK);
        for (uint32_t i = 0; i < raw.count; i++) {
            test_bytes_add(&body, uvp_slice_span(&raw.items[i]).data, raw.items[i].bytes);
        }
        uvp_slices_reset(&raw);
    }
    assert_false(more);
    assert_int_equal(body.bytes, 10000);
    for (size_t i = 0; i < body.bytes; i++) {
        assert_int_equal(body.data[i], i >= 1024 && i < 1536 ? test_noise()[i - 1024] : 0);
    }
    uvp_slices_release(&raw);
    uvp_input_close(input);
    uvp_block_pool_release(pool);
    test_bytes_release(&body);
    test_bytes_release(&run.out);
    test_bytes_release(&archive);
}

/* newc writes the body of a file with two names beside the last one. */
static void make_linked(struct test_bytes *out)
{
    static const struct uvp_cpio_fields fields[] = {
        {.ino = 5, .mode = AE_IFREG | 0644, .nlink = 2},
        {.ino = 5, .mode = AE_IFREG | 0644, .nlink = 2, .size = 8},
        {.nlink = 1}};
    static const char *const names[] = {"first", "last", "TRAILER!!!"};
    struct uvp_mem mem;
    struct uvp_buf head;

    uvp_mem_init(&mem, 0);
    uvp_buf_init(&head, &mem, 0);
    for (size_t i = 0; i < 3; i++) {
        head.bytes = 0;
        assert_int_equal(uvp_cpio_make(UVP_CPIO_NEWC, &fields[i], names[i], &head, NULL),
                         UVP_OK);
        test_bytes_add(out, head.data, head.bytes);
        test_bytes_add(out, test_noise(), fields[i].size);
    }
    uvp_buf_release(&head);
}

static void late_bodies_of_cpio_links_are_not_lost(void **state)
{
    struct test_bytes archive = {0};

    (void)state;
    make_linked(&archive);
    for (int foreign = 0; foreign < 2; foreign++) {
        struct run run = {.take_each = 1, .keep_metadata = foreign != 0};

        run_odd(&run, &archive);
        test_assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
        assert_int_equal(run.members, 2);
        assert_int_equal(run.warnings, foreign); /* the first name would be an empty file */
        assert_int_equal(run.entry.type, UVP_ENTRY_FILE);
        assert_int_equal(run.entry.size_bytes, 8);
        assert_int_equal(run.entry.body_bytes, 8);
        test_bytes_release(&run.out);
    }
    test_bytes_release(&archive);
}

/* ---- a stream that waits ---- */

struct waiting {
    struct uvp_stream base; /* must be first */
    struct uvp_stream *in;
    unsigned left; /* slices before it is cancelled */
};

static enum uvp_code waiting_next(struct uvp_stream *stream, struct uvp_slice *slice,
                                  struct uvp_error *err)
{
    struct waiting *const waiting = (struct waiting *)stream;

    if (stream->before_wait != NULL) {
        stream->before_wait(stream->before_wait_ctx);
    }
    if (waiting->left-- == 0) {
        waiting->left = 0;
        return uvp_fail(err, UVP_CANCELLED, 0, "reading was cancelled");
    }
    return uvp_stream_next(waiting->in, slice, err);
}

static void waiting_close(struct uvp_stream *stream)
{
    uvp_stream_close(((struct waiting *)stream)->in);
}

static void flush_now(void *ctx)
{
    struct run *const run = ctx;

    if (run->input != NULL) {
        assert_int_equal(test_run_collect(run), UVP_OK);
    }
}

/* Flushing from before_wait at every slice, and a cancel after n of them. */
static void flushing_while_it_waits_and_cancelling_lose_nothing(void **state)
{
    static const struct uvp_stream_ops ops = {.next = waiting_next, .close = waiting_close};

    (void)state;
    for (unsigned left = 0; left < 60; left++) {
        struct test_bytes archive = {0};
        struct run run = {.take_each = 3};
        struct waiting waiting = {.left = left};
        struct uvp_input_options options = {.mem = &run.mem};

        test_make_some("pax", 8, 12, 3000, &archive);
        uvp_mem_init(&run.mem, 0);
        uvp_slices_init(&run.raw, &run.mem);
        uvp_entry_init(&run.entry, &run.mem);
        assert_int_equal(uvp_block_pool_create(&run.mem, 2, &run.pool, NULL), UVP_OK);
        options.pool = run.pool;
        waiting.base.ops = &ops;
        waiting.base.before_wait = flush_now;
        waiting.base.before_wait_ctx = &run;
        assert_int_equal(uvp_memory_stream_open(uvp_span_of(archive.data, archive.bytes), 512,
                                                run.pool, &run.mem, &waiting.in, NULL),
                         UVP_OK);
        assert_int_equal(uvp_tar_input_open(&waiting.base,
                                            uvp_span_of(archive.data, archive.bytes), &options,
                                            &run.input, NULL),
                         UVP_OK);
        test_run_walk(&run);
        assert_true(run.code == UVP_OK || run.code == UVP_CANCELLED);
        test_assert_prefix(&run, uvp_span_of(archive.data, archive.bytes));
        assert_int_equal(run.out.bytes,
                         run.code == UVP_OK ? archive.bytes : (size_t)left * 512);
        uvp_input_close(run.input);
        uvp_entry_release(&run.entry);
        uvp_slices_release(&run.raw);
        uvp_block_pool_release(run.pool);
        assert_int_equal(atomic_load(&run.mem.used_bytes), 0);
        test_bytes_release(&run.out);
        test_bytes_release(&archive);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_header_is_stepped_over_once_told),
        cmocka_unit_test(archives_one_after_the_other_are_one),
        cmocka_unit_test(the_end_mark_must_be_there),
        cmocka_unit_test(garbage_behind_the_end_is_told_and_kept),
        cmocka_unit_test(many_zeros_behind_the_end_cost_no_memory),
        cmocka_unit_test(an_empty_archive_has_no_members),
        cmocka_unit_test(a_size_that_no_file_has_is_a_cut),
        cmocka_unit_test(what_cannot_be_replaced_says_why),
        cmocka_unit_test(sniffs_what_it_reads),
        cmocka_unit_test(reads_bodies_for_other_containers),
        cmocka_unit_test(cpio_bytes_behind_the_end_are_kept_and_told),
        cmocka_unit_test(names_are_bytes),
        cmocka_unit_test(a_file_named_like_a_folder_loses_nothing),
        cmocka_unit_test(late_bodies_of_cpio_links_are_not_lost),
        cmocka_unit_test(sparse_files_are_dense_to_others),
        cmocka_unit_test(flushing_while_it_waits_and_cancelling_lose_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
