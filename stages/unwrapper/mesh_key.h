/*
 * mesh_key.h -- all that the engine's result for a mesh depends on, in 256 bits
 *
 * Why:     two meshes with one key get one atlas; so the key is of exactly what the engine
 * sees: its input, its options, its version. How the mesh came (format, name, comments,
 *          normals) is no part of it.
 * Limits:  numbers in arrays go in as the machine has them: keys of machines with another byte
 *          order differ. 0 and -0 are two numbers.
 * Threads: pure.
 */
#ifndef UVP_STAGES_UNWRAPPER_MESH_KEY_H
#define UVP_STAGES_UNWRAPPER_MESH_KEY_H

#include "stages/store/store.h"
#include "stages/unwrapper/atlas/atlas.h"

struct uvp_store_key uvp_mesh_key(const struct uvp_atlas_input *input,
                                  const struct uvp_atlas_options *options);

#endif
