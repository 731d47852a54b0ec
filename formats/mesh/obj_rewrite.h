/*
 * obj_rewrite.h -- plain lines of an OBJ file written anew, for one level: see obj_lines.h
 *
 * Use:     include behind obj_lines.h.
 *
 * In a face only the vt numbers change: what is before a corner's own number's end is copied, a
 * slash and the new number follow, and copying goes on at the normal's slash or behind the
 * corner. Copies are of 32 bytes whatever they need: what is too much is written over.
 */
#ifndef UVP_FORMATS_MESH_OBJ_REWRITE_H
#define UVP_FORMATS_MESH_OBJ_REWRITE_H

#include "formats/mesh/obj_lines.h"
#include "formats/mesh/obj_write.h"

#define SHORT_COPY 32
#define NUMBER_MOST UINT32_C(99999999) /* of 8 digits */

struct rewrite {
    const unsigned char *end;
    const unsigned char *from;
    unsigned char *to;
    const uint32_t *corner_uv;
    uint32_t corner;
    uint32_t corners;
    uint32_t first; /* the number of UV 0 */
    uint64_t uvs_now;
    bool drops_uvs;
    bool block_done;
};

/* Four numbers of at most 8 digits each, as their digits, the first in the lowest byte. */
UVP_SIMD_INLINE __m128i digits_of_two(__m128i two)
{
    const __m128i high = _mm_srli_epi64(_mm_mul_epu32(two, _mm_set1_epi64x(3518437209)), 45);
    const __m128i low = _mm_sub_epi32(two, _mm_mul_epu32(high, _mm_set1_epi64x(10000)));
    const __m128i fours = _mm_or_si128(high, _mm_slli_epi64(low, 32));
    const __m128i hundreds = _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi32(5243)), 3);
    const __m128i rest = _mm_sub_epi16(fours, _mm_mullo_epi16(hundreds, _mm_set1_epi32(100)));
    const __m128i twos = _mm_or_si128(hundreds, _mm_slli_epi32(rest, 16));
    const __m128i tens = _mm_mulhi_epu16(twos, _mm_set1_epi16(6554));
    const __m128i ones = _mm_sub_epi16(twos, _mm_mullo_epi16(tens, _mm_set1_epi16(10)));

    return _mm_or_si128(tens, _mm_slli_epi16(ones, 8));
}

UVP_SIMD_INLINE void digits_of_four(__m128i four, uint64_t digits[4])
{
    const __m128i zero = _mm_setzero_si128();

    _mm_storeu_si128((void *)digits, digits_of_two(_mm_unpacklo_epi32(four, zero)));
    _mm_storeu_si128((void *)(digits + 2), digits_of_two(_mm_unpackhi_epi32(four, zero)));
}

/* A number that is not 0; 8 bytes are written. */
UVP_SIMD_INLINE unsigned char *put_digits(unsigned char *to, uint64_t digits)
{
    const size_t zeros = uvp_bit_first(digits) / 8;
    const uint64_t text = (digits | UINT64_C(0x3030303030303030)) >> 8 * zeros; /* zeros < 8 */

    memcpy(to, &text, sizeof text);
    return to + 8 - zeros;
}

UVP_SIMD_INLINE void copy_short(struct rewrite *rewrite, const unsigned char *until)
{
    const size_t bytes = (size_t)(until - rewrite->from);

    if (__builtin_expect(bytes > SHORT_COPY, 0)) {
        memcpy(rewrite->to, rewrite->from, bytes);
    } else {
        memcpy(rewrite->to, rewrite->from, SHORT_COPY);
    }
    rewrite->to += bytes;
    rewrite->from = until;
}

/* The UVs of four corners; of the last ones, fewer. */
UVP_SIMD_INLINE __m128i load_uvs(const struct rewrite *rewrite, uint32_t corner)
{
    uint32_t few[4] = {0};

    if (__builtin_expect(rewrite->corners - corner >= 4, 1)) {
        return _mm_loadu_si128((const void *)(rewrite->corner_uv + corner));
    }
    for (uint32_t k = 0; corner + k < rewrite->corners; k++) {
        few[k] = rewrite->corner_uv[corner + k];
    }
    return _mm_loadu_si128((const void *)few);
}

/* Where copying goes on behind each corner's number; false: not the same way for all. */
UVP_SIMD_INLINE bool find_resumes(const struct tokens *tokens, const struct corners *corners,
                                  uint64_t *resumes)
{
    const uint64_t slashes = corners->uv_ends & tokens->slashes;
    const uint64_t normals = (slashes << 1) & tokens->digits;

    if (normals == 0) {
        *resumes = tokens->ends;
        return true;
    }
    *resumes = normals >> 1;
    return uvp_bit_count(normals) == corners->count;
}

