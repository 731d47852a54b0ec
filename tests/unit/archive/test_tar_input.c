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

#include "formats/archive/container.h"
#include "tests/support/archives.h"

#define MEMBERS_MAX 64

/* ---- a run over one input ---- */

struct run {
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    struct uvp_input *input;
    struct uvp_slices raw;
    struct uvp_entry entry;
    struct test_bytes out; /* flushed, taken and trailer in order */
    struct uvp_error err;
    enum uvp_code code; /* of the last next, take, pass, flush or trailer */
    unsigned members;
    unsigned taken;
    unsigned warnings;
    unsigned take_each; /* take every n-th member; 0: none */
    unsigned pass_each; /* pass the body of every n-th member */
    bool keep_metadata;
    uint64_t body_hash; /* of taken bodies */
    char last_path[256];
};

static void count_warning(void *ctx, const struct uvp_error *warning)
{
    struct run *const run = ctx;

    assert_int_not_equal(warning->code, UVP_OK);
    run->warnings++;
}

static enum uvp_code collect(struct run *run)
{
    uint64_t at = 0;
    const uint64_t promised = uvp_input_flushable(run->input);
    const enum uvp_code code = uvp_input_flush(run->input, &run->raw, &at, &run->err);

    if (code != UVP_OK) {
        return code;
    }
    assert_int_equal(run->raw.bytes, promised);
    assert_int_equal(at, run->out.bytes);
    for (uint32_t i = 0; i < run->raw.count; i++) {
        const struct uvp_span span = uvp_slice_span(&run->raw.items[i]);
        test_bytes_add(&run->out, span.data, span.bytes);
    }
    uvp_slices_reset(&run->raw);
    return UVP_OK;
}

static enum uvp_code take(struct run *run, const struct uvp_header *header)
{
    struct uvp_entry *const entry = &run->entry;
    enum uvp_code code;

    uvp_entry_reset(entry);
    code = uvp_input_take(run->input, entry, &run->err);
    if (code != UVP_OK) {
        return code;
    }
    assert_int_equal(entry->at, run->out.bytes);
    assert_int_equal(entry->raw.bytes,
                     entry->head_bytes + entry->body_bytes + entry->tail_bytes);
    assert_true(!header->replaceable || entry->body_bytes == header->size_bytes);
    for (uint32_t i = 0; i < entry->raw.count; i++) {
        const struct uvp_span span = uvp_slice_span(&entry->raw.items[i]);
        test_bytes_add(&run->out, span.data, span.bytes);
    }
    run->taken++;
    return UVP_OK;
}

static enum uvp_code pass(struct run *run)
{
    bool more = true;

    while (more) {
        enum uvp_code code = uvp_input_pass(run->input, &more, &run->err);

        code = code == UVP_OK ? collect(run) : code;
        if (code != UVP_OK) {
            return code;
        }
    }
    return UVP_OK;
}

static enum uvp_code handle(struct run *run, const struct uvp_header *header)
{
    enum uvp_code code = collect(run);

    run->members++;
    (void)snprintf(run->last_path, sizeof run->last_path, "%s", header->path);
    if (code == UVP_OK && run->take_each != 0 && run->members % run->take_each == 0) {
        return take(run, header);
    }
    if (code == UVP_OK && run->pass_each != 0 && run->members % run->pass_each == 0) {
        return pass(run);
    }
    return code;
}

static void walk(struct run *run)
{
    struct uvp_header header;
    uint64_t at = 0;

    memset(&header, 0, sizeof header);
    for (;;) {
        run->code = uvp_input_next(run->input, &header, &run->err);
        if (run->code != UVP_OK) {
            break;
        }
        assert_true(header.replaceable || header.why_not != NULL);
        run->code = handle(run, &header);
        if (run->code != UVP_OK) {
            break;
        }
    }
    if (run->code == UVP_END) {
        run->code = collect(run);
        if (run->code == UVP_OK) {
            run->code = uvp_input_trailer(run->input, &run->raw, &at, &run->err);
        }
        for (uint32_t i = 0; i < run->raw.count; i++) {
            const struct uvp_span span = uvp_slice_span(&run->raw.items[i]);
            test_bytes_add(&run->out, span.data, span.bytes);
        }
        uvp_slices_reset(&run->raw);
    } else if (run->code != UVP_NO_MEMORY) {
        assert_int_equal(collect(run), UVP_OK);
    }
}

