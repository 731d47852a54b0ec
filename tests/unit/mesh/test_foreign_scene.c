/*
 * Nodes of scenes: taken apart and put together again, pruned, copied where glTF cannot follow,
 * and written into a GLB.
 */
#include <math.h>

#include "formats/mesh/foreign_scene.h"

#include "tests/unit/mesh/product_bench.h"

#define MESHES 4
#define IDENTITY                                                                               \
    {                                                                                          \
        {1, 0, 0, 0}, {0, 1, 0, 0},                                                            \
        {                                                                                      \
            0, 0, 1, 0                                                                         \
        }                                                                                      \
    }
#define SHEAR                                                                                  \
    {                                                                                          \
        {1, 1, 0, 5}, {0, 1, 0, 0},                                                            \
        {                                                                                      \
            0, 0, 1, 0                                                                         \
        }                                                                                      \
    }
#define NONE UVP_WRITING_NONE

/* ---- matrices ---- */

static void put_together(const struct uvp_writing_node *node, double to[3][4])
{
    const double x = (double)node->rotation[0];
    const double y = (double)node->rotation[1];
    const double z = (double)node->rotation[2];
    const double w = (double)node->rotation[3];
    const double turn[3][3] = {
        {1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)},
        {2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)},
        {2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)},
    };

    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 3; column++) {
            to[row][column] = turn[row][column] * (double)node->scale[column];
        }
        to[row][3] = (double)node->translation[row];
    }
}

static float between(uint64_t *random, float least, float most)
{
    return least + (most - least) * (float)(next_random(random) % 65536) / 65535.0f;
}

/* Any turn, any scaling, mirrors too: what comes back is the same matrix. */
static void matrices_are_taken_apart(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct uvp_writing_node node = {.is_moved = true};
        struct uvp_writing_node found = {.parent = 0};
        double wanted[3][4];
        double got[3][4];
        float matrix[3][4];
        float length = 0;

        for (int i = 0; i < 4; i++) {
            node.rotation[i] = round % 5 == i ? 1.0f : between(&random, -1, 1);
            length += node.rotation[i] * node.rotation[i];
        }
        for (int i = 0; i < 4; i++) {
            node.rotation[i] /= sqrtf(length);
        }
        for (int i = 0; i < 3; i++) {
            node.translation[i] = between(&random, -1000, 1000);
            node.scale[i] = between(&random, 0.01f, 4) * (round % (i + 2) == 0 ? -1.0f : 1.0f);
        }
        put_together(&node, wanted);
        for (int i = 0; i < 12; i++) {
            matrix[i / 4][i % 4] = (float)wanted[i / 4][i % 4];
        }
        assert_true(uvp_foreign_take_apart((const float(*)[4])matrix, &found));
        put_together(&found, got);
        for (int i = 0; i < 12; i++) {
            assert_true(fabs(got[i / 4][i % 4] - wanted[i / 4][i % 4]) < 1e-5);
        }
    }
}

static void what_nodes_cannot_do_is_told(void **state)
{
    static const float refused[][3][4] = {
        SHEAR,
        {{1, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 1, 0}},
        {{NAN, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}},
        {{1, 0, 0, INFINITY}, {0, 1, 0, 0}, {0, 0, 1, 0}},
        {{1, 0, 0, 0}, {0, 1, 0.001f, 0}, {0, 0, 1, 0}},
    };
    static const float same[3][4] = IDENTITY;
    static const float quarter[3][4] = {{0, -2, 0, 1}, {2, 0, 0, 2}, {0, 0, 2, 3}};
    struct uvp_writing_node node = {.parent = 0};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(uvp_foreign_take_apart(refused[i], &node));
    }
    assert_true(uvp_foreign_take_apart(same, &node));
    assert_false(node.is_moved);
    assert_true(uvp_foreign_take_apart(quarter, &node));
    assert_true(node.is_moved);
    assert_true(node.scale[0] == 2 && node.scale[1] == 2 && node.scale[2] == 2);
    assert_true(node.translation[2] == 3);
    assert_true(fabsf(node.rotation[2] - 0.70710678f) < 1e-6f);
    assert_true(fabsf(node.rotation[3] - 0.70710678f) < 1e-6f);
}

