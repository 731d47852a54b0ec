#include "tools/uvpipe/presets.h"

#include <string.h>

#define WORD_BYTES 24

/* Figures: docs/options.md, "Presets of the run". */
const struct uvp_preset_value uvp_preset_values[] = {
    {"low-memory", "workers", "1"},
    {"low-memory", "readers", "1"},
    {"low-memory", "memory", "32M"},
    {"low-memory", "queue", "2"},
    {NULL, NULL, NULL},
};

const char *const uvp_preset_words[] = {"fast", "balanced", "best", "low-memory", NULL};

static bool is_engine_word(const char *word, enum uvp_atlas_preset *preset)
{
    for (int i = 0; i < UVP_ATLAS_PRESET_COUNT; i++) {
        if (strcmp(word, uvp_atlas_preset_name((enum uvp_atlas_preset)i)) == 0) {
            *preset = (enum uvp_atlas_preset)i;
            return true;
        }
    }
    return false;
}

/* False for a word that is none, or there twice. */
static bool take_word(const char *word, struct uvp_options *options, bool *has_engine)
{
    if (is_engine_word(word, &options->settings.atlas.preset)) {
        const bool first = !*has_engine;
        *has_engine = true;
        return first;
    }
    if (strcmp(word, "low-memory") == 0 && !options->low_memory) {
        options->low_memory = true;
        return true;
    }
    return false;
}

enum uvp_code uvp_option_preset(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    const char *at = value;
    bool has_engine = false;

    options->settings.atlas.preset = UVP_ATLAS_BALANCED;
    options->low_memory = false;
    for (;;) {
        const size_t bytes = strcspn(at, ",");
        char word[WORD_BYTES] = "";

        if (bytes < sizeof word) {
            memcpy(word, at, bytes);
        }
        if (!take_word(word, options, &has_engine)) {
            return uvp_option_refuse(err, "preset", value,
                                     "fast, balanced or best, and low-memory, with a comma");
        }
        if (at[bytes] == '\0') {
            return UVP_OK;
        }
        at += bytes + 1;
    }
}
