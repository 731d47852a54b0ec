/*
 * Each hand gets a work of its own below the caller's. Only two things are shared: the flag
 * that somebody failed, and the arguments, which are read.
 */
#include "stages/unwrapper/atlas/crew.h"

#include <stdatomic.h>

struct hand {
    struct uvp_atlas_work work;
    struct uvp_stop stop;
    struct uvp_error error;
    enum uvp_code code; /* of the lowest task that failed on this hand */
    uint32_t failed;
};

struct team {
    uvp_crew_task task;
    void *arg;
    struct hand *hand;
    _Atomic bool failed; /* any hand sets it, all read it */
};

uint32_t uvp_crew_hands(const struct uvp_atlas_work *work)
{
    return work->crew != NULL ? work->crew->hands : 1;
}

static void run_task(void *arg, uint32_t i, uint32_t hand_number)
{
    struct team *const team = arg;
    struct hand *const hand = &team->hand[hand_number];
    struct uvp_arena_mark mark;
    enum uvp_code code;

    if (atomic_load_explicit(&team->failed, memory_order_relaxed)) {
        return;
    }
    mark = uvp_arena_mark(hand->work.scratch);
    code = team->task(&hand->work, team->arg, i);
    uvp_arena_rewind(hand->work.scratch, mark);
    if (code != UVP_OK && (hand->code == UVP_OK || i < hand->failed)) {
        hand->code = code;
        hand->failed = i;
        atomic_store_explicit(&team->failed, true, memory_order_relaxed);
    }
}

static void set_up_hand(const struct uvp_atlas_work *work, struct hand *hand, uint32_t number)
{
    *hand = (struct hand){.work = *work};
    hand->work.crew = NULL;
    hand->work.err = &hand->error;
    if (number != 0) {
        hand->work.scratch = work->crew->scratch(work->crew->ctx, number);
        uvp_stop_init_child(
            &hand->stop, work->stop,
            atomic_load_explicit(&work->stop->deadline_ns, memory_order_relaxed),
            work->stop->deadline_name);
        hand->work.stop = &hand->stop;
    }
}

/* Alone, the tasks run on the caller's own work. */
static enum uvp_code run_alone(struct uvp_atlas_work *work, uint32_t count, uvp_crew_task task,
                               void *arg)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
        UVP_TRY(task(work, arg, i));
        uvp_arena_rewind(work->scratch, mark);
    }
    return UVP_OK;
}

enum uvp_code uvp_crew_run(struct uvp_atlas_work *work, uint32_t count, uvp_crew_task task,
                           void *arg)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct team team = {.task = task, .arg = arg};
    const struct hand *lowest = NULL;

    if (work->crew == NULL || work->crew->hands < 2 || count < 2) {
        return run_alone(work, count, task, arg);
    }
    UVP_TAKE(work, team.hand, work->crew->hands);
    for (uint32_t i = 0; i < work->crew->hands; i++) {
        set_up_hand(work, &team.hand[i], i);
    }
    work->crew->run(work->crew->ctx, count, run_task, &team);
    for (uint32_t i = 0; i < work->crew->hands; i++) {
        const struct hand *const hand = &team.hand[i];
        if (hand->code != UVP_OK && (lowest == NULL || hand->failed < lowest->failed)) {
            lowest = hand;
        }
        if (i != 0) {
            uvp_stop_release(&team.hand[i].stop);
        }
    }
    if (lowest != NULL) {
        *work->err = lowest->error;
        return lowest->code;
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
