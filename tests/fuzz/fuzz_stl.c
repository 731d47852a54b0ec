/*
 * Any bytes as STL: probe, decode with and without the scanner, write all new files, read the
 * OBJ back.
 */
#include "formats/mesh/stl.h"

#include "tests/fuzz/fuzz_product.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static bool check_levels(const struct uvp_mesh *mesh, struct uvp_span bytes)
{
    struct bench bench;
    struct uvp_stl_soup soup;
    enum uvp_code code;
    bool far = false;

    bench_open(&bench, bytes);
    for (int level = 0; level < UVP_TEXT_LEVELS; level++) {
        if (level > (int)uvp_text_level_best()) {
            continue;
        }
        memset(&soup, 0, sizeof soup);
        code = uvp_stl_decode_text(bytes, 100000, (enum uvp_text_level)level, &bench.arena,
                                   &bench.stop, &soup, &bench.err);
        require(code == UVP_OK);
        require(soup.facets == mesh->polygon_count);
        require(soup.weld.vertex_count == mesh->vertex_count);
        require(memcmp(soup.corner_vertex, mesh->corner_vertex, 12 * (size_t)soup.facets) == 0);
        require(memcmp(soup.weld.positions, mesh->positions,
                       12 * (size_t)soup.weld.vertex_count) == 0);
        far = soup.is_far;
    }
    bench_close(&bench);
    return far;
}

/* A refusal is one at every level, at the same line. */
static void check_refusal(struct uvp_span bytes, const struct uvp_error *err)
{
    for (int level = 0; level <= (int)uvp_text_level_best(); level++) {
        struct uvp_stl_soup soup;
        struct bench bench;
        bench_open(&bench, bytes);
        memset(&soup, 0, sizeof soup);
        if (uvp_stl_decode_text(bytes, 100000, (enum uvp_text_level)level, &bench.arena,
                                &bench.stop, &soup, &bench.err) != UVP_OK) {
            require(strcmp(bench.err.text, err->text) == 0);
        } else {
            require(soup.facets == 0 || err->code == UVP_LIMIT);
        }
        bench_close(&bench);
    }
}

static bool is_exact(struct uvp_span bytes)
{
    uint64_t count;

    return uvp_stl_count_facets(bytes, &count) && bytes.bytes == 84 + 50 * count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const struct uvp_format *const format = &uvp_format_stl;
    const struct uvp_span span = uvp_span_of(data, bytes);
    const bool is_text = !is_exact(span) && uvp_stl_is_text(span, true);
    struct bench bench;

    (void)format->probe(span, (bytes & 1) != 0);
    bench_open(&bench, span);
    if (decode_here(&bench, format, NULL) == UVP_OK) {
        const bool far = is_text && check_levels(bench.model.meshes, span);
        const struct uvp_mesh_uvs uvs = make_uvs(&bench);
        check_companions(&bench, format, &uvs, far);
    } else if (is_text) {
        check_refusal(span, &bench.err);
    }
    bench_close(&bench);
    return 0;
}
