/*
 * Sums saturate: a share near SIZE_MAX is a caller's mistake, and must close the gate rather
 * than wrap round and open it. `give` stops at zero for the same reason.
 */
#include "pipeline/budget.h"

#include <string.h>

void uvp_budget_init(struct uvp_budget *budget, size_t limit_bytes, uint32_t window_items)
{
    memset(budget, 0, sizeof *budget);
    budget->limit_bytes = limit_bytes;
    budget->window_items = window_items;
}

uint64_t uvp_budget_in_flight(const struct uvp_budget *budget)
{
    return budget->admitted - budget->released;
}

static bool has_room(const struct uvp_budget *budget, size_t bytes)
{
    return budget->used_bytes <= budget->limit_bytes &&
           bytes <= budget->limit_bytes - budget->used_bytes;
}

bool uvp_budget_fits_new(const struct uvp_budget *budget, size_t bytes)
{
    const uint64_t in_flight = uvp_budget_in_flight(budget);

    return in_flight == 0 || (in_flight < budget->window_items && has_room(budget, bytes));
}

bool uvp_budget_fits_more(const struct uvp_budget *budget, size_t bytes)
{
    return uvp_budget_in_flight(budget) <= 1 || has_room(budget, bytes);
}

static void add_bytes(struct uvp_budget *budget, size_t bytes)
{
    if (__builtin_add_overflow(budget->used_bytes, bytes, &budget->used_bytes)) {
        budget->used_bytes = SIZE_MAX;
    }
    if (budget->used_bytes > budget->peak_bytes) {
        budget->peak_bytes = budget->used_bytes;
    }
}

static void subtract_bytes(struct uvp_budget *budget, size_t bytes)
{
    budget->used_bytes -= bytes < budget->used_bytes ? bytes : budget->used_bytes;
}

uint64_t uvp_budget_take_new(struct uvp_budget *budget, size_t bytes)
{
    const uint64_t ticket = budget->admitted++;
    const uint64_t in_flight = uvp_budget_in_flight(budget);

    add_bytes(budget, bytes);
    if (in_flight > budget->window_peak) {
        budget->window_peak = (uint32_t)in_flight;
    }
    return ticket;
}

void uvp_budget_take_more(struct uvp_budget *budget, size_t bytes)
{
    add_bytes(budget, bytes);
}

void uvp_budget_settle(struct uvp_budget *budget, size_t old_bytes, size_t new_bytes)
{
    subtract_bytes(budget, old_bytes);
    add_bytes(budget, new_bytes);
}

void uvp_budget_give(struct uvp_budget *budget, uint64_t items, size_t bytes)
{
    subtract_bytes(budget, bytes);
    budget->released += items;
}
