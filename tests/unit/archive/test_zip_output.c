/*
 * Zips written: replaced members are read back by other programs, and the rest is as it was.
 */
#include "tests/unit/archive/zip_maker.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_TEXT "these are the new contents of it, these are the new contents of it"

struct copy {
    struct ends ends;
    struct uvp_sink *sink;
    struct uvp_output *output;
};

static enum uvp_code open_copy(struct copy *copy, bool single, uint64_t fail_at_call)
{
    const struct uvp_sink_ops ops = {.write = ends_write, .ctx = &copy->ends};
    struct uvp_output_options options = {.container = UVP_CONTAINER_ZIP,
                                         .single_input = single};

    memset(copy, 0, sizeof *copy);
    if (!ends_open(&copy->ends, fail_at_call)) {
        return UVP_NO_MEMORY;
    }
    options.mem = &copy->ends.mem;
    UVP_TRY(uvp_sink_create(&ops, &copy->ends.mem, &copy->sink, NULL));
    return uvp_zip_output_create(&options, copy->sink, &copy->output, NULL);
}

static void close_copy(struct copy *copy)
{
    if (copy->output != NULL) {
        copy->output->ops->destroy(copy->output);
    }
    uvp_sink_destroy(copy->sink);
    ends_close(&copy->ends);
}

static enum uvp_code flush_raw(struct copy *copy, struct uvp_input *input)
{
    struct uvp_slices raw;
    uint64_t at = 0;
    enum uvp_code code;

    uvp_slices_init(&raw, &copy->ends.mem);
    code = uvp_input_flush(input, &raw, &at, NULL);
    if (code == UVP_OK) {
        code = uvp_output_raw(copy->output, &raw, at, NULL);
    }
    if (code == UVP_OK) {
        code = uvp_sink_flush(copy->sink, NULL);
    }
    uvp_slices_release(&raw);
    return code;
}

static enum uvp_code replace(struct copy *copy, const struct uvp_entry *entry,
                             struct uvp_span body)
{
    const struct uvp_render_options options = {.target = UVP_CONTAINER_ZIP};
    struct uvp_rendered rendered;
    struct uvp_buf out;
    enum uvp_code code;

    uvp_buf_init(&out, &copy->ends.mem, 0);
    code = uvp_zip_render(entry, body, &options, &out, &rendered, NULL);
    if (code == UVP_OK) {
        code = uvp_output_member(copy->output, entry, uvp_buf_span(&out), &rendered, NULL);
    }
    if (code == UVP_OK) {
        code = uvp_sink_flush(copy->sink, NULL);
    }
    uvp_buf_release(&out);
    return code;
}

/* What to do with a member: by the first letter of its name's last part. */
static enum uvp_code handle(struct copy *copy, struct uvp_input *input,
                            const struct uvp_header *header)
{
    const char *const slash = strrchr(header->path, '/');
    const char letter = slash == NULL ? header->path[0] : slash[1];
    struct uvp_entry entry;
    enum uvp_code code;

    if (letter != 'r' && letter != 'd' && letter != 'o') {
        return UVP_OK;
    }
    UVP_TRY(flush_raw(copy, input));
    uvp_entry_init(&entry, &copy->ends.mem);
    code = uvp_input_take(input, &entry, NULL);
    if (code == UVP_OK && letter == 'r') {
        code = replace(copy, &entry, uvp_span_of_text(NEW_TEXT));
    } else if (code == UVP_OK && letter == 'd') {
        code = uvp_output_drop(copy->output, &entry, NULL);
    } else if (code == UVP_OK) {
        code = uvp_output_original(copy->output, &entry, NULL);
        code = code == UVP_OK ? uvp_sink_flush(copy->sink, NULL) : code;
    }
    uvp_entry_release(&entry);
    return code;
}

static enum uvp_code copy_members(struct copy *copy, struct uvp_input *input)
{
    struct uvp_header header;
    struct uvp_slices raw;
    uint64_t at = 0;
    enum uvp_code code;

