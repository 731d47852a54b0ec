/*
 * Range r is bytes [r, r + 1) * UVP_BLOCK_BYTES: a block each. Of n threads thread k reads the
 * ranges k, k + n, k + 2 n ...; so the receiver knows whose turn it is, and blocks come in
 * order without a word between the threads.
 *
 * What is behind the size that the file had when it was opened is read by the receiver.
 */
#include "stages/reader/range_stream.h"

#include <string.h>

#define THREADS_MOST 8
#define CAPACITY 4           /* blocks ready of each thread */
#define CELLS (CAPACITY + 3) /* one being made, one in the receiver's hand */
#define LEAST_RANGES 16      /* shorter files are read before threads have woken */

/* Its thread's, but for `ahead`. */
struct range_reader {
    struct range_stream *stream;
    struct uvp_ahead *ahead;
    uint64_t next; /* range */
    uint64_t made;
    struct uvp_slice cells[CELLS];
};

struct range_stream {
    struct uvp_stream base;
    struct uvp_range_options options;
    struct uvp_stream *inner;
    uint64_t ranges;
    uint32_t stride;  /* threads that were to be had; one that was not is done without */
    uint64_t turn;    /* range that comes next */
    uint64_t rest_at; /* behind the ranges */
    bool cut;         /* the file became shorter */
    struct range_reader readers[THREADS_MOST];
};

/* ---- the threads that read ---- */

static enum uvp_code read_block(struct range_stream *stream, uint64_t at, size_t bytes,
                                struct uvp_slice *slice, struct uvp_error *err)
{
    struct uvp_block *block = NULL;
    size_t got = 0;
    enum uvp_code code;

    UVP_TRY(uvp_block_take(stream->options.pool, UVP_BLOCK_BYTES, &block, err));
    code = stream->inner->ops->read_at(stream->inner, at, block->data, bytes, &got, err);
    if (code == UVP_OK && got == 0) {
        code = UVP_END;
    }
    if (code != UVP_OK) {
        uvp_block_drop(block);
        return code;
    }
    if (at != 0) { /* the first block was read before, to see what the file is */
        stream->options.count(stream->options.count_ctx, got);
    }
    slice->block = block;
    slice->offset = 0;
    slice->bytes = (uint32_t)got;
    return UVP_OK;
}

static size_t bytes_of_range(const struct range_stream *stream, uint64_t range)
{
    const uint64_t left = stream->base.size_bytes - range * UVP_BLOCK_BYTES;

    return left < UVP_BLOCK_BYTES ? (size_t)left : UVP_BLOCK_BYTES;
}

static enum uvp_code produce(void *ctx, void **result, struct uvp_error *err)
{
    struct range_reader *const reader = ctx;
    struct range_stream *const stream = reader->stream;
    struct uvp_slice *const cell = &reader->cells[reader->made % CELLS];

    if (reader->next >= stream->ranges) {
        return UVP_END;
    }
    UVP_TRY(read_block(stream, reader->next * UVP_BLOCK_BYTES,
                       bytes_of_range(stream, reader->next), cell, err));
    reader->next += stream->stride;
    reader->made++;
    *result = cell;
    return UVP_OK;
}

static void discard(void *ctx, void *result)
{
    const struct uvp_slice *const cell = result;

    (void)ctx;
    uvp_block_drop(cell->block);
}

/* ---- the stream ---- */

/* NULL: the receiver reads this one. */
static struct uvp_ahead *ahead_of_turn(const struct range_stream *stream)
{
    return stream->readers[stream->turn % stream->stride].ahead;
}

/* A file that grew is read to its end, wherever that is by now. */
static enum uvp_code next_rest(struct range_stream *stream, struct uvp_slice *slice,
                               struct uvp_error *err)
{
    if (stream->cut) {
        return UVP_END;
    }
    UVP_TRY(read_block(stream, stream->rest_at, UVP_BLOCK_BYTES, slice, err));
    stream->rest_at += slice->bytes;
    return UVP_OK;
}

static enum uvp_code receive(struct range_stream *stream, struct uvp_ahead *ahead,
                             struct uvp_slice *slice, struct uvp_error *err)
{
    struct uvp_stream *const base = &stream->base;
    void *result = NULL;

