#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/format.h"
#include "formats/mesh/text.h"
#include "tests/unit/mesh/obj_reference.h"

#define NO_LINE 0

struct bench {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_buf out;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_mesh mesh;
};

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->arena, &bench->mem, 0);
    uvp_buf_init(&bench->out, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    uvp_error_clear(&bench->err);
}

static void bench_close(struct bench *bench)
{
    uvp_buf_release(&bench->out);
    uvp_arena_release(&bench->arena);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static const struct uvp_format *obj(void)
{
    return uvp_format_by_path("x.obj", 5);
}

/* A heap block of exactly the bytes, so that a sanitizer sees any reading beyond them. */
static char *copy_exactly(const char *text, size_t bytes)
{
    char *const copy = malloc(bytes == 0 ? 1 : bytes);

    assert_non_null(copy);
    memcpy(copy, text, bytes);
    return copy;
}

static char *read_sample(const char *name, size_t *bytes)
{
    char path[512];
    char *text;
    long size;
    FILE *file;

    snprintf(path, sizeof path, "%s/obj/%s.obj", UVP_TEST_DATA, name);
    file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("%s cannot be opened", path);
    }
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    *bytes = (size_t)size;
    text = malloc(*bytes == 0 ? 1 : *bytes);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, *bytes, file), *bytes);
    fclose(file);
    return text;
}

static enum uvp_code decode(struct bench *bench, const char *text, size_t bytes)
{
    return obj()->decode(uvp_span_of(text, bytes), NULL, &bench->arena, &bench->stop,
                         &bench->mesh, &bench->err);
}

static uint32_t corner_count(const struct uvp_mesh *mesh)
{
    return mesh->corner_start[mesh->polygon_count];
}

static uint32_t next_random(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*random >> 33);
}

/* UVs with every kind of value: 0, 1, the least, any. */
struct made_uvs {
    float *uv;
    uint32_t *corner_uv;
    struct uvp_mesh_uvs uvs;
};

static void make_uvs(struct made_uvs *made, const struct uvp_mesh *mesh, uint64_t seed)
{
    const uint32_t corners = corner_count(mesh);
    const uint32_t count = corners / 2 + 1;

    made->uv = malloc(2 * sizeof(float) * count);
    made->corner_uv = malloc(sizeof(uint32_t) * (corners + 1));
    assert_non_null(made->uv);
    assert_non_null(made->corner_uv);
    for (uint32_t i = 0; i < 2 * count; i++) {
        const uint32_t kind = next_random(&seed) % 8;
        const uint32_t steps = next_random(&seed) % ((1u << 24) + 1);
        made->uv[i] = kind == 0   ? 0.0f
                      : kind == 1 ? 1.0f
                                  : (float)(kind == 2 ? steps % 64 : steps) / 16777216.0f;
    }
    for (uint32_t i = 0; i < corners; i++) {
        made->corner_uv[i] = next_random(&seed) % count;
    }
    made->uvs.uv = made->uv;
    made->uvs.uv_count = count;
    made->uvs.corner_uv = made->corner_uv;
}

static void release_uvs(struct made_uvs *made)
{
    free(made->uv);
    free(made->corner_uv);
}

static enum uvp_code encode(struct bench *bench, const char *text, size_t bytes,
                            const struct uvp_mesh_uvs *uvs)
{
    return obj()->encode(uvp_span_of(text, bytes), &bench->mesh, uvs, &bench->stop, &bench->out,
                         &bench->err);
}

/* ---- what encoding must do, told by the second reader ---- */

static void check_corners(const struct bench *bench, const struct made_uvs *made,
                          const struct reference *in, const struct reference *out)
{
    assert_int_equal(in->corner_count, corner_count(&bench->mesh));
    assert_int_equal(out->corner_count, in->corner_count);
    assert_int_equal(in->faces, bench->mesh.polygon_count);
    assert_int_equal(in->vertices, bench->mesh.vertex_count);
    for (size_t i = 0; i < in->corner_count; i++) {
        const float *const wanted = made->uv + 2 * (size_t)made->corner_uv[i];
        const long uv = out->corners[i].uv;
        assert_int_equal(in->corners[i].vertex, (long)bench->mesh.corner_vertex[i] + 1);
        assert_int_equal(out->corners[i].vertex, in->corners[i].vertex);
        assert_in_range(uv, 1, out->uv_count);
        assert_memory_equal(out->uvs + 2 * (uv - 1), wanted, 2 * sizeof(float));
    }
}

