/* Rows of numbers with what every x86-64 processor has. */
#include "formats/mesh/text_levels.h"

#if UVP_TEXT_HAS_SIMD

#    define UVP_SIMD_AVX2 0
#    include "formats/mesh/text_rows.h"

const struct uvp_text_scanner uvp_text_scanner_sse2 = {
    .rows = uvp_rows_read,
    .faces = uvp_faces_read,
};

#endif
