/*
 * text_simd.h -- blocks of 64 bytes as bits, and numbers sixteen bytes at a time
 *
 * Why:     shared by the scanners of all text formats; made once for each level.
 * Use:     define UVP_SIMD_AVX2 as 0 or 1 and include; only in files of their own, for all is
 *          static and has the level's target attribute.
 * Limits:  x86-64.
 *
 * A number's token is loaded so that its last byte is the register's last. What is before it is
 * made zero, the point is squeezed out, and 16 digits become two halves of 8 by multiplying
 * and adding neighbours. Both halves are whole in a double; one division by a power of ten,
 * itself exact, gives the double nearest to the number. That rounds to the right float unless
 * it is just the middle between two: then the exact reader decides.
 */
#ifndef UVP_FORMATS_MESH_TEXT_SIMD_H
#define UVP_FORMATS_MESH_TEXT_SIMD_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "formats/mesh/text_levels.h"

#if UVP_SIMD_AVX2
#    define UVP_SIMD __attribute__((target("avx2,bmi,bmi2,popcnt")))
#else
#    define UVP_SIMD
#endif
#define UVP_SIMD_INLINE UVP_SIMD static inline __attribute__((always_inline))

#define UVP_TOKEN_BYTES 16
#define UVP_INDEX_DIGITS 8u
#define UVP_HIGH_HALF_MOST 90000000 /* with 8 more digits still below 2^53 */

/*
 * What the kernels compare and multiply with. They lie in another file so that the compiler
 * cannot know them: it would rather make each anew from immediates, line after line.
 */
#define UVP_ALL_WIDE(name) _mm256_load_si256((const void *)uvp_text_constants.name)
#define UVP_ALL(name) _mm_load_si128((const void *)uvp_text_constants.name)

/* ---- bits ---- */

UVP_SIMD_INLINE size_t uvp_bit_first(uint64_t bits)
{
#if UVP_SIMD_AVX2
    return _tzcnt_u64(bits);
#else
    return (size_t)__builtin_ctzll(bits);
#endif
}

/* 64 when there is none. */
UVP_SIMD_INLINE size_t uvp_bit_first_or_64(uint64_t bits)
{
#if UVP_SIMD_AVX2
    return _tzcnt_u64(bits);
#else
    return bits == 0 ? 64 : (size_t)__builtin_ctzll(bits);
#endif
}

UVP_SIMD_INLINE unsigned uvp_bit_count(uint64_t bits)
{
#if UVP_SIMD_AVX2
    return (unsigned)__builtin_popcountll(bits);
#else
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
#endif
}

/* ---- blocks ---- */

#if UVP_SIMD_AVX2

/* 32 bytes, as bits. */
struct uvp_half {
    __m256i bytes;
};

UVP_SIMD_INLINE struct uvp_half uvp_half_load(const unsigned char *at)
{
    const struct uvp_half half = {_mm256_loadu_si256((const void *)at)};

    return half;
}

/* Bytes that are c. */
UVP_SIMD_INLINE uint64_t uvp_half_equal(struct uvp_half half, const unsigned char *c)
{
    const __m256i all = _mm256_load_si256((const void *)c);

    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(half.bytes, all));
}

UVP_SIMD_INLINE uint64_t uvp_half_up_to(__m256i bytes, __m256i most)
{
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, most), bytes));
}

/* Bytes up to the space, line ends among them. */
UVP_SIMD_INLINE uint64_t uvp_half_gaps(struct uvp_half half)
{
    return uvp_half_up_to(half.bytes, UVP_ALL_WIDE(space));
}

UVP_SIMD_INLINE uint64_t uvp_half_digits(struct uvp_half half)
{
    return uvp_half_up_to(_mm256_sub_epi8(half.bytes, UVP_ALL_WIDE(zero)), UVP_ALL_WIDE(nine));
}

#else

/* 32 bytes, as bits. */
struct uvp_half {
    __m128i low;
    __m128i high;
};

