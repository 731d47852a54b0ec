/*
 * ticker.h -- progress while a run lasts: drawn on a terminal, as lines for a log, as JSON
 *
 * Use:     begin before the line starts; tick every 100 ms; hear each member; clear when the
 *          line has been taken apart; finish with the last figures; release.
 * Owner:   the report draws on the ticker's screen from begin to clear.
 * Threads: hear from the writer's; the rest from the main thread. `mutex` protects the last
 *          member, which goes from one to the other.
 */
#ifndef UVP_TOOLS_TICKER_H
#define UVP_TOOLS_TICKER_H

#include "pipeline/pipeline.h"
#include "pipeline/thread.h"
#include "tools/uvpipe/gauge.h"
#include "tools/uvpipe/options.h"
#include "tools/uvpipe/outbox.h"
#include "tools/uvpipe/report.h"
#include "tools/uvpipe/screen.h"

enum uvp_ticker_mode {
    UVP_TICKER_SILENT = 0,
    UVP_TICKER_DRAWN,
    UVP_TICKER_PLAIN,
    UVP_TICKER_LATE, /* plain, but only of a run that lasts */
    UVP_TICKER_JSON,
};

struct uvp_ticker {
    enum uvp_ticker_mode mode;
    struct uvp_report *report;
    uint64_t interval_ns; /* 0: as is usual */
    uint64_t began_ns;
    uint64_t due_ns;
    bool told; /* at least one plain line */
    bool has_mutex;
    struct uvp_mutex mutex;
    struct uvp_gauge_last last;
    struct uvp_gauge_tally tally; /* the main thread's */
    struct uvp_gauge gauge;
    struct uvp_screen screen;
    struct uvp_outbox objects;
};

/* `prints`: the command writes a table to stdout; on a terminal that is progress enough. */
void uvp_ticker_begin(struct uvp_ticker *ticker, const struct uvp_options *options, bool prints,
                      struct uvp_report *report, struct uvp_mem *mem);

void uvp_ticker_hear(struct uvp_ticker *ticker, const struct uvp_record *record);

/* Shows what is due. */
void uvp_ticker_tick(struct uvp_ticker *ticker, const struct uvp_progress *progress,
                     const struct uvp_pipeline *line);

/* Takes the status away: what is printed from now on stays. */
void uvp_ticker_clear(struct uvp_ticker *ticker);

/* The last object of JSON. Frees. */
void uvp_ticker_finish(struct uvp_ticker *ticker, const struct uvp_progress *progress,
                       int exit_code);

/* When the next plain line is due, that many nanoseconds after the run began; `late`: of a run
 * nobody asked about. */
uint64_t uvp_ticker_next(uint64_t after_ns, bool late);

#endif
