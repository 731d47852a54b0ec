/*
 * Archives without a mesh come out as they went in, bit for bit: every dialect, oddities made
 * by hand, from a file and through a pipe, with and without threads, under every compression
 * (where it is what the output expands to that must be the same).
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/line/round_trip.h"
#include "tests/unit/archive/zip_maker.h"

static const unsigned char zeros[10240];

/* Named like meshes and known not to be any: they go to a worker and come back. */
static const char html[] = "<!DOCTYPE html>\n<html><body>404</body></html>\n";
static const char lfs[] = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";

static unsigned char noise[70000];

/* ---- members for every dialect ---- */

#define LONG_NAME                                                                              \
    "a-folder-of-some-length/another-folder-of-some-length/a-third-folder-of-some-length/"     \
    "and-a-file-whose-name-is-long-too.bin"

static struct test_member file_of(const char *path, const void *data, size_t bytes)
{
    const struct test_member member = {
        .path = path,
        .type = AE_IFREG,
        .data = data,
        .bytes = bytes,
        .mode = 0640,
        .mtime = 1600000001,
    };

    return member;
}

static void make_by_library(const char *dialect, struct test_bytes *out)
{
    const bool is_tar = test_dialect_is_tar(dialect);
    const bool is_pax = strncmp(dialect, "pax", 3) == 0;
    const bool is_v7 = strcmp(dialect, "v7tar") == 0;
    struct test_member members[16];
    size_t count = 0;

    members[count++] = (struct test_member){
        .path = "folder/", .type = AE_IFDIR, .mode = 0755, .mtime = 1500000000};
    members[count++] = file_of("folder/empty.bin", noise, 0);
    members[count++] = file_of("folder/one.bin", noise, 1);
    members[count++] = file_of("folder/511", noise, 511);
    members[count++] = file_of("folder/512.txt", noise, 512);
    members[count++] = file_of("folder/513", noise, 513);
    members[count++] = file_of("folder/page.obj", html, sizeof html - 1);
    members[count++] = (struct test_member){
        .path = "folder/link.obj", .type = AE_IFLNK, .target = "511", .mode = 0777};
    if (is_tar) {
        members[count++] = (struct test_member){
            .path = "folder/hard.obj", .type = AE_IFREG, .target = "folder/513", .mode = 0640};
    }
    if (!is_v7) {
        members[count++] = file_of(LONG_NAME, noise, 5000);
    }
    members[count] = file_of("folder/noted.bin", noise, 700);
    members[count++].xattr = is_pax ? "a note" : NULL;
    members[count++] = file_of("folder/pointer.OBJ", lfs, sizeof lfs - 1);
    members[count++] = file_of("folder/large.bin", noise, sizeof noise);
    test_archive_make(dialect, members, count, out);
}

/* ---- tars by hand ---- */

static void add_record(struct test_bytes *records, const char *key, const char *value)
{
    const size_t rest = strlen(key) + strlen(value) + 3; /* blank, =, line end */
    size_t bytes = rest + 1;
    char text[512];

    while (rest + (size_t)snprintf(NULL, 0, "%zu", bytes) != bytes) {
        bytes++;
    }
    (void)snprintf(text, sizeof text, "%zu %s=%s\n", bytes, key, value);
    test_bytes_add(records, text, bytes);
}

static void add_pax(struct test_bytes *out, char type, const char *key, const char *value)
{
    struct test_bytes records = {0};

    add_record(&records, key, value);
    add_record(&records, "VENDOR.answer", "42 = 6 * 7");
    test_tar_add(out, type, "PaxHeaders/x", records.data, records.bytes);
    test_bytes_release(&records);
}

static void make_pax_vendor(struct test_bytes *out)
{
    add_pax(out, 'g', "comment", "0123456789abcdef0123456789abcdef01234567");
    add_pax(out, 'x', "path", "vendor/a name with spaces.bin");
    test_tar_add(out, '0', "short", noise, 1000);
    add_pax(out, 'g', "VENDOR.epoch", "7");
    add_pax(out, 'x', "mtime", "1600000000.123456789");
    test_tar_add(out, '0', "page.obj", html, sizeof html - 1);
    test_tar_add(out, '0', "last", noise, 2);
    test_tar_end(out);
}

