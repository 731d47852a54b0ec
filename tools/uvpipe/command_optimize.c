/*
 * optimize: which options suit each mesh best, and which suit all of them.
 *
 * The best for all is the trial with the least mean score among those that went well with every
 * mesh; of equals the earliest. Sums are made in the order of members, so that they are the
 * same for any number of threads.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/command.h"
#include "tools/uvpipe/escape.h"
#include "tools/uvpipe/grid.h"
#include "tools/uvpipe/json_object.h"
#include "tools/uvpipe/values.h"

#define TEXT_BYTES 400

/* What a trial came to, over all meshes. */
struct total {
    double score;
    uint64_t meshes; /* it went well with */
};

struct optimizing {
    const struct uvp_grid *grid;
    struct total *totals;
    uint64_t meshes;
    struct uvp_outbox manifest; /* --save-manifest */
    struct uvp_outbox params;   /* --save-params */
};

/* The facts of a record, taken apart. */
struct outcome {
    const struct uvp_trials_head *head;
    const struct uvp_trial *trials;
};

static bool take_apart(const struct uvp_record *record, struct outcome *outcome)
{
    const struct uvp_trials_head *const head = (const void *)record->facts.data;

    if (record->facts.bytes < sizeof *head ||
        record->facts.bytes != sizeof *head + head->count * sizeof(struct uvp_trial)) {
        return false;
    }
    outcome->head = head;
    outcome->trials = (const void *)(record->facts.data + sizeof *head);
    return true;
}

/* ---- begin and release ---- */

static size_t totals_bytes(const struct uvp_telling *telling)
{
    return telling->options->made_grid->plan.count * sizeof(struct total);
}

/* What there was to be said of it was said by `end`. */
static void close_quietly(struct uvp_outbox *outbox)
{
    const enum uvp_code code = uvp_outbox_close(outbox, NULL);

    (void)code;
}

static void release(struct uvp_telling *telling)
{
    struct optimizing *const run = telling->state;

    if (run == NULL) {
        return;
    }
    close_quietly(&run->manifest);
    close_quietly(&run->params);
    uvp_mem_give(telling->mem, run->totals, totals_bytes(telling));
    uvp_mem_give(telling->mem, run, sizeof *run);
    telling->state = NULL;
}

static enum uvp_code begin(struct uvp_telling *telling, struct uvp_error *err)
{
    const struct uvp_options *const options = telling->options;
    struct optimizing *const run = uvp_mem_take_zeroed(telling->mem, sizeof *run);

    if (run == NULL) {
        return uvp_fail_memory(err, sizeof *run);
    }
    telling->state = run;
    uvp_outbox_init(&run->manifest, telling->mem);
    uvp_outbox_init(&run->params, telling->mem);
    run->grid = options->made_grid;
    run->totals = uvp_mem_take_zeroed(telling->mem, totals_bytes(telling));
    if (run->totals == NULL) {
        return uvp_fail_memory(err, totals_bytes(telling));
    }
    return options->save_manifest == NULL
               ? UVP_OK
               : uvp_outbox_open(&run->manifest, options->save_manifest, err);
}

/* ---- what a trial stands for, as JSON ---- */

/* A number where the text is one, true for a flag, else the text. */
static json_t *value_of(const struct uvp_option *row, const char *text)
{
    uint64_t whole = 0;

    if (row->argument == NULL) {
        return json_boolean(strcmp(text, "yes") == 0);
    }
    if (uvp_value_count(text, &whole)) {
        return uvp_json_integer(whole);
    }
    return json_string(text);
}

static json_t *params_of(const struct uvp_grid *grid, uint32_t trial)
{
    struct uvp_json_object object = uvp_json_object();

    for (uint32_t a = 0; trial != 0 && a < grid->axis_count; a++) {
        const struct uvp_option *const row = grid->axes[a].row;
        uvp_json_set(&object, row->name, value_of(row, uvp_grid_value(grid, trial, a)));
    }
    return uvp_json_value(&object);
}

