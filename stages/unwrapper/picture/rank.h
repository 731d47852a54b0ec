/*
 * rank.h -- keys into small numbers: equal keys, equal numbers
 *
 * Why:     corners that lie on one spot and edges that two triangles share are found by it;
 *          sorting takes the same time for any input, which no hash does.
 * Threads: confined.
 */
#ifndef UVP_PICTURE_RANK_H
#define UVP_PICTURE_RANK_H

#include "pipeline/base/mem.h"
#include "pipeline/base/stop.h"

struct uvp_rank_row {
    uint64_t key;
    uint32_t item;
};

/*
 * Sorts by key; rows with equal keys stay in order. `scratch` is left as it was.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_CANCELLED, UVP_LIMIT
 */
UVP_MUST_USE enum uvp_code uvp_rank_sort(struct uvp_rank_row *rows, uint32_t count,
                                         struct uvp_arena *scratch, struct uvp_stop *stop,
                                         struct uvp_error *err);

/* As sort; then rank[rows[i].item] is how many different keys are smaller than the row's. */
UVP_MUST_USE enum uvp_code uvp_rank_number(struct uvp_rank_row *rows, uint32_t count,
                                           uint32_t *rank, struct uvp_arena *scratch,
                                           struct uvp_stop *stop, struct uvp_error *err);

#endif
