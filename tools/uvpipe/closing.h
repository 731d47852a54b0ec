/*
 * closing.h -- what a run came to, for the eyes: the last lines on a terminal
 *
 * Why:     figures in columns can be compared from run to run at a glance; files and pipes keep
 *          the two long lines that scripts may look at.
 * Threads: pure function.
 */
#ifndef UVP_TOOLS_CLOSING_H
#define UVP_TOOLS_CLOSING_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/uvpipe/summary.h"

#define UVP_CLOSING_BYTES 2048

/* Lines of at most 79 columns, each with its newline; the first one goes behind "uvpipe: ". */
void uvp_closing_text(char out[UVP_CLOSING_BYTES], const struct uvp_figures *figures,
                      bool color);

#endif
