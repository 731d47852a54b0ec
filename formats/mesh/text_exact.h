/*
 * text_exact.h -- the slow and certain half of reading a decimal number
 *
 * Why:     where 64 digits of a power of five cannot tell on which side of the middle between
 *          two floats a number lies, whole numbers of any length can.
 * Threads: no state.
 */
#ifndef UVP_FORMATS_MESH_TEXT_EXACT_H
#define UVP_FORMATS_MESH_TEXT_EXACT_H

#include <stdint.h>

/* A decimal number in text: the digits `first` up to `stop`, one of which may be a '.'. */
struct uvp_decimal {
    const unsigned char *first; /* the first digit that is not 0 */
    const unsigned char *stop;
    const unsigned char *point; /* where the '.' is, or would be */
    int64_t exponent;           /* after the e */
};

/* The power of ten the digit at `at` stands for. */
static inline int64_t uvp_decimal_power(const struct uvp_decimal *decimal,
                                        const unsigned char *at)
{
    const int64_t place = decimal->point - at;

    return (place > 0 ? place - 1 : place) + decimal->exponent;
}

/*
 * Compares the number with middle * 2^exponent. The number must lie in the range of float32.
 *
 * Returns: -1, 0 or 1 as the number is less, equal or greater
 */
int uvp_decimal_compare(const struct uvp_decimal *decimal, uint64_t middle, int exponent);

#endif
