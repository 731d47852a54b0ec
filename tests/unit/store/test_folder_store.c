/* A folder that is cut, changed, shared, full, or somebody else's: never a wrong value. */
#include "tests/unit/store/store_kit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "stages/store/folder_store.h"
#include "stages/store/seal.h"

#define VALUE 60

struct bench {
    char dir[KIT_PATH_BYTES];
    struct uvp_mem mem;
    struct uvp_trouble trouble;
    struct uvp_tree_limits limits;
    struct uvp_store store;
};

static void open_again(struct bench *bench)
{
    struct uvp_error err = {0};

    assert_int_equal(uvp_folder_store_create(bench->dir, &bench->limits, &bench->mem, NULL,
                                             &bench->trouble, &bench->store, &err),
                     UVP_OK);
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    kit_folder(bench->dir);
    uvp_mem_init(&bench->mem, 0);
    assert_int_equal(uvp_trouble_init(&bench->trouble, NULL), UVP_OK);
    open_again(bench);
}

static void bench_close(struct bench *bench)
{
    bench->store.destroy(bench->store.ctx);
    uvp_trouble_release(&bench->trouble);
    assert_int_equal(bench->mem.used_bytes, 0);
    kit_remove(bench->dir);
}

static void path_of(const struct bench *bench, uint32_t number, char *path, size_t room)
{
    const struct uvp_store_key key = kit_key(number);
    char name[UVP_TREE_NAME_BYTES];

    uvp_tree_name(&key, name);
    (void)snprintf(path, room, "%s/uvpipe-1/%.1s/%.2s/%s", bench->dir, name, name + 1, name);
}

static void finds_what_was_added(void **state)
{
    const struct uvp_store_key key = kit_key(1);
    struct uvp_error err;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_false(kit_has(&bench.store, 1, VALUE));
    kit_add(&bench.store, 1, VALUE);
    kit_add(&bench.store, 1, VALUE);
    kit_add(&bench.store, 2, 100000);
    assert_true(kit_has(&bench.store, 1, VALUE));
    bench.store.destroy(bench.store.ctx);
    open_again(&bench);
    assert_true(kit_has(&bench.store, 1, VALUE));
    assert_true(kit_has(&bench.store, 2, 100000));
    bench.store.forget(bench.store.ctx, &key);
    assert_false(kit_has(&bench.store, 1, VALUE));
    assert_false(uvp_trouble_take(&bench.trouble, &err));
    bench_close(&bench);
}

/* Cut after every byte, and one byte changed at every place: a miss, and the file goes. */
static void damage_is_a_miss(void **state)
{
    unsigned char whole[UVP_SEAL_BYTES + VALUE];
    unsigned char data[UVP_SEAL_BYTES + VALUE + 1];
    char path[2 * KIT_PATH_BYTES];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    kit_add(&bench.store, 5, VALUE);
    path_of(&bench, 5, path, sizeof path);
    assert_int_equal(kit_read(path, whole, sizeof whole), sizeof whole);
    for (size_t cut = 0; cut < sizeof whole; cut++) {
        kit_write(path, whole, cut);
        assert_false(kit_has(&bench.store, 5, VALUE));
        assert_int_not_equal(access(path, F_OK), 0);
    }
    for (size_t at = 0; at < sizeof whole; at++) {
        memcpy(data, whole, sizeof whole);
        data[at] ^= 0x10;
        kit_write(path, data, sizeof whole);
        assert_false(kit_has(&bench.store, 5, VALUE));
        assert_int_not_equal(access(path, F_OK), 0);
    }
    memcpy(data, whole, sizeof whole);
    data[sizeof whole] = 0;
    kit_write(path, data, sizeof data);
    assert_false(kit_has(&bench.store, 5, VALUE));
    kit_write(path, whole, sizeof whole);
    assert_true(kit_has(&bench.store, 5, VALUE));
    bench_close(&bench);
}

