/*
 * Grid Laplacians solved, and the residual looked at.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>
#include <stdlib.h>

#include "stages/unwrapper/atlas/sparse.h"

#define SIDE 30
#define COUNT (SIDE * SIDE)

struct grid {
    struct uvp_bench bench;
    struct uvp_atlas_work work;
    struct uvp_sparse matrix;
    uint32_t start[COUNT + 1];
    uint32_t column[4 * COUNT];
    float value[4 * COUNT];
    double diagonal[COUNT];
    struct uvp_vec2 at[COUNT];
};

static void add(struct grid *grid, uint32_t *fill, int x, int y, uint32_t v)
{
    if (x >= 0 && y >= 0 && x < SIDE && y < SIDE) {
        grid->column[*fill] = (uint32_t)(y * SIDE + x);
        grid->value[(*fill)++] = -1 - (float)((v + (uint32_t)(y * SIDE + x)) % 5);
    }
}

static struct grid *make_grid(double extra, bool piled)
{
    struct grid *const grid = calloc(1, sizeof *grid);
    uint32_t fill = 0;

    assert_non_null(grid);
    uvp_bench_init(&grid->bench);
    grid->work = (struct uvp_atlas_work){
        .scratch = &grid->bench.scratch, .stop = &grid->bench.stop, .err = &grid->bench.err};
    for (uint32_t v = 0; v < COUNT; v++) {
        const int x = (int)(v % SIDE);
        const int y = (int)(v / SIDE);
        grid->start[v] = fill;
        add(grid, &fill, x - 1, y, v);
        add(grid, &fill, x + 1, y, v);
        add(grid, &fill, x, y - 1, v);
        add(grid, &fill, x, y + 1, v);
        grid->diagonal[v] = extra;
        for (uint32_t i = grid->start[v]; i < fill; i++) {
            grid->diagonal[v] -= (double)grid->value[i];
        }
        grid->at[v] = piled ? (struct uvp_vec2){0, 0} : (struct uvp_vec2){x, y};
    }
    grid->start[COUNT] = fill;
    grid->matrix = (struct uvp_sparse){.count = COUNT,
                                       .start = grid->start,
                                       .column = grid->column,
                                       .value = grid->value,
                                       .diagonal = grid->diagonal};
    return grid;
}

static void release_grid(struct grid *grid)
{
    uvp_bench_release(&grid->bench);
    free(grid);
}

static void test_solves(void **state)
{
    (void)state;
    for (int piled = 0; piled < 2; piled++) {
        struct grid *const grid = make_grid(0.01, piled != 0);
        struct uvp_vec2 b[COUNT];
        struct uvp_vec2 spare[COUNT];
        bool done = false;
        assert_int_equal(
            uvp_sparse_factor(&grid->work, &grid->matrix, grid->at, 1000000, UINT64_MAX, &done),
            UVP_OK);
        assert_true(done);
        for (uint32_t v = 0; v < COUNT; v++) {
            b[v] = (struct uvp_vec2){v % 7, -(double)(v % 11)};
        }
        assert_int_equal(uvp_sparse_solve(&grid->work, &grid->matrix, b, spare), UVP_OK);
        for (uint32_t v = 0; v < COUNT; v++) {
            struct uvp_vec2 r = {grid->diagonal[v] * b[v].x - v % 7,
                                 grid->diagonal[v] * b[v].y + v % 11};
            for (uint32_t i = grid->start[v]; i < grid->start[v + 1]; i++) {
                r.x += (double)grid->value[i] * b[grid->column[i]].x;
                r.y += (double)grid->value[i] * b[grid->column[i]].y;
            }
            /* the factor is in single precision */
            assert_true(fabs(r.x) < 1e-3 && fabs(r.y) < 1e-3);
        }
        release_grid(grid);
    }
}

static void test_gives_up_at_its_limits(void **state)
{
    struct grid *const grid = make_grid(0.01, false);
    bool done = true;

    (void)state;
    assert_int_equal(
        uvp_sparse_factor(&grid->work, &grid->matrix, grid->at, 100, UINT64_MAX, &done),
        UVP_OK);
    assert_false(done);
    done = true;
    assert_int_equal(
        uvp_sparse_factor(&grid->work, &grid->matrix, grid->at, 1000000, 100, &done), UVP_OK);
    assert_false(done);
    release_grid(grid);
}

static void test_refuses_what_is_not_positive(void **state)
{
    struct grid *const grid = make_grid(-3, false);
    bool done = true;

    (void)state;
    assert_int_equal(
        uvp_sparse_factor(&grid->work, &grid->matrix, grid->at, 1000000, UINT64_MAX, &done),
        UVP_OK);
    assert_false(done);
    release_grid(grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solves),
        cmocka_unit_test(test_gives_up_at_its_limits),
        cmocka_unit_test(test_refuses_what_is_not_positive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
