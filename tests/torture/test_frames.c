/*
 * Compressed output is cut into frames by position in the uncompressed stream, whatever the
 * threads do: the same frames for every number of workers, jobs and bytes in flight.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "stages/writer/frames.h"
#include "tests/support/line/line_run.h"
#include "tests/support/line/tar_bytes.h"

static struct tar_bytes make_archive(size_t bytes_each, int members)
{
    struct tar_bytes tar = {0};
    unsigned char *const body = malloc(bytes_each);
    size_t mesh_bytes;
    char *const mesh = grid_obj(6, &mesh_bytes);
    uint32_t state = 5;

    assert_non_null(body);
    for (size_t i = 0; i < bytes_each; i++) {
        state = state * 1664525U + 1013904223U;
        body[i] = (unsigned char)((state >> 24) & 0x1f);
    }
    tar_bytes_add(&tar, "first.obj", mesh, mesh_bytes);
    for (int i = 0; i < members; i++) {
        tar_bytes_add(&tar, "member.bin", body, bytes_each);
    }
    tar_bytes_add(&tar, "last.obj", mesh, mesh_bytes);
    tar_bytes_end(&tar);
    free(mesh);
    free(body);
    return tar;
}

static void run_with(struct line_run *run, const struct tar_bytes *tar, const void **input,
                     enum uvp_codec codec, uint32_t workers)
{
    memset(run, 0, sizeof *run);
    *input = tar->data;
    run->inputs = input;
    run->input_bytes = &tar->bytes;
    run->input_count = 1;
    run->options.readers = 1;
    run->options.workers = workers;
    run->settings.codec_given = true;
    run->settings.codec = codec;
    run->settings.level_given = true;
    run->settings.level = 1;
}

/* Every frame but the last holds UVP_FRAME_BYTES; together they are what no codec would give.
 */
static void check_zstd_frames(const struct line_run *run, const struct line_run *plain)
{
    unsigned char *const decoded = malloc(plain->output_bytes);
    size_t at = 0;
    size_t total = 0;

    assert_non_null(decoded);
    while (at < run->output_bytes) {
        const size_t bytes =
            ZSTD_findFrameCompressedSize(run->output + at, run->output_bytes - at);
        const unsigned long long content =
            ZSTD_getFrameContentSize(run->output + at, run->output_bytes - at);

        assert_false(ZSTD_isError(bytes));
        assert_true(content <= plain->output_bytes - total);
        assert_int_equal(ZSTD_decompress(decoded + total, plain->output_bytes - total,
                                         run->output + at, bytes),
                         content);
        at += bytes;
        total += (size_t)content;
        assert_true(content == UVP_FRAME_BYTES || at == run->output_bytes);
    }
    assert_int_equal(total, plain->output_bytes);
    assert_memory_equal(decoded, plain->output, total);
    free(decoded);
}

static void test_frames_by_position(void **state)
{
    static const uint32_t workers[] = {0, 1, 2, 16};
    struct tar_bytes tar = make_archive(1000001, 10);
    struct line_run plain;
    struct line_run first = {0};
    const void *input;

    (void)state;
    run_with(&plain, &tar, &input, UVP_CODEC_NONE, 1);
    line_run(&plain);
    assert_int_equal(plain.code, UVP_END);
    for (int i = 0; i < 8; i++) {
        struct line_run run;

        run_with(&run, &tar, &input, UVP_CODEC_ZSTD, workers[i % 4]);
        run.options.max_jobs = i < 4 ? 0 : 1;
        run.options.budget_bytes = i < 4 ? 0 : 1;
        line_run(&run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.leaked_bytes, 0);
        if (i == 0) {
            check_zstd_frames(&run, &plain);
            first = run;
            continue;
        }
        assert_int_equal(run.output_bytes, first.output_bytes);
        assert_memory_equal(run.output, first.output, first.output_bytes);
        line_run_release(&run);
    }
    line_run_release(&first);
    line_run_release(&plain);
    tar_bytes_release(&tar);
}

/* Drained and refused memory with frames under way: nothing leaks, nothing is left behind. */
static void test_frames_cut_short(void **state)
{
    struct tar_bytes tar = make_archive(1500000, 8);
    const void *input;

    (void)state;
    for (int codec = UVP_CODEC_ZSTD; codec <= UVP_CODEC_LZ4; codec++) {
        struct line_run run;

        run_with(&run, &tar, &input, (enum uvp_codec)codec, 2);
        run.settings.record_passed = true;
        run.drain_after_members = 3;
        run.options.window_items = 1;
        line_run(&run);
        assert_true(run.code == UVP_CANCELLED || run.code == UVP_END);
        assert_int_equal(run.output != NULL, run.code == UVP_END);
        assert_int_equal(run.leaked_bytes, 0);
        line_run_release(&run);
    }
    for (uint64_t n = 20; n < 200; n += 9) {
        struct line_run run;

        run_with(&run, &tar, &input, UVP_CODEC_ZSTD, 2);
        run.fail_at_call = n;
        line_run(&run);
        assert_true(run.code == UVP_NO_MEMORY || run.code == UVP_END);
        assert_int_equal(run.leaked_bytes, 0);
        line_run_release(&run);
    }
    tar_bytes_release(&tar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_by_position),
        cmocka_unit_test(test_frames_cut_short),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
