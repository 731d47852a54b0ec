/*
 * status.h -- result codes and the one way to make a failure
 *
 * Why:     every function that can fail says so the same way, with words a user can act on.
 * Use:     return uvp_fail(err, UVP_BAD_DATA, line, "index %ld of %u", index, count);
 *          UVP_TRY(call) in functions that own nothing at that point.
 * Owner:   a struct uvp_error is the caller's; filling it needs no memory.
 * Threads: an error belongs to one thread at a time.
 */
#ifndef UVP_PIPELINE_BASE_STATUS_H
#define UVP_PIPELINE_BASE_STATUS_H

#include <stdarg.h>
#include <stdint.h>

#define UVP_MUST_USE __attribute__((warn_unused_result))
#define UVP_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

enum uvp_code {
    UVP_OK = 0,
    UVP_END,         /* nothing more will come; not a failure */
    UVP_NO_MEMORY,   /* the allocator returned nothing */
    UVP_LIMIT,       /* a limit set by the user was reached */
    UVP_IO,          /* the system refused a read or a write */
    UVP_BAD_DATA,    /* the input breaks its own format */
    UVP_UNSUPPORTED, /* well formed, but we do not do this */
    UVP_DEGENERATE,  /* the geometry has no answer */
    UVP_CANCELLED,   /* asked to stop */
    UVP_USAGE,       /* the caller or the user asked wrongly */
    UVP_BUG,         /* we are wrong; please report */
    UVP_CODE_COUNT
};

struct uvp_error {
    enum uvp_code code;
    int sys;        /* errno, or 0 */
    uint64_t at;    /* byte, line or face, as the text says */
    char text[160]; /* one line, no newline, no program name */
};

/*
 * Fills `err` (when not NULL and when it holds no failure yet: the first one stays) and
 * returns `code`, so that a failure is made and returned in one line.
 */
enum uvp_code uvp_fail(struct uvp_error *err, enum uvp_code code, uint64_t at,
                       const char *format, ...) UVP_PRINTF(4, 5);

/* As uvp_fail, with errno value `sys` kept and its meaning appended to the text. */
enum uvp_code uvp_fail_sys(struct uvp_error *err, enum uvp_code code, int sys, uint64_t at,
                           const char *format, ...) UVP_PRINTF(5, 6);

/* Makes `err` hold no failure. NULL allowed. */
void uvp_error_clear(struct uvp_error *err);

/* The stable name of a code, such as "bad-data"; used in reports. Never NULL. */
const char *uvp_code_name(enum uvp_code code);

#define UVP_TRY(call)                                                                          \
    do {                                                                                       \
        const enum uvp_code uvp_try_code_ = (call);                                            \
        if (uvp_try_code_ != UVP_OK) {                                                         \
            return uvp_try_code_;                                                              \
        }                                                                                      \
    } while (0)

#endif
