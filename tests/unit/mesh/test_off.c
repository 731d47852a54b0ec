/* OFF in its dialects: what is read, what is refused and why, and both ways of writing. */
#include "formats/mesh/off.h"

#include "tests/unit/mesh/product_bench.h"

#define OFF (&uvp_format_off)
#define SQUARE "0 0 0\n1 0 0\n1 1 0\n0 1 0\n"
#define FACES "3 0 1 2\n3 0 2 3\n"
#define TEXT "OFF\n4 2 5\n" SQUARE FACES

static const struct uvp_mesh_options stoff = {.off = UVP_ROOMLESS_STOFF, .wants_uvs = true};

/* ---- reading ---- */

static void expect(const char *text, uint32_t vertices, uint32_t faces, uint32_t corners)
{
    struct bench bench;

    bench_open(&bench);
    if (bench_decode(&bench, OFF, text, strlen(text), NULL) != UVP_OK) {
        fail_msg("%s: %s", text, bench.err.text);
    }
    assert_int_equal(bench.model.meshes->vertex_count, vertices);
    assert_int_equal(bench.model.meshes->polygon_count, faces);
    assert_int_equal(corner_count(bench.model.meshes), corners);
    bench_close(&bench);
}

static void expect_square(const char *text)
{
    static const float positions[12] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0};
    static const uint32_t vertex[6] = {0, 1, 2, 0, 2, 3};
    struct bench bench;

    bench_open(&bench);
    if (bench_decode(&bench, OFF, text, strlen(text), NULL) != UVP_OK) {
        fail_msg("%s: %s", text, bench.err.text);
    }
    assert_int_equal(bench.model.meshes->vertex_count, 4);
    assert_int_equal(corner_count(bench.model.meshes), 6);
    assert_memory_equal(bench.model.meshes->positions, positions, sizeof positions);
    assert_memory_equal(bench.model.meshes->corner_vertex, vertex, sizeof vertex);
    bench_close(&bench);
}

static void headers_in_all_their_forms(void **state)
{
    (void)state;
    expect_square(TEXT);
    expect_square("OFF4 2 5\n" SQUARE FACES);
    expect_square("OFF 4 2 5\n" SQUARE FACES);
    expect_square("OFF 4 2\n" SQUARE FACES);
    expect_square("OFF\n4 2\n" SQUARE FACES);
    expect_square("OFF\n4\n2\n5\n" SQUARE FACES);
    expect_square("OFF\n4\n2\n" SQUARE FACES);
    expect_square("OFF # keyword\n# a comment\n\n4 2 5 # counts\n\n# more\n" SQUARE FACES);
    expect_square("# before\n\nOFF\n4 2 5\n" SQUARE "# faces\n\n" FACES);
    expect_square("\xef\xbb\xbfOFF\n4 2 5\n" SQUARE FACES);
    expect_square("off\n4 2 5\n" SQUARE FACES);
    expect_square("4 2 5\n" SQUARE FACES);
    expect_square(
        "COFF\n4 2 0\n0 0 0 1 0 0 1\n1 0 0 0 1 0 1\n1 1 0 0 0 1 1\n0 1 0 1 1 1 1\n" FACES);
    expect_square("COFF4 2 0\n0 0 0 255 0 0\n1 0 0 0 1 0\n1 1 0 0 0 1\n0 1 0 1 1 1\n" FACES);
    expect_square("NOFF\n4 2 0\n0 0 0 0 0 1\n1 0 0 0 0 1\n1 1 0 0 0 1\n0 1 0 0 0 1\n" FACES);
    expect_square("CNOFF\n4 2 0\n0 0 0 0 0 1 1 1 1\n1 0 0 0 0 1 1 1 1\n1 1 0 0 0 1 1 1 1\n"
                  "0 1 0 0 0 1 1 1 1\n" FACES);
    expect_square("STOFF\n4 2 0\n0 0 0 0 0\n1 0 0 1 0\n1 1 0 1 1\n0 1 0 0 1\n" FACES);
}