/* ---- scenes ---- */

static const float positions[12] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 2, 0};
static const uint32_t start[2] = {0, 4};
static const uint32_t vertex[4] = {0, 1, 2, 3};
static const uint32_t no_start[1] = {0};

/* Meshes of a quad each, but for mesh 2, which has nothing. */
static void make_meshes(struct uvp_mesh *meshes, struct uvp_model *model)
{
    memset(meshes, 0, MESHES * sizeof *meshes);
    for (int m = 0; m < MESHES; m++) {
        meshes[m].positions = positions;
        meshes[m].vertex_count = 4;
        meshes[m].corner_start = m == 2 ? no_start : start;
        meshes[m].polygon_count = m == 2 ? 0 : 1;
        meshes[m].corner_vertex = vertex;
    }
    memset(model, 0, sizeof *model);
    model->meshes = meshes;
    model->mesh_count = MESHES;
}

struct stage {
    struct bench bench;
    struct uvp_mesh meshes[MESHES];
    struct uvp_foreign_scene scene;
};

static enum uvp_code arrange(struct stage *stage, struct uvp_foreign_node *nodes,
                             uint32_t node_count, uint32_t *uses)
{
    struct uvp_foreign_graph graph = {.nodes = nodes, .node_count = node_count, .uses = uses};

    for (uint32_t i = 0; i < node_count; i++) {
        nodes[i].first_use = graph.use_count;
        graph.use_count += nodes[i].use_count;
    }
    make_meshes(stage->meshes, &stage->bench.model);
    uvp_error_clear(&stage->bench.err);
    return uvp_foreign_arrange(&graph, NULL, &stage->bench.arena, &stage->bench.stop,
                               &stage->bench.model, &stage->scene, &stage->bench.err);
}

static void expect_nodes(const struct stage *stage, const uint32_t (*wanted)[2], uint32_t count)
{
    assert_int_equal(stage->scene.node_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(stage->scene.nodes[i].parent, wanted[i][0]);
        assert_int_equal(stage->scene.nodes[i].mesh, wanted[i][1]);
    }
}

/* Two places for mesh 3, three meshes in one, and nodes that lead nowhere. */
static void make_nodes(struct uvp_foreign_node nodes[6], uint32_t uses[7])
{
    const struct uvp_foreign_node wanted[6] = {
        {NONE, IDENTITY, 0, 0}, {0, {{1, 0, 0, 5}, {0, 1, 0, 0}, {0, 0, 1, 0}}, 0, 1},
        {0, IDENTITY, 0, 1},    {1, {{2, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 2, 0}}, 0, 3},
        {2, IDENTITY, 0, 0},    {0, IDENTITY, 0, 0},
    };
    const uint32_t used[5] = {3, 2, 3, 2, 0};

    memcpy(nodes, wanted, sizeof wanted);
    memcpy(uses, used, sizeof used);
}

static void scenes_are_pruned(void **state)
{
    static const uint32_t wanted[5][2] = {{NONE, NONE}, {0, 0}, {1, NONE}, {2, 0}, {2, 1}};
    struct uvp_foreign_node nodes[6];
    uint32_t uses[7];
    struct stage stage;

    (void)state;
    bench_open(&stage.bench);
    make_nodes(nodes, uses);
    assert_int_equal(arrange(&stage, nodes, 6, uses), UVP_OK);
    assert_int_equal(stage.bench.model.mesh_count, 2);
    expect_nodes(&stage, wanted, 5);
    assert_int_equal(stage.scene.baked_count, 0);
    assert_false(stage.scene.nodes[0].is_moved);
    assert_true(stage.scene.nodes[1].translation[0] == 5);
    assert_true(stage.scene.nodes[2].scale[1] == 2);
    bench_close(&stage.bench);
}

