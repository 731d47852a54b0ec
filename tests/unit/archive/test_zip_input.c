/*
 * Zips read both ways: nothing is lost of any of them, whole, cut or damaged.
 */
#include "tests/unit/archive/zip_maker.h"

#include <archive_entry.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/archive/zip_metadata.h"

enum way {
    LEAVE,
    TAKE,
    PASS,
    MIX,
};

/* What a walk over an archive brought. */
struct outcome {
    enum uvp_code code;
    struct uvp_error err;
    unsigned members;
    unsigned replaceable;
    unsigned warnings;
    unsigned unsized;
    bool whole; /* all bytes came */
    uint64_t calls;
};

struct walk {
    struct ends ends;
    struct uvp_input *input;
    struct bytes all; /* flushed, taken, trailer, in order */
    enum way way;
};

static void add_flushed(struct walk *walk)
{
    struct uvp_slices raw;
    uint64_t at = 0;

    uvp_slices_init(&raw, &walk->ends.mem);
    if (uvp_input_flush(walk->input, &raw, &at, NULL) == UVP_OK && raw.bytes != 0) {
        assert_int_equal(at, walk->all.bytes);
        slices_to_bytes(&raw, &walk->all);
        assert_int_equal(uvp_input_flushable(walk->input), 0);
    }
    uvp_slices_release(&raw);
}

static enum uvp_code take_one(struct walk *walk, const struct uvp_header *header,
                              struct uvp_error *err)
{
    struct uvp_entry entry;
    enum uvp_code code;

    add_flushed(walk);
    uvp_entry_init(&entry, &walk->ends.mem);
    code = uvp_input_take(walk->input, &entry, err);
    if (code == UVP_OK) {
        assert_int_equal(entry.at, walk->all.bytes);
        assert_int_equal(entry.at, header->at);
        assert_int_equal(entry.raw.bytes,
                         entry.head_bytes + entry.body_bytes + entry.tail_bytes);
        slices_to_bytes(&entry.raw, &walk->all);
    }
    uvp_entry_release(&entry);
    return code;
}

static enum uvp_code handle(struct walk *walk, const struct uvp_header *header, unsigned number,
                            struct uvp_error *err)
{
    const enum way way = walk->way == MIX ? (enum way)(number % 3) : walk->way;
    bool more = true;

    if (way == TAKE) {
        return take_one(walk, header, err);
    }
    while (way == PASS && more) {
        UVP_TRY(uvp_input_pass(walk->input, &more, err));
        if (number % 2 == 0) {
            add_flushed(walk);
        }
    }
    return UVP_OK;
}

static enum uvp_code walk_members(struct walk *walk, struct outcome *outcome)
{
    struct uvp_header header;
    struct uvp_slices raw;
    uint64_t at = 0;
    enum uvp_code code;

    for (;;) {
        code = uvp_input_next(walk->input, &header, &outcome->err);
        if (code != UVP_OK) {
            break;
        }
        outcome->members++;
        outcome->replaceable += header.replaceable;
        outcome->unsized += !header.size_known;
        assert_int_equal(strlen(header.path) <= header.path_bytes, 1);
        UVP_TRY(handle(walk, &header, outcome->members, &outcome->err));
    }
    if (code != UVP_END) {
        return code;
    }
    add_flushed(walk);
    uvp_slices_init(&raw, &walk->ends.mem);
    code = uvp_input_trailer(walk->input, &raw, &at, &outcome->err);
    if (code == UVP_OK) {
        assert_int_equal(at, walk->all.bytes);
        slices_to_bytes(&raw, &walk->all);
    }
    uvp_slices_release(&raw);
    return code;
}

