/*
 * Compressed input with and without hands to help: the same bytes, the same error, the same
 * place. The first byte chooses how large the slices are that come in.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/archive/codec.h"

#define MEMORY_LIMIT ((size_t)256 << 20)
#define OUTPUT_MOST ((size_t)8 << 20) /* bombs are told by what came out so far */

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

struct outcome {
    struct uvp_mem mem;
    struct uvp_buf bytes;
    enum uvp_code code;
    uint64_t at;
};

static void run_tasks(void *ctx, uint32_t count,
                      void (*task)(void *arg, uint32_t i, uint32_t hand), void *arg)
{
    (void)ctx;
    for (uint32_t i = count; i-- > 0;) {
        task(arg, i, i % 4);
    }
}

static void read_all(struct uvp_stream *stream, struct outcome *outcome, struct uvp_error *err)
{
    while (outcome->code == UVP_OK && outcome->bytes.bytes < OUTPUT_MOST) {
        struct uvp_slice slice;

        outcome->code = uvp_stream_next(stream, &slice, err);
        if (outcome->code == UVP_OK) {
            require(uvp_buf_append(&outcome->bytes, slice.block->data + slice.offset,
                                   slice.bytes, NULL) == UVP_OK);
            uvp_block_drop(slice.block);
        }
    }
}

static void decode(struct uvp_span bytes, size_t slice_bytes, const struct uvp_codec_crew *crew,
                   struct outcome *outcome)
{
    struct uvp_block_pool *pool = NULL;
    struct uvp_stream *in = NULL;
    struct uvp_stream *out = NULL;
    struct uvp_error err = {0};
    enum uvp_codec codec = UVP_CODEC_NONE;

    memset(outcome, 0, sizeof *outcome);
    uvp_mem_init(&outcome->mem, MEMORY_LIMIT);
    uvp_buf_init(&outcome->bytes, &outcome->mem, 0);
    require(uvp_block_pool_create(&outcome->mem, 2, &pool, NULL) == UVP_OK);
    require(uvp_memory_stream_open(bytes, slice_bytes, pool, &outcome->mem, &in, NULL) ==
            UVP_OK);
    outcome->code = uvp_codec_open(in, pool, &outcome->mem, crew, &out, &codec, &err);
    if (outcome->code == UVP_OK) {
        read_all(out, outcome, &err);
    }
    uvp_stream_close(outcome->code != UVP_OK && out == NULL ? in : out);
    uvp_block_pool_release(pool);
    outcome->at = err.at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const struct uvp_codec_crew crew = {
        .hands = 4, .most_bytes = (size_t)32 << 20, .run = run_tasks};
    struct outcome alone;
    struct outcome helped;
    size_t slice;
    size_t common;

    if (bytes < 2) {
        return 0;
    }
    slice = ((size_t)data[0] + 1) * 512;
    decode(uvp_span_of(data + 1, bytes - 1), slice, NULL, &alone);
    decode(uvp_span_of(data + 1, bytes - 1), slice, &crew, &helped);
    common = alone.bytes.bytes < helped.bytes.bytes ? alone.bytes.bytes : helped.bytes.bytes;
    require(common == 0 || memcmp(alone.bytes.data, helped.bytes.data, common) == 0);
    if (alone.code != UVP_OK && alone.code != UVP_NO_MEMORY && helped.code != UVP_NO_MEMORY &&
        helped.code != UVP_OK) {
        require(alone.code == helped.code && alone.at == helped.at);
        require(alone.bytes.bytes == helped.bytes.bytes);
    }
    uvp_buf_release(&alone.bytes);
    uvp_buf_release(&helped.bytes);
    require(alone.mem.used_bytes == 0 && helped.mem.used_bytes == 0);
    return 0;
}
