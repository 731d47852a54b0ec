/*
 * Options and inputs may come in any order; "--" ends the options. A long option takes its
 * value as --name=VALUE or as the next word, a letter as -oVALUE or as the next word; --no-name
 * takes an option back. The words are tried on the options at once, so that a mistake is told
 * in the order of reading; what they come to is decided when all layers are known.
 */
#include "tools/uvpipe/options.h"

#include <string.h>

#include "tools/uvpipe/command.h"
#include "tools/uvpipe/config.h"
#include "tools/uvpipe/config_layers.h"
#include "tools/uvpipe/grid.h"
#include "tools/uvpipe/manifest.h"
#include "tools/uvpipe/options_atlas.h"
#include "tools/uvpipe/options_render.h"
#include "tools/uvpipe/options_store.h"
#include "tools/uvpipe/options_webpage.h"

struct words {
    int count;
    char *const *texts;
    int next;
};

/* The rest is what the table's fallbacks say. */
static void set_defaults(struct uvp_options *options)
{
    memset(options, 0, sizeof *options);
    options->level = UVP_TRACE_WARNING;
}

/* Room for every value of every list. */
static enum uvp_code make_lists(struct uvp_options *options, struct uvp_error *err)
{
    const size_t each = uvp_config_list_values(options->config) + 1;
    const size_t bytes = 4 * each * sizeof(char *);

    options->inputs = uvp_mem_take_zeroed(options->mem, bytes);
    if (options->inputs == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    options->lists_bytes = bytes;
    options->include = options->inputs + each;
    options->exclude = options->inputs + 2 * each;
    options->grid = options->inputs + 3 * each;
    options->settings.inputs = options->inputs;
    options->settings.include = options->include;
    options->settings.exclude = options->exclude;
    return UVP_OK;
}

/* What the command line says goes to the config; `options` shows what it is so far. */
static enum uvp_code say(struct uvp_options *options, const struct uvp_option *row,
                         const char *value, struct uvp_error *err)
{
    const struct uvp_source source = {UVP_LAYER_COMMAND_LINE, NULL, 0};

    return uvp_config_say(options->config, options, row, value, &source, err);
}

/* `value`: what stood in the same word, or NULL. */
static enum uvp_code take(struct uvp_options *options, struct words *words,
                          const struct uvp_option *row, const char *value,
                          struct uvp_error *err)
{
    if (!uvp_option_is_for(row, options->command)) {
        return uvp_fail(err, UVP_USAGE, 0, "%s does not take --%s",
                        uvp_command_of(options->command)->name, row->name);
    }
    if (row->argument == NULL) {
        return value == NULL ? say(options, row, "yes", err)
                             : uvp_fail(err, UVP_USAGE, 0, "--%s takes no value", row->name);
    }
    if (value == NULL && (row->traits & UVP_OPTION_MAY) != 0) {
        value = "";
    } else if (value == NULL) {
        if (words->next >= words->count) {
            return uvp_fail(err, UVP_USAGE, 0, "--%s needs a value: %s", row->name,
                            row->argument);
        }
        value = words->texts[words->next++];
    }
    return say(options, row, value, err);
}

/* --no-NAME: as if nobody had said anything about it. */
static enum uvp_code take_back(struct uvp_options *options, const struct uvp_option *row,
                               bool has_value, struct uvp_error *err)
{
    if (!uvp_option_is_for(row, options->command)) {
        return uvp_fail(err, UVP_USAGE, 0, "%s does not take --%s",
                        uvp_command_of(options->command)->name, row->name);
    }
    if (has_value) {
        return uvp_fail(err, UVP_USAGE, 0, "--no-%s takes no value", row->name);
    }
    return say(options, row, row->argument == NULL ? "no" : NULL, err);
}

static enum uvp_code refuse_name(enum uvp_command command, const char *name, size_t bytes,
                                 struct uvp_error *err)
{
    const char *const near = uvp_option_near(command, name, bytes);

    return uvp_fail(err, UVP_USAGE, 0, "unknown option --%.*s%s%s%s",
                    bytes > 60 ? 60 : (int)bytes, name, near != NULL ? "; is it --" : "",
                    near != NULL ? near : "", near != NULL ? "?" : "");
}

static enum uvp_code parse_long(struct uvp_options *options, struct words *words,
                                const char *word, struct uvp_error *err)
{
    const char *const equals = strchr(word, '=');
    const size_t bytes = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct uvp_option *row = uvp_option_find(options->command, word, bytes);

    if (row != NULL) {
        return take(options, words, row, equals != NULL ? equals + 1 : NULL, err);
    }
    if (bytes > 3 && memcmp(word, "no-", 3) == 0) {
        row = uvp_option_find(options->command, word + 3, bytes - 3);
    }
    if (row != NULL && (row->traits & UVP_OPTION_BARE) == 0) {
        return take_back(options, row, equals != NULL, err);
    }
    return refuse_name(options->command, word, bytes, err);
}

/* --help and the like end the reading: what comes behind them does not matter. */
static bool reads_on(const struct uvp_options *options)
{
    return options->action == UVP_ACTION_RUN || options->action == UVP_ACTION_PRINT_CONFIG;
}

static enum uvp_code parse_letters(struct uvp_options *options, struct words *words,
                                   const char *word, struct uvp_error *err)
{
    while (*word != '\0' && reads_on(options)) {
        const struct uvp_option *row = uvp_option_find_letter(options->command, *word);
        if (row == NULL) {
            return uvp_fail(err, UVP_USAGE, 0, "unknown option -%c", *word);
        }
        word++;
        if (row->argument != NULL) {
            return take(options, words, row, *word != '\0' ? word : NULL, err);
        }
        UVP_TRY(take(options, words, row, NULL, err));
    }
    return UVP_OK;
}

static enum uvp_code parse_words(struct uvp_options *options, struct words *words,
                                 struct uvp_error *err)
{
    bool inputs_only = false;

