#include "formats/mesh/mesh.h"

#include <string.h>

struct uvp_mesh *uvp_model_single(struct uvp_model *model, struct uvp_arena *arena)
{
    memset(model, 0, sizeof *model);
    model->meshes = UVP_ARENA_ARRAY(arena, struct uvp_mesh, 1);
    if (model->meshes == NULL) {
        return NULL;
    }
    memset(model->meshes, 0, sizeof *model->meshes);
    model->mesh_count = 1;
    return model->meshes;
}

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

static bool old_uvs_in_range(const struct uvp_mesh *mesh, uint32_t corners)
{
    if (mesh->corner_uv == NULL) {
        return true;
    }
    for (uint32_t corner = 0; corner < corners; corner++) {
        if (mesh->corner_uv[corner] >= mesh->old_uv_count &&
            mesh->corner_uv[corner] != UVP_MESH_NO_UV) {
            return false;
        }
    }
    return mesh->old_uv != NULL;
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
    return old_uvs_in_range(mesh, corners);
}
