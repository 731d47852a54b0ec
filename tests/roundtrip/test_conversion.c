/*
 * From one kind of archive to another: members, order, contents, modes, times and links stay,
 * as far as the other kind can hold them; meshes are unwrapped on the way.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive_entry.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/line/round_trip.h"
#include "tests/support/line/tar_bytes.h"

#define LONG_BYTES ((size_t)5 << 20) /* goes in pieces */

static const char html[] = "<html>not a mesh</html>\n";
static char *mesh;
static size_t mesh_bytes;
static unsigned char *noise; /* LONG_BYTES */

static struct test_member file_of(const char *path, const void *data, size_t bytes,
                                  unsigned mode, int64_t mtime)
{
    const struct test_member member = {.path = path,
                                       .type = AE_IFREG,
                                       .data = data,
                                       .bytes = bytes,
                                       .mode = mode,
                                       .mtime = mtime};

    return member;
}

/* In the order of their names, as a folder is read. Times are even: a zip's may be. */
static size_t make_members(struct test_member members[16], bool with_long)
{
    size_t count = 0;

    members[count++] = (struct test_member){
        .path = "top/", .type = AE_IFDIR, .mode = 0750, .mtime = 1500000000};
    members[count++] = file_of("top/a.txt", noise, 3000, 0640, 1500000002);
    members[count++] = file_of("top/b.obj", mesh, mesh_bytes, 0600, 1500000004);
    members[count++] = file_of("top/c-empty", noise, 0, 0644, 1500000006);
    members[count++] = file_of("top/d-fake.obj", html, sizeof html - 1, 0644, 1500000008);
    if (with_long) {
        members[count++] = file_of("top/e-long.bin", noise, LONG_BYTES, 0444, 1500000010);
    }
    members[count++] = file_of("top/f-run.sh", "#!/bin/sh\n", 10, 0755, 1500000012);
    members[count++] = (struct test_member){.path = "top/g-link",
                                            .type = AE_IFLNK,
                                            .target = "a.txt",
                                            .mode = 0777,
                                            .mtime = 1500000014};
    members[count++] = file_of("top/h.obj", mesh, mesh_bytes, 0664, 1500000016);
    return count;
}

/* ---- what came out ---- */

struct judge {
    const char *name;
    const struct test_member *members;
    size_t count;
    bool owners;    /* both kinds hold them */
    bool reordered; /* by the writer of the input: those without contents are last in a 7z */
};

static void check_contents(const struct judge *judge, const struct test_member *wanted,
                           const void *data, size_t bytes)
{
    const bool is_mesh = wanted->data == (const unsigned char *)mesh;

    if (is_mesh ? !obj_is_unwrapped(mesh, mesh_bytes, data, bytes)
                : bytes != wanted->bytes ||
                      (bytes != 0 && memcmp(data, wanted->data, bytes) != 0)) {
        fail_msg("%s: the contents of %s are not right", judge->name, wanted->path);
    }
}

static bool same_path(const char *a, const char *b)
{
    const size_t a_bytes = strlen(a) - (a[strlen(a) - 1] == '/' ? 1 : 0);
    const size_t b_bytes = strlen(b) - (b[strlen(b) - 1] == '/' ? 1 : 0);

    return a_bytes == b_bytes && memcmp(a, b, a_bytes) == 0;
}

static void check_member(const struct judge *judge, const struct test_member *wanted,
                         const struct seen_member *found)
{
    if (!same_path(found->path, wanted->path)) {
        fail_msg("%s: %s instead of %s", judge->name, found->path, wanted->path);
    }
    if (found->type != wanted->type || found->mode != wanted->mode ||
        found->mtime != wanted->mtime) {
        fail_msg("%s: %s has type %o, mode %o, time %lld; not %o, %o, %lld", judge->name,
                 wanted->path, found->type, found->mode, (long long)found->mtime, wanted->type,
                 wanted->mode, (long long)wanted->mtime);
    }
    if (judge->owners && (found->uid != 1000 || found->gid != 100)) {
        fail_msg("%s: %s belongs to %d.%d", judge->name, wanted->path, (int)found->uid,
                 (int)found->gid);
    }
    if (wanted->type == AE_IFLNK) {
        assert_non_null(found->symlink);
        assert_string_equal(found->symlink, wanted->target);
    } else if (wanted->type == AE_IFREG && wanted->target == NULL) {
        check_contents(judge, wanted, found->data, found->bytes);
    }
}

