/*
 * The worker group. A worker takes one thing at a time: items are much heavier than the
 * hand-over, and an item waiting behind a slow one in a private batch would hold up the writer.
 */
#include <string.h>

#include "pipeline/line.h"

uint32_t uvp_desk_number(const struct uvp_desk *desk)
{
    return desk->number;
}

struct uvp_stop *uvp_desk_stop(struct uvp_desk *desk)
{
    return desk->line->stop;
}

void uvp_desk_note(struct uvp_desk *desk, const char *step, const char *label)
{
    uvp_note_set(desk->note, step, label);
}

void uvp_desk_step(struct uvp_desk *desk, const char *step)
{
    uvp_note_step(desk->note, step);
}

void uvp_desk_start(struct uvp_desk *desk, const char *step, const char *label)
{
    uvp_note_start(desk->note, step, label);
}

void uvp_desk_count(struct uvp_desk *desk, uint64_t count)
{
    uvp_note_count(desk->note, count);
}

void uvp_desk_settle(struct uvp_desk *desk, struct uvp_item *item, size_t bytes)
{
    if (item->share_bytes != bytes) {
        uvp_gate_settle(&desk->line->gate, item, bytes);
    }
}

/* ---- help with one item ---- */

uint32_t uvp_desk_hands(const struct uvp_desk *desk)
{
    return desk->line->pool == NULL ? 1 : desk->line->options.workers; /* no reader helps */
}

void *uvp_desk_worker_of_hand(const struct uvp_desk *desk, uint32_t hand)
{
    const uint32_t member = uvp_pool_member_of_hand(desk->number, hand);

    return hand == 0 ? desk->worker : desk->line->posts[1 + member].desk.worker;
}

void uvp_line_run_batch(struct uvp_pool *pool, uint32_t member, uint64_t rank,
                        const struct uvp_desk_batch *batch, struct uvp_note *note)
{
    const struct uvp_pool_batch posted = {
        .task = batch->task,
        .arg = batch->arg,
        .count = batch->count,
        .rank = rank,
        .label = batch->label,
    };

    if (pool != NULL) {
        uvp_pool_run(pool, member, &posted, note);
        return;
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        batch->task(batch->arg, i, 0);
    }
}

void uvp_desk_run(struct uvp_desk *desk, const struct uvp_desk_batch *batch)
{
    uvp_line_run_batch(uvp_desk_hands(desk) > 1 ? desk->line->pool : NULL, desk->number,
                       desk->ticket, batch, desk->note);
}

/* Nobody to help after all is the usual end of a call that others heard first. */
static void help(struct uvp_desk *desk)
{
    const struct uvp_worker_stage *const stage = &desk->line->workers;

    if (!uvp_pool_help(desk->line->pool, desk->number, desk->note)) {
        return;
    }
    if (stage->rest != NULL) {
        stage->rest(desk->worker);
    }
    uvp_note_set(desk->note, "waiting for work", NULL);
}

/* ---- the worker thread ---- */

static void run_job(struct uvp_desk *desk, struct uvp_job *job)
{
    enum uvp_code code;

    uvp_note_set(desk->note, "works for the writer", NULL);
    code = job->run(job, &job->error);
    uvp_order_job_done(&desk->line->order, job, code);
    uvp_note_set(desk->note, "waiting for work", NULL);
}

/* Whatever comes of it, the item goes on to the order: after an abort it is given back there.
 */
static void work_item(struct uvp_desk *desk, struct uvp_item *item)
{
    struct uvp_pipeline *const line = desk->line;
    struct uvp_error err = {0};
    enum uvp_code code;

    desk->ticket = item->ticket;
    code = line->workers.work(desk->worker, desk, item, &err);
    if (code != UVP_OK) {
        uvp_line_fail(line, code, &err); /* aborts before the writer can see the item */
    }
    uvp_order_send(&line->order, item);
}

static void work_until_end(struct uvp_desk *desk)
{
    struct uvp_pipeline *const line = desk->line;
    void *taken = NULL;
    uint32_t count;
    bool urgent;

    while (uvp_ring_receive(line->ring, &taken, 1, &count, &urgent, desk->note) == UVP_OK) {
        atomic_fetch_add_explicit(&line->working, 1, memory_order_relaxed);
        if (count == 0) {
            help(desk);
        } else if (urgent) {
            run_job(desk, taken);
        } else {
            work_item(desk, taken);
        }
        atomic_fetch_sub_explicit(&line->working, 1, memory_order_relaxed);
    }
}

void uvp_worker_run(struct uvp_post *post)
{
    struct uvp_pipeline *const line = post->line;
    const struct uvp_worker_stage *const stage = &line->workers;
    struct uvp_error err = {0};
    void *worker = NULL;
    enum uvp_code code = stage->create(stage->ctx, &post->desk, &worker, &err);

    if (code != UVP_OK) {
        uvp_line_fail(line, code, &err);
        return;
    }
    post->desk.worker = worker;
    uvp_line_count_end(line);
    uvp_note_set(&post->note, "waiting for work", NULL);
    work_until_end(&post->desk);
    uvp_note_set(&post->note, "ends", NULL);
    stage->destroy(worker);
}
