/*
 * analyze --csv: RFC 4180. Names are made harmless as for a terminal, and one that a
 * spreadsheet would take for a formula (= + - @ or a tab first) gets a ' before it. A figure
 * that is not there is an empty field.
 */
#include "tools/uvpipe/analyze_telling.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/escape.h"

#define FIELD_BYTES 2400

static void add(struct uvp_telling *telling, const char *text)
{
    uvp_outbox_add(telling->lines, text);
}

static void end_row(struct uvp_telling *telling)
{
    uvp_outbox_add(telling->lines, "\r\n");
    uvp_outbox_line(telling->lines);
}

/* Quoted where it must be. */
static void add_text(struct uvp_telling *telling, const char *text, size_t bytes)
{
    char safe[FIELD_BYTES];
    char piece[2] = "";

    (void)uvp_escape(safe, sizeof safe, text, bytes);
    add(telling, "\"");
    add(telling, safe[0] != '\0' && strchr("=+-@", safe[0]) != NULL ? "'" : "");
    for (const char *at = safe; *at != '\0';) {
        const size_t plain = strcspn(at, "\"");
        const char rest = at[plain];
        safe[(size_t)(at - safe) + plain] = '\0';
        add(telling, at);
        at += plain;
        if (rest != '\0') {
            piece[0] = rest;
            add(telling, piece);
            add(telling, piece);
            at++;
        }
    }
    add(telling, "\"");
}

static void add_names(struct uvp_telling *telling, const struct uvp_record *record)
{
    add_text(telling, record->input, strlen(record->input));
    add(telling, ",");
    add_text(telling, record->path, record->path_bytes);
}

static void add_number(struct uvp_telling *telling, double value)
{
    char text[40] = "";

    if (isfinite(value)) {
        (void)snprintf(text, sizeof text, ",%.9g", value);
    } else {
        (void)snprintf(text, sizeof text, ",");
    }
    add(telling, text);
}

/* ---- meshes ---- */

static void begin_meshes(struct uvp_telling *telling)
{
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    add(telling, "input,name,status,format,meshes,measured,grade,gate");
    for (uint32_t i = 0; i < count; i++) {
        add(telling, ",");
        add(telling, table[i].name);
    }
    end_row(telling);
}

static void add_mesh(struct uvp_telling *telling, const struct uvp_record *record,
                     const struct uvp_analysis_facts *facts)
{
    const struct uvp_criteria *const gate = &telling->options->analyze.gate;
    const char *grade = "";
    const char *passes = "";
    char text[160];
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    if (facts != NULL) {
        grade = uvp_grade_name(uvp_grades_of(&facts->figures).overall);
        passes = gate->count == 0                            ? ""
                 : uvp_analyze_passes(gate, &facts->figures) ? "passes"
                                                             : "fails";
    }
    add_names(telling, record);
    (void)snprintf(text, sizeof text, ",%s,%s,%u,%u,%s,%s",
                   uvp_member_status_name(record->status),
                   record->format != NULL ? record->format : "", (unsigned)record->meshes,
                   facts != NULL ? (unsigned)facts->meshes : 0U, grade, passes);
    add(telling, text);
    for (uint32_t i = 0; i < count; i++) {
        add_number(telling,
                   facts != NULL ? uvp_figure_of(&facts->figures, &table[i]) : (double)NAN);
    }
    end_row(telling);
}

/* ---- islands ---- */

static void begin_islands(struct uvp_telling *telling)
{
    add(telling, "input,name,mesh,island,triangles,flipped,mirrored,stretch_mean,stretch_max,"
                 "surface_area,uv_area,min_u,min_v,max_u,max_v");
    end_row(telling);
}

static void add_islands(struct uvp_telling *telling, const struct uvp_record *record,
                        const struct uvp_analysis_facts *facts)
{
    const struct uvp_island_row *const row = uvp_analysis_islands(facts);

    for (uint32_t i = 0; i < facts->island_count; i++) {
        char text[120];
        add_names(telling, record);
        (void)snprintf(text, sizeof text, ",%u,%u,%u,%u,%u", (unsigned)row[i].mesh, (unsigned)i,
                       (unsigned)row[i].triangles, (unsigned)row[i].flipped,
                       (unsigned)row[i].mirrored);
        add(telling, text);
        add_number(telling, row[i].stretch_mean);
        add_number(telling, row[i].stretch_max);
        add_number(telling, row[i].surface_area);
        add_number(telling, row[i].uv_area);
        for (int k = 0; k < 4; k++) {
            add_number(telling, row[i].bounds[k]);
        }
        end_row(telling);
    }
}

void uvp_analyze_csv_member(struct uvp_telling *telling, const struct uvp_record *record)
{
    const struct uvp_analysis_facts *const facts = uvp_analyze_facts(record);
    struct uvp_analyze_state *const state = telling->state;
    const bool islands = telling->options->settings.analysis.islands;

    if (uvp_outbox_is_silent(telling->lines)) {
        return;
    }
    if (!state->begun) {
        if (islands) {
            begin_islands(telling);
        } else {
            begin_meshes(telling);
        }
        state->begun = true;
    }
    if (!islands) {
        add_mesh(telling, record, facts);
    } else if (facts != NULL) {
        add_islands(telling, record, facts);
    }
}
