#include "formats/archive/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FOLDER_MOST 3000

struct uvp_spool {
    struct uvp_mem *mem;
    uint64_t limit_bytes;
    uint64_t bytes;
    int fd;
};

/* Where O_TMPFILE is not known: a file whose name is taken away at once. */
static int make_named(const char *folder)
{
    char path[FOLDER_MOST + 32];
    int fd;

    (void)snprintf(path, sizeof path, "%s/uvpipe-XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC); /* mode 0600 */
    if (fd >= 0) {
        (void)unlink(path);
    }
    return fd;
}

static int make_file(void)
{
    const char *folder = getenv("TMPDIR");
    int fd = -1;

    if (folder == NULL || folder[0] == '\0' || strlen(folder) > FOLDER_MOST) {
        folder = "/tmp";
    }
#ifdef O_TMPFILE
    fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
#endif
    return fd >= 0 ? fd : make_named(folder);
}

enum uvp_code uvp_spool_create(uint64_t limit_bytes, struct uvp_mem *mem,
                               struct uvp_spool **spool, struct uvp_error *err)
{
    struct uvp_spool *const made = uvp_mem_take_zeroed(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    made->limit_bytes = limit_bytes;
    made->fd = make_file();
    if (made->fd < 0) {
        const int sys = errno;

        uvp_mem_give(mem, made, sizeof *made);
        return uvp_fail_sys(err, UVP_IO, sys, 0, "cannot make a temporary file");
    }
    *spool = made;
    return UVP_OK;
}

void uvp_spool_destroy(struct uvp_spool *spool)
{
    if (spool != NULL) {
        (void)close(spool->fd);
        uvp_mem_give(spool->mem, spool, sizeof *spool);
    }
}

enum uvp_code uvp_spool_add(struct uvp_spool *spool, struct uvp_span bytes,
                            struct uvp_error *err)
{
    size_t done = 0;

    if (bytes.bytes > spool->limit_bytes - spool->bytes) {
        return uvp_fail(err, UVP_LIMIT, spool->bytes,
                        "more than %llu bytes would have to be put aside on disk",
                        (unsigned long long)spool->limit_bytes);
    }
    while (done < bytes.bytes) {
        const ssize_t count = pwrite(spool->fd, bytes.data + done, bytes.bytes - done,
                                     (off_t)(spool->bytes + done));

        if (count < 0 && errno != EINTR) {
            return uvp_fail_sys(err, UVP_IO, errno, spool->bytes,
                                "cannot write to a temporary file");
        }
        done += count < 0 ? 0 : (size_t)count;
    }
    spool->bytes += bytes.bytes;
    return UVP_OK;
}

enum uvp_code uvp_spool_add_stream(struct uvp_spool *spool, struct uvp_stream *stream,
                                   struct uvp_error *err)
{
    for (;;) {
        struct uvp_slice slice = {NULL, 0, 0};
        const enum uvp_code read = uvp_stream_next(stream, &slice, err);
        enum uvp_code written;

        if (read != UVP_OK) {
            return read == UVP_END ? UVP_OK : read;
        }
        written = uvp_spool_add(spool, uvp_slice_span(&slice), err);
        uvp_block_drop(slice.block);
        if (written != UVP_OK) {
            return written;
        }
    }
}

uint64_t uvp_spool_bytes(const struct uvp_spool *spool)
{
    return spool->bytes;
}

enum uvp_code uvp_spool_copy(const struct uvp_spool *spool, uint64_t at, void *to, size_t bytes,
                             struct uvp_error *err)
{
    size_t done = 0;

    while (done < bytes) {
        const ssize_t count =
            pread(spool->fd, (char *)to + done, bytes - done, (off_t)(at + done));

        if (count == 0 || (count < 0 && errno != EINTR)) {
            return uvp_fail_sys(err, UVP_IO, count < 0 ? errno : 0, at + done,
                                "cannot read a temporary file");
        }
        done += count < 0 ? 0 : (size_t)count;
    }
    return UVP_OK;
}

enum uvp_code uvp_spool_reread(struct uvp_spool *spool, struct uvp_block_pool *pool,
                               struct uvp_stop *stop, struct uvp_stream **stream,
                               struct uvp_error *err)
{
    const struct uvp_fd_stream_options options = {
        .stop = stop, .pool = pool, .mem = spool->mem, .owns_fd = true};
    const int fd = fcntl(spool->fd, F_DUPFD_CLOEXEC, 0);
    enum uvp_code code;

    if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0) {
        const int sys = errno;

        if (fd >= 0) {
            (void)close(fd);
        }
        return uvp_fail_sys(err, UVP_IO, sys, 0, "cannot reread a temporary file");
    }
    code = uvp_fd_stream_open(fd, &options, stream, err);
    if (code != UVP_OK) {
        (void)close(fd);
    }
    return code;
}
