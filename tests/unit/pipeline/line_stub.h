/*
 * line_stub.h -- stages made of dice, and a judge of what the line did with them
 *
 * Use:     fill a struct stub_plan, stub_run, look at the struct stub_result. Everything the
 *          stages do is a function of the plan's seed and of (lane, index), never of timing.
 */
#ifndef UVP_TESTS_LINE_STUB_H
#define UVP_TESTS_LINE_STUB_H

#include "tests/unit/pipeline/line_plan.h"

/* ---- readers ---- */

static inline void stub_free_item(struct stub *stub, struct stub_item *item)
{
    atomic_fetch_add(&stub->items_freed, 1);
    free(item);
}

static inline enum uvp_code stub_produce(void *ctx, void **result, struct uvp_error *err)
{
    struct stub_reader *const reader = ctx;
    struct stub *const stub = reader->stub;
    const uint32_t number = reader->produced++;

    stub_event(stub);
    stub_stall(stub, DICE_AHEAD, reader->lane, number);
    if (number >= stub->plan->items[reader->lane]) {
        return UVP_END;
    }
    if (reader->lane == 0 && number == stub->plan->fail_ahead) {
        return uvp_fail(err, UVP_BAD_DATA, number, "read ahead fails");
    }
    *result = malloc(sizeof(uint32_t));
    if (*result == NULL) {
        abort();
    }
    memcpy(*result, &number, sizeof number);
    atomic_fetch_add(&stub->results_made, 1);
    return UVP_OK;
}

static inline void stub_discard_result(void *ctx, void *result)
{
    struct stub_reader *const reader = ctx;

    atomic_fetch_add(&reader->stub->results_freed, 1);
    free(result);
}

static inline void stub_close(void *ctx)
{
    struct stub_reader *const reader = ctx;

    uvp_ahead_end(reader->ahead);
    atomic_fetch_add(&reader->stub->closed, 1);
    free(reader);
}

static inline enum uvp_code stub_start_ahead(struct stub_reader *reader, struct uvp_error *err)
{
    const struct uvp_ahead_ops ops = {
        .ctx = reader, .produce = stub_produce, .discard = stub_discard_result};
    const uint32_t capacity = reader->stub->plan->ahead_capacity;
    enum uvp_code code;

    if (capacity == 0) {
        return UVP_OK;
    }
    code = uvp_ahead_start(reader->intake, &ops, capacity, &reader->ahead, err);
    if (code == UVP_OK) {
        atomic_fetch_add(&reader->stub->aheads, 1);
    }
    return code == UVP_END ? UVP_OK : code;
}

static inline enum uvp_code stub_open(void *ctx, uint32_t lane, struct uvp_intake *intake,
                                      void **opened, struct uvp_error *err)
{
    struct stub *const stub = ctx;
    struct stub_reader *reader;
    enum uvp_code code;

    stub_event(stub);
    stub_stall(stub, DICE_STALL_READ, lane, STUB_NEVER);
    if (stub->plan->fail_open[lane] != 0) {
        return uvp_fail(err, UVP_BAD_DATA, lane, "open of lane %u fails", lane);
    }
    reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        abort();
    }
    reader->stub = stub;
    reader->intake = intake;
    reader->lane = lane;
    atomic_fetch_add(&stub->opened, 1);
    uvp_intake_note(intake, "opens", "lane");
    code = stub_start_ahead(reader, err);
    if (code != UVP_OK) {
        stub_close(reader);
        return code;
    }
    *opened = reader;
    return UVP_OK;
}

static inline size_t stub_bytes(const struct stub *stub, uint32_t lane, uint32_t index)
{
    return 1 + stub_roll(stub, DICE_BYTES, lane, index) % stub->plan->max_bytes;
}

/* In one piece or in up to five. A cancel after the ticket must not keep the item back. */
static inline enum uvp_code stub_reserve(struct stub_reader *reader, struct stub_item *item,
                                         struct uvp_error *err)
{
    struct stub *const stub = reader->stub;
    const size_t bytes = stub_bytes(stub, item->lane, item->index);
    uint32_t steps = 1;
    uint64_t seen;
    enum uvp_code code = UVP_OK;

