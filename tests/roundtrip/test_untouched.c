/*
 * Meshes among other members. Of the others every byte is the same: header, records in front of
 * it, body, padding, and in a zip its record in the directory. The meshes keep everything but
 * their size, and what is not UVs in their text.
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

#include "formats/archive/zip_format.h"
#include "tests/support/line/round_trip.h"
#include "tests/support/line/tar_bytes.h"

#define MEMBERS 40

struct sample {
    struct test_member members[MEMBERS];
    char paths[MEMBERS][200];
    unsigned char *bodies[MEMBERS];
    struct test_bytes archive;
};

static bool is_mesh(int i)
{
    return i % 4 == 1;
}

static void name_member(char path[200], int i)
{
    static const char folder[] = "a-folder-of-some-length/and-another-one-below-that-is-longer/"
                                 "so-that-no-header-of-a-hundred-bytes-can-hold-the-name/";

    (void)snprintf(path, 200, "%smember-%02d%s", i % 8 == 5 ? folder : "", i,
                   is_mesh(i) ? ".obj" : ".txt");
}

static void make_sample(const char *dialect, struct sample *sample)
{
    const bool long_names = strcmp(dialect, "v7tar") != 0;
    const bool notes = strncmp(dialect, "pax", 3) == 0;
    uint64_t seed = 7;

    memset(sample, 0, sizeof *sample);
    for (int i = 0; i < MEMBERS; i++) {
        struct test_member *const member = &sample->members[i];

        name_member(sample->paths[i], long_names ? i : i % 8 == 5 ? i - i % 8 + 1 : i);
        if (!long_names && i % 8 == 5) {
            sample->paths[i][0] = 'M'; /* a name of its own */
        }
        if (is_mesh(i)) {
            sample->bodies[i] = (unsigned char *)grid_obj(1 + i % 9, &member->bytes);
        } else {
            member->bytes = (size_t)test_random(&seed) % 3000;
            sample->bodies[i] = malloc(member->bytes + 1);
            assert_non_null(sample->bodies[i]);
            for (size_t k = 0; k < member->bytes; k++) {
                sample->bodies[i][k] = (unsigned char)test_random(&seed);
            }
        }
        member->path = sample->paths[i];
        member->type = AE_IFREG;
        member->data = sample->bodies[i];
        member->mode = i % 3 == 0 ? 0600 : 0755;
        member->mtime = 1400000000 + 1000 * i;
        member->xattr = notes && i % 5 == 1 ? "kept" : NULL;
    }
    test_archive_make(dialect, sample->members, MEMBERS, &sample->archive);
}

static void free_sample(struct sample *sample)
{
    for (int i = 0; i < MEMBERS; i++) {
        free(sample->bodies[i]);
    }
    test_bytes_release(&sample->archive);
}

/* ---- where members lie: a second reader of headers ---- */

struct place {
    size_t begin;
    size_t header; /* the one with the name; records lie in front of it */
    size_t body;
    size_t bytes;
    size_t end;
};

static size_t octal(const unsigned char *field, size_t digits)
{
    char text[16] = "";

    memcpy(text, field, digits);
    return (size_t)strtoull(text, NULL, 8);
}

static size_t hexadecimal(const unsigned char *field)
{
    char text[9] = "";

    memcpy(text, field, 8);
    return (size_t)strtoull(text, NULL, 16);
}

static size_t tar_end(const unsigned char *block)
{
    return 512 + (octal(block + 124, 11) + 511) / 512 * 512;
}

static struct place place_in_tar(const unsigned char *data, size_t bytes, size_t at)
{
    struct place place = {.begin = at};

    while (at + 512 <= bytes && strchr("xgLK", data[at + 156]) != NULL &&
           data[at + 156] != '\0') {
        at += tar_end(data + at);
    }
    assert_true(at + 512 <= bytes);
    place.header = at;
    place.body = at + 512;
    place.bytes = octal(data + at + 124, 11);
    place.end = at + tar_end(data + at);
    assert_true(place.end <= bytes);
    return place;
}

static struct place place_in_odc(const unsigned char *data, size_t at)
{
    const size_t name = octal(data + at + 59, 6);
    struct place place = {.begin = at, .header = at, .body = at + 76 + name};

    place.bytes = octal(data + at + 65, 11);
    place.end = place.body + place.bytes;
    return place;
}

