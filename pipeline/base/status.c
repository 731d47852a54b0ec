/*
 * The first failure wins: what follows a failure is usually its consequence, and the cause is
 * what a user can act on.
 */
#include "pipeline/base/status.h"

#include <stdio.h>
#include <string.h>

static const char *const code_names[UVP_CODE_COUNT] = {
    [UVP_OK] = "ok",
    [UVP_END] = "end",
    [UVP_NO_MEMORY] = "no-memory",
    [UVP_LIMIT] = "limit",
    [UVP_IO] = "io",
    [UVP_BAD_DATA] = "bad-data",
    [UVP_UNSUPPORTED] = "unsupported",
    [UVP_DEGENERATE] = "degenerate",
    [UVP_CANCELLED] = "cancelled",
    [UVP_USAGE] = "usage",
    [UVP_BUG] = "bug",
};

/* strerror_r comes in two shapes: POSIX fills the buffer, GNU returns the text. */
static const char *posix_reason(int result, const char *reason)
{
    return result == 0 ? reason : "unknown reason";
}

static const char *gnu_reason(const char *result, const char *reason)
{
    (void)reason;
    return result;
}

static void append_sys_text(char *text, size_t room, int sys)
{
    char reason[80] = "";
    const size_t used = strlen(text);
    const char *const words =
        _Generic(strerror_r(sys, reason, sizeof reason), int
                 : posix_reason, default
                 : gnu_reason)(strerror_r(sys, reason, sizeof reason), reason);

    (void)snprintf(text + used, room - used, ": %s", words);
}

UVP_PRINTF(5, 0)
static void fill(struct uvp_error *err, enum uvp_code code, int sys, uint64_t at,
                 const char *format, va_list args)
{
    if (err == NULL || err->code != UVP_OK) {
        return;
    }
    err->code = code;
    err->sys = sys;
    err->at = at;
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    if (sys != 0) {
        append_sys_text(err->text, sizeof err->text, sys);
    }
}

enum uvp_code uvp_fail(struct uvp_error *err, enum uvp_code code, uint64_t at,
                       const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, code, 0, at, format, args);
    va_end(args);
    return code;
}

enum uvp_code uvp_fail_sys(struct uvp_error *err, enum uvp_code code, int sys, uint64_t at,
                           const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, code, sys, at, format, args);
    va_end(args);
    return code;
}

void uvp_error_clear(struct uvp_error *err)
{
    if (err != NULL) {
        memset(err, 0, sizeof *err);
    }
}

const char *uvp_code_name(enum uvp_code code)
{
    if ((unsigned)code >= UVP_CODE_COUNT) {
        return "unknown";
    }
    return code_names[code];
}