/* Below a shear everything is a copy in the world; a mirror there turns polygons over. */
static void what_is_sheared_is_copied(void **state)
{
    static const uint32_t wanted[3][2] = {{NONE, 0}, {NONE, 1}, {NONE, 2}};
    static const uint32_t turned[4] = {0, 3, 2, 1};
    struct uvp_foreign_node nodes[3] = {
        {NONE, IDENTITY, 0, 1},
        {0, SHEAR, 0, 1},
        {1, {{-1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 9}}, 0, 1},
    };
    uint32_t uses[3] = {1, 1, 1};
    struct stage stage;
    const struct uvp_mesh *mesh;

    (void)state;
    bench_open(&stage.bench);
    assert_int_equal(arrange(&stage, nodes, 3, uses), UVP_OK);
    expect_nodes(&stage, wanted, 3);
    assert_int_equal(stage.scene.baked_count, 2);
    assert_int_equal(stage.bench.model.mesh_count, 3);
    mesh = &stage.bench.model.meshes[0];
    assert_ptr_equal(mesh->positions, positions);
    mesh = &stage.bench.model.meshes[1];
    assert_true(mesh->positions[6] == 1 + 1 + 5 && mesh->positions[7] == 1);
    assert_ptr_equal(mesh->corner_vertex, vertex);
    mesh = &stage.bench.model.meshes[2];
    assert_true(mesh->positions[6] == -1 + 1 + 5 && mesh->positions[8] == 9);
    assert_memory_equal(mesh->corner_vertex, turned, sizeof turned);
    assert_true(uvp_mesh_is_valid(mesh));
    bench_close(&stage.bench);
}

static void scenes_of_nothing_are_told(void **state)
{
    struct uvp_foreign_node nodes[2] = {{NONE, IDENTITY, 0, 1}, {0, IDENTITY, 0, 0}};
    struct uvp_foreign_node wrong[1] = {{NONE, IDENTITY, 0, 1}};
    uint32_t nothing[1] = {2};
    uint32_t uses[1] = {0};
    struct stage stage;

    (void)state;
    bench_open(&stage.bench);
    assert_int_equal(arrange(&stage, nodes, 2, nothing), UVP_UNSUPPORTED);
    assert_int_equal(arrange(&stage, nodes + 1, 0, uses), UVP_UNSUPPORTED);
    wrong[0].matrix[1][2] = NAN;
    assert_int_equal(arrange(&stage, wrong, 1, uses), UVP_BAD_DATA);
    bench_close(&stage.bench);
}

static void corners_of_copies_are_bounded(void **state)
{
    struct uvp_foreign_node nodes[2] = {{NONE, SHEAR, 0, 2}, {0, IDENTITY, 0, 2}};
    const struct uvp_mesh_options options = {.corners = 15};
    uint32_t uses[4] = {0, 1, 0, 3};
    struct uvp_foreign_graph graph = {nodes, 2, uses, 4, false};
    struct stage stage;

    (void)state;
    nodes[1].first_use = 2;
    bench_open(&stage.bench);
    make_meshes(stage.meshes, &stage.bench.model);
    assert_int_equal(uvp_foreign_arrange(&graph, &options, &stage.bench.arena,
                                         &stage.bench.stop, &stage.bench.model, &stage.scene,
                                         &stage.bench.err),
                     UVP_LIMIT);
    bench_close(&stage.bench);
}

/* ---- into a GLB ---- */

static void write_nodes(struct stage *stage, enum uvp_code wanted)
{
    struct uvp_mesh_uvs uvs[MESHES] = {{.uv = NULL}};
    const struct uvp_writing writing = {
        .model = &stage->bench.model,
        .uvs = uvs,
        .nodes = stage->scene.nodes,
        .node_count = stage->scene.node_count,
    };

    uvp_buf_reset(&stage->bench.side);
    assert_int_equal(uvp_write_glb(&writing, &stage->bench.arena, &stage->bench.stop,
                                   &stage->bench.side, &stage->bench.err),
                     wanted);
}

