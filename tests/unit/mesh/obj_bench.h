/*
 * obj_bench.h -- what the tests of the OBJ format share
 *
 * Why:     samples with what they must give, and the whole check of an encoding: corners, UVs
 *          and every other byte, told by the second reader.
 */
#ifndef UVP_TESTS_OBJ_BENCH_H
#define UVP_TESTS_OBJ_BENCH_H

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
#include "tests/support/mesh_codec.h"
#include "tests/support/obj_reference.h"

struct bench {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_buf out;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_model model;
    struct uvp_mesh mesh;
};

static inline void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->arena, &bench->mem, 0);
    uvp_buf_init(&bench->out, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    uvp_error_clear(&bench->err);
}

static inline void bench_close(struct bench *bench)
{
    uvp_buf_release(&bench->out);
    uvp_arena_release(&bench->arena);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static inline const struct uvp_format *obj(void)
{
    return uvp_format_by_path("x.obj", 5);
}

/* A heap block of exactly the bytes, so that a sanitizer sees any reading beyond them. */
static inline char *copy_exactly(const char *text, size_t bytes)
{
    char *const copy = malloc(bytes == 0 ? 1 : bytes);

    assert_non_null(copy);
    memcpy(copy, text, bytes);
    return copy;
}

static inline char *read_sample(const char *name, size_t *bytes)
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

static inline enum uvp_code decode(struct bench *bench, const char *text, size_t bytes)
{
    return decode_with(obj(), uvp_span_of(text, bytes), NULL, &bench->arena, &bench->stop,
                       &bench->model, &bench->mesh, &bench->err);
}

static inline uint32_t corner_count(const struct uvp_mesh *mesh)
{
    return mesh->corner_start[mesh->polygon_count];
}

static inline uint32_t next_random(uint64_t *random)
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

static inline void make_uvs(struct made_uvs *made, const struct uvp_mesh *mesh, uint64_t seed)
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
    made->uvs.is_u16 = false;
}

static inline void release_uvs(struct made_uvs *made)
{
    free(made->uv);
    free(made->corner_uv);
}

static inline enum uvp_code encode(struct bench *bench, const char *text, size_t bytes,
                                   const struct uvp_mesh_uvs *uvs)
{
    return encode_with(obj(), uvp_span_of(text, bytes), &bench->model, uvs, NULL, &bench->arena,
                       &bench->stop, &bench->out, &bench->err);
}

/* ---- what encoding must do, told by the second reader ---- */

static inline void check_corners(const struct bench *bench, const struct made_uvs *made,
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

static inline void check_referrals(const struct reference *in, const struct reference *out,
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

static inline void check_decoded_again(const struct bench *bench, const struct made_uvs *made,
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
static inline void check_encoding(struct bench *bench, const char *text, size_t bytes,
                                  uint64_t seed, bool plain)
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

#endif
