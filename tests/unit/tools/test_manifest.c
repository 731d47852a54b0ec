#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/uvpipe/manifest.h"
#include "tools/uvpipe/params.h"

static enum uvp_code parse(const char *text, struct uvp_mem *mem,
                           struct uvp_manifest **manifest, struct uvp_error *err)
{
    memset(err, 0, sizeof *err);
    *manifest = NULL;
    return uvp_manifest_parse(uvp_span_of_text(text), "m", UVP_COMMAND_STREAM, mem, manifest,
                              err);
}

/* The stretch for a member; 0: nothing differs; -1: a contradiction. */
static double stretch_of(const struct uvp_manifest *manifest, const char *input,
                         const char *path)
{
    const struct uvp_overrides *const overrides = uvp_manifest_overrides(manifest);
    struct uvp_settings run;
    struct uvp_settings own;
    enum uvp_code code;

    memset(&run, 0, sizeof run);
    run.atlas.resolution_texels = 1024;
    run.max_errors = 7;
    code = overrides->find(overrides->ctx, &run, input, uvp_span_of_text(path), &own, NULL);
    if (code == UVP_END) {
        return 0;
    }
    assert_true(code != UVP_OK || own.max_errors == 7);
    return code == UVP_OK ? (double)own.atlas.max_stretch : -1;
}

static void later_lines_win(void **state)
{
    static const char text[] =
        "{\"name\": \"a/x.obj\", \"params\": {\"max-stretch\": 2}}\n"
        "\n"
        "{\"match\": \"*.stl\", \"params\": {\"max-stretch\": \"3\"}}\r\n"
        "{\"name\": \"a/x.obj\", \"input\": \"two.tar\", \"params\": {\"max-stretch\": 4}}\n"
        "{\"match\": \"b/*\", \"params\": {\"max-stretch\": 5.5}}\n"
        "{\"name\": \"b/y.stl\", \"params\": {\"max-stretch\": 6}}\n"
        "{\"name\": \"a/x.obj\", \"params\": {\"padding\": 3}}";
    struct uvp_manifest *manifest;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(text, &mem, &manifest, &err), UVP_OK);
    assert_true(stretch_of(manifest, "one.tar", "a/x.obj") == 2);
    assert_true(stretch_of(manifest, "two.tar", "a/x.obj") == 4);
    assert_true(stretch_of(manifest, "-", "z.stl") == 3);
    assert_true(stretch_of(manifest, "-", "deep/er/z.stl") == 3);
    assert_true(stretch_of(manifest, "-", "b/z.stl") == 5.5);
    assert_true(stretch_of(manifest, "-", "b/y.stl") == 6);
    assert_true(stretch_of(manifest, "-", "x.obj") == 0);
    assert_true(stretch_of(manifest, "-", "a/x.ob") == 0);
    uvp_manifest_destroy(manifest);
    assert_int_equal(mem.used_bytes, 0);
}

static void flags_go_both_ways(void **state)
{
    static const char text[] =
        "{\"name\": \"on\", \"params\": {\"whole-charts\": true, \"keep-charts\": true,"
        " \"fix-winding\": true}}\n"
        "{\"name\": \"off\", \"params\": {\"whole-charts\": false, \"keep-charts\": false,"
        " \"fix-winding\": false}}\n";
    struct uvp_manifest *manifest;
    struct uvp_settings run;
    struct uvp_settings own;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    memset(&run, 0, sizeof run);
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(text, &mem, &manifest, &err), UVP_OK);
    for (int i = 0; i < 2; i++) {
        const bool was = i == 1;
        run.atlas = (struct uvp_atlas_options){.resolution_texels = 64,
                                               .whole_charts = was,
                                               .keep_charts = was,
                                               .fix_winding = was};
        assert_int_equal(
            uvp_manifest_overrides(manifest)->find(
                manifest, &run, "-", uvp_span_of_text(was ? "off" : "on"), &own, NULL),
            UVP_OK);
        assert_int_equal(own.atlas.whole_charts, !was);
        assert_int_equal(own.atlas.keep_charts, !was);
        assert_int_equal(own.atlas.fix_winding, !was);
    }
    uvp_manifest_destroy(manifest);
}

/* Every flag of single meshes can be told to be off: its setter looks at the value. */
static void every_flag_of_meshes_can_be_off(void **state)
{
    (void)state;
    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        struct uvp_options before;
        struct uvp_options after;

        if (row->argument != NULL || (row->traits & UVP_OPTION_MESH) == 0) {
            continue;
        }
        memset(&before, 0, sizeof before);
        memcpy(&after, &before, sizeof after);
        assert_int_equal(row->set(&after, NULL, NULL), UVP_OK);
        if (memcmp(&before, &after, sizeof after) == 0) {
            fail_msg("--%s changes nothing", row->name);
        }
        assert_int_equal(row->set(&after, "no", NULL), UVP_OK);
        if (memcmp(&before, &after, sizeof after) != 0) {
            fail_msg("--%s does not look at its value: see uvp_option_is_on", row->name);
        }
    }
}

