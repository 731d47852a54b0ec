/*
 * A value is written beside its place and renamed there: what has its name is whole, unless the
 * machine went down; then the seal does not fit, and it is a miss.
 */
#include "stages/store/folder_store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/base/clock.h"
#include "stages/store/seal.h"

#define TRIM_PART 16 /* of the limit: so much may be added before it is looked at */
#define TOUCH_NS (600 * UVP_NS_PER_S)
#define NAME_TRIES 64
#define TEMPORARY_BYTES 64
#define LOCK_TRIES 50
#define LOCK_POLL_MS 20

struct folder_store {
    struct uvp_mem *mem;
    const struct uvp_stop *stop;
    struct uvp_trouble *trouble;
    struct uvp_tree_limits limits;
    int root_fd;
    _Atomic bool failed; /* to write; it is only read then */
    _Atomic uint64_t added_bytes;
    _Atomic uint64_t names; /* of temporary files, so far */
};

static void note(struct folder_store *store, int sys, const char *what)
{
    struct uvp_error error = {0};

    atomic_store(&store->failed, true);
    (void)uvp_fail_sys(&error, UVP_IO, sys, 0, "%s", what);
    uvp_trouble_note(store->trouble, &error);
}

/* ---- finding ---- */

static uint64_t age_of(const struct stat *status)
{
    const uint64_t now = uvp_tree_now_ns();
    const uint64_t then =
        status->st_mtim.tv_sec < 0 ? 0 : (uint64_t)status->st_mtim.tv_sec * UVP_NS_PER_S;

    return then < now ? now - then : 0;
}

/* False: not a value of this key, or damaged. */
static bool read_value(int fd, uint64_t file_bytes, const struct uvp_store_key *key,
                       struct uvp_buf *value)
{
    unsigned char head[UVP_SEAL_BYTES];
    struct uvp_seal seal;
    size_t bytes;

    if (file_bytes < sizeof head || !uvp_seal_pread(fd, head, sizeof head, 0) ||
        !uvp_seal_read(head, &seal) || !uvp_seal_is_kind(&seal, uvp_seal_solution) ||
        !uvp_store_key_equal(&seal.key, key) || seal.value_bytes != file_bytes - sizeof head) {
        return false;
    }
    bytes = (size_t)seal.value_bytes;
    if (uvp_buf_reserve_exact(value, bytes, NULL) != UVP_OK ||
        !uvp_seal_pread(fd, value->data, bytes, sizeof head)) {
        return false;
    }
    value->bytes = bytes;
    return uvp_seal_fits(&seal, uvp_buf_span(value));
}

enum finding { ABSENT, FOUND, WRONG };

static enum finding read_file(const struct folder_store *store, int fd,
                              const struct uvp_store_key *key, size_t most_bytes,
                              struct uvp_buf *value)
{
    struct stat status;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        (uint64_t)status.st_size > most_bytes + (uint64_t)UVP_SEAL_BYTES ||
        (store->limits.most_age_ns != 0 && age_of(&status) > store->limits.most_age_ns)) {
        return WRONG;
    }
    if (!read_value(fd, (uint64_t)status.st_size, key, value)) {
        return WRONG;
    }
    if (age_of(&status) > TOUCH_NS) {
        (void)futimens(fd, NULL); /* of a file of somebody else: it stays as old as it was */
    }
    return FOUND;
}

static bool find(void *ctx, const struct uvp_store_key *key, size_t most_bytes,
                 struct uvp_buf *value)
{
    const struct folder_store *const store = ctx;
    enum finding finding = ABSENT;
    char name[UVP_TREE_NAME_BYTES];
    int folder_fd;
    int fd;

    uvp_tree_name(key, name);
    folder_fd = uvp_tree_open_folder(store->root_fd, name, false);
    if (folder_fd < 0) {
        return false;
    }
    fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) {
        finding = read_file(store, fd, key, most_bytes, value);
        (void)close(fd);
    }
    if (finding == WRONG) {
        (void)unlinkat(folder_fd, name, 0);
    }
    (void)close(folder_fd);
    if (finding != FOUND) {
        uvp_buf_reset(value);
    }
    return finding == FOUND;
}

/* ---- adding ---- */

