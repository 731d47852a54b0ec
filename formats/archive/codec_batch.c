#include "formats/archive/codec_batch.h"

#include <string.h>

#define FRAMES_MOST 32
#define FRAME_MOST_BYTES ((uint64_t)16 << 20)
#define FRAMES_A_HAND 2

struct frame {
    struct uvp_codec_extent extent;
    struct uvp_buf packed; /* gathered, when it lies in several slices */
    struct uvp_span in;
    struct uvp_buf out;
    bool good;
};

struct uvp_codec_batch {
    const struct uvp_codec_kind *kind;
    const struct uvp_codec_crew *crew;
    struct uvp_mem *mem;
    size_t bytes; /* of this allocation */
    uint64_t most_bytes;
    uint32_t most_frames;
    struct frame frames[FRAMES_MOST];
    uint32_t count;
    uint32_t next;  /* being read */
    size_t used;    /* of its bytes */
    bool begun;     /* it was gone over in the input */
    void *states[]; /* a decoder for each hand, made when it is first used */
};

enum uvp_code uvp_codec_batch_create(const struct uvp_codec_kind *kind,
                                     const struct uvp_codec_crew *crew, struct uvp_mem *mem,
                                     struct uvp_codec_batch **batch, struct uvp_error *err)
{
    const size_t hands = crew == NULL ? 1 : crew->hands;
    const size_t bytes = sizeof **batch + hands * sizeof(void *);
    struct uvp_codec_batch *made;

