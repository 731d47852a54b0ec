/*
 * cli_run.h -- one run of the line, from settled options to an exit code
 *
 * Owner:   borrows everything.
 * Threads: once in a process: it takes the signals.
 */
#ifndef UVP_TOOLS_CLI_RUN_H
#define UVP_TOOLS_CLI_RUN_H

#include "pipeline/base/mem.h"
#include "tools/uvpipe/options.h"
#include "tools/uvpipe/report.h"

/* Runs, tells how it went, and returns the exit code. */
int uvp_cli_run(const struct uvp_options *options, struct uvp_report *report,
                struct uvp_mem *mem);

#endif
