/*
 * Orthographic projection: the cheapest map, and for a chart inside its normal cone already
 * free of turned triangles.
 */
#include "stages/unwrapper/atlas/flatten.h"

void uvp_project_patch(const struct uvp_topology *topology, struct uvp_patch *patch)
{
    const struct uvp_vec3 origin = uvp_point_of(topology, patch->point[0]);
    struct uvp_vec3 normal = {0, 0, 0};
    struct uvp_vec3 u;
    struct uvp_vec3 v;

    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t t = patch->triangle[i];
        normal = uvp_vec3_add(
            normal, uvp_vec3_scale(uvp_normal_of(topology, t), uvp_area_of(topology, t)));
    }
    normal = uvp_vec3_unit(normal);
    if (!(uvp_vec3_dot(normal, normal) > 0)) {
        normal = (struct uvp_vec3){0, 0, 1};
    }
    uvp_vec3_frame(normal, &u, &v);
    for (uint32_t i = 0; i < patch->vertex_count; i++) {
        /* from a vertex of the patch: a far origin would cost digits */
        const struct uvp_vec3 p = uvp_vec3_sub(uvp_point_of(topology, patch->point[i]), origin);
        patch->uv[i] = (struct uvp_vec2){uvp_vec3_dot(p, u), uvp_vec3_dot(p, v)};
    }
}