static struct outcome go(const struct bytes *zip, size_t bytes, bool seekable, enum way way,
                         uint64_t fail_at_call)
{
    struct walk walk = {.way = way};
    struct outcome outcome;
    unsigned char *const copy = malloc(bytes + 1); /* so that a sanitizer sees its end */
    struct uvp_input_options options;

    memset(&outcome, 0, sizeof outcome);
    memcpy(copy, zip->data, bytes);
    if (!ends_open(&walk.ends, fail_at_call)) {
        outcome.code = UVP_NO_MEMORY;
    } else {
        options = ends_options(&walk.ends);
        outcome.code = ends_input(&walk.ends, uvp_zip_input_open, uvp_span_of(copy, bytes),
                                  seekable, 4096, &options, &walk.input, &outcome.err);
    }
    if (outcome.code == UVP_OK) {
        outcome.code = walk_members(&walk, &outcome);
        if (outcome.code != UVP_OK) {
            assert_int_equal(outcome.err.code, outcome.code);
            add_flushed(&walk);
        }
    }
    outcome.whole = walk.all.bytes == bytes;
    assert_true(walk.all.bytes <= bytes);
    if (walk.all.bytes != 0) {
        assert_memory_equal(walk.all.data, copy, walk.all.bytes);
    }
    outcome.warnings = walk.ends.warnings;
    outcome.calls = walk.ends.mem.calls;
    uvp_input_close(walk.input);
    ends_close(&walk.ends);
    bytes_free(&walk.all);
    free(copy);
    return outcome;
}

/* Every way brings every byte of a good archive. */
static void check_good(const struct bytes *zip, unsigned members)
{
    for (int seekable = 0; seekable < 2; seekable++) {
        for (enum way way = LEAVE; way <= MIX; way++) {
            const struct outcome outcome = go(zip, zip->bytes, seekable, way, 0);

            if (outcome.code != UVP_OK) {
                print_error("%d %d: %s at %llu\n", seekable, (int)way, outcome.err.text,
                            (unsigned long long)outcome.err.at);
            }
            assert_int_equal(outcome.code, UVP_OK);
            assert_int_equal(outcome.members, members);
            assert_true(outcome.whole);
        }
    }
}

static void make_many(struct maker *maker, bool zip64)
{
    struct bytes text = {0};
    struct item item = {0};
    char name[40];

    fill_text(&text, 9000, 7);
    maker_text(maker, "folder/", "", 0, NO_DESCRIPTOR);
    for (unsigned i = 0; i < 10; i++) {
        (void)snprintf(name, sizeof name, "folder/m%u.obj", i);
        memset(&item, 0, sizeof item);
        item.name = name;
        item.data = text.data + i;
        item.bytes = i == 3 ? 0 : i * 700;
        item.method = i % 2 != 0 ? 8 : 0;
        item.descriptor = (enum descriptor)(i / 2);
        item.zip64 = zip64 || i >= 6;
        item.comment = i == 5 ? "a comment" : NULL;
        item.extra = i == 2 ? "\xfe\xca\x03\x00"
                              "abc"
                            : NULL;
        item.extra_bytes = i == 2 ? 7 : 0;
        maker_add(maker, &item);
    }
    maker_end(maker, "the archive's comment", zip64);
    bytes_free(&text);
}

static void test_good(void **state)
{
    struct maker maker = {0};

    (void)state;
    make_many(&maker, false);
    check_good(&maker.out, 11);
    maker_free(&maker);
    make_many(&maker, true);
    check_good(&maker.out, 11);
    maker_free(&maker);
    maker_end(&maker, NULL, false);
    check_good(&maker.out, 0);
    maker_free(&maker);
    maker_end(&maker, "empty", true);
    check_good(&maker.out, 0);
    maker_free(&maker);
}

static void test_zip_inside_zip(void **state)
{
    struct maker inner = {0};
    struct maker outer = {0};

    (void)state;
    make_many(&inner, false);
    for (enum descriptor d = SIGNED_32; d <= BARE_64; d++) {
        const struct item item = {.name = "inner.zip",
                                  .data = inner.out.data,
                                  .bytes = inner.out.bytes,
                                  .descriptor = d,
                                  .zip64 = d >= SIGNED_64};
        maker_add(&outer, &item);
    }
    maker_end(&outer, NULL, false);
    check_good(&outer.out, 4);
    maker_free(&inner);
    maker_free(&outer);
}

