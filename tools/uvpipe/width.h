/*
 * width.h -- how many columns a text takes on a terminal, and how to cut it to fit
 *
 * Why:     a character may take two columns or none, and a line that is one column too long
 *          wraps and cannot be redrawn.
 * Threads: pure functions of the text and of LC_CTYPE, which process.c sets once.
 * Limits:  where wcwidth(3) and the terminal disagree (ligatures of emoji), the width told here
 *          is rather too large.
 */
#ifndef UVP_TOOLS_WIDTH_H
#define UVP_TOOLS_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0, 1 or 2. */
unsigned uvp_width_of_character(uint32_t character);

/* Of UTF-8 without control characters; each byte that is not UTF-8 counts 1. */
unsigned uvp_width_of(const char *text);

/*
 * `text` in at most `columns`: whole, or with its middle left out. Its end, which tells more in
 * a path, gets the larger part. With `utf8` false whatever is not ASCII becomes '?'.
 *
 * Returns: the length written, without the NUL; what does not fit into `room` is left out
 */
size_t uvp_width_cut(char *out, size_t room, const char *text, unsigned columns, bool utf8);

#endif
