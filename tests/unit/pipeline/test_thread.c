#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "pipeline/pipeline.h"
#include "pipeline/thread.h"

struct report {
    struct uvp_mutex mutex;
    struct uvp_condition changed;
    bool go;
    bool ran;
    bool term_blocked;
    char name[UVP_THREAD_NAME_BYTES];
};

static void init_report(struct report *report)
{
    memset(report, 0, sizeof *report);
    assert_int_equal(uvp_mutex_init(&report->mutex, NULL), UVP_OK);
    assert_int_equal(uvp_condition_init(&report->changed, NULL), UVP_OK);
}

static void release_report(struct report *report)
{
    uvp_condition_release(&report->changed);
    uvp_mutex_release(&report->mutex);
}

static void wait_and_report(void *ctx)
{
    struct report *const report = ctx;
    sigset_t mask;

    uvp_mutex_lock(&report->mutex);
    while (!report->go) {
        uvp_condition_wait(&report->changed, &report->mutex);
    }
    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    report->term_blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGINT) == 1;
    memcpy(report->name, uvp_thread_name(), strlen(uvp_thread_name()) + 1);
    report->ran = true;
    uvp_mutex_unlock(&report->mutex);
}

static void test_name_signals_and_join(void **state)
{
    const struct uvp_thread_options options = {.name = "a-name-that-is-too-long"};
    struct uvp_thread thread;
    struct report report;
    sigset_t mask;

    (void)state;
    init_report(&report);
    assert_string_equal(uvp_thread_name(), "main");
    assert_int_equal(uvp_thread_start(&thread, &options, wait_and_report, &report, NULL),
                     UVP_OK);
    uvp_mutex_lock(&report.mutex);
    report.go = true;
    uvp_condition_signal(&report.changed);
    uvp_mutex_unlock(&report.mutex);
    uvp_thread_join(&thread);
    uvp_thread_join(&thread); /* nothing the second time */
    assert_true(report.ran && report.term_blocked);
    assert_string_equal(report.name, "a-name-that-is-");
    assert_string_equal(uvp_thread_name(), "main");
    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    assert_int_equal(sigismember(&mask, SIGTERM), 0); /* ours are as before */
    release_report(&report);
}

static void test_start_fails_on_demand(void **state)
{
    const struct uvp_thread_options options = {.name = "t", .fails = true};
    struct uvp_error err = {0};
    struct uvp_thread thread;

    (void)state;
    assert_int_equal(uvp_thread_start(&thread, &options, wait_and_report, NULL, &err),
                     UVP_LIMIT);
    assert_true(err.sys != 0);
    uvp_thread_join(&thread);
}

static void test_impossible_stack(void **state)
{
    const struct uvp_thread_options options = {.name = "t", .stack_bytes = SIZE_MAX};
    struct uvp_thread thread;

    (void)state;
    assert_int_equal(uvp_thread_start(&thread, &options, wait_and_report, NULL, NULL),
                     UVP_LIMIT);
}

static void test_smallest_stack(void **state)
{
    const struct uvp_thread_options options = {.name = "t", .stack_bytes = 1};
    struct uvp_thread thread;
    struct report report;

    (void)state;
    init_report(&report);
    report.go = true;
    assert_int_equal(uvp_thread_start(&thread, &options, wait_and_report, &report, NULL),
                     UVP_OK);
    uvp_thread_join(&thread);
    assert_true(report.ran);
    release_report(&report);
}

static void test_timed_wait_ends(void **state)
{
    const uint64_t before = uvp_clock_now_ns();
    struct report report;

    (void)state;
    init_report(&report);
    uvp_mutex_lock(&report.mutex);
    while (
        uvp_condition_wait_until(&report.changed, &report.mutex, before + 20 * UVP_NS_PER_MS)) {
    }
    uvp_mutex_unlock(&report.mutex);
    assert_true(uvp_clock_now_ns() - before >= 20 * UVP_NS_PER_MS);
    assert_true(uvp_clock_now_ns() - before < 20 * UVP_NS_PER_S);
    release_report(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_signals_and_join),
        cmocka_unit_test(test_start_fails_on_demand),
        cmocka_unit_test(test_impossible_stack),
        cmocka_unit_test(test_smallest_stack),
        cmocka_unit_test(test_timed_wait_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
