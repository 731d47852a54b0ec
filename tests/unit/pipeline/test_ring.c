#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "pipeline/ring.h"
#include "pipeline/thread.h"

struct bench {
    struct uvp_mem mem;
    struct uvp_stop stop;
    struct uvp_ring *ring;
};

static void set_up_with(struct bench *bench, struct uvp_ring_options options)
{
    uvp_mem_init(&bench->mem, 0);
    assert_int_equal(uvp_stop_init(&bench->stop, false, NULL), UVP_OK);
    options.stop = &bench->stop;
    assert_int_equal(uvp_ring_create(&options, &bench->mem, &bench->ring, NULL), UVP_OK);
}

static void set_up(struct bench *bench, uint32_t capacity, uint32_t urgent, uint32_t senders)
{
    set_up_with(bench, (struct uvp_ring_options){.capacity = capacity,
                                                 .urgent_capacity = urgent,
                                                 .senders = senders});
}

static void set_up_called(struct bench *bench, const _Atomic uint32_t *calls)
{
    set_up_with(bench, (struct uvp_ring_options){
                           .capacity = 4, .urgent_capacity = 2, .senders = 1, .calls = calls});
}

static void tear_down(struct bench *bench)
{
    uvp_ring_destroy(bench->ring);
    uvp_stop_release(&bench->stop);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static void pause_ms(long ms)
{
    const struct timespec time = {.tv_sec = 0, .tv_nsec = ms * 1000000};

    (void)nanosleep(&time, NULL);
}

static void test_batches_keep_order(void **state)
{
    struct bench bench;
    int values[100];
    void *items[100];
    void *got[100];
    uint32_t next = 0;
    uint32_t sent;
    uint32_t count;
    bool urgent;

    (void)state;
    set_up(&bench, 10, 0, 1);
    for (size_t i = 0; i < 100; i++) {
        items[i] = &values[i];
    }
    for (uint32_t round = 0; round < 14; round++) { /* goes round the end at odd places */
        assert_int_equal(uvp_ring_send(bench.ring, items + round * 7, 7, &sent, NULL), UVP_OK);
        assert_int_equal(sent, 7);
        assert_int_equal(uvp_ring_fill(bench.ring), 7);
        for (uint32_t left = 7; left > 0; left -= count) {
            assert_int_equal(uvp_ring_receive(bench.ring, got, 3, &count, &urgent, NULL),
                             UVP_OK);
            assert_true(count >= 1 && count <= 3);
            assert_false(urgent);
            for (uint32_t i = 0; i < count; i++) {
                assert_ptr_equal(got[i], &values[next++]);
            }
        }
    }
    tear_down(&bench);
}

static void test_urgent_goes_first(void **state)
{
    struct bench bench;
    int values[4];
    void *items[2] = {&values[0], &values[1]};
    void *got[4];
    uint32_t sent;
    uint32_t count;
    bool urgent;

    (void)state;
    set_up(&bench, 4, 2, 1);
    assert_int_equal(uvp_ring_send(bench.ring, items, 2, &sent, NULL), UVP_OK);
    assert_true(uvp_ring_send_urgent(bench.ring, &values[2]));
    assert_true(uvp_ring_send_urgent(bench.ring, &values[3]));
    assert_false(uvp_ring_send_urgent(bench.ring, &values[3])); /* full */
    assert_int_equal(uvp_ring_receive(bench.ring, got, 4, &count, &urgent, NULL), UVP_OK);
    assert_true(urgent);
    assert_int_equal(count, 2);
    assert_ptr_equal(got[1], &values[3]);
    assert_int_equal(uvp_ring_receive(bench.ring, got, 4, &count, &urgent, NULL), UVP_OK);
    assert_false(urgent);
    assert_int_equal(count, 2);
    tear_down(&bench);
}

static void test_end_comes_after_the_last_item(void **state)
{
    struct bench bench;
    int value;
    void *item = &value;
    void *got;
    uint32_t sent;
    uint32_t count;
    bool urgent;

    (void)state;
    set_up(&bench, 4, 0, 2);
    assert_false(uvp_ring_ready(bench.ring));
    assert_int_equal(uvp_ring_send(bench.ring, &item, 1, &sent, NULL), UVP_OK);
    assert_true(uvp_ring_ready(bench.ring));
    uvp_ring_finish_send(bench.ring);
    assert_int_equal(uvp_ring_receive(bench.ring, &got, 1, &count, &urgent, NULL), UVP_OK);
    assert_false(uvp_ring_ready(bench.ring)); /* one sending end is open */
    uvp_ring_finish_send(bench.ring);
    uvp_ring_finish_send(bench.ring); /* once too often does no harm */
    assert_true(uvp_ring_ready(bench.ring));
    assert_int_equal(uvp_ring_receive(bench.ring, &got, 1, &count, &urgent, NULL), UVP_END);
    assert_int_equal(uvp_ring_receive(bench.ring, &got, 1, &count, &urgent, NULL), UVP_END);
    tear_down(&bench);
}

static void test_stop_and_receivers_end(void **state)
{
    struct bench bench;
    int value;
    void *item = &value;
    void *got;
    uint32_t sent;
    uint32_t count;
    bool urgent;

    (void)state;
    set_up(&bench, 4, 0, 1);
    assert_int_equal(uvp_ring_send(bench.ring, &item, 1, &sent, NULL), UVP_OK);
    uvp_stop_raise(&bench.stop, UVP_STOP_DRAIN); /* goes on */
    assert_int_equal(uvp_ring_send(bench.ring, &item, 1, &sent, NULL), UVP_OK);
    uvp_stop_raise(&bench.stop, UVP_STOP_ABORT);
    assert_int_equal(uvp_ring_send(bench.ring, &item, 1, &sent, NULL), UVP_CANCELLED);
    assert_int_equal(sent, 0);
    assert_int_equal(uvp_ring_receive(bench.ring, &got, 1, &count, &urgent, NULL),
                     UVP_CANCELLED);
    uvp_ring_finish_receive(bench.ring);
    assert_int_equal(uvp_ring_send(bench.ring, &item, 1, &sent, NULL), UVP_END);
    assert_int_equal(uvp_ring_take_rest(bench.ring, &got, 1), 1);
    assert_int_equal(uvp_ring_take_rest(bench.ring, &got, 1), 1);
    assert_int_equal(uvp_ring_take_rest(bench.ring, &got, 1), 0);
    tear_down(&bench);
}

/* ---- sleepers ---- */

struct end {
    struct bench *bench;
    struct uvp_thread thread;
    enum uvp_code code;
    uint32_t count;
    uint32_t batch;
    uint32_t items;
    bool urgent;
    uint64_t sum;
};

static void receive_once(void *ctx)
{
    struct end *const end = ctx;
    void *got;

    end->code = uvp_ring_receive(end->bench->ring, &got, 1, &end->count, &end->urgent, NULL);
}

static void send_three(void *ctx)
{
    struct end *const end = ctx;
    void *items[3] = {ctx, ctx, ctx};

    end->code = uvp_ring_send(end->bench->ring, items, 3, &end->count, NULL);
}

static const struct uvp_thread_options quiet = {.name = "end"};

static void test_sleepers_hear_the_stop(void **state)
{
    struct bench bench;
    struct end receiver = {.bench = &bench};

    (void)state;
    set_up(&bench, 2, 0, 1);
    assert_int_equal(uvp_thread_start(&receiver.thread, &quiet, receive_once, &receiver, NULL),
                     UVP_OK);
    pause_ms(5);
    uvp_stop_raise(&bench.stop, UVP_STOP_ABORT);
    uvp_ring_wake(bench.ring);
    uvp_thread_join(&receiver.thread);
    assert_int_equal(receiver.code, UVP_CANCELLED);
    tear_down(&bench);
}

/* One batch, two sleepers who take one each: the first that wakes wakes the second. */
static void test_one_send_wakes_as_many_as_it_takes(void **state)
{
    struct bench bench;
    struct end receivers[2] = {{.bench = &bench}, {.bench = &bench}};
    int values[2];
    void *items[2] = {&values[0], &values[1]};
    uint32_t sent;

    (void)state;
    set_up(&bench, 2, 0, 1);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(
            uvp_thread_start(&receivers[i].thread, &quiet, receive_once, &receivers[i], NULL),
            UVP_OK);
    }
    pause_ms(20);
    assert_int_equal(uvp_ring_send(bench.ring, items, 2, &sent, NULL), UVP_OK);
    for (size_t i = 0; i < 2; i++) {
        uvp_thread_join(&receivers[i].thread);
        assert_int_equal(receivers[i].code, UVP_OK);
        assert_int_equal(receivers[i].count, 1);
    }
    tear_down(&bench);
}

