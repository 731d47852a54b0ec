/* STL of both kinds: what is read, what is refused and why, and what is written beside it. */
#include "formats/mesh/stl.h"

#include "tests/unit/mesh/product_bench.h"

#define STL (&uvp_format_stl)
#define FACET(a, b, c)                                                                         \
    "facet normal 0 0 1\n outer loop\n  vertex " a "\n  vertex " b "\n  vertex " c             \
    "\n endloop\nendfacet\n"
#define TWO FACET("0 0 0", "1 0 0", "0 1 0") FACET("1 0 0", "1 1 0", "0 1 0")
#define TEXT "solid two\n" TWO "endsolid two\n"

/* ---- binary files made here ---- */

struct binary {
    unsigned char data[84 + 50 * 64 + 64];
    size_t bytes;
};

static void put32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (unsigned char)(value >> (8 * i));
    }
}

static void put_float(unsigned char *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    put32(to, bits);
}

/* A fan of `facets` about the origin, each with two corners of its neighbours. */
static void make_binary(struct binary *binary, uint32_t facets, uint32_t declared)
{
    memset(binary, 0, sizeof *binary);
    memcpy(binary->data, "made by a test", 14);
    put32(binary->data + 80, declared);
    for (uint32_t f = 0; f < facets; f++) {
        unsigned char *const facet = binary->data + 84 + (size_t)50 * f;
        put_float(facet + 8, 1.0f);
        put_float(facet + 24, (float)f);
        put_float(facet + 28, 1.0f);
        put_float(facet + 36, (float)(f + 1));
        put_float(facet + 40, 1.0f);
    }
    binary->bytes = 84 + (size_t)50 * facets;
}

static void expect_binary(const struct binary *binary, enum uvp_code code, uint32_t facets)
{
    struct bench bench;

    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, binary->data, binary->bytes, NULL), code);
    if (code == UVP_OK) {
        assert_int_equal(bench.model.meshes->polygon_count, facets);
        assert_int_equal(bench.model.meshes->vertex_count, facets + 2);
        assert_false(bench.model.meshes->has_uvs);
    }
    bench_close(&bench);
}

static void binary_facets_share_vertices(void **state)
{
    static const uint32_t wanted[9] = {0, 1, 2, 0, 2, 3, 0, 3, 4};
    struct binary binary;
    struct bench bench;

    (void)state;
    make_binary(&binary, 3, 3);
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, binary.data, binary.bytes, NULL), UVP_OK);
    assert_int_equal(bench.model.meshes->vertex_count, 5);
    assert_memory_equal(bench.model.meshes->corner_vertex, wanted, sizeof wanted);
    assert_null(bench.model.note);
    bench_close(&bench);
    for (uint32_t facets = 1; facets <= 64; facets++) {
        make_binary(&binary, facets, facets);
        expect_binary(&binary, UVP_OK, facets);
    }
}

static void the_size_is_believed(void **state)
{
    struct binary binary;

    (void)state;
    make_binary(&binary, 3, 3);
    binary.bytes += 1; /* as files are that exist */
    expect_binary(&binary, UVP_OK, 3);
    binary.bytes += 59;
    expect_binary(&binary, UVP_OK, 3);
    make_binary(&binary, 5, 2);
    expect_binary(&binary, UVP_OK, 5);
    make_binary(&binary, 5, 0);
    expect_binary(&binary, UVP_OK, 5);
    make_binary(&binary, 5, UINT32_MAX);
    expect_binary(&binary, UVP_OK, 5);
}

static void counts_that_nothing_explains(void **state)
{
    struct binary binary;

    (void)state;
    make_binary(&binary, 0, UINT32_MAX);
    expect_binary(&binary, UVP_BAD_DATA, 0);
    make_binary(&binary, 0, 0);
    expect_binary(&binary, UVP_UNSUPPORTED, 0);
    make_binary(&binary, 3, 4);
    expect_binary(&binary, UVP_BAD_DATA, 0);
    make_binary(&binary, 3, 0);
    binary.bytes -= 7;
    expect_binary(&binary, UVP_BAD_DATA, 0);
}

