/* What each object of the report holds. docs/report.md is the schema. */
#include "tools/uvpipe/ledger.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/command.h"
#include "tools/uvpipe/json_object.h"
#include "tools/uvpipe/manifest.h"
#include "tools/uvpipe/options_mesh.h"

static bool is_silent(const struct uvp_ledger *ledger)
{
    return uvp_outbox_is_silent(&ledger->outbox);
}

void uvp_ledger_init(struct uvp_ledger *ledger, struct uvp_mem *mem)
{
    ledger->manifest = NULL;
    uvp_outbox_init(&ledger->outbox, mem);
    ledger->more = (struct uvp_ledger_more){NULL, NULL, NULL};
}

enum uvp_code uvp_ledger_open(struct uvp_ledger *ledger, const char *path,
                              struct uvp_error *err)
{
    return path == NULL ? UVP_OK : uvp_outbox_open(&ledger->outbox, path, err);
}

/* ---- members ---- */

static json_t *member_seconds(const struct uvp_record *record)
{
    struct uvp_json_object object = uvp_json_object();

    for (int i = 0; i < UVP_STEP_COUNT; i++) {
        if (i == UVP_STEP_MAKE && record->status != UVP_MEMBER_MADE) {
            continue; /* a step of gen alone */
        }
        uvp_json_set(&object, uvp_member_step_name((enum uvp_member_step)i),
                     uvp_json_seconds(record->step_ns[i]));
    }
    uvp_json_set(&object, "total", uvp_json_seconds(record->wall_ns));
    return uvp_json_value(&object);
}

static json_t *verdict_object(const struct uvp_atlas_verdict *verdict)
{
    struct uvp_json_object object = uvp_json_object();

    uvp_json_set(&object, "flipped", uvp_json_integer(verdict->flipped));
    uvp_json_set(&object, "collapsed", uvp_json_integer(verdict->collapsed));
    uvp_json_set(&object, "mirrored", uvp_json_integer(verdict->mirrored));
    uvp_json_set(&object, "overlapping", uvp_json_integer(verdict->overlapping));
    uvp_json_set(&object, "outside", uvp_json_integer(verdict->outside));
    uvp_json_set(&object, "off_lattice", uvp_json_integer(verdict->off_lattice));
    uvp_json_set(&object, "unmapped", uvp_json_integer(verdict->unmapped));
    uvp_json_set(&object, "overlapping_more", json_boolean(verdict->overlapping_more));
    return uvp_json_value(&object);
}

static void set_atlas(struct uvp_json_object *object, const struct uvp_atlas_stats *stats)
{
    uvp_json_set(object, "triangles", uvp_json_integer(stats->triangles));
    uvp_json_set(object, "degenerate_triangles", uvp_json_integer(stats->degenerate_triangles));
    uvp_json_set(object, "turned_triangles", uvp_json_integer(stats->turned_triangles));
    uvp_json_set(object, "charts", uvp_json_integer(stats->charts));
    uvp_json_set(object, "single_triangle_charts",
                 uvp_json_integer(stats->single_triangle_charts));
    uvp_json_set(object, "stretch_max", uvp_json_real(stats->stretch_max));
    uvp_json_set(object, "stretch_mean", uvp_json_real(stats->stretch_mean));
    uvp_json_set(object, "packing_efficiency", uvp_json_real(stats->packing_efficiency));
    uvp_json_set(object, "seam_length", uvp_json_real(stats->seam_length));
}

/* What there is besides the member under its name. */
static void set_product(struct uvp_json_object *object, const struct uvp_record *record)
{
    uvp_json_set(object, "note", uvp_json_text_or_null(record->note));
    uvp_json_set(object, "added", uvp_json_text_or_null(record->added));
    uvp_json_set(object, "replaced", json_boolean(record->replaced));
}

static void set_picture(struct uvp_json_object *object, const struct uvp_record *record)
{
    struct uvp_picture_facts facts;

    if (record->facts.bytes != sizeof facts) {
        return;
    }
    memcpy(&facts, record->facts.data, sizeof facts);
    uvp_json_set(object, "triangles", uvp_json_integer(facts.triangles));
    uvp_json_set(object, "charts", uvp_json_integer(facts.charts));
    uvp_json_set(object, "flipped", uvp_json_integer(facts.flipped));
    uvp_json_set(object, "width", uvp_json_integer(facts.width));
    uvp_json_set(object, "height", uvp_json_integer(facts.height));
    uvp_json_set(object, "layout", json_boolean(facts.has_layout));
    uvp_json_set(object, "scene", json_boolean(facts.has_mesh));
}

