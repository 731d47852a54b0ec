/*
 * A trial is a number in the mixed base of the axes' counts: the first axis changes slowest.
 */
#include "tools/uvpipe/grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/uvpipe/options_atlas.h"
#include "tools/uvpipe/values.h"

#define MOST_WEIGHTS 32
#define MILLION 1000000
#define GROUP "Atlas"

/* Tried when no axis is given: where most is to be had. */
static const char *const usual_axes[] = {"max-stretch=1.1,1.25,1.5,2", "pack-effort=1,4",
                                         "whole-charts=no,yes"};

/* ---- texts ---- */

/* A piece of a text as one of its own. */
static const char *copy(struct uvp_arena *arena, const char *text, size_t bytes)
{
    return uvp_arena_copy_text(arena, text, bytes);
}

/* ---- axes ---- */

static enum uvp_code refuse(struct uvp_error *err, const char *axis, const char *why)
{
    return uvp_fail(err, UVP_USAGE, 0, "--grid %.80s: %s", axis, why);
}

static uint32_t count_pieces(const char *text, char separator)
{
    uint32_t count = 1;

    for (; *text != '\0'; text++) {
        count += *text == separator ? 1 : 0;
    }
    return count;
}

static enum uvp_code split_values(struct uvp_grid_axis *axis, const char *text, char separator,
                                  struct uvp_arena *arena, struct uvp_error *err)
{
    const char *at = text;

    axis->count = count_pieces(text, separator);
    axis->values = UVP_ARENA_ARRAY(arena, const char *, axis->count);
    if (axis->values == NULL) {
        return uvp_fail_memory(err, axis->count * sizeof *axis->values);
    }
    for (uint32_t i = 0; i < axis->count; i++) {
        const char *const end = strchr(at, separator);
        const size_t bytes = end == NULL ? strlen(at) : (size_t)(end - at);

        axis->values[i] = copy(arena, at, bytes);
        if (axis->values[i] == NULL) {
            return uvp_fail_memory(err, bytes);
        }
        at += bytes + (end == NULL ? 0 : 1);
    }
    return UVP_OK;
}

/* "first:last:step", in millionths; false: it is no range. */
static bool read_range(const char *text, uint64_t part[3])
{
    char piece[3][32];

    if (count_pieces(text, ':') != 3) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        const size_t bytes = strcspn(text, ":");
        if (bytes >= sizeof piece[i]) {
            return false;
        }
        memcpy(piece[i], text, bytes);
        piece[i][bytes] = '\0';
        if (!uvp_value_decimal(piece[i], &part[i])) {
            return false;
        }
        text += bytes + (text[bytes] != '\0' ? 1 : 0);
    }
    return true;
}

/* The shortest text of so many millionths. */
static void write_millionths(uint64_t value, char *out, size_t room)
{
    size_t bytes =
        (size_t)snprintf(out, room, "%llu.%06llu", (unsigned long long)(value / MILLION),
                         (unsigned long long)(value % MILLION));

    while (out[bytes - 1] == '0') {
        out[--bytes] = '\0';
    }
    if (out[bytes - 1] == '.') {
        out[bytes - 1] = '\0';
    }
}

static enum uvp_code spread_range(struct uvp_grid_axis *axis, const char *given,
                                  const uint64_t part[3], struct uvp_arena *arena,
                                  struct uvp_error *err)
{
    const uint64_t steps =
        part[2] == 0 || part[1] < part[0] ? UVP_GRID_TRIALS : (part[1] - part[0]) / part[2];

    if (steps >= UVP_GRID_TRIALS) {
        return refuse(err, given, "a range is FIRST:LAST:STEP, of not too many steps");
    }
    axis->count = (uint32_t)steps + 1;
    axis->values = UVP_ARENA_ARRAY(arena, const char *, axis->count);
    if (axis->values == NULL) {
        return uvp_fail_memory(err, axis->count * sizeof *axis->values);
    }
    for (uint32_t i = 0; i < axis->count; i++) {
        char text[48];

        write_millionths(part[0] + i * part[2], text, sizeof text);
        axis->values[i] = copy(arena, text, strlen(text));
        if (axis->values[i] == NULL) {
            return uvp_fail_memory(err, strlen(text));
        }
    }
    return UVP_OK;
}

static enum uvp_code read_axis(struct uvp_grid *grid, const char *given,
                               struct uvp_arena *arena, struct uvp_error *err)
{
    const char *const equals = strchr(given, '=');
    struct uvp_grid_axis *const axis = &grid->axes[grid->axis_count];
    uint64_t range[3];

