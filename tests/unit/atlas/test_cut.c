/*
 * Cutting layouts whose parts lie on each other: ribbons laid along paths that cross
 * themselves.
 */
#include "tests/unit/atlas/atlas_scene.h"

#include <math.h>

#include "stages/unwrapper/atlas/cut.h"

#define MIDDLE (1 << 23)

/* A ribbon of n squares, each of two triangles or one quad. */
static void add_ribbon(struct uvp_test_mesh *mesh, uint32_t n, bool quads)
{
    uvp_test_mesh_plane(mesh, n, 1, quads);
}

struct place {
    double x;
    double y;
};

typedef struct place (*path)(double along, double across);

/* One and a half times around: the second round lies on the first. */
static struct place on_spiral(double along, double across)
{
    const double angle = 3 * 3.14159265358979 * along;
    const double radius = 4 - across;

    return (struct place){radius * cos(angle), radius * sin(angle)};
}

/* A tenth more than once around: the end lies on the beginning. */
static struct place on_ring(double along, double across)
{
    const double angle = 2.2 * 3.14159265358979 * along;
    const double radius = 4 - across;

    return (struct place){radius * cos(angle), radius * sin(angle)};
}

static struct place straight(double along, double across)
{
    return (struct place){10 * along, across};
}

static void lay(const struct uvp_scene *scene, struct uvp_patch *patch, path way)
{
    double widest = 0;

    for (uint32_t v = 0; v < scene->mesh.vertex_count; v++) {
        widest = fmax(widest, (double)scene->mesh.positions[3 * v]);
    }
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        const float *const p = scene->topology.point + 3 * (size_t)patch->point[v];
        const struct place at = way((double)p[0] / widest, p[1] > 0 ? 1 : 0);
        patch->at[v] = (struct uvp_point2){MIDDLE + (int32_t)(at.x * 400000),
                                           MIDDLE + (int32_t)(at.y * 400000)};
    }
}

static bool are_positive(const struct uvp_patch *patch)
{
    for (uint32_t t = 0; t < patch->triangle_count; t++) {
        const uint32_t *const c = patch->corner + 3 * (size_t)t;
        if (uvp_orient(patch->at[c[0]], patch->at[c[1]], patch->at[c[2]]) <= 0) {
            return false;
        }
    }
    return true;
}

/* Number of edges between the sides; a unit is never on both. */
static uint32_t count_cut_edges(const struct uvp_scene *scene, const struct uvp_patch *patch,
                                const uint32_t *side)
{
    uint32_t count = 0;

    for (uint32_t h = 0; h < 3 * patch->triangle_count; h++) {
        const uint32_t g = uvp_pieces_across(&scene->topology, &scene->pieces, h);
        if (g != UVP_NONE && g > h && side[g / 3] != side[h / 3]) {
            count++;
            assert_int_not_equal(uvp_unit_of(&scene->topology, h / 3),
                                 uvp_unit_of(&scene->topology, g / 3));
        }
    }
    return count;
}

/* Cuts a ribbon on a path; gives the number of edges cut, 0 when nothing was found. */
static uint32_t cut_ribbon(path way, bool quads)
{
    struct uvp_scene scene;
    struct uvp_patch patch;
    uint32_t *side;
    uint32_t edges = 0;
    bool found = true;

    uvp_scene_begin(&scene);
    add_ribbon(&scene.mesh, 60, quads);
    uvp_scene_ready(&scene);
    uvp_scene_patch(&scene, &patch);
    lay(&scene, &patch, way);
    assert_true(are_positive(&patch));
    side = uvp_scene_take(&scene, patch.triangle_count, sizeof *side);
    assert_int_equal(
        uvp_cut_lobes(&scene.work, &scene.topology, &scene.pieces, &patch, side, &found),
        UVP_OK);
    if (found) {
        edges = count_cut_edges(&scene, &patch, side);
        assert_true(edges > 0);
    }
    uvp_scene_end(&scene);
    return edges;
}

static void test_ribbon_on_itself(void **state)
{
    (void)state;
    /* one edge across the ribbon is the shortest seam */
    assert_in_range(cut_ribbon(on_spiral, false), 1, 2);
    assert_in_range(cut_ribbon(on_spiral, true), 1, 2);
}

static void test_nothing_overlaps(void **state)
{
    (void)state;
    assert_int_equal(cut_ribbon(straight, false), 0);
}