    if (stub_chance(stub, DICE_STEPS, item->lane, item->index, stub->plan->step_percent)) {
        steps = 5;
    }
    for (uint32_t i = 0; i < steps && code == UVP_OK; i++) {
        code = uvp_intake_reserve(reader->intake, &item->base, bytes / steps, err);
    }
    seen = atomic_load(&stub->largest);
    while (item->base.share_bytes > seen &&
           !atomic_compare_exchange_weak(&stub->largest, &seen, item->base.share_bytes)) {
    }
    return code;
}

static inline enum uvp_code stub_read_one(struct stub_reader *reader, uint32_t index,
                                          struct uvp_error *err)
{
    struct stub *const stub = reader->stub;
    struct stub_item *item = calloc(1, sizeof *item);
    enum uvp_code code;

    if (item == NULL) {
        abort();
    }
    atomic_fetch_add(&stub->items_made, 1);
    item->lane = reader->lane;
    item->index = index;
    item->base.direct =
        stub_chance(stub, DICE_DIRECT, reader->lane, index, stub->plan->direct_percent);
    item->base.fixed =
        stub_chance(stub, DICE_FIXED, reader->lane, index, stub->plan->fixed_percent);
    code = stub_reserve(reader, item, err);
    if (item->base.has_ticket) {
        uvp_intake_send(reader->intake, &item->base);
    } else {
        stub_free_item(stub, item);
    }
    return code;
}

static inline enum uvp_code stub_receive_ahead(struct stub_reader *reader, uint32_t index,
                                               struct uvp_error *err)
{
    void *result = NULL;
    uint32_t number;

    if (reader->ahead == NULL) {
        return UVP_OK;
    }
    UVP_TRY(uvp_ahead_receive(reader->ahead, &result, err));
    memcpy(&number, result, sizeof number);
    stub_discard_result(reader, result);
    if (number != index) {
        return uvp_fail(err, UVP_BUG, index, "read ahead out of order");
    }
    return UVP_OK;
}

static inline enum uvp_code stub_read(void *ctx, struct uvp_intake *intake,
                                      struct uvp_error *err)
{
    struct stub_reader *const reader = ctx;
    struct stub *const stub = reader->stub;

    for (uint32_t i = 0; i < stub->plan->items[reader->lane]; i++) {
        stub_event(stub);
        if (uvp_stop_level(uvp_intake_stop(intake)) != UVP_STOP_NONE) {
            return UVP_CANCELLED;
        }
        if (i == stub->plan->fail_run[reader->lane]) {
            return uvp_fail(err, UVP_BAD_DATA, reader->lane, "lane %u fails", reader->lane);
        }
        UVP_TRY(stub_receive_ahead(reader, i, err));
        UVP_TRY(stub_read_one(reader, i, err));
        stub_stall(stub, DICE_STALL_READ, reader->lane, i);
    }
    return UVP_OK;
}

/* ---- workers ---- */

static inline enum uvp_code stub_create(void *ctx, struct uvp_desk *desk, void **worker,
                                        struct uvp_error *err)
{
    struct stub *const stub = ctx;

    stub_event(stub);
    if (uvp_desk_number(desk) == stub->plan->fail_create) {
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no worker");
    }
    atomic_fetch_add(&stub->workers_made, 1);
    *worker = stub;
    return UVP_OK;
}

static inline void stub_destroy(void *worker)
{
    struct stub *const stub = worker;

    atomic_fetch_add(&stub->workers_freed, 1);
}

static inline enum uvp_code stub_hang(struct uvp_desk *desk, struct uvp_error *err)
{
    enum uvp_code code = UVP_OK;

    uvp_desk_note(desk, "hangs", "on purpose");
    while (code == UVP_OK) {
        code = uvp_stop_level(uvp_desk_stop(desk)) >= UVP_STOP_ABORT ? UVP_CANCELLED : UVP_OK;
        if (atomic_load(&uvp_desk_stop(desk)->deadline_ns) != 0) {
            struct uvp_stop child;

            uvp_stop_init_child(&child, uvp_desk_stop(desk), 0, NULL);
            code = uvp_stop_poll(&child, err);
        }
        stub_sleep_ns(1000000);
    }
    return code;
}

