/*
 * codec_kind.h -- what each kind of compression provides to codec.c
 *
 * Why:     the private face: the driver knows streams, blocks and offsets, a kind knows its
 *          library, and each of them is one file.
 */
#ifndef UVP_FORMATS_ARCHIVE_CODEC_KIND_H
#define UVP_FORMATS_ARCHIVE_CODEC_KIND_H

#include "formats/archive/codec.h"
#include "formats/archive/lookahead.h"

/* One step of decoding; the kind moves the pointers on. */
struct uvp_decode_step {
    const unsigned char *in;
    size_t in_bytes;
    unsigned char *out;
    size_t out_bytes;
    bool in_ended; /* nothing comes after `in` */
    bool between;  /* out: no frame is open, the input may end here */
};

/* A frame as its head tells. */
struct uvp_codec_extent {
    uint64_t stored_bytes;
    uint64_t content_bytes;
};

struct uvp_codec_kind {
    const char *name;
    int lowest, usual, highest;
    enum uvp_code (*decoder_create)(struct uvp_mem *mem, void **decoder, struct uvp_error *err);
    void (*decoder_destroy)(void *decoder);
    /* Reads and writes what it can. Failures: `at` is left 0, the driver knows the offset. */
    enum uvp_code (*decode)(void *decoder, struct uvp_decode_step *step, struct uvp_error *err);
    enum uvp_code (*encoder_create)(int level, struct uvp_mem *mem, void **encoder,
                                    struct uvp_error *err);
    void (*encoder_destroy)(void *encoder);
    enum uvp_code (*frame)(void *encoder, struct uvp_span bytes, struct uvp_buf *out,
                           struct uvp_error *err);
    /*
     * Frames decoded whole; all NULL where they tell no sizes. measure: false when the frame at
     * `at` is not at hand to its end, does not tell its size, or is one that `decode` refuses.
     * whole: true when exactly `content_bytes` came out of exactly these bytes.
     */
    bool (*measure)(struct uvp_lookahead *ahead, uint64_t at, uint64_t most,
                    struct uvp_codec_extent *extent);
    enum uvp_code (*whole_create)(struct uvp_mem *mem, void **decoder);
    void (*whole_destroy)(void *decoder);
    bool (*whole)(void *decoder, struct uvp_span bytes, unsigned char *to,
                  size_t content_bytes);
};

extern const struct uvp_codec_kind uvp_codec_zstd;
extern const struct uvp_codec_kind uvp_codec_gzip;
extern const struct uvp_codec_kind uvp_codec_xz;
extern const struct uvp_codec_kind uvp_codec_bzip2;
extern const struct uvp_codec_kind uvp_codec_lz4;

/* For libraries that take an allocator: counted, though their frees tell no sizes. */
void *uvp_codec_alloc(struct uvp_mem *mem, size_t count, size_t each);
void uvp_codec_free(struct uvp_mem *mem, void *data);

/* Moves a step on. */
static inline void uvp_decode_moved(struct uvp_decode_step *step, size_t in_left,
                                    size_t out_left)
{
    if (step->in_bytes != in_left) { /* `in` may be NULL when there is nothing */
        step->in += step->in_bytes - in_left;
    }
    step->in_bytes = in_left;
    step->out += step->out_bytes - out_left;
    step->out_bytes = out_left;
}

/* Between two members of gzip or bzip2: zeros up to the end are padding. True when the next
 * byte begins another member; false when none is there (yet); BAD_DATA for anything else. */
enum uvp_code uvp_decode_padding(struct uvp_decode_step *step, unsigned char first_byte,
                                 bool *padding, bool *member, struct uvp_error *err);

#endif
