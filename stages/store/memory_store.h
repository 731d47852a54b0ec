/*
 * memory_store.h -- a store in memory, which forgets what was not asked for longest
 *
 * Why:     the same mesh comes several times in one archive more often than not.
 * Use:     create; use through the struct uvp_store; its destroy frees everything.
 * Threads: as store.h says.
 * Limits:  never more than `most_bytes` of `mem`; a value above an eighth of that is not kept.
 */
#ifndef UVP_STAGES_STORE_MEMORY_STORE_H
#define UVP_STAGES_STORE_MEMORY_STORE_H

#include "stages/store/store.h"

UVP_MUST_USE enum uvp_code uvp_memory_store_create(struct uvp_mem *mem, size_t most_bytes,
                                                   struct uvp_store *store,
                                                   struct uvp_error *err);

#endif
