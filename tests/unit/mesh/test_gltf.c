/*
 * glTF: samples decoded, given UVs and decoded again; files that lie about themselves; cuts,
 * no memory, cancelling. Text that is wrong in one place is made on the spot.
 */
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

static const struct uvp_format *gltf(void)
{
    return uvp_format_by_path("x.glb", 5);
}

static enum uvp_code find(void *ctx, struct uvp_span name, struct uvp_span *bytes,
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
static void nearby_open(struct nearby *nearby)
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

static void nearby_close(struct nearby *nearby)
{
    bench_close(&nearby->bench);
}

static char *read_sample(const char *name, size_t *bytes)
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
    {"good-beside.gltf", 1, 96, 48, false},
#ifdef UVP_MESHOPT
    {"good-packed.glb", 1, 96, 48, false},
    {"good-packed-khr.glb", 1, 96, 48, false},
    {"good-packed-image.glb", 1, 96, 48, false},
#endif
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static char *load(struct nearby *nearby, const char *name, size_t *bytes, char **beside)
{
    size_t beside_bytes = 0;

    *beside = read_sample("beside.bin", &beside_bytes);
    nearby->beside = uvp_span_of(*beside, beside_bytes);
    return read_sample(name, bytes);
}

static struct uvp_mesh_uvs *uvs_of_all(struct bench *bench, uint64_t seed, bool sharing)
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
static void check_product(const struct nearby *nearby, const struct uvp_mesh_uvs *uvs,
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
    nearby_close(&nearby);
    free(beside);
    free(data);
}

/* ---- text with something wrong in it ---- */

#define HEAD                                                                                   \
    "{\"asset\":{\"version\":\"2.0\"},\"buffers\":[{\"byteLength\":4096,\"uri\":\"b\"}],"
#define MESH "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0},\"indices\":1}]}],"
#define POSITIONS "{\"bufferView\":0,\"componentType\":5126,\"count\":16,\"type\":\"VEC3\"}"
#define INDICES "{\"bufferView\":1,\"componentType\":5123,\"count\":48,\"type\":\"SCALAR\"}"
#define VIEW_0 "{\"buffer\":0,\"byteOffset\":2048,\"byteLength\":192}"
#define VIEW_1 "{\"buffer\":0,\"byteLength\":96}"
#define VIEWS "\"bufferViews\":[" VIEW_0 "," VIEW_1 "]}"
#define ACCESSORS "\"accessors\":[" POSITIONS "," INDICES "],"
#define WITH_POSITIONS(text) HEAD MESH "\"accessors\":[" text "," INDICES "]," VIEWS
#define WITH_INDICES(text) HEAD MESH "\"accessors\":[" POSITIONS "," text "]," VIEWS
#define WITH_VIEW(text) HEAD MESH ACCESSORS "\"bufferViews\":[" text "," VIEW_1 "]}"
#define WITH_MESH(text) HEAD "\"meshes\":[" text "]," ACCESSORS VIEWS
#define WITH_PRIMITIVE(text) WITH_MESH("{\"primitives\":[" text "]}")
#define WITH_BUFFER(text)                                                                      \
    "{\"asset\":{\"version\":\"2.0\"},\"buffers\":[" text "]," MESH ACCESSORS VIEWS
#define SPARSE(count, indices, values)                                                         \
    "{\"componentType\":5126,\"count\":16,\"type\":\"VEC3\",\"sparse\":{\"count\":" count      \
    ",\"indices\":" indices ",\"values\":" values "}}"
#define SPARSE_VALUES "{\"bufferView\":0}"

static const struct {
    const char *text;
    enum uvp_code code;
} texts[] = {
    {HEAD MESH ACCESSORS VIEWS, UVP_OK},
    /* the file */
    {"", UVP_BAD_DATA},
    {"[]", UVP_BAD_DATA},
    {"{}", UVP_BAD_DATA},
    {"{\"asset\":{}}", UVP_BAD_DATA},
    {"{\"asset\":{\"version\":\"1.0\"}}", UVP_UNSUPPORTED},
    {"{\"asset\":{\"version\":2.0}}", UVP_BAD_DATA},
    {"{\"asset\":{\"version\":\"2.1\",\"minVersion\":\"2.1\"}}", UVP_UNSUPPORTED},
    {"{\"asset\":{\"version\":\"2.0\"}}", UVP_UNSUPPORTED},
    {HEAD "\"meshes\":7}", UVP_UNSUPPORTED},
    {HEAD "\"accessors\":7}", UVP_BAD_DATA},
    {HEAD "\"accessors\":[7]}", UVP_BAD_DATA},
    {HEAD "\"extensionsRequired\":{}," MESH ACCESSORS VIEWS, UVP_BAD_DATA},
    /* numbers */
    {WITH_POSITIONS("{\"bufferView\":0.0,\"componentType\":5126e0,\"count\":1.6e1,"
                    "\"type\":\"VEC3\"}"),
     UVP_OK},
    {WITH_POSITIONS(
         "{\"bufferView\":0,\"componentType\":5126,\"count\":16.5,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS(
         "{\"bufferView\":0,\"componentType\":5126,\"count\":1e400,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS(
         "{\"bufferView\":0,\"componentType\":5126,\"count\":-16,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS(
         "{\"bufferView\":0,\"componentType\":5126,\"count\":\"16\",\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"componentType\":5126,\"count\":9007199254740992,"
                    "\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    /* accessors */
    {WITH_POSITIONS("{\"bufferView\":2,\"componentType\":5126,\"count\":16,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"componentType\":5126,\"count\":17,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"byteOffset\":4,\"componentType\":5126,\"count\":16,"
                    "\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"byteOffset\":9007199254740992,\"componentType\":5126,"
                    "\"count\":16,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"componentType\":5126,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"componentType\":5126,\"count\":16,\"type\":\"VEC2\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"componentType\":5126,\"count\":16,\"type\":\"VEC9\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"componentType\":5127,\"count\":16,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"componentType\":5125,\"count\":16,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    {WITH_POSITIONS("{\"bufferView\":0,\"componentType\":5120,\"count\":16,\"type\":\"VEC3\"}"),
     UVP_OK},
    /* zeros from nothing: some are fine, two thousand million are not */
    {WITH_POSITIONS("{\"componentType\":5126,\"count\":16,\"type\":\"VEC3\"}"), UVP_OK},
    {WITH_POSITIONS("{\"componentType\":5126,\"count\":2147483647,\"type\":\"VEC3\"}"),
     UVP_LIMIT},
    {WITH_POSITIONS("{\"componentType\":5126,\"count\":4294967295,\"type\":\"VEC3\"}"),
     UVP_BAD_DATA},
    /* indices */
    {WITH_INDICES("{\"bufferView\":1,\"componentType\":5123,\"count\":49,\"type\":\"SCALAR\"}"),
     UVP_BAD_DATA},
    {WITH_INDICES("{\"bufferView\":1,\"componentType\":5126,\"count\":12,\"type\":\"SCALAR\"}"),
     UVP_BAD_DATA},
    {WITH_INDICES("{\"bufferView\":1,\"componentType\":5122,\"count\":48,\"type\":\"SCALAR\"}"),
     UVP_BAD_DATA},
    {WITH_INDICES("{\"bufferView\":1,\"componentType\":5123,\"count\":24,\"type\":\"VEC2\"}"),
     UVP_BAD_DATA},
    {WITH_INDICES("{\"bufferView\":1,\"componentType\":5125,\"count\":24,\"type\":\"SCALAR\"}"),
     UVP_BAD_DATA},
    {WITH_INDICES("{\"bufferView\":0,\"componentType\":5123,\"count\":48,\"type\":\"SCALAR\"}"),
     UVP_BAD_DATA},
    {WITH_INDICES("{\"bufferView\":1,\"componentType\":5121,\"count\":96,\"type\":\"SCALAR\"}"),
     UVP_OK},
    {WITH_INDICES("{\"componentType\":5121,\"count\":96,\"type\":\"SCALAR\"}"), UVP_OK},
    {WITH_INDICES("{\"bufferView\":1,\"componentType\":5123,\"count\":2,\"type\":\"SCALAR\"}"),
     UVP_UNSUPPORTED},
    /* views */
    {WITH_VIEW("{\"buffer\":1,\"byteLength\":192}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"byteLength\":192}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":4097}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteOffset\":4000,\"byteLength\":192}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteOffset\":9007199254740992,\"byteLength\":192}"),
     UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":9007199254740992}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":4000,\"byteStride\":0}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":4000,\"byteStride\":1}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":4000,\"byteStride\":8}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":4000,\"byteStride\":253}"), UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":4000,\"byteStride\":252}"), UVP_OK},
    /* sparse */
    {WITH_POSITIONS(SPARSE("2", "{\"bufferView\":1,\"componentType\":5123}", SPARSE_VALUES)),
     UVP_OK},
    {WITH_POSITIONS(SPARSE("16", "{\"bufferView\":1,\"componentType\":5123}", SPARSE_VALUES)),
     UVP_OK},
    {WITH_POSITIONS(SPARSE("17", "{\"bufferView\":1,\"componentType\":5123}", SPARSE_VALUES)),
     UVP_BAD_DATA},
    {WITH_POSITIONS(SPARSE("3", "{\"bufferView\":1,\"componentType\":5121}", SPARSE_VALUES)),
     UVP_BAD_DATA},
    {WITH_POSITIONS(SPARSE("2", "{\"bufferView\":0,\"componentType\":5125}", SPARSE_VALUES)),
     UVP_BAD_DATA},
    {WITH_POSITIONS(SPARSE("2", "{\"bufferView\":1,\"componentType\":5126}", SPARSE_VALUES)),
     UVP_BAD_DATA},
    {WITH_POSITIONS(SPARSE("2", "{\"componentType\":5123}", SPARSE_VALUES)), UVP_BAD_DATA},
    {WITH_POSITIONS(SPARSE("2", "{\"bufferView\":1,\"componentType\":5123}", "{}")),
     UVP_BAD_DATA},
    {WITH_POSITIONS(SPARSE("2", "7", SPARSE_VALUES)), UVP_BAD_DATA},
    /* primitives */
    {WITH_MESH("7"), UVP_UNSUPPORTED},
    {WITH_MESH("{\"primitives\":[7]}"), UVP_BAD_DATA},
    {WITH_PRIMITIVE("{}"), UVP_UNSUPPORTED},
    {WITH_PRIMITIVE("{\"attributes\":[0]}"), UVP_BAD_DATA},
    {WITH_PRIMITIVE("{\"attributes\":{\"POSITION\":2}}"), UVP_BAD_DATA},
    {WITH_PRIMITIVE("{\"attributes\":{\"POSITION\":0},\"mode\":7}"), UVP_BAD_DATA},
    {WITH_PRIMITIVE("{\"attributes\":{\"POSITION\":0},\"mode\":1}"), UVP_UNSUPPORTED},
    {WITH_PRIMITIVE("{\"attributes\":{\"POSITION\":0},\"mode\":1},"
                    "{\"attributes\":{\"POSITION\":0},\"mode\":5}"),
     UVP_OK},
    {WITH_PRIMITIVE("{\"attributes\":{\"POSITION\":0},\"indices\":2}"), UVP_BAD_DATA},
    {WITH_PRIMITIVE("{\"attributes\":{\"POSITION\":0,\"NORMAL\":1}}"), UVP_BAD_DATA},
    {WITH_PRIMITIVE("{\"attributes\":{\"POSITION\":0},\"targets\":[{\"POSITION\":1}]}"),
     UVP_BAD_DATA},
    {WITH_PRIMITIVE("{\"attributes\":{\"POSITION\":0},\"targets\":[{}]}"), UVP_OK},
    {WITH_PRIMITIVE("{\"attributes\":{\"POSITION\":0},\"targets\":[7]}"), UVP_BAD_DATA},
    /* extensions: what is needed to read the rows must be known */
    {HEAD "\"extensionsRequired\":[\"A\"]," MESH ACCESSORS VIEWS, UVP_OK},
    {HEAD "\"extensionsRequired\":[\"A\"],\"meshes\":[{\"primitives\":[{\"attributes\":{"
          "\"POSITION\":0},\"extensions\":{\"A\":{}}}]}]," ACCESSORS VIEWS,
     UVP_UNSUPPORTED},
    {HEAD "\"extensionsUsed\":[\"A\"],\"meshes\":[{\"primitives\":[{\"attributes\":{"
          "\"POSITION\":0},\"extensions\":{\"A\":{}}}]}]," ACCESSORS VIEWS,
     UVP_OK},
    {HEAD "\"extensionsRequired\":[\"A\"]," MESH ACCESSORS "\"bufferViews\":[{\"buffer\":0,"
          "\"byteLength\":192,\"extensions\":{\"A\":1}}," VIEW_1 "]}",
     UVP_UNSUPPORTED},
    /* buffers */
    {WITH_BUFFER("{\"byteLength\":4097,\"uri\":\"b\"}"), UVP_BAD_DATA},
    {WITH_BUFFER("{\"byteLength\":2240,\"uri\":\"b\"}"), UVP_OK},
    {WITH_BUFFER("{\"byteLength\":2239,\"uri\":\"b\"}"), UVP_BAD_DATA},
    {WITH_BUFFER("{\"byteLength\":4096}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":7}"), UVP_BAD_DATA},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"c\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"./b\"}"), UVP_OK},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"\\u0062\"}"), UVP_OK},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"%62\"}"), UVP_OK},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"%6\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"%00b\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"\\ud800\"}"), UVP_BAD_DATA},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"../b\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"%2e%2e/b\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"a/../b\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"/b\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"a\\\\b\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"file:///b\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"http://b/b\"}"), UVP_UNSUPPORTED},
    {WITH_BUFFER("{\"byteLength\":4096,\"uri\":\"data:;base64,Zm9v\"}"), UVP_BAD_DATA},
    {WITH_BUFFER("{\"byteLength\":4,\"uri\":\"data:;base64,****\"}"), UVP_BAD_DATA},
    {WITH_BUFFER("{\"byteLength\":4,\"uri\":\"data:,abcd\"}"), UVP_BAD_DATA},
    {WITH_BUFFER("{\"byteLength\":4,\"uri\":\"data:\"}"), UVP_BAD_DATA},
    /* packed: sizes that do not fit, bytes that are none, too much from too little */
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":192,\"extensions\":{\"EXT_meshopt_compression\":{"
               "\"buffer\":0,\"byteLength\":100,\"byteStride\":12,\"count\":16,"
               "\"mode\":\"ATTRIBUTES\"}}}"),
     UVP_UNSUPPORTED},
