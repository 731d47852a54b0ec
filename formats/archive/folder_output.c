/*
 * Members become files below one folder. Names are taken apart and walked component by
 * component from the folder's descriptor, following no link, so nothing is ever written
 * outside of it. A file is made under another name beside its place and then renamed: it is
 * there whole or not at all, and of two of one name the last stays.
 */
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/archive/container.h"

#define NAME_MOST ((size_t)255)
#define TEMP_MOST 64
#define TRIES 100

struct folder_output {
    struct uvp_output base;
    int root_fd;
    uint64_t next_temp;
    /* the file being written */
    int parent_fd;
    int file_fd;
    uint64_t bytes;
    char name[NAME_MOST + 1];
    char temp[TEMP_MOST];
    mode_t mode;
    bool has_time;
    struct timespec time;
};

static struct folder_output *folder_of(struct uvp_output *output)
{
    return (struct folder_output *)output;
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
    *fd = -1;
}

/* The next component of a path, which must be one that cannot lead elsewhere. */
static enum uvp_code next_component(const struct uvp_entry *entry, size_t *at, char *name,
                                    bool *found, struct uvp_error *err)
{
    const char *const path = entry->path;
    size_t bytes;

    *found = false;
    while (*at < entry->path_bytes) {
        const char *const slash = memchr(path + *at, '/', entry->path_bytes - *at);
        const char *const part = path + *at;

        bytes = slash != NULL ? (size_t)(slash - part) : entry->path_bytes - *at;
        *at += bytes + (slash != NULL ? 1 : 0);
        if (bytes == 0 || (bytes == 1 && part[0] == '.')) {
            continue;
        }
        if (bytes == 2 && part[0] == '.' && part[1] == '.') {
            return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a name that climbs with \"..\"");
        }
        if (bytes > NAME_MOST || memchr(part, '\0', bytes) != NULL) {
            return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a name no file can have");
        }
        memcpy(name, part, bytes);
        name[bytes] = '\0';
        *found = true;
        return UVP_OK;
    }
    return UVP_OK;
}

/* Steps from *fd into a folder, made when missing. */
static enum uvp_code enter(int *fd, const char *name, mode_t mode, uint64_t at,
                           struct uvp_error *err)
{
    int inside;

    if (mkdirat(*fd, name, mode) != 0 && errno != EEXIST) {
        return uvp_fail_sys(err, UVP_IO, errno, at, "cannot make the folder %s", name);
    }
    inside = openat(*fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inside < 0) {
        const bool other = errno == ENOTDIR || errno == ELOOP;

        return uvp_fail_sys(err, other ? UVP_UNSUPPORTED : UVP_IO, errno, at,
                            "cannot go into the folder %s", name);
    }
    close_fd(fd);
    *fd = inside;
    return UVP_OK;
}

/*
 * Opens all folders on the way. For a file *fd is its parent and `name` its last component; for
 * a folder *fd is the folder itself.
 */
static enum uvp_code walk(struct folder_output *folder, const struct uvp_entry *entry, int *fd,
                          char *name, struct uvp_error *err)
{
    char following[NAME_MOST + 1] = "";
    bool found = false;
    size_t at = 0;
    enum uvp_code code;

    if (entry->path_bytes == 0 || entry->path[0] == '/') {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a name that is empty or absolute");
    }
    *fd = fcntl(folder->root_fd, F_DUPFD_CLOEXEC, 0);
    if (*fd < 0) {
        return uvp_fail_sys(err, UVP_IO, errno, entry->at, "cannot open the folder");
    }
    code = next_component(entry, &at, name, &found, err);
    while (code == UVP_OK && found) {
        code = next_component(entry, &at, following, &found, err);
        if (code == UVP_OK && (found || entry->type == UVP_ENTRY_FOLDER)) {
            code = enter(fd, name, 0777, entry->at, err);
            memcpy(name, following, sizeof following);
        }
    }
    if (code == UVP_OK && entry->type != UVP_ENTRY_FOLDER && name[0] == '\0') {
        code = uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a name that names no file");
    }
    return code;
}

