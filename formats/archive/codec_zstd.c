/*
 * zstd (RFC 8878) through libzstd, which verifies content checksums and sizes itself.
 */
#include <zstd.h>
#include <zstd_errors.h>

#include "formats/archive/codec_kind.h"
#include "formats/archive/zip_format.h" /* little-endian numbers */

#define WINDOW_LOG_MAX 27 /* 128 MiB */

static enum uvp_code zstd_decoder_create(struct uvp_mem *mem, void **decoder,
                                         struct uvp_error *err)
{
    ZSTD_DCtx *const context = ZSTD_createDCtx();

    (void)mem;
    if (context == NULL) {
        return uvp_fail_memory(err, ZSTD_DStreamInSize());
    }
    if (ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
        (void)ZSTD_freeDCtx(context);
        return uvp_fail(err, UVP_BUG, 0, "zstd refuses a window of 128 MiB");
    }
    *decoder = context;
    return UVP_OK;
}

static void zstd_decoder_destroy(void *decoder)
{
    (void)ZSTD_freeDCtx(decoder);
}

static enum uvp_code fail_zstd(size_t result, struct uvp_error *err)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for zstd");
    case ZSTD_error_frameParameter_windowTooLarge:
        return uvp_fail(err, UVP_LIMIT, 0, "a zstd window of more than 128 MiB");
    case ZSTD_error_prefix_unknown:
        return uvp_fail(err, UVP_BAD_DATA, 0, "garbage after the zstd data");
    case ZSTD_error_dictionary_wrong:
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "zstd data that needs a dictionary");
    default:
        return uvp_fail(err, UVP_BAD_DATA, 0, "zstd: %s", ZSTD_getErrorName(result));
    }
}

static enum uvp_code zstd_decode(void *decoder, struct uvp_decode_step *step,
                                 struct uvp_error *err)
{
    ZSTD_inBuffer in = {step->in, step->in_bytes, 0};
    ZSTD_outBuffer out = {step->out, step->out_bytes, 0};
    size_t result;

    if (step->between && step->in_bytes == 0) {
        return UVP_OK; /* or the library would open a frame that is not there */
    }
    result = ZSTD_decompressStream(decoder, &out, &in);
    uvp_decode_moved(step, in.size - in.pos, out.size - out.pos);
    if (ZSTD_isError(result)) {
        return fail_zstd(result, err);
    }
    step->between = result == 0;
    return UVP_OK;
}

/* ---- whole frames ---- */

#define MAGIC UINT32_C(0xfd2fb528)
#define SKIPPABLE_MAGIC UINT32_C(0x184d2a50)
#define HEADER_MOST 18

static size_t header_bytes(unsigned char descriptor)
{
    static const unsigned char dictionary[4] = {0, 1, 2, 4};
    static const unsigned char content[4] = {0, 2, 4, 8};
    const bool single = (descriptor >> 5 & 1) != 0;
    const unsigned flag = descriptor >> 6;

    return (size_t)(single ? 5 : 6) + dictionary[descriptor & 3] +
           (flag == 0 && single ? (size_t)1 : (size_t)content[flag]);
}

/* Over the blocks from `at` on; false when they are not all here. */
static bool walk_blocks(struct uvp_lookahead *ahead, uint64_t *at, uint64_t end)
{
    for (;;) {
        unsigned char head[3];
        uint32_t value;
        unsigned type;

        if (*at >= end || !uvp_lookahead_has(ahead, *at + 3)) {
            return false;
        }
        uvp_lookahead_copy(ahead, *at, head, 3);
        value = head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16;
        type = value >> 1 & 3;
        if (type == 3) {
            return false;
        }
        *at += 3 + (type == 1 ? 1 : value >> 3);
        if ((value & 1) != 0) {
            return true;
        }
    }
}

static bool measure_skippable(struct uvp_lookahead *ahead, uint64_t at, uint64_t most,
                              struct uvp_codec_extent *extent)
{
    unsigned char head[8];

    if (!uvp_lookahead_has(ahead, at + 8)) {
        return false;
    }
    uvp_lookahead_copy(ahead, at, head, 8);
    extent->stored_bytes = (uint64_t)uvp_zip_u32(head + 4) + 8;
    extent->content_bytes = 0;
    return extent->stored_bytes <= most && uvp_lookahead_has(ahead, at + extent->stored_bytes);
}

