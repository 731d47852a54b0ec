/*
 * command.h -- what the first word of the command line asks for, and how its run is told
 *
 * Why:     the commands differ in the task of the line, in what they print for a member, and in
 *          what they sum up at the end; all else (options, progress, report, exit code) is one
 *          program. A command is a const struct in a file of its own.
 * Use:     uvp_command_of(options->command); begin before the line is built; member for each
 *          record; end when the line is taken apart; release in any case.
 * Threads: begin, end and release in the main thread; member in the writer's, while nobody else
 *          looks at the telling.
 */
#ifndef UVP_TOOLS_COMMAND_H
#define UVP_TOOLS_COMMAND_H

#include "stages/record.h"
#include "tools/uvpipe/options.h"
#include "tools/uvpipe/outbox.h"
#include "tools/uvpipe/report.h"
#include "tools/uvpipe/summary.h"

/* What a command has at hand while its run lasts. */
struct uvp_telling {
    const struct uvp_options *options;
    const struct uvp_report *report;
    struct uvp_outbox *lines; /* stdout; not open with --json, or when `prints` is false */
    struct uvp_mem *mem;
    void *state; /* the command's own; NULL until its begin made one */
};

/* True when lines are wanted that tell only that all is well: no -q. */
static inline bool uvp_telling_all(const struct uvp_telling *telling)
{
    return telling->report->level > UVP_TRACE_ERROR;
}

struct uvp_json_object;

struct uvp_command_ops {
    const char *name; /* "unwrap" for the stream, which has no word of its own */
    const char *brief; /* a line for the list of commands */
    const char *head;  /* of its --help: usage and what it does */
    const char *tail; /* examples and exit status */
    enum uvp_task task;
    /* What its words are when they are no inputs; NULL: inputs. */
    enum uvp_code (*take_words)(struct uvp_options *options, struct uvp_error *err);
    bool prints;       /* it writes lines on stdout, which is then no archive */
    bool lists_passed; /* it wants a record of every member, meshes or not */
    bool tells_passed; /* `member` is called for members that are no meshes, too */
    bool own_json;     /* --json: its own objects on `lines`, not the report's */
    uint32_t inputs;   /* so many, exactly; 0: any number */
    /* NULL allowed, each. */
    enum uvp_code (*begin)(struct uvp_telling *telling, struct uvp_error *err);
    void (*member)(struct uvp_telling *telling, const struct uvp_record *record);
    /* `complete`: the run came to its end. Sets *exit_code when all well is not all. */
    enum uvp_code (*end)(struct uvp_telling *telling, bool complete, int *exit_code,
                         struct uvp_error *err);
    void (*release)(struct uvp_telling *telling);
    /* Adds to the report's object of a member, and of the run. `member` has not heard of it. */
    void (*json_member)(struct uvp_telling *telling, const struct uvp_record *record,
                        struct uvp_json_object *object);
    void (*json_run)(struct uvp_telling *telling, struct uvp_json_object *object);
    /* Instead of a run of the line: what it prints, and its exit code; or UVP_COMMAND_RUNS. */
    int (*instead)(const struct uvp_options *options, struct uvp_report *report,
                   struct uvp_mem *mem);
};

#define UVP_COMMAND_RUNS (-1) /* no exit code: let the line run */

const struct uvp_command_ops *uvp_command_of(enum uvp_command command);

/* ---- one file each ---- */

extern const struct uvp_command_ops uvp_command_unwrap;
extern const struct uvp_command_ops uvp_command_check;
extern const struct uvp_command_ops uvp_command_cache;
extern const struct uvp_command_ops uvp_command_list;
extern const struct uvp_command_ops uvp_command_compare;
extern const struct uvp_command_ops uvp_command_gen;
extern const struct uvp_command_ops uvp_command_render;
extern const struct uvp_command_ops uvp_command_analyze;
extern const struct uvp_command_ops uvp_command_optimize;
extern const struct uvp_command_ops uvp_command_explain;

#endif
