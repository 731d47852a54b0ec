/*
 * svg_text.h -- numbers, colours and words of an SVG, into a buffer
 *
 * Why:     no number passes through the locale, no name through without being escaped.
 * Use:     add what is wanted; the first failure stays in the text and is asked for at the end.
 * Units:   coordinates in hundredths of a pixel.
 * Threads: confined.
 */
#ifndef UVP_PICTURE_SVG_TEXT_H
#define UVP_PICTURE_SVG_TEXT_H

#include "pipeline/base/buf.h"
#include "stages/unwrapper/picture/colour.h"

#define UVP_SVG_UNIT 100

struct uvp_svg_text {
    struct uvp_buf *out;
    enum uvp_code code; /* of the first failure */
    struct uvp_error *err;
};

void uvp_svg_add(struct uvp_svg_text *text, const char *words);
/* "12.5", ".07", "-3" */
void uvp_svg_add_number(struct uvp_svg_text *text, int64_t hundredths);
/* As the next coordinate of a path: with a blank before it where one is needed. */
void uvp_svg_add_next(struct uvp_svg_text *text, int64_t hundredths);
/* "#rrggbb" */
void uvp_svg_add_colour(struct uvp_svg_text *text, struct uvp_colour colour);
/* ` NAME="NUMBER"` */
void uvp_svg_add_attribute(struct uvp_svg_text *text, const char *name, int64_t hundredths);
/* Any bytes as text: markup escaped, what is not ASCII as '?'. */
void uvp_svg_add_name(struct uvp_svg_text *text, struct uvp_span name);

#endif
