/*
 * uv_weld.h -- UVs that are there, as places in the plane instead of lines in a file
 *
 * Why:     many programs write a vt line for every corner. What hangs together in the plane is
 *          told by where corners lie, not by which line says so.
 * Threads: confined.
 */
#ifndef UVP_STAGES_UNWRAPPER_UV_WELD_H
#define UVP_STAGES_UNWRAPPER_UV_WELD_H

#include "formats/mesh/mesh.h"

/*
 * The UV of each corner of the mesh: of all that are equal, the first; UVP_MESH_NO_UV where the
 * corner has none, or one that is not finite. NULL when the mesh has none at all.
 *
 * Owner:   the array lies in `keep`; `scratch` is left as it was.
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_CANCELLED, UVP_LIMIT
 */
UVP_MUST_USE enum uvp_code uvp_uv_weld(const struct uvp_mesh *mesh, struct uvp_arena *keep,
                                       struct uvp_arena *scratch, struct uvp_stop *stop,
                                       const uint32_t **corner_uv, struct uvp_error *err);

#endif
