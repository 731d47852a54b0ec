/*
 * text_levels.h -- the scanners there are, by what the processor can do
 *
 * Why:     text_scan.c chooses among them; nobody else names one.
 */
#ifndef UVP_FORMATS_MESH_TEXT_LEVELS_H
#define UVP_FORMATS_MESH_TEXT_LEVELS_H

#include "formats/mesh/text_scan.h"

#if defined(__x86_64__) && defined(__GNUC__)
#    define UVP_TEXT_HAS_SIMD 1
#else
#    define UVP_TEXT_HAS_SIMD 0
#endif

extern const struct uvp_text_scanner uvp_text_scanner_sse2;
extern const struct uvp_text_scanner uvp_text_scanner_avx2;

/* Three tokens of a text by uvp_text_read_token; false when one of them is no number. */
bool uvp_text_read_triple(const unsigned char *text, const size_t start[3], const size_t end[3],
                          float *to);

#endif
