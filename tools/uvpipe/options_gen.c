/* Numbers of triangles are counts, so k and M are powers of 1000 here. */
#include "tools/uvpipe/options_gen.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "tools/uvpipe/values.h"

#define MOST_TRIANGLES UINT64_C(100000000)
#define MOST_MEMBERS UINT64_C(1000000000)
#define NOISE_ONE 1000000 /* of uvp_value_decimal */

/* As uvp_made_format_name and uvp_made_uvs_name have them. */
const char *const uvp_mesh_format_words[] = {"obj", "ply", "glb", "stl", "off", NULL};
const char *const uvp_uvs_words[] = {"none", "cells", "planar", "overlapping", NULL};

/* ---- options ---- */

/* Digits and a unit, up to `bytes`. */
static bool read_number(const char *text, size_t bytes, uint64_t most, uint64_t *number)
{
    char digits[24];
    uint64_t unit = 1;

    if (bytes == 0 || bytes >= sizeof digits) {
        return false;
    }
    if (text[bytes - 1] == 'k' || text[bytes - 1] == 'K') {
        unit = 1000;
    } else if (text[bytes - 1] == 'm' || text[bytes - 1] == 'M') {
        unit = 1000000;
    }
    bytes -= unit == 1 ? 0 : 1;
    memcpy(digits, text, bytes);
    digits[bytes] = '\0';
    if (!uvp_value_count(digits, number) || *number > most / unit) {
        return false;
    }
    *number *= unit;
    return true;
}

enum uvp_code uvp_option_triangles(struct uvp_options *options, const char *value,
                                   struct uvp_error *err)
{
    const size_t bytes = strcspn(value, ":");
    uint64_t least = 0;
    uint64_t most = 0;
    bool good = read_number(value, bytes, MOST_TRIANGLES, &least);

    most = least;
    if (good && value[bytes] == ':') {
        const char *const second = value + bytes + 1;
        good = read_number(second, strlen(second), MOST_TRIANGLES, &most);
    }
    if (!good || least == 0 || most < least) {
        return uvp_option_refuse(err, "triangles", value,
                                 "a number up to 100M, such as 500, 20k or 1M, or N:M");
    }
    options->making.least_triangles = (uint32_t)least;
    options->making.most_triangles = (uint32_t)most;
    return UVP_OK;
}

enum uvp_code uvp_option_count_members(struct uvp_options *options, const char *value,
                                       struct uvp_error *err)
{
    uint64_t count = 0;

    if (!read_number(value, strlen(value), MOST_MEMBERS, &count) || count == 0) {
        return uvp_option_refuse(err, "count", value, "a number from 1 to 1000M");
    }
    options->making.count = count;
    return UVP_OK;
}

