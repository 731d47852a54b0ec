/* A journal that is cut anywhere goes on; one that is another's is left alone. */
#include "tests/unit/store/store_kit.h"

#include "stages/store/journal.h"

#define VALUE 40
#define COUNT 4
#define ROOM 4096

struct bench {
    char folder[KIT_PATH_BYTES];
    char path[KIT_PATH_BYTES + 16];
    char output[KIT_PATH_BYTES + 16];
    struct uvp_mem mem;
    struct uvp_trouble trouble;
    struct uvp_error err;
    struct uvp_journal *journal;
    struct uvp_store store;
};

static enum uvp_code open_as(struct bench *bench, uint32_t command, const char *engine)
{
    const struct uvp_journal_run run = {kit_key(command), engine};
    enum uvp_code code;

    uvp_error_clear(&bench->err);
    bench->journal = NULL;
    code = uvp_journal_create(bench->path, &run, &bench->mem, &bench->trouble, &bench->journal,
                              &bench->err);
    if (code == UVP_OK) {
        bench->store = uvp_journal_store(bench->journal);
    }
    return code;
}

static enum uvp_code open_it(struct bench *bench)
{
    return open_as(bench, 1000, "engine 1");
}

static void close_it(struct bench *bench)
{
    uvp_journal_destroy(bench->journal);
    bench->journal = NULL;
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    kit_folder(bench->folder);
    (void)snprintf(bench->output, sizeof bench->output, "%s/out", bench->folder);
    (void)snprintf(bench->path, sizeof bench->path, "%s/j", bench->folder);
    uvp_mem_init(&bench->mem, 0);
    assert_int_equal(uvp_trouble_init(&bench->trouble, NULL), UVP_OK);
}

static void bench_close(struct bench *bench)
{
    close_it(bench);
    uvp_trouble_release(&bench->trouble);
    assert_int_equal(bench->mem.used_bytes, 0);
    kit_remove(bench->folder);
}

static void goes_on(void **state)
{
    const struct uvp_store_key key = kit_key(1);
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(open_it(&bench), UVP_OK);
    assert_false(kit_has(&bench.store, 1, VALUE));
    kit_add(&bench.store, 1, VALUE);
    assert_true(kit_has(&bench.store, 1, VALUE));
    close_it(&bench);
    assert_int_equal(open_it(&bench), UVP_OK);
    assert_int_equal(uvp_journal_count(bench.journal), 1);
    assert_true(kit_has(&bench.store, 1, VALUE));
    kit_add(&bench.store, 2, VALUE);
    bench.store.forget(bench.store.ctx, &key);
    assert_false(kit_has(&bench.store, 1, VALUE));
    kit_add(&bench.store, 1, VALUE);
    assert_true(kit_has(&bench.store, 1, VALUE));
    close_it(&bench);
    assert_int_equal(open_it(&bench), UVP_OK);
    assert_true(kit_has(&bench.store, 1, VALUE));
    assert_true(kit_has(&bench.store, 2, VALUE));
    uvp_journal_end(bench.journal);
    assert_int_not_equal(access(bench.path, F_OK), 0);
    bench_close(&bench);
}

static size_t make_whole(struct bench *bench, unsigned char data[ROOM])
{
    assert_int_equal(open_it(bench), UVP_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        kit_add(&bench->store, i, VALUE);
    }
    close_it(bench);
    return kit_read(bench->path, data, ROOM);
}

/* What is whole before the cut is there, and what comes next is kept. */
static void goes_on_from_any_cut(void **state)
{
    unsigned char data[ROOM];
    struct bench bench;
    size_t bytes;

    (void)state;
    bench_open(&bench);
    bytes = make_whole(&bench, data);
    for (size_t cut = 0; cut <= bytes; cut++) {
        uint32_t there = 0;

        kit_write(bench.path, data, cut);
        assert_int_equal(open_it(&bench), UVP_OK);
        while (there < COUNT && kit_has(&bench.store, there, VALUE)) {
            there++;
        }
        assert_int_equal(uvp_journal_count(bench.journal), there);
        for (uint32_t i = there; i < COUNT; i++) {
            assert_false(kit_has(&bench.store, i, VALUE));
            kit_add(&bench.store, i, VALUE);
        }
        close_it(&bench);
        assert_int_equal(open_it(&bench), UVP_OK);
        assert_int_equal(uvp_journal_count(bench.journal), COUNT);
        close_it(&bench);
    }
    bench_close(&bench);
}

