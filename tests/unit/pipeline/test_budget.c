#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/budget.h"

static void test_window(void **state)
{
    struct uvp_budget budget;

    (void)state;
    uvp_budget_init(&budget, 1000, 2);
    assert_int_equal(uvp_budget_take_new(&budget, 1), 0);
    assert_true(uvp_budget_fits_new(&budget, 1));
    assert_int_equal(uvp_budget_take_new(&budget, 1), 1);
    assert_false(uvp_budget_fits_new(&budget, 1));
    assert_true(uvp_budget_fits_more(&budget, 1)); /* the window counts items only */
    uvp_budget_give(&budget, 1, 1);
    assert_true(uvp_budget_fits_new(&budget, 1));
    assert_int_equal(budget.window_peak, 2);
}

static void test_bytes_and_alone(void **state)
{
    struct uvp_budget budget;

    (void)state;
    uvp_budget_init(&budget, 100, 10);
    assert_true(uvp_budget_fits_new(&budget, 5000)); /* alone */
    (void)uvp_budget_take_new(&budget, 60);
    assert_true(uvp_budget_fits_new(&budget, 40));
    assert_false(uvp_budget_fits_new(&budget, 41));
    (void)uvp_budget_take_new(&budget, 40);
    assert_false(uvp_budget_fits_more(&budget, 1));
    uvp_budget_give(&budget, 1, 60);
    assert_true(uvp_budget_fits_more(&budget, 5000)); /* the only one left */
    uvp_budget_take_more(&budget, 5000);
    assert_int_equal(budget.peak_bytes, 5040);
    assert_false(uvp_budget_fits_new(&budget, 0));
    uvp_budget_give(&budget, 1, 5040);
    assert_int_equal(budget.used_bytes, 0);
    assert_int_equal(uvp_budget_in_flight(&budget), 0);
}

static void test_overdraft_closes_admission(void **state)
{
    struct uvp_budget budget;

    (void)state;
    uvp_budget_init(&budget, 100, 10);
    (void)uvp_budget_take_new(&budget, 10);
    (void)uvp_budget_take_new(&budget, 10);
    uvp_budget_settle(&budget, 10, 150);
    assert_false(uvp_budget_fits_new(&budget, 0));
    assert_false(uvp_budget_fits_more(&budget, 0));
    uvp_budget_settle(&budget, 150, 20);
    assert_true(uvp_budget_fits_new(&budget, 70));
    assert_false(uvp_budget_fits_new(&budget, 71));
    assert_int_equal(budget.peak_bytes, 160);
}

/* A mistaken share must close the gate, not open it by wrapping round. */
static void test_sums_saturate(void **state)
{
    struct uvp_budget budget;

    (void)state;
    uvp_budget_init(&budget, 100, 10);
    (void)uvp_budget_take_new(&budget, SIZE_MAX);
    (void)uvp_budget_take_new(&budget, 10);
    assert_int_equal(budget.used_bytes, SIZE_MAX);
    assert_false(uvp_budget_fits_new(&budget, 1));
    uvp_budget_give(&budget, 1, SIZE_MAX);
    uvp_budget_give(&budget, 1, SIZE_MAX);
    assert_int_equal(budget.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_bytes_and_alone),
        cmocka_unit_test(test_overdraft_closes_admission),
        cmocka_unit_test(test_sums_saturate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