enum uvp_code uvp_option_seed(struct uvp_options *options, const char *value,
                              struct uvp_error *err)
{
    if (!uvp_value_count(value, &options->making.seed)) {
        return uvp_option_refuse(err, "seed", value, "a whole number");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_mesh_format(struct uvp_options *options, const char *value,
                                     struct uvp_error *err)
{
    (void)err;
    options->making.format =
        (enum uvp_made_format)uvp_option_choice(uvp_mesh_format_words, value);
    options->made_format_given = true;
    return UVP_OK;
}

enum uvp_code uvp_option_uvs(struct uvp_options *options, const char *value,
                             struct uvp_error *err)
{
    (void)err;
    options->making.uvs = (enum uvp_made_uvs)uvp_option_choice(uvp_uvs_words, value);
    return UVP_OK;
}

enum uvp_code uvp_option_noise(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    uint64_t millionths = 0;

    if (!uvp_value_decimal(value, &millionths) || millionths > NOISE_ONE) {
        return uvp_option_refuse(err, "noise", value, "a number from 0 to 1");
    }
    options->making.noise = (double)millionths / NOISE_ONE;
    return UVP_OK;
}

/* ---- what the output is called ---- */

static bool ends_with(const char *text, size_t bytes, const char *suffix)
{
    const size_t suffix_bytes = strlen(suffix);

    return bytes > suffix_bytes &&
           strncasecmp(text + bytes - suffix_bytes, suffix, suffix_bytes) == 0;
}

static bool find_container(const char *name, size_t bytes, enum uvp_container *container)
{
    static const struct {
        const char *suffix;
        enum uvp_container container;
    } rows[] = {{".tar", UVP_CONTAINER_TAR},  {".cpio", UVP_CONTAINER_CPIO},
                {".zip", UVP_CONTAINER_ZIP},  {".tgz", UVP_CONTAINER_TAR},
                {".txz", UVP_CONTAINER_TAR},  {".tbz", UVP_CONTAINER_TAR},
                {".tbz2", UVP_CONTAINER_TAR}, {".tzst", UVP_CONTAINER_TAR},
                {".tlz4", UVP_CONTAINER_TAR}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (ends_with(name, bytes, rows[i].suffix)) {
            *container = rows[i].container;
            return true;
        }
    }
    return false;
}

/* The name without the suffix of a compression that is no archive's, ".zst". */
static size_t plain_bytes(const char *name)
{
    const size_t bytes = strlen(name);
    const char *const dot = strrchr(name, '.');
    enum uvp_container container;

    return dot != NULL && uvp_codec_by_path(name) != UVP_CODEC_NONE &&
                   !find_container(name, bytes, &container)
               ? (size_t)(dot - name)
               : bytes;
}

/* Kind of archive, compression and mesh format, where no option says them. */
static void follow_output(struct uvp_options *options)
{
    struct uvp_settings *const settings = &options->settings;
    const char *const name = settings->output;
    const size_t bytes = name == NULL ? 0 : plain_bytes(name);

    if (bytes == 0 || name[bytes - 1] == '/' || strcmp(name, "-") == 0) {
        return;
    }
    if (!settings->codec_given) {
        settings->codec = uvp_codec_by_path(name);
        settings->codec_given = true;
    }
    if (!settings->container_given) {
        settings->container_given = find_container(name, bytes, &settings->container);
    }
    for (int i = 0; i < UVP_MADE_FORMAT_COUNT && !options->made_format_given; i++) {
        const enum uvp_made_format format = (enum uvp_made_format)i;
        const char *const suffix = uvp_made_format_name(format);

        if (ends_with(name, bytes, suffix) && name[bytes - strlen(suffix) - 1] == '.') {
            options->making.format = format;
        }
    }
}

/* ---- words ---- */

static enum uvp_code add_shape(struct uvp_options *options, const struct uvp_shape_kind *shape,
                               struct uvp_error *err)
{
    if (options->making.shape_count == UVP_OPTIONS_SHAPES_MOST) {
        return uvp_fail(err, UVP_USAGE, 0, "more than %d shapes", UVP_OPTIONS_SHAPES_MOST);
    }
    options->shapes[options->making.shape_count++] = shape;
    return UVP_OK;
}

static enum uvp_code add_word(struct uvp_options *options, const char *word,
                              struct uvp_error *err)
{
    const struct uvp_shape_kind *const shape = uvp_shape_find(word);

    if (strcmp(word, "all") == 0) {
        for (const struct uvp_shape_kind *each = uvp_shapes; each->name != NULL; each++) {
            UVP_TRY(add_shape(options, each, err));
        }
        return UVP_OK;
    }
    if (shape == NULL) {
        return uvp_fail(err, UVP_USAGE, 0, "no such shape: %.60s (uvpipe gen list)",
                        *word == '\0' ? "''" : word);
    }
    return add_shape(options, shape, err);
}

static bool is_folder(const char *path)
{
    struct stat status;

    return path != NULL && *path != '\0' && strcmp(path, "-") != 0 &&
           (path[strlen(path) - 1] == '/' ||
            (stat(path, &status) == 0 && S_ISDIR(status.st_mode)));
}

static enum uvp_code check_making(const struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_making *const making = &options->making;
    const struct uvp_settings *const settings = &options->settings;

    if (making->uvs != UVP_MADE_BARE && !uvp_made_format_has_uvs(making->format)) {
        return uvp_fail(err, UVP_USAGE, 0, "--uvs: %s files have no room for UVs",
                        uvp_made_format_name(making->format));
    }
    if (settings->container_given && settings->container != UVP_CONTAINER_FOLDER &&
        is_folder(settings->output)) {
        return uvp_fail(err, UVP_USAGE, 0, "--format %s: -o needs the name of a file",
                        uvp_container_name(settings->container));
    }
    if (making->count > 1 && settings->output != NULL && !settings->container_given) {
        const size_t bytes = plain_bytes(settings->output);

        if (uvp_format_by_path(settings->output, bytes) != NULL) {
            return uvp_fail(err, UVP_USAGE, 0,
                            "--output %.60s: %llu meshes need an archive or a folder",
                            settings->output, (unsigned long long)making->count);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_gen_take_words(struct uvp_options *options, struct uvp_error *err)
{
    struct uvp_making *const making = &options->making;
    const uint32_t words = options->settings.input_count;

    if (words == 1 && strcmp(options->inputs[0], "list") == 0) {
        options->lists_shapes = true;
    }
    for (uint32_t i = 0; i < words && !options->lists_shapes; i++) {
        UVP_TRY(add_word(options, options->inputs[i], err));
    }
    if (words == 0) {
        return uvp_fail(err, UVP_USAGE, 0, "which SHAPE? (uvpipe gen list)");
    }
    making->count = making->count == 0 ? making->shape_count : making->count;
    making->shapes = options->shapes;
    options->settings.making = making;
    options->inputs[0] = "gen"; /* what messages call the input that is none */
    options->settings.input_count = 1;
    follow_output(options);
    return check_making(options, err);
}
