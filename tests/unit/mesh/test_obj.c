#include "tests/unit/mesh/obj_bench.h"

#include "formats/mesh/text.h"

#define NO_LINE 0

static void print_positions(const struct uvp_mesh *mesh, char *to)
{
    unsigned char *at = (unsigned char *)to;

    for (uint32_t i = 0; i < 3 * mesh->vertex_count; i++) {
        if (i != 0 && i % 3 == 0) {
            *at++ = ',';
        }
        if (i != 0) {
            *at++ = ' ';
        }
        at = uvp_text_write_float(at, mesh->positions[i]);
    }
    *at = '\0';
}

static void print_polygons(const struct uvp_mesh *mesh, char *to)
{
    *to = '\0';
    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        to += snprintf(to, 3, "%s", p == 0 ? "" : ", ");
        for (uint32_t c = mesh->corner_start[p]; c < mesh->corner_start[p + 1]; c++) {
            to += snprintf(to, 16, "%s%u", c == mesh->corner_start[p] ? "" : " ",
                           mesh->corner_vertex[c]);
        }
    }
}

static void good_samples_decode(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        const struct good_row *const row = &good_rows[i];
        struct bench bench;
        size_t bytes;
        char *const text = read_sample(row->name, &bytes);
        char printed[1024];
        bench_open(&bench);
        if (decode(&bench, text, bytes) != UVP_OK) {
            fail_msg("%s: %s", row->name, bench.err.text);
        }
        assert_true(uvp_mesh_is_valid(&bench.mesh));
        if (row->positions != NULL) {
            print_positions(&bench.mesh, printed);
            assert_string_equal(printed, row->positions);
        }
        print_polygons(&bench.mesh, printed);
        assert_string_equal(printed, row->polygons);
        assert_int_equal(bench.mesh.has_uvs, row->has_uvs);
        bench_close(&bench);
        free(text);
    }
}

static void good_samples_take_uvs(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        struct bench bench;
        size_t bytes;
        char *const text = read_sample(good_rows[i].name, &bytes);
        bench_open(&bench);
        assert_int_equal(decode(&bench, text, bytes), UVP_OK);
        check_encoding(&bench, text, bytes, i, good_rows[i].plain);
        bench_close(&bench);
        free(text);
    }
}

struct exact_row {
    const char *in;
    const char *out;
};

/* The whole output, spelled out; every corner gets UV 0 at (0.5, 0.25). */
static const struct exact_row exact_rows[] = {
    {"v 0 0 0\nf 1 1 1\n", "v 0 0 0\nvt 0.5 0.25\nf 1/1 1/1 1/1\n"},
    {"v 0 0 0\r\nf 1//1 -1//-1 1\r\n", "v 0 0 0\r\nvt 0.5 0.25\r\nf 1/1/1 -1/1/-1 1/1\r\n"},
    {"v 0 0 0\rf 1 1 1", "v 0 0 0\rvt 0.5 0.25\rf 1/1 1/1 1/1"},
    {"f 1 1/ 1// # c\\\nv 0 0 0", "vt 0.5 0.25\nf 1/1 1/1 1/1 # c\\\nv 0 0 0"},
    {"\xef\xbb\xbf"
     "f 1 1 1\r\nv 0 0 0",
     "\xef\xbb\xbf"
     "vt 0.5 0.25\r\nf 1/1 1/1 1/1\r\nv 0 0 0"},
    {"v 0 0 0\ng x\n\\\n  f \\\n1 1\\\n1\n",
     "v 0 0 0\ng x\nvt 0.5 0.25\n\\\n  f \\\n1/1 1/1\\\n1/1\n"},
    {"vt 1 1\nv 0 0 0\nf 1/1 1/1/3 1/1/\nl 1/1 1/-1\nvt 0 0 \\\n 0\n",
     "v 0 0 0\nvt 0.5 0.25\nf 1/1 1/1/3 1/1\nl 1 1\n"},
    {"vt 1 1\nv 0 0 0\nf 1 1 1\nvt 0 0\nl 1/1 1/2 1/-1 1/-2 1/3\n",
     "vt 1 1\nv 0 0 0\nvt 0.5 0.25\nf 1/2 1/2 1/2\nvt 0 0\nl 1/1 1/3 1/3 1/1 1\n"},
    {"v 0 0 0\nvt 0 0\nsurf 0 1 0 1 1/1/7 1/9/7\nf 1 1 1\n",
     "v 0 0 0\nvt 0 0\nsurf 0 1 0 1 1/1/7 1//7\nvt 0.5 0.25\nf 1/2 1/2 1/2\n"},
    {"v 0 0 0\nf 1 1 1#a 1\nf 1 1 1\n",
     "v 0 0 0\nvt 0.5 0.25\nf 1/1 1/1 1/1#a 1\nf 1/1 1/1 1/1\n"},
    {"v 0 0 0\nf\nf 1 1 1\n", "v 0 0 0\nvt 0.5 0.25\nf\nf 1/1 1/1 1/1\n"},
};

