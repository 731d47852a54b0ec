/*
 * Each thing is made once, however many want it, unless whoever makes it gives up; and nobody
 * waits for ever. Made for ThreadSanitizer.
 */
#include "tests/unit/store/store_kit.h"

#include <stdatomic.h>

#include "pipeline/base/clock.h"
#include "stages/store/vault.h"

#define VALUE 200
#define THREADS 8
#define ROUNDS 150
#define KEYS 7

struct bench {
    char folder[KIT_PATH_BYTES];
    struct uvp_mem mem;
    struct uvp_stop stop;
    struct uvp_vault_options options;
    struct uvp_vault *vault;
};

static void bench_open(struct bench *bench, size_t memory_bytes)
{
    memset(bench, 0, sizeof *bench);
    kit_folder(bench->folder);
    uvp_mem_init(&bench->mem, 0);
    assert_int_equal(uvp_stop_init(&bench->stop, false, NULL), UVP_OK);
    bench->options.memory_bytes = memory_bytes;
    bench->options.run.engine = "engine";
    bench->options.output = bench->folder;
}

static void vault_open(struct bench *bench)
{
    assert_int_equal(
        uvp_vault_create(&bench->options, &bench->mem, &bench->stop, &bench->vault, NULL),
        UVP_OK);
}

static void bench_close(struct bench *bench)
{
    uvp_vault_destroy(bench->vault, true);
    uvp_stop_release(&bench->stop);
    assert_int_equal(bench->mem.used_bytes, 0);
    kit_remove(bench->folder);
}

/* Asks for it, and makes it when it is not there. */
static enum uvp_found ask(struct bench *bench, uint32_t number)
{
    const struct uvp_store_key key = kit_key(number);
    unsigned char data[VALUE];
    const struct uvp_span made = {data, VALUE};
    enum uvp_found found;
    struct uvp_visit visit;
    struct uvp_stop stop;
    struct uvp_buf value;

    kit_fill(number, data, VALUE);
    uvp_buf_init(&value, &bench->mem, 0);
    uvp_stop_init_child(&stop, &bench->stop, 0, NULL);
    assert_int_equal(uvp_vault_enter(bench->vault, &visit, &key, KIT_MOST, &stop, &value, NULL),
                     UVP_OK);
    found = visit.found;
    if (found == UVP_FOUND_NOT) {
        uvp_vault_leave(bench->vault, &visit, &made);
    } else {
        assert_int_equal(value.bytes, VALUE);
        assert_memory_equal(value.data, data, VALUE);
    }
    uvp_stop_release(&stop);
    uvp_buf_release(&value);
    return found;
}

static void looks_in_all_of_them(void **state)
{
    char journal[KIT_PATH_BYTES + 8];
    struct bench bench;

    (void)state;
    bench_open(&bench, 65536);
    (void)snprintf(journal, sizeof journal, "%s/j", bench.folder);
    bench.options.cache_dir = bench.folder;
    bench.options.journal_path = journal;
    vault_open(&bench);
    assert_int_equal(ask(&bench, 1), UVP_FOUND_NOT);
    assert_int_equal(ask(&bench, 1), UVP_FOUND_TWIN);
    uvp_vault_destroy(bench.vault, false);
    vault_open(&bench);
    assert_int_equal(uvp_vault_resumed(bench.vault), 1);
    assert_int_equal(ask(&bench, 1), UVP_FOUND_JOURNAL);
    uvp_vault_destroy(bench.vault, true);
    assert_int_not_equal(access(journal, F_OK), 0);
    vault_open(&bench);
    assert_int_equal(ask(&bench, 1), UVP_FOUND_CACHE);
    bench_close(&bench);
}

static void what_is_distrusted_is_gone(void **state)
{
    const struct uvp_store_key key = kit_key(1);
    struct uvp_visit visit;
    struct uvp_buf value;
    struct bench bench;

    (void)state;
    bench_open(&bench, 65536);
    bench.options.cache_dir = bench.folder;
    vault_open(&bench);
    uvp_buf_init(&value, &bench.mem, 0);
    assert_int_equal(ask(&bench, 1), UVP_FOUND_NOT);
    assert_int_equal(
        uvp_vault_enter(bench.vault, &visit, &key, KIT_MOST, &bench.stop, &value, NULL),
        UVP_OK);
    assert_int_equal(visit.found, UVP_FOUND_TWIN);
    uvp_vault_distrust(bench.vault, &visit);
    uvp_vault_leave(bench.vault, &visit, NULL);
    assert_int_equal(ask(&bench, 1), UVP_FOUND_NOT);
    uvp_buf_release(&value);
    bench_close(&bench);
}

