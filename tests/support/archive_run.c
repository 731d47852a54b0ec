#include "tests/support/archive_run.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MEMBERS_MAX 64

static void count_warning(void *ctx, const struct uvp_error *warning)
{
    struct run *const run = ctx;

    assert_int_not_equal(warning->code, UVP_OK);
    run->warnings++;
}

enum uvp_code test_run_collect(struct run *run)
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

        code = code == UVP_OK ? test_run_collect(run) : code;
        if (code != UVP_OK) {
            return code;
        }
    }
    return UVP_OK;
}

static enum uvp_code handle(struct run *run, const struct uvp_header *header)
{
    enum uvp_code code = test_run_collect(run);

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

void test_run_walk(struct run *run)
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
        run->code = test_run_collect(run);
        if (run->code == UVP_OK) {
            run->code = uvp_input_trailer(run->input, &run->raw, &at, &run->err);
        }
        for (uint32_t i = 0; i < run->raw.count; i++) {
            const struct uvp_span span = uvp_slice_span(&run->raw.items[i]);
            test_bytes_add(&run->out, span.data, span.bytes);
        }
        uvp_slices_reset(&run->raw);
    } else if (run->code != UVP_NO_MEMORY) {
        assert_int_equal(test_run_collect(run), UVP_OK);
    }
}

void test_run_bytes(struct run *run, struct uvp_span bytes, size_t slice_bytes,
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
        test_run_walk(run);
        uvp_input_close(run->input);
    } else {
        uvp_stream_close(stream);
    }
    uvp_slices_release(&run->raw);
    uvp_entry_release(&run->entry);
    uvp_block_pool_release(run->pool);
    assert_int_equal(atomic_load(&run->mem.used_bytes), 0);
}

void test_assert_prefix(const struct run *run, struct uvp_span bytes)
{
    assert_true(run->out.bytes <= bytes.bytes);
    if (run->out.bytes != 0) {
        assert_memory_equal(run->out.data, bytes.data, run->out.bytes);
    }
}

void test_assert_whole(const struct run *run, struct uvp_span bytes)
{
    if (run->code != UVP_OK) {
        print_error("%s at %llu\n", run->err.text, (unsigned long long)run->err.at);
    }
    assert_int_equal(run->code, UVP_OK);
    assert_int_equal(run->out.bytes, bytes.bytes);
    test_assert_prefix(run, bytes);
}

const unsigned char *test_noise(void)
{
    static unsigned char noise[TEST_NOISE_BYTES];
    static bool filled;
    uint64_t state = 7;

    for (size_t i = 0; i < sizeof noise && !filled; i++) {
        noise[i] = (unsigned char)test_random(&state);
    }
    filled = true;
    return noise;
}

static const char long_name[] =
    "a/folder/with/a/name/that/is/very/long/so/that/no/old/header/can/hold/it/at/all/and/so/"
    "every/dialect/shows/how/it/says/long/names/when/it/can/mesh.obj";

void test_make_some(const char *dialect, uint64_t seed, unsigned count, size_t largest,
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
        member->data = test_noise() + test_random(&seed) % (TEST_NOISE_BYTES - largest);
        if (strncmp(dialect, "pax", 3) == 0 && kind == 2) {
            member->xattr = "a note";
        }
    }
    test_archive_make(dialect, members, count, out);
}
