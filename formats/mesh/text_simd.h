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

#include "formats/mesh/text_scan.h"

#if UVP_SIMD_AVX2
#    define UVP_SIMD __attribute__((target("avx2,bmi,bmi2,popcnt")))
#else
#    define UVP_SIMD
#endif
#define UVP_SIMD_INLINE UVP_SIMD static inline __attribute__((always_inline))

#define UVP_TOKEN_BYTES 16u
#define UVP_INDEX_DIGITS 8u

/* ---- bits ---- */

UVP_SIMD_INLINE unsigned uvp_bit_first(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

/* 64 when there is none. */
UVP_SIMD_INLINE unsigned uvp_bit_first_or_64(uint64_t bits)
{
#if UVP_SIMD_AVX2
    return (unsigned)_tzcnt_u64(bits);
#else
    return bits == 0 ? 64 : (unsigned)__builtin_ctzll(bits);
#endif
}

UVP_SIMD_INLINE unsigned uvp_bit_count(uint64_t bits)
{
    return (unsigned)__builtin_popcountll(bits);
}

/* ---- blocks ---- */

#if UVP_SIMD_AVX2

struct uvp_block {
    __m256i half[2];
};

UVP_SIMD_INLINE struct uvp_block uvp_block_load(const unsigned char *at)
{
    struct uvp_block block;

    block.half[0] = _mm256_loadu_si256((const void *)at);
    block.half[1] = _mm256_loadu_si256((const void *)(at + 32));
    return block;
}

UVP_SIMD_INLINE uint64_t uvp_block_bits(__m256i a, __m256i b)
{
    return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b)
                                                   << 32;
}

/* Bytes that are c. */
UVP_SIMD_INLINE uint64_t uvp_block_equal(struct uvp_block block, char c)
{
    const __m256i all = _mm256_set1_epi8(c);

    return uvp_block_bits(_mm256_cmpeq_epi8(block.half[0], all),
                          _mm256_cmpeq_epi8(block.half[1], all));
}

UVP_SIMD_INLINE __m256i uvp_half_up_to(__m256i half, __m256i most)
{
    return _mm256_cmpeq_epi8(_mm256_min_epu8(half, most), half);
}

/* Bytes up to the space, line ends among them. */
UVP_SIMD_INLINE uint64_t uvp_block_gaps(struct uvp_block block)
{
    const __m256i most = _mm256_set1_epi8(' ');

    return uvp_block_bits(uvp_half_up_to(block.half[0], most),
                          uvp_half_up_to(block.half[1], most));
}

UVP_SIMD_INLINE uint64_t uvp_block_digits(struct uvp_block block)
{
    const __m256i zero = _mm256_set1_epi8('0');
    const __m256i most = _mm256_set1_epi8(9);

    return uvp_block_bits(uvp_half_up_to(_mm256_sub_epi8(block.half[0], zero), most),
                          uvp_half_up_to(_mm256_sub_epi8(block.half[1], zero), most));
}

#else

struct uvp_block {
    __m128i part[4];
};

UVP_SIMD_INLINE struct uvp_block uvp_block_load(const unsigned char *at)
{
    struct uvp_block block;

    for (int i = 0; i < 4; i++) {
        block.part[i] = _mm_loadu_si128((const void *)(at + 16 * i));
    }
    return block;
}

UVP_SIMD_INLINE uint64_t uvp_block_bits(const __m128i part[4])
{
    const uint32_t low =
        (uint32_t)_mm_movemask_epi8(part[0]) | (uint32_t)_mm_movemask_epi8(part[1]) << 16;
    const uint32_t high =
        (uint32_t)_mm_movemask_epi8(part[2]) | (uint32_t)_mm_movemask_epi8(part[3]) << 16;

    return low | (uint64_t)high << 32;
}

/* Bytes that are c. */
UVP_SIMD_INLINE uint64_t uvp_block_equal(struct uvp_block block, char c)
{
    __m128i part[4];

    for (int i = 0; i < 4; i++) {
        part[i] = _mm_cmpeq_epi8(block.part[i], _mm_set1_epi8(c));
    }
    return uvp_block_bits(part);
}

