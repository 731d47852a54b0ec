/*
 * crew_adapter.h -- the line's idle workers as hands of the engine
 *
 * Why:     the engine knows tasks and hands, the line knows workers; here they meet.
 * Use:     one in each worker's state: init, then uvp_crew_adapter_lend for every mesh.
 * Owner:   what is lent is valid until the next mesh, and belongs to the adapter.
 * Threads: the worker's own. A helper asks `scratch_of` in its own thread, for its own state.
 * Limits:  small meshes get no help, see UVP_CREW_LEAST_TRIANGLES.
 */
#ifndef UVP_STAGES_CREW_ADAPTER_H
#define UVP_STAGES_CREW_ADAPTER_H

#include <stddef.h>

#include "pipeline/stage.h"
#include "stages/unwrapper/atlas/atlas.h"

/*
 * A mesh of so many triangles takes some 50 ms, a thousand times what it costs to wake a thread
 * and hand it a task. Smaller ones come in numbers, and keep the workers busy by themselves.
 */
#define UVP_CREW_LEAST_TRIANGLES 20000U

struct uvp_crew_adapter {
    struct uvp_atlas_crew crew;
    struct uvp_desk *desk;
    const char *label;                             /* path of the member at hand; borrowed */
    struct uvp_arena *(*scratch_of)(void *worker); /* of a worker's state, unused meanwhile */
};

void uvp_crew_adapter_init(struct uvp_crew_adapter *adapter, struct uvp_desk *desk,
                           struct uvp_arena *(*scratch_of)(void *worker));

/* The crew for a mesh, or NULL: it is made alone. `adapter` may be NULL. Here, so that those
 * who have no line need no code of it. */
static inline const struct uvp_atlas_crew *
uvp_crew_adapter_lend(struct uvp_crew_adapter *adapter, const char *path,
                      uint32_t triangle_count)
{
    if (adapter == NULL || adapter->crew.hands < 2 ||
        triangle_count < UVP_CREW_LEAST_TRIANGLES) {
        return NULL;
    }
    adapter->label = path;
    return &adapter->crew;
}

#endif
