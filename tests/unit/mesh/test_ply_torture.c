/* PLY that is cut, changed, generated, without memory, or told to stop. */
#include "tests/unit/mesh/ply_bench.h"

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

/* Never a crash; what decodes can be encoded, or says why not. */
static bool survive_any(const void *data, size_t bytes, uint64_t seed)
{
    struct bench bench;
    char *const copy = copy_exactly(data, bytes);
    enum uvp_code code;

    bench_open(&bench);
    bench.options.ply_uv = seed % 2 == 0 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
    bench.options.wants_uvs = seed % 3 == 0;
    bench.options.wants_groups = seed % 5 == 0;
    bench.out.ceiling_bytes = (size_t)1 << 22;
    code = decode(&bench, copy, bytes);
    if (code == UVP_OK) {
        struct made_uvs made;
        enum uvp_code written;
        assert_true(uvp_mesh_is_valid(&bench.mesh));
        assert_true(bench.mem.peak_bytes <=
                    uvp_format_ply.cost_bound(bytes) + ((size_t)512 << 10));
        make_uvs(&made, &bench.mesh, seed);
        written = encode(&bench, copy, bytes, &made.uvs);
        assert_true(written == UVP_OK || written == UVP_UNSUPPORTED || written == UVP_LIMIT);
        release_uvs(&made);
    } else {
        assert_true(code == UVP_BAD_DATA || code == UVP_UNSUPPORTED || code == UVP_LIMIT);
        assert_true(bench.err.text[0] != '\0');
    }
    bench_close(&bench);
    free(copy);
    return code == UVP_OK;
}

static void samples_cut_at_any_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const data = read_sample(good_rows[i].name, &bytes);
        for (size_t cut = 0; cut <= bytes; cut++) {
            survive_any(data, cut, cut);
        }
        free(data);
    }
}

static void samples_with_changed_bytes(void **state)
{
    static const char bytes_of_interest[] = "\n\r \t0123456789-.efxyzstuv\0\1\3\x7f\x80\xff";
    uint64_t random = 11;
    unsigned decoded = 0;

    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const data = read_sample(good_rows[i].name, &bytes);
        for (int round = 0; round < 300; round++) {
            char *const copy = copy_exactly(data, bytes);
            const uint32_t changes = 1 + next_random(&random) % 4;
            for (uint32_t k = 0; k < changes; k++) {
                copy[next_random(&random) % bytes] =
                    bytes_of_interest[next_random(&random) % (sizeof bytes_of_interest - 1)];
            }
            decoded += survive_any(copy, bytes, random);
            free(copy);
        }
        free(data);
    }
    assert_true(decoded > 1000);
}

/* ---- generated files ---- */

enum encoding { TEXT = 0, LITTLE, BIG };

static const char *const type_names[] = {"char", "uchar", "short", "ushort",
                                         "int",  "uint",  "float", "double"};
static const char *const sized_names[] = {"int8",  "uint8",  "int16",   "uint16",
                                          "int32", "uint32", "float32", "float64"};

struct maker {
    uint64_t random;
    enum encoding encoding;
    const char *const *types;
    const char *eol;
    char *data;
    size_t bytes;
    size_t room;
    bool row_begun;
    bool is_one_line;
};

static uint32_t pick(struct maker *maker, uint32_t count)
{
    return next_random(&maker->random) % count;
}

static void put(struct maker *maker, const void *data, size_t bytes)
{
    assert_true(maker->bytes + bytes <= maker->room);
    memcpy(maker->data + maker->bytes, data, bytes);
    maker->bytes += bytes;
}

static void put_text(struct maker *maker, const char *text)
{
    put(maker, text, strlen(text));
}

static void put_line(struct maker *maker, const char *text)
{
    put_text(maker, text);
    put_text(maker, maker->eol);
}

