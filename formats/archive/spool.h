/*
 * spool.h -- bytes put aside on disk, in a file that has no name
 *
 * Why:     some archives can only be read from their end, and some lists grow with the archive.
 * Use:     create; add; then read_at, or reread as a stream; destroy.
 * Owner:   the spool owns its file; the file is gone when the process is.
 * Threads: confined.
 * Limits:  never more than `limit_bytes`; in $TMPDIR (else /tmp), mode 0600.
 */
#ifndef UVP_FORMATS_ARCHIVE_SPOOL_H
#define UVP_FORMATS_ARCHIVE_SPOOL_H

#include "formats/archive/stream.h"

struct uvp_spool;

UVP_MUST_USE enum uvp_code uvp_spool_create(uint64_t limit_bytes, struct uvp_mem *mem,
                                            struct uvp_spool **spool, struct uvp_error *err);
void uvp_spool_destroy(struct uvp_spool *spool); /* NULL allowed */

/* Returns: UVP_OK, UVP_LIMIT, or UVP_IO (a full disk) */
UVP_MUST_USE enum uvp_code uvp_spool_add(struct uvp_spool *spool, struct uvp_span bytes,
                                         struct uvp_error *err);
/* All the rest of a stream. */
UVP_MUST_USE enum uvp_code
uvp_spool_add_stream(struct uvp_spool *spool, struct uvp_stream *stream, struct uvp_error *err);
uint64_t uvp_spool_bytes(const struct uvp_spool *spool);

/* Reads back; UVP_IO when the bytes are not there. */
UVP_MUST_USE enum uvp_code uvp_spool_copy(const struct uvp_spool *spool, uint64_t at, void *to,
                                          size_t bytes, struct uvp_error *err);

/* The contents as a stream with random access; nothing can be added any more. The stream has
 * a descriptor of its own and outlives the spool. */
UVP_MUST_USE enum uvp_code uvp_spool_reread(struct uvp_spool *spool,
                                            struct uvp_block_pool *pool, struct uvp_stop *stop,
                                            struct uvp_stream **stream, struct uvp_error *err);

#endif
