/* Timelines by a clock that the test turns: nothing is lost, whatever is doubled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/timeline.h"

#define ORIGIN UINT64_C(5000000000)
#define BIN UVP_TIMELINE_FIRST_BIN_NS

static struct uvp_timeline *begin(struct uvp_mem *mem, uint64_t at_ns)
{
    struct uvp_timeline *timeline;

    uvp_mem_init(mem, 0);
    timeline = uvp_timeline_create(mem);
    assert_non_null(timeline);
    uvp_timeline_begin(timeline, ORIGIN, ORIGIN + at_ns, "starts");
    return timeline;
}

static void end(struct uvp_mem *mem, struct uvp_timeline *timeline)
{
    uvp_timeline_destroy(timeline);
    assert_int_equal(mem->used_bytes, 0);
}

static uint32_t state_named(const struct uvp_timeline *timeline, const char *name)
{
    for (uint32_t s = 0; s < timeline->state_count; s++) {
        if (strcmp(timeline->names[s], name) == 0) {
            return s;
        }
    }
    fail_msg("no state %s", name);
    return 0;
}

static uint64_t time_in(const struct uvp_timeline *timeline, const char *name)
{
    const uint32_t state = state_named(timeline, name);
    uint64_t sum = 0;

    for (uint32_t b = 0; b < UVP_TIMELINE_BINS; b++) {
        sum += timeline->ns[b][state];
    }
    return sum;
}

static uint64_t all_time(const struct uvp_timeline *timeline)
{
    uint64_t sum = 0;

    for (uint32_t b = 0; b < UVP_TIMELINE_BINS; b++) {
        uint64_t in_bin = 0;

        for (uint32_t s = 0; s < UVP_TIMELINE_STATES; s++) {
            in_bin += timeline->ns[b][s];
        }
        assert_true(in_bin <= timeline->bin_ns);
        sum += in_bin;
    }
    return sum;
}

static void test_time_goes_into_its_bins(void **state)
{
    struct uvp_mem mem;
    struct uvp_timeline *const timeline = begin(&mem, 0);

    (void)state;
    uvp_timeline_change(timeline, ORIGIN + BIN / 2, "reads", false);
    uvp_timeline_change(timeline, ORIGIN + 2 * BIN + BIN / 4, "room", true);
    uvp_timeline_change(timeline, ORIGIN + 3 * BIN, "reads", false);
    uvp_timeline_end(timeline, ORIGIN + 3 * BIN + 7);
    assert_int_equal(timeline->state_count, 3);
    assert_int_equal(timeline->waits, 1U << state_named(timeline, "room"));
    assert_int_equal(timeline->ns[0][state_named(timeline, "starts")], BIN / 2);
    assert_int_equal(timeline->ns[0][state_named(timeline, "reads")], BIN / 2);
    assert_int_equal(timeline->ns[1][state_named(timeline, "reads")], BIN);
    assert_int_equal(timeline->ns[2][state_named(timeline, "reads")], BIN / 4);
    assert_int_equal(timeline->ns[2][state_named(timeline, "room")], BIN - BIN / 4);
    assert_int_equal(timeline->ns[3][state_named(timeline, "reads")], 7);
    assert_int_equal(uvp_timeline_bin_count(timeline), 4);
    assert_int_equal(all_time(timeline), 3 * BIN + 7);
    end(&mem, timeline);
}

/* Steps of any length, from nanoseconds to hours: the sums are exact at every width. */
static void test_nothing_is_lost_when_it_grows(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    uint64_t expected[5] = {0};
    uint64_t now = 12345;
    uint64_t dice = 1;
    uint32_t current = 0;
    struct uvp_mem mem;
    struct uvp_timeline *const timeline = begin(&mem, now);

    (void)state;
    uvp_timeline_change(timeline, ORIGIN + now, names[0], false);
    for (int i = 0; i < 20000; i++) {
        const uint64_t step =
            (dice = dice * 6364136223846793005U + 1442695040888963407U) >> (24 + i % 39);

        expected[current] += step;
        now += step;
        current = (uint32_t)(dice >> 40) % 5;
        uvp_timeline_change(timeline, ORIGIN + now, names[current], false);
    }
    uvp_timeline_end(timeline, ORIGIN + now);
    for (int s = 0; s < 5; s++) {
        assert_int_equal(time_in(timeline, names[s]), expected[s]);
    }
    assert_int_equal(timeline->ended_ns, now);
    assert_int_equal(all_time(timeline), timeline->ended_ns - timeline->began_ns);
    assert_true(uvp_timeline_bin_count(timeline) <= UVP_TIMELINE_BINS);
    assert_true(uvp_timeline_bin_count(timeline) > UVP_TIMELINE_BINS / 4);
    uvp_timeline_widen(timeline, 4 * timeline->bin_ns);
    assert_int_equal(all_time(timeline), timeline->ended_ns - timeline->began_ns);
    end(&mem, timeline);
}

