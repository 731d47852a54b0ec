/*
 * What was used last is told by the time of change of a file, which a hit renews. Nothing here
 * trusts a name: a folder is opened without following links, and a file is only removed when
 * it is called as a value is.
 */
#include "stages/store/folder_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/base/clock.h"
#include "stages/store/seal.h"

#define ROOT_NAME "uvpipe-1"
#define LOCK_NAME "lock"
#define TAG_NAME "CACHEDIR.TAG"
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
#define OUTER 16
#define INNER 256
#define KEPT_TENTHS 9 /* of the limit, when it was passed */
#define STALE_NS (3600 * UVP_NS_PER_S)

void uvp_tree_name(const struct uvp_store_key *key, char name[UVP_TREE_NAME_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof key->bytes; i++) {
        name[2 * i] = digits[key->bytes[i] >> 4];
        name[2 * i + 1] = digits[key->bytes[i] & 15];
    }
    name[2 * sizeof key->bytes] = '\0';
}

/* ---- opening ---- */

/* The text is the one by which such programs know a cache. */
static void make_tag(int dir_fd)
{
    static const char text[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
                               "# This folder is a cache of uvpipe: it can be made again.\n";
    const int fd =
        openat(dir_fd, TAG_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

    if (fd >= 0) {
        (void)!uvp_seal_write(fd, text, sizeof text - 1); /* a cache without it is one, too */
        (void)close(fd);
    }
}

/* The folder and those above it, as far as they are missing: ~/.cache need not be there yet. */
static bool make_folders(const char *dir)
{
    char path[PATH_MAX];
    const size_t bytes = strlen(dir);

    if (bytes >= sizeof path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path, dir, bytes + 1);
    for (size_t i = 1; i < bytes; i++) {
        if (path[i] == '/') {
            path[i] = '\0';
            (void)mkdir(path, 0777); /* what this means shows at the end */
            path[i] = '/';
        }
    }
    return mkdir(dir, 0777) == 0 || errno == EEXIST;
}

enum uvp_code uvp_tree_open(const char *dir, bool make, int *root_fd, struct uvp_error *err)
{
    int dir_fd;
    int sys;

    if (make && !make_folders(dir)) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot make the cache %s", dir);
    }
    dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot open the cache %s", dir);
    }
    *root_fd = openat(dir_fd, ROOT_NAME, FOLDER_FLAGS);
    if (*root_fd < 0 && errno == ENOENT && make && mkdirat(dir_fd, ROOT_NAME, 0777) == 0) {
        make_tag(dir_fd);
    }
    if (*root_fd < 0 && make) {
        const int before = errno;
        *root_fd = openat(dir_fd, ROOT_NAME, FOLDER_FLAGS);
        errno = *root_fd < 0 && errno == ENOENT ? before : errno;
    }
    sys = errno;
    (void)close(dir_fd);
    if (*root_fd >= 0) {
        return UVP_OK;
    }
    return sys == ENOENT
               ? uvp_fail(err, UVP_UNSUPPORTED, 0, "%s holds no cache of uvpipe", dir)
               : uvp_fail_sys(err, UVP_IO, sys, 0, "cannot open the cache in %s", dir);
}

static int open_below(int fd, const char *name, bool make)
{
    int below = openat(fd, name, FOLDER_FLAGS);

    if (below < 0 && errno == ENOENT && make &&
        (mkdirat(fd, name, 0777) == 0 || errno == EEXIST)) {
        below = openat(fd, name, FOLDER_FLAGS);
    }
    return below;
}

int uvp_tree_open_folder(int root_fd, const char name[UVP_TREE_NAME_BYTES], bool make)
{
    const char outer[] = {name[0], '\0'};
    const char inner[] = {name[1], name[2], '\0'};
    const int outer_fd = open_below(root_fd, outer, make);
    int inner_fd;
    int sys;

    if (outer_fd < 0) {
        return -1;
    }
    inner_fd = open_below(outer_fd, inner, make);
    sys = errno;
    (void)close(outer_fd);
    errno = sys;
    return inner_fd;
}

uint64_t uvp_tree_now_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * UVP_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* ---- the lock ---- */

/* The number and its complement: half a write is no number. */
static uint64_t read_count(int fd)
{
    uint64_t data[2];

    if (!uvp_seal_pread(fd, data, sizeof data, 0) || data[0] != ~data[1]) {
        return UVP_TREE_UNKNOWN;
    }
    return data[0];
}

