/* What --grid and --metric come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/uvpipe/grid.h"

#define MOST_WORDS 16

struct bench {
    struct uvp_mem mem;
    struct uvp_options options;
    struct uvp_error err;
};

/* `words` after "uvpipe optimize", up to a NULL. */
static enum uvp_code parse(struct bench *bench, char *const *words)
{
    static char program[] = "uvpipe";
    static char command[] = "optimize";
    char *argv[MOST_WORDS] = {program, command};
    int argc = 2;

    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    for (; words[argc - 2] != NULL; argc++) {
        argv[argc] = words[argc - 2];
    }
    return uvp_options_parse(&bench->options, argc, argv, &bench->mem, &bench->err);
}

static void close_bench(struct bench *bench)
{
    uvp_options_release(&bench->options);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static void refuse(const char *option, const char *value, const char *part)
{
    char words[2][128];
    char *list[] = {words[0], words[1], NULL};
    struct bench bench;

    (void)strncpy(words[0], option, sizeof words[0] - 1);
    (void)strncpy(words[1], value, sizeof words[1] - 1);
    words[0][sizeof words[0] - 1] = '\0';
    words[1][sizeof words[1] - 1] = '\0';
    assert_int_equal(parse(&bench, list), UVP_USAGE);
    if (strstr(bench.err.text, part) == NULL) {
        fail_msg("%s: no \"%s\" in it", bench.err.text, part);
    }
    close_bench(&bench);
}

static void the_usual_grid_has_sixteen_trials(void **state)
{
    char *words[] = {NULL};
    struct bench bench;
    char text[200];

    (void)state;
    assert_int_equal(parse(&bench, words), UVP_OK);
    assert_int_equal(bench.options.settings.trials.count, 17);
    assert_int_equal(bench.options.settings.trials.weight_count, 3);
    uvp_grid_describe(bench.options.made_grid, 0, text, sizeof text);
    assert_string_equal(text, "as given");
    uvp_grid_describe(bench.options.made_grid, 16, text, sizeof text);
    assert_string_equal(text, "max-stretch 2, pack-effort 4, whole-charts yes");
    assert_true(bench.options.settings.trials.options[16].whole_charts);
    assert_false(bench.options.settings.trials.options[15].whole_charts);
    assert_true(bench.options.settings.dry_run);
    close_bench(&bench);
}

static void axes_are_combined(void **state)
{
    char first[] = "--grid=max-stretch=1.1:1.5:0.2";
    char second[] = "--grid=seams=none|angle=60,material";
    char base[] = "--padding=4";
    char *words[] = {first, second, base, NULL};
    const struct uvp_atlas_options *trials;
    struct bench bench;

    (void)state;
    assert_int_equal(parse(&bench, words), UVP_OK);
    trials = bench.options.settings.trials.options;
    assert_int_equal(bench.options.settings.trials.count, 7);
    assert_string_equal(uvp_grid_value(bench.options.made_grid, 3, 0), "1.3");
    assert_string_equal(uvp_grid_value(bench.options.made_grid, 4, 1), "angle=60,material");
    assert_true(trials[0].max_stretch == 1.25F);
    assert_true(trials[1].max_stretch == 1.1F && !trials[1].seam_groups);
    assert_true(trials[2].max_stretch == 1.1F && trials[2].seam_groups);
    assert_true(trials[6].max_stretch == 1.5F && trials[6].seam_degrees == 60.0F);
    for (int i = 0; i < 7; i++) {
        assert_true(trials[i].padding_texels == 4);
    }
    close_bench(&bench);
}

static void what_is_small_is_good(void **state)
{
    char metric[] = "--metric=coverage,stretch.l2,islands.count=0.01,gap.min_texels=-0.5";
    char *words[] = {metric, NULL};
    const struct uvp_trial_plan *plan;
    const struct uvp_figure *table;
    struct bench bench;
    uint32_t count;

    (void)state;
    assert_int_equal(parse(&bench, words), UVP_OK);
    plan = &bench.options.settings.trials;
    table = uvp_figures(&count);
    assert_int_equal(plan->weight_count, 4);
    assert_string_equal(table[plan->weights[0].figure].name, "coverage");
    assert_true(plan->weights[0].weight == -1);
    assert_true(plan->weights[1].weight == 1);
    assert_true(plan->weights[2].weight == 0.01);
    assert_true(plan->weights[3].weight == -0.5);
    assert_int_equal(plan->parts,
                     UVP_ANALYSIS_RASTER | UVP_ANALYSIS_DISTORTION | UVP_ANALYSIS_GAP);
    close_bench(&bench);
}

static void mistakes_are_told(void **state)
{
    (void)state;
    refuse("--grid", "max-stretch", "expected NAME=VALUE");
    refuse("--grid", "=1", "expected NAME=VALUE");
    refuse("--grid", "workers=1,2", "no option that shapes an atlas");
    refuse("--grid", "nothing=1", "no option that shapes an atlas");
    refuse("--grid", "max-stretch=1.1,0.5", "1.001 to 100");
    refuse("--grid", "max-stretch=2:1:0.1", "FIRST:LAST:STEP");
    refuse("--grid", "max-stretch=1:2:0", "FIRST:LAST:STEP");
    refuse("--grid", "max-stretch=1.1:99:0.000001", "FIRST:LAST:STEP");
    refuse("--grid", "whole-charts=perhaps", "yes or no");
    refuse("--grid", "padding=2,2000", "an eighth of --resolution");
    refuse("--grid=max-stretch=1.1", "--grid=max-stretch=1.2", "twice");
    refuse("--grid=max-chart-triangles=1:100:1", "--grid=pack-effort=1:100:1", "combinations");
    refuse("--metric", "", "figures");
    refuse("--metric", "stretch", "no figure stretch");
    refuse("--metric", "triangles", "give a weight");
    refuse("--metric", "coverage=much", "expected a weight");
    refuse("--metric", "coverage=", "expected a weight");
    refuse("--metric", "coverage,", "no figure");
    refuse("--output", "-", "stdout");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_grid_has_sixteen_trials),
        cmocka_unit_test(axes_are_combined),
        cmocka_unit_test(what_is_small_is_good),
        cmocka_unit_test(mistakes_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