static const struct seen_member *find_member(const struct seen *seen, const char *path)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (same_path(seen->items[i].path, path)) {
            return &seen->items[i];
        }
    }
    fail_msg("%s is missing", path);
    return NULL;
}

static void check_archive(const struct judge *judge, const struct line_run *run)
{
    struct seen seen;

    if (run->code != UVP_END) {
        fail_msg("%s: code %d, %s", judge->name, (int)run->code, run->error.text);
    }
    seen_read(run->output, run->output_bytes, &seen);
    if (!seen.whole || seen.count != judge->count) {
        fail_msg("%s: %zu members of %zu, %s", judge->name, seen.count, judge->count,
                 seen.whole ? "whole" : "not whole");
    }
    for (size_t i = 0; i < judge->count; i++) {
        const struct test_member *const wanted = &judge->members[i];

        check_member(judge, wanted,
                     judge->reordered ? find_member(&seen, wanted->path) : &seen.items[i]);
    }
    seen_release(&seen);
}

static void check_counts(const struct judge *judge, const struct line_run *run)
{
    if (run->progress.members_read != judge->count || run->records != judge->count ||
        run->progress.members_by_status[UVP_MEMBER_FAILED] != 0 ||
        run->progress.members_by_status[UVP_MEMBER_UNWRAPPED] != 2) {
        for (uint64_t i = 0; i < run->records; i++) {
            print_message("%s: %s ended as %d\n", judge->name, run->told[i].path,
                          (int)run->told[i].status);
        }
        fail_msg("%s: %u of %u members were told, %u are unwrapped", judge->name,
                 (unsigned)run->records, (unsigned)judge->count,
                 (unsigned)run->progress.members_by_status[UVP_MEMBER_UNWRAPPED]);
    }
}

/* ---- archive to archive ---- */

static const struct {
    const char *dialect;
    enum uvp_container container;
} sources[] = {
    {"pax", UVP_CONTAINER_TAR},    {"ustar", UVP_CONTAINER_TAR},
    {"gnutar", UVP_CONTAINER_TAR}, {"newc", UVP_CONTAINER_CPIO},
    {"odc", UVP_CONTAINER_CPIO},   {"bin", UVP_CONTAINER_CPIO},
    {"zip", UVP_CONTAINER_ZIP},    {"7zip", UVP_CONTAINER_SEVENZIP},
};

static const enum uvp_container targets[] = {UVP_CONTAINER_TAR, UVP_CONTAINER_CPIO,
                                             UVP_CONTAINER_ZIP};

static bool has_owners(enum uvp_container container)
{
    return container == UVP_CONTAINER_TAR || container == UVP_CONTAINER_CPIO;
}

static void convert(const char *dialect, enum uvp_container source, enum uvp_container target,
                    bool with_long)
{
    struct test_member members[16];
    const size_t count = make_members(members, with_long);
    struct test_bytes archive = {0};
    char name[64];
    const struct judge judge = {name, members, count, has_owners(source) && has_owners(target),
                                source == UVP_CONTAINER_SEVENZIP};

    test_archive_make(dialect, members, count, &archive);
    for (uint32_t number = 0; number < 6; number++) {
        struct round_trip way = {
            .workers = number % 3, .readers = 1 + number % 2, .through_pipe = number >= 3};
        struct line_run run;

        if (way.through_pipe && source == UVP_CONTAINER_ZIP) {
            continue; /* modes and links are in the directory, see below */
        }
        (void)snprintf(name, sizeof name, "%s to %s%s, %u workers", dialect,
                       uvp_container_name(target), way.through_pipe ? " by pipe" : "",
                       way.workers);
        way.settings.container_given = true;
        way.settings.container = target;
        round_trip_run(&way, &archive, &run);
        check_archive(&judge, &run);
        check_counts(&judge, &run);
        line_run_release(&run);
    }
    test_bytes_release(&archive);
}

