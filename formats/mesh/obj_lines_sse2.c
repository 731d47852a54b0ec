/* Plain lines of an OBJ file with what every x86-64 processor has. */
#include "formats/mesh/text_levels.h"

#if UVP_TEXT_HAS_SIMD

#    define UVP_SIMD_AVX2 0
#    include "formats/mesh/obj_lines.h"
#    include "formats/mesh/obj_rewrite.h"

const struct uvp_obj_lines uvp_obj_lines_sse2 = {
    .estimate = estimate_blocks,
    .read = read_lines,
    .write = write_lines,
};

#endif
