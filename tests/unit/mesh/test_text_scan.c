/* Rows of numbers at every level against the readers that take a byte at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/text.h"
#include "formats/mesh/text_scan.h"

#define ROOM 4096

static uint32_t next_random(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*random >> 33);
}

static bool is_gap(unsigned char c)
{
    return c <= ' ' && c != '\n' && c != '\r';
}

/* ---- the reader of single bytes ---- */

struct slow_row {
    float values[32];
    uint32_t count; /* numbers at the row's begin, at most 32 */
    const unsigned char *next;
};

static void read_slowly(const unsigned char *at, const unsigned char *end, struct slow_row *row)
{
    const unsigned char *eol = at;

    while (eol < end && *eol != '\n' && *eol != '\r') {
        eol++;
    }
    row->next = eol + (eol < end) + (eol + 1 < end && *eol == '\r' && eol[1] == '\n');
    for (row->count = 0; row->count < 32; row->count++) {
        const unsigned char *after;
        while (at < eol && is_gap(*at)) {
            at++;
        }
        after = at < eol ? uvp_text_read_float(at, eol, &row->values[row->count]) : NULL;
        if (after == NULL || (after < eol && !is_gap(*after))) {
            return;
        }
        at = after;
    }
}

/* ---- rows ---- */

/* Reads all rows with the scanner, and what it will not with the other; all must agree. */
static size_t check_rows(enum uvp_text_level level, const char *bytes, size_t count,
                         uint32_t columns)
{
    const struct uvp_text_scanner *const scanner = uvp_text_scanner(level);
    unsigned char *const copy = malloc(count + 1);
    float *const values = malloc(sizeof(float) * columns * (count + 1));
    struct uvp_text text;
    size_t quick = 0;

    assert_non_null(copy);
    assert_non_null(values);
    memcpy(copy, bytes, count);
    text = (struct uvp_text){copy, copy, copy + count};
    while (text.at < text.end) {
        const unsigned char *at = text.at;
        const size_t asked = 1 + quick % 7;
        const size_t done = scanner->rows(&text, columns, asked, values);
        struct slow_row row;
        assert_true(done <= asked);
        for (size_t i = 0; i < done; i++) {
            read_slowly(at, text.end, &row);
            assert_true(row.count >= columns);
            assert_memory_equal(row.values, values + columns * i, sizeof(float) * columns);
            at = row.next;
        }
        assert_ptr_equal(at, text.at);
        quick += done;
        if (done < asked) {
            read_slowly(text.at, text.end, &row);
            text.at = row.next;
        }
    }
    free(values);
    free(copy);
    return quick;
}

static size_t make_number(uint64_t *random, char *to, size_t room)
{
    static const char *const odd[] = {"-",
                                      ".",
                                      "",
                                      "1.2.3",
                                      "0x10",
                                      "1e5",
                                      "-1.5E-3",
                                      "nan",
                                      "-inf",
                                      "+1",
                                      "5.",
                                      "-.5",
                                      "1,5",
                                      "16777217",
                                      "16777216.5",
                                      "1#2",
                                      "/",
                                      "--1",
                                      "00000000000000001",
                                      "0.1234567890123456789",
                                      "99999999999999999999",
                                      "-0",
                                      "0.0000000000000001"};
    const double value = (double)next_random(random) / 1e6 - 1000.0;
    int used = 0;

    switch (next_random(random) % 8) {
    case 0:
        used = snprintf(to, room, "%s", odd[next_random(random) % (sizeof odd / sizeof *odd)]);
        break;
    case 1:
        used = snprintf(to, room, "%.*g", (int)(next_random(random) % 17), value);
        break;
    case 2:
        used = snprintf(to, room, "%u", next_random(random));
        break;
    default:
        used = snprintf(to, room, "%.*f", (int)(next_random(random) % 10), value);
        break;
    }
    return (size_t)used;
}

static size_t make_rows(uint64_t *random, char *to, size_t room)
{
    static const char *const gaps[] = {" ", " ", " ", " ", "  ", "\t", " \v ", "\0 "};
    static const char *const eols[] = {"\n", "\n", "\n", "\n", "\n", "\r\n", " \n", "\r"};
    size_t used = 0;

    while (used + 700 < room) {
        const uint32_t tokens = next_random(random) % 16 == 0 ? next_random(random) % 20 : 3;
        for (uint32_t i = 0; i < tokens; i++) {
            const char *const gap = gaps[next_random(random) % 8];
            const size_t gap_bytes = gap[0] == '\0' ? 2 : strlen(gap);
            memcpy(to + used, gap, i == 0 && next_random(random) % 4 != 0 ? 0 : gap_bytes);
            used += i == 0 ? 0 : gap_bytes;
            used += make_number(random, to + used, 40);
        }
        memcpy(to + used, eols[next_random(random) % 8], 2);
        used += strlen(to + used) < 2 ? strlen(to + used) : 2;
    }
    return used;
}

