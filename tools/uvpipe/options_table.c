/*
 * The option table and one setter for each row. Order is the order of --help.
 *
 * A setter judges its value alone; what options mean together is judged in options.c. What a
 * row leaves out is 0: it needs no word.
 */
#include "tools/uvpipe/options.h"

#include <string.h>

#include "tools/uvpipe/completion.h"
#include "tools/uvpipe/options_analyze.h"
#include "tools/uvpipe/options_atlas.h"
#include "tools/uvpipe/options_config.h"
#include "tools/uvpipe/options_gen.h"
#include "tools/uvpipe/options_mesh.h"
#include "tools/uvpipe/options_render.h"
#include "tools/uvpipe/options_store.h"
#include "tools/uvpipe/options_trials.h"
#include "tools/uvpipe/options_webpage.h"
#include "tools/uvpipe/presets.h"
#include "tools/uvpipe/values.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define MOST_WORKERS 4096
#define MOST_READERS 64
#define MOST_QUEUE 1048576
#define LEAST_MEMORY ((uint64_t)1 << 20)
#define LEAST_INTERVAL_NS (UINT64_C(100) * 1000000)
#define MOST_INTERVAL_NS (UINT64_C(24) * 3600 * 1000000000)

static const char *const format_words[] = {"tar", "cpio", "zip", "folder", NULL};
static const char *const compress_words[] = {"none",  "zstd", "gzip", "xz",
                                             "bzip2", "lz4",  NULL};
static const char *const on_error_words[] = {"pass", "drop", "stop", NULL};
static const char *const allow_words[] = {"none",        "flipped", "collapsed", "mirrored",
                                          "overlapping", "outside", "unmapped",  NULL};
static const char *const ignore_words[] = {"none", "uvs", "geometry", "order", "others", NULL};
static const char *const seams_words[] = {"none", "angle=", "material", NULL};
static const char *const auto_words[] = {"auto", NULL};
static const char *const progress_words[] = {"auto", "plain", "json", "never", NULL};
static const char *const color_words[] = {"auto", "always", "never", NULL};
static const char *const json_words[] = {"json", NULL};

static enum uvp_code set_output(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    if (*value == '\0') {
        return uvp_option_refuse(err, "output", "''", "a file, a folder ending in '/' or -");
    }
    options->settings.output = value;
    return UVP_OK;
}

static enum uvp_code set_format(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    enum uvp_container container = UVP_CONTAINER_PLAIN;

    if (!uvp_container_by_name(value, &container)) {
        return uvp_option_refuse(err, "format", value, "a kind of archive");
    }
    options->settings.container = container;
    options->settings.container_given = true;
    return UVP_OK;
}

static enum uvp_code set_level(struct uvp_options *options, const char *value,
                               enum uvp_codec codec, struct uvp_error *err)
{
    int64_t level = 0;
    int lowest = 0;
    int usual = 0;
    int highest = 0;

    uvp_codec_levels(codec, &lowest, &usual, &highest);
    if (codec == UVP_CODEC_NONE) {
        return uvp_fail(err, UVP_USAGE, 0, "--compress none has no levels");
    }
    if (!uvp_value_integer(value, &level) || level < lowest || level > highest) {
        return uvp_fail(err, UVP_USAGE, 0, "--compress %s:%s: expected a level from %d to %d",
                        uvp_codec_name(codec), value, lowest, highest);
    }
    options->settings.level = (int)level;
    options->settings.level_given = true;
    return UVP_OK;
}

static enum uvp_code set_compress(struct uvp_options *options, const char *value,
                                  struct uvp_error *err)
{
    const char *colon = strchr(value, ':');
    const size_t bytes = colon != NULL ? (size_t)(colon - value) : strlen(value);
    enum uvp_codec codec = UVP_CODEC_NONE;
    char name[16];

    if (bytes >= sizeof name) {
        return uvp_option_refuse(err, "compress", value, "none, zstd, gzip, xz, bzip2 or lz4");
    }
    memcpy(name, value, bytes);
    name[bytes] = '\0';
    if (!uvp_codec_by_name(name, &codec)) {
        return uvp_option_refuse(err, "compress", value, "none, zstd, gzip, xz, bzip2 or lz4");
    }
    options->settings.codec = codec;
    options->settings.codec_given = true;
    options->settings.level_given = false;
    return colon != NULL ? set_level(options, colon + 1, codec, err) : UVP_OK;
}

static enum uvp_code set_force(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->settings.force_terminal = true;
    return UVP_OK;
}

static enum uvp_code set_seek_table(struct uvp_options *options, const char *value,
                                    struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->settings.seek_table = true;
    return UVP_OK;
}

static enum uvp_code set_unordered(struct uvp_options *options, const char *value,
                                   struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->line.unordered = true;
    return UVP_OK;
}

