#include "formats/archive/lookahead.h"

#include <string.h>

void uvp_lookahead_init(struct uvp_lookahead *ahead, struct uvp_stream *in)
{
    memset(ahead, 0, sizeof *ahead);
    ahead->in = in;
}

void uvp_lookahead_release(struct uvp_lookahead *ahead)
{
    uvp_lookahead_skip(ahead, ahead->bytes);
}

static const struct uvp_slice *slice_at(const struct uvp_lookahead *ahead, uint32_t i)
{
    return &ahead->slices[(ahead->first + i) % UVP_LOOKAHEAD_SLICES];
}

struct uvp_span uvp_lookahead_first(const struct uvp_lookahead *ahead)
{
    const struct uvp_slice *const first = slice_at(ahead, 0);

    if (ahead->count == 0) {
        return uvp_span_of(NULL, 0);
    }
    return uvp_span_of(first->block->data + first->offset + ahead->used,
                       first->bytes - ahead->used);
}

static enum uvp_code pull(struct uvp_lookahead *ahead, struct uvp_error *err)
{
    struct uvp_slice *const place =
        &ahead->slices[(ahead->first + ahead->count) % UVP_LOOKAHEAD_SLICES];
    const enum uvp_code code = uvp_stream_next(ahead->in, place, err);

    if (code == UVP_END) {
        ahead->ended = true;
        return UVP_OK;
    }
    if (code == UVP_OK) {
        ahead->count++;
        ahead->bytes += place->bytes;
    }
    return code;
}

enum uvp_code uvp_lookahead_more(struct uvp_lookahead *ahead, struct uvp_error *err)
{
    return ahead->bytes != 0 || ahead->ended ? UVP_OK : pull(ahead, err);
}

static bool is_ready(const struct uvp_lookahead *ahead)
{
    return ahead->in->pending.block != NULL || ahead->in->ops->ready(ahead->in);
}

bool uvp_lookahead_would_wait(const struct uvp_lookahead *ahead)
{
    return ahead->bytes == 0 && !ahead->ended && !is_ready(ahead);
}

bool uvp_lookahead_has(struct uvp_lookahead *ahead, uint64_t bytes)
{
    while (ahead->bytes < bytes) {
        if (ahead->ended || ahead->count == UVP_LOOKAHEAD_SLICES || !is_ready(ahead) ||
            pull(ahead, NULL) != UVP_OK) {
            return false;
        }
    }
    return true;
}

void uvp_lookahead_copy(const struct uvp_lookahead *ahead, uint64_t at, void *to, size_t bytes)
{
    unsigned char *out = to;

    at += ahead->used;
    for (uint32_t i = 0; bytes != 0; i++) {
        const struct uvp_slice *const slice = slice_at(ahead, i);

        if (at < slice->bytes) {
            const size_t left = (size_t)(slice->bytes - at);
            const size_t some = left < bytes ? left : bytes;

            memcpy(out, slice->block->data + slice->offset + at, some);
            out += some;
            bytes -= some;
            at += some;
        }
        at -= slice->bytes;
    }
}

void uvp_lookahead_skip(struct uvp_lookahead *ahead, uint64_t bytes)
{
    ahead->bytes -= bytes;
    bytes += ahead->used;
    while (ahead->count != 0 && bytes >= slice_at(ahead, 0)->bytes) {
        bytes -= slice_at(ahead, 0)->bytes;
        uvp_block_drop(slice_at(ahead, 0)->block);
        ahead->first = (ahead->first + 1) % UVP_LOOKAHEAD_SLICES;
        ahead->count--;
    }
    ahead->used = (size_t)bytes;
}
