/* Every word that messages and reports use has an entry, and every entry says something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "stages/record.h"
#include "stages/settings.h"
#include "tools/uvpipe/exits.h"
#include "tools/uvpipe/explain.h"

static void expect(const char *name, enum uvp_explained kind)
{
    const struct uvp_explanation *const entry = uvp_explanation_find(name);

    if (entry == NULL || entry->kind != kind || strcmp(entry->name, name) != 0) {
        fail_msg("no %s %s", uvp_explained_name(kind), name);
    }
}

/* The first two codes are no failures. */
static void codes(void **state)
{
    (void)state;
    for (int i = UVP_END + 1; i < UVP_CODE_COUNT; i++) {
        expect(uvp_code_name((enum uvp_code)i), UVP_EXPLAINED_CODE);
    }
}

static void statuses(void **state)
{
    (void)state;
    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        expect(uvp_member_status_name((enum uvp_member_status)i), UVP_EXPLAINED_STATUS);
    }
}

static void faults(void **state)
{
    const char *name;

    (void)state;
    for (unsigned i = 0; (name = uvp_fault_name(i)) != NULL; i++) {
        expect(name, UVP_EXPLAINED_FAULT);
    }
}

static void exits(void **state)
{
    static const int rows[] = {UVP_EXIT_OK,
                               UVP_EXIT_FAILURE,
                               UVP_EXIT_MEMBERS,
                               UVP_EXIT_USAGE,
                               UVP_EXIT_SIGNAL + SIGHUP,
                               UVP_EXIT_SIGNAL + SIGINT,
                               UVP_EXIT_SIGNAL + SIGKILL,
                               UVP_EXIT_SIGNAL + SIGPIPE,
                               UVP_EXIT_SIGNAL + SIGTERM};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[8];

        (void)snprintf(name, sizeof name, "%d", rows[i]);
        expect(name, UVP_EXPLAINED_EXIT);
    }
    assert_string_equal(uvp_explanation_find("134")->name, "128+n");
    assert_null(uvp_explanation_find("128"));
    assert_null(uvp_explanation_find("193"));
    assert_null(uvp_explanation_find("3"));
}

static void expect_lines(const char *lines, size_t most)
{
    assert_true(*lines != '\0' && *lines != '\n');
    while (*lines != '\0') {
        const size_t bytes = strcspn(lines, "\n");

        assert_in_range(bytes, 2, most);
        assert_true(lines[0] != ' ' && lines[bytes - 1] != ' ');
        lines += bytes + (lines[bytes] == '\n' ? 1 : 0);
    }
}

static void entries_are_whole(void **state)
{
    (void)state;
    for (const struct uvp_explanation *entry = uvp_explanations; entry->name != NULL; entry++) {
        assert_null(strchr(entry->meaning, '\n'));
        expect_lines(entry->meaning, 66);
        expect_lines(entry->causes, 88);
        expect_lines(entry->remedies, 88);
        expect_lines(entry->see, 88);
        assert_ptr_equal(uvp_explanation_find(entry->name), entry); /* no name twice */
    }
}

static void names_are_forgiving(void **state)
{
    (void)state;
    assert_string_equal(uvp_explanation_find("BAD_data")->name, "bad-data");
    assert_string_equal(uvp_explanation_near("overlaping"), "overlapping");
    assert_string_equal(uvp_explanation_near("bad-dta"), "bad-data");
    assert_null(uvp_explanation_near("x"));
    assert_null(uvp_explanation_near("nothing-like-it"));
    assert_null(uvp_explanation_find(""));
    assert_null(uvp_explanation_find("a-name-that-is-far-too-long-to-be-one"));
}

static void no_memory(void **state)
{
    (void)state;
    for (int list = 0; list < 2; list++) {
        enum uvp_code code = UVP_NO_MEMORY;

        for (uint64_t n = 1; code == UVP_NO_MEMORY; n++) {
            struct uvp_mem mem;
            struct uvp_buf text;

            uvp_mem_init(&mem, 0);
            mem.fail_at_call = n;
            uvp_buf_init(&text, &mem, 0);
            code = list ? uvp_explain_list(&text, NULL)
                        : uvp_explain_text(uvp_explanations, &text, NULL);
            uvp_buf_release(&text);
            assert_int_equal(mem.used_bytes, 0);
        }
        assert_int_equal(code, UVP_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes),
        cmocka_unit_test(statuses),
        cmocka_unit_test(faults),
        cmocka_unit_test(exits),
        cmocka_unit_test(entries_are_whole),
        cmocka_unit_test(names_are_forgiving),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
