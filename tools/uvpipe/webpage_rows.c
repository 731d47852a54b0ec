#include "tools/uvpipe/webpage_rows.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/analysis/analysis.h"
#include "tools/uvpipe/webpage_text.h"

#define CHUNK_TEXT_BYTES ((size_t)256 << 10)
#define RATIO_STEPS 10000.0
#define MOST_RATIO 1e12  /* what is infinite is shown as that */
#define NONE INT64_C(-1) /* no column has values below 0 */
#define NS_PER_US 1000

/* The columns that every page has. */
enum fixed { FIXED_INPUT, FIXED_STATUS, FIXED_FORMAT, FIXED_TEXT, FIXED_COUNT };

/* ---- what columns hold ---- */

static bool is_mesh(const struct uvp_record *record)
{
    return record->status != UVP_MEMBER_PASSED && record->status != UVP_MEMBER_FAILED;
}

static bool is_made(const struct uvp_record *record)
{
    return record->status == UVP_MEMBER_UNWRAPPED;
}

static bool is_judged(const struct uvp_record *record)
{
    return record->status == UVP_MEMBER_VALID || record->status == UVP_MEMBER_INVALID;
}

static int64_t ratio_of(double value)
{
    return value < MOST_RATIO / RATIO_STEPS ? (int64_t)(value * RATIO_STEPS + 0.5)
                                            : (int64_t)MOST_RATIO;
}

static int64_t value_time(const struct uvp_record *record)
{
    return record->status == UVP_MEMBER_PASSED ? NONE : (int64_t)(record->wall_ns / NS_PER_US);
}

static int64_t value_triangles(const struct uvp_record *record)
{
    if (!is_mesh(record) || record->status == UVP_MEMBER_BARE) {
        return NONE;
    }
    return is_made(record) ? record->atlas.triangles : record->triangles;
}

static int64_t value_vertices(const struct uvp_record *record)
{
    return is_mesh(record) ? record->vertices : NONE;
}

static int64_t value_polygons(const struct uvp_record *record)
{
    return is_mesh(record) ? record->polygons : NONE;
}

static int64_t value_meshes(const struct uvp_record *record)
{
    return is_mesh(record) ? record->meshes : NONE;
}

static int64_t value_mapped(const struct uvp_record *record)
{
    return is_mesh(record) ? record->mapped : NONE;
}

static int64_t value_charts(const struct uvp_record *record)
{
    if (is_made(record)) {
        return record->atlas.charts;
    }
    return is_judged(record) || record->status == UVP_MEMBER_ANALYZED ? record->verdict.charts
                                                                      : NONE;
}

/* What was measured, or NULL. */
static const struct uvp_analysis *figures_of(const struct uvp_record *record)
{
    const struct uvp_analysis_facts *const facts = (const void *)record->facts.data;

    return record->status == UVP_MEMBER_ANALYZED && record->facts.bytes >= sizeof *facts
               ? &facts->figures
               : NULL;
}

#define FIGURE_VALUE(name, field)                                                              \
    static int64_t value_##name(const struct uvp_record *record)                               \
    {                                                                                          \
        const struct uvp_analysis *const figures = figures_of(record);                         \
                                                                                               \
        return figures != NULL && figures->field >= 0 ? ratio_of(figures->field) : NONE;       \
    }

FIGURE_VALUE(sander_max, stretch_linf)
FIGURE_VALUE(sander_mean, stretch_l2)
FIGURE_VALUE(angle_mean, angle_mean_degrees)
FIGURE_VALUE(coverage, coverage)
FIGURE_VALUE(uv_area, uv_area)
FIGURE_VALUE(overlap, overlap_pct)

static int64_t value_stretch_p99(const struct uvp_record *record)
{
    return record->stretch_p99 > 0 ? ratio_of(record->stretch_p99) : NONE;
}

static int64_t value_stretch_max(const struct uvp_record *record)
{
    return is_made(record) ? ratio_of(record->atlas.stretch_max) : NONE;
}

static int64_t value_stretch_mean(const struct uvp_record *record)
{
    return is_made(record) ? ratio_of(record->atlas.stretch_mean) : NONE;
}

static int64_t value_packing(const struct uvp_record *record)
{
    return is_made(record) ? ratio_of(record->atlas.packing_efficiency) : NONE;
}

static int64_t value_seams(const struct uvp_record *record)
{
    return is_made(record) ? ratio_of(record->atlas.seam_length) : NONE;
}

static int64_t value_pages(const struct uvp_record *record)
{
    return is_made(record) ? record->pages : NONE;
}