/* Meshes by where their atlas came from. */
static void set_found(struct uvp_json_object *object, uint64_t solved, uint64_t twins,
                      uint64_t resumed, uint64_t cached)
{
    uvp_json_set(object, "solved", uvp_json_integer(solved));
    uvp_json_set(object, "duplicates", uvp_json_integer(twins));
    uvp_json_set(object, "resumed", uvp_json_integer(resumed));
    uvp_json_set(object, "cached", uvp_json_integer(cached));
}

static void set_mesh(struct uvp_json_object *object, const struct uvp_record *record)
{
    uvp_json_set(object, "seconds", member_seconds(record));
    uvp_json_set(object, "meshes", uvp_json_integer(record->meshes));
    uvp_json_set(object, "mapped", uvp_json_integer(record->mapped));
    uvp_json_set(object, "vertices", uvp_json_integer(record->vertices));
    uvp_json_set(object, "polygons", uvp_json_integer(record->polygons));
    if (record->status == UVP_MEMBER_VALID || record->status == UVP_MEMBER_INVALID) {
        uvp_json_set(object, "triangles", uvp_json_integer(record->triangles));
        uvp_json_set(object, "charts", uvp_json_integer(record->verdict.charts));
        uvp_json_set(object, "verdict", verdict_object(&record->verdict));
    }
    if (record->status == UVP_MEMBER_LISTED || record->status == UVP_MEMBER_MADE) {
        uvp_json_set(object, "triangles", uvp_json_integer(record->triangles));
    }
    if (record->status == UVP_MEMBER_RENDERED) {
        set_product(object, record);
        set_picture(object, record);
    }
    if (record->status == UVP_MEMBER_UNWRAPPED) {
        set_product(object, record);
        set_atlas(object, &record->atlas);
        set_found(object, record->found[UVP_FOUND_NOT], record->found[UVP_FOUND_TWIN],
                  record->found[UVP_FOUND_JOURNAL], record->found[UVP_FOUND_CACHE]);
        uvp_json_set(object, "pages", uvp_json_integer(record->pages));
        uvp_json_set(object, "density_reached", json_boolean(record->atlas.density_reached));
        uvp_json_set(object, "verified", json_boolean(record->verified));
        uvp_json_set(object, "verdict", verdict_object(&record->verdict));
    }
}

static void set_param(void *ctx, const struct uvp_option *row, const char *value)
{
    uvp_json_set(ctx, row->name,
                 row->argument == NULL ? json_boolean(uvp_option_is_on(value))
                                       : json_string(value));
}

/* What was said of this member alone. */
static void set_params(const struct uvp_ledger *ledger, struct uvp_json_object *object,
                       const struct uvp_record *record)
{
    const struct uvp_span path = uvp_span_of(record->path, record->path_bytes);
    struct uvp_json_object params;

    if (ledger->manifest == NULL) {
        return;
    }
    params = uvp_json_object();
    (void)uvp_manifest_each(ledger->manifest, record->input, path, set_param, &params);
    uvp_json_set(object, "params", uvp_json_value(&params));
}

void uvp_ledger_member(struct uvp_ledger *ledger, const struct uvp_record *record)
{
    struct uvp_mem *mem = ledger->outbox.text.mem;
    struct uvp_json_object object;

    if (is_silent(ledger)) {
        return;
    }
    uvp_json_begin(&object, "member");
    uvp_json_set(&object, "seq", uvp_json_integer(record->seq));
    uvp_json_set_name(&object, mem, "input", "input_bytes", record->input,
                      strlen(record->input));
    uvp_json_set_name(&object, mem, "name", "name_bytes", record->path, record->path_bytes);
    uvp_json_set(&object, "status", json_string(uvp_member_status_name(record->status)));
    if (record->status == UVP_MEMBER_PASSED) {
        const char *reason = record->reason != NULL ? record->reason : "";
        uvp_json_set(&object, "reason", uvp_json_text(mem, reason, strlen(reason)));
    }
    if (record->status == UVP_MEMBER_FAILED) {
        uvp_json_set(&object, "error", uvp_json_error(mem, &record->error));
        uvp_json_set(&object, "dropped", json_boolean(record->dropped));
    }
    uvp_json_set(&object, "format", uvp_json_text_or_null(record->format));
    uvp_json_set(&object, "bytes_in", uvp_json_integer(record->bytes_in));
    uvp_json_set(&object, "bytes_out", uvp_json_integer(record->bytes_out));
    if (record->status != UVP_MEMBER_PASSED) {
        set_mesh(&object, record);
    }
    set_params(ledger, &object, record);
    if (ledger->more.member != NULL) {
        ledger->more.member(ledger->more.ctx, record, &object);
    }
    uvp_json_finish(&ledger->outbox, &object);
}

