#include "tools/uvpipe/options_webpage.h"

#include <string.h>

#include "tools/uvpipe/podium.h"

const char *const uvp_worst_words[] = {"stretch", "charts",    "packing",
                                       "time",    "triangles", NULL};

const char *uvp_option_worst_name(enum uvp_worst worst)
{
    return uvp_worst_words[worst];
}

enum uvp_code uvp_option_report_html(struct uvp_options *options, const char *value,
                                     struct uvp_error *err)
{
    if (*value == '\0' || strcmp(value, "-") == 0) {
        return uvp_option_refuse(err, "report-html", value, "a file");
    }
    options->webpage_path = value;
    return UVP_OK;
}

enum uvp_code uvp_option_report_html_meshes(struct uvp_options *options, const char *value,
                                            struct uvp_error *err)
{
    if (!uvp_option_count(value, 0, UVP_PODIUM_MOST, &options->settings.show_most)) {
        return uvp_option_refuse(err, "report-html-meshes", value, "0 to 100");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_report_html_worst(struct uvp_options *options, const char *value,
                                           struct uvp_error *err)
{
    (void)err;
    options->settings.show_by = (enum uvp_worst)uvp_option_choice(uvp_worst_words, value);
    return UVP_OK;
}

/* Only where there are UVs is something to be shown. */
void uvp_options_settle_webpage(struct uvp_options *options)
{
    const bool wanted = options->webpage_path != NULL;

    options->line.timeline = wanted;
    options->settings.show = wanted && (options->command == UVP_COMMAND_STREAM ||
                                        options->command == UVP_COMMAND_CHECK ||
                                        options->command == UVP_COMMAND_ANALYZE);
    options->settings.record_passed = options->settings.record_passed || wanted;
}
