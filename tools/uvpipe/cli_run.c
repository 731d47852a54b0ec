/*
 * One run: the line is built, waited for, taken apart, and only then judged and told about, so
 * that no thread is left that could still add to what is told.
 */
#include "tools/uvpipe/cli_run.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/base/clock.h"
#include "pipeline/pipeline.h"
#include "stages/stages.h"
#include "tools/uvpipe/command.h"
#include "tools/uvpipe/exits.h"
#include "tools/uvpipe/ledger.h"
#include "tools/uvpipe/manifest.h"
#include "tools/uvpipe/process.h"
#include "tools/uvpipe/signals.h"
#include "tools/uvpipe/summary.h"
#include "tools/uvpipe/ticker.h"
#include "tools/uvpipe/webpage.h"

#define WAIT_MS 100
#define MOST_UNUSED 10 /* lines of --params-from that are named */
#define DESCRIBE_NS (10 * UVP_NS_PER_S)

struct run {
    const struct uvp_options *options;
    struct uvp_report *report;
    struct uvp_mem *mem;
    struct uvp_stop stop;
    struct uvp_summary summary;
    struct uvp_ledger ledger;
    struct uvp_webpage webpage;
    const struct uvp_command_ops *command;
    struct uvp_telling telling;
    struct uvp_outbox lines; /* of commands that print, on stdout */
    struct uvp_listener listener;
    struct uvp_stages *stages;
    struct uvp_pipeline *line;
    struct uvp_ticker ticker;
    uint64_t less_dense;   /* meshes that did not get the density asked for */
    bool started;          /* there is something to sum up */
    int signal_told;       /* the signal the user was answered to */
    uint64_t described_ns; /* when -vv last showed what the threads do */
};

/* ---- heard from the writer's thread ---- */

/* Of stdout, as far as this program writes lines to it: nothing it still does is of use then.
 */
static const struct uvp_error *stdout_failure(const struct run *run)
{
    return run->ledger.outbox.is_stdout ? &run->ledger.outbox.failure : &run->lines.failure;
}

/* Texels for a unit of length, as asked for this member. */
static bool wants_density(const struct run *run, const struct uvp_record *record)
{
    const struct uvp_settings *const settings = &run->options->settings;
    const struct uvp_overrides *const overrides = settings->overrides;
    struct uvp_settings own;

    if (overrides != NULL &&
        overrides->find(overrides->ctx, settings, record->input,
                        uvp_span_of(record->path, record->path_bytes), &own, NULL) == UVP_OK) {
        return own.atlas.texels_per_unit > 0;
    }
    return settings->atlas.texels_per_unit > 0;
}

/* What was asked for in numbers and not delivered is not passed over in silence. */
static void warn_of_density(struct run *run, const struct uvp_record *record)
{
    if (record->status == UVP_MEMBER_UNWRAPPED && !record->atlas.density_reached &&
        wants_density(run, record)) {
        run->less_dense++;
        uvp_report_line(
            run->report, UVP_TRACE_WARNING, record->input,
            uvp_span_of(record->path, record->path_bytes),
            "--texels-per-unit is more than the pages hold: as dense as they allow");
    }
}

static void add_to_webpage(struct run *run, const struct uvp_record *record)
{
    const struct uvp_podium_place *least;

    uvp_webpage_member(&run->webpage, record);
    least = uvp_webpage_bar(&run->webpage);
    if (least != NULL && record->exhibit.bytes != 0) {
        uvp_stages_raise_bar(run->stages, least->score, least->seq);
    }
}

static void hear_member(void *ctx, const struct uvp_record *record)
{
    struct run *run = ctx;

    if (run->options->manifest != NULL &&
        (record->status != UVP_MEMBER_PASSED || record->format != NULL)) {
        uvp_manifest_mark(run->options->manifest, record->input,
                          uvp_span_of(record->path, record->path_bytes));
    }
    uvp_summary_add(&run->summary, record);
    uvp_ticker_hear(&run->ticker, record);
    warn_of_density(run, record);
    uvp_ledger_member(&run->ledger, record);
    add_to_webpage(run, record);
    if (record->status == UVP_MEMBER_PASSED && !run->command->tells_passed) {
        uvp_report_member(run->report, record);
        return;
    }
    run->command->member(&run->telling, record);
    if (stdout_failure(run)->code != UVP_OK) {
        uvp_stop_raise(&run->stop, UVP_STOP_ABORT);
    }
}

static void hear_warning(void *ctx, const char *input, const struct uvp_error *warning)
{
    struct run *run = ctx;

    uvp_report_line(run->report, UVP_TRACE_WARNING, input, uvp_span_of(NULL, 0), warning->text);
    uvp_ledger_warning(&run->ledger, input, warning);
}