    while (words->next < words->count && reads_on(options)) {
        const char *word = words->texts[words->next++];
        if (inputs_only || word[0] != '-' || word[1] == '\0') {
            UVP_TRY(uvp_config_add_input(options->config, word, err));
        } else if (strcmp(word, "--") == 0) {
            inputs_only = true;
        } else if (word[1] == '-') {
            UVP_TRY(parse_long(options, words, word + 2, err));
        } else {
            UVP_TRY(parse_letters(options, words, word + 1, err));
        }
    }
    return UVP_OK;
}

static enum uvp_code check_inputs(const struct uvp_settings *settings, struct uvp_error *err)
{
    uint32_t stdins = 0;

    for (uint32_t i = 0; i < settings->input_count; i++) {
        if (settings->inputs[i][0] == '\0') {
            return uvp_fail(err, UVP_USAGE, 0, "an input has an empty name");
        }
        stdins += strcmp(settings->inputs[i], "-") == 0 ? 1 : 0;
    }
    if (stdins > 1) {
        return uvp_fail(err, UVP_USAGE, 0, "stdin can be read once only, not as %u inputs",
                        (unsigned)stdins);
    }
    return UVP_OK;
}

static enum uvp_code take_words(struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_command_ops *const command = uvp_command_of(options->command);

    if (command->take_words == NULL) {
        return check_inputs(&options->settings, err);
    }
    return options->action == UVP_ACTION_RUN ? command->take_words(options, err) : UVP_OK;
}

static enum uvp_code check_apart(struct uvp_error *err, const char *option, const char *path,
                                 const char *other_option, const char *other_path)
{
    if (path != NULL && other_path != NULL && strcmp(path, other_path) == 0) {
        return uvp_fail(err, UVP_USAGE, 0, "%s and %s name the same file", option,
                        other_option);
    }
    return UVP_OK;
}

/* What options mean together. */
static enum uvp_code check_together(const struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_settings *settings = &options->settings;
    const bool to_stdout = settings->output == NULL || strcmp(settings->output, "-") == 0;
    const uint32_t inputs = uvp_command_of(options->command)->inputs;

    if (inputs != 0 && settings->input_count != inputs) {
        return uvp_fail(err, UVP_USAGE, 0, "%s needs %u inputs, not %u",
                        uvp_command_of(options->command)->name, (unsigned)inputs,
                        (unsigned)settings->input_count);
    }
    UVP_TRY(uvp_options_check_atlas(options, err));
    UVP_TRY(uvp_options_check_render(options, err));
    if (settings->container_given && settings->container == UVP_CONTAINER_FOLDER && to_stdout) {
        return uvp_fail(err, UVP_USAGE, 0, "--format folder needs --output FOLDER");
    }
    if (settings->seek_table && settings->codec_given && settings->codec != UVP_CODEC_ZSTD) {
        return uvp_fail(err, UVP_USAGE, 0, "--seek-table is for --compress zstd");
    }
    if (options->json && options->analyze.csv) {
        return uvp_fail(err, UVP_USAGE, 0, "--json and --csv: one or the other");
    }
    UVP_TRY(uvp_options_check_store(options, err));
    if (options->json && options->report_path != NULL) {
        return uvp_fail(err, UVP_USAGE, 0, "--json and --report: one or the other");
    }
    UVP_TRY(check_apart(err, "--report", options->report_path, "--output",
                        to_stdout ? NULL : settings->output));
    UVP_TRY(check_apart(err, "--report-html", options->webpage_path, "--output",
                        to_stdout ? NULL : settings->output));
    return check_apart(err, "--report-html", options->webpage_path, "--report",
                       options->report_path);
}

/* Only as the first word: ./check is a file of that name. */
static void parse_command(struct uvp_options *options, struct words *words)
{
    for (int i = UVP_COMMAND_STREAM + 1; i < UVP_COMMAND_COUNT; i++) {
        if (words->next < words->count &&
            strcmp(words->texts[words->next], uvp_command_of((enum uvp_command)i)->name) == 0) {
            options->command = (enum uvp_command)i;
            options->settings.task = uvp_command_of(options->command)->task;
            words->next++;
            return;
        }
    }
}

static void begin(struct uvp_options *options, enum uvp_command command,
                  struct uvp_config *config, struct uvp_mem *mem)
{
    set_defaults(options);
    options->command = command;
    options->settings.task = uvp_command_of(command)->task;
    options->config = config;
    options->mem = mem;
}

/* Without -o nothing is written: the lines on stdout are what the run is for. */
static enum uvp_code plan_trials(struct uvp_options *options, struct uvp_error *err)
{
    struct uvp_grid *const grid = UVP_ARENA_ARRAY(&options->config->texts, struct uvp_grid, 1);

