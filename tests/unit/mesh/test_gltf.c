/* glTF: samples decoded, given UVs and decoded again. */
#include "tests/unit/mesh/gltf_bench.h"

/* ---- samples ---- */

struct row {
    const char *name;
    uint32_t meshes;
    uint32_t triangles; /* of all meshes */
    uint32_t vertices;
    bool has_uvs;
};

static const struct row rows[] = {
    {"good-plain.glb", 1, 96, 48, false},
    {"good-interleaved.glb", 1, 96, 48, false},
    {"good-planar.glb", 1, 96, 48, false},
    {"good-shared.glb", 1, 96, 48, false},
    {"good-shared-meshes.glb", 3, 232, 124, false},
    {"good-unindexed.glb", 1, 96, 288, false},
    {"good-strip.glb", 1, 117, 48, false},
    {"good-fan.glb", 1, 5, 7, false},
    {"good-small-indices.glb", 1, 480, 240, false},
    {"good-sparse.glb", 1, 96, 48, false},
    {"good-morph.glb", 1, 96, 48, false},
    {"good-quantized.glb", 1, 96, 48, false},
    {"good-uvs.glb", 1, 96, 48, true},
    {"good-uvs-tangent.glb", 1, 96, 48, true},
    {"good-uvs-gap.glb", 1, 96, 48, false},
    {"good-mixed.glb", 1, 192, 96, true},
    {"good-draco-fallback.glb", 1, 96, 48, false},
    {"good-odd-chunk.glb", 1, 96, 48, false},
    {"good-unaligned.glb", 1, 96, 48, false},
    {"good-odd-text.glb", 1, 96, 48, false},
    {"good-embedded.gltf", 1, 96, 48, false},
    {"good-embedded.glb", 1, 96, 48, false},
    {"good-beside.gltf", 1, 96, 48, false},
#ifdef UVP_MESHOPT
    {"good-packed.glb", 1, 96, 48, false},
    {"good-packed-khr.glb", 1, 96, 48, false},
    {"good-packed-image.glb", 1, 96, 48, false},
#endif
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static void check_row(const struct row *row, const struct uvp_mesh_options *options,
                      bool sharing)
{
    struct nearby nearby;
    const struct uvp_mesh_uvs *uvs;
    uint32_t triangles = 0;
    uint32_t vertices = 0;
    size_t bytes;
    char *beside;
    char *data;

    nearby_open(&nearby);
    data = load(&nearby, row->name, &bytes, &beside);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, options), UVP_OK);
    for (uint32_t m = 0; m < nearby.bench.model.mesh_count; m++) {
        triangles += nearby.bench.model.meshes[m].polygon_count;
        vertices += nearby.bench.model.meshes[m].vertex_count;
    }
    if (options->gltf_atlas == UVP_GLTF_BY_MESH) {
        assert_int_equal(nearby.bench.model.mesh_count, row->meshes);
        assert_int_equal(vertices, row->vertices);
    }
    assert_int_equal(triangles, row->triangles);
    if (options->texcoord == 0) {
        assert_int_equal(nearby.bench.model.meshes[0].has_uvs, row->has_uvs);
    }
    uvs = uvs_of_all(&nearby.bench, bytes, sharing);
    assert_int_equal(bench_encode(&nearby.bench, gltf(), uvs, options), UVP_OK);
    assert_true(nearby.bench.product.rewritten);
    assert_int_equal(strcmp(row->name, "good-beside.gltf") == 0, nearby.bench.side.bytes != 0);
    check_product(&nearby, uvs, options);
    /* the same model again gives the same */
    uvs = uvs_of_all(&nearby.bench, bytes, sharing);
    assert_int_equal(bench_encode(&nearby.bench, gltf(), uvs, options), UVP_OK);
    check_product(&nearby, uvs, options);
    nearby_close(&nearby);
    free(beside);
    free(data);
}

static void test_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        for (uint32_t kind = 0; kind < 12; kind++) {
            const struct uvp_mesh_options options = {
                .existing = UVP_EXISTING_REPLACE,
                .gltf_atlas = (enum uvp_gltf_atlas)(kind % 3),
                .texcoord = kind / 6,
                .wants_groups = kind == 3,
            };
            check_row(&rows[i], &options, kind / 3 % 2 == 1);
        }
    }
}

