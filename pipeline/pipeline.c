/*
 * Life of a run. Create makes everything, so that from start on nothing of the line allocates
 * (but an ahead). The writer is started first and the readers last: nothing moves before all
 * who move it are there. Each thread ends through run_post, and the last one ends the watchdog.
 * Everything that an abort left in the line is given back in `settle`, when no thread is left.
 */
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "pipeline/line.h"

#define DEFAULT_BUDGET_BYTES ((size_t)512 << 20)
#define MAX_THREADS 4096U
#define MAX_WINDOW_ITEMS (1U << 20)

/* ---- what an abort leaves behind ---- */

void uvp_line_give_back(struct uvp_pipeline *line, struct uvp_item *item)
{
    uvp_gate_give(&line->gate, 1, item->share_bytes, uvp_clock_now_ns());
    item->share_bytes = 0;
    item->has_ticket = false;
    if (line->writer.discard != NULL) {
        line->writer.discard(line->writer.ctx, item);
    }
}

static void give_back_all(struct uvp_pipeline *line)
{
    struct uvp_outlet *const outlet = &line->outlet;
    struct uvp_item *item;
    struct uvp_job *job;
    void *in_ring = NULL;
    size_t at = 0;

    while (outlet->put_count < outlet->batch.count) {
        uvp_line_give_back(line, outlet->batch.items[outlet->put_count++]);
    }
    while ((item = uvp_order_take_rest(&line->order, &at)) != NULL) {
        uvp_line_give_back(line, item);
    }
    while (line->ring != NULL && uvp_ring_take_rest(line->ring, &in_ring, 1) == 1) {
        uvp_line_give_back(line, in_ring);
    }
    while ((job = uvp_order_take_rest_job(&line->order)) != NULL) {
        if (line->writer.discard_job != NULL) {
            line->writer.discard_job(line->writer.ctx, job);
        }
    }
}

/* Ends the run once its threads are ending: joins, gives back, and says what came of it. */
static void settle(struct uvp_pipeline *line)
{
    for (uint32_t i = 0; i < line->post_count; i++) {
        uvp_thread_join(&line->posts[i].thread);
    }
    uvp_stop_raise(&line->over, UVP_STOP_ABORT);
    uvp_thread_join(&line->watchdog);
    uvp_line_even_timelines(line);
    give_back_all(line);
    if (line->failed_code != UVP_OK) {
        line->result = line->failed_code;
    } else if (line->written && !uvp_gate_was_cut(&line->gate)) {
        line->result = UVP_END;
    } else {
        line->result = UVP_CANCELLED;
    }
    line->settled = true;
}

static enum uvp_code tell_result(const struct uvp_pipeline *line, struct uvp_error *err)
{
    if (line->failed_code != UVP_OK) {
        if (err != NULL && err->code == UVP_OK) {
            *err = line->failure;
        }
    } else if (line->result == UVP_CANCELLED) {
        return uvp_fail(err, UVP_CANCELLED, 0, "cancelled");
    }
    return line->result;
}

/* ---- threads ---- */

static void run_post(void *ctx)
{
    struct uvp_post *const post = ctx;
    struct uvp_pipeline *const line = post->line;
    bool last;

    uvp_note_begin(&post->note, line->started_ns);
    post->run(post);
    uvp_note_end(&post->note);
    uvp_mutex_lock(&line->mutex);
    last = --line->living == 0;
    if (last) {
        uvp_condition_broadcast(&line->ended);
        uvp_stop_raise(&line->over, UVP_STOP_ABORT);
    }
    uvp_mutex_unlock(&line->mutex);
}

static enum uvp_code start_thread(struct uvp_pipeline *line, struct uvp_thread *thread,
                                  const char *name, uint32_t number, void (*run)(void *),
                                  void *ctx, struct uvp_error *err)
{
    const struct uvp_thread_options options = {
        .name = name,
        .stack_bytes = line->options.stack_bytes,
        .fails = line->options.fail_at_thread == number,
    };

    return uvp_thread_start(thread, &options, run, ctx, err);
}

