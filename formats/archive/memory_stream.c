/*
 * Bytes in memory as a stream. They are copied into blocks of exactly one slice each, so that
 * a reader that looks beyond its slice is found out.
 */
#include "formats/archive/stream.h"

#include <string.h>

#define FIRST_MIN ((size_t)512) /* what the stream is, is seen from the first slice */

struct memory_stream {
    struct uvp_stream base;
    struct uvp_mem *mem;
    struct uvp_block_pool *pool;
    struct uvp_span bytes;
    size_t at;
    size_t slice_bytes;
};

static enum uvp_code next_slice(struct uvp_stream *stream, struct uvp_slice *slice,
                                struct uvp_error *err)
{
    struct memory_stream *const memory = (struct memory_stream *)stream;
    const size_t left = memory->bytes.bytes - memory->at;
    const size_t want =
        memory->at == 0 && memory->slice_bytes < FIRST_MIN ? FIRST_MIN : memory->slice_bytes;
    const size_t part = left < want ? left : want;
    struct uvp_block *block = NULL;

    if (left == 0) {
        return UVP_END;
    }
    UVP_TRY(uvp_block_take(memory->pool, part, &block, err));
    memcpy(block->data, memory->bytes.data + memory->at, part);
    memory->at += part;
    slice->block = block;
    slice->offset = 0;
    slice->bytes = (uint32_t)part;
    return UVP_OK;
}

static bool is_ready(struct uvp_stream *stream)
{
    (void)stream;
    return true;
}

static void close_memory(struct uvp_stream *stream)
{
    struct memory_stream *const memory = (struct memory_stream *)stream;

    uvp_mem_give(memory->mem, memory, sizeof *memory);
}

static enum uvp_code read_at(struct uvp_stream *stream, uint64_t at, void *to, size_t bytes,
                             size_t *got, struct uvp_error *err)
{
    const struct memory_stream *const memory = (struct memory_stream *)stream;
    const uint64_t left = at < memory->bytes.bytes ? memory->bytes.bytes - at : 0;
    const size_t part = left < bytes ? (size_t)left : bytes;

    (void)err;
    if (part != 0) {
        memcpy(to, memory->bytes.data + at, part);
    }
    *got = part;
    return UVP_OK;
}

static const struct uvp_stream_ops memory_ops = {
    .next = next_slice,
    .ready = is_ready,
    .close = close_memory,
    .read_at = read_at,
};

enum uvp_code uvp_memory_stream_open(struct uvp_span bytes, size_t slice_bytes,
                                     struct uvp_block_pool *pool, struct uvp_mem *mem,
                                     struct uvp_stream **stream, struct uvp_error *err)
{
    struct memory_stream *const memory = uvp_mem_take_zeroed(mem, sizeof *memory);

    if (memory == NULL) {
        return uvp_fail_memory(err, sizeof *memory);
    }
    memory->base.ops = &memory_ops;
    memory->base.size_bytes = bytes.bytes;
    memory->base.size_known = true;
    memory->mem = mem;
    memory->pool = pool;
    memory->bytes = bytes;
    memory->slice_bytes = slice_bytes == 0 ? UVP_BLOCK_BYTES : slice_bytes;
    *stream = &memory->base;
    return UVP_OK;
}