int uvp_tree_lock(int root_fd, bool wait, uint64_t *bytes)
{
    const int fd = openat(root_fd, LOCK_NAME,
                          O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    int locked;

    if (fd < 0) {
        return -1;
    }
    do {
        locked = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
    } while (locked != 0 && errno == EINTR && wait);
    if (locked != 0) {
        const int sys = errno;
        (void)close(fd);
        errno = sys;
        return -1;
    }
    *bytes = read_count(fd);
    return fd;
}

void uvp_tree_unlock(int lock_fd, uint64_t bytes)
{
    const uint64_t data[2] = {bytes, ~bytes};

    if (pwrite(lock_fd, data, sizeof data, 0) != (ssize_t)sizeof data) {
        (void)!ftruncate(lock_fd, 0);
    }
    (void)close(lock_fd);
}

/* ---- all values ---- */

struct value {
    struct uvp_store_key key;
    uint64_t used_ns;
    uint64_t bytes;
};

struct trim {
    int root_fd;
    struct uvp_buf values; /* of struct value */
    uint64_t now_ns;
    const struct uvp_stop *stop;
    struct uvp_error *err;
};

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_name(const char *name, struct uvp_store_key *key)
{
    for (size_t i = 0; i < sizeof key->bytes; i++) {
        const int high = name[2 * i] == '\0' ? -1 : digit_of(name[2 * i]);
        const int low = high < 0 ? -1 : digit_of(name[2 * i + 1]);

        if (low < 0) {
            return false;
        }
        key->bytes[i] = (unsigned char)(high << 4 | low);
    }
    return name[2 * sizeof key->bytes] == '\0';
}

static uint64_t time_of(const struct stat *status)
{
    return status->st_mtim.tv_sec < 0 ? 0
                                      : (uint64_t)status->st_mtim.tv_sec * UVP_NS_PER_S +
                                            (uint64_t)status->st_mtim.tv_nsec;
}

static uint64_t age_of(uint64_t now_ns, uint64_t used_ns)
{
    return used_ns < now_ns ? now_ns - used_ns : 0;
}

static enum uvp_code take_file(struct trim *trim, int folder_fd, const char *name)
{
    struct value value;
    struct stat status;

    if (fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode)) {
        return UVP_OK;
    }
    if (strncmp(name, UVP_TREE_TEMPORARY, strlen(UVP_TREE_TEMPORARY)) == 0 &&
        age_of(trim->now_ns, time_of(&status)) > STALE_NS) {
        (void)unlinkat(folder_fd, name, 0);
    }
    if (!read_name(name, &value.key)) {
        return UVP_OK;
    }
    value.used_ns = time_of(&status);
    value.bytes = uvp_tree_cost((uint64_t)status.st_size);
    return uvp_buf_append(&trim->values, &value, sizeof value, trim->err);
}

/* Closes the folder. */
static enum uvp_code take_folder(struct trim *trim, int folder_fd)
{
    enum uvp_code code = UVP_OK;
    const struct dirent *entry;
    DIR *folder;

    if (folder_fd < 0) {
        return UVP_OK;
    }
    folder = fdopendir(folder_fd);
    if (folder == NULL) {
        (void)close(folder_fd);
        return UVP_OK;
    }
    while (code == UVP_OK && (entry = readdir(folder)) != NULL) {
        code = take_file(trim, dirfd(folder), entry->d_name);
    }
    (void)closedir(folder);
    return code;
}

/* `visit` closes the folder, which is -1 where there is none. */
static enum uvp_code visit_folders(struct trim *trim,
                                   enum uvp_code (*visit)(struct trim *trim, int folder_fd))
{
    for (unsigned outer = 0; outer < OUTER; outer++) {
        char name[UVP_TREE_NAME_BYTES] = "000";

        for (unsigned inner = 0; inner < INNER; inner++) {
            (void)snprintf(name, sizeof name, "%x%02x", outer, inner);
            if (trim->stop != NULL && uvp_stop_level(trim->stop) >= UVP_STOP_ABORT) {
                return uvp_fail(trim->err, UVP_CANCELLED, 0, "cancelled");
            }
            UVP_TRY(visit(trim, uvp_tree_open_folder(trim->root_fd, name, false)));
        }
    }
    return UVP_OK;
}

static int compare_use(const void *a, const void *b)
{
    const struct value *const x = a;
    const struct value *const y = b;

    if (x->used_ns != y->used_ns) {
        return x->used_ns < y->used_ns ? -1 : 1;
    }
    return memcmp(x->key.bytes, y->key.bytes, sizeof x->key.bytes);
}

static void count(struct uvp_tree_usage *usage, const struct value *value)
{
    usage->values++;
    usage->bytes += value->bytes;
    usage->oldest_ns = usage->oldest_ns == 0 || value->used_ns < usage->oldest_ns
                           ? value->used_ns
                           : usage->oldest_ns;
    usage->newest_ns = value->used_ns > usage->newest_ns ? value->used_ns : usage->newest_ns;
}

static bool remove_value(const struct trim *trim, const struct value *value)
{
    char name[UVP_TREE_NAME_BYTES];
    bool removed;
    int fd;

    uvp_tree_name(&value->key, name);
    fd = uvp_tree_open_folder(trim->root_fd, name, false);
    if (fd < 0) {
        return errno == ENOENT;
    }
    removed = unlinkat(fd, name, 0) == 0 || errno == ENOENT;
    (void)close(fd);
    return removed;
}

