/*
 * The writer group: one thread, which waits in uvp_order_receive only (and, when too many jobs
 * are under way, for the oldest of them). Releases are gathered over a batch, so that the gate
 * is locked and a reader woken once for many items; they are told before every wait.
 */
#include "pipeline/base/clock.h"
#include "pipeline/line.h"

#define FLUSH_ITEMS 16

void uvp_outlet_flush(struct uvp_outlet *outlet)
{
    if (outlet->released_items == 0) {
        return;
    }
    uvp_gate_give(&outlet->line->gate, outlet->released_items, outlet->released_bytes,
                  uvp_clock_now_ns());
    outlet->released_items = 0;
    outlet->released_bytes = 0;
}

/* A large share is told at once: a reader may be waiting for it while `put` is writing. */
static bool is_worth_telling(const struct uvp_outlet *outlet)
{
    return !outlet->gathers || outlet->released_items >= FLUSH_ITEMS ||
           outlet->released_bytes >= outlet->line->options.budget_bytes / 8 ||
           outlet->released_items >= outlet->line->options.window_items / 4;
}

void uvp_outlet_release(struct uvp_outlet *outlet, struct uvp_item *item)
{
    outlet->released_items++;
    outlet->released_bytes += item->share_bytes;
    item->share_bytes = 0;
    item->has_ticket = false;
    if (is_worth_telling(outlet)) {
        uvp_outlet_flush(outlet);
    }
}

struct uvp_stop *uvp_outlet_stop(struct uvp_outlet *outlet)
{
    return outlet->line->stop;
}

void uvp_outlet_note(struct uvp_outlet *outlet, const char *step, const char *label)
{
    uvp_note_set(outlet->note, step, label);
}

/* ---- steps ---- */

static enum uvp_code keep_failure(struct uvp_outlet *outlet, enum uvp_code code,
                                  const struct uvp_error *err)
{
    if (code != UVP_OK) {
        uvp_line_fail(outlet->line, code, err);
    }
    return code == UVP_END ? UVP_BUG : code; /* the end is the line's to say */
}

enum uvp_code uvp_outlet_put(struct uvp_outlet *outlet, struct uvp_item *item)
{
    const struct uvp_writer_stage *const stage = &outlet->line->writer;
    struct uvp_error err = {0};

    return keep_failure(outlet, stage->put(stage->ctx, outlet, item, &err), &err);
}

static void discard_job(struct uvp_pipeline *line, struct uvp_job *job)
{
    if (line->writer.discard_job != NULL) {
        line->writer.discard_job(line->writer.ctx, job);
    }
}

enum uvp_code uvp_outlet_collect(struct uvp_outlet *outlet, struct uvp_job *job)
{
    const struct uvp_writer_stage *const stage = &outlet->line->writer;
    struct uvp_error err = {0};
    enum uvp_code code = job->result;

    if (code != UVP_OK) {
        code = keep_failure(outlet, code, &job->error);
        discard_job(outlet->line, job);
        return code;
    }
    code = keep_failure(outlet, stage->collect(stage->ctx, outlet, job, &err), &err);
    uvp_gate_touch(&outlet->line->gate, uvp_clock_now_ns());
    return code;
}

/* Collects one job; UVP_END when there is none. */
static enum uvp_code collect_oldest(struct uvp_outlet *outlet)
{
    struct uvp_job *job = NULL;

    uvp_outlet_flush(outlet);
    UVP_TRY(uvp_order_take_job(&outlet->line->order, &job, outlet->note));
    return uvp_outlet_collect(outlet, job);
}

enum uvp_code uvp_outlet_collect_all(struct uvp_outlet *outlet)
{
    enum uvp_code code;

    do {
        code = collect_oldest(outlet);
    } while (code == UVP_OK);
    return code == UVP_END ? UVP_OK : code;
}

enum uvp_code uvp_outlet_submit(struct uvp_outlet *outlet, struct uvp_job *job,
                                struct uvp_error *err)
{
    struct uvp_pipeline *const line = outlet->line;

