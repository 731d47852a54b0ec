/*
 * Reading: up to 19 digits make a 64-bit integer, which is multiplied by a 64-bit power of
 * five. The product tells the float32 unless it comes within two units of the middle between
 * two floats; then text_exact.c decides. The idea is that of "Number Parsing at a Gigabyte per
 * Second" (D. Lemire, 2021) and of W. Clinger's "How to Read Floating Point Numbers Accurately"
 * (1990); float32 needs only the upper half of the product, and the doubtful rest is rare.
 */
#include "formats/mesh/text.h"

#include <stdbool.h>
#include <string.h>

#include "formats/mesh/text_exact.h"
#include "formats/mesh/text_powers.h"

#define EXACT_DIGITS 19 /* as many fit in 64 bits whatever they are */
#define EXPONENT_CAP INT64_C(1000000000000000)
#define INTEGER_CAP INT64_C(1000000000000000000)
#define BITS_INFINITY UINT32_C(0x7f800000)
#define BITS_NAN UINT32_C(0x7fc00000)
#define BITS_SIGN UINT32_C(0x80000000)

static float float_of_bits(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_digit(unsigned char c)
{
    return (unsigned)c - '0' <= 9;
}

enum side { SIDE_BELOW, SIDE_ABOVE, SIDE_UNSURE };

/* A product cut to a float: `bits` is the float just below (or equal), `side` of the middle. */
struct cut {
    uint32_t bits;
    uint64_t mantissa; /* the float is mantissa * 2^exponent */
    int exponent;
    enum side side;
};

/* Powers outside the table are told by the caller: those are zero or infinity. */
static struct cut cut_product(uint64_t digits, int power)
{
    const struct uvp_power_of_five *const five = &uvp_powers_of_five[power - UVP_POWER_MIN];
    const int shift_in = __builtin_clzll(digits);
    __extension__ typedef unsigned __int128 wide;
    const uint64_t high = (uint64_t)(((wide)(digits << shift_in) * five->digits) >> 64);
    const int top = 63 - __builtin_clzll(high);
    const int scale = 64 + five->exponent + power - shift_in; /* value = high * 2^scale */
    int shift = top - 23;
    struct cut cut = {0, 0, 0, SIDE_BELOW};
    uint64_t rest;
    uint64_t half;

    if (shift < -149 - scale) {
        shift = -149 - scale; /* the denser floats end here: same step down to zero */
    }
    if (shift > 64) {
        return cut;
    }
    cut.mantissa = shift == 64 ? 0 : high >> shift;
    cut.exponent = scale + shift;
    cut.bits = (uint32_t)((int64_t)cut.mantissa + ((int64_t)(cut.exponent + 149) << 23));
    rest = shift == 64 ? high : high & ((UINT64_C(1) << shift) - 1);
    half = UINT64_C(1) << (shift - 1);
    /* the true product lies in [high, high + 2) */
    if (rest > half) {
        cut.side = SIDE_ABOVE;
    } else if (rest + 1 >= half) {
        cut.side = SIDE_UNSURE;
    }
    return cut;
}

static uint32_t round_exactly(const struct uvp_decimal *decimal, const struct cut *cut)
{
    const int side = uvp_decimal_compare(decimal, 2 * cut->mantissa + 1, cut->exponent - 1);
    const bool up = side > 0 || (side == 0 && (cut->mantissa & 1) != 0);

    return cut->bits + (up ? 1 : 0);
}

static uint32_t limit_bits(uint32_t bits)
{
    return bits > BITS_INFINITY ? BITS_INFINITY : bits;
}

/* `digits` and a power of ten; exact when `cut_off` is false, else some digits follow. */
static uint32_t round_decimal(const struct uvp_decimal *decimal, uint64_t digits, int64_t power,
                              bool cut_off)
{
    struct cut low;
    struct cut high;

    if (digits == 0 || power < UVP_POWER_MIN) {
        return 0;
    }
    if (power > UVP_POWER_MAX) {
        return BITS_INFINITY;
    }
    low = cut_product(digits, (int)power);
    if (low.bits >= BITS_INFINITY) {
        return BITS_INFINITY;
    }
    if (low.side == SIDE_UNSURE) {
        return limit_bits(round_exactly(decimal, &low));
    }
    if (cut_off) {
        high = cut_product(digits + 1, (int)power);
        if (high.side == SIDE_UNSURE ||
            low.bits + (low.side == SIDE_ABOVE) != high.bits + (high.side == SIDE_ABOVE)) {
            return limit_bits(round_exactly(decimal, &low));
        }
    }
    return limit_bits(low.bits + (low.side == SIDE_ABOVE));
}

/* More than 19 digits: zeros in front do not count, and what is beyond 19 is cut off. */
static uint32_t read_long_decimal(struct uvp_decimal *decimal)
{
    const unsigned char *at = decimal->first;
    const unsigned char *last = at;
    uint64_t digits = 0;
    int count = 0;

    while (at < decimal->stop && (*at == '0' || *at == '.')) {
        at++;
    }
    decimal->first = at;
    for (; at < decimal->stop && count < EXACT_DIGITS; at++) {
        if (*at != '.') {
            digits = digits * 10 + (uint64_t)(*at - '0');
            last = at;
            count++;
        }
    }
    return round_decimal(decimal, digits, uvp_decimal_power(decimal, last), at < decimal->stop);
}

/* Reads `e+12` when it is one; *exponent is 0 when not. */
static const unsigned char *read_exponent(const unsigned char *at, const unsigned char *end,
                                          int64_t *exponent)
{
    const unsigned char *digit = at + 1;
    bool negative = false;
    int64_t value = 0;

    *exponent = 0;
    if (digit < end && (*digit == '-' || *digit == '+')) {
        negative = *digit == '-';
        digit++;
    }
    if (digit == end || !is_digit(*digit)) {
        return at;
    }
    for (; digit < end && is_digit(*digit); digit++) {
        value = value < EXPONENT_CAP ? value * 10 + (*digit - '0') : EXPONENT_CAP;
    }
    *exponent = negative ? -value : value;
    return digit;
}

/* Compares letters without regard to case; `name` is lower case. */
static bool starts_with(const unsigned char *at, const unsigned char *end, const char *name)
{
    for (; *name != '\0'; name++, at++) {
        if (at == end || (*at | 0x20) != (unsigned char)*name) {
            return false;
        }
    }
    return true;
}

static const unsigned char *skip_word(const unsigned char *at, const unsigned char *end)
{
    while (at < end && (is_digit(*at) || *at == '_' || (unsigned)(*at | 0x20) - 'a' < 26)) {
        at++;
    }
    return at;
}

static const unsigned char *read_named(const unsigned char *at, const unsigned char *end,
                                       uint32_t *bits)
{
    if (starts_with(at, end, "infinity")) {
        *bits = BITS_INFINITY;
        return at + 8;
    }
    if (starts_with(at, end, "inf")) {
        *bits = BITS_INFINITY;
        return at + 3;
    }
    if (!starts_with(at, end, "nan")) {
        return NULL;
    }
    *bits = BITS_NAN;
    at += 3;
    if (at < end && *at == '(') {
        const unsigned char *const close = skip_word(at + 1, end);
        at = close < end && *close == ')' ? close + 1 : at;
    }
    return at;
}

/* `1.#INF00` and its kin, of which `at` is the '#'. */
static const unsigned char *read_hash_named(const unsigned char *at, const unsigned char *end,
                                            uint32_t *bits)
{
    static const char *const names[] = {"inf", "ind", "qnan", "snan"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (starts_with(at + 1, end, names[i])) {
            *bits = i == 0 ? BITS_INFINITY : BITS_NAN;
            return skip_word(at + 1, end);
        }
    }
    return NULL;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* Eight bytes as a number when all of them are digits. */
static bool read_eight(const unsigned char *at, uint64_t *number)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word;

    memcpy(&word, at, sizeof word);
    word ^= ones * '0';
    /* a digit is at most 9 now, and no sum carries into the next byte unless one is not */
    if (((word | (word + ones * 0x76)) & (ones * 0x80)) != 0) {
        return false;
    }
    word = (word * 10 + (word >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    word = (word * 100 + (word >> 16)) & UINT64_C(0x0000ffff0000ffff);
    *number = (word * 10000 + (word >> 32)) & UINT32_MAX;
    return true;
}

#else

static bool read_eight(const unsigned char *at, uint64_t *number)
{
    (void)at;
    (void)number;
    return false;
}

#endif

/* Digits counted on to *digits, which may overflow when they are more than 19. */
static const unsigned char *read_digits(const unsigned char *at, const unsigned char *end,
                                        uint64_t *digits)
{
    uint64_t eight;

    for (; end - at >= 8 && read_eight(at, &eight); at += 8) {
        *digits = *digits * 100000000 + eight;
    }
    for (; at < end && is_digit(*at); at++) {
        *digits = *digits * 10 + (uint64_t)(*at - '0');
    }
    return at;
}

static const unsigned char *read_magnitude(const unsigned char *at, const unsigned char *end,
                                           uint32_t *bits)
{
    struct uvp_decimal decimal = {at, NULL, NULL, 0};
    const unsigned char *const begin = at;
    uint64_t digits = 0;
    ptrdiff_t count;

    at = read_digits(at, end, &digits);
    decimal.point = at;
    count = at - begin;
    if (at < end && *at == '.') {
        at = read_digits(at + 1, end, &digits);
        count += at - decimal.point - 1;
    }
    if (count == 0) {
        return read_named(begin, end, bits);
    }
    decimal.stop = at;
    if (at < end && *at == '#' && at == decimal.point + 1) {
        const unsigned char *const named = read_hash_named(at, end, bits);
        if (named != NULL) {
            return named;
        }
    }
    if (at < end && (*at | 0x20) == 'e') {
        at = read_exponent(at, end, &decimal.exponent);
    }
    if (count > EXACT_DIGITS) {
        *bits = read_long_decimal(&decimal);
    } else {
        const ptrdiff_t places =
            decimal.stop > decimal.point ? decimal.stop - decimal.point - 1 : 0;
        *bits = round_decimal(&decimal, digits, decimal.exponent - places, false);
    }
    return at;
}

const unsigned char *uvp_text_read_float(const unsigned char *at, const unsigned char *end,
                                         float *value)
{
    uint32_t sign = 0;
    uint32_t bits;

    if (at < end && (*at == '-' || *at == '+')) {
        sign = *at == '-' ? BITS_SIGN : 0;
        at++;
    }
    at = read_magnitude(at, end, &bits);
    if (at != NULL) {
        *value = float_of_bits(bits | sign);
    }
    return at;
}

const unsigned char *uvp_text_read_integer(const unsigned char *at, const unsigned char *end,
                                           int64_t *value)
{
    bool negative = false;
    int64_t magnitude = 0;

    if (at < end && (*at == '-' || *at == '+')) {
        negative = *at == '-';
        at++;
    }
    if (at == end || !is_digit(*at)) {
        return NULL;
    }
    for (; at < end && is_digit(*at); at++) {
        magnitude = magnitude < INTEGER_CAP / 10 ? magnitude * 10 + (*at - '0') : INTEGER_CAP;
    }
    *value = negative ? -magnitude : magnitude;
    return at;
}
