/*
 * inflate.h -- raw deflate undone piece by piece
 *
 * Why:     where the end of a compressed member is not known, or a member is too long to be
 *          held, it has to be inflated in steps; whole members go through a faster library.
 * Formats: RFC 1951, through zlib.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_ARCHIVE_INFLATE_H
#define UVP_FORMATS_ARCHIVE_INFLATE_H

#include <stdbool.h>
#include <zlib.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/span.h"

struct uvp_inflate {
    z_stream zlib;
    struct uvp_mem *mem;
    bool open;
};

/* Must not be moved once started (the library points back into it). */
void uvp_inflate_init(struct uvp_inflate *state, struct uvp_mem *mem);
void uvp_inflate_release(struct uvp_inflate *state);

/* Begins a new member. */
UVP_MUST_USE enum uvp_code uvp_inflate_start(struct uvp_inflate *state, struct uvp_error *err);

/*
 * Inflates from `in` to `out` until one of them is used up or the last block has ended; *used
 * and *made say how far it came.
 *
 * Returns: UVP_OK, UVP_END after the last block, UVP_BAD_DATA, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_inflate_run(struct uvp_inflate *state, struct uvp_span in,
                                           size_t *used, unsigned char *out, size_t out_bytes,
                                           size_t *made, struct uvp_error *err);

#endif
