#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/options.h"

#define MOST_WORDS 32

/* Parses a line of words parted by blanks; "''" is an empty word. */
static enum uvp_code parse(struct uvp_options *options, const char *line, struct uvp_mem *mem,
                           struct uvp_error *err)
{
    static char words[256];
    static char program[] = "uvpipe";
    static char empty[] = "";
    static char *argv[MOST_WORDS];
    char *at = words;
    int argc = 1;

    argv[0] = program;
    (void)strncpy(words, line, sizeof words - 1);
    while (*at != '\0' && argc < MOST_WORDS) {
        char *end = strchr(at, ' ');
        if (end != NULL) {
            *end = '\0';
        }
        argv[argc++] = strcmp(at, "''") == 0 ? empty : at;
        at = end != NULL ? end + 1 : at + strlen(at);
    }
    memset(err, 0, sizeof *err);
    return uvp_options_parse(options, argc, argv, mem, err);
}

static void defaults(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options, "", &mem, &err), UVP_OK);
    assert_int_equal(options.action, UVP_ACTION_RUN);
    assert_int_equal(options.settings.input_count, 0);
    assert_null(options.settings.output);
    assert_int_equal(options.settings.atlas.resolution_texels, 1024);
    assert_true(options.settings.atlas.padding_texels >= 2.0F);
    assert_true(options.settings.member_timeout_ns == UINT64_C(60000000000));
    assert_int_equal(options.line.budget_bytes, 512 << 20);
    assert_int_equal(options.level, UVP_TRACE_WARNING);
    assert_int_equal(options.progress, UVP_PROGRESS_AUTO);
    assert_int_equal(options.color, UVP_COLOR_AUTO);
    assert_int_equal(options.progress_interval_ns, 0);
    assert_false(uvp_options_settle(&options, 1));
    assert_int_equal(options.line.workers, 1);
    assert_int_equal(options.line.readers, 1);
    assert_false(uvp_options_settle(&options, 8));
    assert_int_equal(options.line.workers, 8);
    assert_int_equal(options.settings.workers, 8);
    assert_int_equal(options.line.readers, 2);
    assert_false(options.settings.record_passed);
    uvp_options_release(&options);
    assert_int_equal(mem.used_bytes, 0);
}

static void values_come_in_every_form(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(
        parse(&options, "a.tar -oout.tar b.tar --workers=3 --memory 2G", &mem, &err), UVP_OK);
    assert_int_equal(options.settings.input_count, 2);
    assert_string_equal(options.settings.inputs[0], "a.tar");
    assert_string_equal(options.settings.inputs[1], "b.tar");
    assert_string_equal(options.settings.output, "out.tar");
    assert_int_equal(options.workers_asked, 3);
    assert_true(options.line.budget_bytes == (size_t)2 << 30);
    uvp_options_release(&options);

    assert_int_equal(parse(&options, "-vvo dir/ - -- -x --help", &mem, &err), UVP_OK);
    assert_int_equal(options.level, UVP_TRACE_DEBUG);
    assert_string_equal(options.settings.output, "dir/");
    assert_int_equal(options.settings.input_count, 3);
    assert_string_equal(options.settings.inputs[0], "-");
    assert_string_equal(options.settings.inputs[1], "-x");
    assert_string_equal(options.settings.inputs[2], "--help");
    uvp_options_release(&options);
}

static void lists_gather(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options, "--include *.obj x --exclude a --include=b y", &mem, &err),
                     UVP_OK);
    assert_int_equal(options.settings.include_count, 2);
    assert_string_equal(options.settings.include[0], "*.obj");
    assert_string_equal(options.settings.include[1], "b");
    assert_int_equal(options.settings.exclude_count, 1);
    assert_string_equal(options.settings.exclude[0], "a");
    assert_int_equal(options.settings.input_count, 2);
    uvp_options_release(&options);
}

