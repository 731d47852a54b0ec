/*
 * base64.h -- bytes in data URIs (RFC 4648, section 4)
 *
 * Owner:   nothing is allocated.
 * Threads: no state.
 */
#ifndef UVP_FORMATS_MESH_BASE64_H
#define UVP_FORMATS_MESH_BASE64_H

#include <stdbool.h>

#include "pipeline/base/span.h"

/* The most bytes that `text_bytes` of base64 hold. */
static inline size_t uvp_base64_room(size_t text_bytes)
{
    return text_bytes / 4 * 3 + 3;
}

/* Characters that `bytes` take, padding included; `bytes` below SIZE_MAX / 2. */
static inline size_t uvp_base64_text_bytes(size_t bytes)
{
    return (bytes + 2) / 3 * 4;
}

/*
 * Padding may be missing; nothing else may be wrong. False when something is, and *bytes is
 * then undefined. `to` has room for uvp_base64_room.
 */
bool uvp_base64_read(struct uvp_span text, unsigned char *to, size_t *bytes);

/* Writes uvp_base64_text_bytes characters and returns the place behind them. */
unsigned char *uvp_base64_write(unsigned char *to, struct uvp_span bytes);

#endif
