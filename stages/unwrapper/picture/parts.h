/*
 * parts.h -- a mesh taken apart as a picture needs it: places, charts, and where charts end
 *
 * Owner:   everything lies in the arena given; the mesh is borrowed.
 * Threads: confined.
 */
#ifndef UVP_PICTURE_PARTS_H
#define UVP_PICTURE_PARTS_H

#include "stages/unwrapper/picture/picture.h"

#define UVP_PARTS_NONE UINT32_MAX

struct uvp_parts {
    const struct uvp_picture_mesh *mesh;
    uint32_t *place;  /* of each vertex: equal for vertices on one spot */
    uint32_t *wedge;  /* of each corner of triangles: equal for one place and one UV */
    uint32_t *chart;  /* of each triangle; UVP_PARTS_NONE: it has no usable UVs */
    uint8_t *turned;  /* 1: turned against the rest of its chart */
    uint32_t *border; /* edges where charts end: 3 * triangle + number of its first corner */
    uint32_t border_count;
    uint32_t chart_count;
    uint32_t turned_count;
};

/* The corner k (0 to 2) of triangle t. */
static inline uint32_t uvp_parts_corner(const struct uvp_picture_mesh *mesh, uint32_t t, int k)
{
    return mesh->triangles[3 * (size_t)t + (size_t)k];
}

static inline const float *uvp_parts_position(const struct uvp_picture_mesh *mesh, uint32_t t,
                                              int k)
{
    return mesh->positions + 3 * (size_t)mesh->corner_vertex[uvp_parts_corner(mesh, t, k)];
}

/* NULL: the corner has none. */
static inline const float *uvp_parts_uv(const struct uvp_picture_mesh *mesh, uint32_t t, int k)
{
    const uint32_t i =
        mesh->corner_uv == NULL ? UINT32_MAX : mesh->corner_uv[uvp_parts_corner(mesh, t, k)];

    return i < mesh->uv_count ? mesh->uv + 2 * (size_t)i : NULL;
}

/* `scratch` is left as it was but for what is kept. */
UVP_MUST_USE enum uvp_code uvp_parts_find(const struct uvp_picture_mesh *mesh,
                                          struct uvp_arena *keep, struct uvp_stop *stop,
                                          struct uvp_parts *parts, struct uvp_error *err);

#endif
