/*
 * Where settings come from besides the command line. The order of reading does not matter: each
 * value goes to the store with the rank of its layer.
 *
 * The file is the user's, so it counts as options do: it is named with -v, and --no-config runs
 * without it.
 */
#include "tools/uvpipe/config_layers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/uvpipe/command.h"
#include "tools/uvpipe/config_file.h"
#include "tools/uvpipe/params.h"
#include "tools/uvpipe/presets.h"

#define PREFIX "UVPIPE_"
#define PREFIX_BYTES (sizeof PREFIX - 1)
#define CONFIG_VARIABLE "UVPIPE_CONFIG"
#define NAME_BYTES 64
#define PIECE_BYTES ((size_t)64 << 10)
#define PART_COUNT (UVP_COMMAND_COUNT + 1) /* of a file: one a command, and the unnamed one */

/* ---- one file ---- */

enum uvp_code uvp_config_read(const char *path, size_t most_bytes, struct uvp_buf *text,
                              struct uvp_error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum uvp_code code = UVP_OK;
    ssize_t got = fd < 0 ? -1 : 1;

    while (code == UVP_OK && got > 0 && text->bytes <= most_bytes) {
        code = uvp_buf_reserve(text, PIECE_BYTES, err);
        if (code == UVP_OK) {
            got = read(fd, text->data + text->bytes, PIECE_BYTES);
            text->bytes += got > 0 ? (size_t)got : 0;
        }
        got = got < 0 && errno == EINTR ? 1 : got;
    }
    if (code == UVP_OK && got < 0) {
        code =
            uvp_fail_sys(err, UVP_IO, errno, 0, "%s", fd < 0 ? "cannot open" : "cannot read");
    } else if (code == UVP_OK && text->bytes > most_bytes) {
        code = uvp_fail(err, UVP_USAGE, 0, "larger than %zu KiB", most_bytes >> 10);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return code;
}

struct reading {
    struct uvp_config *config;
    struct uvp_options *trial;
    const char *path;
    enum uvp_command part; /* UVP_COMMAND_COUNT: before the first heading */
    uint32_t *lines;       /* where each row was set in each part; 0: not yet */
};

static enum uvp_code find_part(struct reading *reading, const struct uvp_config_line *line,
                               struct uvp_error *err)
{
    for (int i = 0; i < UVP_COMMAND_COUNT; i++) {
        const char *const name = uvp_command_of((enum uvp_command)i)->name;
        if (uvp_span_equal(line->section, uvp_span_of_text(name))) {
            reading->part = (enum uvp_command)i;
            return UVP_OK;
        }
    }
    return uvp_fail(err, UVP_USAGE, line->number,
                    "[%.*s] is no command; that without one is "
                    "[unwrap]",
                    line->section.bytes > 40 ? 40 : (int)line->section.bytes,
                    (const char *)line->section.data);
}

static enum uvp_code refuse_key(enum uvp_command command, const char *name, size_t bytes,
                                struct uvp_error *err)
{
    const char *const near = uvp_option_near(command, name, bytes);

    return uvp_fail(err, UVP_USAGE, 0, "unknown key %.*s%s%s%s", bytes > 60 ? 60 : (int)bytes,
                    name, near != NULL ? "; is it " : "", near != NULL ? near : "",
                    near != NULL ? "?" : "");
}

/* The row of a key, or why there is none. */
static enum uvp_code find_key(enum uvp_command command, bool named, const char *name,
                              size_t bytes, const struct uvp_option **row,
                              struct uvp_error *err)
{
    *row = uvp_option_find(command, name, bytes);
    if (*row == NULL) {
        return refuse_key(command, name, bytes, err);
    }
    if (((*row)->traits & UVP_OPTION_BARE) != 0) {
        return uvp_fail(err, UVP_USAGE, 0, "%s is for the command line only", (*row)->name);
    }
    if (named && !uvp_option_is_for(*row, command)) {
        return uvp_fail(err, UVP_USAGE, 0, "%s does not take %s", uvp_command_of(command)->name,
                        (*row)->name);
    }
    return UVP_OK;
}

/* The same key twice in one part is a mistake, but for lists. */
static enum uvp_code judge_again(struct reading *reading, const struct uvp_option *row,
                                 uint32_t number, struct uvp_error *err)
{
    uint32_t *const line = &reading->lines[(size_t)reading->part * reading->config->rows +
                                           (size_t)(row - uvp_option_table)];

    if (*line != 0 && (row->traits & UVP_OPTION_LIST) == 0) {
        return uvp_fail(err, UVP_USAGE, number, "%s was set in line %u already", row->name,
                        (unsigned)*line);
    }
    *line = number;
    return UVP_OK;
}

static enum uvp_code set_key(struct reading *reading, const struct uvp_config_line *line,
                             struct uvp_error *err)
{
    struct uvp_config *const config = reading->config;
    const bool named = reading->part != UVP_COMMAND_COUNT;
    const enum uvp_command command = named ? reading->part : config->command;
    const struct uvp_source source = {named ? UVP_LAYER_SECTION : UVP_LAYER_FILE, reading->path,
                                      line->number};
    const struct uvp_option *row = NULL;

    UVP_TRY(find_key(command, named, (const char *)line->key.data, line->key.bytes, &row, err));
    UVP_TRY(judge_again(reading, row, line->number, err));
    if (command != config->command) {
        return uvp_config_judge(row, line->value, reading->trial, err);
    }
    return uvp_config_say(config, reading->trial, row, line->value, &source, err);
}

static enum uvp_code take_line(void *ctx, const struct uvp_config_line *line,
                               struct uvp_error *err)
{
    return line->key.bytes != 0 ? set_key(ctx, line, err) : find_part(ctx, line, err);
}

enum uvp_code uvp_config_text(struct uvp_config *config, struct uvp_options *trial,
                              struct uvp_span text, const char *name, struct uvp_error *err)
{
    struct reading reading = {config, trial, name, UVP_COMMAND_COUNT, NULL};
    struct uvp_source source = {UVP_LAYER_FILE, name, 0};
    struct uvp_error inner = {0};

    reading.lines =
        uvp_arena_take_zeroed(&config->texts, PART_COUNT * config->rows, sizeof *reading.lines);
    if (reading.lines == NULL) {
        return uvp_fail_memory(err, PART_COUNT * config->rows * sizeof *reading.lines);
    }
    if (uvp_config_file_parse(text, &config->texts, take_line, &reading, &source.line,
                              &inner) != UVP_OK) {
        return uvp_config_blame(&source, &inner, err);
    }
    config->path = name;
    return UVP_OK;
}

/* `named`: by the user, who is told when it is not there. */
static enum uvp_code read_file(struct uvp_config *config, struct uvp_options *trial,
                               const char *path, bool named, struct uvp_error *err)
{
    const struct uvp_source source = {UVP_LAYER_FILE, path, 0};
    struct uvp_error inner = {0};
    struct uvp_buf text;
    enum uvp_code code;

    uvp_buf_init(&text, config->mem, 0);
    code = uvp_config_read(path, UVP_CONFIG_FILE_BYTES, &text, &inner);
    if (code != UVP_OK && !named && (inner.sys == ENOENT || inner.sys == ENOTDIR)) {
        code = UVP_OK;
    } else if (code != UVP_OK) {
        code = uvp_config_blame(&source, &inner, err);
    } else {
        code = uvp_config_text(config, trial, uvp_buf_span(&text), path, err);
    }
    uvp_buf_release(&text);
    return code;
}

/* ---- which file ---- */

/* What is behind NAME=; NULL: not there. */
static const char *variable(char *const *environment, const char *name)
{
    const size_t bytes = strlen(name);

    for (; environment != NULL && *environment != NULL; environment++) {
        if (strncmp(*environment, name, bytes) == 0 && (*environment)[bytes] == '=') {
            return *environment + bytes + 1;
        }
    }
    return NULL;
}

static enum uvp_code join(struct uvp_config *config, const char *folder, const char *rest,
                          const char **path, struct uvp_error *err)
{
    const size_t bytes = strlen(folder) + strlen(rest) + 1;
    char *const made = UVP_ARENA_ARRAY(&config->texts, char, bytes);

    if (made == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    (void)snprintf(made, bytes, "%s%s", folder, rest);
    *path = made;
    return UVP_OK;
}

/* Where the user's file would be; *path stays NULL where there is no home. */
static enum uvp_code find_usual(struct uvp_config *config, char *const *environment,
                                const char **path, struct uvp_error *err)
{
    const char *const folder = variable(environment, "XDG_CONFIG_HOME");
    const char *const home = variable(environment, "HOME");

    if (folder != NULL && folder[0] == '/') {
        return join(config, folder, "/uvpipe/config", path, err);
    }
    if (home != NULL && home[0] == '/') {
        return join(config, home, "/.config/uvpipe/config", path, err);
    }
    return UVP_OK;
}

static enum uvp_code read_files(struct uvp_config *config, struct uvp_options *trial,
                                char *const *environment, struct uvp_error *err)
{
    const char *path = trial->config_path;
    bool named = true;

    if (trial->no_config) {
        return UVP_OK;
    }
    if (path == NULL) {
        path = variable(environment, CONFIG_VARIABLE);
    }
    if (path == NULL) {
        named = false;
        UVP_TRY(find_usual(config, environment, &path, err));
    }
    if (path == NULL || path[0] == '\0') {
        return UVP_OK;
    }
    return read_file(config, trial, path, named, err);
}

/* ---- the environment ---- */

/* UVPIPE_MAX_STRETCH -> max-stretch; false when it is too long, or not in capitals. */
static bool key_of(const char *name, size_t bytes, char key[NAME_BYTES])
{
    if (bytes == 0 || bytes >= NAME_BYTES) {
        return false;
    }
    for (size_t i = 0; i < bytes; i++) {
        const char c = name[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) {
            return false;
        }
        key[i] = (char)(c == '_' ? '-' : c >= 'A' ? c - 'A' + 'a' : c);
    }
    key[bytes] = '\0';
    return true;
}

static enum uvp_code say_variable(struct uvp_config *config, struct uvp_options *trial,
                                  const char *name, size_t bytes, const char *value,
                                  struct uvp_error *err)
{
    const struct uvp_option *row = NULL;
    struct uvp_source source = {UVP_LAYER_ENVIRONMENT, NULL, 0};
    struct uvp_error inner = {0};
    char key[NAME_BYTES] = "";
    enum uvp_code code;

    source.name = uvp_arena_copy_text(&config->texts, name, bytes);
    if (source.name == NULL) {
        return uvp_fail_memory(err, bytes + 1);
    }
    code = key_of(name + PREFIX_BYTES, bytes - PREFIX_BYTES, key)
               ? find_key(config->command, false, key, strlen(key), &row, &inner)
               : uvp_fail(&inner, UVP_USAGE, 0, "no option is called so");
    if (code == UVP_OK) {
        code = uvp_config_say(config, trial, row, value, &source, &inner);
    }
    return code == UVP_OK ? UVP_OK : uvp_config_blame(&source, &inner, err);
}

static enum uvp_code read_environment(struct uvp_config *config, struct uvp_options *trial,
                                      char *const *environment, struct uvp_error *err)
{
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *const name = *environment;
        const char *const equals = strchr(name, '=');
        const size_t bytes = equals != NULL ? (size_t)(equals - name) : 0;

        if (bytes < PREFIX_BYTES || strncmp(name, PREFIX, PREFIX_BYTES) != 0 ||
            (bytes == sizeof CONFIG_VARIABLE - 1 &&
             strncmp(name, CONFIG_VARIABLE, bytes) == 0)) {
            continue;
        }
        UVP_TRY(say_variable(config, trial, name, bytes, equals + 1, err));
    }
    return UVP_OK;
}

/* ---- the preset ---- */

static bool has_word(const char *list, const char *word)
{
    const size_t bytes = strlen(word);

    for (;;) {
        const size_t here = strcspn(list, ",");
        if (here == bytes && memcmp(list, word, bytes) == 0) {
            return true;
        }
        if (list[here] == '\0') {
            return false;
        }
        list += here + 1;
    }
}

static enum uvp_code expand_preset(struct uvp_config *config, struct uvp_options *trial,
                                   struct uvp_error *err)
{
    const struct uvp_option *const row = uvp_option_find(config->command, "preset", 6);
    const struct uvp_config_value *const said =
        row != NULL && uvp_option_is_for(row, config->command)
            ? uvp_config_of(config, row)->first
            : NULL;

    for (const struct uvp_preset_value *at = uvp_preset_values;
         said != NULL && at->preset != NULL; at++) {
        const struct uvp_source source = {UVP_LAYER_PRESET, at->preset, 0};
        const struct uvp_option *const set =
            uvp_option_find(config->command, at->option, strlen(at->option));
        struct uvp_error inner = {0};

        if (has_word(said->text, at->preset) && set != NULL &&
            uvp_config_say(config, trial, set, at->value, &source, &inner) != UVP_OK) {
            return uvp_config_blame(&source, &inner, err);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_config_layers(struct uvp_config *config, struct uvp_options *trial,
                                char *const *environment, struct uvp_error *err)
{
    UVP_TRY(read_files(config, trial, environment, err));
    if (trial->params_path != NULL) {
        UVP_TRY(uvp_params_file(trial->params_path, config, trial, err));
    }
    UVP_TRY(read_environment(config, trial, environment, err));
    return expand_preset(config, trial, err);
}
