#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/uvpipe/config.h"
#include "tools/uvpipe/config_print.h"

#define MOST_WORDS 32
#define TEXT_BYTES 512

/* ---- a place to put files, and words ---- */

struct place {
    char folder[64];
    char file[128];
    char home[160]; /* HOME=... */
    struct uvp_mem mem;
    struct uvp_options options;
    struct uvp_error err;
};

static int make_place(void **state)
{
    struct place *const place = calloc(1, sizeof *place);

    assert_non_null(place);
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/uvp_config_XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->file, sizeof place->file, "%s/file", place->folder);
    (void)snprintf(place->home, sizeof place->home, "HOME=%s", place->folder);
    uvp_mem_init(&place->mem, 0);
    *state = place;
    return 0;
}

static int drop_place(void **state)
{
    struct place *const place = *state;
    char command[128];

    assert_int_equal(place->mem.used_bytes, 0);
    (void)snprintf(command, sizeof command, "rm -rf %s", place->folder);
    assert_int_equal(system(command), 0);
    free(place);
    return 0;
}

static void write_bytes(const char *path, const char *text, size_t bytes)
{
    FILE *const file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

static void write_file(struct place *place, const char *text)
{
    write_bytes(place->file, text, strlen(text));
}

/* `line`: words parted by blanks; @ is the file. `variables`: up to a NULL; NULL: none. */
static enum uvp_code load(struct place *place, const char *line, char *const *variables)
{
    static char words[MOST_WORDS][160];
    static char *argv[MOST_WORDS];
    int argc = 1;
    int used = 0;

    argv[0] = words[0];
    while (sscanf(line, "%150s%n", words[argc], &used) == 1 && argc + 1 < MOST_WORDS) {
        argv[argc] = words[argc];
        if (strcmp(words[argc], "@") == 0) {
            argv[argc] = place->file;
        }
        line += used;
        argc++;
    }
    memset(&place->err, 0, sizeof place->err);
    return uvp_options_load(&place->options, argc, argv, variables, &place->mem, &place->err);
}

static void expect_error(struct place *place, const char *line, char *const *variables,
                         const char *text)
{
    const enum uvp_code code = load(place, line, variables);

    if (code == UVP_OK || strstr(place->err.text, text) == NULL) {
        fail_msg("'%s' gave %d '%s', not '%s'", line, (int)code, place->err.text, text);
    }
}

static const struct uvp_setting *setting(const struct place *place, const char *name)
{
    const struct uvp_option *const row =
        uvp_option_find(place->options.command, name, strlen(name));

    assert_non_null(row);
    return uvp_config_of(place->options.config, row);
}

/* ---- layers ---- */

/* Every set of layers in which the option is said: the strongest of them holds. */
static void stronger_layers_win(void **state)
{
    static const struct {
        enum uvp_layer layer;
        const char *value;
    } layers[] = {
        {UVP_LAYER_PRESET, "2"},        {UVP_LAYER_FILE, "11"},
        {UVP_LAYER_SECTION, "12"},      {UVP_LAYER_ENVIRONMENT, "13"},
        {UVP_LAYER_COMMAND_LINE, "14"},
    };
    struct place *const place = *state;

    for (unsigned set = 0; set < 1U << 5; set++) {
        char text[TEXT_BYTES] = "";
        char line[TEXT_BYTES] = "--config @";
        char variable[] = "UVPIPE_QUEUE=13";
        char *const variables[] = {(set & 8) != 0 ? variable : NULL, NULL};
        enum uvp_layer strongest = UVP_LAYER_BUILTIN;
        unsigned long value = 0;

        (void)snprintf(text, sizeof text, "# nothing\n%s[unwrap]\n%s",
                       (set & 2) != 0 ? "queue = 11\n" : "",
                       (set & 4) != 0 ? "queue = 12\n" : "");
        write_file(place, text);
        (void)snprintf(line, sizeof line, "--config @ %s %s",
                       (set & 1) != 0 ? "--preset low-memory" : "",
                       (set & 16) != 0 ? "--queue 14" : "");
        for (unsigned i = 0; i < 5; i++) {
            if ((set & 1U << i) != 0) {
                strongest = layers[i].layer;
                value = strtoul(layers[i].value, NULL, 10);
            }
        }
        assert_int_equal(load(place, line, variables), UVP_OK);
        assert_int_equal(setting(place, "queue")->source.layer, strongest);
        assert_int_equal(place->options.line.window_items, value);
        uvp_options_release(&place->options);
    }
}

static void files_are_found(void **state)
{
    struct place *const place = *state;
    char path[200];
    char xdg[200];
    char empty[] = "UVPIPE_CONFIG=";
    char relative[] = "XDG_CONFIG_HOME=here";
    char named[200];

    assert_int_equal(load(place, "a", (char *[]){place->home, NULL}), UVP_OK);
    assert_null(place->options.config->path);
    uvp_options_release(&place->options);

    (void)snprintf(path, sizeof path, "mkdir -p %s/.config/uvpipe %s/x/uvpipe", place->folder,
                   place->folder);
    assert_int_equal(system(path), 0);
    (void)snprintf(path, sizeof path, "%s/.config/uvpipe/config", place->folder);
    write_bytes(path, "queue = 5\n", 10);
    assert_int_equal(load(place, "a", (char *[]){place->home, relative, NULL}), UVP_OK);
    assert_string_equal(place->options.config->path, path);
    assert_int_equal(place->options.line.window_items, 5);
    uvp_options_release(&place->options);

    (void)snprintf(xdg, sizeof xdg, "XDG_CONFIG_HOME=%s/x", place->folder);
    (void)snprintf(path, sizeof path, "%s/x/uvpipe/config", place->folder);
    write_bytes(path, "queue = 6\n", 10);
    assert_int_equal(load(place, "a", (char *[]){place->home, xdg, NULL}), UVP_OK);
    assert_int_equal(place->options.line.window_items, 6);
    uvp_options_release(&place->options);

    assert_int_equal(load(place, "a", (char *[]){xdg, empty, NULL}), UVP_OK);
    assert_int_equal(place->options.line.window_items, 0);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "a --no-config", (char *[]){xdg, NULL}), UVP_OK);
    assert_int_equal(place->options.line.window_items, 0);
    uvp_options_release(&place->options);

    write_file(place, "queue = 7\n");
    (void)snprintf(named, sizeof named, "UVPIPE_CONFIG=%s", place->file);
    assert_int_equal(load(place, "a", (char *[]){xdg, named, NULL}), UVP_OK);
    assert_int_equal(place->options.line.window_items, 7);
    uvp_options_release(&place->options);
    assert_int_equal(unlink(place->file), 0);
    expect_error(place, "a", (char *[]){xdg, named, NULL}, "/file: cannot open");
    expect_error(place, "--config @", NULL, "/file: cannot open");
    assert_int_equal(load(place, "--config @ --help", NULL), UVP_OK);
    assert_int_equal(place->options.action, UVP_ACTION_HELP);
    uvp_options_release(&place->options);
}