static enum uvp_code start_threads(struct uvp_pipeline *line, struct uvp_error *err)
{
    enum uvp_code code =
        start_thread(line, &line->watchdog, "watchdog", 1, uvp_watchdog_run, line, err);

    for (uint32_t i = 0; code == UVP_OK && i < line->post_count; i++) {
        struct uvp_post *const post = &line->posts[i];

        code = start_thread(line, &post->thread, post->note.name, i + 2, run_post, post, err);
    }
    return code;
}

enum uvp_code uvp_pipeline_start(struct uvp_pipeline *pipeline, struct uvp_error *err)
{
    struct uvp_error first = {0};
    enum uvp_code code = UVP_OK;

    if (pipeline->started) {
        return uvp_fail(err, UVP_USAGE, 0, "the run was started already");
    }
    pipeline->started = true;
    pipeline->started_ns = uvp_clock_now_ns();
    uvp_gate_touch(&pipeline->gate, pipeline->started_ns);
    if (pipeline->serial) {
        return UVP_OK;
    }
    pipeline->living = pipeline->post_count;
    code = start_threads(pipeline, &first);
    if (code != UVP_OK) {
        uvp_line_fail(pipeline, code, &first);
        settle(pipeline);
        return tell_result(pipeline, err);
    }
    return UVP_OK;
}

/* True when the last thread has ended. */
static bool wait_for_end(struct uvp_pipeline *line, uint32_t timeout_ms)
{
    const uint64_t until = uvp_clock_now_ns() + timeout_ms * UVP_NS_PER_MS;
    bool in_time = true;
    bool ended;

    uvp_mutex_lock(&line->mutex);
    while (line->living > 0 && in_time) {
        /* woken by the last thread or by the caller's own time limit */
        in_time = uvp_condition_wait_until(&line->ended, &line->mutex, until);
    }
    ended = line->living == 0;
    uvp_mutex_unlock(&line->mutex);
    return ended;
}

enum uvp_code uvp_pipeline_wait(struct uvp_pipeline *pipeline, uint32_t timeout_ms,
                                void (*tick)(void *ctx), void *tick_ctx, struct uvp_error *err)
{
    if (!pipeline->started) {
        return uvp_fail(err, UVP_USAGE, 0, "the run was not started");
    }
    if (pipeline->settled) {
        return tell_result(pipeline, err);
    }
    if (pipeline->serial) {
        pipeline->tick = tick;
        pipeline->tick_ctx = tick_ctx;
        uvp_serial_run(pipeline);
    } else if (!wait_for_end(pipeline, timeout_ms)) {
        return UVP_OK;
    }
    settle(pipeline);
    return tell_result(pipeline, err);
}

/* ---- making ---- */

static enum uvp_code check_options(const struct uvp_pipeline_options *options,
                                   const struct uvp_reader_stage *readers,
                                   const struct uvp_stop *stop, struct uvp_error *err)
{
    if (options->readers > MAX_THREADS || options->workers > MAX_THREADS) {
        return uvp_fail(err, UVP_USAGE, 0, "more than %u threads of a kind", MAX_THREADS);
    }
    if (options->window_items > MAX_WINDOW_ITEMS || options->max_jobs > MAX_WINDOW_ITEMS) {
        return uvp_fail(err, UVP_USAGE, 0, "a window of more than %u", MAX_WINDOW_ITEMS);
    }
    if (readers->lane_count == UVP_NO_LANE) {
        return uvp_fail(err, UVP_USAGE, 0, "too many inputs");
    }
    if (stop->parent != NULL || stop->wake_read_fd < 0) {
        return uvp_fail(err, UVP_USAGE, 0, "the stop must be a root with a wake pipe");
    }
    return UVP_OK;
}

