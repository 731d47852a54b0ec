#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/mesh.h"
#include "pipeline/base/clock.h"

#define PI 3.14159265358979323846

struct bench {
    struct uvp_mem mem;
    struct uvp_arena keep;
    struct uvp_arena scratch;
    struct uvp_stop stop;
    struct uvp_error err;
};

static void bench_open(struct bench *bench)
{
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->keep, &bench->mem, 0);
    uvp_arena_init(&bench->scratch, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    uvp_error_clear(&bench->err);
}

static void bench_close(struct bench *bench)
{
    uvp_arena_release(&bench->keep);
    uvp_arena_release(&bench->scratch);
    assert_int_equal(bench->mem.used_bytes, 0);
}

/* A mesh of one polygon, its corners in order. */
struct single {
    float *positions;
    uint32_t *vertex;
    uint32_t start[2];
    struct uvp_mesh mesh;
};

static void single_open(struct single *single, uint32_t corners)
{
    memset(single, 0, sizeof *single);
    single->positions = calloc((size_t)corners + 1, 3 * sizeof(float));
    single->vertex = calloc((size_t)corners + 1, sizeof(uint32_t));
    assert_non_null(single->positions);
    assert_non_null(single->vertex);
    for (uint32_t i = 0; i < corners; i++) {
        single->vertex[i] = i;
    }
    single->start[1] = corners;
    single->mesh.positions = single->positions;
    single->mesh.vertex_count = corners;
    single->mesh.corner_start = single->start;
    single->mesh.polygon_count = 1;
    single->mesh.corner_vertex = single->vertex;
}

static void single_close(struct single *single)
{
    free(single->positions);
    free(single->vertex);
}

static void single_put(struct single *single, uint32_t i, double x, double y, double z)
{
    single->positions[3 * i] = (float)x;
    single->positions[3 * i + 1] = (float)y;
    single->positions[3 * i + 2] = (float)z;
}

static const float *corner_at(const struct uvp_mesh *mesh, uint32_t corner)
{
    return mesh->positions + (size_t)3 * mesh->corner_vertex[corner];
}

static void add_cross(const float *o, const float *a, const float *b, double sum[3])
{
    const double u[3] = {(double)a[0] - (double)o[0], (double)a[1] - (double)o[1],
                         (double)a[2] - (double)o[2]};
    const double v[3] = {(double)b[0] - (double)o[0], (double)b[1] - (double)o[1],
                         (double)b[2] - (double)o[2]};

    sum[0] += u[1] * v[2] - u[2] * v[1];
    sum[1] += u[2] * v[0] - u[0] * v[2];
    sum[2] += u[0] * v[1] - u[1] * v[0];
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void polygon_normal(const struct uvp_mesh *mesh, uint32_t polygon, double normal[3])
{
    const uint32_t first = mesh->corner_start[polygon];

    normal[0] = normal[1] = normal[2] = 0;
    for (uint32_t c = first + 1; c + 1 < mesh->corner_start[polygon + 1]; c++) {
        add_cross(corner_at(mesh, first), corner_at(mesh, c), corner_at(mesh, c + 1), normal);
    }
}

/* What every triangulation keeps: counts, ranges, each border edge used once, area. */
static void check_counts(const struct uvp_mesh *mesh,
                         const struct uvp_mesh_triangles *triangles)
{
    uint32_t t = 0;

    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        const uint32_t first = mesh->corner_start[p];
        const uint32_t corners = mesh->corner_start[p + 1] - first;
        for (uint32_t i = 2; i < corners; i++, t++) {
            assert_true(t < triangles->count);
            assert_int_equal(triangles->polygon == NULL ? t : triangles->polygon[t], p);
            for (int k = 0; k < 3; k++) {
                assert_in_range(triangles->corners[3 * t + (uint32_t)k], first,
                                first + corners - 1);
            }
        }
    }
    assert_int_equal(t, triangles->count);
}

