/*
 * trace.h -- lines for a person who looks over the program's shoulder
 *
 * Why:     libraries never print; whoever runs them may pass a listener and gets lines.
 * Use:     if (uvp_trace_on(trace, UVP_TRACE_DEBUG)) uvp_trace(trace, UVP_TRACE_DEBUG, ...);
 * Threads: `line` is called from any thread, one line a call; the listener locks.
 */
#ifndef UVP_PIPELINE_BASE_TRACE_H
#define UVP_PIPELINE_BASE_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/base/status.h"

enum uvp_trace_level {
    UVP_TRACE_ERROR = 0,
    UVP_TRACE_WARNING,
    UVP_TRACE_INFO,
    UVP_TRACE_DEBUG,
};

struct uvp_trace {
    void (*line)(void *ctx, enum uvp_trace_level level, const char *text);
    void *ctx;
    enum uvp_trace_level level; /* lines above this level are not made */
};

static inline bool uvp_trace_on(const struct uvp_trace *trace, enum uvp_trace_level level)
{
    return trace != NULL && trace->line != NULL && level <= trace->level;
}

/* Formats one line (cut at 511 bytes) and hands it to the listener. NULL trace allowed. */
void uvp_trace(const struct uvp_trace *trace, enum uvp_trace_level level, const char *format,
               ...) UVP_PRINTF(3, 4);

#endif