static void check_referrals(const struct reference *in, const struct reference *out,
                            bool replaced)
{
    size_t k = 0;

    for (size_t i = 0; i < in->referral_count; i++) {
        const long before = in->referrals[i];
        if (before < 1 || (size_t)before > in->uv_count || replaced) {
            continue;
        }
        while (k < out->referral_count && out->referrals[k] == 0) {
            k++;
        }
        assert_true(k < out->referral_count);
        assert_memory_equal(out->uvs + 2 * (out->referrals[k] - 1), in->uvs + 2 * (before - 1),
                            2 * sizeof(float));
        k++;
    }
    for (; k < out->referral_count; k++) {
        assert_int_equal(out->referrals[k], 0);
    }
}

static void check_decoded_again(const struct bench *bench, const struct made_uvs *made,
                                size_t uvs_before)
{
    struct bench again;
    const char *const text = (const char *)bench->out.data;
    const size_t bytes = bench->out.bytes;

    bench_open(&again);
    assert_int_equal(decode(&again, text, bytes), UVP_OK);
    assert_true(again.mesh.has_uvs);
    assert_int_equal(again.mesh.vertex_count, bench->mesh.vertex_count);
    assert_int_equal(again.mesh.polygon_count, bench->mesh.polygon_count);
    assert_memory_equal(again.mesh.positions, bench->mesh.positions,
                        (size_t)12 * again.mesh.vertex_count);
    assert_memory_equal(again.mesh.corner_start, bench->mesh.corner_start,
                        (size_t)4 * (again.mesh.polygon_count + 1));
    assert_memory_equal(again.mesh.corner_vertex, bench->mesh.corner_vertex,
                        (size_t)4 * corner_count(&again.mesh));
    if (uvs_before == 0) {
        /* replacing what we wrote by the same gives the same */
        assert_int_equal(encode(&again, text, bytes, &made->uvs), UVP_OK);
        assert_int_equal(again.out.bytes, bytes);
        assert_memory_equal(again.out.data, text, bytes);
    }
    bench_close(&again);
}

/* Encodes and checks all there is to check; `plain`: taking the UVs out gives the input. */
static void check_encoding(struct bench *bench, const char *text, size_t bytes, uint64_t seed,
                           bool plain)
{
    struct made_uvs made;
    struct reference in;
    struct reference out;
    struct reference_drop in_drop = {0, 0};
    struct reference_drop out_drop;

    assert_true(uvp_mesh_is_valid(&bench->mesh));
    make_uvs(&made, &bench->mesh, seed);
    assert_int_equal(encode(bench, text, bytes, &made.uvs), UVP_OK);
    assert_true(bench->out.bytes + 16 <= bench->out.capacity);

    if (bench->mesh.has_uvs) {
        in_drop.last = SIZE_MAX;
    }
    reference_read(&in, text, bytes, in_drop);
    out_drop.first = bench->mesh.has_uvs ? 0 : in.uvs_before;
    out_drop.last = out_drop.first + made.uvs.uv_count;
    reference_read(&out, (const char *)bench->out.data, bench->out.bytes, out_drop);

    assert_int_equal(out.uv_count, made.uvs.uv_count + (bench->mesh.has_uvs ? 0 : in.uv_count));
    assert_int_equal(out.uvs_before, out_drop.last); /* right before the first face */
    check_corners(bench, &made, &in, &out);
    check_referrals(&in, &out, bench->mesh.has_uvs);
    assert_int_equal(out.rest_bytes, in.rest_bytes);
    assert_memory_equal(out.rest, in.rest, in.rest_bytes);
    if (plain) {
        assert_int_equal(out.rest_bytes, bytes);
        assert_memory_equal(out.rest, text, bytes);
    }
    check_decoded_again(bench, &made, bench->mesh.has_uvs ? 0 : in.uv_count);
    reference_release(&in);
    reference_release(&out);
    release_uvs(&made);
}

/* ---- samples ---- */

struct good_row {
    const char *name;
    const char
        *positions;       /* "x y z, ..." as uvp_text_write_float writes; NULL: not looked at */
    const char *polygons; /* "0 1 2, ..." */
    bool has_uvs;
    bool plain; /* no vt in it: stripping the output gives the input, byte for byte */
};

#define SQUARE "0 0 0, 1 0 0, 1 1 0, 0 1 0"