static int64_t value_degenerate(const struct uvp_record *record)
{
    return is_made(record) ? record->atlas.degenerate_triangles : NONE;
}

static int64_t value_bytes_in(const struct uvp_record *record)
{
    return (int64_t)record->bytes_in;
}

static int64_t value_bytes_out(const struct uvp_record *record)
{
    return (int64_t)record->bytes_out;
}

#define FAULT_VALUE(name)                                                                      \
    static int64_t value_##name(const struct uvp_record *record)                               \
    {                                                                                          \
        return is_judged(record) ? (int64_t)record->verdict.name : NONE;                       \
    }

FAULT_VALUE(flipped)
FAULT_VALUE(collapsed)
FAULT_VALUE(mirrored)
FAULT_VALUE(overlapping)
FAULT_VALUE(outside)
FAULT_VALUE(unmapped)

#define STEP_VALUE(name, step)                                                                 \
    static int64_t value_##name(const struct uvp_record *record)                               \
    {                                                                                          \
        return record->status == UVP_MEMBER_PASSED                                             \
                   ? NONE                                                                      \
                   : (int64_t)(record->step_ns[step] / NS_PER_US);                             \
    }

STEP_VALUE(load, UVP_STEP_LOAD)
STEP_VALUE(decode, UVP_STEP_DECODE)
STEP_VALUE(topology, UVP_STEP_TOPOLOGY)
STEP_VALUE(segment, UVP_STEP_SEGMENT)
STEP_VALUE(flatten, UVP_STEP_FLATTEN)
STEP_VALUE(merge, UVP_STEP_MERGE)
STEP_VALUE(pack, UVP_STEP_PACK)
STEP_VALUE(verify, UVP_STEP_VERIFY)
STEP_VALUE(encode, UVP_STEP_ENCODE)
STEP_VALUE(render, UVP_STEP_RENDER)
STEP_VALUE(make, UVP_STEP_MAKE)

#define JUDGES UVP_FOR_CHECK
#define MAKES UVP_FOR_STREAM
#define WRITES (UVP_FOR_STREAM | UVP_FOR_GEN)
#define HAS_UVS (UVP_FOR_STREAM | UVP_FOR_CHECK | UVP_FOR_ANALYZE)
#define MEASURES UVP_FOR_ANALYZE

static const struct uvp_webpage_column columns[] = {
    {UVP_FOR_ALL, "time", "time", UVP_WEBPAGE_TIME, false, value_time},
    {UVP_FOR_ALL, "triangles", "triangles", UVP_WEBPAGE_COUNT, false, value_triangles},
    {HAS_UVS, "charts", "charts", UVP_WEBPAGE_COUNT, false, value_charts},
    {HAS_UVS, "stretch", "stretch, 99 %", UVP_WEBPAGE_RATIO, false, value_stretch_p99},
    {MAKES, "stretch_max", "stretch, most", UVP_WEBPAGE_RATIO, false, value_stretch_max},
    {MAKES, "stretch_mean", "stretch, mean", UVP_WEBPAGE_RATIO, false, value_stretch_mean},
    {MEASURES, "stretch_max", "stretch, most", UVP_WEBPAGE_RATIO, false, value_sander_max},
    {MEASURES, "stretch_mean", "stretch, mean", UVP_WEBPAGE_RATIO, false, value_sander_mean},
    {MEASURES, "angle", "angle, degrees", UVP_WEBPAGE_RATIO, false, value_angle_mean},
    {MEASURES, "coverage", "coverage", UVP_WEBPAGE_PART, false, value_coverage},
    {MEASURES, "uv_area", "UV area", UVP_WEBPAGE_PART, false, value_uv_area},
    {MEASURES, "overlap", "overlap, %", UVP_WEBPAGE_RATIO, false, value_overlap},
    {MAKES, "packing", "packing", UVP_WEBPAGE_PART, false, value_packing},
    {MAKES, "seams", "seams", UVP_WEBPAGE_RATIO, false, value_seams},
    {JUDGES, "flipped", "flipped", UVP_WEBPAGE_COUNT, false, value_flipped},
    {JUDGES, "collapsed", "collapsed", UVP_WEBPAGE_COUNT, false, value_collapsed},
    {JUDGES, "mirrored", "mirrored", UVP_WEBPAGE_COUNT, false, value_mirrored},
    {JUDGES, "overlapping", "overlapping", UVP_WEBPAGE_COUNT, false, value_overlapping},
    {JUDGES, "outside", "outside", UVP_WEBPAGE_COUNT, false, value_outside},
    {JUDGES, "unmapped", "unmapped", UVP_WEBPAGE_COUNT, false, value_unmapped},
    {UVP_FOR_LIST, "mapped", "with UVs", UVP_WEBPAGE_COUNT, false, value_mapped},
    {UVP_FOR_ALL, "vertices", "vertices", UVP_WEBPAGE_COUNT, false, value_vertices},
    {UVP_FOR_ALL, "polygons", "polygons", UVP_WEBPAGE_COUNT, true, value_polygons},
    {UVP_FOR_ALL, "meshes", "meshes", UVP_WEBPAGE_COUNT, true, value_meshes},
    {MAKES, "pages", "pages", UVP_WEBPAGE_COUNT, true, value_pages},
    {MAKES, "degenerate", "without area", UVP_WEBPAGE_COUNT, true, value_degenerate},
    {UVP_FOR_READING, "size", "size", UVP_WEBPAGE_BYTES, false, value_bytes_in},
    {WRITES, "written", "written", UVP_WEBPAGE_BYTES, true, value_bytes_out},
    {UVP_FOR_READING, "load", "load", UVP_WEBPAGE_TIME, true, value_load},
    {UVP_FOR_READING, "decode", "decode", UVP_WEBPAGE_TIME, true, value_decode},
    {MAKES, "topology", "topology", UVP_WEBPAGE_TIME, true, value_topology},
    {MAKES, "segment", "segment", UVP_WEBPAGE_TIME, true, value_segment},
    {MAKES, "flatten", "flatten", UVP_WEBPAGE_TIME, true, value_flatten},
    {MAKES, "merge", "merge", UVP_WEBPAGE_TIME, true, value_merge},
    {MAKES, "pack", "pack", UVP_WEBPAGE_TIME, true, value_pack},
    {HAS_UVS, "verify", "verify", UVP_WEBPAGE_TIME, true, value_verify},
    {UVP_FOR_GEN, "make", "make", UVP_WEBPAGE_TIME, true, value_make},
    {WRITES, "encode", "encode", UVP_WEBPAGE_TIME, true, value_encode},
    {WRITES, "render", "render", UVP_WEBPAGE_TIME, true, value_render},
};

