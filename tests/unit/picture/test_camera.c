/* Everything is in the frame and fills it; directions are as the eye has them. */
#include "stages/unwrapper/picture/camera.h"
#include "tests/unit/picture/picture_bench.h"

static void make(struct bench *bench, const struct uvp_picture_mesh *mesh,
                 struct uvp_subjects *subjects)
{
    static const struct uvp_picture_options options = {.side = 64};

    assert_int_equal(
        uvp_subjects_make(mesh, 1, &options, &bench->arena, &bench->stop, subjects, NULL),
        UVP_OK);
}

static void every_view_frames_the_mesh(void **state)
{
    static const float positions[] = {-7, 2, 3, 9, -4, 1, 2, 8, -3, 100, 100, 101};
    const struct uvp_frame frame = {0, 0, 300, 200};
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_subjects subjects;
    struct uvp_ball ball;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    mesh.positions = positions;
    make(&bench, &mesh, &subjects);
    assert_int_equal(uvp_ball_around(&subjects, &ball, NULL), UVP_OK);
    for (uint32_t i = 0; i < 3 * 2 * 4; i++) {
        const struct uvp_picture_options options = {.z_is_up = i % 2 == 0, .turn = i / 2 % 4};
        struct uvp_camera camera;
        float low[2] = {1e9F, 1e9F};
        float high[2] = {-1e9F, -1e9F};

        uvp_camera_turn(&camera, &ball, i / 8, &options);
        assert_int_equal(uvp_camera_fit(&camera, &subjects, frame, &bench.stop, NULL), UVP_OK);
        for (uint32_t v = 0; v < 4; v++) {
            float seen[3];
            uvp_camera_see(&camera, positions + 3 * v, seen);
            assert_true(seen[2] > 0.1F && seen[2] < 0.5F);
            for (int axis = 0; axis < 2; axis++) {
                low[axis] = fminf(low[axis], seen[axis]);
                high[axis] = fmaxf(high[axis], seen[axis]);
            }
        }
        assert_true(low[0] > 0 && high[0] < 300 && low[1] > 0 && high[1] < 200);
        assert_true(high[0] - low[0] > 0.8F * 300 || high[1] - low[1] > 0.8F * 200);
    }
    bench_close(&bench);
}

static void up_is_up(void **state)
{
    const struct uvp_ball ball = {{0, 0, 0}, 1};

    (void)state;
    for (uint32_t i = 0; i < 2 * 4 * 3; i++) {
        const struct uvp_picture_options options = {.z_is_up = i % 2 == 1, .turn = i / 2 % 4};
        const float axis[3] = {0, i % 2 == 1 ? 0.0F : 0.5F, i % 2 == 1 ? 0.5F : 0.0F};
        const float middle[3] = {0, 0, 0};
        struct uvp_camera camera;
        float low[3];
        float high[3];

        uvp_camera_turn(&camera, &ball, i / 8, &options);
        uvp_camera_see(&camera, middle, low);
        uvp_camera_see(&camera, axis, high);
        assert_true(high[1] < low[1]); /* y points down */
        assert_true(fabsf(high[0] - low[0]) < 1e-6F);
    }
}

static void what_is_not_finite_is_not_seen(void **state)
{
    static const float odd[] = {NAN, 0, 0, 1, INFINITY, 0, 1, 1, 0, 0, 1, 0};
    struct uvp_picture_mesh mesh = square_mesh();
    struct uvp_subjects subjects;
    struct uvp_camera camera;
    struct uvp_ball ball = {{0, 0, 0}, 1};
    struct bench bench;
    float seen[3];

    (void)state;
    bench_open(&bench);
    uvp_camera_turn(&camera, &ball, 0, &(struct uvp_picture_options){.side = 64});
    uvp_camera_see(&camera, odd, seen);
    assert_true(seen[2] <= 0);
    mesh.positions = odd;
    make(&bench, &mesh, &subjects);
    assert_int_equal(uvp_ball_around(&subjects, &ball, NULL), UVP_DEGENERATE);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_view_frames_the_mesh),
        cmocka_unit_test(up_is_up),
        cmocka_unit_test(what_is_not_finite_is_not_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
