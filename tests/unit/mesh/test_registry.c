#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/format.h"

#define TEXT "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"

static const struct uvp_format *find(const char *path, const char *head, size_t bytes,
                                     bool whole, const char **reason)
{
    *reason = NULL;
    return uvp_format_find(path, strlen(path), uvp_span_of(head, bytes), whole, reason);
}

static void every_format_is_complete(void **state)
{
    size_t count = 0;

    (void)state;
    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++, count++) {
        const struct uvp_format *const format = *at;
        assert_non_null(format->name);
        assert_non_null(format->probe);
        assert_non_null(format->decode);
        assert_non_null(format->encode);
        assert_non_null(format->cost_bound);
        assert_non_null(format->suffixes[0]);
        for (const char *const *suffix = format->suffixes; *suffix != NULL; suffix++) {
            char path[64];
            assert_int_equal((*suffix)[0], '.');
            snprintf(path, sizeof path, "dir.x/name%s", *suffix);
            assert_ptr_equal(uvp_format_by_path(path, strlen(path)), format);
        }
        assert_int_equal(format->probe(uvp_span_of("", 0), true), UVP_PROBE_NO);
    }
    assert_true(count >= 1);
}

static void suffix_of_any_case(void **state)
{
    (void)state;
    assert_non_null(uvp_format_by_path("A.OBJ", 5));
    assert_non_null(uvp_format_by_path("a/b.Obj", 7));
    assert_non_null(uvp_format_by_path(".obj", 4));
    assert_null(uvp_format_by_path("a.obj2", 6));
    assert_null(uvp_format_by_path("obj", 3));
    assert_null(uvp_format_by_path("a.objx", 5 + 1));
    assert_null(uvp_format_by_path("", 0));
    assert_non_null(uvp_format_by_path("a.obj and more", 5));
}

static void contents_decide(void **state)
{
    static const struct {
        const char *path;
        const char *text;
        bool found;
    } rows[] = {
        {"a.obj", TEXT, true},
        {"a.obj", "# nothing but a comment", true},
        {"a.obj", "something else in here\n", true}, /* the decoder has the last word */
        {"a.obj", "<html>", false},
        {"a.obj", "version https://git-lfs.github.com/spec/v1\n", false},
        {"a.obj",
         "\x7f"
         "ELF\x02",
         false},
        {"dir/a", TEXT, true},
        {"a", "# c\n\n\r\n  v 1 2 3 \\\n 4\r\nvn 0 0 1\nusemtl x\n", true},
        {"a", "f 1 2 3\n", false},
        {"a", "v 1 2\n", false},
        {"a", "v 1 2 3x\n", false},
        {"a", "v 1 2 3\nvolume 4\n", false},
        {"a", "verbatim text\n", false},
        {"a", "s 1\ng 2\no 3\n", false},
        {"a", "", false},
        {".hidden", TEXT, true},
        {"a.txt", TEXT, false}, /* the name says something else */
        {"a.mtl", "newmtl x\n", false},
        {"a.b/c", TEXT, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *reason;
        const struct uvp_format *const format =
            find(rows[i].path, rows[i].text, strlen(rows[i].text), true, &reason);
        if ((format != NULL) != rows[i].found) {
            fail_msg("%s with %s: %s", rows[i].path, rows[i].text, reason);
        }
        assert_non_null(reason);
        assert_true(format != NULL || reason[0] != '\0');
    }
}

/* A head that was cut in a line says nothing about that line. */
static void cut_heads_are_judged_by_whole_lines(void **state)
{
    static const char text[] = "v 0 0 0\nv 1 0 0\nv 1e";
    const char *reason;

    (void)state;
    assert_non_null(find("a", text, sizeof text - 1, false, &reason));
    assert_null(find("a", text, sizeof text - 1, true, &reason));
    assert_null(find("a", "v 0 0 0", 7, false, &reason));
    assert_non_null(find("a", "v 0 0 0", 7, true, &reason));
}

static void reasons_name_what_it_is(void **state)
{
    static const struct {
        const char *sample;
        const char *word;
    } rows[] = {
        {"unsupported-empty", "empty"},
        {"unsupported-lfs-pointer", "LFS"},
        {"unsupported-html", "HTML"},
        {"unsupported-utf-16", "UTF-16"},
        {"unsupported-coff-x64", "object file"},
        {"unsupported-coff-x86", "object file"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[512];
        char head[4096];
        const char *reason;
        FILE *file;
        size_t bytes;
        snprintf(path, sizeof path, "%s/obj/%s.obj", UVP_TEST_DATA, rows[i].sample);
        file = fopen(path, "rb");
        assert_non_null(file);
        bytes = fread(head, 1, sizeof head, file);
        fclose(file);
        assert_null(find(path, head, bytes, true, &reason));
        assert_non_null(strstr(reason, rows[i].word));
    }
}

static void utf16_without_its_mark_is_refused(void **state)
{
    const char *reason;

    (void)state;
    assert_null(find("a.obj", "#\0 \0v\0", 6, true, &reason));
    assert_null(find("a.obj", "\0#\0 \0v", 6, true, &reason));
}

static void probes_survive_any_head(void **state)
{
    static const char letters[] = "vvf  \n\r\\#.0123e-/\0";
    uint64_t random = 3;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        const size_t bytes = (size_t)(random >> 33) % 60;
        char *const head = malloc(bytes + 1);
        const char *reason;
        assert_non_null(head);
        for (size_t i = 0; i < bytes; i++) {
            random = random * UINT64_C(6364136223846793005) + 1;
            head[i] = letters[(random >> 33) % (sizeof letters - 1)];
        }
        for (int whole = 0; whole < 2; whole++) {
            const struct uvp_format *const format =
                find(round % 2 == 0 ? "a" : "a.obj", head, bytes, whole == 1, &reason);
            assert_true(format != NULL || reason[0] != '\0');
        }
        random = random * UINT64_C(6364136223846793005) + 1;
        free(head);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_complete),
        cmocka_unit_test(suffix_of_any_case),
        cmocka_unit_test(contents_decide),
        cmocka_unit_test(cut_heads_are_judged_by_whole_lines),
        cmocka_unit_test(reasons_name_what_it_is),
        cmocka_unit_test(utf16_without_its_mark_is_refused),
        cmocka_unit_test(probes_survive_any_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
