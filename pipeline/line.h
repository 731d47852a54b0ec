/*
 * line.h -- the running line, as the files of pipeline/ share it
 *
 * Why:     reader, worker, writer, watchdog and the serial twin are one file each, over one
 *          struct. Nobody outside pipeline/ includes this.
 * Threads: the parts (gate, ring, order, pool, notes) lock themselves; `mutex` protects the
 *          outcome. No lock is held while a stage's function runs, and no two of gate, ring,
 *          order, pool and outcome are held at once (but gate before an ahead's ring; a note's
 *          lock is last).
 */
#ifndef UVP_PIPELINE_LINE_H
#define UVP_PIPELINE_LINE_H

#include <stdatomic.h>

#include "pipeline/gate.h"
#include "pipeline/note.h"
#include "pipeline/order.h"
#include "pipeline/pipeline.h"
#include "pipeline/pool.h"
#include "pipeline/ring.h"
#include "pipeline/stage.h"
#include "pipeline/thread.h"

struct uvp_intake {
    struct uvp_pipeline *line;
    struct uvp_note *note;
    uint32_t reader; /* thread */
    uint32_t lane;
};

struct uvp_desk {
    struct uvp_pipeline *line;
    struct uvp_note *note;
    uint32_t number;
    void *worker;    /* the stage's state, once made; its own thread's */
    uint64_t ticket; /* of the item at hand */
};

struct uvp_outlet {
    struct uvp_pipeline *line;
    struct uvp_note *note;
    struct uvp_order_batch batch; /* received; put up to `put_count` */
    uint32_t put_count;
    uint64_t released_items; /* not yet told to the gate */
    size_t released_bytes;
    bool gathers; /* releases are told in batches; only inside the writer's loop */
};

/* One thread and what belongs to it. */
struct uvp_post {
    struct uvp_thread thread;
    struct uvp_note note;
    struct uvp_intake intake; /* readers */
    struct uvp_desk desk;     /* workers */
    bool noted;               /* `note` is set up */
    void (*run)(struct uvp_post *post);
    struct uvp_pipeline *line;
};

struct uvp_pipeline {
    struct uvp_pipeline *self; /* so that looking in through a const pointer can lock */
    struct uvp_pipeline_options options; /* with the defaults filled in */
    struct uvp_reader_stage readers;
    struct uvp_worker_stage workers;
    struct uvp_writer_stage writer;
    struct uvp_mem *mem;
    struct uvp_stop *stop;
    const struct uvp_trace *trace;
    bool serial;

    struct uvp_gate gate;
    struct uvp_pool *pool; /* workers, then readers; NULL in the serial twin */
    struct uvp_ring *ring; /* NULL in the serial twin */
    struct uvp_order order;
    uint64_t fence; /* behind the last fixed ticket; the head lane's reader's */
    struct uvp_outlet outlet;
    struct uvp_post *posts; /* writer, then workers, then readers; serial: one */
    uint32_t post_count;
    _Atomic uint32_t working;
    _Atomic uint32_t readers_left;
    _Atomic uint32_t ends_left; /* see uvp_line_count_end */

    struct uvp_thread watchdog;
    struct uvp_stop over; /* raised when every other thread has ended */
    uint64_t started_ns;

    struct uvp_mutex mutex;     /* protects the outcome below */
    struct uvp_condition ended; /* the last thread has ended */
    uint32_t living;            /* threads besides the watchdog */
    enum uvp_code failed_code;  /* UVP_OK: nothing failed */
    struct uvp_error failure;
    bool written; /* the writer has finished; too late to fail */
    bool started;
    bool settled; /* every thread joined, `result` is final */
    enum uvp_code result;

    void *serial_worker; /* the serial twin's one worker */
    void (*tick)(void *ctx);
    void *tick_ctx;
};

/* Keeps the first failure and aborts. UVP_CANCELLED after an ABORT is no failure. */
void uvp_line_fail(struct uvp_pipeline *line, enum uvp_code code, const struct uvp_error *err);

/* As fail, without the abort: what was sent before is still written. */
void uvp_line_fail_reading(struct uvp_pipeline *line, enum uvp_code code,
                           const struct uvp_error *err);

/* Nothing failed, and nothing was kept out. */
bool uvp_line_is_complete(struct uvp_pipeline *line);

/* The writer has finished: no later failure counts. */
void uvp_line_set_written(struct uvp_pipeline *line);

/* Makes every waiter look at the stop. */
void uvp_line_wake(struct uvp_pipeline *line);

bool uvp_line_aborts(const struct uvp_pipeline *line);

/* The nearest time limit, or UINT64_MAX; and fails the line when one has passed (a stall is
 * described first, at level ERROR). */
uint64_t uvp_line_deadline(struct uvp_pipeline *line);
void uvp_line_check_limits(struct uvp_pipeline *line);

/* Takes back an item that will not be delivered, and hands it to the writer's discard. */
void uvp_line_give_back(struct uvp_pipeline *line, struct uvp_item *item);

/*
 * The end of the input is told to the order when the readers have left and every worker is
 * made; each calls this once. So a worker that cannot be made fails the run whatever the
 * timing, even if the others could have done all the work before.
 */
void uvp_line_count_end(struct uvp_pipeline *line);

/* Runs a batch with whoever helps, in the caller's thread; `pool` NULL: nobody does. */
void uvp_line_run_batch(struct uvp_pool *pool, uint32_t member, uint64_t rank,
                        const struct uvp_desk_batch *batch, struct uvp_note *note);

/* Brings all timelines to the widest bins of any; when the threads have been joined. */
void uvp_line_even_timelines(struct uvp_pipeline *line);

/* ---- thread functions (each in the file of its noun) ---- */

void uvp_reader_run(struct uvp_post *post);
void uvp_worker_run(struct uvp_post *post);
void uvp_writer_run(struct uvp_post *post);
void uvp_watchdog_run(void *ctx);

/* One lane from open to close, on any thread. */
void uvp_reader_read_lane(struct uvp_intake *intake);

/* Writer's steps, shared with the serial twin. */
enum uvp_code uvp_outlet_put(struct uvp_outlet *outlet, struct uvp_item *item);
enum uvp_code uvp_outlet_collect(struct uvp_outlet *outlet, struct uvp_job *job);
enum uvp_code uvp_outlet_collect_all(struct uvp_outlet *outlet);
enum uvp_code uvp_outlet_idle(struct uvp_outlet *outlet);
enum uvp_code uvp_outlet_finish(struct uvp_outlet *outlet);
void uvp_outlet_flush(struct uvp_outlet *outlet);

/* The serial twin. */
void uvp_serial_run(struct uvp_pipeline *line);
enum uvp_code uvp_serial_reserve(struct uvp_intake *intake, struct uvp_item *item, size_t bytes,
                                 struct uvp_error *err);
void uvp_serial_send(struct uvp_intake *intake, struct uvp_item *item);
/* Runs a job at once. */
void uvp_serial_run_job(struct uvp_pipeline *line, struct uvp_job *job);

#endif