    while ((code = uvp_input_next(input, &header, NULL)) == UVP_OK) {
        UVP_TRY(handle(copy, input, &header));
    }
    if (code != UVP_END) {
        return code;
    }
    UVP_TRY(flush_raw(copy, input));
    uvp_slices_init(&raw, &copy->ends.mem);
    code = uvp_input_trailer(input, &raw, &at, NULL);
    if (code == UVP_OK) {
        code = uvp_output_trailer(copy->output, &raw, at, NULL);
    }
    if (code == UVP_OK) {
        code = uvp_sink_flush(copy->sink, NULL);
    }
    uvp_slices_release(&raw);
    return code;
}

static enum uvp_code copy_input(struct copy *copy, const struct bytes *zip, bool seekable)
{
    const struct uvp_input_options options = ends_options(&copy->ends);
    struct uvp_input *input = NULL;
    enum uvp_code code;

    UVP_TRY(ends_input(&copy->ends, uvp_zip_input_open, uvp_span_of(zip->data, zip->bytes),
                       seekable, 4096, &options, &input, NULL));
    code = copy_members(copy, input);
    uvp_input_close(input);
    return code;
}

static enum uvp_code finish(struct copy *copy)
{
    UVP_TRY(uvp_output_finish(copy->output, NULL));
    return uvp_sink_flush(copy->sink, NULL);
}

static enum uvp_code copy_whole(struct copy *copy, const struct bytes *zip, bool seekable,
                                uint64_t fail_at_call)
{
    UVP_TRY(open_copy(copy, true, fail_at_call));
    UVP_TRY(copy_input(copy, zip, seekable));
    return finish(copy);
}

/* ---- judges ---- */

struct expected {
    const char *name;
    const void *data;
    size_t bytes;
};

static void check_members(const struct bytes *zip, const struct expected *members, size_t count)
{
    struct archive *const reader = archive_read_new();
    struct archive_entry *entry;

    archive_read_support_format_zip_seekable(reader);
    assert_int_equal(archive_read_open_memory(reader, zip->data, zip->bytes), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        unsigned char *const got = malloc(members[i].bytes + 16);

        assert_int_equal(archive_read_next_header(reader, &entry), ARCHIVE_OK);
        assert_string_equal(archive_entry_pathname(entry), members[i].name);
        assert_int_equal(archive_read_data(reader, got, members[i].bytes + 16),
                         members[i].bytes);
        assert_memory_equal(got, members[i].data, members[i].bytes);
        free(got);
    }
    assert_int_equal(archive_read_next_header(reader, &entry), ARCHIVE_EOF);
    archive_read_free(reader);
}

/* Info-ZIP's opinion, where it is installed. */
static void check_unzip(const struct bytes *zip)
{
    char path[] = "/tmp/uvpipe-test-XXXXXX";
    char command[100];
    int fd;

    if (access("/usr/bin/unzip", X_OK) != 0) {
        return;
    }
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, zip->data, zip->bytes), zip->bytes);
    close(fd);
    (void)snprintf(command, sizeof command, "unzip -tqq %s >/dev/null 2>&1", path);
    assert_int_equal(system(command), 0);
    unlink(path);
}

static bool contains(const struct bytes *all, const void *part, size_t bytes)
{
    return memmem(all->data, all->bytes, part, bytes) != NULL;
}

static void make_mixed(struct maker *maker, bool zip64)
{
    struct bytes text = {0};
    struct item item = {.name = "keep1", .method = 8};

    fill_text(&text, 3000, 5);
    item.data = text.data;
    item.bytes = text.bytes;
    item.zip64 = zip64;
    maker_add(maker, &item);
    item.name = "r1.obj";
    item.descriptor = zip64 ? SIGNED_64 : SIGNED_32;
    item.comment = "kept comment";
    item.extra = "\xfe\xca\x03\x00"
                 "abc";
    item.extra_bytes = 7;
    maker_add(maker, &item);
    item.name = "d1.obj";
    maker_add(maker, &item);
    item.name = "keep2";
    maker_add(maker, &item);
    item.name = "o1";
    item.method = 0;
    item.descriptor = NO_DESCRIPTOR;
    maker_add(maker, &item);
    item.name = "r2.obj";
    maker_add(maker, &item);
    item.name = "keep3";
    maker_add(maker, &item);
    maker_end(maker, "archive comment", zip64);
    bytes_free(&text);
}