/* Opens as tar or cpio whatever the bytes look like, walks, closes; the caller looks at run. */
static void run_bytes(struct run *run, struct uvp_span bytes, size_t slice_bytes,
                      uint64_t fail_at)
{
    struct uvp_stream *stream = NULL;
    struct uvp_input_options options;
    struct uvp_span head = {NULL, 0};

    uvp_mem_init(&run->mem, 0);
    run->mem.fail_at_call = fail_at;
    uvp_slices_init(&run->raw, &run->mem);
    uvp_entry_init(&run->entry, &run->mem);
    run->code = uvp_block_pool_create(&run->mem, 2, &run->pool, &run->err);
    if (run->code == UVP_OK) {
        run->code = uvp_memory_stream_open(bytes, slice_bytes, run->pool, &run->mem, &stream,
                                           &run->err);
    }
    memset(&options, 0, sizeof options);
    options.pool = run->pool;
    options.mem = &run->mem;
    options.keep_metadata = run->keep_metadata;
    options.warn = count_warning;
    options.warn_ctx = run;
    if (run->code == UVP_OK) {
        run->code = uvp_stream_peek(stream, &head, &run->err);
    }
    if (run->code == UVP_OK) {
        run->code = uvp_tar_input_open(stream, head, &options, &run->input, &run->err);
    }
    if (run->code == UVP_OK) {
        walk(run);
        uvp_input_close(run->input);
    } else {
        uvp_stream_close(stream);
    }
    uvp_slices_release(&run->raw);
    uvp_entry_release(&run->entry);
    uvp_block_pool_release(run->pool);
    assert_int_equal(atomic_load(&run->mem.used_bytes), 0);
}

static void assert_prefix(const struct run *run, struct uvp_span bytes)
{
    assert_true(run->out.bytes <= bytes.bytes);
    if (run->out.bytes != 0) {
        assert_memory_equal(run->out.data, bytes.data, run->out.bytes);
    }
}

static void assert_whole(const struct run *run, struct uvp_span bytes)
{
    if (run->code != UVP_OK) {
        print_error("%s at %llu\n", run->err.text, (unsigned long long)run->err.at);
    }
    assert_int_equal(run->code, UVP_OK);
    assert_int_equal(run->out.bytes, bytes.bytes);
    assert_prefix(run, bytes);
}

/* ---- archives ---- */

static unsigned char noise[3 << 20];

static void fill_noise(void)
{
    uint64_t state = 7;

    for (size_t i = 0; i < sizeof noise; i++) {
        noise[i] = (unsigned char)test_random(&state);
    }
}

static const char long_name[] =
    "a/folder/with/a/name/that/is/very/long/so/that/no/old/header/can/hold/it/at/all/and/so/"
    "every/dialect/shows/how/it/says/long/names/when/it/can/mesh.obj";

static void make_some(const char *dialect, uint64_t seed, unsigned count, size_t largest,
                      struct test_bytes *out)
{
    static char names[MEMBERS_MAX][200];
    struct test_member members[MEMBERS_MAX];
    const bool can_long = strchr("vu", dialect[0]) == NULL; /* v7tar and ustar cannot */

    memset(members, 0, sizeof members);
    for (unsigned i = 0; i < count; i++) {
        struct test_member *const member = &members[i];
        const unsigned kind = test_random(&seed) % 8;

        (void)snprintf(names[i], sizeof names[i], "%u-%s", i,
                       can_long && test_random(&seed) % 4 == 0 ? long_name : "mesh.obj");
        member->path = names[i];
        member->type = kind == 0 ? AE_IFDIR : kind == 1 ? AE_IFLNK : AE_IFREG;
        member->target = kind == 1 ? "elsewhere" : NULL;
        member->mode = 0640;
        member->mtime = 1000000 + i;
        member->bytes = test_random(&seed) % (largest + 1);
        member->data = noise + test_random(&seed) % (sizeof noise - largest);
        if (strncmp(dialect, "pax", 3) == 0 && kind == 2) {
            member->xattr = "a note";
        }
    }
    test_archive_make(dialect, members, count, out);
}