    if (equals == NULL || equals == given) {
        return refuse(err, given, "expected NAME=VALUE,VALUE,...");
    }
    if (grid->axis_count == UVP_GRID_AXES) {
        return refuse(err, given, "too many axes");
    }
    axis->row = uvp_option_find(UVP_COMMAND_STREAM, given, (size_t)(equals - given));
    if (axis->row == NULL || (axis->row->traits & UVP_OPTION_MESH) == 0 ||
        strcmp(axis->row->group, GROUP) != 0) {
        return refuse(err, given, "no option that shapes an atlas");
    }
    for (uint32_t i = 0; i < grid->axis_count; i++) {
        if (grid->axes[i].row == axis->row) {
            return refuse(err, given, "is there twice");
        }
    }
    grid->axis_count++;
    if (read_range(equals + 1, range)) {
        return spread_range(axis, given, range, arena, err);
    }
    return split_values(axis, equals + 1, strchr(equals, '|') != NULL ? '|' : ',', arena, err);
}

static enum uvp_code read_axes(struct uvp_grid *grid, const struct uvp_options *options,
                               struct uvp_arena *arena, struct uvp_error *err)
{
    for (uint32_t i = 0; i < options->grid_count; i++) {
        UVP_TRY(read_axis(grid, options->grid[i], arena, err));
    }
    for (size_t i = 0; options->grid_count == 0 && i < sizeof usual_axes / sizeof *usual_axes;
         i++) {
        UVP_TRY(read_axis(grid, usual_axes[i], arena, err));
    }
    return UVP_OK;
}

/* ---- trials ---- */

static uint32_t digit_of(const struct uvp_grid *grid, uint32_t trial, uint32_t axis)
{
    uint32_t rest = trial - 1;

    for (uint32_t i = grid->axis_count - 1; i > axis; i--) {
        rest /= grid->axes[i].count;
    }
    return rest % grid->axes[axis].count;
}

const char *uvp_grid_value(const struct uvp_grid *grid, uint32_t trial, uint32_t axis)
{
    return trial == 0 ? NULL : grid->axes[axis].values[digit_of(grid, trial, axis)];
}

static bool is_off(const char *value)
{
    return strcmp(value, "no") == 0;
}

/* A flag is only ever switched on: "no" is what it is when nobody does. */
static enum uvp_code set_value(const struct uvp_option *row, const char *value,
                               struct uvp_options *trial, struct uvp_error *err)
{
    if (row->argument != NULL) {
        return uvp_option_apply(row, trial, value, err);
    }
    if (strcmp(value, "yes") != 0 && !is_off(value)) {
        return uvp_fail(err, UVP_USAGE, 0, "--%s: yes or no, not %s", row->name, value);
    }
    return is_off(value) ? UVP_OK : uvp_option_apply(row, trial, NULL, err);
}

static enum uvp_code make_trial(const struct uvp_grid *grid, const struct uvp_options *options,
                                uint32_t number, struct uvp_atlas_options *made,
                                struct uvp_error *err)
{
    struct uvp_options trial = *options;

    trial.command = UVP_COMMAND_STREAM;
    for (uint32_t a = 0; number != 0 && a < grid->axis_count; a++) {
        UVP_TRY(set_value(grid->axes[a].row, uvp_grid_value(grid, number, a), &trial, err));
    }
    *made = trial.settings.atlas;
    return uvp_options_check_atlas(&trial, err);
}

static enum uvp_code count_trials(const struct uvp_grid *grid, uint32_t *count,
                                  struct uvp_error *err)
{
    uint64_t product = 1;

    for (uint32_t a = 0; a < grid->axis_count; a++) {
        product *= grid->axes[a].count;
        if (product > UVP_GRID_TRIALS) {
            return uvp_fail(err, UVP_USAGE, 0, "--grid: more than %d combinations",
                            UVP_GRID_TRIALS);
        }
    }
    *count = (uint32_t)product + 1;
    return UVP_OK;
}

static enum uvp_code make_trials(struct uvp_grid *grid, const struct uvp_options *options,
                                 struct uvp_arena *arena, struct uvp_error *err)
{
    struct uvp_atlas_options *made;
    uint32_t count = 0;

    UVP_TRY(count_trials(grid, &count, err));
    made = UVP_ARENA_ARRAY(arena, struct uvp_atlas_options, count);
    if (made == NULL) {
        return uvp_fail_memory(err, count * sizeof *made);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct uvp_error why = {0};

        if (make_trial(grid, options, i, &made[i], &why) != UVP_OK) {
            return uvp_fail(err, UVP_USAGE, 0, "%s%s", i == 0 ? "" : "--grid: ", why.text);
        }
    }
    grid->plan.options = made;
    grid->plan.count = count;
    return UVP_OK;
}

/* ---- the metric ---- */

