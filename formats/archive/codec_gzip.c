/*
 * gzip (RFC 1952): zlib reads member by member and verifies CRC and length; libdeflate writes,
 * which leaves the time 0 and the system "unknown", so the same bytes give the same member.
 */
#define ZLIB_CONST
#include <libdeflate.h>
#include <string.h>
#include <zlib.h>

#include "formats/archive/codec_kind.h"

#define WINDOW_BITS_GZIP (15 + 16)
#define FIRST_BYTE 0x1f

struct gzip_decoder {
    z_stream stream;
    struct uvp_mem *mem;
    bool padding; /* zeros after the last member */
};

static voidpf zlib_alloc(voidpf ctx, uInt count, uInt each)
{
    return uvp_codec_alloc(ctx, count, each);
}

static void zlib_free(voidpf ctx, voidpf data)
{
    uvp_codec_free(ctx, data);
}

static enum uvp_code gzip_decoder_create(struct uvp_mem *mem, void **decoder,
                                         struct uvp_error *err)
{
    struct gzip_decoder *const made = uvp_mem_take_zeroed(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    made->stream.zalloc = zlib_alloc;
    made->stream.zfree = zlib_free;
    made->stream.opaque = mem;
    if (inflateInit2(&made->stream, WINDOW_BITS_GZIP) != Z_OK) {
        uvp_mem_give(mem, made, sizeof *made);
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for gzip");
    }
    *decoder = made;
    return UVP_OK;
}

static void gzip_decoder_destroy(void *decoder)
{
    struct gzip_decoder *const gzip = decoder;

    (void)inflateEnd(&gzip->stream);
    uvp_mem_give(gzip->mem, gzip, sizeof *gzip);
}

static enum uvp_code fail_gzip(const struct gzip_decoder *gzip, int result,
                               struct uvp_error *err)
{
    if (result == Z_MEM_ERROR) {
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for gzip");
    }
    return uvp_fail(err, UVP_BAD_DATA, 0, "gzip: %s",
                    gzip->stream.msg == NULL ? "damaged data" : gzip->stream.msg);
}

static uInt at_most_uint(size_t bytes)
{
    return bytes > UINT32_MAX ? UINT32_MAX : (uInt)bytes;
}

static enum uvp_code inflate_step(struct gzip_decoder *gzip, struct uvp_decode_step *step,
                                  struct uvp_error *err)
{
    const uInt in_bytes = at_most_uint(step->in_bytes);
    const uInt out_bytes = at_most_uint(step->out_bytes);
    int result;

    gzip->stream.next_in = step->in;
    gzip->stream.avail_in = in_bytes;
    gzip->stream.next_out = step->out;
    gzip->stream.avail_out = out_bytes;
    result = inflate(&gzip->stream, Z_NO_FLUSH);
    uvp_decode_moved(step, step->in_bytes - (in_bytes - gzip->stream.avail_in),
                     step->out_bytes - (out_bytes - gzip->stream.avail_out));
    step->between = result == Z_STREAM_END;
    if (result == Z_STREAM_END) {
        return inflateReset(&gzip->stream) == Z_OK ? UVP_OK : fail_gzip(gzip, Z_OK, err);
    }
    return result == Z_OK || result == Z_BUF_ERROR ? UVP_OK : fail_gzip(gzip, result, err);
}

static enum uvp_code gzip_decode(void *decoder, struct uvp_decode_step *step,
                                 struct uvp_error *err)
{
    struct gzip_decoder *const gzip = decoder;
    bool member = true;

    if (step->between) {
        UVP_TRY(uvp_decode_padding(step, FIRST_BYTE, &gzip->padding, &member, err));
    }
    return member ? inflate_step(gzip, step, err) : UVP_OK;
}

static enum uvp_code gzip_encoder_create(int level, struct uvp_mem *mem, void **encoder,
                                         struct uvp_error *err)
{
    struct libdeflate_compressor *const made = libdeflate_alloc_compressor(level);

    (void)mem;
    if (made == NULL) {
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for gzip");
    }
    *encoder = made;
    return UVP_OK;
}

static void gzip_encoder_destroy(void *encoder)
{
    libdeflate_free_compressor(encoder);
}

static enum uvp_code gzip_frame(void *encoder, struct uvp_span bytes, struct uvp_buf *out,
                                struct uvp_error *err)
{
    const size_t bound = libdeflate_gzip_compress_bound(encoder, bytes.bytes);
    size_t made;

    UVP_TRY(uvp_buf_reserve(out, bound, err));
    made = libdeflate_gzip_compress(encoder, bytes.data, bytes.bytes, out->data + out->bytes,
                                    bound);
    if (made == 0) {
        return uvp_fail(err, UVP_BUG, 0, "gzip made more bytes than its bound");
    }
    out->bytes += made;
    return UVP_OK;
}

const struct uvp_codec_kind uvp_codec_gzip = {
    .name = "gzip",
    .lowest = 1,
    .usual = 6,
    .highest = 12,
    .decoder_create = gzip_decoder_create,
    .decoder_destroy = gzip_decoder_destroy,
    .decode = gzip_decode,
    .encoder_create = gzip_encoder_create,
    .encoder_destroy = gzip_encoder_destroy,
    .frame = gzip_frame,
};
