#include "stages/unwrapper/mesh_view.h"

#include <string.h>

#include "stages/unwrapper/uv_weld.h"

/* The material of each triangle; NULL when there are none, or one array serves for both. */
static enum uvp_code group_triangles(const struct uvp_mesh_view *view, struct uvp_arena *keep,
                                     const uint32_t **triangle_group, struct uvp_error *err)
{
    const uint32_t *const polygon = view->triangles.polygon;
    const uint32_t *const group = view->mesh->polygon_group;
    uint32_t *to;

    *triangle_group = group;
    if (group == NULL || polygon == NULL) {
        return UVP_OK;
    }
    to = UVP_ARENA_ARRAY(keep, uint32_t, view->triangles.count);
    if (to == NULL) {
        return uvp_fail_memory(err, (size_t)4 * view->triangles.count);
    }
    for (uint32_t t = 0; t < view->triangles.count; t++) {
        to[t] = group[polygon[t]];
    }
    *triangle_group = to;
    return UVP_OK;
}

enum uvp_code uvp_mesh_view_lend(const struct uvp_mesh *mesh, struct uvp_arena *keep,
                                 struct uvp_arena *scratch, struct uvp_stop *stop,
                                 struct uvp_mesh_view *view, struct uvp_error *err)
{
    const uint32_t *old_corner_uv = NULL;
    const uint32_t *triangle_group = NULL;

    memset(view, 0, sizeof *view);
    view->mesh = mesh;
    UVP_TRY(uvp_mesh_triangulate(mesh, keep, scratch, stop, &view->triangles, err));
    UVP_TRY(uvp_uv_weld(mesh, keep, scratch, stop, &old_corner_uv, err));
    UVP_TRY(group_triangles(view, keep, &triangle_group, err));
    view->input = (struct uvp_atlas_input){
        .positions = mesh->positions,
        .vertex_count = mesh->vertex_count,
        .corner_vertex = mesh->corner_vertex,
        .corner_count = mesh->corner_start[mesh->polygon_count],
        .triangles = view->triangles.corners,
        .triangle_count = view->triangles.count,
        .triangle_polygon = view->triangles.polygon,
        .triangle_group = triangle_group,
        .old_uv = mesh->old_uv,
        .old_corner_uv = old_corner_uv,
        .old_uv_count = mesh->old_uv_count,
    };
    return UVP_OK;
}

struct uvp_atlas_uvs uvp_mesh_view_old_uvs(const struct uvp_mesh_view *view)
{
    const struct uvp_atlas_uvs uvs = {
        .uv = view->input.old_uv,
        .uv_count = view->input.old_uv_count,
        .corner_uv = view->input.old_corner_uv,
    };

    return uvs;
}

struct uvp_shape uvp_mesh_view_shape(const struct uvp_mesh_view *view,
                                     const struct uvp_atlas_uvs *uvs)
{
    const struct uvp_shape shape = {
        .positions = view->mesh->positions,
        .corner_vertex = view->mesh->corner_vertex,
        .triangles = view->triangles.corners,
        .triangle_count = view->triangles.count,
        .uv = uvs->uv,
        .uv_count = uvs->uv_count,
        .corner_uv = uvs->corner_uv,
    };

    return shape;
}