static enum uvp_code put_folder(struct folder_output *folder, const struct uvp_entry *entry,
                                struct uvp_error *err)
{
    char name[NAME_MOST + 1] = "";
    int fd = -1;
    enum uvp_code code = walk(folder, entry, &fd, name, err);

    if (code == UVP_OK && entry->metadata != NULL) {
        /* whatever it forbids, its files still have to come */
        (void)fchmod(fd, (archive_entry_perm(entry->metadata) & 0777) | 0700);
    }
    close_fd(&fd);
    return code;
}

static int make_temp(struct folder_output *folder)
{
    for (int i = 0; i < TRIES; i++) {
        int fd;

        (void)snprintf(folder->temp, sizeof folder->temp, ".uvpipe-%ld-%llu", (long)getpid(),
                       (unsigned long long)folder->next_temp++);
        fd = openat(folder->parent_fd, folder->temp,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
    return -1;
}

static void forget_file(struct folder_output *folder)
{
    if (folder->file_fd >= 0) {
        (void)unlinkat(folder->parent_fd, folder->temp, 0);
    }
    close_fd(&folder->file_fd);
    close_fd(&folder->parent_fd);
}

static void keep_metadata(struct folder_output *folder, struct archive_entry *metadata)
{
    folder->mode = 0644;
    folder->has_time = false;
    if (metadata == NULL) {
        return;
    }
    folder->mode = archive_entry_perm(metadata) & 0777;
    if (archive_entry_mtime_is_set(metadata)) {
        folder->has_time = true;
        folder->time.tv_sec = archive_entry_mtime(metadata);
        folder->time.tv_nsec = archive_entry_mtime_nsec(metadata);
    }
}

static enum uvp_code begin(struct uvp_output *output, const struct uvp_entry *entry,
                           struct uvp_error *err)
{
    struct folder_output *const folder = folder_of(output);
    enum uvp_code code;

    if (entry->type != UVP_ENTRY_FILE) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at,
                        "links and devices are not made in folders");
    }
    forget_file(folder);
    folder->name[0] = '\0';
    folder->bytes = 0;
    code = walk(folder, entry, &folder->parent_fd, folder->name, err);
    if (code == UVP_OK) {
        folder->file_fd = make_temp(folder);
        if (folder->file_fd < 0) {
            code = uvp_fail_sys(err, UVP_IO, errno, entry->at, "cannot create %s below %s",
                                entry->path, output->options.folder);
        }
    }
    if (code != UVP_OK) {
        close_fd(&folder->parent_fd);
        return code;
    }
    keep_metadata(folder, entry->metadata);
    return UVP_OK;
}

static enum uvp_code put_bytes(struct folder_output *folder, struct uvp_span bytes,
                               struct uvp_error *err)
{
    size_t done = 0;

    if (folder->file_fd < 0) {
        return uvp_fail(err, UVP_USAGE, 0, "data of a member that was not begun");
    }
    while (done < bytes.bytes) {
        const ssize_t count = write(folder->file_fd, bytes.data + done, bytes.bytes - done);

        if (count < 0 && errno != EINTR) {
            const int sys = errno;

            forget_file(folder);
            return uvp_fail_sys(err, UVP_IO, sys, folder->bytes, "cannot write %s",
                                folder->name);
        }
        done += count < 0 ? 0 : (size_t)count;
    }
    folder->bytes += bytes.bytes;
    return UVP_OK;
}

static enum uvp_code data(struct uvp_output *output, const struct uvp_slices *decoded,
                          struct uvp_error *err)
{
    for (uint32_t i = 0; i < decoded->count; i++) {
        UVP_TRY(put_bytes(folder_of(output), uvp_slice_span(&decoded->items[i]), err));
    }
    return UVP_OK;
}

