/*
 * The kernel keeps one write(2) to a terminal, pipe (up to PIPE_BUF) or file opened for
 * appending in one piece, and every line is one write. Where a status is drawn, the screen puts
 * the line above it.
 */
#include "tools/uvpipe/report.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/base/clock.h"
#include "pipeline/pipeline.h"
#include "tools/uvpipe/closing.h"
#include "tools/uvpipe/escape.h"
#include "tools/uvpipe/exits.h"

#define PROGRAM "uvpipe"
#define LINE_BYTES 4096 /* PIPE_BUF on Linux */
#define TEXT_BYTES 1200

struct line {
    char data[LINE_BYTES];
    size_t bytes;
};

static void add_bytes(struct line *line, const char *data, size_t bytes)
{
    const size_t room = sizeof line->data - 1 - line->bytes; /* 1: the newline */

    bytes = bytes < room ? bytes : room;
    memcpy(line->data + line->bytes, data, bytes);
    line->bytes += bytes;
}

static void add_text(struct line *line, const char *text)
{
    add_bytes(line, text, strlen(text));
}

static void add_escaped(struct line *line, const char *text)
{
    char safe[TEXT_BYTES];

    add_bytes(line, safe, uvp_escape(safe, sizeof safe, text, strlen(text)));
}

static void end_line(const struct uvp_report *report, struct line *line)
{
    line->data[line->bytes++] = '\n';
    if (report->screen != NULL) {
        uvp_screen_line(report->screen, line->data, line->bytes);
    } else {
        uvp_screen_write(report->fd, line->data, line->bytes);
    }
}

static void add_tinted(const struct uvp_report *report, struct line *line, enum uvp_tint tint,
                       const char *text)
{
    add_text(line, uvp_tint_begin(report->color, tint));
    add_text(line, text);
    add_text(line, uvp_tint_end(report->color, tint));
}

static void begin_line(const struct uvp_report *report, struct line *line, enum uvp_tint tint)
{
    line->bytes = 0;
    add_tinted(report, line, tint, PROGRAM ":");
    add_text(line, " ");
    if (report->level >= UVP_TRACE_DEBUG) {
        const uint64_t us = (uvp_clock_now_ns() - report->start_ns) / 1000;
        char stamp[64];
        (void)snprintf(stamp, sizeof stamp,
                       "[%3llu.%06llu] %s: ", (unsigned long long)(us / 1000000),
                       (unsigned long long)(us % 1000000), uvp_thread_name());
        add_text(line, stamp);
    }
}

static void add_names(struct line *line, const char *input, struct uvp_span member)
{
    char names[UVP_REPORT_NAMES_BYTES];

    uvp_report_names(names, input, member);
    if (names[0] != '\0') {
        add_text(line, names);
        add_text(line, ": ");
    }
}

static void hear_trace(void *ctx, enum uvp_trace_level level, const char *text)
{
    uvp_report_line(ctx, level, NULL, uvp_span_of(NULL, 0), text);
}

void uvp_report_init(struct uvp_report *report, int fd, enum uvp_trace_level level,
                     enum uvp_color color)
{
    memset(report, 0, sizeof *report);
    report->fd = fd;
    report->level = level;
    report->terminal = isatty(fd) != 0;
    report->color = uvp_tint_wanted(color, report->terminal);
    report->start_ns = uvp_clock_now_ns();
    report->trace.line = hear_trace;
    report->trace.ctx = report;
    report->trace.level = level;
}

static void print_line(const struct uvp_report *report, enum uvp_trace_level level,
                       enum uvp_tint tint, const char *input, struct uvp_span member,
                       const char *text)
{
    struct line line;

    if (level > report->level) {
        return;
    }
    begin_line(report, &line, tint);
    add_names(&line, input, member);
    if (level == UVP_TRACE_WARNING) {
        add_tinted(report, &line, UVP_TINT_WARNING, "warning:");
        add_text(&line, " ");
    }
    add_escaped(&line, text);
    end_line(report, &line);
}

void uvp_report_line(const struct uvp_report *report, enum uvp_trace_level level,
                     const char *input, struct uvp_span member, const char *text)
{
    const enum uvp_tint tint = level == UVP_TRACE_ERROR     ? UVP_TINT_BAD
                               : level == UVP_TRACE_WARNING ? UVP_TINT_WARNING
                                                            : UVP_TINT_DIM;

    print_line(report, level, tint, input, member, text);
}

