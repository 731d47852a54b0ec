/*
 * text_rows.h -- rows of numbers, for one level: see text_scan.h and text_simd.h
 *
 * Use:     define UVP_SIMD_AVX2 and include, once in a file of its own.
 */
#ifndef UVP_FORMATS_MESH_TEXT_ROWS_H
#define UVP_FORMATS_MESH_TEXT_ROWS_H

#include "formats/mesh/text_simd.h"

#define UVP_COLUMNS_MAX 16u
#define UVP_LINE_BLOCKS_MAX 64 /* a longer line is the caller's */

/* A row's first 64 bytes: first bytes and ends of the tokens that are whole in them. */
struct uvp_row {
    struct uvp_block block;
    uint64_t starts;
    uint64_t ends;
    uint64_t eols;
    bool has_bare_cr;
};

UVP_SIMD_INLINE bool uvp_text_can_read(const struct uvp_text *text, const unsigned char *at)
{
    return text->end - at >= UVP_TEXT_REACH && at - text->begin >= UVP_TEXT_BEHIND;
}

UVP_SIMD_INLINE struct uvp_row uvp_row_look(const unsigned char *at)
{
    struct uvp_row row;
    uint64_t gaps;
    uint64_t line;
    uint64_t crs;

    row.block = uvp_block_load(at);
    gaps = uvp_block_gaps(row.block);
    row.eols = uvp_block_equal(row.block, uvp_text_constants.eol);
    crs = uvp_block_equal(row.block, uvp_text_constants.cr);
    line = row.eols ^ (row.eols - 1);
    row.starts = ~gaps & (gaps << 1 | 1) & line;
    row.ends = gaps & ~(gaps << 1 | 1) & line;
    row.has_bare_cr = (crs & ~(row.eols >> 1) & line) != 0;
    return row;
}

/* Behind the row's line end; NULL when that is far away, or a CR stands alone before it. */
UVP_SIMD static inline const unsigned char *uvp_row_next(const struct uvp_text *text,
                                                         const unsigned char *at, uint64_t eols)
{
    for (int i = 0; eols == 0; i++) {
        struct uvp_block block;
        uint64_t crs;
        at += 63; /* the last byte again: the CR of a CR LF */
        if (i == UVP_LINE_BLOCKS_MAX || !uvp_text_can_read(text, at)) {
            return NULL;
        }
        block = uvp_block_load(at);
        eols = uvp_block_equal(block, uvp_text_constants.eol);
        crs = uvp_block_equal(block, uvp_text_constants.cr) & (eols ^ (eols - 1));
        if ((crs & ~(eols >> 1) & ~(UINT64_C(1) << 63)) != 0) {
            return NULL;
        }
    }
    return at + uvp_bit_first(eols) + 1;
}

UVP_SIMD_INLINE bool uvp_row_columns(const unsigned char *at, const struct uvp_row *row,
                                     uint32_t columns, float *to)
{
    uint64_t starts = row->starts;
    uint64_t ends = row->ends;

    if (uvp_bit_count(ends) < columns) {
        return false;
    }
    for (; columns >= 3; columns -= 3) {
        if (!uvp_triple_read(at, starts, ends, to)) {
            return false;
        }
        to += 3;
        for (int k = 0; k < 3; k++) {
            starts &= starts - 1;
            ends &= ends - 1;
        }
    }
    return columns == 0 || (columns == 1 ? uvp_single_read(at, starts, ends, to)
                                         : uvp_pair_read(at, starts, ends, to));
}

/* `columns` is a constant where it is 3. */
UVP_SIMD_INLINE size_t uvp_rows_of(struct uvp_text *text, uint32_t columns, size_t rows,
                                   float *values)
{
    const unsigned char *at = text->at;
    size_t done = 0;

    while (done < rows && uvp_text_can_read(text, at)) {
        const struct uvp_row row = uvp_row_look(at);
        const unsigned char *next;
        float last[UVP_COLUMNS_MAX + 4];
        const bool is_last = done + 1 == rows; /* it has no room for what comes along */
        float *const to = is_last ? last : values + columns * done;
        if (row.has_bare_cr || !uvp_row_columns(at, &row, columns, to)) {
            break;
        }
        next = uvp_row_next(text, at, row.eols);
        if (next == NULL) {
            break;
        }
        if (is_last) {
            memcpy(values + columns * done, last, columns * sizeof *last);
        }
        at = next;
        done++;
    }
    text->at = at;
    return done;
}

