/* uvp_unwrap as its caller sees it: linked to the shared library, by the public header alone.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/library/shared_mesh.h"

struct bench {
    struct uvp_test_mesh mesh;
    struct uvp_geometry geometry;
};

static void open_torus(struct bench *bench, uint32_t around, uint32_t across)
{
    uvp_test_mesh_init(&bench->mesh);
    uvp_test_mesh_torus(&bench->mesh, around, across);
    bench->geometry = geometry_of(&bench->mesh);
    /* its corners are those of triangles or quads: told by counts in either case */
}

static void close_bench(struct bench *bench)
{
    uvp_test_mesh_release(&bench->mesh);
}

/* The faces of the test mesh, as counts of corners. */
static uint32_t *face_sizes(const struct uvp_test_mesh *mesh)
{
    uint32_t *const sizes = calloc(mesh->polygon_count, sizeof *sizes);

    assert_non_null(sizes);
    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        sizes[mesh->polygon[t]]++;
    }
    for (uint32_t f = 0; f < mesh->polygon_count; f++) {
        sizes[f] += 2;
    }
    return sizes;
}

static void test_every_corner_has_a_place(void **state)
{
    struct bench bench;
    struct uvp_unwrapped *made;
    struct uvp_unwrap_stats stats;
    struct uvp_judgement judgement;
    struct uvp_geometry with;
    const uint32_t *chart;
    uint32_t faces;
    uint32_t *sizes;

    (void)state;
    open_torus(&bench, 24, 12);
    sizes = face_sizes(&bench.mesh);
    bench.geometry.face_corners = sizes;
    bench.geometry.face_count = bench.mesh.polygon_count;
    made = unwrap_well(&bench.geometry, NULL);
    stats = stats_of(made);
    assert_int_equal(stats.triangles, bench.mesh.triangle_count);
    assert_true(stats.charts >= 1 && stats.pages == 1);
    assert_true(stats.stretch_max >= 1 && stats.packing_efficiency > 0.2);
    chart = uvp_unwrapped_face_charts(made, &faces);
    assert_int_equal(faces, bench.mesh.polygon_count);
    for (uint32_t f = 0; f < faces; f++) {
        assert_true(chart[f] < stats.charts);
    }
    with = mapped(&bench.geometry, made);
    for (uint32_t i = 0; i < 2 * with.uv_count; i++) {
        assert_true(with.uvs[i] >= 0 && with.uvs[i] <= 1);
    }
    judgement = judge_well(&with, 1);
    assert_true(judgement.valid);
    assert_int_equal(judgement.charts, stats.charts);
    uvp_unwrapped_destroy(made);
    free(sizes);
    close_bench(&bench);
}

/* A triangle mesh in the four shapes that a caller may have it in. */
static void test_shapes_give_the_same_bits(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_unwrapped *made[5];
    struct uvp_geometry geometry;
    struct vertex {
        char odd;
        double at[3];
    } * wide;
    uint16_t *narrow;
    unsigned char *floats;
    float *loose;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_sphere(&mesh, 20, 10);
    wide = calloc(mesh.vertex_count, sizeof *wide);
    narrow = calloc(mesh.triangle_count, 3 * sizeof *narrow);
    floats = calloc(mesh.vertex_count + 1, 17);
    loose = calloc(mesh.triangle_count, 9 * sizeof *loose);
    assert_true(wide != NULL && narrow != NULL && floats != NULL && loose != NULL);
    for (uint32_t i = 0; i < 3 * mesh.vertex_count; i++) {
        wide[i / 3].at[i % 3] = (double)mesh.positions[i];
    }
    for (uint32_t i = 0; i < mesh.vertex_count; i++) {
        memcpy(floats + 1 + 17 * (size_t)i, mesh.positions + 3 * (size_t)i, 12);
    }
    /* as triangles, each corner by the vertex it has */
    for (uint32_t i = 0; i < 3 * mesh.triangle_count; i++) {
        narrow[i] = (uint16_t)mesh.corner_vertex[mesh.triangles[i]];
    }
    geometry = geometry_of(&mesh);
    geometry.indices = narrow;
    geometry.index_type = UVP_INDEX_UINT16;
    geometry.corner_count = 3 * mesh.triangle_count;
    made[0] = unwrap_well(&geometry, NULL);
    geometry.positions = wide[0].at;
    geometry.position_type = UVP_POSITION_DOUBLE;
    geometry.position_stride_bytes = sizeof *wide;
    made[1] = unwrap_well(&geometry, NULL);
    geometry.positions = floats + 1;
    geometry.position_type = UVP_POSITION_FLOAT;
    geometry.position_stride_bytes = 17;
    made[2] = unwrap_well(&geometry, NULL);
    {
        uint32_t *const sizes = malloc(mesh.triangle_count * sizeof *sizes);
        uint32_t *const indices = malloc(mesh.triangle_count * 3 * sizeof *indices);

        assert_true(sizes != NULL && indices != NULL);
        for (uint32_t i = 0; i < 3 * mesh.triangle_count; i++) {
            indices[i] = narrow[i];
            sizes[i / 3] = 3;
        }
        geometry.indices = indices;
        geometry.index_type = UVP_INDEX_UINT32;
        geometry.face_corners = sizes;
        geometry.face_count = mesh.triangle_count;
        made[3] = unwrap_well(&geometry, NULL);
        free(sizes);
        free(indices);
    }
    /* without indices every corner has its vertex: equal places are welded by the engine */
    for (uint32_t i = 0; i < 3 * mesh.triangle_count; i++) {
        memcpy(loose + 3 * (size_t)i, mesh.positions + 3 * (size_t)narrow[i], 12);
    }
    geometry = (struct uvp_geometry){.struct_bytes = sizeof geometry,
                                     .positions = loose,
                                     .vertex_count = 3 * mesh.triangle_count};
    made[4] = unwrap_well(&geometry, NULL);
    for (int i = 1; i < 4; i++) {
        assert_same_atlas(made[0], made[i]);
    }
    assert_int_equal(stats_of(made[0]).charts, stats_of(made[4]).charts);
    for (int i = 0; i < 5; i++) {
        uvp_unwrapped_destroy(made[i]);
    }
    free(wide);
    free(narrow);
    free(floats);
    free(loose);
    uvp_test_mesh_release(&mesh);
}

