/*
 * colour.h -- a colour of eight bits a channel, and how two are mixed
 *
 * Threads: pure functions.
 */
#ifndef UVP_PICTURE_COLOUR_H
#define UVP_PICTURE_COLOUR_H

#include <stdint.h>

struct uvp_colour {
    uint8_t r;
    uint8_t g;
    uint8_t b;
};

/* 0xRRGGBB */
static inline struct uvp_colour uvp_colour_of(uint32_t rgb)
{
    const struct uvp_colour colour = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};

    return colour;
}

/* The part `share` of 256 of `b`, the rest of `a`; rounded. */
static inline uint8_t uvp_colour_mix_channel(uint8_t a, uint8_t b, uint32_t share)
{
    return (uint8_t)(((uint32_t)a * (256 - share) + (uint32_t)b * share + 128) >> 8);
}

static inline struct uvp_colour uvp_colour_mix(struct uvp_colour a, struct uvp_colour b,
                                               uint32_t share)
{
    const struct uvp_colour mixed = {uvp_colour_mix_channel(a.r, b.r, share),
                                     uvp_colour_mix_channel(a.g, b.g, share),
                                     uvp_colour_mix_channel(a.b, b.b, share)};

    return mixed;
}

#endif