static void mistakes_name_the_line(void **state)
{
#define FINE "{\"name\": \"a\", \"params\": {}}\n"
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"nonsense", "m:1: not JSON"},
        {FINE "[1]", "m:2: not a JSON object"},
        {FINE "\n{\"params\": {}}", "m:3: either \"name\" or \"match\""},
        {"{\"name\": \"a\", \"match\": \"b\", \"params\": {}}", "m:1: either"},
        {"{\"name\": \"\", \"params\": {}}", "m:1: \"name\" is no text"},
        {"{\"name\": 3, \"params\": {}}", "m:1: \"name\" is no text"},
        {"{\"name\": \"a\"}", "m:1: \"params\" is no object"},
        {"{\"name\": \"a\", \"params\": []}", "m:1: \"params\" is no object"},
        {"{\"name\": \"a\", \"parms\": {}}", "m:1: unknown key parms"},
        {"{\"name\": \"a\", \"name\": \"b\", \"params\": {}}", "m:1: not JSON: duplicate"},
        {FINE "{\"name\": \"a\", \"params\": {\"max_stretch\": 2}}",
         "m:2: unknown parameter max_stretch; is it max-stretch?"},
        {"{\"name\": \"a\", \"params\": {\"workers\": 2}}",
         "m:1: workers is for the whole run"},
        {"{\"name\": \"a\", \"params\": {\"output\": \"b\"}}", "m:1: output is for the whole"},
        {"{\"name\": \"a\", \"params\": {\"allow\": \"none\"}}", "unwrap does not take allow"},
        {"{\"name\": \"a\", \"params\": {\"max-stretch\": 0.5}}",
         "--max-stretch 0.5: expected"},
        {"{\"name\": \"a\", \"params\": {\"max-stretch\": true}}", "max-stretch: expected a"},
        {"{\"name\": \"a\", \"params\": {\"max-stretch\": 1.12345678}}", "six digits"},
        {"{\"name\": \"a\", \"params\": {\"max-stretch\": 1e300}}", "six digits"},
        {"{\"name\": \"a\", \"params\": {\"padding\": -1}}", "--padding -1: expected"},
        {"{\"name\": \"a\", \"params\": {\"padding\": null}}", "padding: expected"},
        {"{\"name\": \"a\", \"params\": {\"keep-charts\": \"yes\"}}",
         "keep-charts: expected true"},
        {"{\"name\": \"a\", \"params\": {\"preset\": \"best,low-memory\"}}",
         "low-memory is for the whole run"},
        {"{\"name\": \"a\", \"params\": {\"existing\": \"keep\"}}", "skip, replace or add"},
    };
    struct uvp_manifest *manifest;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const error = rows[i].error;
        assert_int_equal(parse(rows[i].text, &mem, &manifest, &err), UVP_USAGE);
        if (strstr(err.text, error) == NULL) {
            fail_msg("%s gave %s", rows[i].text, err.text);
        }
        assert_int_equal(mem.used_bytes, 0);
    }
}

static void what_is_too_large_is_refused(void **state)
{
    const size_t most = UVP_MANIFEST_LINE_BYTES;
    char *const text = calloc(1, 2 * most);
    char deep[200] = "{\"name\": \"a\", \"params\": ";
    struct uvp_manifest *manifest;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    assert_non_null(text);
    uvp_mem_init(&mem, 0);
    memset(text, ' ', most);
    assert_int_equal(parse(text, &mem, &manifest, &err), UVP_OK);
    uvp_manifest_destroy(manifest);
    memset(text, ' ', most + 1);
    text[3] = '\n';
    text[most + 1] = ' ';
    text[most + 4] = '\0';
    memset(text + 4, 'x', most + 1);
    assert_int_equal(parse(text, &mem, &manifest, &err), UVP_USAGE);
    assert_non_null(strstr(err.text, "m:2: longer than 64 KiB"));
    memset(deep + strlen(deep), '[', UVP_PARAMS_DEPTH);
    assert_int_equal(parse(deep, &mem, &manifest, &err), UVP_USAGE);
    assert_non_null(strstr(err.text, "m:1: deeper than"));
    assert_int_equal(mem.used_bytes, 0);
    free(text);
}

static void contradictions_stay_with_the_member(void **state)
{
    static const char text[] = "{\"name\": \"a\", \"params\": {\"pages\": \"auto\"}}\n"
                               "{\"name\": \"b\", \"params\": {\"padding\": 500}}\n";
    struct uvp_manifest *manifest;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(text, &mem, &manifest, &err), UVP_OK);
    assert_true(stretch_of(manifest, "-", "a") == -1);
    assert_true(stretch_of(manifest, "-", "b") == -1);
    uvp_manifest_destroy(manifest);
}