#define STUB_MOST_TASKS 64
#define STUB_MOST_HANDS 80

/* Tasks of one item. */
struct stub_batch {
    struct stub *stub;
    struct uvp_desk *desk;
    const struct stub_item *item;
    _Atomic bool met;                     /* a hand above 0 was here */
    uint32_t runs[STUB_MOST_TASKS];       /* each task's own */
    uint64_t value[STUB_MOST_TASKS];      /* each task's own */
    bool inside[STUB_MOST_HANDS];         /* each hand's own */
    struct stub *worker[STUB_MOST_HANDS]; /* each hand's own */
};

/* Ten seconds are for ever: the batch is then broken. */
static inline void stub_meet(struct stub_batch *batch, uint32_t hand)
{
    if (hand != 0) {
        atomic_store(&batch->met, true);
    }
    for (int i = 0; i < 100000 && !atomic_load(&batch->met); i++) {
        stub_sleep_ns(100000);
    }
    if (!atomic_load(&batch->met)) {
        atomic_fetch_add(&batch->stub->batch_broken, 1);
    }
}

static inline void stub_task(void *arg, uint32_t i, uint32_t hand)
{
    struct stub_batch *const batch = arg;
    struct stub *const stub = batch->stub;

    if (hand >= uvp_desk_hands(batch->desk) || batch->inside[hand] ||
        uvp_desk_worker_of_hand(batch->desk, hand) != stub) {
        atomic_fetch_add(&stub->batch_broken, 1);
        return;
    }
    batch->inside[hand] = true;
    stub_event(stub);
    stub_stall(stub, DICE_TASK, batch->item->lane, batch->item->index * 64 + i);
    if (stub->plan->batch_meets && uvp_desk_hands(batch->desk) > 1) {
        stub_meet(batch, hand);
    }
    while (stub->plan->batch_hangs && hand != 0 &&
           uvp_stop_level(&stub->stop) < UVP_STOP_ABORT) {
        stub_sleep_ns(1000000);
    }
    batch->runs[i]++;
    batch->value[i] = stub_mix(((uint64_t)batch->item->index << 32) ^ i);
    batch->inside[hand] = false;
}

/* A number that depends on every task having been run once. */
static inline uint64_t stub_run_batch(struct stub *stub, struct uvp_desk *desk,
                                      const struct stub_item *item)
{
    struct stub_batch batch = {.stub = stub, .desk = desk, .item = item};
    const struct uvp_desk_batch posted = {
        .task = stub_task,
        .arg = &batch,
        .count = (uint32_t)(stub_roll(stub, DICE_BATCH, item->index, item->lane) %
                            (stub->plan->batch_tasks + 1)),
        .label = "an item",
    };
    uint64_t value = 0;

    uvp_desk_run(desk, &posted);
    for (uint32_t i = 0; i < posted.count; i++) {
        value = stub_mix(value ^ batch.value[i]);
        if (batch.runs[i] != 1) {
            atomic_fetch_add(&stub->batch_broken, 1);
        }
    }
    return value;
}

static inline void stub_rest(void *worker)
{
    struct stub *const stub = worker;

    atomic_fetch_add(&stub->rests, 1);
}

static inline enum uvp_code stub_work(void *worker, struct uvp_desk *desk,
                                      struct uvp_item *base, struct uvp_error *err)
{
    struct stub *const stub = worker;
    struct stub_item *const item = (struct stub_item *)base;
    const uint32_t place = item->lane * 65536 + item->index;
    uint64_t settle;

    stub_event(stub);
    stub_stall(stub, DICE_STALL_WORK, item->lane, item->index);
    if (place == stub->plan->fail_work) {
        return uvp_fail(err, UVP_IO, place, "work fails");
    }
    if (place == stub->plan->hang_work) {
        return stub_hang(desk, err);
    }
    settle = stub_roll(stub, DICE_SETTLE, item->index, item->lane);
    if (stub_chance(stub, DICE_SETTLE, item->lane, item->index, stub->plan->settle_percent)) {
        uvp_desk_settle(desk, base,
                        settle % (base->share_bytes * (stub->plan->overdraw ? 3 : 1) + 1));
    }
    item->value = stub_mix(place);
    if (stub_chance(stub, DICE_BATCH, item->lane, item->index, stub->plan->batch_percent)) {
        item->value ^= stub_run_batch(stub, desk, item);
    }
    item->worked = true;
    return UVP_OK;
}

