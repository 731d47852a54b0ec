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

/* What a run writes besides the output. */
enum { REPORT, WEBPAGE, WRITTEN_COUNT };

struct written {
    const char *option;
    struct target target;
};

static enum uvp_code check_input(const char *name, const struct written *written,
                                 const struct target *out, struct uvp_error *err)
{
    const struct target input =
        is_dash(name) ? target_of_fd(STDIN_FILENO) : target_of_path(name);

    for (int i = 0; i < WRITTEN_COUNT; i++) {
        if (is_same(&input, &written[i].target)) {
            return uvp_fail(err, UVP_USAGE, 0, "%s would write over the input %s",
                            written[i].option, name);
        }
    }
    if (is_same(&input, out)) {
        return uvp_fail(err, UVP_USAGE, 0, "the input %s is the output, too%s", name,
                        out->is_stdout ? " (use -o)" : "");
    }
    return UVP_OK;
}

static enum uvp_code check_written(const struct written *written, const struct target *out,
                                   struct uvp_error *err)
{
    for (int i = 0; i < WRITTEN_COUNT; i++) {
        if (is_same(&written[i].target, out)) {
            return uvp_fail(err, UVP_USAGE, 0, "%s and standard output are the same file",
                            written[i].option);
        }
    }
    if (is_same(&written[REPORT].target, &written[WEBPAGE].target)) {
        return uvp_fail(err, UVP_USAGE, 0, "--report and --report-html are the same file");
    }
    return UVP_OK;
}

enum uvp_code uvp_clash_check(const struct uvp_options *options, struct uvp_error *err)
{
    const struct uvp_settings *const settings = &options->settings;
    const bool to_stdout = settings->output == NULL || is_dash(settings->output);
    const struct written written[WRITTEN_COUNT] = {
        [REPORT] = {"--report", target_of_path(options->report_path)},
        [WEBPAGE] = {"--report-html", target_of_path(options->webpage_path)},
    };
    struct target out = {.is_file = false};

    if (to_stdout && !settings->dry_run) {
        out = target_of_fd(STDOUT_FILENO);
        out.is_stdout = true;
    } else if (uvp_task_traits(settings->task).made_only) {
        out = target_of_path(settings->output); /* what is read is not in what is written */
    }
    UVP_TRY(check_written(written, &out, err));
    if (settings->input_count == 0) {
        return check_input("-", written, &out, err);
    }
    for (uint32_t i = 0; i < settings->input_count; i++) {
        UVP_TRY(check_input(settings->inputs[i], written, &out, err));
    }
    return UVP_OK;
}
