/*
 * A folder read as if it were an archive. Each level's names are read whole and sorted, so the
 * order is that of the bytes and not the file system's. Levels are a stack of bounded height;
 * links are told of and never followed, so the walk has no loops.
 *
 * A file that cannot be opened is warned of and left out; one that gets shorter while it is
 * read fails: what is missing is not made up.
 */
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/archive/container.h"

#define DEPTH_MOST 128
#define LINK_MOST_BYTES ((size_t)4096)
#define STEP_BYTES UVP_BLOCK_BYTES

struct level {
    int fd;
    struct uvp_buf text;  /* names, each with its NUL */
    struct uvp_buf order; /* of uint32_t: where each name begins, sorted */
    size_t next;
    size_t path_bytes; /* of the path up to and with this folder's slash */
};

struct folder_input {
    struct uvp_input base;
    struct level levels[DEPTH_MOST];
    size_t depth;
    struct uvp_buf path; /* of the current member, with a NUL */
    bool root_told;
    /* the current member */
    bool open;
    enum uvp_entry_type type;
    struct stat about;
    int file_fd;
    uint64_t at; /* bytes of it that were read */
    struct uvp_buf link;
};

static struct folder_input *folder_of(struct uvp_input *input)
{
    return (struct folder_input *)input;
}

/* Control bytes in a name would break the line it is printed in. */
static void warn(const struct folder_input *folder, enum uvp_code code, int sys,
                 const char *what)
{
    struct uvp_error warning;
    char name[96];
    const char *path = (const char *)folder->path.data;
    size_t bytes = strlen(path);

    if (folder->base.options.warn == NULL) {
        return;
    }
    if (bytes >= sizeof name) {
        path += bytes - (sizeof name - 1);
        bytes = sizeof name - 1;
    }
    for (size_t i = 0; i < bytes; i++) {
        const unsigned char c = (unsigned char)path[i];
        name[i] = c < 0x20 || c == 0x7f ? '?' : path[i];
    }
    name[bytes] = '\0';
    uvp_error_clear(&warning);
    (void)uvp_fail_sys(&warning, code, sys, 0, "%s: %s", name, what);
    folder->base.options.warn(folder->base.options.warn_ctx, &warning);
}

/* ---- names of a level, sorted ---- */

static const char *name_at(const struct level *level, uint32_t at)
{
    return (const char *)level->text.data + at;
}

static void sift_down(const struct level *level, uint32_t *order, size_t root, size_t count)
{
    const uint32_t moved = order[root];

    for (;;) {
        size_t child = 2 * root + 1;

        if (child >= count) {
            break;
        }
        if (child + 1 < count &&
            strcmp(name_at(level, order[child + 1]), name_at(level, order[child])) > 0) {
            child++;
        }
        if (strcmp(name_at(level, order[child]), name_at(level, moved)) <= 0) {
            break;
        }
        order[root] = order[child];
        root = child;
    }
    order[root] = moved;
}

/* strcmp compares as unsigned bytes, which is the order wanted. */
static void sort_names(struct level *level)
{
    uint32_t *const order = (uint32_t *)(void *)level->order.data;
    const size_t count = level->order.bytes / sizeof *order;

    for (size_t i = count / 2; i-- > 0;) {
        sift_down(level, order, i, count);
    }
    for (size_t last = count; last-- > 1;) {
        const uint32_t top = order[0];

        order[0] = order[last];
        order[last] = top;
        sift_down(level, order, 0, last);
    }
}

static enum uvp_code add_name(struct level *level, const char *name, struct uvp_error *err)
{
    uint32_t at;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return UVP_OK;
    }
    if (level->text.bytes > UINT32_MAX / 2) {
        return uvp_fail(err, UVP_LIMIT, 0, "too many names in one folder");
    }
    at = (uint32_t)level->text.bytes;
    UVP_TRY(uvp_buf_append(&level->text, name, strlen(name) + 1, err));
    return uvp_buf_append(&level->order, &at, sizeof at, err);
}

static enum uvp_code read_names(struct level *level, struct uvp_error *err)
{
    const int copy = fcntl(level->fd, F_DUPFD_CLOEXEC, 0);
    DIR *const dir = copy < 0 ? NULL : fdopendir(copy);
    enum uvp_code code = UVP_OK;
    int sys = 0;

    if (dir == NULL) {
        sys = errno;
        if (copy >= 0) {
            (void)close(copy);
        }
        return uvp_fail_sys(err, UVP_IO, sys, 0, "cannot read a folder");
    }
    while (code == UVP_OK) {
        const struct dirent *found;

        errno = 0;
        found = readdir(dir);
        if (found == NULL) {
            sys = errno;
            break;
        }
        code = add_name(level, found->d_name, err);
    }
    (void)closedir(dir);
    if (code == UVP_OK && sys != 0) {
        code = uvp_fail_sys(err, UVP_IO, sys, 0, "cannot read a folder");
    }
    if (code == UVP_OK) {
        sort_names(level);
    }
    return code;
}

