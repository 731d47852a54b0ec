/*
 * seek_table.h -- where the frames of a zstd file are, at its end
 *
 * Why:     programs that know it read any part of the file without what is before it; others
 *          see a frame to be skipped.
 * Formats: "Zstandard Seekable Format" 0.1.0, which comes with the reference library.
 * Owner:   the table owns its entries.
 * Threads: confined.
 * Limits:  2^27 frames.
 */
#ifndef UVP_FORMATS_ARCHIVE_SEEK_TABLE_H
#define UVP_FORMATS_ARCHIVE_SEEK_TABLE_H

#include "pipeline/base/buf.h"

struct uvp_seek_table {
    struct uvp_buf entries; /* as they will stand in the file */
    uint32_t count;
};

void uvp_seek_table_init(struct uvp_seek_table *table, struct uvp_mem *mem);
void uvp_seek_table_release(struct uvp_seek_table *table);

/* The next frame. UVP_LIMIT: more frames, or longer ones, than a table can tell of. */
UVP_MUST_USE enum uvp_code uvp_seek_table_add(struct uvp_seek_table *table,
                                              uint64_t stored_bytes, uint64_t content_bytes,
                                              struct uvp_error *err);

/* Appends the table to `out` as the frame that ends the file. */
UVP_MUST_USE enum uvp_code uvp_seek_table_write(const struct uvp_seek_table *table,
                                                struct uvp_buf *out, struct uvp_error *err);

#endif