static void make_gnu_long(struct test_bytes *out)
{
    test_tar_add(out, 'L', "././@LongLink", LONG_NAME LONG_NAME, sizeof LONG_NAME * 2 - 1);
    test_tar_add(out, '0', "a-folder", noise, 900);
    test_tar_add(out, 'K', "././@LongLink", LONG_NAME, sizeof LONG_NAME);
    test_tar_add(out, 'L', "././@LongLink", LONG_NAME ".obj", sizeof LONG_NAME + 4);
    test_tar_add(out, '2', "a-link", NULL, 0);
    test_tar_add(out, 'V', "a volume", NULL, 0);
    test_tar_add(out, '0', "x.obj", lfs, sizeof lfs - 1);
    test_tar_end(out);
}

static void sign(unsigned char *block)
{
    unsigned sum = 0;

    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++) {
        sum += block[i];
    }
    (void)snprintf((char *)block + 148, 8, "%06o", sum);
}

/* 10000 bytes: 512 at 1024, the rest is holes; once named like a mesh. */
static void make_gnu_sparse(struct test_bytes *out)
{
    static const char *const names[] = {"sparse.bin", "sparse.obj"};

    for (int i = 0; i < 2; i++) {
        const size_t at = out->bytes;
        unsigned char *block;

        test_tar_add(out, 'S', names[i], noise, 512);
        block = out->data + at;
        memcpy(block + 257, "ustar  ", 8);
        memcpy(block + 386, "00000002000", 12);
        memcpy(block + 398, "00000001000", 12);
        memcpy(block + 483, "00000023420", 12);
        sign(block);
        test_tar_add(out, '0', "between", noise, 100);
    }
    test_tar_end(out);
}

/* Sparse as pax has it: the map is before the data. */
static void make_pax_sparse(struct test_bytes *out)
{
    struct test_bytes records = {0};
    struct test_bytes body = {0};
    static const char map[] = "1\n1024\n512\n";

    add_record(&records, "GNU.sparse.major", "1");
    add_record(&records, "GNU.sparse.minor", "0");
    add_record(&records, "GNU.sparse.name", "sparse.obj");
    add_record(&records, "GNU.sparse.realsize", "10000");
    test_bytes_add(&body, map, sizeof map - 1);
    test_bytes_add(&body, zeros, 512 - (sizeof map - 1));
    test_bytes_add(&body, noise, 512);
    test_tar_add(out, 'x', "PaxHeaders/s", records.data, records.bytes);
    test_tar_add(out, '0', "GNUSparseFile.1/sparse.obj", body.data, body.bytes);
    test_tar_add(out, '0', "after", noise, 100);
    test_tar_end(out);
    test_bytes_release(&records);
    test_bytes_release(&body);
}

/* star: a prefix of 131 bytes, times behind it, "tar" at the end of the block. */
static void make_star(struct test_bytes *out)
{
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"one.bin", "two.obj", "three"};
        const size_t at = out->bytes;
        unsigned char *block;

        test_tar_add(out, '0', names[i], html, sizeof html - 1);
        block = out->data + at;
        memcpy(block + 345, "a/prefix", 8);
        memcpy(block + 476, "13727411000 13727411000 ", 24);
        memcpy(block + 508, "tar", 4);
        sign(block);
    }
    test_tar_end(out);
}

/* Numbers too large for octal digits, and every kind of member there is. */
static void make_kinds(struct test_bytes *out)
{
    static const char kinds[] = {'\0', '0', '1', '2', '3', '4', '5', '6', '7', 'Z'};

    for (size_t i = 0; i < sizeof kinds; i++) {
        const size_t at = out->bytes;
        const size_t bytes = kinds[i] == '\0' || kinds[i] == '0' || kinds[i] == '7' ? 600 : 0;
        char name[32];

        (void)snprintf(name, sizeof name, "kind-%zu", i);
        test_tar_add(out, kinds[i], name, noise, bytes);
        memcpy(out->data + at + 157, "kind-1", 6);
        memcpy(out->data + at + 108, "\x80\0\0\0\x7f\xff\xff\xfe", 8);
        sign(out->data + at);
    }
    test_tar_end(out);
}

static void make_concatenated(struct test_bytes *out)
{
    make_by_library("ustar", out);
    test_bytes_add(out, zeros, 10240 - out->bytes % 10240);
    make_by_library("gnutar", out);
    make_by_library("pax", out);
}

static void make_empty(struct test_bytes *out)
{
    test_tar_end(out);
}

struct maker_row {
    const char *name;
    void (*make)(struct test_bytes *out);
};

/* ---- zips ---- */

static void take_zip(struct maker *maker, struct test_bytes *out)
{
    test_bytes_add(out, maker->out.data, maker->out.bytes);
    maker_free(maker);
}

