/*
 * stage.h -- what a stage group must provide, and what the pipeline offers it
 *
 * Why:     the line moves opaque items between three thread-confined groups: readers, workers,
 *          one writer. This header is all that stages/ sees of pipeline/.
 * Flow:    reader --reserve--> [ring] --> worker --> [order] --> writer
 *          An item that needs no work goes from the reader to the order at once (`direct`).
 *          Work the writer finds it needs done (compressing a frame) is a struct uvp_job: it
 *          goes to the workers ahead of the ring, and comes back to the writer in the order of
 *          submission.
 * Lanes:   inputs in output order. All items of lane k come before those of lane k+1. Reader
 *          threads take lanes in turn; a lane that is not at the head yet may open and read a
 *          little ahead, but is admitted only when the lanes before it have ended.
 * Waits:   a reader waits in uvp_intake_reserve (for its lane's turn, the window, the budget);
 *          a worker for work, and at the end of uvp_desk_run for those that help it; the writer
 *          for the next item in order or the next job. Nothing else waits, so nothing can wait
 *          in a circle. Each wait ends by item, end or stop.
 * Owner:   an item is the reader stage's until sent, then the worker's, then the writer
 *          stage's until it calls uvp_outlet_release.
 */
#ifndef UVP_PIPELINE_STAGE_H
#define UVP_PIPELINE_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

struct uvp_intake; /* a reader's hold on the pipeline; one a lane */
struct uvp_outlet; /* the writer's hold */
struct uvp_desk;   /* a worker's hold */
struct uvp_ahead;  /* a spare reader thread that runs ahead, see below */

/* Embedded as the first member of whatever travels. Written by the pipeline only. */
struct uvp_item {
    uint64_t ticket;    /* 0, 1, 2 ... over the whole run, without gap */
    size_t share_bytes; /* of the budget, held now */
    bool has_ticket;
    bool direct; /* set by the reader before sending: no work to do */
    /* Set by the reader before sending: keeps its place in an unordered run, too. What has an
     * earlier ticket comes out before it, what has a later one after it. */
    bool fixed;
    uint64_t fence;        /* the pipeline's own: how many must have come out before */
    struct uvp_item *next; /* the pipeline's own link */
};

/* ---- reader group ---- */

struct uvp_reader_stage {
    void *ctx;
    uint32_t lane_count;
    /* Opens a lane, in a reader thread; may read a little ahead. */
    enum uvp_code (*open)(void *ctx, uint32_t lane, struct uvp_intake *intake, void **reader,
                          struct uvp_error *err);
    /*
     * Reads on until the lane ends (UVP_OK), sending items with uvp_intake_send.
     * UVP_CANCELLED from the intake means: stop reading, it is no failure.
     * Any other code fails the run, after what was sent before has been written.
     */
    enum uvp_code (*run)(void *reader, struct uvp_intake *intake, struct uvp_error *err);
    void (*close)(void *reader);
};

/*
 * Adds `bytes` to the item's share of the budget; the first call for an item also takes its
 * ticket and its place in the window. May wait; an item is sent only after at least one
 * reserve. An item above the whole budget is let through once it is alone.
 * Only the lane's newest item may reserve, and it must be sent or abandoned before the next.
 *
 * Returns: UVP_OK
 *          UVP_CANCELLED  the run is draining or aborting: the item (if it had no ticket yet)
 *                         is the caller's to drop; with a ticket it must still be sent
 */
UVP_MUST_USE enum uvp_code uvp_intake_reserve(struct uvp_intake *intake, struct uvp_item *item,
                                              size_t bytes, struct uvp_error *err);

/* Hands the item on. Never waits. The item is the pipeline's from here on. */
void uvp_intake_send(struct uvp_intake *intake, struct uvp_item *item);

/* The root stop of the run, for poll() beside input and for long loops. */
struct uvp_stop *uvp_intake_stop(struct uvp_intake *intake);

/* True when this lane is the head lane: what it reserves now does not wait for other lanes. */
bool uvp_intake_is_head(struct uvp_intake *intake);

