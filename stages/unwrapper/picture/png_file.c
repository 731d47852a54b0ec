#include "stages/unwrapper/picture/png_file.h"

#include <png.h>
#include <string.h>

/* In place: three bytes a pixel, or four that are not premultiplied any more. */
static void unpack(struct uvp_canvas *canvas, bool has_alpha)
{
    const size_t count = (size_t)canvas->width * canvas->height;
    uint8_t *to = canvas->pixels;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *const from = canvas->pixels + 4 * i;
        const uint32_t alpha = from[3];

        for (int c = 0; c < 3; c++) {
            const uint32_t whole =
                has_alpha && alpha != 0 ? (from[c] * 255U + alpha / 2) / alpha : from[c];
            to[c] = (uint8_t)(whole > 255 ? 255 : whole);
        }
        if (has_alpha) {
            to[3] = (uint8_t)alpha;
        }
        to += has_alpha ? 4 : 3;
    }
}

enum uvp_code uvp_png_write(struct uvp_canvas *canvas, bool has_alpha, struct uvp_buf *out,
                            struct uvp_error *err)
{
    png_alloc_size_t room;
    png_image image;

    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = canvas->width;
    image.height = canvas->height;
    image.format = has_alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
    unpack(canvas, has_alpha);
    room = PNG_IMAGE_PNG_SIZE_MAX(image);
    UVP_TRY(uvp_buf_reserve_exact(out, room, err));
    if (!png_image_write_to_memory(&image, out->data + out->bytes, &room, 0, canvas->pixels, 0,
                                   NULL)) {
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no PNG can be made: %s", image.message);
    }
    out->bytes += room;
    return UVP_OK;
}