static void test_descriptor_with_sizes(void **state)
{
    struct maker maker = {0};
    struct item item = {.name = "a.obj",
                        .data = "hello hello",
                        .bytes = 11,
                        .method = 8,
                        .descriptor = SIGNED_32,
                        .sizes_too = true};

    (void)state;
    maker_add(&maker, &item);
    item.name = "b.obj";
    item.descriptor = BARE_32;
    item.method = 0;
    maker_add(&maker, &item);
    maker_end(&maker, NULL, false);
    check_good(&maker.out, 2);
    maker_free(&maker);
}

static void test_long_members(void **state)
{
    struct maker maker = {0};
    struct bytes text = {0};
    struct item item = {.name = "long.obj", .descriptor = SIGNED_32, .method = 8};
    struct outcome outcome;

    (void)state;
    fill_text(&text, (size_t)12 << 20, 3);
    item.data = text.data;
    item.bytes = text.bytes;
    maker_add(&maker, &item);
    item.method = 0;
    maker_add(&maker, &item);
    maker_text(&maker, "z", "end", 8, SIGNED_32);
    maker_end(&maker, NULL, false);
    check_good(&maker.out, 3);
    outcome = go(&maker.out, maker.out.bytes, false, PASS, 0);
    assert_int_equal(outcome.unsized, 2);
    outcome = go(&maker.out, maker.out.bytes, true, PASS, 0);
    assert_int_equal(outcome.unsized, 0);
    maker_free(&maker);
    bytes_free(&text);
}

static void test_prefix_and_gaps(void **state)
{
    struct maker maker = {0};
    struct outcome outcome;

    (void)state;
    for (int told = 0; told < 2; told++) {
        bytes_add(&maker.out, "#!/bin/sh\nexit\n", 15);
        maker.shift = told ? 0 : 15;
        maker_text(&maker, "a", "first", 0, NO_DESCRIPTOR);
        bytes_add(&maker.out, "between", 7);
        maker_text(&maker, "b", "second", 8, SIGNED_32);
        bytes_add(&maker.out, "behind", 6);
        maker_end(&maker, "c", told);
        for (enum way way = LEAVE; way <= MIX; way++) {
            outcome = go(&maker.out, maker.out.bytes, true, way, 0);
            assert_int_equal(outcome.code, UVP_OK);
            assert_int_equal(outcome.members, 2);
            assert_int_equal(outcome.replaceable, 2);
            assert_true(outcome.whole);
        }
        outcome = go(&maker.out, maker.out.bytes, false, TAKE, 0);
        assert_int_equal(outcome.code, UVP_BAD_DATA);
        maker_free(&maker);
    }
}

static void test_divided_mark(void **state)
{
    struct maker maker = {0};

    (void)state;
    bytes_32(&maker.out, UVP_ZIP_WHOLE);
    maker_text(&maker, "a", "first", 0, NO_DESCRIPTOR);
    maker_end(&maker, NULL, false);
    assert_true(uvp_zip_sniff(uvp_span_of(maker.out.data, maker.out.bytes)));
    check_good(&maker.out, 1);
    maker_free(&maker);
}

static void test_encrypted_and_odd(void **state)
{
    struct maker maker = {0};
    struct item item = {.name = "secret.obj", .data = "abcdefgh", .bytes = 8};

    (void)state;
    maker_text(&maker, "a.obj", "plain", 8, SIGNED_32);
    item.flags = UVP_ZIP_FLAG_ENCRYPTED;
    item.descriptor = SIGNED_32;
    maker_add(&maker, &item);
    item.flags = 0;
    item.method = 12;
    maker_add(&maker, &item);
    maker_text(&maker, "b.obj", "plain again", 8, SIGNED_32);
    maker_end(&maker, "spooled", false);
    check_good(&maker.out, 4);
    assert_int_equal(go(&maker.out, maker.out.bytes, false, TAKE, 0).replaceable, 2);
    assert_int_equal(go(&maker.out, maker.out.bytes, true, TAKE, 0).replaceable, 2);
    for (size_t cut = 0; cut < maker.out.bytes; cut++) {
        assert_int_not_equal(go(&maker.out, cut, false, MIX, 0).code, UVP_OK);
    }
    maker_free(&maker);
}

