/*
 * What the line itself costs: CPU time of the ring's hand-over, of tasks in the pool, and of
 * the whole line with stages that do nothing. Medians of several runs. CPU time and not wall
 * time, because the line shares the machine.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/stop.h"
#include "pipeline/pipeline.h"
#include "pipeline/ring.h"
#include "pipeline/thread.h"
#include "tools/bench/bench_crew.h"

#define RUNS 5
#define RING_ITEMS 400000U
#define LINE_ITEMS 200000U
#define MOST_BATCH 64
#define MOST_THREADS 16

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static uint64_t median(uint64_t values[RUNS])
{
    qsort(values, RUNS, sizeof *values, compare);
    return values[RUNS / 2];
}

static void check(enum uvp_code code, enum uvp_code expected)
{
    if (code != expected) {
        (void)fprintf(stderr, "bench_line: %s\n", uvp_code_name(code));
        exit(1);
    }
}

/* ---- the ring alone ---- */

struct ring_end {
    struct uvp_ring *ring;
    uint32_t items;
    uint32_t batch;
    _Atomic uint64_t *received;
    struct uvp_thread thread;
};

static void send_all(void *ctx)
{
    struct ring_end *const end = ctx;
    void *items[MOST_BATCH];

    for (uint32_t i = 0; i < MOST_BATCH; i++) {
        items[i] = end;
    }
    for (uint32_t done = 0; done < end->items; done += end->batch) {
        uint32_t sent;

        check(uvp_ring_send(end->ring, items, end->batch, &sent, NULL), UVP_OK);
    }
    uvp_ring_finish_send(end->ring);
}

static void receive_all(void *ctx)
{
    struct ring_end *const end = ctx;
    void *items[MOST_BATCH];
    uint64_t received = 0;
    uint32_t count;
    bool urgent;

    while (uvp_ring_receive(end->ring, items, end->batch, &count, &urgent, NULL) == UVP_OK) {
        received += count;
    }
    atomic_fetch_add(end->received, received);
}

static void start_ends(struct ring_end *ends, uint32_t count, const struct ring_end *like,
                       void (*run)(void *))
{
    const struct uvp_thread_options options = {.name = "bench"};

    for (uint32_t i = 0; i < count; i++) {
        ends[i] = *like;
        check(uvp_thread_start(&ends[i].thread, &options, run, &ends[i], NULL), UVP_OK);
    }
}

/* CPU nanoseconds per item, user and system, of both sides. */
static uint64_t run_ring(uint32_t senders, uint32_t receivers, uint32_t batch)
{
    struct ring_end ends[MOST_THREADS];
    _Atomic uint64_t received = 0;
    struct uvp_stop stop;
    struct uvp_mem mem;
    struct uvp_ring *ring = NULL;
    struct uvp_ring_options options = {.capacity = 1024, .senders = senders, .stop = &stop};
    struct ring_end like = {.batch = batch, .received = &received};
    uint64_t before;
    uint64_t used;

    uvp_mem_init(&mem, 0);
    check(uvp_stop_init(&stop, false, NULL), UVP_OK);
    check(uvp_ring_create(&options, &mem, &ring, NULL), UVP_OK);
    like.ring = ring;
    like.items = RING_ITEMS / senders / batch * batch;
    before = uvp_clock_process_cpu_ns();
    start_ends(ends, receivers, &like, receive_all);
    start_ends(ends + receivers, senders, &like, send_all);
    for (uint32_t i = 0; i < receivers + senders; i++) {
        uvp_thread_join(&ends[i].thread);
    }
    used = uvp_clock_process_cpu_ns() - before;
    uvp_ring_destroy(ring);
    uvp_stop_release(&stop);
    if (received != (uint64_t)like.items * senders) {
        check(UVP_BUG, UVP_OK);
    }
    return used / received;
}

static void bench_ring(uint32_t senders, uint32_t receivers, uint32_t batch)
{
    uint64_t cpu_ns[RUNS];

    for (uint32_t i = 0; i < RUNS; i++) {
        cpu_ns[i] = run_ring(senders, receivers, batch);
    }
    (void)printf("ring   %2uP/%uC  batch %2u              %6llu ns CPU/item\n", senders,
                 receivers, batch, (unsigned long long)median(cpu_ns));
}

/* ---- the pool ---- */

#define POOL_TASKS 1000000U

static void do_nothing(void *arg, uint32_t i, uint32_t hand)
{
    (void)arg;
    (void)i;
    (void)hand;
}

/* CPU nanoseconds per task of all hands together, waking them included. */
static uint64_t run_pool(uint32_t hands, uint32_t tasks)
{
    struct bench_crew crew;
    struct uvp_mem mem;
    uint64_t before;
    uint64_t used;

    uvp_mem_init(&mem, 0);
    check(bench_crew_start(&crew, hands, &mem, NULL), UVP_OK);
    before = uvp_clock_process_cpu_ns();
    for (uint32_t done = 0; done < POOL_TASKS; done += tasks) {
        crew.crew.run(crew.crew.ctx, tasks, do_nothing, NULL);
    }
    used = uvp_clock_process_cpu_ns() - before;
    bench_crew_end(&crew);
    return used / POOL_TASKS;
}

static void bench_pool(uint32_t hands, uint32_t tasks)
{
    uint64_t cpu_ns[RUNS];

    for (uint32_t i = 0; i < RUNS; i++) {
        cpu_ns[i] = run_pool(hands, tasks);
    }
    (void)printf("pool   %2u hands   batch %6u          %6llu ns CPU/task\n", hands, tasks,
                 (unsigned long long)median(cpu_ns));
}

/* ---- the whole line ---- */