static void every_choice(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options,
                           "--existing replace --on-error drop --max-errors 9 --dry-run "
                           "--unordered --force",
                           &mem, &err),
                     UVP_OK);
    assert_int_equal(options.settings.mesh.existing, UVP_EXISTING_REPLACE);
    assert_int_equal(options.settings.on_error, UVP_ON_ERROR_DROP);
    assert_int_equal(options.settings.max_errors, 9);
    assert_true(options.settings.dry_run);
    assert_true(options.line.unordered);
    assert_true(options.settings.force_terminal);
    uvp_options_release(&options);

    assert_int_equal(parse(&options,
                           "--format zip --compress zstd:5 --timeout 2m --member-timeout 0 "
                           "--stall-timeout 500ms --report r.jsonl --progress never "
                           "--progress-interval 2.5s --color always -q",
                           &mem, &err),
                     UVP_OK);
    assert_true(options.settings.container_given);
    assert_int_equal(options.settings.container, UVP_CONTAINER_ZIP);
    assert_int_equal(options.settings.codec, UVP_CODEC_ZSTD);
    assert_int_equal(options.settings.level, 5);
    assert_true(options.line.timeout_ns == UINT64_C(120000000000));
    assert_true(options.settings.member_timeout_ns == 0);
    assert_true(options.line.stall_timeout_ns == 500000000);
    assert_string_equal(options.report_path, "r.jsonl");
    assert_int_equal(options.progress, UVP_PROGRESS_NEVER);
    assert_int_equal(options.color, UVP_COLOR_ALWAYS);
    assert_true(options.progress_interval_ns == UINT64_C(2500000000));
    assert_int_equal(options.level, UVP_TRACE_ERROR);
    (void)uvp_options_settle(&options, 2);
    assert_true(options.settings.record_passed);
    uvp_options_release(&options);
}

static void padding_zero_is_not_the_default(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options, "--padding 0", &mem, &err), UVP_OK);
    assert_true(options.settings.atlas.padding_texels > 0.0F);
    assert_true(options.settings.atlas.padding_texels < 0.01F);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "--padding 0.5", &mem, &err), UVP_OK);
    assert_true(options.settings.atlas.padding_texels == 0.5F);
    uvp_options_release(&options);
}

static void the_atlas_is_shaped(void **state)
{
    const struct uvp_atlas_options *atlas;
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(
        parse(&options,
              "--preset best --max-stretch 1.5 --max-chart-triangles 9 "
              "--seams angle=60,material --keep-charts --fix-winding --whole-charts "
              "--texels-per-unit 0.25 --pages auto --pack-effort 3",
              &mem, &err),
        UVP_OK);
    atlas = &options.settings.atlas;
    assert_int_equal(atlas->preset, UVP_ATLAS_BEST);
    assert_true(atlas->max_stretch == 1.5F);
    assert_int_equal(atlas->max_chart_triangles, 9);
    assert_true(atlas->seam_degrees == 60.0F);
    assert_true(atlas->seam_groups);
    assert_true(atlas->keep_charts);
    assert_true(atlas->fix_winding);
    assert_true(atlas->whole_charts);
    assert_true(atlas->texels_per_unit == 0.25F);
    assert_true(atlas->pages == UVP_ATLAS_PAGES_AUTO);
    assert_int_equal(atlas->pack_effort, 3);
    uvp_options_release(&options);

    /* the last --seams counts, whole */
    assert_int_equal(parse(&options,
                           "--preset fast --seams angle=0.5 --seams material --pages 7", &mem,
                           &err),
                     UVP_OK);
    assert_int_equal(options.settings.atlas.preset, UVP_ATLAS_FAST);
    assert_false(options.settings.atlas.seam_degrees > 0);
    assert_true(options.settings.atlas.seam_groups);
    assert_int_equal(options.settings.atlas.pages, 7);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "--seams material,angle=180 --seams none", &mem, &err),
                     UVP_OK);
    assert_false(options.settings.atlas.seam_degrees > 0);
    assert_false(options.settings.atlas.seam_groups);
    uvp_options_release(&options);
}

static void workers_are_clamped(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options, "--workers 64", &mem, &err), UVP_OK);
    assert_true(uvp_options_settle(&options, 4));
    assert_int_equal(options.line.workers, 8);
    assert_false(uvp_options_settle(&options, 32));
    assert_int_equal(options.line.workers, 64);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "--workers 0", &mem, &err), UVP_OK);
    assert_false(uvp_options_settle(&options, 4));
    assert_int_equal(options.line.workers, 0);
    uvp_options_release(&options);
}

static void help_and_version_win(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options, "--help --nonsense", &mem, &err), UVP_OK);
    assert_int_equal(options.action, UVP_ACTION_HELP);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "-qh", &mem, &err), UVP_OK);
    assert_int_equal(options.action, UVP_ACTION_HELP);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "--version", &mem, &err), UVP_OK);
    assert_int_equal(options.action, UVP_ACTION_VERSION);
    uvp_options_release(&options);
}

