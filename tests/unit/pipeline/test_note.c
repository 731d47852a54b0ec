#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "pipeline/note.h"

static void test_describes_step_and_wait(void **state)
{
    struct uvp_note note;
    char text[320];

    (void)state;
    assert_int_equal(uvp_note_init(&note, "worker-3", NULL), UVP_OK);
    uvp_note_describe(&note, text, sizeof text);
    assert_non_null(strstr(text, "worker-3: not started"));
    uvp_note_set(&note, "decodes", "chair.obj");
    uvp_note_describe(&note, text, sizeof text);
    assert_non_null(strstr(text, "worker-3: decodes chair.obj for "));
    uvp_note_wait_begin(&note, "work");
    uvp_note_describe(&note, text, sizeof text);
    assert_non_null(strstr(text, "waits for work"));
    assert_non_null(strstr(text, "decodes chair.obj"));
    uvp_note_wait_end(&note);
    uvp_note_describe(&note, text, sizeof text);
    assert_null(strstr(text, "waits"));
    assert_true(uvp_note_waited_ns(&note) > 0);
    uvp_note_set(&note, "sleeps", NULL);
    uvp_note_describe(&note, text, sizeof text);
    assert_non_null(strstr(text, "worker-3: sleeps for "));
    uvp_note_release(&note);
}

static void test_knows_what_is_worked_on(void **state)
{
    struct uvp_note_work work;
    struct uvp_note note;

    (void)state;
    assert_int_equal(uvp_note_init(&note, "worker-0", NULL), UVP_OK);
    assert_false(uvp_note_work(&note, &work));
    uvp_note_set(&note, "reads", "in.tar");
    assert_false(uvp_note_work(&note, &work)); /* a label alone is no work */
    uvp_note_start(&note, "load", "chair.obj");
    assert_true(uvp_note_work(&note, &work));
    const uint64_t begun_ns = work.begun_ns;
    assert_int_equal(work.count, 0);
    uvp_note_count(&note, 12);
    uvp_note_set(&note, "pack", "chair.obj");
    assert_true(uvp_note_work(&note, &work));
    assert_string_equal(work.step, "pack");
    assert_string_equal(work.label, "chair.obj");
    assert_int_equal(work.count, 12);
    assert_true(work.begun_ns == begun_ns);
    uvp_note_set(&note, "waits", "");
    assert_false(uvp_note_work(&note, &work));
    uvp_note_release(&note);
}

static void test_long_label_is_cut(void **state)
{
    struct uvp_note note;
    char label[500];

    (void)state;
    memset(label, 'z', sizeof label);
    label[sizeof label - 1] = '\0';
    assert_int_equal(uvp_note_init(&note, "a name of more than sixteen", NULL), UVP_OK);
    uvp_note_set(&note, NULL, label);
    assert_int_equal(strlen(note.label), UVP_NOTE_LABEL_BYTES - 1);
    assert_int_equal(strlen(note.name), UVP_THREAD_NAME_BYTES - 1);
    uvp_note_wait_begin(NULL, "nothing");
    uvp_note_wait_end(NULL);
    uvp_note_release(&note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_describes_step_and_wait),
        cmocka_unit_test(test_knows_what_is_worked_on),
        cmocka_unit_test(test_long_label_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
