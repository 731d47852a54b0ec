/*
 * gauge_json.h -- a reading of the gauge as an object of JSON, for programs that watch a run
 *
 * Form:    docs/report.md, "progress".
 * Threads: confined.
 */
#ifndef UVP_TOOLS_GAUGE_JSON_H
#define UVP_TOOLS_GAUGE_JSON_H

#include "tools/uvpipe/gauge.h"
#include "tools/uvpipe/outbox.h"

/* `exit_code`: NULL while the run lasts; else this object is the last one. */
void uvp_gauge_tell(const struct uvp_gauge_reading *reading, const struct uvp_progress *counts,
                    const int *exit_code, struct uvp_outbox *outbox);

#endif
