/*
 * screen.h -- a status of up to two lines that stays below everything else that is printed
 *
 * Why:     messages come from any thread while the status is up; each must come out as a whole
 *          line above it, and leave nothing behind.
 * Form:    the cursor rests at the beginning of the status, so whatever is printed next clears
 *          what is below and needs to know nothing. Message and status go out in one write(2).
 *          The cursor is never hidden and the terminal's modes are as they were after each
 *          write: a program that is killed leaves a working terminal.
 * Use:     open; show and line in any order; close takes the status away.
 * Threads: show, line and close from any: `mutex` protects the status.
 */
#ifndef UVP_TOOLS_SCREEN_H
#define UVP_TOOLS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/thread.h"

#define UVP_SCREEN_STATUS_BYTES 4400

struct uvp_screen {
    int fd;
    bool open;
    struct uvp_mutex mutex;
    unsigned columns; /* of the terminal when the status was drawn */
    size_t bytes;     /* of the status as it was last drawn; 0: none */
    char status[UVP_SCREEN_STATUS_BYTES];
};

UVP_MUST_USE enum uvp_code uvp_screen_open(struct uvp_screen *screen, int fd,
                                           struct uvp_error *err);
void uvp_screen_close(struct uvp_screen *screen);

/* Draws the status for a terminal of so many columns; `second` is NULL for one line. */
void uvp_screen_show(struct uvp_screen *screen, unsigned columns, const char *first,
                     const char *second);

/* Prints whole lines (up to 4096 bytes, the last one a newline) above the status. */
void uvp_screen_line(struct uvp_screen *screen, const char *text, size_t bytes);

struct uvp_screen_size {
    unsigned columns;
    unsigned rows;
};

/* As the terminal is now: 80 by 24 when it does not tell. */
struct uvp_screen_size uvp_screen_size(int fd);

/* All of it, or as much as can be: a message that cannot be written has nowhere else to go. */
void uvp_screen_write(int fd, const char *data, size_t bytes);

#endif
