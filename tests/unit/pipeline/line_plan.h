/*
 * line_plan.h -- what a run of stub stages shall do, what came of it, and the judge of that
 *
 * Use:     with line_stub.h, which holds the stages.
 */
#ifndef UVP_TESTS_LINE_PLAN_H
#define UVP_TESTS_LINE_PLAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/stop.h"
#include "pipeline/pipeline.h"

#define STUB_NEVER UINT32_MAX
#define STUB_MAX_LANES 8

enum stub_dice {
    DICE_BYTES = 1,
    DICE_STEPS,
    DICE_DIRECT,
    DICE_SETTLE,
    DICE_JOB,
    DICE_HOLD,
    DICE_STALL_READ,
    DICE_STALL_WORK,
    DICE_STALL_PUT,
    DICE_STALL_JOB,
    DICE_AHEAD,
    DICE_FIXED,
    DICE_BATCH,
    DICE_TASK,
};

struct stub_plan {
    uint64_t seed;
    struct uvp_pipeline_options options;
    uint32_t lanes;
    uint32_t items[STUB_MAX_LANES];
    uint32_t max_bytes;    /* of an item; at least 1 */
    uint32_t step_percent; /* items that reserve in steps */
    uint32_t direct_percent;
    uint32_t fixed_percent;
    uint32_t settle_percent; /* settle down; `overdraw` lets them go up, too */
    bool overdraw;
    uint32_t job_percent;
    uint32_t job_at_finish;
    uint32_t hold_items;    /* the writer keeps up to so many until it is idle */
    uint32_t batch_percent; /* of the items whose work is a batch of tasks */
    uint32_t batch_tasks;   /* most tasks of a batch */
    bool batch_hangs;       /* a task of another hand than the poster's ends by the stop only */
    bool batch_meets;       /* the first task waits until another hand has begun one */
    uint32_t stall_percent; /* of the steps that sleep a few microseconds */
    uint32_t ahead_capacity; /* 0: no reading ahead */

    uint32_t fail_open[STUB_MAX_LANES]; /* non-zero: open fails */
    uint32_t fail_run[STUB_MAX_LANES];  /* run fails before item n; STUB_NEVER */
    uint32_t fail_ahead;                /* produce fails at result n of lane 0; STUB_NEVER */
    uint32_t fail_create;               /* worker n; STUB_NEVER */
    uint32_t fail_work;    /* at the item with this lane * 65536 + index; STUB_NEVER */
    uint32_t fail_put;     /* the n-th put; STUB_NEVER */
    uint32_t fail_job;     /* the n-th job; STUB_NEVER */
    uint32_t fail_collect; /* the n-th collect; STUB_NEVER */
    uint32_t fail_idle;    /* the n-th idle; STUB_NEVER */
    bool fail_finish;
    bool fail_finish_jobs;

    uint32_t stop_at_event; /* raise `stop_level` at the n-th call of any stage; STUB_NEVER */
    enum uvp_stop_level stop_level;
    uint32_t abort_at_event; /* a second raise, to ABORT; STUB_NEVER */
    uint32_t abort_in_put;   /* the n-th put raises ABORT; STUB_NEVER */
    uint32_t hang_work;      /* this item's work ends only by the stop; STUB_NEVER */
    uint64_t mem_fail_at;
    uint32_t destroy_after_ms; /* do not wait for the end; STUB_NEVER */
};

struct stub_result {
    enum uvp_code create;
    enum uvp_code start;
    enum uvp_code code;
    struct uvp_error error;
    struct uvp_pipeline_stats stats;
    uint32_t puts;
    uint32_t puts_of[STUB_MAX_LANES];
    uint32_t collects;
    uint32_t finishes;
    uint32_t finish_jobs;
    bool complete;
    bool order_broken;
    bool jobs_broken;
    bool twice;
    bool unworked; /* an item was put without its work done */
    bool batch_broken;
    uint32_t items_made;
    uint32_t items_freed;
    uint32_t jobs_made;
    uint32_t jobs_freed;
    uint32_t results_made; /* read ahead */
    uint32_t results_freed;
    uint32_t aheads;
    uint32_t opened;
    uint32_t closed;
    uint32_t workers_made;
    uint32_t workers_freed;
    uint64_t largest; /* share of one item */
    size_t mem_left;
    uint64_t mem_calls;
    uint64_t digest; /* of what was put and collected, in order */
    uint32_t ticks;
    uint32_t trace_lines;
    uint32_t rests;    /* of workers that helped */
    bool told_helping; /* a helper was described */
    bool told_helped;  /* and a poster that waits for it */
    uint32_t timelines;
    bool timeline_broken; /* bins and elapsed time do not agree */
};

struct stub_item {
    struct uvp_item base;
    uint32_t lane;
    uint32_t index;
    bool worked;
    uint64_t value;
    struct stub_item *next_held;
};

struct stub_job {
    struct uvp_job base;
    struct stub *stub;
    struct stub_item *held; /* released when the job is collected */
    uint32_t number;
};

