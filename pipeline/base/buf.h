/*
 * buf.h -- a growing byte buffer with a ceiling
 *
 * Use:     init; append, or reserve and write at the end and commit; release.
 * Owner:   the buffer owns its bytes; uvp_buf_span lends them until the next call.
 * Threads: confined; may be handed over with its contents.
 * Limits:  never more than `ceiling_bytes` (0: only mem's own limit).
 */
#ifndef UVP_PIPELINE_BASE_BUF_H
#define UVP_PIPELINE_BASE_BUF_H

#include <stddef.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/span.h"
#include "pipeline/base/status.h"

struct uvp_buf {
    struct uvp_mem *mem;
    unsigned char *data;
    size_t bytes;
    size_t capacity;
    size_t ceiling_bytes;
};

void uvp_buf_init(struct uvp_buf *buf, struct uvp_mem *mem, size_t ceiling_bytes);
void uvp_buf_release(struct uvp_buf *buf);

/* Empties it and keeps the memory. */
void uvp_buf_reset(struct uvp_buf *buf);

/*
 * Makes room for `more` bytes after the end; write them at data + bytes and add to `bytes`.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, or UVP_LIMIT when the ceiling would be passed
 */
UVP_MUST_USE enum uvp_code uvp_buf_reserve(struct uvp_buf *buf, size_t more,
                                           struct uvp_error *err);

/* As reserve, but takes no more memory than needed: for a size known in advance. */
UVP_MUST_USE enum uvp_code uvp_buf_reserve_exact(struct uvp_buf *buf, size_t more,
                                                 struct uvp_error *err);

UVP_MUST_USE enum uvp_code uvp_buf_append(struct uvp_buf *buf, const void *data, size_t bytes,
                                          struct uvp_error *err);

/* The contents move to `to` (released first); `from` is empty afterwards. */
void uvp_buf_move(struct uvp_buf *to, struct uvp_buf *from);

static inline struct uvp_span uvp_buf_span(const struct uvp_buf *buf)
{
    return uvp_span_of(buf->data, buf->bytes);
}

#endif
