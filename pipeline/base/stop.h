/*
 * stop.h -- a flag one side sets and others poll, with a deadline
 *
 * Why:     cancelling is cooperative: long loops ask, waits are woken, nothing is killed.
 * Use:     one root per run, raised by a signal handler, a failure or a time limit; below it
 *          one per member with the member's deadline, polled in every long loop.
 * Threads: uvp_stop_raise may be called from any thread and from a signal handler. Polling a
 *          child (uvp_stop_poll) is confined to the thread that owns the child; looking at a
 *          root's level is free for all.
 * Levels:  DRAIN: take nothing new in, finish what is in. ABORT: end as soon as possible.
 */
#ifndef UVP_PIPELINE_BASE_STOP_H
#define UVP_PIPELINE_BASE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/status.h"

enum uvp_stop_level {
    UVP_STOP_NONE = 0,
    UVP_STOP_DRAIN = 1,
    UVP_STOP_ABORT = 2,
};

struct uvp_stop {
    _Atomic int level;
    int wake_read_fd; /* readable once raised; -1: none. For poll() beside input */
    int wake_write_fd;
    const struct uvp_stop *parent; /* NULL for the root */
    _Atomic uint64_t deadline_ns;  /* monotonic; 0: none */
    const char *deadline_name;     /* what the limit is called in the error text */
    uint64_t polls;                /* how often it was polled */
    uint64_t stop_at_poll;         /* tests: the n-th poll says stop; 0: never */
};

/* Sets up a root, with a pipe behind wake_read_fd when `wakes`. */
UVP_MUST_USE enum uvp_code uvp_stop_init(struct uvp_stop *stop, bool wakes,
                                         struct uvp_error *err);
/* Sets up a child: stops when its parent aborts, or at its own deadline. */
void uvp_stop_init_child(struct uvp_stop *stop, const struct uvp_stop *parent,
                         uint64_t deadline_ns, const char *deadline_name);
void uvp_stop_release(struct uvp_stop *stop);

/* Its own deadline, if it has one, comes so much later: for time that was not its own work.
 * From the thread that owns it. */
void uvp_stop_put_off(struct uvp_stop *stop, uint64_t ns);

/* Raises to `level`; never lowers. Async-signal-safe. */
void uvp_stop_raise(struct uvp_stop *stop, enum uvp_stop_level level);

/* The level of this one or any above. Cheap: no clock. */
enum uvp_stop_level uvp_stop_level(const struct uvp_stop *stop);

/* Whether a deadline of this one or any above has passed: for those who wait, on any thread. */
bool uvp_stop_is_late(const struct uvp_stop *stop);

/* How long poll() may wait, in milliseconds: until the nearest deadline, at most `most_ms`; -1
 * is without end. */
int uvp_stop_wait_ms(const struct uvp_stop *stop, int most_ms);

/*
 * Asks whether to go on. Reads the clock when a deadline is set: call it every few
 * thousand steps of work, at most some milliseconds apart.
 *
 * Returns: UVP_OK
 *          UVP_CANCELLED  somebody asked to abort
 *          UVP_LIMIT      the deadline has passed
 */
UVP_MUST_USE enum uvp_code uvp_stop_poll(struct uvp_stop *stop, struct uvp_error *err);

#endif
