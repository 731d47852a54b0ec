/*
 * Options and inputs may come in any order; "--" ends the options. A long option takes its
 * value as --name=VALUE or as the next word, a letter as -oVALUE or as the next word. Names
 * are not abbreviated: a script that works today still means the same when options are added.
 */
#include "tools/uvpipe/options.h"

#include <string.h>

#include "tools/uvpipe/command.h"
#include "tools/uvpipe/options_atlas.h"
#include "tools/uvpipe/values.h"

enum uvp_code uvp_option_refuse(struct uvp_error *err, const char *name, const char *value,
                                const char *expected)
{
    return uvp_fail(err, UVP_USAGE, 0, "--%s %s: expected %s", name,
                    *value == '\0' ? "''" : value, expected);
}

bool uvp_option_count(const char *value, uint64_t least, uint64_t most, uint32_t *number)
{
    uint64_t read = 0;

    if (!uvp_value_count(value, &read) || read < least || read > most) {
        return false;
    }
    *number = (uint32_t)read;
    return true;
}

struct words {
    int count;
    char *const *texts;
    int next;
};

static void set_defaults(struct uvp_options *options)
{
    memset(options, 0, sizeof *options);
    options->level = UVP_TRACE_WARNING;
    options->progress = true;
    options->line.budget_bytes = UVP_DEFAULT_MEMORY_BYTES;
    options->settings.member_timeout_ns = UVP_DEFAULT_MEMBER_TIMEOUT_NS;
    options->settings.atlas.resolution_texels = UVP_DEFAULT_RESOLUTION;
    options->settings.atlas.padding_texels = UVP_DEFAULT_PADDING;
    options->settings.allowed = UVP_FAULTS_USUAL_ALLOWED;
}

/* Every word could be an input, an include or an exclude: room for all three. */
static enum uvp_code make_lists(struct uvp_options *options, int argc, struct uvp_mem *mem,
                                struct uvp_error *err)
{
    const size_t each = argc > 0 ? (size_t)argc : 1;
    const size_t bytes = 3 * each * sizeof(char *);

    options->mem = mem;
    options->inputs = uvp_mem_take_zeroed(mem, bytes);
    if (options->inputs == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    options->lists_bytes = bytes;
    options->include = options->inputs + each;
    options->exclude = options->inputs + 2 * each;
    options->settings.inputs = options->inputs;
    options->settings.include = options->include;
    options->settings.exclude = options->exclude;
    return UVP_OK;
}

/* A row that this command takes; else one of any other, to say so; else NULL. */
static bool is_better(const struct uvp_option *row, const struct uvp_option *than,
                      enum uvp_command command)
{
    return than == NULL || ((row->commands & UVP_FOR(command)) != 0 &&
                            (than->commands & UVP_FOR(command)) == 0);
}

static const struct uvp_option *find_long(enum uvp_command command, const char *name,
                                          size_t bytes)
{
    const struct uvp_option *found = NULL;

    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        if (strlen(row->name) == bytes && memcmp(row->name, name, bytes) == 0 &&
            is_better(row, found, command)) {
            found = row;
        }
    }
    return found;
}

static const struct uvp_option *find_letter(enum uvp_command command, char letter)
{
    const struct uvp_option *found = NULL;

    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        if (row->letter == letter && letter != 0 && is_better(row, found, command)) {
            found = row;
        }
    }
    return found;
}

/* `value`: what stood in the same word, or NULL. */
static enum uvp_code apply(struct uvp_options *options, struct words *words,
                           const struct uvp_option *row, const char *value,
                           struct uvp_error *err)
{
    if ((row->commands & UVP_FOR(options->command)) == 0) {
        return uvp_fail(err, UVP_USAGE, 0, "%s does not take --%s",
                        uvp_command_of(options->command)->name, row->name);
    }
    if (row->argument == NULL && value != NULL) {
        return uvp_fail(err, UVP_USAGE, 0, "--%s takes no value", row->name);
    }
    if (row->argument != NULL && value == NULL) {
        if (words->next >= words->count) {
            return uvp_fail(err, UVP_USAGE, 0, "--%s needs a value: %s", row->name,
                            row->argument);
        }
        value = words->texts[words->next++];
    }
    return row->set(options, value, err);
}

