/*
 * 7z: from a file and through a pipe, whole, cut and damaged.
 */
#include "tests/unit/archive/zip_maker.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>

#define MEMBERS 4

static void make_sevenz(struct bytes *out, const struct bytes *text)
{
    struct archive *const writer = archive_write_new();
    const size_t room = text->bytes * MEMBERS + 65536;
    size_t used = 0;

    out->data = malloc(room);
    assert_int_equal(archive_write_set_format_7zip(writer), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(writer, out->data, room, &used), ARCHIVE_OK);
    for (unsigned i = 0; i < MEMBERS; i++) {
        struct archive_entry *const entry = archive_entry_new();
        char name[32];

        (void)snprintf(name, sizeof name, "d/m%u.obj", i);
        archive_entry_copy_pathname(entry, name);
        archive_entry_set_mode(entry, i == 3 ? AE_IFLNK | 0777 : AE_IFREG | 0640);
        archive_entry_set_mtime(entry, 1700000000 + i, 0);
        archive_entry_set_size(entry, i == 3 ? 0 : (la_int64_t)(text->bytes / (i + 1)));
        if (i == 3) {
            archive_entry_copy_symlink(entry, "m0.obj");
        }
        assert_int_equal(archive_write_header(writer, entry), ARCHIVE_OK);
        if (i != 3) {
            assert_int_equal(archive_write_data(writer, text->data, text->bytes / (i + 1)),
                             text->bytes / (i + 1));
        }
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(writer), ARCHIVE_OK);
    archive_write_free(writer);
    out->bytes = used;
}

struct seen {
    unsigned members;
    unsigned right;
    unsigned failures; /* of members */
    uint64_t calls;
};

static enum uvp_code read_members(struct ends *ends, struct uvp_input *input, bool take,
                                  const struct bytes *text, struct seen *seen)
{
    struct uvp_header header;
    struct uvp_entry entry;
    enum uvp_code code;

    while ((code = uvp_input_next(input, &header, NULL)) == UVP_OK) {
        struct bytes got = {0};
        struct uvp_slices data;
        bool more = true;
        enum uvp_code member = UVP_OK;

        seen->members++;
        uvp_slices_init(&data, &ends->mem);
        uvp_entry_init(&entry, &ends->mem);
        if (take) {
            member = uvp_input_take(input, &entry, NULL);
            slices_to_bytes(&entry.raw, &got);
        }
        while (!take && more && member == UVP_OK) {
            member = uvp_input_read(input, &data, &more, NULL);
            slices_to_bytes(&data, &got);
            uvp_slices_reset(&data);
        }
        seen->failures += member != UVP_OK;
        seen->right += member == UVP_OK && got.bytes <= text->bytes &&
                       got.bytes == header.size_bytes &&
                       uvp_span_equal(uvp_span_of(got.data, got.bytes),
                                      uvp_span_of(text->data, got.bytes));
        uvp_entry_release(&entry);
        uvp_slices_release(&data);
        bytes_free(&got);
        if (member == UVP_NO_MEMORY) {
            return member;
        }
    }
    return code;
}

static enum uvp_code go(const struct bytes *archive, size_t bytes, bool seekable, bool take,
                        const struct bytes *text, uint64_t fail_at_call, struct seen *seen)
{
    struct ends ends;
    struct uvp_input_options options;
    struct uvp_input *input = NULL;
    enum uvp_code code = UVP_NO_MEMORY;

    memset(seen, 0, sizeof *seen);
    if (ends_open(&ends, fail_at_call)) {
        options = ends_options(&ends);
        code = ends_input(&ends, uvp_other_input_open, uvp_span_of(archive->data, bytes),
                          seekable, 65536, &options, &input, NULL);
    }
    if (code == UVP_OK) {
        code = read_members(&ends, input, take, text, seen);
    }
    seen->calls = ends.mem.calls;
    uvp_input_close(input);
    ends_close(&ends);
    return code;
}

