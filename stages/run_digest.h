/*
 * run_digest.h -- what a run is, in 256 bits
 *
 * Why:     a journal goes on with the command that began it, and no other.
 * Threads: pure.
 */
#ifndef UVP_STAGES_RUN_DIGEST_H
#define UVP_STAGES_RUN_DIGEST_H

#include "stages/settings.h"
#include "stages/store/store.h"

/*
 * Of all settings that shape the output, and the names of inputs and output. Workers, memory,
 * time limits and the cache may differ: they change no byte.
 */
struct uvp_store_key uvp_run_digest(const struct uvp_settings *settings);

#define UVP_RUN_ENGINE_BYTES 64

/* The version of the engine, as text. */
void uvp_run_engine(char out[UVP_RUN_ENGINE_BYTES]);

/* The options of the engine, every field. */
void uvp_run_add_atlas(struct uvp_blake2b *digest, const struct uvp_atlas_options *options);

#endif
