#include "tools/uvpipe/options_render.h"

#include <string.h>

#define COLOUR_DIGITS 6

const char *const uvp_what_words[] = {"layout", "mesh", "both", NULL};
const char *const uvp_colour_words[] = {"charts",  "stretch", "angle", "area",
                                        "checker", "plain",   NULL};
const char *const uvp_views_words[] = {"1", "3", NULL};
const char *const uvp_up_words[] = {"y", "z", NULL};
const char *const uvp_hide_words[] = {"none", "seams", "text", NULL};
const char *const uvp_turn_words[] = {"0", "90", "180", "270", NULL};

enum uvp_code uvp_option_what(struct uvp_options *options, const char *value,
                              struct uvp_error *err)
{
    enum uvp_picture_what what = UVP_PICTURE_BOTH;

    if (strcmp(value, "layout") == 0) {
        what = UVP_PICTURE_LAYOUT;
    } else if (strcmp(value, "mesh") == 0) {
        what = UVP_PICTURE_MESH;
    } else if (strcmp(value, "both") != 0 && strcmp(value, "layout,mesh") != 0 &&
               strcmp(value, "mesh,layout") != 0) {
        return uvp_option_refuse(err, "what", value, "layout, mesh or both");
    }
    options->settings.picture.what = what;
    return UVP_OK;
}

enum uvp_code uvp_option_colour(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    (void)err;
    options->settings.picture.colour =
        (enum uvp_picture_colour)uvp_option_choice(uvp_colour_words, value);
    return UVP_OK;
}

enum uvp_code uvp_option_svg(struct uvp_options *options, const char *value,
                             struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->settings.picture.is_svg = true;
    return UVP_OK;
}

enum uvp_code uvp_option_size(struct uvp_options *options, const char *value,
                              struct uvp_error *err)
{
    if (!uvp_option_count(value, UVP_PICTURE_SIDE_LEAST, UVP_PICTURE_SIDE_MOST,
                          &options->settings.picture.side)) {
        return uvp_option_refuse(err, "size", value, "a number from 64 to 16384");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_views(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    (void)err;
    options->settings.picture.views = *value == '1' ? 1 : 3;
    return UVP_OK;
}

enum uvp_code uvp_option_up(struct uvp_options *options, const char *value,
                            struct uvp_error *err)
{
    (void)err;
    options->settings.up_given = true;
    options->settings.picture.z_is_up = *value == 'z';
    return UVP_OK;
}

enum uvp_code uvp_option_turn(struct uvp_options *options, const char *value,
                              struct uvp_error *err)
{
    (void)err;
    options->settings.picture.turn = uvp_option_choice(uvp_turn_words, value);
    return UVP_OK;
}

enum uvp_code uvp_option_checker(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    if (!uvp_option_count(value, 1, UVP_PICTURE_CHECKER_MOST,
                          &options->settings.picture.checker)) {
        return uvp_option_refuse(err, "checker", value, "a number from 1 to 4096");
    }
    return UVP_OK;
}

/* The value of a hexadecimal digit; 16 for anything else. */
static unsigned digit_of(char character)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *const at = character == '\0' ? NULL : strchr(digits, character);

    return at == NULL ? 16 : (unsigned)(at - digits) % 16;
}

enum uvp_code uvp_option_background(struct uvp_options *options, const char *value,
                                    struct uvp_error *err)
{
    struct uvp_picture_options *const picture = &options->settings.picture;
    const char *const digits = *value == '#' ? value + 1 : value;
    unsigned worst = 0;
    uint32_t colour = 0;

    picture->is_clear = strcmp(value, "none") == 0;
    for (int i = 0; i < COLOUR_DIGITS && worst < 16 && !picture->is_clear; i++) {
        worst = digit_of(digits[i]);
        colour = colour << 4 | worst;
    }
    if (!picture->is_clear && (worst == 16 || digits[COLOUR_DIGITS] != '\0')) {
        return uvp_option_refuse(err, "background", value, "six digits as in F4F1EA, or none");
    }
    picture->has_background = true;
    picture->background[0] = (uint8_t)(colour >> 16);
    picture->background[1] = (uint8_t)(colour >> 8);
    picture->background[2] = (uint8_t)colour;
    return UVP_OK;
}

enum uvp_code uvp_option_hide(struct uvp_options *options, const char *value,
                              struct uvp_error *err)
{
    struct uvp_picture_options *const picture = &options->settings.picture;
    const char *at = value;
    bool more = strcmp(value, "none") != 0;

    picture->no_seams = false;
    picture->no_text = false;
    while (more) {
        const size_t bytes = strcspn(at, ",");

        if (bytes == 5 && memcmp(at, "seams", bytes) == 0) {
            picture->no_seams = true;
        } else if (bytes == 4 && memcmp(at, "text", bytes) == 0) {
            picture->no_text = true;
        } else {
            return uvp_option_refuse(err, "hide", value, "none, or of seams, text");
        }
        more = at[bytes] == ',';
        at += bytes + 1;
    }
    return UVP_OK;
}

enum uvp_code uvp_option_unwrap_missing(struct uvp_options *options, const char *value,
                                        struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->settings.unwrap_missing = true;
    return UVP_OK;
}

static bool ends_in_svg(const char *path)
{
    const size_t bytes = path == NULL ? 0 : strlen(path);

    return bytes > 4 && strcmp(path + bytes - 4, ".svg") == 0;
}

void uvp_options_settle_render(struct uvp_options *options)
{
    if (options->command == UVP_COMMAND_RENDER && ends_in_svg(options->settings.output)) {
        options->settings.picture.is_svg = true;
    }
}

enum uvp_code uvp_options_check_render(const struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_picture_options *const picture = &options->settings.picture;
    const uint64_t side = picture->side;
    const bool one = picture->what == UVP_PICTURE_LAYOUT || picture->what == UVP_PICTURE_MESH ||
                     picture->is_svg;

    if (picture->is_svg &&
        (picture->what == UVP_PICTURE_MESH || picture->what == UVP_PICTURE_BOTH)) {
        return uvp_fail(err, UVP_USAGE, 0, "an SVG shows the layout: --what mesh is for PNG");
    }
    if ((one ? 1 : 2) * side * side > UVP_PICTURE_PIXELS_MOST) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "--size %u: too many pixels side by side (11585 at most; --what layout "
                        "or mesh up to 16384)",
                        (unsigned)picture->side);
    }
    return UVP_OK;
}