static struct uvp_pipeline_options filled_in(struct uvp_pipeline_options options)
{
    if (options.readers == 0 || options.workers == 0) {
        options.readers = 1;
    }
    if (options.budget_bytes == 0) {
        options.budget_bytes = DEFAULT_BUDGET_BYTES;
    }
    if (options.window_items == 0) {
        options.window_items = options.workers == 0 ? 4 : 4 * options.workers;
    }
    if (options.max_jobs == 0) {
        options.max_jobs = options.workers + 2;
    }
    return options;
}

static enum uvp_code init_post(struct uvp_pipeline *line, struct uvp_post *post,
                               void (*run)(struct uvp_post *), uint32_t number,
                               const char *name, struct uvp_error *err)
{
    post->line = line;
    post->run = run;
    post->intake = (struct uvp_intake){.line = line, .note = &post->note, .reader = number};
    post->desk = (struct uvp_desk){.line = line, .note = &post->note, .number = number};
    UVP_TRY(uvp_note_init(&post->note, name, err));
    post->noted = true;
    if (line->options.timeline) {
        post->note.timeline = uvp_timeline_create(line->mem);
        if (post->note.timeline == NULL) {
            return uvp_fail_memory(err, sizeof *post->note.timeline);
        }
    }
    return UVP_OK;
}

static enum uvp_code init_group(struct uvp_pipeline *line, uint32_t first, uint32_t count,
                                void (*run)(struct uvp_post *), const char *name,
                                struct uvp_error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        char full[UVP_THREAD_NAME_BYTES];

        (void)snprintf(full, sizeof full, "%.9s-%u", name, i % (MAX_THREADS + 1));
        UVP_TRY(init_post(line, &line->posts[first + i], run, i, full, err));
    }
    return UVP_OK;
}

static enum uvp_code init_posts(struct uvp_pipeline *line, struct uvp_error *err)
{
    const struct uvp_pipeline_options *const options = &line->options;
    const uint32_t count = line->serial ? 1 : 1 + options->workers + options->readers;

    line->posts = uvp_mem_take_zeroed(line->mem, count * sizeof *line->posts);
    if (line->posts == NULL) {
        return uvp_fail_memory(err, count * sizeof *line->posts);
    }
    line->post_count = count;
    line->outlet.line = line;
    line->outlet.note = &line->posts[0].note;
    atomic_init(&line->readers_left, options->readers);
    atomic_init(&line->ends_left, 1 + options->workers);
    UVP_TRY(init_post(line, &line->posts[0], uvp_writer_run, 0,
                      line->serial ? "main" : "writer", err));
    if (line->serial) {
        return UVP_OK;
    }
    UVP_TRY(init_group(line, 1, options->workers, uvp_worker_run, "worker", err));
    return init_group(line, 1 + options->workers, options->readers, uvp_reader_run, "reader",
                      err);
}

static void call_worker(void *ctx)
{
    const struct uvp_pipeline *const line = ctx;

    uvp_ring_call(line->ring);
}

static bool has_items(void *ctx)
{
    const struct uvp_pipeline *const line = ctx;

    return uvp_ring_has_items(line->ring);
}

/* Workers help each other and the readers; readers only ask. */
static enum uvp_code init_pool(struct uvp_pipeline *line, struct uvp_error *err)
{
    const struct uvp_pool_options options = {
        .members = line->options.workers + line->options.readers,
        .ctx = line,
        .call = call_worker,
        .is_wanted_elsewhere = has_items,
    };

    return line->serial ? UVP_OK : uvp_pool_create(&options, line->mem, &line->pool, err);
}

static enum uvp_code init_ring(struct uvp_pipeline *line, struct uvp_error *err)
{
    const struct uvp_ring_options options = {
        .capacity = line->options.window_items,
        .urgent_capacity = line->options.max_jobs,
        .senders = 2, /* the readers together, and the writer with its jobs */
        .stop = line->stop,
        .receiver_waits_for = "work",
        .sender_waits_for = "a worker",
        .calls = line->pool == NULL ? NULL : uvp_pool_open(line->pool),
    };

    return line->serial ? UVP_OK : uvp_ring_create(&options, line->mem, &line->ring, err);
}

