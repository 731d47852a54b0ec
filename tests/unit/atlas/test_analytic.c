/*
 * Surfaces whose best atlas is known: developable ones come out whole and without stretch,
 * closed and one-sided ones in few charts. Every atlas is judged by uvp_atlas_verify as well.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>

#define PI 3.14159265358979323846

struct bounds {
    uint32_t charts_most;
    double stretch_mean_most;
    double stretch_max_most;
};

static struct uvp_atlas_stats expect(const struct uvp_test_mesh *mesh,
                                     const struct uvp_atlas_options *options,
                                     struct bounds bounds)
{
    /* what is looked at is how surfaces open, not how they pack */
    static const struct uvp_atlas_options whole = {.whole_charts = true};
    const struct uvp_atlas_stats stats =
        uvp_check_atlas(mesh, options != NULL ? options : &whole);

    if (stats.charts > bounds.charts_most || !(stats.stretch_mean < bounds.stretch_mean_most) ||
        !(stats.stretch_max < bounds.stretch_max_most)) {
        fail_msg("%u charts, stretch %g, at most %g", stats.charts, stats.stretch_mean,
                 stats.stretch_max);
    }
    return stats;
}

/* ---- surfaces ---- */

typedef void (*place_vertex)(double a, double b, double at[3]);

enum wrap {
    OPEN,    /* the far side is a border */
    WRAPPED, /* it is the near side */
    TWISTED  /* it is the near side, run backwards */
};

struct grid {
    uint32_t na;
    uint32_t nb;
    enum wrap wrap_a;
    enum wrap wrap_b; /* not TWISTED */
    uint32_t first;
};

static uint32_t grid_vertex(const struct grid *grid, uint32_t i, uint32_t j)
{
    const uint32_t wide = grid->na + (grid->wrap_a == OPEN);
    const uint32_t high = grid->nb + (grid->wrap_b == OPEN);

    if (i == grid->na && grid->wrap_a == TWISTED) {
        j = grid->nb - j;
    }
    return grid->first + j % high * wide + i % wide;
}

/* A grid over [0,1]^2 put on a surface. */
static void add_grid(struct uvp_test_mesh *mesh, struct grid grid, place_vertex place)
{
    grid.first = mesh->vertex_count;
    for (uint32_t j = 0; j < grid.nb + (grid.wrap_b == OPEN); j++) {
        for (uint32_t i = 0; i < grid.na + (grid.wrap_a == OPEN); i++) {
            double at[3];
            place((double)i / grid.na, (double)j / grid.nb, at);
            (void)uvp_test_mesh_vertex(mesh, at[0], at[1], at[2]);
        }
    }
    for (uint32_t j = 0; j < grid.nb; j++) {
        for (uint32_t i = 0; i < grid.na; i++) {
            const uint32_t v00 = grid_vertex(&grid, i, j);
            const uint32_t v10 = grid_vertex(&grid, i + 1, j);
            const uint32_t v01 = grid_vertex(&grid, i, j + 1);
            const uint32_t v11 = grid_vertex(&grid, i + 1, j + 1);
            uvp_test_mesh_triangle(mesh, v00, v10, v11);
            uvp_test_mesh_triangle(mesh, v00, v11, v01);
        }
    }
}

static void on_half_pipe(double a, double b, double at[3])
{
    at[0] = cos(PI * a);
    at[1] = sin(PI * a);
    at[2] = 3 * b;
}

static void on_pipe(double a, double b, double at[3])
{
    at[0] = cos(2 * PI * a);
    at[1] = sin(2 * PI * a);
    at[2] = 3 * b;
}

/* Two thirds of a cone, without its tip. */
static void on_cone(double a, double b, double at[3])
{
    const double radius = 0.2 + b;

    at[0] = radius * cos(4 * PI / 3 * a);
    at[1] = radius * sin(4 * PI / 3 * a);
    at[2] = 2 * radius;
}

static void on_wave(double a, double b, double at[3])
{
    at[0] = 4 * a;
    at[1] = 3 * b;
    at[2] = 0.3 * sin(2 * PI * a);
}

/* The bottle in its shape of an eight: it crosses itself, which no one but the eye minds. */
static void on_klein_bottle(double a, double b, double at[3])
{
    const double u = 2 * PI * a;
    const double v = 2 * PI * b;
    const double radius = 3 + cos(u / 2) * sin(v) - sin(u / 2) * sin(2 * v);

    at[0] = radius * cos(u);
    at[1] = radius * sin(u);
    at[2] = sin(u / 2) * sin(v) + cos(u / 2) * sin(2 * v);
}

static void on_upper_cone(double a, double b, double at[3])
{
    at[0] = (b + 0.001) * cos(2 * PI * a);
    at[1] = (b + 0.001) * sin(2 * PI * a);
    at[2] = b + 0.001;
}

/* A fan from a tip over the first ring of a grid. */
static void add_tip(struct uvp_test_mesh *mesh, uint32_t tip, uint32_t ring, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uvp_test_mesh_triangle(mesh, tip, ring + i, ring + (i + 1) % count);
    }
}