static void test_overlap(void **state)
{
    struct maker maker = {0};
    struct outcome outcome;

    (void)state;
    maker_text(&maker, "a", "first", 0, NO_DESCRIPTOR);
    maker_text(&maker, "b", "second", 0, NO_DESCRIPTOR);
    uvp_zip_put32(maker.directory.data + 47 + 42, 0); /* both at 0 */
    maker_end(&maker, NULL, false);
    outcome = go(&maker.out, maker.out.bytes, true, TAKE, 0);
    assert_int_equal(outcome.code, UVP_BAD_DATA);
    assert_int_equal(outcome.members, 0);
    outcome = go(&maker.out, maker.out.bytes, false, TAKE, 0);
    assert_int_equal(outcome.code, UVP_BAD_DATA);
    assert_int_equal(outcome.members, 2);
    assert_true(outcome.whole);
    maker_free(&maker);
}

static void test_contradictions(void **state)
{
    struct maker maker = {0};
    struct item item = {.name = "a.obj", .data = "body", .bytes = 4, .other_name = "b.obj"};
    struct outcome outcome;

    (void)state;
    maker_add(&maker, &item);
    item.other_name = NULL;
    item.claimed = 5000000;
    item.method = 8;
    maker_add(&maker, &item);
    maker_text(&maker, "good", "good", 0, NO_DESCRIPTOR);
    maker_end(&maker, NULL, false);
    outcome = go(&maker.out, maker.out.bytes, true, MIX, 0);
    assert_int_equal(outcome.code, UVP_OK);
    assert_int_equal(outcome.members, 3);
    assert_int_equal(outcome.replaceable, 1);
    assert_int_equal(outcome.warnings, 1);
    assert_true(outcome.whole);
    maker.out.data[0] ^= 1; /* the first local header */
    outcome = go(&maker.out, maker.out.bytes, true, MIX, 0);
    assert_int_equal(outcome.code, UVP_OK);
    assert_int_equal(outcome.members, 3);
    assert_int_equal(outcome.warnings, 1);
    assert_true(outcome.whole);
    maker_free(&maker);
}

static void test_behind_the_end(void **state)
{
    struct maker maker = {0};
    struct outcome outcome;

    (void)state;
    maker_text(&maker, "a", "first", 0, NO_DESCRIPTOR);
    maker_end(&maker, "comment", false);
    bytes_add(&maker.out, "trailing", 8);
    for (int seekable = 0; seekable < 2; seekable++) {
        outcome = go(&maker.out, maker.out.bytes, seekable, TAKE, 0);
        assert_int_equal(outcome.code, UVP_OK);
        assert_int_equal(outcome.warnings, 1);
        assert_true(outcome.whole);
    }
    maker.out.bytes -= 8;
    bytes_add(&maker.out, maker.out.data, maker.out.bytes); /* the archive twice */
    for (int seekable = 0; seekable < 2; seekable++) {
        outcome = go(&maker.out, maker.out.bytes, seekable, TAKE, 0);
        assert_int_equal(outcome.code, UVP_BAD_DATA);
        assert_int_equal(outcome.members, 1);
    }
    maker_free(&maker);
}

