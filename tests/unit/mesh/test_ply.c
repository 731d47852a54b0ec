#include "tests/unit/mesh/ply_bench.h"

#include "formats/mesh/text.h"

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
        char *const data = read_sample(row->name, &bytes);
        char printed[1024];
        bench_open(&bench);
        if (decode(&bench, data, bytes) != UVP_OK) {
            fail_msg("%s: %s", row->name, bench.err.text);
        }
        assert_true(uvp_mesh_is_valid(&bench.mesh));
        print_positions(&bench.mesh, printed);
        assert_string_equal(printed, row->positions == NULL ? SQUARE : row->positions);
        print_polygons(&bench.mesh, printed);
        assert_string_equal(printed, row->polygons == NULL ? TRIANGLES : row->polygons);
        assert_int_equal(bench.mesh.has_uvs, row->has_uvs);
        assert_null(bench.mesh.old_uv);
        assert_null(bench.mesh.polygon_group);
        assert_int_equal(bench.err.code, UVP_OK);
        bench_close(&bench);
        free(data);
    }
}

static void good_samples_take_uvs(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4 * GOOD_COUNT; i++) {
        const char *const name = good_rows[i / 4].name;
        struct bench bench;
        size_t bytes;
        char *const data = read_sample(name, &bytes);
        for (uint64_t seed = 0; seed < 6; seed++) {
            bench_open(&bench);
            bench.options.ply_uv = i % 2 == 0 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
            bench.options.existing = i / 2 % 2 == 0 ? UVP_EXISTING_SKIP : UVP_EXISTING_REPLACE;
            assert_int_equal(decode(&bench, data, bytes), UVP_OK);
            check_encoding(&bench, data, bytes, 7 * i + seed);
            bench_close(&bench);
        }
        free(data);
    }
}

/* ---- outputs spelled out ---- */

#define HEAD "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
#define Z "property float z\n"
#define FACE "element face 1\nproperty list uchar int vertex_indices\n"
#define BODY "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"

struct exact_row {
    enum uvp_ply_uv ply_uv;
    const uint32_t corner_uv[6];
    const char *in;
    const char *out;
};

