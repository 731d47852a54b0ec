#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "tools/uvpipe/exits.h"

static struct uvp_error error_of(enum uvp_code code, int sys)
{
    struct uvp_error err;

    memset(&err, 0, sizeof err);
    err.code = code;
    err.sys = sys;
    return err;
}

static void ends_map_to_codes(void **state)
{
    static const struct {
        enum uvp_code code;
        int sys;
        int signal;
        int exit_code;
    } rows[] = {
        {UVP_END, 0, 0, 0},
        {UVP_END, 0, SIGINT, 0}, /* complete before the signal was noticed */
        {UVP_USAGE, 0, 0, 64},
        {UVP_CANCELLED, 0, SIGINT, 130},
        {UVP_CANCELLED, 0, SIGTERM, 143},
        {UVP_CANCELLED, 0, 0, 1},
        {UVP_IO, EPIPE, 0, 141},
        {UVP_IO, ENOSPC, 0, 1},
        {UVP_LIMIT, 0, SIGINT, 1},
        {UVP_BAD_DATA, 0, 0, 1},
        {UVP_NO_MEMORY, 0, 0, 1},
        {UVP_BUG, 0, 0, 1},
    };
    struct uvp_progress progress;

    (void)state;
    memset(&progress, 0, sizeof progress);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct uvp_error err = error_of(rows[i].code, rows[i].sys);
        assert_int_equal(uvp_exit_of(rows[i].code, &err, rows[i].signal, &progress),
                         rows[i].exit_code);
    }
}

static void members_that_failed_make_two(void **state)
{
    const struct uvp_error err = error_of(UVP_OK, 0);
    struct uvp_progress progress;

    (void)state;
    memset(&progress, 0, sizeof progress);
    progress.members_by_status[UVP_MEMBER_PASSED] = 5;
    assert_int_equal(uvp_exit_of(UVP_END, &err, 0, &progress), 0);
    progress.members_by_status[UVP_MEMBER_FAILED] = 1;
    assert_int_equal(uvp_exit_of(UVP_END, &err, 0, &progress), 2);
    progress.members_by_status[UVP_MEMBER_FAILED] = 0;
    progress.warnings = 1;
    assert_int_equal(uvp_exit_of(UVP_END, &err, 0, &progress), 2);
}

static void accounts(void **state)
{
    struct uvp_progress progress;

    (void)state;
    memset(&progress, 0, sizeof progress);
    assert_true(uvp_exit_accounts_match(&progress));
    progress.members_read = 3;
    progress.members_by_status[UVP_MEMBER_UNWRAPPED] = 1;
    progress.members_by_status[UVP_MEMBER_PASSED] = 1;
    assert_false(uvp_exit_accounts_match(&progress));
    progress.members_by_status[UVP_MEMBER_FAILED] = 1;
    assert_true(uvp_exit_accounts_match(&progress));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_map_to_codes),
        cmocka_unit_test(members_that_failed_make_two),
        cmocka_unit_test(accounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