/* ---- while it runs ---- */

static void show_thread(void *ctx, const char *text)
{
    uvp_report_line(ctx, UVP_TRACE_DEBUG, NULL, uvp_span_of(NULL, 0), text);
}

static void describe_now_and_then(struct run *run)
{
    const uint64_t now = uvp_clock_now_ns();

    if (run->report->level >= UVP_TRACE_DEBUG && now - run->described_ns >= DESCRIBE_NS) {
        run->described_ns = now;
        uvp_pipeline_describe(run->line, show_thread, run->report);
    }
}

static void tick(void *ctx)
{
    struct run *run = ctx;
    struct uvp_progress progress;
    const int number = uvp_signals_first();

    if (number != 0 && run->signal_told == 0) {
        run->signal_told = number;
        uvp_report_say(run->report, UVP_TRACE_WARNING,
                       "signal %d: finishing the members under way; once more to abort",
                       number);
    }
    uvp_stages_progress(run->stages, &progress);
    uvp_ticker_tick(&run->ticker, &progress, run->line);
    describe_now_and_then(run);
}

/* A cache that fails is worth a warning, and no more: the run does without. */
static void tell_trouble(const struct run *run)
{
    struct uvp_error trouble = {0};

    if (run->stages != NULL && uvp_stages_trouble(run->stages, &trouble)) {
        uvp_report_line(run->report, UVP_TRACE_WARNING, NULL, uvp_span_of(NULL, 0),
                        trouble.text);
    }
}

static void tell_resumed(const struct run *run)
{
    const uint64_t count = uvp_stages_resumed(run->stages);

    if (count > 0) {
        uvp_report_say(run->report, UVP_TRACE_INFO, "resuming: %llu meshes are solved already",
                       (unsigned long long)count);
    }
}

static enum uvp_code build_line(struct run *run, struct uvp_error *err)
{
    const struct uvp_trace *trace = &run->report->trace;
    const struct uvp_shares shares = uvp_stages_shares(&run->options->settings);
    struct uvp_pipeline_options line = run->options->line;

    if (run->command->begin != NULL) {
        UVP_TRY(run->command->begin(&run->telling, err));
    }
    UVP_TRY(uvp_stages_create(&run->options->settings, &run->listener, run->mem, &run->stop,
                              trace, &run->stages, err));
    tell_trouble(run);
    tell_resumed(run);
    line.budget_bytes = shares.in_flight_bytes;
    line.max_jobs = shares.jobs;
    UVP_TRY(uvp_pipeline_create(&line, uvp_stages_reader(run->stages),
                                uvp_stages_worker(run->stages), uvp_stages_writer(run->stages),
                                run->mem, &run->stop, trace, &run->line, err));
    if (run->options->json && !run->command->own_json) {
        uvp_ledger_take_stdout(&run->ledger);
        return uvp_webpage_open(&run->webpage, run->options, err);
    }
    if (run->command->prints) {
        uvp_outbox_take_stdout(&run->lines);
    }
    UVP_TRY(uvp_webpage_open(&run->webpage, run->options, err));
    /* last: an earlier report is not emptied for a run that cannot begin */
    return uvp_ledger_open(&run->ledger, run->options->report_path, err);
}

static void describe_line(const struct run *run)
{
    struct uvp_pipeline_stats stats;

    uvp_pipeline_stats(run->line, &stats);
    uvp_report_say(run->report, UVP_TRACE_DEBUG,
                   "line: %llu admitted, %llu released, %llu jobs, %llu batches of tasks with "
                   "%llu done by helpers; budget peak %zu bytes, "
                   "window peak %u; waits in ms: readers %llu, workers %llu, writer %llu",
                   (unsigned long long)stats.admitted, (unsigned long long)stats.released,
                   (unsigned long long)stats.jobs, (unsigned long long)stats.batches,
                   (unsigned long long)stats.helped, stats.budget_peak_bytes,
                   (unsigned)stats.window_peak,
                   (unsigned long long)(stats.reader_wait_ns / UVP_NS_PER_MS),
                   (unsigned long long)(stats.worker_wait_ns / UVP_NS_PER_MS),
                   (unsigned long long)(stats.writer_wait_ns / UVP_NS_PER_MS));
}

static enum uvp_code run_line(struct run *run, struct uvp_error *err)
{
    enum uvp_code code = UVP_OK;

    UVP_TRY(uvp_pipeline_start(run->line, err));
    run->started = true;
    run->described_ns = uvp_clock_now_ns();
    while (code == UVP_OK) {
        code = uvp_pipeline_wait(run->line, WAIT_MS, tick, run, err);
        tick(run);
    }
    describe_line(run);
    uvp_webpage_timeline(&run->webpage, run->line);
    return code;
}

