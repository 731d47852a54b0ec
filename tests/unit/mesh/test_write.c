/* New files: OBJ read back by its decoder, PLY and GLB byte for byte and by small readers. */
#include "formats/mesh/write.h"

#include "tests/unit/mesh/product_bench.h"

#include <math.h>

#define WRITERS 5

typedef enum uvp_code write_function(const struct uvp_writing *writing, struct uvp_arena *arena,
                                     struct uvp_stop *stop, struct uvp_buf *out,
                                     struct uvp_error *err);

/* A quad and a triangle that share an edge, and a vertex in neither. */
static const float positions[18] = {0, 0, 0,    1,  0,    0,     1, 1, 0,
                                    0, 1, 0.1f, -2, 0.5f, 1e-7f, 8, 8, 8};
static const uint32_t corner_start[3] = {0, 4, 7};
static const uint32_t corner_vertex[7] = {0, 1, 2, 3, 0, 3, 4};
static const float uv[10] = {0, 0, 0.5f, 0, 0.5f, 0.5f, 0, 0.5f, 1, 0.75f};
static const uint32_t joined_uv[7] = {0, 1, 2, 3, 0, 3, 4};
static const uint32_t apart_uv[7] = {0, 1, 2, 3, 1, 3, 4};

struct scene {
    struct uvp_mesh meshes[3];
    struct uvp_mesh_uvs uvs[3];
    struct uvp_model model;
    struct uvp_writing writing;
};

/* The mesh, with a seam, without, and once more with no UVs. */
static void make_scene(struct scene *scene, uint32_t count)
{
    memset(scene, 0, sizeof *scene);
    for (uint32_t m = 0; m < 3; m++) {
        scene->meshes[m].positions = positions;
        scene->meshes[m].vertex_count = 6;
        scene->meshes[m].corner_start = corner_start;
        scene->meshes[m].polygon_count = 2;
        scene->meshes[m].corner_vertex = corner_vertex;
        scene->uvs[m].uv = m == 2 ? NULL : uv;
        scene->uvs[m].uv_count = 5;
        scene->uvs[m].corner_uv = m == 0 ? apart_uv : joined_uv;
    }
    scene->model.meshes = scene->meshes;
    scene->model.mesh_count = count;
    scene->writing.model = &scene->model;
    scene->writing.uvs = scene->uvs;
}

static void write_scene(struct bench *bench, const struct scene *scene, write_function *write)
{
    uvp_buf_reset(&bench->side);
    uvp_error_clear(&bench->err);
    if (write(&scene->writing, &bench->arena, &bench->stop, &bench->side, &bench->err) !=
        UVP_OK) {
        fail_msg("%s", bench->err.text);
    }
}

static void expect_bytes(const struct bench *bench, const char *wanted, size_t bytes)
{
    if (bench->side.bytes != bytes || memcmp(bench->side.data, wanted, bytes) != 0) {
        fail_msg("%.*s", (int)bench->side.bytes, (const char *)bench->side.data);
    }
}

/* ---- OBJ ---- */

#define OBJ_VERTICES "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0.1\nv -2 0.5 1e-7\nv 8 8 8\n"
#define OBJ_UVS "vt 0 0\nvt 0.5 0\nvt 0.5 0.5\nvt 0 0.5\nvt 1 0.75\n"

static void obj_of_one(void **state)
{
    static const char wanted[] = OBJ_VERTICES OBJ_UVS "f 1/1 2/2 3/3 4/4\nf 1/2 4/4 5/5\n";
    struct scene scene;
    struct bench bench;

    (void)state;
    make_scene(&scene, 1);
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_obj);
    expect_bytes(&bench, wanted, strlen(wanted));
    bench_close(&bench);
}

static void obj_of_several(void **state)
{
    static const char wanted[] =
        "o mesh0\n" OBJ_VERTICES OBJ_UVS "f 1/1 2/2 3/3 4/4\nf 1/2 4/4 5/5\n"
        "o mesh1\n" OBJ_VERTICES OBJ_UVS "f 7/6 8/7 9/8 10/9\nf 7/6 10/9 11/10\n"
        "o mesh2\n" OBJ_VERTICES "f 13 14 15 16\nf 13 16 17\n";
    struct scene scene;
    struct bench bench;

    (void)state;
    make_scene(&scene, 3);
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_obj);
    expect_bytes(&bench, wanted, strlen(wanted));
    bench_close(&bench);
}

