/* JSON: what is taken and what is not, tokens, numbers, strings, edits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "formats/mesh/json_edit.h"

/* The way without vectors, as a second reader. */
#define UVP_JSON_BYTEWISE
#define uvp_json_read bytewise_read
#define uvp_json_bytes bytewise_bytes
#define uvp_json_says bytewise_says
#define uvp_json_member bytewise_member
#define uvp_json_size bytewise_size
#define uvp_json_count bytewise_count
#define uvp_json_string bytewise_string
enum uvp_code bytewise_read(struct uvp_span text, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_json *json,
                            struct uvp_error *err);
struct uvp_span bytewise_bytes(const struct uvp_json *json, uint32_t token);
bool bytewise_says(const struct uvp_json *json, uint32_t token, const char *text);
uint32_t bytewise_member(const struct uvp_json *json, uint32_t object, const char *key);
uint32_t bytewise_size(const struct uvp_json *json, uint32_t container);
bool bytewise_count(const struct uvp_json *json, uint32_t token, uint64_t most,
                    uint64_t *count);
enum uvp_code bytewise_string(const struct uvp_json *json, uint32_t token,
                              struct uvp_arena *arena, struct uvp_span *string,
                              struct uvp_error *err);
#include "formats/mesh/json.c"
#undef uvp_json_read
#undef uvp_json_bytes
#undef uvp_json_says
#undef uvp_json_member
#undef uvp_json_size
#undef uvp_json_count
#undef uvp_json_string

struct bench {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_json json;
    char *copy; /* in a block of just its size */
};

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->arena, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
}

static void bench_close(struct bench *bench)
{
    uvp_arena_release(&bench->arena);
    free(bench->copy);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static enum uvp_code read_bytes(struct bench *bench, const char *text, size_t bytes)
{
    struct uvp_json other;
    enum uvp_code code;

    free(bench->copy);
    bench->copy = malloc(bytes == 0 ? 1 : bytes);
    assert_non_null(bench->copy);
    memcpy(bench->copy, text, bytes);
    uvp_error_clear(&bench->err);
    code = uvp_json_read(uvp_span_of(bench->copy, bytes), &bench->arena, &bench->stop,
                         &bench->json, &bench->err);
    if (bench->mem.fail_at_call == 0 && bench->stop.stop_at_poll == 0) {
        assert_int_equal(bytewise_read(uvp_span_of(bench->copy, bytes), &bench->arena,
                                       &bench->stop, &other, NULL),
                         code);
        if (code == UVP_OK) {
            assert_int_equal(other.count, bench->json.count);
            assert_memory_equal(other.tokens, bench->json.tokens,
                                other.count * sizeof *other.tokens);
        }
    }
    return code;
}

static enum uvp_code read_text(struct bench *bench, const char *text)
{
    return read_bytes(bench, text, strlen(text));
}

static void test_good(void **state)
{
    static const struct {
        const char *text;
        uint32_t tokens;
    } rows[] = {
        {"1", 1},
        {" [ ] ", 1},
        {"{}", 1},
        {"\xef\xbb\xbf{}", 1},
        {"\t\r\n{ \"a\" : [ 1 , 2.5 , -0 , 1e400, 1E+2, 0.5e-7 ] , \"b\" : null }", 11},
        {"[true,false,null,\"\"]", 5},
        {"{\"a\":1,\"a\":2}", 5},
        {"\"\xff\xfe broken UTF-8 \xc3\"", 1},
        {"\"\\ud800 half a pair\"", 1},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00Ff\"", 1},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
         "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
         64},
        {"[\n                                            1,\n                        2]", 3},
        {"{\"a key that is longer than one step of sixteen bytes\":\"and a value\"}", 3},
    };
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_text(&bench, rows[i].text), UVP_OK);
        assert_int_equal(bench.json.count, rows[i].tokens);
        assert_int_equal(bench.json.tokens[0].next, rows[i].tokens);
    }
    bench_close(&bench);
}

#define DEEP_OPEN "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
#define DEEP_CLOSE "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"

static void test_bad(void **state)
{
    static const char *const rows[] = {
        "",
        "  ",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "{\"a\":1]",
        "[1}",
        "]",
        "1 1",
        "{} x",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "--1",
        "tru",
        "True",
        "nan",
        "\"",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\",
        "\"a\nb\"",
        "\"a\tb\"",
        "'a'",
        "[1,/* no */2]",
        DEEP_OPEN DEEP_CLOSE,
    };
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (read_text(&bench, rows[i]) != UVP_BAD_DATA) {
            fail_msg("taken: %s", rows[i]);
        }
        assert_true(bench.err.at <= strlen(rows[i]));
        assert_true(bench.err.text[0] != '\0');
    }
    assert_int_equal(read_bytes(&bench, "[\0]", 3), UVP_BAD_DATA);
    assert_int_equal(read_bytes(&bench, "\"\\\0\"", 4), UVP_BAD_DATA);
    bench_close(&bench);
}

