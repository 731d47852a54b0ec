/*
 * zip_maker.h -- zips made byte by byte, and the two ends of a copy, for tests
 */
#ifndef UVP_TESTS_UNIT_ARCHIVE_ZIP_MAKER_H
#define UVP_TESTS_UNIT_ARCHIVE_ZIP_MAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "formats/archive/container.h"
#include "formats/archive/zip_format.h"

struct bytes {
    unsigned char *data;
    size_t bytes;
    size_t capacity;
};

static inline void bytes_add(struct bytes *to, const void *data, size_t bytes)
{
    if (to->bytes + bytes > to->capacity) {
        to->capacity = (to->bytes + bytes) * 2 + 64;
        to->data = realloc(to->data, to->capacity);
        assert_non_null(to->data);
    }
    if (bytes != 0) {
        memcpy(to->data + to->bytes, data, bytes);
    }
    to->bytes += bytes;
}

static inline void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    memset(bytes, 0, sizeof *bytes);
}

static inline void bytes_16(struct bytes *to, unsigned value)
{
    unsigned char p[2];

    uvp_zip_put16(p, value);
    bytes_add(to, p, 2);
}

static inline void bytes_32(struct bytes *to, uint32_t value)
{
    unsigned char p[4];

    uvp_zip_put32(p, value);
    bytes_add(to, p, 4);
}

static inline void bytes_64(struct bytes *to, uint64_t value)
{
    unsigned char p[8];

    uvp_zip_put64(p, value);
    bytes_add(to, p, 8);
}

enum descriptor {
    NO_DESCRIPTOR,
    SIGNED_32,
    BARE_32,
    SIGNED_64,
    BARE_64,
};

struct item {
    const char *name;
    const void *data;
    size_t bytes;
    unsigned method; /* 0 or 8; others are stored and called so */
    enum descriptor descriptor;
    unsigned flags;
    uint32_t mode;
    bool zip64;        /* sizes in an extra field */
    const char *extra; /* bytes of other extra fields */
    size_t extra_bytes;
    const char *comment;
    uint32_t wrong_crc;     /* added to the sum */
    const char *other_name; /* in the directory */
    uint64_t claimed;       /* size told instead of the true one; 0: none */
    bool sizes_too;         /* in the local header although a descriptor follows */
};

struct maker {
    struct bytes out;
    struct bytes directory;
    unsigned count;
    uint64_t shift; /* offsets are written less this */
};

static inline void maker_free(struct maker *maker)
{
    bytes_free(&maker->out);
    bytes_free(&maker->directory);
    memset(maker, 0, sizeof *maker);
}

static inline void deflate_bytes(struct bytes *to, const void *data, size_t bytes)
{
    struct libdeflate_compressor *const library = libdeflate_alloc_compressor(6);
    const size_t bound = libdeflate_deflate_compress_bound(library, bytes);
    unsigned char *const room = malloc(bound);

    bytes_add(to, room,
              libdeflate_deflate_compress(library, bytes == 0 ? "" : data, bytes, room, bound));
    free(room);
    libdeflate_free_compressor(library);
}

static inline void maker_descriptor(struct maker *maker, enum descriptor descriptor,
                                    uint32_t crc, size_t stored, size_t bytes)
{
    if (descriptor == SIGNED_32 || descriptor == SIGNED_64) {
        bytes_32(&maker->out, UVP_ZIP_DESCRIPTOR);
    }
    bytes_32(&maker->out, crc);
    if (descriptor == SIGNED_64 || descriptor == BARE_64) {
        bytes_64(&maker->out, stored);
        bytes_64(&maker->out, bytes);
    } else {
        bytes_32(&maker->out, (uint32_t)stored);
        bytes_32(&maker->out, (uint32_t)bytes);
    }
}