/* ---- the end ---- */

static void tell_end(const struct run *run, enum uvp_code code, const struct uvp_error *err,
                     const struct uvp_progress *progress)
{
    uint64_t written = 0;

    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        written += progress->members_by_status[i];
    }
    if (code == UVP_END || uvp_exit_is_quiet(code, err)) {
        return;
    }
    if (code == UVP_CANCELLED && uvp_signals_first() != 0) {
        uvp_report_say(run->report, UVP_TRACE_ERROR,
                       "stopped by signal %d: %llu of %llu members read were written",
                       uvp_signals_first(), (unsigned long long)written,
                       (unsigned long long)progress->members_read);
        return;
    }
    uvp_report_line(run->report, UVP_TRACE_ERROR, NULL, uvp_span_of(NULL, 0), err->text);
}

static bool wants_summary(const struct run *run, const struct uvp_progress *progress)
{
    if (run->report->level < UVP_TRACE_WARNING) {
        return false;
    }
    return run->report->terminal || (run->options->settings.dry_run && !run->command->prints) ||
           run->report->level >= UVP_TRACE_INFO ||
           (!run->command->prints && progress->members_by_status[UVP_MEMBER_FAILED] > 0);
}

static int worse_exit(int exit_code)
{
    return exit_code == UVP_EXIT_OK || exit_code == UVP_EXIT_MEMBERS ? UVP_EXIT_FAILURE
                                                                     : exit_code;
}

static int close_webpage(struct run *run, int exit_code)
{
    struct uvp_error err = {0};

    if (uvp_webpage_close(&run->webpage, &err) == UVP_OK) {
        return exit_code;
    }
    uvp_report_line(run->report, UVP_TRACE_ERROR, run->options->webpage_path,
                    uvp_span_of(NULL, 0), err.text);
    return worse_exit(exit_code);
}

static int close_report(struct run *run, int exit_code)
{
    struct uvp_error err = {0};
    const char *path = run->ledger.outbox.name;

    if (uvp_ledger_close(&run->ledger, &err) == UVP_OK) {
        return exit_code;
    }
    if (run->ledger.outbox.is_stdout && uvp_exit_is_quiet(err.code, &err)) {
        return UVP_EXIT_SIGNAL + SIGPIPE;
    }
    uvp_report_line(run->report, UVP_TRACE_ERROR, path, uvp_span_of(NULL, 0), err.text);
    return worse_exit(exit_code);
}

/* What the command sums up; its failure is the run's, unless that has one of its own. */
static enum uvp_code end_telling(struct run *run, enum uvp_code code, int *exit_code,
                                 struct uvp_error *end_error, const struct uvp_error **err)
{
    enum uvp_code ended = UVP_OK;

    if (run->command->end != NULL && run->started) {
        ended = run->command->end(&run->telling, code == UVP_END, exit_code, end_error);
    }
    if (ended == UVP_OK || code != UVP_END) {
        return code;
    }
    *err = end_error;
    return ended;
}

/* When stdout failed, that is why there is no more, and why the run ended. */
static enum uvp_code close_lines(struct run *run, enum uvp_code code,
                                 const struct uvp_error **err)
{
    const enum uvp_code closed = uvp_outbox_close(&run->lines, NULL);
    const bool failed = closed != UVP_OK || stdout_failure(run)->code != UVP_OK;

    if (!failed || (code != UVP_END && code != UVP_CANCELLED)) {
        return code;
    }
    *err = stdout_failure(run);
    return (*err)->code;
}

static void show_unused(void *ctx, uint32_t line, const char *name)
{
    const struct run *const run = ctx;

    uvp_report_say(run->report, UVP_TRACE_WARNING, "%s:%u: no mesh is called %s",
                   run->options->manifest_path, (unsigned)line, name);
}

/* Lines of --params-from that were for nobody: their number. Not when the run ended early. */
static uint64_t warn_of_unused(struct run *run, enum uvp_code code)
{
    uint64_t unused = 0;

    if (run->options->manifest == NULL || code != UVP_END) {
        return 0;
    }
    unused = uvp_manifest_unused(run->options->manifest, MOST_UNUSED, show_unused, run);
    if (unused > MOST_UNUSED) {
        uvp_report_say(run->report, UVP_TRACE_WARNING, "%s: and %llu more lines for no mesh",
                       run->options->manifest_path, (unsigned long long)(unused - MOST_UNUSED));
    }
    return unused;
}

