/*
 * Folders in and out: order, types, hostile names, files that change.
 */
#include "tests/unit/archive/zip_maker.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_file(const char *root, const char *name, const char *text, mode_t mode)
{
    char path[300];
    int fd;

    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void make_folder(const char *root, const char *name)
{
    char path[300];

    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void remove_all(const char *root)
{
    char command[320];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", root);
    assert_int_equal(system(command), 0);
}

static void make_tree(char *root)
{
    char path[300];
    const struct timespec times[2] = {{1700000000, 5}, {1700000000, 123456789}};

    assert_non_null(mkdtemp(root));
    make_file(root, "b.obj", "bbb", 0640);
    make_file(root, "B.obj", "", 0644);
    make_folder(root, "a");
    make_folder(root, "a/deep");
    make_folder(root, "empty");
    make_file(root, "a/deep/x", "xx", 0600);
    make_file(root, "a.obj", "a", 0755);
    (void)snprintf(path, sizeof path, "%s/link", root);
    assert_int_equal(symlink("a/deep", path), 0);
    (void)snprintf(path, sizeof path, "%s/fifo", root);
    assert_int_equal(mkfifo(path, 0600), 0);
    (void)snprintf(path, sizeof path, "%s/b.obj", root);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* The names in the order they came, without the root's own, each after a blank. */
static enum uvp_code list_names(const char *root, uint64_t fail_at_call, struct bytes *names,
                                uint64_t *calls, struct uvp_output *output)
{
    struct ends ends;
    struct uvp_input *input = NULL;
    struct uvp_input_options options;
    struct uvp_header header;
    struct uvp_entry entry;
    enum uvp_code code = UVP_NO_MEMORY;

    if (ends_open(&ends, fail_at_call)) {
        options = ends_options(&ends);
        options.keep_metadata = true;
        code = uvp_input_open_folder(root, &options, &input, NULL);
    }
    while (code == UVP_OK) {
        code = uvp_input_next(input, &header, NULL);
        if (code != UVP_OK) {
            break;
        }
        bytes_add(names, " ", 1);
        bytes_add(names, strchr(header.path, '/') + 1, strlen(strchr(header.path, '/') + 1));
        uvp_entry_init(&entry, &ends.mem);
        code = uvp_input_take(input, &entry, NULL);
        if (code == UVP_OK && output != NULL) {
            const enum uvp_code put = uvp_output_original(output, &entry, NULL);

            assert_int_equal(put, entry.type == UVP_ENTRY_FILE || entry.type == UVP_ENTRY_FOLDER
                                      ? UVP_OK
                                      : UVP_UNSUPPORTED);
        }
        uvp_entry_release(&entry);
    }
    bytes_add(names, "", 1);
    if (calls != NULL) {
        *calls = ends.mem.calls;
    }
    uvp_input_close(input);
    ends_close(&ends);
    return code;
}

static void test_order(void **state)
{
    char root[] = "/tmp/uvpipe-test-XXXXXX";
    struct bytes names = {0};
    uint64_t calls = 0;

    (void)state;
    make_tree(root);
    assert_int_equal(list_names(root, 0, &names, &calls, NULL), UVP_END);
    assert_string_equal(names.data, "  B.obj a/ a/deep/ a/deep/x a.obj b.obj empty/ fifo link");
    for (uint64_t n = 1; n <= calls; n++) {
        assert_int_equal(list_names(root, n, &names, NULL, NULL), UVP_NO_MEMORY);
    }
    bytes_free(&names);
    remove_all(root);
}

static void test_metadata(void **state)
{
    char root[] = "/tmp/uvpipe-test-XXXXXX";
    struct ends ends;
    struct uvp_input *input = NULL;
    struct uvp_input_options options;
    struct uvp_header header;
    struct uvp_entry entry;
    unsigned seen = 0;

    (void)state;
    make_tree(root);
    assert_true(ends_open(&ends, 0));
    options = ends_options(&ends);
    options.keep_metadata = true;
    assert_int_equal(uvp_input_open_folder(root, &options, &input, NULL), UVP_OK);
    uvp_entry_init(&entry, &ends.mem);
    while (uvp_input_next(input, &header, NULL) == UVP_OK) {
        const char *const last = strchr(header.path, '/') + 1;

        assert_memory_equal(header.path, strrchr(root, '/') + 1, strlen(root) - 5);
        assert_int_equal(uvp_input_announce(input, &entry, NULL), UVP_OK);
        if (strcmp(last, "b.obj") == 0) {
            struct uvp_slices data;
            bool more = true;

            assert_true(header.replaceable);
            assert_int_equal(archive_entry_mode(entry.metadata), S_IFREG | 0640);
            assert_int_equal(archive_entry_mtime(entry.metadata), 1700000000);
            assert_int_equal(archive_entry_mtime_nsec(entry.metadata), 123456789);
            assert_int_equal(entry.size_bytes, 3);
            uvp_slices_init(&data, &ends.mem);
            assert_int_equal(uvp_input_read(input, &data, &more, NULL), UVP_OK);
            assert_false(more);
            assert_int_equal(data.bytes, 3);
            uvp_slices_release(&data);
            seen++;
        } else if (strcmp(last, "link") == 0) {
            assert_int_equal(header.type, UVP_ENTRY_LINK);
            assert_string_equal(archive_entry_symlink(entry.metadata), "a/deep");
            seen++;
        } else if (strcmp(last, "fifo") == 0) {
            assert_int_equal(header.type, UVP_ENTRY_OTHER);
            seen++;
        }
        uvp_entry_reset(&entry);
    }
    assert_int_equal(seen, 3);
    uvp_entry_release(&entry);
    uvp_input_close(input);
    ends_close(&ends);
    remove_all(root);
}

static void test_shrinking(void **state)
{
    char root[] = "/tmp/uvpipe-test-XXXXXX";
    char path[300];
    struct ends ends;
    struct uvp_input *input = NULL;
    struct uvp_input_options options;
    struct uvp_header header;
    struct uvp_entry entry;

    (void)state;
    assert_non_null(mkdtemp(root));
    make_file(root, "a", "content", 0644);
    make_file(root, "b", "content", 0644);
    (void)snprintf(path, sizeof path, "%s/a", root);
    assert_true(ends_open(&ends, 0));
    options = ends_options(&ends);
    assert_int_equal(uvp_input_open_folder(root, &options, &input, NULL), UVP_OK);
    uvp_entry_init(&entry, &ends.mem);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_OK);
    assert_int_equal(header.size_bytes, 7);
    assert_int_equal(truncate(path, 3), 0);
    assert_int_equal(uvp_input_take(input, &entry, NULL), UVP_IO);
    assert_int_equal(entry.raw.bytes, 0);
    (void)snprintf(path, sizeof path, "%s/b", root);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(uvp_input_next(input, &header, NULL), UVP_END); /* it is gone: told */
    assert_int_equal(ends.warnings, 1);
    assert_non_null(strstr(ends.warning.text, "/b: "));
    uvp_entry_release(&entry);
    uvp_input_close(input);
    ends_close(&ends);
    remove_all(root);
}

static void test_missing(void **state)
{
    struct ends ends;
    struct uvp_input *input = NULL;
    struct uvp_input_options options;

    (void)state;
    assert_true(ends_open(&ends, 0));
    options = ends_options(&ends);
    assert_int_equal(uvp_input_open_folder("/tmp/uvpipe-not-there", &options, &input, NULL),
                     UVP_IO);
    ends_close(&ends);
}

static struct uvp_output *open_output(struct uvp_mem *mem, const char *root)
{
    const struct uvp_output_options options = {
        .container = UVP_CONTAINER_FOLDER, .folder = root, .mem = mem};
    struct uvp_output *output = NULL;

    assert_int_equal(uvp_folder_output_create(&options, NULL, &output, NULL), UVP_OK);
    return output;
}

static void test_round_trip(void **state)
{
    char from[] = "/tmp/uvpipe-test-XXXXXX";
    char to[] = "/tmp/uvpipe-test-XXXXXX";
    char path[300];
    struct bytes names = {0};
    struct bytes again = {0};
    struct uvp_output *output;
    struct uvp_mem mem;
    struct stat about;

    (void)state;
    make_tree(from);
    assert_non_null(mkdtemp(to));
    uvp_mem_init(&mem, 0);
    output = open_output(&mem, to);
    assert_int_equal(list_names(from, 0, &names, NULL, output), UVP_END);
    assert_int_equal(uvp_output_finish(output, NULL), UVP_OK);
    uvp_output_destroy(output);
    assert_int_equal(mem.used_bytes, 0);
    (void)snprintf(path, sizeof path, "%s%s", to, strrchr(from, '/'));
    assert_int_equal(list_names(path, 0, &again, NULL, NULL), UVP_END);
    assert_string_equal(again.data, "  B.obj a/ a/deep/ a/deep/x a.obj b.obj empty/");
    (void)snprintf(path, sizeof path, "%s%s/b.obj", to, strrchr(from, '/'));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode, S_IFREG | 0640);
    assert_int_equal(about.st_mtim.tv_sec, 1700000000);
    assert_int_equal(about.st_mtim.tv_nsec, 123456789);
    assert_int_equal(about.st_size, 3);
    bytes_free(&names);
    bytes_free(&again);
    remove_all(from);
    remove_all(to);
}

static enum uvp_code put(struct uvp_output *output, struct uvp_mem *mem, const char *name,
                         size_t name_bytes, enum uvp_entry_type type, const char *text)
{
    struct uvp_rendered rendered = {0};
    struct uvp_entry entry;
    enum uvp_code code;

    uvp_entry_init(&entry, mem);
    entry.container = UVP_CONTAINER_TAR;
    entry.type = type;
    assert_int_equal(uvp_entry_set_path(&entry, name, name_bytes, NULL), UVP_OK);
    code = uvp_output_member(output, &entry, uvp_span_of_text(text), &rendered, NULL);
    uvp_entry_release(&entry);
    return code;
}

#define PUT(name, type, text) put(output, &mem, name, sizeof name - 1, UVP_ENTRY_##type, text)

static void check_text(const char *root, const char *name, const char *text)
{
    char path[300];
    char got[64] = "";
    int fd;

    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, got, sizeof got - 1), strlen(text));
    assert_string_equal(got, text);
    close(fd);
}

