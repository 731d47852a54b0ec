/*
 * A line is a list of fields, each with its text, its width and its rank. Fields of the highest
 * rank go until the rest fits; what room is left goes to the one field that stretches: the bar
 * in the first line, a mesh's name in the second.
 */
#include "tools/uvpipe/dial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/report.h"
#include "tools/uvpipe/tint.h"
#include "tools/uvpipe/width.h"

#define GAP 2
#define FIELDS 10
#define FIELD_BYTES 80
#define STUCK_SECONDS 3.0
#define TWO_COLUMNS 100 /* room for the last mesh and the one under way */
#define LEAST_NAME 8
#define PATH_COLUMNS 30  /* in less, what a path ends with is all there is room for */
#define ROOMY_COLUMNS 70 /* from here on what stretches gets its due before figures do */
#define LEAST_BAR 7
#define LEAST_BAR_ROOMY 16
#define LEAST_NEWS 10
#define LEAST_NEWS_ROOMY 24

struct field {
    char text[FIELD_BYTES]; /* ASCII */
    unsigned tinted;        /* so many of its first bytes have the tint */
    enum uvp_tint tint;
    unsigned columns; /* of a stretching field: the least */
    unsigned rank;    /* 0 goes last */
    bool stretches;
};

struct line {
    struct field fields[FIELDS];
    size_t count;
};

static struct field *add(struct line *line, unsigned rank, const char *text)
{
    struct field *const field = &line->fields[line->count++];

    memset(field, 0, sizeof *field);
    (void)snprintf(field->text, sizeof field->text, "%s", text);
    field->columns = (unsigned)strlen(field->text);
    field->rank = rank;
    return field;
}

static void add_stretching(struct line *line, unsigned rank, unsigned least)
{
    struct field *const field = add(line, rank, "");

    field->columns = least;
    field->stretches = true;
}

/* ---- numbers ---- */

