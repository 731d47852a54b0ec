/*
 * Random runs of the whole line: sizes, stalls, failures, stops, threads, windows, budgets.
 * Each is a function of its seed but for timing; after each the judge counts.
 *
 * UVP_STRESS_RUNS (default 300) and UVP_STRESS_SEED (default 1) choose the runs. A run that
 * does not end within a minute prints its seed and the program ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <unistd.h>

#include "tests/unit/pipeline/line_stub.h"

static volatile uint64_t running_seed; /* for the alarm handler */

static void on_alarm(int number)
{
    char text[64] = "line_random: no end, seed ";
    size_t at = 26;
    char digits[24];
    size_t count = 0;
    uint64_t seed = running_seed;
    ssize_t written;

    (void)number;
    do {
        digits[count++] = (char)('0' + seed % 10);
        seed /= 10;
    } while (seed != 0);
    while (count > 0) {
        text[at++] = digits[--count];
    }
    text[at++] = '\n';
    written = write(2, text, at);
    (void)written;
    _exit(3);
}

struct dice {
    uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t below)
{
    dice->state = stub_mix(dice->state);
    return (uint32_t)(dice->state >> 33) % below;
}

static bool chance(struct dice *dice, uint32_t percent)
{
    return roll(dice, 100) < percent;
}

/* One place of failure, at a random point, in about half of the runs. */
static void roll_failure(struct dice *dice, struct stub_plan *plan)
{
    const uint32_t lane = roll(dice, plan->lanes);
    const uint32_t index = roll(dice, 60);

    switch (roll(dice, 20)) {
    case 0:
        plan->fail_open[lane] = 1;
        break;
    case 1:
    case 2:
        plan->fail_run[lane] = index;
        if (plan->lanes > 1 && chance(dice, 50)) {
            plan->fail_run[plan->lanes - 1] = 0;
        }
        break;
    case 3:
        plan->fail_create = roll(dice, plan->options.workers + 1);
        break;
    case 4:
        plan->fail_work = lane * 65536 + index;
        break;
    case 5:
        plan->fail_put = roll(dice, 100);
        break;
    case 6:
        plan->fail_job = roll(dice, 20);
        break;
    case 7:
        plan->fail_collect = roll(dice, 20);
        break;
    case 8:
        plan->fail_idle = roll(dice, 20);
        break;
    case 9:
        plan->fail_finish = true;
        break;
    case 10:
        plan->fail_ahead = index;
        break;
    default:
        break;
    }
}

static void roll_stop(struct dice *dice, struct stub_plan *plan)
{
    if (chance(dice, 70)) {
        return;
    }
    plan->stop_at_event = 1 + roll(dice, 400);
    plan->stop_level = chance(dice, 50) ? UVP_STOP_DRAIN : UVP_STOP_ABORT;
    if (chance(dice, 30)) {
        plan->abort_at_event = plan->stop_at_event + roll(dice, 60);
    }
}

static uint32_t roll_workers(struct dice *dice)
{
    const uint32_t kind = roll(dice, 10);

    if (kind == 0) {
        return 0;
    }
    return kind == 1 ? 1 + roll(dice, 64) : 1 + roll(dice, 8);
}

static struct stub_plan roll_plan(uint64_t seed)
{
    struct dice dice = {.state = stub_mix(seed)};
    const uint32_t workers = roll_workers(&dice);
    const uint32_t readers = 1 + roll(&dice, 4);
    const uint32_t lanes = 1 + roll(&dice, 6);
    struct stub_plan plan = stub_plain(workers, readers, lanes, 0);

    plan.seed = seed;
    for (uint32_t i = 0; i < lanes; i++) {
        plan.items[i] = chance(&dice, 15) ? 0 : roll(&dice, 70);
    }
    plan.max_bytes = 1 + roll(&dice, 3000);
    plan.options.budget_bytes = chance(&dice, 50) ? 1000 + roll(&dice, 20000) : 0;
    plan.options.window_items = chance(&dice, 60) ? 1 + roll(&dice, 40) : 0;
    plan.options.max_jobs = chance(&dice, 50) ? 1 + roll(&dice, 5) : 0;
    plan.options.unordered = chance(&dice, 20);
    plan.options.timeline = chance(&dice, 50);
    plan.fixed_percent = chance(&dice, 50) ? roll(&dice, 40) : 0;
    plan.options.timeout_ns = chance(&dice, 20) ? UINT64_C(3600000000000) : 0;
    plan.options.stall_timeout_ns = chance(&dice, 20) ? UINT64_C(3600000000000) : 0;
    plan.step_percent = roll(&dice, 60);
    plan.direct_percent = chance(&dice, 30) ? 90 : roll(&dice, 50);
    plan.settle_percent = roll(&dice, 60);
    plan.overdraw = chance(&dice, 30);
    plan.job_percent = chance(&dice, 50) ? roll(&dice, 50) : 0;
    plan.job_at_finish = roll(&dice, 5);
    plan.hold_items = chance(&dice, 50) ? roll(&dice, 8) : 0;
    plan.stall_percent = chance(&dice, 50) ? roll(&dice, 15) : 0;
    plan.ahead_capacity = chance(&dice, 50) ? 1 + roll(&dice, 5) : 0;
    plan.batch_percent = chance(&dice, 50) ? roll(&dice, 30) : 0;
    plan.batch_tasks = 1 + roll(&dice, STUB_MOST_TASKS);
    roll_failure(&dice, &plan);
    roll_stop(&dice, &plan);
    return plan;
}