static void test_whole(void **state)
{
    struct bytes text = {0};
    struct bytes archive = {0};
    struct seen seen;

    (void)state;
    fill_text(&text, 1500000, 4);
    make_sevenz(&archive, &text);
    assert_true(uvp_other_sniff(uvp_span_of(archive.data, archive.bytes)));
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            go(&archive, archive.bytes, (i & 1) != 0, (i & 2) != 0, &text, 0, &seen), UVP_END);
        assert_int_equal(seen.members, MEMBERS);
        assert_int_equal(seen.right, MEMBERS);
    }
    bytes_free(&archive);
    bytes_free(&text);
}

static void test_metadata(void **state)
{
    struct bytes text = {0};
    struct bytes archive = {0};
    struct ends ends;
    struct uvp_input_options options;
    struct uvp_input *input = NULL;
    struct uvp_header header;
    struct uvp_entry entry;

    (void)state;
    fill_text(&text, 1000, 4);
    make_sevenz(&archive, &text);
    assert_true(ends_open(&ends, 0));
    options = ends_options(&ends);
    assert_int_equal(ends_input(&ends, uvp_other_input_open,
                                uvp_span_of(archive.data, archive.bytes), true, 0, &options,
                                &input, NULL),
                     UVP_OK);
    uvp_entry_init(&entry, &ends.mem);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    assert_string_equal(header.path, "d/m0.obj");
    assert_int_equal(header.size_bytes, 1000);
    assert_int_equal(uvp_input_take(input, &entry, NULL), UVP_OK);
    assert_int_equal(entry.container, UVP_CONTAINER_SEVENZIP);
    assert_int_equal(archive_entry_mtime(entry.metadata), 1700000000);
    assert_int_equal(archive_entry_mode(entry.metadata), AE_IFREG | 0640);
    assert_int_equal(entry.body_bytes, 1000);
    uvp_entry_release(&entry);
    uvp_input_close(input);
    ends_close(&ends);
    bytes_free(&archive);
    bytes_free(&text);
}

static void test_damage(void **state)
{
    struct bytes text = {0};
    struct bytes archive = {0};
    struct seen seen;
    uint32_t seed = 8;

    (void)state;
    fill_text(&text, 4000, 4);
    make_sevenz(&archive, &text);
    for (size_t cut = 0; cut < archive.bytes; cut += 61) {
        assert_int_equal(go(&archive, cut, true, true, &text, 0, &seen), UVP_BAD_DATA);
        assert_int_equal(go(&archive, cut, false, true, &text, 0, &seen), UVP_BAD_DATA);
    }
    for (unsigned i = 0; i < 300; i++) {
        const size_t at = 32 + next_random(&seed) % (archive.bytes - 32);
        const unsigned char bit = (unsigned char)(1u << next_random(&seed) % 8);
        enum uvp_code code;

        archive.data[at] ^= bit;
        code = go(&archive, archive.bytes, true, i % 2 == 0, &text, 0, &seen);
        assert_true(code != UVP_END || seen.failures != 0 || seen.right == MEMBERS);
        archive.data[at] ^= bit;
    }
    bytes_free(&archive);
    bytes_free(&text);
}

static void test_memory(void **state)
{
    struct bytes text = {0};
    struct bytes archive = {0};
    struct seen seen;
    uint64_t calls;

    (void)state;
    fill_text(&text, 4000, 4);
    make_sevenz(&archive, &text);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            go(&archive, archive.bytes, (i & 1) != 0, (i & 2) != 0, &text, 0, &seen), UVP_END);
        calls = seen.calls;
        for (uint64_t n = 1; n <= calls; n++) {
            assert_int_equal(
                go(&archive, archive.bytes, (i & 1) != 0, (i & 2) != 0, &text, n, &seen),
                UVP_NO_MEMORY);
        }
    }
    bytes_free(&archive);
    bytes_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
