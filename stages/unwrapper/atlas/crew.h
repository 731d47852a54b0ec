/*
 * crew.h -- tasks of one mesh, on as many hands as there are
 *
 * Why:     a step that has independent parts says so once, and need not know who runs them.
 * Use:     every task writes to a place of its own; what order they run in must not matter.
 * Threads: task i gets a struct uvp_atlas_work of its own: scratch, error, steps and stop are
 *          the hand's. The caller's arrays may be read by all. There is no `keep` arena. A task
 *          that calls uvp_crew_run works alone there.
 */
#ifndef UVP_ATLAS_CREW_H
#define UVP_ATLAS_CREW_H

#include "stages/unwrapper/atlas/atlas_internal.h"

typedef enum uvp_code (*uvp_crew_task)(struct uvp_atlas_work *work, void *arg, uint32_t i);

/*
 * Runs task 0 ... count - 1, lower first. What a task takes from the scratch arena is forgotten
 * when it returns. After a failure the tasks above the one that failed are left out unless they
 * have begun.
 *
 * Returns: UVP_OK, or the failure of the lowest task that failed
 */
UVP_MUST_USE enum uvp_code uvp_crew_run(struct uvp_atlas_work *work, uint32_t count,
                                        uvp_crew_task task, void *arg);

#define UVP_CREW_RANGE 16384U /* items: some tenths of a millisecond of the lightest loops */

/* Items first ... end - 1 of a loop. */
typedef enum uvp_code (*uvp_crew_loop)(struct uvp_atlas_work *work, void *arg, uint32_t first,
                                       uint32_t end);

/*
 * A loop over `count` items none of which looks at what another one makes: ranges of it are
 * tasks. Alone it is one range.
 *
 * Returns: UVP_OK, or the failure of the first range that failed
 */
UVP_MUST_USE enum uvp_code uvp_crew_ranges(struct uvp_atlas_work *work, uint32_t count,
                                           uvp_crew_loop loop, void *arg);

/* How many tasks can run at once. */
uint32_t uvp_crew_hands(const struct uvp_atlas_work *work);

#endif
