#include "formats/archive/feed.h"

#include <string.h>

#define FIRST_CAPACITY ((size_t)16)

void uvp_feed_init(struct uvp_feed *feed, struct uvp_stream *stream, struct uvp_mem *mem)
{
    memset(feed, 0, sizeof *feed);
    feed->stream = stream;
    feed->mem = mem;
    uvp_slices_init(&feed->passed, mem);
}

static void drop_ahead(struct uvp_feed *feed)
{
    for (size_t i = 0; i < feed->count; i++) {
        uvp_block_drop(feed->ahead[feed->first + i].block);
    }
    feed->first = 0;
    feed->count = 0;
    feed->ahead_bytes = 0;
}

void uvp_feed_release(struct uvp_feed *feed)
{
    drop_ahead(feed);
    uvp_mem_give(feed->mem, feed->ahead, feed->capacity * sizeof *feed->ahead);
    feed->ahead = NULL;
    feed->capacity = 0;
    uvp_slices_release(&feed->passed);
}

void uvp_feed_switch(struct uvp_feed *feed, struct uvp_stream *stream)
{
    drop_ahead(feed);
    feed->stream = stream;
    feed->ended = false;
}

/* A free place after the last slice, made before the stream is asked so that nothing is lost.
 */
static enum uvp_code make_place(struct uvp_feed *feed, struct uvp_error *err)
{
    size_t capacity;
    struct uvp_slice *ahead;

    if (feed->first + feed->count < feed->capacity) {
        return UVP_OK;
    }
    if (feed->first > feed->capacity / 2) {
        memmove(feed->ahead, feed->ahead + feed->first, feed->count * sizeof *feed->ahead);
        feed->first = 0;
        return UVP_OK;
    }
    capacity = feed->capacity == 0 ? FIRST_CAPACITY : feed->capacity * 2;
    ahead = uvp_mem_resize(feed->mem, feed->ahead, feed->capacity * sizeof *ahead,
                           capacity * sizeof *ahead);
    if (ahead == NULL) {
        return uvp_fail_memory(err, capacity * sizeof *ahead);
    }
    feed->ahead = ahead;
    feed->capacity = capacity;
    return UVP_OK;
}

/* What trickles in by the byte shall not cost a slice a byte. */
static bool joins_last(const struct uvp_feed *feed, const struct uvp_slice *slice)
{
    const struct uvp_slice *last;

    if (feed->count == 0) {
        return false;
    }
    last = &feed->ahead[feed->first + feed->count - 1];
    return last->block == slice->block && last->offset + last->bytes == slice->offset;
}

enum uvp_code uvp_feed_fill(struct uvp_feed *feed, uint64_t bytes, uint64_t *got,
                            struct uvp_error *err)
{
    while (feed->ahead_bytes < bytes && !feed->ended) {
        struct uvp_slice slice;
        enum uvp_code code;

        UVP_TRY(make_place(feed, err));
        code = uvp_stream_next(feed->stream, &slice, err);
        if (code == UVP_END) {
            feed->ended = true;
            break;
        }
        if (code != UVP_OK) {
            return code;
        }
        feed->ahead_bytes += slice.bytes;
        if (joins_last(feed, &slice)) {
            feed->ahead[feed->first + feed->count - 1].bytes += slice.bytes;
            uvp_block_drop(slice.block);
        } else {
            feed->ahead[feed->first + feed->count] = slice;
            feed->count++;
        }
    }
    *got = feed->ahead_bytes < bytes ? feed->ahead_bytes : bytes;
    return UVP_OK;
}

struct uvp_span uvp_feed_piece(const struct uvp_feed *feed, uint64_t skip)
{
    for (size_t i = 0; i < feed->count; i++) {
        const struct uvp_slice *const slice = &feed->ahead[feed->first + i];

        if (skip < slice->bytes) {
            const struct uvp_span span = uvp_slice_span(slice);
            return uvp_span_of(span.data + skip, span.bytes - (size_t)skip);
        }
        skip -= slice->bytes;
    }
    return uvp_span_of(NULL, 0);
}

void uvp_feed_copy(const struct uvp_feed *feed, uint64_t skip, void *to, size_t bytes)
{
    unsigned char *out = to;

    while (bytes > 0) {
        struct uvp_span piece = uvp_feed_piece(feed, skip);

        if (piece.bytes > bytes) {
            piece.bytes = bytes;
        }
        memcpy(out, piece.data, piece.bytes);
        out += piece.bytes;
        skip += piece.bytes;
        bytes -= piece.bytes;
    }
}

/* Takes `bytes` off the first slice ahead, whose reference goes with its last byte. */
static void step(struct uvp_feed *feed, uint32_t bytes)
{
    struct uvp_slice *const slice = &feed->ahead[feed->first];

    slice->offset += bytes;
    slice->bytes -= bytes;
    feed->ahead_bytes -= bytes;
    feed->at += bytes;
    if (slice->bytes == 0) {
        uvp_block_drop(slice->block);
        feed->first++;
        feed->count--;
    }
}

enum uvp_code uvp_feed_pass(struct uvp_feed *feed, uint64_t bytes, struct uvp_error *err)
{
    while (bytes > 0) {
        const struct uvp_slice *const slice = &feed->ahead[feed->first];
        const uint32_t some = slice->bytes < bytes ? slice->bytes : (uint32_t)bytes;

        if (feed->passed.bytes == 0) {
            feed->passed_at = feed->at;
        }
        UVP_TRY(uvp_slices_add(&feed->passed, slice->block, slice->offset, some, err));
        step(feed, some);
        bytes -= some;
    }
    return UVP_OK;
}

enum uvp_code uvp_feed_share(struct uvp_feed *feed, struct uvp_slices *to, uint64_t bytes,
                             struct uvp_error *err)
{
    for (size_t i = 0; bytes > 0; i++) {
        const struct uvp_slice *const slice = &feed->ahead[feed->first + i];
        const uint32_t some = slice->bytes < bytes ? slice->bytes : (uint32_t)bytes;
        const enum uvp_code code = uvp_slices_add(to, slice->block, slice->offset, some, err);

        if (code != UVP_OK) {
            uvp_slices_reset(to);
            return code;
        }
        bytes -= some;
    }
    return UVP_OK;
}

enum uvp_code uvp_feed_take(struct uvp_feed *feed, struct uvp_slices *to, uint64_t bytes,
                            struct uvp_error *err)
{
    UVP_TRY(uvp_feed_share(feed, to, bytes, err));
    uvp_feed_skip(feed, bytes);
    return UVP_OK;
}

void uvp_feed_skip(struct uvp_feed *feed, uint64_t bytes)
{
    while (bytes > 0) {
        const struct uvp_slice *const slice = &feed->ahead[feed->first];
        const uint32_t some = slice->bytes < bytes ? slice->bytes : (uint32_t)bytes;

        step(feed, some);
        bytes -= some;
    }
}

enum uvp_code uvp_feed_flush(struct uvp_feed *feed, struct uvp_slices *raw, uint64_t *at,
                             struct uvp_error *err)
{
    *at = feed->passed.bytes > 0 ? feed->passed_at : feed->at;
    return uvp_slices_move(raw, &feed->passed, err);
}
