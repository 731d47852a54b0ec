/*
 * Objects are made by jansson, so that what is written is JSON whatever a name holds: text that
 * is not UTF-8 goes in escaped, with its bytes in base16 beside it. Numbers that JSON does not
 * have (infinite stretch) are null. Insertion order is kept: the same run gives the same keys
 * in the same places.
 */
#include "tools/uvpipe/ledger.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/command.h"
#include "tools/uvpipe/escape.h"
#include "tools/uvpipe/options_mesh.h"

#define FIGURES 9 /* significant ones of a real number: more than any of them has */

/* ---- values: NULL when memory is out, and object_set then fails in one place ---- */

static json_t *integer_of(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *real_of(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *seconds_of(uint64_t ns)
{
    return json_real((double)ns / (double)UVP_NS_PER_S);
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

/* Any bytes as a string: escaped where they are not UTF-8. */
static json_t *safe_text(struct uvp_mem *mem, const char *text, size_t bytes)
{
    const size_t room = UVP_ESCAPE_BOUND(bytes) + 4;
    char *safe = uvp_mem_take(mem, room);
    json_t *value = NULL;

    if (safe == NULL) {
        return NULL;
    }
    value = json_stringn(safe, uvp_escape_invalid(safe, room, text, bytes));
    uvp_mem_give(mem, safe, room);
    return value;
}

static json_t *base16_text(struct uvp_mem *mem, const char *text, size_t bytes)
{
    char *hex = uvp_mem_take(mem, 2 * bytes + 1);
    json_t *value = NULL;

    if (hex == NULL) {
        return NULL;
    }
    uvp_base16(hex, text, bytes);
    value = json_stringn(hex, 2 * bytes);
    uvp_mem_give(mem, hex, 2 * bytes + 1);
    return value;
}

/* An object under construction; `failed` once any part could not be made. */
struct object {
    json_t *json;
    bool failed;
};

static void set(struct object *object, const char *key, json_t *value)
{
    if (json_object_set_new(object->json, key, value) != 0) {
        object->failed = true;
    }
}

static void begin(struct object *object, const char *type)
{
    object->json = json_object();
    object->failed = object->json == NULL;
    set(object, "type", json_string(type));
    set(object, "version", json_integer(UVP_LEDGER_VERSION));
}

/* "input" and "input_bytes", "name" and "name_bytes". */
static void set_name(struct object *object, struct uvp_mem *mem, const char *key,
                     const char *bytes_key, const char *text, size_t bytes)
{
    set(object, key, safe_text(mem, text, bytes));
    if (!uvp_utf8_is_valid(text, bytes)) {
        set(object, bytes_key, base16_text(mem, text, bytes));
    }
}

static json_t *error_object(struct uvp_mem *mem, const struct uvp_error *error)
{
    struct object object = {json_object(), false};

    object.failed = object.json == NULL;
    set(&object, "code", json_string(uvp_code_name(error->code)));
    set(&object, "text", safe_text(mem, error->text, strlen(error->text)));
    set(&object, "at", integer_of(error->at));
    if (object.failed) {
        json_decref(object.json);
        return NULL;
    }
    return object.json;
}

/* ---- lines ---- */

static int append_chunk(const char *data, size_t bytes, void *ctx)
{
    return uvp_buf_append(ctx, data, bytes, NULL) == UVP_OK ? 0 : -1;
}

static enum uvp_code append_object(struct uvp_buf *text, const struct object *object,
                                   struct uvp_error *err)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(FIGURES);
    const size_t before = text->bytes;

    if (object->failed || json_dump_callback(object->json, append_chunk, text, flags) != 0 ||
        append_chunk("\n", 1, text) != 0) {
        text->bytes = before;
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for a line of the report");
    }
    return UVP_OK;
}

/* Appends the object, lets out what is due, and frees the object. */
static void finish(struct uvp_ledger *ledger, struct object *object)
{
    struct uvp_outbox *const outbox = &ledger->outbox;

    if (append_object(&outbox->text, object, &outbox->failure) == UVP_OK) {
        uvp_outbox_line(outbox);
    }
    json_decref(object->json);
}

static bool is_silent(const struct uvp_ledger *ledger)
{
    return uvp_outbox_is_silent(&ledger->outbox);
}

void uvp_ledger_init(struct uvp_ledger *ledger, struct uvp_mem *mem)
{
    uvp_outbox_init(&ledger->outbox, mem);
}

enum uvp_code uvp_ledger_open(struct uvp_ledger *ledger, const char *path,
                              struct uvp_error *err)
{
    return path == NULL ? UVP_OK : uvp_outbox_open(&ledger->outbox, path, err);
}

/* ---- members ---- */

static json_t *member_seconds(const struct uvp_record *record)
{
    struct object object = {json_object(), false};

    object.failed = object.json == NULL;
    for (int i = 0; i < UVP_STEP_COUNT; i++) {
        set(&object, uvp_member_step_name((enum uvp_member_step)i),
            seconds_of(record->step_ns[i]));
    }
    set(&object, "total", seconds_of(record->wall_ns));
    if (object.failed) {
        json_decref(object.json);
        return NULL;
    }
    return object.json;
}

static json_t *verdict_object(const struct uvp_atlas_verdict *verdict)
{
    struct object object = {json_object(), false};

    object.failed = object.json == NULL;
    set(&object, "flipped", integer_of(verdict->flipped));
    set(&object, "collapsed", integer_of(verdict->collapsed));
    set(&object, "mirrored", integer_of(verdict->mirrored));
    set(&object, "overlapping", integer_of(verdict->overlapping));
    set(&object, "outside", integer_of(verdict->outside));
    set(&object, "off_lattice", integer_of(verdict->off_lattice));
    set(&object, "unmapped", integer_of(verdict->unmapped));
    set(&object, "overlapping_more", json_boolean(verdict->overlapping_more));
    if (object.failed) {
        json_decref(object.json);
        return NULL;
    }
    return object.json;
}

static void set_atlas(struct object *object, const struct uvp_atlas_stats *stats)
{
    set(object, "triangles", integer_of(stats->triangles));
    set(object, "degenerate_triangles", integer_of(stats->degenerate_triangles));
    set(object, "turned_triangles", integer_of(stats->turned_triangles));
    set(object, "charts", integer_of(stats->charts));
    set(object, "single_triangle_charts", integer_of(stats->single_triangle_charts));
    set(object, "stretch_max", real_of(stats->stretch_max));
    set(object, "stretch_mean", real_of(stats->stretch_mean));
    set(object, "packing_efficiency", real_of(stats->packing_efficiency));
    set(object, "seam_length", real_of(stats->seam_length));
}

/* What there is besides the member under its name. */
static void set_product(struct object *object, const struct uvp_record *record)
{
    set(object, "note", text_or_null(record->note));
    set(object, "added", text_or_null(record->added));
    set(object, "replaced", json_boolean(record->replaced));
}

static void set_mesh(struct object *object, const struct uvp_record *record)
{
    set(object, "seconds", member_seconds(record));
    set(object, "meshes", integer_of(record->meshes));
    set(object, "mapped", integer_of(record->mapped));
    set(object, "vertices", integer_of(record->vertices));
    set(object, "polygons", integer_of(record->polygons));
    if (record->status == UVP_MEMBER_VALID || record->status == UVP_MEMBER_INVALID) {
        set(object, "triangles", integer_of(record->triangles));
        set(object, "charts", integer_of(record->verdict.charts));
        set(object, "verdict", verdict_object(&record->verdict));
    }
    if (record->status == UVP_MEMBER_LISTED) {
        set(object, "triangles", integer_of(record->triangles));
    }
    if (record->status == UVP_MEMBER_UNWRAPPED) {
        set_product(object, record);
        set_atlas(object, &record->atlas);
        set(object, "pages", integer_of(record->pages));
        set(object, "density_reached", json_boolean(record->atlas.density_reached));
        set(object, "verified", json_boolean(record->verified));
        set(object, "verdict", verdict_object(&record->verdict));
    }
}

void uvp_ledger_member(struct uvp_ledger *ledger, const struct uvp_record *record)
{
    struct uvp_mem *mem = ledger->outbox.text.mem;
    struct object object;

    if (is_silent(ledger)) {
        return;
    }
    begin(&object, "member");
    set(&object, "seq", integer_of(record->seq));
    set_name(&object, mem, "input", "input_bytes", record->input, strlen(record->input));
    set_name(&object, mem, "name", "name_bytes", record->path, record->path_bytes);
    set(&object, "status", json_string(uvp_member_status_name(record->status)));
    if (record->status == UVP_MEMBER_PASSED) {
        const char *reason = record->reason != NULL ? record->reason : "";
        set(&object, "reason", safe_text(mem, reason, strlen(reason)));
    }
    if (record->status == UVP_MEMBER_FAILED) {
        set(&object, "error", error_object(mem, &record->error));
        set(&object, "dropped", json_boolean(record->dropped));
    }
    set(&object, "format", text_or_null(record->format));
    set(&object, "bytes_in", integer_of(record->bytes_in));
    set(&object, "bytes_out", integer_of(record->bytes_out));
    if (record->status != UVP_MEMBER_PASSED) {
        set_mesh(&object, record);
    }
    finish(ledger, &object);
}

void uvp_ledger_warning(struct uvp_ledger *ledger, const char *input,
                        const struct uvp_error *warning)
{
    struct uvp_mem *mem = ledger->outbox.text.mem;
    struct object object;

    if (is_silent(ledger)) {
        return;
    }
    begin(&object, "warning");
    set_name(&object, mem, "input", "input_bytes", input, strlen(input));
    set(&object, "error", error_object(mem, warning));
    finish(ledger, &object);
}

/* ---- the run ---- */

/* "auto", or a number. */
static json_t *pages_of(uint32_t pages)
{
    if (pages == UVP_ATLAS_PAGES_AUTO) {
        return json_string("auto");
    }
    return json_integer(pages == 0 ? 1 : pages);
}

static json_t *given_or_null(float value)
{
    return value > 0 ? real_of((double)value) : json_null();
}

static void set_atlas_options(struct object *object, const struct uvp_atlas_options *atlas)
{
    set(object, "preset", json_string(uvp_atlas_preset_name(atlas->preset)));
    set(object, "max_stretch", given_or_null(atlas->max_stretch));
    set(object, "max_chart_triangles",
        atlas->max_chart_triangles != 0 ? integer_of(atlas->max_chart_triangles) : json_null());
    set(object, "seam_angle", given_or_null(atlas->seam_degrees));
    set(object, "seam_material", json_boolean(atlas->seam_groups));
    set(object, "keep_charts", json_boolean(atlas->keep_charts));
    set(object, "fix_winding", json_boolean(atlas->fix_winding));
    set(object, "whole_charts", json_boolean(atlas->whole_charts));
    set(object, "resolution", integer_of(atlas->resolution_texels));
    set(object, "padding", real_of((double)atlas->padding_texels));
    set(object, "texels_per_unit", given_or_null(atlas->texels_per_unit));
    set(object, "pages", pages_of(atlas->pages));
    set(object, "pack_effort", integer_of(atlas->pack_effort == 0 ? 1 : atlas->pack_effort));
}

static void set_stream_options(struct object *object, const struct uvp_settings *settings)
{
    static const char *const on_error[] = {"pass", "drop", "stop"};
    const struct uvp_mesh_choices choices = uvp_mesh_choices(&settings->mesh);

    set(object, "dry_run", json_boolean(settings->dry_run));
    set_atlas_options(object, &settings->atlas);
    set(object, "existing", json_string(choices.existing));
    set(object, "ply_uv", json_string(choices.ply_uv));
    set(object, "stl", json_string(choices.stl));
    set(object, "stl_to", json_string(choices.stl_to));
    set(object, "off", json_string(choices.off));
    set(object, "texcoord", integer_of(settings->mesh.texcoord));
    set(object, "uv_type", json_string(choices.uv_type));
    set(object, "gltf_atlas", json_string(choices.gltf_atlas));
    set(object, "on_error", json_string(on_error[settings->on_error]));
    set(object, "max_errors", integer_of(settings->max_errors));
    set(object, "format",
        settings->container_given ? json_string(uvp_container_name(settings->container))
                                  : json_null());
    set(object, "compress",
        settings->codec_given ? json_string(uvp_codec_name(settings->codec)) : json_null());
    set(object, "level", settings->level_given ? json_integer(settings->level) : json_null());
}

static json_t *faults_of(unsigned faults)
{
    json_t *const list = json_array();
    const char *name;

    for (unsigned i = 0; list != NULL && (name = uvp_fault_name(i)) != NULL; i++) {
        if ((faults & 1U << i) != 0 && json_array_append_new(list, json_string(name)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *options_object(const struct uvp_options *options)
{
    const struct uvp_settings *settings = &options->settings;
    struct object object = {json_object(), false};

    object.failed = object.json == NULL;
    set(&object, "workers", integer_of(options->line.workers));
    set(&object, "readers", integer_of(options->line.readers));
    set(&object, "memory", integer_of(options->line.budget_bytes));
    set(&object, "unordered", json_boolean(options->line.unordered));
    set(&object, "member_timeout", seconds_of(settings->member_timeout_ns));
    if (options->command == UVP_COMMAND_CHECK) {
        set(&object, "allow", faults_of(settings->allowed));
        set(&object, "pages", pages_of(settings->atlas.pages));
    } else if (options->command == UVP_COMMAND_STREAM) {
        set_stream_options(&object, settings);
    }
    if (object.failed) {
        json_decref(object.json);
        return NULL;
    }
    return object.json;
}

/* A run that unwraps checks nothing, and the other way around. */
static bool can_end_as(enum uvp_command command, enum uvp_member_status status)
{
    switch (status) {
    case UVP_MEMBER_PASSED:
    case UVP_MEMBER_FAILED:
        return true;
    case UVP_MEMBER_UNWRAPPED:
        return command == UVP_COMMAND_STREAM;
    case UVP_MEMBER_LISTED:
        return command == UVP_COMMAND_LIST;
    default:
        return command == UVP_COMMAND_CHECK;
    }
}

static void set_counts(struct object *object, enum uvp_command command,
                       const struct uvp_progress *progress)
{
    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        const enum uvp_member_status status = (enum uvp_member_status)i;
        if (can_end_as(command, status)) {
            set(object, status == UVP_MEMBER_BARE ? "no_uvs" : uvp_member_status_name(status),
                integer_of(progress->members_by_status[i]));
        }
    }
    set(object, "members", integer_of(progress->members_read));
    set(object, "dropped", integer_of(progress->dropped));
    set(object, "warnings", integer_of(progress->warnings));
    set(object, "bytes_in", integer_of(progress->bytes_in));
    set(object, "bytes_out", integer_of(progress->bytes_out));
    set(object, "triangles", integer_of(progress->triangles));
}

static void set_figures(struct object *object, const struct uvp_figures *figures)
{
    set(object, "charts", integer_of(figures->charts));
    set(object, "degenerate_triangles", integer_of(figures->degenerate_triangles));
    set(object, "wall_seconds", seconds_of(figures->wall_ns));
    set(object, "cpu_seconds", seconds_of(figures->cpu_ns));
    set(object, "mesh_seconds", seconds_of(figures->progress.mesh_ns));
    set(object, "mean_mesh_seconds", seconds_of(figures->mean_ns));
    set(object, "p95_mesh_seconds", seconds_of(figures->p95_ns));
    set(object, "bytes_per_second", real_of(figures->bytes_a_second));
    set(object, "triangles_per_second", real_of(figures->triangles_a_second));
    set(object, "speed_up", real_of(figures->speed_up));
    set(object, "peak_bytes", integer_of(figures->peak_bytes));
}

void uvp_ledger_run(struct uvp_ledger *ledger, const struct uvp_options *options,
                    const struct uvp_figures *figures, const struct uvp_ending *ending)
{
    const bool failed = ending->failure != NULL && ending->failure->code != UVP_OK;
    struct object object;

    if (is_silent(ledger)) {
        return;
    }
    begin(&object, "run");
    set(&object, "exit_code", json_integer(ending->exit_code));
    set(&object, "signal", ending->signal != 0 ? json_integer(ending->signal) : json_null());
    set(&object, "error",
        failed ? error_object(ledger->outbox.text.mem, ending->failure) : json_null());
    set_counts(&object, options->command, &figures->progress);
    set_figures(&object, figures);
    set(&object, "command", json_string(uvp_command_of(options->command)->name));
    set(&object, "options", options_object(options));
    finish(ledger, &object);
}

void uvp_ledger_take_stdout(struct uvp_ledger *ledger)
{
    uvp_outbox_take_stdout(&ledger->outbox);
}

enum uvp_code uvp_ledger_close(struct uvp_ledger *ledger, struct uvp_error *err)
{
    return uvp_outbox_close(&ledger->outbox, err);
}
