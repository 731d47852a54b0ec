/*
 * presets.h -- names for several settings at once
 *
 * Why:     how much work goes into an atlas is the engine's own preset; how much of the machine
 *          a run takes is a matter of options, which these names stand for. docs/options.md has
 *          what was measured.
 * Use:     uvp_preset_word over the words of --preset; uvp_preset_values for the settings.
 * Threads: pure functions.
 */
#ifndef UVP_TOOLS_PRESETS_H
#define UVP_TOOLS_PRESETS_H

#include "tools/uvpipe/options.h"

struct uvp_preset_value {
    const char *preset;
    const char *option;
    const char *value;
};

/* Up to a row without a preset. Options that a command does not take are passed over. */
extern const struct uvp_preset_value uvp_preset_values[];

/* Every word --preset accepts, up to a NULL. */
extern const char *const uvp_preset_words[];

/*
 * The setter of --preset: one word of the engine's, and any of the others, with commas. What
 * the others stand for is not set here: config_layers.c does, below all that is said outright.
 */
enum uvp_code uvp_option_preset(struct uvp_options *options, const char *value,
                                struct uvp_error *err);

#endif
