/*
 * budget.h -- bytes and items in flight, counted
 *
 * Why:     memory in the line is bounded by what is let in, never by blocking what is in.
 * Use:     the one who admits asks `fits`, then `take`; anyone may `settle`; the writer gives
 *          back. Waiting is not done here: see gate.h.
 * Threads: confined; its owner locks.
 * Limits:  `limit_bytes`, and `window_items` admitted and not yet given back. Whatever is
 *          alone in flight always fits, so no item can be too large to pass.
 */
#ifndef UVP_PIPELINE_BUDGET_H
#define UVP_PIPELINE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uvp_budget {
    size_t limit_bytes;
    size_t used_bytes; /* above the limit: an overdraft, or one large item alone */
    size_t peak_bytes;
    uint64_t admitted; /* items; also the next ticket */
    uint64_t released;
    uint32_t window_items;
    uint32_t window_peak;
};

void uvp_budget_init(struct uvp_budget *budget, size_t limit_bytes, uint32_t window_items);

/* May a new item with `bytes` come in? */
bool uvp_budget_fits_new(const struct uvp_budget *budget, size_t bytes);

/* May the newest item, which is in already, have `bytes` more? */
bool uvp_budget_fits_more(const struct uvp_budget *budget, size_t bytes);

/* Lets an item in; returns its ticket. */
uint64_t uvp_budget_take_new(struct uvp_budget *budget, size_t bytes);
void uvp_budget_take_more(struct uvp_budget *budget, size_t bytes);

/* A share changes from `old_bytes` to `new_bytes`, up or down. */
void uvp_budget_settle(struct uvp_budget *budget, size_t old_bytes, size_t new_bytes);

/* `items` leave, with `bytes` in all. */
void uvp_budget_give(struct uvp_budget *budget, uint64_t items, size_t bytes);

/* Admitted and not yet released. */
uint64_t uvp_budget_in_flight(const struct uvp_budget *budget);

#endif
