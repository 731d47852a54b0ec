/*
 * key_sort.h -- numbers sorted by 64-bit keys, in linear time on any input
 *
 * Why:     what strangers send must not find the bad case of a hash or of a quicksort.
 * Threads: pure.
 */
#ifndef UVP_STAGES_UNWRAPPER_KEY_SORT_H
#define UVP_STAGES_UNWRAPPER_KEY_SORT_H

#include <stdint.h>

#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

struct uvp_key_item {
    uint64_t key;
    uint32_t value;
};

/*
 * Sorts by key, ascending; equal keys keep their order. `spare` holds `count`, too; *sorted is
 * one of the two.
 *
 * Returns: UVP_OK; UVP_CANCELLED, UVP_LIMIT from `stop`
 */
UVP_MUST_USE enum uvp_code uvp_key_sort(struct uvp_key_item *items, struct uvp_key_item *spare,
                                        uint32_t count, struct uvp_stop *stop,
                                        struct uvp_key_item **sorted, struct uvp_error *err);

#endif
