/* The page of a run: text that cannot break out, columns, the worst, a file whole or not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/uvpipe/podium.h"
#include "tools/uvpipe/webpage.h"
#include "tools/uvpipe/webpage_asset.h"
#include "tools/uvpipe/webpage_text.h"
#include "tools/uvpipe/whole_file.h"

/* ---- text ---- */

struct sheet {
    struct uvp_mem mem;
    struct uvp_outbox outbox;
};

static void begin(struct sheet *sheet)
{
    uvp_mem_init(&sheet->mem, 0);
    uvp_outbox_init(&sheet->outbox, &sheet->mem);
    sheet->outbox.name = "sheet";
}

static const char *text_of(struct sheet *sheet)
{
    assert_int_equal(uvp_buf_append(&sheet->outbox.text, "", 1, NULL), UVP_OK);
    return (const char *)sheet->outbox.text.data;
}

static void end(struct sheet *sheet)
{
    uvp_buf_release(&sheet->outbox.text);
    assert_int_equal(sheet->mem.used_bytes, 0);
}

static void check_string(const char *from, size_t bytes, const char *to)
{
    struct sheet sheet;

    begin(&sheet);
    uvp_webpage_string(&sheet.outbox, from, bytes);
    assert_string_equal(text_of(&sheet), to);
    end(&sheet);
}

#define CHECK_STRING(from, to) check_string(from, sizeof(from) - 1, to)

static void test_strings_are_harmless(void **state)
{
    (void)state;
    CHECK_STRING("", "\"\"");
    CHECK_STRING("a/b.obj", "\"a/b.obj\"");
    CHECK_STRING("</script><img src=x onerror=alert(1)>",
                 "\"\\u003c/script\\u003e\\u003cimg src=x onerror=alert(1)\\u003e\"");
    CHECK_STRING("<!--&amp;", "\"\\u003c!--\\u0026amp;\"");
    CHECK_STRING("say \"hi\" \\ bye", "\"say \\\"hi\\\" \\\\ bye\"");
    CHECK_STRING("a\nb\tc", "\"a\\\\x0ab\\\\x09c\""); /* as text, not as a line */
    CHECK_STRING("\xff\xc3(", "\"\\\\xff\\\\xc3(\""); /* no UTF-8 */
    CHECK_STRING("x\xe2\x80\xaegpj", "\"x\\\\xe2\\\\x80\\\\xaegpj\""); /* turned around */
    CHECK_STRING("\xc3\xa9", "\"\xc3\xa9\"");
}

static void test_json_keeps_its_shape(void **state)
{
    const char json[] = "{\"a\":\"<b>&\xe2\x80\xa8\\\"\"}";
    struct sheet sheet;

    (void)state;
    begin(&sheet);
    uvp_webpage_json(&sheet.outbox, uvp_span_of(json, sizeof json - 1));
    assert_string_equal(text_of(&sheet), "{\"a\":\"\\u003cb\\u003e\\u0026\\u2028\\\"\"}");
    end(&sheet);
}

/* Whatever the bytes are: JSON, and nothing in it that HTML or a script would look at. */
static void test_any_bytes(void **state)
{
    uint64_t dice = 7;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        char bytes[64];
        struct sheet sheet;
        json_t *read;
        const char *text;

        for (size_t i = 0; i < sizeof bytes; i++) {
            dice = dice * 6364136223846793005U + 1442695040888963407U;
            bytes[i] = (char)(dice >> 56);
            bytes[i] = (dice >> 40) % 4 == 0 ? "<>&/!-\"\\\xe2\x80\xa8\xae"[(dice >> 48) % 12]
                                             : bytes[i];
        }
        begin(&sheet);
        uvp_webpage_string(&sheet.outbox, bytes, sizeof bytes);
        text = text_of(&sheet);
        assert_null(strpbrk(text, "<>&\n\r"));
        read = json_loads(text, JSON_DECODE_ANY, NULL);
        assert_non_null(read);
        json_decref(read);
        end(&sheet);
    }
}