UVP_SIMD_INLINE bool rewrite_window(struct rewrite *rewrite, const unsigned char *at,
                                    const struct tokens *tokens)
{
    const struct corners corners = find_corners(tokens);
    uint64_t ends = corners.ends;
    uint64_t resumes;

    if (corners.count == 0 || corners.count > rewrite->corners - rewrite->corner ||
        !find_resumes(tokens, &corners, &resumes)) {
        return false;
    }
    for (uint32_t k = 0; k < corners.count; k += 4) {
        const uint32_t left = corners.count - k < 4 ? corners.count - k : 4;
        uint64_t digits[4];
        digits_of_four(_mm_add_epi32(load_uvs(rewrite, rewrite->corner + k),
                                     _mm_set1_epi32((int)rewrite->first)),
                       digits);
        for (uint32_t i = 0; i < left; i++) {
            copy_short(rewrite, at + uvp_bit_first(ends));
            *rewrite->to++ = '/';
            rewrite->to = put_digits(rewrite->to, digits[i]);
            rewrite->from = at + uvp_bit_first(resumes);
            ends &= ends - 1;
            resumes &= resumes - 1;
        }
    }
    rewrite->corner += corners.count;
    return true;
}

UVP_SIMD_INLINE const unsigned char *rewrite_windows(struct rewrite *rewrite,
                                                     const unsigned char *at)
{
    for (int i = 0; i < LINE_WINDOWS_MAX && rewrite->end - at >= UVP_OBJ_WRITE_REACH; i++) {
        const struct tokens tokens = look_at_corners(at);
        if (tokens.starts != 0 && !rewrite_window(rewrite, at, &tokens)) {
            return NULL;
        }
        if (tokens.eols != 0) {
            return unless_joined(at + uvp_bit_first(tokens.eols) + 1);
        }
        if (tokens.line == 1) {
            return NULL;
        }
        at += 63 - __builtin_clzll(tokens.line);
    }
    return NULL;
}

/* NULL: nothing has been done. */
UVP_SIMD_INLINE const unsigned char *rewrite_face_line(struct rewrite *rewrite,
                                                       const unsigned char *at)
{
    const unsigned char *const from = rewrite->from;
    unsigned char *const to = rewrite->to;
    const uint32_t corner = rewrite->corner;
    const unsigned char *const next =
        rewrite->block_done ? rewrite_windows(rewrite, at + 1) : NULL;

    if (__builtin_expect(next == NULL, 0)) {
        rewrite->from = from;
        rewrite->to = to;
        rewrite->corner = corner;
    }
    return next;
}

UVP_SIMD_INLINE const unsigned char *pass_line(const struct rewrite *rewrite,
                                               const unsigned char *at)
{
    for (int i = 0; i < LINE_WINDOWS_MAX && rewrite->end - at >= UVP_TEXT_REACH; i++) {
        const uint64_t eols = uvp_block_equal(uvp_block_load(at), uvp_text_constants.eol);
        if (eols != 0) {
            return at + uvp_bit_first(eols) + 1;
        }
        at += 64;
    }
    return NULL;
}

UVP_SIMD_INLINE const unsigned char *pass_joinable(const struct rewrite *rewrite,
                                                   const unsigned char *at)
{
    const unsigned char *const next = pass_line(rewrite, at);

    return next == NULL ? NULL : unless_joined(next);
}

UVP_SIMD_INLINE const unsigned char *rewrite_uv_line(struct rewrite *rewrite,
                                                     const unsigned char *at)
{
    const unsigned char *const next =
        at[2] == ' ' || at[2] == '\t' ? pass_joinable(rewrite, at) : NULL;

    if (next == NULL) {
        return NULL;
    }
    rewrite->uvs_now++;
    if (rewrite->drops_uvs) {
        copy_short(rewrite, at);
        rewrite->from = next;
    }
    return next;
}

UVP_SIMD_INLINE const unsigned char *rewrite_line(struct rewrite *rewrite,
                                                  const unsigned char *at)
{
    switch (at[0]) {
    case 'f':
        return at[1] <= ' ' ? rewrite_face_line(rewrite, at) : NULL;
    case 'v':
        if (at[1] == 't') {
            return rewrite_uv_line(rewrite, at);
        }
        return at[1] <= ' ' || at[1] == 'n' ? pass_joinable(rewrite, at) : NULL;
    case '#':
        return pass_line(rewrite, at);
    case '\n':
        return at + 1;
    case 'g':
    case 'o':
    case 'm':
    case 'u':
        return pass_joinable(rewrite, at);
    case 's':
        return at[1] == ' ' ? pass_joinable(rewrite, at) : NULL;
    default:
        return NULL;
    }
}

UVP_SIMD static const unsigned char *write_lines(struct uvp_obj_writing *writing,
                                                 const unsigned char *at,
                                                 const unsigned char *limit)
{
    struct rewrite rewrite = {
        .end = writing->scan.end,
        .from = writing->from,
        .to = writing->to,
        .corner_uv = writing->uvs->corner_uv,
        .corner = writing->corner,
        .corners = writing->corners,
        .first = (uint32_t)writing->base + 1,
        .uvs_now = writing->uvs_now,
        .drops_uvs = writing->mesh->has_uvs,
        .block_done = writing->block_done,
    };

    if (writing->base + writing->uvs->uv_count > NUMBER_MOST) {
        return at;
    }
    while (at < limit) {
        const unsigned char *const next = rewrite_line(&rewrite, at);
        if (next == NULL) {
            break;
        }
        at = next;
    }
    writing->from = rewrite.from;
    writing->to = rewrite.to;
    writing->corner = rewrite.corner;
    writing->uvs_now = rewrite.uvs_now;
    return at;
}

#endif