UVP_SIMD_INLINE struct uvp_half uvp_half_load(const unsigned char *at)
{
    const struct uvp_half half = {_mm_loadu_si128((const void *)at),
                                  _mm_loadu_si128((const void *)(at + 16))};

    return half;
}

UVP_SIMD_INLINE uint64_t uvp_half_bits(__m128i low, __m128i high)
{
    return (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
}

/* Bytes that are c. */
UVP_SIMD_INLINE uint64_t uvp_half_equal(struct uvp_half half, const unsigned char *c)
{
    const __m128i all = _mm_load_si128((const void *)c);

    return uvp_half_bits(_mm_cmpeq_epi8(half.low, all), _mm_cmpeq_epi8(half.high, all));
}

UVP_SIMD_INLINE uint64_t uvp_half_up_to(__m128i low, __m128i high, __m128i most)
{
    return uvp_half_bits(_mm_cmpeq_epi8(_mm_min_epu8(low, most), low),
                         _mm_cmpeq_epi8(_mm_min_epu8(high, most), high));
}

/* Bytes up to the space, line ends among them. */
UVP_SIMD_INLINE uint64_t uvp_half_gaps(struct uvp_half half)
{
    return uvp_half_up_to(half.low, half.high, UVP_ALL(space));
}

UVP_SIMD_INLINE uint64_t uvp_half_digits(struct uvp_half half)
{
    const __m128i zero = UVP_ALL(zero);

    return uvp_half_up_to(_mm_sub_epi8(half.low, zero), _mm_sub_epi8(half.high, zero),
                          UVP_ALL(nine));
}

#endif

struct uvp_block {
    struct uvp_half half[2];
};

UVP_SIMD_INLINE struct uvp_block uvp_block_load(const unsigned char *at)
{
    const struct uvp_block block = {{uvp_half_load(at), uvp_half_load(at + 32)}};

    return block;
}

UVP_SIMD_INLINE uint64_t uvp_block_equal(struct uvp_block block, const unsigned char *c)
{
    return uvp_half_equal(block.half[0], c) | uvp_half_equal(block.half[1], c) << 32;
}

UVP_SIMD_INLINE uint64_t uvp_block_gaps(struct uvp_block block)
{
    return uvp_half_gaps(block.half[0]) | uvp_half_gaps(block.half[1]) << 32;
}

UVP_SIMD_INLINE uint64_t uvp_block_digits(struct uvp_block block)
{
    return uvp_half_digits(block.half[0]) | uvp_half_digits(block.half[1]) << 32;
}

/* ---- digits ---- */

/* 16 digits, the first one the highest, as 4 numbers of 4. */
UVP_SIMD_INLINE __m128i uvp_digits_fours(__m128i digits)
{
    __m128i twos;

#if UVP_SIMD_AVX2
    twos = _mm_maddubs_epi16(digits, UVP_ALL(tens));
#else
    twos = _mm_add_epi16(
        _mm_mullo_epi16(_mm_and_si128(digits, _mm_set1_epi16(0xff)), _mm_set1_epi16(10)),
        _mm_srli_epi16(digits, 8));
#endif
    return _mm_madd_epi16(twos, UVP_ALL(hundreds));
}

/* The same as 2 numbers of 8 digits, twice. */
UVP_SIMD_INLINE __m128i uvp_digits_reduce(__m128i digits)
{
    const __m128i fours = uvp_digits_fours(digits);

    return _mm_madd_epi16(_mm_packs_epi32(fours, fours), UVP_ALL(ten_thousands));
}

/* Sixteen zeros, then ones: from [n] on it keeps the last n of 16 bytes, all when n > 15. */
#define FOUR_ONES 0xff, 0xff, 0xff, 0xff
#define SIXTEEN_ONES FOUR_ONES, FOUR_ONES, FOUR_ONES, FOUR_ONES
static const unsigned char uvp_keep_last[16 + 64 + 16] = {
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    SIXTEEN_ONES,
    SIXTEEN_ONES,
    SIXTEEN_ONES,
    SIXTEEN_ONES,
    SIXTEEN_ONES,
};
#undef SIXTEEN_ONES
#undef FOUR_ONES

/* Takes byte `point` out, what is before it moves up; 16: nothing to take out. */
UVP_SIMD_INLINE __m128i uvp_digits_squeeze(__m128i digits, size_t point)
{
#if UVP_SIMD_AVX2
    /* from [16 * 1 - point] on: 0x80 is zero, then each byte but the point's */
    static const unsigned char orders[17][16] = {
#    define ROW(p)                                                                             \
        {0x80,                                                                                 \
         (p) < 1 ? 1 : 0,                                                                      \
         (p) < 2 ? 2 : 1,                                                                      \
         (p) < 3 ? 3 : 2,                                                                      \
         (p) < 4 ? 4 : 3,                                                                      \
         (p) < 5 ? 5 : 4,                                                                      \
         (p) < 6 ? 6 : 5,                                                                      \
         (p) < 7 ? 7 : 6,                                                                      \
         (p) < 8 ? 8 : 7,                                                                      \
         (p) < 9 ? 9 : 8,                                                                      \
         (p) < 10 ? 10 : 9,                                                                    \
         (p) < 11 ? 11 : 10,                                                                   \
         (p) < 12 ? 12 : 11,                                                                   \
         (p) < 13 ? 13 : 12,                                                                   \
         (p) < 14 ? 14 : 13,                                                                   \
         (p) < 15 ? 15 : 14}
        ROW(0),
        ROW(1),
        ROW(2),
        ROW(3),
        ROW(4),
        ROW(5),
        ROW(6),
        ROW(7),
        ROW(8),
        ROW(9),
        ROW(10),
        ROW(11),
        ROW(12),
        ROW(13),
        ROW(14),
        ROW(15),
#    undef ROW
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    };

    return _mm_shuffle_epi8(digits, _mm_loadu_si128((const void *)orders[point]));
#else
    /* ones for the last 15 - point bytes stay where they are */
    const size_t stay = point == 16 ? 16 : 15 - point;
    const __m128i behind = _mm_loadu_si128((const void *)(uvp_keep_last + stay));
    const __m128i before = _mm_slli_si128(_mm_andnot_si128(behind, digits), 1);

    /* the point itself moved into the first byte that stays: that byte's bits are not taken */
    return _mm_or_si128(_mm_and_si128(behind, digits), _mm_andnot_si128(behind, before));
#endif
}

/* ---- floats ---- */

/* By place of the point in 16 bytes, or 16; the second row for numbers below zero. */
static const double uvp_token_scale[2][32] = {
    {1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1, 1},
    {-1e15, -1e14, -1e13, -1e12, -1e11, -1e10, -1e9, -1e8, -1e7, -1e6, -1e5, -1e4, -1e3, -1e2,
     -1e1, -1, -1},
};

/* A token on its way to a number. */
struct uvp_token {
    __m128i digits; /* 16, or bytes above 9: then it is no plain number */
    double scale;   /* to divide them by */
};

/* What is wrong with some of the tokens: asked about once for all. */
struct uvp_doubts {
    __m128i digits;
    uint64_t points;
    uint64_t lengths;
};

/* The token [start, end) of a text: at most 16 digits and a point that is not last. */
UVP_SIMD_INLINE struct uvp_token uvp_token_read(const unsigned char *text, size_t start,
                                                size_t end, struct uvp_doubts *doubts)
{
    const uint64_t negative = text[start] == '-';
    const uint64_t length = end - start - negative;
    const __m128i bytes = _mm_loadu_si128((const void *)(text + end - UVP_TOKEN_BYTES));
    const __m128i keep = _mm_loadu_si128((const void *)(uvp_keep_last + length));
    const __m128i digits = _mm_and_si128(_mm_sub_epi8(bytes, UVP_ALL(zero)), keep);
    const __m128i is_point = _mm_cmpeq_epi8(digits, UVP_ALL(point));
    const uint64_t points = (uint32_t)_mm_movemask_epi8(is_point);
    const size_t point = uvp_bit_first(points | UINT64_C(0x10000));
    struct uvp_token token;

    token.digits = uvp_digits_squeeze(digits, point); /* a second point stays: no digit */
    token.scale = uvp_token_scale[negative][point];
    doubts->digits = _mm_max_epu8(doubts->digits, token.digits);
    doubts->points |= points;
    doubts->lengths |= length - 1;
    return token;
}

UVP_SIMD_INLINE bool uvp_doubts_any(const struct uvp_doubts *doubts)
{
    const __m128i most = UVP_ALL(nine);
    const __m128i good = _mm_cmpeq_epi8(_mm_min_epu8(doubts->digits, most), doubts->digits);

    return ((uint64_t)(uint32_t)(_mm_movemask_epi8(good) ^ 0xffff) | (doubts->points & 0x8000) |
            (doubts->lengths & ~UINT64_C(15))) != 0;
}

/* Whether there is no other doubt than that some are too long. */
UVP_SIMD_INLINE bool uvp_doubts_length_only(struct uvp_doubts doubts)
{
    const bool is_long = doubts.lengths < 64;

    doubts.lengths = 0;
    return is_long && !uvp_doubts_any(&doubts);
}

#define UVP_MIDDLE_MASK INT64_C(0x1fffffff) /* what a double has more than a float */
#define UVP_MIDDLE INT64_C(0x10000000)

#if UVP_SIMD_AVX2

/* Writes four floats, of which three are meant; false: one of them needs the exact reader. */
UVP_SIMD_INLINE bool uvp_tokens_write(struct uvp_token x, struct uvp_token y,
                                      struct uvp_token z, float *to)
{
    const __m128i ten_thousand = UVP_ALL(ten_thousands);
    const __m128i fours_z = uvp_digits_fours(z.digits);
    /* 32 bits each: x high, x low, y high, y low */
    const __m128i xy = _mm_madd_epi16(
        _mm_packs_epi32(uvp_digits_fours(x.digits), uvp_digits_fours(y.digits)), ten_thousand);
    const __m128i zz = _mm_madd_epi16(_mm_packs_epi32(fours_z, fours_z), ten_thousand);
    const __m128 xyf = _mm_castsi128_ps(xy);
    const __m128 zzf = _mm_castsi128_ps(zz);
    const __m128i high = _mm_castps_si128(_mm_shuffle_ps(xyf, zzf, _MM_SHUFFLE(2, 0, 2, 0)));
    const __m128i low = _mm_castps_si128(_mm_shuffle_ps(xyf, zzf, _MM_SHUFFLE(3, 1, 3, 1)));
    const __m256d digits =
        _mm256_add_pd(_mm256_mul_pd(_mm256_cvtepi32_pd(high),
                                    _mm256_load_pd(uvp_text_constants.hundred_million)),
                      _mm256_cvtepi32_pd(low));
    const __m256d value = _mm256_div_pd(digits, _mm256_set_pd(1, z.scale, y.scale, x.scale));
    const __m256i rest =
        _mm256_and_si256(_mm256_castpd_si256(value), UVP_ALL_WIDE(middle_mask));
    const __m256i middle = _mm256_cmpeq_epi64(rest, UVP_ALL_WIDE(middle));

    _mm_storeu_ps(to, _mm256_cvtpd_ps(value));
    return (_mm256_movemask_pd(_mm256_castsi256_pd(middle)) & 7) == 0;
}

#else

/* SSE2 compares 32 bits at most: one double after the other is as quick. */
UVP_SIMD_INLINE bool uvp_token_write(struct uvp_token token, float *to)
{
    const int64_t halves = _mm_cvtsi128_si64(uvp_digits_reduce(token.digits));
    const double digits =
        (double)(halves & UINT32_MAX) * 1e8 + (double)(int64_t)((uint64_t)halves >> 32);
    const double value = digits / token.scale;
    int64_t bits;

    memcpy(&bits, &value, sizeof bits);
    *to = (float)value;
    return (bits & UVP_MIDDLE_MASK) != UVP_MIDDLE;
}

UVP_SIMD_INLINE bool uvp_tokens_write(struct uvp_token x, struct uvp_token y,
                                      struct uvp_token z, float *to)
{
    const bool good_x = uvp_token_write(x, to);
    const bool good_y = uvp_token_write(y, to + 1);
    const bool good_z = uvp_token_write(z, to + 2);

    to[3] = 0;
    return good_x && good_y && good_z;
}

#endif

/* 0.0123456789012345 is too long, but what is behind its point is not. */
UVP_SIMD static inline bool uvp_token_fraction(const unsigned char *text, size_t start,
                                               size_t end, float *to)
{
    const size_t negative = text[start] == '-';
    const size_t first = start + negative + 2;
    struct uvp_doubts doubts = {_mm_setzero_si128(), 0, 0};
    struct uvp_token token;
    int64_t halves;
    int64_t bits;
    double value;

    if (text[first - 2] != '0' || text[first - 1] != '.' || text[first] == '-') {
        return false;
    }
    token = uvp_token_read(text, first, end, &doubts);
    halves = _mm_cvtsi128_si64(uvp_digits_reduce(token.digits));
    if (uvp_doubts_any(&doubts) || doubts.points != 0 ||
        (halves & UINT32_MAX) > UVP_HIGH_HALF_MOST) {
        return false;
    }
    value = (double)(halves & UINT32_MAX) * 1e8 + (double)(int64_t)((uint64_t)halves >> 32);
    value /= end - first == UVP_TOKEN_BYTES
                 ? (negative != 0 ? -1e16 : 1e16)
                 : uvp_token_scale[negative][UVP_TOKEN_BYTES - 1 - (end - first)];
    memcpy(&bits, &value, sizeof bits);
    *to = (float)value;
    return (bits & UVP_MIDDLE_MASK) != UVP_MIDDLE;
}

/* A token of three, of which one or more are in doubt; *to holds what it is if it is not. */
UVP_SIMD static inline bool uvp_token_again(const unsigned char *text, size_t start, size_t end,
                                            bool is_length_only, float *to)
{
    if (is_length_only && end - start <= UVP_TOKEN_BYTES) {
        return true;
    }
    return (is_length_only && uvp_token_fraction(text, start, end, to)) ||
           uvp_text_read_token(text + start, text + end, to);
}

/*
 * Three tokens of a text, whose first bytes and ends are the lowest three bits each, as
 * floats; four are written. False when one of them is no number.
 */
UVP_SIMD_INLINE bool uvp_triple_read(const unsigned char *text, uint64_t starts, uint64_t ends,
                                     float *to)
{
    struct uvp_doubts doubts = {_mm_setzero_si128(), 0, 0};
    const size_t start_x = uvp_bit_first(starts);
    const size_t end_x = uvp_bit_first(ends);
    const struct uvp_token x = uvp_token_read(text, start_x, end_x, &doubts);
    const uint64_t starts_y = starts & (starts - 1);
    const uint64_t ends_y = ends & (ends - 1);
    const size_t start_y = uvp_bit_first(starts_y);
    const size_t end_y = uvp_bit_first(ends_y);
    const struct uvp_token y = uvp_token_read(text, start_y, end_y, &doubts);
    const size_t start_z = uvp_bit_first(starts_y & (starts_y - 1));
    const size_t end_z = uvp_bit_first(ends_y & (ends_y - 1));
    const struct uvp_token z = uvp_token_read(text, start_z, end_z, &doubts);
    const bool is_middle = !uvp_tokens_write(x, y, z, to);

    if (__builtin_expect(is_middle || uvp_doubts_any(&doubts), 0)) {
        const bool is_long = !is_middle && uvp_doubts_length_only(doubts);
        return uvp_token_again(text, start_x, end_x, is_long, to) &&
               uvp_token_again(text, start_y, end_y, is_long, to + 1) &&
               uvp_token_again(text, start_z, end_z, is_long, to + 2);
    }
    return true;
}

/* As uvp_triple_read for two tokens; four floats are written all the same. */
UVP_SIMD_INLINE bool uvp_tokens_read(const unsigned char *text, size_t start_x, size_t end_x,
                                     size_t start_y, size_t end_y, float *to)
{
    struct uvp_doubts doubts = {_mm_setzero_si128(), 0, 0};
    const struct uvp_token x = uvp_token_read(text, start_x, end_x, &doubts);
    const struct uvp_token y = uvp_token_read(text, start_y, end_y, &doubts);

    const bool is_middle = !uvp_tokens_write(x, y, y, to);

    if (__builtin_expect(is_middle || uvp_doubts_any(&doubts), 0)) {
        const bool is_long = !is_middle && uvp_doubts_length_only(doubts);
        return uvp_token_again(text, start_x, end_x, is_long, to) &&
               uvp_token_again(text, start_y, end_y, is_long, to + 1);
    }
    return true;
}

UVP_SIMD_INLINE bool uvp_pair_read(const unsigned char *text, uint64_t starts, uint64_t ends,
                                   float *to)
{
    return uvp_tokens_read(text, uvp_bit_first(starts), uvp_bit_first(ends),
                           uvp_bit_first(starts & (starts - 1)),
                           uvp_bit_first(ends & (ends - 1)), to);
}

UVP_SIMD_INLINE bool uvp_single_read(const unsigned char *text, uint64_t starts, uint64_t ends,
                                     float *to)
{
    const size_t start = uvp_bit_first(starts);
    const size_t end = uvp_bit_first(ends);

    return uvp_tokens_read(text, start, end, start, end, to);
}

/* ---- whole numbers ---- */

/* The bytes of up to 8 digits at `first`, the last digit in the highest byte. */
UVP_SIMD_INLINE uint64_t uvp_index_load(const unsigned char *first, size_t digits)
{
    uint64_t word;

    memcpy(&word, first, sizeof word);
    return word << ((64 - 8 * digits) & 63);
}

/* Four numbers of 1 to 8 digits each. */
UVP_SIMD_INLINE __m128i uvp_indices_reduce(const uint64_t word[4])
{
    const __m128i nibbles = UVP_ALL(nibble);
    const __m128i a =
        _mm_and_si128(_mm_set_epi64x((int64_t)word[1], (int64_t)word[0]), nibbles);
    const __m128i b =
        _mm_and_si128(_mm_set_epi64x((int64_t)word[3], (int64_t)word[2]), nibbles);

    return _mm_unpacklo_epi64(uvp_digits_reduce(a), uvp_digits_reduce(b));
}

/* Up to four whole numbers from the lowest bits on; what there is none of is anything. */
UVP_SIMD_INLINE __m128i uvp_indices_read(const unsigned char *at, uint64_t *starts,
                                         uint64_t *ends)
{
    uint64_t word[4];

    for (int k = 0; k < 4; k++) {
        const size_t start = uvp_bit_first_or_64(*starts);
        const size_t end = uvp_bit_first_or_64(*ends);
        word[k] = uvp_index_load(at + start, end - start);
        *starts &= *starts - 1;
        *ends &= *ends - 1;
    }
    return uvp_indices_reduce(word);
}

/* First bytes of runs of digits that are too long for an index. */
UVP_SIMD_INLINE uint64_t uvp_digits_too_long(uint64_t digits)
{
    uint64_t runs = digits & digits >> 1;

    runs &= runs >> 2;
    runs &= runs >> 4;
    return runs & digits >> UVP_INDEX_DIGITS;
}

#endif
