#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/gauge.h"

#define TICK_NS (100 * UVP_NS_PER_MS)
#define TOTAL UINT64_C(1000000000)

/* A run played with a clock of its own. */
struct play {
    struct uvp_gauge gauge;
    struct uvp_gauge_tally tally;
    uint64_t now_ns;
};

static void begin(struct play *play, uint64_t total)
{
    memset(play, 0, sizeof *play);
    uvp_gauge_init(&play->gauge);
    play->tally.counts.bytes_in_total = total;
    play->now_ns = 77 * UVP_NS_PER_S;
    uvp_gauge_feed(&play->gauge, &play->tally, play->now_ns);
}

/* So many bytes are read and done. */
static void step(struct play *play, uint64_t bytes)
{
    play->tally.counts.bytes_in += bytes;
    play->tally.counts.bytes_sent += bytes;
    play->tally.counts.load_read += bytes;
    play->tally.counts.load_done += bytes;
    play->now_ns += TICK_NS;
    uvp_gauge_feed(&play->gauge, &play->tally, play->now_ns);
}

static void a_steady_run_is_told_exactly(void **state)
{
    struct play play;

    (void)state;
    begin(&play, TOTAL);
    for (int i = 0; i < 500; i++) { /* 1 MB a tick: 100 s in all */
        play.tally.counts.triangles += 100;
        play.tally.counts.members_by_status[UVP_MEMBER_UNWRAPPED] += 2;
        step(&play, TOTAL / 1000);
    }
    const struct uvp_gauge_reading *const reading = &play.gauge.reading;
    assert_true(fabs(reading->seconds - 50) < 1e-6);
    assert_int_equal(reading->bytes_done, TOTAL / 2);
    assert_true(fabs(uvp_gauge_share(reading) - 0.5) < 1e-9);
    assert_true(fabs(reading->bytes_rate / 1e7 - 1) < 0.01);
    assert_true(fabs(reading->meshes_rate / 20 - 1) < 0.01);
    assert_true(fabs(reading->triangles_rate / 1000 - 1) < 0.01);
    assert_true(reading->has_left);
    assert_true(fabs(reading->left - 50) < 1);
}

static void time_left_waits_until_it_means_something(void **state)
{
    struct play play;

    (void)state;
    begin(&play, TOTAL);
    for (int i = 0; i < 29; i++) {
        step(&play, TOTAL / 1000);
        assert_false(play.gauge.reading.has_left);
    }
    step(&play, TOTAL / 1000);
    step(&play, TOTAL / 1000);
    assert_true(play.gauge.reading.has_left);

    begin(&play, 0); /* of a pipe nobody knows the end */
    for (int i = 0; i < 100; i++) {
        step(&play, TOTAL / 1000);
    }
    assert_false(play.gauge.reading.has_left);
    assert_true(uvp_gauge_share(&play.gauge.reading) < 0);

    begin(&play, TOTAL); /* read, but nothing is done yet */
    play.tally.counts.load_read = TOTAL;
    for (int i = 0; i < 100; i++) {
        play.tally.counts.bytes_in += TOTAL / 1000;
        play.tally.counts.bytes_sent += TOTAL / 1000;
        play.now_ns += TICK_NS;
        uvp_gauge_feed(&play.gauge, &play.tally, play.now_ns);
    }
    assert_false(play.gauge.reading.has_left);
    assert_int_equal(play.gauge.reading.bytes_done, 0);
}

/* Members of 20 MB that come out every two seconds: the estimate must not swing with them. */
static void time_left_does_not_jump(void **state)
{
    struct play play;
    double before = -1;

    (void)state;
    begin(&play, TOTAL);
    for (int i = 0; i < 900; i++) {
        step(&play, i % 20 == 19 ? TOTAL / 50 : 0);
        const struct uvp_gauge_reading *const reading = &play.gauge.reading;
        if (reading->has_left && before >= 0) {
            assert_true(fabs(reading->left - before) < 1.5);
        }
        before = reading->has_left ? reading->left : -1;
        if (i == 500) {
            assert_true(fabs(reading->left - 50) < 10);
        }
    }
    assert_true(before >= 0 && before < 16);
}