/* The value of one key under the name of another. */
static void a_value_is_of_its_key(void **state)
{
    char path[2 * KIT_PATH_BYTES];
    char other[2 * KIT_PATH_BYTES];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    kit_add(&bench.store, 5, VALUE);
    kit_add(&bench.store, 6, VALUE);
    path_of(&bench, 5, path, sizeof path);
    path_of(&bench, 6, other, sizeof other);
    assert_int_equal(rename(path, other), 0);
    assert_false(kit_has(&bench.store, 5, VALUE));
    assert_false(kit_has(&bench.store, 6, VALUE));
    bench_close(&bench);
}

/* A fifo, a folder, a link, and a file that claims to be huge: none is read, nothing waits. */
static void odd_files_are_no_values(void **state)
{
    char path[2 * KIT_PATH_BYTES];
    char aside[2 * KIT_PATH_BYTES];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    kit_add(&bench.store, 5, VALUE);
    path_of(&bench, 5, path, sizeof path);
    (void)snprintf(aside, sizeof aside, "%s/aside", bench.dir);
    assert_int_equal(rename(path, aside), 0);
    assert_int_equal(symlink(aside, path), 0);
    assert_false(kit_has(&bench.store, 5, VALUE));
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0666), 0);
    assert_false(kit_has(&bench.store, 5, VALUE));
    (void)unlink(path);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_false(kit_has(&bench.store, 5, VALUE));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rename(aside, path), 0);
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
    assert_false(kit_has(&bench.store, 5, VALUE));
    bench_close(&bench);
}

static uint64_t bytes_in(const struct bench *bench)
{
    struct uvp_tree_usage now;
    struct uvp_mem mem;

    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_cache_look(bench->dir, &mem, &now, NULL), UVP_OK);
    return now.bytes;
}

/* Much more than the limit is added: it holds afterwards, and the newest are there. */
static void the_limit_holds(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    bench.store.destroy(bench.store.ctx);
    bench.limits.most_bytes = (uint64_t)1 << 20;
    open_again(&bench);
    for (uint32_t i = 0; i < 600; i++) {
        kit_add(&bench.store, i, 5000);
    }
    assert_true(bytes_in(&bench) <= bench.limits.most_bytes * 17 / 16 + 8192);
    assert_true(kit_has(&bench.store, 599, 5000));
    assert_false(kit_has(&bench.store, 0, 5000));
    bench.store.destroy(bench.store.ctx);
    assert_true(bytes_in(&bench) <= bench.limits.most_bytes);
    open_again(&bench);
    assert_true(kit_has(&bench.store, 599, 5000));
    bench_close(&bench);
}

static void set_age(const char *path, int seconds)
{
    const struct timespec then = {.tv_sec = time(NULL) - seconds};
    const struct timespec times[2] = {then, then};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void age_is_since_the_last_use(void **state)
{
    char path[2 * KIT_PATH_BYTES];
    struct stat status;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    bench.store.destroy(bench.store.ctx);
    bench.limits.most_age_ns = UINT64_C(7200) * 1000000000;
    open_again(&bench);
    kit_add(&bench.store, 1, VALUE);
    path_of(&bench, 1, path, sizeof path);
    set_age(path, 7000);
    assert_true(kit_has(&bench.store, 1, VALUE)); /* which makes it young */
    assert_int_equal(stat(path, &status), 0);
    assert_true(time(NULL) - status.st_mtime < 1000);
    set_age(path, 7300);
    assert_false(kit_has(&bench.store, 1, VALUE));
    bench_close(&bench);
}

/* No file may grow: the first add is told, once; what is there is still read. */
static void a_full_disk_is_one_trouble(void **state)
{
    const struct rlimit none = {0, RLIM_INFINITY};
    struct rlimit before;
    struct uvp_error err;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    kit_add(&bench.store, 1, VALUE);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    kit_add(&bench.store, 2, VALUE);
    kit_add(&bench.store, 3, VALUE);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    if (!uvp_trouble_take(&bench.trouble, &err)) {
        bench_close(&bench); /* a system that does not keep this limit */
        skip();
    }
    assert_false(uvp_trouble_take(&bench.trouble, &err));
    assert_true(kit_has(&bench.store, 1, VALUE));
    assert_false(kit_has(&bench.store, 2, VALUE));
    assert_int_equal(bytes_in(&bench), 4096);
    bench_close(&bench);
}

static void survives_without_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 6; n++) {
        struct bench bench;
        struct uvp_error err = {0};

        bench_open(&bench);
        bench.store.destroy(bench.store.ctx);
        bench.limits.most_bytes = 8192;
        bench.mem.fail_at_call = bench.mem.calls + n;
        if (uvp_folder_store_create(bench.dir, &bench.limits, &bench.mem, NULL, &bench.trouble,
                                    &bench.store, &err) != UVP_OK) {
            bench.mem.fail_at_call = 0;
            open_again(&bench);
        }
        for (uint32_t i = 0; i < 8; i++) {
            kit_add(&bench.store, i, VALUE);
            (void)kit_has(&bench.store, i, VALUE); /* asserts that it is right if there */
        }
        bench_close(&bench);
    }
}