static const struct good_row good_rows[] = {
    {"good-triangle", "0 0 0, 1 0 0, 0 1 0", "0 1 2", false, true},
    {"good-quads", SQUARE ", 2 0 0.5, 2 1 0.5", "0 1 2 3, 1 4 5 2", false, true},
    {"good-polygons", NULL, "0 1 2 4 3 5, 0 1 2, 3 2 1 0", false, true},
    {"good-vt", SQUARE, "0 1 2, 0 2 3", true, false},
    {"good-vn", SQUARE, "0 1 2 3", false, true},
    {"good-vt-vn", SQUARE, "0 1 2 3, 0 1 2", true, false},
    {"good-mixed-corners", SQUARE, "0 1 2 3, 0 1 2 3", true, false},
    {"good-negative", NULL, "0 1 2, 3 4 5, 0 1 2", false, true},
    {"good-forward", SQUARE, "0 1 2, 0 2 3", false, true},
    {"good-crlf", SQUARE, "0 1 2 3", false, true},
    {"good-cr", SQUARE, "0 1 2, 0 2 3", false, true},
    {"good-mixed-eol", SQUARE, "0 1 2, 0 2 3", false, true},
    {"good-bom", SQUARE, "0 1 2", false, true},
    {"good-no-final-newline", SQUARE, "0 1 2 3", false, true},
    {"good-continuation", SQUARE, "0 1 2 3, 0 1 2", false, true},
    {"good-continuation-crlf", SQUARE, "0 1 2 3, 0 1", false, true},
    {"good-continuation-cr", SQUARE, "0 1 2 3", false, true},
    {"good-comment-backslash", "0 0 0, 1 0 0, 0 1 0", "0 1 2, 2 1 0", false, true},
    {"good-spaces", SQUARE, "0 1 2 3", false, true},
    {"good-comments", SQUARE, "0 1 2, 0 2 3", false, true},
    {"good-colours", "0 0 0, 1 0 0, 0 1 0, 0 0 1", "0 1 2, 0 1 3", false, true},
    {"good-two-columns", "0 0 0, 1 0 0, 1 1 0", "0 1 2", false, true},
    {"good-numbers", "0.5 5 1, 0.00001 10000 -0, 16777216 0.1 -15e37, inf 0 0.33333334",
     "0 1 2 3", false, true},
    {"good-not-finite", "nan 0 0, inf -inf 0, nan nan inf, nan 0 0", "0 1 2", false, true},
    {"good-zbrush", SQUARE, "0 1 2 3", false, true},
    {"good-nul-gaps", "0 0 0, 1 0 0, 0 1 0", "0 1 2", false, true},
    {"good-small-faces", SQUARE, "0, 0 1, 0 1 2, , 3 3 3", false, true},
    {"good-old-face", SQUARE, "0 1 2, 0 2 3", false, true},
    {"good-groups", SQUARE, "0 1 2, 0 2 3", false, true},
    {"good-free-form", SQUARE, "0 1 2 3", false, true},
    {"good-lines", SQUARE, "0 1 2", false, true},
    {"good-line-uvs", SQUARE, "0 1 2, 0 2 3", false, false},
    {"good-line-uvs-replaced", SQUARE, "0 1 2", true, false},
    {"good-surf-uvs", SQUARE, "0 1 2", false, false},
    {"good-unused-vt", SQUARE, "0 1 2, 0 2 3", false, true},
    {"good-dangling-vt", SQUARE, "0 1 2, 0 2 3", false, false},
    {"good-vt-last", SQUARE, "0 1 2 3", true, false},
    {"good-long-line", "0 0 0, 1 0 0, 0 1 0", "0 1 2", false, true},
    {"good-leading-zeros", SQUARE, "0 1 2 3", false, true},
    {"good-latin-1", SQUARE, "0 1 2 3", false, true},
};

