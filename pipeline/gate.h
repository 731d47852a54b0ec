/*
 * gate.h -- who may come in: lanes in turn, tickets, window and budget under one lock
 *
 * Why:     law 4: what is in flight is charged once, in ticket order, by the one who admits.
 *          Only the head lane (the first that has not ended) is let in, so the order of
 *          tickets is the order of inputs whatever the reader threads do.
 * Use:     reader threads ask for a duty, end lanes, and leave; intake admits; desk settles;
 *          outlet gives back.
 * Threads: every call from any thread, but init and release. `wake` after raising the stop.
 * Waits:   `admit` for the lane's turn and for room; `next_duty` for a lane, a request to read
 *          ahead, or the end. Both end by ABORT too; `admit` of a new item also by DRAIN.
 */
#ifndef UVP_PIPELINE_GATE_H
#define UVP_PIPELINE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"
#include "pipeline/budget.h"
#include "pipeline/note.h"
#include "pipeline/stage.h"
#include "pipeline/thread.h"

#define UVP_NO_LANE UINT32_MAX

struct uvp_ahead;

struct uvp_gate {
    struct uvp_mutex mutex;    /* protects all below that changes */
    struct uvp_condition turn; /* a lane ended, a request to read ahead, a thread left one */
    struct uvp_condition room; /* budget or window; only the head lane's reader waits here */
    struct uvp_stop *stop;
    struct uvp_mem *mem;
    struct uvp_budget budget;
    uint32_t lane_count;
    uint32_t next_lane; /* the first that no thread has taken */
    uint32_t head_lane; /* the first that has not ended */
    uint32_t *active;   /* the lane of each reader thread, or UVP_NO_LANE */
    uint32_t reader_count;
    uint32_t active_count;
    uint32_t aheads;           /* threads promised to uvp_ahead_start */
    struct uvp_ahead *pending; /* asked for, no thread yet */
    struct uvp_ahead *started; /* every ahead that lives */
    uint32_t failed_lane;      /* the first that failed, or UVP_NO_LANE */
    struct uvp_error failure;  /* of that lane */
    bool cut;                  /* the stop kept something out */
    bool room_wanted;          /* somebody sleeps on `room` for the two below */
    bool wants_more;           /* for an item that is in already */
    size_t wanted_bytes;
    uint64_t progress_ns; /* when something was last given back */
};

struct uvp_gate_options {
    uint32_t lanes;
    uint32_t readers; /* threads; at least 1 */
    size_t budget_bytes;
    uint32_t window_items;
    struct uvp_stop *stop;
};

UVP_MUST_USE enum uvp_code uvp_gate_init(struct uvp_gate *gate,
                                         const struct uvp_gate_options *options,
                                         struct uvp_mem *mem, struct uvp_error *err);
void uvp_gate_release(struct uvp_gate *gate);

enum uvp_gate_duty {
    UVP_GATE_LEAVE, /* nothing will ever be left to do */
    UVP_GATE_LANE,  /* read *lane, then uvp_gate_end_lane */
    UVP_GATE_AHEAD, /* run *ahead, then uvp_gate_leave_ahead */
};

enum uvp_gate_duty uvp_gate_next_duty(struct uvp_gate *gate, uint32_t reader, uint32_t *lane,
                                      struct uvp_ahead **ahead, struct uvp_note *note);

/*
 * The lane of this reader thread has ended with `code`. UVP_CANCELLED is no failure when the
 * stop was raised or an earlier lane has failed.
 */
void uvp_gate_end_lane(struct uvp_gate *gate, uint32_t reader, enum uvp_code code,
                       const struct uvp_error *err);

/* The failure of the first failed lane, once every lane before it has ended; else UVP_OK. */
enum uvp_code uvp_gate_failure(struct uvp_gate *gate, struct uvp_error *err);

/*
 * See uvp_intake_reserve. Without `waits`, UVP_END says that it would have to wait for room.
 */
UVP_MUST_USE enum uvp_code uvp_gate_admit(struct uvp_gate *gate, uint32_t lane,
                                          struct uvp_item *item, size_t bytes, bool waits,
                                          struct uvp_note *note);

bool uvp_gate_is_head(struct uvp_gate *gate, uint32_t lane);
void uvp_gate_settle(struct uvp_gate *gate, struct uvp_item *item, size_t bytes);
void uvp_gate_give(struct uvp_gate *gate, uint64_t items, size_t bytes, uint64_t now_ns);

/* The tickets given out so far; no more when every reader has left. */
uint64_t uvp_gate_tickets(struct uvp_gate *gate);
bool uvp_gate_was_cut(struct uvp_gate *gate);
struct uvp_budget uvp_gate_budget(struct uvp_gate *gate);
uint64_t uvp_gate_progress_ns(struct uvp_gate *gate);
/* Something moved that is no release: a job was collected. */
void uvp_gate_touch(struct uvp_gate *gate, uint64_t now_ns);

/* Makes every waiter look at the stop. */
void uvp_gate_wake(struct uvp_gate *gate);

#endif