static void test_base64_of_any_length(void **state)
{
    unsigned char bytes[10000];

    (void)state;
    memset(bytes, 'M', sizeof bytes);
    for (size_t length = 0; length < sizeof bytes; length += 997) {
        struct sheet sheet;

        begin(&sheet);
        uvp_webpage_base64(&sheet.outbox, uvp_span_of(bytes, length));
        assert_int_equal(sheet.outbox.text.bytes, 2 + (length + 2) / 3 * 4);
        end(&sheet);
    }
}

/* ---- the worst ---- */

static void test_podium_keeps_the_worst(void **state)
{
    struct uvp_podium podium;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_podium_init(&podium, 5, &mem);
    assert_null(uvp_podium_least(&podium));
    for (uint64_t seq = 0; seq < 1000; seq++) {
        const double score = (double)(seq * 7919 % 100); /* each value ten times */

        assert_int_equal(
            uvp_podium_offer(&podium, score, seq, uvp_span_of(&seq, sizeof seq), NULL), UVP_OK);
        assert_int_equal(uvp_podium_least(&podium) != NULL, seq >= 4);
    }
    uvp_podium_sort(&podium);
    assert_int_equal(podium.count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        uint64_t kept;

        assert_float_equal(podium.places[i].score, 99, 0);
        memcpy(&kept, podium.places[i].exhibit.data, sizeof kept);
        assert_int_equal(kept, podium.places[i].seq);
        assert_true(i == 0 || podium.places[i].seq == podium.places[i - 1].seq + 100);
    }
    assert_int_equal(uvp_podium_least(&podium)->seq, podium.places[4].seq);
    uvp_podium_release(&podium);
    assert_int_equal(mem.used_bytes, 0);
}

/* In any order of arrival the same are kept. */
static void test_podium_does_not_mind_the_order(void **state)
{
    uint64_t kept[2][3];

    (void)state;
    for (int way = 0; way < 2; way++) {
        struct uvp_podium podium;
        struct uvp_mem mem;

        uvp_mem_init(&mem, 0);
        uvp_podium_init(&podium, 3, &mem);
        for (uint64_t i = 0; i < 60; i++) {
            const uint64_t seq = way == 0 ? i : 59 - i;

            assert_int_equal(
                uvp_podium_offer(&podium, (double)(seq % 4), seq, uvp_span_of("x", 1), NULL),
                UVP_OK);
        }
        uvp_podium_sort(&podium);
        for (int i = 0; i < 3; i++) {
            kept[way][i] = podium.places[i].seq;
        }
        uvp_podium_release(&podium);
    }
    assert_memory_equal(kept[0], kept[1], sizeof kept[0]);
    assert_int_equal(kept[0][0], 3);
}

static void test_podium_of_none(void **state)
{
    struct uvp_podium podium;
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_podium_init(&podium, 0, &mem);
    assert_int_equal(uvp_podium_offer(&podium, 1, 1, uvp_span_of("x", 1), NULL), UVP_OK);
    assert_int_equal(podium.count, 0);
    assert_null(uvp_podium_least(&podium));
    uvp_podium_init(&podium, 2, &mem);
    mem.fail_at_call = mem.calls + 1;
    assert_int_equal(uvp_podium_offer(&podium, 1, 1, uvp_span_of("x", 1), NULL), UVP_NO_MEMORY);
    assert_int_equal(podium.count, 0);
    uvp_podium_release(&podium);
}

/* ---- the whole page ---- */

struct bench {
    char folder[32];
    char path[64];
    struct uvp_mem mem;
    struct uvp_options options;
    struct uvp_webpage page;
    const char *inputs[2];
};