/* ---- what must come of it ---- */

static bool fails_elsewhere(const struct stub_plan *plan)
{
    return plan->fail_create != STUB_NEVER || plan->fail_work != STUB_NEVER ||
           plan->fail_put != STUB_NEVER || plan->fail_job != STUB_NEVER ||
           plan->fail_collect != STUB_NEVER || plan->fail_idle != STUB_NEVER ||
           plan->fail_finish || plan->fail_ahead != STUB_NEVER;
}

/* The lane that ends the reading, and how many of its items come before that. */
static uint32_t first_failing_lane(const struct stub_plan *plan, uint32_t *items)
{
    for (uint32_t i = 0; i < plan->lanes; i++) {
        if (plan->fail_open[i] != 0 || plan->fail_run[i] < plan->items[i]) {
            *items = plan->fail_open[i] != 0 ? 0 : plan->fail_run[i];
            return i;
        }
    }
    return STUB_NEVER;
}

static uint32_t all_items(const struct stub_plan *plan)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < plan->lanes; i++) {
        sum += plan->items[i];
    }
    return sum;
}

static const char *judge_untouched(const struct stub_plan *plan,
                                   const struct stub_result *result)
{
    if (result->code != UVP_END) {
        return "a run that nothing disturbed did not end well";
    }
    if (result->puts != all_items(plan) || !result->complete || result->finishes != 1 ||
        result->finish_jobs != 1) {
        return "a run that nothing disturbed is not complete";
    }
    return NULL;
}

/* The outcome of a reader's failure must not depend on timing at all. */
static const char *judge_reader_failure(const struct stub_plan *plan,
                                        const struct stub_result *result, uint32_t lane,
                                        uint32_t items)
{
    if (result->code != UVP_BAD_DATA || result->error.at != lane) {
        return "not the first lane's failure";
    }
    if (result->finishes != 1 || result->complete) {
        return "failed reading was not finished as incomplete";
    }
    for (uint32_t i = 0; i < plan->lanes; i++) {
        const uint32_t expected = i < lane ? plan->items[i] : i == lane ? items : 0;

        if (result->puts_of[i] != expected) {
            return "not exactly what was sent before the failure was written";
        }
    }
    return NULL;
}

static const char *judge_stop(const struct stub_plan *plan, const struct stub_result *result)
{
    if (result->code != UVP_END && result->code != UVP_CANCELLED) {
        return "a stop is no failure";
    }
    if (result->code == UVP_END && (result->puts != all_items(plan) || !result->complete)) {
        return "a run that ended is not complete";
    }
    if (result->code == UVP_CANCELLED && plan->stop_level == UVP_STOP_DRAIN &&
        plan->abort_at_event == STUB_NEVER &&
        (result->puts != result->stats.admitted || result->finishes != 1 || result->complete)) {
        return "drained, but not everything admitted was written";
    }
    return NULL;
}

static bool is_one_of_ours(enum uvp_code code)
{
    return code != UVP_OK && code != UVP_BUG;
}

static const char *judge_outcome(const struct stub_plan *plan, const struct stub_result *result)
{
    const bool stops = plan->stop_at_event != STUB_NEVER;
    uint32_t items = 0;
    const uint32_t lane = first_failing_lane(plan, &items);

    if (fails_elsewhere(plan) || (stops && lane != STUB_NEVER)) {
        return is_one_of_ours(result->code) ? NULL : "odd code";
    }
    if (lane != STUB_NEVER) {
        return judge_reader_failure(plan, result, lane, items);
    }
    return stops ? judge_stop(plan, result) : judge_untouched(plan, result);
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *const text = getenv(name);

    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void test_random_runs(void **state)
{
    const uint64_t runs = number_from("UVP_STRESS_RUNS", 300);
    const uint64_t first = number_from("UVP_STRESS_SEED", 1);
    uint32_t codes[UVP_CODE_COUNT] = {0};
    uint32_t aheads = 0;
    uint64_t helped = 0;

    (void)state;
    (void)signal(SIGALRM, on_alarm);
    for (uint64_t seed = first; seed < first + runs; seed++) {
        const struct stub_plan plan = roll_plan(seed);
        struct stub_result result;
        const char *wrong;

        running_seed = seed;
        (void)alarm(60);
        stub_run(&plan, &result);
        wrong = stub_judge(&plan, &result);
        wrong = wrong == NULL ? judge_outcome(&plan, &result) : wrong;
        if (wrong != NULL) {
            fail_msg("seed %llu: %s (code %s: %s; %u puts of %u)", (unsigned long long)seed,
                     wrong, uvp_code_name(result.code), result.error.text, result.puts,
                     all_items(&plan));
        }
        codes[result.code]++;
        aheads += result.aheads;
        helped += result.stats.helped;
    }
    (void)alarm(0);
    for (uint32_t i = 0; i < UVP_CODE_COUNT; i++) {
        print_message("%-12s %u\n", uvp_code_name((enum uvp_code)i), codes[i]);
    }
    print_message("%-12s %u\n", "aheads", aheads);
    print_message("%-12s %llu\n", "helped", (unsigned long long)helped);
    if (runs >= 300) { /* the dice must reach what they are for */
        assert_true(codes[UVP_END] > 0 && codes[UVP_CANCELLED] > 0 && codes[UVP_BAD_DATA] > 0 &&
                    codes[UVP_IO] > 0 && aheads > 0 && helped > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
