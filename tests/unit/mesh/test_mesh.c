#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/mesh/mesh.h"

static const float positions[9] = {0, 0, 0, 1, 0, 0, 0, 1, 0};

static struct uvp_mesh make(const uint32_t *start, uint32_t polygons, const uint32_t *vertex)
{
    const struct uvp_mesh mesh = {
        .positions = positions,
        .vertex_count = 3,
        .corner_start = start,
        .polygon_count = polygons,
        .corner_vertex = vertex,
    };

    return mesh;
}

static void accepts_good_meshes(void **state)
{
    const uint32_t start[] = {0, 3, 3, 5};
    const uint32_t vertex[] = {0, 1, 2, 2, 0};
    struct uvp_mesh mesh = make(start, 3, vertex);

    (void)state;
    assert_true(uvp_mesh_is_valid(&mesh));
    mesh = make(start, 0, NULL);
    assert_true(uvp_mesh_is_valid(&mesh));
}

static void refuses_bad_ranges(void **state)
{
    const uint32_t late[] = {1, 3};
    const uint32_t back[] = {0, 3, 2};
    const uint32_t vertex[] = {0, 1, 2};
    struct uvp_mesh mesh = make(late, 1, vertex);

    (void)state;
    assert_false(uvp_mesh_is_valid(&mesh));
    mesh = make(back, 2, vertex);
    assert_false(uvp_mesh_is_valid(&mesh));
    mesh = make(NULL, 0, vertex);
    assert_false(uvp_mesh_is_valid(&mesh));
}

static void refuses_bad_corners(void **state)
{
    const uint32_t start[] = {0, 3};
    const uint32_t vertex[] = {0, 1, 3};
    struct uvp_mesh mesh = make(start, 1, vertex);

    (void)state;
    assert_false(uvp_mesh_is_valid(&mesh));
    mesh = make(start, 1, NULL);
    assert_false(uvp_mesh_is_valid(&mesh));
    mesh.corner_vertex = vertex;
    mesh.positions = NULL;
    assert_false(uvp_mesh_is_valid(&mesh));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_good_meshes),
        cmocka_unit_test(refuses_bad_ranges),
        cmocka_unit_test(refuses_bad_corners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
