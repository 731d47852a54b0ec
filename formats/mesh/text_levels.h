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

/* A value in every place of 32 bytes. */
struct uvp_text_constants {
    _Alignas(32) unsigned char space[32];
    unsigned char eol[32];
    unsigned char cr[32];
    unsigned char slash[32];
    unsigned char zero[32];
    unsigned char nine[32];
    unsigned char nibble[32];
    unsigned char point[32]; /* less '0' */
    unsigned char letter_v[32];
    unsigned char letter_f[32];
    unsigned char letter_t[32];
    unsigned char letter_u[32];
    unsigned char letter_s[32];
    unsigned char tens[32];     /* 10, 1 */
    uint16_t hundreds[16];      /* 100, 1 */
    uint16_t ten_thousands[16]; /* 10000, 1 */
    uint32_t one[8];
    int64_t middle_mask[4];
    int64_t middle[4];
    double hundred_million[4];
};

extern const struct uvp_text_constants uvp_text_constants;

#endif