struct mistake {
    const char *line;
    const char *text; /* part of the message */
};

static const struct mistake mistakes[] = {
    {"--nonsense", "unknown option --nonsense"},
    {"--nonsense=1", "unknown option --nonsense"},
    {"--work 2", "unknown option --work"}, /* no abbreviations */
    {"-x", "unknown option -x"},
    {"-qx", "unknown option -x"},
    {"--output", "--output needs a value"},
    {"-o", "--output needs a value"},
    {"-o ''", "expected a file"},
    {"--dry-run=yes", "--dry-run takes no value"},
    {"--workers many", "--workers many"},
    {"--workers -1", "--workers -1"},
    {"--workers 2x", "--workers 2x"},
    {"--workers 4097", "--workers 4097"},
    {"--workers=", "--workers"},
    {"--readers 0", "--readers 0"},
    {"--readers 65", "--readers 65"},
    {"--memory 1023K", "--memory 1023K"},
    {"--memory 1.5G", "--memory 1.5G"},
    {"--queue 0", "--queue 0"},
    {"--resolution 15", "--resolution 15"},
    {"--resolution 65537", "--resolution 65537"},
    {"--resolution 0x100", "--resolution 0x100"},
    {"--padding -1", "--padding -1"},
    {"--padding 1e2", "--padding 1e2"},
    {"--padding 3 --resolution 16", "an eighth of --resolution 16"},
    {"--existing keep", "expected skip, replace or add"},
    {"--on-error die", "pass, drop or stop"},
    {"--max-errors x", "--max-errors x"},
    {"--format rar", "tar, cpio, zip or folder"},
    {"--format 7z", "tar, cpio, zip or folder"},
    {"--format folder", "--format folder needs --output"},
    {"--compress brotli", "none, zstd"},
    {"--compress averyveryverylongname", "none, zstd"},
    {"--compress zstd:", "expected a level"},
    {"--compress zstd:fast", "expected a level"},
    {"--compress zstd:99999", "expected a level"},
    {"--compress none:1", "no levels"},
    {"--timeout soon", "--timeout soon"},
    {"--member-timeout 1d", "--member-timeout 1d"},
    {"--stall-timeout -1", "--stall-timeout -1"},
    {"--report -", "--report -"},
    {"--report ''", "expected a file"},
    {"--report x -o x", "the same file"},
    {"--progress always", "auto, plain, json or never"},
    {"--progress-interval 50ms", "from 100ms"},
    {"--progress-interval 25h", "from 100ms"},
    {"--progress-interval 0", "from 100ms"},
    {"--color yes", "auto, always or never"},
    {"- -", "stdin can be read once"},
    {"check --padding 2", "check does not take --padding"},
    {"check -o x", "check does not take --output"},
    {"--json", "unwrap does not take --json"},
    {"check --allow", "--allow needs a value"},
    {"check --allow ''", "--allow '': expected none"},
    {"check --allow flipped,", "expected none"},
    {"check --allow none,flipped", "expected none"},
    {"check --allow flip", "expected none"},
    {"check --json --report x", "--json and --report"},
    {"''", "empty name"},
};