_Static_assert(sizeof columns / sizeof columns[0] <= UVP_WEBPAGE_COLUMNS, "room for all");

/* ---- one chunk ---- */

static int64_t *column_of(const struct uvp_webpage_rows *rows, uint32_t column)
{
    return rows->cells + (size_t)column * UVP_WEBPAGE_CHUNK_ROWS;
}

/* Inputs come one after the other, so the search ends where it begins. */
static uint32_t find_input(struct uvp_webpage_rows *rows, const char *input)
{
    const struct uvp_settings *const settings = &rows->options->settings;

    for (uint32_t i = 0; i < settings->input_count; i++) {
        const uint32_t at = (rows->last_input + i) % settings->input_count;

        if (settings->inputs[at] == input) {
            rows->last_input = at;
            return at;
        }
    }
    return 0;
}

static int64_t find_format(struct uvp_webpage_rows *rows, const char *format)
{
    for (uint32_t i = 0; format != NULL && i < rows->format_count; i++) {
        if (rows->formats[i] == format || strcmp(rows->formats[i], format) == 0) {
            return i;
        }
    }
    if (format == NULL || rows->format_count == UVP_WEBPAGE_FORMATS) {
        return NONE;
    }
    rows->formats[rows->format_count] = format;
    return rows->format_count++;
}

static const char *text_of(const struct uvp_record *record)
{
    switch (record->status) {
    case UVP_MEMBER_PASSED:
        return record->reason;
    case UVP_MEMBER_FAILED:
        return record->error.text;
    default:
        return record->note;
    }
}

/* The same few reasons come again and again: the last ones are remembered by where they lie in
 * `texts`. Returns the place of the text from 1 on; 0: there is none. */
static int64_t add_text(struct uvp_webpage_rows *rows, const char *text)
{
    struct uvp_buf *const all = &rows->texts.text;
    const size_t before = all->bytes;
    struct uvp_webpage_text *const oldest =
        &rows->recent[rows->text_count % UVP_WEBPAGE_RECENT];
    size_t at;

    if (text == NULL || *text == '\0') {
        return 0;
    }
    uvp_outbox_add(&rows->texts, rows->text_count == 0 ? "" : ",");
    at = all->bytes;
    uvp_webpage_string(&rows->texts, text, strlen(text));
    for (uint32_t i = 0; i < UVP_WEBPAGE_RECENT && i < rows->text_count; i++) {
        const struct uvp_webpage_text *const known = &rows->recent[i];

        if (known->bytes == all->bytes - at &&
            memcmp(all->data + known->at, all->data + at, known->bytes) == 0) {
            all->bytes = before;
            return known->number;
        }
    }
    rows->text_count++;
    *oldest = (struct uvp_webpage_text){at, all->bytes - at, rows->text_count};
    return rows->text_count;
}

