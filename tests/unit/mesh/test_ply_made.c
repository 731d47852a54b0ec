/* PLY files made at random: round trips, all readers alike, types that get too narrow. */
#include "tests/unit/mesh/ply_maker.h"

/* Decodes whatever it is, and when that works, encodes and checks. */
static bool check_any(const void *data, size_t bytes, uint64_t seed)
{
    struct bench bench;
    char *const copy = copy_exactly(data, bytes);
    enum uvp_code code;

    bench_open(&bench);
    bench.options.ply_uv = seed % 2 == 0 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
    code = decode(&bench, copy, bytes);
    if (code == UVP_OK) {
        check_encoding(&bench, copy, bytes, seed);
    } else {
        assert_true(code == UVP_BAD_DATA || code == UVP_UNSUPPORTED);
        assert_true(bench.err.text[0] != '\0');
    }
    bench_close(&bench);
    free(copy);
    return code == UVP_OK;
}

static void generated_files_round_trip(void **state)
{
    unsigned decoded = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct maker maker;
        make_file(&maker, seed, 3 + (uint32_t)(seed % 40), (uint32_t)(seed % 23));
        decoded += check_any(maker.data, maker.bytes, seed);
        free(maker.data);
    }
    assert_true(decoded > 2700); /* but for files that happen to have no corner */
}

/* Bytes that no scanner takes, for a CR stands at each end: as slow as can be, and the same. */
static void fast_and_slow_readers_agree(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct maker maker;
        struct bench fast;
        struct bench slow;
        char *copy;
        make_file(&maker, 3 * seed, 40 + (uint32_t)(seed % 100), 60 + (uint32_t)(seed % 50));
        copy = copy_exactly(maker.data, maker.bytes);
        for (size_t i = 0; i < maker.bytes; i++) {
            copy[i] = copy[i] == '\n' ? '\r' : copy[i];
        }
        bench_open(&fast);
        bench_open(&slow);
        assert_int_equal(decode(&fast, maker.data, maker.bytes), UVP_OK);
        assert_int_equal(decode(&slow, copy, maker.bytes), UVP_OK);
        assert_int_equal(fast.mesh.vertex_count, slow.mesh.vertex_count);
        assert_int_equal(fast.mesh.polygon_count, slow.mesh.polygon_count);
        assert_memory_equal(fast.mesh.positions, slow.mesh.positions,
                            (size_t)12 * fast.mesh.vertex_count);
        assert_memory_equal(fast.mesh.corner_start, slow.mesh.corner_start,
                            (size_t)4 * fast.mesh.polygon_count + 4);
        assert_memory_equal(fast.mesh.corner_vertex, slow.mesh.corner_vertex,
                            (size_t)4 * corner_count(&fast.mesh));
        bench_close(&fast);
        bench_close(&slow);
        free(copy);
        free(maker.data);
    }
}

static void all_encodings_give_one_mesh(void **state)
{
    struct bench first;

    (void)state;
    bench_open(&first);
    for (uint64_t i = 0; i < 6; i++) {
        struct maker maker;
        struct bench bench;
        struct bench *const to = i == 0 ? &first : &bench;
        char *copy;
        make_grid(&maker, i % 3, 70, i >= 3);
        copy = copy_exactly(maker.data, maker.bytes);
        bench_open(&bench);
        assert_int_equal(decode(to, copy, maker.bytes), UVP_OK);
        if (i > 0) {
            assert_memory_equal(bench.mesh.positions, first.mesh.positions,
                                (size_t)12 * first.mesh.vertex_count);
            assert_memory_equal(bench.mesh.corner_start, first.mesh.corner_start,
                                (size_t)4 * first.mesh.polygon_count + 4);
            assert_memory_equal(bench.mesh.corner_vertex, first.mesh.corner_vertex,
                                (size_t)4 * corner_count(&first.mesh));
        }
        check_encoding(to, copy, maker.bytes, i);
        bench_close(&bench);
        free(copy);
        free(maker.data);
    }
    bench_close(&first);
}

