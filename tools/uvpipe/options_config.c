#include "tools/uvpipe/options_config.h"

#include <string.h>

static enum uvp_code set_file(const char *name, const char *value, const char **path,
                              struct uvp_error *err)
{
    if (*value == '\0' || strcmp(value, "-") == 0) {
        return uvp_option_refuse(err, name, value, "a file");
    }
    *path = value;
    return UVP_OK;
}

enum uvp_code uvp_option_config(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    return set_file("config", value, &options->config_path, err);
}

enum uvp_code uvp_option_params(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    return set_file("params", value, &options->params_path, err);
}

enum uvp_code uvp_option_params_from(struct uvp_options *options, const char *value,
                                     struct uvp_error *err)
{
    return set_file("params-from", value, &options->manifest_path, err);
}

enum uvp_code uvp_option_no_config(struct uvp_options *options, const char *value,
                                   struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->no_config = true;
    return UVP_OK;
}

enum uvp_code uvp_option_print_config(struct uvp_options *options, const char *value,
                                      struct uvp_error *err)
{
    if (*value != '\0' && strcmp(value, "json") != 0) {
        return uvp_option_refuse(err, "print-config", value, "json, or nothing");
    }
    options->action = UVP_ACTION_PRINT_CONFIG;
    options->print_json = *value != '\0';
    return UVP_OK;
}

enum uvp_code uvp_option_list_options(struct uvp_options *options, const char *value,
                                      struct uvp_error *err)
{
    if (*value != '\0' && strcmp(value, "json") != 0) {
        return uvp_option_refuse(err, "list-options", value, "json, or nothing");
    }
    options->action = UVP_ACTION_LIST_OPTIONS;
    return UVP_OK;
}
