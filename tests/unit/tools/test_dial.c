#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/dial.h"
#include "tools/uvpipe/escape.h"
#include "tools/uvpipe/width.h"

static int set_locale(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") != NULL ? 0 : -1;
}

static struct uvp_gauge_reading usual(void)
{
    struct uvp_gauge_reading reading;

    memset(&reading, 0, sizeof reading);
    reading.seconds = 35;
    reading.bytes_read = 50000000;
    reading.bytes_done = 36100000;
    reading.bytes_total = 85900000;
    reading.members = 1300;
    reading.ok = 1287;
    reading.failed = 3;
    reading.passed = 12;
    reading.active = 2;
    reading.queued = 14;
    reading.bytes_rate = 3210000;
    reading.meshes_rate = 12.34;
    reading.triangles_rate = 1210000;
    reading.has_left = true;
    reading.left = 65.4;
    reading.last.there = true;
    reading.last.charts = 14;
    reading.last.triangles = 3878;
    reading.last.wall_ns = 120 * UVP_NS_PER_MS;
    (void)snprintf(reading.last.name, sizeof reading.last.name, "chair.obj");
    return reading;
}

static void assert_drawn(const struct uvp_gauge_reading *reading, unsigned columns, bool utf8,
                         const char *first, const char *second)
{
    const struct uvp_dial_style style = {.columns = columns, .utf8 = utf8};
    struct uvp_dial_lines lines;

    uvp_dial_draw(reading, &style, &lines);
    assert_string_equal(lines.first, first);
    assert_string_equal(lines.second, second);
}

static void fields_go_by_rank(void **state)
{
    const struct uvp_gauge_reading reading = usual();

    (void)state;
    assert_drawn(
        &reading, 79, false,
        " 42%  [=========             ]  36.1/85.9 MB  3.21 MB/s  1.21M tri/s  ETA  1:05",
        "1287 ok  3 failed   2 active  14 queued   12.3 mesh/s  + chair.obj  14 charts");
    assert_drawn(&reading, 39, false, " 42%  [===      ]  3.21 MB/s  ETA  1:05",
                 "1287 ok  3 failed  + chair.obj");
    assert_drawn(&reading, 19, false, " 42%  ETA  1:05", "1287 ok  3 failed");
    assert_drawn(&reading, 9, false, " 42%", "1287 ok");
    assert_drawn(&reading, 3, false, "", "");
    assert_drawn(&reading, 0, false, "", "");
}

static void a_total_that_is_not_known_is_not_missed(void **state)
{
    struct uvp_gauge_reading reading = usual();

    (void)state;
    reading.bytes_total = 0;
    assert_drawn(
        &reading, 79, false, "36.1 MB  3.21 MB/s  1.21M tri/s   0:35 elapsed",
        "1287 ok  3 failed   2 active  14 queued   12.3 mesh/s  + chair.obj  14 charts");
}

static void the_bar_has_eighths_where_it_can(void **state)
{
    struct uvp_gauge_reading reading = usual();
    const struct uvp_dial_style style = {.columns = 39, .utf8 = true};
    struct uvp_dial_lines lines;

    (void)state;
    reading.bytes_done = reading.bytes_total / 2; /* four columns of nine, and a half */
    uvp_dial_draw(&reading, &style, &lines);
    assert_non_null(strstr(lines.first, "\xe2\x96\x88\xe2\x96\x8c "));
    reading.bytes_done = reading.bytes_total;
    uvp_dial_draw(&reading, &style, &lines);
    assert_non_null(strstr(lines.first, "100%  \xe2\x96\x95\xe2\x96\x88\xe2\x96\x88"));
}

static void a_path_gives_way_to_its_end(void **state)
{
    struct uvp_gauge_reading reading = usual();
    const struct uvp_dial_style wide = {.columns = 140, .utf8 = true};
    const struct uvp_dial_style narrow = {.columns = 79, .utf8 = true};
    struct uvp_dial_lines lines;

    (void)state;
    (void)snprintf(reading.last.name, sizeof reading.last.name,
                   "scans/a room on the second floor, seen from the door/chair.obj");
    uvp_dial_draw(&reading, &wide, &lines);
    assert_non_null(strstr(lines.second, "scans/a room"));
    assert_non_null(strstr(lines.second, "\xe2\x80\xa6"));
    uvp_dial_draw(&reading, &narrow, &lines);
    assert_non_null(strstr(lines.second, " chair.obj  14 charts"));
}

