#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "pipeline/gate.h"

struct bench {
    struct uvp_mem mem;
    struct uvp_stop stop;
    struct uvp_gate gate;
};

static void set_up(struct bench *bench, uint32_t lanes, uint32_t readers)
{
    const struct uvp_gate_options options = {
        .lanes = lanes,
        .readers = readers,
        .budget_bytes = 100,
        .window_items = 3,
        .stop = &bench->stop,
    };

    uvp_mem_init(&bench->mem, 0);
    assert_int_equal(uvp_stop_init(&bench->stop, false, NULL), UVP_OK);
    assert_int_equal(uvp_gate_init(&bench->gate, &options, &bench->mem, NULL), UVP_OK);
}

static void tear_down(struct bench *bench)
{
    uvp_gate_release(&bench->gate);
    uvp_gate_release(&bench->gate);
    assert_int_equal(bench->mem.used_bytes, 0);
}

/* The duty of a reader thread when it does not have to wait for it. */
static void expect_duty(struct bench *bench, uint32_t reader, enum uvp_gate_duty duty,
                        uint32_t lane)
{
    struct uvp_ahead *ahead = NULL;
    uint32_t taken = UVP_NO_LANE;

    assert_int_equal(uvp_gate_next_duty(&bench->gate, reader, &taken, &ahead, NULL), duty);
    if (duty == UVP_GATE_LANE) {
        assert_int_equal(taken, lane);
    }
}

static void end_lane(struct bench *bench, uint32_t reader, enum uvp_code code)
{
    struct uvp_error err = {0};

    if (code != UVP_OK) {
        (void)uvp_fail(&err, code, reader, "reader %u", reader);
    }
    uvp_gate_end_lane(&bench->gate, reader, code, &err);
}

static enum uvp_code try_admit(struct bench *bench, uint32_t lane, struct uvp_item *item,
                               size_t bytes)
{
    return uvp_gate_admit(&bench->gate, lane, item, bytes, false, NULL);
}

static void test_lanes_in_turn(void **state)
{
    struct bench bench;

    (void)state;
    set_up(&bench, 3, 2);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    expect_duty(&bench, 1, UVP_GATE_LANE, 1);
    assert_true(uvp_gate_is_head(&bench.gate, 0));
    end_lane(&bench, 1, UVP_OK); /* ends early: the head stays */
    assert_true(uvp_gate_is_head(&bench.gate, 0));
    expect_duty(&bench, 1, UVP_GATE_LANE, 2);
    end_lane(&bench, 0, UVP_OK);
    assert_true(uvp_gate_is_head(&bench.gate, 2));
    end_lane(&bench, 1, UVP_END); /* as good as OK */
    expect_duty(&bench, 0, UVP_GATE_LEAVE, 0);
    expect_duty(&bench, 1, UVP_GATE_LEAVE, 0);
    assert_false(uvp_gate_was_cut(&bench.gate));
    tear_down(&bench);
}

static void test_no_lanes(void **state)
{
    struct bench bench;

    (void)state;
    set_up(&bench, 0, 1);
    expect_duty(&bench, 0, UVP_GATE_LEAVE, 0);
    assert_int_equal(uvp_gate_tickets(&bench.gate), 0);
    tear_down(&bench);
}

static void test_admission(void **state)
{
    struct uvp_item items[4] = {{0}};
    struct bench bench;

    (void)state;
    set_up(&bench, 1, 1);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    assert_int_equal(try_admit(&bench, 0, &items[0], 40), UVP_OK);
    assert_int_equal(try_admit(&bench, 0, &items[0], 10), UVP_OK);
    assert_int_equal(items[0].ticket, 0);
    assert_int_equal(items[0].share_bytes, 50);
    assert_int_equal(try_admit(&bench, 0, &items[1], 51), UVP_END);
    assert_false(items[1].has_ticket);
    assert_int_equal(try_admit(&bench, 0, &items[1], 50), UVP_OK);
    assert_int_equal(items[1].ticket, 1);
    uvp_gate_settle(&bench.gate, &items[1], 10);
    assert_int_equal(try_admit(&bench, 0, &items[2], 0), UVP_OK);
    assert_int_equal(try_admit(&bench, 0, &items[3], 0), UVP_END); /* the window */
    uvp_gate_give(&bench.gate, 2, 60, 5);
    assert_int_equal(uvp_gate_progress_ns(&bench.gate), 5);
    assert_int_equal(try_admit(&bench, 0, &items[3], 100), UVP_OK);
    assert_int_equal(uvp_gate_budget(&bench.gate).used_bytes, 100);
    tear_down(&bench);
}

