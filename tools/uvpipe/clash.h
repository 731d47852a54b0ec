/*
 * clash.h -- files that would be read and written over in one run
 *
 * Why:     a report emptied before it is read as an input, or an archive that is appended to
 *          itself and never ends, is a mistake that costs the user's data.
 * Limits:  regular files only, known by device and number; what is inside of a folder is not
 *          looked at.
 * Threads: before any.
 */
#ifndef UVP_TOOLS_CLASH_H
#define UVP_TOOLS_CLASH_H

#include "tools/uvpipe/options.h"

/* Returns UVP_OK, or UVP_USAGE when a report or standard output is an input as well, or two of
 * what is written are one file. */
UVP_MUST_USE enum uvp_code uvp_clash_check(const struct uvp_options *options,
                                           struct uvp_error *err);

#endif
