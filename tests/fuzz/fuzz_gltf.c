/*
 * Any bytes as glTF: probe, decode, encode, decode again: the same triangles at the same
 * places, with the UVs that were given. Buffers beside the file are there as well: one of small
 * numbers, and the one that the encoder makes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/format.h"

#define MEMORY_LIMIT ((size_t)256 << 20)
#define BESIDE_BYTES 4096

extern const struct uvp_format uvp_format_gltf;

struct bench {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_buf out;
    struct uvp_buf side;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_model model;
    struct uvp_siblings siblings;
    struct uvp_mesh_source source;
    struct uvp_mesh_options options;
    struct uvp_span new_buffer;
    unsigned char beside[BESIDE_BYTES];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

/* Numbers that are positions as well as indices: small integers of two bytes, then floats. */
static void fill_beside(unsigned char *beside)
{
    for (uint32_t i = 0; i < BESIDE_BYTES / 4; i++) {
        const float value = (float)((i * 7919) % 64);
        const uint16_t pair[2] = {(uint16_t)(i % 16), (uint16_t)((i * 5) % 16)};
        memcpy(beside + (size_t)4 * i, i < BESIDE_BYTES / 8 ? (const void *)pair : &value, 4);
    }
}

static enum uvp_code find(void *ctx, struct uvp_span name, struct uvp_span *bytes,
                          struct uvp_error *err)
{
    const struct bench *const bench = ctx;

    if (uvp_span_equal(name, uvp_span_of_text("x.uvpipe.bin"))) {
        *bytes = bench->new_buffer;
        return UVP_OK;
    }
    if (uvp_span_equal(name, uvp_span_of_text("b"))) {
        *bytes = uvp_span_of(bench->beside, sizeof bench->beside);
        return UVP_OK;
    }
    return uvp_fail(err, UVP_UNSUPPORTED, 0, "no such file");
}

static void bench_open(struct bench *bench, struct uvp_span bytes)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, MEMORY_LIMIT);
    uvp_arena_init(&bench->arena, &bench->mem, 0);
    uvp_buf_init(&bench->out, &bench->mem, 0);
    uvp_buf_init(&bench->side, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    uvp_error_clear(&bench->err);
    fill_beside(bench->beside);
    bench->siblings = (struct uvp_siblings){bench, find};
    bench->source.bytes = bytes;
    bench->source.siblings = &bench->siblings;
    bench->source.name = uvp_span_of_text("x");
}

static void bench_close(struct bench *bench)
{
    uvp_buf_release(&bench->side);
    uvp_buf_release(&bench->out);
    uvp_arena_release(&bench->arena);
    require(bench->mem.used_bytes == 0);
}

static enum uvp_code decode(struct bench *bench)
{
    return uvp_format_gltf.decode(&bench->source, &bench->options, &bench->arena, &bench->stop,
                                  &bench->model, &bench->err);
}

static uint32_t corners_of(const struct uvp_mesh *mesh)
{
    return mesh->corner_start[mesh->polygon_count];
}

/* Every third mesh is left as it is, so that others lose what they share with it. */
static struct uvp_mesh_uvs *make_uvs(struct bench *bench, unsigned kind)
{
    struct uvp_mesh_uvs *const uvs =
        UVP_ARENA_ARRAY(&bench->arena, struct uvp_mesh_uvs, bench->model.mesh_count);

    require(uvs != NULL);
    memset(uvs, 0, sizeof *uvs * bench->model.mesh_count);
    for (uint32_t m = 0; m < bench->model.mesh_count; m++) {
        const uint32_t corners = corners_of(&bench->model.meshes[m]);
        const uint32_t count = corners / 3 + 1;
        float *const uv = UVP_ARENA_ARRAY(&bench->arena, float, 2 * (size_t)count);
        uint32_t *const corner_uv = UVP_ARENA_ARRAY(&bench->arena, uint32_t, corners);
        if (m % 3 == 1 || uv == NULL || corner_uv == NULL) {
            continue;
        }
        for (uint32_t i = 0; i < 2 * count; i++) {
            const uint32_t steps = (i * UINT32_C(2654435761)) >> 16;
            uv[i] = kind % 2 == 0 ? (float)steps / 65536.0F : (float)steps / 65535.0F;
        }
        for (uint32_t i = 0; i < corners; i++) {
            corner_uv[i] = (i * (kind + 1)) % count;
        }
        uvs[m].uv = uv;
        uvs[m].uv_count = count;
        uvs[m].corner_uv = corner_uv;
        uvs[m].is_u16 = kind % 2 == 1;
    }
    return uvs;
}