void uvp_dial_time(char *out, size_t room, double seconds)
{
    const double most = 99.0 * 3600.0;
    const unsigned whole = (unsigned)(seconds < 0 ? 0 : fmin(seconds, most));

    if (whole < 3600) {
        (void)snprintf(out, room, "%2u:%02u", whole / 60, whole % 60);
    } else {
        (void)snprintf(out, room, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
    }
}

void uvp_dial_count(char *out, size_t room, double value)
{
    static const char units[] = "kMGTP";
    size_t unit = 0;

    if (!(value >= 0.0005)) {
        (void)snprintf(out, room, "0");
        return;
    }
    if (value < 999.5) {
        (void)snprintf(out, room,
                       value < 9.995   ? "%.2f"
                       : value < 99.95 ? "%.1f"
                                       : "%.0f",
                       value);
        return;
    }
    value /= 1000;
    while (value >= 999.5 && unit + 2 < sizeof units) {
        value /= 1000;
        unit++;
    }
    if (value >= 999.5) {
        (void)snprintf(out, room, "999%c", units[unit]);
        return;
    }
    (void)snprintf(out, room,
                   value < 9.995   ? "%.2f%c"
                   : value < 99.95 ? "%.1f%c"
                                   : "%.0f%c",
                   value, units[unit]);
}

/* "36.1/85.9 MB": both in the unit of the total, and of one width. */
static void describe_bytes(char *out, size_t room, const struct uvp_gauge_reading *reading)
{
    static const char *const names[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double total = (double)reading->bytes_total;
    double done = (double)reading->bytes_done;
    size_t unit = 0;
    char text[32];
    int decimals;

    if (uvp_gauge_share(reading) < 0) {
        uvp_report_bytes(text, sizeof text, reading->bytes_done);
        (void)snprintf(out, room, "%7s", text);
        return;
    }
    while (total >= 999.5 && unit + 1 < sizeof names / sizeof *names) {
        total /= 1000;
        done /= 1000;
        unit++;
    }
    decimals = unit == 0 || total >= 99.95 ? 0 : total >= 9.995 ? 1 : 2;
    (void)snprintf(text, sizeof text, "%.*f", decimals, total);
    (void)snprintf(out, room, "%*.*f/%s %s", (int)strlen(text), decimals, done, text,
                   names[unit]);
}

static void describe_percent(char *out, size_t room, double share)
{
    (void)snprintf(out, room, "%3u%%", share >= 1 ? 100U : (unsigned)(share * 100));
}

static void add_rate(struct line *line, unsigned rank, double rate, const char *unit)
{
    char number[16];
    char text[FIELD_BYTES];

    uvp_dial_count(number, sizeof number, rate);
    (void)snprintf(text, sizeof text, "%5s %s", number, unit);
    (void)add(line, rank, text);
}

static void add_bytes_rate(struct line *line, unsigned rank, double rate)
{
    char bytes[32];
    char text[FIELD_BYTES];

    uvp_report_bytes(bytes, sizeof bytes, (uint64_t)rate);
    (void)snprintf(text, sizeof text, "%7s/s", bytes);
    (void)add(line, rank, text);
}

static void add_count(struct line *line, unsigned rank, uint64_t count, unsigned digits,
                      const char *word, enum uvp_tint tint)
{
    char text[FIELD_BYTES];
    struct field *field;

    (void)snprintf(text, sizeof text, "%*llu %s", (int)digits, (unsigned long long)count, word);
    field = add(line, rank, text);
    field->tint = tint;
    field->tinted = field->columns;
}

/* ---- what the lines are made of ---- */

static void compose_first(struct line *line, const struct uvp_gauge_reading *reading,
                          unsigned columns)
{
    const double share = uvp_gauge_share(reading);
    char text[FIELD_BYTES];
    char time[24];
    struct field *field;

    if (share >= 0) {
        describe_percent(text, sizeof text, share);
        field = add(line, 0, text);
        field->tint = UVP_TINT_BOLD;
        field->tinted = field->columns;
        add_stretching(line, 2, columns >= ROOMY_COLUMNS ? LEAST_BAR_ROOMY : LEAST_BAR);
    }
    describe_bytes(text, sizeof text, reading);
    (void)add(line, share >= 0 ? 4 : 0, text);
    add_bytes_rate(line, share >= 0 ? 3 : 1, reading->bytes_rate);
    add_rate(line, 5, reading->triangles_rate, "tri/s");
    uvp_dial_time(time, sizeof time, reading->seconds);
    (void)snprintf(text, sizeof text, "%s elapsed", time);
    (void)add(line, share >= 0 ? 7 : 2, text);
    if (share >= 0) {
        uvp_dial_time(time, sizeof time, reading->left);
        (void)snprintf(text, sizeof text, "ETA %s", reading->has_left ? time : " -:--");
        field = add(line, 1, text);
        field->tint = reading->has_left ? UVP_TINT_BOLD : UVP_TINT_DIM;
        field->tinted = field->columns;
    }
}

static void compose_second(struct line *line, const struct uvp_gauge_reading *reading,
                           unsigned columns)
{
    add_count(line, 0, reading->ok, 4, "ok", UVP_TINT_GOOD);
    add_count(line, 1, reading->failed, 1, "failed",
              reading->failed != 0 ? UVP_TINT_BAD : UVP_TINT_DIM);
    if (reading->passed != 0) {
        add_count(line, 6, reading->passed, 1, "passed", UVP_TINT_PLAIN);
    }
    add_count(line, 3, reading->active, 2, "active", UVP_TINT_PLAIN);
    add_count(line, 4, reading->queued, 2, "queued", UVP_TINT_PLAIN);
    add_rate(line, 5, reading->meshes_rate, "mesh/s");
    add_stretching(line, 2, columns >= ROOMY_COLUMNS ? LEAST_NEWS_ROOMY : LEAST_NEWS);
}

/* ---- to bytes ---- */

struct out {
    char *text;
    size_t room;
    size_t used;
    const struct uvp_dial_style *style;
};

static void put(struct out *out, const char *text, size_t bytes)
{
    if (out->used + bytes < out->room) {
        memcpy(out->text + out->used, text, bytes);
        out->used += bytes;
        out->text[out->used] = '\0';
    }
}

static void put_text(struct out *out, const char *text)
{
    put(out, text, strlen(text));
}

static void put_tinted(struct out *out, enum uvp_tint tint, const char *text, size_t bytes)
{
    put_text(out, uvp_tint_begin(out->style->color, tint));
    put(out, text, bytes);
    put_text(out, uvp_tint_end(out->style->color, tint));
}

static void put_times(struct out *out, const char *text, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        put_text(out, text);
    }
}

/* "[####      ]": two columns for its ends. */
static void put_bar(struct out *out, double share, unsigned columns)
{
    static const char *const eighths[] = {"",
                                          "\xe2\x96\x8f",
                                          "\xe2\x96\x8e",
                                          "\xe2\x96\x8d",
                                          "\xe2\x96\x8c",
                                          "\xe2\x96\x8b",
                                          "\xe2\x96\x8a",
                                          "\xe2\x96\x89"};
    const unsigned inner = columns - 2;
    const double filled = fmin(1, share) * inner;
    const unsigned parts = out->style->utf8 ? 8 : 1;
    const unsigned units = (unsigned)(filled * parts);
    const unsigned whole = units / parts;
    const unsigned rest = units % parts;

    put_tinted(out, UVP_TINT_DIM, out->style->utf8 ? "\xe2\x96\x95" : "[",
               out->style->utf8 ? 3 : 1);
    put_text(out, uvp_tint_begin(out->style->color, UVP_TINT_BAR));
    put_times(out, out->style->utf8 ? "\xe2\x96\x88" : "=", whole);
    put_text(out, eighths[rest]);
    put_text(out, uvp_tint_end(out->style->color, UVP_TINT_BAR));
    put_times(out, " ", inner - whole - (rest != 0 ? 1 : 0));
    put_tinted(out, UVP_TINT_DIM, out->style->utf8 ? "\xe2\x96\x8f" : "]",
               out->style->utf8 ? 3 : 1);
}

/* Mark, name and detail in at most `columns`; the detail goes when the name would be too short,
 * the mark when there is room for nothing else. Returns the columns used. */
static unsigned put_name(struct out *out, enum uvp_tint tint, const char *mark,
                         const char *name, const char *detail, unsigned columns)
{
    char cut[UVP_DIAL_LINE_BYTES / 2];
    unsigned mark_columns = *mark != '\0' ? uvp_width_of(mark) + 1 : 0;
    unsigned detail_columns = uvp_width_of(detail) + GAP;
    unsigned room;

    if (mark_columns + LEAST_NAME > columns) {
        mark_columns = 0;
    }
    if (mark_columns + LEAST_NAME + detail_columns > columns) {
        detail_columns = 0;
    }
    if (mark_columns != 0) {
        put_tinted(out, tint, mark, strlen(mark));
        put_text(out, " ");
    }
    room = columns - mark_columns - detail_columns;
    if (room < PATH_COLUMNS && uvp_width_of(name) > room && strrchr(name, '/') != NULL) {
        name = strrchr(name, '/') + 1;
    }
    (void)uvp_width_cut(cut, sizeof cut, name, room, out->style->utf8);
    put_text(out, cut);
    if (detail_columns != 0) {
        put_times(out, " ", GAP);
        put_tinted(out, UVP_TINT_DIM, detail, strlen(detail));
    }
    return mark_columns + uvp_width_of(cut) + detail_columns;
}

static unsigned put_last(struct out *out, const struct uvp_gauge_last *last, unsigned columns)
{
    const bool bad = last->status == UVP_MEMBER_FAILED || last->status == UVP_MEMBER_INVALID ||
                     last->status == UVP_MEMBER_BARE;
    const char *const mark = !out->style->utf8 ? (bad ? "!" : "+")
                             : bad             ? "\xe2\x9c\x97"
                                               : "\xe2\x9c\x93";
    const char *const charts = last->charts == 1 ? "chart" : "charts";
    char time[32];
    char detail[96];

    uvp_report_time(time, sizeof time, last->wall_ns);
    if (bad) {
        (void)snprintf(detail, sizeof detail, "%s", uvp_member_status_name(last->status));
    } else if (last->charts == 0) { /* nobody looked for them */
        (void)snprintf(detail, sizeof detail, "%u triangles", (unsigned)last->triangles);
    } else if (columns >= 60) {
        (void)snprintf(detail, sizeof detail, "%u triangles  %u %s  %s",
                       (unsigned)last->triangles, (unsigned)last->charts, charts, time);
    } else if (columns >= 38) {
        (void)snprintf(detail, sizeof detail, "%u %s  %s", (unsigned)last->charts, charts,
                       time);
    } else {
        (void)snprintf(detail, sizeof detail, "%u %s", (unsigned)last->charts, charts);
    }
    return put_name(out, bad ? UVP_TINT_BAD : UVP_TINT_GOOD, mark, last->name, detail, columns);
}

static void put_busy(struct out *out, const struct uvp_gauge_busy *busy, unsigned columns)
{
    char count[16];
    char detail[96];

    uvp_dial_count(count, sizeof count, (double)busy->triangles);
    if (columns >= 48 && busy->triangles != 0) {
        (void)snprintf(detail, sizeof detail, "(%s triangles) %.0f s", count, busy->seconds);
    } else {
        (void)snprintf(detail, sizeof detail, "%.0f s", busy->seconds);
    }
    (void)put_name(out, UVP_TINT_BAR, busy->step, busy->name, detail, columns);
}

/* The mesh that was finished last; when that is a while ago, the one under way; where there is
 * room, both. */
static void put_news(struct out *out, const struct uvp_gauge_reading *reading, unsigned columns)
{
    const struct uvp_gauge_busy *const busy = &reading->busy;
    const bool lasts = busy->there && busy->seconds >= STUCK_SECONDS;

    if (columns >= TWO_COLUMNS && reading->last.there) {
        const unsigned half = (columns - GAP) / 2;
        const unsigned used = put_last(out, &reading->last, half);

        if (lasts) {
            put_times(out, " ", half - used + GAP);
            put_busy(out, busy, columns - GAP - half);
        }
    } else if (reading->last.there && !(lasts && reading->idle >= STUCK_SECONDS)) {
        (void)put_last(out, &reading->last, columns);
    } else if (busy->there) {
        put_busy(out, busy, columns);
    }
}

static unsigned width_of(const struct line *line)
{
    unsigned columns = 0;

    for (size_t i = 0; i < line->count; i++) {
        columns += line->fields[i].columns + (i != 0 ? GAP : 0);
    }
    return columns;
}

static void drop_to_fit(struct line *line, unsigned columns)
{
    while (line->count > 0 && width_of(line) > columns) {
        size_t worst = 0;
        for (size_t i = 1; i < line->count; i++) {
            worst = line->fields[i].rank > line->fields[worst].rank ? i : worst;
        }
        line->count--;
        memmove(line->fields + worst, line->fields + worst + 1,
                (line->count - worst) * sizeof *line->fields);
    }
}

static void put_line(struct out *out, struct line *line,
                     const struct uvp_gauge_reading *reading, bool is_first)
{
    const unsigned columns = out->style->columns;
    unsigned spare;

    out->text[0] = '\0';
    drop_to_fit(line, columns);
    spare = columns - width_of(line);
    for (size_t i = 0; i < line->count; i++) {
        const struct field *const field = &line->fields[i];

        put_times(out, " ", i != 0 ? GAP : 0);
        if (field->stretches && is_first) {
            put_bar(out, uvp_gauge_share(reading), field->columns + spare);
        } else if (field->stretches) {
            put_news(out, reading, field->columns + spare);
        } else {
            put_tinted(out, field->tint, field->text, field->tinted);
            put_text(out, field->text + field->tinted);
        }
    }
}

void uvp_dial_draw(const struct uvp_gauge_reading *reading, const struct uvp_dial_style *style,
                   struct uvp_dial_lines *lines)
{
    struct uvp_dial_style fits = *style;
    struct out first = {.text = lines->first, .room = sizeof lines->first, .style = &fits};
    struct out second = {.text = lines->second, .room = sizeof lines->second, .style = &fits};
    struct line line = {.count = 0};

    fits.columns =
        style->columns < UVP_DIAL_MOST_COLUMNS ? style->columns : UVP_DIAL_MOST_COLUMNS;
    compose_first(&line, reading, fits.columns);
    put_line(&first, &line, reading, true);
    line.count = 0;
    compose_second(&line, reading, fits.columns);
    put_line(&second, &line, reading, false);
}

void uvp_dial_plain(char *out, size_t room, const struct uvp_gauge_reading *reading)
{
    struct line line = {.count = 0};
    const struct uvp_gauge_busy *const busy = &reading->busy;
    char time[24];
    size_t used = 0;

    uvp_dial_time(time, sizeof time, reading->seconds);
    (void)add(&line, 0, time);
    if (uvp_gauge_share(reading) >= 0) {
        char percent[16];
        describe_percent(percent, sizeof percent, uvp_gauge_share(reading));
        (void)add(&line, 0, percent);
    }
    describe_bytes(line.fields[line.count].text, FIELD_BYTES, reading);
    line.count++;
    add_count(&line, 0, reading->ok, 1, "ok", UVP_TINT_PLAIN);
    add_count(&line, 0, reading->failed, 1, "failed", UVP_TINT_PLAIN);
    add_count(&line, 0, reading->active, 1, "active", UVP_TINT_PLAIN);
    add_count(&line, 0, reading->queued, 1, "queued", UVP_TINT_PLAIN);
    add_rate(&line, 0, reading->meshes_rate, "mesh/s");
    add_rate(&line, 0, reading->triangles_rate, "tri/s");
    if (reading->has_left) {
        uvp_dial_time(time, sizeof time, reading->left);
        (void)snprintf(line.fields[line.count].text, FIELD_BYTES, "ETA %s", time);
        line.count++;
    }
    out[0] = '\0';
    for (size_t i = 0; i < line.count && used + FIELD_BYTES + GAP < room; i++) {
        const char *text = line.fields[i].text;
        text += strspn(text, " ");
        used += (size_t)snprintf(out + used, room - used, "%s%s", i != 0 ? "  " : "", text);
    }
    if (busy->there && busy->seconds >= STUCK_SECONDS && reading->idle >= STUCK_SECONDS &&
        used + strlen(busy->name) + 64 < room) {
        (void)snprintf(out + used, room - used, "  %s %s for %.0f s", busy->step, busy->name,
                       busy->seconds);
    }
}
