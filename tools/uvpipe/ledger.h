/*
 * ledger.h -- the report of a run as JSON, one object a line, for programs
 *
 * Why:     which member came to what, in numbers that can be added up. docs/report.md is the
 *          schema.
 * Use:     init; open; member and warning while the line runs; run, last, with the exit code;
 * close. Owner:   owns the file. A file that cannot be written to the end is said to be by
 * close. Threads: confined to the writer's thread while the line runs, then to the main thread.
 * Limits:  one object is in memory at a time, and up to 64 KiB of text.
 */
#ifndef UVP_TOOLS_LEDGER_H
#define UVP_TOOLS_LEDGER_H

#include "stages/record.h"
#include "tools/uvpipe/json_object.h"
#include "tools/uvpipe/options.h"
#include "tools/uvpipe/outbox.h"
#include "tools/uvpipe/summary.h"

struct uvp_manifest;
struct uvp_json_object;

/* What the command adds to objects; NULL: nothing. */
struct uvp_ledger_more {
    void *ctx;
    void (*member)(void *ctx, const struct uvp_record *record, struct uvp_json_object *object);
    void (*run)(void *ctx, struct uvp_json_object *object);
};

struct uvp_ledger {
    const struct uvp_manifest *manifest; /* what differs from member to member; NULL: nothing */
    struct uvp_outbox outbox; /* not open: there is no report, every call does nothing */
    struct uvp_ledger_more more;
};

/* A ledger that writes nothing, until it is opened. */
void uvp_ledger_init(struct uvp_ledger *ledger, struct uvp_mem *mem);

/* Empties or creates the file. `path` NULL: it goes on writing nothing. */
UVP_MUST_USE enum uvp_code uvp_ledger_open(struct uvp_ledger *ledger, const char *path,
                                           struct uvp_error *err);

/* Standard output instead of a file. */
void uvp_ledger_take_stdout(struct uvp_ledger *ledger);

void uvp_ledger_member(struct uvp_ledger *ledger, const struct uvp_record *record);
void uvp_ledger_warning(struct uvp_ledger *ledger, const char *input,
                        const struct uvp_error *warning);

/* What the last object tells besides the figures. */
struct uvp_ending {
    int exit_code;
    int signal;                      /* 0: none */
    const struct uvp_error *failure; /* of the run, or code UVP_OK */
};

/* The last object, for others to write; the ledger need not be open. Finish it with
 * uvp_json_finish or uvp_json_value. */
struct uvp_json_object uvp_ledger_run_object(const struct uvp_ledger *ledger,
                                             const struct uvp_options *options,
                                             const struct uvp_figures *figures,
                                             const struct uvp_ending *ending);

void uvp_ledger_run(struct uvp_ledger *ledger, const struct uvp_options *options,
                    const struct uvp_figures *figures, const struct uvp_ending *ending);

/* Returns the first failure of any of the calls above, or of writing and closing now. */
UVP_MUST_USE enum uvp_code uvp_ledger_close(struct uvp_ledger *ledger, struct uvp_error *err);

#endif