static void archives_to_archives(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        for (size_t k = 0; k < 3; k++) {
            convert(sources[i].dialect, sources[i].container, targets[k], false);
            if (i % 3 == 0 || sources[i].container == UVP_CONTAINER_SEVENZIP) {
                convert(sources[i].dialect, sources[i].container, targets[k], true);
            }
        }
    }
}

/* Without the directory a zip says nothing of modes; names, times and contents are all there.
 */
static void zips_from_pipes(void **state)
{
    struct test_member members[16];
    const size_t count = make_members(members, true);
    struct test_bytes archive = {0};

    (void)state;
    test_archive_make("zip", members, count, &archive);
    for (size_t k = 0; k < 3; k++) {
        struct round_trip way = {.workers = 2, .through_pipe = true};
        struct judge judge = {"zip by pipe", members, count, false, false};
        struct line_run run;
        struct seen seen;

        way.settings.container_given = true;
        way.settings.container = targets[k];
        round_trip_run(&way, &archive, &run);
        if (run.code != UVP_END) {
            fail_msg("zip by pipe to %s: code %d, %s", uvp_container_name(targets[k]),
                     (int)run.code, run.error.text);
        }
        check_counts(&judge, &run);
        seen_read(run.output, run.output_bytes, &seen);
        assert_true(seen.whole);
        assert_int_equal(seen.count, count);
        for (size_t i = 0; i < count; i++) {
            assert_true(same_path(seen.items[i].path, members[i].path));
            assert_int_equal(seen.items[i].mtime, members[i].mtime);
            if (members[i].type == AE_IFREG) {
                check_contents(&judge, &members[i], seen.items[i].data, seen.items[i].bytes);
            }
        }
        seen_release(&seen);
        line_run_release(&run);
    }
    test_bytes_release(&archive);
}

static void hard_links(void **state)
{
    static const enum uvp_container kinds[] = {UVP_CONTAINER_CPIO, UVP_CONTAINER_ZIP};
    struct test_member members[] = {
        file_of("a.obj", mesh, mesh_bytes, 0644, 1500000000),
        {.path = "b.obj", .type = AE_IFREG, .target = "a.obj", .mode = 0644},
        file_of("c.txt", "text", 4, 0644, 1500000000),
    };
    struct test_bytes archive = {0};

    (void)state;
    test_archive_make("pax", members, 3, &archive);
    for (size_t k = 0; k < 2; k++) {
        struct round_trip way = {.workers = 1};
        const struct line_record *record;
        struct line_run run;
        struct seen seen;

        way.settings.container_given = true;
        way.settings.container = kinds[k];
        round_trip_run(&way, &archive, &run);
        assert_int_equal(run.code, UVP_END);
        seen_read(run.output, run.output_bytes, &seen);
        assert_true(seen.whole);
        record = line_run_record(&run, "b.obj");
        assert_non_null(record);
        if (record->status == UVP_MEMBER_FAILED) { /* told, and not there */
            assert_true(record->dropped);
            assert_null(seen_find(&seen, "b.obj"));
            assert_int_equal(seen.count, 2);
        } else {
            const struct seen_member *const link = seen_find(&seen, "b.obj");
            assert_non_null(link);
            assert_true(link->hardlink != NULL ||
                        obj_is_unwrapped(mesh, mesh_bytes, link->data, link->bytes));
        }
        seen_release(&seen);
        line_run_release(&run);
    }
    test_bytes_release(&archive);
}