static void put_number(struct maker *maker, double number, int type)
{
    char text[64];
    const float narrow = (float)number;
    const int64_t whole = type < 6 ? (int64_t)number : 0;
    unsigned char bytes[8];
    const size_t count = ref_type_bytes(type);

    if (maker->encoding == TEXT) {
        snprintf(text, sizeof text, "%s%.9g", maker->row_begun ? " " : "", number);
        put_text(maker, text);
        maker->row_begun = true;
        return;
    }
    if (type == 6) {
        memcpy(bytes, &narrow, 4);
    } else if (type == 7) {
        memcpy(bytes, &number, 8);
    } else {
        memcpy(bytes, &whole, 8);
    }
    for (size_t i = 0; i < count; i++) {
        put(maker, &bytes[maker->encoding == BIG ? count - 1 - i : i], 1);
    }
}

static void end_row(struct maker *maker)
{
    if (maker->encoding == TEXT && !maker->is_one_line) {
        if (pick(maker, 12) == 0) {
            put_text(maker, pick(maker, 2) == 0 ? " 7 8" : "  ");
        }
        put_text(maker, maker->eol);
        maker->row_begun = false;
    }
}

struct face_plan {
    int count_type;
    int index_type;
    bool is_first; /* of the face's properties */
    bool has_list; /* another one */
    bool has_uvs;
    bool has_texnumber;
};

static void put_face(struct maker *maker, const struct face_plan *plan, uint32_t vertices)
{
    const uint32_t kind = pick(maker, 10);
    const uint32_t corners = kind < 6 ? 3 : kind < 8 ? 4 : pick(maker, 8);

    if (!plan->is_first) {
        put_number(maker, pick(maker, 100), 1);
    }
    put_number(maker, corners, plan->count_type);
    for (uint32_t i = 0; i < corners; i++) {
        put_number(maker, pick(maker, vertices), plan->index_type);
    }
    if (plan->has_list) {
        const uint32_t items = pick(maker, 4);
        put_number(maker, items, 3);
        for (uint32_t i = 0; i < items; i++) {
            put_number(maker, pick(maker, 100), 2);
        }
    }
    if (plan->has_uvs) {
        const uint32_t items = pick(maker, 5) == 0 ? pick(maker, 4) : 2 * corners;
        put_number(maker, items, 1);
        for (uint32_t i = 0; i < items; i++) {
            put_number(maker, pick(maker, 5) / 4.0, 6);
        }
    }
    if (plan->has_texnumber) {
        put_number(maker, pick(maker, 3), 4);
    }
    end_row(maker);
}

static void put_property(struct maker *maker, int count_type, int type, const char *name)
{
    char line[128];

    if (count_type >= 0) {
        snprintf(line, sizeof line, "property list %s %s %s", maker->types[count_type],
                 maker->types[type], name);
    } else {
        snprintf(line, sizeof line, "property %s %s", maker->types[type], name);
    }
    put_line(maker, line);
}

struct vertex_plan {
    int type;
    bool has_list;
    bool has_uvs;
    bool has_colour;
};

static void put_vertex(struct maker *maker, const struct vertex_plan *plan)
{
    if (plan->has_list) {
        const uint32_t items = pick(maker, 3);
        put_number(maker, items, 1);
        for (uint32_t i = 0; i < items; i++) {
            put_number(maker, pick(maker, 100), 6);
        }
    }
    for (int axis = 0; axis < 3; axis++) {
        put_number(maker, (double)pick(maker, 4000) / 16 - 125, plan->type);
    }
    if (plan->has_colour) {
        put_number(maker, pick(maker, 256), 1);
    }
    if (plan->has_uvs) {
        put_number(maker, pick(maker, 9) / 8.0, 6);
        put_number(maker, pick(maker, 9) / 8.0, 7);
    }
    end_row(maker);
}

static void put_element(struct maker *maker, const char *name, uint32_t count)
{
    char line[64];

    snprintf(line, sizeof line, "element %s %u", name, count);
    put_line(maker, line);
}

