#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/uvpipe/ledger.h"

static void temporary_path(char path[64])
{
    int fd = -1;

    (void)snprintf(path, 64, "/tmp/uvp_ledger_XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
}

static struct uvp_record record_of(enum uvp_member_status status, const char *name,
                                   size_t bytes)
{
    struct uvp_record record;

    memset(&record, 0, sizeof record);
    record.seq = 4;
    record.input = "a.tar";
    record.path = name;
    record.path_bytes = bytes;
    record.status = status;
    record.format = "obj";
    record.bytes_in = 1000;
    record.bytes_out = 1500;
    record.wall_ns = 1500000000;
    record.step_ns[UVP_STEP_DECODE] = 250000000;
    record.vertices = 8;
    record.polygons = 6;
    record.atlas.triangles = 12;
    record.atlas.stretch_max = HUGE_VAL;
    record.atlas.stretch_mean = 1.25;
    return record;
}

static json_t *read_line(FILE *file)
{
    char line[8192];
    json_t *object = NULL;

    assert_non_null(fgets(line, sizeof line, file));
    object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    assert_int_equal(json_integer_value(json_object_get(object, "version")), 1);
    return object;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    assert_non_null(text);
    return text;
}

static void check_unwrapped(FILE *file)
{
    json_t *object = read_line(file);
    const json_t *seconds = json_object_get(object, "seconds");

    assert_string_equal(text_of(object, "type"), "member");
    assert_int_equal(json_integer_value(json_object_get(object, "seq")), 4);
    assert_string_equal(text_of(object, "input"), "a.tar");
    assert_string_equal(text_of(object, "name"), "x\n.obj");
    assert_null(json_object_get(object, "name_bytes"));
    assert_string_equal(text_of(object, "status"), "ok");
    assert_int_equal(json_integer_value(json_object_get(object, "triangles")), 12);
    assert_true(json_is_null(json_object_get(object, "stretch_max")));
    assert_true(json_real_value(json_object_get(object, "stretch_mean")) == 1.25);
    assert_true(json_real_value(json_object_get(seconds, "total")) == 1.5);
    assert_true(json_real_value(json_object_get(seconds, "decode")) == 0.25);
    json_decref(object);
}

static void check_failed(FILE *file)
{
    json_t *object = read_line(file);
    const json_t *error = json_object_get(object, "error");

    assert_string_equal(text_of(object, "status"), "failed");
    assert_string_equal(text_of(object, "name"), "y\\xff");
    assert_string_equal(text_of(object, "name_bytes"), "79ff");
    assert_string_equal(text_of(error, "code"), "bad-data");
    assert_string_equal(text_of(error, "text"), "line 3: \\xc3");
    assert_int_equal(json_integer_value(json_object_get(error, "at")), 3);
    assert_null(json_object_get(object, "triangles"));
    json_decref(object);
}

static void check_rest(FILE *file)
{
    json_t *object = read_line(file);

    assert_string_equal(text_of(object, "status"), "passed");
    assert_string_equal(text_of(object, "reason"), "has UVs");
    assert_null(json_object_get(object, "seconds"));
    json_decref(object);
    object = read_line(file);
    assert_string_equal(text_of(object, "type"), "warning");
    json_decref(object);
    object = read_line(file);
    assert_string_equal(text_of(object, "type"), "run");
    assert_int_equal(json_integer_value(json_object_get(object, "exit_code")), 2);
    assert_true(json_is_null(json_object_get(object, "error")));
    assert_true(json_is_null(json_object_get(object, "signal")));
    assert_int_equal(json_integer_value(json_object_get(object, "members")), 3);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(object, "options"), "resolution")),
        1024);
    json_decref(object);
    assert_int_equal(fgetc(file), EOF);
}