static void passes_every_dialect_byte_for_byte(void **state)
{
    static const size_t slices[] = {512, 1024, 1 << 20};

    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        for (unsigned round = 0; round < 12; round++) {
            struct test_bytes archive = {0};
            struct run run = {.take_each = round % 4,
                              .pass_each = round % 3,
                              .keep_metadata = round % 2 == 1};

            make_some(test_dialects[d], round * 77 + d, 20 + round, 30000, &archive);
            run_bytes(&run, uvp_span_of(archive.data, archive.bytes), slices[round % 3], 0);
            assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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
        {.path = "long", .type = AE_IFREG, .data = noise, .bytes = sizeof noise, .mode = 0644},
        {.path = "short", .type = AE_IFREG, .data = noise, .bytes = 5, .mode = 0644}};

    (void)state;
    test_archive_make("ustar", members, 2, &archive);
    run_bytes(&run, uvp_span_of(archive.data, archive.bytes), 64 << 10, 0);
    assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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

        make_some(test_dialects[d], 3 + d, 6, 900, &archive);
        end = archive.bytes;
        for (size_t cut = 1; cut < end; cut++) {
            struct run run = {.take_each = (unsigned)(cut % 3),
                              .pass_each = (unsigned)(cut % 2)};
            const struct uvp_span bytes = uvp_span_of(archive.data, cut);

            run_bytes(&run, bytes, cut % 2 == 0 ? 512 : 1 << 20, 0);
            assert_prefix(&run, bytes);
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

        make_some(dialect, round, 5, 1200, &archive);
        for (unsigned i = 0; i <= round % 4; i++) {
            archive.data[test_random(&seed) % archive.bytes] ^=
                (unsigned char)(1U << test_random(&seed) % 8);
        }
        run_bytes(&run, uvp_span_of(archive.data, archive.bytes), 1024, 0);
        assert_prefix(&run, uvp_span_of(archive.data, archive.bytes));
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

        make_some(d == 0 ? "pax" : "newc", 5, 24, 3000, &archive);
        for (; code == UVP_NO_MEMORY; n++) {
            struct run run = {.take_each = 2, .keep_metadata = n % 2 == 0};

            run_bytes(&run, uvp_span_of(archive.data, archive.bytes), 512, n);
            code = run.code;
            assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
            assert_prefix(&run, uvp_span_of(archive.data, archive.bytes));
            test_bytes_release(&run.out);
        }
        assert_true(n > 20);
        test_bytes_release(&archive);
    }
}

/* ---- oddities, by hand ---- */

static void run_odd(struct run *run, const struct test_bytes *archive)
{
    run_bytes(run, uvp_span_of(archive->data, archive->bytes), 512, 0);
}

static void a_damaged_header_is_stepped_over_once_told(void **state)
{
    struct test_bytes archive = {0};
    struct run run = {.take_each = 1};

    (void)state;
    test_tar_add(&archive, '0', "a", noise, 1000);
    test_tar_add(&archive, '0', "b", noise, 5000);
    archive.data[512 + 1024 + 3] ^= 1;
    test_tar_add(&archive, '0', "c", noise, 1000);
    test_tar_end(&archive);
    run_odd(&run, &archive);
    assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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
    test_tar_add(&archive, '0', "a", noise, 1000);
    test_tar_end(&archive);
    test_tar_add(&archive, '0', "b", noise, 5000);
    test_tar_end(&archive);
    run_odd(&run, &archive);
    assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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

        test_tar_add(&archive, '0', "a", noise, 1000);
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

        test_tar_add(&archive, '0', "a", noise, 1000);
        test_tar_end(&archive);
        test_bytes_add(&archive, noise, extra);
        run_odd(&run, &archive);
        assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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
    test_tar_add(&archive, '0', "a", noise, 1000);
    test_bytes_add(&archive, zeros, (size_t)32 << 20);
    free(zeros);
    run_bytes(&run, uvp_span_of(archive.data, archive.bytes), 1 << 20, 0);
    assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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
    assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
    assert_int_equal(run.members, 0);
    test_bytes_release(&run.out);
    test_bytes_release(&archive);
}