static void remove_beyond(struct trim *trim, const struct uvp_tree_limits *limits,
                          struct uvp_tree_usage *now, struct uvp_tree_usage *removed)
{
    struct value *const values = (struct value *)(void *)trim->values.data;
    const size_t value_count = trim->values.bytes / sizeof *values;
    uint64_t left = 0;
    uint64_t kept;

    for (size_t i = 0; i < value_count; i++) {
        left += values[i].bytes;
    }
    kept = limits->most_bytes == 0 || left <= limits->most_bytes
               ? UINT64_MAX
               : limits->most_bytes / 10 * KEPT_TENTHS;
    if (value_count > 0) {
        qsort(values, value_count, sizeof *values, compare_use);
    }
    for (size_t i = 0; i < value_count; i++) {
        const bool old = limits->most_age_ns != 0 &&
                         age_of(trim->now_ns, values[i].used_ns) > limits->most_age_ns;

        if ((old || left > kept) && remove_value(trim, &values[i])) {
            left -= values[i].bytes;
            count(removed, &values[i]);
        } else {
            count(now, &values[i]);
        }
    }
}

enum uvp_code uvp_tree_trim(int root_fd, const struct uvp_tree_limits *limits,
                            struct uvp_mem *mem, const struct uvp_stop *stop,
                            struct uvp_tree_usage *now, struct uvp_tree_usage *removed,
                            struct uvp_error *err)
{
    struct trim trim = {
        .root_fd = root_fd, .now_ns = uvp_tree_now_ns(), .stop = stop, .err = err};
    enum uvp_code code;

    memset(now, 0, sizeof *now);
    memset(removed, 0, sizeof *removed);
    uvp_buf_init(&trim.values, mem, 0);
    code = visit_folders(&trim, take_folder);
    if (code == UVP_OK) {
        remove_beyond(&trim, limits, now, removed);
    }
    uvp_buf_release(&trim.values);
    return code;
}

/* ---- the command line ---- */

enum uvp_code uvp_cache_look(const char *dir, struct uvp_mem *mem, struct uvp_tree_usage *now,
                             struct uvp_error *err)
{
    const struct uvp_tree_limits none = {0, 0};
    struct uvp_tree_usage removed;
    enum uvp_code code;
    int root_fd = -1;

    UVP_TRY(uvp_tree_open(dir, false, &root_fd, err));
    code = uvp_tree_trim(root_fd, &none, mem, NULL, now, &removed, err);
    (void)close(root_fd);
    return code;
}

enum uvp_code uvp_cache_trim(const char *dir, const struct uvp_tree_limits *limits,
                             struct uvp_mem *mem, struct uvp_tree_usage *now,
                             struct uvp_tree_usage *removed, struct uvp_error *err)
{
    uint64_t bytes = 0;
    enum uvp_code code;
    int root_fd = -1;
    int lock_fd;

    UVP_TRY(uvp_tree_open(dir, false, &root_fd, err));
    lock_fd = uvp_tree_lock(root_fd, true, &bytes);
    if (lock_fd < 0) {
        code = uvp_fail_sys(err, UVP_IO, errno, 0, "cannot lock the cache in %s", dir);
    } else {
        code = uvp_tree_trim(root_fd, limits, mem, NULL, now, removed, err);
        uvp_tree_unlock(lock_fd, code == UVP_OK ? now->bytes : UVP_TREE_UNKNOWN);
    }
    (void)close(root_fd);
    return code;
}

/* What is empty goes; what is not holds something of somebody else. */
static void remove_folders(int root_fd)
{
    for (unsigned outer = 0; outer < OUTER; outer++) {
        char name[4];
        int outer_fd;

        (void)snprintf(name, sizeof name, "%x", outer);
        outer_fd = openat(root_fd, name, FOLDER_FLAGS);
        for (unsigned inner = 0; outer_fd >= 0 && inner < INNER; inner++) {
            char inner_name[4];

            (void)snprintf(inner_name, sizeof inner_name, "%02x", inner);
            (void)unlinkat(outer_fd, inner_name, AT_REMOVEDIR);
        }
        if (outer_fd >= 0) {
            (void)close(outer_fd);
        }
        (void)unlinkat(root_fd, name, AT_REMOVEDIR);
    }
}

enum uvp_code uvp_cache_clear(const char *dir, struct uvp_mem *mem,
                              struct uvp_tree_usage *removed, struct uvp_error *err)
{
    const struct uvp_tree_limits nothing = {1, 0};
    struct uvp_tree_usage now;
    int root_fd = -1;

    UVP_TRY(uvp_cache_trim(dir, &nothing, mem, &now, removed, err));
    if (now.values > 0) {
        return uvp_fail(err, UVP_IO, 0, "%llu values in %s could not be removed",
                        (unsigned long long)now.values, dir);
    }
    UVP_TRY(uvp_tree_open(dir, false, &root_fd, err));
    remove_folders(root_fd);
    (void)close(root_fd);
    return UVP_OK;
}
