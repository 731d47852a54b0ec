/*
 * lookahead.h -- the next bytes of a stream, as far as they are at hand
 *
 * Why:     a frame that is here whole can be decoded beside others; one that is still coming
 *          must not be waited for.
 * Use:     need with or without waiting; look; move on.
 * Owner:   holds references to what it has; the stream stays its owner's.
 * Threads: confined.
 * Limits:  UVP_LOOKAHEAD_SLICES slices; with all of them in use there is no more to be had.
 */
#ifndef UVP_FORMATS_ARCHIVE_LOOKAHEAD_H
#define UVP_FORMATS_ARCHIVE_LOOKAHEAD_H

#include "formats/archive/stream.h"

#define UVP_LOOKAHEAD_SLICES 128

struct uvp_lookahead {
    struct uvp_stream *in;
    struct uvp_slice slices[UVP_LOOKAHEAD_SLICES]; /* a ring */
    uint32_t first;
    uint32_t count;
    size_t used;    /* of the first one */
    uint64_t bytes; /* at hand */
    bool ended;     /* nothing comes after them */
};

void uvp_lookahead_init(struct uvp_lookahead *ahead, struct uvp_stream *in);
void uvp_lookahead_release(struct uvp_lookahead *ahead);

/* The bytes at hand up to the end of their slice; empty when there are none. */
struct uvp_span uvp_lookahead_first(const struct uvp_lookahead *ahead);

/* At least one byte, or `ended`; waits. Returns UVP_OK or the stream's failure. */
UVP_MUST_USE enum uvp_code uvp_lookahead_more(struct uvp_lookahead *ahead,
                                              struct uvp_error *err);

/* True when `bytes` are at hand, taking what the stream has ready. Never waits, and leaves a
 * failure of the stream to be found by `more`. */
bool uvp_lookahead_has(struct uvp_lookahead *ahead, uint64_t bytes);

/* Copies bytes [at, at + bytes) from where it stands; they must be at hand. */
void uvp_lookahead_copy(const struct uvp_lookahead *ahead, uint64_t at, void *to, size_t bytes);

/* Goes over bytes that are at hand. */
void uvp_lookahead_skip(struct uvp_lookahead *ahead, uint64_t bytes);

/* `more` would have to wait. */
bool uvp_lookahead_would_wait(const struct uvp_lookahead *ahead);

#endif
