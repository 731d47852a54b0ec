/*
 * A tar or cpio in, the same out but for replaced members; and members of other containers.
 * libarchive reads back what was written.
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
#include "formats/archive/tar_header.h"
#include "tests/support/archives.h"

static unsigned char noise[1 << 20];

static void fill_noise(void)
{
    uint64_t state = 11;

    for (size_t i = 0; i < sizeof noise; i++) {
        noise[i] = (unsigned char)test_random(&state);
    }
}

static enum uvp_code catch_parts(void *ctx, struct iovec *parts, int count,
                                 struct uvp_error *err)
{
    (void)err;
    for (int i = 0; i < count; i++) {
        test_bytes_add(ctx, parts[i].iov_base, parts[i].iov_len);
    }
    return UVP_OK;
}

/* ---- a small line: input to output, replacing some members ---- */

struct line {
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    struct uvp_input *input;
    struct uvp_sink *sink;
    struct uvp_output *output;
    struct uvp_error err;
    enum uvp_container target; /* PLAIN: as the input */
    bool several;
    unsigned replaced;
    struct test_bytes out;
    /* what a member shall become; NULL: left */
    const struct test_bytes *(*replace)(const char *path);
};

static void open_line(struct line *line, const struct test_bytes *archive)
{
    struct uvp_input_options options = {.mem = &line->mem};
    struct uvp_stream *stream = NULL;
    struct uvp_span head = {NULL, 0};

    options.pool = line->pool;
    options.keep_metadata = line->target != UVP_CONTAINER_PLAIN;
    assert_int_equal(uvp_memory_stream_open(uvp_span_of(archive->data, archive->bytes), 4096,
                                            line->pool, &line->mem, &stream, NULL),
                     UVP_OK);
    assert_int_equal(uvp_stream_peek(stream, &head, NULL), UVP_OK);
    assert_int_equal(uvp_tar_input_open(stream, head, &options, &line->input, NULL), UVP_OK);
}

static void start_line(struct line *line, enum uvp_container container)
{
    const struct uvp_sink_ops ops = {.write = catch_parts, .ctx = &line->out};
    const struct uvp_output_options options = {
        .container = container, .single_input = !line->several, .mem = &line->mem};

    assert_int_equal(uvp_sink_create(&ops, &line->mem, &line->sink, NULL), UVP_OK);
    assert_int_equal(uvp_tar_output_create(&options, line->sink, &line->output, NULL), UVP_OK);
}

static enum uvp_code flush_raw(struct line *line)
{
    struct uvp_slices raw;
    uint64_t at = 0;
    enum uvp_code code;

    uvp_slices_init(&raw, &line->mem);
    code = uvp_input_flush(line->input, &raw, &at, &line->err);
    if (code == UVP_OK && line->target == UVP_CONTAINER_PLAIN && raw.bytes != 0) {
        code = uvp_output_raw(line->output, &raw, at, &line->err);
    }
    if (code == UVP_OK) {
        code = uvp_sink_flush(line->sink, &line->err);
    }
    uvp_slices_release(&raw);
    return code;
}

static enum uvp_code replace_member(struct line *line, const struct test_bytes *body)
{
    const struct uvp_render_options options = {.target = uvp_input_container(line->input)};
    struct uvp_rendered rendered;
    struct uvp_entry entry;
    struct uvp_buf bytes;
    enum uvp_code code;

    uvp_entry_init(&entry, &line->mem);
    uvp_buf_init(&bytes, &line->mem, 0);
    code = uvp_input_take(line->input, &entry, &line->err);
    if (code == UVP_OK) {
        code = uvp_tar_render(&entry, uvp_span_of(body->data, body->bytes), &options, &bytes,
                              &rendered, &line->err);
    }
    if (code == UVP_OK) {
        assert_int_equal(rendered.size_bytes, body->bytes);
        code = uvp_output_member(line->output, &entry, uvp_buf_span(&bytes), &rendered,
                                 &line->err);
    }
    if (code == UVP_OK) {
        code = uvp_sink_flush(line->sink, &line->err);
    }
    line->replaced++;
    uvp_buf_release(&bytes);
    uvp_entry_release(&entry);
    return code;
}

static enum uvp_code convert_member(struct line *line)
{
    struct uvp_slices decoded;
    struct uvp_entry entry;
    bool more = true;
    enum uvp_code code;