static void open_page(struct bench *bench, uint32_t most)
{
    memset(bench, 0, sizeof *bench);
    (void)snprintf(bench->folder, sizeof bench->folder, "webpage-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    (void)snprintf(bench->path, sizeof bench->path, "%s/page.html", bench->folder);
    uvp_mem_init(&bench->mem, 0);
    bench->inputs[0] = "first.tar";
    bench->inputs[1] = "</title>second.tar";
    bench->options.settings.inputs = bench->inputs;
    bench->options.settings.input_count = 2;
    bench->options.settings.show_most = most;
    bench->options.webpage_path = bench->path;
    uvp_webpage_init(&bench->page, &bench->mem);
    assert_int_equal(uvp_webpage_open(&bench->page, &bench->options, NULL), UVP_OK);
}

static void remove_page(struct bench *bench)
{
    assert_int_equal(bench->mem.used_bytes, 0);
    (void)unlink(bench->path);
    assert_int_equal(rmdir(bench->folder), 0); /* nothing is left beside it */
}

static struct uvp_record record_of(const struct bench *bench, uint64_t seq, const char *path)
{
    struct uvp_record record = {
        .seq = seq,
        .input = bench->inputs[seq % 2],
        .path = path,
        .path_bytes = strlen(path),
        .status = UVP_MEMBER_UNWRAPPED,
        .format = "obj",
        .bytes_in = 1000 + seq,
        .wall_ns = 5000000 + seq * 1000,
        .stretch_p99 = 1.25,
        .score = (double)(seq % 10),
        .exhibit = uvp_span_of("exhibit", 7),
    };

    record.atlas.triangles = (uint32_t)(10 + seq);
    record.atlas.stretch_max = seq == 3 ? (double)INFINITY : 1.5;
    record.atlas.packing_efficiency = 0.75;
    return record;
}

static void finish_page(struct bench *bench)
{
    const struct uvp_error none = {0};
    const struct uvp_ending ending = {.exit_code = 0, .failure = &none};
    struct uvp_figures figures = {.wall_ns = 1};
    struct uvp_ledger ledger;

    uvp_ledger_init(&ledger, &bench->mem);
    uvp_webpage_run(&bench->page, &ledger, &figures, &ending);
    assert_int_equal(uvp_webpage_close(&bench->page, NULL), UVP_OK);
}

static char *read_page(const struct bench *bench)
{
    const int fd = open(bench->path, O_RDONLY);
    struct stat status;
    char *text;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &status), 0);
    text = calloc(1, (size_t)status.st_size + 1);
    assert_int_equal(read(fd, text, (size_t)status.st_size), status.st_size);
    (void)close(fd);
    return text;
}

/* The JSON of the n-th script element that begins like this; the caller frees it. */
static json_t *element(const char *page, const char *opening, int n)
{
    const char *at = page;
    const char *to;
    json_t *json;

    for (int i = 0; i <= n; i++) {
        at = strstr(at, opening);
        if (at == NULL) {
            return NULL;
        }
        at += strlen(opening);
    }
    to = strstr(at, "</script>");
    assert_non_null(to);
    json = json_loadb(at, (size_t)(to - at), 0, NULL);
    assert_non_null(json);
    return json;
}

#define ROWS "<script type=\"application/json\" class=\"rows\">"
#define EXHIBIT "<script type=\"application/json\" class=\"exhibit\">"
#define RUN "<script type=\"application/json\" id=\"run-data\">"

static void test_members_come_in_columns(void **state)
{
    struct bench bench;
    char *page;
    json_t *chunk;
    json_t *run;

    (void)state;
    open_page(&bench, 3);
    for (uint64_t seq = 0; seq < 2500; seq++) {
        struct uvp_record record = record_of(&bench, seq, "</script><b>.obj");

        if (seq % 5 == 1) {
            record.status = UVP_MEMBER_PASSED;
            record.reason = seq % 2 == 0 ? "no mesh" : "too dull";
        }
        uvp_webpage_member(&bench.page, &record);
    }
    finish_page(&bench);
    page = read_page(&bench);
    assert_true(strncmp(page, "<!doctype html>", 15) == 0);
    chunk = element(page, ROWS, 0);
    assert_int_equal(json_integer_value(json_object_get(chunk, "n")), 1000);
    assert_int_equal(json_integer_value(json_object_get(chunk, "seq")), 0);
    assert_int_equal(json_array_size(json_object_get(chunk, "name")), 1000);
    assert_string_equal(json_string_value(json_array_get(json_object_get(chunk, "name"), 7)),
                        "</script><b>.obj");
    assert_int_equal(json_array_size(json_object_get(chunk, "texts")), 2);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(chunk, "text"), 1)), 1);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(chunk, "text"), 6)), 2);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(chunk, "input"), 3)), 1);
    assert_true(json_is_integer(json_object_get(chunk, "format"))); /* all are alike */
    json_decref(chunk);
    chunk = element(page, ROWS, 2);
    assert_int_equal(json_integer_value(json_object_get(chunk, "n")), 500);
    assert_int_equal(json_integer_value(json_object_get(chunk, "seq")), 2000);
    json_decref(chunk);
    assert_null(element(page, ROWS, 3));
    run = element(page, RUN, 0);
    assert_int_equal(json_integer_value(json_object_get(run, "rows")), 2500);
    assert_string_equal(json_string_value(json_array_get(json_object_get(run, "inputs"), 1)),
                        "</title>second.tar");
    json_decref(run);
    free(page);
    remove_page(&bench);
}

