/*
 * queue.h -- numbered things, the one with the highest key first
 *
 * Why:     keys change while things wait, and things leave from the middle.
 * Owner:   arrays live in the scratch arena.
 */
#ifndef UVP_ATLAS_QUEUE_H
#define UVP_ATLAS_QUEUE_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/atlas_internal.h"

/* A binary heap; of equal keys the lower number is first. */
struct uvp_queue {
    uint32_t *heap;
    uint32_t count;
    uint32_t *place; /* of each in the heap, or UVP_NONE */
    double *key;     /* of each */
};

/* Room for 0 ... room - 1; empty. */
UVP_MUST_USE enum uvp_code uvp_queue_take(struct uvp_atlas_work *work, uint32_t room,
                                          struct uvp_queue *queue);

/* In again, or anew, with this key. */
void uvp_queue_put(struct uvp_queue *queue, uint32_t i, double key);

/* Out, if it is in. */
void uvp_queue_remove(struct uvp_queue *queue, uint32_t i);

/* Whether i, in or out, goes before all that wait. */
static inline bool uvp_queue_leads(const struct uvp_queue *queue, uint32_t i)
{
    const uint32_t first = queue->count > 0 ? queue->heap[0] : i;

    return queue->key[i] > queue->key[first] ||
           (queue->key[i] >= queue->key[first] && i <= first);
}

#endif
