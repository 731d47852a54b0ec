/*
 * product_bench.h -- what the tests of formats share that make new files
 *
 * Why:     a decoder, UVs of every kind, and the two buffers of a product.
 */
#ifndef UVP_TESTS_PRODUCT_BENCH_H
#define UVP_TESTS_PRODUCT_BENCH_H

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

struct bench {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_buf body;
    struct uvp_buf side;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_model model;
    struct uvp_product product;
    char *copy; /* of the input, in a block of just its size: sanitizers see what is behind */
    struct uvp_mesh_source source;
};

static inline void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->arena, &bench->mem, 0);
    uvp_buf_init(&bench->body, &bench->mem, 0);
    uvp_buf_init(&bench->side, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
}

static inline void bench_close(struct bench *bench)
{
    uvp_buf_release(&bench->body);
    uvp_buf_release(&bench->side);
    uvp_arena_release(&bench->arena);
    free(bench->copy);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static inline enum uvp_code bench_decode(struct bench *bench, const struct uvp_format *format,
                                         const void *data, size_t bytes,
                                         const struct uvp_mesh_options *options)
{
    enum uvp_code code;

    free(bench->copy);
    bench->copy = malloc(bytes == 0 ? 1 : bytes);
    assert_non_null(bench->copy);
    if (bytes != 0) {
        memcpy(bench->copy, data, bytes);
    }
    bench->source.bytes = uvp_span_of(bench->copy, bytes);
    uvp_error_clear(&bench->err);
    code = format->decode(&bench->source, options, &bench->arena, &bench->stop, &bench->model,
                          &bench->err);
    if (code == UVP_OK) {
        assert_true(bench->model.mesh_count >= 1);
        for (uint32_t m = 0; m < bench->model.mesh_count; m++) {
            assert_true(uvp_mesh_is_valid(&bench->model.meshes[m]));
        }
    } else {
        assert_int_equal(bench->err.code, code);
        assert_true(bench->err.text[0] != '\0');
    }
    return code;
}

static inline enum uvp_code bench_encode(struct bench *bench, const struct uvp_format *format,
                                         const struct uvp_mesh_uvs *uvs,
                                         const struct uvp_mesh_options *options)
{
    memset(&bench->product, 0, sizeof bench->product);
    uvp_buf_reset(&bench->body);
    uvp_buf_reset(&bench->side);
    bench->product.body = &bench->body;
    bench->product.side = &bench->side;
    uvp_error_clear(&bench->err);
    return format->encode(&bench->source, &bench->model, uvs, options, &bench->arena,
                          &bench->stop, &bench->product, &bench->err);
}

static inline uint32_t next_random(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*random >> 33);
}

static inline uint32_t corner_count(const struct uvp_mesh *mesh)
{
    return mesh->corner_start[mesh->polygon_count];
}

/* UVs with every kind of value, in the arena; `sharing` makes corners of a vertex agree. */
static inline struct uvp_mesh_uvs make_uvs(struct bench *bench, const struct uvp_mesh *mesh,
                                           uint64_t seed, bool sharing)
{
    const uint32_t corners = corner_count(mesh);
    const uint32_t count = sharing ? mesh->vertex_count : corners / 2 + 1;
    float *const uv = UVP_ARENA_ARRAY(&bench->arena, float, 2 * (size_t)count);
    uint32_t *const corner_uv = UVP_ARENA_ARRAY(&bench->arena, uint32_t, corners);
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = count, .corner_uv = corner_uv};

    assert_non_null(uv);
    assert_non_null(corner_uv);
    for (uint32_t i = 0; i < 2 * count; i++) {
        const uint32_t kind = next_random(&seed) % 8;
        const uint32_t steps = next_random(&seed) % ((1u << 24) + 1);
        uv[i] = kind == 0   ? 0.0f
                : kind == 1 ? 1.0f
                            : (float)(kind == 2 ? steps % 64 : steps) / 16777216.0f;
    }
    for (uint32_t c = 0; c < corners; c++) {
        corner_uv[c] = sharing ? mesh->corner_vertex[c] : next_random(&seed) % count;
    }
    return uvs;
}

static inline const float *uv_of(const struct uvp_mesh_uvs *uvs, uint32_t corner)
{
    return uvs->uv + (size_t)2 * uvs->corner_uv[corner];
}

static inline const float *position_of(const struct uvp_mesh *mesh, uint32_t corner)
{
    return mesh->positions + (size_t)3 * mesh->corner_vertex[corner];
}

/* Corner for corner the same places, when `places`, and the UVs in the file are `uvs`. */
static inline void check_same(const struct uvp_mesh *mesh, const struct uvp_mesh_uvs *uvs,
                              const struct uvp_mesh *again)
{
    assert_int_equal(again->polygon_count, mesh->polygon_count);
    assert_memory_equal(again->corner_start, mesh->corner_start,
                        4 * ((size_t)mesh->polygon_count + 1));
    assert_true(again->has_uvs);
    assert_non_null(again->corner_uv);
    for (uint32_t c = 0; c < corner_count(mesh); c++) {
        assert_memory_equal(position_of(again, c), position_of(mesh, c), 12);
        assert_memory_equal(again->old_uv + (size_t)2 * again->corner_uv[c], uv_of(uvs, c), 8);
    }
}

#endif
