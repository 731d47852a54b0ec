/*
 * order.h -- items in any order in, items in ticket order out; jobs in order of submission
 *
 * Why:     the writer waits in one place only: for the next item, the oldest job, the end or
 *          the stop.
 * Use:     workers and readers send; workers report jobs done; the writer adds jobs and
 *          receives, many items at once.
 * Owner:   an item is the order's from send to receive; a job from add to take.
 * Threads: send, job_done, end, wake from any thread; receive, add_job, take_job by the writer.
 * Limits:  tickets sent are within `window_items` of the next one to come out; the gate sees
 *          to that.
 */
#ifndef UVP_PIPELINE_ORDER_H
#define UVP_PIPELINE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"
#include "pipeline/note.h"
#include "pipeline/stage.h"
#include "pipeline/thread.h"

#define UVP_ORDER_BATCH 64

enum uvp_order_sleeper {
    UVP_ORDER_NOBODY,
    UVP_ORDER_FOR_ANY, /* the writer sleeps until an item, a job, or the end */
    UVP_ORDER_FOR_JOB, /* ... until the oldest job is done */
};

struct uvp_order {
    struct uvp_mutex mutex; /* protects all below that changes */
    struct uvp_condition ready;
    const struct uvp_stop *stop;
    struct uvp_mem *mem;
    struct uvp_item **slots; /* [ticket & mask]; unordered: those that wait, by arrival */
    size_t slot_count;       /* a power of two */
    uint64_t next;           /* the ticket to come out next; unordered: how many came out */
    uint64_t arrived;        /* how many were sent */
    uint64_t end_ticket;     /* one past the last, when `ended` */
    bool ended;
    bool unordered;
    enum uvp_order_sleeper sleeper;
    struct uvp_job *first_job; /* oldest */
    struct uvp_job *last_job;
    uint32_t jobs; /* in that list */
    uint64_t jobs_added;
};

/* What receive brings: a job that is done, or else some items. */
struct uvp_order_batch {
    struct uvp_job *job;
    uint32_t count;
    struct uvp_item *items[UVP_ORDER_BATCH];
};

UVP_MUST_USE enum uvp_code uvp_order_init(struct uvp_order *order, uint32_t window_items,
                                          bool unordered, const struct uvp_stop *stop,
                                          struct uvp_mem *mem, struct uvp_error *err);
void uvp_order_release(struct uvp_order *order);

/* Never waits. */
void uvp_order_send(struct uvp_order *order, struct uvp_item *item);

/* No ticket from `end_ticket` on will come. */
void uvp_order_end(struct uvp_order *order, uint64_t end_ticket);

void uvp_order_add_job(struct uvp_order *order, struct uvp_job *job);
void uvp_order_job_done(struct uvp_order *order, struct uvp_job *job, enum uvp_code result);
uint32_t uvp_order_jobs(struct uvp_order *order);

/*
 * The oldest job if it is done, or else the items that are next.
 *
 * Returns: UVP_OK         something, or nothing when `waits` is false
 *          UVP_END        every item and every job has come out
 *          UVP_CANCELLED  the run aborts
 */
UVP_MUST_USE enum uvp_code uvp_order_receive(struct uvp_order *order, bool waits,
                                             struct uvp_order_batch *batch,
                                             struct uvp_note *note);

/* Waits for the oldest job. UVP_END when there is none; UVP_CANCELLED: the run aborts. */
UVP_MUST_USE enum uvp_code uvp_order_take_job(struct uvp_order *order, struct uvp_job **job,
                                              struct uvp_note *note);

/* Whatever is left, when nobody else uses it any more; NULL at the end. `*at` starts as 0. */
struct uvp_item *uvp_order_take_rest(struct uvp_order *order, size_t *at);
struct uvp_job *uvp_order_take_rest_job(struct uvp_order *order);

/* Makes the writer look at the stop. */
void uvp_order_wake(struct uvp_order *order);

/* Items that wait here, the ticket awaited, and jobs so far. */
struct uvp_order_fill {
    uint32_t waiting;
    uint32_t jobs;
    uint64_t next;
    uint64_t jobs_added;
};

struct uvp_order_fill uvp_order_fill(struct uvp_order *order);

#endif