/* All triangles of a simple flat polygon turn its way, and their areas add up to its own. */
static void check_oriented(const struct uvp_mesh *mesh,
                           const struct uvp_mesh_triangles *triangles)
{
    for (uint32_t t = 0; t < triangles->count; t++) {
        const uint32_t *const c = triangles->corners + (size_t)3 * t;
        double normal[3];
        double cross[3] = {0, 0, 0};
        polygon_normal(mesh, triangles->polygon == NULL ? t : triangles->polygon[t], normal);
        add_cross(corner_at(mesh, c[0]), corner_at(mesh, c[1]), corner_at(mesh, c[2]), cross);
        if (!(dot(cross, normal) > 0.0)) {
            fail_msg("triangle %u (%u %u %u) turns the wrong way", t, c[0], c[1], c[2]);
        }
    }
}

static void check_area(const struct uvp_mesh *mesh, const struct uvp_mesh_triangles *triangles)
{
    double normal[3];
    double sum = 0.0;
    double length;

    polygon_normal(mesh, 0, normal);
    length = sqrt(dot(normal, normal));
    for (uint32_t t = 0; t < triangles->count; t++) {
        const uint32_t *const c = triangles->corners + (size_t)3 * t;
        double cross[3] = {0, 0, 0};
        add_cross(corner_at(mesh, c[0]), corner_at(mesh, c[1]), corner_at(mesh, c[2]), cross);
        sum += fabs(dot(cross, normal)) / length;
    }
    assert_true(fabs(sum - length) <= 1e-6 * length);
}

static uint64_t cut_single(const struct single *single, bool oriented)
{
    struct bench bench;
    struct uvp_mesh_triangles triangles;
    const uint64_t before = uvp_clock_thread_cpu_ns();
    uint64_t took;

    bench_open(&bench);
    assert_int_equal(uvp_mesh_triangulate(&single->mesh, &bench.keep, &bench.scratch,
                                          &bench.stop, &triangles, &bench.err),
                     UVP_OK);
    took = uvp_clock_thread_cpu_ns() - before;
    check_counts(&single->mesh, &triangles);
    if (oriented && single->start[1] < 3000) {
        check_oriented(&single->mesh, &triangles);
    }
    if (oriented) {
        check_area(&single->mesh, &triangles);
    }
    bench_close(&bench);
    return took;
}

static void cut_points(const double (*points)[2], uint32_t count, bool oriented)
{
    /* in the three planes, both ways round, from every first corner */
    for (int plane = 0; plane < 3; plane++) {
        for (int way = 0; way < 2; way++) {
            for (uint32_t shift = 0; shift < count; shift++) {
                struct single single;
                single_open(&single, count);
                for (uint32_t i = 0; i < count; i++) {
                    const uint32_t j = (i + shift) % count;
                    const double *const p = points[way == 0 ? j : count - 1 - j];
                    single_put(&single, i,
                               plane == 0   ? p[0]
                               : plane == 1 ? 7
                                            : p[1],
                               plane == 0 ? p[1] : p[0],
                               plane == 0   ? 7
                               : plane == 1 ? p[1]
                                            : -3);
                    if (plane == 2) {
                        single_put(&single, i, p[1], -3, p[0]);
                    }
                }
                cut_single(&single, oriented);
                single_close(&single);
            }
        }
    }
}

#define CUT(points, oriented) cut_points(points, sizeof(points) / sizeof(points)[0], oriented)

static void cuts_convex(void **state)
{
    static const double pentagon[][2] = {{0, 0}, {4, 0}, {5, 3}, {2, 5}, {-1, 3}};
    static const double quad[][2] = {{0, 0}, {4, 0}, {5, 3}, {-1, 3}};

    (void)state;
    CUT(pentagon, true);
    CUT(quad, true);
}

static void fans_convex_polygons(void **state)
{
    struct single single;
    struct bench bench;
    struct uvp_mesh_triangles triangles;

    (void)state;
    single_open(&single, 50);
    for (uint32_t i = 0; i < 50; i++) {
        single_put(&single, i, cos(i * PI / 25), sin(i * PI / 25), 0);
    }
    bench_open(&bench);
    assert_int_equal(uvp_mesh_triangulate(&single.mesh, &bench.keep, &bench.scratch,
                                          &bench.stop, &triangles, &bench.err),
                     UVP_OK);
    for (uint32_t t = 0; t < 48; t++) {
        assert_int_equal(triangles.corners[3 * t], 0);
        assert_int_equal(triangles.corners[3 * t + 1], t + 1);
        assert_int_equal(triangles.corners[3 * t + 2], t + 2);
    }
    bench_close(&bench);
    single_close(&single);
}