static inline void maker_add(struct maker *maker, const struct item *item)
{
    const bool late = item->descriptor != NO_DESCRIPTOR && !item->sizes_too;
    const unsigned flags = item->flags | (item->descriptor != NO_DESCRIPTOR ? 8u : 0u);
    const uint32_t crc =
        (item->bytes == 0 ? 0 : libdeflate_crc32(0, item->data, item->bytes)) + item->wrong_crc;
    const char *const listed = item->other_name != NULL ? item->other_name : item->name;
    const uint64_t at = maker->out.bytes - maker->shift;
    const size_t size = item->claimed != 0 ? (size_t)item->claimed : item->bytes;
    struct bytes body = {0};
    struct bytes *const out = &maker->out;
    struct bytes *const dir = &maker->directory;

    if (item->method == 8) {
        deflate_bytes(&body, item->data, item->bytes);
    } else {
        bytes_add(&body, item->data, item->bytes);
    }
    bytes_32(out, UVP_ZIP_LOCAL);
    bytes_16(out, item->zip64 ? 45 : 20);
    bytes_16(out, flags);
    bytes_16(out, item->method);
    bytes_16(out, 0x6b2a); /* 13:25:20 */
    bytes_16(out, 0x5a31); /* 17 January 2025 */
    bytes_32(out, late ? 0 : crc);
    bytes_32(out, item->zip64 ? UVP_ZIP_FULL32 : late ? 0 : (uint32_t)body.bytes);
    bytes_32(out, item->zip64 ? UVP_ZIP_FULL32 : late ? 0 : (uint32_t)size);
    bytes_16(out, (unsigned)strlen(item->name));
    bytes_16(out, (unsigned)(item->extra_bytes + (item->zip64 ? 20 : 0)));
    bytes_add(out, item->name, strlen(item->name));
    if (item->zip64) {
        bytes_16(out, 1);
        bytes_16(out, 16);
        bytes_64(out, late ? 0 : size);
        bytes_64(out, late ? 0 : body.bytes);
    }
    bytes_add(out, item->extra, item->extra_bytes);
    bytes_add(out, body.data, body.bytes);
    if (item->descriptor != NO_DESCRIPTOR) {
        maker_descriptor(maker, item->descriptor, crc, body.bytes, size);
    }

    bytes_32(dir, UVP_ZIP_CENTRAL);
    bytes_16(dir, 3 << 8 | 30);
    bytes_16(dir, item->zip64 ? 45 : 20);
    bytes_16(dir, flags);
    bytes_16(dir, item->method);
    bytes_16(dir, 0x6b2a);
    bytes_16(dir, 0x5a31);
    bytes_32(dir, crc);
    bytes_32(dir, item->zip64 ? UVP_ZIP_FULL32 : (uint32_t)body.bytes);
    bytes_32(dir, item->zip64 ? UVP_ZIP_FULL32 : (uint32_t)size);
    bytes_16(dir, (unsigned)strlen(listed));
    bytes_16(dir, (unsigned)(item->extra_bytes + (item->zip64 ? 28 : 0)));
    bytes_16(dir, item->comment == NULL ? 0 : (unsigned)strlen(item->comment));
    bytes_16(dir, 0);
    bytes_16(dir, 1);
    bytes_32(dir, (item->mode != 0 ? item->mode : 0100644) << 16);
    bytes_32(dir, item->zip64 ? UVP_ZIP_FULL32 : (uint32_t)at);
    bytes_add(dir, listed, strlen(listed));
    bytes_add(dir, item->extra, item->extra_bytes);
    if (item->zip64) {
        bytes_16(dir, 1);
        bytes_16(dir, 24);
        bytes_64(dir, size);
        bytes_64(dir, body.bytes);
        bytes_64(dir, at);
    }
    if (item->comment != NULL) {
        bytes_add(dir, item->comment, strlen(item->comment));
    }
    maker->count++;
    bytes_free(&body);
}

static inline void maker_text(struct maker *maker, const char *name, const char *text,
                              unsigned method, enum descriptor descriptor)
{
    const struct item item = {.name = name,
                              .data = text,
                              .bytes = strlen(text),
                              .method = method,
                              .descriptor = descriptor};
    maker_add(maker, &item);
}

static inline void maker_end(struct maker *maker, const char *comment, bool zip64)
{
    struct bytes *const out = &maker->out;
    const uint64_t at = out->bytes - maker->shift;
    const uint64_t bytes = maker->directory.bytes;

    bytes_add(out, maker->directory.data, maker->directory.bytes);
    if (zip64) {
        bytes_32(out, UVP_ZIP_END64);
        bytes_64(out, 44);
        bytes_16(out, 45);
        bytes_16(out, 45);
        bytes_32(out, 0);
        bytes_32(out, 0);
        bytes_64(out, maker->count);
        bytes_64(out, maker->count);
        bytes_64(out, bytes);
        bytes_64(out, at);
        bytes_32(out, UVP_ZIP_LOCATOR64);
        bytes_32(out, 0);
        bytes_64(out, at + bytes);
        bytes_32(out, 1);
    }
    bytes_32(out, UVP_ZIP_END);
    bytes_32(out, 0);
    bytes_16(out, zip64 ? UVP_ZIP_FULL16 : maker->count);
    bytes_16(out, zip64 ? UVP_ZIP_FULL16 : maker->count);
    bytes_32(out, zip64 ? UVP_ZIP_FULL32 : (uint32_t)bytes);
    bytes_32(out, zip64 ? UVP_ZIP_FULL32 : (uint32_t)at);
    bytes_16(out, comment == NULL ? 0 : (unsigned)strlen(comment));
    if (comment != NULL) {
        bytes_add(out, comment, strlen(comment));
    }
}