static const struct exact_row exact_rows[] = {
    {UVP_PLY_VERTEX,
     {0, 0, 0},
     HEAD Z FACE "end_header\n" BODY,
     HEAD Z "property float s\nproperty float t\n" FACE
            "end_header\n0 0 0 0.5 0.25\n1 0 0 0.5 0.25\n0 1 0 0.5 0.25\n3 0 1 2\n"},
    {UVP_PLY_WEDGE,
     {0, 1, 0},
     HEAD Z FACE "end_header\n" BODY,
     HEAD Z FACE "property list uchar float texcoord\nend_header\n"
                 "0 0 0\n1 0 0\n0 1 0\n3 0 1 2 6 0.5 0.25 1 0 0.5 0.25\n"},
    /* the vertex 0 is twice in the face, and the second time with another UV */
    {UVP_PLY_VERTEX,
     {0, 0, 0, 1},
     "ply\r\nformat ascii 1.0\r\nelement vertex 3\r\nproperty float32 x\r\nproperty float32 "
     "y\r\nelement face 1\r\nproperty list uint8 int32 vertex_index\r\nend_header\r\n"
     " 0 0 9\r\n1 0 \r\n0 1\r\n4 0 1 2 0\r\n",
     "ply\r\nformat ascii 1.0\r\nelement vertex 4\r\nproperty float32 x\r\nproperty float32 "
     "y\r\nproperty float32 s\r\nproperty float32 t\r\nelement face 1\r\nproperty list uint8 "
     "int32 vertex_index\r\nend_header\r\n"
     " 0 0 0.5 0.25 9\r\n1 0 0.5 0.25 \r\n0 1 0.5 0.25\r\n0 0 1 0 9\r\n4 0 1 2 3\r\n"},
    /* vertices are last, and the last line has no end */
    {UVP_PLY_VERTEX,
     {1, 0, 0, 0},
     "ply\rformat ascii 1.0\relement face 1\rproperty list uchar uchar vertex_indices\relement "
     "vertex 3\rproperty float x\rproperty float y\rend_header\r4 2 1 0 2\r0 0\r1 0\r0 1",
     "ply\rformat ascii 1.0\relement face 1\rproperty list uchar uchar vertex_indices\relement "
     "vertex 4\rproperty float x\rproperty float y\rproperty float s\rproperty float "
     "t\rend_header\r4 2 1 0 3\r0 0 0.5 0.25\r1 0 0.5 0.25\r0 1 1 0\r0 1 0.5 0.25"},
    /* a flow of words */
    {UVP_PLY_VERTEX,
     {0, 0, 0, 1},
     HEAD FACE "end_header\n0\t0 1 0\n0 1 4 0 1 2 0 the end",
     "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\n"
     "property float s\nproperty float t\n" FACE
     "end_header\n0\t0 0.5 0.25 1 0 0.5 0.25\n0 1 0.5 0.25 0\t0 1 0 4 0 1 2 3 the end"},
    /* what is there is overwritten, and a vertex without a face keeps its own */
    {UVP_PLY_WEDGE,
     {0, 1, 0},
     "ply\nformat ascii 1.0\nelement vertex 4\nproperty float v\nproperty float x\nproperty "
     "float y\nproperty double u\n" FACE
     "end_header\n0.1 0 0 0.2\n3 7 7 4 5\n.3 1 0 .4\n5e-1 0 1 6e-1\n3 0 2 3\n",
     "ply\nformat ascii 1.0\nelement vertex 4\nproperty float v\nproperty float x\nproperty "
     "float y\nproperty double u\n" FACE
     "end_header\n0.25 0 0 0.5\n3 7 7 4 5\n0 1 0 1\n0.25 0 1 0.5\n3 0 2 3\n"},
};

static void output_is_as_spelled_out(void **state)
{
    static const float uv[4] = {0.5f, 0.25f, 1.0f, 0.0f};

    (void)state;
    for (size_t i = 0; i < sizeof exact_rows / sizeof exact_rows[0]; i++) {
        const struct exact_row *const row = &exact_rows[i];
        const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = 2, .corner_uv = row->corner_uv};
        struct bench bench;
        bench_open(&bench);
        bench.options.ply_uv = row->ply_uv;
        assert_int_equal(decode(&bench, row->in, strlen(row->in)), UVP_OK);
        assert_int_equal(encode(&bench, row->in, strlen(row->in), &uvs), UVP_OK);
        assert_int_equal(uvp_buf_append(&bench.out, "", 1, NULL), UVP_OK);
        assert_string_equal((char *)bench.out.data, row->out);
        bench_close(&bench);
    }
}

/* Pages beyond the first lie beyond 1: as exact, and inside the bound of the output. */
static void further_tiles_are_exact(void **state)
{
    static const char *const names[] = {"good-ascii", "good-little", "good-big"};
    static const uint32_t corner_uv[6] = {0, 1, 2, 3, 4, 5};
    float uv[12];
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = 6, .corner_uv = corner_uv};
    uint64_t random = 3;

    (void)state;
    for (int i = 0; i < 6000; i++) {
        struct bench bench;
        struct bench again;
        size_t bytes;
        char *const data = read_sample(names[i % 3], &bytes);
        for (int k = 0; k < 12; k++) {
            uv[k] = (float)(next_random(&random) % 10) +
                    (float)(next_random(&random) % 65537) / 65536.0f;
        }
        bench_open(&bench);
        bench_open(&again);
        bench.options.ply_uv = i % 2 == 0 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
        again.options.wants_uvs = true;
        assert_int_equal(decode(&bench, data, bytes), UVP_OK);
        assert_int_equal(encode(&bench, data, bytes, &uvs), UVP_OK);
        assert_true(bench.out.bytes <= bench.out.capacity);
        assert_int_equal(decode(&again, bench.out.data, bench.out.bytes), UVP_OK);
        for (uint32_t c = 0; c < 6; c++) {
            assert_memory_equal(again.mesh.old_uv + 2 * (size_t)again.mesh.corner_uv[c],
                                uv + 2 * (size_t)c, 8);
        }
        bench_close(&again);
        bench_close(&bench);
        free(data);
    }
}