/*
 * True when every worker has an item waiting for it already: what is gathered may as well grow.
 * A hint, that is out of date when it is returned; nothing in the output may depend on it.
 */
bool uvp_intake_is_crowded(struct uvp_intake *intake);

/*
 * Tasks of what is read, for workers that have nothing better to do, as in uvp_desk_run. Hand 0
 * is the caller: the lane's thread or the one that reads ahead for it, never both at once.
 */
struct uvp_desk_batch;
uint32_t uvp_intake_hands(const struct uvp_intake *intake); /* 1: nobody will ever help */
void uvp_intake_run(struct uvp_intake *intake, const struct uvp_desk_batch *batch);

/* What this thread is doing, for -vv and for the stall report. `step` must outlive the run;
 * `label` is copied (cut at 95 bytes). */
void uvp_intake_note(struct uvp_intake *intake, const char *step, const char *label);

/*
 * A spare reader thread that runs `produce` again and again and keeps up to `capacity` results
 * ready, in order. NULL with UVP_END when no spare thread is left (or in the serial twin): the
 * caller then does the work itself.
 *   produce: UVP_OK with *result; UVP_END; or a failure, which the receiver gets in order.
 *   discard: gives back a result that nobody will receive.
 */
struct uvp_ahead_ops {
    void *ctx;
    enum uvp_code (*produce)(void *ctx, void **result, struct uvp_error *err);
    void (*discard)(void *ctx, void *result);
};

/* How many threads could be had now: a hint, others may take them. */
uint32_t uvp_ahead_spare(struct uvp_intake *intake);

UVP_MUST_USE enum uvp_code uvp_ahead_start(struct uvp_intake *intake,
                                           const struct uvp_ahead_ops *ops, uint32_t capacity,
                                           struct uvp_ahead **ahead, struct uvp_error *err);
/* The next result; waits. After UVP_END or a failure returns the same again. */
UVP_MUST_USE enum uvp_code uvp_ahead_receive(struct uvp_ahead *ahead, void **result,
                                             struct uvp_error *err);
/* True when a result (or the end) is there: receive would not wait. */
bool uvp_ahead_ready(struct uvp_ahead *ahead);
/* Stops, waits for the thread to leave `produce`, discards what is left. NULL allowed. A
 * `produce` that blocks on input must wake by the root stop or by what close does before. */
void uvp_ahead_end(struct uvp_ahead *ahead);

/* ---- worker group ---- */

struct uvp_worker_stage {
    void *ctx;
    /* Makes the state of one worker, in its thread. */
    enum uvp_code (*create)(void *ctx, struct uvp_desk *desk, void **worker,
                            struct uvp_error *err);
    /*
     * Does all the work of one item. A member's failure stays in the item; a code other than
     * UVP_OK is a failure of the run.
     */
    enum uvp_code (*work)(void *worker, struct uvp_desk *desk, struct uvp_item *item,
                          struct uvp_error *err);
    void (*destroy)(void *worker);
    /* It has helped others and is going to wait: let go of what that needed. May be NULL. */
    void (*rest)(void *worker);
};

uint32_t uvp_desk_number(const struct uvp_desk *desk); /* 0 .. workers-1 */
struct uvp_stop *uvp_desk_stop(struct uvp_desk *desk); /* the root stop */
void uvp_desk_note(struct uvp_desk *desk, const char *step, const char *label);
/* As note, with the label as it was, for the timeline only: costs nothing where none is kept.
 */
void uvp_desk_step(struct uvp_desk *desk, const char *step);

/* As note, where work on one thing begins; it ends with a note without a label. How large it
 * is, in whatever the stage counts, can be told once it is known. */
void uvp_desk_start(struct uvp_desk *desk, const char *step, const char *label);
void uvp_desk_count(struct uvp_desk *desk, uint64_t count);

/*
 * Sets the item's share to what it really holds now. Never waits. More than was reserved is an
 * overdraft: nothing new is admitted until it is repaid.
 */
void uvp_desk_settle(struct uvp_desk *desk, struct uvp_item *item, size_t bytes);

