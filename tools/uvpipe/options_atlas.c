/*
 * Zero means the default in struct uvp_atlas_options, so no setter here accepts a value that
 * would be stored as zero, but for --padding, which has a stand-in for it.
 */
#include "tools/uvpipe/options_atlas.h"

#include <string.h>

#include "tools/uvpipe/options_mesh.h"
#include "tools/uvpipe/values.h"

#define LEAST_RESOLUTION 16
#define MOST_RESOLUTION 65536
#define MOST_PAGES 1000
#define MOST_PACK_EFFORT 1000
#define MILLION UINT64_C(1000000)
#define LEAST_STRETCH_MILLIONTHS UINT64_C(1001000)
#define MOST_STRETCH UINT64_C(100)
#define MOST_DENSITY UINT64_C(1000000000)
#define MOST_DEGREES UINT64_C(180)

/* Charts need room: above this share of the page's side padding leaves none for them. */
#define PADDING_SHARE 8

/* What --padding 0 asks of the engine, where 0 means the default: charts that may touch. */
#define TOUCHING_TEXELS (1.0F / 1024)

#define SEAM_BYTES 24 /* of one word of --seams */

static bool read_millionths(const char *value, uint64_t least, uint64_t most, float *number)
{
    uint64_t millionths = 0;

    if (!uvp_value_decimal(value, &millionths) || millionths < least || millionths > most) {
        return false;
    }
    *number = (float)((double)millionths / (double)MILLION);
    return true;
}

enum uvp_code uvp_option_max_stretch(struct uvp_options *options, const char *value,
                                     struct uvp_error *err)
{
    if (!read_millionths(value, LEAST_STRETCH_MILLIONTHS, MOST_STRETCH * MILLION,
                         &options->settings.atlas.max_stretch)) {
        return uvp_option_refuse(err, "max-stretch", value, "a number from 1.001 to 100");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_max_chart_triangles(struct uvp_options *options, const char *value,
                                             struct uvp_error *err)
{
    if (!uvp_option_count(value, 1, UINT32_MAX, &options->settings.atlas.max_chart_triangles)) {
        return uvp_option_refuse(err, "max-chart-triangles", value, "a number of at least 1");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_keep_charts(struct uvp_options *options, const char *value,
                                     struct uvp_error *err)
{
    (void)err;
    options->settings.atlas.keep_charts = uvp_option_is_on(value);
    return UVP_OK;
}

enum uvp_code uvp_option_fix_winding(struct uvp_options *options, const char *value,
                                     struct uvp_error *err)
{
    (void)err;
    options->settings.atlas.fix_winding = uvp_option_is_on(value);
    return UVP_OK;
}

enum uvp_code uvp_option_whole_charts(struct uvp_options *options, const char *value,
                                      struct uvp_error *err)
{
    (void)err;
    options->settings.atlas.whole_charts = uvp_option_is_on(value);
    return UVP_OK;
}

/* ---- --seams ---- */

static enum uvp_code refuse_seams(struct uvp_error *err, const char *value)
{
    return uvp_option_refuse(err, "seams", value,
                             "none, or a list such as angle=60,material; 0 < angle <= 180");
}

/* One word of the list; false when it is none, or was there before. */
static bool read_seam(const char *word, struct uvp_atlas_options *atlas)
{
    if (strcmp(word, "material") == 0 && !atlas->seam_groups) {
        atlas->seam_groups = true;
        return true;
    }
    return strncmp(word, "angle=", 6) == 0 && !(atlas->seam_degrees > 0) &&
           read_millionths(word + 6, 1, MOST_DEGREES * MILLION, &atlas->seam_degrees);
}

enum uvp_code uvp_option_seams(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    struct uvp_atlas_options *const atlas = &options->settings.atlas;
    const char *at = value;

    atlas->seam_degrees = 0;
    atlas->seam_groups = false;
    if (strcmp(value, "none") == 0) {
        return UVP_OK;
    }
    for (;;) {
        const size_t bytes = strcspn(at, ",");
        char word[SEAM_BYTES];

        if (bytes >= sizeof word) {
            return refuse_seams(err, value);
        }
        memcpy(word, at, bytes);
        word[bytes] = '\0';
        if (!read_seam(word, atlas)) {
            return refuse_seams(err, value);
        }
        if (at[bytes] == '\0') {
            return UVP_OK;
        }
        at += bytes + 1;
    }
}

/* ---- the pages ---- */

enum uvp_code uvp_option_resolution(struct uvp_options *options, const char *value,
                                    struct uvp_error *err)
{
    if (!uvp_option_count(value, LEAST_RESOLUTION, MOST_RESOLUTION,
                          &options->settings.atlas.resolution_texels)) {
        return uvp_option_refuse(err, "resolution", value, "a number from 16 to 65536");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_padding(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    float *const padding = &options->settings.atlas.padding_texels;

    if (!read_millionths(value, 0, MOST_RESOLUTION * MILLION, padding)) {
        return uvp_option_refuse(err, "padding", value, "texels, such as 2 or 0.5");
    }
    *padding = *padding > 0 ? *padding : TOUCHING_TEXELS;
    return UVP_OK;
}

enum uvp_code uvp_option_texels_per_unit(struct uvp_options *options, const char *value,
                                         struct uvp_error *err)
{
    if (!read_millionths(value, 1, MOST_DENSITY * MILLION,
                         &options->settings.atlas.texels_per_unit)) {
        return uvp_option_refuse(err, "texels-per-unit", value,
                                 "a number above 0, such as 256 or 0.5");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_pages(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    uint32_t *const pages = &options->settings.atlas.pages;

    if (strcmp(value, "auto") == 0) {
        *pages = UVP_ATLAS_PAGES_AUTO;
        return UVP_OK;
    }
    if (!uvp_option_count(value, 1, MOST_PAGES, pages)) {
        return uvp_option_refuse(err, "pages", value, "a number from 1 to 1000, or auto");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_pack_effort(struct uvp_options *options, const char *value,
                                     struct uvp_error *err)
{
    if (!uvp_option_count(value, 1, MOST_PACK_EFFORT, &options->settings.atlas.pack_effort)) {
        return uvp_option_refuse(err, "pack-effort", value, "a number from 1 to 1000");
    }
    return UVP_OK;
}

/* ---- together ---- */

enum uvp_code uvp_options_check_atlas(const struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_settings *const settings = &options->settings;
    const struct uvp_atlas_options *const atlas = &settings->atlas;
    const float most = (float)atlas->resolution_texels / PADDING_SHARE;

    if (atlas->padding_texels > most) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "--padding is more than an eighth of --resolution %u",
                        (unsigned)atlas->resolution_texels);
    }
    if (options->command == UVP_COMMAND_STREAM && atlas->pages == UVP_ATLAS_PAGES_AUTO &&
        !(atlas->texels_per_unit > 0)) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "--pages auto needs --texels-per-unit: without a density one page "
                        "holds everything");
    }
    if (atlas->keep_charts && settings->mesh.existing != UVP_EXISTING_SKIP) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "--keep-charts and --existing %s: charts of meshes that have UVs are "
                        "either kept or replaced",
                        uvp_mesh_choices(&settings->mesh).existing);
    }
    return UVP_OK;
}