/* ---- refusals ---- */

struct refused_row {
    const char *name;
    enum uvp_code code;
    uint64_t at;
    const char *word; /* in the text */
};

static const struct refused_row refused_rows[] = {
    {"bad-no-end", UVP_BAD_DATA, 9, "no end"},
    {"bad-count-negative", UVP_BAD_DATA, 3, "count"},
    {"bad-count-exponent", UVP_BAD_DATA, 3, "count"},
    {"bad-count-missing", UVP_BAD_DATA, 3, "count"},
    {"bad-count-huge", UVP_BAD_DATA, 178, "4294967296 rows of vertex in 74 bytes"},
    {"bad-count-20-digits", UVP_BAD_DATA, 7, "count"},
    {"bad-two-vertex", UVP_BAD_DATA, 97, "second"},
    {"bad-two-face", UVP_BAD_DATA, 151, "second"},
    {"bad-no-format", UVP_BAD_DATA, 8, "format"},
    {"bad-format-twice", UVP_BAD_DATA, 3, "second format"},
    {"bad-format-short", UVP_BAD_DATA, 2, "version"},
    {"bad-type", UVP_BAD_DATA, 4, "unknown type"},
    {"bad-property-first", UVP_BAD_DATA, 3, "before any element"},
    {"bad-property-short", UVP_BAD_DATA, 4, "without a type"},
    {"bad-list-short", UVP_BAD_DATA, 8, "without types"},
    {"bad-list-count-float", UVP_BAD_DATA, 8, "integer"},
    {"bad-list-negative", UVP_BAD_DATA, 216, "negative"},
    {"bad-list-negative-ascii", UVP_BAD_DATA, 14, "no count"},
    {"bad-list-huge", UVP_BAD_DATA, 216, "beyond the end"},
    {"bad-list-huge-ascii", UVP_BAD_DATA, 14, "beyond the end"},
    {"bad-scalar-indices", UVP_BAD_DATA, 0, "no list"},
    {"bad-x-list", UVP_BAD_DATA, 0, "x of the vertices"},
    {"bad-no-x", UVP_BAD_DATA, 0, "without x"},
    {"bad-no-indices", UVP_BAD_DATA, 0, "vertex_indices"},
    {"bad-no-vertices", UVP_BAD_DATA, 0, "without vertices"},
    {"bad-index-high", UVP_BAD_DATA, 15, "no vertex"},
    {"bad-index-high-little", UVP_BAD_DATA, 239, "no vertex"},
    {"bad-index-negative", UVP_BAD_DATA, 236, "no vertex"},
    {"bad-index-negative-ascii", UVP_BAD_DATA, 14, "no vertex"},
    {"bad-index-fraction", UVP_BAD_DATA, 241, "no vertex"},
    {"bad-index-fraction-ascii", UVP_BAD_DATA, 15, "whole"},
    {"bad-index-word", UVP_BAD_DATA, 14, "whole"},
    {"bad-coordinate-word", UVP_BAD_DATA, 11, "not a number"},
    {"bad-coordinate-comma", UVP_BAD_DATA, 11, "not a number"},
    {"bad-cut-little", UVP_BAD_DATA, 230, "beyond the end"},
    {"bad-cut-ascii", UVP_BAD_DATA, 15, "beyond the end"},
    {"bad-cut-element", UVP_BAD_DATA, 279, "than there are bytes"},
    {"unsupported-middle-endian", UVP_UNSUPPORTED, 2, "kind"},
    {"unsupported-version", UVP_UNSUPPORTED, 2, "version"},
    {"unsupported-tristrips", UVP_UNSUPPORTED, 0, "tristrips"},
    {"unsupported-points", UVP_UNSUPPORTED, 0, "point cloud"},
    {"unsupported-no-rows", UVP_UNSUPPORTED, 0, "no faces"},
    {"unsupported-splats", UVP_UNSUPPORTED, 0, "splats"},
    {"unsupported-splats-packed", UVP_UNSUPPORTED, 0, "splats"},
    {"unsupported-no-corners", UVP_UNSUPPORTED, 0, "corners"},
};

