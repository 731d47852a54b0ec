/*
 * obj_lines.h -- plain lines of an OBJ file, for one level: see obj_fast.h and text_simd.h
 *
 * Use:     define UVP_SIMD_AVX2 and include, once in a file of its own.
 *
 * A line is looked at through windows of 64 bytes, as bits: gaps, digits, slashes, line ends.
 * Adding the first bits of numbers to the bits of digits carries each to its number's end, so
 * the forms of all corners in a window are checked at once: digits, then a slash and maybe
 * digits, then the same again, then a gap. What is not of these forms is not plain.
 */
#ifndef UVP_FORMATS_MESH_OBJ_LINES_H
#define UVP_FORMATS_MESH_OBJ_LINES_H

#include "formats/mesh/obj_fast.h"
#include "formats/mesh/text_simd.h"

#define LINE_WINDOWS_MAX 64 /* a longer line is polled by those who read it slowly */

/* ---- what there seems to be ---- */

/* Bits of keywords' first letters in blocks, and what is behind them. */
UVP_SIMD_INLINE void estimate_as(const unsigned char *at, size_t blocks,
                                 struct uvp_obj_estimate *estimate, bool with_names)
{
    struct uvp_obj_estimate sum = *estimate;

    for (; blocks > 0; blocks--, at += 64) {
        const struct uvp_block block = uvp_block_load(at);
        const uint64_t gaps = uvp_block_gaps(block);
        const uint64_t crs = uvp_block_equal(block, uvp_text_constants.cr);
        const uint64_t leads = ~gaps & (gaps << 1 | sum.was_gap);
        const uint64_t v = leads & uvp_block_equal(block, uvp_text_constants.letter_v);
        const uint64_t f = leads & uvp_block_equal(block, uvp_text_constants.letter_f);
        const uint64_t behind_v = v << 1 | sum.was_v;
        if ((crs | sum.was_cr) != 0) {
            sum.bare_crs |=
                (crs << 1 | sum.was_cr) & ~uvp_block_equal(block, uvp_text_constants.eol);
        }
        sum.tokens += uvp_bit_count(leads);
        sum.vertices += uvp_bit_count(behind_v & gaps);
        sum.others += uvp_bit_count(behind_v & ~gaps);
        sum.faces += uvp_bit_count((f << 1 | sum.was_f) & gaps);
        if (with_names) {
            const uint64_t u = leads & uvp_block_equal(block, uvp_text_constants.letter_u);
            const uint64_t s = uvp_block_equal(block, uvp_text_constants.letter_s);
            const uint64_t t = uvp_block_equal(block, uvp_text_constants.letter_t);
            sum.uvs += uvp_bit_count(behind_v & t);
            sum.materials += uvp_bit_count((u << 1 | sum.was_u) & s);
            sum.was_u = u >> 63;
        }
        sum.was_gap = gaps >> 63;
        sum.was_cr = crs >> 63;
        sum.was_v = v >> 63;
        sum.was_f = f >> 63;
    }
    *estimate = sum;
}

UVP_SIMD static void estimate_blocks(const unsigned char *at, size_t blocks,
                                     struct uvp_obj_estimate *estimate)
{
    if (estimate->with_names) {
        estimate_as(at, blocks, estimate, true);
    } else {
        estimate_as(at, blocks, estimate, false);
    }
}

/* ---- lines ---- */

/* The state of a file being read, in registers. */
struct lines {
    struct uvp_obj_fast *fast;
    const unsigned char *end;
    float *positions;
    uint32_t *corner_start;
    uint32_t *corner_vertex;
    uint32_t *corner_uv;
    uint32_t vertices;
    uint32_t polygons;
    uint32_t corners;
    uint64_t uvs_seen; /* vt lines */
    uint64_t uv_bits;  /* not 0: some corner has a vt */
    __m128i highest;   /* of all vertex indices, from 0 */
    __m128i highest_uv;
    __m128 least;
    __m128 most;
};

