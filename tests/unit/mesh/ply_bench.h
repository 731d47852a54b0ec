/*
 * ply_bench.h -- what the tests of the PLY format share
 *
 * Why:     samples with what they must give, and the whole check of an encoding: corners, UVs
 *          and every other byte, told by the second reader.
 */
#ifndef UVP_TESTS_PLY_BENCH_H
#define UVP_TESTS_PLY_BENCH_H

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
#include "tests/support/ply_undo.h"

extern const struct uvp_format uvp_format_ply;

struct bench {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_buf out;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_model model;
    struct uvp_mesh mesh;
    struct uvp_mesh_options options;
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

/* A heap block of exactly the bytes, so that a sanitizer sees any reading beyond them. */
static inline char *copy_exactly(const void *bytes, size_t count)
{
    char *const copy = malloc(count == 0 ? 1 : count);

    assert_non_null(copy);
    memcpy(copy, bytes, count);
    return copy;
}

static inline char *copy_with_nul(const void *bytes, size_t count)
{
    char *const copy = malloc(count + 1);

    assert_non_null(copy);
    memcpy(copy, bytes, count);
    copy[count] = '\0';
    return copy;
}

static inline char *read_sample(const char *name, size_t *bytes)
{
    char path[512];
    char *data;
    long size;
    FILE *file;

    snprintf(path, sizeof path, "%s/ply/%s.ply", UVP_TEST_DATA, name);
    file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("%s cannot be opened", path);
    }
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    *bytes = (size_t)size;
    data = malloc(*bytes == 0 ? 1 : *bytes);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *bytes, file), *bytes);
    fclose(file);
    return data;
}

static inline enum uvp_code decode(struct bench *bench, const void *data, size_t bytes)
{
    return decode_with(&uvp_format_ply, uvp_span_of(data, bytes), &bench->options,
                       &bench->arena, &bench->stop, &bench->model, &bench->mesh, &bench->err);
}

