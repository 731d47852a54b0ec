/*
 * The gather list. Views are pointers; copies go into one area that is emptied by each flush.
 * Neighbours in memory become one part.
 *
 * Once a write has failed nobody knows what went out: the sink keeps failing the same way.
 */
#include "formats/archive/sink.h"

#include <string.h>

#define PARTS_MAX 512
#define AREA_BYTES ((size_t)64 << 10)

struct uvp_sink {
    struct uvp_sink_ops ops;
    struct uvp_mem *mem;
    struct uvp_error failure;
    uint64_t at;
    size_t pending;
    size_t area_used;
    int count;
    struct iovec parts[PARTS_MAX];
    unsigned char area[AREA_BYTES];
};

enum uvp_code uvp_sink_create(const struct uvp_sink_ops *ops, struct uvp_mem *mem,
                              struct uvp_sink **sink, struct uvp_error *err)
{
    struct uvp_sink *const made = uvp_mem_take(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->ops = *ops;
    made->mem = mem;
    uvp_error_clear(&made->failure);
    made->at = 0;
    made->pending = 0;
    made->area_used = 0;
    made->count = 0;
    *sink = made;
    return UVP_OK;
}

void uvp_sink_destroy(struct uvp_sink *sink)
{
    if (sink != NULL) {
        uvp_mem_give(sink->mem, sink, sizeof *sink);
    }
}

static enum uvp_code repeat_failure(const struct uvp_sink *sink, struct uvp_error *err)
{
    if (err != NULL && err->code == UVP_OK) {
        *err = sink->failure;
    }
    return sink->failure.code;
}

enum uvp_code uvp_sink_flush(struct uvp_sink *sink, struct uvp_error *err)
{
    enum uvp_code code;

    if (sink->failure.code != UVP_OK) {
        return repeat_failure(sink, err);
    }
    if (sink->count == 0) {
        return UVP_OK;
    }
    code = sink->ops.write(sink->ops.ctx, sink->parts, sink->count, &sink->failure);
    sink->count = 0;
    sink->pending = 0;
    sink->area_used = 0;
    if (code != UVP_OK) {
        sink->failure.code = code;
        return repeat_failure(sink, err);
    }
    return UVP_OK;
}

static bool follows_last(const struct uvp_sink *sink, const unsigned char *data)
{
    const struct iovec *last;

    if (sink->count == 0) {
        return false;
    }
    last = &sink->parts[sink->count - 1];
    return (const unsigned char *)last->iov_base + last->iov_len == data;
}

/* Adds bytes to the list, which must have room. */
static void add_part(struct uvp_sink *sink, struct uvp_span bytes)
{
    if (follows_last(sink, bytes.data)) {
        sink->parts[sink->count - 1].iov_len += bytes.bytes;
    } else {
        union {
            const void *in;
            void *out;
        } base = {.in = bytes.data}; /* an iovec has no const, though nobody writes here */

        sink->parts[sink->count].iov_base = base.out;
        sink->parts[sink->count].iov_len = bytes.bytes;
        sink->count++;
    }
    sink->at += bytes.bytes;
    sink->pending += bytes.bytes;
}

enum uvp_code uvp_sink_view(struct uvp_sink *sink, struct uvp_span bytes, struct uvp_error *err)
{
    if (sink->failure.code != UVP_OK) {
        return repeat_failure(sink, err);
    }
    if (bytes.bytes == 0) {
        return UVP_OK;
    }
    if (sink->count == PARTS_MAX) {
        UVP_TRY(uvp_sink_flush(sink, err));
    }
    add_part(sink, bytes);
    return UVP_OK;
}

enum uvp_code uvp_sink_slices(struct uvp_sink *sink, const struct uvp_slices *slices,
                              struct uvp_error *err)
{
    for (uint32_t i = 0; i < slices->count; i++) {
        UVP_TRY(uvp_sink_view(sink, uvp_slice_span(&slices->items[i]), err));
    }
    return UVP_OK;
}

enum uvp_code uvp_sink_copy(struct uvp_sink *sink, struct uvp_span bytes, struct uvp_error *err)
{
    if (bytes.bytes > AREA_BYTES) {
        UVP_TRY(uvp_sink_view(sink, bytes, err));
        return uvp_sink_flush(sink, err);
    }
    if (sink->count == PARTS_MAX || bytes.bytes > AREA_BYTES - sink->area_used) {
        UVP_TRY(uvp_sink_flush(sink, err));
    }
    if (bytes.bytes != 0) {
        memcpy(sink->area + sink->area_used, bytes.data, bytes.bytes);
    }
    UVP_TRY(uvp_sink_view(sink, uvp_span_of(sink->area + sink->area_used, bytes.bytes), err));
    sink->area_used += bytes.bytes;
    return UVP_OK;
}

uint64_t uvp_sink_at(const struct uvp_sink *sink)
{
    return sink->at;
}

size_t uvp_sink_pending(const struct uvp_sink *sink)
{
    return sink->pending;
}
