/* analyze: the table for people. */
#include "tools/uvpipe/analyze_telling.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/escape.h"

#define LINE_BYTES 400

static void add(struct uvp_telling *telling, const char *text)
{
    uvp_outbox_add(telling->lines, text);
}

static void end_line(struct uvp_telling *telling)
{
    uvp_outbox_add(telling->lines, "\n");
    uvp_outbox_line(telling->lines);
}

static void add_name(struct uvp_telling *telling, const struct uvp_record *record)
{
    char names[UVP_REPORT_NAMES_BYTES];

    uvp_report_names(names, record->input, uvp_span_of(record->path, record->path_bytes));
    add(telling, names);
}

static bool is_verbose(const struct uvp_telling *telling)
{
    return telling->report->level >= UVP_TRACE_INFO;
}

/* ---- the row ---- */

static void begin_table(struct uvp_telling *telling, struct uvp_analyze_state *state)
{
    if (!state->begun && uvp_telling_all(telling)) {
        add(telling, "grade      triangles islands stretch      max   angle   cover  overlaps"
                     "  name");
        end_line(telling);
    }
    state->begun = true;
}

static void add_real(char *out, size_t room, double value, int width, int digits)
{
    if (isnan(value)) {
        (void)snprintf(out, room, "%*s", width, "-");
    } else if (fabs(value) >= 99999) {
        (void)snprintf(out, room, "%*.*g", width, 3, value);
    } else {
        (void)snprintf(out, room, "%*.*f", width, digits, value);
    }
}

static void describe_row(char out[LINE_BYTES], const struct uvp_analysis *is)
{
    const struct uvp_grades grades = uvp_grades_of(is);
    char stretch[24];
    char most[24];
    char angle[24];
    char cover[24];

    add_real(stretch, sizeof stretch, is->stretch_mean, 7, 3);
    add_real(most, sizeof most, is->stretch_max, 8, 3);
    add_real(angle, sizeof angle, is->angle_mean_degrees, 7, 2);
    add_real(cover, sizeof cover, is->coverage, 7, 3);
    (void)snprintf(out, LINE_BYTES, "%-10s %9.0f %7.0f %s %s %s %s %9.0f  ",
                   uvp_grade_name(grades.overall), is->triangles, is->islands_count, stretch,
                   most, angle, cover, is->overlap_pairs);
}

static void print_why(struct uvp_telling *telling, const struct uvp_record *record)
{
    char detail[LINE_BYTES] = "";
    char row[LINE_BYTES];

    if (record->status == UVP_MEMBER_FAILED) {
        char failure[UVP_REPORT_FAILURE_BYTES];

        uvp_report_failure(failure, sizeof failure, &record->error);
        (void)uvp_escape(detail, sizeof detail, failure, strlen(failure));
    }
    (void)snprintf(row, sizeof row, "%-69s  ", uvp_member_status_name(record->status));
    add(telling, row);
    add_name(telling, record);
    add(telling, detail[0] != '\0' ? ": " : "");
    add(telling, detail);
    end_line(telling);
}

/* ---- below the row ---- */

static void print_failures(struct uvp_telling *telling, const struct uvp_criteria *gate,
                           const struct uvp_analysis *is)
{
    for (uint32_t i = 0; i < gate->count; i++) {
        const struct uvp_criterion *const term = &gate->term[i];
        const double value = uvp_criterion_value(term, is);
        char shown[UVP_ANALYZE_VALUE_BYTES];
        char line[LINE_BYTES];
        if (term->scope != UVP_CRITERION_EACH || uvp_criterion_holds(term, value)) {
            continue;
        }
        uvp_analyze_value(shown, term->figure, value, 9);
        (void)snprintf(line, sizeof line, "  fails %.*s: it is %s",
                       term->bytes > 120 ? 120 : (int)term->bytes, term->text, shown);
        add(telling, line);
        end_line(telling);
    }
}

static const char *grade_beside(const struct uvp_figure *figure,
                                const struct uvp_grades *grades)
{
    if (strcmp(figure->name, "stretch.p95") == 0) {
        return uvp_grade_name(grades->stretch);
    }
    if (strcmp(figure->name, "angle.mean_radians") == 0) {
        return uvp_grade_name(grades->angle);
    }
    return strcmp(figure->name, "coverage") == 0 ? uvp_grade_name(grades->coverage) : NULL;
}

static void print_block(struct uvp_telling *telling, const struct uvp_analysis *is)
{
    const struct uvp_grades grades = uvp_grades_of(is);
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    for (uint32_t i = 0; i < count; i++) {
        const char *const grade = grade_beside(&table[i], &grades);
        char shown[UVP_ANALYZE_VALUE_BYTES];
        char line[LINE_BYTES];
        uvp_analyze_value(shown, &table[i], uvp_figure_of(is, &table[i]), 6);
        (void)snprintf(line, sizeof line, "  %-36s %12s  %s%s%s", table[i].name, shown,
                       table[i].meaning, grade != NULL ? ": " : "", grade != NULL ? grade : "");
        add(telling, line);
        end_line(telling);
    }
}