static void output_is_as_spelled_out(void **state)
{
    static const float uv[2] = {0.5f, 0.25f};
    static const uint32_t corner_uv[8] = {0};
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = 1, .corner_uv = corner_uv};

    (void)state;
    for (size_t i = 0; i < sizeof exact_rows / sizeof exact_rows[0]; i++) {
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(decode(&bench, exact_rows[i].in, strlen(exact_rows[i].in)), UVP_OK);
        assert_int_equal(encode(&bench, exact_rows[i].in, strlen(exact_rows[i].in), &uvs),
                         UVP_OK);
        assert_int_equal(uvp_buf_append(&bench.out, "", 1, NULL), UVP_OK);
        assert_string_equal((char *)bench.out.data, exact_rows[i].out);
        bench_close(&bench);
    }
}

/* Pages beyond the first lie beyond 1: as exact, and inside the bound of the output. */
static void further_tiles_are_exact(void **state)
{
    enum { COUNT = 2000 };
    static const char text[] = "v 0 0 0\nf 1 1 1\n";
    static const uint32_t corner_uv[3] = {0, COUNT / 2, COUNT - 1};
    static float uv[2 * COUNT];
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = COUNT, .corner_uv = corner_uv};
    const struct uvp_mesh_options options = {.wants_uvs = true};
    uint64_t random = 3;
    struct bench bench;
    struct bench again;

    (void)state;
    for (uint32_t i = 0; i < 2 * COUNT; i++) {
        uv[i] = (float)(i % 100) + (float)(next_random(&random) % 65537) / 65536.0F;
    }
    bench_open(&bench);
    bench_open(&again);
    assert_int_equal(decode(&bench, text, sizeof text - 1), UVP_OK);
    assert_int_equal(encode(&bench, text, sizeof text - 1, &uvs), UVP_OK);
    assert_true(bench.out.bytes <= bench.out.capacity);
    assert_int_equal(decode_with(obj(), uvp_buf_span(&bench.out), &options, &again.arena,
                                 &again.stop, &again.model, &again.mesh, &again.err),
                     UVP_OK);
    assert_int_equal(again.mesh.old_uv_count, COUNT);
    assert_memory_equal(again.mesh.old_uv, uv, sizeof uv);
    bench_close(&again);
    bench_close(&bench);
}

