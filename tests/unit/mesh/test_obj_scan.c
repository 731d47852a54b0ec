#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/mesh/obj_scan.h"

static struct uvp_stop no_stop;

static void scan_text(struct uvp_obj_scan *scan, const char *text, size_t bytes)
{
    uvp_stop_init_child(&no_stop, NULL, 0, NULL);
    uvp_obj_scan_init(scan, uvp_span_of(text, bytes), &no_stop);
}

static enum uvp_obj_statement next(struct uvp_obj_scan *scan)
{
    enum uvp_obj_statement statement = UVP_OBJ_END;

    assert_int_equal(uvp_obj_next(scan, &statement, NULL), UVP_OK);
    return statement;
}

static void names_statements(void **state)
{
    static const struct {
        const char *text;
        enum uvp_obj_statement statement;
    } rows[] = {
        {"v 1", UVP_OBJ_VERTEX},
        {"\tv\t1", UVP_OBJ_VERTEX},
        {"v", UVP_OBJ_VERTEX},
        {"v\\\n1", UVP_OBJ_VERTEX},
        {"v#", UVP_OBJ_VERTEX},
        {"vt 1", UVP_OBJ_UV},
        {"f 1", UVP_OBJ_FACE},
        {"fo 1", UVP_OBJ_FACE},
        {"f\n", UVP_OBJ_FACE},
        {"l 1", UVP_OBJ_REFERRER},
        {"surf 1", UVP_OBJ_REFERRER},
        {"vn 1", UVP_OBJ_OTHER},
        {"vtx 1", UVP_OBJ_OTHER},
        {"F 1", UVP_OBJ_OTHER},
        {"surfx", UVP_OBJ_OTHER},
        {"foo", UVP_OBJ_OTHER},
        {"\\v 1", UVP_OBJ_OTHER},
        {"", UVP_OBJ_END},
        {" \n\r\n\t#v\n", UVP_OBJ_END},
        {"\\", UVP_OBJ_END},
        {"\\\nv 1", UVP_OBJ_VERTEX},
        {"#\\\nf 1", UVP_OBJ_FACE},
        {"\xef\xbb\xbf"
         "f",
         UVP_OBJ_FACE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct uvp_obj_scan scan;
        scan_text(&scan, rows[i].text, strlen(rows[i].text));
        assert_int_equal(next(&scan), rows[i].statement);
    }
}

static void counts_lines(void **state)
{
    static const char text[] = "v\r\nv\rv\n\nv\\\r\n\\\n\rv # \\\nv x\\\ny\\\rz\nv";
    static const uint64_t lines[] = {1, 2, 3, 5, 8, 9, 12};
    struct uvp_obj_scan scan;

    (void)state;
    scan_text(&scan, text, sizeof text - 1);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(next(&scan), UVP_OBJ_VERTEX);
        assert_int_equal(scan.line, lines[i]);
        assert_int_equal(uvp_obj_skip(&scan, NULL), UVP_OK);
    }
    assert_int_equal(next(&scan), UVP_OBJ_END);
}

/* Reading tokens to the end and skipping must come out at the same byte. */
static void tokens_and_skipping_agree(void **state)
{
    static const char *const rest[] = {" 1 2\nv",   " 1 \\\n 2\nv",       " 1\\\r\n2 # \\\nv",
                                       "\nv",       " \\\n\\\n\nv",       " 1 2#3\\\rv",
                                       " 1 # x\rv", "\\\n1 2 3 4 5 6\nv", " 1 \\"};

    (void)state;
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        char text[64] = "f";
        struct uvp_obj_scan read;
        struct uvp_obj_scan skipped;
        strncat(text, rest[i], sizeof text - 2);
        scan_text(&read, text, strlen(text));
        scan_text(&skipped, text, strlen(text));
        assert_int_equal(next(&read), UVP_OBJ_FACE);
        assert_int_equal(next(&skipped), UVP_OBJ_FACE);
        while (uvp_obj_token(&read)) {
            while (!uvp_obj_is_token_end(read.at, read.end)) {
                read.at++;
            }
        }
        assert_int_equal(uvp_obj_finish(&read, NULL), UVP_OK);
        assert_int_equal(uvp_obj_skip(&skipped, NULL), UVP_OK);
        assert_ptr_equal(read.at, skipped.at);
        assert_int_equal(read.line, skipped.line);
    }
}

static void divides_corners(void **state)
{
    static const struct {
        const char *text; /* what follows the vertex number */
        bool good;
        int uv; /* digits of it; -1: none */
        bool has_normal;
        int after;
    } rows[] = {
        {"", true, -1, false, 0},      {" 2", true, -1, false, 0},
        {"/", true, -1, false, 1},     {"/12", true, 2, false, 3},
        {"/-12 ", true, 3, false, 4},  {"//", true, -1, false, 2},
        {"//3", true, -1, true, 3},    {"/1/", true, 1, false, 3},
        {"/1/-3\n", true, 1, true, 5}, {"/1/3#", true, 1, true, 4},
        {"/1\\\n", true, 1, false, 2}, {"/1/3/", false, 0, false, 0},
        {"///", false, 0, false, 0},   {"x", false, 0, false, 0},
        {"/x", false, 0, false, 0},    {"/1x", false, 0, false, 0},
        {"/-", false, 0, false, 0},    {"//+", false, 0, false, 0},
        {"/1\\2", false, 0, false, 0}, {".0", false, 0, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const unsigned char *const at = (const unsigned char *)rows[i].text;
        struct uvp_obj_corner corner;
        assert_int_equal(uvp_obj_divide(at, at + strlen(rows[i].text), &corner), rows[i].good);
        if (!rows[i].good) {
            continue;
        }
        assert_int_equal(corner.uv == NULL ? -1 : corner.uv_end - corner.uv, rows[i].uv);
        assert_int_equal(corner.has_normal, rows[i].has_normal);
        assert_int_equal(corner.after - at, rows[i].after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_statements),
        cmocka_unit_test(counts_lines),
        cmocka_unit_test(tokens_and_skipping_agree),
        cmocka_unit_test(divides_corners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