void uvp_ledger_warning(struct uvp_ledger *ledger, const char *input,
                        const struct uvp_error *warning)
{
    struct uvp_mem *mem = ledger->outbox.text.mem;
    struct uvp_json_object object;

    if (is_silent(ledger)) {
        return;
    }
    uvp_json_begin(&object, "warning");
    uvp_json_set_name(&object, mem, "input", "input_bytes", input, strlen(input));
    uvp_json_set(&object, "error", uvp_json_error(mem, warning));
    uvp_json_finish(&ledger->outbox, &object);
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
    return value > 0 ? uvp_json_real((double)value) : json_null();
}

static void set_atlas_options(struct uvp_json_object *object,
                              const struct uvp_atlas_options *atlas)
{
    uvp_json_set(object, "preset", json_string(uvp_atlas_preset_name(atlas->preset)));
    uvp_json_set(object, "max_stretch", given_or_null(atlas->max_stretch));
    uvp_json_set(object, "max_chart_triangles",
                 atlas->max_chart_triangles != 0 ? uvp_json_integer(atlas->max_chart_triangles)
                                                 : json_null());
    uvp_json_set(object, "seam_angle", given_or_null(atlas->seam_degrees));
    uvp_json_set(object, "seam_material", json_boolean(atlas->seam_groups));
    uvp_json_set(object, "keep_charts", json_boolean(atlas->keep_charts));
    uvp_json_set(object, "fix_winding", json_boolean(atlas->fix_winding));
    uvp_json_set(object, "whole_charts", json_boolean(atlas->whole_charts));
    uvp_json_set(object, "resolution", uvp_json_integer(atlas->resolution_texels));
    uvp_json_set(object, "padding", uvp_json_real((double)atlas->padding_texels));
    uvp_json_set(object, "texels_per_unit", given_or_null(atlas->texels_per_unit));
    uvp_json_set(object, "pages", pages_of(atlas->pages));
    uvp_json_set(object, "pack_effort",
                 uvp_json_integer(atlas->pack_effort == 0 ? 1 : atlas->pack_effort));
}

static void set_stream_options(struct uvp_json_object *object,
                               const struct uvp_settings *settings)
{
    static const char *const on_error[] = {"pass", "drop", "stop"};
    const struct uvp_mesh_choices choices = uvp_mesh_choices(&settings->mesh);

    uvp_json_set(object, "dry_run", json_boolean(settings->dry_run));
    set_atlas_options(object, &settings->atlas);
    uvp_json_set(object, "existing", json_string(choices.existing));
    uvp_json_set(object, "ply_uv", json_string(choices.ply_uv));
    uvp_json_set(object, "stl", json_string(choices.stl));
    uvp_json_set(object, "stl_to", json_string(choices.stl_to));
    uvp_json_set(object, "off", json_string(choices.off));
    uvp_json_set(object, "texcoord", uvp_json_integer(settings->mesh.texcoord));
    uvp_json_set(object, "uv_type", json_string(choices.uv_type));
    uvp_json_set(object, "gltf_atlas", json_string(choices.gltf_atlas));
    uvp_json_set(object, "on_error", json_string(on_error[settings->on_error]));
    uvp_json_set(object, "max_errors", uvp_json_integer(settings->max_errors));
    uvp_json_set(object, "format",
                 settings->container_given
                     ? json_string(uvp_container_name(settings->container))
                     : json_null());
    uvp_json_set(object, "compress",
                 settings->codec_given ? json_string(uvp_codec_name(settings->codec))
                                       : json_null());
    uvp_json_set(object, "level",
                 settings->level_given ? json_integer(settings->level) : json_null());
}