static void lines_in_all_their_forms(void **state)
{
    (void)state;
    expect_square("OFF\r\n4 2 5\r\n0 0 0\r\n1 0 0\r\n1 1 0\r\n0 1 0\r\n3 0 1 2\r\n3 0 2 3\r\n");
    expect_square("OFF\r4 2 5\r0 0 0\r1 0 0\r1 1 0\r0 1 0\r3 0 1 2\r3 0 2 3\r");
    expect_square("OFF\n4 2 5\n 0\t0  0 \n1 0 0#c\n\n# x\n1 1 0 # c\n0 1 0\n3 0 1 2\n3 0 2 3");
    expect_square("OFF\n4 2 5\n0\n0\n0\n1 0\n0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 3"
                  "\n");
    expect_square("OFF\n4 2 5\n" SQUARE "3 0 1 2 255 0 0\n3 0 2 3 0.5 0.5 0.5 1\n");
    expect_square("OFF\n4 2 5\n" SQUARE "3 0 1 2 # red\n3  0  2  3  7\n");
    expect_square("OFF\n4 2 5\n" SQUARE FACES "trailing 1 2 3\n\x01");
    expect_square("OFF\n4 2 5\n0 0 0 9 9\n1 0 0 9\n1 1 0\n0 1 0 1 2 3 4\n" FACES);
    expect("OFF\n4 3 0\n" SQUARE "4 0 1 2 3\n2 0 1\n1 3\n", 4, 3, 7);
    expect("OFF\n4 2 0\n" SQUARE "0\n3 0 1 2\n", 4, 2, 3);
    expect("OFF\n3 1 0\nnan 0 0\ninf 0 0\n1e999 -1 1.#QNAN\n3 0 1 2\n", 3, 1, 3);
}

static void expect_refusal(const char *text, enum uvp_code code, uint64_t line,
                           const char *words)
{
    struct bench bench;

    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), NULL), code);
    if (strstr(bench.err.text, words) == NULL || bench.err.at != line) {
        fail_msg("'%s' lacks '%s', or is not line %d", bench.err.text, words, (int)line);
    }
    assert_true(bench.mem.peak_bytes < 1 << 20);
    bench_close(&bench);
}

