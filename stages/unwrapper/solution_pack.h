/*
 * solution_pack.h -- what the engine made of a mesh, in few bytes
 *
 * Why:     kept results must be small, quick to read again, and harmless when they are not what
 *          they say.
 * Use:     pack appends; unpack reads all of a span, for the same mesh.
 * Owner:   what is unpacked lies in `keep`; `scratch` is left as it was.
 * Threads: confined.
 * Limits:  triangle_chart is not kept: NULL after unpack. Times of steps are 0.
 */
#ifndef UVP_STAGES_UNWRAPPER_SOLUTION_PACK_H
#define UVP_STAGES_UNWRAPPER_SOLUTION_PACK_H

#include "pipeline/base/buf.h"
#include "stages/unwrapper/atlas/atlas.h"

/* No solution of this mesh packs to more. */
size_t uvp_solution_bound(const struct uvp_atlas_input *input);

/* Returns: UVP_OK, UVP_NO_MEMORY; UVP_UNSUPPORTED: a corner has no UV */
UVP_MUST_USE enum uvp_code uvp_solution_pack(const struct uvp_atlas_input *input,
                                             const struct uvp_atlas_result *result,
                                             struct uvp_arena *scratch, struct uvp_buf *out,
                                             struct uvp_error *err);

/*
 * Whatever the bytes are, the result's arrays are of the mesh's sizes, and every corner_uv is
 * less than uv_count. Whether it is an atlas is for the verdict to say.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY; UVP_BAD_DATA: no solution for a mesh of these sizes
 */
UVP_MUST_USE enum uvp_code uvp_solution_unpack(const struct uvp_atlas_input *input,
                                               struct uvp_span packed, struct uvp_arena *keep,
                                               struct uvp_arena *scratch,
                                               struct uvp_atlas_result *result,
                                               struct uvp_error *err);

#endif