#ifdef UVP_MESHOPT
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":192,\"extensions\":{\"EXT_meshopt_compression\":{"
               "\"buffer\":0,\"byteLength\":100,\"byteStride\":12,\"count\":15,"
               "\"mode\":\"ATTRIBUTES\"}}}"),
     UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":192,\"extensions\":{\"EXT_meshopt_compression\":{"
               "\"buffer\":0,\"byteLength\":100,\"byteStride\":6,\"count\":32,"
               "\"mode\":\"ATTRIBUTES\"}}}"),
     UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":192,\"extensions\":{\"EXT_meshopt_compression\":{"
               "\"buffer\":0,\"byteLength\":5000,\"byteStride\":12,\"count\":16,"
               "\"mode\":\"ATTRIBUTES\"}}}"),
     UVP_BAD_DATA},
    {WITH_VIEW(
         "{\"buffer\":0,\"byteLength\":12000,\"extensions\":{\"EXT_meshopt_compression\":{"
         "\"buffer\":0,\"byteLength\":100,\"byteStride\":12,\"count\":1000,"
         "\"mode\":\"ATTRIBUTES\"}}}"),
     UVP_BAD_DATA},
    {WITH_VIEW("{\"buffer\":0,\"byteLength\":192,\"extensions\":{\"EXT_meshopt_compression\":{"
               "\"buffer\":0,\"byteLength\":100,\"byteStride\":12,\"count\":16,"
               "\"mode\":\"MAGIC\"}}}"),
     UVP_BAD_DATA},