static void a_wrong_count_is_told(void **state)
{
    struct binary binary;
    struct bench bench;

    (void)state;
    make_binary(&binary, 5, 0);
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, binary.data, binary.bytes, NULL), UVP_OK);
    assert_non_null(strstr(bench.model.note, "count"));
    bench_close(&bench);
}

static void colours_are_told(void **state)
{
    struct binary binary;
    struct bench bench;

    (void)state;
    make_binary(&binary, 3, 3);
    binary.data[84 + 50 + 49] = 0x80;
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, binary.data, binary.bytes, NULL), UVP_OK);
    assert_non_null(strstr(bench.model.note, "colours"));
    bench_close(&bench);
}

static void a_binary_header_may_say_solid(void **state)
{
    struct binary binary;

    (void)state;
    make_binary(&binary, 3, 3);
    memcpy(binary.data, "solid thing\nfacet normal", 24);
    expect_binary(&binary, UVP_OK, 3);
    make_binary(&binary, 3, 3);
    memcpy(binary.data, "solid thing", 11);
    binary.bytes += 1;
    expect_binary(&binary, UVP_OK, 3);
}

/* ---- ascii ---- */

static void expect_text(const char *text, uint32_t facets, uint32_t vertices)
{
    struct bench bench;

    bench_open(&bench);
    if (bench_decode(&bench, STL, text, strlen(text), NULL) != UVP_OK) {
        fail_msg("%s: %s", text, bench.err.text);
    }
    assert_int_equal(bench.model.meshes->polygon_count, facets);
    assert_int_equal(bench.model.meshes->vertex_count, vertices);
    assert_false(bench.model.meshes->has_uvs);
    bench_close(&bench);
}

static void expect_refusal(const char *text, enum uvp_code code, uint64_t line,
                           const char *words)
{
    struct bench bench;

    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, text, strlen(text), NULL), code);
    assert_int_equal(bench.err.at, line);
    if (strstr(bench.err.text, words) == NULL) {
        fail_msg("'%s' lacks '%s'", bench.err.text, words);
    }
    bench_close(&bench);
}

static void ascii_in_all_its_forms(void **state)
{
    (void)state;
    expect_text(TEXT, 2, 4);
    expect_text("\xef\xbb\xbf" TEXT, 2, 4);
    expect_text("  \n" TEXT, 2, 4);
    expect_text("solid two\n" TWO, 2, 4); /* no endsolid */
    expect_text("solid\n" TWO "endsolid", 2, 4);
    expect_text("solid a\n" TWO "endsolid a\nsolid b\n" TWO "endsolid b\n", 4, 4);
    expect_text("solid \xc3\xa4\xe9 facet normal\n" TWO "endsolid \xff\n", 2, 4);
    expect_text("SOLID X\nFACET NORMAL 0 0 1\nOUTER LOOP\nVERTEX 0 0 0\nVERTEX 1 0 0\n"
                "VERTEX 0 1 0\nENDLOOP\nENDFACET\nENDSOLID\n",
                1, 3);
    expect_text("solid n\nfacet normal nan -nan nan\nouter loop\nvertex 0 0 0\nvertex 1 0 0\n"
                "vertex 0 1 0\nendloop\nendfacet\nendsolid\n",
                1, 3);
    expect_text("solid n\rfacet normal 0 0 1\router loop\rvertex 0 0 0\rvertex 1 0 0\r"
                "vertex 0 1 0\rendloop\rendfacet\rendsolid\r",
                1, 3);
    expect_text("solid n\r\nfacet normal 0 0 1\r\n\touter loop\r\n\tvertex\t0 0 0\r\n"
                "vertex 1 0 0\r\nvertex 0 1 0\r\nendloop\r\nendfacet\r\nendsolid\r\n",
                1, 3);
    expect_text("facet normal 0 0 1 outer loop vertex 0 0 0 vertex 1 0 0 vertex 0 1 0 endloop "
                "endfacet",
                1, 3);
    expect_text("solid n\ncolor 1 0 0\n" TWO "some words\nendsolid\n", 2, 4);
    expect_text("solid n\n" FACET("-0 0 -0.0", "1e0 0 0", "0 +1. 0")
                    FACET("0 0 0", "1 0 0", "0 1 0"),
                2, 3);
    expect_text("solid n\n" FACET("nan 0 0", "inf 0 0", "0 1 0"), 1, 3);
}

