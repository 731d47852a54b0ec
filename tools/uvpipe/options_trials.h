/*
 * options_trials.h -- the setters of what `optimize` tries
 *
 * Use:     as uvp_option.set; see options.h. What they mean is judged by uvp_grid_make.
 */
#ifndef UVP_TOOLS_OPTIONS_TRIALS_H
#define UVP_TOOLS_OPTIONS_TRIALS_H

#include "tools/uvpipe/options.h"

#define UVP_DEFAULT_METRIC "seams.relative=0.02,packing.square=-1,stretch.l2=5"

enum uvp_code uvp_option_grid(struct uvp_options *options, const char *value,
                              struct uvp_error *err);
enum uvp_code uvp_option_metric(struct uvp_options *options, const char *value,
                                struct uvp_error *err);
enum uvp_code uvp_option_save_params(struct uvp_options *options, const char *value,
                                     struct uvp_error *err);
enum uvp_code uvp_option_save_manifest(struct uvp_options *options, const char *value,
                                       struct uvp_error *err);

#endif
