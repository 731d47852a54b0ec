/*
 * gzip (RFC 1952): zlib reads member by member and verifies CRC and length; libdeflate writes;
 * the time is 0 and the system "unknown", so the same bytes give the same member. Members that
 * tell their length (BGZF, of the SAM format's specification; MiGz) are read whole.
 */
#define ZLIB_CONST
#include <libdeflate.h>
#include <string.h>
#include <zlib.h>

#include "formats/archive/codec_kind.h"
#include "formats/archive/zip_format.h" /* little-endian numbers */

#define WINDOW_BITS_GZIP (15 + 16)
#define FIRST_BYTE 0x1f
#define FLAG_EXTRA 4
#define HEADER_BYTES 20 /* with the extra field */
#define TRAILER_BYTES 8
#define EXTRA_MOST 256

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

/* The member tells how long it is, in the extra field "MZ": so do those of other programs that
 * are read in parallel. */
static enum uvp_code gzip_frame(void *encoder, struct uvp_span bytes, struct uvp_buf *out,
                                struct uvp_error *err)
{
    static const unsigned char header[HEADER_BYTES] = {
        FIRST_BYTE, 0x8b, 8, FLAG_EXTRA, 0, 0, 0, 0, 0, 255, 8, 0, 'M', 'Z', 4, 0, 0, 0, 0, 0};
    const size_t bound = libdeflate_deflate_compress_bound(encoder, bytes.bytes);
    unsigned char *at;
    size_t made;

    UVP_TRY(uvp_buf_reserve(out, sizeof header + bound + TRAILER_BYTES, err));
    at = out->data + out->bytes;
    memcpy(at, header, sizeof header);
    made =
        libdeflate_deflate_compress(encoder, bytes.bytes == 0 ? (const void *)"" : bytes.data,
                                    bytes.bytes, at + sizeof header, bound);
    if (made == 0) {
        return uvp_fail(err, UVP_BUG, 0, "gzip made more bytes than its bound");
    }
    if (made > UINT32_MAX || bytes.bytes > UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "%zu bytes are too many for one gzip member",
                        bytes.bytes);
    }
    uvp_zip_put32(at + sizeof header - 4, (uint32_t)made);
    uvp_zip_put32(at + sizeof header + made, libdeflate_crc32(0, bytes.data, bytes.bytes));
    uvp_zip_put32(at + sizeof header + made + 4, (uint32_t)bytes.bytes);
    out->bytes += sizeof header + made + TRAILER_BYTES;
    return UVP_OK;
}

/* ---- whole members ---- */

/* The member's length as an extra field tells it: "BC" of BGZF, "MZ" of MiGz; 0: none does. */
static uint64_t stored_by_extra(const unsigned char *extra, size_t extra_bytes)
{
    size_t at = 0;

    while (extra_bytes - at >= 4) {
        const unsigned char *const field = extra + at;
        const size_t bytes = field[2] | (size_t)field[3] << 8;

        if (bytes > extra_bytes - at - 4) {
            return 0;
        }
        if (field[0] == 'B' && field[1] == 'C' && bytes == 2) {
            return (uint64_t)(field[4] | (unsigned)field[5] << 8) + 1;
        }
        if (field[0] == 'M' && field[1] == 'Z' && bytes == 4) {
            return (uint64_t)uvp_zip_u32(field + 4) + 12 + extra_bytes + TRAILER_BYTES;
        }
        at += 4 + bytes;
    }
    return 0;
}

static bool gzip_measure(struct uvp_lookahead *ahead, uint64_t at, uint64_t most,
                         struct uvp_codec_extent *extent)
{
    unsigned char head[12];
    unsigned char extra[EXTRA_MOST];
    unsigned char size[4];
    size_t extra_bytes;

    if (!uvp_lookahead_has(ahead, at + sizeof head)) {
        return false;
    }
    uvp_lookahead_copy(ahead, at, head, sizeof head);
    extra_bytes = head[10] | (size_t)head[11] << 8;
    if (head[0] != FIRST_BYTE || head[1] != 0x8b || head[2] != 8 || head[3] != FLAG_EXTRA ||
        extra_bytes > sizeof extra ||
        !uvp_lookahead_has(ahead, at + sizeof head + extra_bytes)) {
        return false;
    }
    uvp_lookahead_copy(ahead, at + sizeof head, extra, extra_bytes);
    extent->stored_bytes = stored_by_extra(extra, extra_bytes);
    if (extent->stored_bytes < sizeof head + extra_bytes + TRAILER_BYTES ||
        extent->stored_bytes > most || !uvp_lookahead_has(ahead, at + extent->stored_bytes)) {
        return false;
    }
    uvp_lookahead_copy(ahead, at + extent->stored_bytes - 4, size, sizeof size);
    extent->content_bytes = uvp_zip_u32(size);
    return true;
}

static enum uvp_code gzip_whole_create(struct uvp_mem *mem, void **decoder)
{
    return gzip_decoder_create(mem, decoder, NULL);
}

/*
 * By zlib as well: the faster library takes a few damaged streams for sound that zlib refuses,
 * and which of the two sees a member must not show.
 */
static bool gzip_whole(void *decoder, struct uvp_span bytes, unsigned char *to,
                       size_t content_bytes)
{
    z_stream *const stream = &((struct gzip_decoder *)decoder)->stream;
    int result;

    stream->next_in = bytes.data;
    stream->avail_in = at_most_uint(bytes.bytes);
    stream->next_out = to;
    stream->avail_out = at_most_uint(content_bytes);
    result = inflateReset(stream);
    if (result == Z_OK) {
        result = inflate(stream, Z_FINISH);
    }
    return result == Z_STREAM_END && stream->avail_in == 0 && stream->avail_out == 0;
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
    .measure = gzip_measure,
    .whole_create = gzip_whole_create,
    .whole_destroy = gzip_decoder_destroy,
    .whole = gzip_whole,
};