/*
 * Tasks of one item, for whoever has nothing better to do: workers without an item take some,
 * one after the other, and leave for an item when there is one.
 */
struct uvp_desk_batch {
    /*
     * Task i < count. Hand 0 is the worker that posted it; never two tasks at once for one
     * hand. Must not wait for another task, and must poll the item's stop as other work does:
     * no item is let go of before all tasks have returned.
     */
    void (*task)(void *arg, uint32_t i, uint32_t hand);
    void *arg;
    uint32_t count;
    const char *label; /* what they help with, for notes */
};

/* How many can work on one item at once: 1 when nobody will ever help. */
uint32_t uvp_desk_hands(const struct uvp_desk *desk);

/* Runs all tasks, lower i first, and returns when each has returned. Nothing can fail. */
void uvp_desk_run(struct uvp_desk *desk, const struct uvp_desk_batch *batch);

/* The state of the worker that is hand `hand` for this desk: only inside a task, for the hand
 * that runs it. */
void *uvp_desk_worker_of_hand(const struct uvp_desk *desk, uint32_t hand);

/* ---- writer group ---- */

/* Work for the workers that the writer asks for; embedded as the first member. */
struct uvp_job {
    enum uvp_code (*run)(struct uvp_job *job, struct uvp_error *err); /* on a worker */
    struct uvp_job *next;                                             /* the pipeline's own */
    enum uvp_code result;
    struct uvp_error error;
    bool done;
};

struct uvp_writer_stage {
    void *ctx;
    /* The next item in ticket order. Ends with uvp_outlet_release, now or later. */
    enum uvp_code (*put)(void *ctx, struct uvp_outlet *outlet, struct uvp_item *item,
                         struct uvp_error *err);
    /* A job that is done, in order of submission; its result was UVP_OK. */
    enum uvp_code (*collect)(void *ctx, struct uvp_outlet *outlet, struct uvp_job *job,
                             struct uvp_error *err);
    /*
     * Nothing is ready: write out what is gathered. May be NULL. An item the stage still keeps
     * after this must be given back by the `collect` of a job that is under way: a reader may
     * be waiting for its share. When it is called depends on timing, so it must not shape the
     * bytes.
     */
    enum uvp_code (*idle)(void *ctx, struct uvp_outlet *outlet, struct uvp_error *err);
    /*
     * Called once, last, after every item was put: the end of the stream. `complete` is
     * false when the run was drained or has failed: no end mark then. May submit jobs; they
     * are collected and `finish_jobs` is called after the last of them. Not called when the
     * run aborts.
     */
    enum uvp_code (*finish)(void *ctx, struct uvp_outlet *outlet, bool complete,
                            struct uvp_error *err);
    enum uvp_code (*finish_jobs)(void *ctx, struct uvp_outlet *outlet, bool complete,
                                 struct uvp_error *err); /* may be NULL */
    /*
     * Items and jobs that an aborted run never delivered, and jobs that failed: theirs is no
     * put and no collect. May be NULL. Called in the thread that waits for the run, when
     * every other thread has ended (a failed job: in the writer's). The pipeline has released
     * the item already.
     */
    void (*discard)(void *ctx, struct uvp_item *item);
    void (*discard_job)(void *ctx, struct uvp_job *job);
};

/* Gives the item's share and place back. The item is the stage's to recycle or free. */
void uvp_outlet_release(struct uvp_outlet *outlet, struct uvp_item *item);

/*
 * Hands work to the workers. When `max_jobs` are under way already, the pipeline collects the
 * oldest first (so `collect` may be called from inside). A `collect` may submit one job.
 *
 * Owner:   UVP_OK: the pipeline's until collect or discard_job. Anything else: the caller's.
 */
UVP_MUST_USE enum uvp_code uvp_outlet_submit(struct uvp_outlet *outlet, struct uvp_job *job,
                                             struct uvp_error *err);

struct uvp_stop *uvp_outlet_stop(struct uvp_outlet *outlet);
void uvp_outlet_note(struct uvp_outlet *outlet, const char *step, const char *label);

#endif
