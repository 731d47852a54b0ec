/*
 * pipeline.h -- builds the line, runs it, and tells how it went
 *
 * Use:     uvp_pipeline_create; uvp_pipeline_start; wait in a loop, drawing progress; destroy.
 * Owner:   the pipeline borrows the stages, the stop and the memory; they must outlive it.
 * Threads: create, start, wait and destroy from one thread. uvp_pipeline_stats from any.
 *          To end a run early raise the stop: DRAIN takes nothing new in and writes what was
 *          admitted; ABORT ends at once. Both are noticed within 100 ms by every wait.
 * Failure: the first failure of a stage wins. A reader's failure lets everything sent before
 *          it be written (in ticket order) and then ends the run; a writer's ends at once.
 */
#ifndef UVP_PIPELINE_PIPELINE_H
#define UVP_PIPELINE_PIPELINE_H

#include "pipeline/base/mem.h"
#include "pipeline/base/trace.h"
#include "pipeline/stage.h"

struct uvp_pipeline;

struct uvp_pipeline_options {
    uint32_t readers;      /* reader threads; 0 means 1 */
    uint32_t workers;      /* worker threads; 0: the serial twin, everything in wait() */
    size_t budget_bytes;   /* in flight; 0 means 512 MiB */
    uint32_t window_items; /* admitted and not yet released; 0 means 4 * workers (at least 4) */
    uint32_t max_jobs;     /* jobs under way; 0 means workers + 2 */
    bool unordered;        /* items reach the writer as they are done */
    uint64_t timeout_ns;   /* the whole run; 0: none */
    uint64_t stall_timeout_ns; /* nothing finished for so long; 0: none */
    size_t stack_bytes;        /* of each thread; 0 means 1 MiB */
    uint32_t fail_at_thread;   /* tests: the n-th thread cannot be started; 0: never */
    bool timeline;             /* keeps what each thread did when: about 100 kB a thread */
};

struct uvp_pipeline_stats {
    uint64_t admitted; /* items */
    uint64_t released;
    uint32_t in_ring;
    uint32_t working;       /* workers busy now */
    uint32_t waiting_order; /* done, waiting for an earlier one */
    size_t budget_used_bytes;
    size_t budget_peak_bytes;
    uint32_t window_peak;
    uint64_t jobs;
    uint64_t batches;        /* of tasks that workers posted for others to help with */
    uint64_t helped;         /* tasks of those that others ran */
    uint64_t reader_wait_ns; /* in reserve */
    uint64_t worker_wait_ns;
    uint64_t writer_wait_ns;
};

/* `mem`, `stop`, `trace` (NULL allowed) are borrowed. `stop` must be a root with a wake pipe.
 */
UVP_MUST_USE enum uvp_code uvp_pipeline_create(
    const struct uvp_pipeline_options *options, const struct uvp_reader_stage *readers,
    const struct uvp_worker_stage *workers, const struct uvp_writer_stage *writer,
    struct uvp_mem *mem, struct uvp_stop *stop, const struct uvp_trace *trace,
    struct uvp_pipeline **pipeline, struct uvp_error *err);

/* Starts the threads (none in the serial twin). On failure everything started is ended. */
UVP_MUST_USE enum uvp_code uvp_pipeline_start(struct uvp_pipeline *pipeline,
                                              struct uvp_error *err);

/*
 * Waits up to `timeout_ms` for the run to end. In the serial twin runs it to its end; `tick`
 * (NULL allowed) is then called between items, so that a progress line can be drawn.
 *
 * Returns: UVP_OK         still running
 *          UVP_END        everything was written and finished
 *          UVP_CANCELLED  stopped from outside (drained or aborted); nothing failed
 *          a failure      the first one of the run, with its error
 */
UVP_MUST_USE enum uvp_code uvp_pipeline_wait(struct uvp_pipeline *pipeline, uint32_t timeout_ms,
                                             void (*tick)(void *ctx), void *tick_ctx,
                                             struct uvp_error *err);

void uvp_pipeline_stats(const struct uvp_pipeline *pipeline, struct uvp_pipeline_stats *stats);

#define UVP_PIPELINE_LABEL_BYTES 96

/* What a worker is busy with, as its stage tells it. */
struct uvp_pipeline_work {
    const char *step;
    char label[UVP_PIPELINE_LABEL_BYTES]; /* cut */
    uint64_t count;                       /* how large it is; 0: not known yet */
    uint64_t busy_ns;                     /* since work on it began */
};

/* What has been worked on for the longest time; false when nothing is. From any thread. */
bool uvp_pipeline_longest(const struct uvp_pipeline *pipeline, struct uvp_pipeline_work *work);

/*
 * One line for each thread: name, step, label, how long; then ring, order and budget fill.
 * For -vv and for stalls (the pipeline calls it itself, through `trace` at level ERROR).
 */
void uvp_pipeline_describe(struct uvp_pipeline *pipeline,
                           void (*line)(void *ctx, const char *text), void *ctx);

/* What one thread did. Bin b is the time from b * bin_ns on since the run began; in it the
 * thread was for ns[b * stride + s] in state s. All bins together are `ended_ns - began_ns`. */
struct uvp_timeline_view {
    const char *name;
    uint64_t began_ns; /* since the run began */
    uint64_t ended_ns;
    uint64_t bin_ns; /* the same for all threads */
    uint32_t bin_count;
    uint32_t state_count;
    const char *const *states; /* steps as they are noted, and what is waited for */
    uint32_t waits;            /* bit s: state s is a wait */
    const uint64_t *ns;
    uint32_t stride;
};

/*
 * The timeline of thread 0, 1, 2 ...: the writer, the workers, the readers; only the one thread
 * in the serial twin. For when uvp_pipeline_wait has told the end.
 *
 * Owner:   the view is the pipeline's, until it is destroyed.
 * Returns: false beyond the last thread, before the end, and when no timeline was asked for
 */
bool uvp_pipeline_timeline(const struct uvp_pipeline *pipeline, uint32_t thread,
                           struct uvp_timeline_view *view);

/* Aborts if still running, joins every thread, frees. NULL allowed. */
void uvp_pipeline_destroy(struct uvp_pipeline *pipeline);

/* CPUs this process may use: affinity mask and cgroup quota (v1 and v2); at least 1. */
uint32_t uvp_cpu_count(void);

/* The calling thread's name as set by the pipeline ("reader-0", "worker-3", "writer", "main").
 */
const char *uvp_thread_name(void);

#endif
