/* UVs and materials that are in a file already, read when they are asked for. */
#include "tests/unit/mesh/obj_bench.h"

#include "formats/mesh/obj_groups.h"
#include "formats/mesh/text.h"

#define FACE "v 0 0 0\nv 1 0 0\nv 0 1 0\n"

static const struct uvp_mesh_options all = {.wants_uvs = true, .wants_groups = true};

static enum uvp_code decode_all(struct bench *bench, const char *text, size_t bytes)
{
    return decode_with(obj(), uvp_span_of(text, bytes), &all, &bench->arena, &bench->stop,
                       &bench->model, &bench->mesh, &bench->err);
}

/* "u v, u v", and the corners' numbers with '-' for none. */
static void print_uvs(const struct uvp_mesh *mesh, char *to, char *corners)
{
    unsigned char *at = (unsigned char *)to;

    for (uint32_t i = 0; i < 2 * mesh->old_uv_count; i++) {
        if (i != 0 && i % 2 == 0) {
            *at++ = ',';
        }
        if (i != 0) {
            *at++ = ' ';
        }
        at = uvp_text_write_float(at, mesh->old_uv[i]);
    }
    *at = '\0';
    *corners = '\0';
    for (uint32_t c = 0; mesh->corner_uv != NULL && c < corner_count(mesh); c++) {
        if (mesh->corner_uv[c] == UVP_MESH_NO_UV) {
            corners += snprintf(corners, 4, "%s-", c == 0 ? "" : " ");
        } else {
            corners += snprintf(corners, 16, "%s%u", c == 0 ? "" : " ", mesh->corner_uv[c]);
        }
    }
}

static void print_groups(const struct uvp_mesh *mesh, char *to)
{
    *to = '\0';
    for (uint32_t p = 0; mesh->polygon_group != NULL && p < mesh->polygon_count; p++) {
        to += snprintf(to, 16, "%s%u", p == 0 ? "" : " ", mesh->polygon_group[p]);
    }
}

struct row {
    const char *text;
    const char *uvs;
    const char *corners;
    const char *groups;
};

static const struct row rows[] = {
    {FACE "vt 0 0\nvt 1 0\nvt 0 0.5\nf 1/1 2/2 3/3\n", "0 0, 1 0, 0 0.5", "0 1 2", ""},
    /* relative to the vt lines so far, forward, and signs */
    {FACE "vt 1 2\nf 1/-1 2/+2 3/3/\nvt 3 4\nvt 5 6\nf 1/-3/7 2/-1/7 3/01\n", "1 2, 3 4, 5 6",
     "0 1 2 0 2 0", ""},
    /* corners without */
    {FACE "vt 0 0\nf 1 2/1 3//1\nf 1/ 2// 3/1/\n", "0 0", "- 0 - - - 0", ""},
    /* one number, three, what is not finite, outside the page, joined lines, comments */
    {FACE "vt 0.25\nvt 1 2 3\nvt nan -inf\nvt -7.5 1e38#x\nvt \\\n 1 \\\n 2\nf 1/1 2/2 3/5\n",
     "0.25 0, 1 2, nan -inf, -7.5 1e38, 1 2", "0 1 4", ""},
    /* what stands behind the numbers is not looked at */
    {FACE "vt 1 2 x\nf 1/1 1/1 1/1\n", "1 2", "0 0 0", ""},
    /* no vt lines at all: references refer to nothing, of any size */
    {FACE "f 1/1 2/99999999999999999999 3/0\n", "", "", ""},
    /* no references */
    {FACE "vt 1 2\nf 1 2 3\n", "", "", ""},
    /* materials: none yet is 0, equal names are equal, blanks and '#' belong to them */
    {FACE "f 1 2 3\nusemtl a\nf 1 2 3\nusemtl b c \t\nf 1 2 3\nusemtl  a\r\nf 1 2 3\nf 3 2 1\n"
          "usemtl\nf 1 2 3\nusemtl b\nf 1 2 3\nusemtl b #c\nf 1 2 3\nusemtl b c",
     "", "", "0 1 2 1 1 3 4 5"},
    {FACE "usemtlx a\nf 1 2 3\nusemt a\nf 1 2 3\n", "", "", ""},
    {FACE "usemtl a\nf\nf 1 2 3\n", "", "", "1 1"},
};

static void rows_are_as_spelled_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t bytes = strlen(rows[i].text);
        char *const copy = copy_exactly(rows[i].text, bytes);
        struct bench bench;
        char uvs[512];
        char corners[512];
        bench_open(&bench);
        if (decode_all(&bench, copy, bytes) != UVP_OK) {
            fail_msg("%s: %s", rows[i].text, bench.err.text);
        }
        assert_true(uvp_mesh_is_valid(&bench.mesh));
        print_uvs(&bench.mesh, uvs, corners);
        assert_string_equal(uvs, rows[i].uvs);
        assert_string_equal(corners, rows[i].corners);
        print_groups(&bench.mesh, uvs);
        assert_string_equal(uvs, rows[i].groups);
        assert_int_equal(bench.mesh.has_uvs, *rows[i].uvs != '\0');
        check_encoding(&bench, copy, bytes, i, false);
        bench_close(&bench);
        free(copy);
    }
}