static enum uvp_code add_include(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    (void)err;
    options->include[options->settings.include_count++] = value;
    return UVP_OK;
}

static enum uvp_code add_exclude(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    (void)err;
    options->exclude[options->settings.exclude_count++] = value;
    return UVP_OK;
}

static enum uvp_code set_on_error(struct uvp_options *options, const char *value,
                                  struct uvp_error *err)
{
    (void)err;
    options->settings.on_error = (enum uvp_on_error)uvp_option_choice(on_error_words, value);
    return UVP_OK;
}

static enum uvp_code set_max_errors(struct uvp_options *options, const char *value,
                                    struct uvp_error *err)
{
    if (!uvp_value_count(value, &options->settings.max_errors)) {
        return uvp_option_refuse(err, "max-errors", value, "a number; 0 is no limit");
    }
    return UVP_OK;
}

static enum uvp_code set_dry_run(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->settings.dry_run = true;
    return UVP_OK;
}

static enum uvp_code set_workers(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    uint32_t workers = 0;

    options->workers_given = strcmp(value, "auto") != 0;
    if (options->workers_given && !uvp_option_count(value, 0, MOST_WORKERS, &workers)) {
        return uvp_option_refuse(err, "workers", value, "a number up to 4096, or auto");
    }
    options->workers_asked = workers;
    return UVP_OK;
}

static enum uvp_code set_readers(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    if (!uvp_option_count(value, 1, MOST_READERS, &options->line.readers)) {
        return uvp_option_refuse(err, "readers", value, "a number from 1 to 64");
    }
    options->readers_given = true;
    return UVP_OK;
}

static enum uvp_code set_memory(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    uint64_t bytes = 0;

    if (!uvp_value_size(value, &bytes) || bytes < LEAST_MEMORY || bytes > SIZE_MAX / 2) {
        return uvp_option_refuse(err, "memory", value,
                                 "a size of at least 1M, such as 512M or 4G");
    }
    options->line.budget_bytes = (size_t)bytes;
    return UVP_OK;
}

static enum uvp_code set_queue(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    if (!uvp_option_count(value, 1, MOST_QUEUE, &options->line.window_items)) {
        return uvp_option_refuse(err, "queue", value, "a number from 1 to 1048576");
    }
    return UVP_OK;
}

static enum uvp_code set_duration(const char *name, const char *value, uint64_t *ns,
                                  struct uvp_error *err)
{
    if (!uvp_value_duration(value, ns)) {
        return uvp_option_refuse(err, name, value,
                                 "a time such as 500ms, 10s, 2m or 1h; 0 is none");
    }
    return UVP_OK;
}

static enum uvp_code set_timeout(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    return set_duration("timeout", value, &options->line.timeout_ns, err);
}

static enum uvp_code set_member_timeout(struct uvp_options *options, const char *value,
                                        struct uvp_error *err)
{
    return set_duration("member-timeout", value, &options->settings.member_timeout_ns, err);
}

static enum uvp_code set_stall_timeout(struct uvp_options *options, const char *value,
                                       struct uvp_error *err)
{
    return set_duration("stall-timeout", value, &options->line.stall_timeout_ns, err);
}

static enum uvp_code set_report(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    if (*value == '\0' || strcmp(value, "-") == 0) {
        return uvp_option_refuse(err, "report", *value == '\0' ? "''" : value, "a file");
    }
    options->report_path = value;
    return UVP_OK;
}

static enum uvp_code set_progress(struct uvp_options *options, const char *value,
                                  struct uvp_error *err)
{
    (void)err;
    options->progress = (enum uvp_progress_when)uvp_option_choice(progress_words, value);
    return UVP_OK;
}

static enum uvp_code set_progress_interval(struct uvp_options *options, const char *value,
                                           struct uvp_error *err)
{
    uint64_t ns = 0;

    if (!uvp_value_duration(value, &ns) || ns < LEAST_INTERVAL_NS || ns > MOST_INTERVAL_NS) {
        return uvp_option_refuse(err, "progress-interval", value,
                                 "a time from 100ms to 24h, such as 500ms or 10s");
    }
    options->progress_interval_ns = ns;
    return UVP_OK;
}

static enum uvp_code set_color(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    (void)err;
    options->color = (enum uvp_color)uvp_option_choice(color_words, value);
    return UVP_OK;
}

static enum uvp_code set_quiet(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->level = UVP_TRACE_ERROR;
    return UVP_OK;
}

static enum uvp_code set_verbose(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->level = options->level < UVP_TRACE_INFO ? UVP_TRACE_INFO : UVP_TRACE_DEBUG;
    return UVP_OK;
}