static int end_run(struct run *run, enum uvp_code code, const struct uvp_error *err)
{
    struct uvp_progress progress = {0};
    struct uvp_figures figures;
    struct uvp_ending ending = {0};
    struct uvp_error end_error = {0};
    int command_exit = UVP_EXIT_OK;

    uvp_ticker_clear(&run->ticker);
    if (run->stages != NULL) {
        uvp_stages_progress(run->stages, &progress);
    }
    progress.warnings += run->less_dense + warn_of_unused(run, code);
    code = end_telling(run, code, &command_exit, &end_error, &err);
    code = close_lines(run, code, &err);
    ending.exit_code = uvp_exit_of(code, err, uvp_signals_first(), &progress);
    if (code == UVP_END && command_exit != UVP_EXIT_OK) {
        ending.exit_code = command_exit;
    }
    ending.signal = code == UVP_CANCELLED ? uvp_signals_first() : 0;
    ending.failure = err;
    tell_trouble(run);
    tell_end(run, code, err, &progress);
    if (code == UVP_END && !uvp_exit_accounts_match(&progress)) {
        uvp_report_say(run->report, UVP_TRACE_ERROR,
                       "internal error: members read and members written do not add up");
        ending.exit_code = UVP_EXIT_FAILURE;
    }
    uvp_summary_figures(&run->summary, &progress, uvp_clock_now_ns() - run->report->start_ns,
                        uvp_clock_process_cpu_ns(), uvp_process_peak_bytes(), &figures);
    figures.command = run->options->command;
    if (run->started) {
        if (!uvp_exit_is_quiet(code, err) && wants_summary(run, &progress)) {
            uvp_report_summary(run->report, &figures);
            if (run->report->terminal && figures.failed_codes != 0) {
                uvp_report_hint(run->report, figures.failed_codes);
            }
        }
        uvp_webpage_run(&run->webpage, &run->ledger, &figures, &ending);
    }
    ending.exit_code = close_webpage(run, ending.exit_code);
    if (run->started) {
        uvp_ledger_run(&run->ledger, run->options, &figures, &ending);
    }
    ending.exit_code = close_report(run, ending.exit_code);
    uvp_ticker_finish(&run->ticker, &progress, ending.exit_code);
    return ending.exit_code;
}

static void add_to_member(void *ctx, const struct uvp_record *record,
                          struct uvp_json_object *object)
{
    struct run *const run = ctx;

    if (run->command->json_member != NULL) {
        run->command->json_member(&run->telling, record, object);
    }
}

static void add_to_run(void *ctx, struct uvp_json_object *object)
{
    struct run *const run = ctx;

    if (run->command->json_run != NULL) {
        run->command->json_run(&run->telling, object);
    }
}

static void init_run(struct run *run, const struct uvp_options *options,
                     struct uvp_report *report, struct uvp_mem *mem)
{
    memset(run, 0, sizeof *run);
    run->options = options;
    run->report = report;
    run->mem = mem;
    run->command = uvp_command_of(options->command);
    run->telling = (struct uvp_telling){
        .options = options, .report = report, .lines = &run->lines, .mem = mem};
    run->listener.ctx = run;
    run->listener.member = hear_member;
    run->listener.warning = hear_warning;
    uvp_summary_init(&run->summary);
    uvp_ledger_init(&run->ledger, mem);
    run->ledger.manifest = options->manifest;
    run->ledger.more = (struct uvp_ledger_more){run, add_to_member, add_to_run};
    uvp_webpage_init(&run->webpage, mem);
    uvp_outbox_init(&run->lines, mem);
}

int uvp_cli_run(const struct uvp_options *options, struct uvp_report *report,
                struct uvp_mem *mem)
{
    struct run run;
    struct uvp_error err = {0};
    enum uvp_code code = UVP_OK;
    int exit_code = 0;

    init_run(&run, options, report, mem);
    uvp_ticker_begin(&run.ticker, options, run.command->prints, report, mem);
    code = uvp_stop_init(&run.stop, true, &err);
    if (code != UVP_OK) {
        return end_run(&run, code, &err);
    }
    uvp_signals_install(&run.stop);
    code = build_line(&run, &err);
    if (code == UVP_OK) {
        code = run_line(&run, &err);
    }
    uvp_pipeline_destroy(run.line);
    exit_code = end_run(&run, code, &err);
    if (run.command->release != NULL) {
        run.command->release(&run.telling);
    }
    if (run.stages != NULL) {
        if (code == UVP_END && (exit_code == UVP_EXIT_OK || exit_code == UVP_EXIT_MEMBERS)) {
            uvp_stages_complete(run.stages);
        }
        uvp_stages_destroy(run.stages);
    }
    uvp_signals_restore();
    uvp_stop_release(&run.stop);
    return exit_code;
}