/* A slab of unit cubes; no sides between two cubes. */
static void add_slab(struct uvp_test_mesh *mesh, const char *const *rows, uint32_t wide,
                     uint32_t high)
{
    uint32_t vertex[2][16][16];

    for (uint32_t z = 0; z < 2; z++) {
        for (uint32_t y = 0; y <= high; y++) {
            for (uint32_t x = 0; x <= wide; x++) {
                vertex[z][y][x] = uvp_test_mesh_vertex(mesh, x, y, z);
            }
        }
    }
    for (uint32_t cell = 0; cell < wide * high; cell++) {
        const uint32_t x = cell % wide;
        const uint32_t y = cell / wide;
        const uint32_t corner[4][2] = {{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}};
        const bool beside[4] = {y > 0 && rows[y - 1][x] == '#', rows[y][x + 1] == '#',
                                y + 1 < high && rows[y + 1][x] == '#',
                                x > 0 && rows[y][x - 1] == '#'};
        uint32_t low[4];
        uint32_t top[4];
        if (rows[y][x] != '#') {
            continue;
        }
        for (int k = 0; k < 4; k++) {
            low[k] = vertex[0][corner[k][1]][corner[k][0]];
            top[k] = vertex[1][corner[k][1]][corner[k][0]];
        }
        uvp_test_mesh_polygon(mesh, top, 4);
        uvp_test_mesh_polygon(mesh, (const uint32_t[]){low[3], low[2], low[1], low[0]}, 4);
        for (int k = 0; k < 4; k++) {
            const int next = (k + 1) % 4;
            if (!beside[k]) {
                uvp_test_mesh_polygon(
                    mesh, (const uint32_t[]){low[k], low[next], top[next], top[k]}, 4);
            }
        }
    }
}

/* Turns triangles of a mesh of triangles at random. */
static void turn_at_random(struct uvp_test_mesh *mesh)
{
    uint32_t random = 5;

    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        uint32_t *const v = mesh->corner_vertex + 3 * (size_t)t;
        if (uvp_test_random(&random) % 2 == 0) {
            const uint32_t swap = v[1];
            v[1] = v[2];
            v[2] = swap;
        }
    }
}

/* ---- flat and developable ---- */

