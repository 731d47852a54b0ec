/*
 * feed.h -- a stream read forward, looked at ahead, every byte kept until it is given away
 *
 * Why:     a parser looks at bytes before it knows whose they are; then they are passed (to be
 *          flushed raw), taken (a member's own) or skipped. None is lost in between, also when
 *          memory runs out in the middle of it.
 * Use:     fill, look, then pass, take or skip what was filled; flush hands out what was
 * passed. Owner:   borrows the stream; owns references to the slices. Threads: confined;
 * uvp_feed_flush may be called from the stream's before_wait.
 */
#ifndef UVP_FORMATS_ARCHIVE_FEED_H
#define UVP_FORMATS_ARCHIVE_FEED_H

#include "formats/archive/stream.h"

struct uvp_feed {
    struct uvp_stream *stream;
    struct uvp_mem *mem;
    struct uvp_slice *ahead; /* [first, first + count) were read and not yet given away */
    size_t first;
    size_t count;
    size_t capacity;
    uint64_t ahead_bytes;
    uint64_t at; /* input offset of the first byte ahead */
    struct uvp_slices passed;
    uint64_t passed_at;
    bool ended;
};

void uvp_feed_init(struct uvp_feed *feed, struct uvp_stream *stream, struct uvp_mem *mem);
void uvp_feed_release(struct uvp_feed *feed);

/* Reads until `bytes` are ahead or the stream ends; *got is what is there, at most `bytes`. */
UVP_MUST_USE enum uvp_code uvp_feed_fill(struct uvp_feed *feed, uint64_t bytes, uint64_t *got,
                                         struct uvp_error *err);

/* What lies in one piece from `skip` on; empty at the end of what is ahead. */
struct uvp_span uvp_feed_piece(const struct uvp_feed *feed, uint64_t skip);
/* Copies [skip, skip + bytes), which must be ahead. */
void uvp_feed_copy(const struct uvp_feed *feed, uint64_t skip, void *to, size_t bytes);

/* `bytes` must be ahead for all of these. pass: what was done stays done on failure. */
UVP_MUST_USE enum uvp_code uvp_feed_pass(struct uvp_feed *feed, uint64_t bytes,
                                         struct uvp_error *err);
/* References to the next bytes; they stay ahead. All or nothing. */
UVP_MUST_USE enum uvp_code uvp_feed_share(struct uvp_feed *feed, struct uvp_slices *to,
                                          uint64_t bytes, struct uvp_error *err);
/* share and skip. All or nothing. */
UVP_MUST_USE enum uvp_code uvp_feed_take(struct uvp_feed *feed, struct uvp_slices *to,
                                         uint64_t bytes, struct uvp_error *err);
void uvp_feed_skip(struct uvp_feed *feed, uint64_t bytes);

UVP_MUST_USE enum uvp_code uvp_feed_flush(struct uvp_feed *feed, struct uvp_slices *raw,
                                          uint64_t *at, struct uvp_error *err);

/* Drops everything ahead (its place stays: `at`) and goes on with another stream. */
void uvp_feed_switch(struct uvp_feed *feed, struct uvp_stream *stream);

#endif