static const struct mistake atlas_mistakes[] = {
    {"--preset quick", "fast, balanced or best"},
    {"--preset ''", "--preset '': expected"},
    {"--max-stretch 1", "--max-stretch 1: expected"},
    {"--max-stretch 1.0009", "from 1.001 to 100"},
    {"--max-stretch 100.000001", "from 1.001 to 100"},
    {"--max-stretch nan", "from 1.001 to 100"},
    {"--max-chart-triangles 0", "at least 1"},
    {"--max-chart-triangles 4294967296", "at least 1"},
    {"--seams ''", "--seams '': expected none"},
    {"--seams angle", "expected none, or a list"},
    {"--seams angle=", "expected none, or a list"},
    {"--seams angle=0", "expected none, or a list"},
    {"--seams angle=180.5", "expected none, or a list"},
    {"--seams angle=60,", "expected none, or a list"},
    {"--seams ,angle=60", "expected none, or a list"},
    {"--seams angle=60,angle=70", "expected none, or a list"},
    {"--seams material,material", "expected none, or a list"},
    {"--seams none,material", "expected none, or a list"},
    {"--seams material,none", "expected none, or a list"},
    {"--seams angle=60.00000000000000000000", "expected none, or a list"},
    {"--keep-charts=1", "takes no value"},
    {"--keep-charts --existing add", "--keep-charts and --existing add"},
    {"--existing replace --keep-charts", "--keep-charts and --existing replace"},
    {"--fix-winding=no", "takes no value"},
    {"--whole-charts=1", "takes no value"},
    {"--texels-per-unit 0", "above 0"},
    {"--texels-per-unit -3", "above 0"},
    {"--texels-per-unit 1000000001", "above 0"},
    {"--texels-per-unit 1e3", "above 0"},
    {"--pages 0", "or auto"},
    {"--pages 1001", "or auto"},
    {"--pages many", "or auto"},
    {"--pages auto", "--pages auto needs --texels-per-unit"},
    {"--pack-effort 0", "from 1 to 1000"},
    {"--pack-effort 1001", "from 1 to 1000"},
    {"--seek-table --compress gzip", "--seek-table is for --compress zstd"},
    {"--ply-uv both", "expected vertex or wedge"},
    {"--stl stoff", "expected beside, replace or pass"},
    {"--stl-to stl", "expected obj, ply or glb"},
    {"--off keep", "expected beside, replace, pass or stoff"},
    {"--texcoord add", "from 0 to 31"},
    {"--texcoord 32", "from 0 to 31"},
    {"--uv-type half", "expected float or u16"},
    {"--gltf-atlas scene", "expected mesh, primitive or file"},
    {"check --stl pass", "check does not take --stl"},
};

static void check_mistake(const struct mistake *mistake)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options, mistake->line, &mem, &err), UVP_USAGE);
    assert_int_equal(err.code, UVP_USAGE);
    if (strstr(err.text, mistake->text) == NULL) {
        fail_msg("'%s' gave '%s'", mistake->line, err.text);
    }
    assert_null(strchr(err.text, '\n'));
    assert_int_equal(mem.used_bytes, 0);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        check_mistake(&mistakes[i]);
    }
    for (size_t i = 0; i < sizeof atlas_mistakes / sizeof *atlas_mistakes; i++) {
        check_mistake(&atlas_mistakes[i]);
    }
}

static void no_memory(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = 1;
    assert_int_equal(parse(&options, "a b", &mem, &err), UVP_NO_MEMORY);
}

static void check_help(enum uvp_command command)
{
    struct uvp_error err;
    struct uvp_buf text;
    struct uvp_mem mem;

    memset(&err, 0, sizeof err);
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&text, &mem, 0);
    assert_int_equal(uvp_options_help(command, &text, &err), UVP_OK);
    assert_int_equal(uvp_buf_append(&text, "", 1, &err), UVP_OK);
    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        char name[64];
        (void)snprintf(name, sizeof name, " --%s%s", row->name,
                       (row->traits & UVP_OPTION_MAY) != 0 ? "[="
                       : row->argument != NULL             ? "="
                                                           : "");
        if ((row->commands & UVP_FOR(command)) != 0) {
            assert_non_null(strstr((const char *)text.data, name));
        }
    }
    assert_non_null(strstr((const char *)text.data, "obj"));
    for (const char *line = (const char *)text.data; line != NULL;) {
        const char *end = strchr(line, '\n');
        assert_true(end == NULL || end - line <= 88);
        line = end != NULL ? end + 1 : NULL;
    }
    uvp_buf_release(&text);
}

static void help_names_every_option(void **state)
{
    (void)state;
    for (int command = 0; command < UVP_COMMAND_COUNT; command++) {
        check_help((enum uvp_command)command);
    }
}

static void check_has_options_of_its_own(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options, "check a.obj --json", &mem, &err), UVP_OK);
    assert_int_equal(options.command, UVP_COMMAND_CHECK);
    assert_int_equal(options.settings.task, UVP_TASK_CHECK);
    assert_int_equal(options.settings.input_count, 1);
    assert_int_equal(options.settings.allowed, UVP_FAULT_MIRRORED);
    assert_true(options.json);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "check --allow outside,unmapped", &mem, &err), UVP_OK);
    assert_int_equal(options.settings.allowed, UVP_FAULT_OUTSIDE | UVP_FAULT_UNMAPPED);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "check --allow none -q", &mem, &err), UVP_OK);
    assert_int_equal(options.settings.allowed, 0);
    assert_int_equal(options.level, UVP_TRACE_ERROR);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "check -h", &mem, &err), UVP_OK);
    assert_int_equal(options.action, UVP_ACTION_HELP);
    uvp_options_release(&options);
    /* only the first word is a command */
    assert_int_equal(parse(&options, "./check check", &mem, &err), UVP_OK);
    assert_int_equal(options.command, UVP_COMMAND_STREAM);
    assert_int_equal(options.settings.input_count, 2);
    uvp_options_release(&options);
}

