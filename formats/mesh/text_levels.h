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

#endif
