/*
 * tar_parser.h -- libarchive's tar and cpio readers over a stream whose bytes are kept
 *
 * Why:     libarchive says where members lie; what it has gone over can still be handed on.
 * Use:     open; call libarchive on `reader`; ask how far it is. One failure ends it all: it is
 *          given again from then on, and everything that was read may be flushed.
 * Owner:   borrows the stream.
 * Threads: confined.
 *
 *     begin of window <= passed <= consumed by libarchive <= end of window
 */
#ifndef UVP_FORMATS_ARCHIVE_TAR_PARSER_H
#define UVP_FORMATS_ARCHIVE_TAR_PARSER_H

#include <stdbool.h>
#include <string.h>

#include "formats/archive/stream.h"
#include "formats/archive/window.h"

struct archive;

enum uvp_tar_phase {
    UVP_TAR_HEAD, /* a header is being looked for: `passed` stands still */
    UVP_TAR_PASS, /* over a body that goes out as it is: `passed` follows */
    UVP_TAR_TAKE, /* over a body that somebody wants whole: it stands still */
};

struct uvp_tar_parser {
    struct archive *reader;
    struct uvp_stream *stream;
    struct uvp_block_pool *pool;
    struct uvp_window window;
    struct uvp_slice lent;   /* what libarchive is looking at */
    struct uvp_block *zeros; /* stands for any slice of zeros */
    uint64_t passed;         /* what may be flushed ends here, at least */
    enum uvp_tar_phase phase;
    bool is_tar; /* or cpio */
    bool opened;
    bool stream_ended;
    struct uvp_error failure;
};

UVP_MUST_USE enum uvp_code uvp_tar_parser_init(struct uvp_tar_parser *parser, bool is_tar,
                                               struct uvp_stream *stream,
                                               struct uvp_block_pool *pool, struct uvp_mem *mem,
                                               struct uvp_error *err);
void uvp_tar_parser_release(struct uvp_tar_parser *parser);

/* To be called before libarchive is; reads the first bytes. */
UVP_MUST_USE enum uvp_code uvp_tar_parser_open(struct uvp_tar_parser *parser,
                                               struct uvp_error *err);

/* How far libarchive is, and how far flushing may go. */
uint64_t uvp_tar_parser_at(const struct uvp_tar_parser *parser);
uint64_t uvp_tar_parser_flushable_end(const struct uvp_tar_parser *parser);

/* Much was gone over without a caller in between: whoever gathers lets go, as before a wait. */
void uvp_tar_parser_let_go(struct uvp_tar_parser *parser);

/* The stream's own failure if it had one, else this one, or else what libarchive says. */
enum uvp_code uvp_tar_parser_fail(struct uvp_tar_parser *parser, enum uvp_code code,
                                  uint64_t at, const char *text, struct uvp_error *err);
enum uvp_code uvp_tar_parser_fail_here(struct uvp_tar_parser *parser, struct uvp_error *err);
/* UVP_OK when there is none yet. */
enum uvp_code uvp_tar_parser_check(const struct uvp_tar_parser *parser, struct uvp_error *err);

/* How many bytes of whole zero blocks lie at `from`, at most up to `to`. */
uint64_t uvp_tar_parser_zeros(const struct uvp_tar_parser *parser, uint64_t from, uint64_t to);

/* Reads what libarchive leaves unread. */
UVP_MUST_USE enum uvp_code uvp_tar_parser_drain(struct uvp_tar_parser *parser,
                                                struct uvp_error *err);

/* Adds zeros (at most a block), or data libarchive points at: lent when it is our own. */
UVP_MUST_USE enum uvp_code uvp_tar_parser_add_zeros(struct uvp_tar_parser *parser,
                                                    struct uvp_slices *to, size_t bytes,
                                                    struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_tar_parser_add_data(struct uvp_tar_parser *parser,
                                                   struct uvp_slices *to, const void *data,
                                                   size_t bytes, struct uvp_error *err);

static inline bool uvp_span_is_zero(struct uvp_span bytes)
{
    return bytes.bytes == 0 ||
           (bytes.data[0] == 0 && memcmp(bytes.data, bytes.data + 1, bytes.bytes - 1) == 0);
}

#endif