static void set_render_options(struct uvp_json_object *object,
                               const struct uvp_settings *settings)
{
    static const char *const what[] = {"auto", "layout", "mesh", "both"};
    const struct uvp_picture_options *const picture = &settings->picture;

    uvp_json_set(object, "what", json_string(what[picture->what]));
    uvp_json_set(object, "colour", json_string(uvp_picture_colour_name(picture->colour)));
    uvp_json_set(object, "svg", json_boolean(picture->is_svg));
    uvp_json_set(object, "size",
                 uvp_json_integer(picture->side == 0 ? UVP_PICTURE_SIDE_USUAL : picture->side));
    uvp_json_set(object, "unwrap_missing", json_boolean(settings->unwrap_missing));
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

static void set_making(struct uvp_json_object *object, const struct uvp_making *making)
{
    uvp_json_set(object, "count", uvp_json_integer(making->count));
    uvp_json_set(object, "least_triangles", uvp_json_integer(making->least_triangles));
    uvp_json_set(object, "most_triangles", uvp_json_integer(making->most_triangles));
    uvp_json_set(object, "seed", uvp_json_integer(making->seed));
    uvp_json_set(object, "mesh_format", json_string(uvp_made_format_name(making->format)));
    uvp_json_set(object, "uvs", json_string(uvp_made_uvs_name(making->uvs)));
    uvp_json_set(object, "noise", uvp_json_real(making->noise));
}

static void set_analyze_options(struct uvp_json_object *object,
                                const struct uvp_options *options)
{
    const struct uvp_settings *const settings = &options->settings;
    json_t *const gate = json_array();

    for (uint32_t i = 0; i < options->analyze.gate.count && gate != NULL; i++) {
        const struct uvp_criterion *const term = &options->analyze.gate.term[i];
        (void)json_array_append_new(gate, json_stringn(term->text, term->bytes));
    }
    uvp_json_set(object, "gate", gate);
    uvp_json_set(object, "coverage_res", uvp_json_integer(settings->analysis.coverage_texels));
    uvp_json_set(object, "resolution", uvp_json_integer(settings->atlas.resolution_texels));
    uvp_json_set(object, "unwrap_missing", json_boolean(settings->unwrap_missing));
}

static void set_store_options(struct uvp_json_object *object, const struct uvp_options *options)
{
    const struct uvp_settings *const settings = &options->settings;

    if (settings->cache_dir == NULL) {
        uvp_json_set(object, "cache", json_null());
    } else {
        uvp_json_set_name(object, options->mem, "cache", "cache_bytes", settings->cache_dir,
                          strlen(settings->cache_dir));
    }
    uvp_json_set(object, "cache_max_size", uvp_json_integer(settings->cache_most_bytes));
    uvp_json_set(object, "cache_max_age", uvp_json_seconds(settings->cache_most_age_ns));
    uvp_json_set(object, "resume", json_boolean(settings->resume));
}

static json_t *options_object(const struct uvp_options *options)
{
    const struct uvp_settings *settings = &options->settings;
    struct uvp_json_object object = uvp_json_object();

    uvp_json_set(&object, "workers", uvp_json_integer(options->line.workers));
    uvp_json_set(&object, "readers", uvp_json_integer(options->line.readers));
    uvp_json_set(&object, "memory", uvp_json_integer(options->line.budget_bytes));
    uvp_json_set(&object, "unordered", json_boolean(options->line.unordered));
    uvp_json_set(&object, "member_timeout", uvp_json_seconds(settings->member_timeout_ns));
    if (options->command == UVP_COMMAND_CHECK) {
        uvp_json_set(&object, "allow", faults_of(settings->allowed));
        uvp_json_set(&object, "pages", pages_of(settings->atlas.pages));
    } else if (options->command == UVP_COMMAND_GEN) {
        set_making(&object, &options->making);
    } else if (options->command == UVP_COMMAND_ANALYZE) {
        set_analyze_options(&object, options);
    } else if (options->command == UVP_COMMAND_STREAM ||
               options->command == UVP_COMMAND_OPTIMIZE) {
        set_stream_options(&object, settings);
        set_store_options(&object, options);
    } else if (options->command == UVP_COMMAND_RENDER) {
        set_render_options(&object, settings);
    }
    return uvp_json_value(&object);
}

/* A run that unwraps checks nothing, and the other way around. */
static bool can_end_as(enum uvp_command command, enum uvp_member_status status)
{
    switch (status) {
    case UVP_MEMBER_PASSED:
    case UVP_MEMBER_FAILED:
        return true;
    case UVP_MEMBER_UNWRAPPED:
        return command == UVP_COMMAND_STREAM || command == UVP_COMMAND_OPTIMIZE;
    case UVP_MEMBER_LISTED:
        return command == UVP_COMMAND_LIST || command == UVP_COMMAND_COMPARE ||
               command == UVP_COMMAND_OPTIMIZE;
    case UVP_MEMBER_MADE:
        return command == UVP_COMMAND_GEN;
    case UVP_MEMBER_RENDERED:
        return command == UVP_COMMAND_RENDER;
    case UVP_MEMBER_ANALYZED:
        return command == UVP_COMMAND_ANALYZE;
    case UVP_MEMBER_BARE:
        return command == UVP_COMMAND_CHECK || command == UVP_COMMAND_ANALYZE;
    default:
        return command == UVP_COMMAND_CHECK;
    }
}

static void set_counts(struct uvp_json_object *object, enum uvp_command command,
                       const struct uvp_progress *progress)
{
    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        const enum uvp_member_status status = (enum uvp_member_status)i;
        if (can_end_as(command, status)) {
            uvp_json_set(object,
                         status == UVP_MEMBER_BARE ? "no_uvs" : uvp_member_status_name(status),
                         uvp_json_integer(progress->members_by_status[i]));
        }
    }
    uvp_json_set(object, "members", uvp_json_integer(progress->members_read));
    uvp_json_set(object, "dropped", uvp_json_integer(progress->dropped));
    uvp_json_set(object, "warnings", uvp_json_integer(progress->warnings));
    uvp_json_set(object, "bytes_in", uvp_json_integer(progress->bytes_in));
    uvp_json_set(object, "bytes_out", uvp_json_integer(progress->bytes_out));
    uvp_json_set(object, "triangles", uvp_json_integer(progress->triangles));
    if (command == UVP_COMMAND_STREAM) {
        set_found(object, progress->found[UVP_FOUND_NOT], progress->found[UVP_FOUND_TWIN],
                  progress->found[UVP_FOUND_JOURNAL], progress->found[UVP_FOUND_CACHE]);
    }
}

