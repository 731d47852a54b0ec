/*
 * config.h -- what was said about each option, and who said it last with most weight
 *
 * Why:     settings come from several layers. Each is kept as text beside its source until all
 *          are known; only then the options are filled, so that nothing depends on the order in
 *          which the layers were read, and what was decided can be told.
 * Use:     create; set from each layer, in any order; apply; ask; destroy.
 * Owner:   texts given must outlive it, or be copied into its arena first.
 * Threads: confined; read-only while the line runs.
 */
#ifndef UVP_TOOLS_CONFIG_H
#define UVP_TOOLS_CONFIG_H

#include "tools/uvpipe/options.h"

/* From weak to strong. */
enum uvp_layer {
    UVP_LAYER_BUILTIN = 0,
    UVP_LAYER_PRESET,
    UVP_LAYER_FILE,    /* what every command reads */
    UVP_LAYER_SECTION, /* of this command, in the same file */
    UVP_LAYER_PARAMS,
    UVP_LAYER_ENVIRONMENT,
    UVP_LAYER_COMMAND_LINE,
};

struct uvp_source {
    enum uvp_layer layer;
    const char *name; /* preset, file, variable; NULL: none */
    uint32_t line;    /* 0: none */
};

struct uvp_config_value {
    const char *text;
    struct uvp_config_value *next;
};

/* What holds for one row. */
struct uvp_setting {
    struct uvp_source source;
    struct uvp_config_value *first; /* the values of a list; else one, or none: not set */
    struct uvp_config_value *last;
    uint32_t count; /* how often a flag was given; values otherwise */
};

struct uvp_config {
    enum uvp_command command;
    struct uvp_mem *mem;
    struct uvp_arena texts;
    struct uvp_setting *settings; /* one for each row of the table */
    size_t rows;
    struct uvp_setting inputs;
    const char *path; /* the file that was read; NULL: none */
};

UVP_MUST_USE enum uvp_code uvp_config_create(struct uvp_mem *mem, struct uvp_config **config,
                                             struct uvp_error *err);
/* NULL allowed. */
void uvp_config_destroy(struct uvp_config *config);

/* A row gets what it is when nobody says anything. */
UVP_MUST_USE enum uvp_code uvp_config_begin(struct uvp_config *config, enum uvp_command command,
                                            struct uvp_error *err);

/*
 * Takes what a layer says, unless a stronger one has spoken. Lists grow within a layer, and
 * replace those of weaker ones. `value` is "yes" or "no", or a number, for a flag; NULL takes
 * the option back to what it is when nobody says anything.
 *
 * Returns: UVP_OK, UVP_USAGE, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_config_set(struct uvp_config *config,
                                          const struct uvp_option *row, const char *value,
                                          const struct uvp_source *source,
                                          struct uvp_error *err);

/*
 * As set, but judges the value first, also when the row is not for this command or a stronger
 * layer has spoken: a mistake is one all the same. `trial` is what setters are tried on, and
 * shows what was said of rows that are on the command line only.
 */
UVP_MUST_USE enum uvp_code uvp_config_say(struct uvp_config *config, struct uvp_options *trial,
                                          const struct uvp_option *row, const char *value,
                                          const struct uvp_source *source,
                                          struct uvp_error *err);

/* Only tries the value. */
UVP_MUST_USE enum uvp_code uvp_config_judge(const struct uvp_option *row, const char *value,
                                            struct uvp_options *trial, struct uvp_error *err);

UVP_MUST_USE enum uvp_code uvp_config_add_input(struct uvp_config *config, const char *path,
                                                struct uvp_error *err);

static inline struct uvp_setting *uvp_config_of(const struct uvp_config *config,
                                                const struct uvp_option *row)
{
    return &config->settings[row - uvp_option_table];
}

/* Values of lists, of all rows together, and inputs: what room is needed for them. */
size_t uvp_config_list_values(const struct uvp_config *config);

/* Calls the setters of all rows that are set. A failure names the source. */
UVP_MUST_USE enum uvp_code uvp_config_apply(const struct uvp_config *config,
                                            struct uvp_options *options, struct uvp_error *err);

/* Makes "FILE:LINE: text" or the like of a failure; of the command line: the text alone. */
UVP_MUST_USE enum uvp_code uvp_config_blame(const struct uvp_source *source,
                                            const struct uvp_error *inner,
                                            struct uvp_error *err);

/* "built-in", "preset low-memory", "PATH:3", "UVPIPE_WORKERS", "command line". */
void uvp_source_text(const struct uvp_source *source, char *out, size_t room);

#endif