static void ascii_refused_with_its_line(void **state)
{
    (void)state;
    expect_refusal("solid a\nendsolid a\n", UVP_UNSUPPORTED, 0, "no facets");
    expect_refusal("solid a\n" FACET("0 0 x", "1 0 0", "0 1 0"), UVP_BAD_DATA, 4,
                   "not a number");
    expect_refusal("solid a\n" FACET("0 0", "1 0 0", "0 1 0"), UVP_BAD_DATA, 5, "not a number");
    expect_refusal("solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 0 0 1\n"
                   "endloop\nendfacet\n",
                   UVP_BAD_DATA, 6, "fewer");
    expect_refusal("solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 0 0 1\n"
                   "vertex 0 1 1\nvertex 0 2 2\nendloop\nendfacet\n",
                   UVP_BAD_DATA, 7, "more than 3");
    expect_refusal("solid a\nfacet normal 0 0 1\nvertex 0 0 0\n", UVP_BAD_DATA, 3,
                   "without its outer loop");
    expect_refusal("solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\n", UVP_BAD_DATA, 5,
                   "ends");
    expect_refusal("solid a\nfacet normal 0 0 1\n", UVP_BAD_DATA, 3, "ends");
    expect_refusal("version https://git-lfs.github.com/spec/v1\n", UVP_BAD_DATA, 43, "header");
}

static void a_name_of_ten_megabytes(void **state)
{
    const size_t name = (size_t)10 << 20;
    const size_t bytes = 6 + name + strlen("\n" TWO);
    char *const text = malloc(bytes);
    struct bench bench;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', bytes);
    memcpy(text, "solid ", 6);
    memcpy(text + 6 + name, "\n" TWO, strlen("\n" TWO));
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, text, bytes, NULL), UVP_OK);
    assert_int_equal(bench.model.meshes->polygon_count, 2);
    assert_true(bench.stop.polls > 100);
    assert_int_equal(STL->probe(uvp_span_of(text, 65536), false), UVP_PROBE_YES);
    bench_close(&bench);
    free(text);
}

static void cut_at_every_byte(void **state)
{
    struct binary binary;

    (void)state;
    for (size_t bytes = 0; bytes < strlen(TEXT); bytes++) {
        struct bench bench;
        enum uvp_code code;
        bench_open(&bench);
        code = bench_decode(&bench, STL, TEXT, bytes, NULL);
        assert_true(code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED);
        bench_close(&bench);
    }
    make_binary(&binary, 3, 3);
    for (size_t bytes = 0; bytes < binary.bytes; bytes++) {
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(bench_decode(&bench, STL, binary.data, bytes, NULL), UVP_BAD_DATA);
        bench_close(&bench);
    }
}

/* ---- limits ---- */

static void limits_of_the_user(void **state)
{
    const struct uvp_mesh_options corners = {.corners = 5};
    const struct uvp_mesh_options vertices = {.vertices = 3};
    struct binary binary;
    struct bench bench;

    (void)state;
    make_binary(&binary, 3, 3);
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, TEXT, strlen(TEXT), &corners), UVP_LIMIT);
    assert_int_equal(bench_decode(&bench, STL, TEXT, strlen(TEXT), &vertices), UVP_LIMIT);
    assert_int_equal(bench_decode(&bench, STL, binary.data, binary.bytes, &corners), UVP_LIMIT);
    assert_int_equal(bench_decode(&bench, STL, binary.data, binary.bytes, &vertices),
                     UVP_LIMIT);
    bench_close(&bench);
}

static void left_alone_on_request(void **state)
{
    const struct uvp_mesh_options pass = {.stl = UVP_ROOMLESS_PASS};
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, TEXT, strlen(TEXT), &pass), UVP_UNSUPPORTED);
    assert_non_null(strstr(bench.err.text, "left alone"));
    bench_close(&bench);
}

/* ---- far away ---- */