static void make_zip_rich(struct test_bytes *out)
{
    struct maker maker = {0};
    const struct item items[] = {
        {.name = "stored.bin", .data = noise, .bytes = 3000, .comment = "as it is"},
        {.name = "extra.txt",
         .data = html,
         .bytes = sizeof html - 1,
         .method = 8,
         .extra = "\xfe\xca\x04\0data",
         .extra_bytes = 8},
        {.name = "page.obj", .data = html, .bytes = sizeof html - 1, .method = 8},
        {.name = "late.bin",
         .data = noise,
         .bytes = 5000,
         .method = 8,
         .descriptor = SIGNED_32},
        {.name = "folder/", .mode = 040755},
        {.name = "link.obj", .data = "page.obj", .bytes = 8, .mode = 0120777},
        {.name = "wide.bin", .data = noise, .bytes = 700, .zip64 = true},
        {.name = "odd.bin", .data = noise, .bytes = 90, .method = 97},
    };

    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        maker_add(&maker, &items[i]);
    }
    maker_end(&maker, "a comment on all", false);
    take_zip(&maker, out);
}

static void make_zip_64(struct test_bytes *out)
{
    struct maker maker = {0};
    const struct item wide = {
        .name = "a.bin", .data = noise, .bytes = 700, .method = 8, .zip64 = true};
    const struct item late = {.name = "b.obj",
                              .data = html,
                              .bytes = sizeof html - 1,
                              .method = 8,
                              .zip64 = true,
                              .descriptor = SIGNED_64};

    maker_add(&maker, &wide);
    maker_add(&maker, &late);
    maker_end(&maker, NULL, true);
    take_zip(&maker, out);
}

/* A program in front, as in archives that extract themselves; offsets do or do not count it. */
static void make_zip_prefixed(struct test_bytes *out, bool counted)
{
    struct maker maker = {0};

    bytes_add(&maker.out, "#!/bin/sh\nexec unzip \"$0\"\n", 26);
    maker.shift = counted ? 0 : 26;
    maker_text(&maker, "a.txt", "text", 0, NO_DESCRIPTOR);
    maker_text(&maker, "b.obj", html, 8, NO_DESCRIPTOR);
    maker_end(&maker, "after all", false);
    take_zip(&maker, out);
}

static void make_zip_prefix_counted(struct test_bytes *out)
{
    make_zip_prefixed(out, true);
}

static void make_zip_prefix_alone(struct test_bytes *out)
{
    make_zip_prefixed(out, false);
}

static void make_zip_gap(struct test_bytes *out)
{
    struct maker maker = {0};

    maker_text(&maker, "a.txt", "text", 0, NO_DESCRIPTOR);
    bytes_add(&maker.out, noise, 333);
    maker_text(&maker, "b.obj", html, 8, NO_DESCRIPTOR);
    bytes_add(&maker.out, zeros, 4096);
    maker_text(&maker, "c.txt", "more text", 8, NO_DESCRIPTOR);
    bytes_add(&maker.out, noise, 99);
    maker_end(&maker, NULL, false);
    take_zip(&maker, out);
}

static void make_zip_empty(struct test_bytes *out)
{
    struct maker maker = {0};

    maker_end(&maker, NULL, false);
    take_zip(&maker, out);
}

static void make_zip_by_library(struct test_bytes *out)
{
    struct test_member members[] = {
        file_of("a.bin", noise, sizeof noise),
        file_of("b.obj", html, sizeof html - 1),
        file_of("c.txt", noise, 0),
        {.path = "d/", .type = AE_IFDIR, .mode = 0755},
        {.path = "e", .type = AE_IFLNK, .target = "a.bin", .mode = 0777},
    };

    test_archive_make("zip", members, 5, out);
}

/* ---- through the line ---- */

static void fail_at(const char *name, const struct round_trip *way, const struct line_run *run,
                    const char *what)
{
    fail_msg("%s, %s, workers %u: %s (code %d, %s)", name,
             way->through_pipe ? "through a pipe" : "from a file", way->workers, what,
             (int)run->code, run->error.text);
}

static void fail_differs(const char *name, const struct round_trip *way,
                         const struct line_run *run, const struct test_bytes *wanted)
{
    char text[96];
    size_t at = 0;

    while (at < wanted->bytes && at < run->output_bytes &&
           run->output[at] == wanted->data[at]) {
        at++;
    }
    (void)snprintf(text, sizeof text, "%zu bytes, not %zu, the same up to %zu",
                   run->output_bytes, wanted->bytes, at);
    fail_at(name, way, run, text);
}