static enum uvp_code parse_long(struct uvp_options *options, struct words *words,
                                const char *word, struct uvp_error *err)
{
    const char *equals = strchr(word, '=');
    const size_t bytes = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct uvp_option *row = find_long(options->command, word, bytes);

    if (row == NULL) {
        const int shown = bytes > 60 ? 60 : (int)bytes;
        return uvp_fail(err, UVP_USAGE, 0, "unknown option --%.*s", shown, word);
    }
    return apply(options, words, row, equals != NULL ? equals + 1 : NULL, err);
}

static enum uvp_code parse_letters(struct uvp_options *options, struct words *words,
                                   const char *word, struct uvp_error *err)
{
    while (*word != '\0' && options->action == UVP_ACTION_RUN) {
        const struct uvp_option *row = find_letter(options->command, *word);
        if (row == NULL) {
            return uvp_fail(err, UVP_USAGE, 0, "unknown option -%c", *word);
        }
        word++;
        if (row->argument != NULL) {
            return apply(options, words, row, *word != '\0' ? word : NULL, err);
        }
        UVP_TRY(apply(options, words, row, NULL, err));
    }
    return UVP_OK;
}

static void add_input(struct uvp_options *options, const char *path)
{
    options->inputs[options->settings.input_count++] = path;
}

static enum uvp_code parse_words(struct uvp_options *options, struct words *words,
                                 struct uvp_error *err)
{
    bool inputs_only = false;

    while (words->next < words->count && options->action == UVP_ACTION_RUN) {
        const char *word = words->texts[words->next++];
        if (inputs_only || word[0] != '-' || word[1] == '\0') {
            add_input(options, word);
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

/* What options mean together. */
static enum uvp_code check_together(const struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_settings *settings = &options->settings;
    const bool to_stdout = settings->output == NULL || strcmp(settings->output, "-") == 0;

    UVP_TRY(check_inputs(settings, err));
    UVP_TRY(uvp_options_check_atlas(options, err));
    if (settings->container_given && settings->container == UVP_CONTAINER_FOLDER && to_stdout) {
        return uvp_fail(err, UVP_USAGE, 0, "--format folder needs --output FOLDER");
    }
    if (settings->seek_table && settings->codec_given && settings->codec != UVP_CODEC_ZSTD) {
        return uvp_fail(err, UVP_USAGE, 0, "--seek-table is for --compress zstd");
    }
    if (options->json && options->report_path != NULL) {
        return uvp_fail(err, UVP_USAGE, 0, "--json and --report: one or the other");
    }
    if (options->report_path != NULL && !to_stdout &&
        strcmp(options->report_path, settings->output) == 0) {
        return uvp_fail(err, UVP_USAGE, 0, "--report and --output name the same file");
    }
    return UVP_OK;
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

enum uvp_code uvp_options_parse(struct uvp_options *options, int argc, char *const *argv,
                                struct uvp_mem *mem, struct uvp_error *err)
{
    struct words words = {argc, argv, 1};
    enum uvp_code code = UVP_OK;

    set_defaults(options);
    parse_command(options, &words);
    UVP_TRY(make_lists(options, argc, mem, err));
    code = parse_words(options, &words, err);
    if (code == UVP_OK && options->action == UVP_ACTION_RUN) {
        code = check_together(options, err);
    }
    if (code != UVP_OK) {
        uvp_options_release(options);
    }
    return code;
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
        options->report_path != NULL || uvp_command_of(options->command)->lists_passed ||
        options->settings.dry_run || options->level >= UVP_TRACE_DEBUG;
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
    options->inputs = NULL;
    options->include = NULL;
    options->exclude = NULL;
    options->settings.inputs = NULL;
    options->settings.input_count = 0;
    options->settings.include = NULL;
    options->settings.include_count = 0;
    options->settings.exclude = NULL;
    options->settings.exclude_count = 0;
}
