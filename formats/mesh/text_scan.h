/*
 * text_scan.h -- many numbers of text at once, for the formats that are made of them
 *
 * Why:     a byte at a time costs five times as much. Sixteen bytes at a time read what nearly
 *          all files hold, and are bit for bit equal to text.h; for all else they say so, and
 *          the format's own byte by byte reader, which defines what a file means, takes the
 *          line.
 * Use:     scanner = uvp_text_scanner(uvp_text_level_best()); then in a loop: have it read rows
 *          until it stops; the row it stopped at is for the caller's own reader; go on behind.
 *          A scanner of level BYTES never reads anything: the caller's reader does it all.
 * Owner:   nothing is allocated.
 * Threads: no state.
 *
 * A row is a line that ends with LF or CR LF and holds numbers between gaps; gaps are any bytes
 * up to and including the space but LF. No byte outside of [text.begin, text.end) is read. The
 * last rows of a text, up to 80 bytes, are left to the caller, or see uvp_text_tail.
 */
#ifndef UVP_FORMATS_MESH_TEXT_SCAN_H
#define UVP_FORMATS_MESH_TEXT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum uvp_text_level {
    UVP_TEXT_BYTES = 0, /* nothing but byte by byte */
    UVP_TEXT_SSE2,
    UVP_TEXT_AVX2,
};

#define UVP_TEXT_LEVELS 3
#define UVP_TEXT_REACH ((ptrdiff_t)80)  /* a scanner reads so far ahead of a row's begin */
#define UVP_TEXT_BEHIND ((ptrdiff_t)16) /* and so far before it */

/* The best that this processor has. */
enum uvp_text_level uvp_text_level_best(void);

/* What may be read, and from where; `at` is at the begin of a row, and is moved. */
struct uvp_text {
    const unsigned char *begin;
    const unsigned char *at;
    const unsigned char *end;
};

/* Rows "i j k ..." of faces: each begins with how many follow. */
struct uvp_text_faces {
    uint32_t *corner_start;  /* has polygon_room + 1 entries; [polygons] is `corners` */
    uint32_t *corner_vertex; /* has corner_room entries */
    uint32_t polygons;       /* so far; counted on */
    uint32_t corners;        /* so far; counted on */
    uint32_t polygon_room;
    uint32_t corner_room;
    uint32_t vertices; /* an index is below this */
};

struct uvp_text_scanner {
    /*
     * Reads up to `rows` rows whose first `columns` (1 to 16) tokens are numbers, as
     * uvp_text_read_float reads them, and whatever else the row holds is not looked at. Row i
     * goes to values + columns * i. Three columns are the fastest.
     *
     * Returns: how many were read. When less than asked for, text->at is at the begin of a row
     *          that is not plainly so (blank, a comment, too few numbers, a line longer than
     *          64 bytes with numbers of interest beyond), or near the text's end.
     */
    size_t (*rows)(struct uvp_text *text, uint32_t columns, size_t rows, float *values);
    /*
     * Reads up to `rows` rows "n i1 ... in" with n of 1 to 16 and whole indices of at most 8
     * digits; what follows in the row is not looked at. Stops as `rows` does, and at a face
     * that has no room or an index out of range.
     *
     * Returns: how many were read.
     */
    size_t (*faces)(struct uvp_text *text, size_t rows, struct uvp_text_faces *faces);
};

const struct uvp_text_scanner *uvp_text_scanner(enum uvp_text_level level);

#define UVP_TEXT_TAIL_BYTES 512

/*
 * The end of a text, copied to where reading ahead is allowed, with line ends behind it: so
 * that a scanner reads the last rows as well, and a small file whole. *text becomes the copy,
 * of at most 256 bytes from text->at on; returns how many bytes of the text are in it (0: the
 * text has more left than that, and is unchanged). Only `at` is to be compared with what was.
 */
size_t uvp_text_tail(struct uvp_text *text, unsigned char tail[UVP_TEXT_TAIL_BYTES]);

/*
 * As uvp_text_read_float for a token that ends at `end`: false when anything is left of it.
 * For what the sixteen byte kernels hand back: exponents, more than 16 digits, names.
 */
bool uvp_text_read_token(const unsigned char *at, const unsigned char *end, float *value);

#endif
