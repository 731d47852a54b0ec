/*
 * png_file.h -- a canvas as a PNG file
 *
 * Why:     the one place that knows libpng; its simple interface needs no setjmp.
 * Threads: confined.
 */
#ifndef UVP_PICTURE_PNG_FILE_H
#define UVP_PICTURE_PNG_FILE_H

#include "pipeline/base/buf.h"
#include "stages/unwrapper/picture/canvas.h"

/*
 * Appends the file; the canvas is of no use afterwards. `has_alpha`: else all of it is opaque.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_LIMIT (the ceiling of `out`)
 */
UVP_MUST_USE enum uvp_code uvp_png_write(struct uvp_canvas *canvas, bool has_alpha,
                                         struct uvp_buf *out, struct uvp_error *err);

#endif