#define PROCESSES 4
#define ROUNDS 400
#define KEYS 60

/* Adds, finds, forgets and trims at random; ends with 1 when anything found is wrong. */
static int hammer(const char *dir, uint32_t seed)
{
    const struct uvp_tree_limits limits = {(uint64_t)160 << 10, 0};
    struct uvp_trouble trouble;
    struct uvp_store store;
    struct uvp_buf value;
    struct uvp_mem mem;
    int wrong = 0;

    uvp_mem_init(&mem, 0);
    uvp_buf_init(&value, &mem, 0);
    if (uvp_trouble_init(&trouble, NULL) != UVP_OK ||
        uvp_folder_store_create(dir, &limits, &mem, NULL, &trouble, &store, NULL) != UVP_OK) {
        return 1;
    }
    for (int i = 0; i < ROUNDS; i++) {
        unsigned char data[6000];
        struct uvp_store_key key;
        uint32_t number;
        size_t bytes;

        seed = seed * 1664525U + 1013904223U;
        number = (seed >> 16) % KEYS;
        bytes = 100 * (size_t)number + 1;
        key = kit_key(number);
        kit_fill(number, data, bytes);
        if ((seed >> 8) % 16 == 0) {
            store.forget(store.ctx, &key);
        } else if ((seed >> 8) % 2 == 0) {
            store.add(store.ctx, &key, uvp_span_of(data, bytes));
        } else if (store.find(store.ctx, &key, KIT_MOST, &value)) {
            wrong += value.bytes != bytes || memcmp(value.data, data, bytes) != 0;
            uvp_buf_reset(&value);
        }
    }
    store.destroy(store.ctx);
    uvp_buf_release(&value);
    return wrong != 0 || trouble.first.code != UVP_OK || mem.used_bytes != 0;
}

static void processes_share_it(void **state)
{
    pid_t child[PROCESSES];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (uint32_t i = 0; i < PROCESSES; i++) {
        child[i] = fork();
        assert_true(child[i] >= 0);
        if (child[i] == 0) {
            _exit(hammer(bench.dir, i + 1));
        }
    }
    for (uint32_t i = 0; i < PROCESSES; i++) {
        int status = 0;

        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    assert_int_equal(hammer(bench.dir, 99), 0);
    assert_true(bytes_in(&bench) <= (uint64_t)160 << 10);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_added),
        cmocka_unit_test(damage_is_a_miss),
        cmocka_unit_test(a_value_is_of_its_key),
        cmocka_unit_test(odd_files_are_no_values),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(age_is_since_the_last_use),
        cmocka_unit_test(a_full_disk_is_one_trouble),
        cmocka_unit_test(survives_without_memory),
        cmocka_unit_test(processes_share_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
