/*
 * options_config.h -- the setters of the options that are about options
 *
 * Use:     as uvp_option.set; see options.h.
 */
#ifndef UVP_TOOLS_OPTIONS_CONFIG_H
#define UVP_TOOLS_OPTIONS_CONFIG_H

#include "tools/uvpipe/options.h"

enum uvp_code uvp_option_config(struct uvp_options *options, const char *value,
                                struct uvp_error *err);
enum uvp_code uvp_option_no_config(struct uvp_options *options, const char *value,
                                   struct uvp_error *err);
enum uvp_code uvp_option_params(struct uvp_options *options, const char *value,
                                struct uvp_error *err);
enum uvp_code uvp_option_params_from(struct uvp_options *options, const char *value,
                                     struct uvp_error *err);
enum uvp_code uvp_option_print_config(struct uvp_options *options, const char *value,
                                      struct uvp_error *err);
enum uvp_code uvp_option_list_options(struct uvp_options *options, const char *value,
                                      struct uvp_error *err);

#endif