static void test_failures_are_ordered_by_lane(void **state)
{
    struct uvp_item item = {0};
    struct uvp_error err = {0};
    struct bench bench;

    (void)state;
    set_up(&bench, 4, 3);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    expect_duty(&bench, 1, UVP_GATE_LANE, 1);
    expect_duty(&bench, 2, UVP_GATE_LANE, 2);
    end_lane(&bench, 1, UVP_IO);
    assert_int_equal(uvp_gate_failure(&bench.gate, &err), UVP_OK); /* lane 0 is first */
    assert_int_equal(try_admit(&bench, 2, &item, 1), UVP_CANCELLED);
    assert_int_equal(try_admit(&bench, 0, &item, 1), UVP_OK); /* and is read to its end */
    end_lane(&bench, 2, UVP_CANCELLED); /* was turned away: no failure, no cut */
    end_lane(&bench, 0, UVP_BAD_DATA);
    assert_int_equal(uvp_gate_failure(&bench.gate, &err), UVP_BAD_DATA);
    assert_string_equal(err.text, "reader 0");
    expect_duty(&bench, 0, UVP_GATE_LEAVE, 0); /* lane 3 is not taken */
    assert_false(uvp_gate_was_cut(&bench.gate));
    tear_down(&bench);
}

static void test_cancel_without_reason_is_a_failure(void **state)
{
    struct uvp_error err = {0};
    struct bench bench;

    (void)state;
    set_up(&bench, 1, 1);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    uvp_gate_end_lane(&bench.gate, 0, UVP_CANCELLED, NULL);
    assert_int_equal(uvp_gate_failure(&bench.gate, &err), UVP_CANCELLED);
    assert_true(strlen(err.text) > 0);
    tear_down(&bench);
}

static void test_drain_lets_the_newest_finish(void **state)
{
    struct uvp_item inside = {0};
    struct uvp_item outside = {0};
    struct bench bench;

    (void)state;
    set_up(&bench, 2, 1);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    assert_int_equal(try_admit(&bench, 0, &inside, 10), UVP_OK);
    uvp_stop_raise(&bench.stop, UVP_STOP_DRAIN);
    assert_int_equal(try_admit(&bench, 0, &outside, 10), UVP_CANCELLED);
    assert_false(outside.has_ticket);
    assert_int_equal(try_admit(&bench, 0, &inside, 10), UVP_OK);
    uvp_stop_raise(&bench.stop, UVP_STOP_ABORT);
    assert_int_equal(try_admit(&bench, 0, &inside, 10), UVP_CANCELLED);
    assert_int_equal(inside.share_bytes, 20);
    end_lane(&bench, 0, UVP_CANCELLED);
    expect_duty(&bench, 0, UVP_GATE_LEAVE, 0);
    assert_true(uvp_gate_was_cut(&bench.gate));
    tear_down(&bench);
}

/* A stop after everything was read has kept nothing out. */
static void test_late_stop_cuts_nothing(void **state)
{
    struct bench bench;

    (void)state;
    set_up(&bench, 1, 1);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    uvp_stop_raise(&bench.stop, UVP_STOP_DRAIN);
    end_lane(&bench, 0, UVP_OK);
    expect_duty(&bench, 0, UVP_GATE_LEAVE, 0);
    assert_false(uvp_gate_was_cut(&bench.gate));
    tear_down(&bench);
}

/* A reader that was turned away and calls that a good end does not make the run complete. */
static void test_turned_away_is_cut(void **state)
{
    struct uvp_item item = {0};
    struct bench bench;

    (void)state;
    set_up(&bench, 1, 1);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    uvp_stop_raise(&bench.stop, UVP_STOP_DRAIN);
    assert_int_equal(try_admit(&bench, 0, &item, 1), UVP_CANCELLED);
    end_lane(&bench, 0, UVP_OK);
    assert_true(uvp_gate_was_cut(&bench.gate));
    tear_down(&bench);
}

/* ---- sleepers ---- */

struct sleeper {
    struct bench *bench;
    struct uvp_thread thread;
    struct uvp_item item;
    uint32_t lane;
    uint32_t reader;
    size_t bytes;
    enum uvp_code code;
    enum uvp_gate_duty duty;
};

static void admit_waiting(void *ctx)
{
    struct sleeper *const sleeper = ctx;

    sleeper->code = uvp_gate_admit(&sleeper->bench->gate, sleeper->lane, &sleeper->item,
                                   sleeper->bytes, true, NULL);
}

