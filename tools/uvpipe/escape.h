/*
 * escape.h -- names and texts from archives, made harmless for a terminal
 *
 * Why:     a member's name is any bytes but NUL: escape sequences, newlines, broken UTF-8.
 * Threads: pure functions.
 */
#ifndef UVP_TOOLS_ESCAPE_H
#define UVP_TOOLS_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that `bytes` of text need at most when escaped, with the NUL. */
#define UVP_ESCAPE_BOUND(bytes) (4 * (size_t)(bytes) + 1)

/*
 * Copies text to `out`. Each byte of a control character, of a direction override and of
 * anything that is not UTF-8 becomes \xNN; the rest stays. What does not fit into `room`
 * (with its NUL; at least 4) is cut, and "..." says so.
 *
 * Returns: the length written, without the NUL
 */
size_t uvp_escape(char *out, size_t room, const char *text, size_t bytes);

/* As uvp_escape, but only bytes that are not UTF-8 are escaped: for JSON, which has its own
 * way with control characters. */
size_t uvp_escape_invalid(char *out, size_t room, const char *text, size_t bytes);

/* The character at `text`; returns its length, 0 when it is not UTF-8. `bytes` is not 0. */
size_t uvp_utf8_decode(const unsigned char *text, size_t bytes, uint32_t *character);

bool uvp_utf8_is_valid(const char *text, size_t bytes);

/* Lower-case base16 with a NUL; `out` has room for 2 * bytes + 1. */
void uvp_base16(char *out, const char *text, size_t bytes);

#endif