static void test_directory_that_lies(void **state)
{
    struct maker maker = {0};
    struct maker other = {0};

    (void)state;
    /* a member the directory does not know of */
    maker_text(&maker, "a", "first", 0, NO_DESCRIPTOR);
    other = maker;
    memset(&maker.directory, 0, sizeof maker.directory);
    maker.count = 0;
    maker_text(&maker, "b", "second", 0, NO_DESCRIPTOR);
    maker_end(&maker, NULL, false);
    assert_int_equal(go(&maker.out, maker.out.bytes, false, TAKE, 0).code, UVP_BAD_DATA);
    bytes_free(&other.directory);
    maker_free(&maker);
}

static void test_truncation(void **state)
{
    struct maker maker = {0};

    (void)state;
    maker_text(&maker, "a.obj", "some text some text", 8, NO_DESCRIPTOR);
    maker_text(&maker, "b.obj", "other text", 8, SIGNED_32);
    maker_text(&maker, "c.obj", "stored text", 0, BARE_64);
    maker_end(&maker, "bye", false);
    for (size_t cut = 0; cut < maker.out.bytes; cut++) {
        for (int seekable = 0; seekable < 2; seekable++) {
            const struct outcome outcome = go(&maker.out, cut, seekable, MIX, 0);

            assert_int_equal(outcome.code, UVP_BAD_DATA);
            assert_true(outcome.err.at <= cut);
            assert_true(outcome.whole); /* what was there went out */
        }
    }
    maker_free(&maker);
    make_many(&maker, true);
    for (size_t cut = 0; cut < maker.out.bytes; cut += 512) {
        for (int seekable = 0; seekable < 2; seekable++) {
            assert_int_equal(go(&maker.out, cut, seekable, MIX, 0).code, UVP_BAD_DATA);
        }
    }
    maker_free(&maker);
}

static void test_bit_flips(void **state)
{
    struct maker maker = {0};
    uint32_t seed = 99;

    (void)state;
    make_many(&maker, false);
    for (unsigned i = 0; i < 800; i++) {
        struct bytes copy = {0};

        bytes_add(&copy, maker.out.data, maker.out.bytes);
        for (unsigned k = 0; k <= i % 4; k++) {
            const size_t at = i % 2 == 0 ? next_random(&seed) % copy.bytes
                                         : copy.bytes - 1 - next_random(&seed) % 900;
            copy.data[at] ^= (unsigned char)(1u << next_random(&seed) % 8);
        }
        for (int seekable = 0; seekable < 2; seekable++) {
            const struct outcome outcome =
                go(&copy, copy.bytes, seekable, (enum way)(i % 4), 0);
            assert_true(outcome.code == UVP_OK || outcome.code == UVP_BAD_DATA ||
                        outcome.code == UVP_UNSUPPORTED);
            assert_true(outcome.code != UVP_OK || outcome.whole);
        }
        bytes_free(&copy);
    }
    maker_free(&maker);
}

static void test_memory(void **state)
{
    struct maker maker = {0};

    (void)state;
    make_many(&maker, false);
    for (int seekable = 0; seekable < 2; seekable++) {
        for (enum way way = LEAVE; way <= MIX; way++) {
            const uint64_t calls = go(&maker.out, maker.out.bytes, seekable, way, 0).calls;

            for (uint64_t n = 1; n <= calls; n++) {
                const struct outcome outcome =
                    go(&maker.out, maker.out.bytes, seekable, way, n);
                assert_int_equal(outcome.code, UVP_NO_MEMORY);
            }
        }
    }
    maker_free(&maker);
}

/* ---- decoded, and metadata ---- */

static enum uvp_code read_all(struct ends *ends, struct uvp_input *input, struct bytes *out,
                              struct uvp_error *err)
{
    struct uvp_slices decoded;
    bool more = true;
    enum uvp_code code = UVP_OK;

    uvp_slices_init(&decoded, &ends->mem);
    while (more && code == UVP_OK) {
        code = uvp_input_read(input, &decoded, &more, err);
        slices_to_bytes(&decoded, out);
        uvp_slices_reset(&decoded);
    }
    uvp_slices_release(&decoded);
    return code;
}