#endif
};

static void test_texts(void **state)
{
    struct nearby nearby;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *const text = texts[i].text;
        enum uvp_code code;
        nearby_open(&nearby);
        code = bench_decode(&nearby.bench, gltf(), text, strlen(text), NULL);
        if (code != texts[i].code) {
            fail_msg("%s instead of %s (%s): %s", uvp_code_name(code),
                     uvp_code_name(texts[i].code), nearby.bench.err.text, text);
        }
        assert_true(nearby.bench.mem.peak_bytes < (size_t)1 << 20);
        if (code == UVP_OK) {
            const struct uvp_mesh_options replace = {.existing = UVP_EXISTING_REPLACE};
            const struct uvp_mesh_uvs *const uvs = uvs_of_all(&nearby.bench, i, false);
            assert_int_equal(bench_encode(&nearby.bench, gltf(), uvs, &replace), UVP_OK);
            check_product(&nearby, uvs, &replace);
        }
        nearby_close(&nearby);
    }
}

/* ---- containers that lie ---- */

static void put_u32(char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (char)(value >> 8 * i);
    }
}

static void test_containers(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
        enum uvp_code code;
    } lies[] = {
        {0, 0x46546c66, UVP_BAD_DATA}, /* magic: then it is text, and none */
        {4, 1, UVP_UNSUPPORTED},       /* version */
        {4, 3, UVP_UNSUPPORTED},
        {8, 2496, UVP_BAD_DATA}, /* longer than it is */
        {8, UINT32_MAX, UVP_BAD_DATA},
        {8, 0, UVP_BAD_DATA},
        {8, 19, UVP_BAD_DATA},
        {8, 1000, UVP_BAD_DATA}, /* a chunk reaches beyond the end */
        {12, UINT32_MAX, UVP_BAD_DATA},
        {12, 2469, UVP_BAD_DATA},
        {12, 0, UVP_BAD_DATA},          /* no JSON in it */
        {16, 0x004e4942, UVP_BAD_DATA}, /* the binary chunk comes first */
    };
    struct nearby nearby;
    size_t bytes;
    char *beside;
    char *data;
    char *copy;

    (void)state;
    nearby_open(&nearby);
    data = load(&nearby, "good-plain.glb", &bytes, &beside);
    copy = malloc(bytes);
    assert_non_null(copy);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        memcpy(copy, data, bytes);
        put_u32(copy + lies[i].at, lies[i].value);
        assert_int_equal(bench_decode(&nearby.bench, gltf(), copy, bytes, NULL), lies[i].code);
    }
    free(copy);
    nearby_close(&nearby);
    free(beside);
    free(data);
}