static void test_sleeping_receiver_hears_the_end(void **state)
{
    struct bench bench;
    struct end receiver = {.bench = &bench};

    (void)state;
    set_up(&bench, 2, 0, 1);
    assert_int_equal(uvp_thread_start(&receiver.thread, &quiet, receive_once, &receiver, NULL),
                     UVP_OK);
    pause_ms(5);
    uvp_ring_finish_send(bench.ring);
    uvp_thread_join(&receiver.thread);
    assert_int_equal(receiver.code, UVP_END);
    tear_down(&bench);
}

static void test_sleeping_sender_hears_the_end(void **state)
{
    struct bench bench;
    struct end sender = {.bench = &bench};
    void *got;

    (void)state;
    set_up(&bench, 2, 0, 1);
    assert_int_equal(uvp_thread_start(&sender.thread, &quiet, send_three, &sender, NULL),
                     UVP_OK);
    while (uvp_ring_fill(bench.ring) < 2) {
        pause_ms(1);
    }
    pause_ms(5); /* so that it sleeps for the third, mostly */
    uvp_ring_finish_receive(bench.ring);
    uvp_thread_join(&sender.thread);
    assert_int_equal(sender.code, UVP_END);
    assert_int_equal(sender.count, 2); /* the third is still the sender's */
    assert_int_equal(uvp_ring_take_rest(bench.ring, &got, 1), 1);
    assert_int_equal(uvp_ring_take_rest(bench.ring, &got, 1), 1);
    tear_down(&bench);
}

