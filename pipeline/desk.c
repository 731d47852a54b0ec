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

void uvp_desk_settle(struct uvp_desk *desk, struct uvp_item *item, size_t bytes)
{
    if (item->share_bytes != bytes) {
        uvp_gate_settle(&desk->line->gate, item, bytes);
    }
}

static void run_job(struct uvp_desk *desk, struct uvp_job *job)
{
    const enum uvp_code code = job->run(job, &job->error);

    uvp_order_job_done(&desk->line->order, job, code);
}

/* Whatever comes of it, the item goes on to the order: after an abort it is given back there.
 */
static void work_item(struct uvp_desk *desk, void *worker, struct uvp_item *item)
{
    struct uvp_pipeline *const line = desk->line;
    struct uvp_error err = {0};
    const enum uvp_code code = line->workers.work(worker, desk, item, &err);

    if (code != UVP_OK) {
        uvp_line_fail(line, code, &err); /* aborts before the writer can see the item */
    }
    uvp_order_send(&line->order, item);
}

static void work_until_end(struct uvp_desk *desk, void *worker)
{
    struct uvp_pipeline *const line = desk->line;
    void *taken = NULL;
    uint32_t count;
    bool urgent;

    while (uvp_ring_receive(line->ring, &taken, 1, &count, &urgent, desk->note) == UVP_OK) {
        atomic_fetch_add_explicit(&line->working, 1, memory_order_relaxed);
        if (urgent) {
            run_job(desk, taken);
        } else {
            work_item(desk, worker, taken);
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
    uvp_line_count_end(line);
    uvp_note_set(&post->note, "works", NULL);
    work_until_end(&post->desk, worker);
    uvp_note_set(&post->note, "ends", NULL);
    stage->destroy(worker);
}