static void test_read(void **state)
{
    struct maker maker = {0};
    struct bytes text = {0};
    struct item item = {.name = "x.obj"};
    unsigned count = 0;

    (void)state;
    fill_text(&text, (size_t)6 << 20, 11);
    item.data = text.data;
    item.bytes = text.bytes;
    for (enum descriptor d = NO_DESCRIPTOR; d <= BARE_64; d++) {
        item.descriptor = d;
        item.zip64 = d >= SIGNED_64;
        item.method = 8;
        maker_add(&maker, &item);
        item.method = 0;
        maker_add(&maker, &item);
    }
    maker_end(&maker, NULL, false);
    for (int seekable = 0; seekable < 2; seekable++) {
        struct ends ends;
        struct uvp_input *input = NULL;
        struct uvp_input_options options;
        struct uvp_header header;

        assert_true(ends_open(&ends, 0));
        options = ends_options(&ends);
        assert_int_equal(ends_input(&ends, uvp_zip_input_open,
                                    uvp_span_of(maker.out.data, maker.out.bytes), seekable,
                                    1 << 20, &options, &input, NULL),
                         UVP_OK);
        while (uvp_input_next(input, &header, NULL) == UVP_OK) {
            struct bytes got = {0};

            assert_int_equal(read_all(&ends, input, &got, NULL), UVP_OK);
            assert_int_equal(got.bytes, text.bytes);
            assert_memory_equal(got.data, text.data, text.bytes);
            bytes_free(&got);
            count++;
        }
        uvp_input_close(input);
        ends_close(&ends);
    }
    assert_int_equal(count, 20);
    maker_free(&maker);
    bytes_free(&text);
}

static void test_read_damaged(void **state)
{
    struct maker maker = {0};
    struct item item = {.name = "x.obj", .data = "content", .bytes = 7, .method = 8};
    struct ends ends;
    struct uvp_input *input = NULL;
    struct uvp_input_options options;
    struct uvp_header header;
    struct bytes got = {0};

    (void)state;
    item.wrong_crc = 1;
    maker_add(&maker, &item);
    item.wrong_crc = 0;
    item.claimed = 5;
    maker_add(&maker, &item);
    item.claimed = 0;
    item.flags = UVP_ZIP_FLAG_ENCRYPTED;
    maker_add(&maker, &item);
    maker_text(&maker, "good", "good", 8, NO_DESCRIPTOR);
    maker_end(&maker, NULL, false);
    assert_true(ends_open(&ends, 0));
    options = ends_options(&ends);
    assert_int_equal(ends_input(&ends, uvp_zip_input_open,
                                uvp_span_of(maker.out.data, maker.out.bytes), true, 0, &options,
                                &input, NULL),
                     UVP_OK);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    assert_int_equal(read_all(&ends, input, &got, NULL), UVP_BAD_DATA);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    assert_int_equal(read_all(&ends, input, &got, NULL), UVP_BAD_DATA);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    assert_int_equal(read_all(&ends, input, &got, NULL), UVP_UNSUPPORTED);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    got.bytes = 0;
    assert_int_equal(read_all(&ends, input, &got, NULL), UVP_OK);
    assert_int_equal(got.bytes, 4);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_END);
    uvp_input_close(input);
    ends_close(&ends);
    bytes_free(&got);
    maker_free(&maker);
}

