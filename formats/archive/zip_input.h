/*
 * zip_input.h -- what the parts of the zip reader share
 *
 * Why:     two ways lead over the same members: by the directory, or by the local headers.
 * Use:     by zip_input.c, zip_member.c, zip_listed.c and zip_scanned.c only.
 */
#ifndef UVP_FORMATS_ARCHIVE_ZIP_INPUT_H
#define UVP_FORMATS_ARCHIVE_ZIP_INPUT_H

#include "formats/archive/container.h"
#include "formats/archive/feed.h"
#include "formats/archive/zip_body.h"
#include "formats/archive/zip_directory.h"
#include "formats/archive/zip_scan.h"

#define UVP_ZIP_STEP_BYTES ((uint64_t)UVP_BLOCK_BYTES) /* what is gone over at once */
#define UVP_ZIP_STEP_OUT_BYTES ((uint64_t)16 << 20)    /* of what it inflates to */
#define UVP_ZIP_REST_MOST_BYTES ((uint64_t)64 << 10)   /* what may follow an archive */
#define UVP_ZIP_DAMAGED_METHOD UINT16_C(0xffff)        /* of a member without a header */

/* The member `next` has told of last. */
struct uvp_zip_member {
    bool open;  /* bytes of it may be left in the feed */
    bool known; /* body_bytes and tail_bytes are */
    bool reading;
    uint64_t at;
    uint32_t head_bytes;
    uint64_t body_bytes;
    uint32_t tail_bytes;
    uint64_t size_bytes;
    uint32_t crc;
    uint32_t mode; /* Unix; 0: not known */
    uint16_t method;
    uint16_t flags;
    uint16_t time;
    uint16_t date;
    enum uvp_entry_type type;
    const char *why_not;
};

struct uvp_zip_input {
    struct uvp_input base;
    struct uvp_feed feed;
    struct uvp_zip_directory directory;
    struct uvp_zip_scan scan;
    struct uvp_zip_body body;
    struct uvp_zip_tally seen;
    struct uvp_zip_member now;
    struct uvp_buf head; /* its local header */
    struct uvp_buf name; /* its path and a NUL */
    size_t next_record;
    uint64_t base_at; /* offset in the input of the stream's first byte */
    bool prepared;
    bool listed; /* the directory leads */
    bool over;
    struct uvp_error failure;
};

/* ---- zip_member.c ---- */

void uvp_zip_warn(struct uvp_zip_input *zip, uint64_t at, const char *text);

/* Passes `bytes`; a stream that ends before is a failure once all it had was passed. */
UVP_MUST_USE enum uvp_code uvp_zip_pass_bytes(struct uvp_zip_input *zip, uint64_t bytes,
                                              struct uvp_error *err);
/* Looks for the end of a member whose end is not known yet. */
UVP_MUST_USE enum uvp_code uvp_zip_scan_on(struct uvp_zip_input *zip, uint64_t in, uint64_t out,
                                           struct uvp_error *err);
/* The offset up to which bytes are the member's for certain. */
uint64_t uvp_zip_sure_end(const struct uvp_zip_input *zip);
/* Goes over about a block of the member, or all the rest of it. */
UVP_MUST_USE enum uvp_code uvp_zip_pass_step(struct uvp_zip_input *zip, bool *more,
                                             struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_zip_finish_member(struct uvp_zip_input *zip,
                                                 struct uvp_error *err);

/* Brings the local header at the feed's place, which may take `room` bytes, into `head`; *whole
 * is false when there is none. */
UVP_MUST_USE enum uvp_code uvp_zip_read_local(struct uvp_zip_input *zip, uint64_t room,
                                              struct uvp_zip_local *local, bool *whole,
                                              struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_zip_keep_name(struct uvp_zip_input *zip, uint32_t name_bytes,
                                             struct uvp_error *err);
void uvp_zip_begin_member(struct uvp_zip_input *zip, const struct uvp_zip_local *local);
enum uvp_entry_type uvp_zip_type_of(const struct uvp_zip_input *zip);
void uvp_zip_tell(struct uvp_zip_input *zip, struct uvp_header *header);

/* ---- zip_listed.c ---- */

/* Reads the directory where there is random access; sets `listed` when it can be used. */
UVP_MUST_USE enum uvp_code uvp_zip_prepare(struct uvp_zip_input *zip, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_zip_load_directory(struct uvp_zip_input *zip,
                                                  struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_zip_next_listed(struct uvp_zip_input *zip,
                                               struct uvp_header *header,
                                               struct uvp_error *err);
/* What to make of `bytes` bytes behind the end of the archive. */
UVP_MUST_USE enum uvp_code uvp_zip_judge_rest(struct uvp_zip_input *zip, uint64_t after,
                                              uint64_t bytes, uint32_t signature,
                                              struct uvp_error *err);

/* ---- zip_scanned.c ---- */

UVP_MUST_USE enum uvp_code uvp_zip_next_scanned(struct uvp_zip_input *zip,
                                                struct uvp_header *header,
                                                struct uvp_error *err);

#endif
