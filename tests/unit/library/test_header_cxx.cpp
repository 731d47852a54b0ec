// uvpipe.h in C++: it compiles without a warning, and a square gets its atlas.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "stages/library/uvpipe.h"

int main()
{
    const std::vector<double> positions = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0};
    const std::vector<std::uint16_t> indices = {0, 1, 2, 0, 2, 3};
    uvp_geometry geometry = {};
    uvp_unwrap_options options = {};
    uvp_unwrapped *made = nullptr;
    uvp_error err = {};
    std::uint32_t count = 0;

    geometry.struct_bytes = sizeof geometry;
    geometry.positions = positions.data();
    geometry.position_type = UVP_POSITION_DOUBLE;
    geometry.vertex_count = 4;
    geometry.indices = indices.data();
    geometry.index_type = UVP_INDEX_UINT16;
    geometry.corner_count = 6;
    options.struct_bytes = sizeof options;
    options.preset = UVP_PRESET_BEST;
    if (uvp_unwrap(&geometry, &options, nullptr, &made, &err) != UVP_OK) {
        std::fprintf(stderr, "%s: %s\n", uvp_code_word(err.code), err.text);
        return 1;
    }
    const float *const uvs = uvp_unwrapped_uvs(made, &count);
    const bool well = count == 4 && uvs[0] >= 0 && uvs[0] <= 1;
    uvp_unwrapped_destroy(made);
    return well ? 0 : 1;
}
