/*
 * options.h -- the command line, read into what a run needs to know
 *
 * Why:     one const table (options_table.c) drives parsing, --help and completion.
 * Use:     uvp_options_parse; look at `action`; uvp_options_settle; run; release.
 * Owner:   the lists are the options'; every text is argv's and must outlive them.
 * Threads: confined; read-only while the line runs.
 */
#ifndef UVP_TOOLS_OPTIONS_H
#define UVP_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/buf.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/trace.h"
#include "pipeline/pipeline.h"
#include "stages/settings.h"

#define UVP_DEFAULT_MEMORY_BYTES ((size_t)512 << 20)
#define UVP_DEFAULT_MEMBER_TIMEOUT_NS (UINT64_C(60) * 1000000000)
#define UVP_DEFAULT_RESOLUTION 1024
#define UVP_DEFAULT_PADDING 2

/* What the first word asks for. */
enum uvp_command {
    UVP_COMMAND_STREAM = 0, /* no such word: unwrap */
    UVP_COMMAND_CHECK,
    UVP_COMMAND_LIST,
    UVP_COMMAND_COUNT
};

enum uvp_action {
    UVP_ACTION_RUN = 0,
    UVP_ACTION_HELP,
    UVP_ACTION_VERSION,
};

struct uvp_options {
    enum uvp_command command;
    enum uvp_action action;
    struct uvp_settings settings;
    struct uvp_pipeline_options line;
    uint64_t workers_asked; /* --workers N */
    bool workers_given;     /* a number, not auto */
    bool readers_given;
    bool existing_given;
    enum uvp_trace_level level; /* what is told on stderr */
    bool progress;              /* when stderr is a terminal */
    const char *report_path;    /* NULL: none */
    bool json;                  /* what goes to stdout */
    struct uvp_mem *mem;
    const char **inputs; /* the lists behind settings: one block, which begins here */
    const char **include;
    const char **exclude;
    size_t lists_bytes;
};

/*
 * Reads all of argv[1..]. Parsing ends early at --help or --version, which win over what
 * follows them.
 *
 * Returns: UVP_OK
 *          UVP_USAGE      the text says which option is wrong, and how
 *          UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_options_parse(struct uvp_options *options, int argc,
                                             char *const *argv, struct uvp_mem *mem,
                                             struct uvp_error *err);

/*
 * Turns "auto" and the defaults into numbers for a machine with `cpus` CPUs.
 *
 * Returns: true when fewer workers are started than were asked for
 */
bool uvp_options_settle(struct uvp_options *options, uint32_t cpus);

/* NULL-safe on what parse did not fill: a zeroed struct may be released. */
void uvp_options_release(struct uvp_options *options);

/* The text of --help (help.c). */
UVP_MUST_USE enum uvp_code uvp_options_help(enum uvp_command command, struct uvp_buf *text,
                                            struct uvp_error *err);

/* ---- the table ---- */

#define UVP_FOR(command) (1U << (command))
#define UVP_FOR_ALL (UVP_FOR(UVP_COMMAND_COUNT) - 1)
#define UVP_FOR_STREAM UVP_FOR(UVP_COMMAND_STREAM)
#define UVP_FOR_CHECK UVP_FOR(UVP_COMMAND_CHECK)
#define UVP_FOR_LIST UVP_FOR(UVP_COMMAND_LIST)

struct uvp_option {
    unsigned commands;    /* that take it; bits */
    const char *name;     /* without the dashes; NULL ends the table */
    char letter;          /* 0: none */
    const char *argument; /* how --help calls its value; NULL: takes none */
    const char *group;    /* heading in --help */
    const char *help;     /* lines parted by '\n' */
    /* `value` is NULL for an option without one. */
    enum uvp_code (*set)(struct uvp_options *options, const char *value, struct uvp_error *err);
};

extern const struct uvp_option uvp_option_table[];

/* ---- for setters ---- */

/* UVP_USAGE: "--NAME VALUE: expected EXPECTED". */
enum uvp_code uvp_option_refuse(struct uvp_error *err, const char *name, const char *value,
                                const char *expected);

/* A whole number from `least` to `most`; false, and *number as it was, for anything else. */
UVP_MUST_USE bool uvp_option_count(const char *value, uint64_t least, uint64_t most,
                                   uint32_t *number);

#endif
