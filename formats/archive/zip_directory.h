/*
 * zip_directory.h -- the central directory: found, read, put in file order, judged
 *
 * Why:     a file is best read by its directory; a pipe ends with one, which has to agree with
 *          what came before it; and whoever replaces members writes it anew.
 * Formats: PKWARE APPNOTE 6.3.10, 4.3.12 to 4.3.16.
 * Limits:  memory follows the bytes that are there, never the counts that are declared; a
 *          record takes 56 bytes.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_ARCHIVE_ZIP_DIRECTORY_H
#define UVP_FORMATS_ARCHIVE_ZIP_DIRECTORY_H

#include "formats/archive/zip_format.h"

/* Where the bytes come from: copies exactly `bytes` at the input's offset `at`. */
struct uvp_zip_source {
    enum uvp_code (*copy)(void *ctx, uint64_t at, void *to, size_t bytes,
                          struct uvp_error *err);
    void *ctx;
};

/* A piece of the source, held to be looked at. */
struct uvp_zip_window {
    struct uvp_zip_source source;
    uint64_t limit;    /* nothing is read at or beyond it */
    size_t read_ahead; /* reads at least this much at once; 0: only what is asked for */
    struct uvp_buf held;
    uint64_t held_at;
};

void uvp_zip_window_init(struct uvp_zip_window *window, struct uvp_zip_source source,
                         uint64_t limit, size_t read_ahead, struct uvp_mem *mem);
void uvp_zip_window_release(struct uvp_zip_window *window);
/* Shows [at, at + bytes) until the next call. */
UVP_MUST_USE enum uvp_code uvp_zip_window_view(struct uvp_zip_window *window, uint64_t at,
                                               size_t bytes, struct uvp_span *view,
                                               struct uvp_error *err);

/* What follows the records. Offsets are in the input; 0 where there is none. */
struct uvp_zip_end {
    uint64_t directory_at;    /* where the first record is */
    uint64_t directory_bytes; /* the records */
    uint64_t stated_at;       /* where the archive says it is */
    uint64_t count;           /* as stated; only the low 16 bits count unless zip64 */
    uint64_t signed_at;
    uint32_t signed_bytes;
    uint64_t end64_at;
    uint64_t end64_bytes;
    uint64_t end_at;
    uint16_t comment_bytes;
    uint64_t after; /* the first byte behind it all */
};

/* Told of every record: its bytes and where they lie. */
typedef enum uvp_code uvp_zip_visit(void *ctx, const struct uvp_zip_record *record,
                                    struct uvp_span bytes, uint64_t at, struct uvp_error *err);

/*
 * Walks a directory that begins at `at` to the end of the archive comment.
 *
 * Returns: UVP_OK, UVP_BAD_DATA (it is cut, damaged, or its counts are wrong), or what visit
 *          or the source returned
 */
UVP_MUST_USE enum uvp_code uvp_zip_directory_walk(struct uvp_zip_window *window, uint64_t at,
                                                  uvp_zip_visit *visit, void *ctx,
                                                  struct uvp_zip_end *end,
                                                  struct uvp_error *err);

struct uvp_zip_directory {
    struct uvp_mem *mem;
    struct uvp_zip_record *records; /* in file order; local_at is the input's offset */
    size_t count;
    size_t capacity;
    struct uvp_zip_end end;
};

void uvp_zip_directory_init(struct uvp_zip_directory *directory, struct uvp_mem *mem);
void uvp_zip_directory_release(struct uvp_zip_directory *directory);

/*
 * Finds the directory at the end of an input of `size` bytes (of which those from `base` on
 * can be read), reads its records and sorts them.
 *
 * Returns: UVP_OK
 *          UVP_BAD_DATA  there is none, or it is damaged
 *          UVP_UNSUPPORTED  the archive is divided over several files
 *          UVP_NO_MEMORY, or what the source returned
 */
UVP_MUST_USE enum uvp_code uvp_zip_directory_load(struct uvp_zip_directory *directory,
                                                  struct uvp_zip_source source, uint64_t base,
                                                  uint64_t size, struct uvp_error *err);

/* UVP_BAD_DATA when two members claim the same bytes, or bytes of the directory. */
UVP_MUST_USE enum uvp_code uvp_zip_directory_check(const struct uvp_zip_directory *directory,
                                                   struct uvp_error *err);

/* A set of offsets that is only ever compared: two numbers whatever its size. */
struct uvp_zip_tally {
    uint64_t count;
    uint64_t sum;
};
void uvp_zip_tally_add(struct uvp_zip_tally *tally, uint64_t at);

#endif