/* Cut at every byte: refused, for the header says how long it is. */
static void test_cut(void **state)
{
    static const char *const names[] = {"good-plain.glb", "good-odd-chunk.glb",
                                        "good-embedded.gltf"};
    struct nearby nearby;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t bytes;
        char *beside;
        char *data;
        nearby_open(&nearby);
        data = load(&nearby, names[i], &bytes, &beside);
        /* nine bytes are behind the end of the second */
        for (size_t cut = 0; cut < bytes - (i == 1 ? 9 : 0); cut++) {
            assert_int_equal(bench_decode(&nearby.bench, gltf(), data, cut, NULL),
                             UVP_BAD_DATA);
        }
        nearby_close(&nearby);
        free(beside);
        free(data);
    }
}

/* Any byte changed: whatever comes of it can be decoded again. */
static void test_changed(void **state)
{
    static const char *const names[] = {"good-interleaved.glb", "good-shared-meshes.glb",
                                        "good-morph.glb", "good-packed.glb"};
    uint64_t random = 7;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        const struct uvp_mesh_options options = {.existing = UVP_EXISTING_REPLACE,
                                                 .vertices = 100000};
        struct nearby nearby;
        size_t bytes;
        char *beside;
        char *data;
        nearby_open(&nearby);
        data = load(&nearby, names[i % 4], &bytes, &beside);
        data[next_random(&random) % bytes] ^= (char)(1u << next_random(&random) % 8);
        if (bench_decode(&nearby.bench, gltf(), data, bytes, &options) == UVP_OK) {
            const struct uvp_mesh_uvs *const uvs =
                uvs_of_all(&nearby.bench, random, i % 2 == 0);
            if (bench_encode(&nearby.bench, gltf(), uvs, &options) == UVP_OK) {
                check_product(&nearby, uvs, &options);
            }
        }
        nearby_close(&nearby);
        free(beside);
        free(data);
    }
}

