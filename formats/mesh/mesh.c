#include "formats/mesh/mesh.h"

static bool ranges_in_order(const struct uvp_mesh *mesh)
{
    if (mesh->corner_start == NULL || mesh->corner_start[0] != 0) {
        return false;
    }
    for (uint32_t polygon = 0; polygon < mesh->polygon_count; polygon++) {
        if (mesh->corner_start[polygon] > mesh->corner_start[polygon + 1]) {
            return false;
        }
    }
    return true;
}

bool uvp_mesh_is_valid(const struct uvp_mesh *mesh)
{
    uint32_t corners;

    if (!ranges_in_order(mesh)) {
        return false;
    }
    corners = mesh->corner_start[mesh->polygon_count];
    if ((corners != 0 && mesh->corner_vertex == NULL) ||
        (mesh->vertex_count != 0 && mesh->positions == NULL)) {
        return false;
    }
    for (uint32_t corner = 0; corner < corners; corner++) {
        if (mesh->corner_vertex[corner] >= mesh->vertex_count) {
            return false;
        }
    }
    return true;
}
