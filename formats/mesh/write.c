#include "formats/mesh/write.h"

static bool all_have_uvs(const struct uvp_mesh *mesh)
{
    const uint32_t corners = mesh->corner_start[mesh->polygon_count];

    for (uint32_t c = 0; c < corners; c++) {
        if (mesh->corner_uv[c] >= mesh->old_uv_count) {
            return false;
        }
    }
    return true;
}

struct uvp_mesh_uvs uvp_writing_uvs(const struct uvp_writing *writing, uint32_t m)
{
    const struct uvp_mesh *const mesh = &writing->model->meshes[m];
    struct uvp_mesh_uvs uvs = writing->uvs[m];

    if (uvs.uv == NULL && mesh->old_uv != NULL && mesh->corner_uv != NULL &&
        all_have_uvs(mesh)) {
        uvs.uv = mesh->old_uv;
        uvs.uv_count = mesh->old_uv_count;
        uvs.corner_uv = mesh->corner_uv;
        uvs.is_u16 = false;
    }
    return uvs;
}

enum uvp_code uvp_write_companion(const struct uvp_writing *writing, enum uvp_companion format,
                                  struct uvp_arena *arena, struct uvp_stop *stop,
                                  struct uvp_product *product, struct uvp_error *err)
{
    static const struct {
        char suffix[UVP_PRODUCT_SUFFIX_BYTES];
        enum uvp_code (*write)(const struct uvp_writing *writing, struct uvp_arena *arena,
                               struct uvp_stop *stop, struct uvp_buf *out,
                               struct uvp_error *err);
    } rows[] = {
        [UVP_COMPANION_OBJ] = {".obj", uvp_write_obj},
        [UVP_COMPANION_PLY] = {".ply", uvp_write_ply},
        [UVP_COMPANION_GLB] = {".glb", uvp_write_glb},
    };

    uvp_buf_reset(product->side);
    UVP_TRY(rows[format].write(writing, arena, stop, product->side, err));
    memcpy(product->side_suffix, rows[format].suffix, sizeof rows[format].suffix);
    return UVP_OK;
}