/* ---- writer ---- */

static inline void stub_let_go(struct stub *stub, struct stub_item *item)
{
    uvp_outlet_release(stub->outlet, &item->base);
    stub_free_item(stub, item);
}

static inline void stub_let_go_all(struct stub *stub)
{
    while (stub->held != NULL) {
        struct stub_item *const next = stub->held->next_held;

        stub_let_go(stub, stub->held);
        stub->held = next;
    }
    stub->held_count = 0;
}

static inline void stub_check_order(struct stub *stub, const struct stub_item *item)
{
    const struct stub_plan *const plan = stub->plan;
    uint32_t lane = stub->any ? stub->lane : 0;
    uint32_t index = stub->any ? stub->index + 1 : 0;

    if (stub->seen[item->lane][item->index] != 0) {
        stub->result->twice = true;
    }
    stub->seen[item->lane][item->index] = 1;
    while (lane < plan->lanes && index == plan->items[lane]) {
        lane++;
        index = 0;
    }
    if (!plan->options.unordered && (item->lane != lane || item->index != index)) {
        stub->result->order_broken = true;
    }
    if (item->base.fixed &&
        (stub->out != item->base.ticket || stub->tickets_out > item->base.ticket)) {
        stub->result->order_broken = true; /* one came too early or too late */
    }
    stub->out++;
    if (item->base.ticket >= stub->tickets_out) {
        stub->tickets_out = item->base.ticket + 1;
    }
    if (!item->base.direct && !item->worked) {
        stub->result->unworked = true;
    }
    stub->any = true;
    stub->lane = item->lane;
    stub->index = item->index;
    stub->result->puts_of[item->lane]++;
}

static inline enum uvp_code stub_run_job(struct uvp_job *base, struct uvp_error *err)
{
    struct stub_job *const job = (struct stub_job *)base;

    stub_event(job->stub);
    stub_stall(job->stub, DICE_STALL_JOB, job->number, 0);
    if (job->number == job->stub->plan->fail_job) {
        return uvp_fail(err, UVP_DEGENERATE, job->number, "job fails");
    }
    return UVP_OK;
}

static inline void stub_free_job(struct stub_job *job)
{
    if (job->held != NULL) {
        stub_let_go(job->stub, job->held);
    }
    atomic_fetch_add(&job->stub->jobs_freed, 1);
    free(job);
}

static inline enum uvp_code stub_submit(struct stub *stub, struct stub_item *held,
                                        struct uvp_error *err)
{
    struct stub_job *job = calloc(1, sizeof *job);
    enum uvp_code code;

    if (job == NULL) {
        abort();
    }
    job->base.run = stub_run_job;
    job->stub = stub;
    job->held = held;
    job->number = stub->jobs_made++;
    code = uvp_outlet_submit(stub->outlet, &job->base, err);
    if (code != UVP_OK) {
        stub_free_job(job);
    }
    return code;
}

static inline enum uvp_code stub_put(void *ctx, struct uvp_outlet *outlet,
                                     struct uvp_item *base, struct uvp_error *err)
{
    struct stub *const stub = ctx;
    struct stub_item *const item = (struct stub_item *)base;

    stub->outlet = outlet;
    stub_event(stub);
    stub_stall(stub, DICE_STALL_PUT, item->lane, item->index);
    stub_check_order(stub, item);
    stub->result->digest = stub_mix(stub->result->digest ^ item->value ^
                                    ((uint64_t)item->lane << 32) ^ item->index);
    if (stub->result->puts == stub->plan->abort_in_put) {
        uvp_stop_raise(&stub->stop, UVP_STOP_ABORT);
    }
    if (stub->result->puts++ == stub->plan->fail_put) {
        stub_let_go(stub, item);
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "put fails");
    }
    if (stub_chance(stub, DICE_JOB, item->lane, item->index, stub->plan->job_percent)) {
        return stub_submit(stub, item, err);
    }
    if (stub->plan->hold_items == 0) {
        stub_let_go(stub, item);
        return UVP_OK;
    }
    item->next_held = stub->held;
    stub->held = item;
    if (++stub->held_count >= stub->plan->hold_items) {
        stub_let_go_all(stub);
    }
    return UVP_OK;
}

