/*
 * zip_body.h -- a member's contents decoded in steps
 *
 * Why:     for a member too long to be held, on its way into another kind of archive.
 * Use:     begin; step, telling how much of the body is at hand, until it returns UVP_END.
 * Owner:   eats the feed: the stored bytes are skipped, not passed.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_ARCHIVE_ZIP_BODY_H
#define UVP_FORMATS_ARCHIVE_ZIP_BODY_H

#include "formats/archive/feed.h"
#include "formats/archive/inflate.h"
#include "formats/archive/zip_format.h"

struct uvp_zip_body {
    struct uvp_feed *feed;
    struct uvp_block_pool *pool;
    struct uvp_inflate inflate;
    bool deflated;
    bool over;
    uint64_t used; /* stored bytes eaten */
    uint64_t made; /* bytes given */
    uint32_t crc;  /* of them */
};

void uvp_zip_body_init(struct uvp_zip_body *body, struct uvp_feed *feed,
                       struct uvp_block_pool *pool, struct uvp_mem *mem);
void uvp_zip_body_release(struct uvp_zip_body *body);

UVP_MUST_USE enum uvp_code uvp_zip_body_begin(struct uvp_zip_body *body, bool deflated,
                                              struct uvp_error *err);

/*
 * Eats at most `sure` bytes, which are body and ahead in the feed, and adds at most about a
 * block to `decoded`.
 *
 * Returns: UVP_OK, UVP_END (deflate data is over), UVP_BAD_DATA, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_zip_body_step(struct uvp_zip_body *body, uint64_t sure,
                                             struct uvp_slices *decoded, struct uvp_error *err);

#endif
