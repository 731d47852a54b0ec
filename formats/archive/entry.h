/*
 * entry.h -- one archive member held in memory, and how it is rendered anew
 *
 * Shape:   `raw` is the member exactly as it stood in its archive: head (headers), body
 *          (stored form), tail (padding or data descriptor), one after the other.
 * Owner:   an entry owns its slices, path and metadata.
 * Threads: confined; moves from reader to worker to writer with its parcel.
 */
#ifndef UVP_FORMATS_ARCHIVE_ENTRY_H
#define UVP_FORMATS_ARCHIVE_ENTRY_H

#include <stdbool.h>

#include "formats/archive/blocks.h"
#include "pipeline/base/buf.h"
#include "pipeline/base/stop.h"

struct archive_entry; /* libarchive's */

enum uvp_container {
    UVP_CONTAINER_PLAIN = 0, /* a file that is no archive: one member */
    UVP_CONTAINER_TAR,
    UVP_CONTAINER_CPIO,
    UVP_CONTAINER_ZIP,
    UVP_CONTAINER_SEVENZIP, /* read only */
    UVP_CONTAINER_FOLDER,   /* a folder tree on disk */
    UVP_CONTAINER_COUNT
};

const char *uvp_container_name(enum uvp_container container);
bool uvp_container_by_name(const char *name, enum uvp_container *container);

enum uvp_entry_type {
    UVP_ENTRY_FILE = 0,
    UVP_ENTRY_FOLDER,
    UVP_ENTRY_LINK,  /* symbolic or hard */
    UVP_ENTRY_OTHER, /* devices, fifos */
};

#define UVP_PATH_INSIDE 112

/* Must not be copied or moved by value (path and raw may point into it). */
struct uvp_entry {
    enum uvp_container container;
    enum uvp_entry_type type;
    char *path; /* NUL-terminated, any bytes else; never NULL */
    size_t path_bytes;
    size_t path_capacity;              /* of `path` when it is from mem, else 0 */
    char path_inside[UVP_PATH_INSIDE]; /* where a short path is kept */
    uint64_t at;                       /* offset of `raw` in the input (after decompression) */
    struct uvp_slices raw;
    uint32_t head_bytes;
    uint64_t body_bytes; /* stored form */
    uint32_t tail_bytes;
    uint64_t size_bytes; /* of the file itself */
    /* zip only */
    uint16_t zip_method;
    uint16_t zip_flags;
    uint32_t zip_crc;
    unsigned cpio_dialect; /* of a new member's neighbours; 0: newc */
    /* metadata for other containers; NULL unless asked for at open (`keep_metadata`) */
    struct archive_entry *metadata;
    struct uvp_mem *mem;
};

void uvp_entry_init(struct uvp_entry *entry, struct uvp_mem *mem);
void uvp_entry_release(struct uvp_entry *entry);
/* Empties it for the next member and keeps its memory. */
void uvp_entry_reset(struct uvp_entry *entry);
UVP_MUST_USE enum uvp_code uvp_entry_set_path(struct uvp_entry *entry, const char *path,
                                              size_t path_bytes, struct uvp_error *err);

/* `to` (empty) becomes the same member, without metadata; the bytes are shared, not copied. */
UVP_MUST_USE enum uvp_code uvp_entry_share(const struct uvp_entry *from, struct uvp_entry *to,
                                           struct uvp_error *err);

/* How many bytes it took in its archive; right also when `raw` was given back already. */
static inline uint64_t uvp_entry_stored_bytes(const struct uvp_entry *entry)
{
    return entry->head_bytes + entry->body_bytes + entry->tail_bytes;
}

/*
 * The file's bytes in one piece: lent from the block when they lie there whole and plain, else
 * copied or inflated into `store` (its ceiling bounds the size). Checksums are verified; 64
 * readable bytes follow. The span lives as long as entry and store.
 *
 * Returns: UVP_OK
 *          UVP_BAD_DATA    checksum or size is wrong, or the stored form is damaged
 *          UVP_UNSUPPORTED a compression method or encryption we do not read
 *          UVP_LIMIT, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_entry_load(const struct uvp_entry *entry, struct uvp_buf *store,
                                          struct uvp_span *body, struct uvp_error *err);

/*
 * Fills `side` (which is empty) with a new file beside `entry`: its path is the entry's and
 * `suffix`; mode, owner and times are the entry's as far as they are known. It has no raw
 * bytes, and is rendered and written as members from elsewhere are.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_LIMIT, UVP_UNSUPPORTED (its head cannot be read)
 */
UVP_MUST_USE enum uvp_code uvp_entry_beside(const struct uvp_entry *entry, const char *suffix,
                                            struct uvp_entry *side, struct uvp_error *err);

/*
 * Makes the entry a new file that comes from no archive, under `path`: readable by all, written
 * by its owner (root), of 1980-01-01. Rendered and written as members from elsewhere are.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_LIMIT
 */
UVP_MUST_USE enum uvp_code uvp_entry_make(struct uvp_entry *entry, const char *path,
                                          size_t path_bytes, struct uvp_error *err);

/* What the output's directory needs to know of a member that was rendered. */
struct uvp_rendered {
    uint64_t stored_bytes;
    uint64_t size_bytes;
    uint32_t head_bytes; /* local header */
    uint32_t crc;
    uint16_t method;
};

struct uvp_render_options {
    enum uvp_container target;
    int zip_level; /* deflate level 1..12; 0: the default */
};

/*
 * Appends the whole member in the form of `options->target` with `body` as its contents: name,
 * mode, owner, times and extended attributes kept. Same container: the original headers
 * patched. Another one: from `metadata`. (`body` may be the entry's own loaded bytes.)
 */
UVP_MUST_USE enum uvp_code uvp_entry_render(const struct uvp_entry *entry, struct uvp_span body,
                                            const struct uvp_render_options *options,
                                            struct uvp_buf *out, struct uvp_rendered *rendered,
                                            struct uvp_error *err);

#endif