/* Bytes up to the space, line ends among them. */
UVP_SIMD_INLINE uint64_t uvp_block_gaps(struct uvp_block block)
{
    const __m128i most = _mm_set1_epi8(' ');
    __m128i part[4];

    for (int i = 0; i < 4; i++) {
        part[i] = _mm_cmpeq_epi8(_mm_min_epu8(block.part[i], most), block.part[i]);
    }
    return uvp_block_bits(part);
}

UVP_SIMD_INLINE uint64_t uvp_block_digits(struct uvp_block block)
{
    const __m128i most = _mm_set1_epi8(9);
    __m128i part[4];

    for (int i = 0; i < 4; i++) {
        const __m128i digit = _mm_sub_epi8(block.part[i], _mm_set1_epi8('0'));
        part[i] = _mm_cmpeq_epi8(_mm_min_epu8(digit, most), digit);
    }
    return uvp_block_bits(part);
}

#endif

/* ---- digits ---- */

/* 16 digits, the first one the highest, as 4 numbers of 4 digits and twice 2 of 8. */
UVP_SIMD_INLINE __m128i uvp_digits_reduce(__m128i digits)
{
    const __m128i hundreds = _mm_set1_epi32(0x00010064);
    const __m128i thousands = _mm_set1_epi32(0x00012710);
    __m128i two;
    __m128i four;

#if UVP_SIMD_AVX2
    two = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010a));
#else
    two = _mm_add_epi16(
        _mm_mullo_epi16(_mm_and_si128(digits, _mm_set1_epi16(0xff)), _mm_set1_epi16(10)),
        _mm_srli_epi16(digits, 8));
#endif
    four = _mm_madd_epi16(two, hundreds);
    return _mm_madd_epi16(_mm_packs_epi32(four, four), thousands);
}

/* Sixteen zeros, then ones: from [n] on it keeps the last n of 16 bytes, all when n > 15. */
static const unsigned char uvp_keep_last[48] = {
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
    0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

/* Takes byte `point` out, what is before it moves up; 16: nothing to take out. */
UVP_SIMD_INLINE __m128i uvp_digits_squeeze(__m128i digits, unsigned point)
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
    const unsigned stay = point == 16 ? 16 : 15 - point;
    const __m128i behind = _mm_loadu_si128((const void *)(uvp_keep_last + stay));
    const __m128i before = _mm_slli_si128(_mm_andnot_si128(behind, digits), 1);

    /* the point itself moved into the first byte that stays: that byte's bits are not taken */
    return _mm_or_si128(_mm_and_si128(behind, digits), _mm_andnot_si128(behind, before));
#endif
}

/* ---- floats ---- */

#define UVP_POINT_NONE 16u

/* By place of the point in 16 bytes; the second half for numbers below zero. */
static const double uvp_token_scale[2][17] = {
    {1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1, 1},
    {-1e15, -1e14, -1e13, -1e12, -1e11, -1e10, -1e9, -1e8, -1e7, -1e6, -1e5, -1e4, -1e3, -1e2,
     -1e1, -1, -1},
};

/* A token as two halves of 8 digits, and what to divide them by. */
struct uvp_token {
    __m128i halves; /* 32 bits each: the high one, the low one, and again */
    double scale;
};

/* *bad: nonzero when the token is no plain number of at most 16 digits and a point. */
UVP_SIMD_INLINE struct uvp_token uvp_token_read(const unsigned char *first,
                                                const unsigned char *after, unsigned *bad)
{
    const __m128i bytes = _mm_loadu_si128((const void *)(after - UVP_TOKEN_BYTES));
    const unsigned negative = *first == '-';
    unsigned length = (unsigned)(after - first) - negative;
    unsigned points;
    unsigned digits;
    unsigned point;
    __m128i digit;
    struct uvp_token token;

    /* 0.123456789012345 is a byte too long, but its first says nothing */
    length -= (unsigned)(length > UVP_TOKEN_BYTES) & (unsigned)(first[negative] == '0');
    digit = _mm_and_si128(_mm_sub_epi8(bytes, _mm_set1_epi8('0')),
                          _mm_loadu_si128((const void *)(uvp_keep_last + (length & 31))));
    points = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(digit, _mm_set1_epi8('.' - '0')));
    digits = (unsigned)_mm_movemask_epi8(
        _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit));
    *bad |= ((digits | points) ^ 0xffff) | (points & (points - 1)) |
            (unsigned)(length > UVP_TOKEN_BYTES) | (unsigned)(length <= (points != 0));
    point = uvp_bit_first(points | 0x10000);
    token.halves = uvp_digits_reduce(uvp_digits_squeeze(digit, point));
    token.scale = uvp_token_scale[negative][point];
    return token;
}

