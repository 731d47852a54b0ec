/*
 * Formats of other programs by name and by contents, and the reasons that reports give: the
 * same whether this build reads some of them or not, but for those it reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/foreign.h"
#include "formats/mesh/format.h"

#define TEXT(text) (text), sizeof(text) - 1

struct row {
    const char *head;
    size_t bytes;
    enum uvp_foreign_kind kind;
};

static const struct row rows[] = {
    {TEXT("Kaydara FBX Binary  \0\x1a\0\xe8\x1c\0\0"), UVP_FOREIGN_FBX},
    {TEXT("Kaydara FBX Binary"), UVP_FOREIGN_NONE},
    {TEXT("; FBX 7.4.0 project file\n"), UVP_FOREIGN_FBX},
    {TEXT("FBXHeaderExtension:  {\n"), UVP_FOREIGN_FBX},
    {TEXT("\n; made by hand\nFBXHeaderExtension: {\n"), UVP_FOREIGN_FBX},
    {TEXT("see FBXHeaderExtension: {\n"), UVP_FOREIGN_NONE},
    {TEXT("; an ini file\n"), UVP_FOREIGN_NONE},
    {TEXT("<?xml version=\"1.0\"?>\n<COLLADA xmlns=\"x\">"), UVP_FOREIGN_DAE},
    {TEXT("\xef\xbb\xbf<?xml version=\"1.0\"?><!-- a > b --><COLLADA>"), UVP_FOREIGN_DAE},
    {TEXT("<COLLADAX>"), UVP_FOREIGN_NONE},
    {TEXT("<COLLADA"), UVP_FOREIGN_NONE},
    {TEXT("<!-- <COLLADA> --><html>"), UVP_FOREIGN_NONE},
    {TEXT("<!-- never ends <COLLADA>"), UVP_FOREIGN_NONE},
    {TEXT("<?xml?><!DOCTYPE X3D PUBLIC \"x\">\r\n<X3D profile='x'>"), UVP_FOREIGN_X3D},
    {TEXT("<amf unit=\"mm\">"), UVP_FOREIGN_AMF},
    {TEXT("<html>"), UVP_FOREIGN_NONE},
    {TEXT("MM\x20\0\0\0\x3d\x3d\x1a\0\0\0"), UVP_FOREIGN_3DS},
    {TEXT("MM\x20\0\0\0\x02\0\x0a\0\0\0\x03\0\0\0"), UVP_FOREIGN_3DS},
    {TEXT("MM\x20\0\0\0\x3d\x3d\x1b\0\0\0"), UVP_FOREIGN_NONE},
    {TEXT("MM\x08\0\0\0\x3d\x3d\0\0\0\0"), UVP_FOREIGN_NONE},
    {TEXT("MM\0*\0\0\0\x08\0\0\0\0"), UVP_FOREIGN_NONE}, /* a TIFF */
    {TEXT("MM\x20\0\0\0\x3d\x3d"), UVP_FOREIGN_NONE},
    {TEXT("BLENDER-v279"), UVP_FOREIGN_BLEND},
    {TEXT("#usda 1.0\n"), UVP_FOREIGN_USD},
    {TEXT("PXR-USDC\0\0"), UVP_FOREIGN_USD},
    {TEXT("ISO-10303-21;\nHEADER;"), UVP_FOREIGN_STEP},
    {TEXT("#VRML V2.0 utf8\n"), UVP_FOREIGN_VRML},
    {TEXT("FORM\0\0\0\x10LWO2"), UVP_FOREIGN_LWO},
    {TEXT("FORM\0\0\0\x10"
          "AIFF"),
     UVP_FOREIGN_NONE},
    {TEXT("FORM\0\0\0"), UVP_FOREIGN_NONE},
    {TEXT("# vtk DataFile Version 3.0\n"), UVP_FOREIGN_VTK},
    {TEXT("v 0 0 0\n"), UVP_FOREIGN_NONE},
    {TEXT(""), UVP_FOREIGN_NONE},
    {TEXT("<"), UVP_FOREIGN_NONE},
    {TEXT("<?"), UVP_FOREIGN_NONE},
    {TEXT("<!--"), UVP_FOREIGN_NONE},
    {TEXT(";"), UVP_FOREIGN_NONE},
};

/* In a block of just its size: sanitizers see what is behind. */
static enum uvp_foreign_kind judge(const char *head, size_t bytes)
{
    char *const copy = malloc(bytes == 0 ? 1 : bytes);
    enum uvp_foreign_kind kind;

    assert_non_null(copy);
    memcpy(copy, head, bytes);
    kind = uvp_foreign_by_contents(uvp_span_of(copy, bytes));
    free(copy);
    return kind;
}

