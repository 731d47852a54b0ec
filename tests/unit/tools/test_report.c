#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/uvpipe/report.h"

/* A report that writes into a pipe, and what came out of it. */
struct ear {
    int ends[2];
    struct uvp_report report;
    char text[8192];
};

static void listen_in(struct ear *ear, enum uvp_trace_level level)
{
    assert_int_equal(pipe(ear->ends), 0);
    assert_int_equal(fcntl(ear->ends[0], F_SETFL, O_NONBLOCK), 0);
    uvp_report_init(&ear->report, ear->ends[1], level, UVP_COLOR_NEVER);
    assert_false(ear->report.terminal);
    assert_false(ear->report.color);
}

static const char *heard(struct ear *ear)
{
    const ssize_t bytes = read(ear->ends[0], ear->text, sizeof ear->text - 1);

    ear->text[bytes > 0 ? bytes : 0] = '\0';
    return ear->text;
}

static void leave(struct ear *ear)
{
    (void)close(ear->ends[0]);
    (void)close(ear->ends[1]);
}

static void lines_name_input_and_member(void **state)
{
    const struct uvp_span none = uvp_span_of(NULL, 0);
    struct ear ear;

    (void)state;
    listen_in(&ear, UVP_TRACE_WARNING);
    uvp_report_line(&ear.report, UVP_TRACE_ERROR, "meshes.tar",
                    uvp_span_of_text("models/chair.obj"), "line 812: index 90 of 64");
    assert_string_equal(heard(&ear),
                        "uvpipe: meshes.tar: models/chair.obj: line 812: index 90 of 64\n");
    uvp_report_line(&ear.report, UVP_TRACE_WARNING, "-", none, "damaged");
    assert_string_equal(heard(&ear), "uvpipe: stdin: warning: damaged\n");
    uvp_report_line(&ear.report, UVP_TRACE_ERROR, NULL, none, "no");
    assert_string_equal(heard(&ear), "uvpipe: no\n");
    leave(&ear);
}

static void a_plain_file_is_named_once(void **state)
{
    struct ear ear;

    (void)state;
    listen_in(&ear, UVP_TRACE_WARNING);
    uvp_report_line(&ear.report, UVP_TRACE_ERROR, "dir/chair.obj",
                    uvp_span_of_text("chair.obj"), "no");
    assert_string_equal(heard(&ear), "uvpipe: dir/chair.obj: no\n");
    uvp_report_line(&ear.report, UVP_TRACE_ERROR, "bigchair.obj", uvp_span_of_text("chair.obj"),
                    "no");
    assert_string_equal(heard(&ear), "uvpipe: bigchair.obj: chair.obj: no\n");
    leave(&ear);
}

static void names_cannot_speak_to_the_terminal(void **state)
{
    struct ear ear;

    (void)state;
    listen_in(&ear, UVP_TRACE_WARNING);
    uvp_report_line(&ear.report, UVP_TRACE_ERROR, "a\nb", uvp_span_of_text("\x1b[2J\xff"),
                    "line\r\n2");
    assert_string_equal(heard(&ear), "uvpipe: a\\x0ab: \\x1b[2J\\xff: line\\x0d\\x0a2\n");
    leave(&ear);
}

static void long_names_are_cut_and_the_line_ends(void **state)
{
    char *name = malloc(100000);
    struct ear ear;

    (void)state;
    assert_non_null(name);
    memset(name, 1, 99999);
    name[99999] = '\0';
    listen_in(&ear, UVP_TRACE_WARNING);
    uvp_report_line(&ear.report, UVP_TRACE_ERROR, name, uvp_span_of(name, 99999), name);
    assert_true(strlen(heard(&ear)) <= 4096);
    assert_int_equal(ear.text[strlen(ear.text) - 1], '\n');
    assert_non_null(strstr(ear.text, "...: "));
    leave(&ear);
    free(name);
}

static void levels_are_kept(void **state)
{
    struct ear ear;

    (void)state;
    listen_in(&ear, UVP_TRACE_ERROR);
    uvp_report_say(&ear.report, UVP_TRACE_WARNING, "w");
    uvp_report_say(&ear.report, UVP_TRACE_ERROR, "e %d", 7);
    assert_string_equal(heard(&ear), "uvpipe: e 7\n");
    leave(&ear);
    listen_in(&ear, UVP_TRACE_DEBUG);
    ear.report.trace.line(ear.report.trace.ctx, UVP_TRACE_DEBUG, "Starting x");
    assert_non_null(strstr(heard(&ear), "] main: Starting x\n"));
    assert_non_null(strstr(ear.text, "uvpipe: [  0."));
    leave(&ear);
}

static struct uvp_record record_of(enum uvp_member_status status)
{
    struct uvp_record record;

    memset(&record, 0, sizeof record);
    record.input = "a.tar";
    record.path = "x.obj";
    record.path_bytes = 5;
    record.status = status;
    record.wall_ns = 12300000;
    record.atlas.triangles = 12;
    record.atlas.charts = 6;
    return record;
}

