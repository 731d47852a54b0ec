#include "stages/writer/frames.h"

#include <string.h>

#include "formats/archive/seek_table.h"

struct frame {
    struct uvp_job job; /* first: what the pipeline sees */
    struct uvp_frames *frames;
    struct uvp_codec_state *state;
    unsigned char *bytes; /* UVP_FRAME_BYTES */
    size_t filled;
    struct uvp_buf compressed;
    struct frame *next;
};

struct uvp_frames {
    enum uvp_codec codec;
    int level;
    struct uvp_sink_ops below;
    struct uvp_mem *mem;
    struct uvp_outlet *outlet;
    struct frame *spare;
    struct frame *filling;
    uint32_t under_way;
    uint64_t submitted;
    struct uvp_seek_table table; /* of the frames collected */
};

enum uvp_code uvp_frames_create(enum uvp_codec codec, int level,
                                const struct uvp_sink_ops *below, struct uvp_mem *mem,
                                struct uvp_frames **out, struct uvp_error *err)
{
    struct uvp_frames *const frames = uvp_mem_take_zeroed(mem, sizeof *frames);

    if (frames == NULL) {
        return uvp_fail_memory(err, sizeof *frames);
    }
    frames->codec = codec;
    frames->level = level;
    frames->below = *below;
    frames->mem = mem;
    uvp_seek_table_init(&frames->table, mem);
    *out = frames;
    return UVP_OK;
}

static void free_frame(struct uvp_frames *frames, struct frame *frame)
{
    if (frame == NULL) {
        return;
    }
    uvp_codec_state_destroy(frame->state);
    uvp_mem_give(frames->mem, frame->bytes, UVP_FRAME_BYTES);
    uvp_buf_release(&frame->compressed);
    uvp_mem_give(frames->mem, frame, sizeof *frame);
}

void uvp_frames_destroy(struct uvp_frames *frames)
{
    if (frames == NULL) {
        return;
    }
    while (frames->spare != NULL) {
        struct frame *const next = frames->spare->next;
        free_frame(frames, frames->spare);
        frames->spare = next;
    }
    free_frame(frames, frames->filling);
    uvp_seek_table_release(&frames->table);
    uvp_mem_give(frames->mem, frames, sizeof *frames);
}

static enum uvp_code run_job(struct uvp_job *job, struct uvp_error *err)
{
    struct frame *const frame = (struct frame *)job;

    uvp_buf_reset(&frame->compressed);
    return uvp_codec_frame(frame->state, uvp_span_of(frame->bytes, frame->filled),
                           &frame->compressed, err);
}

static enum uvp_code make_frame(struct uvp_frames *frames, struct uvp_error *err)
{
    struct frame *const frame = uvp_mem_take_zeroed(frames->mem, sizeof *frame);
    enum uvp_code code;

    if (frame == NULL) {
        return uvp_fail_memory(err, sizeof *frame);
    }
    frame->frames = frames;
    uvp_buf_init(&frame->compressed, frames->mem, 0);
    frame->bytes = uvp_mem_take(frames->mem, UVP_FRAME_BYTES);
    code = frame->bytes == NULL ? uvp_fail_memory(err, UVP_FRAME_BYTES)
                                : uvp_codec_state_create(frames->codec, frames->level,
                                                         frames->mem, &frame->state, err);
    if (code != UVP_OK) {
        free_frame(frames, frame);
        return code;
    }
    frames->filling = frame;
    return UVP_OK;
}

static enum uvp_code begin_frame(struct uvp_frames *frames, struct uvp_error *err)
{
    if (frames->spare == NULL) {
        return make_frame(frames, err);
    }
    frames->filling = frames->spare;
    frames->spare = frames->spare->next;
    frames->filling->filled = 0;
    return UVP_OK;
}

/* While this waits for room among the jobs, finished frames of ours may be collected. */
static enum uvp_code submit(struct uvp_frames *frames, struct uvp_error *err)
{
    struct frame *const frame = frames->filling;
    enum uvp_code code;

    memset(&frame->job, 0, sizeof frame->job);
    frame->job.run = run_job;
    frames->filling = NULL;
    frames->under_way++;
    code = uvp_outlet_submit(frames->outlet, &frame->job, err);
    if (code != UVP_OK) {
        uvp_frames_discard(frames, &frame->job);
        return code;
    }
    frames->submitted++;
    return UVP_OK;
}

static enum uvp_code append(struct uvp_frames *frames, struct uvp_span bytes,
                            struct uvp_error *err)
{
    while (bytes.bytes != 0) {
        size_t room;

        if (frames->filling == NULL) {
            UVP_TRY(begin_frame(frames, err));
        }
        room = UVP_FRAME_BYTES - frames->filling->filled;
        room = room < bytes.bytes ? room : bytes.bytes;
        memcpy(frames->filling->bytes + frames->filling->filled, bytes.data, room);
        frames->filling->filled += room;
        bytes.data += room;
        bytes.bytes -= room;
        if (frames->filling->filled == UVP_FRAME_BYTES) {
            UVP_TRY(submit(frames, err));
        }
    }
    return UVP_OK;
}

static enum uvp_code write_parts(void *ctx, struct iovec *parts, int count,
                                 struct uvp_error *err)
{
    for (int i = 0; i < count; i++) {
        UVP_TRY(append(ctx, uvp_span_of(parts[i].iov_base, parts[i].iov_len), err));
    }
    return UVP_OK;
}

struct uvp_sink_ops uvp_frames_ops(struct uvp_frames *frames)
{
    const struct uvp_sink_ops ops = {.write = write_parts, .ctx = frames};

    return ops;
}

void uvp_frames_set_outlet(struct uvp_frames *frames, struct uvp_outlet *outlet)
{
    frames->outlet = outlet;
}

enum uvp_code uvp_frames_end(struct uvp_frames *frames, struct uvp_error *err)
{
    if (frames->filling == NULL && frames->submitted == 0) {
        UVP_TRY(begin_frame(frames, err));
    }
    return frames->filling == NULL ? UVP_OK : submit(frames, err);
}

struct uvp_frames *uvp_frames_of(const struct uvp_job *job)
{
    return ((const struct frame *)job)->frames;
}

void uvp_frames_discard(struct uvp_frames *frames, struct uvp_job *job)
{
    struct frame *const frame = (struct frame *)job;

    frame->next = frames->spare;
    frames->spare = frame;
    frames->under_way--;
}

enum uvp_code uvp_frames_collect(struct uvp_frames *frames, struct uvp_job *job,
                                 struct uvp_error *err)
{
    struct frame *const frame = (struct frame *)job;
    struct iovec part = {frame->compressed.data, frame->compressed.bytes};
    enum uvp_code code = frames->below.write(frames->below.ctx, &part, 1, err);

    if (code == UVP_OK && frames->codec == UVP_CODEC_ZSTD) {
        code = uvp_seek_table_add(&frames->table, frame->compressed.bytes, frame->filled, err);
    }
    uvp_frames_discard(frames, job);
    return code;
}

enum uvp_code uvp_frames_write_table(struct uvp_frames *frames, struct uvp_error *err)
{
    struct uvp_buf bytes;
    enum uvp_code code;

    uvp_buf_init(&bytes, frames->mem, 0);
    code = uvp_seek_table_write(&frames->table, &bytes, err);
    if (code == UVP_OK) {
        struct iovec part = {bytes.data, bytes.bytes};
        code = frames->below.write(frames->below.ctx, &part, 1, err);
    }
    uvp_buf_release(&bytes);
    return code;
}

uint32_t uvp_frames_under_way(const struct uvp_frames *frames)
{
    return frames->under_way;
}