struct stub {
    const struct stub_plan *plan;
    struct stub_result *result;
    struct uvp_stop stop;
    struct uvp_outlet *outlet;
    struct stub_item *held;
    uint32_t held_count;
    uint32_t lane; /* of the item put last */
    uint32_t index;
    bool any;
    uint64_t out;                        /* items put */
    uint64_t tickets_out;                /* one past the highest put */
    unsigned char *seen[STUB_MAX_LANES]; /* which items came out */
    _Atomic uint32_t items_made;
    _Atomic uint32_t items_freed;
    _Atomic uint32_t jobs_freed;
    _Atomic uint32_t results_made;
    _Atomic uint32_t results_freed;
    _Atomic uint32_t aheads;
    _Atomic uint32_t opened;
    _Atomic uint32_t closed;
    _Atomic uint32_t workers_made;
    _Atomic uint32_t workers_freed;
    _Atomic uint32_t events;
    _Atomic uint32_t trace_lines;
    _Atomic uint32_t rests;
    _Atomic bool told_helping;
    _Atomic bool told_helped;
    _Atomic uint32_t batch_broken; /* tasks run twice, never, or two at once on a hand */
    _Atomic uint64_t largest;
    uint32_t jobs_made;
    uint32_t next_job;
    uint32_t idles;
};

struct stub_reader {
    struct stub *stub;
    struct uvp_intake *intake;
    uint32_t lane;
    struct uvp_ahead *ahead;
    uint32_t produced; /* by the ahead thread */
};

static inline uint64_t stub_mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline uint64_t stub_roll(const struct stub *stub, enum stub_dice dice, uint32_t lane,
                                 uint32_t index)
{
    return stub_mix(stub->plan->seed ^
                    stub_mix(((uint64_t)lane << 40) ^ ((uint64_t)index << 8) ^ (uint64_t)dice));
}

static inline bool stub_chance(const struct stub *stub, enum stub_dice dice, uint32_t lane,
                               uint32_t index, uint32_t percent)
{
    return stub_roll(stub, dice, lane, index) % 100 < percent;
}

static inline void stub_sleep_ns(long ns)
{
    const struct timespec time = {.tv_sec = 0, .tv_nsec = ns};

    (void)nanosleep(&time, NULL);
}

static inline void stub_stall(const struct stub *stub, enum stub_dice dice, uint32_t lane,
                              uint32_t index)
{
    if (stub_chance(stub, dice, lane, index, stub->plan->stall_percent)) {
        stub_sleep_ns((long)(stub_roll(stub, dice, index, lane) % 40000));
    }
}

/* Every call of a stage is an event; a stop comes at the n-th, as if from a signal handler. */
static inline void stub_event(struct stub *stub)
{
    const uint32_t event = atomic_fetch_add(&stub->events, 1) + 1;

    if (event == stub->plan->stop_at_event) {
        uvp_stop_raise(&stub->stop, stub->plan->stop_level);
    }
    if (event == stub->plan->abort_at_event) {
        uvp_stop_raise(&stub->stop, UVP_STOP_ABORT);
    }
}

/* ---- plans and their judge ---- */

/* A plain plan: nothing fails, nothing stalls. */
static inline struct stub_plan stub_plain(uint32_t workers, uint32_t readers, uint32_t lanes,
                                          uint32_t items)
{
    struct stub_plan plan = {
        .seed = 1,
        .lanes = lanes,
        .max_bytes = 100,
        .fail_ahead = STUB_NEVER,
        .fail_create = STUB_NEVER,
        .fail_work = STUB_NEVER,
        .fail_put = STUB_NEVER,
        .fail_job = STUB_NEVER,
        .fail_collect = STUB_NEVER,
        .fail_idle = STUB_NEVER,
        .stop_at_event = STUB_NEVER,
        .abort_at_event = STUB_NEVER,
        .abort_in_put = STUB_NEVER,
        .hang_work = STUB_NEVER,
        .destroy_after_ms = STUB_NEVER,
    };

    plan.options.workers = workers;
    plan.options.readers = readers;
    for (uint32_t i = 0; i < STUB_MAX_LANES; i++) {
        plan.items[i] = i < lanes ? items : 0;
        plan.fail_run[i] = STUB_NEVER;
    }
    return plan;
}

/* Holds for every run, however it ended: NULL, or what is wrong. */
static inline const char *stub_judge(const struct stub_plan *plan,
                                     const struct stub_result *result)
{
    const size_t budget = plan->options.budget_bytes;
    const uint32_t window = plan->options.window_items;

    if (result->items_made != result->items_freed) {
        return "items lost or freed twice";
    }
    if (result->jobs_made != result->jobs_freed) {
        return "jobs lost";
    }
    if (result->results_made != result->results_freed) {
        return "read-ahead results lost";
    }
    if (result->opened != result->closed || result->workers_made != result->workers_freed) {
        return "stages not closed";
    }
    if (result->order_broken || result->jobs_broken) {
        return "order broken";
    }
    if (result->batch_broken) {
        return "a batch of tasks was not run as it must be";
    }
    if (result->twice || result->unworked) {
        return "item put twice or without its work";
    }
    if (result->mem_left != 0) {
        return "memory left";
    }
    if (result->timeline_broken || (!plan->options.timeline && result->timelines != 0)) {
        return "timelines do not add up";
    }
    if (result->stats.budget_used_bytes != 0 ||
        result->stats.admitted != result->stats.released) {
        return "budget not returned";
    }
    if (budget != 0 && !plan->overdraw && result->stats.budget_peak_bytes > budget &&
        result->stats.budget_peak_bytes > result->largest) {
        return "peak above the budget";
    }
    if (window != 0 && result->stats.window_peak > window) {
        return "window passed";
    }
    return NULL;
}

#endif