static void test_identity(void **state)
{
    struct maker maker = {0};

    (void)state;
    for (int i = 0; i < 8; i++) {
        struct copy copy;

        maker.shift = 0;
        if ((i & 4) != 0) {
            bytes_add(&maker.out, "prefix", 6);
            maker.shift = 6;
        }
        maker_text(&maker, "keep1", "abc", 8, (i & 1) != 0 ? SIGNED_32 : NO_DESCRIPTOR);
        maker_text(&maker, "o2", "abc", 0, NO_DESCRIPTOR);
        maker_text(&maker, "keep3", "abcdef", 8, NO_DESCRIPTOR);
        maker_end(&maker, "comment", (i & 2) != 0);
        for (int seekable = (i & 4) != 0; seekable < 2; seekable++) {
            assert_int_equal(copy_whole(&copy, &maker.out, seekable, 0), UVP_OK);
            assert_int_equal(copy.ends.written.bytes, maker.out.bytes);
            assert_memory_equal(copy.ends.written.data, maker.out.data, maker.out.bytes);
            close_copy(&copy);
        }
        maker_free(&maker);
    }
}

static void test_replace(void **state)
{
    struct bytes text = {0};

    (void)state;
    fill_text(&text, 3000, 5);
    for (int i = 0; i < 4; i++) {
        const struct expected expected[] = {{"keep1", text.data, text.bytes},
                                            {"r1.obj", NEW_TEXT, sizeof NEW_TEXT - 1},
                                            {"keep2", text.data, text.bytes},
                                            {"o1", text.data, text.bytes},
                                            {"r2.obj", NEW_TEXT, sizeof NEW_TEXT - 1},
                                            {"keep3", text.data, text.bytes}};
        struct maker maker = {0};
        struct copy copy;

        make_mixed(&maker, (i & 1) != 0);
        assert_int_equal(copy_whole(&copy, &maker.out, (i & 2) != 0, 0), UVP_OK);
        check_members(&copy.ends.written, expected, 6);
        check_unzip(&copy.ends.written);
        assert_true(contains(&copy.ends.written, "archive comment", 15));
        assert_true(contains(&copy.ends.written, "kept comment", 12));
        /* all of the first member is where it was */
        assert_memory_equal(copy.ends.written.data, maker.out.data, 500);
        close_copy(&copy);
        maker_free(&maker);
    }
    bytes_free(&text);
}

static void test_replace_behind_prefix(void **state)
{
    static const struct expected expected[] = {{"r1", NEW_TEXT, sizeof NEW_TEXT - 1},
                                               {"k2", "abc", 3}};

    (void)state;
    for (int told = 0; told < 2; told++) {
        struct maker maker = {0};
        struct copy copy;

        bytes_add(&maker.out, "prefix", 6);
        maker.shift = told ? 0 : 6;
        maker_text(&maker, "r1", "abc", 8, NO_DESCRIPTOR);
        bytes_add(&maker.out, "gap", 3);
        maker_text(&maker, "k2", "abc", 8, SIGNED_32);
        maker_end(&maker, NULL, false);
        assert_int_equal(copy_whole(&copy, &maker.out, true, 0), UVP_OK);
        check_members(&copy.ends.written, expected, 2);
        assert_memory_equal(copy.ends.written.data, "prefix", 6);
        assert_true(contains(&copy.ends.written, "gapPK", 5));
        close_copy(&copy);
        maker_free(&maker);
    }
}