    while (uvp_order_jobs(&line->order) >= line->options.max_jobs) {
        const enum uvp_code code = collect_oldest(outlet);

        if (code != UVP_OK) {
            return uvp_fail(err, code, 0, "a job before failed: %s", uvp_code_name(code));
        }
    }
    uvp_order_add_job(&line->order, job);
    if (line->serial) {
        uvp_serial_run_job(line, job);
    } else if (!uvp_ring_send_urgent(line->ring, job)) {
        /* cannot be: the urgent lane holds max_jobs */
        uvp_order_job_done(&line->order, job, UVP_BUG);
    }
    return UVP_OK;
}

enum uvp_code uvp_outlet_idle(struct uvp_outlet *outlet)
{
    const struct uvp_writer_stage *const stage = &outlet->line->writer;
    struct uvp_error err = {0};
    enum uvp_code code = UVP_OK;

    if (stage->idle != NULL) {
        code = keep_failure(outlet, stage->idle(stage->ctx, outlet, &err), &err);
    }
    uvp_outlet_flush(outlet);
    return code;
}

static enum uvp_code finish_with(struct uvp_outlet *outlet,
                                 enum uvp_code (*finish)(void *, struct uvp_outlet *, bool,
                                                         struct uvp_error *))
{
    struct uvp_pipeline *const line = outlet->line;
    struct uvp_error err = {0};

    if (finish == NULL) {
        return UVP_OK;
    }
    return keep_failure(
        outlet, finish(line->writer.ctx, outlet, uvp_line_is_complete(line), &err), &err);
}

enum uvp_code uvp_outlet_finish(struct uvp_outlet *outlet)
{
    const struct uvp_writer_stage *const stage = &outlet->line->writer;

    uvp_note_set(outlet->note, "finishes", NULL);
    UVP_TRY(finish_with(outlet, stage->finish));
    UVP_TRY(uvp_outlet_collect_all(outlet));
    UVP_TRY(finish_with(outlet, stage->finish_jobs));
    uvp_outlet_flush(outlet);
    uvp_line_set_written(outlet->line);
    return UVP_OK;
}

/* ---- the writer thread ---- */

static enum uvp_code put_batch(struct uvp_outlet *outlet)
{
    const struct uvp_order_batch *const batch = &outlet->batch;

    if (batch->job != NULL) {
        return uvp_outlet_collect(outlet, batch->job);
    }
    while (outlet->put_count < batch->count) {
        if (uvp_line_aborts(outlet->line)) {
            return UVP_CANCELLED;
        }
        UVP_TRY(uvp_outlet_put(outlet, batch->items[outlet->put_count++]));
    }
    return UVP_OK;
}

/* Looks without waiting first: `idle` is called before every sleep, once for each. */
static enum uvp_code receive_batch(struct uvp_outlet *outlet)
{
    struct uvp_order *const order = &outlet->line->order;
    struct uvp_order_batch *const batch = &outlet->batch;

    outlet->put_count = 0;
    UVP_TRY(uvp_order_receive(order, false, batch, outlet->note));
    if (batch->job != NULL || batch->count != 0) {
        return UVP_OK;
    }
    UVP_TRY(uvp_outlet_idle(outlet));
    return uvp_order_receive(order, true, batch, outlet->note);
}

void uvp_writer_run(struct uvp_post *post)
{
    struct uvp_outlet *const outlet = &post->line->outlet;
    enum uvp_code code;

    uvp_note_set(&post->note, "writes", NULL);
    outlet->gathers = true;
    do {
        code = receive_batch(outlet);
        if (code == UVP_OK) {
            code = put_batch(outlet);
        }
    } while (code == UVP_OK);
    if (code == UVP_END) {
        (void)uvp_outlet_finish(outlet);
    }
    outlet->gathers = false;
    uvp_outlet_flush(outlet);
    uvp_note_set(&post->note, "ends", NULL);
    uvp_ring_finish_send(post->line->ring);
}
