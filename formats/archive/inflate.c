#include "formats/archive/inflate.h"

#include <limits.h>
#include <string.h>

/* zlib frees without a size, so each piece carries its own in front. */
#define PREFIX_BYTES ((size_t)64)

static voidpf take_piece(voidpf opaque, uInt count, uInt each)
{
    size_t bytes;
    unsigned char *piece;

    if (!uvp_size_multiply(count, each, &bytes) || !uvp_size_add(bytes, PREFIX_BYTES, &bytes)) {
        return NULL;
    }
    piece = uvp_mem_take(opaque, bytes);
    if (piece == NULL) {
        return NULL;
    }
    memcpy(piece, &bytes, sizeof bytes);
    return piece + PREFIX_BYTES;
}

static void give_piece(voidpf opaque, voidpf data)
{
    unsigned char *const piece = (unsigned char *)data - PREFIX_BYTES;
    size_t bytes;

    memcpy(&bytes, piece, sizeof bytes);
    uvp_mem_give(opaque, piece, bytes);
}

void uvp_inflate_init(struct uvp_inflate *state, struct uvp_mem *mem)
{
    memset(state, 0, sizeof *state);
    state->mem = mem;
}

void uvp_inflate_release(struct uvp_inflate *state)
{
    if (state->open) {
        inflateEnd(&state->zlib);
        state->open = false;
    }
}

enum uvp_code uvp_inflate_start(struct uvp_inflate *state, struct uvp_error *err)
{
    if (state->open) {
        if (inflateReset(&state->zlib) != Z_OK) {
            return uvp_fail(err, UVP_BUG, 0, "inflate cannot be started again");
        }
        return UVP_OK;
    }
    memset(&state->zlib, 0, sizeof state->zlib);
    state->zlib.zalloc = take_piece;
    state->zlib.zfree = give_piece;
    state->zlib.opaque = state->mem;
    if (inflateInit2(&state->zlib, -MAX_WBITS) != Z_OK) {
        return uvp_fail_memory(err, sizeof state->zlib);
    }
    state->open = true;
    return UVP_OK;
}

static uInt at_most(size_t bytes)
{
    return bytes > UINT_MAX ? UINT_MAX : (uInt)bytes;
}

enum uvp_code uvp_inflate_run(struct uvp_inflate *state, struct uvp_span in, size_t *used,
                              unsigned char *out, size_t out_bytes, size_t *made,
                              struct uvp_error *err)
{
    const uInt in_some = at_most(in.bytes);
    const uInt out_some = at_most(out_bytes);
    z_stream *const zlib = &state->zlib;
    int result;

    /* zlib's own interface has no const here; it does not write to its input. */
    zlib->next_in = (z_const Bytef *)(uintptr_t)in.data;
    zlib->avail_in = in_some;
    zlib->next_out = out;
    zlib->avail_out = out_some;
    result = inflate(zlib, Z_NO_FLUSH);
    *used = in_some - zlib->avail_in;
    *made = out_some - zlib->avail_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR:
        return UVP_OK;
    case Z_STREAM_END:
        return UVP_END;
    case Z_MEM_ERROR:
        return uvp_fail_memory(err, 0);
    default:
        return uvp_fail(err, UVP_BAD_DATA, 0, "damaged deflate data");
    }
}