static void refused_with_its_line(void **state)
{
    (void)state;
    expect_refusal("", UVP_BAD_DATA, 1, "keyword");
    expect_refusal("OFX\n1 1 1\n", UVP_BAD_DATA, 1, "keyword");
    expect_refusal("OFFICE\n", UVP_BAD_DATA, 1, "keyword");
    expect_refusal("version https://git-lfs\n", UVP_BAD_DATA, 1, "keyword");
    expect_refusal("OFF\nx y z\n", UVP_BAD_DATA, 2, "count");
    expect_refusal("OFF\n-4 2 5\n", UVP_BAD_DATA, 2, "count");
    expect_refusal("OFF\n1000000000 2 5\n0 0 0\n", UVP_BAD_DATA, 2, "too large");
    expect_refusal("OFF\n1 1000000000 5\n0 0 0\n", UVP_BAD_DATA, 2, "too large");
    expect_refusal("OFF\n99999999999999999999 18446744073709551615 5\n0 0 0\n", UVP_BAD_DATA, 2,
                   "too large");
    expect_refusal("OFF\n4 2 5\n0 0 0\n1 0 0\n1 x 0\n0 1 0\n" FACES, UVP_BAD_DATA, 5,
                   "not a number");
    expect_refusal("OFF\n4 2 5\n" SQUARE "3 0 1 4\n3 0 1 2\n", UVP_BAD_DATA, 7, "index 4 of 4");
    expect_refusal("OFF\n4 2 5\n" SQUARE "3 0 1 -1\n3 0 1 2\n", UVP_BAD_DATA, 7, "index");
    expect_refusal("OFF\n4 2 5\n" SQUARE "-5 0 1 2\n3 0 1 2\n", UVP_BAD_DATA, 7, "index");
    expect_refusal("OFF\n4 2 5\n" SQUARE "1000000 0 1\n3 0 1 2\n", UVP_BAD_DATA, 7, "more");
    expect_refusal("OFF\n4 2 5\n" SQUARE "1000000000 0 1\n3 0 1 2\n", UVP_LIMIT, 7, "many");
    expect_refusal("OFF\n4 2 5\n" SQUARE "3 0 1 4294967296\n3 0 1 2\n", UVP_BAD_DATA, 7,
                   "index");
    expect_refusal("OFF\n4 2 5\n" SQUARE "3 0 1 00000000000000000001\n3 0 1 2\n", UVP_BAD_DATA,
                   7, "index");
    expect_refusal("OFF\n4 2 5\n" SQUARE "3 0 1 2\n", UVP_BAD_DATA, 8, "ends");
    expect_refusal("OFF\n4 0 0\n" SQUARE, UVP_UNSUPPORTED, 0, "no faces");
    expect_refusal("OFF\n0 0 0\n", UVP_UNSUPPORTED, 0, "no faces");
    expect_refusal("OFF\n4 2 0\n" SQUARE "0\n0\n", UVP_UNSUPPORTED, 0, "no faces");
    expect_refusal("4OFF\n4 2 5\n", UVP_UNSUPPORTED, 0, "4OFF");
    expect_refusal("nOFF\n1000000\n4 2 5\n", UVP_UNSUPPORTED, 0, "nOFF");
    expect_refusal("C4nOFF 3\n4 2 5\n", UVP_UNSUPPORTED, 0, "nOFF");
    expect_refusal("OFF BINARY\n\x01\x02", UVP_UNSUPPORTED, 0, "BINARY");
}

static void limits_of_the_user(void **state)
{
    const struct uvp_mesh_options few[3] = {
        {.vertices = 3}, {.corners = 5}, {.polygon_corners = 2}};
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(bench_decode(&bench, OFF, TEXT, strlen(TEXT), &few[i]), UVP_LIMIT);
    }
    bench_close(&bench);
}

static void left_alone_on_request(void **state)
{
    const struct uvp_mesh_options pass = {.off = UVP_ROOMLESS_PASS};
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, TEXT, strlen(TEXT), &pass), UVP_UNSUPPORTED);
    assert_non_null(strstr(bench.err.text, "left alone"));
    bench_close(&bench);
}

static void cut_at_every_byte(void **state)
{
    static const char text[] = "# c\nSTCOFF4 2 5\n0 0 0 1 1 1 0 0\n1 0 0 1 1 1 1 0\n"
                               "1 1 0 1 1 1 1 1\n0 1 0 1 1 1 0 1\n3 0 1 2 9\n3 0 2 3\n";

    (void)state;
    for (size_t bytes = 0; bytes <= strlen(text); bytes++) {
        struct bench bench;
        enum uvp_code code;
        bench_open(&bench);
        code = bench_decode(&bench, OFF, text, bytes, &stoff);
        assert_true(code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED);
        assert_true(code == UVP_OK || bytes < strlen(text) - 1);
        if (code == UVP_OK) {
            const struct uvp_mesh_uvs uvs = make_uvs(&bench, bench.model.meshes, 1, false);
            assert_int_equal(bench_encode(&bench, OFF, &uvs, &stoff), UVP_OK);
        }
        bench_close(&bench);
    }
}

static void long_gaps_and_comments_are_polled(void **state)
{
    const size_t gap = (size_t)4 << 20;
    const size_t bytes = 2 * gap + strlen(TEXT) + 2;
    char *const text = malloc(bytes);
    struct bench bench;

    (void)state;
    assert_non_null(text);
    memset(text, ' ', gap);
    memset(text + gap, '#', gap);
    text[2 * gap] = '\n';
    memcpy(text + 2 * gap + 1, TEXT, strlen(TEXT) + 1);
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, text, bytes, NULL), UVP_OK);
    assert_true(bench.stop.polls > 100);
    bench_close(&bench);
    free(text);
}

