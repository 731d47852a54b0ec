#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pipeline/base/stop.h"
#include "pipeline/note.h"
#include "pipeline/pool.h"
#include "pipeline/thread.h"

#define MOST_MEMBERS 16
#define MOST_TASKS 10000

static void pause_us(long us)
{
    const struct timespec time = {.tv_sec = 0, .tv_nsec = us * 1000};

    (void)nanosleep(&time, NULL);
}

/* ---- a house of threads that help whenever there is something to help with ---- */

struct house {
    struct uvp_mem mem;
    struct uvp_pool *pool;
    struct uvp_mutex mutex;
    struct uvp_condition called;
    _Atomic bool over;
    _Atomic bool wanted; /* helpers have something better to do */
    _Atomic uint32_t calls;
    struct helper {
        struct house *house;
        struct uvp_thread thread;
        struct uvp_note note;
        uint32_t member;
        _Atomic uint64_t helped;
    } helper[MOST_MEMBERS];
    uint32_t first_helper;
    uint32_t members;
};

static void call(void *ctx)
{
    struct house *const house = ctx;

    atomic_fetch_add(&house->calls, 1);
    uvp_mutex_lock(&house->mutex);
    uvp_condition_broadcast(&house->called);
    uvp_mutex_unlock(&house->mutex);
}

static bool is_wanted(void *ctx)
{
    struct house *const house = ctx;

    return atomic_load(&house->wanted);
}

static void help_until_over(void *ctx)
{
    struct helper *const helper = ctx;
    struct house *const house = helper->house;

    while (!atomic_load(&house->over)) {
        if (uvp_pool_help(house->pool, helper->member, &helper->note)) {
            atomic_fetch_add(&helper->helped, 1);
            continue;
        }
        uvp_mutex_lock(&house->mutex);
        while (!atomic_load(&house->over) && atomic_load(uvp_pool_open(house->pool)) == 0) {
            uvp_condition_wait(&house->called, &house->mutex);
        }
        uvp_mutex_unlock(&house->mutex);
    }
}

/* The first `posters` members are the test's own threads; the others help. */
static void set_up(struct house *house, uint32_t members, uint32_t posters)
{
    const struct uvp_pool_options options = {
        .members = members, .ctx = house, .call = call, .is_wanted_elsewhere = is_wanted};

    memset(house, 0, sizeof *house);
    uvp_mem_init(&house->mem, 0);
    house->members = members;
    house->first_helper = posters;
    assert_int_equal(uvp_mutex_init(&house->mutex, NULL), UVP_OK);
    assert_int_equal(uvp_condition_init(&house->called, NULL), UVP_OK);
    assert_int_equal(uvp_pool_create(&options, &house->mem, &house->pool, NULL), UVP_OK);
    for (uint32_t i = posters; i < members; i++) {
        struct helper *const helper = &house->helper[i];
        const struct uvp_thread_options thread = {.name = "helper"};

        helper->house = house;
        helper->member = i;
        assert_int_equal(uvp_note_init(&helper->note, "helper", NULL), UVP_OK);
        assert_int_equal(
            uvp_thread_start(&helper->thread, &thread, help_until_over, helper, NULL), UVP_OK);
    }
}

static void tear_down(struct house *house)
{
    atomic_store(&house->over, true);
    call(house);
    for (uint32_t i = house->first_helper; i < house->members; i++) {
        uvp_thread_join(&house->helper[i].thread);
        uvp_note_release(&house->helper[i].note);
    }
    assert_int_equal(atomic_load(uvp_pool_open(house->pool)), 0);
    assert_int_equal(uvp_pool_stats(house->pool).helpers, 0);
    uvp_pool_destroy(house->pool);
    uvp_condition_release(&house->called);
    uvp_mutex_release(&house->mutex);
    assert_int_equal(house->mem.used_bytes, 0);
}

/* ---- a batch that counts ---- */

struct count {
    _Atomic uint32_t runs[MOST_TASKS];
    _Atomic uint32_t inside[MOST_MEMBERS]; /* tasks on each hand at this moment */
    _Atomic uint32_t broken;               /* rules */
    _Atomic uint32_t by_helpers;
    uint32_t last[MOST_MEMBERS]; /* + 1; the hand's own, as are all plain fields of a hand */
    uint32_t hands;
    long pause_us;
};

static void count_task(void *arg, uint32_t i, uint32_t hand)
{
    struct count *const count = arg;

    if (hand >= count->hands || atomic_fetch_add(&count->inside[hand], 1) != 0 ||
        count->last[hand] > i) {
        atomic_fetch_add(&count->broken, 1);
    }
    count->last[hand] = i + 1;
    atomic_fetch_add(&count->runs[i], 1);
    if (hand != 0) {
        atomic_fetch_add(&count->by_helpers, 1);
    }
    if (count->pause_us != 0) {
        pause_us(count->pause_us);
    }
    atomic_fetch_sub(&count->inside[hand], 1);
}