static void check_run(const char *name, const struct round_trip *way,
                      const struct line_run *run, const struct test_bytes *wanted)
{
    if (run->code != UVP_END) {
        fail_at(name, way, run, "failed");
    }
    if (run->progress.members_by_status[UVP_MEMBER_FAILED] != 0 ||
        run->progress.members_by_status[UVP_MEMBER_UNWRAPPED] != 0) {
        fail_at(name, way, run, "a member did not pass");
    }
    if (run->progress.members_read != run->records) {
        fail_at(name, way, run, "members read and told differ");
    }
    if (run->output_bytes != wanted->bytes ||
        memcmp(run->output, wanted->data, wanted->bytes) != 0) {
        fail_differs(name, way, run, wanted);
    }
}

static void check_plain(const char *name, const struct test_bytes *archive)
{
    for (uint32_t number = 0; number < 6; number++) {
        const struct round_trip way = {
            .workers = number % 3, .readers = 1 + number % 2, .through_pipe = number >= 3};
        struct line_run run;

        round_trip_run(&way, archive, &run);
        check_run(name, &way, &run, archive);
        line_run_release(&run);
    }
}

static void check_compressed(const char *name, const struct test_bytes *archive,
                             enum uvp_codec codec, bool pipe)
{
    const struct round_trip way = {
        .workers = codec % 3, .readers = 1 + codec % 2, .through_pipe = pipe};
    struct test_bytes packed = {0};
    struct test_bytes expanded = {0};
    struct line_run run;
    struct line_run plain;

    round_trip_compress(codec, archive, &packed);
    round_trip_run(&way, &packed, &run);
    if (run.code != UVP_END ||
        uvp_codec_sniff(uvp_span_of(run.output, run.output_bytes)) != codec ||
        !round_trip_expand(run.output, run.output_bytes, &expanded)) {
        fail_at(name, &way, &run, uvp_codec_name(codec));
    }
    plain = run;
    plain.output = expanded.data;
    plain.output_bytes = expanded.bytes;
    check_run(name, &way, &plain, archive);
    line_run_release(&run);
    test_bytes_release(&packed);
    test_bytes_release(&expanded);
}

static void check_archive(const char *name, const struct test_bytes *archive)
{
    check_plain(name, archive);
    for (int codec = UVP_CODEC_ZSTD; codec < UVP_CODEC_COUNT; codec++) {
        check_compressed(name, archive, (enum uvp_codec)codec, codec % 2 == 0);
    }
}

static void check_rows(const struct maker_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct test_bytes archive = {0};

        rows[i].make(&archive);
        check_archive(rows[i].name, &archive);
        test_bytes_release(&archive);
    }
}

/* ---- tests ---- */

static void every_dialect(void **state)
{
    (void)state;
    for (size_t i = 0; i < test_dialect_count; i++) {
        struct test_bytes archive = {0};

        make_by_library(test_dialects[i], &archive);
        check_archive(test_dialects[i], &archive);
        test_bytes_release(&archive);
    }
}

static void tars_made_by_hand(void **state)
{
    static const struct maker_row rows[] = {
        {"pax with vendor keys", make_pax_vendor},
        {"gnu long names", make_gnu_long},
        {"gnu sparse", make_gnu_sparse},
        {"pax sparse", make_pax_sparse},
        {"star", make_star},
        {"every kind of member", make_kinds},
        {"concatenated", make_concatenated},
        {"no members", make_empty},
    };

    (void)state;
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void ends_of_every_length(void **state)
{
    static const size_t extras[] = {0,    1,    7,    511,  512,   513,
                                    1024, 4096, 5000, 9216, 10239, 10240};
    static const char *const dialects[] = {"ustar", "pax", "newc", "odc", "bin"};

    (void)state;
    for (size_t d = 0; d < sizeof dialects / sizeof dialects[0]; d++) {
        struct test_bytes archive = {0};
        size_t whole;

        make_by_library(dialects[d], &archive);
        whole = archive.bytes;
        for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++) {
            archive.bytes = whole;
            test_bytes_add(&archive, zeros, extras[i]);
            check_plain("zeros behind the end", &archive);
        }
        archive.bytes = whole;
        test_bytes_add(&archive, zeros, 10240 - whole % 10240);
        check_archive("padded to 10240", &archive);
        test_bytes_release(&archive);
    }
}

