/* Rows of numbers with what AVX2 and the bit instructions of its time add. */
#include "formats/mesh/text_levels.h"

#if UVP_TEXT_HAS_SIMD

#    define UVP_SIMD_AVX2 1
#    include "formats/mesh/text_rows.h"

const struct uvp_text_scanner uvp_text_scanner_avx2 = {
    .rows = uvp_rows_read,
    .faces = uvp_faces_read,
};

#endif