/* A square of 1 by 1 at 4 million: float32 has steps of 0.5 there. */
static void small_and_far_away(void **state)
{
    static const char text[] =
        "solid far\n" FACET("500000.25 4000000.125 10", "500001.25 4000000.125 10",
                            "500000.25 4000001.125 10.5") "endsolid\n";
    static const char lines[] = "v 500000.25 4000000.125 10\nv 500001.25 4000000.125 10\n"
                                "v 500000.25 4000001.125 10.5\n";
    struct uvp_mesh_uvs uvs;
    const struct uvp_mesh *mesh;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, text, strlen(text), NULL), UVP_OK);
    mesh = bench.model.meshes;
    assert_int_equal(mesh->vertex_count, 3);
    assert_true(mesh->positions[3] - mesh->positions[0] == 1.0f);
    assert_true(mesh->positions[7] - mesh->positions[1] == 1.0f);
    assert_true(mesh->positions[8] - mesh->positions[2] == 0.5f);
    uvs = make_uvs(&bench, mesh, 1, true);
    assert_int_equal(bench_encode(&bench, STL, &uvs, NULL), UVP_OK);
    assert_memory_equal(bench.side.data, lines, strlen(lines));
    bench_close(&bench);
}

/* ---- what is written ---- */

static void check_obj(const struct bench *bench, const struct uvp_mesh_uvs *uvs)
{
    const struct uvp_mesh_options all = {.wants_uvs = true};
    const struct uvp_format *const obj = uvp_format_by_path(".obj", 4);
    struct bench again;

    bench_open(&again);
    assert_int_equal(bench_decode(&again, obj, bench->side.data, bench->side.bytes, &all),
                     UVP_OK);
    assert_int_equal(again.model.meshes->vertex_count, bench->model.meshes->vertex_count);
    check_same(bench->model.meshes, uvs, again.model.meshes);
    bench_close(&again);
}

static void a_file_beside_it(void **state)
{
    struct uvp_mesh_options options = {0};
    struct uvp_mesh_uvs uvs;
    struct binary binary;
    struct bench bench;

    (void)state;
    make_binary(&binary, 40, 40);
    put_float(binary.data + 96, 0.1f);
    put_float(binary.data + 100, 1e-30f);
    put_float(binary.data + 104, 3.4e38f);
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, binary.data, binary.bytes, NULL), UVP_OK);
    uvs = make_uvs(&bench, bench.model.meshes, 1, false);
    assert_int_equal(bench_encode(&bench, STL, &uvs, NULL), UVP_OK);
    assert_string_equal(bench.product.side_suffix, ".obj");
    assert_false(bench.product.rewritten);
    assert_false(bench.product.dropped);
    check_obj(&bench, &uvs);
    options.stl = UVP_ROOMLESS_REPLACE;
    assert_int_equal(bench_encode(&bench, STL, &uvs, &options), UVP_OK);
    assert_true(bench.product.dropped);
    options.stl_to = UVP_COMPANION_PLY;
    assert_int_equal(bench_encode(&bench, STL, &uvs, &options), UVP_OK);
    assert_string_equal(bench.product.side_suffix, ".ply");
    options.stl_to = UVP_COMPANION_GLB;
    assert_int_equal(bench_encode(&bench, STL, &uvs, &options), UVP_OK);
    assert_string_equal(bench.product.side_suffix, ".glb");
    assert_memory_equal(bench.side.data, "glTF", 4);
    bench_close(&bench);
}

static void numbers_are_spelled_as_they_were(void **state)
{
    static const char text[] = "solid n\n" FACET(
        "1.50 2e0 -3.0", "1E+1 0 0",
        "0 .25 0") "words\nendsolid\nSOLID 2\n" FACET("1.5 2 -3", "0 .25 0", "7 7 7");
    static const char lines[] = "v 1.50 2e0 -3.0\nv 1E+1 0 0\nv 0 .25 0\nv 7 7 7\nvt ";
    struct uvp_mesh_uvs uvs;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, STL, text, strlen(text), NULL), UVP_OK);
    uvs = make_uvs(&bench, bench.model.meshes, 1, true);
    assert_int_equal(bench_encode(&bench, STL, &uvs, NULL), UVP_OK);
    assert_memory_equal(bench.side.data, lines, strlen(lines));
    check_obj(&bench, &uvs);
    bench_close(&bench);
}