static inline enum uvp_code stub_collect(void *ctx, struct uvp_outlet *outlet,
                                         struct uvp_job *base, struct uvp_error *err)
{
    struct stub *const stub = ctx;
    struct stub_job *const job = (struct stub_job *)base;
    const bool fails = job->number == stub->plan->fail_collect;

    (void)outlet;
    stub_event(stub);
    if (job->number != stub->next_job++) {
        stub->result->jobs_broken = true;
    }
    stub->result->collects++;
    stub_free_job(job);
    return fails ? uvp_fail(err, UVP_LIMIT, 0, "collect fails") : UVP_OK;
}

static inline enum uvp_code stub_idle(void *ctx, struct uvp_outlet *outlet,
                                      struct uvp_error *err)
{
    struct stub *const stub = ctx;

    (void)outlet;
    stub_event(stub);
    if (stub->idles++ == stub->plan->fail_idle) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "idle fails");
    }
    stub_let_go_all(stub);
    return UVP_OK;
}

static inline enum uvp_code stub_finish(void *ctx, struct uvp_outlet *outlet, bool complete,
                                        struct uvp_error *err)
{
    struct stub *const stub = ctx;

    stub->outlet = outlet;
    stub_event(stub);
    stub->result->finishes++;
    stub->result->complete = complete;
    if (stub->plan->fail_finish) {
        return uvp_fail(err, UVP_USAGE, 0, "finish fails");
    }
    for (uint32_t i = 0; i < stub->plan->job_at_finish; i++) {
        UVP_TRY(stub_submit(stub, NULL, err));
    }
    stub_let_go_all(stub);
    return UVP_OK;
}

static inline enum uvp_code stub_finish_jobs(void *ctx, struct uvp_outlet *outlet,
                                             bool complete, struct uvp_error *err)
{
    struct stub *const stub = ctx;

    (void)outlet;
    stub_event(stub);
    stub->result->finish_jobs++;
    if (complete != stub->result->complete || stub->next_job != stub->jobs_made) {
        stub->result->jobs_broken = true;
    }
    if (stub->plan->fail_finish_jobs) {
        return uvp_fail(err, UVP_USAGE, 0, "finish_jobs fails");
    }
    return UVP_OK;
}

static inline void stub_discard(void *ctx, struct uvp_item *item)
{
    stub_free_item(ctx, (struct stub_item *)item);
}

static inline void stub_discard_job(void *ctx, struct uvp_job *job)
{
    (void)ctx;
    stub_free_job((struct stub_job *)job);
}

/* ---- a run ---- */

static inline void stub_trace(void *ctx, enum uvp_trace_level level, const char *text)
{
    struct stub *const stub = ctx;

    (void)level;
    if (strstr(text, ": helping with an item for ") != NULL) {
        atomic_store(&stub->told_helping, true);
    }
    if (strstr(text, ": waits for its helpers for ") != NULL) {
        atomic_store(&stub->told_helped, true);
    }
    atomic_fetch_add(&stub->trace_lines, 1);
}

static inline void stub_tick(void *ctx)
{
    struct stub_result *const result = ctx;

    result->ticks++;
}

static inline enum uvp_code stub_wait(struct uvp_pipeline *pipeline, struct stub_result *result)
{
    enum uvp_code code;

    do {
        code = uvp_pipeline_wait(pipeline, 1000, stub_tick, result, &result->error);
    } while (code == UVP_OK);
    return code;
}

static inline uint64_t stub_timeline_sum(const struct uvp_timeline_view *view)
{
    uint64_t sum = 0;

    for (uint32_t b = 0; b < view->bin_count; b++) {
        for (uint32_t s = 0; s < view->state_count; s++) {
            sum += view->ns[b * view->stride + s];
        }
    }
    return sum;
}

static inline void stub_look_at_timelines(const struct uvp_pipeline *pipeline,
                                          struct stub_result *result)
{
    struct uvp_timeline_view view;
    uint64_t bin_ns = 0;