static void test_two_inputs(void **state)
{
    static const struct expected expected[] = {{"r1", NEW_TEXT, sizeof NEW_TEXT - 1},
                                               {"k2", "abc", 3},
                                               {"k3", "def", 3},
                                               {"r4", NEW_TEXT, sizeof NEW_TEXT - 1}};
    struct maker first = {0};
    struct maker second = {0};
    struct copy copy;

    (void)state;
    maker_text(&first, "r1", "abc", 8, NO_DESCRIPTOR);
    maker_text(&first, "k2", "abc", 8, SIGNED_32);
    maker_end(&first, "one", true);
    maker_text(&second, "k3", "def", 0, NO_DESCRIPTOR);
    maker_text(&second, "r4", "abc", 0, SIGNED_32);
    maker_end(&second, "two", false);
    assert_int_equal(open_copy(&copy, false, 0), UVP_OK);
    assert_int_equal(copy_input(&copy, &first.out, true), UVP_OK);
    assert_int_equal(copy_input(&copy, &second.out, false), UVP_OK);
    assert_int_equal(finish(&copy), UVP_OK);
    check_members(&copy.ends.written, expected, 4);
    check_unzip(&copy.ends.written);
    close_copy(&copy);
    maker_free(&first);
    maker_free(&second);
}

static void set_foreign(struct uvp_entry *entry, const char *name, enum uvp_entry_type type,
                        unsigned mode)
{
    uvp_entry_reset(entry);
    entry->container = UVP_CONTAINER_TAR;
    entry->type = type;
    assert_int_equal(uvp_entry_set_path(entry, name, strlen(name), NULL), UVP_OK);
    entry->metadata = archive_entry_new();
    archive_entry_copy_pathname(entry->metadata, name);
    archive_entry_set_mode(entry->metadata, mode);
    archive_entry_set_mtime(entry->metadata, 1737120321, 5);
    archive_entry_set_uid(entry->metadata, 1000);
    archive_entry_set_gid(entry->metadata, 1001);
}

static void put_long(struct copy *copy, struct uvp_entry *entry, size_t bytes)
{
    struct bytes text = {0};
    struct uvp_stream *stream = NULL;
    struct uvp_slice slice;
    struct uvp_slices data;

    fill_text(&text, bytes, 77);
    uvp_slices_init(&data, &copy->ends.mem);
    assert_int_equal(uvp_memory_stream_open(uvp_span_of(text.data, text.bytes), 65536,
                                            copy->ends.pool, &copy->ends.mem, &stream, NULL),
                     UVP_OK);
    assert_int_equal(uvp_output_begin(copy->output, entry, NULL), UVP_OK);
    while (uvp_stream_next(stream, &slice, NULL) == UVP_OK) {
        assert_int_equal(uvp_slices_add(&data, slice.block, slice.offset, slice.bytes, NULL),
                         UVP_OK);
        uvp_block_drop(slice.block);
        assert_int_equal(uvp_output_data(copy->output, &data, NULL), UVP_OK);
        assert_int_equal(uvp_sink_flush(copy->sink, NULL), UVP_OK);
        uvp_slices_reset(&data);
    }
    assert_int_equal(uvp_output_end(copy->output, NULL), UVP_OK);
    uvp_slices_release(&data);
    uvp_stream_close(stream);
    bytes_free(&text);
}