/* A byte changed anywhere: refused in the head; else less is there, and nothing is wrong. */
static void no_byte_can_lie(void **state)
{
    unsigned char data[ROOM];
    struct bench bench;
    size_t bytes;

    (void)state;
    bench_open(&bench);
    bytes = make_whole(&bench, data);
    for (size_t at = 0; at < bytes; at++) {
        uint32_t there = 0;

        data[at] ^= 0x40;
        kit_write(bench.path, data, bytes);
        if (open_it(&bench) == UVP_OK) {
            for (uint32_t i = 0; i < COUNT; i++) {
                there += kit_has(&bench.store, i, VALUE) ? 1 : 0;
            }
            assert_true(there < COUNT);
            close_it(&bench);
        } else {
            assert_int_equal(bench.err.code, UVP_USAGE);
        }
        data[at] ^= 0x40;
    }
    bench_close(&bench);
}

static void others_are_refused(void **state)
{
    unsigned char before[ROOM];
    unsigned char after[ROOM];
    struct bench bench;
    struct bench second;
    size_t bytes;

    (void)state;
    bench_open(&bench);
    bytes = make_whole(&bench, before);
    assert_int_equal(open_as(&bench, 1001, "engine 1"), UVP_USAGE);
    assert_non_null(strstr(bench.err.text, "another command"));
    assert_int_equal(open_as(&bench, 1000, "engine 2"), UVP_USAGE);
    assert_non_null(strstr(bench.err.text, "another version"));
    assert_int_equal(kit_read(bench.path, after, ROOM), bytes);
    assert_memory_equal(before, after, bytes);
    assert_int_equal(open_it(&bench), UVP_OK);
    second = bench;
    assert_int_equal(open_it(&second), UVP_USAGE);
    assert_non_null(strstr(second.err.text, "another run"));
    close_it(&bench);
    kit_write(bench.path, (const unsigned char *)"Dear diary", 10);
    assert_int_equal(open_it(&bench), UVP_USAGE);
    assert_int_equal(kit_read(bench.path, after, ROOM), 10);
    (void)unlink(bench.path);
    assert_int_equal(mkfifo(bench.path, 0666), 0);
    assert_int_equal(open_it(&bench), UVP_USAGE);
    bench_close(&bench);
}

static void put(const struct bench *bench, const char *name, bool noted)
{
    char path[2 * KIT_PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/%s", bench->folder, name);
    kit_write(path, (const unsigned char *)"x", 1);
    if (noted) {
        uvp_journal_leave_behind(bench->journal, path);
    }
}

static bool has(const struct bench *bench, const char *name)
{
    char path[2 * KIT_PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/%s", bench->folder, name);
    return access(path, F_OK) == 0;
}

static void removes_what_was_left(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(open_it(&bench), UVP_OK);
    put(&bench, "out.uvpipe-abc123", true);
    put(&bench, "out.uvpipe-notmen", false); /* tioned */
    put(&bench, "out.uvpipe-abc12.", true);
    put(&bench, "other.uvpipe-abc123", true);
    put(&bench, "out.tar", true);
    uvp_journal_leave_behind(bench.journal, "");
    close_it(&bench);
    assert_int_equal(open_it(&bench), UVP_OK);
    uvp_journal_clean(bench.journal, bench.output);
    assert_false(has(&bench, "out.uvpipe-abc123"));
    assert_true(has(&bench, "out.uvpipe-notmen"));
    assert_true(has(&bench, "out.uvpipe-abc12."));
    assert_true(has(&bench, "other.uvpipe-abc123"));
    assert_true(has(&bench, "out.tar"));
    bench_close(&bench);
}

static void survives_without_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 10; n++) {
        unsigned char data[ROOM];
        struct bench bench;

        bench_open(&bench);
        (void)make_whole(&bench, data);
        bench.mem.fail_at_call = bench.mem.calls + n;
        if (open_it(&bench) == UVP_OK) {
            kit_add(&bench.store, 77, VALUE);
            close_it(&bench);
        } else {
            assert_int_equal(bench.err.code, UVP_NO_MEMORY);
        }
        bench.mem.fail_at_call = 0;
        assert_int_equal(open_it(&bench), UVP_OK);
        assert_true(uvp_journal_count(bench.journal) >= COUNT);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_on),
        cmocka_unit_test(goes_on_from_any_cut),
        cmocka_unit_test(no_byte_can_lie),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(removes_what_was_left),
        cmocka_unit_test(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