struct bench {
    struct uvp_item *items; /* recycled in a circle; longer than the window */
    uint32_t item_count;
    bool direct;
};

static enum uvp_code open_lane(void *ctx, uint32_t lane, struct uvp_intake *intake,
                               void **reader, struct uvp_error *err)
{
    (void)lane;
    (void)intake;
    (void)err;
    *reader = ctx;
    return UVP_OK;
}

static enum uvp_code read_lane(void *ctx, struct uvp_intake *intake, struct uvp_error *err)
{
    struct bench *const bench = ctx;

    for (uint32_t i = 0; i < LINE_ITEMS; i++) {
        struct uvp_item *const item = &bench->items[i % bench->item_count];

        item->has_ticket = false;
        item->direct = bench->direct;
        UVP_TRY(uvp_intake_reserve(intake, item, 1000, err));
        uvp_intake_send(intake, item);
    }
    return UVP_OK;
}

static void close_lane(void *reader)
{
    (void)reader;
}

static enum uvp_code make_worker(void *ctx, struct uvp_desk *desk, void **worker,
                                 struct uvp_error *err)
{
    (void)desk;
    (void)err;
    *worker = ctx;
    return UVP_OK;
}

static enum uvp_code work(void *worker, struct uvp_desk *desk, struct uvp_item *item,
                          struct uvp_error *err)
{
    (void)worker;
    (void)desk;
    (void)item;
    (void)err;
    return UVP_OK;
}

static enum uvp_code put(void *ctx, struct uvp_outlet *outlet, struct uvp_item *item,
                         struct uvp_error *err)
{
    (void)ctx;
    (void)err;
    uvp_outlet_release(outlet, item);
    return UVP_OK;
}

static enum uvp_code collect(void *ctx, struct uvp_outlet *outlet, struct uvp_job *job,
                             struct uvp_error *err)
{
    (void)ctx;
    (void)outlet;
    (void)job;
    (void)err;
    return UVP_OK;
}

static enum uvp_code finish(void *ctx, struct uvp_outlet *outlet, bool complete,
                            struct uvp_error *err)
{
    (void)ctx;
    (void)outlet;
    (void)complete;
    (void)err;
    return UVP_OK;
}

struct measured {
    uint64_t cpu_ns;
    uint64_t wall_ns;
};

static struct measured run_line(uint32_t workers, uint32_t window, bool direct)
{
    struct bench bench = {.item_count = window * 2, .direct = direct};
    const struct uvp_reader_stage readers = {.ctx = &bench,
                                             .lane_count = 1,
                                             .open = open_lane,
                                             .run = read_lane,
                                             .close = close_lane};
    const struct uvp_worker_stage worker = {
        .ctx = &bench, .create = make_worker, .work = work, .destroy = close_lane};
    const struct uvp_writer_stage writer = {
        .ctx = &bench, .put = put, .collect = collect, .finish = finish};
    const struct uvp_pipeline_options options = {.workers = workers, .window_items = window};
    struct uvp_pipeline *pipeline = NULL;
    struct measured measured;
    struct uvp_stop stop;
    struct uvp_mem mem;
    enum uvp_code code;

    uvp_mem_init(&mem, 0);
    bench.items = uvp_mem_take_zeroed(&mem, bench.item_count * sizeof *bench.items);
    check(bench.items == NULL ? UVP_NO_MEMORY : UVP_OK, UVP_OK);
    check(uvp_stop_init(&stop, true, NULL), UVP_OK);
    check(uvp_pipeline_create(&options, &readers, &worker, &writer, &mem, &stop, NULL,
                              &pipeline, NULL),
          UVP_OK);
    measured.cpu_ns = uvp_clock_process_cpu_ns();
    measured.wall_ns = uvp_clock_now_ns();
    check(uvp_pipeline_start(pipeline, NULL), UVP_OK);
    do {
        code = uvp_pipeline_wait(pipeline, 1000, NULL, NULL, NULL);
    } while (code == UVP_OK);
    check(code, UVP_END);
    measured.cpu_ns = uvp_clock_process_cpu_ns() - measured.cpu_ns;
    measured.wall_ns = uvp_clock_now_ns() - measured.wall_ns;
    uvp_pipeline_destroy(pipeline);
    uvp_stop_release(&stop);
    uvp_mem_give(&mem, bench.items, bench.item_count * sizeof *bench.items);
    return measured;
}

static void bench_line(uint32_t workers, uint32_t window, bool direct)
{
    uint64_t cpu_ns[RUNS];
    uint64_t wall_ns[RUNS];

    for (uint32_t i = 0; i < RUNS; i++) {
        const struct measured measured = run_line(workers, window, direct);

        cpu_ns[i] = measured.cpu_ns / LINE_ITEMS;
        wall_ns[i] = measured.wall_ns;
    }
    (void)printf("line   %-8s workers %u window %4u  %6llu ns CPU/item  %9llu items/s\n",
                 direct ? "direct" : "worked", workers, window,
                 (unsigned long long)median(cpu_ns),
                 (unsigned long long)(LINE_ITEMS * UVP_NS_PER_S / median(wall_ns)));
}

int main(void)
{
    static const uint32_t batches[] = {1, 16};
    static const uint32_t windows[] = {16, 256, 1024};

    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        bench_ring(1, 1, batches[i]);
        bench_ring(2, 8, batches[i]);
    }
    for (uint32_t hands = 1; hands <= 16; hands *= 2) {
        bench_pool(hands, 100);
        bench_pool(hands, 10000);
    }
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        bench_line(0, windows[i], true);
        bench_line(1, windows[i], true);
        bench_line(4, windows[i], true);
        bench_line(1, windows[i], false);
        bench_line(4, windows[i], false);
    }
    return 0;
}
