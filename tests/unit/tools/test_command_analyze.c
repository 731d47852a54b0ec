/* The table, CSV and JSON of an analysis, and what makes the exit code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/uvpipe/analyze_telling.h"
#include "tools/uvpipe/exits.h"
#include "tools/uvpipe/json_object.h"

struct facts {
    struct uvp_analysis_facts all;
    struct uvp_island_row row[2];
};

struct bench {
    char path[64];
    char text[16384];
    struct uvp_mem mem;
    struct uvp_outbox outbox;
    struct uvp_error err;
    struct uvp_options options;
    struct uvp_report report;
    struct uvp_telling telling;
    struct facts facts;
};

static void begin(struct bench *bench, enum uvp_trace_level level, const char *gate)
{
    int fd = -1;

    memset(bench, 0, sizeof *bench);
    (void)snprintf(bench->path, sizeof bench->path, "/tmp/uvp_lines_XXXXXX");
    fd = mkstemp(bench->path);
    assert_true(fd >= 0);
    (void)close(fd);
    uvp_mem_init(&bench->mem, 0);
    uvp_outbox_init(&bench->outbox, &bench->mem);
    assert_int_equal(uvp_outbox_open(&bench->outbox, bench->path, &bench->err), UVP_OK);
    bench->report.level = level;
    if (gate != NULL) {
        assert_int_equal(uvp_criteria_parse(&bench->options.analyze.gate, gate, &bench->err),
                         UVP_OK);
    }
    bench->telling = (struct uvp_telling){.options = &bench->options,
                                          .report = &bench->report,
                                          .lines = &bench->outbox,
                                          .mem = &bench->mem};
    assert_int_equal(uvp_command_analyze.begin(&bench->telling, &bench->err), UVP_OK);
}

static struct uvp_record record_of(enum uvp_member_status status, const char *path)
{
    struct uvp_record record;

    memset(&record, 0, sizeof record);
    record.input = "a.tar";
    record.path = path;
    record.path_bytes = strlen(path);
    record.status = status;
    record.format = "obj";
    record.meshes = 1;
    return record;
}

static void hear(struct bench *bench, const char *path, double stretch)
{
    struct uvp_record record = record_of(UVP_MEMBER_ANALYZED, path);
    struct uvp_analysis *const is = &bench->facts.all.figures;

    memset(is, 0, sizeof *is);
    is->triangles = 12;
    is->islands_count = 2;
    is->stretch_mean = 1.0625;
    is->stretch_max = stretch;
    is->stretch_p95 = 1.1;
    is->angle_mean_degrees = 2.5;
    is->coverage = 0.8;
    is->edge_stretch_max = (double)NAN;
    bench->facts.all.meshes = 1;
    bench->facts.all.island_count = 2;
    bench->facts.row[0] = (struct uvp_island_row){.triangles = 8, .stretch_max = stretch};
    bench->facts.row[1] =
        (struct uvp_island_row){.triangles = 4, .mirrored = 1, .stretch_mean = (double)NAN};
    record.facts = uvp_span_of(&bench->facts, sizeof bench->facts);
    uvp_command_analyze.member(&bench->telling, &record);
}

static void hear_none(struct bench *bench)
{
    struct uvp_record record = record_of(UVP_MEMBER_BARE, "c.obj");

    uvp_command_analyze.member(&bench->telling, &record);
    record = record_of(UVP_MEMBER_FAILED, "d.obj");
    (void)uvp_fail(&record.error, UVP_BAD_DATA, 3, "line 3: no\n");
    uvp_command_analyze.member(&bench->telling, &record);
}

/* Ends the run, and gives the exit code and what was written. */
static int end(struct bench *bench, bool complete)
{
    FILE *file = NULL;
    size_t bytes = 0;
    int exit_code = 0;

    assert_int_equal(
        uvp_command_analyze.end(&bench->telling, complete, &exit_code, &bench->err), UVP_OK);
    uvp_command_analyze.release(&bench->telling);
    assert_int_equal(uvp_outbox_close(&bench->outbox, &bench->err), UVP_OK);
    assert_int_equal(bench->mem.used_bytes, 0);
    file = fopen(bench->path, "rb");
    assert_non_null(file);
    bytes = fread(bench->text, 1, sizeof bench->text - 1, file);
    bench->text[bytes] = '\0';
    (void)fclose(file);
    (void)unlink(bench->path);
    return exit_code;
}

