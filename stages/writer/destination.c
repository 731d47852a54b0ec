/*
 * A file is written beside its final name and renamed at the end, so that whatever ends the
 * program, nothing under the final name is cut. Standard output and folders cannot do that;
 * there a cut stream is told by its missing end mark, and a folder holds whole files only.
 */
#include "stages/writer/destination.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stages/writer/frames.h"

#define TEMPORARY_SUFFIX ".uvpipe-XXXXXX"
#define READER_POLL_MS 20

/* ---- counting what goes out ---- */

static enum uvp_code write_counted(void *ctx, struct iovec *parts, int count,
                                   struct uvp_error *err)
{
    struct uvp_destination *const destination = ctx;
    uint64_t bytes = 0;

    for (int i = 0; i < count; i++) {
        bytes += parts[i].iov_len;
    }
    UVP_TRY(destination->file_ops.write(destination->file_ops.ctx, parts, count, err));
    uvp_shared_count(&destination->shared->bytes_out, bytes);
    return UVP_OK;
}

/* ---- opening ---- */

/* "FOLDER/NAME", or the output's path as given. */
static enum uvp_code name_paths(struct uvp_destination *destination, const char *name,
                                struct uvp_error *err)
{
    struct uvp_shared *const shared = destination->shared;
    const char *const output = shared->settings->output;
    const size_t named = strlen(output) + 1 + (name == NULL ? 0 : strlen(name));
    const size_t room = (named < PATH_MAX ? PATH_MAX : named) + sizeof TEMPORARY_SUFFIX;

    destination->path_room = room;
    destination->final_path = uvp_mem_take(shared->mem, room);
    destination->temporary_path = uvp_mem_take(shared->mem, room);
    if (destination->final_path == NULL || destination->temporary_path == NULL) {
        return uvp_fail_memory(err, room);
    }
    (void)snprintf(destination->final_path, room, "%s%s%s", output, name == NULL ? "" : "/",
                   name == NULL ? "" : name);
    destination->temporary_path[0] = '\0';
    return UVP_OK;
}

/*
 * Where a file is that can be replaced: itself, or what a link leads to, so that the link
 * stays. False for devices and pipes, and for what has no name any more: they are written in
 * place.
 */
static bool find_place(struct uvp_destination *destination, const struct stat *before)
{
    char *const real = destination->temporary_path;
    struct stat status;

    if (before == NULL) {
        return true;
    }
    if (!S_ISREG(before->st_mode)) {
        return false;
    }
    if (lstat(destination->final_path, &status) == 0 && !S_ISLNK(status.st_mode)) {
        return true;
    }
    if (realpath(destination->final_path, real) == NULL || stat(real, &status) != 0 ||
        status.st_dev != before->st_dev || status.st_ino != before->st_ino) {
        return false;
    }
    memcpy(destination->final_path, real, strlen(real) + 1);
    return true;
}

/* mkstemp makes a file private. It gets what open() would have given it, or what the file had
 * that it replaces. */
static void set_mode(int fd, const struct stat *before)
{
    mode_t mask;

    if (before != NULL) {
        if (fchown(fd, before->st_uid, before->st_gid) != 0) {
            errno = 0; /* only for those who may give files away */
        }
        (void)fchmod(fd, before->st_mode & 0777);
        return;
    }
    mask = umask(0);
    (void)umask(mask);
    (void)fchmod(fd, (mode_t)0666 & ~mask);
}

/* A pipe with a name opens when somebody reads it: until then a stop must be heard. */
static int open_in_place(const char *path, mode_t mode, const struct uvp_stop *stop)
{
    const int flags = O_WRONLY | O_TRUNC | O_CLOEXEC | (S_ISFIFO(mode) ? O_NONBLOCK : 0);
    int fd = open(path, flags);

    while (fd < 0 && errno == ENXIO && S_ISFIFO(mode) &&
           uvp_stop_level(stop) == UVP_STOP_NONE) {
        (void)poll(NULL, 0, READER_POLL_MS);
        fd = open(path, flags);
    }
    return fd;
}

