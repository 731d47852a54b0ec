/*
 * Any bytes as OFF: probe, decode with and without the scanner, write UVs in place and all new
 * files, read back.
 */
#include "formats/mesh/off.h"

#include "tests/fuzz/fuzz_product.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* The same at every level, failures too. */
static void check_levels(const struct bench *bench, enum uvp_code code)
{
    for (int level = 0; level < (int)uvp_text_level_best(); level++) {
        const struct uvp_mesh *const mesh = bench->model.meshes;
        struct bench again;
        bench_open(&again, bench->source.bytes);
        require(uvp_off_decode(&again.source, NULL, (enum uvp_text_level)level, &again.arena,
                               &again.stop, &again.model, &again.err) == code);
        if (code == UVP_OK) {
            const struct uvp_mesh *const other = again.model.meshes;
            require(other->vertex_count == mesh->vertex_count);
            require(other->polygon_count == mesh->polygon_count);
            require(memcmp(other->positions, mesh->positions,
                           12 * (size_t)mesh->vertex_count) == 0);
            require(memcmp(other->corner_start, mesh->corner_start,
                           4 * ((size_t)mesh->polygon_count + 1)) == 0);
            require(memcmp(other->corner_vertex, mesh->corner_vertex,
                           4 * (size_t)corners_of(mesh)) == 0);
        } else {
            require(strcmp(again.err.text, bench->err.text) == 0);
        }
        bench_close(&again);
    }
}

/* What UVs in place come to is the mesh again. */
static void check_patch(struct uvp_span span)
{
    const struct uvp_mesh_options options = {.wants_uvs = true, .off = UVP_ROOMLESS_STOFF};
    struct bench bench;

    bench_open(&bench, span);
    if (decode_here(&bench, &uvp_format_off, &options) == UVP_OK) {
        const struct uvp_off_notes *const notes = bench.model.format_private;
        const struct uvp_mesh_uvs uvs = make_uvs(&bench);
        encode_here(&bench, &uvp_format_off, &uvs, &options, UVP_OK);
        require(bench.product.rewritten);
        check_bytes(&uvp_format_off, uvp_buf_span(&bench.body), &bench, &uvs, &options,
                    !notes->is_far);
    }
    bench_close(&bench);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const struct uvp_format *const format = &uvp_format_off;
    const struct uvp_span span = uvp_span_of(data, bytes);
    struct bench bench;
    enum uvp_code code;

    (void)format->probe(span, (bytes & 1) != 0);
    check_patch(span);
    bench_open(&bench, span);
    code = decode_here(&bench, format, NULL);
    check_levels(&bench, code);
    if (code == UVP_OK && !bench.model.meshes->has_uvs) {
        const struct uvp_off_notes *const notes = bench.model.format_private;
        const struct uvp_mesh_uvs uvs = make_uvs(&bench);
        check_companions(&bench, format, &uvs, notes->is_far);
    }
    bench_close(&bench);
    return 0;
}