static void pop_level(struct folder_input *folder)
{
    struct level *const level = &folder->levels[--folder->depth];

    (void)close(level->fd);
    uvp_buf_release(&level->text);
    uvp_buf_release(&level->order);
}

/* Takes `fd`. The path is the folder's, without a slash at its end. */
static enum uvp_code push_level(struct folder_input *folder, int fd, struct uvp_error *err)
{
    struct level *const level = &folder->levels[folder->depth];
    enum uvp_code code;

    folder->depth++;
    level->fd = fd;
    level->next = 0;
    uvp_buf_init(&level->text, folder->base.options.mem, 0);
    uvp_buf_init(&level->order, folder->base.options.mem, 0);
    level->path_bytes = folder->path.bytes;
    code = read_names(level, err);
    if (code != UVP_OK) {
        pop_level(folder);
    }
    return code;
}

/* ---- members ---- */

static void close_file(struct folder_input *folder)
{
    if (folder->file_fd >= 0) {
        (void)close(folder->file_fd);
    }
    folder->file_fd = -1;
    folder->open = false;
}

static enum uvp_code set_path(struct folder_input *folder, size_t prefix_bytes,
                              const char *name, bool slash, struct uvp_error *err)
{
    folder->path.bytes = prefix_bytes;
    UVP_TRY(uvp_buf_append(&folder->path, name, strlen(name), err));
    if (slash) {
        UVP_TRY(uvp_buf_append(&folder->path, "/", 1, err));
    }
    UVP_TRY(uvp_buf_reserve(&folder->path, 1, err));
    folder->path.data[folder->path.bytes] = '\0';
    return UVP_OK;
}

/* What is behind a name: opened for a file, read for a link. *sys tells why it is left out. */
static enum uvp_code look_at(struct folder_input *folder, int parent_fd, const char *name,
                             int *sys, struct uvp_error *err)
{
    ssize_t count;

    *sys = 0;
    if (fstatat(parent_fd, name, &folder->about, AT_SYMLINK_NOFOLLOW) != 0) {
        *sys = errno;
        return UVP_OK;
    }
    folder->type = UVP_ENTRY_OTHER;
    if (S_ISDIR(folder->about.st_mode)) {
        folder->type = UVP_ENTRY_FOLDER;
    } else if (S_ISLNK(folder->about.st_mode)) {
        folder->type = UVP_ENTRY_LINK;
        uvp_buf_reset(&folder->link);
        UVP_TRY(uvp_buf_reserve(&folder->link, LINK_MOST_BYTES + 1, err));
        count = readlinkat(parent_fd, name, (char *)folder->link.data, LINK_MOST_BYTES);
        *sys = count < 0 ? errno : 0;
        folder->link.data[count < 0 ? 0 : count] = '\0';
    } else if (S_ISREG(folder->about.st_mode)) {
        folder->type = UVP_ENTRY_FILE;
        folder->file_fd =
            openat(parent_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (folder->file_fd < 0 || fstat(folder->file_fd, &folder->about) != 0) {
            *sys = errno;
        } else if (!S_ISREG(folder->about.st_mode)) {
            *sys = ESTALE; /* it was another file a moment ago */
        }
    }
    return UVP_OK;
}

/* Goes into the folder just told of. What cannot be gone into is warned of. */
static enum uvp_code descend(struct folder_input *folder, int parent_fd, const char *name,
                             struct uvp_error *err)
{
    struct uvp_error found;
    enum uvp_code code;
    int fd;

    if (folder->depth == DEPTH_MOST) {
        warn(folder, UVP_LIMIT, 0, "folders too deep; left out");
        return UVP_OK;
    }
    fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        warn(folder, UVP_IO, errno, "cannot open the folder");
        return UVP_OK;
    }
    uvp_error_clear(&found);
    code = push_level(folder, fd, &found);
    if (code == UVP_IO) {
        warn(folder, code, found.sys, "cannot read the folder");
        return UVP_OK;
    }
    if (code != UVP_OK && err != NULL) {
        *err = found;
    }
    return code;
}

static void tell(const struct folder_input *folder, struct uvp_header *header)
{
    memset(header, 0, sizeof *header);
    header->path = (const char *)folder->path.data;
    header->path_bytes = folder->path.bytes;
    header->type = folder->type;
    header->size_known = true;
    if (folder->type == UVP_ENTRY_FILE) {
        header->size_bytes = (uint64_t)folder->about.st_size;
        header->stored_bytes = header->size_bytes;
        header->replaceable = true;
    } else {
        header->why_not = "it is not a regular file";
    }
}

