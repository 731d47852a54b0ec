/*
 * ahead_stream.h -- a stream read by a spare reader thread
 *
 * Why:     reading and decompressing overlap with parsing when a reader thread is to spare.
 * Owner:   takes the stream under it; from then on only the spare thread touches that.
 * Threads: the stream handed out is confined to the lane's reader.
 */
#ifndef UVP_STAGES_READER_AHEAD_STREAM_H
#define UVP_STAGES_READER_AHEAD_STREAM_H

#include "formats/archive/stream.h"
#include "pipeline/stage.h"

/*
 * Wraps `inner`. *out is `inner` itself when no thread is to spare.
 * Returns UVP_OK, or a failure with `inner` still the caller's.
 */
UVP_MUST_USE enum uvp_code uvp_ahead_stream_open(struct uvp_stream *inner,
                                                 struct uvp_intake *intake, struct uvp_mem *mem,
                                                 struct uvp_stream **out,
                                                 struct uvp_error *err);

#endif