static void test_foreign(void **state)
{
    struct bytes text = {0};
    struct copy copy;
    struct uvp_entry entry;
    struct uvp_slices none;
    struct archive *reader;
    struct archive_entry *found;

    (void)state;
    fill_text(&text, 200000, 77);
    assert_int_equal(open_copy(&copy, true, 0), UVP_OK);
    uvp_entry_init(&entry, &copy.ends.mem);
    set_foreign(&entry, "dir", UVP_ENTRY_FOLDER, AE_IFDIR | 0750);
    assert_int_equal(replace(&copy, &entry, uvp_span_of(NULL, 0)), UVP_OK);
    set_foreign(&entry, "dir/\xc3\xa4.obj", UVP_ENTRY_FILE, AE_IFREG | 0640);
    assert_int_equal(replace(&copy, &entry, uvp_span_of_text(NEW_TEXT)), UVP_OK);
    set_foreign(&entry, "dir/link", UVP_ENTRY_LINK, AE_IFLNK | 0777);
    archive_entry_copy_symlink(entry.metadata, "a.obj");
    assert_int_equal(replace(&copy, &entry, uvp_span_of(NULL, 0)), UVP_OK);
    set_foreign(&entry, "hard", UVP_ENTRY_LINK, AE_IFREG | 0777);
    archive_entry_copy_hardlink(entry.metadata, "a.obj");
    assert_int_equal(replace(&copy, &entry, uvp_span_of(NULL, 0)), UVP_UNSUPPORTED);
    set_foreign(&entry, "device", UVP_ENTRY_OTHER, AE_IFCHR | 0777);
    assert_int_equal(replace(&copy, &entry, uvp_span_of(NULL, 0)), UVP_UNSUPPORTED);
    set_foreign(&entry, "long", UVP_ENTRY_FILE, AE_IFREG | 0600);
    entry.size_bytes = text.bytes;
    put_long(&copy, &entry, text.bytes);
    set_foreign(&entry, "wide", UVP_ENTRY_FILE, AE_IFREG | 0600);
    entry.size_bytes = UINT64_C(5) << 30; /* what was announced; less comes */
    put_long(&copy, &entry, text.bytes);
    uvp_slices_init(&none, &copy.ends.mem);
    assert_int_equal(uvp_output_trailer(copy.output, &none, 0, NULL), UVP_OK);
    assert_int_equal(finish(&copy), UVP_OK);
    check_unzip(&copy.ends.written);

    reader = archive_read_new();
    archive_read_support_format_zip_seekable(reader);
    archive_read_open_memory(reader, copy.ends.written.data, copy.ends.written.bytes);
    assert_int_equal(archive_read_next_header(reader, &found), ARCHIVE_OK);
    assert_int_equal(archive_entry_mode(found), AE_IFDIR | 0750);
    (void)archive_read_next_header(reader, &found);
    assert_int_equal(archive_entry_mode(found), AE_IFREG | 0640);
    assert_int_equal(archive_entry_mtime(found), 1737120321);
    assert_int_equal(archive_entry_uid(found), 1000);
    assert_int_equal(archive_entry_gid(found), 1001);
    assert_int_equal(archive_read_next_header(reader, &found), ARCHIVE_OK);
    assert_string_equal(archive_entry_symlink(found), "a.obj");
    for (int i = 0; i < 2; i++) {
        unsigned char *const got = malloc(text.bytes + 1);

        assert_int_equal(archive_read_next_header(reader, &found), ARCHIVE_OK);
        assert_int_equal(archive_read_data(reader, got, text.bytes + 1), text.bytes);
        assert_memory_equal(got, text.data, text.bytes);
        free(got);
    }
    assert_int_equal(archive_read_next_header(reader, &found), ARCHIVE_EOF);
    archive_read_free(reader);
    uvp_slices_release(&none);
    uvp_entry_release(&entry);
    close_copy(&copy);
    bytes_free(&text);
}

/* More members than the short end record can count, and more records than are held. */
static void test_many(void **state)
{
    struct copy copy;
    struct uvp_entry entry;
    struct archive *reader;
    struct archive_entry *found;
    char name[64];
    unsigned count = 0;

    (void)state;
    assert_int_equal(open_copy(&copy, true, 0), UVP_OK);
    uvp_entry_init(&entry, &copy.ends.mem);
    for (unsigned i = 0; i < 66000; i++) {
        (void)snprintf(name, sizeof name, "a/rather/long/name/of/a/file/%u", i);
        uvp_entry_reset(&entry);
        entry.container = UVP_CONTAINER_TAR;
        entry.type = UVP_ENTRY_FOLDER;
        assert_int_equal(uvp_entry_set_path(&entry, name, strlen(name), NULL), UVP_OK);
        assert_int_equal(replace(&copy, &entry, uvp_span_of(NULL, 0)), UVP_OK);
    }
    assert_int_equal(finish(&copy), UVP_OK);
    reader = archive_read_new();
    archive_read_support_format_zip_seekable(reader);
    archive_read_open_memory(reader, copy.ends.written.data, copy.ends.written.bytes);
    while (archive_read_next_header(reader, &found) == ARCHIVE_OK) {
        count++;
    }
    assert_int_equal(count, 66000);
    archive_read_free(reader);
    uvp_entry_release(&entry);
    close_copy(&copy);
}

static void read_file(const char *path, struct bytes *out)
{
    FILE *const file = fopen(path, "rb");
    unsigned char buffer[4096];
    size_t count;

    assert_non_null(file);
    while ((count = fread(buffer, 1, sizeof buffer, file)) > 0) {
        bytes_add(out, buffer, count);
    }
    fclose(file);
}