UVP_SIMD_INLINE __m128i highest_of(__m128i a, __m128i b)
{
#if UVP_SIMD_AVX2
    return _mm_max_epu32(a, b);
#else
    /* below 2^31 but for -1, which is to stay: it is all ones */
    const __m128i more = _mm_cmpgt_epi32(a, b);
    const __m128i most = _mm_or_si128(_mm_and_si128(more, a), _mm_andnot_si128(more, b));
    const __m128i zero = _mm_setzero_si128();
    return _mm_or_si128(most, _mm_or_si128(_mm_cmpgt_epi32(zero, a), _mm_cmpgt_epi32(zero, b)));
#endif
}

UVP_SIMD_INLINE uint32_t highest_lane(__m128i lanes)
{
    uint32_t lane[4];
    uint32_t highest = 0;

    _mm_storeu_si128((void *)lane, lanes);
    for (int k = 0; k < 4; k++) {
        highest = lane[k] > highest ? lane[k] : highest;
    }
    return highest;
}

/* NULL when the line, which ends before `next`, is joined to the next one. */
UVP_SIMD_INLINE const unsigned char *unless_joined(const unsigned char *next)
{
    const unsigned char last = next[-2] == '\r' ? next[-3] : next[-2];

    return __builtin_expect(last == '\\', 0) ? NULL : next;
}

/* Behind the line's end, which is not before `at`; NULL when it is far away. */
UVP_SIMD_INLINE const unsigned char *seek_line(const struct lines *lines,
                                               const unsigned char *at)
{
    for (int i = 0; i < LINE_WINDOWS_MAX && lines->end - at >= UVP_TEXT_REACH; i++) {
        const uint64_t eols = uvp_block_equal(uvp_block_load(at), uvp_text_constants.eol);
        if (eols != 0) {
            return at + uvp_bit_first(eols) + 1;
        }
        at += 64;
    }
    return NULL;
}

UVP_SIMD_INLINE const unsigned char *skip_line(const struct lines *lines,
                                               const unsigned char *at)
{
    const unsigned char *const next = seek_line(lines, at);

    return next == NULL ? NULL : unless_joined(next);
}

/* The tokens of a line behind its keyword: `at` is at a gap. */
struct tokens {
    uint64_t digits; /* only for faces, as the next */
    uint64_t slashes;
    uint64_t eols;
    uint64_t line; /* bytes that belong to it */
    uint64_t starts;
    uint64_t ends;
};

UVP_SIMD_INLINE void find_tokens(struct tokens *tokens, uint64_t gaps)
{
    tokens->line = tokens->eols ^ (tokens->eols - 1);
    if (__builtin_expect(tokens->eols == 0, 0)) {
        tokens->line = (UINT64_C(2) << (63 - __builtin_clzll(gaps | 1))) - 1;
    }
    tokens->starts = ~gaps & (gaps << 1) & tokens->line;
    tokens->ends = gaps & ~(gaps << 1 | 1) & tokens->line;
}

UVP_SIMD_INLINE struct tokens look_at_floats(const unsigned char *at)
{
    const struct uvp_block block = uvp_block_load(at);
    struct tokens tokens;

    tokens.eols = uvp_block_equal(block, uvp_text_constants.eol);
    find_tokens(&tokens, uvp_block_gaps(block));
    return tokens;
}

/* Most faces of three numbers end within half a window, which costs half as much. */
UVP_SIMD_INLINE struct tokens look_at_corners(const unsigned char *at)
{
    const struct uvp_half half = uvp_half_load(at);
    struct tokens tokens;
    uint64_t gaps = uvp_half_gaps(half);

    tokens.eols = uvp_half_equal(half, uvp_text_constants.eol);
    tokens.digits = uvp_half_digits(half);
    tokens.slashes = uvp_half_equal(half, uvp_text_constants.slash);
    if (tokens.eols == 0) {
        const struct uvp_half rest = uvp_half_load(at + 32);
        gaps |= uvp_half_gaps(rest) << 32;
        tokens.eols = uvp_half_equal(rest, uvp_text_constants.eol) << 32;
        tokens.digits |= uvp_half_digits(rest) << 32;
        tokens.slashes |= uvp_half_equal(rest, uvp_text_constants.slash) << 32;
    }
    find_tokens(&tokens, gaps);
    return tokens;
}