static void rows_agree(void **state)
{
    static const uint32_t columns[] = {3, 1, 2, 4, 6, 7, 16, 3};
    size_t quick[UVP_TEXT_LEVELS] = {0};
    uint64_t random = 5;

    (void)state;
    for (int round = 0; round < 1500; round++) {
        char text[ROOM];
        const size_t bytes = make_rows(&random, text, sizeof text);
        for (int level = 0; level <= (int)uvp_text_level_best(); level++) {
            quick[level] +=
                check_rows((enum uvp_text_level)level, text, bytes, columns[round % 8]);
        }
    }
    assert_int_equal(quick[UVP_TEXT_BYTES], 0);
    if (uvp_text_level_best() == UVP_TEXT_AVX2) {
        assert_int_equal(quick[UVP_TEXT_SSE2], quick[UVP_TEXT_AVX2]);
        assert_true(quick[UVP_TEXT_AVX2] > 50000);
    }
}

/* What most files hold must not be left to the caller. */
static void plain_rows_are_read(void **state)
{
    static const char *const lines[] = {
        "0.123456 -1.000000 12.345678\n", "0.123456789 -1.23456789 12.3456789\r\n",
        "0.123456789012345 -1.23456789012345 0.5\n", "  1   2\t3  \n",
        "1 2 3 255 255 255 0.5 0.5 0.5 0.25 0.25 0.25 0.125 0.125 0.125 77 77 77\n"};

    (void)state;
    for (int level = UVP_TEXT_SSE2; level <= (int)uvp_text_level_best(); level++) {
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
            char text[ROOM * 4];
            size_t used = 0;
            for (int row = 0; row < 100; row++) {
                memcpy(text + used, lines[i], strlen(lines[i]));
                used += strlen(lines[i]);
            }
            assert_true(check_rows((enum uvp_text_level)level, text, used, 3) >= 80);
        }
    }
}

/* ---- faces ---- */

static size_t make_faces(uint64_t *random, char *to, size_t room)
{
    static const char *const odd[] = {"-1",        "x",  "3.5",      "",
                                      "123456789", "4 ", "00000001", "1\r"};
    size_t used = 0;

    while (used + 400 < room) {
        const uint32_t count = next_random(random) % 8 == 0 ? next_random(random) % 18 : 3;
        used += (size_t)snprintf(to + used, 8, "%u", count);
        for (uint32_t i = 0; i < count; i++) {
            used += next_random(random) % 60 == 0
                        ? (size_t)snprintf(to + used, 16, " %s", odd[next_random(random) % 8])
                        : (size_t)snprintf(to + used, 16, " %u", next_random(random) % 1003);
        }
        used += next_random(random) % 8 == 0 ? (size_t)snprintf(to + used, 32, " 0.25 255\r\n")
                                             : (size_t)snprintf(to + used, 8, "\n");
    }
    return used;
}

static void check_face(const struct slow_row *row, const struct uvp_text_faces *faces,
                       uint32_t polygon)
{
    const uint32_t first = faces->corner_start[polygon];
    const uint32_t count = faces->corner_start[polygon + 1] - first;

    assert_int_equal((uint32_t)row->values[0], count);
    assert_true(row->count > count);
    for (uint32_t k = 0; k < count; k++) {
        assert_int_equal((uint32_t)row->values[k + 1], faces->corner_vertex[first + k]);
        assert_true(faces->corner_vertex[first + k] < faces->vertices);
    }
}

static size_t check_faces(enum uvp_text_level level, const char *bytes, size_t count)
{
    const struct uvp_text_scanner *const scanner = uvp_text_scanner(level);
    unsigned char *const copy = malloc(count + 1);
    uint32_t *const start = calloc(count + 1, sizeof *start);
    uint32_t *const corner = malloc(sizeof *corner * (count + 1));
    struct uvp_text_faces faces = {start, corner, 0, 0, (uint32_t)count, (uint32_t)count, 1000};
    struct uvp_text text;
    size_t quick = 0;

    assert_non_null(copy);
    assert_non_null(start);
    assert_non_null(corner);
    memcpy(copy, bytes, count);
    text = (struct uvp_text){copy, copy, copy + count};
    while (text.at < text.end) {
        const unsigned char *at = text.at;
        const uint32_t before = faces.polygons;
        const size_t done = scanner->faces(&text, SIZE_MAX, &faces);
        struct slow_row row;
        assert_int_equal(faces.polygons - before, done);
        for (uint32_t i = before; i < faces.polygons; i++) {
            read_slowly(at, text.end, &row);
            check_face(&row, &faces, i);
            at = row.next;
        }
        assert_ptr_equal(at, text.at);
        quick += done;
        read_slowly(text.at, text.end, &row);
        text.at = row.next;
    }
    free(corner);
    free(start);
    free(copy);
    return quick;
}