/* An old GNU sparse file: 512 bytes at 1024 of 10000, the rest is holes. */
static void sparse_files(void **state)
{
    struct test_bytes archive = {0};
    unsigned char body[10000] = {0};
    unsigned char *block;
    unsigned sum = 0;

    (void)state;
    memcpy(body + 1024, noise, 512);
    test_tar_add(&archive, 'S', "sparse.obj", noise, 512);
    block = archive.data;
    memcpy(block + 257, "ustar  ", 8);
    memcpy(block + 386, "00000002000", 12);
    memcpy(block + 398, "00000001000", 12);
    memcpy(block + 483, "00000023420", 12);
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++) {
        sum += block[i];
    }
    (void)snprintf((char *)block + 148, 8, "%06o", sum);
    test_tar_add(&archive, '0', "b.obj", mesh, mesh_bytes);
    test_tar_end(&archive);
    for (size_t k = 1; k < 3; k++) {
        struct round_trip way = {.workers = 1};
        struct line_run run;
        struct seen seen;

        way.settings.container_given = true;
        way.settings.container = targets[k];
        round_trip_run(&way, &archive, &run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.progress.members_by_status[UVP_MEMBER_FAILED], 0);
        seen_read(run.output, run.output_bytes, &seen);
        assert_true(seen.whole);
        assert_int_equal(seen.count, 2);
        assert_int_equal(seen.items[0].bytes, sizeof body);
        assert_memory_equal(seen.items[0].data, body, sizeof body);
        seen_release(&seen);
        line_run_release(&run);
    }
    test_bytes_release(&archive);
}

/* ---- folders ---- */

static void write_members(const char *root, const struct test_member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char path[256];

        (void)snprintf(path, sizeof path, "%s/%s", root, members[i].path);
        if (members[i].type == AE_IFDIR) {
            assert_int_equal(mkdir(path, 0700), 0);
        } else if (members[i].type == AE_IFLNK) {
            assert_int_equal(symlink(members[i].target, path), 0);
        } else {
            FILE *const file = fopen(path, "wb");
            assert_non_null(file);
            assert_int_equal(fwrite(members[i].data, 1, members[i].bytes, file),
                             members[i].bytes);
            assert_int_equal(fclose(file), 0);
        }
    }
    for (size_t i = count; i-- > 0;) {
        const struct timespec times[2] = {{.tv_sec = members[i].mtime},
                                          {.tv_sec = members[i].mtime}};
        char path[256];

        (void)snprintf(path, sizeof path, "%s/%s", root, members[i].path);
        if (members[i].type != AE_IFLNK) {
            assert_int_equal(chmod(path, members[i].mode), 0);
        }
        assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
    }
}

static void remove_folder(const char *root)
{
    char command[128];

    (void)snprintf(command, sizeof command, "chmod -R u+w %s && rm -r %s", root, root);
    assert_int_equal(system(command), 0);
}

static void run_folder(const char *root, enum uvp_container target, uint32_t workers,
                       struct line_run *run)
{
    memset(run, 0, sizeof *run);
    run->input_folder = root;
    run->input_count = 1;
    run->options.workers = workers;
    run->settings.record_passed = true;
    run->settings.container_given = target != UVP_CONTAINER_FOLDER; /* tar by itself */
    run->settings.container = target;
    line_run(run);
    assert_int_equal(run->leaked_bytes, 0);
}

