/* Conditions: what is read, what is refused and what is near; and values of all meshes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/criteria.h"

static struct uvp_criteria parse(const char *text)
{
    struct uvp_criteria gate = {.count = 0};
    struct uvp_error err = {0};

    if (uvp_criteria_parse(&gate, text, &err) != UVP_OK) {
        print_error("%s: %s\n", text, err.text);
        fail();
    }
    return gate;
}

static void refuse(const char *text, const char *part)
{
    struct uvp_criteria gate = {.count = 0};
    struct uvp_error err = {0};

    assert_int_equal(uvp_criteria_parse(&gate, text, &err), UVP_USAGE);
    if (strstr(err.text, part) == NULL) {
        print_error("%s: %s\n", text, err.text);
        fail();
    }
}

static void test_conditions(void **state)
{
    const struct uvp_criteria gate =
        parse(" stretch.max < 1.5,coverage>0.6,\tmean.symdir.p99<=1e-3 , sum.triangles!=12");

    (void)state;
    assert_int_equal(gate.count, 4);
    assert_string_equal(gate.term[0].figure->name, "stretch.max");
    assert_int_equal(gate.term[0].relation, UVP_CRITERION_LESS);
    assert_int_equal(gate.term[0].scope, UVP_CRITERION_EACH);
    assert_true(gate.term[0].limit == 1.5);
    assert_memory_equal(gate.term[0].text, "stretch.max < 1.5", gate.term[0].bytes);
    assert_int_equal(gate.term[0].bytes, strlen("stretch.max < 1.5"));
    assert_string_equal(gate.term[1].figure->name, "coverage");
    assert_int_equal(gate.term[2].scope, UVP_CRITERION_MEAN);
    assert_int_equal(gate.term[2].relation, UVP_CRITERION_AT_MOST);
    assert_true(gate.term[2].limit == 0.001);
    assert_int_equal(gate.term[3].scope, UVP_CRITERION_SUM);
    assert_int_equal(gate.term[3].relation, UVP_CRITERION_OTHER);
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"coverage>0", 0},
        {"coverage>-0.25", -0.25},
        {"coverage>.5", 0.5},
        {"coverage>5.", 5},
        {"coverage>1e3", 1000},
        {"coverage>1.25E-2", 0.0125},
        {"coverage>0.1", 0.1},
        {"coverage>123456789012345", 123456789012345},
        {"coverage>0.000000000000001", 1e-15},
        {"coverage>1e+22", 1e22},
    };
    static const char *const bad[] = {"coverage>",
                                      "coverage>x",
                                      "coverage>1e",
                                      "coverage>1e99",
                                      "coverage>0x1",
                                      "coverage>nan",
                                      "coverage>.",
                                      "coverage>--1",
                                      "coverage>1 2",
                                      "coverage>1.2.3",
                                      "coverage>1234567890123456",
                                      "coverage>1e-9999999999",
                                      "coverage>inf",
                                      "coverage>+1",
                                      "coverage>1,5"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct uvp_criteria gate = parse(good[i].text);
        assert_true(gate.term[0].limit == good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        refuse(bad[i], "--gate");
    }
}

static void test_refused(void **state)
{
    char many[1000] = "";

    (void)state;
    refuse("", "expected the name");
    refuse(",", "expected the name");
    refuse("coverage>1,", "expected the name");
    refuse("coverage", "expected one of");
    refuse("coverage=1", "expected one of");
    refuse("coverage=>1", "expected");
    refuse("coverage>1 coverage>1", "expected a comma");
    refuse("mean.>1", "no figure");
    refuse("stretch.mx<1", "near: stretch.max");
    refuse("strech.max<1", "near: stretch.max");
    refuse("stretch<1", "near: ");
    refuse("overlaps==0", "near: ");
    refuse("max.overlap==0", "near: ");
    refuse("qqqqqqqqqqqq<1", "uvpipe-analyze(1)");
    refuse("a123456789a123456789a123456789a123456789a123456789a123456789a123456789<1",
           "no figure");
    for (int i = 0; i <= UVP_CRITERIA_MAX; i++) {
        memcpy(many + 11 * i, ",coverage>0", 12);
    }
    refuse(many + 1, "more than");
}

/* Every figure can be asked for, alone and of all. */
static void test_every_figure(void **state)
{
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    (void)state;
    assert_true(count <= UVP_CRITERIA_FIGURES);
    for (uint32_t i = 0; i < count; i++) {
        char text[100];
        struct uvp_criteria gate;
        (void)snprintf(text, sizeof text, "%s>=0,max.%s<1", table[i].name, table[i].name);
        gate = parse(text);
        assert_ptr_equal(gate.term[0].figure, &table[i]);
        assert_ptr_equal(gate.term[1].figure, &table[i]);
    }
}

static void test_holds(void **state)
{
    static const struct {
        const char *text;
        bool below;
        bool equal;
        bool above;
    } table[] = {
        {"coverage<1", true, false, false},  {"coverage<=1", true, true, false},
        {"coverage>1", false, false, true},  {"coverage>=1", false, true, true},
        {"coverage==1", false, true, false}, {"coverage!=1", true, false, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct uvp_criteria gate = parse(table[i].text);
        assert_int_equal(uvp_criterion_holds(&gate.term[0], 0.5), table[i].below);
        assert_int_equal(uvp_criterion_holds(&gate.term[0], 1), table[i].equal);
        assert_int_equal(uvp_criterion_holds(&gate.term[0], 2), table[i].above);
        assert_false(uvp_criterion_holds(&gate.term[0], (double)NAN));
    }
}

static void test_all_meshes(void **state)
{
    static const struct uvp_figure_sums nothing;
    const struct uvp_criteria gate =
        parse("mean.coverage>0,min.coverage>0,max.coverage>0,sum.coverage>0,max.uv_area>0");
    struct uvp_figure_sums sums = nothing;
    struct uvp_analysis is;

    (void)state;
    assert_true(isnan(uvp_criterion_value_of_all(&gate.term[0], &sums)));
    assert_true(uvp_criterion_value_of_all(&gate.term[3], &sums) == 0);
    for (int i = 1; i <= 3; i++) {
        memset(&is, 0, sizeof is);
        is.coverage = i;
        is.uv_area = (double)NAN;
        uvp_figure_sums_add(&sums, &is);
    }
    assert_int_equal(sums.meshes, 3);
    assert_true(uvp_criterion_value(&gate.term[0], &is) == 3);
    assert_true(uvp_criterion_value_of_all(&gate.term[0], &sums) == 2);
    assert_true(uvp_criterion_value_of_all(&gate.term[1], &sums) == 1);
    assert_true(uvp_criterion_value_of_all(&gate.term[2], &sums) == 3);
    assert_true(uvp_criterion_value_of_all(&gate.term[3], &sums) == 6);
    assert_true(isnan(uvp_criterion_value_of_all(&gate.term[4], &sums)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_every_figure),
        cmocka_unit_test(test_holds),      cmocka_unit_test(test_all_meshes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