static void put_vertex_header(struct maker *maker, const struct vertex_plan *plan,
                              uint32_t count)
{
    put_element(maker, "vertex", count);
    if (plan->has_list) {
        put_property(maker, 1, 6, "weights");
    }
    put_property(maker, -1, plan->type, "x");
    put_property(maker, -1, plan->type, "y");
    put_line(maker, "comment between");
    put_property(maker, -1, plan->type, "z");
    if (plan->has_colour) {
        put_property(maker, -1, 1, "red");
    }
    if (plan->has_uvs) {
        put_property(maker, -1, 6, "u");
        put_property(maker, -1, 7, "v");
    }
}

static void put_face_header(struct maker *maker, const struct face_plan *plan, uint32_t count)
{
    put_element(maker, "face", count);
    if (!plan->is_first) {
        put_property(maker, -1, 1, "flags");
    }
    put_property(maker, plan->count_type, plan->index_type, "vertex_indices");
    if (plan->has_list) {
        put_property(maker, 3, 2, "tags");
    }
    if (plan->has_uvs) {
        put_property(maker, 1, 6, "texcoord");
    }
    if (plan->has_texnumber) {
        put_property(maker, -1, 4, "texnumber");
    }
}

static void begin_file(struct maker *maker, uint64_t seed, size_t room)
{
    static const char *const eols[] = {"\n", "\n", "\r\n", "\r"};
    static const char *const formats[] = {"format ascii 1.0", "format binary_little_endian 1.0",
                                          "format binary_big_endian 1.0"};

    memset(maker, 0, sizeof *maker);
    maker->random = seed * 77;
    maker->room = room;
    maker->data = malloc(room);
    assert_non_null(maker->data);
    maker->encoding = (enum encoding)(seed % 3);
    maker->types = pick(maker, 2) == 0 ? type_names : sized_names;
    maker->eol = eols[pick(maker, 4)];
    maker->is_one_line = maker->encoding == TEXT && pick(maker, 8) == 0;
    put_line(maker, "ply");
    put_line(maker, formats[maker->encoding]);
}

static void make_file(struct maker *maker, uint64_t seed, uint32_t vertices, uint32_t faces)
{
    static const int index_types[] = {4, 4, 4, 5, 1, 3, 0, 2, 6};
    static const int position_types[] = {6, 6, 6, 7, 2, 4};
    struct vertex_plan vertex = {0};
    struct face_plan face = {0};
    bool faces_first;

    begin_file(maker, seed, 4096 + (size_t)vertices * 200 + (size_t)faces * 400);
    face.count_type = pick(maker, 3) == 0 ? (int)pick(maker, 6) : 1;
    face.index_type = index_types[pick(maker, 9)];
    vertices = face.index_type < 2 && vertices > 100 ? 100 : vertices;
    face.is_first = pick(maker, 4) != 0;
    face.has_list = pick(maker, 5) == 0;
    face.has_uvs = pick(maker, 5) == 0;
    face.has_texnumber = pick(maker, 5) == 0;
    vertex.type = position_types[pick(maker, 6)];
    vertex.has_list = pick(maker, 6) == 0;
    vertex.has_uvs = pick(maker, 5) == 0;
    vertex.has_colour = pick(maker, 3) == 0;
    faces_first = pick(maker, 5) == 0;
    if (faces_first) {
        put_face_header(maker, &face, faces);
    }
    put_vertex_header(maker, &vertex, vertices);
    if (!faces_first) {
        put_face_header(maker, &face, faces);
    }
    put_line(maker, "end_header");
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; (round == 0) == faces_first && i < faces; i++) {
            put_face(maker, &face, vertices);
        }
        for (uint32_t i = 0; (round == 0) != faces_first && i < vertices; i++) {
            put_vertex(maker, &vertex);
        }
    }
    if (pick(maker, 4) == 0 && !maker->is_one_line) {
        put_text(maker, "the end");
    }
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

/* One mesh in six files: text, bytes of both orders, each also with an empty list a row, which
 * keeps the fast readers away. */
