/*
 * journal_index.h -- where in a journal the value of a key is
 *
 * Owner:   init and release; a zeroed one is empty.
 * Threads: confined.
 */
#ifndef UVP_STAGES_STORE_JOURNAL_INDEX_H
#define UVP_STAGES_STORE_JOURNAL_INDEX_H

#include "stages/store/store.h"

struct uvp_journal_place {
    struct uvp_store_key key;
    uint64_t at;    /* of the seal; 0: a free slot, for there lies the run's own */
    uint64_t bytes; /* of the value */
};

struct uvp_journal_index {
    struct uvp_mem *mem;
    struct uvp_journal_place *places;
    size_t room; /* a power of two, or 0 */
    size_t count;
};

void uvp_journal_index_init(struct uvp_journal_index *index, struct uvp_mem *mem);
void uvp_journal_index_release(struct uvp_journal_index *index);

/* NULL: not there. Valid until the next put. */
const struct uvp_journal_place *uvp_journal_index_find(const struct uvp_journal_index *index,
                                                       const struct uvp_store_key *key);

/* A key that is there gets the new place. Returns: UVP_OK, UVP_NO_MEMORY */
UVP_MUST_USE enum uvp_code uvp_journal_index_put(struct uvp_journal_index *index,
                                                 const struct uvp_journal_place *place,
                                                 struct uvp_error *err);

#endif
