/*
 * fuzz_product.h -- what the targets of formats share that make new files
 *
 * Why:     decode, made UVs, encode every way, decode what came of it, and compare.
 */
#ifndef UVP_TESTS_FUZZ_PRODUCT_H
#define UVP_TESTS_FUZZ_PRODUCT_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/far.h"
#include "formats/mesh/format.h"

#define MEMORY_LIMIT ((size_t)256 << 20)

struct bench {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_buf body;
    struct uvp_buf side;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_model model;
    struct uvp_product product;
    struct uvp_mesh_source source;
};

static inline void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

static inline void bench_open(struct bench *bench, struct uvp_span bytes)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, MEMORY_LIMIT);
    uvp_arena_init(&bench->arena, &bench->mem, 0);
    uvp_buf_init(&bench->body, &bench->mem, 0);
    uvp_buf_init(&bench->side, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    bench->source.bytes = bytes;
}

static inline void bench_close(struct bench *bench)
{
    uvp_buf_release(&bench->body);
    uvp_buf_release(&bench->side);
    uvp_arena_release(&bench->arena);
    require(bench->mem.used_bytes == 0);
}

static inline enum uvp_code decode_here(struct bench *bench, const struct uvp_format *format,
                                        const struct uvp_mesh_options *options)
{
    const enum uvp_code code = format->decode(&bench->source, options, &bench->arena,
                                              &bench->stop, &bench->model, &bench->err);

    require(code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED ||
            code == UVP_LIMIT);
    require(code != UVP_OK || uvp_mesh_is_valid(bench->model.meshes));
    return code;
}

static inline uint32_t corners_of(const struct uvp_mesh *mesh)
{
    return mesh->corner_start[mesh->polygon_count];
}

static inline struct uvp_mesh_uvs make_uvs(struct bench *bench)
{
    const uint32_t corners = corners_of(bench->model.meshes);
    const uint32_t count = corners / 3 + 1;
    float *const uv = UVP_ARENA_ARRAY(&bench->arena, float, 2 * (size_t)count);
    uint32_t *const corner_uv = UVP_ARENA_ARRAY(&bench->arena, uint32_t, corners);
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = count, .corner_uv = corner_uv};

    require(uv != NULL && corner_uv != NULL);
    for (uint32_t i = 0; i < 2 * count; i++) {
        uv[i] = (float)((i * UINT32_C(2654435761)) >> (8 + i % 23)) / 16777216.0f;
    }
    for (uint32_t c = 0; c < corners; c++) {
        corner_uv[c] = (c * 7) % count;
    }
    return uvs;
}

static inline void encode_here(struct bench *bench, const struct uvp_format *format,
                               const struct uvp_mesh_uvs *uvs,
                               const struct uvp_mesh_options *options, enum uvp_code allowed)
{
    enum uvp_code code;

    memset(&bench->product, 0, sizeof bench->product);
    uvp_buf_reset(&bench->body);
    uvp_buf_reset(&bench->side);
    bench->product.body = &bench->body;
    bench->product.side = &bench->side;
    uvp_error_clear(&bench->err);
    code = format->encode(&bench->source, &bench->model, uvs, options, &bench->arena,
                          &bench->stop, &bench->product, &bench->err);
    require(code == UVP_OK || code == allowed);
}

/* NaNs are all alike: text has but one. */
static inline bool same_number(float a, float b)
{
    return a == b || (a != a && b != b);
}

/* Then text of it is read relative to its middle. */
static inline bool is_far(const struct uvp_mesh *mesh)
{
    struct uvp_far_box box;
    float middle[3];

    uvp_far_box_init(&box);
    uvp_far_box_extend(&box, mesh->positions, mesh->vertex_count);
    return uvp_far_box_middle(&box, middle);
}

/* Corner for corner the same places and UVs; polygons without corners may be gone. */
static inline void compare(const struct uvp_mesh *mesh, const struct uvp_mesh_uvs *uvs,
                           const struct uvp_mesh *again, bool with_places)
{
    require(again->has_uvs && again->corner_uv != NULL);
    require(corners_of(again) == corners_of(mesh));
    for (uint32_t c = 0; c < corners_of(mesh); c++) {
        const float *const uv = again->old_uv + (size_t)2 * again->corner_uv[c];
        const float *const wanted = uvs->uv + (size_t)2 * uvs->corner_uv[c];
        require(uv[0] == wanted[0] && uv[1] == wanted[1]);
        for (size_t i = 0; with_places && i < 3; i++) {
            require(same_number(again->positions[3 * (size_t)again->corner_vertex[c] + i],
                                mesh->positions[3 * (size_t)mesh->corner_vertex[c] + i]));
        }
    }
}

static inline void check_bytes(const struct uvp_format *format, struct uvp_span bytes,
                               const struct bench *bench, const struct uvp_mesh_uvs *uvs,
                               const struct uvp_mesh_options *options, bool with_places)
{
    struct bench again;

    bench_open(&again, bytes);
    require(decode_here(&again, format, options) == UVP_OK);
    compare(bench->model.meshes, uvs, again.model.meshes, with_places);
    bench_close(&again);
}

/* The new file as OBJ is read back; the others need only be written. */
static inline void check_companions(struct bench *bench, const struct uvp_format *format,
                                    const struct uvp_mesh_uvs *uvs, bool was_far)
{
    const bool with_places = !was_far && !is_far(bench->model.meshes);
    struct uvp_mesh_options options = {.wants_uvs = true, .stl_to = UVP_COMPANION_PLY};

    encode_here(bench, format, uvs, &options, UVP_OK);
    options.stl_to = UVP_COMPANION_GLB;
    encode_here(bench, format, uvs, &options, UVP_UNSUPPORTED);
    options.stl_to = UVP_COMPANION_OBJ;
    encode_here(bench, format, uvs, &options, UVP_OK);
    if (bench->product.side_suffix[0] != '\0') {
        check_bytes(uvp_format_by_path(".obj", 4), uvp_buf_span(&bench->side), bench, uvs,
                    &options, with_places);
    }
}

#endif