static void sections_are_for_commands(void **state)
{
    struct place *const place = *state;

    write_file(place, "queue = 5\npages = 3\nallow = none\n[check]\npages = 4\n"
                      "[unwrap]\nqueue = 6\n[check]\nqueue = 7\n");
    assert_int_equal(load(place, "check --config @", NULL), UVP_OK);
    assert_int_equal(place->options.settings.atlas.pages, 4);
    assert_int_equal(place->options.line.window_items, 7);
    assert_int_equal(place->options.settings.allowed, 0);
    assert_int_equal(setting(place, "pages")->source.line, 5);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "--config @", NULL), UVP_OK);
    assert_int_equal(place->options.settings.atlas.pages, 3);
    assert_int_equal(place->options.line.window_items, 6);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "list --config @", NULL), UVP_OK);
    assert_int_equal(place->options.line.window_items, 5);
    uvp_options_release(&place->options);
}

/* ---- flags, lists, presets ---- */

static void every_flag_is_switched_off(void **state)
{
    struct place *const place = *state;

    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        const char *word = "";
        char line[TEXT_BYTES];

        if (row->argument != NULL || (row->traits & UVP_OPTION_BARE) != 0) {
            continue;
        }
        for (int i = UVP_COMMAND_COUNT - 1; i >= 0; i--) {
            if (uvp_option_is_for(row, (enum uvp_command)i) && i != UVP_COMMAND_STREAM) {
                static const char *const names[] = {"", "check", "list"};
                word = i < 3 ? names[i] : word;
            }
        }
        if (*word == '\0' && !uvp_option_is_for(row, UVP_COMMAND_STREAM)) {
            continue;
        }
        (void)snprintf(line, sizeof line, "%s --%s --no-%s a", word, row->name, row->name);
        assert_int_equal(load(place, line, NULL), UVP_OK);
        assert_int_equal(setting(place, row->name)->count, 0);
        assert_int_equal(place->options.level, UVP_TRACE_WARNING);
        uvp_options_release(&place->options);

        (void)snprintf(line, sizeof line, "%s = yes\n", row->name);
        write_file(place, line);
        (void)snprintf(line, sizeof line, "%s --config @ a", word);
        assert_int_equal(load(place, line, NULL), UVP_OK);
        assert_int_equal(setting(place, row->name)->count, 1);
        uvp_options_release(&place->options);
        (void)snprintf(line, sizeof line, "%s --config @ --no-%s a", word, row->name);
        assert_int_equal(load(place, line, NULL), UVP_OK);
        assert_int_equal(setting(place, row->name)->count, 0);
        uvp_options_release(&place->options);
    }
}

