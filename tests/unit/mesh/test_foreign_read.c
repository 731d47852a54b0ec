/*
 * Files of other programs through libassimp and into a GLB: the same triangles and our UVs,
 * read back by the reader of glTF; whatever goes wrong is told. Without the library there is
 * nothing to be tested.
 */
#include "tests/unit/mesh/product_bench.h"

#ifdef UVP_ASSIMP

#    include <dirent.h>
#    include <pthread.h>

#    include "formats/mesh/foreign_scene.h"

#    define MOST_BYTES ((size_t)1 << 16)

struct sample {
    char name[256];
    char data[MOST_BYTES];
    size_t bytes;
    const struct uvp_format *format;
};

static void load_sample(struct sample *sample, const char *name)
{
    char path[1024];
    FILE *file;

    snprintf(sample->name, sizeof sample->name, "%s", name);
    snprintf(path, sizeof path, "%s/foreign/%s", UVP_TEST_DATA, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    sample->bytes = fread(sample->data, 1, sizeof sample->data, file);
    assert_int_equal(fclose(file), 0);
    sample->format = uvp_format_by_path(name, strlen(name));
    assert_non_null(sample->format);
}

static void for_samples(void (*function)(const struct sample *sample))
{
    DIR *const dir = opendir(UVP_TEST_DATA "/foreign");
    struct sample *const sample = malloc(sizeof *sample);
    struct dirent *entry;
    int count = 0;

    assert_non_null(dir);
    assert_non_null(sample);
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "README.md") == 0) {
            continue;
        }
        load_sample(sample, entry->d_name);
        function(sample);
        count++;
    }
    free(sample);
    assert_int_equal(closedir(dir), 0);
    assert_true(count > 15);
}

static enum uvp_code decode_sample(struct bench *bench, const struct sample *sample,
                                   const struct uvp_mesh_options *options)
{
    return bench_decode(bench, sample->format, sample->data, sample->bytes, options);
}

/* ---- into a GLB and back ---- */

static void triangulate(struct bench *bench, const struct uvp_mesh *mesh,
                        struct uvp_mesh_triangles *triangles)
{
    assert_int_equal(uvp_mesh_triangulate(mesh, &bench->arena, &bench->arena, &bench->stop,
                                          triangles, &bench->err),
                     UVP_OK);
}

/* Triangle for triangle the same places, and the UVs given; `slack` is that of 16 bits. */
static void compare_mesh(struct bench *bench, const struct uvp_mesh *mesh,
                         const struct uvp_mesh_uvs *uvs, const struct uvp_mesh *again,
                         float slack)
{
    struct uvp_mesh_triangles wanted;
    struct uvp_mesh_triangles got;

    triangulate(bench, mesh, &wanted);
    triangulate(bench, again, &got);
    assert_int_equal(got.count, wanted.count);
    assert_non_null(again->old_uv);
    for (uint32_t i = 0; i < 3 * wanted.count; i++) {
        const float *const uv = uv_of(uvs, wanted.corners[i]);
        const float *const back = again->old_uv + (size_t)2 * again->corner_uv[got.corners[i]];
        assert_memory_equal(position_of(again, got.corners[i]),
                            position_of(mesh, wanted.corners[i]), 12);
        for (int k = 0; k < 2; k++) {
            assert_true(back[k] >= uv[k] - slack && back[k] <= uv[k] + slack);
        }
    }
}

static struct uvp_mesh_uvs *make_all_uvs(struct bench *bench, bool is_u16)
{
    const uint32_t count = bench->model.mesh_count;
    struct uvp_mesh_uvs *const uvs = UVP_ARENA_ARRAY(&bench->arena, struct uvp_mesh_uvs, count);

    assert_non_null(uvs);
    for (uint32_t m = 0; m < count; m++) {
        uvs[m] = make_uvs(bench, &bench->model.meshes[m], m + 1, m % 2 == 0);
        uvs[m].is_u16 = is_u16;
    }
    return uvs;
}

