/* What hangs together, where it ends, and what is turned. */
#include "stages/unwrapper/picture/parts.h"
#include "tests/unit/picture/picture_bench.h"

static struct uvp_parts find(struct bench *bench, const struct uvp_picture_mesh *mesh)
{
    struct uvp_parts parts;

    assert_int_equal(uvp_parts_find(mesh, &bench->arena, &bench->stop, &parts, &bench->err),
                     UVP_OK);
    return parts;
}

static void shared_uvs_are_one_chart(void **state)
{
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_parts parts;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    parts = find(&bench, &mesh);
    assert_int_equal(parts.chart_count, 1);
    assert_int_equal(parts.border_count, 4);
    assert_int_equal(parts.turned_count, 0);
    mesh.corner_uv = NULL;
    parts = find(&bench, &mesh);
    assert_int_equal(parts.chart_count, 0);
    assert_int_equal(parts.chart[1], UVP_PARTS_NONE);
    bench_close(&bench);
}

/* As STL and glTF have it: a vertex a corner, and the same places. */
static void split_vertices_are_one_place(void **state)
{
    static const float positions[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, -0.0F, 0, 0, 1, 1, 0, 0, 1, 0};
    static const uint32_t corners[] = {0, 1, 2, 3, 4, 5};
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_parts parts;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    mesh.positions = positions;
    mesh.vertex_count = 6;
    mesh.corner_vertex = corners;
    parts = find(&bench, &mesh);
    assert_int_equal(parts.place[0], parts.place[3]);
    assert_int_equal(parts.place[2], parts.place[4]);
    assert_int_not_equal(parts.place[1], parts.place[5]);
    assert_int_equal(parts.chart_count, 1);
    assert_int_equal(parts.border_count, 4);
    bench_close(&bench);
}

/* Halves that are mirrored onto the same UVs: two charts, though their UVs are equal. */
static void mirrored_halves_stay_apart(void **state)
{
    static const float positions[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5, 1, 0, 5, 0, 1, 5};
    static const uint32_t corners[] = {0, 1, 2, 3, 4, 5};
    static const uint32_t corner_uv[] = {0, 1, 2, 0, 1, 2};
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_parts parts;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    mesh.positions = positions;
    mesh.vertex_count = 6;
    mesh.corner_vertex = corners;
    mesh.corner_uv = corner_uv;
    parts = find(&bench, &mesh);
    assert_int_equal(parts.chart_count, 2);
    assert_int_equal(parts.border_count, 6);
    bench_close(&bench);
}

static void a_fold_is_turned_and_a_mirrored_chart_is_not(void **state)
{
    static const float folded[] = {0, 0, 1, 0, 1, 1, 0.9F, 0.3F};
    static const float mirrored[] = {1, 0, 0, 0, 0, 1, 1, 1};
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_parts parts;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    mesh.uv = folded;
    parts = find(&bench, &mesh);
    assert_int_equal(parts.chart_count, 1);
    assert_int_equal(parts.turned_count, 1);
    assert_int_equal(parts.turned[1], 1); /* the smaller one */
    mesh.uv = mirrored;
    parts = find(&bench, &mesh);
    assert_int_equal(parts.turned_count, 0);
    bench_close(&bench);
}

/* A triangle without area that hangs on a border does not hide it. */
static void flat_triangles_have_no_borders_and_hide_none(void **state)
{
    static const uint32_t corners[] = {0, 1, 2, 0, 2, 3, 1, 0, 1};
    static const uint32_t triangles[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_parts parts;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    mesh.corner_vertex = corners;
    mesh.corner_uv = corners;
    mesh.corner_count = 9;
    mesh.triangles = triangles;
    mesh.triangle_count = 3;
    parts = find(&bench, &mesh);
    assert_int_equal(parts.chart_count, 1);
    assert_int_equal(parts.border_count, 4);
    for (uint32_t i = 0; i < parts.border_count; i++) {
        assert_true(parts.border[i] < 6);
    }
    bench_close(&bench);
}

static void unusable_uvs_are_none(void **state)
{
    static const float uv[] = {0, 0, 1, NAN, 1, 1, 0, 1};
    static const uint32_t corner_uv[] = {0, 1, 2, 0, 2, UINT32_MAX};
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_parts parts;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    mesh.uv = uv;
    mesh.corner_uv = corner_uv;
    parts = find(&bench, &mesh);
    assert_int_equal(parts.chart_count, 0);
    assert_int_equal(parts.border_count, 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_uvs_are_one_chart),
        cmocka_unit_test(split_vertices_are_one_place),
        cmocka_unit_test(mirrored_halves_stay_apart),
        cmocka_unit_test(a_fold_is_turned_and_a_mirrored_chart_is_not),
        cmocka_unit_test(flat_triangles_have_no_borders_and_hide_none),
        cmocka_unit_test(unusable_uvs_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
