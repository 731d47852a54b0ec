/* Cover is exact: sums over triangles that share edges are the area, whatever their shapes. */
#include "stages/unwrapper/picture/fill.h"
#include "tests/unit/picture/picture_bench.h"

#define SIDE 40

static void add(struct uvp_fill *fill, const int32_t a[2], const int32_t b[2],
                const int32_t c[2])
{
    const struct uvp_fill_triangle triangle = {.at = {{a[0], a[1]}, {b[0], b[1]}, {c[0], c[1]}},
                                               .colour = {100, 150, 200}};

    uvp_fill_add(fill, &triangle);
}

static int64_t sum_of(const struct uvp_fill *fill)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < fill->width * fill->rows; i++) {
        sum += fill->cells[i].cover;
    }
    return sum;
}

static void one_triangle_covers_its_area(void **state)
{
    const int32_t points[][3][2] = {
        {{0, 0}, {2560, 0}, {0, 2560}},
        {{10, 20}, {4000, 77}, {900, 9001}},
        {{256, 256}, {256, 512}, {512, 256}},
        {{300, 300}, {310, 300}, {300, 311}},  /* inside of one pixel */
        {{5, 5000}, {10000, 5001}, {5, 5002}}, /* thin */
    };
    struct bench bench;
    struct uvp_fill fill;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_fill_init(&fill, SIDE, SIDE, &bench.arena, NULL), UVP_OK);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        const int32_t(*p)[2] = points[i];
        const int64_t twice = llabs((int64_t)(p[1][0] - p[0][0]) * (p[2][1] - p[0][1]) -
                                    (int64_t)(p[1][1] - p[0][1]) * (p[2][0] - p[0][0]));

        uvp_fill_begin(&fill, 0);
        add(&fill, p[0], p[1], p[2]);
        assert_true(llabs(sum_of(&fill) - twice) <= 2 * SIDE * 256); /* borders round */
        assert_true(i != 2 || sum_of(&fill) == twice);
        assert_true(i != 3 || sum_of(&fill) == twice);
        uvp_fill_begin(&fill, 0);
        add(&fill, p[0], p[2], p[1]); /* the other way around: the same */
        assert_true(llabs(sum_of(&fill) - twice) <= 2 * SIDE * 256);
    }
    bench_close(&bench);
}

/* A square cut into a jittered grid of triangles: every pixel is full, to the last bit. */
static void neighbours_leave_nothing_and_paint_nothing_twice(void **state)
{
    enum { CELLS = 13 };
    static int32_t grid[CELLS + 1][CELLS + 1][2];
    const int32_t whole = SIDE * UVP_FILL_UNIT;
    struct bench bench;
    struct uvp_fill fill;
    uint32_t random = 7;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_fill_init(&fill, SIDE, SIDE, &bench.arena, NULL), UVP_OK);
    uvp_fill_begin(&fill, 0);
    for (int32_t y = 0; y <= CELLS; y++) {
        for (int32_t x = 0; x <= CELLS; x++) {
            const bool inside_x = x != 0 && x != CELLS;
            const bool inside_y = y != 0 && y != CELLS;
            grid[y][x][0] = whole * x / CELLS +
                            (inside_x ? (int32_t)(next_random(&random) % 301) - 150 : 0);
            grid[y][x][1] = whole * y / CELLS +
                            (inside_y ? (int32_t)(next_random(&random) % 301) - 150 : 0);
        }
    }
    for (int y = 0; y < CELLS; y++) {
        for (int x = 0; x < CELLS; x++) {
            add(&fill, grid[y][x], grid[y][x + 1], grid[y + 1][x + 1]);
            add(&fill, grid[y + 1][x], grid[y][x], grid[y + 1][x + 1]); /* mixed directions */
        }
    }
    for (int i = 0; i < SIDE * SIDE; i++) {
        assert_int_equal(fill.cells[i].cover, UVP_FILL_FULL);
        assert_int_equal(fill.cells[i].red / UVP_FILL_FULL, 100);
        assert_int_equal(fill.cells[i].blue / UVP_FILL_FULL, 200);
    }
    bench_close(&bench);
}

static void bands_are_parts_of_the_whole(void **state)
{
    const int32_t a[2] = {700, -900};
    const int32_t b[2] = {12000, 4000};
    const int32_t c[2] = {-3000, 11000};
    struct bench bench;
    struct uvp_fill whole;
    struct uvp_fill band;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_fill_init(&whole, SIDE, SIDE, &bench.arena, NULL), UVP_OK);
    assert_int_equal(uvp_fill_init(&band, SIDE, 8, &bench.arena, NULL), UVP_OK);
    uvp_fill_begin(&whole, 0);
    add(&whole, a, b, c);
    for (int32_t top = 0; top < SIDE; top += 8) {
        uvp_fill_begin(&band, top);
        add(&band, a, b, c);
        assert_memory_equal(band.cells, whole.cells + (size_t)top * SIDE,
                            8 * SIDE * sizeof *band.cells);
    }
    bench_close(&bench);
}

static void overlaps_and_turned_ones_show(void **state)
{
    struct uvp_fill_triangle triangle = {.at = {{0, 0}, {5120, 0}, {0, 5120}}, .turned = true};
    struct bench bench;
    struct uvp_fill fill;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_fill_init(&fill, SIDE, SIDE, &bench.arena, NULL), UVP_OK);
    uvp_fill_begin(&fill, 0);
    uvp_fill_add(&fill, &triangle);
    triangle.turned = false;
    uvp_fill_add(&fill, &triangle);
    assert_int_equal(fill.cells[0].cover, 2 * UVP_FILL_FULL);
    assert_int_equal(fill.cells[0].turned, UVP_FILL_FULL);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_triangle_covers_its_area),
        cmocka_unit_test(neighbours_leave_nothing_and_paint_nothing_twice),
        cmocka_unit_test(bands_are_parts_of_the_whole),
        cmocka_unit_test(overlaps_and_turned_ones_show),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
