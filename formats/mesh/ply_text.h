/*
 * ply_text.h -- the words of an ASCII PLY as numbers
 *
 * Threads: no state.
 */
#ifndef UVP_FORMATS_MESH_PLY_TEXT_H
#define UVP_FORMATS_MESH_PLY_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* The whole word as a number; false when it is none. */
bool uvp_ply_text_float(const unsigned char *at, const unsigned char *end, float *value);

/* As above, to about 16 digits; not the nearest double in every case. */
bool uvp_ply_text_double(const unsigned char *at, const unsigned char *end, double *value);

/* A word that stands for a whole number, 3.0 too. */
bool uvp_ply_text_whole(const unsigned char *at, const unsigned char *end, int64_t *value);

#endif