static void test_states_beyond_the_last_are_other(void **state)
{
    static char names[2 * UVP_TIMELINE_STATES][16];
    struct uvp_mem mem;
    struct uvp_timeline *const timeline = begin(&mem, 0);
    uint64_t now = ORIGIN;

    (void)state;
    for (int i = 0; i < 2 * UVP_TIMELINE_STATES; i++) {
        (void)snprintf(names[i], sizeof names[i], "s%d", i);
        uvp_timeline_change(timeline, now, names[i], true);
        now += 100;
    }
    uvp_timeline_end(timeline, now);
    assert_int_equal(timeline->state_count, UVP_TIMELINE_STATES);
    assert_string_equal(timeline->names[UVP_TIMELINE_STATES - 1], "other");
    assert_int_equal(time_in(timeline, "s0"), 100);
    assert_int_equal(time_in(timeline, "other"), (2 * UVP_TIMELINE_STATES - 22) * 100);
    assert_int_equal(all_time(timeline), now - ORIGIN);
    end(&mem, timeline);
}

static void test_one_text_is_one_state(void **state)
{
    char here[] = "reads";
    char there[] = "reads";
    struct uvp_mem mem;
    struct uvp_timeline *const timeline = begin(&mem, 0);

    (void)state;
    uvp_timeline_change(timeline, ORIGIN + 10, here, false);
    uvp_timeline_change(timeline, ORIGIN + 20, there, false);
    uvp_timeline_end(timeline, ORIGIN + 30);
    assert_int_equal(timeline->state_count, 2);
    assert_int_equal(time_in(timeline, "reads"), 20);
    end(&mem, timeline);
}

static void test_only_between_begin_and_end(void **state)
{
    struct uvp_mem mem;
    struct uvp_timeline *timeline;

    (void)state;
    uvp_mem_init(&mem, 0);
    timeline = uvp_timeline_create(&mem);
    uvp_timeline_change(timeline, ORIGIN, "early", false);
    uvp_timeline_end(timeline, ORIGIN);
    assert_int_equal(timeline->state_count, 0);
    assert_int_equal(uvp_timeline_bin_count(timeline), 0);
    uvp_timeline_begin(timeline, ORIGIN, ORIGIN - 5,
                       "starts"); /* before the run: at its start */
    uvp_timeline_change(timeline, ORIGIN - 3, "works", false);
    uvp_timeline_end(timeline, ORIGIN + 9);
    uvp_timeline_change(timeline, ORIGIN + 50, "late", false);
    assert_int_equal(timeline->began_ns, 0);
    assert_int_equal(all_time(timeline), 9);
    end(&mem, timeline);
}

static void test_memory_may_be_out(void **state)
{
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = 1;
    assert_null(uvp_timeline_create(&mem));
    uvp_timeline_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_goes_into_its_bins),
        cmocka_unit_test(test_nothing_is_lost_when_it_grows),
        cmocka_unit_test(test_states_beyond_the_last_are_other),
        cmocka_unit_test(test_one_text_is_one_state),
        cmocka_unit_test(test_only_between_begin_and_end),
        cmocka_unit_test(test_memory_may_be_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
