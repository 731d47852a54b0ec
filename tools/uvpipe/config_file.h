/*
 * config_file.h -- the text of a configuration file, line by line
 *
 * Why:     what a line means is the business of others (config_layers.c); this knows only the
 *          shape: sections, keys, values, comments, quotes.
 * Use:     uvp_config_file_parse over all of the text; uvp_config_value_write for the way back.
 * Owner:   values are copied into the arena; sections and keys lie in the text.
 * Threads: pure functions.
 * Limits:  UVP_CONFIG_FILE_BYTES of UTF-8; a NUL byte is refused.
 */
#ifndef UVP_TOOLS_CONFIG_FILE_H
#define UVP_TOOLS_CONFIG_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/buf.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/span.h"

#define UVP_CONFIG_FILE_BYTES ((size_t)1 << 20)

struct uvp_config_line {
    struct uvp_span section; /* no bytes: before the first heading */
    struct uvp_span key;     /* no bytes: this line is the heading itself */
    const char *value;       /* without its quotes */
    uint32_t number;         /* from 1 */
};

/* Not UVP_OK ends the parse with that code. */
typedef enum uvp_code (*uvp_config_line_fn)(void *ctx, const struct uvp_config_line *line,
                                            struct uvp_error *err);

/*
 * Calls `take` for each heading and each key, in order. *number is the line it came to, also
 * when it fails; 0: the text as a whole.
 *
 * Returns: UVP_OK, UVP_USAGE, UVP_NO_MEMORY, or what `take` returned
 */
UVP_MUST_USE enum uvp_code uvp_config_file_parse(struct uvp_span text, struct uvp_arena *arena,
                                                 uvp_config_line_fn take, void *ctx,
                                                 uint32_t *number, struct uvp_error *err);

/* A value as it must stand in a file to be read as it is: in quotes where it needs them. */
UVP_MUST_USE enum uvp_code uvp_config_value_write(struct uvp_buf *text, const char *value,
                                                  struct uvp_error *err);

#endif