static json_t *figures_of(const struct uvp_analysis *figures, const struct uvp_trial_plan *plan)
{
    struct uvp_json_object object = uvp_json_object();
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    for (uint32_t i = 0; i < plan->weight_count; i++) {
        const struct uvp_figure *const figure = &table[plan->weights[i].figure];
        uvp_json_set(&object, figure->name, uvp_json_real(uvp_figure_of(figures, figure)));
    }
    return uvp_json_value(&object);
}

static json_t *trials_of(const struct uvp_grid *grid, const struct outcome *outcome)
{
    json_t *const list = json_array();

    for (uint32_t i = 0; list != NULL && i < outcome->head->count; i++) {
        const struct uvp_trial *const trial = &outcome->trials[i];
        struct uvp_json_object object = uvp_json_object();
        json_t *value;

        uvp_json_set(&object, "params", params_of(grid, i));
        if (trial->code == UVP_OK) {
            uvp_json_set(&object, "score", uvp_json_real(trial->score));
            uvp_json_set(&object, "figures", figures_of(&trial->figures, &grid->plan));
        } else {
            uvp_json_set(&object, "error", json_string(uvp_code_name(trial->code)));
        }
        value = uvp_json_value(&object);
        if (value == NULL || json_array_append_new(list, value) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* ---- a mesh ---- */

static void set_member(struct uvp_json_object *object, const struct uvp_telling *telling,
                       const struct uvp_record *record)
{
    uvp_json_set_name(object, telling->mem, "input", "input_bytes", record->input,
                      strlen(record->input));
    uvp_json_set_name(object, telling->mem, "name", "name_bytes", record->path,
                      record->path_bytes);
}

static void print_json(const struct uvp_telling *telling, const struct uvp_record *record,
                       const struct outcome *outcome)
{
    const struct optimizing *const run = telling->state;
    const uint32_t best = outcome->head->best;
    struct uvp_json_object object;

    uvp_json_begin(&object, "optimized");
    set_member(&object, telling, record);
    uvp_json_set(&object, "triangles", uvp_json_integer(record->triangles));
    uvp_json_set(&object, "best",
                 best == outcome->head->count ? json_null() : uvp_json_integer(best));
    uvp_json_set(&object, "params",
                 best == outcome->head->count ? json_null() : params_of(run->grid, best));
    uvp_json_set(&object, "trials", trials_of(run->grid, outcome));
    uvp_json_finish(telling->lines, &object);
}

static void add_line(struct uvp_outbox *lines, const char *text)
{
    uvp_outbox_add(lines, text);
    uvp_outbox_add(lines, "\n");
    uvp_outbox_line(lines);
}

/* "  * max-stretch 1.5, ...: 0.1234": the star is for the best. */
static void print_trial(const struct uvp_telling *telling, const struct outcome *outcome,
                        uint32_t number)
{
    const struct optimizing *const run = telling->state;
    const struct uvp_trial *const trial = &outcome->trials[number];
    char what[TEXT_BYTES / 2];
    char text[TEXT_BYTES];

    uvp_grid_describe(run->grid, number, what, sizeof what);
    if (trial->code == UVP_OK) {
        (void)snprintf(text, sizeof text, "  %c %10.6g  %s",
                       number == outcome->head->best ? '*' : ' ', trial->score, what);
    } else {
        (void)snprintf(text, sizeof text, "    %10s  %s", uvp_code_name(trial->code), what);
    }
    add_line(telling->lines, text);
}

static void print_best(const struct uvp_telling *telling, const struct uvp_record *record,
                       const struct outcome *outcome)
{
    const struct optimizing *const run = telling->state;
    const uint32_t best = outcome->head->best;
    char names[UVP_REPORT_NAMES_BYTES];
    char what[TEXT_BYTES / 2];
    char text[TEXT_BYTES];

    uvp_report_names(names, record->input, uvp_span_of(record->path, record->path_bytes));
    if (best == outcome->head->count) {
        (void)snprintf(text, sizeof text, ": none of %u trials has a score",
                       (unsigned)outcome->head->count);
    } else {
        uvp_grid_describe(run->grid, best, what, sizeof what);
        (void)snprintf(text, sizeof text, ": %s: score %.6g (as given %.6g)", what,
                       outcome->trials[best].score, outcome->trials[0].score);
    }
    uvp_outbox_add(telling->lines, names);
    add_line(telling->lines, text);
    for (uint32_t i = 0; telling->report->level >= UVP_TRACE_INFO && i < outcome->head->count;
         i++) {
        print_trial(telling, outcome, i);
    }
}

static void save_member(const struct uvp_telling *telling, const struct uvp_record *record,
                        const struct outcome *outcome)
{
    struct optimizing *const run = telling->state;
    struct uvp_json_object object = uvp_json_object();

    if (uvp_outbox_is_silent(&run->manifest) || outcome->head->best == outcome->head->count) {
        json_decref(object.json);
        return;
    }
    set_member(&object, telling, record);
    uvp_json_set(&object, "params", params_of(run->grid, outcome->head->best));
    uvp_json_finish(&run->manifest, &object);
}

static void add_totals(struct optimizing *run, const struct outcome *outcome)
{
    run->meshes++;
    for (uint32_t i = 0; i < outcome->head->count; i++) {
        if (outcome->trials[i].code == UVP_OK && isfinite(outcome->trials[i].score)) {
            run->totals[i].score += outcome->trials[i].score;
            run->totals[i].meshes++;
        }
    }
}

static void hear_member(struct uvp_telling *telling, const struct uvp_record *record)
{
    struct outcome outcome;

    if (!take_apart(record, &outcome)) {
        uvp_report_member(telling->report, record);
        return;
    }
    add_totals(telling->state, &outcome);
    save_member(telling, record, &outcome);
    if (uvp_outbox_is_silent(telling->lines)) {
        return;
    }
    if (telling->options->json) {
        print_json(telling, record, &outcome);
    } else if (uvp_telling_all(telling)) {
        print_best(telling, record, &outcome);
    }
}

/* ---- all meshes ---- */

/* The trial for all, or the number of trials when none went well. */
static uint32_t best_for_all(const struct optimizing *run)
{
    const uint32_t count = run->grid->plan.count;
    uint64_t most = 0;
    uint32_t best = count;

    for (uint32_t i = 0; i < count; i++) {
        most = run->totals[i].meshes > most ? run->totals[i].meshes : most;
    }
    for (uint32_t i = 0; most != 0 && i < count; i++) {
        if (run->totals[i].meshes == most &&
            (best == count || run->totals[i].score < run->totals[best].score)) {
            best = i;
        }
    }
    return best;
}

static double mean_of(const struct total *total)
{
    return total->meshes == 0 ? (double)NAN : total->score / (double)total->meshes;
}

/* What uvpipe --params reads. Opened now: an earlier file stays when a run fails. */
static enum uvp_code save_params(const struct uvp_telling *telling, uint32_t best,
                                 struct uvp_error *err)
{
    struct optimizing *const run = telling->state;
    struct uvp_json_object object;

    if (telling->options->save_params == NULL) {
        return UVP_OK;
    }
    UVP_TRY(uvp_outbox_open(&run->params, telling->options->save_params, err));
    object = uvp_json_object();
    uvp_json_set(&object, "version", json_integer(1));
    uvp_json_set(&object, "params", params_of(run->grid, best));
    uvp_json_set(&object, "metric", json_string(telling->options->metric));
    uvp_json_set(&object, "score", uvp_json_real(mean_of(&run->totals[best])));
    uvp_json_set(&object, "score_as_given", uvp_json_real(mean_of(&run->totals[0])));
    uvp_json_set(&object, "meshes", uvp_json_integer(run->meshes));
    uvp_json_finish(&run->params, &object);
    return uvp_outbox_close(&run->params, err);
}

static void print_total(const struct uvp_telling *telling, uint32_t number, uint32_t best)
{
    const struct optimizing *const run = telling->state;
    char what[TEXT_BYTES / 2];
    char text[TEXT_BYTES];

    uvp_grid_describe(run->grid, number, what, sizeof what);
    (void)snprintf(text, sizeof text, "  %c %10.6g  %s%s", number == best ? '*' : ' ',
                   mean_of(&run->totals[number]), what,
                   run->totals[number].meshes < run->meshes ? " (not with every mesh)" : "");
    add_line(telling->lines, text);
}

static void print_all(const struct uvp_telling *telling, uint32_t best)
{
    const struct optimizing *const run = telling->state;
    char text[TEXT_BYTES];

    (void)snprintf(text, sizeof text,
                   "all %llu meshes, mean score:", (unsigned long long)run->meshes);
    add_line(telling->lines, text);
    for (uint32_t i = 0; i < run->grid->plan.count; i++) {
        if (i == 0 || i == best || uvp_telling_all(telling)) {
            print_total(telling, i, best);
        }
    }
}

static void print_all_json(const struct uvp_telling *telling, uint32_t best)
{
    const struct optimizing *const run = telling->state;
    struct uvp_json_object object;
    json_t *const scores = json_array();

    uvp_json_begin(&object, "optimum");
    uvp_json_set(&object, "meshes", uvp_json_integer(run->meshes));
    uvp_json_set(&object, "metric", json_string(telling->options->metric));
    uvp_json_set(&object, "best", uvp_json_integer(best));
    uvp_json_set(&object, "params", params_of(run->grid, best));
    for (uint32_t i = 0; scores != NULL && i < run->grid->plan.count; i++) {
        if (json_array_append_new(scores, uvp_json_real(mean_of(&run->totals[i]))) != 0) {
            object.failed = true;
        }
    }
    uvp_json_set(&object, "mean_scores", scores);
    uvp_json_finish(telling->lines, &object);
}

static enum uvp_code end(struct uvp_telling *telling, bool complete, int *exit_code,
                         struct uvp_error *err)
{
    struct optimizing *const run = telling->state;
    const uint32_t best = best_for_all(run);

    (void)exit_code;
    if (complete && best != run->grid->plan.count) {
        if (telling->options->json) {
            print_all_json(telling, best);
        } else {
            print_all(telling, best);
        }
        UVP_TRY(save_params(telling, best, err));
    }
    return uvp_outbox_close(&run->manifest, err);
}

const struct uvp_command_ops uvp_command_optimize = {
    .name = "optimize",
    .brief = "which options suit each mesh best, and which all",
    .head = "Usage: uvpipe optimize [OPTION]... [INPUT]...\n"
            "Unwraps every mesh with one set of options after the other, scores what comes of "
            "it,\n"
            "and tells which suits each mesh best, and which all of them.\n\n"
            "INPUT is an archive, a mesh or a folder; - is stdin (default).\n",
    .tail =
        "\nExamples:\n"
        "  uvpipe optimize chair.obj -o best.obj\n"
        "  uvpipe optimize --metric stretch.l2,coverage --save-params p.json scans/\n"
        "  uvpipe --params p.json scans/ > unwrapped.tar\n"
        "  uvpipe optimize --grid max-stretch=1.1:2:0.1 --grid preset=fast,best in.zip\n"
        "\nExit status: 0 all well; 1 failed; 2 some mesh could not be read or unwrapped, or "
        "an\n"
        "input was warned about; 64 wrong usage; 128+n ended by signal n.\n"
        "The manual: man uvpipe-optimize\n",
    .task = UVP_TASK_OPTIMIZE,
    .prints = true,
    .own_json = true,
    .begin = begin,
    .member = hear_member,
    .end = end,
    .release = release,
};
