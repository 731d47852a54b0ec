/*
 * cursor.h -- a place in text, and the small steps from there
 *
 * Why:     STL and OFF are words between gaps; what they share is here.
 * Use:     init; then ask for words, numbers and line ends. Every step stays within the bytes.
 * Owner:   borrows the bytes.
 * Threads: confined.
 * Limits:  asks its stop every 64 KiB, in gaps and comments of any length too.
 */
#ifndef UVP_FORMATS_MESH_CURSOR_H
#define UVP_FORMATS_MESH_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/span.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

#define UVP_CURSOR_POLL_BYTES ((ptrdiff_t)65536)

struct uvp_cursor {
    const unsigned char *begin;
    const unsigned char *at;
    const unsigned char *end;
    const unsigned char *next_poll;
    struct uvp_stop *stop;
};

/* A UTF-8 mark in front is stepped over. */
void uvp_cursor_init(struct uvp_cursor *cursor, struct uvp_span bytes, struct uvp_stop *stop);

/* The line of a place, from 1: counted now, for it is asked for once a failure. */
uint64_t uvp_cursor_line(const struct uvp_cursor *cursor, const unsigned char *at);

/* Fails with the line of the cursor in front of `text`. */
enum uvp_code uvp_cursor_fail(const struct uvp_cursor *cursor, enum uvp_code code,
                              const char *text, struct uvp_error *err);

UVP_MUST_USE enum uvp_code uvp_cursor_poll_now(struct uvp_cursor *cursor,
                                               struct uvp_error *err);

/* To the first byte of the line end, or to the end of the bytes. */
UVP_MUST_USE enum uvp_code uvp_cursor_seek_eol(struct uvp_cursor *cursor,
                                               struct uvp_error *err);

/* Past gaps, line ends too; with `comments` also past those from '#' to the line end. */
UVP_MUST_USE enum uvp_code uvp_cursor_skip_gaps(struct uvp_cursor *cursor, bool comments,
                                                struct uvp_error *err);

static inline enum uvp_code uvp_cursor_poll(struct uvp_cursor *cursor, struct uvp_error *err)
{
    return cursor->at < cursor->next_poll ? UVP_OK : uvp_cursor_poll_now(cursor, err);
}

static inline bool uvp_cursor_is_eol(unsigned char c)
{
    return c == '\n' || c == '\r';
}

/* Any control byte is a gap, NUL too. */
static inline bool uvp_cursor_is_gap(unsigned char c)
{
    return c <= ' ';
}

/* True at the end of a word that stops before `at`. */
static inline bool uvp_cursor_is_word_end(const unsigned char *at, const unsigned char *end)
{
    return at == end || *at <= ' ';
}

static inline const unsigned char *uvp_cursor_word_end(const unsigned char *at,
                                                       const unsigned char *end)
{
    while (at<end && * at> ' ') {
        at++;
    }
    return at;
}

/* As above, but never more than what goes without a poll: the rest is the next word. */
static inline const unsigned char *uvp_cursor_word_part(const unsigned char *at,
                                                        const unsigned char *end)
{
    return uvp_cursor_word_end(
        at, end - at < UVP_CURSOR_POLL_BYTES ? end : at + UVP_CURSOR_POLL_BYTES);
}

#endif
