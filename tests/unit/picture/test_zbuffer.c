/* The nearest wins, neighbours share every sample out, lines lie on what is there. */
#include "stages/unwrapper/picture/zbuffer.h"
#include "tests/unit/picture/picture_bench.h"

#define SIDE 16
#define SAMPLES (SIDE * UVP_ZBUFFER_SAMPLES)

static uint32_t give_colour(void *ctx, const float part[3])
{
    assert_true(part[0] > -1e-3F && part[1] > -1e-3F && part[2] > -1e-3F);
    assert_true(fabsf(part[0] + part[1] + part[2] - 1) < 1e-3F);
    return *(uint32_t *)ctx;
}

/* Counts how often a sample is drawn: each time it is nearer than before. */
static uint32_t count_sample(void *ctx, const float part[3])
{
    (void)part;
    (*(uint32_t *)ctx)++;
    return 0;
}

static void draw(struct uvp_zbuffer *zbuffer, const int32_t at[3][2], float near,
                 uint32_t (*shade)(void *, const float[3]), void *ctx)
{
    struct uvp_ztriangle triangle = {.near = {near, near, near}, .shade = shade, .ctx = ctx};

    memcpy(triangle.at, at, sizeof triangle.at);
    assert_int_equal(uvp_zbuffer_triangle(zbuffer, &triangle, NULL), UVP_OK);
}

/* A jittered fan around a point covers all samples of the frame exactly once. */
static void neighbours_share_samples_out(void **state)
{
    const int32_t end = SAMPLES * UVP_ZBUFFER_UNIT;
    const int32_t rim[9][2] = {{0, 0},         {end / 3, 0}, {end, 0},
                               {end, end / 5}, {end, end},   {end / 2, end},
                               {0, end},       {0, 333},     {0, 0}};
    struct uvp_zbuffer zbuffer;
    struct bench bench;
    uint32_t random = 5;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_zbuffer_init(&zbuffer, SIDE, SIDE, &bench.arena, &bench.stop, NULL),
                     UVP_OK);
    for (int round = 0; round < 50; round++) {
        uint32_t drawn = 0;
        const int32_t middle[2] = {(int32_t)(next_random(&random) % (uint32_t)end),
                                   (int32_t)(next_random(&random) % (uint32_t)end)};
        uvp_zbuffer_begin(&zbuffer, 0);
        for (int i = 0; i < 8; i++) {
            const int32_t at[3][2] = {
                {middle[0], middle[1]}, {rim[i][0], rim[i][1]}, {rim[i + 1][0], rim[i + 1][1]}};
            const float near = (float)(i + 1); /* each nearer: a second owner would count */
            draw(&zbuffer, at, near, count_sample, &drawn);
        }
        assert_int_equal(drawn, SAMPLES * SAMPLES);
    }
    bench_close(&bench);
}

static void the_nearer_one_is_seen(void **state)
{
    const int32_t all[3][2] = {{-3000, -3000}, {9000, -3000}, {-3000, 9000}};
    uint32_t red = 0xff0000;
    uint32_t blue = 0x0000ff;
    struct uvp_zbuffer zbuffer;
    struct uvp_canvas canvas;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_zbuffer_init(&zbuffer, SIDE, SIDE, &bench.arena, &bench.stop, NULL),
                     UVP_OK);
    assert_int_equal(uvp_canvas_init(&canvas, SIDE, SIDE, uvp_colour_of(0xffffff), false,
                                     &bench.arena, NULL),
                     UVP_OK);
    uvp_zbuffer_begin(&zbuffer, 0);
    draw(&zbuffer, all, 0.5F, give_colour, &red);
    draw(&zbuffer, all, 0.25F, give_colour, &blue);
    uvp_zbuffer_resolve(&zbuffer, &canvas, 0, 0);
    assert_memory_equal(canvas.pixels + 4 * 17, "\xff\x00\x00\xff", 4);
    bench_close(&bench);
}

static void lines_are_hidden_by_what_is_nearer(void **state)
{
    const int32_t left[3][2] = {{-3000, -9000}, {512, -9000}, {512, 9000}};
    uint32_t grey = 0x808080;
    struct uvp_zline line = {
        .at = {{2, 32}, {62, 32}}, .near = {0.4F, 0.4F}, .thick = 4, .colour = 0, .cover = 256};
    struct uvp_zbuffer zbuffer;
    struct bench bench;
    int dark[2] = {0, 0};

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_zbuffer_init(&zbuffer, SIDE, SIDE, &bench.arena, &bench.stop, NULL),
                     UVP_OK);
    for (int i = 0; i < 2; i++) {
        uvp_zbuffer_begin(&zbuffer, 0);
        memset(zbuffer.colour, 0xff, SAMPLES * SAMPLES * sizeof *zbuffer.colour);
        draw(&zbuffer, left, i == 0 ? 0.4F : 0.8F, give_colour, &grey);
        assert_int_equal(uvp_zbuffer_line(&zbuffer, &line, NULL), UVP_OK);
        assert_int_equal(uvp_zbuffer_line(&zbuffer, &line, NULL), UVP_OK);
        for (int s = 0; s < SAMPLES * SAMPLES; s++) {
            dark[i] += zbuffer.near[s] > 0 && zbuffer.colour[s] == 0 ? 1 : 0;
        }
    }
    assert_in_range(dark[0], 90, 160); /* some thirty samples long, four thick */
    assert_int_equal(dark[1], 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_share_samples_out),
        cmocka_unit_test(the_nearer_one_is_seen),
        cmocka_unit_test(lines_are_hidden_by_what_is_nearer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
