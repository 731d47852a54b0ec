/*
 * frames.h -- a stream of bytes cut into frames that workers compress
 *
 * Why:     compression is the dearest part of passing an archive on; frames that stand alone
 *          can be made by all workers at once.
 * Cut:     by position in the uncompressed output, every UVP_FRAME_BYTES: same input, same
 *          frames, whatever the threads do.
 * Use:     its sink operations take bytes; a full frame becomes a job; collect writes a
 *          finished one to `below`, in order.
 * Threads: the writer's; a job under way is the worker's.
 */
#ifndef UVP_STAGES_WRITER_FRAMES_H
#define UVP_STAGES_WRITER_FRAMES_H

#include "formats/archive/codec.h"
#include "formats/archive/sink.h"
#include "pipeline/stage.h"

#define UVP_FRAME_BYTES ((size_t)4 << 20)

struct uvp_frames;

UVP_MUST_USE enum uvp_code uvp_frames_create(enum uvp_codec codec, int level,
                                             const struct uvp_sink_ops *below,
                                             struct uvp_mem *mem, struct uvp_frames **frames,
                                             struct uvp_error *err);
void uvp_frames_destroy(struct uvp_frames *frames); /* no job may be under way */

/* Where the container's sink writes to. The outlet must have been set for this call. */
struct uvp_sink_ops uvp_frames_ops(struct uvp_frames *frames);
void uvp_frames_set_outlet(struct uvp_frames *frames, struct uvp_outlet *outlet);

/* Submits the frame that is being filled; an empty stream gets one empty frame. */
UVP_MUST_USE enum uvp_code uvp_frames_end(struct uvp_frames *frames, struct uvp_error *err);

/* A job that came back belongs to the frames it was made by. */
struct uvp_frames *uvp_frames_of(const struct uvp_job *job);
UVP_MUST_USE enum uvp_code uvp_frames_collect(struct uvp_frames *frames, struct uvp_job *job,
                                              struct uvp_error *err);
/* After the last frame was collected: their places, for zstd. */
UVP_MUST_USE enum uvp_code uvp_frames_write_table(struct uvp_frames *frames,
                                                  struct uvp_error *err);
void uvp_frames_discard(struct uvp_frames *frames, struct uvp_job *job);
uint32_t uvp_frames_under_way(const struct uvp_frames *frames);

#endif
