/*
 * options_atlas.h -- the setters of the options that shape the atlas
 *
 * Why:     the table (options_table.c) holds what is the program's own; these write into
 *          struct uvp_atlas_options, and know its ranges.
 * Use:     as uvp_option.set; see options.h.
 */
#ifndef UVP_TOOLS_OPTIONS_ATLAS_H
#define UVP_TOOLS_OPTIONS_ATLAS_H

#include "tools/uvpipe/options.h"

enum uvp_code uvp_option_max_stretch(struct uvp_options *options, const char *value,
                                     struct uvp_error *err);
enum uvp_code uvp_option_max_chart_triangles(struct uvp_options *options, const char *value,
                                             struct uvp_error *err);
enum uvp_code uvp_option_seams(struct uvp_options *options, const char *value,
                               struct uvp_error *err);
enum uvp_code uvp_option_keep_charts(struct uvp_options *options, const char *value,
                                     struct uvp_error *err);
enum uvp_code uvp_option_whole_charts(struct uvp_options *options, const char *value,
                                      struct uvp_error *err);
enum uvp_code uvp_option_fix_winding(struct uvp_options *options, const char *value,
                                     struct uvp_error *err);
enum uvp_code uvp_option_resolution(struct uvp_options *options, const char *value,
                                    struct uvp_error *err);
enum uvp_code uvp_option_padding(struct uvp_options *options, const char *value,
                                 struct uvp_error *err);
enum uvp_code uvp_option_texels_per_unit(struct uvp_options *options, const char *value,
                                         struct uvp_error *err);
enum uvp_code uvp_option_pages(struct uvp_options *options, const char *value,
                               struct uvp_error *err);
enum uvp_code uvp_option_pack_effort(struct uvp_options *options, const char *value,
                                     struct uvp_error *err);

/* What these options mean together; UVP_USAGE when that is nothing. */
UVP_MUST_USE enum uvp_code uvp_options_check_atlas(const struct uvp_options *options,
                                                   struct uvp_error *err);

#endif
