/*
 * The whole line, made to fail everywhere: at allocation n, cut at byte n, drained after member
 * n. Whatever happens: no leak, no half file, no hang, and every byte that came out is right.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/line/line_run.h"
#include "tests/support/line/tar_bytes.h"

/* Of two materials, with UVs, of which one triangle is folded over. */
static const char mapped[] =
    "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 2 0 1\n"
    "vt 0 0\nvt 1 0\nvt 1 1\nvt 1 0.5\nvt 1 0\n"
    "usemtl a\nf 1/1 2/2 3/3\nf 1/1 3/3 4/4\nusemtl b\nf 2/5 5/1 3/3\n";

static struct tar_bytes make_archive(void)
{
    struct tar_bytes tar = {0};
    size_t bytes;
    char *const small = grid_obj(3, &bytes);
    char text[3000];

    memset(text, 'x', sizeof text);
    tar_bytes_add(&tar, "readme.txt", text, 700);
    tar_bytes_add(&tar, "a.obj", small, bytes);
    tar_bytes_add(&tar, "data.bin", text, sizeof text);
    tar_bytes_add(&tar, "bad.obj", "v 0 0 0\nf 1 2 3\n", 16);
    tar_bytes_add(&tar, "b.obj", small, bytes);
    tar_bytes_add(&tar, "last.txt", text, 10);
    tar_bytes_end(&tar);
    free(small);
    return tar;
}

static struct line_run run_of(const struct tar_bytes *tar, const void **input, uint32_t workers)
{
    struct line_run run = line_run_of_tar(tar, input, workers);

    run.settings.record_passed = true;
    return run;
}

static void test_whole_run(void **state)
{
    struct tar_bytes tar = make_archive();
    const void *input;

    (void)state;
    for (uint32_t workers = 0; workers < 3; workers++) {
        struct line_run run = run_of(&tar, &input, workers);
        size_t bytes;

        line_run(&run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.progress.members_read, 6);
        assert_int_equal(run.records, 6);
        assert_int_equal(run.progress.members_by_status[UVP_MEMBER_UNWRAPPED], 2);
        assert_int_equal(run.progress.members_by_status[UVP_MEMBER_FAILED], 1);
        assert_int_equal(run.progress.members_by_status[UVP_MEMBER_PASSED], 3);
        assert_non_null(tar_bytes_find(run.output, run.output_bytes, "last.txt", &bytes));
        assert_non_null(tar_bytes_find(run.output, run.output_bytes, "bad.obj", &bytes));
        assert_int_equal(bytes, 16);
        assert_int_equal(run.leaked_bytes, 0);
        line_run_release(&run);
    }
    tar_bytes_release(&tar);
}

/*
 * Refuses allocation n and all later ones; only a run that needed fewer may succeed. A check
 * writes nothing; meshes with UVs and materials take the ways that read them.
 */
static void refuse_allocations(const struct uvp_settings *settings, uint32_t workers,
                               uint64_t step)
{
    struct tar_bytes tar = make_archive();
    struct tar_bytes other = {0};
    const bool writes = uvp_settings_write(settings);
    const bool is_usual = writes && !settings->atlas.keep_charts;
    const void *input;
    uint64_t n = 1;
    bool succeeded = false;

    tar_bytes_add(&other, "readme.txt", mapped, 10);
    tar_bytes_add(&other, "a.obj", mapped, sizeof mapped - 1);
    tar_bytes_end(&other);
    while (!succeeded) {
        struct line_run run = run_of(is_usual ? &tar : &other, &input, workers);

        run.settings = *settings;
        run.settings.record_passed = true;
        run.fail_at_call = n;
        line_run(&run);
        assert_int_equal(run.leaked_bytes, 0);
        if (run.code == UVP_END) {
            assert_int_equal(run.progress.members_read, is_usual ? 6 : 2);
            assert_int_equal(run.output != NULL, writes);
            succeeded = run.calls < n;
        } else {
            assert_int_equal(run.code, UVP_NO_MEMORY);
            assert_null(run.output); /* nothing under the final name */
        }
        line_run_release(&run);
        n += step;
        assert_true(n < 100000);
    }
    tar_bytes_release(&tar);
    tar_bytes_release(&other);
}

static void test_every_allocation_serial(void **state)
{
    const struct uvp_settings settings = {0};

    (void)state;
    refuse_allocations(&settings, 0, 1);
}

static void test_every_allocation_threads(void **state)
{
    const struct uvp_settings settings = {0};

    (void)state;
    refuse_allocations(&settings, 2, 3);
}

static void test_every_allocation_of_other_ways(void **state)
{
    const struct uvp_settings check = {.task = UVP_TASK_CHECK};
    const struct uvp_settings keep = {
        .atlas = {.keep_charts = true, .seam_groups = true, .pages = 2},
    };

    (void)state;
    refuse_allocations(&check, 0, 1);
    refuse_allocations(&check, 2, 5);
    refuse_allocations(&keep, 0, 3);
}

