/*
 * bench_crew.h -- threads that help the engine with one mesh, for benchmarks
 *
 * Use:     start with a number of hands, lend `crew` to the engine, end.
 * Threads: start and end from one thread, which is hand 0. The others sleep while there is
 *          nothing to help with.
 */
#ifndef UVP_TOOLS_BENCH_CREW_H
#define UVP_TOOLS_BENCH_CREW_H

#include "pipeline/pool.h"
#include "pipeline/thread.h"
#include "stages/unwrapper/atlas/atlas.h"

#define BENCH_CREW_MOST 64

struct bench_crew {
    struct uvp_atlas_crew crew;
    struct uvp_pool *pool;
    struct uvp_mutex mutex; /* protects `over`, and the sleep of helpers */
    struct uvp_condition called;
    bool over;
    struct bench_helper {
        struct bench_crew *crew;
        struct uvp_thread thread;
        struct uvp_arena scratch;
        uint32_t member;
    } helper[BENCH_CREW_MOST];
};

static inline void bench_crew_call(void *ctx)
{
    struct bench_crew *const crew = ctx;

    uvp_mutex_lock(&crew->mutex);
    uvp_condition_broadcast(&crew->called);
    uvp_mutex_unlock(&crew->mutex);
}

static inline void bench_crew_help(void *ctx)
{
    struct bench_helper *const helper = ctx;
    struct bench_crew *const crew = helper->crew;
    bool over = false;

    while (!over) {
        (void)uvp_pool_help(crew->pool, helper->member, NULL);
        uvp_mutex_lock(&crew->mutex);
        while (!crew->over && atomic_load(uvp_pool_open(crew->pool)) == 0) {
            uvp_condition_wait(&crew->called, &crew->mutex);
        }
        over = crew->over;
        uvp_mutex_unlock(&crew->mutex);
    }
}

static inline void bench_crew_run(void *ctx, uint32_t count,
                                  void (*task)(void *arg, uint32_t i, uint32_t hand), void *arg)
{
    struct bench_crew *const crew = ctx;
    const struct uvp_pool_batch batch = {.task = task, .arg = arg, .count = count};

    uvp_pool_run(crew->pool, 0, &batch, NULL);
}

static inline struct uvp_arena *bench_crew_scratch(void *ctx, uint32_t hand)
{
    struct bench_crew *const crew = ctx;

    return &crew->helper[hand].scratch; /* member 0 posts: hand and member are the same */
}

static inline enum uvp_code bench_crew_start(struct bench_crew *crew, uint32_t hands,
                                             struct uvp_mem *mem, struct uvp_error *err)
{
    const struct uvp_pool_options options = {
        .members = hands, .ctx = crew, .call = bench_crew_call};
    const struct uvp_thread_options thread = {.name = "helper"};

    *crew = (struct bench_crew){
        .crew = {.ctx = crew,
                 .hands = hands,
                 .run = bench_crew_run,
                 .scratch = bench_crew_scratch},
    };
    UVP_TRY(uvp_mutex_init(&crew->mutex, err));
    UVP_TRY(uvp_condition_init(&crew->called, err));
    UVP_TRY(uvp_pool_create(&options, mem, &crew->pool, err));
    for (uint32_t i = 1; i < hands; i++) {
        crew->helper[i].crew = crew;
        crew->helper[i].member = i;
        uvp_arena_init(&crew->helper[i].scratch, mem, 0);
        UVP_TRY(uvp_thread_start(&crew->helper[i].thread, &thread, bench_crew_help,
                                 &crew->helper[i], err));
    }
    return UVP_OK;
}

/* What start had set up, failed or not. */
static inline void bench_crew_end(struct bench_crew *crew)
{
    if (crew->pool == NULL) {
        return;
    }
    uvp_mutex_lock(&crew->mutex);
    crew->over = true;
    uvp_condition_broadcast(&crew->called);
    uvp_mutex_unlock(&crew->mutex);
    for (uint32_t i = 1; i < crew->crew.hands; i++) {
        uvp_thread_join(&crew->helper[i].thread);
        uvp_arena_release(&crew->helper[i].scratch);
    }
    uvp_pool_destroy(crew->pool);
    uvp_condition_release(&crew->called);
    uvp_mutex_release(&crew->mutex);
}

#endif
