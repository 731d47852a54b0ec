#include "stages/unwrapper/picture/shade.h"

#include <math.h>

#define AMBIENT 0.27F
#define SKY 0.28F
#define KEY 0.60F
#define FILL 0.14F
#define GLINT 0.08F
#define BACK 0.80F /* of the light, on what is seen from behind */

static void aim(const struct uvp_camera *camera, const float seen[3], float own[3])
{
    const float length = sqrtf(seen[0] * seen[0] + seen[1] * seen[1] + seen[2] * seen[2]);
    const float unit[3] = {seen[0] / length, seen[1] / length, seen[2] / length};

    uvp_camera_direction(camera, unit, own);
}

void uvp_shade_set_up(struct uvp_shade *shade, const struct uvp_camera *camera)
{
    static const float key[3] = {-0.50F, 0.72F, 0.62F};
    static const float fill[3] = {0.85F, 0.05F, 0.45F};
    static const float sky[3] = {0, 1, 0.12F};
    /* half way between the key, at length 1, and the eye */
    static const float glint[3] = {-0.466F, 0.671F, 1.578F};

    aim(camera, key, shade->key);
    aim(camera, fill, shade->fill);
    aim(camera, sky, shade->sky);
    aim(camera, glint, shade->glint);
}

void uvp_shade_albedo(struct uvp_colour colour, float albedo[3])
{
    const float channel[3] = {(float)colour.r / 255, (float)colour.g / 255,
                              (float)colour.b / 255};

    for (int i = 0; i < 3; i++) {
        albedo[i] = channel[i] * channel[i];
    }
}

static float dot(const float a[3], const float b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void mean_normal(const struct uvp_shade_triangle *triangle, const float part[3],
                        float normal[3])
{
    float length;

    for (int axis = 0; axis < 3; axis++) {
        normal[axis] = part[0] * triangle->normal[0][axis] +
                       part[1] * triangle->normal[1][axis] +
                       part[2] * triangle->normal[2][axis];
    }
    length = sqrtf(dot(normal, normal));
    for (int axis = 0; axis < 3 && length > 0; axis++) {
        normal[axis] /= triangle->is_back ? -length : length;
    }
}

static float texture_mix(float sharp, float mean, float sharpness)
{
    return mean + (sharp - mean) * sharpness;
}

static void find_albedo(const struct uvp_shade_triangle *triangle, const float part[3],
                        float albedo[3])
{
    double at[2] = {0, 0};
    float sharp[3];
    float mean[3];

    for (int i = 0; i < 3; i++) {
        albedo[i] = triangle->albedo[i];
    }
    if (triangle->uv[0] == NULL) {
        return;
    }
    for (int k = 0; k < 3; k++) {
        at[0] += (double)part[k] * (double)triangle->uv[k][0];
        at[1] += (double)part[k] * (double)triangle->uv[k][1];
    }
    uvp_shade_albedo(uvp_checker_colour(at[0], at[1], triangle->checker), sharp);
    uvp_shade_albedo(uvp_checker_mean(at[0], at[1]), mean);
    for (int i = 0; i < 3; i++) {
        albedo[i] = texture_mix(sharp[i], mean[i], triangle->sharpness);
    }
}

static uint32_t to_byte(float linear)
{
    return linear >= 1 ? 255 : (uint32_t)(sqrtf(linear) * 255 + 0.5F);
}

uint32_t uvp_shade_sample(void *ctx, const float part[3])
{
    const struct uvp_shade_triangle *const triangle = ctx;
    const struct uvp_shade *const light = triangle->light;
    float normal[3];
    float albedo[3];
    float diffuse;
    float glint;

    mean_normal(triangle, part, normal);
    find_albedo(triangle, part, albedo);
    diffuse = AMBIENT + SKY * (0.5F + 0.5F * dot(normal, light->sky)) +
              KEY * fmaxf(dot(normal, light->key), 0) +
              FILL * fmaxf(dot(normal, light->fill), 0);
    glint = fmaxf(dot(normal, light->glint), 0);
    for (int i = 0; i < 5; i++) {
        glint *= glint; /* to the 32nd power */
    }
    diffuse *= triangle->is_back ? BACK : 1;
    glint *= triangle->is_back ? 0 : GLINT;
    return to_byte(albedo[0] * diffuse + glint) << 16 |
           to_byte(albedo[1] * diffuse + glint) << 8 | to_byte(albedo[2] * diffuse + glint);
}