/* ---- UVs that are there ---- */

static void uvs_that_are_there(void **state)
{
    static const char text[] = "STNOFF\n3 1 0\n0 0 0 0 0 1 0.25 0.5\n1 0 0 0 0 1 1 0\n"
                               "0 1 0 0 0 1 -3 1e3 # c\n3 0 1 2\n";
    static const char bare[] = "STOFF\n3 1 0\n0 0 0 0 0\n1 0 0 1 0\n0 1 0 7\n3 0 1 2\n";
    static const float wanted[6] = {0.25f, 0.5f, 1.0f, 0.0f, -3.0f, 1000.0f};
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), &stoff), UVP_OK);
    assert_true(bench.model.meshes->has_uvs);
    assert_int_equal(bench.model.meshes->old_uv_count, 3);
    assert_memory_equal(bench.model.meshes->old_uv, wanted, sizeof wanted);
    assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), NULL), UVP_OK);
    assert_true(bench.model.meshes->has_uvs);
    assert_null(bench.model.meshes->old_uv);
    assert_int_equal(bench_decode(&bench, OFF, bare, strlen(bare), &stoff), UVP_BAD_DATA);
    assert_int_equal(bench.err.at, 5);
    assert_int_equal(bench_decode(&bench, OFF, bare, strlen(bare), NULL), UVP_OK);
    bench_close(&bench);
}

/* ---- in place ---- */

static struct uvp_mesh_uvs six_uvs(const struct uvp_mesh *mesh, bool seam)
{
    static const float uv[12] = {0, 0, 0.5f, 0, 0.5f, 0.5f, 0.75f, 0.75f, 1, 1, 0, 1};
    static const uint32_t plain[6] = {0, 1, 2, 0, 2, 3};
    static const uint32_t apart[6] = {0, 1, 2, 3, 4, 5};
    const struct uvp_mesh_uvs uvs = {
        .uv = uv, .uv_count = 6, .corner_uv = seam ? apart : plain};

    assert_int_equal(corner_count(mesh), 6);
    return uvs;
}

static void expect_patch(const char *text, bool seam, const char *wanted)
{
    struct uvp_mesh_uvs uvs;
    struct bench bench;

    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), &stoff), UVP_OK);
    uvs = six_uvs(bench.model.meshes, seam);
    assert_int_equal(bench_encode(&bench, OFF, &uvs, &stoff), UVP_OK);
    assert_true(bench.product.rewritten);
    assert_string_equal(bench.product.side_suffix, "");
    if (bench.body.bytes != strlen(wanted) ||
        memcmp(bench.body.data, wanted, bench.body.bytes) != 0) {
        fail_msg("%.*s", (int)bench.body.bytes, (const char *)bench.body.data);
    }
    bench_close(&bench);
}