UVP_SIMD_INLINE const unsigned char *
end_line(const struct lines *lines, const unsigned char *at, const struct tokens *tokens)
{
    return tokens->eols != 0 ? unless_joined(at + uvp_bit_first(tokens->eols) + 1)
                             : skip_line(lines, at + 63);
}

UVP_SIMD_INLINE const unsigned char *read_vertex_line(struct lines *lines,
                                                      const unsigned char *at)
{
    const struct tokens tokens = look_at_floats(at + 1);
    const uint64_t but_one = tokens.ends & (tokens.ends - 1);
    float *const to = lines->positions + (size_t)3 * lines->vertices;
    const unsigned char *next;
    __m128 position;

    if ((but_one & (but_one - 1)) == 0 ||
        lines->vertices == lines->fast->reading->vertex_room) {
        return NULL;
    }
    next = end_line(lines, at + 1, &tokens);
    if (next == NULL || !uvp_triple_read(at + 1, tokens.starts, tokens.ends, to)) {
        return NULL;
    }
    position = _mm_loadu_ps(to);
    lines->least = _mm_min_ps(position, lines->least);
    lines->most = _mm_max_ps(position, lines->most);
    lines->vertices++;
    return next;
}

__attribute__((noinline, cold)) static void note_edit(const struct lines *lines,
                                                      const unsigned char *at)
{
    const struct uvp_obj_fast *const fast = lines->fast;
    const size_t place = fast->offset + (size_t)(at - fast->text);

    if (place < fast->notes->first_edit) {
        fast->notes->first_edit = place;
    }
}

UVP_SIMD_INLINE const unsigned char *read_uv_line(struct lines *lines, const unsigned char *at)
{
    struct uvp_obj_reading *const reading = lines->fast->reading;
    const unsigned char *next;
    struct tokens tokens;
    float to[4];

    if (at[2] != ' ' && at[2] != '\t') {
        return NULL;
    }
    if (reading->uvs == NULL) {
        next = skip_line(lines, at + 2);
    } else {
        tokens = look_at_floats(at + 2);
        next = end_line(lines, at + 2, &tokens);
        if ((tokens.ends & (tokens.ends - 1)) == 0 || reading->uv_count == reading->uv_room ||
            !uvp_pair_read(at + 2, tokens.starts, tokens.ends, to)) {
            return NULL;
        }
    }
    if (next == NULL) {
        return NULL;
    }
    if (reading->uvs != NULL) {
        memcpy(reading->uvs + (size_t)2 * reading->uv_count, to, 2 * sizeof *to);
        reading->uv_count++;
    }
    if (lines->uvs_seen++ == 0) {
        note_edit(lines, at);
    }
    return next;
}

/* ---- faces ---- */

/* Where the numbers of a window's corners are; `count` 0: some corner is not plain. */
struct corners {
    uint64_t starts;
    uint64_t ends;
    uint64_t uv_starts; /* behind a corner's first slash */
    uint64_t uv_ends;
    uint64_t uv_digits; /* those of uv_starts that have a number */
    uint32_t count;
};

UVP_SIMD_INLINE struct corners find_corners(const struct tokens *tokens)
{
    const uint64_t digits = tokens->digits;
    struct corners corners = {.starts = tokens->starts};
    uint64_t bad;

    corners.ends = (tokens->starts + digits) & ~digits;
    bad = (tokens->starts & ~digits) | (uvp_digits_too_long(digits) & tokens->line);
    if (corners.ends != tokens->ends) {
        uint64_t last;
        uint64_t normals;
        corners.uv_starts = (corners.ends & tokens->slashes) << 1;
        corners.uv_ends = (corners.uv_starts + digits) & ~digits;
        corners.uv_digits = corners.uv_starts & digits;
        normals = (corners.uv_ends & tokens->slashes) << 1;
        last = ((corners.ends | corners.uv_ends) & ~tokens->slashes) |
               ((normals + digits) & ~digits);
        bad |= last ^ tokens->ends;
    }
    corners.count = bad != 0 ? 0 : (uint32_t)uvp_bit_count(tokens->starts);
    return corners;
}