void uvp_report_plain(const struct uvp_report *report, const char *text)
{
    print_line(report, UVP_TRACE_ERROR, UVP_TINT_BOLD, NULL, uvp_span_of(NULL, 0), text);
}

void uvp_report_say(const struct uvp_report *report, enum uvp_trace_level level,
                    const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    uvp_report_line(report, level, NULL, uvp_span_of(NULL, 0), text);
}

void uvp_report_usage(const struct uvp_report *report, const char *command,
                      const struct uvp_error *err)
{
    struct line line;

    begin_line(report, &line, UVP_TINT_BAD);
    add_escaped(&line, err->text);
    add_text(&line, "\nTry '" PROGRAM " ");
    add_text(&line, command);
    add_text(&line, *command != '\0' ? " --help'." : "--help'.");
    end_line(report, &line);
}

/* ---- members ---- */

static void describe_mesh(char *out, size_t room, const struct uvp_record *record)
{
    char time[32];
    char pages[32] = "";

    uvp_report_time(time, sizeof time, record->wall_ns);
    if (record->pages > 1) {
        (void)snprintf(pages, sizeof pages, "%u pages, ", (unsigned)record->pages);
    }
    (void)snprintf(out, room, "%u triangles, %u charts, %s%s%s%s",
                   (unsigned)record->atlas.triangles, (unsigned)record->atlas.charts, pages,
                   time, record->note != NULL ? "; " : "",
                   record->note != NULL ? record->note : "");
}

static void describe_made(char *out, size_t room, const struct uvp_record *record)
{
    char time[32];
    char bytes[32];

    uvp_report_time(time, sizeof time, record->wall_ns);
    uvp_report_bytes(bytes, sizeof bytes, record->bytes_out);
    (void)snprintf(out, room, "%u triangles, %s, %s", (unsigned)record->triangles, bytes, time);
}

static void describe_picture(char *out, size_t room, const struct uvp_record *record)
{
    struct uvp_picture_facts facts = {0};
    char time[32];

    if (record->facts.bytes == sizeof facts) {
        memcpy(&facts, record->facts.data, sizeof facts);
    }
    uvp_report_time(time, sizeof time, record->wall_ns);
    (void)snprintf(out, room, "%u triangles, %u charts, %u x %u pixels, %s",
                   (unsigned)facts.triangles, (unsigned)facts.charts, (unsigned)facts.width,
                   (unsigned)facts.height, time);
}

/* On a terminal figures come first, so that those of many meshes stand below each other. */
static void print_row(const struct uvp_report *report, const struct uvp_record *record)
{
    const bool utf8 = uvp_tint_is_utf8();
    char figures[96];
    char names[UVP_REPORT_NAMES_BYTES];
    char time[32];
    struct line line;

    uvp_report_time(time, sizeof time, record->wall_ns);
    (void)snprintf(figures, sizeof figures, "%8u triangles %5u charts %9s",
                   (unsigned)record->atlas.triangles, (unsigned)record->atlas.charts, time);
    uvp_report_names(names, record->input, uvp_span_of(record->path, record->path_bytes));
    begin_line(report, &line, UVP_TINT_DIM);
    add_tinted(report, &line, UVP_TINT_GOOD, utf8 ? "\xe2\x9c\x93" : "ok");
    add_text(&line, figures);
    if (record->pages > 1) {
        (void)snprintf(figures, sizeof figures, "  %u pages", (unsigned)record->pages);
        add_text(&line, figures);
    }
    add_text(&line, "  ");
    add_text(&line, names);
    if (record->note != NULL) {
        add_text(&line, "; ");
        add_escaped(&line, record->note);
    }
    end_line(report, &line);
}