static enum uvp_code ask_help(struct uvp_options *options, const char *value,
                              struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->action = UVP_ACTION_HELP;
    return UVP_OK;
}

static enum uvp_code ask_version(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->action = UVP_ACTION_VERSION;
    return UVP_OK;
}

static enum uvp_code set_json(struct uvp_options *options, const char *value,
                              struct uvp_error *err)
{
    (void)value;
    (void)err;
    options->json = true;
    return UVP_OK;
}

/* The bit of the name in the list; 0: none. */
static unsigned find_bit(const char *const *names, const char *name, size_t bytes)
{
    for (unsigned i = 0; names[i] != NULL; i++) {
        if (strlen(names[i]) == bytes && memcmp(names[i], name, bytes) == 0) {
            return 1U << i;
        }
    }
    return 0;
}

/* "none", or names parted by commas. */
static bool read_bits(const char *value, const char *const *names, unsigned *bits)
{
    const char *at = value;
    bool more = strcmp(value, "none") != 0;
    unsigned read = 0;

    while (more) {
        const size_t bytes = strcspn(at, ",");
        const unsigned bit = find_bit(names, at, bytes);

        if (bit == 0) {
            return false;
        }
        read |= bit;
        more = at[bytes] == ',';
        at += bytes + 1;
    }
    *bits = read;
    return true;
}

static enum uvp_code set_allow(struct uvp_options *options, const char *value,
                               struct uvp_error *err)
{
    if (!read_bits(value, allow_words + 1, &options->settings.allowed)) {
        return uvp_option_refuse(err, "allow", value,
                                 "none, or of flipped, collapsed, mirrored, overlapping, "
                                 "outside, unmapped");
    }
    return UVP_OK;
}

static enum uvp_code set_tolerance(struct uvp_options *options, const char *value,
                                   struct uvp_error *err)
{
    uint64_t millionths = 0;

    if (!uvp_value_decimal(value, &millionths) || millionths > 1000000) {
        return uvp_option_refuse(err, "tol", value, "a number from 0 to 1, such as 0.001");
    }
    options->compare.tolerance = (double)millionths / 1e6;
    return UVP_OK;
}

static enum uvp_code set_delta_gate(struct uvp_options *options, const char *value,
                                    struct uvp_error *err)
{
    UVP_TRY(uvp_criteria_parse(&options->compare.gate, value, err));
    for (uint32_t i = 0; i < options->compare.gate.count; i++) {
        if (options->compare.gate.term[i].scope != UVP_CRITERION_EACH) {
            return uvp_option_refuse(err, "gate", value, "conditions of each pair");
        }
    }
    return UVP_OK;
}

static enum uvp_code set_ignore(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    if (!read_bits(value, ignore_words + 1, &options->compare.ignored)) {
        return uvp_option_refuse(err, "ignore", value,
                                 "none, or of uvs, geometry, order and others");
    }
    return UVP_OK;
}

