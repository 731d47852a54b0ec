/* Colours of triangles, and the texture of squares. */
#include "stages/unwrapper/picture/palette.h"
#include "stages/unwrapper/picture/subject.h"
#include "tests/unit/picture/picture_bench.h"

static bool same(struct uvp_colour a, struct uvp_colour b)
{
    return a.r == b.r && a.g == b.g && a.b == b.b;
}

static void charts_are_numbered_through_all_meshes(void **state)
{
    const struct uvp_picture_options options = {.side = 64};
    struct uvp_picture_mesh meshes[3] = {square_mesh(), square_mesh(), square_mesh()};
    struct uvp_subjects subjects;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    meshes[1].corner_uv = NULL;
    assert_int_equal(
        uvp_subjects_make(meshes, 3, &options, &bench.arena, &bench.stop, &subjects, NULL),
        UVP_OK);
    assert_int_equal(subjects.charts, 2);
    assert_int_equal(subjects.mapped, 2);
    assert_int_equal(subjects.triangles, 6);
    assert_true(same(uvp_subject_colour(&subjects.all[0], &options, 1), uvp_palette_chart(0)));
    assert_true(
        same(uvp_subject_colour(&subjects.all[1], &options, 0), uvp_colour_of(UVP_CLAY)));
    assert_true(same(uvp_subject_colour(&subjects.all[2], &options, 0), uvp_palette_chart(1)));
    bench_close(&bench);
}

static void squares_alternate(void **state)
{
    const struct uvp_colour light = uvp_checker_colour(0.3, 0.05, 8);

    (void)state;
    for (int row = -3; row < 8; row++) {
        for (int column = -3; column < 8; column++) {
            const double u = (column + 0.4) / 8;
            const double v = (row + 0.4) / 8;
            const bool is_light = ((column + row) & 1) != 0;
            assert_int_equal(
                same(uvp_checker_colour(u, v, 8), uvp_checker_colour(u, v + 0.25, 8)) &&
                    !is_light,
                false);
            assert_int_equal(uvp_checker_colour(u, v, 8).r == 0xf6, is_light);
        }
    }
    assert_int_equal(light.r == 0xf6, false);
    (void)uvp_checker_colour(1e300, -1e300, 4096); /* any number will do */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charts_are_numbered_through_all_meshes),
        cmocka_unit_test(squares_alternate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
