/*
 * What is read here is read again by the lane itself, which tells of any damage; so a failure
 * only means that nothing was found.
 */
#include "stages/reader/scout.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/archive/codec.h"

void uvp_scout_init(struct uvp_scout *scout, enum uvp_scout_kind kind, const char *input,
                    const struct uvp_input_options *options)
{
    memset(scout, 0, sizeof *scout);
    scout->kind = kind;
    scout->input = input;
    scout->options = *options;
    scout->options.warn = NULL;
    scout->options.status = NULL;
    scout->options.keep_metadata = false;
}

void uvp_scout_close(struct uvp_scout *scout)
{
    uvp_input_close(scout->opened);
    scout->opened = NULL;
    scout->over = true;
}

static enum uvp_code open_file(struct uvp_scout *scout, const char *path, bool packed,
                               struct uvp_error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (packed ? 0 : O_NOFOLLOW));
    const struct uvp_fd_stream_options options = {
        .stop = scout->options.stop,
        .pool = scout->options.pool,
        .mem = scout->options.mem,
        .owns_fd = true,
    };
    struct uvp_stream *stream = NULL;
    struct uvp_stream *decoded = NULL;
    enum uvp_codec codec = UVP_CODEC_NONE;
    struct stat status;
    enum uvp_code code;

    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "not a file");
    }
    code = uvp_fd_stream_open(fd, &options, &stream, err);
    if (code != UVP_OK) {
        (void)close(fd);
        return code;
    }
    decoded = stream;
    code = packed
               ? uvp_codec_open(stream, options.pool, options.mem, NULL, &decoded, &codec, err)
               : UVP_OK;
    if (code == UVP_OK) {
        stream = decoded;
        code = uvp_input_open(stream, &scout->options, &scout->opened, err);
    }
    if (code != UVP_OK) {
        uvp_stream_close(stream);
    }
    return code;
}

static enum uvp_code open_again(struct uvp_scout *scout, struct uvp_error *err)
{
    if (scout->kind == UVP_SCOUT_FOLDER) {
        return uvp_input_open_folder(scout->input, &scout->options, &scout->opened, err);
    }
    return open_file(scout, scout->input, true, err);
}

/* The current member into `nearby`; one that cannot be taken is not kept. */
static enum uvp_code keep_member(struct uvp_scout *scout, struct uvp_nearby *nearby,
                                 struct uvp_error *err)
{
    struct uvp_entry entry;
    enum uvp_code code;

    uvp_entry_init(&entry, scout->options.mem);
    code = uvp_input_take(scout->opened, &entry, err);
    if (code == UVP_OK) {
        code = uvp_nearby_keep(nearby, &entry, err);
    }
    uvp_entry_release(&entry);
    return code;
}

/* Lets go of what was passed over. */
static enum uvp_code drop_passed(struct uvp_scout *scout, struct uvp_error *err)
{
    struct uvp_slices passed;
    uint64_t at = 0;
    enum uvp_code code;

    if (scout->kind == UVP_SCOUT_FOLDER) {
        return UVP_OK;
    }
    uvp_slices_init(&passed, scout->options.mem);
    code = uvp_input_flush(scout->opened, &passed, &at, err);
    uvp_slices_release(&passed);
    return code;
}

static enum uvp_code step(struct uvp_scout *scout, struct uvp_span path,
                          struct uvp_nearby *nearby, bool *here, struct uvp_error *err)
{
    struct uvp_header header;

    UVP_TRY(uvp_input_next(scout->opened, &header, err));
    UVP_TRY(drop_passed(scout, err));
    *here = header.path_bytes == path.bytes && memcmp(header.path, path.data, path.bytes) == 0;
    if (header.type != UVP_ENTRY_FILE || !header.size_known || !header.replaceable ||
        header.size_bytes > nearby->most_bytes) {
        return UVP_OK;
    }
    return *here || uvp_nearby_wants(nearby, header.path, header.path_bytes, header.size_bytes)
               ? keep_member(scout, nearby, err)
               : UVP_OK;
}

static enum uvp_code walk_to(struct uvp_scout *scout, struct uvp_span path,
                             struct uvp_nearby *nearby, struct uvp_error *err)
{
    bool here = false;

    if (scout->opened == NULL) {
        UVP_TRY(open_again(scout, err));
    }
    while (!here) {
        UVP_TRY(step(scout, path, nearby, &here, err));
    }
    return UVP_OK;
}

/* The file `path` in the folder of the one that is the input, and not above it. */
static enum uvp_code read_beside(struct uvp_scout *scout, struct uvp_span path,
                                 struct uvp_nearby *nearby, struct uvp_error *err)
{
    const char *const slash = strrchr(scout->input, '/');
    const size_t folder = slash == NULL ? 0 : (size_t)(slash - scout->input) + 1;
    const size_t bytes = folder + path.bytes + 1;
    char *const full = uvp_mem_take(scout->options.mem, bytes);
    char *const name = full == NULL ? NULL : full + folder;
    struct uvp_header header;
    enum uvp_code code;

    if (full == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    memcpy(full, scout->input, folder);
    memcpy(name, path.data, path.bytes);
    name[path.bytes] = '\0';
    scout->options.path = name;
    scout->options.may_be_empty = true;
    code = open_file(scout, full, false, err);
    if (code == UVP_OK) {
        code = uvp_input_next(scout->opened, &header, err);
    }
    if (code == UVP_OK && header.size_bytes <= nearby->most_bytes) {
        code = keep_member(scout, nearby, err);
    }
    uvp_input_close(scout->opened);
    scout->opened = NULL;
    scout->options.path = NULL;
    uvp_mem_give(scout->options.mem, full, bytes);
    return code;
}

enum uvp_code uvp_scout_find(struct uvp_scout *scout, struct uvp_span path,
                             struct uvp_nearby *nearby, const struct uvp_entry **found,
                             struct uvp_error *err)
{
    struct uvp_error failure = {0};
    enum uvp_code code;

    *found = NULL;
    if (scout->kind == UVP_SCOUT_NONE || scout->over) {
        return UVP_OK;
    }
    code = scout->kind == UVP_SCOUT_PLAIN ? read_beside(scout, path, nearby, &failure)
                                          : walk_to(scout, path, nearby, &failure);
    if (code == UVP_NO_MEMORY || code == UVP_CANCELLED) {
        if (err != NULL) {
            *err = failure;
        }
        return code;
    }
    if (code != UVP_OK && scout->kind != UVP_SCOUT_PLAIN) {
        uvp_scout_close(scout); /* its end, or as far as it can be read */
    }
    *found = uvp_nearby_find(nearby, path);
    return UVP_OK;
}
