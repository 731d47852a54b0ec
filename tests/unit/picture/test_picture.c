/* Whole pictures: what is shown, what is told, and that nothing of it depends on anything else.
 */
#include "tests/unit/picture/picture_bench.h"

#include <png.h>

struct seen {
    png_image image;
    uint8_t *pixels;
};

static enum uvp_code draw(struct bench *bench, const struct uvp_picture_mesh *meshes,
                          uint32_t count, const struct uvp_picture_options *options,
                          struct uvp_picture_facts *facts)
{
    uvp_buf_reset(&bench->out);
    uvp_error_clear(&bench->err);
    return uvp_picture_draw(meshes, count, uvp_span_of_text("a.obj"), options, &bench->arena,
                            &bench->stop, &bench->out, facts, &bench->err);
}

static struct seen read_png(const struct bench *bench)
{
    struct seen seen;

    memset(&seen, 0, sizeof seen);
    seen.image.version = PNG_IMAGE_VERSION;
    assert_true(
        png_image_begin_read_from_memory(&seen.image, bench->out.data, bench->out.bytes));
    seen.image.format = PNG_FORMAT_RGB;
    seen.pixels = malloc(PNG_IMAGE_SIZE(seen.image));
    assert_true(png_image_finish_read(&seen.image, NULL, seen.pixels, 0, NULL));
    return seen;
}

static const uint8_t *pixel(const struct seen *seen, uint32_t x, uint32_t y)
{
    return seen->pixels + 3 * ((size_t)y * seen->image.width + x);
}

static void a_chart_is_where_its_uvs_are(void **state)
{
    const struct uvp_picture_mesh mesh = square_mesh();
    const struct uvp_picture_options options = {
        .what = UVP_PICTURE_LAYOUT, .side = 400, .no_text = true};
    struct uvp_picture_facts facts;
    struct bench bench;
    struct seen seen;

    (void)state;
    bench_open(&bench);
    assert_int_equal(draw(&bench, &mesh, 1, &options, &facts), UVP_OK);
    assert_int_equal(facts.charts, 1);
    assert_int_equal(facts.triangles, 2);
    assert_int_equal(facts.flipped, 0);
    assert_true(facts.has_layout && !facts.has_mesh);
    assert_int_equal(facts.width, 400);
    assert_int_equal(facts.height, 400);
    seen = read_png(&bench);
    assert_memory_equal(pixel(&seen, 200, 200), "\x4e\x9b\xc4", 3); /* the first chart's */
    assert_memory_equal(pixel(&seen, 150, 240), "\x4e\x9b\xc4", 3);
    assert_memory_equal(pixel(&seen, 95, 215), "\xf5\xf5\xf2", 3); /* the page */
    assert_memory_equal(pixel(&seen, 2, 200), "\xff\xff\xff", 3);  /* the margin */
    free(seen.pixels);
    bench_close(&bench);
}

static void parts_are_chosen_by_what_is_there(void **state)
{
    const struct uvp_picture_options any = {.side = 64};
    const struct uvp_picture_options layout = {.side = 64, .what = UVP_PICTURE_LAYOUT};
    const struct uvp_picture_options both = {.side = 64, .what = UVP_PICTURE_BOTH};
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_picture_facts facts;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(draw(&bench, &mesh, 1, &any, &facts), UVP_OK);
    assert_true(facts.has_layout && facts.has_mesh);
    assert_int_equal(facts.width, 128);
    mesh.corner_uv = NULL;
    assert_int_equal(draw(&bench, &mesh, 1, &any, &facts), UVP_OK);
    assert_true(!facts.has_layout && facts.has_mesh);
    assert_int_equal(draw(&bench, &mesh, 1, &layout, &facts), UVP_USAGE);
    assert_int_equal(draw(&bench, &mesh, 1, &both, &facts), UVP_USAGE);
    assert_non_null(strstr(bench.err.text, "--unwrap-missing"));
    mesh.triangle_count = 0;
    assert_int_equal(draw(&bench, &mesh, 1, &any, &facts), UVP_DEGENERATE);
    bench_close(&bench);
}

static void troubles_are_hatched(void **state)
{
    static const float folded[] = {0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0.9F, 0.2F};
    const struct uvp_picture_mesh mesh = square_with(folded);
    const struct uvp_picture_options options = {
        .what = UVP_PICTURE_LAYOUT, .side = 200, .no_text = true};
    struct uvp_picture_facts facts;
    struct bench bench;
    struct seen seen;
    int red = 0;

    (void)state;
    bench_open(&bench);
    assert_int_equal(draw(&bench, &mesh, 1, &options, &facts), UVP_OK);
    assert_int_equal(facts.charts, 2); /* no UV is shared: equal places, other numbers */
    seen = read_png(&bench);
    for (uint32_t i = 0; i < 200 * 200; i++) {
        const uint8_t *const at = seen.pixels + 3 * (size_t)i;
        red += at[0] > 180 && at[1] < 80 && at[2] < 110 ? 1 : 0;
    }
    assert_true(red > 300);
    free(seen.pixels);
    bench_close(&bench);
}

