/*
 * Any bytes as OBJ: probe, decode, triangulate, encode, decode again. What was encoded is
 * compared with what a second, slow reader finds in input and output; and what is read sixteen
 * bytes at a time with what is read by the byte.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/format.h"
#include "tests/support/mesh_codec.h"
#include "tests/support/obj_levels.h"
#include "tests/support/obj_reference.h"

#define MEMORY_LIMIT ((size_t)256 << 20)

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
    uvp_buf_init(&bench->out, &bench->mem, 0);
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

static void check_triangles(struct bench *bench)
{
    const struct uvp_mesh *const mesh = &bench->mesh;
    struct uvp_mesh_triangles triangles;
    const enum uvp_code code = uvp_mesh_triangulate(mesh, &bench->keep, &bench->scratch,
                                                    &bench->stop, &triangles, &bench->err);
    uint32_t polygon = 0;

    require(code == UVP_OK);
    for (uint32_t t = 0; t < triangles.count; t++) {
        polygon = triangles.polygon == NULL ? t : triangles.polygon[t];
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t corner = triangles.corners[3 * (size_t)t + k];
            require(corner >= mesh->corner_start[polygon]);
            require(corner < mesh->corner_start[polygon + 1]);
        }
    }
}

static void check_output(const struct bench *bench, const char *text, size_t bytes,
                         const struct uvp_mesh_uvs *uvs)
{
    const bool replaced = bench->mesh.has_uvs;
    struct reference in;
    struct reference out;
    struct reference_drop drop = {0, replaced ? SIZE_MAX : 0};

    reference_read(&in, text, bytes, drop);
    drop.first = replaced ? 0 : in.uvs_before;
    drop.last = drop.first + uvs->uv_count;
    reference_read(&out, (const char *)bench->out.data, bench->out.bytes, drop);
    require(in.rest_bytes == out.rest_bytes);
    require(memcmp(in.rest, out.rest, in.rest_bytes) == 0);
    require(in.corner_count == out.corner_count);
    require(in.corner_count == bench->mesh.corner_start[bench->mesh.polygon_count]);
    for (size_t i = 0; i < in.corner_count; i++) {
        const float *const wanted = uvs->uv + 2 * (size_t)uvs->corner_uv[i];
        const long uv = out.corners[i].uv;
        require(in.corners[i].vertex == (long)bench->mesh.corner_vertex[i] + 1);
        require(uv >= 1 && (size_t)uv <= out.uv_count);
        require(memcmp(out.uvs + 2 * (uv - 1), wanted, 2 * sizeof(float)) == 0);
    }
    reference_release(&in);
    reference_release(&out);
}

static void check_again(const struct bench *bench)
{
    struct bench again;

    if (uvp_obj_is_utf16(uvp_buf_span(&bench->out))) {
        return; /* a NUL behind its first v, which was further down before its vt lines went */
    }
    bench_open(&again);
    require(decode_with(&uvp_format_obj, uvp_buf_span(&bench->out), NULL, &again.keep,
                        &again.stop, &again.model, &again.mesh, &again.err) == UVP_OK);
    require(again.mesh.has_uvs);
    require(again.mesh.vertex_count == bench->mesh.vertex_count);
    require(again.mesh.polygon_count == bench->mesh.polygon_count);
    bench_close(&again);
}

static void check_encoding(struct bench *bench, struct uvp_span bytes)
{
    const uint32_t corners = bench->mesh.corner_start[bench->mesh.polygon_count];
    const uint32_t count = corners / 3 + 1;
    float *const uv = UVP_ARENA_ARRAY(&bench->keep, float, 2 * (size_t)count);
    uint32_t *const corner_uv = UVP_ARENA_ARRAY(&bench->keep, uint32_t, corners);
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = count, .corner_uv = corner_uv};

    require(uv != NULL && corner_uv != NULL);
    for (uint32_t i = 0; i < 2 * count; i++) {
        uv[i] = (float)((i * UINT32_C(2654435761)) >> (8 + i % 23)) / 16777216.0f;
    }
    for (uint32_t i = 0; i < corners; i++) {
        corner_uv[i] = (i * 7) % count;
    }
    require(encode_with(&uvp_format_obj, bytes, &bench->model, &uvs, NULL, &bench->keep,
                        &bench->stop, &bench->out, &bench->err) == UVP_OK);
    require(obj_levels_write_the_same(bytes, &uvs));
    check_output(bench, (const char *)bytes.data, bytes.bytes, &uvs);
    check_again(bench);
}

/* With UVs and materials read: what else there is must be the same. */
static void check_all_wanted(const struct bench *bench, struct uvp_span bytes)
{
    const struct uvp_mesh_options options = {.wants_uvs = true, .wants_groups = true};
    struct bench all;
    enum uvp_code code;

    bench_open(&all);
    code = decode_with(&uvp_format_obj, bytes, &options, &all.keep, &all.stop, &all.model,
                       &all.mesh, &all.err);
    require(code == UVP_OK || code == UVP_BAD_DATA);
    if (code == UVP_OK) {
        require(uvp_mesh_is_valid(&all.mesh));
        require(all.mesh.has_uvs == bench->mesh.has_uvs);
        require(all.mesh.polygon_count == bench->mesh.polygon_count);
        require((all.mesh.corner_uv != NULL) == all.mesh.has_uvs);
    }
    bench_close(&all);
}

static void check_levels(struct uvp_span bytes)
{
    const struct uvp_mesh_options all = {.wants_uvs = true, .wants_groups = true};

    require(obj_levels_agree(bytes, NULL));
    require(obj_levels_agree(bytes, &all));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const struct uvp_span span = uvp_span_of(data, bytes);
    const char *reason;
    struct bench bench;
    enum uvp_code code;

    (void)uvp_format_find("a", 1, span, (bytes & 1) != 0, &reason);
    (void)uvp_format_find("a.obj", 5, span, true, &reason);
    check_levels(span);
    bench_open(&bench);
    code = decode_with(&uvp_format_obj, span, NULL, &bench.keep, &bench.stop, &bench.model,
                       &bench.mesh, &bench.err);
    require(code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED);
    if (code == UVP_OK) {
        require(uvp_mesh_is_valid(&bench.mesh));
        check_triangles(&bench);
        check_all_wanted(&bench, span);
        check_encoding(&bench, span);
    }
    bench_close(&bench);
    return 0;
}