static void run_counted(struct house *house, uint32_t member, uint32_t tasks,
                        struct count *count)
{
    const struct uvp_pool_batch batch = {
        .task = count_task, .arg = count, .count = tasks, .label = "a mesh"};

    count->hands = house->members;
    uvp_pool_run(house->pool, member, &batch, NULL);
    assert_int_equal(count->broken, 0);
    for (uint32_t i = 0; i < MOST_TASKS; i++) {
        assert_int_equal(count->runs[i], i < tasks);
    }
    for (uint32_t i = 0; i < MOST_MEMBERS; i++) {
        assert_int_equal(count->inside[i], 0); /* all have returned */
    }
}

static void test_every_task_once(void **state)
{
    static const uint32_t members[] = {1, 2, 3, 5, 16};
    static const uint32_t tasks[] = {0, 1, 2, 3, 15, 16, 17, 100, 1000, MOST_TASKS};

    (void)state;
    for (size_t m = 0; m < sizeof members / sizeof members[0]; m++) {
        struct house house;

        set_up(&house, members[m], 1);
        for (size_t t = 0; t < sizeof tasks / sizeof tasks[0]; t++) {
            struct count count = {0};
            run_counted(&house, 0, tasks[t], &count);
        }
        tear_down(&house);
    }
}

static void test_helpers_take_part(void **state)
{
    struct house house;
    struct count count = {.pause_us = 1000};
    struct uvp_pool_stats stats;

    (void)state;
    set_up(&house, 8, 1);
    run_counted(&house, 0, 64, &count);
    tear_down(&house); /* so that all have left and been counted */
    assert_true(count.by_helpers >= 8);
    set_up(&house, 8, 1);
    memset(&count, 0, sizeof count);
    count.pause_us = 1000;
    run_counted(&house, 0, 64, &count);
    stats = uvp_pool_stats(house.pool);
    assert_int_equal(stats.batches, 1);
    assert_int_equal(stats.open, 0);
    assert_int_equal(stats.helpers, 0); /* the poster waited for them */
    assert_int_equal(stats.helped, count.by_helpers);
    tear_down(&house);
}

/* One or no task, and a pool of one, are nobody's business. */
static void test_alone_calls_nobody(void **state)
{
    struct house house;
    struct count count = {0};

    (void)state;
    set_up(&house, 2, 1);
    run_counted(&house, 0, 1, &count);
    memset(&count, 0, sizeof count);
    run_counted(&house, 0, 0, &count);
    assert_int_equal(house.calls, 0);
    tear_down(&house);
    set_up(&house, 1, 1);
    memset(&count, 0, sizeof count);
    run_counted(&house, 0, 50, &count);
    assert_int_equal(house.calls, 0);
    assert_int_equal(count.by_helpers, 0);
    tear_down(&house);
}

static void test_hands_are_members(void **state)
{
    (void)state;
    for (uint32_t poster = 0; poster < 5; poster++) {
        bool seen[5] = {false};

        assert_int_equal(uvp_pool_member_of_hand(poster, 0), poster);
        for (uint32_t hand = 0; hand < 5; hand++) {
            const uint32_t member = uvp_pool_member_of_hand(poster, hand);

            assert_true(member < 5);
            assert_false(seen[member]);
            seen[member] = true;
        }
    }
}

/* ---- several posters ---- */

struct poster {
    struct house *house;
    struct uvp_thread thread;
    struct count count;
    uint32_t member;
    uint32_t rounds;
    uint32_t seed;
    _Atomic uint32_t wrong;
};

