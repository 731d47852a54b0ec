/*
 * Where the output goes: a file that is whole or not there, and a folder in which every input
 * has a file of its own.
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

#include "tests/support/line/round_trip.h"
#include "tests/support/line/tar_bytes.h"

static const char before[] = "what was there before";
static char *mesh;
static size_t mesh_bytes;

static void make_archive(const char *dialect, struct test_bytes *out)
{
    struct test_member members[] = {
        {.path = "a.txt",
         .type = AE_IFREG,
         .data = (const unsigned char *)"text",
         .bytes = 4,
         .mode = 0644},
        {.path = "b.obj",
         .type = AE_IFREG,
         .data = (const unsigned char *)mesh,
         .bytes = mesh_bytes,
         .mode = 0644},
        {.path = "c.obj",
         .type = AE_IFREG,
         .data = (const unsigned char *)mesh,
         .bytes = mesh_bytes,
         .mode = 0644},
        {.path = "d.txt",
         .type = AE_IFREG,
         .data = (const unsigned char *)"more",
         .bytes = 4,
         .mode = 0644},
    };

    test_archive_make(dialect, members, 4, out);
}

static void prepare(struct line_run *run, const struct test_bytes *archive, const void **input,
                    uint32_t workers)
{
    memset(run, 0, sizeof *run);
    *input = archive->data;
    run->inputs = input;
    run->input_bytes = &archive->bytes;
    run->input_count = 1;
    run->options.workers = workers;
    run->settings.record_passed = true;
    run->output_before = before;
    run->output_before_bytes = sizeof before;
}

static void assert_kept(const struct line_run *run)
{
    assert_int_equal(run->leaked_bytes, 0);
    assert_int_equal(run->output_bytes, sizeof before);
    assert_memory_equal(run->output, before, sizeof before);
}

/* ---- a file ---- */

static const char *const dialects[] = {"pax", "newc", "zip"};

static void a_whole_run_takes_the_place(void **state)
{
    (void)state;
    for (size_t d = 0; d < 3; d++) {
        struct test_bytes archive = {0};

        make_archive(dialects[d], &archive);
        for (uint32_t workers = 0; workers < 3; workers++) {
            const void *input;
            struct line_run run;
            struct seen seen;

            prepare(&run, &archive, &input, workers);
            line_run(&run);
            assert_int_equal(run.code, UVP_END);
            seen_read(run.output, run.output_bytes, &seen);
            assert_true(seen.whole);
            assert_int_equal(seen.count, 4);
            seen_release(&seen);
            line_run_release(&run);
        }
        test_bytes_release(&archive);
    }
}

/* line_run ends the test when a temporary file is left behind. */
static void a_failure_leaves_what_was_there(void **state)
{
    (void)state;
    for (size_t d = 0; d < 3; d++) {
        struct test_bytes archive = {0};
        size_t whole;

        make_archive(dialects[d], &archive);
        whole = archive.bytes;
        for (size_t cut = d == 2 ? 100 : 600; cut < whole * 6 / 10; cut += 77) {
            const void *input;
            struct line_run run;

            archive.bytes = cut;
            prepare(&run, &archive, &input, (uint32_t)cut % 3);
            line_run(&run);
            if (run.code != UVP_BAD_DATA) {
                fail_msg("%s cut at %zu of %zu: code %d, %s", dialects[d], cut, whole,
                         (int)run.code, run.error.text);
            }
            assert_kept(&run);
            line_run_release(&run);
        }
        archive.bytes = whole;
        test_bytes_release(&archive);
    }
}