static void contents_tell_the_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (judge(rows[i].head, rows[i].bytes) != rows[i].kind) {
            fail_msg("row %zu: %.20s", i, rows[i].head);
        }
        for (size_t cut = 0; cut < rows[i].bytes; cut++) {
            const enum uvp_foreign_kind kind = judge(rows[i].head, cut);
            assert_true(kind == UVP_FOREIGN_NONE || kind == rows[i].kind);
        }
    }
}

static void names_tell_the_kind(void **state)
{
    static const struct {
        const char *path;
        enum uvp_foreign_kind kind;
    } paths[] = {
        {"a/b.fbx", UVP_FOREIGN_FBX},    {"B.FBX", UVP_FOREIGN_FBX},
        {"x.dae", UVP_FOREIGN_DAE},      {"x.3ds", UVP_FOREIGN_3DS},
        {"x.x3d", UVP_FOREIGN_X3D},      {"x.blend", UVP_FOREIGN_BLEND},
        {"x.usdz", UVP_FOREIGN_USD},     {"x.3mf", UVP_FOREIGN_3MF},
        {"x.STEP", UVP_FOREIGN_STEP},    {"x.stp", UVP_FOREIGN_STEP},
        {"x.igs", UVP_FOREIGN_IGES},     {"x.obj", UVP_FOREIGN_NONE},
        {"x.fbx.txt", UVP_FOREIGN_NONE}, {"fbx", UVP_FOREIGN_NONE},
        {"", UVP_FOREIGN_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_int_equal(uvp_foreign_by_path(paths[i].path, strlen(paths[i].path)),
                         paths[i].kind);
    }
}

/* Every kind has its words, and its name begins them; kinds that are read have formats. */
static void every_kind_has_words(void **state)
{
    (void)state;
    for (int i = 0; i < UVP_FOREIGN_NONE; i++) {
        const enum uvp_foreign_kind kind = (enum uvp_foreign_kind)i;
        const char *const name = uvp_foreign_name(kind);
        const char *const reason = uvp_foreign_reason(kind);
        assert_non_null(name);
        assert_memory_equal(reason, name, strlen(name));
        assert_non_null(strstr(reason, i < UVP_FOREIGN_READABLE ? "this build" : "not read"));
    }
    assert_null(uvp_foreign_name(UVP_FOREIGN_NONE));
    assert_null(uvp_foreign_reason(UVP_FOREIGN_NONE));
}

static const char *reason_for(const char *path, const char *head, size_t bytes)
{
    const char *reason = NULL;

    assert_null(uvp_format_find(path, strlen(path), uvp_span_of(head, bytes), true, &reason));
    return reason;
}

static void bytes_are_believed_over_names(void **state)
{
    (void)state;
    assert_string_equal(reason_for("a.obj", TEXT("#usda 1.0\n")), "USD: not read");
    assert_string_equal(reason_for("a.stl", TEXT("BLENDER-v279")), "Blender: not read");
    assert_string_equal(reason_for("a.txt", TEXT("ISO-10303-21;\n")), "STEP: not read");
    assert_string_equal(reason_for("a", TEXT("#VRML V2.0 utf8\n")), "VRML: not read");
    assert_string_equal(reason_for("a.blend", TEXT("(zstd)")), "Blender: not read");
    assert_string_equal(reason_for("a.txt", TEXT("text\n")), "not a mesh format");
    assert_string_equal(uvp_format_why_not("a.stp", 5), "STEP: not read");
    assert_string_equal(uvp_format_why_not("a.txt", 5), "not a mesh format");
}

static void what_is_read_is_what_was_built(void **state)
{
    static const struct {
        const char *path;
        const char *head;
        size_t bytes;
        const char *reason;
    } read[] = {
        {"a.fbx", TEXT("; FBX 7.4.0\n"), "FBX: this build does not read it"},
        {"a.dae", TEXT("<COLLADA >"), "DAE: this build does not read it"},
        {"a.x3d", TEXT("<X3D >"), "X3D: this build does not read it"},
        {"a.3ds", TEXT("MM\x20\0\0\0\x3d\x3d\x1a\0\0\0"), "3DS: this build does not read it"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
        const char *const paths[] = {read[i].path, "a.obj", "a"};
        for (size_t k = 0; k < 3; k++) {
            const char *reason;
            const struct uvp_format *const format =
                uvp_format_find(paths[k], strlen(paths[k]),
                                uvp_span_of(read[i].head, read[i].bytes), true, &reason);
#ifdef UVP_ASSIMP
            assert_non_null(format);
            assert_memory_equal(format->name, read[i].path + 2, 4);
#else
            assert_null(format);
            assert_string_equal(reason, read[i].reason);
#endif
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contents_tell_the_kind),
        cmocka_unit_test(names_tell_the_kind),
        cmocka_unit_test(every_kind_has_words),
        cmocka_unit_test(bytes_are_believed_over_names),
        cmocka_unit_test(what_is_read_is_what_was_built),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
