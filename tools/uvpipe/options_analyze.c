#include "tools/uvpipe/options_analyze.h"

#include "tools/uvpipe/options_atlas.h"

#define LEAST_TEXELS 16
#define MOST_COVERAGE_TEXELS 8192

enum uvp_code uvp_option_gate(struct uvp_options *options, const char *value,
                              struct uvp_error *err)
{
    return uvp_criteria_parse(&options->analyze.gate, value, err);
}

enum uvp_code uvp_option_csv(struct uvp_options *options, const char *value,
                             struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->analyze.csv = true;
    return UVP_OK;
}

enum uvp_code uvp_option_islands(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->settings.analysis.islands = true;
    return UVP_OK;
}

enum uvp_code uvp_option_coverage_res(struct uvp_options *options, const char *value,
                                      struct uvp_error *err)
{
    if (!uvp_option_count(value, LEAST_TEXELS, MOST_COVERAGE_TEXELS,
                          &options->settings.analysis.coverage_texels)) {
        return uvp_option_refuse(err, "coverage-res", value, "a number from 16 to 8192");
    }
    return UVP_OK;
}

/* Atlases that are made are made for it, too. */
enum uvp_code uvp_option_measured_res(struct uvp_options *options, const char *value,
                                      struct uvp_error *err)
{
    UVP_TRY(uvp_option_resolution(options, value, err));
    options->settings.analysis.resolution_texels = options->settings.atlas.resolution_texels;
    return UVP_OK;
}