/* ---- JSON ---- */

/* What all rows have, once; or an array. */
static void put_column(const struct uvp_webpage_rows *rows, uint32_t column)
{
    const int64_t *const cells = column_of(rows, column);
    bool alike = true;

    for (uint32_t i = 1; alike && i < rows->count; i++) {
        alike = cells[i] == cells[0];
    }
    if (alike) {
        uvp_webpage_number(rows->outbox, cells[0]);
        return;
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        uvp_outbox_add(rows->outbox, i == 0 ? "[" : ",");
        uvp_webpage_number(rows->outbox, cells[i]);
    }
    uvp_outbox_add(rows->outbox, "]");
}

static void put_seqs(const struct uvp_webpage_rows *rows)
{
    bool count_up = true;

    for (uint32_t i = 1; count_up && i < rows->count; i++) {
        count_up = rows->seqs[i] == rows->seqs[0] + i;
    }
    if (count_up) {
        uvp_webpage_number(rows->outbox, (int64_t)rows->seqs[0]);
        return;
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        uvp_outbox_add(rows->outbox, i == 0 ? "[" : ",");
        uvp_webpage_number(rows->outbox, (int64_t)rows->seqs[i]);
    }
    uvp_outbox_add(rows->outbox, "]");
}

static void put_texts(struct uvp_webpage_rows *rows, const char *key, struct uvp_outbox *texts)
{
    uvp_webpage_key(rows->outbox, key);
    uvp_outbox_add(rows->outbox, "[");
    uvp_webpage_json(rows->outbox, uvp_buf_span(&texts->text));
    uvp_outbox_add(rows->outbox, "]");
    if (texts->failure.code != UVP_OK && rows->outbox->failure.code == UVP_OK) {
        rows->outbox->failure = texts->failure;
    }
    uvp_buf_reset(&texts->text);
}

static void put_fixed(const struct uvp_webpage_rows *rows)
{
    static const char *const keys[FIXED_COUNT] = {"input", "status", "format", "text"};

    for (uint32_t i = 0; i < FIXED_COUNT; i++) {
        uvp_webpage_key(rows->outbox, keys[i]);
        put_column(rows, i);
    }
}

void uvp_webpage_rows_flush(struct uvp_webpage_rows *rows)
{
    struct uvp_outbox *const outbox = rows->outbox;

    if (rows->count == 0) {
        return;
    }
    uvp_outbox_add(outbox, "<script type=\"application/json\" class=\"rows\">{");
    uvp_webpage_key(outbox, "n");
    uvp_webpage_number(outbox, rows->count);
    uvp_webpage_key(outbox, "seq");
    put_seqs(rows);
    put_texts(rows, "name", &rows->names);
    put_texts(rows, "texts", &rows->texts);
    put_fixed(rows);
    uvp_webpage_key(outbox, "cells");
    for (uint32_t i = 0; i < rows->column_count; i++) {
        uvp_outbox_add(outbox, i == 0 ? "[" : ",");
        put_column(rows, FIXED_COUNT + i);
    }
    uvp_outbox_add(outbox, "]}</script>\n");
    uvp_outbox_line(outbox);
    rows->count = 0;
    rows->text_count = 0;
}

void uvp_webpage_rows_add(struct uvp_webpage_rows *rows, const struct uvp_record *record)
{
    const uint32_t row = rows->count;

    if (uvp_outbox_is_silent(rows->outbox)) {
        return;
    }
    rows->seqs[row] = record->seq;
    column_of(rows, FIXED_INPUT)[row] = find_input(rows, record->input);
    column_of(rows, FIXED_STATUS)[row] = record->status;
    column_of(rows, FIXED_FORMAT)[row] = find_format(rows, record->format);
    column_of(rows, FIXED_TEXT)[row] = add_text(rows, text_of(record));
    for (uint32_t i = 0; i < rows->column_count; i++) {
        column_of(rows, FIXED_COUNT + i)[row] = rows->columns[i]->value(record);
    }
    if (row != 0) {
        uvp_outbox_add(&rows->names, ",");
    }
    uvp_webpage_string(&rows->names, record->path, record->path_bytes);
    rows->count++;
    rows->total++;
    if (rows->count == UVP_WEBPAGE_CHUNK_ROWS ||
        rows->names.text.bytes + rows->texts.text.bytes > CHUNK_TEXT_BYTES) {
        uvp_webpage_rows_flush(rows);
    }
}

