/*
 * zip_scan.h -- where a member ends whose sizes come after it
 *
 * Why:     a zip written to a pipe has its sizes in a descriptor behind each body, and nothing
 *          says how long that descriptor is, nor always where it is.
 * Use:     begin when the local header has been parsed; step until `found`. Between steps the
 *          first uvp_zip_scan_sure bytes of the body may be passed, taken or skipped.
 * Limits:  holds one inflate window; looks at most 28 bytes behind the body.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_ARCHIVE_ZIP_SCAN_H
#define UVP_FORMATS_ARCHIVE_ZIP_SCAN_H

#include "formats/archive/feed.h"
#include "formats/archive/inflate.h"
#include "formats/archive/zip_format.h"

enum uvp_zip_scan_way {
    UVP_ZIP_SCAN_INFLATE, /* the deflate data says where it ends */
    UVP_ZIP_SCAN_SEARCH,  /* stored: search for a descriptor that fits */
    UVP_ZIP_SCAN_COUNT,   /* the size is known, the descriptor's length is not */
};

struct uvp_zip_scan {
    struct uvp_feed *feed;
    struct uvp_mem *mem;
    struct uvp_inflate inflate;
    unsigned char *scratch;
    enum uvp_zip_scan_way way;
    uint64_t start;  /* input offset of the body */
    uint64_t done;   /* body bytes looked at */
    uint64_t summed; /* of them in `crc`, where the way is SEARCH */
    uint32_t crc;
    uint64_t size_bytes;
    bool zip64;
    bool may_be_bare; /* set after begin: a folder, which may have no descriptor after all */
    bool body_over;
    /* results */
    bool found;
    uint64_t body_bytes;
    uint32_t tail_bytes;
};

void uvp_zip_scan_init(struct uvp_zip_scan *scan, struct uvp_feed *feed, struct uvp_mem *mem);
void uvp_zip_scan_release(struct uvp_zip_scan *scan);

/* `local` is the member's header; its body begins at the input's offset `start`. */
UVP_MUST_USE enum uvp_code uvp_zip_scan_begin(struct uvp_zip_scan *scan,
                                              enum uvp_zip_scan_way way,
                                              const struct uvp_zip_local *local, uint64_t start,
                                              struct uvp_error *err);

/*
 * Goes on until the end is found, or `most_in` bytes were looked at, or `most_out` inflated.
 *
 * Returns: UVP_OK; UVP_BAD_DATA when there is no end; or what the stream returned
 */
UVP_MUST_USE enum uvp_code uvp_zip_scan_step(struct uvp_zip_scan *scan, uint64_t most_in,
                                             uint64_t most_out, struct uvp_error *err);

/* How many bytes from the body's start are body for certain. */
uint64_t uvp_zip_scan_sure(const struct uvp_zip_scan *scan);

struct uvp_zip_sums {
    uint32_t crc;
    uint64_t stored_bytes;
    uint64_t size_bytes;
    bool zip64;
    bool any_crc; /* the sum is not known: sizes decide */
};

/*
 * The length of the descriptor at `bytes` (what follows the body, 28 bytes or up to the end),
 * 0 when there is none that fits.
 */
uint32_t uvp_zip_descriptor_bytes(struct uvp_span bytes, const struct uvp_zip_sums *sums,
                                  uint32_t *crc);

#endif
