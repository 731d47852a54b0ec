/*
 * options_webpage.h -- --report-html and what goes with it
 *
 * Threads: as options.h.
 */
#ifndef UVP_TOOLS_OPTIONS_WEBPAGE_H
#define UVP_TOOLS_OPTIONS_WEBPAGE_H

#include "tools/uvpipe/options.h"

/* In the order of enum uvp_worst. */
extern const char *const uvp_worst_words[];

enum uvp_code uvp_option_report_html(struct uvp_options *options, const char *value,
                                     struct uvp_error *err);
enum uvp_code uvp_option_report_html_meshes(struct uvp_options *options, const char *value,
                                            struct uvp_error *err);
enum uvp_code uvp_option_report_html_worst(struct uvp_options *options, const char *value,
                                           struct uvp_error *err);

/* "stretch", ... */
const char *uvp_option_worst_name(enum uvp_worst worst);

/* What a page needs of the run, once all options are known. */
void uvp_options_settle_webpage(struct uvp_options *options);

#endif
