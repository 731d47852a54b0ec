/*
 * bench_members -- what the line costs per member, without the meshes
 *
 * Runs an archive through the real reader and writer with workers that load each mesh member
 * and render it again unchanged, but neither decode, unwrap nor encode. What remains is the
 * line's own cost: reading, parsing, tickets, hand-overs, headers, writing.
 *
 *     bench_members ARCHIVE [ROUNDS [WORKERS [BUSY]]]
 *
 * BUSY is how many microseconds of CPU a worker spends on each member in place of the mesh;
 * they are taken off the result again. With 0 the workers fall asleep after every parcel, which
 * they do not when there is something to unwrap: then the figure is mostly the price of waking
 * them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "pipeline/pipeline.h"
#include "stages/parcel.h"
#include "stages/stages.h"

struct carrier {
    struct uvp_mem *mem;
    uint64_t busy_ns;           /* for each member */
    _Atomic uint64_t burned_ns; /* by all workers, to be taken off */
};

struct hand {
    struct carrier *carrier;
    struct uvp_buf store;
};

static enum uvp_code create(void *ctx, struct uvp_desk *desk, void **worker,
                            struct uvp_error *err)
{
    struct carrier *const carrier = ctx;
    struct hand *const hand = uvp_mem_take(carrier->mem, sizeof *hand);

    (void)desk;
    if (hand == NULL) {
        return uvp_fail_memory(err, sizeof *hand);
    }
    hand->carrier = carrier;
    uvp_buf_init(&hand->store, carrier->mem, 0);
    *worker = hand;
    return UVP_OK;
}

static void be_busy(struct carrier *carrier)
{
    const uint64_t began = uvp_clock_thread_cpu_ns();
    uint64_t now = began;

    while (carrier->busy_ns != 0 && now - began < carrier->busy_ns) {
        now = uvp_clock_thread_cpu_ns();
    }
    atomic_fetch_add(&carrier->burned_ns, now - began);
}

static enum uvp_code carry(struct hand *hand, struct uvp_member *member,
                           enum uvp_container target, struct uvp_error *err)
{
    const struct uvp_render_options options = {.target = target};
    struct uvp_span body;

    be_busy(hand->carrier);
    uvp_buf_reset(&hand->store);
    UVP_TRY(uvp_entry_load(&member->entry, &hand->store, &body, err));
    UVP_TRY(
        uvp_entry_render(&member->entry, body, &options, &member->out, &member->rendered, err));
    member->rendered_anew = true;
    uvp_slices_reset(&member->entry.raw);
    return UVP_OK;
}

static enum uvp_code work(void *worker, struct uvp_desk *desk, struct uvp_item *item,
                          struct uvp_error *err)
{
    struct uvp_parcel *const parcel = (struct uvp_parcel *)item;

    for (uint32_t i = 0; i < parcel->piece_count; i++) {
        if (parcel->pieces[i]->kind == UVP_PIECE_MEMBER) {
            UVP_TRY(carry(worker, parcel->pieces[i]->member, parcel->target, err));
        }
    }
    uvp_desk_settle(desk, item, uvp_parcel_held_bytes(parcel));
    return UVP_OK;
}

static void destroy(void *worker)
{
    struct hand *const hand = worker;
    struct uvp_mem *const mem = hand->store.mem;

    uvp_buf_release(&hand->store);
    uvp_mem_give(mem, hand, sizeof *hand);
}

static enum uvp_code run_line(const struct uvp_settings *settings,
                              const struct uvp_pipeline_options *options, uint64_t busy_ns,
                              uint64_t *members, uint64_t *burned_ns, struct uvp_error *err)
{
    struct uvp_mem mem;
    struct uvp_stop stop;
    struct carrier carrier = {.mem = &mem, .busy_ns = busy_ns};
    const struct uvp_worker_stage workers = {
        .ctx = &carrier, .create = create, .work = work, .destroy = destroy};
    struct uvp_stages *stages = NULL;
    struct uvp_pipeline *pipeline = NULL;
    struct uvp_progress progress = {0};
    enum uvp_code code;

    uvp_mem_init(&mem, 0);
    UVP_TRY(uvp_stop_init(&stop, true, err));
    code = uvp_stages_create(settings, NULL, &mem, &stop, NULL, &stages, err);
    if (code == UVP_OK) {
        code =
            uvp_pipeline_create(options, uvp_stages_reader(stages), &workers,
                                uvp_stages_writer(stages), &mem, &stop, NULL, &pipeline, err);
    }
    if (code == UVP_OK) {
        code = uvp_pipeline_start(pipeline, err);
    }
    while (code == UVP_OK) {
        code = uvp_pipeline_wait(pipeline, 1000, NULL, NULL, err);
    }
    uvp_pipeline_destroy(pipeline);
    if (stages != NULL) {
        uvp_stages_progress(stages, &progress);
    }
    uvp_stages_destroy(stages);
    uvp_stop_release(&stop);
    *members = progress.members_read;
    *burned_ns = atomic_load(&carrier.burned_ns);
    return code;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

static int run_rounds(const char *path, int rounds, uint32_t workers, uint64_t busy_ns)
{
    const char *const inputs[] = {path};
    const struct uvp_settings settings = {
        .inputs = inputs,
        .input_count = 1,
        .output = "/dev/null",
        .workers = workers,
        .memory_bytes = (size_t)512 << 20,
    };
    const struct uvp_pipeline_options options = {.readers = 1, .workers = workers};
    double micros[64];
    uint64_t members = 0;
    uint64_t burned = 0;

    for (int i = 0; i < rounds; i++) {
        struct uvp_error err = {0};
        const uint64_t began = uvp_clock_process_cpu_ns();

        if (run_line(&settings, &options, busy_ns, &members, &burned, &err) != UVP_END ||
            members == 0) {
            fprintf(stderr, "bench_members: %s: %s\n", path, err.text);
            return 1;
        }
        micros[i] =
            (double)(uvp_clock_process_cpu_ns() - began - burned) / 1e3 / (double)members;
    }
    qsort(micros, (size_t)rounds, sizeof micros[0], compare);
    printf("%u workers: %llu members, %.2f us CPU each (median of %d; %.2f to %.2f)\n", workers,
           (unsigned long long)members, micros[rounds / 2], rounds, micros[0],
           micros[rounds - 1]);
    return 0;
}

int main(int argc, char **argv)
{
    const int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 7;
    const uint32_t workers = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 2;
    const uint64_t busy = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;

    if (argc < 2 || rounds < 1 || rounds > 64) {
        fprintf(stderr, "usage: bench_members ARCHIVE [ROUNDS [WORKERS [BUSY]]]\n");
        return 64;
    }
    return run_rounds(argv[1], rounds, workers, busy * 1000);
}
