/*
 * config_layers.h -- the layers below the command line: preset, files, environment
 *
 * Use:     once, when the command line has been said to the config.
 * Threads: confined.
 */
#ifndef UVP_TOOLS_CONFIG_LAYERS_H
#define UVP_TOOLS_CONFIG_LAYERS_H

#include "tools/uvpipe/config.h"

/*
 * `trial` is what the command line was tried on: it says which file to read. `environment`
 * NULL: there is none, and only a file that was named is read.
 *
 * Returns: UVP_OK, UVP_USAGE, UVP_IO, UVP_NO_MEMORY; the text names file and line, or variable
 */
UVP_MUST_USE enum uvp_code uvp_config_layers(struct uvp_config *config,
                                             struct uvp_options *trial,
                                             char *const *environment, struct uvp_error *err);

/* The text of a configuration file that is called `name`; see config_file.h. */
UVP_MUST_USE enum uvp_code uvp_config_text(struct uvp_config *config, struct uvp_options *trial,
                                           struct uvp_span text, const char *name,
                                           struct uvp_error *err);

/* All of a file of at most so many bytes, into an empty buffer. */
UVP_MUST_USE enum uvp_code uvp_config_read(const char *path, size_t most_bytes,
                                           struct uvp_buf *text, struct uvp_error *err);

#endif
