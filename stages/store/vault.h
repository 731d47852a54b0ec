/*
 * vault.h -- the stores of a run, and who is making what
 *
 * Why:     whoever has a mesh asks once: is it solved already, here, earlier, or by somebody
 *          who is at it just now?
 * Use:     enter with the key; found: look whether it is right, distrust it when it is not;
 *          not found: make it. leave in any case, with what was made or without.
 * Owner:   a visit is its caller's, and stays where it is from enter to leave.
 * Threads: enter, distrust and leave from any thread, a visit from one; no thread has two. The
 *          rest from the thread that owns the run.
 * Waits:   enter, as claims.h says.
 */
#ifndef UVP_STAGES_STORE_VAULT_H
#define UVP_STAGES_STORE_VAULT_H

#include "stages/store/claims.h"
#include "stages/store/folder_store.h"
#include "stages/store/found.h"
#include "stages/store/journal.h"

struct uvp_vault;

struct uvp_vault_options {
    size_t memory_bytes;   /* for what this run solves; 0: nothing is kept in memory */
    const char *cache_dir; /* NULL: none */
    struct uvp_tree_limits cache_limits;
    const char *journal_path; /* NULL: none */
    struct uvp_journal_run run;
    const char *output; /* for what earlier runs left, with a journal */
};

struct uvp_visit {
    struct uvp_claim claim;
    bool holds; /* the claim */
    enum uvp_found found;
};

/* A cache that cannot be had is a trouble, not a failure; a journal is one. */
UVP_MUST_USE enum uvp_code uvp_vault_create(const struct uvp_vault_options *options,
                                            struct uvp_mem *mem, const struct uvp_stop *stop,
                                            struct uvp_vault **vault, struct uvp_error *err);
/* `complete`: the run is done, and its journal goes. */
void uvp_vault_destroy(struct uvp_vault *vault, bool complete); /* NULL allowed */

/*
 * Fills `value` (empty before) when visit->found is not UVP_FOUND_NOT.
 *
 * Returns: UVP_OK; UVP_CANCELLED from `stop`, and there is nothing to leave
 */
UVP_MUST_USE enum uvp_code uvp_vault_enter(struct uvp_vault *vault, struct uvp_visit *visit,
                                           const struct uvp_store_key *key, size_t most_bytes,
                                           struct uvp_stop *stop, struct uvp_buf *value,
                                           struct uvp_error *err);

/* What was found is not right: it is removed wherever it is. */
void uvp_vault_distrust(struct uvp_vault *vault, struct uvp_visit *visit);

/* `made` (NULL: nothing) is kept, and who waits for it goes on. */
void uvp_vault_leave(struct uvp_vault *vault, struct uvp_visit *visit,
                     const struct uvp_span *made);

void uvp_vault_leave_behind(struct uvp_vault *vault, const char *path); /* see journal.h */

/* True, once, when something went wrong that the run can do without. */
bool uvp_vault_trouble(struct uvp_vault *vault, struct uvp_error *err);

/* Solutions in the journal when it was opened. */
uint64_t uvp_vault_resumed(const struct uvp_vault *vault);

#endif
