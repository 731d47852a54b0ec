/*
 * Each hand gets a work of its own below the caller's, set up when it takes its first task, in
 * its own thread. Only two things are shared: the least task that failed, and the arguments,
 * which are read.
 *
 * Which failure is told must not depend on timing: after task f has failed, tasks above f are
 * left out, but every task below f is run, since it may fail as well. Tasks are begun lower
 * first, so there are at most as many of those as hands.
 */
#include "stages/unwrapper/atlas/crew.h"

#include <stdatomic.h>

/* On lines of their own: every hand counts its steps all the time. */
struct hand {
    _Alignas(64) struct uvp_atlas_work work;
    struct uvp_stop stop;
    struct uvp_error error; /* of the least task that failed on this hand */
    enum uvp_code code;
    uint32_t failed;
    bool ready; /* all the above is set up */
};

struct team {
    uvp_crew_task task;
    void *arg;
    const struct uvp_atlas_work *caller;
    struct hand *hand;
    _Atomic uint32_t failed; /* the least task that failed so far, or UVP_NONE */
};

uint32_t uvp_crew_hands(const struct uvp_atlas_work *work)
{
    return work->crew != NULL ? work->crew->hands : 1;
}

/* ---- one hand ---- */

static void set_up_hand(struct hand *hand, const struct uvp_atlas_work *caller, uint32_t number)
{
    *hand = (struct hand){.work = *caller, .ready = true};
    hand->work.crew = NULL;
    hand->work.keep = NULL;
    hand->work.err = &hand->error;
    if (number != 0) {
        hand->work.scratch = caller->crew->scratch(caller->crew->ctx, number);
        hand->work.steps = 0;
        uvp_stop_init_child(&hand->stop, caller->stop, 0, NULL);
        hand->work.stop = &hand->stop;
    }
}

static void lower_failed(struct team *team, uint32_t i)
{
    uint32_t least = atomic_load_explicit(&team->failed, memory_order_relaxed);

    while (i < least &&
           !atomic_compare_exchange_weak_explicit(&team->failed, &least, i,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

/* A hand's tasks come lower first, so its first failure is its least. */
static void run_task(void *arg, uint32_t i, uint32_t number)
{
    struct team *const team = arg;
    struct hand *const hand = &team->hand[number];
    struct uvp_arena_mark mark;
    enum uvp_code code;

    if (i > atomic_load_explicit(&team->failed, memory_order_relaxed)) {
        return;
    }
    if (!hand->ready) {
        set_up_hand(hand, team->caller, number);
    }
    hand->error.code = UVP_OK; /* a task may have failed at something and gone on */
    mark = uvp_arena_mark(hand->work.scratch);
    code = team->task(&hand->work, team->arg, i);
    uvp_arena_rewind(hand->work.scratch, mark);
    if (code != UVP_OK) {
        hand->code = code;
        hand->failed = i;
        lower_failed(team, i);
    }
}

/* ---- all of them ---- */

static void tell(struct uvp_atlas_work *work, const struct uvp_error *error)
{
    if (work->err != NULL && work->err->code == UVP_OK) {
        *work->err = *error;
    }
}

/* Alone, the tasks run on the caller's own work. */
static enum uvp_code run_alone(struct uvp_atlas_work *work, uint32_t count, uvp_crew_task task,
                               void *arg)
{
    struct uvp_error *const callers = work->err;
    struct uvp_error error = {0};
    enum uvp_code code = UVP_OK;

    work->err = &error;
    for (uint32_t i = 0; code == UVP_OK && i < count; i++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);

        error.code = UVP_OK;
        code = task(work, arg, i);
        uvp_arena_rewind(work->scratch, mark);
    }
    work->err = callers;
    if (code != UVP_OK) {
        tell(work, &error);
    }
    return code;
}

static enum uvp_code tell_failure(const struct team *team, struct uvp_atlas_work *work)
{
    const uint32_t least = atomic_load_explicit(&team->failed, memory_order_relaxed);

    for (uint32_t i = 0; least != UVP_NONE && i < work->crew->hands; i++) {
        const struct hand *const hand = &team->hand[i];

        if (hand->ready && hand->code != UVP_OK && hand->failed == least) {
            tell(work, &hand->error);
            return hand->code;
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_crew_run(struct uvp_atlas_work *work, uint32_t count, uvp_crew_task task,
                           void *arg)
{
    const struct uvp_atlas_crew *const crew = work->crew;
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct team team = {.task = task, .arg = arg, .caller = work, .failed = UVP_NONE};

    if (crew == NULL || crew->hands < 2 || count < 2) {
        return run_alone(work, count, task, arg);
    }
    UVP_TAKE(work, team.hand, crew->hands);
    for (uint32_t i = 0; i < crew->hands; i++) {
        team.hand[i].ready = false;
    }
    crew->run(crew->ctx, count, run_task, &team);
    if (team.hand[0].ready) {
        work->steps = team.hand[0].work.steps;
    }
    for (uint32_t i = 1; i < crew->hands; i++) {
        if (team.hand[i].ready) {
            uvp_stop_release(&team.hand[i].stop);
        }
    }
    UVP_TRY(tell_failure(&team, work));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

/* ---- loops ---- */

struct ranges {
    uvp_crew_loop loop;
    void *arg;
    uint32_t count;
};

static enum uvp_code run_range(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    const struct ranges *const ranges = arg;
    const uint32_t first = i * UVP_CREW_RANGE;
    const uint32_t left = ranges->count - first;

    return ranges->loop(work, ranges->arg, first,
                        first + (left < UVP_CREW_RANGE ? left : UVP_CREW_RANGE));
}

enum uvp_code uvp_crew_ranges(struct uvp_atlas_work *work, uint32_t count, uvp_crew_loop loop,
                              void *arg)
{
    struct ranges ranges = {loop, arg, count};
    const uint32_t tasks = count / UVP_CREW_RANGE + (count % UVP_CREW_RANGE != 0);

    if (uvp_crew_hands(work) < 2) {
        return count == 0 ? UVP_OK : loop(work, arg, 0, count);
    }
    return uvp_crew_run(work, tasks, run_range, &ranges);
}
