/*
 * Which half-edges are one edge: counted on meshes small enough to know the answer.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>

#include "stages/unwrapper/atlas/topology.h"

#include "stages/unwrapper/atlas/plan.h"

struct counts {
    uint32_t points;
    uint32_t pairs;
    uint32_t open; /* half-edges of living triangles */
    uint32_t dead;
    uint32_t units;
    uint32_t turned;
};

static void check_pairs(const struct uvp_topology *topology)
{
    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        const uint32_t g = topology->opposite[h];
        if (g == UVP_NONE) {
            continue;
        }
        assert_int_equal(topology->opposite[g], h);
        assert_int_not_equal(g / 3, h / 3);
        assert_int_equal(topology->vertex[h], topology->vertex[uvp_edge_next(g)]);
        assert_int_equal(topology->vertex[g], topology->vertex[uvp_edge_next(h)]);
    }
}

static struct counts count_with(const struct uvp_test_mesh *mesh, bool fix_winding)
{
    const struct uvp_plan plan = {.fix_winding = fix_winding};
    const struct uvp_atlas_input input = uvp_mesh_input(mesh);
    struct uvp_topology topology = {0};
    struct counts counts = {0};
    struct uvp_bench bench;
    struct uvp_atlas_work work;

    uvp_bench_init(&bench);
    work = (struct uvp_atlas_work){.input = &input,
                                   .plan = &plan,
                                   .keep = &bench.keep,
                                   .scratch = &bench.scratch,
                                   .stop = &bench.stop,
                                   .err = &bench.err};
    assert_int_equal(uvp_topology_make(&work, &topology), UVP_OK);
    check_pairs(&topology);
    for (uint32_t h = 0; h < 3 * topology.triangle_count; h++) {
        counts.pairs += topology.opposite[h] != UVP_NONE && h < topology.opposite[h];
        counts.open += topology.opposite[h] == UVP_NONE && !uvp_is_dead(&topology, h / 3);
    }
    for (uint32_t t = 0; t < topology.triangle_count; t++) {
        counts.dead += uvp_is_dead(&topology, t);
    }
    counts.points = topology.point_count;
    counts.units = topology.unit_count;
    counts.turned = topology.turned_triangles;
    uvp_bench_release(&bench);
    return counts;
}

static struct counts count_mesh(const struct uvp_test_mesh *mesh)
{
    return count_with(mesh, false);
}

static void test_weld_takes_minus_zero_for_zero(void **state)
{
    struct uvp_test_mesh mesh;
    struct counts counts;

    (void)state;
    uvp_test_mesh_init(&mesh);
    (void)uvp_test_mesh_vertex(&mesh, 0.0, 0, 0);
    (void)uvp_test_mesh_vertex(&mesh, 1, 0, 0);
    (void)uvp_test_mesh_vertex(&mesh, 0, 1, 0);
    (void)uvp_test_mesh_vertex(&mesh, -0.0, -0.0, -0.0);
    (void)uvp_test_mesh_vertex(&mesh, 1, -0.0, 0);
    (void)uvp_test_mesh_vertex(&mesh, 0, -1, 0);
    uvp_test_mesh_triangle(&mesh, 0, 1, 2);
    uvp_test_mesh_triangle(&mesh, 4, 3, 5);
    counts = count_mesh(&mesh);
    assert_int_equal(counts.points, 4);
    assert_int_equal(counts.pairs, 1);
    mesh.positions[3 * 4] = 1.0000001F; /* no tolerance */
    assert_int_equal(count_mesh(&mesh).pairs, 0);
    uvp_test_mesh_release(&mesh);
}

static void test_closed_shapes_have_no_border(void **state)
{
    struct uvp_test_mesh mesh;
    struct counts counts;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_sphere(&mesh, 10, 6);
    counts = count_mesh(&mesh);
    assert_int_equal(counts.open, 0);
    assert_int_equal(counts.pairs, 3 * mesh.triangle_count / 2);
    uvp_test_mesh_release(&mesh);
    uvp_test_mesh_torus(&mesh, 9, 7);
    assert_int_equal(count_mesh(&mesh).open, 0);
    uvp_test_mesh_release(&mesh);
}

