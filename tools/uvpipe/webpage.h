/*
 * webpage.h -- the report of a run as a page for people: --report-html
 *
 * Why:     one file that anybody can open anywhere, with all that is known of a run, and a look
 *          at its worst meshes.
 * Use:     init; open; member while the line runs; timeline when it has ended, before the
 *          pipeline is destroyed; run, last; close.
 * Shape:   webpage_asset.h's head; script elements with members as they come; timelines,
 *          exhibits and the run; its tail. docs/report-html.md is for those who read it.
 * Owner:   owns the file, which gets its name when it is complete.
 * Threads: confined to the writer's thread while the line runs, then to the main thread.
 * Limits:  memory is that of one chunk of members and of the exhibits.
 */
#ifndef UVP_TOOLS_WEBPAGE_H
#define UVP_TOOLS_WEBPAGE_H

#include "pipeline/pipeline.h"
#include "stages/record.h"
#include "tools/uvpipe/ledger.h"
#include "tools/uvpipe/options.h"
#include "tools/uvpipe/outbox.h"
#include "tools/uvpipe/podium.h"
#include "tools/uvpipe/webpage_rows.h"
#include "tools/uvpipe/whole_file.h"

struct uvp_webpage {
    struct uvp_mem *mem;
    const struct uvp_options *options;
    struct uvp_outbox outbox; /* not open: there is no page, every call does nothing */
    struct uvp_whole_file file;
    struct uvp_webpage_rows rows;
    struct uvp_podium podium;
    bool finished; /* all of it was written */
};

/* A page that is not there, until it is opened. */
void uvp_webpage_init(struct uvp_webpage *page, struct uvp_mem *mem);

/* Begins the file when options ask for one; else the page goes on doing nothing. */
UVP_MUST_USE enum uvp_code uvp_webpage_open(struct uvp_webpage *page,
                                            const struct uvp_options *options,
                                            struct uvp_error *err);

void uvp_webpage_member(struct uvp_webpage *page, const struct uvp_record *record);

/* The least of the members whose exhibits are kept, once no more fit in; NULL before. */
const struct uvp_podium_place *uvp_webpage_bar(const struct uvp_webpage *page);

void uvp_webpage_timeline(struct uvp_webpage *page, const struct uvp_pipeline *pipeline);

/* `ledger` need not be open: it knows what else there is to be told of a run. */
void uvp_webpage_run(struct uvp_webpage *page, const struct uvp_ledger *ledger,
                     const struct uvp_figures *figures, const struct uvp_ending *ending);

/* Gives the file its name, if uvp_webpage_run was called and all went well; else nothing is
 * left behind. Returns the first failure of any of the calls above, or of closing now. */
UVP_MUST_USE enum uvp_code uvp_webpage_close(struct uvp_webpage *page, struct uvp_error *err);

#endif