UVP_SIMD static size_t uvp_rows_read(struct uvp_text *text, uint32_t columns, size_t rows,
                                     float *values)
{
    if (columns == 3) {
        return uvp_rows_of(text, 3, rows, values);
    }
    return columns == 0 || columns > UVP_COLUMNS_MAX ? 0
                                                     : uvp_rows_of(text, columns, rows, values);
}

/* Whether the first `tokens` of the row are nothing but digits, and not too many. */
UVP_SIMD_INLINE bool uvp_row_is_whole(const struct uvp_row *row, uint64_t digits,
                                      uint32_t tokens)
{
    const uint64_t plain = (row->starts + digits) & ~digits; /* ends of leading digits */
    uint64_t ends = row->ends;
    uint64_t wanted;

    for (uint32_t k = 1; k < tokens; k++) {
        ends &= ends - 1;
    }
    if (ends == 0) {
        return false;
    }
    wanted = ends ^ (ends - 1); /* up to the last token's end: behind it may be anything */
    return ((plain ^ row->ends) & wanted) == 0 && (uvp_digits_too_long(digits) & wanted) == 0;
}

/* Reads the n indices of a row "n i1 ... in"; 0 when the row is not plainly so. */
UVP_SIMD_INLINE uint32_t uvp_row_face(const unsigned char *at, const struct uvp_row *row,
                                      uint32_t index[UVP_COLUMNS_MAX + 4])
{
    uint64_t starts = row->starts;
    uint64_t ends = row->ends;
    const __m128i four = uvp_indices_read(at, &starts, &ends);
    const uint32_t count = (uint32_t)_mm_cvtsi128_si32(four);

    if (count - 1 >= UVP_COLUMNS_MAX ||
        !uvp_row_is_whole(row, uvp_block_digits(row->block), count + 1)) {
        return 0;
    }
    _mm_storeu_si128((void *)index, _mm_shuffle_epi32(four, _MM_SHUFFLE(0, 3, 2, 1)));
    for (uint32_t k = 3; k < count; k += 4) {
        _mm_storeu_si128((void *)(index + k), uvp_indices_read(at, &starts, &ends));
    }
    return count;
}

UVP_SIMD_INLINE bool uvp_face_add(struct uvp_text_faces *faces, const uint32_t *index,
                                  uint32_t count)
{
    uint32_t highest = 0;

    if (faces->polygons == faces->polygon_room || faces->corner_room - faces->corners < count) {
        return false;
    }
    for (uint32_t k = 0; k < count; k++) {
        highest = index[k] > highest ? index[k] : highest;
    }
    if (highest >= faces->vertices) {
        return false;
    }
    for (uint32_t k = 0; k < count; k++) {
        faces->corner_vertex[faces->corners + k] = index[k];
    }
    faces->corners += count;
    faces->polygons++;
    faces->corner_start[faces->polygons] = faces->corners;
    return true;
}

UVP_SIMD static size_t uvp_faces_read(struct uvp_text *text, size_t rows,
                                      struct uvp_text_faces *faces)
{
    struct uvp_text_faces here = *faces;
    const unsigned char *at = text->at;
    size_t done = 0;

    while (done < rows && uvp_text_can_read(text, at)) {
        const struct uvp_row row = uvp_row_look(at);
        uint32_t index[UVP_COLUMNS_MAX + 4];
        const uint32_t count = uvp_row_face(at, &row, index);
        const unsigned char *next;
        if (count == 0 || row.has_bare_cr) {
            break;
        }
        next = uvp_row_next(text, at, row.eols);
        if (next == NULL ||
            !(count == 3 ? uvp_face_add(&here, index, 3) : uvp_face_add(&here, index, count))) {
            break;
        }
        at = next;
        done++;
    }
    text->at = at;
    *faces = here;
    return done;
}

#endif
