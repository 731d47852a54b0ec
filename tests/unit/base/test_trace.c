#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "pipeline/base/span.h"
#include "pipeline/base/trace.h"

struct listener {
    int lines;
    enum uvp_trace_level level;
    char text[600];
};

static void keep_line(void *ctx, enum uvp_trace_level level, const char *text)
{
    struct listener *const listener = ctx;
    const size_t bytes = strnlen(text, sizeof listener->text - 1);

    listener->lines++;
    listener->level = level;
    memcpy(listener->text, text, bytes);
    listener->text[bytes] = '\0';
}

static void test_levels(void **state)
{
    struct listener listener = {0};
    struct uvp_trace trace = {.line = keep_line, .ctx = &listener, .level = UVP_TRACE_INFO};

    (void)state;
    uvp_trace(&trace, UVP_TRACE_DEBUG, "not made");
    assert_int_equal(listener.lines, 0);
    uvp_trace(&trace, UVP_TRACE_INFO, "%s %d", "made", 1);
    assert_int_equal(listener.lines, 1);
    assert_string_equal(listener.text, "made 1");
    assert_int_equal(listener.level, UVP_TRACE_INFO);
    uvp_trace(NULL, UVP_TRACE_ERROR, "nobody");
    trace.line = NULL;
    assert_false(uvp_trace_on(&trace, UVP_TRACE_ERROR));
}

static void test_long_line_is_cut(void **state)
{
    struct listener listener = {0};
    const struct uvp_trace trace = {.line = keep_line, .ctx = &listener};
    char text[1000];

    (void)state;
    memset(text, 'y', sizeof text);
    text[sizeof text - 1] = '\0';
    uvp_trace(&trace, UVP_TRACE_ERROR, "%s", text);
    assert_int_equal(strlen(listener.text), 511);
}

static void test_spans(void **state)
{
    (void)state;
    assert_true(uvp_span_equal(uvp_span_of_text("ab"), uvp_span_of("ab", 2)));
    assert_false(uvp_span_equal(uvp_span_of_text("ab"), uvp_span_of_text("ac")));
    assert_false(uvp_span_equal(uvp_span_of_text("ab"), uvp_span_of_text("a")));
    assert_true(uvp_span_equal(uvp_span_of(NULL, 0), uvp_span_of_text("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_long_line_is_cut),
        cmocka_unit_test(test_spans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
