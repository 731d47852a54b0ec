/*
 * Any bytes as PLY: probe, decode, triangulate, encode in both conventions, decode again. What
 * was encoded must be the same mesh with the UVs that were given.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/ply.h"
#include "tests/support/mesh_codec.h"

#define MEMORY_LIMIT ((size_t)256 << 20)
#define OUTPUT_LIMIT ((size_t)64 << 20)
#define CORNERS_JUDGED 100000 /* a small file may hold very many empty faces */

struct bench {
    struct uvp_mem mem;
    struct uvp_arena keep;
    struct uvp_arena scratch;
    struct uvp_buf out;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_model model;
    struct uvp_mesh mesh;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, MEMORY_LIMIT);
    uvp_arena_init(&bench->keep, &bench->mem, 0);
    uvp_arena_init(&bench->scratch, &bench->mem, 0);
    uvp_buf_init(&bench->out, &bench->mem, OUTPUT_LIMIT);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    uvp_error_clear(&bench->err);
}

static void bench_close(struct bench *bench)
{
    uvp_buf_release(&bench->out);
    uvp_arena_release(&bench->scratch);
    uvp_arena_release(&bench->keep);
    require(bench->mem.used_bytes == 0);
}

static uint32_t corner_count(const struct uvp_mesh *mesh)
{
    return mesh->corner_start[mesh->polygon_count];
}

static enum uvp_code decode(struct bench *bench, struct uvp_span bytes,
                            const struct uvp_mesh_options *options)
{
    return decode_with(&uvp_format_ply, bytes, options, &bench->keep, &bench->stop,
                       &bench->model, &bench->mesh, &bench->err);
}

static void check_triangles(struct bench *bench)
{
    struct uvp_mesh_triangles triangles;

    require(uvp_mesh_triangulate(&bench->mesh, &bench->keep, &bench->scratch, &bench->stop,
                                 &triangles, &bench->err) == UVP_OK);
}

static void make_uvs(struct bench *bench, struct uvp_mesh_uvs *uvs)
{
    const uint32_t corners = corner_count(&bench->mesh);
    const uint32_t count = corners / 3 + 1;
    float *const uv = UVP_ARENA_ARRAY(&bench->keep, float, 2 * (size_t)count);
    uint32_t *const corner_uv = UVP_ARENA_ARRAY(&bench->keep, uint32_t, corners);

    require(uv != NULL && corner_uv != NULL);
    for (uint32_t i = 0; i < 2 * count; i++) {
        uv[i] = (float)((i * UINT32_C(2654435761)) >> (8 + i % 23)) / 16777216.0f;
    }
    for (uint32_t i = 0; i < corners; i++) {
        corner_uv[i] = (i * 7) % count;
    }
    memset(uvs, 0, sizeof *uvs);
    uvs->uv = uv;
    uvs->uv_count = count;
    uvs->corner_uv = corner_uv;
}

/* Vertices may have been added, each a copy of one that was there. */
static void check_again(const struct bench *bench, const struct uvp_mesh_uvs *uvs,
                        const struct uvp_mesh_options *options)
{
    struct uvp_mesh_options all = *options;
    const struct uvp_mesh *const was = &bench->mesh;
    struct bench again;
    const struct uvp_mesh *const is = &again.mesh;
    enum uvp_code code;

    all.wants_uvs = true;
    bench_open(&again);
    code = decode(&again, uvp_buf_span(&bench->out), &all);
    if (((const struct uvp_ply *)bench->model.format_private)->flow) {
        bench_close(&again); /* text of which one cannot be sure where its rows are */
        return;
    }
    require(code == UVP_OK);
    require(is->has_uvs && is->polygon_count == was->polygon_count);
    require(is->vertex_count >= was->vertex_count);
    require(memcmp(is->corner_start, was->corner_start, 4 * (size_t)was->polygon_count + 4) ==
            0);
    for (uint32_t c = 0; c < corner_count(was); c++) {
        require(memcmp(is->positions + 3 * (size_t)is->corner_vertex[c],
                       was->positions + 3 * (size_t)was->corner_vertex[c], 12) == 0);
        require(memcmp(is->old_uv + 2 * (size_t)is->corner_uv[c],
                       uvs->uv + 2 * (size_t)uvs->corner_uv[c], 8) == 0);
    }
    bench_close(&again);
}

static void check_encoding(struct bench *bench, struct uvp_span bytes,
                           const struct uvp_mesh_options *options)
{
    struct uvp_mesh_uvs uvs;
    enum uvp_code code;

    make_uvs(bench, &uvs);
    code = encode_with(&uvp_format_ply, bytes, &bench->model, &uvs, options, &bench->keep,
                       &bench->stop, &bench->out, &bench->err);
    if (code == UVP_OK) {
        check_again(bench, &uvs, options);
    } else {
        require(code == UVP_UNSUPPORTED || code == UVP_LIMIT || code == UVP_NO_MEMORY);
        uvp_error_clear(&bench->err);
    }
}

/* False: its old UVs or materials are no numbers. */
static bool check_all_wanted(const struct bench *bench, struct uvp_span bytes)
{
    const struct uvp_mesh_options options = {.wants_uvs = true, .wants_groups = true};
    struct bench all;
    enum uvp_code code;

    bench_open(&all);
    code = decode(&all, bytes, &options);
    require(code == UVP_OK || code == UVP_BAD_DATA);
    if (code == UVP_OK) {
        require(uvp_mesh_is_valid(&all.mesh));
        require(all.mesh.has_uvs == bench->mesh.has_uvs);
        require(all.mesh.polygon_count == bench->mesh.polygon_count);
        require((all.mesh.corner_uv != NULL) == all.mesh.has_uvs);
    }
    bench_close(&all);
    return code == UVP_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const struct uvp_mesh_options options[] = {
        {.existing = UVP_EXISTING_REPLACE},
        {.ply_uv = UVP_PLY_WEDGE},
    };
    const struct uvp_span span = uvp_span_of(data, bytes);
    struct bench bench;
    enum uvp_code code;

    (void)uvp_format_ply.probe(span, true);
    bench_open(&bench);
    code = decode(&bench, span, NULL);
    require(code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED ||
            code == UVP_LIMIT);
    if (code == UVP_OK) {
        require(uvp_mesh_is_valid(&bench.mesh));
        if (corner_count(&bench.mesh) < CORNERS_JUDGED) {
            check_triangles(&bench);
        }
        if (check_all_wanted(&bench, span)) {
            check_encoding(&bench, span, &options[0]);
            check_encoding(&bench, span, &options[1]);
        }
    }
    bench_close(&bench);
    return 0;
}
