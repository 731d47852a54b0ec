#include "tools/uvpipe/ticker.h"

#include <string.h>
#include <unistd.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/dial.h"
#include "tools/uvpipe/escape.h"
#include "tools/uvpipe/gauge_json.h"
#include "tools/uvpipe/tint.h"

#define JSON_NS UVP_NS_PER_S
#define PLAIN_BYTES 1400
#define LEAST_ROWS 3 /* for two lines, and one for messages */

uint64_t uvp_ticker_next(uint64_t after_ns, bool late)
{
    static const struct {
        uint64_t until;
        uint64_t step;
    } steps[] = {{30, 5}, {300, 30}, {UINT64_MAX, 60}};
    const uint64_t seconds = after_ns / UVP_NS_PER_S;
    size_t i = 0;

    if (late && seconds < 30) {
        return 30 * UVP_NS_PER_S;
    }
    while (seconds >= steps[i].until) {
        i++;
    }
    return (seconds / steps[i].step + 1) * steps[i].step * UVP_NS_PER_S;
}

/* ---- begin ---- */

static enum uvp_ticker_mode choose_mode(const struct uvp_options *options, bool prints,
                                        const struct uvp_report *report)
{
    const bool quiet = options->level <= UVP_TRACE_ERROR;

    switch (options->progress) {
    case UVP_PROGRESS_JSON:
        return UVP_TICKER_JSON;
    case UVP_PROGRESS_PLAIN:
        return UVP_TICKER_PLAIN;
    case UVP_PROGRESS_NEVER:
        return UVP_TICKER_SILENT;
    default:
        break;
    }
    if (quiet || (prints && isatty(STDOUT_FILENO) != 0)) {
        return UVP_TICKER_SILENT;
    }
    return report->terminal && uvp_tint_can_steer() ? UVP_TICKER_DRAWN : UVP_TICKER_LATE;
}

static void plan_next(struct uvp_ticker *ticker, uint64_t now)
{
    if (ticker->interval_ns != 0) {
        ticker->due_ns = now + ticker->interval_ns;
    } else if (ticker->mode == UVP_TICKER_JSON) {
        ticker->due_ns = now + JSON_NS;
    } else if (ticker->mode == UVP_TICKER_DRAWN) {
        ticker->due_ns = now; /* every tick */
    } else {
        ticker->due_ns = ticker->began_ns + uvp_ticker_next(now - ticker->began_ns,
                                                            ticker->mode == UVP_TICKER_LATE);
    }
}

void uvp_ticker_begin(struct uvp_ticker *ticker, const struct uvp_options *options, bool prints,
                      struct uvp_report *report, struct uvp_mem *mem)
{
    memset(ticker, 0, sizeof *ticker);
    ticker->report = report;
    ticker->interval_ns = options->progress_interval_ns;
    ticker->began_ns = uvp_clock_now_ns();
    uvp_gauge_init(&ticker->gauge);
    uvp_outbox_init(&ticker->objects, mem);
    ticker->mode = choose_mode(options, prints, report);
    /* A run goes on without its progress when there is not even memory for a lock. */
    ticker->has_mutex =
        ticker->mode != UVP_TICKER_SILENT && uvp_mutex_init(&ticker->mutex, NULL) == UVP_OK;
    if (!ticker->has_mutex) {
        ticker->mode = UVP_TICKER_SILENT;
    }
    if (ticker->mode == UVP_TICKER_DRAWN) {
        if (uvp_screen_open(&ticker->screen, report->fd, NULL) == UVP_OK) {
            report->screen = &ticker->screen;
        } else {
            ticker->mode = UVP_TICKER_LATE;
        }
    }
    uvp_gauge_feed(&ticker->gauge, &ticker->tally, ticker->began_ns);
    if (ticker->mode == UVP_TICKER_JSON) {
        uvp_outbox_take_stderr(&ticker->objects);
        uvp_gauge_tell(&ticker->gauge.reading, &ticker->tally.counts, NULL, &ticker->objects);
    }
    plan_next(ticker, ticker->began_ns);
}

/* ---- the last member ---- */

void uvp_ticker_hear(struct uvp_ticker *ticker, const struct uvp_record *record)
{
    struct uvp_gauge_last *const last = &ticker->last;

    if (ticker->mode == UVP_TICKER_SILENT || record->status == UVP_MEMBER_PASSED) {
        return;
    }
    uvp_mutex_lock(&ticker->mutex);
    last->there = true;
    last->status = record->status;
    (void)uvp_escape(last->name, sizeof last->name, record->path, record->path_bytes);
    last->charts =
        record->status == UVP_MEMBER_UNWRAPPED ? record->atlas.charts : record->verdict.charts;
    last->triangles =
        record->status == UVP_MEMBER_UNWRAPPED ? record->atlas.triangles : record->triangles;
    last->wall_ns = record->wall_ns;
    uvp_mutex_unlock(&ticker->mutex);
}

/* ---- a tick ---- */

