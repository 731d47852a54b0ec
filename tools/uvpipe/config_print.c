/*
 * The values stand below the heading of their command: some names mean another thing to another
 * command. What is not set has no value that could be written: its line is a comment.
 */
#include "tools/uvpipe/config_print.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/uvpipe/command.h"
#include "tools/uvpipe/config.h"
#include "tools/uvpipe/config_file.h"
#include "tools/uvpipe/escape.h"

#define SOURCE_BYTES 4200
#define SOURCE_COLUMN 40

static enum uvp_code say(struct uvp_buf *text, const char *words, struct uvp_error *err)
{
    return uvp_buf_append(text, words, strlen(words), err);
}

/* Blanks up to the column, and at least two; the line began at byte `from`. */
static enum uvp_code say_source(struct uvp_buf *text, size_t from,
                                const struct uvp_source *source, struct uvp_error *err)
{
    const size_t used = text->bytes - from;
    char words[SOURCE_BYTES];
    char harmless[SOURCE_BYTES];
    char gap[SOURCE_COLUMN + 1];

    uvp_source_text(source, words, sizeof words);
    (void)uvp_escape(harmless, sizeof harmless, words, strlen(words));
    (void)snprintf(gap, sizeof gap, "%*s",
                   used + 2 < SOURCE_COLUMN ? (int)(SOURCE_COLUMN - used) : 2, "");
    UVP_TRY(say(text, gap, err));
    UVP_TRY(say(text, "# ", err));
    UVP_TRY(say(text, harmless, err));
    return say(text, "\n", err);
}

static enum uvp_code say_value(struct uvp_buf *text, const struct uvp_option *row,
                               const char *value, const struct uvp_source *source,
                               struct uvp_error *err)
{
    const size_t from = text->bytes;

    if (value == NULL) {
        UVP_TRY(say(text, "# ", err));
    }
    UVP_TRY(say(text, row->name, err));
    UVP_TRY(say(text, value == NULL ? " is not set" : " = ", err));
    if (value != NULL) {
        UVP_TRY(uvp_config_value_write(text, value, err));
    }
    return say_source(text, from, source, err);
}

static enum uvp_code say_setting(struct uvp_buf *text, const struct uvp_option *row,
                                 const struct uvp_setting *setting, struct uvp_error *err)
{
    char times[12];

    if (row->argument == NULL) {
        (void)snprintf(times, sizeof times, "%u", (unsigned)setting->count);
        return say_value(text, row,
                         setting->count == 0   ? "no"
                         : setting->count == 1 ? "yes"
                                               : times,
                         &setting->source, err);
    }
    if (setting->first == NULL) {
        return say_value(text, row, NULL, &setting->source, err);
    }
    for (const struct uvp_config_value *at = setting->first; at != NULL; at = at->next) {
        UVP_TRY(say_value(text, row, at->text, &setting->source, err));
    }
    return UVP_OK;
}

static bool is_printed(const struct uvp_option *row, enum uvp_command command)
{
    return uvp_option_is_for(row, command) && (row->traits & UVP_OPTION_BARE) == 0;
}

enum uvp_code uvp_config_print(const struct uvp_options *options, struct uvp_buf *text,
                               struct uvp_error *err)
{
    const struct uvp_config *const config = options->config;
    const struct uvp_source file = {UVP_LAYER_FILE, config->path, 0};

    UVP_TRY(say(text, "# file read:", err));
    if (config->path != NULL) {
        UVP_TRY(say_source(text, text->bytes - SOURCE_COLUMN, &file, err));
    } else {
        UVP_TRY(say(text, " none\n", err));
    }
    UVP_TRY(say(text, "[", err));
    UVP_TRY(say(text, uvp_command_of(config->command)->name, err));
    UVP_TRY(say(text, "]\n", err));
    for (size_t i = 0; i < config->rows; i++) {
        if (is_printed(&uvp_option_table[i], config->command)) {
            UVP_TRY(say_setting(text, &uvp_option_table[i], &config->settings[i], err));
        }
    }
    return UVP_OK;
}

/* ---- JSON ---- */

static json_t *text_of(const char *text)
{
    char harmless[UVP_ESCAPE_BOUND(SOURCE_BYTES)];

    (void)uvp_escape_invalid(harmless, sizeof harmless, text, strlen(text));
    return json_string(harmless);
}

static json_t *list_of(const struct uvp_config_value *at)
{
    json_t *const list = json_array();

    for (; list != NULL && at != NULL; at = at->next) {
        (void)json_array_append_new(list, text_of(at->text));
    }
    return list;
}

static json_t *value_of(const struct uvp_option *row, const struct uvp_setting *setting)
{
    if (row->argument == NULL) {
        return (row->traits & UVP_OPTION_COUNT) != 0 ? json_integer(setting->count)
                                                     : json_boolean(setting->count != 0);
    }
    if ((row->traits & UVP_OPTION_LIST) != 0) {
        return list_of(setting->first);
    }
    return setting->first != NULL ? text_of(setting->first->text) : json_null();
}

static json_t *setting_of(const struct uvp_option *row, const struct uvp_setting *setting)
{
    static const char *const layers[] = {"built-in", "preset",      "file",        "file",
                                         "params",   "environment", "command-line"};
    const struct uvp_source *const source = &setting->source;

    return json_pack("{s:s, s:o, s:s, s:o, s:o}", "name", row->name, "value",
                     value_of(row, setting), "source", layers[source->layer], "from",
                     source->name != NULL ? text_of(source->name) : json_null(), "line",
                     source->line != 0 ? json_integer(source->line) : json_null());
}

enum uvp_code uvp_config_print_json(const struct uvp_options *options, struct uvp_buf *text,
                                    struct uvp_error *err)
{
    const struct uvp_config *const config = options->config;
    json_t *const settings = json_array();
    json_t *whole = NULL;
    char *dumped = NULL;
    enum uvp_code code = UVP_NO_MEMORY;

    for (size_t i = 0; settings != NULL && i < config->rows; i++) {
        if (is_printed(&uvp_option_table[i], config->command)) {
            (void)json_array_append_new(settings,
                                        setting_of(&uvp_option_table[i], &config->settings[i]));
        }
    }
    whole = json_pack("{s:i, s:s, s:o, s:o}", "version", 1, "command",
                      uvp_command_of(config->command)->name, "file",
                      config->path != NULL ? text_of(config->path) : json_null(), "settings",
                      settings);
    dumped = whole != NULL ? json_dumps(whole, JSON_INDENT(1)) : NULL;
    json_decref(whole);
    if (dumped == NULL) {
        return uvp_fail_memory(err, SOURCE_BYTES);
    }
    code = say(text, dumped, err);
    free(dumped);
    return code == UVP_OK ? say(text, "\n", err) : code;
}