/* Cut anywhere, and with any byte changed: an answer, and the same from both ways. */
static void test_cut_and_changed(void **state)
{
    static const char text[] =
        "{\"asset\":{\"version\":\"2.0\",\"x\\u0041\":[1.5e3,-0, true]},\n"
        "                    \"extras\" : { \"a\" : [ null , {} , [] ] } }";
    char changed[sizeof text];
    struct bench bench;
    uint32_t random = 1;

    (void)state;
    bench_open(&bench);
    assert_int_equal(read_text(&bench, text), UVP_OK);
    for (size_t bytes = 0; bytes < sizeof text - 1; bytes++) {
        assert_int_equal(read_bytes(&bench, text, bytes), UVP_BAD_DATA);
    }
    for (int i = 0; i < 20000; i++) {
        memcpy(changed, text, sizeof text);
        random = random * 1664525u + 1013904223u;
        changed[(random >> 8) % (sizeof text - 1)] = (char)(random >> 24);
        (void)read_bytes(&bench, changed, sizeof text - 1);
        if (i % 1000 == 0) {
            uvp_arena_reset(&bench.arena, 0);
        }
    }
    bench_close(&bench);
}

/* A hundred million brackets end at the 65th; 20 MB of strings are passed in steps. */
static void test_large(void **state)
{
    const size_t bytes = (size_t)20 << 20;
    char *const text = malloc(bytes);
    struct bench bench;

    (void)state;
    assert_non_null(text);
    bench_open(&bench);
    memset(text, '[', bytes);
    assert_int_equal(read_bytes(&bench, text, bytes), UVP_BAD_DATA);
    assert_int_equal(bench.err.at, UVP_JSON_DEPTH);
    memset(text, 'a', bytes);
    text[0] = '"';
    text[bytes - 1] = '"';
    assert_int_equal(read_bytes(&bench, text, bytes), UVP_OK);
    assert_true(bench.stop.polls >= bytes / 65536);
    bench.stop.stop_at_poll = bench.stop.polls + 100;
    assert_int_equal(read_bytes(&bench, text, bytes), UVP_CANCELLED);
    free(text);
    bench_close(&bench);
}

static void test_no_memory(void **state)
{
    char text[4000];
    struct bench bench;
    uint64_t calls;

    (void)state;
    memset(text, '1', sizeof text);
    for (size_t i = 1; i < sizeof text - 1; i += 2) {
        text[i + 1] = ',';
    }
    text[0] = '[';
    text[sizeof text - 1] = ']';
    text[sizeof text - 2] = '1';
    bench_open(&bench);
    assert_int_equal(read_bytes(&bench, text, sizeof text), UVP_OK);
    calls = bench.mem.calls;
    bench_close(&bench);
    for (uint64_t call = 1; call < calls; call++) {
        enum uvp_code code;
        bench_open(&bench);
        bench.mem.fail_at_call = call;
        code = read_bytes(&bench, text, sizeof text);
        assert_true(code == UVP_NO_MEMORY || code == UVP_OK);
        bench_close(&bench);
    }
}

static void test_counts(void **state)
{
    static const struct {
        const char *text;
        uint64_t most;
        int64_t value; /* -1: none */
    } rows[] = {
        {"0", 10, 0},
        {"-0", 10, 0},
        {"-0.0e5", 10, 0},
        {"10", 10, 10},
        {"11", 10, -1},
        {"-1", 10, -1},
        {"1.0", 10, 1},
        {"1.000000000000000000000000000000", 10, 1},
        {"1e1", 10, 10},
        {"100e-2", 10, 1},
        {"0.5e1", 10, 5},
        {"0.5", 10, -1},
        {"1e-1", 10, -1},
        {"1e400", UINT64_MAX, -1},
        {"0e99999999999999999999", 10, 0},
        {"1e-99999999999999999999", 10, -1},
        {"4294967297", UINT32_MAX, -1},
        {"9007199254740992", UINT64_C(1) << 53, INT64_C(9007199254740992)},
        {"9007199254740993", UINT64_C(1) << 53, -1},
        {"123456789012345678901234567890", UINT64_MAX, -1},
        {"100000000000000000000000", UINT64_MAX, -1},
        {"0.000000000000000000000000001e27", 10, 1},
        {"\"1\"", 10, -1},
        {"true", 10, -1},
        {"[1]", 10, -1},
    };
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t value = 77;
        bool is_count;
        assert_int_equal(read_text(&bench, rows[i].text), UVP_OK);
        is_count = uvp_json_count(&bench.json, 0, rows[i].most, &value);
        if (is_count != (rows[i].value >= 0)) {
            fail_msg("%s", rows[i].text);
        }
        if (is_count) {
            assert_int_equal(value, rows[i].value);
        }
    }
    assert_false(uvp_json_count(&bench.json, UVP_JSON_NONE, 1, &(uint64_t){0}));
    bench_close(&bench);
}