static void only_what_is_asked_for(void **state)
{
    static const char text[] = FACE "vt x\nvt\nusemtl a\nf 1/0 2/9 3/-9\n";
    static const char good[] = FACE "vt 1 1\nusemtl a\nf 1/1 2/1 3/1\n";
    const struct uvp_mesh_options groups = {.wants_groups = true};
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(decode(&bench, text, sizeof text - 1), UVP_OK);
    assert_true(bench.mesh.has_uvs);
    assert_null(bench.mesh.old_uv);
    assert_null(bench.mesh.corner_uv);
    assert_null(bench.mesh.polygon_group);
    assert_int_equal(decode_with(obj(), uvp_span_of(good, sizeof good - 1), &groups,
                                 &bench.arena, &bench.stop, &bench.model, &bench.mesh,
                                 &bench.err),
                     UVP_OK);
    assert_null(bench.mesh.old_uv);
    assert_non_null(bench.mesh.polygon_group);
    bench_close(&bench);
}

static void bad_uvs_name_their_line(void **state)
{
    static const struct {
        const char *text;
        uint64_t line;
        const char *says;
    } bad[] = {
        {FACE "vt 0 0\nf 1/0 2/1 3/1\n", 5, "line 5: vt index 0 of 1"},
        {FACE "vt 0 0\nf 1/2 2/1 3/1\n", 5, "line 5: vt index 2 of 1"},
        {FACE "f 1/-1 2/1 3/1\nvt 0 0\n", 4, "line 4: vt index -1 of 0"},
        {FACE "vt 0 0\nf 1/1 2/1 3/-2\nvt 0 0", 5, "line 5: vt index -2 of 1"},
        {FACE "vt 0 0\nf 1/4294967297 2/1 3/1\n", 5, "vt index 4294967297 of 1"},
        {FACE "vt 0 0\nf 1/99999999999999999999 2/1 3/1\n", 5, "of 1"},
        {FACE "vt 0 0\nf 1/-9223372036854775808 2/1 3/1\n", 5, "of 1"},
        {FACE "vt\nf 1/1 2/1 3/1\n", 4, "vt without a number"},
        {FACE "vt # 1 2\nf 1/1 2/1 3/1\n", 4, "vt without a number"},
        {FACE "vt 0,5 0\nf 1/1 2/1 3/1\n", 4, "texture coordinate is not a number"},
        {FACE "vt 0 x\nf 1/1 2/1 3/1\n", 4, "texture coordinate is not a number"},
        {FACE "vt 0x1 0\nf 1/1 2/1 3/1\n", 4, "texture coordinate is not a number"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const size_t bytes = strlen(bad[i].text);
        char *const copy = copy_exactly(bad[i].text, bytes);
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(decode_all(&bench, copy, bytes), UVP_BAD_DATA);
        assert_int_equal(bench.err.at, bad[i].line);
        if (strstr(bench.err.text, bad[i].says) == NULL) {
            fail_msg("%s gave '%s'", bad[i].text, bench.err.text);
        }
        bench_close(&bench);
        free(copy);
    }
}

/* Held against the second reader, wherever both read the file. */
static void check_against_reference(const char *text, size_t bytes, bool values)
{
    const struct reference_drop none = {0, 0};
    char *const copy = copy_exactly(text, bytes);
    struct reference reference;
    struct bench plain;
    struct bench bench;
    enum uvp_code code;

    bench_open(&bench);
    bench_open(&plain);
    code = decode_all(&bench, copy, bytes);
    assert_true(bench.mem.peak_bytes <= obj()->cost_bound(bytes) + ((size_t)512 << 10));
    if (code == UVP_OK) {
        assert_int_equal(decode(&plain, copy, bytes), UVP_OK);
        assert_true(uvp_mesh_is_valid(&bench.mesh));
        assert_int_equal(plain.mesh.has_uvs, bench.mesh.has_uvs);
        assert_int_equal(bench.mesh.has_uvs, bench.mesh.corner_uv != NULL);
    }
    if (code == UVP_OK && bench.mesh.has_uvs) {
        reference_read(&reference, copy, bytes, none);
        assert_int_equal(reference.uv_count, bench.mesh.old_uv_count);
        assert_int_equal(reference.corner_count, corner_count(&bench.mesh));
        for (size_t i = 0; i < reference.corner_count; i++) {
            const uint32_t uv = bench.mesh.corner_uv[i];
            assert_int_equal(reference.corners[i].uv, uv == UVP_MESH_NO_UV ? 0 : (long)uv + 1);
        }
        for (size_t i = 0; values && i < 2 * reference.uv_count; i++) {
            assert_true(bench.mesh.old_uv[i] == reference.uvs[i]);
        }
        reference_release(&reference);
    }
    bench_close(&plain);
    bench_close(&bench);
    free(copy);
}

static void samples_agree_with_the_second_reader(void **state)
{
    static const char bytes_of_interest[] = "\n\r\\#/ vtf-+.019";
    uint64_t random = 5;

    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const text = read_sample(good_rows[i].name, &bytes);
        check_against_reference(text, bytes, true);
        for (int round = 0; round < (bytes > 10000 ? 2 : 300); round++) {
            char *const copy = copy_exactly(text, bytes);
            for (uint32_t k = 1 + next_random(&random) % 3; k > 0; k--) {
                copy[next_random(&random) % bytes] =
                    bytes_of_interest[next_random(&random) % (sizeof bytes_of_interest - 1)];
            }
            check_against_reference(copy, bytes, false);
            free(copy);
        }
        free(text);
    }
}

