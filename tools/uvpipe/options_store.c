#include "tools/uvpipe/options_store.h"

#include <string.h>
#include <sys/stat.h>

#include "tools/uvpipe/values.h"

#define LEAST_CACHE ((uint64_t)1 << 20)
#define HOURS_A_DAY 24

enum uvp_code uvp_option_cache(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    if (*value == '\0') {
        return uvp_option_refuse(err, "cache", value, "a folder, or none");
    }
    options->settings.cache_dir = strcmp(value, "none") == 0 ? NULL : value;
    return UVP_OK;
}

enum uvp_code uvp_option_cache_max_size(struct uvp_options *options, const char *value,
                                        struct uvp_error *err)
{
    uint64_t bytes = 0;

    if (!uvp_value_size(value, &bytes) || (bytes != 0 && bytes < LEAST_CACHE)) {
        return uvp_option_refuse(err, "cache-max-size", value,
                                 "a size of at least 1M, such as 10G; 0 is no limit");
    }
    options->settings.cache_most_bytes = bytes;
    return UVP_OK;
}

/* Days, too: "30d". */
static bool read_age(const char *value, uint64_t *ns)
{
    const size_t bytes = strlen(value);
    char hours[32];

    if (bytes < 2 || value[bytes - 1] != 'd') {
        return uvp_value_duration(value, ns);
    }
    if (bytes + 1 > sizeof hours) {
        return false;
    }
    memcpy(hours, value, bytes - 1);
    memcpy(hours + bytes - 1, "h", 2);
    if (!uvp_value_duration(hours, ns) || *ns > UINT64_MAX / HOURS_A_DAY) {
        return false;
    }
    *ns *= HOURS_A_DAY;
    return true;
}

enum uvp_code uvp_option_cache_max_age(struct uvp_options *options, const char *value,
                                       struct uvp_error *err)
{
    if (!read_age(value, &options->settings.cache_most_age_ns)) {
        return uvp_option_refuse(err, "cache-max-age", value,
                                 "a time such as 12h or 30d; 0 is no limit");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_resume(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->settings.resume = true;
    return UVP_OK;
}

static bool is_special(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

enum uvp_code uvp_options_check_store(const struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_settings *const settings = &options->settings;
    const bool to_stdout = settings->output == NULL || strcmp(settings->output, "-") == 0;

    if (settings->resume && to_stdout) {
        return uvp_fail(err, UVP_USAGE, 0, "--resume needs --output FILE or --output DIR/");
    }
    if (settings->resume && settings->dry_run) {
        return uvp_fail(err, UVP_USAGE, 0, "--resume and --dry-run: one or the other");
    }
    if (settings->resume && is_special(settings->output)) {
        return uvp_fail(err, UVP_USAGE, 0, "--resume: %s is no file and no folder",
                        settings->output);
    }
    return UVP_OK;
}
