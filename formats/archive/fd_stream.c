/*
 * Reading a descriptor into blocks.
 *
 * One block is being filled at a time; slices of it are handed out as data comes, and the
 * rest of it goes on being filled behind them, so a slow pipe wastes no memory. A read is
 * made as large as the data at hand: reads go on while poll says there is more, until the
 * block is full. Nothing waits for a full block; an odd rest goes out when nothing comes after
 * it, for it may be the end of a member.
 *
 * Every wait watches the stop flag's descriptor too: a silent pipe does not keep us.
 */
#include "formats/archive/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GRAIN ((size_t)512)
#define POLL_STOP_MS 50 /* where the stop flag has no descriptor to wait on */

struct fd_stream {
    struct uvp_stream base;
    const struct uvp_io *io;
    struct uvp_stop *stop;
    struct uvp_block_pool *pool;
    struct uvp_mem *mem;
    int fd;
    int wake_fd;
    bool owns_fd;
    bool regular;
    bool ended;
    struct uvp_error failure; /* of a read; given once the bytes before it were */
    struct uvp_block *block;  /* being filled, or NULL */
    size_t filled;            /* bytes in it */
    size_t given;             /* of them handed out */
    bool begun;               /* the first slice was given */
    uint64_t at;              /* bytes read in all */
    uint64_t start;           /* where a regular file stood when we came */
};

static int find_wake_fd(const struct uvp_stop *stop)
{
    for (; stop != NULL; stop = stop->parent) {
        if (stop->wake_read_fd >= 0) {
            return stop->wake_read_fd;
        }
    }
    return -1;
}

static bool is_stopped(const struct fd_stream *in)
{
    return in->stop != NULL && uvp_stop_level(in->stop) >= UVP_STOP_DRAIN;
}

static enum uvp_code fail_cancelled(const struct fd_stream *in, struct uvp_error *err)
{
    return uvp_fail(err, UVP_CANCELLED, in->at, "reading was cancelled");
}

/* *readable without waiting; a failing poll leaves it to read to say what is wrong. */
static bool is_readable(const struct fd_stream *in)
{
    struct pollfd fds[1] = {{.fd = in->fd, .events = POLLIN}};
    int count;

    if (in->regular) {
        return true;
    }
    do {
        count = in->io->poll(in->io->ctx, fds, 1, 0);
    } while (count < 0 && errno == EINTR);
    return count != 0;
}

/* Waits for bytes, the end, or the stop flag. */
static enum uvp_code wait_readable(struct fd_stream *in, struct uvp_error *err)
{
    const int most_ms = in->wake_fd < 0 && in->stop != NULL ? POLL_STOP_MS : -1;

    if (is_readable(in)) {
        return UVP_OK;
    }
    if (in->base.before_wait != NULL) {
        in->base.before_wait(in->base.before_wait_ctx);
    }
    for (;;) {
        struct pollfd fds[2] = {{.fd = in->fd, .events = POLLIN},
                                {.fd = in->wake_fd, .events = POLLIN}};
        int count;

        if (is_stopped(in)) {
            return fail_cancelled(in, err);
        }
        if (uvp_stop_is_late(in->stop)) {
            return uvp_fail(err, UVP_LIMIT, in->at, "the input did not come in time");
        }
        count = in->io->poll(in->io->ctx, fds, 2, uvp_stop_wait_ms(in->stop, most_ms));
        if (count < 0 && errno != EINTR) {
            return uvp_fail_sys(err, UVP_IO, errno, in->at, "cannot wait for input");
        }
        if (count > 0 && fds[0].revents != 0) {
            return UVP_OK;
        }
    }
}

/* A block for what is left of a small file, with a byte over to meet its end in. */
static size_t next_capacity(const struct fd_stream *in)
{
    uint64_t left;

    if (!in->base.size_known || in->at > in->base.size_bytes) {
        return UVP_BLOCK_BYTES;
    }
    left = in->base.size_bytes - in->at + 1;
    if (left >= UVP_BLOCK_BYTES) {
        return UVP_BLOCK_BYTES;
    }
    return ((size_t)left + GRAIN - 1) & ~(GRAIN - 1);
}

static enum uvp_code take_block(struct fd_stream *in, struct uvp_error *err)
{
    struct uvp_block *block = NULL;

    if (in->block != NULL && in->filled < in->block->capacity) {
        return UVP_OK;
    }
    UVP_TRY(uvp_block_take(in->pool, next_capacity(in), &block, err));
    uvp_block_drop(in->block);
    in->block = block;
    in->filled = 0;
    in->given = 0;
    return UVP_OK;
}

/* One read; *again when it would have waited after all. */
static void read_some(struct fd_stream *in, bool *again)
{
    ssize_t count;

    do {
        count = in->io->read(in->io->ctx, in->fd, in->block->data + in->filled,
                             in->block->capacity - in->filled);
    } while (count < 0 && errno == EINTR && !is_stopped(in));
    *again = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    if (count > 0) {
        in->filled += (size_t)count;
        in->at += (uint64_t)count;
    } else if (count == 0) {
        in->ended = true;
    } else if (!*again) {
        (void)uvp_fail_sys(&in->failure, UVP_IO, errno, in->at, "cannot read input");
    }
}