static void a_cache_that_is_none_is_a_trouble(void **state)
{
    struct uvp_error err = {0};
    struct bench bench;

    (void)state;
    bench_open(&bench, 65536);
    bench.options.cache_dir = "/dev/null/cache";
    vault_open(&bench);
    assert_true(uvp_vault_trouble(bench.vault, &err));
    assert_false(uvp_vault_trouble(bench.vault, &err));
    assert_int_equal(ask(&bench, 1), UVP_FOUND_NOT);
    assert_int_equal(ask(&bench, 1), UVP_FOUND_TWIN);
    bench_close(&bench);
}

/* ---- many threads ---- */

struct crowd {
    struct bench *bench;
    bool gives_up;                          /* who makes something may fail */
    _Atomic uint32_t making[KEYS * ROUNDS]; /* how many are at it now */
    _Atomic uint32_t made[KEYS * ROUNDS];
    _Atomic uint32_t given_up[KEYS * ROUNDS];
    _Atomic uint32_t cancelled;
    _Atomic uint32_t seeds;
};

static void visit_one(struct crowd *crowd, uint32_t number, uint32_t random)
{
    const struct uvp_store_key key = kit_key(number);
    unsigned char data[VALUE];
    const struct uvp_span made = {data, VALUE};
    struct bench *const bench = crowd->bench;
    struct uvp_visit visit;
    struct uvp_stop stop;
    struct uvp_buf value;

    kit_fill(number, data, VALUE);
    uvp_buf_init(&value, &bench->mem, 0);
    uvp_stop_init_child(&stop, &bench->stop, 0, NULL);
    if (uvp_vault_enter(bench->vault, &visit, &key, KIT_MOST, &stop, &value, NULL) != UVP_OK) {
        atomic_fetch_add(&crowd->cancelled, 1);
    } else if (visit.found == UVP_FOUND_NOT) {
        const bool gives_up = crowd->gives_up && random % 3 == 0;

        atomic_fetch_add(&crowd->making[number], 1);
        if (random % 5 == 0) {
            (void)usleep(random % 700);
        }
        assert_true(atomic_load(&crowd->given_up[number]) != 0 ||
                    atomic_load(&crowd->making[number]) == 1);
        atomic_fetch_sub(&crowd->making[number], 1);
        atomic_fetch_add(gives_up ? &crowd->given_up[number] : &crowd->made[number], 1);
        uvp_vault_leave(bench->vault, &visit, gives_up ? NULL : &made);
    } else {
        assert_int_equal(value.bytes, VALUE);
        assert_memory_equal(value.data, data, VALUE);
    }
    uvp_stop_release(&stop);
    uvp_buf_release(&value);
}

static void run_thread(void *ctx)
{
    struct crowd *const crowd = ctx;
    uint32_t seed = atomic_fetch_add(&crowd->seeds, 1) * 7919U + 1;

    for (uint32_t round = 0; round < ROUNDS; round++) {
        seed = seed * 1664525U + 1013904223U;
        visit_one(crowd, round * KEYS + (seed >> 16) % KEYS, seed >> 8);
    }
}

static void run_crowd(struct crowd *crowd, uint32_t abort_after_us)
{
    const struct uvp_thread_options options = {.name = "crowd"};
    struct uvp_thread thread[THREADS];

    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(uvp_thread_start(&thread[i], &options, run_thread, crowd, NULL),
                         UVP_OK);
    }
    if (abort_after_us > 0) {
        (void)usleep(abort_after_us);
        uvp_stop_raise(&crowd->bench->stop, UVP_STOP_ABORT);
    }
    for (int i = 0; i < THREADS; i++) {
        uvp_thread_join(&thread[i]);
    }
}

static struct crowd *crowd_create(struct bench *bench, bool gives_up)
{
    struct crowd *const crowd = calloc(1, sizeof *crowd);

    assert_non_null(crowd);
    bench_open(bench, (size_t)16 << 20);
    vault_open(bench);
    crowd->bench = bench;
    crowd->gives_up = gives_up;
    return crowd;
}

