/*
 * After "The Schubfach way to render doubles" (R. Giulietti, 2020), for float32: of the
 * decimals between the middles to the neighbouring floats, the one with fewest digits, and of
 * those the one closest to the value. One power of ten is chosen so that the interval holds one
 * to ten whole multiples of it; value and borders are scaled by it, with the last bit telling
 * whether anything was cut off, which is all that comparing them needs.
 */
#include "formats/mesh/shortest.h"

#include <stdbool.h>
#include <string.h>

#include "formats/mesh/text_powers.h"

#define MANTISSA_BITS 23
#define EXPONENT_MASK UINT32_C(0xff)
#define PLAIN_LEAST (-4) /* digits before the point, for a plain spelling */
#define PLAIN_MOST 9

struct decimal {
    uint32_t digits;
    int power;
};

/* floor(log10(2^power)), and of 3/4 of it where the lower neighbour is closer. */
static int log10_of_two_to(int power, bool is_closer)
{
    return (power * 1262611 - (is_closer ? 524031 : 0)) >> 22;
}

static int log2_of_ten_to(int power)
{
    return (power * 1741647) >> 19;
}

/* factor * value / 2^64; the last bit is set when anything is cut off. */
static uint32_t scale(uint64_t factor, uint32_t value)
{
    __extension__ typedef unsigned __int128 wide;
    const wide product = (wide)factor * value;

    return (uint32_t)(product >> 64) | ((uint32_t)(product >> 32) > 1);
}

/* False for the smallest of numbers, whose powers are not in the table. */
static bool find_shortest(uint32_t mantissa, int exponent, bool is_closer,
                          struct decimal *decimal)
{
    const uint32_t odd = mantissa & 1; /* the middles belong to even numbers */
    const int power = log10_of_two_to(exponent, is_closer);
    const int shift = exponent + log2_of_ten_to(-power) + 1;
    uint64_t factor;
    uint32_t low;
    uint32_t value;
    uint32_t high;
    uint32_t four;

    if (-power > UVP_POWER_MAX) {
        return false;
    }
    factor = uvp_powers_of_five[-power - UVP_POWER_MIN].digits + 1;
    low = scale(factor, (4 * mantissa - 2 + is_closer) << shift) + odd;
    value = scale(factor, (4 * mantissa) << shift);
    high = scale(factor, (4 * mantissa + 2) << shift) - odd;
    decimal->power = power;
    if (value / 4 >= 10) {
        const uint32_t tens = value / 40;
        const bool has_low = low <= 40 * tens;
        const bool has_high = 40 * tens + 40 <= high;
        if (has_low != has_high) {
            decimal->digits = tens + has_high;
            decimal->power = power + 1;
            return true;
        }
    }
    four = value & ~UINT32_C(3);
    if ((low <= four) != (four + 4 <= high)) {
        decimal->digits = four / 4 + (four + 4 <= high);
    } else {
        decimal->digits =
            four / 4 + (value > four + 2 || (value == four + 2 && (four & 4) != 0));
    }
    return true;
}

static int count_digits(uint32_t value)
{
    return 1 + (value >= 10) + (value >= 100) + (value >= 1000) + (value >= 10000) +
           (value >= 100000) + (value >= 1000000) + (value >= 10000000) + (value >= 100000000);
}

static void write_digits(unsigned char *to, uint32_t value, int count)
{
    for (; count > 0; count--) {
        to[count - 1] = (unsigned char)('0' + value % 10);
        value /= 10;
    }
}

static unsigned char *write_scientific(unsigned char *to, const struct decimal *decimal,
                                       int count)
{
    write_digits(to, decimal->digits, count);
    to += count;
    *to++ = 'e';
    if (decimal->power < 0) {
        *to++ = '-';
    }
    return uvp_text_write_count(
        to, (uint64_t)(decimal->power < 0 ? -decimal->power : decimal->power));
}

static unsigned char *write_decimal(unsigned char *to, const struct decimal *decimal)
{
    const int count = count_digits(decimal->digits);
    const int whole = count + decimal->power; /* digits before the point */

    if (whole < PLAIN_LEAST || whole > PLAIN_MOST) {
        return write_scientific(to, decimal, count);
    }
    if (whole <= 0) {
        memcpy(to, "0.0000", 6);
        write_digits(to + 2 - whole, decimal->digits, count);
        return to + 2 - whole + count;
    }
    write_digits(to, decimal->digits, count);
    if (whole >= count) {
        memset(to + count, '0', (size_t)(whole - count));
        return to + whole;
    }
    memmove(to + whole + 1, to + whole, (size_t)(count - whole));
    to[whole] = '.';
    return to + count + 1;
}

unsigned char *uvp_shortest_write(unsigned char *to, float value)
{
    uint32_t bits;
    uint32_t mantissa;
    int exponent;
    struct decimal decimal;

    memcpy(&bits, &value, sizeof bits);
    mantissa = bits & ((UINT32_C(1) << MANTISSA_BITS) - 1);
    exponent = (int)(bits >> MANTISSA_BITS & EXPONENT_MASK);
    if (exponent == (int)EXPONENT_MASK || exponent == 0 ||
        !find_shortest(mantissa | UINT32_C(1) << MANTISSA_BITS, exponent - 150,
                       mantissa == 0 && exponent > 1, &decimal)) {
        return uvp_text_write_float(to, value); /* zero, names, and the smallest numbers */
    }
    if (bits >> 31 != 0) {
        *to++ = '-';
    }
    while (decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.power++;
    }
    return write_decimal(to, &decimal);
}
