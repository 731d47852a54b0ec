/*
 * split.h -- UVs of corners as UVs of vertices, by vertices added at the end
 *
 * Why:     PLY, STOFF and glTF keep UVs with the vertices, so a vertex where charts meet must
 * be there more than once. Vertex i stays vertex i, for other files count on it; copies follow
 * the last one. Owner:   the arrays lie in the arena given. Threads: confined. Limits:  linear
 * in corners and vertices, whatever the mesh.
 */
#ifndef UVP_FORMATS_MESH_SPLIT_H
#define UVP_FORMATS_MESH_SPLIT_H

#include "formats/mesh/mesh.h"

struct uvp_split {
    uint32_t vertex_count;        /* as before; the copies are vertices from here on */
    uint32_t added_count;         /* copies */
    const uint32_t *added_vertex; /* of which vertex each copy is */
    const uint32_t *vertex_uv;    /* number of the UV of each vertex, copies too; UVP_MESH_NO_UV
                                     for a vertex that is in no polygon */
    const uint32_t *corner_vertex; /* the corners' vertices now */
};

/*
 * The first corner of a vertex keeps the vertex; corners of another UV get copies, in the
 * order of the vertices, and of a vertex in the order of the corners.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_CANCELLED
 *          UVP_LIMIT  more than 2^31 - 1 vertices would come of it
 *          UVP_BUG    a corner has no UV
 */
UVP_MUST_USE enum uvp_code uvp_split_make(const struct uvp_mesh *mesh,
                                          const struct uvp_mesh_uvs *uvs,
                                          struct uvp_arena *arena, struct uvp_stop *stop,
                                          struct uvp_split *split, struct uvp_error *err);

#endif