void uvp_report_member(const struct uvp_report *report, const struct uvp_record *record)
{
    static const enum uvp_trace_level levels[UVP_MEMBER_STATUS_COUNT] = {
        [UVP_MEMBER_UNWRAPPED] = UVP_TRACE_INFO, [UVP_MEMBER_PASSED] = UVP_TRACE_DEBUG,
        [UVP_MEMBER_FAILED] = UVP_TRACE_ERROR,   [UVP_MEMBER_VALID] = UVP_TRACE_INFO,
        [UVP_MEMBER_INVALID] = UVP_TRACE_ERROR,  [UVP_MEMBER_BARE] = UVP_TRACE_ERROR,
        [UVP_MEMBER_LISTED] = UVP_TRACE_INFO,    [UVP_MEMBER_MADE] = UVP_TRACE_INFO,
        [UVP_MEMBER_RENDERED] = UVP_TRACE_INFO,  [UVP_MEMBER_ANALYZED] = UVP_TRACE_INFO,
    };
    char what[200];
    char text[320];

    if (levels[record->status] > report->level) {
        return;
    }
    if (record->status == UVP_MEMBER_UNWRAPPED && report->terminal &&
        report->level < UVP_TRACE_DEBUG) {
        print_row(report, record);
        return;
    }
    if (record->status == UVP_MEMBER_FAILED) {
        uvp_report_failure(what, sizeof what, &record->error);
    } else if (record->status == UVP_MEMBER_UNWRAPPED) {
        describe_mesh(what, sizeof what, record);
    } else if (record->status == UVP_MEMBER_MADE) {
        describe_made(what, sizeof what, record);
    } else if (record->status == UVP_MEMBER_RENDERED) {
        describe_picture(what, sizeof what, record);
    } else if (record->status == UVP_MEMBER_PASSED) {
        (void)snprintf(what, sizeof what, "passed: %s",
                       record->reason != NULL ? record->reason : "");
    } else {
        (void)snprintf(what, sizeof what, "%s", uvp_member_status_name(record->status));
    }
    (void)snprintf(text, sizeof text, "%s%s", what, record->dropped ? " (dropped)" : "");
    uvp_report_line(report, levels[record->status], record->input,
                    uvp_span_of(record->path, record->path_bytes), text);
}

enum uvp_code uvp_report_print(struct uvp_span text, struct uvp_error *err)
{
    while (text.bytes > 0) {
        const ssize_t written = write(STDOUT_FILENO, text.data, text.bytes);
        if (written < 0 && errno != EINTR) {
            return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot write to stdout");
        }
        if (written > 0) {
            text.data += written;
            text.bytes -= (size_t)written;
        }
    }
    return UVP_OK;
}

int uvp_report_printed(const struct uvp_report *report, enum uvp_code code,
                       const struct uvp_error *err)
{
    if (code == UVP_OK) {
        return UVP_EXIT_OK;
    }
    if (uvp_exit_is_quiet(code, err)) {
        return UVP_EXIT_SIGNAL + SIGPIPE;
    }
    uvp_report_say(report, UVP_TRACE_ERROR, "%s", err->text);
    return UVP_EXIT_FAILURE;
}

static unsigned long long count_of(const struct uvp_progress *progress,
                                   enum uvp_member_status status)
{
    return progress->members_by_status[status];
}

static void describe_counts(char *out, size_t room, const struct uvp_progress *progress,
                            enum uvp_command command)
{
    if (command == UVP_COMMAND_OPTIMIZE) {
        (void)snprintf(
            out, room, "%llu members: %llu meshes tried, %llu failed, %llu passed over",
            (unsigned long long)progress->members_read,
            count_of(progress, UVP_MEMBER_LISTED) + count_of(progress, UVP_MEMBER_UNWRAPPED),
            count_of(progress, UVP_MEMBER_FAILED), count_of(progress, UVP_MEMBER_PASSED));
        return;
    }
    if (command == UVP_COMMAND_LIST || command == UVP_COMMAND_COMPARE) {
        (void)snprintf(
            out, room, "%llu members: %llu meshes, %llu failed, %llu not meshes",
            (unsigned long long)progress->members_read, count_of(progress, UVP_MEMBER_LISTED),
            count_of(progress, UVP_MEMBER_FAILED), count_of(progress, UVP_MEMBER_PASSED));
        return;
    }
    if (command == UVP_COMMAND_GEN) {
        (void)snprintf(out, room, "%llu %s made, %llu failed",
                       count_of(progress, UVP_MEMBER_MADE),
                       count_of(progress, UVP_MEMBER_MADE) == 1 ? "mesh" : "meshes",
                       count_of(progress, UVP_MEMBER_FAILED));
        return;
    }
    if (command == UVP_COMMAND_RENDER) {
        (void)snprintf(
            out, room, "%llu members: %llu rendered, %llu failed, %llu passed over",
            (unsigned long long)progress->members_read, count_of(progress, UVP_MEMBER_RENDERED),
            count_of(progress, UVP_MEMBER_FAILED), count_of(progress, UVP_MEMBER_PASSED));
        return;
    }
    if (command == UVP_COMMAND_ANALYZE) {
        (void)snprintf(
            out, room,
            "%llu members: %llu analyzed, %llu without UVs, %llu failed, %llu not meshes",
            (unsigned long long)progress->members_read, count_of(progress, UVP_MEMBER_ANALYZED),
            count_of(progress, UVP_MEMBER_BARE), count_of(progress, UVP_MEMBER_FAILED),
            count_of(progress, UVP_MEMBER_PASSED));
        return;
    }
    if (command == UVP_COMMAND_CHECK) {
        (void)snprintf(
            out, room,
            "%llu members: %llu valid, %llu invalid, %llu without UVs, %llu failed, "
            "%llu not meshes",
            (unsigned long long)progress->members_read, count_of(progress, UVP_MEMBER_VALID),
            count_of(progress, UVP_MEMBER_INVALID), count_of(progress, UVP_MEMBER_BARE),
            count_of(progress, UVP_MEMBER_FAILED), count_of(progress, UVP_MEMBER_PASSED));
        return;
    }
    (void)snprintf(out, room,
                   "%llu members: %llu meshes unwrapped, %llu failed (%llu dropped), "
                   "%llu passed through",
                   (unsigned long long)progress->members_read,
                   count_of(progress, UVP_MEMBER_UNWRAPPED),
                   count_of(progress, UVP_MEMBER_FAILED), (unsigned long long)progress->dropped,
                   count_of(progress, UVP_MEMBER_PASSED));
}