static void damage_under_a_codec_leaves_what_was_there(void **state)
{
    struct test_bytes archive = {0};

    (void)state;
    make_archive("ustar", &archive);
    for (int codec = UVP_CODEC_ZSTD; codec < UVP_CODEC_COUNT; codec++) {
        struct test_bytes packed = {0};
        const void *input;
        struct line_run run;

        round_trip_compress((enum uvp_codec)codec, &archive, &packed);
        packed.data[packed.bytes - (codec == UVP_CODEC_XZ ? 20 : 6)] ^= 0x10;
        prepare(&run, &packed, &input, (uint32_t)codec % 3);
        line_run(&run);
        if (run.code != UVP_BAD_DATA) {
            fail_msg("%s: code %d", uvp_codec_name((enum uvp_codec)codec), (int)run.code);
        }
        assert_kept(&run);
        line_run_release(&run);
        test_bytes_release(&packed);
    }
    test_bytes_release(&archive);
}

static void a_drain_leaves_what_was_there(void **state)
{
    struct tar_bytes tar = {0};
    struct test_bytes archive = {0};

    (void)state;
    for (int i = 0; i < 200; i++) {
        char name[32];

        (void)snprintf(name, sizeof name, "%03d.obj", i);
        tar_bytes_add(&tar, name, mesh, mesh_bytes);
    }
    tar_bytes_end(&tar);
    test_bytes_add(&archive, tar.data, tar.bytes);
    for (uint32_t workers = 0; workers < 3; workers++) {
        const void *input;
        struct line_run run;

        prepare(&run, &archive, &input, workers);
        run.drain_after_members = 3;
        run.options.window_items = 1;
        line_run(&run);
        assert_int_equal(run.code, UVP_CANCELLED);
        assert_in_range(run.records, 3, 199);
        assert_int_equal(run.records, run.progress.members_read);
        assert_kept(&run);
        line_run_release(&run);
    }
    test_bytes_release(&archive);
    tar_bytes_release(&tar);
}

static void a_dry_run_writes_nothing(void **state)
{
    (void)state;
    for (size_t d = 0; d < 3; d++) {
        struct test_bytes archive = {0};
        const void *input;
        struct line_run run;

        make_archive(dialects[d], &archive);
        prepare(&run, &archive, &input, 1);
        run.settings.dry_run = true;
        line_run(&run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.progress.members_read, 4);
        assert_int_equal(run.records, 4);
        assert_int_equal(run.progress.bytes_out, 0);
        assert_kept(&run);
        line_run_release(&run);
        test_bytes_release(&archive);
    }
}

/* ---- a folder ---- */

#define INPUTS 6

struct several {
    struct test_bytes bytes[INPUTS];
    const void *inputs[INPUTS];
    size_t sizes[INPUTS];
};

static const char *const names[INPUTS] = {"one.tar",  "two.zip",      "three.cpio",
                                          "four.obj", "five.tar.zst", "six.obj"};

static void make_several(struct several *several)
{
    struct test_bytes plain = {0};

    memset(several, 0, sizeof *several);
    make_archive("pax", &several->bytes[0]);
    make_archive("zip", &several->bytes[1]);
    make_archive("newc", &several->bytes[2]);
    test_bytes_add(&several->bytes[3], mesh, mesh_bytes);
    make_archive("ustar", &plain);
    round_trip_compress(UVP_CODEC_ZSTD, &plain, &several->bytes[4]);
    test_bytes_add(&several->bytes[5], mesh, mesh_bytes);
    test_bytes_release(&plain);
    for (int i = 0; i < INPUTS; i++) {
        several->inputs[i] = several->bytes[i].data;
        several->sizes[i] = several->bytes[i].bytes;
    }
}

static void free_several(struct several *several)
{
    for (int i = 0; i < INPUTS; i++) {
        test_bytes_release(&several->bytes[i]);
    }
}

static void run_into_folder(struct several *several, uint32_t workers, bool unordered,
                            struct line_run *run)
{
    memset(run, 0, sizeof *run);
    run->inputs = several->inputs;
    run->input_bytes = several->sizes;
    run->input_names = names;
    run->input_count = INPUTS;
    run->into_folder = true;
    run->options.workers = workers;
    run->options.readers = 2;
    run->options.unordered = unordered;
    run->settings.record_passed = true;
    line_run(run);
    assert_int_equal(run->leaked_bytes, 0);
}

