/* An SVG of a layout: its paths, and names that cannot break out of it. */
#include "tests/unit/picture/picture_bench.h"

static char *draw(struct bench *bench, const struct uvp_picture_mesh *mesh,
                  enum uvp_picture_colour colour, const char *title)
{
    const struct uvp_picture_options options = {.is_svg = true, .colour = colour, .side = 560};
    struct uvp_picture_facts facts;
    char *text;

    uvp_buf_reset(&bench->out);
    assert_int_equal(uvp_picture_draw(mesh, 1, uvp_span_of_text(title), &options, &bench->arena,
                                      &bench->stop, &bench->out, &facts, &bench->err),
                     UVP_OK);
    text = malloc(bench->out.bytes + 1);
    memcpy(text, bench->out.data, bench->out.bytes);
    text[bench->out.bytes] = '\0';
    return text;
}

static void a_chart_is_one_closed_path(void **state)
{
    const struct uvp_picture_mesh mesh = square_mesh();
    struct bench bench;
    char *text;

    (void)state;
    bench_open(&bench);
    text = draw(&bench, &mesh, UVP_PICTURE_CHARTS, "a.obj");
    assert_non_null(strstr(text, "<path d=\"M130 390l260 0 0-260-260 0z\" fill=\"#4e9bc4\"/>"));
    assert_non_null(strstr(text, "2 triangles, 1 chart<"));
    assert_null(strstr(text, "url(#turned)"));
    free(text);
    bench_close(&bench);
}

static void numbers_are_triangles_by_level(void **state)
{
    const struct uvp_picture_mesh mesh = square_mesh();
    struct bench bench;
    char *text;

    (void)state;
    bench_open(&bench);
    text = draw(&bench, &mesh, UVP_PICTURE_STRETCH, "a.obj");
    assert_non_null(strstr(text, "d=\"M130 390l260 0 0-260zM130 390l260-260-260 0z\""));
    assert_non_null(strstr(text, ">1.75</text>"));
    free(text);
    bench_close(&bench);
}

static void turned_triangles_are_marked(void **state)
{
    static const float folded[] = {0, 0, 1, 0, 1, 1, 0.9F, 0.3F};
    struct uvp_picture_mesh mesh = square_mesh();
    struct bench bench;
    char *text;

    (void)state;
    bench_open(&bench);
    mesh.uv = folded;
    text = draw(&bench, &mesh, UVP_PICTURE_PLAIN, "a.obj");
    assert_non_null(strstr(text, "<path fill=\"url(#turned)\" d=\"M"));
    assert_non_null(strstr(text, "1 flipped"));
    free(text);
    bench_close(&bench);
}

static void names_are_text(void **state)
{
    const struct uvp_picture_mesh mesh = square_mesh();
    struct bench bench;
    char *text;

    (void)state;
    bench_open(&bench);
    text = draw(&bench, &mesh, UVP_PICTURE_CHECKER, "<script>&\"'\x01\xff\n.obj");
    assert_null(strstr(text, "<script"));
    assert_non_null(strstr(text, "&lt;script&gt;&amp;\"'???.obj"));
    assert_non_null(strstr(text, "url(#checker)"));
    free(text);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chart_is_one_closed_path),
        cmocka_unit_test(numbers_are_triangles_by_level),
        cmocka_unit_test(turned_triangles_are_marked),
        cmocka_unit_test(names_are_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