static int64_t cell(json_t *run, json_t *chunk, const char *key, size_t row)
{
    json_t *column;
    size_t i;

    json_array_foreach(json_object_get(run, "columns"), i, column)
    {
        if (strcmp(json_string_value(json_object_get(column, "key")), key) == 0) {
            json_t *const cells = json_array_get(json_object_get(chunk, "cells"), i);
            json_t *const value = json_is_array(cells) ? json_array_get(cells, row) : cells;

            return json_integer_value(value);
        }
    }
    fail_msg("no column %s", key);
    return 0;
}

static void test_cells(void **state)
{
    struct bench bench;
    struct uvp_record record;
    json_t *chunk;
    json_t *run;
    char *page;

    (void)state;
    open_page(&bench, 0);
    for (uint64_t seq = 2; seq < 5; seq++) {
        record = record_of(&bench, seq, "a.obj");
        uvp_webpage_member(&bench.page, &record);
    }
    record = record_of(&bench, 9, "b.obj"); /* out of order, as in an unordered run */
    record.status = UVP_MEMBER_FAILED;
    record.stretch_p99 = 0;
    (void)uvp_fail(&record.error, UVP_BAD_DATA, 0, "broken");
    uvp_webpage_member(&bench.page, &record);
    finish_page(&bench);
    page = read_page(&bench);
    chunk = element(page, ROWS, 0);
    run = element(page, RUN, 0);
    assert_int_equal(json_array_size(json_object_get(chunk, "seq")), 4);
    assert_int_equal(cell(run, chunk, "triangles", 0), 12);
    assert_int_equal(cell(run, chunk, "stretch", 0), 12500);
    assert_int_equal(cell(run, chunk, "packing", 0), 7500);
    assert_int_equal(cell(run, chunk, "time", 2), 5004);
    assert_true(cell(run, chunk, "stretch_max", 1) >= INT64_C(1000000000000)); /* infinite */
    assert_int_equal(cell(run, chunk, "triangles", 3), -1);
    assert_int_equal(cell(run, chunk, "time", 3), 5009);
    assert_null(element(page, EXHIBIT, 0));
    json_decref(chunk);
    json_decref(run);
    free(page);
    remove_page(&bench);
}

static void test_the_worst_are_shown(void **state)
{
    struct bench bench;
    json_t *first;
    char *page;

    (void)state;
    open_page(&bench, 2);
    for (uint64_t seq = 0; seq < 40; seq++) {
        const struct uvp_record record = record_of(&bench, seq, "a.obj");

        uvp_webpage_member(&bench.page, &record);
    }
    assert_int_equal(uvp_webpage_bar(&bench.page)->seq, 19);
    finish_page(&bench);
    page = read_page(&bench);
    first = element(page, EXHIBIT, 0);
    assert_int_equal(json_integer_value(json_object_get(first, "seq")), 9);
    assert_string_equal(json_string_value(json_object_get(first, "data")), "ZXhoaWJpdA==");
    json_decref(first);
    assert_null(element(page, EXHIBIT, 2));
    free(page);
    remove_page(&bench);
}

