/*
 * Truncation at every 512th byte and one flipped bit per stretch, for every kind of archive:
 * either everything is accounted for, or the run says that something is wrong and where.
 * Never a silent loss.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/archive/codec.h"
#include "tests/support/line/line_run.h"
#include "tests/support/line/tar_bytes.h"

#define MEMBERS 9
#define FLIP_STRETCH 1021 /* bytes a flip; a prime, so that flips fall everywhere */

struct kind {
    const char *name;
    enum uvp_codec codec; /* of a tar */
    bool zip;
    bool guarded; /* a checksum covers every byte that matters */
};

static const struct kind kinds[] = {
    {"tar", UVP_CODEC_NONE, false, false},    {"tar.gz", UVP_CODEC_GZIP, false, true},
    {"tar.zst", UVP_CODEC_ZSTD, false, true}, {"tar.xz", UVP_CODEC_XZ, false, true},
    {"tar.lz4", UVP_CODEC_LZ4, false, true},  {"tar.bz2", UVP_CODEC_BZIP2, false, true},
    {"zip", UVP_CODEC_NONE, true, false},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

struct bytes {
    unsigned char *data;
    size_t count;
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* ---- making archives ---- */

static void fill_body(int number, unsigned char *body, size_t bytes)
{
    uint32_t state = (uint32_t)number + 1;

    for (size_t i = 0; i < bytes; i++) {
        body[i] = (unsigned char)("abcdefgh \n"[next_random(&state) % 10]);
    }
}

static struct bytes make_tar(void)
{
    struct tar_bytes tar = {0};
    unsigned char body[5000];

    for (int i = 0; i < MEMBERS; i++) {
        char name[32];
        size_t bytes;

        if (i % 3 == 1) {
            char *const mesh = grid_obj(4 + i, &bytes);
            (void)snprintf(name, sizeof name, "mesh-%d.obj", i);
            tar_bytes_add(&tar, name, mesh, bytes);
            free(mesh);
            continue;
        }
        bytes = (size_t)(300 + 700 * i) % sizeof body;
        fill_body(i, body, bytes);
        (void)snprintf(name, sizeof name, "other-%d.bin", i);
        tar_bytes_add(&tar, name, body, bytes);
    }
    tar_bytes_end(&tar);
    return (struct bytes){tar.data, tar.bytes};
}

static struct bytes compress(struct bytes plain, enum uvp_codec codec)
{
    struct uvp_mem mem;
    struct uvp_codec_state *state = NULL;
    struct uvp_buf out;
    struct uvp_error err = {0};
    struct bytes result;
    int lowest;
    int usual;
    int highest;
    size_t at = 0;

    uvp_mem_init(&mem, 0);
    uvp_buf_init(&out, &mem, 0);
    uvp_codec_levels(codec, &lowest, &usual, &highest);
    assert_int_equal(uvp_codec_state_create(codec, usual, &mem, &state, &err), UVP_OK);
    while (at < plain.count) { /* several frames: cuts between them must be noticed too */
        const size_t step = plain.count - at < 9000 ? plain.count - at : 9000;
        assert_int_equal(uvp_codec_frame(state, uvp_span_of(plain.data + at, step), &out, &err),
                         UVP_OK);
        at += step;
    }
    uvp_codec_state_destroy(state);
    result.count = out.bytes;
    result.data = malloc(out.bytes);
    assert_non_null(result.data);
    memcpy(result.data, out.data, out.bytes);
    uvp_buf_release(&out);
    return result;
}

/* The tar's members as a zip, written by libarchive. */
static struct bytes to_zip(struct bytes tar)
{
    struct archive *const from = archive_read_new();
    struct archive *const to = archive_write_new();
    struct archive_entry *entry;
    struct bytes zip = {malloc(tar.count * 2), 0};
    static char body[1 << 20];

    assert_non_null(zip.data);
    archive_read_support_format_tar(from);
    archive_write_set_format_zip(to);
    archive_write_set_bytes_in_last_block(to, 1);
    assert_int_equal(archive_read_open_memory(from, tar.data, tar.count), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(to, zip.data, tar.count * 2, &zip.count),
                     ARCHIVE_OK);
    while (archive_read_next_header(from, &entry) == ARCHIVE_OK) {
        const la_ssize_t bytes = archive_read_data(from, body, sizeof body);
        assert_true(bytes >= 0);
        assert_int_equal(archive_write_header(to, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(to, body, (size_t)bytes), bytes);
    }
    assert_int_equal(archive_write_close(to), ARCHIVE_OK);
    archive_write_free(to);
    archive_read_free(from);
    return zip;
}

static struct bytes make_archive(const struct kind *kind)
{
    const struct bytes tar = make_tar();
    struct bytes made;

    if (kind->zip) {
        made = to_zip(tar);
    } else if (kind->codec != UVP_CODEC_NONE) {
        made = compress(tar, kind->codec);
    } else {
        return tar;
    }
    free(tar.data);
    return made;
}

/* ---- runs ---- */

static void run_bytes(struct line_run *run, const struct bytes *bytes, const void **input,
                      bool pipe)
{
    memset(run, 0, sizeof *run);
    *input = bytes->data;
    run->inputs = input;
    run->input_bytes = &bytes->count;
    run->input_count = 1;
    run->options.readers = 1;
    run->options.workers = 1;
    run->through_pipe = pipe;
    run->settings.record_passed = true;
    line_run(run);
    assert_int_equal(run->leaked_bytes, 0);
}

static bool says_ok(const struct line_run *run)
{
    return run->code == UVP_END && run->progress.warnings == 0 &&
           run->progress.members_by_status[UVP_MEMBER_FAILED] == 0;
}

static uint64_t members_told(const struct line_run *run)
{
    uint64_t sum = 0;

    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        sum += run->progress.members_by_status[i];
    }
    return sum;
}

static void check_outcome(const struct kind *kind, const struct line_run *run,
                          const struct line_run *whole, const char *what, size_t at)
{
    if (run->code == UVP_END && members_told(run) != run->progress.members_read) {
        fail_msg("%s %s at %zu: members read and told differ", kind->name, what, at);
    }
    if (!says_ok(run)) {
        if (run->code != UVP_END && run->error.text[0] == '\0') {
            fail_msg("%s %s at %zu: no error text", kind->name, what, at);
        }
        return;
    }
    if (run->progress.members_read != MEMBERS) {
        fail_msg("%s %s at %zu: silent loss, %llu members", kind->name, what, at,
                 (unsigned long long)run->progress.members_read);
    }
    if (kind->guarded && (run->output_bytes != whole->output_bytes ||
                          memcmp(run->output, whole->output, whole->output_bytes) != 0)) {
        fail_msg("%s %s at %zu: other bytes, and no error", kind->name, what, at);
    }
}

static void damage(const struct kind *kind, bool pipe)
{
    struct bytes archive = make_archive(kind);
    const size_t count = archive.count;
    struct line_run whole;
    struct line_run run;
    const void *input;
    uint32_t state = 99;

    run_bytes(&whole, &archive, &input, pipe);
    if (!says_ok(&whole)) {
        fail_msg("%s whole: code %d, %s", kind->name, (int)whole.code, whole.error.text);
    }
    assert_int_equal(whole.progress.members_read, MEMBERS);
    for (size_t cut = 512; cut < count; cut += 512) {
        archive.count = cut;
        run_bytes(&run, &archive, &input, pipe);
        check_outcome(kind, &run, &whole, "cut", cut);
        line_run_release(&run);
    }
    archive.count = count;
    for (size_t at = 0; at < count; at += FLIP_STRETCH) {
        const size_t byte = at + next_random(&state) % FLIP_STRETCH;
        const unsigned char bit = (unsigned char)(1U << (next_random(&state) % 8));

        if (byte >= count) {
            break;
        }
        archive.data[byte] ^= bit;
        run_bytes(&run, &archive, &input, pipe);
        check_outcome(kind, &run, &whole, "flip", byte);
        line_run_release(&run);
        archive.data[byte] ^= bit;
    }
    line_run_release(&whole);
    free(archive.data);
}

static void test_from_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        damage(&kinds[i], false);
    }
}

static void test_from_pipe(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        damage(&kinds[i], true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_file),
        cmocka_unit_test(test_from_pipe),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
