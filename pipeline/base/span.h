/*
 * span.h -- borrowed bytes: a pointer and a length
 *
 * Owner:   never; whoever hands out a span says how long it lives.
 */
#ifndef UVP_PIPELINE_BASE_SPAN_H
#define UVP_PIPELINE_BASE_SPAN_H

#include <stddef.h>
#include <string.h>

struct uvp_span {
    const unsigned char *data;
    size_t bytes;
};

static inline struct uvp_span uvp_span_of(const void *data, size_t bytes)
{
    struct uvp_span span = {(const unsigned char *)data, bytes};
    return span;
}

static inline struct uvp_span uvp_span_of_text(const char *text)
{
    return uvp_span_of(text, strlen(text));
}

static inline int uvp_span_equal(struct uvp_span a, struct uvp_span b)
{
    return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.data, b.data, a.bytes) == 0);
}

#endif