static void open_temporary(struct uvp_destination *destination, const struct stat *before)
{
    (void)snprintf(destination->temporary_path, destination->path_room, "%s" TEMPORARY_SUFFIX,
                   destination->final_path);
    destination->fd = mkostemp(destination->temporary_path, O_CLOEXEC);
    if (destination->fd >= 0) {
        set_mode(destination->fd, before);
        if (destination->shared->vault != NULL) {
            uvp_vault_leave_behind(destination->shared->vault, destination->temporary_path);
        }
    } else {
        destination->temporary_path[0] = '\0';
    }
}

static enum uvp_code open_file(struct uvp_destination *destination, const char *name,
                               struct uvp_error *err)
{
    const struct uvp_stop *const stop = destination->shared->stop;
    const struct stat *before = NULL;
    struct stat status;

    UVP_TRY(name_paths(destination, name, err));
    if (stat(destination->final_path, &status) == 0) {
        before = &status;
    }
    if (find_place(destination, before)) {
        open_temporary(destination, before);
    } else {
        destination->temporary_path[0] = '\0';
        destination->fd = open_in_place(destination->final_path, status.st_mode, stop);
    }
    if (destination->fd < 0 && errno == ENXIO && uvp_stop_level(stop) != UVP_STOP_NONE) {
        return uvp_fail(err, UVP_CANCELLED, 0, "nobody reads %s", destination->final_path);
    }
    if (destination->fd < 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot create %s", destination->final_path);
    }
    destination->owns_fd = true;
    return UVP_OK;
}

static enum uvp_code open_stdout(struct uvp_destination *destination,
                                 const struct uvp_choice *choice, struct uvp_error *err)
{
    const struct uvp_settings *const settings = destination->shared->settings;
    const bool is_archive =
        choice->container != UVP_CONTAINER_PLAIN || choice->codec != UVP_CODEC_NONE;

    if ((is_archive || uvp_settings_make_binary(settings)) && !settings->force_terminal &&
        isatty(STDOUT_FILENO)) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "will not write %s to a terminal (use -o, a pipe or --force)",
                        is_archive ? "an archive" : "a picture");
    }
    destination->fd = STDOUT_FILENO;
    return UVP_OK;
}

static enum uvp_code open_sinks(struct uvp_destination *destination,
                                const struct uvp_choice *choice, struct uvp_error *err)
{
    struct uvp_shared *const shared = destination->shared;
    const struct uvp_sink_ops counted = {.write = write_counted, .ctx = destination};
    struct uvp_sink_ops ops = counted;

    if (shared->settings->seek_table && choice->codec != UVP_CODEC_ZSTD) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "--seek-table: the output is not compressed with zstd");
    }
    UVP_TRY(uvp_fd_sink_create(destination->fd, NULL, shared->stop, shared->mem,
                               &destination->file, err));
    destination->file_ops = uvp_fd_sink_ops(destination->file);
    if (choice->codec != UVP_CODEC_NONE) {
        UVP_TRY(uvp_frames_create(choice->codec, choice->level, &counted, shared->mem,
                                  &destination->frames, err));
        ops = uvp_frames_ops(destination->frames);
    }
    return uvp_sink_create(&ops, shared->mem, &destination->sink, err);
}

static enum uvp_code open_all(struct uvp_destination *destination,
                              const struct uvp_choice *choice, const char *name,
                              bool single_input, struct uvp_error *err)
{
    const struct uvp_settings *const settings = destination->shared->settings;
    const struct uvp_output_options options = {
        .container = choice->container,
        .folder = settings->output,
        .single_input = single_input,
        .mem = destination->shared->mem,
    };

    if (choice->container == UVP_CONTAINER_FOLDER) {
        return uvp_output_create(&options, NULL, &destination->output, err);
    }
    if (settings->output == NULL || strcmp(settings->output, "-") == 0) {
        UVP_TRY(open_stdout(destination, choice, err));
    } else {
        UVP_TRY(open_file(destination, name, err));
    }
    UVP_TRY(open_sinks(destination, choice, err));
    return uvp_output_create(&options, destination->sink, &destination->output, err);
}