/* The most memory a byte of input can ask for, each kind of statement by itself. */
static void memory_is_bounded_by_bytes(void **state)
{
    static const char *const lines[] = {"usemtl\n", "vt 1\n", "f 1/1\n", "f 1/1 1/1 1/1\n",
                                        "v 1 1\n",  "vt\n",   "f\n"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        static const char head[] = "v 0 0 0\nvt 0 0\nusemtl a\nf 1/1\n";
        const size_t each = strlen(lines[i]);
        const size_t bytes = sizeof head - 1 + 100000 * each;
        char *const text = malloc(bytes);
        assert_non_null(text);
        memcpy(text, head, sizeof head - 1);
        for (size_t at = sizeof head - 1; at < bytes; at += each) {
            memcpy(text + at, lines[i], each);
        }
        check_against_reference(text, bytes, false);
        free(text);
    }
}

static void memory_fails_at_any_call(void **state)
{
    const size_t count = 40000;
    static const char line[] = "vt 0 0\nusemtl a\nf 1/1 1/1 1/1\n";
    const size_t bytes = 8 + count * (sizeof line - 1);
    char *const text = malloc(bytes);
    enum uvp_code code = UVP_NO_MEMORY;
    uint64_t failures = 0;

    (void)state;
    assert_non_null(text);
    memcpy(text, "v 0 0 0\n", 8);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + 8 + i * (sizeof line - 1), line, sizeof line - 1);
    }
    for (uint64_t n = 1; code != UVP_OK; n++) {
        struct bench bench;
        bench_open(&bench);
        bench.mem.fail_at_call = n;
        code = decode_all(&bench, text, bytes);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        failures += code == UVP_NO_MEMORY;
        bench_close(&bench);
    }
    assert_true(failures >= 6); /* both vt arrays, groups, table, and what is always there */
    free(text);
}

/* ---- names to numbers ---- */

static void many_names_have_numbers_of_their_own(void **state)
{
    enum { COUNT = 50000 };
    static char names[COUNT][8];
    struct uvp_obj_groups groups;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_obj_groups_init(&groups, 3 * COUNT, &bench.arena, &bench.err), UVP_OK);
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            const int bytes = snprintf(names[i], sizeof names[i], "m%u", (unsigned)i);
            const struct uvp_span name = uvp_span_of(names[i], (size_t)bytes);
            assert_int_equal(uvp_obj_groups_number(&groups, name), i + 1);
        }
    }
    bench_close(&bench);
}

static uint32_t hash_of(const char *name, size_t bytes)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < bytes; i++) {
        hash = (hash ^ (unsigned char)name[i]) * UINT32_C(16777619);
    }
    return hash ^ hash >> 15;
}

/* Names made to meet in one place cost a bounded walk; the first of them keep their number. */
static void names_made_to_meet_are_bounded(void **state)
{
    enum { COUNT = 300 };
    static char names[COUNT][12];
    struct uvp_obj_groups groups;
    struct bench bench;
    uint32_t found = 0;

    (void)state;
    for (unsigned i = 0; found < COUNT; i++) {
        const int bytes = snprintf(names[found], sizeof names[found], "%u", i);
        found += (hash_of(names[found], (size_t)bytes) & 2047) == 7;
    }
    bench_open(&bench);
    assert_int_equal(uvp_obj_groups_init(&groups, 2 * COUNT, &bench.arena, &bench.err), UVP_OK);
    for (uint32_t i = 0; i < 2 * COUNT; i++) {
        const char *const name = names[i % COUNT];
        const uint32_t number = uvp_obj_groups_number(&groups, uvp_span_of(name, strlen(name)));
        assert_int_equal(number, i < COUNT        ? i + 1
                                 : i < COUNT + 64 ? i - COUNT + 1
                                                  : i - 64 + 1);
    }
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_as_spelled_out),
        cmocka_unit_test(only_what_is_asked_for),
        cmocka_unit_test(bad_uvs_name_their_line),
        cmocka_unit_test(samples_agree_with_the_second_reader),
        cmocka_unit_test(memory_is_bounded_by_bytes),
        cmocka_unit_test(memory_fails_at_any_call),
        cmocka_unit_test(many_names_have_numbers_of_their_own),
        cmocka_unit_test(names_made_to_meet_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