    uvp_entry_init(&entry, &line->mem);
    uvp_slices_init(&decoded, &line->mem);
    code = uvp_input_announce(line->input, &entry, &line->err);
    if (code == UVP_OK) {
        code = uvp_output_begin(line->output, &entry, &line->err);
    }
    while (code == UVP_OK && more) {
        code = uvp_input_read(line->input, &decoded, &more, &line->err);
        if (code == UVP_OK) {
            code = uvp_output_data(line->output, &decoded, &line->err);
        }
        if (code == UVP_OK) {
            code = uvp_sink_flush(line->sink, &line->err);
        }
        uvp_slices_reset(&decoded);
    }
    if (code == UVP_OK) {
        code = uvp_output_end(line->output, &line->err);
    }
    uvp_slices_release(&decoded);
    uvp_entry_release(&entry);
    return code;
}

static enum uvp_code walk_line(struct line *line)
{
    struct uvp_header header;
    enum uvp_code code;

    memset(&header, 0, sizeof header);
    while ((code = uvp_input_next(line->input, &header, &line->err)) == UVP_OK) {
        const struct test_bytes *const body =
            line->replace == NULL || !header.replaceable ? NULL : line->replace(header.path);

        code = flush_raw(line);
        if (code == UVP_OK && line->target != UVP_CONTAINER_PLAIN) {
            code = convert_member(line);
        } else if (code == UVP_OK && body != NULL) {
            code = replace_member(line, body);
        }
        if (code != UVP_OK) {
            return code;
        }
    }
    return code == UVP_END ? flush_raw(line) : code;
}

static enum uvp_code end_line(struct line *line)
{
    struct uvp_slices raw;
    uint64_t at = 0;
    enum uvp_code code;

    uvp_slices_init(&raw, &line->mem);
    code = uvp_input_trailer(line->input, &raw, &at, &line->err);
    if (line->target != UVP_CONTAINER_PLAIN) {
        uvp_slices_reset(&raw);
    }
    if (code == UVP_OK) {
        code = uvp_output_trailer(line->output, &raw, at, &line->err);
    }
    if (code == UVP_OK) {
        code = uvp_sink_flush(line->sink, &line->err);
    }
    uvp_slices_release(&raw);
    return code;
}

/* Runs the archives one after the other into line->out. */
static enum uvp_code run_line(struct line *line, const struct test_bytes *archives,
                              size_t count)
{
    enum uvp_code code = UVP_OK;

    uvp_mem_init(&line->mem, 0);
    assert_int_equal(uvp_block_pool_create(&line->mem, 2, &line->pool, NULL), UVP_OK);
    line->several = count > 1;
    for (size_t i = 0; i < count && code == UVP_OK; i++) {
        open_line(line, &archives[i]);
        if (i == 0) {
            start_line(line, line->target != UVP_CONTAINER_PLAIN
                                 ? line->target
                                 : uvp_input_container(line->input));
        }
        code = walk_line(line);
        if (code == UVP_OK) {
            code = end_line(line);
        }
        uvp_input_close(line->input);
    }
    if (code == UVP_OK) {
        code = uvp_output_finish(line->output, &line->err);
    }
    if (code == UVP_OK) {
        code = uvp_sink_flush(line->sink, &line->err);
    }
    uvp_output_destroy(line->output);
    uvp_sink_destroy(line->sink);
    uvp_block_pool_release(line->pool);
    assert_int_equal(atomic_load(&line->mem.used_bytes), 0);
    return code;
}

/* ---- replaced members ---- */

static struct test_bytes new_body;

static const struct test_bytes *replace_meshes(const char *path)
{
    return strstr(path, "mesh") != NULL ? &new_body : NULL;
}

/* A folder's name may have gained its slash. */
static void compare_paths(const char *was, const char *is)
{
    const size_t bytes = strlen(was);

    assert_true(strcmp(was, is) == 0 ||
                (strncmp(was, is, bytes) == 0 && strcmp(is + bytes, "/") == 0) ||
                (strncmp(was, is, bytes - 1) == 0 && strcmp(was + bytes - 1, "/") == 0));
}

