#include "stages/unwrapper/picture/lettering.h"

#define CAPITAL 6.0F
#define THICK 0.135F /* of the size */

float uvp_lettering_width(struct uvp_span text, float size)
{
    int cells = 0;

    for (size_t i = 0; i < text.bytes; i++) {
        cells += uvp_glyph_advance(text.data[i]);
    }
    return (float)cells * size / CAPITAL;
}

size_t uvp_lettering_fitting(struct uvp_span text, float size, float width)
{
    int cells = 0;
    size_t fitting = 0;

    while (fitting < text.bytes) {
        cells += uvp_glyph_advance(text.data[fitting]);
        if ((float)cells * size / CAPITAL > width) {
            break;
        }
        fitting++;
    }
    return fitting;
}

static void add_glyph(struct uvp_stroke_mask *mask, const char *strokes, float left, float top,
                      float cell)
{
    const float thick = THICK * CAPITAL * cell;
    float last[2] = {0, 0};
    bool is_first = true;

    for (const char *at = strokes; *at != '\0'; at++) {
        float point[2];

        if (*at == ' ') {
            is_first = true;
            continue;
        }
        point[0] = left + (float)(at[0] - '0') * cell;
        point[1] = top + (float)(at[1] - '0') * cell;
        uvp_stroke_add(mask, is_first ? point : last, point, thick);
        last[0] = point[0];
        last[1] = point[1];
        is_first = false;
        at++;
    }
}

void uvp_lettering_add(struct uvp_stroke_mask *mask, const struct uvp_lettering *lettering)
{
    const float cell = lettering->size / CAPITAL;
    const float top = lettering->base - lettering->size;
    float left = lettering->left;

    for (size_t i = 0; i < lettering->text.bytes; i++) {
        const unsigned char byte = lettering->text.data[i];
        add_glyph(mask, uvp_glyph_strokes(byte), left, top, cell);
        left += (float)uvp_glyph_advance(byte) * cell;
    }
}