static void the_last_flag_wins(void **state)
{
    struct place *const place = *state;
    char quiet[] = "UVPIPE_QUIET=yes";
    char loud[] = "UVPIPE_VERBOSE=2";

    assert_int_equal(load(place, "--no-dry-run --dry-run", NULL), UVP_OK);
    assert_true(place->options.settings.dry_run);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "-v -q", NULL), UVP_OK);
    assert_int_equal(place->options.level, UVP_TRACE_ERROR);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "-q -vv", NULL), UVP_OK);
    assert_int_equal(place->options.level, UVP_TRACE_DEBUG);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "-v", (char *[]){quiet, NULL}), UVP_OK);
    assert_int_equal(place->options.level, UVP_TRACE_INFO);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "-q", (char *[]){loud, NULL}), UVP_OK);
    assert_int_equal(place->options.level, UVP_TRACE_ERROR);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "", (char *[]){loud, NULL}), UVP_OK);
    assert_int_equal(place->options.level, UVP_TRACE_DEBUG);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "-v", (char *[]){loud, NULL}), UVP_OK);
    assert_int_equal(place->options.level, UVP_TRACE_INFO);
    uvp_options_release(&place->options);
}

static void lists_are_replaced(void **state)
{
    struct place *const place = *state;
    char variable[] = "UVPIPE_INCLUDE=e";

    write_file(place, "include = a\ninclude = b\nexclude = c\n");
    assert_int_equal(load(place, "--config @", NULL), UVP_OK);
    assert_int_equal(place->options.settings.include_count, 2);
    assert_string_equal(place->options.settings.include[1], "b");
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "--config @", (char *[]){variable, NULL}), UVP_OK);
    assert_int_equal(place->options.settings.include_count, 1);
    assert_string_equal(place->options.settings.include[0], "e");
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "--include x --config @ --include y z --include w",
                          (char *[]){variable, NULL}),
                     UVP_OK);
    assert_int_equal(place->options.settings.include_count, 3);
    assert_string_equal(place->options.settings.include[0], "x");
    assert_string_equal(place->options.settings.include[2], "w");
    assert_int_equal(place->options.settings.exclude_count, 1);
    assert_int_equal(place->options.settings.input_count, 1);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "--config @ --no-include", NULL), UVP_OK);
    assert_int_equal(place->options.settings.include_count, 0);
    uvp_options_release(&place->options);
}

static void values_are_taken_back(void **state)
{
    struct place *const place = *state;

    write_file(place, "workers = 3\nmax-stretch = 2\nmax-chart-triangles = 9\n");
    assert_int_equal(
        load(place, "--config @ --no-workers --no-max-stretch --no-max-chart-triangles", NULL),
        UVP_OK);
    assert_false(place->options.workers_given);
    assert_true(place->options.settings.atlas.max_stretch == 1.25F);
    assert_int_equal(place->options.settings.atlas.max_chart_triangles, 0);
    uvp_options_release(&place->options);
}