/* Finds the next name that can be told of; false at the end of the level. */
static enum uvp_code next_name(struct folder_input *folder, struct level *level, bool *found,
                               struct uvp_error *err)
{
    const size_t count = level->order.bytes / sizeof(uint32_t);

    *found = false;
    while (level->next < count && !*found) {
        const uint32_t *const order = (const uint32_t *)(const void *)level->order.data;
        const char *const name = name_at(level, order[level->next++]);
        int sys = 0;

        UVP_TRY(set_path(folder, level->path_bytes, name, false, err));
        UVP_TRY(look_at(folder, level->fd, name, &sys, err));
        if (sys != 0) {
            warn(folder, UVP_IO, sys, "cannot be read; left out");
            close_file(folder);
            continue;
        }
        if (folder->type == UVP_ENTRY_FOLDER) {
            UVP_TRY(set_path(folder, level->path_bytes, name, true, err));
            UVP_TRY(descend(folder, level->fd, name, err));
        }
        *found = true;
    }
    return UVP_OK;
}

static enum uvp_code tell_root(struct folder_input *folder, struct uvp_header *header,
                               struct uvp_error *err)
{
    folder->root_told = true;
    if (fstat(folder->levels[0].fd, &folder->about) != 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot read the folder");
    }
    folder->type = UVP_ENTRY_FOLDER;
    folder->open = true;
    tell(folder, header);
    return UVP_OK;
}

static enum uvp_code next(struct uvp_input *input, struct uvp_header *header,
                          struct uvp_error *err)
{
    struct folder_input *const folder = folder_of(input);
    bool found = false;

    close_file(folder);
    if (input->options.stop != NULL && uvp_stop_level(input->options.stop) >= UVP_STOP_DRAIN) {
        return uvp_fail(err, UVP_CANCELLED, 0, "reading was cancelled");
    }
    if (!folder->root_told && folder->path.bytes != 0) {
        return tell_root(folder, header, err);
    }
    while (folder->depth > 0) {
        UVP_TRY(next_name(folder, &folder->levels[folder->depth - 1], &found, err));
        if (found) {
            folder->open = true;
            folder->at = 0;
            tell(folder, header);
            return UVP_OK;
        }
        pop_level(folder);
    }
    return UVP_END;
}

/* ---- metadata ---- */

static enum uvp_code add_metadata(const struct folder_input *folder, struct uvp_entry *entry,
                                  struct uvp_error *err)
{
    const struct stat *const about = &folder->about;
    struct archive_entry *const made = archive_entry_new();

    if (made == NULL) {
        return uvp_fail_memory(err, 0);
    }
    archive_entry_copy_pathname(made, entry->path);
    archive_entry_set_mode(made, about->st_mode);
    archive_entry_set_uid(made, (la_int64_t)about->st_uid);
    archive_entry_set_gid(made, (la_int64_t)about->st_gid);
    archive_entry_set_mtime(made, about->st_mtim.tv_sec, about->st_mtim.tv_nsec);
    archive_entry_set_size(made, folder->type == UVP_ENTRY_FILE ? about->st_size : 0);
    if (folder->type == UVP_ENTRY_LINK) {
        archive_entry_copy_symlink(made, (const char *)folder->link.data);
    }
    if (S_ISCHR(about->st_mode) || S_ISBLK(about->st_mode)) {
        archive_entry_set_rdev(made, about->st_rdev);
    }
    entry->metadata = made;
    return UVP_OK;
}

static enum uvp_code announce(struct uvp_input *input, struct uvp_entry *entry,
                              struct uvp_error *err)
{
    struct folder_input *const folder = folder_of(input);

    entry->container = UVP_CONTAINER_FOLDER;
    entry->type = folder->type;
    entry->size_bytes = folder->type == UVP_ENTRY_FILE ? (uint64_t)folder->about.st_size : 0;
    UVP_TRY(
        uvp_entry_set_path(entry, (const char *)folder->path.data, folder->path.bytes, err));
    return input->options.keep_metadata ? add_metadata(folder, entry, err) : UVP_OK;
}

/* ---- contents ---- */