static void zips_of_all_kinds(void **state)
{
    static const struct maker_row rows[] = {
        {"rich zip", make_zip_rich},
        {"zip64", make_zip_64},
        {"zip behind a program, counted", make_zip_prefix_counted},
        {"zip behind a program", make_zip_prefix_alone},
        {"empty zip", make_zip_empty},
        {"zip by libarchive", make_zip_by_library},
    };

    (void)state;
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

/* Without the directory at hand bytes between members cannot be told from damage. */
static void zips_with_gaps(void **state)
{
    struct test_bytes archive = {0};

    (void)state;
    make_zip_gap(&archive);
    for (uint32_t number = 0; number < 6; number++) {
        const struct round_trip way = {.workers = number % 3, .through_pipe = number >= 3};
        struct line_run run;

        round_trip_run(&way, &archive, &run);
        if (way.through_pipe) {
            assert_int_equal(run.code, UVP_BAD_DATA);
            assert_null(run.output);
        } else {
            check_run("zip with gaps", &way, &run, &archive);
        }
        line_run_release(&run);
    }
    test_bytes_release(&archive);
}

static bool read_whole(const char *path, struct test_bytes *out)
{
    FILE *const file = fopen(path, "rb");
    unsigned char piece[4096];
    size_t got;

    if (file == NULL) {
        return false;
    }
    while ((got = fread(piece, 1, sizeof piece, file)) != 0) {
        test_bytes_add(out, piece, got);
    }
    (void)fclose(file);
    return true;
}

/* What other programs write, where they are installed. */
static void archives_by_other_programs(void **state)
{
    static const struct {
        const char *name;
        const char *command; /* in a folder with a/ in it; writes `out` */
    } rows[] = {
        {"zip", "zip -qry out.zip a && mv out.zip out"},
        {"zip -fz", "zip -qr -fz - a > out < /dev/null"},
        {"zip through a pipe", "zip -qr - a | cat > out"},
        {"zip -0", "zip -qr0 out.zip a && mv out.zip out"},
        {"gnu tar", "tar --format=gnu -cSf out a"},
        {"gnu tar, pax", "tar --format=posix -cSf out a"},
        {"cpio", "find a | cpio --quiet -o -H newc > out"},
        {"cpio crc", "find a | cpio --quiet -o -H crc > out"},
        {"cpio binary", "find a | cpio --quiet -o > out"},
    };
    static const char setup[] =
        "mkdir a && head -c 3000 /dev/zero > a/zeros && truncate -s 300000 a/sparse && "
        "echo more >> a/sparse && echo '<!DOCTYPE html>' > a/page.obj && ln -s page.obj a/link "
        "&& ln a/zeros a/hard && : > a/empty && mkdir a/folder";
    char folder[] = "/tmp/uvpipe-test-XXXXXX";
    char command[1024];

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(command, sizeof command, "cd %s && %s", folder, setup);
    assert_int_equal(system(command), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct test_bytes archive = {0};
        char path[64];

        (void)snprintf(path, sizeof path, "%s/out", folder);
        (void)snprintf(command, sizeof command, "cd %s && (%s) 2>/dev/null", folder,
                       rows[i].command);
        (void)unlink(path);
        if (system(command) != 0 || !read_whole(path, &archive) || archive.bytes == 0) {
            print_message("no archive by %s\n", rows[i].name);
            continue;
        }
        check_archive(rows[i].name, &archive);
        test_bytes_release(&archive);
    }
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* Longer than the blocks it is read in, with a member that goes in steps. */
static void long_archives(void **state)
{
    static const char *const dialects[] = {"pax", "newc", "zip"};
    const size_t bytes = (size_t)9 << 20;
    unsigned char *const body = malloc(bytes);

    (void)state;
    assert_non_null(body);
    for (size_t i = 0; i < bytes; i++) {
        body[i] = (unsigned char)(i * i >> 7);
    }
    for (size_t d = 0; d < 3; d++) {
        struct test_bytes archive = {0};
        struct test_member members[] = {
            file_of("small", noise, 100), file_of("long.bin", body, bytes),
            file_of("page.obj", html, sizeof html - 1), file_of("last", noise, 1000)};

        test_archive_make(dialects[d], members, 4, &archive);
        check_plain(dialects[d], &archive);
        check_compressed(dialects[d], &archive, UVP_CODEC_ZSTD, false);
        check_compressed(dialects[d], &archive, UVP_CODEC_LZ4, true);
        test_bytes_release(&archive);
    }
    free(body);
}

static int set_up(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (size_t i = 0; i < sizeof noise; i++) {
        noise[i] = (unsigned char)test_random(&seed);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialect),
        cmocka_unit_test(tars_made_by_hand),
        cmocka_unit_test(ends_of_every_length),
        cmocka_unit_test(zips_of_all_kinds),
        cmocka_unit_test(zips_with_gaps),
        cmocka_unit_test(long_archives),
        cmocka_unit_test(archives_by_other_programs),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, set_up, NULL);
}
