/* The whole line with stub stages: order, ends, stops, missing threads and memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/pipeline/line_stub.h"

static void run(const struct stub_plan *plan, struct stub_result *result)
{
    const char *wrong;

    stub_run(plan, result);
    wrong = stub_judge(plan, result);
    if (wrong != NULL) {
        fail_msg("%s (%s)", wrong, result->error.text);
    }
}

static void expect_complete(const struct stub_plan *plan, uint32_t puts)
{
    struct stub_result result;

    run(plan, &result);
    assert_int_equal(result.code, UVP_END);
    assert_true(result.complete);
    assert_int_equal(result.puts, puts);
    assert_int_equal(result.finishes, 1);
    assert_int_equal(result.finish_jobs, 1);
    assert_int_equal(result.stats.admitted, puts);
    assert_int_equal(result.collects, result.stats.jobs);
}

static void test_all_shapes_end_well(void **state)
{
    static const uint32_t counts[] = {1, 2, 7, 16};

    (void)state;
    for (size_t w = 0; w < 4; w++) {
        for (uint32_t readers = 1; readers <= 3; readers++) {
            for (uint32_t lanes = 0; lanes <= 4; lanes += 2) {
                struct stub_plan plan = stub_plain(counts[w], readers, lanes, 100);

                plan.direct_percent = 30;
                plan.job_percent = 10;
                plan.job_at_finish = 5;
                plan.hold_items = 3;
                expect_complete(&plan, lanes * 100);
            }
        }
    }
}

/* Law 1: what is written is a function of the input. */
static void test_threads_do_as_the_twin(void **state)
{
    struct stub_plan plan = stub_plain(0, 1, 3, 200);
    struct stub_result twin;

    (void)state;
    plan.direct_percent = 40;
    plan.stall_percent = 2;
    plan.job_percent = 20;
    run(&plan, &twin);
    assert_int_equal(twin.code, UVP_END);
    assert_int_equal(twin.puts, 600);
    for (uint32_t workers = 1; workers <= 16; workers *= 4) {
        struct stub_result result;

        plan.options.workers = workers;
        plan.options.readers = 1 + workers % 3;
        run(&plan, &result);
        assert_int_equal(result.code, UVP_END);
        assert_int_equal(result.digest, twin.digest);
        assert_int_equal(result.jobs_made, twin.jobs_made);
    }
}

/* One item with many tasks among light ones, and a last one alone: all workers take part. */
static void test_idle_workers_help(void **state)
{
    struct stub_plan plan = stub_plain(0, 1, 1, 1);
    struct stub_result twin;

    (void)state;
    plan.batch_percent = 100;
    plan.batch_tasks = STUB_MOST_TASKS - 1;
    plan.stall_percent = 100;
    for (uint32_t items = 1; items < 40; items += 19) {
        plan.items[0] = items;
        plan.batch_meets = items == 1; /* a worker that is idle does come */
        plan.options.workers = 0;
        stub_run(&plan, &twin);
        assert_int_equal(twin.code, UVP_END);
        assert_int_equal(twin.stats.batches, 0);
        for (uint32_t workers = 1; workers <= 16; workers *= 4) {
            struct stub_result result;

            plan.options.workers = workers;
            stub_run(&plan, &result);
            assert_null(stub_judge(&plan, &result));
            assert_int_equal(result.code, UVP_END);
            assert_int_equal(result.digest, twin.digest);
            if (items == 1 || workers == 1) {
                assert_int_equal(result.stats.helped != 0, workers > 1);
                assert_int_equal(result.rests != 0, workers > 1);
            }
        }
    }
}

static void test_tight_budget_and_window(void **state)
{
    (void)state;
    for (uint32_t window = 1; window <= 3; window++) {
        struct stub_plan plan = stub_plain(4, 2, 3, 100);

        plan.options.budget_bytes = 1; /* every item is above it and goes alone */
        plan.options.window_items = window;
        plan.step_percent = 50;
        plan.settle_percent = 50;
        expect_complete(&plan, 300);
        plan.options.budget_bytes = 150;
        plan.overdraw = true;
        plan.hold_items = 2;
        expect_complete(&plan, 300);
    }
}

static void test_unordered_loses_nothing(void **state)
{
    struct stub_plan plan = stub_plain(8, 2, 3, 200);

    (void)state;
    plan.options.unordered = true;
    plan.stall_percent = 10;
    expect_complete(&plan, 600);
}

static void test_one_job_at_a_time(void **state)
{
    struct stub_plan plan = stub_plain(3, 1, 1, 200);

    (void)state;
    plan.options.max_jobs = 1;
    plan.job_percent = 80;
    plan.job_at_finish = 3;
    expect_complete(&plan, 200);
}