/* Corners of a vertex that agree need no copies: nothing grows, and only UVs are new. */
static void test_no_copies(void **state)
{
    struct nearby nearby;
    size_t bytes;
    char *beside;
    char *data;

    (void)state;
    nearby_open(&nearby);
    data = load(&nearby, "good-plain.glb", &bytes, &beside);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, NULL), UVP_OK);
    assert_int_equal(
        bench_encode(&nearby.bench, gltf(), uvs_of_all(&nearby.bench, 1, true), NULL), UVP_OK);
    assert_in_range(nearby.bench.body.bytes, bytes + (size_t)8 * 48, bytes + 8 * 48 + 256);
    nearby_close(&nearby);
    free(beside);
    free(data);
}

/* UVs for a mesh that was to be skipped: then they replace its own. */
static void test_skipped_all_the_same(void **state)
{
    const struct uvp_mesh_options options = {.existing = UVP_EXISTING_REPLACE};
    struct nearby nearby;
    const struct uvp_mesh_uvs *uvs;
    size_t bytes;
    char *beside;
    char *data;

    (void)state;
    nearby_open(&nearby);
    data = load(&nearby, "good-uvs.glb", &bytes, &beside);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, NULL), UVP_OK);
    uvs = uvs_of_all(&nearby.bench, 4, false);
    assert_int_equal(bench_encode(&nearby.bench, gltf(), uvs, NULL), UVP_OK);
    check_product(&nearby, uvs, &options);
    nearby_close(&nearby);
    free(beside);
    free(data);
}

/* A mesh that is left as it is keeps its accessors when they are shared with others. */
static void test_one_left(void **state)
{
    struct nearby nearby;
    struct uvp_mesh_uvs *uvs;
    size_t bytes;
    char *beside;
    char *data;

    (void)state;
    for (uint32_t left = 0; left < 3; left++) {
        const struct uvp_mesh_options options = {.existing = UVP_EXISTING_REPLACE};
        nearby_open(&nearby);
        data = load(&nearby, "good-shared-meshes.glb", &bytes, &beside);
        assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, &options), UVP_OK);
        uvs = uvs_of_all(&nearby.bench, 3, false);
        uvs[left].uv = NULL;
        assert_int_equal(bench_encode(&nearby.bench, gltf(), uvs, &options), UVP_OK);
        check_product(&nearby, uvs, &options);
        nearby_close(&nearby);
        free(beside);
        free(data);
    }
}

static void test_u16(void **state)
{
    struct nearby nearby;
    struct nearby again;
    struct uvp_mesh_uvs uvs;
    const struct uvp_mesh_options options = {.wants_uvs = true, .uv_type = UVP_UV_U16};
    size_t bytes;
    char *beside;
    char *data;
    float *uv;

    (void)state;
    nearby_open(&nearby);
    data = load(&nearby, "good-interleaved.glb", &bytes, &beside);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, NULL), UVP_OK);
    uvs = make_uvs(&nearby.bench, nearby.bench.model.meshes, 5, false);
    uv = UVP_ARENA_ARRAY(&nearby.bench.arena, float, 2 * (size_t)uvs.uv_count);
    assert_non_null(uv);
    for (uint32_t i = 0; i < 2 * uvs.uv_count; i++) {
        uv[i] = (float)(i * 7919 % 65536) / 65535.0F;
    }
    uvs.uv = uv;
    uvs.is_u16 = true;
    assert_int_equal(bench_encode(&nearby.bench, gltf(), &uvs, &options), UVP_OK);
    nearby_open(&again);
    assert_int_equal(bench_decode(&again.bench, gltf(), nearby.bench.body.data,
                                  nearby.bench.body.bytes, &options),
                     UVP_OK);
    for (uint32_t c = 0; c < corner_count(nearby.bench.model.meshes); c++) {
        const struct uvp_mesh *const after = again.bench.model.meshes;
        const float *const got = after->old_uv + 2 * (size_t)after->corner_uv[c];
        assert_true(got[0] == uv_of(&uvs, c)[0]);
        assert_true(got[1] * 65535.0F + 0.5F > uv_of(&uvs, c)[1] * 65535.0F);
        assert_true(got[1] * 65535.0F - 0.5F < uv_of(&uvs, c)[1] * 65535.0F);
    }
    nearby_close(&again);
    nearby_close(&nearby);
    free(beside);
    free(data);
}