static void test_table(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench, UVP_TRACE_WARNING, "stretch.max<1.5");
    hear(&bench, "a.obj", 1.25);
    hear(&bench, "b\x1b.obj", 1.625);
    hear_none(&bench);
    assert_int_equal(end(&bench, true), UVP_EXIT_MEMBERS);
    assert_string_equal(
        bench.text,
        "grade      triangles islands stretch      max   angle   cover  overlaps  name\n"
        "excellent         12       2   1.062    1.250    2.50   0.800         0  a.tar: "
        "a.obj\n"
        "excellent         12       2   1.062    1.625    2.50   0.800         0  "
        "a.tar: b\\x1b.obj\n"
        "  fails stretch.max<1.5: it is 1.625\n"
        "no-uvs                                                                 a.tar: c.obj\n"
        "failed                                                                 a.tar: d.obj: "
        "line 3: no\\x0a [bad-data]\n"
        "all               24       4   1.062    1.625    2.50   0.800         0  2 meshes, "
        "1 fail, 1 without UVs\n");
}

/* A file of several meshes, one of which has UVs. */
static void test_share(void **state)
{
    struct uvp_record record = record_of(UVP_MEMBER_ANALYZED, "x.glb");
    struct bench bench;

    (void)state;
    begin(&bench, UVP_TRACE_WARNING, NULL);
    hear(&bench, "a.obj", 1.25);
    record.meshes = 3;
    record.facts = uvp_span_of(&bench.facts, sizeof bench.facts);
    uvp_command_analyze.member(&bench.telling, &record);
    assert_int_equal(end(&bench, true), UVP_EXIT_OK);
    assert_non_null(strstr(bench.text, "  a.tar: a.obj\n"));
    assert_non_null(strstr(bench.text, "  a.tar: x.glb (1 of 3 meshes)\n"));
}

static void test_quiet(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench, UVP_TRACE_ERROR, "coverage>=0.8");
    hear(&bench, "a.obj", 1.25);
    hear(&bench, "b.obj", 1.25);
    assert_int_equal(end(&bench, true), UVP_EXIT_OK);
    assert_string_equal(bench.text, "");
}

static void test_of_all(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench, UVP_TRACE_ERROR, "max.stretch.max<1.5,sum.triangles==24,mean.coverage>0.9");
    hear(&bench, "a.obj", 1.25);
    hear(&bench, "b.obj", 1.75);
    assert_int_equal(end(&bench, true), UVP_EXIT_MEMBERS);
    assert_string_equal(bench.text, "all fail max.stretch.max<1.5: it is 1.75\n"
                                    "all fail mean.coverage>0.9: it is 0.8\n");
    /* a run that was stopped says nothing of all */
    begin(&bench, UVP_TRACE_ERROR, "sum.triangles==24");
    hear(&bench, "a.obj", 1.25);
    assert_int_equal(end(&bench, false), UVP_EXIT_OK);
    assert_string_equal(bench.text, "");
}

static void test_verbose(void **state)
{
    struct bench bench;
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    (void)state;
    begin(&bench, UVP_TRACE_INFO, NULL);
    bench.options.settings.analysis.islands = true;
    hear(&bench, "a.obj", 1.25);
    assert_int_equal(end(&bench, true), UVP_EXIT_OK);
    for (uint32_t i = 0; i < count; i++) {
        char line[100];
        (void)snprintf(line, sizeof line, "\n  %s ", table[i].name);
        assert_non_null(strstr(bench.text, line));
    }
    assert_non_null(strstr(bench.text, "1.1  95 % of the area: excellent\n"));
    assert_non_null(strstr(bench.text, "edge_stretch.max                                -"));
    assert_non_null(strstr(bench.text, "  mirrored\n"));
}