/* A mesh of a survey: float would leave nothing of its shape so far from the origin. */
static void test_doubles_far_away(void **state)
{
    struct bench bench;
    struct uvp_unwrapped *near;
    struct uvp_unwrapped *far;
    double *positions;

    (void)state;
    uvp_test_mesh_init(&bench.mesh);
    uvp_test_mesh_sphere(&bench.mesh, 20, 10);
    bench.geometry = geometry_of(&bench.mesh);
    bench.geometry.face_corners = face_sizes(&bench.mesh);
    bench.geometry.face_count = bench.mesh.polygon_count;
    near = unwrap_well(&bench.geometry, NULL);
    positions = calloc(bench.mesh.vertex_count, 3 * sizeof *positions);
    assert_non_null(positions);
    for (uint32_t i = 0; i < 3 * bench.mesh.vertex_count; i++) {
        positions[i] = (double)bench.mesh.positions[i] + 4.1e9;
    }
    bench.geometry.positions = positions;
    bench.geometry.position_type = UVP_POSITION_DOUBLE;
    far = unwrap_well(&bench.geometry, NULL);
    assert_int_equal(stats_of(far).degenerate_triangles, stats_of(near).degenerate_triangles);
    assert_true(fabs(stats_of(far).stretch_mean - stats_of(near).stretch_mean) < 0.01);
    uvp_unwrapped_destroy(near);
    uvp_unwrapped_destroy(far);
    free(positions);
    free((void *)(uintptr_t)bench.geometry.face_corners);
    close_bench(&bench);
}

static void test_split_form(void **state)
{
    static const float positions[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0,
                                      0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1};
    static const uint32_t quads[] = {0, 3, 2, 1, 4, 5, 6, 7, 0, 1, 5, 4,
                                     1, 2, 6, 5, 2, 3, 7, 6, 3, 0, 4, 7};
    static const uint32_t sizes[] = {4, 4, 4, 4, 4, 4};
    struct uvp_geometry geometry = {.struct_bytes = sizeof geometry,
                                    .positions = positions,
                                    .vertex_count = 8,
                                    .indices = quads,
                                    .corner_count = 24,
                                    .face_corners = sizes,
                                    .face_count = 6};
    struct uvp_unwrapped *const made = unwrap_well(&geometry, NULL);
    const uint32_t *sources;
    const uint32_t *uvs;
    const uint32_t *corners;
    const uint32_t *again;
    const uint32_t *indices;
    struct uvp_error err;
    float flat[24][3];
    uint32_t count = 0;
    uint32_t corner_count;
    uint32_t seen = 0;

    (void)state;
    assert_int_equal(uvp_unwrapped_split(made, &count, &sources, &uvs, &corners, &err), UVP_OK);
    indices = uvp_unwrapped_uv_indices(made, &corner_count);
    assert_int_equal(corner_count, 24);
    assert_true(count >= 8 && count <= 24);
    uvp_unwrapped_write_corners(made, flat, sizeof flat[0]);
    for (uint32_t c = 0; c < 24; c++) {
        uint32_t uv_count;
        const float *const uv = uvp_unwrapped_uvs(made, &uv_count);

        assert_true(corners[c] <= seen);
        seen += corners[c] == seen ? 1 : 0;
        assert_int_equal(sources[corners[c]], quads[c]);
        assert_int_equal(uvs[corners[c]], indices[c]);
        assert_memory_equal(flat[c], uv + 2 * (size_t)indices[c], 8);
    }
    assert_int_equal(seen, count);
    assert_int_equal(uvp_unwrapped_split(made, &count, &sources, &uvs, &again, NULL), UVP_OK);
    assert_ptr_equal(again, corners);
    uvp_unwrapped_destroy(made);
}