static void test_crossing_ends(void **state)
{
    (void)state;
    assert_in_range(cut_ribbon(on_ring, false), 1, 2);
}

/* One quad that lies on itself cannot be cut: its triangles are never parted. */
static void test_single_unit(void **state)
{
    static const uint32_t quad[4] = {0, 1, 2, 3};
    struct uvp_scene scene;
    struct uvp_patch patch;
    uint32_t side[2];
    bool found = true;

    (void)state;
    uvp_scene_begin(&scene);
    (void)uvp_test_mesh_vertex(&scene.mesh, 0, 0, 0);
    (void)uvp_test_mesh_vertex(&scene.mesh, 1, 0, 0);
    (void)uvp_test_mesh_vertex(&scene.mesh, 1, 1, 0);
    (void)uvp_test_mesh_vertex(&scene.mesh, 0, 1, 0);
    uvp_test_mesh_polygon(&scene.mesh, quad, 4);
    uvp_scene_ready(&scene);
    uvp_scene_patch(&scene, &patch);
    for (uint32_t i = 0; i < 3; i++) {
        static const struct uvp_point2 at[3] = {{0, 0}, {9000, 0}, {0, 9000}};
        patch.at[patch.corner[i]] = at[i];
    }
    for (uint32_t i = 3; i < 6; i++) {
        if (patch.corner[i] != patch.corner[0] && patch.corner[i] != patch.corner[1] &&
            patch.corner[i] != patch.corner[2]) {
            patch.at[patch.corner[i]] = (struct uvp_point2){8000, 500};
        }
    }
    assert_int_equal(
        uvp_cut_lobes(&scene.work, &scene.topology, &scene.pieces, &patch, side, &found),
        UVP_OK);
    assert_false(found);
    uvp_scene_end(&scene);
}

/* A fan wound twice about its middle: one lobe that overlaps itself. */
static void test_fan_wound_twice(void **state)
{
    struct uvp_scene scene;
    struct uvp_patch patch;
    uint32_t *side;
    bool found = false;

    (void)state;
    uvp_scene_begin(&scene);
    uvp_test_mesh_star(&scene.mesh, 24, 0);
    uvp_scene_ready(&scene);
    uvp_scene_patch(&scene, &patch);
    for (uint32_t v = 0; v < patch.vertex_count; v++) {
        const struct uvp_vec3 p = uvp_point_of(&scene.topology, patch.point[v]);
        const double size = sqrt(p.x * p.x + p.y * p.y);
        const double c = size > 0 ? p.x / size : 0;
        const double s = size > 0 ? p.y / size : 0;
        patch.at[v] = (struct uvp_point2){MIDDLE + (int32_t)((c * c - s * s) * size * 4000000),
                                          MIDDLE + (int32_t)(2 * c * s * size * 4000000)};
    }
    assert_true(are_positive(&patch));
    side = uvp_scene_take(&scene, patch.triangle_count, sizeof *side);
    assert_int_equal(
        uvp_cut_lobes(&scene.work, &scene.topology, &scene.pieces, &patch, side, &found),
        UVP_OK);
    assert_true(found);
    assert_in_range(count_cut_edges(&scene, &patch, side), 2, 4);
    uvp_scene_end(&scene);
}

static void test_without_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1;; n++) {
        struct uvp_scene scene;
        struct uvp_patch patch;
        enum uvp_code code;
        uint32_t side[120];
        bool found = false;
        uvp_scene_begin(&scene);
        add_ribbon(&scene.mesh, 60, false);
        uvp_scene_ready(&scene);
        uvp_scene_patch(&scene, &patch);
        lay(&scene, &patch, on_spiral);
        scene.bench.scratch.ceiling_bytes = scene.bench.scratch.used_bytes + n * 512;
        code = uvp_cut_lobes(&scene.work, &scene.topology, &scene.pieces, &patch, side, &found);
        uvp_scene_end(&scene);
        if (code == UVP_OK) {
            assert_true(found);
            break;
        }
        assert_int_equal(code, UVP_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ribbon_on_itself), cmocka_unit_test(test_nothing_overlaps),
        cmocka_unit_test(test_crossing_ends),    cmocka_unit_test(test_single_unit),
        cmocka_unit_test(test_fan_wound_twice),  cmocka_unit_test(test_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