static void test_plane_is_whole(void **state)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_stats stats;

    (void)state;
    for (int quads = 0; quads < 2; quads++) {
        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_plane(&mesh, 30, 20, quads != 0);
        stats = expect(&mesh, NULL, (struct bounds){1, 1 + 1e-5, 1 + 1e-4});
        assert_true(stats.seam_length < 1e-9);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_developable_surfaces(void **state)
{
    static const struct {
        place_vertex place;
        enum wrap wrap;
        struct bounds bounds;
    } kinds[] = {
        {on_half_pipe, OPEN, {1, 1 + 1e-4, 1.03}},
        {on_pipe, WRAPPED, {2, 1 + 1e-4, 1.03}},
        {on_wave, OPEN, {1, 1 + 1e-4, 1.03}},
        {on_cone, OPEN, {2, 1 + 1e-4, 1.1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct uvp_test_mesh mesh;
        uvp_test_mesh_init(&mesh);
        add_grid(&mesh, (struct grid){40, 12, kinds[i].wrap, OPEN, 0}, kinds[i].place);
        (void)expect(&mesh, NULL, kinds[i].bounds);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_boxes(void **state)
{
    static const char *const five_holes[] = {"########### ", "# # # # # # ", "########### "};
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_cube(&mesh, 0, 0, 0);
    (void)expect(&mesh, NULL, (struct bounds){6, 1 + 1e-4, 1.03});
    uvp_test_mesh_cube(&mesh, 1, 1, 0); /* on one edge */
    (void)expect(&mesh, NULL, (struct bounds){8, 1 + 1e-4, 1.03});
    uvp_test_mesh_cube(&mesh, 1, 0, 0); /* and one against a side of each */
    (void)expect(&mesh, NULL, (struct bounds){12, 1 + 1e-4, 1.03});
    uvp_test_mesh_release(&mesh);
    add_slab(&mesh, five_holes, 11, 3); /* a surface of genus 5 */
    (void)expect(&mesh, NULL, (struct bounds){20, 1 + 1e-4, 1.03});
    uvp_test_mesh_release(&mesh);
}

/* ---- curved, closed, one-sided ---- */

static void test_closed_surfaces(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_sphere(&mesh, 48, 24);
    (void)expect(&mesh, NULL, (struct bounds){6, 1.003, 1.4});
    uvp_test_mesh_release(&mesh);
    uvp_test_mesh_torus(&mesh, 48, 24);
    (void)expect(&mesh, NULL, (struct bounds){16, 1.005, 1.8});
    uvp_test_mesh_release(&mesh);
}

static void test_one_sided_surfaces(void **state)
{
    static const struct uvp_atlas_options turning = {.fix_winding = true, .whole_charts = true};
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    for (int i = 0; i < 2; i++) {
        const struct uvp_atlas_options *const options = i == 0 ? NULL : &turning;
        uvp_test_mesh_moebius(&mesh, 40);
        assert_int_equal(
            expect(&mesh, options, (struct bounds){4, 1.005, 1.8}).turned_triangles, 0);
        uvp_test_mesh_release(&mesh);
        add_grid(&mesh, (struct grid){48, 24, TWISTED, WRAPPED, 0}, on_klein_bottle);
        assert_int_equal(
            expect(&mesh, options, (struct bounds){16, 1.005, 2.2}).turned_triangles, 0);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_cones_that_share_a_tip(void **state)
{
    struct uvp_test_mesh mesh;
    uint32_t tip;
    uint32_t ring;

    (void)state;
    uvp_test_mesh_init(&mesh);
    tip = uvp_test_mesh_vertex(&mesh, 0, 0, 0);
    for (int i = 0; i < 2; i++) {
        ring = mesh.vertex_count;
        add_grid(&mesh, (struct grid){30, 6, WRAPPED, OPEN, 0}, on_upper_cone);
        add_tip(&mesh, tip, ring, 30);
        for (uint32_t v = 0; i == 0 && v < 3 * mesh.vertex_count; v++) {
            mesh.positions[v] = -mesh.positions[v];
        }
    }
    (void)expect(&mesh, NULL, (struct bounds){10, 1.001, 1.2});
    uvp_test_mesh_release(&mesh);
}

/* ---- sheets, copies, windings ---- */

static void test_a_thousand_sheets_on_one_edge(void **state)
{
    struct uvp_test_mesh mesh;
    uint32_t edge[3];

    (void)state;
    uvp_test_mesh_init(&mesh);
    for (int i = 0; i < 3; i++) {
        edge[i] = uvp_test_mesh_vertex(&mesh, 0, 0, i);
    }
    for (int s = 0; s < 1000; s++) {
        const double x = cos(2 * PI * s / 1000);
        const double y = sin(2 * PI * s / 1000);
        uint32_t far[3];
        for (int i = 0; i < 3; i++) {
            far[i] = uvp_test_mesh_vertex(&mesh, x, y, i);
        }
        for (int i = 0; i < 2; i++) {
            uvp_test_mesh_triangle(&mesh, edge[i], far[i], far[i + 1]);
            uvp_test_mesh_triangle(&mesh, edge[i], far[i + 1], edge[i + 1]);
        }
    }
    /* all run the same way: no two of them can be one surface */
    assert_int_equal(expect(&mesh, NULL, (struct bounds){1000, 1.001, 1.1}).charts, 1000);
    turn_at_random(&mesh);
    (void)uvp_check_atlas(&mesh, NULL);
    (void)uvp_check_atlas(&mesh, &(struct uvp_atlas_options){.fix_winding = true});
    uvp_test_mesh_release(&mesh);
}

static void test_mesh_given_twice(void **state)
{
    static const struct uvp_atlas_options whole = {.whole_charts = true};
    struct uvp_test_mesh mesh;
    uint32_t charts;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_torus(&mesh, 30, 16);
    charts = uvp_check_atlas(&mesh, &whole).charts;
    uvp_test_mesh_torus(&mesh, 30, 16);
    /* merging has one budget for both, so the second need not come out as the first */
    assert_in_range(uvp_check_atlas(&mesh, &whole).charts, charts, 2 * charts + 2);
    uvp_test_mesh_release(&mesh);
}

static void test_winding_all_random(void **state)
{
    static const struct uvp_atlas_options turning = {.fix_winding = true, .whole_charts = true};
    struct uvp_atlas_stats whole;
    struct uvp_atlas_stats stats;
    struct uvp_test_mesh mesh;

    (void)state;
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_torus(&mesh, 30, 16);
    whole = uvp_check_atlas(&mesh, &turning);
    assert_int_equal(whole.turned_triangles, 0);
    turn_at_random(&mesh);
    stats = uvp_check_atlas(&mesh, &turning);
    assert_in_range(stats.turned_triangles, 300, 480);
    assert_in_range(stats.charts, 1, whole.charts + 6);
    assert_true(stats.stretch_mean < 1.01);
    stats = uvp_check_atlas(&mesh, NULL);
    assert_int_equal(stats.turned_triangles, 0);
    assert_true(stats.charts > 10 * whole.charts);
    uvp_test_mesh_release(&mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane_is_whole),
        cmocka_unit_test(test_developable_surfaces),
        cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_closed_surfaces),
        cmocka_unit_test(test_one_sided_surfaces),
        cmocka_unit_test(test_cones_that_share_a_tip),
        cmocka_unit_test(test_a_thousand_sheets_on_one_edge),
        cmocka_unit_test(test_mesh_given_twice),
        cmocka_unit_test(test_winding_all_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
