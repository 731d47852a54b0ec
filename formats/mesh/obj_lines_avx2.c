/* Plain lines of an OBJ file with AVX2 and the bit instructions of its time. */
#include "formats/mesh/text_levels.h"

#if UVP_TEXT_HAS_SIMD

#    define UVP_SIMD_AVX2 1
#    include "formats/mesh/obj_lines.h"
#    include "formats/mesh/obj_rewrite.h"

const struct uvp_obj_lines uvp_obj_lines_avx2 = {
    .estimate = estimate_blocks,
    .read = read_lines,
    .write = write_lines,
};

#endif