/* Reads at least a byte, the end or a failure, then all that is there up to a block. */
static enum uvp_code fill_block(struct fd_stream *in, struct uvp_error *err)
{
    bool again = false;

    UVP_TRY(take_block(in, err));
    UVP_TRY(wait_readable(in, err));
    do {
        if (is_stopped(in)) {
            return fail_cancelled(in, err);
        }
        read_some(in, &again);
    } while (!again && !in->ended && in->failure.code == UVP_OK &&
             in->filled < in->block->capacity && is_readable(in));
    return UVP_OK;
}

static size_t giveable(const struct fd_stream *in)
{
    const size_t rest = in->filled - in->given;
    const size_t whole = in->filled & ~(GRAIN - 1);

    if (in->ended || in->failure.code != UVP_OK) {
        return rest;
    }
    if (whole > in->given) {
        return whole - in->given;
    }
    return rest != 0 && in->begun && !is_readable(in) ? rest : 0;
}

static enum uvp_code next_slice(struct uvp_stream *stream, struct uvp_slice *slice,
                                struct uvp_error *err)
{
    struct fd_stream *const in = (struct fd_stream *)stream;

    for (;;) {
        const size_t give = giveable(in);

        if (give != 0) {
            uvp_block_hold(in->block);
            slice->block = in->block;
            slice->offset = (uint32_t)in->given;
            slice->bytes = (uint32_t)give;
            in->given += give;
            in->begun = true;
            return UVP_OK;
        }
        if (in->failure.code != UVP_OK) {
            return uvp_fail_sys(err, in->failure.code, in->failure.sys, in->failure.at,
                                "cannot read input");
        }
        if (in->ended) {
            return UVP_END;
        }
        UVP_TRY(fill_block(in, err));
    }
}

static bool is_ready(struct uvp_stream *stream)
{
    const struct fd_stream *const in = (const struct fd_stream *)stream;

    return in->ended || in->failure.code != UVP_OK || in->filled - in->given >= GRAIN ||
           (in->begun && in->filled > in->given) || is_readable(in);
}

static void close_fd(struct uvp_stream *stream)
{
    struct fd_stream *const in = (struct fd_stream *)stream;

    uvp_block_drop(in->block);
    if (in->owns_fd) {
        (void)close(in->fd);
    }
    uvp_mem_give(in->mem, in, sizeof *in);
}

static enum uvp_code read_at(struct uvp_stream *stream, uint64_t at, void *to, size_t bytes,
                             size_t *got, struct uvp_error *err)
{
    const struct fd_stream *const in = (const struct fd_stream *)stream;
    size_t done = 0;

    while (done < bytes) {
        const ssize_t count = in->io->pread(in->io->ctx, in->fd, (char *)to + done,
                                            bytes - done, in->start + at + done);
        if (is_stopped(in)) {
            return fail_cancelled(in, err);
        }
        if (count < 0 && errno != EINTR) {
            return uvp_fail_sys(err, UVP_IO, errno, at + done, "cannot read input");
        }
        if (count == 0) {
            break;
        }
        done += count < 0 ? 0 : (size_t)count;
    }
    *got = done;
    return UVP_OK;
}

static const struct uvp_stream_ops file_ops = {
    .next = next_slice,
    .ready = is_ready,
    .close = close_fd,
    .read_at = read_at,
};

static const struct uvp_stream_ops pipe_ops = {
    .next = next_slice,
    .ready = is_ready,
    .close = close_fd,
    .read_at = NULL,
};

/* What kind of thing is behind the descriptor; a descriptor nobody can stat is read as a pipe.
 */
static void look_at_fd(struct fd_stream *in)
{
    struct stat about;
    off_t start;

    in->base.ops = &pipe_ops;
    if (fstat(in->fd, &about) != 0) {
        return;
    }
    if (S_ISFIFO(about.st_mode)) {
        (void)fcntl(in->fd, F_SETPIPE_SZ, (int)UVP_BLOCK_BYTES);
        return;
    }
    start = S_ISREG(about.st_mode) ? lseek(in->fd, 0, SEEK_CUR) : -1;
    if (start < 0) {
        return;
    }
    in->base.ops = &file_ops;
    in->regular = true;
    in->start = (uint64_t)start;
    in->base.size_known = about.st_size > 0; /* files of the kernel's own say 0 */
    in->base.size_bytes = about.st_size > start ? (uint64_t)(about.st_size - start) : 0;
    (void)posix_fadvise(in->fd, start, 0, POSIX_FADV_SEQUENTIAL);
}

enum uvp_code uvp_fd_stream_open(int fd, const struct uvp_fd_stream_options *options,
                                 struct uvp_stream **stream, struct uvp_error *err)
{
    struct fd_stream *const in = uvp_mem_take_zeroed(options->mem, sizeof *in);

    if (in == NULL) {
        return uvp_fail_memory(err, sizeof *in);
    }
    in->io = options->io != NULL ? options->io : &uvp_io_system;
    in->stop = options->stop;
    in->pool = options->pool;
    in->mem = options->mem;
    in->owns_fd = options->owns_fd;
    in->fd = fd;
    in->wake_fd = find_wake_fd(options->stop);
    look_at_fd(in);
    *stream = &in->base;
    return UVP_OK;
}