static void faces_agree(void **state)
{
    size_t quick[UVP_TEXT_LEVELS] = {0};
    uint64_t random = 9;

    (void)state;
    for (int round = 0; round < 1000; round++) {
        char text[ROOM];
        const size_t bytes = make_faces(&random, text, sizeof text);
        for (int level = 0; level <= (int)uvp_text_level_best(); level++) {
            quick[level] += check_faces((enum uvp_text_level)level, text, bytes);
        }
    }
    assert_int_equal(quick[UVP_TEXT_BYTES], 0);
    if (uvp_text_level_best() == UVP_TEXT_AVX2) {
        assert_int_equal(quick[UVP_TEXT_SSE2], quick[UVP_TEXT_AVX2]);
        assert_true(quick[UVP_TEXT_AVX2] > 50000);
    }
}

static void faces_need_room(void **state)
{
    char text[800];
    uint32_t start[8] = {0};
    uint32_t corner[16];

    (void)state;
    for (size_t i = 0; i < sizeof text; i += 8) {
        memcpy(text + i, "3 0 1 2\n", 8);
    }
    for (int level = UVP_TEXT_SSE2; level <= (int)uvp_text_level_best(); level++) {
        struct uvp_text_faces few_polygons = {start, corner, 0, 0, 2, 16, 3};
        struct uvp_text_faces few_corners = {start, corner, 0, 0, 7, 11, 3};
        struct uvp_text_faces few_vertices = {start, corner, 0, 0, 7, 16, 2};
        const unsigned char *const begin = (const unsigned char *)text;
        struct uvp_text at = {begin, begin + 16, begin + sizeof text};
        const struct uvp_text_scanner *const scanner =
            uvp_text_scanner((enum uvp_text_level)level);
        assert_int_equal(scanner->faces(&at, 9, &few_polygons), 2);
        assert_int_equal(scanner->faces(&at, 9, &few_corners), 3);
        assert_int_equal(scanner->faces(&at, 9, &few_vertices), 0);
        assert_ptr_equal(at.at, begin + 16 + 5 * 8);
    }
}

/* ---- the end of a text ---- */

static void a_tail_is_read_to_its_end(void **state)
{
    static const char lines[] = "1 2 3\n4 5 6\n7 8 9";
    unsigned char tail[UVP_TEXT_TAIL_BYTES];
    const unsigned char *const begin = (const unsigned char *)lines;

    (void)state;
    for (int level = UVP_TEXT_SSE2; level <= (int)uvp_text_level_best(); level++) {
        const struct uvp_text_scanner *const scanner =
            uvp_text_scanner((enum uvp_text_level)level);
        struct uvp_text text = {begin, begin, begin + sizeof lines - 1};
        float values[9];
        assert_int_equal(uvp_text_tail(&text, tail), sizeof lines - 1);
        assert_int_equal(scanner->rows(&text, 3, 3, values), 3);
        for (int i = 0; i < 9; i++) {
            assert_true(values[i] == (float)(i + 1));
        }
    }
}

static void a_long_text_has_no_tail(void **state)
{
    unsigned char tail[UVP_TEXT_TAIL_BYTES];
    unsigned char bytes[300] = {0};
    struct uvp_text text = {bytes, bytes, bytes + 300};

    (void)state;
    assert_int_equal(uvp_text_tail(&text, tail), 0);
    assert_ptr_equal(text.at, bytes);
    text.at = text.end;
    assert_int_equal(uvp_text_tail(&text, tail), 0);
}

static void tokens_are_whole(void **state)
{
    static const unsigned char text[] = "1.5e2x";
    float value = 0;

    (void)state;
    assert_true(uvp_text_read_token(text, text + 5, &value));
    assert_true(value == 150.0f);
    assert_false(uvp_text_read_token(text, text + 6, &value));
    assert_false(uvp_text_read_token(text, text, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_agree),
        cmocka_unit_test(plain_rows_are_read),
        cmocka_unit_test(faces_agree),
        cmocka_unit_test(faces_need_room),
        cmocka_unit_test(a_tail_is_read_to_its_end),
        cmocka_unit_test(a_long_text_has_no_tail),
        cmocka_unit_test(tokens_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