static void test_metadata(void **state)
{
    static const char extra[] = "UT\x05\x00\x03\x80\x50\x8a\x67"
                                "ux\x0b\x00\x01\x04\xe8\x03\x00\x00\x04\xe9\x03\x00\x00";
    struct maker maker = {0};
    struct item item = {.name = "a.obj", .data = "abc", .bytes = 3, .mode = 0100640};
    struct ends ends;
    struct uvp_input *input = NULL;
    struct uvp_input_options options;
    struct uvp_header header;
    struct uvp_entry entry;

    (void)state;
    item.extra = extra;
    item.extra_bytes = sizeof extra - 1;
    maker_add(&maker, &item);
    item.name = "link";
    item.data = "a.obj";
    item.bytes = 5;
    item.mode = 0120777;
    item.extra_bytes = 0;
    maker_add(&maker, &item);
    maker_end(&maker, NULL, false);
    assert_true(ends_open(&ends, 0));
    options = ends_options(&ends);
    options.keep_metadata = true;
    assert_int_equal(ends_input(&ends, uvp_zip_input_open,
                                uvp_span_of(maker.out.data, maker.out.bytes), true, 0, &options,
                                &input, NULL),
                     UVP_OK);
    uvp_entry_init(&entry, &ends.mem);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    assert_int_equal(uvp_input_take(input, &entry, NULL), UVP_OK);
    assert_int_equal(archive_entry_mode(entry.metadata), 0100640);
    assert_int_equal(archive_entry_mtime(entry.metadata), 0x678a5080);
    assert_int_equal(archive_entry_uid(entry.metadata), 1000);
    assert_int_equal(archive_entry_gid(entry.metadata), 1001);
    assert_int_equal(archive_entry_size(entry.metadata), 3);
    assert_string_equal(archive_entry_pathname(entry.metadata), "a.obj");
    uvp_entry_reset(&entry);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    assert_int_equal(header.type, UVP_ENTRY_LINK);
    assert_false(header.replaceable);
    assert_int_equal(uvp_input_announce(input, &entry, NULL), UVP_OK);
    assert_string_equal(archive_entry_symlink(entry.metadata), "a.obj");
    uvp_entry_reset(&entry);
    assert_int_equal(uvp_input_take(input, &entry, NULL), UVP_OK);
    assert_string_equal(archive_entry_symlink(entry.metadata), "a.obj");
    assert_int_equal(archive_entry_mtime(entry.metadata), 1737120320); /* 2025-01-17 13:25:20 */
    uvp_entry_release(&entry);
    uvp_input_close(input);
    ends_close(&ends);
    maker_free(&maker);
}

static void test_dates(void **state)
{
    uint16_t time = 0;
    uint16_t date = 0;
    int64_t back = 0;

    (void)state;
    for (int64_t seconds = 315532800; seconds < INT64_C(4354819198); seconds += 8640018) {
        uvp_zip_unix_to_dos(seconds, &time, &date);
        assert_true(uvp_zip_dos_to_unix(time, date, &back));
        assert_int_equal(back, seconds & ~INT64_C(1));
    }
    uvp_zip_unix_to_dos(-5, &time, &date);
    assert_int_equal(date, 0x21);
    assert_false(uvp_zip_dos_to_unix(0, 0, &back));
}

static void test_spool_limit(void **state)
{
    struct maker maker = {0};
    struct item item = {.name = "odd", .data = "abcdefgh", .bytes = 8, .method = 12};
    struct ends ends;
    struct uvp_input *input = NULL;
    struct uvp_input_options options;
    struct uvp_header header;

    (void)state;
    item.descriptor = SIGNED_32;
    maker_add(&maker, &item);
    maker_end(&maker, NULL, false);
    assert_true(ends_open(&ends, 0));
    options = ends_options(&ends);
    options.spool_limit_bytes = 50;
    assert_int_equal(ends_input(&ends, uvp_zip_input_open,
                                uvp_span_of(maker.out.data, maker.out.bytes), false, 0,
                                &options, &input, NULL),
                     UVP_OK);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_LIMIT);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_LIMIT);
    uvp_input_close(input);
    ends_close(&ends);
    maker_free(&maker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_zip_inside_zip),
        cmocka_unit_test(test_descriptor_with_sizes),
        cmocka_unit_test(test_long_members),
        cmocka_unit_test(test_prefix_and_gaps),
        cmocka_unit_test(test_divided_mark),
        cmocka_unit_test(test_encrypted_and_odd),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_behind_the_end),
        cmocka_unit_test(test_directory_that_lies),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_read_damaged),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_spool_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