struct heard {
    uint32_t lines[8];
    uint32_t count;
    char texts[256];
};

static void hear_unused(void *ctx, uint32_t line, const char *name)
{
    struct heard *const heard = ctx;

    assert_non_null(name);
    heard->lines[heard->count++] = line;
}

static void hear_value(void *ctx, const struct uvp_option *row, const char *value)
{
    struct heard *const heard = ctx;
    const size_t used = strlen(heard->texts);

    (void)snprintf(heard->texts + used, sizeof heard->texts - used, "%s=%s ", row->name, value);
}

static void what_was_not_used_is_known(void **state)
{
    static const char text[] = "{\"name\": \"a\", \"params\": {\"padding\": 1}}\n"
                               "{\"name\": \"b\", \"params\": {\"padding\": 2.5}}\n"
                               "{\"match\": \"*\", \"input\": \"x\", \"params\": {}}\n"
                               "{\"match\": \"?\", \"params\": {\"existing\": \"add\"}}\n"
                               "{\"name\": \"a\", \"params\": {\"padding\": 1}}\n";
    struct uvp_manifest *manifest;
    struct heard heard;
    struct uvp_error err;
    struct uvp_mem mem;

    (void)state;
    memset(&heard, 0, sizeof heard);
    uvp_mem_init(&mem, 0);
    assert_int_equal(parse(text, &mem, &manifest, &err), UVP_OK);
    assert_int_equal(uvp_manifest_unused(manifest, 2, hear_unused, &heard), 5);
    assert_int_equal(heard.count, 2);
    uvp_manifest_mark(manifest, "-", uvp_span_of_text("a"));
    heard.count = 0;
    assert_int_equal(uvp_manifest_unused(manifest, 8, hear_unused, &heard), 2);
    assert_int_equal(heard.lines[0], 2);
    assert_int_equal(heard.lines[1], 3);
    assert_int_equal(
        uvp_manifest_each(manifest, "-", uvp_span_of_text("b"), hear_value, &heard), 2);
    assert_string_equal(heard.texts, "existing=add padding=2.5 ");
    uvp_manifest_destroy(manifest);
}

/* Many names, few sets of parameters: what is kept is little more than the names. */
static void many_lines(void **state)
{
    enum { LINES = 100000 };
    struct uvp_buf text;
    struct uvp_manifest *manifest;
    struct uvp_error err = {0};
    struct uvp_mem text_mem;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&text_mem, 0);
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&text, &text_mem, 0);
    for (int i = 0; i < LINES; i++) {
        char line[120];
        const int bytes = snprintf(line, sizeof line,
                                   "{\"name\": \"models/%d/mesh.obj\", \"params\": "
                                   "{\"max-stretch\": %d}}\n",
                                   i, 2 + i % 50);
        assert_int_equal(uvp_buf_append(&text, line, (size_t)bytes, NULL), UVP_OK);
    }
    assert_int_equal(
        uvp_manifest_parse(uvp_buf_span(&text), "m", UVP_COMMAND_STREAM, &mem, &manifest, &err),
        UVP_OK);
    assert_true(mem.peak_bytes < (size_t)LINES * 150);
    for (int i = 0; i < LINES; i += 999) {
        char name[60];
        (void)snprintf(name, sizeof name, "models/%d/mesh.obj", i);
        assert_true(stretch_of(manifest, "-", name) == 2 + i % 50);
    }
    uvp_manifest_destroy(manifest);
    uvp_buf_release(&text);
}

static void memory_fails_anywhere(void **state)
{
    static const char text[] = "{\"name\": \"a\", \"params\": {\"padding\": 1}}\n"
                               "{\"match\": \"*\", \"input\": \"x\", \"params\": {}}\n";
    enum uvp_code code = UVP_NO_MEMORY;
    struct uvp_manifest *manifest = NULL;
    struct uvp_error err;

    (void)state;
    for (uint64_t call = 1; code != UVP_OK; call++) {
        struct uvp_mem mem;

        uvp_mem_init(&mem, 0);
        mem.fail_at_call = call;
        code = parse(text, &mem, &manifest, &err);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        uvp_manifest_destroy(manifest);
        assert_int_equal(mem.used_bytes, 0);
        assert_true(call < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_lines_win),
        cmocka_unit_test(flags_go_both_ways),
        cmocka_unit_test(every_flag_of_meshes_can_be_off),
        cmocka_unit_test(mistakes_name_the_line),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(contradictions_stay_with_the_member),
        cmocka_unit_test(what_was_not_used_is_known),
        cmocka_unit_test(many_lines),
        cmocka_unit_test(memory_fails_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