static inline enum uvp_code encode(struct bench *bench, const void *data, size_t bytes,
                                   const struct uvp_mesh_uvs *uvs)
{
    return encode_with(&uvp_format_ply, uvp_span_of(data, bytes), &bench->model, uvs,
                       &bench->options, &bench->arena, &bench->stop, &bench->out, &bench->err);
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
    const bool mostly_shared = seed % 3 == 0;
    const uint32_t count = mostly_shared ? mesh->vertex_count + 1 : corners / 2 + 1;

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
        const bool by_vertex = mostly_shared && next_random(&seed) % 4 != 0;
        made->corner_uv[i] = by_vertex ? mesh->corner_vertex[i] : next_random(&seed) % count;
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

/* ---- what encoding must do, told by the second reader ---- */

struct places {
    int u; /* of the vertices; -1: not there */
    int v;
    int indices;
    int wedge; /* of the faces; -1: not there, or not written */
};

static inline struct places find_places(const struct ply_reference *in,
                                        const struct ply_reference *out, bool replaces,
                                        bool has_good_wedges)
{
    const struct ref_element *const vertex = ref_element(out, "vertex");
    const struct ref_element *const face = ref_element(out, "face");
    const struct ref_element *const old_vertex = ref_element(in, "vertex");
    const struct ref_element *const old_face = ref_element(in, "face");
    struct places places = {-1, -1, ref_property(face, "vertex_indices"), -1};
    const int wedge = ref_property(face, "texcoord");

    if (places.indices < 0) {
        places.indices = ref_property(face, "vertex_index");
    }
    if (vertex->property_count > old_vertex->property_count) {
        places.u = (int)vertex->property_count - 2;
        places.v = (int)vertex->property_count - 1;
    }
    for (size_t p = 0; p < old_vertex->property_count; p++) {
        const char *const name = old_vertex->properties[p].name;
        const bool is_v =
            strcmp(name, "t") == 0 || strcmp(name, "v") == 0 || strcmp(name, "texture_v") == 0;
        if (undo_is_uv(old_vertex, p)) {
            *(is_v ? &places.v : &places.u) = (int)p;
        }
    }
    if (wedge >= 0 && face->properties[wedge].is_list &&
        (face->property_count > old_face->property_count || replaces || has_good_wedges ||
         places.u < 0)) {
        places.wedge = wedge;
    }
    return places;
}

static inline void check_same_row(const struct ply_reference *in, size_t was,
                                  const struct ply_reference *out, size_t is)
{
    const struct ref_element *const old = ref_element(in, "vertex");
    const struct ref_element *const now = ref_element(out, "vertex");

    for (size_t p = 0; p < old->property_count; p++) {
        const struct ref_value *const a = &old->rows[was].values[p];
        const struct ref_value *const b = &now->rows[is].values[p];
        if (!undo_is_uv(old, p)) {
            assert_int_equal(a->end - a->at, b->end - b->at);
            assert_memory_equal(in->data + a->at, out->data + b->at, a->end - a->at);
        }
    }
}

static inline void check_uv(const struct ply_reference *out, struct ref_word word, int type,
                            float wanted)
{
    const float found = (float)ref_number(out, word.at, type);

    if (memcmp(&found, &wanted, sizeof found) != 0) {
        fail_msg("UV %.9g is not %.9g", (double)found, (double)wanted);
    }
}

static inline void check_corner(const struct bench *bench, const struct ply_reference *in,
                                const struct ply_reference *out, struct places places,
                                size_t polygon, size_t k, const float *wanted)
{
    const struct ref_element *const vertex = ref_element(out, "vertex");
    const struct ref_element *const face = ref_element(out, "face");
    const struct ref_value *const values = face->rows[polygon].values;
    const struct ref_property *const property = &face->properties[places.indices];
    const struct ref_word word = ref_item(out, property, &values[places.indices], k);
    const size_t is = (size_t)ref_number(out, word.at, property->type);
    const size_t was = bench->mesh.corner_vertex[bench->mesh.corner_start[polygon] + k];

    assert_true(is < vertex->count);
    assert_true(is == was || is >= bench->mesh.vertex_count);
    check_same_row(in, was, out, is);
    for (int axis = 0; axis < 2; axis++) {
        const int p = axis == 0 ? places.u : places.v;
        if (places.u >= 0) {
            const struct ref_word uv = {vertex->rows[is].values[p].at, 0};
            check_uv(out, uv, vertex->properties[p].type, wanted[axis]);
        }
        if (places.wedge >= 0) {
            const struct ref_property *const list = &face->properties[places.wedge];
            check_uv(out, ref_item(out, list, &values[places.wedge], 2 * k + (size_t)axis),
                     list->type, wanted[axis]);
        }
    }
}

static inline void check_faces(const struct bench *bench, const struct made_uvs *made,
                               const struct ply_reference *in, const struct ply_reference *out,
                               struct places places)
{
    const struct ref_element *const face = ref_element(out, "face");

    assert_int_equal(face->count, bench->mesh.polygon_count);
    assert_true(places.u >= 0 || places.wedge >= 0);
    for (uint32_t p = 0; p < bench->mesh.polygon_count; p++) {
        const uint32_t first = bench->mesh.corner_start[p];
        const uint32_t corners = bench->mesh.corner_start[p + 1] - first;

        assert_int_equal(face->rows[p].values[places.indices].count, corners);
        if (places.wedge >= 0) {
            assert_int_equal(face->rows[p].values[places.wedge].count, 2 * corners);
        }
        for (uint32_t k = 0; k < corners; k++) {
            check_corner(bench, in, out, places, p, k,
                         made->uv + 2 * (size_t)made->corner_uv[first + k]);
        }
    }
}

/* The output has the same mesh, has UVs, and replacing them by the same changes nothing. */
static inline void check_decoded_again(const struct bench *bench, const struct made_uvs *made)
{
    struct bench again;
    const uint32_t corners = corner_count(&bench->mesh);
    char *const data = copy_exactly(bench->out.data, bench->out.bytes);

    bench_open(&again);
    again.options = bench->options;
    again.options.wants_uvs = true;
    if (decode(&again, data, bench->out.bytes) != UVP_OK) {
        fail_msg("decoding again: %s", again.err.text);
    }
    assert_true(again.mesh.has_uvs);
    assert_true(again.mesh.vertex_count >= bench->mesh.vertex_count);
    assert_int_equal(again.mesh.polygon_count, bench->mesh.polygon_count);
    assert_memory_equal(again.mesh.positions, bench->mesh.positions,
                        (size_t)12 * bench->mesh.vertex_count);
    assert_memory_equal(again.mesh.corner_start, bench->mesh.corner_start,
                        (size_t)4 * (bench->mesh.polygon_count + 1));
    for (uint32_t c = 0; c < corners; c++) {
        assert_memory_equal(again.mesh.old_uv + 2 * (size_t)again.mesh.corner_uv[c],
                            made->uv + 2 * (size_t)made->corner_uv[c], 8);
    }
    assert_int_equal(encode(&again, data, bench->out.bytes, &made->uvs), UVP_OK);
    assert_int_equal(again.out.bytes, bench->out.bytes);
    assert_memory_equal(again.out.data, bench->out.data, bench->out.bytes);
    bench_close(&again);
    free(data);
}

/* Encodes and checks all there is to check. */
static inline void check_encoding(struct bench *bench, const void *data, size_t bytes,
                                  uint64_t seed)
{
    const bool replaces = bench->options.existing == UVP_EXISTING_REPLACE;
    struct ply_reference *const in = malloc(sizeof *in);
    struct ply_reference *const out = malloc(sizeof *out);
    char *const in_text = copy_with_nul(data, bytes);
    struct made_uvs made;
    struct places places;
    struct undo undo;
    bool has_good_wedges = false;
    char *out_text;

    assert_non_null(in);
    assert_non_null(out);
    assert_true(uvp_mesh_is_valid(&bench->mesh));
    make_uvs(&made, &bench->mesh, seed);
    assert_int_equal(encode(bench, data, bytes, &made.uvs), UVP_OK);
    assert_true(bench->out.bytes + 16 <= bench->out.capacity);
    out_text = copy_with_nul(bench->out.data, bench->out.bytes);
    ply_reference_read(in, in_text, bytes);
    ply_reference_read(out, out_text, bench->out.bytes);
    for (uint32_t p = 0; p < bench->mesh.polygon_count; p++) {
        const struct ref_element *const face = ref_element(in, "face");
        const int list = ref_property(face, "texcoord");
        const uint32_t corners = bench->mesh.corner_start[p + 1] - bench->mesh.corner_start[p];
        has_good_wedges =
            has_good_wedges || (list >= 0 && corners > 0 && face->properties[list].is_list &&
                                face->rows[p].values[list].count == 2 * (size_t)corners);
    }
    places = find_places(in, out, replaces, has_good_wedges);
    check_faces(bench, &made, in, out, places);
    undo_make(&undo, in, out, places.wedge >= 0);
    assert_int_equal(undo.count, bytes);
    assert_memory_equal(undo.bytes, data, bytes);
    free(undo.bytes);
    check_decoded_again(bench, &made);
    ply_reference_release(in);
    ply_reference_release(out);
    release_uvs(&made);
    free(in);
    free(out);
    free(in_text);
    free(out_text);
}

struct good_row {
    const char *name;
    const char *positions; /* "x y z, ..."; NULL: the square */
    const char *polygons;  /* "0 1 2, ..."; NULL: its two triangles */
    bool has_uvs;
};

#define SQUARE "0 0 0, 1 0 0, 1 1 0, 0 1 0"
#define TRIANGLES "0 1 2, 0 2 3"
#define CENTRED "-0.5 -0.5 0, 0.5 -0.5 0, 0.5 0.5 0, -0.5 0.5 0"

static const struct good_row good_rows[] = {
    {"good-ascii", NULL, NULL, false},
    {"good-little", NULL, NULL, false},
    {"good-big", NULL, NULL, false},
    {"good-quad", NULL, "0 1 2 3", false},
    {"good-sized-names", NULL, NULL, false},
    {"good-faces-first", NULL, NULL, false},
    {"good-faces-first-big", NULL, NULL, false},
    {"good-index-not-first", NULL, NULL, false},
    {"good-index-not-first-little", NULL, NULL, false},
    {"good-vertex-index", NULL, NULL, false},
    {"good-count-int", NULL, NULL, false},
    {"good-ushort", NULL, NULL, false},
    {"good-index-uchar", NULL, NULL, false},
    {"good-index-float", NULL, NULL, false},
    {"good-index-float-ascii", NULL, NULL, false},
    {"good-double", NULL, NULL, false},
    {"good-double-far", CENTRED, NULL, false},
    {"good-ascii-far", CENTRED, NULL, false},
    {"good-short", NULL, NULL, false},
    {"good-vertex-lists", NULL, NULL, false},
    {"good-vertex-lists-big", NULL, NULL, false},
    {"good-empty-element", NULL, NULL, false},
    {"good-no-properties", NULL, NULL, false},
    {"good-no-properties-ascii", NULL, NULL, false},
    {"good-crlf", NULL, NULL, false},
    {"good-cr", NULL, NULL, false},
    {"good-crlf-little", NULL, NULL, false},
    {"good-cr-little", NULL, NULL, false},
    {"good-lf-little", NULL, NULL, false},
    {"good-mixed-header", NULL, NULL, false},
    {"good-more-words", NULL, NULL, false},
    {"good-flow", NULL, NULL, false},
    {"good-flow-short-lines", NULL, NULL, false},
    {"good-trailing", NULL, NULL, false},
    {"good-trailing-ascii", NULL, NULL, false},
    {"good-comments", NULL, NULL, false},
    {"good-spaces", NULL, NULL, false},
    {"good-no-final-newline", NULL, NULL, false},
    {"good-vertices-last", NULL, NULL, false},
    {"good-colours", NULL, NULL, false},
    {"good-edges", NULL, NULL, false},
    {"good-not-finite", "0 0 0, inf nan -inf, 1 1 0, 0 1 0", NULL, false},
    {"good-small-faces", NULL, ", 2, 0 3, 0 1 2, 3 3 3", false},
    {"good-two-columns", NULL, NULL, false},
    {"good-unknown-words", NULL, NULL, false},
    {"good-uv-st", NULL, NULL, true},
    {"good-uv-st-little", NULL, NULL, true},
    {"good-uv-first", NULL, NULL, true},
    {"good-uv-texture", NULL, NULL, true},
    {"good-uv-wedge", NULL, NULL, true},
    {"good-uv-wedge-little", NULL, NULL, true},
    {"good-uv-wedge-first", NULL, NULL, true},
    {"good-uv-wedge-wrong", NULL, NULL, false},
    {"good-uv-both", NULL, NULL, true},
    {"good-uv-integers", NULL, NULL, false},
    {"good-names-taken", NULL, NULL, false},
    {"good-strips-empty", NULL, NULL, false},
    {"good-unused-vertex", "0 0 0, 9 9 9, 1 0 0, 1 1 0, 0 1 0", "0 2 3, 0 3 4", true},
};

#define GOOD_COUNT (sizeof good_rows / sizeof good_rows[0])

#endif
