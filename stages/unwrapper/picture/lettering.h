/*
 * lettering.h -- small texts in a picture, drawn by strokes
 *
 * Why:     a name and the numbers of a legend, without a library of fonts.
 * Units:   `size` is the height of a capital in pixels.
 * Limits:  ASCII; another byte is drawn as an empty box.
 */
#ifndef UVP_PICTURE_LETTERING_H
#define UVP_PICTURE_LETTERING_H

#include "pipeline/base/span.h"
#include "stages/unwrapper/picture/stroke.h"

struct uvp_lettering {
    struct uvp_span text;
    float left;
    float base; /* where letters stand */
    float size;
};

/* How wide the text comes out. */
float uvp_lettering_width(struct uvp_span text, float size);
/* How many of its bytes fit into `width`. */
size_t uvp_lettering_fitting(struct uvp_span text, float size, float width);

/* Adds the strokes of the text to a mask. */
void uvp_lettering_add(struct uvp_stroke_mask *mask, const struct uvp_lettering *lettering);

/* ---- glyphs.c ---- */

/*
 * The strokes of a byte: points as pairs of digits, x then y, on a grid whose capitals are 6
 * high (y from 0 at the top to 6, where letters stand; tails go on to 8); a blank ends a
 * stroke.
 */
const char *uvp_glyph_strokes(unsigned char byte);

/* How far the next glyph stands from this one, in cells of the grid. */
int uvp_glyph_advance(unsigned char byte);

#endif
