/*
 * glTF that lies about itself; cuts, changed bytes, no memory, cancelling. Text that is wrong
 * in one place is made on the spot.
 */
#include "tests/unit/mesh/gltf_bench.h"

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
    {WITH_POSITIONS(SPARSE("0", "{\"bufferView\":1,\"componentType\":5123}", SPARSE_VALUES)),
     UVP_BAD_DATA},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),     cmocka_unit_test(test_containers),
        cmocka_unit_test(test_cut),       cmocka_unit_test(test_changed),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
