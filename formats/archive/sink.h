/*
 * sink.h -- bytes going out, gathered
 *
 * Why:     large writes without copies: the sink keeps pointers until it is flushed.
 * Use:     view bytes that stay, copy bytes that do not; flush; then what was viewed may go.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_ARCHIVE_SINK_H
#define UVP_FORMATS_ARCHIVE_SINK_H

#include "formats/archive/stream.h"

struct uvp_sink;

struct uvp_sink_ops {
    /* Consumes all parts; may change the array. */
    enum uvp_code (*write)(void *ctx, struct iovec *parts, int count, struct uvp_error *err);
    void *ctx;
};

UVP_MUST_USE enum uvp_code uvp_sink_create(const struct uvp_sink_ops *ops, struct uvp_mem *mem,
                                           struct uvp_sink **sink, struct uvp_error *err);
void uvp_sink_destroy(struct uvp_sink *sink); /* what was not flushed is dropped */

/* The bytes must stay valid until the next flush. Flushes by itself only when the gather list
 * is full (so earlier views stay pinned by the caller until it calls flush). */
UVP_MUST_USE enum uvp_code uvp_sink_view(struct uvp_sink *sink, struct uvp_span bytes,
                                         struct uvp_error *err);
UVP_MUST_USE enum uvp_code
uvp_sink_slices(struct uvp_sink *sink, const struct uvp_slices *slices, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_sink_copy(struct uvp_sink *sink, struct uvp_span bytes,
                                         struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_sink_flush(struct uvp_sink *sink, struct uvp_error *err);
uint64_t uvp_sink_at(const struct uvp_sink *sink);    /* bytes given so far */
size_t uvp_sink_pending(const struct uvp_sink *sink); /* of them not yet flushed */

/*
 * Writes to a descriptor: whole iovecs, EINTR, EAGAIN and short writes handled, never blocked
 * beyond `stop` raised to ABORT (pipes and sockets are written without blocking), pipes
 * enlarged. EPIPE is UVP_IO with sys EPIPE. Does not own the descriptor.
 */
struct uvp_fd_sink;
UVP_MUST_USE enum uvp_code uvp_fd_sink_create(int fd, const struct uvp_io *io,
                                              struct uvp_stop *stop, struct uvp_mem *mem,
                                              struct uvp_fd_sink **sink, struct uvp_error *err);
void uvp_fd_sink_destroy(struct uvp_fd_sink *sink);
struct uvp_sink_ops uvp_fd_sink_ops(struct uvp_fd_sink *sink);

#endif