static void presets_are_below_all(void **state)
{
    struct place *const place = *state;

    write_file(place, "preset = best,low-memory\nmemory = 99M\n");
    assert_int_equal(load(place, "--config @", NULL), UVP_OK);
    assert_int_equal(place->options.settings.atlas.preset, UVP_ATLAS_BEST);
    assert_int_equal(place->options.line.budget_bytes, 99 << 20);
    assert_int_equal(setting(place, "memory")->source.layer, UVP_LAYER_FILE);
    assert_int_equal(setting(place, "queue")->source.layer, UVP_LAYER_PRESET);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "check --preset low-memory", NULL), UVP_OK);
    assert_int_equal(setting(place, "memory")->source.layer, UVP_LAYER_PRESET);
    uvp_options_release(&place->options);
    assert_int_equal(load(place, "--config @ --preset fast", NULL), UVP_OK);
    assert_int_equal(place->options.settings.atlas.preset, UVP_ATLAS_FAST);
    assert_int_equal(setting(place, "queue")->source.layer, UVP_LAYER_BUILTIN);
    uvp_options_release(&place->options);
    expect_error(place, "--preset best,fast", NULL, "--preset best,fast: expected");
    expect_error(place, "--preset low-memory,low-memory", NULL, "expected fast");
    expect_error(place, "--preset low-memory,", NULL, "expected fast");
}

/* ---- mistakes ---- */

static void bad_lines_are_named(void **state)
{
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"queue = 1\n\nworker = 3\n", "/file:3: unknown key worker; is it workers?"},
        {"max_stretch = 2\n", "/file:1: unknown key max_stretch; is it max-stretch?"},
        {"queue = 1\r\nqueue = 2\r\n", "/file:2: queue was set in line 1 already"},
        {"workers = many\n", "/file:1: --workers many: expected"},
        {"output = x\n", "/file:1: output is for the command line only"},
        {"help = yes\n", "/file:1: help is for the command line only"},
        {"config = x\n", "/file:1: config is for the command line only"},
        {"dry-run = 1\n", "/file:1: --dry-run 1: expected yes or no"},
        {"verbose = 10\n", "/file:1: --verbose 10: expected yes, no or a number"},
        {"queue\n", "/file:1: a line is NAME = VALUE"},
        {"queue =\n", "/file:1: queue has no value"},
        {"queue = # 3\n", "/file:1: queue has no value"},
        {"= 3\n", "/file:1: a line is NAME = VALUE"},
        {"[chek]\n", "/file:1: [chek] is no command"},
        {"[check\n", "/file:1: a heading is [COMMAND]"},
        {"[check] x\n", "/file:1: something stands behind the heading"},
        {"[list]\nallow = none\n", "/file:2: list does not take allow"},
        {"[check]\nallow = nothing\n", "/file:2: --allow nothing: expected"},
        {"include = \"a\n", "/file:1: quotes that do not end"},
        {"include = \"a\" b\n", "/file:1: something stands behind the quotes"},
        {"include = \"\\y\"\n", "/file:1: in quotes a backslash"},
        {"include = \"\\x00\"\n", "/file:1: in quotes a backslash"},
        {"include = \"\\x4\"\n", "/file:1: in quotes a backslash"},
        {"# \xff\n", "/file:1: not UTF-8"},
        {"queue = 1\n\x01\n", "/file:2: a control character"},
        {"queue = 1\r2\n", "/file:1: a control character"},
        {"preset = quick\n", "/file:1: --preset quick: expected"},
    };
    struct place *const place = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(place, rows[i].text);
        expect_error(place, "--config @", NULL, rows[i].error);
        assert_int_equal(place->mem.used_bytes, 0);
    }
    /* also when something stronger is said */
    write_file(place, "workers = many\n");
    expect_error(place, "--config @ --workers 3", NULL, "/file:1: --workers many");
}

