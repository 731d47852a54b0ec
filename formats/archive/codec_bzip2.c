/*
 * bzip2 through libbz2, stream by stream; the library verifies block and stream CRCs.
 */
#include <bzlib.h>
#include <string.h>

#include "formats/archive/codec_kind.h"

#define FIRST_BYTE 'B'
#define CHUNK_BYTES ((size_t)1 << 30) /* libbz2 counts in unsigned int */

struct bzip2_coder {
    bz_stream stream;
    struct uvp_mem *mem;
    int level;
    bool open;
    bool padding;
};

static void *bz_take(void *ctx, int count, int each)
{
    return uvp_codec_alloc(ctx, (size_t)count, (size_t)each);
}

static void bz_give(void *ctx, void *data)
{
    uvp_codec_free(ctx, data);
}

static enum uvp_code make_coder(int level, struct uvp_mem *mem, void **coder,
                                struct uvp_error *err)
{
    struct bzip2_coder *const made = uvp_mem_take_zeroed(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    made->level = level;
    *coder = made;
    return UVP_OK;
}

static void reset_stream(struct bzip2_coder *bzip2)
{
    memset(&bzip2->stream, 0, sizeof bzip2->stream);
    bzip2->stream.bzalloc = bz_take;
    bzip2->stream.bzfree = bz_give;
    bzip2->stream.opaque = bzip2->mem;
}

static enum uvp_code bzip2_decoder_create(struct uvp_mem *mem, void **decoder,
                                          struct uvp_error *err)
{
    return make_coder(0, mem, decoder, err);
}

static void bzip2_decoder_destroy(void *decoder)
{
    struct bzip2_coder *const bzip2 = decoder;

    if (bzip2->open) {
        (void)BZ2_bzDecompressEnd(&bzip2->stream);
    }
    uvp_mem_give(bzip2->mem, bzip2, sizeof *bzip2);
}

static enum uvp_code fail_bzip2(int result, struct uvp_error *err)
{
    switch (result) {
    case BZ_MEM_ERROR:
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for bzip2");
    case BZ_DATA_ERROR_MAGIC:
        return uvp_fail(err, UVP_BAD_DATA, 0, "garbage after the bzip2 data");
    default:
        return uvp_fail(err, UVP_BAD_DATA, 0, "damaged bzip2 data");
    }
}

static unsigned at_most_uint(size_t bytes)
{
    return bytes > CHUNK_BYTES ? (unsigned)CHUNK_BYTES : (unsigned)bytes;
}

/* libbz2's pointers have no const, though it reads only. */
static char *without_const(const unsigned char *data)
{
    union {
        const unsigned char *in;
        char *out;
    } pointer = {.in = data};

    return pointer.out;
}

static enum uvp_code open_stream(struct bzip2_coder *bzip2, struct uvp_error *err)
{
    int result;

    if (bzip2->open) {
        return UVP_OK;
    }
    reset_stream(bzip2);
    result = BZ2_bzDecompressInit(&bzip2->stream, 0, 0);
    bzip2->open = result == BZ_OK;
    return bzip2->open ? UVP_OK : fail_bzip2(BZ_MEM_ERROR, err);
}

static enum uvp_code decompress_step(struct bzip2_coder *bzip2, struct uvp_decode_step *step,
                                     struct uvp_error *err)
{
    const unsigned in_bytes = at_most_uint(step->in_bytes);
    const unsigned out_bytes = at_most_uint(step->out_bytes);
    int result;

    UVP_TRY(open_stream(bzip2, err));
    bzip2->stream.next_in = without_const(step->in);
    bzip2->stream.avail_in = in_bytes;
    bzip2->stream.next_out = (char *)step->out;
    bzip2->stream.avail_out = out_bytes;
    result = BZ2_bzDecompress(&bzip2->stream);
    uvp_decode_moved(step, step->in_bytes - (in_bytes - bzip2->stream.avail_in),
                     step->out_bytes - (out_bytes - bzip2->stream.avail_out));
    step->between = result == BZ_STREAM_END;
    if (result == BZ_STREAM_END) {
        (void)BZ2_bzDecompressEnd(&bzip2->stream);
        bzip2->open = false;
        return UVP_OK;
    }
    return result == BZ_OK ? UVP_OK : fail_bzip2(result, err);
}

static enum uvp_code bzip2_decode(void *decoder, struct uvp_decode_step *step,
                                  struct uvp_error *err)
{
    struct bzip2_coder *const bzip2 = decoder;
    bool member = true;

    if (step->between) {
        UVP_TRY(uvp_decode_padding(step, FIRST_BYTE, &bzip2->padding, &member, err));
    }
    return member ? decompress_step(bzip2, step, err) : UVP_OK;
}

static enum uvp_code bzip2_encoder_create(int level, struct uvp_mem *mem, void **encoder,
                                          struct uvp_error *err)
{
    return make_coder(level, mem, encoder, err);
}

static void bzip2_encoder_destroy(void *encoder)
{
    struct bzip2_coder *const bzip2 = encoder;

    uvp_mem_give(bzip2->mem, bzip2, sizeof *bzip2);
}

/* Everything in, everything out; the buffer grows when the library wants more room. */
static enum uvp_code compress_all(struct bzip2_coder *bzip2, struct uvp_span bytes,
                                  struct uvp_buf *out, struct uvp_error *err)
{
    int result = BZ_RUN_OK;

    while (result != BZ_STREAM_END) {
        const unsigned in_bytes = at_most_uint(bytes.bytes);
        const bool last = in_bytes == bytes.bytes;
        unsigned room;

        UVP_TRY(uvp_buf_reserve(out, UVP_BLOCK_BYTES, err));
        room = at_most_uint(out->capacity - out->bytes);
        bzip2->stream.next_in = without_const(bytes.data);
        bzip2->stream.avail_in = in_bytes;
        bzip2->stream.next_out = (char *)out->data + out->bytes;
        bzip2->stream.avail_out = room;
        result = BZ2_bzCompress(&bzip2->stream, last ? BZ_FINISH : BZ_RUN);
        if (result < 0) {
            return uvp_fail(err, UVP_BUG, 0, "bzip2: error %d", result);
        }
        out->bytes += room - bzip2->stream.avail_out;
        bytes = uvp_span_of(bytes.data + (in_bytes - bzip2->stream.avail_in),
                            bytes.bytes - (in_bytes - bzip2->stream.avail_in));
    }
    return UVP_OK;
}

static enum uvp_code bzip2_frame(void *encoder, struct uvp_span bytes, struct uvp_buf *out,
                                 struct uvp_error *err)
{
    struct bzip2_coder *const bzip2 = encoder;
    const unsigned char nothing = 0;
    enum uvp_code code;

    reset_stream(bzip2);
    if (BZ2_bzCompressInit(&bzip2->stream, bzip2->level, 0, 0) != BZ_OK) {
        return fail_bzip2(BZ_MEM_ERROR, err);
    }
    if (bytes.data == NULL) {
        bytes = uvp_span_of(&nothing, 0);
    }
    code = compress_all(bzip2, bytes, out, err);
    (void)BZ2_bzCompressEnd(&bzip2->stream);
    return code;
}

const struct uvp_codec_kind uvp_codec_bzip2 = {
    .name = "bzip2",
    .lowest = 1,
    .usual = 9,
    .highest = 9,
    .decoder_create = bzip2_decoder_create,
    .decoder_destroy = bzip2_decoder_destroy,
    .decode = bzip2_decode,
    .encoder_create = bzip2_encoder_create,
    .encoder_destroy = bzip2_encoder_destroy,
    .frame = bzip2_frame,
};