/* ---- no memory, no time ---- */

static enum uvp_code do_all(struct nearby *nearby, const char *data, size_t bytes)
{
    const struct uvp_mesh_options options = {
        .existing = UVP_EXISTING_REPLACE, .wants_uvs = true, .wants_groups = true};
    static float uv[2 * 48];
    static uint32_t corner_uv[3 * 96];
    struct uvp_mesh_uvs uvs[3];
    struct uvp_span *names;
    uint32_t count;

    for (uint32_t i = 0; i < 96; i++) {
        uv[i] = (float)i / 128;
    }
    for (uint32_t i = 0; i < 288; i++) {
        corner_uv[i] = i * 7 % 48;
    }
    for (int m = 0; m < 3; m++) {
        uvs[m] = (struct uvp_mesh_uvs){uv, 48, corner_uv, false};
    }
    uvp_error_clear(&nearby->bench.err);
    UVP_TRY(gltf()->needs(uvp_span_of(data, bytes), &nearby->bench.arena, &nearby->bench.stop,
                          &names, &count, &nearby->bench.err));
    UVP_TRY(bench_decode(&nearby->bench, gltf(), data, bytes, &options));
    return bench_encode(&nearby->bench, gltf(), uvs, &options);
}

static void test_no_memory(void **state)
{
    static const char *const names[] = {"good-morph.glb", "good-shared-meshes.glb",
                                        "good-embedded.gltf", "good-beside.gltf"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct nearby nearby;
        enum uvp_code code = UVP_NO_MEMORY;
        size_t bytes;
        char *beside;
        char *data;
        for (uint64_t call = 1; code != UVP_OK; call++) {
            nearby_open(&nearby);
            data = load(&nearby, names[i], &bytes, &beside);
            nearby.bench.mem.fail_at_call = call;
            code = do_all(&nearby, data, bytes);
            assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
            nearby_close(&nearby);
            free(beside);
            free(data);
            assert_true(call < 1000);
        }
    }
}

