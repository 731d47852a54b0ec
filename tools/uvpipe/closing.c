/* A row is a word and up to four cells; the steps are sorted by the time that went into them.
 */
#include "tools/uvpipe/closing.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/dial.h"
#include "tools/uvpipe/report.h"
#include "tools/uvpipe/tint.h"

#define INDENT "        " /* as wide as "uvpipe: " */
#define LABEL_COLUMNS 10
#define CELL_COLUMNS 15
#define TOP_STEPS 4

struct closing {
    char *text;
    size_t used;
    bool color;
    unsigned gap; /* blanks due before the next cell */
};

static void put(struct closing *closing, enum uvp_tint tint, const char *format, ...)
    UVP_PRINTF(3, 4);

static void put(struct closing *closing, enum uvp_tint tint, const char *format, ...)
{
    char piece[160];
    va_list args;
    int wanted;

    va_start(args, format);
    (void)vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    wanted = snprintf(closing->text + closing->used, UVP_CLOSING_BYTES - closing->used,
                      "%s%s%s", uvp_tint_begin(closing->color, tint), piece,
                      uvp_tint_end(closing->color, tint));
    if (wanted > 0 && (size_t)wanted < UVP_CLOSING_BYTES - closing->used) {
        closing->used += (size_t)wanted;
    }
    closing->text[closing->used] = '\0';
}

/* ---- members ---- */

static void put_count(struct closing *closing, const struct uvp_progress *progress,
                      enum uvp_member_status status)
{
    static const char *const words[UVP_MEMBER_STATUS_COUNT] = {
        [UVP_MEMBER_UNWRAPPED] = "unwrapped", [UVP_MEMBER_PASSED] = "passed through",
        [UVP_MEMBER_FAILED] = "failed",       [UVP_MEMBER_VALID] = "valid",
        [UVP_MEMBER_INVALID] = "invalid",     [UVP_MEMBER_BARE] = "without UVs",
        [UVP_MEMBER_LISTED] = "meshes",
    };
    const unsigned long long count = progress->members_by_status[status];
    const bool bad = status == UVP_MEMBER_FAILED || status == UVP_MEMBER_INVALID ||
                     status == UVP_MEMBER_BARE;
    const char *const word =
        words[status] != NULL ? words[status] : uvp_member_status_name(status);

    if (count == 0 && status != UVP_MEMBER_FAILED) {
        return;
    }
    put(closing, UVP_TINT_PLAIN, "   ");
    put(closing,
        count == 0                    ? UVP_TINT_DIM
        : bad                         ? UVP_TINT_BAD
        : status == UVP_MEMBER_PASSED ? UVP_TINT_PLAIN
                                      : UVP_TINT_GOOD,
        "%llu %s", count, word);
    if (status == UVP_MEMBER_FAILED && progress->dropped != 0) {
        put(closing, UVP_TINT_PLAIN, " (%llu dropped)", (unsigned long long)progress->dropped);
    }
}

static void put_members(struct closing *closing, const struct uvp_progress *progress)
{
    put(closing, UVP_TINT_BOLD, "%llu member%s", (unsigned long long)progress->members_read,
        progress->members_read == 1 ? "" : "s");
    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        if (i != UVP_MEMBER_PASSED && i != UVP_MEMBER_FAILED) {
            put_count(closing, progress, (enum uvp_member_status)i);
        }
    }
    put_count(closing, progress, UVP_MEMBER_FAILED);
    put_count(closing, progress, UVP_MEMBER_PASSED);
    if (progress->warnings != 0) {
        put(closing, UVP_TINT_PLAIN, "   ");
        put(closing, UVP_TINT_WARNING, "%llu warning%s", (unsigned long long)progress->warnings,
            progress->warnings == 1 ? "" : "s");
    }
    put(closing, UVP_TINT_PLAIN, "\n");
}

/* ---- rows ---- */

static void begin_row(struct closing *closing, const char *label)
{
    put(closing, UVP_TINT_PLAIN, INDENT);
    put(closing, UVP_TINT_DIM, "%s", label);
    closing->gap = LABEL_COLUMNS - (unsigned)strlen(label);
}