static void test_moebius_band_stays_open_where_it_turns(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_moebius(&mesh, 12);
    /* 24 border half-edges, and one edge met twice in the same direction */
    assert_int_equal(count_mesh(&mesh).open, 26);
    uvp_test_mesh_release(&mesh);
}

static void test_copies_are_sheets_of_their_own(void **state)
{
    (void)state;
    for (uint32_t copies = 1; copies <= 4; copies++) {
        struct uvp_test_mesh mesh;
        struct counts counts;
        uvp_test_mesh_init(&mesh);
        for (uint32_t i = 0; i < copies; i++) {
            uvp_test_mesh_plane(&mesh, 3, 2, false);
        }
        counts = count_mesh(&mesh);
        assert_int_equal(counts.open, copies * 10);
        assert_int_equal(counts.pairs, copies * 13);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_two_sides_of_a_sheet_stay_two(void **state)
{
    struct uvp_test_mesh mesh;
    struct counts counts;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 3, 3, false);
    for (uint32_t t = 0; t < 18; t++) {
        const uint32_t *const v = mesh.corner_vertex + 3 * (size_t)t;
        uvp_test_mesh_triangle(&mesh, v[2], v[1], v[0]);
    }
    counts = count_mesh(&mesh);
    /* inside, front pairs with front; along the rim front and back meet and are paired */
    assert_int_equal(counts.pairs, 2 * 21 + 12);
    uvp_test_mesh_release(&mesh);
}

/* k half-planes about one edge, every other one turned. */
static void test_many_faces_at_an_edge(void **state)
{
    static const uint32_t faces[] = {2, 3, 4, 5, 6, 48, 49, 50, 1000, 1001};

    (void)state;
    for (size_t i = 0; i < sizeof faces / sizeof *faces; i++) {
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        (void)uvp_test_mesh_vertex(&mesh, 0, 0, 0);
        (void)uvp_test_mesh_vertex(&mesh, 0, 0, 1);
        for (uint32_t k = 0; k < faces[i]; k++) {
            const double a = 6.283185307179586 * k / faces[i];
            const uint32_t v = uvp_test_mesh_vertex(&mesh, cos(a), sin(a), 0.5);
            uvp_test_mesh_triangle(&mesh, k & 1, !(k & 1), v);
        }
        assert_int_equal(count_mesh(&mesh).pairs, faces[i] / 2);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_flattest_pair_wins(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cube(&mesh, 0, 0, 0);
    uvp_test_mesh_cube(&mesh, 1, 0, 0);
    /* the cubes share a side: both keep it, and no half-edge stays open */
    assert_int_equal(count_mesh(&mesh).open, 0);
    uvp_test_mesh_release(&mesh);
}

static void test_dead_faces_leave_before_pairing(void **state)
{
    struct uvp_test_mesh mesh;
    struct counts counts;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 1, 1, false);
    uvp_test_mesh_triangle(&mesh, 0, 3, 3);
    uvp_test_mesh_triangle(&mesh, 3, 0, 3);
    uvp_test_mesh_triangle(&mesh, 1, 1, 1);
    counts = count_mesh(&mesh);
    assert_int_equal(counts.dead, 3);
    assert_int_equal(counts.pairs, 1);
    assert_int_equal(counts.open, 4);
    uvp_test_mesh_release(&mesh);
}

static void test_faces_in_line_and_faces_alone(void **state)
{
    struct uvp_test_mesh mesh;
    struct counts counts;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 2, 1, false);
    uvp_test_mesh_triangle(&mesh, 0, 2, 1); /* three points of one side */
    for (int i = 0; i < 3; i++) {
        (void)uvp_test_mesh_vertex(&mesh, 9 + i % 2, i, 5);
    }
    uvp_test_mesh_triangle(&mesh, 6, 7, 8);
    (void)uvp_test_mesh_vertex(&mesh, 50, 0, 0); /* of no face */
    counts = count_mesh(&mesh);
    assert_int_equal(counts.dead, 1);
    assert_int_equal(counts.pairs, 3);
    assert_int_equal(counts.open, 6 + 3);
    assert_int_equal(counts.points, 10);
    uvp_test_mesh_release(&mesh);
}

static void test_area_needs_a_height(void **state)
{
    static const float flat[] = {0, 0, 0, 1, 0, 0, 2, 0, 0};
    static const float thin[] = {0, 0, 0, 1, 5e-7F, 0, 2, 0, 0};
    static const float open[] = {0, 0, 0, 1, 5e-6F, 0, 2, 0, 0};
    static const float tiny[] = {0, 0, 0, 1e-40F, 0, 0, 0, 1e-40F, 0};
    static const float huge[] = {-3e38F, 0, 0, 3e38F, 0, 0, 0, 3e38F, 0};
    static const float lost[] = {0, 0, 0, 1, 0, 0, 0, NAN, 0};
    static const uint32_t vertex[] = {0, 1, 2};

    (void)state;
    assert_false(uvp_topology_has_area(flat, vertex));
    assert_false(uvp_topology_has_area(thin, vertex));
    assert_true(uvp_topology_has_area(open, vertex));
    assert_true(uvp_topology_has_area(tiny, vertex));
    assert_true(uvp_topology_has_area(huge, vertex));
    assert_false(uvp_topology_has_area(lost, vertex));
}

static void test_diagonals_are_paired_whatever_the_points(void **state)
{
    struct uvp_test_mesh mesh;
    struct counts counts;
    uint32_t vertex[6];

    (void)state;
    uvp_test_mesh_init(&mesh);
    for (int i = 0; i < 5; i++) {
        vertex[i] = uvp_test_mesh_vertex(&mesh, i * i, i % 3, 7 - i);
    }
    vertex[5] = vertex[2]; /* visited twice */
    uvp_test_mesh_polygon(&mesh, vertex, 6);
    counts = count_mesh(&mesh);
    assert_int_equal(counts.units, 1);
    assert_int_equal(counts.pairs, 3);
    uvp_test_mesh_release(&mesh);
}

/* The table and the sort must agree, whatever comes. */
static void test_both_ways_to_weld(void **state)
{
    uint32_t random = 41;

    (void)state;
    for (uint32_t round = 0; round < 60; round++) {
        float values[3 * 500];
        uint32_t of[2][500];
        uint32_t points[2];
        const uint32_t range = 1 + uvp_test_random(&random) % (round % 3 == 0 ? 4 : 3000);
        const struct uvp_weld_set set = {values, round % 4 == 0 ? 2 : 3,
                                         uvp_test_random(&random) % 500};
        struct uvp_bench bench;
        struct uvp_atlas_work work;
        uvp_bench_init(&bench);
        work = (struct uvp_atlas_work){
            .scratch = &bench.scratch, .stop = &bench.stop, .err = &bench.err};
        for (uint32_t i = 0; i < 3 * 500; i++) {
            values[i] = (float)(uvp_test_random(&random) % range);
            values[i] = values[i] == 0 && i % 2 == 0 ? -0.0F : values[i];
            values[i] = i % 97 == 0 ? NAN : values[i];
        }
        assert_int_equal(uvp_weld_set(&work, &set, of[0], &points[0]), UVP_OK);
        assert_int_equal(uvp_weld_sorted(&work, &set, of[1], &points[1]), UVP_OK);
        assert_int_equal(points[0], points[1]);
        assert_memory_equal(of[0], of[1], set.count * sizeof **of);
        uvp_bench_release(&bench);
    }
}

/* ---- winding ---- */

/* Turns each triangle of a mesh of triangles with this chance in 16; returns how many. */
static uint32_t turn_some(struct uvp_test_mesh *mesh, uint32_t sixteenths)
{
    uint32_t random = 7;
    uint32_t turned = 0;

    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        uint32_t *const v = mesh->corner_vertex + 3 * (size_t)t;
        if (uvp_test_random(&random) % 16 < sixteenths) {
            const uint32_t swap = v[0];
            v[0] = v[1];
            v[1] = swap;
            turned++;
        }
    }
    return turned;
}