    if (base->before_wait != NULL && !uvp_ahead_ready(ahead)) {
        base->before_wait(base->before_wait_ctx);
    }
    UVP_TRY(uvp_ahead_receive(ahead, &result, err));
    *slice = *(const struct uvp_slice *)result;
    return UVP_OK;
}

static enum uvp_code next(struct uvp_stream *base, struct uvp_slice *slice,
                          struct uvp_error *err)
{
    struct range_stream *const stream = (struct range_stream *)base;
    struct uvp_ahead *const ahead = ahead_of_turn(stream);
    size_t wanted;

    if (stream->cut || stream->turn >= stream->ranges) {
        return next_rest(stream, slice, err);
    }
    wanted = bytes_of_range(stream, stream->turn);
    if (ahead != NULL) {
        UVP_TRY(receive(stream, ahead, slice, err));
    } else {
        UVP_TRY(read_block(stream, stream->turn * UVP_BLOCK_BYTES, wanted, slice, err));
    }
    stream->cut = slice->bytes < wanted;
    stream->turn++;
    return UVP_OK;
}

static bool ready(struct uvp_stream *base)
{
    const struct range_stream *const stream = (struct range_stream *)base;
    struct uvp_ahead *const ahead = ahead_of_turn(stream);

    return stream->cut || stream->turn >= stream->ranges || ahead == NULL ||
           uvp_ahead_ready(ahead);
}

static enum uvp_code read_at(struct uvp_stream *base, uint64_t at, void *to, size_t bytes,
                             size_t *got, struct uvp_error *err)
{
    struct range_stream *const stream = (struct range_stream *)base;

    return stream->inner->ops->read_at(stream->inner, at, to, bytes, got, err);
}

static void end_readers(struct range_stream *stream)
{
    for (uint32_t k = 0; k < THREADS_MOST; k++) {
        uvp_ahead_end(stream->readers[k].ahead);
        stream->readers[k].ahead = NULL;
    }
}

static void close_stream(struct uvp_stream *base)
{
    struct range_stream *const stream = (struct range_stream *)base;

    end_readers(stream);
    uvp_stream_close(stream->inner);
    uvp_mem_give(stream->options.mem, stream, sizeof *stream);
}

static const struct uvp_stream_ops ops = {
    .next = next,
    .ready = ready,
    .close = close_stream,
    .read_at = read_at,
};

static enum uvp_code start_readers(struct range_stream *stream, uint32_t *started,
                                   struct uvp_error *err)
{
    *started = 0;
    for (uint32_t k = 0; k < stream->stride; k++) {
        struct range_reader *const reader = &stream->readers[k];
        const struct uvp_ahead_ops ahead_ops = {
            .ctx = reader, .produce = produce, .discard = discard};
        enum uvp_code code;

        reader->stream = stream;
        reader->next = k;
        code =
            uvp_ahead_start(stream->options.intake, &ahead_ops, CAPACITY, &reader->ahead, err);
        if (code != UVP_OK && code != UVP_END) {
            return code;
        }
        *started += code == UVP_OK;
    }
    return UVP_OK;
}

enum uvp_code uvp_range_stream_open(struct uvp_stream *inner,
                                    const struct uvp_range_options *options,
                                    struct uvp_stream **out, struct uvp_error *err)
{
    const uint64_t ranges = (inner->size_bytes + UVP_BLOCK_BYTES - 1) / UVP_BLOCK_BYTES;
    const uint32_t spare = uvp_ahead_spare(options->intake);
    struct range_stream *stream;
    uint32_t started = 0;
    enum uvp_code code;

    *out = inner;
    if (spare < 2 || ranges < LEAST_RANGES) {
        return UVP_OK;
    }
    stream = uvp_mem_take_zeroed(options->mem, sizeof *stream);
    if (stream == NULL) {
        return uvp_fail_memory(err, sizeof *stream);
    }
    stream->base.ops = &ops;
    stream->base.size_bytes = inner->size_bytes;
    stream->base.size_known = true;
    stream->options = *options;
    stream->inner = inner;
    stream->ranges = ranges;
    stream->rest_at = inner->size_bytes;
    stream->stride = spare < THREADS_MOST ? spare : THREADS_MOST;
    code = start_readers(stream, &started, err);
    if (code != UVP_OK || started == 0) {
        end_readers(stream);
        uvp_mem_give(options->mem, stream, sizeof *stream);
        return code;
    }
    *out = &stream->base;
    return UVP_OK;
}