static void obj_of_strange_polygons(void **state)
{
    static const uint32_t start[5] = {0, 0, 1, 3, 3};
    static const uint32_t vertex[3] = {1, 0, 1};
    static const uint32_t corner_uv[3] = {0, 1, 2};
    static const char wanted[] = OBJ_VERTICES OBJ_UVS "f 2/1\nf 1/2 2/3\n";
    struct scene scene;
    struct bench bench;

    (void)state;
    make_scene(&scene, 1);
    scene.meshes[0].corner_start = start;
    scene.meshes[0].polygon_count = 4;
    scene.meshes[0].corner_vertex = vertex;
    scene.uvs[0].corner_uv = corner_uv;
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_obj);
    expect_bytes(&bench, wanted, strlen(wanted));
    bench_close(&bench);
}

/* As large as to be more than a block, and one polygon larger than a block. */
static void obj_of_many(void **state)
{
    enum { VERTICES = 5000, TRIANGLES = 4000, LARGE = 9000 };
    const struct uvp_mesh_options all = {.wants_uvs = true};
    struct scene scene;
    struct bench bench;
    struct bench again;
    uint64_t seed = 7;
    float *places;
    uint32_t *start;
    uint32_t *vertex;

    (void)state;
    make_scene(&scene, 1);
    bench_open(&bench);
    bench_open(&again);
    places = UVP_ARENA_ARRAY(&bench.arena, float, 3 * VERTICES);
    start = UVP_ARENA_ARRAY(&bench.arena, uint32_t, TRIANGLES + 2);
    vertex = UVP_ARENA_ARRAY(&bench.arena, uint32_t, 3 * TRIANGLES + LARGE);
    assert_true(places != NULL && start != NULL && vertex != NULL);
    for (uint32_t i = 0; i < 3 * VERTICES; i++) {
        uint32_t bits = next_random(&seed) << 1;
        bits = (bits & 0x7f800000) == 0x7f800000 ? 0 : bits;
        memcpy(&places[i], &bits, 4);
    }
    for (uint32_t p = 0; p < TRIANGLES + 1; p++) {
        start[p] = p <= TRIANGLES / 2 ? 3 * p : 3 * (p - 1) + LARGE;
    }
    start[TRIANGLES + 1] = 3 * TRIANGLES + LARGE;
    for (uint32_t c = 0; c < 3 * TRIANGLES + LARGE; c++) {
        vertex[c] = next_random(&seed) % VERTICES;
    }
    scene.meshes[0].positions = places;
    scene.meshes[0].vertex_count = VERTICES;
    scene.meshes[0].corner_start = start;
    scene.meshes[0].polygon_count = TRIANGLES + 1;
    scene.meshes[0].corner_vertex = vertex;
    scene.uvs[0] = make_uvs(&bench, &scene.meshes[0], 3, false);
    write_scene(&bench, &scene, uvp_write_obj);
    assert_int_equal(bench_decode(&again, uvp_format_by_path(".obj", 4), bench.side.data,
                                  bench.side.bytes, &all),
                     UVP_OK);
    check_same(&scene.meshes[0], &scene.uvs[0], again.model.meshes);
    bench.side.ceiling_bytes = 1000;
    uvp_buf_release(&bench.side);
    assert_int_equal(
        uvp_write_obj(&scene.writing, &bench.arena, &bench.stop, &bench.side, &bench.err),
        UVP_LIMIT);
    bench_close(&again);
    bench_close(&bench);
}