/* Cut anywhere: an error, and no file; whole: no error. */
static void test_cut_at_every_byte(void **state)
{
    struct tar_bytes tar = make_archive();
    const size_t whole = tar.bytes;
    const void *input;

    (void)state;
    for (size_t cut = 1; cut < whole; cut += cut % 512 == 511 || cut % 512 == 0 ? 1 : 73) {
        struct line_run run;

        tar.bytes = cut;
        run = run_of(&tar, &input, 1);
        line_run(&run);
        assert_int_equal(run.leaked_bytes, 0);
        if (run.code == UVP_END) {
            /* one zero block is an end mark; less than a block is no archive, and that is told
             */
            assert_true(cut >= whole - 512 || (cut < 512 && run.progress.warnings == 1));
            assert_int_equal(run.progress.members_read, cut < 512 ? 1 : 6);
        } else {
            assert_int_equal(run.code, UVP_BAD_DATA);
            assert_null(run.output);
        }
        line_run_release(&run);
    }
    tar.bytes = whole;
    tar_bytes_release(&tar);
}

static void test_drained_after_member(void **state)
{
    struct tar_bytes tar = make_archive();
    const void *input;

    (void)state;
    for (uint64_t n = 1; n <= 7; n++) {
        for (uint32_t workers = 0; workers < 3; workers++) {
            struct line_run run = run_of(&tar, &input, workers);

            run.drain_after_members = n;
            run.options.window_items = 1;
            line_run(&run);
            assert_true(run.code == UVP_END || run.code == UVP_CANCELLED);
            assert_int_equal(run.output != NULL, run.code == UVP_END);
            assert_int_equal(run.records, run.progress.members_read);
            assert_int_equal(run.leaked_bytes, 0);
            line_run_release(&run);
        }
    }
    tar_bytes_release(&tar);
}

static void test_same_bytes(void **state)
{
    static const uint32_t workers[] = {0, 1, 2, 16};
    static const size_t budgets[] = {0, 1, 4096, 1 << 20};
    struct tar_bytes tar = make_archive();
    struct line_run first;
    const void *input;

    (void)state;
    first = run_of(&tar, &input, 0);
    line_run(&first);
    assert_int_equal(first.code, UVP_END);
    for (size_t w = 0; w < 4; w++) {
        for (size_t b = 0; b < 4; b++) {
            for (uint32_t mode = 0; mode < 4; mode++) {
                struct line_run run = run_of(&tar, &input, workers[w]);

                run.options.budget_bytes = budgets[b];
                run.options.window_items = (mode & 1) != 0 ? 1 : 0;
                run.options.readers = (mode & 1) + 1;
                run.through_pipe = (mode & 2) != 0;
                line_run(&run);
                assert_int_equal(run.code, UVP_END);
                assert_int_equal(run.output_bytes, first.output_bytes);
                assert_memory_equal(run.output, first.output, first.output_bytes);
                assert_int_equal(run.leaked_bytes, 0);
                line_run_release(&run);
            }
        }
    }
    line_run_release(&first);
    tar_bytes_release(&tar);
}

/* Meshes of very different sizes between other members, so that they do overtake. */
static struct tar_bytes make_uneven_archive(void)
{
    struct tar_bytes tar = {0};
    char text[2000];

    memset(text, 'y', sizeof text);
    for (int i = 0; i < 24; i++) {
        char name[32];
        size_t bytes;
        char *const mesh = grid_obj(i % 5 == 0 ? 40 : 4, &bytes);

        (void)snprintf(name, sizeof name, "mesh-%02d.obj", i);
        tar_bytes_add(&tar, name, mesh, bytes);
        (void)snprintf(name, sizeof name, "text-%02d.txt", i);
        tar_bytes_add(&tar, name, text, (size_t)(i * 80));
        free(mesh);
    }
    tar_bytes_end(&tar);
    return tar;
}

static void check_same_members(const struct line_run *one, const struct line_run *other)
{
    assert_int_equal(one->output_bytes, other->output_bytes);
    for (int i = 0; i < 48; i++) {
        char name[32];
        size_t a_bytes;
        size_t b_bytes;
        const unsigned char *a;
        const unsigned char *b;

        (void)snprintf(name, sizeof name, i % 2 == 0 ? "mesh-%02d.obj" : "text-%02d.txt",
                       i / 2);
        a = tar_bytes_find(one->output, one->output_bytes, name, &a_bytes);
        b = tar_bytes_find(other->output, other->output_bytes, name, &b_bytes);
        assert_non_null(a);
        assert_non_null(b);
        assert_int_equal(a_bytes, b_bytes);
        assert_memory_equal(a, b, a_bytes);
    }
}

static void test_unordered_loses_nothing(void **state)
{
    static const uint32_t workers[] = {0, 1, 2, 16};
    struct tar_bytes tar = make_uneven_archive();
    struct line_run ordered;
    const void *input;

    (void)state;
    ordered = run_of(&tar, &input, 1);
    line_run(&ordered);
    assert_int_equal(ordered.code, UVP_END);
    for (int i = 0; i < 16; i++) {
        struct line_run run = run_of(&tar, &input, workers[i % 4]);

        run.options.unordered = true;
        run.options.window_items = i < 8 ? 0 : 64;
        run.through_pipe = i % 2 == 1;
        line_run(&run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.progress.members_read, 48);
        check_same_members(&ordered, &run);
        line_run_release(&run);
    }
    line_run_release(&ordered);
    tar_bytes_release(&tar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_run),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_unordered_loses_nothing),
        cmocka_unit_test(test_every_allocation_serial),
        cmocka_unit_test(test_every_allocation_threads),
        cmocka_unit_test(test_every_allocation_of_other_ways),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_drained_after_member),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
