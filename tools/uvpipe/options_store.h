/*
 * options_store.h -- the setters of the options that say what is kept of solved meshes
 *
 * Use:     as uvp_option.set; see options.h.
 */
#ifndef UVP_TOOLS_OPTIONS_STORE_H
#define UVP_TOOLS_OPTIONS_STORE_H

#include "tools/uvpipe/options.h"

enum uvp_code uvp_option_cache(struct uvp_options *options, const char *value,
                               struct uvp_error *err);
enum uvp_code uvp_option_cache_max_size(struct uvp_options *options, const char *value,
                                        struct uvp_error *err);
enum uvp_code uvp_option_cache_max_age(struct uvp_options *options, const char *value,
                                       struct uvp_error *err);
enum uvp_code uvp_option_resume(struct uvp_options *options, const char *value,
                                struct uvp_error *err);

/* What they mean together with the others. */
UVP_MUST_USE enum uvp_code uvp_options_check_store(const struct uvp_options *options,
                                                   struct uvp_error *err);

#endif