static void test_hostile_names(void **state)
{
    char root[] = "/tmp/uvpipe-test-XXXXXX";
    char path[300];
    char longer[300];
    struct uvp_output *output;
    struct uvp_mem mem;

    (void)state;
    assert_non_null(mkdtemp(root));
    make_folder(root, "in");
    make_file(root, "outside", "untouched", 0644);
    (void)snprintf(path, sizeof path, "%s/in/away", root);
    assert_int_equal(symlink("..", path), 0);
    (void)snprintf(path, sizeof path, "%s/in/file-link", root);
    assert_int_equal(symlink("../outside", path), 0);
    (void)snprintf(path, sizeof path, "%s/in", root);
    uvp_mem_init(&mem, 0);
    output = open_output(&mem, path);
    assert_int_equal(PUT("", FILE, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("/etc/x", FILE, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("../outside", FILE, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("a/../../outside", FILE, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("..", FOLDER, ""), UVP_UNSUPPORTED);
    assert_int_equal(PUT(".", FILE, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("away/outside", FILE, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("away", FOLDER, ""), UVP_UNSUPPORTED);
    assert_int_equal(PUT("n\0ul", FILE, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("l", LINK, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("dev", OTHER, "x"), UVP_UNSUPPORTED);
    memset(longer, 'n', sizeof longer);
    assert_int_equal(put(output, &mem, longer, sizeof longer, UVP_ENTRY_FILE, "x"),
                     UVP_UNSUPPORTED);
    assert_int_equal(PUT("a", FOLDER, ""), UVP_OK);
    assert_int_equal(PUT("a", FILE, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("file-link", FILE, "mine"), UVP_OK); /* takes the link's place */
    assert_int_equal(PUT("./a//twice", FILE, "first"), UVP_OK);
    assert_int_equal(PUT("a/twice", FILE, "second"), UVP_OK);
    assert_int_equal(PUT("a/twice/x", FILE, "x"), UVP_UNSUPPORTED);
    assert_int_equal(PUT("./", FOLDER, ""), UVP_OK);
    assert_int_equal(uvp_output_finish(output, NULL), UVP_OK);
    uvp_output_destroy(output);
    check_text(root, "outside", "untouched");
    check_text(root, "in/file-link", "mine");
    check_text(root, "in/a/twice", "second");
    assert_int_equal(mem.used_bytes, 0);
    remove_all(root);
}

static void test_unfinished(void **state)
{
    char root[] = "/tmp/uvpipe-test-XXXXXX";
    struct uvp_output *output;
    struct uvp_entry entry;
    struct uvp_mem mem;
    struct bytes names = {0};

    (void)state;
    assert_non_null(mkdtemp(root));
    uvp_mem_init(&mem, 0);
    output = open_output(&mem, root);
    uvp_entry_init(&entry, &mem);
    assert_int_equal(uvp_entry_set_path(&entry, "half", 4, NULL), UVP_OK);
    assert_int_equal(uvp_output_begin(output, &entry, NULL), UVP_OK);
    assert_int_equal(uvp_output_finish(output, NULL), UVP_USAGE);
    uvp_output_destroy(output);
    uvp_entry_release(&entry);
    assert_int_equal(list_names(root, 0, &names, NULL, NULL), UVP_END);
    assert_string_equal(names.data, " "); /* no half file, no temporary one */
    bytes_free(&names);
    remove_all(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),      cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_shrinking),  cmocka_unit_test(test_missing),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_unfinished),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
