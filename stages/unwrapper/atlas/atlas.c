/*
 * The list of steps. Packing and the final verdict alternate: the verdict may change charts,
 * and then they are packed again, a bounded number of times.
 */
#include "stages/unwrapper/atlas/atlas.h"

#include "pipeline/base/clock.h"
#include "stages/unwrapper/atlas/atlas_internal.h"
#include "stages/unwrapper/atlas/fit.h"
#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/keep.h"
#include "stages/unwrapper/atlas/measure.h"
#include "stages/unwrapper/atlas/merge.h"
#include "stages/unwrapper/atlas/place.h"
#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/ride.h"
#include "stages/unwrapper/atlas/segment.h"
#include "stages/unwrapper/atlas/topology.h"

#define ROUNDS_MAX 10

static const char *const step_names[UVP_ATLAS_STEP_COUNT] = {
    [UVP_ATLAS_TOPOLOGY] = "topology", [UVP_ATLAS_SEGMENT] = "segment",
    [UVP_ATLAS_FLATTEN] = "flatten",   [UVP_ATLAS_MERGE] = "merge",
    [UVP_ATLAS_PACK] = "pack",         [UVP_ATLAS_VERIFY] = "verify",
};

struct run {
    struct uvp_atlas_work work;
    void (*step)(void *ctx, enum uvp_atlas_step step);
    void *step_ctx;
    struct uvp_atlas_stats *stats;
    enum uvp_atlas_step now;
    uint64_t since_ns;
};

const char *uvp_atlas_step_name(enum uvp_atlas_step step)
{
    return (unsigned)step < UVP_ATLAS_STEP_COUNT ? step_names[step] : "unknown";
}

static void end_step(struct run *run)
{
    const uint64_t now = uvp_clock_now_ns();

    run->stats->step_ns[run->now] += now - run->since_ns;
    run->since_ns = now;
}

static void begin_step(struct run *run, enum uvp_atlas_step step)
{
    end_step(run);
    run->now = step;
    if (run->step != NULL) {
        run->step(run->step_ctx, step);
    }
}

static enum uvp_code pack_and_judge(struct run *run, const struct uvp_topology *topology,
                                    struct uvp_charts *charts)
{
    struct uvp_atlas_work *const work = &run->work;
    struct uvp_outlines outlines;
    bool again = true;

    begin_step(run, UVP_ATLAS_PACK);
    UVP_TRY(uvp_place_prepare(work, topology, charts));
    UVP_TRY(uvp_fit_charts(work, topology, charts, &outlines));
    for (uint32_t round = 0; again; round++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
        struct uvp_packing packing;
        if (round == ROUNDS_MAX) {
            return uvp_fail(work->err, UVP_BUG, 0, "no valid layout in %d rounds", ROUNDS_MAX);
        }
        begin_step(run, UVP_ATLAS_PACK);
        if (round > 0 || outlines.count == 0) {
            UVP_TRY(uvp_outline_make(work, topology, charts, &outlines));
        }
        UVP_TRY(uvp_pack_make(work, charts, &outlines, round, &packing));
        begin_step(run, UVP_ATLAS_VERIFY);
        run->stats->density_reached = packing.density_reached;
        UVP_TRY(uvp_place_charts(work, topology, &outlines, &packing, round, charts, &again));
        uvp_arena_rewind(work->scratch, mark);
    }
    return UVP_OK;
}

static enum uvp_code make(struct run *run, struct uvp_atlas_result *result)
{
    struct uvp_atlas_work *const work = &run->work;
    struct uvp_topology topology = {0};
    struct uvp_segments segments = {0};
    struct uvp_charts charts = {0};

    begin_step(run, UVP_ATLAS_TOPOLOGY);
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    UVP_TRY(uvp_topology_make(work, &topology));
    begin_step(run, UVP_ATLAS_SEGMENT);
    if (uvp_keep_is_wanted(work)) {
        UVP_TRY(uvp_keep_segments(work, &topology, &segments));
    } else {
        UVP_TRY(uvp_segment_make(work, &topology, &segments));
    }
    begin_step(run, UVP_ATLAS_FLATTEN);
    UVP_TRY(uvp_flatten_make(work, &topology, &segments, &charts));
    begin_step(run, UVP_ATLAS_MERGE);
    if (!uvp_keep_is_wanted(work)) {
        UVP_TRY(uvp_merge_make(work, &topology, &charts));
    }
    UVP_TRY(pack_and_judge(run, &topology, &charts));
    UVP_TRY(uvp_ride_make(work, &topology, &charts, result));
    UVP_TRY(uvp_measure_layout(work, &topology, &charts, run->stats));
    result->page_count = charts.page_count;
    end_step(run);
    return UVP_OK;
}

/*
 * What the steps hold at once, at their highest, per item and whole; checked by a test. Arenas
 * grow in chunks and leave ends of them unused, hence the factor.
 */
#define BYTES_PER_VERTEX 60
#define BYTES_PER_CORNER 20
#define BYTES_PER_TRIANGLE 400
#define BYTES_FIXED ((size_t)24 << 20)

size_t uvp_atlas_memory_bound(uint32_t vertex_count, uint32_t corner_count,
                              uint32_t triangle_count)
{
    const size_t items = (size_t)BYTES_PER_VERTEX * vertex_count +
                         (size_t)BYTES_PER_CORNER * corner_count +
                         (size_t)BYTES_PER_TRIANGLE * triangle_count;

    return BYTES_FIXED + items / 4 * 5;
}

enum uvp_code uvp_atlas_make(const struct uvp_atlas_input *input,
                             const struct uvp_atlas_options *options, struct uvp_arena *keep,
                             struct uvp_arena *scratch, const struct uvp_atlas_crew *crew,
                             struct uvp_stop *stop,
                             void (*step)(void *ctx, enum uvp_atlas_step step), void *step_ctx,
                             struct uvp_atlas_result *result, struct uvp_error *err)
{
    struct uvp_atlas_result made = {.page_count = 1};
    struct uvp_plan plan;
    struct run run = {
        .work = {.input = input,
                 .plan = &plan,
                 .crew = crew,
                 .keep = keep,
                 .scratch = scratch,
                 .stop = stop,
                 .err = err},
        .step = step,
        .step_ctx = step_ctx,
        .stats = &made.stats,
        .since_ns = uvp_clock_now_ns(),
    };

    uvp_plan_make(options, &plan);
    UVP_TRY(make(&run, &made));
    *result = made;
    return UVP_OK;
}