/* What is wider than its column takes of the next one. */
static void put_cell(struct closing *closing, const char *text)
{
    const unsigned columns = (unsigned)strlen(text);

    put(closing, UVP_TINT_PLAIN, "%*s%s", (int)closing->gap, "", text);
    closing->gap = columns + 2 < CELL_COLUMNS ? CELL_COLUMNS - columns : 2;
}

static void put_time(struct closing *closing, uint64_t ns, const char *word)
{
    char time[32];
    char cell[64];

    uvp_report_time(time, sizeof time, ns);
    (void)snprintf(cell, sizeof cell, "%s %s", time, word);
    put_cell(closing, cell);
}

static void put_times(struct closing *closing, const struct uvp_figures *figures)
{
    char peak[32];
    char cell[64];

    begin_row(closing, "time");
    put_time(closing, figures->wall_ns, "wall");
    put_time(closing, figures->cpu_ns, "CPU");
    (void)snprintf(cell, sizeof cell, "speed-up %.2f", figures->speed_up);
    put_cell(closing, cell);
    uvp_report_bytes(peak, sizeof peak, figures->peak_bytes);
    (void)snprintf(cell, sizeof cell, "peak %s", peak);
    put_cell(closing, cell);
    put(closing, UVP_TINT_PLAIN, "\n");
}

static void put_rates(struct closing *closing, const struct uvp_figures *figures)
{
    const double seconds = (double)figures->wall_ns / (double)UVP_NS_PER_S;
    char number[32];
    char cell[64];

    begin_row(closing, "rate");
    uvp_report_bytes(number, sizeof number, (uint64_t)figures->bytes_a_second);
    (void)snprintf(cell, sizeof cell, "%s/s", number);
    put_cell(closing, cell);
    uvp_dial_count(number, sizeof number, seconds > 0 ? (double)figures->meshes / seconds : 0);
    (void)snprintf(cell, sizeof cell, "%s meshes/s", number);
    put_cell(closing, cell);
    uvp_dial_count(number, sizeof number, figures->triangles_a_second);
    (void)snprintf(cell, sizeof cell, "%s triangles/s", number);
    put_cell(closing, cell);
    put(closing, UVP_TINT_PLAIN, "\n");
}

static void put_mesh(struct closing *closing, const struct uvp_figures *figures)
{
    begin_row(closing, "a mesh");
    put_time(closing, figures->mean_ns, "mean");
    put_time(closing, figures->p95_ns, "at most for 95 in 100");
    put(closing, UVP_TINT_PLAIN, "\n");
}

static int find_most(const uint64_t ns[UVP_STEP_COUNT])
{
    int most = 0;

    for (int i = 1; i < UVP_STEP_COUNT; i++) {
        most = ns[i] > ns[most] ? i : most;
    }
    return most;
}

static void put_steps(struct closing *closing, const struct uvp_figures *figures)
{
    uint64_t left[UVP_STEP_COUNT];
    uint64_t all = 0;

    memcpy(left, figures->step_ns, sizeof left);
    for (int i = 0; i < UVP_STEP_COUNT; i++) {
        all += left[i];
    }
    if (all == 0) {
        return;
    }
    begin_row(closing, "spent on");
    for (int i = 0; i < TOP_STEPS; i++) {
        const int most = find_most(left);
        char cell[64];

        if ((double)left[most] * 200 < (double)all) {
            break;
        }
        (void)snprintf(cell, sizeof cell, "%s %.0f%%",
                       uvp_member_step_name((enum uvp_member_step)most),
                       (double)left[most] * 100 / (double)all);
        put_cell(closing, cell);
        left[most] = 0;
    }
    put(closing, UVP_TINT_PLAIN, "\n");
}

void uvp_closing_text(char out[UVP_CLOSING_BYTES], const struct uvp_figures *figures,
                      bool color)
{
    struct closing closing = {.text = out, .color = color};

    out[0] = '\0';
    put_members(&closing, &figures->progress);
    put_times(&closing, figures);
    if (figures->meshes == 0) {
        return;
    }
    put_rates(&closing, figures);
    put_mesh(&closing, figures);
    put_steps(&closing, figures);
}
