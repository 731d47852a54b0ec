/*
 * Any bytes as an input: one layer of compression, then whatever container they make. Members
 * are taken, passed and read as further bytes say. What is flushed and taken must be the
 * input's own bytes, in order and without a gap, as far as it was read.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/archive/codec.h"
#include "formats/archive/input.h"

#define MEMORY_LIMIT ((size_t)512 << 20)
#define MOST_MEMBERS 2000
#define MOST_STEPS 2000

struct bench {
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    struct uvp_input *input;
    struct uvp_stop stop;
    struct uvp_span bytes; /* the input, when it is not compressed */
    uint64_t given;        /* of it, so far */
    bool plain;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

static void compare(struct bench *bench, const struct uvp_slices *raw, uint64_t at)
{
    if (raw->bytes == 0) {
        return;
    }
    require(at == bench->given);
    bench->given += raw->bytes;
    if (!bench->plain) {
        return;
    }
    require(bench->given <= bench->bytes.bytes);
    for (uint32_t i = 0; i < raw->count; i++) {
        const struct uvp_span part = uvp_slice_span(&raw->items[i]);

        require(memcmp(part.data, bench->bytes.data + at, part.bytes) == 0);
        at += part.bytes;
    }
}

static enum uvp_code flush(struct bench *bench)
{
    struct uvp_slices raw;
    uint64_t at = 0;
    enum uvp_code code;

    uvp_slices_init(&raw, &bench->mem);
    code = uvp_input_flush(bench->input, &raw, &at, NULL);
    if (code == UVP_OK) {
        compare(bench, &raw, at);
    }
    uvp_slices_release(&raw);
    return code;
}

static enum uvp_code take(struct bench *bench)
{
    struct uvp_entry entry;
    struct uvp_buf store;
    struct uvp_span body;
    enum uvp_code code = flush(bench);

    if (code != UVP_OK) {
        return code;
    }
    uvp_entry_init(&entry, &bench->mem);
    uvp_buf_init(&store, &bench->mem, (size_t)16 << 20);
    code = uvp_input_take(bench->input, &entry, NULL);
    if (code == UVP_OK) {
        compare(bench, &entry.raw, entry.at);
        (void)!uvp_entry_load(&entry, &store, &body, NULL);
    }
    uvp_buf_release(&store);
    uvp_entry_release(&entry);
    return code;
}

static enum uvp_code pass(struct bench *bench)
{
    bool more = true;

    for (int i = 0; more && i < MOST_STEPS; i++) {
        const enum uvp_code code = uvp_input_pass(bench->input, &more, NULL);

        if (code != UVP_OK || flush(bench) != UVP_OK) {
            return code;
        }
    }
    return UVP_OK;
}

static void read_members(struct bench *bench, uint8_t choices)
{
    for (int i = 0; i < MOST_MEMBERS; i++) {
        struct uvp_header header;
        struct uvp_slices raw;
        uint64_t at = 0;
        const enum uvp_code code = uvp_input_next(bench->input, &header, NULL);

        if (code == UVP_END) {
            require(flush(bench) == UVP_OK);
            uvp_slices_init(&raw, &bench->mem);
            if (uvp_input_trailer(bench->input, &raw, &at, NULL) == UVP_OK) {
                compare(bench, &raw, at);
            }
            uvp_slices_release(&raw);
            return;
        }
        if (code != UVP_OK) {
            (void)flush(bench);
            return;
        }
        require(header.path != NULL);
        if ((choices >> (i % 8) & 1) != 0 && header.replaceable) {
            (void)take(bench);
        } else if (i % 3 == 0) {
            (void)pass(bench);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct bench bench;
    struct uvp_stream *stream = NULL;
    struct uvp_stream *decoded = NULL;
    struct uvp_input_options options = {0};
    enum uvp_codec codec = UVP_CODEC_NONE;
    size_t slice;

    if (bytes < 3) {
        return 0;
    }
    memset(&bench, 0, sizeof bench);
    slice = ((size_t)data[0] + 1) * 512;
    bench.bytes = uvp_span_of(data + 2, bytes - 2);
    uvp_mem_init(&bench.mem, MEMORY_LIMIT);
    uvp_stop_init_child(&bench.stop, NULL, 0, NULL);
    require(uvp_block_pool_create(&bench.mem, 2, &bench.pool, NULL) == UVP_OK);
    require(uvp_memory_stream_open(bench.bytes, slice, bench.pool, &bench.mem, &stream, NULL) ==
            UVP_OK);
    options.pool = bench.pool;
    options.mem = &bench.mem;
    options.stop = &bench.stop;
    options.path = "input";
    options.spool_limit_bytes = (size_t)16 << 20;
    if (uvp_codec_open(stream, bench.pool, &bench.mem, NULL, &decoded, &codec, NULL) !=
        UVP_OK) {
        uvp_stream_close(stream);
    } else if (uvp_input_open(decoded, &options, &bench.input, NULL) != UVP_OK) {
        uvp_stream_close(decoded);
    } else {
        bench.plain = codec == UVP_CODEC_NONE &&
                      uvp_input_container(bench.input) != UVP_CONTAINER_SEVENZIP;
        if (uvp_input_container(bench.input) != UVP_CONTAINER_SEVENZIP) {
            read_members(&bench, data[1]);
        }
        uvp_input_close(bench.input);
    }
    uvp_block_pool_release(bench.pool);
    require(bench.mem.used_bytes == 0);
    return 0;
}
