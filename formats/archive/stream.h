/*
 * stream.h -- bytes coming in, slice by slice
 *
 * Why:     one narrow interface under every archive parser: a file descriptor, a
 *          decompressor over another stream, or a thread that runs ahead all look the same.
 * Use:     uvp_stream_next until UVP_END. What was peeked is given again by next.
 * Owner:   a stream owns the stream under it; uvp_stream_close closes all.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_ARCHIVE_STREAM_H
#define UVP_FORMATS_ARCHIVE_STREAM_H

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "formats/archive/blocks.h"
#include "pipeline/base/stop.h"

struct uvp_stream;

struct uvp_stream_ops {
    /*
     * The next bytes (at least one), as a slice with a reference for the caller. The first has
     * 512 of them unless there are fewer: what the stream is can be seen from it. Slices end
     * at multiples of 512 bytes of the stream, but for the last and where more would have to
     * be waited for.
     * Returns UVP_OK, UVP_END after the last byte, UVP_CANCELLED, or a failure, which
     * comes after all bytes before it were given; err->at is the offset in this stream's input.
     */
    enum uvp_code (*next)(struct uvp_stream *stream, struct uvp_slice *slice,
                          struct uvp_error *err);
    bool (*ready)(struct uvp_stream *stream); /* next would not wait */
    void (*close)(struct uvp_stream *stream);
    /* Random access, NULL where there is none: bytes at an offset, short only at the end. */
    enum uvp_code (*read_at)(struct uvp_stream *stream, uint64_t at, void *to, size_t bytes,
                             size_t *got, struct uvp_error *err);
};

struct uvp_stream {
    const struct uvp_stream_ops *ops;
    uint64_t size_bytes; /* of everything, when known */
    bool size_known;
    struct uvp_slice pending; /* peeked and not yet given; block NULL: none */
    /* Called just before a read that would wait, so that whoever gathers can let go first; a
     * parser may call it too when much was gone over without its caller coming by. */
    void (*before_wait)(void *ctx);
    void *before_wait_ctx;
};

UVP_MUST_USE enum uvp_code uvp_stream_next(struct uvp_stream *stream, struct uvp_slice *slice,
                                           struct uvp_error *err);
/* Shows the next slice without taking it. */
UVP_MUST_USE enum uvp_code uvp_stream_peek(struct uvp_stream *stream, struct uvp_span *head,
                                           struct uvp_error *err);
void uvp_stream_close(struct uvp_stream *stream); /* NULL allowed */

/* System calls as a table, so that tests can make them short, slow and failing. */
struct uvp_io {
    void *ctx;
    ssize_t (*read)(void *ctx, int fd, void *to, size_t bytes);
    ssize_t (*pread)(void *ctx, int fd, void *to, size_t bytes, uint64_t at);
    ssize_t (*writev)(void *ctx, int fd, const struct iovec *parts, int count);
    int (*poll)(void *ctx, struct pollfd *fds, unsigned count, int timeout_ms);
};

extern const struct uvp_io uvp_io_system;

/*
 * Reads a descriptor: 1 MiB blocks, interrupted by `stop` (at DRAIN or ABORT) also while it
 * waits, EINTR, EAGAIN and short reads handled, pipes enlarged. Regular files have size and
 * read_at. Owner: the descriptor is closed with the stream when `owns_fd`.
 */
struct uvp_fd_stream_options {
    const struct uvp_io *io; /* NULL: the system */
    struct uvp_stop *stop;
    struct uvp_block_pool *pool;
    struct uvp_mem *mem;
    bool owns_fd;
};

UVP_MUST_USE enum uvp_code uvp_fd_stream_open(int fd,
                                              const struct uvp_fd_stream_options *options,
                                              struct uvp_stream **stream,
                                              struct uvp_error *err);

/* Reads memory; for tests and for embedding. The bytes must outlive the stream. Slices have
 * `slice_bytes`, the first at least 512; 0: as files have them. */
UVP_MUST_USE enum uvp_code
uvp_memory_stream_open(struct uvp_span bytes, size_t slice_bytes, struct uvp_block_pool *pool,
                       struct uvp_mem *mem, struct uvp_stream **stream, struct uvp_error *err);

#endif
