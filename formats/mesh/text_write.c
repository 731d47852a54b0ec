/*
 * Writing a multiple of 2^-24: the number of decimals follows from its highest bit alone. It is
 * the least for which the rounded decimal is closer to the value than half the gap to the next
 * float32 below. The unit test reads them back; with UVP_TEST_ALL set, all 2^24 + 1 of them.
 */
#include "formats/mesh/text.h"

#include <math.h>
#include <string.h>

/* The `count` last decimal digits of `value`, zeros in front. */
static void write_digits(unsigned char *to, uint64_t value, int count)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    unsigned char *at = to + count;

    for (; count >= 2; count -= 2) {
        const uint64_t rest = value / 100;
        at -= 2;
        memcpy(at, pairs + 2 * (value - rest * 100), 2);
        value = rest;
    }
    if (count == 1) {
        at[-1] = (unsigned char)('0' + value % 10);
    }
}

static int count_digits(uint64_t value)
{
    int count = 1;

    for (; value >= 10000; value /= 10000) {
        count += 4;
    }
    return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

unsigned char *uvp_text_write_count(unsigned char *to, uint64_t value)
{
    const int count = count_digits(value);

    write_digits(to, value, count);
    return to + count;
}

/* Decimals by the count of bits of value * 2^24: see the top of the file. */
static const unsigned char unit_decimals[25] = {0,  15, 14, 14, 14, 13, 13, 13, 13,
                                                12, 12, 12, 11, 11, 11, 10, 10, 10,
                                                10, 9,  9,  9,  8,  8,  8};

static const uint64_t powers_of_ten[16] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
};

/* value * 2^24 when value is a multiple of 2^-24 strictly between 0 and 1, else 0. */
static uint32_t unit_steps(float value)
{
    float scaled;
    uint32_t steps;

    if (!(value > 0.0f && value < 1.0f)) {
        return 0;
    }
    scaled = value * 16777216.0f;
    steps = (uint32_t)scaled;
    return (float)steps == scaled ? steps : 0;
}

static unsigned char *drop_zeros(unsigned char *end)
{
    while (end[-1] == '0') {
        end--;
    }
    return end;
}

unsigned char *uvp_text_write_unit(unsigned char *to, float value)
{
    const uint32_t steps = unit_steps(value);
    int decimals;
    uint64_t number;

    if (steps == 0) {
        return uvp_text_write_float(to, value);
    }
    decimals = unit_decimals[32 - __builtin_clz(steps)];
    number = (steps * powers_of_ten[decimals] + (UINT64_C(1) << 23)) >> 24;
    to[0] = '0';
    to[1] = '.';
    write_digits(to + 2, number, decimals);
    return drop_zeros(to + 2 + decimals);
}

size_t uvp_text_unit_bound(float value)
{
    const uint32_t steps = unit_steps(value);

    if (steps == 0) {
        return UVP_TEXT_FLOAT_BYTES;
    }
    return (size_t)2 + unit_decimals[32 - __builtin_clz(steps)];
}

/* ---- any float ---- */

/* value * 10^power, closer than 2^-50 of itself: 9 digits of it are as good as exact. */
static double scale_by_ten(double value, int power)
{
    for (; power > 0; power -= power > 15 ? 15 : power) {
        value *= (double)powers_of_ten[power > 15 ? 15 : power];
    }
    for (; power < 0; power += power < -15 ? 15 : -power) {
        value /= (double)powers_of_ten[power < -15 ? 15 : -power];
    }
    return value;
}

/* `value` > 0 as digits * 10^*power, with exactly `count` digits. */
static uint64_t decimal_digits(double value, int count, int *power)
{
    int exponent = (int)floor(log10(value)) - count + 1;
    uint64_t digits = (uint64_t)(scale_by_ten(value, -exponent) + 0.5);

    /* the logarithm may be one off, and rounding may carry into a further digit */
    if (digits >= powers_of_ten[count]) {
        exponent++;
        digits = (uint64_t)(scale_by_ten(value, -exponent) + 0.5);
    } else if (digits < powers_of_ten[count - 1]) {
        exponent--;
        digits = (uint64_t)(scale_by_ten(value, -exponent) + 0.5);
    }
    *power = exponent;
    return digits;
}

/* `digits`e`power`; at most 9 digits and two of exponent. */
static unsigned char *write_scientific(unsigned char *to, uint64_t digits, int power)
{
    to = uvp_text_write_count(to, digits);
    *to++ = 'e';
    if (power < 0) {
        *to++ = '-';
    }
    return uvp_text_write_count(to, (uint64_t)(power < 0 ? -power : power));
}

/* The least count of digits that reads back as `value` > 0; trailing zeros are dropped. */
static uint64_t shortest_digits(float value, int *power)
{
    uint64_t digits = 0;

    for (int count = 1; count <= 9; count++) {
        unsigned char text[UVP_TEXT_FLOAT_BYTES];
        float back = 0.0f;
        digits = decimal_digits((double)value, count, power);
        if (uvp_text_read_float(text, write_scientific(text, digits, *power), &back) != NULL &&
            back == value) {
            break;
        }
    }
    while (digits % 10 == 0) {
        digits /= 10;
        *power += 1;
    }
    return digits;
}

/* Digits with the point after `whole` of them; `whole` may be negative or beyond the end. */
static unsigned char *write_plain(unsigned char *to, uint64_t digits, int count, int whole)
{
    unsigned char text[UVP_TEXT_COUNT_BYTES];

    write_digits(text, digits, count);
    if (whole <= 0) {
        to[0] = '0';
        to[1] = '.';
        memset(to + 2, '0', (size_t)-whole);
        memcpy(to + 2 - whole, text, (size_t)count);
        return to + 2 - whole + count;
    }
    if (whole >= count) {
        memcpy(to, text, (size_t)count);
        memset(to + count, '0', (size_t)(whole - count));
        return to + whole;
    }
    memcpy(to, text, (size_t)whole);
    to[whole] = '.';
    memcpy(to + whole + 1, text + whole, (size_t)(count - whole));
    return to + count + 1;
}

static unsigned char *write_name(unsigned char *to, const char *name)
{
    memcpy(to, name, 3);
    return to + 3;
}

unsigned char *uvp_text_write_float(unsigned char *to, float value)
{
    uint64_t digits;
    int power;
    int count;

    if (isnan(value)) {
        return write_name(to, "nan");
    }
    if (signbit(value)) {
        *to++ = '-';
        value = -value;
    }
    if (isinf(value)) {
        return write_name(to, "inf");
    }
    if (value == 0.0f) {
        *to++ = '0';
        return to;
    }
    digits = shortest_digits(value, &power);
    count = count_digits(digits);
    if (count + power >= -4 && count + power <= 9) {
        return write_plain(to, digits, count, count + power);
    }
    return write_scientific(to, digits, power);
}