/* Reads some more of the file, up to the size it had when it was opened. */
static enum uvp_code read_step(struct folder_input *folder, struct uvp_slices *decoded,
                               bool *more, struct uvp_error *err)
{
    const uint64_t left = (uint64_t)folder->about.st_size - folder->at;
    const size_t want = left < STEP_BYTES ? (size_t)left : STEP_BYTES;
    struct uvp_block *block = NULL;
    size_t done = 0;
    enum uvp_code code;

    *more = false;
    if (want == 0) {
        return UVP_OK;
    }
    UVP_TRY(uvp_block_take(folder->base.options.pool, want, &block, err));
    while (done < want) {
        const ssize_t count = read(folder->file_fd, block->data + done, want - done);

        if (count == 0 || (count < 0 && errno != EINTR)) {
            break;
        }
        done += count < 0 ? 0 : (size_t)count;
    }
    code = UVP_OK;
    if (done < want) {
        code = uvp_fail_sys(err, UVP_IO, 0, folder->at + done,
                            "a file became shorter or unreadable while it was read");
    }
    if (code == UVP_OK) {
        code = uvp_slices_add(decoded, block, 0, done, err);
    }
    uvp_block_drop(block);
    if (code == UVP_OK) {
        folder->at += done;
        *more = left > done;
    }
    return code;
}

static enum uvp_code read_on(struct uvp_input *input, struct uvp_slices *decoded, bool *more,
                             struct uvp_error *err)
{
    struct folder_input *const folder = folder_of(input);

    *more = false;
    if (!folder->open || folder->file_fd < 0) {
        return UVP_OK;
    }
    return read_step(folder, decoded, more, err);
}

static enum uvp_code take(struct uvp_input *input, struct uvp_entry *entry,
                          struct uvp_error *err)
{
    struct folder_input *const folder = folder_of(input);
    bool more = folder->file_fd >= 0;
    enum uvp_code code;

    if (!folder->open || folder->at != 0) {
        return uvp_fail(err, UVP_USAGE, 0, "no member to take");
    }
    code = announce(input, entry, err);
    while (code == UVP_OK && more) {
        code = read_step(folder, &entry->raw, &more, err);
    }
    if (code != UVP_OK) {
        uvp_entry_reset(entry);
        return code;
    }
    entry->body_bytes = entry->raw.bytes;
    close_file(folder);
    return UVP_OK;
}

static void close_folder(struct uvp_input *input)
{
    struct folder_input *const folder = folder_of(input);

    close_file(folder);
    while (folder->depth > 0) {
        pop_level(folder);
    }
    uvp_buf_release(&folder->path);
    uvp_buf_release(&folder->link);
    uvp_mem_give(folder->base.options.mem, folder, sizeof *folder);
}

static const struct uvp_input_ops folder_ops = {
    .container = UVP_CONTAINER_FOLDER,
    .next = next,
    .take = take,
    .announce = announce,
    .read = read_on,
    .close = close_folder,
};

/* ---- opening ---- */

/* The last part of a path without the slashes at its end; ".." says nothing and is asked for
 * its name. */
static enum uvp_code set_root_path(struct folder_input *folder, const char *path,
                                   struct uvp_error *err)
{
    char *const real = realpath(path, NULL);
    size_t bytes = strlen(path);
    const char *text = path;
    size_t from;
    enum uvp_code code;

    while (bytes > 0 && path[bytes - 1] == '/') {
        bytes--;
    }
    from = bytes;
    while (from > 0 && path[from - 1] != '/') {
        from--;
    }
    if (real != NULL && bytes - from == 2 && memcmp(path + from, "..", 2) == 0) {
        text = real;
        bytes = strcmp(real, "/") == 0 ? 0 : strlen(real);
        from = bytes == 0 ? 0 : (size_t)(strrchr(real, '/') - real) + 1;
    }
    code = uvp_buf_append(&folder->path, text + from, bytes - from, err);
    if (code == UVP_OK && bytes > from) {
        code = uvp_buf_append(&folder->path, "/", 1, err);
    }
    if (code == UVP_OK) {
        code = uvp_buf_reserve(&folder->path, 1, err);
    }
    if (code == UVP_OK) {
        folder->path.data[folder->path.bytes] = '\0';
    }
    free(real);
    return code;
}

enum uvp_code uvp_input_open_folder(const char *path, const struct uvp_input_options *options,
                                    struct uvp_input **input, struct uvp_error *err)
{
    struct folder_input *const folder = uvp_mem_take_zeroed(options->mem, sizeof *folder);
    enum uvp_code code;
    int fd;

    if (folder == NULL) {
        return uvp_fail_memory(err, sizeof *folder);
    }
    folder->base.ops = &folder_ops;
    folder->base.options = *options;
    folder->file_fd = -1;
    uvp_buf_init(&folder->path, options->mem, 0);
    uvp_buf_init(&folder->link, options->mem, 0);
    code = set_root_path(folder, path, err);
    if (code == UVP_OK) {
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        code = fd < 0 ? uvp_fail_sys(err, UVP_IO, errno, 0, "cannot open the folder")
                      : push_level(folder, fd, err);
    }
    if (code != UVP_OK) {
        close_folder(&folder->base);
        return code;
    }
    *input = &folder->base;
    return UVP_OK;
}