static void test_cancelled(void **state)
{
    enum uvp_code code = UVP_CANCELLED;

    (void)state;
    for (uint64_t poll = 1; code != UVP_OK; poll++) {
        struct nearby nearby;
        size_t bytes;
        char *beside;
        char *data;
        nearby_open(&nearby);
        data = load(&nearby, "good-shared-meshes.glb", &bytes, &beside);
        nearby.bench.stop.stop_at_poll = poll;
        code = do_all(&nearby, data, bytes);
        assert_true(code == UVP_OK || code == UVP_CANCELLED);
        nearby_close(&nearby);
        free(beside);
        free(data);
        assert_true(poll < 1000);
    }
}

/* The output has a ceiling, and limits of vertices and corners hold. */
static void test_limits(void **state)
{
    const struct uvp_mesh_options few_vertices = {.vertices = 47};
    const struct uvp_mesh_options few_corners = {.corners = 287};
    struct nearby nearby;
    size_t bytes;
    char *beside;
    char *data;

    (void)state;
    nearby_open(&nearby);
    data = load(&nearby, "good-plain.glb", &bytes, &beside);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, &few_vertices),
                     UVP_LIMIT);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, &few_corners), UVP_LIMIT);
    assert_int_equal(bench_decode(&nearby.bench, gltf(), data, bytes, NULL), UVP_OK);
    nearby.bench.body.ceiling_bytes = bytes;
    assert_int_equal(
        bench_encode(&nearby.bench, gltf(), uvs_of_all(&nearby.bench, 1, false), NULL),
        UVP_LIMIT);
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
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_no_copies),
        cmocka_unit_test(test_skipped_all_the_same),
        cmocka_unit_test(test_one_left),
        cmocka_unit_test(test_u16),
        cmocka_unit_test(test_existing),
        cmocka_unit_test(test_unsupported),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_needs),
        cmocka_unit_test(test_probe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
