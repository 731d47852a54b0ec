/* Time limits, stalls, and stops that come from a real signal handler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "pipeline/base/clock.h"
#include "tests/unit/pipeline/line_stub.h"

static void expect_limit(struct stub_plan *plan, const char *words)
{
    struct stub_result result;
    const uint64_t before = uvp_clock_now_ns();

    stub_run(plan, &result);
    assert_null(stub_judge(plan, &result));
    assert_int_equal(result.code, UVP_LIMIT);
    assert_non_null(strstr(result.error.text, words));
    assert_true(uvp_clock_now_ns() - before < 10 * UVP_NS_PER_S);
    if (plan->options.stall_timeout_ns != 0) {
        assert_true(result.trace_lines >= plan->options.workers + 5);
    }
}

static void test_timeout_and_stall(void **state)
{
    (void)state;
    for (uint32_t workers = 0; workers <= 3; workers++) {
        struct stub_plan plan = stub_plain(workers, 2, 2, 50);

        plan.hang_work = 20;
        plan.options.timeout_ns = 60 * UVP_NS_PER_MS;
        expect_limit(&plan, "not done within 60 ms");
        plan.options.timeout_ns = 0;
        plan.options.stall_timeout_ns = 60 * UVP_NS_PER_MS;
        expect_limit(&plan, "stalled: nothing was finished for 60 ms");
    }
}

/* Who helps whom is told, and the stop reaches a helper. */
static void test_stalled_helper(void **state)
{
    struct stub_plan plan = stub_plain(3, 1, 1, 1);
    struct stub_result result;

    (void)state;
    plan.batch_percent = 100;
    plan.batch_tasks = STUB_MOST_TASKS - 1;
    plan.batch_meets = true;
    plan.batch_hangs = true;
    plan.options.stall_timeout_ns = 1000 * UVP_NS_PER_MS;
    stub_run(&plan, &result);
    assert_null(stub_judge(&plan, &result));
    assert_int_equal(result.code, UVP_LIMIT);
    assert_true(result.told_helping);
    assert_true(result.told_helped);
}

/* Slow but steady is no stall: the whole run is longer than the limit, no gap is. */
static void test_steady_work_is_no_stall(void **state)
{
    struct stub_plan plan = stub_plain(2, 1, 1, 12000);
    struct stub_result result;
    const uint64_t before = uvp_clock_now_ns();

    (void)state;
    plan.stall_percent = 100;
    plan.options.stall_timeout_ns = 400 * UVP_NS_PER_MS;
    stub_run(&plan, &result);
    assert_int_equal(result.code, UVP_END);
    assert_true(uvp_clock_now_ns() - before > plan.options.stall_timeout_ns);
}

static void test_limits_far_away_do_not_matter(void **state)
{
    (void)state;
    for (uint32_t workers = 0; workers <= 2; workers++) {
        struct stub_plan plan = stub_plain(workers, 1, 1, 50);
        struct stub_result result;

        plan.options.timeout_ns = UINT64_MAX;
        plan.options.stall_timeout_ns = UINT64_MAX;
        stub_run(&plan, &result);
        assert_int_equal(result.code, UVP_END);
    }
}

/* ---- a reader that waits for input, and a signal ---- */

static struct uvp_stop *signalled; /* for the handler */

static void on_signal(int number)
{
    (void)number;
    uvp_stop_raise(signalled, UVP_STOP_DRAIN);
}

static enum uvp_code open_quiet(void *ctx, uint32_t lane, struct uvp_intake *intake,
                                void **reader, struct uvp_error *err)
{
    (void)lane;
    (void)intake;
    (void)err;
    *reader = ctx;
    return UVP_OK;
}

/* Lane 0 waits on input for ever, as a pipe that stays silent; lane 1 waits for lane 0. */
static enum uvp_code read_silence(void *ctx, struct uvp_intake *intake, struct uvp_error *err)
{
    struct uvp_item item = {0};
    struct pollfd at = {.fd = uvp_intake_stop(intake)->wake_read_fd, .events = POLLIN};

