/*
 * input.h -- an archive read member by member, with its raw bytes kept
 *
 * Why:     what is not touched must go out byte for byte; so the parser only says where
 *          members lie, and the bytes are handed on as slices of what was read.
 * Use:     open; then a loop: next; either take the member (whole, in memory) or leave it;
 *          flush hands out, in order, all raw bytes that were passed over; after UVP_END
 *          flush once more, then trailer.
 *            flushed bytes, taken entries and the trailer together are the whole input.
 * Owner:   takes the stream. Threads: confined.
 * Errors:  a failure is given after every member before it; what was read until then can
 *          still be flushed. err->at is the offset in the (decompressed) archive.
 */
#ifndef UVP_FORMATS_ARCHIVE_INPUT_H
#define UVP_FORMATS_ARCHIVE_INPUT_H

#include <sys/stat.h>

#include "formats/archive/entry.h"
#include "formats/archive/stream.h"

struct uvp_input;

struct uvp_input_options {
    struct uvp_block_pool *pool;
    struct uvp_mem *mem;
    struct uvp_stop *stop;
    bool keep_metadata;        /* fill entry.metadata: the output is of another kind */
    const char *path;          /* what a plain file's one member is called */
    const struct stat *status; /* of a plain file, for its metadata; NULL: not known */
    bool may_be_empty; /* nothing at all is a plain file of no bytes, not a lost archive */
    size_t spool_limit_bytes; /* for what cannot be read from a pipe; 0: none */
    /* Damage that was stepped over (its raw bytes are passed on). */
    void (*warn)(void *ctx, const struct uvp_error *warning);
    void *warn_ctx;
};

/* What `next` tells of a member; views live until the next call on the input. */
struct uvp_header {
    const char *path;
    size_t path_bytes;
    enum uvp_entry_type type;
    bool size_known;
    uint64_t size_bytes;   /* of the file */
    uint64_t stored_bytes; /* in the archive, when known */
    uint64_t at;
    bool replaceable;    /* its contents can be read and written anew */
    const char *why_not; /* when not */
};

/* Finds out what `stream` is (it is not compressed any more) and opens it. */
UVP_MUST_USE enum uvp_code uvp_input_open(struct uvp_stream *stream,
                                          const struct uvp_input_options *options,
                                          struct uvp_input **input, struct uvp_error *err);
/* A folder, walked in byte order of the names; members are named relative to its parent. */
UVP_MUST_USE enum uvp_code uvp_input_open_folder(const char *path,
                                                 const struct uvp_input_options *options,
                                                 struct uvp_input **input,
                                                 struct uvp_error *err);
void uvp_input_close(struct uvp_input *input); /* NULL allowed */

enum uvp_container uvp_input_container(const struct uvp_input *input);

/* Sets keep_metadata after the fact: what the output needs may depend on the container. To be
 * called before the first next. */
void uvp_input_keep_metadata(struct uvp_input *input, bool keep);

/* The next member. Returns UVP_OK, UVP_END, UVP_CANCELLED or a failure. */
UVP_MUST_USE enum uvp_code uvp_input_next(struct uvp_input *input, struct uvp_header *header,
                                          struct uvp_error *err);

/*
 * A plain file's first bytes, all or `room` of them, however they come in; *whole says that
 * there are no more. Other containers show nothing. Before take, pass and read.
 */
UVP_MUST_USE enum uvp_code uvp_input_head(struct uvp_input *input, void *to, size_t room,
                                          size_t *bytes, bool *whole, struct uvp_error *err);

/* Reads the current member whole into `entry` (initialised, empty). Bytes before it must have
 * been flushed. On failure what was read of it is flushed later like passed bytes. */
UVP_MUST_USE enum uvp_code uvp_input_take(struct uvp_input *input, struct uvp_entry *entry,
                                          struct uvp_error *err);

/* Fills `entry` with path, type, size and metadata only: to announce a long member. */
UVP_MUST_USE enum uvp_code uvp_input_announce(struct uvp_input *input, struct uvp_entry *entry,
                                              struct uvp_error *err);

/* Goes over some (about a block) of the current member's bytes, which flush then hands out.
 * *more is false once the member is over. Not calling it at all is right for small members. */
UVP_MUST_USE enum uvp_code uvp_input_pass(struct uvp_input *input, bool *more,
                                          struct uvp_error *err);

/* The same for another kind of output: some of the member's own bytes, decoded. */
UVP_MUST_USE enum uvp_code uvp_input_read(struct uvp_input *input, struct uvp_slices *decoded,
                                          bool *more, struct uvp_error *err);

/* Moves the raw bytes passed so far (up to the current member's start, or what pass went
 * over) to the end of `raw`; *at is the offset of the first. May be called at any time, also
 * from the stream's before_wait. Folders and 7z have no raw bytes. */
UVP_MUST_USE enum uvp_code uvp_input_flush(struct uvp_input *input, struct uvp_slices *raw,
                                           uint64_t *at, struct uvp_error *err);
/* How many bytes flush would hand out now: cheap. */
uint64_t uvp_input_flushable(const struct uvp_input *input);

/* After UVP_END: end marks, directory, padding, to the last byte of the input. */
UVP_MUST_USE enum uvp_code uvp_input_trailer(struct uvp_input *input, struct uvp_slices *raw,
                                             uint64_t *at, struct uvp_error *err);

#endif