/* ---- bytes of the binary ones ---- */

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static float get_float(const unsigned char *at)
{
    const uint32_t bits = get32(at);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- PLY ---- */

static const unsigned char *body_of(const struct bench *bench, const char *header)
{
    assert_true(bench->side.bytes >= strlen(header));
    if (memcmp(bench->side.data, header, strlen(header)) != 0) {
        fail_msg("%.*s", 250, (const char *)bench->side.data);
    }
    return bench->side.data + strlen(header);
}

#define PLY_HEADER(vertices, type, faces, list)                                                \
    "ply\nformat binary_little_endian 1.0\ncomment UVs by uvpipe\nelement vertex " vertices    \
    "\nproperty " type " x\nproperty " type " y\nproperty " type                               \
    " z\nproperty float s\nproperty float t\nelement face " faces "\nproperty list " list      \
    " int vertex_indices\nend_header\n"

static void ply_of_one(void **state)
{
    struct scene scene;
    struct bench bench;
    const unsigned char *at;

    (void)state;
    make_scene(&scene, 1);
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_ply);
    at = body_of(&bench, PLY_HEADER("7", "float", "2", "uchar"));
    assert_ptr_equal(at + 7 * 20 + 2 * 1 + 7 * 4, bench.side.data + bench.side.bytes);
    for (uint32_t v = 0; v < 7; v++) {
        const uint32_t from = v == 6 ? 0 : v;
        const float *const wanted = v == 6 ? uv + 2 : v == 5 ? uv : uv + (size_t)2 * v;
        for (uint32_t i = 0; i < 3; i++) {
            assert_true(get_float(at + 20 * v + 4 * i) == positions[3 * from + i]);
        }
        assert_true(get_float(at + 20 * v + 12) == wanted[0]);
        assert_true(get_float(at + 20 * v + 16) == wanted[1]);
    }
    at += 7 * 20;
    assert_int_equal(at[0], 4);
    assert_int_equal(get32(at + 1), 0);
    assert_int_equal(get32(at + 13), 3);
    assert_int_equal(at[17], 3);
    assert_int_equal(get32(at + 18), 6);
    assert_int_equal(get32(at + 22), 3);
    bench_close(&bench);
}

static void ply_of_several(void **state)
{
    struct scene scene;
    struct bench bench;
    const unsigned char *at;

    (void)state;
    make_scene(&scene, 3);
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_ply);
    at = body_of(&bench, PLY_HEADER("19", "float", "6", "uchar"));
    assert_true(get_float(at + 20 * 13 + 12) == 0.0f);
    at += 19 * 20 + 2 * 30;
    assert_int_equal(at[0], 4);
    assert_int_equal(get32(at + 1), 13);
    assert_ptr_equal(at + 30, bench.side.data + bench.side.bytes);
    bench_close(&bench);
}

static void ply_of_a_far_and_large_polygon(void **state)
{
    enum { CORNERS = 300 };
    static const float origin[3] = {1000000, 0, 0};
    static uint32_t vertex[CORNERS];
    static uint32_t corner_uv[CORNERS];
    static const uint32_t start[2] = {0, CORNERS};
    struct scene scene;
    struct bench bench;
    const unsigned char *at;

    (void)state;
    make_scene(&scene, 1);
    scene.meshes[0].corner_start = start;
    scene.meshes[0].polygon_count = 1;
    scene.meshes[0].corner_vertex = vertex;
    scene.uvs[0].corner_uv = corner_uv;
    scene.writing.origin = origin;
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_ply);
    at = body_of(&bench, PLY_HEADER("6", "double", "1", "uint"));
    assert_int_equal(get32(at), 0);
    assert_int_equal(get32(at + 4), 0x412e8480); /* the upper half of 10^6 */
    assert_int_equal(get32(at + 6 * 32), CORNERS);
    assert_ptr_equal(at + 6 * 32 + 4 + 4 * CORNERS, bench.side.data + bench.side.bytes);
    bench_close(&bench);
}

/* ---- GLB ---- */

/* Checks the frame; returns the data. */
static const unsigned char *open_glb(const struct bench *bench, const char *json)
{
    const unsigned char *const data = bench->side.data;
    uint32_t json_bytes;

    assert_true(bench->side.bytes > 28);
    assert_int_equal(get32(data), 0x46546c67);
    assert_int_equal(get32(data + 4), 2);
    assert_int_equal(get32(data + 8), bench->side.bytes);
    json_bytes = get32(data + 12);
    assert_int_equal(get32(data + 16), 0x4e4f534a);
    assert_int_equal(json_bytes % 4, 0);
    if (json != NULL && (json_bytes < strlen(json) || json_bytes > strlen(json) + 3 ||
                         memcmp(data + 20, json, strlen(json)) != 0)) {
        fail_msg("%.*s", (int)json_bytes, (const char *)data + 20);
    }
    assert_int_equal(get32(data + 20 + json_bytes) % 4, 0);
    assert_int_equal(get32(data + 20 + json_bytes), bench->side.bytes - 28 - json_bytes);
    assert_int_equal(get32(data + 24 + json_bytes), 0x004e4942);
    return data + 28 + json_bytes;
}