/* ---- the ends of a copy ---- */

struct ends {
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    struct uvp_stop stop;
    struct uvp_error warning; /* the last */
    unsigned warnings;
    struct uvp_stream_ops pipe_ops;
    struct bytes written;
};

static inline void ends_warn(void *ctx, const struct uvp_error *warning)
{
    struct ends *const ends = ctx;

    ends->warnings++;
    ends->warning = *warning;
}

static inline enum uvp_code ends_write(void *ctx, struct iovec *parts, int count,
                                       struct uvp_error *err)
{
    struct ends *const ends = ctx;

    (void)err;
    for (int i = 0; i < count; i++) {
        bytes_add(&ends->written, parts[i].iov_base, parts[i].iov_len);
    }
    return UVP_OK;
}

/* *ready is false when memory was made to fail. */
static inline bool ends_open(struct ends *ends, uint64_t fail_at_call)
{
    memset(ends, 0, sizeof *ends);
    uvp_mem_init(&ends->mem, 0);
    ends->mem.fail_at_call = fail_at_call;
    assert_int_equal(uvp_stop_init(&ends->stop, false, NULL), UVP_OK);
    return uvp_block_pool_create(&ends->mem, 4, &ends->pool, NULL) == UVP_OK;
}

static inline void ends_close(struct ends *ends)
{
    uvp_block_pool_release(ends->pool);
    assert_int_equal(ends->mem.used_bytes, 0);
    uvp_stop_release(&ends->stop);
    bytes_free(&ends->written);
}

static inline struct uvp_input_options ends_options(struct ends *ends)
{
    const struct uvp_input_options options = {
        .pool = ends->pool,
        .mem = &ends->mem,
        .stop = &ends->stop,
        .spool_limit_bytes = (size_t)1 << 30,
        .warn = ends_warn,
        .warn_ctx = ends,
    };
    return options;
}

/* A stream of memory, with random access or as a pipe. */
static inline enum uvp_code ends_stream(struct ends *ends, struct uvp_span data, bool seekable,
                                        size_t slice, struct uvp_stream **stream,
                                        struct uvp_error *err)
{
    UVP_TRY(uvp_memory_stream_open(data, slice, ends->pool, &ends->mem, stream, err));
    if (!seekable) {
        ends->pipe_ops = *(*stream)->ops;
        ends->pipe_ops.read_at = NULL;
        (*stream)->ops = &ends->pipe_ops;
        (*stream)->size_known = false;
    }
    return UVP_OK;
}

static inline enum uvp_code ends_input(struct ends *ends, uvp_input_open_fn *open,
                                       struct uvp_span data, bool seekable, size_t slice,
                                       const struct uvp_input_options *options,
                                       struct uvp_input **input, struct uvp_error *err)
{
    struct uvp_stream *stream = NULL;
    enum uvp_code code;

    UVP_TRY(ends_stream(ends, data, seekable, slice, &stream, err));
    code = open(stream, uvp_span_of(NULL, 0), options, input, err);
    if (code != UVP_OK) {
        uvp_stream_close(stream);
    }
    return code;
}

static inline void slices_to_bytes(const struct uvp_slices *slices, struct bytes *out)
{
    for (uint32_t i = 0; i < slices->count; i++) {
        const struct uvp_span span = uvp_slice_span(&slices->items[i]);
        bytes_add(out, span.data, span.bytes);
    }
}

static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Text that compresses a little. */
static inline void fill_text(struct bytes *out, size_t bytes, uint32_t seed)
{
    static const char letters[] = "v 0123456789.-\nfPKPK ";

    for (size_t i = 0; i < bytes; i++) {
        bytes_add(out, letters + next_random(&seed) % (sizeof letters - 1), 1);
    }
}

#endif
