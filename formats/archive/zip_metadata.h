/*
 * zip_metadata.h -- what a zip knows of a file, for other containers, and back
 *
 * Formats: MS-DOS date and time, taken as UTC; Info-ZIP extra fields 0x5455 (times) and
 *          0x7875 (owner); Unix mode in the external attributes.
 * Threads: pure functions.
 */
#ifndef UVP_FORMATS_ARCHIVE_ZIP_METADATA_H
#define UVP_FORMATS_ARCHIVE_ZIP_METADATA_H

#include "formats/archive/entry.h"
#include "formats/archive/zip_format.h"

struct uvp_zip_about {
    const char *path;
    enum uvp_entry_type type;
    bool size_known;
    uint64_t size_bytes;
    uint32_t mode;          /* Unix, with the type's bits; 0: not known */
    struct uvp_span extras; /* of the local header */
    uint16_t dos_time;
    uint16_t dos_date;
    const char *link; /* where a symbolic link points; else NULL */
};

/* Owner: the caller frees *metadata with archive_entry_free. */
UVP_MUST_USE enum uvp_code uvp_zip_metadata_make(const struct uvp_zip_about *about,
                                                 struct archive_entry **metadata,
                                                 struct uvp_error *err);

/* Unix mode of a directory record; 0 when its maker kept none. */
uint32_t uvp_zip_mode_of(uint16_t made_by, uint32_t external);

/* Seconds since 1970, UTC; false when the fields are no date. */
bool uvp_zip_dos_to_unix(uint16_t time, uint16_t date, int64_t *seconds);
/* The nearest that MS-DOS can say (1980 to 2107, even seconds). */
void uvp_zip_unix_to_dos(int64_t seconds, uint16_t *time, uint16_t *date);

/*
 * Appends a local header for a member from another container: name, times and owner from the
 * entry; sums and sizes are left 0, or in the zip64 field when `wide`. (zip_entry.c)
 */
UVP_MUST_USE enum uvp_code uvp_zip_new_header(const struct uvp_entry *entry, unsigned method,
                                              unsigned flags, bool wide, struct uvp_buf *out,
                                              struct uvp_error *err);

#endif
