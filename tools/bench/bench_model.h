/*
 * bench_model.h -- what helping threads would gain, told from a run alone
 *
 * Why:     wall time on a busy machine, or on one of two cores, says little about sixteen.
 * How:     a crew whose one hand runs every task and notes its CPU time; the tasks of each
 * batch are then dealt out to imagined hands, lower index first, each to whoever is free first.
 * What that saves is taken off the time alone. Waking and memory bandwidth are not in it.
 */
#ifndef UVP_TOOLS_BENCH_MODEL_H
#define UVP_TOOLS_BENCH_MODEL_H

#include <string.h>

#include "pipeline/base/clock.h"
#include "stages/unwrapper/atlas/atlas.h"

#define BENCH_MODEL_SIZES 5
#define BENCH_MODEL_MOST 64

static const uint32_t bench_model_hands[BENCH_MODEL_SIZES] = {2, 4, 8, 16, BENCH_MODEL_MOST};

struct bench_model {
    struct uvp_atlas_crew crew;
    uint64_t tasks_ns;                    /* inside tasks */
    uint64_t saved_ns[BENCH_MODEL_SIZES]; /* with so many hands */
};

static inline void bench_model_deal(uint64_t *busy, uint32_t hands, uint64_t task_ns)
{
    uint32_t least = 0;

    for (uint32_t h = 1; h < hands; h++) {
        least = busy[h] < busy[least] ? h : least;
    }
    busy[least] += task_ns;
}

static inline void bench_model_run(void *ctx, uint32_t count,
                                   void (*task)(void *arg, uint32_t i, uint32_t hand),
                                   void *arg)
{
    struct bench_model *const model = ctx;
    uint64_t busy[BENCH_MODEL_SIZES][BENCH_MODEL_MOST];
    uint64_t sum = 0;

    memset(busy, 0, sizeof busy);
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t began = uvp_clock_thread_cpu_ns();
        uint64_t task_ns;

        task(arg, i, 0);
        task_ns = uvp_clock_thread_cpu_ns() - began;
        sum += task_ns;
        for (uint32_t s = 0; s < BENCH_MODEL_SIZES; s++) {
            bench_model_deal(busy[s], bench_model_hands[s], task_ns);
        }
    }
    model->tasks_ns += sum;
    for (uint32_t s = 0; s < BENCH_MODEL_SIZES; s++) {
        uint64_t longest = 0;

        for (uint32_t h = 0; h < bench_model_hands[s]; h++) {
            longest = busy[s][h] > longest ? busy[s][h] : longest;
        }
        model->saved_ns[s] += sum - longest;
    }
}

static inline void bench_model_start(struct bench_model *model)
{
    memset(model, 0, sizeof *model);
    model->crew.ctx = model;
    model->crew.hands = 2; /* so that tasks are posted; only hand 0 comes */
    model->crew.run = bench_model_run;
}

#endif
