/*
 * Numbers are made texts again, as they would stand on a command line: the setters judge them.
 */
#include "tools/uvpipe/params.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/command.h"
#include "tools/uvpipe/config_layers.h"

#define NUMBER_BYTES 48
#define MOST_REAL 1e12
#define MILLION 1e6

/* ---- text ---- */

/* jansson goes down into what stands inside each other: not too far. */
static bool is_shallow(struct uvp_span text)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.bytes; i++) {
        const unsigned char c = text.data[i];

        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
        if (depth > UVP_PARAMS_DEPTH) {
            return false;
        }
    }
    return true;
}

enum uvp_code uvp_params_parse(struct uvp_span text, json_t **object, struct uvp_error *err)
{
    json_error_t why;
    json_t *parsed = NULL;

    if (!is_shallow(text)) {
        return uvp_fail(err, UVP_USAGE, 0, "deeper than %d: no parameters", UVP_PARAMS_DEPTH);
    }
    parsed = json_loadb((const char *)text.data, text.bytes, JSON_REJECT_DUPLICATES, &why);
    if (parsed == NULL) {
        return uvp_fail(err, UVP_USAGE, 0, "not JSON: %.90s", why.text);
    }
    if (!json_is_object(parsed)) {
        json_decref(parsed);
        return uvp_fail(err, UVP_USAGE, 0, "not a JSON object");
    }
    *object = parsed;
    return UVP_OK;
}

/* ---- values ---- */

/* Up to six digits behind the point, as options have them; false for more, and for none. */
static bool write_real(double value, char out[NUMBER_BYTES])
{
    const double millionths = round(value * MILLION);
    int used = 0;

    if (!(value >= 0 && value < MOST_REAL) ||
        !(fabs(value * MILLION - millionths) <= 1e-9 * (1 + millionths))) {
        return false;
    }
    used = snprintf(out, NUMBER_BYTES, "%" PRIu64 ".%06" PRIu64,
                    (uint64_t)(millionths / MILLION), (uint64_t)fmod(millionths, MILLION));
    while (out[used - 1] == '0') {
        out[--used] = '\0';
    }
    if (out[used - 1] == '.') {
        out[--used] = '\0';
    }
    return used > 0;
}

/* The value as a word of the command line; NULL: it cannot be one. */
static const char *word_of(const json_t *value, char room[NUMBER_BYTES])
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return strlen(json_string_value(value)) == json_string_length(value)
                   ? json_string_value(value)
                   : NULL;
    case JSON_INTEGER:
        (void)snprintf(room, NUMBER_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return room;
    case JSON_REAL:
        return write_real(json_real_value(value), room) ? room : NULL;
    case JSON_TRUE:
        return "yes";
    case JSON_FALSE:
        return "no";
    default:
        return NULL;
    }
}

static enum uvp_code find_row(enum uvp_command command, const char *key,
                              const struct uvp_option **row, struct uvp_error *err)
{
    const size_t bytes = strlen(key);
    const char *const near = uvp_option_near(command, key, bytes);

    *row = uvp_option_find(command, key, bytes);
    if (*row == NULL) {
        return uvp_fail(err, UVP_USAGE, 0, "unknown parameter %.60s%s%s%s", key,
                        near != NULL ? "; is it " : "", near != NULL ? near : "",
                        near != NULL ? "?" : "");
    }
    if (!uvp_option_is_for(*row, command)) {
        return uvp_fail(err, UVP_USAGE, 0, "%s does not take %s", uvp_command_of(command)->name,
                        (*row)->name);
    }
    if (((*row)->traits & UVP_OPTION_MESH) == 0) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "%s is for the whole run, and no parameter of meshes", (*row)->name);
    }
    return UVP_OK;
}

static enum uvp_code take_one(const char *key, const json_t *value, struct uvp_options *trial,
                              struct uvp_arena *arena, uvp_param_fn take, void *ctx,
                              struct uvp_error *err)
{
    const struct uvp_option *row = NULL;
    char room[NUMBER_BYTES];
    const char *const word = word_of(value, room);
    const char *kept = NULL;

    UVP_TRY(find_row(trial->command, key, &row, err));
    if (word == NULL || json_is_boolean(value) != (row->argument == NULL)) {
        return uvp_fail(err, UVP_USAGE, 0, "%s: expected %s", row->name,
                        row->argument == NULL
                            ? "true or false"
                            : "a string, or a number of at most six digits behind the point");
    }
    UVP_TRY(uvp_config_judge(row, word, trial, err));
    if (trial->low_memory) {
        trial->low_memory = false;
        return uvp_fail(err, UVP_USAGE, 0, "preset: low-memory is for the whole run");
    }
    kept = uvp_arena_copy_text(arena, word, strlen(word));
    if (kept == NULL) {
        return uvp_fail_memory(err, strlen(word) + 1);
    }
    return take(ctx, row, kept, err);
}

enum uvp_code uvp_params_take(const json_t *params, struct uvp_options *trial,
                              struct uvp_arena *arena, uvp_param_fn take, void *ctx,
                              struct uvp_error *err)
{
    /* jansson's iterators take what they walk over as mutable */
    union {
        const json_t *given;
        json_t *walked;
    } object = {params};
    const bool low_memory = trial->low_memory;
    enum uvp_code code = UVP_OK;
    const char *key;
    json_t *value;

    trial->low_memory = false;
    json_object_foreach(object.walked, key, value)
    {
        code = take_one(key, value, trial, arena, take, ctx, err);
        if (code != UVP_OK) {
            break;
        }
    }
    trial->low_memory = low_memory;
    return code;
}

/* ---- a file ---- */

struct saying {
    struct uvp_config *config;
    struct uvp_source source;
};

static enum uvp_code say(void *ctx, const struct uvp_option *row, const char *value,
                         struct uvp_error *err)
{
    const struct saying *const saying = ctx;

    return uvp_config_set(saying->config, row, value, &saying->source, err);
}

static enum uvp_code take_file(struct saying *saying, struct uvp_options *trial,
                               struct uvp_span text, struct uvp_error *err)
{
    json_t *object = NULL;
    const json_t *params = NULL;
    const json_t *version = NULL;
    enum uvp_code code = UVP_OK;

    UVP_TRY(uvp_params_parse(text, &object, err));
    params = json_object_get(object, "params");
    version = json_object_get(object, "version");
    if (!json_is_integer(version) || json_integer_value(version) != 1) {
        code = uvp_fail(err, UVP_USAGE, 0, "\"version\" is not 1");
    } else if (!json_is_object(params)) {
        code = uvp_fail(err, UVP_USAGE, 0, "\"params\" is no object");
    } else {
        code = uvp_params_take(params, trial, &saying->config->texts, say, saying, err);
    }
    json_decref(object);
    return code;
}

enum uvp_code uvp_params_file(const char *path, struct uvp_config *config,
                              struct uvp_options *trial, struct uvp_error *err)
{
    struct saying saying = {config, {UVP_LAYER_PARAMS, path, 0}};
    struct uvp_error inner = {0};
    struct uvp_buf text;
    enum uvp_code code;

    uvp_buf_init(&text, config->mem, 0);
    code = uvp_config_read(path, UVP_PARAMS_FILE_BYTES, &text, &inner);
    if (code == UVP_OK) {
        code = take_file(&saying, trial, uvp_buf_span(&text), &inner);
    }
    uvp_buf_release(&text);
    return code == UVP_OK ? UVP_OK : uvp_config_blame(&saying.source, &inner, err);
}