/* `count` numbers from 1 to numbers from 0; writes up to 3 more than asked for. */
UVP_SIMD_INLINE __m128i read_numbers(const unsigned char *at, uint64_t starts, uint64_t ends,
                                     uint32_t count, uint32_t *to, __m128i highest)
{
    static const uint32_t lanes[8] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};

    for (uint32_t k = 0; k < count; k += 4) {
        const uint32_t left = count - k < 4 ? count - k : 4;
        const __m128i is_meant = _mm_loadu_si128((const void *)(lanes + 4 - left));
        const __m128i four = _mm_sub_epi32(uvp_indices_read(at, &starts, &ends), UVP_ALL(one));
        _mm_storeu_si128((void *)(to + k), four);
        highest = highest_of(highest, _mm_and_si128(four, is_meant));
    }
    return highest;
}

/* The vt numbers of a window: all corners have one, or none does. */
UVP_SIMD_INLINE bool read_corner_uvs(struct lines *lines, const unsigned char *at,
                                     const struct corners *corners)
{
    uint32_t *const to = lines->corner_uv + lines->corners;

    if (corners->uv_digits == 0) {
        for (uint32_t k = 0; k < corners->count; k++) {
            to[k] = UVP_MESH_NO_UV;
        }
        return true;
    }
    if ((uint32_t)uvp_bit_count(corners->uv_digits) != corners->count) {
        return false;
    }
    lines->highest_uv = read_numbers(at, corners->uv_starts, corners->uv_ends, corners->count,
                                     to, lines->highest_uv);
    return true;
}

UVP_SIMD_INLINE bool read_window(struct lines *lines, const unsigned char *at,
                                 const struct tokens *tokens, bool with_uvs)
{
    const struct corners corners = find_corners(tokens);

    if (corners.count == 0 ||
        corners.count > lines->fast->reading->corner_room - lines->corners ||
        (with_uvs && !read_corner_uvs(lines, at, &corners))) {
        return false;
    }
    lines->highest = read_numbers(at, corners.starts, corners.ends, corners.count,
                                  lines->corner_vertex + lines->corners, lines->highest);
    lines->uv_bits |= corners.uv_digits;
    lines->corners += corners.count;
    return true;
}

/* The line's further windows: each begins with the last gap of the one before. */
UVP_SIMD_INLINE const unsigned char *read_windows(struct lines *lines, const unsigned char *at,
                                                  bool with_uvs)
{
    for (int i = 0; i < LINE_WINDOWS_MAX; i++) {
        const struct tokens tokens = look_at_corners(at);
        if (tokens.starts != 0 && !read_window(lines, at, &tokens, with_uvs)) {
            return NULL;
        }
        if (tokens.eols != 0) {
            return unless_joined(at + uvp_bit_first(tokens.eols) + 1);
        }
        if (tokens.line == 1) {
            return NULL; /* a token of more than a window */
        }
        at += 63 - __builtin_clzll(tokens.line);
        if (lines->end - at < UVP_TEXT_REACH) {
            return NULL;
        }
    }
    return NULL;
}

UVP_SIMD_INLINE const unsigned char *read_face_line(struct lines *lines,
                                                    const unsigned char *at, bool with_uvs)
{
    struct uvp_obj_reading *const reading = lines->fast->reading;
    const uint32_t first = lines->corners;
    const unsigned char *const next = read_windows(lines, at + 1, with_uvs);

    if (next == NULL || lines->corners == first || lines->polygons == reading->polygon_room ||
        lines->corners - first > reading->options.polygon_corners) {
        lines->corners = first;
        return NULL;
    }
    if (__builtin_expect(lines->polygons == 0, 0)) {
        note_edit(lines, at);
        lines->fast->notes->uvs_before = lines->uvs_seen;
    }
    if (reading->polygon_group != NULL) {
        reading->polygon_group[lines->polygons] = reading->group;
    }
    lines->polygons++;
    lines->corner_start[lines->polygons] = lines->corners;
    return next;
}

/* ---- all lines ---- */