static void sizes_are_limited(void **state)
{
    struct place *const place = *state;
    const size_t most = (size_t)1 << 20;
    char *const text = malloc(most + 1);

    assert_non_null(text);
    memset(text, '#', most + 1);
    write_bytes(place->file, text, most);
    assert_int_equal(load(place, "--config @", NULL), UVP_OK);
    uvp_options_release(&place->options);
    write_bytes(place->file, text, most + 1);
    expect_error(place, "--config @", NULL, "larger than 1024 KiB");
    write_bytes(place->file, "queue = 3\0\n", 11);
    expect_error(place, "--config @", NULL, ":1: a control character");
    free(text);
}

static void bad_variables_are_named(void **state)
{
    static const struct {
        const char *variable;
        const char *error;
    } rows[] = {
        {"UVPIPE_WORKERS=many", "environment: UVPIPE_WORKERS: --workers many: expected"},
        {"UVPIPE_WORKERS=", "environment: UVPIPE_WORKERS: --workers '': expected"},
        {"UVPIPE_WORKER=3", "UVPIPE_WORKER: unknown key worker; is it workers?"},
        {"UVPIPE_workers=3", "UVPIPE_workers: no option is called so"},
        {"UVPIPE_=3", "UVPIPE_: no option is called so"},
        {"UVPIPE_OUTPUT=x", "UVPIPE_OUTPUT: output is for the command line only"},
        {"UVPIPE_DRY_RUN=true", "UVPIPE_DRY_RUN: --dry-run true: expected yes or no"},
    };
    struct place *const place = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char variable[80];

        (void)snprintf(variable, sizeof variable, "%s", rows[i].variable);
        expect_error(place, "a", (char *[]){variable, NULL}, rows[i].error);
    }
    /* of another command: judged, and no more */
    {
        char stretch[] = "UVPIPE_MAX_STRETCH=1.5";
        char wrong[] = "UVPIPE_MAX_STRETCH=no";
        assert_int_equal(load(place, "check", (char *[]){stretch, NULL}), UVP_OK);
        uvp_options_release(&place->options);
        expect_error(place, "check", (char *[]){wrong, NULL}, "--max-stretch no: expected");
    }
}

/* ---- printing ---- */

static void print(struct place *place, struct uvp_buf *text, bool json)
{
    uvp_buf_init(text, &place->mem, 0);
    assert_int_equal(json ? uvp_config_print_json(&place->options, text, &place->err)
                          : uvp_config_print(&place->options, text, &place->err),
                     UVP_OK);
    assert_int_equal(uvp_buf_append(text, "", 1, NULL), UVP_OK);
}

/* The text without what stands behind "  # ": where the values come from. */
static void cut_sources(char *text)
{
    char *to = text;
    bool in_source = false;

    for (const char *at = text; *at != '\0'; at++) {
        in_source = *at != '\n' && (in_source || strncmp(at, "  # ", 4) == 0);
        if (!in_source && *at != ' ') {
            *to++ = *at;
        }
    }
    *to = '\0';
}

static void what_is_printed_sets_the_same(void **state)
{
    static const char *const lines[] = {
        "",
        "-vv --include *.obj --include a#b --exclude \xff --workers 3 --compress zstd:7",
        "-q --keep-charts --preset best,low-memory --pages auto --texels-per-unit 2.5",
        "check --allow flipped,mirrored --json --pages auto",
        "list --preset low-memory",
    };
    struct place *const place = *state;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct uvp_buf before;
        struct uvp_buf after;
        char line[80];

        assert_int_equal(load(place, lines[i], NULL), UVP_OK);
        print(place, &before, false);
        uvp_options_release(&place->options);
        write_bytes(place->file, (char *)before.data, before.bytes - 1);
        (void)snprintf(line, sizeof line, "%.5s --config @",
                       strncmp(lines[i], "check", 5) == 0  ? "check"
                       : strncmp(lines[i], "list", 4) == 0 ? "list"
                                                           : "");
        assert_int_equal(load(place, line, NULL), UVP_OK);
        print(place, &after, false);
        uvp_options_release(&place->options);
        cut_sources((char *)before.data);
        cut_sources((char *)after.data);
        assert_string_equal(strchr((char *)before.data, '\n'),
                            strchr((char *)after.data, '\n'));
        uvp_buf_release(&before);
        uvp_buf_release(&after);
    }
}