static void refusals_say_where_and_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused_rows / sizeof refused_rows[0]; i++) {
        const struct refused_row *const row = &refused_rows[i];
        struct bench bench;
        size_t bytes;
        char *const data = read_sample(row->name, &bytes);
        bench_open(&bench);
        assert_int_equal(decode(&bench, data, bytes), row->code);
        assert_int_equal(bench.err.code, row->code);
        if (bench.err.at != row->at || strstr(bench.err.text, row->word) == NULL) {
            fail_msg("%s: at %llu: %s", row->name, (unsigned long long)bench.err.at,
                     bench.err.text);
        }
        bench_close(&bench);
        free(data);
    }
}

static void contents_tell_what_is_ply(void **state)
{
    static const struct {
        const char *head;
        enum uvp_probe probe;
    } rows[] = {
        {"ply\n", UVP_PROBE_YES},        {"ply\r\nformat", UVP_PROBE_YES},
        {"ply\rformat", UVP_PROBE_YES},  {"ply \t\n", UVP_PROBE_YES},
        {"ply", UVP_PROBE_NO},           {"ply ", UVP_PROBE_NO},
        {"plywood\n", UVP_PROBE_NO},     {"PLY\n", UVP_PROBE_NO},
        {"\nply\n", UVP_PROBE_NO},       {"", UVP_PROBE_NO},
        {"version https", UVP_PROBE_NO}, {"<html>\nply\n", UVP_PROBE_NO},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t bytes = strlen(rows[i].head);
        assert_int_equal(uvp_format_ply.probe(uvp_span_of(rows[i].head, bytes), false),
                         rows[i].probe);
    }
}

/* ---- UVs and materials that are there ---- */

static void old_uvs_are_read(void **state)
{
    static const char *const names[] = {
        "good-uv-st",          "good-uv-st-little", "good-uv-first",
        "good-uv-texture",     "good-uv-wedge",     "good-uv-wedge-little",
        "good-uv-wedge-first", "good-uv-both",      "good-uv-wedge-wrong"};
    static const float square[4][2] = {{0.5f, 0.25f}, {1, 0.25f}, {1, 0.75f}, {0.5f, 0.75f}};

    (void)state;
    for (size_t i = 0; i < 9; i++) {
        struct bench bench;
        size_t bytes;
        char *const data = read_sample(names[i], &bytes);
        bench_open(&bench);
        bench.options.wants_uvs = true;
        bench.options.wants_groups = true;
        assert_int_equal(decode(&bench, data, bytes), UVP_OK);
        assert_true(uvp_mesh_is_valid(&bench.mesh));
        for (uint32_t c = 0; i < 8 && c < 6; c++) {
            const uint32_t uv = bench.mesh.corner_uv[c];
            if (i == 6 && c >= 3) {
                assert_int_equal(uv, UVP_MESH_NO_UV);
            } else {
                assert_memory_equal(bench.mesh.old_uv + 2 * (size_t)uv,
                                    square[bench.mesh.corner_vertex[c]], 8);
            }
        }
        if (i == 8) {
            assert_null(bench.mesh.corner_uv);
        }
        if (i == 4) {
            assert_int_equal(bench.mesh.polygon_group[0], 7);
            assert_int_equal(bench.mesh.polygon_group[1], UINT32_MAX);
        } else if (i == 5) {
            assert_int_equal(bench.mesh.polygon_group[1], 1);
        } else {
            assert_null(bench.mesh.polygon_group);
        }
        bench_close(&bench);
        free(data);
    }
}

