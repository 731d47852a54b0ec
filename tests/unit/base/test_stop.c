#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "pipeline/base/clock.h"
#include "pipeline/base/stop.h"

static int is_readable(int fd)
{
    struct pollfd at = {.fd = fd, .events = POLLIN};

    return poll(&at, 1, 0) == 1;
}

static void test_levels_only_rise(void **state)
{
    struct uvp_stop stop;

    (void)state;
    assert_int_equal(uvp_stop_init(&stop, false, NULL), UVP_OK);
    assert_int_equal(stop.wake_read_fd, -1);
    assert_int_equal(uvp_stop_level(&stop), UVP_STOP_NONE);
    uvp_stop_raise(&stop, UVP_STOP_ABORT);
    uvp_stop_raise(&stop, UVP_STOP_DRAIN);
    assert_int_equal(uvp_stop_level(&stop), UVP_STOP_ABORT);
    uvp_stop_release(&stop);
}

static void test_pipe_wakes_for_good(void **state)
{
    struct uvp_stop stop;

    (void)state;
    assert_int_equal(uvp_stop_init(&stop, true, NULL), UVP_OK);
    assert_false(is_readable(stop.wake_read_fd));
    for (int i = 0; i < 100000; i++) { /* more than the pipe holds */
        errno = 42;
        uvp_stop_raise(&stop, UVP_STOP_DRAIN);
        assert_int_equal(errno, 42);
    }
    assert_true(is_readable(stop.wake_read_fd));
    assert_true(is_readable(stop.wake_read_fd));
    uvp_stop_release(&stop);
    uvp_stop_release(&stop);
}

static void test_child_hears_abort_of_parent(void **state)
{
    struct uvp_stop root;
    struct uvp_stop child;
    struct uvp_error err = {0};

    (void)state;
    assert_int_equal(uvp_stop_init(&root, false, NULL), UVP_OK);
    uvp_stop_init_child(&child, &root, 0, NULL);
    assert_int_equal(uvp_stop_poll(&child, NULL), UVP_OK);
    uvp_stop_raise(&root, UVP_STOP_DRAIN); /* what is in is finished */
    assert_int_equal(uvp_stop_poll(&child, NULL), UVP_OK);
    uvp_stop_raise(&root, UVP_STOP_ABORT);
    assert_int_equal(uvp_stop_poll(&child, &err), UVP_CANCELLED);
    assert_int_equal(err.code, UVP_CANCELLED);
}

static void test_deadlines(void **state)
{
    struct uvp_stop root;
    struct uvp_stop child;
    struct uvp_error err = {0};

    (void)state;
    assert_int_equal(uvp_stop_init(&root, false, NULL), UVP_OK);
    uvp_stop_init_child(&child, &root, uvp_clock_now_ns() + UVP_NS_PER_S * 1000,
                        "member limit");
    assert_int_equal(uvp_stop_poll(&child, NULL), UVP_OK);
    atomic_store(&child.deadline_ns, 1);
    assert_int_equal(uvp_stop_poll(&child, &err), UVP_LIMIT);
    assert_string_equal(err.text, "member limit reached");
    atomic_store(&child.deadline_ns, 0);
    atomic_store(&root.deadline_ns, 1);
    assert_int_equal(uvp_stop_poll(&child, NULL), UVP_LIMIT);
}

static void test_waits_end_at_deadlines(void **state)
{
    struct uvp_stop root;
    struct uvp_stop child;

    (void)state;
    assert_false(uvp_stop_is_late(NULL));
    assert_int_equal(uvp_stop_wait_ms(NULL, -1), -1);
    assert_int_equal(uvp_stop_init(&root, false, NULL), UVP_OK);
    uvp_stop_init_child(&child, &root, 0, NULL);
    assert_false(uvp_stop_is_late(&child));
    assert_int_equal(uvp_stop_wait_ms(&child, -1), -1);
    assert_int_equal(uvp_stop_wait_ms(&child, 20), 20);
    atomic_store(&root.deadline_ns, uvp_clock_now_ns() + 1000 * UVP_NS_PER_S);
    assert_false(uvp_stop_is_late(&child));
    assert_int_equal(uvp_stop_wait_ms(&child, 20), 20);
    assert_true(uvp_stop_wait_ms(&child, -1) > 900000);
    atomic_store(&child.deadline_ns, 1);
    assert_true(uvp_stop_is_late(&child));
    assert_int_equal(uvp_stop_wait_ms(&child, -1), 0);
    atomic_store(&child.deadline_ns, 0);
    atomic_store(&root.deadline_ns, UINT64_MAX - 1);
    assert_int_equal(uvp_stop_wait_ms(&child, -1), INT_MAX);
}

static void test_stop_at_poll(void **state)
{
    struct uvp_stop stop;

    (void)state;
    assert_int_equal(uvp_stop_init(&stop, false, NULL), UVP_OK);
    stop.stop_at_poll = 3;
    assert_int_equal(uvp_stop_poll(&stop, NULL), UVP_OK);
    assert_int_equal(uvp_stop_poll(&stop, NULL), UVP_OK);
    assert_int_equal(uvp_stop_poll(&stop, NULL), UVP_CANCELLED);
    assert_int_equal(uvp_stop_poll(&stop, NULL), UVP_CANCELLED);
    assert_int_equal(stop.polls, 4);
}

static void test_clocks_go_forward(void **state)
{
    const uint64_t now = uvp_clock_now_ns();
    const uint64_t cpu = uvp_clock_thread_cpu_ns();

    (void)state;
    assert_true(now > 0 && cpu > 0);
    assert_true(uvp_clock_now_ns() >= now);
    assert_true(uvp_clock_thread_cpu_ns() >= cpu);
    assert_true(uvp_clock_process_cpu_ns() >= cpu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_only_rise),
        cmocka_unit_test(test_pipe_wakes_for_good),
        cmocka_unit_test(test_child_hears_abort_of_parent),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_waits_end_at_deadlines),
        cmocka_unit_test(test_stop_at_poll),
        cmocka_unit_test(test_clocks_go_forward),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