static void bad_samples_name_their_line(void **state)
{
    static const struct {
        const char *name;
        enum uvp_code code;
        uint64_t line;
    } rows[] = {
        {"bad-index-zero", UVP_BAD_DATA, 6},
        {"bad-index-high", UVP_BAD_DATA, 7},
        {"bad-index-low", UVP_BAD_DATA, 3},
        {"bad-index-32-bits", UVP_BAD_DATA, 5},
        {"bad-index-least", UVP_BAD_DATA, 5},
        {"bad-index-20-digits", UVP_BAD_DATA, 5},
        {"bad-index-64-bits", UVP_BAD_DATA, 5},
        {"bad-corner-word", UVP_BAD_DATA, 5},
        {"bad-corner-parts", UVP_BAD_DATA, 5},
        {"bad-corner-fraction", UVP_BAD_DATA, 5},
        {"bad-corner-no-vertex", UVP_BAD_DATA, 5},
        {"bad-corner-backslash", UVP_BAD_DATA, 5},
        {"bad-vertex-word", UVP_BAD_DATA, 2},
        {"bad-vertex-comma", UVP_BAD_DATA, 1},
        {"bad-vertex-short", UVP_BAD_DATA, 2},
        {"bad-vertex-empty", UVP_BAD_DATA, 2},
        {"bad-continued-line", UVP_BAD_DATA, 5},
        {"bad-no-vertices", UVP_BAD_DATA, 1},
        {"unsupported-empty", UVP_UNSUPPORTED, NO_LINE},
        {"unsupported-no-faces", UVP_UNSUPPORTED, NO_LINE},
        {"unsupported-faces-without-corners", UVP_UNSUPPORTED, NO_LINE},
        {"unsupported-lfs-pointer", UVP_UNSUPPORTED, NO_LINE},
        {"unsupported-html", UVP_UNSUPPORTED, NO_LINE},
        {"unsupported-utf-16", UVP_UNSUPPORTED, NO_LINE},
        {"unsupported-coff-x64", UVP_UNSUPPORTED, NO_LINE},
        {"unsupported-coff-x86", UVP_UNSUPPORTED, NO_LINE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench bench;
        size_t bytes;
        char *const text = read_sample(rows[i].name, &bytes);
        enum uvp_code code;
        bench_open(&bench);
        code = decode(&bench, text, bytes);
        if (code != rows[i].code || bench.err.at != rows[i].line) {
            fail_msg("%s: %s at %llu: %s", rows[i].name, uvp_code_name(code),
                     (unsigned long long)bench.err.at, bench.err.text);
        }
        bench_close(&bench);
        free(text);
    }
}

static void limits_hold(void **state)
{
    static const char text[] = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\nf 1 2 3 1\n";
    static const struct {
        struct uvp_mesh_options options;
        enum uvp_code code;
        uint64_t line;
    } rows[] = {
        {{.polygon_corners = 4, .corners = 7, .vertices = 3}, UVP_OK, 0},
        {{.polygon_corners = 3}, UVP_LIMIT, 5},
        {{.corners = 6}, UVP_LIMIT, 5},
        {{.corners = 1}, UVP_LIMIT, 4},
        {{.corners = 6, .wants_uvs = true, .wants_groups = true}, UVP_LIMIT, 5},
        {{.vertices = 2}, UVP_LIMIT, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(decode_with(obj(), uvp_span_of(text, sizeof text - 1),
                                     &rows[i].options, &bench.arena, &bench.stop, &bench.model,
                                     &bench.mesh, &bench.err),
                         rows[i].code);
        assert_int_equal(bench.err.at, rows[i].line);
        bench_close(&bench);
    }
}

static void output_ceiling_holds(void **state)
{
    struct bench bench;
    struct made_uvs made;
    size_t bytes;
    char *const text = read_sample("good-quads", &bytes);

    (void)state;
    bench_open(&bench);
    assert_int_equal(decode(&bench, text, bytes), UVP_OK);
    make_uvs(&made, &bench.mesh, 1);
    bench.out.ceiling_bytes = bytes + 10;
    assert_int_equal(encode(&bench, text, bytes, &made.uvs), UVP_LIMIT);
    assert_int_equal(bench.out.bytes, 0);
    release_uvs(&made);
    bench_close(&bench);
    free(text);
}

static void wrong_uvs_are_refused(void **state)
{
    struct bench bench;
    struct made_uvs made;
    size_t bytes;
    char *const text = read_sample("good-quads", &bytes);

    (void)state;
    bench_open(&bench);
    assert_int_equal(decode(&bench, text, bytes), UVP_OK);
    make_uvs(&made, &bench.mesh, 1);
    made.corner_uv[5] = made.uvs.uv_count;
    assert_int_equal(encode(&bench, text, bytes, &made.uvs), UVP_BUG);
    assert_int_equal(bench.out.bytes, 0);
    release_uvs(&made);
    bench_close(&bench);
    free(text);
}

static void cost_bound_does_not_overflow(void **state)
{
    (void)state;
    assert_true(obj()->cost_bound(0) > 0);
    assert_true(obj()->cost_bound(1000000) >= 2000000);
    assert_int_equal(obj()->cost_bound(SIZE_MAX), SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_samples_decode),
        cmocka_unit_test(good_samples_take_uvs),
        cmocka_unit_test(output_is_as_spelled_out),
        cmocka_unit_test(further_tiles_are_exact),
        cmocka_unit_test(bad_samples_name_their_line),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(output_ceiling_holds),
        cmocka_unit_test(wrong_uvs_are_refused),
        cmocka_unit_test(cost_bound_does_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
