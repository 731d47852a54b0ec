/*
 * codec.h -- one layer of compression, checksums verified, drained to the end
 *
 * Why:     libraries on top of archives skip checksums or hang on crafted input; here every
 *          checksum and length is checked and the last byte of the input is always read.
 * Formats: zstd (RFC 8878, many frames, skippable frames), gzip (RFC 1952, many members), xz
 *          (many streams, padding), bzip2 (many streams), lz4 frames (many, skippable).
 * Limits:  exactly one layer; windows up to 128 MiB (zstd), xz memory limit 192 MiB.
 * Threads: a decoder is confined; uvp_codec_frame works on the caller's state only.
 */
#ifndef UVP_FORMATS_ARCHIVE_CODEC_H
#define UVP_FORMATS_ARCHIVE_CODEC_H

#include "formats/archive/stream.h"
#include "pipeline/base/buf.h"

enum uvp_codec {
    UVP_CODEC_NONE = 0,
    UVP_CODEC_ZSTD,
    UVP_CODEC_GZIP,
    UVP_CODEC_XZ,
    UVP_CODEC_BZIP2,
    UVP_CODEC_LZ4,
    UVP_CODEC_COUNT
};

const char *uvp_codec_name(enum uvp_codec codec); /* "none", "zstd", ... */
/* By name ("zstd", "zst", "gz", ...); false when unknown. */
bool uvp_codec_by_name(const char *name, enum uvp_codec *codec);
/* By the suffix of a path (".zst", ".tgz", ".tar.xz" ...); NONE when it has none. */
enum uvp_codec uvp_codec_by_path(const char *path);
enum uvp_codec uvp_codec_sniff(struct uvp_span head);
/* Default and range of levels. */
void uvp_codec_levels(enum uvp_codec codec, int *lowest, int *usual, int *highest);

/*
 * Threads that help to decode files of many frames.
 * run: calls task(arg, i, hand) for all i < count and returns when each has returned; never two
 * at once for one hand < `hands`.
 */
struct uvp_codec_crew {
    void *ctx;
    uint32_t hands;
    size_t most_bytes;      /* that frames under way may take, packed and unpacked */
    bool (*may)(void *ctx); /* asked before each round; NULL: always */
    void (*run)(void *ctx, uint32_t count, void (*task)(void *arg, uint32_t i, uint32_t hand),
                void *arg);
};

/*
 * Looks at the head of `in`; when it is compressed wraps it in a decoder, else gives it back
 * as it is (*codec NONE). Takes `in` on success. Garbage after the last frame: gzip and
 * bzip2 end with UVP_BAD_DATA unless it is all zeros; the others always. `crew` (NULL allowed)
 * must outlive the stream, and changes no byte of it.
 */
UVP_MUST_USE enum uvp_code uvp_codec_open(struct uvp_stream *in, struct uvp_block_pool *pool,
                                          struct uvp_mem *mem,
                                          const struct uvp_codec_crew *crew,
                                          struct uvp_stream **out, enum uvp_codec *codec,
                                          struct uvp_error *err);

/* State to compress frames with; one a job, reused. Memory is counted in mem as far as the
 * libraries allow. */
struct uvp_codec_state;
UVP_MUST_USE enum uvp_code uvp_codec_state_create(enum uvp_codec codec, int level,
                                                  struct uvp_mem *mem,
                                                  struct uvp_codec_state **state,
                                                  struct uvp_error *err);
void uvp_codec_state_destroy(struct uvp_codec_state *state);

/* Appends `bytes` as one frame (member, stream) that stands alone, with content size where the
 * format has it and checksum. Frames one after another are a valid file. Same input, same
 * bytes. */
UVP_MUST_USE enum uvp_code uvp_codec_frame(struct uvp_codec_state *state, struct uvp_span bytes,
                                           struct uvp_buf *out, struct uvp_error *err);

#endif