static void columns_are_added(void **state)
{
    (void)state;
    expect_patch(
        TEXT, false,
        "STOFF\n4 2 5\n0 0 0 0 0\n1 0 0 0.5 0\n1 1 0 0.5 0.5\n0 1 0 0.75 0.75\n" FACES);
    expect_patch(TEXT, true,
                 "STOFF\n6 2 5\n0 0 0 0 0\n1 0 0 0.5 0\n1 1 0 0.5 0.5\n0 1 0 0 1\n"
                 "0 0 0 0.75 0.75\n1 1 0 1 1\n3 0 1 2\n3 4 5 3\n");
    expect_patch("# x\r\nOFF4 2 5\r\n 0  0 0 # a\r\n\r\n1 0 0\r\n1 1 0 \r\n0 1 0 #b\r\n"
                 "3 0 1 2 1 2 3\r\n3  0 2 3#\r\nend",
                 true,
                 "# x\r\nSTOFF6 2 5\r\n 0  0 0 0 0 # a\r\n\r\n1 0 0 0.5 0\r\n1 1 0 0.5 0.5 \r\n"
                 "0 1 0 0 1 #b\r\n0  0 0 0.75 0.75\r\n1 1 0 1 1\r\n"
                 "3 0 1 2 1 2 3\r\n3  4 5 3#\r\nend");
    expect_patch("COFF 4 2\n0 0 0 1 2 3\n1 0 0 1 2 3\n1 1 0 1 2 3\n0 1 0 1 2 3\n" FACES, false,
                 "STCOFF 4 2\n0 0 0 1 2 3 0 0\n1 0 0 1 2 3 0.5 0\n1 1 0 1 2 3 0.5 0.5\n"
                 "0 1 0 1 2 3 0.75 0.75\n" FACES);
    expect_patch(
        "4 2 5\n" SQUARE FACES, false,
        "STOFF\n4 2 5\n0 0 0 0 0\n1 0 0 0.5 0\n1 1 0 0.5 0.5\n0 1 0 0.75 0.75\n" FACES);
    expect_patch("OFF\r4 2 5\r0 0 0\r1 0 0\r1 1 0\r0 1 0\r3 0 1 2\r3 0 2 3\r", true,
                 "STOFF\r6 2 5\r0 0 0 0 0\r1 0 0 0.5 0\r1 1 0 0.5 0.5\r0 1 0 0 1\r"
                 "0 0 0 0.75 0.75\r1 1 0 1 1\r3 0 1 2\r3 4 5 3\r");
}

static void columns_are_written_anew(void **state)
{
    static const char lines[] =
        "STOFF\n5 2 5\n0 0 0 9 9\n1 0 0 9  9 # c\n1 1 0 9 9\n0 1 0 9 9\n"
        "7 7 7 8 8\n" FACES;

    (void)state;
    expect_patch(lines, false,
                 "STOFF\n5 2 5\n0 0 0 0 0\n1 0 0 0.5 0 # c\n1 1 0 0.5 0.5\n0 1 0 0.75 0.75\n"
                 "7 7 7 8 8\n" FACES);
    expect_patch(lines, true,
                 "STOFF\n7 2 5\n0 0 0 0 0\n1 0 0 0.5 0 # c\n1 1 0 0.5 0.5\n0 1 0 0 1\n"
                 "7 7 7 8 8\n0 0 0 0.75 0.75\n1 1 0 1 1\n3 0 1 2\n3 5 6 3\n");
}

static void uvs_that_are_there_are_always_replaced_in_place(void **state)
{
    static const char text[] =
        "STOFF\n4 2 5\n0 0 0 9 9\n1 0 0 9 9\n1 1 0 9 9\n0 1 0 9 9\n" FACES;
    const struct uvp_mesh_options replace = {.existing = UVP_EXISTING_REPLACE};
    struct uvp_mesh_uvs uvs;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), &replace), UVP_OK);
    uvs = six_uvs(bench.model.meshes, false);
    assert_int_equal(bench_encode(&bench, OFF, &uvs, &replace), UVP_OK);
    assert_true(bench.product.rewritten);
    assert_string_equal(bench.product.side_suffix, "");
    bench_close(&bench);
}

static void expect_no_columns(const char *text)
{
    struct bench bench;

    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), &stoff), UVP_UNSUPPORTED);
    assert_non_null(strstr(bench.err.text, "columns"));
    bench_close(&bench);
}

static void columns_that_the_keyword_does_not_name(void **state)
{
    static const char text[] = "STOFF\n4 2 5\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n" FACES;
    struct uvp_mesh_uvs uvs;
    struct bench bench;

    (void)state;
    expect_no_columns("OFF\n4 2 5\n0 0 0 1 1 1\n1 0 0 1 1 1\n1 1 0 1 1 1\n0 1 0 1 1 1\n" FACES);
    expect_no_columns("OFF\n4 2 5\n0 0 0\n1 0 0 1\n1 1 0\n0 1 0\n" FACES);
    expect_no_columns("COFF\n4 2 5\n" SQUARE FACES);
    expect_no_columns("NOFF\n4 2 5\n" SQUARE FACES);
    expect_no_columns("OFF\n4 2 5\n0 0\n0\n1 0 0\n1 1 0\n0 1 0\n" FACES);
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), NULL), UVP_OK);
    uvs = six_uvs(bench.model.meshes, false);
    assert_int_equal(bench_encode(&bench, OFF, &uvs, NULL), UVP_UNSUPPORTED);
    bench_close(&bench);
}