static void test_reads_ahead(void **state)
{
    struct stub_plan plan = stub_plain(2, 2, 1, 100);
    struct stub_result result;

    (void)state;
    plan.ahead_capacity = 3;
    run(&plan, &result);
    assert_int_equal(result.code, UVP_END);
    assert_int_equal(result.aheads, 1); /* two threads, one lane: one is spare */
    plan.options.readers = 1;
    run(&plan, &result);
    assert_int_equal(result.code, UVP_END);
    assert_int_equal(result.aheads, 0);
    plan = stub_plain(2, 3, 6, 50);
    plan.ahead_capacity = 2;
    run(&plan, &result);
    assert_int_equal(result.code, UVP_END); /* lanes are not starved */
    assert_int_equal(result.puts, 300);
    plan.fail_ahead = 10;
    plan.options.readers = 7; /* one spare from the start */
    plan.stall_percent = 5;
    run(&plan, &result);
    assert_true(result.code == UVP_BAD_DATA || result.code == UVP_END);
}

/* ---- failures ---- */

static void expect_failure(const struct stub_plan *plan, enum uvp_code code)
{
    struct stub_result result;

    run(plan, &result);
    assert_int_equal(result.code, code);
    assert_int_equal(result.error.code, code);
    assert_true(strlen(result.error.text) > 0);
    assert_false(result.complete && result.finish_jobs != 0 && !plan->fail_finish_jobs);
}

static void test_stage_failures(void **state)
{
    (void)state;
    for (uint32_t workers = 0; workers <= 4; workers += 2) {
        const struct stub_plan plain = stub_plain(workers, 2, 3, 60);
        struct stub_plan plan = plain;

        plan.fail_create = 0;
        expect_failure(&plan, UVP_NO_MEMORY);
        plan = plain;
        plan.fail_work = 65536 + 10;
        expect_failure(&plan, UVP_IO);
        plan = plain;
        plan.fail_put = 25;
        expect_failure(&plan, UVP_UNSUPPORTED);
        plan = plain;
        plan.fail_idle = 0;
        expect_failure(&plan, UVP_UNSUPPORTED);
        plan = plain;
        plan.job_percent = 50;
        plan.fail_job = 12;
        expect_failure(&plan, UVP_DEGENERATE);
        plan.fail_job = STUB_NEVER;
        plan.fail_collect = 12;
        expect_failure(&plan, UVP_LIMIT);
        plan = plain;
        plan.fail_finish = true;
        expect_failure(&plan, UVP_USAGE);
        plan = plain;
        plan.fail_finish_jobs = true;
        expect_failure(&plan, UVP_USAGE);
    }
}

/* The last worker fails while the others may have done half of the run already. */
static void test_any_worker_may_fail_to_start(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 4; n++) {
        struct stub_plan plan = stub_plain(4, 1, 1, 50);

        plan.fail_create = n;
        plan.stall_percent = 50;
        expect_failure(&plan, UVP_NO_MEMORY);
    }
}

static void expect_puts(const struct stub_result *result, uint32_t a, uint32_t b, uint32_t c)
{
    assert_int_equal(result->puts_of[0], a);
    assert_int_equal(result->puts_of[1], b);
    assert_int_equal(result->puts_of[2], c);
    assert_int_equal(result->finishes, 1);
    assert_false(result->complete);
}

static void test_reader_failures_do_not_depend_on_timing(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 24; i++) {
        struct stub_plan plan = stub_plain(i % 4, 1 + i % 3, 3, 40);
        struct stub_result result;

        plan.seed = i;
        plan.stall_percent = i % 2 == 0 ? 0 : 20;
        plan.fail_run[1] = 15;
        plan.fail_run[2] = 0;
        run(&plan, &result);
        assert_int_equal(result.code, UVP_BAD_DATA);
        assert_string_equal(result.error.text, "lane 1 fails");
        expect_puts(&result, 40, 15, 0);
        plan.fail_run[1] = STUB_NEVER;
        plan.fail_run[2] = STUB_NEVER;
        plan.fail_open[1] = 1; /* at once, long before lane 0 is read */
        run(&plan, &result);
        assert_string_equal(result.error.text, "open of lane 1 fails");
        expect_puts(&result, 40, 0, 0);
    }
}

/* ---- stops ---- */

static void test_drain_writes_what_was_admitted(void **state)
{
    (void)state;
    for (uint32_t event = 1; event < 200; event += 7) {
        struct stub_plan plan = stub_plain(event % 5, 1 + event % 2, 2, 100);
        struct stub_result result;

        plan.stop_at_event = event;
        plan.stop_level = UVP_STOP_DRAIN;
        plan.job_percent = 20;
        run(&plan, &result);
        assert_int_equal(result.code, UVP_CANCELLED);
        assert_int_equal(result.puts, result.stats.admitted);
        assert_int_equal(result.finishes, 1);
        assert_false(result.complete);
        assert_true(result.puts < 200);
    }
}

static void test_abort_ends_at_once(void **state)
{
    (void)state;
    for (uint32_t event = 1; event < 200; event += 7) {
        struct stub_plan plan = stub_plain(event % 5, 1 + event % 2, 2, 100);
        struct stub_result result;

        plan.stop_at_event = event;
        plan.stop_level = UVP_STOP_ABORT;
        plan.job_percent = 20;
        run(&plan, &result);
        assert_int_equal(result.code, UVP_CANCELLED);
        assert_int_equal(result.finishes, 0);
    }
}

