/*
 * pool.h -- a board where one thread posts a batch of tasks and idle ones help
 *
 * Why:     one big piece of work must not leave the other threads idle.
 * Use:     create for a fixed number of members (threads that exist already; the pool starts
 *          none). A member posts with run, which returns when all tasks have; a member with
 *          nothing else to do calls help while `open` is not 0.
 * Owner:   a batch and what it points to stay the poster's; nobody looks at them after run.
 * Threads: run and help from any thread, but for one member from one thread at a time. A task
 *          may post a batch of its own: who waits joins nothing, and waits only for those that
 *          joined later, so the waits form no circle.
 * Order:   tasks are taken lower index first; of several batches the one of least rank first.
 * Waits:   `run` for helpers to return from the tasks they have taken, never for a task to be
 *          taken. A stop ends that wait through the tasks, which poll it.
 * Cost:    a batch: two locks and a wake-up, with no memory taken. A task: one atomic addition.
 */
#ifndef UVP_PIPELINE_POOL_H
#define UVP_PIPELINE_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"

struct uvp_pool;
struct uvp_note;

struct uvp_pool_options {
    uint32_t members; /* at least 1; numbered from 0 */
    void *ctx;
    /* There is a new batch: wake one idle member, who may wake the next. NULL: none sleep. */
    void (*call)(void *ctx);
    /* A helper has something better to do and will leave. Asked after each task: must be
     * cheap. NULL: never. */
    bool (*is_wanted_elsewhere)(void *ctx);
};

struct uvp_pool_batch {
    /*
     * Task i < count, run by hand `hand`: 0 is the poster, see uvp_pool_member_of_hand for the
     * others. Never two tasks at once for one hand.
     */
    void (*task)(void *arg, uint32_t i, uint32_t hand);
    void *arg;
    uint32_t count;
    uint64_t rank;     /* less: helped first */
    const char *label; /* for the helpers' notes; NULL: none */
};

struct uvp_pool_stats {
    uint64_t batches; /* posted so far */
    uint64_t helped;  /* tasks that helpers ran */
    uint32_t open;    /* batches with tasks left to take, now */
    uint32_t helpers; /* at work now */
};

UVP_MUST_USE enum uvp_code uvp_pool_create(const struct uvp_pool_options *options,
                                           struct uvp_mem *mem, struct uvp_pool **pool,
                                           struct uvp_error *err);
/* When no thread is inside any more. NULL allowed. */
void uvp_pool_destroy(struct uvp_pool *pool);

/*
 * Runs all tasks of the batch, with whoever helps, and returns when each has returned. Nothing
 * can fail: what becomes of a task is in `arg`. `note` (NULL allowed) is told about the wait.
 */
void uvp_pool_run(struct uvp_pool *pool, uint32_t member, const struct uvp_pool_batch *batch,
                  struct uvp_note *note);

/* Takes tasks until none is left or something better is to be done. Never waits. False when
 * there was no batch to help with. `note` is told what it helps with. */
bool uvp_pool_help(struct uvp_pool *pool, uint32_t member, struct uvp_note *note);

/* How many batches have tasks left to take, for those who must wake by it: goes up before
 * `call`. */
const _Atomic uint32_t *uvp_pool_open(const struct uvp_pool *pool);

/* Which member is hand `hand` of the batches that `poster` posts. */
uint32_t uvp_pool_member_of_hand(uint32_t poster, uint32_t hand);

struct uvp_pool_stats uvp_pool_stats(struct uvp_pool *pool);

#endif
