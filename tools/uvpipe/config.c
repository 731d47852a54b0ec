/*
 * The store of all layers. A setting is decided when it is set: the stronger layer wins, within
 * one the later word. Setters are called once for each row at the end, in the table's order.
 */
#include "tools/uvpipe/config.h"

#include <stdio.h>
#include <string.h>

#define TEXTS_CEILING ((size_t)64 << 20)
#define PATH_SHOWN 70 /* of a file's path in a message: its end tells more */
#define MOST_TIMES 9  /* of a flag that counts */

enum uvp_code uvp_config_create(struct uvp_mem *mem, struct uvp_config **config,
                                struct uvp_error *err)
{
    const size_t rows = uvp_option_count_all();
    struct uvp_config *const made = uvp_mem_take_zeroed(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    made->rows = rows;
    uvp_arena_init(&made->texts, mem, TEXTS_CEILING);
    made->settings = uvp_arena_take_zeroed(&made->texts, rows, sizeof *made->settings);
    if (made->settings == NULL) {
        uvp_config_destroy(made);
        return uvp_fail_memory(err, rows * sizeof *made->settings);
    }
    *config = made;
    return UVP_OK;
}

void uvp_config_destroy(struct uvp_config *config)
{
    if (config != NULL) {
        uvp_arena_release(&config->texts);
        uvp_mem_give(config->mem, config, sizeof *config);
    }
}

/* ---- setting ---- */

static enum uvp_code append(struct uvp_config *config, struct uvp_setting *setting,
                            const char *text, struct uvp_error *err)
{
    struct uvp_config_value *const value = uvp_arena_take(&config->texts, 1, sizeof *value);

    if (value == NULL) {
        return uvp_fail_memory(err, sizeof *value);
    }
    *value = (struct uvp_config_value){text, NULL};
    if (setting->first == NULL) {
        setting->first = value;
    } else {
        setting->last->next = value;
    }
    setting->last = value;
    setting->count++;
    return UVP_OK;
}

static void clear(struct uvp_setting *setting)
{
    setting->first = NULL;
    setting->last = NULL;
    setting->count = 0;
}

static enum uvp_code take_back(struct uvp_config *config, const struct uvp_option *row,
                               struct uvp_error *err)
{
    struct uvp_setting *const setting = uvp_config_of(config, row);

    clear(setting);
    return row->fallback != NULL ? append(config, setting, row->fallback, err) : UVP_OK;
}

enum uvp_code uvp_config_begin(struct uvp_config *config, enum uvp_command command,
                               struct uvp_error *err)
{
    config->command = command;
    for (size_t i = 0; i < config->rows; i++) {
        if (uvp_option_is_for(&uvp_option_table[i], command)) {
            UVP_TRY(take_back(config, &uvp_option_table[i], err));
        }
    }
    return UVP_OK;
}

/* How often the flag is given by this word; false for one that is none. */
static bool read_flag(const struct uvp_option *row, const char *value, uint32_t *times)
{
    if (strcmp(value, "yes") == 0 || strcmp(value, "no") == 0) {
        *times = value[0] == 'y' ? 1 : 0;
        return true;
    }
    return (row->traits & UVP_OPTION_COUNT) != 0 &&
           uvp_option_count(value, 0, MOST_TIMES, times);
}

static enum uvp_code refuse_flag(const struct uvp_option *row, const char *value,
                                 struct uvp_error *err)
{
    const bool counts = (row->traits & UVP_OPTION_COUNT) != 0;

    return uvp_option_refuse(err, row->name, value,
                             counts ? "yes, no or a number up to 9" : "yes or no");
}

/* -q after -v is -q. */
static void undo_other(struct uvp_config *config, const struct uvp_option *row,
                       const struct uvp_source *source)
{
    const struct uvp_option *const other =
        row->undoes == NULL
            ? NULL
            : uvp_option_find(config->command, row->undoes, strlen(row->undoes));

    if (other != NULL && uvp_config_of(config, other)->source.layer <= source->layer) {
        clear(uvp_config_of(config, other));
        uvp_config_of(config, other)->source = *source;
    }
}

static enum uvp_code set_flag(struct uvp_config *config, const struct uvp_option *row,
                              const char *value, const struct uvp_source *source, bool anew,
                              struct uvp_error *err)
{
    struct uvp_setting *const setting = uvp_config_of(config, row);
    uint32_t times = 0;

    if (!read_flag(row, value, &times)) {
        return refuse_flag(row, value, err);
    }
    if (times == 0) {
        clear(setting);
        return UVP_OK;
    }
    undo_other(config, row, source);
    setting->count =
        anew || (row->traits & UVP_OPTION_COUNT) == 0 ? times : setting->count + times;
    setting->count = setting->count > MOST_TIMES ? MOST_TIMES : setting->count;
    return UVP_OK;
}

enum uvp_code uvp_config_set(struct uvp_config *config, const struct uvp_option *row,
                             const char *value, const struct uvp_source *source,
                             struct uvp_error *err)
{
    struct uvp_setting *const setting = uvp_config_of(config, row);
    const bool anew = setting->source.layer != source->layer;