#define UVP_MIDDLE_MASK INT64_C(0x1fffffff) /* what a double has more than a float */
#define UVP_MIDDLE INT64_C(0x10000000)

#if UVP_SIMD_AVX2

/* Writes four floats, of which three are meant; false: one of them needs the exact reader. */
UVP_SIMD_INLINE bool uvp_tokens_write(struct uvp_token x, struct uvp_token y,
                                      struct uvp_token z, float *to)
{
    const __m128i xy = _mm_unpacklo_epi32(x.halves, y.halves);
    const __m128i high = _mm_unpacklo_epi64(xy, z.halves);
    const __m128i low =
        _mm_unpackhi_epi64(xy, _mm_shuffle_epi32(z.halves, _MM_SHUFFLE(3, 1, 3, 1)));
    const __m256d digits = _mm256_add_pd(
        _mm256_mul_pd(_mm256_cvtepi32_pd(high), _mm256_set1_pd(1e8)), _mm256_cvtepi32_pd(low));
    const __m256d value = _mm256_div_pd(digits, _mm256_set_pd(1, z.scale, y.scale, x.scale));
    const __m256i rest =
        _mm256_and_si256(_mm256_castpd_si256(value), _mm256_set1_epi64x(UVP_MIDDLE_MASK));
    const __m256i middle = _mm256_cmpeq_epi64(rest, _mm256_set1_epi64x(UVP_MIDDLE));

    _mm_storeu_ps(to, _mm256_cvtpd_ps(value));
    return (_mm256_movemask_pd(_mm256_castsi256_pd(middle)) & 7) == 0;
}

#else

/* SSE2 compares 32 bits at most: one double after the other is as quick. */
UVP_SIMD_INLINE bool uvp_token_write(struct uvp_token token, float *to)
{
    const int64_t halves = _mm_cvtsi128_si64(token.halves);
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

/*
 * Three tokens of a text, whose first bytes and ends are the lowest three bits each, as
 * floats; four are written. False when one of them is no number.
 */
UVP_SIMD_INLINE bool uvp_triple_read(const unsigned char *text, uint64_t starts, uint64_t ends,
                                     float *to)
{
    const unsigned char *first[3];
    const unsigned char *after[3];
    struct uvp_token token[3];
    unsigned bad = 0;

    for (int k = 0; k < 3; k++) {
        first[k] = text + uvp_bit_first(starts);
        after[k] = text + uvp_bit_first(ends);
        starts &= starts - 1;
        ends &= ends - 1;
        token[k] = uvp_token_read(first[k], after[k], &bad);
    }
    if (__builtin_expect(!uvp_tokens_write(token[0], token[1], token[2], to) || bad != 0, 0)) {
        return uvp_text_read_token(first[0], after[0], to) &&
               uvp_text_read_token(first[1], after[1], to + 1) &&
               uvp_text_read_token(first[2], after[2], to + 2);
    }
    return true;
}

/* ---- whole numbers ---- */

/* The bytes of up to 8 digits at `first`, the last digit in the highest byte. */
UVP_SIMD_INLINE uint64_t uvp_index_load(const unsigned char *first, unsigned digits)
{
    uint64_t word;

    memcpy(&word, first, sizeof word);
    return word << ((64 - 8 * digits) & 63);
}

/* Four numbers of 1 to 8 digits each. */
UVP_SIMD_INLINE __m128i uvp_indices_reduce(const uint64_t word[4])
{
    const __m128i nibbles = _mm_set1_epi8(0x0f);
    const __m128i a =
        _mm_and_si128(_mm_set_epi64x((int64_t)word[1], (int64_t)word[0]), nibbles);
    const __m128i b =
        _mm_and_si128(_mm_set_epi64x((int64_t)word[3], (int64_t)word[2]), nibbles);

    return _mm_unpacklo_epi64(uvp_digits_reduce(a), uvp_digits_reduce(b));
}

#endif
