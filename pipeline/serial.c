/*
 * The serial twin: the same line in one thread. A reader's `run` is a loop that calls send, so
 * send does all the rest of the way before it returns: work, put, jobs, collect. It is what the
 * threads are compared with, and what `--workers 0` runs.
 *
 * Re-entrancy: reader -> send -> put -> submit -> job, and submit -> collect -> submit at most
 * once more (see uvp_outlet_submit). No stage is entered from its own function but the writer,
 * in collect from submit, which the contract allows.
 */
#include "pipeline/base/clock.h"
#include "pipeline/line.h"

static struct uvp_desk *desk_of(struct uvp_pipeline *line)
{
    return &line->posts[0].desk;
}

/* The run's limits ride on the root stop: nobody else could interrupt long work here. */
static void refresh_deadline(struct uvp_pipeline *line)
{
    const uint64_t until = uvp_line_deadline(line);

    if (until != UINT64_MAX) {
        atomic_store(&line->stop->deadline_ns, until);
    }
}

void uvp_serial_run_job(struct uvp_pipeline *line, struct uvp_job *job)
{
    const enum uvp_code code = job->run(job, &job->error);

    uvp_order_job_done(&line->order, job, code);
}

enum uvp_code uvp_serial_reserve(struct uvp_intake *intake, struct uvp_item *item, size_t bytes,
                                 struct uvp_error *err)
{
    struct uvp_pipeline *const line = intake->line;
    struct uvp_gate *const gate = &line->gate;
    enum uvp_code code;

    uvp_line_check_limits(line);
    code = uvp_gate_admit(gate, intake->lane, item, bytes, false, intake->note);
    if (code == UVP_END) {
        /* only the writer can hold room here; an idle writer lets go of it */
        (void)uvp_outlet_idle(&line->outlet);
        code = uvp_gate_admit(gate, intake->lane, item, bytes, false, intake->note);
    }
    if (code == UVP_END) {
        return uvp_fail(err, UVP_BUG, item->ticket, "the writer keeps items while it is idle");
    }
    return code == UVP_OK ? UVP_OK : uvp_fail(err, code, 0, "cancelled");
}

static enum uvp_code work_item(struct uvp_pipeline *line, struct uvp_item *item)
{
    struct uvp_error err = {0};
    enum uvp_code code = UVP_OK;

    if (!item->direct) {
        code = line->workers.work(line->serial_worker, desk_of(line), item, &err);
    }
    uvp_line_check_limits(line);
    if (code != UVP_OK) {
        uvp_line_fail(line, code, &err);
    }
    return code;
}

void uvp_serial_send(struct uvp_intake *intake, struct uvp_item *item)
{
    struct uvp_pipeline *const line = intake->line;
    struct uvp_outlet *const outlet = &line->outlet;

    if (uvp_line_aborts(line) || work_item(line, item) != UVP_OK || uvp_line_aborts(line)) {
        uvp_line_give_back(line, item);
        return;
    }
    uvp_note_set(outlet->note, "writes", NULL);
    if (uvp_outlet_put(outlet, item) == UVP_OK && uvp_outlet_collect_all(outlet) == UVP_OK &&
        uvp_outlet_idle(outlet) == UVP_OK) {
        refresh_deadline(line);
    }
    uvp_note_set(outlet->note, "reads", NULL);
    if (line->tick != NULL) {
        line->tick(line->tick_ctx);
    }
}

static void read_lanes(struct uvp_pipeline *line)
{
    struct uvp_intake *const intake = &line->posts[0].intake;
    struct uvp_ahead *ahead = NULL;

    while (uvp_gate_next_duty(&line->gate, 0, &intake->lane, &ahead, intake->note) ==
           UVP_GATE_LANE) {
        uvp_reader_read_lane(intake);
    }
    if (!uvp_line_aborts(line)) {
        (void)uvp_outlet_finish(&line->outlet);
    }
}

static void run_with_worker(struct uvp_pipeline *line)
{
    const struct uvp_worker_stage *const stage = &line->workers;
    struct uvp_error err = {0};
    const enum uvp_code code =
        stage->create(stage->ctx, desk_of(line), &line->serial_worker, &err);

    if (code != UVP_OK) {
        uvp_line_fail(line, code, &err);
        return;
    }
    desk_of(line)->worker = line->serial_worker;
    read_lanes(line);
    stage->destroy(line->serial_worker);
    line->serial_worker = NULL;
}

void uvp_serial_run(struct uvp_pipeline *line)
{
    const uint64_t before = atomic_load(&line->stop->deadline_ns);
    const char *const name_before = line->stop->deadline_name;

    line->stop->deadline_name = "time limit of the run";
    refresh_deadline(line);
    uvp_note_begin(&line->posts[0].note, line->started_ns);
    run_with_worker(line);
    uvp_note_end(&line->posts[0].note);
    atomic_store(&line->stop->deadline_ns, before);
    line->stop->deadline_name = name_before;
}
