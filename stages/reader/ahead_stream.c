/*
 * Slices travel through the ring in cells of a fixed circle: at most CAPACITY are ready, one is
 * being made and one is in the receiver's hand, so a cell is free again before its turn comes.
 */
#include "stages/reader/ahead_stream.h"

#include <string.h>

#define CAPACITY 4
#define CELLS (CAPACITY + 3)

struct ahead_stream {
    struct uvp_stream base;
    struct uvp_mem *mem;
    struct uvp_stream *inner;
    struct uvp_ahead *ahead;
    struct uvp_slice cells[CELLS];
    uint32_t made; /* the spare thread's */
};

static enum uvp_code produce(void *ctx, void **result, struct uvp_error *err)
{
    struct ahead_stream *const stream = ctx;
    struct uvp_slice *const cell = &stream->cells[stream->made % CELLS];
    const enum uvp_code code = uvp_stream_next(stream->inner, cell, err);

    if (code == UVP_OK) {
        stream->made++;
        *result = cell;
    }
    return code;
}

static void discard(void *ctx, void *result)
{
    const struct uvp_slice *const cell = result;

    (void)ctx;
    uvp_block_drop(cell->block);
}

static enum uvp_code next(struct uvp_stream *base, struct uvp_slice *slice,
                          struct uvp_error *err)
{
    struct ahead_stream *const stream = (struct ahead_stream *)base;
    void *result = NULL;

    if (base->before_wait != NULL && !uvp_ahead_ready(stream->ahead)) {
        base->before_wait(base->before_wait_ctx);
    }
    UVP_TRY(uvp_ahead_receive(stream->ahead, &result, err));
    *slice = *(const struct uvp_slice *)result;
    return UVP_OK;
}

static bool ready(struct uvp_stream *base)
{
    return uvp_ahead_ready(((struct ahead_stream *)base)->ahead);
}

static void close_stream(struct uvp_stream *base)
{
    struct ahead_stream *const stream = (struct ahead_stream *)base;

    uvp_ahead_end(stream->ahead);
    uvp_stream_close(stream->inner);
    uvp_mem_give(stream->mem, stream, sizeof *stream);
}

static const struct uvp_stream_ops ops = {
    .next = next,
    .ready = ready,
    .close = close_stream,
    .read_at = NULL,
};

enum uvp_code uvp_ahead_stream_open(struct uvp_stream *inner, struct uvp_intake *intake,
                                    struct uvp_mem *mem, struct uvp_stream **out,
                                    struct uvp_error *err)
{
    struct ahead_stream *stream = uvp_mem_take_zeroed(mem, sizeof *stream);
    struct uvp_ahead_ops ahead_ops = {.produce = produce, .discard = discard};
    enum uvp_code code;

    if (stream == NULL) {
        return uvp_fail_memory(err, sizeof *stream);
    }
    stream->base.ops = &ops;
    stream->mem = mem;
    stream->inner = inner;
    ahead_ops.ctx = stream;
    code = uvp_ahead_start(intake, &ahead_ops, CAPACITY, &stream->ahead, err);
    if (code != UVP_OK) {
        uvp_mem_give(mem, stream, sizeof *stream);
        *out = inner;
        return code == UVP_END ? UVP_OK : code;
    }
    *out = &stream->base;
    return UVP_OK;
}