static void compare(const struct test_bytes *before, const struct test_bytes *after,
                    bool replaced)
{
    struct test_list was;
    struct test_list is;

    test_archive_list(before->data, before->bytes, &was);
    test_archive_list(after->data, after->bytes, &is);
    assert_true(was.whole);
    assert_true(is.whole);
    assert_int_equal(was.count, is.count);
    for (size_t i = 0; i < was.count; i++) {
        const bool other = replaced && replace_meshes(was.items[i].path) != NULL &&
                           was.items[i].type == AE_IFREG && was.items[i].size != 0;

        compare_paths(was.items[i].path, is.items[i].path);
        assert_int_equal(was.items[i].type, is.items[i].type);
        assert_int_equal(was.items[i].mode, is.items[i].mode);
        assert_int_equal(was.items[i].mtime, is.items[i].mtime);
        assert_int_equal(was.items[i].uid, is.items[i].uid);
        assert_int_equal(is.items[i].size, other ? new_body.bytes : was.items[i].size);
        assert_int_equal(is.items[i].hash,
                         other ? test_hash(new_body.data, new_body.bytes) : was.items[i].hash);
    }
    test_list_release(&was);
    test_list_release(&is);
}

static const char long_name[] =
    "a/folder/with/a/name/that/is/very/long/so/that/no/old/header/can/hold/it/at/all/and/so/"
    "every/dialect/shows/how/it/says/long/names/when/it/can/mesh.obj";

static void make_mixed(const char *dialect, struct test_bytes *out)
{
    const bool old = strchr("vu", dialect[0]) != NULL;
    const struct test_member members[] = {
        {.path = "readme",
         .type = AE_IFREG,
         .data = noise,
         .bytes = 700,
         .mode = 0600,
         .mtime = 1},
        {.path = "dir", .type = AE_IFDIR, .mode = 0755, .mtime = 2},
        {.path = "dir/mesh.obj",
         .type = AE_IFREG,
         .data = noise,
         .bytes = 1500,
         .mode = 0644,
         .mtime = 3,
         .xattr = dialect[0] == 'p' ? "kept" : NULL},
        {.path = "dir/link", .type = AE_IFLNK, .target = "mesh.obj", .mode = 0777, .mtime = 4},
        {.path = old ? "dir/other-mesh" : long_name,
         .type = AE_IFREG,
         .data = noise + 99,
         .bytes = 70000,
         .mode = 0640,
         .mtime = 5},
        {.path = "empty-mesh",
         .type = AE_IFREG,
         .data = noise,
         .bytes = 0,
         .mode = 0644,
         .mtime = 6},
        {.path = "last",
         .type = AE_IFREG,
         .data = noise,
         .bytes = 513,
         .mode = 0644,
         .mtime = 7},
    };

    test_archive_make(dialect, members, sizeof members / sizeof members[0], out);
}

static void nothing_replaced_is_the_same_bytes(void **state)
{
    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        struct test_bytes archive = {0};
        struct line line = {.replace = NULL};

        make_mixed(test_dialects[d], &archive);
        assert_int_equal(run_line(&line, &archive, 1), UVP_OK);
        assert_int_equal(line.out.bytes, archive.bytes);
        assert_memory_equal(line.out.data, archive.data, archive.bytes);
        test_bytes_release(&line.out);
        test_bytes_release(&archive);
    }
}

static void replaced_members_keep_all_but_their_contents(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 3, 511, 512, 513, 99999};

    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct test_bytes archive = {0};
            struct line line = {.replace = replace_meshes};

            new_body.bytes = 0;
            test_bytes_add(&new_body, noise + 5, sizes[i]);
            make_mixed(test_dialects[d], &archive);
            assert_int_equal(run_line(&line, &archive, 1), UVP_OK);
            assert_int_equal(line.replaced, 2);
            compare(&archive, &line.out, true);
            test_bytes_release(&line.out);
            test_bytes_release(&archive);
        }
    }
}

static void crc_members_get_a_new_check_sum(void **state)
{
    struct test_bytes archive = {0};
    struct line line = {.replace = replace_meshes};
    size_t at;
    char field[9] = {0};
    unsigned long sum = 0;

    (void)state;
    new_body.bytes = 0;
    test_bytes_add(&new_body, noise, 1234);
    make_mixed("crc", &archive);
    assert_int_equal(run_line(&line, &archive, 1), UVP_OK);
    for (at = 0; memcmp(line.out.data + at + 110, "dir/mesh.obj", 12) != 0; at += 4) {
    }
    memcpy(field, line.out.data + at + 102, 8);
    for (size_t i = 0; i < new_body.bytes; i++) {
        sum += new_body.data[i];
    }
    assert_int_equal(strtoul(field, NULL, 16), sum);
    test_bytes_release(&line.out);
    test_bytes_release(&archive);
}

/* ---- pax by hand ---- */