#define GOOD_COUNT (sizeof good_rows / sizeof good_rows[0])

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
    const struct uvp_mesh_uvs uvs = {uv, 1, corner_uv};

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
        struct uvp_format_limits limits;
        enum uvp_code code;
        uint64_t line;
    } rows[] = {
        {{4, 7, 3}, UVP_OK, 0},    {{3, 0, 0}, UVP_LIMIT, 5}, {{0, 6, 0}, UVP_LIMIT, 5},
        {{0, 1, 0}, UVP_LIMIT, 4}, {{0, 0, 2}, UVP_LIMIT, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(obj()->decode(uvp_span_of(text, sizeof text - 1), &rows[i].limits,
                                       &bench.arena, &bench.stop, &bench.mesh, &bench.err),
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

/* ---- torture ---- */

/* Decodes whatever it is, and when that works, encodes and checks. */
static bool check_any(const char *text, size_t bytes, uint64_t seed)
{
    struct bench bench;
    char *const copy = copy_exactly(text, bytes);
    enum uvp_code code;

    bench_open(&bench);
    code = decode(&bench, copy, bytes);
    if (code == UVP_OK) {
        check_encoding(&bench, copy, bytes, seed, false);
    } else {
        assert_true(code == UVP_BAD_DATA || code == UVP_UNSUPPORTED);
        assert_true(bench.err.text[0] != '\0');
    }
    assert_true(bench.mem.peak_bytes <=
                obj()->cost_bound(bytes) + bench.out.capacity + ((size_t)512 << 10));
    bench_close(&bench);
    free(copy);
    return code == UVP_OK;
}

static void samples_cut_at_any_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const text = read_sample(good_rows[i].name, &bytes);
        const size_t step = bytes > 10000 ? 1009 : 1;
        for (size_t cut = 0; cut <= bytes; cut += step) {
            check_any(text, cut, cut);
        }
        free(text);
    }
}

static void samples_with_changed_bytes(void **state)
{
    static const char bytes_of_interest[] = "\n\r\\#/ \tfvtlo-+.0123456789e\0\xff";
    uint64_t random = 11;
    unsigned decoded = 0;

    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const text = read_sample(good_rows[i].name, &bytes);
        for (int round = 0; round < (bytes > 10000 ? 2 : 300); round++) {
            char *const copy = copy_exactly(text, bytes);
            const uint32_t changes = 1 + next_random(&random) % 4;
            for (uint32_t k = 0; k < changes; k++) {
                copy[next_random(&random) % bytes] =
                    bytes_of_interest[next_random(&random) % (sizeof bytes_of_interest - 1)];
            }
            decoded += check_any(copy, bytes, random);
            free(copy);
        }
        free(text);
    }
    assert_true(decoded > 1000);
}

static void garbage(void **state)
{
    static const char letters[] = "\n\n\r\\#// \tffvvtl-+.0123e\0";
    uint64_t random = 13;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[200];
        const size_t bytes = next_random(&random) % sizeof text;
        for (size_t i = 0; i < bytes; i++) {
            text[i] = round % 8 == 0 ? (char)next_random(&random)
                                     : letters[next_random(&random) % (sizeof letters - 1)];
        }
        check_any(text, bytes, random);
    }
}

/* ---- generated files ---- */

struct maker {
    uint64_t random;
    char *text;
    size_t bytes;
    size_t room;
    const char *eol;
    bool with_uvs;
    bool with_joints;
    long vertices;
    long uvs;
};

static bool chance(struct maker *maker, uint32_t one_in)
{
    return next_random(&maker->random) % one_in == 0;
}

static void put(struct maker *maker, const char *text, size_t bytes)
{
    assert_true(maker->bytes + bytes <= maker->room);
    memcpy(maker->text + maker->bytes, text, bytes);
    maker->bytes += bytes;
}

static void put_text(struct maker *maker, const char *text)
{
    put(maker, text, strlen(text));
}

static void put_gap(struct maker *maker)
{
    static const char *const gaps[] = {"  ", "\t", " \t ", "\v"};

    if (maker->with_joints && chance(maker, 15)) {
        put_text(maker, chance(maker, 2) ? " \\" : "\\");
        put_text(maker, maker->eol);
        return;
    }
    put_text(maker, chance(maker, 6) ? gaps[next_random(&maker->random) % 4] : " ");
}

static void put_end(struct maker *maker)
{
    if (chance(maker, 12)) {
        put(maker, " # f 1 2 \0 3 \\", chance(maker, 2) ? 14 : 11);
    } else if (chance(maker, 12)) {
        put_text(maker, "  ");
    }
    put_text(maker, maker->eol);
}

static void put_number(struct maker *maker, long number)
{
    char text[32];

    snprintf(text, sizeof text, "%0*ld", chance(maker, 20) ? 5 : 1, number);
    put_text(maker, text);
}

/* An index into what came so far, or the same counted from its end. */
static void put_index(struct maker *maker, long so_far, long total)
{
    const long at = 1 + (long)(next_random(&maker->random) % (uint32_t)total);

    put_number(maker, at <= so_far && chance(maker, 3) ? at - so_far - 1 : at);
}

static void put_vertex(struct maker *maker)
{
    char number[32];

    put_text(maker, "v");
    for (int i = 0; i < 3; i++) {
        put_gap(maker);
        snprintf(number, sizeof number, "%.*f", chance(maker, 2) ? 6 : 3,
                 (double)next_random(&maker->random) / 1e6 - 500.0);
        put_text(maker, number);
    }
    maker->vertices++;
    put_end(maker);
}

