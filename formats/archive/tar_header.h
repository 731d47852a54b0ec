/*
 * tar_header.h -- the heads of tar and cpio members: looked at, patched, made anew
 *
 * Why:     a member with new contents keeps its own header blocks but for what must change.
 * Threads: no state; any thread.
 */
#ifndef UVP_FORMATS_ARCHIVE_TAR_HEADER_H
#define UVP_FORMATS_ARCHIVE_TAR_HEADER_H

#include "formats/archive/entry.h"

#define UVP_TAR_BLOCK ((size_t)512)

bool uvp_tar_block_is_zero(const unsigned char *block);
/* The checksum fits, summed unsigned or (as some old writers did) signed. */
bool uvp_tar_block_is_header(const unsigned char *block);

/*
 * Appends `head` with its size changed to `size_bytes`: field, pax record and checksums. *done
 * is false, and nothing was appended, when the head has anything we do not patch safely.
 */
UVP_MUST_USE enum uvp_code uvp_tar_patch(struct uvp_span head, uint64_t size_bytes,
                                         struct uvp_buf *out, bool *done,
                                         struct uvp_error *err);

/* Appends the global headers of `head` as they are, then a fresh header made from the rest. */
UVP_MUST_USE enum uvp_code uvp_tar_remake(struct uvp_span head, uint64_t size_bytes,
                                          struct uvp_buf *out, struct uvp_error *err);

/* Appends the head of a member that comes from another container, from its metadata (or, where
 * there is none, from its path): pax, or cpio newc. */
UVP_MUST_USE enum uvp_code uvp_tar_make(const struct uvp_entry *entry,
                                        enum uvp_container target, uint64_t size_bytes,
                                        struct uvp_buf *out, struct uvp_error *err);

enum uvp_cpio_dialect {
    UVP_CPIO_UNKNOWN = 0,
    UVP_CPIO_NEWC,
    UVP_CPIO_CRC,
    UVP_CPIO_ODC,
    UVP_CPIO_BINARY_LITTLE,
    UVP_CPIO_BINARY_BIG,
};

enum uvp_cpio_dialect uvp_cpio_dialect(struct uvp_span head);
size_t uvp_cpio_padding(enum uvp_cpio_dialect dialect, uint64_t body_bytes);
/* Changes size and check sum where they stand. */
UVP_MUST_USE enum uvp_code uvp_cpio_patch(unsigned char *head, size_t head_bytes,
                                          struct uvp_span body, struct uvp_error *err);
/* The check sum of a crc member's body is what its head says; true for other dialects. */
bool uvp_cpio_check(struct uvp_span head, struct uvp_span body);
/* Appends a header with name and padding; numbers are cut to what the dialect has room for, a
 * size that is too large is refused. Of crc members the check sum is 0 until it is patched. */
struct uvp_cpio_fields {
    uint32_t ino, mode, uid, gid, nlink, mtime, size, devmajor, devminor;
};
UVP_MUST_USE enum uvp_code uvp_cpio_make(enum uvp_cpio_dialect dialect,
                                         const struct uvp_cpio_fields *fields, const char *name,
                                         struct uvp_buf *out, struct uvp_error *err);

/* The metadata that a tar's or cpio's head holds; the caller frees it. */
UVP_MUST_USE enum uvp_code uvp_tar_read_head(struct uvp_span head, enum uvp_container container,
                                             struct archive_entry **metadata,
                                             struct uvp_error *err);

#endif