static void add_record(struct test_bytes *records, const char *key, const char *value)
{
    char text[300];
    size_t length = strlen(key) + strlen(value) + 3;
    int bytes;

    for (size_t guess = length;; guess++) {
        bytes = snprintf(text, sizeof text, "%zu %s=%s\n", guess, key, value);
        if ((size_t)bytes == guess) {
            break;
        }
    }
    test_bytes_add(records, text, (size_t)bytes);
}

static bool has_text(const struct test_bytes *bytes, const char *text)
{
    const size_t length = strlen(text);

    for (size_t i = 0; i + length <= bytes->bytes; i++) {
        if (memcmp(bytes->data + i, text, length) == 0) {
            return true;
        }
    }
    return false;
}

static void pax_size_records_are_rewritten_and_others_stay(void **state)
{
    static const size_t sizes[] = {1, 9, 10, 99, 100, 999, 1000, 99999, 100000, 500000};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct test_bytes archive = {0};
        struct test_bytes global = {0};
        struct test_bytes local = {0};
        struct line line = {.replace = replace_meshes};
        char wanted[40];

        new_body.bytes = 0;
        test_bytes_add(&new_body, noise, sizes[i]);
        add_record(&global, "VENDOR.global", "for all");
        add_record(&local, "VENDOR.first", "one");
        add_record(&local, "size", "1000");
        add_record(&local, "VENDOR.last", "two");
        add_record(&local, "mtime", "77.5");
        test_tar_add(&archive, 'g', "globals", global.data, global.bytes);
        test_tar_add(&archive, 'x', "locals", local.data, local.bytes);
        test_tar_add(&archive, '0', "mesh", noise, 1000);
        test_tar_add(&archive, '0', "other", noise, 100);
        test_tar_end(&archive);
        assert_int_equal(run_line(&line, &archive, 1), UVP_OK);
        compare(&archive, &line.out, true);
        assert_true(has_text(&line.out, "VENDOR.global=for all\n"));
        assert_true(has_text(&line.out, "VENDOR.first=one\n"));
        assert_true(has_text(&line.out, "VENDOR.last=two\n"));
        (void)snprintf(wanted, sizeof wanted, " size=%zu\n", sizes[i]);
        assert_true(has_text(&line.out, wanted));
        test_bytes_release(&line.out);
        test_bytes_release(&archive);
        test_bytes_release(&global);
        test_bytes_release(&local);
    }
}

static void unusual_heads_are_made_anew_behind_their_globals(void **state)
{
    struct test_bytes archive = {0};
    struct test_bytes records = {0};
    struct test_bytes global = {0};
    struct line line = {.replace = replace_meshes};
    const size_t keep = 1024;

    (void)state;
    new_body.bytes = 0;
    test_bytes_add(&new_body, noise, 777);
    add_record(&global, "VENDOR.global", "for all");
    add_record(&records, "path", "a-mesh-with-two-headers");
    test_tar_add(&archive, 'g', "globals", global.data, global.bytes);
    test_tar_add(&archive, 'x', "one", records.data, records.bytes);
    test_tar_add(&archive, 'x', "two", records.data, records.bytes);
    test_tar_add(&archive, '0', "short", noise, 1000);
    test_tar_end(&archive);
    assert_int_equal(run_line(&line, &archive, 1), UVP_OK);
    assert_int_equal(line.replaced, 1);
    assert_memory_equal(line.out.data, archive.data, keep);
    compare(&archive, &line.out, true);
    test_bytes_release(&line.out);
    test_bytes_release(&archive);
    test_bytes_release(&records);
    test_bytes_release(&global);
}

static void base256_sizes_stay_base256(void **state)
{
    struct test_bytes block = {0};
    struct uvp_mem mem;
    struct uvp_buf out;
    bool done = false;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&out, &mem, 0);
    test_tar_add_header(&block, '0', "mesh", 100);
    /* far beyond what octal can say */
    assert_int_equal(uvp_tar_patch(uvp_span_of(block.data, block.bytes), UINT64_C(1) << 40,
                                   &out, &done, NULL),
                     UVP_OK);
    assert_true(done);
    assert_int_equal(out.bytes, 512);
    assert_int_equal(out.data[124], 0x80);
    assert_int_equal(out.data[130], 1);
    assert_true(uvp_tar_block_is_header(out.data));
    /* and back to a small one: the field keeps its form */
    block.bytes = 0;
    test_bytes_add(&block, out.data, 512);
    out.bytes = 0;
    assert_int_equal(uvp_tar_patch(uvp_span_of(block.data, block.bytes), 5, &out, &done, NULL),
                     UVP_OK);
    assert_int_equal(out.data[124], 0x80);
    assert_int_equal(out.data[135], 5);
    assert_true(uvp_tar_block_is_header(out.data));
    uvp_buf_release(&out);
    test_bytes_release(&block);
}