static void put_uv(struct maker *maker)
{
    char text[64];

    snprintf(text, sizeof text, "vt %.5f %.5f", (double)next_random(&maker->random) / 4e9,
             (double)next_random(&maker->random) / 4e9);
    put_text(maker, text);
    maker->uvs++;
    put_end(maker);
}

static void put_face(struct maker *maker, long vertices, long uvs)
{
    const uint32_t corners = next_random(&maker->random) % 9;
    const uint32_t kind = next_random(&maker->random) % 3;

    put_text(maker, chance(maker, 20) ? " fo" : "f");
    for (uint32_t i = 0; i < corners; i++) {
        put_gap(maker);
        put_index(maker, maker->vertices, vertices);
        if (maker->with_uvs && kind != 0) {
            put_text(maker, "/");
            put_index(maker, maker->uvs, uvs);
        }
        if (kind == 2) {
            put_text(maker, maker->with_uvs ? "/" : "//");
            put_number(maker, chance(maker, 2) ? -1 : 7);
        }
    }
    put_end(maker);
}

static void put_line(struct maker *maker, long vertices, long uvs)
{
    put_text(maker, "l");
    for (int i = 0; i < 3; i++) {
        put_gap(maker);
        put_index(maker, maker->vertices, vertices);
        if (uvs > 0 && chance(maker, 2)) {
            put_text(maker, "/");
            put_index(maker, maker->uvs, uvs);
        }
    }
    put_end(maker);
}

static void put_other(struct maker *maker)
{
    static const char *const others[] = {"# comment f 1 2 3 \\",
                                         "g f v vt",
                                         "usemtl a/b#c",
                                         "",
                                         "s off",
                                         "   \t",
                                         "vn 0 0 1",
                                         "o \xff",
                                         "fx 1 2",
                                         "vtx 0 0",
                                         "#"};

    put_text(maker, others[next_random(&maker->random) % (sizeof others / sizeof others[0])]);
    put_text(maker, maker->eol);
}

static void make_text(struct maker *maker, uint64_t seed, size_t statements)
{
    static const char *const eols[] = {"\n", "\n", "\r\n", "\r"};
    const long vertices = 3 + (long)(seed % 40);
    long uvs;

    memset(maker, 0, sizeof *maker);
    maker->random = seed;
    maker->room = 4096 + 400 * statements;
    maker->text = malloc(maker->room);
    assert_non_null(maker->text);
    maker->eol = eols[next_random(&maker->random) % 4];
    maker->with_uvs = chance(maker, 3);
    maker->with_joints = chance(maker, 3);
    uvs = maker->with_uvs || chance(maker, 3) ? 1 + (long)(seed % 7) : 0;
    if (chance(maker, 6)) {
        put_text(maker, "\xef\xbb\xbf");
    }
    for (size_t i = 0; i < statements; i++) {
        const uint32_t kind = next_random(&maker->random) % 10;
        if (kind < 3 && maker->vertices < vertices) {
            put_vertex(maker);
        } else if (kind == 3 && maker->uvs < uvs) {
            put_uv(maker);
        } else if (kind < 8) {
            put_face(maker, vertices, uvs == 0 ? 1 : uvs);
        } else if (kind == 8) {
            put_line(maker, vertices, uvs);
        } else {
            put_other(maker);
        }
    }
    while (maker->vertices < vertices) {
        put_vertex(maker);
    }
    while (maker->uvs < uvs) {
        put_uv(maker);
    }
    if (chance(maker, 4)) {
        maker->bytes -= strlen(maker->eol);
    }
}

static void generated_files_round_trip(void **state)
{
    unsigned decoded = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct maker maker;
        make_text(&maker, seed, 5 + seed % 60);
        decoded += check_any(maker.text, maker.bytes, seed);
        free(maker.text);
    }
    assert_true(decoded > 2900); /* but for files that happen to have no corner */
}

static void memory_fails_at_any_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const text = read_sample(good_rows[i].name, &bytes);
        enum uvp_code code = UVP_NO_MEMORY;
        for (uint64_t n = 1; code != UVP_OK; n++) {
            struct bench bench;
            struct made_uvs made;
            assert_true(n < 100);
            bench_open(&bench);
            bench.mem.fail_at_call = n;
            code = decode(&bench, text, bytes);
            if (code == UVP_OK) {
                make_uvs(&made, &bench.mesh, n);
                code = encode(&bench, text, bytes, &made.uvs);
                release_uvs(&made);
            }
            assert_true(code == UVP_OK || (code == UVP_NO_MEMORY && bench.err.code == code));
            bench_close(&bench);
        }
        free(text);
    }
}

