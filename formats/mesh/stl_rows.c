/*
 * Facets of ascii files as nearly all programs write them: the normal to the line end, and each
 * vertex in a line of its own. Everything else, and whatever is wrong, is left to stl_text.c,
 * which says what a file means; what is read here is what it would read.
 */
#include "formats/mesh/cursor.h"
#include "formats/mesh/stl.h"

#define LINE_BYTES_MAX ((ptrdiff_t)256) /* a line that has no end is looked at once */
#define GAPS_MAX ((ptrdiff_t)256)
#define ONES UINT64_C(0x0101010101010101)
#define TOPS (ONES * 0x80)

/* The bytes above ' ' of eight, as their top bits. */
static inline uint64_t word_bytes(uint64_t eight)
{
    return (((eight & ~TOPS) + ONES * 0x5f) | eight) & TOPS;
}

/* The lowest top bit set is that of the first byte equal to `byte`; those above it may lie. */
static inline uint64_t find_byte(uint64_t eight, unsigned char byte)
{
    const uint64_t rest = eight ^ (ONES * byte);

    return (rest - ONES) & ~rest & TOPS;
}

/* To the LF of this line; NULL when it is far, or close to the end of the bytes. */
static inline const unsigned char *find_lf(const unsigned char *at, const unsigned char *end,
                                           uint64_t *words, bool *has_t)
{
    uint64_t before = 0; /* the byte before was one of a word */

    *words = 0;
    *has_t = false;
    end = end - at > LINE_BYTES_MAX ? at + LINE_BYTES_MAX : end;
    for (; end - at >= 8; at += 8) {
        uint64_t eight;
        uint64_t lf;
        uint64_t mask;
        uint64_t in_word;
        memcpy(&eight, at, sizeof eight);
        lf = find_byte(eight, '\n');
        mask = lf == 0 ? ~UINT64_C(0) : (lf & -lf) - 1;
        in_word = word_bytes(eight) & mask;
        *words += (uint64_t)__builtin_popcountll(in_word & ~(in_word << 8 | before));
        *has_t |= (find_byte(eight | ONES * 0x20, 't') & mask) != 0;
        if (lf != 0) {
            return at + (__builtin_ctzll(lf) >> 3);
        }
        before = in_word >> 56;
    }
    return NULL;
}

/* `word` is lower case and has a gap behind it; false also close to the end of the bytes. */
static inline bool pass_word(const unsigned char **at, const unsigned char *end,
                             const char *word, ptrdiff_t bytes)
{
    const unsigned char *from = *at;

    while (end - from > bytes && *from <= ' ' && from - *at < GAPS_MAX) {
        from++;
    }
    if (end - from <= bytes || from[bytes] > ' ') {
        return false;
    }
    for (ptrdiff_t i = 0; i < bytes; i++) {
        if ((from[i] | 0x20) != (unsigned char)word[i]) {
            return false;
        }
    }
    *at = from + bytes;
    return true;
}

/* "outer", "vertex" and "endfacet" all have a t; numbers have none. */
static inline bool pass_normal(const unsigned char **at, const unsigned char *end)
{
    uint64_t words;
    bool has_t;

    if (!pass_word(at, end, "facet", 5) || !pass_word(at, end, "normal", 6)) {
        return false;
    }
    *at = find_lf(*at, end, &words, &has_t);
    return *at != NULL && !has_t;
}

static inline bool read_vertex(const struct uvp_text_scanner *scanner, struct uvp_text *text,
                               float *to)
{
    uint64_t words;
    bool has_t;

    return pass_word(&text->at, text->end, "vertex", 6) &&
           find_lf(text->at, text->end, &words, &has_t) != NULL && words == 3 &&
           scanner->rows(text, 3, 1, to) == 1;
}

static inline bool read_facet(const struct uvp_text_scanner *scanner, struct uvp_text *text,
                              float *to)
{
    return pass_normal(&text->at, text->end) && pass_word(&text->at, text->end, "outer", 5) &&
           pass_word(&text->at, text->end, "loop", 4) && read_vertex(scanner, text, to) &&
           read_vertex(scanner, text, to + 3) && read_vertex(scanner, text, to + 6) &&
           pass_word(&text->at, text->end, "endloop", 7) &&
           pass_word(&text->at, text->end, "endfacet", 8);
}

uint32_t uvp_stl_read_rows(struct uvp_cursor *cursor, const struct uvp_text_scanner *scanner,
                           uint32_t facets, float *to)
{
    struct uvp_text text = {cursor->begin, cursor->at, cursor->end};
    uint32_t done = 0;

    while (done < facets && read_facet(scanner, &text, to + (size_t)9 * done)) {
        cursor->at = text.at;
        done++;
    }
    return done;
}