static struct place place_in_newc(const unsigned char *data, size_t at)
{
    const size_t name = hexadecimal(data + at + 94);
    struct place place = {.begin = at, .header = at};

    place.body = (at + 110 + name + 3) / 4 * 4;
    place.bytes = hexadecimal(data + at + 54);
    place.end = (place.body + place.bytes + 3) / 4 * 4;
    return place;
}

static size_t word(const unsigned char *field)
{
    return (size_t)field[0] | (size_t)field[1] << 8;
}

static struct place place_in_bin(const unsigned char *data, size_t at)
{
    const size_t name = word(data + at + 20);
    struct place place = {.begin = at, .header = at, .body = at + 26 + (name + 1) / 2 * 2};

    place.bytes = word(data + at + 22) << 16 | word(data + at + 24);
    place.end = place.body + (place.bytes + 1) / 2 * 2;
    return place;
}

static struct place place_of(const char *dialect, const unsigned char *data, size_t bytes,
                             size_t at)
{
    struct place place;

    if (test_dialect_is_tar(dialect)) {
        return place_in_tar(data, bytes, at);
    }
    assert_true(at + 110 <= bytes);
    place = strcmp(dialect, "odc") == 0   ? place_in_odc(data, at)
            : strcmp(dialect, "bin") == 0 ? place_in_bin(data, at)
                                          : place_in_newc(data, at);
    assert_true(place.end <= bytes);
    return place;
}

/* ---- tar and cpio ---- */

static bool is_kept_field(const char *dialect, size_t at)
{
    if (test_dialect_is_tar(dialect)) {
        return at < 124 || (at >= 136 && at < 148) || at >= 156; /* all but size and sum */
    }
    if (strcmp(dialect, "odc") == 0) {
        return at < 65;
    }
    if (strcmp(dialect, "bin") == 0) {
        return at < 22;
    }
    return at < 54 || (at >= 62 && at < 102);
}

static void check_mesh(const char *dialect, const struct test_bytes *in, struct place from,
                       const struct line_run *run, struct place to)
{
    const unsigned char *const out = run->output;

    assert_int_equal(to.header - to.begin, from.header - from.begin);
    assert_memory_equal(out + to.begin, in->data + from.begin, from.header - from.begin);
    for (size_t i = 0; i < from.body - from.header; i++) {
        if (is_kept_field(dialect, i) && out[to.header + i] != in->data[from.header + i]) {
            fail_msg("%s: byte %zu of a mesh's header is changed", dialect, i);
        }
    }
    assert_true(obj_is_unwrapped(in->data + from.body, from.bytes, out + to.body, to.bytes));
    for (size_t i = to.body + to.bytes; i < to.end; i++) {
        assert_int_equal(out[i], 0);
    }
}

static void compare_archives(const char *dialect, const struct sample *sample,
                             const struct line_run *run)
{
    const struct test_bytes *const in = &sample->archive;
    size_t at = 0;
    size_t out_at = 0;

    for (int i = 0; i < MEMBERS; i++) {
        const struct place from = place_of(dialect, in->data, in->bytes, at);
        const struct place to = place_of(dialect, run->output, run->output_bytes, out_at);

        if (is_mesh(i)) {
            check_mesh(dialect, in, from, run, to);
        } else if (to.end - to.begin != from.end - from.begin ||
                   memcmp(run->output + to.begin, in->data + from.begin,
                          from.end - from.begin) != 0) {
            fail_msg("%s: member %d is not as it was", dialect, i);
        }
        at = from.end;
        out_at = to.end;
    }
    assert_int_equal(run->output_bytes - out_at, in->bytes - at);
    assert_memory_equal(run->output + out_at, in->data + at, in->bytes - at);
}

