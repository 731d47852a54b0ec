/*
 * options_render.h -- the setters of the options that shape a picture
 *
 * Why:     these write into struct uvp_picture_options, and know its ranges.
 * Use:     as uvp_option.set; see options.h.
 */
#ifndef UVP_TOOLS_OPTIONS_RENDER_H
#define UVP_TOOLS_OPTIONS_RENDER_H

#include "tools/uvpipe/options.h"

/* The words of each, up to a NULL. */
extern const char *const uvp_what_words[];
extern const char *const uvp_colour_words[];
extern const char *const uvp_views_words[];
extern const char *const uvp_up_words[];
extern const char *const uvp_hide_words[];
extern const char *const uvp_turn_words[];

enum uvp_code uvp_option_what(struct uvp_options *options, const char *value,
                              struct uvp_error *err);
enum uvp_code uvp_option_colour(struct uvp_options *options, const char *value,
                                struct uvp_error *err);
enum uvp_code uvp_option_svg(struct uvp_options *options, const char *value,
                             struct uvp_error *err);
enum uvp_code uvp_option_size(struct uvp_options *options, const char *value,
                              struct uvp_error *err);
enum uvp_code uvp_option_views(struct uvp_options *options, const char *value,
                               struct uvp_error *err);
enum uvp_code uvp_option_up(struct uvp_options *options, const char *value,
                            struct uvp_error *err);
enum uvp_code uvp_option_turn(struct uvp_options *options, const char *value,
                              struct uvp_error *err);
enum uvp_code uvp_option_checker(struct uvp_options *options, const char *value,
                                 struct uvp_error *err);
enum uvp_code uvp_option_background(struct uvp_options *options, const char *value,
                                    struct uvp_error *err);
enum uvp_code uvp_option_hide(struct uvp_options *options, const char *value,
                              struct uvp_error *err);
enum uvp_code uvp_option_unwrap_missing(struct uvp_options *options, const char *value,
                                        struct uvp_error *err);

/* What the name of the output says: a file called .svg is one. */
void uvp_options_settle_render(struct uvp_options *options);

/* What these options mean together; UVP_USAGE when that is nothing. */
UVP_MUST_USE enum uvp_code uvp_options_check_render(const struct uvp_options *options,
                                                    struct uvp_error *err);

#endif
