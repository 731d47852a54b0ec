/*
 * made_uvs.h -- UVs for meshes that were made: right ones, and wrong ones
 *
 * Owner:   everything lies in the arena.
 * Threads: pure.
 */
#ifndef UVP_STAGES_UNWRAPPER_MADE_UVS_H
#define UVP_STAGES_UNWRAPPER_MADE_UVS_H

#include "formats/mesh/mesh.h"
#include "stages/recipe.h"

/* *uvs for the mesh; UVP_MADE_BARE: none. */
UVP_MUST_USE enum uvp_code uvp_made_uvs_fill(enum uvp_made_uvs kind,
                                             const struct uvp_mesh *mesh,
                                             struct uvp_arena *arena, struct uvp_mesh_uvs *uvs,
                                             struct uvp_error *err);

#endif