/* Patching takes what comes: no head may make it read or write outside. */
static void hostile_heads_are_refused_or_patched(void **state)
{
    struct uvp_mem mem;
    uint64_t seed = 4;
    struct test_bytes records = {0};

    (void)state;
    uvp_mem_init(&mem, 0);
    add_record(&records, "VENDOR.first", "one");
    add_record(&records, "size", "1000");
    for (unsigned round = 0; round < 20000; round++) {
        struct test_bytes head = {0};
        struct uvp_buf out;
        bool done = false;

        uvp_buf_init(&out, &mem, 0);
        test_tar_add(&head, "xgLKV"[round % 5], "h", records.data, records.bytes);
        if (round % 3 == 0) {
            head.data[512 + test_random(&seed) % records.bytes] =
                (unsigned char)test_random(&seed);
        }
        test_tar_add_header(&head, '0', "mesh", 1000);
        if (round % 3 == 1) {
            head.data[test_random(&seed) % head.bytes] = (unsigned char)test_random(&seed);
        }
        head.bytes -= round % 3 == 2 ? test_random(&seed) % head.bytes : 0;
        assert_int_equal(
            uvp_tar_patch(uvp_span_of(head.data, head.bytes), 5, &out, &done, NULL), UVP_OK);
        assert_true(done || out.bytes == 0);
        if (!done) {
            const enum uvp_code code =
                uvp_tar_remake(uvp_span_of(head.data, head.bytes), 5, &out, NULL);
            assert_true(code == UVP_OK || code == UVP_UNSUPPORTED);
        }
        uvp_buf_release(&out);
        test_bytes_release(&head);
    }
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
    test_bytes_release(&records);
}

static void rendering_survives_every_failed_allocation(void **state)
{
    static const char *const dialects[] = {"pax", "newc", "odc", "bin"};

    (void)state;
    for (size_t d = 0; d < 4; d++) {
        enum uvp_code code = UVP_NO_MEMORY;

        for (uint64_t n = 1; code == UVP_NO_MEMORY; n++) {
            struct test_bytes archive = {0};
            struct uvp_mem mem;
            struct uvp_buf out;
            struct uvp_entry entry;
            struct uvp_rendered rendered;
            struct uvp_block_pool *pool = NULL;
            struct uvp_block *block = NULL;
            const struct uvp_render_options options = {.target = d == 0 ? UVP_CONTAINER_TAR
                                                                        : UVP_CONTAINER_CPIO};
            const struct test_member member = {
                .path = "m", .type = AE_IFREG, .data = noise, .bytes = 8, .mode = 0644};

            test_archive_make(dialects[d], &member, 1, &archive);
            uvp_mem_init(&mem, 0);
            assert_int_equal(uvp_block_pool_create(&mem, 0, &pool, NULL), UVP_OK);
            assert_int_equal(uvp_block_take(pool, archive.bytes, &block, NULL), UVP_OK);
            memcpy(block->data, archive.data, archive.bytes);
            uvp_entry_init(&entry, &mem);
            entry.container = options.target;
            /* two blocks, so that the head is in no single piece */
            assert_int_equal(uvp_slices_add(&entry.raw, block, 0, 20, NULL), UVP_OK);
            uvp_block_drop(block);
            assert_int_equal(uvp_block_take(pool, archive.bytes, &block, NULL), UVP_OK);
            memcpy(block->data, archive.data, archive.bytes);
            assert_int_equal(uvp_slices_add(&entry.raw, block, 20, archive.bytes - 20, NULL),
                             UVP_OK);
            uvp_block_drop(block);
            entry.head_bytes = d == 0 ? 512 : d == 1 ? 112 : d == 2 ? 78 : 28;
            uvp_buf_init(&out, &mem, 0);
            mem.fail_at_call = atomic_load(&mem.calls) + n;
            code = uvp_tar_render(&entry, uvp_span_of(noise, 5000), &options, &out, &rendered,
                                  NULL);
            assert_true(code == UVP_OK || (code == UVP_NO_MEMORY && out.bytes == 0));
            uvp_buf_release(&out);
            uvp_entry_release(&entry);
            uvp_block_pool_release(pool);
            assert_int_equal(atomic_load(&mem.used_bytes), 0);
            test_bytes_release(&archive);
        }
    }
}

