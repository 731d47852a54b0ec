/*
 * uvpipe -- makes a UV atlas for every mesh in a stream of files
 *
 * This page: what is asked for, then the run (cli_run.c) and its exit code.
 */
#include <signal.h>
#include <unistd.h>

#include "pipeline/pipeline.h"
#include "tools/uvpipe/clash.h"
#include "tools/uvpipe/cli_run.h"
#include "tools/uvpipe/command.h"
#include "tools/uvpipe/completion.h"
#include "tools/uvpipe/config.h"
#include "tools/uvpipe/config_print.h"
#include "tools/uvpipe/exits.h"
#include "tools/uvpipe/options.h"
#include "tools/uvpipe/process.h"
#include "tools/uvpipe/report.h"

static int refuse(const struct uvp_options *options, const struct uvp_report *report,
                  const struct uvp_error *err)
{
    const char *const word =
        options->command == UVP_COMMAND_STREAM ? "" : uvp_command_of(options->command)->name;

    if (uvp_exit_is_quiet(err->code, err)) {
        return UVP_EXIT_SIGNAL + SIGPIPE;
    }
    if (err->code == UVP_USAGE) {
        uvp_report_usage(report, word, err);
        return UVP_EXIT_USAGE;
    }
    uvp_report_say(report, UVP_TRACE_ERROR, "%s", err->text);
    return UVP_EXIT_FAILURE;
}

static enum uvp_code make_text(const struct uvp_options *options, struct uvp_buf *text,
                               struct uvp_error *err)
{
    const struct uvp_span version = uvp_span_of_text("uvpipe " UVP_VERSION "\n");

    switch (options->action) {
    case UVP_ACTION_HELP:
        return uvp_options_help(options->command, text, err);
    case UVP_ACTION_LIST_OPTIONS:
        return uvp_options_json(text, err);
    case UVP_ACTION_COMPLETION:
        return uvp_completion_write((enum uvp_shell)options->shell, text, err);
    case UVP_ACTION_PRINT_CONFIG:
        return options->json || options->print_json ? uvp_config_print_json(options, text, err)
                                                    : uvp_config_print(options, text, err);
    default:
        return uvp_buf_append(text, version.data, version.bytes, err);
    }
}

static int print_text(const struct uvp_options *options, const struct uvp_report *report,
                      struct uvp_mem *mem)
{
    struct uvp_error err = {0};
    struct uvp_buf text;
    enum uvp_code code = UVP_OK;

    uvp_buf_init(&text, mem, 0);
    code = make_text(options, &text, &err);
    if (code == UVP_OK) {
        code = uvp_report_print(uvp_buf_span(&text), &err);
    }
    uvp_buf_release(&text);
    return code == UVP_OK ? UVP_EXIT_OK : refuse(options, report, &err);
}

static int settle_and_run(struct uvp_options *options, struct uvp_mem *mem)
{
    const struct uvp_command_ops *const command = uvp_command_of(options->command);
    const uint32_t cpus = uvp_cpu_count();
    const bool clamped = uvp_options_settle(options, cpus);
    struct uvp_error err = {0};
    struct uvp_report report;

    uvp_report_init(&report, STDERR_FILENO, options->level, options->color);
    if (options->config->path != NULL) {
        uvp_report_say(&report, UVP_TRACE_INFO, "settings are read from %s",
                       options->config->path);
    }
    if (command->instead != NULL) {
        const int exit_code = command->instead(options, &report, mem);
        if (exit_code != UVP_COMMAND_RUNS) {
            return exit_code;
        }
    }
    if (options->settings.input_count == 0 && isatty(STDIN_FILENO) &&
        !options->settings.force_terminal) {
        (void)uvp_fail(&err, UVP_USAGE, 0, "no INPUT given, and stdin is a terminal");
        return refuse(options, &report, &err);
    }
    if (command->take_words == NULL && uvp_clash_check(options, &err) != UVP_OK) {
        return refuse(options, &report, &err);
    }
    if (clamped) {
        uvp_report_say(&report, UVP_TRACE_WARNING, "--workers %llu: %u are enough for %u CPUs",
                       (unsigned long long)options->workers_asked,
                       (unsigned)options->line.workers, (unsigned)cpus);
    }
    return uvp_cli_run(options, &report, mem);
}

int main(int argc, char **argv)
{
    struct uvp_error err = {0};
    struct uvp_options options;
    struct uvp_report report;
    struct uvp_mem mem;
    int exit_code = UVP_EXIT_OK;

    uvp_process_prepare();
    uvp_mem_init(&mem, 0);
    uvp_report_init(&report, STDERR_FILENO, UVP_TRACE_WARNING, UVP_COLOR_AUTO);
    if (uvp_options_load(&options, argc, argv, environ, &mem, &err) != UVP_OK) {
        return refuse(&options, &report, &err);
    }
    exit_code = options.action == UVP_ACTION_RUN ? settle_and_run(&options, &mem)
                                                 : print_text(&options, &report, &mem);
    uvp_options_release(&options);
    return exit_code;
}
