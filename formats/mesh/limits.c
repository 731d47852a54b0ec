/* What zero means in struct uvp_mesh_options. */
#include <string.h>

#include "formats/mesh/format.h"

#define POLYGON_CORNERS_DEFAULT (UINT32_C(1) << 20)

static uint32_t limit_of(uint32_t given)
{
    return given == 0 || given > UVP_MESH_COUNT_MOST ? UVP_MESH_COUNT_MOST : given;
}

struct uvp_mesh_options uvp_mesh_options_filled(const struct uvp_mesh_options *options)
{
    struct uvp_mesh_options filled;

    memset(&filled, 0, sizeof filled);
    if (options != NULL) {
        filled = *options;
    }
    if (filled.polygon_corners == 0) {
        filled.polygon_corners = POLYGON_CORNERS_DEFAULT;
    }
    filled.corners = limit_of(filled.corners);
    filled.vertices = limit_of(filled.vertices);
    return filled;
}
