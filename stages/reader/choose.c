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

/* Members without a suffix are read to see what they are, up to this size. */
#define UNNAMED_MOST ((uint64_t)64 << 20)

static bool may_be_mesh(const struct uvp_header *header)
{
    if (uvp_format_by_path(header->path, header->path_bytes) != NULL) {
        return true;
    }
    return uvp_format_is_unnamed(header->path, header->path_bytes) && header->replaceable &&
           header->size_known && header->size_bytes != 0 && header->size_bytes <= UNNAMED_MOST;
}

const char *uvp_choose_member(const struct uvp_settings *settings,
                              const struct uvp_header *header, enum uvp_looked looked)
{
    if (header->type != UVP_ENTRY_FILE) {
        return "not a file";
    }
    if (looked == UVP_LOOKED_OTHER
            ? uvp_format_by_path(header->path, header->path_bytes) == NULL
            : looked == UVP_LOOKED_NOT && !may_be_mesh(header)) {
        return uvp_format_why_not(header->path, header->path_bytes);
    }
    if (settings->include_count != 0 &&
        !matches_any(settings->include, settings->include_count, header->path)) {
        return "not included";
    }
    if (matches_any(settings->exclude, settings->exclude_count, header->path)) {
        return "excluded";
    }
    if (settings->task != UVP_TASK_UNWRAP && !uvp_settings_write(settings)) {
        return NULL; /* one that cannot be read is a failure there */
    }
    if (!header->replaceable) {
        return header->why_not == NULL ? "cannot be rewritten" : header->why_not;
    }
    if (settings->dry_run) {
        return uvp_format_by_path(header->path, header->path_bytes) != NULL ||
                       looked == UVP_LOOKED_MESH
                   ? "would be unwrapped"
                   : "would be looked into";
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
    if (choice->container == UVP_CONTAINER_PLAIN && !settings->codec_given &&
        uvp_task_traits(settings->task).made_only) {
        choice->codec = UVP_CODEC_NONE; /* it is another file, not this one anew */
    }
    uvp_codec_levels(choice->codec, &lowest, &usual, &highest);
    choice->level = settings->level_given ? settings->level : usual;
    return check(settings, per_input, container, choice->container, err);
}

/* ---- names of plain files ---- */

static const char *skip_way_out(const char *path)
{
    const char *before;

    do {
        before = path;
        path += strspn(path, "/");
        path += strncmp(path, "./", 2) == 0 ? 2 : 0;
        path += strncmp(path, "../", 3) == 0 ? 3 : 0;
    } while (path != before);
    return path;
}

static bool leads_out(const char *path)
{
    return strstr(path, "/../") != NULL || strcmp(path, "..") == 0;
}

enum uvp_code uvp_choose_name(const char *path, bool last_part, enum uvp_codec codec,
                              struct uvp_buf *name, struct uvp_error *err)
{
    const char *const slash = strrchr(path, '/');
    const char *const inside = skip_way_out(path);
    const char *const chosen =
        slash != NULL && (last_part || leads_out(inside)) ? slash + 1 : inside;
    const char *const dot = strrchr(chosen, '.');
    size_t bytes = strlen(chosen);

    if (codec != UVP_CODEC_NONE && dot != NULL && dot != chosen &&
        uvp_codec_by_path(chosen) == codec) {
        bytes = (size_t)(dot - chosen);
    }
    UVP_TRY(uvp_buf_append(name, chosen, bytes, err));
    return uvp_buf_append(name, "", 1, err);
}
