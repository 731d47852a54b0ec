/*
 * config_print.h -- what is set, and by whom, as a text that is itself a configuration file
 *
 * Threads: confined.
 */
#ifndef UVP_TOOLS_CONFIG_PRINT_H
#define UVP_TOOLS_CONFIG_PRINT_H

#include "tools/uvpipe/options.h"

/* The text of --print-config; docs/configuration.md. Read back, it sets the same. */
UVP_MUST_USE enum uvp_code uvp_config_print(const struct uvp_options *options,
                                            struct uvp_buf *text, struct uvp_error *err);

/* The same as one JSON object. */
UVP_MUST_USE enum uvp_code uvp_config_print_json(const struct uvp_options *options,
                                                 struct uvp_buf *text, struct uvp_error *err);

#endif
