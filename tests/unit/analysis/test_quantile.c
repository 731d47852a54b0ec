/* Quantiles by selection, against sorting; and places that meet in a table of hashes. */
#include "tests/unit/analysis/analysis_bench.h"

#include "stages/unwrapper/analysis/survey.h"

struct pair {
    double value;
    double weight;
};

static int by_value(const void *a, const void *b)
{
    const double x = ((const struct pair *)a)->value;
    const double y = ((const struct pair *)b)->value;

    return (x > y) - (x < y);
}

static double by_sorting(struct pair *pairs, uint32_t count, double part)
{
    double total = 0;
    double sum = 0;

    qsort(pairs, count, sizeof *pairs, by_value);
    for (uint32_t i = 0; i < count; i++) {
        total += pairs[i].weight;
    }
    for (uint32_t i = 0; i < count; i++) {
        sum += pairs[i].weight;
        if (sum >= part * total) {
            return pairs[i].value;
        }
    }
    return pairs[count - 1].value;
}

/* Some of every size, many alike, negative ones too; whole weights, so that sums are exact. */
static double draw(uint32_t *random, int kind)
{
    const double value = uvp_test_random(random) / 4294967296.0 - 0.25;

    switch (kind) {
    case 0:
        return value;
    case 1:
        return ldexp(value, (int)(uvp_test_random(random) % 600) - 300);
    case 2:
        return floor(value * 4);
    default:
        return 1 + value * 1e-14;
    }
}

static void test_against_sorting(void **state)
{
    static const double parts[] = {0, 0.01, 0.5, 0.9, 0.99, 1};
    struct uvp_measured m;
    struct uvp_survey survey;
    uint32_t random = 17;

    (void)state;
    uvp_measured_begin(&m);
    survey = (struct uvp_survey){.scratch = &m.scratch, .stop = &m.stop, .err = &m.err};
    for (int run = 0; run < 80; run++) {
        const uint32_t count = 1 + uvp_test_random(&random) % (run % 2 == 0 ? 30 : 9000);
        struct pair *const pairs = malloc(count * sizeof *pairs);
        double *const value = malloc(count * sizeof *value);
        double *const weight = malloc(count * sizeof *weight);
        double found[6];
        assert_true(pairs != NULL && value != NULL && weight != NULL);
        for (uint32_t i = 0; i < count; i++) {
            value[i] = draw(&random, run % 4);
            weight[i] = uvp_test_random(&random) % 16;
            pairs[i] = (struct pair){value[i], weight[i]};
        }
        weight[0] = pairs[0].weight = 1;
        assert_int_equal(uvp_survey_quantiles(&survey, value, weight, count, parts, 6, found),
                         UVP_OK);
        for (int p = 1; p < 6; p++) {
            const double wanted = by_sorting(pairs, count, parts[p]);
            assert_true(found[p] >= wanted && found[p] <= wanted);
        }
        free(pairs);
        free(value);
        free(weight);
    }
    assert_int_equal(m.scratch.used_bytes, 0);
    uvp_measured_end(&m);
}

/* Positions made to meet: as many as there are still take no time, and are told apart. */
static void test_places(void **state)
{
    enum { COUNT = 60000 };
    struct uvp_measured m;

    (void)state;
    uvp_measured_begin(&m);
    m.options.parts = UVP_ANALYSIS_TOPOLOGY;
    for (uint32_t i = 0; i < COUNT; i++) {
        (void)uvp_test_mesh_vertex(&m.mesh, i % 200, i / 200 % 100, i % 2 == 0 ? 0.0 : -0.0);
    }
    for (uint32_t i = 0; i + 2 < COUNT; i += 3) {
        uvp_test_mesh_triangle(&m.mesh, i, i + 1, i + 2);
    }
    uvp_measured_map(&m, uvp_map_flat);
    uvp_measure(&m);
    uvp_expect(&m, "positions", 20000, 0);
    uvp_measured_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_sorting),
        cmocka_unit_test(test_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
