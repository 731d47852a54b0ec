/*
 * ahead.h -- a spare reader thread that works ahead of a lane: the pipeline's side
 *
 * Use:     see uvp_ahead_start in stage.h for the stage's side. A reader thread that got
 *          UVP_GATE_AHEAD calls uvp_ahead_serve.
 * Owner:   made by start, freed by end; the gate only keeps it in two lists.
 * Threads: one receiver (the lane's reader thread), one server. The two lists, and whether the
 *          server is in, are under the gate's lock; results travel in a ring.
 */
#ifndef UVP_PIPELINE_AHEAD_H
#define UVP_PIPELINE_AHEAD_H

#include "pipeline/stage.h"

struct uvp_note;

/* Takes the first off the pending list and says who is first now. Gate's lock held. */
struct uvp_ahead *uvp_ahead_take_pending(struct uvp_ahead *first);

/* Makes all waiters of the list look at the stop. Gate's lock held. */
void uvp_ahead_wake_all(struct uvp_ahead *started);

/* Produces until the end, a failure, or until nobody receives; then leaves. */
void uvp_ahead_serve(struct uvp_ahead *ahead, struct uvp_note *note);

#endif
