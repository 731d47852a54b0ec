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

#define RANDOM_MAX 200

struct scattered {
    uint32_t start[RANDOM_MAX + 1];
    uint32_t column[8 * RANDOM_MAX];
    float value[8 * RANDOM_MAX];
    double diagonal[RANDOM_MAX];
    struct uvp_vec2 at[RANDOM_MAX];
};

/* Any pairs with four edges a vertex at most, some twice, some vertices alone. */
static void scatter(struct scattered *scattered, uint32_t count, uint32_t seed)
{
    uint32_t pair[2 * RANDOM_MAX][2];
    uint32_t degree[RANDOM_MAX] = {0};
    uint32_t pairs = 0;
    uint32_t sum = 0;

    for (uint32_t i = 0; i < 2 * count; i++) {
        uint32_t a;
        uint32_t b;
        seed = seed * 1664525U + 1013904223U;
        a = (seed >> 8) % count;
        seed = seed * 1664525U + 1013904223U;
        b = (seed >> 8) % count;
        if (a != b && degree[a] < 7 && degree[b] < 7) {
            degree[a]++;
            degree[b]++;
            pair[pairs][0] = a;
            pair[pairs++][1] = b;
        }
    }
    for (uint32_t v = 0; v < count; v++) {
        scattered->start[v] = sum;
        scattered->diagonal[v] = 0.1;
        scattered->at[v] = (struct uvp_vec2){v % 13, v % 17};
        for (uint32_t i = 0; i < pairs; i++) {
            if (pair[i][0] == v || pair[i][1] == v) {
                scattered->column[sum] = pair[i][pair[i][0] == v];
                scattered->value[sum++] = -1 - (float)(i % 3);
                scattered->diagonal[v] += 1 + i % 3;
            }
        }
    }
    scattered->start[count] = sum;
}

/* No grids, not connected, of all small sizes. */
static void test_solves_what_is_scattered(void **state)
{
    struct scattered *const scattered = calloc(1, sizeof *scattered);

    (void)state;
    assert_non_null(scattered);
    for (uint32_t count = 1; count <= RANDOM_MAX; count++) {
        struct uvp_sparse matrix = {.count = count,
                                    .start = scattered->start,
                                    .column = scattered->column,
                                    .value = scattered->value,
                                    .diagonal = scattered->diagonal};
        struct uvp_vec2 b[RANDOM_MAX];
        struct uvp_vec2 spare[RANDOM_MAX];
        struct uvp_bench bench;
        struct uvp_atlas_work work;
        bool done = false;
        uvp_bench_init(&bench);
        work = (struct uvp_atlas_work){
            .scratch = &bench.scratch, .stop = &bench.stop, .err = &bench.err};
        scatter(scattered, count, count);
        assert_int_equal(
            uvp_sparse_factor(&work, &matrix, scattered->at, 1000000, UINT64_MAX, &done),
            UVP_OK);
        assert_true(done);
        for (uint32_t v = 0; v < count; v++) {
            b[v] = (struct uvp_vec2){v % 5, 1};
        }
        assert_int_equal(uvp_sparse_solve(&work, &matrix, b, spare), UVP_OK);
        for (uint32_t v = 0; v < count; v++) {
            struct uvp_vec2 r = {matrix.diagonal[v] * b[v].x - v % 5,
                                 matrix.diagonal[v] * b[v].y - 1};
            for (uint32_t i = matrix.start[v]; i < matrix.start[v + 1]; i++) {
                r.x += (double)matrix.value[i] * b[matrix.column[i]].x;
                r.y += (double)matrix.value[i] * b[matrix.column[i]].y;
            }
            assert_true(fabs(r.x) < 1e-3 && fabs(r.y) < 1e-3);
        }
        uvp_bench_release(&bench);
    }
    free(scattered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solves),
        cmocka_unit_test(test_solves_what_is_scattered),
        cmocka_unit_test(test_gives_up_at_its_limits),
        cmocka_unit_test(test_refuses_what_is_not_positive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