static void make_grid(struct maker *maker, uint64_t encoding, uint32_t side, bool with_list)
{
    const uint32_t vertices = side * side;
    const uint32_t faces = 2 * (side - 1) * (side - 1);

    begin_file(maker, encoding, 4096 + (size_t)vertices * 60 + (size_t)faces * 60);
    maker->eol = "\n";
    maker->is_one_line = false;
    put_element(maker, "vertex", vertices);
    for (int axis = 0; axis < 3; axis++) {
        put_property(maker, -1, 6, axis == 0 ? "x" : axis == 1 ? "y" : "z");
    }
    if (with_list) {
        put_property(maker, 1, 4, "none");
    }
    put_element(maker, "face", faces);
    put_property(maker, 1, 4, "vertex_indices");
    if (with_list) {
        put_property(maker, 1, 4, "none");
    }
    put_line(maker, "end_header");
    maker->random = 5;
    for (uint32_t i = 0; i < vertices; i++) {
        put_number(maker, i % side, 6);
        put_number(maker, i / side, 6);
        put_number(maker, (float)pick(maker, 10000) / 999.0f, 6);
        if (with_list) {
            put_number(maker, 0, 1);
        }
        put_text(maker, maker->encoding == TEXT ? "\n" : "");
        maker->row_begun = false;
    }
    for (uint32_t i = 0; i < faces; i++) {
        const uint32_t cell = i / 2;
        const uint32_t v = cell / (side - 1) * side + cell % (side - 1);
        put_number(maker, 3, 1);
        put_number(maker, v + 1, 4);
        put_number(maker, i % 2 == 0 ? v + side : v + side + 1, 4);
        put_number(maker, i % 2 == 0 ? v : v + side, 4);
        if (with_list) {
            put_number(maker, 0, 1);
        }
        put_text(maker, maker->encoding == TEXT ? "\n" : "");
        maker->row_begun = false;
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

/* ---- memory, stops, limits ---- */

static void memory_fails_at_any_call(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct maker maker;
        enum uvp_code code = UVP_NO_MEMORY;
        make_file(&maker, seed, 3000, 9000);
        for (uint64_t n = 1; code != UVP_OK; n++) {
            struct bench bench;
            struct made_uvs made;
            assert_true(n < 100);
            bench_open(&bench);
            bench.options.wants_uvs = true;
            bench.options.wants_groups = true;
            bench.options.ply_uv = seed < 6 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
            bench.mem.fail_at_call = n;
            code = decode(&bench, maker.data, maker.bytes);
            if (code == UVP_OK) {
                make_uvs(&made, &bench.mesh, n);
                code = encode(&bench, maker.data, maker.bytes, &made.uvs);
                release_uvs(&made);
            }
            assert_true(code == UVP_OK || (code == UVP_NO_MEMORY && bench.err.code == code));
            bench_close(&bench);
        }
        free(maker.data);
    }
}

static void stops_at_any_poll(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct maker maker;
        uint64_t n = 1;
        make_file(&maker, seed, 10000, 20000);
        for (;; n++) {
            struct bench bench;
            struct made_uvs made;
            enum uvp_code code;
            bench_open(&bench);
            bench.options.ply_uv = seed < 6 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
            bench.stop.stop_at_poll = n;
            code = decode(&bench, maker.data, maker.bytes);
            if (code == UVP_OK) {
                make_uvs(&made, &bench.mesh, n);
                code = encode(&bench, maker.data, maker.bytes, &made.uvs);
                release_uvs(&made);
            }
            bench_close(&bench);
            if (code == UVP_OK) {
                break;
            }
            assert_int_equal(code, UVP_CANCELLED);
        }
        assert_true(n >= maker.bytes >> 16);
        free(maker.data);
    }
}