    if (grid == NULL) {
        return uvp_fail_memory(err, sizeof *grid);
    }
    if (options->settings.output != NULL && strcmp(options->settings.output, "-") == 0) {
        return uvp_fail(err, UVP_USAGE, 0, "optimize prints lines on stdout: --output FILE");
    }
    UVP_TRY(uvp_grid_make(grid, options, &options->config->texts, err));
    options->made_grid = grid;
    options->settings.trials = grid->plan;
    options->settings.dry_run = options->settings.output == NULL;
    return UVP_OK;
}

/* All that was said is known: from here on the options are what they will be. */
static enum uvp_code fill(struct uvp_options *options, struct uvp_error *err)
{
    begin(options, options->command, options->config, options->mem);
    UVP_TRY(make_lists(options, err));
    for (const struct uvp_config_value *at = options->config->inputs.first; at != NULL;
         at = at->next) {
        options->inputs[options->settings.input_count++] = at->text;
    }
    UVP_TRY(uvp_config_apply(options->config, options, err));
    UVP_TRY(take_words(options, err));
    uvp_options_settle_render(options);
    UVP_TRY(check_together(options, err));
    if (options->manifest_path != NULL) {
        UVP_TRY(uvp_manifest_read(options->manifest_path, options->command, options->mem,
                                  &options->manifest, err));
        options->settings.overrides = uvp_manifest_overrides(options->manifest);
    }
    return options->command == UVP_COMMAND_OPTIMIZE ? plan_trials(options, err) : UVP_OK;
}

static enum uvp_code read_all(struct uvp_options *options, struct words *words,
                              char *const *environment, struct uvp_error *err)
{
    UVP_TRY(uvp_config_begin(options->config, options->command, err));
    UVP_TRY(parse_words(options, words, err));
    if (!reads_on(options)) {
        return UVP_OK;
    }
    if (options->no_config && options->config_path != NULL) {
        return uvp_fail(err, UVP_USAGE, 0, "--config and --no-config: one or the other");
    }
    UVP_TRY(uvp_config_layers(options->config, options, environment, err));
    return fill(options, err);
}

enum uvp_code uvp_options_load(struct uvp_options *options, int argc, char *const *argv,
                               char *const *environment, struct uvp_mem *mem,
                               struct uvp_error *err)
{
    struct words words = {argc, argv, 1};
    struct uvp_config *config = NULL;
    enum uvp_code code = UVP_OK;

    begin(options, UVP_COMMAND_STREAM, NULL, mem);
    UVP_TRY(uvp_config_create(mem, &config, err));
    parse_command(options, &words);
    options->config = config;
    code = read_all(options, &words, environment, err);
    if (code != UVP_OK) {
        uvp_options_release(options);
    }
    return code;
}

enum uvp_code uvp_options_parse(struct uvp_options *options, int argc, char *const *argv,
                                struct uvp_mem *mem, struct uvp_error *err)
{
    return uvp_options_load(options, argc, argv, NULL, mem, err);
}

bool uvp_options_settle(struct uvp_options *options, uint32_t cpus)
{
    const uint32_t most = cpus > UINT32_MAX / 2 ? UINT32_MAX : 2 * cpus;
    const bool clamped = options->workers_given && options->workers_asked > most;
    uint32_t workers = options->workers_given ? (uint32_t)options->workers_asked : cpus;

    workers = clamped ? most : workers;
    options->line.workers = workers;
    options->settings.workers = workers;
    options->settings.memory_bytes = options->line.budget_bytes;
    options->settings.record_passed =
        options->report_path != NULL || options->manifest != NULL ||
        uvp_command_of(options->command)->lists_passed || options->settings.dry_run ||
        options->level >= UVP_TRACE_DEBUG;
    uvp_options_settle_webpage(options);
    if (!options->readers_given) {
        options->line.readers = cpus >= 2 ? 2 : 1;
    }
    return clamped;
}

void uvp_options_release(struct uvp_options *options)
{
    if (options->inputs != NULL) {
        uvp_mem_give(options->mem, options->inputs, options->lists_bytes);
    }
    uvp_manifest_destroy(options->manifest);
    options->manifest = NULL;
    options->settings.overrides = NULL;
    uvp_config_destroy(options->config);
    options->config = NULL;
    options->inputs = NULL;
    options->include = NULL;
    options->exclude = NULL;
    options->grid = NULL;
    options->grid_count = 0;
    options->settings.inputs = NULL;
    options->settings.input_count = 0;
    options->settings.include = NULL;
    options->settings.include_count = 0;
    options->settings.exclude = NULL;
    options->settings.exclude_count = 0;
}
