/*
 * Writing a multiple of 2^-24: the number of decimals follows from its highest bit alone. It is
 * the least for which the rounded decimal is closer to the value than half the gap to the next
 * float32 below. The unit test reads them back; with UVP_TEST_ALL set, all 2^24 + 1 of them.
 */
#include "formats/mesh/text.h"

#include <math.h>
#include <string.h>

#if defined(__SSE2__) && defined(__x86_64__)
#    include <emmintrin.h>
#endif

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

#if defined(__SSE2__) && defined(__x86_64__)

/* Two numbers below 10^8 in 64 bits each as 8 bytes each, their digits. */
static inline __m128i split_digits(__m128i eights)
{
    const __m128i fours_high = _mm_srli_epi64(
        _mm_mul_epu32(eights, _mm_set1_epi64x(INT64_C(3518437209))), 45); /* / 10000 */
    const __m128i fours_low =
        _mm_sub_epi32(eights, _mm_mul_epu32(fours_high, _mm_set1_epi64x(10000)));
    const __m128i fours = _mm_or_si128(fours_high, _mm_slli_epi64(fours_low, 32));
    const __m128i twos_high =
        _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi32(5243)), 3); /* / 100 */
    const __m128i twos_low =
        _mm_sub_epi16(fours, _mm_mullo_epi16(twos_high, _mm_set1_epi32(100)));
    const __m128i twos = _mm_or_si128(twos_high, _mm_slli_epi32(twos_low, 16));
    const __m128i tens = _mm_mulhi_epu16(twos, _mm_set1_epi16(6554)); /* / 10 */
    const __m128i ones = _mm_sub_epi16(twos, _mm_mullo_epi16(tens, _mm_set1_epi16(10)));

    return _mm_or_si128(tens, _mm_slli_epi16(ones, 8));
}

/*
 * `number` > 0, of at most 15 decimals, in front of which there are zeros as needed and behind
 * which there are none; 15 bytes are written whatever it is.
 */
static unsigned char *write_decimals(unsigned char *to, uint64_t number, int decimals)
{
    const uint64_t all = number * powers_of_ten[16 - decimals];
    const uint64_t high = all / 100000000;
    const __m128i digits =
        split_digits(_mm_set_epi64x((int64_t)(all - high * 100000000), (int64_t)high));
    const __m128i text = _mm_add_epi8(digits, _mm_set1_epi8('0'));
    const int zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_setzero_si128()));

    _mm_storel_epi64((void *)to, text);
    _mm_storel_epi64((void *)(to + 7), _mm_srli_si128(text, 7));
    return to + 32 - __builtin_clz((unsigned)zeros ^ 0xffff);
}

#else

static unsigned char *write_decimals(unsigned char *to, uint64_t number, int decimals)
{
    unsigned char *end = to + decimals;

    write_digits(to, number, decimals);
    while (end[-1] == '0') {
        end--;
    }
    return end;
}

#endif

unsigned char *uvp_text_write_unit(unsigned char *to, float value)
{
    const uint32_t steps = unit_steps(value);
    int decimals;

    if (steps == 0) {
        return uvp_text_write_float(to, value);
    }
    decimals = unit_decimals[32 - __builtin_clz(steps)];
    to[0] = '0';
    to[1] = '.';
    return write_decimals(to + 2, (steps * powers_of_ten[decimals] + (UINT64_C(1) << 23)) >> 24,
                          decimals);
}

#if defined(__SSE2__) && defined(__x86_64__)

#    define NINE_LEAST (UINT32_C(1) << 20)  /* from 1/16 on, nine decimals are enough */
#    define EIGHT_LEAST (UINT32_C(1) << 21) /* and from 1/8 on, eight */

/* The nine decimals of steps from NINE_LEAST on. */
static inline uint64_t nine_decimals(uint32_t steps)
{
    const uint64_t half = UINT64_C(1) << 23;

    return steps >= EIGHT_LEAST ? ((steps * powers_of_ten[8] + half) >> 24) * 10
                                : (steps * powers_of_ten[9] + half) >> 24;
}

/* Eight digits as bytes and the ninth, without the zeros at the end. */
static inline unsigned char *write_nine(unsigned char *to, uint64_t eight, uint64_t ninth)
{
    const uint64_t text = eight + UINT64_C(0x3030303030303030);
    const int count = ninth != 0 ? 9 : 8 - __builtin_clzll(eight) / 8;

    to[0] = '0';
    to[1] = '.';
    memcpy(to + 2, &text, sizeof text);
    to[10] = (unsigned char)('0' + ninth);
    return to + 2 + count;
}

unsigned char *uvp_text_write_uv(unsigned char *to, float u, float v)
{
    const uint32_t steps_u = unit_steps(u);
    const uint32_t steps_v = unit_steps(v);
    uint64_t nine_u;
    uint64_t nine_v;
    __m128i digits;

    if (steps_u < NINE_LEAST || steps_v < NINE_LEAST) {
        to = uvp_text_write_unit(to, u);
        *to++ = ' ';
        return uvp_text_write_unit(to, v);
    }
    nine_u = nine_decimals(steps_u);
    nine_v = nine_decimals(steps_v);
    digits = split_digits(_mm_set_epi64x((int64_t)(nine_v / 10), (int64_t)(nine_u / 10)));
    to = write_nine(to, (uint64_t)_mm_cvtsi128_si64(digits), nine_u % 10);
    *to++ = ' ';
    return write_nine(to, (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(digits, digits)),
                      nine_v % 10);
}

#else

unsigned char *uvp_text_write_uv(unsigned char *to, float u, float v)
{
    to = uvp_text_write_unit(to, u);
    *to++ = ' ';
    return uvp_text_write_unit(to, v);
}

#endif

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

/*
 * The same for what is neither very small nor very large, by asking how far a number of fewer
 * digits may be from `value`: half way to the next float. 0 when that is too close to call.
 */
static uint64_t shortest_quickly(float value, int *power)
{
    const double exact = (double)value;
    const float next = nextafterf(value, INFINITY);
    const float before = nextafterf(value, 0.0f);
    const int shift = 8 - (int)floor(0.30102999566398120 * (double)ilogbf(value));
    double number;
    double above;
    double below;
    double doubt;
    uint64_t digits = 0;
    double step = 1.0;

    if (!(value > 1e-14f && value < 1e30f)) {
        return 0;
    }
    number = scale_by_ten(exact, shift);
    above = scale_by_ten(0.5 * ((double)next - exact), shift);
    below = scale_by_ten(0.5 * (exact - (double)before), shift);
    doubt = number * 0x1p-48;
    for (int zeros = 0; zeros < 11; zeros++, step *= 10.0) {
        const uint64_t rounded = (uint64_t)(number / step + 0.5);
        const double off = (double)rounded * step - number;
        const double room = off > 0 ? above - off : below + off;
        if (fabs(room) < doubt) {
            return 0;
        }
        if (room > 0) {
            digits = rounded;
            *power = zeros - shift;
        } else if (above == below) {
            break; /* fewer digits are farther off */
        }
    }
    return digits;
}

/* The least count of digits that reads back as `value` > 0; trailing zeros are dropped. */
static uint64_t shortest_digits(float value, int *power)
{
    uint64_t digits = shortest_quickly(value, power);

    for (int count = 1; digits == 0 && count <= 9; count++) {
        unsigned char text[UVP_TEXT_FLOAT_BYTES];
        float back = 0.0f;
        const uint64_t few = decimal_digits((double)value, count, power);
        if (count == 9 ||
            (uvp_text_read_float(text, write_scientific(text, few, *power), &back) != NULL &&
             back == value)) {
            digits = few;
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
