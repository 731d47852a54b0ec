/* Smooth over what is bent a little, sharp over what is bent much. */
#include "stages/unwrapper/picture/normals.h"
#include "tests/unit/picture/picture_bench.h"

/* Two squares that share the edge at x = 1; the second goes on in direction (c, 0, s). */
static void bend(struct bench *bench, float c, float s, float *corner, float *face)
{
    const float positions[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1 + c, 0, s, 1 + c, 1, s};
    const uint32_t corners[] = {0, 1, 2, 0, 2, 3, 1, 4, 5, 1, 5, 2};
    const uint32_t triangles[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const struct uvp_picture_mesh mesh = {.positions = positions,
                                          .vertex_count = 6,
                                          .corner_vertex = corners,
                                          .corner_count = 12,
                                          .triangles = triangles,
                                          .triangle_count = 4};
    struct uvp_parts parts;
    float *normals = NULL;

    assert_int_equal(uvp_parts_find(&mesh, &bench->arena, &bench->stop, &parts, NULL), UVP_OK);
    assert_int_equal(uvp_normals_make(&parts, &bench->arena, &bench->stop, &normals, NULL),
                     UVP_OK);
    assert_non_null(normals);
    memcpy(corner, normals + 3, 3 * sizeof *corner); /* of triangle 0 at (1, 0, 0) */
    memcpy(face, normals, 3 * sizeof *face);         /* at (0, 0, 0): of the square alone */
}

static void creases_stay_sharp(void **state)
{
    struct bench bench;
    float corner[3];
    float face[3];

    (void)state;
    bench_open(&bench);
    bend(&bench, 0.96F, 0.28F, corner, face); /* some 16 degrees */
    assert_true(face[2] > 0.999F);
    assert_true(corner[0] < -0.1F && corner[2] > 0.9F);
    bend(&bench, 0, 1, corner, face); /* a right angle */
    assert_true(corner[2] > 0.999F);
    bench_close(&bench);
}

static void a_triangle_without_area_has_none(void **state)
{
    static const float flat[] = {0, 0, 0, 1, 0, 0, 2, 0, 0, NAN, 0, 0};
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_parts parts;
    struct bench bench;
    float *normals = NULL;
    float normal[3];

    (void)state;
    bench_open(&bench);
    mesh.positions = flat;
    uvp_normals_face(&mesh, 0, normal);
    assert_true(fabsf(normal[0]) + fabsf(normal[1]) + fabsf(normal[2]) <= 0);
    assert_int_equal(uvp_parts_find(&mesh, &bench.arena, &bench.stop, &parts, NULL), UVP_OK);
    assert_int_equal(uvp_normals_make(&parts, &bench.arena, &bench.stop, &normals, NULL),
                     UVP_OK);
    for (int i = 0; i < 18; i++) {
        assert_true(fabsf(normals[i]) <= 0);
    }
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(creases_stay_sharp),
        cmocka_unit_test(a_triangle_without_area_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
