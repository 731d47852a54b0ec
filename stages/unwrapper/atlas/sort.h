/*
 * sort.h -- stable sorting of keyed indices
 *
 * Why:     linear time whatever the input, and one order on all machines; qsort has neither.
 * Use:     fill items, lend a spare array of the same size.
 */
#ifndef UVP_ATLAS_SORT_H
#define UVP_ATLAS_SORT_H

#include <stdint.h>

struct uvp_sort_item {
    uint64_t key;
    uint32_t value;
};

/* Sorts `items` by key, ascending; equal keys keep their order. `spare` holds `count` too. */
void uvp_sort_items(struct uvp_sort_item *items, struct uvp_sort_item *spare, uint32_t count);

/* A key that orders as the double does; no NaN. */
uint64_t uvp_sort_key_of(double value);

#endif