/* Small arrays share a chunk of the arena; these are too large for that. */
static void memory_fails_in_large_files(void **state)
{
    static const char lines[] = "v 0 0 0\nf 1 2 3\n";
    const size_t bytes = 60000 * (sizeof lines - 1);
    char *const text = malloc(bytes);
    enum uvp_code code = UVP_NO_MEMORY;
    uint64_t failures = 0;

    (void)state;
    assert_non_null(text);
    for (size_t at = 0; at < bytes; at += sizeof lines - 1) {
        memcpy(text + at, lines, sizeof lines - 1);
    }
    for (uint64_t n = 1; code != UVP_OK; n++) {
        struct bench bench;
        bench_open(&bench);
        bench.mem.fail_at_call = n;
        code = decode(&bench, text, bytes);
        failures += code == UVP_NO_MEMORY;
        bench_close(&bench);
    }
    assert_true(failures >= 4);
    free(text);
}

static void stops_at_any_poll(void **state)
{
    struct maker maker;
    uint64_t n = 1;

    (void)state;
    make_text(&maker, 21, 30000);
    for (;; n++) {
        struct bench bench;
        struct made_uvs made;
        enum uvp_code code;
        bench_open(&bench);
        bench.stop.stop_at_poll = n;
        code = decode(&bench, maker.text, maker.bytes);
        if (code == UVP_OK) {
            make_uvs(&made, &bench.mesh, n);
            code = encode(&bench, maker.text, maker.bytes, &made.uvs);
            release_uvs(&made);
        }
        bench_close(&bench);
        if (code == UVP_OK) {
            break;
        }
        assert_int_equal(code, UVP_CANCELLED);
    }
    /* twice through decode, once through encode, a poll at least each 64 KiB */
    assert_true(n >= 3 * (maker.bytes >> 16));
    free(maker.text);
}

/* One line of megabytes: comment, name, face, gaps. Work between polls stays bounded. */
static void long_lines_are_polled(void **state)
{
    static const char *const heads[] = {"#", "usemtl ", "f 1 2 3\nl 1", "f 1 2 3\nv 1 0 0 "};
    const size_t bytes = (size_t)4 << 20;

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        static const char tail[] = "\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n";
        struct bench bench;
        char *const text = malloc(bytes);
        assert_non_null(text);
        for (size_t k = 0; k < bytes; k += 2) {
            memcpy(text + k, " 1", 2);
        }
        memcpy(text, heads[i], strlen(heads[i]));
        memcpy(text + bytes - (sizeof tail - 1), tail, sizeof tail - 1);
        bench_open(&bench);
        assert_int_equal(decode(&bench, text, bytes), UVP_OK);
        assert_true(bench.stop.polls >= 2 * (bytes >> 16));
        bench_close(&bench);
        free(text);
    }
}

static void one_face_of_a_million_corners(void **state)
{
    const uint32_t corners = 1000000;
    const size_t bytes = 64 + 2 * (size_t)corners;
    char *const text = malloc(bytes);
    struct bench bench;
    size_t used;

    (void)state;
    assert_non_null(text);
    used = (size_t)snprintf(text, bytes, "v 0 0 0\nv 1 0 0\nv 0 1 0\nf");
    for (uint32_t i = 0; i < corners; i++) {
        text[used++] = ' ';
        text[used++] = (char)('1' + i % 3);
    }
    bench_open(&bench);
    assert_int_equal(decode(&bench, text, used), UVP_OK);
    check_encoding(&bench, text, used, 3, true);
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
        cmocka_unit_test(bad_samples_name_their_line),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(output_ceiling_holds),
        cmocka_unit_test(wrong_uvs_are_refused),
        cmocka_unit_test(samples_cut_at_any_byte),
        cmocka_unit_test(samples_with_changed_bytes),
        cmocka_unit_test(garbage),
        cmocka_unit_test(generated_files_round_trip),
        cmocka_unit_test(memory_fails_at_any_call),
        cmocka_unit_test(memory_fails_in_large_files),
        cmocka_unit_test(stops_at_any_poll),
        cmocka_unit_test(long_lines_are_polled),
        cmocka_unit_test(one_face_of_a_million_corners),
        cmocka_unit_test(cost_bound_does_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
