/*
 * report.h -- every line this program prints: messages and progress on stderr, help on stdout
 *
 * Why:     one place decides level and form, makes names harmless, and writes each line with
 *          one write(2), so that lines of different threads never mix.
 * Form:    uvpipe: INPUT: MEMBER: TEXT      at -vv: uvpipe: [seconds] thread: TEXT
 * Threads: init from the main thread; lines from any. While a status is drawn the screen's lock
 *          keeps lines above it whole; else there is none, and one write(2) a line.
 */
#ifndef UVP_TOOLS_REPORT_H
#define UVP_TOOLS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/span.h"
#include "pipeline/base/trace.h"
#include "stages/record.h"
#include "stages/stages.h"
#include "tools/uvpipe/screen.h"
#include "tools/uvpipe/summary.h"
#include "tools/uvpipe/tint.h"

struct uvp_report {
    int fd;
    enum uvp_trace_level level; /* lines above it are not printed */
    bool terminal;              /* fd is one */
    bool color;
    struct uvp_screen *screen; /* the ticker's, while it draws a status below; else NULL */
    uint64_t start_ns;
    struct uvp_trace trace; /* hands lines of the libraries to this report */
};

void uvp_report_init(struct uvp_report *report, int fd, enum uvp_trace_level level,
                     enum uvp_color color);

/* One line. `input` and `member` may be NULL; their bytes and the text's are made harmless. */
void uvp_report_line(const struct uvp_report *report, enum uvp_trace_level level,
                     const char *input, struct uvp_span member, const char *text);

/* A line that is no message about anything: figures. Printed at every level. */
void uvp_report_plain(const struct uvp_report *report, const char *text);

void uvp_report_say(const struct uvp_report *report, enum uvp_trace_level level,
                    const char *format, ...) UVP_PRINTF(3, 4);

/* The one line for a mistake on the command line, and where to read on: "check" or "". */
void uvp_report_usage(const struct uvp_report *report, const char *command,
                      const struct uvp_error *err);

/* What became of a member: failures are errors, meshes done are info, the rest is debug. */
void uvp_report_member(const struct uvp_report *report, const struct uvp_record *record);

/* What to ask about failures of these codes (bits): "uvpipe explain bad-data". */
void uvp_report_hint(const struct uvp_report *report, unsigned codes);

/* The last lines: what the run came to. Printed at every level: the caller decides. */
void uvp_report_summary(const struct uvp_report *report, const struct uvp_figures *figures);

/* Text to stdout, for --help and --version. */
UVP_MUST_USE enum uvp_code uvp_report_print(struct uvp_span text, struct uvp_error *err);

/* The exit code of a program that only printed such a text: `code` is what came of it. */
int uvp_report_printed(const struct uvp_report *report, enum uvp_code code,
                       const struct uvp_error *err);

/* ---- the texts, without printing ---- */

#define UVP_REPORT_NAMES_BYTES 2410
#define UVP_REPORT_FAILURE_BYTES 200

/*
 * "INPUT: MEMBER", made harmless and cut where too long; either may be NULL. A file that is no
 * archive has one member, named as itself: then once.
 */
void uvp_report_names(char out[UVP_REPORT_NAMES_BYTES], const char *input,
                      struct uvp_span member);

/* True for the one member of a file that is no archive. */
bool uvp_report_is_named_as(const char *input, struct uvp_span member);

/* "line 812: index 90 of 64 [bad-data]": a failure, and the code that explain knows. */
void uvp_report_failure(char *out, size_t room, const struct uvp_error *error);

/* "12.3 MB": powers of 1000. */
void uvp_report_bytes(char *out, size_t room, uint64_t bytes);
/* "850 us", "12.3 ms", "4.56 s", "2 m 05 s". */
void uvp_report_time(char *out, size_t room, uint64_t ns);

#endif
