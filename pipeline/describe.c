/* Looking in from outside: counters, and the state of the line in words. */
#include <stdio.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "pipeline/line.h"

static uint64_t waited_by(const struct uvp_pipeline *line, void (*run)(struct uvp_post *))
{
    uint64_t waited_ns = 0;

    for (uint32_t i = 0; i < line->post_count; i++) {
        if (line->posts[i].run == run) {
            waited_ns += uvp_note_waited_ns(&line->posts[i].note);
        }
    }
    return waited_ns;
}

void uvp_pipeline_stats(const struct uvp_pipeline *pipeline, struct uvp_pipeline_stats *stats)
{
    struct uvp_pipeline *const line = pipeline->self;
    const struct uvp_budget budget = uvp_gate_budget(&line->gate);
    const struct uvp_order_fill fill = uvp_order_fill(&line->order);

    memset(stats, 0, sizeof *stats);
    stats->admitted = budget.admitted;
    stats->released = budget.released;
    stats->in_ring = line->ring == NULL ? 0 : uvp_ring_fill(line->ring);
    stats->working = atomic_load(&line->working);
    stats->waiting_order = fill.waiting;
    stats->budget_used_bytes = budget.used_bytes;
    stats->budget_peak_bytes = budget.peak_bytes;
    stats->window_peak = budget.window_peak;
    stats->jobs = fill.jobs_added;
    if (line->pool != NULL) {
        const struct uvp_pool_stats pool = uvp_pool_stats(line->pool);

        stats->batches = pool.batches;
        stats->helped = pool.helped;
    }
    stats->reader_wait_ns = waited_by(line, uvp_reader_run);
    stats->worker_wait_ns = waited_by(line, uvp_worker_run);
    stats->writer_wait_ns = waited_by(line, uvp_writer_run);
}

bool uvp_pipeline_longest(const struct uvp_pipeline *pipeline, struct uvp_pipeline_work *work)
{
    struct uvp_pipeline *const line = pipeline->self;
    const uint64_t now = uvp_clock_now_ns();
    uint64_t first_ns = UINT64_MAX;

    _Static_assert(sizeof work->label >= UVP_NOTE_LABEL_BYTES, "a label fits");
    for (uint32_t i = 0; i < line->post_count; i++) {
        struct uvp_note_work seen;

        if (uvp_note_work(&line->posts[i].note, &seen) && seen.begun_ns < first_ns) {
            first_ns = seen.begun_ns;
            work->step = seen.step;
            memcpy(work->label, seen.label, sizeof seen.label);
            work->count = seen.count;
            work->busy_ns = now > seen.begun_ns ? now - seen.begun_ns : 0;
        }
    }
    return first_ns != UINT64_MAX;
}

static void describe_fill(struct uvp_pipeline *line, void (*print)(void *, const char *),
                          void *ctx)
{
    const struct uvp_budget budget = uvp_gate_budget(&line->gate);
    const struct uvp_order_fill fill = uvp_order_fill(&line->order);
    char text[256];

    (void)snprintf(text, sizeof text, "ring: %u of %u items; %u workers busy",
                   line->ring == NULL ? 0U : uvp_ring_fill(line->ring),
                   line->options.window_items, (unsigned)atomic_load(&line->working));
    print(ctx, text);
    (void)snprintf(
        text, sizeof text, "order: %u items wait, next is ticket %llu; %u of %u jobs under way",
        fill.waiting, (unsigned long long)fill.next, fill.jobs, line->options.max_jobs);
    print(ctx, text);
    (void)snprintf(text, sizeof text, "window: %llu of %u items in flight, %llu released",
                   (unsigned long long)uvp_budget_in_flight(&budget), budget.window_items,
                   (unsigned long long)budget.released);
    print(ctx, text);
    (void)snprintf(text, sizeof text, "budget: %zu of %zu bytes, peak %zu", budget.used_bytes,
                   budget.limit_bytes, budget.peak_bytes);
    print(ctx, text);
}

void uvp_pipeline_describe(struct uvp_pipeline *pipeline,
                           void (*line)(void *ctx, const char *text), void *ctx)
{
    char text[320];

    for (uint32_t i = 0; i < pipeline->post_count; i++) {
        uvp_note_describe(&pipeline->posts[i].note, text, sizeof text);
        line(ctx, text);
    }
    describe_fill(pipeline, line, ctx);
}

/* ---- timelines ---- */

void uvp_line_even_timelines(struct uvp_pipeline *line)
{
    uint64_t widest_ns = 0;

    for (uint32_t i = 0; line->options.timeline && i < line->post_count; i++) {
        const struct uvp_timeline *const timeline = line->posts[i].note.timeline;

        widest_ns = timeline->bin_ns > widest_ns ? timeline->bin_ns : widest_ns;
    }
    for (uint32_t i = 0; line->options.timeline && i < line->post_count; i++) {
        uvp_timeline_widen(line->posts[i].note.timeline, widest_ns);
    }
}

bool uvp_pipeline_timeline(const struct uvp_pipeline *pipeline, uint32_t thread,
                           struct uvp_timeline_view *view)
{
    const struct uvp_timeline *timeline;

    if (!pipeline->settled || !pipeline->options.timeline || thread >= pipeline->post_count) {
        return false;
    }
    timeline = pipeline->posts[thread].note.timeline;
    *view = (struct uvp_timeline_view){
        .name = pipeline->posts[thread].note.name,
        .began_ns = timeline->began_ns,
        .ended_ns = timeline->ended_ns,
        .bin_ns = timeline->bin_ns,
        .bin_count = uvp_timeline_bin_count(timeline),
        .state_count = timeline->state_count,
        .states = timeline->names,
        .waits = timeline->waits,
        .ns = timeline->ns[0],
        .stride = UVP_TIMELINE_STATES,
    };
    return true;
}
