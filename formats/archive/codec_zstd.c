/*
 * zstd (RFC 8878) through libzstd, which verifies content checksums and sizes itself.
 */
#include <zstd.h>
#include <zstd_errors.h>

#include "formats/archive/codec_kind.h"

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
};
