/*
 * range_stream.h -- a file read in ranges by several spare reader threads
 *
 * Why:     disks in arrays and file systems on the network give one reader a fraction of what
 *          they have.
 * Owner:   takes the stream under it, which must have read_at and a known size.
 * Threads: the stream handed out is confined to the lane's reader; under it only read_at is
 *          used, from every thread that reads a range.
 */
#ifndef UVP_STAGES_READER_RANGE_STREAM_H
#define UVP_STAGES_READER_RANGE_STREAM_H

#include "formats/archive/stream.h"
#include "pipeline/stage.h"

struct uvp_range_options {
    struct uvp_intake *intake;
    struct uvp_block_pool *pool;
    struct uvp_mem *mem;
    /* Told of bytes read, from any thread. */
    void (*count)(void *ctx, uint64_t bytes);
    void *count_ctx;
};

/*
 * Wraps `inner`. *out is `inner` itself when fewer than two threads are to spare, or the file
 * is short. Returns UVP_OK, or a failure with `inner` still the caller's.
 */
UVP_MUST_USE enum uvp_code uvp_range_stream_open(struct uvp_stream *inner,
                                                 const struct uvp_range_options *options,
                                                 struct uvp_stream **out,
                                                 struct uvp_error *err);

#endif
