#include "tools/uvpipe/clash.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct target {
    struct stat status;
    bool is_file; /* a regular one: nothing else can be spoilt */
    bool is_stdout;
};

static struct target target_of_fd(int fd)
{
    struct target target = {.is_file = false};

    target.is_file = fstat(fd, &target.status) == 0 && S_ISREG(target.status.st_mode);
    return target;
}

static struct target target_of_path(const char *path)
{
    struct target target = {.is_file = false};

    target.is_file =
        path != NULL && stat(path, &target.status) == 0 && S_ISREG(target.status.st_mode);
    return target;
}

static bool is_same(const struct target *a, const struct target *b)
{
    return a->is_file && b->is_file && a->status.st_dev == b->status.st_dev &&
           a->status.st_ino == b->status.st_ino;
}

static bool is_dash(const char *path)
{
    return strcmp(path, "-") == 0;
}

static enum uvp_code check_input(const char *name, const struct target *report,
                                 const struct target *out, struct uvp_error *err)
{
    const struct target input =
        is_dash(name) ? target_of_fd(STDIN_FILENO) : target_of_path(name);

    if (is_same(&input, report)) {
        return uvp_fail(err, UVP_USAGE, 0, "--report would write over the input %s", name);
    }
    if (is_same(&input, out)) {
        return uvp_fail(err, UVP_USAGE, 0, "the input %s is the output, too%s", name,
                        out->is_stdout ? " (use -o)" : "");
    }
    return UVP_OK;
}

enum uvp_code uvp_clash_check(const struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_settings *const settings = &options->settings;
    const bool to_stdout = settings->output == NULL || is_dash(settings->output);
    const struct target report = target_of_path(options->report_path);
    struct target out = {.is_file = false};

    if (to_stdout && !settings->dry_run) {
        out = target_of_fd(STDOUT_FILENO);
        out.is_stdout = true;
    } else if (uvp_task_traits(settings->task).made_only) {
        out = target_of_path(settings->output); /* what is read is not in what is written */
    }
    if (is_same(&report, &out)) {
        return uvp_fail(err, UVP_USAGE, 0, "--report and standard output are the same file");
    }
    if (settings->input_count == 0) {
        return check_input("-", &report, &out, err);
    }
    for (uint32_t i = 0; i < settings->input_count; i++) {
        UVP_TRY(check_input(settings->inputs[i], &report, &out, err));
    }
    return UVP_OK;
}