static void print_islands(struct uvp_telling *telling, const struct uvp_analysis_facts *facts)
{
    const struct uvp_island_row *const row = uvp_analysis_islands(facts);
    char line[LINE_BYTES];

    (void)snprintf(line, sizeof line, "  %6s %7s %9s %8s %8s %12s %10s", "mesh", "island",
                   "triangles", "stretch", "max", "area", "uv area");
    add(telling, line);
    end_line(telling);
    for (uint32_t i = 0; i < facts->island_count; i++) {
        char stretch[24];
        char most[24];
        add_real(stretch, sizeof stretch, row[i].stretch_mean, 8, 3);
        add_real(most, sizeof most, row[i].stretch_max, 8, 3);
        (void)snprintf(line, sizeof line, "  %6u %7u %9u %s %s %12.6g %10.6f%s",
                       (unsigned)row[i].mesh, (unsigned)i, (unsigned)row[i].triangles, stretch,
                       most, row[i].surface_area, row[i].uv_area,
                       row[i].mirrored != 0 ? "  mirrored" : "");
        add(telling, line);
        end_line(telling);
    }
}

/* A glTF may hold meshes without UVs beside others. */
static void add_share(struct uvp_telling *telling, const struct uvp_record *record,
                      const struct uvp_analysis_facts *facts)
{
    char text[64];

    if (facts->meshes < record->meshes) {
        (void)snprintf(text, sizeof text, " (%u of %u meshes)", (unsigned)facts->meshes,
                       (unsigned)record->meshes);
        add(telling, text);
    }
}

void uvp_analyze_text_member(struct uvp_telling *telling, const struct uvp_record *record)
{
    const struct uvp_analyze_options *const options = &telling->options->analyze;
    const struct uvp_analysis_facts *const facts = uvp_analyze_facts(record);
    struct uvp_analyze_state *const state = telling->state;
    char row[LINE_BYTES];

    if (uvp_outbox_is_silent(telling->lines) ||
        (facts != NULL && !uvp_telling_all(telling) &&
         uvp_analyze_passes(&options->gate, &facts->figures))) {
        return;
    }
    begin_table(telling, state);
    if (facts == NULL) {
        print_why(telling, record);
        return;
    }
    describe_row(row, &facts->figures);
    add(telling, row);
    add_name(telling, record);
    add(telling, facts->made > 0 ? " (unwrapped)" : "");
    add_share(telling, record, facts);
    end_line(telling);
    print_failures(telling, &options->gate, &facts->figures);
    if (is_verbose(telling)) {
        print_block(telling, &facts->figures);
    }
    if (telling->options->settings.analysis.islands) {
        print_islands(telling, facts);
    }
}

/* ---- all of them ---- */

static double mean_of(const struct uvp_analyze_state *state, const char *name)
{
    struct uvp_criterion term = {.scope = UVP_CRITERION_MEAN};

    term.figure = uvp_figure_find(name, strlen(name));
    return uvp_criterion_value_of_all(&term, &state->sums);
}

static double total_of(const struct uvp_analyze_state *state, const char *name,
                       enum uvp_criterion_scope scope)
{
    struct uvp_criterion term = {.scope = scope};

    term.figure = uvp_figure_find(name, strlen(name));
    return uvp_criterion_value_of_all(&term, &state->sums);
}

static void print_sums(struct uvp_telling *telling, const struct uvp_analyze_state *state)
{
    char line[LINE_BYTES];
    char stretch[24];
    char most[24];
    char angle[24];
    char cover[24];

    add_real(stretch, sizeof stretch, mean_of(state, "stretch.mean"), 7, 3);
    add_real(most, sizeof most, total_of(state, "stretch.max", UVP_CRITERION_MAX), 8, 3);
    add_real(angle, sizeof angle, mean_of(state, "angle.mean_degrees"), 7, 2);
    add_real(cover, sizeof cover, mean_of(state, "coverage"), 7, 3);
    (void)snprintf(line, sizeof line, "%-10s %9.0f %7.0f %s %s %s %s %9.0f  %llu meshes", "all",
                   total_of(state, "triangles", UVP_CRITERION_SUM),
                   total_of(state, "islands.count", UVP_CRITERION_SUM), stretch, most, angle,
                   cover, total_of(state, "overlap.pairs", UVP_CRITERION_SUM),
                   (unsigned long long)state->sums.meshes);
    add(telling, line);
    if (state->failing > 0) {
        (void)snprintf(line, sizeof line, ", %llu fail", (unsigned long long)state->failing);
        add(telling, line);
    }
    if (state->bare > 0) {
        (void)snprintf(line, sizeof line, ", %llu without UVs",
                       (unsigned long long)state->bare);
        add(telling, line);
    }
    end_line(telling);
}

static void print_failures_of_all(struct uvp_telling *telling,
                                  const struct uvp_analyze_state *state)
{
    const struct uvp_criteria *const gate = &telling->options->analyze.gate;

    for (uint32_t i = 0; i < gate->count; i++) {
        const struct uvp_criterion *const term = &gate->term[i];
        const double value = uvp_criterion_value_of_all(term, &state->sums);
        char shown[UVP_ANALYZE_VALUE_BYTES];
        char line[LINE_BYTES];
        if (term->scope == UVP_CRITERION_EACH || uvp_criterion_holds(term, value)) {
            continue;
        }
        uvp_analyze_value(shown, term->figure, value, 9);
        (void)snprintf(line, sizeof line, "all fail %.*s: it is %s",
                       term->bytes > 120 ? 120 : (int)term->bytes, term->text, shown);
        add(telling, line);
        end_line(telling);
    }
}

void uvp_analyze_text_end(struct uvp_telling *telling, bool complete)
{
    const struct uvp_analyze_state *const state = telling->state;

    if (uvp_outbox_is_silent(telling->lines) || !complete) {
        return;
    }
    if (uvp_telling_all(telling) && state->sums.meshes > 1) {
        print_sums(telling, state);
    }
    print_failures_of_all(telling, state);
}
