/* Tiles, panels and places of the page. */
#include "stages/unwrapper/picture/layout.h"
#include "tests/unit/picture/picture_bench.h"

static const struct uvp_frame whole = {0, 0, 560, 560};

static struct uvp_layout fit(struct bench *bench, const struct uvp_picture_mesh *meshes,
                             uint32_t count, struct uvp_subjects *subjects)
{
    static const struct uvp_picture_options options = {.side = 560, .checker = 8, .views = 1};
    struct uvp_layout layout;

    assert_int_equal(
        uvp_subjects_make(meshes, count, &options, &bench->arena, &bench->stop, subjects, NULL),
        UVP_OK);
    uvp_layout_fit(subjects, whole, &layout);
    return layout;
}

static void one_page_fills_the_frame(void **state)
{
    const struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_subjects subjects;
    struct uvp_layout layout;
    struct bench bench;
    double at[2];

    (void)state;
    bench_open(&bench);
    layout = fit(&bench, &mesh, 1, &subjects);
    assert_int_equal(layout.columns * layout.rows, 1);
    assert_int_equal(layout.tile, 520);
    assert_int_equal(uvp_layout_panel(&layout, 0).left, 20);
    uvp_layout_place(&layout, (float[]){0.25F, 0.75F}, at);
    assert_true(at[0] > 129.9 && at[0] < 130.1); /* v is up, y is down */
    assert_true(at[1] > 129.9 && at[1] < 130.1);
    bench_close(&bench);
}

static void tiles_lie_side_by_side(void **state)
{
    static const float uv[] = {0.1F, 0.1F, 0.9F, 0.1F, 0.9F, 0.9F,
                               2.1F, 1.1F, 2.9F, 1.1F, 2.9F, 1.9F};
    const struct uvp_picture_mesh mesh = square_with(uv);
    struct uvp_subjects subjects;
    struct uvp_layout layout;
    struct bench bench;
    char number[UVP_LAYOUT_NUMBER_BYTES];

    (void)state;
    bench_open(&bench);
    layout = fit(&bench, &mesh, 1, &subjects);
    assert_int_equal(layout.columns, 3);
    assert_int_equal(layout.rows, 2);
    assert_int_equal(layout.tile, 520 / 3);
    assert_true(uvp_layout_number(&layout, 0, 0, number));
    assert_string_equal(number, "1001");
    assert_true(uvp_layout_number(&layout, 2, 1, number));
    assert_string_equal(number, "1013");
    bench_close(&bench);
}

static void far_uvs_are_not_shown(void **state)
{
    static const float uv[] = {0, 0, 1, 0, 1, 1, -1e30F, 0, 40, 7, 0, 1e20F};
    static const float away[] = {1e9F, 0, 2e9F, 0, 2e9F, 1, 1e9F, 0, 2e9F, 1, 1e9F, 1};
    const struct uvp_picture_mesh mesh = square_with(uv);
    const struct uvp_picture_mesh lost = square_with(away);
    struct uvp_subjects subjects;
    struct uvp_layout layout;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    layout = fit(&bench, &mesh, 1, &subjects);
    assert_true(layout.columns <= UVP_LAYOUT_TILES_MOST);
    assert_true(layout.rows <= UVP_LAYOUT_TILES_MOST);
    assert_true(uvp_layout_shows(&layout, &subjects.all[0], 0));
    assert_false(uvp_layout_shows(&layout, &subjects.all[0], 1));
    layout = fit(&bench, &lost, 1, &subjects);
    assert_true(layout.tile > 0);
    bench_close(&bench);
}

static void meshes_have_panels_that_do_not_meet(void **state)
{
    struct uvp_picture_mesh meshes[7];
    struct uvp_subjects subjects;
    struct uvp_layout layout;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (int i = 0; i < 7; i++) {
        meshes[i] = square_mesh();
    }
    meshes[3].corner_uv = NULL; /* has no panel */
    layout = fit(&bench, meshes, 7, &subjects);
    assert_int_equal(subjects.mapped, 6);
    assert_true(layout.panels_across * layout.panels_down >= 6);
    for (uint32_t i = 0; i < 6; i++) {
        const struct uvp_frame a = uvp_layout_panel(&layout, i);
        assert_true(a.left >= 0 && a.left + a.width <= 560);
        assert_true(a.top >= 0 && a.top + a.height <= 560);
        for (uint32_t k = 0; k < i; k++) {
            const struct uvp_frame b = uvp_layout_panel(&layout, k);
            assert_true(a.left >= b.left + b.width || b.left >= a.left + a.width ||
                        a.top >= b.top + b.height || b.top >= a.top + a.height);
        }
    }
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_page_fills_the_frame),
        cmocka_unit_test(tiles_lie_side_by_side),
        cmocka_unit_test(far_uvs_are_not_shown),
        cmocka_unit_test(meshes_have_panels_that_do_not_meet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