    if (setting->source.layer > source->layer) {
        return UVP_OK;
    }
    setting->source = *source;
    if (value == NULL) {
        return take_back(config, row, err);
    }
    if (row->argument == NULL) {
        return set_flag(config, row, value, source, anew, err);
    }
    if (anew || (row->traits & UVP_OPTION_LIST) == 0) {
        clear(setting);
    }
    return append(config, setting, value, err);
}

/* Lists are not tried: there is room for them only when all are known. */
enum uvp_code uvp_config_judge(const struct uvp_option *row, const char *value,
                               struct uvp_options *trial, struct uvp_error *err)
{
    uint32_t times = 0;

    if (value == NULL || (row->traits & UVP_OPTION_LIST) != 0) {
        return UVP_OK;
    }
    if (row->argument != NULL) {
        return uvp_option_apply(row, trial, value, err);
    }
    if (!read_flag(row, value, &times)) {
        return refuse_flag(row, value, err);
    }
    return times != 0 ? uvp_option_apply(row, trial, NULL, err) : UVP_OK;
}

enum uvp_code uvp_config_say(struct uvp_config *config, struct uvp_options *trial,
                             const struct uvp_option *row, const char *value,
                             const struct uvp_source *source, struct uvp_error *err)
{
    UVP_TRY(uvp_config_judge(row, value, trial, err));
    return uvp_option_is_for(row, config->command)
               ? uvp_config_set(config, row, value, source, err)
               : UVP_OK;
}

enum uvp_code uvp_config_add_input(struct uvp_config *config, const char *path,
                                   struct uvp_error *err)
{
    return append(config, &config->inputs, path, err);
}

/* ---- what came of it ---- */

size_t uvp_config_list_values(const struct uvp_config *config)
{
    size_t values = config->inputs.count;

    for (size_t i = 0; i < config->rows; i++) {
        const bool is_list = (uvp_option_table[i].traits & UVP_OPTION_LIST) != 0;
        values += is_list ? config->settings[i].count : 0;
    }
    return values;
}

static enum uvp_code apply_row(const struct uvp_config *config, const struct uvp_option *row,
                               struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_setting *const setting = uvp_config_of(config, row);

    for (const struct uvp_config_value *at = setting->first; at != NULL; at = at->next) {
        UVP_TRY(uvp_option_apply(row, options, at->text, err));
    }
    for (uint32_t i = 0; row->argument == NULL && i < setting->count; i++) {
        UVP_TRY(uvp_option_apply(row, options, NULL, err));
    }
    return UVP_OK;
}

enum uvp_code uvp_config_apply(const struct uvp_config *config, struct uvp_options *options,
                               struct uvp_error *err)
{
    for (size_t i = 0; i < config->rows; i++) {
        const struct uvp_option *const row = &uvp_option_table[i];
        struct uvp_error inner = {0};

        if (uvp_option_is_for(row, config->command) &&
            apply_row(config, row, options, &inner) != UVP_OK) {
            return uvp_config_blame(&config->settings[i].source, &inner, err);
        }
    }
    return UVP_OK;
}

/* ---- sources ---- */

static const char *end_of_path(const char *path, const char **dots)
{
    const size_t bytes = strlen(path);

    *dots = bytes > PATH_SHOWN ? "..." : "";
    return bytes > PATH_SHOWN ? path + bytes - PATH_SHOWN : path;
}

enum uvp_code uvp_config_blame(const struct uvp_source *source, const struct uvp_error *inner,
                               struct uvp_error *err)
{
    const char *dots = "";
    const char *const name = source->name != NULL ? end_of_path(source->name, &dots) : "";

    switch (source->layer) {
    case UVP_LAYER_FILE:
    case UVP_LAYER_SECTION:
    case UVP_LAYER_PARAMS:
        if (source->line != 0) {
            return uvp_fail(err, inner->code, source->line, "%s%s:%u: %s", dots, name,
                            (unsigned)source->line, inner->text);
        }
        return uvp_fail(err, inner->code, 0, "%s%s: %s", dots, name, inner->text);
    case UVP_LAYER_ENVIRONMENT:
        return uvp_fail(err, inner->code, 0, "environment: %s%s: %s", dots, name, inner->text);
    case UVP_LAYER_PRESET:
        return uvp_fail(err, inner->code, 0, "preset %s: %s", name, inner->text);
    default:
        return uvp_fail(err, inner->code, inner->at, "%s", inner->text);
    }
}

void uvp_source_text(const struct uvp_source *source, char *out, size_t room)
{
    switch (source->layer) {
    case UVP_LAYER_BUILTIN:
        (void)snprintf(out, room, "built-in");
        break;
    case UVP_LAYER_PRESET:
        (void)snprintf(out, room, "preset %s", source->name);
        break;
    case UVP_LAYER_ENVIRONMENT:
        (void)snprintf(out, room, "%s", source->name);
        break;
    case UVP_LAYER_COMMAND_LINE:
        (void)snprintf(out, room, "command line");
        break;
    default:
        if (source->line != 0) {
            (void)snprintf(out, room, "%s:%u", source->name, (unsigned)source->line);
        } else {
            (void)snprintf(out, room, "%s", source->name);
        }
        break;
    }
}