static void odd_values_are_quoted(void **state)
{
    struct place *const place = *state;
    struct uvp_buf text;

    write_file(place, "include = \" a #b\\\"\\\\\\n\\t\\x1b\\xff \"\n");
    assert_int_equal(load(place, "--config @", NULL), UVP_OK);
    assert_string_equal(place->options.settings.include[0], " a #b\"\\\n\t\x1b\xff ");
    print(place, &text, false);
    assert_non_null(
        strstr((char *)text.data, "include = \" a #b\\\"\\\\\\x0a\\x09\\x1b\\xff \""));
    uvp_buf_release(&text);
    print(place, &text, true);
    assert_non_null(strstr((char *)text.data, "\"include\""));
    uvp_buf_release(&text);
    uvp_options_release(&place->options);
}

static void memory_fails_anywhere(void **state)
{
    struct place *const place = *state;
    char variable[] = "UVPIPE_WORKERS=3";
    enum uvp_code code = UVP_NO_MEMORY;

    write_file(place, "include = a\n[unwrap]\nqueue = 3\n");
    for (uint64_t call = 1; code != UVP_OK; call++) {
        place->mem.fail_at_call = call;
        place->mem.calls = 0;
        code = load(place, "--config @ --preset low-memory a b", (char *[]){variable, NULL});
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        assert_true(code == UVP_OK || place->mem.used_bytes == 0);
        assert_true(call < 100);
    }
    uvp_options_release(&place->options);
    place->mem.fail_at_call = 0;
}

/* ---- the table ---- */

static void fallbacks_and_choices_are_accepted(void **state)
{
    struct place *const place = *state;

    assert_int_equal(load(place, "", NULL), UVP_OK);
    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        struct uvp_options trial = place->options;
        const bool whole = (row->traits & (UVP_OPTION_WORDS | UVP_OPTION_OPEN)) == 0;

        assert_true(row->fallback == NULL || row->argument != NULL);
        assert_true((row->traits & UVP_OPTION_COUNT) == 0 || row->argument == NULL);
        if (row->fallback != NULL) {
            assert_int_equal(uvp_option_apply(row, &trial, row->fallback, NULL), UVP_OK);
        }
        for (size_t i = 0; row->choices != NULL && row->choices[i] != NULL; i++) {
            assert_true(!whole ||
                        uvp_option_apply(row, &trial, row->choices[i], NULL) == UVP_OK);
        }
        assert_true(row->undoes == NULL ||
                    uvp_option_find(place->options.command, row->undoes, strlen(row->undoes)));
    }
    uvp_options_release(&place->options);
}

static void near_names(void **state)
{
    (void)state;
    assert_string_equal(uvp_option_near(UVP_COMMAND_STREAM, "max-strecth", 11), "max-stretch");
    assert_string_equal(uvp_option_near(UVP_COMMAND_STREAM, "worker", 6), "workers");
    assert_string_equal(uvp_option_near(UVP_COMMAND_STREAM, "inclde", 6), "include");
    assert_null(uvp_option_near(UVP_COMMAND_STREAM, "nonsense", 8));
    assert_null(uvp_option_near(UVP_COMMAND_CHECK, "max-strecth", 11));
    assert_null(uvp_option_near(UVP_COMMAND_STREAM, "x", 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, drop_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stronger_layers_win),
        TEST(files_are_found),
        TEST(sections_are_for_commands),
        TEST(every_flag_is_switched_off),
        TEST(the_last_flag_wins),
        TEST(lists_are_replaced),
        TEST(values_are_taken_back),
        TEST(presets_are_below_all),
        TEST(bad_lines_are_named),
        TEST(sizes_are_limited),
        TEST(bad_variables_are_named),
        TEST(what_is_printed_sets_the_same),
        TEST(odd_values_are_quoted),
        TEST(memory_fails_anywhere),
        TEST(fallbacks_and_choices_are_accepted),
        cmocka_unit_test(near_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