static void cuts_concave(void **state)
{
    static const double arrow[][2] = {{0, 0}, {4, 0}, {1, 1}, {0, 4}};
    static const double l_shape[][2] = {{0, 0}, {4, 0}, {4, 1}, {1, 1}, {1, 4}, {0, 4}};
    static const double u_shape[][2] = {{0, 0}, {5, 0}, {5, 5}, {4, 5},
                                        {4, 1}, {1, 1}, {1, 5}, {0, 5}};
    static const double comb[][2] = {{0, 0}, {9, 0}, {9, 5}, {8, 1}, {7, 5}, {6, 1},
                                     {5, 5}, {4, 1}, {3, 5}, {2, 1}, {1, 5}};

    (void)state;
    CUT(arrow, true);
    CUT(l_shape, true);
    CUT(u_shape, true);
    CUT(comb, true);
}

static void cuts_with_corners_on_lines(void **state)
{
    static const double quad[][2] = {{0, 0}, {2, 0}, {4, 0}, {0, 4}};
    static const double one_side[][2] = {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}, {1, 4}};
    static const double square[][2] = {{0, 0}, {1, 0}, {2, 0}, {2, 1},
                                       {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    static const double stairs[][2] = {{0, 0}, {3, 0}, {3, 1}, {2, 1}, {2, 2},
                                       {1, 2}, {1, 3}, {0, 3}, {0, 2}, {0, 1}};
    /* corners of other edges lie on the lines through an edge */
    static const double cross[][2] = {{1, 0}, {2, 0}, {2, 1}, {3, 1}, {3, 2}, {2, 2},
                                      {2, 3}, {1, 3}, {1, 2}, {0, 2}, {0, 1}, {1, 1}};

    (void)state;
    CUT(quad, true);
    CUT(one_side, true);
    CUT(square, true);
    CUT(stairs, true);
    CUT(cross, true);
}

static void cuts_with_repeated_corners(void **state)
{
    static const double doubled[][2] = {{0, 0}, {0, 0}, {4, 0}, {4, 1}, {1, 1},
                                        {1, 1}, {1, 1}, {1, 4}, {0, 4}, {0, 4}};
    static const double spike[][2] = {{0, 0}, {4, 0}, {4, 2}, {8, 2}, {4, 2}, {4, 4}, {0, 4}};
    /* a square with a square hole, joined by a bridge walked twice */
    static const double hole[][2] = {{0, 0}, {9, 0}, {9, 9}, {0, 9}, {0, 0},
                                     {3, 3}, {3, 6}, {6, 6}, {6, 3}, {3, 3}};
    static const double all_same[][2] = {{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};

    (void)state;
    CUT(doubled, false);
    CUT(spike, false);
    CUT(hole, false);
    CUT(all_same, false);
}

/* The area is right even where triangles without area are unavoidable. */
static void repeated_corners_keep_the_area(void **state)
{
    static const double rows[2][10][2] = {
        {{0, 0}, {0, 0}, {4, 0}, {4, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 4}, {0, 4}, {0, 4}},
        {{0, 0}, {9, 0}, {9, 9}, {0, 9}, {0, 0}, {3, 3}, {3, 6}, {6, 6}, {6, 3}, {3, 3}},
    };

    (void)state;
    for (int row = 0; row < 2; row++) {
        for (uint32_t shift = 0; shift < 10; shift++) {
            struct single single;
            struct bench bench;
            struct uvp_mesh_triangles triangles;
            single_open(&single, 10);
            for (uint32_t i = 0; i < 10; i++) {
                const double *const p = rows[row][(i + shift) % 10];
                single_put(&single, i, p[0], p[1], p[0] + p[1]);
            }
            bench_open(&bench);
            assert_int_equal(uvp_mesh_triangulate(&single.mesh, &bench.keep, &bench.scratch,
                                                  &bench.stop, &triangles, &bench.err),
                             UVP_OK);
            check_area(&single.mesh, &triangles);
            bench_close(&bench);
            single_close(&single);
        }
    }
}

static void cuts_crossing_polygons_somehow(void **state)
{
    static const double bow_tie[][2] = {{0, 0}, {4, 4}, {4, 0}, {0, 4}};
    static const double pentagram[][2] = {{0, 3}, {2, -3}, {-3, 1}, {3, 1}, {-2, -3}};
    static const double twice_round[][2] = {{0, 0}, {4, 0}, {4, 4}, {0, 4},
                                            {0, 0}, {4, 0}, {4, 4}, {0, 4}};
    static const double line[][2] = {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {2, 0}, {1, 0}};

    (void)state;
    CUT(bow_tie, false);
    CUT(pentagram, false);
    CUT(twice_round, false);
    CUT(line, false);
}

/* A band wound several times around the centre. */
static void make_spiral(struct single *single, uint32_t corners, double turns)
{
    const uint32_t half = corners / 2;

    single_open(single, 2 * half);
    for (uint32_t i = 0; i < half; i++) {
        const double angle = 2 * PI * turns * i / (half - 1);
        const double radius = 4.0 + angle;
        single_put(single, i, radius * cos(angle), radius * sin(angle), 0);
        single_put(single, 2 * half - 1 - i, (radius - 2.5) * cos(angle),
                   (radius - 2.5) * sin(angle), 0);
    }
}

static void cuts_spirals(void **state)
{
    struct single single;

    (void)state;
    make_spiral(&single, 1000, 5);
    cut_single(&single, true);
    single_close(&single);
    make_spiral(&single, 1000, 30);
    cut_single(&single, true);
    single_close(&single);
}

/* Every corner three times: only empty triangles may be added, and nothing may overlap. */
static void repeated_corners_block_nothing(void **state)
{
    struct single once;
    struct single thrice;
    struct bench bench;
    struct uvp_mesh_triangles triangles;

    (void)state;
    make_spiral(&once, 400, 6);
    single_open(&thrice, 1200);
    for (uint32_t i = 0; i < 1200; i++) {
        memcpy(thrice.positions + 3 * i, once.positions + 3 * (i / 3), 3 * sizeof(float));
    }
    bench_open(&bench);
    assert_int_equal(uvp_mesh_triangulate(&thrice.mesh, &bench.keep, &bench.scratch,
                                          &bench.stop, &triangles, &bench.err),
                     UVP_OK);
    check_counts(&thrice.mesh, &triangles);
    check_area(&thrice.mesh, &triangles);
    bench_close(&bench);
    single_close(&once);
    single_close(&thrice);
}

static void cuts_stars(void **state)
{
    struct single single;
    uint64_t random = 5;

    (void)state;
    for (int round = 0; round < 50; round++) {
        const uint32_t corners = 5 + (uint32_t)round * 20;
        single_open(&single, corners);
        for (uint32_t i = 0; i < corners; i++) {
            const double angle = 2 * PI * i / corners;
            double radius;
            random = random * UINT64_C(6364136223846793005) + 1;
            radius = 1.0 + (double)(random >> 40) / 2e6;
            /* a slanted plane: coordinates round, corners leave it by a hair */
            single_put(&single, i, radius * cos(angle), radius * sin(angle),
                       radius * cos(angle) * 0.5);
        }
        cut_single(&single, true);
        single_close(&single);
    }
}

static void cuts_bent_polygons(void **state)
{
    struct single single;

    (void)state;
    single_open(&single, 12);
    for (uint32_t i = 0; i < 12; i++) {
        single_put(&single, i, cos(i * PI / 6), sin(i * PI / 6), (i % 2) * 0.3);
    }
    cut_single(&single, false);
    single_close(&single);
}

static void survives_odd_coordinates(void **state)
{
    static const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f, 1e-45f};

    (void)state;
    for (size_t k = 0; k < sizeof odd / sizeof odd[0]; k++) {
        for (uint32_t corners = 3; corners < 9; corners++) {
            for (uint32_t at = 0; at < corners; at++) {
                struct single single;
                single_open(&single, corners);
                for (uint32_t i = 0; i < corners; i++) {
                    single_put(&single, i, cos(i), sin(3 * i), i);
                }
                single.positions[3 * at + k % 3] = odd[k];
                cut_single(&single, false);
                single_close(&single);
            }
        }
    }
}

/* The kinds of large polygons that make plain ear clipping take the square of the time. */
static void is_bounded_on_large_polygons(void **state)
{
    const uint32_t corners = 100000;
    struct single single;
    uint64_t random = 9;

    (void)state;
    make_spiral(&single, corners, 40);
    assert_true(cut_single(&single, true) < 5 * UVP_NS_PER_S);
    single_close(&single);

    single_open(&single, corners); /* a comb with long teeth */
    for (uint32_t i = 0; i < corners; i++) {
        single_put(&single, i, i == 0 ? 0 : corners - i, i == 0 ? -10.0 : (i % 2) * 1000.0, 0);
    }
    single_put(&single, 1, corners, -10, 0);
    assert_true(cut_single(&single, true) < 5 * UVP_NS_PER_S);
    single_close(&single);

    single_open(&single, corners); /* no shape at all */
    for (uint32_t i = 0; i < 3 * corners; i++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        single.positions[i] = (float)(random >> 40);
    }
    assert_true(cut_single(&single, false) < 5 * UVP_NS_PER_S);
    single_close(&single);
}

static void keeps_polygons_apart(void **state)
{
    static const float positions[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0.5f, 0.5f, 0};
    static const uint32_t start[] = {0, 2, 5, 5, 9, 10, 15};
    static const uint32_t vertex[] = {0, 1, 0, 1, 2, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4};
    static const uint32_t triangles_only[] = {0, 3, 6};
    struct uvp_mesh mesh = {.positions = positions,
                            .vertex_count = 5,
                            .corner_start = start,
                            .polygon_count = 6,
                            .corner_vertex = vertex};
    struct uvp_mesh_triangles triangles;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_mesh_triangulate(&mesh, &bench.keep, &bench.scratch, &bench.stop,
                                          &triangles, &bench.err),
                     UVP_OK);
    assert_int_equal(triangles.count, 6);
    assert_non_null(triangles.polygon);
    check_counts(&mesh, &triangles);

    mesh.corner_start = triangles_only;
    mesh.polygon_count = 2;
    assert_int_equal(uvp_mesh_triangulate(&mesh, &bench.keep, &bench.scratch, &bench.stop,
                                          &triangles, &bench.err),
                     UVP_OK);
    assert_null(triangles.polygon);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(triangles.corners[i], i);
    }
    bench_close(&bench);
}