static void test_winding_of_the_most_is_kept(void **state)
{
    static const uint32_t sixteenths[] = {0, 1, 5, 8, 11, 16};

    (void)state;
    for (size_t i = 0; i < sizeof sixteenths / sizeof *sixteenths; i++) {
        struct uvp_test_mesh mesh;
        struct counts counts;
        uint32_t turned;
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_torus(&mesh, 20, 12);
        turned = turn_some(&mesh, sixteenths[i]);
        if (turned > mesh.triangle_count / 2) {
            turned = mesh.triangle_count - turned;
        }
        if (sixteenths[i] % 16 != 0) {
            assert_true(count_mesh(&mesh).open > 100);
        }
        counts = count_with(&mesh, true);
        assert_int_equal(counts.open, 0);
        assert_int_equal(counts.turned, turned);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_winding_of_parts_is_their_own(void **state)
{
    struct uvp_test_mesh mesh;
    struct counts counts;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_sphere(&mesh, 10, 6);
    turn_some(&mesh, 16);
    uvp_test_mesh_cube(&mesh, 5, 5, 5);
    counts = count_with(&mesh, true);
    assert_int_equal(counts.turned, 0);
    assert_int_equal(counts.open, 0);
    uvp_test_mesh_release(&mesh);
}

static void test_winding_leaves_what_cannot_agree(void **state)
{
    struct uvp_test_mesh mesh;
    struct counts counts;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_moebius(&mesh, 12);
    counts = count_with(&mesh, true);
    assert_int_equal(counts.open, 26);
    assert_int_equal(counts.turned, 0);
    turn_some(&mesh, 8);
    assert_true(count_with(&mesh, true).open >= 26); /* the cut need not run straight */
    assert_true(count_with(&mesh, true).open <= 32);
    uvp_test_mesh_release(&mesh);
}

static void test_winding_of_sheets_with_two_sides_or_copies(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 3, 3, false);
    for (uint32_t t = 0; t < 18; t++) {
        const uint32_t *const v = mesh.corner_vertex + 3 * (size_t)t;
        uvp_test_mesh_triangle(&mesh, v[2], v[1], v[0]);
    }
    assert_int_equal(count_with(&mesh, true).turned, 0);
    assert_int_equal(count_with(&mesh, true).pairs, 2 * 21 + 12);
    uvp_test_mesh_release(&mesh);
    for (int i = 0; i < 3; i++) {
        uvp_test_mesh_plane(&mesh, 4, 3, false);
    }
    assert_int_equal(count_with(&mesh, true).turned, 0);
    uvp_test_mesh_release(&mesh);
}

static void test_winding_turns_polygons_whole(void **state)
{
    struct uvp_test_mesh mesh;
    struct counts counts;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_plane(&mesh, 4, 4, true);
    for (uint32_t i = 0; i < 2; i++) { /* two of sixteen quads */
        uint32_t *const v = mesh.corner_vertex + 20 * i;
        const uint32_t swap = v[0];
        v[0] = v[2];
        v[2] = swap;
    }
    counts = count_with(&mesh, true);
    assert_int_equal(counts.turned, 4);
    assert_int_equal(counts.open, 16);
    assert_int_equal(counts.pairs, 24 + 16);
    uvp_test_mesh_release(&mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weld_takes_minus_zero_for_zero),
        cmocka_unit_test(test_closed_shapes_have_no_border),
        cmocka_unit_test(test_moebius_band_stays_open_where_it_turns),
        cmocka_unit_test(test_copies_are_sheets_of_their_own),
        cmocka_unit_test(test_two_sides_of_a_sheet_stay_two),
        cmocka_unit_test(test_many_faces_at_an_edge),
        cmocka_unit_test(test_flattest_pair_wins),
        cmocka_unit_test(test_dead_faces_leave_before_pairing),
        cmocka_unit_test(test_faces_in_line_and_faces_alone),
        cmocka_unit_test(test_area_needs_a_height),
        cmocka_unit_test(test_diagonals_are_paired_whatever_the_points),
        cmocka_unit_test(test_both_ways_to_weld),
        cmocka_unit_test(test_winding_of_the_most_is_kept),
        cmocka_unit_test(test_winding_of_parts_is_their_own),
        cmocka_unit_test(test_winding_leaves_what_cannot_agree),
        cmocka_unit_test(test_winding_of_sheets_with_two_sides_or_copies),
        cmocka_unit_test(test_winding_turns_polygons_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
