/*
 * The samples of STL and OFF: good ones decode and take UVs every way, bad ones and unsupported
 * ones are refused as such; cut at any byte they never crash; at every level of the scanner
 * they are the same, and so are large files of lines of all sorts.
 */
#include <dirent.h>

#include "formats/mesh/off.h"
#include "formats/mesh/stl.h"

#include "tests/unit/mesh/product_bench.h"

typedef void sample_function(const struct uvp_format *format, const char *name,
                             const char *data, size_t bytes);

static char *read_file(const char *path, size_t *bytes)
{
    FILE *const file = fopen(path, "rb");
    char *const data = malloc(1 << 16);

    assert_non_null(file);
    assert_non_null(data);
    *bytes = fread(data, 1, 1 << 16, file);
    assert_int_equal(fclose(file), 0);
    return data;
}

static void for_samples_of(const struct uvp_format *format, sample_function *function)
{
    char folder[512];
    struct dirent *entry;
    DIR *dir;
    int count = 0;

    snprintf(folder, sizeof folder, "%s/%s", UVP_TEST_DATA, format->name);
    dir = opendir(folder);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[1024];
        size_t bytes;
        char *data;
        if (strstr(entry->d_name, format->suffixes[0]) == NULL) {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        data = read_file(path, &bytes);
        function(format, entry->d_name, data, bytes);
        free(data);
        count++;
    }
    assert_int_equal(closedir(dir), 0);
    assert_true(count > 20);
}

static void for_samples(sample_function *function)
{
    for_samples_of(&uvp_format_stl, function);
    for_samples_of(&uvp_format_off, function);
}

/* ---- what the name says ---- */

static enum uvp_code wanted_code(const char *name)
{
    return strncmp(name, "good-", 5) == 0  ? UVP_OK
           : strncmp(name, "bad-", 4) == 0 ? UVP_BAD_DATA
                                           : UVP_UNSUPPORTED;
}

static void encode_every_way(struct bench *bench, const struct uvp_format *format)
{
    for (int to = 0; to < 3; to++) {
        const struct uvp_mesh_options options = {.stl_to = (enum uvp_companion)to};
        const struct uvp_mesh_uvs uvs =
            make_uvs(bench, bench->model.meshes, (uint64_t)to + 1, to == 0);
        assert_int_equal(bench_encode(bench, format, &uvs, &options), UVP_OK);
        assert_int_equal(bench->product.rewritten, bench->model.meshes->has_uvs);
        assert_int_equal(bench->product.side_suffix[0] != '\0', !bench->product.rewritten);
    }
}

static void check_name(const struct uvp_format *format, const char *name, const char *data,
                       size_t bytes)
{
    const enum uvp_code wanted = wanted_code(name);
    const struct uvp_span span = uvp_span_of(data, bytes);
    struct bench bench;
    enum uvp_code code;

    bench_open(&bench);
    code = bench_decode(&bench, format, data, bytes, NULL);
    if (code != wanted) {
        fail_msg("%s: %s", name, code == UVP_OK ? "decoded" : bench.err.text);
    }
    if (code == UVP_OK) {
        encode_every_way(&bench, format);
        assert_int_not_equal(format->probe(span, true), UVP_PROBE_NO);
    }
    bench_close(&bench);
}

static void names_tell_the_outcome(void **state)
{
    (void)state;
    for_samples(check_name);
}

static void cut_everywhere(const struct uvp_format *format, const char *name, const char *data,
                           size_t bytes)
{
    (void)name;
    for (size_t cut = 0; cut < bytes; cut++) {
        struct bench bench;
        enum uvp_code code;
        bench_open(&bench);
        code = bench_decode(&bench, format, data, cut, NULL);
        assert_true(code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED);
        if (code == UVP_OK) {
            encode_every_way(&bench, format);
        }
        bench_close(&bench);
    }
}

static void samples_cut_at_every_byte(void **state)
{
    (void)state;
    for_samples(cut_everywhere);
}

/* ---- levels ---- */

static enum uvp_code decode_at(struct bench *bench, const struct uvp_format *format,
                               enum uvp_text_level level, struct uvp_mesh *mesh)
{
    struct uvp_stl_soup soup;
    enum uvp_code code;

    memset(mesh, 0, sizeof *mesh);
    if (format == &uvp_format_off) {
        code = uvp_off_decode(&bench->source, NULL, level, &bench->arena, &bench->stop,
                              &bench->model, &bench->err);
        *mesh = code == UVP_OK ? bench->model.meshes[0] : *mesh;
        return code;
    }
    memset(&soup, 0, sizeof soup);
    code = uvp_stl_decode_text(bench->source.bytes, 1000000, level, &bench->arena, &bench->stop,
                               &soup, &bench->err);
    mesh->positions = soup.weld.positions;
    mesh->vertex_count = soup.weld.vertex_count;
    mesh->corner_vertex = soup.corner_vertex;
    mesh->polygon_count = soup.facets;
    return code;
}

static void expect_same(const struct uvp_mesh *a, const struct uvp_mesh *b, bool is_off)
{
    const size_t corners = is_off ? corner_count(a) : 3 * (size_t)a->polygon_count;

    assert_int_equal(a->vertex_count, b->vertex_count);
    assert_int_equal(a->polygon_count, b->polygon_count);
    assert_memory_equal(a->positions, b->positions, 12 * (size_t)a->vertex_count);
    assert_memory_equal(a->corner_vertex, b->corner_vertex, 4 * corners);
    if (is_off) {
        assert_memory_equal(a->corner_start, b->corner_start,
                            4 * ((size_t)a->polygon_count + 1));
    }
}