static void a_size_that_no_file_has_is_a_cut(void **state)
{
    struct test_bytes archive = {0};

    (void)state;
    test_tar_add_header(&archive, '0', "huge", UINT64_C(077777777777));
    test_bytes_add(&archive, noise, 5000);
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
        {.path = "file", .type = AE_IFREG, .data = noise, .bytes = 10, .mode = 0644},
        {.path = "link", .type = AE_IFREG, .target = "file", .mode = 0644},
        {.path = "folder", .type = AE_IFDIR, .mode = 0755},
        {.path = "empty", .type = AE_IFREG, .data = noise, .bytes = 0, .mode = 0644}};
    struct run run = {.take_each = 1};

    (void)state;
    test_archive_make("gnutar", members, 4, &archive);
    run_odd(&run, &archive);
    assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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

        make_some(test_dialects[d], 1, 3, 100, &archive);
        assert_true(uvp_tar_sniff(uvp_span_of(archive.data, archive.bytes), &container));
        assert_int_equal(container, test_dialect_is_tar(test_dialects[d]) ? UVP_CONTAINER_TAR
                                                                          : UVP_CONTAINER_CPIO);
        test_bytes_release(&archive);
    }
    assert_false(uvp_tar_sniff(uvp_span_of(noise, 2048), &container));
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
             .data = noise,
             .bytes = 2500000,
             .mode = 0644,
             .mtime = 5},
            {.path = "b", .type = AE_IFREG, .data = noise, .bytes = 3, .mode = 0600}};
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
        assert_memory_equal(body.data, noise, body.bytes);
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

        make_some("newc", 1, 3, 900, &archive);
        test_bytes_add(&archive, zeros, sizeof zeros);
        if (second != 0) {
            make_some("newc", 2, 3, 900, &archive); /* as an initramfs has them */
        }
        run_odd(&run, &archive);
        assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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
            const struct test_member member = {
                .path = names[i], .type = AE_IFREG, .data = noise, .bytes = 9, .mode = 0644};
            struct test_bytes archive = {0};
            struct run run = {.take_each = 1};

            test_archive_make(dialects[d], &member, 1, &archive);
            run_odd(&run, &archive);
            assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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
    test_tar_add(&archive, '0', "folder/", noise, 1500);
    test_tar_add(&archive, '0', "mesh", noise, 10);
    test_tar_end(&archive);
    run_odd(&run, &archive);
    assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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

    test_tar_add(out, 'S', "sparse", noise, 512);
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
    assert_whole(&run, uvp_span_of(archive.data, archive.bytes));
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
        assert_int_equal(body.data[i], i >= 1024 && i < 1536 ? noise[i - 1024] : 0);
    }
    uvp_slices_release(&raw);
    uvp_input_close(input);
    uvp_block_pool_release(pool);
    test_bytes_release(&body);
    test_bytes_release(&run.out);
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
        assert_int_equal(collect(run), UVP_OK);
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

        make_some("pax", 8, 12, 3000, &archive);
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
        walk(&run);
        assert_true(run.code == UVP_OK || run.code == UVP_CANCELLED);
        assert_prefix(&run, uvp_span_of(archive.data, archive.bytes));
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
        cmocka_unit_test(passes_every_dialect_byte_for_byte),
        cmocka_unit_test(long_bodies_pass_in_bounded_memory),
        cmocka_unit_test(a_cut_is_a_failure_with_its_offset),
        cmocka_unit_test(flipped_bits_lose_nothing),
        cmocka_unit_test(every_allocation_may_fail),
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
        cmocka_unit_test(sparse_files_are_dense_to_others),
        cmocka_unit_test(flushing_while_it_waits_and_cancelling_lose_nothing),
    };

    fill_noise();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