/* Not one item more, though the writer has a batch of them in hand. */
static void test_no_put_after_abort(void **state)
{
    (void)state;
    for (uint32_t workers = 0; workers <= 2; workers++) {
        struct stub_plan plan = stub_plain(workers, 1, 1, 200);
        struct stub_result result;

        plan.direct_percent = 100;
        plan.options.window_items = 64;
        plan.stall_percent = 30;
        plan.abort_in_put = 50;
        run(&plan, &result);
        assert_int_equal(result.code, UVP_CANCELLED);
        assert_int_equal(result.puts, 51);
    }
}

/* An ABORT that comes after a DRAIN is noticed though the wake pipe was readable before. */
static void test_abort_after_drain(void **state)
{
    struct stub_plan plan = stub_plain(2, 1, 1, 50);
    struct stub_result result;

    (void)state;
    plan.hang_work = 20;
    plan.stop_at_event = 5;
    plan.stop_level = UVP_STOP_DRAIN;
    plan.abort_at_event = 6;
    run(&plan, &result);
    assert_int_equal(result.code, UVP_CANCELLED);
}

static void test_destroy_ends_a_running_line(void **state)
{
    (void)state;
    for (uint32_t ms = 0; ms < 4; ms++) {
        struct stub_plan plan = stub_plain(3, 2, 2, 60);
        struct stub_result result;

        plan.hang_work = 30; /* it would never end by itself */
        plan.destroy_after_ms = ms;
        plan.job_percent = 20;
        run(&plan, &result);
        assert_int_equal(result.code, UVP_OK);
    }
}

/* ---- timelines: that they add up is judged in every run that has them ---- */

static void test_every_thread_has_a_timeline(void **state)
{
    (void)state;
    for (uint32_t workers = 0; workers <= 3; workers += 3) {
        struct stub_plan plan = stub_plain(workers, 2, 2, 100);
        struct stub_result result;

        plan.options.timeline = true;
        plan.job_percent = 20;
        plan.stall_percent = 5;
        run(&plan, &result);
        assert_int_equal(result.code, UVP_END);
        assert_int_equal(result.timelines, workers == 0 ? 1 : 1 + workers + 2);
        plan.stop_at_event = 150;
        plan.stop_level = UVP_STOP_ABORT;
        run(&plan, &result);
        assert_int_equal(result.code, UVP_CANCELLED);
        assert_int_equal(result.timelines, workers == 0 ? 1 : 1 + workers + 2);
    }
}

/* ---- missing things ---- */

static void test_every_thread_may_be_missing(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 7; n++) { /* watchdog, writer, three workers, two readers */
        struct stub_plan plan = stub_plain(3, 2, 2, 40);
        struct stub_result result;

        plan.options.fail_at_thread = n;
        plan.options.timeline = n % 2 == 0;
        plan.ahead_capacity = 2;
        run(&plan, &result);
        assert_int_equal(result.start, UVP_LIMIT);
        assert_int_equal(result.code, UVP_LIMIT);
        assert_non_null(strstr(result.error.text, "cannot start thread"));
    }
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    for (uint32_t workers = 0; workers <= 2; workers += 2) {
        struct stub_plan plan = stub_plain(workers, 2, 1, 40);
        struct stub_result result;
        uint64_t calls;

        plan.ahead_capacity = 2;
        plan.options.timeline = true;
        run(&plan, &result);
        assert_int_equal(result.code, UVP_END);
        calls = result.mem_calls;
        assert_true(calls >= 4);
        for (uint64_t n = 1; n <= calls; n++) {
            plan.mem_fail_at = n;
            run(&plan, &result);
            assert_int_equal(result.code, UVP_NO_MEMORY);
            assert_int_equal(result.error.code, UVP_NO_MEMORY);
        }
    }
}

static void test_bad_options(void **state)
{
    struct stub_plan plan = stub_plain(5000, 1, 1, 1);
    struct stub_result result;

    (void)state;
    run(&plan, &result);
    assert_int_equal(result.create, UVP_USAGE);
    plan = stub_plain(1, 1, 1, 1);
    plan.options.max_jobs = UINT32_MAX;
    run(&plan, &result);
    assert_int_equal(result.create, UVP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_shapes_end_well),
        cmocka_unit_test(test_threads_do_as_the_twin),
        cmocka_unit_test(test_idle_workers_help),
        cmocka_unit_test(test_tight_budget_and_window),
        cmocka_unit_test(test_unordered_loses_nothing),
        cmocka_unit_test(test_one_job_at_a_time),
        cmocka_unit_test(test_reads_ahead),
        cmocka_unit_test(test_stage_failures),
        cmocka_unit_test(test_any_worker_may_fail_to_start),
        cmocka_unit_test(test_reader_failures_do_not_depend_on_timing),
        cmocka_unit_test(test_drain_writes_what_was_admitted),
        cmocka_unit_test(test_abort_ends_at_once),
        cmocka_unit_test(test_no_put_after_abort),
        cmocka_unit_test(test_abort_after_drain),
        cmocka_unit_test(test_destroy_ends_a_running_line),
        cmocka_unit_test(test_every_thread_has_a_timeline),
        cmocka_unit_test(test_every_thread_may_be_missing),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_bad_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