/* One word, gap, or line of megabytes. Work between polls stays bounded. */
static void long_lines_are_polled(void **state)
{
    static const char head[] = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\n"
                               "property float y\nproperty list uchar int more\nelement face "
                               "1\nproperty list uchar int vertex_indices\nend_header\n";
    static const char *const rows[] = {"0 0 0 ", "", "0 0 2 1 "};
    static const char fills[] = {'a', ' ', '1'};
    static const char tail[] = "\n1 0 0\n0 1 0\n3 0 1 2\n";
    static const char cut[] = "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n";
    const size_t bytes = (size_t)4 << 20;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct bench bench;
        char *const text = malloc(bytes);
        const char *const end = i == 1 ? cut : tail;
        assert_non_null(text);
        memset(text, fills[i], bytes);
        memcpy(text, head, sizeof head - 1);
        memcpy(text + sizeof head - 1, rows[i], strlen(rows[i]));
        memcpy(text + bytes - strlen(end), end, strlen(end));
        bench_open(&bench);
        assert_int_equal(decode(&bench, text, bytes), UVP_OK);
        assert_true(bench.stop.polls >= bytes >> 16);
        bench_close(&bench);
        free(text);
    }
}

static void headers_have_an_end(void **state)
{
    const size_t bytes = (size_t)3 << 20;
    char *const text = malloc(bytes);
    static const char head[] = "ply\nformat ascii 1.0\n";

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < 4; i++) {
        static const char *const lines[] = {"comment aaaa\n", "element e 1 \n", "a            ",
                                            "property int\n"};
        struct bench bench;
        memcpy(text, head, sizeof head - 1);
        for (size_t at = sizeof head - 1; at < bytes; at++) {
            text[at] = lines[i][(at - sizeof head + 1) % 13];
        }
        bench_open(&bench);
        assert_int_equal(decode(&bench, text, bytes), UVP_BAD_DATA);
        assert_true(bench.mem.peak_bytes < (size_t)32 << 20);
        bench_close(&bench);
    }
    free(text);
}

/* Declared counts take no memory and no time. */
static void counts_alone_cost_nothing(void **state)
{
    static const char *const texts[] = {
        "ply\nformat binary_little_endian 1.0\nelement vertex 2147483647\nproperty uchar x\n"
        "property uchar y\nelement face 1\nproperty list uchar int vertex_indices\n"
        "end_header\n0000",
        "ply\nformat ascii 1.0\nelement face 2147483647\nproperty list uchar int "
        "vertex_indices\nelement vertex 1\nproperty uchar x\nproperty uchar y\nend_header\n0\n",
        "ply\nformat binary_big_endian 1.0\nelement face 4611686018427387904\nproperty list "
        "uint double vertex_indices\nelement vertex 1\nproperty uchar x\nproperty uchar "
        "y\nend_header\n0\n",
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(decode(&bench, texts[i], strlen(texts[i])), UVP_BAD_DATA);
        assert_true(bench.mem.peak_bytes < (size_t)1 << 20);
        bench_close(&bench);
    }
}

static void output_has_a_ceiling(void **state)
{
    size_t bytes;
    char *const data = read_sample("good-little", &bytes);
    struct bench bench;
    struct made_uvs made;

    (void)state;
    bench_open(&bench);
    assert_int_equal(decode(&bench, data, bytes), UVP_OK);
    make_uvs(&made, &bench.mesh, 1);
    bench.out.ceiling_bytes = bytes;
    assert_int_equal(encode(&bench, data, bytes, &made.uvs), UVP_LIMIT);
    release_uvs(&made);
    bench_close(&bench);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_cut_at_any_byte),
        cmocka_unit_test(samples_with_changed_bytes),
        cmocka_unit_test(generated_files_round_trip),
        cmocka_unit_test(fast_and_slow_readers_agree),
        cmocka_unit_test(all_encodings_give_one_mesh),
        cmocka_unit_test(bad_indices_are_found_anywhere),
        cmocka_unit_test(narrow_indices_are_widened),
        cmocka_unit_test(note_tells_of_widening),
        cmocka_unit_test(large_polygons_get_wider_counts),
        cmocka_unit_test(memory_fails_at_any_call),
        cmocka_unit_test(stops_at_any_poll),
        cmocka_unit_test(long_lines_are_polled),
        cmocka_unit_test(headers_have_an_end),
        cmocka_unit_test(counts_alone_cost_nothing),
        cmocka_unit_test(output_has_a_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
