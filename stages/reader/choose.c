#include "stages/reader/choose.h"

#include <fnmatch.h>
#include <string.h>

/* A pattern without a slash is held against the last part of the path, as users expect of
 * '*.obj'; one with a slash against the whole path. */
static bool matches(const char *pattern, const char *path)
{
    const char *subject = path;

    if (strchr(pattern, '/') == NULL) {
        const char *const slash = strrchr(path, '/');
        subject = slash == NULL ? path : slash + 1;
    }
    return fnmatch(pattern, subject, 0) == 0;
}

static bool matches_any(const char *const *patterns, uint32_t count, const char *path)
{
    for (uint32_t i = 0; i < count; i++) {
        if (matches(patterns[i], path)) {
            return true;
        }
    }
    return false;
}

const char *uvp_choose_member(const struct uvp_settings *settings,
                              const struct uvp_header *header)
{
    if (header->type != UVP_ENTRY_FILE) {
        return "not a file";
    }
    if (uvp_format_by_path(header->path, header->path_bytes) == NULL) {
        return "not a mesh format";
    }
    if (settings->include_count != 0 &&
        !matches_any(settings->include, settings->include_count, header->path)) {
        return "not included";
    }
    if (matches_any(settings->exclude, settings->exclude_count, header->path)) {
        return "excluded";
    }
    if (!header->replaceable) {
        return header->why_not == NULL ? "cannot be rewritten" : header->why_not;
    }
    if (settings->dry_run) {
        return "would be unwrapped";
    }
    return NULL;
}

static enum uvp_container usual_container(const struct uvp_settings *settings, bool per_input,
                                          enum uvp_container container)
{
    switch (container) {
    case UVP_CONTAINER_PLAIN:
        if (per_input) {
            return UVP_CONTAINER_FOLDER;
        }
        return settings->input_count > 1 ? UVP_CONTAINER_TAR : UVP_CONTAINER_PLAIN;
    case UVP_CONTAINER_FOLDER:
        return per_input ? UVP_CONTAINER_FOLDER : UVP_CONTAINER_TAR;
    case UVP_CONTAINER_SEVENZIP:
        return UVP_CONTAINER_TAR;
    default:
        return container;
    }
}

static enum uvp_code check(const struct uvp_settings *settings, bool per_input,
                           enum uvp_container source, enum uvp_container container,
                           struct uvp_error *err)
{
    if (container == UVP_CONTAINER_SEVENZIP) {
        return uvp_fail(err, UVP_USAGE, 0, "7z archives can be read, not written");
    }
    if (container == UVP_CONTAINER_FOLDER && !per_input) {
        return uvp_fail(err, UVP_USAGE, 0, "a folder as output needs -o FOLDER/");
    }
    if (container == UVP_CONTAINER_PLAIN &&
        (source != UVP_CONTAINER_PLAIN || settings->input_count > 1)) {
        return uvp_fail(err, UVP_USAGE, 0, "only one plain file can become a plain file");
    }
    return UVP_OK;
}

enum uvp_code uvp_choose_output(const struct uvp_settings *settings, bool per_input,
                                enum uvp_container container, enum uvp_codec codec,
                                struct uvp_choice *choice, struct uvp_error *err)
{
    int lowest;
    int usual;
    int highest;

    choice->container = settings->container_given
                            ? settings->container
                            : usual_container(settings, per_input, container);
    choice->codec = settings->codec_given ? settings->codec : codec;
    if (choice->container == UVP_CONTAINER_FOLDER) {
        choice->codec = UVP_CODEC_NONE; /* files are written plain */
    }
    uvp_codec_levels(choice->codec, &lowest, &usual, &highest);
    choice->level = settings->level_given ? settings->level : usual;
    return check(settings, per_input, container, choice->container, err);
}
