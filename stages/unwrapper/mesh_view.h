/*
 * mesh_view.h -- a decoded mesh as the engine sees it
 *
 * Why:     formats and engine know nothing of each other; here the arrays of one are lent to
 *          the other.
 * Owner:   the view borrows the mesh; what had to be made lies in `keep`.
 * Threads: confined.
 */
#ifndef UVP_STAGES_UNWRAPPER_MESH_VIEW_H
#define UVP_STAGES_UNWRAPPER_MESH_VIEW_H

#include "formats/mesh/mesh.h"
#include "stages/unwrapper/atlas/atlas.h"
#include "stages/unwrapper/shape.h"

struct uvp_mesh_view {
    const struct uvp_mesh *mesh;
    struct uvp_mesh_triangles triangles;
    struct uvp_atlas_input input; /* old UVs welded by place */
};

/*
 * Triangulates the mesh and welds its UVs. `scratch` is left as it was.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_LIMIT, UVP_CANCELLED
 */
UVP_MUST_USE enum uvp_code uvp_mesh_view_lend(const struct uvp_mesh *mesh,
                                              struct uvp_arena *keep, struct uvp_arena *scratch,
                                              struct uvp_stop *stop, struct uvp_mesh_view *view,
                                              struct uvp_error *err);

/* The UVs that came with the mesh; its corner_uv is NULL when there are none. */
struct uvp_atlas_uvs uvp_mesh_view_old_uvs(const struct uvp_mesh_view *view);

/* The mesh with these UVs, for those who look at it. */
struct uvp_shape uvp_mesh_view_shape(const struct uvp_mesh_view *view,
                                     const struct uvp_atlas_uvs *uvs);

#endif