/* Columns are as many in each row; names neither break rows nor are formulas. */
static void test_csv(void **state)
{
    struct bench bench;
    uint32_t count;
    const char *row;

    (void)state;
    (void)uvp_figures(&count);
    begin(&bench, UVP_TRACE_WARNING, "coverage>0.9");
    bench.options.analyze.csv = true;
    hear(&bench, "=cmd|\"x\",\n.obj", 1.25);
    hear_none(&bench);
    assert_int_equal(end(&bench, true), UVP_EXIT_MEMBERS);
    assert_memory_equal(bench.text, "input,name,status,format,meshes,measured,grade,gate,", 52);
    row = strstr(bench.text, "\r\n") + 2;
    assert_memory_equal(
        row, "\"a.tar\",\"'=cmd|\"\"x\"\",\\x0a.obj\",analyzed,obj,1,1,excellent,fails,12,0,",
        68);
    for (row = bench.text; *row != '\0'; row = strstr(row, "\r\n") + 2) {
        uint32_t commas = 0;
        bool quoted = false;
        for (const char *at = row; at < strstr(row, "\r\n"); at++) {
            quoted = quoted != (*at == '"');
            commas += *at == ',' && !quoted;
        }
        assert_int_equal(commas, 7 + count);
    }
    assert_non_null(strstr(bench.text, "\r\n\"a.tar\",\"c.obj\",no-uvs,obj,1,0,,,,,"));
}

static void test_csv_of_islands(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench, UVP_TRACE_WARNING, NULL);
    bench.options.analyze.csv = true;
    bench.options.settings.analysis.islands = true;
    hear(&bench, "a.obj", 1.25);
    hear_none(&bench);
    assert_int_equal(end(&bench, true), UVP_EXIT_OK);
    assert_non_null(strstr(bench.text,
                           "\r\n\"a.tar\",\"a.obj\",0,0,8,0,0,0,1.25,0,0,0,0,0,0\r\n"
                           "\"a.tar\",\"a.obj\",0,1,4,0,1,,0,0,0,0,0,0,0\r\n"));
}

static void test_json(void **state)
{
    struct uvp_json_object object = uvp_json_object();
    struct uvp_json_object run = uvp_json_object();
    struct uvp_record record = record_of(UVP_MEMBER_ANALYZED, "a.obj");
    struct bench bench;
    json_t *metrics;

    (void)state;
    begin(&bench, UVP_TRACE_WARNING, "stretch.max<1.5,max.stretch.max<1.5");
    bench.options.settings.analysis.islands = true;
    hear(&bench, "a.obj", 1.625);
    record.facts = uvp_span_of(&bench.facts, sizeof bench.facts);
    uvp_command_analyze.json_member(&bench.telling, &record, &object);
    uvp_command_analyze.json_run(&bench.telling, &run);
    assert_false(object.failed || run.failed);
    metrics = json_object_get(object.json, "metrics");
    assert_true(json_is_integer(json_object_get(metrics, "triangles")));
    assert_true(json_real_value(json_object_get(json_object_get(metrics, "stretch"), "max")) ==
                1.625);
    assert_true(json_is_null(json_object_get(json_object_get(metrics, "edge_stretch"), "max")));
    assert_true(
        json_is_false(json_object_get(json_object_get(metrics, "overlap"), "complete")));
    assert_true(json_is_false(json_object_get(object.json, "passes")));
    assert_int_equal(json_array_size(json_object_get(object.json, "gate_failures")), 1);
    assert_int_equal(json_array_size(json_object_get(object.json, "islands")), 2);
    assert_int_equal(json_array_size(json_object_get(run.json, "gate_failures")), 1);
    assert_int_equal(json_integer_value(json_object_get(run.json, "gate_failing_meshes")), 1);
    metrics = json_object_get(json_object_get(run.json, "metrics"), "stretch.max");
    assert_true(json_real_value(json_object_get(metrics, "mean")) == 1.625);
    json_decref(object.json);
    json_decref(run.json);
    (void)end(&bench, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),          cmocka_unit_test(test_share),
        cmocka_unit_test(test_quiet),          cmocka_unit_test(test_of_all),
        cmocka_unit_test(test_verbose),        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_csv_of_islands), cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
