/*
 * gltf_bench.h -- what the tests of glTF share
 *
 * Why:     samples and files beside them, UVs for all meshes, and the check of what was made.
 */
#ifndef UVP_TESTS_GLTF_BENCH_H
#define UVP_TESTS_GLTF_BENCH_H

#include "tests/unit/mesh/product_bench.h"

#define BESIDE_BYTES 4096

/* A bench whose source has files beside it: one of small numbers, and the new buffer. */
struct nearby {
    struct bench bench;
    struct uvp_siblings siblings;
    struct uvp_span new_buffer;
    struct uvp_span beside;
    unsigned char store[BESIDE_BYTES];
};

static inline const struct uvp_format *gltf(void)
{
    return uvp_format_by_path("x.glb", 5);
}

static inline enum uvp_code find(void *ctx, struct uvp_span name, struct uvp_span *bytes,
                                 struct uvp_error *err)
{
    const struct nearby *const nearby = ctx;

    if (uvp_span_equal(name, uvp_span_of_text("x y.gltf.uvpipe.bin"))) {
        *bytes = nearby->new_buffer;
        return UVP_OK;
    }
    if (uvp_span_equal(name, uvp_span_of_text("b")) ||
        uvp_span_equal(name, uvp_span_of_text("beside.bin"))) {
        *bytes = nearby->beside;
        return UVP_OK;
    }
    return uvp_fail(err, UVP_UNSUPPORTED, 0, "no such file");
}

/* 0, 1, 2 ... of 16 bits below 2048, and floats of small numbers above. */
static inline void nearby_open(struct nearby *nearby)
{
    memset(nearby, 0, sizeof *nearby);
    bench_open(&nearby->bench);
    for (uint32_t i = 0; i < BESIDE_BYTES / 4; i++) {
        const float value = (float)((i * 7919) % 64);
        const uint16_t pair[2] = {(uint16_t)(2 * i % 16), (uint16_t)((2 * i + 1) % 16)};
        memcpy(nearby->store + (size_t)4 * i,
               i < BESIDE_BYTES / 8 ? (const void *)pair : &value, 4);
    }
    nearby->beside = uvp_span_of(nearby->store, sizeof nearby->store);
    nearby->siblings = (struct uvp_siblings){nearby, find};
    nearby->bench.source.siblings = &nearby->siblings;
    nearby->bench.source.name = uvp_span_of_text("x y.gltf");
}

static inline void nearby_close(struct nearby *nearby)
{
    bench_close(&nearby->bench);
}

static inline char *read_sample(const char *name, size_t *bytes)
{
    char path[512];
    FILE *file;
    char *data;

    snprintf(path, sizeof path, "%s/gltf/%s", UVP_TEST_DATA, name);
    file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("%s cannot be opened", path);
    }
    data = malloc(1 << 16);
    assert_non_null(data);
    *bytes = fread(data, 1, 1 << 16, file);
    fclose(file);
    return data;
}

static inline char *load(struct nearby *nearby, const char *name, size_t *bytes, char **beside)
{
    size_t beside_bytes = 0;

    *beside = read_sample("beside.bin", &beside_bytes);
    nearby->beside = uvp_span_of(*beside, beside_bytes);
    return read_sample(name, bytes);
}

static inline struct uvp_mesh_uvs *uvs_of_all(struct bench *bench, uint64_t seed, bool sharing)
{
    struct uvp_mesh_uvs *const uvs =
        UVP_ARENA_ARRAY(&bench->arena, struct uvp_mesh_uvs, bench->model.mesh_count);

    assert_non_null(uvs);
    for (uint32_t m = 0; m < bench->model.mesh_count; m++) {
        uvs[m] = make_uvs(bench, &bench->model.meshes[m], seed + m, sharing);
    }
    return uvs;
}

/* Decodes what was made and compares it with what it was made from. */
static inline void check_product(const struct nearby *nearby, const struct uvp_mesh_uvs *uvs,
                                 const struct uvp_mesh_options *options)
{
    struct uvp_mesh_options asked = *options;
    struct nearby again;

    nearby_open(&again);
    asked.wants_uvs = true;
    again.beside = nearby->beside;
    again.new_buffer = uvp_buf_span(&nearby->bench.side);
    assert_int_equal(bench_decode(&again.bench, gltf(), nearby->bench.body.data,
                                  nearby->bench.body.bytes, &asked),
                     UVP_OK);
    assert_int_equal(again.bench.model.mesh_count, nearby->bench.model.mesh_count);
    for (uint32_t m = 0; m < again.bench.model.mesh_count; m++) {
        const struct uvp_mesh *const before = &nearby->bench.model.meshes[m];
        const struct uvp_mesh *const after = &again.bench.model.meshes[m];
        assert_int_equal(corner_count(before), corner_count(after));
        for (uint32_t c = 0; c < corner_count(before); c++) {
            assert_memory_equal(position_of(before, c), position_of(after, c), 12);
            if (uvs[m].uv != NULL) {
                assert_memory_equal(after->old_uv + 2 * (size_t)after->corner_uv[c],
                                    uv_of(&uvs[m], c), 8);
            }
        }
    }
    nearby_close(&again);
}

#endif