static void ask_duty(void *ctx)
{
    struct sleeper *const sleeper = ctx;
    struct uvp_ahead *ahead = NULL;

    sleeper->duty = uvp_gate_next_duty(&sleeper->bench->gate, sleeper->reader, &sleeper->lane,
                                       &ahead, NULL);
}

static void start(struct sleeper *sleeper, struct bench *bench, void (*run)(void *))
{
    const struct uvp_thread_options options = {.name = "sleeper"};
    const struct timespec time = {.tv_sec = 0, .tv_nsec = 5000000};

    sleeper->bench = bench;
    assert_int_equal(uvp_thread_start(&sleeper->thread, &options, run, sleeper, NULL), UVP_OK);
    (void)nanosleep(&time, NULL);
}

static void test_sleeper_is_woken_by_room(void **state)
{
    struct sleeper sleeper = {.lane = 0, .bytes = 90};
    struct uvp_item items[2] = {{0}};
    struct bench bench;

    (void)state;
    set_up(&bench, 1, 1);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    assert_int_equal(try_admit(&bench, 0, &items[0], 50), UVP_OK);
    assert_int_equal(try_admit(&bench, 0, &items[1], 50), UVP_OK);
    start(&sleeper, &bench, admit_waiting);
    uvp_gate_give(&bench.gate, 1, 50, 0); /* not enough yet */
    uvp_gate_settle(&bench.gate, &items[1], 10);
    uvp_thread_join(&sleeper.thread);
    assert_int_equal(sleeper.code, UVP_OK);
    assert_int_equal(sleeper.item.ticket, 2);
    tear_down(&bench);
}

static void test_sleeper_is_woken_by_its_turn(void **state)
{
    struct sleeper sleeper = {.lane = 1, .bytes = 10};
    struct bench bench;

    (void)state;
    set_up(&bench, 2, 2);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    expect_duty(&bench, 1, UVP_GATE_LANE, 1);
    start(&sleeper, &bench, admit_waiting);
    assert_false(uvp_gate_is_head(&bench.gate, 1));
    end_lane(&bench, 0, UVP_OK);
    uvp_thread_join(&sleeper.thread);
    assert_int_equal(sleeper.code, UVP_OK);
    assert_int_equal(sleeper.item.ticket, 0);
    tear_down(&bench);
}

static void test_sleepers_hear_failure_and_stop(void **state)
{
    struct sleeper later = {.lane = 1, .bytes = 10};
    struct sleeper spare = {.reader = 2};
    struct sleeper first = {.lane = 0, .bytes = 101};
    struct uvp_item item = {0};
    struct bench bench;

    (void)state;
    set_up(&bench, 2, 3);
    expect_duty(&bench, 0, UVP_GATE_LANE, 0);
    expect_duty(&bench, 1, UVP_GATE_LANE, 1);
    assert_int_equal(try_admit(&bench, 0, &item, 1), UVP_OK);
    start(&later, &bench, admit_waiting);
    start(&first, &bench, admit_waiting);
    start(&spare, &bench, ask_duty);
    uvp_stop_raise(&bench.stop, UVP_STOP_DRAIN);
    uvp_gate_wake(&bench.gate);
    uvp_thread_join(&first.thread);
    uvp_thread_join(&later.thread);
    assert_int_equal(first.code, UVP_CANCELLED);
    assert_int_equal(later.code, UVP_CANCELLED);
    end_lane(&bench, 0, UVP_IO);
    end_lane(&bench, 1, UVP_CANCELLED);
    uvp_thread_join(&spare.thread);
    assert_int_equal(spare.duty, UVP_GATE_LEAVE);
    tear_down(&bench);
}

static void test_no_memory(void **state)
{
    const struct uvp_gate_options options = {.lanes = 1, .readers = 1};
    struct uvp_gate gate;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = 1;
    assert_int_equal(uvp_gate_init(&gate, &options, &mem, NULL), UVP_NO_MEMORY);
    uvp_gate_release(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lanes_in_turn),
        cmocka_unit_test(test_no_lanes),
        cmocka_unit_test(test_admission),
        cmocka_unit_test(test_failures_are_ordered_by_lane),
        cmocka_unit_test(test_cancel_without_reason_is_a_failure),
        cmocka_unit_test(test_drain_lets_the_newest_finish),
        cmocka_unit_test(test_late_stop_cuts_nothing),
        cmocka_unit_test(test_turned_away_is_cut),
        cmocka_unit_test(test_sleeper_is_woken_by_room),
        cmocka_unit_test(test_sleeper_is_woken_by_its_turn),
        cmocka_unit_test(test_sleepers_hear_failure_and_stop),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
