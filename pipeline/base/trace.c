#include "pipeline/base/trace.h"

#include <stdarg.h>
#include <stdio.h>

void uvp_trace(const struct uvp_trace *trace, enum uvp_trace_level level, const char *format,
               ...)
{
    char text[512];
    va_list args;

    if (!uvp_trace_on(trace, level)) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    trace->line(trace->ctx, level, text);
}