static bool zstd_measure(struct uvp_lookahead *ahead, uint64_t at, uint64_t most,
                         struct uvp_codec_extent *extent)
{
    unsigned char head[HEADER_MOST] = {0};
    uint64_t end = at;
    size_t bytes;

    if (!uvp_lookahead_has(ahead, at + 5)) {
        return false;
    }
    uvp_lookahead_copy(ahead, at, head, 5);
    if ((uvp_zip_u32(head) & ~UINT32_C(15)) == SKIPPABLE_MAGIC) {
        return measure_skippable(ahead, at, most, extent);
    }
    bytes = header_bytes(head[4]);
    if (uvp_zip_u32(head) != MAGIC || (head[4] & 3) != 0 ||
        !uvp_lookahead_has(ahead, at + bytes)) {
        return false;
    }
    uvp_lookahead_copy(ahead, at, head, bytes);
    if ((head[4] >> 5 & 1) == 0 && 10U + (head[5] >> 3) > WINDOW_LOG_MAX) {
        return false; /* refused by the decoder that goes step by step */
    }
    extent->content_bytes = ZSTD_getFrameContentSize(head, bytes);
    end = at + bytes;
    if (extent->content_bytes > most || !walk_blocks(ahead, &end, at + most)) {
        return false; /* unknown and errors are the largest numbers */
    }
    end += (head[4] >> 2 & 1) != 0 ? 4 : 0;
    extent->stored_bytes = end - at;
    return extent->stored_bytes <= most && uvp_lookahead_has(ahead, end);
}

static enum uvp_code zstd_whole_create(struct uvp_mem *mem, void **decoder)
{
    (void)mem;
    *decoder = ZSTD_createDCtx();
    return *decoder == NULL ? UVP_NO_MEMORY : UVP_OK;
}

static bool zstd_whole(void *decoder, struct uvp_span bytes, unsigned char *to,
                       size_t content_bytes)
{
    return ZSTD_decompressDCtx(decoder, to, content_bytes, bytes.data, bytes.bytes) ==
           content_bytes;
}

static enum uvp_code zstd_encoder_create(int level, struct uvp_mem *mem, void **encoder,
                                         struct uvp_error *err)
{
    ZSTD_CCtx *const context = ZSTD_createCCtx();

    (void)mem;
    if (context == NULL) {
        return uvp_fail_memory(err, ZSTD_CStreamInSize());
    }
    if (ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))) {
        (void)ZSTD_freeCCtx(context);
        return uvp_fail(err, UVP_BUG, 0, "zstd refuses its parameters");
    }
    *encoder = context;
    return UVP_OK;
}

static void zstd_encoder_destroy(void *encoder)
{
    (void)ZSTD_freeCCtx(encoder);
}

static enum uvp_code zstd_frame(void *encoder, struct uvp_span bytes, struct uvp_buf *out,
                                struct uvp_error *err)
{
    const size_t bound = ZSTD_compressBound(bytes.bytes);
    size_t made;

    UVP_TRY(uvp_buf_reserve(out, bound, err));
    made = ZSTD_compress2(encoder, out->data + out->bytes, bound, bytes.data, bytes.bytes);
    if (ZSTD_isError(made)) {
        return ZSTD_getErrorCode(made) == ZSTD_error_memory_allocation
                   ? uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for zstd")
                   : uvp_fail(err, UVP_BUG, 0, "zstd: %s", ZSTD_getErrorName(made));
    }
    out->bytes += made;
    return UVP_OK;
}

const struct uvp_codec_kind uvp_codec_zstd = {
    .name = "zstd",
    .lowest = 1,
    .usual = 3,
    .highest = 19,
    .decoder_create = zstd_decoder_create,
    .decoder_destroy = zstd_decoder_destroy,
    .decode = zstd_decode,
    .encoder_create = zstd_encoder_create,
    .encoder_destroy = zstd_encoder_destroy,
    .frame = zstd_frame,
    .measure = zstd_measure,
    .whole_create = zstd_whole_create,
    .whole_destroy = zstd_decoder_destroy,
    .whole = zstd_whole,
};