static void test_existing(void **state)
{
    const struct uvp_mesh_options add = {.existing = UVP_EXISTING_ADD};
    const struct uvp_mesh_options replace = {.existing = UVP_EXISTING_REPLACE};
    const struct uvp_mesh_options second = {.existing = UVP_EXISTING_ADD, .texcoord = 1};
    struct nearby nearby;
    const struct uvp_mesh_uvs *uvs;
    size_t bytes;
    char *beside;
    char *data;

    (void)state;
    nearby_open(&nearby);
    data = load(&nearby, "good-mixed.glb", &bytes, &beside);
    /* the one that has UVs keeps them */
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, NULL), UVP_OK);
    assert_int_equal(nearby.bench.model.meshes[0].polygon_count, 96);
    assert_false(nearby.bench.model.meshes[0].has_uvs);
    assert_non_null(nearby.bench.model.note);
    free(data);
    free(beside);
    data = load(&nearby, "good-uvs-tangent.glb", &bytes, &beside);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, &replace), UVP_OK);
    uvs = uvs_of_all(&nearby.bench, 1, false);
    assert_int_equal(bench_encode(&nearby.bench, gltf(), uvs, &replace), UVP_OK);
    assert_non_null(strstr(nearby.bench.product.note, "textures, tangents and KHR_texture"));
    check_product(&nearby, uvs, &replace);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, &add), UVP_OK);
    uvs = uvs_of_all(&nearby.bench, 2, false);
    assert_int_equal(bench_encode(&nearby.bench, gltf(), uvs, &add), UVP_OK);
    assert_null(nearby.bench.product.note);
    check_product(&nearby, uvs, &second);
    nearby_close(&nearby);
    free(beside);
    free(data);
}

static void test_unsupported(void **state)
{
    struct nearby nearby;
    size_t bytes;
    char *beside;
    char *data;

    (void)state;
    nearby_open(&nearby);
    data = load(&nearby, "unsupported-draco.glb", &bytes, &beside);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, NULL), UVP_UNSUPPORTED);
    assert_non_null(strstr(nearby.bench.err.text, "KHR_draco_mesh_compression"));
    free(beside);
    free(data);
    data = load(&nearby, "unsupported-version-1.gltf", &bytes, &beside);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, NULL), UVP_UNSUPPORTED);
    assert_non_null(strstr(nearby.bench.err.text, "1.0"));
    nearby_close(&nearby);
    free(beside);
    free(data);
}

/* ---- names ---- */

static void test_needs(void **state)
{
    static const char text[] =
        "{\"asset\":{\"version\":\"2.0\"},\"buffers\":[{\"uri\":\"a%20b.bin\"},{\"uri\":\"./"
        "c\"},"
        "{\"uri\":\"c\"},{\"uri\":\"../d\"},{\"uri\":\"data:;base64,AA\"},{\"uri\":7},{},"
        "{\"uri\":\"e/f\"}]}";
    struct nearby nearby;
    struct uvp_span *names = NULL;
    uint32_t count = 9;

    (void)state;
    nearby_open(&nearby);
    assert_int_equal(gltf()->needs(uvp_span_of_text(text), &nearby.bench.arena,
                                   &nearby.bench.stop, &names, &count, &nearby.bench.err),
                     UVP_OK);
    assert_int_equal(count, 3);
    assert_true(uvp_span_equal(names[0], uvp_span_of_text("a b.bin")));
    assert_true(uvp_span_equal(names[1], uvp_span_of_text("c")));
    assert_true(uvp_span_equal(names[2], uvp_span_of_text("e/f")));
    assert_int_equal(gltf()->needs(uvp_span_of_text("{\"asset\""), &nearby.bench.arena,
                                   &nearby.bench.stop, &names, &count, &nearby.bench.err),
                     UVP_OK);
    assert_int_equal(count, 0);
    nearby_close(&nearby);
}

static void test_probe(void **state)
{
    static const struct {
        const char *text;
        enum uvp_probe probe;
    } heads[] = {
        {"", UVP_PROBE_NO},
        {"glTF", UVP_PROBE_YES},
        {"{\"asset\":{\"version\":\"2.0\"}}", UVP_PROBE_YES},
        {"\xef\xbb\xbf\n {\"asset\":{\"version\":\"2.0\"}}", UVP_PROBE_YES},
        {"{\"scenes\":[]", UVP_PROBE_MAYBE},
        {"version https://git-lfs.github.com/spec/v1", UVP_PROBE_NO},
        {"<html>", UVP_PROBE_NO},
        {"v 0 0 0", UVP_PROBE_NO},
    };

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        assert_int_equal(gltf()->probe(uvp_span_of_text(heads[i].text), true), heads[i].probe);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),     cmocka_unit_test(test_no_copies),
        cmocka_unit_test(test_one_left),    cmocka_unit_test(test_skipped_all_the_same),
        cmocka_unit_test(test_u16),         cmocka_unit_test(test_existing),
        cmocka_unit_test(test_unsupported), cmocka_unit_test(test_needs),
        cmocka_unit_test(test_probe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