const struct uvp_option uvp_option_table[] = {
    {UVP_FOR_GEN, "triangles", 0, "N[:M]", "Meshes",
     "about so many in each, up to 100M, or from N to M, sizes of\n"
     "every order as often; k and M are powers of 1000\n"
     "(default 2000)",
     uvp_option_triangles, .fallback = "2000"},
    {UVP_FOR_GEN, "count", 0, "N", "Meshes",
     "so many meshes, the shapes in turn (default: one of each)", uvp_option_count_members},
    {UVP_FOR_GEN, "seed", 0, "N", "Meshes", "another seed, other meshes (default 1)",
     uvp_option_seed, .fallback = "1"},
    {UVP_FOR_GEN, "mesh-format", 0, "FORMAT", "Meshes",
     "obj, ply, glb, stl or off (default: as the output is called,\n"
     "else obj)",
     uvp_option_mesh_format, .choices = uvp_mesh_format_words},
    {UVP_FOR_GEN, "uvs", 0, "KIND", "Meshes",
     "none (default); cells: each face in a cell of its own, which\n"
     "is valid; planar: seen from above; overlapping: all faces on\n"
     "one place",
     uvp_option_uvs, .fallback = "none", .choices = uvp_uvs_words},
    {UVP_FOR_GEN, "noise", 0, "X", "Meshes",
     "move vertices by up to X of the longest side, 0 to 1\n"
     "(default 0)",
     uvp_option_noise, .fallback = "0"},

    {UVP_FOR_OUTPUT, "output", 'o', "PATH", "Output",
     "a file, written whole or not at all; a folder when PATH\n"
     "ends in '/' or is one; - is stdout (default)",
     set_output, .traits = UVP_OPTION_BARE},
    {UVP_FOR_OUTPUT, "format", 0, "KIND", "Output",
     "tar, cpio, zip or folder (default: as the input; tar for\n"
     "several inputs and folders)",
     set_format, .choices = format_words},
    {UVP_FOR_OUTPUT, "compress", 0, "KIND[:LEVEL]", "Output",
     "none, zstd, gzip, xz, bzip2 or lz4 (default: as the input)", set_compress,
     .traits = UVP_OPTION_OPEN, .choices = compress_words},
    {UVP_FOR_OUTPUT, "seek-table", 0, NULL, "Output",
     "zstd: tell at the end where the frames are, so that other\n"
     "programs can read parts of the file",
     set_seek_table},
    {UVP_FOR_LINE & ~UVP_FOR_COMPARE, "unordered", 0, NULL, "Output",
     "write members as they are done, not in input order", set_unordered},
    {UVP_FOR_WRITERS, "force", 0, NULL, "Output", "write binary to a terminal all the same",
     set_force},

    {UVP_FOR_RENDER, "what", 0, "PARTS", "Pictures",
     "layout, mesh or both, side by side (default: both; of a\n"
     "mesh without UVs the mesh alone)",
     uvp_option_what, .traits = UVP_OPTION_WORDS, .choices = uvp_what_words},
    {UVP_FOR_RENDER, "colour", 0, "BY", "Pictures",
     "charts (default), stretch, angle, area, checker or plain", uvp_option_colour,
     .fallback = "charts", .choices = uvp_colour_words},
    {UVP_FOR_RENDER, "svg", 0, NULL, "Pictures",
     "SVG instead of PNG: the layout as shapes, no mesh\n"
     "(default where --output ends in .svg)",
     uvp_option_svg},
    {UVP_FOR_RENDER, "size", 0, "PIXELS", "Pictures",
     "side of the page, and of the mesh beside it: 64 to 16384\n"
     "(default 1024)",
     uvp_option_size, .fallback = "1024"},
    {UVP_FOR_RENDER, "views", 0, "N", "Pictures",
     "sides the mesh is shown from: 1 or 3 (default)", uvp_option_views, .fallback = "3",
     .choices = uvp_views_words},
    {UVP_FOR_RENDER, "up", 0, "AXIS", "Pictures",
     "y or z (default: z for STL, y for all others)", uvp_option_up, .choices = uvp_up_words},
    {UVP_FOR_RENDER, "turn", 0, "DEGREES", "Pictures",
     "turn the mesh about that axis: 0 (default), 90, 180 or 270", uvp_option_turn,
     .fallback = "0", .choices = uvp_turn_words},
    {UVP_FOR_RENDER, "checker", 0, "N", "Pictures",
     "squares of the checker along a side of the page: 1 to 4096\n"
     "(default 32)",
     uvp_option_checker, .fallback = "32"},
    {UVP_FOR_RENDER, "background", 0, "RRGGBB", "Pictures",
     "a colour, or none: transparent (default FFFFFF)", uvp_option_background,
     .fallback = "FFFFFF"},
    {UVP_FOR_RENDER, "hide", 0, "WHAT,...", "Pictures",
     "leave out: seams (the lines where charts end), text (name,\n"
     "numbers and legend); none (default)",
     uvp_option_hide, .traits = UVP_OPTION_WORDS, .fallback = "none",
     .choices = uvp_hide_words},
    {UVP_FOR_RENDER, "unwrap-missing", 0, NULL, "Pictures",
     "give meshes without UVs an atlas first", uvp_option_unwrap_missing},

    {UVP_FOR_READING, "include", 0, "GLOB", "Members",
     "work only on members whose path matches (repeatable)", add_include,
     .traits = UVP_OPTION_LIST},
    {UVP_FOR_READING, "exclude", 0, "GLOB", "Members",
     "leave members whose path matches alone (repeatable)", add_exclude,
     .traits = UVP_OPTION_LIST},
    {UVP_FOR_COMPARE, "tol", 0, "X", "Members",
     "UVs so far apart are the same, in sides of the page\n"
     "(default 0.0001, a tenth of a texel of 1024)",
     set_tolerance, .fallback = "0.0001"},
    {UVP_FOR_COMPARE, "ignore", 0, "WHAT,...", "Members",
     "what may differ: none (default), or a list of uvs, geometry,\n"
     "order (of triangles) and others (members that are no meshes)",
     set_ignore, .traits = UVP_OPTION_WORDS, .fallback = "none", .choices = ignore_words},
    {UVP_FOR_COMPARE, "gate", 0, "CONDITION,...", "Members",
     "what the differences of figures (B less A) of every pair must\n"
     "meet, as stretch.l2<0.01,islands.count<=0 (repeatable)",
     set_delta_gate, .traits = UVP_OPTION_LIST},
    {UVP_FOR_CHECK, "allow", 0, "FAULT,...", "Members",
     "faults that leave a mesh valid: none, or a list of flipped,\n"
     "collapsed, mirrored, overlapping, outside and unmapped\n"
     "(default mirrored)",
     set_allow, .traits = UVP_OPTION_WORDS, .fallback = "mirrored", .choices = allow_words},
    {UVP_FOR_CHECK, "pages", 0, "N", "Members",
     "UVs may lie on so many pages, as UDIM tiles: 1 to 1000\n"
     "(default 1), or auto: any number",
     uvp_option_pages, .traits = UVP_OPTION_OPEN, .fallback = "1", .choices = auto_words},
    {UVP_FOR_ANALYZE, "gate", 0, "CONDITION,...", "Members",
     "what every mesh must meet, as stretch.max<1.5,coverage>0.6;\n"
     "with mean., min., max. or sum. before the name, what all\n"
     "meshes together must (repeatable)",
     uvp_option_gate, .traits = UVP_OPTION_LIST},
    {UVP_FOR_ANALYZE, "unwrap-missing", 0, NULL, "Members",
     "meshes without UVs: measure those that would be made", uvp_option_unwrap_missing},
    {UVP_FOR_ANALYZE, "coverage-res", 0, "PIXELS", "Members",
     "side of the raster for coverage, 16 to 8192 (default 1024)", uvp_option_coverage_res,
     .fallback = "1024"},
    {UVP_FOR_ANALYZE, "resolution", 0, "TEXELS", "Members",
     "side of the page, for gaps and density, 16 to 65536\n"
     "(default 1024)",
     uvp_option_measured_res, .fallback = "1024"},
    {UVP_FOR_ATLAS, "existing", 0, "WHAT", "Members",
     "meshes that have UVs: skip (default) leaves them as they\n"
     "are, replace makes new ones, add makes a further set (glTF)",
     uvp_option_existing, .traits = UVP_OPTION_MESH, .fallback = "skip",
     .choices = uvp_existing_words},
    {UVP_FOR_ATLAS, "on-error", 0, "WHAT", "Members",
     "a mesh that cannot be unwrapped: pass (default) lets the\n"
     "original through, drop leaves it out, stop ends the run",
     set_on_error, .fallback = "pass", .choices = on_error_words},
    {UVP_FOR_ATLAS | UVP_FOR_RENDER, "max-errors", 0, "N", "Members",
     "end the run after N such meshes; 0: no limit (default)", set_max_errors, .fallback = "0"},
    {UVP_FOR_STREAM, "dry-run", 0, NULL, "Members",
     "read and judge the members, unwrap and write nothing", set_dry_run},

    {UVP_FOR_ATLAS, "ply-uv", 0, "WHERE", "Formats",
     "UVs of PLY files: vertex (default) gives vertices s and t\n"
     "and splits them at seams, wedge gives faces a list",
     uvp_option_ply_uv, .traits = UVP_OPTION_MESH, .fallback = "vertex",
     .choices = uvp_ply_uv_words},
    {UVP_FOR_ATLAS, "stl", 0, "WHAT", "Formats",
     "STL files have no room for UVs: beside (default) puts\n"
     "NAME.stl.obj behind them, replace puts it in their place,\n"
     "pass leaves them alone",
     uvp_option_stl, .traits = UVP_OPTION_MESH, .fallback = "beside", .choices = uvp_stl_words},
    {UVP_FOR_ATLAS, "stl-to", 0, "FORMAT", "Formats",
     "what such a new file is: obj (default), ply or glb", uvp_option_stl_to,
     .traits = UVP_OPTION_MESH, .fallback = "obj", .choices = uvp_stl_to_words},
    {UVP_FOR_ATLAS, "off", 0, "WHAT", "Formats",
     "OFF files: beside (default), replace or pass as for STL;\n"
     "stoff writes UVs into the file, which fewer programs read",
     uvp_option_off, .traits = UVP_OPTION_MESH, .fallback = "beside", .choices = uvp_off_words},
    {UVP_FOR_READING, "texcoord", 0, "N", "Formats",
     "glTF: the set of UVs that is looked at and written\n"
     "(default 0)",
     uvp_option_texcoord, .traits = UVP_OPTION_MESH, .fallback = "0"},
    {UVP_FOR_ATLAS, "uv-type", 0, "TYPE", "Formats",
     "glTF: float (default), or u16, half as large, where no\n"
     "triangle is lost by it",
     uvp_option_uv_type, .traits = UVP_OPTION_MESH, .fallback = "float",
     .choices = uvp_uv_type_words},
    {UVP_FOR_ATLAS, "gltf-atlas", 0, "WHAT", "Formats",
     "glTF: what shares an atlas: each mesh (default), each\n"
     "primitive, or the whole file",
     uvp_option_gltf_atlas, .traits = UVP_OPTION_MESH, .fallback = "mesh",
     .choices = uvp_gltf_atlas_words},

    {UVP_FOR_OPTIMIZE, "grid", 0, "NAME=VALUE,...", "Trials",
     "try each of these values of an atlas option, with each of the\n"
     "other grids (repeatable); also NAME=FIRST:LAST:STEP (default\n"
     "max-stretch, pack-effort and whole-charts: 16 trials)",
     uvp_option_grid, .traits = UVP_OPTION_LIST},
    {UVP_FOR_OPTIMIZE, "metric", 0, "FIGURE=WEIGHT,...", "Trials",
     "what is to be small: a weighted sum of figures of analyze; a\n"
     "figure alone counts 1, or -1 where more of it is better\n"
     "(default " UVP_DEFAULT_METRIC ")",
     uvp_option_metric, .fallback = UVP_DEFAULT_METRIC},
    {UVP_FOR_OPTIMIZE, "save-params", 0, "FILE", "Trials",
     "write what is best for all meshes, for uvpipe --params", uvp_option_save_params},
    {UVP_FOR_OPTIMIZE, "save-manifest", 0, "FILE", "Trials",
     "write what is best for each mesh, for uvpipe --params-from", uvp_option_save_manifest},

    {UVP_FOR_ATLAS, "preset", 0, "NAME,...", "Atlas",
     "fast, balanced (default) or best: more time buys fewer\n"
     "charts, shorter seams and fuller pages; low-memory, also\n"
     "with one of these: less at once",
     uvp_option_preset, .traits = UVP_OPTION_WORDS | UVP_OPTION_MESH, .fallback = "balanced",
     .choices = uvp_preset_words},
    {UVP_FOR_ATLAS, "max-stretch", 0, "X", "Atlas",
     "most stretch, 1.001 to 100 (default 1.25): less costs\n"
     "seams, more saves them",
     uvp_option_max_stretch, .traits = UVP_OPTION_MESH, .fallback = "1.25"},
    {UVP_FOR_ATLAS, "max-chart-triangles", 0, "N", "Atlas",
     "no larger charts than that (default: no limit)", uvp_option_max_chart_triangles,
     .traits = UVP_OPTION_MESH},
    {UVP_FOR_ATLAS, "seams", 0, "SPEC", "Atlas",
     "where charts must end: none (default), or a list of\n"
     "angle=DEG (edges bent by as much) and material",
     uvp_option_seams, .traits = UVP_OPTION_WORDS | UVP_OPTION_MESH, .fallback = "none",
     .choices = seams_words},
    {UVP_FOR_ATLAS, "keep-charts", 0, NULL, "Atlas",
     "meshes that have UVs keep their charts: what is invalid\n"
     "is repaired, the rest only packed anew",
     uvp_option_keep_charts, .traits = UVP_OPTION_MESH},
    {UVP_FOR_ATLAS, "whole-charts", 0, NULL, "Atlas",
     "cut no chart to fill the page better: fewer seams, emptier\n"
     "pages",
     uvp_option_whole_charts, .traits = UVP_OPTION_MESH},
    {UVP_FOR_ATLAS, "fix-winding", 0, NULL, "Atlas",
     "unwrap polygons turned against their neighbours with\n"
     "them, not as charts of their own",
     uvp_option_fix_winding, .traits = UVP_OPTION_MESH},
    {UVP_FOR_ATLAS, "resolution", 0, "TEXELS", "Atlas",
     "side of the square page, 16 to 65536 (default 1024)", uvp_option_resolution,
     .traits = UVP_OPTION_MESH, .fallback = "1024"},
    {UVP_FOR_ATLAS, "padding", 0, "TEXELS", "Atlas",
     "least gap between charts, half of it to the border\n"
     "(default 2; 0: they may touch, never overlap)",
     uvp_option_padding, .traits = UVP_OPTION_MESH, .fallback = "2"},
    {UVP_FOR_ATLAS, "texels-per-unit", 0, "X", "Atlas",
     "texels for a unit of length of the mesh (default: as\n"
     "many as fill the page)",
     uvp_option_texels_per_unit, .traits = UVP_OPTION_MESH},
    {UVP_FOR_ATLAS, "pages", 0, "N", "Atlas",
     "most pages, as UDIM tiles: 1 to 1000 (default 1), or auto:\n"
     "as many as --texels-per-unit needs",
     uvp_option_pages, .traits = UVP_OPTION_OPEN | UVP_OPTION_MESH, .fallback = "1",
     .choices = auto_words},
    {UVP_FOR_ATLAS, "pack-effort", 0, "N", "Atlas",
     "times the packing work of the preset, 1 to 1000\n"
     "(default 1)",
     uvp_option_pack_effort, .traits = UVP_OPTION_MESH, .fallback = "1"},

    {UVP_FOR_STREAM, "cache", 0, "DIR", "Cache",
     "keep solved meshes in DIR, and take them from there; none\n"
     "(default): only equal meshes of one run are solved once",
     uvp_option_cache, .fallback = "none"},
    {UVP_FOR_STREAM | UVP_FOR_CACHE, "cache-max-size", 0, "SIZE", "Cache",
     "of DIR: the least recently used go first (default 10G;\n"
     "0: no limit)",
     uvp_option_cache_max_size, .fallback = "10G"},
    {UVP_FOR_STREAM | UVP_FOR_CACHE, "cache-max-age", 0, "TIME", "Cache",
     "take nothing that was not used for TIME: 12h, 30d\n"
     "(default 0: no limit)",
     uvp_option_cache_max_age, .fallback = "0"},
    {UVP_FOR_STREAM, "resume", 0, NULL, "Cache",
     "with -o: keep a journal beside the output, and go on from\n"
     "the one that an interrupted run left",
     uvp_option_resume, .traits = UVP_OPTION_BARE},

    {UVP_FOR_LINE, "workers", 0, "N", "Resources",
     "worker threads: a number or auto, one a CPU (default);\n"
     "0 does everything in one thread",
     set_workers, .traits = UVP_OPTION_OPEN, .fallback = "auto", .choices = auto_words},
    {UVP_FOR_READING, "readers", 0, "N", "Resources",
     "reader threads (default: 2, or 1 on one CPU)", set_readers},
    {UVP_FOR_LINE, "memory", 0, "SIZE", "Resources",
     "for members in flight; K, M, G, T are powers of 1024\n"
     "(default 512M, at least 1M)",
     set_memory, .fallback = "512M"},
    {UVP_FOR_LINE, "queue", 0, "N", "Resources",
     "members in flight at most (default: 4 a worker)", set_queue},
    {UVP_FOR_LINE, "timeout", 0, "TIME", "Resources",
     "end the run after TIME: 500ms, 10s, 2m, 1h, or seconds\n"
     "(default 0: never)",
     set_timeout, .fallback = "0"},
    {UVP_FOR_LINE, "member-timeout", 0, "TIME", "Resources",
     "give up on one mesh after TIME (default 60s; 0: never)", set_member_timeout,
     .traits = UVP_OPTION_MESH, .fallback = "60s"},
    {UVP_FOR_LINE, "stall-timeout", 0, "TIME", "Resources",
     "end the run when no member was finished for TIME\n"
     "(default 0: never)",
     set_stall_timeout, .fallback = "0"},

    {UVP_FOR_ALL, "config", 0, "FILE", "Settings",
     "read settings from FILE, not from the user's own\n"
     "($XDG_CONFIG_HOME/uvpipe/config)",
     uvp_option_config, .traits = UVP_OPTION_BARE},
    {UVP_FOR_ALL, "no-config", 0, NULL, "Settings", "read no settings from files",
     uvp_option_no_config, .traits = UVP_OPTION_BARE},
    {UVP_FOR_ATLAS, "params", 0, "FILE", "Settings",
     "read parameters of the atlas from FILE, JSON as uvpipe\n"
     "optimize saves it",
     uvp_option_params, .traits = UVP_OPTION_BARE},
    {UVP_FOR_STREAM, "params-from", 0, "FILE", "Settings",
     "what differs from member to member: a JSON object a line,\n"
     "{\"name\": ... or \"match\": GLOB, \"params\": {...}}",
     uvp_option_params_from, .traits = UVP_OPTION_BARE},
    {UVP_FOR_LINE & ~UVP_FOR_ATLAS, "preset", 0, "NAME,...", "Settings",
     "low-memory: less at once; names of how much work goes into\n"
     "an atlas change nothing here",
     uvp_option_preset, .traits = UVP_OPTION_WORDS, .fallback = "balanced",
     .choices = uvp_preset_words},
    {UVP_FOR_LINE | UVP_FOR_CACHE, "print-config", 0, "json", "Settings",
     "print what is set, and by whom, and end", uvp_option_print_config,
     .traits = UVP_OPTION_BARE | UVP_OPTION_MAY | UVP_OPTION_OPEN, .choices = json_words},
    {UVP_FOR_ALL, "list-options", 0, "json", "Settings",
     "print all options of all commands, for programs, and end", uvp_option_list_options,
     .traits = UVP_OPTION_BARE | UVP_OPTION_MAY | UVP_OPTION_OPEN, .choices = json_words},
    {UVP_FOR_STREAM, "completion", 0, "SHELL", "Settings",
     "print a script that completes command lines in bash, zsh or\n"
     "fish, and end",
     uvp_option_completion, .traits = UVP_OPTION_BARE, .choices = uvp_shell_words},

    {UVP_FOR_PRINTING | UVP_FOR_EXPLAIN, "json", 0, NULL, "Messages",
     "print JSON objects, one a line, instead of the table", set_json},
    {UVP_FOR_ANALYZE, "csv", 0, NULL, "Messages",
     "print comma-separated values instead of the table", uvp_option_csv},
    {UVP_FOR_ANALYZE, "islands", 0, NULL, "Messages",
     "tell of every island, too; with --csv, of islands only", uvp_option_islands},
    {UVP_FOR_LINE, "report", 0, "FILE", "Messages",
     "write one JSON object a line for each member", set_report},
    {UVP_FOR_LINE, "report-html", 0, "FILE", "Messages",
     "write a page to look at: figures, what each thread did, all\n"
     "members, and the worst meshes to turn",
     uvp_option_report_html},
    {UVP_FOR_STREAM | UVP_FOR_CHECK | UVP_FOR_ANALYZE, "report-html-meshes", 0, "N", "Messages",
     "how many meshes that page shows: 0 to 100 (default 12)", uvp_option_report_html_meshes,
     .fallback = "12"},
    {UVP_FOR_STREAM | UVP_FOR_CHECK | UVP_FOR_ANALYZE, "report-html-worst", 0, "WHAT",
     "Messages",
     "which: those with the worst stretch (default), charts,\n"
     "packing, time or triangles",
     uvp_option_report_html_worst, .fallback = "stretch", .choices = uvp_worst_words},
    {UVP_FOR_CACHE, "json", 0, NULL, "Messages", "print a JSON object instead of a line",
     set_json},
    {UVP_FOR_LINE, "progress", 0, "WHEN", "Messages",
     "auto (default): drawn when stderr is a terminal, else a\n"
     "line now and then after 30s; plain: a line every 5s, later\n"
     "every minute; json: an object a second; never",
     set_progress, .fallback = "auto", .choices = progress_words},
    {UVP_FOR_LINE, "progress-interval", 0, "TIME", "Messages",
     "draw or print it every TIME, from 100ms on", set_progress_interval},
    {UVP_FOR_LINE, "color", 0, "WHEN", "Messages",
     "auto (default): colours when stderr is a terminal and\n"
     "NO_COLOR is not set; always; never",
     set_color, .fallback = "auto", .choices = color_words},
    {UVP_FOR_WRITERS, "quiet", 'q', NULL, "Messages", "errors only", set_quiet,
     .undoes = "verbose"},
    {UVP_FOR_CHECK, "quiet", 'q', NULL, "Messages", "print only meshes that are not valid",
     set_quiet, .undoes = "verbose"},
    {UVP_FOR_LIST, "quiet", 'q', NULL, "Messages", "print only meshes", set_quiet,
     .undoes = "verbose"},
    {UVP_FOR_COMPARE, "quiet", 'q', NULL, "Messages", "print only what differs", set_quiet,
     .undoes = "verbose"},
    {UVP_FOR_ANALYZE, "quiet", 'q', NULL, "Messages", "print only meshes that do not pass",
     set_quiet, .undoes = "verbose"},
    {UVP_FOR_ANALYZE, "verbose", 'v', NULL, "Messages",
     "all figures of each mesh, and the summary; -vv: all there is", set_verbose,
     .traits = UVP_OPTION_COUNT, .undoes = "quiet"},
    {UVP_FOR_OPTIMIZE, "quiet", 'q', NULL, "Messages", "print only what is best for all",
     set_quiet, .undoes = "verbose"},
    {UVP_FOR_OPTIMIZE, "verbose", 'v', NULL, "Messages",
     "every trial of each mesh, and the summary; -vv: all there is", set_verbose,
     .traits = UVP_OPTION_COUNT, .undoes = "quiet"},
    {UVP_FOR_WRITERS, "verbose", 'v', NULL, "Messages",
     "a line for each mesh, and the summary; -vv: all there is", set_verbose,
     .traits = UVP_OPTION_COUNT, .undoes = "quiet"},
    {UVP_FOR_CHECK | UVP_FOR_LIST | UVP_FOR_COMPARE, "verbose", 'v', NULL, "Messages",
     "the summary, too; -vv: all there is", set_verbose, .traits = UVP_OPTION_COUNT,
     .undoes = "quiet"},
    {UVP_FOR_ALL, "help", 'h', NULL, "Messages", "print this text", ask_help,
     .traits = UVP_OPTION_BARE},
    {UVP_FOR_ALL, "version", 0, NULL, "Messages", "print the version", ask_version,
     .traits = UVP_OPTION_BARE},
    {0, NULL, 0, NULL, NULL, NULL, NULL},
};