/* Each option changes what comes out. */
static void test_options_do_something(void **state)
{
    struct uvp_unwrap_options options = {.struct_bytes = sizeof options};
    struct uvp_unwrapped *plain;
    struct uvp_unwrapped *made;
    struct uvp_geometry with;
    struct bench bench;
    uint32_t *sizes;
    uint32_t *materials;

    (void)state;
    open_torus(&bench, 32, 16);
    sizes = face_sizes(&bench.mesh);
    materials = calloc(bench.mesh.polygon_count, sizeof *materials);
    assert_non_null(materials);
    for (uint32_t f = 0; f < bench.mesh.polygon_count; f++) {
        materials[f] = f % 3;
    }
    bench.geometry.face_corners = sizes;
    bench.geometry.face_count = bench.mesh.polygon_count;
    bench.geometry.face_materials = materials;
    plain = unwrap_well(&bench.geometry, &options);
#define DIFFERS(field, value, telling)                                                         \
    do {                                                                                       \
        const struct uvp_unwrap_stats before = stats_of(plain);                                \
        struct uvp_unwrap_stats after;                                                         \
        struct uvp_unwrap_options other = options;                                             \
        other.field = value;                                                                   \
        made = unwrap_well(&bench.geometry, &other);                                           \
        after = stats_of(made);                                                                \
        (void)before;                                                                          \
        if (!(telling)) {                                                                      \
            fail_msg("%s changes nothing", #field);                                            \
        }                                                                                      \
        uvp_unwrapped_destroy(made);                                                           \
    } while (0)
    DIFFERS(preset, UVP_PRESET_FAST, after.charts != before.charts);
    DIFFERS(max_stretch, 1.01F, after.charts > before.charts);
    DIFFERS(max_chart_triangles, 4, after.charts >= after.triangles / 4);
    DIFFERS(seam_degrees, 1.0F, after.charts > before.charts);
    DIFFERS(seam_materials, true, after.charts > before.charts);
    DIFFERS(padding_texels, 64.0F, after.packing_efficiency < before.packing_efficiency);
    DIFFERS(padding_texels, -1.0F, after.packing_efficiency > before.packing_efficiency);
    DIFFERS(resolution_texels, 32, after.packing_efficiency < before.packing_efficiency);
    DIFFERS(texels_per_unit, 1.0F, after.density_reached && !before.density_reached);
    options.texels_per_unit = 2000;
    DIFFERS(pages, UVP_PAGES_AUTO, after.pages > 1);
    options.texels_per_unit = 0;
    /* charts of its own are kept: the fast preset's many stay many */
    options.preset = UVP_PRESET_FAST;
    made = unwrap_well(&bench.geometry, &options);
    with = mapped(&bench.geometry, made);
    options.preset = UVP_PRESET_BALANCED;
    options.keep_charts = true;
    {
        struct uvp_unwrapped *const kept = unwrap_well(&with, &options);
        assert_int_equal(stats_of(kept).charts, stats_of(made).charts);
        uvp_unwrapped_destroy(kept);
    }
    uvp_unwrapped_destroy(made);
    uvp_unwrapped_destroy(plain);
    free(sizes);
    free(materials);
    close_bench(&bench);
#undef DIFFERS
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_corner_has_a_place),
        cmocka_unit_test(test_shapes_give_the_same_bits),
        cmocka_unit_test(test_doubles_far_away),
        cmocka_unit_test(test_split_form),
        cmocka_unit_test(test_options_do_something),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