/* What is being done, in a word for people. */
static const char *word_of(const char *step)
{
    static const char *const words[UVP_STEP_COUNT] = {
        [UVP_STEP_LOAD] = "loading",       [UVP_STEP_DECODE] = "decoding",
        [UVP_STEP_TOPOLOGY] = "welding",   [UVP_STEP_SEGMENT] = "segmenting",
        [UVP_STEP_FLATTEN] = "flattening", [UVP_STEP_MERGE] = "merging",
        [UVP_STEP_PACK] = "packing",       [UVP_STEP_VERIFY] = "verifying",
        [UVP_STEP_ENCODE] = "encoding",    [UVP_STEP_RENDER] = "compressing",
    };

    for (int i = 0; i < UVP_STEP_COUNT; i++) {
        if (words[i] != NULL &&
            strcmp(step, uvp_member_step_name((enum uvp_member_step)i)) == 0) {
            return words[i];
        }
    }
    return step;
}

static void gather(struct uvp_ticker *ticker, const struct uvp_progress *progress,
                   const struct uvp_pipeline *line)
{
    struct uvp_gauge_tally *const tally = &ticker->tally;
    struct uvp_pipeline_stats stats;
    struct uvp_pipeline_work work;

    tally->counts = *progress;
    if (line != NULL) {
        uvp_pipeline_stats(line, &stats);
        tally->active = stats.working;
        tally->queued = stats.in_ring;
        tally->waiting = stats.waiting_order;
        tally->busy.there = uvp_pipeline_longest(line, &work);
    } else {
        tally->active = 0;
        tally->queued = 0;
        tally->waiting = 0;
        tally->busy.there = false;
    }
    if (tally->busy.there) {
        tally->busy.step = word_of(work.step);
        (void)uvp_escape(tally->busy.name, sizeof tally->busy.name, work.label,
                         strlen(work.label));
        tally->busy.triangles = work.count;
        tally->busy.seconds = (double)work.busy_ns / (double)UVP_NS_PER_S;
    }
    uvp_mutex_lock(&ticker->mutex);
    tally->last = ticker->last;
    uvp_mutex_unlock(&ticker->mutex);
}

static void draw(struct uvp_ticker *ticker)
{
    const struct uvp_screen_size size = uvp_screen_size(ticker->screen.fd);
    /* the last column stays free: after it some terminals wrap, and some do not */
    const struct uvp_dial_style style = {.columns = size.columns - 1,
                                         .utf8 = uvp_tint_is_utf8(),
                                         .color = ticker->report->color};
    struct uvp_dial_lines lines;

    uvp_dial_draw(&ticker->gauge.reading, &style, &lines);
    uvp_screen_show(&ticker->screen, size.columns, lines.first,
                    size.rows >= LEAST_ROWS ? lines.second : NULL);
}

static void print_plain(struct uvp_ticker *ticker)
{
    char text[PLAIN_BYTES];

    uvp_dial_plain(text, sizeof text, &ticker->gauge.reading);
    uvp_report_line(ticker->report, UVP_TRACE_ERROR, NULL, uvp_span_of(NULL, 0), text);
    ticker->told = true;
}

void uvp_ticker_tick(struct uvp_ticker *ticker, const struct uvp_progress *progress,
                     const struct uvp_pipeline *line)
{
    const uint64_t now = uvp_clock_now_ns();

    if (ticker->mode == UVP_TICKER_SILENT) {
        return;
    }
    gather(ticker, progress, line);
    uvp_gauge_feed(&ticker->gauge, &ticker->tally, now);
    if (now < ticker->due_ns) {
        return;
    }
    if (ticker->mode == UVP_TICKER_DRAWN) {
        draw(ticker);
    } else if (ticker->mode == UVP_TICKER_JSON) {
        uvp_gauge_tell(&ticker->gauge.reading, progress, NULL, &ticker->objects);
    } else {
        print_plain(ticker);
    }
    plan_next(ticker, now);
}

/* ---- the end ---- */

void uvp_ticker_clear(struct uvp_ticker *ticker)
{
    if (ticker->report != NULL && ticker->report->screen == &ticker->screen) {
        ticker->report->screen = NULL;
        uvp_screen_close(&ticker->screen);
    }
}

void uvp_ticker_finish(struct uvp_ticker *ticker, const struct uvp_progress *progress,
                       int exit_code)
{
    uvp_ticker_clear(ticker);
    if (ticker->mode == UVP_TICKER_JSON) {
        gather(ticker, progress, NULL);
        uvp_gauge_feed(&ticker->gauge, &ticker->tally, uvp_clock_now_ns());
        uvp_gauge_tell(&ticker->gauge.reading, progress, &exit_code, &ticker->objects);
    }
    if (uvp_outbox_close(&ticker->objects, NULL) != UVP_OK) {
        /* whoever listened has gone, which is no failure of the run */
    }
    if (ticker->has_mutex) {
        uvp_mutex_release(&ticker->mutex);
    }
    ticker->mode = UVP_TICKER_SILENT;
    ticker->has_mutex = false;
}
