/*
 * exits.h -- the exit codes, and how a run comes to one
 */
#ifndef UVP_TOOLS_EXITS_H
#define UVP_TOOLS_EXITS_H

#include <stdbool.h>

#include "pipeline/base/status.h"
#include "stages/stages.h"

enum uvp_exit {
    UVP_EXIT_OK = 0,
    UVP_EXIT_FAILURE = 1, /* do not trust the output */
    UVP_EXIT_MEMBERS =
        2, /* finished, but some member failed, was found wanting or warned about */
    UVP_EXIT_USAGE = 64,
    UVP_EXIT_SIGNAL = 128, /* + the signal's number */
};

/*
 * The exit code of a run that ended with `code`. `signal` is the one that asked to stop, or 0.
 * A run that came to its end before it noticed the signal is complete, and says so.
 */
int uvp_exit_of(enum uvp_code code, const struct uvp_error *err, int signal,
                const struct uvp_progress *progress);

/* True when whoever read the output has gone: no message is wanted then. */
bool uvp_exit_is_quiet(enum uvp_code code, const struct uvp_error *err);

/* True when every member read has come to exactly one end. */
bool uvp_exit_accounts_match(const struct uvp_progress *progress);

#endif
