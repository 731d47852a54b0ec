#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "pipeline/order.h"

struct bench {
    struct uvp_mem mem;
    struct uvp_stop stop;
    struct uvp_order order;
    struct uvp_order_batch batch;
    struct uvp_item items[200];
};

static void set_up(struct bench *bench, uint32_t window, bool unordered)
{
    uvp_mem_init(&bench->mem, 0);
    assert_int_equal(uvp_stop_init(&bench->stop, false, NULL), UVP_OK);
    assert_int_equal(
        uvp_order_init(&bench->order, window, unordered, &bench->stop, &bench->mem, NULL),
        UVP_OK);
    for (uint64_t i = 0; i < 200; i++) {
        bench->items[i] = (struct uvp_item){.ticket = i, .has_ticket = true};
    }
}

static void tear_down(struct bench *bench)
{
    uvp_order_release(&bench->order);
    uvp_order_release(&bench->order);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static void look(struct bench *bench, enum uvp_code code, uint32_t count)
{
    assert_int_equal(uvp_order_receive(&bench->order, false, &bench->batch, NULL), code);
    assert_int_equal(bench->batch.count, count);
    assert_null(bench->batch.job);
}

static void test_out_of_order_comes_in_order(void **state)
{
    static const int sequence[] = {2, 0, 3, 4, 1};
    static const uint32_t ready[] = {0, 1, 0, 0, 4};
    struct bench bench;
    uint64_t next = 0;

    (void)state;
    set_up(&bench, 5, false);
    for (size_t i = 0; i < 5; i++) {
        uvp_order_send(&bench.order, &bench.items[sequence[i]]);
        look(&bench, UVP_OK, ready[i]);
        for (uint32_t k = 0; k < bench.batch.count; k++) {
            assert_int_equal(bench.batch.items[k]->ticket, next++);
        }
    }
    uvp_order_end(&bench.order, 5);
    look(&bench, UVP_END, 0);
    tear_down(&bench);
}

static void test_unordered_comes_as_it_arrives(void **state)
{
    struct bench bench;

    (void)state;
    set_up(&bench, 4, true);
    for (uint64_t round = 0; round < 40; round += 4) {
        for (uint64_t i = 0; i < 4; i++) {
            uvp_order_send(&bench.order, &bench.items[round + 3 - i]);
        }
        assert_int_equal(uvp_order_fill(&bench.order).waiting, 4);
        look(&bench, UVP_OK, 4);
        for (uint64_t i = 0; i < 4; i++) {
            assert_int_equal(bench.batch.items[i]->ticket, round + 3 - i);
        }
    }
    uvp_order_end(&bench.order, 40);
    look(&bench, UVP_END, 0);
    tear_down(&bench);
}

/* Tickets 0 and 3 and 6 are fixed; the fences are those the intake sets. */
static void test_fixed_ones_keep_their_place(void **state)
{
    static const uint64_t fences[] = {0, 1, 1, 3, 4, 4, 6};
    static const struct {
        size_t sent;
        uint32_t out[4]; /* tickets */
        uint32_t count;
    } steps[] = {
        {2, {0}, 0}, {6, {0}, 0}, {0, {0, 2}, 2},       {5, {0}, 0},
        {3, {0}, 0}, {4, {0}, 0}, {1, {1, 3, 4, 5}, 4},
    };
    struct bench bench;

    (void)state;
    set_up(&bench, 8, true);
    for (size_t i = 0; i < 7; i++) {
        bench.items[i].fence = fences[i];
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const bool last = i + 1 == sizeof steps / sizeof steps[0];

        uvp_order_send(&bench.order, &bench.items[steps[i].sent]);
        look(&bench, UVP_OK, steps[i].count + (last ? 1 : 0));
        for (uint32_t k = 0; k < steps[i].count; k++) {
            assert_int_equal(bench.batch.items[k]->ticket, steps[i].out[k]);
        }
    }
    assert_int_equal(bench.batch.items[4]->ticket, 6);
    uvp_order_end(&bench.order, 7);
    look(&bench, UVP_END, 0);
    tear_down(&bench);
}

static void test_long_batches_are_cut(void **state)
{
    struct bench bench;

    (void)state;
    set_up(&bench, 128, false);
    for (size_t i = 0; i < 100; i++) {
        uvp_order_send(&bench.order, &bench.items[i]);
    }
    look(&bench, UVP_OK, UVP_ORDER_BATCH);
    look(&bench, UVP_OK, 100 - UVP_ORDER_BATCH);
    tear_down(&bench);
}

static void test_jobs_in_order_of_submission(void **state)
{
    struct uvp_job jobs[3] = {{0}};
    struct uvp_job *job = NULL;
    struct bench bench;

    (void)state;
    set_up(&bench, 4, false);
    for (size_t i = 0; i < 3; i++) {
        uvp_order_add_job(&bench.order, &jobs[i]);
    }
    uvp_order_end(&bench.order, 0);
    uvp_order_job_done(&bench.order, &jobs[1], UVP_OK);
    look(&bench, UVP_OK, 0); /* the oldest is not done, and it is not the end */
    uvp_order_job_done(&bench.order, &jobs[0], UVP_IO);
    assert_int_equal(uvp_order_receive(&bench.order, true, &bench.batch, NULL), UVP_OK);
    assert_ptr_equal(bench.batch.job, &jobs[0]);
    assert_int_equal(jobs[0].result, UVP_IO);
    assert_int_equal(uvp_order_take_job(&bench.order, &job, NULL), UVP_OK);
    assert_ptr_equal(job, &jobs[1]);
    assert_int_equal(uvp_order_jobs(&bench.order), 1);
    uvp_order_job_done(&bench.order, &jobs[2], UVP_OK);
    assert_int_equal(uvp_order_take_job(&bench.order, &job, NULL), UVP_OK);
    assert_int_equal(uvp_order_take_job(&bench.order, &job, NULL), UVP_END);
    look(&bench, UVP_END, 0);
    assert_int_equal(uvp_order_fill(&bench.order).jobs_added, 3);
    tear_down(&bench);
}

static void test_abort_leaves_the_rest(void **state)
{
    struct uvp_job job = {0};
    struct uvp_job *taken = NULL;
    struct bench bench;
    size_t at = 0;

    (void)state;
    set_up(&bench, 4, false);
    uvp_order_send(&bench.order, &bench.items[0]);
    uvp_order_send(&bench.order, &bench.items[2]);
    uvp_order_add_job(&bench.order, &job);
    uvp_stop_raise(&bench.stop, UVP_STOP_ABORT);
    look(&bench, UVP_CANCELLED, 0);
    assert_int_equal(uvp_order_take_job(&bench.order, &taken, NULL), UVP_CANCELLED);
    assert_ptr_equal(uvp_order_take_rest(&bench.order, &at), &bench.items[0]);
    assert_ptr_equal(uvp_order_take_rest(&bench.order, &at), &bench.items[2]);
    assert_null(uvp_order_take_rest(&bench.order, &at));
    assert_ptr_equal(uvp_order_take_rest_job(&bench.order), &job);
    assert_null(uvp_order_take_rest_job(&bench.order));
    tear_down(&bench);
}

/* ---- the writer sleeps ---- */

struct writer {
    struct bench *bench;
    struct uvp_thread thread;
    enum uvp_code code;
    struct uvp_job *job;
};

static void receive_waiting(void *ctx)
{
    struct writer *const writer = ctx;

    writer->code = uvp_order_receive(&writer->bench->order, true, &writer->bench->batch, NULL);
}

static void take_job_waiting(void *ctx)
{
    struct writer *const writer = ctx;

    writer->code = uvp_order_take_job(&writer->bench->order, &writer->job, NULL);
}

static void start(struct writer *writer, struct bench *bench, void (*run)(void *))
{
    const struct uvp_thread_options options = {.name = "writer"};
    const struct timespec time = {.tv_sec = 0, .tv_nsec = 5000000};

    writer->bench = bench;
    assert_int_equal(uvp_thread_start(&writer->thread, &options, run, writer, NULL), UVP_OK);
    (void)nanosleep(&time, NULL);
}

static void test_sleeping_writer_is_woken(void **state)
{
    struct bench bench;
    struct writer writer;
    struct uvp_job job = {0};

    (void)state;
    set_up(&bench, 4, false);
    start(&writer, &bench, receive_waiting);
    uvp_order_send(&bench.order, &bench.items[1]);
    uvp_order_send(&bench.order, &bench.items[0]); /* the head: wakes */
    uvp_thread_join(&writer.thread);
    assert_int_equal(writer.code, UVP_OK);
    assert_true(bench.batch.count >= 1);
    uvp_order_add_job(&bench.order, &job);
    start(&writer, &bench, take_job_waiting);
    uvp_order_job_done(&bench.order, &job, UVP_OK);
    uvp_thread_join(&writer.thread);
    assert_ptr_equal(writer.job, &job);
    look(&bench, UVP_OK, bench.batch.count == 2 ? 0 : 1);
    start(&writer, &bench, receive_waiting);
    uvp_order_end(&bench.order, 2);
    uvp_thread_join(&writer.thread);
    assert_int_equal(writer.code, UVP_END);
    tear_down(&bench);
}

static void test_sleeping_writer_hears_the_stop(void **state)
{
    struct bench bench;
    struct writer writer;

    (void)state;
    set_up(&bench, 4, false);
    start(&writer, &bench, receive_waiting);
    uvp_stop_raise(&bench.stop, UVP_STOP_ABORT);
    uvp_order_wake(&bench.order);
    uvp_thread_join(&writer.thread);
    assert_int_equal(writer.code, UVP_CANCELLED);
    tear_down(&bench);
}

static void test_no_memory(void **state)
{
    struct uvp_order order;
    struct uvp_stop stop;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = 1;
    assert_int_equal(uvp_order_init(&order, 4, false, &stop, &mem, NULL), UVP_NO_MEMORY);
    uvp_order_release(&order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_out_of_order_comes_in_order),
        cmocka_unit_test(test_unordered_comes_as_it_arrives),
        cmocka_unit_test(test_long_batches_are_cut),
        cmocka_unit_test(test_fixed_ones_keep_their_place),
        cmocka_unit_test(test_jobs_in_order_of_submission),
        cmocka_unit_test(test_abort_leaves_the_rest),
        cmocka_unit_test(test_sleeping_writer_is_woken),
        cmocka_unit_test(test_sleeping_writer_hears_the_stop),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
