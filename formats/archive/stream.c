/*
 * What all streams share: one slice of look-ahead, and the system behind struct uvp_io.
 */
#include "formats/archive/stream.h"

#include <string.h>
#include <unistd.h>

static ssize_t system_read(void *ctx, int fd, void *to, size_t bytes)
{
    (void)ctx;
    return read(fd, to, bytes);
}

static ssize_t system_pread(void *ctx, int fd, void *to, size_t bytes, uint64_t at)
{
    (void)ctx;
    return pread(fd, to, bytes, (off_t)at);
}

static ssize_t system_writev(void *ctx, int fd, const struct iovec *parts, int count)
{
    (void)ctx;
    return writev(fd, parts, count);
}

static int system_poll(void *ctx, struct pollfd *fds, unsigned count, int timeout_ms)
{
    (void)ctx;
    return poll(fds, count, timeout_ms);
}

const struct uvp_io uvp_io_system = {
    .ctx = NULL,
    .read = system_read,
    .pread = system_pread,
    .writev = system_writev,
    .poll = system_poll,
};

enum uvp_code uvp_stream_next(struct uvp_stream *stream, struct uvp_slice *slice,
                              struct uvp_error *err)
{
    if (stream->pending.block != NULL) {
        *slice = stream->pending;
        stream->pending.block = NULL;
        return UVP_OK;
    }
    return stream->ops->next(stream, slice, err);
}

enum uvp_code uvp_stream_peek(struct uvp_stream *stream, struct uvp_span *head,
                              struct uvp_error *err)
{
    if (stream->pending.block == NULL) {
        struct uvp_slice slice;

        UVP_TRY(stream->ops->next(stream, &slice, err));
        stream->pending = slice;
    }
    *head = uvp_slice_span(&stream->pending);
    return UVP_OK;
}

void uvp_stream_close(struct uvp_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    uvp_block_drop(stream->pending.block);
    stream->pending.block = NULL;
    stream->ops->close(stream);
}