static void a_slower_second_half_is_followed(void **state)
{
    struct play play;

    (void)state;
    begin(&play, TOTAL);
    for (int i = 0; i < 500; i++) {
        step(&play, TOTAL / 1000);
    }
    for (int i = 0; i < 600; i++) { /* four times as slow: 140 s of 200 s are left */
        step(&play, TOTAL / 4000);
    }
    assert_true(fabs(play.gauge.reading.left - 140) < 25);
    assert_true(fabs(play.gauge.reading.bytes_rate / 2.5e6 - 1) < 0.05);
}

static void what_is_read_is_not_done(void **state)
{
    struct play play;

    (void)state;
    begin(&play, TOTAL);
    play.tally.counts.bytes_in = TOTAL;
    play.tally.counts.bytes_sent = TOTAL;
    play.tally.counts.load_read = 4 * TOTAL; /* it was compressed */
    play.tally.counts.load_done = TOTAL;
    play.now_ns += TICK_NS;
    uvp_gauge_feed(&play.gauge, &play.tally, play.now_ns);
    assert_int_equal(play.gauge.reading.bytes_done, TOTAL / 4);
    play.tally.counts.load_read = 8 * TOTAL; /* a large one came in: no step back */
    play.now_ns += TICK_NS;
    uvp_gauge_feed(&play.gauge, &play.tally, play.now_ns);
    assert_int_equal(play.gauge.reading.bytes_done, TOTAL / 4);
    play.tally.counts.load_done = 8 * TOTAL;
    uvp_gauge_feed(&play.gauge, &play.tally, play.now_ns);
    assert_int_equal(play.gauge.reading.bytes_done, TOTAL);
    play.tally.counts.bytes_in = TOTAL + 1; /* the input grew */
    uvp_gauge_feed(&play.gauge, &play.tally, play.now_ns);
    assert_true(uvp_gauge_share(&play.gauge.reading) < 0);
}

/* Half of the input is one member that is still being read: all before it is done. */
static void what_is_still_being_read_is_not_done(void **state)
{
    struct play play;

    (void)state;
    begin(&play, TOTAL);
    step(&play, TOTAL / 10);
    play.tally.counts.bytes_in = TOTAL / 2;
    step(&play, 0);
    assert_int_equal(play.gauge.reading.bytes_done, TOTAL / 10);
    assert_int_equal(play.gauge.reading.bytes_read, TOTAL / 2);
}

static void members_are_counted_by_what_became_of_them(void **state)
{
    struct play play;
    uint64_t *by;

    (void)state;
    begin(&play, TOTAL);
    by = play.tally.counts.members_by_status;
    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        by[i] = UINT64_C(1) << i;
    }
    play.tally.active = 3;
    play.tally.queued = 4;
    step(&play, 1);
    const struct uvp_gauge_reading *const reading = &play.gauge.reading;
    assert_int_equal(reading->failed,
                     by[UVP_MEMBER_FAILED] + by[UVP_MEMBER_INVALID] + by[UVP_MEMBER_BARE]);
    assert_int_equal(reading->passed, by[UVP_MEMBER_PASSED]);
    assert_int_equal(reading->ok + reading->failed + reading->passed,
                     (UINT64_C(1) << UVP_MEMBER_STATUS_COUNT) - 1);
    assert_int_equal(reading->active, 3);
    assert_int_equal(reading->queued, 4);
    assert_true(reading->idle < 1e-9);
    for (int i = 0; i < 20; i++) {
        step(&play, 1);
    }
    assert_true(fabs(reading->idle - 2) < 1e-6);
}

static void a_clock_that_stands_or_goes_back_does_no_harm(void **state)
{
    struct play play;

    (void)state;
    begin(&play, TOTAL);
    step(&play, 1000);
    play.now_ns -= 10 * TICK_NS;
    uvp_gauge_feed(&play.gauge, &play.tally, play.now_ns);
    uvp_gauge_feed(&play.gauge, &play.tally, play.now_ns);
    assert_true(isfinite(play.gauge.reading.bytes_rate));
    assert_true(play.gauge.reading.seconds >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_run_is_told_exactly),
        cmocka_unit_test(time_left_waits_until_it_means_something),
        cmocka_unit_test(time_left_does_not_jump),
        cmocka_unit_test(a_slower_second_half_is_followed),
        cmocka_unit_test(what_is_read_is_not_done),
        cmocka_unit_test(what_is_still_being_read_is_not_done),
        cmocka_unit_test(members_are_counted_by_what_became_of_them),
        cmocka_unit_test(a_clock_that_stands_or_goes_back_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