static void what_takes_long_is_shown(void **state)
{
    struct uvp_gauge_reading reading = usual();
    const struct uvp_dial_style wide = {.columns = 199, .utf8 = true};
    struct uvp_dial_lines lines;

    (void)state;
    reading.busy.there = true;
    reading.busy.step = "merging";
    (void)snprintf(reading.busy.name, sizeof reading.busy.name, "big.obj");
    reading.busy.triangles = 1200000;
    reading.busy.seconds = 12.2;
    reading.idle = 1;
    uvp_dial_draw(&reading, &wide, &lines);
    assert_non_null(strstr(lines.second, "chair.obj  3878 triangles  14 charts  120 ms"));
    assert_non_null(strstr(lines.second, "merging big.obj  (1.20M triangles) 12 s"));
    assert_drawn(
        &reading, 79, false,
        " 42%  [=========             ]  36.1/85.9 MB  3.21 MB/s  1.21M tri/s  ETA  1:05",
        "1287 ok  3 failed   2 active  14 queued   12.3 mesh/s  + chair.obj  14 charts");
    reading.idle = 9; /* nothing else happens: it is the news on a narrow terminal, too */
    assert_drawn(
        &reading, 79, false,
        " 42%  [=========             ]  36.1/85.9 MB  3.21 MB/s  1.21M tri/s  ETA  1:05",
        "1287 ok  3 failed   2 active  14 queued   12.3 mesh/s  merging big.obj  12 s");
}

/* Columns of a line, without colours; fails for any other control byte. */
static unsigned columns_of(const char *line)
{
    char bare[UVP_DIAL_LINE_BYTES];
    size_t used = 0;

    assert_true(uvp_utf8_is_valid(line, strlen(line)));
    while (*line != '\0') {
        if (*line == '\033') {
            const size_t digits = strspn(line + 2, "0123456789;");
            assert_int_equal(line[1], '[');
            assert_int_equal(line[2 + digits], 'm');
            line += 3 + digits;
            continue;
        }
        assert_false((unsigned char)*line < 0x20 || *line == 0x7f);
        bare[used++] = *line++;
    }
    bare[used] = '\0';
    return uvp_width_of(bare);
}

static uint32_t next_of(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void fill_name(char *name, size_t room, uint32_t *seed)
{
    static const char *const pieces[] = {"models/",          "\xe4\xb8\xad",  "e\xcc\x81",
                                         "\xf0\x9f\x98\x80", "\x1b[2J\r\n\t", "\xff\xfe",
                                         "\xe2\x80\xae",     ".obj"};
    char raw[300] = "";
    const uint32_t count = next_of(seed) % 30;

    for (uint32_t i = 0; i < count; i++) {
        strncat(raw, pieces[next_of(seed) % 8], sizeof raw - strlen(raw) - 1);
    }
    (void)uvp_escape(name, room, raw, strlen(raw));
}

static struct uvp_gauge_reading random_reading(uint32_t *seed)
{
    static const double scales[] = {0, 0.01, 1, 999.9, 12345, 1e7, 1e13, 1e19};
    struct uvp_gauge_reading reading;

    memset(&reading, 0, sizeof reading);
    reading.seconds = scales[next_of(seed) % 6];
    reading.bytes_total = (uint64_t)scales[next_of(seed) % 7];
    reading.bytes_done = reading.bytes_total / (1 + next_of(seed) % 9);
    reading.bytes_read = reading.bytes_done;
    reading.ok = (uint64_t)scales[next_of(seed) % 7];
    reading.failed = next_of(seed) % 3;
    reading.passed = next_of(seed) % 100000;
    reading.active = next_of(seed) % 300;
    reading.queued = next_of(seed) % 3000;
    reading.bytes_rate = scales[next_of(seed) % 8] * 0.9;
    reading.meshes_rate = scales[next_of(seed) % 8];
    reading.triangles_rate = scales[next_of(seed) % 8];
    reading.has_left = next_of(seed) % 2 == 0;
    reading.left = scales[next_of(seed) % 6];
    reading.idle = next_of(seed) % 9;
    reading.last.there = next_of(seed) % 4 != 0;
    reading.last.status = next_of(seed) % 3 == 0 ? UVP_MEMBER_FAILED : UVP_MEMBER_UNWRAPPED;
    reading.last.charts = next_of(seed);
    reading.last.triangles = next_of(seed);
    reading.last.wall_ns = (uint64_t)next_of(seed) << (next_of(seed) % 24);
    fill_name(reading.last.name, sizeof reading.last.name, seed);
    reading.busy.there = next_of(seed) % 3 == 0;
    reading.busy.step = "flattening";
    reading.busy.seconds = next_of(seed) % 100;
    reading.busy.triangles = next_of(seed);
    fill_name(reading.busy.name, sizeof reading.busy.name, seed);
    return reading;
}

static void no_line_is_ever_too_wide(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (unsigned columns = 0; columns <= 260; columns++) {
        for (int i = 0; i < 60; i++) {
            const struct uvp_gauge_reading reading = random_reading(&seed);
            const struct uvp_dial_style style = {
                .columns = columns, .utf8 = i % 2 == 0, .color = i % 3 == 0};
            const unsigned most =
                columns < UVP_DIAL_MOST_COLUMNS ? columns : UVP_DIAL_MOST_COLUMNS;
            struct uvp_dial_lines lines;

            uvp_dial_draw(&reading, &style, &lines);
            assert_true(columns_of(lines.first) <= most);
            assert_true(columns_of(lines.second) <= most);
            if (!style.utf8) {
                for (const char *at = lines.second; *at != '\0'; at++) {
                    assert_false((unsigned char)*at >= 0x80);
                }
            }
        }
    }
}

/* What changes all the time stands where it stood. */
static void figures_do_not_jitter(void **state)
{
    static const double rates[] = {0, 0.5, 1.23, 12.3, 123, 999, 1234, 99999, 999499, 1e7};
    const struct uvp_dial_style style = {.columns = 120};
    size_t eta = 0;
    size_t mesh = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct uvp_gauge_reading reading = usual();
        struct uvp_dial_lines lines;
        const char *at;

        reading.bytes_rate = rates[i];
        reading.meshes_rate = rates[i];
        reading.triangles_rate = rates[i];
        reading.bytes_done = (uint64_t)(85900000.0 * (double)i / 10);
        reading.has_left = i % 2 == 0;
        reading.active = (uint32_t)i;
        reading.queued = (uint32_t)(i * i);
        uvp_dial_draw(&reading, &style, &lines);
        at = strstr(lines.first, "ETA");
        assert_non_null(at);
        assert_true(i == 0 || eta == (size_t)(at - lines.first));
        eta = (size_t)(at - lines.first);
        at = strstr(lines.second, "mesh/s");
        assert_non_null(at);
        assert_true(i == 0 || mesh == (size_t)(at - lines.second));
        mesh = (size_t)(at - lines.second);
    }
}