static void glb_of_one(void **state)
{
    static const char json[] =
        "{\"asset\":{\"version\":\"2.0\",\"generator\":\"uvpipe\"},\"scene\":0,"
        "\"scenes\":[{\"nodes\":[0]}],\"nodes\":[{\"mesh\":0}],\"meshes\":[{\"primitives\":["
        "{\"attributes\":{\"POSITION\":0,\"TEXCOORD_0\":1},\"indices\":2,\"mode\":4}]}],"
        "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":7,\"type\":\"VEC3\","
        "\"min\":[-2,0,0],\"max\":[8,8,8]},{\"bufferView\":1,\"componentType\":5126,\"count\":"
        "7,"
        "\"type\":\"VEC2\"},{\"bufferView\":2,\"componentType\":5123,\"count\":9,"
        "\"type\":\"SCALAR\"}],\"bufferViews\":[{\"buffer\":0,\"byteOffset\":0,\"byteLength\":"
        "84,"
        "\"target\":34962},{\"buffer\":0,\"byteOffset\":84,\"byteLength\":56,\"target\":34962},"
        "{\"buffer\":0,\"byteOffset\":140,\"byteLength\":18,\"target\":34963}],"
        "\"buffers\":[{\"byteLength\":160}]}";
    struct scene scene;
    struct bench bench;
    const unsigned char *at;

    (void)state;
    make_scene(&scene, 1);
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_glb);
    at = open_glb(&bench, json);
    assert_true(get_float(at + 72) == 0.0f); /* the copy of vertex 0 ... */
    assert_true(get_float(at + 84 + 48) == 0.5f);
    assert_true(get_float(at + 84 + 52) == 1.0f); /* ... and V from above */
    assert_true(get_float(at + 84 + 36) == 0.25f);
    assert_int_equal(at[140 + 12], 6);
    assert_int_equal(at[158], 0);
    assert_int_equal(at[159], 0);
    bench_close(&bench);
}

static void glb_with_normalised_uvs(void **state)
{
    static float coarse[10];
    struct scene scene;
    struct bench bench;
    const unsigned char *at;

    (void)state;
    for (uint32_t i = 0; i < 10; i++) {
        coarse[i] = (float)(i * 7281) / 65535.0f;
    }
    make_scene(&scene, 1);
    scene.uvs[0].uv = coarse;
    scene.uvs[0].is_u16 = true;
    scene.writing.uv_type = UVP_UV_U16;
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_glb);
    at = open_glb(&bench, NULL) + 84;
    for (uint32_t v = 0; v < 5; v++) {
        assert_int_equal(get32(at + 4 * v) & 0xffff, 2 * v * 7281);
        assert_int_equal(get32(at + 4 * v) >> 16, 65535 - (2 * v + 1) * 7281);
    }
    assert_non_null(strstr((const char *)bench.side.data + 20,
                           "\"componentType\":5123,\"normalized\":true,\"count\":7,"));
    bench_close(&bench);
}

static void glb_of_several(void **state)
{
    static const float origin[3] = {3000000.25f, -123456792, 1e-30f};
    static const uint32_t no_polygons[1] = {0};
    struct scene scene;
    struct bench bench;
    const char *json;

    (void)state;
    make_scene(&scene, 3);
    scene.meshes[1].corner_start = no_polygons;
    scene.meshes[1].polygon_count = 0;
    scene.writing.origin = origin;
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_glb);
    (void)open_glb(&bench, NULL);
    json = (const char *)bench.side.data + 20;
    assert_non_null(
        strstr(json, "\"nodes\":[{\"mesh\":0,\"translation\":[3000000.25,-123456792,1e-30]},"
                     "{\"mesh\":1,\"translation\":[3000000.25,-123456792,1e-30]}]"));
    assert_non_null(strstr(json, "{\"attributes\":{\"POSITION\":3},\"indices\":4,\"mode\":4}"));
    bench_close(&bench);
}