    *batch = NULL;
    if (hands < 2 || kind->measure == NULL || crew->most_bytes < 2) {
        return UVP_OK;
    }
    made = uvp_mem_take_zeroed(mem, bytes);
    if (made == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    made->kind = kind;
    made->crew = crew;
    made->mem = mem;
    made->bytes = bytes;
    made->most_bytes = crew->most_bytes;
    made->most_frames =
        FRAMES_A_HAND * hands < FRAMES_MOST ? (uint32_t)(FRAMES_A_HAND * hands) : FRAMES_MOST;
    for (uint32_t i = 0; i < FRAMES_MOST; i++) {
        uvp_buf_init(&made->frames[i].packed, mem, 0);
        uvp_buf_init(&made->frames[i].out, mem, 0);
    }
    *batch = made;
    return UVP_OK;
}

void uvp_codec_batch_destroy(struct uvp_codec_batch *batch)
{
    if (batch == NULL) {
        return;
    }
    for (uint32_t i = 0; i < FRAMES_MOST; i++) {
        uvp_buf_release(&batch->frames[i].packed);
        uvp_buf_release(&batch->frames[i].out);
    }
    for (uint32_t i = 0; i < batch->crew->hands; i++) {
        if (batch->states[i] != NULL) {
            batch->kind->whole_destroy(batch->states[i]);
        }
    }
    uvp_mem_give(batch->mem, batch, batch->bytes);
}

/* ---- which frames ---- */

static void measure_frames(struct uvp_codec_batch *batch, struct uvp_lookahead *ahead)
{
    uint64_t at = 0;
    uint64_t bytes = 0;

    batch->count = 0;
    while (batch->count < batch->most_frames) {
        struct uvp_codec_extent extent;
        const uint64_t left = batch->most_bytes - bytes;
        const uint64_t most = left < FRAME_MOST_BYTES ? left : FRAME_MOST_BYTES;

        if (!batch->kind->measure(ahead, at, most, &extent) ||
            extent.stored_bytes + extent.content_bytes > most) {
            return;
        }
        batch->frames[batch->count++].extent = extent;
        at += extent.stored_bytes;
        bytes += extent.stored_bytes + extent.content_bytes;
    }
}

/* The frame's bytes in one piece, and room for what comes out. */
static enum uvp_code prepare_frame(struct frame *frame, const struct uvp_lookahead *ahead,
                                   uint64_t at, struct uvp_error *err)
{
    const size_t stored = (size_t)frame->extent.stored_bytes;

    frame->good = false;
    uvp_buf_reset(&frame->out);
    uvp_buf_reset(&frame->packed);
    UVP_TRY(uvp_buf_reserve_exact(&frame->out, (size_t)frame->extent.content_bytes + 1, err));
    UVP_TRY(uvp_buf_reserve_exact(&frame->packed, stored, err));
    uvp_lookahead_copy(ahead, at, frame->packed.data, stored);
    frame->packed.bytes = stored;
    return UVP_OK;
}

static enum uvp_code prepare_frames(struct uvp_codec_batch *batch,
                                    const struct uvp_lookahead *ahead, struct uvp_error *err)
{
    uint64_t at = 0;

    for (uint32_t i = 0; i < batch->count; i++) {
        UVP_TRY(prepare_frame(&batch->frames[i], ahead, at, err));
        at += batch->frames[i].extent.stored_bytes;
    }
    return UVP_OK;
}

/* ---- decoding ---- */

static void decode_frame(void *arg, uint32_t i, uint32_t hand)
{
    struct uvp_codec_batch *const batch = arg;
    struct frame *const frame = &batch->frames[i];
    void **const state = &batch->states[hand];

    if (*state == NULL && batch->kind->whole_create(batch->mem, state) != UVP_OK) {
        return; /* it will be decoded step by step, and fails there */
    }
    frame->good = batch->kind->whole(*state, uvp_buf_span(&frame->packed), frame->out.data,
                                     (size_t)frame->extent.content_bytes);
    frame->out.bytes = frame->good ? (size_t)frame->extent.content_bytes : 0;
}

enum uvp_code uvp_codec_batch_fill(struct uvp_codec_batch *batch, struct uvp_lookahead *ahead,
                                   bool *filled, struct uvp_error *err)
{
    enum uvp_code code;

    *filled = false;
    batch->next = 0;
    batch->used = 0;
    batch->begun = false;
    batch->count = 0;
    if (batch->crew->may != NULL && !batch->crew->may(batch->crew->ctx)) {
        return UVP_OK;
    }
    measure_frames(batch, ahead);
    if (batch->count < 2) {
        batch->count = 0;
        return UVP_OK;
    }
    code = prepare_frames(batch, ahead, err);
    if (code != UVP_OK) {
        batch->count = 0;
        return code;
    }
    batch->crew->run(batch->crew->ctx, batch->count, decode_frame, batch);
    *filled = batch->frames[0].good;
    batch->count = *filled ? batch->count : 0;
    return UVP_OK;
}

/* ---- reading ---- */

/* Steps to a frame with bytes left; false at the end, and before one that is not good. */
static bool find_bytes(struct uvp_codec_batch *batch, struct uvp_lookahead *ahead,
                       uint64_t *stored)
{
    while (batch->next < batch->count) {
        struct frame *const frame = &batch->frames[batch->next];

        if (!frame->good) {
            break;
        }
        if (!batch->begun) {
            uvp_lookahead_skip(ahead, frame->extent.stored_bytes);
            *stored += frame->extent.stored_bytes;
            batch->begun = true;
        }
        if (batch->used < frame->out.bytes) {
            return true;
        }
        batch->next++;
        batch->used = 0;
        batch->begun = false;
    }
    batch->count = 0;
    batch->next = 0;
    return false;
}

size_t uvp_codec_batch_read(struct uvp_codec_batch *batch, struct uvp_lookahead *ahead,
                            void *to, size_t room, uint64_t *stored)
{
    unsigned char *out = to;
    size_t given = 0;

    *stored = 0;
    while (given < room && find_bytes(batch, ahead, stored)) {
        const struct frame *const frame = &batch->frames[batch->next];
        const size_t left = frame->out.bytes - batch->used;
        const size_t some = left < room - given ? left : room - given;

        memcpy(out + given, frame->out.data + batch->used, some);
        batch->used += some;
        given += some;
    }
    return given;
}

bool uvp_codec_batch_has(const struct uvp_codec_batch *batch)
{
    return batch->next < batch->count;
}
