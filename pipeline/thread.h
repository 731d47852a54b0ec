/*
 * thread.h -- mutex, condition and thread: all that the line needs of the system's threads
 *
 * Why:     one file knows <pthread.h>; the rest says what it waits for.
 * Use:     init, lock/wait/signal, unlock, release; start a thread, join it. A wait returns
 *          now and then without reason: call it in a loop around what is waited for.
 * Threads: started threads have every signal blocked: the main thread handles them.
 * Units:   deadlines are monotonic nanoseconds, as uvp_clock_now_ns.
 */
#ifndef UVP_PIPELINE_THREAD_H
#define UVP_PIPELINE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/status.h"

#define UVP_THREAD_NAME_BYTES 16 /* what the system keeps, with the NUL */

struct uvp_mutex {
    pthread_mutex_t raw;
};

struct uvp_condition {
    pthread_cond_t raw;
};

UVP_MUST_USE enum uvp_code uvp_mutex_init(struct uvp_mutex *mutex, struct uvp_error *err);
void uvp_mutex_release(struct uvp_mutex *mutex);
void uvp_mutex_lock(struct uvp_mutex *mutex);
void uvp_mutex_unlock(struct uvp_mutex *mutex);

UVP_MUST_USE enum uvp_code uvp_condition_init(struct uvp_condition *condition,
                                              struct uvp_error *err);
void uvp_condition_release(struct uvp_condition *condition);
void uvp_condition_wait(struct uvp_condition *condition, struct uvp_mutex *mutex);
/* False when the deadline has passed. */
bool uvp_condition_wait_until(struct uvp_condition *condition, struct uvp_mutex *mutex,
                              uint64_t deadline_ns);
void uvp_condition_signal(struct uvp_condition *condition);
void uvp_condition_broadcast(struct uvp_condition *condition);

struct uvp_thread_options {
    const char *name;   /* cut to 15 bytes */
    size_t stack_bytes; /* 0: 1 MiB */
    bool fails;         /* tests: as if the system refused */
};

struct uvp_thread {
    pthread_t raw;
    bool started;
    char name[UVP_THREAD_NAME_BYTES];
    void (*run)(void *ctx);
    void *ctx;
};

/* Returns: UVP_OK, or UVP_LIMIT when the system has no thread left. `thread` must stay where
 * it is until joined. */
UVP_MUST_USE enum uvp_code uvp_thread_start(struct uvp_thread *thread,
                                            const struct uvp_thread_options *options,
                                            void (*run)(void *ctx), void *ctx,
                                            struct uvp_error *err);

/* Waits for the thread to end. Nothing when it was not started or is joined already. */
void uvp_thread_join(struct uvp_thread *thread);

#endif