/* Which part of the analysis finds a figure, by the group in its name. */
static unsigned part_of(const char *name)
{
    static const struct {
        const char *group;
        unsigned part;
    } groups[] = {
        {"stretch.", UVP_ANALYSIS_DISTORTION}, {"symdir.", UVP_ANALYSIS_DISTORTION},
        {"angle.", UVP_ANALYSIS_DISTORTION},   {"area.", UVP_ANALYSIS_DISTORTION},
        {"edge_", UVP_ANALYSIS_DISTORTION},    {"density.", UVP_ANALYSIS_DISTORTION},
        {"coverage", UVP_ANALYSIS_RASTER},     {"overlap.pct", UVP_ANALYSIS_RASTER},
        {"overlap.", UVP_ANALYSIS_OVERLAP},    {"topology.", UVP_ANALYSIS_TOPOLOGY},
        {"verdict.", UVP_ANALYSIS_VERDICT},    {"gap.", UVP_ANALYSIS_GAP},
    };

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (strncmp(name, groups[i].group, strlen(groups[i].group)) == 0) {
            return groups[i].part;
        }
    }
    return UVP_ANALYSIS_DISTORTION; /* told with any part */
}

static bool read_weight(const char *text, size_t bytes, double *weight)
{
    uint64_t millionths = 0;
    char number[32];

    if (bytes == 0 || bytes >= sizeof number) {
        return false;
    }
    memcpy(number, text, bytes);
    number[bytes] = '\0';
    if (!uvp_value_decimal(number + (number[0] == '-' ? 1 : 0), &millionths)) {
        return false;
    }
    *weight = (double)millionths / MILLION * (number[0] == '-' ? -1 : 1);
    return true;
}

static enum uvp_code read_summand(const char *at, size_t bytes, struct uvp_trial_weight *weight,
                                  struct uvp_error *err)
{
    const char *const equals = memchr(at, '=', bytes);
    const size_t name_bytes = equals == NULL ? bytes : (size_t)(equals - at);
    const struct uvp_figure *const figure = uvp_figure_find(at, name_bytes);
    uint32_t count;

    if (figure == NULL) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "--metric: no figure %.*s (uvpipe analyze --help, docs/metrics.md)",
                        name_bytes > 60 ? 60 : (int)name_bytes, at);
    }
    if (equals == NULL && figure->better == UVP_BETTER_NEITHER) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "--metric %s: neither more nor less of it is better; give a weight",
                        figure->name);
    }
    weight->figure = (uint32_t)(figure - uvp_figures(&count));
    weight->weight = figure->better == UVP_BETTER_UP ? -1 : 1;
    if (equals != NULL && !read_weight(equals + 1, bytes - name_bytes - 1, &weight->weight)) {
        return uvp_fail(err, UVP_USAGE, 0, "--metric %s: expected a weight, such as 1 or -0.5",
                        figure->name);
    }
    return UVP_OK;
}

static enum uvp_code read_metric(struct uvp_trial_plan *plan, const char *metric,
                                 struct uvp_arena *arena, struct uvp_error *err)
{
    const uint32_t count = count_pieces(metric, ',');
    uint32_t figures;
    const struct uvp_figure *const table = uvp_figures(&figures);
    struct uvp_trial_weight *const weights =
        count > MOST_WEIGHTS ? NULL : UVP_ARENA_ARRAY(arena, struct uvp_trial_weight, count);

    if (count > MOST_WEIGHTS) {
        return uvp_fail(err, UVP_USAGE, 0, "--metric: more than %d figures", MOST_WEIGHTS);
    }
    if (weights == NULL) {
        return uvp_fail_memory(err, count * sizeof *weights);
    }
    for (uint32_t i = 0; i < count; i++) {
        const size_t bytes = strcspn(metric, ",");

        UVP_TRY(read_summand(metric, bytes, &weights[i], err));
        plan->parts |= part_of(table[weights[i].figure].name);
        metric += bytes + (metric[bytes] != '\0' ? 1 : 0);
    }
    plan->weights = weights;
    plan->weight_count = count;
    return UVP_OK;
}

enum uvp_code uvp_grid_make(struct uvp_grid *grid, const struct uvp_options *options,
                            struct uvp_arena *arena, struct uvp_error *err)
{
    memset(grid, 0, sizeof *grid);
    UVP_TRY(read_axes(grid, options, arena, err));
    UVP_TRY(make_trials(grid, options, arena, err));
    return read_metric(&grid->plan, options->metric, arena, err);
}

void uvp_grid_describe(const struct uvp_grid *grid, uint32_t trial, char *out, size_t room)
{
    size_t used = 0;

    (void)snprintf(out, room, "as given");
    for (uint32_t a = 0; trial != 0 && a < grid->axis_count && used < room; a++) {
        const int more = snprintf(out + used, room - used, "%s%s %s", a == 0 ? "" : ", ",
                                  grid->axes[a].row->name, uvp_grid_value(grid, trial, a));
        used += more > 0 ? (size_t)more : 0;
    }
}
