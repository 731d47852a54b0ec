#include "stages/unwrapper/picture/svg_text.h"

#include <string.h>

static void add_bytes(struct uvp_svg_text *text, const char *bytes, size_t count)
{
    if (text->code == UVP_OK) {
        text->code = uvp_buf_append(text->out, bytes, count, text->err);
    }
}

void uvp_svg_add(struct uvp_svg_text *text, const char *words)
{
    add_bytes(text, words, strlen(words));
}

void uvp_svg_add_number(struct uvp_svg_text *text, int64_t hundredths)
{
    char digits[24];
    size_t first = sizeof digits;
    uint64_t left = (uint64_t)(hundredths < 0 ? -hundredths : hundredths);
    const uint64_t fraction = left % UVP_SVG_UNIT;

    if (fraction != 0) {
        if (fraction % 10 != 0) {
            digits[--first] = (char)('0' + fraction % 10);
        }
        digits[--first] = (char)('0' + fraction / 10);
        digits[--first] = '.';
    }
    left /= UVP_SVG_UNIT;
    if (left == 0 && fraction == 0) {
        digits[--first] = '0';
    }
    for (; left != 0; left /= 10) {
        digits[--first] = (char)('0' + left % 10);
    }
    if (hundredths < 0) {
        digits[--first] = '-';
    }
    add_bytes(text, digits + first, sizeof digits - first);
}

void uvp_svg_add_next(struct uvp_svg_text *text, int64_t hundredths)
{
    if (hundredths >= 0) {
        uvp_svg_add(text, " ");
    }
    uvp_svg_add_number(text, hundredths);
}

void uvp_svg_add_colour(struct uvp_svg_text *text, struct uvp_colour colour)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t channel[3] = {colour.r, colour.g, colour.b};
    char out[8] = "#";

    for (int i = 0; i < 3; i++) {
        out[1 + 2 * i] = digits[channel[i] >> 4];
        out[2 + 2 * i] = digits[channel[i] & 15];
    }
    add_bytes(text, out, 7);
}

void uvp_svg_add_attribute(struct uvp_svg_text *text, const char *name, int64_t hundredths)
{
    uvp_svg_add(text, " ");
    uvp_svg_add(text, name);
    uvp_svg_add(text, "=\"");
    uvp_svg_add_number(text, hundredths);
    uvp_svg_add(text, "\"");
}

void uvp_svg_add_name(struct uvp_svg_text *text, struct uvp_span name)
{
    for (size_t i = 0; i < name.bytes; i++) {
        const char byte = (char)name.data[i];

        if (byte == '&') {
            uvp_svg_add(text, "&amp;");
        } else if (byte == '<') {
            uvp_svg_add(text, "&lt;");
        } else if (byte == '>') {
            uvp_svg_add(text, "&gt;");
        } else if (byte < 0x20 || byte > 0x7e) {
            uvp_svg_add(text, "?");
        } else {
            add_bytes(text, &byte, 1);
        }
    }
}
