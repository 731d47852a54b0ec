/*
 * shade.h -- the light on a surface
 *
 * Why:     one soft lamp from the upper left, a weaker one from the right, the sky above: forms
 *          are seen whichever way they look.
 * Threads: pure functions over what is set up.
 */
#ifndef UVP_PICTURE_SHADE_H
#define UVP_PICTURE_SHADE_H

#include "stages/unwrapper/picture/camera.h"

struct uvp_shade {
    float key[3]; /* toward each lamp, in the mesh's axes */
    float fill[3];
    float sky[3];
    float glint[3]; /* the direction that mirrors the key into the eye */
};

/* One triangle, ready to be seen. */
struct uvp_shade_triangle {
    const struct uvp_shade *light;
    float normal[3][3];
    float albedo[3];    /* linear */
    bool is_back;       /* seen from behind */
    const float *uv[3]; /* NULL: no texture */
    uint32_t checker;
    float sharpness; /* of the texture: 0 is its mean, 1 all of it */
};

void uvp_shade_set_up(struct uvp_shade *shade, const struct uvp_camera *camera);

/* Light is added up in linear colour, whose curve is taken as a square. */
void uvp_shade_albedo(struct uvp_colour colour, float albedo[3]);

/* As uvp_ztriangle.shade; `ctx` is a struct uvp_shade_triangle. */
uint32_t uvp_shade_sample(void *ctx, const float part[3]);

#endif