static void send_numbers(void *ctx)
{
    struct end *const end = ctx;
    char *const base = NULL;

    for (uint32_t i = 0; i < end->items;) {
        void *items[16];
        uint32_t n = 0;
        uint32_t sent;

        for (; n < end->batch && i < end->items; n++, i++) {
            items[n] = base + i + 1;
        }
        end->code = uvp_ring_send(end->bench->ring, items, n, &sent, NULL);
    }
    uvp_ring_finish_send(end->bench->ring);
}

static void sum_numbers(void *ctx)
{
    struct end *const end = ctx;
    void *got[16];

    for (;;) {
        end->code = uvp_ring_receive(end->bench->ring, got, end->batch, &end->count,
                                     &end->urgent, NULL);
        if (end->code != UVP_OK) {
            break;
        }
        for (uint32_t i = 0; i < end->count; i++) {
            end->sum += (uintptr_t)got[i];
        }
    }
}

static void run_crowd(uint32_t capacity, uint32_t batch, uint32_t senders, uint32_t receivers)
{
    const uint32_t items = 3000;
    struct bench bench;
    struct end ends[16] = {0};
    uint64_t sum = 0;

    set_up(&bench, capacity, 0, senders);
    for (uint32_t i = 0; i < senders + receivers; i++) {
        ends[i].bench = &bench;
        ends[i].batch = batch;
        ends[i].items = items;
        assert_int_equal(uvp_thread_start(&ends[i].thread, &quiet,
                                          i < senders ? send_numbers : sum_numbers, &ends[i],
                                          NULL),
                         UVP_OK);
    }
    for (uint32_t i = 0; i < senders + receivers; i++) {
        uvp_thread_join(&ends[i].thread);
        assert_int_equal(ends[i].code, i < senders ? UVP_OK : UVP_END);
        sum += ends[i].sum;
    }
    assert_int_equal(sum, (uint64_t)senders * items * (items + 1) / 2);
    tear_down(&bench);
}

static void test_crowds_lose_nothing(void **state)
{
    (void)state;
    for (uint32_t capacity = 1; capacity <= 64; capacity *= 8) {
        run_crowd(capacity, 1, 1, 1);
        run_crowd(capacity, 16, 1, 1);
        run_crowd(capacity, 1, 4, 8);
        run_crowd(capacity, 7, 3, 1);
        run_crowd(capacity, 16, 2, 8);
    }
}

static void test_no_memory(void **state)
{
    struct uvp_stop stop;
    struct uvp_mem mem;
    struct uvp_ring *ring = NULL;
    const struct uvp_ring_options options = {.capacity = 8, .senders = 1, .stop = &stop};

    (void)state;
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = 1;
    assert_int_equal(uvp_ring_create(&options, &mem, &ring, NULL), UVP_NO_MEMORY);
    assert_null(ring);
    uvp_ring_destroy(NULL);
    assert_int_equal(mem.used_bytes, 0);
}

/* ---- calls for help ---- */

#define RECEIVERS 3

struct called {
    struct uvp_ring *ring;
    struct uvp_thread thread;
    _Atomic uint32_t *calls;
    _Atomic uint32_t *answered; /* by all */
    _Atomic uint32_t answers;
    _Atomic uint32_t items;
    enum uvp_code code;
};

/* Another may have been faster. */
static void answer_one(struct called *called)
{
    uint32_t left = atomic_load(called->calls);
    uint32_t all;

    while (left != 0 && !atomic_compare_exchange_weak(called->calls, &left, left - 1)) {
    }
    if (left == 0) {
        return;
    }
    atomic_fetch_add(&called->answers, 1);
    all = (atomic_fetch_add(called->answered, 1) / RECEIVERS + 1) * RECEIVERS;
    /* until all are here: so nobody answers for another, who must be woken */
    for (int ms = 0; ms < 5000 && atomic_load(called->answered) < all; ms++) {
        pause_ms(1);
    }
}