static void print_closing(const struct uvp_report *report, const struct uvp_figures *figures)
{
    char text[UVP_CLOSING_BYTES];
    struct line line;

    uvp_closing_text(text, figures, report->color);
    begin_line(report, &line, UVP_TINT_BOLD);
    add_bytes(&line, text, strlen(text) - 1); /* the last newline is the line's */
    end_line(report, &line);
}

static void tell_found(const struct uvp_report *report, const uint64_t found[UVP_FOUND_COUNT])
{
    const uint64_t twins = found[UVP_FOUND_TWIN];
    const uint64_t resumed = found[UVP_FOUND_JOURNAL];
    const uint64_t cached = found[UVP_FOUND_CACHE];
    char text[200];

    if (twins + resumed + cached > 0) {
        (void)snprintf(text, sizeof text,
                       "%llu meshes solved; not solved again: %llu from the cache, %llu equal "
                       "to others, %llu resumed",
                       (unsigned long long)found[UVP_FOUND_NOT], (unsigned long long)cached,
                       (unsigned long long)twins, (unsigned long long)resumed);
        uvp_report_plain(report, text);
    }
}

void uvp_report_hint(const struct uvp_report *report, unsigned codes)
{
    char text[200] = "what that means: uvpipe explain";

    for (unsigned code = 0; code < UVP_CODE_COUNT; code++) {
        const size_t bytes = strlen(text);

        if ((codes & 1U << code) != 0) {
            (void)snprintf(text + bytes, sizeof text - bytes, " %s",
                           uvp_code_name((enum uvp_code)code));
        }
    }
    uvp_report_plain(report, text);
}

void uvp_report_summary(const struct uvp_report *report, const struct uvp_figures *figures)
{
    const struct uvp_progress *progress = &figures->progress;
    const bool makes = figures->command == UVP_COMMAND_GEN;
    char wall[32];
    char cpu[32];
    char mean[32];
    char p95[32];
    char rate[32];
    char peak[32];
    char text[320];

    if (report->terminal) {
        print_closing(report, figures);
        return;
    }
    uvp_report_time(wall, sizeof wall, figures->wall_ns);
    uvp_report_time(cpu, sizeof cpu, figures->cpu_ns);
    uvp_report_time(mean, sizeof mean, figures->mean_ns);
    uvp_report_time(p95, sizeof p95, figures->p95_ns);
    uvp_report_bytes(
        rate, sizeof rate,
        (uint64_t)(makes ? figures->bytes_written_a_second : figures->bytes_a_second));
    uvp_report_bytes(peak, sizeof peak, figures->peak_bytes);
    describe_counts(text, sizeof text, progress, figures->command);
    uvp_report_plain(report, text);
    (void)snprintf(text, sizeof text,
                   "%s wall, %s CPU, %s a mesh (95 in 100 within %s), %s/s %s, "
                   "%.0f triangles/s, speed-up %.2f, peak %s",
                   wall, cpu, mean, p95, rate, makes ? "written" : "read",
                   figures->triangles_a_second, figures->speed_up, peak);
    uvp_report_plain(report, text);
    tell_found(report, progress->found);
}
