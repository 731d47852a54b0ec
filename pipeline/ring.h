/*
 * ring.h -- a bounded line of pointers between threads, with a lane for what is urgent
 *
 * Why:     keeps a fast group from running ahead of a slow one, at the cost of one lock for a
 *          whole batch. A lock-free ring was measured: no cheaper here, and it spins.
 * Use:     create with the number of sending ends; send and receive from any threads; each
 *          sending end calls finish_send once; wake after raising the stop; destroy.
 * Owner:   a pointer belongs to the ring from a successful send to a successful receive.
 * Threads: every call from any thread, but destroy, which must be last.
 * Limits:  holds at most `capacity` and `urgent_capacity` pointers; never grows.
 * Waits:   a sender for room, a receiver for something to receive or a call for help; both end
 *          by item, by the other side's finish, or by ABORT.
 */
#ifndef UVP_PIPELINE_RING_H
#define UVP_PIPELINE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

struct uvp_ring;
struct uvp_note;

struct uvp_ring_options {
    uint32_t capacity;              /* at least 1 */
    uint32_t urgent_capacity;       /* 0: no urgent lane */
    uint32_t senders;               /* sending ends that will finish; at least 1 */
    const struct uvp_stop *stop;    /* the root; borrowed */
    const char *receiver_waits_for; /* for notes, such as "work" */
    const char *sender_waits_for;
    /* Not 0: a receiver for whom nothing is there comes back empty-handed instead of waiting,
     * to help with something else. NULL: no such thing */
    const _Atomic uint32_t *calls;
};

UVP_MUST_USE enum uvp_code uvp_ring_create(const struct uvp_ring_options *options,
                                           struct uvp_mem *mem, struct uvp_ring **ring,
                                           struct uvp_error *err);
/* What is still in it is forgotten: take it out before. NULL allowed. */
void uvp_ring_destroy(struct uvp_ring *ring);

/*
 * Puts `count` items last in line, in order, waiting while the line is full. `note` (NULL
 * allowed) is told about waits.
 *
 * Owner:   the first *sent items are the ring's, the others still the caller's.
 * Returns: UVP_OK         all sent
 *          UVP_END        the receiving side has finished
 *          UVP_CANCELLED  the run aborts
 */
UVP_MUST_USE enum uvp_code uvp_ring_send(struct uvp_ring *ring, void *const *items,
                                         uint32_t count, uint32_t *sent, struct uvp_note *note);

/* Puts one item into the urgent lane; never waits. False when that lane is full. */
UVP_MUST_USE bool uvp_ring_send_urgent(struct uvp_ring *ring, void *item);

/*
 * Takes up to `max` items; all from the urgent lane (*urgent set) when that holds any.
 *
 * Returns: UVP_OK         with *count >= 1, or 0 when somebody calls for help
 *          UVP_END        nothing left and every sending end has finished
 *          UVP_CANCELLED  the run aborts; items may be left
 */
UVP_MUST_USE enum uvp_code uvp_ring_receive(struct uvp_ring *ring, void **items, uint32_t max,
                                            uint32_t *count, bool *urgent,
                                            struct uvp_note *note);

/* As receive, of the ordinary lane only and without waiting: 0 when it is empty. Works after
 * any end: it is how leftovers are given back. */
uint32_t uvp_ring_take_rest(struct uvp_ring *ring, void **items, uint32_t max);

/* Wakes one sleeping receiver, if any, to hear a call. Raise `calls` before. Receivers wake one
 * another while the call lasts. */
void uvp_ring_call(struct uvp_ring *ring);

/* Whether items wait for a receiver: a look without lock, for those who ask often. */
bool uvp_ring_has_items(const struct uvp_ring *ring);

/* True when receive would not wait, calls aside. */
bool uvp_ring_ready(struct uvp_ring *ring);

void uvp_ring_finish_send(struct uvp_ring *ring);
void uvp_ring_finish_receive(struct uvp_ring *ring);

/* Makes every waiter look at the stop. */
void uvp_ring_wake(struct uvp_ring *ring);

/* Items in the ordinary lane now. */
uint32_t uvp_ring_fill(struct uvp_ring *ring);

#endif