static enum uvp_code end(struct uvp_output *output, struct uvp_error *err)
{
    struct folder_output *const folder = folder_of(output);
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, folder->time};
    int sys = 0;

    if (folder->file_fd < 0) {
        return uvp_fail(err, UVP_USAGE, 0, "the end of a member that was not begun");
    }
    if (fchmod(folder->file_fd, folder->mode) != 0 ||
        (folder->has_time && futimens(folder->file_fd, times) != 0)) {
        sys = errno;
    }
    if (close(folder->file_fd) != 0 && sys == 0) {
        sys = errno;
    }
    folder->file_fd = -1;
    if (sys == 0 &&
        renameat(folder->parent_fd, folder->temp, folder->parent_fd, folder->name) != 0) {
        sys = errno;
    }
    if (sys != 0) {
        (void)unlinkat(folder->parent_fd, folder->temp, 0);
    }
    close_fd(&folder->parent_fd);
    if (sys == EISDIR || sys == ENOTEMPTY || sys == EEXIST) {
        return uvp_fail_sys(err, UVP_UNSUPPORTED, sys, 0, "a folder is where a file should be");
    }
    return sys == 0 ? UVP_OK
                    : uvp_fail_sys(err, UVP_IO, sys, 0, "cannot finish %s", folder->name);
}

static enum uvp_code put_member(struct uvp_output *output, const struct uvp_entry *entry,
                                struct uvp_span bytes, const struct uvp_rendered *rendered,
                                struct uvp_error *err)
{
    (void)rendered;
    if (entry->type == UVP_ENTRY_FOLDER) {
        return put_folder(folder_of(output), entry, err);
    }
    UVP_TRY(begin(output, entry, err));
    UVP_TRY(put_bytes(folder_of(output), bytes, err));
    return end(output, err);
}

static enum uvp_code put_original(struct uvp_output *output, const struct uvp_entry *entry,
                                  struct uvp_error *err)
{
    if (entry->type == UVP_ENTRY_FOLDER) {
        return put_folder(folder_of(output), entry, err);
    }
    if (entry->head_bytes != 0 || entry->tail_bytes != 0 ||
        entry->body_bytes != entry->size_bytes) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a member that is not stored plain");
    }
    UVP_TRY(begin(output, entry, err));
    UVP_TRY(data(output, &entry->raw, err));
    return end(output, err);
}

static enum uvp_code put_raw(struct uvp_output *output, const struct uvp_slices *raw,
                             uint64_t at, struct uvp_error *err)
{
    (void)output;
    return raw->bytes == 0 ? UVP_OK : uvp_fail(err, UVP_USAGE, at, "a folder has no raw bytes");
}

static enum uvp_code drop(struct uvp_output *output, const struct uvp_entry *entry,
                          struct uvp_error *err)
{
    (void)output;
    (void)entry;
    (void)err;
    return UVP_OK;
}

static enum uvp_code finish(struct uvp_output *output, struct uvp_error *err)
{
    if (folder_of(output)->file_fd >= 0) {
        return uvp_fail(err, UVP_USAGE, 0, "the end of a folder before its member's");
    }
    return UVP_OK;
}

static void destroy(struct uvp_output *output)
{
    struct folder_output *const folder = folder_of(output);

    forget_file(folder);
    close_fd(&folder->root_fd);
    uvp_mem_give(folder->base.options.mem, folder, sizeof *folder);
}

static const struct uvp_output_ops folder_ops = {
    .raw = put_raw,
    .original = put_original,
    .member = put_member,
    .drop = drop,
    .begin = begin,
    .data = data,
    .end = end,
    .trailer = put_raw,
    .finish = finish,
    .destroy = destroy,
};

enum uvp_code uvp_folder_output_create(const struct uvp_output_options *options,
                                       struct uvp_sink *sink, struct uvp_output **output,
                                       struct uvp_error *err)
{
    struct folder_output *folder;
    int fd;

    (void)sink;
    if (options->folder == NULL || options->folder[0] == '\0') {
        return uvp_fail(err, UVP_USAGE, 0, "no folder to write to");
    }
    if (mkdir(options->folder, 0777) != 0 && errno != EEXIST) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot make the folder %s",
                            options->folder);
    }
    fd = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot open the folder %s",
                            options->folder);
    }
    folder = uvp_mem_take_zeroed(options->mem, sizeof *folder);
    if (folder == NULL) {
        (void)close(fd);
        return uvp_fail_memory(err, sizeof *folder);
    }
    folder->base.ops = &folder_ops;
    folder->base.options = *options;
    folder->base.sink = sink;
    folder->root_fd = fd;
    folder->parent_fd = -1;
    folder->file_fd = -1;
    *output = &folder->base;
    return UVP_OK;
}