/* Puts `root` in the place of "%s". */
static void fill_in(char *out, size_t room, const char *form, const char *root)
{
    const char *const place = strstr(form, "%s");

    (void)snprintf(out, room, "%.*s%s%s", (int)(place - form), form, root, place + 2);
}

/* What Info-ZIP makes, as a file and into a pipe. */
static void test_info_zip(void **state)
{
    static const char *const commands[] = {
        "cd %s && zip -qrX a.zip d", "cd %s && zip -qr - d | cat >a.zip",
        "cd %s && zip -qr0 - d | cat >a.zip",
        "cd %s && zip -qry a.zip d && echo x | zip -qz a.zip",
        "cd %s && cat d/keep1 | zip -q - - | cat >a.zip"};
    char root[] = "/tmp/uvpipe-test-XXXXXX";
    char command[200];

    (void)state;
    if (access("/usr/bin/zip", X_OK) != 0) {
        skip();
    }
    assert_non_null(mkdtemp(root));
    (void)snprintf(command, sizeof command,
                   "cd %s && mkdir d && seq 1 2000 >d/keep1 && seq 1 30000 >d/r.obj && "
                   "seq 5 900 >d/o && : >d/empty && ln -s o d/link",
                   root);
    assert_int_equal(system(command), 0);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char path[200];
        struct bytes zip = {0};

        (void)snprintf(path, sizeof path, "rm -f %s/a.zip", root);
        assert_int_equal(system(path), 0);
        fill_in(command, sizeof command, commands[i], root);
        assert_int_equal(system(command), 0);
        (void)snprintf(path, sizeof path, "%s/a.zip", root);
        read_file(path, &zip);
        for (int seekable = 0; seekable < 2; seekable++) {
            struct copy copy;

            assert_int_equal(copy_whole(&copy, &zip, seekable, 0), UVP_OK);
            check_unzip(&copy.ends.written);
            assert_int_equal(contains(&copy.ends.written, NEW_TEXT, 20), i == 2);
            assert_int_equal(
                uvp_span_equal(uvp_span_of(zip.data, zip.bytes),
                               uvp_span_of(copy.ends.written.data, copy.ends.written.bytes)),
                i == 4);
            close_copy(&copy);
        }
        bytes_free(&zip);
    }
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    assert_int_equal(system(command), 0);
}

static void test_misuse(void **state)
{
    struct copy copy;
    struct uvp_entry entry;
    struct uvp_slices raw;
    struct uvp_rendered rendered = {.head_bytes = 3};

    (void)state;
    assert_int_equal(open_copy(&copy, true, 0), UVP_OK);
    uvp_entry_init(&entry, &copy.ends.mem);
    uvp_slices_init(&raw, &copy.ends.mem);
    entry.container = UVP_CONTAINER_TAR;
    assert_int_equal(uvp_output_original(copy.output, &entry, NULL), UVP_UNSUPPORTED);
    assert_int_equal(
        uvp_output_member(copy.output, &entry, uvp_span_of("abc", 3), &rendered, NULL),
        UVP_BUG);
    assert_int_equal(uvp_output_end(copy.output, NULL), UVP_USAGE);
    assert_int_equal(uvp_output_data(copy.output, &raw, NULL), UVP_USAGE);
    uvp_entry_release(&entry);
    uvp_slices_release(&raw);
    close_copy(&copy);
}

static void test_memory(void **state)
{
    struct maker maker = {0};
    uint64_t calls;

    (void)state;
    make_mixed(&maker, true);
    for (int seekable = 0; seekable < 2; seekable++) {
        struct copy copy;

        assert_int_equal(copy_whole(&copy, &maker.out, seekable, 0), UVP_OK);
        calls = copy.ends.mem.calls;
        close_copy(&copy);
        for (uint64_t n = 1; n <= calls; n++) {
            assert_int_equal(copy_whole(&copy, &maker.out, seekable, n), UVP_NO_MEMORY);
            close_copy(&copy);
        }
    }
    maker_free(&maker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_replace_behind_prefix),
        cmocka_unit_test(test_two_inputs),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_info_zip),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