UVP_SIMD_INLINE const unsigned char *read_line(struct lines *lines, const unsigned char *at,
                                               bool with_uvs)
{
    switch (at[0]) {
    case 'v':
        if (at[1] <= ' ') {
            return read_vertex_line(lines, at);
        }
        return at[1] == 'n'   ? skip_line(lines, at)
               : at[1] == 't' ? read_uv_line(lines, at)
                              : NULL;
    case 'f':
        return at[1] <= ' ' ? read_face_line(lines, at, with_uvs) : NULL;
    case '#':
        return seek_line(lines, at);
    case '\n':
        return at + 1;
    case '\r':
        return at[1] == '\n' ? at + 2 : NULL;
    case 'g':
    case 'o':
    case 'm':
        return skip_line(lines, at);
    case 's':
        return at[1] == ' ' ? skip_line(lines, at) : NULL;
    case 'u':
        return lines->fast->reading->polygon_group == NULL ? skip_line(lines, at) : NULL;
    default:
        return NULL;
    }
}

UVP_SIMD_INLINE void lines_take(struct lines *lines, struct uvp_obj_fast *fast)
{
    const struct uvp_obj_reading *const reading = fast->reading;
    const struct uvp_far_box *const box = &fast->box;

    lines->fast = fast;
    lines->end = fast->end;
    lines->positions = reading->positions;
    lines->corner_start = reading->corner_start;
    lines->corner_vertex = reading->corner_vertex;
    lines->corner_uv = reading->corner_uv;
    lines->vertices = reading->vertices;
    lines->polygons = reading->polygons;
    lines->corners = reading->corners;
    lines->uvs_seen = fast->notes->uvs;
    lines->uv_bits = 0;
    lines->highest = _mm_setzero_si128();
    lines->highest_uv = _mm_setzero_si128();
    lines->least = _mm_set_ps(0, box->least[2], box->least[1], box->least[0]);
    lines->most = _mm_set_ps(0, box->most[2], box->most[1], box->most[0]);
}

UVP_SIMD_INLINE void lines_give(const struct lines *lines, struct uvp_obj_fast *fast)
{
    struct uvp_obj_reading *const reading = fast->reading;
    const uint64_t reach = (uint64_t)highest_lane(lines->highest) + 1;
    const uint64_t uv_reach = (uint64_t)highest_lane(lines->highest_uv) + 1;
    float lane[4];

    if (lines->corners != reading->corners) {
        reading->vertex_reach = reach > reading->vertex_reach ? reach : reading->vertex_reach;
        if (reading->corner_uv != NULL && lines->uv_bits != 0) {
            reading->uv_reach = uv_reach > reading->uv_reach ? uv_reach : reading->uv_reach;
        }
    }
    reading->vertices = lines->vertices;
    reading->polygons = lines->polygons;
    reading->corners = lines->corners;
    reading->uv_corners += lines->uv_bits != 0;
    fast->notes->uvs = lines->uvs_seen;
    _mm_storeu_ps(lane, lines->least);
    memcpy(fast->box.least, lane, sizeof fast->box.least);
    _mm_storeu_ps(lane, lines->most);
    memcpy(fast->box.most, lane, sizeof fast->box.most);
}

UVP_SIMD_INLINE const unsigned char *read_lines_as(struct uvp_obj_fast *fast,
                                                   const unsigned char *at,
                                                   const unsigned char *limit, bool with_uvs)
{
    struct lines lines;

    if (at - fast->text < UVP_TEXT_BEHIND) {
        return at;
    }
    lines_take(&lines, fast);
    while (at < limit) {
        const unsigned char *const next = read_line(&lines, at, with_uvs);
        if (next == NULL) {
            break;
        }
        at = next;
    }
    lines_give(&lines, fast);
    return at;
}

UVP_SIMD static const unsigned char *
read_lines(struct uvp_obj_fast *fast, const unsigned char *at, const unsigned char *limit)
{
    return fast->reading->corner_uv != NULL ? read_lines_as(fast, at, limit, true)
                                            : read_lines_as(fast, at, limit, false);
}

#endif
