/*
 * text.h -- numbers in and out of text, exact and independent of the locale
 *
 * Why:     the C library's calls follow the locale and cost ten to eighty times as much.
 * Use:     the readers take the place to read at and the end of the bytes, and return the place
 *          after the number, or NULL when there is none. The writers return the place after
 *          what they wrote; room is the caller's duty: the _BYTES below, which may all be used
 *          on the way.
 * Owner:   nothing is allocated.
 * Threads: no state.
 * Limits:  a number may have any length; the time is linear in it.
 */
#ifndef UVP_FORMATS_MESH_TEXT_H
#define UVP_FORMATS_MESH_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define UVP_TEXT_FLOAT_BYTES 16 /* -0.0000123456789 */
#define UVP_TEXT_UNIT_BYTES 17  /* 0.000000059604645 */
#define UVP_TEXT_UV_BYTES (2 * UVP_TEXT_UNIT_BYTES + 1)
#define UVP_TEXT_COUNT_BYTES 20

/*
 * A decimal number as float32, rounded to nearest, ties to even, whatever the spelling: `.5`,
 * `5.`, `+1`, `1E+004`, any count of digits; too large is infinity, too small is zero. Also
 * nan, inf, infinity (any case), nan(...), and `-1.#IND`, `1.#INF`, `1.#QNAN` of old C
 * libraries. What follows the number is not looked at.
 */
const unsigned char *uvp_text_read_float(const unsigned char *at, const unsigned char *end,
                                         float *value);

/* A whole number with an optional sign; saturates at +-10^18. */
const unsigned char *uvp_text_read_integer(const unsigned char *at, const unsigned char *end,
                                           int64_t *value);

/* Plain decimal digits. */
unsigned char *uvp_text_write_count(unsigned char *to, uint64_t value);

/*
 * A float32 in [0,1] so that reading it as float32, or as double and then rounding to float32,
 * gives back the same bits. Multiples of 2^-24 take the fast path and are written plainly
 * (0.25, never 25e-2); any other value is left to uvp_text_write_float.
 */
unsigned char *uvp_text_write_unit(unsigned char *to, float value);

/* Both with a blank between them, each as uvp_text_write_unit writes it; in half the time. */
unsigned char *uvp_text_write_uv(unsigned char *to, float u, float v);

/* The most bytes uvp_text_write_unit may need for `value`. */
size_t uvp_text_unit_bound(float value);

/*
 * Any float32 with as few digits as give back the same bits (at most 9), plainly when that is
 * short, with an exponent otherwise; nan and inf by name.
 */
unsigned char *uvp_text_write_float(unsigned char *to, float value);

#endif
