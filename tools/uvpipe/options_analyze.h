/*
 * options_analyze.h -- the setters of the options of analyze
 *
 * Why:     the table (options_table.c) holds what is the program's own; these write into the
 *          analysis' settings and the gate.
 * Use:     as uvp_option.set; see options.h.
 */
#ifndef UVP_TOOLS_OPTIONS_ANALYZE_H
#define UVP_TOOLS_OPTIONS_ANALYZE_H

#include "tools/uvpipe/options.h"

enum uvp_code uvp_option_gate(struct uvp_options *options, const char *value,
                              struct uvp_error *err);
enum uvp_code uvp_option_csv(struct uvp_options *options, const char *value,
                             struct uvp_error *err);
enum uvp_code uvp_option_islands(struct uvp_options *options, const char *value,
                                 struct uvp_error *err);
enum uvp_code uvp_option_coverage_res(struct uvp_options *options, const char *value,
                                      struct uvp_error *err);
enum uvp_code uvp_option_measured_res(struct uvp_options *options, const char *value,
                                      struct uvp_error *err);

#endif