static void set_figures(struct uvp_json_object *object, const struct uvp_figures *figures)
{
    uvp_json_set(object, "charts", uvp_json_integer(figures->charts));
    uvp_json_set(object, "degenerate_triangles",
                 uvp_json_integer(figures->degenerate_triangles));
    uvp_json_set(object, "wall_seconds", uvp_json_seconds(figures->wall_ns));
    uvp_json_set(object, "cpu_seconds", uvp_json_seconds(figures->cpu_ns));
    uvp_json_set(object, "mesh_seconds", uvp_json_seconds(figures->progress.mesh_ns));
    uvp_json_set(object, "mean_mesh_seconds", uvp_json_seconds(figures->mean_ns));
    uvp_json_set(object, "p95_mesh_seconds", uvp_json_seconds(figures->p95_ns));
    uvp_json_set(object, "bytes_per_second", uvp_json_real(figures->bytes_a_second));
    uvp_json_set(object, "triangles_per_second", uvp_json_real(figures->triangles_a_second));
    uvp_json_set(object, "speed_up", uvp_json_real(figures->speed_up));
    uvp_json_set(object, "peak_bytes", uvp_json_integer(figures->peak_bytes));
}

struct uvp_json_object uvp_ledger_run_object(const struct uvp_ledger *ledger,
                                             const struct uvp_options *options,
                                             const struct uvp_figures *figures,
                                             const struct uvp_ending *ending)
{
    const bool failed = ending->failure != NULL && ending->failure->code != UVP_OK;
    struct uvp_json_object object;

    uvp_json_begin(&object, "run");
    uvp_json_set(&object, "exit_code", json_integer(ending->exit_code));
    uvp_json_set(&object, "signal",
                 ending->signal != 0 ? json_integer(ending->signal) : json_null());
    uvp_json_set(&object, "error",
                 failed ? uvp_json_error(ledger->outbox.text.mem, ending->failure)
                        : json_null());
    set_counts(&object, options->command, &figures->progress);
    set_figures(&object, figures);
    if (ledger->more.run != NULL) {
        ledger->more.run(ledger->more.ctx, &object);
    }
    uvp_json_set(&object, "command", json_string(uvp_command_of(options->command)->name));
    uvp_json_set(&object, "options", options_object(options));
    return object;
}

void uvp_ledger_run(struct uvp_ledger *ledger, const struct uvp_options *options,
                    const struct uvp_figures *figures, const struct uvp_ending *ending)
{
    struct uvp_json_object object;

    if (!is_silent(ledger)) {
        object = uvp_ledger_run_object(ledger, options, figures, ending);
        uvp_json_finish(&ledger->outbox, &object);
    }
}

void uvp_ledger_take_stdout(struct uvp_ledger *ledger)
{
    uvp_outbox_take_stdout(&ledger->outbox);
}

enum uvp_code uvp_ledger_close(struct uvp_ledger *ledger, struct uvp_error *err)
{
    return uvp_outbox_close(&ledger->outbox, err);
}