/* A line that lacks its last word, which stands on the next: no longer a text of lines. */
static void short_lines_are_seen_anywhere(void **state)
{
    enum { ROWS = 300, ROOM = 40 };
    static const char head[] =
        "ply\nformat ascii 1.0\nelement vertex 300\nproperty float x\nproperty float y\n"
        "property float z\nproperty uchar c\nelement face 300\nproperty list uchar int "
        "vertex_indices\nproperty uchar d\nend_header\n";
    char *const text = malloc(sizeof head + 2 * ROWS * ROOM);

    (void)state;
    assert_non_null(text);
    for (int broken = -1; broken < 2 * ROWS; broken += 7) {
        struct bench bench;
        size_t bytes = (size_t)snprintf(text, sizeof head, "%s", head);
        for (int i = 0; i < 2 * ROWS; i++) {
            const char gap = i == broken ? '\n' : ' ';
            bytes += (size_t)(i < ROWS ? snprintf(text + bytes, ROOM, "%d %d.5 -1%c7\n", i,
                                                  i % 10, gap)
                                       : snprintf(text + bytes, ROOM, "3 %d %d 0%c8\n",
                                                  i - ROWS, i % 10, gap));
        }
        bench_open(&bench);
        assert_int_equal(decode(&bench, text, bytes), UVP_OK);
        for (uint32_t i = 0; i < ROWS; i++) {
            assert_true(bench.mesh.positions[3 * i] == (float)i);
            assert_true(bench.mesh.positions[3 * i + 1] == (float)(i % 10) + 0.5f);
            assert_int_equal(bench.mesh.corner_vertex[3 * i], i);
            assert_int_equal(bench.mesh.corner_vertex[3 * i + 1], i % 10);
            assert_int_equal(bench.mesh.corner_start[i + 1], 3 * i + 3);
        }
        bench_close(&bench);
    }
    free(text);
}

/* A bad index anywhere in a row of good ones is found where it is. */
static void bad_indices_are_found_anywhere(void **state)
{
    (void)state;
    for (uint64_t encoding = 1; encoding < 3; encoding++) {
        struct maker maker;
        size_t at;
        make_grid(&maker, encoding, 20, false);
        at = maker.bytes - 13 * (size_t)722;
        for (uint32_t k = 0; k < 722 * 3; k += 7) {
            const size_t place = at + 13 * (size_t)(k / 3) + 1 + 4 * (size_t)(k % 3);
            struct bench bench;
            char *const copy = copy_exactly(maker.data, maker.bytes);
            memset(copy + place, k % 2 == 0 ? 0xff : 0x7f, 4);
            bench_open(&bench);
            assert_int_equal(decode(&bench, copy, maker.bytes), UVP_BAD_DATA);
            assert_int_equal(bench.err.at, place);
            bench_close(&bench);
            free(copy);
        }
        free(maker.data);
    }
}

/* ---- types that get too narrow ---- */

static void check_widening(uint64_t encoding, int type, uint32_t vertices, const char *word)
{
    struct maker maker;
    struct bench bench;

    begin_file(&maker, encoding, 4096 + (size_t)vertices * 60);
    maker.types = type_names;
    maker.eol = "\n";
    maker.is_one_line = false;
    put_element(&maker, "vertex", vertices);
    put_property(&maker, -1, 6, "x");
    put_property(&maker, -1, 6, "y");
    put_element(&maker, "face", vertices - 2);
    put_property(&maker, -1, 1, "flags");
    put_property(&maker, 1, type, "vertex_indices");
    put_property(&maker, -1, 3, "more");
    put_line(&maker, "end_header");
    for (uint32_t i = 0; i < vertices; i++) {
        put_number(&maker, i / 16, 6);
        put_number(&maker, i % 16, 6);
        end_row(&maker);
    }
    for (uint32_t i = 0; i + 2 < vertices; i++) {
        put_number(&maker, i % 2, 1);
        put_number(&maker, 3, 1);
        for (uint32_t k = 0; k < 3; k++) {
            put_number(&maker, i + k, type);
        }
        put_number(&maker, i % 300, 3);
        end_row(&maker);
    }
    bench_open(&bench);
    assert_int_equal(decode(&bench, maker.data, maker.bytes), UVP_OK);
    check_encoding(&bench, maker.data, maker.bytes, 1);
    assert_int_equal(uvp_buf_append(&bench.out, "", 1, NULL), UVP_OK);
    assert_non_null(strstr((char *)bench.out.data, word));
    bench_close(&bench);
    free(maker.data);
}

static void narrow_indices_are_widened(void **state)
{
    static const struct {
        int type;
        uint32_t vertices;
        const char *word;
    } rows[] = {{0, 128, "list uchar int vertex_indices"},
                {0, 10, "list uchar char vertex_indices"},
                {1, 256, "list uchar int vertex_indices"},
                {1, 60, "list uchar uchar vertex_indices"},
                {2, 32760, "list uchar int vertex_indices"},
                {3, 65530, "list uchar int vertex_indices"},
                {3, 1000, "list uchar ushort vertex_indices"}};

    (void)state;
    for (uint64_t encoding = 0; encoding < 3; encoding++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            check_widening(encoding, rows[i].type, rows[i].vertices, rows[i].word);
        }
    }
}