/* Every colour and part, at memory that fails at every call: a code, and nothing left. */
static void memory_that_runs_out_is_told(void **state)
{
    const struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_picture_facts facts;

    (void)state;
    for (int svg = 0; svg < 2; svg++) {
        struct uvp_picture_options options = {
            .side = 200, .colour = UVP_PICTURE_STRETCH, .is_svg = svg != 0};
        enum uvp_code code = UVP_NO_MEMORY;
        uint64_t calls = 0;

        for (uint64_t at = 1; code != UVP_OK; at++) {
            struct bench bench;

            bench_open(&bench);
            bench.mem.fail_at_call = at;
            code = draw(&bench, &mesh, 1, &options, &facts);
            assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
            calls = at;
            bench_close(&bench);
        }
        assert_true(calls > 3);
    }
}

static void a_stop_is_heard(void **state)
{
    const struct uvp_picture_mesh mesh = square_mesh();
    const struct uvp_picture_options options = {.side = 64};
    struct uvp_picture_facts facts;
    enum uvp_code code = UVP_CANCELLED;
    uint64_t polls = 0;

    (void)state;
    for (uint64_t at = 1; code != UVP_OK; at++) {
        struct bench bench;

        bench_open(&bench);
        bench.stop.stop_at_poll = at;
        code = draw(&bench, &mesh, 1, &options, &facts);
        assert_true(code == UVP_OK || code == UVP_CANCELLED);
        polls = at;
        bench_close(&bench);
    }
    assert_true(polls > 5);
}

/* NaN, infinity, the largest and smallest numbers, in all places at once. */
static void any_numbers_are_drawn_or_refused(void **state)
{
    static const float odd[] = {NAN, INFINITY, -INFINITY, 3.4e38F, -3.4e38F, 1e-45F, 0,
                                1,   -1,       1e30F,     0.5F,    16.5F,    -7};
    uint32_t random = 3;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (int round = 0; round < 400; round++) {
        struct uvp_picture_mesh mesh = square_mesh();
        struct uvp_picture_facts facts;
        struct uvp_picture_options options = {.side = 64};
        float positions[12];
        float uv[8];
        enum uvp_code code;

        for (int i = 0; i < 12; i++) {
            positions[i] = odd[next_random(&random) % 13];
            uv[i % 8] = odd[next_random(&random) % 13];
        }
        mesh.positions = positions;
        mesh.uv = uv;
        options.colour = (enum uvp_picture_colour)(round % UVP_PICTURE_COLOUR_COUNT);
        options.is_svg = round % 5 == 0;
        options.z_is_up = round % 2 == 0;
        code = draw(&bench, &mesh, 1, &options, &facts);
        assert_true(code == UVP_OK || code == UVP_DEGENERATE || code == UVP_USAGE);
    }
    bench_close(&bench);
}

static void the_same_comes_out_again(void **state)
{
    const struct uvp_picture_mesh meshes[2] = {square_mesh(), square_mesh()};
    const struct uvp_picture_options options = {.side = 100, .colour = UVP_PICTURE_CHECKER};
    struct uvp_picture_facts facts;
    struct bench one;
    struct bench other;

    (void)state;
    bench_open(&one);
    bench_open(&other);
    assert_int_equal(draw(&one, meshes, 2, &options, &facts), UVP_OK);
    assert_int_equal(facts.charts, 2);
    assert_int_equal(draw(&other, meshes, 1, &options, &facts), UVP_OK);
    assert_int_equal(draw(&other, meshes, 2, &options, &facts), UVP_OK); /* in warm memory */
    assert_int_equal(one.out.bytes, other.out.bytes);
    assert_memory_equal(one.out.data, other.out.data, one.out.bytes);
    bench_close(&one);
    bench_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chart_is_where_its_uvs_are),
        cmocka_unit_test(parts_are_chosen_by_what_is_there),
        cmocka_unit_test(troubles_are_hatched),
        cmocka_unit_test(memory_that_runs_out_is_told),
        cmocka_unit_test(a_stop_is_heard),
        cmocka_unit_test(any_numbers_are_drawn_or_refused),
        cmocka_unit_test(the_same_comes_out_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
