/*
 * lz4 frames through liblz4, which verifies block and content checksums and the content size.
 * Legacy frames (`lz4 -l`) have no checksum and no end and are not read.
 */
#include <lz4frame.h>
#include <string.h>

#include "formats/archive/codec_kind.h"

#define MAGIC_BYTES ((size_t)4)

struct lz4_decoder {
    LZ4F_dctx *context;
    struct uvp_mem *mem;
    unsigned char magic[MAGIC_BYTES]; /* of the frame being opened */
    size_t magic_bytes;
};

static enum uvp_code lz4_decoder_create(struct uvp_mem *mem, void **decoder,
                                        struct uvp_error *err)
{
    struct lz4_decoder *const made = uvp_mem_take_zeroed(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&made->context, LZ4F_VERSION))) {
        uvp_mem_give(mem, made, sizeof *made);
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for lz4");
    }
    *decoder = made;
    return UVP_OK;
}

static void lz4_decoder_destroy(void *decoder)
{
    struct lz4_decoder *const lz4 = decoder;

    (void)LZ4F_freeDecompressionContext(lz4->context);
    uvp_mem_give(lz4->mem, lz4, sizeof *lz4);
}

/* The library's codes are not numbered for us, but its names are part of its interface. */
static enum uvp_code fail_lz4(size_t result, struct uvp_error *err)
{
    const char *const name = LZ4F_getErrorName(result);

    if (strstr(name, "allocation") != NULL) {
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for lz4");
    }
    if (strstr(name, "frameType_unknown") != NULL) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "garbage after the lz4 data");
    }
    return uvp_fail(err, UVP_BAD_DATA, 0, "lz4: %s", name);
}

/* Notes the bytes a frame begins with: a legacy frame is well formed, only not ours. */
static enum uvp_code look_at_magic(struct lz4_decoder *lz4, const struct uvp_decode_step *step,
                                   struct uvp_error *err)
{
    if (step->between) {
        lz4->magic_bytes = 0;
    }
    for (size_t i = 0; i < step->in_bytes && lz4->magic_bytes < MAGIC_BYTES; i++) {
        lz4->magic[lz4->magic_bytes++] = step->in[i];
    }
    if (lz4->magic_bytes == MAGIC_BYTES &&
        memcmp(lz4->magic, "\x02\x21\x4c\x18", MAGIC_BYTES) == 0) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "an lz4 legacy frame");
    }
    return UVP_OK;
}

static enum uvp_code lz4_decode(void *decoder, struct uvp_decode_step *step,
                                struct uvp_error *err)
{
    struct lz4_decoder *const lz4 = decoder;
    size_t in_bytes = step->in_bytes;
    size_t out_bytes = step->out_bytes;
    size_t result;

    if (step->between && step->in_bytes == 0) {
        return UVP_OK;
    }
    UVP_TRY(look_at_magic(lz4, step, err));
    result = LZ4F_decompress(lz4->context, step->out, &out_bytes, step->in, &in_bytes, NULL);
    if (LZ4F_isError(result)) {
        return fail_lz4(result, err);
    }
    uvp_decode_moved(step, step->in_bytes - in_bytes, step->out_bytes - out_bytes);
    step->between = result == 0;
    return UVP_OK;
}

struct lz4_encoder {
    struct uvp_mem *mem;
    int level;
};

static enum uvp_code lz4_encoder_create(int level, struct uvp_mem *mem, void **encoder,
                                        struct uvp_error *err)
{
    struct lz4_encoder *const made = uvp_mem_take(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    made->level = level;
    *encoder = made;
    return UVP_OK;
}

static void lz4_encoder_destroy(void *encoder)
{
    struct lz4_encoder *const lz4 = encoder;

    uvp_mem_give(lz4->mem, lz4, sizeof *lz4);
}

static enum uvp_code lz4_frame(void *encoder, struct uvp_span bytes, struct uvp_buf *out,
                               struct uvp_error *err)
{
    const struct lz4_encoder *const lz4 = encoder;
    LZ4F_preferences_t wanted;
    size_t bound;
    size_t made;

    memset(&wanted, 0, sizeof wanted);
    wanted.frameInfo.blockSizeID = LZ4F_max4MB;
    wanted.frameInfo.blockMode = LZ4F_blockIndependent;
    wanted.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    wanted.frameInfo.contentSize = bytes.bytes;
    wanted.compressionLevel = lz4->level;
    bound = LZ4F_compressFrameBound(bytes.bytes, &wanted);
    UVP_TRY(uvp_buf_reserve(out, bound, err));
    made = LZ4F_compressFrame(out->data + out->bytes, bound, bytes.data, bytes.bytes, &wanted);
    if (LZ4F_isError(made)) {
        return fail_lz4(made, err);
    }
    out->bytes += made;
    return UVP_OK;
}

const struct uvp_codec_kind uvp_codec_lz4 = {
    .name = "lz4",
    .lowest = 1,
    .usual = 1,
    .highest = 12,
    .decoder_create = lz4_decoder_create,
    .decoder_destroy = lz4_decoder_destroy,
    .decode = lz4_decode,
    .encoder_create = lz4_encoder_create,
    .encoder_destroy = lz4_encoder_destroy,
    .frame = lz4_frame,
};
