/*
 * sort.h -- stable sorting of keyed indices
 *
 * Why:     linear time whatever the input, and one order on all machines; qsort has neither.
 * Use:     fill items, lend a spare array of the same size.
 */
#ifndef UVP_ATLAS_SORT_H
#define UVP_ATLAS_SORT_H

#include <stdint.h>

#include "pipeline/base/status.h"

struct uvp_atlas_work;

struct uvp_sort_item {
    uint64_t key;
    uint32_t value;
};

/* Sorts `items` by key, ascending; equal keys keep their order. `spare` holds `count` too. */
void uvp_sort_items(struct uvp_sort_item *items, struct uvp_sort_item *spare, uint32_t count);

/* As above, polling for a stop on the way: for arrays as long as the mesh. */
UVP_MUST_USE enum uvp_code uvp_sort_polled(struct uvp_atlas_work *work,
                                           struct uvp_sort_item *items,
                                           struct uvp_sort_item *spare, uint32_t count);

/* A key that orders as the double does; no NaN. */
uint64_t uvp_sort_key_of(double value);

#endif