static void note_tells_of_widening(void **state)
{
    static const char text[] = "ply\nformat ascii 1.0\nelement vertex 128\nproperty uchar x\n"
                               "property uchar y\nelement face 1\nproperty list uchar char "
                               "vertex_indices\nend_header\n";
    static const float uv[4] = {0.5f, 0.25f, 1.0f, 0.0f};
    static const uint32_t corner_uv[2][4] = {{0, 0, 0, 1}, {0, 0, 0, 0}};
    char data[2048];
    size_t bytes = sizeof text - 1;

    (void)state;
    memcpy(data, text, bytes);
    for (int i = 0; i < 128; i++) {
        memcpy(data + bytes, "1 2\n", 4);
        bytes += 4;
    }
    memcpy(data + bytes, "4 0 1 127 0\n", 12);
    bytes += 12;
    for (int i = 0; i < 2; i++) {
        const struct uvp_mesh_source source = {.bytes = uvp_span_of(data, bytes)};
        const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = 2, .corner_uv = corner_uv[i]};
        struct bench bench;
        struct uvp_product product;
        bench_open(&bench);
        memset(&product, 0, sizeof product);
        product.body = &bench.out;
        assert_int_equal(decode(&bench, data, bytes), UVP_OK);
        assert_int_equal(uvp_format_ply.encode(&source, &bench.model, &uvs, NULL, &bench.arena,
                                               &bench.stop, &product, &bench.err),
                         UVP_OK);
        assert_true(product.rewritten);
        assert_int_equal(product.note != NULL, i == 0);
        bench_close(&bench);
    }
}

/* The counts of the lists of UVs: what fits uchar, what does not, and what is there already. */
static void large_polygons_get_wider_counts(void **state)
{
    static const uint32_t corners[] = {127, 128, 32767, 32768};
    static const char *const words[] = {
        "property list uchar float texcoord", "property list ushort float texcoord",
        "property list ushort float texcoord", "property list uint float texcoord"};

    (void)state;
    for (uint64_t i = 0; i < 24; i++) {
        const uint32_t count = corners[i % 4];
        const bool has_list = i >= 12;
        struct maker maker;
        struct bench bench;

        begin_file(&maker, i / 4, 4096 + (size_t)count * 16);
        maker.types = type_names;
        maker.eol = "\n";
        maker.is_one_line = false;
        put_element(&maker, "vertex", 3);
        put_property(&maker, -1, 6, "x");
        put_property(&maker, -1, 6, "y");
        put_element(&maker, "face", 1);
        if (has_list) {
            put_property(&maker, 1, 6, "texcoord");
        }
        put_property(&maker, 4, 3, "vertex_indices");
        put_line(&maker, "end_header");
        for (uint32_t v = 0; v < 3; v++) {
            put_number(&maker, v, 6);
            put_number(&maker, v * v, 6);
            end_row(&maker);
        }
        if (has_list) {
            put_number(&maker, 0, 1);
        }
        put_number(&maker, count, 4);
        for (uint32_t c = 0; c < count; c++) {
            put_number(&maker, c % 3, 3);
        }
        end_row(&maker);
        bench_open(&bench);
        bench.options.ply_uv = UVP_PLY_WEDGE;
        assert_int_equal(decode(&bench, maker.data, maker.bytes), UVP_OK);
        if (i / 4 % 3 != 0 || count < 1000) { /* the second reader takes its time with text */
            check_encoding(&bench, maker.data, maker.bytes, i);
        } else {
            struct made_uvs made;
            make_uvs(&made, &bench.mesh, i);
            assert_int_equal(encode(&bench, maker.data, maker.bytes, &made.uvs), UVP_OK);
            release_uvs(&made);
        }
        assert_int_equal(uvp_buf_append(&bench.out, "", 1, NULL), UVP_OK);
        assert_non_null(strstr((char *)bench.out.data, words[i % 4]));
        bench_close(&bench);
        free(maker.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_files_round_trip),
        cmocka_unit_test(fast_and_slow_readers_agree),
        cmocka_unit_test(all_encodings_give_one_mesh),
        cmocka_unit_test(short_lines_are_seen_anywhere),
        cmocka_unit_test(bad_indices_are_found_anywhere),
        cmocka_unit_test(narrow_indices_are_widened),
        cmocka_unit_test(note_tells_of_widening),
        cmocka_unit_test(large_polygons_get_wider_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