static void check_output_archive(const struct line_run *run, const char *name)
{
    const struct line_file *const file = line_run_file(run, name);
    struct seen seen;

    if (file == NULL) {
        fail_msg("%s is not there", name);
    }
    seen_read(file->data, file->bytes, &seen);
    assert_true(seen.whole);
    assert_int_equal(seen.count, 4);
    assert_string_equal(seen.items[0].path, "a.txt");
    assert_true(obj_is_unwrapped(mesh, mesh_bytes, seen.items[1].data, seen.items[1].bytes));
    assert_true(obj_is_unwrapped(mesh, mesh_bytes, seen.items[2].data, seen.items[2].bytes));
    assert_string_equal(seen.items[3].path, "d.txt");
    seen_release(&seen);
}

static void every_input_has_its_file(void **state)
{
    struct several several;

    (void)state;
    make_several(&several);
    for (uint32_t number = 0; number < 6; number++) {
        struct line_run run;

        run_into_folder(&several, number % 3, number >= 3, &run);
        if (run.code != UVP_END) {
            fail_msg("code %d, %s", (int)run.code, run.error.text);
        }
        assert_int_equal(run.file_count, INPUTS);
        check_output_archive(&run, names[0]);
        check_output_archive(&run, names[1]);
        check_output_archive(&run, names[2]);
        check_output_archive(&run, names[4]);
        for (int i = 3; i < INPUTS; i += 2) {
            const struct line_file *const file = line_run_file(&run, names[i]);
            assert_non_null(file);
            assert_true(obj_is_unwrapped(mesh, mesh_bytes, file->data, file->bytes));
        }
        assert_int_equal(uvp_codec_sniff(uvp_span_of(line_run_file(&run, names[4])->data,
                                                     line_run_file(&run, names[4])->bytes)),
                         UVP_CODEC_ZSTD);
        line_run_release(&run);
    }
    free_several(&several);
}

/* The files of the inputs before a damaged one are whole; it has none itself. */
static void a_damaged_input_has_no_file(void **state)
{
    struct several several;

    (void)state;
    make_several(&several);
    several.sizes[2] = 700;
    for (uint32_t workers = 0; workers < 3; workers++) {
        struct line_run run;

        run_into_folder(&several, workers, false, &run);
        assert_int_equal(run.code, UVP_BAD_DATA);
        assert_int_equal(run.file_count, 2);
        check_output_archive(&run, names[0]);
        check_output_archive(&run, names[1]);
        line_run_release(&run);
    }
    free_several(&several);
}

/* Two outputs of one name: refused before anything is written. */
static void equal_names_are_refused(void **state)
{
    static const char *const equal[] = {"a.obj", "a.obj"};
    struct several several;
    struct line_run run = {.input_names = equal, .input_count = 2, .into_folder = true};

    (void)state;
    make_several(&several);
    run.inputs = several.inputs;
    run.input_bytes = several.sizes;
    line_run(&run);
    assert_int_equal(run.code, UVP_USAGE);
    assert_int_equal(run.file_count, 0);
    assert_int_equal(run.leaked_bytes, 0);
    line_run_release(&run);
    free_several(&several);
}

static int set_up(void **state)
{
    (void)state;
    mesh = grid_obj(3, &mesh_bytes);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(mesh);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_run_takes_the_place),
        cmocka_unit_test(a_failure_leaves_what_was_there),
        cmocka_unit_test(damage_under_a_codec_leaves_what_was_there),
        cmocka_unit_test(a_drain_leaves_what_was_there),
        cmocka_unit_test(a_dry_run_writes_nothing),
        cmocka_unit_test(every_input_has_its_file),
        cmocka_unit_test(a_damaged_input_has_no_file),
        cmocka_unit_test(equal_names_are_refused),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
