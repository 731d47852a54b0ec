/*
 * completion.h -- what shells need to complete our command line, made from the option table
 *
 * Why:     a list that is kept by hand would lag behind; this one cannot.
 * Use:     uvp_completion_write; the build does so for what is installed (--completion).
 */
#ifndef UVP_TOOLS_COMPLETION_H
#define UVP_TOOLS_COMPLETION_H

#include "tools/uvpipe/options.h"

enum uvp_shell { UVP_SHELL_BASH = 0, UVP_SHELL_ZSH, UVP_SHELL_FISH, UVP_SHELL_COUNT };

/* "bash", ... in the order of the enum, up to a NULL. */
extern const char *const uvp_shell_words[];

/* Returns: UVP_OK, UVP_NO_MEMORY */
UVP_MUST_USE enum uvp_code uvp_completion_write(enum uvp_shell shell, struct uvp_buf *text,
                                                struct uvp_error *err);

/* The setter of --completion. */
enum uvp_code uvp_option_completion(struct uvp_options *options, const char *value,
                                    struct uvp_error *err);

#endif
