/* The serial twin by itself: ticks, a writer that keeps items, limits on the root stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/pipeline/line_stub.h"

static void test_ticks_between_items(void **state)
{
    struct stub_plan plan = stub_plain(0, 4, 2, 50);
    struct stub_result result;

    (void)state;
    stub_run(&plan, &result);
    assert_null(stub_judge(&plan, &result));
    assert_int_equal(result.code, UVP_END);
    assert_int_equal(result.ticks, 100);
    assert_int_equal(result.stats.window_peak, 1);
    assert_int_equal(result.workers_made, 1);
}

static void test_jobs_and_held_items(void **state)
{
    for (uint32_t window = 1; window < 6; window++) {
        struct stub_plan plan = stub_plain(0, 1, 2, 80);
        struct stub_result result;

        (void)state;
        plan.options.window_items = window;
        plan.options.max_jobs = 1 + window % 2;
        plan.job_percent = 40;
        plan.job_at_finish = 4;
        plan.hold_items = 3;
        stub_run(&plan, &result);
        assert_null(stub_judge(&plan, &result));
        assert_int_equal(result.code, UVP_END);
        assert_int_equal(result.collects, result.jobs_made);
    }
}

/* ---- a writer that never lets go ---- */

struct hoard {
    struct uvp_item items[8];
    uint32_t kept;
    struct uvp_stop *stop;
    uint64_t deadline_seen;
};

static enum uvp_code open_lane(void *ctx, uint32_t lane, struct uvp_intake *intake,
                               void **reader, struct uvp_error *err)
{
    (void)lane;
    (void)intake;
    (void)err;
    *reader = ctx;
    return UVP_OK;
}

static enum uvp_code read_lane(void *ctx, struct uvp_intake *intake, struct uvp_error *err)
{
    struct hoard *const hoard = ctx;

    for (size_t i = 0; i < 8; i++) {
        UVP_TRY(uvp_intake_reserve(intake, &hoard->items[i], 1, err));
        uvp_intake_send(intake, &hoard->items[i]);
    }
    return UVP_OK;
}

static void close_lane(void *reader)
{
    (void)reader;
}

static enum uvp_code make_worker(void *ctx, struct uvp_desk *desk, void **worker,
                                 struct uvp_error *err)
{
    struct hoard *const hoard = ctx;

    (void)err;
    hoard->deadline_seen = atomic_load(&uvp_desk_stop(desk)->deadline_ns);
    *worker = ctx;
    return UVP_OK;
}

static enum uvp_code work(void *worker, struct uvp_desk *desk, struct uvp_item *item,
                          struct uvp_error *err)
{
    (void)worker;
    (void)err;
    uvp_desk_settle(desk, item, 1);
    return UVP_OK;
}

static enum uvp_code keep(void *ctx, struct uvp_outlet *outlet, struct uvp_item *item,
                          struct uvp_error *err)
{
    struct hoard *const hoard = ctx;

    (void)outlet;
    (void)item;
    (void)err;
    hoard->kept++;
    return UVP_OK;
}

static enum uvp_code finish(void *ctx, struct uvp_outlet *outlet, bool complete,
                            struct uvp_error *err)
{
    (void)ctx;
    (void)outlet;
    (void)complete;
    (void)err;
    return UVP_OK;
}

/* With threads this would be a stall; in one thread it can be told, and must not hang. */
static void test_a_hoarding_writer_is_a_bug(void **state)
{
    struct hoard hoard = {.stop = NULL};
    const struct uvp_reader_stage readers = {.ctx = &hoard,
                                             .lane_count = 1,
                                             .open = open_lane,
                                             .run = read_lane,
                                             .close = close_lane};
    const struct uvp_worker_stage workers = {
        .ctx = &hoard, .create = make_worker, .work = work, .destroy = close_lane};
    const struct uvp_writer_stage writer = {.ctx = &hoard, .put = keep, .finish = finish};
    const struct uvp_pipeline_options options = {.window_items = 5,
                                                 .timeout_ns = UINT64_C(3600000000000)};
    struct uvp_pipeline *pipeline = NULL;
    struct uvp_error err = {0};
    struct uvp_stop stop;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_stop_init(&stop, true, NULL), UVP_OK);
    atomic_store(&stop.deadline_ns, 7777);
    assert_int_equal(uvp_pipeline_create(&options, &readers, &workers, &writer, &mem, &stop,
                                         NULL, &pipeline, NULL),
                     UVP_OK);
    assert_int_equal(uvp_pipeline_start(pipeline, NULL), UVP_OK);
    assert_int_equal(uvp_pipeline_wait(pipeline, 0, NULL, NULL, &err), UVP_BUG);
    assert_non_null(strstr(err.text, "keeps items"));
    assert_int_equal(hoard.kept, 5);
    assert_true(hoard.deadline_seen > 7777);  /* the run's limit rides on the stop */
    assert_int_equal(stop.deadline_ns, 7777); /* and leaves it as it was */
    uvp_pipeline_destroy(pipeline);
    uvp_stop_release(&stop);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_destroy_without_a_run(void **state)
{
    struct stub_plan plan = stub_plain(0, 1, 1, 5);
    struct stub_result result;

    (void)state;
    plan.destroy_after_ms = 0; /* wait() runs it to its end all the same */
    stub_run(&plan, &result);
    assert_null(stub_judge(&plan, &result));
    assert_int_equal(result.code, UVP_END);
    uvp_pipeline_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticks_between_items),
        cmocka_unit_test(test_jobs_and_held_items),
        cmocka_unit_test(test_a_hoarding_writer_is_a_bug),
        cmocka_unit_test(test_destroy_without_a_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