static enum uvp_code init_locks(struct uvp_pipeline *line, struct uvp_error *err)
{
    enum uvp_code code = uvp_mutex_init(&line->mutex, err);

    if (code != UVP_OK) {
        return code;
    }
    code = uvp_condition_init(&line->ended, err);
    if (code != UVP_OK) {
        uvp_mutex_release(&line->mutex);
    }
    return code;
}

static void release_locks(struct uvp_pipeline *line)
{
    uvp_condition_release(&line->ended);
    uvp_mutex_release(&line->mutex);
}

/* Gate and order know by themselves whether they were set up. */
static enum uvp_code init_parts(struct uvp_pipeline *line, struct uvp_error *err)
{
    const struct uvp_pipeline_options *const options = &line->options;
    const struct uvp_gate_options gate = {
        .lanes = line->readers.lane_count,
        .readers = options->readers,
        .budget_bytes = options->budget_bytes,
        .window_items = options->window_items,
        .stop = line->stop,
    };

    UVP_TRY(uvp_gate_init(&line->gate, &gate, line->mem, err));
    UVP_TRY(uvp_order_init(&line->order, options->window_items, options->unordered, line->stop,
                           line->mem, err));
    UVP_TRY(init_pool(line, err));
    UVP_TRY(init_ring(line, err));
    UVP_TRY(init_posts(line, err));
    return uvp_stop_init(&line->over, true, err);
}

static void release_parts(struct uvp_pipeline *line)
{
    uvp_stop_release(&line->over);
    for (uint32_t i = 0; i < line->post_count; i++) {
        if (line->posts[i].noted) {
            uvp_note_release(&line->posts[i].note);
        }
    }
    uvp_mem_give(line->mem, line->posts, line->post_count * sizeof *line->posts);
    uvp_ring_destroy(line->ring);
    uvp_pool_destroy(line->pool);
    uvp_order_release(&line->order);
    uvp_gate_release(&line->gate);
}

enum uvp_code uvp_pipeline_create(const struct uvp_pipeline_options *options,
                                  const struct uvp_reader_stage *readers,
                                  const struct uvp_worker_stage *workers,
                                  const struct uvp_writer_stage *writer, struct uvp_mem *mem,
                                  struct uvp_stop *stop, const struct uvp_trace *trace,
                                  struct uvp_pipeline **pipeline, struct uvp_error *err)
{
    struct uvp_pipeline *line;
    enum uvp_code code;

    UVP_TRY(check_options(options, readers, stop, err));
    line = uvp_mem_take_zeroed(mem, sizeof *line);
    if (line == NULL) {
        return uvp_fail_memory(err, sizeof *line);
    }
    line->self = line;
    line->options = filled_in(*options);
    line->serial = options->workers == 0;
    line->readers = *readers;
    line->workers = *workers;
    line->writer = *writer;
    line->mem = mem;
    line->stop = stop;
    line->trace = trace;
    line->over.wake_read_fd = -1;
    code = init_locks(line, err);
    if (code != UVP_OK) {
        uvp_mem_give(mem, line, sizeof *line);
        return code;
    }
    code = init_parts(line, err);
    if (code != UVP_OK) {
        release_parts(line);
        release_locks(line);
        uvp_mem_give(mem, line, sizeof *line);
        return code;
    }
    *pipeline = line;
    return UVP_OK;
}

void uvp_pipeline_destroy(struct uvp_pipeline *pipeline)
{
    struct uvp_mem *mem;

    if (pipeline == NULL) {
        return;
    }
    if (pipeline->started && !pipeline->settled && !pipeline->serial) {
        uvp_stop_raise(pipeline->stop, UVP_STOP_ABORT);
        uvp_line_wake(pipeline);
        settle(pipeline);
    }
    mem = pipeline->mem;
    release_parts(pipeline);
    release_locks(pipeline);
    uvp_mem_give(mem, pipeline, sizeof *pipeline);
}
