#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "tools/uvpipe/signals.h"

/* One test on purpose: what came first is kept for the whole process. */
static void first_drains_second_aborts(void **state)
{
    struct uvp_stop stop;

    (void)state;
    (void)signal(SIGHUP, SIG_IGN);
    assert_int_equal(uvp_stop_init(&stop, true, NULL), UVP_OK);
    assert_int_equal(uvp_signals_first(), 0);
    uvp_signals_install(&stop);
    assert_int_equal(raise(SIGHUP), 0); /* ignored before: still ignored */
    assert_int_equal(uvp_stop_level(&stop), UVP_STOP_NONE);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(uvp_stop_level(&stop), UVP_STOP_DRAIN);
    assert_int_equal(uvp_signals_first(), SIGTERM);
    assert_int_equal(raise(SIGINT), 0);
    assert_int_equal(uvp_stop_level(&stop), UVP_STOP_ABORT);
    assert_int_equal(uvp_signals_first(), SIGTERM);
    uvp_signals_restore();
    uvp_stop_release(&stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_drains_second_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