/* Its name is nobody else's: number of the process, clock, and a count. */
static int make_temporary(struct folder_store *store, int folder_fd, char *name)
{
    int fd = -1;

    for (int i = 0; fd < 0 && i < NAME_TRIES; i++) {
        (void)snprintf(name, TEMPORARY_BYTES, UVP_TREE_TEMPORARY "%ld-%llx-%llx",
                       (long)getpid(), (unsigned long long)uvp_clock_now_ns(),
                       (unsigned long long)atomic_fetch_add(&store->names, 1));
        fd =
            openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    return fd;
}

/* True when the value is in its place; else errno says why not, and nothing is left. */
static bool write_file(struct folder_store *store, int folder_fd, const char *name,
                       const struct uvp_store_key *key, struct uvp_span value)
{
    unsigned char head[UVP_SEAL_BYTES];
    char temporary[TEMPORARY_BYTES];
    const int fd = make_temporary(store, folder_fd, temporary);
    bool written;
    int sys;

    if (fd < 0) {
        return false;
    }
    uvp_seal_make(uvp_seal_solution, key, value, head);
    written =
        uvp_seal_write(fd, head, sizeof head) && uvp_seal_write(fd, value.data, value.bytes);
    sys = errno;
    if (close(fd) != 0 && written) {
        written = false;
        sys = errno;
    }
    if (written && renameat(folder_fd, temporary, folder_fd, name) != 0) {
        written = false;
        sys = errno;
    }
    if (!written) {
        (void)unlinkat(folder_fd, temporary, 0);
        errno = sys;
    }
    return written;
}

/* In a run it comes again; at its end a moment is waited, so that its count is not lost. */
static int take_lock(const struct folder_store *store, bool at_end, uint64_t *bytes)
{
    int fd = uvp_tree_lock(store->root_fd, false, bytes);

    for (int i = 0; fd < 0 && errno == EWOULDBLOCK && at_end && i < LOCK_TRIES; i++) {
        (void)poll(NULL, 0, LOCK_POLL_MS);
        fd = uvp_tree_lock(store->root_fd, false, bytes);
    }
    return fd;
}

/*
 * The count in the lock file goes up by what was added; when it passes the limit, or nobody
 * knows it, the folder is looked through.
 */
static void keep_limits(struct folder_store *store, bool at_end)
{
    struct uvp_tree_usage now = {0};
    struct uvp_tree_usage removed;
    struct uvp_error error = {0};
    uint64_t added;
    uint64_t bytes;
    const int lock_fd = take_lock(store, at_end, &bytes);

    if (lock_fd < 0) {
        return; /* whoever has it looks after the folder */
    }
    added = atomic_exchange(&store->added_bytes, 0);
    if (bytes != UVP_TREE_UNKNOWN && bytes <= UVP_TREE_UNKNOWN - 1 - added) {
        bytes += added;
    } else {
        bytes = UVP_TREE_UNKNOWN;
    }
    if (store->limits.most_bytes != 0 &&
        (bytes == UVP_TREE_UNKNOWN || bytes > store->limits.most_bytes)) {
        bytes = uvp_tree_trim(store->root_fd, &store->limits, store->mem,
                              at_end ? NULL : store->stop, &now, &removed, &error) == UVP_OK
                    ? now.bytes
                    : UVP_TREE_UNKNOWN;
    }
    uvp_tree_unlock(lock_fd, bytes);
}

static void count_added(struct folder_store *store, size_t bytes)
{
    const uint64_t more = uvp_tree_cost(bytes + UVP_SEAL_BYTES);
    const uint64_t added = atomic_fetch_add(&store->added_bytes, more) + more;

    if (store->limits.most_bytes != 0 && added > store->limits.most_bytes / TRIM_PART) {
        keep_limits(store, false);
    }
}

static void add(void *ctx, const struct uvp_store_key *key, struct uvp_span value)
{
    struct folder_store *const store = ctx;
    char name[UVP_TREE_NAME_BYTES];
    bool written;
    int folder_fd;
    int sys;

    if (atomic_load(&store->failed)) {
        return;
    }
    uvp_tree_name(key, name);
    folder_fd = uvp_tree_open_folder(store->root_fd, name, true);
    written = folder_fd >= 0 && write_file(store, folder_fd, name, key, value);
    sys = errno;
    if (folder_fd >= 0) {
        (void)close(folder_fd);
    }
    if (written) {
        count_added(store, value.bytes);
    } else if (sys != ENOENT) { /* somebody clears the cache just now */
        note(store, sys, "the cache cannot be written, and is only read from now on");
    }
}

static void forget(void *ctx, const struct uvp_store_key *key)
{
    const struct folder_store *const store = ctx;
    char name[UVP_TREE_NAME_BYTES];
    int folder_fd;

    uvp_tree_name(key, name);
    folder_fd = uvp_tree_open_folder(store->root_fd, name, false);
    if (folder_fd >= 0) {
        (void)unlinkat(folder_fd, name, 0);
        (void)close(folder_fd);
    }
}

static void destroy(void *ctx)
{
    struct folder_store *const store = ctx;

    if (atomic_load(&store->added_bytes) > 0) {
        keep_limits(store, true);
    }
    (void)close(store->root_fd);
    uvp_mem_give(store->mem, store, sizeof *store);
}

enum uvp_code uvp_folder_store_create(const char *dir, const struct uvp_tree_limits *limits,
                                      struct uvp_mem *mem, const struct uvp_stop *stop,
                                      struct uvp_trouble *trouble, struct uvp_store *out,
                                      struct uvp_error *err)
{
    struct folder_store *const store = uvp_mem_take_zeroed(mem, sizeof *store);
    enum uvp_code code;

    if (store == NULL) {
        return uvp_fail_memory(err, sizeof *store);
    }
    store->mem = mem;
    store->stop = stop;
    store->trouble = trouble;
    store->limits = *limits;
    code = uvp_tree_open(dir, true, &store->root_fd, err);
    if (code != UVP_OK) {
        uvp_mem_give(mem, store, sizeof *store);
        return code;
    }
    *out = (struct uvp_store){store, find, add, forget, destroy};
    return UVP_OK;
}
