/*
 * xz through liblzma: concatenated streams and their padding; integrity checks are verified by
 * the library, and one it does not know is refused instead of skipped.
 */
#include <lzma.h>
#include <string.h>

#include "formats/archive/codec_kind.h"

#define MEMORY_LIMIT (UINT64_C(192) << 20)

struct xz_coder {
    lzma_stream stream;
    lzma_allocator allocator;
    struct uvp_mem *mem;
    uint32_t level;
    bool over;
};

static void *lzma_take(void *ctx, size_t count, size_t each)
{
    return uvp_codec_alloc(ctx, count, each);
}

static void lzma_give(void *ctx, void *data)
{
    uvp_codec_free(ctx, data);
}

static struct xz_coder *make_coder(struct uvp_mem *mem)
{
    static const lzma_stream fresh = LZMA_STREAM_INIT;
    struct xz_coder *const made = uvp_mem_take_zeroed(mem, sizeof *made);

    if (made != NULL) {
        made->mem = mem;
        made->allocator.alloc = lzma_take;
        made->allocator.free = lzma_give;
        made->allocator.opaque = mem;
        made->stream = fresh;
        made->stream.allocator = &made->allocator;
    }
    return made;
}

static enum uvp_code fail_xz(const struct xz_coder *xz, lzma_ret result, struct uvp_error *err)
{
    switch (result) {
    case LZMA_MEM_ERROR:
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for xz");
    case LZMA_MEMLIMIT_ERROR:
        return uvp_fail(err, UVP_LIMIT, 0, "xz data that needs %llu MiB of memory",
                        (unsigned long long)(lzma_memusage(&xz->stream) >> 20));
    case LZMA_UNSUPPORTED_CHECK:
    case LZMA_OPTIONS_ERROR:
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "an xz filter or check we do not have");
    case LZMA_FORMAT_ERROR:
        return uvp_fail(err, UVP_BAD_DATA, 0, "garbage after the xz data");
    default:
        return uvp_fail(err, UVP_BAD_DATA, 0, "damaged xz data");
    }
}

static enum uvp_code xz_decoder_create(struct uvp_mem *mem, void **decoder,
                                       struct uvp_error *err)
{
    struct xz_coder *const made = make_coder(mem);
    lzma_ret result;

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    result = lzma_stream_decoder(&made->stream, MEMORY_LIMIT,
                                 LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK);
    if (result != LZMA_OK) {
        uvp_mem_give(mem, made, sizeof *made);
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for xz");
    }
    *decoder = made;
    return UVP_OK;
}

static void xz_destroy(void *coder)
{
    struct xz_coder *const xz = coder;

    lzma_end(&xz->stream);
    uvp_mem_give(xz->mem, xz, sizeof *xz);
}

static enum uvp_code xz_decode(void *decoder, struct uvp_decode_step *step,
                               struct uvp_error *err)
{
    struct xz_coder *const xz = decoder;
    lzma_ret result;

    if (xz->over) {
        return UVP_OK;
    }
    xz->stream.next_in = step->in;
    xz->stream.avail_in = step->in_bytes;
    xz->stream.next_out = step->out;
    xz->stream.avail_out = step->out_bytes;
    result = lzma_code(&xz->stream, step->in_ended ? LZMA_FINISH : LZMA_RUN);
    uvp_decode_moved(step, xz->stream.avail_in, xz->stream.avail_out);
    if (result == LZMA_STREAM_END) {
        xz->over = true;
        step->between = true;
        return UVP_OK;
    }
    /* BUF_ERROR: nothing could be done; the driver knows whether that is the end of it */
    return result == LZMA_OK || result == LZMA_BUF_ERROR ? UVP_OK : fail_xz(xz, result, err);
}

static enum uvp_code xz_encoder_create(int level, struct uvp_mem *mem, void **encoder,
                                       struct uvp_error *err)
{
    struct xz_coder *const made = make_coder(mem);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->level = (uint32_t)level;
    *encoder = made;
    return UVP_OK;
}

/* A dictionary larger than the frame only costs memory, and the high presets have large ones.
 */
static bool fit_options(uint32_t level, size_t bytes, lzma_options_lzma *options)
{
    if (lzma_lzma_preset(options, level)) {
        return false;
    }
    if (bytes < options->dict_size) {
        options->dict_size = bytes < LZMA_DICT_SIZE_MIN ? LZMA_DICT_SIZE_MIN : (uint32_t)bytes;
    }
    return true;
}

static enum uvp_code xz_frame(void *encoder, struct uvp_span bytes, struct uvp_buf *out,
                              struct uvp_error *err)
{
    struct xz_coder *const xz = encoder;
    const size_t bound = lzma_stream_buffer_bound(bytes.bytes);
    lzma_options_lzma options;
    lzma_filter filters[2] = {{.id = LZMA_FILTER_LZMA2, .options = &options},
                              {.id = LZMA_VLI_UNKNOWN, .options = NULL}};
    size_t made = 0;
    lzma_ret result;

    if (bound == 0) {
        return uvp_fail(err, UVP_LIMIT, 0, "%zu bytes are too many for one xz stream",
                        bytes.bytes);
    }
    if (!fit_options(xz->level, bytes.bytes, &options)) {
        return uvp_fail(err, UVP_BUG, 0, "xz refuses level %u", (unsigned)xz->level);
    }
    UVP_TRY(uvp_buf_reserve(out, bound, err));
    result = lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC64, &xz->allocator, bytes.data,
                                       bytes.bytes, out->data + out->bytes, &made, bound);
    if (result != LZMA_OK) {
        return result == LZMA_MEM_ERROR ? uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for xz")
                                        : uvp_fail(err, UVP_BUG, 0, "xz: error %d", result);
    }
    out->bytes += made;
    return UVP_OK;
}

const struct uvp_codec_kind uvp_codec_xz = {
    .name = "xz",
    .lowest = 0,
    .usual = 6,
    .highest = 9,
    .decoder_create = xz_decoder_create,
    .decoder_destroy = xz_destroy,
    .decode = xz_decode,
    .encoder_create = xz_encoder_create,
    .encoder_destroy = xz_destroy,
    .frame = xz_frame,
};