static void list_has_few_options(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options, "list --json --include *.ply a.tar", &mem, &err), UVP_OK);
    assert_int_equal(options.command, UVP_COMMAND_LIST);
    assert_int_equal(options.settings.task, UVP_TASK_LIST);
    assert_true(options.json);
    (void)uvp_options_settle(&options, 2);
    assert_true(options.settings.record_passed);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "list --padding 2", &mem, &err), UVP_USAGE);
    assert_non_null(strstr(err.text, "list does not take --padding"));
    assert_int_equal(parse(&options, "check list", &mem, &err), UVP_OK);
    assert_int_equal(options.command, UVP_COMMAND_CHECK);
    assert_int_equal(options.settings.input_count, 1);
    uvp_options_release(&options);
}

static void formats_have_options(void **state)
{
    struct uvp_options options;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(&options, "a.stl", &mem, &err), UVP_OK);
    assert_int_equal(options.settings.mesh.existing, UVP_EXISTING_SKIP);
    assert_int_equal(options.settings.mesh.ply_uv, UVP_PLY_VERTEX);
    assert_int_equal(options.settings.mesh.stl, UVP_ROOMLESS_BESIDE);
    assert_int_equal(options.settings.mesh.stl_to, UVP_COMPANION_OBJ);
    assert_int_equal(options.settings.mesh.off, UVP_ROOMLESS_BESIDE);
    assert_int_equal(options.settings.mesh.texcoord, 0);
    assert_int_equal(options.settings.mesh.uv_type, UVP_UV_FLOAT);
    assert_int_equal(options.settings.mesh.gltf_atlas, UVP_GLTF_BY_MESH);
    uvp_options_release(&options);
    assert_int_equal(parse(&options,
                           "--existing add --ply-uv wedge --stl replace --stl-to glb --off "
                           "stoff --texcoord 3 --uv-type u16 --gltf-atlas file",
                           &mem, &err),
                     UVP_OK);
    assert_int_equal(options.settings.mesh.existing, UVP_EXISTING_ADD);
    assert_int_equal(options.settings.mesh.ply_uv, UVP_PLY_WEDGE);
    assert_int_equal(options.settings.mesh.stl, UVP_ROOMLESS_REPLACE);
    assert_int_equal(options.settings.mesh.stl_to, UVP_COMPANION_GLB);
    assert_int_equal(options.settings.mesh.off, UVP_ROOMLESS_STOFF);
    assert_int_equal(options.settings.mesh.texcoord, 3);
    assert_int_equal(options.settings.mesh.uv_type, UVP_UV_U16);
    assert_int_equal(options.settings.mesh.gltf_atlas, UVP_GLTF_BY_FILE);
    uvp_options_release(&options);
    assert_int_equal(parse(&options, "--stl pass --off pass --stl-to ply", &mem, &err), UVP_OK);
    assert_int_equal(options.settings.mesh.stl, UVP_ROOMLESS_PASS);
    assert_int_equal(options.settings.mesh.off, UVP_ROOMLESS_PASS);
    assert_int_equal(options.settings.mesh.stl_to, UVP_COMPANION_PLY);
    uvp_options_release(&options);
}

static void names_are_given_once(void **state)
{
    (void)state;
    for (const struct uvp_option *a = uvp_option_table; a->name != NULL; a++) {
        for (const struct uvp_option *b = a + 1; b->name != NULL; b++) {
            if ((a->commands & b->commands) == 0) {
                continue; /* of the same name, for different commands */
            }
            assert_string_not_equal(a->name, b->name);
            assert_true(a->letter == 0 || a->letter != b->letter);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(values_come_in_every_form),
        cmocka_unit_test(lists_gather),
        cmocka_unit_test(every_choice),
        cmocka_unit_test(padding_zero_is_not_the_default),
        cmocka_unit_test(the_atlas_is_shaped),
        cmocka_unit_test(workers_are_clamped),
        cmocka_unit_test(help_and_version_win),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(help_names_every_option),
        cmocka_unit_test(check_has_options_of_its_own),
        cmocka_unit_test(list_has_few_options),
        cmocka_unit_test(formats_have_options),
        cmocka_unit_test(names_are_given_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
