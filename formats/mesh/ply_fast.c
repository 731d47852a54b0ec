/*
 * A row is moved by one load and one store of 16 bytes, of which 12 count; where the load would
 * reach behind the bytes, byte by byte. Indices are judged a block at a time: a bad one is rare
 * and ends everything anyway.
 */
#include "formats/mesh/ply_fast.h"

#include <string.h>

#if defined(__SSE2__)
#    include <emmintrin.h>
#endif

#define BLOCK_ROWS ((size_t)64)
#define LINE_WINDOWS 8 /* of 64 bytes: longer lines are read by others */

static uint32_t load_word(const unsigned char *at, bool is_big)
{
    return is_big
               ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
               : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static bool is_little_machine(void)
{
    const uint32_t one = 1;
    unsigned char first;

    memcpy(&first, &one, 1);
    return first == 1;
}

static void move_three(const unsigned char *at, bool is_big, unsigned char *to)
{
    for (int i = 0; i < 3; i++) {
        const uint32_t word = load_word(at + 4 * i, is_big);
        memcpy(to + 4 * i, &word, 4);
    }
}

#if defined(__SSE2__)

static inline __m128i load_four(const unsigned char *at, bool is_big)
{
    __m128i words;

    memcpy(&words, at, sizeof words);
    if (is_big) {
        words = _mm_or_si128(_mm_slli_epi16(words, 8), _mm_srli_epi16(words, 8));
        words = _mm_shufflelo_epi16(words, 0xb1);
        words = _mm_shufflehi_epi16(words, 0xb1);
    }
    return words;
}

/* How many of `rows` rows may be read 16 bytes at a time. */
static size_t count_wide(const unsigned char *at, const unsigned char *end, size_t stride,
                         size_t rows)
{
    const size_t left = (size_t)(end - at);
    const size_t wide = left < 16 ? 0 : (left - 16) / stride + 1;

    return wide < rows ? wide : rows;
}

static inline size_t move_points(const unsigned char *at, const unsigned char *end,
                                 size_t stride, size_t rows, bool is_big, float *to)
{
    const size_t wide = count_wide(at, end, stride, rows);

    for (size_t i = 0; i < wide; i++) {
        const __m128i words = load_four(at + i * stride, is_big);
        memcpy(to + 3 * i, &words, sizeof words);
    }
    return wide;
}

/* As far as they are triangles; *bad: one of them has an index that is not there. */
static inline size_t move_triangles(const struct uvp_ply_fast_faces *faces,
                                    const unsigned char *at, size_t rows, bool is_big,
                                    uint32_t *to, bool *bad)
{
    const size_t stride = faces->row_bytes + 12;
    const __m128i last = _mm_set1_epi32((int)faces->vertex_count - 1);
    __m128i beyond = _mm_setzero_si128();
    size_t i;

    for (i = 0; i < rows && at[faces->before] == 3; i++, at += stride) {
        const __m128i words = load_four(at + faces->before + 1, is_big);
        memcpy(to + 3 * i, &words, sizeof words);
        beyond = _mm_or_si128(beyond, _mm_or_si128(_mm_cmpgt_epi32(words, last), words));
    }
    *bad = (_mm_movemask_ps(_mm_castsi128_ps(beyond)) & 7) != 0;
    return i;
}

/* Bits for the bytes of words, and of line ends. */
static inline void classify(const unsigned char *at, uint64_t *words, uint64_t *eols)
{
    *words = 0;
    *eols = 0;
    for (int i = 0; i < 4; i++) {
        const __m128i least = _mm_set1_epi8('!');
        __m128i bytes;
        __m128i ends;

        memcpy(&bytes, at + 16 * i, sizeof bytes);
        ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                            _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
        *eols |= (uint64_t)(uint32_t)_mm_movemask_epi8(ends) << (16 * i);
        *words |= (uint64_t)(uint32_t)_mm_movemask_epi8(
                      _mm_cmpeq_epi8(_mm_max_epu8(bytes, least), bytes))
                  << (16 * i);
    }
}

/* Three or four corners; false when it is neither, or one of them is not there. */
static inline bool move_face(const struct uvp_ply_fast_faces *faces, const unsigned char *at,
                             bool is_big, uint32_t *to)
{
    const unsigned corners = at[faces->before];
    const __m128i last = _mm_set1_epi32((int)faces->vertex_count - 1);
    const __m128i words = load_four(at + faces->before + 1, is_big);
    const __m128i beyond = _mm_or_si128(_mm_cmpgt_epi32(words, last), words);
    const int bad = _mm_movemask_ps(_mm_castsi128_ps(beyond));

    memcpy(to, &words, sizeof words);
    return (corners == 3 && (bad & 7) == 0) || (corners == 4 && bad == 0);
}

#else

static inline void classify(const unsigned char *at, uint64_t *words, uint64_t *eols)
{
    *words = 0;
    *eols = 0;
    for (int i = 0; i < 64; i++) {
        *words |= (uint64_t)(at[i] > ' ') << i;
        *eols |= (uint64_t)(at[i] == '\n' || at[i] == '\r') << i;
    }
}

static inline bool move_face(const struct uvp_ply_fast_faces *faces, const unsigned char *at,
                             bool is_big, uint32_t *to)
{
    const unsigned corners = at[faces->before];
    bool good = corners == 3 || corners == 4;

    for (unsigned k = 0; good && k < corners; k++) {
        to[k] = load_word(at + faces->before + 1 + (size_t)4 * k, is_big);
        good = to[k] < faces->vertex_count;
    }
    return good;
}

static size_t count_wide(const unsigned char *at, const unsigned char *end, size_t stride,
                         size_t rows)
{
    (void)at;
    (void)end;
    (void)stride;
    return rows;
}

static inline size_t move_points(const unsigned char *at, const unsigned char *end,
                                 size_t stride, size_t rows, bool is_big, float *to)
{
    (void)at;
    (void)end;
    (void)stride;
    (void)rows;
    (void)is_big;
    (void)to;
    return 0;
}

static inline size_t move_triangles(const struct uvp_ply_fast_faces *faces,
                                    const unsigned char *at, size_t rows, bool is_big,
                                    uint32_t *to, bool *bad)
{
    const size_t stride = faces->row_bytes + 12;
    size_t i;

    *bad = false;
    for (i = 0; i < rows && at[faces->before] == 3; i++, at += stride) {
        move_three(at + faces->before + 1, is_big, (unsigned char *)(to + 3 * i));
        for (int k = 0; k < 3; k++) {
            *bad = *bad || to[3 * i + (size_t)k] >= faces->vertex_count;
        }
    }
    return i;
}

#endif

void uvp_ply_fast_points(const unsigned char *at, const unsigned char *end, size_t stride,
                         size_t rows, bool is_big, float *to)
{
    size_t done;

    if (stride == 12 && !is_big && is_little_machine()) {
        memcpy(to, at, 12 * rows);
        return;
    }
    done = is_big ? move_points(at, end, stride, rows, true, to)
                  : move_points(at, end, stride, rows, false, to);
    for (; done < rows; done++) {
        move_three(at + done * stride, is_big, (unsigned char *)(to + 3 * done));
    }
}

size_t uvp_ply_fast_triangles(const struct uvp_ply_fast_faces *faces, const unsigned char *at,
                              const unsigned char *end, size_t rows, uint32_t *to)
{
    const size_t items_at = faces->before + 1;
    const size_t stride = faces->row_bytes + 12;
    const size_t left = (size_t)(end - at) / stride;
    size_t done = 0;

    if (faces->vertex_count == 0 || left == 0) {
        return 0;
    }
    rows = count_wide(at + items_at, end, stride, rows < left ? rows : left);
    while (done < rows) {
        const size_t block = rows - done < BLOCK_ROWS ? rows - done : BLOCK_ROWS;
        bool bad;
        const size_t taken = faces->is_big
                                 ? move_triangles(faces, at, block, true, to + 3 * done, &bad)
                                 : move_triangles(faces, at, block, false, to + 3 * done, &bad);

        if (bad) {
            return done;
        }
        done += taken;
        at += taken * stride;
        if (taken < block) {
            return done;
        }
    }
    return done;
}

static inline size_t move_mixed(const struct uvp_ply_fast_faces *faces,
                                const unsigned char **from, size_t rows, bool is_big,
                                uint32_t *start, uint32_t *to)
{
    const unsigned char *at = *from;
    uint32_t corners = start[0];
    size_t done;

    for (done = 0; done < rows && move_face(faces, at, is_big, to); done++) {
        const unsigned count = at[faces->before];
        corners += count;
        to += count;
        at += faces->row_bytes + (size_t)4 * count;
        start[1 + done] = corners;
    }
    *from = at;
    return done;
}

size_t uvp_ply_fast_mixed(const struct uvp_ply_fast_faces *faces, const unsigned char **at,
                          const unsigned char *end, size_t rows, uint32_t *start, uint32_t *to)
{
    const size_t left = (size_t)(end - *at) / (faces->row_bytes + 16);

    rows = rows < left ? rows : left;
    if (faces->vertex_count == 0) {
        return 0;
    }
    return faces->is_big ? move_mixed(faces, at, rows, true, start, to)
                         : move_mixed(faces, at, rows, false, start, to);
}

bool uvp_ply_fast_line(const unsigned char *at, const unsigned char *end, uint32_t words,
                       const unsigned char **stop, const unsigned char **line_end)
{
    uint64_t carry = 0; /* a word goes on from the bytes before */

    for (int i = 0; i < LINE_WINDOWS && end - at >= 64; i++, at += 64) {
        uint64_t word_bits;
        uint64_t eols;
        uint64_t ends;

        classify(at, &word_bits, &eols);
        ends = ~word_bits & (word_bits << 1 | carry) & (eols ^ (eols - 1));
        for (; words > 0 && ends != 0; ends &= ends - 1) {
            if (--words == 0) {
                *stop = at + __builtin_ctzll(ends);
            }
        }
        if (eols != 0) {
            *line_end = at + __builtin_ctzll(eols);
            return words == 0;
        }
        carry = word_bits >> 63;
    }
    return false;
}

size_t uvp_ply_fast_lines(const unsigned char **at, const unsigned char *end, uint32_t words,
                          const uint32_t *more, size_t rows)
{
    size_t done;

    for (done = 0; done < rows; done++) {
        const unsigned char *stop = NULL;
        const unsigned char *line_end;
        const uint32_t wanted = words + (more == NULL ? 0 : more[done + 1] - more[done]);

        if (!uvp_ply_fast_line(*at, end, wanted, &stop, &line_end)) {
            break;
        }
        line_end += *line_end == '\r' && line_end + 1 < end && line_end[1] == '\n';
        *at = line_end + 1;
    }
    return done;
}