static void each_is_made_once(void **state)
{
    struct bench bench;
    struct crowd *const crowd = crowd_create(&bench, false);

    (void)state;
    run_crowd(crowd, 0);
    for (uint32_t i = 0; i < KEYS * ROUNDS; i++) {
        assert_true(atomic_load(&crowd->made[i]) <= 1);
    }
    free(crowd);
    bench_close(&bench);
}

static void who_gives_up_holds_nobody_up(void **state)
{
    struct bench bench;
    struct crowd *const crowd = crowd_create(&bench, true);

    (void)state;
    run_crowd(crowd, 0);
    assert_int_equal(atomic_load(&crowd->cancelled), 0);
    free(crowd);
    bench_close(&bench);
}

static void a_stop_ends_every_wait(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 12; i++) {
        struct bench bench;
        struct crowd *const crowd = crowd_create(&bench, i % 2 == 0);

        run_crowd(crowd, i * 700);
        free(crowd);
        bench_close(&bench);
    }
}

/* ---- one that waits for one that never ends ---- */

struct pair {
    struct bench *bench;
    struct uvp_stop stop;
    _Atomic int state; /* 1: entered */
    enum uvp_code code;
    uint64_t deadline_ns;
};

static void wait_for_it(void *ctx)
{
    const struct uvp_store_key key = kit_key(1);
    struct pair *const pair = ctx;
    struct uvp_visit visit;
    struct uvp_buf value;

    uvp_buf_init(&value, &pair->bench->mem, 0);
    atomic_store(&pair->state, 1);
    pair->code =
        uvp_vault_enter(pair->bench->vault, &visit, &key, KIT_MOST, &pair->stop, &value, NULL);
    pair->deadline_ns = atomic_load(&pair->stop.deadline_ns);
    if (pair->code == UVP_OK) {
        uvp_vault_leave(pair->bench->vault, &visit, NULL);
    }
    uvp_buf_release(&value);
}

/* `solved`: the maker leaves after 60 ms; else a stop comes. */
static void meet(bool leaves, enum uvp_code expected)
{
    const struct uvp_thread_options options = {.name = "waits"};
    const struct uvp_store_key key = kit_key(1);
    const uint64_t deadline = uvp_clock_now_ns() + UVP_NS_PER_S;
    struct uvp_thread thread;
    struct uvp_visit visit;
    struct uvp_buf value;
    struct bench bench;
    struct pair pair = {.bench = &bench};

    bench_open(&bench, 65536);
    vault_open(&bench);
    uvp_buf_init(&value, &bench.mem, 0);
    uvp_stop_init_child(&pair.stop, &bench.stop, deadline, "limit");
    assert_int_equal(
        uvp_vault_enter(bench.vault, &visit, &key, KIT_MOST, &bench.stop, &value, NULL),
        UVP_OK);
    assert_int_equal(uvp_thread_start(&thread, &options, wait_for_it, &pair, NULL), UVP_OK);
    while (atomic_load(&pair.state) == 0) {
        (void)usleep(1000);
    }
    (void)usleep(60000);
    if (leaves) {
        uvp_vault_leave(bench.vault, &visit, NULL);
    } else {
        uvp_stop_raise(&bench.stop, UVP_STOP_ABORT);
    }
    uvp_thread_join(&thread);
    assert_int_equal(pair.code, expected);
    if (leaves) {
        assert_true(pair.deadline_ns >= deadline + 30 * UVP_NS_PER_MS);
    } else {
        uvp_vault_leave(bench.vault, &visit, NULL);
    }
    uvp_stop_release(&pair.stop);
    uvp_buf_release(&value);
    bench_close(&bench);
}

static void a_wait_ends_in_time(void **state)
{
    (void)state;
    meet(true, UVP_OK);
    meet(false, UVP_CANCELLED);
}

static void survives_without_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 20; n++) {
        struct bench bench;

        bench_open(&bench, 65536);
        bench.options.cache_dir = bench.folder;
        bench.mem.fail_at_call = n;
        if (uvp_vault_create(&bench.options, &bench.mem, &bench.stop, &bench.vault, NULL) !=
            UVP_OK) {
            bench.vault = NULL;
        }
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_in_all_of_them),
        cmocka_unit_test(what_is_distrusted_is_gone),
        cmocka_unit_test(a_cache_that_is_none_is_a_trouble),
        cmocka_unit_test(each_is_made_once),
        cmocka_unit_test(who_gives_up_holds_nobody_up),
        cmocka_unit_test(a_stop_ends_every_wait),
        cmocka_unit_test(a_wait_ends_in_time),
        cmocka_unit_test(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