static void check_levels(const struct uvp_format *format, const char *name, const char *data,
                         size_t bytes)
{
    const bool is_off = format == &uvp_format_off;
    struct uvp_mesh plain;
    struct bench bench;
    enum uvp_code code;

    (void)name;
    bench_open(&bench);
    bench.source.bytes = uvp_span_of(data, bytes);
    code = decode_at(&bench, format, UVP_TEXT_BYTES, &plain);
    for (int level = 1; level <= (int)uvp_text_level_best(); level++) {
        struct uvp_mesh mesh;
        struct bench other;
        bench_open(&other);
        other.source = bench.source;
        assert_int_equal(decode_at(&other, format, (enum uvp_text_level)level, &mesh), code);
        if (code == UVP_OK) {
            expect_same(&plain, &mesh, is_off);
        } else {
            assert_string_equal(other.err.text, bench.err.text);
        }
        bench_close(&other);
    }
    bench_close(&bench);
}

static void every_level_reads_the_same(void **state)
{
    (void)state;
    for_samples(check_levels);
}

/* ---- large files of lines of all sorts ---- */

struct text {
    char *data;
    size_t bytes;
    size_t room;
    uint64_t seed;
};

static void add(struct text *text, const char *piece)
{
    const size_t bytes = strlen(piece);

    assert_true(text->bytes + bytes < text->room);
    memcpy(text->data + text->bytes, piece, bytes);
    text->bytes += bytes;
}

static uint32_t pick(struct text *text, uint32_t count)
{
    return next_random(&text->seed) % count;
}

static void add_gap(struct text *text)
{
    static const char *const gaps[8] = {" ", " ", " ", " ", "  ", "\t", " \t ", "   "};

    add(text, gaps[pick(text, 8)]);
}

static void add_eol(struct text *text)
{
    static const char *const eols[8] = {"\n", "\n", "\n", "\n", "\n", "\r\n", " \n", "\r"};

    add(text, eols[pick(text, 8)]);
}

static void add_number(struct text *text)
{
    char number[64];
    const uint32_t form = pick(text, 8);
    const int whole = (int)pick(text, 2000) - (form == 6 ? 0 : 1000);
    const unsigned more = pick(text, 1000000);

    switch (form) {
    case 3:
        snprintf(number, sizeof number, "%d.%06u00000000", whole, more);
        break;
    case 4:
        snprintf(number, sizeof number, "%d.%ue-3", whole, more);
        break;
    case 5:
        snprintf(number, sizeof number, "%d", whole);
        break;
    case 6:
        snprintf(number, sizeof number, "-0.%d%09u", whole, more);
        break;
    default:
        snprintf(number, sizeof number, "%d.%06u", whole, more);
        break;
    }
    add(text, number);
}

static void add_three(struct text *text)
{
    for (int i = 0; i < 3; i++) {
        add_gap(text);
        add_number(text);
    }
}

static void add_facet(struct text *text)
{
    add(text, pick(text, 8) == 0 ? "FACET normal" : "facet normal");
    if (pick(text, 8) == 0) {
        add(text, " nan infinity -nan(ind)");
    } else {
        add_three(text);
    }
    add_eol(text);
    add_gap(text);
    add(text, "outer loop");
    for (int k = 0; k < 3; k++) {
        add_eol(text);
        add_gap(text);
        add(text, "vertex");
        add_three(text);
    }
    add_eol(text);
    add(text, "endloop");
    add_eol(text);
    add(text, "endfacet");
    add_eol(text);
    if (pick(text, 16) == 0) {
        add(text, "endsolid x\nsolid y\n");
    }
}

static void open_text(struct text *text, uint64_t seed)
{
    text->room = 1 << 20;
    text->data = malloc(text->room);
    text->bytes = 0;
    text->seed = seed;
    assert_non_null(text->data);
}

static void facets_of_all_sorts(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct text text;
        open_text(&text, seed);
        add(&text, "solid x\n");
        for (int i = 0; i < 500; i++) {
            add_facet(&text);
        }
        check_levels(&uvp_format_stl, "", text.data, text.bytes);
        free(text.data);
    }
}

static void add_face(struct text *text, uint32_t vertices)
{
    const uint32_t corners = pick(text, 8) == 0 ? pick(text, 20) : 3;
    char number[16];

    snprintf(number, sizeof number, "%u", corners);
    add(text, number);
    for (uint32_t i = 0; i < corners; i++) {
        add_gap(text);
        snprintf(number, sizeof number, "%0*u", pick(text, 16) == 0 ? 9 : 1,
                 pick(text, vertices));
        add(text, number);
    }
    if (pick(text, 4) == 0) {
        add(text, " 0.5 0.5 1 # c");
    }
    add_eol(text);
}

static void lines_of_all_sorts(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct text text;
        open_text(&text, seed);
        add(&text, "OFF 600 700 0\n");
        for (int i = 0; i < 600; i++) {
            add_three(&text);
            add(&text, pick(&text, 8) == 0 ? " 1 2 3#" : "");
            add_eol(&text);
            add(&text, pick(&text, 8) == 0 ? "\n # c\n" : "");
        }
        for (int i = 0; i < 700; i++) {
            add_face(&text, 600);
        }
        check_levels(&uvp_format_off, "", text.data, text.bytes);
        check_name(&uvp_format_off, "good-", text.data, text.bytes);
        free(text.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tell_the_outcome),
        cmocka_unit_test(samples_cut_at_every_byte),
        cmocka_unit_test(every_level_reads_the_same),
        cmocka_unit_test(facets_of_all_sorts),
        cmocka_unit_test(lines_of_all_sorts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