enum uvp_code uvp_destination_open(struct uvp_shared *shared, const struct uvp_choice *choice,
                                   const char *name, bool single_input,
                                   struct uvp_destination **out, struct uvp_error *err)
{
    struct uvp_destination *const destination =
        uvp_mem_take_zeroed(shared->mem, sizeof *destination);
    enum uvp_code code;

    if (destination == NULL) {
        return uvp_fail_memory(err, sizeof *destination);
    }
    destination->shared = shared;
    destination->fd = -1;
    destination->wants_member = choice->container == UVP_CONTAINER_PLAIN &&
                                uvp_task_traits(shared->settings->task).made_only;
    code = open_all(destination, choice, name, single_input, err);
    if (code != UVP_OK) {
        uvp_destination_close(destination);
        return code;
    }
    *out = destination;
    return UVP_OK;
}

/* ---- writing ---- */

static void set_outlet(struct uvp_destination *destination, struct uvp_outlet *outlet)
{
    if (destination->frames != NULL) {
        uvp_frames_set_outlet(destination->frames, outlet);
    }
}

enum uvp_code uvp_destination_flush(struct uvp_destination *destination,
                                    struct uvp_outlet *outlet, struct uvp_error *err)
{
    if (destination->sink == NULL) {
        return UVP_OK;
    }
    set_outlet(destination, outlet);
    return uvp_sink_flush(destination->sink, err);
}

enum uvp_code uvp_destination_end(struct uvp_destination *destination,
                                  struct uvp_outlet *outlet, bool complete,
                                  struct uvp_error *err)
{
    set_outlet(destination, outlet);
    complete = complete && !destination->wants_member;
    if (complete) {
        UVP_TRY(uvp_output_finish(destination->output, err));
    }
    UVP_TRY(uvp_destination_flush(destination, outlet, err));
    if (destination->frames != NULL) {
        UVP_TRY(uvp_frames_end(destination->frames, err));
    }
    destination->ended = complete;
    return UVP_OK;
}

bool uvp_destination_is_idle(const struct uvp_destination *destination)
{
    return destination->frames == NULL || uvp_frames_under_way(destination->frames) == 0;
}

static enum uvp_code close_file(struct uvp_destination *destination, struct uvp_error *err)
{
    const int fd = destination->fd;
    const bool synced = destination->temporary_path[0] == '\0' || fsync(fd) == 0;
    const int sync_error = errno;

    destination->fd = -1;
    destination->owns_fd = false;
    if (close(fd) != 0 || !synced) {
        return uvp_fail_sys(err, UVP_IO, synced ? errno : sync_error, 0, "cannot write %s",
                            destination->final_path);
    }
    if (destination->temporary_path[0] == '\0') {
        return UVP_OK;
    }
    if (rename(destination->temporary_path, destination->final_path) != 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot rename to %s",
                            destination->final_path);
    }
    destination->temporary_path[0] = '\0';
    return UVP_OK;
}

enum uvp_code uvp_destination_complete(struct uvp_destination *destination,
                                       struct uvp_error *err)
{
    if (!destination->ended || destination->completed) {
        return UVP_OK;
    }
    destination->completed = true;
    if (destination->frames != NULL && destination->shared->settings->seek_table) {
        UVP_TRY(uvp_frames_write_table(destination->frames, err));
    }
    return destination->owns_fd ? close_file(destination, err) : UVP_OK;
}

void uvp_destination_close(struct uvp_destination *destination)
{
    struct uvp_mem *const mem = destination->shared->mem;

    if (destination->output != NULL) {
        uvp_output_destroy(destination->output);
    }
    if (destination->sink != NULL) {
        uvp_sink_destroy(destination->sink);
    }
    uvp_frames_destroy(destination->frames);
    if (destination->file != NULL) {
        uvp_fd_sink_destroy(destination->file);
    }
    if (destination->owns_fd) {
        (void)close(destination->fd);
    }
    if (destination->temporary_path != NULL && destination->temporary_path[0] != '\0') {
        (void)unlink(destination->temporary_path);
    }
    uvp_mem_give(mem, destination->final_path, destination->path_room);
    uvp_mem_give(mem, destination->temporary_path, destination->path_room);
    uvp_mem_give(mem, destination, sizeof *destination);
}