static void glb_without_what_is_no_number(void **state)
{
    float broken[18];
    struct scene scene;
    struct bench bench;

    (void)state;
    memcpy(broken, positions, sizeof broken);
    broken[14] = NAN;
    broken[15] = -INFINITY;
    make_scene(&scene, 1);
    scene.meshes[0].positions = broken;
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_glb);
    (void)open_glb(&bench, NULL);
    assert_non_null(
        strstr((const char *)bench.side.data + 20, "\"count\":6,\"type\":\"SCALAR\""));
    assert_non_null(strstr((const char *)bench.side.data + 20, "\"min\":[-2,0,0]"));
    for (int i = 0; i < 18; i++) {
        broken[i] = NAN;
    }
    assert_int_equal(
        uvp_write_glb(&scene.writing, &bench.arena, &bench.stop, &bench.side, &bench.err),
        UVP_UNSUPPORTED);
    bench_close(&bench);
}

/* 65535 vertices have u16 numbers, one more has not: 65535 means something else. */
static void glb_of_many_vertices(void **state)
{
    static const uint32_t start[2] = {0, 3};
    static const uint32_t vertex[3] = {0, 1, 2};
    float *const places = calloc(3 * 65536, sizeof *places);

    (void)state;
    assert_non_null(places);
    for (uint32_t count = 65535; count <= 65536; count++) {
        struct scene scene;
        struct bench bench;
        make_scene(&scene, 1);
        scene.meshes[0].positions = places;
        scene.meshes[0].vertex_count = count;
        scene.meshes[0].corner_start = start;
        scene.meshes[0].polygon_count = 1;
        scene.meshes[0].corner_vertex = vertex;
        bench_open(&bench);
        write_scene(&bench, &scene, uvp_write_glb);
        (void)open_glb(&bench, NULL);
        assert_non_null(strstr((const char *)bench.side.data + 20,
                               count == 65535 ? "5123,\"count\":3" : "5125,\"count\":3"));
        bench_close(&bench);
    }
    free(places);
}

/* ---- all ---- */

static void old_uvs_where_there_are_no_new_ones(void **state)
{
    static const char with_old[] =
        OBJ_VERTICES "vt 0.25 0.25\nvt 0.75 0.75\nf 1/1 2/2 3/1 4/2\nf 1/1 4/2 5/1\n";
    static const char without[] = OBJ_VERTICES "f 1 2 3 4\nf 1 4 5\n";
    static const float old[4] = {0.25f, 0.25f, 0.75f, 0.75f};
    static const uint32_t whole[7] = {0, 1, 0, 1, 0, 1, 0};
    static const uint32_t torn[7] = {0, 1, 0, 1, 0, 1, UVP_MESH_NO_UV};
    struct scene scene;
    struct bench bench;

    (void)state;
    make_scene(&scene, 1);
    scene.uvs[0].uv = NULL;
    scene.meshes[0].old_uv = old;
    scene.meshes[0].old_uv_count = 2;
    scene.meshes[0].corner_uv = whole;
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_obj);
    expect_bytes(&bench, with_old, strlen(with_old));
    scene.meshes[0].corner_uv = torn;
    write_scene(&bench, &scene, uvp_write_obj);
    expect_bytes(&bench, without, strlen(without));
    write_scene(&bench, &scene, uvp_write_ply);
    write_scene(&bench, &scene, uvp_write_glb);
    bench_close(&bench);
}

static void ply_without_uvs(void **state)
{
    static const char wanted[] =
        "ply\nformat binary_little_endian 1.0\ncomment by uvpipe\nelement vertex 6\n"
        "property float x\nproperty float y\nproperty float z\nelement face 2\n"
        "property list uchar int vertex_indices\nend_header\n";
    struct scene scene;
    struct bench bench;

    (void)state;
    make_scene(&scene, 1);
    scene.uvs[0].uv = NULL;
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_ply);
    assert_int_equal(bench.side.bytes, strlen(wanted) + 6 * 12 + 2 + 7 * 4);
    assert_memory_equal(bench.side.data, wanted, strlen(wanted));
    bench_close(&bench);
}

#define OFF_VERTICES "0 0 0\n1 0 0\n1 1 0\n0 1 0.1\n-2 0.5 1e-7\n8 8 8\n"

