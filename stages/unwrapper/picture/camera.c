#include "stages/unwrapper/picture/camera.h"

#include <math.h>
#include <string.h>

#define EYE_DISTANCE 4.4F /* radii: a lens that is long, but not flat */
#define MARGIN 0.06F
#define TRIANGLES_PER_POLL UINT32_C(65536)

static bool is_finite(const float p[3])
{
    return isfinite(p[0]) && isfinite(p[1]) && isfinite(p[2]);
}

static bool is_drawn(const struct uvp_picture_mesh *mesh, uint32_t t)
{
    return is_finite(uvp_parts_position(mesh, t, 0)) &&
           is_finite(uvp_parts_position(mesh, t, 1)) &&
           is_finite(uvp_parts_position(mesh, t, 2));
}

struct bounds {
    double low[3];
    double high[3];
    bool is_any;
};

static void add_bounds(struct bounds *bounds, const float p[3])
{
    for (int axis = 0; axis < 3; axis++) {
        const double at = (double)p[axis];
        bounds->low[axis] = bounds->is_any ? fmin(bounds->low[axis], at) : at;
        bounds->high[axis] = bounds->is_any ? fmax(bounds->high[axis], at) : at;
    }
    bounds->is_any = true;
}

enum uvp_code uvp_ball_around(const struct uvp_subjects *subjects, struct uvp_ball *ball,
                              struct uvp_error *err)
{
    struct bounds bounds = {.is_any = false};
    double square = 0;

    for (uint32_t i = 0; i < subjects->count; i++) {
        const struct uvp_picture_mesh *const mesh = subjects->all[i].mesh;
        for (uint32_t t = 0; t < mesh->triangle_count; t++) {
            for (int k = 0; k < 3 && is_drawn(mesh, t); k++) {
                add_bounds(&bounds, uvp_parts_position(mesh, t, k));
            }
        }
    }
    for (int axis = 0; axis < 3; axis++) {
        const double half = (bounds.high[axis] - bounds.low[axis]) / 2;
        ball->middle[axis] = bounds.low[axis] + half;
        square += half * half;
    }
    ball->radius = sqrt(square);
    if (!bounds.is_any || !(ball->radius > 0)) {
        return uvp_fail(err, UVP_DEGENERATE, 0, "nothing to draw: no triangle has any extent");
    }
    return UVP_OK;
}

static void set_length_1(float v[3])
{
    const float length = sqrtf(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);

    for (int axis = 0; axis < 3; axis++) {
        v[axis] /= length;
    }
}

static void cross(const float a[3], const float b[3], float out[3])
{
    for (int axis = 0; axis < 3; axis++) {
        out[axis] =
            a[(axis + 1) % 3] * b[(axis + 2) % 3] - a[(axis + 2) % 3] * b[(axis + 1) % 3];
    }
}

void uvp_camera_turn(struct uvp_camera *camera, const struct uvp_ball *ball, uint32_t view,
                     const struct uvp_picture_options *options)
{
    static const float eyes[UVP_CAMERA_VIEWS][3] = {
        {0.62F, 0.42F, 0.88F}, {-0.80F, 0.26F, -0.66F}, {-0.42F, 1.15F, 0.52F}};
    const bool z_is_up = options->z_is_up;
    float eye[3] = {eyes[view][0], eyes[view][1], eyes[view][2]};
    const float up[3] = {0, z_is_up ? 0.0F : 1.0F, z_is_up ? 1.0F : 0.0F};

    memset(camera, 0, sizeof *camera);
    camera->ball = *ball;
    for (uint32_t i = 0; i < options->turn; i++) { /* the mesh one way is the eye the other */
        const float x = eye[0];
        eye[0] = -eye[2];
        eye[2] = x;
    }
    camera->toward[0] = eye[0];
    camera->toward[1] = z_is_up ? -eye[2] : eye[1];
    camera->toward[2] = z_is_up ? eye[1] : eye[2];
    set_length_1(camera->toward);
    cross(up, camera->toward, camera->right);
    set_length_1(camera->right);
    cross(camera->toward, camera->right, camera->up);
    camera->scale = 1;
}

static float dot(const float a[3], const float b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void uvp_camera_see(const struct uvp_camera *camera, const float position[3], float seen[3])
{
    float p[3];
    float near;

    if (!is_finite(position)) {
        seen[0] = seen[1] = seen[2] = 0;
        return;
    }
    for (int axis = 0; axis < 3; axis++) {
        p[axis] =
            (float)(((double)position[axis] - camera->ball.middle[axis]) / camera->ball.radius);
    }
    near = 1 / (EYE_DISTANCE - dot(p, camera->toward));
    seen[0] = dot(p, camera->right) * near * camera->scale + camera->shift[0];
    seen[1] = -dot(p, camera->up) * near * camera->scale + camera->shift[1];
    seen[2] = near;
}

void uvp_camera_direction(const struct uvp_camera *camera, const float seen[3], float own[3])
{
    for (int axis = 0; axis < 3; axis++) {
        own[axis] = seen[0] * camera->right[axis] + seen[1] * camera->up[axis] +
                    seen[2] * camera->toward[axis];
    }
}

static enum uvp_code add_mesh(const struct uvp_camera *camera,
                              const struct uvp_picture_mesh *mesh, struct bounds *bounds,
                              struct uvp_stop *stop, struct uvp_error *err)
{
    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        if (t % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
        for (int k = 0; k < 3 && is_drawn(mesh, t); k++) {
            float seen[3];
            uvp_camera_see(camera, uvp_parts_position(mesh, t, k), seen);
            add_bounds(bounds, seen);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_camera_fit(struct uvp_camera *camera, const struct uvp_subjects *subjects,
                             struct uvp_frame frame, struct uvp_stop *stop,
                             struct uvp_error *err)
{
    const float room[2] = {(float)frame.width * (1 - 2 * MARGIN),
                           (float)frame.height * (1 - 2 * MARGIN)};
    struct bounds bounds = {.is_any = false};
    float extent[2];
    float scale[2];

    for (uint32_t i = 0; i < subjects->count; i++) {
        UVP_TRY(add_mesh(camera, subjects->all[i].mesh, &bounds, stop, err));
    }
    for (int axis = 0; axis < 2; axis++) {
        extent[axis] = (float)(bounds.high[axis] - bounds.low[axis]);
        scale[axis] = room[axis] / fmaxf(extent[axis], 1e-3F);
    }
    camera->scale = fminf(scale[0], scale[1]);
    camera->shift[0] =
        (float)frame.width / 2 - camera->scale * (float)((bounds.high[0] + bounds.low[0]) / 2);
    camera->shift[1] =
        (float)frame.height / 2 - camera->scale * (float)((bounds.high[1] + bounds.low[1]) / 2);
    return UVP_OK;
}
