/* Pixels whose centres lie in triangles, counted by hand or by trying all. */
#include "tests/unit/analysis/analysis_bench.h"

static void begin(struct uvp_measured *m, uint32_t side)
{
    uvp_measured_begin(m);
    m->options.coverage_texels = side;
}

static void add_triangle(struct uvp_measured *m, double ax, double ay, double bx, double by,
                         double cx, double cy)
{
    const uint32_t a = uvp_test_mesh_vertex(&m->mesh, ax, ay, 0);
    const uint32_t b = uvp_test_mesh_vertex(&m->mesh, bx, by, 0);

    uvp_test_mesh_triangle(&m->mesh, a, b, uvp_test_mesh_vertex(&m->mesh, cx, cy, 0));
}

static void add_square(struct uvp_measured *m, double x, double y, double side)
{
    add_triangle(m, x, y, x + side, y, x + side, y + side);
    add_triangle(m, x, y, x + side, y + side, x, y + side);
}

static void measure(struct uvp_measured *m)
{
    uvp_measured_map(m, uvp_map_flat);
    uvp_measure(m);
}

static void test_squares(void **state)
{
    struct uvp_measured m;

    (void)state;
    begin(&m, 100); /* no power of two, no whole words */
    add_square(&m, 0, 0, 1);
    measure(&m);
    uvp_expect(&m, "coverage", 1, 0);
    uvp_expect(&m, "overlap.pct", 0, 0);
    uvp_measured_end(&m);
    begin(&m, 1024);
    add_square(&m, 0.25, 0.5, 0.25);
    measure(&m);
    uvp_expect(&m, "coverage", 1 / 16.0, 0);
    uvp_measured_end(&m);
}

/* A quarter of each lies on the other. */
static void test_overlap(void **state)
{
    struct uvp_measured m;

    (void)state;
    begin(&m, 64);
    add_square(&m, 0, 0, 0.5);
    add_square(&m, 0.25, 0.25, 0.5);
    measure(&m);
    uvp_expect(&m, "coverage", 0.25 + 0.25 - 1 / 16.0, 0);
    uvp_expect(&m, "overlap.pct", 100 / 7.0, UVP_NEAR);
    uvp_expect(&m, "uv_area", 0.5, UVP_NEAR);
    uvp_measured_end(&m);
}

/* Many on each other: the same as two. */
static void test_full_words(void **state)
{
    struct uvp_measured m;

    (void)state;
    begin(&m, 256);
    for (int i = 0; i < 40; i++) {
        add_square(&m, 0, 0, 0.75);
    }
    measure(&m);
    uvp_expect(&m, "coverage", 9 / 16.0, 0);
    uvp_expect(&m, "overlap.pct", 100, 0);
    uvp_measured_end(&m);
}

static void test_beyond_the_page(void **state)
{
    struct uvp_measured m;

    (void)state;
    begin(&m, 64);
    add_square(&m, -3, -3, 3.5);
    add_square(&m, 5, 5, 1);
    add_triangle(&m, 0, 1e30, -1e30, 2e30, 1e30, 2e30);
    measure(&m);
    uvp_expect(&m, "coverage", 0.25, 0);
    uvp_measured_end(&m);
}

/* Triangles at random, against every centre and every triangle. */
static void test_against_trying_all(void **state)
{
    enum { SIDE = 50, COUNT = 60 };
    struct uvp_measured m;
    uint32_t random = 7;
    uint32_t once = 0;
    uint32_t twice = 0;

    (void)state;
    begin(&m, SIDE);
    uvp_test_mesh_soup(&m.mesh, COUNT, 3 * COUNT, 5);
    for (uint32_t i = 0; i < 3 * m.mesh.vertex_count; i++) {
        m.mesh.positions[i] = (float)((uvp_test_random(&random) % 1000) / 997.0);
    }
    measure(&m);
    for (uint32_t y = 0; y < SIDE; y++) {
        for (uint32_t x = 0; x < SIDE; x++) {
            const double u = (x + 0.5) / SIDE;
            const double v = (y + 0.5) / SIDE;
            uint32_t over = 0;
            for (uint32_t t = 0; t < COUNT; t++) {
                int left = 0;
                int right = 0;
                for (uint32_t k = 0; k < 3; k++) {
                    const float *const p = m.uv + 2 * (size_t)m.mesh.triangles[3 * t + k];
                    const float *const q =
                        m.uv + 2 * (size_t)m.mesh.triangles[3 * t + (k + 1) % 3];
                    const double turn = ((double)q[0] - (double)p[0]) * (v - (double)p[1]) -
                                        ((double)q[1] - (double)p[1]) * (u - (double)p[0]);
                    left += turn > 0;
                    right += turn < 0;
                }
                over += left == 3 || right == 3;
            }
            once += over > 0;
            twice += over > 1;
        }
    }
    assert_true(twice > 100);
    uvp_expect(&m, "coverage", once / (double)(SIDE * SIDE), UVP_NEAR);
    uvp_expect(&m, "overlap.pct", 100.0 * twice / once, UVP_NEAR);
    uvp_measured_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_squares),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_full_words),
        cmocka_unit_test(test_beyond_the_page),
        cmocka_unit_test(test_against_trying_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