static void off_of_several(void **state)
{
    static const char wanted[] =
        "OFF\n12 4 0\n" OFF_VERTICES OFF_VERTICES "4 0 1 2 3\n3 0 3 4\n4 6 7 8 9\n3 6 9 10\n";
    struct scene scene;
    struct bench bench;

    (void)state;
    make_scene(&scene, 2);
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_off);
    expect_bytes(&bench, wanted, strlen(wanted));
    bench_close(&bench);
}

static float float_at(const struct bench *bench, size_t at)
{
    float value;

    memcpy(&value, bench->side.data + at, sizeof value);
    return value;
}

/* Three triangles: the quad's two and the other. */
static void stl_of_one(void **state)
{
    struct scene scene;
    struct bench bench;

    (void)state;
    make_scene(&scene, 1);
    bench_open(&bench);
    write_scene(&bench, &scene, uvp_write_stl);
    assert_int_equal(bench.side.bytes, 84 + 3 * 50);
    assert_int_equal(bench.side.data[80], 3);
    for (size_t t = 0; t < 3; t++) {
        double length = 0;
        for (size_t k = 0; k < 3; k++) {
            const double n = (double)float_at(&bench, 84 + 50 * t + 4 * k);
            length += n * n;
        }
        assert_true(fabs(length - 1) < 1e-6);
    }
    assert_true(float_at(&bench, 84 + 100 + 12) == 0.0F); /* the triangle's corners: 0, 3, 4 */
    assert_true(float_at(&bench, 84 + 100 + 28) == 1.0F);
    assert_true(float_at(&bench, 84 + 100 + 36) == -2.0F);
    bench_close(&bench);
}

static void memory_and_stop(void **state)
{
    static write_function *const functions[WRITERS] = {
        uvp_write_obj, uvp_write_ply, uvp_write_glb, uvp_write_stl, uvp_write_off};

    (void)state;
    for (int way = 0; way < 2 * WRITERS; way++) {
        enum uvp_code code = UVP_LIMIT;
        for (uint64_t n = 1; code != UVP_OK; n++) {
            struct scene scene;
            struct bench bench;
            make_scene(&scene, 3);
            bench_open(&bench);
            if (way < WRITERS) {
                bench.mem.fail_at_call = n;
            } else {
                bench.stop.stop_at_poll = n;
            }
            code = functions[way % WRITERS](&scene.writing, &bench.arena, &bench.stop,
                                            &bench.side, &bench.err);
            assert_true(code == UVP_OK ||
                        code == (way < WRITERS ? UVP_NO_MEMORY : UVP_CANCELLED));
            bench_close(&bench);
            assert_true(n < 1000);
        }
    }
}

static void ceilings(void **state)
{
    static write_function *const functions[WRITERS] = {
        uvp_write_obj, uvp_write_ply, uvp_write_glb, uvp_write_stl, uvp_write_off};

    (void)state;
    for (int way = 0; way < WRITERS; way++) {
        struct scene scene;
        struct bench bench;
        make_scene(&scene, 3);
        bench_open(&bench);
        bench.side.ceiling_bytes = 200;
        assert_int_equal(
            functions[way](&scene.writing, &bench.arena, &bench.stop, &bench.side, &bench.err),
            UVP_LIMIT);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(obj_of_one),
        cmocka_unit_test(obj_of_several),
        cmocka_unit_test(obj_of_strange_polygons),
        cmocka_unit_test(obj_of_many),
        cmocka_unit_test(ply_of_one),
        cmocka_unit_test(ply_of_several),
        cmocka_unit_test(ply_of_a_far_and_large_polygon),
        cmocka_unit_test(ply_without_uvs),
        cmocka_unit_test(off_of_several),
        cmocka_unit_test(stl_of_one),
        cmocka_unit_test(glb_of_one),
        cmocka_unit_test(glb_with_normalised_uvs),
        cmocka_unit_test(glb_of_several),
        cmocka_unit_test(glb_without_what_is_no_number),
        cmocka_unit_test(glb_of_many_vertices),
        cmocka_unit_test(old_uvs_where_there_are_no_new_ones),
        cmocka_unit_test(memory_and_stop),
        cmocka_unit_test(ceilings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