static void test_an_earlier_page_stays(void **state)
{
    struct bench bench;
    struct stat status;

    (void)state;
    open_page(&bench, 1);
    assert_int_equal(access(bench.path, F_OK), -1); /* not before it is whole */
    assert_int_equal(uvp_webpage_close(&bench.page, NULL), UVP_OK);
    assert_int_equal(access(bench.path, F_OK), -1);
    uvp_webpage_init(&bench.page, &bench.mem);
    assert_int_equal(uvp_webpage_open(&bench.page, &bench.options, NULL), UVP_OK);
    finish_page(&bench);
    assert_int_equal(stat(bench.path, &status), 0);
    uvp_webpage_init(&bench.page, &bench.mem);
    assert_int_equal(uvp_webpage_open(&bench.page, &bench.options, NULL), UVP_OK);
    assert_int_equal(uvp_webpage_close(&bench.page, NULL), UVP_OK);
    assert_int_equal(stat(bench.path, &status), 0);
    assert_true((size_t)status.st_size > uvp_webpage_head_bytes + uvp_webpage_tail_bytes);
    remove_page(&bench);
}

static void test_memory_may_be_out(void **state)
{
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    for (uint64_t n = 1; code == UVP_NO_MEMORY; n++) {
        const struct uvp_error none = {0};
        const struct uvp_ending ending = {.failure = &none};
        struct uvp_figures figures = {.wall_ns = 1};
        struct uvp_ledger ledger;
        struct uvp_record record;
        struct bench bench;

        open_page(&bench, 2);
        assert_int_equal(uvp_webpage_close(&bench.page, NULL), UVP_OK);
        bench.mem.fail_at_call = bench.mem.calls + n;
        uvp_webpage_init(&bench.page, &bench.mem);
        code = uvp_webpage_open(&bench.page, &bench.options, NULL);
        if (code == UVP_OK) {
            record = record_of(&bench, 1, "a.obj");
            uvp_webpage_member(&bench.page, &record);
            uvp_ledger_init(&ledger, &bench.mem);
            uvp_webpage_run(&bench.page, &ledger, &figures, &ending);
        }
        code = uvp_webpage_close(&bench.page, NULL) == UVP_OK ? code : UVP_NO_MEMORY;
        assert_int_equal(access(bench.path, F_OK), code == UVP_OK ? 0 : -1);
        remove_page(&bench);
    }
}

static void test_what_cannot_be_created(void **state)
{
    struct uvp_error err = {0};
    struct bench bench;

    (void)state;
    open_page(&bench, 1);
    assert_int_equal(uvp_webpage_close(&bench.page, NULL), UVP_OK);
    bench.options.webpage_path = "no such folder/page.html";
    uvp_webpage_init(&bench.page, &bench.mem);
    assert_int_equal(uvp_webpage_open(&bench.page, &bench.options, &err), UVP_IO);
    assert_non_null(strstr(err.text, "cannot create the report no such folder/page.html"));
    assert_int_equal(uvp_webpage_close(&bench.page, NULL), UVP_OK);
    remove_page(&bench);
}

/* The head knows the script by its hash: no other one runs, and nothing is loaded. */
static void test_asset(void **state)
{
    const char *const head = (const char *)uvp_webpage_head;
    const char *const tail = (const char *)uvp_webpage_tail;

    (void)state;
    assert_int_equal(strlen(head), uvp_webpage_head_bytes);
    assert_int_equal(strlen(tail), uvp_webpage_tail_bytes);
    assert_non_null(strstr(head, "default-src 'none'; script-src 'sha256-"));
    assert_non_null(strstr(head, "<html lang=\"en\">"));
    assert_null(strstr(head, "@STYLE"));
    assert_null(strstr(tail, "@SCRIPT"));
    assert_null(strstr(tail, "innerHTML"));
    assert_null(strstr(tail, "eval("));
    assert_null(strstr(tail, "fetch("));
    assert_non_null(strstr(tail, "</html>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings_are_harmless),
        cmocka_unit_test(test_json_keeps_its_shape),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_base64_of_any_length),
        cmocka_unit_test(test_podium_keeps_the_worst),
        cmocka_unit_test(test_podium_does_not_mind_the_order),
        cmocka_unit_test(test_podium_of_none),
        cmocka_unit_test(test_members_come_in_columns),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_the_worst_are_shown),
        cmocka_unit_test(test_an_earlier_page_stays),
        cmocka_unit_test(test_memory_may_be_out),
        cmocka_unit_test(test_what_cannot_be_created),
        cmocka_unit_test(test_asset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
