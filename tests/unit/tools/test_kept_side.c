#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/uvpipe/kept_side.h"

struct bench {
    struct uvp_mem mem;
    struct uvp_kept_side side;
    struct uvp_kept_member member;
    struct uvp_error err;
};

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_kept_side_init(&bench->side, &bench->mem);
}

static void bench_close(struct bench *bench)
{
    uvp_kept_side_release(&bench->side);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static enum uvp_code keep(struct bench *bench, const char *name, const char *facts)
{
    struct uvp_record record;

    memset(&record, 0, sizeof record);
    record.status = UVP_MEMBER_LISTED;
    record.bytes_in = strlen(facts) + 100;
    record.facts = uvp_span_of_text(facts);
    return uvp_kept_side_keep(&bench->side, &record, uvp_span_of_text(name), &bench->err);
}

static enum uvp_code find(struct bench *bench, const char *name)
{
    return uvp_kept_side_find(&bench->side, uvp_span_of_text(name), &bench->member,
                              &bench->err);
}

static void expect_facts(const struct bench *bench, const char *facts)
{
    assert_int_equal(bench->member.facts.bytes, strlen(facts));
    assert_memory_equal(bench->member.facts.data, facts, strlen(facts));
    assert_int_equal((uintptr_t)bench->member.facts.data % 8, 0);
    assert_int_equal(bench->member.bytes, strlen(facts) + 100);
    assert_int_equal(bench->member.status, UVP_MEMBER_LISTED);
}

static void what_was_kept_is_found_once(void **state)
{
    struct bench bench;
    size_t number = 0;

    (void)state;
    bench_open(&bench);
    assert_int_equal(keep(&bench, "b.obj", "bee"), UVP_OK);
    assert_int_equal(keep(&bench, "a.obj", "ay"), UVP_OK);
    assert_int_equal(keep(&bench, "", "no name"), UVP_OK);
    assert_int_equal(keep(&bench, "a.obj", "ay again"), UVP_OK);
    assert_int_equal(keep(&bench, "c", ""), UVP_OK);
    assert_int_equal(uvp_kept_side_seal(&bench.side, &bench.err), UVP_OK);
    assert_int_equal(find(&bench, "a.obj"), UVP_OK);
    expect_facts(&bench, "ay");
    assert_int_equal(find(&bench, "a.obj"), UVP_OK);
    expect_facts(&bench, "ay again");
    assert_int_equal(find(&bench, "a.obj"), UVP_END);
    assert_int_equal(find(&bench, "a.ob"), UVP_END);
    assert_int_equal(find(&bench, ""), UVP_OK);
    expect_facts(&bench, "no name");
    assert_int_equal(uvp_kept_side_next_left(&bench.side, &number, &bench.member, &bench.err),
                     UVP_OK);
    expect_facts(&bench, "bee");
    assert_int_equal(uvp_kept_side_next_left(&bench.side, &number, &bench.member, &bench.err),
                     UVP_OK);
    expect_facts(&bench, "");
    assert_int_equal(uvp_kept_side_next_left(&bench.side, &number, &bench.member, &bench.err),
                     UVP_END);
    bench_close(&bench);
}

/* More than one write, and a name that comes often. */
static void many_are_kept(void **state)
{
    enum { COUNT = 20000 };
    static char facts[200];
    struct bench bench;
    char name[32];

    (void)state;
    bench_open(&bench);
    memset(facts, 'x', sizeof facts - 1);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(name, sizeof name, i % 2 == 0 ? "same" : "name %d", i);
        (void)snprintf(facts, 12, "%010d", i);
        facts[10] = 'x';
        assert_int_equal(keep(&bench, name, facts), UVP_OK);
    }
    assert_int_equal(uvp_kept_side_seal(&bench.side, &bench.err), UVP_OK);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(name, sizeof name, i % 2 == 0 ? "same" : "name %d", i);
        (void)snprintf(facts, 12, "%010d", i);
        facts[10] = 'x';
        assert_int_equal(find(&bench, name), UVP_OK);
        expect_facts(&bench, facts);
    }
    assert_int_equal(find(&bench, "same"), UVP_END);
    bench_close(&bench);
}

static void nothing_kept_is_nothing_found(void **state)
{
    struct bench bench;
    size_t number = 0;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_kept_side_seal(&bench.side, &bench.err), UVP_OK);
    assert_int_equal(find(&bench, "a"), UVP_END);
    assert_int_equal(uvp_kept_side_next_left(&bench.side, &number, &bench.member, &bench.err),
                     UVP_END);
    bench_close(&bench);
}

static void no_folder_for_it_is_a_failure(void **state)
{
    struct bench bench;

    (void)state;
    assert_int_equal(setenv("TMPDIR", "/nonexistent/for/sure", 1), 0);
    bench_open(&bench);
    assert_int_equal(keep(&bench, "a", "b"), UVP_OK);
    assert_int_equal(uvp_kept_side_seal(&bench.side, &bench.err), UVP_IO);
    assert_non_null(strstr(bench.err.text, "/nonexistent/for/sure"));
    bench_close(&bench);
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void every_allocation_may_fail(void **state)
{
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    for (uint64_t call = 1; code != UVP_OK; call++) {
        struct bench bench;

        bench_open(&bench);
        bench.mem.fail_at_call = call;
        code = keep(&bench, "a.obj", "ay");
        code = code != UVP_OK ? code : uvp_kept_side_seal(&bench.side, &bench.err);
        code = code != UVP_OK ? code : find(&bench, "a.obj");
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        bench_close(&bench);
        assert_true(call < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_kept_is_found_once),
        cmocka_unit_test(many_are_kept),
        cmocka_unit_test(nothing_kept_is_nothing_found),
        cmocka_unit_test(no_folder_for_it_is_a_failure),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