static void folders_to_archives(void **state)
{
    static const enum uvp_container kinds[] = {UVP_CONTAINER_FOLDER, UVP_CONTAINER_TAR,
                                               UVP_CONTAINER_CPIO, UVP_CONTAINER_ZIP};
    struct test_member members[16];
    const size_t count = make_members(members, true);
    char root[] = "/tmp/uvpipe-test-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(root));
    write_members(root, members, count);
    for (size_t k = 0; k < 4; k++) {
        for (uint32_t workers = 0; workers < 3; workers++) {
            struct line_run run;
            struct seen seen;
            struct judge judge = {"folder", members, count, false, false};

            run_folder(root, kinds[k], workers, &run);
            assert_int_equal(run.code, UVP_END);
            assert_int_equal(run.progress.members_by_status[UVP_MEMBER_UNWRAPPED], 2);
            assert_int_equal(run.progress.members_by_status[UVP_MEMBER_FAILED], 0);
            seen_read(run.output, run.output_bytes, &seen);
            assert_true(seen.whole);
            for (size_t i = 0; i < count; i++) {
                const struct seen_member *found = NULL;
                for (size_t n = 0; n < seen.count; n++) { /* below a name of the folder's */
                    const size_t whole = strlen(seen.items[n].path);
                    const size_t part = strlen(members[i].path);
                    if (whole >= part &&
                        strcmp(seen.items[n].path + whole - part, members[i].path) == 0) {
                        seen.items[n].path[whole] = '\0';
                        memmove(seen.items[n].path, seen.items[n].path + whole - part,
                                part + 1);
                        found = &seen.items[n];
                    }
                }
                if (found == NULL) {
                    fail_msg("a folder to %s: %s is missing", uvp_container_name(kinds[k]),
                             members[i].path);
                }
                check_member(&judge, &members[i], found);
            }
            seen_release(&seen);
            line_run_release(&run);
        }
    }
    remove_folder(root);
}

static void archives_to_folders(void **state)
{
    struct test_member members[16];
    const size_t count = make_members(members, true);

    (void)state;
    for (size_t s = 0; s < sizeof sources / sizeof sources[0]; s++) {
        struct test_bytes archive = {0};
        struct round_trip way = {.workers = (uint32_t)s % 3};
        struct judge judge = {sources[s].dialect, members, count, false, false};
        const void *input;
        struct line_run run = {.into_folder = true};

        test_archive_make(sources[s].dialect, members, count, &archive);
        input = archive.data;
        run.inputs = &input;
        run.input_bytes = &archive.bytes;
        run.input_count = 1;
        run.options.workers = way.workers;
        run.settings.record_passed = true;
        run.settings.container_given = true;
        run.settings.container = UVP_CONTAINER_FOLDER;
        line_run(&run);
        if (run.code != UVP_END) {
            fail_msg("%s to a folder: %s", sources[s].dialect, run.error.text);
        }
        assert_int_equal(run.leaked_bytes, 0);
        assert_int_equal(run.progress.members_by_status[UVP_MEMBER_UNWRAPPED], 2);
        assert_int_equal(run.progress.members_by_status[UVP_MEMBER_FAILED], 1);
        assert_int_equal(run.progress.members_read, count);
        assert_int_equal(line_run_record(&run, "top/g-link")->status, UVP_MEMBER_FAILED);
        assert_true(line_run_record(&run, "top/g-link")->dropped);
        for (size_t i = 0; i < count; i++) {
            const struct line_file *const file = line_run_file(&run, members[i].path);

            if (members[i].type != AE_IFREG) {
                continue;
            }
            assert_non_null(file);
            check_contents(&judge, &members[i], file->data, file->bytes);
            assert_int_equal(file->mtime, members[i].mtime);
            assert_int_equal(file->mode & 0700, members[i].mode & 0700);
        }
        line_run_release(&run);
        test_bytes_release(&archive);
    }
}

/* ---- several inputs ---- */

