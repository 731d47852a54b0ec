/*
 * options.h -- settings from all layers, read into what a run needs to know
 *
 * Why:     one const table (options_table.c) drives parsing, configuration files, environment,
 *          --help and completion.
 * Use:     uvp_options_load, or uvp_options_parse; look at `action`; uvp_options_settle; run;
 *          release.
 * Owner:   the lists, and texts that come from files, are the options'; every other text is
 *          argv's or the environment's and must outlive them.
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
#include "stages/recipe.h"
#include "stages/settings.h"
#include "tools/uvpipe/criteria.h"
#include "tools/uvpipe/tint.h"

#define UVP_OPTIONS_SHAPES_MOST 64

/* What the first word asks for. */
enum uvp_command {
    UVP_COMMAND_STREAM = 0, /* no such word: unwrap */
    UVP_COMMAND_CHECK,
    UVP_COMMAND_CACHE,
    UVP_COMMAND_LIST,
    UVP_COMMAND_COMPARE,
    UVP_COMMAND_GEN,
    UVP_COMMAND_RENDER,
    UVP_COMMAND_ANALYZE,
    UVP_COMMAND_OPTIMIZE,
    UVP_COMMAND_EXPLAIN,
    UVP_COMMAND_COUNT
};

enum uvp_action {
    UVP_ACTION_RUN = 0,
    UVP_ACTION_HELP,
    UVP_ACTION_VERSION,
    UVP_ACTION_LIST_OPTIONS, /* the table, as JSON */
    UVP_ACTION_COMPLETION,   /* the table, for a shell */
    UVP_ACTION_PRINT_CONFIG, /* what is set, and where */
};

struct uvp_config;
struct uvp_manifest;
struct uvp_grid;

/* What of two inputs may differ; bits. */
enum uvp_ignore {
    UVP_IGNORE_UVS = 1,
    UVP_IGNORE_GEOMETRY = 2,
    UVP_IGNORE_ORDER = 4,
    UVP_IGNORE_OTHERS = 8,
};

struct uvp_compare_options {
    double tolerance;         /* between UVs, in sides of the page */
    unsigned ignored;         /* uvp_ignore bits */
    struct uvp_criteria gate; /* of the differences between figures */
};

/* --progress */
enum uvp_progress_when {
    UVP_PROGRESS_AUTO = 0, /* drawn on a terminal; else lines, of a run that lasts */
    UVP_PROGRESS_PLAIN,
    UVP_PROGRESS_JSON,
    UVP_PROGRESS_NEVER,
};

/* What is asked of an analysis besides the settings. */
struct uvp_analyze_options {
    struct uvp_criteria gate;
    bool csv;
};

struct uvp_options {
    enum uvp_command command;
    enum uvp_action action;
    unsigned shell; /* --completion: enum uvp_shell */
    struct uvp_settings settings;
    struct uvp_pipeline_options line;
    uint64_t workers_asked; /* --workers N */
    bool workers_given;     /* a number, not auto */
    bool readers_given;
    enum uvp_trace_level level; /* what is told on stderr */
    enum uvp_progress_when progress;
    uint64_t progress_interval_ns; /* 0: as is usual */
    enum uvp_color color;
    const char *report_path;  /* NULL: none */
    const char *webpage_path; /* NULL: none */
    bool json;                /* what goes to stdout */
    struct uvp_compare_options compare;
    struct uvp_making making; /* gen */
    const struct uvp_shape_kind *shapes[UVP_OPTIONS_SHAPES_MOST];
    bool made_format_given;
    bool lists_shapes;
    struct uvp_analyze_options analyze;
    struct uvp_mem *mem;
    const char **inputs; /* the lists behind settings: one block, which begins here */
    const char **include;
    const char **exclude;
    size_t lists_bytes;

    /* about options themselves */
    bool low_memory;               /* --preset low-memory */
    const char *config_path;       /* --config */
    bool no_config;                /* --no-config */
    bool print_json;               /* --print-config=json */
    const char *params_path;       /* --params */
    const char *manifest_path;     /* --params-from */
    struct uvp_manifest *manifest; /* what it says; NULL: not given */
    struct uvp_config *config;     /* what was said, by whom */

    const char **grid; /* optimize: --grid */
    uint32_t grid_count;
    const char *metric;
    const char *save_params;    /* NULL: not to be saved */
    const char *save_manifest;  /* likewise */
    struct uvp_grid *made_grid; /* what grid and metric come to; in the config's arena */
};

/*
 * Reads all of argv[1..], and below it in rank the environment, the configuration file and the
 * preset: docs/configuration.md. Parsing ends early at --help, --version and --list-options,
 * which win over what follows them, and over all files. `environment` is as `environ`; NULL:
 * none, and no file but that of --config.
 *
 * Returns: UVP_OK
 *          UVP_USAGE      the text says which option is wrong, where, and how
 *          UVP_IO         a configuration file that cannot be read
 *          UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_options_load(struct uvp_options *options, int argc,
                                            char *const *argv, char *const *environment,
                                            struct uvp_mem *mem, struct uvp_error *err);

/* The same without an environment. */
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

/* The table as one JSON object, for programs (options_json.c); docs/configuration.md. */
UVP_MUST_USE enum uvp_code uvp_options_json(struct uvp_buf *text, struct uvp_error *err);

/* ---- the table ---- */

