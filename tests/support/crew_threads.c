#include "tests/support/crew_threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct batch {
    struct uvp_test_crew *crew;
    void (*task)(void *arg, uint32_t i, uint32_t hand);
    void *arg;
    uint32_t count;
    _Atomic uint32_t next;
};

struct hand {
    struct batch *batch;
    pthread_t thread;
    uint32_t number;
    uint32_t seed;
};

static void dawdle(uint32_t *seed)
{
    const struct timespec time = {.tv_nsec = 20000};

    *seed = *seed * 1664525U + 1013904223U;
    if (*seed >> 24 < 8) {
        (void)nanosleep(&time, NULL);
    }
}

static void *take_tasks(void *ctx)
{
    struct hand *const hand = ctx;
    struct batch *const batch = hand->batch;
    uint32_t i;

    dawdle(&hand->seed);
    while ((i = atomic_fetch_add(&batch->next, 1)) < batch->count) {
        dawdle(&hand->seed); /* others overtake */
        batch->task(batch->arg, i, hand->number);
        atomic_fetch_add(&batch->crew->tasks, 1);
        atomic_fetch_add(&batch->crew->helped, hand->number != 0);
    }
    return NULL;
}

static void run(void *ctx, uint32_t count, void (*task)(void *arg, uint32_t i, uint32_t hand),
                void *arg)
{
    struct uvp_test_crew *const crew = ctx;
    struct batch batch = {.crew = crew, .task = task, .arg = arg, .count = count};
    struct hand hand[UVP_TEST_CREW_MOST];

    crew->batches++;
    for (uint32_t i = 0; i < crew->crew.hands; i++) {
        hand[i] = (struct hand){.batch = &batch, .number = i, .seed = crew->seed += 77};
        if (i != 0 && pthread_create(&hand[i].thread, NULL, take_tasks, &hand[i]) != 0) {
            abort();
        }
    }
    (void)take_tasks(&hand[0]);
    for (uint32_t i = 1; i < crew->crew.hands; i++) {
        (void)pthread_join(hand[i].thread, NULL);
    }
}

static struct uvp_arena *scratch_of(void *ctx, uint32_t hand)
{
    struct uvp_test_crew *const crew = ctx;

    return &crew->scratch[hand];
}

void uvp_test_crew_init(struct uvp_test_crew *crew, uint32_t hands, struct uvp_mem *mem)
{
    memset(crew, 0, sizeof *crew);
    crew->crew =
        (struct uvp_atlas_crew){.ctx = crew, .hands = hands, .run = run, .scratch = scratch_of};
    for (uint32_t i = 0; i < UVP_TEST_CREW_MOST; i++) {
        uvp_arena_init(&crew->scratch[i], mem, 0);
    }
}

void uvp_test_crew_release(struct uvp_test_crew *crew)
{
    for (uint32_t i = 0; i < UVP_TEST_CREW_MOST; i++) {
        uvp_arena_release(&crew->scratch[i]);
    }
}
