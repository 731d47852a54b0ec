/*
 * options_gen.h -- what is made: options of gen, and its words, which are shapes
 *
 * Threads: confined, as all of the options.
 */
#ifndef UVP_TOOLS_OPTIONS_GEN_H
#define UVP_TOOLS_OPTIONS_GEN_H

#include "tools/uvpipe/options.h"

extern const char *const uvp_mesh_format_words[];
extern const char *const uvp_uvs_words[];

enum uvp_code uvp_option_triangles(struct uvp_options *options, const char *value,
                                   struct uvp_error *err);
enum uvp_code uvp_option_count_members(struct uvp_options *options, const char *value,
                                       struct uvp_error *err);
enum uvp_code uvp_option_seed(struct uvp_options *options, const char *value,
                              struct uvp_error *err);
enum uvp_code uvp_option_mesh_format(struct uvp_options *options, const char *value,
                                     struct uvp_error *err);
enum uvp_code uvp_option_uvs(struct uvp_options *options, const char *value,
                             struct uvp_error *err);
enum uvp_code uvp_option_noise(struct uvp_options *options, const char *value,
                               struct uvp_error *err);

/* Turns the words into shapes, and what the output is called into its kind. */
UVP_MUST_USE enum uvp_code uvp_gen_take_words(struct uvp_options *options,
                                              struct uvp_error *err);

#endif