#define UVP_FOR(command) (1U << (command))
#define UVP_FOR_ALL (UVP_FOR(UVP_COMMAND_COUNT) - 1)
#define UVP_FOR_STREAM UVP_FOR(UVP_COMMAND_STREAM)
#define UVP_FOR_CHECK UVP_FOR(UVP_COMMAND_CHECK)
#define UVP_FOR_CACHE UVP_FOR(UVP_COMMAND_CACHE)
#define UVP_FOR_LIST UVP_FOR(UVP_COMMAND_LIST)
#define UVP_FOR_COMPARE UVP_FOR(UVP_COMMAND_COMPARE)
#define UVP_FOR_OPTIMIZE UVP_FOR(UVP_COMMAND_OPTIMIZE)
#define UVP_FOR_ATLAS (UVP_FOR_STREAM | UVP_FOR_OPTIMIZE) /* make atlases, and write them */
#define UVP_FOR_GEN UVP_FOR(UVP_COMMAND_GEN)
#define UVP_FOR_READING (UVP_FOR_LINE & ~UVP_FOR_GEN) /* those that have inputs */
#define UVP_FOR_RENDER UVP_FOR(UVP_COMMAND_RENDER)
#define UVP_FOR_WRITERS (UVP_FOR_STREAM | UVP_FOR_GEN | UVP_FOR_RENDER) /* with an output */
#define UVP_FOR_ANALYZE UVP_FOR(UVP_COMMAND_ANALYZE)
#define UVP_FOR_PRINTING                                                                       \
    (UVP_FOR_CHECK | UVP_FOR_LIST | UVP_FOR_COMPARE | UVP_FOR_ANALYZE | UVP_FOR_OPTIMIZE)
#define UVP_FOR_OUTPUT (UVP_FOR_WRITERS | UVP_FOR_OPTIMIZE) /* with one, if asked for */
#define UVP_FOR_EXPLAIN UVP_FOR(UVP_COMMAND_EXPLAIN)
#define UVP_FOR_LINE (UVP_FOR_ALL & ~(UVP_FOR_EXPLAIN | UVP_FOR_CACHE)) /* run the line */

enum uvp_option_trait {
    UVP_OPTION_LIST = 1,  /* each time adds a value */
    UVP_OPTION_COUNT = 2, /* a flag that may be given several times */
    UVP_OPTION_BARE = 4,  /* on the command line only: no key of files and environment */
    UVP_OPTION_MAY = 8,   /* its value may be left out, and follows '=' in the same word */
    UVP_OPTION_MESH = 16, /* can differ from mesh to mesh: --params, --params-from */
    UVP_OPTION_OPEN = 32, /* `choices` are not all there is: the setter judges */
    UVP_OPTION_WORDS = 64 /* a list of choices, with commas; the setter judges */
};

/*
 * A row. What is not said is 0 or NULL. A flag (argument NULL) is only set when it is on: how
 * it is switched off again needs no setter.
 */
struct uvp_option {
    unsigned commands;    /* that take it; bits */
    const char *name;     /* without the dashes; NULL ends the table */
    char letter;          /* 0: none */
    const char *argument; /* how --help calls its value; NULL: takes none */
    const char *group;    /* heading in --help */
    const char *help;     /* lines parted by '\n' */
    /* `value` is NULL for an option without one. */
    enum uvp_code (*set)(struct uvp_options *options, const char *value, struct uvp_error *err);
    unsigned traits;            /* bits */
    const char *fallback;       /* the value when nobody says one; NULL: not set */
    const char *const *choices; /* words it accepts, up to a NULL; NULL: no such list */
    const char *undoes;         /* a flag that is off once this one is on */
};

extern const struct uvp_option uvp_option_table[];

/* Rows in the table. */
size_t uvp_option_count_all(void);

/* The row that this command takes; else one of another command, to say so; else NULL. */
const struct uvp_option *uvp_option_find(enum uvp_command command, const char *name,
                                         size_t bytes);
const struct uvp_option *uvp_option_find_letter(enum uvp_command command, char letter);

/* How many letters must change to make one of the other; far more for what is not near. */
unsigned uvp_option_distance(const char *name, size_t bytes, const char *other);

/* The name most like this one among those the command takes; NULL: none is near. */
const char *uvp_option_near(enum uvp_command command, const char *name, size_t bytes);

static inline bool uvp_option_is_for(const struct uvp_option *row, enum uvp_command command)
{
    return (row->commands & UVP_FOR(command)) != 0;
}

/* Judges the value by the row's choices, and sets it. */
UVP_MUST_USE enum uvp_code uvp_option_apply(const struct uvp_option *row,
                                            struct uvp_options *options, const char *value,
                                            struct uvp_error *err);

/* ---- for setters ---- */

/*
 * What a flag of single meshes is to be: NULL or "yes", or "no", which only parameters of
 * meshes say. Setters of rows with UVP_OPTION_MESH and no argument ask for it.
 */
bool uvp_option_is_on(const char *value);

/* UVP_USAGE: "--NAME VALUE: expected EXPECTED". */
enum uvp_code uvp_option_refuse(struct uvp_error *err, const char *name, const char *value,
                                const char *expected);

/* The place of the value in a list of words that holds it: uvp_option_apply has seen to it. */
unsigned uvp_option_choice(const char *const *choices, const char *value);

/* A whole number from `least` to `most`; false, and *number as it was, for anything else. */
UVP_MUST_USE bool uvp_option_count(const char *value, uint64_t least, uint64_t most,
                                   uint32_t *number);

#endif
