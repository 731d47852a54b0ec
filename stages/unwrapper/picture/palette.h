/*
 * palette.h -- the colours of charts, and of everything else in a picture
 *
 * Why:     neighbours must differ for everybody, those who do not see red and green apart
 *          included: the colours differ in lightness as well as in hue.
 * Threads: pure functions.
 */
#ifndef UVP_PICTURE_PALETTE_H
#define UVP_PICTURE_PALETTE_H

#include "stages/unwrapper/picture/colour.h"

#define UVP_PALETTE_BASE 12U
#define UVP_PALETTE_COUNT (3 * UVP_PALETTE_BASE)

#define UVP_INK 0x26323eU       /* lines and letters on a light ground */
#define UVP_INK_LIGHT 0xe8ecefU /* on a dark one */
#define UVP_PAGE 0xf5f5f2U      /* the page of a layout */
#define UVP_PAGE_GRID 0xe3e4e1U /* its lines */
#define UVP_PAGE_EDGE 0xa9afb3U /* its border */
#define UVP_CLAY 0xc9cdd0U      /* what has no colour of its own */
#define UVP_WARNING 0xd81b45U   /* flips and overlaps */

/* The colour of chart `number`; repeats after UVP_PALETTE_COUNT. */
struct uvp_colour uvp_palette_chart(uint32_t number);

#endif