static void check_mesh(const struct uvp_mesh *before, const struct uvp_mesh *after,
                       const struct uvp_mesh_uvs *uvs)
{
    const uint32_t corners = corners_of(before);

    require(corners == corners_of(after));
    for (uint32_t c = 0; c < corners; c++) {
        const float *const old = before->positions + 3 * (size_t)before->corner_vertex[c];
        const float *const now = after->positions + 3 * (size_t)after->corner_vertex[c];
        require(memcmp(old, now, 3 * sizeof *old) == 0);
        if (uvs->uv != NULL) {
            const float *const wanted = uvs->uv + 2 * (size_t)uvs->corner_uv[c];
            const float *const got = after->old_uv + 2 * (size_t)after->corner_uv[c];
            const float apart = uvs->is_u16 ? 1e-6F : 0.0F;
            require(got[0] - wanted[0] <= apart && wanted[0] - got[0] <= apart);
            require(got[1] - wanted[1] <= apart && wanted[1] - got[1] <= apart);
        }
    }
}

static void check_again(const struct bench *bench, const struct uvp_mesh_uvs *uvs)
{
    static struct bench again;

    bench_open(&again, uvp_buf_span(&bench->out));
    again.options = bench->options;
    again.options.wants_uvs = true;
    again.new_buffer = uvp_buf_span(&bench->side);
    require(decode(&again) == UVP_OK);
    require(again.model.mesh_count == bench->model.mesh_count);
    for (uint32_t m = 0; m < again.model.mesh_count; m++) {
        require(uvp_mesh_is_valid(&again.model.meshes[m]));
        check_mesh(&bench->model.meshes[m], &again.model.meshes[m], &uvs[m]);
    }
    bench_close(&again);
}

static void check_encoding(struct bench *bench, unsigned kind)
{
    const struct uvp_mesh_uvs *const uvs = make_uvs(bench, kind);
    struct uvp_product product = {.body = &bench->out, .side = &bench->side};
    enum uvp_code code;

    uvp_error_clear(&bench->err);
    code = uvp_format_gltf.encode(&bench->source, &bench->model, uvs, &bench->options,
                                  &bench->arena, &bench->stop, &product, &bench->err);
    require(code == UVP_OK || code == UVP_UNSUPPORTED || code == UVP_NO_MEMORY ||
            code == UVP_LIMIT || code == UVP_BAD_DATA);
    if (code == UVP_OK) {
        require(product.rewritten);
        check_again(bench, uvs);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const struct uvp_span span = uvp_span_of(data, bytes);
    const unsigned kind = bytes == 0 ? 0 : (unsigned)(data[bytes - 1] + bytes) % 16;
    static struct bench bench;
    struct uvp_span *names;
    uint32_t count;
    enum uvp_code code;

    bench_open(&bench, span);
    (void)uvp_format_gltf.probe(span, true);
    code = uvp_format_gltf.needs(span, &bench.arena, &bench.stop, &names, &count, &bench.err);
    require(code == UVP_OK || code == UVP_NO_MEMORY);
    bench.options.existing = UVP_EXISTING_REPLACE;
    bench.options.texcoord = kind / 8;
    bench.options.gltf_atlas = (enum uvp_gltf_atlas)(kind / 2 % 3);
    bench.options.vertices = 1 << 20;
    bench.options.corners = 1 << 20;
    uvp_error_clear(&bench.err);
    code = decode(&bench);
    require(code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED ||
            code == UVP_LIMIT || code == UVP_NO_MEMORY);
    if (code == UVP_OK) {
        for (uint32_t m = 0; m < bench.model.mesh_count; m++) {
            require(uvp_mesh_is_valid(&bench.model.meshes[m]));
        }
        check_encoding(&bench, kind);
    }
    bench_close(&bench);
    return 0;
}
