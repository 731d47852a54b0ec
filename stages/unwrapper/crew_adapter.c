/*
 * A worker that waits for an item has an empty scratch arena: that is where it takes from while
 * it helps, so helping needs no memory of its own.
 */
#include "stages/unwrapper/crew_adapter.h"

static void run(void *ctx, uint32_t count, void (*task)(void *arg, uint32_t i, uint32_t hand),
                void *arg)
{
    const struct uvp_crew_adapter *const adapter = ctx;
    const struct uvp_desk_batch batch = {
        .task = task, .arg = arg, .count = count, .label = adapter->label};

    uvp_desk_run(adapter->desk, &batch);
}

static struct uvp_arena *scratch(void *ctx, uint32_t hand)
{
    const struct uvp_crew_adapter *const adapter = ctx;

    return adapter->scratch_of(uvp_desk_worker_of_hand(adapter->desk, hand));
}

void uvp_crew_adapter_init(struct uvp_crew_adapter *adapter, struct uvp_desk *desk,
                           struct uvp_arena *(*scratch_of)(void *worker))
{
    *adapter = (struct uvp_crew_adapter){
        .crew = {.ctx = adapter, .hands = uvp_desk_hands(desk), .run = run, .scratch = scratch},
        .desk = desk,
        .scratch_of = scratch_of,
    };
}
