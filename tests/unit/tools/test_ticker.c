#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/ticker.h"

static uint64_t next_second(uint64_t after, bool late)
{
    return uvp_ticker_next(after * UVP_NS_PER_S, late) / UVP_NS_PER_S;
}

static void lines_become_rarer(void **state)
{
    static const uint64_t plain[] = {5,   10,  15,  20,  25,  30,  60,  90, 120,
                                     150, 180, 210, 240, 270, 300, 360, 420};
    static const uint64_t late[] = {30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 360, 420};
    uint64_t at = 0;

    (void)state;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        at = next_second(at, false);
        assert_int_equal(at, plain[i]);
    }
    at = 0;
    for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
        at = next_second(at, true);
        assert_int_equal(at, late[i]);
    }
}

static void a_tick_that_comes_late_moves_nothing(void **state)
{
    (void)state;
    assert_int_equal(uvp_ticker_next(5 * UVP_NS_PER_S + 99 * UVP_NS_PER_MS, false),
                     10 * UVP_NS_PER_S);
    assert_int_equal(uvp_ticker_next(4 * UVP_NS_PER_S + 999 * UVP_NS_PER_MS, false),
                     5 * UVP_NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_rarer),
        cmocka_unit_test(a_tick_that_comes_late_moves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