/* Any UVs: what is read back is the mesh and the UVs. */
static void read_back(void **state)
{
    static const char text[] = "OFF\n5 3 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n0.1 1e-5 -7\n"
                               "4 0 1 2 3\n3 0 1 4\n5 4 3 2 1 0 0.5 0.5 0.5\n";

    (void)state;
    for (uint64_t seed = 1; seed < 50; seed++) {
        struct uvp_mesh_uvs uvs;
        struct bench bench;
        struct bench again;
        bench_open(&bench);
        bench_open(&again);
        assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), &stoff), UVP_OK);
        uvs = make_uvs(&bench, bench.model.meshes, seed, seed % 2 == 0);
        assert_int_equal(bench_encode(&bench, OFF, &uvs, &stoff), UVP_OK);
        assert_int_equal(bench_decode(&again, OFF, bench.body.data, bench.body.bytes, &stoff),
                         UVP_OK);
        check_same(bench.model.meshes, &uvs, again.model.meshes);
        bench_close(&bench);
        bench_close(&again);
    }
}

/* ---- beside it ---- */

static void a_file_beside_it(void **state)
{
    static const char text[] =
        "COFF\n4 2 5\n0.10 0 0 9\n1\n0 0\n1e0 +1 -0 5 # c\n0 1 .0#\n" FACES;
    static const char lines[] = "v 0.10 0 0\nv 1 0 0\nv 1e0 +1 -0\nv 0 1 .0\nvt 0 0\n";
    struct uvp_mesh_options options = {0};
    struct uvp_mesh_uvs uvs;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), &options), UVP_OK);
    assert_non_null(strstr(bench.model.note, "colours"));
    uvs = six_uvs(bench.model.meshes, true);
    assert_int_equal(bench_encode(&bench, OFF, &uvs, &options), UVP_OK);
    assert_false(bench.product.rewritten);
    assert_false(bench.product.dropped);
    assert_string_equal(bench.product.side_suffix, ".obj");
    assert_memory_equal(bench.side.data, lines, strlen(lines));
    options.off = UVP_ROOMLESS_REPLACE;
    options.stl_to = UVP_COMPANION_PLY;
    assert_int_equal(bench_encode(&bench, OFF, &uvs, &options), UVP_OK);
    assert_string_equal(bench.product.side_suffix, ".ply");
    assert_true(bench.product.dropped);
    bench_close(&bench);
}

static void small_and_far_away(void **state)
{
    static const char text[] =
        "OFF\n3 1 0\n500000.25 4000000.125 10\n500001.25 4000000.125 10\n"
        "5000002.5e-1 4000001.125 10.5\n3 0 1 2\n";
    struct uvp_mesh_options options = {.stl_to = UVP_COMPANION_PLY};
    const struct uvp_mesh *mesh;
    struct uvp_mesh_uvs uvs;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(bench_decode(&bench, OFF, text, strlen(text), &options), UVP_OK);
    mesh = bench.model.meshes;
    assert_true(mesh->positions[3] - mesh->positions[0] == 1.0f);
    assert_true(mesh->positions[6] == mesh->positions[0]);
    assert_true(mesh->positions[7] - mesh->positions[1] == 1.0f);
    uvs = make_uvs(&bench, mesh, 1, true);
    assert_int_equal(bench_encode(&bench, OFF, &uvs, &options), UVP_OK);
    assert_non_null(strstr((const char *)bench.side.data, "property double x"));
    options.stl_to = UVP_COMPANION_GLB;
    assert_int_equal(bench_encode(&bench, OFF, &uvs, &options), UVP_OK);
    assert_non_null(strstr((const char *)bench.side.data + 20, "\"translation\":["));
    bench_close(&bench);
}