static void answer_calls(void *ctx)
{
    struct called *const called = ctx;
    void *got;
    uint32_t count;
    bool urgent;

    do {
        called->code = uvp_ring_receive(called->ring, &got, 1, &count, &urgent, NULL);
        if (called->code == UVP_OK && count == 0) {
            answer_one(called);
        } else if (called->code == UVP_OK) {
            atomic_fetch_add(&called->items, 1);
        }
    } while (called->code == UVP_OK);
}

static void wait_for_answers(struct called *called, uint32_t count, uint32_t expected)
{
    uint32_t answers = 0;

    for (int ms = 0; ms < 10000 && answers < expected; ms++) {
        answers = 0;
        for (uint32_t i = 0; i < count; i++) {
            answers += called[i].answers;
        }
        pause_ms(answers < expected);
    }
    assert_int_equal(answers, expected);
}

static void test_calls_wake_receivers(void **state)
{
    _Atomic uint32_t calls = 0;
    _Atomic uint32_t answered = 0;
    struct bench bench;
    struct called called[RECEIVERS];
    const struct uvp_thread_options options = {.name = "receiver"};
    uint32_t sent;
    int value;
    void *item = &value;

    (void)state;
    set_up_called(&bench, &calls);
    for (int i = 0; i < RECEIVERS; i++) {
        called[i] = (struct called){.ring = bench.ring, .calls = &calls, .answered = &answered};
        assert_int_equal(
            uvp_thread_start(&called[i].thread, &options, answer_calls, &called[i], NULL),
            UVP_OK);
    }
    pause_ms(5); /* so that they sleep, mostly */
    for (uint32_t round = 1; round <= 20; round++) {
        atomic_fetch_add(&calls, RECEIVERS);
        uvp_ring_call(bench.ring); /* one wakes, and the others by it */
        wait_for_answers(called, RECEIVERS, RECEIVERS * round);
        for (int i = 0; i < RECEIVERS; i++) {
            assert_int_equal(called[i].answers, round);
        }
    }
    assert_int_equal(uvp_ring_send(bench.ring, &item, 1, &sent, NULL), UVP_OK);
    uvp_ring_finish_send(bench.ring);
    sent = 0;
    for (int i = 0; i < RECEIVERS; i++) {
        uvp_thread_join(&called[i].thread);
        assert_int_equal(called[i].code, UVP_END);
        sent += called[i].items;
    }
    assert_int_equal(sent, 1);
    tear_down(&bench);
}

static void test_items_go_before_calls(void **state)
{
    _Atomic uint32_t calls = 1;
    struct bench bench;
    int value;
    void *item = &value;
    void *got;
    uint32_t sent;
    uint32_t count;
    bool urgent;

    (void)state;
    set_up_called(&bench, &calls);
    assert_false(uvp_ring_has_items(bench.ring));
    assert_int_equal(uvp_ring_receive(bench.ring, &got, 1, &count, &urgent, NULL), UVP_OK);
    assert_int_equal(count, 0);
    assert_int_equal(uvp_ring_send(bench.ring, &item, 1, &sent, NULL), UVP_OK);
    assert_true(uvp_ring_has_items(bench.ring));
    assert_true(uvp_ring_send_urgent(bench.ring, &item));
    for (int i = 0; i < 2; i++) {
        assert_true(uvp_ring_has_items(bench.ring));
        assert_int_equal(uvp_ring_receive(bench.ring, &got, 1, &count, &urgent, NULL), UVP_OK);
        assert_int_equal(count, 1);
    }
    assert_false(uvp_ring_has_items(bench.ring));
    uvp_ring_finish_send(bench.ring);
    assert_int_equal(uvp_ring_receive(bench.ring, &got, 1, &count, &urgent, NULL), UVP_OK);
    assert_int_equal(count, 0); /* the end does not hide a call */
    atomic_store(&calls, 0);
    assert_int_equal(uvp_ring_receive(bench.ring, &got, 1, &count, &urgent, NULL), UVP_END);
    atomic_store(&calls, 1);
    uvp_stop_raise(&bench.stop, UVP_STOP_ABORT);
    assert_int_equal(uvp_ring_receive(bench.ring, &got, 1, &count, &urgent, NULL),
                     UVP_CANCELLED);
    tear_down(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_wake_receivers),
        cmocka_unit_test(test_items_go_before_calls),
        cmocka_unit_test(test_batches_keep_order),
        cmocka_unit_test(test_urgent_goes_first),
        cmocka_unit_test(test_end_comes_after_the_last_item),
        cmocka_unit_test(test_stop_and_receivers_end),
        cmocka_unit_test(test_sleepers_hear_the_stop),
        cmocka_unit_test(test_one_send_wakes_as_many_as_it_takes),
        cmocka_unit_test(test_sleeping_receiver_hears_the_end),
        cmocka_unit_test(test_sleeping_sender_hears_the_end),
        cmocka_unit_test(test_crowds_lose_nothing),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