static void write_everything(struct uvp_ledger *ledger, struct uvp_mem *mem)
{
    static char program[] = "uvpipe";
    char *argv[] = {program};
    struct uvp_record record = record_of(UVP_MEMBER_UNWRAPPED, "x\n.obj", 6);
    const struct uvp_ending ending = {2, 0, NULL};
    struct uvp_options options;
    struct uvp_figures figures;
    struct uvp_error warning;

    memset(&warning, 0, sizeof warning);
    memset(&figures, 0, sizeof figures);
    figures.progress.members_read = 3;
    figures.speed_up = (double)NAN;
    uvp_ledger_member(ledger, &record);
    record = record_of(UVP_MEMBER_FAILED, "y\xff", 2);
    (void)uvp_fail(&record.error, UVP_BAD_DATA, 3, "line 3: \xc3");
    uvp_ledger_member(ledger, &record);
    record = record_of(UVP_MEMBER_PASSED, "z", 1);
    record.reason = "has UVs";
    uvp_ledger_member(ledger, &record);
    (void)uvp_fail(&warning, UVP_BAD_DATA, 512, "damaged");
    uvp_ledger_warning(ledger, "a.tar", &warning);
    assert_int_equal(uvp_options_parse(&options, 1, argv, mem, NULL), UVP_OK);
    uvp_ledger_run(ledger, &options, &figures, &ending);
    uvp_options_release(&options);
}

static void every_line_is_json(void **state)
{
    struct uvp_error err;
    struct uvp_ledger ledger;
    struct uvp_mem mem;
    char path[64];
    FILE *file = NULL;

    (void)state;
    memset(&err, 0, sizeof err);
    temporary_path(path);
    uvp_mem_init(&mem, 0);
    uvp_ledger_init(&ledger, &mem);
    assert_int_equal(uvp_ledger_open(&ledger, path, &err), UVP_OK);
    write_everything(&ledger, &mem);
    assert_int_equal(uvp_ledger_close(&ledger, &err), UVP_OK);
    assert_int_equal(mem.used_bytes, 0);
    file = fopen(path, "r");
    assert_non_null(file);
    check_unwrapped(file);
    check_failed(file);
    check_rest(file);
    (void)fclose(file);
    (void)unlink(path);
}

static void no_path_no_report(void **state)
{
    struct uvp_error err;
    struct uvp_ledger ledger;
    struct uvp_mem mem;

    (void)state;
    memset(&err, 0, sizeof err);
    uvp_mem_init(&mem, 0);
    uvp_ledger_init(&ledger, &mem);
    assert_int_equal(uvp_ledger_open(&ledger, NULL, &err), UVP_OK);
    write_everything(&ledger, &mem);
    assert_int_equal(uvp_ledger_close(&ledger, &err), UVP_OK);
}

static void bad_paths_and_full_disks_are_failures(void **state)
{
    struct uvp_error err;
    struct uvp_ledger ledger;
    struct uvp_mem mem;

    (void)state;
    memset(&err, 0, sizeof err);
    uvp_mem_init(&mem, 0);
    uvp_ledger_init(&ledger, &mem);
    assert_int_equal(uvp_ledger_open(&ledger, "/nonexistent/report", &err), UVP_IO);
    assert_int_equal(err.sys, ENOENT);
    assert_int_equal(uvp_ledger_close(&ledger, NULL), UVP_OK);

    memset(&err, 0, sizeof err);
    uvp_ledger_init(&ledger, &mem);
    assert_int_equal(uvp_ledger_open(&ledger, "/dev/full", &err), UVP_OK);
    write_everything(&ledger, &mem);
    assert_int_equal(uvp_ledger_close(&ledger, &err), UVP_IO);
    assert_int_equal(err.sys, ENOSPC);
    assert_int_equal(mem.used_bytes, 0);
}

static void failing_memory_is_a_failure_not_a_crash(void **state)
{
    struct uvp_mem options_mem;
    char path[64];

    (void)state;
    temporary_path(path);
    uvp_mem_init(&options_mem, 0);
    for (uint64_t n = 1; n < 40; n++) {
        struct uvp_error err;
        struct uvp_ledger ledger;
        struct uvp_mem mem;
        enum uvp_code code = UVP_OK;

        memset(&err, 0, sizeof err);
        uvp_mem_init(&mem, 0);
        mem.fail_at_call = n;
        uvp_ledger_init(&ledger, &mem);
        assert_int_equal(uvp_ledger_open(&ledger, path, &err), UVP_OK);
        write_everything(&ledger, &options_mem);
        code = uvp_ledger_close(&ledger, &err);
        assert_int_equal(mem.used_bytes, 0);
        assert_int_equal(code, mem.calls < n ? UVP_OK : UVP_NO_MEMORY);
        if (code == UVP_OK) {
            (void)unlink(path);
            return;
        }
    }
    fail_msg("more allocations than expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_json),
        cmocka_unit_test(no_path_no_report),
        cmocka_unit_test(bad_paths_and_full_disks_are_failures),
        cmocka_unit_test(failing_memory_is_a_failure_not_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