/* ---- what it all means ---- */

static void describe_column(struct uvp_outbox *outbox, const struct uvp_webpage_column *column)
{
    static const char *const kinds[] = {"count", "bytes", "time", "ratio", "part"};

    uvp_outbox_add(outbox, "{");
    uvp_webpage_key(outbox, "key");
    uvp_webpage_string(outbox, column->key, strlen(column->key));
    uvp_webpage_key(outbox, "title");
    uvp_webpage_string(outbox, column->title, strlen(column->title));
    uvp_webpage_key(outbox, "kind");
    uvp_webpage_string(outbox, kinds[column->kind], strlen(kinds[column->kind]));
    uvp_webpage_key(outbox, "detail");
    uvp_outbox_add(outbox, column->detail ? "true}" : "false}");
}

static void describe_inputs(const struct uvp_webpage_rows *rows)
{
    const struct uvp_settings *const settings = &rows->options->settings;

    uvp_webpage_key(rows->outbox, "inputs");
    uvp_outbox_add(rows->outbox, settings->input_count == 0 ? "[\"-\"" : "[");
    for (uint32_t i = 0; i < settings->input_count; i++) {
        uvp_outbox_add(rows->outbox, i == 0 ? "" : ",");
        uvp_webpage_string(rows->outbox, settings->inputs[i], strlen(settings->inputs[i]));
    }
    uvp_outbox_add(rows->outbox, "]");
}

void uvp_webpage_rows_describe(const struct uvp_webpage_rows *rows)
{
    struct uvp_outbox *const outbox = rows->outbox;

    uvp_webpage_key(outbox, "columns");
    for (uint32_t i = 0; i < rows->column_count; i++) {
        uvp_outbox_add(outbox, i == 0 ? "[" : ",");
        describe_column(outbox, rows->columns[i]);
    }
    uvp_outbox_add(outbox, "]");
    uvp_webpage_key(outbox, "statuses");
    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        const char *const name = uvp_member_status_name((enum uvp_member_status)i);

        uvp_outbox_add(outbox, i == 0 ? "[" : ",");
        uvp_webpage_string(outbox, name, strlen(name));
    }
    uvp_outbox_add(outbox, "]");
    uvp_webpage_key(outbox, "formats");
    uvp_outbox_add(outbox, "[");
    for (uint32_t i = 0; i < rows->format_count; i++) {
        uvp_outbox_add(outbox, i == 0 ? "" : ",");
        uvp_webpage_string(outbox, rows->formats[i], strlen(rows->formats[i]));
    }
    uvp_outbox_add(outbox, "]");
    describe_inputs(rows);
}

/* ---- life ---- */

enum uvp_code uvp_webpage_rows_init(struct uvp_webpage_rows *rows,
                                    const struct uvp_options *options,
                                    struct uvp_outbox *outbox, struct uvp_mem *mem,
                                    struct uvp_error *err)
{
    size_t numbers = UVP_WEBPAGE_CHUNK_ROWS;

    memset(rows, 0, sizeof *rows);
    rows->outbox = outbox;
    rows->mem = mem;
    rows->options = options;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if ((columns[i].commands & UVP_FOR(options->command)) != 0) {
            rows->columns[rows->column_count++] = &columns[i];
        }
    }
    numbers *= 1 + FIXED_COUNT + (size_t)rows->column_count;
    rows->bytes = numbers * sizeof(int64_t);
    rows->seqs = uvp_mem_take(mem, rows->bytes);
    if (rows->seqs == NULL) {
        return uvp_fail_memory(err, rows->bytes);
    }
    rows->cells = (int64_t *)(rows->seqs + UVP_WEBPAGE_CHUNK_ROWS);
    uvp_outbox_init(&rows->names, mem);
    uvp_outbox_init(&rows->texts, mem);
    rows->names.name = "names";
    rows->texts.name = "texts";
    return UVP_OK;
}

void uvp_webpage_rows_release(struct uvp_webpage_rows *rows)
{
    if (rows->seqs == NULL) {
        return;
    }
    uvp_mem_give(rows->mem, rows->seqs, rows->bytes);
    uvp_buf_release(&rows->names.text);
    uvp_buf_release(&rows->texts.text);
    rows->seqs = NULL;
}