static void test_strings(void **state)
{
    static const struct {
        const char *text;
        const char *value; /* NULL: half a pair */
    } rows[] = {
        {"\"\"", ""},
        {"\"plain\"", "plain"},
        {"\"\\/\\\\\\\"\\b\\f\\n\\r\\t\"", "/\\\"\b\f\n\r\t"},
        {"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac"},
        {"\"\\ud83d\\ude00!\"", "\xf0\x9f\x98\x80!"},
        {"\"\\ud83d\"", NULL},
        {"\"\\ude00\\ud83d\"", NULL},
        {"\"\\ud83d\\u0041\"", NULL},
        {"\"\\ud83dx\"", NULL},
    };
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct uvp_span string;
        assert_int_equal(read_text(&bench, rows[i].text), UVP_OK);
        assert_int_equal(uvp_json_string(&bench.json, 0, &bench.arena, &string, &bench.err),
                         rows[i].value == NULL ? UVP_BAD_DATA : UVP_OK);
        if (rows[i].value != NULL) {
            assert_true(uvp_span_equal(string, uvp_span_of_text(rows[i].value)));
        }
    }
    bench_close(&bench);
}

static void test_members(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(read_text(&bench, "{\"ab\":[1,[2,3],{}],\"a\":1,\"\\u0061\":2,\"abc\":3}"),
                     UVP_OK);
    assert_int_equal(uvp_json_size(&bench.json, 0), 4);
    assert_int_equal(uvp_json_size(&bench.json, uvp_json_member(&bench.json, 0, "ab")), 3);
    assert_int_equal(uvp_json_size(&bench.json, 1), 0);
    assert_true(
        uvp_span_equal(uvp_json_bytes(&bench.json, uvp_json_member(&bench.json, 0, "a")),
                       uvp_span_of_text("2")));
    assert_true(
        uvp_span_equal(uvp_json_bytes(&bench.json, uvp_json_member(&bench.json, 0, "abc")),
                       uvp_span_of_text("3")));
    assert_int_equal(uvp_json_member(&bench.json, 0, "abcd"), UVP_JSON_NONE);
    assert_int_equal(uvp_json_member(&bench.json, 0, ""), UVP_JSON_NONE);
    assert_int_equal(uvp_json_member(&bench.json, 2, "a"), UVP_JSON_NONE);
    assert_int_equal(uvp_json_member(&bench.json, UVP_JSON_NONE, "a"), UVP_JSON_NONE);
    bench_close(&bench);
}

/* ---- edits ---- */

static enum uvp_code write_edits(struct bench *bench, struct uvp_json_edits *edits, char *to)
{
    size_t bytes = 0;
    unsigned char *end;

    UVP_TRY(uvp_json_edits_size(edits, &bench->json, &bytes, &bench->err));
    assert_true(bytes < 500);
    end = uvp_json_edits_write(edits, &bench->json, (unsigned char *)to);
    assert_int_equal((size_t)(end - (unsigned char *)to), bytes);
    *end = '\0';
    return UVP_OK;
}