static void numbers_are_short(void **state)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {{0, "0"},        {0.0004, "0"},     {0.5, "0.50"},     {9.994, "9.99"},
                {9.996, "10.0"}, {99.96, "100"},    {999.4, "999"},    {999.6, "1.00k"},
                {1234, "1.23k"}, {999600, "1.00M"}, {1.21e6, "1.21M"}, {1e30, "999P"}};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uvp_dial_count(text, sizeof text, rows[i].value);
        assert_string_equal(text, rows[i].text);
    }
    uvp_dial_time(text, sizeof text, 5.9);
    assert_string_equal(text, " 0:05");
    uvp_dial_time(text, sizeof text, 3599);
    assert_string_equal(text, "59:59");
    uvp_dial_time(text, sizeof text, 3723);
    assert_string_equal(text, "1:02:03");
    uvp_dial_time(text, sizeof text, 1e18);
    assert_string_equal(text, "99:00:00");
}

static void a_plain_line_says_the_same(void **state)
{
    struct uvp_gauge_reading reading = usual();
    char text[1400];

    (void)state;
    uvp_dial_plain(text, sizeof text, &reading);
    assert_string_equal(text,
                        "0:35  42%  36.1/85.9 MB  1287 ok  3 failed  2 active  14 queued  "
                        "12.3 mesh/s  1.21M tri/s  ETA  1:05");
    reading.has_left = false;
    reading.bytes_total = 0;
    reading.idle = 20;
    reading.busy.there = true;
    reading.busy.step = "packing";
    reading.busy.seconds = 20;
    (void)snprintf(reading.busy.name, sizeof reading.busy.name, "big.obj");
    uvp_dial_plain(text, sizeof text, &reading);
    assert_string_equal(text, "0:35  36.1 MB  1287 ok  3 failed  2 active  14 queued  "
                              "12.3 mesh/s  1.21M tri/s  packing big.obj for 20 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_go_by_rank),
        cmocka_unit_test(a_total_that_is_not_known_is_not_missed),
        cmocka_unit_test(the_bar_has_eighths_where_it_can),
        cmocka_unit_test(a_path_gives_way_to_its_end),
        cmocka_unit_test(what_takes_long_is_shown),
        cmocka_unit_test(no_line_is_ever_too_wide),
        cmocka_unit_test(figures_do_not_jitter),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(a_plain_line_says_the_same),
    };
    return cmocka_run_group_tests(tests, set_locale, NULL);
}
