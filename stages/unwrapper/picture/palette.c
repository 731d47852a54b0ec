/*
 * Twelve hues of middle saturation, in an order in which consecutive ones are far apart; then
 * the same lighter, then darker. No red as strong as the warning's.
 */
#include "stages/unwrapper/picture/palette.h"

#define LIGHTER_SHARE 104 /* of 256, towards white */
#define DARKER_SHARE 84   /* towards ink */

struct uvp_colour uvp_palette_chart(uint32_t number)
{
    static const uint32_t base[UVP_PALETTE_BASE] = {
        0x4e9bc4, 0x8cd181, 0xf1ac4b, 0xd9737f, 0x9fd9d4, 0x7260b8,
        0xf2dd8a, 0xc98acb, 0x2f7f79, 0x85954a, 0x314876, 0xa64f2c,
    };
    const uint32_t round = number / UVP_PALETTE_BASE % 3;
    const struct uvp_colour colour = uvp_colour_of(base[number % UVP_PALETTE_BASE]);

    if (round == 1) {
        return uvp_colour_mix(colour, uvp_colour_of(0xffffff), LIGHTER_SHARE);
    }
    return round == 0 ? colour : uvp_colour_mix(colour, uvp_colour_of(UVP_INK), DARKER_SHARE);
}
