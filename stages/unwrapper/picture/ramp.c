/*
 * Stretch and angle go from pale to dark: what is well mapped stays calm. Area has a middle:
 * pale where density is that of the whole, blue where texels are dense, brown where they are
 * sparse. Stops were chosen for even steps of lightness; between them the mix is linear.
 */
#include "stages/unwrapper/picture/ramp.h"

#include <math.h>
#include <stddef.h>

#define STOPS 7

static const uint32_t one_sided[STOPS] = {0xd9eee3, 0xf2dc94, 0xf2b268, 0xe47f55,
                                          0xc74a5a, 0x8f2a66, 0x4a1a55};
static const uint32_t two_sided[STOPS] = {0x7a3413, 0xb8662f, 0xe0a878, 0xf0efe9,
                                          0x8fbbdc, 0x447fb8, 0x1c4480};

/* From 1 to 2, and all above at the end: what a texture shows as stretched is below 2. */
static const struct uvp_ramp_scale stretch_scale = {
    "stretch", {{0, "1"}, {0.25F, "1.25"}, {0.5F, "1.5"}, {0.75F, "1.75"}, {1, "2+"}}};
static const struct uvp_ramp_scale angle_scale = {
    "angle", {{0, "1"}, {0.25F, "1.25"}, {0.5F, "1.5"}, {0.75F, "1.75"}, {1, "2+"}}};
static const struct uvp_ramp_scale area_scale = {
    "density", {{0, "1/2"}, {0.25F, "3/4"}, {0.5F, "1"}, {0.75F, "1.5"}, {1, "2"}}};

const struct uvp_ramp_scale *uvp_ramp_scale(enum uvp_picture_colour colour)
{
    switch (colour) {
    case UVP_PICTURE_STRETCH:
        return &stretch_scale;
    case UVP_PICTURE_ANGLE:
        return &angle_scale;
    case UVP_PICTURE_AREA:
        return &area_scale;
    default:
        return NULL;
    }
}

/*
 * Twice the middle's density at one end, half of it at the other. Between powers of two the
 * logarithm is replaced by its chord, which needs no library and is never off by more than a
 * twentieth of the map.
 */
static float place_of_ratio(float ratio)
{
    if (ratio >= 1) {
        return ratio / 2;
    }
    return ratio - 0.5F;
}

float uvp_ramp_place(enum uvp_picture_colour colour, float value)
{
    const float place = colour == UVP_PICTURE_AREA ? place_of_ratio(value) : value - 1;

    if (!isfinite(value)) {
        return 1;
    }
    return place < 0 ? 0 : place > 1 ? 1 : place;
}

struct uvp_colour uvp_ramp_colour(enum uvp_picture_colour colour, float place)
{
    const uint32_t *const stops = colour == UVP_PICTURE_AREA ? two_sided : one_sided;
    const float along = place * (STOPS - 1);
    const int stop = along >= STOPS - 1 ? STOPS - 2 : (int)along;
    const uint32_t share = (uint32_t)((along - (float)stop) * 256 + 0.5F);

    return uvp_colour_mix(uvp_colour_of(stops[stop]), uvp_colour_of(stops[stop + 1]), share);
}
