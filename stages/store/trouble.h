/*
 * trouble.h -- the first thing that went wrong in what a run can do without
 *
 * Why:     a full disk under a cache is worth one warning, not a failed run, and not a warning
 *          for each mesh.
 * Threads: note and take from any thread.
 */
#ifndef UVP_STAGES_STORE_TROUBLE_H
#define UVP_STAGES_STORE_TROUBLE_H

#include <stdbool.h>

#include "pipeline/thread.h"

struct uvp_trouble {
    struct uvp_mutex lock; /* protects what follows */
    struct uvp_error first;
    bool taken;
};

UVP_MUST_USE enum uvp_code uvp_trouble_init(struct uvp_trouble *trouble, struct uvp_error *err);
void uvp_trouble_release(struct uvp_trouble *trouble);

/* Keeps the first one. */
void uvp_trouble_note(struct uvp_trouble *trouble, const struct uvp_error *err);
/* True, once, when there is one. */
bool uvp_trouble_take(struct uvp_trouble *trouble, struct uvp_error *err);

#endif