static void test_change_object(void **state)
{
    static const struct {
        const char *before;
        const char *after; /* x gone, y is 7, z is new or changed */
    } rows[] = {
        {"{}", "{\"y\":7,\"z\":\"n\"}"},
        {"{ }", "{\"y\":7,\"z\":\"n\" }"},
        {"{\"a\":1}", "{\"a\":1,\"y\":7,\"z\":\"n\"}"},
        {"{\"x\":1}", "{\"y\":7,\"z\":\"n\"}"},
        {"{\"x\":1,\"a\":2}", "{\"a\":2,\"y\":7,\"z\":\"n\"}"},
        {"{\"a\":2,\"x\":1}", "{\"a\":2,\"y\":7,\"z\":\"n\"}"},
        {"{\"a\":2,\"x\":1,\"x\":3}", "{\"a\":2,\"y\":7,\"z\":\"n\"}"},
        {"{\"x\":0,\"a\":2,\"x\":1,\"b\":3}", "{\"a\":2,\"b\":3,\"y\":7,\"z\":\"n\"}"},
        {"{\"y\":[1,{}],\"x\":1}", "{\"y\":7,\"z\":\"n\"}"},
        {"{\"z\" : \"old\" , \"y\" : 1 , \"x\":1 }", "{\"z\" : \"n\" , \"y\" : 7 }"},
        {"{\n  \"y\" : 1,\n  \"x\" : 2,\n  \"a\" : 3\n}",
         "{\n  \"y\" : 7,\n  \"a\" : 3,\"z\":\"n\"\n}"},
        {"{\"y\":1,\"y\":2,\"\\u0079\":3}", "{\"y\":7,\"y\":7,\"\\u0079\":7,\"z\":\"n\"}"},
    };
    const struct uvp_json_change changes[] = {
        {"x", {NULL, 0}},
        {"y", uvp_span_of_text("7")},
        {"z", uvp_span_of_text("\"n\"")},
    };
    struct bench bench;
    char after[512];

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct uvp_json_edits edits = {.arena = &bench.arena};
        assert_int_equal(read_text(&bench, rows[i].before), UVP_OK);
        assert_int_equal(uvp_json_change_object(&edits, &bench.json, 0, changes, 3, &bench.err),
                         UVP_OK);
        assert_int_equal(write_edits(&bench, &edits, after), UVP_OK);
        assert_string_equal(after, rows[i].after);
    }
    bench_close(&bench);
}

static void test_arrays(void **state)
{
    static const char *const names[] = {"a", "b"};
    static const struct {
        const char *before;
        const char *dropped;
        const char *added;
    } rows[] = {
        {"[]", "[]", "[1,2]"},
        {"[\"a\"]", "[]", "[\"a\",1,2]"},
        {"[\"a\",\"c\"]", "[\"c\"]", "[\"a\",\"c\",1,2]"},
        {"[\"c\",\"a\"]", "[\"c\"]", "[\"c\",\"a\",1,2]"},
        {"[ \"c\" , \"a\" , \"b\" ]", "[ \"c\" ]", "[ \"c\" , \"a\" , \"b\",1,2 ]"},
        {"[\"a\",3,\"b\",[],\"a\"]", "[3,[]]", "[\"a\",3,\"b\",[],\"a\",1,2]"},
    };
    struct bench bench;
    char after[512];

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct uvp_json_edits drop = {.arena = &bench.arena};
        struct uvp_json_edits add = {.arena = &bench.arena};
        assert_int_equal(read_text(&bench, rows[i].before), UVP_OK);
        assert_int_equal(uvp_json_drop_strings(&drop, &bench.json, 0, names, 2, &bench.err),
                         UVP_OK);
        assert_int_equal(write_edits(&bench, &drop, after), UVP_OK);
        assert_string_equal(after, rows[i].dropped);
        assert_int_equal(
            uvp_json_add_items(&add, &bench.json, 0, uvp_span_of_text("1,2"), &bench.err),
            UVP_OK);
        assert_int_equal(write_edits(&bench, &add, after), UVP_OK);
        assert_string_equal(after, rows[i].added);
    }
    bench_close(&bench);
}

/* In any order of making; those of one place in the order they were made. */
static void test_order(void **state)
{
    struct bench bench;
    struct uvp_json_edits edits;
    char text[300] = "[";
    char after[512];

    (void)state;
    bench_open(&bench);
    for (int i = 0; i < 99; i++) {
        strncat(text, i == 98 ? "1]" : "1,", 3);
    }
    assert_int_equal(read_text(&bench, text), UVP_OK);
    edits = (struct uvp_json_edits){.arena = &bench.arena};
    for (uint32_t i = 99; i > 0; i--) {
        assert_int_equal(uvp_json_replace_count(&edits, &bench.json, i, i % 10, &bench.err),
                         UVP_OK);
    }
    assert_int_equal(uvp_json_replace(&edits, 0, 0, uvp_span_of_text("a"), NULL), UVP_OK);
    assert_int_equal(uvp_json_replace(&edits, 0, 0, uvp_span_of_text("b"), NULL), UVP_OK);
    assert_int_equal(write_edits(&bench, &edits, after), UVP_OK);
    assert_memory_equal(after, "ab[1,2,3,4,5,6,7,8,9,0,1,2", 26);
    assert_int_equal(uvp_json_replace(&edits, 1, 5, uvp_span_of_text("x"), NULL), UVP_OK);
    assert_int_equal(write_edits(&bench, &edits, after), UVP_BUG);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),    cmocka_unit_test(test_bad),
        cmocka_unit_test(test_large),   cmocka_unit_test(test_cut_and_changed),
        cmocka_unit_test(test_counts),  cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_strings), cmocka_unit_test(test_members),
        cmocka_unit_test(test_arrays),  cmocka_unit_test(test_change_object),
        cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
