/*
 * showcase.h -- how bad a member is, and its exhibit when it is among the worst
 *
 * Why:     after a task, and for every task that knows UVs alike: figures for the page of a
 *          run, and something to look at.
 * Use:     once a member is done, while its mesh is still there.
 * Threads: confined to the worker.
 */
#ifndef UVP_STAGES_UNWRAPPER_SHOWCASE_H
#define UVP_STAGES_UNWRAPPER_SHOWCASE_H

#include "stages/unwrapper/work.h"

/* Sets the member's score, stretch_p99 and, perhaps, its exhibit. What goes wrong here (memory,
 * the time limit of the member) leaves it without; it is no failure of the member. */
void uvp_showcase_member(struct uvp_work *work);

#endif