    (void)ctx;
    if (uvp_intake_is_head(intake)) {
        uvp_intake_note(intake, "waits for input", "a pipe");
        (void)poll(&at, 1, -1);
        return UVP_CANCELLED;
    }
    return uvp_intake_reserve(intake, &item, 1, err);
}

static void close_quiet(void *reader)
{
    (void)reader;
}

static enum uvp_code make_quiet(void *ctx, struct uvp_desk *desk, void **worker,
                                struct uvp_error *err)
{
    (void)desk;
    (void)err;
    *worker = ctx;
    return UVP_OK;
}

static enum uvp_code finish_quiet(void *ctx, struct uvp_outlet *outlet, bool complete,
                                  struct uvp_error *err)
{
    (void)outlet;
    (void)err;
    *(bool *)ctx = complete;
    return UVP_OK;
}

struct lines {
    uint32_t count;
    bool input;
    bool turn;
    bool work;
    bool next_item;
    bool budget;
};

static void look_at_line(void *ctx, const char *text)
{
    struct lines *const lines = ctx;

    lines->count++;
    lines->input |= strstr(text, "reader-0: waits for input a pipe") != NULL ||
                    strstr(text, "reader-1: waits for input a pipe") != NULL;
    lines->turn |= strstr(text, "waits for the inputs before") != NULL;
    lines->work |= strstr(text, "worker-0: waits for work") != NULL;
    lines->next_item |= strstr(text, "writer: waits for the next item") != NULL;
    lines->budget |= strstr(text, "budget: 0 of 536870912 bytes") != NULL;
}

static void test_signal_wakes_every_wait(void **state)
{
    bool complete = true;
    const struct uvp_reader_stage readers = {
        .lane_count = 2, .open = open_quiet, .run = read_silence, .close = close_quiet};
    const struct uvp_worker_stage workers = {.create = make_quiet, .destroy = close_quiet};
    const struct uvp_writer_stage writer = {.ctx = &complete, .finish = finish_quiet};
    const struct uvp_pipeline_options options = {.readers = 2, .workers = 2};
    struct uvp_pipeline *pipeline = NULL;
    struct lines lines = {0};
    struct uvp_stop stop;
    struct uvp_mem mem;
    enum uvp_code code;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_stop_init(&stop, true, NULL), UVP_OK);
    signalled = &stop;
    (void)signal(SIGUSR1, on_signal);
    assert_int_equal(uvp_pipeline_create(&options, &readers, &workers, &writer, &mem, &stop,
                                         NULL, &pipeline, NULL),
                     UVP_OK);
    assert_int_equal(uvp_pipeline_wait(pipeline, 0, NULL, NULL, NULL), UVP_USAGE);
    assert_int_equal(uvp_pipeline_start(pipeline, NULL), UVP_OK);
    assert_int_equal(uvp_pipeline_start(pipeline, NULL), UVP_USAGE);
    assert_int_equal(uvp_pipeline_wait(pipeline, 100, NULL, NULL, NULL), UVP_OK);
    uvp_pipeline_describe(pipeline, look_at_line, &lines);
    assert_int_equal(lines.count, 5 + 4);
    assert_true(lines.input && lines.turn && lines.work && lines.next_item && lines.budget);
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    do {
        code = uvp_pipeline_wait(pipeline, 1000, NULL, NULL, NULL);
    } while (code == UVP_OK);
    assert_int_equal(code, UVP_CANCELLED);
    assert_int_equal(uvp_pipeline_wait(pipeline, 0, NULL, NULL, NULL), UVP_CANCELLED);
    assert_false(complete);
    uvp_pipeline_destroy(pipeline);
    uvp_stop_release(&stop);
    assert_int_equal(mem.used_bytes, 0);
}

/* ---- ABORT after DRAIN, and nobody to hear it but the watchdog ---- */

struct hoard {
    struct uvp_item items[2];
    _Atomic uint32_t put;
    _Atomic uint32_t discarded;
};

/* The second item wants more than the budget while the writer keeps the first. */
static enum uvp_code read_too_much(void *ctx, struct uvp_intake *intake, struct uvp_error *err)
{
    struct hoard *const hoard = ctx;
    enum uvp_code code;