/* ---- told by its bytes ---- */

static enum uvp_probe probe(const void *data, size_t bytes, bool whole)
{
    return STL->probe(uvp_span_of(data, bytes), whole);
}

static void told_by_its_bytes(void **state)
{
    struct binary binary;

    (void)state;
    make_binary(&binary, 3, 3);
    assert_int_equal(probe(binary.data, binary.bytes, true), UVP_PROBE_YES);
    binary.data[95] = 0x7f; /* a normal of 10^38 */
    assert_int_equal(probe(binary.data, binary.bytes, true), UVP_PROBE_MAYBE);
    make_binary(&binary, 60, 100000);
    assert_int_equal(probe(binary.data, binary.bytes, false), UVP_PROBE_YES);
    assert_int_equal(probe(binary.data, binary.bytes, true), UVP_PROBE_MAYBE);
    assert_int_equal(probe(TEXT, strlen(TEXT), true), UVP_PROBE_YES);
    assert_int_equal(probe("solid", 5, true), UVP_PROBE_YES);
    assert_int_equal(probe("", 0, true), UVP_PROBE_NO);
    assert_int_equal(probe("<html>", 6, true), UVP_PROBE_NO);
    assert_int_equal(probe("\xff\xfes\0", 4, true), UVP_PROBE_NO);
    assert_int_equal(probe("version https://git-lfs", 23, true), UVP_PROBE_NO);
    assert_int_equal(probe("anything", 8, true), UVP_PROBE_MAYBE);
}

/* ---- memory and stop ---- */

static enum uvp_code run(struct bench *bench, const void *data, size_t bytes)
{
    const struct uvp_mesh_options options = {.stl_to = UVP_COMPANION_GLB};
    struct uvp_mesh_uvs uvs;
    uint64_t fail_at;
    enum uvp_code code = bench_decode(bench, STL, data, bytes, NULL);

    if (code != UVP_OK) {
        return code;
    }
    fail_at = bench->mem.fail_at_call;
    bench->mem.fail_at_call = 0;
    uvs = make_uvs(bench, bench->model.meshes, 1, false);
    bench->mem.fail_at_call = fail_at;
    code = bench_encode(bench, STL, &uvs, NULL);
    return code == UVP_OK ? bench_encode(bench, STL, &uvs, &options) : code;
}

static void torture(const void *data, size_t bytes)
{
    enum uvp_code code = UVP_NO_MEMORY;

    for (uint64_t n = 1; code != UVP_OK; n++) {
        struct bench bench;
        bench_open(&bench);
        bench.mem.fail_at_call = n;
        code = run(&bench, data, bytes);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        bench_close(&bench);
        assert_true(n < 1000);
    }
    code = UVP_CANCELLED;
    for (uint64_t n = 1; code != UVP_OK; n++) {
        struct bench bench;
        bench_open(&bench);
        bench.stop.stop_at_poll = n;
        code = run(&bench, data, bytes);
        assert_true(code == UVP_OK || code == UVP_CANCELLED);
        bench_close(&bench);
        assert_true(n < 1000);
    }
}

static void memory_and_stop(void **state)
{
    struct binary binary;

    (void)state;
    make_binary(&binary, 40, 40);
    torture(binary.data, binary.bytes);
    torture(TEXT, strlen(TEXT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binary_facets_share_vertices),
        cmocka_unit_test(the_size_is_believed),
        cmocka_unit_test(counts_that_nothing_explains),
        cmocka_unit_test(a_wrong_count_is_told),
        cmocka_unit_test(colours_are_told),
        cmocka_unit_test(a_binary_header_may_say_solid),
        cmocka_unit_test(ascii_in_all_its_forms),
        cmocka_unit_test(ascii_refused_with_its_line),
        cmocka_unit_test(a_name_of_ten_megabytes),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(limits_of_the_user),
        cmocka_unit_test(left_alone_on_request),
        cmocka_unit_test(small_and_far_away),
        cmocka_unit_test(a_file_beside_it),
        cmocka_unit_test(numbers_are_spelled_as_they_were),
        cmocka_unit_test(told_by_its_bytes),
        cmocka_unit_test(memory_and_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
