/*
 * surface_print.h -- the fingerprint of a file's meshes
 *
 * Use:     fill in the views of all meshes; make.
 * Owner:   the facts are appended to `facts`; `scratch` is left as it was.
 * Threads: confined.
 */
#ifndef UVP_STAGES_UNWRAPPER_SURFACE_PRINT_H
#define UVP_STAGES_UNWRAPPER_SURFACE_PRINT_H

#include "pipeline/base/buf.h"
#include "stages/fingerprint.h"
#include "stages/unwrapper/mesh_view.h"

/*
 * Appends a struct uvp_fingerprint and what follows it (fingerprint.h), with these figures.
 * Positions and UVs count by their bits; only the two zeros are one, and all that is no number.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_LIMIT, UVP_CANCELLED
 */
UVP_MUST_USE enum uvp_code
uvp_surface_print_make(const struct uvp_mesh_view *views, uint32_t view_count,
                       const struct uvp_analysis *figures, struct uvp_arena *scratch,
                       struct uvp_stop *stop, struct uvp_buf *facts, struct uvp_error *err);

#endif