    hoard->items[0].direct = true;
    hoard->items[1].direct = true;
    UVP_TRY(uvp_intake_reserve(intake, &hoard->items[0], 1, err));
    uvp_intake_send(intake, &hoard->items[0]);
    UVP_TRY(uvp_intake_reserve(intake, &hoard->items[1], 1, err));
    code = uvp_intake_reserve(intake, &hoard->items[1], 1000, err);
    uvp_intake_send(intake, &hoard->items[1]);
    return code;
}

static enum uvp_code keep(void *ctx, struct uvp_outlet *outlet, struct uvp_item *item,
                          struct uvp_error *err)
{
    struct hoard *const hoard = ctx;

    (void)outlet;
    (void)item;
    (void)err;
    atomic_fetch_add(&hoard->put, 1);
    return UVP_OK;
}

static void count_discard(void *ctx, struct uvp_item *item)
{
    struct hoard *const hoard = ctx;

    (void)item;
    atomic_fetch_add(&hoard->discarded, 1);
}

static void test_abort_after_drain_wakes(void **state)
{
    struct hoard hoard = {.put = 0};
    const struct uvp_reader_stage readers = {.ctx = &hoard,
                                             .lane_count = 1,
                                             .open = open_quiet,
                                             .run = read_too_much,
                                             .close = close_quiet};
    const struct uvp_worker_stage workers = {.create = make_quiet, .destroy = close_quiet};
    const struct uvp_writer_stage writer = {
        .ctx = &hoard, .put = keep, .finish = finish_quiet, .discard = count_discard};
    const struct uvp_pipeline_options options = {.workers = 1, .budget_bytes = 100};
    struct uvp_pipeline *pipeline = NULL;
    struct uvp_stop stop;
    struct uvp_mem mem;
    enum uvp_code code;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_stop_init(&stop, true, NULL), UVP_OK);
    assert_int_equal(uvp_pipeline_create(&options, &readers, &workers, &writer, &mem, &stop,
                                         NULL, &pipeline, NULL),
                     UVP_OK);
    assert_int_equal(uvp_pipeline_start(pipeline, NULL), UVP_OK);
    assert_int_equal(uvp_pipeline_wait(pipeline, 30, NULL, NULL, NULL), UVP_OK);
    uvp_stop_raise(&stop, UVP_STOP_DRAIN); /* what has a ticket goes on waiting */
    assert_int_equal(uvp_pipeline_wait(pipeline, 30, NULL, NULL, NULL), UVP_OK);
    uvp_stop_raise(&stop, UVP_STOP_ABORT);
    code = uvp_pipeline_wait(pipeline, 5000, NULL, NULL, NULL);
    assert_int_equal(code, UVP_CANCELLED);
    assert_int_equal(hoard.put, 1);
    assert_int_equal(hoard.discarded, 1);
    uvp_pipeline_destroy(pipeline);
    uvp_stop_release(&stop);
}

static void test_stop_must_wake(void **state)
{
    const struct uvp_reader_stage readers = {.lane_count = 0};
    const struct uvp_worker_stage workers = {0};
    const struct uvp_writer_stage writer = {0};
    const struct uvp_pipeline_options options = {.workers = 1};
    struct uvp_pipeline *pipeline = NULL;
    struct uvp_stop stop;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_stop_init(&stop, false, NULL), UVP_OK);
    assert_int_equal(uvp_pipeline_create(&options, &readers, &workers, &writer, &mem, &stop,
                                         NULL, &pipeline, NULL),
                     UVP_USAGE);
    uvp_pipeline_destroy(pipeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout_and_stall),
        cmocka_unit_test(test_stalled_helper),
        cmocka_unit_test(test_steady_work_is_no_stall),
        cmocka_unit_test(test_limits_far_away_do_not_matter),
        cmocka_unit_test(test_signal_wakes_every_wait),
        cmocka_unit_test(test_abort_after_drain_wakes),
        cmocka_unit_test(test_stop_must_wake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
