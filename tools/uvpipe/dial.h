/*
 * dial.h -- a reading of the gauge as text: two lines for a terminal, one for a log
 *
 * Why:     a pure function of reading, width, marks and colour, so that every width can be
 *          tested: no line is ever wider than the terminal.
 * Form:    line 1: bar, share, bytes, rates, time left; line 2: counts, and the last mesh or
 * the one that takes long. What does not fit goes, the least important first; figures that
 *          change keep their width.
 * Threads: pure functions.
 */
#ifndef UVP_TOOLS_DIAL_H
#define UVP_TOOLS_DIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/uvpipe/gauge.h"

#define UVP_DIAL_MOST_COLUMNS 250
#define UVP_DIAL_LINE_BYTES 2048

struct uvp_dial_style {
    unsigned columns; /* at most so many are used */
    bool utf8;
    bool color;
};

struct uvp_dial_lines {
    char first[UVP_DIAL_LINE_BYTES];
    char second[UVP_DIAL_LINE_BYTES];
};

void uvp_dial_draw(const struct uvp_gauge_reading *reading, const struct uvp_dial_style *style,
                   struct uvp_dial_lines *lines);

/* One line without colour, for files and pipes. */
void uvp_dial_plain(char *out, size_t room, const struct uvp_gauge_reading *reading);

/* " 0:35", "1:02:03": five columns below an hour, seven below ten. */
void uvp_dial_time(char *out, size_t room, double seconds);
/* "999", "1.23k", "12.3M": five columns at most. */
void uvp_dial_count(char *out, size_t room, double value);

#endif
