/*
 * ply_fast.h -- rows of the common shapes, without a question per row
 *
 * Why:     three floats a vertex and a triangle a face are most of what there is. They mean
 *          the same as read by ply_rows.h.
 * Threads: no state.
 */
#ifndef UVP_FORMATS_MESH_PLY_FAST_H
#define UVP_FORMATS_MESH_PLY_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UVP_PLY_FAST_SLACK 1 /* items written behind the last one that counts */

/*
 * `rows` times three floats that follow each other at `at`, `stride` apart; `end` is that of
 * the bytes. `to` has room for UVP_PLY_FAST_SLACK more.
 */
void uvp_ply_fast_points(const unsigned char *at, const unsigned char *end, size_t stride,
                         size_t rows, bool is_big, float *to);

/* How faces lie that have but one list, of one-byte counts and four-byte indices. */
struct uvp_ply_fast_faces {
    size_t before;    /* bytes of a row before the count */
    size_t row_bytes; /* of a row without corners */
    bool is_big;
    uint32_t vertex_count; /* less than 2^31 */
};

/*
 * Triangles, up to `rows` of them: stops at the first that is none, or when one refers to a
 * vertex that is not there, or near the `end` of the bytes. As above about `to`.
 *
 * Returns: how many were written
 */
size_t uvp_ply_fast_triangles(const struct uvp_ply_fast_faces *faces, const unsigned char *at,
                              const unsigned char *end, size_t rows, uint32_t *to);

/*
 * As above, of faces of three or four corners; `to` has room for four a row. start[0] is how
 * many corners there are so far, and start[1 + i] is written for each row. *at is moved.
 */
size_t uvp_ply_fast_mixed(const struct uvp_ply_fast_faces *faces, const unsigned char **at,
                          const unsigned char *end, size_t rows, uint32_t *start, uint32_t *to);

/*
 * The line that begins at `at`: where its word number `words`, from 1, ends, and where its line
 * end is. False when it has fewer words, is longer than 512 bytes, or near the `end`.
 */
bool uvp_ply_fast_line(const unsigned char *at, const unsigned char *end, uint32_t words,
                       const unsigned char **stop, const unsigned char **line_end);

/*
 * How many of the lines from *at on have so many words each, and, where `more` is given, more[i
 * + 1] - more[i] beyond that. *at is moved behind them.
 */
size_t uvp_ply_fast_lines(const unsigned char **at, const unsigned char *end, uint32_t words,
                          const uint32_t *more, size_t rows);

#endif