/* Lists that fit no face stay as they are, unless they are to be replaced or are asked for. */
static void wrong_lists_are_kept_or_replaced(void **state)
{
    static const float uv[2] = {0.5f, 0.25f};
    static const uint32_t corner_uv[6] = {0};
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = 1, .corner_uv = corner_uv};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench bench;
        size_t bytes;
        char *const data = read_sample("good-uv-wedge-wrong", &bytes);
        bench_open(&bench);
        bench.options.existing = i == 1 ? UVP_EXISTING_REPLACE : UVP_EXISTING_SKIP;
        bench.options.ply_uv = i == 2 ? UVP_PLY_WEDGE : UVP_PLY_VERTEX;
        assert_int_equal(decode(&bench, data, bytes), UVP_OK);
        assert_int_equal(encode(&bench, data, bytes, &uvs), UVP_OK);
        assert_int_equal(uvp_buf_append(&bench.out, "", 1, NULL), UVP_OK);
        assert_int_equal(strstr((char *)bench.out.data, "3 0 2 3 0\n") != NULL, i == 0);
        assert_int_equal(strstr((char *)bench.out.data, "property float s\n") != NULL, i == 0);
        assert_int_equal(strstr((char *)bench.out.data, "3 0 2 3 6 0.5 0.25 ") != NULL, i != 0);
        bench_close(&bench);
        free(data);
    }
}

static void names_that_are_taken(void **state)
{
    static const char text[] =
        "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"
        "property int t\nproperty int u\nproperty int texture_u\nelement face 1\n"
        "property list uchar int vertex_indices\nproperty int texcoord\nend_header\n"
        "0 0 1 2 3\n3 0 0 0 4\n";
    static const float uv[2] = {0.5f, 0.25f};
    static const uint32_t corner_uv[3] = {0};
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = 1, .corner_uv = corner_uv};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench bench;
        bench_open(&bench);
        bench.options.ply_uv = i == 0 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
        assert_int_equal(decode(&bench, text, sizeof text - 1), UVP_OK);
        assert_int_equal(encode(&bench, text, sizeof text - 1, &uvs), UVP_UNSUPPORTED);
        bench_close(&bench);
    }
}

static void limits_are_kept(void **state)
{
    size_t bytes;
    char *const data = read_sample("good-little", &bytes);
    char *const text = read_sample("good-ascii", &bytes);

    (void)state;
    for (int i = 0; i < 6; i++) {
        const char *const from = i % 2 == 0 ? data : text;
        struct bench bench;
        size_t count;
        char *const sample = read_sample(i % 2 == 0 ? "good-little" : "good-ascii", &count);
        bench_open(&bench);
        bench.options.polygon_corners = i / 2 == 0 ? 2 : 0;
        bench.options.corners = i / 2 == 1 ? 5 : 0;
        bench.options.vertices = i / 2 == 2 ? 3 : 0;
        assert_int_equal(decode(&bench, from, count), UVP_LIMIT);
        bench_close(&bench);
        free(sample);
    }
    free(data);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_samples_decode),
        cmocka_unit_test(good_samples_take_uvs),
        cmocka_unit_test(output_is_as_spelled_out),
        cmocka_unit_test(further_tiles_are_exact),
        cmocka_unit_test(refusals_say_where_and_why),
        cmocka_unit_test(contents_tell_what_is_ply),
        cmocka_unit_test(old_uvs_are_read),
        cmocka_unit_test(wrong_lists_are_kept_or_replaced),
        cmocka_unit_test(names_that_are_taken),
        cmocka_unit_test(limits_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