static void plain_files_to_one_archive(void **state)
{
    static const char *const names[] = {"a.obj", "b.txt", "c.obj", "d.obj"};
    struct test_bytes files[4] = {{0}, {0}, {0}, {0}};

    (void)state;
    test_bytes_add(&files[0], mesh, mesh_bytes);
    test_bytes_add(&files[1], "some text\n", 10);
    test_bytes_add(&files[2], html, sizeof html - 1);
    test_bytes_add(&files[3], mesh, mesh_bytes);
    for (size_t k = 0; k < 3; k++) {
        for (uint32_t workers = 0; workers < 3; workers++) {
            struct round_trip way = {.workers = workers, .readers = 2};
            struct line_run run;
            struct seen seen;

            way.settings.container_given = k != 0; /* tar by itself */
            way.settings.container = targets[k];
            round_trip_run_all(&way, files, names, 4, &run);
            assert_int_equal(run.code, UVP_END);
            assert_int_equal(run.progress.members_by_status[UVP_MEMBER_UNWRAPPED], 2);
            seen_read(run.output, run.output_bytes, &seen);
            assert_true(seen.whole);
            assert_int_equal(seen.count, 4);
            for (size_t i = 0; i < 4; i++) {
                const char *const slash = strrchr(seen.items[i].path, '/');
                assert_string_equal(slash == NULL ? seen.items[i].path : slash + 1, names[i]);
                if (i == 1 || i == 2) {
                    assert_int_equal(seen.items[i].bytes, files[i].bytes);
                    assert_memory_equal(seen.items[i].data, files[i].data, files[i].bytes);
                    continue;
                }
                assert_true(obj_is_unwrapped(mesh, mesh_bytes, seen.items[i].data,
                                             seen.items[i].bytes));
            }
            seen_release(&seen);
            line_run_release(&run);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        test_bytes_release(&files[i]);
    }
}

/* Of one kind and of several: one archive, one end. */
static void join(const char *const dialects[3], bool given, enum uvp_container target)
{
    struct test_member members[16];
    struct test_member all[48];
    const size_t count = make_members(members, false);
    struct test_bytes archives[3] = {{0}, {0}, {0}};
    struct judge judge = {"joined", all, 3 * count, false, false};

    for (size_t i = 0; i < 3; i++) {
        test_archive_make(dialects[i], members, count, &archives[i]);
        memcpy(all + i * count, members, count * sizeof members[0]);
    }
    for (uint32_t number = 0; number < 6; number++) {
        struct round_trip way = {.workers = number % 3, .readers = 1 + number / 3};
        struct line_run run;

        way.settings.container_given = given;
        way.settings.container = target;
        round_trip_run_all(&way, archives, NULL, 3, &run);
        if (run.code != UVP_END) {
            fail_msg("%s, %s and %s: %s", dialects[0], dialects[1], dialects[2],
                     run.error.text);
        }
        check_archive(&judge, &run);
        assert_int_equal(run.progress.members_by_status[UVP_MEMBER_UNWRAPPED], 6);
        line_run_release(&run);
    }
    for (size_t i = 0; i < 3; i++) {
        test_bytes_release(&archives[i]);
    }
}

static void archives_to_one(void **state)
{
    static const char *const tars[] = {"pax", "gnutar", "ustar"};
    static const char *const cpios[] = {"newc", "newc", "crc"};
    static const char *const odcs[] = {"odc", "odc", "odc"};
    static const char *const zips[] = {"zip", "zip", "zip"};
    static const char *const mixed[] = {"zip", "pax", "newc"};

    (void)state;
    join(tars, false, 0);
    join(cpios, false, 0);
    join(odcs, false, 0);
    join(zips, false, 0);
    join(mixed, false, 0);
    join(mixed, true, UVP_CONTAINER_TAR);
    join(mixed, true, UVP_CONTAINER_CPIO);
}

static int set_up(void **state)
{
    uint64_t seed = 3;

    (void)state;
    mesh = grid_obj(6, &mesh_bytes);
    noise = malloc(LONG_BYTES);
    assert_non_null(noise);
    for (size_t i = 0; i < LONG_BYTES; i++) {
        /* soon repeated, or making a 7z of it takes seconds */
        noise[i] = i < 20000 ? (unsigned char)test_random(&seed) : noise[i - 19997];
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(mesh);
    free(noise);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archives_to_archives),
        cmocka_unit_test(zips_from_pipes),
        cmocka_unit_test(hard_links),
        cmocka_unit_test(sparse_files),
        cmocka_unit_test(folders_to_archives),
        cmocka_unit_test(archives_to_folders),
        cmocka_unit_test(plain_files_to_one_archive),
        cmocka_unit_test(archives_to_one),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
