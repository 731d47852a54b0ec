/*
 * Writing to a descriptor without being kept by a reader that has stopped reading.
 *
 * A pipe on stdout is usually a blocking one and shared with others, so O_NONBLOCK must not be
 * set on it. It is opened a second time through /proc instead: that gives a description of our
 * own which may be non-blocking. Sockets take MSG_DONTWAIT call by call. Where neither works
 * poll is asked before each write, which then may block for one write's length.
 */
#include "formats/archive/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTS_AT_ONCE 1024 /* IOV_MAX of Linux; POSIX promises 16, EINVAL is not risked */
#define DRAIN_POLL_MS 20   /* once DRAIN was raised its descriptor says nothing more */
#define PIPE_BYTES (1 << 20)

enum manner {
    MANNER_PLAIN,       /* never waits for a peer: files */
    MANNER_NONBLOCKING, /* our own non-blocking description */
    MANNER_SOCKET,
    MANNER_POLLED, /* ask before each write */
};

struct uvp_fd_sink {
    struct uvp_mem *mem;
    const struct uvp_io *io;
    const struct uvp_stop *stop;
    int fd;
    int own_fd; /* to close, or -1 */
    int wake_fd;
    enum manner manner;
    uint64_t at;
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

static int reopen_nonblocking(int fd)
{
    char path[40];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

static void choose_manner(struct uvp_fd_sink *sink)
{
    struct stat about;

    sink->manner = MANNER_POLLED;
    if (fstat(sink->fd, &about) != 0) {
        return;
    }
    if (S_ISREG(about.st_mode)) {
        sink->manner = MANNER_PLAIN;
    } else if (S_ISSOCK(about.st_mode) && sink->io == &uvp_io_system) {
        sink->manner = MANNER_SOCKET;
    } else if (S_ISFIFO(about.st_mode)) {
        (void)fcntl(sink->fd, F_SETPIPE_SZ, PIPE_BYTES);
        sink->own_fd = reopen_nonblocking(sink->fd);
        if (sink->own_fd >= 0) {
            sink->fd = sink->own_fd;
            sink->manner = MANNER_NONBLOCKING;
        }
    }
}

enum uvp_code uvp_fd_sink_create(int fd, const struct uvp_io *io, struct uvp_stop *stop,
                                 struct uvp_mem *mem, struct uvp_fd_sink **sink,
                                 struct uvp_error *err)
{
    struct uvp_fd_sink *const made = uvp_mem_take_zeroed(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    made->io = io != NULL ? io : &uvp_io_system;
    made->stop = stop;
    made->fd = fd;
    made->own_fd = -1;
    made->wake_fd = find_wake_fd(stop);
    choose_manner(made);
    *sink = made;
    return UVP_OK;
}

void uvp_fd_sink_destroy(struct uvp_fd_sink *sink)
{
    if (sink == NULL) {
        return;
    }
    if (sink->own_fd >= 0) {
        (void)close(sink->own_fd);
    }
    uvp_mem_give(sink->mem, sink, sizeof *sink);
}

static enum uvp_stop_level level_of(const struct uvp_fd_sink *sink)
{
    return sink->stop == NULL ? UVP_STOP_NONE : uvp_stop_level(sink->stop);
}

static enum uvp_code check_stop(const struct uvp_fd_sink *sink, struct uvp_error *err)
{
    if (level_of(sink) >= UVP_STOP_ABORT) {
        return uvp_fail(err, UVP_CANCELLED, sink->at, "writing was cancelled");
    }
    return UVP_OK;
}

/* Waits for room, an error on the other side, or ABORT. */
static enum uvp_code wait_writable(const struct uvp_fd_sink *sink, struct uvp_error *err)
{
    for (;;) {
        struct pollfd fds[2] = {{.fd = sink->fd, .events = POLLOUT},
                                {.fd = sink->wake_fd, .events = POLLIN}};
        const bool woken = level_of(sink) != UVP_STOP_NONE;
        const bool wakes = sink->wake_fd >= 0 && !woken;
        int count;

        UVP_TRY(check_stop(sink, err));
        if (uvp_stop_is_late(sink->stop)) {
            return uvp_fail(err, UVP_LIMIT, sink->at, "the output was not read in time");
        }
        count = sink->io->poll(
            sink->io->ctx, fds, wakes ? 2 : 1,
            uvp_stop_wait_ms(sink->stop, wakes || sink->stop == NULL ? -1 : DRAIN_POLL_MS));
        if (count < 0 && errno != EINTR && errno != EAGAIN) {
            return uvp_fail_sys(err, UVP_IO, errno, sink->at, "cannot wait for output");
        }
        if (count > 0 && fds[0].revents != 0) {
            return UVP_OK;
        }
    }
}

static ssize_t write_parts(const struct uvp_fd_sink *sink, struct iovec *parts, int count)
{
    const int now = count < PARTS_AT_ONCE ? count : PARTS_AT_ONCE;
    struct msghdr message;

    if (sink->manner != MANNER_SOCKET) {
        return sink->io->writev(sink->io->ctx, sink->fd, parts, now);
    }
    memset(&message, 0, sizeof message);
    message.msg_iov = parts;
    message.msg_iovlen = (size_t)now;
    return sendmsg(sink->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Steps over what was written; returns how many parts are done. */
static int step_over(struct iovec *parts, int count, size_t written)
{
    int done = 0;

    while (done < count && written >= parts[done].iov_len) {
        written -= parts[done].iov_len;
        done++;
    }
    if (done < count && written != 0) {
        parts[done].iov_base = (char *)parts[done].iov_base + written;
        parts[done].iov_len -= written;
    }
    return done;
}

static enum uvp_code write_all(void *ctx, struct iovec *parts, int count, struct uvp_error *err)
{
    struct uvp_fd_sink *const sink = ctx;

    while (count > 0) {
        ssize_t written;

        UVP_TRY(check_stop(sink, err));
        if (sink->manner == MANNER_POLLED) {
            UVP_TRY(wait_writable(sink, err));
        }
        written = write_parts(sink, parts, count);
        if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            UVP_TRY(wait_writable(sink, err));
        } else if (written < 0 && errno != EINTR) {
            return uvp_fail_sys(err, UVP_IO, errno, sink->at, "cannot write output");
        } else if (written == 0) {
            return uvp_fail(err, UVP_IO, sink->at, "the output takes no bytes");
        } else if (written > 0) {
            const int done = step_over(parts, count, (size_t)written);

            sink->at += (uint64_t)written;
            parts += done;
            count -= done;
        }
    }
    return UVP_OK;
}

struct uvp_sink_ops uvp_fd_sink_ops(struct uvp_fd_sink *sink)
{
    const struct uvp_sink_ops ops = {.write = write_all, .ctx = sink};

    return ops;
}