static void members_speak_at_their_level(void **state)
{
    struct uvp_record record = record_of(UVP_MEMBER_FAILED);
    struct ear ear;

    (void)state;
    (void)uvp_fail(&record.error, UVP_BAD_DATA, 3, "line 3: no");
    listen_in(&ear, UVP_TRACE_ERROR);
    uvp_report_member(&ear.report, &record);
    assert_string_equal(heard(&ear), "uvpipe: a.tar: x.obj: line 3: no [bad-data]\n");
    record.dropped = true;
    uvp_report_member(&ear.report, &record);
    assert_string_equal(heard(&ear), "uvpipe: a.tar: x.obj: line 3: no [bad-data] (dropped)\n");
    record = record_of(UVP_MEMBER_UNWRAPPED);
    uvp_report_member(&ear.report, &record);
    assert_string_equal(heard(&ear), "");
    leave(&ear);

    listen_in(&ear, UVP_TRACE_INFO);
    uvp_report_member(&ear.report, &record);
    assert_string_equal(heard(&ear), "uvpipe: a.tar: x.obj: 12 triangles, 6 charts, 12.3 ms\n");
    record = record_of(UVP_MEMBER_PASSED);
    record.reason = "has UVs";
    uvp_report_member(&ear.report, &record);
    assert_string_equal(heard(&ear), "");
    leave(&ear);

    listen_in(&ear, UVP_TRACE_DEBUG);
    uvp_report_member(&ear.report, &record);
    assert_non_null(strstr(heard(&ear), "a.tar: x.obj: passed: has UVs\n"));
    leave(&ear);
}

static void usage_points_to_help(void **state)
{
    struct uvp_error err;
    struct ear ear;

    (void)state;
    memset(&err, 0, sizeof err);
    (void)uvp_fail(&err, UVP_USAGE, 0, "unknown option --x");
    listen_in(&ear, UVP_TRACE_WARNING);
    uvp_report_usage(&ear.report, "check", &err);
    assert_string_equal(heard(&ear),
                        "uvpipe: unknown option --x\nTry 'uvpipe check --help'.\n");
    leave(&ear);
}

static void summary_is_two_lines(void **state)
{
    struct uvp_figures figures;
    struct ear ear;

    (void)state;
    memset(&figures, 0, sizeof figures);
    figures.progress.members_read = 3;
    figures.progress.members_by_status[UVP_MEMBER_UNWRAPPED] = 2;
    figures.progress.members_by_status[UVP_MEMBER_PASSED] = 1;
    figures.speed_up = 1.5;
    listen_in(&ear, UVP_TRACE_WARNING);
    uvp_report_summary(&ear.report, &figures);
    assert_non_null(strstr(heard(&ear), "uvpipe: 3 members: 2 meshes unwrapped, 0 failed"));
    assert_non_null(strstr(ear.text, "speed-up 1.50"));
    leave(&ear);
}

static void numbers_are_short(void **state)
{
    char text[32];

    (void)state;
    uvp_report_bytes(text, sizeof text, 0);
    assert_string_equal(text, "0 B");
    uvp_report_bytes(text, sizeof text, 999);
    assert_string_equal(text, "999 B");
    uvp_report_bytes(text, sizeof text, 1234);
    assert_string_equal(text, "1.23 kB");
    uvp_report_bytes(text, sizeof text, 12345678);
    assert_string_equal(text, "12.3 MB");
    uvp_report_bytes(text, sizeof text, UINT64_MAX);
    assert_string_equal(text, "18446 PB");
    uvp_report_time(text, sizeof text, 850000);
    assert_string_equal(text, "850 us");
    uvp_report_time(text, sizeof text, 4560000000U);
    assert_string_equal(text, "4.56 s");
    uvp_report_time(text, sizeof text, UINT64_C(125000000000));
    assert_string_equal(text, "2 m 05 s");
}

static void colours_are_put_around_what_they_mark(void **state)
{
    const struct uvp_span none = uvp_span_of(NULL, 0);
    struct ear ear;

    (void)state;
    listen_in(&ear, UVP_TRACE_INFO);
    uvp_report_init(&ear.report, ear.ends[1], UVP_TRACE_INFO, UVP_COLOR_ALWAYS);
    uvp_report_line(&ear.report, UVP_TRACE_ERROR, NULL, none, "no");
    assert_string_equal(heard(&ear), "\033[1;31muvpipe:\033[0m no\n");
    uvp_report_line(&ear.report, UVP_TRACE_WARNING, "x\033[7m", none, "odd");
    assert_string_equal(heard(&ear),
                        "\033[33muvpipe:\033[0m x\\x1b[7m: \033[33mwarning:\033[0m odd\n");
    uvp_report_plain(&ear.report, "4 members");
    assert_string_equal(heard(&ear), "\033[1muvpipe:\033[0m 4 members\n");
    leave(&ear);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_name_input_and_member),
        cmocka_unit_test(a_plain_file_is_named_once),
        cmocka_unit_test(names_cannot_speak_to_the_terminal),
        cmocka_unit_test(long_names_are_cut_and_the_line_ends),
        cmocka_unit_test(levels_are_kept),
        cmocka_unit_test(members_speak_at_their_level),
        cmocka_unit_test(usage_points_to_help),
        cmocka_unit_test(summary_is_two_lines),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(colours_are_put_around_what_they_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