    while (uvp_pipeline_timeline(pipeline, result->timelines, &view)) {
        result->timeline_broken = result->timeline_broken || view.ended_ns < view.began_ns ||
                                  stub_timeline_sum(&view) != view.ended_ns - view.began_ns ||
                                  (result->timelines != 0 && view.bin_ns != bin_ns);
        bin_ns = view.bin_ns;
        result->timelines++;
    }
}

static inline void stub_drive(struct stub *stub, struct uvp_pipeline *pipeline)
{
    struct stub_result *const result = stub->result;
    const uint32_t early = stub->plan->destroy_after_ms;

    result->start = uvp_pipeline_start(pipeline, &result->error);
    if (early != STUB_NEVER) {
        result->code = uvp_pipeline_wait(pipeline, early, NULL, NULL, NULL);
        return;
    }
    result->code = result->start == UVP_OK ? stub_wait(pipeline, result) : result->start;
    stub_let_go_all(stub);
    uvp_pipeline_stats(pipeline, &result->stats);
    stub_look_at_timelines(pipeline, result);
}

static inline void stub_take_counts(const struct stub *stub)
{
    struct stub_result *const result = stub->result;

    result->items_made = stub->items_made;
    result->items_freed = stub->items_freed;
    result->jobs_made = stub->jobs_made;
    result->jobs_freed = stub->jobs_freed;
    result->results_made = stub->results_made;
    result->results_freed = stub->results_freed;
    result->aheads = stub->aheads;
    result->opened = stub->opened;
    result->closed = stub->closed;
    result->workers_made = stub->workers_made;
    result->workers_freed = stub->workers_freed;
    result->largest = stub->largest;
    result->trace_lines = stub->trace_lines;
    result->rests = stub->rests;
    result->told_helping = stub->told_helping;
    result->told_helped = stub->told_helped;
    result->batch_broken = stub->batch_broken != 0;
}

static inline void stub_run(const struct stub_plan *plan, struct stub_result *result)
{
    struct stub stub = {.plan = plan, .result = result};
    struct uvp_pipeline *pipeline = NULL;
    struct uvp_mem mem;
    const struct uvp_trace trace = {.line = stub_trace, .ctx = &stub};
    const struct uvp_reader_stage readers = {.ctx = &stub,
                                             .lane_count = plan->lanes,
                                             .open = stub_open,
                                             .run = stub_read,
                                             .close = stub_close};
    const struct uvp_worker_stage workers = {.ctx = &stub,
                                             .create = stub_create,
                                             .work = stub_work,
                                             .destroy = stub_destroy,
                                             .rest = stub_rest};
    const struct uvp_writer_stage writer = {.ctx = &stub,
                                            .put = stub_put,
                                            .collect = stub_collect,
                                            .idle = stub_idle,
                                            .finish = stub_finish,
                                            .finish_jobs = stub_finish_jobs,
                                            .discard = stub_discard,
                                            .discard_job = stub_discard_job};

    memset(result, 0, sizeof *result);
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = plan->mem_fail_at;
    if (uvp_stop_init(&stub.stop, true, NULL) != UVP_OK) {
        abort();
    }
    for (uint32_t i = 0; i < STUB_MAX_LANES; i++) {
        stub.seen[i] = calloc(plan->items[i] + 1U, 1);
    }
    result->create = uvp_pipeline_create(&plan->options, &readers, &workers, &writer, &mem,
                                         &stub.stop, &trace, &pipeline, &result->error);
    result->code = result->create;
    if (result->create == UVP_OK) {
        stub_drive(&stub, pipeline);
        if (plan->destroy_after_ms != STUB_NEVER) {
            uvp_pipeline_destroy(pipeline);
            pipeline = NULL;
            while (stub.held != NULL) {
                struct stub_item *const next = stub.held->next_held;
                stub_free_item(&stub, stub.held);
                stub.held = next;
            }
        }
        uvp_pipeline_destroy(pipeline);
    }
    for (uint32_t i = 0; i < STUB_MAX_LANES; i++) {
        free(stub.seen[i]);
    }
    stub_take_counts(&stub);
    result->mem_left = mem.used_bytes;
    result->mem_calls = mem.calls;
    uvp_stop_release(&stub.stop);
}

#endif
