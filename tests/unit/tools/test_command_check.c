#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/uvpipe/command.h"

struct bench {
    char path[64];
    char text[8192];
    struct uvp_mem mem;
    struct uvp_outbox outbox;
    struct uvp_error err;
};

static void bench_open(struct bench *bench)
{
    int fd = -1;

    memset(bench, 0, sizeof *bench);
    (void)snprintf(bench->path, sizeof bench->path, "/tmp/uvp_lines_XXXXXX");
    fd = mkstemp(bench->path);
    assert_true(fd >= 0);
    (void)close(fd);
    uvp_mem_init(&bench->mem, 0);
    uvp_outbox_init(&bench->outbox, &bench->mem);
}

/* Closes the outbox and gives what was written. */
static const char *written(struct bench *bench)
{
    FILE *file = NULL;
    size_t bytes = 0;

    assert_int_equal(uvp_outbox_close(&bench->outbox, &bench->err), UVP_OK);
    assert_int_equal(bench->mem.used_bytes, 0);
    file = fopen(bench->path, "rb");
    assert_non_null(file);
    bytes = fread(bench->text, 1, sizeof bench->text - 1, file);
    bench->text[bytes] = '\0';
    (void)fclose(file);
    (void)unlink(bench->path);
    return bench->text;
}

static struct uvp_record record_of(enum uvp_member_status status, const char *path)
{
    struct uvp_record record;

    memset(&record, 0, sizeof record);
    record.input = "a.tar";
    record.path = path;
    record.path_bytes = strlen(path);
    record.status = status;
    return record;
}

static void tell(struct uvp_outbox *outbox, const struct uvp_record *record, bool all)
{
    struct uvp_report report;
    struct uvp_telling telling = {.report = &report, .lines = outbox};

    memset(&report, 0, sizeof report);
    report.level = all ? UVP_TRACE_WARNING : UVP_TRACE_ERROR;
    uvp_command_check.member(&telling, record);
}

static void tell_all(struct uvp_outbox *outbox, bool all)
{
    struct uvp_record record = record_of(UVP_MEMBER_VALID, "a.obj");

    record.triangles = 12;
    record.verdict.charts = 3;
    record.verdict.mirrored = 4;
    tell(outbox, &record, all);
    record.status = UVP_MEMBER_INVALID;
    record.path = "b\x1b.obj";
    record.path_bytes = 6;
    record.verdict.mirrored = 0;
    record.verdict.flipped = 1;
    record.verdict.collapsed = 2;
    record.verdict.overlapping = 5;
    record.verdict.overlapping_more = true;
    record.verdict.outside = 6;
    record.verdict.unmapped = 7;
    tell(outbox, &record, all);
    record = record_of(UVP_MEMBER_BARE, "c.obj");
    tell(outbox, &record, all);
    record = record_of(UVP_MEMBER_FAILED, "d.obj");
    (void)uvp_fail(&record.error, UVP_BAD_DATA, 3, "line 3: no");
    tell(outbox, &record, all);
}

#define NOT_VALID                                                                              \
    "invalid a.tar: b\\x1b.obj: 12 triangles, 3 charts, 1 flipped, 2 collapsed, "              \
    "at least 5 pairs overlapping, 6 outside, 7 unmapped\n"                                    \
    "no-uvs  a.tar: c.obj\n"                                                                   \
    "failed  a.tar: d.obj: line 3: no [bad-data]\n"

static void a_line_for_each_mesh(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_outbox_open(&bench.outbox, bench.path, &bench.err), UVP_OK);
    tell_all(&bench.outbox, true);
    assert_string_equal(written(&bench),
                        "valid   a.tar: a.obj: 12 triangles, 3 charts, 4 mirrored\n" NOT_VALID);
    bench_open(&bench);
    assert_int_equal(uvp_outbox_open(&bench.outbox, bench.path, &bench.err), UVP_OK);
    tell_all(&bench.outbox, false);
    assert_string_equal(written(&bench), NOT_VALID);
}

static void an_outbox_that_is_not_open_is_silent(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_true(uvp_outbox_is_silent(&bench.outbox));
    tell_all(&bench.outbox, true);
    assert_string_equal(written(&bench), "");
}

static void full_disks_and_no_memory_are_kept(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_outbox_open(&bench.outbox, "/dev/full", &bench.err), UVP_OK);
    for (int i = 0; i < 2000; i++) {
        tell_all(&bench.outbox, true); /* more than waits */
    }
    assert_true(uvp_outbox_is_silent(&bench.outbox));
    assert_int_equal(bench.outbox.failure.code, UVP_IO);
    assert_int_equal(uvp_outbox_close(&bench.outbox, &bench.err), UVP_IO);
    assert_int_equal(bench.err.sys, ENOSPC);
    assert_int_equal(bench.mem.used_bytes, 0);
    (void)unlink(bench.path);

    bench_open(&bench);
    bench.mem.fail_at_call = 1;
    assert_int_equal(uvp_outbox_open(&bench.outbox, bench.path, &bench.err), UVP_OK);
    tell_all(&bench.outbox, true);
    assert_int_equal(uvp_outbox_close(&bench.outbox, &bench.err), UVP_NO_MEMORY);
    assert_int_equal(bench.mem.used_bytes, 0);
    (void)unlink(bench.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_for_each_mesh),
        cmocka_unit_test(an_outbox_that_is_not_open_is_silent),
        cmocka_unit_test(full_disks_and_no_memory_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
