#include "tools/uvpipe/options_trials.h"

#include <string.h>

enum uvp_code uvp_option_grid(struct uvp_options *options, const char *value,
                              struct uvp_error *err)
{
    if (strchr(value, '=') == NULL) {
        return uvp_option_refuse(err, "grid", value, "NAME=VALUE,VALUE,...");
    }
    if (options->grid != NULL) { /* NULL while a value is only tried */
        options->grid[options->grid_count++] = value;
    }
    return UVP_OK;
}

enum uvp_code uvp_option_metric(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    if (*value == '\0') {
        return uvp_option_refuse(err, "metric", value, "figures, such as stretch.l2,coverage");
    }
    options->metric = value;
    return UVP_OK;
}

static enum uvp_code set_file(const char *name, const char *value, const char **path,
                              struct uvp_error *err)
{
    if (*value == '\0' || strcmp(value, "-") == 0) {
        return uvp_option_refuse(err, name, value, "a file");
    }
    *path = value;
    return UVP_OK;
}

enum uvp_code uvp_option_save_params(struct uvp_options *options, const char *value,
                                     struct uvp_error *err)
{
    return set_file("save-params", value, &options->save_params, err);
}

enum uvp_code uvp_option_save_manifest(struct uvp_options *options, const char *value,
                                       struct uvp_error *err)
{
    return set_file("save-manifest", value, &options->save_manifest, err);
}