/* ---- told by its bytes ---- */

static enum uvp_probe probe(const char *text)
{
    return OFF->probe(uvp_span_of_text(text), true);
}

static void told_by_its_bytes(void **state)
{
    (void)state;
    assert_int_equal(probe(TEXT), UVP_PROBE_YES);
    assert_int_equal(probe("OFF490 518 0\n"), UVP_PROBE_YES);
    assert_int_equal(probe("# c\nCNOFF BINARY\n"), UVP_PROBE_MAYBE);
    assert_int_equal(probe("4OFF\n"), UVP_PROBE_MAYBE);
    assert_int_equal(probe("OFF the record"), UVP_PROBE_MAYBE);
    assert_int_equal(probe("4 2 5\n" SQUARE FACES), UVP_PROBE_MAYBE);
    assert_int_equal(probe(""), UVP_PROBE_NO);
    assert_int_equal(probe("OFFICE"), UVP_PROBE_NO);
    assert_int_equal(probe("<html>"), UVP_PROBE_NO);
    assert_int_equal(probe("version https://git-lfs"), UVP_PROBE_NO);
}

/* ---- memory and stop ---- */

static enum uvp_code run(struct bench *bench, const struct uvp_mesh_options *options)
{
    static const char text[] = "OFF\n5 3 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n0.1 1e-5 -7\n"
                               "4 0 1 2 3\n3 0 1 4\n5 4 3 2 1 0 0.5 0.5 0.5\n";
    const uint64_t fail_at = bench->mem.fail_at_call;
    struct uvp_mesh_uvs uvs;
    enum uvp_code code = bench_decode(bench, OFF, text, strlen(text), options);

    if (code != UVP_OK) {
        return code;
    }
    bench->mem.fail_at_call = 0;
    uvs = make_uvs(bench, bench->model.meshes, 1, false);
    bench->mem.fail_at_call = fail_at;
    return bench_encode(bench, OFF, &uvs, options);
}

static void memory_and_stop(void **state)
{
    const struct uvp_mesh_options ways[4] = {{.off = UVP_ROOMLESS_STOFF},
                                             {0},
                                             {.stl_to = UVP_COMPANION_PLY},
                                             {.stl_to = UVP_COMPANION_GLB}};

    (void)state;
    for (unsigned way = 0; way < 8; way++) {
        enum uvp_code code = UVP_LIMIT;
        for (uint64_t n = 1; code != UVP_OK; n++) {
            struct bench bench;
            bench_open(&bench);
            if (way < 4) {
                bench.mem.fail_at_call = n;
            } else {
                bench.stop.stop_at_poll = n;
            }
            code = run(&bench, &ways[way % 4]);
            assert_true(code == UVP_OK || code == (way < 4 ? UVP_NO_MEMORY : UVP_CANCELLED));
            bench_close(&bench);
            assert_true(n < 1000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_in_all_their_forms),
        cmocka_unit_test(lines_in_all_their_forms),
        cmocka_unit_test(refused_with_its_line),
        cmocka_unit_test(limits_of_the_user),
        cmocka_unit_test(left_alone_on_request),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(long_gaps_and_comments_are_polled),
        cmocka_unit_test(uvs_that_are_there),
        cmocka_unit_test(columns_are_added),
        cmocka_unit_test(columns_are_written_anew),
        cmocka_unit_test(uvs_that_are_there_are_always_replaced_in_place),
        cmocka_unit_test(columns_that_the_keyword_does_not_name),
        cmocka_unit_test(read_back),
        cmocka_unit_test(a_file_beside_it),
        cmocka_unit_test(small_and_far_away),
        cmocka_unit_test(told_by_its_bytes),
        cmocka_unit_test(memory_and_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