static void nodes_are_written(void **state)
{
    static const char wanted[] =
        "\"scenes\":[{\"nodes\":[0]}],\"nodes\":[{\"children\":[1]},"
        "{\"mesh\":0,\"translation\":[5,0,0],\"rotation\":[0,0,0,1],\"scale\":[1,1,1],"
        "\"children\":[2]},"
        "{\"translation\":[0,0,0],\"rotation\":[0,0,0,1],\"scale\":[2,2,2],"
        "\"children\":[3,4]},{\"mesh\":0},{\"mesh\":1}],\"meshes\":[";
    struct uvp_foreign_node nodes[6];
    uint32_t uses[7];
    struct stage stage;

    (void)state;
    bench_open(&stage.bench);
    make_nodes(nodes, uses);
    assert_int_equal(arrange(&stage, nodes, 6, uses), UVP_OK);
    write_nodes(&stage, UVP_OK);
    if (memmem(stage.bench.side.data, stage.bench.side.bytes, wanted, sizeof wanted - 1) ==
        NULL) {
        fail_msg("%.800s", (const char *)stage.bench.side.data + 20);
    }
    bench_close(&stage.bench);
}

/* A mesh that glTF cannot hold is left out, and its node stays. */
static void nodes_of_meshes_that_are_left_out(void **state)
{
    static const float lost[12] = {NAN, NAN, NAN};
    static const char wanted[] = "\"nodes\":[{},{\"mesh\":0}]";
    struct uvp_foreign_node nodes[2] = {{NONE, IDENTITY, 0, 1}, {NONE, IDENTITY, 0, 1}};
    uint32_t uses[2] = {0, 1};
    struct stage stage;

    (void)state;
    bench_open(&stage.bench);
    assert_int_equal(arrange(&stage, nodes, 2, uses), UVP_OK);
    stage.bench.model.meshes[0].positions = lost;
    write_nodes(&stage, UVP_OK);
    assert_non_null(
        memmem(stage.bench.side.data, stage.bench.side.bytes, wanted, sizeof wanted - 1));
    bench_close(&stage.bench);
}

/* ---- troubles ---- */

static void memory_runs_out_and_stops_come(void **state)
{
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    for (int n = 1; code != UVP_OK; n++) {
        struct uvp_foreign_node nodes[2] = {
            {NONE, IDENTITY, 0, 1}, {0, {{-1, 1, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}, 0, 1}};
        uint32_t uses[2] = {0, 1};
        struct stage stage;
        bench_open(&stage.bench);
        stage.bench.mem.fail_at_call = (uint64_t)n;
        code = arrange(&stage, nodes, 2, uses);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        bench_close(&stage.bench);
    }
    code = UVP_CANCELLED;
    for (int n = 1; code != UVP_OK; n++) {
        struct uvp_foreign_node nodes[6];
        uint32_t uses[7];
        struct stage stage;
        bench_open(&stage.bench);
        make_nodes(nodes, uses);
        stage.bench.stop.stop_at_poll = (uint64_t)n;
        code = arrange(&stage, nodes, 6, uses);
        assert_true(code == UVP_OK || code == UVP_CANCELLED);
        bench_close(&stage.bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrices_are_taken_apart),
        cmocka_unit_test(what_nodes_cannot_do_is_told),
        cmocka_unit_test(scenes_are_pruned),
        cmocka_unit_test(what_is_sheared_is_copied),
        cmocka_unit_test(scenes_of_nothing_are_told),
        cmocka_unit_test(corners_of_copies_are_bounded),
        cmocka_unit_test(nodes_are_written),
        cmocka_unit_test(nodes_of_meshes_that_are_left_out),
        cmocka_unit_test(memory_runs_out_and_stops_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