static void fails_cleanly(void **state)
{
    struct single single;
    uint64_t calls;

    (void)state;
    make_spiral(&single, 3000, 3);
    for (uint64_t n = 1;; n++) {
        struct bench bench;
        struct uvp_mesh_triangles triangles = {NULL, 0, NULL};
        enum uvp_code code;
        bench_open(&bench);
        bench.mem.fail_at_call = n;
        code = uvp_mesh_triangulate(&single.mesh, &bench.keep, &bench.scratch, &bench.stop,
                                    &triangles, &bench.err);
        calls = bench.mem.calls;
        bench_close(&bench);
        if (code == UVP_OK) {
            break;
        }
        assert_int_equal(code, UVP_NO_MEMORY);
        assert_null(triangles.corners);
    }
    assert_true(calls >= 2);
    for (uint64_t n = 1; n < 4; n++) {
        struct bench bench;
        struct uvp_mesh_triangles triangles;
        enum uvp_code code;
        bench_open(&bench);
        bench.stop.stop_at_poll = n;
        code = uvp_mesh_triangulate(&single.mesh, &bench.keep, &bench.scratch, &bench.stop,
                                    &triangles, &bench.err);
        assert_true(code == (bench.stop.polls >= n ? UVP_CANCELLED : UVP_OK));
        bench_close(&bench);
    }
    single_close(&single);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_convex),
        cmocka_unit_test(fans_convex_polygons),
        cmocka_unit_test(cuts_concave),
        cmocka_unit_test(cuts_with_corners_on_lines),
        cmocka_unit_test(cuts_with_repeated_corners),
        cmocka_unit_test(repeated_corners_keep_the_area),
        cmocka_unit_test(cuts_crossing_polygons_somehow),
        cmocka_unit_test(cuts_spirals),
        cmocka_unit_test(repeated_corners_block_nothing),
        cmocka_unit_test(cuts_stars),
        cmocka_unit_test(cuts_bent_polygons),
        cmocka_unit_test(survives_odd_coordinates),
        cmocka_unit_test(is_bounded_on_large_polygons),
        cmocka_unit_test(keeps_polygons_apart),
        cmocka_unit_test(fails_cleanly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