/* ---- several inputs ---- */

static void several_inputs_get_one_end(void **state)
{
    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        struct test_bytes archives[3] = {{0}, {0}, {0}};
        struct line line = {.replace = NULL};
        struct test_list one;
        struct test_list all;

        for (size_t i = 0; i < 3; i++) {
            make_mixed(test_dialects[d], &archives[i]);
        }
        assert_int_equal(run_line(&line, archives, 3), UVP_OK);
        test_archive_list(archives[0].data, archives[0].bytes, &one);
        test_archive_list(line.out.data, line.out.bytes, &all);
        assert_true(all.whole);
        assert_int_equal(all.count, 3 * one.count);
        test_list_release(&one);
        test_list_release(&all);
        test_bytes_release(&line.out);
        for (size_t i = 0; i < 3; i++) {
            test_bytes_release(&archives[i]);
        }
    }
}

static void kinds_of_cpio_are_not_mixed(void **state)
{
    struct test_bytes archives[2] = {{0}, {0}};
    struct line line = {.replace = NULL};

    (void)state;
    make_mixed("newc", &archives[0]);
    make_mixed("odc", &archives[1]);
    assert_int_equal(run_line(&line, archives, 2), UVP_UNSUPPORTED);
    assert_int_equal(line.err.code, UVP_UNSUPPORTED);
    test_bytes_release(&line.out);
    test_bytes_release(&archives[0]);
    test_bytes_release(&archives[1]);
}

/* ---- other containers ---- */

static void members_come_over_from_other_containers(void **state)
{
    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        for (int again = 0; again < 2; again++) {
            struct test_bytes archive = {0};
            struct line line = {.target = test_dialect_is_tar(test_dialects[d])
                                              ? UVP_CONTAINER_CPIO
                                              : UVP_CONTAINER_TAR};

            make_mixed(test_dialects[d], &archive);
            assert_int_equal(run_line(&line, &archive, 1), UVP_OK);
            compare(&archive, &line.out, false);
            test_bytes_release(&line.out);
            test_bytes_release(&archive);
        }
    }
}

static void a_cut_member_cannot_be_ended(void **state)
{
    struct test_bytes out = {0};
    const struct uvp_sink_ops ops = {.write = catch_parts, .ctx = &out};
    struct uvp_mem mem;
    struct uvp_sink *sink = NULL;
    struct uvp_output *output = NULL;
    struct uvp_entry entry;
    struct uvp_error err = {0};
    const struct uvp_output_options options = {.container = UVP_CONTAINER_TAR, .mem = &mem};

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_sink_create(&ops, &mem, &sink, NULL), UVP_OK);
    assert_int_equal(uvp_tar_output_create(&options, sink, &output, NULL), UVP_OK);
    uvp_entry_init(&entry, &mem);
    assert_int_equal(uvp_entry_set_path(&entry, "m", 1, NULL), UVP_OK);
    entry.size_bytes = 100;
    assert_int_equal(uvp_output_begin(output, &entry, NULL), UVP_OK);
    assert_int_equal(uvp_output_end(output, &err), UVP_BAD_DATA);
    assert_int_equal(uvp_output_finish(output, NULL), UVP_USAGE);
    uvp_entry_release(&entry);
    uvp_output_destroy(output);
    uvp_sink_destroy(sink);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
    test_bytes_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_replaced_is_the_same_bytes),
        cmocka_unit_test(replaced_members_keep_all_but_their_contents),
        cmocka_unit_test(crc_members_get_a_new_check_sum),
        cmocka_unit_test(pax_size_records_are_rewritten_and_others_stay),
        cmocka_unit_test(unusual_heads_are_made_anew_behind_their_globals),
        cmocka_unit_test(base256_sizes_stay_base256),
        cmocka_unit_test(hostile_heads_are_refused_or_patched),
        cmocka_unit_test(rendering_survives_every_failed_allocation),
        cmocka_unit_test(several_inputs_get_one_end),
        cmocka_unit_test(kinds_of_cpio_are_not_mixed),
        cmocka_unit_test(members_come_over_from_other_containers),
        cmocka_unit_test(a_cut_member_cannot_be_ended),
    };
    int failed;

    fill_noise();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_bytes_release(&new_body);
    return failed;
}
