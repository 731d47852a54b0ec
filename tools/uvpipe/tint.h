/*
 * tint.h -- colours and marks, where the terminal has them
 *
 * Why:     one place knows NO_COLOR, CLICOLOR, TERM and the user's locale; the rest asks for a
 *          colour and gets nothing where there is none.
 * Use:     uvp_tint_wanted and uvp_tint_is_utf8 at the start; begin and end around words.
 * Threads: the first two from the main thread at the start; the rest are pure.
 */
#ifndef UVP_TOOLS_TINT_H
#define UVP_TOOLS_TINT_H

#include <stdbool.h>

/* --color */
enum uvp_color {
    UVP_COLOR_AUTO = 0,
    UVP_COLOR_ALWAYS,
    UVP_COLOR_NEVER,
};

enum uvp_tint {
    UVP_TINT_PLAIN = 0,
    UVP_TINT_BOLD,
    UVP_TINT_DIM,
    UVP_TINT_BAD,
    UVP_TINT_GOOD,
    UVP_TINT_WARNING,
    UVP_TINT_BAR,
};

/*
 * The first that applies decides: always and never; NO_COLOR that is not empty: no;
 * CLICOLOR_FORCE that is neither empty nor 0: yes; no terminal, one that cannot be steered, or
 * CLICOLOR=0: no; else yes.
 */
bool uvp_tint_wanted(enum uvp_color color, bool terminal);

/* TERM says that lines can be cleared and drawn again. */
bool uvp_tint_can_steer(void);

/* What the locale's name promises, when the system does not know the locale: ".UTF-8". */
bool uvp_tint_names_utf8(const char *locale);

/* LC_ALL, LC_CTYPE or LANG: the first that is not empty; "C" when none is. */
const char *uvp_tint_locale(void);

/* True when marks beyond ASCII can be shown; process.c finds out once, before it sets the
 * locale for names. */
bool uvp_tint_is_utf8(void);
void uvp_tint_set_utf8(bool utf8);

/* "" without colour. */
const char *uvp_tint_begin(bool color, enum uvp_tint tint);
const char *uvp_tint_end(bool color, enum uvp_tint tint);

#endif