static uint32_t roll(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

static void post_and_help(void *ctx)
{
    struct poster *const poster = ctx;
    struct count *const count = &poster->count;

    for (uint32_t round = 0; round < poster->rounds; round++) {
        const struct uvp_pool_batch batch = {.task = count_task,
                                             .arg = count,
                                             .count = roll(&poster->seed, 60),
                                             .rank = roll(&poster->seed, 5),
                                             .label = "a mesh"};

        memset(count, 0, sizeof *count);
        count->hands = poster->house->members;
        count->pause_us = roll(&poster->seed, 4) == 0 ? 20 : 0;
        uvp_pool_run(poster->house->pool, poster->member, &batch, NULL);
        for (uint32_t i = 0; i < batch.count; i++) {
            poster->wrong += count->runs[i] != 1;
        }
        poster->wrong += count->broken;
        if (roll(&poster->seed, 3) == 0) { /* as a worker without an item does */
            (void)uvp_pool_help(poster->house->pool, poster->member, NULL);
        }
        if (poster->member == 0) {
            atomic_store(&poster->house->wanted, roll(&poster->seed, 4) == 0);
        }
    }
}

static void test_several_posters(void **state)
{
    enum { POSTERS = 5 };
    struct house house;
    struct poster *const posters = calloc(POSTERS, sizeof *posters);

    (void)state;
    assert_non_null(posters);
    set_up(&house, 9, POSTERS);
    for (uint32_t i = 0; i < POSTERS; i++) {
        const struct uvp_thread_options options = {.name = "poster"};

        posters[i].house = &house;
        posters[i].member = i;
        posters[i].rounds = 150;
        posters[i].seed = i + 1;
        assert_int_equal(
            uvp_thread_start(&posters[i].thread, &options, post_and_help, &posters[i], NULL),
            UVP_OK);
    }
    for (uint32_t i = 0; i < POSTERS; i++) {
        uvp_thread_join(&posters[i].thread);
        assert_int_equal(posters[i].wrong, 0);
    }
    tear_down(&house);
    free(posters);
}

/* ---- which batch, and for how long ---- */

#define GATED 10 /* tasks */

struct gated {
    struct house *house;
    uint32_t member;
    uint32_t gate; /* the task that waits, when it is the poster's */
    uint64_t rank;
    struct uvp_thread thread;
    _Atomic bool go;
    _Atomic uint32_t begun;
    _Atomic uint32_t by_helpers;
};

/* Hand 0 stays in the task of the gate until that opens. */
static void gated_task(void *arg, uint32_t i, uint32_t hand)
{
    struct gated *const gated = arg;

    atomic_fetch_add(&gated->begun, 1);
    if (hand != 0) {
        atomic_fetch_add(&gated->by_helpers, 1);
    }
    while (hand == 0 && i == gated->gate && !atomic_load(&gated->go)) {
        pause_us(50);
    }
}

static void post_gated(void *ctx)
{
    struct gated *const gated = ctx;
    const struct uvp_pool_batch batch = {.task = gated_task,
                                         .arg = gated,
                                         .count = GATED,
                                         .rank = gated->rank,
                                         .label = "gated"};

    uvp_pool_run(gated->house->pool, gated->member, &batch, NULL);
}

static void start_gated(struct house *house, struct gated *gated, uint32_t member,
                        uint64_t rank, uint32_t gate)
{
    const struct uvp_thread_options options = {.name = "poster"};

    memset(gated, 0, sizeof *gated);
    gated->house = house;
    gated->member = member;
    gated->rank = rank;
    gated->gate = gate;
    assert_int_equal(uvp_thread_start(&gated->thread, &options, post_gated, gated, NULL),
                     UVP_OK);
    while (atomic_load(&gated->begun) == 0) {
        pause_us(50);
    }
}

static void end_gated(struct gated *gated)
{
    atomic_store(&gated->go, true);
    uvp_thread_join(&gated->thread);
    assert_int_equal(gated->begun, GATED);
}

static void test_least_rank_first(void **state)
{
    struct house house;
    struct gated late;
    struct gated early;
    char text[200];
    struct uvp_note note;

    (void)state;
    set_up(&house, 3, 3);
    assert_int_equal(uvp_note_init(&note, "me", NULL), UVP_OK);
    start_gated(&house, &late, 0, 7, 0);
    start_gated(&house, &early, 1, 3, 0);
    assert_int_equal(atomic_load(uvp_pool_open(house.pool)), 2);
    assert_true(uvp_pool_help(house.pool, 2, &note));
    assert_int_equal(early.by_helpers, 9);
    assert_int_equal(late.by_helpers, 0);
    uvp_note_describe(&note, text, sizeof text);
    assert_non_null(strstr(text, "helping with gated"));
    assert_int_equal(atomic_load(uvp_pool_open(house.pool)), 1); /* closed: all is taken */
    assert_true(uvp_pool_help(house.pool, 2, NULL));
    assert_int_equal(late.by_helpers, 9);
    assert_false(uvp_pool_help(house.pool, 2, NULL)); /* nothing to take, though both run */
    assert_int_equal(atomic_load(uvp_pool_open(house.pool)), 0);
    end_gated(&late);
    end_gated(&early);
    uvp_note_release(&note);
    tear_down(&house);
}

/* The last task is under way, with the poster: nothing to wake up for. */
static void test_what_is_taken_is_taken_down(void **state)
{
    struct house house;
    struct gated gated;

    (void)state;
    set_up(&house, 2, 2);
    start_gated(&house, &gated, 0, 0, GATED - 1);
    while (atomic_load(&gated.begun) < GATED) {
        pause_us(50);
    }
    assert_false(uvp_pool_help(house.pool, 1, NULL));
    assert_int_equal(atomic_load(uvp_pool_open(house.pool)), 0);
    end_gated(&gated);
    tear_down(&house);
}

static void test_helpers_leave_for_better(void **state)
{
    struct house house;
    struct gated gated;

    (void)state;
    set_up(&house, 2, 2);
    start_gated(&house, &gated, 0, 0, 0);
    atomic_store(&house.wanted, true);
    assert_true(uvp_pool_help(house.pool, 1, NULL));
    assert_int_equal(gated.by_helpers, 0);
    assert_int_equal(atomic_load(uvp_pool_open(house.pool)), 1); /* still calls */
    atomic_store(&house.wanted, false);
    assert_true(uvp_pool_help(house.pool, 1, NULL));
    assert_int_equal(gated.by_helpers, 9);
    end_gated(&gated);
    tear_down(&house);
}

/* ---- tasks that post ---- */

struct nest {
    struct house *house;
    _Atomic uint32_t leaves;
};

static void leaf_task(void *arg, uint32_t i, uint32_t hand)
{
    struct nest *const nest = arg;

    (void)i;
    (void)hand;
    atomic_fetch_add(&nest->leaves, 1);
}

static void nest_task(void *arg, uint32_t i, uint32_t hand)
{
    struct nest *const nest = arg;
    const struct uvp_pool_batch batch = {.task = leaf_task, .arg = nest, .count = 7};

    (void)i;
    uvp_pool_run(nest->house->pool, uvp_pool_member_of_hand(0, hand), &batch, NULL);
}

static void test_tasks_may_post(void **state)
{
    struct house house;

    (void)state;
    set_up(&house, 6, 1);
    for (uint32_t round = 0; round < 200; round++) {
        struct nest nest = {.house = &house};
        const struct uvp_pool_batch batch = {.task = nest_task, .arg = &nest, .count = 9};

        uvp_pool_run(house.pool, 0, &batch, NULL);
        assert_int_equal(nest.leaves, 63);
    }
    tear_down(&house);
}

/* ---- tasks that poll a stop ---- */

struct stoppable {
    struct uvp_stop stop;
    _Atomic uint32_t stopped;
    _Atomic uint32_t begun;
};

static void stoppable_task(void *arg, uint32_t i, uint32_t hand)
{
    struct stoppable *const stoppable = arg;
    struct uvp_stop child;

    (void)i;
    (void)hand;
    atomic_fetch_add(&stoppable->begun, 1);
    uvp_stop_init_child(&child, &stoppable->stop, 0, NULL);
    while (uvp_stop_poll(&child, NULL) == UVP_OK) {
        pause_us(100);
    }
    atomic_fetch_add(&stoppable->stopped, 1);
    uvp_stop_release(&child);
}

static void raise_soon(void *ctx)
{
    struct stoppable *const stoppable = ctx;

    while (atomic_load(&stoppable->begun) < 3) {
        pause_us(100);
    }
    uvp_stop_raise(&stoppable->stop, UVP_STOP_ABORT);
}

static void test_a_stop_reaches_helpers(void **state)
{
    struct house house;
    struct stoppable stoppable = {0};
    struct uvp_thread raiser;
    const struct uvp_thread_options options = {.name = "raiser"};
    const struct uvp_pool_batch batch = {
        .task = stoppable_task, .arg = &stoppable, .count = 100};

    (void)state;
    assert_int_equal(uvp_stop_init(&stoppable.stop, false, NULL), UVP_OK);
    set_up(&house, 4, 1);
    assert_int_equal(uvp_thread_start(&raiser, &options, raise_soon, &stoppable, NULL), UVP_OK);
    uvp_pool_run(house.pool, 0, &batch, NULL);
    assert_int_equal(stoppable.stopped, 100);
    uvp_thread_join(&raiser);
    tear_down(&house);
    uvp_stop_release(&stoppable.stop);
}

static void test_no_memory(void **state)
{
    const struct uvp_pool_options options = {.members = 4};
    struct uvp_mem mem;
    struct uvp_pool *pool = NULL;
    struct uvp_error err = {0};

    (void)state;
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = 1;
    assert_int_equal(uvp_pool_create(&options, &mem, &pool, &err), UVP_NO_MEMORY);
    assert_null(pool);
    uvp_pool_destroy(NULL);
    assert_int_equal(mem.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_task_once),
        cmocka_unit_test(test_helpers_take_part),
        cmocka_unit_test(test_alone_calls_nobody),
        cmocka_unit_test(test_hands_are_members),
        cmocka_unit_test(test_several_posters),
        cmocka_unit_test(test_least_rank_first),
        cmocka_unit_test(test_what_is_taken_is_taken_down),
        cmocka_unit_test(test_helpers_leave_for_better),
        cmocka_unit_test(test_tasks_may_post),
        cmocka_unit_test(test_a_stop_reaches_helpers),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