/* What was written beside, decoded as glTF in a bench of its own. */
static void open_side(const struct bench *bench, struct bench *again)
{
    static const struct uvp_mesh_options wants = {.wants_uvs = true};

    assert_string_equal(bench->product.side_suffix, ".glb");
    assert_false(bench->product.rewritten);
    bench_open(again);
    if (bench_decode(again, uvp_format_by_path(".glb", 4), bench->side.data, bench->side.bytes,
                     &wants) != UVP_OK) {
        fail_msg("%s", again->err.text);
    }
    assert_int_equal(again->model.mesh_count, bench->model.mesh_count);
}

static void go_round(struct bench *bench, const struct sample *sample,
                     const struct uvp_mesh_options *options)
{
    const bool is_u16 = options->uv_type == UVP_UV_U16;
    const struct uvp_mesh_uvs *const uvs = make_all_uvs(bench, is_u16);
    struct bench again;

    assert_int_equal(bench_encode(bench, sample->format, uvs, options), UVP_OK);
    assert_int_equal(bench->product.dropped, options->stl == UVP_ROOMLESS_REPLACE);
    open_side(bench, &again);
    for (uint32_t m = 0; m < bench->model.mesh_count; m++) {
        compare_mesh(bench, &bench->model.meshes[m], &uvs[m], &again.model.meshes[m],
                     is_u16 ? 1.0f / 65535 : 0);
    }
    bench_close(&again);
}

static enum uvp_code promised(const char *name)
{
    return strncmp(name, "good-", 5) == 0  ? UVP_OK
           : strncmp(name, "bad-", 4) == 0 ? UVP_BAD_DATA
                                           : UVP_UNSUPPORTED;
}

static void try_sample(const struct sample *sample)
{
    static const struct uvp_mesh_options ways[] = {
        {.stl = UVP_ROOMLESS_BESIDE},
        {.stl = UVP_ROOMLESS_REPLACE, .stl_to = UVP_COMPANION_PLY},
        {.uv_type = UVP_UV_U16},
        {.wants_uvs = true, .existing = UVP_EXISTING_REPLACE},
    };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct bench bench;
        enum uvp_code code;
        bench_open(&bench);
        code = decode_sample(&bench, sample, &ways[i]);
        if (code != promised(sample->name)) {
            fail_msg("%s: %s", sample->name, code == UVP_OK ? "decoded" : bench.err.text);
        }
        if (code == UVP_OK) {
            go_round(&bench, sample, &ways[i]);
        }
        bench_close(&bench);
    }
}

static void samples_go_round(void **state)
{
    (void)state;
    for_samples(try_sample);
}

/* ---- what is read of each ---- */

static void samples_hold_what_was_put_in(void **state)
{
    static const struct {
        const char *name;
        uint32_t meshes;
        uint32_t mapped;
        uint32_t polygons; /* of all */
        uint32_t vertices;
        uint32_t nodes;
    } rows[] = {
        {"good-polygons.dae", 1, 0, 6, 6, 2},  {"good-instances.dae", 2, 0, 12, 14, 4},
        {"good-sheared.dae", 3, 0, 18, 24, 4}, {"good-uvs.dae", 1, 1, 6, 8, 2},
        {"good-mixed.dae", 2, 1, 12, 14, 3},   {"good-scene.fbx", 2, 0, 12, 14, 4},
        {"good-uvs.fbx", 1, 1, 6, 8, 2},       {"good-scene.x3d", 2, 0, 12, 14, 3},
        {"good-box.3ds", 1, 0, 12, 8, 2},      {"good-uvs.3ds", 1, 1, 12, 8, 2},
    };
    struct sample *const sample = malloc(sizeof *sample);

    (void)state;
    assert_non_null(sample);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct uvp_foreign_scene *scene;
        uint32_t mapped = 0;
        uint32_t polygons = 0;
        uint32_t vertices = 0;
        struct bench bench;
        load_sample(sample, rows[i].name);
        bench_open(&bench);
        assert_int_equal(decode_sample(&bench, sample, NULL), UVP_OK);
        for (uint32_t m = 0; m < bench.model.mesh_count; m++) {
            mapped += bench.model.meshes[m].has_uvs;
            polygons += bench.model.meshes[m].polygon_count;
            vertices += bench.model.meshes[m].vertex_count;
        }
        scene = bench.model.format_private;
        if (bench.model.mesh_count != rows[i].meshes || mapped != rows[i].mapped ||
            polygons != rows[i].polygons || vertices != rows[i].vertices ||
            scene->node_count != rows[i].nodes) {
            fail_msg("%s: %u meshes, %u with UVs, %u polygons, %u vertices, %u nodes",
                     rows[i].name, bench.model.mesh_count, mapped, polygons, vertices,
                     scene->node_count);
        }
        bench_close(&bench);
    }
    free(sample);
}