/* As another program sees the two archives. */
static void compare_seen(const char *dialect, const struct sample *sample,
                         const struct line_run *run)
{
    struct seen before;
    struct seen after;

    seen_read(sample->archive.data, sample->archive.bytes, &before);
    seen_read(run->output, run->output_bytes, &after);
    if (!after.whole || after.count != MEMBERS || before.count != MEMBERS) {
        fail_msg("%s: %zu members in, %zu out", dialect, before.count, after.count);
    }
    for (int i = 0; i < MEMBERS; i++) {
        const struct seen_member *const a = &before.items[i];
        const struct seen_member *const b = &after.items[i];

        assert_string_equal(b->path, a->path);
        assert_int_equal(b->mode, a->mode);
        assert_int_equal(b->mtime, a->mtime);
        assert_int_equal(b->uid, a->uid);
        assert_int_equal(b->gid, a->gid);
        assert_int_equal(b->note != NULL, a->note != NULL);
        if (a->note != NULL) {
            assert_string_equal(b->note, a->note);
        }
        assert_true(!is_mesh(i) || obj_is_unwrapped(a->data, a->bytes, b->data, b->bytes));
        assert_true(is_mesh(i) ||
                    (a->bytes == b->bytes && memcmp(a->data, b->data, a->bytes) == 0));
    }
    seen_release(&before);
    seen_release(&after);
}

static void run_sample(const char *dialect, const struct sample *sample, unsigned number,
                       struct line_run *run)
{
    const struct round_trip way = {
        .workers = number % 3, .readers = 1 + number % 2, .through_pipe = number >= 3};

    round_trip_run(&way, &sample->archive, run);
    if (run->code != UVP_END ||
        run->progress.members_by_status[UVP_MEMBER_UNWRAPPED] != MEMBERS / 4) {
        fail_msg("%s: code %d, %s; %u meshes", dialect, (int)run->code, run->error.text,
                 (unsigned)run->progress.members_by_status[UVP_MEMBER_UNWRAPPED]);
    }
}

static void in_tar_and_cpio(void **state)
{
    (void)state;
    for (size_t d = 0; d < test_dialect_count; d++) {
        struct sample sample;

        make_sample(test_dialects[d], &sample);
        for (unsigned number = 0; number < 6; number++) {
            struct line_run run;

            run_sample(test_dialects[d], &sample, number, &run);
            compare_archives(test_dialects[d], &sample, &run);
            compare_seen(test_dialects[d], &sample, &run);
            line_run_release(&run);
        }
        free_sample(&sample);
    }
}

/* ---- zip ---- */

#define LOCAL 30
#define CENTRAL 46

static const unsigned char *directory_of(const unsigned char *data, size_t bytes)
{
    size_t at = bytes - 22;

    while (uvp_zip_u32(data + at) != 0x06054b50u) {
        assert_true(at != 0);
        at--;
    }
    return data + uvp_zip_u32(data + at + 16);
}

static size_t local_bytes(const unsigned char *record, const unsigned char *local)
{
    return LOCAL + word(local + 26) + word(local + 28) + uvp_zip_u32(record + 20);
}

static size_t record_bytes(const unsigned char *record)
{
    return CENTRAL + word(record + 28) + word(record + 30) + word(record + 32);
}

static void compare_records(const unsigned char *a, const unsigned char *b, bool mesh)
{
    unsigned char fixed[CENTRAL];

    assert_int_equal(record_bytes(b), record_bytes(a));
    memcpy(fixed, b, CENTRAL);
    memcpy(fixed + 42, a + 42, 4); /* the offset */
    if (mesh) {
        memcpy(fixed + 16, a + 16, 12);                     /* sum and sizes */
        fixed[8] = (unsigned char)(fixed[8] | (a[8] & 8u)); /* no descriptor any more */
    }
    assert_memory_equal(fixed, a, CENTRAL);
    assert_memory_equal(b + CENTRAL, a + CENTRAL, record_bytes(a) - CENTRAL);
}

static void compare_zips(const struct sample *sample, const struct line_run *run)
{
    const struct test_bytes *const in = &sample->archive;
    const unsigned char *a = directory_of(in->data, in->bytes);
    const unsigned char *b = directory_of(run->output, run->output_bytes);

    for (int i = 0; i < MEMBERS; i++) {
        const unsigned char *const from = in->data + uvp_zip_u32(a + 42);
        const unsigned char *const to = run->output + uvp_zip_u32(b + 42);

        compare_records(a, b, is_mesh(i));
        if (!is_mesh(i)) {
            const size_t bytes =
                local_bytes(a, from) + ((word(a + 8) & 8) != 0 ? 16 : 0); /* descriptor */
            assert_memory_equal(to, from, bytes);
        }
        a += record_bytes(a);
        b += record_bytes(b);
    }
}

