/* The scripts name every command and every option; how they work is tried by their shells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/uvpipe/command.h"
#include "tools/uvpipe/completion.h"

static char *write_script(enum uvp_shell shell, struct uvp_buf *text)
{
    struct uvp_error err = {0};

    assert_int_equal(uvp_completion_write(shell, text, &err), UVP_OK);
    assert_int_equal(uvp_buf_append(text, "", 1, &err), UVP_OK);
    return (char *)text->data;
}

static void test_nothing_is_left_out(void **state)
{
    (void)state;
    for (int shell = 0; shell < UVP_SHELL_COUNT; shell++) {
        struct uvp_buf text;
        struct uvp_mem mem;
        const char *script;

        uvp_mem_init(&mem, 0);
        uvp_buf_init(&text, &mem, 0);
        script = write_script((enum uvp_shell)shell, &text);
        assert_non_null(strstr(script, uvp_shell_words[shell]));
        for (int i = 0; i < UVP_COMMAND_COUNT; i++) {
            assert_non_null(strstr(script, uvp_command_of((enum uvp_command)i)->name));
        }
        for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
            if (strstr(script, row->name) == NULL) {
                fail_msg("%s: no --%s", uvp_shell_words[shell], row->name);
            }
            for (size_t i = 0; row->choices != NULL && row->choices[i] != NULL; i++) {
                assert_non_null(strstr(script, row->choices[i]));
            }
        }
        uvp_buf_release(&text);
        assert_int_equal(mem.used_bytes, 0);
    }
    assert_null(uvp_shell_words[UVP_SHELL_COUNT]);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    for (int shell = 0; shell < UVP_SHELL_COUNT; shell++) {
        struct uvp_error err = {0};
        struct uvp_buf text;
        struct uvp_mem mem;

        uvp_mem_init(&mem, 3000);
        uvp_buf_init(&text, &mem, 0);
        assert_int_equal(uvp_completion_write((enum uvp_shell)shell, &text, &err),
                         UVP_NO_MEMORY);
        uvp_buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_left_out),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