/* The one that has UVs keeps them, beside the one that gets some. */
static void meshes_left_alone_keep_their_uvs(void **state)
{
    struct sample *const sample = malloc(sizeof *sample);
    struct uvp_mesh_uvs uvs[2];
    struct uvp_mesh_uvs old;
    struct bench bench;
    struct bench again;

    (void)state;
    assert_non_null(sample);
    load_sample(sample, "good-mixed.dae");
    bench_open(&bench);
    assert_int_equal(decode_sample(&bench, sample, NULL), UVP_OK);
    assert_int_equal(bench.model.mesh_count, 2);
    for (int m = 0; m < 2; m++) {
        const struct uvp_mesh *const mesh = &bench.model.meshes[m];
        uvs[m] = make_uvs(&bench, mesh, 5, false);
        if (mesh->has_uvs) {
            uvs[m].uv = NULL;
            old = (struct uvp_mesh_uvs){.uv = mesh->old_uv,
                                        .uv_count = mesh->old_uv_count,
                                        .corner_uv = mesh->corner_uv};
        }
    }
    assert_int_equal(bench_encode(&bench, sample->format, uvs, NULL), UVP_OK);
    open_side(&bench, &again);
    for (int m = 0; m < 2; m++) {
        compare_mesh(&bench, &bench.model.meshes[m], uvs[m].uv == NULL ? &old : &uvs[m],
                     &again.model.meshes[m], 0);
    }
    bench_close(&again);
    bench_close(&bench);
    free(sample);
}

static void options_leave_them_alone(void **state)
{
    static const struct uvp_mesh_options pass = {.stl = UVP_ROOMLESS_PASS};
    struct sample *const sample = malloc(sizeof *sample);
    struct bench bench;

    (void)state;
    assert_non_null(sample);
    load_sample(sample, "good-box.3ds");
    bench_open(&bench);
    assert_int_equal(decode_sample(&bench, sample, &pass), UVP_UNSUPPORTED);
    assert_string_equal(bench.err.text, "3DS files are left alone");
    bench_close(&bench);
    free(sample);
}

static void limits_are_kept(void **state)
{
    static const struct uvp_mesh_options limits[] = {{.corners = 19}, {.polygon_corners = 4}};
    struct sample *const sample = malloc(sizeof *sample);

    (void)state;
    assert_non_null(sample);
    load_sample(sample, "good-polygons.dae");
    for (int i = 0; i < 2; i++) {
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(decode_sample(&bench, sample, &limits[i]), UVP_LIMIT);
        bench_close(&bench);
    }
    free(sample);
}

/* ---- troubles ---- */