static void in_zip(void **state)
{
    struct sample sample;

    (void)state;
    make_sample("zip", &sample);
    for (unsigned number = 0; number < 6; number++) {
        struct line_run run;

        run_sample("zip", &sample, number, &run);
        compare_zips(&sample, &run);
        compare_seen("zip", &sample, &run);
        line_run_release(&run);
    }
    free_sample(&sample);
}

/* ---- what pax says of a mesh ---- */

/* Records of the size of the member must follow it; all others stay. */
static void a_pax_size_follows(void **state)
{
    static const char records[] = "22 VENDOR.key=a value\n"
                                  "30 mtime=1600000000.123456789\n"
                                  "11 size=%u\n"
                                  "19 path=a b c.obj\n";
    struct test_bytes archive = {0};
    char text[sizeof records + 8];
    size_t bytes;
    char *const mesh = grid_obj(3, &bytes);

    (void)state;
    assert_in_range(bytes, 100, 999);
    (void)snprintf(text, sizeof text, records, (unsigned)bytes);
    memcpy(strstr(text, "11 size"), "12 size", 7);
    memcpy(strstr(text, "19 path"), "18 path", 7);
    test_tar_add(&archive, 'g', "global", "19 comment=for all\n", 19);
    test_tar_add(&archive, 'x', "PaxHeaders/x", text, strlen(text));
    test_tar_add(&archive, '0', "x.obj", mesh, bytes);
    test_tar_add(&archive, '0', "y.txt", "text", 4);
    test_tar_end(&archive);
    for (uint32_t workers = 0; workers < 3; workers++) {
        const struct round_trip way = {.workers = workers};
        struct line_run run;
        struct seen seen;

        round_trip_run(&way, &archive, &run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.progress.members_by_status[UVP_MEMBER_UNWRAPPED], 1);
        seen_read(run.output, run.output_bytes, &seen);
        assert_true(seen.whole);
        assert_int_equal(seen.count, 2);
        assert_string_equal(seen.items[0].path, "a b c.obj");
        assert_int_equal(seen.items[0].mtime, 1600000000);
        assert_int_equal(seen.items[0].mtime_ns, 123456789);
        assert_true(obj_is_unwrapped(mesh, bytes, seen.items[0].data, seen.items[0].bytes));
        assert_string_equal(seen.items[1].path, "y.txt");
        assert_memory_equal(run.output, archive.data, 1024); /* the global header */
        assert_non_null(memmem(run.output, run.output_bytes, "22 VENDOR.key=a value\n", 22));
        seen_release(&seen);
        line_run_release(&run);
    }
    test_bytes_release(&archive);
    free(mesh);
}

/* A second archive behind the first's end, and one that ends like GNU tar's. */
static void meshes_in_joined_tars(void **state)
{
    static const unsigned char zeros[10240];
    struct test_bytes archive = {0};
    struct round_trip way = {.workers = 2};
    struct line_run run;
    size_t bytes;
    char *const mesh = grid_obj(4, &bytes);
    size_t second;

    (void)state;
    test_tar_add(&archive, '0', "x.obj", mesh, bytes);
    test_tar_add(&archive, '0', "y.txt", "text", 4);
    test_bytes_add(&archive, zeros, sizeof zeros - archive.bytes);
    second = archive.bytes;
    test_tar_add(&archive, '0', "z.obj", mesh, bytes);
    test_tar_add(&archive, '0', "last", "text", 4);
    test_bytes_add(&archive, zeros, 10240 - archive.bytes % 10240);
    round_trip_run(&way, &archive, &run);
    assert_int_equal(run.code, UVP_END);
    assert_int_equal(run.progress.members_by_status[UVP_MEMBER_UNWRAPPED], 2);
    {
        const struct place to = place_in_tar(run.output, run.output_bytes, 0);
        const struct place from = place_in_tar(archive.data, archive.bytes, 0);
        const size_t grown = to.end - from.end;

        assert_memory_equal(run.output + to.end, archive.data + from.end, second - from.end);
        assert_true(obj_is_unwrapped(mesh, bytes, run.output + to.body, to.bytes));
        assert_memory_equal(run.output + second + grown, archive.data + second, 100);
        assert_int_equal(run.output_bytes, archive.bytes + 2 * grown);
    }
    line_run_release(&run);
    test_bytes_release(&archive);
    free(mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_tar_and_cpio),
        cmocka_unit_test(in_zip),
        cmocka_unit_test(a_pax_size_follows),
        cmocka_unit_test(meshes_in_joined_tars),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