static void fail_every_call(const struct sample *sample)
{
    enum uvp_code code = UVP_NO_MEMORY;

    for (uint64_t n = 1; code == UVP_NO_MEMORY; n++) {
        struct bench bench;
        bench_open(&bench);
        bench.mem.fail_at_call = n;
        code = decode_sample(&bench, sample, NULL);
        if (code == UVP_OK) {
            bench.mem.fail_at_call = 0;
            const struct uvp_mesh_uvs *const uvs = make_all_uvs(&bench, false);
            bench.mem.fail_at_call = bench.mem.calls + n % 4 + 1;
            (void)bench_encode(&bench, sample->format, uvs, NULL);
        }
        bench_close(&bench);
    }
    assert_int_equal(code, promised(sample->name));
}

static void stop_at_every_poll(const struct sample *sample)
{
    enum uvp_code code = UVP_CANCELLED;

    for (uint64_t n = 1; code == UVP_CANCELLED; n++) {
        struct bench bench;
        bench_open(&bench);
        bench.stop.stop_at_poll = n;
        code = decode_sample(&bench, sample, NULL);
        bench_close(&bench);
    }
    assert_int_equal(code, promised(sample->name));
}

static void memory_runs_out(void **state)
{
    (void)state;
    for_samples(fail_every_call);
}

static void stops_come(void **state)
{
    (void)state;
    for_samples(stop_at_every_poll);
}

/* What is not the format by its first bytes does not reach the library. */
static void other_contents_are_refused(void **state)
{
    (void)state;
    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++) {
        struct bench bench;
        if (uvp_foreign_by_path((*at)->suffixes[0], 4) == UVP_FOREIGN_NONE) {
            continue;
        }
        bench_open(&bench);
        assert_int_equal(bench_decode(&bench, *at, "", 0, NULL), UVP_BAD_DATA);
        assert_int_equal(bench_decode(&bench, *at, "v 0 0 0\n", 8, NULL), UVP_BAD_DATA);
        bench_close(&bench);
    }
}

/* ---- threads ---- */

struct hand {
    pthread_t thread;
    const struct sample *sample;
    int wrong;
};

/* Half of them fail: the library keeps the words of a failure for all threads. */
static void *decode_often(void *arg)
{
    struct hand *const hand = arg;

    for (int i = 0; i < 50; i++) {
        struct uvp_mem mem;
        struct uvp_arena arena;
        struct uvp_stop stop;
        struct uvp_model model;
        struct uvp_error err = {0};
        const struct uvp_mesh_source source = {
            .bytes = uvp_span_of(hand->sample->data, hand->sample->bytes)};
        uvp_mem_init(&mem, 0);
        uvp_arena_init(&arena, &mem, 0);
        uvp_stop_init_child(&stop, NULL, 0, NULL);
        hand->wrong += hand->sample->format->decode(&source, NULL, &arena, &stop, &model,
                                                    &err) != promised(hand->sample->name);
        uvp_arena_release(&arena);
    }
    return NULL;
}

static void threads_take_turns(void **state)
{
    static const char *const names[4] = {"bad-index.dae", "bad-cut.fbx", "good-box.3ds",
                                         "good-scene.fbx"};
    struct hand hands[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct sample *const sample = malloc(sizeof *sample);
        assert_non_null(sample);
        load_sample(sample, names[i]);
        hands[i] = (struct hand){.sample = sample};
        assert_int_equal(pthread_create(&hands[i].thread, NULL, decode_often, &hands[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(hands[i].thread, NULL), 0);
        assert_int_equal(hands[i].wrong, 0);
        free((void *)(uintptr_t)hands[i].sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_go_round),
        cmocka_unit_test(samples_hold_what_was_put_in),
        cmocka_unit_test(meshes_left_alone_keep_their_uvs),
        cmocka_unit_test(options_leave_them_alone),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(stops_come),
        cmocka_unit_test(other_contents_are_refused),
        cmocka_unit_test(threads_take_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void this_build_reads_none(void **state)
{
    (void)state;
    print_message("built without UVP_ASSIMP: nothing to read with\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(this_build_reads_none)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
